"""``df.energybench``: the same answers as the functions, and nothing dropped silently."""

from __future__ import annotations

from typing import Any

import numpy
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import energybench as eb
import energybench.frames.accessor
from energybench.errors import EnergybenchWarning, MissingColumnError, OptionError, TableError, UnverifiedWarning
from expect import each

CHINESE = {"amount": "实物量", "unit": "单位", "carrier": "能源"}


def meters(**columns: list[Any]) -> pandas.DataFrame:
    return pandas.DataFrame(columns)


def mixed() -> pandas.DataFrame:
    """Return good rows and one of each kind of bad row, under Chinese headers and a text index."""
    rows = [
        ("原煤", 1200, "t"),
        ("电", 350, "万kWh"),
        ("raw coal", "1,000", "吨"),
        ("unobtainium", 1, "t"),
        ("原煤", 1, "kWh"),
        ("原煤", 1, "furlong"),
        (None, 1, "t"),
        ("原煤", 1, " "),
        ("原煤", None, "t"),
        ("原煤", "many", "t"),
        ("原煤", 1e308, "10^4 t"),
        ("unobtainium", 2, "t"),
    ]
    return pandas.DataFrame(rows, columns=["能源", "实物量", "单位"], index=list("abcdefghijkl"), dtype=object)


def test_a_column_is_converted_with_the_index_of_its_table() -> None:
    frame = meters(carrier=["原煤", "electricity"], amount=[1200, 350], unit=["t", "万kWh"])
    frame.index = pandas.Index([7, 7])
    tce = frame.energybench.to_tce()
    pandas.testing.assert_series_equal(tce, pandas.Series([857.16, 430.15], index=[7, 7], name="tce"))


def test_a_column_that_is_not_named_is_found_by_its_chinese_header() -> None:
    frame = pandas.DataFrame(
        {"能源品种": ["原煤", "电"], "数量": [1200, "?"], "计量单位": ["t", "万kWh"], "流向": ["", "外供"]}
    )
    assert frame.iloc[:1].energybench.to_tce().round(2).tolist() == [857.16]
    assert frame.energybench.problems()[["row", "column"]].to_numpy().tolist() == [[1, "数量"]]
    # A name that is given is the column, whatever others mean the same.
    assert frame.assign(耗量=[1, 2]).energybench.to_tce(amount="耗量").round(4).tolist() == [0.7143, -2.458]


PAIRS = [("原煤", "t"), ("raw coal", "万吨"), ("电", "万kWh"), ("electricity", "MWh"), ("柴油", "kg"), ("热力", "GJ")]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(PAIRS), st.floats(-1e9, 1e9)), min_size=1, max_size=30))
def test_every_row_is_what_the_function_for_one_value_says(rows: list[tuple[tuple[str, str], float]]) -> None:
    frame = meters(
        carrier=[carrier for (carrier, _), _ in rows],
        unit=[unit for (_, unit), _ in rows],
        amount=[amount for _, amount in rows],
    )
    one_by_one = [eb.to_tce(f"{amount!r} {unit}", carrier).magnitude for (carrier, unit), amount in rows]
    assert frame.energybench.to_tce().tolist() == pytest.approx(one_by_one, rel=1e-14)


@each("dtype", ["category", "object", "string", "string[pyarrow]"])
def test_any_kind_of_text_column_will_do(dtype: str) -> None:
    frame = meters(carrier=["原煤", "电", "原煤"], amount=[1, 2, 3], unit=["t", "万kWh", "t"])
    plain = frame.energybench.to_tce()
    other = frame.astype({"carrier": dtype, "unit": dtype}).energybench.to_tce()
    pandas.testing.assert_series_equal(plain, other)


def test_the_options_are_those_of_to_tce() -> None:
    frame = meters(carrier=["electricity"], amount=[350], unit=["万kWh"])
    tce = frame.energybench.to_tce(basis="primary", coal_rate="302.4 gce/kWh")
    assert tce.tolist() == pytest.approx([1058.4])
    with pytest.raises(OptionError, match="basis is 'calorie'"):
        frame.energybench.to_tce(basis="calorie")
    with pytest.raises(OptionError, match=r"errors is 'ignore'.*raise, coerce"):
        frame.energybench.to_tce(errors="ignore")


def test_one_error_lists_the_distinct_problems_with_their_numbers() -> None:
    with pytest.raises(TableError) as caught:
        mixed().energybench.to_tce(**CHINESE)
    message = str(caught.value)
    assert message.startswith("9 of 12 rows cannot be converted: 2 x 能源: ")
    for said in (
        "unobtainium",
        "furlong",
        "raw_coal is given in kWh",
        "1 x 实物量: amount is 'many'",
        'errors="coerce"',
    ):
        assert said in message


