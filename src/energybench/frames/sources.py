"""Where meter rows come from: any source becomes batches of canonical columns.

A source knows its headers as they stand, the kind of frame that answers it, notes for the answer, and whether it is
in memory as a whole: its energy lines and all of its problems are then kept. An engine adds up in itself what is alike,
since standard coal is linear in the amount; a cell that holds no plain number is a key of its own, and is read here. Of
Parquet files every footer is read first, so that a broken or odd file is named before any work is done.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy
import pandas

from energybench.errors import TableError, did_you_mean, quoted, requiring
from energybench.frames.encode import to_number
from energybench.frames.native import from_arrow, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import narwhals.stable.v2 as nw
    from numpy.typing import NDArray

Progress = Callable[[float, str], None]
#: Rows that are in memory at a time: enough that the work on them outweighs the work per batch.
BATCH_ROWS = 1 << 18


@dataclass(frozen=True, slots=True)
class Batch:
    table: pandas.DataFrame
    share: float = 1.0
    file: str = ""
    #: Where a line is a group of rows: how many rows it stands for, and the sum of their amounts (NaN for no number).
    rows: NDArray[numpy.int64] | None = None
    amount: NDArray[numpy.float64] | None = None

    @property
    def count(self) -> int:
        return len(self.table) if self.rows is None else int(self.rows.sum())

    def take(self, where: NDArray[numpy.bool_]) -> Batch:
        rows = None if self.rows is None else self.rows[where]
        amount = None if self.amount is None else self.amount[where]
        return replace(self, table=self.table[where], rows=rows, amount=amount)


@dataclass(frozen=True)
class StreamSource:
    reader: Any
    kind: str
    whole = False
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: Any) -> StreamSource:
        """Open whatever offers ``__arrow_c_stream__``."""
        import pyarrow  # type: ignore[import-untyped]

        reader = table if isinstance(table, pyarrow.RecordBatchReader) else pyarrow.RecordBatchReader.from_stream(table)
        return cls(reader, kind_of(table))

    @property
    def headers(self) -> Sequence[object]:
        return list(self.reader.schema.names)

    def batches(self, places: Mapping[str, int], row_by_row: bool) -> Iterator[Batch]:  # noqa: ARG002 - as every source
        """Yield the batches as they come; how much is still to come is not known."""
        return arrow_batches(self.reader, places)


def arrow_batches(batches: Any, places: Mapping[str, int]) -> Iterator[Batch]:
    first = 0
    for batch in batches:
        table = from_arrow(batch.select(list(places.values())))
        table.index += first
        first += len(table)
        yield Batch(table.set_axis(list(places), axis=1), 0.5)


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
_POLARS_ROWS = 1 << 20


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
        """Yield the groups of the rows as one batch, or every row: always of polars, mostly the faster way there."""
        schema = self.frame.collect_schema()
        headers = list(schema)
        named = {column: headers[place] for column, place in places.items()}
        _check_types({header: schema[header] for header in named.values()}, named)
        if not (row_by_row or self.frame.implementation.is_polars()):
            groups = _groups(_by_letter(self.frame, named), list(places))
            if groups.amount is not None and not (numpy.abs(groups.amount) > _LARGEST).any():
                return iter((groups,))
        return _rows(_named(self.frame, named), list(places))


def _from_native(table: Any) -> nw.LazyFrame[Any]:
    import narwhals.stable.v2 as nw

    frame: nw.LazyFrame[Any] = nw.from_native(table)
    with requiring("pyarrow", "polars" if frame.implementation.is_polars() else "arrow", "A table of an engine"):
        import pyarrow  # noqa: F401 - every engine hands over Arrow
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


def _named(frame: nw.LazyFrame[Any], named: Mapping[str, str]) -> nw.LazyFrame[Any]:
    import narwhals.stable.v2 as nw

    return frame.select(*(nw.col(header).alias(column) for column, header in named.items()))


def _by_letter(frame: nw.LazyFrame[Any], named: Mapping[str, str]) -> nw.LazyFrame[Any]:
    """Have DuckDB compare texts letter by letter, where a collation would make others equal."""
    if not frame.implementation.is_duckdb():
        return _named(frame, named)
    import narwhals.stable.v2 as nw

    native, schema = frame.to_native(), frame.collect_schema()
    setting = "count(*) AS n, current_setting('default_collation') AS collation"
    ((_, whole),) = native.limit(0).aggregate(setting).fetchall()
    if whole:
        raise TableError(
            f"The connection compares texts by the collation {quoted(whole)}: A and a would be one plant",
            quoted(whole),
            "Take it back: SET default_collation=''",
        )
    cells = (
        '"{}"{} AS "{}"'.format(header.replace('"', '""'), " COLLATE C" * isinstance(schema[header], nw.String), column)
        for column, header in named.items()
    )
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
    sums = [number.sum().alias("_sum"), number.count().alias("_read"), nw.len().alias("_rows")]
    table = from_arrow(_arrow(frame.group_by(*keys, drop_null_keys=False).agg(*sums)))
    if not (kind.is_integer() or kind.is_decimal()) and (table["_read"] < table["_rows"]).any():
        # Cells that are no number are a key of their own: only where there are any.
        with_odd = frame.with_columns(odd.alias("_odd"))
        table = from_arrow(_arrow(with_odd.group_by(*keys, "_odd", drop_null_keys=False).agg(*sums)))
    return _batch(table, columns, kind.is_numeric())


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
        batches = (part.to_arrow() for part in native.collect_batches(chunk_size=_POLARS_ROWS, maintain_order=True))
    else:
        batches = (_arrow(frame),)
    yield from arrow_batches(batches, {column: place for place, column in enumerate(columns)})


#: The header is row 1 of a file, so the first reading is row 2.
FIRST_ROW = 2
#: Arrow gathers the texts of a row group in one dictionary; beyond so many rows each batch makes its own.
_LONG_GROUP = 1 << 22
#: What folders of the form ``name=value`` write for an empty cell.
_HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"
#: Bytes of a column that are read at a time, so that a row group of any length takes the same memory.
_BUFFER = 1 << 20
#: How pandas names the column of an index that has no name: only a numbering.
_NUMBERING = re.compile(r"__index_level_\d+__")


@dataclass(frozen=True, slots=True)
class Part:
    path: Path
    name: str
    rows: int
    longest: int
    constants: dict[str, str | None]


@dataclass(frozen=True)
class ParquetSource:
    parts: list[Part]
    kinds: dict[str, str]
    many: bool
    rows: int
    gaps: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    kind = "pandas"
    whole = False

    @property
    def headers(self) -> list[str]:
        """The columns of every part, those that its folders stand for last."""
        return list(self.kinds)

    def batches(self, places: Mapping[str, int], row_by_row: bool) -> Iterator[Batch]:  # noqa: ARG002 - as every source
        columns = {column: self.headers[place] for column, place in places.items()}
        whole = max(sum(part.rows for part in self.parts), 1)
        before = 0
        for part in self.parts:
            frames = self._frames(part, columns)
            first = 0
            # Nothing of a batch is kept when the next one is read.
            while (frame := _next(frames, part.name)) is not None:
                frame.index = pandas.RangeIndex(first + FIRST_ROW, first + FIRST_ROW + len(frame))
                first += len(frame)
                batch = Batch(frame, (before + first) / whole, part.name if self.many else "")
                del frame
                yield batch
                del batch
            if first != part.rows:
                message = f"{part.name} says that it has {part.rows} rows and has {first}"
                raise TableError(message, part.name, "Write it again")
            before += part.rows

    def _frames(self, part: Part, columns: Mapping[str, str]) -> Iterator[pandas.DataFrame]:
        from pyarrow import parquet

        stored = [header for header in columns.values() if header not in part.constants]
        texts = [header for header in stored if self.kinds[header] == "text" and part.longest <= _LONG_GROUP]
        with parquet.ParquetFile(part.path, read_dictionary=texts, buffer_size=_BUFFER, pre_buffer=False) as file:
            for batch in file.iter_batches(self.rows, columns=stored):
                yield self._frame(batch, columns, part.constants)
                del batch

    def _frame(self, batch: Any, columns: Mapping[str, str], constants: Mapping[str, str | None]) -> pandas.DataFrame:
        frame = from_arrow(batch.replace_schema_metadata())
        for header in self.gaps.intersection(frame.columns):
            frame[header] = frame[header].astype(numpy.float64)
        for header, value in constants.items():
            cells = pandas.Series([value], dtype=object).array.take(numpy.zeros(batch.num_rows, numpy.int64))
            frame[header] = pandas.Categorical(cells)
        return frame[list(columns.values())].set_axis(list(columns), axis=1)


def _next(frames: Iterator[pandas.DataFrame], name: str) -> pandas.DataFrame | None:
    with readable(name):
        return next(frames, None)


def open_parquet(path: Path, shown: str, rows: int) -> ParquetSource:
    with requiring("pyarrow", "arrow", f"Reading {shown}"):
        import pyarrow.parquet  # type: ignore[import-untyped]  # noqa: F401 - asked for before any file is opened
    many = path.is_dir()
    files, strange = parquet_files(path, shown) if many else ([path], [])
    parts: list[Part] = []
    kinds: dict[str, str] = {}
    gaps: set[str] = set()
    for file in files:
        name = file.relative_to(path).as_posix() if many else shown
        part, found, with_gaps = _look_at(file, name, _constants(file.relative_to(path)) if many else {})
        kinds = kinds or found
        _check_same(parts[0] if parts else part, part, kinds, found)
        kinds = {header: found.get(header) or kind for header, kind in kinds.items()}
        parts.append(part)
        gaps |= with_gaps
    shown_files = f"{', '.join(strange[:5])}{' …' * (len(strange) > 5)}"
    notes = (f"meters: no Parquet files, not read: {shown_files}",) if strange else ()
    return ParquetSource(parts, kinds, many, rows, frozenset(gaps), notes)


def parquet_files(folder: Path, shown: str) -> tuple[list[Path], list[str]]:
    """Return the Parquet files of a folder in the order of their names, and the names of the others."""
    inside = sorted(path for path in folder.rglob("*") if path.is_file())
    own = [path for path in inside if not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)]
    files = [path for path in own if path.suffix.lower() == ".parquet"]
    others = [path.relative_to(folder).as_posix() for path in own if path.suffix.lower() != ".parquet"]
    if not files:
        what = f"holds no .parquet file, but {', '.join(others[:5])}" if others else "is an empty folder"
        raise TableError(f"{shown} {what}", shown, "Give a folder of .parquet files, or one file")
    return files, others


def _constants(relative: Path) -> dict[str, str | None]:
    pairs = (folder.split("=", 1) for folder in relative.parts[:-1] if "=" in folder)
    return {unquote(name): None if value == _HIVE_NULL else unquote(value) for name, value in pairs}


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Name the file that cannot be read."""
    import pyarrow

    try:
        yield
    except TableError:
        raise
    except (ValueError, OSError, LookupError, NotImplementedError, TypeError, pyarrow.ArrowException) as error:
        raise TableError(f"{name} is not a Parquet table: {error}", name, "Write it again") from error


