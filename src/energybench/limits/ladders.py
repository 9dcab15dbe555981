"""The ladder of one limit row: ordered steps, best first, and what a value on them is.

Direction, strictness and the float tolerance are folded into one bound per step, once; a value then only has
to be compared.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import floor, inf, nextafter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from energybench.limits.furnaces import FurnaceLimit

#: An exact decimal hit never flips on float noise: bounds move by this much of themselves.
TOLERANCE = 1e-9
#: The name of each class in Chinese, best first on each ladder.
LEVELS_ZH = {
    "benchmark": "标杆水平",
    "baseline": "基准水平",
    "below-baseline": "基准水平以下",
    "level-1": "1级",
    "level-2": "2级",
    "level-3": "3级",
    "within-limit": "符合限额",
    "over-limit": "超过限额",
}
# Wide enough for every float, so that rounding is the only change.
_EXACT = Context(prec=700, rounding=ROUND_HALF_EVEN)


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
        return LEVELS_ZH[self]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a ladder: the class, its threshold as printed, and how a value is compared with it."""

    level: Level
    threshold: str
    comparator: str
    digits: int | None = None

    @property
    def value(self) -> float | None:
        """The threshold as a number, or None where the table has none."""
        return float(Fraction(self.threshold)) if self.threshold else None

    @property
    def bound(self) -> float:
        """The threshold with direction, strictness and tolerance folded in; NaN where there is none.

        A value ``x`` meets the step if ``sign * x <= bound``, with sign -1 where higher is better.
        """
        if self.value is None:
            return float("nan")
        sign = -1.0 if self.comparator in (">", ">=") else 1.0
        slack = TOLERANCE if "=" in self.comparator else -TOLERANCE
        return sign * self.value + abs(self.value) * slack

    @property
    def bound_rounded(self) -> float:
        """The threshold with direction, strictness and half-even rounding folded in; NaN where there is none.

        A value ``x`` rounded to ``decimals`` digits meets the step if, and only if, ``sign * x <= bound_rounded``:
        the bound is the last float whose shortest decimal rounds to a figure that meets the threshold.

        Examples
        --------
        >>> Step(Level.BASELINE, "117", "<=").bound_rounded, Step(Level.BASELINE, "116", "<=").bound_rounded
        (117.49999999999999, 116.5)
        """
        return _last_that_rounds(self.threshold, self.comparator, self.decimals) if self.threshold else float("nan")

    def folded(self, compare: str) -> float:
        """Return the bound of a way to compare: :attr:`bound_rounded` for ``"rounded"``, else :attr:`bound`."""
        return self.bound_rounded if compare == "rounded" else self.bound

    @property
    def decimals(self) -> int:
        """Digits behind the point of the threshold as printed, or ``digits`` where it is not printed."""
        return self.digits if self.digits is not None else len(self.threshold.partition(".")[2])

    def met_rounded(self, value: float) -> bool:
        """Say whether a value, rounded half-even to the digits of the threshold, meets it."""
        rounded, threshold = Fraction(round_half_even(value, self.decimals)), Fraction(self.threshold)
        beyond = rounded > threshold if ">" in self.comparator else rounded < threshold
        return beyond or ("=" in self.comparator and rounded == threshold)


@lru_cache(4096)
def _last_that_rounds(threshold: str, comparator: str, decimals: int) -> float:
    """Return the largest float ``x`` for which ``x``, or ``-x`` where higher is better, meets the threshold rounded."""
    places = Fraction(threshold) * 10**decimals * (-1 if ">" in comparator else 1)
    last = floor(places)
    if last == places and "=" not in comparator:
        last -= 1
    # What lies on the tie behind the last figure that meets goes to the even one of its two neighbours.
    tie, reached = (last + Fraction(1, 2)) / 10**decimals, last % 2 == 0
    bound = float(tie)
    # Shortest decimals are in the order of their floats, so that one step back is enough.
    shortest = Fraction(repr(bound))
    return bound if shortest < tie or (shortest == tie and reached) else nextafter(bound, -inf)


@dataclass(frozen=True, slots=True)
class Ladder:
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

    @property
    def sign(self) -> float:
        """-1 where higher is better, else 1."""
        return -1.0 if self.better == "higher" else 1.0

    @property
    def levels(self) -> tuple[Level, ...]:
        """Every class that the ladder can give, best first."""
        return (*(step.level for step in self.steps), self.beyond)

    def to_dict(self) -> dict[str, Any]:
        """Return a dict for JSON: a step has its level, its comparator and its threshold as a number."""
        steps = [
            {"level": step.level, "level_zh": step.level.zh, "comparator": step.comparator, "threshold": step.value}
            for step in self.steps
        ]
        return {**asdict(self), "steps": steps, "beyond_zh": self.beyond.zh}

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

    def meets(self, value: float, compare: str = "full") -> tuple[bool | None, ...]:
        """Say for each step whether a value in the ladder's unit meets it; None where the step has no figure."""
        return tuple(None if step.value is None else self._meets(value, step, compare) for step in self.steps)

    def _meets(self, value: float, step: Step, compare: str) -> bool:
        return step.met_rounded(value) if compare == "rounded" else self.sign * value <= step.bound

    def level(self, meets: tuple[bool | None, ...]) -> Level | None:
        """Return the class that follows from the steps met, or None where a missing figure leaves it open."""
        for step, met in zip(self.steps, meets, strict=True):
            if met is None:
                break
            if met:
                return step.level
        else:
            return self.beyond
        # A step without a figure stands in the way: only failing the last step decides.
        return self.beyond if meets[-1] is False and not any(meets) else None


def round_half_even(value: float, decimals: int) -> Decimal:
    """Round as GB/T 8170 does: a half goes to the even digit, judged on the shortest decimal of the float.

    Examples
    --------
    >>> round_half_even(0.285, 2)
    Decimal('0.28')
    """
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), context=_EXACT)
