"""The CSV files of data/, their verification, an organisation's own rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energybench.tables.rows import TABLES, VERIFICATIONS, as_of, folder, schemas
from energybench.tables.store import ACCEPTED, citation, data_version, find_document, frame, records, use
from energybench.tables.upkeep import age, gaps

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas

__all__ = [
    "ACCEPTED",
    "TABLES",
    "VERIFICATIONS",
    "age",
    "as_of",
    "citation",
    "data_version",
    "find_document",
    "folder",
    "frame",
    "gaps",
    "records",
    "use",
]


def __getattr__(name: str) -> Callable[[], pandas.DataFrame]:
    if name not in TABLES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def table() -> pandas.DataFrame:
        return frame(name)

    table.__name__ = table.__qualname__ = name
    table.__doc__ = schemas()[name].title
    globals()[name] = table
    return table


def __dir__() -> list[str]:
    return sorted([*__all__, *TABLES])
