"""Readings with a standard uncertainty: how they are written, and how they add up (JCGM 100)."""

from __future__ import annotations

import doctest
import json
import math
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pint
import pytest
import uncertainties  # type: ignore[import-untyped,unused-ignore]
from hypothesis import given
from hypothesis import strategies as st

import energybench as eb
from energybench.energy.measured import read_measured_text, root_of_squares
from energybench.errors import (
    AmountError,
    MissingFigureError,
    OptionError,
    UncertaintyError,
    UnitTextError,
    UnverifiedError,
    UnverifiedWarning,
)
from energybench.units.factors import read_exact
from expect import each, refused

PAGE = Path(__file__).parents[1] / "docs" / "uncertainty.md"
RAW = 0.7143
FOREIGN: Any = pint.UnitRegistry()
OURS: Any = eb.ureg


def close(value: float) -> Any:
    """Compare to the last digits of a float."""
    return pytest.approx(value, rel=1e-12, abs=1e-15)


# How it is written ----------------------------------------------------------------------------------------


@each(
    ("text", "value", "unit", "uncertainty"),
    [
        ("1200±6 t", 1200, "t", 6),
        ("1200 ± 6 t", 1200, "t", 6),
        ("(1200 ± 6) t", 1200, "t", 6),
        ("（1200 ± 6）吨", 1200, "t", 6),
        ("1200 t ± 6 t", 1200, "t", 6),
        ("1.2 kt ± 6000 kg", 1.2, "kt", 0.006),
        ("1200 t ± 0.5 %", 1200, "t", 6),
        ("1200 t ± 0.5％", 1200, "t", 6),
        ("1200 ± 0.5 % t", 1200, "t", 6),
        ("(1200 ± 0.5 %) t", 1200, "t", 6),
        ("１２００±６ t", 1200, "t", 6),
        ("1200+/-6 t", 1200, "t", 6),
        ("1200 ＋／－ 6 t", 1200, "t", 6),
        ("(1.200+/-0.006)e+03 t", 1200, "t", 6),
        ("(1.2±0.006)×10³ t", 1.2, "10^3 t", 0.006),
        ("1200±12 t (k=2)", 1200, "t", 6),
        ("1200±12 t, k = 2", 1200, "t", 6),
        ("（1200±12）t（k＝2）", 1200, "t", 6),
        ("1200±12 (k=2) t", 1200, "t", 6),
        ("(1200±12) (k=2) t", 1200, "t", 6),
        ("1200 t ± 1 % (k=2)", 1200, "t", 6),
        ("1200 ± 1 % (k=2) t", 1200, "t", 6),
        ("35.6±0.3 MJ/m3", 35.6, "MJ/m3", 0.3),
        ("350±1 万kWh", 350, "10^4 kWh", 1),
        ("35±2 %", 35, "percent", 2),
        ("-30±2 kgce/t", -30, "kgce/t", 2),
        ("1200±0 t", 1200, "t", 0),
        ("1,200.5±1,000 kg", 1200.5, "kg", 1000),
    ],
)
def test_a_text_states_its_uncertainty(text: str, value: float, unit: str, uncertainty: float) -> None:
    number, read, spread = read_measured_text(text)
    assert (float(number), str(read)) == (value, unit)
    assert spread is not None
    assert spread.standard == close(uncertainty)


@each(
    ("text", "shown"),
    [
        ("1200±-6 t", "sign"),
        ("1200±+6 t", "sign"),
        ("1200±nan t", "is no number"),
        ("1200±inf t", "is no number"),
        ("1200±1e400 t", "inf"),
        ("1200± t", "is no number"),
        ("1200 t ± %", "is no number"),
        ("1200 t ± 6", "no unit"),
        ("35 % ± 2 %", "in points"),
        ("1200 t ± 6 kWh", "is not in t"),
        ("1200±6±2 t", "more than one"),
        ("(1200±6 t", "brackets"),
        ("(1200 t ± 6)", "brackets"),
        ("1200±12 t (k=0)", "coverage factor"),
        ("1200±12 t (k=)", "coverage factor"),
        ("1200±12 t (k=-2)", "coverage factor"),
        ("1200±12 t (k=0.95)", "from 1 to 20"),
        ("1200±12 t (k=95)", "from 1 to 20"),
        ("1200±12 t (k=2) (k=3)", "twice"),
        ("1200±12 (k=2) t, k=2", "twice"),
    ],
)
def test_an_uncertainty_that_is_none_is_refused(text: str, shown: str) -> None:
    with refused(UncertaintyError, "uncertainty", shown):
        eb.to_tce(text, "原煤")


