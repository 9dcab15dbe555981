"""The ladder of one limit row, and the class of a value on it.

A ladder is an ordered list of steps, best first. Direction, strictness and the float tolerance are folded
into one bound per step, once; a value then only has to be compared.
"""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass, field, replace
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from energybench import __version__
from energybench.carriers import TCE, normalise_name
from energybench.errors import (
    AmbiguousError,
    AmountError,
    BasisError,
    CapacityError,
    DimensionError,
    MissingFigureError,
    OptionError,
    OutputError,
    UnknownProductError,
    UnverifiedWarning,
    did_you_mean,
    quoted,
)
from energybench.furnaces import FurnaceLimit, furnace_limit
from energybench.tables import (
    ACCEPTED,
    BenchmarkRow,
    LocalLimitRow,
    cached,
    citation,
    data_version,
    find_document,
    records,
    require_usable,
)
from energybench.unit_text import UnitText, read_unit
from energybench.units import make_quantity, ratio, read_exact, read_quantity, same_kind

if TYPE_CHECKING:
    import pint

    from energybench.carriers import AmountLike

#: An exact decimal hit never flips on float noise: bounds move by this much of themselves.
TOLERANCE = 1e-9
COMPARES = ("full", "rounded")
_ELECTRICITY = UnitText(("kWh",))


class Level(StrEnum):
    """Class of a value on a ladder. The first three are those of the national lists."""

    BENCHMARK = "benchmark"
    BASELINE = "baseline"
    BELOW_BASELINE = "below-baseline"
    WITHIN_LIMIT = "within-limit"
    OVER_LIMIT = "over-limit"

    @property
    def zh(self) -> str:
        """The class in Chinese."""
        return _LEVELS_ZH[self]


