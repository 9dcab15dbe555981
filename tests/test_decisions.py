"""How sure a class is, and what is decided at a stated risk (JCGM 106)."""

from __future__ import annotations

import json
import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import energybench as eb
from energybench import Level
from energybench.errors import (
    MissingFigureError,
    OptionError,
    UncertaintyError,
    UnverifiedError,
    UnverifiedWarning,
)
from energybench.limits.choose import all_ladders
from energybench.limits.ladders import Ladder, Step
from energybench.limits.verdicts import CANNOT_TELL, RULES, class_probabilities, conformity, decide
from energybench.units.text import read_unit
from expect import each, refused

NAMES = (Level.LEVEL_1, Level.LEVEL_2, Level.LEVEL_3)
BLANK: dict[str, Any] = dict.fromkeys(
    ("id", "item", "item_zh", "item_en", "indicator_zh", "indicator_en", "basis", "document", "clause"), "made"
)


def ladder(*thresholds: str, comparator: str = "<=", better: str = "lower") -> Ladder:
    """Make a ladder of up to three steps, best first; an empty threshold is a figure that nobody could read."""
    steps = tuple(Step(name, text, comparator) for name, text in zip(NAMES, thresholds, strict=False))
    return Ladder(
        **BLANK,
        unit="kgce/t",
        better=better,
        steps=steps,
        beyond=Level.OVER_LIMIT,
        verification="two_sources",
        evidence="",
    )


FIGURES = st.one_of(st.just(""), st.integers(1, 20).map(str), st.decimals(1, 20, places=1).map(str))
LADDERS = st.builds(
    lambda steps, way: ladder(*steps, comparator=way[0], better=way[1]),
    st.lists(FIGURES, min_size=1, max_size=3),
    st.sampled_from([("<=", "lower"), ("<", "lower"), (">=", "higher"), (">", "higher")]),
)
VALUES = st.floats(0.5, 21)
WIDTHS = st.one_of(st.just(0.0), st.floats(1e-3, 10))
RISKS = st.floats(1e-4, 0.5)


def probabilities_of(verdict: eb.Verdict) -> dict[str, float]:
    """Return the probabilities of a verdict that has them."""
    assert verdict.probabilities is not None
    return verdict.probabilities


# Probabilities --------------------------------------------------------------------------------------------


def test_the_classes_of_clinker_at_105() -> None:
    """100 and 117 kgce/t, 2.5 and 6 standard uncertainties away."""
    chances = probabilities_of(eb.classify("105±2 kgce/t", "水泥熟料"))
    assert chances["benchmark"] == pytest.approx(NormalDist().cdf(-2.5), rel=1e-6)
    assert chances["below-baseline"] == pytest.approx(NormalDist().cdf(-6), rel=1e-6)
    assert math.fsum(chances.values()) == pytest.approx(1, abs=1e-15)


def test_without_an_uncertainty_nothing_is_said_to_be_sure() -> None:
    verdict = eb.classify("105 kgce/t", "水泥熟料")
    assert (verdict.uncertainty, verdict.probabilities, verdict.conformity) == (None, None, None)
    assert "±" not in str(verdict)


def test_an_uncertainty_of_zero_is_certain() -> None:
    assert probabilities_of(eb.classify("100±0 kgce/t", "水泥熟料")) == {
        "benchmark": 1,
        "baseline": 0,
        "below-baseline": 0,
    }


def test_the_unit_of_the_uncertainty_is_that_of_the_ladder() -> None:
    verdict = eb.classify("0.105±0.002 tce/t", "水泥熟料")
    assert verdict.value == 105.0
    assert verdict.uncertainty == pytest.approx(2)


def test_rounding_moves_the_limits_of_the_probabilities() -> None:
    """117 kgce/t has no digit behind the point: up to 117.5 rounds to it."""
    full, rounded = (eb.classify("117.4±0.05 kgce/t", "水泥熟料", compare=way) for way in ("full", "rounded"))
    assert probabilities_of(full)["baseline"] < 1e-9
    assert probabilities_of(rounded)["baseline"] == pytest.approx(NormalDist().cdf(2), abs=1e-3)


