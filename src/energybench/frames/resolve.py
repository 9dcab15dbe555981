"""The two small tables behind a whole one, factors and thresholds, and the options that hold for every row.

Each distinct combination of carrier, unit and own figure, and of product and output unit, goes through exactly
the functions that serve one value. What they refuse becomes a refusal with its reason, not an exception.
"""

from __future__ import annotations

import math
import re
from contextlib import nullcontext
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from energybench.energy.coefficients import Coefficient, is_power_of_unknown_name, nothing_used
from energybench.energy.conversion import factor, make_choice
from energybench.energy.gas_and_steam import CONDITIONS
from energybench.energy.plausibility import known_coefficients, known_heat
from energybench.errors import (
    AmbiguousError,
    BasisError,
    DimensionError,
    EnergybenchError,
    MissingFigureError,
    OptionError,
    OutputError,
    UnknownCarrierError,
    UnverifiedError,
    check_option,
    quoted,
    without_suggestions,
)
from energybench.limits.choose import (
    choose_document,
    day_of,
    documents_of_region,
    find_ladder,
    needs_capacity,
    standing,
)
from energybench.limits.conditions import check_conditions
from energybench.limits.corrections import apply
from energybench.limits.furnaces import READINGS, LimitCurve, find_curve
from energybench.limits.ladders import COMPARES
from energybench.limits.verdicts import PROJECTS, check_basis
from energybench.tables.names import carriers_of, find_carrier, find_item, item_name, items_named
from energybench.tables.store import find_document, records
from energybench.tables.upkeep import stale
from energybench.units.factors import Rate, ratio, same_kind
from energybench.units.registry import read_rate
from energybench.units.text import KWH, TCE, UnitText, read_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from energybench.energy.coefficients import Choice
    from energybench.limits.ladders import Ladder

#: Which options of a table are those of a conversion.
_OF_CHOICE = ("basis", "coal_rate", "edition", "gas_state", "allow_unverified")


@dataclass(frozen=True, slots=True)
class Options:
    """How every row of a table is converted and judged, checked once for every way through it."""

    choice: Choice
    document: str | None = None
    region: str | None = None
    project: str | None = None
    corrections: str | None = None
    plausible: bool = False
    reading: str = "linear"
    compare: str = "full"

    def __post_init__(self) -> None:
        check_option("reading", self.reading, READINGS)
        check_option("compare", self.compare, COMPARES)
        check_option("project", self.project or "existing", PROJECTS)
        check_option("corrections", self.corrections or "base", ("base",))
        if self.document is not None:
            find_document(self.document)
        if self.region is not None:
            documents_of_region(self.region)
        # A coal rate that fits no electricity would be refused row by row; it is wrong for the whole table.
        if self.choice.coal_rate is not None:
            factor("electricity", KWH, self.choice)

    @classmethod
    def of(cls, **given: Any) -> Options:
        choice = {name: given.pop(name) for name in _OF_CHOICE if name in given}
        return cls(make_choice(**choice), **given)

    def to_dict(self) -> dict[str, Any]:
        choice = self.choice
        return {
            "basis": choice.basis,
            "coal_rate": str(choice.coal_rate) if choice.coal_rate else None,
            "edition": choice.edition,
            "gas_state": f"{CONDITIONS[choice.gas_state].celsius} °C" if choice.gas_state else None,
            **{one.name: getattr(self, one.name) for one in fields(self)[1:]},
            "allow_unverified": choice.allow_unverified,
        }