@each(
    ("text", "kind", "said"),
    [
        ("±6 t", AmountError, "'±6 t' does not begin with a number"),
        ("1200±6", AmountError, "'1200±6' has no unit"),
        ("1200±6 tons", UnitTextError, "'tons'"),
    ],
)
def test_what_is_wrong_without_an_uncertainty_stays_wrong(text: str, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said):
        eb.to_tce(text, "原煤")


def test_where_no_uncertainty_is_used_none_is_dropped() -> None:
    with refused(AmountError, "unreadable-amount", "carries an uncertainty"):
        eb.quantity("1200±6 t")
    with refused(AmountError, "unreadable-amount", "carries an uncertainty"):
        eb.furnace_limit("3±0.1 t")
    with refused(UncertaintyError, "uncertainty", "302±3 gce/kWh"):
        eb.assess([], [], basis="primary", coal_rate="302±3 gce/kWh")


@given(st.decimals(-(10**6), 10**6, allow_nan=False, places=3), st.decimals(0, 10**4, allow_nan=False, places=3))
def test_every_way_of_writing_means_the_same(value: Any, width: Any) -> None:
    ways = [f"{value}±{width} t", f"({value} ± {width}) t", f"{value} t ± {width} t", f"{value}±{2 * width} t (k=2)"]
    read = [read_measured_text(text) for text in ways]
    assert {(number, str(unit)) for number, unit, _ in read} == {(read_exact(f"{value} t")[0], "t")}
    assert [spread.standard if spread else None for _, _, spread in read] == [close(float(width))] * len(ways)


# Quantities of other libraries ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "amount",
    [
        FOREIGN.Measurement(1200, 6, "tonne"),
        FOREIGN.Measurement(1.2e6, 6e3, "kg"),
        FOREIGN.Quantity(uncertainties.ufloat(1200, 6), "tonne"),
        eb.ureg.Quantity(uncertainties.ufloat(1200, 6), "t"),
        OURS.Measurement(1200, 6, "t"),
        eb.measured("1200 t", uncertainty=6),
    ],
)
def test_a_measurement_of_any_registry_is_taken(amount: Any) -> None:
    got = eb.convert(amount, "原煤")
    assert got.tce == close(1200 * RAW)
    assert got.uncertainty == close(6 * RAW)


def test_an_uncertain_quantity_without_a_finite_width_is_refused() -> None:
    with refused(UncertaintyError, "uncertainty", "nan"):
        eb.to_tce(FOREIGN.Quantity(uncertainties.ufloat(1200, math.nan), "tonne"), "原煤")


def test_amounts_that_share_a_variable_are_correlated() -> None:
    scale = uncertainties.ufloat(1.0, 0.01)
    lines = [("原煤", eb.ureg.Quantity(scale * 1000, "t")), ("原煤", eb.ureg.Quantity(scale * 200, "t"))]
    assert eb.account(lines).uncertainty == close(12 * RAW)


# One value ------------------------------------------------------------------------------------------------


def test_without_an_uncertainty_nothing_changes() -> None:
    plain = eb.to_tce("1200 t", "原煤")
    assert (plain.magnitude, plain.uncertainty) == (857.16, None)
    assert eb.to_tce("1200±6 t", "原煤").magnitude == plain.magnitude
    assert eb.convert("1200 t", "原煤").uncertainty is None


def test_relative_uncertainties_of_a_product_add_up_in_squares() -> None:
    got = eb.convert("90±0.9 万m3", "natural gas", ncv="35.6 MJ/m3 ± 2 %")
    assert got.uncertainty == close(got.tce * math.hypot(0.01, 0.02))
    assert got.amount_uncertainty == 0.9
    assert "±" in str(got)