_LEVELS_ZH = {
    Level.BENCHMARK: "标杆水平",
    Level.BASELINE: "基准水平",
    Level.BELOW_BASELINE: "基准水平以下",
    Level.WITHIN_LIMIT: "符合限额",
    Level.OVER_LIMIT: "超过限额",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a ladder: the class, its threshold as printed, and how a value is compared with it."""

    level: Level
    threshold: str
    comparator: str

    @property
    def value(self) -> float | None:
        """The threshold as a number, or None where the table has none."""
        return float(Fraction(self.threshold)) if self.threshold else None

    @property
    def bound(self) -> float:
        """The threshold with direction, strictness and tolerance folded in; NaN where there is none.

        A value ``x`` meets the step if ``sign * x <= bound``, with sign -1 where higher is better.
        """
        if self.value is None:
            return float("nan")
        sign = -1.0 if self.comparator in (">", ">=") else 1.0
        slack = TOLERANCE if "=" in self.comparator else -TOLERANCE
        return sign * self.value + abs(self.value) * slack

    @property
    def decimals(self) -> int:
        """Digits behind the point of the threshold as printed."""
        return len(self.threshold.partition(".")[2])


@dataclass(frozen=True, slots=True)
class Ladder:
    """One limit row: its steps, best first, the class beyond the last, and the source."""

    id: str
    item: str
    item_zh: str
    item_en: str
    indicator_zh: str
    indicator_en: str
    unit: str
    basis: str
    better: str
    steps: tuple[Step, ...]
    beyond: Level
    document: str
    clause: str
    verification: str
    evidence: str
    notes: str = ""
    furnace: FurnaceLimit | None = None

    @property
    def sign(self) -> float:
        """-1 where higher is better, else 1."""
        return -1.0 if self.better == "higher" else 1.0

    @property
    def levels(self) -> tuple[Level, ...]:
        """Every class that the ladder can give, best first."""
        return (*(step.level for step in self.steps), self.beyond)

    def meets(self, value: float, compare: str = "full") -> tuple[bool | None, ...]:
        """Say for each step whether a value in the ladder's unit meets it; None where the step has no figure."""
        return tuple(None if step.value is None else self._meets(value, step, compare) for step in self.steps)

    def _meets(self, value: float, step: Step, compare: str) -> bool:
        if compare == "full":
            return self.sign * value <= step.bound
        rounded = Fraction(round_half_even(value, step.decimals))
        threshold = Fraction(step.threshold)
        above = rounded > threshold if self.better == "higher" else rounded < threshold
        return above or ("=" in step.comparator and rounded == threshold)

    def level(self, meets: tuple[bool | None, ...]) -> Level | None:
        """Return the class that follows from the steps met, or None where a missing figure leaves it open."""
        for step, met in zip(self.steps, meets, strict=True):
            if met is None:
                break
            if met:
                return step.level
        else:
            return self.beyond
        # A step without a figure stands in the way: only failing the last step decides.
        return self.beyond if meets[-1] is False and not any(meets) else None


def round_half_even(value: float, decimals: int) -> Decimal:
    """Round as GB/T 8170 does: a half goes to the even digit, judged on the shortest decimal of the float.

    Examples
    --------
    >>> round_half_even(0.285, 2)
    Decimal('0.28')
    """
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The class of one value on one ladder, and everything that a reader needs to check it.

    Attributes
    ----------
    level : Level or None
        The class, or None where a missing figure leaves it open (``reason`` says which).
    meets : dict
        Whether each step is met, one by one; None where it has no figure.
    thresholds, margins : dict
        Per step, in ``unit``; a margin is positive while the step is met and negative by what is missing.
    savings : dict
        Per step, what must be saved in ``saving_unit`` over the output given; empty without output.
    depends_on_reading : bool
        Whether another reading of a furnace table would change the class.
    """

    value: float
    unit: str
    item: str
    item_zh: str
    item_en: str
    indicator_zh: str
    indicator_en: str
    level: Level | None
    meets: dict[str, bool | None]
    thresholds: dict[str, float | None]
    comparators: dict[str, str]
    margins: dict[str, float | None]
    compare: str
    basis: str
    document: str
    clause: str
    verification: str
    evidence: str
    notes: str = ""
    reason: str = ""
    savings: dict[str, float | None] = field(default_factory=dict)
    saving_unit: str = ""
    furnace: FurnaceLimit | None = None
    depends_on_reading: bool = False
    package_version: str = __version__
    data_version: str = ""

    def to_pint(self) -> pint.Quantity[Any]:
        """Return the value as a quantity of ``energybench.ureg``."""
        result: pint.Quantity[Any] = make_quantity(self.value, self.unit)
        return result

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as plain data, ready for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        name = f"{self.level} ({self.level.zh})" if self.level else f"cannot tell: {self.reason}"
        steps = ", ".join(
            f"{step} {self.comparators[step]} {value:g}" for step, value in self.thresholds.items() if value is not None
        )
        reading = "; depends on the reading" if self.depends_on_reading else ""
        source = f"{self.document} {self.clause}".strip()
        return f"{self.item} {self.value:.6g} {self.unit}: {name}  [{steps} {self.unit}; {source}, {self.verification}{reading}]"


@cached()
def _item_names() -> dict[str, tuple[str, ...]]:
    """Map every folded name to the items that have it."""
    index: dict[str, list[str]] = {}
    pairs = [(row.name, row.item) for row in records("product_names")]
    pairs += [(row.item, row.item) for table in ("benchmarks", "local_limits", "furnace_limits") for row in records(table)]
    for name, item in pairs:
        found = index.setdefault(normalise_name(name), [])
        if item not in found:
            found.append(item)
    return {name: tuple(found) for name, found in index.items()}


@cached(4096)
def find_item(name: str) -> str:
    """Return the id of an item by its id or any of its names.

    Raises
    ------
    UnknownProductError
        If no table knows the name; the nearest are named.
    AmbiguousError
        If several items have the name.

    Examples
    --------
    >>> find_item("电解铝")
    'electrolytic-aluminium'
    """
    if not isinstance(name, str):
        raise UnknownProductError(f"{quoted(name)} is not a product name", quoted(name), 'Write, for example, "电解铝"')
    found = _item_names().get(normalise_name(name), ())
    if not found:
        raise UnknownProductError(
            f"{quoted(name)} is not a product of the tables",
            quoted(name),
            did_you_mean(name, _item_names(), "energybench tables product_names lists them"),
        )
    if len(found) > 1:
        raise AmbiguousError(
            f"{quoted(name)} is the name of several items: {', '.join(found)}", quoted(name), f'Write "{found[0]}" or another'
        )
    return found[0]


def _of_benchmark(row: BenchmarkRow) -> Ladder:
    return Ladder(
        *(row.id, row.item, row.item_zh, row.item_en, row.indicator_zh, row.indicator_en, row.unit, row.basis, row.better),
        steps=(
            Step(Level.BENCHMARK, row.benchmark, row.comparator),
            Step(Level.BASELINE, row.baseline, row.comparator),
        ),
        beyond=Level.BELOW_BASELINE,
        document=row.document,
        clause=row.clause,
        verification=row.verification,
        evidence=row.evidence,
        notes=row.notes,
    )


def _of_local_limit(row: LocalLimitRow) -> Ladder:
    return Ladder(
        *(row.id, row.item, row.item_zh, row.item_en, row.indicator_zh, row.indicator_en, row.unit, row.basis, row.better),
        steps=(Step(Level.WITHIN_LIMIT, row.limit, row.comparator),),
        beyond=Level.OVER_LIMIT,
        document=row.document,
        clause=row.clause,
        verification=row.verification,
        evidence=row.evidence,
        notes=row.notes,
    )


def of_furnace(limit: FurnaceLimit) -> Ladder:
    """Return the one-step ladder of a furnace limit."""
    row = next(row for row in records("furnace_limits") if row.item == limit.item and row.document == limit.document)
    return Ladder(
        *(f"{limit.document}/{limit.item}/{limit.capacity:g}t", row.item, row.item_zh, row.item_en, row.indicator_zh),
        *(row.indicator_en, limit.unit, "", row.better),
        steps=(Step(Level.WITHIN_LIMIT, repr(limit.value), limit.comparator),),
        beyond=Level.OVER_LIMIT,
        document=limit.document,
        clause=limit.clause,
        verification=limit.verification,
        evidence=limit.evidence,
        notes=limit.notes,
        furnace=limit,
    )


@cached()
def needs_capacity(item: str) -> bool:
    """Say whether the limit of an item depends on furnace capacity."""
    return any(row.item == item for row in records("furnace_limits"))


@cached(4096)
def find_ladder(item: str, document: str | None = None, allow_unverified: bool = False) -> Ladder:
    """Return the ladder that applies to an item.

    Parameters
    ----------
    item : str
        Item id, from :func:`find_item`; not one whose limit depends on furnace capacity.
    document : str, optional
        Document id or number. By default the newest national list with an accepted row, or the one document
        that knows the item.
    allow_unverified : bool
        Take an unverified row.

    Raises
    ------
    MissingFigureError, UnverifiedError, AmbiguousError, UnknownProductError
        If no row can be chosen.

    Examples
    --------
    >>> find_ladder("cement-clinker").document
    'ndrc-2023'
    """
    ladders = [_of_benchmark(row) for row in records("benchmarks") if row.item == item]
    ladders += [_of_local_limit(row) for row in records("local_limits") if row.item == item]
    if document is not None:
        wanted = find_document(document).id
        here = [ladder for ladder in ladders if ladder.document == wanted]
        if not here:
            known = ", ".join(dict.fromkeys(ladder.document for ladder in ladders))
            raise UnknownProductError(f"{citation(wanted)} has no row for {item}", item, f"It is in {known}")
        require_usable(here[0], f"The row of {item}", allow_unverified)
        return here[0]
    return _newest(item, ladders, allow_unverified)


def _newest(item: str, ladders: list[Ladder], allow_unverified: bool) -> Ladder:
    """Choose the newest national list with a usable row, or the only document."""
    national = [ladder for ladder in ladders if find_document(ladder.document).kind == "national_list"]
    national.sort(key=lambda ladder: find_document(ladder.document).issued, reverse=True)
    candidates = national or ladders
    if not national and len(ladders) > 1:
        raise AmbiguousError(
            f"{item} has rows in several documents: {', '.join(ladder.document for ladder in ladders)}",
            item,
            "Pass document= with one of them",
        )
    chosen = next((ladder for ladder in candidates if ladder.verification in ACCEPTED), candidates[0])
    if chosen is not candidates[0]:
        skipped = ", ".join(f"{c.document} ({c.verification})" for c in candidates[: candidates.index(chosen)])
        chosen = replace(chosen, notes=f"{chosen.notes}; passed over: {skipped}".lstrip("; "))
    require_usable(chosen, f"The row of {item}", allow_unverified)
    return chosen


def check_basis(ladder: Ladder, basis: str | None) -> None:
    """Refuse a value on one basis against a limit on the other.

    Raises
    ------
    BasisError
        If both are stated and differ.
    """
    if basis and ladder.basis and basis != ladder.basis:
        raise BasisError(
            f"The value is on the {basis} basis and {ladder.item} in {citation(ladder.document)} on the {ladder.basis} one",
            basis,
            f'Compute the value with basis="{ladder.basis}"',
        )


def check_compare(compare: str) -> None:
    """Refuse a way of comparing that does not exist."""
    if compare not in COMPARES:
        raise OptionError(f"compare is {quoted(compare)}", quoted(compare), f"Use one of {', '.join(COMPARES)}")


def judge(
    value: float, ladder: Ladder, *, compare: str = "full", saving_output: tuple[float, str] | None = None
) -> Verdict:
    """Return the verdict on a value that is already in the ladder's unit.

    Parameters
    ----------
    value : float
        In ``ladder.unit``.
    ladder : Ladder
        From :func:`find_ladder` or :func:`of_furnace`.
    compare : {"full", "rounded"}
        Unrounded, or rounded half-even to the digits of each threshold (GB/T 8170).
    saving_output : tuple, optional
        How many ``saving_unit`` one unit of margin is, and that unit.
    """
    meets = ladder.meets(value, compare)
    names = [step.level.value for step in ladder.steps]
    margins = [None if step.value is None else ladder.sign * (step.value - value) for step in ladder.steps]
    level = ladder.level(meets)
    gaps = [str(name) for name, met in zip(names, meets, strict=True) if met is None]
    factor, saving_unit = saving_output or (0.0, "")
    savings = [None if margin is None else max(0.0, -margin) * factor for margin in margins] if saving_output else []
    return Verdict(
        *(value, ladder.unit, ladder.item, ladder.item_zh, ladder.item_en, ladder.indicator_zh, ladder.indicator_en),
        level=level,
        meets=dict(zip(names, meets, strict=True)),
        thresholds={name: step.value for name, step in zip(names, ladder.steps, strict=True)},
        comparators={name: step.comparator for name, step in zip(names, ladder.steps, strict=True)},
        margins=dict(zip(names, margins, strict=True)),
        compare=compare,
        basis=ladder.basis,
        document=ladder.document,
        clause=ladder.clause,
        verification=ladder.verification,
        evidence=ladder.evidence,
        notes=ladder.notes,
        reason="" if level else f"{', '.join(gaps)} of {ladder.document} could not be read",
        savings=dict(zip(names, savings, strict=True)) if saving_output else {},
        saving_unit=saving_unit,
        furnace=ladder.furnace,
        depends_on_reading=_depends_on_reading(value, ladder, level, compare),
        data_version=data_version(),
    )


def _depends_on_reading(value: float, ladder: Ladder, level: Level | None, compare: str) -> bool:
    limit = ladder.furnace
    if limit is None:
        return False
    step = ladder.steps[0]
    bounds = [replace(ladder, steps=(replace(step, threshold=repr(bound)),)) for bound in (limit.strict, limit.lenient)]
    return any(other.level(other.meets(value, compare)) is not level for other in bounds)


def saving_scale(ladder: Ladder, output: AmountLike) -> tuple[float, str]:
    """Return what one unit of the indicator is over an output: a factor, and tce or kWh.

    Raises
    ------
    OutputError
        If the output is not one positive amount in the indicator's kind of product.
    """
    unit = read_unit(ladder.unit)
    per = UnitText(unit.denominator)
    magnitude, output_unit = read_quantity(output, "output")
    check_output(magnitude, output)
    if not same_kind(output_unit, per):
        raise OutputError(
            f"output is {quoted(output)}, expected an amount in {per} for {ladder.item}", quoted(output), f"Give it in {per}"
        )
    over = UnitText(unit.numerator, (), unit.exponent)
    energy = TCE if same_kind(over, TCE) else _ELECTRICITY
    return float(magnitude * ratio(output_unit, per) * ratio(over, energy)), str(energy)


def check_output(magnitude: object, shown: object) -> None:
    """Refuse an output that is not one positive number."""
    if not isinstance(magnitude, float) or magnitude <= 0:
        raise OutputError(
            f"output is {quoted(shown)}, expected one amount above zero", quoted(shown), 'Give, for example, "24000 t"'
        )


def classify(
    value: AmountLike,
    item: str,
    *,
    document: str | None = None,
    capacity: AmountLike | None = None,
    reading: str = "linear",
    output: AmountLike | None = None,
    basis: str | None = None,
    compare: str = "full",
    allow_unverified: bool = False,
) -> Verdict:
    """Classify one energy intensity against the limit that applies.

    Parameters
    ----------
    value : str or pint.Quantity
        In the indicator's kind of unit: ``"13200 kWh/t"``, ``"105 kgce/t"``.
    item : str
        Item id or name: ``"electrolytic-aluminium"``, ``"电解铝"``.
    document : str, optional
        Document id or number; default the newest national list with an accepted row.
    capacity : str or pint.Quantity, optional
        Rated furnace capacity, where the limit depends on it.
    reading : {"linear", "class_below", "class_above", "stated_only"}
        How a furnace table is read between its points.
    output : str or pint.Quantity, optional
        Output of the period, for the saving that each step needs.
    basis : {"calorific", "primary"}, optional
        Basis of the value; refused where the limit is on the other.
    compare : {"full", "rounded"}
        Unrounded, or rounded half-even to the digits of the limit (GB/T 8170).
    allow_unverified : bool
        Use an unverified row, with a warning.

    Returns
    -------
    Verdict
        Class, steps met, margins in the indicator's unit, and source.

    Raises
    ------
    DimensionError
        If the value is of another kind than the indicator: kWh/t never compares with kgce/t.
    EnergybenchError
        If the item, the document or the row cannot be used.

    Notes
    -----
    Equality reaches an inclusive limit (优于或等于标杆水平) and fails a strict one (小于).

    Examples
    --------
    >>> classify("13200 kWh/t", "electrolytic-aluminium").level
    <Level.BASELINE: 'baseline'>
    >>> classify("600 kWh/t", "induction-furnace-cast-iron", capacity="3 t").depends_on_reading
    True
    """
    check_compare(compare)
    found = find_item(item)
    if needs_capacity(found):
        if capacity is None:
            raise CapacityError(f"The limit of {found} depends on furnace capacity", found, 'Pass capacity="3 t"')
        ladder = of_furnace(
            furnace_limit(capacity, reading=reading, item=found, document=document, allow_unverified=allow_unverified)
        )
    elif capacity is not None:
        raise OptionError(f"The limit of {found} does not depend on furnace capacity", "capacity", "Leave capacity out")
    else:
        ladder = find_ladder(found, document, allow_unverified)
    check_basis(ladder, basis)
    if allow_unverified and ladder.verification not in ACCEPTED:
        warnings.warn(f"{ladder.id} is {ladder.verification}", UnverifiedWarning, stacklevel=2)
    return judge(
        value_in(value, ladder), ladder, compare=compare, saving_output=None if output is None else saving_scale(ladder, output)
    )


def value_in(value: AmountLike, ladder: Ladder) -> float:
    """Return a value in the ladder's unit.

    Raises
    ------
    DimensionError
        If it is of another kind.
    """
    if not ladder.unit:
        raise MissingFigureError(f"The unit of {ladder.item} in {citation(ladder.document)} is not known", ladder.item, "")
    magnitude, unit = read_exact(value) if isinstance(value, str) else read_quantity(value, "value")
    if not isinstance(magnitude, float | Fraction):
        raise AmountError("value is an array, expected one value", "value", "Use assess() for whole tables")
    try:
        factor = ratio(unit, read_unit(ladder.unit))
    except DimensionError as error:
        raise DimensionError(
            f"{quoted(str(value))} is given for {ladder.item}, whose indicator ({ladder.indicator_en}) is in {ladder.unit}",
            quoted(str(value)),
            f"Give the value in {ladder.unit}; energy becomes standard coal only through to_tce() or account()",
        ) from error
    return float(Fraction(magnitude) * factor)
