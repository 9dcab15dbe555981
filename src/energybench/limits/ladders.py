"""The ladder of one limit row: its steps, best first, and the class of every value.

A ladder cuts the values into regions. Direction, strictness, the float tolerance and rounding are folded into the
edges of the regions once; whoever needs a class looks up the region of a value.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import floor, inf, nextafter, ulp
from typing import TYPE_CHECKING, Any, NamedTuple

from energybench.errors import AmountError
from energybench.errors.language import word
from energybench.tables.rows import Cited

if TYPE_CHECKING:
    from energybench.limits.furnaces import FurnaceLimit

#: An exact decimal hit never flips on float noise: bounds move by this much of themselves.
TOLERANCE = 1e-9
#: A value this many times better than the best step, or worse than the last, is taken for a slip of unit or digit.
PLAUSIBLE = 4.0
#: The plants near their steps, as parts of the lowest and the highest step: they are never doubted.
NEAR = 0.7, 1.5
#: Ten times a plant near the lowest step is 7 times that step, a tenth of one near the highest 0.15 of it: what is so
#: far from the opposite step is doubted too. From 1 / 0.15 downwards; 6.6 leaves room for steps 4.4 apart.
SLIP_OF_TEN = 6.6
#: A value as it is, or rounded half-even to the digits of a printed limit (GB/T 8170).
COMPARES = ("full", "rounded")


class Level(StrEnum):
    """Class of a value on a ladder. The first three are those of the national lists, levels 1 to 3 of GB standards."""

    BENCHMARK = "benchmark"
    BASELINE = "baseline"
    BELOW_BASELINE = "below-baseline"
    LEVEL_1 = "level-1"
    LEVEL_2 = "level-2"
    LEVEL_3 = "level-3"
    WITHIN_LIMIT = "within-limit"
    OVER_LIMIT = "over-limit"

    @property
    def zh(self) -> str:
        """The class in Chinese."""
        return word(self.value)


def fold_threshold(threshold: Any, comparator: str) -> Any:
    """Return the largest ``sign * x`` that meets a threshold, tolerance included: for a number, or an array of them.

    >>> 117 < fold_threshold(117.0, "<=") < 117.000001, 116.999999 < fold_threshold(117.0, "<") < 117
    (True, True)
    """
    sign = -1.0 if ">" in comparator else 1.0
    if "=" in comparator:
        return sign * threshold + abs(threshold) * TOLERANCE
    # A part of zero is no tolerance, so a strict zero gives up the smallest number there is.
    return sign * threshold - abs(threshold) * TOLERANCE - (threshold == 0) * ulp(0.0)


@lru_cache(8192)
def _number(threshold: str) -> float | None:
    return float(Fraction(threshold)) if threshold else None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a ladder: its class, its threshold, and how a value is compared with it.

    ``printed`` says that the threshold stands in the document as it is written here. One that was interpolated or
    corrected has no digits of its own to round to, so that it is compared in full whatever is asked for.
    """

    level: Level
    threshold: str
    comparator: str
    printed: bool = True

    @property
    def value(self) -> float | None:
        """The threshold as a number, or None where the table has none."""
        return _number(self.threshold)

    def rounds(self, compare: str) -> bool:
        """Return whether values are rounded before they are compared with this step."""
        return self.printed and compare == "rounded"

    def edge(self, compare: str) -> float | None:
        """Return the largest ``sign * x`` that meets the step, ``sign`` as in :func:`fold`; None without a figure.

        >>> [Step(Level.BASELINE, threshold, "<=").edge("rounded") for threshold in ("117", "116", "")]
        [117.49999999999999, 116.5, None]
        """
        if self.value is None:
            return None
        folded: float = (
            self._last_that_rounds() if self.rounds(compare) else fold_threshold(self.value, self.comparator)
        )
        return folded

    def _last_that_rounds(self) -> float:
        """Return the largest float whose shortest decimal, rounded to the digits of the threshold, meets it."""
        unit = Fraction(1, 10 ** len(self.threshold.partition(".")[2]))
        units = Fraction(self.threshold) / unit * (-1 if ">" in self.comparator else 1)
        last = floor(units) - (units.denominator == 1 and "=" not in self.comparator)
        # The tie above the last figure that meets rounds half-even: down to it only if it is even.
        tie = (last + Fraction(1, 2)) * unit
        bound = float(tie)
        # Shortest decimals are in the order of their floats, so that one step back is enough.
        shortest = Fraction(repr(bound))
        return bound if shortest < tie or (shortest == tie and last % 2 == 0) else nextafter(bound, -inf)


