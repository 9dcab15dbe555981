"""The workbook to fill in is read back as it is, and its results go into a copy of it."""

from __future__ import annotations

import warnings
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl  # type: ignore[import-untyped]
import pandas
import pytest

import energybench as eb
from energybench.errors import EnergybenchWarning, OptionError, UnknownProductError
from expect import refused

if TYPE_CHECKING:
    from pathlib import Path

METERS: list[list[Any]] = [
    ["甲厂", 2023, "水泥熟料", "原煤", 36000, "吨"],
    ["甲厂", 2023, "水泥熟料", "电力", 1500, "万千瓦时"],
]
OUTPUT: list[Any] = ["甲厂", 2023, "水泥熟料", 26, "万吨"]


def filled(path: Path, lang: str = "zh", row: int = 3) -> Path:
    """Write a form, and fill it in from a row on."""
    made = eb.template(path, "水泥熟料", lang=lang)
    book = openpyxl.load_workbook(path)
    for sheet, rows in ((made.sheets[1], METERS), (made.sheets[2], [OUTPUT])):
        for number, cells in enumerate(rows, row):
            for place, cell in enumerate(cells, 1):
                book[sheet].cell(number, place, cell)
    book.save(path)
    return path


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_form_is_read_back_as_it_is(lang: str, tmp_path: Path) -> None:
    path = filled(tmp_path / "plants.xlsx", lang)
    answer = eb.assess(path)
    assert answer.results[["plant", "tce", "class"]].to_numpy().tolist() == [
        ["甲厂", pytest.approx(36000 * 0.7143 + 1500 * 1.229), "baseline"]
    ]
    assert answer.problems.empty
    assert [note for note in answer.notes if "example" in note] == [
        "meters: row 2 is an example and is left out",
        "outputs: row 2 is an example and is left out",
    ]
    assert eb.explain(path).missing == ()


def test_the_example_of_a_tidy_table_is_left_out_too(tmp_path: Path) -> None:
    path = filled(tmp_path / "plants.xlsx")
    for number, name in ((1, "m.csv"), (2, "o.csv")):
        pandas.read_excel(path, sheet_name=number).to_csv(tmp_path / name, index=False)
    answer = eb.assess(tmp_path / "m.csv", tmp_path / "o.csv")
    assert answer.counts == {"meters": 2, "used": 2, "problems": 0, "totals": 0, "outputs": 1, "classified": 1}


def test_a_form_offers_what_is_read(tmp_path: Path) -> None:
    """Every word of a list is one that the library knows, and the lists stand where they belong."""
    eb.template(tmp_path / "all.xlsx")
    book = openpyxl.load_workbook(tmp_path / "all.xlsx")
    words = {cells[0]: [cell for cell in cells[1:] if cell] for cells in book["列表"].iter_cols(values_only=True)}
    assert len(words["carrier"]) > 30
    assert len(words["product"]) > 30
    for name in ("unit", "output_unit", "coefficient_unit", "ncv_unit"):
        assert all(eb.units.text.read_unit(word) for word in words[name])
    assert {word: eb.carriers.find_carrier(word) for word in words["carrier"]}["原煤"] == "raw_coal"
    lists = {str(rule.sqref): rule.formula1 for rule in book["能源消费"].data_validations.dataValidation}
    assert lists["D2:D2000"] == f"'列表'!$A$2:$A${len(words['carrier']) + 1}"


def test_the_conditions_of_a_document_are_columns(tmp_path: Path) -> None:
    made = eb.template(tmp_path / "cement.xlsx", "cement", document="gb-16780-2021", lang="en")
    assert made.conditions == ("correction:altitude:altitude_m", "correction:clinker-ratio:clinker_percent")
    book = openpyxl.load_workbook(tmp_path / "cement.xlsx")
    for number, cells in (
        (1, ["甲", 2023, "cement", "原煤", 90, "t"]),
        (2, ["甲", 2023, "cement", 1000, "t", 1500, 75]),
    ):
        for place, cell in enumerate(cells, 1):
            book.worksheets[number].cell(3, place, cell)
    book.save(tmp_path / "cement.xlsx")
    answer = eb.assess(tmp_path / "cement.xlsx", document="gb-16780-2021", corrections="base")
    assert "missing-condition" not in set(answer.problems["reason"])
    furnace = eb.template(tmp_path / "furnace.xlsx", "induction-furnace-cast-iron", region="昌吉市")
    heads = [cell.value for cell in openpyxl.load_workbook(furnace.path)["产量"][1]]
    assert heads[5:] == ["炉容量", "炉容量单位", "地区"]


def test_a_form_replaces_no_file_and_knows_its_products(tmp_path: Path) -> None:
    path = filled(tmp_path / "plants.xlsx")
    with refused(OptionError, "option", "is there already"):
        eb.template(path)
    with refused(UnknownProductError, "unknown-product", "水泥熟科"):
        eb.template(tmp_path / "new.xlsx", "水泥熟科")
    assert not (tmp_path / "new.xlsx").exists()


def test_results_go_into_a_copy_that_keeps_formulas_and_says_what_it_lost(tmp_path: Path) -> None:
    path = filled(tmp_path / "plants.xlsx")
    book = openpyxl.load_workbook(path)
    page = book["能源消费"]
    page["M1"], page["M3"] = "合计", "=E3+E4"
    page["M3"].number_format = "0.00"
    page["E3"].fill = openpyxl.styles.PatternFill("solid", fgColor="FFCC00")
    book.save(path)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/ctrlProps/ctrlProp1.xml", "<formControlPr/>")
    answer = eb.assess(path)
    copy = tmp_path / "copy.xlsx"
    for _ in range(2):  # an earlier copy is replaced
        with pytest.warns(EnergybenchWarning, match=r"not kept: form controls \(1\); its formulas have values again"):
            answer.to_excel(copy, copy_of=path, lang="zh")
    after = openpyxl.load_workbook(copy)
    assert after.sheetnames == [*book.sheetnames, "energybench 结果", "energybench 未能使用的行"]
    kept = after["能源消费"]
    assert (kept["M3"].value, kept["M3"].number_format, kept["E3"].fill.fgColor.rgb) == ("=E3+E4", "0.00", "00FFCC00")
    rows = list(after["energybench 结果"].values)
    assert rows[1][rows[0].index("企业")] == "甲厂"
    assert pytest.approx(answer.results["intensity"][0]) in [cell for cell in rows[1] if isinstance(cell, float)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EnergybenchWarning)
        again = eb.assess(copy)
        again.to_excel(tmp_path / "second.xlsx", copy_of=copy, lang="zh")
    assert again.results["tce"].tolist() == answer.results["tce"].tolist()
    assert openpyxl.load_workbook(tmp_path / "second.xlsx").sheetnames == after.sheetnames
    with refused(OptionError, "option", "would be written over"):
        answer.to_excel(path, copy_of=path)
