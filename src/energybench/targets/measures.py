"""The measures: what a target counts over a portfolio. Each kind of denominator is a function of its own.

A measure gives an interval, because a row whose class or flag is not known may count or not. A target is decided
where both ends agree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING

import numpy
import pandas

from energybench.errors import EnergybenchError, MissingColumnError, MissingFigureError, UnknownProductError
from energybench.frames.encode import to_floats
from energybench.limits.choose import find_ladder
from energybench.limits.conditions import check_conditions
from energybench.limits.furnaces import find_curve
from energybench.limits.ladders import Ladder, plausible_range
from energybench.tables.store import citation, find_document, records, warn_if_weak
from energybench.targets import columns
from energybench.targets.columns import ITEM, LEVEL, MeasureRow, Requirement, RowCondition, amount_of
from energybench.units.factors import ratio
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from energybench.frames.encode import Floats
    from energybench.tables.rows import TargetRow
    from energybench.targets.columns import Mask, Objects

    Measure = Callable[["Question"], "Computed"]

FURNACE = "furnace_capacity"
_AT_THE_NUMBER = (
    "the document writes 以下 without 及, and by article 1259 of the Civil Code (民法典) 以下 includes the number, "
    "so that it may go as well"
)
_LIMIT_TABLES = ("benchmarks", "limits", "local_limits")

#: Columns of which one of several sets is enough.
_EITHER: dict[str, tuple[tuple[str, ...], ...]] = {
    ITEM: (("product",), (ITEM,)),
    LEVEL: (("class", "document"), ("intensity", "unit")),
    "enterprise": (("plant",), ("enterprise",)),
}

#: The unit of amounts whose unit cancels, and that need one all the same.
_ANY = "any"


# Columns that a target needs ------------------------------------------------------------------------------


def columns_needed(spec: MeasureRow) -> dict[str, str]:
    """Return the columns that a target is computed from, with the unit that each is wanted in; any is ``"any"``."""
    units = {condition.column: condition.number[1] for condition in (*spec.subject, *spec.counted) if condition.number}
    # The unit of a share is that of the result; only a rate is itself in %.
    if spec.column:
        units[spec.column] = _ANY if spec.unit == "%" and spec.measure != "weighted_mean" else spec.unit
    if spec.measure == "share_of_output_value":
        units[spec.column] = ""
    needed = {name: _ANY if name == "output" else units.get(name, "") for name in spec.columns}
    if "enterprises" in spec.measure:
        needed["enterprise"] = ""
    if spec.measure == "share_of_capacity":
        needed[ITEM] = ""
    return needed


def require_columns(table_columns: Collection[str], spec: MeasureRow, standard: str, unit: str) -> None:
    missing = {
        name: wanted
        for name, wanted in columns_needed(spec).items()
        if not any(set(names) <= set(table_columns) for names in _EITHER.get(name, ((name,),)))
    }
    if not missing:
        return
    shown = ", ".join(_column_wanted(name, wanted, standard) for name, wanted in missing.items())
    subject = "; ".join(map(str, spec.subject))
    about = f"The target is about the rows with {subject}. " if subject else ""
    value = f'"... {unit}"' if unit else "..."
    said = f"The results have no column{'s' * (len(missing) > 1)} {shown}"
    fix = f'{about}Add what is missing, or pass figures={{"{spec.figure}": {value}}}'
    raise MissingColumnError(said, ", ".join(missing), fix)


def _column_wanted(name: str, unit: str, standard: str) -> str:
    if name == LEVEL:
        return f"class under document {standard} (or intensity with unit)"
    if name in _EITHER:
        return " (or ".join(names[0] for names in _EITHER[name]) + ")"
    beside = columns.unit_column(name)
    return f"{name} (with {beside})" if unit == _ANY else f"{name} (in {unit}, with {beside})" if unit else name


# Classes under one document -------------------------------------------------------------------------------


def check_standard(standard: str) -> None:
    """Refuse a document none of whose levels are known, and offer its successor, which is never swapped in."""
    known = {row.document for table in _LIMIT_TABLES for row in records(table)}
    if standard in known:
        return
    row = find_document(standard)
    successor = row.replaced_by
    said = f"The levels of {citation(standard)} ({row.title_zh}) are not known: nobody could read them"
    fix = "Look them up and add them with energybench.tables.use()"
    if successor in known:
        fix = (
            f"Another standard is another test: if you want it, read the target by its successor {citation(successor)} "
            f'with standards={{"{standard}": "{successor}"}}'
        )
    raise MissingFigureError(said, standard, fix)


@dataclass(frozen=True, slots=True)
class Graded:
    """The rows that a document has levels for, with the class of each under it; None where it is not known."""

    rows: pandas.DataFrame
    level: Objects
    why: str
    note: str


def graded(table: pandas.DataFrame, standard: str, allow_unverified: bool, leave_out: bool = True) -> Graded:
    """Return the class of each row under a document: as stated under that document, else by its intensity."""
    check_standard(standard)
    level = _stated(table, standard)
    open_rows = pandas.isna(level)
    outside = numpy.zeros(len(table), bool)
    reasons: list[str] = []
    if open_rows.any():
        if not {"intensity", "unit"} <= set(table.columns):
            said = f"The results have no class under {citation(standard)} for {columns.named(table, open_rows)}"
            fix = f'Assess with document="{standard}" (columns class and document), or add intensity and unit'
            raise MissingColumnError(said, "class", fix)
        rows = table.loc[open_rows]
        found, reasons, outside[open_rows] = _by_intensity(rows, standard, allow_unverified)
        level[open_rows] = found
    inside = ~outside if leave_out else numpy.ones(len(table), bool)
    if not inside.any():
        raise MissingFigureError(f"No row has a product of {citation(standard)}", "product", "Add the rows concerned")
    left_out = "" if inside.all() else columns.shown_items(table.loc[~inside])
    rows, level = table.loc[inside], level[inside]
    gap = pandas.isna(level)
    said = "; ".join(dict.fromkeys(reasons)) or f"{citation(standard)} has no such level of the product"
    why = f"the class is not known for {columns.named(rows, gap)}: {said}" if gap.any() else ""
    return Graded(rows, level, why, f"left out, because the list does not have them: {left_out}" if left_out else "")


def _by_intensity(rows: pandas.DataFrame, standard: str, allow_unverified: bool) -> tuple[Objects, list[str], Mask]:
    intensity = to_floats(rows["intensity"])
    level, outside = numpy.full(len(rows), None, object), numpy.zeros(len(rows), bool)
    reasons: list[str] = []
    pairs = pandas.DataFrame({"item": columns.known_items(rows), "unit": columns.coded(rows["unit"]).map(str, "")})
    for here in pairs.groupby(["item", "unit"], sort=False).indices.values():
        item, unit = pairs.iloc[here[0]].tolist()
        try:
            like = read_unit(unit) if unit else None
            ladder, _ = check_conditions(find_ladder(item, standard, allow_unverified, None, like), None)
            warn_if_weak(ladder, ladder.id)
            if like is None:
                raise MissingColumnError(f"The intensity of {item} has no unit", "unit", f"Write {ladder.unit}")
            factor = float(ratio(like, read_unit(ladder.unit)))
        except UnknownProductError:
            outside[here] = True
            continue
        except EnergybenchError as error:
            reasons.append(str(error))
            continue
        column = columns.Column(
            columns.INTENSITY, rows.iloc[here], intensity[here] * factor, *(ladder.plausible or (-inf, inf))
        )
        reasons += filter(None, [column.why])
        level[here] = _classes(ladder, numpy.where(column.known, column.cells, numpy.nan))
    return level, reasons, outside


def _stated(table: pandas.DataFrame, standard: str) -> Objects:
    if not {"class", "document"} <= set(table.columns):
        return numpy.full(len(table), None, object)
    found: Objects = columns.coded(table["class"]).map(str, None)
    found[~columns.coded(table["document"]).map(lambda name: name == standard, False, bool)] = None
    return found


def _classes(ladder: Ladder, values: Floats) -> Objects:
    regions = ladder.regions()
    names = numpy.array([None if level is None else level.value for level in regions.classes] + [None], object)
    region = numpy.searchsorted(regions.edges, regions.sign * values)
    classes: Objects = names[numpy.where(numpy.isnan(values), len(regions.classes), region)]
    return classes


# The rows that a target looks at --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counted:
    table: pandas.DataFrame
    yes: Mask
    known: Mask
    why: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One target: its row, how it is computed, what it asks for, and the results: all rows, and those of its period."""

    row: TargetRow
    spec: MeasureRow
    need: Requirement
    whole: pandas.DataFrame
    table: pandas.DataFrame
    standard: str = ""
    allow_unverified: bool = False

    def at(self, period: str) -> Question:
        """Return the question with the rows of one period to compare."""
        columns.require_column(self.whole, "period")
        return replace(self, table=columns.of_period(self.whole, period))

    def subject(self) -> pandas.DataFrame:
        rows = self.table
        if rows.empty:
            raise MissingFigureError("The results have no rows", "results", "Give at least one")
        for condition in self.spec.subject:
            yes, known = columns.holds(rows, condition)
            if not known.all():
                said = f"{_not_known(rows, condition, known)}: whether {condition} is not known"
                raise MissingColumnError(said, condition.column, "Fill it in")
            if not yes.any():
                raise MissingFigureError(f"No row has {condition}", condition.column, "Add the rows concerned")
            rows = rows.loc[yes]
        return rows

    def counted(self) -> Counted:
        """Return the subject of the target and which of its rows count."""
        rows = self.subject()
        (condition,) = self.spec.counted
        if condition.column != LEVEL:
            yes, known = columns.holds(rows, condition)
            return Counted(rows, yes, known, "" if known.all() else _not_known(rows, condition, known))
        found = graded(rows, self.standard, self.allow_unverified, leave_out=not self.spec.where)
        yes, known = numpy.isin(found.level.astype(str), condition.words), pandas.notna(found.level)
        return Counted(found.rows, yes, known, found.why, found.note)

    def column(self, unit: str | None = None) -> columns.Column:
        spec, rows = self.spec, self.subject()
        cells = columns.numbers(rows, spec.column, spec.unit if unit is None else unit)
        least, most = 0.0, 100.0 if spec.is_share else inf
        if spec.column == columns.INTENSITY:
            least, most = plausible_range(self.need.value, self.need.value)
        return columns.Column(spec.column, rows, cells, least, most)


