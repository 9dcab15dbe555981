"""Remarks on a whole check: unused columns, unknown products, rows that lie between the conditions of targets."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy

from energybench.errors import EnergybenchError, quoted
from energybench.frames.columns import OUTPUTS
from energybench.frames.encode import clean_text
from energybench.targets.cells import unit_column
from energybench.targets.portfolio import ITEM
from energybench.targets.products import MOST_NAMES, items_of, near_names, unknown_rows
from energybench.targets.rows import measure_of

if TYPE_CHECKING:
    import pandas

    from energybench.tables.rows import TargetRow
    from energybench.targets.portfolio import Portfolio
    from energybench.targets.rows import MeasureRow

#: Columns that results have anyway.
_GENERAL = {
    *OUTPUTS,
    *("row", "item", "tce", "electricity_kwh", "intensity", "unit", "class", "saving_unit", "depends_on_reading"),
    *("document", "verification", "readings", "unusable_readings", "reason", "enterprise", "industry", "equipment"),
    *("output_value_unit", "level"),
}


def remarks(rows: tuple[TargetRow, ...], base: Portfolio) -> tuple[str, ...]:
    """Say which columns no target used, which products no table knows, and which rows lie between targets."""
    specs = [measure_of(row) for row in rows]
    used = {name for spec in specs for column in spec.columns for name in (column, unit_column(column))}
    general = re.compile(r"(margin|saving)_\w+|benchmark|baseline|level_\d|within_limit|.*correction.*")
    unused = [
        name for name in map(str, base.whole.columns) if name not in used | _GENERAL and not general.fullmatch(name)
    ]
    notes = [f"columns that no target of the document uses: {', '.join(unused)}"] if unused else []
    return (*notes, *_unknown(specs, base), *_between(specs, base))


def _unknown(specs: list[MeasureRow], base: Portfolio) -> list[str]:
    """Say which names of products no table knows, the first few with the nearest names."""
    if not {"product", "item"} & set(base.whole.columns):
        return []
    items = items_of(base.whole)
    words = {word for spec in specs for one in spec.subject if one.column == ITEM for word in one.words}
    names = [name for name in dict.fromkeys(items[unknown_rows(items)].tolist()) if name and name not in words]
    shown = [f"{quoted(name)}{near_names(name)}" for name in names[:MOST_NAMES]] + list(map(quoted, names[MOST_NAMES:]))
    return [f"products that no table knows: {', '.join(shown)}"] if shown else []


def _between(specs: list[MeasureRow], base: Portfolio) -> list[str]:
    """Say which rows fall between targets that divide one subject by a second condition: furnaces by capacity."""
    families: dict[tuple[str, str], list[MeasureRow]] = {}
    for spec in specs:
        if spec.measure == "every" and len(spec.subject) == 2 and spec.subject[0].column == ITEM:
            families.setdefault((spec.subject[1].column, str(spec.subject[0])), []).append(spec)
    notes = []
    for (column, _), family in families.items():
        if len(family) < 2:
            continue
        try:
            rows, sure = base.belonging(replace(family[0], where=family[0].where.partition("; ")[0]))
            rows = rows.loc[sure]
            covered = numpy.zeros(len(rows), bool)
            for spec in family:
                yes, known = base.holds(rows, spec.subject[1])
                covered |= yes | ~known
        except EnergybenchError:
            continue
        if not covered.all():
            between = rows.loc[~covered]
            shown = ", ".join(f"{plant} ({value})" for plant, value in _shown(between, column))
            notes.append(
                f"{column} between those that the document states: {shown}. No target is about them; "
                "energybench.furnace_limit() reads between the stated points"
            )
    return notes


def _shown(rows: pandas.DataFrame, column: str) -> list[tuple[str, str]]:
    unit = unit_column(column)
    units = [clean_text(value) for value in rows[unit].tolist()] if unit in rows.columns else [""] * len(rows)
    plants = [clean_text(value) for value in rows["plant"].tolist()] if "plant" in rows.columns else [""] * len(rows)
    values = [clean_text(value) for value in rows[column].tolist()]
    return [(plant, f"{value} {text}".strip()) for plant, value, text in zip(plants, values, units, strict=True)]