def test_a_correction_of_the_value_carries_its_uncertainty() -> None:
    """GB 16780-2012 takes waste heat power off the value, which adds nothing, and multiplies it for the altitude."""
    waste = {"generation": "33 GWh", "own_use": "3 GWh", "clinker_output": "1 Mt"}
    options: Any = {
        "document": "gb-16780-2012",
        "period": "2021",
        "corrections": {"altitude": {"altitude": "2100 m"}, "waste-heat-power": waste, "clinker-strength": "base"},
    }
    with pytest.warns(UnverifiedWarning) as of_plain:
        plain = eb.classify("105 kgce/t", "cement-clinker", **options, allow_unverified=True)
    with pytest.warns(UnverifiedWarning) as of_verdict:
        verdict = eb.classify("105±2 kgce/t", "cement-clinker", **options, allow_unverified=True)
    assert [str(one.message) for one in of_verdict] == [str(one.message) for one in of_plain]
    assert plain.value == verdict.value < 105 - 12.12
    assert verdict.uncertainty == pytest.approx(2 * verdict.value / (105 - 12.12))
    with refused(UnverifiedError, "unverified", "allow_unverified=True"):
        eb.classify("105±2 kgce/t", "cement-clinker", **options)


@given(LADDERS, VALUES, WIDTHS, st.sampled_from(["full", "rounded"]))
def test_probabilities_add_up_and_no_class_is_invented(row: Ladder, value: float, width: float, compare: str) -> None:
    chances = class_probabilities(value, width, row, compare)
    assert math.fsum(chances.values()) == pytest.approx(1, abs=1e-12)
    assert all(0 <= chance <= 1 for chance in chances.values())
    assert set(chances) <= {level.value for level in row.levels} | {CANNOT_TELL}
    if all(step.threshold for step in row.steps):
        assert CANNOT_TELL not in chances
    if width == 0.0:
        level = row.level(value, compare)
        assert chances[level.value if level else CANNOT_TELL] == 1


@given(LADDERS, VALUES, st.floats(0.1, 5), st.sampled_from(["full", "rounded"]))
def test_probabilities_are_the_shares_of_many_true_values(
    row: Ladder, value: float, width: float, compare: str
) -> None:
    """Quantiles in place of draws: equally likely true values, each classed by the ladder itself."""
    count = 200
    model = NormalDist(value, width)
    found: dict[str, float] = {}
    for number in range(count):
        level = row.level(model.inv_cdf((number + 0.5) / count), compare)
        name = level.value if level else CANNOT_TELL
        found[name] = found.get(name, 0.0) + 1 / count
    chances = class_probabilities(value, width, row, compare)
    for name in {*chances, *found}:
        assert chances.get(name, 0.0) == pytest.approx(found.get(name, 0.0), abs=4 / count)


def test_a_missing_step_leaves_its_part_open() -> None:
    chances = class_probabilities(10.0, 1.0, ladder("", "12"))
    assert chances == {
        "level-1": 0,
        "level-2": 0,
        "over-limit": pytest.approx(NormalDist().cdf(-2)),
        CANNOT_TELL: pytest.approx(NormalDist().cdf(2)),
    }
    assert conformity(10.0, 1.0, ladder("", "12"))["level-1"] is None


def test_steps_out_of_order_share_no_class() -> None:
    """Level 2 is stricter than level 1 here: whoever meets it meets level 1 already."""
    chances = class_probabilities(10.0, 1.0, ladder("11", "9"))
    assert chances["level-2"] == 0
    assert chances["level-1"] == pytest.approx(NormalDist().cdf(1))


# Decisions ------------------------------------------------------------------------------------------------


@each(
    ("value", "rule", "level"),
    [
        ("99 kgce/t", "simple", "benchmark"),
        ("99±2 kgce/t", "simple", "benchmark"),
        ("99±2 kgce/t", "guarded-acceptance", "baseline"),
        ("99±2 kgce/t", "guarded-rejection", "benchmark"),
        ("102±2 kgce/t", "simple", "baseline"),
        ("102±2 kgce/t", "guarded-rejection", "benchmark"),
        ("116±2 kgce/t", "guarded-acceptance", "below-baseline"),
        ("96±2 kgce/t", "guarded-acceptance", "benchmark"),
    ],
)
def test_a_rule_decides(value: str, rule: str, level: str) -> None:
    decision = eb.classify(value, "水泥熟料").decide(rule)
    assert decision.level == level
    assert decision.rule == rule
    assert level in str(decision)


