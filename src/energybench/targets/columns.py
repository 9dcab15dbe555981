"""What a target is read from: its rows in the tables of targets and of measures, and a user's results as columns."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import lru_cache
from math import inf, isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.errors import (
    AmountError,
    DimensionError,
    EnergybenchError,
    MissingColumnError,
    OptionError,
    TableError,
    UnitTextError,
    UnknownNameError,
    UnknownProductError,
    quoted,
)
from energybench.frames.columns import find_columns
from energybench.frames.encode import Coded, clean_text, encode, recode, to_floats
from energybench.frames.groups import period_key, product_key
from energybench.frames.native import to_pandas
from energybench.limits.ladders import TOLERANCE, fold_threshold
from energybench.tables.names import find_item, items_named
from energybench.tables.store import citation, find_document, records
from energybench.units.factors import ratio
from energybench.units.registry import read_quantity
from energybench.units.text import SITE_UNITS, UnitText, read_number, read_unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from energybench.frames.encode import Floats
    from energybench.tables.rows import TargetRow

    Objects = NDArray[numpy.object_]
    Mask = NDArray[numpy.bool_]


#: Columns that are derived: by name from ``product``, by level from class or intensity.
ITEM: str = "item"
LEVEL: str = "level"

_CONDITION = re.compile(r"(\w+) (<=|>=|=|<|>) (.+)")
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(?: (.+))?")


# How a target is computed ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RowCondition:
    """One condition on a column: ``furnace_capacity <= 1 t``, ``item = cast-iron|cast-steel``, ``green_mine = yes``."""

    column: str
    comparison: str
    text: str

    @property
    def number(self) -> tuple[Fraction, str] | None:
        """The number and its unit text; None where the condition is not on a number."""
        match = _NUMBER.fullmatch(self.text)
        return (Fraction(match[1]), match[2] or "") if match else None

    @property
    def is_size(self) -> bool:
        return self.column.endswith("capacity")

    @property
    def is_flag(self) -> bool:
        return self.text in ("yes", "no")

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.text.split("|"))

    def __str__(self) -> str:
        return f"{self.column} {self.comparison} {' or '.join(self.words)}"


@dataclass(frozen=True, slots=True)
class MeasureRow:
    target: str
    figure: str
    measure: str
    column: str
    unit: str
    where: str
    test: str
    per: str
    sense: str
    standard: str
    note: str

    @property
    def subject(self) -> tuple[RowCondition, ...]:
        return read_conditions(self.where)

    @property
    def counted(self) -> tuple[RowCondition, ...]:
        return read_conditions(self.test)

    @property
    def columns(self) -> tuple[str, ...]:
        named = [c.column for c in self.subject] + [self.column, self.per] + [c.column for c in self.counted]
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def is_share(self) -> bool:
        return self.unit == "%" and (self.measure.startswith("share_of") or self.measure == "weighted_mean")


def read_conditions(text: str) -> tuple[RowCondition, ...]:
    matches = [_CONDITION.fullmatch(part) for part in text.split("; ") if part]
    return tuple(RowCondition(*match.groups()) for match in matches if match)


@lru_cache(1)
def measures() -> dict[str, MeasureRow]:
    with (Path(__file__).parent / "measures.csv").open(encoding="utf-8", newline="") as file:
        return {row["target"]: MeasureRow(**row) for row in csv.DictReader(file)}


def measure_of(row: TargetRow) -> MeasureRow:
    """Return how a target is computed; one that the table does not know can only be given as a figure."""
    known = measures().get(row.id)
    if known is not None:
        return known
    blank = dict.fromkeys((field.name for field in fields(MeasureRow)), "")
    kind = row.comparison if row.comparison in ("fact", "conforms_to") else "figure"
    try:
        unit = "%" if row.unit.startswith("%") else str(read_unit(row.unit))
    except UnitTextError:
        unit = ""  # words for what is counted: factories, projects
    return MeasureRow(**{**blank, "target": row.id, "figure": row.id, "measure": kind, "unit": unit})


def target_rows(document: str) -> tuple[TargetRow, ...]:
    wanted = find_document(document).id
    rows: tuple[TargetRow, ...] = tuple(row for row in records("targets") if row.document == wanted)
    if not rows:
        known = list(dict.fromkeys(row.document for row in records("targets")))
        said = f"{quoted(document)}, {citation(wanted)}, has no row in the table of targets"
        raise UnknownNameError(said, quoted(document), f"There are targets of {', '.join(known)}")
    return rows


# What a target asks for -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Requirement:
    """The values that meet a target: from ``low`` to ``high``, strictness and float tolerance folded in."""

    value: float
    low: float
    high: float
    text: str

    def met_by(self, low: float, high: float, open_ends: tuple[bool, bool] = (False, False)) -> bool | None:
        """Say whether every value of an interval meets the target (True), none does (False), or neither (None)."""
        # More than strictness and float tolerance together.
        below, above = (
            3 * TOLERANCE * abs(end) if is_open else 0.0 for end, is_open in zip((low, high), open_ends, strict=True)
        )
        if self.low <= low + below and high - above <= self.high:
            return True
        apart = high < self.low or low > self.high
        touching = (open_ends[1] and high <= self.low) or (open_ends[0] and low >= self.high)
        return False if apart or touching else None


def with_unit(number: str, unit: str) -> str:
    return f"{number} x {unit}" if unit[:1].isdigit() else f"{number} {unit}".strip()


def amount_of(number: float, unit: str) -> str:
    return with_unit(f"{number:.6g}", unit)


def check_tolerance(tolerance: float) -> float:
    number = isinstance(tolerance, int | float) and not isinstance(tolerance, bool)
    if not number or not isfinite(tolerance) or not 0 <= tolerance < 1:
        said = f"tolerance is {quoted(tolerance)}, expected a share of the value from 0 to below 1"
        raise OptionError(said, quoted(tolerance), "Write 0.05 for 5 %")
    return float(tolerance)


def requirement(row: TargetRow, sense: str = "", tolerance: float = 0.05) -> Requirement:
    value, upper = _values(row)
    comparison, lower, said = row.comparison, value, ""
    if comparison == "~":
        slack = abs(value) * Fraction(repr(tolerance))
        lower, upper = value - slack, value + slack
        about = f"from {float(lower):.10g}" if sense == "at_least" else f"{float(lower):.10g} to {float(upper):.10g}"
        said = f"{about}; tolerance {100 * tolerance:.10g} %"
    elif comparison == "=":
        said = {"at_least": "or more", "at_most": "or less"}.get(sense, "")
    if sense == "reversed":
        comparison = comparison.translate(str.maketrans("<>", "><"))
        said = f"{row.value} or a smaller number"
    low, high = interval(comparison, lower, upper)
    if comparison in ("=", "~"):
        low, high = -inf if sense == "at_most" else low, inf if sense == "at_least" else high
    text = f"{row.comparison} {with_unit(row.value, row.unit)}" + (f" ({said})" if said else "")
    return Requirement(float(value), low, high, text)


def _values(row: TargetRow) -> tuple[Fraction, Fraction]:
    first, _, second = row.value.partition("-") if row.comparison == "range" else (row.value, "", row.value)
    try:
        return Fraction(first), Fraction(second)
    except ValueError as error:
        said = f"{row.id}: the value is {quoted(row.value)} where the comparison is {row.comparison}"
        raise TableError(said, row.id, "Write a decimal, or low-high for a range") from error


def interval(comparison: str, lower: Fraction, upper: Fraction) -> tuple[float, float]:
    """Return the first and the last value that meet a comparison with one threshold, or with two."""
    # The tolerance is that of a ladder.
    low = -inf if comparison in ("<", "<=") else -fold_threshold(float(lower), ">" if comparison == ">" else ">=")
    high = inf if comparison in (">", ">=") else fold_threshold(float(upper), "<" if comparison == "<" else "<=")
    return low, high


def nothing_left(row: TargetRow) -> Requirement:
    """Return what an elimination asks for: the comparison says what must go, and 0 may be left."""
    return Requirement(0.0, 0.0, 0.0, f"none left that is {row.comparison} {with_unit(row.value, row.unit)}")


#: Units of targets that are no units of energy or product.
_OTHER_UNITS = {**SITE_UNITS, **dict.fromkeys(("mg/m3", "mg/m³", "毫克/立方米"), UnitText(("g",), ("m3",), -3))}

INTENSITY = "intensity"

#: The item of a row whose column item says that its product is not in the tables.
OTHER = "other product"
_OTHER_WORDS = ("other", "其他")

#: How many names a message has: each search for names near an unknown one costs milliseconds.
_MOST_NAMES = 5

_FLAGS: dict[str, bool] = {
    **dict.fromkeys(("yes", "true", "1", "是", "有", "完成"), True),
    **dict.fromkeys(("no", "false", "0", "否", "无", "未完成"), False),
}


# The table ------------------------------------------------------------------------------------------------


def table_of(results: Any) -> pandas.DataFrame:
    """Return results as a pandas frame with canonical headers, plants and periods, and a fresh index."""
    table = to_pandas(getattr(results, "result_frame", results), "results")
    names = list(map(str, table.columns))
    for name, place in find_columns(names, "outputs")[0].items():
        names[place] = name
    if len(set(names)) < len(names):
        twice = max(names, key=names.count)
        raise TableError(f"Two columns of the results are called {twice}", twice, "Remove one of them")
    table = table.set_axis(names, axis=1).reset_index(drop=True)
    for name, read in (("plant", clean_text), ("enterprise", clean_text), ("period", period_key)):
        if name in table.columns:
            table[name] = coded(table[name], read).map(str, "")
    _refuse_repeated(table)
    return table


def _refuse_repeated(table: pandas.DataFrame) -> None:
    if "plant" not in table.columns or not {"product", ITEM} & set(table.columns):
        return
    keys = table[[name for name in ("plant", "period") if name in table.columns]].assign(made=items_of(table))
    for name, read in (("equipment", clean_text), ("product", product_key)):
        if name in table.columns:
            keys[name] = coded(table[name], read).map(str, "")
    again = (keys.duplicated(keep=False) & (keys["plant"] != "") & (keys["made"] != "")).to_numpy()
    if not again.any():
        return
    first = keys.iloc[int(again.argmax())]
    same = (keys == first).all(axis=1).to_numpy()
    shown = " ".join(dict.fromkeys(filter(None, first.tolist())))
    documents = coded(table.loc[same, "document"]).distinct if "document" in table.columns else []
    rows, under = ", ".join(map(str, numpy.flatnonzero(same)[:_MOST_NAMES])), ""
    fix = "Add the rows up, or name the products apart"
    if len(documents) > 1:
        under = ", under several documents,"
        fix = f'Keep the rows of one document: results[results["document"] == "{documents[0]}"]'
    said = f"{shown} stands in the rows {rows} of the results{under} and would count several times"
    raise TableError(said, shown, fix)


def of_period(table: pandas.DataFrame, period: str | int | None) -> pandas.DataFrame:
    """Return the rows of one period: that which is named, or the only one there is."""
    if "period" not in table.columns:
        return table
    periods = coded(table["period"])
    known = ", ".join(periods.distinct) or "none"
    if period is None and len(periods.distinct) != 1:
        raise OptionError(f"The periods of the rows are {known}", known, "Pass period= with one of them")
    wanted = periods.distinct[0] if period is None else period_key(period)
    if wanted not in periods.distinct:
        said = f"The results have no rows of {wanted}, only of {known}"
        raise OptionError(said, wanted, f"Add the rows of {wanted}, or pass another")
    rows: pandas.DataFrame = table.loc[periods.codes == periods.distinct.index(wanted)]
    return rows


def coded(column: Any, read: Callable[[Any], str] = clean_text) -> Coded:
    return recode(encode(pandas.Series(column)), read)


def filled(table: pandas.DataFrame, column: str) -> Coded:
    """Return a column as codes into its distinct texts, and refuse an empty cell."""
    require_column(table, column)
    texts = coded(table[column])
    gaps = int((texts.codes == len(texts.distinct)).sum())
    if gaps:
        raise MissingColumnError(f"{column} is empty in {gaps} rows", column, "Fill it in")
    return texts


def require_column(table: pandas.DataFrame, column: str, unit: str = "") -> None:
    if column not in table.columns:
        beside = f" in {unit}, with {unit_column(column)} beside it," if unit else ""
        said = f"The results have no column {column}"
        raise MissingColumnError(said, column, f"Add a column {column}{beside} for the rows concerned")


# Names of rows --------------------------------------------------------------------------------------------


def labels(table: pandas.DataFrame) -> list[str]:
    for column in ("plant", "enterprise"):
        if column in table.columns:
            names: list[str] = table[column].tolist()
            return names
    return [f"row {number}" for number in table.index.tolist()]


def names_of(table: pandas.DataFrame, where: Mask) -> tuple[str, ...]:
    return tuple(dict.fromkeys(labels(table.loc[where])))


def named(table: pandas.DataFrame, where: Mask) -> str:
    names = names_of(table, where)
    rest = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + rest


def rows_without_figure(table: pandas.DataFrame, where: Mask) -> str:
    """Return the names of rows without a figure, with the reasons for which an assessment withheld it."""
    reasons = coded(table.loc[where, "reason"]).distinct if "reason" in table.columns else []
    return named(table, where) + (f" ({', '.join(reasons)})" if reasons else "")


# Products -------------------------------------------------------------------------------------------------


def items_of(table: pandas.DataFrame) -> Objects:
    """Return the item of each row, by its column item or product; a name without an item stays as it is."""
    if ITEM not in table.columns:
        require_column(table, "product")
    made = {name: coded(table[name]) for name in ("product", ITEM) if name in table.columns}
    products: Objects = (
        made["product"].map(product_key, "") if "product" in made else numpy.full(len(table), "", object)
    )
    if ITEM not in made:
        return products
    own = made[ITEM].map(lambda name: OTHER if name.casefold() in _OTHER_WORDS else product_key(name), "")
    return numpy.where(own == "", products, own)


def known_items(table: pandas.DataFrame) -> Objects:
    items = items_of(table)
    unknown = coded(items).map(lambda name: name != OTHER and items_named(name) != (name,), True, bool)
    if unknown.any():
        names = list(dict.fromkeys(items[unknown].tolist()))
        whys = [_why_unknown(name, named(table, items == name)) for name in names[:_MOST_NAMES]]
        rest = [f"and {len(names) - _MOST_NAMES} more names"] if len(names) > _MOST_NAMES else []
        said = "; ".join([*whys, *rest])
        fix = 'Correct it, or write "other" in a column item for a product that is none of the tables'
        raise UnknownProductError(said, named(table, unknown), fix)
    return items


def _why_unknown(name: str, rows: str) -> str:
    try:
        find_item(name)
    except EnergybenchError as error:
        if name:
            return f"The product of {rows} is not known: {error.message} ({error.fix})"
    return f"The product of {rows} is empty"


def shown_items(table: pandas.DataFrame) -> str:
    """Return the products of a table, each once: by item, or as a product of one's own is called."""
    items = items_of(table)
    if "product" in table.columns:
        items = numpy.where(items == OTHER, coded(table["product"]).map(str, OTHER), items)
    return ", ".join(dict.fromkeys(items.tolist()))


