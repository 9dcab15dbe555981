"""Heat of steam and hot water by pressure and temperature, through enthalpy (IAPWS-IF97).

The mass of steam has no coefficient of its own: the heat that it carries above its feedwater has one
(heat, 0.03412 kgce/MJ). The formulation comes from the package ``iapws``, an extra.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from energybench.energy.gases import ABSOLUTE_ZERO, read_foreign, read_temperature
from energybench.errors import AmountError, DimensionError, OptionError, quoted, requiring
from energybench.units.registry import make_quantity, ratio, read_exact, read_quantity, read_rate, same_kind, to_float
from energybench.units.result import Record
from energybench.units.text import UnitText, read_number

if TYPE_CHECKING:
    import pint

    from energybench.units.registry import AmountLike

FORMULATION = "IAPWS-IF97"
CRITICAL_MPA = 22.064
CRITICAL_KELVIN = 647.096

#: A temperature this near to saturation may be water or steam by its last digit: the dryness must say which.
SATURATION_MARGIN = 0.5

_TONNE = UnitText(("t",))
_KJ_PER_KG = UnitText(("kJ",), ("kg",))
_MPA = {"MPa": Fraction(1), "兆帕": Fraction(1), "kPa": Fraction(1, 1000), "千帕": Fraction(1, 1000)}
_PRESSURES = {**_MPA, "Pa": Fraction(1, 1_000_000), "帕": Fraction(1, 1_000_000), "bar": Fraction(1, 10)}
_GAUGE = re.compile(r"(?i)[\s(（]*(?:g|gauge|表压?)[)）]?$")
_ABSOLUTE = re.compile(r"(?i)[\s(（]*(?:a|abs|绝压?|绝对)[)）]?$")
_ONE_REFERENCE = 'Pass feedwater_temperature="104 °C", or feedwater_enthalpy="0 kJ/kg" to count from water at 0 °C'


@dataclass(frozen=True, slots=True)
class SteamHeat(Record):
    """The heat that a mass of steam or hot water carries above its feedwater.

    Attributes
    ----------
    heat_gj : float
        mass x (enthalpy - feedwater_enthalpy).
    mass_t, pressure_mpa, temperature_celsius : float
        The state; the pressure is absolute.
    dryness : float or None
        Share of vapour, None where the state has one phase.
    state : str
        ``"superheated steam"``, ``"saturated steam"``, ``"wet steam"``, ``"saturated water"``,
        ``"subcooled water"`` or ``"supercritical"``.
    enthalpy, feedwater_enthalpy : float
        In kJ/kg.
    feedwater : str
        What the heat is counted from.
    formulation : str
        With the version of the package that computed it.
    """

    heat_gj: float
    mass_t: float
    pressure_mpa: float
    temperature_celsius: float
    dryness: float | None
    state: str
    enthalpy: float
    feedwater_enthalpy: float
    feedwater: str
    formulation: str

    @property
    def text(self) -> str:
        """The heat with its unit, as ``to_tce(..., "heat")`` takes it."""
        return f"{self.heat_gj!r} GJ"

    def to_pint(self) -> pint.Quantity[Any]:
        """Return the heat as a quantity of ``energybench.ureg``."""
        result: pint.Quantity[Any] = make_quantity(self.heat_gj, "GJ")
        return result

    def __str__(self) -> str:
        return (
            f"{self.mass_t:g} t of {self.state} at {self.pressure_mpa:g} MPa and {self.temperature_celsius:.2f} °C: "
            f"{self.mass_t:g} x ({self.enthalpy:.2f} - {self.feedwater_enthalpy:.2f}) kJ/kg = {self.heat_gj:.6g} GJ "
            f"(counted from {self.feedwater}; {self.formulation})"
        )


def steam_heat(
    mass: AmountLike,
    pressure: AmountLike,
    *,
    temperature: AmountLike | None = None,
    dryness: float | None = None,
    feedwater_temperature: AmountLike | None = None,
    feedwater_enthalpy: AmountLike | None = None,
) -> SteamHeat:
    """Compute the heat that steam or hot water carries above its feedwater.

    Parameters
    ----------
    mass : str or pint.Quantity
        Mass of steam, ``"1200 t"``.
    pressure : str or pint.Quantity
        Absolute pressure in MPa, kPa, Pa or bar. A gauge reading lacks the ambient pressure and is refused.
    temperature : str or pint.Quantity, optional
        Of superheated steam or of water, in °C or K.
    dryness : float, optional
        Share of vapour of saturated steam: 1 dry, 0 boiling water. Either temperature or dryness is given.
    feedwater_temperature : str or pint.Quantity, optional
        Of the liquid water that the heat is counted from, taken at the same pressure.
    feedwater_enthalpy : str or pint.Quantity, optional
        Or its enthalpy, in kJ/kg. One of the two is given: there is no default.

    Returns
    -------
    SteamHeat
        Heat in GJ, both enthalpies in kJ/kg, the state; its ``text`` goes to ``to_tce(..., "heat")``.

    Raises
    ------
    OptionError
        If not exactly one of each pair is given, the state lies outside the formulation, or the temperature is
        that of saturation.
    MissingPackageError
        If iapws is not installed.
    AmountError, DimensionError
        If a figure cannot be read.

    Notes
    -----
    Q = m (h - h_feedwater), h in kJ/kg from the IAPWS Industrial Formulation 1997 (regions 1 to 5: 0 to 800 °C up
    to 100 MPa, to 2000 °C up to 50 MPa). Standard coal follows from the coefficient of heat, 0.03412 kgce/MJ
    (GB/T 2589), never from a coefficient per tonne of steam, of which the documents have several.

    Examples
    --------
    >>> heat = steam_heat("1000 t", "1 MPa", dryness=1, feedwater_enthalpy="0 kJ/kg")
    >>> round(heat.enthalpy, 2), round(heat.temperature_celsius, 2), heat.state
    (2777.12, 179.89, 'saturated steam')
    >>> from energybench.energy.conversion import to_tce
    >>> round(to_tce(heat.text, "heat").magnitude, 3)
    94.755
    """
    tonnes = _read_mass(mass)
    megapascal = read_pressure(pressure)
    if (temperature is None) == (dryness is None):
        raise OptionError(
            "Give either temperature or dryness",
            "temperature",
            'Pass temperature="300 °C" for superheated steam or water, dryness=1 for dry saturated steam',
        )
    if dryness is not None:
        kelvin, enthalpy = _saturated(float(megapascal), _read_dryness(dryness))
        share, state = float(dryness), _state_of_dryness(float(dryness))
    else:
        kelvin = float(read_temperature(temperature))
        enthalpy, state, share = *_single_phase(float(megapascal), kelvin), None
    below, feedwater = _feedwater(megapascal, feedwater_temperature, feedwater_enthalpy)
    # t x kJ/kg is MJ.
    heat = tonnes * (Fraction(enthalpy) - Fraction(below)) / 1000
    return SteamHeat(
        *(
            to_float(heat, "mass"),
            to_float(tonnes, "mass"),
            float(megapascal),
            float(Fraction(kelvin) + ABSOLUTE_ZERO),
            share,
            state,
        ),
        *(enthalpy, below, feedwater, f"{FORMULATION}, iapws {_iapws().__version__}"),
    )


def read_pressure(value: object, name: str = "pressure") -> Fraction:
    """Read an absolute pressure, in MPa.

    Examples
    --------
    >>> float(read_pressure("10 bar"))
    1.0
    """
    if isinstance(value, str):
        number, unit = read_number(value)
        if unit.strip() not in _PRESSURES and _GAUGE.search(unit):
            raise AmountError(
                f"{name} is {quoted(value)}, a gauge pressure",
                quoted(value),
                "Add the ambient pressure (about 0.1 MPa, less at altitude) and give the absolute pressure in MPa",
            )
        symbol = _ABSOLUTE.sub("", unit).strip() if unit.strip() not in _PRESSURES else unit.strip()
        if symbol not in _PRESSURES:
            raise AmountError(
                f"{name} is {quoted(value)}, expected MPa, kPa, Pa or bar", quoted(value), f'Write {name}="1.0 MPa"'
            )
        pressure = Fraction(number) * _PRESSURES[symbol]
    else:
        pressure = read_foreign(value, name, "pascal", "an absolute pressure in MPa", '"1.0 MPa"') * _PRESSURES["Pa"]
    if pressure <= 0:
        raise AmountError(
            f"{name} is {quoted(str(value))}, expected more than zero", quoted(str(value)), "Give the absolute pressure"
        )
    to_float(pressure, name)
    return pressure


def _read_mass(mass: AmountLike) -> Fraction:
    magnitude, unit = read_exact(mass) if isinstance(mass, str) else read_quantity(mass, "mass")
    if not isinstance(magnitude, float | Fraction):
        raise AmountError(
            "mass is an array, expected one mass", "mass", "Divide heat_gj by mass_t and multiply the array"
        )
    if not same_kind(unit, _TONNE):
        raise DimensionError(f"mass is in {unit}, expected a mass of steam", str(unit), 'Write, for example, "1200 t"')
    if magnitude < 0:
        shown = f"{float(magnitude):g} {unit}"
        raise AmountError(f"mass is {shown}, expected zero or more", shown, 'Energy sent out has flow="out" instead')
    return Fraction(magnitude) * ratio(unit, _TONNE)


def _read_dryness(dryness: object) -> float:
    if isinstance(dryness, bool) or not isinstance(dryness, int | float) or not 0 <= dryness <= 1:
        raise OptionError(
            f"dryness is {quoted(dryness)}, expected a share from 0 to 1",
            quoted(dryness),
            "Write dryness=1 for dry steam",
        )
    return float(dryness)


def _state_of_dryness(dryness: float) -> str:
    return {0.0: "saturated water", 1.0: "saturated steam"}.get(dryness, "wet steam")


def _feedwater(megapascal: Fraction, temperature: AmountLike | None, enthalpy: AmountLike | None) -> tuple[float, str]:
    """Return the enthalpy that heat is counted from, in kJ/kg, and its description."""
    if (temperature is None) == (enthalpy is None):
        raise OptionError(
            "Give either feedwater_temperature or feedwater_enthalpy: heat is counted from the feedwater",
            "feedwater",
            _ONE_REFERENCE,
        )
    if enthalpy is not None:
        rate = read_rate(enthalpy, "feedwater_enthalpy")
        if not same_kind(rate.unit, _KJ_PER_KG):
            raise DimensionError(
                f"feedwater_enthalpy is {rate}, expected an enthalpy per mass", str(rate), "Give it in kJ/kg"
            )
        below = to_float(rate.to(_KJ_PER_KG), "feedwater_enthalpy")
        return below, f"water of {below:g} kJ/kg, given by the user"
    kelvin = float(read_temperature(temperature, "feedwater_temperature"))
    below, state = _single_phase(float(megapascal), kelvin, "feedwater_temperature")
    celsius = float(Fraction(kelvin) + ABSOLUTE_ZERO)
    if state != "subcooled water" and not (state == "supercritical" and kelvin < CRITICAL_KELVIN):
        raise OptionError(
            f"feedwater_temperature {celsius:g} °C is {state} at {float(megapascal):g} MPa, expected liquid water",
            f"{celsius:g} °C",
            "Give the temperature of the water that entered the boiler",
        )
    return below, f"water at {celsius:g} °C and {float(megapascal):g} MPa"


@lru_cache(1024)
def _saturated(megapascal: float, dryness: float) -> tuple[float, float]:
    """Return temperature in K and enthalpy in kJ/kg on the saturation line."""
    if megapascal >= CRITICAL_MPA:
        raise OptionError(
            f"dryness is given at {megapascal:g} MPa, and water has no saturation from {CRITICAL_MPA} MPa up",
            f"{megapascal:g} MPa",
            "Give the temperature instead",
        )
    if 0 < dryness < 1:
        kelvin, water = _saturated(megapascal, 0.0)
        return kelvin, water + dryness * (_saturated(megapascal, 1.0)[1] - water)
    found = _solve(megapascal, f"{megapascal:g} MPa at saturation", x=dryness)
    return float(found.T), float(found.h)


@lru_cache(1024)
def _single_phase(megapascal: float, kelvin: float, name: str = "temperature") -> tuple[float, str]:
    """Return enthalpy in kJ/kg and state away from the saturation line."""
    celsius = float(Fraction(kelvin) + ABSOLUTE_ZERO)
    found = _solve(megapascal, f"{megapascal:g} MPa and {celsius:g} °C", T=kelvin)
    if megapascal >= CRITICAL_MPA:
        return float(found.h), "supercritical"
    boiling, _ = _saturated(megapascal, 1.0)
    if abs(kelvin - boiling) <= SATURATION_MARGIN:
        raise OptionError(
            f"{name} {celsius:g} °C is that of saturation at {megapascal:g} MPa ({boiling - 273.15:.2f} °C): "
            "the last digit would decide between water and steam",
            f"{celsius:g} °C",
            "Pass dryness=1 for dry steam or dryness=0 for boiling water, or the enthalpy of the feedwater",
        )
    return float(found.h), "superheated steam" if kelvin > boiling else "subcooled water"


def _solve(megapascal: float, shown: str, **state: float) -> Any:
    """Ask the formulation for one state; outside its range it has none."""
    try:
        found = _iapws().IAPWS97(P=megapascal, **state)
    except NotImplementedError as error:
        raise OptionError(
            f"{shown} lies outside {FORMULATION}",
            shown,
            "It holds from 0 to 800 °C up to 100 MPa and to 2000 °C up to 50 MPa: check the units",
        ) from error
    return found


def _iapws() -> Any:
    with requiring("iapws", "steam", "Heat of steam"):
        import iapws  # type: ignore[import-untyped]
    return iapws
