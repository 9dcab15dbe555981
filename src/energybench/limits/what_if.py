"""What would change the class: how far each figure is from the next step, and which choices matter.

The energy per output is linear in amounts and coefficients and hyperbolic in the output, so that every change is
found in closed form: no search, no linearisation. A change that no plant can make is None, with the reason.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from energybench.limits.alternatives import find_alternatives
from energybench.units.registry import ratio, same_kind
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pandas

    from energybench.energy.coal_rates import CoalRate
    from energybench.energy.lines import Line
    from energybench.limits.alternatives import Alternative, Figures
    from energybench.limits.ladders import Ladder, Level
    from energybench.units.registry import AmountLike

BETTER, WORSE = "better", "worse"


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


@dataclass(frozen=True, slots=True)
class _Target:
    """The value to be reached or passed for the next class in one direction, or why there is none."""

    direction: str
    level: Level | None
    value: float
    inclusive: bool
    reason: str = ""


def of_value(
    value: float,
    ladder: Ladder,
    compare: str = "full",
    *,
    figures: Figures | None = None,
    corrected: bool = False,
    coal_rate: AmountLike | CoalRate | None = None,
) -> Sensitivity:
    """Return what would change the class of a value.

    Notes
    -----
    With the value v = E / Q: output Q v / w, energy E w / v, and amount or coefficient of a carrier with the energy
    C times 1 + (w - v) E / (v C), where w is the value to be reached.
    """
    level = ladder.level(ladder.meets(value, compare))
    changes: list[Change] = []
    for direction in (BETTER, WORSE):
        target = _target(value, ladder, compare, direction)
        changes += map(_sayable, _changes(value, ladder.unit, target, figures))
    others = find_alternatives(value, ladder, compare, figures, corrected, coal_rate)
    name = level.value if level else None
    return Sensitivity(ladder.item, value, ladder.unit, name, tuple(changes), others)


# Changes --------------------------------------------------------------------------------------------------


def _target(value: float, ladder: Ladder, compare: str, direction: str) -> _Target:
    """Find the next value with another class, going from limit to limit in one direction."""
    present = ladder.level(ladder.meets(value, compare))
    if present is None:
        return _Target(direction, None, value, False, "the present class cannot be told, a figure is missing")
    sign = ladder.sign
    known = {step.folded(compare): step for step in reversed(ladder.steps) if step.value is not None}
    edges = sorted(known)
    here = sum(edge < sign * value for edge in edges)
    for region in range(here - 1, -1, -1) if direction == BETTER else range(here + 1, len(edges) + 1):
        end = edges[region] if region < len(edges) else math.inf
        meets = tuple(None if step.value is None else step.folded(compare) >= end for step in ladder.steps)
        level = ladder.level(meets)
        if level is present:
            continue
        crossed = edges[region] if direction == BETTER else edges[region - 1]
        step = known[crossed]
        shown = sign * (step.value or 0.0) if compare == "full" else crossed
        # A value within the tolerance of a limit is past the printed figure already.
        shown = min(shown, sign * value) if direction == BETTER else max(shown, sign * value)
        holds = "=" in step.comparator or compare == "rounded"
        if level is None:
            reason = f"beyond {sign * shown:g} {ladder.unit} the class cannot be told, a figure is missing"
            return _Target(direction, None, value, False, reason)
        return _Target(direction, level, sign * shown, holds if direction == BETTER else not holds)
    end_word = "best" if direction == BETTER else "last"
    return _Target(direction, None, value, False, f"{present} is the {end_word} class")


def _sayable(change: Change) -> Change:
    """Leave out the figures of a change that no float can hold, and say so."""
    figures = ("needed", "change", "percent")
    beyond = [name for name in figures if not math.isfinite(getattr(change, name) or 0.0)]
    if not beyond:
        return change
    left: dict[str, Any] = dict.fromkeys(beyond)
    return replace(change, **left, reason="it is too large to be a number")


def _changes(value: float, unit: str, target: _Target, figures: Figures | None) -> Iterator[Change]:
    """Turn the value to be reached into a change of each figure behind it."""
    if target.level is None:
        yield Change("value", "", target.direction, None, value, None, None, None, unit, False, target.reason)
        return
    level, wanted = target.level.value, target.value

    def row(
        name: str, carrier: str, present: float | None, scale: float | None, in_unit: str, reason: str = ""
    ) -> Change:
        """Make a row of a present figure that is to be multiplied by a scale."""
        known = present is not None and scale is not None
        needed = present * scale if present is not None and scale is not None else None
        return Change(
            *(name, carrier, target.direction, level, present, needed),
            change=needed - present if needed is not None and present is not None else None,
            percent=(scale - 1) * 100 if scale is not None and (not known or present) else None,
            unit=in_unit,
            inclusive=target.inclusive,
            reason=reason,
        )

    shift = wanted - value
    percent = shift / abs(value) * 100 if value else None
    yield Change("value", "", target.direction, level, value, wanted, shift, percent, unit, target.inclusive)
    same_sign = value * wanted > 0
    unreachable = "no output brings the value there: it keeps the sign of the energy"
    yield row(
        "output",
        "",
        figures.output if figures else None,
        value / wanted if same_sign else None,
        figures.output_unit if figures else "",
        "" if same_sign else unreachable,
    )
    if figures is None:
        yield row("energy", "", None, wanted / value if value else None, "", "" if value else "there is no energy")
        return
    total = math.fsum(figures.energy(line) for line in figures.lines)
    more = shift * figures.per_unit
    scale = 1 + more / total if total else None
    yield row("energy", "", total, scale, figures.energy_unit, "" if total else "there is no energy")
    for carrier, lines in _grouped(figures.lines, lambda line: line.coefficient.carrier):
        counted = math.fsum(figures.energy(line) for line in lines)
        scale, reason = _scale(more, counted, total, figures, f"amount of {carrier}")
        amount, in_unit = _net_amount(lines)
        yield row("amount", carrier, amount, scale, in_unit, reason)
    for (carrier, figure, in_unit), lines in _grouped(
        figures.lines, lambda line: (line.coefficient.carrier, line.coefficient.value, line.coefficient.unit)
    ):
        counted = math.fsum(figures.energy(line) for line in lines)
        scale, reason = _scale(more, counted, total, figures, f"coefficient of {carrier}")
        if figures.electric:
            scale, reason = None, "the indicator is in electricity, no coefficient enters"
        elif lines[0].coefficient.origin == "definition":
            scale, reason = None, "it is standard coal already"
        yield row("coefficient", carrier, figure, scale, in_unit, reason)


def _scale(more: float, counted: float, total: float, figures: Figures, what: str) -> tuple[float | None, str]:
    """Return by what a carrier's amount or coefficient is to be multiplied, or why nothing will do."""
    if counted == 0.0:
        return None, "it does not count in the indicator"
    scale = 1 + more / counted
    if scale < 0:
        without = (total - counted) / figures.per_unit
        return None, f"would need a negative {what}; without it the value is {without:.6g}"
    return scale, ""


def _grouped(lines: Iterable[Line], key: Callable[[Line], Any]) -> Iterator[tuple[Any, list[Line]]]:
    """Group lines by a key, in their order."""
    groups: dict[Any, list[Line]] = {}
    for line in lines:
        groups.setdefault(key(line), []).append(line)
    yield from groups.items()


def _net_amount(lines: list[Line]) -> tuple[float | None, str]:
    """Return the amount of a carrier in the unit of its first line, what was sent out subtracted."""
    unit = read_unit(lines[0].unit)
    if not all(same_kind(read_unit(line.unit), unit) for line in lines):
        return None, ""
    signed = ((line, 1 if line.flow == "in" else -1) for line in lines)
    exact = sum((Fraction(repr(line.amount)) * sign * ratio(read_unit(line.unit), unit) for line, sign in signed))
    return float(exact), lines[0].unit