# Numbers --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    rows: pandas.DataFrame
    cells: Floats
    least: float = 0.0
    most: float = inf

    @property
    def known(self) -> Mask:
        return numpy.isfinite(self.cells) & (self.cells >= self.least) & (self.cells <= self.most)

    @property
    def why(self) -> str:
        """Which cells hold no number that counts, and why; empty where all do."""
        here, judged = numpy.isfinite(self.cells), self.name == INTENSITY
        name_rows: Callable[[pandas.DataFrame, Mask], str] = rows_without_figure if judged else named
        far = ", which is implausible: far from the limit" if judged else ""
        said = (
            ("is empty or no number", "", ~here),
            (f"is below {self.least:.6g}" if self.least else "is below zero", far, here & (self.cells < self.least)),
            (f"is above {self.most:.6g}{' %' * (self.most == 100)}", far, here & (self.cells > self.most)),
        )
        return "; ".join(
            f"{self.name} {what} for {name_rows(self.rows, where)}{more}" for what, more, where in said if where.any()
        )

    def complete(self) -> Column:
        if self.why:
            fix = "Check the number" if numpy.isfinite(self.cells).all() else "Fill it in"
            raise MissingColumnError(self.why, self.name, fix)
        return self


def unit_column(column: str) -> str:
    return "unit" if column == INTENSITY else f"{column}_unit"


