"""What the tables need: readers for rows without a confirmed figure, and a look at old documents."""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from energybench.tables.rows import ACCEPTED, TABLES, as_of, schemas
from energybench.tables.store import cached, citation, find_document, records

if TYPE_CHECKING:
    import pandas

    from energybench.tables.rows import Row

#: A document without a successor is worth a look when it has been in force for so many years.
OLD = 5
_RULES = ("national_standard", "national_list", "local_policy", "association_standard")
_ITEMS = ("benchmarks", "limits", "local_limits", "furnace_limits")


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
    if table in _ITEMS:
        return {record.item}
    if table == "corrections" and record.required:
        limits = (row.item for row in records("limits") if row.document == record.document)
        return {item for item in limits if any(fnmatchcase(item, one) for one in record.items.split())}
    return {getattr(record, "carrier", "") or record.id}


@cached()
def policies_naming(document: str) -> tuple[str, ...]:
    """Return the policy documents with a target that names a document, in whatever edition."""
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
    import pandas

    today = as_of()
    ago = date.fromisoformat(today).replace(day=1)
    limit = ago.replace(year=ago.year - OLD).isoformat()
    used = [row.document for table in (*_ITEMS, "carriers", "corrections") for row in records(table)]
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


def last_looked_at(document: str) -> str:
    """Return the day on which the standing of a document was last looked up, or the state of the tables."""
    return find_document(document).checked_on or as_of()


def stale(document: str, day: str) -> str:
    """Say that a document was last looked up more than twelve months before a day; empty where it was not."""
    looked = last_looked_at(document)
    if day[:4].isdigit() and day > f"{int(looked[:4]) + 1}{looked[4:]}":
        return f"{citation(document)} was last looked up on {looked}: see whether a later edition is in force on {day}"
    return ""
