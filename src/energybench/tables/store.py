"""The tables of ``data/``: frozen records, verification, an organisation's own rows, pandas frames.

A record keeps its figures as the text that the file prints, so that a decimal stays exact until it is used.
"""

from __future__ import annotations

import csv
import os
import re
import threading
import warnings
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache, wraps
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from energybench.errors import (
    AmbiguousError,
    EnergybenchError,
    MissingFigureError,
    OptionError,
    TableError,
    TableNotFoundError,
    UnknownNameError,
    UnverifiedError,
    UnverifiedWarning,
    did_you_mean,
    language,
    quoted,
)
from energybench.tables.expressions import parse, parse_conditions
from energybench.tables.rows import ACCEPTED as ACCEPTED
from energybench.tables.rows import ITEM_TABLES, OWN, TABLES, VERIFICATIONS, Schema, folder, record_of, schemas
from energybench.units.text import LARGEST_POWER, LONGEST_TEXT, read_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pandas

    from energybench.tables.rows import DocumentRow, Row

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
SourcedRow = TypeVar("SourcedRow", bound="Row")


_caches: list[Callable[[], None]] = []
_overlays: list[Path] = []
_lock = threading.RLock()
#: Columns that name a row of another table: the tables that have it, and their column.
_NAMED = {
    ("carrier_names", "carrier"): (("carriers",), "carrier"),
    ("product_names", "item"): (ITEM_TABLES, "item"),
    **{(table, "document"): (("documents",), "id") for table in TABLES if table != "documents"},
}


