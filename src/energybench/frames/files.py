"""Meter and output tables from files: CSV in UTF-8 or GB18030, Parquet, Excel."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energybench.errors import MissingPackageError, TableError, TableNotFoundError, quoted, requiring
from energybench.frames.native import readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas

#: The header is row 1 of a file, so the first reading is row 2.
FIRST_ROW = 2
#: Files of this many bytes are read in parts where nobody says how.
LARGE = 256 * 2**20
#: Encodings of CSV text, in the order in which they are tried.
ENCODINGS = ("utf-8-sig", "gb18030")
_READABLE = ".csv, .parquet or .xlsx"
_LONGEST_PATH = 250


def read_table(path: str | Path) -> pandas.DataFrame:
    """Read a table from a file; the index is the row number in the file, the header being row 1."""
    file = Path(path)
    shown = shown_path(path)
    if is_folder(file):
        fix = f"Give the path of a {_READABLE} file; energybench.assess_path takes readings from a folder of .parquet"
        raise TableNotFoundError(f"{shown} is a folder, and one file is read here", shown, fix)
    if not is_file(file):
        raise TableNotFoundError(f"{shown} is not a file that exists", shown, f"Give the path of a {_READABLE} file")
    if file.stat().st_size == 0:
        raise TableError(f"{shown} is empty", shown, "Give a file with a header and rows")
    readers = {".csv": _read_csv, ".txt": _read_csv, ".parquet": _read_parquet, ".xlsx": _read_excel}
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise TableError(
            f"{shown} ends in {quoted(file.suffix)}, expected {_READABLE}", shown, f"Save it as {_READABLE}"
        )
    table = reader(file)
    table.index = table.index + FIRST_ROW
    return table if reader is _read_parquet else table.dropna(how="all")


def shown_path(path: str | Path) -> str:
    """Return a path in full; a text that is no path is cut."""
    text = str(path)
    return text if len(text) <= _LONGEST_PATH else quoted(text)


def is_large(path: str) -> bool:
    """Say whether readings are better read in parts: a folder, or a long .parquet or .csv file."""
    file = Path(path)
    if not is_file(file):
        return is_folder(file)
    return file.stat().st_size >= LARGE and file.suffix.lower() in (".parquet", ".csv", ".txt")


def is_folder(path: Path) -> bool:
    """Say whether a path is that of a folder; a text that can be no path is none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def is_file(file: Path) -> bool:
    """Say whether a path is that of a file; a text that can be no path is none."""
    try:
        return file.is_file()
    except (OSError, ValueError):
        return False


def _under_headers(table: pandas.DataFrame) -> pandas.DataFrame:
    """Take the first row for the headers, as they stand: two of the same name stay two."""
    headers = ["" if header != header else str(header) for header in table.iloc[0]]
    return table.iloc[1:].reset_index(drop=True).set_axis(headers, axis=1)


def _read_csv(file: Path) -> pandas.DataFrame:
    """Read CSV text; Excel on a Chinese machine writes GB18030, everything else UTF-8."""
    for encoding in ENCODINGS:
        try:
            return _parse_csv(file, encoding)
        except UnicodeDecodeError:
            continue
    raise no_encoding(file)


def _parse_csv(file: Path, encoding: str) -> pandas.DataFrame:
    import pandas

    with refusing_ragged(file):
        return _under_headers(pandas.read_csv(file, **csv_options(file, encoding)))


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


def no_encoding(file: Path) -> TableError:
    """Return the error for text in neither encoding."""
    return TableError(f"{shown_path(file)} is text neither in UTF-8 nor in GB18030", str(file), "Save it as CSV UTF-8")


def _read_parquet(file: Path) -> pandas.DataFrame:
    with requiring("pyarrow", "arrow", f"Reading {shown_path(file)}"):
        from pyarrow import parquet  # type: ignore[import-untyped]
    try:
        with parquet.ParquetFile(file) as source:
            table: pandas.DataFrame = readable(source.read()).to_pandas()
    # The last two for what pandas noted of its types, where that is damaged.
    except (ValueError, OSError, LookupError, NotImplementedError, TypeError, AttributeError, SyntaxError) as error:
        raise TableError(f"{shown_path(file)} is not a Parquet table: {error}", str(file), "Write it again") from error
    # An index that has a name was a column of the file; one without is only a numbering.
    named = [name for name in table.index.names if name is not None]
    return table.reset_index(named).reset_index(drop=True) if named else table.reset_index(drop=True)


def _read_excel(file: Path) -> pandas.DataFrame:
    import zipfile
    import zlib

    import pandas

    broken = (zipfile.BadZipFile, zlib.error, ValueError, LookupError, OSError, EOFError, SyntaxError)
    try:
        with requiring("openpyxl", "excel", f"Reading {shown_path(file)}"):
            table = pandas.read_excel(
                file, engine="openpyxl", header=None, dtype=object, keep_default_na=False, na_values=[""]
            )
    except MissingPackageError:
        raise
    except (*broken, TypeError, AttributeError, RuntimeError) as error:  # the last for what seems encrypted
        raise TableError(f"{shown_path(file)} is not an Excel table: {error}", str(file), "Save it as .xlsx") from error
    if table.empty:
        raise TableError(f"{shown_path(file)} is empty", str(file), "Give a file with a header and rows")
    return _under_headers(table).infer_objects()
