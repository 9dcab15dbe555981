"""A lazy table with canonical columns, and what a cell is as text, as a key and as a number.

The types of an engine are few: a cell is text, a number, a date or nothing. What is not plain text is looked at as
the text that the engine makes of it, each distinct one once, and read back here.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import pandas

from energybench.errors import TableError, quoted
from energybench.frames.columns import canonical_columns
from energybench.frames.encode import clean_text
from energybench.frames.lazy.packing import PACKED, make_packing
from energybench.frames.uncertain import refuse_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from narwhals.stable.v2.dtypes import DType

    Frame = nw.LazyFrame[Any]

#: The characters that ``str.strip`` takes off.
SPACES = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
#: A number that every engine reads as Python does; any other text is read here, each distinct one once.
PLAIN_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"

_TEXTS = (nw.String, nw.Enum, nw.Categorical)
_NAMES = ("plant", "product", "carrier", "unit", "flow")
_NO_CELLS = (nw.Binary, nw.Duration, nw.Time, nw.List, nw.Array, nw.Struct, nw.Object)


@dataclass(frozen=True)
class Source:
    """A lazy meter or output table with canonical columns."""

    name: str
    frame: Frame
    types: Mapping[str, DType]
    unused: tuple[str, ...]

    def __contains__(self, column: str) -> bool:
        return column in self.types

    def is_text(self, column: str) -> bool:
        """Say whether the cells of a column are texts, or nothing."""
        return isinstance(self.types[column], _TEXTS)

    def filled(self, column: str) -> nw.Expr:
        """Say of each cell whether anything is in it; what is not a number is nothing."""
        cell = nw.col(column)
        if self.types[column].is_float():
            return ~cell.is_null() & ~cell.is_nan()
        return ~cell.is_null()

    def text(self, column: str) -> nw.Expr:
        """Return the cells of a column as the texts of the engine, null where nothing is in them."""
        cell = nw.col(column)
        if isinstance(self.types[column], nw.String):
            return cell
        if self.types[column].is_float():
            # A zero with a sign is a text of its own, and no value of its own.
            unsigned = nw.when(cell == 0).then(nw.lit(0.0)).otherwise(cell)
            cell = nw.when(~cell.is_nan()).then(unsigned)
        return cell.cast(nw.String)

    def stripped(self, column: str) -> nw.Expr:
        """Return the cells of a column as texts without spaces around them, empty where nothing is in them."""
        text = self.text(column)
        if not self.is_text(column):
            return text.fill_null("")
        if self.frame.implementation.is_polars():
            return text.str.strip_chars(SPACES).fill_null("")
        # Taking off a set of characters is slow in a database, so only texts that have one are touched.
        bare = text.str.replace_all(f"^[{SPACES}]+|[{SPACES}]+$", "")
        spaced = text.str.contains(f"^[{SPACES}]|[{SPACES}]$")
        return nw.when(spaced).then(bare).otherwise(text).fill_null("")

    def read(self, column: str, text: str | None) -> Any:
        """Return the cell that the engine showed as a text."""
        kind = self.types[column]
        if text is None or self.is_text(column):
            return text
        if kind.is_integer():
            return int(text)
        if kind.is_float():
            return float(text)
        if kind.is_decimal():
            return Decimal(text)
        if isinstance(kind, nw.Boolean):
            return text.strip().casefold() == "true"
        return pandas.Timestamp(text) if isinstance(kind, nw.Datetime) else text

    def clean(self, column: str, text: str | None) -> str:
        """Return the cell that the engine showed as a text, as a key or a name is compared."""
        return "" if not text else clean_text(self.read(column, text))


def make_source(table: Any, name: str) -> Source:
    """Give a lazy table its canonical columns; nothing is computed."""
    schema = dict(table.collect_schema())
    # A row of its own headers: what comes back says which header each column has.
    headers, unused = canonical_columns(pandas.DataFrame([list(schema)], columns=list(schema)), name)
    refuse_columns(headers.columns, name)
    found = {str(column): str(header) for column, header in headers.iloc[0].items()}
    types = {column: schema[header] for column, header in found.items()}
    for column, kind in types.items():
        if isinstance(kind, _NO_CELLS):
            raise TableError(
                f"{name}: the column {quoted(found[column])} is of type {kind}, expected text, numbers or dates",
                found[column],
                "Make it text or numbers",
            )
        if isinstance(kind, nw.Boolean) and (column in _NAMES or column.endswith("_unit")):
            raise TableError(
                f"{name}: the column {quoted(found[column])} holds true and false, expected text",
                found[column],
                'A reader of CSV may take the unit "t" for true: have it read text, as all_varchar=True does in DuckDB',
            )
    named = table.select(*(nw.col(header).alias(name) for name, header in found.items()))
    return Source(name, by_letter(named, types), types, unused)


def by_letter(frame: Frame, types: Mapping[str, DType]) -> Frame:
    """Have an engine compare texts letter by letter, where a collation of a column would make others equal."""
    if not frame.implementation.is_duckdb():
        return frame
    native = frame.to_native()
    setting = "current_setting('default_collation') AS collation"
    ((whole,),) = native.limit(0).aggregate("count(*) AS n").project(setting).fetchall()
    if whole:
        raise TableError(
            f"The connection compares texts by the collation {quoted(whole)}: A and a would be one plant",
            quoted(whole),
            "Take it back: SET default_collation=''",
        )
    cells = (f'"{name}" COLLATE C AS "{name}"' if isinstance(types[name], nw.String) else f'"{name}"' for name in types)
    compared: Frame = nw.from_native(native.project(", ".join(cells)))
    return compared


def join_small(frame: Frame, small: Frame, on: Sequence[str]) -> Frame:
    """Join a small table to a large one, the types of the large one's categories kept."""
    if frame.implementation.is_polars():
        # Casting a hundred texts to the categories is cheaper than casting ten million categories to texts.
        schema = frame.collect_schema()
        kinds = {name: schema[name] for name in on if isinstance(schema[name], nw.Enum | nw.Categorical)}
        if kinds:
            small = small.with_columns(*(nw.col(name).cast(kind) for name, kind in kinds.items()))
        if packing := make_packing(frame, on):
            # Where nothing is in a cell there is a number as well, so that it must not be found.
            small = packing.pack(small.drop_nulls(list(on))).drop(*on)
            return packing.pack(frame).join(small, on=PACKED, how="left").drop(PACKED)
    return frame.join(small, on=list(on), how="left")


