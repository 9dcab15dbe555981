"""Amounts of carriers to tonnes of standard coal equivalent, and what the uncertainties of the figures do to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from inspect import Parameter, signature
from itertools import product
from typing import TYPE_CHECKING, Any, ParamSpec, TypedDict, TypeVar, Unpack

from energybench.energy import check_basis_name
from energybench.energy.coal_rates import CoalRate
from energybench.energy.coefficients import (
    Choice,
    Coefficient,
    category_of,
    choose_coefficient,
    nothing_used,
    read_editions,
)
from energybench.energy.gas_and_steam import CONDITIONS, NORMAL_KELVIN, read_condition
from energybench.energy.measured import read_measured, read_measured_rate, root_of_squares
from energybench.energy.plausibility import (
    COEFFICIENT_RULE,
    known_coefficients,
    refuse_density,
    refuse_heat,
    refuse_slip,
)
from energybench.errors import (
    AmbiguousError,
    BasisError,
    DimensionError,
    GasConditionError,
    MissingFigureError,
    OptionError,
    UncertaintyError,
    UnknownCarrierError,
    UnverifiedError,
)
from energybench.tables.names import carriers_of
from energybench.tables.store import cached, warn_if_weak
from energybench.units.factors import Rate, ratio, same_kind, to_float, two_conditions
from energybench.units.registry import make_quantity, pint_unit, registry, times
from energybench.units.result import Record
from energybench.units.text import KILOGRAM, KWH, M3, NM3, TCE, TONNE, UnitText

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    import pint

    from energybench.energy.measured import MeasuredLike, Spread

    Spreads = dict[str, Spread]

P = ParamSpec("P")
R = TypeVar("R")

_KILOGRAM_PER_VOLUME = (UnitText(("kg",), ("m3",)), UnitText(("kg",), ("Nm3",)))
_STANDARD_COAL, _TAKEN, _COLD_WATER = "standard_coal", "taken: ", "1 m3 of cold water is 1 t"
#: Water at the temperature of the ground, one tonne a cubic metre; hot water is lighter.
_WATERS = frozenset({"fresh_water", "soft_water", "circulating_water"})
_WATER = Rate(Fraction(1), UnitText(("t",), ("m3",)))

_is_steam = re.compile("steam").match
_HEAT_OF_STEAM = 'Its heat is the carrier "热力"'

#: What is refused for want of a figure or a name; an amount of 0 needs neither.
NO_FIGURE = (AmbiguousError, BasisError, MissingFigureError, UnknownCarrierError, UnverifiedError)


@cached(4096)
def factor(name: str, unit: UnitText, choice: Choice) -> tuple[Fraction, Coefficient]:
    """Return the exact tce per one ``unit`` of a carrier, and the coefficient behind it."""
    own = choice.ncv or choice.coefficient
    if own is None and carriers_of(name) == (_STANDARD_COAL,) and same_kind(unit, TCE):
        # 其他燃料 of form 205-1 is stated in tce.
        name = _STANDARD_COAL
    if own is None and same_kind(unit, KWH) and (steam := carriers_of(name)) and all(map(_is_steam, steam)):
        what = f"No coefficient of {name} is per {unit}: steam is counted by its mass"
        raise MissingFigureError(what, str(unit), _HEAT_OF_STEAM)
    rate, record = choose_coefficient(name, choice)
    amounts, taken = _amounts_of(rate, unit, choice, record.carrier)
    if taken:
        record = replace(record, notes=f"{record.notes}; {_TAKEN}{taken}".removeprefix("; "))
    if choice.ncv is not None and not choice.allow_unverified:
        refuse_heat(record.carrier, choice.ncv)
    elif choice.coefficient is not None:
        known = known_coefficients(record.carrier, rate.unit, choice.basis)
        carrier, written = record.carrier, choice.coefficient
        refuse_slip(known, rate, carrier, "coefficient", written, COEFFICIENT_RULE, choice.allow_unverified)
    return amounts * Rate(rate.value, rate.unit.over).to(TCE), record


def _amounts_of(rate: Rate, unit: UnitText, choice: Choice, carrier: str) -> tuple[Fraction, str]:
    """Return how many amounts of a rate one unit is, and what was taken for it."""
    per, density = rate.unit.per, choice.density
    if same_kind(unit, per):
        if density is not None:
            said = f"density is given, and {unit} needs none for a coefficient per {per}"
            raise OptionError(said, "density", "Leave density out")
        return ratio(unit, per), ""
    if density is None and two_conditions(unit, per) and choice.gas_state is not None:
        # One cubic metre at that state is so many at 0 °C.
        normal = NORMAL_KELVIN / choice.gas_state
        if same_kind(per, M3):
            amounts = ratio(unit, NM3) / normal * ratio(M3, per)
        else:
            amounts = ratio(unit, M3) * normal * ratio(NM3, per)
        return amounts, f"every m3 of gas is at {CONDITIONS[choice.gas_state].celsius} °C (gas_state)"
    if density is None and carrier in _WATERS and same_kind(unit, M3) and same_kind(per, TONNE):
        density = _WATER
    if density is None:
        raise _wrong_kind(unit, per, carrier)
    weight = _mass_per_volume(density)
    volume = weight.unit.per
    if same_kind(unit, volume) and same_kind(per, KILOGRAM):
        amounts = ratio(unit, volume) * weight.value * ratio(KILOGRAM, per)
    elif same_kind(unit, KILOGRAM) and same_kind(per, volume):
        amounts = ratio(unit, KILOGRAM) / weight.value * ratio(volume, per)
    else:
        raise _wrong_kind(unit, per, carrier)
    if not choice.allow_unverified:
        refuse_density(density, to_float(weight.value, "density"), carrier, per_mass=same_kind(per, KILOGRAM))
    return amounts, _COLD_WATER if density is _WATER else ""


def taken_notes(records: Iterable[Coefficient]) -> Iterator[str]:
    """Say once what was taken between amounts and figures of another kind."""
    told = dict.fromkeys(record.notes.partition(_TAKEN)[2] for record in records)
    yield from (f"{_TAKEN}{what}" for what in told if what)


def density_of(record: Coefficient, choice: Choice) -> str:
    used = _WATER if _COLD_WATER in record.notes else choice.density
    return str(used) if used else ""


def _mass_per_volume(density: Rate) -> Rate:
    if density.value <= 0:
        raise OptionError(f"density is {density}, expected more than zero", str(density), "Give the measured density")
    unit = density.unit
    inverse = Rate(1 / density.value, UnitText(unit.denominator, unit.numerator, -unit.exponent))
    for known, rate in product(_KILOGRAM_PER_VOLUME, (density, inverse) if unit.denominator else ()):
        if same_kind(rate.unit, known):
            return Rate(rate.to(known), known)
    fix = 'Give it as density="0.84 kg/L"; a heating value is ncv=, standard coal per amount is coefficient='
    raise DimensionError(f"density is {density}, expected mass per volume", str(density), fix)


def _wrong_kind(unit: UnitText, per: UnitText, carrier: str) -> DimensionError:
    given = f"{carrier} is given in {unit}, and its coefficient is per {per}"
    if two_conditions(unit, per):
        return GasConditionError(
            f"{given}: m3 and Nm3 are volumes at different reference conditions",
            str(unit),
            f'Say once what m3 means: gas_state="0 °C" or gas_state="20 °C"; or pass the figure of your condition: '
            f'ncv="35.6 MJ/{unit.symbol}" or coefficient="1.2 kgce/{unit.symbol}"',
        )
    if same_kind(unit, TCE):
        fix = 'It is standard coal already: name the carrier "标准煤"'
    elif same_kind(unit, KWH) and any(map(_is_steam, carriers_of(carrier))):
        fix = _HEAT_OF_STEAM
    elif same_kind(unit, M3) and same_kind(per, TONNE):
        usual = "1 kg/L" if category_of(carrier) == "medium" else "0.84 kg/L"
        fix = (
            f'Pass the measured density, for example density="{usual}", in a table as columns density and density_unit'
        )
    else:
        fix = f"Give the amount in a unit such as {per}"
    return DimensionError(given, str(unit), fix)


class ConversionOptions(TypedDict, total=False):
    """The options of :func:`to_tce` and :func:`convert`, described there; :func:`read_options` has their defaults."""

    basis: str
    coal_rate: MeasuredLike | CoalRate | None
    ncv: MeasuredLike | None
    density: MeasuredLike | None
    coefficient: MeasuredLike | None
    edition: str | Sequence[str] | None
    gas_state: str | None
    allow_unverified: bool


def read_options(
    *,
    basis: str = "calorific",
    coal_rate: MeasuredLike | CoalRate | None = None,
    ncv: MeasuredLike | None = None,
    density: MeasuredLike | None = None,
    coefficient: MeasuredLike | None = None,
    edition: str | Sequence[str] | None = None,
    gas_state: str | None = None,
    allow_unverified: bool = False,
) -> tuple[Choice, Spreads]:
    """Read the options of a conversion once, into exact figures, and the uncertainties of those that have one."""
    check_basis_name(basis)
    chain = read_editions(edition)
    state = None if gas_state is None else read_condition(gas_state, "gas_state")[0]
    if coal_rate is not None and basis == "calorific":
        said = "coal_rate is given with the calorific basis, which does not use it"
        raise OptionError(said, "coal_rate", 'Pass basis="primary"')
    for name, figure in (("coal_rate", coal_rate), ("edition", edition)):
        if figure is not None and coefficient is not None:
            raise OptionError(f"coefficient, {name}: both are given", name, "Give one of them")
    source = coal_rate if isinstance(coal_rate, CoalRate) else None
    given = {"coal_rate": source.text if source else coal_rate, "ncv": ncv, "coefficient": coefficient}
    given["density"] = density
    read = {name: read_measured_rate(value, name) for name, value in given.items() if value is not None}
    rates = {name: rate for name, (rate, _) in read.items()}
    choice = Choice(basis, chain, **rates, gas_state=state, allow_unverified=allow_unverified, coal_rate_source=source)
    return choice, {name: spread for name, (_, spread) in read.items() if spread is not None}


def make_choice(**options: Unpack[ConversionOptions]) -> Choice:
    choice, spreads = read_options(**options)
    for name, spread in spreads.items():
        fix = "Give the value alone; to_tce, convert and account take an uncertainty"
        raise UncertaintyError(f"{name} is {spread.stated}: an uncertainty is not used here", spread.stated, fix)
    return choice


def tce_parts(
    tce: float,
    factor: float,
    unit: UnitText,
    choice: Choice,
    record: Coefficient,
    amount: Spread | None,
    spreads: Spreads,
) -> list[tuple[str, Hashable, float]]:
    """Return what each uncertain figure contributes to the uncertainty of a conversion, in tce."""
    parts: list[tuple[str, Hashable, float]] = []
    if amount is not None:
        parts += [("amount", source, part) for source, part in amount.scaled(factor)]
    for name, spread in spreads.items():
        rate: Rate | None = getattr(choice, name)
        if rate is not None and (name != "coal_rate" or record.origin == "coal_rate"):
            inverse = name == "density" and not same_kind(unit, rate.unit.per)
            slope = (-tce if inverse else tce) / to_float(rate.value, name)
            parts += [(name, source, part) for source, part in spread.scaled(slope)]
    return parts


@dataclass(frozen=True, slots=True)
class Conversion(Record):
    """One amount converted to standard coal, with the coefficient that did it.

    Attributes
    ----------
    amount : float
        In ``unit``.
    tce : float
        Tonnes of standard coal equivalent.
    coefficient : Coefficient
        The figure used and its source.
    density : str
        The density used between volume and mass, or empty.
    amount_uncertainty, uncertainty : float or None
        Standard uncertainty of the amount, in ``unit``, and of ``tce``; None where none was given.
    """

    carrier: str
    amount: float
    unit: str
    tce: float
    coefficient: Coefficient
    density: str = ""
    amount_uncertainty: float | None = None
    uncertainty: float | None = None

    @property
    def url(self) -> str:
        """Address of the page of the row of the coefficient; empty for a figure of the user's own."""
        return self.coefficient.url

    def to_pint(self) -> pint.Quantity[Any]:
        """Return the standard coal as a quantity of ``energybench.ureg``."""
        return make_quantity(self.tce, "tce")

    def __str__(self) -> str:
        by = f" at {self.density}" if self.density else ""
        give = f" ± {self.uncertainty:.3g}" if self.uncertainty is not None else ""
        return (
            f"{self.amount:g} {self.unit} of {self.coefficient.carrier}{by} = {self.tce:.10g}{give} tce"
            f"  [{self.coefficient}]"
        )


