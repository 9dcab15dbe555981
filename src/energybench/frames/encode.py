"""Columns to integer codes and floats: strings are looked at once per distinct value, rows only as numbers."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from numbers import Number
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.errors import AmountError, UnitTextError, quoted, text_of
from energybench.units.text import as_float, read_number, read_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from energybench.units.text import UnitText

    Floats = NDArray[numpy.float64]
    Codes = NDArray[Any]

#: Rows from which a second thread pays: Arrow codes texts beside Python.
_LONG = 1 << 16
#: What pandas makes of texts.
_TEXT: Any = pandas.Series([""]).dtype
#: Arrow types whose cells are coded where they lie.
_ARROW_TEXTS = ("string", "large_string")

#: Kinds of object columns whose cells cannot be mistaken for one another.
_PLAIN = ("string", "integer", "floating", "mixed-integer-float", "decimal", "empty", "datetime", "date")


@dataclass(frozen=True, slots=True)
class Coded:
    codes: Codes
    distinct: list[Any]

    def table(self, values: Sequence[Any], null: Any, dtype: Any = object) -> NDArray[Any]:
        """Return an array to take by code: a value per distinct value, and one for null."""
        padded = numpy.empty(len(self.distinct) + 1, dtype)
        padded[:-1] = values
        padded[-1] = null
        return padded

    def rows(self, where: NDArray[Any]) -> Coded:
        """Return some rows; where they are few, only the values that they have."""
        codes, null = self.codes[where], len(self.distinct)
        if len(codes) >= null:
            return Coded(codes, self.distinct)
        used, places = numpy.unique(codes, return_inverse=True)
        return Coded(places, [self.distinct[code] for code in used if code < null])

    def map(self, function: Callable[[Any], Any], null: Any, dtype: Any = object) -> NDArray[Any]:
        return self.table([function(value) for value in self.distinct], null, dtype)[self.codes]


def encode(column: pandas.Series[Any]) -> Coded:
    """Code a column by its distinct values; a category column keeps its codes."""
    if isinstance(column.dtype, pandas.CategoricalDtype):
        return _with_null(column.cat.codes.to_numpy(), column.cat.categories.to_numpy(object).tolist())
    storage = getattr(column.array, "_pa_array", None)
    if storage is not None and str(storage.type) in _ARROW_TEXTS:
        # The codes are put together, not the texts: an Arrow array holds no more than 2 GB of them.
        encoded = storage.dictionary_encode().combine_chunks()
        codes = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy()
        return Coded(codes, texts_of(encoded.dictionary))
    try:
        if column.dtype == object and pandas.api.types.infer_dtype(column) not in _PLAIN:
            column = column.map(_plain, na_action="ignore")
        codes, uniques = pandas.factorize(column)
    except (ArithmeticError, TypeError, NotImplementedError):
        # A signalling NaN, an integer beyond the floats (pandas before 3), an Arrow type that pandas cannot code.
        codes, uniques = pandas.factorize(plain_cells(column))
    return _with_null(codes, list(uniques))


#: The largest number of combinations that a code counts.
_MOST_CODES = 1 << 62


def combine(columns: list[Coded]) -> tuple[Codes, list[tuple[Any, ...]]]:
    """Return a code per row for its combination of cells, and the distinct combinations in order."""
    code: Codes = numpy.zeros(len(columns[0].codes), numpy.int64)
    size = 1
    for column in columns:
        width = len(column.distinct) + 1
        if size * width > _MOST_CODES:
            code, used = pandas.factorize(code)
            size = len(used)
        code = code * width + column.codes
        size *= width
    code, used = pandas.factorize(code)
    row = numpy.empty(len(used), numpy.int64)
    row[code] = numpy.arange(len(code))
    cells = [column.table(column.distinct, None)[column.codes[row]] for column in columns]
    return code, list(zip(*cells, strict=True))


def encode_each(table: pandas.DataFrame, names: Iterable[str]) -> dict[str, Coded]:
    columns = {name: table[name] for name in names}
    if len(table) < _LONG:
        return {name: encode(column) for name, column in columns.items()}
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(columns, pool.map(encode, columns.values()), strict=True))


def encode_if_there(table: pandas.DataFrame, name: str) -> Coded:
    """Code a column of a table; one that it lacks has an empty text in every row."""
    return encode(table[name]) if name in table else Coded(numpy.zeros(len(table), numpy.int8), [""])


def _plain(cell: Any) -> Any:
    """Return a cell that stands for itself alone: True is not 1, a list and a number beyond all floats no key."""
    known = isinstance(cell, str | Number) and not isinstance(cell, bool)
    if (isinstance(cell, int) and abs(cell) > sys.float_info.max) or (isinstance(cell, Decimal) and cell.is_snan()):
        return quoted(cell)
    return cell if known or hasattr(cell, "isoformat") else quoted(cell)


def plain_cells(column: pandas.Series[Any]) -> pandas.Series[Any]:
    """Return a column of any type as one of objects that have a hash; for columns that pandas itself cannot read."""
    cells = [None if cell is None or cell is pandas.NA else _plain(cell) for cell in column.tolist()]
    return pandas.Series(cells, column.index, dtype=object)


def with_plain_cells(table: pandas.DataFrame) -> pandas.DataFrame:
    """Return a table whose columns pandas can work with: no Arrow type without a code, no odd number."""
    strange = {str(name): plain_cells(column) for name, column in table.items() if _is_strange(column)}
    return table.assign(**strange) if strange else table


def _is_strange(column: pandas.Series[Any]) -> bool:
    if isinstance(column.dtype, pandas.ArrowDtype):
        return column.dtype.kind == "O" and str(column.dtype.pyarrow_dtype) not in _ARROW_TEXTS
    if column.dtype == object:
        try:
            column.isna()
        except ArithmeticError:  # a signalling NaN does not compare
            return True
    return False


def texts_of(array: Any) -> list[Any]:
    """Return an Arrow array of texts as a list; bytes that are no UTF-8 become the replacement character."""
    try:
        texts: list[Any] = array.to_pylist()
    except UnicodeDecodeError:
        cells = array.cast("large_binary").to_pylist()
        texts = [None if cell is None else cell.decode(errors="replace") for cell in cells]
    return texts


def _with_null(codes: Codes, distinct: list[Any]) -> Coded:
    """Give null, which pandas codes as -1, the code one past the end; pandas takes a type that has room for it."""
    null = codes < 0
    return Coded(numpy.where(null, codes.dtype.type(len(distinct)), codes) if null.any() else codes, distinct)


def decode(codes: Codes, distinct: Sequence[str | None]) -> Any:
    """Return texts by their codes as an array of the type that pandas gives texts; each distinct one is made once."""
    return pandas.array(list[Any](distinct), _TEXT).take(codes)


def clean_text(value: Any) -> str:
    """Return a cell as text: 2023 and 2023.0 and "2023 " are the same period, a date is its ISO form."""
    if isinstance(value, float | numpy.floating) and float(value).is_integer():
        return str(int(value))
    if hasattr(value, "isoformat"):
        text: str = value.isoformat()
        return text.removesuffix("T00:00:00")
    return text_of(value).strip()


def fold(column: Coded, function: Callable[[Any], str] = clean_text) -> tuple[list[str], NDArray[numpy.int64]]:
    folded = [function(value) for value in column.distinct]
    order = {text: number for number, text in enumerate(dict.fromkeys(text for text in folded if text))}
    null = len(order)
    return list(order), column.table([order.get(text, null) for text in folded], null, numpy.int64)


def recode(column: Coded, function: Callable[[Any], str] = clean_text) -> Coded:
    texts, positions = fold(column, function)
    return Coded(positions[column.codes], texts)


def to_floats(column: pandas.Series[Any]) -> Floats:
    """Return a column of numbers as float64, NaN where a cell is empty or no number."""
    if pandas.api.types.is_bool_dtype(column.dtype) or pandas.api.types.is_complex_dtype(column.dtype):
        return numpy.full(len(column), numpy.nan)
    if pandas.api.types.is_numeric_dtype(column.dtype):
        values: Floats = column.to_numpy(numpy.float64, na_value=numpy.nan)
        return values
    return encode(column).map(to_number, numpy.nan, numpy.float64)


def to_number(value: Any) -> float:
    """Return a cell as a float, NaN where it is no number."""
    if isinstance(value, bool | numpy.bool_):
        return numpy.nan
    if isinstance(value, str):
        try:
            number, rest = read_number(value.strip())
        except AmountError:
            return numpy.nan
        return numpy.nan if rest else float(number)
    return as_float(value)


def with_units_of_cells(table: pandas.DataFrame, values: Floats, name: str, unit: str) -> pandas.DataFrame:
    """Read numbers that carry their unit, "1200 t", into ``values``, where the unit of the row is empty or the same."""
    rows = numpy.flatnonzero(numpy.isnan(values))
    rows = rows[table[name].iloc[rows].notna()]
    if not len(rows) or not any(found := encode(table[name].iloc[rows]).map(number_with_unit, None)):
        return table
    table = table if unit in table else table.assign(**{unit: None})
    texts = [cell_text(cell) for cell in table[unit].iloc[rows]]
    read = {
        row: one
        for row, one, text in zip(rows, found, texts, strict=True)
        if one and (not text or unit_of(text) == unit_of(one[1]))
    }
    places = numpy.fromiter(read, int)
    values[places] = [number for number, _ in read.values()]
    cells = table[[name, unit]].astype(object)
    cells.iloc[places, 0] = values[places]
    cells.iloc[places, 1] = [own for _, own in read.values()]
    return table.assign(**{name: cells[name], unit: cells[unit]})


def number_with_unit(cell: Any) -> tuple[float, str] | None:
    if not isinstance(cell, str):
        return None
    try:
        number, unit = read_number(cell.strip())
    except AmountError:
        return None
    return (float(number), unit) if unit_of(unit) else None


def unit_of(text: str) -> UnitText | None:
    try:
        return read_unit(text)
    except UnitTextError:
        return None


#: What people write in a cell for nothing.
BLANK = frozenset({"", "-", "--", "---", "—", "——", "–", "－", "/", "／", "\\", "…", "无"})
#: What to do where they are no amount.
NONE_USED = 'Write 0, or pass blank="none-used" where such cells say that none was used'


def without_blanks(table: pandas.DataFrame, names: Iterable[str]) -> pandas.DataFrame:
    """Return a table where a text of white space alone is no cell, in some of its columns."""
    changed = {}
    for name in names:
        if name in table and not pandas.api.types.is_numeric_dtype(table[name].dtype):
            blank = encode(table[name]).map(lambda cell: isinstance(cell, str) and not cell.strip(), False, bool)
            if blank.any():
                changed[name] = table[name].astype(object).where(~blank)
    return table.assign(**changed) if changed else table


def is_missing(cell: Any) -> bool:
    """Say whether a cell holds nothing; a signalling NaN cannot even be compared."""
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    return (
        cell.is_nan() if isinstance(cell, Decimal) else isinstance(cell, float | numpy.floating) and bool(cell != cell)
    )


def cell_text(cell: Any) -> str:
    return "" if is_missing(cell) else text_of(cell).strip()


def is_blank(cell: Any) -> bool:
    """Say whether a cell is empty, or what people write for nothing."""
    return cell_text(cell) in BLANK


def none_used(table: pandas.DataFrame) -> pandas.DataFrame:
    """Return meter rows with 0 for every amount that is blank or a dash."""
    blank = encode(table["amount"]).map(is_blank, True, bool)
    return table.assign(amount=table["amount"].astype(object).where(~blank, 0)) if blank.any() else table
