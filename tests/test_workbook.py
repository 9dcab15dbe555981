"""The workbook: its sheets, its formulas, texts that stay texts, and the totals that an office recalculates."""

from __future__ import annotations

import csv
import re
import subprocess
from typing import TYPE_CHECKING, Any

import openpyxl  # type: ignore[import-untyped]
import pandas
import polars
import pytest

import energybench as eb
from energybench.errors import EnergybenchError, OptionError, TableError
from energybench.report import workbook, write_workbook
from energybench.report.words import Words, look_of
from frame_tables import meters, outputs
from programs import program

if TYPE_CHECKING:
    from pathlib import Path

    from energybench.frames import Assessment

STARTS = ("=1+1", "+3", "-乙厂", "@SUM(A1)", "\tcmd", '=HYPERLINK("http://example.org")', "=cmd|'/c calc'!A1")
#: What LibreOffice writes of a workbook: its 8th sheet option asks for every sheet, in UTF-8, figures in full.
CONVERT = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"


def every_way() -> Assessment:
    """Assess readings of every way to state an amount: units, own figures, energy sent out, rows with problems."""
    rows: list[dict[str, Any]] = [
        {},
        {"carrier": "电力", "amount": "1,500", "unit": "万kWh"},
        {"carrier": "天然气", "amount": 90, "unit": "万m3", "ncv": 35.6, "ncv_unit": "MJ/m3"},
        {"carrier": "洗精煤", "amount": 12, "unit": "t", "coefficient": 0.93, "coefficient_unit": "kgce/kg"},
        {"carrier": "热力", "amount": 4000, "unit": "GJ", "flow": "out"},
        {"carrier": "原煤", "amount": 0, "unit": "kg"},
        {"plant": "乙厂", "amount": 2.5, "unit": "万t"},
        {"plant": "丙厂", "carrier": "原媒"},
        {"plant": "丁厂", "amount": "many"},
        {"plant": "丁厂", "unit": "10^999 t"},
        {"plant": "stray"},
    ]
    wanted: list[dict[str, Any]] = [
        {},
        {"plant": "乙厂", "output": 200000},
        {"plant": "丙厂"},
        {"plant": "丁厂"},
        {"plant": "戊厂"},
    ]
    return eb.assess(meters(*rows), outputs(*wanted))


def write(answer: Assessment, folder: Path, **options: Any) -> Any:
    """Write a workbook and open it again."""
    write_workbook(answer, folder / "book.xlsx", **options)
    return openpyxl.load_workbook(folder / "book.xlsx")


def sheet(book: Any, name: str, lang: str = "en") -> Any:
    """Return a sheet by what it holds."""
    return book[Words(lang)(name)]


def column(sheet: Any, name: str, lang: str = "en") -> list[Any]:
    """Return the cells of a column under its heading."""
    heads = [cell.value for cell in sheet[1]]
    return [row[heads.index(Words(lang).column(name))] for row in sheet.iter_rows(min_row=2)]


# Structure ------------------------------------------------------------------------------------------------


def test_its_sheets_have_a_row_for_each_row(tmp_path: Path) -> None:
    answer = every_way()
    book = write(answer, tmp_path)
    assert book.sheetnames == [Words("en")(one) for one in ("about", "results", "readings", "problems", "sources")]
    assert len(column(sheet(book, "results"), "plant")) == len(answer.result_frame)
    assert len(column(sheet(book, "readings"), "carrier")) == len(answer.lines.frame())
    assert len(column(sheet(book, "problems"), "message")) == len(answer.problem_counts) > 3
    assert [cell.value for cell in column(sheet(book, "problems"), "message")] == [*answer.problem_counts["message"]]
    assert sum(cell.value for cell in column(sheet(book, "problems"), "rows")) == answer.problem_counts["rows"].sum()
    for one in book:
        assert one.freeze_panes == "A2"
        assert one.auto_filter.ref == one.dimensions
        assert (one.page_setup.orientation, one.page_setup.fitToWidth, one.print_title_rows) == (
            "landscape",
            1,
            "$1:$1",
        )


def test_no_heading_of_a_chinese_workbook_is_english_and_every_figure_has_its_width(tmp_path: Path) -> None:
    answer = every_way()
    book = write(answer, tmp_path, targets=eb.check_targets(answer, document="sanmenxia-2019"), lang="zh")
    heads = [cell.value for one in book for cell in one[1]]
    assert not [head for head in heads if re.search("[A-Za-z_]{4,}", head) and "figures" not in head]
    assert not [name for name in book.sheetnames if re.search("[a-z]", name)]
    results = sheet(book, "results", "zh")
    (tce,) = (cell.column_letter for cell in results[1] if cell.value == Words("zh").column("tce"))
    assert results.column_dimensions[tce].width >= 13


def test_every_document_is_a_source(tmp_path: Path) -> None:
    answer = every_way()
    used = {*answer.result_frame["document"], *answer.lines.frame()["document"].dropna()} - {""}
    sources = sheet(write(answer, tmp_path), "sources")
    assert {cell.value for cell in column(sources, "document")} == used
    assert all(cell.value for cell in column(sources, "evidence"))


