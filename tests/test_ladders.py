"""Classes: at, beside and between the figures of every row, and what a verdict says about itself."""

from __future__ import annotations

import json
import math
import pickle
import unicodedata
import warnings
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import energybench as eb
import oracle
from energybench import Level, tables
from energybench.errors import (
    AmbiguousError,
    AmountError,
    BasisError,
    CapacityError,
    DimensionError,
    EnergybenchError,
    MissingFigureError,
    NotInForceError,
    OptionError,
    OutputError,
    SupersededWarning,
    UnitTextError,
    UnknownNameError,
    UnknownProductError,
    UnverifiedError,
    UnverifiedWarning,
)
from energybench.frames import kernel
from energybench.limits.choose import _ladders, find_ladder, of_furnace
from energybench.limits.ladders import COMPARES, Ladder, Step, beyond_every_step, fold_threshold, plausible_range
from energybench.tables.names import items, normalise_name
from expect import each, refused

if TYPE_CHECKING:
    from conftest import WriteTable

FURNACE = "induction-furnace-cast-iron"
LOCAL = (FURNACE, "cast-iron", "cast-steel", "铸铁")
BENCHMARK, BASELINE, BELOW = Level.BENCHMARK, Level.BASELINE, Level.BELOW_BASELINE
WITHIN, OVER = Level.WITHIN_LIMIT, Level.OVER_LIMIT


