"""The table of targets: what each asks for, and which column computes it (``measures.csv``)."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import lru_cache
from math import inf, isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from energybench.errors import OptionError, TableError, UnitTextError, UnknownNameError, quoted
from energybench.limits.ladders import TOLERANCE, fold
from energybench.tables.store import citation, find_document, records
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from energybench.tables.rows import TargetRow

#: Columns that are derived: by name from ``product``, by level from class or intensity.
ITEM, LEVEL = "item", "level"

_CONDITION = re.compile(r"(\w+) (<=|>=|=|<|>) (.+)")
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(?: (.+))?")


# How a target is computed ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RowCondition:
    """One condition on a column: ``furnace_capacity <= 1 t``, ``item = cast-iron|cast-steel``, ``green_mine = yes``."""

    column: str
    comparison: str
    text: str

    @property
    def number(self) -> tuple[Fraction, str] | None:
        """The number and its unit text; None where the condition is not on a number."""
        match = _NUMBER.fullmatch(self.text)
        return (Fraction(match[1]), match[2] or "") if match else None

    @property
    def is_size(self) -> bool:
        return self.column.endswith("capacity")

    @property
    def is_flag(self) -> bool:
        return self.text in ("yes", "no")

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.text.split("|"))

    def __str__(self) -> str:
        return f"{self.column} {self.comparison} {' or '.join(self.words)}"


@dataclass(frozen=True, slots=True)
class MeasureRow:
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
    def subject(self) -> tuple[RowCondition, ...]:
        return read_conditions(self.where)

    @property
    def counted(self) -> tuple[RowCondition, ...]:
        return read_conditions(self.test)

    @property
    def columns(self) -> tuple[str, ...]:
        named = [c.column for c in self.subject] + [self.column, self.per] + [c.column for c in self.counted]
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def is_share(self) -> bool:
        return self.unit == "%" and (self.measure.startswith("share_of") or self.measure == "weighted_mean")


def read_conditions(text: str) -> tuple[RowCondition, ...]:
    matches = [_CONDITION.fullmatch(part) for part in text.split("; ") if part]
    return tuple(RowCondition(*match.groups()) for match in matches if match)


@lru_cache(1)
def measures() -> dict[str, MeasureRow]:
    with (Path(__file__).parent / "measures.csv").open(encoding="utf-8", newline="") as file:
        return {row["target"]: MeasureRow(**row) for row in csv.DictReader(file)}


def measure_of(row: TargetRow) -> MeasureRow:
    """Return how a target is computed; one that the table does not know can only be given as a figure."""
    known = measures().get(row.id)
    if known is not None:
        return known
    blank = dict.fromkeys((field.name for field in fields(MeasureRow)), "")
    kind = row.comparison if row.comparison in ("fact", "conforms_to") else "figure"
    try:
        unit = "%" if row.unit.startswith("%") else str(read_unit(row.unit))
    except UnitTextError:
        unit = ""  # words for what is counted: factories, projects
    return MeasureRow(**{**blank, "target": row.id, "figure": row.id, "measure": kind, "unit": unit})


def target_rows(document: str) -> tuple[TargetRow, ...]:
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


# What a target asks for -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Requirement:
    """The values that meet a target: from ``low`` to ``high``, strictness and float tolerance folded in."""

    value: float
    low: float
    high: float
    text: str

    def met_by(self, low: float, high: float, open_ends: tuple[bool, bool] = (False, False)) -> bool | None:
        """Say whether every value of an interval meets the target (True), none does (False), or neither (None)."""
        # More than strictness and float tolerance together.
        below, above = (
            3 * TOLERANCE * abs(end) if is_open else 0.0 for end, is_open in zip((low, high), open_ends, strict=True)
        )
        if self.low <= low + below and high - above <= self.high:
            return True
        apart = high < self.low or low > self.high
        touching = (open_ends[1] and high <= self.low) or (open_ends[0] and low >= self.high)
        return False if apart or touching else None


def with_unit(number: str, unit: str) -> str:
    return f"{number} x {unit}" if unit[:1].isdigit() else f"{number} {unit}".strip()


def check_tolerance(tolerance: float) -> float:
    number = isinstance(tolerance, int | float) and not isinstance(tolerance, bool)
    if not number or not isfinite(tolerance) or not 0 <= tolerance < 1:
        raise OptionError(
            f"tolerance is {quoted(tolerance)}, expected a share of the value from 0 to below 1",
            quoted(tolerance),
            "Write 0.05 for 5 %",
        )
    return float(tolerance)


def requirement(row: TargetRow, sense: str = "", tolerance: float = 0.05) -> Requirement:
    value, upper = _values(row)
    comparison, lower, said = row.comparison, value, ""
    if comparison == "~":
        slack = abs(value) * Fraction(repr(tolerance))
        lower, upper = value - slack, value + slack
        about = f"from {float(lower):.10g}" if sense == "at_least" else f"{float(lower):.10g} to {float(upper):.10g}"
        said = f"{about}; tolerance {100 * tolerance:.10g} %"
    elif comparison == "=":
        said = {"at_least": "or more", "at_most": "or less"}.get(sense, "")
    if sense == "reversed":
        comparison = comparison.translate(str.maketrans("<>", "><"))
        said = f"{row.value} or a smaller number"
    low, high = interval(comparison, lower, upper)
    if comparison in ("=", "~"):
        low, high = -inf if sense == "at_most" else low, inf if sense == "at_least" else high
    text = f"{row.comparison} {with_unit(row.value, row.unit)}" + (f" ({said})" if said else "")
    return Requirement(float(value), low, high, text)


def _values(row: TargetRow) -> tuple[Fraction, Fraction]:
    first, _, second = row.value.partition("-") if row.comparison == "range" else (row.value, "", row.value)
    try:
        return Fraction(first), Fraction(second)
    except ValueError as error:
        raise TableError(
            f"{row.id}: the value is {quoted(row.value)} where the comparison is {row.comparison}",
            row.id,
            "Write a decimal, or low-high for a range",
        ) from error


def interval(comparison: str, lower: Fraction, upper: Fraction) -> tuple[float, float]:
    """Return the first and the last value that meet a comparison with one threshold, or with two."""
    # The tolerance is that of a ladder.
    low = -inf if comparison in ("<", "<=") else -fold(float(lower), ">" if comparison == ">" else ">=")
    high = inf if comparison in (">", ">=") else fold(float(upper), "<" if comparison == "<" else "<=")
    return low, high


def nothing_left(row: TargetRow) -> Requirement:
    """Return what an elimination asks for: the comparison says what must go, and 0 may be left."""
    return Requirement(0.0, 0.0, 0.0, f"none left that is {row.comparison} {with_unit(row.value, row.unit)}")
