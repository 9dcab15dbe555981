"""Tables that an engine computes when asked: it groups them in itself, and the groups are one batch; polars has rows.

Standard coal is linear in the amount, so that rows of one plant, period, product, carrier, unit, flow and own figure
may be added up before they are weighed. A cell that holds no plain number stays a key of its own, and is read here.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.errors import TableError, quoted, requiring
from energybench.frames.encode import to_number
from energybench.frames.native import from_arrow
from energybench.frames.sources import BATCH_ROWS, Batch, arrow_batches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import narwhals.stable.v2 as nw

#: Where the types of lazy tables are defined.
_LAZY = (
    *("polars.lazyframe", "duckdb", "_duckdb", "ibis.expr.types"),
    *("pyspark.sql.dataframe", "pyspark.sql.classic", "pyspark.sql.connect", "sqlframe"),
)
#: A number that every engine reads as Python does; any other text is read here, each distinct one once.
PLAIN_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"
#: Beyond it a sum of amounts, once weighed, may be more than a number can hold where no row of it is.
_LARGEST = 1e290
_NAMES = ("plant", "product", "carrier", "unit", "flow")
#: Rows that polars hands over at a time: each batch brings the categories of the whole table.
_BATCH_ROWS = 1 << 20


def is_lazy(table: Any) -> bool:
    """Say whether a table is a query of an engine, by the home of its type: no engine is imported to ask."""
    homes = (f"{kind.__module__}." for kind in type(table).__mro__)
    return any(home.startswith(tuple(f"{lazy}." for lazy in _LAZY)) for home in homes)


def collected(table: Any) -> Any:
    return from_arrow(_arrow(_from_native(table)))


@dataclass(frozen=True)
class EngineSource:
    frame: nw.LazyFrame[Any]
    kind: str
    whole = False
    notes = ()

    @classmethod
    def of(cls, table: Any) -> EngineSource:
        """Take a lazy table; nothing of it is computed."""
        frame = _from_native(table)
        return cls(frame, "polars" if frame.implementation.is_polars() else "pandas" if _is_spark(frame) else "pyarrow")

    @property
    def headers(self) -> Sequence[object]:
        return list(self.frame.collect_schema())

    def batches(self, places: Mapping[str, int], row_by_row: bool) -> Iterator[Batch]:
        """Yield the groups of the rows as one batch, or every row: always of polars, whose grouping takes longer."""
        import narwhals.stable.v2 as nw

        headers = list(self.headers)
        named = {column: str(headers[place]) for column, place in places.items()}
        schema = self.frame.collect_schema()
        _check_types({header: schema[header] for header in named.values()}, named)
        frame = self.frame.select(*(nw.col(header).alias(column) for column, header in named.items()))
        row_by_row |= frame.implementation.is_polars()
        groups = None if row_by_row else _groups(_by_letter(frame), list(places))
        if groups is None or groups.amount is None or (numpy.abs(groups.amount) > _LARGEST).any():
            return _rows(frame, list(places))
        return iter((groups,))


def _from_native(table: Any) -> nw.LazyFrame[Any]:
    import narwhals.stable.v2 as nw

    frame: nw.LazyFrame[Any] = nw.from_native(table)
    with requiring("pyarrow", "polars" if frame.implementation.is_polars() else "arrow", "A table of an engine"):
        import pyarrow  # type: ignore[import-untyped]  # noqa: F401 - every engine hands over Arrow
    return frame


def _is_spark(frame: nw.LazyFrame[Any]) -> bool:
    return bool(frame.implementation.is_pyspark() or frame.implementation.is_pyspark_connect())


def _check_types(schema: Mapping[str, Any], named: Mapping[str, str]) -> None:
    """Refuse columns whose type an engine cannot group or read as text."""
    import narwhals.stable.v2 as nw

    no_cells = (nw.Binary, nw.Duration, nw.Time, nw.List, nw.Array, nw.Struct, nw.Object)
    for column, header in named.items():
        kind = schema[header]
        if isinstance(kind, no_cells):
            raise TableError(
                f"meters: the column {quoted(header)} is of type {kind}, expected text, numbers or dates",
                header,
                "Make it text or numbers",
            )
        if isinstance(kind, nw.Boolean) and (column in _NAMES or column.endswith("_unit")):
            raise TableError(
                f"meters: the column {quoted(header)} holds true and false, expected text",
                header,
                'A reader of CSV may take the unit "t" for true: have it read text, as all_varchar=True does in DuckDB',
            )


def _by_letter(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Have DuckDB compare texts letter by letter, where a collation would make others equal."""
    if not frame.implementation.is_duckdb():
        return frame
    import narwhals.stable.v2 as nw

    native, schema = frame.to_native(), frame.collect_schema()
    setting = "current_setting('default_collation') AS collation"
    ((whole,),) = native.limit(0).aggregate("count(*) AS n").project(setting).fetchall()
    if whole:
        raise TableError(
            f"The connection compares texts by the collation {quoted(whole)}: A and a would be one plant",
            quoted(whole),
            "Take it back: SET default_collation=''",
        )
    texts = {name for name, kind in schema.items() if isinstance(kind, nw.String)}
    cells = (f'"{name}" COLLATE C AS "{name}"' if name in texts else f'"{name}"' for name in schema)
    compared: nw.LazyFrame[Any] = nw.from_native(native.project(", ".join(cells)))
    return compared