def _not_known(rows: pandas.DataFrame, condition: RowCondition, known: Mask) -> str:
    least = ", not above zero" if condition.is_size else ", below zero" if condition.number else ""
    return f"{condition.column} is empty{least} or not read for {columns.named(rows, ~known)}"


@dataclass(frozen=True, slots=True)
class CapacityShare:
    """The share within one product: its bounds in %, and the amount that it is a share of."""

    name: str
    low: float
    high: float
    amount: float
    unit: str

    def __str__(self) -> str:
        share = f"{self.low:.4g}" if self.low == self.high else f"{self.low:.4g} to {self.high:.4g}"
        return f"{self.name} {share} % of {amount_of(self.amount, self.unit)}"


@dataclass(frozen=True, slots=True)
class Computed:
    low: float
    high: float
    denominator: str
    parts: tuple[CapacityShare, ...] = ()
    names: tuple[str, ...] = ()
    open_names: tuple[str, ...] = ()
    why: str = ""
    note: str = ""
    open_ends: tuple[bool, bool] = (False, False)
    decided: bool = False
    met: bool | None = None
    depends_on_reading: bool = False


# Shares and counts ----------------------------------------------------------------------------------------


def share_of_capacity(asked: Question) -> Computed:
    rows, column = asked.counted(), asked.spec.column
    items = columns.items_of(rows.table).astype(str)
    parts = []
    for item in dict.fromkeys(items.tolist()):
        here = items == item
        weights, unit = columns.weights_of(rows.table.loc[here], column)
        low, high = _share(weights, rows.yes[here], rows.known[here], column)
        parts.append(CapacityShare(item or "no product", low, high, float(weights.sum()), unit))
    lows, highs = [part.low for part in parts], [part.high for part in parts]
    open_ends = (min(lows) < max(lows), min(highs) < max(highs))
    apart = "the products differ, and the document does not say how their capacities are added"
    why = [rows.why, f"{apart} ({', '.join(map(str, parts))})" if any(open_ends) else ""]
    over = ", ".join(f"{part.name} {amount_of(part.amount, part.unit)}" for part in parts)
    found = _over(rows, min(lows), max(highs), f"{column} of {_plants(rows.table)}: {over}")
    return replace(found, parts=tuple(parts), open_ends=open_ends, why="; ".join(filter(None, why)))


