"""Uncertain readings of whole tables: the same as one account a row, problems for bad cells, nothing without them."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import energybench as eb
from energybench.errors import EnergybenchError, OptionError, TableError, UncertaintyError, UnverifiedWarning
from expect import each, refused
from frame_tables import meters, outputs

PLANT = {"period": 2023, "product": "水泥熟料"}
METER: dict[str, Any] = {"plant": "甲", **PLANT, "carrier": "原煤", "amount": 3000.0, "unit": "t"}
OUTPUT: dict[str, Any] = {"plant": "甲", **PLANT, "output": 20000.0, "output_unit": "t"}


def assess(meters: list[dict[str, Any]], outputs: list[dict[str, Any]] | None = None, **options: Any) -> eb.Assessment:
    """Assess rows that are METER and OUTPUT with some cells changed."""
    table = pd.DataFrame([{**METER, **row} for row in meters])
    done: eb.Assessment = eb.assess(table, pd.DataFrame([{**OUTPUT, **row} for row in outputs or [{}]]), **options)
    return done


def first(done: eb.Assessment) -> Any:
    """Return the first row of the results."""
    return done.results.iloc[0]


# What a cell may say --------------------------------------------------------------------------------------


@each(
    ("cells", "tce"),
    [
        ({"uncertainty": 30.0}, 30),
        ({"uncertainty": "30"}, 30),
        ({"uncertainty": "30 t"}, 30),
        ({"uncertainty": "30000 kg"}, 30),
        ({"uncertainty": "1 %"}, 30),
        ({"uncertainty": "１％"}, 30),
        ({"uncertainty": "60 (k=2)"}, 30),
        ({"uncertainty": "60 t (k=2)"}, 30),
        ({"uncertainty": "±2 % (k=2)"}, 30),
        ({"uncertainty": "±60 (k=2) t"}, 30),
        ({"uncertainty": "60000 kg，k＝2"}, 30),
        ({"accuracy": 1}, 30 / math.sqrt(3)),
        ({"accuracy": "1.0级"}, 30 / math.sqrt(3)),
        ({"uncertainty": 0}, 0),
        ({"uncertainty": "", "accuracy": "1"}, 30 / math.sqrt(3)),
    ],
)
def test_a_cell_states_a_standard_uncertainty(cells: dict[str, Any], tce: float) -> None:
    row = first(assess([cells]))
    assert row["tce_uncertainty"] == pytest.approx(0.7143 * tce)
    assert row["intensity_uncertainty"] == pytest.approx(0.7143 * tce / 20)


@each(
    ("cells", "column"),
    [
        ({"uncertainty": -1.0}, "uncertainty"),
        ({"uncertainty": math.inf}, "uncertainty"),
        ({"uncertainty": "-1"}, "uncertainty"),
        ({"uncertainty": "much"}, "uncertainty"),
        ({"uncertainty": "1 kWh"}, "uncertainty"),
        ({"uncertainty": "nan"}, "uncertainty"),
        ({"uncertainty": True}, "uncertainty"),
        ({"accuracy": "50"}, "accuracy"),
        ({"accuracy": "good"}, "accuracy"),
        ({"accuracy": "electricity-dc-enterprise"}, "accuracy"),
        ({"uncertainty": 1.0, "accuracy": "0.5"}, "uncertainty"),
        ({"uncertainty": 1e200}, "uncertainty"),
        ({"uncertainty": 30 + 5j}, "uncertainty"),
    ],
)
def test_a_bad_cell_is_a_problem_and_never_dropped(cells: dict[str, Any], column: str) -> None:
    done = assess([cells, {"plant": "乙"}], [{}, {"plant": "乙"}])
    problem = done.problems.iloc[0]
    assert (problem["table"], problem["column"], problem["row"]) == ("meters", column, 0)
    assert problem["reason"] in ("uncertainty", "unverified")
    assert done.counts["used"] == 1
    assert done.results["class"].isna().tolist() == [True, False]


@each(
    "cell",
    [
        *(30, "30", "30 t", "±30", "+/-30 t", "60 t (k=2)", "60 (k=2)", "2 % (k=2)", "±2％（k＝2）", "60 (k=2) t"),
        *(
            "60 t, k = 2",
            "60000 kg (k=2)",
            "60 t (k=0)",
            "60 t (k=0.5)",
            "60 t (k=95)",
            "60 t (k=)",
            "60 t (k=2) (k=2)",
        ),
        *(
            "60 t (k=2, normal)",
            "(k=2)",
            "60 kWh (k=2)",
            "60 tonns",
            "-60 t (k=2)",
            "60 ± 3",
            -1.0,
            True,
            "nan",
            "1e400",
        ),
    ],
)
def test_a_cell_answers_as_the_line_of_an_account(cell: Any) -> None:
    """The same standard uncertainty, or a problem with the reason of the error."""

    def line() -> tuple[float | None, str]:
        try:
            return eb.account([{"carrier": "原煤", "amount": "3000 t", "uncertainty": cell}]).uncertainty, ""
        except EnergybenchError as error:
            return None, error.reason

    done, (expected, reason) = assess([{"uncertainty": cell}]), line()
    problems = done.problems[done.problems["table"] == "meters"]
    assert problems[["row", "column", "reason"]].to_numpy().tolist() == ([[0, "uncertainty", reason]] if reason else [])
    assert done.counts["used"] == (not reason)
    if expected is not None:
        assert first(done)["tce_uncertainty"] == pytest.approx(expected, rel=1e-12)


def test_outputs_and_figures_state_their_coverage_factor_too() -> None:
    done = assess([{"uncertainty": "2 % (k=2)"}], [{"output_uncertainty": "400 t (k=2)"}])
    book = eb.account([("原煤", "3000 t ± 1 %")], output="20000±200 t", product="水泥熟料")
    assert first(done)["intensity_uncertainty"] == pytest.approx(book.intensity_uncertainty)
    gas = {"carrier": "天然气", "amount": 20.0, "unit": "万m3", "ncv": 35.6, "ncv_unit": "MJ/m3"}
    done = assess([{**gas, "ncv_uncertainty": "1 MJ/m3 (k=2)"}])
    book = eb.account([{"carrier": "天然气", "amount": "20 万m3", "ncv": "35.6±0.5 MJ/m3"}])
    assert first(done)["tce_uncertainty"] == pytest.approx(book.uncertainty)


@pytest.mark.parametrize("cell", [-1.0, "much", "1 kWh", math.inf, 1e200])
def test_a_bad_cell_of_an_output_is_a_problem(cell: Any) -> None:
    done = assess([{"uncertainty": 3.0}], [{"output_uncertainty": cell}])
    problem = done.problems.iloc[0]
    assert (problem["table"], problem["column"], problem["reason"]) == ("outputs", "output_uncertainty", "uncertainty")
    assert pd.isna(first(done)["class"])
    assert np.isnan(first(done)["intensity_uncertainty"])


def test_a_row_of_the_accuracy_table_is_used_on_request() -> None:
    with pytest.warns(UnverifiedWarning, match="solid-fuel"):
        done = assess([{"accuracy": "solid-fuel-coal-coke-dynamic-weighing-enterprise"}], allow_unverified=True)
    assert first(done)["tce_uncertainty"] == pytest.approx(0.7143 * 15 / math.sqrt(3))


def test_a_table_that_states_nothing_has_no_such_columns() -> None:
    plain = assess([{}]).results
    empty = assess([{"uncertainty": None, "meter": "belt"}]).results
    assert not [name for name in plain.columns if "uncertainty" in name or "probability" in name]
    pd.testing.assert_frame_equal(plain, empty)


def test_a_row_that_states_nothing_is_not_said_to_be_sure() -> None:
    done = assess([{"uncertainty": 30.0}, {"plant": "乙"}], [{}, {"plant": "乙"}]).results
    assert done["intensity_uncertainty"].notna().tolist() == [True, False]
    assert done["probability_baseline"].notna().tolist() == [True, False]


# Sources --------------------------------------------------------------------------------------------------


def test_readings_of_one_meter_are_wrong_together() -> None:
    rows = [{"amount": 1000.0, "uncertainty": 30.0}, {"amount": 500.0, "uncertainty": 40.0}]
    assert first(assess(rows))["tce_uncertainty"] == pytest.approx(0.7143 * 50)
    shared = [{**row, "meter": "belt"} for row in rows]
    assert first(assess(shared))["tce_uncertainty"] == pytest.approx(0.7143 * 70)
    back = [shared[0], {**shared[1], "flow": "out"}]
    assert first(assess(back))["tce_uncertainty"] == pytest.approx(0.7143 * 10)
    chinese = [{("计量器具" if name == "meter" else name): cell for name, cell in row.items()} for row in shared]
    assert first(assess(chinese))["tce_uncertainty"] == pytest.approx(0.7143 * 70)


def test_an_output_on_the_meter_of_its_input_cancels() -> None:
    meters = [{"uncertainty": "1 %", "meter": "scale"}]
    alone = first(assess(meters, [{"output_uncertainty": "1 %"}]))
    shared = first(assess(meters, [{"output_uncertainty": "1 %", "output_meter": "scale"}]))
    assert alone["intensity_uncertainty"] == pytest.approx(107.145 * 0.01 * math.sqrt(2))
    assert shared["intensity_uncertainty"] == pytest.approx(0, abs=1e-6)


# Figures of a row's own -----------------------------------------------------------------------------------

GAS = {"carrier": "天然气", "amount": 20.0, "unit": "万m3", "ncv": 35.6, "ncv_unit": "MJ/m3"}
COAL = {"coefficient": 0.7, "coefficient_unit": "kgce/kg"}
GAS_OWN = {"coefficient": 1.2, "coefficient_unit": "kgce/m3"}
#: 20 万m3 at 35.6 MJ/m3 in tce, and at 1 MJ/m3.
GAS_TCE, PER_NCV = 20e4 * 35.6 / 29307.6, 20e4 / 29307.6


@pytest.mark.parametrize(
    ("cells", "tce"),
    [
        ({**GAS, "ncv_uncertainty": 0.5}, 0.5 * PER_NCV),
        ({**GAS, "ncv_uncertainty": "0.5"}, 0.5 * PER_NCV),
        ({**GAS, "ncv_uncertainty": "500 kJ/m3"}, 0.5 * PER_NCV),
        ({**GAS, "ncv_uncertainty": "1 %"}, 0.01 * GAS_TCE),
        ({**GAS, "ncv_uncertainty": "1 %", "flow": "out"}, 0.01 * GAS_TCE),
        ({**GAS, "ncv_uncertainty": "3 %", "uncertainty": "4 %"}, 0.05 * GAS_TCE),
        ({**GAS, "ncv_uncertainty": 0}, 0),
        ({**COAL, "coefficient_uncertainty": 0.01}, 30),
        ({**COAL, "coefficient_uncertainty": "0.01 tce/t"}, 30),
        ({**COAL, "coefficient_uncertainty": "1 %", "ncv_uncertainty": ""}, 21),
    ],
)
def test_a_figure_of_a_row_may_be_uncertain(cells: dict[str, Any], tce: float) -> None:
    row = first(assess([cells]))
    assert row["tce_uncertainty"] == pytest.approx(tce)
    assert row["intensity_uncertainty"] == pytest.approx(tce / 20)


def test_headers_in_chinese_mean_the_same() -> None:
    chinese = {
        "ncv": "低位发热量",
        "ncv_unit": "低位发热量单位",
        "coefficient": "折标系数",
        "coefficient_unit": "折标系数单位",
    }
    for ncv, coefficient in (("热值不确定度", "系数不确定度"), ("低位发热量不确定度", "折标系数不确定度")):
        names = {**chinese, "ncv_uncertainty": ncv, "coefficient_uncertainty": coefficient}
        rows = [{**GAS, "ncv_uncertainty": "1 %"}, {**COAL, "coefficient_uncertainty": "1 %"}]
        done = assess([{names.get(name, name): cell for name, cell in row.items()} for row in rows])
        assert done.notes == ()
        assert first(done)["tce_uncertainty"] == pytest.approx(math.hypot(0.01 * GAS_TCE, 21))


@pytest.mark.parametrize(
    ("change", "shared"),
    [
        ({}, True),
        ({"carrier": "natural_gas"}, True),
        ({"unit": "m3", "amount": 20e4}, True),
        ({"ncv_uncertainty": "2 %"}, True),
        ({"ncv": 35.7, "ncv_uncertainty": 0.712}, False),
        ({"ncv_uncertainty": 0.7}, False),
        ({"ncv": 35600.0, "ncv_unit": "kJ/m3", "ncv_uncertainty": "2 %"}, False),
        ({"carrier": "液化天然气", "unit": "t", "ncv": 50.0, "ncv_unit": "MJ/kg"}, False),
    ],
)
def test_the_same_figure_of_the_same_carrier_is_one_analysis(change: dict[str, Any], shared: bool) -> None:
    one = {**GAS, "ncv_uncertainty": 0.712}
    check_one_analysis([one, {**one, **change}], shared)


@pytest.mark.parametrize(
    ("change", "shared"),
    [
        ({}, True),
        ({"unit": "kg"}, True),
        ({"coefficient_unit": "tce/t"}, False),
        ({"carrier": "洗精煤"}, False),
        ({"carrier": "自产燃料"}, False),
    ],
)
def test_so_is_the_same_coefficient(change: dict[str, Any], shared: bool) -> None:
    one = {**COAL, "coefficient_uncertainty": "1 %"}
    check_one_analysis([one, {**one, **change}], shared)


def check_one_analysis(rows: list[dict[str, Any]], shared: bool) -> None:
    """Check that two rows of one output row share their source, or that they do not; those of two never do."""
    alone = [first(assess([row]))["tce_uncertainty"] for row in rows]
    assert first(assess(rows))["tce_uncertainty"] == pytest.approx(sum(alone) if shared else math.hypot(*alone))
    apart = assess([rows[0], {**rows[1], "plant": "乙"}], [{}, {"plant": "乙"}]).results
    assert apart["tce_uncertainty"].tolist() == pytest.approx(alone)


def test_what_is_sent_out_of_one_analysis_is_taken_off() -> None:
    one = {**GAS, "ncv_uncertainty": "1 %"}
    back = first(assess([one, {**one, "amount": 15.0, "flow": "out"}]))
    assert back["tce_uncertainty"] == pytest.approx(0.01 * GAS_TCE / 4)


def test_a_coefficient_of_electricity_moves_standard_coal_and_not_electricity() -> None:
    power = {"carrier": "电力", "unit": "kWh", "amount": 13_000.0, "product": "电解铝"}
    own = {"coefficient": 0.1229, "coefficient_unit": "kgce/kWh", "coefficient_uncertainty": "1 %"}
    done = assess([{**power, **own}], [{"product": "电解铝", "output": 1.0}])
    row = first(done)
    assert done.energy["electricity_kwh"].tolist() == [13_000]
    assert row["intensity"] == row["electricity_kwh"] == 13_000
    assert row["tce_uncertainty"] == pytest.approx(13 * 0.1229 * 0.01)
    assert row["intensity_uncertainty"] == 0


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        ({"ncv_uncertainty": 0.5}, "ncv_uncertainty", "ncv_uncertainty is '0.5' and ncv is empty"),
        ({"ncv_uncertainty": "1 %"}, "ncv_uncertainty", "ncv_uncertainty is '1 %' and ncv is empty"),
        ({**COAL, "ncv_uncertainty": 0.5}, "ncv_uncertainty", "ncv_uncertainty is '0.5' and ncv is empty"),
        (
            {**GAS, "ncv_uncertainty": 0.5, "coefficient_uncertainty": "1 %"},
            "coefficient_uncertainty",
            "coefficient_uncertainty is '1 %' and coefficient is empty",
        ),
        ({**GAS, "ncv_uncertainty": -0.5}, "ncv_uncertainty", "'-0.5', expected a finite number, not negative"),
        ({**GAS, "ncv_uncertainty": math.inf}, "ncv_uncertainty", "'inf', expected a finite number, not negative"),
        ({**GAS, "ncv_uncertainty": "-0.5"}, "ncv_uncertainty", "ncv_uncertainty is '-0.5', expected a finite"),
        ({**GAS, "ncv_uncertainty": "some"}, "ncv_uncertainty", "'some'"),
        ({**GAS, "ncv_uncertainty": "0.5 t"}, "ncv_uncertainty", "not in MJ/m3"),
        ({**GAS, "ncv_uncertainty": True}, "ncv_uncertainty", "True"),
        ({**COAL, "coefficient_uncertainty": "0.5 MJ/kg"}, "coefficient_uncertainty", "not in kgce/kg"),
    ],
)
def test_an_uncertainty_of_a_figure_that_cannot_be_used_is_a_problem(
    cells: dict[str, Any], column: str, message: str
) -> None:
    done = assess([cells, {"plant": "乙"}], [{}, {"plant": "乙"}])
    (problem,) = done.problems.to_dict("records")[:1]
    assert (problem["table"], problem["column"], problem["reason"]) == ("meters", column, "uncertainty")
    assert message in problem["message"]
    assert problem["suggestion"]
    assert done.counts["used"] == 1
    assert done.results["class"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({**GAS, **GAS_OWN, "ncv_uncertainty": 0.5, "coefficient_uncertainty": 0.1}, "coefficient", "option"),
        ({**GAS, "ncv_unit": None, "ncv_uncertainty": "0.5 MJ/m3"}, "ncv_unit", "no-unit"),
        ({**GAS, "ncv": "35.6±0.5", "ncv_uncertainty": "1 %"}, "ncv", "unreadable-amount"),
        ({**GAS, "ncv": 3560.0, "ncv_uncertainty": "1 %"}, "ncv", "implausible-coefficient"),
    ],
)
def test_a_bad_figure_is_the_problem_and_not_its_uncertainty(cells: dict[str, Any], column: str, reason: str) -> None:
    problem = assess([cells]).problems.iloc[0]
    assert (problem["column"], problem["reason"]) == (column, reason)


def test_lines_of_energy_show_the_uncertainty_of_their_coefficient() -> None:
    rows = [
        {**GAS, "ncv_uncertainty": "1 %"},
        {**COAL, "coefficient": 0.7, "coefficient_unit": "tce/t", "coefficient_uncertainty": "10 kgce/t"},
        {},
    ]
    energy = assess(rows).energy
    assert energy["coefficient_uncertainty"].tolist()[:2] == pytest.approx([35.6e-2 / 29.3076, 10])
    assert energy["coefficient"].tolist()[:2] == pytest.approx([35.6 / 29.3076, 700])
    assert energy["coefficient_unit"].tolist()[:2] == ["kgce/m3", "kgce/t"]
    assert np.isnan(energy["coefficient_uncertainty"][2])
    assert "coefficient_uncertainty" not in assess([GAS]).energy.columns


# The same as one value ------------------------------------------------------------------------------------

NUMBERS = st.floats(1, 5000).map(lambda x: round(x, 3))
#: Measured figures of a row's own, as cells of a table and as text of an account.
FIGURES: dict[str, list[tuple[dict[str, Any], dict[str, str]]]] = {
    "原煤": [
        ({"ncv": 20.9, "ncv_unit": "MJ/kg", "ncv_uncertainty": "0.3"}, {"ncv": "20.9±0.3 MJ/kg"}),
        ({"ncv": 20.9, "ncv_unit": "MJ/kg", "ncv_uncertainty": "2 %"}, {"ncv": "20.9±2 % MJ/kg"}),
        ({"ncv": 21.5, "ncv_unit": "MJ/kg", "ncv_uncertainty": "200 kJ/kg"}, {"ncv": "21.5 MJ/kg ± 200 kJ/kg"}),
        ({"ncv": 21.5, "ncv_unit": "MJ/kg"}, {"ncv": "21.5 MJ/kg"}),
        (
            {"coefficient": 0.7, "coefficient_unit": "kgce/kg", "coefficient_uncertainty": "0.01"},
            {"coefficient": "0.7±0.01 kgce/kg"},
        ),
    ],
    "电力": [
        (
            {"coefficient": 0.1229, "coefficient_unit": "kgce/kWh", "coefficient_uncertainty": "1 %"},
            {"coefficient": "0.1229±1 % kgce/kWh"},
        ),
        (
            {"coefficient": 0.1229, "coefficient_unit": "kgce/kWh", "coefficient_uncertainty": "0"},
            {"coefficient": "0.1229±0 kgce/kWh"},
        ),
    ],
    "天然气": [
        ({"ncv": 35.6, "ncv_unit": "MJ/m3", "ncv_uncertainty": "0.5"}, {"ncv": "35.6±0.5 MJ/m3"}),
        ({"ncv": 35600.0, "ncv_unit": "kJ/m3", "ncv_uncertainty": "500"}, {"ncv": "35600.0±500 kJ/m3"}),
    ],
}
CARRIERS = ["原煤", "电力", "热力", "天然气"]
ROWS = st.fixed_dictionaries(
    {
        "plant": st.sampled_from("甲乙丙"),
        "carrier": st.sampled_from(CARRIERS),
        "amount": NUMBERS,
        "flow": st.sampled_from(["in", "in", "out"]),
        "uncertainty": st.sampled_from([None, "", "1 %", "2.5 %", "3", "0"]),
        "meter": st.sampled_from([None, "belt", "main", "third"]),
    }
)
UNITS = {"原煤": "t", "电力": "万kWh", "热力": "GJ", "天然气": "万m3"}


@st.composite
def figured_rows(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, str]]:
    """Draw a meter row, often with a measured figure of its own, and that figure as text of an account."""
    row: dict[str, Any] = draw(ROWS)
    cells, text = draw(st.sampled_from([({}, {}), *FIGURES.get(row["carrier"], [])]))
    if row["carrier"] == "天然气" and not cells:
        cells, text = {"ncv": 35.6, "ncv_unit": "MJ/m3"}, {"ncv": "35.6 MJ/m3"}
    return {**METER, **row, **cells, "unit": UNITS[row["carrier"]]}, text


PRODUCTS = [("水泥熟料", "t", 20.0), ("电解铝", "t", 1.0), ("水泥熟料", "万t", 0.002)]
WIDTHS = st.sampled_from([None, "1 %", "0.5"])


@given(
    st.lists(figured_rows(), min_size=1, max_size=12),
    st.lists(
        st.tuples(st.sampled_from(PRODUCTS), st.floats(0.5, 2), WIDTHS, st.sampled_from([None, "belt"])),
        min_size=3,
        max_size=3,
    ),
    st.sampled_from(["full", "rounded"]),
)
@settings(max_examples=25)
def test_a_table_is_one_account_a_row(rows: list[Any], outputs: list[Any], compare: str) -> None:
    plants = dict(zip("甲乙丙", outputs, strict=True))
    meters = [{**row, "product": plants[row["plant"]][0][0]} for row, _ in rows]
    wanted = [
        {
            "plant": plant,
            **PLANT,
            "product": product,
            "output": round(size * 5000 * share, 6),
            "output_unit": unit,
            "output_uncertainty": width,
            "output_meter": meter,
        }
        for plant, ((product, unit, size), share, width, meter) in plants.items()
    ]
    done = eb.assess(pd.DataFrame(meters), pd.DataFrame(wanted), compare=compare)
    columns = done.results.columns
    guarded = done.decide("guarded-acceptance", 0.05) if "intensity_uncertainty" in columns else None
    far = done.sensitivity()
    for number, output in enumerate(wanted):
        got = done.results.iloc[number]
        if pd.isna(got["class"]):
            continue
        lines = [
            {key: row[key] or None for key in ("carrier", "amount", "unit", "flow", "uncertainty", "meter")} | text
            for row, text in rows
            if row["plant"] == output["plant"]
        ]
        amount: Any = f"{output['output']!r} {output['output_unit']}"
        if output["output_uncertainty"]:
            amount = eb.measured(amount, uncertainty=output["output_uncertainty"], meter=output["output_meter"] or "")
        one = eb.account(lines, output=amount, product=output["product"], compare=compare)
        assert one.verdict is not None
        assert got["intensity"] == pytest.approx(one.intensity, rel=1e-11, abs=1e-9)
        if one.intensity_uncertainty is None:
            assert "intensity_uncertainty" not in columns or np.isnan(got["intensity_uncertainty"])
        else:
            size = max(abs(line.tce) for line in one.lines) / one.tce * (one.intensity or 1) if one.tce else 1
            assert got["tce_uncertainty"] == pytest.approx(one.uncertainty, rel=1e-9, abs=1e-9)
            assert got["intensity_uncertainty"] == pytest.approx(
                one.intensity_uncertainty, rel=1e-7, abs=1e-7 * abs(size)
            )
            for level, chance in (one.verdict.probabilities or {}).items():
                if one.intensity_uncertainty > 1e-6 * abs(size):
                    assert got[f"probability_{level}".replace("-", "_")] == pytest.approx(chance, abs=1e-5)
            assert guarded is not None
            decision = one.verdict.decide("guarded-acceptance", 0.05)
            near = min(abs(m or 1) for m in one.verdict.margins.values()) - decision.guard_band
            if abs(near) > 1e-6:
                assert guarded["decision"][number] == decision.level
                assert guarded["probability"][number] == pytest.approx(decision.probability, abs=1e-5)
        table = one.sensitivity()
        for change in table.changes:
            if change.quantity == "value" and change.level:
                assert far[f"class_{change.direction}"][number] == change.level
                assert far[f"value_to_{change.direction}"][number] == pytest.approx(change.change, rel=1e-6, abs=1e-6)
            if change.quantity in ("output", "energy") and change.change is not None:
                found = far[f"{change.quantity}_to_{change.direction}"][number]
                assert found == pytest.approx(change.change, rel=1e-6, abs=1e-6)
            if change.quantity == "value" and not change.level:
                assert pd.isna(far[f"class_{change.direction}"][number])


def test_furnaces_and_corrections_are_decided_like_one_value() -> None:
    furnace = {"product": "induction-furnace-cast-iron", "carrier": "电力", "unit": "kWh"}
    meters = [
        {**furnace, "amount": 600_000.0, "uncertainty": 6000.0},
        {"plant": "乙", "uncertainty": 30.0},
    ]
    outputs = [
        {
            "product": furnace["product"],
            "output": 1000.0,
            "furnace_capacity": 3,
            "furnace_capacity_unit": "t",
            "region": "昌吉市",
        },
        {"plant": "乙", "correction:altitude:altitude_m": 2100},
    ]
    done = assess(meters, outputs, document=None)
    one = eb.classify("600±6 kWh/t", furnace["product"], capacity="3 t", region="昌吉市", period="2023")
    assert first(done)["probability_within_limit"] == pytest.approx((one.probabilities or {})["within-limit"], abs=1e-9)
    for rule in ("simple", "guarded-acceptance", "guarded-rejection"):
        assert done.decide(rule)["decision"][0] == one.decide(rule).level
    far = done.sensitivity().iloc[0]
    assert far["value_to_worse"] == pytest.approx(10 / 3)
    assert pd.isna(far["class_better"])


# Shape ----------------------------------------------------------------------------------------------------


def test_probabilities_add_up() -> None:
    done = assess([{"amount": 2800.0, "uncertainty": "2 %"}])
    names = [name for name in done.results.columns if name.startswith("probability_")]
    assert first(done)[names].sum() == pytest.approx(1)


def test_what_cannot_be_decided_is_refused() -> None:
    plain = assess([{}])
    with refused(UncertaintyError, "uncertainty", "guarded-acceptance"):
        plain.decide("guarded-acceptance")
    with refused(OptionError, "option", "risk"):
        plain.decide(risk=2)
    assert plain.decide()["decision"].tolist() == ["baseline"]
    assert plain.decide()["probability"].isna().all()


def test_an_answer_survives_a_pickle() -> None:
    done = assess([{"uncertainty": 30.0}])
    again = pickle.loads(pickle.dumps(done))  # noqa: S301
    pd.testing.assert_frame_equal(again.decide("guarded-rejection"), done.decide("guarded-rejection"))
    assert done.decide("guarded-rejection", 0.1)["risk"].tolist() == [0.1]
    assert done.decide()["risk"].isna().all()


def test_polars_in_polars_out() -> None:
    polars = pytest.importorskip("polars")
    meters, outputs = pd.DataFrame([{**METER, "uncertainty": 30.0}]), pd.DataFrame([OUTPUT])
    done = eb.assess(polars.from_pandas(meters), polars.from_pandas(outputs))
    assert isinstance(done.decide("guarded-acceptance"), polars.DataFrame)
    assert isinstance(done.sensitivity(), polars.DataFrame)


@pytest.mark.parametrize("header", ["coverage", "k", "K", "包含因子", "Coverage factor"])
def test_a_column_of_coverage_factors_beside_an_uncertainty_is_refused(header: str) -> None:
    table = meters({"uncertainty": "12 t", header: 2})
    with refused(TableError, "table", header, "(k=2)"):
        eb.assess(table, outputs())
    made = outputs({"output_uncertainty": "1 %", header: 2})
    with refused(TableError, "table", header, "(k=2)"):
        eb.assess(meters(), made)
    # Without an uncertainty it is one more header that is not used.
    assert any(header in note for note in eb.assess(meters({header: 2}), outputs()).notes)