def test_targets_and_language(tmp_path: Path) -> None:
    answer = every_way()
    check = eb.check_targets(answer, document="sanmenxia-2019")
    book = write(answer, tmp_path, targets=check, lang="zh")
    found, lacking = sheet(book, "targets", "zh"), sheet(book, "open_targets_sheet", "zh")
    numbers = [cell.value for one in (found, lacking) for cell in column(one, "number", "zh")]
    assert sorted(numbers) == [verdict.number for verdict in check if verdict.answer != "context"]
    assert all(cell.value for cell in column(lacking, "or_figure", "zh"))


def test_a_row_is_as_high_as_its_longest_text_and_its_cells_begin_at_the_top(tmp_path: Path) -> None:
    page = sheet(write(every_way(), tmp_path, lang="zh"), "sources", "zh")
    long = [cell for row in page.iter_rows(min_row=2) for cell in row if len(str(cell.value)) > 80]
    assert long
    assert all(page.row_dimensions[cell.row].height >= 3 * 15 for cell in long)
    assert {cell.alignment.vertical for row in page.iter_rows() for cell in row if cell.value} == {"top"}


def test_a_figure_that_was_given_says_so_and_the_policy_is_named(tmp_path: Path) -> None:
    answer = every_way()
    check = eb.check_targets(answer, document="panzhihua-2024", figures={"equipment_investment_growth": "26 %"})
    book = write(answer, tmp_path, targets=check, lang="zh")
    assert "26 %（给出的数）" in [cell.value for cell in column(sheet(book, "targets", "zh"), "actual", "zh")]
    about = [*sheet(book, "about", "zh").iter_rows(values_only=True)]
    assert ("政策目标", check.citation) in [row[:2] for row in about]


def test_about_says_versions_options_and_counts(tmp_path: Path) -> None:
    answer = every_way()
    about = {row[0]: row[1] for row in sheet(write(answer, tmp_path), "about").iter_rows(values_only=True)}
    assert about["Made by energybench"] == eb.__version__
    assert about["data version"] == answer.data_version
    assert about["basis"] == "calorific"
    assert about["of them used"] == answer.counts["used"]


def test_a_class_has_its_colour_and_its_word(tmp_path: Path) -> None:
    cell = column(sheet(write(every_way(), tmp_path), "results"), "class")[0]
    assert cell.value == "below-baseline"
    chinese = column(sheet(write(every_way(), tmp_path, lang="zh"), "results", "zh"), "class", "zh")[0]
    assert chinese.value == "基准水平以下"
    for one in (cell, chinese):
        assert one.fill.fgColor.rgb.endswith(look_of("below-baseline").fill[1:].upper())


# Formulas -------------------------------------------------------------------------------------------------


def test_the_tce_of_every_used_reading_is_a_formula(tmp_path: Path) -> None:
    answer = every_way()
    book = write(answer, tmp_path)
    used = answer.lines.frame()["used"]
    assert used.sum() == 7
    for known, cell in zip(used, column(sheet(book, "readings"), "tce"), strict=True):
        assert cell.data_type == ("f" if known else "n")
        assert known == (cell.value is not None)
    for known, cell in zip(answer.result_frame["tce"].notna(), column(sheet(book, "results"), "tce"), strict=True):
        assert (cell.data_type, str(cell.value).startswith("=SUMIFS(")) == (("f", True) if known else ("n", False))


def test_energy_that_goes_out_has_a_sign_of_its_own(tmp_path: Path) -> None:
    energy = sheet(write(every_way(), tmp_path), "readings")
    signs = [cell.value for cell in column(energy, "sign")]
    flows = [cell.value for cell in column(energy, "flow")]
    assert [sign for sign, flow in zip(signs, flows, strict=True) if flow == "out"] == [-1]
    assert set(signs) == {1, -1, None}


def test_every_kind_of_flow_has_the_sign_by_which_it_counts(tmp_path: Path) -> None:
    power = {"carrier": "电力", "amount": 10, "unit": "万kWh"}
    rows = [{}, *({**power, "flow": flow} for flow in ("外供", "回收利用", "加工转换产出", "自产自用"))]
    energy = sheet(write(eb.assess(meters(*rows), outputs()), tmp_path), "readings")
    assert [cell.value for cell in column(energy, "sign")] == [1, -1, -1, -1, 0]
    assert {cell.data_type for cell in column(energy, "tce")} == {"f"}