def _with_options(function: Callable[P, R]) -> Callable[P, R]:
    """Show the options and their defaults one by one to whoever asks Python for those of the function."""
    own = signature(function)
    options = signature(read_options).parameters.values()
    parameters = [one for one in own.parameters.values() if one.kind is not Parameter.VAR_KEYWORD]
    function.__signature__ = own.replace(parameters=[*parameters, *options])  # type: ignore[attr-defined]
    function.__kwdefaults__ = read_options.__kwdefaults__
    return function


def _convert(amount: object, carrier: str, options: ConversionOptions, one: bool = False) -> Conversion:
    """Convert an amount, multiplied once: exactly for one value, block by block for an array."""
    choice, spreads = read_options(**options)
    magnitude: Any
    magnitude, unit, spread = read_measured(amount)
    exact_amount = Fraction(magnitude) if isinstance(magnitude, float | Fraction) else None
    if one and exact_amount is None:
        raise OptionError("convert() takes one amount, and an array is given", "amount", "Use to_tce() or assess()")
    try:
        exact, record = factor(carrier, unit, choice)
    except NO_FIGURE:
        if exact_amount != 0 or spread is not None:
            raise
        exact, record = Fraction(0), nothing_used(carrier, unit)
    if choice.allow_unverified:
        warn_if_weak(record, stacklevel=4)
    per_unit = to_float(exact, "coefficient") if spread or spreads or exact_amount is None else 0.0
    tce: Any = times(magnitude, per_unit) if exact_amount is None else to_float(exact_amount * exact)
    uncertainty: Any = None
    if spread is not None or spreads:
        # An array has no uncertainty of its own amounts: only the relative ones of the figures are there.
        of = tce if exact_amount is not None else 1.0
        parts = tce_parts(of, per_unit, unit, choice, record, spread, spreads)
        if parts:
            uncertainty = root_of_squares((source, part) for _, source, part in parts)
            uncertainty = uncertainty if exact_amount is not None else abs(tce) * uncertainty
    return Conversion(
        *(carrier, magnitude if exact_amount is None else to_float(exact_amount), str(unit), tce, record),
        density=density_of(record, choice),
        amount_uncertainty=None if spread is None else spread.standard,
        uncertainty=uncertainty,
    )


