"""Files as people have them: forms with titles, notes, two header rows, and a column per carrier, month or product."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import openpyxl  # type: ignore[import-untyped]
import pandas
import pytest

import energybench as eb
from energybench import cli
from energybench.errors import MissingColumnError, OptionError, TableError
from energybench.frames.columns import Layout, Shape, canonical_columns, column_of, refuse_missing, split_unit
from energybench.frames.files import read_form
from energybench.frames.form_rows import read_forms
from energybench.frames.forms import Grid, find_form
from engines import SOURCES, polars_lazy, source_of
from expect import each, refused

if TYPE_CHECKING:
    from pathlib import Path

HEADER: list[Any] = ["企业", "期间", "产品", "能源品种", "数量", "单位"]
KEY: list[Any] = ["甲厂", "2023", "水泥熟料"]
COAL: list[Any] = [*KEY, "原煤", 36000, "吨"]
POWER: list[Any] = [*KEY, "电力", 1500, "万千瓦时"]
OUTPUTS = pandas.DataFrame([[*KEY, 26, "万t"]], columns=["企业", "期间", "产品", "产量", "产量单位"])
#: 36000 t x 0.7143 tce/t, and 1500 万kWh x 1.229 tce/万kWh with it.
COAL_TCE, BOTH_TCE = 25714.8, 27558.3


def book(path: Path, *sheets: list[Any], names: tuple[str, ...] = (), merged: tuple[str, ...] = ()) -> Path:
    """Write a workbook, a list of rows per sheet; ranges of the first are merged."""
    written = openpyxl.Workbook()
    written.remove(written.active)
    for number, rows in enumerate(sheets):
        page = written.create_sheet(names[number] if names else f"Sheet{number + 1}")
        for row in rows:
            page.append(row)
    for cells in merged:
        written.worksheets[0].merge_cells(cells)
    written.save(path)
    return path


def text(path: Path, *lines: str, encoding: str = "utf-8-sig") -> Path:
    """Write lines to a text file."""
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def tce(answer: eb.Assessment) -> float:
    """Return the total of the one output, after expecting that no row has a problem."""
    assert answer.problems.empty, answer.problems.to_string()
    (found,) = answer.results["tce"]
    return float(found)


# Finding the table ------------------------------------------------------------------------------------------


def test_titles_and_notes_around_a_table_are_said_in_notes(tmp_path: Path) -> None:
    rows: list[Any] = [
        ["能源消费情况表"],
        ["填报单位：甲厂", *[None] * 4, "2023年"],
        *(HEADER, COAL, POWER),
        ["合计"],
        ["注：*号为选填项"],
        ["制表人：", "张三", "审核人：", "李四"],
    ]
    answer = eb.assess(book(tmp_path / "m.xlsx", rows, names=("能源消费",), merged=("A1:F1",)), OUTPUTS)
    assert tce(answer) == pytest.approx(BOTH_TCE)
    assert answer.energy["row"].tolist() == [4, 5]
    assert "meters: sheet '能源消费', header in row 3, rows 4 to 5" in answer.notes
    assert sum("is left out" in note for note in answer.notes) == 3


def test_a_text_file_with_titles_is_read_from_its_header(tmp_path: Path) -> None:
    lines = ["2023年能源消费情况表", "填报单位：甲厂,,,,,2023年", ",".join(HEADER), "甲厂,2023,水泥熟料,原媒,1,吨"]
    path = text(tmp_path / "m.csv", *lines, "甲厂,2023,水泥熟料,原煤,36000,吨", "注：台账")
    answer = eb.assess(path, OUTPUTS)
    assert answer.problems["row"].tolist()[0] == 4
    assert answer.energy["row"].tolist() == [4, 5]


@each(("title", "plant"), [("填报单位：甲厂", "甲厂"), ("单位：甲铸造厂", "甲铸造厂"), ("企业: 乙厂", "乙厂")])
def test_a_line_above_the_header_names_the_plant(title: str, plant: str, tmp_path: Path) -> None:
    rows = ("期间,产品,产量(t),原煤(吨),电力(万千瓦时)", "2023,水泥熟料,300000,36000,1500")
    assert eb.assess(text(tmp_path / "m.csv", title, *rows)).results["plant"].tolist() == [plant]
    with refused(MissingColumnError, "missing-column", "plant"):
        eb.assess(text(tmp_path / "n.csv", "单位：吨", *rows))


def test_a_year_beside_a_title_is_no_header(tmp_path: Path) -> None:
    rows: list[Any] = [
        ["能源消费情况"],
        ["填报单位：甲厂", *[None] * 3, "2023年"],
        ["1、能源名称", "2、代码", "3、计量单位", "4、消费总量", "5、汇总企业数"],
        ["原煤", "01", "吨", 36000, 1],
    ]
    with refused(MissingColumnError, "missing-column", "no column product", "header in row 3)"):
        eb.assess(book(tmp_path / "m.xlsx", rows), OUTPUTS)


def test_a_sheet_of_outputs_takes_plant_and_period_from_the_title_of_the_meters(tmp_path: Path) -> None:
    filed: list[Any] = [
        ["2023年能源消费统计表"],
        ["填报单位：甲厂"],
        ["能源名称", "计量单位", "消费量", "折标准煤(tce)"],
        ["原煤", "吨", 36000, 25714.8],
        ["合计", None, None, 25714.8],
    ]
    made: list[Any] = [["产品名称", "产量", "计量单位"], ["水泥熟料", 26, "万吨"]]
    path = book(tmp_path / "m.xlsx", filed, made)
    answer = eb.assess(path, product="水泥熟料")
    assert answer.results.loc[0, ["plant", "period", "class"]].tolist() == ["甲厂", "2023", "benchmark"]
    assert {"outputs: the plant 甲厂 is that of the meters", "outputs: the period 2023 is that of the meters"} <= {
        *answer.notes
    }
    found = eb.explain(path, product="水泥熟料")
    assert found.missing == ()
    assert "header '折标准煤(tce)': not used" in found.lines["meters"]
    # A title of their own goes before it.
    own = book(tmp_path / "o.xlsx", filed, [["报告期：2022年"], *made])
    assert eb.assess(own, product="水泥熟料").results.loc[0, "period"] == "2022"


LIST: list[Any] = [["2023年能源消费表"], ["能源名称", "计量单位", "消费量"]]
COAL_ALONE, POWER_ALONE = COAL[3:4] + COAL[:3:-1], POWER[3:4] + POWER[:3:-1]


@each("merged", [True, False])
@each(
    ("lines", "column", "sums"),
    [
        (("甲厂", "乙厂"), "plant", [COAL_TCE, 1843.5]),
        (("一、外购能源", "二、外供能源"), "flow", [COAL_TCE - 1843.5]),
        (("（一）能源消费", "（二）动力部分"), "", [BOTH_TCE]),
    ],
)
def test_a_line_alone_above_rows_says_what_they_are(
    lines: tuple[str, str], column: str, sums: list[float], merged: bool, tmp_path: Path
) -> None:
    """Left out as a note, 乙厂 would have its power in the total of 甲厂, and what is sent out would be added."""
    rows = [*LIST, [lines[0]], COAL_ALONE, [lines[1]], POWER_ALONE]
    path = book(tmp_path / "m.xlsx", rows, merged=("A3:C3", "A5:C5") if merged else ())
    made = pandas.concat([OUTPUTS, OUTPUTS.assign(企业="乙厂")]) if column == "plant" else OUTPUTS
    plant = None if column == "plant" else "甲厂"
    answer = eb.assess(path, made, plausible=True, product="水泥熟料", plant=plant)
    assert answer.problems.empty
    assert answer.results["tce"].tolist() == pytest.approx(sums)
    said = f"meters: lines alone above rows are their {column} ({', '.join(lines)})"
    assert (said in answer.notes) == bool(column)


@each("lines", [["一、外购能源", "二、自产能源"], ["甲厂", "二、外供能源"]])
def test_a_line_alone_that_leaves_open_what_the_rows_are_is_asked_about(lines: list[str], tmp_path: Path) -> None:
    path = book(tmp_path / "m.xlsx", [*LIST, lines[:1], COAL_ALONE, lines[1:], POWER_ALONE])
    with refused(TableError, "table", "stands alone above others", "in a column 企业, 期间, 产品 or 流向"):
        eb.assess(path, OUTPUTS, plant="甲厂", product="水泥熟料")


def test_headers_again_on_a_page_and_a_table_below_are_no_rows(tmp_path: Path) -> None:
    signed = ["单位负责人：张三", "统计负责人：李四", "填表人：王五，2024年1月10日"]
    below = [["二、产品产量"], ["产品名称", "计量单位", "产量"], ["水泥熟料", "万吨", 26]]
    path = book(tmp_path / "m.xlsx", [*LIST, COAL_ALONE, LIST[1], POWER_ALONE, [], *below, signed])
    answer = eb.assess(path, plant="甲厂", product="水泥熟料", period=2023)
    assert tce(answer) == pytest.approx(BOTH_TCE)
    assert {"meters: row 4 repeats the header and is left out", "meters: row 8 begins another table"} <= set(
        answer.notes
    )
    lines = [",".join(map(str, row)) for row in (HEADER, COAL, HEADER, POWER)]
    tidy = eb.assess(text(tmp_path / "m.csv", *lines), OUTPUTS)
    assert tce(tidy) == pytest.approx(BOTH_TCE)
    assert tidy.notes == ("meters: row 3 repeats the header and is left out",)
    # A second table of another plant, whose line says so, is not taken for a page of the first.
    other = book(tmp_path / "n.xlsx", [*LIST, COAL_ALONE, ["乙公司"], LIST[1], POWER_ALONE])
    with refused(TableError, "table", "row 4 stands alone above others"):
        eb.assess(other, OUTPUTS, plant="甲厂", product="水泥熟料")


def test_a_footnote_is_no_row_and_a_carrier_without_figures_is_one(tmp_path: Path) -> None:
    for note, read in (("①含线损", True), ("*为干基", True), ("①焦炭", False)):
        path = book(tmp_path / "m.xlsx", [*LIST, COAL_ALONE, [note], POWER_ALONE])
        answer = eb.assess(path, OUTPUTS, plant="甲厂", product="水泥熟料")
        assert answer.results["class"].notna().tolist() == [read]
        tidy = text(tmp_path / "m.csv", *(",".join(map(str, row)) for row in (HEADER, COAL, POWER)), f"{note},,,,,")
        assert eb.assess(tidy, OUTPUTS).problems.empty is read


def test_signatures_below_the_amounts_are_no_rows(tmp_path: Path) -> None:
    signed = ["单位负责人：张三", "统计负责人：李四", "填表人：王五，2024年1月10日"]
    path = book(tmp_path / "m.xlsx", [*LIST, COAL_ALONE, POWER_ALONE, signed])
    assert tce(eb.assess(path, OUTPUTS, plant="甲厂", product="水泥熟料")) == pytest.approx(BOTH_TCE)


def test_two_header_rows_are_one_header(tmp_path: Path) -> None:
    rows: list[Any] = [[*HEADER[:4], "消费量", None], [*[None] * 4, "数量", "单位"], COAL, POWER]
    merged = ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1")
    assert tce(eb.assess(book(tmp_path / "m.xlsx", rows, merged=merged), OUTPUTS)) == pytest.approx(BOTH_TCE)


def test_carriers_above_their_units_are_one_header(tmp_path: Path) -> None:
    rows: list[Any] = [
        ["企业", "期间", "产品", "原煤", "电力"],
        [None, None, None, "吨", "万千瓦时"],
        [*KEY, 36000, 1500],
    ]
    answer = eb.assess(book(tmp_path / "m.xlsx", rows), OUTPUTS)
    assert tce(answer) == pytest.approx(BOTH_TCE)
    assert answer.energy["row"].tolist() == [3, 3]


def test_merged_keys_are_filled_and_blank_ones_are_not(tmp_path: Path) -> None:
    rows: list[Any] = [HEADER, COAL, [None, None, None, *POWER[3:]]]
    merged = ("A2:A3", "B2:B3", "C2:C3")
    assert tce(eb.assess(book(tmp_path / "m.xlsx", rows, merged=merged), OUTPUTS)) == pytest.approx(BOTH_TCE)
    answer = eb.assess(book(tmp_path / "n.xlsx", rows), OUTPUTS)
    assert answer.results["class"].isna().all()
    assert answer.problems["reason"].tolist()[0] == "missing-value"


def test_a_merged_amount_is_stated_once(tmp_path: Path) -> None:
    rows: list[Any] = [HEADER, COAL, [*KEY, "电力", None, "万千瓦时"]]
    answer = eb.assess(book(tmp_path / "m.xlsx", rows, merged=("E2:E3",)), OUTPUTS)
    (problem, *_) = answer.problems.to_dict("records")
    assert (problem["row"], problem["column"], problem["reason"]) == (3, "amount", "missing-value")


def test_a_cover_and_an_output_sheet_are_passed_over(tmp_path: Path) -> None:
    cover = [["能源审计报告"], ["甲厂"], ["2023年"]]
    made = [list(OUTPUTS), *OUTPUTS.to_numpy().tolist()]
    path = book(tmp_path / "m.xlsx", cover, [HEADER, COAL, POWER], made, names=("封面", "能耗", "产量"))
    for answer in (eb.assess(path), eb.assess(path, path), eb.assess(path, OUTPUTS)):
        assert tce(answer) == pytest.approx(BOTH_TCE)
        assert "meters: sheet '能耗', header in row 1, rows 2 to 3" in answer.notes


def test_sheets_that_are_months_are_one_table(tmp_path: Path) -> None:
    short = [[*HEADER[:1], *HEADER[2:]], [*COAL[:1], *COAL[2:]]]
    path = book(tmp_path / "m.xlsx", short, short, names=("1月", "2月"))
    made = OUTPUTS.assign(期间="2023-01")
    answer = eb.assess(path, pandas.concat([made, OUTPUTS.assign(期间="2023-02")]), period="2023")
    assert answer.problems.empty
    assert answer.results["tce"].tolist() == pytest.approx([COAL_TCE, COAL_TCE])
    assert answer.energy["row"].tolist() == ["1月!2", "2月!2"]


def test_sheets_that_are_plants_are_one_table(tmp_path: Path) -> None:
    short = [HEADER[1:], COAL[1:]]
    path = book(tmp_path / "m.xlsx", short, [*short, POWER[1:]], names=("甲厂", "乙厂"))
    answer = eb.assess(path, pandas.concat([OUTPUTS, OUTPUTS.assign(企业="乙厂")]))
    assert answer.results["tce"].tolist() == pytest.approx([COAL_TCE, BOTH_TCE])


@pytest.mark.parametrize("names", [("1月", "汇总"), ("Sheet1", "Sheet2"), ("草稿", "定稿")])
def test_sheets_that_may_repeat_one_another_are_asked_about(tmp_path: Path, names: tuple[str, str]) -> None:
    """A sum beside its months, or a draft beside the final table, would count the energy twice."""
    path = book(tmp_path / "m.xlsx", [HEADER[1:], COAL[1:]], [HEADER[1:], COAL[1:]], names=names)
    with refused(TableError, "table", "several sheets", names[0], names[1], "Pass sheet="):
        eb.assess(path, OUTPUTS)


def test_hidden_rows_and_columns_count_and_are_said(tmp_path: Path) -> None:
    path = book(tmp_path / "m.xlsx", [HEADER, COAL, POWER])
    opened = openpyxl.load_workbook(path)
    opened.active.row_dimensions[3].hidden = True
    opened.active.column_dimensions["C"].hidden = True
    opened.save(path)
    answer = eb.assess(path, OUTPUTS)
    assert tce(answer) == pytest.approx(BOTH_TCE)
    assert "meters: hidden rows count: 3" in answer.notes
    assert "meters: hidden columns count: C" in answer.notes


@pytest.mark.parametrize(("cell", "word"), [("=3000*12", "whose value is not saved"), ("#REF!", "error of the")])
def test_formulas_without_a_value_and_errors_are_named(tmp_path: Path, cell: str, word: str) -> None:
    answer = eb.assess(book(tmp_path / "m.xlsx", [HEADER, [*KEY, "原煤", cell, "吨"], POWER]), OUTPUTS)
    (problem, *_) = answer.problems.to_dict("records")
    assert (problem["row"], problem["value"]) == (2, cell)
    assert word in problem["message"]
    assert answer.results["class"].isna().all()


@pytest.mark.parametrize(("name", "encoding"), [("m.csv", "utf-16"), ("m.txt", "utf-16-le"), ("m.csv", "gb18030")])
def test_encodings_are_told_apart(tmp_path: Path, name: str, encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    path = text(tmp_path / name, mark + ",".join(HEADER), ",".join(map(str, COAL)), encoding=encoding)
    assert tce(eb.assess(path, OUTPUTS)) == pytest.approx(COAL_TCE)


def test_big5_is_read_where_gb18030_gives_no_header(tmp_path: Path) -> None:
    path = text(
        tmp_path / "m.csv", "公司,期間,產品,能源,數量,單位", "甲廠,2023,水泥熟料,原煤,36000,噸", encoding="big5"
    )
    assert read_form(path, "meters", Layout()).frame.iloc[0].tolist()[3:5] == ["原煤", "36000"]


@pytest.mark.parametrize("name", ["m.tsv", "m.txt"])
def test_tabs_separate_cells(tmp_path: Path, name: str) -> None:
    path = text(tmp_path / name, "\t".join(HEADER), "\t".join(map(str, COAL)))
    assert tce(eb.assess(path, OUTPUTS)) == pytest.approx(COAL_TCE)


def test_json_records_are_read_and_numbered_from_one(tmp_path: Path) -> None:
    rows = [dict(zip(HEADER, row, strict=True)) for row in (COAL, POWER)]
    path = text(tmp_path / "m.json", json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    answer = eb.assess(path, OUTPUTS)
    assert tce(answer) == pytest.approx(BOTH_TCE)
    assert answer.energy["row"].tolist() == [1, 2]
    for wrong in ("[1, 2]", "{}", "[", "[]"):
        with refused(TableError, "table", "m.json"):
            eb.assess(text(tmp_path / "m.json", wrong, encoding="utf-8"), OUTPUTS)


# What the caller says ---------------------------------------------------------------------------------------


def test_constants_fill_what_a_table_does_not_have(tmp_path: Path) -> None:
    path = text(tmp_path / "m.csv", "能源名称,计量单位,期末库存,消费合计", "原煤,吨,1700,36000", "电力,万千瓦时,0,1500")
    given: dict[str, Any] = {"plant": "甲厂", "period": 2023, "product": "水泥熟料"}
    assert tce(eb.assess(path, OUTPUTS, **given)) == pytest.approx(BOTH_TCE)
    with refused(
        MissingColumnError, "missing-column", "plant", "能源名称", 'or pass plant="...", period="...", product="..."'
    ):
        eb.assess(path, OUTPUTS)


def test_a_constant_beside_a_column_is_refused() -> None:
    frame = pandas.DataFrame([COAL], columns=HEADER)
    with refused(OptionError, "option", "plant is '乙厂'", "both tables have that column"):
        eb.assess(frame, OUTPUTS, plant="乙厂")


def test_headers_of_ones_own_are_named_or_left_out(tmp_path: Path) -> None:
    frame = pandas.DataFrame([[*COAL, 5]], columns=[*HEADER[:3], "用能", "数量", "单位", "消费量"])
    with refused(MissingColumnError, "missing-column", "no column carrier", "用能", "能源品种"):
        eb.assess(frame.drop(columns="消费量"), OUTPUTS)
    with refused(TableError, "table", "both mean amount"):
        eb.assess(frame, OUTPUTS, columns={"用能": "carrier"})
    own = {"用能": "carrier", "消费量": ""}
    assert tce(eb.assess(frame, OUTPUTS, columns=own)) == pytest.approx(COAL_TCE)
    saved = tmp_path / "own.toml"
    saved.write_text('[columns]\n"用能" = "carrier"\n[meters.columns]\n"消费量" = ""\n', "utf-8")
    assert tce(eb.assess(frame, OUTPUTS, mapping=saved)) == pytest.approx(COAL_TCE)


def test_a_row_that_is_named_is_the_header(tmp_path: Path) -> None:
    rows: list[Any] = [HEADER, [*KEY, "原煤", "见下", "吨"], HEADER, COAL]
    path = book(tmp_path / "m.xlsx", rows)
    assert tce(eb.assess(path, OUTPUTS, header_row=3)) == pytest.approx(COAL_TCE)
    with refused(OptionError, "option", "header_row is 0"):
        eb.assess(path, OUTPUTS, header_row=0)


@pytest.mark.parametrize(
    ("written", "word"), [("[spalten]", "spalten"), ("[constants]\nunit = 1", "unit"), ("[", "TOML")]
)
def test_a_mapping_that_says_something_else_is_refused(tmp_path: Path, written: str, word: str) -> None:
    (tmp_path / "own.toml").write_text(written, "utf-8")
    with pytest.raises(eb.errors.EnergybenchError, match=word):
        eb.assess(pandas.DataFrame([COAL], columns=HEADER), OUTPUTS, mapping=tmp_path / "own.toml")


# Headers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        ("原煤（吨）", ("原煤", "吨")),
        ("产量(万吨)", ("产量", "万吨")),
        ("电量/万kWh", ("电量", "万kWh")),
        ("数量，吨", ("数量", "吨")),
        ("天然气(气态)(万立方米)", ("天然气(气态)", "万立方米")),
        ("天然气(气态)", ("天然气(气态)", "")),
        ("消费\n数量", ("消费数量", "")),
    ],
)
def test_a_header_ends_with_its_unit(header: str, parts: tuple[str, str]) -> None:
    assert split_unit(header) == parts


def test_white_space_numbers_and_units_of_headers_are_understood() -> None:
    headers = ["1、企业\n名称", "2、期 间", "产品", "能源\n品种", "数量（吨）"]
    frame = pandas.DataFrame([COAL[:5]], columns=headers)
    made = OUTPUTS.iloc[:, :4].set_axis(["企业", "期间", "产品", "产量（万吨）"], axis=1)
    assert tce(eb.assess(frame, made)) == pytest.approx(COAL_TCE)


def test_the_unit_of_a_row_goes_before_that_of_the_header() -> None:
    frame = pandas.DataFrame([COAL, POWER], columns=[*HEADER[:4], "数量（吨）", "单位"])
    assert tce(eb.assess(frame, OUTPUTS)) == pytest.approx(BOTH_TCE)


def test_a_part_of_a_column_is_no_second_one() -> None:
    frame = pandas.DataFrame([[*COAL, 6000]], columns=[*HEADER, "其中：数量"])
    answer = eb.assess(frame, OUTPUTS)
    assert tce(answer) == pytest.approx(COAL_TCE)
    assert "meters: the headers 其中：数量 were not used" in answer.notes


def test_a_year_and_a_month_are_one_period() -> None:
    frame = pandas.DataFrame([["甲厂", 2023, "3月", *COAL[2:]]], columns=["企业", "年份", "月份", *HEADER[2:]])
    assert tce(eb.assess(frame, OUTPUTS.assign(期间="2023-03"))) == pytest.approx(COAL_TCE)


def test_unit_beside_unit_of_measure_is_the_plant() -> None:
    frame = pandas.DataFrame([COAL], columns=["单位", *HEADER[1:5], "计量单位"])
    assert tce(eb.assess(frame, OUTPUTS)) == pytest.approx(COAL_TCE)


# Wide tables ------------------------------------------------------------------------------------------------


def test_a_column_per_carrier_becomes_rows_and_sums_are_a_check(tmp_path: Path) -> None:
    header = ["企业", "期间", "产品", "产量(万t)", "原煤(吨)", "其中：无烟煤(吨)", "电力(万千瓦时)", "折标煤合计(tce)"]
    path = book(tmp_path / "m.xlsx", [header, [*KEY, 26, 36000, 6000, 1500, 27558.3]])
    answer = eb.assess(path)
    assert tce(answer) == pytest.approx(BOTH_TCE)
    assert answer.counts["totals"] == 1
    assert any("columns are carriers (原煤(吨), 电力(万千瓦时)" in note for note in answer.notes)
    assert any("其中：无烟煤(吨)" in note and "not used" in note for note in answer.notes)


def test_a_unit_that_is_no_carrier_withholds_the_class() -> None:
    frame = pandas.DataFrame([[*KEY, 36000, 1500, 3]], columns=[*HEADER[:3], "原煤(吨)", "电力(万kWh)", "某燃料(吨)"])
    answer = eb.assess(frame, OUTPUTS)
    assert answer.results["class"].isna().all()
    left = eb.assess(frame, OUTPUTS, columns={"某燃料(吨)": ""})
    assert tce(left) == pytest.approx(BOTH_TCE)


def test_one_carrier_in_two_columns_is_asked_about() -> None:
    """The second may be a part of the first: both would count twice. In standard coal it is a check of the first."""
    frame = pandas.DataFrame([[*KEY, 1, 2]], columns=[*HEADER[:3], "原煤(吨)", "原煤(kg)"])
    with refused(TableError, "table", "are both 原煤", "Leave one out"):
        eb.assess(frame, OUTPUTS)
    again = frame.rename(columns={"原煤(kg)": "原煤(吨标准煤)"})
    answer = eb.assess(again, OUTPUTS, plausible=True)
    assert tce(answer) == pytest.approx(0.7143)
    assert "甲厂, 2023, 水泥熟料: the total row states 2 tce, the others 0.7143 tce" in answer.notes
    # Beside a carrier without such a column it is no check of the whole, nor beside the sum of all.
    more = again.assign(**{"电力(万kWh)": 1, "综合能耗(tce)": 1.9433})
    for table in (more, more.drop(columns="综合能耗(tce)"), more.assign(**{"电力折标煤(tce)": 1.229})):
        said = eb.assess(table, OUTPUTS, plausible=True)
        assert tce(said) == pytest.approx(0.7143 + 1.229)
        assert not [note for note in said.notes if "total row states" in note]


@each("times", [["本年", "上年"], ["2023年", "2022年"], ["实际", "计划"]])
def test_times_below_their_carriers_are_periods_or_left_out(times: list[str], tmp_path: Path) -> None:
    """Of 本年 and 上年 below a carrier one counts; of 2023年 and 2022年 each has its own output."""
    above: list[Any] = ["企业", "产品", "电力(万kWh)", None, "原煤(t)", None, "产量(万吨)", None]
    rows: list[Any] = [above, [None, None, *times * 3], [*KEY[::2], 1500, 1400, 36000, 35000, 26, 25]]
    path = book(tmp_path / "m.xlsx", rows, merged=("A1:A2", "B1:B2", "C1:D1", "E1:F1", "G1:H1"))
    answer = eb.assess(path, period=None if times[0].startswith("2") else 2023)
    assert answer.problems.empty
    assert answer.results["tce"].tolist() == pytest.approx(
        [BOTH_TCE, 1400 * 1.229 + 35000 * 0.7143][: len(answer.results)]
    )
    assert len(answer.results) == 1 + times[0].startswith("2")


def test_a_column_per_month_becomes_rows(tmp_path: Path) -> None:
    header = ["企业", "期间", "产品", "能源品种", "单位", "1月", "2月", "合计"]
    path = book(tmp_path / "m.xlsx", [header, [*KEY, "原煤", "吨", 36000, 72000, 108000]])
    made = pandas.concat([OUTPUTS.assign(期间="2023-01"), OUTPUTS.assign(期间="2023-02")])
    answer = eb.assess(path, made)
    assert answer.results["tce"].tolist() == pytest.approx([COAL_TCE, 2 * COAL_TCE])
    assert "meters: 2 columns are months (1月, 2月): 1 row became 2" in answer.notes


def test_the_year_of_a_months_header_is_its_own() -> None:
    """A column of December 2022 beside the year 2023 is no December of 2023."""
    header = ["企业", "产品", "能源品种", "单位", "2022年12月", "2023年1月"]
    frame = pandas.DataFrame([["甲厂", "水泥熟料", "原煤", "吨", 36000, 72000]], columns=header)
    made = pandas.concat([OUTPUTS.assign(期间="2022-12"), OUTPUTS.assign(期间="2023-01")])
    answer = eb.assess(frame, made)
    assert answer.results["tce"].tolist() == pytest.approx([COAL_TCE, 2 * COAL_TCE])


#: A year of 36000 t of coal and 1500 万kWh in columns of parts of a year, with the notes of what is a sum of others.
@each(
    ("header", "coal", "power", "sums"),
    [
        ("一季度 二季度 三季度 四季度 全年", "9000 9000 9000 9000 36000", "375 375 375 375 1500", ["全年"]),
        ("Q1 Q2 Q3 Q4", "9000 9000 9000 9000", "375 375 375 375", []),
        ("2023Q1 2023Q2 2023年第三季度 2023年第四季度", "9000 9000 9000 9000", "375 375 375 375", []),
        ("上半年 下半年 合计", "18000 18000 36000", "750 750 1500", ["合计"]),
        # Where the months of a quarter are blank the quarter counts.
        ("一月 二月 三月 一季度 二季度 下半年", "3000 3000 3000 9000 9000 18000", "- - - 375 375 750", ["一季度"]),
    ],
)
def test_columns_of_parts_of_a_year_add_up_once(header: str, coal: str, power: str, sums: list[str]) -> None:
    rows = [["甲厂2023年能源消费统计表"], ["填报单位：甲厂"], ["序号", "能源名称", "计量单位", *header.split()]]
    rows += [
        ["1", "原煤", "吨", *coal.split()],
        ["2", "电力", "万千瓦时", *power.split()],
        ["制表人：张三", "", "审核人："],
    ]
    grid = Grid([[cell or None for cell in row] + [None] * (9 - len(row)) for row in rows])
    layout = Layout(constants={"product": "水泥熟料"})
    form = find_form(grid, "meters", layout)
    assert form is not None
    found = read_forms([form], layout, "form")
    answer = eb.assess(found.frame, OUTPUTS)
    assert tce(answer) == pytest.approx(BOTH_TCE)
    left_out = [note for note in found.notes if "sum of others" in note]
    assert left_out == [f"meters: the column {one} is the sum of others and is left out" for one in sums]


def test_a_sum_that_its_parts_do_not_make_up_is_said_and_one_of_more_counts() -> None:
    header = ["企业", "期间", "产品", "能源品种", "单位", "上半年", "下半年", "全年"]
    frame = pandas.DataFrame([[*KEY, "原煤", "吨", 18000, 18000, 40000]], columns=header)
    answer = eb.assess(frame, OUTPUTS)
    assert tce(answer) == pytest.approx(COAL_TCE)
    assert any(note.endswith("全年 states 40000, its parts add up to 36000") for note in answer.notes)
    # Half a year is no part of the sum of the year that another makes up.
    part = eb.assess(frame.drop(columns="下半年").assign(一季度=9000), OUTPUTS)
    assert part.results["class"].isna().all()


def test_all_that_a_form_lacks_is_named_at_once_and_the_options_named_read_it(tmp_path: Path) -> None:
    lines = [
        "港口能耗统计",
        "月份,电（万kwh）,原煤（吨）,无烟煤（吨）,水（万吨）",
        "1月,1500,36000,36000,3.5",
        "2月,-,,,",
    ]
    path = text(tmp_path / "m.csv", *lines)
    with pytest.raises(MissingColumnError, match="header in row 2") as caught:
        eb.assess(path, OUTPUTS)
    assert caught.value.message.startswith("meters has no columns plant (企业), period (期间), product (产品); ")
    for option in (
        'plant="...", period="...", product="..."',
        "'水（万吨）': '新水'",
        "'无烟煤（吨）': \"\"",
        'blank="none-used"',
    ):
        assert option in caught.value.fix
    given: dict[str, Any] = {"plant": "甲厂", "period": 2023, "product": "水泥熟料", "blank": "none-used"}
    answer = eb.assess(path, OUTPUTS.assign(期间="2023-01"), columns={"水（万吨）": "", "无烟煤（吨）": ""}, **given)
    assert answer.results["tce"].tolist() == pytest.approx([BOTH_TCE])


def test_the_header_of_a_refusal_is_found_by_what_it_says_and_no_fix_is_named_twice(tmp_path: Path) -> None:
    rows: list[Any] = [
        ["能源消费统计表"],
        ["填报单位：甲厂"],
        ["序号", "能源名称", "计量单位", "数值"],
        [1, "原煤", "吨", 36000],
    ]
    with pytest.raises(MissingColumnError, match=r"no column amount.*header in row 3") as caught:
        eb.assess(book(tmp_path / "m.xlsx", rows), OUTPUTS, plant="甲厂", period=2023, product="水泥熟料")
    assert "plant" not in str(caught.value.fix)


def test_a_column_of_energy_that_no_table_knows_withholds_the_class(tmp_path: Path) -> None:
    heads = ["月份", "原煤(t)", "窑系统用电（万kWh）", "熟料产量(t)"]
    rows = [heads, *([f"{month}月", 15500, 450, 150000] for month in range(1, 13))]
    given: dict[str, Any] = {"plant": "甲", "product": "水泥熟料", "period": 2024}
    made = book(tmp_path / "m.xlsx", rows)
    answer = eb.assess(made, **given)
    assert (answer.counts["used"], answer.counts["problems"], answer.counts["classified"]) == (12, 12, 0)
    column = "窑系统用电（万kWh）"
    assert f"meters: a column that is no energy is left out by columns={{'{column}': ''}}" in answer.notes
    known = eb.assess(made, **given, columns={column: "电力"}).results
    assert known["tce"].iloc[0] == pytest.approx(15500 * 0.7143 + 450 * 1.229)
    assert eb.assess(made, **given, columns={column: ""}).counts["classified"] == 12


def test_a_column_of_a_carrier_beside_the_carriers_is_refused_wherever_the_outputs_are(tmp_path: Path) -> None:
    column = "电力(万kWh)"
    rows = [[*HEADER, column, "折标准煤(tce)"], [*COAL, 5400, 1]]
    made = [["企业", "期间", "产品", "产量", "产量单位", "备注"], [*KEY, 26, "万t", "x"]]
    both = book(tmp_path / "m.xlsx", rows, made, names=("能源", "产量"))
    frame = pandas.DataFrame(rows[1:], columns=rows[0])
    for tables in ((both,), (frame, OUTPUTS), (frame.iloc[:0], OUTPUTS)):
        with pytest.raises(TableError, match=r"'电力\(万kWh\)' names a carrier") as caught:
            eb.assess(*tables)
        assert f"columns={{'{column}': ''}}" in caught.value.fix
    answer = eb.assess(both, columns={column: ""})
    assert tce(answer) == pytest.approx(COAL_TCE)
    unused = [note for note in answer.notes if note.endswith("were not used")]
    assert unused == [
        "meters: the headers 电力(万kWh) (left out) were not used",
        "outputs: the headers 备注 were not used",
    ]


@each(
    ("header", "stated", "said"),
    [
        ("折标准煤(tce)", [25714.8, 1843.5], "is what is computed, in 2 rows"),
        ("折标煤量(kgce)", [25714800, "1843500"], "is what is computed, in 2 rows"),
        ("折标煤(吨)", [25715, None], "is what is computed, in 1 row"),
        ("standard coal (tce)", [25715, None], "is what is computed, in 1 row"),
        ("折标准煤", [2571.48, 1843.5], "in 1 row: row 0 states 2,571.48 tce, and 25,714.8 is computed"),
        ("折标准煤", [1.5, 2], "in 2 rows: row 0 states 1.5 tce, and 25,714.8 is computed"),
    ],
)
def test_what_each_row_states_in_standard_coal_is_compared(header: str, stated: list[Any], said: str) -> None:
    frame = pandas.DataFrame([[*COAL, stated[0]], [*POWER, stated[1]]], columns=[*HEADER, header])
    answer = eb.assess(frame, OUTPUTS)
    assert tce(answer) == pytest.approx(BOTH_TCE)
    assert [note for note in answer.notes if said in note and repr(header) in note]
    assert not [note for note in answer.notes if "not used" in note]


def test_a_price_of_standard_coal_states_no_energy() -> None:
    frame = pandas.DataFrame([[*COAL, 800]], columns=[*HEADER, "折标煤单价"])
    assert "meters: the headers 折标煤单价 were not used" in eb.assess(frame, OUTPUTS).notes


@each(
    ("unit", "amount", "figure", "read_in"),
    [("吨", 36000, 0.7143, "tce/吨"), ("kg", 36_000_000, 0.7143, "kgce/kg"), ("万吨", 3.6, 7143, "tce/万吨")],
)
def test_a_coefficient_of_a_form_is_per_unit_of_its_row(unit: str, amount: float, figure: float, read_in: str) -> None:
    power: list[Any] = [*KEY, "电力", 15_000_000, "kWh", "-"]
    frame = pandas.DataFrame([[*COAL[:4], amount, unit, figure], power], columns=[*HEADER, "折标系数"])
    answer = eb.assess(frame, OUTPUTS)
    assert tce(answer) == pytest.approx(BOTH_TCE)
    assert f"meters: '折标系数' is read in {read_in}, per unit of its row" in answer.notes
    # A thousandth, or ten times as much, is no coefficient of raw coal.
    for slip in (figure / 1000, figure * 10):
        odd = eb.assess(frame.replace({"折标系数": {figure: slip}}), OUTPUTS)
        assert odd.problems["reason"].tolist()[:1] == ["implausible-coefficient"]


def test_a_coefficient_of_a_program_has_its_unit() -> None:
    named = ["plant", "period", "product", "carrier", "amount", "unit", "coefficient"]
    frame = pandas.DataFrame([[*COAL, 0.7143]], columns=named)
    assert eb.assess(frame, OUTPUTS).problems["reason"].tolist()[:1] == ["no-unit"]


def test_a_word_for_a_carrier_is_said_once_for_the_table() -> None:
    frame = pandas.DataFrame([COAL, [*KEY, "绿电", 1500, "万千瓦时"]], columns=HEADER)
    refusal = eb.assess(frame, OUTPUTS).problems["suggestion"].iloc[0]
    assert "columns={'绿电': '电力'}" in refusal
    assert tce(eb.assess(frame, OUTPUTS, columns={"绿电": "电力"})) == pytest.approx(BOTH_TCE)
    own = {"绿电": "电力", "本厂熟料": "水泥熟料"}
    plant = frame.assign(产品="本厂熟料"), OUTPUTS.assign(产品="本厂熟料")
    assert set(eb.assess(*plant, columns={"绿电": "电力"}).problems["reason"]) == {"unknown-product"}
    assert tce(eb.assess(*plant, columns=own)) == pytest.approx(BOTH_TCE)
    assert eb.explain(*plant, period=2023, columns=own).missing == ()


def test_a_header_that_says_how_its_carrier_counts_is_read_so() -> None:
    """16000 made on site are counted already, 2000 and 900 GJ are sent out: (20000 - 2000) x 1.229 - 900 x 0.03412."""
    headers = [*HEADER[:3], "外购电(万kWh)", "自发电(万kWh)", "上网电量(万kWh)", "外供热力(GJ)"]
    frame = pandas.DataFrame([[*KEY, 20000, 16000, 2000, 900]], columns=headers)
    answer = eb.assess(frame, OUTPUTS)
    assert tce(answer) == pytest.approx(18000 * 1.229 - 900 * 0.03412)
    assert "meters: the header '上网电量(万kWh)' is read as 电量 with the flow 外供" in answer.notes
    # What is used on site may be bought, and what is recovered may be listed as used.
    for header in ("自用电(万kWh)", "回收热力(GJ)"):
        asked = eb.assess(frame.rename(columns={headers[4]: header}), OUTPUTS).problems
        assert asked["reason"].tolist()[0] == "several-candidates"


@each("word", ["余热发电", "自发电", "上网电", "光伏"])
@each("wide", [True, False])
def test_the_fix_of_energy_made_on_site_or_sent_out_does_not_add_it(word: str, wide: bool) -> None:
    """1000 of 1500 are bought: a fix that adds the 500 as bought would be wrong, whichever is taken first."""
    rows = [[*KEY, "电力", 1000, "万kWh"], [*KEY, word, 500, "万kWh"]]
    frame = pandas.DataFrame(rows, columns=HEADER)
    if wide:
        columns = [*HEADER[:3], "电力(万kWh)", f"{word}(万kWh)"]
        frame = pandas.DataFrame([[*KEY, 1000, 500]], columns=columns)
    fixes = eb.assess(frame, OUTPUTS).problems["suggestion"].tolist()
    asked = re.search("columns={'([^']*)': '([^']*)'}", fixes[0]) if len(fixes) > 1 else None
    answer = eb.assess(frame, OUTPUTS, columns={asked[1]: asked[2]} if asked else None, plausible=True)
    assert tce(answer) == pytest.approx((1000 - 500 * word.startswith("上网")) * 1.229)


@each("rows_of_header", [2, 3])
def test_of_kinds_of_amounts_below_a_carrier_the_consumption_counts(rows_of_header: int, tmp_path: Path) -> None:
    """购入量 is what 消费量 came from: the two are no sum, and a third row of units belongs to the second."""
    above: list[Any] = ["月份", "电力", None, None, "原煤", None, "熟料产量"]
    kinds: list[Any] = [None, "购入量", "外供量", "消费量", "购入量", "消费量", None]
    units: list[Any] = [None, "万kWh", "万kWh", "万kWh", "吨", "吨", "吨"]
    months = [[f"{month}月", 380, 5, 375, 9100, 9000, 65000] for month in (1, 2)]
    if rows_of_header == 2:
        above = ["月份", "电力(万kWh)", None, None, "原煤(吨)", None, "熟料产量(吨)"]
    last = f"A{rows_of_header}"
    merged = (f"A1:{last}", "B1:D1", "E1:F1", "G1:G2")
    path = book(tmp_path / "m.xlsx", [above, kinds, *[units] * (rows_of_header == 3), *months], merged=merged)
    answer = eb.assess(path, plant="甲厂", product="水泥熟料", period=2023)
    assert answer.problems.empty, answer.problems.to_string()
    assert answer.results["intensity"].tolist() == pytest.approx([(9000 * 714.3 + 375e4 * 0.1229) / 65000] * 2)
    assert any("购入量" in note and note.endswith("were not used") for note in answer.notes)


def test_two_columns_of_one_header_are_told_apart_by_their_headers() -> None:
    """Leaving out the header of both would leave out both."""
    frame = pandas.DataFrame([[*KEY, 1, 2]], columns=[*HEADER[:3], "原煤(吨)", "原煤(吨)"])
    with refused(TableError, "table", "are both 原煤", "Give each column a header of its own"):
        eb.assess(frame, OUTPUTS)


def test_plants_above_their_carriers_are_keys_and_kinds_of_figure_are_not(tmp_path: Path) -> None:
    above: list[Any] = ["月份", "甲厂", None, "乙厂", None, "合计"]
    below: list[Any] = [None, "原煤（吨）", "电力（万千瓦时）", "原煤（吨）", "电力（万千瓦时）", "原煤（吨）"]
    rows = [["2023年汇总表"], above, below, *([f"{month}月", 3000, 125, 1500, 60, 4500] for month in range(1, 13))]
    merged = ("A1:F1", "A2:A3", "B2:C2", "D2:E2")
    made = pandas.concat([OUTPUTS, OUTPUTS.assign(企业="乙厂")])
    answer = eb.assess(book(tmp_path / "m.xlsx", rows, merged=merged), made, product="水泥熟料")
    assert answer.problems.empty
    assert answer.results["tce"].tolist() == pytest.approx([BOTH_TCE, COAL_TCE / 2 + 12 * 60 * 1.229])
    above[1], above[3] = "消费量", "购入量"
    with refused(TableError, "table", "are both 原煤"):
        eb.assess(book(tmp_path / "n.xlsx", rows, merged=merged), made, product="水泥熟料", plant="甲厂")


def test_sheets_that_are_carriers_are_one_table(tmp_path: Path) -> None:
    sheets = [
        [
            ["月份", "消费量", "计量单位"],
            *([f"{month}月", amount, unit] for month in range(1, 13)),
            ["合计", 12 * amount, unit],
        ]
        for amount, unit in ((3000, "吨"), (125, "万千瓦时"))
    ]
    path = book(tmp_path / "m.xlsx", *sheets, names=("原煤", "电力"))
    answer = eb.assess(path, OUTPUTS, plant="甲厂", period=2023, product="水泥熟料")
    assert tce(answer) == pytest.approx(BOTH_TCE)


def test_the_sum_below_days_is_left_out_and_shifts_are_not_one_output(tmp_path: Path) -> None:
    lines = ["冶炼日报", "日期,班次,电量（kWh）,产量（t）"]
    lines += [f"2023-06-{day:02},{shift},5800,10" for day in range(1, 31) for shift in ("早班", "中班")]
    path = text(tmp_path / "log.csv", *lines, "合计,,348000,600")
    made = pandas.DataFrame([["甲厂", "2023-06", "水泥熟料", 600, "t"]], columns=OUTPUTS.columns)
    assert tce(eb.assess(path, made, plant="甲厂", product="水泥熟料")) == pytest.approx(348_000 * 0.1229 / 1000)
    each_shift = eb.assess(path, plant="甲厂", product="水泥熟料").results["reason"]
    assert each_shift.tolist() == ["duplicate-output"] * 60


def test_physical_amounts_count_and_standard_coal_beside_them_is_a_check(tmp_path: Path) -> None:
    above = [*HEADER[:3], "原煤", None, "电力", None]
    below = [None, None, None, "实物量(吨)", "折标量(tce)", "实物量(万kWh)", "折标量(tce)"]
    rows: list[Any] = [above, below, [*KEY, 36000, 25714.8, 1500, 1843.5]]
    answer = eb.assess(book(tmp_path / "m.xlsx", rows, merged=("D1:E1", "F1:G1")), OUTPUTS)
    assert tce(answer) == pytest.approx(BOTH_TCE)
    assert answer.counts["totals"] == 2


def test_an_output_beside_each_of_its_readings_is_one_output() -> None:
    frame = pandas.DataFrame([[*COAL, 26], [*POWER, 26]], columns=[*HEADER, "产量(万吨)"])
    assert tce(eb.assess(frame)) == pytest.approx(BOTH_TCE)
    twice = eb.assess(frame.assign(**{"产量(万吨)": [26, 27]}))
    assert set(twice.results["reason"]) == {"duplicate-output"}


def test_the_unit_of_an_energy_is_not_that_of_an_output_beside_it() -> None:
    """26 is in 万t; 吨 is the unit of the coal."""
    frame = pandas.DataFrame([[*COAL, 26]], columns=[*HEADER, "产量"])
    with refused(MissingColumnError, "missing-column", "outputs has no column output_unit"):
        eb.assess(frame)
    made = pandas.DataFrame([[*KEY, 26, "万t"]], columns=[*HEADER[:3], "产量", "单位"])
    assert tce(eb.assess(pandas.DataFrame([COAL], columns=HEADER), made)) == pytest.approx(COAL_TCE)


def test_the_unit_of_an_output_is_not_that_of_a_carrier_beside_it() -> None:
    frame = pandas.DataFrame(
        [[*KEY, 26, "万t", 36000, 1500]], columns=[*HEADER[:3], "产量", "单位", "原煤", "电力(万kWh)"]
    )
    answer = eb.assess(frame.rename(columns={"原煤": "原煤(吨)"}))
    assert tce(answer) == pytest.approx(BOTH_TCE)
    assert eb.assess(frame.drop(columns="产量"), OUTPUTS).energy["unit"].tolist() == ["万t", "万kWh"]
    bare = eb.assess(frame.rename(columns={"电力(万kWh)": "电力"}))
    assert bare.problems["reason"].tolist()[:2] == ["missing-value", "missing-value"]


def test_the_row_of_a_header_that_lacks_a_column_is_named(tmp_path: Path) -> None:
    rows: list[Any] = [["2023年3月"], [*HEADER[:4], "计量单位", "本月", "累计"], [*KEY, "原煤", "吨", 3000, 9000]]
    path = book(tmp_path / "m.xlsx", rows)
    with refused(MissingColumnError, "missing-column", "no column amount", "header in row 2", "本月, 累计", "消费量"):
        eb.assess(path, OUTPUTS)
    assert eb.assess(path, OUTPUTS, columns={"累计": "amount"}).energy["amount"].tolist() == [9000]


def test_units_of_a_column_go_before_that_of_the_header_and_it_is_said() -> None:
    made = pandas.DataFrame([[*KEY, 26, "万t"]], columns=["企业", "期间", "产品", "产量(吨)", "产量单位"])
    answer = eb.assess(pandas.DataFrame([COAL], columns=HEADER), made)
    assert "outputs: the units of the column output_unit go before that of '产量(吨)'" in answer.notes


def test_the_lines_above_a_table_name_plant_year_and_unit(tmp_path: Path) -> None:
    rows: list[Any] = [
        ["填报单位：甲厂", None, "2023年"],
        ["单位：吨"],
        ["产品", "能源名称", "消费量"],
        ["水泥熟料", "原煤", 36000],
    ]
    answer = eb.assess(book(tmp_path / "m.xlsx", rows), OUTPUTS)
    assert tce(answer) == pytest.approx(COAL_TCE)
    assert {"meters: the plant 甲厂 is from row 1", "meters: the unit 吨 is from row 2"} <= set(answer.notes)


def test_a_column_per_plant_becomes_rows(tmp_path: Path) -> None:
    energy = [
        ["能源品种", "单位", "甲厂", "乙厂", "合计"],
        ["电力", "万kWh", 1500, 750, 2250],
        ["原煤", "吨", 36000, 0, 36000],
    ]
    made = [["产品", "单位", "甲厂", "乙厂"], ["水泥熟料", "万吨", 26, 27]]
    answer = eb.assess(book(tmp_path / "m.xlsx", energy, made), period=2023, product="水泥熟料")
    assert answer.results["tce"].tolist() == pytest.approx([BOTH_TCE, 750 * 1.229])
    assert answer.results["plant"].tolist() == ["甲厂", "乙厂"]
    assert "outputs: 2 columns are plants (甲厂, 乙厂): 1 row became 2" in answer.notes


def test_products_above_their_carriers_and_below_the_output_are_keys(tmp_path: Path) -> None:
    """The sum below the months is left out with a column whose flow the caller says, made on site."""
    above: list[Any] = ["月份", "熟料", None, None, "水泥", None, "产量", None]
    below: list[Any] = [
        None,
        "原煤(t)",
        "电力(万kWh)",
        "余热发电(万kWh)",
        "电力(万kWh)",
        "柴油(t)",
        "熟料(万t)",
        "水泥(万t)",
    ]
    months = [[f"{month}月", 9000, 375, 120, 200, 1, 6.5, 8] for month in (1, 2)]
    rows = [["2023年能源台账"], above, below, *months, ["合计", 18000, 750, 240, 400, 2, 13, 16]]
    path = book(tmp_path / "m.xlsx", rows, merged=("A1:H1", "A2:A3", "B2:D2", "E2:F2", "G2:H2"))
    answer = eb.assess(
        path, plant="甲厂", columns={"余热发电(万kWh)": "自产自用电力"}, corrections="base", plausible=True
    )
    assert answer.results["product"].tolist() == ["熟料", "水泥"] * 2
    clinker, cement = 9000 * 0.7143 + 375 * 1.229, 200 * 1.229 + 1.4571
    assert answer.results["tce"].tolist() == pytest.approx([clinker, cement] * 2)
    (fix, *_) = eb.assess(path, plant="甲厂").problems.query("reason == 'missing-condition'")["suggestion"]
    assert "In a table each is a column of the outputs, correction:altitude:altitude_m" in fix


def test_a_column_per_product_of_both_tables_becomes_rows(tmp_path: Path) -> None:
    """硅铁 takes 34000 万kWh and 45000 t of coke; the sum of both products is no column of amounts to be proposed."""
    energy: list[Any] = [
        ["能源名称", "单位", "硅铁", "锰硅合金", "合计"],
        ["电力", "万kWh", 34000, 9000, 43000],
        ["焦炭", "吨", 45000, 12000, 57000],
    ]
    made = [["单位", "硅铁", "锰硅合金"], ["吨", 42000, 22000]]
    answer = eb.assess(book(tmp_path / "m.xlsx", energy, made), plant="甲厂", period=2023)
    assert answer.results["tce"].tolist() == pytest.approx(
        [34000 * 1.229 + 45000 * 0.9714, 9000 * 1.229 + 12000 * 0.9714]
    )
    assert answer.results["product"].tolist() == ["硅铁", "锰硅合金"]
    one = pandas.DataFrame(energy[1:], columns=energy[0])[["能源名称", "单位", "合计"]]
    with pytest.raises(MissingColumnError) as caught:
        eb.assess(one, OUTPUTS, plant="甲厂", period=2023, product="硅铁")
    assert "columns=" not in caught.value.fix
    # One year beside the carriers is a column of amounts.
    year = pandas.DataFrame([["原煤", "吨", 36000], ["电力", "万kWh", 1500]], columns=["能源", "单位", "2023年"])
    assert tce(eb.assess(year, OUTPUTS, plant="甲厂", product="水泥熟料")) == pytest.approx(BOTH_TCE)


def test_english_headers_of_a_group_are_read() -> None:
    rows = [
        ["Works 1", 2023, "cement clinker", "Raw coal", 36000, "t"],
        ["Works 1", 2023, "cement clinker", "Power", 15000, "MWh"],
    ]
    meters = pandas.DataFrame(rows, columns=["Company", "Year", "Product", "Energy type", "Consumption", "UoM"])
    made = pandas.DataFrame(
        [[*rows[0][:3], 260000, "t"]], columns=["Company", "Year", "Product", "Production", "Units"]
    )
    assert tce(eb.assess(meters.replace("Power", "Electricity"), made)) == pytest.approx(BOTH_TCE)
    # What is exported is subtracted, a total and a sub-total are none of it, and months may be headers.
    more = [
        [*rows[0][:3], "Heat", 900, "GJ"],
        [*rows[0][:3], "Sub-total", 1, "tce"],
        [*rows[0][:3], "Total energy", 1, "tce"],
    ]
    whole = pandas.concat([meters.replace("Power", "Electricity"), pandas.DataFrame(more, columns=meters.columns)])
    whole = whole.assign(Direction=["import", "purchased", "export", "", ""])
    assert tce(eb.assess(whole, made)) == pytest.approx(BOTH_TCE - 900 * 0.03412)
    with refused(TableError, "table", "'Type'", "has the flow 'export'"):
        eb.assess(whole.rename(columns={"Direction": "Type"}), made)
    months = pandas.DataFrame(
        [[*rows[0][:1], rows[0][2], "Raw coal", "t", *[3000] * 12]],
        columns=["Site", "Product", "Fuel", "Unit", *(f"2023-{month:02}" for month in range(1, 13))],
    )
    assert tce(eb.assess(months, made)) == pytest.approx(COAL_TCE)


def test_a_column_per_product_of_the_outputs_becomes_rows() -> None:
    made = pandas.DataFrame(
        [["甲厂", "2023", 26, 31]], columns=["企业", "年份", "水泥熟料产量(万吨)", "水泥产量(万吨)"]
    )
    answer = eb.assess(pandas.DataFrame([COAL, POWER], columns=HEADER), made)
    assert answer.results["product"].tolist() == ["水泥熟料", "水泥"]
    assert answer.results["class"].tolist()[0] == "baseline"


# Cells ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["36,000 t", "36000吨", "３６０００", "36000\u00a0", " 36,000 ", "3.6 万吨"])
@pytest.mark.parametrize("unit", ["吨", None])
def test_a_number_may_carry_its_unit(cell: str, unit: str | None) -> None:
    frame = pandas.DataFrame([[*KEY, "原煤", cell, unit]], columns=HEADER)
    alone = cell.strip()[-1].isdigit()
    answer = eb.assess(frame, OUTPUTS)
    if (unit is None and alone) or (unit and "万" in cell):
        assert answer.results["class"].isna().all()
    else:
        assert tce(answer) == pytest.approx(COAL_TCE)


@each(
    ("carriers", "units", "made"),
    [
        # In the name of the carrier, where the column says nothing or the same, or is not there at all.
        (("原煤（吨）", "电力(万kWh)", "综合能耗（tce）"), ("吨", None, None), 26),
        (("原煤（吨）", "电力/万kWh", "合计（吨标准煤）"), None, 26),
        # In the amount.
        (("原煤", "电力", "合计"), None, "26 万t"),
    ],
)
def test_a_unit_stands_in_the_name_or_in_the_amount_without_a_column(
    carriers: tuple[str, ...], units: tuple[Any, ...] | None, made: Any
) -> None:
    amounts = [36000, 1500, 27558.3] if made == 26 else ["36,000吨", "1500万kWh", "27558.3 tce"]
    frame = pandas.DataFrame([[*KEY, name, amount] for name, amount in zip(carriers, amounts, strict=True)])
    frame.columns = pandas.Index(HEADER[:5])
    frame = frame if units is None else frame.assign(单位=units)
    outputs = OUTPUTS if made == 26 else OUTPUTS.drop(columns="产量单位").assign(产量=made)
    answers = [eb.assess(frame, outputs)] + ([eb.assess(polars_lazy().take(frame), outputs)] if units else [])
    for answer in answers:
        assert tce(answer) == pytest.approx(BOTH_TCE)
        assert answer.counts["totals"] == 1
    frame.iloc[0, 4] = 35000 if made == 26 else "35000吨"
    assert any("the total row states 27558.3 tce, the others 26844" in note for note in eb.assess(frame, outputs).notes)
    assert not [one for one in eb.explain(frame, outputs).missing if "carrier" in one]


def test_a_total_of_the_other_basis_is_left_out_and_not_compared() -> None:
    frame = pandas.DataFrame([COAL, POWER, [*KEY, "综合能耗（等价值）", 30214.8, "tce"]], columns=HEADER)
    answer = eb.assess(frame, OUTPUTS)
    assert tce(answer) == pytest.approx(BOTH_TCE)
    assert answer.notes == ("1 total row is left out (综合能耗)",)


@pytest.mark.parametrize("cell", ["85%", "36000 kWh", "36000,0", "见附件"])
def test_what_is_no_amount_in_the_unit_of_the_row_is_a_problem(cell: str) -> None:
    answer = eb.assess(pandas.DataFrame([[*KEY, "原煤", cell, "吨"]], columns=HEADER), OUTPUTS)
    assert answer.problems["reason"].tolist()[0] == "unreadable-amount"


@pytest.mark.parametrize("cell", ["-", "—", "/", "--", "", " ", None])
def test_a_dash_is_missing_unless_the_caller_says_that_none_was_used(cell: str | None) -> None:
    frame = pandas.DataFrame([COAL, POWER, [*KEY, "焦炭", cell, "吨"]], columns=HEADER)
    assert eb.assess(frame, OUTPUTS).results["class"].isna().all()
    assert tce(eb.assess(frame, OUTPUTS, blank="none-used")) == pytest.approx(BOTH_TCE)
    with refused(OptionError, "option", "blank is 'zero'"):
        eb.assess(frame, OUTPUTS, blank="zero")


def test_a_tidy_table_is_passed_on_as_it_is(tmp_path: Path) -> None:
    """No note, no copy of another type: what was tidy before is not touched."""
    frame = pandas.DataFrame([[*COAL[:1], datetime(2023, 1, 1), *COAL[2:]]], columns=HEADER)
    frame.to_excel(tmp_path / "m.xlsx", index=False)
    found = read_form(tmp_path / "m.xlsx", "meters", Layout())
    assert found.notes == ()
    assert list(found.frame) == HEADER


# Cells ----------------------------------------------------------------------------------------------------


def test_a_density_between_litres_and_a_coefficient_per_mass_is_a_column() -> None:
    """6000 L of diesel at 0.84 kg/L are 6000 x 0.84 x 1.4571 kgce, and 17.5 t at its own figure need no density."""
    rows = [[*KEY, "原煤", 36000, "吨", None, ""], [*KEY, "柴油", 6000, "L", 0.84, "kg/L"]]
    header = [*HEADER, "密度", "密度单位"]
    table = pandas.DataFrame(rows, columns=header)
    assert tce(eb.assess(table, OUTPUTS)) == pytest.approx(COAL_TCE + 6000 * 0.84 * 1.4571 / 1000)
    light = pandas.DataFrame([*rows, [*rows[1][:6], 820, "kg/m3"]], columns=header)
    assert tce(eb.assess(light, OUTPUTS)) == pytest.approx(COAL_TCE + 6000 * (0.84 + 0.82) * 1.4571 / 1000)
    assert tce(eb.assess(polars_lazy().take(table), OUTPUTS)) == pytest.approx(COAL_TCE + 6000 * 0.84 * 1.4571 / 1000)
    written = pandas.DataFrame([[*rows[1][:6], "0.84 kg/L"]], columns=header[:7])
    assert eb.assess(written, OUTPUTS, plausible=True).results["tce"].tolist() == pytest.approx([7.343784])
    wrong = eb.assess(pandas.DataFrame([[*rows[1][:6], 840, "kg/L"]], columns=header), OUTPUTS)
    assert wrong.problems["column"].tolist()[0] == "density"
    lacking = eb.assess(pandas.DataFrame([rows[1][:6]], columns=HEADER), OUTPUTS)
    assert "as columns density and density_unit" in lacking.problems["suggestion"][0]


def test_a_text_of_nothing_is_no_cell() -> None:
    columns = [*HEADER, "折标系数", "折标系数单位", "不确定度"]
    table = pandas.DataFrame([[*COAL, "", " ", ""], [*POWER, "", "", " "]], columns=columns)
    assert tce(eb.assess(table, OUTPUTS.assign(地区="", **{"修正:altitude": " "}))) == pytest.approx(BOTH_TCE)


def test_a_cell_in_percent_is_read_as_it_is_shown(tmp_path: Path) -> None:
    path = book(tmp_path / "m.xlsx", [[*HEADER, "不确定度"], [*COAL, 0.02], [*POWER, None]])
    opened = openpyxl.load_workbook(path)
    opened.active["G2"].number_format = "0.0%"
    opened.save(path)
    answer = eb.assess(path, OUTPUTS)
    assert answer.energy["uncertainty"].tolist()[0] == "2.00%"
    assert answer.results["intensity_uncertainty"].tolist() == pytest.approx([0.02 * COAL_TCE / 260])
    opened.active["E2"].number_format = "0%"
    opened.save(path)
    assert eb.assess(path, OUTPUTS).problems["value"].tolist()[0] == "3600000%"


# Rows that are not in memory as a whole -------------------------------------------------------------------

LONG = pandas.DataFrame(
    {"用能": ["原煤", "电力", "柴油"], "amount": [36000, 1500, None], "unit": ["吨", "万kWh", "吨"], "carrier": "?"}
)


@pytest.mark.parametrize("way", SOURCES)
def test_what_is_said_of_the_shape_holds_for_rows_that_are_not_in_memory(way: str, tmp_path: Path) -> None:
    shape: dict[str, Any] = {
        "columns": {"用能": "carrier", "carrier": ""},
        "plant": "甲厂",
        "period": 2023,
        "product": "水泥熟料",
    }
    given = source_of(LONG, way, tmp_path)
    answer = eb.assess(outputs=OUTPUTS, blank="none-used", **given, **shape)
    assert tce(answer) == pytest.approx(BOTH_TCE)
    assert answer.counts["used"] == 3
    assert "meters: the headers carrier (left out) were not used" in answer.notes
    given = source_of(LONG, way, tmp_path)
    with refused(OptionError, "option", "meters are read in batches", "Leave out header_row, and columns of carriers"):
        eb.assess(outputs=OUTPUTS, **given, **{**shape, "columns": {"用能": "原煤"}})
    with refused(OptionError, "option", "meters are read in batches"):
        eb.assess(outputs=OUTPUTS, header_row=2, **given, **shape)


# Saying how a file is read ----------------------------------------------------------------------------------


def test_a_file_is_explained_before_any_figure(tmp_path: Path) -> None:
    path = book(tmp_path / "m.xlsx", [["能耗表"], HEADER, COAL, [*KEY, "原媒", 1, "吨"]])
    made = text(tmp_path / "o.csv", ",".join(map(str, OUTPUTS)), "甲厂,2023,水泥熟料,26,万t")
    found = eb.explain(path, made)
    assert "header '能源品种': carrier" in found.lines["meters"]
    assert "carrier '原煤': raw_coal" in found.lines["meters"]
    assert "period '2023': 2023-01-01 to 2023-12-31" in found.lines["outputs"]
    (missing,) = found.missing
    assert "原媒" in missing
    assert found.to_dict()["missing"] == [missing]
    assert missing in str(found)
    with refused(OptionError, "option", "would be overwritten"):
        found.save_mapping(path)
    assert "read in batches" in eb.explain(polars_lazy().take(LONG), made).missing[0]


def test_the_command_explains_saves_a_mapping_and_uses_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = text(tmp_path / "m.csv", "用能,消费量,单位", "原煤,36000,吨")
    made = text(tmp_path / "o.csv", ",".join(map(str, OUTPUTS)), "甲厂,2023,水泥熟料,26,万t")
    saved = tmp_path / "own.toml"
    shape = ["--columns", "用能=carrier", "--plant", "甲厂", "--period", "2023", "--product", "水泥熟料"]
    files = [str(path), str(made)]
    assert cli.run(["explain", *files, *shape, "--save-mapping", str(saved)]) == 0
    assert "header '用能': carrier" in capsys.readouterr().out
    assert cli.run(["assess", *files, "--mapping", str(saved)]) == 0
    assert "benchmark" in capsys.readouterr().out
    assert cli.run(["assess", *files, "--dry-run"]) == 1


def test_a_row_per_month_takes_the_year_of_the_title_and_leaves_the_sum_out(tmp_path: Path) -> None:
    lines = ["某某水泥有限公司2023年能源消耗统计表,,,", "月份,原煤（吨）,电力（万千瓦时）,熟料产量（吨）"]
    lines += [*(f"{month}月,9000,375,65000" for month in range(1, 13)), "合计,108000,4500,780000"]
    path = tmp_path / "form.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    answer = eb.assess(path, plant="甲", product="水泥熟料")
    assert answer.results["period"].tolist() == [f"2023-{month:02}" for month in range(1, 13)]
    assert answer.counts["classified"] == 12
    assert answer.results["intensity"].tolist() == pytest.approx([(9000 * 714.3 + 375e4 * 0.1229) / 65000] * 12)
    assert sum("is the sum of others" in note for note in answer.notes) == 2


def test_a_form_of_the_statistics_is_industrial_use_less_conversion_and_recovery() -> None:
    grid = Grid(
        [
            ["能源购进、消费与库存", *[""] * 10],
            ["填报单位：甲厂", "2023年", *[""] * 9],
            [
                *("能源名称", "计量单位", "年初库存量", "购进量", "消费量合计", "工业生产消费", "非工业生产消费"),
                *("年末库存量", "采用折标系数", "能源加工转换产出", "回收利用"),
            ],
            ["甲", "乙", *map(str, range(1, 10))],
            ["原煤", "吨", 1000, 36500, 36000, 36000, 0, 1500, 0.7143, "", ""],
            ["电力", "万千瓦时", 0, 1500, 1500, 1450, 50, 0, 1.229, 10, ""],
            ["余热余压", "百万千焦", "", "", "", "", "", "", 0.0341, "", 2000],
        ]
    )
    layout = Layout(constants={"product": "水泥熟料"})
    form = find_form(grid, "meters", layout)
    assert form is not None
    read = read_forms([form], layout, "form.xlsx")
    rows = read.frame[["carrier", "amount", "flow", "coefficient", "coefficient_unit"]].to_dict("split")
    assert rows["index"] == [5, 6, 6, 7]
    assert [[cell for cell in row if cell == cell] for row in rows["data"]] == [
        ["原煤", 36000, 0.7143, "tce/吨"],
        ["电力", 1450, 1.229, "tce/万千瓦时"],
        ["电力", 10, "converted", 1.229, "tce/万千瓦时"],
        ["余热余压", 2000, "recovered", 0.0341, "tce/百万千焦"],
    ]
    assert "meters: 工业生产消费 is what counts" in read.notes
    assert not [note for note in read.notes if "原煤" in note]
    grid.cells[4][2] = 9000
    apart = read_forms([form], layout, "form.xlsx").notes
    assert "meters: row 5: 年初库存量 + 购进量 is 45500, 消费量合计 + 年末库存量 is 37500" in apart


def test_a_form_of_two_header_rows_leaves_the_parts_of_a_column_out() -> None:
    grid = Grid(
        [
            ["能源名称", "计量单位", "年初库存量", "消费量", "", "", "年末库存量"],
            ["", "", "", "合计", "1.工业生产消费", "其中：用于原材料", ""],
            ["原煤", "吨", 0, 120, 100, 20, 0],
        ],
        merged=((0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 2), (0, 3, 0, 5), (0, 6, 1, 6)),
    )
    layout = Layout(constants={"plant": "甲", "period": "2023", "product": "水泥熟料"})
    form = find_form(grid, "meters", layout)
    assert form is not None
    assert read_forms([form], layout, "form.xlsx").frame["amount"].tolist() == [100]


def test_a_column_of_recovered_energy_is_subtracted_in_a_plain_table_too() -> None:
    key = {"企业": ["甲", "甲"], "期间": 2023, "产品": "水泥熟料"}
    meters = pandas.DataFrame({**key, "能源名称": ["原煤", "热力"], "计量单位": ["t", "GJ"], "消费量": [3000, ""]})
    outputs = pandas.DataFrame({**key, "产量": [2, 2], "产量单位": "万t"}).head(1)
    answer = eb.assess(meters.assign(回收利用=["", 1000]), outputs)
    assert answer.results["tce"].tolist() == [pytest.approx(3000 * 0.7143 - 1000 * 0.03412)]
    assert answer.counts["used"] == 2


def test_a_foundry_keeps_its_furnaces_as_it_likes(tmp_path: Path) -> None:
    """A total in the column of numbers, a unit in two lines, and the kind of 铁水 from the caller."""
    meters: list[Any] = [
        ["序 号", "月份", "炉号", "能源品种", "当月消耗量", "计量\n单位"],
        *([place, f"{place}月", "1#炉", "电", 600 * place, "度"] for place in (1, 2)),
        ["合计", None, None, None, 1800, None],
    ]
    made: list[Any] = [
        ["月份", "炉号", "铁水产量（吨）", "额定容量（吨）"],
        ["1月", "1#炉", 1, 3],
        ["2月", "1#炉", 2, 3],
    ]
    path = book(tmp_path / "m.xlsx", meters, made, names=("2023能耗", "产量"))
    shape: dict[str, Any] = {"columns": {"炉号": "plant"}, "period": "2023"}
    answer = eb.assess(path, product="感应电炉(铸铁)", region="昌吉市", **shape)
    assert answer.problems.empty
    assert answer.counts["totals"] == 1
    assert answer.results["intensity"].tolist() == [600, 600]
    assert answer.results["within_limit"].round(2).tolist() == [603.33, 603.33]
    # What a caller says of another product makes no output of it.
    assert eb.assess(path, product="水泥熟料", **shape).results["class"].isna().all()
    with pytest.raises(MissingColumnError, match="计量单位"):
        eb.assess(path)


WIDE: list[Any] = ["企业", "期间", "产品", "原煤(t)", "外购电(万kWh)"]
WIDE_ROW: list[Any] = [*KEY, 36000, 1500]


@each(
    ("headers", "rows", "expected"),
    [
        # A heating value whose unit stands in its header counts, also where all other headers are plain.
        ([*HEADER, "低位发热量(kJ/kg)"], [[*COAL, 29307.6 / 2], [*POWER, None]], 36000 / 2 + 1843.5),
        # So does one that carries its unit in the cell.
        ([*HEADER, "低位发热量"], [[*COAL, "3500 kcal/kg"], [*POWER, None]], 36000 / 2 + 1843.5),
        # Money, shares and rates beside the amounts are no energy.
        ([*WIDE, "原煤(万元)", "外购电占比(%)", "熟料煤耗(kgce/t)"], [[*WIDE_ROW, 2880, 6.7, 98.9]], BOTH_TCE),
        # 本期 beside 上年同期.
        ([*WIDE, "上年同期电量(万kWh)"], [[*WIDE_ROW, 1600]], BOTH_TCE),
        # A column per year; the other year has no output row.
        (
            ["企业", "产品", "能源品种", "单位", "2022年", "2023年"],
            [["甲厂", "水泥熟料", "原煤", "t", 0, 36000], ["甲厂", "水泥熟料", "电力", "万kWh", 0, 1500]],
            BOTH_TCE,
        ),
        # Year and month in two columns.
        (
            ["企业", "年", "月", "产品", *HEADER[3:]],
            [["甲厂", 2023, month, "水泥熟料", "原煤", 3000, "t"] for month in range(1, 13)],
            COAL_TCE,
        ),
    ],
)
def test_what_a_ledger_gives_is_used(headers: list[Any], rows: list[list[Any]], expected: float) -> None:
    answer = eb.assess(pandas.DataFrame(rows, columns=headers), OUTPUTS)
    assert answer.results["tce"].iloc[0] == pytest.approx(expected, rel=1e-4)
    assert answer.counts["classified"] == 1


@each(
    ("headers", "rows", "said"),
    [
        ([*WIDE, "电表"], [[*WIDE_ROW, 500]], "'电表' may be energy"),
        ([*WIDE, "用能"], [[*WIDE_ROW, "500"]], "'用能' may be energy"),
        ([*HEADER, "发热量(kcal/kg)"], [[*COAL, 5000]], "may be the heating value"),
        ([*HEADER, "外供量"], [[*COAL, 100]], "'外供量' is of energy sent out"),
        # A coefficient of the caller's own, and a flow, would be passed over with no more than a note.
        ([*HEADER, "折标系数（tce/t、tce/万kWh）"], [[*COAL, 0.9]], "may be the coefficient"),
        ([*HEADER, "类别"], [[*COAL, "外购"], [*POWER, "外供"]], "has the flow '外供'"),
        ([*HEADER, "来源"], [[*COAL, "外购"], [*POWER, "自产"]], "columns={'来源': 'flow'}"),
        (["企业", "期间", "产品", "电炉用电量(kWh)"], [[*KEY, 5]], "columns={'电炉用电量(kWh)': '电力'}"),
    ],
)
def test_what_may_be_energy_is_asked_for(headers: list[Any], rows: list[list[Any]], said: str) -> None:
    with pytest.raises(TableError, match=re.escape(said)):
        eb.assess(pandas.DataFrame(rows, columns=headers), OUTPUTS)


def test_a_header_with_a_unit_is_refused_of_a_table_that_is_read_in_batches() -> None:
    table = pandas.DataFrame([[*COAL, 5000]], columns=[*HEADER, "低位发热量(kcal/kg)"])
    with refused(TableError, "table", "低位发热量(kcal/kg)", "ncv_unit"):
        eb.assess(polars_lazy().take(table), OUTPUTS)


def test_a_form_of_this_year_and_the_last_is_read_with_the_unit_of_its_title(tmp_path: Path) -> None:
    """The amounts of 上年同期 are another period's; the title says the unit in brackets."""
    rows = [
        ["2023年能源消费（单位：t）"],
        ["企业", "产品", "能源品种", "本期", None, "上年同期", None],
        ["", "", "", "实物量", "折标量", "实物量", "折标量"],
        ["甲厂", "水泥熟料", "原煤", 36000, 25714.8, 37000, 26429],
    ]
    merged = ("A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2")
    assert tce(eb.assess(book(tmp_path / "m.xlsx", rows, merged=merged), OUTPUTS)) == pytest.approx(COAL_TCE)