class Regions(NamedTuple):
    sign: float
    edges: tuple[float, ...]
    #: Per region: its class, None where a missing figure leaves it open.
    classes: tuple[Level | None, ...]
    #: Per step: the last region that meets it, which is the number of its edge; None without a figure.
    reach: tuple[int | None, ...]
    #: Per edge: the figure to name for it, times ``sign``: the threshold, or the edge itself where values are rounded.
    shown: tuple[float, ...]
    #: Per edge: whether the figure named still belongs to the region below it.
    inclusive: tuple[bool, ...]

    def region(self, value: float) -> int:
        """Return the region of a value; NaN, which no comparison can place, is refused."""
        if value != value:
            raise AmountError("The value is nan, expected a number", "nan", "Give the value itself, or leave it out")
        return bisect_left(self.edges, self.sign * value)

    def meets(self, region: int) -> tuple[bool | None, ...]:
        """Return for each step whether the values of a region meet it; None where it has no figure."""
        return tuple(None if last is None else region <= last for last in self.reach)

    def edge_decided_on(self, region: int) -> int | None:
        """Return the edge of the best step that a region meets; None where it meets none."""
        return next((last for last in self.reach if last is not None and region <= last), None)

    def neighbour(self, region: int, better: bool) -> tuple[int, int] | None:
        """Return the next region with another class, and the edge that is crossed into it; None where there is none."""
        way = range(region - 1, -1, -1) if better else range(region + 1, len(self.classes))
        other = next((one for one in way if self.classes[one] is not self.classes[region]), None)
        return None if other is None else (other, other if better else other - 1)


@lru_cache(8192)
def _regions(steps: tuple[Step, ...], beyond: Level, sign: float, compare: str) -> Regions:
    # Of equal steps the best is named.
    at = {step.edge(compare): step for step in reversed(steps) if step.value is not None}
    edges = tuple(sorted(edge for edge in at if edge is not None))
    reach = tuple(None if (edge := step.edge(compare)) is None else edges.index(edge) for step in steps)
    rounds = [at[edge].rounds(compare) for edge in edges]
    return Regions(
        sign,
        edges,
        tuple(_class_of(region, reach, steps, beyond) for region in range(len(edges) + 1)),
        reach,
        tuple(edge if whole else sign * (at[edge].value or 0.0) for edge, whole in zip(edges, rounds, strict=True)),
        tuple(whole or "=" in at[edge].comparator for edge, whole in zip(edges, rounds, strict=True)),
    )


def _class_of(region: int, reach: tuple[int | None, ...], steps: tuple[Step, ...], beyond: Level) -> Level | None:
    """Return the class of a region: that of the best step met, None where a missing figure could change it."""
    met = next((number for number, last in enumerate(reach) if last is not None and region <= last), None)
    if met is None:
        return None if None in reach[-1:] else beyond
    return None if None in reach[:met] else steps[met].level


def plausible_range(lowest: float, highest: float) -> tuple[float, float]:
    """Return the range of values that may have a class, for the lowest and the highest step."""
    least = min(max(lowest / PLAUSIBLE, highest / SLIP_OF_TEN), NEAR[0] * lowest)
    return least, max(min(highest * PLAUSIBLE, lowest * SLIP_OF_TEN), NEAR[1] * highest)


def beyond_every_step(value: float, ends: tuple[float, float], unit: str) -> str:
    """Say in words how a value outside of :func:`plausible_range` is far from the steps."""
    lowest, highest = ends
    least, most = plausible_range(lowest, highest)
    if value < least and least <= lowest / PLAUSIBLE:
        return f"less than a quarter of the lowest step, {lowest:g} {unit}"
    if value > most and most >= highest * PLAUSIBLE:
        return f"more than four times the highest step, {highest:g} {unit}"
    far, other, step = ("less", "highest", highest) if value < least else ("more", "lowest", lowest)
    slip = f"as a slip of ten makes of a value near the {other} step, {step:g} {unit}"
    return f"{far} than {least if value < least else most:.3g} {unit}, {slip}"