#: How many refusals of a table name what was probably meant.
SUGGESTED = 100
#: How many refused combinations a table that comes in parts remembers.
REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something cannot be used, as a row of the problems says it."""

    column: str
    value: str
    reason: str
    message: str
    suggestion: str
    verbatim: bool = False


#: What an argument for one value is in a table.
_COLUMNS = {"coefficient=": "coefficient (折标系数)", "ncv=": "ncv (低位发热量)"}


_CORRECTION = re.compile(r'corrections=\{"([\w-]+)": \{"(\w+)"')


def refusal_of(error: EnergybenchError, column: str) -> Refusal:
    """Turn an error for one value into a refusal for rows, where the figures of a row are columns."""
    named = [header for argument, header in _COLUMNS.items() if argument in error.fix]
    columns = f". In a table write it in a column {' or '.join(named)}, with its unit" if named else ""
    if condition := _CORRECTION.search(error.fix):
        columns = f". In a table each is a column of the outputs, correction:{condition[1]}:{condition[2]}"
    return Refusal(column, error.value, error.reason, error.message, f"{error.fix.rstrip('.')}{columns}", verbatim=True)


@dataclass(frozen=True, slots=True)
class Factor:
    tce: float
    electricity_kwh: float
    record: Coefficient
    own: str = ""
    own_range: tuple[float, float] | None = None
    own_unit: str = ""
    #: The own figures that the other basis would have, and its name.
    other_basis: tuple[float, float, str] | None = None
    #: Why the coefficient is lacking, where ``tce`` is infinite: an amount that counts as zero needs none.
    lacking: Refusal | None = None


def resolve_factor(
    carrier: str, unit: str, own: str, own_unit: str, choice: Choice, density: str = ""
) -> Factor | Refusal:
    column = "unit"
    try:
        read = read_unit(unit)
        if density:
            column = "density"
            choice = choice._replace(density=read_rate(density, "density"))
        column = f"{own}_unit" if own else "carrier"
        if not own:
            exact, record = factor(carrier, read, choice)
            return Factor(float(exact), _electricity(record, read), record)
        if not own_unit:
            return Refusal(
                column, "", "no-unit", f"{own} has no unit", f'Fill in {column}, for example "{_EXAMPLES[own]}"'
            )
        # The row's figure is a multiplier, so its table entry is made for the figure 1 without a plausibility
        # check, and the plausible figures are kept beside it.
        one = Rate(Fraction(1), read_unit(own_unit))
        exact, record = factor(carrier, read, choice._replace(**{own: one}, allow_unverified=True))  # type: ignore[arg-type]
        if is_power_of_unknown_name(record, read):
            # It would be standard coal, and no electricity to an indicator in kWh.
            raise UnknownCarrierError(
                f"{quoted(carrier)} is in {read}, and no electricity that the tables know",
                quoted(carrier),
                'Write "电力" as the carrier, or give heat in MJ or GJ',
            )
        limits, other = _own_range(record.carrier, one, own, choice.basis)
        limits = None if choice.allow_unverified else limits
        return Factor(float(exact), _electricity(record, read), record, own, limits, str(one.unit), other)
    except (MissingFigureError, AmbiguousError, UnverifiedError, BasisError) as error:
        record, refused = nothing_used(carrier, read), refusal_of(error, column)
        if once := said_once(carrier, carrier):
            more = " or another" if len(carriers_of(carrier)) > 1 else ""
            refused = replace(refused, suggestion=f"{error.fix}. For the whole table pass {once}{more}")
        return Factor(math.inf, _electricity(record, read), record, lacking=refused)
    except EnergybenchError as error:
        column = "unit" if isinstance(error, DimensionError) and not own else column
        column = "density" if density and error.message.startswith("density") else column
        return refusal_of(error, "carrier" if isinstance(error, UnknownCarrierError) else column)


def said_once(name: str, word: str) -> str:
    """Return how the caller says once what a name means that is no single carrier's, "" for any other name."""
    try:
        find_carrier(name)
    except AmbiguousError as error:
        meant = [row.name_zh for one in carriers_of(name) for row in records("carriers") if row.carrier == one]
        meant = [one for one in dict.fromkeys(meant) if len(carriers_of(one)) == 1]
        # Energy that is made on site or sent out is another thing than what is bought.
        flow = re.search("the flow ([\u4e00-\u9fff]+)(.*bought)?", error.fix) if meant else None
        ways = [
            f"columns={{{quoted(word)}: {quoted(one)}}}" for one in (f"{flow[1]}{meant[0]}" if flow else "", *meant[:1])
        ]
        return (
            f"{ways[0]} (made on site) or {ways[1]} (bought)" if flow and flow[2] else ways[not flow] if meant else ""
        )
    except UnknownCarrierError:
        pass
    return ""


_EXAMPLES = {"ncv": "MJ/m3", "coefficient": "kgce/kg"}


def _electricity(record: Coefficient, unit: UnitText) -> float:
    return float(ratio(unit, KWH)) if record.carrier == "electricity" else 0.0


def _own_range(
    carrier: str, one: Rate, own: str, basis: str
) -> tuple[tuple[float, float] | None, tuple[float, float, str] | None]:
    """Return the plausible figures of a row's own, and those of the other basis, in the unit of the column."""
    unit = UnitText(("kJ",) if own == "ncv" else ("kgce",), one.unit.denominator)
    known = known_heat(carrier, unit) if own == "ncv" else known_coefficients(carrier, unit, basis)
    if known is None:
        return None, None
    scale = one.to(unit)
    other = (float(known.other.low / scale), float(known.other.high / scale), known.other.of) if known.other else None
    return (float(known.low / scale), float(known.high / scale)), other


@dataclass(frozen=True, slots=True)
class Threshold:
    item: str
    ladder: Ladder | None
    curve: LimitCurve | None
    electricity: bool
    scale: float
    unit: str
    saving: float
    saving_unit: str
    factor: float = 1.0
    shift: float = 0.0
    #: What has to be said of the document, or follows from it.
    notes: str = ""
    #: That the document was last looked up long before the period, in words.
    looked_up: str = ""

    @property
    def row(self) -> Any:
        """The row of the tables that judges, None where there is none."""
        return self.curve.row if self.curve else self.ladder