def classify(value: Any, item: str, **options: Any) -> eb.Verdict:
    """Classify; editions, places, conditions and implausible values are the subjects of other tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SupersededWarning)
        said: dict[str, Any] = {"corrections": "base", "plausible": True}
        said |= {"region": "昌吉市", "period": "2022"} if item in LOCAL else {}
        verdict: eb.Verdict = eb.classify(value, item, **(said | options))
        return verdict


# The figures ----------------------------------------------------------------------------------------------


@each(
    ("value", "item", "options", "level"),
    [
        ("13200 kWh/t", "electrolytic-aluminium", {}, BASELINE),
        ("13,350 kWh/t", "电解铝", {}, BASELINE),
        ("13350.1 kWh/t", "电解铝", {}, BELOW),
        ("13000 千瓦时/吨", "电解铝", {}, BENCHMARK),
        ("1.3200 万kWh/t", "电解铝", {}, BASELINE),
        ("47.52 GJ/t", "电解铝", {}, BASELINE),
        ("105 kgce/t", "cement-clinker", {}, BASELINE),
        ("0.1 tce/t", "cement-clinker", {}, BENCHMARK),
        ("117 千克标准煤/吨", "cement-clinker", {"document": "ndrc-2021"}, BASELINE),
        ("8.1 kgce/重量箱", "flat-glass-over-800", {}, BASELINE),
        ("4.6 kgce/m2", "ceramic-tile-absorption-10", {}, BASELINE),
        ("7.5 kgoe/(t·EF)", "oil-refining", {}, BENCHMARK),
        ("10 kgce/(t·EF)", "oil-refining", {}, BENCHMARK),
        ("-30 kgce/t", "converter", {"allow_unverified": True}, BENCHMARK),
        ("-29.9 kgce/t", "converter", {"allow_unverified": True}, BASELINE),
        ("-10 kgce/t", "converter", {"allow_unverified": True}, BASELINE),
        ("0 kgce/t", "converter", {"allow_unverified": True}, BELOW),
        ("0.28 tce/t", "cast-iron", {}, WITHIN),
        ("280.1 kgce/t", "铸铁", {}, OVER),
        ("0.55 tce/t", "cast-steel", {}, WITHIN),
        ("589 kWh/t", FURNACE, {"capacity": "6 t"}, WITHIN),
        ("590 kWh/t", FURNACE, {"capacity": "6 t"}, OVER),
        ("603 kWh/t", FURNACE, {"capacity": "3 t"}, WITHIN),
        ("604 kWh/t", FURNACE, {"capacity": "3 t"}, OVER),
        ("603 kWh/t", FURNACE, {"capacity": "3 t", "reading": "class_above"}, OVER),
        ("609 kWh/t", FURNACE, {"capacity": "3 t", "reading": "class_below"}, WITHIN),
    ],
)
@pytest.mark.filterwarnings("ignore:.* is unverified")
def test_a_value_has_its_class(value: str, item: str, options: dict[str, str], level: Level) -> None:
    assert classify(value, item, **options).level == level


def test_class_values_are_the_contract() -> None:
    assert [level.value for level in (BENCHMARK, BASELINE, BELOW)] == ["benchmark", "baseline", "below-baseline"]
    assert [level.zh for level in (BENCHMARK, BASELINE, BELOW)] == ["标杆水平", "基准水平", "基准水平以下"]


def test_a_verdict_says_everything_that_a_reader_needs() -> None:
    verdict = classify("13200 kWh/t", "电解铝")
    assert (verdict.item, verdict.item_zh, verdict.value, verdict.unit) == (
        *("electrolytic-aluminium", "电解铝"),
        *(13200.0, "kWh/t"),
    )
    assert verdict.thresholds == {"benchmark": 13000.0, "baseline": 13350.0}
    assert verdict.comparators == {"benchmark": "<=", "baseline": "<="}
    assert verdict.meets == {"benchmark": False, "baseline": True}
    assert verdict.margins == {"benchmark": -200.0, "baseline": 150.0}
    assert (verdict.document, verdict.verification) == ("ndrc-2023", find_ladder("电解铝").verification)
    assert (verdict.savings, verdict.furnace, verdict.depends_on_reading) == ({}, None, False)
    assert (verdict.package_version, verdict.data_version) == (eb.__version__, tables.data_version())
    for part in ("13200 kWh/t", "baseline", "基准水平", "13000", "13350", "ndrc-2023"):
        assert part in str(verdict)


def test_a_verdict_is_a_plain_value() -> None:
    verdict = classify("600 kWh/t", FURNACE, capacity="3 t", output="500 t")
    assert pickle.loads(pickle.dumps(verdict)) == verdict  # noqa: S301 - our own bytes
    assert verdict == classify("0.6 MWh/t", FURNACE, capacity="3000 kg", output="50 万kg")
    assert json.loads(json.dumps(verdict.to_dict()))["level"] == "within-limit"
    assert verdict.to_pint() == eb.ureg.Quantity(600.0, "kWh/t")
    with pytest.raises(AttributeError):
        verdict.level = WITHIN  # type: ignore[misc]


@pytest.mark.filterwarnings("ignore:.* is unverified")
def test_negative_steps_have_differences_and_no_ratios() -> None:
    assert classify("-20 kgce/t", "converter", allow_unverified=True).margins == {"benchmark": -10.0, "baseline": 10.0}
    assert classify("5 kgce/t", "converter", allow_unverified=True).margins == {"benchmark": -35.0, "baseline": -15.0}


# Which row applies ----------------------------------------------------------------------------------------

LISTS = {row["id"]: row for row in oracle.table("documents") if row["kind"] == "national_list"}
NATIONAL = oracle.table("benchmarks")
ACCEPTED_NATIONAL = oracle.accepted("benchmarks")


@each("item", sorted({row["item"] for row in NATIONAL}))
def test_the_list_in_force_is_the_default_and_no_older_one_steps_in(item: str) -> None:
    day = eb.tables.as_of()
    rows = [row for row in NATIONAL if row["item"] == item]
    replaced = {row["replaces"] for row in LISTS.values() if row["effective_from"] and row["effective_from"] <= day}
    in_force = [row for row in rows if LISTS[row["document"]]["effective_from"] and row["document"] not in replaced]
    if in_force and in_force[0]["verification"] in oracle.ACCEPTED:
        assert eb.find_ladder(item).id == in_force[0]["id"]
        return
    kinds = (MissingFigureError, UnverifiedError) if in_force else (NotInForceError,)
    with pytest.raises(kinds) as caught:
        eb.find_ladder(item)
    older = [row["document"] for row in rows if row["verification"] in oracle.ACCEPTED]
    assert all(f'document="{document}"' in caught.value.fix for document in older)


@each("row", [r for r in NATIONAL if r not in ACCEPTED_NATIONAL], ids=lambda row: row["id"])
def test_a_row_that_may_not_be_used_is_refused_and_the_document_named(row: oracle.Row) -> None:
    kind = MissingFigureError if row["verification"] == "missing" else UnverifiedError
    reason = "missing-figure" if row["verification"] == "missing" else "unverified"
    value = f"100 {row['unit'] or 'kgce/t'}"
    with refused(kind, reason, row["item"], LISTS[row["document"]]["number"]):
        classify(value, row["item"], document=row["document"])
    if kind is MissingFigureError:
        with refused(kind, reason, row["item"]):
            classify(value, row["item"], document=row["document"], allow_unverified=True)
        return
    with pytest.warns(UnverifiedWarning, match=row["id"]):
        verdict = classify(value, row["item"], document=row["document"], allow_unverified=True)
    assert verdict.verification == row["verification"]
    assert verdict.level == oracle.national_class(Fraction(100), row)


def test_a_document_answers_to_its_printed_number() -> None:
    assert classify("13200 kWh/t", "电解铝", document="发改产业〔2021〕1609号").document == "ndrc-2021"


def test_a_missing_step_stays_missing(write_table: WriteTable) -> None:
    """A value that would need the missing figure is left open; one that fails the step beyond it is not."""
    own = {"benchmark": "", "baseline": "120", "verification": "one_source", "evidence": "on paper"}
    tables.use(write_table("benchmarks", own, base="ndrc-2023/urea"))
    open_verdict = classify("110 kgce/t", "urea")
    assert (open_verdict.level, open_verdict.meets) == (None, {"benchmark": None, "baseline": True})
    assert (open_verdict.thresholds["benchmark"], open_verdict.margins["benchmark"]) == (None, None)
    assert "benchmark" in open_verdict.reason
    assert "cannot tell" in str(open_verdict)
    assert classify("121 kgce/t", "urea").level == BELOW
    own |= {"benchmark": "100", "baseline": ""}
    tables.use(write_table("benchmarks", own, base="ndrc-2023/urea"))
    assert classify("100 kgce/t", "urea").level == BENCHMARK
    assert classify("101 kgce/t", "urea").level is None


@each(
    ("meets", "level"),
    [
        ((True, True, True), Level.LEVEL_1),
        ((False, True, True), Level.LEVEL_2),
        ((False, False, False), OVER),
        ((False, True, False), Level.LEVEL_2),
        ((True, None, True), Level.LEVEL_1),
        ((None, False, False), OVER),
        ((False, None, False), OVER),
        ((None, True, True), None),
        ((None, True, False), None),
        ((False, None, True), None),
        ((False, False, None), None),
        ((None, None, None), None),
    ],
)
def test_a_class_needs_every_figure_that_could_change_it(meets: tuple[bool | None, ...], level: Level | None) -> None:
    """The value is 10, so that a step of 20 is met and one of 5 is not."""
    ladder = eb.find_ladder("electrolytic-aluminium", "gb-21346-2022")
    texts = [{True: "20", False: "5", None: ""}[one] for one in meets]
    steps = tuple(replace(step, threshold=text) for step, text in zip(ladder.steps, texts, strict=True))
    made = replace(ladder, steps=steps)
    assert made.meets(10.0) == meets
    assert made.level(10.0) == level


def test_equal_steps_and_higher_is_better_work(write_table: WriteTable) -> None:
    own = {"benchmark": "90", "baseline": "90", "verification": "one_source", "evidence": "on paper"}
    tables.use(write_table("benchmarks", own, base="ndrc-2023/urea"))
    assert [classify(f"{n} kgce/t", "urea").level for n in (90, "90.1")] == [BENCHMARK, BELOW]
    own |= {"benchmark": "92", "baseline": "90", "comparator": ">=", "better": "higher", "unit": "kWh/kWh"}
    tables.use(write_table("benchmarks", own, base="ndrc-2023/urea"))
    levels = [classify(f"{n} kWh/kWh", "urea").level for n in ("92", "91.9", "90", "89.9")]
    assert levels == [BENCHMARK, BASELINE, BASELINE, BELOW]
    assert classify("91 kWh/kWh", "urea").margins == {"benchmark": -1.0, "baseline": 1.0}


# Every row, at and beside every figure --------------------------------------------------------------------


@each("noise", [1 - 1e-10, 1 - 1e-14, 1 + 1e-14, 1 + 1e-10])
@each("row", ACCEPTED_NATIONAL, ids=lambda row: row["id"])
def test_float_noise_on_an_exact_hit_never_flips_a_class(row: oracle.Row, noise: float) -> None:
    for step in ("benchmark", "baseline"):
        value = eb.ureg.Quantity(float(row[step]) * noise, _pint(row["unit"]))
        assert classify(value, row["item"], document=row["document"]).meets[step] is True


@each("noise", [1 - 1e-10, 1 - 1e-14, 1 + 1e-14])
@each("capacity", ["1 t", "1.5 t", "2 t", "3 t", "5 t"])
def test_float_noise_never_lets_a_strict_limit_be_reached(capacity: str, noise: float) -> None:
    limit = eb.furnace_limit(capacity).value
    assert classify(eb.ureg.Quantity(limit * noise, "kWh/t"), FURNACE, capacity=capacity).level == OVER
    assert classify(eb.ureg.Quantity(limit * (1 - 1e-7), "kWh/t"), FURNACE, capacity=capacity).level == WITHIN


def _pint(unit: str) -> str:
    return unit.replace("(t·EF)", "t/EF")


@given(
    st.sampled_from([row for row in ACCEPTED_NATIONAL if row["unit"] == "kWh/t"]),
    st.sampled_from(["benchmark", "baseline"]),
    st.lists(st.decimals("0.01", "9999", places=2), min_size=1, max_size=12),
)
def test_a_metered_intensity_that_is_exactly_the_figure_reaches_it(
    row: oracle.Row, step: str, outputs: list[Any]
) -> None:
    """Twelve months metered in 万kWh, summed and divided as floats: the true quotient is the figure."""
    energy = sum(float(Decimal(row[step]) * month / 10000) for month in outputs)
    intensity = eb.ureg.Quantity(energy * 1e4, "kWh") / eb.ureg.Quantity(sum(map(float, outputs)), "t")
    assert classify(intensity, row["item"], document=row["document"]).meets[step] is True


# Laws -----------------------------------------------------------------------------------------------------

ORDER = {BENCHMARK: 0, BASELINE: 1, BELOW: 2}
rows = st.sampled_from(ACCEPTED_NATIONAL)


@st.composite
def value_near(draw: st.DrawFn, row: oracle.Row) -> Decimal:
    """A decimal in the neighbourhood of a row's figures, often exactly one of them."""
    figures = [Decimal(row["benchmark"]), Decimal(row["baseline"])]
    width = abs(figures[1] - figures[0]) + 1
    return draw(st.sampled_from(figures) | st.decimals(figures[0] - width, figures[1] + width, places=3))


