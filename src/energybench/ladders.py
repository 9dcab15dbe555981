"""The ladder of one limit row, and the class of a value on it.

A ladder is an ordered list of steps, best first. Direction, strictness and the float tolerance are folded
into one bound per step, once; a value then only has to be compared.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from energybench.errors import (
    AmbiguousError,
    CapacityError,
    OptionError,
    UnknownProductError,
    UnverifiedWarning,
)
from energybench.furnaces import FurnaceLimit, furnace_limit
from energybench.names import index_names, resolve_name
from energybench.tables import (
    ACCEPTED,
    cached,
    citation,
    find_document,
    records,
    require_usable,
)

if TYPE_CHECKING:
    from energybench.records import BenchmarkRow, LocalLimitRow
    from energybench.units import AmountLike

#: An exact decimal hit never flips on float noise: bounds move by this much of themselves.
TOLERANCE = 1e-9


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


@cached()
def _item_names() -> dict[str, tuple[str, ...]]:
    """Map every folded name to the items that have it."""
    tables = ("benchmarks", "local_limits", "furnace_limits")
    names = [(row.name, row.item) for row in records("product_names")]
    return index_names(names + [(row.item, row.item) for table in tables for row in records(table)])


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
    return resolve_name(
        name, _item_names(), "product", UnknownProductError, "energybench tables product_names lists them"
    )


def _of_benchmark(row: BenchmarkRow) -> Ladder:
    return Ladder(
        *(
            row.id,
            row.item,
            row.item_zh,
            row.item_en,
            row.indicator_zh,
            row.indicator_en,
            row.unit,
            row.basis,
            row.better,
        ),
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
        *(
            row.id,
            row.item,
            row.item_zh,
            row.item_en,
            row.indicator_zh,
            row.indicator_en,
            row.unit,
            row.basis,
            row.better,
        ),
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


def choose_ladder(
    name: str,
    document: str | None = None,
    capacity: AmountLike | None = None,
    reading: str = "linear",
    allow_unverified: bool = False,
) -> Ladder:
    """Return the ladder of an item by any of its names, furnaces included.

    Raises
    ------
    CapacityError, OptionError
        If a capacity is needed and missing, or given and not needed.
    EnergybenchError
        As :func:`find_item`, :func:`find_ladder` and :func:`energybench.furnace_limit`.
    """
    item = find_item(name)
    if not needs_capacity(item):
        if capacity is not None:
            raise OptionError(
                f"The limit of {item} does not depend on furnace capacity", "capacity", "Leave capacity out"
            )
        return find_ladder(item, document, allow_unverified)
    if capacity is None:
        raise CapacityError(f"The limit of {item} depends on furnace capacity", item, 'Pass capacity="3 t"')
    return of_furnace(
        furnace_limit(capacity, reading=reading, item=item, document=document, allow_unverified=allow_unverified)
    )


def warn_unverified_row(ladder: Ladder) -> None:
    """Warn when a row is used that nobody has confirmed."""
    if ladder.verification not in ACCEPTED:
        warnings.warn(f"{ladder.id} is {ladder.verification}", UnverifiedWarning, stacklevel=3)