def share_of_output_value(asked: Question) -> Computed:
    rows, column = asked.counted(), asked.spec.column
    weights, unit = columns.weights_of(rows.table, column, needs_unit=False)
    return _share_over(rows, weights, f"{column} of {_plants(rows.table)}: {amount_of(weights.sum(), unit)}")


def share_of_rows(asked: Question) -> Computed:
    rows = asked.counted()
    return _share_over(rows, numpy.ones(len(rows.table)), f"{len(rows.table)} rows")


def share_of_enterprises(asked: Question) -> Computed:
    rows = _enterprises(asked)
    return _share_over(rows, numpy.ones(len(rows.table)), _plants(rows.table, "enterprise"))


def count_of_enterprises(asked: Question) -> Computed:
    rows = _enterprises(asked)
    return _counted(rows, _plants(rows.table, "enterprise"))


def _counted(rows: Counted, denominator: str) -> Computed:
    return _over(rows, float(rows.yes.sum()), float((rows.yes | ~rows.known).sum()), denominator)


def _share_over(rows: Counted, weights: Floats, denominator: str) -> Computed:
    return _over(rows, *_share(weights, rows.yes, rows.known, denominator), denominator)


def _share(weights: Floats, yes: Mask, known: Mask, denominator: str) -> tuple[float, float]:
    if weights.sum() <= 0:
        raise MissingFigureError(f"{denominator} adds up to zero: no share of it", denominator, "Check the numbers")
    return columns.percent(weights, yes & known), columns.percent(weights, yes | ~known)


