"""What the tables need: readers for rows without a confirmed figure, and a look at old documents."""

from __future__ import annotations

import csv
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from energybench.errors import OptionError, TableError, UnknownNameError, did_you_mean, quoted
from energybench.tables.names import matches
from energybench.tables.rows import ACCEPTED, ITEM_TABLES, TABLES, as_of, folder, schemas
from energybench.tables.store import cached, check_file, citation, find_document, records

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas

    from energybench.tables.rows import Row

#: A document without a successor is worth a look when it has been in force for so many years.
OLD = 5
_RULES = ("national_standard", "national_list", "local_policy", "association_standard")


def gaps(worth: bool = False) -> pandas.DataFrame:
    """Return the rows that still need a reader with the document: unverified, in conflict or missing.

    A document is among them where its notes say what of it was not read.

    Parameters
    ----------
    worth : bool
        Sort by ``worth``: how many products and policies wait for the document, the row's own number next.

    Returns
    -------
    pandas.DataFrame
        Table, id, document, number, verification, notes, clause; ``products`` and ``policies`` that need the row,
        ``worth`` of its document, ``full_text`` (where a reader can open it), ``read_elsewhere`` (where people found
        the figure last).

    Examples
    --------
    >>> "ndrc-2023/urea" in gaps()["id"].tolist()
    True
    """
    import pandas

    rows = [
        _gap(name, record)
        for name in TABLES
        if {"verification", "notes"} <= set(schemas()[name].columns)
        for record in records(name)
        if record.verification not in ACCEPTED and (name != "documents" or record.notes)
    ]
    found = pandas.DataFrame(rows)
    # A policy counts once for its document, however many rows of it wait.
    of_document = found.groupby("document")
    found["worth"] = of_document["products"].transform("sum") + of_document["policies"].transform("max")
    if worth:
        order = ["worth", "document", "products"]
        found = found.sort_values(order, ascending=[False, True, False], kind="stable", ignore_index=True)
    return found


def _gap(table: str, record: Row) -> dict[str, Any]:
    source = record if table == "documents" else find_document(record.document)
    seen = [f"{row.place} ({row.worth}: {row.figures})" for row in records("readings") if row.row == record.id]
    return {
        "table": table,
        "id": record.id,
        "document": source.id,
        "number": citation(source.id),
        "verification": record.verification,
        "notes": record.notes,
        "clause": getattr(record, "clause", ""),
        "products": len(_products(table, record)),
        "policies": len(policies_naming(source.id)),
        "full_text": source.full_text,
        "read_elsewhere": "; ".join(seen),
    }


def _products(table: str, record: Row) -> set[str]:
    if table == "documents":
        return set()
    if table in ITEM_TABLES:
        return {record.item}
    if table == "corrections" and record.required:
        limits = (row.item for row in records("limits") if row.document == record.document)
        return {item for item in limits if matches(item, record.items.split())}
    return {getattr(record, "carrier", "") or record.id}


@cached()
def policies_naming(document: str) -> tuple[str, ...]:
    row = find_document(document)
    # "GB 25327-2017" is named as GB 25327 too, and as the number within 〔2023〕723号.
    short = row.number.rpartition("-")[0] if row.number[-5:-4] == "-" else row.number.rpartition("〕")[2]
    named = {text for text in (short, row.title_zh) if text}
    cells = ("clause", "indicator_zh", "quote", "scope", "notes")
    found = (
        target.document
        for target in records("targets")
        if target.document != document and any(text in getattr(target, cell) for text in named for cell in cells)
    )
    return tuple(dict.fromkeys(found))


