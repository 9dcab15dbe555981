"""Which limits of a product applied when, apply now, and are announced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from energybench.limits.choose import documents_of_region, find_item, last_day, same_product
from energybench.tables.rows import as_of
from energybench.tables.store import find_document, records
from energybench.units.result import Record

if TYPE_CHECKING:
    from energybench.limits.ladders import Ladder


@dataclass(frozen=True, slots=True)
class Applied(Record):
    """One limit of a product and the time in which it applies.

    Attributes
    ----------
    document, kind, region : str
        The document, its kind as in ``documents.csv``, and the place of a local one.
    effective_from, effective_to : str
        First day in force, and the first day on which it no longer is; empty where it is not known.
    state : {"ended", "in force", "announced", "date unknown"}
        On the day up to which the tables were checked.
    item, unit, verification : str
        Item of the row, unit of its thresholds, and how far it was checked.
    thresholds : dict
        Each step with its comparator and figure as text; a furnace has a step per stated capacity.
    """

    document: str
    kind: str
    region: str
    effective_from: str
    effective_to: str
    state: str
    item: str
    unit: str
    thresholds: dict[str, str]
    verification: str

    def __str__(self) -> str:
        place = f", {self.region.partition(';')[0]}" if self.region else ""
        until = f" to {self.effective_to}" if self.effective_to else ""
        steps = ", ".join(f"{step} {threshold}" for step, threshold in self.thresholds.items())
        return (
            f"{self.effective_from or '?'}{until}: {self.state}: {self.document}{place}: "
            f"{self.item} [{steps} {self.unit}; {self.verification}]"
        )


def timeline(item: str, region: str | None = None) -> tuple[Applied, ...]:
    """Return which limits of a product applied when, apply now, and are announced.

    Parameters
    ----------
    item : str
        Item id or name.
    region : str, optional
        Name of a place: its local limits are named too. Without it only national ones are, or, where there is
        none, every local one.

    Returns
    -------
    tuple of Applied
        By the first day in force; rows of a day that is not known come first.

    Raises
    ------
    UnknownProductError, UnknownNameError
        If no table knows the product or the place.

    Examples
    --------
    >>> for one in timeline("电解铝"):
    ...     print(one.effective_from, one.state, one.document, one.thresholds.get("baseline", ""))
     ended gb-21346-2013
    2022-01-01 ended ndrc-2021 <= 13350
    2023-07-04 in force ndrc-2023 <= 13350
    2024-01-01 in force gb-21346-2022
    """
    found = [_of_ladder(ladder) for ladder in same_product(find_item(item))]
    found += _of_furnaces(find_item(item))
    places = documents_of_region(region) if region is not None else frozenset()
    national = [one for one in found if one.kind != "local_policy"]
    local = [one for one in found if one.document in places or (region is None and not national)]
    return tuple(
        sorted((*national, *(one for one in local if one not in national)), key=lambda one: one.effective_from)
    )


def _applied(document: str, item: str, unit: str, thresholds: dict[str, str], verification: str) -> Applied:
    row = find_document(document)
    first, end, day = row.effective_from, last_day(row), as_of()
    if end and end <= day:
        state = "ended"
    elif not first:
        state = "date unknown"
    else:
        state = "announced" if first > day else "in force"
    return Applied(row.id, row.kind, row.region, first, end, state, item, unit, thresholds, verification)


def _of_ladder(ladder: Ladder) -> Applied:
    steps = {step.level.value: f"{step.comparator} {step.threshold}" for step in ladder.steps if step.threshold}
    return _applied(ladder.document, ladder.item, ladder.unit, steps, ladder.verification)


def _of_furnaces(item: str) -> list[Applied]:
    rows = [row for row in records("furnace_limits") if row.item == item]
    found = []
    for document in dict.fromkeys(row.document for row in rows):
        here = [row for row in rows if row.document == document]
        steps = {f"{row.capacity} {row.capacity_unit}": f"{row.comparator} {row.limit}" for row in here}
        found.append(_applied(document, item, here[0].unit, steps, here[0].verification))
    return found
