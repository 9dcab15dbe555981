"""Values around the limits of a ladder, and what known slips of a classifier would make of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from energybench.testing.causes import RATIOS

if TYPE_CHECKING:
    from collections.abc import Callable

    from energybench.limits.ladders import Ladder, Level
    from energybench.testing.facts import Product

#: Just inside and just outside a limit: one part in a million, far above float noise.
HAIR = Fraction(1, 10**6)


@dataclass(frozen=True, slots=True)
class Known:
    """A product that the classifier answers, by the name that it takes."""

    name: str
    product: Product

    @property
    def ladder(self) -> Ladder:
        """The ladder of the product."""
        return self.product.ladder

    def level(self, value: float) -> Level | None:
        """Return the class of a value in the unit of the limit; None where a missing figure leaves it open."""
        return self.ladder.level(value)

    def at(self, percent: int) -> float:
        """Return a value at some percent of the highest limit above the lowest, with few digits."""
        limits = [Fraction(step.threshold) for step in self.ladder.steps if step.threshold]
        low, high = min(limits), max(limits)
        width = max(abs(low), abs(high), high - low)
        return float(f"{float(low + width * percent / 100):.6g}")


@dataclass(frozen=True, slots=True)
class Case:
    """One question to a classifier, in the unit of the limit."""

    known: Known
    value: float


def _flipped(case: Case) -> Level | None:
    """Take every inclusive limit for a strict one, and the other way round."""
    nudged = {step.value for step in case.known.ladder.steps if step.value == case.value}
    if not nudged:
        return case.known.level(case.value)
    inclusive = "=" in case.known.ladder.steps[0].comparator
    worse = case.known.ladder.sign * abs(case.value) * float(HAIR)
    return case.known.level(case.value + (worse if inclusive else -worse))


def _turned(case: Case) -> Level | None:
    """Turn the ladder upside down: the best class is given for the worst."""
    level = case.known.level(case.value)
    ranks = case.known.ladder.levels
    return None if level is None else ranks[len(ranks) - 1 - ranks.index(level)]


def _reversed(case: Case) -> Level | None:
    """Take lower values for worse ones."""
    middle = [step.value for step in case.known.ladder.steps if step.value is not None]
    return case.known.level(min(middle) + max(middle) - case.value) if middle else None


def _scaled(times: Fraction | float) -> Callable[[Case], Level | None]:
    return lambda case: case.known.level(float(Fraction(case.value) * Fraction(times)))


#: What a slip would make of a case; the first that explains every case is the likely cause.
SLIPS: tuple[tuple[str, Callable[[Case], Level | None]], ...] = (
    ("equality taken the other way: <= read as <, or < as <=", _flipped),
    ("the ladder is upside down: the best class given for the worst", _turned),
    ("better and worse are turned round", _reversed),
    *((said, _scaled(times)) for times, said in RATIOS if times and times != -1),
)


def around(known: Known) -> list[Case]:
    """Return the cases at each limit, a hair better and a hair worse."""
    limits = [Fraction(step.threshold) for step in known.ladder.steps if step.threshold]
    return [
        Case(known, float(limit + abs(limit) * hair)) for limit in dict.fromkeys(limits) for hair in (0, -HAIR, HAIR)
    ]


def near(known: Known) -> list[Fraction]:
    """Return values in each class, none of them on a limit."""
    limits = [Fraction(step.threshold) for step in known.ladder.steps if step.threshold]
    return [limit * part for limit in limits for part in map(Fraction, ("0.9", "1.1", "0.99999", "1.00001"))]