@given(st.data())
def test_a_lower_value_never_has_a_worse_class(data: st.DataObject) -> None:
    row = data.draw(rows)
    values = sorted((data.draw(value_near(row)), data.draw(value_near(row))))
    lower, higher = (classify(f"{v} {row['unit']}", row["item"], document=row["document"]) for v in values)
    assert ORDER[lower.level] <= ORDER[higher.level]  # type: ignore[index]
    for step in ("benchmark", "baseline"):
        assert lower.margins[step] >= higher.margins[step]  # type: ignore[operator]


@given(st.data())
def test_the_unit_does_not_change_the_class(data: st.DataObject) -> None:
    row = data.draw(rows)
    value = data.draw(value_near(row))
    over, _, below = row["unit"].partition("/")
    shifts = {"kgce": ("gce", 3), "kgoe": ("toe", -3), "kWh": ("万kWh", -4)}
    other, shift = shifts[over]
    verdict = classify(f"{value} {row['unit']}", row["item"], document=row["document"])
    assert verdict == classify(f"{value.scaleb(shift):f} {other}/{below}", row["item"], document=row["document"])
    if below == "t":
        per = classify(f"{value.scaleb(4):f} {over}/万t", row["item"], document=row["document"])
        assert per == verdict


@given(st.data())
def test_a_margin_is_positive_exactly_while_its_step_is_met(data: st.DataObject) -> None:
    row = data.draw(rows)
    value = data.draw(value_near(row))
    verdict = classify(f"{value} {row['unit']}", row["item"], document=row["document"])
    for step, margin in verdict.margins.items():
        assert margin is not None
        assert (margin >= 0) == verdict.meets[step]
        assert margin == pytest.approx(float(Decimal(row[step]) - value), abs=1e-9)


# Furnaces -------------------------------------------------------------------------------------------------


@each(
    ("value", "depends", "level"),
    [
        ("589.999", False, WITHIN),
        ("590", True, WITHIN),
        ("600", True, WITHIN),
        ("603.4", True, OVER),
        ("609.999", True, OVER),
        ("610", False, OVER),
        ("640", False, OVER),
    ],
)
def test_at_three_tonnes_the_reading_decides_between_590_and_610(value: str, depends: bool, level: Level) -> None:
    verdict = classify(f"{value} kWh/t", FURNACE, capacity="3 t")
    assert (verdict.depends_on_reading, verdict.level) == (depends, level)
    assert ("depends on the reading" in str(verdict)) == depends
    assert verdict.furnace == eb.furnace_limit("3 t")


@given(st.decimals("0.5", "8", places=2), st.decimals(580, 640, places=1), st.sampled_from(["full", "rounded"]))
@example("3", "609.6", "rounded")  # 610 is not less than 610
def test_depends_on_reading_means_that_some_reading_disagrees(capacity: Any, value: Any, compare: str) -> None:
    options: Any = {"capacity": f"{capacity} t", "compare": compare}
    levels = {
        classify(f"{value} kWh/t", FURNACE, reading=reading, **options).level
        for reading in ("linear", "class_below", "class_above")
    }
    verdict = classify(f"{value} kWh/t", FURNACE, **options)
    assert verdict.depends_on_reading == (len(levels) == 2)


# Savings --------------------------------------------------------------------------------------------------


