"""The measures: what a target counts, over what. Each kind of denominator is a function of its own.

A measure gives an interval, because a row whose class or flag is not known may count or not. A target is decided
where both ends agree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING

import numpy

from energybench.errors import EnergybenchError, MissingFigureError
from energybench.limits.ladders import TOLERANCE
from energybench.targets.cells import amounts, groups_of, named, names_of, numbers
from energybench.targets.column import Column
from energybench.targets.products import items_of
from energybench.targets.requirement import interval, with_unit

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas
    from numpy.typing import NDArray

    from energybench.tables.rows import TargetRow
    from energybench.targets.portfolio import Counted, Portfolio
    from energybench.targets.requirement import Requirement
    from energybench.targets.rows import MeasureRow

    Floats = NDArray[numpy.float64]
    Mask = NDArray[numpy.bool_]
    Measure = Callable[["Question"], "Measured"]


@dataclass(frozen=True, slots=True)
class Question:
    """One target: the results, how it is computed, its row of the table, and what it asks for."""

    portfolio: Portfolio
    spec: MeasureRow
    row: TargetRow
    need: Requirement


@dataclass(frozen=True, slots=True)
class Part:
    """The share within one product: its bounds in %, and the amount that it is a share of."""

    name: str
    low: float
    high: float
    amount: float
    unit: str

    def __str__(self) -> str:
        share = f"{self.low:.4g}" if self.low == self.high else f"{self.low:.4g} to {self.high:.4g}"
        return f"{self.name} {share} % of {with_unit(f'{self.amount:.6g}', self.unit)}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a measure found."""

    low: float
    high: float
    denominator: str
    unit: str = ""
    parts: tuple[Part, ...] = ()
    names: tuple[str, ...] = ()
    open_names: tuple[str, ...] = ()
    why: str = ""
    note: str = ""
    open_ends: tuple[bool, bool] = (False, False)
    decided: bool = False
    met: bool | None = None
    depends_on_reading: bool = False


# Shares ---------------------------------------------------------------------------------------------------


def share_of_capacity(asked: Question) -> Measured:
    """Return the share of design capacity that counts, product by product.

    Tonnes of different products are never added: over several products the figure lies between the lowest and the
    highest share, whatever the weights.
    """
    rows = asked.portfolio.counted(asked.spec)
    items = items_of(rows.table).astype(str)
    parts = []
    for item in dict.fromkeys(items.tolist()):
        here = items == item
        weights, unit = amounts(rows.table.loc[here], asked.spec.column)
        low, high = _share(weights, rows.yes[here], rows.known[here], asked.spec.column)
        parts.append(Part(item or "no product", low, high, float(weights.sum()), unit))
    lows, highs = [part.low for part in parts], [part.high for part in parts]
    open_ends = (min(lows) < max(lows), min(highs) < max(highs))
    why = rows.why
    if any(open_ends):
        apart = "the products differ, and the document does not say how their capacities are added"
        why = "; ".join(filter(None, [why, f"{apart} ({', '.join(map(str, parts))})"]))
    over = ", ".join(f"{part.name} {with_unit(f'{part.amount:.6g}', part.unit)}" for part in parts)
    over = f"{asked.spec.column} of {_plants(rows.table)}: {over}"
    found = _of_rows(rows, min(lows), max(highs), over, why)
    return replace(found, parts=tuple(parts), open_ends=open_ends)


def share_of_output_value(asked: Question) -> Measured:
    """Return the share of output value that counts."""
    rows = asked.portfolio.counted(asked.spec)
    weights, unit = amounts(rows.table, asked.spec.column, needs_unit=False)
    low, high = _share(weights, rows.yes, rows.known, asked.spec.column)
    over = f"{asked.spec.column} of {_plants(rows.table)}: {with_unit(f'{weights.sum():.6g}', unit)}"
    return _of_rows(rows, low, high, over, rows.why)


def share_of_rows(asked: Question) -> Measured:
    """Return the share of rows that count, each row being one of what is counted."""
    rows = asked.portfolio.counted(asked.spec)
    low, high = _share(numpy.ones(len(rows.table)), rows.yes, rows.known, "rows")
    return _of_rows(rows, low, high, f"{len(rows.table)} rows", rows.why)


def share_of_enterprises(asked: Question) -> Measured:
    """Return the share of enterprises that count; one with several rows counts as :func:`_enterprises` says."""
    rows = asked.portfolio.counted(asked.spec)
    yes, known, names = _enterprises(rows, asked.spec)
    low, high = _share(numpy.ones(len(names)), yes, known, "enterprises")
    return _of_enterprises(rows, low, high, yes, known, names)