def target_unit(text: str) -> tuple[UnitText, str]:
    unit, _, whole = text.strip().partition(" of ")
    return _OTHER_UNITS.get(unit.strip()) or read_unit(unit), whole.strip()


def _unit_factor(text: str, unit: str, what: str) -> Fraction:
    message = f"{what} is in {quoted(text)}, expected {unit}"
    try:
        (written, share_of), (wanted, whole) = target_unit(text), target_unit(unit)
        factor = ratio(written, wanted)
    except (DimensionError, UnitTextError) as error:
        raise type(error)(message, quoted(text), f"Give it in {unit}") from error
    if share_of and whole and share_of != whole:
        raise DimensionError(message, quoted(text), f"Give it in {unit}, with that denominator")
    return factor


def read_figure(value: object, unit: str, name: str) -> float:
    number, rest = read_number(value) if isinstance(value, str) else (value, "")
    if unit and not isinstance(value, str):
        number, read = read_quantity(value, name)
        rest = str(read)
    example = f'Write "{{}} {unit}"' if unit else "Write {}"
    if not isinstance(number, str | int | float) or isinstance(number, bool) or not isfinite(float(number)):
        raise AmountError(f"{name} is {quoted(value)}, expected one finite number", quoted(value), example.format(12))
    if bool(rest) != bool(unit):
        expected = f"a number in {unit}" if unit else "a bare number"
        raise AmountError(f"{name} is {quoted(value)}, expected {expected}", quoted(value), example.format(number))
    return float(Fraction(number) * _unit_factor(rest, unit, name)) if unit else float(number)