@pytest.mark.parametrize(
    ("amount", "carrier", "options"),
    [
        ("10 t", "other fuel", {"coefficient": "1.2 kgce/kg ± 3 %"}),
        ("12340 L", "gasoline", {"density": "0.725 kg/L ± 3 %"}),
        ("5 t", "高炉煤气", {"density": "1.25 kg/m3 ± 3 %", "coefficient": "0.1286 kgce/m3"}),
        ("350 万kWh", "electricity", {"basis": "primary", "coal_rate": "302.4 gce/kWh ± 3 %"}),
    ],
)
def test_every_figure_may_be_uncertain(amount: str, carrier: str, options: dict[str, Any]) -> None:
    got = eb.convert(amount, carrier, **options)
    assert got.uncertainty == close(0.03 * got.tce)
    assert eb.to_tce(amount, carrier, **options).uncertainty == got.uncertainty


def test_a_density_adds_to_a_volume_and_takes_from_a_mass() -> None:
    """A density that is 3 % higher is 3 % more of the mass of a volume, and so much less of the volume of a mass."""
    volume = {"carrier": "汽油", "amount": "100 L", "density": "0.725 kg/L ± 3 %"}
    mass = {"carrier": "高炉煤气", "amount": "5 t", "density": "1.25 kg/m3 ± 3 %", "coefficient": "0.1286 kgce/m3"}
    for line, sign in ((volume, 1), (mass, -1)):
        book = eb.account([line])
        assert book.budget[0].tce == close(sign * 0.03 * book.tce)


def test_an_array_takes_the_relative_uncertainty_of_its_figure() -> None:
    values = eb.ureg.Quantity(np.array([90.0, -45.0]), "m3")
    got = eb.to_tce(values, "natural gas", ncv="35.6 MJ/m3 ± 1 %")
    assert got.uncertainty.tolist() == pytest.approx((abs(got.magnitude) * 0.01).tolist(), rel=1e-12)
    with refused(OptionError, "option", "convert() takes one amount"):
        eb.convert(values, "natural gas", ncv="35.6 MJ/m3 ± 1 %")
    with refused(AmountError, "unreadable-amount", "amount is an array, expected one amount"):
        eb.measured(values, uncertainty="1 %")


# Meters ---------------------------------------------------------------------------------------------------


def test_an_expanded_uncertainty_is_divided_by_its_factor() -> None:
    assert eb.measured("1200 t", uncertainty="12 t", coverage=2).uncertainty == 6
    assert eb.measured("1200 t", uncertainty="1 %", coverage=2).uncertainty == 6
    assert eb.measured("1200 t", uncertainty=6).uncertainty == 6
    assert eb.measured("1200 t", uncertainty=12, coverage="2").uncertainty == 6  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "uncertainty",
    ["12 t (k=2)", "12 (k=2)", "±12 (k=2) t", "12 t, k=2", "+/-12000 kg (k = 2)", "1 % (k=2)", "±1％（k＝2）"],
)
def test_an_uncertainty_beside_its_amount_may_state_its_factor(uncertainty: str) -> None:
    assert eb.measured("1200 t", uncertainty=uncertainty).uncertainty == 6
    book = eb.account([{"carrier": "原煤", "amount": "1200 t", "uncertainty": uncertainty}])
    assert book.lines[0].amount_uncertainty == 6


def test_how_it_was_stated_is_kept_as_it_was() -> None:
    assert eb.measured("1200 t", uncertainty="12 t (k=2)").stated == "± 12 t (k=2)"
    assert eb.measured("1200 t", uncertainty="12 t", coverage=2).stated == "± 12 t (k=2)"
    assert eb.measured("1200 t", uncertainty="6 t").stated == "± 6 t (k=1)"
    assert eb.measured("1200±6 t").stated == "1200±6 t (k=1)"
    assert eb.measured("1200±12 t (k=2)").stated == "1200±12 t (k=2)"


@pytest.mark.parametrize("coverage", [1, 2])
def test_limits_of_error_have_no_coverage_factor(coverage: float) -> None:
    """JCGM 100, 4.3.7 and 6.2.1: a limit is divided by sqrt(3), an expanded uncertainty by its k; none by both."""
    with refused(UncertaintyError, "uncertainty", "limits of error"):
        eb.measured("1200 t", accuracy="0.5", coverage=coverage)