def count_of_enterprises(asked: Question) -> Measured:
    """Return how many enterprises count; one with several rows counts as :func:`_enterprises` says."""
    rows = asked.portfolio.counted(asked.spec)
    yes, known, names = _enterprises(rows, asked.spec)
    return _of_enterprises(rows, float(yes.sum()), float((yes | ~known).sum()), yes, known, names)


def _share(weights: Floats, yes: Mask, known: Mask, column: str) -> tuple[float, float]:
    """Return the share of weight that counts, in %, without and with the rows that are not known."""
    total = float(weights.sum())
    if total <= 0:
        raise MissingFigureError(f"{column} adds up to zero: no share of it", column, "Check the numbers")
    # The complement keeps 100 % exact when every row counts.
    low = 100.0 if (yes & known).all() else 100.0 * float(weights[yes & known].sum()) / total
    high = 100.0 if (yes | ~known).all() else 100.0 * float(weights[yes | ~known].sum()) / total
    return low, high


def _enterprises(rows: Counted, spec: MeasureRow) -> tuple[Mask, Mask, list[str]]:
    """Return of each enterprise whether it counts, whether that is known, and its name.

    Every row must count. A yes stands for the whole enterprise where its other rows are left empty.
    """
    column = "enterprise" if "enterprise" in rows.table.columns else "plant"
    codes, names = groups_of(rows.table, column)
    size = len(names)
    counting = numpy.bincount(codes[rows.yes & rows.known], minlength=size)
    refusing = numpy.bincount(codes[~rows.yes & rows.known], minlength=size) > 0
    needed = numpy.ones(size) if spec.counted[0].is_flag else numpy.bincount(codes, minlength=size)
    yes = (counting >= needed) & ~refusing
    return yes, yes | refusing, names


def _plants(table: pandas.DataFrame) -> str:
    count = len(names_of(table, numpy.ones(len(table), bool)))
    return f"{count} plant" + "s" * (count != 1)


def _note(rows: Counted) -> str:
    left_out = f"left out, because the list does not have them: {', '.join(rows.left_out)}" if rows.left_out else ""
    return "; ".join(filter(None, [left_out, rows.note]))


def _of_rows(rows: Counted, low: float, high: float, over: str, why: str) -> Measured:
    return Measured(
        low,
        high,
        over,
        names=names_of(rows.table, rows.yes & rows.known),
        open_names=names_of(rows.table, ~rows.known),
        why=why,
        note=_note(rows),
    )


def _of_enterprises(rows: Counted, low: float, high: float, yes: Mask, known: Mask, names: list[str]) -> Measured:
    chosen = tuple(name for name, counts in zip(names, yes.tolist(), strict=True) if counts)
    unknown = tuple(name for name, told in zip(names, known.tolist(), strict=True) if not told)
    over = f"{len(names)} enterprise" + "s" * (len(names) != 1)
    return Measured(low, high, over, names=chosen, open_names=unknown, why=rows.why, note=_note(rows))


# Amounts --------------------------------------------------------------------------------------------------


def _column(asked: Question, table: pandas.DataFrame | None = None, unit: str | None = None) -> Column:
    return _column_over(asked, asked.portfolio.subject(asked.spec, table), unit)


def _column_over(asked: Question, rows: pandas.DataFrame, unit: str | None = None) -> Column:
    spec = asked.spec
    return Column(spec.column, rows, numbers(rows, spec.column, spec.unit if unit is None else unit))


def sum_of(asked: Question) -> Measured:
    """Return the sum of a column; an empty cell leaves it open upwards."""
    column = _column(asked)
    known = column.known
    total = float(column.cells[known].sum())
    over = f"sum of {column.name} over {_plants(column.rows)}"
    return Measured(total, total if known.all() else inf, over, open_names=column.names(~known), why=column.why)


def growth(asked: Question) -> Measured:
    """Return the growth of a sum over its base period, in %."""
    spec, portfolio = asked.spec, asked.portfolio
    base = spec.counted[0].text
    before_rows = portfolio.at(base)
    # The unit of growth is %, so that of the column is its own.
    _, unit = amounts(portfolio.subject(spec, before_rows), spec.column)
    before = float(_column(asked, before_rows, unit).complete().cells.sum())
    after = float(_column(asked, None, unit).complete().cells.sum())
    if before <= 0:
        raise MissingFigureError(f"{spec.column} of {base} adds up to {before:g}: no growth over it", base, "Check it")
    value = 100.0 * (after - before) / before
    over = f"{spec.column} of {base}, {with_unit(f'{before:.6g}', unit)}, against {with_unit(f'{after:.6g}', unit)}"
    return Measured(value, value, over)