@each(
    ("value", "item", "output", "savings", "unit"),
    [
        ("13500 kWh/t", "电解铝", "10 万t", {"benchmark": 5e7, "baseline": 1.5e7}, "kWh"),
        ("13200 kWh/t", "电解铝", "10 万t", {"benchmark": 2e7, "baseline": 0.0}, "kWh"),
        ("12000 kWh/t", "电解铝", "1000 kg", {"benchmark": 0.0, "baseline": 0.0}, "kWh"),
        ("120 kgce/t", "cement-clinker", "100 万t", {"benchmark": 20000.0, "baseline": 3000.0}, "tce"),
        ("13 kgce/重量箱", "flat-glass-over-800", "200 万重量箱", {"benchmark": 10000.0, "baseline": 2000.0}, "tce"),
        ("597 kgoe/t", "ethylene-naphtha", "1000 t", {"benchmark": 10.0, "baseline": 0.0}, "tce"),
        ("5 kgce/t", "converter", "1000 t", {"benchmark": 35.0, "baseline": 15.0}, "tce"),
    ],
)
@pytest.mark.filterwarnings("ignore:.* is unverified")
def test_output_turns_margins_into_savings(
    value: str, item: str, output: str, savings: dict[str, float], unit: str
) -> None:
    verdict = classify(value, item, output=output, allow_unverified=item == "converter")
    assert verdict.saving_unit == unit
    assert verdict.savings == pytest.approx(savings)


# Values that are no consumption ---------------------------------------------------------------------------

NOTE = "the value is not above zero, and every step is"


@each(
    ("value", "item", "options", "noted"),
    [
        ("-5 kWh/t", "电解铝", {}, True),
        ("0 kWh/t", "电解铝", {}, True),
        ("0.001 kWh/t", "电解铝", {}, False),
        ("-1 kgce/t", "cement", {"document": "gb-16780-2021"}, True),
        ("-1 kWh/t", FURNACE, {"capacity": "3 t"}, True),
        ("-30 kgce/t", "converter", {"allow_unverified": True}, False),
        ("0 kgce/t", "converter", {"allow_unverified": True}, False),
    ],
)
@pytest.mark.filterwarnings("ignore:.* is unverified")
def test_a_value_not_above_zero_is_classified_with_a_note(
    value: str, item: str, options: dict[str, str], noted: bool
) -> None:
    verdict = classify(value, item, **options)
    assert verdict.level is not None
    told = (verdict.notes, str(verdict), json.dumps(verdict.to_dict()), verdict._repr_html_() or "")
    assert [NOTE in text for text in told] == [noted] * 4


# Rounding -------------------------------------------------------------------------------------------------


@each(
    ("value", "item", "options", "full", "rounded"),
    [
        ("13350.4 kWh/t", "电解铝", {}, BELOW, BASELINE),
        ("13350.6 kWh/t", "电解铝", {}, BELOW, BELOW),
        ("100.5 kgce/t", "cement-clinker", {}, BASELINE, BENCHMARK),
        ("117.5 kgce/t", "cement-clinker", {}, BELOW, BELOW),
        ("7.55 kgoe/(t·EF)", "oil-refining", {}, BASELINE, BASELINE),
        ("7.54 kgoe/(t·EF)", "oil-refining", {}, BASELINE, BENCHMARK),
        ("-30.5 kgce/t", "converter", {"allow_unverified": True}, BENCHMARK, BENCHMARK),
        ("-29.5 kgce/t", "converter", {"allow_unverified": True}, BASELINE, BENCHMARK),
        ("-10.5 kgce/t", "converter", {"allow_unverified": True}, BASELINE, BASELINE),
        ("-9.5 kgce/t", "converter", {"allow_unverified": True}, BELOW, BASELINE),
        ("0.285 tce/t", "cast-iron", {}, OVER, WITHIN),
        ("0.2851 tce/t", "cast-iron", {}, OVER, OVER),
        ("589.6 kWh/t", FURNACE, {"capacity": "5 t"}, WITHIN, OVER),
        ("589.4 kWh/t", FURNACE, {"capacity": "5 t"}, WITHIN, WITHIN),
        ("1e30 kWh/t", "电解铝", {}, BELOW, BELOW),
        ("1e-30 kWh/t", "电解铝", {}, BENCHMARK, BENCHMARK),
    ],
)
@pytest.mark.filterwarnings("ignore:.* is unverified")
def test_a_rounded_comparison_uses_the_digits_of_the_limit(
    value: str, item: str, options: dict[str, str], full: Level, rounded: Level
) -> None:
    assert classify(value, item, **options).level == full
    verdict = classify(value, item, compare="rounded", **options)
    assert (verdict.level, verdict.compare) == (rounded, "rounded")


def test_margins_and_savings_are_of_the_unrounded_value_however_it_is_compared() -> None:
    """The class may round 13350.4 down to 13350; the 0.4 kWh/t above it are there all the same."""
    full, rounded = (classify("13350.4 kWh/t", "电解铝", output="1 万t", compare=way) for way in ("full", "rounded"))
    assert (full.level, rounded.level) == (BELOW, BASELINE)
    assert rounded.meets["baseline"] is True
    assert rounded.margins == full.margins
    assert rounded.savings == full.savings
    assert rounded.margins["baseline"] == pytest.approx(-0.4)
    assert rounded.savings["baseline"] == pytest.approx(4000)


@each("compare", COMPARES)
@each(("value", "level"), [("603 kWh/t", WITHIN), ("603.3 kWh/t", WITHIN), ("603.4 kWh/t", OVER)])
def test_between_furnace_points_nothing_is_rounded(compare: str, value: str, level: Level) -> None:
    """At 3 t the line gives 603.33 kWh/t, which no document prints: there are no digits to round to."""
    verdict = classify(value, FURNACE, capacity="3 t", compare=compare)
    assert verdict.level == level
    assert verdict.thresholds["within-limit"] == pytest.approx(603 + 1 / 3)


@each(("reading", "value", "level"), [("class_above", 589.6, OVER), ("class_below", 609.4, WITHIN)])
def test_the_reading_of_a_class_takes_the_limit_as_printed(reading: str, value: float, level: Level) -> None:
    verdict = classify(f"{value} kWh/t", FURNACE, capacity="3 t", reading=reading, compare="rounded")
    assert verdict.level == level


def test_a_corrected_limit_is_compared_unrounded() -> None:
    """117 kgce/t is raised to about 126 at 2,100 m: 0.4 above it is over, though 117.4 is not over 117 rounded."""
    options: Any = {"document": "gb-16780-2021", "compare": "rounded"}
    assert classify("117.4 kgce/t", "cement-clinker", **options).level == Level.LEVEL_3
    options["corrections"] = {"altitude": {"altitude": "2100 m"}}
    limit = classify("105 kgce/t", "cement-clinker", **options).thresholds["level-3"]
    assert limit is not None
    assert limit != round(limit)
    assert classify(f"{limit + 1e-4} kgce/t", "cement-clinker", **options).level == OVER
    assert classify(f"{limit - 1e-4} kgce/t", "cement-clinker", **options).level == Level.LEVEL_3