def test_several_columns_that_the_caller_names_are_of_one_carrier() -> None:
    table = pandas.DataFrame([[*KEY, 1000, 500]], columns=["企业", "期间", "产品", "窑用电(万kWh)", "磨用电(万kWh)"])
    columns = {"窑用电(万kWh)": "电力", "磨用电(万kWh)": "电力"}
    answer = eb.assess(table, OUTPUTS, columns=columns, plausible=True)
    assert tce(answer) == pytest.approx(1500 * 1.229)


def test_an_output_whose_header_is_wider_than_its_product_is_of_that_product() -> None:
    made = pandas.DataFrame([[*KEY[:2], "感应电炉(铸铁)", 2000, 2]], columns=[*HEADER[:3], "铁水产量(t)", "炉容量(t)"])
    table = pandas.DataFrame([[*KEY[:2], "感应电炉(铸铁)", "电力", 122, "万kWh"]], columns=HEADER)
    answer = eb.assess(table, made, region="昌吉市")
    assert answer.results["class"].tolist() == ["over-limit"]
    assert "exactly at" in str(answer.to_html(lang="en"))


def test_an_example_row_at_the_top_is_left_out(tmp_path: Path) -> None:
    pandas.DataFrame([["示例", *COAL[1:]], COAL], columns=HEADER).to_csv(tmp_path / "m.csv", index=False)
    answer = eb.assess(tmp_path / "m.csv", OUTPUTS)
    assert answer.counts["meters"] == 1
    assert [note for note in answer.notes if "example" in note] == ["meters: row 2 is an example and is left out"]