def headers_of(schema: Any) -> list[str]:
    """Return the columns of an Arrow schema without those that only number the rows of a pandas frame."""
    return [name for name in schema.names if not _NUMBERING.fullmatch(name)]


def _look_at(file: Path, name: str, constants: dict[str, str | None]) -> tuple[Part, dict[str, str], set[str]]:
    """Return a file's part, the kind of each of its columns, and its whole-number columns with empty cells."""
    from pyarrow import parquet, types

    if file.stat().st_size == 0:
        raise TableError(f"{name} is empty", name, "Give a file with a header and rows")
    with readable(name), parquet.ParquetFile(file) as opened:
        schema, metadata = opened.schema_arrow, opened.metadata
        headers = headers_of(schema)
        twice = next((header for header in headers if headers.count(header) > 1), None)
        if twice is not None:
            raise TableError(f"{name} has the column {quoted(twice)} twice", twice, "Remove one of them")
        kinds = {header: content_of(schema.field(header).type) for header in headers}
        whole = {header for header in headers if types.is_integer(schema.field(header).type)}
        gaps = {
            column.path_in_schema
            for group in range(metadata.num_row_groups if whole else 0)
            for column in (metadata.row_group(group).column(place) for place in range(metadata.num_columns))
            if column.path_in_schema in whole and column.statistics and column.statistics.null_count
        }
        longest = max((metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)), default=0)
        part = Part(file, name, metadata.num_rows, longest, constants)
    both = [header for header in constants if header in kinds]
    if both:
        message = f"{name} has the column {quoted(both[0])}, and its folder says it too"
        raise TableError(message, both[0], "Remove one of them")
    return part, {**kinds, **dict.fromkeys(constants, "text")}, gaps


