"""The page of a row on the site, and how a row is cited."""

from __future__ import annotations

import re

#: Where the documentation is published; ``project.urls`` of pyproject.toml says the same.
SITE = "https://energybench.readthedocs.io"
#: What a file name or an address may not hold on every system.
_UNSAFE = re.compile(r"[^A-Za-z0-9._/-]+")


class Cited:
    """A record that rests on one row of a table: the row has a page of its own."""

    __slots__ = ()

    @property
    def _cited(self) -> str:
        return getattr(self, "id", "") or getattr(self, "row", "") or ""

    @property
    def url(self) -> str:
        """Address of the page of the row, which stays; empty for a figure or a row of the user's own."""
        own = not self._cited or getattr(self, "verification", "") == "own_row"
        return "" if own else f"{SITE}/{page_of(self._cited)}"

    def cite(self) -> str:
        """Return how to cite the row: document, clause, id, version of package and data, address."""
        from energybench import __version__
        from energybench.tables.store import citation, data_version

        document = getattr(self, "document", "") or (self._cited if hasattr(self, "replaced_by") else "")
        source = ", ".join(filter(None, (document and citation(document), getattr(self, "clause", ""))))
        head = ": ".join(filter(None, (source, self._cited)))
        return ". ".join(filter(None, (head, f"energybench {__version__}, data {data_version()}", self.url)))


def page_of(row: str) -> str:
    """Return the address of the page of a row within the site."""
    return f"rows/{_UNSAFE.sub('-', row)}.html"