def test_the_guard_band_is_the_quantile_of_the_risk() -> None:
    """One-sided 5 %: 1.645 standard uncertainties (JCGM 106, 8.3.2)."""
    decision = eb.classify("96±2 kgce/t", "水泥熟料").decide("guarded-acceptance", risk=0.05)
    assert decision.guard_band == pytest.approx(2 * 1.6448536)
    assert (decision.unit, decision.risk) == ("kgce/t", 0.05)
    assert decision.probability == pytest.approx(NormalDist().cdf(2), rel=1e-6)
    assert json.loads(json.dumps(decision.to_dict()))["level"] == "benchmark"


def test_simple_acceptance_needs_no_uncertainty_and_keeps_no_risk() -> None:
    decision = eb.classify("105 kgce/t", "水泥熟料").decide()
    assert (decision.level, decision.risk, decision.guard_band, decision.probability) == ("baseline", None, 0, None)
    assert decision.sentence.endswith(" by simple acceptance; no uncertainty was given")


def test_savings_take_no_uncertain_output() -> None:
    with refused(UncertaintyError, "uncertainty", "2±0.1 万t"):
        eb.classify("105±2 kgce/t", "水泥熟料", output="2±0.1 万t")


def test_what_cannot_be_decided_is_refused() -> None:
    verdict = eb.classify("105 kgce/t", "水泥熟料")
    with refused(UncertaintyError, "uncertainty", "guarded-acceptance"):
        verdict.decide("guarded-acceptance")
    for risk in (0, 1, 0.6, -0.1, math.nan, "5%", True):
        with refused(OptionError, "option", "risk"):
            verdict.decide("simple", risk=risk)  # type: ignore[arg-type]
    with refused(OptionError, "option", "guarded-acceptance"):
        verdict.decide("guarded-acceptence")
    weak = next(one for one in eb.classify_all("105±2 kgce/t", "水泥熟料") if one.ladder is None)
    assert weak.probabilities is None
    with pytest.raises(MissingFigureError, match="may not be used"):
        weak.decide()


@given(LADDERS, VALUES, st.floats(1e-3, 10), RISKS, st.sampled_from(["full", "rounded"]))
def test_a_rule_keeps_its_risk(row: Ladder, value: float, width: float, risk: float, compare: str) -> None:
    """Accepted steps fail with at most the risk; refused ones are met with at most the risk."""
    chances = conformity(value, width, row, compare)
    accepted = decide(value, width, row, compare=compare, rule="guarded-acceptance", risk=risk)
    if accepted.level not in (None, row.beyond):
        assert accepted.level is not None
        assert 1 - (chances[accepted.level.value] or 0) <= risk * (1 + 1e-6) + 1e-9
    kept = decide(value, width, row, compare=compare, rule="guarded-rejection", risk=risk)
    if kept.level is row.beyond and all(step.threshold for step in row.steps):
        assert all((chance or 0) <= risk * (1 + 1e-6) + 1e-9 for chance in chances.values())


@given(LADDERS, VALUES, st.floats(0, 10), RISKS)
def test_a_guarded_rule_is_never_on_the_other_side_of_simple_acceptance(
    row: Ladder, value: float, width: float, risk: float
) -> None:
    order = {level: number for number, level in enumerate(row.levels)}
    levels = [
        decide(value, width, row, rule=rule, risk=risk).level for rule in ("guarded-rejection", RULES[0], RULES[1])
    ]
    known = [order[level] for level in levels if level is not None]
    assert known == sorted(known)
    if width == 0.0 or risk == 0.5:
        assert len(set(levels)) == 1


def test_every_limit_row_can_be_decided_on() -> None:
    """At the limit itself the chance is one half, and a little beyond it nothing is refused for sure."""
    table = eb.tables.limits()
    for item, unit in table[["item", "unit"]].drop_duplicates().iloc[::7].itertuples(index=False):
        for row in all_ladders(item, read_unit(unit)):
            for step in (step for step in row.steps if step.value):
                width = abs(step.value or 0) / 100
                assert conformity(step.value or 0, width, row)[step.level.value] == pytest.approx(0.5, abs=1e-5)


def test_the_model_is_normal() -> None:
    draws = np.random.default_rng(3).normal(105, 3, 200_000)
    chances = probabilities_of(eb.classify("105±3 kgce/t", "水泥熟料"))
    assert chances["benchmark"] == pytest.approx((draws <= 100).mean(), abs=4e-3)