def _split(table: pandas.DataFrame, column: str) -> tuple[Floats, Coded]:
    require_column(table, column)
    if unit_column(column) in table.columns:
        return to_floats(table[column]), coded(table[unit_column(column)])
    cells = coded(table[column])
    return cells.map(lambda text: float(read_number(text)[0]), numpy.nan, numpy.float64), recode(
        cells, lambda text: read_number(text)[1]
    )


def numbers(table: pandas.DataFrame, column: str, unit: str) -> Floats:
    require_column(table, column, unit)
    if not unit:
        return to_floats(table[column])
    values, units = _split(table, column)
    beside, known = unit_column(column), numpy.isfinite(values)
    without = known & (units.codes == len(units.distinct))
    if without.any():
        said = f"{beside} is empty for {named(table, without)}"
        fix = f"Write {unit}"
        if beside not in table.columns:
            said = f"{column} holds bare numbers, and the results have no column {beside}"
            fix = f"Add {beside} (the target is in {unit})"
        raise MissingColumnError(said, beside, fix)
    used = {units.distinct[code] for code in numpy.unique(units.codes[known]).tolist()}
    factors = [float(_unit_factor(text, unit, column)) if text in used else numpy.nan for text in units.distinct]
    result: Floats = values * units.table(factors, numpy.nan, numpy.float64)[units.codes]
    return result


