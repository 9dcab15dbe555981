"""What an assessment hands back: results, energy lines that add up, plain data, options and versions, warnings."""

from __future__ import annotations

import json
import multiprocessing
import pickle
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import duckdb
import numpy
import pandas
import polars
import pyarrow  # type: ignore[import-untyped]
import pytest
from hypothesis import example, given, settings
from pyarrow import parquet

import energybench as eb
import oracle
from energybench import tables
from energybench.errors import OptionError, SupersededWarning, TableError, UnverifiedWarning
from energybench.frames.native import to_pandas
from energybench.report.files import write_frame
from expect import refused
from frame_tables import (
    FURNACE,
    AnyTables,
    Group,
    any_tables,
    meters,
    outputs,
    portfolios,
    rows_of,
    same,
    tables_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import WriteTable

#: Columns that results, energy lines and problems have whatever the tables; steps have three more each.
RESULTS = (
    *("row", "plant", "period", "product", "output", "output_unit", "item", "tce", "electricity_kwh", "intensity"),
    *("unit", "class", "saving_unit", "depends_on_reading", "document", "verification", "readings"),
    *("unusable_readings", "reason", "notes"),
)
STEP = ("benchmark", "margin_benchmark", "saving_benchmark", "baseline", "margin_baseline", "saving_baseline")
ENERGY = (
    *("row", "plant", "period", "product", "carrier", "amount", "unit", "coefficient", "coefficient_unit", "basis"),
    *("origin", "document", "clause", "verification", "tce", "electricity_kwh", "used"),
)
PROBLEMS = ("table", "row", "plant", "period", "product", "column", "value", "reason", "message", "suggestion")
COUNTS = ("table", "column", "value", "reason", "message", "suggestion", "rows", "example")


# Columns --------------------------------------------------------------------------------------------------


def test_the_columns_are_those_that_are_documented() -> None:
    answer = eb.assess(meters(), outputs())
    assert {*RESULTS, *STEP} == set(answer.results.columns)
    assert {*ENERGY} == set(answer.energy.columns)
    assert tuple(answer.problems.columns) == PROBLEMS
    assert tuple(answer.problem_counts.columns) == COUNTS
    bad = eb.assess(meters({"unit": "?"}), outputs())
    assert tuple(bad.problems.columns) == PROBLEMS
    assert tuple(bad.problem_counts.columns) == COUNTS


def test_results_stand_in_the_order_of_the_outputs_with_the_cells_as_given_and_outputs_as_numbers() -> None:
    made = outputs({"plant": "丙厂", "output": "20,000"}, {"plant": "甲厂", "output": "1"}, {"plant": "乙厂"})
    results = eb.assess(meters({"plant": "丙厂"}), made).results
    assert results["row"].tolist() == [0, 1, 2]
    for name in made.columns.drop("output"):
        assert results[name].tolist() == made[name].tolist()
    assert results["output"].tolist() == [20000.0, 1.0, 20000.0]


def test_what_the_outputs_say_of_a_plant_stays_beside_its_result() -> None:
    more = {"design_capacity": 1.5, "design_capacity_unit": "万t/a", "output_value": 900, "remark": "x"}
    results = eb.assess(meters(), outputs(more)).results
    assert results[["design_capacity", "design_capacity_unit", "output_value"]].to_numpy().tolist() == [
        [1.5, "万t/a", 900]
    ]
    assert "remark" not in results


def test_the_tables_given_are_left_as_they_were() -> None:
    readings, made = meters({"carrier": " 原煤 "}, index_is="kept"), outputs({"output": "20,000"})
    before = readings.copy(), made.copy()
    answer = eb.assess(readings, made)
    answer.results["plant"] = "changed"
    energy = answer.energy
    energy["plant"] = "changed"
    assert answer.energy["plant"].tolist() == ["甲厂"]
    pandas.testing.assert_frame_equal(readings, before[0])
    pandas.testing.assert_frame_equal(made, before[1])


# Energy lines ---------------------------------------------------------------------------------------------


@given(portfolios(most=4))
@settings(max_examples=20)
def test_energy_lines_add_up_to_the_totals(groups: list[Group]) -> None:
    meter_table, output_table = tables_of(groups)
    answer = eb.assess(meter_table, output_table)
    group = numpy.repeat(range(len(groups)), [len(one.readings) for one in groups])
    for figure in ("tce", "electricity_kwh"):
        lines = answer.energy[figure].groupby(group)
        for total, summed, size in zip(answer.results[figure], lines.sum(), lines.agg(_size), strict=True):
            assert same(total, summed, size)
    assert len(answer.energy) == len(meter_table)


def _size(values: pandas.Series[float]) -> float:
    return float(values.abs().sum())


@given(portfolios(most=3))
@settings(max_examples=20)
def test_a_reviewer_can_check_each_line_by_hand(groups: list[Group]) -> None:
    """Amount x coefficient is the standard coal of the line, minus where it was sent out, source beside it."""
    readings = [reading for group in groups for reading in group.readings]
    energy = eb.assess(*tables_of(groups)).energy
    for line, reading in zip(rows_of(energy), readings, strict=True):
        number, unit = oracle.read_amount(str(reading.line()["amount"]))
        figure = oracle.Unit(Fraction(repr(line["coefficient"]))) * oracle.read_unit(line["coefficient_unit"])
        coal = oracle.Unit(number) * unit * figure
        assert coal.powers == (("kgce", 1),)
        sign = -1 if str(reading.flow).lower() in ("out", "外供", "输出") else 1
        assert same(line["tce"], sign * float(coal.factor / 1000)), reading
        assert line["origin"] == ("user" if "coefficient" in reading.own else "ncv" if reading.own else line["origin"])
        assert line["origin"] != "table" or (line["document"], line["verification"] in oracle.ACCEPTED) == (
            oracle.DEFAULT_EDITION,
            True,
        )


def test_each_line_says_where_its_figure_comes_from() -> None:
    energy = eb.assess(
        meters(
            {},
            {"carrier": "天然气", "amount": 90, "unit": "万m3", "ncv": 35.6, "ncv_unit": "MJ/m3"},
            {"carrier": "木屑", "coefficient": 0.5, "coefficient_unit": "tce/t"},
            {"carrier": "标准煤"},
            {"carrier": "原媒"},
        ).assign(unit=["t", "万m3", "t", "tce", "t"]),
        outputs(),
    ).energy
    assert energy["origin"].tolist() == ["table", "ncv", "user", "definition", ""]
    assert energy["document"].tolist() == ["gbt-2589-2020", "", "", "", ""]
    assert energy["verification"].tolist()[:2] == [eb.coefficient("原煤").verification, ""]
    assert energy["coefficient"].tolist()[:4] == pytest.approx([0.7143, 35600 / 29307.6, 500, 1])
    assert energy["coefficient_unit"].tolist() == ["kgce/kg", "kgce/m3", "kgce/t", "tce/tce", ""]
    assert numpy.isnan(energy["tce"].iloc[4])
    assert energy["used"].tolist() == [True, True, True, True, False]


def test_another_edition_is_another_coefficient() -> None:
    for edition in ("gbt-2589-2008", "GB/T 2589-2008"):
        answer = eb.assess(meters({"carrier": "煤矸石"}, {}), outputs(), edition=edition)
        assert set(answer.energy["document"]) <= {"gbt-2589-2008", ""}
        assert answer.options["edition"] == edition


# Plain data -----------------------------------------------------------------------------------------------


def _no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


@given(any_tables())
@settings(max_examples=30)
def test_an_answer_is_json_whatever_the_tables(some: AnyTables) -> None:
    answer = eb.assess(some.meters, some.outputs)
    plain = json.loads(answer.to_json(), parse_constant=_no_constant)
    assert plain == json.loads(json.dumps(answer.to_dict(), allow_nan=False))
    assert len(plain["results"]) == len(some.outputs)
    assert len(plain["problems"]) == len(answer.problems)
    assert plain["counts"] == answer.counts


def test_what_is_missing_is_null_in_json() -> None:
    (row,) = json.loads(eb.assess(meters(), outputs({"output": float("inf")})).to_json())["results"]
    assert {name for name, cell in row.items() if cell is None} >= {"output", "intensity", "class"}
    assert (row["reason"], row["readings"]) == ("output", 1)


@pytest.mark.parametrize(
    "period", [pandas.Period("2023-05", "M"), pandas.Timestamp(2023, 5, 1), 2023, "2023"], ids=repr
)
def test_any_period_has_a_form_in_json(period: Any) -> None:
    (row,) = json.loads(eb.assess(meters(period=period), outputs(period=period)).to_json())["results"]
    assert row["class"] == "baseline"
    assert str(row["period"]).startswith("2023")


def test_the_keys_of_the_plain_answer() -> None:
    plain = eb.assess(meters(), outputs(), document="ndrc-2023", compare="rounded").to_dict()
    assert list(plain) == [
        *("results", "problems", "problem_counts", "counts", "notes", "options", "package_version", "data_version")
    ]
    assert plain["counts"] == {"meters": 1, "used": 1, "problems": 0, "totals": 0, "outputs": 1, "classified": 1}
    assert plain["options"] == {
        "basis": "calorific",
        "coal_rate": None,
        "edition": None,
        "gas_state": None,
        "document": "ndrc-2023",
        "region": None,
        "project": None,
        "corrections": None,
        "plausible": False,
        "reading": "linear",
        "compare": "rounded",
        "allow_unverified": False,
    }
    assert plain["package_version"] == eb.__version__
    assert plain["data_version"] == tables.data_version()
    assert type(plain["results"][0]["readings"]) is int
    assert type(plain["results"][0]["depends_on_reading"]) is bool


def test_the_data_version_follows_the_tables_in_use(write_table: Callable[..., Path]) -> None:
    shipped = eb.assess(meters(), outputs()).data_version
    tables.use(write_table("carriers", {"id": "own/1", "carrier": "own_fuel"}, base="gbt-2589-2020/coke"))
    own = eb.assess(meters({"carrier": "own_fuel"}), outputs())
    assert own.counts["used"] == 1
    assert own.data_version != shipped


def test_the_summary_counts_rows_classes_and_reasons() -> None:
    answer = eb.assess(
        meters({}, {"plant": "乙厂", "amount": 9000}, {"carrier": "原媒"}, remark="x"),
        outputs({}, {"plant": "乙厂"}, {"plant": "丙厂"}),
    )
    lines = str(answer).splitlines()
    assert lines[:4] == [
        "3 meter rows: 2 used, 1 with problems",
        "3 output rows: 1 classified",
        "  below-baseline (基准水平以下): 1",
        "problems by reason:",
    ]
    assert sorted(lines[4:7]) == [
        "  no-energy: 1. Add its meter rows",
        "  unknown-carrier: 1. Did you mean '原煤'?",
        "  unusable-readings: 1. Mend the meter rows in the problems",
    ]
    assert lines[7:] == ["note: meters: the headers remark were not used"]


# Problems counted -----------------------------------------------------------------------------------------


def test_problems_that_differ_only_in_their_row_are_counted_with_the_first_of_them() -> None:
    readings = meters(
        *({"plant": plant, "period": period, "unit": "顿"} for plant in ("乙厂", "甲厂") for period in (2023, 2024)),
        {"unit": "?"},
        {"plant": "长" * 100, "unit": "?"},
    )
    answer = eb.assess(readings, outputs())
    columns = ["table", "column", "value", "reason", "rows", "example"]
    assert answer.problem_counts[columns].to_numpy().tolist() == [
        ["meters", "unit", "顿", "unknown-unit", 4, "乙厂 / 2023 / cement-clinker"],
        ["meters", "unit", "?", "unknown-unit", 2, "甲厂 / 2023 / cement-clinker"],
        ["outputs", "plant", "甲厂", "unusable-readings", 1, "甲厂 / 2023 / cement-clinker"],
    ]
    assert answer.problem_counts is answer.problem_counts
    long = eb.assess(readings.iloc[5:], outputs()).problem_counts["example"][0]
    assert long == f"{'长' * 40}… / 2023 / cement-clinker"


def test_a_problem_shows_plant_period_and_product_as_text() -> None:
    bad = {"unit": "?", "plant": 7, "period": 2023.0, "product": None}
    problem = rows_of(eb.assess(meters(bad), outputs()).problems)[0]
    assert [problem[name] for name in ("plant", "period", "product")] == ["7", "2023", ""]


@given(any_tables())
@example(AnyTables(meters(), outputs({"period": 1e308}), (True,), (False,)))
@settings(max_examples=30)
def test_counted_problems_are_those_of_the_rows(some: AnyTables) -> None:
    answer = eb.assess(some.meters, some.outputs)
    counted, rows = answer.problem_counts, answer.problems
    same = ["table", "column", "value", "reason", "message", "suggestion"]
    by_hand = rows.groupby(same, sort=False, dropna=False).size().to_dict()
    assert {tuple(line[:6]): line[6] for line in counted.itertuples(index=False, name=None)} == by_hand
    assert counted["rows"].is_monotonic_decreasing
    first = rows.drop_duplicates(same).set_index(same)[["plant", "period", "product"]]
    for line in counted.itertuples(index=False, name=None):
        keys = [key if len(key) <= 40 else f"{key[:40]}…" for key in first.loc[tuple(line[:6])]]
        assert line[7] == " / ".join(keys)


def test_many_problems_are_counted_in_texts_and_json() -> None:
    readings = pandas.concat([meters({"unit": "顿"})] * 1500 + [meters({"carrier": "原媒"})], ignore_index=True)
    answer = eb.assess(readings, outputs())
    assert len(answer.problems) == 1502
    plain = answer.to_dict()
    assert plain["problems"] == []
    assert [(one["value"], one["rows"]) for one in plain["problem_counts"]] == [("顿", 1500), ("原媒", 1), ("甲厂", 1)]
    assert plain["notes"] == ["1502 rows have problems: problem_counts counts them, problems is left empty"]
    text = str(answer)
    assert "  unknown-unit: 1500. " in text
    assert "1500 x meters: '顿' is not a unit" in text
    assert "(first: 甲厂 / 2023 / cement-clinker)" in text
    few = eb.assess(readings.iloc[1000:], outputs())
    assert len(few.to_dict()["problems"]) == len(few.problems) == 502
    assert "(first:" not in str(few)


# Kinds of frame -------------------------------------------------------------------------------------------


def _kinds() -> dict[str, Callable[[pandas.DataFrame], Any]]:
    import polars

    return {
        "pandas": lambda table: table,
        "polars": polars.from_pandas,
        "pyarrow": lambda table: pyarrow.Table.from_pandas(table, preserve_index=False),
        "mapping": lambda table: {name: table[name].to_numpy() for name in table},
        "lists": lambda table: table.to_dict("list"),
    }


@pytest.mark.parametrize("given_outputs", ["pandas", "polars", "pyarrow", "mapping", "lists"])
@pytest.mark.parametrize("given_meters", ["pandas", "polars", "pyarrow", "mapping", "lists"])
def test_an_answer_is_of_the_kind_of_the_outputs(given_meters: str, given_outputs: str) -> None:
    tables = (
        meters({}, {"unit": "?", "plant": "乙厂"}, {"amount": None, "plant": "丙厂"}),
        outputs({}, {"plant": "丙厂"}),
    )
    plain = eb.assess(*tables)
    kinds = _kinds()
    answer = eb.assess(kinds[given_meters](tables[0]), kinds[given_outputs](tables[1]))
    # Outputs in a mapping are answered in the kind of the meters.
    kind = given_outputs if given_outputs not in ("mapping", "lists") else given_meters
    home = kind if kind in ("polars", "pyarrow") else "pandas"
    for name in ("results", "problems", "energy"):
        frame = getattr(answer, name)
        assert type(frame).__module__.partition(".")[0] == home
        one, other = (to_pandas(table, name) for table in (frame, getattr(plain, name)))
        for row, again in zip(rows_of(one), rows_of(other), strict=True):
            assert {key: str(cell) for key, cell in row.items() if key not in ("value", "message", "amount")} == {
                key: str(cell) for key, cell in again.items() if key not in ("value", "message", "amount")
            }
    assert answer.counts == plain.counts
    assert isinstance(answer.problem_counts, pandas.DataFrame)


def test_a_polars_answer_has_null_where_there_is_no_figure_and_texts_where_types_are_mixed() -> None:
    polars = pytest.importorskip("polars")
    readings = meters({"period": 2023}, {"period": "Q1"}).astype({"period": object})
    answer = eb.assess(readings, polars.from_pandas(outputs({"output": 0.0})))
    assert answer.results["intensity"].to_list() == [None]
    assert answer.results["class"].dtype == polars.String
    assert answer.energy["period"].to_list() == ["2023", "Q1"]


def test_codes_stay_codes() -> None:
    """No row of a coded column is decoded on the way in."""
    polars = pytest.importorskip("polars")
    frame = polars.from_pandas(meters({}, {"carrier": "电"}, {}))
    for kind in (polars.Categorical, polars.Enum(["电", "油", "原煤"])):
        column = to_pandas(frame.with_columns(polars.col("carrier").cast(kind)), "meters")["carrier"]
        assert isinstance(column.dtype, pandas.CategoricalDtype)
        assert column.tolist() == ["原煤", "电", "原煤"]
    text = frame["plant"].to_arrow()
    arrow = to_pandas(pyarrow.table({"plant": text}), "meters")["plant"].array.__arrow_array__()
    chunk = arrow.chunk(0) if isinstance(arrow, pyarrow.ChunkedArray) else arrow
    assert chunk.buffers()[2].address == text.buffers()[2].address


@pytest.mark.parametrize("table", [{"plant": "甲"}, {"plant": [1, 2], "period": [1]}, {"plant": 5}, {"plant": {0: 1}}])
def test_a_mapping_that_is_no_table_is_refused(table: dict[str, Any]) -> None:
    with pytest.raises(TableError, match="meters is a mapping whose values are not columns"):
        eb.assess(table, outputs())


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_targets_are_checked_on_answers_of_every_kind(kind: str) -> None:
    answer = eb.assess(meters(), _kinds()[kind](outputs({"design_capacity": 100, "design_capacity_unit": "万t/a"})))
    checked = eb.check_targets(answer, document="panzhihua-2024")
    plain = eb.check_targets(
        eb.assess(meters(), outputs({"design_capacity": 100, "design_capacity_unit": "万t/a"})),
        document="panzhihua-2024",
    )
    assert str(checked) == str(plain)


# Remarks --------------------------------------------------------------------------------------------------


def test_an_intensity_that_is_not_above_zero_is_noted() -> None:
    """Energy sent out exceeds the inputs: the class stands, as for one value, and a note counts such rows."""
    sent = {"flow": "out", "amount": 4000}
    readings = meters({}, sent, {"plant": "乙厂"}, {**sent, "plant": "乙厂", "amount": 3000}, {"plant": "丙厂"})
    made = outputs({}, {"plant": "乙厂"}, {"plant": "丙厂"})
    doubted = eb.assess(readings, made)
    assert doubted.results["reason"].tolist() == ["implausible-intensity", "implausible-intensity", ""]
    assert doubted.results["class"].isna().tolist() == [True, True, False]
    assert doubted.sensitivity()["class_worse"].isna().tolist() == [True, True, False]
    answer = eb.assess(readings, made, plausible=True)
    assert answer.results["class"].tolist() == ["benchmark", "benchmark", "baseline"]
    assert answer.notes == (
        "2 output rows have an intensity that is not above zero, and every step is: "
        "energy sent out may exceed the inputs",
    )
    converter = {"product": "converter", "carrier": "焦炉煤气"}
    gas = meters({**converter, "carrier": "原煤", "amount": 1, "flow": "out"})
    assert eb.assess(gas, outputs(product="converter")).notes == ()


def test_readings_that_only_overflow_together_are_called_so() -> None:
    huge = {"amount": 1.5e308, "carrier": "标准煤", "unit": "tce"}
    for rows in ([huge, huge], [huge, {**huge, "flow": "out"}, huge, huge]):
        answer = eb.assess(meters(*rows), outputs())
        assert answer.counts["used"] == len(rows)
        (problem,) = rows_of(answer.problems)
        assert (problem["table"], problem["reason"], problem["value"]) == ("outputs", "unusable-readings", "甲厂")
        assert "add up to more than a number can hold" in problem["message"]
        assert answer.results["tce"].isna().all()


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (2023, "2023.0"),
        (2023, "2023年"),
        ("2023", "２０２３年度"),
        ("2023-05", "2023年5月"),
        ("2023-05", "2023 年 05 月"),
        ("2023-05-01", "2023年5月1日"),
        (pandas.Timestamp(2023, 5, 1), "2023年5月1日"),
    ],
)
def test_a_period_is_the_same_in_every_unambiguous_form(here: Any, there: str) -> None:
    assert eb.assess(meters(period=there), outputs(period=here)).counts["used"] == 1
    assert eb.assess(meters(period=here), outputs(period=there)).counts["used"] == 1


