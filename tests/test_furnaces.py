"""Limits by furnace capacity: four stated points, flat ends, and four readings between the points."""

from __future__ import annotations

import json
import pickle
from dataclasses import asdict, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import energybench as eb
import oracle
from energybench import tables
from energybench.errors import (
    AmountError,
    CapacityError,
    EnergybenchError,
    MissingFigureError,
    OptionError,
    UnknownNameError,
    UnknownProductError,
    UnverifiedError,
    UnverifiedWarning,
)
from energybench.limits.furnaces import READINGS, find_curve, read_capacity
from expect import each, refused

if TYPE_CHECKING:
    from conftest import WriteTable

STATED = {"1 t": 630.0, "1.5 t": 620.0, "2 t": 610.0, "5 t": 590.0}
BETWEEN = [reading for reading in READINGS if reading != "stated_only"]
capacities = st.decimals("0.001", "100", places=3)


# The figures ----------------------------------------------------------------------------------------------


@each("reading", READINGS)
@each(("capacity", "limit"), STATED.items())
def test_stated_points_come_back_exactly_under_every_reading(capacity: str, limit: float, reading: str) -> None:
    found = eb.furnace_limit(capacity, reading=reading)
    assert (found.value, found.strict, found.lenient) == (limit, limit, limit)
    assert (found.origin, found.unit, found.comparator) == ("stated", "kWh/t", "<")
    assert found.between[0] == found.between[1]


@each("reading", READINGS)
@each(
    ("capacity", "limit"),
    [("0.001 t", 630), ("250 kg", 630), ("999 kg", 630), ("5.001 t", 590), ("6 t", 590), ("40 t", 590), ("1 万t", 590)],
)
def test_the_ends_are_flat_and_stated(capacity: str, limit: float, reading: str) -> None:
    found = eb.furnace_limit(capacity, reading=reading)
    assert (found.value, found.origin) == (limit, "stated")


@each(
    ("capacity", "end"),
    [("1 kg", (1.0, 630.0)), ("999 kg", (1.0, 630.0)), ("5.001 t", (5.0, 590.0)), ("1 万t", (5.0, 590.0))],
)
def test_beyond_the_ends_the_end_itself_stands_on_both_sides(capacity: str, end: tuple[float, float]) -> None:
    assert eb.furnace_limit(capacity).between == (end, end)


@each(
    ("capacity", "linear", "strict", "lenient"),
    [
        ("1.25 t", 625, 620, 630),
        ("1.2 t", 626, 620, 630),
        ("1.75 t", 615, 610, 620),
        ("3 t", 610 - 20 / 3, 590, 610),
        ("3.5 t", 600, 590, 610),
        ("4.999 t", 590 + 20 / 3000, 590, 610),
    ],
)
def test_between_stated_points_every_reading_has_its_own_answer(
    capacity: str, linear: float, strict: float, lenient: float
) -> None:
    found = eb.furnace_limit(capacity)
    assert found.value == pytest.approx(linear, rel=1e-14)
    assert (found.strict, found.lenient) == (strict, lenient)
    assert (found.origin, found.reading) == ("interpolated", "linear")
    assert eb.furnace_limit(capacity, reading="class_above").value == strict
    assert eb.furnace_limit(capacity, reading="class_below").value == lenient


def test_three_tonnes_is_a_reading_and_says_so() -> None:
    found = eb.furnace_limit("3 t")
    assert round(found.value, 2) == 603.33
    assert found.between == ((2.0, 610.0), (5.0, 590.0))
    assert "not the text" in found.notes
    assert "nothing said for 1.5-2 t nor for 2-5 t" in found.notes
    assert "covers every capacity up to and including 1 t" in eb.furnace_limit("0.5 t").notes
    for part in ("603.333", "linear between 2 t and 5 t", "strict 590", "lenient 610", "changji-city-2021"):
        assert part in str(found)


