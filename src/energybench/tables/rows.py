"""The tables of ``data/`` as ``datapackage.json`` describes them: frozen records of the text that a file prints.

A column that is added to a file and to its description is a field of its records; there is no other list of columns.
"""

from __future__ import annotations

import json
import re
from collections import namedtuple
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

#: How far a row was checked, best first; those before ``unverified`` are used without being asked for. An
#: organisation's own rows are ``own_row``, whatever their file says of a check.
OWN = "own_row"
VERIFICATIONS = ("two_sources", "one_source", "transcribed", "corroborated", OWN, "unverified", "conflict", "missing")

ACCEPTED = VERIFICATIONS[: VERIFICATIONS.index(OWN) + 1]

#: Every table, in the order of the documentation.
TABLES = (
    *("documents", "carriers", "carrier_names", "product_names", "characters", "benchmarks", "local_limits"),
    *("furnace_limits", "limits", "gb_counterparts", "targets", "coal_rates", "co2_factors", "meter_accuracy"),
    *("corrections", "correction_formulas", "correction_parameters", "places", "readings", "doubts"),
)
#: The tables of limits, whose rows have an item.
ITEM_TABLES = ("benchmarks", "local_limits", "furnace_limits", "limits")
_RECORD = "row_of_"
#: Where the documentation is published; ``project.urls`` of pyproject.toml says the same.
SITE = "https://energybench.readthedocs.io"
#: What a file name or an address may not hold on every system.
_UNSAFE = re.compile(r"[^A-Za-z0-9._/-]+")


class Cited:
    """A record that rests on one row of a table: the row has a page of its own, or stands on that of its table."""

    __slots__ = ()
    #: The table of records whose rows have no id.
    _table = ""

    @property
    def _cited(self) -> str:
        return getattr(self, "id", "") or getattr(self, "row", "") or ""

    @property
    def _document(self) -> str:
        return getattr(self, "document", "") or (self._cited if hasattr(self, "replaced_by") else "")

    @property
    def url(self) -> str:
        """Address of the page of the row, which stays; empty for a figure or a row of the user's own.

        A row without an id, such as a name of a carrier, has the page of its table.
        """
        if getattr(self, "verification", "") == OWN or not (self._cited or self._table):
            return ""
        return f"{SITE}/{page_of(self._cited) if self._cited else f'tables/{self._table}.html'}"

    def cite(self) -> str:
        """Return how to cite the row: document, clause, id, version of package and data, address."""
        from energybench import __version__
        from energybench.tables.store import citation, data_version

        source = ", ".join(filter(None, (self._document and citation(self._document), getattr(self, "clause", ""))))
        key = schemas()[self._table].key if self._table else ()
        head = ": ".join(filter(None, (source, self._cited, self._table, *(getattr(self, name) for name in key))))
        return ". ".join(filter(None, (head, f"energybench {__version__}, data {data_version()}", self.url)))


def page_of(row: str) -> str:
    return f"rows/{_UNSAFE.sub('-', row)}.html"


if TYPE_CHECKING:
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Row(Cited):
        """A record as a type checker sees it: every column is text, and most tables have these."""

        id: str
        document: str
        verification: str
        evidence: str
        notes: str

        def __getattr__(self, column: str) -> str: ...

        def _asdict(self) -> dict[str, Any]: ...

        def _replace(self, **cells: str) -> Row: ...

    CarrierRow = Row
    Co2FactorRow = Row
    CoalRateRow = Row
    CorrectionFormulaRow = Row
    CorrectionParameterRow = Row
    CorrectionRow = Row
    DocumentRow = Row
    FurnaceRow = Row
    MeterAccuracyRow = Row
    TargetRow = Row


class Schema(NamedTuple):
    """What is said of the columns of a table.

    ``positive`` are numbers above zero. ``units`` say the one unit of a column or ``""``, ``patterns`` how its cells
    are written, ``words`` which there are.
    """

    title: str
    columns: tuple[str, ...]
    numbers: tuple[str, ...]
    positive: tuple[str, ...]
    units: dict[str, str]
    patterns: dict[str, str]
    words: dict[str, tuple[str, ...]]
    key: tuple[str, ...]


def folder() -> Path:
    """Return the folder of the shipped tables, of a wheel or of a source tree."""
    package = Path(__file__).parents[1]
    return next((path for path in (package / "data", package.parents[1] / "data") if path.is_dir()), package / "data")


@lru_cache(1)
def _package() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder() / "datapackage.json").read_text(encoding="utf-8"))
    return found


def as_of() -> str:
    """Return the day up to which the tables were checked, which is "today" for every default.

    An answer without a period is of this day, whatever the clock says.

    Examples
    --------
    >>> as_of()
    '20...-...-...'
    """
    return str(_package()["as_of"])


@lru_cache(1)
def schemas() -> dict[str, Schema]:
    return {each["path"].removesuffix(".csv"): _schema(each) for each in _package()["resources"]}


def _schema(resource: dict[str, Any]) -> Schema:
    fields: list[dict[str, Any]] = resource["schema"]["fields"]
    limits: dict[str, dict[str, Any]] = {field["name"]: field.get("constraints", {}) for field in fields}
    units = {field["name"]: field.get("energybench:unit") for field in fields}
    key = resource["schema"]["primaryKey"]
    return Schema(
        title=resource["description"],
        columns=tuple(field["name"] for field in fields),
        numbers=tuple(field["name"] for field in fields if field["type"] == "number"),
        positive=tuple(field["name"] for field in fields if field.get("energybench:positive")),
        units={name: "" if unit is True else unit for name, unit in units.items() if unit},
        patterns={name: of["pattern"] for name, of in limits.items() if "pattern" in of},
        words={
            name: (*of["enum"], *(() if of.get("required") else ("",))) for name, of in limits.items() if "enum" in of
        },
        key=(key,) if isinstance(key, str) else tuple(key),
    )


@lru_cache
def record_of(table: str) -> Any:
    columns, name = schemas()[table].columns, f"{_RECORD}{table}"
    own = {"__slots__": (), "__module__": __name__} | ({} if "id" in columns else {"_table": table})
    return type(name, (namedtuple(name, columns), Cited), own)


def __getattr__(name: str) -> Any:
    table = name.removeprefix(_RECORD)
    if name == table or table not in TABLES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return record_of(table)