def weights_of(table: pandas.DataFrame, column: str, needs_unit: bool = True) -> tuple[Floats, str]:
    """Return a column in the unit of its first row, and that unit: for shares, whose unit cancels."""
    units = _split(table, column)[1].distinct
    beside = unit_column(column)
    if not units and (needs_unit or beside in table.columns):
        raise MissingColumnError(f"{column} has no unit, {beside} is empty or missing", beside, f"Fill in {beside}")
    unit = str(read_unit(units[0])) if units else ""
    return Column(column, table, numbers(table, column, unit)).complete().cells, unit or "units"


def percent(weights: Floats, where: Mask) -> float:
    """Return the share of some rows in %, which is 100 % exactly when every row counts."""
    return 100.0 if where.all() else 100.0 * float(weights[where].sum()) / float(weights.sum())


# Conditions -----------------------------------------------------------------------------------------------


def holds(table: pandas.DataFrame, condition: RowCondition) -> tuple[Mask, Mask]:
    """Return in which rows a condition holds, and in which it is known whether it does."""
    if condition.column == ITEM:
        return numpy.isin(known_items(table).astype(str), condition.words), numpy.ones(len(table), bool)
    if condition.number is not None:
        limit, unit = condition.number
        values = numbers(table, condition.column, unit)
        low, high = interval(condition.comparison, limit, limit)
        known = numpy.isfinite(values) & ((values > 0) if condition.is_size else (values >= 0))
        return (values >= low) & (values <= high), known
    texts = coded(table[condition.column])
    if condition.is_flag:
        wanted = condition.text == "yes"
        yes = texts.map(lambda text: _FLAGS.get(text.casefold()) is wanted, False, bool)
        return yes, texts.map(lambda text: text.casefold() in _FLAGS, False, bool)
    words = {word.casefold() for word in condition.words}
    return texts.map(lambda text: text.casefold() in words, False, bool), texts.codes < len(texts.distinct)