def test_the_source_goes_with_the_limit() -> None:
    found = eb.furnace_limit("3 t")
    assert (found.document, found.clause) == ("changji-city-2021", "四（一）2")
    assert "24号" in found.evidence
    assert found.denominator == "liquid metal"
    assert found.to_pint().to("MJ/t").magnitude == pytest.approx(found.value * 3.6)


@each("capacity", ["3 t", "3000 kg", "3 吨", "3000 公斤", "0.0003 万t", "３ ｔ"])
def test_the_unit_of_the_capacity_does_not_matter(capacity: str) -> None:
    assert eb.furnace_limit(capacity) == eb.furnace_limit("3 t")
    assert read_capacity(capacity) == 3.0


def test_a_quantity_of_any_registry_is_a_capacity() -> None:
    import pint

    foreign: Any = pint.UnitRegistry()
    assert eb.furnace_limit(eb.ureg.Quantity(1500.0, "kg")).value == 620.0
    assert eb.furnace_limit(foreign.Quantity(1.5, "metric_ton")).value == 620.0
    assert eb.furnace_limit(foreign.Quantity(1500, "kilogram")).value == 620.0


@each("noise", [1 - 1e-15, 1 + 1e-15, 1 - 1e-12, 1 + 1e-12])
@each(("capacity", "limit"), STATED.items())
def test_a_stated_point_survives_float_noise(capacity: str, limit: float, noise: float) -> None:
    tonnes = float(capacity.removesuffix(" t")) * noise
    for reading in READINGS:
        assert eb.furnace_limit(eb.ureg.Quantity(tonnes, "t"), reading=reading).value == limit


@each(("capacity", "limit"), STATED.items())
def test_a_point_is_as_wide_as_a_part_in_a_thousand_million(capacity: str, limit: float) -> None:
    """Of its own size, on both sides; beyond that a capacity is between the points, or past the ends."""
    point = float(capacity.removesuffix(" t"))
    near = find_curve().at(np.array([point * (1 - 9e-10), point * (1 + 9e-10)]), "stated_only")
    assert near.tolist() == [limit, limit]
    far = find_curve().at(np.array([point * (1 - 3e-9), point * (1 + 3e-9)]), "stated_only")
    assert np.isnan(far).tolist() == [point != 1, point != 5]


def test_a_stated_limit_prints_in_one_line() -> None:
    said = "< 610 kWh/t (liquid metal, 1500 ℃) at 2 t: stated  [昌吉市, changji-city-2021 四（一）2, "
    assert str(eb.furnace_limit("2 t")).startswith(said)
    assert "in force until 2024-01-01" in str(eb.furnace_limit("2 t"))
    said = "< 603.333 kWh/t (liquid metal, 1500 ℃) at 3 t: linear between 2 t and 5 t; strict 590, lenient 610"
    assert str(eb.furnace_limit("3 t")).startswith(said)


# Bad input ------------------------------------------------------------------------------------------------