def _enterprises(asked: Question) -> Counted:
    """Return a row per enterprise: a flag counts where one of its rows has it, all else where all its rows do."""
    rows = asked.counted()
    column = "enterprise" if "enterprise" in rows.table.columns else "plant"
    owner = columns.filled(rows.table, column)
    size = len(owner.distinct)
    counting = numpy.bincount(owner.codes[rows.yes & rows.known], minlength=size)
    refusing = numpy.bincount(owner.codes[~rows.yes & rows.known], minlength=size) > 0
    needed = 1 if asked.spec.counted[0].is_flag else numpy.bincount(owner.codes, minlength=size)
    yes = (counting >= needed) & ~refusing
    return replace(rows, table=pandas.DataFrame({"plant": owner.distinct}), yes=yes, known=yes | refusing)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + "s" * (number != 1)


def _plants(table: pandas.DataFrame, what: str = "plant") -> str:
    return _count(len(columns.names_of(table, numpy.ones(len(table), bool))), what)


def _over(rows: Counted, low: float, high: float, denominator: str) -> Computed:
    names, open_names = columns.names_of(rows.table, rows.yes & rows.known), columns.names_of(rows.table, ~rows.known)
    return Computed(low, high, denominator, names=names, open_names=open_names, why=rows.why, note=rows.note)


# Amounts --------------------------------------------------------------------------------------------------


def sum_of(asked: Question) -> Computed:
    column = asked.column()
    known = column.known
    total = float(column.cells[known].sum())
    over = f"sum of {column.name} over {_plants(column.rows)}"
    open_names = columns.names_of(column.rows, ~known)
    return Computed(total, total if known.all() else inf, over, open_names=open_names, why=column.why)


def growth(asked: Question) -> Computed:
    name, base = asked.spec.column, asked.spec.counted[0].text
    past = asked.at(base)
    # The unit of growth is %, so that of the column is its own.
    _, unit = columns.weights_of(past.subject(), name)
    before, after = (float(one.column(unit).complete().cells.sum()) for one in (past, asked))
    if before <= 0:
        raise MissingFigureError(f"{name} of {base} adds up to {before:g}: no growth over it", base, "Check it")
    value = 100.0 * (after - before) / before
    over = f"{name} of {base}, {amount_of(before, unit)}, against {amount_of(after, unit)}"
    return Computed(value, value, over)