# What the caller says of the shape --------------------------------------------------------------------------


@each(
    ("found", "headers", "fix"),
    [
        ("plant period product unit", "企业 期间 产品 单位 用电量(kWh)", "pass columns={'用电量(kWh)': '电力'}"),
        ("plant period product amount unit", "企业 期间 产品 数量 单位", "Name it 能源品种 or 能源 or"),
        ("plant period carrier amount", "企业 期间 能源品种 数量", "Name them 产品, 单位, or pass product"),
        # 企业消费 ends in what it is of; a remark is no period; neither is the unit a quantity.
        ("plant period carrier unit", "企业 期间 能源品种 单位 企业消费", "or pass columns={'企业消费': 'amount'}"),
        ("carrier amount unit", "carrier amount unit Remark", 'Name them plant, period, product, or pass plant="..."'),
        (
            "plant period product carrier unit",
            "企业 期间 产品 品种 单位 本月 累计",
            "pass columns={'本月': 'amount'} or another",
        ),
    ],
)
def test_what_a_table_lacks_is_said_with_names_that_are_read(found: str, headers: str, fix: str) -> None:
    unused = [one for one in headers.split() if column_of(one, "meters") is None]
    with refused(MissingColumnError, "missing-column", "meters has no column", fix):
        refuse_missing(found.split(), "meters", headers.split(), unused)