@each(
    ("kind", "reason", "capacity", "options", "shown"),
    [
        (CapacityError, "capacity", "0 t", {}, ("'0 t'", "rated capacity")),
        (CapacityError, "capacity", "-3 t", {}, ("'-3 t'", "more than zero")),
        (CapacityError, "capacity", "3 t/h", {}, ("'3 t/h'", '"3 t"', "melting rate")),
        (CapacityError, "capacity", "3 m3", {}, ("'3 m3'", "mass")),
        (CapacityError, "capacity", "3 kWh", {}, ("'3 kWh'", "mass")),
        (CapacityError, "capacity", "3 t", {"reading": "stated_only"}, ("3 t", "2 t", "5 t", '"linear"', "24号")),
        (AmountError, "unreadable-amount", 3, {}, ("capacity is 3", '"3 t"')),
        (AmountError, "unreadable-amount", None, {}, ("capacity is None", "unit")),
        (AmountError, "unreadable-amount", float("nan"), {}, ("capacity is nan", "unit")),
        (AmountError, "unreadable-amount", "3", {}, ("'3'", '"3 t"')),
        (AmountError, "unreadable-amount", "nan t", {}, ("'nan t'",)),
        (AmountError, "unreadable-amount", eb.ureg.Quantity(float("nan"), "t"), {}, ("capacity is nan", "finite")),
        (AmountError, "unreadable-amount", eb.ureg.Quantity(float("inf"), "t"), {}, ("capacity is inf", "finite")),
        (CapacityError, "capacity", eb.ureg.Quantity(np.array([1.0, 2.0]), "t"), {}, ("array", "one furnace")),
        (OptionError, "option", "3 t", {"reading": "cubic"}, ("'cubic'", "linear, class_below")),
        (OptionError, "option", "3 t", {"reading": "class_abov"}, ("'class_abov'", "Did you mean 'class_above'")),
        (UnknownProductError, "unknown-product", "3 t", {"item": "arc-furnace"}, ("'arc-furnace'", "induction")),
        (UnknownProductError, "unknown-product", "3 t", {"document": "ndrc-2023"}, ("723号", "induction")),
        (
            UnknownNameError,
            "unknown-name",
            "3 t",
            {"document": "changji-2021"},
            ("'changji-2021'", "changji-city-2021"),
        ),
    ],
)
def test_bad_input_shows_the_value_and_the_fix(
    kind: type[EnergybenchError], reason: str, capacity: Any, options: dict[str, str], shown: tuple[str, ...]
) -> None:
    with refused(kind, reason, *shown):
        eb.furnace_limit(capacity, **options)  # type: ignore[arg-type]


@each("capacity", [3, "3 t/h", "9e307 万t"])
def test_what_is_wrong_is_the_capacity(capacity: Any) -> None:
    with pytest.raises(EnergybenchError) as caught:
        eb.furnace_limit(capacity)
    assert str(caught.value).startswith("capacity ")


def test_what_is_wrong_is_the_reading() -> None:
    with pytest.raises(OptionError, match=r"^reading is 'cubic'"):
        eb.furnace_limit("3 t", reading="cubic")


def test_points_of_another_document_do_not_change_the_document(write_table: WriteTable) -> None:
    """Whichever file they come from, the limit is that of the document asked for, or of the first."""
    base = "changji-city-2021/induction-furnace-cast-iron/2t"
    other = {"id": "other/2t", "document": "shanxi-2022", "limit": "600"}
    tables.use(write_table("furnace_limits", other, base=base))
    assert eb.furnace_limit("2 t").document == "changji-city-2021"
    assert eb.furnace_limit("2 t").value == 610.0
    assert eb.furnace_limit("40 t", document="shanxi-2022").value == 600.0


def test_an_unverified_point_is_refused_unless_asked_for(write_table: WriteTable) -> None:
    base = "changji-city-2021/induction-furnace-cast-iron/2t"
    tables.use(write_table("furnace_limits", {"verification": "unverified"}, base=base))
    with refused(UnverifiedError, "unverified", "2 t", "allow_unverified=True"):
        eb.furnace_limit("1 t")
    with refused(UnverifiedError, "unverified", "2 t", "allow_unverified=True"):
        find_curve()
    assert eb.furnace_limit("1 t", allow_unverified=True).value == 630.0
    furnace: dict[str, Any] = {"capacity": "2 t", "region": "昌吉市", "period": "2022"}
    with pytest.warns(UnverifiedWarning):
        verdict = eb.classify("600 kWh/t", "induction-furnace-cast-iron", **furnace, allow_unverified=True)
    assert (verdict.level, verdict.verification) == (eb.Level.WITHIN_LIMIT, "unverified")
    assert verdict.row == base
    tables.use(write_table("furnace_limits", {"verification": "missing"}, base=base))
    with refused(MissingFigureError, "missing-figure", "2 t", "24号"):
        eb.furnace_limit("1 t", allow_unverified=True)


# Laws -----------------------------------------------------------------------------------------------------