def age(unchecked: bool = False) -> pandas.DataFrame:
    """Return the documents that are worth a look in a catalogue: long in force, and announced.

    Parameters
    ----------
    unchecked : bool
        Return every document of which no day is known on which its standing was looked up, old or not.

    Returns
    -------
    pandas.DataFrame
        Id, number, ``effective_from``, ``state`` (``"old"``: in force for more than five years on
        :func:`~energybench.tables.as_of`, without a known successor; ``"announced"``: not yet in force),
        ``checked_on`` (when its standing was last looked up, empty where that is not known of the document), and
        ``rows``: how many rows of limits, lists and coefficients rest on it.

    Examples
    --------
    >>> age().query("state == 'announced'")["id"].head(1).tolist()
    ['gb-29435-2025']
    """
    from datetime import date

    import pandas

    today = as_of()
    ago = date.fromisoformat(today).replace(day=1)
    limit = ago.replace(year=ago.year - OLD).isoformat()
    used = [row.document for table in (*ITEM_TABLES, "carriers", "corrections") for row in records(table)]
    states = {
        row.id: "announced" if row.effective_from > today else "old" if "" < row.effective_from < limit else ""
        for row in records("documents")
        if row.kind in _RULES and not row.replaced_by and not row.effective_to
    }
    rows = [
        {"id": row.id, "number": citation(row.id), "effective_from": row.effective_from}
        | {"state": states.get(row.id, ""), "checked_on": row.checked_on, "rows": used.count(row.id)}
        for row in records("documents")
        if (not row.checked_on if unchecked else states.get(row.id) and row.id in used)
    ]
    return pandas.DataFrame(rows).sort_values(["state", "effective_from", "id"], ascending=[False, True, True])


def stale(document: str, day: str) -> str:
    """Say that a document was last looked up more than twelve months before a day; empty where it was not."""
    looked = find_document(document).checked_on or as_of()
    if day[:4].isdigit() and day > f"{int(looked[:4]) + 1}{looked[4:]}":
        return f"{citation(document)} was last looked up on {looked}: see whether a later edition is in force on {day}"
    return ""


#: Numbers that say which row it is, and those with a verification of their own.
_PLACES = ("capacity", "temperature_celsius", "at", "order")
_OF_ITS_OWN = ("heating_value", "heating_value_high")
_LONGEST_HASH = 12
_SAMPLE = "examples/vectors/sample.jsonl"
_WRITE_SAMPLE = f"energybench verify --write-vectors v.jsonl && awk 'NR % 40 == 1' v.jsonl > {_SAMPLE}"


class Confirmation(NamedTuple):
    """What a confirmation changed in a row of a table, and what follows from it."""

    table: str
    id: str
    file: str
    #: What each changed column was, and what it is.
    changes: dict[str, tuple[str, str]]
    follows: tuple[str, ...]
    #: Pages and examples of the source tree that name the row; a person has to look at them.
    shown_in: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return self._asdict()

    def __str__(self) -> str:
        lines = [f"{self.table} {self.id}, written to {self.file}"]
        lines += [f"  {name}: {was or '(empty)'} -> {now}" for name, (was, now) in self.changes.items()]
        lines += [f"follows: {one}" for one in self.follows]
        return "\n".join([*lines, *(f"look at: {one}" for one in self.shown_in)])


def confirm(
    row: str,
    *,
    document: str | Path,
    page: str,
    values: Mapping[str, str] | str,
    clause: str = "",
    address: str = "",
    correct: bool = False,
    to: str | Path | None = None,
) -> Confirmation:
    """Write into a row that its figures were read in its document; notes stay, and a verification never falls."""
    table, record = _find(row)
    path = _home(table) if to is None else Path(to)
    if record.verification == "conflict":
        fix = f"Settle by hand what the notes of the row say: {record.notes}"
        raise TableError(f"{row} is in conflict, and one figure does not settle that", row, fix)
    cells = record._asdict()
    given = _figures(table, record, values)
    other = {name: value for name, value in given.items() if cells[name] and Decimal(cells[name]) != Decimal(value)}
    if other and not correct:
        shown = ", ".join(f"{name} {value} where the row has {cells[name]}" for name, value in other.items())
        fix = "Look at the unit, the edition and the scope again; --correct writes the figures of the document"
        raise OptionError(f"The document has {shown}", shown, fix)
    new = {**cells, **given, "evidence": _evidence(record, Path(document), page, address)}
    if clause and "clause" in cells:
        new["clause"] = clause
    if "clause" in cells and not new["clause"]:
        raise OptionError(f"{row} names no clause", "clause", "Pass --clause with the clause or table that you read")
    if record.verification not in ("two_sources", "one_source") or other:
        new["verification"] = "one_source"
    if given.keys() & set(_OF_ITS_OWN):
        new["heating_value_verification"] = "one_source"
    _write(path, table, new)
    changes = {name: (cells[name], new[name]) for name in cells if cells[name] != new[name]}
    return Confirmation(table, row, str(path), changes, _follows(record, new, other), _shown_in(record))


