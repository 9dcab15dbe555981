"""Months, quarters and half-years add up to the period of the output where they cover it whole, and only there."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import energybench as eb
from energybench.frames.groups import coverage
from energybench.tables.periods import period_span
from engines import SOURCES, source_of
from expect import each
from frame_tables import meters, notes_of_any_source, outputs

if TYPE_CHECKING:
    from pathlib import Path

    import pandas

POWER = {"carrier": "电力", "amount": 100, "unit": "万kWh"}
MONTHS = [f"2023年{number}月" for number in range(1, 13)]
#: 3000 t of coal a year are 107.145 kgce per t of 20 000 t.
WHOLE = 107.145


def months(*left_out: int, **row: Any) -> list[dict[str, Any]]:
    """Return a row per month, a twelfth of 3000 t of coal each, but for some months."""
    return [{"period": name, "amount": 250, **row} for number, name in enumerate(MONTHS, 1) if number not in left_out]


def assessed(*rows: dict[str, Any], made: pandas.DataFrame | None = None) -> eb.Assessment:
    return eb.assess(meters(*rows), outputs() if made is None else made)


def message(answer: eb.Assessment) -> str:
    """Return why the one output row has no class."""
    assert answer.results["reason"].tolist() == ["incomplete-energy"]
    assert answer.results["class"].isna().all()
    assert answer.results["intensity"].isna().all()
    assert answer.results["tce"].isna().all()
    return str(answer.problems["message"].iloc[-1])


@each(
    ("rows", "lost"),
    [
        # Coal by the month and power by the year: no output row has both.
        ([*months(), POWER], [True] * 13),
        ([*months(), *months(**POWER)], [False] * 12 + [None]),
        ([*months(), *months(**POWER), {}, POWER], [False] * 13),
        ([{}, POWER], [None] * 12 + [False]),
        # Heat of the winter alone is in the year too.
        ([*months(), {}, {**POWER, "period": "2023年1月"}, POWER], [False] * 13),
        # Power by the month is lacking in the year.
        ([*months(), *months(**POWER), {}], [False] * 12 + [True]),
    ],
)
@pytest.mark.parametrize("way", ["pandas", *SOURCES])
def test_outputs_of_months_and_of_their_year_have_the_same_carriers(
    rows: list[dict[str, Any]], lost: list[bool | None], way: str, tmp_path: Path
) -> None:
    made = outputs(*({"period": month, "output": 0.17} for month in MONTHS), {})
    table = meters(*rows).astype({"period": str})
    given = {"meters": table} if way == "pandas" else source_of(table, way, tmp_path)
    answer = eb.assess(outputs=made, plausible=True, **given)
    reasons = {True: "incomplete-energy", False: "", None: "no-energy"}
    assert answer.results["reason"].tolist() == [reasons[one] for one in lost]
    assert answer.results["class"].isna().tolist() == [one is not False for one in lost]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (MONTHS, "12 months"),
        ([f"2023/{number}" for number in range(1, 13)], "12 months"),
        ([f"2023{number:02}" for number in range(1, 13)], "12 months"),
        ([datetime.date(2023, number, 1) for number in range(1, 13)], "12 months"),
        (["2023Q1", "2023-Q2", "2023年三季度", "2023年第四季度"], "4 quarters"),
        (["2023年上半年", "2023H2"], "2 half-years"),
        (["2023年1-6月", *MONTHS[6:9], "2023Q4"], "1 half-year and 3 months and 1 quarter"),
        (["2023年1-5月", "2023年6-12月"], "2 parts"),
    ],
    ids=str,
)
def test_parts_that_cover_the_period_add_up_to_it(parts: list[Any], said: str) -> None:
    rows = [{"period": one, "amount": 3000 / len(parts)} for one in parts]
    answer = assessed(*rows)
    assert answer.results["intensity"].tolist() == pytest.approx([WHOLE])
    assert answer.results["class"].tolist() == ["baseline"]
    assert answer.notes[-1] == f"{said} of 2023 add up to 2023 in 1 output row"
    assert (answer.counts["meters"], answer.counts["used"]) == (len(parts), len(parts))
    assert answer.energy["used"].all()
    assert answer.results["readings"].tolist() == [len(parts)]


def test_a_carrier_in_parts_stands_beside_one_of_the_whole() -> None:
    halves = [{"period": f"2023年{half}半年", "amount": 1500} for half in "上下"]
    answer = assessed(*halves, POWER)
    assert answer.results["intensity"].tolist() == pytest.approx([WHOLE + 6.145])
    assert answer.notes == ("2 half-years of 2023 add up to 2023 in 1 output row",)
    assert message(assessed(halves[0], POWER)) == "the readings of plant '甲厂' for 2023 lack 2023-07 to 2023-12"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (months(3), "lack 2023-03"),
        (months(1, 6, 7, 12), "lack 2023-01, 2023-06 to 2023-07, 2023-12"),
        ([*months(), {}], "have raw_coal twice in 2023-01 to 2023-12"),
        ([*months(), {"period": "2023Q2"}], "have raw_coal twice in 2023-04 to 2023-06"),
        ([*months(9), {"period": "2023Q2"}], "lack 2023-09, and have raw_coal twice in 2023-04 to 2023-06"),
        ([*months(2), {"period": "2023-02-03"}], "lack 2023-02-01 to 2023-02-02, 2023-02-04 to 2023-02-28"),
        ([{}, {"period": "2023年上半年"}], "lack 2023-07 to 2023-12, and have raw_coal twice in 2023-01 to 2023-06"),
    ],
    ids=str,
)
def test_a_gap_and_an_overlap_are_named(rows: list[dict[str, Any]], said: str) -> None:
    assert message(assessed(*rows)) == f"the readings of plant '甲厂' for 2023 {said}"


def test_several_readings_of_a_month_are_no_overlap() -> None:
    rows = [*months(), {"period": "2023-05", "amount": 10}, {"period": "202306", "amount": 10}]
    assert assessed(*rows).results["tce"].tolist() == pytest.approx([3020 * 0.7143])


def test_a_carrier_in_fewer_months_is_a_note() -> None:
    """Gas that heats in winter is whole without a summer."""
    winter = [{"period": name, **POWER} for name in (*MONTHS[:3], *MONTHS[10:])]
    answer = assessed(*months(), *winter, made=outputs({"plant": "乙厂"}, {}))
    assert answer.results["tce"].tolist()[1] == pytest.approx(3000 * 0.7143 + 500 * 1.229)
    assert answer.notes[-1] == "甲厂, 2023, cement-clinker: electricity has no reading in 2023-04 to 2023-10"


def test_a_reading_that_cannot_be_used_withholds_the_class() -> None:
    answer = assessed(*months(2), {"period": MONTHS[1], "unit": "kWh"})
    assert answer.results["reason"].tolist() == ["unusable-readings"]
    assert answer.results["unusable_readings"].tolist() == [1]
    assert answer.problems["reason"].tolist() == ["wrong-dimension", "unusable-readings"]


def test_a_month_belongs_to_its_own_output_row_before_that_of_the_year() -> None:
    made = outputs({}, {"period": "2023-01", "output": 2000}, {"period": "2023Q1", "output": 6000})
    answer = assessed(*months(), {}, {"period": "2023年第一季度", "amount": 500}, made=made)
    assert answer.results["reason"].tolist() == ["incomplete-energy", "", "incomplete-energy"]
    assert answer.results["tce"].tolist()[1] == pytest.approx(250 * 0.7143)
    assert answer.problems["message"].tolist() == [
        "the readings of plant '甲厂' for 2023 lack 2023-01 to 2023-03, and have raw_coal twice in 2023-04 to 2023-12",
        "the readings of plant '甲厂' for 2023-Q1 lack 2023-01, and have raw_coal twice in 2023-02 to 2023-03",
    ]


def test_only_parts_of_the_same_plant_and_product_add_up() -> None:
    made = outputs({}, {"plant": "乙厂"})
    rows = [*months(), *months(plant="乙厂")[:-1], {"plant": "乙厂", "product": "电解铝", "period": "2023-12"}]
    answer = assessed(*rows, made=made)
    assert answer.results["class"].tolist()[0] == "baseline"
    assert answer.results["reason"].tolist() == ["", "incomplete-energy"]


def test_dates_are_months_only_where_all_are_the_first_of_one() -> None:
    firsts = [datetime.date(2023, number, 1) for number in range(1, 13)]
    rows = [{"period": day, "amount": 250} for day in firsts]
    made = outputs(*({"period": day, "output": 20000 / 12} for day in firsts))
    answer = assessed(*rows, made=made)
    assert answer.results["class"].tolist() == ["baseline"] * 12
    assert [note.split(":")[0] for note in answer.notes] == ["outputs", "meters"]
    other = assessed(*rows, {"period": datetime.date(2023, 1, 2)})
    assert " lack 2023-01-03 to 2023-01-31, 2023-02-02 to 2023-02-28, " in message(other)
    assert not any("read as months" in note for note in other.notes)
    days = outputs({"period": "2023-01-01", "output": 2000}, {"period": "2023-01-02", "output": 2000})
    assert assessed({"period": "2023-01-01"}, made=days).results["readings"].tolist() == [1, 0]


def test_a_total_row_of_each_month_is_compared_with_the_year() -> None:
    totals = [{"period": name, "carrier": "合计", "unit": "tce", "amount": 250 * 0.7143} for name in MONTHS]
    assert len(assessed(*months(), *totals).notes) == 2
    assert "2142.9 tce" in assessed(*months(), *totals, totals[0]).notes[-1]


def test_the_uncertainty_of_parts_is_that_of_the_whole() -> None:
    whole = assessed({"uncertainty": "120 t", "meter": "A"}).results
    parts = assessed(*months(uncertainty="10 t", meter="A")).results
    assert whole["tce_uncertainty"].tolist() == pytest.approx([120 * 0.7143])
    assert parts["tce_uncertainty"].tolist() == pytest.approx([120 * 0.7143])


EVERYTHING = meters(
    *months(),
    *months(plant="乙厂")[1:],
    *months(plant="丙厂"),
    {"plant": "丙厂"},
    *({"plant": "丁厂", "period": f"2023Q{number}", "product": "电解铝", **POWER} for number in range(1, 5)),
    *months(plant="丁厂", product="电解铝", **{**POWER, "amount": 1})[:3],
    {"plant": "戊厂", "period": "2023年上半年"},
    {"plant": "戊厂", "period": "2023-H2"},
    {"plant": "戊厂", **POWER},
    {"plant": "己厂", "period": "2022-10/2023-03"},
).assign(period=lambda table: table["period"].astype(str))
MADE = outputs({}, *({"plant": f"{name}厂"} for name in "乙丙戊己"), {"plant": "丁厂", "product": "电解铝"})


@pytest.mark.parametrize("way", SOURCES)
def test_every_source_says_the_same(way: str, tmp_path: Path) -> None:
    table = EVERYTHING.reset_index(drop=True)
    expected = eb.assess(table, MADE, plausible=True)
    answer = eb.assess(outputs=MADE, plausible=True, **source_of(table, way, tmp_path))
    assert expected.results["reason"].value_counts()["incomplete-energy"] == 3
    assert sorted(answer.notes) == sorted(notes_of_any_source(expected))
    assert answer.counts == expected.counts
    assert answer.result_frame["tce"].tolist() == pytest.approx(expected.result_frame["tce"].tolist(), nan_ok=True)
    assert sorted(answer.problem_counts["message"]) == sorted(expected.problem_counts["message"])


#: Stretches of a year of months.
STRETCHES = st.tuples(st.integers(1, 12), st.integers(1, 12)).map(lambda ends: (min(ends), max(ends)))


@given(st.lists(STRETCHES, max_size=6))
def test_what_is_missing_and_doubled_is_what_counting_months_says(stretches: list[tuple[int, int]]) -> None:
    year = period_span("2023")
    assert year is not None
    texts = (f"2023年{first}月-{last}月" if first < last else f"2023-{first}" for first, last in stretches)
    missing, doubled = coverage(year, [span for span in map(period_span, texts) if span is not None])
    times = [sum(first <= month <= last for first, last in stretches) for month in range(1, 13)]
    for found, wanted in ((missing, {0}), (doubled, set(range(2, 7)))):
        named = {month for first, last in found for month in range(first.month, last.month + 1)}
        assert named == {month for month, number in enumerate(times, 1) if number in wanted}


@each(
    ("stray", "own", "kept"),
    [
        ("甲厂一分厂", "甲厂", False),
        ("甲厂", "甲厂一分厂", False),
        ("某某水泥有限公司二线", "某某水泥", False),
        ("甲醇厂", "甲厂", True),
        ("Plant 10", "Plant 1", True),
    ],
)
def test_a_reading_of_a_part_of_a_plant_may_belong_to_it(stray: str, own: str, kept: bool) -> None:
    """The power of 甲厂一分厂, which has no output row, may be that of 甲厂: coal alone gives 甲厂 no class."""
    answer = eb.assess(meters({"plant": stray, **POWER}, {"plant": own}), outputs({"plant": own}))
    assert answer.results["class"].notna().tolist() == [kept]
    assert answer.results["reason"].tolist() == ["" if kept else "incomplete-energy"]
    # Where it has an output row of its own, it is a plant of its own.
    both = eb.assess(meters({"plant": stray}, {"plant": own}), outputs({"plant": own}, {"plant": stray}))
    assert both.counts["classified"] == 2
