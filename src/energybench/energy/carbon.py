"""Carbon dioxide beside energy: fuels by heating value, carbon content and oxidation; power; heat.

Series never mix: the figures of one emission that come from tables come from one document, and a grid factor is
of a named year, kind and region. Where a series has several figures, the error lists them.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from energybench import __version__
from energybench.energy.coal_rates import read_year
from energybench.energy.coefficients import category_of
from energybench.energy.plausibility import (
    CO2_FOR_C,
    CO2_PER_C,
    NARROW_SLIP,
    SLIP,
    Known,
    known_heat,
    refuse_heat,
    refuse_slip,
)
from energybench.errors import (
    AmbiguousError,
    AmountError,
    CoefficientError,
    DimensionError,
    GasConditionError,
    MissingFigureError,
    OptionError,
    UnknownCarrierError,
    UnknownNameError,
    did_you_mean,
    quoted,
)
from energybench.tables.names import Names, find_carrier, normalise_name, resolve_name
from energybench.tables.rows import Cited
from energybench.tables.store import (
    best_verified,
    cached,
    choose,
    data_version,
    find_document,
    records,
    require_usable,
    warn_if_weak,
)
from energybench.units.factors import Rate, ratio, same_kind, to_float, two_conditions
from energybench.units.registry import read_one, read_rate
from energybench.units.result import Record
from energybench.units.text import UnitText, read_number, read_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from energybench.tables.rows import Co2FactorRow
    from energybench.units.registry import AmountLike


@dataclass(frozen=True, slots=True)
class Emission(Record, Cited):
    """The carbon dioxide of one amount of a carrier, with every figure that it rests on.

    Attributes
    ----------
    tco2 : float
        Tonnes of carbon dioxide; negative for energy sent out.
    carrier, amount, unit
        What was given.
    figures : tuple of CarbonFigure
        Heating value, carbon content, oxidation and 44/12 of a fuel, or one factor, each with document,
        verification, evidence, ``url`` and ``cite()``. Those of the emission are of its first figure from a table.
    series : str
        Id of the document of the table figures; empty where all are the user's own.
    year, kind, region
        Of a grid factor.
    """

    tco2: float
    carrier: str
    amount: float
    unit: str
    figures: tuple[CarbonFigure, ...]
    series: str = ""
    year: int | None = None
    kind: str = ""
    region: str = ""
    package_version: str = __version__
    data_version: str = ""

    @property
    def _cited(self) -> str:
        return next((figure.row for figure in self.figures if figure.url and figure.origin == "table"), "")

    @property
    def _document(self) -> str:
        return self.series

    def __str__(self) -> str:
        used = "; ".join(str(figure) for figure in self.figures)
        return f"{self.amount:g} {self.unit} of {self.carrier} = {self.tco2:.10g} tCO2  [{used}]"


def to_co2(
    amount: AmountLike,
    carrier: str,
    *,
    year: int | str | None = None,
    kind: str | None = None,
    region: str | None = None,
    ncv: AmountLike | None = None,
    carbon_content: str | None = None,
    oxidation: float | str | None = None,
    factor: str | None = None,
    allow_unverified: bool = False,
) -> Emission:
    """Compute the carbon dioxide of an amount of a carrier.

    Parameters
    ----------
    amount : str or pint.Quantity
        One amount with its unit.
    carrier : str
        Id, Chinese or English name: a fuel, electricity or heat.
    year : int or str, optional
        Of the grid factor, for electricity. Factors come years late; no year stands in for another.
    kind : str, optional
        For electricity ``"average"``, ``"without-traded-nonfossil"``, ``"fossil"``, ``"reporting"`` or
        ``"iea-average"``: different series that must not be mixed. For a fuel the id of the document whose
        figures are used, needed where several have the fuel.
    region : str, optional
        For electricity: ``"national"``, a grid (``"north"``, ``"华北"``) or a province (``"山西"``, ``"shanxi"``).
    ncv : str or pint.Quantity, optional
        Net heating value of a fuel, ``"42.65 GJ/t"``, or the id of a row of ``co2_factors.csv``.
    carbon_content : str, optional
        ``"20.2 tC/TJ"``, or the id of a row.
    oxidation : float or str, optional
        ``0.98`` or ``"98 %"``, or the id of a row.
    factor : str, optional
        The user's own factor instead of all that: ``"0.5 tCO2/MWh"``, ``"2.1 tCO2/t"``.
    allow_unverified : bool
        Use unverified figures and rows in conflict that are named by their id, with a warning.

    Returns
    -------
    Emission
        Tonnes of CO2 and every figure used.

    Raises
    ------
    AmbiguousError
        If there are several series or several figures; they are listed.
    MissingFigureError
        If a figure is in no table; what to give is named.
    UnverifiedError
        If a figure is unverified or in conflict and ``allow_unverified`` is not set.
    OptionError
        If an option does not go with the carrier, or figures of two series are mixed.
    CoefficientError
        If a figure of your own is far from those of every document, or the mass of a fuel would give more than 44/12
        of itself: 44 t of CO2 hold 12 t of carbon.
    DimensionError
        If the amount is not what the factor is for: heat is per GJ, never per tonne of steam.

    Notes
    -----
    Fuels: CO2 = amount x NCV x carbon content x oxidation x 44/12. Power and heat: CO2 = amount x factor. Figures
    from ``data/co2_factors.csv``. Fuel burnt only: process emissions and feedstock carbon kept in a product are
    not part of it.

    Examples
    --------
    >>> print(to_co2("350 万kWh", "electricity", year=2023, kind="average", region="national").tco2)
    1857.1
    >>> round(to_co2("90 万Nm3", "natural gas", kind="gbt-32151-34-2024").tco2, 3)
    1945.97
    >>> round(to_co2("100 t", "diesel", kind="ndrc-ghg-guidelines", ncv="42.652 GJ/t").tco2, 3)
    309.591
    """
    magnitude, unit = read_one(amount, "amount", "Compute one and scale the array")
    own = {"ncv": ncv, "carbon_content": carbon_content, "oxidation": oxidation}
    given = {name: value for name, value in own.items() if value is not None}
    where = {"year": year, "kind": kind, "region": region}
    subject = find_fuel(carrier, found_elsewhere=factor is not None or len(given) == len(own))
    row: Co2FactorRow | None = None
    if factor is not None:
        _refuse(subject, {**given, **where}, "is given beside factor, which says all")
    elif subject in ("electricity", "heat"):
        _refuse(subject, given, f"is given for {subject}, which has a factor of its own")
        if subject == "heat":
            _refuse(subject, where, "is given for heat, which has one factor")
        row = power_factor(year, kind, region, allow_unverified) if subject != "heat" else heat_factor(allow_unverified)
        factor = f"{row.value} {row.unit}"
    if factor is not None:
        rate = read_carbon(factor, TONNES_CO2, "factor")
        if row is None and not allow_unverified:
            refuse_factor(subject, rate)
        figures: tuple[CarbonFigure, ...] = (
            figure_of_row("factor", row) if row else CarbonFigure.of_user("factor", factor, rate),
        )
        tonnes = _amounts(unit, rate, subject) * rate.value * ratio(rate.unit.over, TONNES_CO2)
    else:
        _refuse(subject, {"year": year, "region": region}, "is given for a fuel, whose figures have none")
        rates, figures = fuel_figures(subject, given, kind, allow_unverified)
        heating, carbon, oxidised = (rates[name] for name in QUANTITIES)
        heat = _amounts(unit, heating, subject) * heating.value
        mass = heat * _amounts(heating.unit.over, carbon, subject) * carbon.value
        tonnes = mass * ratio(carbon.unit.over, TONNES_CARBON) * oxidised.value * CO2_PER_C
        figures = (*figures, molar_ratio())
    if row is None:
        _refuse_more_than_carbon(subject, unit, tonnes)
    for figure in figures:
        warn_if_weak(figure)
    place: dict[str, Any] = {}
    if row and subject == "electricity":
        place = {"year": int(row.year), "kind": power_kind(row), "region": row.region}
    return Emission(
        tco2=to_float(magnitude * tonnes, "amount"),
        carrier=subject,
        amount=float(magnitude),
        unit=str(unit),
        figures=figures,
        series=next((figure.document for figure in figures if figure.origin == "table"), ""),
        data_version=data_version(),
        **place,
    )


def _refuse(subject: str, options: Mapping[str, object], why: str) -> None:
    """Refuse options that do not go with the carrier: an option that does nothing would mislead."""
    for name, value in options.items():
        if value is not None:
            raise OptionError(f"{subject}: {name} {why}", name, f"Leave {name} out")


def _refuse_more_than_carbon(fuel: str, unit: UnitText, tonnes: Fraction) -> None:
    """Refuse a mass of fuel that would give more CO2 than as much pure carbon, whoever allows its figures."""
    is_fuel = fuel in _fuel_rows() or category_of(fuel) in ("solid", "liquid", "gas")
    if is_fuel and same_kind(unit, _TONNE) and tonnes / ratio(unit, _TONNE) > _MOST_CO2_PER_MASS:
        given = f"{float(tonnes / ratio(unit, _TONNE)):.4g} tCO2/t"
        said = f"{fuel} would give {given}, and pure carbon gives 44/12 = 3.67: 44 t of CO2 hold 12 t of carbon"
        raise CoefficientError(said, given, "Check the figures given, their decimal points and units")


def _amounts(unit: UnitText, rate: Rate, subject: str) -> Fraction:
    per = rate.unit.per
    if same_kind(unit, per):
        return ratio(unit, per)
    given = f"{subject} is given in {unit}, and its figure is per {per}"
    if two_conditions(unit, per):
        fix = "Convert it by name with energybench.to_reference(), or give ncv= of your condition"
        raise GasConditionError(f"{given}: m3 and Nm3 are volumes at different reference conditions", str(unit), fix)
    fix = f"Give the amount in a unit such as {per}"
    if subject == "heat":
        fix = "The factor is per GJ of heat, not per tonne of steam: energybench.steam_heat() gives the heat"
    raise DimensionError(given, str(unit), fix)


#: What a fuel needs, in the order of the formula, and what to write for it.
QUANTITIES = {"ncv": '"42.65 GJ/t"', "carbon_content": '"20.2 tC/TJ"', "oxidation": "0.98"}

_QUANTITY_OF_KIND = {
    "NCV default": "ncv",
    "carbon content per heat": "carbon_content",
    "IPCC default carbon content": "carbon_content",
    "oxidation rate": "oxidation",
}
_IPCC = "ipcc1996_"
_KJ, _TJ, _TONNE = UnitText(("kJ",)), UnitText(("TJ",)), UnitText(("t",))
#: 44/12 as it is usually rounded.
_MOST_CO2_PER_MASS = Fraction("3.67")
TONNES_CO2, TONNES_CARBON = UnitText(("tCO2",)), UnitText(("tC",))
#: Fuels that have hardly a carbon content in common.
_ANY_CARBON = frozenset({"other_gas", "msw_fuel", "industrial_waste_fuel"})


@dataclass(frozen=True, slots=True)
class CarbonFigure(Cited):
    """One figure of an emission, and where it comes from.

    Attributes
    ----------
    quantity : str
        ``"ncv"``, ``"carbon_content"``, ``"oxidation"``, ``"ratio"`` or ``"factor"``.
    value, unit : float, str
        As printed.
    origin : str
        ``"table"``, ``"user"`` or ``"definition"``.
    row : str
        Id of the row of ``co2_factors.csv``.
    kind, year, region
        As the table says them.
    document, verification, evidence, notes : str
        Source of a table figure; empty for a figure of the user's own.
    """

    quantity: str
    value: float
    unit: str
    origin: str
    row: str = ""
    kind: str = ""
    year: int | None = None
    region: str = ""
    document: str = ""
    verification: str = ""
    evidence: str = ""
    notes: str = ""

    @classmethod
    def of_user(cls, quantity: str, value: object, rate: Rate) -> CarbonFigure:
        """Make the record of a figure that the user gave, in the unit that was written."""
        unit = read_number(value)[1].strip() if isinstance(value, str) else str(rate.unit)
        # A share written in percent is kept as a share.
        return cls(quantity, float(rate.value), "" if quantity == "oxidation" else unit, "user")

    def __str__(self) -> str:
        source = f"{self.row}, {self.document}, {self.verification}" if self.row else "given by the user"
        return f"{self.quantity} {self.value:.10g} {self.unit}".rstrip() + f" ({source})"


def figure_of_row(quantity: str, row: Co2FactorRow) -> CarbonFigure:
    unit, year = "" if row.unit == "ratio" else row.unit, int(row.year) if row.year else None
    return CarbonFigure(
        *(quantity, float(row.value), unit, "table", row.id, row.kind, year, row.region),
        *(row.document, row.verification, row.evidence, row.notes),
    )


def molar_ratio() -> CarbonFigure:
    row = next(row for row in records("co2_factors") if row.id == "carbon-to-co2-ratio")
    source = {"document": row.document, "verification": row.verification, "evidence": row.evidence}
    return CarbonFigure("ratio", float(CO2_PER_C), row.unit, "definition", row.id, notes="44/12", **source)


def read_carbon(text: object, mass: UnitText, name: str) -> Rate:
    example = f'Write, for example, {name}="{"20.2 tC/TJ" if mass is TONNES_CARBON else "0.5 tCO2/MWh"}"'
    if not isinstance(text, str):
        raise AmountError(f"{name} is {quoted(text)}, expected text with a unit", quoted(text), example)
    number, written = read_number(text)
    unit = read_unit(written) if written else UnitText(())
    if not unit.denominator or not same_kind(unit.over, mass):
        wanted = "carbon" if mass is TONNES_CARBON else "CO2"
        raise DimensionError(f"{name} is {quoted(text)}, expected a mass of {wanted} per amount", quoted(text), example)
    rate = Rate(Fraction(number), unit)
    if rate.value < 0:
        raise AmountError(f"{name} is {quoted(text)}, expected zero or more", quoted(text), example)
    to_float(rate.value, name)
    return rate


@cached()
def _fuel_rows() -> dict[str, tuple[Co2FactorRow, ...]]:
    rows: dict[str, list[Co2FactorRow]] = {}
    for row in records("co2_factors"):
        if row.kind in _QUANTITY_OF_KIND:
            rows.setdefault(row.subject.removeprefix(_IPCC), []).append(row)
    return {
        fuel: tuple(found)
        for fuel, found in rows.items()
        if any(_QUANTITY_OF_KIND[row.kind] == "carbon_content" for row in found)
    }


def find_fuel(carrier: str, *, found_elsewhere: bool) -> str:
    """Return the id of a carrier: a fuel of the carbon tables first, then any carrier."""
    fuels = {normalise_name(fuel): fuel for fuel in _fuel_rows()}
    if isinstance(carrier, str) and (fuel := fuels.get(normalise_name(carrier))):
        return fuel
    try:
        return find_carrier(carrier)
    except UnknownCarrierError:
        if not found_elsewhere or not isinstance(carrier, str):
            raise
        return carrier.strip()


# Fuels ----------------------------------------------------------------------------------------------------


def fuel_figures(
    fuel: str, given: dict[str, Any], kind: str | None, allow_unverified: bool
) -> tuple[dict[str, Rate], tuple[CarbonFigure, ...]]:
    by_id = {name: row for name, value in given.items() if (row := _row_by_id(name, value, fuel)) is not None}
    open_quantities = [name for name in QUANTITIES if name not in given]
    series = _series(fuel, open_quantities, by_id, kind)
    rows = {**by_id, **{name: _choose(fuel, name, series, allow_unverified) for name in open_quantities}}
    rates: dict[str, Rate] = {}
    figures: list[CarbonFigure] = []
    for name in QUANTITIES:
        if name in rows:
            row = rows[name]
            require_usable(row, f"The figure {row.id}, {row.value} {row.unit},", allow_unverified)
            rates[name] = _read(name, row.value if row.unit == "ratio" else f"{row.value} {row.unit}")
            figures.append(figure_of_row(name, row))
        else:
            rates[name] = _read(name, given[name])
            if not allow_unverified:
                _refuse_slip(fuel, name, rates[name])
            figures.append(CarbonFigure.of_user(name, given[name], rates[name]))
    return rates, tuple(figures)


def _row_by_id(name: str, value: object, fuel: str) -> Co2FactorRow | None:
    if not isinstance(value, str) or not value[:1].isalpha():
        return None
    known = {row.id: row for row in records("co2_factors") if _QUANTITY_OF_KIND.get(row.kind) == name}
    if value not in known:
        advice = f"Write {name}={QUANTITIES[name]}, or the id of a row of energybench tables co2_factors"
        said = f"{name} is {quoted(value)}, neither a figure nor the id of such a row"
        raise UnknownNameError(said, quoted(value), did_you_mean(value, known, advice))
    row: Co2FactorRow = known[value]
    subject = row.subject.removeprefix(_IPCC)
    if subject != fuel and subject in {carrier.carrier for carrier in records("carriers")}:
        said = f"{name} is {quoted(value)}, a row of {subject}, for {fuel}"
        raise OptionError(said, quoted(value), "Name a row of it")
    return row


def _series(fuel: str, wanted: list[str], by_id: dict[str, Co2FactorRow], kind: str | None) -> str:
    document = find_document(kind).id if kind is not None else None
    named = sorted({row.document for row in by_id.values()} | ({document} if document else set()))
    if len(named) > 1:
        fix = "Take every table figure from one of them, or give figures of your own"
        raise OptionError(f"{fuel}: {' and '.join(named)} would be mixed, and they are different series", named[0], fix)
    if named:
        return named[0]
    rows = _fuel_rows().get(fuel, ())
    offering = sorted({row.document for row in rows if _QUANTITY_OF_KIND[row.kind] in wanted})
    if len(offering) > 1:
        shown = "; ".join(
            f"{each}: {', '.join(_shown(row) for row in rows if row.document == each)}" for each in offering
        )
        said = f"The carbon figures of {fuel} stand in {len(offering)} series, which must not be mixed: {shown}"
        fix = f'Name one, for example kind="{offering[-1]}", or give ncv=, carbon_content= and oxidation='
        raise AmbiguousError(said, fuel, fix)
    return offering[0] if offering else ""


def _shown(row: Co2FactorRow) -> str:
    return f"{_QUANTITY_OF_KIND[row.kind]} {row.value} {row.unit.replace('ratio', '')}".rstrip() + (
        f" ({row.id}, {row.verification})"
    )


def _choose(fuel: str, name: str, series: str, allow_unverified: bool) -> Co2FactorRow:
    if fuel not in _fuel_rows():
        raise _no_fuel(fuel)
    everywhere = [row for row in _fuel_rows().get(fuel, ()) if _QUANTITY_OF_KIND[row.kind] == name]
    rows = [row for row in everywhere if row.document == series]
    if not rows:
        others = "; ".join(f"{row.document}: {_shown(row)}" for row in everywhere)
        said = f"{series or 'No table'} has no {name} of {fuel}" + (f"; other series have: {others}" if others else "")
        raise MissingFigureError(said, fuel, f"Pass {name}={QUANTITIES[name]} with the figure measured or agreed")
    return choose(
        rows,
        f"The {name} of {fuel} in {series}",
        lambda first: (
            f'Pass the measured figure {name}={QUANTITIES[name]}, or choose a row by {name}="{first.id}" '
            "with allow_unverified=True"
        ),
        allow_unverified,
        fuel,
    )


def _no_fuel(carrier: str) -> MissingFigureError:
    category = category_of(carrier)
    own = ", ".join(f"{quantity}={example}" for quantity, example in QUANTITIES.items())
    fix = f"Pass figures of your own, such as {own}, or name one of {', '.join(sorted(_fuel_rows()))}"
    if category == "heat":
        fix = 'energybench.steam_heat() gives the heat of steam: name the carrier "heat" and its GJ'
    elif category == "medium":
        fix = 'Count the power or the fuel that made it, or pass factor="... tCO2/..." of your own'
    return MissingFigureError(f"No table has the carbon figures of {carrier}", carrier, fix)


def _read(name: str, value: Any) -> Rate:
    if name == "carbon_content":
        rate = read_carbon(value, TONNES_CARBON, name)
        if not same_kind(rate.unit.per, _TJ):
            raise DimensionError(f"{name} is {quoted(value)}, expected carbon per heat", quoted(value), "Give tC/TJ")
        return rate
    if name == "oxidation":
        return Rate(_read_share(value), UnitText(()))
    rate = read_rate(value, name)
    if not rate.unit.denominator or not same_kind(rate.unit.over, _KJ):
        raise DimensionError(f"ncv is {rate}, expected heat per amount", str(rate), f"Write ncv={QUANTITIES['ncv']}")
    if rate.value <= 0:
        raise CoefficientError(f"ncv is {rate}, expected more than zero", str(rate), "Give the net heating value")
    return rate


def _read_share(value: object) -> Fraction:
    text = repr(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if isinstance(text, str):
        try:
            number, rest = read_number(text)
            share = Fraction(number) / (100 if rest.strip() in ("%", "％") else 1)
            if 0 < share <= 1 and rest.strip() in ("", "%", "％"):
                return share
        except AmountError:
            pass
    said = f"oxidation is {quoted(value)}, expected a share above 0 and up to 1"
    raise AmountError(said, quoted(value), 'Write 0.98 or "98 %"')


def _refuse_slip(fuel: str, name: str, rate: Rate) -> None:
    if name == "ncv":
        refuse_heat(fuel, rate)
    elif name == "carbon_content":
        per_tj = UnitText(TONNES_CARBON.numerator, _TJ.numerator)
        figure = Rate(rate.to(per_tj), per_tj)
        refuse_slip(_known_carbon(fuel), figure, fuel, name, figure, CO2_FOR_C)


@cached()
def _known_carbon(fuel: str) -> Known:
    by_fuel = {
        each: [Fraction(row.value) for row in rows if _QUANTITY_OF_KIND[row.kind] == "carbon_content"]
        for each, rows in _fuel_rows().items()
    }
    category = category_of(fuel)
    # Gases go from hydrogen, which has none, to those of blast furnaces.
    alike = [each for each in by_fuel if category in ("solid", "liquid") and category_of(each) == category]
    named = [fuel] if fuel in by_fuel else alike
    known = [figure for each in named or by_fuel for figure in by_fuel[each]]
    # Waste is counted with all its carbon or with the fossil part; "other gas" is any gas of a coking plant.
    times = SLIP if not named or fuel in _ANY_CARBON else NARROW_SLIP
    of = "" if fuel in by_fuel else f"{category} fuels" if alike else "any fuel"
    return Known(min(known), max(known), times, times, of)


def refuse_factor(subject: str, rate: Rate) -> None:
    """Refuse a CO2 factor of the user's own that only a slipped decimal point or unit can explain; 0 is no slip."""
    unit = UnitText(TONNES_CO2.numerator, rate.unit.denominator)
    figure = Rate(rate.to(unit), unit)
    if figure.value:
        refuse_slip(_known_factor(subject, unit), figure, subject, "factor", rate, "1 tCO2/MWh is 1 kgCO2/kWh")


