"""What a terminal shows of an assessment and of targets: a line a plant, a line a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from energybench.report import content

if TYPE_CHECKING:
    import pandas

    from energybench.report.words import Words
    from energybench.targets import TargetCheck

#: So many plants have a line; of the others the classes are counted.
MOST_PLANTS = 20


def plant_lines(frame: pandas.DataFrame, words: Words) -> list[str]:
    """Return a line for each plant, period and product, the farthest from its limit first, then counts."""
    if frame.empty:
        return []
    rows = content.worst_first(frame)
    table = content.answer_table(rows.head(MOST_PLANTS), words)
    lines = [f"{words('answers')}{words(':')}".rstrip()]
    for *keys, found, level, said, also in table.rows:
        told = words("and").join(filter(None, (said, also)))
        where = words("to_name").join(filter(None, keys))
        judged = words("to_name").join(filter(None, (found, level.name)))
        lines.append(f"  {words('and').join(filter(None, (words(':').join((where, judged)), told)))}")
    rest = rows.iloc[MOST_PLANTS:]
    if len(rest):
        counts = words(",").join(f"{name} {count}" for _, name, count in content.classes(rest, words))
        lines.append(f"  {words('more_lines').format(count=len(rest))}{words(':')}{counts}")
    return lines


def target_lines(check: TargetCheck, frame: pandas.DataFrame, words: Words, *, brief: bool = False) -> list[str]:
    """Return a line for each decided target, then what the others lack; a brief answer only counts those."""
    lines = [f"{check.citation} ({check.document})"]
    for name, asked, required, actual, answer, due, clause, quote, why in content.target_table(check, words).rows:
        found = f"{words('found')} {actual}" if actual else ""
        until = f"{words('due')} {due}" if due else ""
        said = words("and").join(filter(None, (words(":").join((answer, asked)), required, found)))
        source = words("and").join(filter(None, (clause, until, quote)))
        lines += [f"  {name} {said}", *(f"      {one}" for one in (source, why) if one)]
    lacking = content.open_target_table(check, frame, words).rows
    if lacking:
        lines.append(f"  {words('open_targets').format(count=len(lacking))}")
    if not brief:
        lines += [f"    {_lacking(row, words)}" for row in lacking]
        lines += [f"  {note}" for note in check.notes]
    return lines


def _lacking(row: tuple[Any, ...], words: Words) -> str:
    name, asked, required, columns, figure = row
    said = f"{name} {words('and').join(filter(None, (asked, required)))}"
    needs = [f"{words('columns_to_add')}{words(':')}{columns}"] if columns else []
    needs += [f"--figures {figure}"] if figure else []
    return words("and").join([said, *needs])
