"""Which choices would change a class: edition, reading of a furnace table, basis, comparison, document."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy

from energybench.energy.coefficients import BASES, Choice
from energybench.energy.conversion import factor, make_choice
from energybench.errors import EnergybenchError, OptionError
from energybench.limits.choose import all_ladders
from energybench.limits.furnaces import READINGS, find_curve
from energybench.tables.store import require_usable
from energybench.units.registry import Rate, ratio, read_exact
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from energybench.energy.coal_rates import CoalRate
    from energybench.energy.lines import Line
    from energybench.limits.ladders import Ladder, Level
    from energybench.units.registry import AmountLike

EDITIONS = ("gbt-2589-2008", "gbt-2589-2020")
COMPARES = ("full", "rounded")


@dataclass(frozen=True, slots=True)
class Alternative:
    """What the class would be under another choice: edition, reading, basis, comparison or document.

    Attributes
    ----------
    choice, option : str
        What is chosen, and the other option.
    value : float or None
        The value under that option, in ``unit``.
    level : str or None
        Its class, None where it cannot be told.
    changes : bool or None
        Whether the class differs; None where it cannot be told, or the other document has other classes.
    reason : str
        What a reader should know, or why it cannot be told.
    """

    choice: str
    option: str
    value: float | None
    unit: str
    level: str | None
    changes: bool | None
    reason: str = ""

    def __str__(self) -> str:
        word = {True: "changes the class", False: "same class", None: "another test"}[self.changes]
        what = "cannot tell" if self.level is None else f"{self.value:.6g} {self.unit} is {self.level}, {word}"
        return f"{self.choice} {self.option}: {what}{f' ({self.reason})' if self.reason else ''}"


@dataclass(frozen=True, slots=True)
class Figures:
    """What of an account the value comes from."""

    lines: tuple[Line, ...]
    basis: str
    output: float
    output_unit: str
    per_unit: float
    energy_unit: str

    @property
    def electric(self) -> bool:
        """Whether the indicator counts electricity, not standard coal."""
        return self.energy_unit == "kWh"

    def energy(self, line: Line) -> float:
        """Return what a line counts in the indicator, in ``energy_unit``."""
        return line.electricity_kwh if self.electric else line.tce


def find_alternatives(
    value: float,
    ladder: Ladder,
    compare: str,
    figures: Figures | None = None,
    corrected: bool = False,
    coal_rate: AmountLike | CoalRate | None = None,
) -> tuple[Alternative, ...]:
    """Judge a value by every other choice that could be made."""
    level = ladder.level(ladder.meets(value, compare))
    found = [*_comparisons(value, ladder, compare, level)]
    if corrected:
        found.append(Alternative("document", "any", None, ladder.unit, None, None, "corrections hold for one document"))
    else:
        found += [*_readings(value, ladder, compare, level), *_documents(value, ladder, compare, level)]
    if figures is not None:
        found += _editions(value, ladder, compare, level, figures)
        found += _bases(value, ladder, compare, level, figures, coal_rate)
    return tuple(found)


def _judged(
    choice: str, option: str, value: float, ladder: Ladder, compare: str, level: Level | None, reason: str = ""
) -> Alternative:
    found = ladder.level(ladder.meets(value, compare))
    changes = None if found is None or level is None else found is not level
    return Alternative(choice, option, value, ladder.unit, found.value if found else None, changes, reason)


def _comparisons(value: float, ladder: Ladder, compare: str, level: Level | None) -> Iterator[Alternative]:
    for other in COMPARES:
        if other != compare:
            yield _judged("compare", other, value, ladder, other, level)


def _readings(value: float, ladder: Ladder, compare: str, level: Level | None) -> Iterator[Alternative]:
    limit = ladder.furnace
    if limit is None:
        return
    curve = find_curve(limit.item, limit.document, True)
    for reading in READINGS:
        if reading in (limit.reading, "stated_only"):
            continue
        bound = float(curve.at(numpy.array([limit.capacity]), reading)[0])
        other = replace(ladder, steps=(replace(ladder.steps[0], threshold=repr(bound)),))
        yield _judged("reading", reading, value, other, compare, level, f"limit {bound:.6g} {ladder.unit}")


def _documents(value: float, ladder: Ladder, compare: str, level: Level | None) -> Iterator[Alternative]:
    """Judge the value by every other document that has the product, each on its own classes."""
    if ladder.furnace is not None:
        return
    unit = read_unit(ladder.unit)
    for other in all_ladders(ladder.item, unit):
        if other.document == ladder.document:
            continue
        there = value * float(ratio(unit, read_unit(other.unit)))
        try:
            require_usable(other, f"The row of {other.item}", allow_unverified=False)
            if ladder.basis and other.basis and ladder.basis != other.basis:
                raise OptionError(f"its limit is on the {other.basis} basis", other.basis)
        except EnergybenchError as error:
            yield Alternative("document", other.document, there, other.unit, None, None, error.message)
            continue
        found = _judged("document", other.document, there, other, compare, level)
        same_test = other.levels == ladder.levels
        yield found if same_test else replace(found, changes=None)


def _editions(
    value: float, ladder: Ladder, compare: str, level: Level | None, figures: Figures
) -> Iterator[Alternative]:
    """Judge the account with the coefficients of each edition; figures of the user's own stay."""
    if figures.electric:
        yield Alternative("edition", "any", value, ladder.unit, level, False, "no coefficient enters")
        return
    present = {line.coefficient.document for line in figures.lines if line.coefficient.origin == "table"}
    for edition in EDITIONS:
        if present <= {edition}:
            continue
        yield _reckoned("edition", edition, ladder, compare, level, figures, Choice(figures.basis, edition))


def _bases(
    value: float,
    ladder: Ladder,
    compare: str,
    level: Level | None,
    figures: Figures,
    coal_rate: AmountLike | CoalRate | None,
) -> Iterator[Alternative]:
    """Judge the account on the other basis, where the limit does not fix one."""
    other = next(basis for basis in BASES if basis != figures.basis)
    if figures.electric:
        yield Alternative("basis", other, value, ladder.unit, level, False, "the indicator is in electricity")
        return
    if ladder.basis:
        reason = f"the limit is on the {ladder.basis} basis"
        yield Alternative("basis", other, None, ladder.unit, None, None, reason)
        return
    choice = make_choice(basis=other, coal_rate=coal_rate if other == "primary" else None)
    yield _reckoned("basis", other, ladder, compare, level, figures, choice)


def _reckoned(
    name: str, option: str, ladder: Ladder, compare: str, level: Level | None, figures: Figures, choice: Choice
) -> Alternative:
    """Convert the lines again by another choice and judge the value that comes out."""
    try:
        total = math.fsum(_converted(line, choice) for line in figures.lines)
    except EnergybenchError as error:
        return Alternative(name, option, None, ladder.unit, None, None, error.message)
    return _judged(name, option, total / figures.per_unit, ladder, compare, level)


def _converted(line: Line, choice: Choice) -> float:
    """Return the tce of a line by another choice; a figure of the user's own, and a coal rate, stay."""
    record = line.coefficient
    if record.origin in ("user", "ncv", "definition"):
        return line.tce
    if record.basis == "primary" and choice.basis == "primary":
        return line.tce
    density = Rate(*read_exact(line.density)) if line.density else None
    exact, _ = factor(line.carrier, read_unit(line.unit), replace(choice, density=density))
    amount = Fraction(repr(line.amount)) * exact
    return float(amount if line.flow == "in" else -amount)