def _groups(frame: nw.LazyFrame[Any], columns: list[str]) -> Batch:
    """Have the engine add up the amounts of rows that are alike, and read what it could not."""
    import narwhals.stable.v2 as nw

    kind = frame.collect_schema()["amount"]
    cell, text = nw.col("amount"), nw.col("amount").cast(nw.String)
    keys = [name for name in columns if name != "amount"]
    if kind.is_numeric():
        number = cell.cast(nw.Float64)
        finite = number.abs() <= sys.float_info.max
        number, odd = nw.when(finite).then(number), nw.when(~finite & ~number.is_nan()).then(number)
    else:
        plain = text.str.contains(PLAIN_NUMBER) & (not isinstance(kind, nw.Boolean))
        number, odd = nw.when(plain).then(text).cast(nw.Float64), nw.when(~plain).then(text)
    has_odd = not (kind.is_integer() or kind.is_decimal())
    frame = frame.with_columns(number.alias("_number"), *([odd.alias("_odd")] if has_odd else []))
    grouped = frame.group_by(*keys, *(["_odd"] if has_odd else []), drop_null_keys=False).agg(
        nw.col("_number").sum().alias("_sum"),
        nw.col("_number").count().alias("_read"),
        nw.len().alias("_rows"),
    )
    return _batch(from_arrow(_arrow(grouped)), columns, kind.is_numeric())


def _batch(table: pandas.DataFrame, columns: list[str], numeric: bool) -> Batch:
    read, rows = (table[name].to_numpy(numpy.int64) for name in ("_read", "_rows"))
    amount = table["_sum"].to_numpy(numpy.float64, na_value=numpy.nan)
    if (read == rows).all():
        return Batch(table.assign(amount=amount)[columns], rows=rows, amount=amount)
    some, none = numpy.flatnonzero(read), numpy.flatnonzero(read < rows)
    odd = (table["_odd"] if "_odd" in table else pandas.Series([None] * len(table))).iloc[none].astype(object)
    cells = [None if pandas.isna(one) else float(one) if numeric else one for one in odd]
    numbers = numpy.array([to_number(one) for one in cells], numpy.float64)
    lines, count = numpy.concatenate([some, none]), numpy.concatenate([read[some], (rows - read)[none]])
    with numpy.errstate(over="ignore"):
        sums = numpy.concatenate([amount[some], numbers * count[len(some) :]])
    shown = numpy.empty(len(lines), object)
    shown[: len(some)], shown[len(some) :] = amount[some], cells
    return Batch(table.iloc[lines].assign(amount=shown)[columns], rows=count, amount=sums)


def _arrow(frame: nw.LazyFrame[Any]) -> Any:
    native = frame.to_native()
    if frame.implementation.is_polars():
        try:
            return native.collect(engine="streaming").to_arrow()
        except ValueError:  # polars before 1.23 has no such engine
            return native.collect().to_arrow()
    if frame.implementation.is_ibis():
        return native.to_pyarrow()
    if _is_spark(frame):
        return native.toArrow()
    # DuckDB has renamed it.
    return native.to_arrow_table() if hasattr(native, "to_arrow_table") else native.fetch_arrow_table()


def _rows(frame: nw.LazyFrame[Any], columns: list[str]) -> Iterator[Batch]:
    """Yield every row of a lazy table; ibis, Spark and polars before 1.34 hand them over at once."""
    native = frame.to_native()
    if frame.implementation.is_duckdb():
        # DuckDB has renamed it twice.
        names = ("to_arrow_reader", "fetch_record_batch", "fetch_arrow_reader")
        batches = getattr(native, next(name for name in names if hasattr(native, name)))(BATCH_ROWS)
    elif hasattr(native, "collect_batches"):
        batches = (part.to_arrow() for part in native.collect_batches(chunk_size=_BATCH_ROWS, maintain_order=True))
    else:
        batches = (_arrow(frame),)
    yield from arrow_batches(batches, {column: place for place, column in enumerate(columns)})