@pytest.mark.parametrize(
    ("here", "there"), [("2023-05", "2023.05"), ("2023", "23年"), ("2023-13", "2023年13月"), (2023, "2023.5")]
)
def test_a_period_that_could_mean_something_else_stays_what_it_is(here: Any, there: str) -> None:
    assert eb.assess(meters(period=there), outputs(period=here)).counts["used"] == 0


@given(any_tables())
@settings(max_examples=15)
def test_an_answer_survives_pickling(some: AnyTables) -> None:
    answer = eb.assess(some.meters.astype(str), some.outputs.astype(str))
    again = pickle.loads(pickle.dumps(answer))  # noqa: S301 - our own bytes
    for name in ("results", "problems", "energy"):
        pandas.testing.assert_frame_equal(getattr(again, name), getattr(answer, name))
    assert again.to_json() == answer.to_json()
    assert str(again) == str(answer)


def test_an_answer_comes_back_from_another_process() -> None:
    """A fresh process, as a pool of workers has it on every system."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        answer = pool.apply(eb.assess, (meters(), outputs()))
        pool.close()
        pool.join()
    here = eb.assess(meters(), outputs())
    assert answer.to_json() == here.to_json()
    pandas.testing.assert_frame_equal(answer.energy, here.energy)


# Documents, bases, figures that nobody has confirmed ------------------------------------------------------


def test_the_levels_of_a_standard_have_columns_of_their_own() -> None:
    (row,) = rows_of(eb.assess(meters(), outputs(), document="gb-16780-2021", corrections="base").results)
    assert (row["level_1"], row["level_2"], row["level_3"], row["class"]) == (100.0, 107.0, 117.0, "level-3")
    assert row["margin_level_3"] == pytest.approx(117 - 107.145)
    assert row["document"] == "gb-16780-2021"
    assert "benchmark" not in row
    assert row["notes"] == "base conditions are taken to hold: altitude"
    (asked,) = rows_of(eb.assess(meters(), outputs(), document="gb-16780-2021").results)
    assert (asked["reason"], asked["class"]) == ("missing-condition", None)


@pytest.mark.parametrize("project", [None, "existing", "new"])
@pytest.mark.parametrize("amount", [2700, 3000, 3300])
def test_what_follows_from_a_class_is_what_follows_from_one_value(project: str | None, amount: float) -> None:
    table = meters({"amount": amount}, {"plant": "乙厂", "amount": 30 * amount}, {"plant": "丙厂", "amount": None})
    results = eb.assess(table, outputs({}, {"plant": "乙厂"}, {"plant": "丙厂"}), project=project).results
    verdict = eb.classify(
        f"{float(results['intensity'][0])!r} kgce/t", "cement-clinker", period="2023", project=project
    )
    assert results["notes"].tolist() == ["; ".join(verdict.follows), "", ""]
    assert results["reason"].tolist() == ["", "implausible-intensity", "unusable-readings"]


def test_a_project_is_an_existing_or_a_new_one() -> None:
    with refused(OptionError, "option", "project is 'old'. Use one of existing, new"):
        eb.assess(meters(), outputs(), project="old")


def test_a_furnace_and_a_product_without_one_are_classed_beside_each_other() -> None:
    melted = {"product": FURNACE["product"], "carrier": "电力", "amount": 11, "unit": "万kWh"}
    answer = eb.assess(meters(melted, {}), outputs({**FURNACE, "output": 200}, {}))
    assert answer.results["class"].tolist() == ["within-limit", "baseline"]


def test_a_furnace_is_judged_by_the_table_of_the_document_named(write_table: WriteTable) -> None:
    foundries = {"document": "ndrc-2023", "capacity": "3", "limit": "500", "id": "own/3t"}
    tables.use(write_table("furnace_limits", foundries, base="changji-city-2021/induction-furnace-cast-iron/5t"))
    melted = meters({"product": FURNACE["product"], "carrier": "电力", "amount": 11, "unit": "万kWh"})
    for document, limit in (("changji-city-2021", 603.3333), (foundries["document"], 500.0)):
        (row,) = rows_of(eb.assess(melted, outputs({**FURNACE, "output": 200}), document=document).results)
        assert (row["intensity"], row["within_limit"]) == (550.0, pytest.approx(limit))


def test_the_list_in_force_is_that_of_each_period() -> None:
    periods = [2020, 2022, "2023-06", "2023-08", 2024]
    readings = meters(*({"period": period} for period in periods))
    results = eb.assess(readings, outputs(*({"period": period} for period in periods))).results
    assert results["document"].tolist() == ["", "ndrc-2021", "ndrc-2021", "ndrc-2023", "ndrc-2023"]
    assert results["reason"].tolist() == ["not-in-force", "", "", "", ""]
    for period, document in zip(periods[1:], results["document"][1:], strict=True):
        verdict = eb.classify("107 kgce/t", "cement-clinker", period=str(period))
        assert verdict.document == document


def test_the_primary_basis_counts_electricity_at_the_coal_rate() -> None:
    ethylene = {"product": "ethylene-naphtha"}
    readings = [("电", 1000, "万kWh"), ("原煤", 9000, "t")]
    table = meters(*({**ethylene, "carrier": name, "amount": n, "unit": unit} for name, n, unit in readings))
    options: dict[str, Any] = {"basis": "primary", "coal_rate": "302.4 gce/kWh"}
    answer = eb.assess(table, outputs(ethylene), **options)
    assert answer.energy["tce"].tolist() == pytest.approx([3024.0, 9000 * 0.7143])
    assert answer.energy["basis"].tolist() == ["primary", "calorific"]
    book = eb.account(
        [(name, f"{n} {unit}") for name, n, unit in readings], output="20000 t", product="ethylene-naphtha", **options
    )
    (row,) = rows_of(answer.results)
    assert same(row["tce"], book.tce)
    assert same(row["intensity"], book.intensity)
    assert book.verdict is not None
    assert row["class"] == book.verdict.level == "benchmark"
    assert row["unit"] == "kgoe/t"
    assert answer.options["coal_rate"] == "302.4 gce/kWh"


def test_a_limit_on_one_basis_refuses_energy_on_the_other() -> None:
    both = [{"product": "ethylene-naphtha"}, {"product": "cement-clinker"}, {**FURNACE}]
    power = {"carrier": "电", "amount": 600, "unit": "kWh"}
    table = meters(*({"product": one["product"], **power} for one in both))
    made = outputs(*({**one, "output": 1} for one in both))
    calorific = eb.assess(table, made, plausible=True)
    assert calorific.results["reason"].tolist() == ["basis", "", ""]
    primary = eb.assess(table, made, basis="primary", coal_rate="302.4 gce/kWh", plausible=True)
    # An electricity indicator has no basis.
    assert primary.results["reason"].tolist() == ["", "basis", ""]
    assert primary.counts["used"] == 3
    (problem,) = primary.problems.to_dict("records")
    assert (problem["column"], problem["value"]) == ("product", "cement-clinker")
    assert "calorific" in problem["message"]


def test_a_fixed_primary_figure_is_that_of_its_edition() -> None:
    table = meters({"product": "ethylene-naphtha", "carrier": "电", "amount": 100, "unit": "kWh"})
    answer = eb.assess(table, outputs(product="ethylene-naphtha"), basis="primary", edition="gb-30251-2024")
    assert answer.energy["tce"].tolist() == pytest.approx([0.03])


def test_an_unverified_coefficient_is_used_when_asked_for_with_a_warning_and_a_note() -> None:
    table = meters({"carrier": "甲醇", "amount": 10})
    assert eb.assess(table, outputs()).counts["used"] == 0
    with pytest.warns(UnverifiedWarning, match="methanol") as caught:
        answer = eb.assess(table, outputs(), allow_unverified=True)
    assert len(caught) == 1
    assert answer.counts["used"] == 1
    assert answer.energy["verification"].tolist() == ["unverified"]
    assert answer.energy["tce"].tolist() == pytest.approx([10 * 0.6794])
    (note,) = answer.notes
    assert "methanol" in note
    assert "unverified" in note


def test_an_unverified_limit_is_used_when_asked_for_with_a_warning_and_a_note() -> None:
    zinc = {"product": "zinc-oxide-concentrate"}
    with pytest.warns(UnverifiedWarning, match="zinc-oxide-concentrate"):
        answer = eb.assess(meters(zinc), outputs(zinc), allow_unverified=True, document="ndrc-2023", plausible=True)
    assert answer.results[["class", "verification"]].to_numpy().tolist() == [["benchmark", "unverified"]]
    assert any("zinc-oxide-concentrate" in note for note in answer.notes)


def test_an_unverified_furnace_table_warns_as_one_value_does(write_table: Callable[..., Path]) -> None:
    rows = [{**row, "verification": "unverified"} for row in oracle.table("furnace_limits")]
    tables.use(write_table("furnace_limits", *rows))
    power = meters({"product": FURNACE["product"], "carrier": "电", "amount": 600, "unit": "kWh"})
    made = outputs({**FURNACE, "output": 1})
    assert eb.assess(power, made).results["reason"].tolist() == ["unverified"]
    with pytest.warns(UnverifiedWarning):
        eb.classify(
            "600 kWh/t", FURNACE["product"], capacity="3 t", region="昌吉市", period="2023", allow_unverified=True
        )
    with pytest.warns(UnverifiedWarning, match=r"induction-furnace-cast-iron"):
        answer = eb.assess(power, made, allow_unverified=True)
    assert any("induction-furnace-cast-iron" in note for note in answer.notes)


def test_a_row_that_is_judged_by_a_replaced_document_says_so() -> None:
    with pytest.warns(SupersededWarning):
        (note,) = eb.assess(meters(), outputs(), document="ndrc-2021").results["notes"]
    assert "ndrc-2021 was replaced by ndrc-2023 on " in note


def test_verified_figures_neither_warn_nor_leave_a_note() -> None:
    assert eb.assess(meters(), outputs(), allow_unverified=True).notes == ()


def test_a_figure_that_only_a_slip_explains_is_used_when_asked_for() -> None:
    table = meters({"ncv": 20.9, "ncv_unit": "GJ/kg"})
    assert eb.assess(table, outputs()).counts["used"] == 0
    assert eb.assess(table, outputs(), allow_unverified=True).counts["used"] == 1


# What the metadata say --------------------------------------------------------------------------------------


def test_units_and_versions_go_with_the_rows_into_every_library(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    meters = {"plant": ["甲"], "period": ["2023"], "product": ["水泥熟料"], "carrier": ["原煤"], "amount": [1200.0]}
    outputs = {"plant": ["甲"], "period": ["2023"], "product": ["水泥熟料"], "output": [8000.0], "output_unit": ["t"]}
    told: list[str] = []
    with caplog.at_level("INFO", logger="energybench"):
        answer = eb.assess({**meters, "unit": ["t"]}, outputs, progress=lambda _, text: told.append(text))
    assert [record.getMessage().rpartition(" (")[0] for record in caplog.records] == told != []
    said = answer.results.attrs["energybench"]
    assert (said["package_version"], said["data_version"]) == (eb.__version__, eb.tables.data_version())
    assert said["units"] == {"tce": "tce", "electricity_kwh": "kWh"}
    of_columns = said["unit_columns"]
    assert (of_columns["intensity"], of_columns["benchmark"]) == ("unit", "unit")
    assert (of_columns["output"], of_columns["saving_baseline"]) == ("output_unit", "saving_unit")
    assert answer.energy.attrs["energybench"]["unit_columns"] == {"amount": "unit"}
    table = pyarrow.table(answer)
    assert json.loads(table.schema.metadata[b"energybench"]) == said
    assert table.schema.field("tce").metadata == {b"unit": b"tce"}
    assert table.schema.field("margin_baseline").metadata == {b"unit_column": b"unit"}
    write_frame(answer.results, tmp_path / "results.parquet")
    assert parquet.read_schema(tmp_path / "results.parquet").equals(table.schema, check_metadata=True)
    expected = [answer.results["tce"][0]]
    assert polars.DataFrame(answer)["tce"].to_list() == expected
    assert duckdb.query("select tce from answer").fetchall() == [tuple(expected)]  # type: ignore[union-attr]
    assert pandas.read_parquet(tmp_path / "results.parquet")["tce"].to_list() == expected
