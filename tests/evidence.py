"""What the evidence of a row carries: its places, their authors, and the state that the row may claim by them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from energybench.tables.rows import VERIFICATIONS
from energybench.tables.store import cached, find_document, records

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ADDRESS = re.compile(
    r"https?://(?:www\.)?(?P<web>[^\s;|,，（）()]+)"
    r"|(?i:github):?\s?(?P<github>[\w-]+/[\w.-]+)(?:\s+(?P<file>[\w./-]+))?"
    r"|\b(?P<bare>(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s;|,，（）()]+)"
)
_HOSTS_OF_ACCOUNTS = ("github.com", "raw.githubusercontent.com", "gitee.com")
#: Documents that are pages of their own: who opens the page reads the document.
_PAGES = ("web_page", "press")
_READ = VERIFICATIONS[:3]
_FULL_WIDTH = str.maketrans("（）", "()")


def places(evidence: str) -> tuple[str, ...]:
    """Return the addresses of an evidence text, without scheme.

    >>> places("public source code || github:someone/limits tools/a.py@01ab; https://www.example.org/a.html (p. 1)")
    ('github.com/someone/limits/tools/a.py', 'example.org/a.html')
    """
    found = []
    for match in _ADDRESS.finditer(evidence):
        web, repository, file, bare = match.group("web", "github", "file", "bare")
        found.append(web or bare or "/".join(filter(None, ("github.com", repository, file))))
    return tuple(dict.fromkeys(found))


def author(place: str) -> str:
    """Return whose place it is: the host, and the account where a host has many.

    >>> author("github.com/someone/limits/tools/a.py"), author("example.org/a.html")
    ('github.com/someone', 'example.org')
    """
    host, *rest = place.split("/")
    return "/".join([host, *rest[:1]]) if host in _HOSTS_OF_ACCOUNTS else host


def carried(row: Mapping[str, str]) -> str:
    """Return the best state that the evidence of a row carries; a state below that of a read row stays.

    ``row`` has document (of a document its id), verification and evidence. Generated data carry nothing, and a place
    that prints another document only corroborates.
    """
    state, evidence = row["verification"], row["evidence"]
    if state == "corroborated":
        return state if places(evidence) or not evidence else "unverified"
    if state not in _READ:
        return state
    document = row.get("document") or row["id"]
    said = {place: about for place in places(evidence) if (about := kept(place)).get("kind") != "generated"}
    quoting = [place for place, about in said.items() if about.get("prints", "") in ("", document)]
    if state == "two_sources" and len({author(place) for place in quoting}) > 1:
        return state
    if _is_read_itself(evidence, document, quoting):
        return "one_source"
    return "transcribed" if quoting else "corroborated" if said else "unverified"


def too_strong(table: str) -> Iterable[tuple[str, str, str]]:
    """Yield the rows of a table that claim more than their evidence carries: id, claimed and carried state."""
    for record in records(table):
        row = {column: getattr(record, column, "") for column in ("id", "document", "verification", "evidence")}
        may = carried(row)
        if VERIFICATIONS.index(may) > VERIFICATIONS.index(record.verification):
            yield record.id, record.verification, may


@cached()
def kept(place: str) -> dict[str, str]:
    """Return what ``places.csv`` says of a place."""
    row = next((row for row in records("places") if row.place in place), None)
    return {"kind": row.kind, "prints": row.prints} if row else {}


def _is_read_itself(evidence: str, document: str, quoting: Iterable[str]) -> bool:
    """Say whether a place is the document itself, or the text begins with the document that was read."""
    row = find_document(document)
    if any(kept(place).get("kind") == "document" for place in quoting):
        return True
    if row.kind in _PAGES and set(places(row.evidence)) & set(quoting):
        return True
    names = "|".join(re.escape(name.translate(_FULL_WIDTH)) for name in (row.number, row.title_zh) if name)
    # A part begins with the document, or says which file was read: other words before the name say that it was not.
    itself = re.compile(rf"[^a-z]*(?:{names})" if names else r"(?!)")
    parts = [_ADDRESS.split(part, maxsplit=1)[0] for part in evidence.translate(_FULL_WIDTH).split(" || ")]
    return "(file sha256 " in evidence or any(map(itself.match, parts))