def test_a_correction_that_changes_nothing_leaves_the_limit_as_printed() -> None:
    options: Any = {"document": "gb-16780-2021", "corrections": {"altitude": {"altitude": "500 m"}}}
    assert classify("117.4 kgce/t", "cement-clinker", compare="rounded", **options).level == Level.LEVEL_3


# Regions --------------------------------------------------------------------------------------------------

#: The float tolerance and what its own rounding may be.
TOLERANCE, NOISE = Fraction(1, 10**9), Fraction(1, 10**14)


def slow_meets(step: Step, value: float, compare: str) -> bool | None:
    """Compare a value with one step in exact fractions; None without a figure."""
    if not step.threshold:
        return None
    exact, limit = Fraction(value), Fraction(step.threshold)
    if compare == "rounded" and step.printed:
        unit = 10 ** len(step.threshold.partition(".")[2])
        return oracle.meets(Fraction(round(Fraction(repr(value)) * unit), unit), step.threshold, step.comparator)
    # Plus the tolerance for an inclusive limit, minus for a strict one, in the direction of the comparator.
    wider = TOLERANCE if "=" in step.comparator else -TOLERANCE
    edge = limit + (-1 if ">" in step.comparator else 1) * wider * abs(limit)
    if not limit and "=" not in step.comparator:  # a part of zero is no tolerance
        return exact > 0 if ">" in step.comparator else exact < 0
    return exact >= edge if ">" in step.comparator else exact <= edge


def slow_level(ladder: Ladder, meets: list[bool | None]) -> Level | None:
    """Go through the steps one by one."""
    for number, (step, met) in enumerate(zip(ladder.steps, meets, strict=True)):
        if met is None and True in meets[number:]:
            return None
        if met:
            return step.level
    return None if meets[-1] is None else ladder.beyond


def is_noise(ladder: Ladder, value: float) -> bool:
    """Say whether a value is where a tolerance ends, which floats know to their last digits only."""
    limits = [Fraction(step.threshold) for step in ladder.steps if step.threshold]
    return any(abs(abs(Fraction(value) - one) - TOLERANCE * abs(one)) <= NOISE * abs(one) for one in limits if one)


def values_around(ladder: Ladder) -> list[float]:
    """Return values at, beside and far from each limit, and at and beside each tie where rounding turns."""
    found = [0.0, 1e30, -1e30]
    for text in {step.threshold for step in ladder.steps} - {""}:
        limit, half = Fraction(text), Fraction(1, 2 * 10 ** len(text.partition(".")[2]))
        found += [
            float(limit) * times for times in (1 - 1e-6, 1 - 2e-9, 1 - 1e-12, 1 + 1e-12, 1 + 2e-9, 1 + 1e-6, -1, 2)
        ]
        for at in (float(limit), float(limit - half), float(limit + half)):
            found += [at, math.nextafter(at, math.inf), math.nextafter(at, -math.inf)]
    return found


def assert_regions_are_the_classes(ladder: Ladder, values: list[float], compare: str) -> None:
    regions = ladder.regions(compare)
    assert list(regions.edges) == sorted(set(regions.edges))
    array = np.array(values)
    edges = np.tile(np.array(regions.edges).reshape(-1, 1), len(values))
    found = kernel.regions(ladder.sign * array, edges).tolist()
    assert np.searchsorted(regions.edges, ladder.sign * array).tolist() == found
    for value, region in zip(values, found, strict=True):
        meets = [slow_meets(step, value, compare) for step in ladder.steps]
        level = slow_level(ladder, meets)
        shown = (ladder.id, compare, value)
        assert regions.region(value) == region, shown
        assert list(regions.meets(region)) == list(ladder.meets(value, compare)) == meets, shown
        assert regions.classes[region] is ladder.level(value, compare) is level, shown
        step = regions.edge_decided_on(region)
        assert (step is None) == (True not in meets), shown


def test_the_neighbour_of_a_region_is_the_next_of_another_class() -> None:
    """The figure of level 2 is missing: from 100 to 120 either of the two next classes is possible."""
    steps = zip([*list(Level)[3:6], Level.BASELINE], ["100", "", "110", "120"], strict=True)
    ladder = replace(find_ladder("cement-clinker"), steps=tuple(Step(level, text, "<=") for level, text in steps))
    regions = ladder.regions()
    assert regions.classes == (Level.LEVEL_1, None, None, Level.BELOW_BASELINE)
    assert [regions.neighbour(place, better=True) for place in range(4)] == [None, (0, 0), (0, 0), (2, 2)]
    assert [regions.neighbour(place, better=False) for place in range(4)] == [(1, 0), (3, 2), (3, 2), None]


@each("compare", COMPARES)
def test_every_shipped_ladder_gives_the_class_of_a_slow_comparison(compare: str) -> None:
    shipped = [ladder for item in items() for ladder in _ladders(item)]
    shipped += [of_furnace(eb.furnace_limit(size)) for size in ("1 t", "1.2 t", "2 t", "3 t", "6 t")]
    assert {ladder.sign for ladder in shipped} == {1.0, -1.0}
    assert any(not step.threshold for ladder in shipped for step in ladder.steps)
    for ladder in {(one.steps, one.better): one for one in shipped}.values():
        assert_regions_are_the_classes(ladder, values_around(ladder), compare)


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    """Draw a ladder of one to three steps, in order or not, with and without figures."""
    sign = draw(st.sampled_from(["<", "<=", ">", ">="]))
    texts = st.builds(lambda n, digits: f"{Decimal(n).scaleb(-digits):f}", st.integers(-2000, 2000), st.integers(0, 3))
    shipped = eb.find_ladder("electrolytic-aluminium", "gb-21346-2022")
    given = draw(st.lists(st.tuples(st.just("") | texts, st.booleans()), min_size=1, max_size=3))
    steps = tuple(Step(old.level, *(text, sign, own)) for old, (text, own) in zip(shipped.steps, given, strict=False))
    return replace(shipped, steps=steps, better="higher" if ">" in sign else "lower")