@cached()
def _known_factor(subject: str, unit: UnitText) -> Known | None:
    prefix = {"electricity": "grid_", "heat": "heat_purchased"}.get(subject)
    rows = [row for row in records("co2_factors") if prefix and row.subject.startswith(prefix)]
    rates = [Rate(Fraction(row.value), read_unit(row.unit)) for row in rows]
    known = [rate.to(unit) for rate in rates if same_kind(rate.unit, unit)]
    if known:
        # A contract for power of wind and water may lie far below every grid.
        return Known(min(known), max(known), SLIP * 10, SLIP)
    heat = None if prefix else known_heat(subject, UnitText(("TJ",), unit.denominator))
    if heat is None:
        return None
    carbon = _known_carbon(subject)
    return Known(heat.lowest * carbon.lowest * CO2_PER_C, heat.highest * carbon.highest * CO2_PER_C)


#: The series of grid factors, by the words of the table.
POWER_KINDS = {
    "MEE+NBS electricity factor, average": "average",
    "MEE+NBS regional": "average",
    "MEE+NBS provincial": "average",
    "MEE+NBS": "without-traded-nonfossil",
    "MEE+NBS fossil power": "fossil",
    "enterprise reporting value": "reporting",
    "MEE/NDRC enterprise reporting value": "reporting",
    "IEA average, for comparison": "iea-average",
}
_REGIONS_ZH = {
    "全国": "national",
    "华北": "north",
    "东北": "northeast",
    "华东": "east",
    "华中": "central",
    "西北": "northwest",
    "南方": "south",
    "西南": "southwest",
}
_PROVINCE_SUFFIXES = ("省", "市", "自治区", "壮族自治区", "回族自治区", "维吾尔自治区")
#: Places that the tables say have no factor: a near name must not be offered for them.
_WITHOUT_FACTOR = ("西藏", "香港", "澳门", "台湾", "tibet", "hong kong", "macao", "taiwan")