def _find(row: str) -> tuple[str, Any]:
    named = [table for table in TABLES if {"id", "verification", "evidence"} <= set(schemas()[table].columns)]
    known = {record.id: (table, record) for table in named for record in records(table)}
    if row not in known:
        fix = did_you_mean(row, known, "energybench tables gaps prints the rows that wait")
        raise UnknownNameError(f"{quoted(row)} is the id of no row", quoted(row), fix)
    return known[row]


def _home(table: str) -> Path:
    home = folder()
    if not (home.parent / "pyproject.toml").is_file():
        fix = "Pass --to own.csv, and use it with ENERGYBENCH_DATA or energybench.tables.use()"
        raise TableError(f"{home} belongs to an installed package", str(home), fix)
    return home / f"{table}.csv"


def _figures(table: str, record: Any, values: Mapping[str, str] | str) -> dict[str, str]:
    columns = [name for name in schemas()[table].numbers if name not in _PLACES]
    filled = [name for name in columns if getattr(record, name) and name not in _OF_ITS_OWN]
    if isinstance(values, str):
        values = {(filled or columns)[0]: values}
    for name, value in values.items():
        if name not in columns:
            fix = did_you_mean(name, columns, f"The figures of {table} are {', '.join(columns)}")
            raise OptionError(f"{quoted(name)} is no figure of {table}", quoted(name), fix)
        try:
            Decimal(value)
        except InvalidOperation as error:
            fix = "Write the figure as printed, such as 0.7143"
            raise OptionError(f"{name} is {quoted(value)}, expected a number", quoted(value), fix) from error
    lacking = [name for name in filled if name not in values]
    if lacking or not values:
        shown = " ".join(f"--value {name}=..." for name in lacking or columns[:1])
        what = ", ".join(lacking) or columns[0]
        raise OptionError(f"{record.id} has {what} too, which was not read", what, f"Pass {shown}")
    return dict(values)


def _evidence(record: Any, document: Path, page: str, address: str) -> str:
    try:
        import hashlib

        digest = hashlib.sha256(document.read_bytes()).hexdigest()[:_LONGEST_HASH]
    except OSError as error:
        fix = "Give the file of the document that you read"
        raise TableError(f"{document} cannot be read: {error.strerror}", str(document), fix) from error
    number = citation(getattr(record, "document", record.id))
    read = f"{address or number}, p. {page} (file sha256 {digest})"
    old = [one for one in record.evidence.split(" || ") if one]
    return " || ".join([*old, read] if read not in old else old)


def _write(path: Path, table: str, row: dict[str, str]) -> None:
    from tempfile import TemporaryDirectory  # every limit imports this module, and none writes

    columns = list(schemas()[table].columns)
    lines = [columns]
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file))
    if lines[0] != columns:
        fix = f"Give a file with the columns of {table}, or one that is not there yet"
        raise TableError(f"{path} has other columns than {table}", str(path), fix)
    cells, key = [row[name] for name in columns], columns.index("id")
    lines = [cells if line[key] == row["id"] else line for line in lines]
    lines += [] if cells in lines else [cells]
    with TemporaryDirectory(dir=path.parent) as place:
        draft = Path(place) / path.name
        with draft.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)
        for error in check_file(draft)[2]:
            raise error
        draft.replace(path)


def _follows(record: Any, new: dict[str, str], other: dict[str, str]) -> tuple[str, ...]:
    what = new.get("item") or new.get("carrier") or new["id"]
    follows = []
    if record.verification not in ACCEPTED:
        follows.append(f"{what} answers from {record.id} now, without allow_unverified=True")
    if other:
        follows.append(f"answers with {record.id} change: say so in the changelog under Figures")
    if follows and (folder().parent / _SAMPLE).is_file():
        follows.append(f"the test vectors change, write their sample again: {_WRITE_SAMPLE}")
    return tuple(follows)


def _shown_in(record: Any) -> tuple[str, ...]:
    root = folder().parent
    names = {record.id, *(getattr(record, name, "") for name in ("carrier", "item", "name_zh", "item_zh"))} - {""}
    places = [root / "README.md", *(root / "docs").rglob("*.md"), *(root / "examples").rglob("*.py")]
    pages = [path for path in places if path.is_file() and (root / "pyproject.toml").is_file()]
    found = [path for path in pages if any(name in path.read_text(encoding="utf-8") for name in names)]
    return tuple(sorted(str(path.relative_to(root)) for path in found))