@_with_options
def to_tce(amount: MeasuredLike, carrier: str, **options: Unpack[ConversionOptions]) -> pint.Quantity[Any]:
    """Convert an amount of a carrier to tonnes of standard coal equivalent.

    Parameters
    ----------
    amount : str, mapping, pint.Quantity or Measured
        Text with a unit, or ``{"amount": 1200, "unit": "t"}``, which is read wherever a text is, or a scalar or array
        quantity of any pint registry; with an uncertainty as
        ``"1200±6 t"``, a pint Measurement, or what :func:`energybench.measured` returns.
    carrier : str
        Id, Chinese or English name.
    basis : {"calorific", "primary"}
        当量值 or 等价值; matters for electricity and heat.
    coal_rate : str, pint.Quantity or CoalRate, optional
        Standard coal per electricity, for the primary basis: ``"300 gce/kWh"``.
    ncv : str or pint.Quantity, optional
        Measured net heating value, ``"35.6 MJ/m3"``: replaces the table's coefficient by ncv / 29307.6 kJ/kgce.
    density : str or pint.Quantity, optional
        Between volume and mass: ``"0.725 kg/L"``. Outside of 100 to 3000 kg/m3 for solids, 300 to 1300 for liquids
        and 0.3 to 3 for gases it is taken for a slip and refused.
    coefficient : str or pint.Quantity, optional
        The user's own, for any carrier name: ``"1.2 kgce/kg"``.
    edition : str or sequence of str, optional
        Document id or number; default GB/T 2589-2020. Of several, ``("gbt-2589-2020", "nbs-205-1")``, or one text with
        commas, the first that has a usable figure for the carrier is used, and the answer names it.
    gas_state : {"0 °C", "20 °C"}, optional
        What every m3 of gas is, in amounts and figures, where it meets Nm3. Fresh, soft and circulating water in m3
        need nothing: they are taken at 1 t/m3.
    allow_unverified : bool
        Use an unverified figure, with a warning.

    Returns
    -------
    pint.Quantity
        Standard coal in tce; its attribute ``coefficient`` is the :class:`Coefficient` used, ``uncertainty`` the
        standard uncertainty in tce, None where no figure carries one.

    Raises
    ------
    EnergybenchError
        A subclass that names the value and the fix: unknown carrier or unit, wrong dimension, a figure that
        is a range, in conflict, unverified or missing.

    Notes
    -----
    tce = amount x coefficient; coefficients from ``data/carriers.csv`` (GB/T 2589, annexes A and B).

    Examples
    --------
    >>> print(to_tce("1200 t", "原煤"))
    857.16 tce
    >>> print(to_tce("350 万kWh", "electricity", basis="primary", coal_rate="300 gce/kWh"))
    1050.0 tce
    """
    found = _convert(amount, carrier, options)
    result: Any = registry().Quantity(found.tce, pint_unit(TCE))
    result.coefficient = found.coefficient
    result.uncertainty = found.uncertainty
    return result  # type: ignore[no-any-return]


