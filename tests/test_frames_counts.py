"""Nothing is lost: every meter row is used or has one problem, every output row has a class or one problem."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy
import pandas
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

import energybench as eb
from energybench.frames.columns import METERS, OUTPUTS
from energybench.limits.ladders import Level
from frame_tables import (
    FURNACE,
    JUNK,
    AnyTables,
    Group,
    any_tables,
    meters,
    outputs,
    portfolios,
    rows_of,
    tables_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def assert_nothing_is_lost(answer: eb.Assessment) -> None:
    """Expect each row of both tables in exactly one place, and each problem to say everything that it should."""
    counts, problems, results, energy = answer.counts, answer.problems, answer.results, answer.energy
    of_meters, of_outputs = (problems[problems["table"] == name] for name in ("meters", "outputs"))
    assert len(of_meters) + len(of_outputs) == len(problems)
    assert counts["meters"] == len(energy) == counts["used"] + counts["problems"]
    assert counts["outputs"] == len(results) == counts["classified"] + len(of_outputs)
    assert counts["problems"] == len(of_meters)
    # Exactly one problem per bad row, and none for a good one.
    assert of_meters["row"].tolist() == energy["row"][~energy["used"]].tolist()
    assert of_outputs["row"].tolist() == results["row"][results["class"].isna()].tolist()
    assert of_outputs["reason"].tolist() == results["reason"][results["class"].isna()].tolist()
    assert results["reason"][results["class"].notna()].eq("").all()
    # A bad row is no figure, and a good one is a figure.
    for figure in ("tce", "electricity_kwh"):
        assert numpy.isfinite(energy[figure].to_numpy()).tolist() == energy["used"].tolist()
    classified = results[results["class"].notna()]
    assert numpy.isfinite(classified[["tce", "intensity"]].to_numpy(float)).all()
    assert set(classified["class"]) <= {level.value for level in Level}
    for problem in problems.to_dict("records"):
        assert problem["column"] in (METERS if problem["table"] == "meters" else OUTPUTS)
        for text in ("reason", "message", "suggestion"):
            assert isinstance(problem[text], str)
            assert problem[text]
        assert isinstance(problem["value"], str)
        assert len(problem["value"]) < 100
    json.loads(answer.to_json(), parse_constant=_no_constant)


def _no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


# Whatever the table ---------------------------------------------------------------------------------------


@given(any_tables())
@settings(max_examples=80)
def test_whatever_the_tables_nothing_is_lost(tables: AnyTables) -> None:
    answer = eb.assess(tables.meters, tables.outputs)
    assert_nothing_is_lost(answer)
    for reason in dict.fromkeys(answer.problems["reason"]):
        event(reason)


@given(any_tables())
@settings(max_examples=25)
def test_a_row_that_nobody_touched_is_used(tables: AnyTables) -> None:
    """A bad row never takes a good one with it."""
    answer = eb.assess(tables.meters, tables.outputs)
    there = {_key(row) for row, clean in zip(rows_of(tables.outputs), tables.untouched_outputs, strict=True) if clean}
    used = answer.energy["used"].tolist()
    for row, clean, is_used in zip(rows_of(tables.meters), tables.untouched_meters, used, strict=True):
        if clean and _key(row) in there:
            event("good row with its output")
            assert is_used


def _key(row: dict[str, Any]) -> tuple[str, str, str]:
    return str(row["plant"]), str(row["period"]).removesuffix(".0"), str(row["product"])


@given(portfolios(most=3), st.data())
@settings(max_examples=25)
def test_one_bad_cell_costs_one_row_and_the_class_of_its_group(groups: list[Group], data: st.DataObject) -> None:
    meter_table, output_table = tables_of(groups)
    row = data.draw(st.integers(0, len(meter_table) - 1))
    column, cell = data.draw(st.sampled_from([("carrier", "gibberish"), ("unit", "furlong"), ("amount", "a lot")]))
    meter_table = meter_table.astype(object)
    meter_table.loc[row, column] = cell
    answer = eb.assess(meter_table, output_table)
    assert_nothing_is_lost(answer)
    reasons = {"carrier": "unknown-carrier", "unit": "unknown-unit", "amount": "unreadable-amount"}
    if column == "carrier" and meter_table.reindex(columns=["ncv", "coefficient"]).loc[row].notna().any():
        # A figure of one's own may stand with any carrier name.
        assert answer.problems.empty
        return
    spoilt, ungraded = answer.problems.to_dict("records")
    assert (spoilt["row"], spoilt["column"], spoilt["reason"]) == (row, column, reasons[column])
    assert spoilt["value"] == cell
    ends = numpy.cumsum([len(group.readings) for group in groups])
    assert (ungraded["row"], ungraded["reason"]) == (int(numpy.searchsorted(ends, row, "right")), "unusable-readings")


#: The unit of the rows is t.
_USABLE = (0, -5, "1200 t", 1e308, 1e-320, Fraction(1, 3), Decimal("12.5"), numpy.float32(7))


def test_of_all_cells_in_the_column_of_amounts_only_the_numbers_are_used() -> None:
    table = meters(*[{}] * len(JUNK)).astype(object)
    table["amount"] = pandas.Series(JUNK, dtype=object)
    answer = eb.assess(table, outputs())
    assert_nothing_is_lost(answer)
    used = [cell for cell, is_used in zip(JUNK, answer.energy["used"], strict=True) if is_used]
    assert {repr(cell) for cell in used} == {repr(cell) for cell in (*_USABLE, -0.0, "1200 t")}
    nothing = [number for number, cell in enumerate(JUNK) if repr(cell) in ("None", "nan", "<NA>", "NaT")]
    bad = answer.problems[answer.problems["table"] == "meters"]
    assert bad["row"][bad["reason"] == "missing-value"].tolist() == nothing
    assert set(bad["reason"]) == {"missing-value", "unreadable-amount"}


@pytest.mark.parametrize("column", ["plant", "period", "product", "carrier", "unit", "flow", "ncv", "ncv_unit"])
def test_anything_may_stand_in_any_column_of_the_meters(column: str) -> None:
    """One good row, and one for every kind of cell: the good row is used, and every other is accounted for."""
    table = meters({"flow": "in", "ncv": None, "ncv_unit": None}, *[{"flow": "in"}] * len(JUNK)).astype(object)
    table[column] = pandas.Series([table[column].iloc[0], *JUNK], dtype=object)
    answer = eb.assess(table, outputs())
    assert_nothing_is_lost(answer)
    assert answer.energy["used"].iloc[0]
    assert answer.counts["problems"] > len(JUNK) / 2 or column == "ncv_unit"


@pytest.mark.parametrize(
    "column", ["plant", "period", "product", "output", "output_unit", "furnace_capacity", "furnace_capacity_unit"]
)
def test_anything_may_stand_in_any_column_of_the_outputs(column: str) -> None:
    plants = [f"plant {number}" for number in range(len(JUNK) + 1)]
    power = {"carrier": "电", "amount": 600, "unit": "kWh", "product": FURNACE["product"]}
    table = outputs(*({**FURNACE, "plant": plant, "output": 1} for plant in plants)).astype(object)
    table[column] = pandas.Series([table[column].iloc[0], *JUNK], dtype=object)
    answer = eb.assess(meters(*({**power, "plant": plant} for plant in plants)), table)
    assert_nothing_is_lost(answer)
    assert answer.results["class"].iloc[0] == "within-limit"
    assert answer.counts["classified"] < len(JUNK) / 2


@given(st.lists(st.sampled_from(JUNK), min_size=1, max_size=6), st.sampled_from(["amount", "carrier", "unit", "plant"]))
@settings(max_examples=15)
@example([1, True], "amount")
@example([True, 1], "amount")
@example([0.0, False, "0"], "amount")
def test_a_cell_is_judged_by_itself_whatever_stands_above_it(cells: list[Any], column: str) -> None:
    """A column of mixed types is read cell by cell: True is not 1, and never makes a 1 unreadable."""

    def assessed(some: list[Any]) -> pandas.DataFrame:
        table = meters(*[{}] * len(some)).astype(object)
        table[column] = pandas.Series(some, dtype=object)
        energy: pandas.DataFrame = eb.assess(table, outputs()).energy
        return energy

    together = assessed(cells)
    for number, cell in enumerate(cells):
        alone = assessed([cell])
        assert together["used"].iloc[number] == alone["used"].iloc[0]
        assert together["tce"].iloc[number : number + 1].equals(alone["tce"].set_axis([number]))


# The same key in other spellings --------------------------------------------------------------------------

_SAME_PERIOD: list[tuple[Any, Any]] = [
    (2023, "2023"),
    (2023, 2023.0),
    ("2023", 2023.0),
    (" 2023", "2023 "),
    (numpy.int32(2023), 2023),
    (datetime.date(2023, 5, 1), "2023-05-01"),
    (datetime.datetime(2023, 5, 1), datetime.date(2023, 5, 1)),
    (pandas.Timestamp("2023-05-01"), "2023-05-01"),
    (pandas.Timestamp("2023-05-01 06:00"), datetime.datetime(2023, 5, 1, 6)),
    (pandas.Period("2023-05", "M"), "2023-05"),
]


@pytest.mark.parametrize(("one", "other"), _SAME_PERIOD, ids=repr)
def test_a_period_is_the_same_in_any_of_its_spellings(one: Any, other: Any) -> None:
    for here, there in ((one, other), (other, one)):
        answer = eb.assess(meters(period=here), outputs(period=there))
        assert_nothing_is_lost(answer)
        assert answer.results["class"].tolist() == ["baseline"]


@pytest.mark.parametrize("other", [2024, "2023-01", datetime.date(2023, 1, 1), "23年", None, float("nan")], ids=repr)
def test_another_period_is_another_group(other: Any) -> None:
    answer = eb.assess(meters(period=2023), outputs(period=other))
    assert_nothing_is_lost(answer)
    assert answer.counts["used"] == answer.counts["classified"] == 0


def test_periods_of_mixed_types_in_one_column_meet() -> None:
    spelled: list[Any] = [2023, "2023", 2023.0, " 2023 ", numpy.int64(2023)]
    answer = eb.assess(meters(*({"period": period} for period in spelled)), outputs({"output": 5 * 20000}))
    assert answer.counts["used"] == 5
    assert answer.results["intensity"].tolist() == pytest.approx([107.145])


@pytest.mark.parametrize("name", ["水泥熟料", "cement-clinker", "Cement Clinker", " 水泥熟料 "])
def test_a_product_is_the_same_by_any_of_its_names(name: str) -> None:
    assert eb.assess(meters(product=name), outputs()).results["class"].tolist() == ["baseline"]
    assert eb.assess(meters(), outputs(product=name)).results["class"].tolist() == ["baseline"]


def test_two_names_of_one_product_are_two_outputs_of_it() -> None:
    answer = eb.assess(meters(), outputs({}, {"product": "水泥熟料"}))
    assert answer.results["reason"].tolist() == ["duplicate-output", "duplicate-output"]


# Rows that carry labels of their own ----------------------------------------------------------------------

_INDEXES: dict[str, Callable[[int], Any]] = {
    "numbers": lambda count: range(10, 10 + count),
    "all the same": lambda count: [0] * count,
    "text": lambda count: [f"line {number}" for number in range(count)],
    "dates": lambda count: pandas.date_range("2023-01-01", periods=count),
    "pairs": lambda count: pandas.MultiIndex.from_tuples([("x", number) for number in range(count)]),
    "partly empty": lambda count: [None, *range(1, count)],
}


@pytest.mark.parametrize("make", _INDEXES.values(), ids=_INDEXES)
def test_a_frame_may_have_any_index_even_one_that_repeats(make: Callable[[int], Any]) -> None:
    """Frames come from concat and groupby: a label is shown, never searched for."""
    bad = {"carrier": "gibberish"}
    meter_table = meters({}, bad, {"plant": "乙厂"}, {"plant": "丙厂"})
    output_table = outputs({}, {"plant": "乙厂"}, {"plant": "丙厂", "output": -1}, {"plant": "丁厂"})
    meter_table.index, output_table.index = make(4), make(4)
    answer = eb.assess(meter_table, output_table)
    assert answer.results["reason"].tolist() == ["unusable-readings", "", "output", "no-energy"]
    assert answer.problems["reason"].tolist() == ["unknown-carrier", "unusable-readings", "output", "no-energy"]
    labels = list(meter_table.index)
    assert [str(row) for row in answer.energy["row"]] == [str(label) for label in labels]
    assert str(answer.problems["row"].iloc[0]) == str(labels[1])
    json.loads(answer.to_json())


# Groups ---------------------------------------------------------------------------------------------------


def test_a_meter_without_output_and_an_output_without_meter() -> None:
    answer = eb.assess(meters({}, {"plant": "乙厂"}, {"period": 2024}), outputs({}, {"plant": "丙厂"}))
    assert_nothing_is_lost(answer)
    assert answer.energy["used"].tolist() == [True, False, False]
    assert answer.problems["reason"].tolist() == ["no-output", "no-output", "no-energy"]


def test_an_output_that_cannot_be_used_keeps_its_readings() -> None:
    """The meters are right: they count as used, and their energy is in the results."""
    answer = eb.assess(meters(), outputs({"output": 0}))
    assert_nothing_is_lost(answer)
    assert answer.counts["used"] == 1
    assert answer.results["tce"].tolist() == pytest.approx([2142.9])
    assert answer.results["intensity"].isna().all()


def test_a_group_with_a_bad_reading_has_no_total() -> None:
    """The total of the rest would look like a better plant."""
    answer = eb.assess(meters({}, {"unit": "furlong"}), outputs())
    assert_nothing_is_lost(answer)
    (row,) = rows_of(answer.results)
    assert (row["tce"], row["electricity_kwh"], row["intensity"], row["class"]) == (None, None, None, None)
    assert (row["readings"], row["unusable_readings"]) == (2, 1)


def test_an_energy_of_zero_is_a_figure() -> None:
    answer = eb.assess(meters({"amount": 0}), outputs(), plausible=True)
    assert_nothing_is_lost(answer)
    assert answer.results[["tce", "intensity"]].to_numpy().tolist() == [[0.0, 0.0]]
    assert answer.results["class"].tolist() == ["benchmark"]


def test_more_energy_sent_out_than_taken_in_is_below_zero() -> None:
    answer = eb.assess(meters({"amount": 1}, {"amount": 3, "flow": "out"}), outputs(), plausible=True)
    assert_nothing_is_lost(answer)
    assert answer.results["tce"].tolist() == pytest.approx([-2 * 0.7143])
    assert answer.results["class"].tolist() == ["benchmark"]


def test_the_counts_are_checked_against_the_tables() -> None:
    """The library refuses to return an answer that lost a row: break a count and it says so."""
    from energybench.frames import pipeline

    whole = {"meters": 4, "used": 2, "problems": 1, "totals": 1, "outputs": 1, "classified": 1}
    pipeline.check_counts(whole, 0)
    for name in whole:
        with pytest.raises(AssertionError, match="rows were lost"):
            pipeline.check_counts({**whole, name: whole[name] + 1}, 0)
    with pytest.raises(AssertionError, match="rows were lost"):
        pipeline.check_counts(whole, 1)