@pytest.mark.parametrize(
    "amount",
    ["1200±12 t", "1200±12 t (k=2)", eb.measured("1200 t", uncertainty=12), OURS.Measurement(1200, 12, "t")],
)
def test_a_factor_is_never_dropped_beside_an_amount_that_carries_its_uncertainty(amount: Any) -> None:
    with refused(UncertaintyError, "uncertainty", "carries its own"):
        eb.measured(amount, coverage=2)


def test_a_factor_is_stated_once() -> None:
    with refused(UncertaintyError, "uncertainty", "once"):
        eb.measured("1200 t", uncertainty="12 t (k=2)", coverage=2)


@pytest.mark.parametrize("accuracy", ["0.5", 0.5, "0.5级", "0.5S", "0.5 %"])
def test_a_class_is_a_permissible_error_spread_evenly(accuracy: Any) -> None:
    """JCGM 100, 4.3.7: half-width a, standard uncertainty a / sqrt(3)."""
    got = eb.measured("1200 t", accuracy=accuracy)
    assert got.uncertainty == close(1200 * 0.005 / math.sqrt(3))
    draws = np.random.default_rng(20260201).uniform(-6, 6, 200_000)
    assert got.uncertainty == pytest.approx(draws.std(), rel=0.01)


def test_a_row_of_the_accuracy_table_is_used_only_on_request() -> None:
    row = "electricity-dc-enterprise"
    with refused(UnverifiedError, "unverified", "GB 17167-2006"):
        eb.measured("350 万kWh", accuracy=row)
    with pytest.warns(UnverifiedWarning, match=row):
        got = eb.measured("350 万kWh", accuracy=row, allow_unverified=True)
    assert got.uncertainty == close(350 * 0.02 / math.sqrt(3))
    assert "unverified" in got.stated
    with refused(MissingFigureError, "missing-figure", "no accuracy class"):
        eb.measured("350 万kWh", accuracy="electricity-user-class-i-definition")


@each(
    ("options", "shown"),
    [
        ({}, "has no uncertainty"),
        ({"uncertainty": 6, "accuracy": "0.5"}, "uncertainty and accuracy"),
        ({"uncertainty": -1}, "-1"),
        ({"uncertainty": math.nan}, "nan"),
        ({"uncertainty": True}, "True"),
        ({"uncertainty": "6 kWh"}, "is not in t"),
        ({"uncertainty": "-6 t"}, "sign"),
        ({"uncertainty": 6, "coverage": 0}, "coverage factor"),
        ({"uncertainty": 6, "coverage": 0.95}, "from 1 to 20"),
        ({"uncertainty": 6, "coverage": 95}, "from 1 to 20"),
        ({"uncertainty": 6, "coverage": "two"}, "'two'"),
        ({"coverage": 2}, "has no uncertainty"),
        ({"uncertainty": "6 t (k=0)"}, "coverage factor"),
        ({"uncertainty": "6 tonns"}, "tonns"),
        ({"accuracy": "50"}, "'50'"),
        ({"accuracy": 0}, "0"),
        ({"accuracy": "electricty-dc-enterprise"}, "electricity-dc-enterprise"),
        ({"uncertainty": 6, "meter": 3}, "meter is 3"),
    ],
)
def test_what_a_meter_cannot_have_is_refused(options: dict[str, Any], shown: str) -> None:
    with refused(UncertaintyError, "uncertainty", shown):
        eb.measured("1200 t", **options)


def test_a_measured_amount_is_what_its_fields_say_however_it_was_made() -> None:
    """Not only by ``measured``: from its fields, or from another one with a field changed."""

    def sure(*amounts: eb.Measured) -> float | None:
        return eb.account([("原煤", amount) for amount in amounts]).uncertainty

    assert sure(eb.Measured(1200.0, "t", 6.0)) == close(4.2858)
    assert sure(eb.Measured(np.float64(1200), "t", 6)) == close(4.2858)
    assert sure(eb.Measured(1200.0, "t", 0.0)) == 0
    made = eb.measured("1200±6 t", meter="a")
    assert sure(replace(made, uncertainty=12.0)) == close(8.5716)
    assert sure(made, replace(made)) == close(8.5716)
    assert sure(made, replace(made, meter="b")) == close(4.2858 * math.sqrt(2))
    assert sure(made, replace(made, meter="")) == close(4.2858 * math.sqrt(2))