def weighted_mean(asked: Question) -> Computed:
    per = asked.spec.per
    column = asked.column().complete()
    weights, unit = columns.weights_of(column.rows, per, needs_unit=per == "output")
    total = float(weights.sum())
    if total <= 0:
        raise MissingFigureError(f"{per} adds up to zero: no mean over it", per, "Check the numbers")
    # One value needs no arithmetic, and so no float noise.
    same = bool((column.cells == column.cells[0]).all())
    value = float(column.cells[0]) if same else float((column.cells * weights).sum()) / total
    return Computed(value, value, f"weighted by {per}, {amount_of(total, unit)} of {_plants(column.rows)}")


# Every row ------------------------------------------------------------------------------------------------


def every(asked: Question) -> Computed:
    """Compare every row of the subject; the figure shown is the one farthest on the wrong side."""
    need, column = asked.need, asked.column()
    known = column.known
    values = column.cells[known]
    fails = known & ~((column.cells >= need.low) & (column.cells <= need.high))
    between = _over_the_larger(asked, column) & known & ~fails
    low, high = (float(values.min()), float(values.max())) if len(values) else (-inf, inf)
    if len(values) and inf in (-need.low, need.high):
        low = high = high if need.low == -inf else low
    unsure = (
        f"{columns.named(column.rows, between)} lies between two capacities that the document states: "
        "within the limit of the smaller one, over that of the larger"
    )
    why = "; ".join(filter(None, [column.why, unsure if between.any() else ""]))
    rows = Counted(column.rows, fails, known & ~between, why)
    return replace(
        _over(rows, low, high, f"each of {_count(len(column.rows), 'row')}"),
        decided=True,
        met=False if fails.any() else True if rows.known.all() else None,
        depends_on_reading=bool(between.any()) and not fails.any(),
    )


def _over_the_larger(asked: Question, column: columns.Column) -> Mask:
    if FURNACE not in asked.spec.columns:
        return numpy.zeros(len(column.rows), bool)
    curve = find_curve(asked.spec.subject[0].text, asked.row.document, asked.allow_unverified)
    size = columns.numbers(column.rows, FURNACE, "t")
    strict, lenient = (curve.at(size, reading) for reading in ("class_above", "class_below"))
    over: Mask = (strict != lenient) & (curve.sign * column.cells > curve.edges(strict, "full")[0])
    return over


def none_within(asked: Question) -> Computed:
    """Count the rows that a document eliminates: its comparison says what goes, not what complies."""
    row, column = asked.row, asked.column()
    limit = Fraction(row.value)
    (low, high), (least, most) = (columns.interval(comparison, limit, limit) for comparison in (row.comparison, "="))
    values, known = column.cells, column.known
    goes = known & (values >= low) & (values <= high)
    at_value = known & (values >= least) & (values <= most) & ~goes & (asked.spec.sense == "ambiguous_at_value")
    exactly = (
        f"exactly {columns.with_unit(row.value, row.unit)}: {columns.named(column.rows, at_value)}; {_AT_THE_NUMBER}"
    )
    unsure = exactly if at_value.any() else ""
    rows = Counted(column.rows, goes, known & ~at_value, "; ".join(filter(None, [column.why, unsure])), unsure)
    found = _counted(rows, f"of {_count(len(column.rows), 'row')}")
    return replace(found, depends_on_reading=bool(unsure) and not goes.any())


def direction(asked: Question) -> Computed:
    """Show the best row where the text favours a direction and names nothing that would meet it."""
    column = asked.column()
    values = column.cells[column.known]
    low, high = -inf, inf
    if len(values):
        low = high = float(values.min() if asked.need.low == -inf else values.max())
    over = f"the best of {_count(len(column.rows), 'row')}"
    return Computed(low, high, over, why=asked.spec.note, note=column.why, decided=True)


#: Measure -> the function that computes it from the results.
MEASURES: dict[str, Measure] = {
    function.__name__: function
    for function in (
        *(share_of_capacity, share_of_output_value, share_of_enterprises, share_of_rows, count_of_enterprises),
        *(sum_of, growth, weighted_mean, every, none_within, direction),
    )
}