def resolve_threshold(
    product: str,
    output_unit: str,
    options: Options,
    period: str | None = None,
    region: str | None = None,
    corrections: Mapping[str, Mapping[str, Any] | str] | None = None,
) -> Threshold | Refusal:
    factor, shift = 1.0, 0.0
    allow_unverified = options.choice.allow_unverified
    column = "region"
    try:
        region = region or options.region
        if region is not None:
            documents_of_region(region)
        column = "period"
        day_of(period)
        column = "product"
        item = find_item(product)
        curve, ladder = None, None
        if needs_capacity(item):
            document = choose_document(item, options.document, period, region)
            curve = find_curve(item, document.id, allow_unverified)
            indicator, named, told = curve.row.unit, document.id, standing(document, day_of(period))
        else:
            ladder = find_ladder(item, options.document, allow_unverified, period, None, region)
            indicator, named, told = ladder.unit, ladder.document, ladder.standing
        if corrections:
            column = f"correction:{next(iter(corrections))}"
        if ladder is not None:
            ladder, corrections = check_conditions(ladder, corrections or options.corrections)
        if corrections:
            ladder, factor, shift = _corrected(item, ladder, corrections, allow_unverified)
        column = "output_unit"
        amounts, energy, scale = _scales(indicator, output_unit)
        if scale is None:
            column = "product"
            message = f"{item} is measured in {indicator}, which is no energy per output"
            raise OptionError(message, item, "Classify single values with classify()")
        if amounts is None:
            given, per = read_unit(output_unit), UnitText(read_unit(indicator).denominator)
            message = f"the output of {item} is in {given}, expected a unit such as {per}"
            raise OutputError(message, quoted(output_unit), f"Give it in {per}")
        column = "product"
        if ladder is not None and energy == TCE:
            check_basis(ladder, options.choice.basis)
    except EnergybenchError as error:
        refused = refusal_of(error, column)
        if isinstance(error, AmbiguousError) and len(meant := items_named(product)) == 1:
            once = f"columns={{{quoted(product)}: {quoted(item_name(meant[0]))}}}"
            refused = replace(refused, suggestion=f"{error.fix}. For the whole table pass {once}")
        return refused
    return Threshold(
        *(item, ladder, curve, energy == KWH, float(scale / amounts), indicator),
        saving=float(amounts / scale) / factor,
        saving_unit=str(energy),
        factor=factor,
        shift=shift,
        notes=f"{named} {told}" if told else "",
        looked_up=stale(named, day_of(period)),
    )


@lru_cache(4096)
def _scales(indicator: str, output_unit: str) -> tuple[Fraction | None, UnitText, Fraction | None]:
    # The output in the unit of the indicator, tce or kWh, and that in the unit of the indicator; None for another kind.
    unit, given = read_unit(indicator), read_unit(output_unit)
    per, over = UnitText(unit.denominator), UnitText(unit.numerator, (), unit.exponent)
    energy = TCE if same_kind(over, TCE) else KWH
    amounts = ratio(given, per) if same_kind(given, per) else None
    return amounts, energy, ratio(energy, over) if same_kind(energy, over) else None


def _corrected(
    item: str, ladder: Ladder | None, corrections: Mapping[str, Mapping[str, Any] | str], allow_unverified: bool
) -> tuple[Ladder, float, float]:
    """Return the corrected ladder, and what corrections of the result make of a value: factor and shift."""
    if ladder is None:
        raise OptionError(f"The furnace limit of {item} has no corrections", item, "Leave the correction columns out")
    moved, shift, _ = apply(ladder, 0.0, corrections, allow_unverified=allow_unverified)
    _, one, _ = apply(ladder, 1.0, corrections, allow_unverified=allow_unverified)
    return moved, one - shift, shift


def resolve_unit(text: Any, target: UnitText, column: str) -> float | Refusal:
    """Return the factor of a unit text to a target unit, or why there is none."""
    try:
        return float(ratio(read_unit(text), target))
    except EnergybenchError as error:
        return refusal_of(error, column)


def resolve_all(resolve: Callable[..., Any], combinations: Iterable[tuple[Any, ...]], refused: int = 0) -> list[Any]:
    resolved = []
    for combination in combinations:
        with nullcontext() if refused < SUGGESTED else without_suggestions():
            one = resolve(*combination)
        refused += isinstance(one, Refusal)
        resolved.append(one)
    return resolved


class KnownFactors:
    """What combinations of carrier, unit and own figure resolve to, for a table that comes in parts."""

    def __init__(self, choice: Choice) -> None:
        self.choice = choice
        self._factors: dict[tuple[str, ...], Factor] = {}
        self._refusals: dict[tuple[str, ...], Refusal] = {}
        self._refused = 0

    @property
    def factors(self) -> list[Factor]:
        return list(self._factors.values())

    def resolve(self, combinations: Sequence[tuple[str, ...]]) -> list[Factor | Refusal]:
        fresh = [one for one in combinations if one not in self._factors and one not in self._refusals]
        resolved = resolve_all(resolve_factor, [(*one[:4], self.choice, *one[4:]) for one in fresh], self._refused)
        found: dict[tuple[str, ...], Factor | Refusal] = dict(zip(fresh, resolved, strict=True))
        for combination, one in found.items():
            if isinstance(one, Factor):
                self._factors[combination] = one
            elif len(self._refusals) < REMEMBERED:
                self._refusals[combination] = one
        self._refused += sum(isinstance(one, Refusal) for one in resolved)
        known = (self._factors, self._refusals, found)
        return [next(where[one] for where in known if one in where) for one in combinations]
