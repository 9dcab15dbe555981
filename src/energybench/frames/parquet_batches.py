"""Parquet files a batch at a time: one file, or a folder of them with or without ``name=value`` folders.

Every footer is read first, so that a broken or odd file is named before any work is done. Texts arrive as codes
into the dictionary of their file, which is what the encoding of whole tables would make of them.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy
import pandas

from energybench.errors import TableError, did_you_mean, quoted, requiring
from energybench.frames.dictionaries import Dictionaries, constant, is_plain_text, is_text
from energybench.frames.files import FIRST_ROW

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    Batch = tuple[int, pandas.DataFrame]

#: Arrow gathers the texts of a row group in one dictionary; beyond so many rows each batch makes its own.
_LONG_GROUP = 1 << 22

#: What folders of the form ``name=value`` write for an empty cell.
_HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"

#: Bytes of a column that are read at a time, so that a row group of any length takes the same memory.
_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class ParquetPart:
    """One file: its path, its name in messages, its rows and those of its longest row group, what its folders say."""

    path: Path
    name: str
    rows: int
    longest: int
    constants: dict[str, str | None]


@dataclass(frozen=True)
class ParquetSource:
    """Parquet files of the same columns."""

    folder: Path
    parts: list[ParquetPart]
    kinds: dict[str, str]
    many: bool
    gaps: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def headers(self) -> list[str]:
        """The columns of every part, those that its folders stand for last."""
        return list(self.kinds)

    def batches(self, columns: Mapping[str, str], rows: int) -> Iterator[tuple[str, pandas.DataFrame, float]]:
        """Yield the rows in batches."""
        whole = max(sum(part.rows for part in self.parts), 1)
        before = 0
        for part in self.parts:
            batches = self._batches_of(part, columns, rows)
            while (batch := _next(batches, part.name)) is not None:
                first, frame = batch
                frame.index = pandas.RangeIndex(first + FIRST_ROW, first + FIRST_ROW + len(frame))
                share = (before + first + len(frame)) / whole
                yield (part.name if self.many else ""), frame, share
                del batch, frame
            before += part.rows

    def _batches_of(self, part: ParquetPart, columns: Mapping[str, str], rows: int) -> Iterator[Batch]:
        """Yield the first row and the frame of each batch of a part."""
        from pyarrow import parquet  # type: ignore[import-untyped]

        stored = [header for header in columns.values() if header not in part.constants]
        coded = part.longest <= _LONG_GROUP
        texts = [header for header in stored if self.kinds[header] == "text"] if coded else []
        first = 0
        with parquet.ParquetFile(part.path, read_dictionary=texts, buffer_size=_BUFFER, pre_buffer=False) as file:
            metadata = _without_index(file.schema_arrow.metadata)
            dictionaries = Dictionaries()
            for batch in file.iter_batches(rows, columns=stored):
                yield first, self._frame(batch, metadata, columns, part, dictionaries)
                first += batch.num_rows
                del batch
        if first != part.rows:
            raise TableError(
                f"{part.name} says that it has {part.rows} rows and has {first}", part.name, "Write it again"
            )

    def _frame(
        self,
        batch: Any,
        metadata: dict[bytes, bytes],
        columns: Mapping[str, str],
        part: ParquetPart,
        dictionaries: Dictionaries,
    ) -> pandas.DataFrame:
        """Return a batch as a frame with canonical columns."""
        import pyarrow

        texts = {
            name: array for name, array in zip(batch.schema.names, batch.columns, strict=True) if is_text(array.type)
        }
        rest = batch.select([name for name in batch.schema.names if name not in texts])
        others = pyarrow.Table.from_batches([rest.replace_schema_metadata(metadata)]).to_pandas()
        made: dict[str, Any] = {}
        for column, header in columns.items():
            if header in part.constants:
                made[column] = constant(part.constants[header], batch.num_rows)
            elif header in texts:
                made[column] = dictionaries.categorical(header, texts[header])
            else:
                values = others[header]
                whole = isinstance(values.dtype, numpy.dtype) and values.dtype.kind in "iu"
                made[column] = (values.astype(numpy.float64) if whole and header in self.gaps else values).array
        return pandas.DataFrame(made, index=pandas.RangeIndex(batch.num_rows), copy=False)


def _next(batches: Iterator[Batch], name: str) -> Batch | None:
    """Return the next batch, None behind the last one."""
    with _readable(name):
        return next(batches, None)


def open_parquet(path: Path, shown: str) -> ParquetSource:
    """Look at a Parquet file or a folder of them."""
    with requiring("pyarrow", "arrow", f"Reading {shown}"):
        import pyarrow.parquet  # type: ignore[import-untyped]  # noqa: F401 - asked for before any file is opened
    many = path.is_dir()
    files, strange = parquet_files(path, shown) if many else ([path], [])
    parts: list[ParquetPart] = []
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
    notes = (
        [f"meters: no Parquet files, not read: {', '.join(strange[:5])}{' …' * (len(strange) > 5)}"] if strange else []
    )
    return ParquetSource(path if many else path.parent, parts, kinds, many, frozenset(gaps), tuple(notes))


def parquet_files(folder: Path, shown: str) -> tuple[list[Path], list[str]]:
    """Return the Parquet files of a folder in the order of their names, and the names of the others.

    Files and folders whose names begin with a dot or an underline are those of the writer, and are passed over.
    """
    inside = sorted(path for path in folder.rglob("*") if path.is_file())
    own = [path for path in inside if not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)]
    files = [path for path in own if path.suffix.lower() == ".parquet"]
    others = [path.relative_to(folder).as_posix() for path in own if path.suffix.lower() != ".parquet"]
    if not files:
        what = f"holds no .parquet file, but {', '.join(others[:5])}" if others else "is an empty folder"
        raise TableError(f"{shown} {what}", shown, "Give a folder of .parquet files, or one file")
    return files, others


def _constants(relative: Path) -> dict[str, str | None]:
    """Return the columns that the folders of a file stand for, as text: 01 is not 1."""
    pairs = (folder.split("=", 1) for folder in relative.parts[:-1] if "=" in folder)
    return {unquote(name): None if value == _HIVE_NULL else unquote(value) for name, value in pairs}


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Name the file that cannot be read."""
    import pyarrow

    try:
        yield
    except TableError:
        raise
    except (ValueError, OSError, LookupError, NotImplementedError, TypeError, pyarrow.ArrowException) as error:
        raise TableError(f"{name} is not a Parquet table: {error}", name, "Write it again") from error