@dataclass(frozen=True, slots=True)
class Ladder(Cited):
    """One limit row: its steps, best first, the class beyond the last, and the source."""

    id: str
    item: str
    item_zh: str
    item_en: str
    indicator_zh: str
    indicator_en: str
    unit: str
    basis: str
    better: str
    steps: tuple[Step, ...]
    beyond: Level
    document: str
    clause: str
    verification: str
    evidence: str
    notes: str = ""
    furnace: FurnaceLimit | None = None
    #: The place of a local document, its first day in force and the first day on which it no longer is.
    region: str = ""
    effective_from: str = ""
    effective_to: str = ""
    #: How the document is not in force in the period asked for, in words; empty where it is.
    standing: str = ""
    #: The conditions that corrections="base" says to hold, in words.
    assumed: str = ""
    #: Last day by which the list asks for the baseline.
    deadline: str = ""
    #: The GB rows of the same product that are in force beside a national list.
    counterparts: tuple[Ladder, ...] = ()

    @property
    def _cited(self) -> str:
        return self.furnace.row if self.furnace else self.id

    @property
    def sign(self) -> float:
        """-1 where higher is better, else 1."""
        return -1.0 if self.better == "higher" else 1.0

    @property
    def of_potline(self) -> bool:
        """Whether the indicator counts the electricity of the potline alone, and not that of auxiliaries."""
        return self.indicator_zh == "铝液交流电耗"

    @property
    def levels(self) -> tuple[Level, ...]:
        """Every class that the ladder can give, best first."""
        return (*(step.level for step in self.steps), self.beyond)

    def regions(self, compare: str = "full") -> Regions:
        """Return the class of every value, by one of :data:`COMPARES`."""
        return _regions(self.steps, self.beyond, self.sign, compare)

    @property
    def ends(self) -> tuple[float, float] | None:
        """The lowest and the highest step; None where a step is not above zero."""
        known = [step.value for step in self.steps if step.value is not None]
        return (min(known), max(known)) if known and min(known) > 0 else None

    @property
    def plausible(self) -> tuple[float, float] | None:
        """The range of values that may have a class; None where a step is not above zero."""
        return (ends := self.ends) and plausible_range(*ends)

    @property
    def doubt(self) -> str:
        """What cannot be ruled out where the steps are too wide apart, in words; else empty."""
        ends = self.ends
        if ends is None or NEAR[1] * ends[1] < 10 * NEAR[0] * ends[0]:
            return ""
        return "the steps are so wide apart that a slip of ten would stay within them: check amounts and units"

    def level(self, value: float, compare: str = "full") -> Level | None:
        """Return the class of a value in the ladder's unit, or None where a missing figure leaves it open."""
        regions = self.regions(compare)
        return regions.classes[regions.region(value)]

    def meets(self, value: float, compare: str = "full") -> tuple[bool | None, ...]:
        """Return for each step whether a value in the ladder's unit meets it; None where the step has no figure."""
        regions = self.regions(compare)
        return regions.meets(regions.region(value))

    def to_dict(self) -> dict[str, Any]:
        """Return a dict for JSON: a step has its level, its comparator and its threshold as a number."""
        steps = [
            {"level": step.level, "level_zh": step.level.zh, "comparator": step.comparator, "threshold": step.value}
            for step in self.steps
        ]
        others = [other.id for other in self.counterparts]
        plain = asdict(replace(self, counterparts=()))
        return {**plain, "steps": steps, "beyond_zh": self.beyond.zh, "counterparts": others, "url": self.url}

    def __str__(self) -> str:
        if self.furnace is not None:
            return f"{self.item} {self.furnace}"
        names = ((self.item_zh, self.item_en), (self.indicator_zh, self.indicator_en))
        what, compared = (zh if en in ("", zh) else f"{zh} ({en})" for zh, en in names)
        lines = [f"{self.item} {what}", compared]
        for step in self.steps:
            threshold = f"{step.comparator} {step.threshold} {self.unit}" if step.threshold else "not known"
            lines.append(f"  {step.level} ({step.level.zh}): {threshold}")
        lines.append(f"  {self.beyond} ({self.beyond.zh}): otherwise")
        lines.append(f"{' '.join(filter(None, (self.document, self.clause)))}, {self.verification}")
        return "\n".join(lines + [self.notes] * bool(self.notes))