def grouped(frame: Frame, names: Sequence[str], sums: Sequence[nw.Expr]) -> Frame:
    """Return a large table grouped and added up."""
    if packing := make_packing(frame, names):
        return packing.unpack(packing.pack(frame).group_by(PACKED).agg(*sums))
    return frame.group_by(*names).agg(*sums)


def finite(number: nw.Expr) -> nw.Expr:
    """Return numbers, null where one is not finite: NaN is a value like any other outside of pandas.

    One comparison says it, because NaN is not below the largest number anywhere. An optimiser that puts expressions
    into one another repeats the number as often as it stands here.
    """
    return nw.when(number.abs() <= sys.float_info.max).then(number)


def without_repetitions(frame: Frame, names: Sequence[str]) -> Frame:
    """Return the distinct rows of some columns: as groups, which every engine makes in one pass."""
    return grouped(frame, names, [nw.len().alias("_rows")])


def run(frame: Frame) -> nw.DataFrame[Any]:
    """Compute a lazy frame."""
    return frame.collect()


def distinct(parts: Mapping[str, tuple[Frame, Sequence[nw.Expr]]]) -> dict[str, list[tuple[str | None, ...]]]:
    """Collect the distinct rows of several small selections of texts, in one query."""
    if not parts:
        return {}
    width = max(len(columns) for _, columns in parts.values())
    nothing = nw.lit(None).cast(nw.String)
    selected = [
        frame.select(
            nw.lit(name).alias("_part"),
            *(column.alias(f"_{number}") for number, column in enumerate(columns)),
            *(nothing.alias(f"_{number}") for number in range(len(columns), width)),
        )
        for name, (frame, columns) in parts.items()
    ]
    together = run(nw.concat(selected, how="vertical")).to_dict(as_series=False)
    names, *cells = together.values()
    rows: dict[str, list[tuple[str | None, ...]]] = {name: [] for name in parts}
    for name, *row in zip(names, *cells, strict=True):
        rows[name].append(tuple(row[: len(parts[name][1])]))
    return {name: sorted(set(some), key=_nothing_first) for name, some in rows.items()}


def _nothing_first(row: tuple[str | None, ...]) -> list[tuple[bool, str]]:
    return [(cell is not None, cell or "") for cell in row]
