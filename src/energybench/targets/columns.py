"""A user's results as columns and codes: numbers in one unit, flags, items, and the rows that meet a condition."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf, isfinite
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
    UnknownProductError,
    quoted,
)
from energybench.frames.columns import find_columns
from energybench.frames.encode import Coded, clean_text, encode, recode, to_floats
from energybench.frames.groups import period_key, product_key
from energybench.frames.native import to_pandas
from energybench.tables.names import find_item, items_named
from energybench.targets.rows import ITEM, RowCondition, interval
from energybench.units.factors import ratio
from energybench.units.registry import read_quantity
from energybench.units.text import SITE_UNITS, UnitText, read_number, read_unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[numpy.float64]
    Items = NDArray[numpy.object_]
    Mask = NDArray[numpy.bool_]

#: Units of targets that are no units of energy or product.
_OTHER_UNITS = {**SITE_UNITS, **dict.fromkeys(("mg/m3", "mg/m³", "毫克/立方米"), UnitText(("g",), ("m3",), -3))}

INTENSITY = "intensity"

#: The item of a row whose column item says that its product is not in the tables.
OTHER = "other product"
_OTHER_WORDS = ("other", "其他")

#: How many unknown names a message looks up: each search for near names costs milliseconds.
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
    raise TableError(
        f"{shown} stands in the rows {', '.join(map(str, numpy.flatnonzero(same)[:_MOST_NAMES]))} of the results"
        f"{', under several documents,' if len(documents) > 1 else ''} and would count several times",
        shown,
        f'Keep the rows of one document: results[results["document"] == "{documents[0]}"]'
        if len(documents) > 1
        else "Add the rows up, or name the products apart",
    )


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
        raise OptionError(
            f"The results have no rows of {wanted}, only of {known}",
            wanted,
            f"Add the rows of {wanted}, or pass another",
        )
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
        raise MissingColumnError(
            f"The results have no column {column}", column, f"Add a column {column}{beside} for the rows concerned"
        )


# Names of rows --------------------------------------------------------------------------------------------


def labels(table: pandas.DataFrame) -> list[str]:
    for column in ("plant", "enterprise"):
        if column in table.columns:
            names: list[str] = table[column].tolist()
            return names
    return [f"row {number}" for number in table.index.tolist()]


def names_of(table: pandas.DataFrame, where: Mask) -> tuple[str, ...]:
    return tuple(dict.fromkeys(labels(table.loc[where])))


def named(table: pandas.DataFrame, where: Mask, most: int = 5) -> str:
    names = names_of(table, where)
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def gaps(table: pandas.DataFrame, where: Mask) -> str:
    """Return the names of rows without a figure, with the reasons for which an assessment withheld it."""
    reasons = coded(table.loc[where, "reason"]).distinct if "reason" in table.columns else []
    return named(table, where) + (f" ({', '.join(reasons)})" if reasons else "")


# Products -------------------------------------------------------------------------------------------------


def items_of(table: pandas.DataFrame) -> Items:
    """Return the item of each row, by its column item or product; a name without an item stays as it is."""
    if ITEM not in table.columns:
        require_column(table, "product")
    made = {name: coded(table[name]) for name in ("product", ITEM) if name in table.columns}
    products: Items = made["product"].map(product_key, "") if "product" in made else numpy.full(len(table), "", object)
    if ITEM not in made:
        return products
    own = made[ITEM].map(lambda name: OTHER if name.casefold() in _OTHER_WORDS else product_key(name), "")
    return numpy.where(own == "", products, own)


def known_items(table: pandas.DataFrame) -> Items:
    items = items_of(table)
    unknown = coded(items).map(lambda name: name != OTHER and items_named(name) != (name,), True, bool)
    if unknown.any():
        names = list(dict.fromkeys(items[unknown].tolist()))
        said = [_why_unknown(name, named(table, items == name)) for name in names[:_MOST_NAMES]]
        rest = [f"and {len(names) - _MOST_NAMES} more names"] if len(names) > _MOST_NAMES else []
        raise UnknownProductError(
            "; ".join([*said, *rest]),
            named(table, unknown),
            'Correct it, or write "other" in a column item for a product that is none of the tables',
        )
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
        name_rows: Callable[[pandas.DataFrame, Mask], str] = gaps if judged else named
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
        stated = beside in table.columns
        raise MissingColumnError(
            f"{beside} is empty for {named(table, without)}"
            if stated
            else f"{column} holds bare numbers, and the results have no column {beside}",
            beside,
            f"Write {unit}" if stated else f"Add {beside} (the target is in {unit})",
        )
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