@given(st.sampled_from(BETWEEN), capacities)
def test_every_capacity_agrees_with_the_slow_reader(reading: str, capacity: Any) -> None:
    expected = float(oracle.furnace_limit(Fraction(capacity), reading))
    assert eb.furnace_limit(f"{capacity} t", reading=reading).value == pytest.approx(expected, rel=1e-14)


@given(st.sampled_from(BETWEEN), capacities, capacities)
def test_a_larger_furnace_never_has_a_higher_limit(reading: str, one: Any, other: Any) -> None:
    small, large = sorted((one, other))
    limits = [eb.furnace_limit(f"{size} t", reading=reading).value for size in (small, large)]
    assert limits[0] >= limits[1]


@given(capacities)
def test_limits_are_bounded_and_readings_are_ordered(capacity: Any) -> None:
    strict, linear, lenient = (
        eb.furnace_limit(f"{capacity} t", reading=reading).value for reading in ("class_above", "linear", "class_below")
    )
    assert 590 <= strict <= linear <= lenient <= 630
    found = eb.furnace_limit(f"{capacity} t")
    assert (found.strict, found.lenient) == (strict, lenient)
    assert (found.origin == "stated") == (strict == lenient)


@given(capacities)
def test_stated_only_answers_exactly_where_all_readings_agree(capacity: Any) -> None:
    found = eb.furnace_limit(f"{capacity} t")
    if found.origin == "stated":
        assert eb.furnace_limit(f"{capacity} t", reading="stated_only").value == found.value
    else:
        with pytest.raises(CapacityError):
            eb.furnace_limit(f"{capacity} t", reading="stated_only")


@given(
    st.sampled_from(READINGS),
    st.lists(st.sampled_from([1.0, 1.5, 2.0, 5.0]) | st.floats(1e-3, 1e3), min_size=1, max_size=30),
)
def test_the_curve_of_many_is_the_limit_of_each(reading: str, sizes: list[float]) -> None:
    curve = find_curve().at(np.array(sizes), reading)
    for size, limit in zip(sizes, curve, strict=True):
        try:
            expected = eb.furnace_limit(eb.ureg.Quantity(size, "t"), reading=reading).value
        except CapacityError:
            expected = float("nan")
        np.testing.assert_equal(limit, expected)


@each("reading", READINGS)
def test_a_gap_in_the_capacities_stays_a_gap(reading: str) -> None:
    limits = find_curve().at(np.array([np.nan, 1.0]), reading)
    assert np.isnan(limits).tolist() == [True, False]


def test_a_limit_is_a_plain_value() -> None:
    found = eb.furnace_limit("3 t")
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own bytes
    assert json.loads(json.dumps(asdict(found)))["value"] == found.value
    with pytest.raises(AttributeError):
        found.value = 0.0  # type: ignore[misc]


def test_a_limit_shows_itself_in_a_notebook() -> None:
    shown = eb.furnace_limit("2 t")._repr_html_() or ""
    assert "610" in shown
    assert "四（一）2" in shown


def test_a_printed_limit_rounds_and_one_between_the_points_does_not() -> None:
    curve, limits = find_curve(), np.array([610.0, 603.25])
    assert curve.step(610.0).comparator == "<"
    assert curve.edges(limits, "full")[1].tolist() == [610.0, 603.25]
    rounded = curve.edges(limits, "rounded")[0]
    assert rounded[0] == curve.step(610.0).edge("rounded") != curve.edges(limits, "full")[0][0]
    assert rounded[1] == curve.edges(limits, "full")[0][1]


def test_a_limit_names_its_place_and_an_unknown_item_its_document() -> None:
    limit = eb.furnace_limit("2 t")
    assert "[昌吉市, changji-city-2021" in str(limit)
    assert "[changji-city-2021" in str(replace(limit, region=""))
    with refused(UnknownProductError, "unknown-product", "No furnace limit for 'cupola' in 昌市政办发〔2021〕24号"):
        find_curve("cupola", "changji-city-2021")
