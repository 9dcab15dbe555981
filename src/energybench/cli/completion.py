"""What a shell completes beside commands and options: carriers, products, documents, places, names of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def _carriers() -> Iterable[str]:
    from energybench.tables.store import records

    for row in records("carriers"):
        yield from (row.name_zh, row.carrier)
    yield from (row.name for row in records("carrier_names"))


def _products() -> Iterable[str]:
    from energybench.tables.store import records

    for table in ("benchmarks", "limits", "local_limits", "furnace_limits"):
        yield from (row.item for row in records(table))
    yield from (row.name for row in records("product_names"))


def _documents() -> Iterable[str]:
    from energybench.tables.store import records

    return (row.id for row in records("documents"))


def _places() -> Iterable[str]:
    from energybench.tables.store import records

    return (row.region.partition(";")[0] for row in records("documents"))


def _tables() -> Iterable[str]:
    from energybench.tables.rows import TABLES

    return (*TABLES, "check", "confirm", "gaps", "age")


def _of(names: Callable[[], Iterable[str]]) -> Callable[..., list[str]]:
    def completed(prefix: str, **_: Any) -> list[str]:
        return sorted({name for name in names() if name and name.startswith(prefix)})

    return completed


#: Argument of a command: what completes it.
NAMES: dict[str, Callable[..., list[str]]] = {
    "carrier": _of(_carriers),
    "item": _of(_products),
    "product": _of(_products),
    "document": _of(_documents),
    "edition": _of(_documents),
    "targets": _of(_documents),
    "region": _of(_places),
    "name": _of(_tables),
}
