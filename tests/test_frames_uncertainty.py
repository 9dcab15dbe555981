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
from energybench.errors import OptionError, TableError, UncertaintyError, UnverifiedWarning
from expect import refused

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


@pytest.mark.parametrize(
    ("cells", "tce"),
    [
        ({"uncertainty": 30.0}, 30),
        ({"uncertainty": "30"}, 30),
        ({"uncertainty": "30 t"}, 30),
        ({"uncertainty": "30000 kg"}, 30),
        ({"uncertainty": "1 %"}, 30),
        ({"uncertainty": "１％"}, 30),
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


@pytest.mark.parametrize(
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
    ],
)
def test_a_bad_cell_is_a_problem_and_never_dropped(cells: dict[str, Any], column: str) -> None:
    done = assess([cells, {"plant": "乙"}], [{}, {"plant": "乙"}])
    problem = done.problems.iloc[0]
    assert (problem["table"], problem["column"], problem["row"]) == ("meters", column, 0)
    assert problem["reason"] in ("uncertainty", "unverified")
    assert done.counts["used"] == 1
    assert done.results["class"].isna().tolist() == [True, False]


@pytest.mark.parametrize("cell", [-1.0, "much", "1 kWh", math.inf])
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


# The same as one value ------------------------------------------------------------------------------------

NUMBERS = st.floats(1, 5000).map(lambda x: round(x, 3))
ROWS = st.fixed_dictionaries(
    {
        "plant": st.sampled_from("甲乙丙"),
        "carrier": st.sampled_from(["原煤", "电力", "热力"]),
        "amount": NUMBERS,
        "flow": st.sampled_from(["in", "in", "out"]),
        "uncertainty": st.sampled_from([None, "", "1 %", "2.5 %", "3", "0"]),
        "meter": st.sampled_from([None, "belt", "main", "third"]),
    }
)
UNITS = {"原煤": "t", "电力": "万kWh", "热力": "GJ"}
PRODUCTS = [("水泥熟料", "t", 20.0), ("电解铝", "t", 1.0), ("水泥熟料", "万t", 0.002)]
WIDTHS = st.sampled_from([None, "1 %", "0.5"])


@given(
    st.lists(ROWS, min_size=1, max_size=12),
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
    meters = [{**METER, **row, "unit": UNITS[row["carrier"]], "product": plants[row["plant"]][0][0]} for row in rows]
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
            {key: row[key] or None for key in ("carrier", "amount", "unit", "flow", "uncertainty", "meter")}
            for row in meters
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
        {"product": furnace["product"], "output": 1000.0, "furnace_capacity": 3, "furnace_capacity_unit": "t"},
        {"plant": "乙", "correction:altitude:altitude_m": 2100},
    ]
    done = assess(meters, outputs, document=None)
    one = eb.classify("600±6 kWh/t", furnace["product"], capacity="3 t")
    assert first(done)["probability_within_limit"] == pytest.approx((one.probabilities or {})["within-limit"], abs=1e-9)
    for rule in ("simple", "guarded-acceptance", "guarded-rejection"):
        assert done.decide(rule)["decision"][0] == one.decide(rule).level
    far = done.sensitivity().iloc[0]
    assert far["value_to_worse"] == pytest.approx(10 / 3)
    assert pd.isna(far["class_better"])


def test_many_meters_take_the_sparse_way_and_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(7)
    rows = [
        {
            "plant": f"p{plant}",
            "carrier": str(rng.choice(["原煤", "电力"])),
            "unit": "t",
            "amount": float(rng.uniform(1, 9)),
            "uncertainty": float(rng.uniform(0, 1)),
            "meter": ["a", "b", None][rng.integers(3)],
        }
        for plant in rng.integers(0, 20, 300)
    ]
    rows = [{**row, "unit": "t" if row["carrier"] == "原煤" else "kWh"} for row in rows]
    outputs = [{"plant": f"p{plant}", "output_uncertainty": 10.0, "output_meter": "a"} for plant in range(20)]
    dense = assess(rows, outputs).results
    monkeypatch.setattr("energybench.frames.uncertain._DENSE", 0)
    sparse = assess(rows, outputs).results
    np.testing.assert_allclose(sparse["intensity_uncertainty"], dense["intensity_uncertainty"], rtol=1e-12)


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


def test_polars_in_polars_out() -> None:
    polars = pytest.importorskip("polars")
    meters, outputs = pd.DataFrame([{**METER, "uncertainty": 30.0}]), pd.DataFrame([OUTPUT])
    done = eb.assess(polars.from_pandas(meters), polars.from_pandas(outputs))
    assert isinstance(done.decide("guarded-acceptance"), polars.DataFrame)
    assert isinstance(done.sensitivity(), polars.DataFrame)


def test_tables_that_are_not_in_memory_refuse_uncertainties(tmp_path: Any) -> None:
    polars = pytest.importorskip("polars")
    meters, outputs = pd.DataFrame([{**METER, "uncertainty": 30.0}]), pd.DataFrame([OUTPUT])
    with refused(TableError, "table", "uncertainty"):
        eb.assess(polars.from_pandas(meters).lazy(), polars.from_pandas(outputs))
    path = tmp_path / "meters.csv"
    meters.to_csv(path, index=False)
    with refused(TableError, "table", "uncertainty"):
        eb.assess_path(path, outputs)
    meters.drop(columns="uncertainty").to_csv(path, index=False)
    with refused(TableError, "table", "output_uncertainty"):
        eb.assess_path(path, outputs.assign(output_uncertainty=3))
    assert eb.assess_path(path, outputs).decide()["decision"].tolist() == ["baseline"]
