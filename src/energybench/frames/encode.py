"""Columns to integer codes and floats: strings are looked at once per distinct value, rows only as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.errors import AmountError
from energybench.unit_text import read_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[numpy.float64]
    Codes = NDArray[numpy.int64]


@dataclass(frozen=True, slots=True)
class Coded:
    """A column as codes into its distinct values; a null is the code ``len(distinct)``, one past the end."""

    codes: Codes
    distinct: list[Any]

    @property
    def size(self) -> int:
        """How many codes there are, the one of null included."""
        return len(self.distinct) + 1

    def take(self, table: list[Any], null: Any, dtype: Any = object) -> NDArray[Any]:
        """Return per row what a list gives per distinct value, and ``null`` for a null."""
        padded = numpy.empty(self.size, dtype)
        padded[:-1] = table
        padded[-1] = null
        return padded[self.codes]


def encode(column: pandas.Series[Any]) -> Coded:
    """Code a column by its distinct values; a category column keeps its codes."""
    if isinstance(column.dtype, pandas.CategoricalDtype):
        codes = column.cat.codes.to_numpy()
        values = list(column.cat.categories)
    else:
        codes, uniques = pandas.factorize(column, use_na_sentinel=True)
        values = list(uniques)
    return Coded(numpy.where(codes < 0, len(values), codes).astype(numpy.int64), values)


def clean_text(value: Any) -> str:
    """Return a cell as text: 2023 and 2023.0 and "2023 " are the same period, a date is its ISO form."""
    if isinstance(value, float | numpy.floating) and float(value).is_integer():
        return str(int(value))
    if hasattr(value, "isoformat"):
        text: str = value.isoformat()
        return text.removesuffix("T00:00:00")
    return str(value).strip()


def recode(column: Coded, function: Callable[[Any], str]) -> Coded:
    """Fold the distinct values of a column; those that become equal share a code, those that become empty are null."""
    folded = [function(value) for value in column.distinct]
    order = {value: code for code, value in enumerate(dict.fromkeys(value for value in folded if value))}
    null = len(order)
    return Coded(column.take([order.get(value, null) for value in folded], null, numpy.int64), list(order))


def match(column: Coded, other: Coded) -> Codes:
    """Return the codes of a column in the numbering of another; what is not there gets ``len(other.distinct)``."""
    codes = {value: code for code, value in enumerate(other.distinct)}
    null = len(other.distinct)
    return column.take([codes.get(value, null) for value in column.distinct], null, numpy.int64)


def to_floats(column: pandas.Series[Any]) -> Floats:
    """Return a column of numbers as float64, NaN where a cell is empty or no number.

    Texts may have thousands separators and full-width digits; each distinct text is read once.
    """
    if pandas.api.types.is_bool_dtype(column.dtype):
        return numpy.full(len(column), numpy.nan)
    if pandas.api.types.is_numeric_dtype(column.dtype):
        values: Floats = column.to_numpy(numpy.float64, na_value=numpy.nan)
        return values
    coded = encode(column)
    return coded.take([_number(value) for value in coded.distinct], numpy.nan, numpy.float64)


def _number(value: Any) -> float:
    if isinstance(value, bool | numpy.bool_):
        return float("nan")
    if isinstance(value, str):
        try:
            number, rest = read_number(value)
        except AmountError:
            return float("nan")
        return float("nan") if rest else float(number)
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def combine(columns: list[Coded]) -> tuple[Codes, NDArray[numpy.int64]]:
    """Return one code per distinct combination of columns, and the combinations in use, shape (m, len(columns))."""
    sizes = [column.size for column in columns]
    key = numpy.zeros(len(columns[0].codes), numpy.int64)
    for column, size in zip(columns, sizes, strict=True):
        key *= size
        key += column.codes
    total = int(numpy.prod([float(size) for size in sizes]))
    if total <= max(1 << 20, 4 * len(key)):
        used = numpy.zeros(total, bool)
        used[key] = True
        distinct = numpy.flatnonzero(used)
        position = numpy.empty(total, numpy.int64)
        position[distinct] = numpy.arange(len(distinct))
        codes = position[key]
    else:
        codes, distinct = pandas.factorize(key)
    parts = []
    rest = distinct
    for size in reversed(sizes):
        rest, part = numpy.divmod(rest, size)
        parts.append(part)
    return codes, numpy.stack(parts[::-1], axis=1)
