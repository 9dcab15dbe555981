"""Meter and output tables from files: CSV in UTF-8 or GB18030, Parquet, Excel."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from energybench.errors import TableError, TableNotFoundError, quoted

if TYPE_CHECKING:
    import pandas

#: The header is row 1 of a file, so the first reading is row 2.
FIRST_ROW = 2
_READABLE = ".csv, .parquet or .xlsx"


def read_table(path: str | Path) -> pandas.DataFrame:
    """Read a table from a file; the index is the row number in the file, the header being row 1.

    Parameters
    ----------
    path : str or Path
        A ``.csv`` (UTF-8 with or without BOM, or GB18030), ``.parquet`` or ``.xlsx`` file.

    Returns
    -------
    pandas.DataFrame
        CSV cells as text. Rows whose cells are all empty are no readings and are left out.

    Raises
    ------
    TableNotFoundError
        If the file is not there.
    TableError
        If it is empty, of another kind, or cannot be read as a table.
    """
    file = Path(path)
    if not file.is_file():
        raise TableNotFoundError(
            f"{quoted(str(path))} is not a file that exists", str(path), f"Give the path of a {_READABLE} file"
        )
    if file.stat().st_size == 0:
        raise TableError(f"{quoted(str(path))} is empty", str(path), "Give a file with a header and rows")
    readers = {".csv": _read_csv, ".txt": _read_csv, ".parquet": _read_parquet, ".xlsx": _read_excel}
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise TableError(
            f"{quoted(str(path))} ends in {quoted(file.suffix)}, expected {_READABLE}",
            str(path),
            f"Save it as {_READABLE}",
        )
    table = reader(file)
    table.index = table.index + FIRST_ROW
    return table.dropna(how="all")


def _read_csv(file: Path) -> pandas.DataFrame:
    """Read CSV text; Excel on a Chinese machine writes GB18030, everything else UTF-8."""
    try:
        return _parse_csv(file, "utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return _parse_csv(file, "gb18030")
    except UnicodeDecodeError as error:
        raise TableError(
            f"{quoted(str(file))} is text neither in UTF-8 nor in GB18030", str(file), "Save it as CSV UTF-8"
        ) from error


def _parse_csv(file: Path, encoding: str) -> pandas.DataFrame:
    import pandas

    with file.open(encoding=encoding) as text:
        header = text.readline()
    separator = max(",;\t", key=header.count)
    try:
        with warnings.catch_warnings():
            # pandas warns, and goes on, when rows have more cells than the header.
            warnings.simplefilter("error", pandas.errors.ParserWarning)
            return pandas.read_csv(
                file,
                sep=separator,
                encoding=encoding,
                dtype=str,
                keep_default_na=False,
                na_values=[""],
                skip_blank_lines=False,
                index_col=False,
            )
    except (pandas.errors.ParserError, pandas.errors.ParserWarning, pandas.errors.EmptyDataError) as error:
        raise TableError(
            f"{quoted(str(file))} is not a table: {error}", str(file), "Give every row as many cells as the header"
        ) from error


def _read_parquet(file: Path) -> pandas.DataFrame:
    import pandas

    try:
        return pandas.read_parquet(file)
    except ImportError as error:
        raise TableError(
            "Reading Parquet needs pyarrow", str(file), 'Install it: pip install "energybench[arrow]"'
        ) from error
    except (ValueError, OSError) as error:
        raise TableError(f"{quoted(str(file))} is not a Parquet table: {error}", str(file), "Write it again") from error


def _read_excel(file: Path) -> pandas.DataFrame:
    import zipfile

    import pandas

    try:
        return pandas.read_excel(file, engine="openpyxl", keep_default_na=False, na_values=[""])
    except ImportError as error:
        raise TableError(
            "Reading Excel needs openpyxl", str(file), 'Install it: pip install "energybench[excel]"'
        ) from error
    except (zipfile.BadZipFile, ValueError, KeyError, OSError) as error:
        raise TableError(
            f"{quoted(str(file))} is not an Excel table: {error}", str(file), "Save it as .xlsx"
        ) from error
