"""How sure a class is, and what to decide at a stated risk (JCGM 106:2012).

The true value is taken as normal around the measured one, with the standard uncertainty as its deviation. A
probability needs an uncertainty: without one there is none, which is not the same as being certain.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from energybench.errors import OptionError, UncertaintyError, check_option, quoted
from energybench.units.result import Record

if TYPE_CHECKING:
    from energybench.limits.ladders import Ladder, Level

RULES = ("simple", "guarded-acceptance", "guarded-rejection")

#: Stands beside the classes where a missing figure leaves a part of the values without one.
CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True)
class Decision(Record):
    """The class decided on by a rule of JCGM 106.

    Attributes
    ----------
    level : Level or None
        The class, None where a missing figure leaves it open.
    rule : str
        One of :data:`RULES`.
    risk : float or None
        The risk that the rule keeps; None for simple acceptance, which keeps none.
    guard_band : float
        How far the acceptance limit lies from the limit of the document, in ``unit``; 0 for simple acceptance.
    probability : float or None
        That the true value meets the step decided on, or, where none is accepted, that it meets none; None
        without an uncertainty.
    sentence : str
        The decision in words.
    """

    level: Level | None
    rule: str
    risk: float | None
    guard_band: float
    unit: str
    probability: float | None
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def conformity(value: float, uncertainty: float, ladder: Ladder, compare: str = "full") -> dict[str, float | None]:
    """Return for each step the probability that the true value meets it; None where it has no figure."""
    regions = ladder.regions(compare)
    return {
        step.level.value: None
        if edge is None
        else _between(-math.inf, regions.edges[edge], regions.sign * value, uncertainty)
        for step, edge in zip(ladder.steps, regions.reach, strict=True)
    }


def class_probabilities(value: float, uncertainty: float, ladder: Ladder, compare: str = "full") -> dict[str, float]:
    """Return the probability that the true value lies in each class; they add up to 1."""
    regions = ladder.regions(compare)
    chances = dict.fromkeys((level.value for level in ladder.levels), 0.0)
    ends = (-math.inf, *regions.edges, math.inf)
    for level, low, high in zip(regions.classes, ends, ends[1:], strict=False):
        name = level.value if level else CANNOT_TELL
        chances[name] = chances.get(name, 0.0) + _between(low, high, regions.sign * value, uncertainty)
    return chances


def _between(low: float, high: float, mean: float, deviation: float) -> float:
    """Return the normal probability of low < x <= high, taken in the tail where nothing cancels."""
    if deviation == 0.0:
        return float(low < mean <= high)
    first, last = ((edge - mean) / deviation / math.sqrt(2) for edge in (low, high))
    if first > 0:
        return (math.erfc(first) - math.erfc(last)) / 2
    return (math.erfc(-last) - math.erfc(-first)) / 2


def guard_band(uncertainty: float, risk: float) -> float:
    """Return the width w = u z(1 - risk) of a guard band, z the quantile of the normal distribution."""
    from statistics import NormalDist

    return uncertainty * NormalDist().inv_cdf(1 - risk) if uncertainty else 0.0


def check_risk(risk: object) -> float:
    if isinstance(risk, bool) or not isinstance(risk, int | float) or not 0 < risk <= 0.5:
        fix = "Write risk=0.05 for 5 %"
        raise OptionError(f"risk is {quoted(risk)}, expected a probability above 0 and at most 0.5", quoted(risk), fix)
    return float(risk)


def decide(
    value: float,
    uncertainty: float | None,
    ladder: Ladder,
    *,
    compare: str = "full",
    rule: str = "simple",
    risk: float = 0.05,
) -> Decision:
    check_option("rule", rule, RULES)
    kept = check_risk(risk)
    if rule != "simple" and uncertainty is None:
        fix = 'Write the value as "105±2 kgce/t", or give the readings of the account an uncertainty'
        raise UncertaintyError(f"The rule {rule} needs an uncertainty and the value has none", rule, fix)
    width = 0.0 if rule == "simple" else guard_band(uncertainty or 0.0, kept)
    # A limit that moves by w one way is a value that moves by w the other way.
    toward = 1.0 if rule == "guarded-acceptance" else -1.0
    level = ladder.level(value + ladder.sign * toward * width, compare)
    probability = None
    if uncertainty is not None and level is not None:
        chances = class_probabilities if level is ladder.beyond else conformity
        probability = chances(value, uncertainty, ladder, compare)[level.value]
    sentence = _sentence(value, uncertainty, ladder, level, rule, kept, width, probability)
    return Decision(level, rule, None if rule == "simple" else kept, width, ladder.unit, probability, sentence)


def chance_text(probability: float) -> str:
    """Put a probability into words, without rounding one that is nearly sure to 1."""
    if probability > 0.9999:
        return "probability over 0.9999"
    return "probability under 0.0001" if probability < 0.0001 else f"probability {probability:.4f}"


def _sentence(
    value: float,
    uncertainty: float | None,
    ladder: Ladder,
    level: Level | None,
    rule: str,
    risk: float,
    width: float,
    probability: float | None,
) -> str:
    shown = f"{value:.6g}" if uncertainty is None else f"({value:.6g} ± {uncertainty:.3g})"
    how = "simple acceptance"
    if rule != "simple":
        how = f"{rule.replace('-', ' ')} at a risk of {risk:.3g}, guard band {width:.3g} {ladder.unit}"
    if level is None:
        return f"{shown} {ladder.unit}: cannot tell, a figure is missing ({how})"
    if probability is None:
        sure = "no uncertainty was given"
    else:
        sure = f"the true value {'is' if level is ladder.beyond else 'meets'} {level} with {chance_text(probability)}"
    return f"{shown} {ladder.unit}: {level} ({level.zh}) by {how}; {sure}"