@given(ladders(), st.sampled_from(COMPARES), st.lists(st.floats(-3000, 3000), max_size=5))
def test_any_ladder_gives_the_class_of_a_slow_comparison(ladder: Ladder, compare: str, more: list[float]) -> None:
    values = [value for value in (*values_around(ladder), *more) if not is_noise(ladder, value)]
    assert_regions_are_the_classes(ladder, values, compare)


@given(ladders(), st.sampled_from(COMPARES), st.booleans())
def test_the_neighbour_is_the_nearest_region_of_another_class(ladder: Ladder, compare: str, better: bool) -> None:
    regions = ladder.regions(compare)
    for region, level in enumerate(regions.classes):
        found = regions.neighbour(region, better)
        beyond = regions.classes[:region][::-1] if better else regions.classes[region + 1 :]
        others = [one for one in beyond if one is not level]
        assert (found is None) == (not others)
        if found is not None:
            other, edge = found
            assert regions.classes[other] is others[0]
            # From the near side of the edge to its far side the class turns.
            near, far = (edge + 1, edge) if better else (edge, edge + 1)
            assert (regions.classes[near], far) == (level, other)


@st.composite
def steps_and_values(draw: st.DrawFn) -> tuple[Step, float]:
    """Draw a step, and a value that is anything, or lies at the tie where rounding turns, or beside it."""
    digits = draw(st.integers(0, 20))
    number = draw(st.integers(-(10**6), 10**6) | st.integers(-(10**20), 10**20))
    step = Step(BASELINE, f"{Decimal(number).scaleb(-digits):f}", draw(st.sampled_from(["<", "<=", ">", ">="])))
    last = number + draw(st.integers(-2, 2))
    value = float((last + Fraction(draw(st.sampled_from([0, 2, 3])), 4)) / 10**digits)
    edge = step.edge("rounded")
    assert edge is not None
    sign = -1 if ">" in step.comparator else 1
    value = draw(st.sampled_from([value, sign * edge]) | st.floats(allow_nan=False, allow_infinity=False))
    for towards in draw(st.lists(st.sampled_from([-math.inf, math.inf]), max_size=2)):
        value = math.nextafter(value, towards)
    assume(math.isfinite(value))
    return step, value


@given(steps_and_values())
@settings(max_examples=200)
@example((Step(BASELINE, "117", "<="), 117.5))
@example((Step(BASELINE, "116", "<="), 116.5))
@example((Step(BASELINE, "-10", ">="), -10.5))
@example((Step(BASELINE, "0", "<"), -0.5))
@example((Step(BASELINE, "0.285", "<="), 0.2855))
@example((Step(BASELINE, "18014398509481986", "<="), 2.0**54 + 4))
@example((Step(BASELINE, "0.00", ">"), 0.005))
def test_rounding_is_folded_into_the_edge_exactly(one: tuple[Step, float]) -> None:
    """No value has to be rounded any more."""
    step, value = one
    sign, edge = -1 if ">" in step.comparator else 1, step.edge("rounded")
    assert edge is not None
    assert (sign * value <= edge) is slow_meets(step, value, "rounded")


@each(
    ("comparator", "full", "rounded"),
    [
        ("<=", 117 + 117e-9, 117.49999999999999),  # 117.5 goes to 118, the even one
        ("<", 117 - 117e-9, 116.5),  # 116.5 goes to 116
        (">=", -117 + 117e-9, -116.50000000000001),
        (">", -117 - 117e-9, -117.5),
    ],
)
def test_direction_strictness_and_tolerance_are_folded_into_the_edge(
    comparator: str, full: float, rounded: float
) -> None:
    step = Step(BASELINE, "117", comparator)
    assert step.edge("full") == pytest.approx(full, rel=1e-15)
    assert step.edge("rounded") == rounded
    computed = replace(step, printed=False)
    assert computed.edge("rounded") == computed.edge("full") == step.edge("full")


def test_a_ladder_names_every_class_that_it_can_give() -> None:
    assert find_ladder("electrolytic-aluminium").levels == (BENCHMARK, BASELINE, BELOW)


def test_a_value_that_is_no_number_has_no_class() -> None:
    ladder = find_ladder("electrolytic-aluminium")
    for asked in (ladder.level, ladder.meets):
        with refused(AmountError, "unreadable-amount", "nan"):
            asked(math.nan)


# Bad input ------------------------------------------------------------------------------------------------