def test_coerced_rows_are_nan_and_a_warning_says_how_many() -> None:
    with pytest.warns(EnergybenchWarning, match=r"9 of 12 rows cannot be converted.*problems\(\) lists them"):
        tce = mixed().energybench.to_tce(**CHINESE, errors="coerce")
    assert tce["a":"c"].round(6).tolist() == [857.16, 430.15, 714.3]
    assert tce["d":].isna().all()


def test_the_problems_name_row_column_value_and_reason() -> None:
    problems = mixed().energybench.problems(**CHINESE)
    assert problems[["row", "column", "reason"]].to_numpy().tolist() == [
        ["d", "能源", "unknown-carrier"],
        ["e", "单位", "wrong-dimension"],
        ["f", "单位", "unknown-unit"],
        ["g", "能源", "missing-value"],
        ["h", "单位", "missing-value"],
        ["i", "实物量", "missing-value"],
        ["j", "实物量", "unreadable-amount"],
        ["k", "实物量", "unreadable-amount"],
        ["l", "能源", "unknown-carrier"],
    ]
    assert problems["message"].str.contains("{value}", regex=False).sum() == 0
    assert problems["value"].tolist()[:3] == ["unobtainium", "kWh", "furlong"]


def test_rows_in_are_rows_converted_and_problems() -> None:
    with pytest.warns(EnergybenchWarning):
        tce = mixed().energybench.to_tce(**CHINESE, errors="coerce")
    assert tce.notna().sum() + len(mixed().energybench.problems(**CHINESE)) == len(mixed())


def test_many_kinds_of_problem_are_cut_and_the_rest_counted() -> None:
    units = [f"unit{chr(ord('a') + number)}" for number in range(14)]
    frame = meters(carrier=["原煤"] * 14, amount=[1] * 14, unit=units)
    with pytest.raises(TableError, match="and 4 more kinds"):
        frame.energybench.to_tce()


def test_a_column_that_is_not_there_is_named_with_the_nearest() -> None:
    with pytest.raises(
        MissingColumnError, match=r"no column 'amount'; it has carrier, amounts, unit\. Did you mean 'amounts'"
    ):
        meters(carrier=["原煤"], amounts=[1], unit=["t"]).energybench.to_tce()
    twice = pandas.DataFrame([["原煤", 1, 2, "t"]], columns=["carrier", "amount", "amount", "unit"])
    with pytest.raises(TableError, match="several columns 'amount'"):
        twice.energybench.to_tce()


def test_an_empty_table_gives_an_empty_column() -> None:
    tce = meters(carrier=[], amount=[], unit=[]).energybench.to_tce()
    assert tce.dtype == numpy.float64
    assert tce.empty


def test_an_unverified_figure_warns() -> None:
    frame = meters(carrier=["methanol"], amount=[1], unit=["t"])
    assert frame.energybench.problems()["reason"].tolist() == ["unverified"]
    with pytest.warns(UnverifiedWarning, match="unverified"):
        frame.energybench.to_tce(allow_unverified=True)


def test_assess_is_that_of_the_library() -> None:
    given_meters = pandas.read_csv("examples/main/meters.csv")
    outputs = pandas.read_csv("examples/main/outputs.csv")
    one = given_meters.energybench.assess(outputs, compare="rounded")
    other = eb.assess(given_meters, outputs, compare="rounded")
    pandas.testing.assert_frame_equal(one.results, other.results)


def test_the_import_of_the_module_registers_it() -> None:
    assert energybench.frames.accessor.EnergybenchAccessor is pandas.DataFrame.energybench  # type: ignore[attr-defined]


def test_flow_and_figures_of_a_row_are_honoured_as_by_assess() -> None:
    own = {"coefficient": [None, None, 0.9895], "coefficient_unit": [None, None, "kgce/kg"]}
    table = pandas.DataFrame({"carrier": ["原煤"] * 3, "amount": [100, 23.88, 10], "unit": ["t"] * 3, **own})
    table["流向"] = ["in", "out", None]
    assert table.energybench.to_tce().tolist() == pytest.approx([71.43, -17.057484, 9.895])
    problems = table.assign(流向="sideways").energybench.problems()
    assert problems[["row", "column", "reason"]].to_numpy().tolist() == [[n, "流向", "option"] for n in range(3)]