def weighted_mean(asked: Question) -> Measured:
    """Return the mean of a rate, weighted by the amount that it is a rate of."""
    per = asked.spec.per
    column = _column(asked).complete()
    weights, unit = amounts(column.rows, per, needs_unit=per == "output")
    total = float(weights.sum())
    if total <= 0:
        raise MissingFigureError(f"{per} adds up to zero: no mean over it", per, "Check the numbers")
    # One value needs no arithmetic, and so no float noise.
    same = bool((column.cells == column.cells[0]).all())
    value = float(column.cells[0]) if same else float((column.cells * weights).sum()) / total
    over = f"weighted by {per}, {with_unit(f'{total:.6g}', unit)} of {_plants(column.rows)}"
    return Measured(value, value, over)


# Every row ------------------------------------------------------------------------------------------------


def every(asked: Question) -> Measured:
    """Compare every row of the subject; the figure shown is the one farthest on the wrong side.

    A row that may belong, because its product is not known, leaves the target open unless it meets it too.
    """
    need, portfolio, spec = asked.need, asked.portfolio, asked.spec
    rows, sure = portfolio.belonging(spec)
    column = _column_over(asked, rows.loc[sure])
    values, known = column.cells, column.known
    fails = known & ~_meets(values, need)
    low, high = _worst(values[known], need)
    # Where no row belongs for sure, there may be none at all to meet the target.
    unsure = rows.loc[~sure & ~_surely_meets(asked, rows)] if sure.any() else rows
    why = [column.why]
    if len(unsure):
        why.append(str(portfolio.unsure(unsure, numpy.zeros(len(unsure), bool), spec)))
    return Measured(
        low,
        high,
        column.over("each of"),
        names=column.names(fails),
        open_names=(*column.names(~known), *names_of(unsure, numpy.ones(len(unsure), bool))),
        why="; ".join(filter(None, why)),
        note=column.note,
        decided=True,
        met=False if fails.any() else None if len(unsure) or not known.all() else True,
    )


def _meets(values: Floats, need: Requirement) -> Mask:
    return (values >= need.low) & (values <= need.high)


def _surely_meets(asked: Question, rows: pandas.DataFrame) -> Mask:
    """Return which rows meet a target whatever they make; none where the column is of another kind somewhere."""
    try:
        column = _column_over(asked, rows)
    except EnergybenchError:
        return numpy.zeros(len(rows), bool)
    return column.known & _meets(column.cells, asked.need)


def _worst(values: Floats, need: Requirement) -> tuple[float, float]:
    if not len(values):
        return -inf, inf
    low, high = float(values.min()), float(values.max())
    if need.low == -inf:
        return high, high
    return (low, low) if need.high == inf else (low, high)


def none_within(asked: Question) -> Measured:
    """Count the rows that a document eliminates: its comparison says what goes, not what complies."""
    row, column = asked.row, _column(asked)
    values, known = column.cells, column.known
    limit = float(row.value)
    low, high = interval(row.comparison, limit, limit)
    goes = known & (values >= low) & (values <= high)
    at_value = known & (numpy.abs(values - limit) <= abs(limit) * TOLERANCE) & ~goes
    unsure = asked.spec.sense == "ambiguous_at_value" and bool(at_value.any())
    note = f"exactly {with_unit(row.value, row.unit)}: {named(column.rows, at_value)}; 以下 without 及 may include it"
    count = float(goes.sum())
    return Measured(
        count,
        count + float((~known).sum()),
        column.over("of"),
        unit="rows",
        names=column.names(goes),
        open_names=column.names(~known),
        why=column.why,
        note=note if unsure else "",
        depends_on_reading=unsure and count == 0,
    )


def direction(asked: Question) -> Measured:
    """Show the best row where the text favours a direction and names nothing that would meet it."""
    column = _column(asked)
    values = column.cells[column.known]
    low, high = -inf, inf
    if len(values):
        low = high = float(values.min() if asked.need.low == -inf else values.max())
    return Measured(low, high, column.over("the best of"), why=asked.spec.note, note=column.why_below, decided=True)


#: Measure -> the function that computes it from the results.
MEASURES: dict[str, Measure] = {
    "share_of_capacity": share_of_capacity,
    "share_of_output_value": share_of_output_value,
    "share_of_enterprises": share_of_enterprises,
    "share_of_rows": share_of_rows,
    "count_of_enterprises": count_of_enterprises,
    "sum_of": sum_of,
    "growth": growth,
    "weighted_mean": weighted_mean,
    "every": every,
    "none_within": none_within,
    "direction": direction,
}
