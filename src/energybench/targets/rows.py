"""Which column or figure computes which target: the rows of ``measures.csv`` beside those of ``data/targets.csv``."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from energybench.errors import UnitTextError, UnknownNameError, quoted
from energybench.tables.store import citation, find_document, records
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from energybench.tables.rows import TargetRow

FLAG_WORDS = ("yes", "no")
_CONDITION = re.compile(r"(\w+) (<=|>=|=|<|>) (.+)")
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(?: (.+))?")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on a column: ``furnace_capacity <= 1 t``, ``item = cast-iron|cast-steel``, ``green_mine = yes``.

    A condition is on a number if its value begins with one, on a flag if it is yes or no, else on a text.
    """

    column: str
    comparison: str
    text: str

    @property
    def number(self) -> tuple[float, str] | None:
        """The number and its unit text; None where the condition is not on a number."""
        match = _NUMBER.fullmatch(self.text)
        return (float(match[1]), match[2] or "") if match else None

    @property
    def is_flag(self) -> bool:
        """Whether the column holds yes and no."""
        return self.text in FLAG_WORDS

    @property
    def words(self) -> tuple[str, ...]:
        """The texts that meet the condition."""
        return tuple(self.text.split("|"))

    def __str__(self) -> str:
        return f"{self.column} {self.comparison} {' or '.join(self.words)}"


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """How one target is computed."""

    target: str
    figure: str
    measure: str
    column: str
    unit: str
    where: str
    test: str
    per: str
    sense: str
    standard: str
    note: str

    @property
    def subject(self) -> tuple[Condition, ...]:
        """The conditions of ``where``."""
        return read_conditions(self.where)

    @property
    def counted(self) -> tuple[Condition, ...]:
        """The conditions of ``test``."""
        return read_conditions(self.test)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition, of subject and of what counts."""
        return (*self.subject, *self.counted)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the results that the measure looks at, without those that say units."""
        named = [c.column for c in self.subject] + [self.column, self.per] + [c.column for c in self.counted]
        return tuple(dict.fromkeys(name for name in named if name))


def read_conditions(text: str) -> tuple[Condition, ...]:
    """Read conditions divided by semicolons.

    Examples
    --------
    >>> [str(condition) for condition in read_conditions("industry = cement|水泥; mill_diameter <= 3 m")]
    ['industry = cement or 水泥', 'mill_diameter <= 3 m']
    """
    matches = [_CONDITION.fullmatch(part) for part in text.split("; ") if part]
    return tuple(Condition(*match.groups()) for match in matches if match)


@lru_cache(1)
def measures() -> dict[str, MeasureRow]:
    """Return how each target is computed, by target id."""
    with (Path(__file__).parent / "measures.csv").open(encoding="utf-8", newline="") as file:
        return {row["target"]: MeasureRow(**row) for row in csv.DictReader(file)}


def measure_of(row: TargetRow) -> MeasureRow:
    """Return how a target is computed; one that the table does not know can only be given as a figure."""
    known = measures().get(row.id)
    if known is not None:
        return known
    blank = dict.fromkeys((field.name for field in fields(MeasureRow)), "")
    kind = row.comparison if row.comparison in ("fact", "conforms_to") else "figure"
    return MeasureRow(**{**blank, "target": row.id, "figure": row.id, "measure": kind, "unit": _unit_of(row)})


def _unit_of(row: TargetRow) -> str:
    """Return the unit of a figure of a row: what only says what is counted, factories or projects, is none."""
    if row.unit.startswith("%"):
        return "%"
    try:
        return str(read_unit(row.unit))
    except UnitTextError:
        return ""


def target_rows(document: str) -> tuple[TargetRow, ...]:
    """Return the targets and facts of a document, in its order.

    Examples
    --------
    >>> len(target_rows("panzhihua-2024"))
    14
    """
    wanted = find_document(document).id
    rows: tuple[TargetRow, ...] = tuple(row for row in records("targets") if row.document == wanted)
    if not rows:
        known = list(dict.fromkeys(row.document for row in records("targets")))
        raise UnknownNameError(
            f"{quoted(document)}, {citation(wanted)}, has no row in the table of targets",
            quoted(document),
            f"There are targets of {', '.join(known)}",
        )
    return rows
