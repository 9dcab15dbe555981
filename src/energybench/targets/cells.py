"""Columns of a user's table as numbers in one unit, as flags, and as conditions that hold, fail or stay open."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy

from energybench.errors import AmountError, DimensionError, MissingColumnError, quoted
from energybench.frames.encode import clean_text, to_floats
from energybench.targets.requirement import interval
from energybench.units.registry import ratio, read_exact, read_quantity
from energybench.units.text import read_amount, read_number, read_unit

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas
    from numpy.typing import NDArray

    from energybench.targets.rows import Condition

    Floats = NDArray[numpy.float64]
    Mask = NDArray[numpy.bool_]

#: Units of targets that no limit table needs, so that the unit grammar does not have them.
OTHER_UNITS: dict[str, tuple[str, ...]] = {
    "%": ("%", "％", "percent"),
    "mg/m3": ("mg/m3", "mg/m³", "毫克/立方米"),
    "m": ("m", "米"),
}

#: Columns whose unit does not stand in a column named after them.
UNIT_COLUMNS = {"intensity": "unit"}

#: The one column that may be below zero, and why.
SIGNED, SENT_OUT = "intensity", "energy sent out may exceed the inputs"

FLAGS: dict[str, bool] = {
    **dict.fromkeys(("yes", "true", "1", "是", "有", "完成"), True),
    **dict.fromkeys(("no", "false", "0", "否", "无", "未完成"), False),
}


@dataclass(frozen=True, slots=True)
class Texts:
    """A column as codes into its distinct texts; an empty cell is the code ``len(distinct)``."""

    codes: NDArray[numpy.int64]
    distinct: list[str]

    def take(self, values: list[Any], null: Any, dtype: Any = object) -> NDArray[Any]:
        """Return per row what a list gives per distinct text, and ``null`` for an empty cell."""
        padded = numpy.empty(len(self.distinct) + 1, dtype)
        padded[:-1] = values
        padded[-1] = null
        return padded[self.codes]

    @property
    def empty(self) -> Mask:
        """Which cells are empty, shape (n,)."""
        empty: Mask = self.codes == len(self.distinct)
        return empty


def texts_of(column: pandas.Series[Any], read: Callable[[Any], str] = clean_text) -> Texts:
    """Return a column as texts; each distinct cell is read once."""
    import pandas

    codes, uniques = pandas.factorize(column, use_na_sentinel=True)
    cleaned = [read(value) for value in uniques.tolist()]
    order = {text: code for code, text in enumerate(dict.fromkeys(text for text in cleaned if text))}
    folded = numpy.array([*(order.get(text, len(order)) for text in cleaned), len(order)], numpy.int64)
    return Texts(folded[codes], list(order))


def unit_column(column: str) -> str:
    """Return the name of the column that says the unit of another."""
    return UNIT_COLUMNS.get(column, f"{column}_unit")


def unit_factor(text: str, unit: str, what: str) -> float:
    """Return the factor from a unit as written to the unit of a target."""
    written, _, words = text.strip().partition(" of ")
    wanted, _, denominator = unit.partition(" of ")
    if wanted in OTHER_UNITS:
        same_denominator = not words or not denominator or words.strip() == denominator
        if written.strip() in OTHER_UNITS[wanted] and same_denominator:
            return 1.0
        raise DimensionError(
            f"{what} is in {quoted(text)}, expected {unit}", quoted(text), f"Give it in {unit}, with that denominator"
        )
    try:
        return float(ratio(read_unit(text), read_unit(unit)))
    except DimensionError as error:
        raise DimensionError(f"{what}: {error.message}", error.value, error.fix) from error


def read_figure(value: object, unit: str, name: str) -> float:
    """Read one figure in the unit of a target.

    Examples
    --------
    >>> read_figure("21000000000 元", "10^8 CNY", "equipment investment")
    210.0
    """
    if unit and unit.partition(" of ")[0] not in OTHER_UNITS:
        magnitude, read = read_exact(value) if isinstance(value, str) else read_quantity(value, name)
        if isinstance(magnitude, float | Fraction):
            return float(Fraction(magnitude) * ratio(read, read_unit(unit)))
    number, rest = read_number(value) if isinstance(value, str) else (value, "")
    if not isinstance(number, str | int | float) or isinstance(number, bool) or not isfinite(float(number)):
        raise AmountError(f"{name} is {quoted(value)}, expected one finite number", quoted(value), _example(unit))
    if bool(rest) != bool(unit):
        expected = f"a number in {unit}" if unit else "a bare number"
        raise AmountError(f"{name} is {quoted(value)}, expected {expected}", quoted(value), _example(unit, number))
    return float(number) * (unit_factor(rest, unit, name) if unit else 1.0)


def _example(unit: str, number: object = 12) -> str:
    return f'Write "{number} {unit}"' if unit else f"Write {number}"


def require_column(table: pandas.DataFrame, column: str, unit: str = "") -> None:
    """Refuse a table without a column that a target needs."""
    if column not in table.columns:
        beside = f" in {unit}, with {unit_column(column)} beside it," if unit else ""
        raise MissingColumnError(
            f"The results have no column {column}", column, f"Add a column {column}{beside} for the rows concerned"
        )


def numbers(table: pandas.DataFrame, column: str, unit: str) -> Floats:
    """Return a column in a unit, NaN where a cell is empty or no number."""
    require_column(table, column, unit)
    if not unit:
        return to_floats(table[column])
    beside = unit_column(column)
    if beside not in table.columns:
        return _with_units(table[column], column, unit)
    values, texts = to_floats(table[column]), texts_of(table[beside])
    known = numpy.isfinite(values)
    without = known & texts.empty
    if without.any():
        raise MissingColumnError(f"{beside} is empty for {named(table, without)}", beside, f"Write {unit}")
    used = set(texts.codes[known].tolist())
    factors = [unit_factor(t, unit, column) if code in used else numpy.nan for code, t in enumerate(texts.distinct)]
    result: Floats = values * texts.take(factors, numpy.nan, numpy.float64)
    return result


def _with_units(cells: pandas.Series[Any], column: str, unit: str) -> Floats:
    """Read texts that carry their unit, each distinct one once."""
    if not all(isinstance(cell, str) for cell in cells.dropna().unique().tolist()):
        beside = unit_column(column)
        raise MissingColumnError(
            f"{column} holds bare numbers, and the results have no column {beside}",
            beside,
            f"Add {beside} (the target is in {unit})",
        )
    texts = texts_of(cells)
    read = [read_figure(text, unit, column) for text in texts.distinct]
    return texts.take(read, numpy.nan, numpy.float64)


def amounts(table: pandas.DataFrame, column: str, needs_unit: bool = True) -> tuple[Floats, str]:
    """Return a column in the unit of its first row, and that unit: for shares, whose unit cancels."""
    require_column(table, column)
    beside = unit_column(column)
    if beside in table.columns:
        texts = texts_of(table[beside])
        if not texts.distinct:
            raise MissingColumnError(f"{beside} is empty", beside, "Fill it in")
        unit = str(read_unit(texts.distinct[0]))
        values = numbers(table, column, unit)
    elif unit := _own_unit(table[column]):
        values = numbers(table, column, unit)
    else:
        if needs_unit:
            raise MissingColumnError(f"{column} has no unit", beside, f"Add a column {beside}")
        unit, values = "units", to_floats(table[column])
    gap = ~numpy.isfinite(values)
    if gap.any():
        raise MissingColumnError(f"{column} is empty or no number for {named(table, gap)}", column, "Fill it in")
    if (values < 0).any():
        raise AmountError(f"{column} is below zero for {named(table, values < 0)}", column, "Check the number")
    return values, unit


def _own_unit(cells: pandas.Series[Any]) -> str:
    """Return the unit that the first cell carries in its text; empty where cells are numbers."""
    texts = [cell for cell in cells.dropna().unique().tolist() if isinstance(cell, str) and cell.strip()]
    return str(read_amount(texts[0])[1]) if texts and read_number(texts[0])[1] else ""


def flags(table: pandas.DataFrame, column: str) -> tuple[Mask, Mask]:
    """Return which rows say yes, and which say yes or no at all."""
    require_column(table, column)
    texts = texts_of(table[column])
    read = [FLAGS.get(text.casefold()) for text in texts.distinct]
    return (
        texts.take([answer is True for answer in read], False, numpy.bool_),
        texts.take([answer is not None for answer in read], False, numpy.bool_),
    )


def holds(table: pandas.DataFrame, condition: Condition) -> tuple[Mask, Mask]:
    """Return in which rows a condition holds, and in which it is known whether it does.

    A number below zero is none: no condition is on a quantity that can be.
    """
    if condition.is_flag:
        yes, known = flags(table, condition.column)
        return (yes if condition.text == "yes" else known & ~yes), known
    if condition.number is not None:
        limit, unit = condition.number
        values = numbers(table, condition.column, unit)
        low, high = interval(condition.comparison, limit, limit)
        known = numpy.isfinite(values) & (values >= 0)
        return known & (values >= low) & (values <= high), known
    require_column(table, condition.column)
    words = {word.casefold() for word in condition.words}
    texts = texts_of(table[condition.column])
    meets = [text.casefold() in words for text in texts.distinct]
    return texts.take(meets, False, numpy.bool_), ~texts.empty


def labels(table: pandas.DataFrame) -> list[str]:
    """Return what each row is called: its enterprise or plant, or its number."""
    for column in ("plant", "enterprise"):
        if column in table.columns:
            return [clean_text(value) for value in table[column].tolist()]
    return [f"row {number}" for number in table.index.tolist()]


def names_of(table: pandas.DataFrame, where: Mask) -> tuple[str, ...]:
    """Return what the rows of a mask are called, each once, in order."""
    return tuple(dict.fromkeys(labels(table.loc[where])))


def named(table: pandas.DataFrame, where: Mask, most: int = 5) -> str:
    """Return the names of the rows of a mask as text, the first few of many."""
    names = names_of(table, where)
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def groups_of(table: pandas.DataFrame, column: str) -> tuple[NDArray[numpy.int64], list[str]]:
    """Return the number of each row's group, and the groups' names; an empty cell is an error."""
    require_column(table, column)
    texts = texts_of(table[column])
    if texts.empty.any():
        raise MissingColumnError(f"{column} is empty in {int(texts.empty.sum())} rows", column, "Fill it in")
    return texts.codes, texts.distinct


def not_above_zero(table: pandas.DataFrame, intensity: Floats) -> str:
    """Say which rows have an intensity that is not above zero; empty where none has."""
    found = intensity <= 0
    if not found.any():
        return ""
    return f"{SIGNED} is not above zero for {named(table, found)}: {SENT_OUT}"