@pytest.mark.parametrize(
    "amount",
    [
        *(eb.Measured(1200.0, "t", width) for width in (-6.0, math.nan, math.inf)),
        *(eb.Measured(value, "t", 6.0) for value in (math.nan, math.inf)),
        eb.Measured(1200.0, "t", "6 t"),  # type: ignore[arg-type]
        eb.Measured(1200.0, None, 6.0),  # type: ignore[arg-type]
    ],
)
def test_a_measured_amount_that_cannot_be_is_refused(amount: eb.Measured) -> None:
    with refused(UncertaintyError, "uncertainty"):
        eb.measured(amount)


def test_a_row_of_spaces_is_read_as_fast_as_one() -> None:
    """Each space tried anew would be hours here, not a moment."""
    assert eb.measured(f"1200±12{' ' * 5000}t{' ' * 5000}(k{' ' * 5000}={' ' * 5000}2)").uncertainty == 6


def test_an_amount_has_one_uncertainty() -> None:
    with refused(UncertaintyError, "uncertainty", "± and accuracy"):
        eb.measured("1200±6 t", accuracy="0.5")


# Accounts -------------------------------------------------------------------------------------------------


def test_two_lines_of_one_meter_are_wrong_together() -> None:
    one = {"carrier": "原煤", "amount": "1000±30 t"}
    other = {"carrier": "原煤", "amount": "500±40 t"}
    assert eb.account([one, other]).uncertainty == close(50 * RAW)
    for name in ("scale 1", 0):
        shared = eb.account([{**one, "meter": name}, {**other, "group": name}])
        assert shared.uncertainty == close(70 * RAW)
    out = eb.account([{**one, "meter": "scale 1"}, {**other, "meter": "scale 1", "flow": "out"}])
    assert out.uncertainty == close(10 * RAW)
    assert [line.uncertainty for line in out.lines] == [close(30 * RAW), close(40 * RAW)]


def test_a_relative_error_follows_the_sign_of_its_reading() -> None:
    lines = [{"carrier": "原煤", "amount": text, "accuracy": "1", "meter": "belt"} for text in ("1000 t", "-100 t")]
    assert eb.account(lines).uncertainty == close(900 * 0.01 / math.sqrt(3) * RAW)


def test_one_analysis_is_one_source() -> None:
    gas = {"carrier": "natural gas", "ncv": "35.6 MJ/m3 ± 2 %"}
    same = eb.account([{**gas, "amount": "10 万m3"}, {**gas, "amount": "30 万m3"}])
    assert same.uncertainty == close(0.02 * same.tce)
    other = eb.account([{**gas, "amount": "10 万m3"}, {**gas, "amount": "30 万m3", "ncv": "35.7 MJ/m3 ± 2 %"}])
    assert other.uncertainty == close(0.02 * math.hypot(*(line.tce for line in other.lines)))


def test_one_coal_rate_is_one_source() -> None:
    lines = [("electricity", "100 万kWh"), ("electricity", "50 万kWh", "out"), ("原煤", "100 t")]
    book = eb.account(lines, basis="primary", coal_rate="302.4 gce/kWh ± 1 %")
    assert book.uncertainty == close(0.01 * (book.tce - 71.43))
    assert [contribution.source for contribution in book.budget] == ["coal_rate of electricity"]


def test_a_coal_rate_makes_only_uncertain_what_it_is_behind() -> None:
    primary: dict[str, Any] = {"basis": "primary", "coal_rate": "302.4 gce/kWh ± 10 %"}
    assert eb.convert("100 t", "原煤", **primary).uncertainty is None
    assert eb.to_tce("100 t", "原煤", **primary).uncertainty is None
    electricity = eb.convert("100 万kWh", "electricity", **primary)
    assert electricity.uncertainty == close(0.1 * electricity.tce)


