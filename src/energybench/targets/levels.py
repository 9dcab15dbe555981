"""The class or level of each row of a portfolio under one document, and which rows that document does not know.

A class that the results state is used where they state it under that document. Else it is worked out from the
intensity. A class under another document never stands in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy

from energybench.errors import EnergybenchError, MissingColumnError, MissingFigureError, UnknownProductError
from energybench.frames.encode import to_floats
from energybench.limits.choose import find_ladder, warn_unverified_row
from energybench.tables.store import citation, find_document, records
from energybench.targets.cells import named, not_above_zero, texts_of
from energybench.targets.products import FIX, is_unknown, items_of, why_unknown
from energybench.units.registry import ratio
from energybench.units.text import read_unit

if TYPE_CHECKING:
    import pandas
    from numpy.typing import NDArray

    from energybench.limits.ladders import Ladder

_LIMIT_TABLES = ("benchmarks", "limits", "local_limits")


@dataclass(frozen=True, slots=True)
class Levels:
    """What is known of each row under one document."""

    level: NDArray[numpy.object_]
    outside: NDArray[numpy.bool_]
    reasons: tuple[str, ...]
    note: str = ""


def check_standard(standard: str) -> None:
    """Refuse a document none of whose levels are known, and offer its successor, which is never swapped in."""
    known = {row.document for table in _LIMIT_TABLES for row in records(table)}
    if standard in known:
        return
    row = find_document(standard)
    replacing = [r.id for r in records("documents") if standard in {part.strip() for part in r.replaces.split(";")}]
    successors = [name for name in dict.fromkeys([row.replaced_by, *replacing]) if name in known]
    offers = " or ".join(
        f'read the target by its successor {citation(name)} with standards={{"{standard}": "{name}"}}'
        for name in successors
    )
    raise MissingFigureError(
        f"The levels of {citation(standard)} ({row.title_zh}) are not known: nobody could read them",
        standard,
        f"Another standard is another test: if you want it, {offers}"
        if offers
        else "Look them up and add them with energybench.tables.use()",
    )


def levels_under(table: pandas.DataFrame, standard: str, allow_unverified: bool = False) -> Levels:
    """Return the class or level of each row under a document."""
    check_standard(standard)
    level = numpy.full(len(table), None, object)
    items = items_of(table)
    stated = _stated(table, standard)
    if stated is not None:
        level = stated
    open_rows = numpy.array([value is None for value in level], bool)
    outside = numpy.zeros(len(table), bool)
    reasons: dict[str, None] = {}
    note = ""
    if open_rows.any() and not {"intensity", "unit"} <= set(table.columns):
        raise MissingColumnError(
            f"The results have no class under {citation(standard)} for {named(table, open_rows)}",
            "class",
            f'Assess with document="{standard}" (columns class and document), or add intensity and unit',
        )
    if open_rows.any():
        part = table.loc[open_rows]
        worked, absent, why = _worked_out(part, items[open_rows], standard, allow_unverified)
        level[open_rows], outside[open_rows] = worked, absent
        reasons.update(dict.fromkeys(why))
        note = not_above_zero(part.loc[~absent], to_floats(part["intensity"])[~absent])
    return Levels(level, outside, tuple(reasons), note)


def _stated(table: pandas.DataFrame, standard: str) -> NDArray[numpy.object_] | None:
    """Return the classes that the results state under the document, None elsewhere."""
    if not {"class", "document"} <= set(table.columns):
        return None
    documents, classes = texts_of(table["document"]), texts_of(table["class"])
    under = documents.take([name == standard for name in documents.distinct], False, numpy.bool_)
    found: NDArray[numpy.object_] = classes.take(classes.distinct, None, object)
    found[~under] = None
    return found


def _worked_out(
    table: pandas.DataFrame, items: NDArray[numpy.object_], standard: str, allow_unverified: bool
) -> tuple[NDArray[numpy.object_], NDArray[numpy.bool_], list[str]]:
    """Work classes out from intensities: each distinct item and unit meets its ladder once."""
    import pandas

    intensity = to_floats(table["intensity"])
    level = numpy.full(len(table), None, object)
    outside = numpy.zeros(len(table), bool)
    reasons: list[str] = []
    names, units = texts_of(pandas.Series(items)), texts_of(table["unit"])
    key = names.codes * (len(units.distinct) + 1) + units.codes
    for number in numpy.unique(key).tolist():
        here = key == number
        item, unit = (
            [*column.distinct, ""][code]
            for column, code in zip((names, units), divmod(number, len(units.distinct) + 1), strict=True)
        )
        if is_unknown(item):
            # It may be any product of the document: the row is neither in nor out.
            reasons.append(f"{why_unknown(table, items, here)}. {FIX}")
            continue
        try:
            ladder, factor = _ladder(item, unit, standard, allow_unverified)
        except UnknownProductError:
            outside |= here
            continue
        except EnergybenchError as error:
            reasons.append(str(error))
            continue
        known = here & numpy.isfinite(intensity)
        if (here & ~known).any():
            reasons.append(f"intensity is empty for {named(table, here & ~known)}")
        level[known] = _levels_on(ladder, intensity[known] * factor)
    return level, outside, reasons


def _ladder(item: str, unit: str, standard: str, allow_unverified: bool) -> tuple[Ladder, float]:
    like = read_unit(unit) if unit else None
    ladder = find_ladder(item, standard, allow_unverified, None, like)
    warn_unverified_row(ladder)
    if like is None:
        raise MissingColumnError(f"The intensity of {item} has no unit", "unit", f"Write {ladder.unit}")
    return ladder, float(ratio(like, read_unit(ladder.unit)))


def _levels_on(ladder: Ladder, values: NDArray[numpy.float64]) -> NDArray[numpy.object_]:
    regions = ladder.regions()
    names: NDArray[numpy.object_] = numpy.array([level and level.value for level in regions.classes], object)
    return names[numpy.searchsorted(regions.edges, regions.sign * values)]
