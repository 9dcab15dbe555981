"""Gas volumes at reference conditions, and the heat of steam and hot water (IAPWS-IF97).

``m3`` and ``Nm3`` are different units and never convert by themselves: :func:`to_reference` converts with both
temperatures named, for a dry ideal gas at one pressure. The mass of steam has no coefficient of its own: the heat
that it carries above its feedwater has one (heat, 0.03412 kgce/MJ). The package ``iapws`` is an extra.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from energybench.errors import AmountError, DimensionError, GasConditionError, OptionError, compiled, quoted, requiring
from energybench.units.factors import ratio, same_kind, to_float
from energybench.units.registry import make_quantity, read_one, read_rate
from energybench.units.result import Quantified, Record
from energybench.units.text import M3, NM3, SITE_UNITS, TONNE, ZERO_IN_KELVIN, UnitText, read_number

if TYPE_CHECKING:
    import pint

    from energybench.units.registry import AmountLike


#: The temperature of Nm3.
NORMAL_KELVIN = ZERO_IN_KELVIN["°C"]
FORMULATION = "IAPWS-IF97"
CRITICAL_MPA = 22.064
CRITICAL_KELVIN = 647.096

#: A temperature this near to saturation may be water or steam by its last digit: the dryness must say which.
SATURATION_MARGIN = 0.5

_KJ_PER_KG = UnitText(("kJ",), ("kg",))
_MPA = SITE_UNITS["MPa"]
_GAUGE = r"(?i)[\s(（]*(?:g|gauge|表压?)[)）]?$"
_ABSOLUTE = r"(?i)[\s(（]*(?:a|abs|绝压?|绝对)[)）]?$"
_ONE_REFERENCE = 'Pass feedwater_temperature="104 °C", or feedwater_enthalpy="0 kJ/kg" to count from water at 0 °C'


class Condition(NamedTuple):
    """One reference condition of a gas volume, its use, and how far that use was checked."""

    celsius: str
    unit: str
    meaning: str
    verification: str


#: The reference conditions that can be named, by temperature in kelvin.
CONDITIONS: dict[Fraction, Condition] = {
    NORMAL_KELVIN: Condition("0", "Nm3", "the normal cubic metre (标准立方米)", "definition"),
    NORMAL_KELVIN + 20: Condition("20", "m3", "the reference of the Chinese gas trade", "unverified"),
}


@dataclass(frozen=True, slots=True)
class ReferenceVolume(Quantified):
    """A gas volume at a named reference condition, and how it was reached.

    Attributes
    ----------
    value, unit : float, str
        The volume: Nm3 at 0 °C, m3 at 20 °C.
    temperature, from_temperature : str
        Both reference temperatures.
    factor : float
        Volume at the new condition per volume at the old one.
    verification : str
        How far the use of these conditions was checked: the arithmetic is exact, that a meter or a contract
        means 20 °C is for its reader to confirm.
    notes : str
        What the conversion takes for granted.
    """

    value: float
    unit: str
    temperature: str
    from_value: float
    from_unit: str
    from_temperature: str
    factor: float
    verification: str
    notes: str

    @property
    def text(self) -> str:
        """The volume with its unit, as ``to_tce`` and ``account`` take it."""
        return f"{self.value!r} {self.unit}"

    def __str__(self) -> str:
        return (
            f"{self.from_value:.10g} {self.from_unit} at {self.from_temperature} = {self.value:.10g} {self.unit} "
            f"at {self.temperature} (x {self.factor:.6f}; {self.notes})"
        )


def read_temperature(value: object, name: str = "temperature") -> Fraction:
    expected, example = "a temperature in °C or K", f'{name}="20 °C"'
    if isinstance(value, str):
        number, unit = read_number(value)
        if (zero := ZERO_IN_KELVIN.get(unit.strip())) is None:
            raise _unreadable(value, name, expected, example)
        kelvin = Fraction(number) + zero
    else:
        kelvin = _read_foreign(value, name, "kelvin", expected, example)
    if kelvin <= 0:
        raise _unreadable(value, name, "a temperature above absolute zero", example)
    to_float(kelvin, name)
    return kelvin


def read_pressure(value: object, name: str = "pressure") -> Fraction:
    expected, example = "MPa, kPa, Pa or bar", f'{name}="1.0 MPa"'
    if isinstance(value, str):
        number, written = read_number(value)
        unit = SITE_UNITS.get(written.strip())
        if unit is None and compiled(_GAUGE).search(written):
            fix = "Add the ambient pressure (about 0.1 MPa, less at altitude) and give the absolute pressure in MPa"
            raise AmountError(f"{name} is {quoted(value)}, a gauge pressure", quoted(value), fix)
        unit = unit or SITE_UNITS.get(compiled(_ABSOLUTE).sub("", written).strip())
        if unit is None or not same_kind(unit, _MPA):
            raise _unreadable(value, name, expected, example)
        pressure = Fraction(number) * ratio(unit, _MPA)
    else:
        pressure = _read_foreign(value, name, "pascal", expected, example) / 10**6
    if pressure <= 0:
        raise _unreadable(value, name, "more than zero", example)
    to_float(pressure, name)
    return pressure


def _read_foreign(value: object, name: str, unit: str, expected: str, example: str) -> Fraction:
    """Read a scalar quantity of a registry that knows ``unit``: temperatures and pressures are not units of ours."""
    import pint

    try:
        if isinstance(value, pint.Quantity):
            return Fraction(repr(float(value.to(unit).magnitude)))
    except (pint.PintError, TypeError, ValueError, KeyError) as error:
        raise _unreadable(value, name, expected, example) from error
    raise _unreadable(value, name, expected, example)


def _unreadable(value: object, name: str, expected: str, example: str) -> AmountError:
    return AmountError(f"{name} is {quoted(value)}, expected {expected}", quoted(value), f"Write {example}")


def to_reference(amount: AmountLike, *, from_temperature: str, to_temperature: str) -> ReferenceVolume:
    """Convert a gas volume from one reference condition to another.

    Parameters
    ----------
    amount : str or pint.Quantity
        A volume at ``from_temperature``: ``"90 万m3"``; ``Nm3`` only at 0 °C, which is what it means.
    from_temperature, to_temperature : {"0 °C", "20 °C"}
        The reference temperatures, both named: there is no default.

    Returns
    -------
    ReferenceVolume
        The volume in Nm3 at 0 °C or in m3 at 20 °C, with the factor and what it rests on.

    Raises
    ------
    OptionError
        If a temperature is not one of the reference conditions.
    GasConditionError
        If the unit of the amount contradicts its temperature.
    DimensionError
        If the amount is not a volume.

    Notes
    -----
    V2 = V1 x T2 / T1, ideal gas law at equal pressure for dry gas: 293.15 K / 273.15 K = 1.0732 from 0 to 20 °C.
    Compressibility and moisture are left out. A volume as it flows (工况) is not a reference volume.
    That 20 °C is the reference of the Chinese gas trade is unverified: look at the meter or the contract.

    Examples
    --------
    >>> volume = to_reference("10000 m3", from_temperature="20 °C", to_temperature="0 °C")
    >>> round(volume.value, 3), volume.unit, round(volume.factor, 6)
    (9317.755, 'Nm3', 0.931776)
    >>> round(to_reference("1 Nm3", from_temperature="0 °C", to_temperature="20 °C").value, 6)
    1.07322
    """
    kelvin_from, old = read_condition(from_temperature, "from_temperature")
    kelvin_to, new = read_condition(to_temperature, "to_temperature")
    magnitude, unit = read_one(amount, "amount", "Multiply the array by .factor")
    volume = magnitude * _cubic_metres(unit, kelvin_from)
    factor = kelvin_to / kelvin_from
    unverified = [c for c in (old, new) if c.verification == "unverified"]
    notes = "dry ideal gas, equal pressure"
    if unverified:
        notes += f"; that {unverified[0].celsius} °C is {unverified[0].meaning} is unverified"
    return ReferenceVolume(
        value=to_float(volume * factor),
        unit=new.unit,
        temperature=f"{new.celsius} °C",
        from_value=float(magnitude),
        from_unit=str(unit),
        from_temperature=f"{old.celsius} °C",
        factor=float(factor),
        verification="unverified" if unverified else "definition",
        notes=notes,
    )


def read_condition(temperature: object, name: str) -> tuple[Fraction, Condition]:
    """Read a reference temperature, in kelvin, and what is known of it."""
    kelvin = read_temperature(temperature, name)
    if kelvin not in CONDITIONS:
        known = " or ".join(f'"{condition.celsius} °C" ({condition.meaning})' for condition in CONDITIONS.values())
        said = f"{name} is {quoted(temperature)}, no reference condition"
        raise OptionError(said, quoted(temperature), f"Use {known}")
    return kelvin, CONDITIONS[kelvin]


def _cubic_metres(unit: UnitText, kelvin: Fraction) -> Fraction:
    if same_kind(unit, M3):
        return ratio(unit, M3)
    if not same_kind(unit, NM3):
        said = f"The amount is in {unit}, expected a gas volume"
        raise DimensionError(said, str(unit), 'Write, for example, "10000 m3"')
    if kelvin != NORMAL_KELVIN:
        said = f"The amount is in {unit}, which is a volume at 0 °C, and from_temperature is another"
        raise GasConditionError(said, str(unit), 'Write from_temperature="0 °C", or give the amount in m3')
    return ratio(unit, NM3)


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
        return make_quantity(self.heat_gj, "GJ")

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
        fix = 'Pass temperature="300 °C" for superheated steam or water, dryness=1 for dry saturated steam'
        raise OptionError("Give either temperature or dryness", "temperature", fix)
    share: float | None = None
    if dryness is not None:
        share = _read_dryness(dryness)
        kelvin, enthalpy = _saturated(float(megapascal), share)
        state = {0.0: "saturated water", 1.0: "saturated steam"}.get(share, "wet steam")
    else:
        kelvin = float(read_temperature(temperature))
        enthalpy, state = _single_phase(float(megapascal), kelvin)
    below, feedwater = _feedwater(float(megapascal), feedwater_temperature, feedwater_enthalpy)
    if not 0 <= below < enthalpy:
        raise OptionError(
            f"The feedwater has {below:.2f} kJ/kg and the {state} {enthalpy:.2f} kJ/kg: expected 0 or more, and less "
            "than the steam",
            f"{below:.2f} kJ/kg",
            "Give the feedwater that entered the boiler; heat that was taken out of water is no heat of steam",
        )
    # t x kJ/kg is MJ.
    heat = tonnes * (Fraction(enthalpy) - Fraction(below)) / 1000
    formulation = f"{FORMULATION}, iapws {_iapws().__version__}"
    figures = to_float(heat, "mass"), to_float(tonnes, "mass"), float(megapascal), _celsius(kelvin)
    return SteamHeat(*figures, share, state, enthalpy, below, feedwater, formulation)


def _read_mass(mass: AmountLike) -> Fraction:
    magnitude, unit = read_one(mass, "mass", "Divide heat_gj by mass_t and multiply the array")
    if not same_kind(unit, TONNE):
        raise DimensionError(f"mass is in {unit}, expected a mass of steam", str(unit), 'Write, for example, "1200 t"')
    if magnitude < 0:
        shown = f"{float(magnitude):g} {unit}"
        raise AmountError(f"mass is {shown}, expected zero or more", shown, 'Energy sent out has flow="out" instead')
    return magnitude * ratio(unit, TONNE)


def _read_dryness(dryness: object) -> float:
    if isinstance(dryness, bool) or not isinstance(dryness, int | float) or not 0 <= dryness <= 1:
        fix = "Write dryness=1 for dry steam"
        raise OptionError(f"dryness is {quoted(dryness)}, expected a share from 0 to 1", quoted(dryness), fix)
    return float(dryness)


def _celsius(kelvin: float) -> float:
    return float(Fraction(kelvin) - NORMAL_KELVIN)


def _feedwater(megapascal: float, temperature: AmountLike | None, enthalpy: AmountLike | None) -> tuple[float, str]:
    if (temperature is None) == (enthalpy is None):
        said = "Give either feedwater_temperature or feedwater_enthalpy: heat is counted from the feedwater"
        raise OptionError(said, "feedwater", _ONE_REFERENCE)
    if enthalpy is not None:
        rate = read_rate(enthalpy, "feedwater_enthalpy")
        if not same_kind(rate.unit, _KJ_PER_KG):
            said = f"feedwater_enthalpy is {rate}, expected an enthalpy per mass"
            raise DimensionError(said, str(rate), "Give it in kJ/kg")
        below = to_float(rate.to(_KJ_PER_KG), "feedwater_enthalpy")
        return below, f"water of {below:g} kJ/kg, given by the user"
    kelvin = float(read_temperature(temperature, "feedwater_temperature"))
    below, state = _single_phase(megapascal, kelvin, "feedwater_temperature")
    celsius = _celsius(kelvin)
    if state != "subcooled water" and not (state == "supercritical" and kelvin < CRITICAL_KELVIN):
        said = f"feedwater_temperature {celsius:g} °C is {state} at {megapascal:g} MPa, expected liquid water"
        raise OptionError(said, f"{celsius:g} °C", "Give the temperature of the water that entered the boiler")
    return below, f"water at {celsius:g} °C and {megapascal:g} MPa"


@lru_cache(1024)
def _saturated(megapascal: float, dryness: float) -> tuple[float, float]:
    if megapascal >= CRITICAL_MPA:
        said = f"dryness is given at {megapascal:g} MPa, and water has no saturation from {CRITICAL_MPA} MPa up"
        raise OptionError(said, f"{megapascal:g} MPa", "Give the temperature instead")
    if 0 < dryness < 1:
        kelvin, water = _saturated(megapascal, 0.0)
        return kelvin, water + dryness * (_saturated(megapascal, 1.0)[1] - water)
    found = _solve(megapascal, f"{megapascal:g} MPa at saturation", x=dryness)
    return float(found.T), float(found.h)


@lru_cache(1024)
def _single_phase(megapascal: float, kelvin: float, name: str = "temperature") -> tuple[float, str]:
    celsius = _celsius(kelvin)
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
    try:
        return _iapws().IAPWS97(P=megapascal, **state)
    except NotImplementedError as error:
        fix = "It holds from 0 to 800 °C up to 100 MPa and to 2000 °C up to 50 MPa: check the units"
        raise OptionError(f"{shown} lies outside {FORMULATION}", shown, fix) from error


def _iapws() -> Any:
    with requiring("iapws", "steam", "Heat of steam"):
        import iapws  # type: ignore[import-untyped]
    return iapws