def test_an_uncertainty_that_no_number_can_hold_is_refused() -> None:
    with pytest.raises(UncertaintyError, match="too large to be a number"):
        eb.to_tce("12±1e305 亿kWh", "电力")
    with refused(UncertaintyError, "uncertainty", "too large to be a number"):
        root_of_squares([(None, 1e308), (None, 1.7e308)])
    with refused(AmountError, "unreadable-amount", "coefficient is too large"):
        eb.to_tce("1±0.1 10^99 t", "my fuel", coefficient="1e250 kgce/kg", allow_unverified=True)
    # The squares of its parts may be larger than any number, the uncertainty is not.
    book = eb.account([("原煤", "1 t ± 1e200 %"), ("电力", "1±1e200 kWh")], output="1 t")
    assert math.isfinite(book.uncertainty or math.inf)
    assert math.fsum(part.share for part in book.budget) == close(1.0)


def test_the_output_enters_the_intensity_and_not_the_total() -> None:
    book = eb.account([("原煤", "3000 t")], output="20000±200 t", product="水泥熟料")
    assert book.uncertainty == 0
    assert book.intensity_uncertainty == close(0.01 * (book.intensity or 0))
    assert book.verdict is not None
    assert book.verdict.uncertainty == book.intensity_uncertainty


def test_an_output_on_the_meter_of_its_input_cancels() -> None:
    scale: dict[str, Any] = {"uncertainty": "1 %", "meter": "scale 1"}
    lines = [{"carrier": "原煤", "amount": "3000 t", **scale}]
    book = eb.account(lines, output=eb.measured("20000 t", **scale), product="水泥熟料")
    assert book.intensity_uncertainty == pytest.approx(0, abs=1e-12)


def test_the_budget_names_every_source_and_adds_up() -> None:
    lines = [
        {"carrier": "原煤", "amount": "3000±30 t", "meter": "belt"},
        {"carrier": "天然气", "amount": "10±0.1 万m3", "ncv": "35.6±0.3 MJ/m3"},
    ]
    book = eb.account(lines, output="20000±100 t", product="水泥熟料")
    assert {one.source for one in book.budget} == {
        *("meter belt", "line 2: amount of natural_gas", "ncv of natural_gas", "output"),
    }
    assert math.fsum(one.share for one in book.budget) == close(1)
    assert book.intensity_uncertainty == close(math.hypot(*(one.intensity or 0 for one in book.budget)))
    assert book.uncertainty == close(math.hypot(*(one.tce for one in book.budget)))
    assert "±" in str(book)
    assert book.trail()["uncertainty"].tolist() == [line.uncertainty for line in book.lines]
    assert pickle.loads(pickle.dumps(book)) == book  # noqa: S301
    assert json.loads(json.dumps(book.to_dict()))["budget"][0]["source"] == book.budget[0].source


def test_a_very_uncertain_output_is_pointed_out() -> None:
    assert eb.account([("原煤", "3 t")], output="20±1 t").notes == ()
    assert "first-order" in eb.account([("原煤", "3 t")], output="20±4 t").notes[0]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ({"amount": "1200±6 t", "accuracy": "0.5"}, UncertaintyError),
        ({"amount": 1200, "unit": "t", "uncertainty": -6}, UncertaintyError),
        ({"amount": "1200 t", "accuracy": "electricity-dc-enterprise"}, UnverifiedError),
        ({"amount": "1200±6 t", "meter": "a", "group": "b"}, OptionError),
    ],
)
def test_a_line_that_cannot_be_has_its_number(line: dict[str, Any], kind: type[Exception]) -> None:
    with pytest.raises(kind, match="line 2"):
        eb.account([("原煤", "1 t"), {"carrier": "原煤", **line}])


# The same by others ---------------------------------------------------------------------------------------

AMOUNTS = st.floats(1, 1e4)
WIDTHS = st.floats(0, 0.05)
LINES = st.lists(
    st.tuples(AMOUNTS, WIDTHS, st.sampled_from(["in", "out"]), st.sampled_from(["", "a", "b"]), st.booleans()),
    min_size=1,
    max_size=6,
)