def heat_factor(allow_unverified: bool) -> Co2FactorRow:
    rows: list[Co2FactorRow] = [row for row in records("co2_factors") if row.subject == "heat_purchased"]
    fix = 'Pass factor="... tCO2/GJ" of your own'
    return choose(best_verified(rows)[:1], "The CO2 factor of heat", lambda _: fix, allow_unverified)


def power_kind(row: Co2FactorRow) -> str:
    return POWER_KINDS.get(row.kind, row.kind)


def power_factor(year: int | str | None, kind: str | None, region: str | None, allow_unverified: bool) -> Co2FactorRow:
    """Return the grid factor of a year, kind and region; each is named, none has a default."""
    rows: list[Co2FactorRow] = [row for row in records("co2_factors") if row.subject.startswith("grid_")]
    if year is None:
        years = ", ".join(sorted({row.year for row in rows}))
        raise OptionError("Electricity needs the year of its CO2 factor", "year", f"Pass year=, one of {years}")
    number = read_year(year)
    if region is None:
        regions = ", ".join(sorted({row.region for row in rows if int(row.year) == number}) or ["none"])
        fix = 'Pass region="national", or the grid or province'
        raise OptionError(f"Electricity needs the region of its CO2 factor; {number} has {regions}", "region", fix)
    if isinstance(region, str) and normalise_name(region).startswith(_WITHOUT_FACTOR):
        fix = 'Pass factor="... tCO2/MWh" of your own; the neighbouring grid does not stand in'
        raise MissingFigureError(f"No CO2 factor of power in {quoted(region)} was published", quoted(region), fix)
    place = resolve_name(region, _regions(), "region", UnknownNameError, 'Use "national", "north" or "山西"')
    here = [row for row in rows if row.region == place]
    kinds = sorted({power_kind(row) for row in rows})
    if kind is not None and kind not in kinds:
        fix = did_you_mean(str(kind), kinds, f"Use one of {', '.join(kinds)}")
        raise OptionError(f"kind is {quoted(kind)}", quoted(kind), fix)
    of_year = [row for row in here if int(row.year) == number]
    if of_year and kind is None:
        said = f"The CO2 factor of power in {place} in {number} has series that must not be mixed: {_listed(of_year)}"
        raise AmbiguousError(said, str(number), f'Name one, for example kind="{power_kind(of_year[0])}"')
    found = [row for row in of_year if power_kind(row) == kind]
    if not found:
        like = [row for row in here if kind in (None, power_kind(row))]
        raise MissingFigureError(
            f"No {kind or 'CO2'} factor of power in {place} is known for {number}; "
            f"known there: {_listed(of_year or like or here)}",
            str(number),
            'No other year, kind or region stands in: pass factor="... tCO2/MWh" of your own, or name a known one',
        )
    what = f"The {kind} factor of {place} in {number}"
    return choose(
        found, what, lambda first: f'Pass one as factor="{first.value} {first.unit}"', allow_unverified, str(number)
    )


def _listed(rows: list[Co2FactorRow]) -> str:
    return "; ".join(
        f"{power_kind(row)} {row.year} {row.value} {row.unit} ({row.document}, {row.verification})" for row in rows
    )


@cached()
def _regions() -> Names:
    """Map every name of a region to the text of the table: 山西, 山西省, shanxi, 华北."""
    pairs = list(_REGIONS_ZH.items())
    for row in records("co2_factors"):
        if not row.subject.startswith("grid_"):
            continue
        pairs.append((row.region, row.region))
        if row.region[0] > "\u4e00":
            pairs += [(row.region + suffix, row.region) for suffix in _PROVINCE_SUFFIXES]
            pairs.append((row.id.removeprefix("grid-").removesuffix(f"-{row.year}"), row.region))
    return Names((name, region, "", "") for name, region in pairs)
