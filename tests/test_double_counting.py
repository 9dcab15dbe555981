"""Energy that a table may hold twice: total rows, a carrier beside its parts, identical rows, auxiliaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas
import pytest

import energybench as eb
from energybench.energy.lines import TOTALS
from energybench.errors import TableError
from energybench.frames.double_counting import COMPARED, DoubleCounting
from engines import SOURCES, source_of
from expect import each, refused
from frame_tables import FURNACE, meters, outputs

if TYPE_CHECKING:
    from pathlib import Path

COAL = {"amount": 3000}
POWER = {"carrier": "电力", "amount": 100, "unit": "万kWh"}
TOTAL = {"carrier": "合计", "unit": "tce"}
PART = {"carrier": "无烟煤", "amount": 10, "coefficient": 0.9, "coefficient_unit": "tce/t"}
LEFT_OUT = "1 total row is left out (合计), and used as a check of the sum"


def notes(*rows: dict[str, Any], made: pandas.DataFrame | None = None, **every: Any) -> list[str]:
    return list(eb.assess(meters(*rows, **every), outputs() if made is None else made).notes)


def test_a_total_row_is_left_out_and_said() -> None:
    """3000 t of coal and 100 万kWh are 2142.9 + 122.9 tce."""
    table = meters(COAL, POWER, {**TOTAL, "amount": 2265.8})
    answer = eb.assess(table, outputs())
    without = eb.assess(table.iloc[:2], outputs())
    assert answer.results.equals(without.results)
    assert answer.counts == {"meters": 3, "used": 2, "problems": 0, "totals": 1, "outputs": 1, "classified": 1}
    assert answer.notes == (LEFT_OUT,)
    assert "3 meter rows: 2 used, 0 with problems, 1 left out as totals or parts" in str(answer)
    assert answer.energy["row"].tolist() == [0, 1]


@each(
    ("total", "said"),
    [
        ({"amount": 2277}, None),
        ({"amount": 2278}, "2278 tce, the others 2265.8 tce"),
        ({"amount": 2254}, "2254 tce, the others 2265.8 tce"),
        ({"amount": "3,000.5"}, "3000.5 tce, the others 2265.8 tce"),
        ({"amount": 3_000_000, "unit": "kgce"}, "3000 tce, the others 2265.8 tce"),
        ({"amount": 9, "unit": "t"}, None),
        ({"amount": "-"}, None),
        ({"amount": 9, "plant": "乙厂"}, None),
        ({"amount": 9, "flow": "外供"}, None),
        ({"amount": 3000, "flow": "购入"}, "3000 tce, the others 2265.8 tce"),
    ],
)
def test_a_total_row_that_states_another_sum_is_named_with_both_figures(
    total: dict[str, Any], said: str | None
) -> None:
    found = notes(COAL, POWER, {**TOTAL, **total})
    compared = "unit" not in total or total["unit"] != "t"
    compared &= total.get("amount") != "-" and total.get("flow") != "外供"
    assert found[0] == (LEFT_OUT if compared else LEFT_OUT.partition(",")[0])
    assert found[1:] == ([f"甲厂, 2023, cement-clinker: the total row states {said}"] if said else [])


@each("name", TOTALS)
def test_every_name_of_a_total_is_one(name: str) -> None:
    assert notes(COAL, {**TOTAL, "carrier": name, "amount": 2142.9}) == [LEFT_OUT.replace("合计", name)]
    assert notes({**TOTAL, "carrier": name, "amount": 2142.9})[0] == LEFT_OUT.replace("合计", name)


def test_a_total_that_is_no_standard_coal_leaves_the_others_as_they_are() -> None:
    found = notes(COAL, POWER, {**TOTAL, "amount": 9}, {**TOTAL, "amount": 9, "unit": "t"})
    assert found[1:] == ["甲厂, 2023, cement-clinker: the total row states 9 tce, the others 2265.8 tce"]


def test_the_greatest_of_several_totals_is_compared() -> None:
    """Two subtotals add up, and the total is greater than either."""
    rows = [{**TOTAL, "carrier": "小计", "amount": 2142.9}, {**TOTAL, "carrier": "小计", "amount": 122.9}]
    assert notes(COAL, POWER, *rows) == ["2 total rows are left out (小计), and used as a check of the sum"]
    with_total = notes(COAL, POWER, rows[0], {**TOTAL, "amount": 2265.8})
    assert with_total == ["2 total rows are left out (合计, 小计), and used as a check of the sum"]


@each(
    ("rows", "said"),
    [
        ([{}], True),
        ([{"flow": "购入"}], True),
        ([{"flow": "自产自用"}], False),
        ([{"flow": "购入"}, {"flow": "回收利用"}], False),
        ([{"amount": 0}], False),
    ],
)
def test_waste_heat_of_the_plant_itself_is_no_energy_bought(rows: list[dict[str, Any]], said: bool) -> None:
    """What is recovered was counted as the fuel that made it."""
    heat = {"carrier": "余热余压", "amount": 30, "unit": "GJ", "coefficient": 0.0341, "coefficient_unit": "kgce/MJ"}
    given = [{**heat, **row} for row in rows]
    found = [note for note in notes(COAL, *given) if "waste heat" in note]
    want = "waste heat is counted as bought, for example row 1; what the plant itself recovers has the flow 自产自用"
    assert found == [f"meters: {want}"] * said
    lines = [{**row, "coefficient": "0.0341 kgce/MJ"} for row in given]
    for line in lines:
        line.pop("coefficient_unit")
    answer = eb.account([("原煤", "3000 t"), *lines])
    assert [note for note in answer.notes if "waste heat" in note] == [
        "line 2 is waste heat and counts as bought; what the plant itself recovers has the flow 自产自用"
    ] * said


@pytest.mark.parametrize("plant", ["甲厂小计", "合计", "公司合计"])
def test_a_total_may_stand_in_the_column_of_plants(plant: str) -> None:
    """Without a carrier it is no reading of 甲厂 that has no output row."""
    sums = {"plant": plant, "period": None, "product": None, "carrier": None, "amount": 2265.8, "unit": "tce"}
    answer = eb.assess(meters(COAL, POWER, sums), outputs())
    assert answer.problems.empty
    assert (answer.counts["totals"], answer.counts["classified"]) == (1, 1)


def test_a_total_row_alone_is_no_energy() -> None:
    answer = eb.assess(meters({**TOTAL, "amount": 2265.8}), outputs())
    assert answer.results["reason"].tolist() == ["no-energy"]
    assert answer.counts["totals"] == 1


def test_of_many_plants_three_are_named() -> None:
    plants = [{"plant": f"{number}"} for number in range(5)]
    rows = [{**row, **plant} for plant in plants for row in (COAL, {**TOTAL, "amount": 9})]
    found = notes(*rows, made=outputs(*plants))
    assert [one.partition(",")[0] for one in found[1:4]] == ["0", "1", "2"]
    assert found[4:] == ["the same of 2 more plants, periods or products"]
    assert len(notes(*rows[:6], made=outputs(*plants[:3]))) == 4


def test_a_carrier_beside_its_parts_is_named() -> None:
    said = "甲厂, 2023, cement-clinker: raw_coal stands beside anthracite, which may be part of it"
    assert notes(COAL, PART) == [said]
    assert notes(COAL, PART, {"carrier": "原媒"}) == [said]
    assert notes(COAL, {**PART, "period": 2024}, made=outputs({}, {"period": 2024})) == []
    assert notes(COAL, {**PART, "amount": 0}) == []
    assert notes(COAL, POWER) == []


def test_carriers_of_a_group_that_lie_in_two_parts_of_a_table_meet() -> None:
    first, second = DoubleCounting(), DoubleCounting()
    first.mark(np.array([0]), np.array(["raw_coal"]), 3)
    second.mark(np.array([0, 1]), np.array(["anthracite", "raw_coal"]), 3)
    first.stated, second.stated = np.array([[5.0, 0], [0, 1]]), np.array([[2.0, 0], [3, 0]])
    first.merge(second)
    found = first.carriers_of(np.array([0, 1]))
    assert found.to_dict("list") == {"group": [0, 0, 1], "carrier": ["raw_coal", "anthracite", "raw_coal"]}
    assert first.stated.tolist() == [[7, 0], [3, 1]]


def test_identical_rows_are_counted() -> None:
    said = "meters: 1 row is the same as an earlier one, for example rows 0 and 2 (甲厂, 2023, cement-clinker, 原煤)"
    assert notes(COAL, POWER, COAL) == [said]
    assert notes(COAL, POWER, POWER) == [said.replace("0 and 2", "1 and 2").replace("原煤", "电力")]
    several = (
        "meters: 2 rows are the same as an earlier one, for example rows 1 and 2 (甲厂, 2023, cement-clinker, 电力)"
    )
    assert notes(COAL, POWER, POWER, COAL) == [several]
    assert notes(COAL, POWER, {**COAL, "unit": "吨 "}) == []
    assert notes(COAL, {**COAL, "use": "辅助"}) == ["meters: the use auxiliary changes no total of this table"]
    assert notes(COAL, POWER, {**COAL, "meter": "B"}, meter="A") == []
    assert notes({"amount": 0}, {"amount": 0}, COAL) == []
    assert notes(COAL, {**COAL, "flow": "外供"}, {**COAL, "amount": 9}, flow="") == []
    own = {**PART, "carrier": "煤泥"}
    assert "2 rows are the same" in notes(own, own, own)[0]


def test_negative_rows_are_counted() -> None:
    said = "negative and counted as energy sent out, for example row 1"
    assert notes(COAL, {"amount": -5}, {"amount": 0.5}) == [f"meters: 1 row is {said}"]
    assert notes(COAL, {"amount": -5}, {"amount": -6}) == [f"meters: 2 rows are {said}"]


def test_a_large_table_is_not_compared_row_by_row() -> None:
    table = meters().loc[[0] * (COMPARED + 1)].reset_index(drop=True)
    assert eb.assess(table, outputs(), plausible=True).notes == ()
    assert len(eb.assess(table[:COMPARED], outputs(), plausible=True).notes) == 1


# Auxiliaries ----------------------------------------------------------------------------------------------

POTLINE = {"product": "电解铝", "carrier": "电力", "amount": 13000, "unit": "万kWh"}
MADE = outputs({"product": "电解铝", "output": 10_000})
AUXILIARY = {**POTLINE, "amount": 500, "use": "辅助"}


def test_the_power_of_auxiliaries_is_no_potline_power() -> None:
    """As in an account: 13 000 kWh/t of the potline, 500 kWh/t of auxiliaries."""
    answer = eb.assess(meters(POTLINE, AUXILIARY), MADE)
    assert answer.results[["intensity", "class"]].to_numpy().tolist() == [[13000.0, "benchmark"]]
    assert answer.results["tce"][0] == pytest.approx(13500 * 1.229)
    assert answer.energy["electricity_kwh"].tolist() == [130e6, 0]
    assert answer.notes == ("铝液交流电耗 counts the electricity of 1 meter row; 1 marked as auxiliary is left out",)
    lines = [{key: row[key] for key in row if key != "product"} for row in (POTLINE, AUXILIARY)]
    assert eb.account(lines, output="1 万t", product="电解铝").intensity == 13000.0


def test_unmarked_power_counts_and_the_note_says_how_to_mark_it() -> None:
    answer = eb.assess(meters(POTLINE, {**POTLINE, "amount": 500}), MADE)
    assert answer.results["intensity"].tolist() == [13500.0]
    assert answer.notes[0].endswith(
        "counts the electricity of 2 meter rows; mark what is not of the potline as auxiliary in a column use (用途)"
    )


def test_a_use_that_no_indicator_asks_for_changes_nothing_and_is_said() -> None:
    answer = eb.assess(meters(COAL, {**POWER, "use": "auxiliary"}), outputs())
    assert answer.results["tce"][0] == pytest.approx(2265.8)
    assert answer.notes == ("meters: the use auxiliary changes no total of this table",)
    assert notes(COAL, use="燃料") == []


def test_a_use_that_is_none_is_a_problem() -> None:
    answer = eb.assess(meters(COAL, {**POWER, "use": "生产"}), outputs())
    assert answer.problems[["column", "value", "reason"]].to_numpy().tolist()[0] == ["use", "生产", "option"]
    assert answer.counts["problems"] == 1


# Every source ---------------------------------------------------------------------------------------------

EVERYTHING = pandas.concat([meters(COAL, POWER, {**TOTAL, "amount": 9}, PART), meters(POTLINE, AUXILIARY)])
BOTH = pandas.concat([outputs(), MADE])


@pytest.mark.parametrize("way", SOURCES)
def test_every_source_says_the_same(way: str, tmp_path: Path) -> None:
    """Only identical rows are looked for in tables in memory alone."""
    table = EVERYTHING.reset_index(drop=True).assign(period="2023")
    expected = eb.assess(table, BOTH)
    answer = eb.assess(outputs=BOTH, **source_of(table, way, tmp_path))
    assert answer.notes == expected.notes
    assert len(answer.notes) == 4
    assert any(note.startswith("铝液交流电耗 counts the electricity of 1 meter row; 1 marked") for note in answer.notes)
    assert answer.counts == expected.counts
    assert answer.counts["totals"] == 1
    assert answer.result_frame["intensity"].tolist() == pytest.approx(expected.result_frame["intensity"].tolist())


# What a refusal names -------------------------------------------------------------------------------------


def test_an_intensity_far_from_every_step_is_named_with_the_nearest() -> None:
    answer = eb.assess(meters({}, {"plant": "乙厂"}), outputs({"output": 2e6}, {"plant": "乙厂", "output": 2e3}))
    assert answer.problems["message"].tolist() == [
        "the intensity is 1.07145 kgce/t, less than a quarter of the lowest step, 100 kgce/t",
        "the intensity is 1071.45 kgce/t, more than four times the highest step, 117 kgce/t",
    ]
    one = eb.classify("1.07145 kgce/t", "cement-clinker").reason
    assert "1.07145 kgce/t is less than a quarter of the lowest step, 100 kgce/t" in one
    melted = {"product": FURNACE["product"], "carrier": "电力", "amount": 30, "unit": "万kWh"}
    (said,) = eb.assess(meters(melted), outputs({**FURNACE, "output": 100})).problems["message"]
    assert said.startswith("the intensity is 3000 kWh/t, more than four times the highest step, 603.333")


@each(
    ("figure", "said"),
    [*((figure, "a figure of the primary basis (等价值)") for figure in (0.2, 0.3, 0.5)), (7, "far outside")],
)
def test_a_figure_of_the_other_basis_is_called_so(figure: float, said: str) -> None:
    table = meters({**POWER, "coefficient": figure, "coefficient_unit": "kgce/kWh"})
    assert said in eb.assess(table, outputs()).problems["message"][0]


def test_allow_unverified_takes_a_figure_far_from_the_documents_and_none_of_the_other_basis() -> None:
    far, other = ({**POWER, "coefficient": figure, "coefficient_unit": "kgce/kWh"} for figure in (0.07, 0.3))
    answer = eb.assess(meters({}, far, other), outputs(), allow_unverified=True)
    assert answer.counts["used"] == 2
    assert answer.problems["suggestion"][0] == "Give the figure of the basis that was asked for"


def test_a_part_of_the_row_above_is_left_out_and_one_of_a_total_counts(tmp_path: Path) -> None:
    """其中：外购电 is in the power above it; the parts of a total are counted nowhere else."""
    part = {**POWER, "carrier": "其中：外购电", "amount": 70}
    table = meters(COAL, POWER, part)
    answer = eb.assess(table, outputs())
    assert answer.results["tce"].tolist() == pytest.approx([2142.9 + 122.9])
    assert answer.notes == ("meters: 1 row is a part (其中) of the row above and left out, for example row 2",)
    assert (answer.counts["used"], answer.counts["totals"]) == (2, 1)
    assert eb.assess(meters(COAL, POWER, part, flow="购入"), outputs()).counts["totals"] == 1
    total = meters({**TOTAL, "amount": 2228.93}, {**COAL, "carrier": "其中：原煤"}, part)
    assert eb.assess(total, outputs()).results["tce"].tolist() == pytest.approx([2142.9 + 86.03])
    for other in ({"flow": "外供"}, {"unit": "GJ", "carrier": "其中：热力"}, {"plant": "乙厂"}):
        assert eb.assess(meters(COAL, POWER, {**part, **other}), outputs()).counts["totals"] == 0
    lines = [("电力", "100 万kWh"), ("其中：外购电", "70 万kWh"), ("合计", "1 tce"), ("其中：原煤", "3000 t")]
    account = eb.account(lines, output="20000 t", product="水泥熟料")
    assert account.tce == pytest.approx(2142.9 + 122.9)
    assert "line 2 is a part of line 1 and is left out" in account.notes
    for way in ("duckdb", "stream"):
        with refused(TableError, "table", "'其中：外购电' is a part of the row above it", "without their order"):
            eb.assess(outputs=outputs(), **source_of(table, way, tmp_path))