@_with_options
def convert(amount: MeasuredLike, carrier: str, **options: Unpack[ConversionOptions]) -> Conversion:
    """Convert one amount like :func:`to_tce`, and return the whole record of it.

    Parameters
    ----------
    amount : str or pint.Quantity
        A scalar amount with a unit.
    carrier, basis, coal_rate, ncv, density, coefficient, edition, gas_state, allow_unverified
        As in :func:`to_tce`.

    Returns
    -------
    Conversion
        Amount, tce, the coefficient with its source, and the standard uncertainty where one is given.

    Raises
    ------
    EnergybenchError
        As :func:`to_tce`.

    Examples
    --------
    >>> print(convert("12340 L", "汽油", density="0.725 kg/L"))
    12340 L of gasoline at 0.725 kg/L = 13.1638801 tce  [汽油 gasoline: 1.4714 kgce/kg (gbt-2589-2020 A.1, ...)]
    >>> round(convert("90 万m3", "natural gas", ncv="35.6 MJ/m3 ± 1 %").uncertainty, 2)
    10.93
    """
    return _convert(amount, carrier, options, one=True)


def coefficient(
    carrier: str,
    *,
    basis: str = "calorific",
    coal_rate: MeasuredLike | CoalRate | None = None,
    edition: str | Sequence[str] | None = None,
    allow_unverified: bool = False,
) -> Coefficient:
    """Look up the coefficient of a carrier.

    Parameters
    ----------
    carrier, basis, coal_rate, edition, allow_unverified
        As in :func:`to_tce`.

    Returns
    -------
    Coefficient
        Value, unit, document, clause, verification and evidence.

    Raises
    ------
    EnergybenchError
        As :func:`to_tce`.

    Examples
    --------
    >>> coefficient("diesel", edition="gbt-2589-2008").value
    1.4571
    """
    choice, _ = read_options(basis=basis, coal_rate=coal_rate, edition=edition, allow_unverified=allow_unverified)
    record = choose_coefficient(carrier, choice)[1]
    if allow_unverified:
        warn_if_weak(record)
    return record
