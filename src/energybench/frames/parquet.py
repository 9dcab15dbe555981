"""Parquet files a batch at a time: one file, or a folder of them with or without ``name=value`` folders.

Every footer is read first, so that a broken or odd file is named before any work is done. Texts arrive as codes
into the dictionary of their file, which is what the encoding of whole tables would make of them.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy
import pandas

from energybench.errors import TableError, did_you_mean, quoted, requiring
from energybench.frames.native import from_arrow
from energybench.frames.sources import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


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
        from pyarrow import parquet  # type: ignore[import-untyped]

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
        kinds = {header: kind_of(schema.field(header).type) for header in headers}
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


def kind_of(type_: Any) -> str:
    """Return what a column holds, in the kinds that must not change from file to file; empty for nothing."""
    from pyarrow import types

    if types.is_dictionary(type_):
        return kind_of(type_.value_type)
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