def content_of(type_: Any) -> str:
    """Return what a column holds, in the kinds that must not change from file to file; empty for nothing."""
    from pyarrow import types

    if types.is_dictionary(type_):
        return content_of(type_.value_type)
    if types.is_null(type_):
        return ""
    if types.is_integer(type_) or types.is_floating(type_) or types.is_decimal(type_):
        return "number"
    if types.is_date(type_) or types.is_timestamp(type_):
        return "date"
    view = getattr(types, "is_string_view", lambda _: False)
    return "text" if types.is_string(type_) or types.is_large_string(type_) or view(type_) else str(type_)


def _check_same(first: Part, part: Part, kinds: Mapping[str, str], found: Mapping[str, str]) -> None:
    """Refuse a file whose columns are not those of the first one."""
    for one, other, has, lacks in ((part, first, kinds, found), (first, part, found, kinds)):
        for header in has:
            if header not in lacks:
                fix = did_you_mean(header, [name for name in lacks if name not in has], "Write all with one schema")
                raise TableError(f"{one.name} has no column {quoted(header)}, which {other.name} has", header, fix)
    for header, kind in kinds.items():
        if found[header] and kind and found[header] != kind:
            message = f"{quoted(header)} is {found[header]} in {part.name} and {kind} in the files before it"
            raise TableError(message, header, "Write all with one schema")
