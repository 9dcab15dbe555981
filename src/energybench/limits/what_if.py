"""What would change the class: how far each figure is from the next step, and which choices matter.

The energy per output is linear in amounts and coefficients and hyperbolic in the output, so that every change is
found in closed form: no search, no linearisation. A change that no plant can make is None, with the reason.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from energybench.energy import BASES
from energybench.energy.coefficients import Choice
from energybench.energy.conversion import factor, make_choice
from energybench.energy.lines import FLOWS, Line
from energybench.errors import EnergybenchError
from energybench.limits.choose import all_ladders
from energybench.limits.conditions import check_conditions
from energybench.limits.furnaces import READINGS
from energybench.limits.ladders import COMPARES, Ladder, Level, Regions
from energybench.limits.verdicts import check_basis
from energybench.tables.store import require_usable
from energybench.units.factors import Rate, ratio, read_exact, same_kind
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas

    from energybench.energy.coal_rates import CoalRate
    from energybench.units.registry import AmountLike

BETTER, WORSE = "better", "worse"
EDITIONS = ("gbt-2589-2008", "gbt-2589-2020")


@dataclass(frozen=True, slots=True)
class Change:
    """By how much one figure must change, all others staying as they are, for the class to change.

    Attributes
    ----------
    quantity : str
        ``"value"``, ``"output"``, ``"energy"``, ``"amount"`` or ``"coefficient"``.
    carrier : str
        For an amount or a coefficient.
    direction : str
        ``"better"`` or ``"worse"``.
    level : str or None
        The class that is reached.
    present, needed, change : float or None
        In ``unit``; None where the figure is not known or no change will do.
    percent : float or None
        The change in percent of the present figure.
    inclusive : bool
        Whether exactly this change is enough; else it must be exceeded by the smallest amount.
    reason : str
        Why no change will do.
    """

    quantity: str
    carrier: str
    direction: str
    level: str | None
    present: float | None
    needed: float | None
    change: float | None
    percent: float | None
    unit: str
    inclusive: bool
    reason: str = ""

    def __str__(self) -> str:
        name = f"{self.quantity} of {self.carrier}" if self.carrier else self.quantity
        if self.percent is None and self.change is None:
            return f"{name}: {self.reason}"
        by = "by" if self.inclusive else "by more than"
        size = f"{self.change:+.4g} {self.unit}" if self.percent is None else f"{self.percent:+.4g} %"
        if self.present is None or self.needed is None:
            return f"{name} {by} {size}"
        return f"{name} from {self.present:,.7g} to {self.needed:,.7g} {self.unit}, {by} {size}"


@dataclass(frozen=True, slots=True)
class Alternative:
    """What the class would be under another choice: edition, reading, basis, comparison or document."""

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


class AccountFigures(NamedTuple):
    """What of an account the value comes from."""

    lines: tuple[Line, ...]
    basis: str
    output: float
    output_unit: str
    per_unit: float
    energy_unit: str
    #: The temperature of every m3 of gas in kelvin, where the account was told.
    gas_state: Fraction | None = None

    @property
    def electric(self) -> bool:
        return self.energy_unit == "kWh"

    def energy(self, line: Line) -> float:
        """Return what a line counts in the indicator, in ``energy_unit``."""
        return line.electricity_kwh if self.electric else line.tce


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Every change and every choice that would move a value to another class."""

    item: str
    value: float
    unit: str
    level: str | None
    changes: tuple[Change, ...]
    alternatives: tuple[Alternative, ...]

    @property
    def depends_on(self) -> tuple[str, ...]:
        """The choices under which the class is another one."""
        return tuple(dict.fromkeys(one.choice for one in self.alternatives if one.changes))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data, ready for JSON."""
        return {**asdict(self), "depends_on": list(self.depends_on)}

    def frame(self) -> pandas.DataFrame:
        """Return the changes, a row each."""
        import pandas

        return pandas.DataFrame([asdict(one) for one in self.changes])

    def alternatives_frame(self) -> pandas.DataFrame:
        """Return the choices, a row each."""
        import pandas

        return pandas.DataFrame([asdict(one) for one in self.alternatives])

    def __str__(self) -> str:
        lines = [f"{self.item} {self.value:.6g} {self.unit}: {self.level or 'cannot tell'}"]
        for direction in (BETTER, WORSE):
            here = [one for one in self.changes if one.direction == direction]
            level = next((one.level for one in here if one.level), None)
            lines.append(f"{direction}: {level}" if level else f"{direction}: {here[0].reason}")
            lines += [f"  {one}" for one in here] if level else []
        return "\n".join([*lines, "other choices:", *(f"  {one}" for one in self.alternatives)])


def of_value(
    value: float,
    ladder: Ladder,
    compare: str = "full",
    *,
    figures: AccountFigures | None = None,
    corrected: bool = False,
    coal_rate: AmountLike | CoalRate | None = None,
) -> Sensitivity:
    level = ladder.level(value, compare)
    changes = [
        _finite(change)
        for direction in (BETTER, WORSE)
        for change in _changes(value, ladder, compare, direction, figures)
    ]
    choices = _Choices(value, ladder, compare)
    others = [choices.judged("compare", other, value, compare=other) for other in COMPARES if other != compare]
    if corrected:
        others.append(choices.untold("document", "any", "corrections hold for one document"))
    else:
        others += [*choices.readings(), *choices.documents()]
    if figures is not None:
        others += [*choices.editions(figures), choices.basis(figures, coal_rate)]
    name = level.value if level else None
    return Sensitivity(ladder.item, value, ladder.unit, name, tuple(changes), tuple(others))


# Changes --------------------------------------------------------------------------------------------------


def _next_class(value: float, regions: Regions, unit: str, better: bool) -> tuple[Level, float, bool] | str:
    here = regions.region(value)
    present = regions.classes[here]
    if present is None:
        return "the present class cannot be told, a figure is missing"
    found = regions.neighbour(here, better)
    if found is None:
        return f"{present} is the {'best' if better else 'last'} class"
    other, edge = found
    # A value within the tolerance of a limit is past the figure shown already.
    wanted = regions.sign * (min if better else max)(regions.shown[edge], regions.sign * value)
    level = regions.classes[other]
    if level is None:
        return f"beyond {wanted:g} {unit} the class cannot be told, a figure is missing"
    return level, wanted, regions.inclusive[edge] is better


def _finite(change: Change) -> Change:
    left: dict[str, Any] = {
        name: None for name in ("needed", "change", "percent") if not math.isfinite(getattr(change, name) or 0.0)
    }
    return replace(change, **left, reason="it is too large to be a number") if left else change


def _changes(
    value: float, ladder: Ladder, compare: str, direction: str, figures: AccountFigures | None
) -> Iterator[Change]:
    found = _next_class(value, ladder.regions(compare), ladder.unit, direction == BETTER)
    if isinstance(found, str):
        yield Change("value", "", direction, None, value, None, None, None, ladder.unit, False, found)
        return
    level, wanted, inclusive = found

    def row(name: str, carrier: str, present: float | None, scale: float | None, unit: str, reason: str = "") -> Change:
        """Make a row of a present figure that is to be multiplied by a scale."""
        needed = None if present is None or scale is None else present * scale
        return Change(
            *(name, carrier, direction, level.value, present, needed),
            change=None if present is None or needed is None else needed - present,
            percent=None if scale is None or (needed is not None and not present) else (scale - 1) * 100,
            unit=unit,
            inclusive=inclusive,
            reason=reason,
        )

    shift = wanted - value
    percent = shift / abs(value) * 100 if value else None
    yield Change("value", "", direction, level.value, value, wanted, shift, percent, ladder.unit, inclusive)
    output, unit = (figures.output, figures.output_unit) if figures else (None, "")
    if value * wanted > 0:
        yield row("output", "", output, value / wanted, unit)
    else:
        yield row("output", "", output, None, unit, "no output brings the value there: it keeps the sign of the energy")
    if figures is None:
        yield row("energy", "", None, wanted / value if value else None, "", "" if value else "there is no energy")
        return
    total = math.fsum(map(figures.energy, figures.lines))
    more = shift * figures.per_unit
    scale = 1 + more / total if total else None
    yield row("energy", "", total, scale, figures.energy_unit, "" if total else "there is no energy")
    by_carrier: dict[str, list[Line]] = {}
    by_figure: dict[tuple[str, float, str], list[Line]] = {}
    for line in figures.lines:
        used = line.coefficient
        by_carrier.setdefault(used.carrier, []).append(line)
        by_figure.setdefault((used.carrier, used.value, used.unit), []).append(line)
    for carrier, lines in by_carrier.items():
        counted = math.fsum(map(figures.energy, lines))
        scale, reason = _scale(more, counted, total, figures, f"amount of {carrier}")
        amount, in_unit = _net_amount(lines)
        yield row("amount", carrier, amount, scale, in_unit, reason)
    for (carrier, figure, in_unit), lines in by_figure.items():
        counted = math.fsum(map(figures.energy, lines))
        scale, reason = _scale(more, counted, total, figures, f"coefficient of {carrier}")
        if figures.electric:
            scale, reason = None, "the indicator is in electricity, no coefficient enters"
        elif lines[0].coefficient.origin == "definition":
            scale, reason = None, "it is standard coal already"
        yield row("coefficient", carrier, figure, scale, in_unit, reason)


def _scale(more: float, counted: float, total: float, figures: AccountFigures, what: str) -> tuple[float | None, str]:
    if counted == 0.0:
        return None, "it does not count in the indicator"
    scale = 1 + more / counted
    if scale < 0:
        without = (total - counted) / figures.per_unit
        return None, f"would need a negative {what}; without it the value is {without:.6g}"
    return scale, ""


def _net_amount(lines: list[Line]) -> tuple[float | None, str]:
    unit = read_unit(lines[0].unit)
    if not all(same_kind(read_unit(line.unit), unit) for line in lines):
        return None, ""
    signed = ((line, FLOWS[line.flow]) for line in lines)
    exact = sum((Fraction(repr(line.amount)) * sign * ratio(read_unit(line.unit), unit) for line, sign in signed))
    return float(exact), lines[0].unit


# Choices --------------------------------------------------------------------------------------------------


class _Choices(NamedTuple):
    value: float
    ladder: Ladder
    compare: str

    def judged(
        self, choice: str, option: str, value: float, ladder: Ladder | None = None, compare: str = "", reason: str = ""
    ) -> Alternative:
        ladder = ladder or self.ladder
        found, present = ladder.level(value, compare or self.compare), self.ladder.level(self.value, self.compare)
        changes = None if found is None or present is None else found is not present
        return Alternative(choice, option, value, ladder.unit, found.value if found else None, changes, reason)

    def untold(self, choice: str, option: str, reason: str) -> Alternative:
        return Alternative(choice, option, None, self.ladder.unit, None, None, reason)

    def readings(self) -> Iterator[Alternative]:
        limit = self.ladder.furnace
        if limit is None:
            return
        for reading in READINGS:
            if reading not in (limit.reading, "stated_only"):
                bound = limit.curve.limit_at(limit.capacity, reading)
                other = replace(self.ladder, steps=(limit.curve.step(bound),))
                yield self.judged("reading", reading, self.value, other, reason=f"limit {bound:.6g} {self.ladder.unit}")

    def documents(self) -> Iterator[Alternative]:
        ladder, unit = self.ladder, read_unit(self.ladder.unit)
        for other in () if ladder.furnace else all_ladders(ladder.item, unit):
            if other.document == ladder.document:
                continue
            there = self.value * float(ratio(unit, read_unit(other.unit)))
            try:
                require_usable(other, f"The row of {other.item}", allow_unverified=False)
                check_basis(other, ladder.basis or None)
                check_conditions(other, None)
            except EnergybenchError as error:
                yield Alternative("document", other.document, there, other.unit, None, None, error.message)
                continue
            found = self.judged("document", other.document, there, other, reason=other.standing)
            yield found if other.levels == ladder.levels else replace(found, changes=None)

    def editions(self, figures: AccountFigures) -> Iterator[Alternative]:
        if figures.electric:
            yield self.judged("edition", "any", self.value, reason="no coefficient enters")
            return
        present = {line.coefficient.document for line in figures.lines if line.coefficient.origin == "table"}
        for edition in EDITIONS:
            if not present <= {edition}:
                yield self.reckoned(
                    "edition", edition, figures, Choice(figures.basis, edition, gas_state=figures.gas_state)
                )

    def basis(self, figures: AccountFigures, coal_rate: AmountLike | CoalRate | None) -> Alternative:
        other = next(basis for basis in BASES if basis != figures.basis)
        if figures.electric:
            return self.judged("basis", other, self.value, reason="the indicator is in electricity")
        if self.ladder.basis:
            return self.untold("basis", other, f"the limit is on the {self.ladder.basis} basis")
        choice = make_choice(basis=other, coal_rate=coal_rate if other == "primary" else None)
        return self.reckoned("basis", other, figures, choice._replace(gas_state=figures.gas_state))

    def reckoned(self, name: str, option: str, figures: AccountFigures, choice: Choice) -> Alternative:
        try:
            total = math.fsum(_converted(line, choice) for line in figures.lines)
        except EnergybenchError as error:
            return self.untold(name, option, error.message)
        return self.judged(name, option, total / figures.per_unit)


def _converted(line: Line, choice: Choice) -> float:
    """Return the tce of a line by another choice; a figure of the user's own, and a coal rate, stay."""
    record = line.coefficient
    if not line.tce or record.origin in ("user", "ncv", "definition") or record.basis == choice.basis == "primary":
        return line.tce
    density = Rate(*read_exact(line.density)) if line.density else None
    exact, _ = factor(line.carrier, read_unit(line.unit), choice._replace(density=density))
    amount = Fraction(repr(line.amount)) * exact
    return float(amount * FLOWS[line.flow])