def _look_at(file: Path, name: str, constants: dict[str, str | None]) -> tuple[ParquetPart, dict[str, str], set[str]]:
    """Return a file's part, the kind of each of its columns, and its whole-number columns with empty cells."""
    from pyarrow import parquet, types

    if file.stat().st_size == 0:
        raise TableError(f"{name} is empty", name, "Give a file with a header and rows")
    with _readable(name), parquet.ParquetFile(file) as opened:
        schema, metadata = opened.schema_arrow, opened.metadata
        numbering = _numbering(schema.metadata)
        fields = [one for one in schema if one.name not in numbering]
        kinds = {one.name: _kind(one.type) for one in fields}
        if len(kinds) < len(fields):
            twice = next(one.name for one in fields if schema.get_all_field_indices(one.name)[1:])
            raise TableError(f"{name} has the column {quoted(twice)} twice", twice, "Remove one of them")
        whole = {one.name for one in fields if types.is_integer(one.type)}
        gaps = {
            column.path_in_schema
            for group in range(metadata.num_row_groups if whole else 0)
            for column in (metadata.row_group(group).column(place) for place in range(metadata.num_columns))
            if column.path_in_schema in whole and column.statistics and column.statistics.null_count
        }
        longest = max((metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)), default=0)
        part = ParquetPart(file, name, metadata.num_rows, longest, constants)
    both = [header for header in constants if header in kinds]
    if both:
        message = f"{name} has the column {quoted(both[0])}, and its folder says it too"
        raise TableError(message, both[0], "Remove one of them")
    return part, {**kinds, **dict.fromkeys(constants, "text")}, gaps


def _kind(type_: Any) -> str:
    """Return what a column holds, in the kinds that must not change from file to file; empty for nothing."""
    from pyarrow import types

    if types.is_dictionary(type_):
        return _kind(type_.value_type)
    if types.is_null(type_):
        return ""
    if types.is_integer(type_) or types.is_floating(type_) or types.is_decimal(type_):
        return "number"
    if types.is_date(type_) or types.is_timestamp(type_):
        return "date"
    return "text" if is_plain_text(type_) else str(type_)


def _check_same(first: ParquetPart, part: ParquetPart, kinds: Mapping[str, str], found: Mapping[str, str]) -> None:
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


def _numbering(metadata: Mapping[bytes, bytes] | None) -> set[str]:
    """Return the columns that are only the numbering of a pandas frame."""
    stored = json.loads((metadata or {}).get(b"pandas", b"{}"))
    named = {one.get("field_name"): one.get("name") for one in stored.get("columns", [])}
    return {one for one in stored.get("index_columns", []) if isinstance(one, str) and named.get(one) is None}


def _without_index(metadata: Mapping[bytes, bytes] | None) -> dict[bytes, bytes]:
    """Return what pandas wrote about the types of its columns, without what it wrote about the index."""
    if not metadata or b"pandas" not in metadata:
        return {}
    return {b"pandas": json.dumps({**json.loads(metadata[b"pandas"]), "index_columns": []}).encode()}
