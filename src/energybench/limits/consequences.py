"""What follows from a class: the mandatory level of the standard beside a national list, deadlines, new plants."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from math import inf
from typing import TYPE_CHECKING

from energybench.errors import check_option
from energybench.limits.ladders import Level
from energybench.tables.rows import as_of
from energybench.tables.store import citation, records
from energybench.units.factors import ratio
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from energybench.limits.ladders import Ladder

PROJECTS = ("existing", "new")
_REQUIRED = {"existing": Level.LEVEL_3, "new": Level.LEVEL_2}


@dataclass(frozen=True, slots=True)
class Duty:
    #: The largest ``sign * value`` that meets it, in the unit of the ladder.
    edge: float
    met: str
    unmet: str


def duties(ladder: Ladder, project: str | None = None, compare: str = "full") -> tuple[Duty, ...]:
    """Return what a plant has to meet beside its class; one sentence on each side of an edge."""
    if project is not None:
        check_option("project", project, PROJECTS)
    return _duties(ladder, project, compare)


@lru_cache(8192)
def _duties(ladder: Ladder, project: str | None, compare: str) -> tuple[Duty, ...]:
    return tuple(_find_duties(ladder, project, compare))


def _find_duties(ladder: Ladder, project: str | None, compare: str) -> Iterator[Duty]:
    yield Duty(inf, ladder.assumed, ladder.assumed)
    asked = _REQUIRED[project or "existing"]
    plant = "a new plant" if project == "new" else "an existing plant"
    known = [(ladder, step) for step in ladder.steps if step.level is asked and project]
    known += [(other, step) for other in ladder.counterparts for step in other.steps if step.level is asked]
    known = [(other, step) for other, step in known if step.threshold]
    for other, step in known:
        scale = float(ratio(read_unit(other.unit), read_unit(ladder.unit)))
        product = "" if other.item == ladder.item else f" for {other.item_zh}"
        limit = f"{step.comparator} {step.threshold} {other.unit}"
        what = f"{citation(other.document)} level {asked[-1]}{product} ({limit})"
        what += f", required of {plant}," if project else ""
        base = " at the base conditions of the standard" if other is not ladder and is_conditional(other) else ""
        met = f"{what} is met{base}" if project else ""
        yield Duty((step.edge(compare) or 0.0) * scale, met, f"{what} is not met{base}")
    if project and not known:
        none = f"no GB level {asked[-1]} of {ladder.item} is known, which {plant} must meet"
        yield Duty(inf, none, none)
    baseline = next((step.edge(compare) for step in ladder.steps if step.level is Level.BASELINE), None)
    if ladder.deadline and baseline is not None:
        passed = ", which has passed" if ladder.deadline < as_of() else ""
        yield Duty(baseline, "", f"{citation(ladder.document)} asks for the baseline by {ladder.deadline}{passed}")


def is_conditional(ladder: Ladder) -> bool:
    """Say whether the document compares values of an item, or limits, that are converted to stated conditions."""
    return any(
        row.required
        and row.document == ladder.document
        and any(fnmatchcase(ladder.item, one) for one in row.items.split())
        for row in records("corrections")
    )


def consequences(ladder: Ladder, value: float, project: str | None = None, compare: str = "full") -> tuple[str, ...]:
    said = (duty.met if ladder.sign * value <= duty.edge else duty.unmet for duty in duties(ladder, project, compare))
    return tuple(dict.fromkeys(filter(None, said)))
