"""Rows of an organisation's own: files in the schema of a shipped table, checked cell by cell."""

from __future__ import annotations

import csv
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from energybench.errors import EnergybenchError, TableError, TableNotFoundError, did_you_mean, quoted
from energybench.records import TABLES, VERIFICATIONS, Table, TargetRow
from energybench.unit_text import read_unit

if TYPE_CHECKING:
    from pathlib import Path

_CHOICES = {
    "verification": VERIFICATIONS,
    "comparator": ("<", "<=", ">", ">="),
    "better": ("lower", "higher"),
    "basis": ("", "calorific", "primary"),
}
_UNITS = ("unit", "coefficient_unit", "heating_value_unit", "capacity_unit")


def read_csv(path: Path) -> tuple[list[dict[str, str]], list[str]]:
    """Read a CSV file in UTF-8: its rows and its columns.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    TableNotFoundError
        If it is not there.
    TableError
        If it is not CSV in UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            return list(reader), list(reader.fieldnames or ())
    except FileNotFoundError as error:
        raise TableNotFoundError(
            f"{path} is not there", str(path), "Give the path of a CSV file or a folder"
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"{path} is not CSV in UTF-8: {error}", str(path), "Save it as CSV UTF-8") from error


def overlay_files(path: Path) -> list[Path]:
    """Return the CSV files that a path names: itself, or those of a folder in the order of their names.

    Parameters
    ----------
    path : Path
        A file or a folder.

    Raises
    ------
    TableNotFoundError
        If nothing is there.
    """
    if path.is_dir():
        return sorted(path.glob("*.csv"))
    if not path.is_file():
        raise TableNotFoundError(f"{path} is not there", str(path), "Give the path of a CSV file or a folder")
    return [path]


def read_overlay(path: Path) -> tuple[str, list[Any]]:
    """Read a file of own rows.

    Parameters
    ----------
    path : Path
        A CSV file with the columns of a shipped table.

    Returns
    -------
    tuple
        The name of the table that its columns belong to, and its records.

    Raises
    ------
    TableError
        If the columns are those of no table, or a cell is wrong; row and column are named.
    """
    rows, columns = read_csv(path)
    for name, table in TABLES.items():
        if set(columns) == {field.name for field in fields(table.record)}:
            return name, _records(table, rows, path)
    known = {column for table in TABLES.values() for column in (field.name for field in fields(table.record))}
    strange = next((column for column in columns if column not in known), "")
    raise TableError(
        f"{path.name} has the columns {', '.join(columns) or '(none)'}, which are those of no table",
        path.name,
        did_you_mean(
            strange, known, f"Use the columns of one of {', '.join(TABLES)} (energybench tables NAME shows them)"
        ),
    )


def _records(table: Table, rows: list[dict[str, str]], path: Path) -> list[Any]:
    seen: set[tuple[str, ...]] = set()
    found = []
    for number, row in enumerate(rows, 2):
        where = f"{path.name} row {number}"
        if None in row or None in row.values():
            raise TableError(f"{where} has not as many cells as columns", where, "Quote cells that contain commas")
        _check_cells(table, row, where)
        key = tuple(row[column] for column in table.key)
        if key in seen or not all(key):
            what = f"stands twice: {', '.join(key)}" if key in seen else "is empty"
            raise TableError(f"{where}: {', '.join(table.key)} {what}", where, "Give every row a key of its own")
        seen.add(key)
        found.append(table.record(**row))
    return found


def _check_cells(table: Table, row: dict[str, str], where: str) -> None:
    """Check what a wrong figure would need to slip in: numbers, units, and words that decide how they are read."""
    for column, words in _CHOICES.items():
        if column in row and row[column] not in words:
            raise _wrong(where, column, row[column], f"Use one of {', '.join(word or '(empty)' for word in words)}")
    for column in table.numbers:
        if row[column] and not _is_decimal(row[column]):
            raise _wrong(where, column, row[column], "Write a decimal number such as 0.7143")
    # The unit of a target may be a word for what is counted: factories, % of capacity.
    for column in () if table.record is TargetRow else _UNITS:
        # A share has no unit; the table of carbon factors calls it a ratio.
        if row.get(column) and row[column] != "ratio":
            try:
                read_unit(row[column])
            except EnergybenchError as error:
                raise TableError(f"{where}: {column}: {error.message}", row[column], error.fix) from error
    if row.get("better") and (row["better"] == "higher") != (row["comparator"][0] == ">"):
        fix = 'A limit with "<=" or "<" goes with lower, one with ">=" or ">" with higher'
        raise TableError(f"{where}: comparator {row['comparator']} and better {row['better']} disagree", where, fix)


def _is_decimal(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _wrong(where: str, column: str, given: str, fix: str) -> TableError:
    return TableError(f"{where}: {column} is {quoted(given)}", quoted(given), fix)
