"""Tables from files, as people have them: encodings, separators, gaps, Chinese headers, and what is no table."""

from __future__ import annotations

import io
import json
import random
import zipfile
from typing import TYPE_CHECKING, Any

import numpy
import pandas
import pyarrow  # type: ignore[import-untyped]
import pyarrow.parquet  # type: ignore[import-untyped]
import pytest
from hypothesis import HealthCheck, given, settings

import energybench as eb
from energybench.errors import MissingColumnError, OptionError, TableError, TableNotFoundError
from energybench.frames.columns import METERS, OUTPUTS
from energybench.frames.files import read_table
from expect import each, refused
from frame_tables import FURNACE, Group, meters, outputs, portfolios, rows_of, tables_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = "plant,period,product,carrier,amount,unit"
GOOD = "甲厂,2023,水泥熟料,原煤,3000,t"
MADE = "plant,period,product,output,output_unit\n甲厂,2023,水泥熟料,20000,t\n"


def write(path: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    """Write a file byte by byte as given."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def assess_text(folder: Path, text: str | bytes, encoding: str = "utf-8", name: str = "meters.csv") -> eb.Assessment:
    """Assess a file of meters against 20000 t of clinker."""
    return eb.assess(write(folder / name, text, encoding), outputs())


def classes(answer: eb.Assessment) -> list[str]:
    """Return the classes, after expecting that no row was lost on the way."""
    assert answer.problems.empty, answer.problems.to_string()
    return [str(level) for level in answer.results["class"]]


# Encodings and separators ---------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_text_is_read_in_the_encodings_of_excel(tmp_path: Path, encoding: str, newline: str) -> None:
    text = newline.join(["企业,期间,产品,能源品种,数量,单位", GOOD, ""])
    assert classes(assess_text(tmp_path, text, encoding)) == ["baseline"]


def test_a_file_without_a_last_newline_is_whole(tmp_path: Path) -> None:
    assert assess_text(tmp_path, f"{HEADER}\n{GOOD}\n{GOOD}").counts["meters"] == 2


def test_rare_characters_that_only_gb18030_has_are_kept(tmp_path: Path) -> None:
    name = "㐂𠮷厂"
    path = write(tmp_path / "meters.csv", f"{HEADER}\n{GOOD.replace('甲厂', name)}\n", "gb18030")
    assert classes(eb.assess(path, outputs(plant=name))) == ["baseline"]


@pytest.mark.parametrize(("separator", "name"), [(",", "m.csv"), (";", "m.csv"), ("\t", "m.csv"), ("\t", "M.TXT")])
def test_the_separator_is_that_of_the_header(tmp_path: Path, separator: str, name: str) -> None:
    text = f"{HEADER}\n{GOOD}\n".replace(",", separator)
    assert classes(assess_text(tmp_path, text, name=name)) == ["baseline"]


@pytest.mark.parametrize(
    "cell", ["3000", '"3,000"', '"3,000.0"', "３０００", '"３，０００"', " 3000 ", "3e3", "+3000", "3000.00"]
)
def test_numbers_are_read_as_people_write_them(tmp_path: Path, cell: str) -> None:
    answer = assess_text(tmp_path, f"{HEADER}\n{GOOD.replace('3000', cell)}\n")
    if "，" in cell:
        # A full-width comma may be a thousands separator or a list.
        (problem, _) = answer.problems.to_dict("records")
        assert (problem["row"], problem["value"]) == (2, "３，０００")
        assert problem["reason"] == "unreadable-amount"
    else:
        assert classes(answer) == ["baseline"]
        assert answer.results["intensity"].tolist() == pytest.approx([107.145])


def test_a_decimal_comma_is_never_read_as_a_thousands_separator(tmp_path: Path) -> None:
    """In a file with semicolons 3,5 may be three and a half: it is refused, never thirty-five."""
    text = f"{HEADER}\n{GOOD}\n".replace(",", ";").replace("3000", "3,5")
    answer = assess_text(tmp_path, text)
    assert answer.problems["value"].tolist()[:1] == ["3,5"]


def test_what_pandas_takes_for_missing_is_text(tmp_path: Path) -> None:
    """A plant may be called NA, and only an empty cell is empty."""
    answer = assess_text(
        tmp_path, f"{HEADER}\nNA,{GOOD.partition(',')[2]}\nnull{GOOD[2:]}\n,{GOOD.partition(',')[2]}\n"
    )
    assert answer.problems["value"].tolist()[:3] == ["NA", "null", ""]
    assert answer.problems["reason"].tolist()[:3] == ["no-output", "no-output", "missing-value"]


def test_a_code_with_a_leading_zero_stays_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path / "meters.csv", f"{HEADER}\n{GOOD.replace('甲厂', '007')}\n")
    assert eb.assess(path, outputs(plant=7)).counts["used"] == 0
    assert eb.assess(path, outputs(plant="007")).counts["used"] == 1


# Row numbers ----------------------------------------------------------------------------------------------


def test_problems_have_the_row_number_that_the_file_shows(tmp_path: Path) -> None:
    """The header is row 1; empty lines count, and are no readings."""
    lines = [HEADER, GOOD, "", GOOD.replace("原煤", "原媒"), ",,,,,", GOOD, GOOD.replace(",t", ",顿"), ""]
    answer = assess_text(tmp_path, "\n".join(lines))
    assert answer.counts["meters"] == 4
    assert answer.energy["row"].tolist() == [2, 4, 6, 7]
    bad = answer.problems[answer.problems["table"] == "meters"]
    assert list(zip(bad["row"], bad["value"], strict=True)) == [(4, "原媒"), (7, "顿")]
    # The outputs came as a frame: its own labels.
    assert answer.results["row"].tolist() == [0]


def test_output_rows_of_a_file_are_numbered_in_the_same_way(tmp_path: Path) -> None:
    path = write(tmp_path / "outputs.csv", MADE + "\n乙厂,2023,水泥熟料,0,t\n")
    answer = eb.assess(meters(), path)
    assert answer.results["row"].tolist() == [2, 4]
    assert answer.problems["row"].tolist() == [4]


def test_a_cell_of_two_lines_is_one_cell_of_one_row(tmp_path: Path) -> None:
    two = GOOD.replace("甲厂", '"甲厂\n（一期）"')
    answer = assess_text(tmp_path, f"{HEADER}\n{two}\n{GOOD}\n")
    assert answer.energy["plant"].tolist() == ["甲厂\n（一期）", "甲厂"]
    assert answer.energy["row"].tolist() == [2, 3]


@pytest.mark.parametrize("assess", [eb.assess, eb.assess_path])
@pytest.mark.parametrize("place", [0, 1, 6])
def test_a_quote_that_swallows_lines_is_refused(tmp_path: Path, assess: Any, place: int) -> None:
    """The quote opens in one row and the next one closes it: two rows would be lost without a word."""
    cells = [*GOOD.split(","), "说明"]
    rows = [[*cells] for _ in range(4)]
    rows[0][place] = '"' + rows[0][place]
    rows[2][place] = '"' + rows[2][place] + '"'
    text = "\n".join(",".join(row) for row in [[*HEADER.split(",")[:6], "备注"], *rows])
    path = write(tmp_path / "meters.csv", f"{text}\n")
    with pytest.raises(TableError, match="has a quote in row 2 that opens a cell of several lines"):
        assess(path, outputs())


def test_quotes_commas_and_separators_inside_a_cell(tmp_path: Path) -> None:
    path = write(tmp_path / "meters.csv", f'{HEADER}\n"甲, ""乙"";厂",{GOOD.partition(",")[2]}\n')
    assert classes(eb.assess(path, outputs(plant='甲, "乙";厂'))) == ["baseline"]


def test_a_short_row_misses_its_last_cells(tmp_path: Path) -> None:
    answer = assess_text(tmp_path, f"{HEADER}\n甲厂,2023,水泥熟料,原煤\n{GOOD}\n")
    first = answer.problems.iloc[0]
    assert (first["row"], first["column"], first["reason"]) == (2, "unit", "missing-value")


# Headers --------------------------------------------------------------------------------------------------

CHINESE = {
    **dict(zip(["plant", "period", "product", "carrier"], ["企业", "期间", "产品", "能源品种"], strict=True)),
    **dict(
        zip(["amount", "unit", "flow", "ncv", "ncv_unit"], ["数量", "单位", "流向", "热值", "热值单位"], strict=True)
    ),
    "coefficient": "折标系数",
    "coefficient_unit": "折标系数单位",
    "output": "产量",
    "output_unit": "产量单位",
    "furnace_capacity": "炉容量",
    "furnace_capacity_unit": "炉容量单位",
    "output_value": "产值",
    "design_capacity": "设计产能",
    "design_capacity_unit": "设计产能单位",
    "region": "地区",
}


def test_chinese_tables_are_read_to_the_last_column(tmp_path: Path) -> None:
    """What a spreadsheet of a Changji foundry looks like; figures are illustrative."""
    readings = meters(
        {"flow": "输入", "carrier": "电", "amount": "600", "unit": "千瓦时"},
        {"flow": "外供", "carrier": "电", "amount": "10", "unit": "度"},
        {"flow": None, "carrier": "天然气", "amount": "5", "unit": "立方米", "ncv": "35.6", "ncv_unit": "兆焦/立方米"},
        {"flow": "输入", "carrier": "木屑", "amount": "5", "unit": "公斤", "coefficient": "0.5"},
        product=FURNACE["product"],
    )
    readings["coefficient_unit"] = [None, None, None, "千克标准煤/千克"]
    made = outputs({**FURNACE, "output": "1", "output_unit": "吨", "furnace_capacity_unit": "吨", "output_value": "3"})
    made = made.assign(design_capacity=2, design_capacity_unit="万吨")
    assert {*readings, *made} == set(CHINESE)
    paths = [tmp_path / "meters.csv", tmp_path / "outputs.csv"]
    for table, path in zip((readings, made), paths, strict=True):
        table.rename(columns=CHINESE).to_csv(path, index=False, encoding="gb18030")
    answer = eb.assess(*paths)
    assert classes(answer) == ["within-limit"]
    assert answer.notes == ()
    assert answer.energy["tce"].tolist() == pytest.approx(
        [0.6 * 0.1229, -0.01 * 0.1229, 5 * 35600 / 29307.6 / 1000, 2.5 / 1000]
    )
    assert answer.results["intensity"].tolist() == pytest.approx([590])
    assert answer.results[["furnace_capacity", "design_capacity", "output_value"]].to_numpy().tolist() == [
        ["3", "2", "3"]
    ]


@each(("column", "header"), [(c, h) for c, names in METERS.items() for h in names])
def test_every_header_of_the_meters_means_its_column(column: str, header: str) -> None:
    table = meters({**FULL, "flow": "out"})
    plain, renamed = (eb.assess(one, outputs()) for one in (table, table.rename(columns={column: header})))
    assert rows_of(plain.energy) == rows_of(renamed.energy)
    assert not any("headers" in note for note in renamed.notes)


FULL = {"carrier": "木屑", "coefficient": 1.0, "coefficient_unit": "kgce/kg", "ncv": None, "ncv_unit": None}


@each(("column", "header"), [(c, h) for c, names in OUTPUTS.items() for h in names])
def test_every_header_of_the_outputs_means_its_column(column: str, header: str) -> None:
    more = {"design_capacity": 1, "design_capacity_unit": "Mt", "output_value": 2}
    table = outputs({**FURNACE, **more, "output": 1})
    readings = meters(product=FURNACE["product"], carrier="电", amount=600, unit="kWh")
    plain, renamed = (eb.assess(readings, one) for one in (table, table.rename(columns={column: header})))
    assert rows_of(plain.results) == rows_of(renamed.results)
    assert renamed.notes == ()


@pytest.mark.parametrize("header", ["Plant", " PLANT ", "plant\u3000", "ｐｌａｎｔ".encode().decode(), "企业 "])
def test_headers_are_folded(header: str) -> None:
    assert eb.assess(meters().rename(columns={"plant": header}), outputs()).counts["used"] == 1


def test_underscores_spaces_and_brackets_of_a_header_are_one() -> None:
    assert eb.assess(meters(), outputs().rename(columns={"output_unit": "Output-Unit"})).counts["classified"] == 1


@pytest.mark.parametrize(
    ("renamed", "nearest"),
    [({"amount": "amounts"}, "'amounts'"), ({"carrier": "能源类别"}, "carrier"), ({"unit": "unity"}, "'unity'")],
)
def test_a_missing_column_names_the_nearest_header(tmp_path: Path, renamed: dict[str, str], nearest: str) -> None:
    (column,) = renamed
    table = meters().rename(columns=renamed)
    table.to_csv(tmp_path / "meters.csv", index=False)
    for source in (table, tmp_path / "meters.csv"):
        with refused(MissingColumnError, "missing-column", f"no column {column}", METERS[column][0], nearest):
            eb.assess(source, outputs())


def test_a_table_of_the_other_kind_is_missing_its_columns() -> None:
    with refused(MissingColumnError, "missing-column", "outputs has no columns output (产量), output_unit"):
        eb.assess(meters(), meters())


@pytest.mark.parametrize("header", ["数量", "Amount", "消耗量"])
def test_two_headers_of_one_meaning_are_refused(tmp_path: Path, header: str) -> None:
    table = meters().assign(**{header: 5})
    table.to_csv(tmp_path / "meters.csv", index=False)
    for source in (table, tmp_path / "meters.csv"):
        with refused(TableError, "table", "'amount'", repr(header), "both mean amount", "Remove one of them"):
            eb.assess(source, outputs())


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_same_header_twice_in_a_file_is_refused(tmp_path: Path, ending: str) -> None:
    """Which of two amounts is right nobody can say; the second is never quietly left out."""
    table = meters().assign(again=99).rename(columns={"again": "amount"})
    path = tmp_path / f"meters.{ending}"
    if ending == "csv":
        table.to_csv(path, index=False)
    else:
        table.to_excel(path, index=False)
    with refused(TableError, "table", "'amount'", "both mean amount"):
        eb.assess(path, outputs())
    with refused(TableError, "table", "both mean amount"):
        eb.assess(table, outputs())


def test_the_same_header_twice_in_an_arrow_table_is_refused() -> None:
    table = pyarrow.Table.from_pandas(meters())
    with refused(TableError, "table", "meters"):
        eb.assess(table.append_column("amount", table["amount"]), outputs())


def test_headers_that_mean_nothing_are_left_aside_and_named(tmp_path: Path) -> None:
    answer = assess_text(tmp_path, f"{HEADER},备注,备注\n{GOOD},a,b\n")
    assert answer.notes == ("meters: the headers 备注, 备注 were not used",)


# What is no table -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_a_file_that_is_not_there(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"no such file.{ending}"
    for source in (path, str(path)):
        with refused(TableNotFoundError, "file-not-found", "no such file", "is not a file that exists"):
            eb.assess(source, outputs())
    with pytest.raises(FileNotFoundError):
        eb.assess(path, outputs())


def test_a_folder_is_no_file_and_the_way_to_read_one_is_named(tmp_path: Path) -> None:
    with refused(TableNotFoundError, "file-not-found", "is a folder", str(tmp_path), "can be the meters"):
        read_table(tmp_path)
    with refused(TableNotFoundError, "file-not-found", "is a folder", "can be the meters"):
        eb.assess(meters(), str(tmp_path))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "meters.csv").mkdir()
    with refused(TableError, "table", "meters.csv is an empty folder"):
        eb.assess(tmp_path / "meters.csv", outputs())


@pytest.mark.parametrize("text", [f"{HEADER}\n{GOOD}\n" * 200, "a\0b.csv", "", "x" * 5000])
def test_the_text_of_a_table_is_not_its_path(text: str) -> None:
    with pytest.raises(TableNotFoundError) as caught:
        eb.assess(text, outputs())
    assert caught.value.reason == "file-not-found"
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_an_empty_file(tmp_path: Path, ending: str) -> None:
    with refused(TableError, "table", "is empty", "a header and rows"):
        assess_text(tmp_path, b"", name=f"meters.{ending}")


@pytest.mark.parametrize("text", [b"\xef\xbb\xbf", b"\n\n\n", b"   ", b"\r\n"])
def test_a_file_of_nothing_but_white_space(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(TableError) as caught:
        assess_text(tmp_path, text)
    assert caught.value.reason in ("table", "missing-column")


@pytest.mark.parametrize("make", ["csv", "parquet", "xlsx", "frame"])
def test_a_header_without_rows(tmp_path: Path, make: str) -> None:
    table = meters().head(0)
    given: Any = table if make == "frame" else tmp_path / f"meters.{make}"
    if make == "csv":
        table.to_csv(given, index=False)
    elif make == "parquet":
        table.to_parquet(given)
    elif make == "xlsx":
        table.to_excel(given, index=False)
    with refused(TableError, "table", "meters has headers and no rows", "at least one row"):
        eb.assess(given, outputs())


def test_empty_lines_alone_are_no_rows(tmp_path: Path) -> None:
    with refused(TableError, "table", "no rows"):
        assess_text(tmp_path, f"{HEADER}\n\n,,,,,\n\n")


@pytest.mark.parametrize("name", ["meters.ods", "meters.xls", "meters.csv.gz", "meters"])
def test_another_ending_is_refused_with_those_that_are_read(tmp_path: Path, name: str) -> None:
    with refused(TableError, "table", "meters", ".csv, .parquet or .xlsx"):
        assess_text(tmp_path, f"{HEADER}\n{GOOD}\n", name=name)


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}\n{GOOD},one more\n",
        f"{HEADER}\n{GOOD}\n{GOOD},one,two\n",
        f'{HEADER}\n"{GOOD}\n{GOOD}\n',
    ],
)
def test_a_row_of_too_many_cells_is_refused(tmp_path: Path, text: str) -> None:
    with refused(TableError, "table", "is not a table", "as many cells as the header"):
        assess_text(tmp_path, text)


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 8, "utf-32", b"\x89PNG\r\n\x1a\n" + bytes(200), b"PK\x03\x04" + bytes(50), b"\0" * 99]
)
@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_what_is_no_table_says_so(tmp_path: Path, data: bytes | str, ending: str) -> None:
    content = f"{HEADER}\n{GOOD}\n".encode(data) if isinstance(data, str) else data
    with pytest.raises(TableError) as caught:
        assess_text(tmp_path, content, name=f"meters.{ending}")
    assert caught.value.fix
    assert caught.value.reason in ("table", "missing-column")


def test_text_in_no_encoding_says_which_are_read(tmp_path: Path) -> None:
    with refused(TableError, "table", "neither in UTF-8 nor in GB18030", "Save it as CSV UTF-8"):
        assess_text(tmp_path, f"{HEADER}\n{GOOD}\n".encode() + b"\xff\xfe\xff")


@pytest.mark.parametrize(
    "given",
    [[["甲厂"]], None, 5, object(), b"meters.csv", numpy.zeros((2, 6)), meters()["plant"], meters],
    ids=lambda given: type(given).__name__,
)
def test_a_thing_that_is_no_table_is_refused(given: Any) -> None:
    with refused(TableError, "table", "meters is", type(given).__name__, "pandas, polars or pyarrow"):
        eb.assess(given, outputs())
    if given is None:
        return  # the outputs are then looked for in the meters
    with refused(TableError, "table", "outputs is", type(given).__name__):
        eb.assess(meters(), given)


# Parquet and Excel ----------------------------------------------------------------------------------------


def _to_parquet(table: pandas.DataFrame, path: Path) -> None:
    table.to_parquet(path)


def _to_excel(table: pandas.DataFrame, path: Path) -> None:
    table.to_excel(path, index=False)


WRITERS: dict[str, Callable[[pandas.DataFrame, Path], None]] = {"parquet": _to_parquet, "xlsx": _to_excel}


@given(groups=portfolios(most=3))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_a_file_says_what_its_frame_says(tmp_path: Path, ending: str, groups: list[Group]) -> None:
    tables = [_plain(table) for table in tables_of(groups)]
    frames = eb.assess(*tables)
    paths = [tmp_path / f"{name}.{ending}" for name in ("meters", "outputs")]
    for table, path in zip(tables, paths, strict=True):
        if ending == "csv":
            table.to_csv(path, index=False)
        else:
            WRITERS[ending](table, path)
    files = eb.assess(*paths)
    assert files.counts == frames.counts
    assert files.energy["tce"].tolist() == pytest.approx(frames.energy["tce"].tolist(), rel=1e-11)
    assert files.results["class"].tolist() == frames.results["class"].tolist()
    assert files.energy["row"].tolist() == [number + 2 for number in frames.energy["row"]]


def _plain(table: pandas.DataFrame) -> pandas.DataFrame:
    """Write periods as the one text that they all stand for, and amounts as text where some are."""
    period = table["period"].map(lambda cell: cell if isinstance(cell, str) else str(cell)[:10].removesuffix(".0"))
    table = table.assign(period=period.str.strip())
    return table.assign(amount=table["amount"].astype(str)) if "amount" in table else table


@pytest.mark.parametrize("ending", ["parquet", "xlsx"])
def test_types_of_a_file_are_kept_apart(tmp_path: Path, ending: str) -> None:
    """A number may be text in one row and a number in the next; a date is a period."""
    table = meters(
        {"amount": 1500, "period": pandas.Timestamp(2023, 5, 1)},
        {"amount": 1500, "period": pandas.Timestamp(2023, 5, 1)},
    )
    path = tmp_path / f"meters.{ending}"
    if ending == "xlsx":
        table["amount"] = pandas.Series([1500, "1,500.0"], dtype=object)
    WRITERS[ending](table, path)
    answer = eb.assess(path, outputs(period="2023-05-01"))
    assert classes(answer) == ["baseline"]
    assert answer.results["intensity"].tolist() == pytest.approx([107.145])


def test_empty_rows_of_a_workbook_keep_the_numbers_of_the_others(tmp_path: Path) -> None:
    table = pandas.concat([meters(), pandas.DataFrame([{}]), meters({"carrier": "原媒"})], ignore_index=True)
    table.to_excel(tmp_path / "meters.xlsx", index=False)
    answer = eb.assess(tmp_path / "meters.xlsx", outputs())
    assert answer.energy["row"].tolist() == [2, 4]
    assert answer.problems["row"].tolist()[0] == 4


def test_a_workbook_of_several_filled_sheets_is_asked_which(tmp_path: Path) -> None:
    path = tmp_path / "meters.xlsx"
    with pandas.ExcelWriter(path) as book:
        meters().to_excel(book, sheet_name="能耗", index=False)
        outputs().to_excel(book, sheet_name="产量", index=False)
        pandas.DataFrame().to_excel(book, sheet_name="空")
    # One sheet alone has meters.
    assert eb.assess(path, outputs()).counts["used"] == 1
    assert eb.assess(path, outputs(), sheet="能耗").counts["used"] == 1
    assert eb.assess(path, path, sheet={"meters": "能耗", "outputs": "产量"}).counts["classified"] == 1
    with pytest.raises(OptionError, match="no filled sheet '空'"):
        eb.assess(path, outputs(), sheet="空")
    with pytest.raises(OptionError, match="no table is a workbook"):
        eb.assess(meters(), outputs(), sheet="能耗")


def test_a_cell_that_reads_na_is_text_in_a_workbook_too(tmp_path: Path) -> None:
    meters({"plant": "NA"}).to_excel(tmp_path / "meters.xlsx", index=False)
    assert eb.assess(tmp_path / "meters.xlsx", outputs(plant="NA")).counts["used"] == 1


_LABELS: dict[str, Callable[[int], Any]] = {
    "text": lambda count: [f"line {number}" for number in range(count)],
    "dates": lambda count: pandas.date_range("2023-01-01", periods=count),
    "numbers": lambda count: range(100, 100 + count),
    "pairs": lambda count: pandas.MultiIndex.from_tuples([("x", n) for n in range(count)], names=["line", "meter"]),
}


@pytest.mark.parametrize("make", _LABELS.values(), ids=_LABELS)
def test_a_parquet_file_is_numbered_by_its_rows_whatever_its_frame_was_indexed_by(
    tmp_path: Path, make: Callable[[int], Any]
) -> None:
    table = meters({}, {"carrier": "原媒"})
    table.index = make(2)
    table.to_parquet(tmp_path / "meters.parquet")
    answer = eb.assess(tmp_path / "meters.parquet", outputs())
    assert answer.energy["row"].tolist() == [2, 3]
    assert answer.problems["row"].tolist()[0] == 3


def test_a_column_that_was_the_index_of_a_frame_is_a_column_of_its_file(tmp_path: Path) -> None:
    meters().set_index(["plant", "period"]).to_parquet(tmp_path / "meters.parquet")
    assert eb.assess(tmp_path / "meters.parquet", outputs()).counts["used"] == 1


def test_a_parquet_file_of_dictionaries_and_row_groups(tmp_path: Path) -> None:
    table = pyarrow.Table.from_pandas(meters(*[{}] * 10).astype({"carrier": "category", "plant": "category"}))
    pyarrow.parquet.write_table(table, tmp_path / "meters.parquet", row_group_size=3)
    assert eb.assess(tmp_path / "meters.parquet", outputs()).counts["used"] == 10


@pytest.mark.parametrize("ending", ["parquet", "xlsx"])
@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.99])
def test_half_a_file_is_no_table(tmp_path: Path, ending: str, keep: float) -> None:
    """A download that broke off."""
    path = tmp_path / f"whole.{ending}"
    WRITERS[ending](meters(*[{}] * 50), path)
    whole = path.read_bytes()
    with refused(TableError, "table", f"half.{ending}", "is not"):
        assess_text(tmp_path, whole[: int(len(whole) * keep)], name=f"half.{ending}")


@pytest.mark.parametrize("ending", ["parquet", "xlsx"])
def test_a_damaged_file_is_a_table_or_an_error_of_ours(tmp_path: Path, ending: str) -> None:
    """Sixty files with three wrong bytes each."""
    path = tmp_path / f"whole.{ending}"
    WRITERS[ending](meters(), path)
    whole, chance = path.read_bytes(), random.Random(5)  # noqa: S311 - the same damage in every run
    refusals = 0
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(3):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            assess_text(tmp_path, bytes(damaged), name=f"damaged.{ending}")
        except TableError:
            refusals += 1
    assert refusals > 5


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("content", [b"", b"<worksheet><a", b"not xml"])
def test_a_workbook_of_broken_parts_is_refused(tmp_path: Path, part: str, content: bytes) -> None:
    meters().to_excel(tmp_path / "whole.xlsx", index=False)
    broken = io.BytesIO()
    with zipfile.ZipFile(tmp_path / "whole.xlsx") as book, zipfile.ZipFile(broken, "w") as copy:
        for name in book.namelist():
            copy.writestr(name, content if name == part else book.read(name))
    with pytest.raises(TableError):
        assess_text(tmp_path, broken.getvalue(), name="broken.xlsx")


# What an answer about a file says -------------------------------------------------------------------------


def test_an_answer_about_files_is_json_with_their_row_numbers(tmp_path: Path) -> None:
    answer = eb.assess(
        write(tmp_path / "meters.csv", f"{HEADER}\n{GOOD}\n{GOOD.replace(',t', ',?')}\n"),
        write(tmp_path / "outputs.csv", MADE),
    )
    plain = json.loads(answer.to_json())
    assert [(problem["table"], problem["row"]) for problem in plain["problems"]] == [("meters", 3), ("outputs", 2)]
    assert plain["results"][0]["plant"] == "甲厂"


def test_progress_is_told_from_nothing_to_all(tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    path = write(tmp_path / "meters.csv", f"{HEADER}\n{GOOD}\n")
    eb.assess(path, outputs(), progress=lambda share, text: told.append((share, text)))
    shares = [share for share, _ in told]
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert shares == sorted(shares)
    assert all(text for _, text in told)