REFUSALS: list[tuple[type[EnergybenchError], str, Any, str, dict[str, Any], tuple[str, ...]]] = [
    (
        DimensionError,
        "wrong-dimension",
        "105 kgce/t",
        "电解铝",
        {},
        ("'105 kgce/t'", "electrolytic-aluminium", "kWh/t"),
    ),
    (DimensionError, "wrong-dimension", "600 kWh/t", "cement-clinker", {}, ("'600 kWh/t'", "kgce/t", "to_tce()")),
    (DimensionError, "wrong-dimension", "105 kgce", "cement-clinker", {}, ("'105 kgce'", "kgce/t")),
    (DimensionError, "wrong-dimension", "105 kgce/m3", "cement-clinker", {}, ("'105 kgce/m3'", "kgce/t")),
    (DimensionError, "wrong-dimension", "0.6 tce/t", FURNACE, {"capacity": "3 t"}, ("'0.6 tce/t'", "kWh/t")),
    (AmountError, "unreadable-amount", 13200, "电解铝", {}, ("value is 13200", "with a unit")),
    (AmountError, "unreadable-amount", "13200", "电解铝", {}, ("'13200'", '"13200 kWh/t"')),
    (AmountError, "unreadable-amount", 13200, "电解铝", {}, ('"13200 kWh/t"',)),
    (AmountError, "unreadable-amount", "100", "zzzzzz", {}, ('"100 kgce/t" or "100 kWh/t"',)),
    (AmountError, "unreadable-amount", True, "电解铝", {}, ("True",)),
    (AmountError, "unreadable-amount", float("nan"), "电解铝", {}, ("nan", "with a unit")),
    (AmountError, "unreadable-amount", "nan kWh/t", "电解铝", {}, ("'nan kWh/t'",)),
    (AmountError, "unreadable-amount", "13，350 kWh/t", "电解铝", {}, ("'13，350 kWh/t'", "13,350")),
    (AmountError, "unreadable-amount", "≤590 kWh/t", FURNACE, {"capacity": "3 t"}, ("'≤590 kWh/t'",)),
    (AmountError, "unreadable-amount", eb.ureg.Quantity(float("nan"), "kWh/t"), "电解铝", {}, ("nan", "finite")),
    (AmountError, "unreadable-amount", eb.ureg.Quantity(np.ones(2), "kWh/t"), "电解铝", {}, ("array", "assess()")),
    (UnitTextError, "unknown-unit", "13200 kWh/ton", "电解铝", {}, ("'ton'", "write t")),
    (UnknownProductError, "unknown-product", "1 kgce/t", "electrolitic-aluminium", {}, ("Did you mean", "aluminium")),
    (UnknownProductError, "unknown-product", "1 kgce/t", "电解铝铝", {}, ("'电解铝铝'", "电解铝")),
    (UnknownProductError, "unknown-product", "1 kgce/t", "zzzzzz", {}, ("'zzzzzz'", "product_names")),
    (
        UnknownProductError,
        "unknown-product",
        "1 kgce/t",
        "cement-clinker",
        {"document": "changji-city-2021"},
        ("ndrc-2023",),
    ),
    (
        UnknownNameError,
        "unknown-name",
        "1 kgce/t",
        "cement-clinker",
        {"document": "ndrc-2022"},
        ("'ndrc-2022'", "ndrc-2021"),
    ),
    (MissingFigureError, "missing-figure", "1 kgce/t", "urea", {}, ("urea", "723号", "tables.use()")),
    (UnverifiedError, "unverified", "1 kgce/t", "methanol-lignite", {}, ("methanol-lignite", "allow_unverified=True")),
    (CapacityError, "capacity", "600 kWh/t", FURNACE, {}, (FURNACE, 'capacity="3 t"')),
    (CapacityError, "capacity", "600 kWh/t", FURNACE, {"capacity": "0 t"}, ("'0 t'",)),
    (CapacityError, "capacity", "600 kWh/t", FURNACE, {"capacity": "3 t", "reading": "stated_only"}, ("3 t", "2 t")),
    (OptionError, "option", "13200 kWh/t", "电解铝", {"capacity": "3 t"}, ("capacity", "Leave capacity out")),
    (OptionError, "option", "600 kWh/t", FURNACE, {"capacity": "3 t", "reading": "x"}, ("'x'", "linear")),
    (OptionError, "option", "13200 kWh/t", "电解铝", {"compare": "x"}, ("'x'", "full, rounded")),
    (BasisError, "basis", "105 kgce/t", "cement-clinker", {"basis": "primary"}, ("primary", "calorific", "723号")),
    (OptionError, "option", "105 kgce/t", "cement-clinker", {"basis": "equivalent"}, ("'equivalent'", "calorific")),
    (OutputError, "output", "105 kgce/t", "cement-clinker", {"output": "0 t"}, ("'0 t'", "above zero")),
    (OutputError, "output", "105 kgce/t", "cement-clinker", {"output": "-5 t"}, ("'-5 t'", "above zero")),
    (OutputError, "output", "105 kgce/t", "cement-clinker", {"output": "5 m2"}, ("'5 m2'", "in t")),
    (AmountError, "unreadable-amount", "105 kgce/t", "cement-clinker", {"output": 5}, ("output is 5", '"5 t"')),
]


@each(
    ("kind", "reason", "value", "item", "options", "shown"),
    REFUSALS,
    ids=[f"{row[2]!s:.20} {row[3]} {' '.join(row[4])}" for row in REFUSALS],
)
def test_bad_input_shows_the_value_and_the_fix(
    kind: type[EnergybenchError], reason: str, value: Any, item: str, options: dict[str, Any], shown: tuple[str, ...]
) -> None:
    with refused(kind, reason, *shown):
        classify(value, item, **options)


@each("thing", [None, 5, float("nan"), b"x"])
def test_a_name_that_is_no_text_is_refused(thing: Any) -> None:
    with refused(UnknownProductError, "unknown-product", repr(thing), "text"):
        classify("1 kgce/t", thing)


@each("option", ["document", "reading", "compare", "basis"])
@each("thing", [5, b"x", 1.5])
def test_an_option_that_is_no_text_is_refused(option: str, thing: Any) -> None:
    with pytest.raises(EnergybenchError) as caught:
        classify("600 kWh/t", FURNACE, capacity="3 t", **{option: thing})
    assert repr(thing) in str(caught.value)


_NAMES = [row["name"] for row in oracle.table("product_names")]
_ITEMS: dict[str, set[str]] = {}
for _row in oracle.table("product_names"):
    if not _row["sense"]:
        _ITEMS.setdefault(normalise_name(_row["name"]), set()).add(_row["item"])
for _table in ("benchmarks", "local_limits", "furnace_limits", "limits"):
    for _row in oracle.table(_table):
        for _name in (_row["item"], _row["item_zh"], _row["item_en"]):
            _ITEMS.setdefault(normalise_name(_name), set()).add(_row["item"])


_EVERY_ITEM = {
    row["item"] for table in ("benchmarks", "local_limits", "furnace_limits", "limits") for row in oracle.table(table)
}


def _plain(text: str) -> str:
    """Fold a name as the tables do, and then its width, its traditional characters and its spaces."""
    read = {row["written"]: row["read"] for row in oracle.table("characters") if row["sense"] != "slip"}
    wide = "".join(read.get(one, one) for one in unicodedata.normalize("NFKC", text).casefold())
    return f"{normalise_name(text)}\n{normalise_name(wide)}\n{normalise_name(wide).replace(' ', '')}"


@settings(max_examples=40)
@given(st.text() | st.lists(st.sampled_from([*_NAMES, *"（）()-_ 铝铁"]), max_size=3).map("".join))
@example("")
@example("\ud800")
@example("x" * 1_000_000)
def test_any_text_as_product_is_a_name_of_the_table_or_is_refused(text: str) -> None:
    try:
        found = eb.find_item(text)
    except EnergybenchError as error:
        assert len(str(error)) < 2000  # noqa: PT017 - a refusal is one of the two right answers
        return
    assert any(found in items and name in _plain(text) for name, items in _ITEMS.items())