@each(
    ("options", "fix"),
    [
        ({"columns": "用能"}, 'Write {"my header": "carrier"}'),
        ({"columns": {"用能": 1}}, 'Write {"my header": "carrier"}'),
        ({"columns": {"炉": "furnace_capacty"}}, "Did you mean 'furnace_capacity' or"),
        ({"header_row": 0}, "Give the row of the file, 1 or more"),
    ],
)
def test_a_shape_that_cannot_be_is_refused(options: dict[str, Any], fix: str) -> None:
    with refused(OptionError, "option", next(iter(options)), fix):
        Shape(**options).layouts(None, None)


def test_a_shape_is_plain_data_and_its_mapping_has_keys_alone(tmp_path: Path) -> None:
    mapping = tmp_path / "own.toml"
    mapping.write_text('[constants]\nplant = "甲厂"\n', encoding="utf-8")
    shape = Shape(mapping=mapping, header_row=1)
    assert shape.to_dict() == {"mapping": str(mapping), "header_row": 1}
    layout = shape.layouts(None, None)["meters"]
    assert (layout.header_row, dict(layout.constants)) == (1, {"plant": "甲厂"})
    mapping.write_text('[constants]\nplan = "甲厂"\n', encoding="utf-8")
    with refused(OptionError, "option", "a constant of the mapping", "plant"):
        shape.layouts(None, None)


def test_the_value_of_a_column_sent_out_is_its_header() -> None:
    header = ["plant", "period", "product", "carrier", "amount", "unit", "外供量"]
    with pytest.raises(TableError) as caught:
        canonical_columns(header, "meters")
    assert caught.value.value == "外供量"