def cached(size: int | None = None) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Cache a function whose answers depend on the tables; :func:`use` empties every such cache."""

    def decorate(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        wrapped: Any = lru_cache(size)(function)
        _caches.append(wrapped.cache_clear)

        @wraps(function)
        def kept(*args: Parameters.args, **options: Parameters.kwargs) -> Result:
            try:
                found: Result = wrapped(*args, **options)
            except (TypeError, ArithmeticError):
                try:
                    hash((args, *options.values()))
                except (TypeError, ArithmeticError):
                    # The function itself refuses what has no hash, such as a list or a signalling NaN.
                    return function(*args, **options)
                raise
            return found

        return kept

    return decorate


def _forget() -> None:
    for clear in _caches:
        clear()
    language.forget()


def use(*paths: str | Path) -> None:
    """Add an organisation's own rows to the shipped tables, for this process.

    A row whose id exists replaces that row, another is added. The environment variable
    ``ENERGYBENCH_DATA`` names a file or folder that is used from the start.

    Parameters
    ----------
    *paths : str or Path
        CSV files with the columns of a shipped table, or folders of such files. None at all returns to the
        shipped tables.

    Raises
    ------
    TableError
        If a file is not there or is not in the schema of a table.

    Examples
    --------
    >>> use()  # back to the shipped tables
    """
    for path in paths:
        if not isinstance(path, str | Path):
            raise TableError(f"{quoted(path)} is no path", quoted(path), "Give the path of a CSV file or a folder")
    files = [file for path in paths for file in overlay_files(Path(path))]
    for file in files:
        read_overlay(file)
    with _lock:
        before = _overlays[:]
        _overlays[:] = [*_overlays, *files] if paths else []
        _forget()
        try:
            for name in TABLES if paths else ():
                if _own_records(name):
                    records(name)
        except TableError:
            _overlays[:] = before
            _forget()
            raise


@cached()
def records(name: str) -> tuple[Any, ...]:
    """Return every record of a table, the organisation's own rows included.

    Parameters
    ----------
    name : str
        A name of :data:`TABLES`.

    Raises
    ------
    OptionError
        If there is no such table.
    """
    if name not in TABLES:
        fix = did_you_mean(name, TABLES, f"Use one of {', '.join(TABLES)}")
        raise OptionError(f"{quoted(name)} is not a table", quoted(name), fix)
    record, key = record_of(name), schemas()[name].key
    _, *lines = _read(folder() / f"{name}.csv")
    found = {tuple(getattr(row, k) for k in key): row for row in map(record._make, lines)}
    found.update({tuple(getattr(own, k) for k in key): own for own in _own_records(name)})
    _check_named(name)
    if name == "furnace_limits":
        _check_points(tuple(found.values()))
    return tuple(found.values())


def _check_points(rows: tuple[Any, ...]) -> None:
    """Refuse two rows for one capacity: each reading of the table would take another."""
    seen: dict[tuple[str, str, Fraction], str] = {}
    for row in rows:
        other = seen.setdefault((row.document, row.item, Fraction(row.capacity)), row.id)
        if other != row.id:
            said = f"{row.id} and {other} both state the limit of {row.item} at {row.capacity} {row.capacity_unit}"
            raise TableError(said, row.id, f"Give it the id {other} to replace that row, or another document")


def _check_named(name: str) -> None:
    own = _own_records(name)
    for (table, column), (homes, key) in _NAMED.items() if own else ():
        if table != name or column not in schemas()[name].columns:
            continue
        known = {getattr(record, key) for home in homes for record in records(home)}
        for record in own:
            given = getattr(record, column)
            families = given.endswith("*") and any(one.startswith(given[:-1]) for one in known)
            if given and given not in known and not families:
                who = quoted(getattr(record, "name", "") or record.id)
                fix = f"Give the rows of {' or '.join(homes)} that have it in the same call"
                said = f"{name}: {who} names the {column} {quoted(given)}, which no row has"
                raise TableError(said, quoted(given), did_you_mean(given, known, fix))


@cached()
def _own_records(name: str) -> tuple[Any, ...]:
    own = (read_overlay(path) for path in _all_overlays())
    return tuple(record for table, of_file in own if table == name for record in of_file)


def own_ids(name: str) -> frozenset[str]:
    return frozenset(record.id for record in _own_records(name))


def files_in_use() -> list[Path]:
    """Return what is read beside a question: the files and the folder of own rows, and the folder of the tables."""
    return [folder(), *_always(), *_all_overlays()]


def _always() -> list[Path]:
    named = os.environ.get("ENERGYBENCH_DATA", "")
    return [Path(named)] if named else []


def _all_overlays() -> list[Path]:
    return [*(file for path in _always() for file in overlay_files(path)), *_overlays]


@cached()
def data_version() -> str:
    """Return a short hash of all tables in use, the organisation's own rows included.

    The same hash and the same package version give the same answers.
    """
    import hashlib  # takes a while, and few answers say their version

    digest = hashlib.sha256()
    for path in [*(folder() / f"{name}.csv" for name in sorted(TABLES)), *_all_overlays()]:
        digest.update(path.name.encode())
        digest.update(_bytes(path).replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:12]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise TableNotFoundError(f"{path} is not there", str(path), "Give it back, or call tables.use()") from error


@cached()
def _bare(number: str) -> str:
    return re.sub(r"[\s/_]", "", number).casefold()


def find_document(text: str) -> DocumentRow:
    """Return a document by its id or its printed number.

    Parameters
    ----------
    text : str
        For example ``"gbt-2589-2008"`` or ``"GB/T 2589-2008"``.

    Raises
    ------
    UnknownNameError
        If no document has that id or number; the nearest are named.

    Examples
    --------
    >>> find_document("GB/T 2589-2008").id
    'gbt-2589-2008'
    """
    if not isinstance(text, str):
        raise UnknownNameError(f"{quoted(text)} is not the id of a document", quoted(text), "Write the id as text")
    known = _documents()
    if text not in known:
        bare = _bare(text)
        ids = [
            row.id
            for row in records("documents")
            if len(bare) > 2 and bare in _bare(f"{row.number} {row.id} {row.title_zh}")
        ]
        fix = f"The ids of the documents with that in number or title: {', '.join(ids)}" if 0 < len(ids) <= 5 else ""
        fix = fix or did_you_mean(text, known, "energybench tables documents lists them")
        raise UnknownNameError(f"{quoted(text)} is not a document of the tables", quoted(text), fix)
    return known[text]


@cached()
def _documents() -> dict[str, DocumentRow]:
    return {key: row for row in records("documents") for key in (row.number, row.id) if key}


def citation(document: str) -> str:
    """Return how a document is named in a message: its number or its title."""
    row = find_document(document)
    return row.number or row.title_zh or row.title_en or row.id


def where_to_look(row: Any) -> str:
    """Return where a reader finds a row: its document, its clause, and an address where that can be opened."""
    source = find_document(row.document)
    clause = getattr(row, "clause", "")
    opened = f" ({source.full_text})" if source.full_text else ""
    return f"in {citation(row.document)}{f', {clause}' if clause else ''}{opened}"


def require_usable(row: Any, what: str, allow_unverified: bool) -> None:
    """Refuse a row without a figure, and one that is too weakly verified unless ``allow_unverified`` is set."""
    if row.verification == "missing":
        said = f"{what} is known to stand in {citation(row.document)}, and its figure could not be read"
        fix = f"Look it up {where_to_look(row)} and add it with energybench.tables.use()"
        raise MissingFigureError(said, what, fix)
    if row.verification not in ACCEPTED and not allow_unverified:
        said = f"{what} in {citation(row.document)} is {row.verification}: it has not been read in the document"
        raise UnverifiedError(said, what, "Confirm it there, or pass allow_unverified=True to use it with a warning")


def warn_if_weak(record: Any, shown: object = None, stacklevel: int = 3) -> None:
    if record.verification and record.verification not in ACCEPTED:
        said = record if shown is None else shown
        warnings.warn(f"{said} is {record.verification}", UnverifiedWarning, stacklevel=stacklevel)


def choose(
    rows: Iterable[SourcedRow],
    what: str,
    fix: Callable[[SourcedRow], str],
    allow_unverified: bool,
    value: str = "",
    figures: tuple[str, ...] = ("value",),
    unit: str = "unit",
) -> SourcedRow:
    """Choose the one usable row, an accepted one before all others, or refuse several figures and a weak one.

    ``figures`` are the columns of the figure, of which a range fills two; ``fix`` says how to choose a row.
    """
    found = list(rows)
    usable = [row for row in found if row.verification in ACCEPTED] or found
    texts = {row.id: [text for column in figures if (text := getattr(row, column))] for row in usable}
    shown = {row.id: f"{'~'.join(texts[row.id])} {getattr(row, unit)}" for row in usable}
    if len({(Fraction(text), getattr(row, unit)) for row in usable for text in texts[row.id]}) > 1:
        named = {row.id: row.id if row.document in row.id else f"{row.id} of {row.document}" for row in usable}
        several = "; ".join(f"{shown[row.id]} ({named[row.id]}, {row.verification})" for row in usable)
        raise AmbiguousError(f"{what} has no single value: {several}", value or what, fix(usable[0]))
    best = best_verified(usable)[0]
    require_usable(best, f"{what}, {shown[best.id]},", allow_unverified)
    return best


def best_verified(rows: Iterable[SourcedRow]) -> list[SourcedRow]:
    """Return the rows, the best verified first; equal ones keep the order of the table."""
    return sorted(rows, key=lambda row: VERIFICATIONS.index(row.verification))


def frame(name: str) -> pandas.DataFrame:
    """Return a table as a pandas frame: text columns as text, figures as float64, empty figures as NaN.

    Parameters
    ----------
    name : str
        A name of :data:`TABLES`.

    Examples
    --------
    >>> frame("furnace_limits")[["capacity", "limit"]].values.tolist()
    [[1.0, 630.0], [1.5, 620.0], [2.0, 610.0], [5.0, 590.0]]
    """
    import pandas

    rows = records(name)
    schema = schemas()[name]
    table = pandas.DataFrame(list(rows), columns=list(schema.columns))
    return table.assign(**{column: pandas.to_numeric(table[column]).astype("float64") for column in schema.numbers})


#: How the cells of some columns are checked.
_EXPRESSIONS: dict[str, Callable[[str], object]] = {
    "expression": parse,
    "default": parse,
    "condition": parse_conditions,
}


def _read(path: Path) -> list[list[str]]:
    _check_regular(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [line for line in csv.reader(file) if line]
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror}", str(path), "Give the right to read it") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"{path} is not CSV in UTF-8: {error}", str(path), "Save it as CSV UTF-8") from error


def overlay_files(path: Path) -> list[Path]:
    folder = path.is_dir()
    files = sorted(file for file in path.iterdir() if file.suffix.lower() == ".csv") if folder else [path]
    for file in files:
        _check_regular(file)
    if not files:
        said = f"The folder {path} has no file *.csv, expected at least one with rows of your own"
        raise TableNotFoundError(said, str(path), "Give the folder that has them, or the path of one file")
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
    columns, *lines = _read(path) or [[]]
    name, seen = _table_of(columns, path), set[tuple[str, ...]]()
    placed = ((f"{path.name} row {number}", dict(zip_longest(columns, line))) for number, line in enumerate(lines, 2))
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
        # A limit without its unit compares with nothing.
        needed = column == "unit" and "comparator" in row and row["verification"] != "missing"
        if (row[column] or needed) and row[column] != "ratio":
            try:
                if read_unit(row[column]) != read_unit(unit or row[column]):
                    yield _wrong(where, column, row[column], f"Give the figure in {unit}")
            except EnergybenchError as error:
                yield TableError(f"{where}: {column}: {error.message}", row[column] or column, error.fix)
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
