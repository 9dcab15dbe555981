"""Meter and output tables from files: CSV in UTF-8 or GB18030, Parquet, Excel; whole, or a batch at a time."""

from __future__ import annotations

import codecs
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energybench.errors import (
    MissingPackageError,
    OptionError,
    TableError,
    TableNotFoundError,
    did_you_mean,
    quoted,
    requiring,
)
from energybench.frames.native import from_arrow
from energybench.frames.parquet import FIRST_ROW, headers_of, open_parquet, readable
from energybench.frames.sources import BATCH_ROWS, Batch, FrameSource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas

    from energybench.frames.parquet import ParquetSource

#: Files of this many bytes, or of a sixteenth where Parquet packs them, are read in batches where nobody says how.
LARGE = 256 * 2**20
#: Encodings of CSV text, in the order in which they are tried.
ENCODINGS = ("utf-8-sig", "gb18030")
_READABLE = ".csv, .parquet or .xlsx"
_TEXTS = (".csv", ".txt")
_LONGEST_PATH = 250
#: Bytes that are decoded at a time while the encoding is looked for.
_BLOCK = 1 << 22


def open_file(
    path: str | Path, batch_rows: int | None, sheet: str | None = None
) -> FrameSource | CsvSource | ParquetSource:
    """Look at a meter file or folder; a small file is read whole where nobody says in which batches."""
    file, shown = Path(path), shown_path(path)
    if _kind(file) == "folder" and path != "":  # an empty text would be the folder at work
        return open_parquet(file, shown, batch_rows or BATCH_ROWS)
    if batch_rows is None and not is_large(path):
        return FrameSource(read_table(path, sheet))
    ending = _ending(file, shown)
    if ending == ".parquet":
        return open_parquet(file, shown, batch_rows or BATCH_ROWS)
    return FrameSource(read_table(path, sheet)) if ending == ".xlsx" else open_csv(file, batch_rows or BATCH_ROWS)


def _ending(file: Path, shown: str) -> str:
    if _kind(file) != "file":
        fix = f"Give the path of a {_READABLE} file, or of a folder of .parquet files as meters"
        raise TableNotFoundError(f"{shown} is not a file that exists", shown, fix)
    if file.stat().st_size == 0:
        raise TableError(f"{shown} is empty", shown, "Give a file with a header and rows")
    if file.suffix.lower() not in (*_TEXTS, ".parquet", ".xlsx"):
        raise TableError(
            f"{shown} ends in {quoted(file.suffix)}, expected {_READABLE}", shown, f"Save it as {_READABLE}"
        )
    return file.suffix.lower()


def read_table(path: str | Path, sheet: str | None = None) -> pandas.DataFrame:
    """Read a table from a file; the index is the row number in the file, the header being row 1."""
    file = Path(path)
    shown = shown_path(path)
    if _kind(file) == "folder":
        fix = f"Give the path of a {_READABLE} file; a folder of .parquet files can be the meters"
        raise TableNotFoundError(f"{shown} is a folder, and one file is read here", shown, fix)
    ending = _ending(file, shown)
    if ending in _TEXTS:
        return _read_csv(file)
    table = _read_parquet(file) if ending == ".parquet" else _read_excel(file, sheet)
    table.index += FIRST_ROW
    return table.dropna(how="all") if ending == ".xlsx" else table


def shown_path(path: str | Path) -> str:
    """Return a path in full; a text that is no path is cut."""
    text = str(path)
    return text if len(text) <= _LONGEST_PATH else quoted(text)


def files_of(path: Path) -> list[Path]:
    """Return a file, or the files of a folder; nothing where a text is no path of either."""
    kind = _kind(path)
    return sorted(path.rglob("*.parquet")) if kind == "folder" else [path] if kind else []


def stamp_of(path: str) -> tuple[Any, ...]:
    """Return what changes when a file or folder is written again: names, sizes and times."""
    stats = [(str(one), one.stat()) for one in files_of(Path(path))]
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)