@each("row", oracle.table("product_names"), ids=lambda row: f"{row['name']} {row['item']}")
def test_every_name_leads_to_its_item_or_to_the_choice(row: oracle.Row) -> None:
    said = ""
    try:
        found = eb.find_item(row["name"])
    except AmbiguousError as error:
        said = str(error)
    if row["sense"] and not said:  # another row says that the name is that of one item
        assert any(normalise_name(row["name"]) == one and {found} == _ITEMS[one] for one in _ITEMS)
    elif row["item"].endswith("*"):  # a family, shown by its beginning or by its members
        assert row["item"] in said or all(one in said for one in _EVERY_ITEM if one.startswith(row["item"][:-1]))
    else:
        assert row["item"] in said or (not said and found == row["item"])


@given(st.text(max_size=8), st.sampled_from(["13200 kWh/t", "105 kgce/t"]))
def test_any_text_as_value_is_read_or_refused(text: str, tail: str) -> None:
    assume(text)
    try:
        verdict = classify(text + tail, "电解铝")
    except EnergybenchError:
        return
    number, unit = oracle.read_amount(text + tail)
    assert verdict.value == float(number * unit.factor / oracle.read_unit("kWh/t").factor)


UNITS_KNOWN = sorted({row["item"] for row in oracle.table("benchmarks") if row["unit"]} | {FURNACE})


@pytest.mark.filterwarnings("ignore::energybench.errors.UnverifiedWarning")
@each("value", ["105", 105, "105±2"])
def test_the_unit_that_is_advised_for_a_bare_number_can_be_followed(value: Any) -> None:
    for item in UNITS_KNOWN:
        options: dict[str, Any] = {"allow_unverified": True} | ({"capacity": "3 t"} if item == FURNACE else {})
        with pytest.raises(AmountError) as caught:
            classify(value, item, **options)
        advised, *others = caught.value.fix.split('"')[1::2]
        with suppress(MissingFigureError, NotInForceError):  # no class, in whichever unit
            classify(advised, item, **options)
            assert others == []


# Exact values ---------------------------------------------------------------------------------------------


@each(
    ("value", "item", "options", "exact", "as_float"),
    [
        ("100.0000000001", "cement-clinker", {}, BASELINE, BENCHMARK),
        ("100.00000000000000000001", "cement-clinker", {}, BASELINE, BENCHMARK),
        ("100", "cement-clinker", {}, BENCHMARK, BENCHMARK),
        ("99.9999999999", "cement-clinker", {}, BENCHMARK, BENCHMARK),
        ("117.0000001", "cement-clinker", {}, BELOW, BASELINE),
        ("117.0000001", "cement-clinker", {"compare": "rounded"}, BASELINE, BASELINE),
        ("415.0000001", "blast-furnace", {"document": "gb-21256-2025", "corrections": "base"}, OVER, Level.LEVEL_3),
    ],
)
def test_a_decimal_is_compared_exactly_and_a_float_with_its_tolerance(
    value: str, item: str, options: dict[str, Any], exact: Level, as_float: Level
) -> None:
    assert classify(f"{value} kgce/t", item, **options).level is exact
    assert classify(f"{Decimal(value) / 1000:f} tce/t", item, **options).level is exact
    assert classify(eb.ureg.Quantity(Decimal(value), "kgce/t"), item, **options).level is exact
    assert classify(eb.ureg.Quantity(float(value), "kgce/t"), item, **options).level is as_float
    assert classify_level_of_all(f"{value} kgce/t", item, options) is exact


def classify_level_of_all(value: str, item: str, options: dict[str, Any]) -> Level | None:
    """Return the class by the document of a plain question, from the verdicts of all documents."""
    one = classify(value, item, **options)
    found = {verdict.document: verdict for verdict in eb.classify_all(value, item, compare=one.compare)}[one.document]
    return one.level if found.reason else found.level


@each(("value", "level"), [("629.9999999999", WITHIN), ("630", OVER), ("630.0000001", OVER)])
def test_a_strict_limit_is_missed_by_its_own_figure_alone(value: str, level: Level) -> None:
    assert classify(f"{value} kWh/t", FURNACE, capacity="1 t").level is level


def test_the_standard_beside_a_list_is_compared_exactly_too() -> None:
    assert classify("13350 kWh/t", "电解铝").follows == ()
    assert "GB 21346-2022 level 3 (<= 13350 kWh/t) is not met" in classify("13350.000001 kWh/t", "电解铝").follows


def test_a_computed_value_keeps_the_tolerance() -> None:
    """A corrected value is no longer what was written, and an interpolated limit stands in no document."""
    noisy = eb.ureg.Quantity(0.1 + 0.2, "tce/t")
    assert classify(noisy * 10 / 3, "cement-clinker", plausible=True).level is BELOW
    assert classify(eb.ureg.Quantity(100 * (1 + 1e-12), "kgce/t"), "cement-clinker").level is BENCHMARK
    limit = eb.furnace_limit("3 t")
    assert classify(f"{limit.value!r} kWh/t", FURNACE, capacity="3 t").level is OVER


def test_a_strict_limit_of_zero_is_not_met_by_zero() -> None:
    assert fold_threshold(0.0, "<") < 0.0 == fold_threshold(0.0, "<=")
    assert fold_threshold(5.0, "<") == 5.0 - 5e-9


def test_what_is_far_from_the_steps_depends_on_how_wide_they_stand_apart() -> None:
    assert plausible_range(100.0, 117.0) == (25.0, 468.0)
    assert plausible_range(10.0, 50.0) == (7.0, 75.0)
    assert beyond_every_step(20.0, (100.0, 117.0), "kgce/t") == "less than a quarter of the lowest step, 100 kgce/t"
    slip = "as a slip of ten makes of a value near the"
    assert beyond_every_step(6.0, (10.0, 50.0), "kgce/t") == f"less than 7 kgce/t, {slip} highest step, 50 kgce/t"
    assert beyond_every_step(80.0, (10.0, 50.0), "kgce/t") == f"more than 75 kgce/t, {slip} lowest step, 10 kgce/t"


def test_a_ladder_prints_its_steps_and_turns_them_into_json() -> None:
    ladder = replace(find_ladder("electrolytic-aluminium"), notes="铝液")
    assert str(ladder).endswith("ndrc-2023, corroborated\n铝液")
    assert "铝液" not in str(replace(ladder, notes="")).splitlines()
    first, _ = ladder.to_dict()["steps"]
    assert first == {"level": "benchmark", "level_zh": "标杆水平", "comparator": "<=", "threshold": 13000.0}