@pytest.mark.parametrize("kind", ["polars", "lazy"])
def test_other_kinds_of_frames_have_the_same_formulas(tmp_path: Path, kind: str) -> None:
    tables = [polars.from_pandas(table) for table in (meters({}, {"unit": "kg"}), outputs())]
    answer: Any = eb.assess(*(table.lazy() if kind == "lazy" else table for table in tables))
    book = write(answer, tmp_path)
    if kind == "lazy":
        # Of an engine the lines of energy are not kept.
        with pytest.raises(EnergybenchError, match="energy_to"):
            _ = answer.energy
        assert len(column(sheet(book, "results"), "tce")) == 1
        return
    assert [cell.data_type for cell in column(sheet(book, "readings"), "tce")] == ["f", "f"]
    assert column(sheet(book, "results"), "tce")[0].data_type == "f"


def test_readings_that_came_in_parts_leave_figures(tmp_path: Path) -> None:
    meters().to_csv(tmp_path / "meters.csv", index=False)
    outputs().to_csv(tmp_path / "outputs.csv", index=False)
    answer = eb.assess_path(tmp_path / "meters.csv", tmp_path / "outputs.csv")
    book = write(answer, tmp_path)
    assert Words("en")("readings") not in book.sheetnames
    assert column(sheet(book, "results"), "tce")[0].value == answer.result_frame["tce"][0]


# Names are text -------------------------------------------------------------------------------------------


def test_a_text_that_begins_like_a_formula_is_text(tmp_path: Path) -> None:
    names = [{"plant": name} for name in STARTS]
    answer = eb.assess(meters(*names, {"carrier": "=1+2"}), outputs(*names))
    book = write(answer, tmp_path)
    for one in ("results", "readings"):
        cells = column(sheet(book, one), "plant")[: len(STARTS)]
        assert [cell.value for cell in cells] == list(STARTS)
        assert {(cell.data_type, cell.quotePrefix) for cell in cells} == {("s", True)}
    for one in book:
        for cell in (cell for row in one.iter_rows() for cell in row if cell.data_type == "f"):
            assert re.match(r"=(SUMIFS\('Readings'!|[A-Z]+\d+\*)", cell.value), cell.value


def test_what_a_sheet_cannot_hold_is_shown_by_a_stand_in(tmp_path: Path) -> None:
    names = ("a\x00b\x1bc", "甲" * 40000, "#N/A", "12", "TRUE")
    answer = eb.assess(meters(*({"plant": name} for name in names)), outputs(*({"plant": name} for name in names)))
    cells = column(sheet(write(answer, tmp_path), "results"), "plant")
    assert cells[0].value == "a\ufffdb\ufffdc"
    assert cells[1].value == "甲" * 1000 + "…"
    assert [(cell.value, cell.data_type) for cell in cells[2:]] == [(name, "s") for name in names[2:]]


# The file -------------------------------------------------------------------------------------------------


def test_what_cannot_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = every_way()
    with pytest.raises(OptionError, match=r"Let it end in \.xlsx"):
        write_workbook(answer, tmp_path / "book.xls")
    with pytest.raises(OptionError, match="Use one of zh, en"):
        write_workbook(answer, tmp_path / "book.xlsx", lang="fr")
    monkeypatch.setattr(workbook, "_LONGEST", 5)
    with pytest.raises(TableError, match="cannot hold 11 rows"):
        write_workbook(answer, tmp_path / "book.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_an_assessment_writes_its_own_workbook(tmp_path: Path) -> None:
    every_way().to_excel(tmp_path / "a.xlsx", lang="zh")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert "问题" in [cell.value for cell in sheet(book, "problems", "zh")[1]]


# Recalculated ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def recalculated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assessment, dict[str, list[dict[str, str]]]]:
    """An assessment, and the sheets of its workbook as LibreOffice calculates them."""
    folder, answer = tmp_path_factory.mktemp("office"), every_way()
    # No value is stored with a formula, so that every figure of the sheets below was worked out by the office.
    write_workbook(answer, folder / "book.xlsx")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        [
            str(program("office")),
            profile,
            "--headless",
            "--convert-to",
            CONVERT,
            "--outdir",
            str(folder),
            str(folder / "book.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    sheets = {}
    for name in ("results", "readings", "problems"):
        with (folder / f"book-{Words('en')(name)}.csv").open(encoding="utf-8", newline="") as file:
            sheets[name] = list(csv.DictReader(file))
    return answer, sheets


@pytest.mark.office
@pytest.mark.parametrize("sheet", ["results", "readings"])
def test_an_office_comes_to_the_same_tce(recalculated: Any, sheet: str) -> None:
    answer, sheets = recalculated
    expected = (answer.result_frame if sheet == "results" else answer.lines.frame())["tce"]
    found = pandas.to_numeric(
        pandas.Series([row[Words("en").column("tce")] for row in sheets[sheet]]).replace("", None)
    )
    assert found.isna().tolist() == expected.isna().tolist()
    assert found.notna().sum() >= 2
    assert found.dropna().tolist() == pytest.approx(expected.dropna().tolist(), rel=1e-9, abs=0)


@pytest.mark.office
def test_an_office_finds_no_error(recalculated: Any) -> None:
    for rows in recalculated[1].values():
        assert not [cell for row in rows for cell in row.values() if cell.startswith(("#", "Err:"))]