def is_large(path: str | Path) -> bool:
    """Say whether meters are read in batches: a folder, or a long .parquet or .csv file."""
    file = Path(path)
    if _kind(file) != "file":
        return _kind(file) == "folder"
    most = {".parquet": LARGE // 16, ".csv": LARGE, ".txt": LARGE}.get(file.suffix.lower())
    return most is not None and file.stat().st_size >= most


def is_workbook(table: Any) -> bool:
    """Say whether a table is a path with the ending of a workbook."""
    return isinstance(table, str | Path) and Path(table).suffix.lower() == ".xlsx"


def _kind(path: Path) -> str:
    """Return "file", "folder", or nothing for what is neither; a text that can be no path is neither."""
    try:
        return "file" if path.is_file() else "folder" if path.is_dir() else ""
    except (OSError, ValueError):
        return ""


def _headers(table: pandas.DataFrame) -> list[str]:
    return ["" if header != header else str(header) for header in table.iloc[0]]


@dataclass(frozen=True)
class CsvSource:
    """A CSV file: its headers as they stand, and how pandas is to read it."""

    path: Path
    headers: list[str]
    options: dict[str, Any]
    rows: int
    #: Whether the file has a quote at all: only within quotes does a cell have a line break.
    quotes: bool
    kind = "pandas"
    whole = False
    notes = ()

    def batches(self, places: Mapping[str, int], row_by_row: bool) -> Iterator[Batch]:  # noqa: ARG002 - as every source
        """Yield the rows in batches."""
        size = self.path.stat().st_size
        with self.path.open("rb") as file:
            for chunk in self.frames(file, self.rows):
                table = chunk.iloc[:, list(places.values())].set_axis(list(places), axis=1)
                yield Batch(table, file.tell() / size)
                del chunk, table

    def frames(self, file: Any, rows: int) -> Iterator[pandas.DataFrame]:
        """Yield so many rows at a time, numbered as in the file, without those that are empty."""
        import pandas

        # The header is the first row of the first chunk.
        header = 1
        with refusing_ragged(self.path), pandas.read_csv(file, chunksize=rows, **self.options) as chunks:
            while (chunk := next(chunks, None)) is not None:
                chunk.index += 1
                if self.quotes:
                    self._refuse_swallowed(chunk)
                filled = chunk.iloc[header:].dropna(how="all")
                header = 0
                yield filled.set_axis(self.headers, axis=1)
                del chunk, filled

    def _refuse_swallowed(self, chunk: pandas.DataFrame) -> None:
        """Refuse a cell that holds further lines of the file, which a stray quote makes of them."""
        for place, name in enumerate(chunk.columns):
            cells = chunk[name]
            for row, cell in cells[cells.str.contains("[\r\n]", na=False)].items():
                beyond = max(line.count(self.options["sep"]) for line in cell.splitlines()[1:] or [""])
                if beyond >= max(place, 1):
                    what = f"has a quote in row {row} that opens a cell of several lines: {quoted(cell)}"
                    fix = 'Remove the quote ("): the lines that it takes up would be lost rows'
                    raise TableError(f"{shown_path(self.path)} {what}", quoted(cell), fix)


def open_csv(path: Path, rows: int) -> CsvSource:
    """Look at a CSV file."""
    import pandas

    encoding, quotes = _encoding(path)
    options = csv_options(path, encoding)
    with refusing_ragged(path):
        first = pandas.read_csv(path, nrows=1, **options)
    return CsvSource(path, _headers(first), options, rows, quotes)


def _read_csv(path: Path) -> pandas.DataFrame:
    with path.open("rb") as file:
        return next(open_csv(path, 0).frames(file, 1 << 40))


def _encoding(path: Path) -> tuple[str, bool]:
    """Return the encoding in which the whole file is text, UTF-8 or GB18030, and whether it has a quote."""
    for encoding in ENCODINGS:
        decoder, quotes = codecs.getincrementaldecoder(encoding)(), False
        try:
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    quotes |= '"' in decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding, quotes
    raise TableError(f"{shown_path(path)} is text neither in UTF-8 nor in GB18030", str(path), "Save it as CSV UTF-8")


def csv_options(file: Path, encoding: str) -> dict[str, Any]:
    """Return how pandas is to read a CSV file: cells as text, the header as the first row."""
    with file.open(encoding=encoding) as text:
        header = text.readline()
    return {
        "sep": max(",;\t", key=header.count),
        "header": None,
        "encoding": encoding,
        "dtype": str,
        "keep_default_na": False,
        "na_values": [""],
        "skip_blank_lines": False,
    }


@contextmanager
def refusing_ragged(file: Path) -> Iterator[None]:
    """Turn what pandas says of a CSV file that is no table into an error of ours."""
    from pandas.errors import EmptyDataError, ParserError

    try:
        yield
    except (ParserError, EmptyDataError) as error:
        raise TableError(
            f"{shown_path(file)} is not a table: {error}".strip(),
            str(file),
            "Give every row as many cells as the header",
        ) from error


def _read_parquet(file: Path) -> pandas.DataFrame:
    shown = shown_path(file)
    with requiring("pyarrow", "arrow", f"Reading {shown}"):
        from pyarrow import parquet  # type: ignore[import-untyped]
    with readable(shown), parquet.ParquetFile(file) as source:
        table = source.read()
        return from_arrow(table.select(headers_of(table.schema)).replace_schema_metadata())


def _read_excel(file: Path, sheet: str | None) -> pandas.DataFrame:
    import zipfile
    import zlib

    import pandas

    broken = (zipfile.BadZipFile, zlib.error, ValueError, LookupError, OSError, EOFError, SyntaxError)
    try:
        with requiring("openpyxl", "excel", f"Reading {shown_path(file)}"):
            sheets = pandas.read_excel(
                file,
                sheet_name=None,
                engine="openpyxl",
                header=None,
                dtype=object,
                keep_default_na=False,
                na_values=[""],
            )
    except MissingPackageError:
        raise
    except (*broken, TypeError, AttributeError, RuntimeError) as error:  # the last for what seems encrypted
        raise TableError(f"{shown_path(file)} is not an Excel table: {error}", str(file), "Save it as .xlsx") from error
    filled = [name for name, table in sheets.items() if not table.dropna(how="all").empty]
    if not filled:
        raise TableError(f"{shown_path(file)} is empty", str(file), "Give a file with a header and rows")
    if sheet is not None and sheet not in filled:
        fix = did_you_mean(sheet, filled, f"Pass one of {', '.join(map(quoted, filled))}")
        raise OptionError(f"{shown_path(file)} has no filled sheet {quoted(sheet)}", quoted(sheet), fix)
    if sheet is None and len(filled) > 1:
        named = ", ".join(map(quoted, filled))
        fix = f"Pass sheet={quoted(filled[0])} or another, or put all rows on one sheet"
        raise TableError(f"{shown_path(file)} has several sheets with cells: {named}", str(file), fix)
    table = sheets[sheet or filled[0]]
    return table.iloc[1:].reset_index(drop=True).set_axis(_headers(table), axis=1).infer_objects()
