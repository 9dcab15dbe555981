"""Rows of an organisation's own: files in the schema of a shipped table, checked cell by cell."""

from __future__ import annotations

import csv
import re
from decimal import Decimal, InvalidOperation
from itertools import chain
from typing import TYPE_CHECKING, Any

from energybench.errors import EnergybenchError, TableError, TableNotFoundError, did_you_mean, quoted
from energybench.tables.expressions import parse, parse_conditions
from energybench.tables.rows import ACCEPTED, OWN, TABLES, Schema, record_of, schemas
from energybench.units.text import LARGEST_POWER, LONGEST_TEXT, read_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: How the cells of some columns are checked.
_EXPRESSIONS: dict[str, Callable[[str], object]] = {
    "expression": parse,
    "default": parse,
    "condition": parse_conditions,
}


def read_csv(path: Path) -> tuple[list[dict[str, str]], list[str]]:
    """Read a CSV file in UTF-8: its rows and its columns."""
    _check_regular(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            return list(reader), list(reader.fieldnames or ())
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror}", str(path), "Give the right to read it") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"{path} is not CSV in UTF-8: {error}", str(path), "Save it as CSV UTF-8") from error


def overlay_files(path: Path) -> list[Path]:
    """Return the CSV files that a path names: itself, or those of a folder in the order of their names."""
    folder = path.is_dir()
    files = sorted(file for file in path.iterdir() if file.suffix.lower() == ".csv") if folder else [path]
    for file in files:
        _check_regular(file)
    if not files:
        raise TableNotFoundError(
            f"The folder {path} has no file *.csv, expected at least one with rows of your own",
            str(path),
            "Give the folder that has them, or the path of one file",
        )
    return files


def _check_regular(path: Path) -> None:
    """Refuse a pipe or a device: opening it may wait for ever."""
    try:
        if path.is_file():
            return
        there = path.exists()
    except (OSError, ValueError):
        there = False
    if not there:
        raise TableNotFoundError(f"{path} is not there", str(path), "Give the path of a CSV file or a folder")
    what = "a folder" if path.is_dir() else "a pipe or a device"
    raise TableError(f"{path} is {what}, expected a regular CSV file", str(path), "Save the rows as a CSV file")


def read_overlay(path: Path) -> tuple[str, list[Any]]:
    """Read a file of own rows; the first wrong cell is refused."""
    name, checked = _checked(path)
    for error in chain.from_iterable(errors for *_, errors in checked):
        raise error
    for _, row, _ in checked:
        if row.get("verification") in ACCEPTED:
            row["verification"] = OWN
    return name, [record_of(name)(**row) for _, row, _ in checked]


def check_file(path: Path) -> tuple[str, int, list[TableError]]:
    name, checked = _checked(path)
    wrong = (errors or _without_source(row, where) for where, row, errors in checked)
    return name, len(checked), list(chain.from_iterable(wrong))


def _table_of(columns: list[str], path: Path) -> str:
    for name, schema in schemas().items():
        if set(columns) == set(schema.columns):
            return name
    known = {column for schema in schemas().values() for column in schema.columns}
    strange = next((column for column in columns if column not in known), "")
    raise TableError(
        f"{path.name} has the columns {', '.join(columns) or '(none)'}, which are those of no table",
        path.name,
        did_you_mean(
            strange, known, f"Use the columns of one of {', '.join(TABLES)} (energybench tables NAME shows them)"
        ),
    )


def _checked(path: Path) -> tuple[str, list[tuple[str, dict[str, str], list[TableError]]]]:
    rows, columns = read_csv(path)
    name, seen = _table_of(columns, path), set[tuple[str, ...]]()
    placed = ((f"{path.name} row {number}", row) for number, row in enumerate(rows, 2))
    return name, [(where, row, list(_wrong_cells(schemas()[name], row, where, seen))) for where, row in placed]


def _wrong_cells(schema: Schema, row: dict[str, str], where: str, seen: set[tuple[str, ...]]) -> Iterator[TableError]:
    if None in row or None in row.values():
        yield TableError(f"{where} has not as many cells as columns", where, "Quote cells that contain commas")
        return
    for column, words in schema.words.items():
        if row[column] not in words:
            yield _wrong(where, column, row[column], f"Use one of {', '.join(word or '(empty)' for word in words)}")
    for column in schema.numbers:
        if row[column] and not _is_decimal(row[column]):
            yield _wrong(where, column, row[column], "Write a decimal number such as 0.7143")
            return
        if row[column] and column in schema.positive and Decimal(row[column]) <= 0:
            yield _wrong(where, column, row[column], "Write a figure above zero")
    for column, pattern in schema.patterns.items():
        if row[column] and not re.fullmatch(pattern, row[column]):
            yield _wrong(where, column, row[column], "Write a day such as 2024-01-31, a month or a year")
    yield from _wrong_order(row, where)
    for column, read in _EXPRESSIONS.items():
        if row.get(column):
            try:
                read(row[column])
            except TableError as error:
                yield TableError(f"{where}: {column}: {error.message}", row[column], error.fix)
    for column, unit in schema.units.items():
        if row[column] and row[column] != "ratio":
            try:
                if read_unit(row[column]) != read_unit(unit or row[column]):
                    yield _wrong(where, column, row[column], f"Give the figure in {unit}")
            except EnergybenchError as error:
                yield TableError(f"{where}: {column}: {error.message}", row[column], error.fix)
    if row.get("better") in ("lower", "higher") and (row["better"] == "higher") != row["comparator"].startswith(">"):
        fix = 'A limit with "<=" or "<" goes with lower, one with ">=" or ">" with higher'
        yield TableError(f"{where}: comparator {row['comparator']} and better {row['better']} disagree", where, fix)
    key = tuple(row[column] for column in schema.key)
    if key in seen or not all(key):
        what = f"stands twice: {', '.join(key)}" if key in seen else "is empty"
        yield TableError(f"{where}: {', '.join(schema.key)} {what}", where, "Give every row a key of its own")
    seen.add(key)


def _wrong_order(row: dict[str, str], where: str) -> Iterator[TableError]:
    higher = row.get("better") == "higher"
    for columns in (("benchmark", "baseline"), ("level1", "level2", "level3")) if "better" in row else ():
        steps = [Decimal(row[column]) for column in columns if row.get(column)]
        if steps != sorted(steps, reverse=higher):
            shown = ", ".join(f"{column} {row[column]}" for column in columns if row[column])
            fix = (
                "Give the largest figure first, since higher is better" if higher else "Give the smallest figure first"
            )
            yield TableError(f"{where}: the steps are out of order: {shown}", shown, fix)
    if row.get("effective_to") and row["effective_from"] > row["effective_to"]:
        yield _wrong(where, "effective_to", row["effective_to"], f"Give a day after {row['effective_from']}")


def _without_source(row: dict[str, str], where: str) -> list[TableError]:
    if row.get("verification") not in ("two_sources", "one_source", "transcribed") or row.get("evidence", "-"):
        return []
    return [_wrong(where, "evidence", "", "Write the address or the clause where the figure was read")]


def _is_decimal(text: str) -> bool:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return False
    # A larger power takes for ever to expand, and no document prints one.
    return number.is_finite() and len(text) <= LONGEST_TEXT and abs(number.adjusted()) <= LARGEST_POWER


def _wrong(where: str, column: str, given: str, fix: str) -> TableError:
    return TableError(f"{where}: {column} is {quoted(given)}", quoted(given), fix)