@given(LINES, AMOUNTS, WIDTHS, st.sampled_from(["", "a", "b"]), st.floats(20, 40), WIDTHS)
def test_an_account_agrees_with_uncertainties(
    rows: list[Any], output: float, width: float, scale: str, ncv: float, ncv_width: float
) -> None:
    """The same model, with one standard normal variable a source."""
    shared = {label: uncertainties.ufloat(0, 1) for label in "ab"}
    quality = ncv + ncv * ncv_width * uncertainties.ufloat(0, 1)
    total: Any = 0
    lines = []
    for amount, relative, flow, meter, gas in rows:
        error = shared[meter] if meter else uncertainties.ufloat(0, 1)
        reading = amount + amount * relative * error
        figure = {"ncv": f"{ncv!r}±{ncv * ncv_width!r} MJ/m3"} if gas else {}
        carrier, unit = ("天然气", "m3") if gas else ("原煤", "kg")
        text = f"{amount!r}±{amount * relative!r} {unit}"
        lines.append({"carrier": carrier, "amount": text, "flow": flow, "meter": meter or None, **figure})
        kilograms = reading * (quality / 29.3076 if gas else RAW)
        total += (kilograms if flow == "in" else -kilograms) / 1000
    error = shared[scale] if scale else uncertainties.ufloat(0, 1)
    value = total / (output + output * width * error)
    book = eb.account(lines, output=eb.measured(f"{output!r} t", uncertainty=output * width, meter=scale))
    size = max(abs(line.tce) for line in book.lines)
    assert book.tce == pytest.approx(total.nominal_value, rel=1e-9, abs=1e-9 * size)
    assert book.uncertainty == pytest.approx(total.std_dev, rel=1e-9, abs=1e-9 * size)
    assert book.intensity == pytest.approx(value.nominal_value, rel=1e-9, abs=1e-9 * size / output)
    assert book.intensity_uncertainty == pytest.approx(value.std_dev, rel=1e-9, abs=1e-9 * size / output)


def test_an_account_agrees_with_two_hundred_thousand_draws() -> None:
    """Within four times the sampling error of a standard deviation, and the small curvature of a quotient."""
    lines = [
        {"carrier": "原煤", "amount": "2400±24 t", "meter": "belt"},
        {"carrier": "原煤", "amount": "600±9 t", "meter": "belt"},
        {"carrier": "天然气", "amount": "20±0.2 万m3", "ncv": "35.6±0.5 MJ/m3"},
        {"carrier": "电力", "amount": "100±1 万kWh", "flow": "out"},
    ]
    book = eb.account(lines, output="24000±240 t", product="水泥熟料")
    rng = np.random.default_rng(5)
    count = 200_000
    belt, gas, ncv, power, output = rng.standard_normal((5, count))
    total = RAW * (3000 + 33 * belt) + (200 + 2 * gas) * (35.6 + 0.5 * ncv) / 29.3076 - 0.1229 * (1000 + 10 * power)
    value = 1000 * total / (24000 + 240 * output)
    for mean, deviation, draws in (
        (book.tce, book.uncertainty, total),
        (book.intensity, book.intensity_uncertainty, value),
    ):
        assert mean == pytest.approx(draws.mean(), rel=1e-3)
        assert deviation == pytest.approx(draws.std(), rel=4 / math.sqrt(2 * count) + 1e-3)
    assert book.verdict is not None
    chances = book.verdict.probabilities or {}
    for level, low, high in (("benchmark", -math.inf, 100), ("baseline", 100, 117)):
        share = ((value > low) & (value <= high)).mean()
        assert chances[level] == pytest.approx(share, abs=4 * math.sqrt(0.25 / count) + 2e-3)


@given(st.lists(st.tuples(st.sampled_from([None, "a", "b"]), st.floats(-1e6, 1e6)), max_size=8))
def test_contributions_combine_like_a_covariance_matrix(parts: list[Any]) -> None:
    sources, values = [one for one, _ in parts], np.array([part for _, part in parts])
    matrix = np.array(
        [[i == j or (a is not None and a == b) for j, b in enumerate(sources)] for i, a in enumerate(sources)], float
    ).reshape(len(parts), len(parts))
    assert root_of_squares(parts) ** 2 == pytest.approx(values @ matrix @ values, rel=1e-9, abs=1e-3)


def test_the_examples_of_the_page_run() -> None:
    done = doctest.testfile(str(PAGE), module_relative=False)
    assert done.attempted > 10
    assert done.failed == 0
