"""Meter files read batch by batch: the same answers as the whole file, in the memory of one batch."""

from __future__ import annotations

import json
import tracemalloc
import weakref
from typing import TYPE_CHECKING, Any

import numpy
import pandas
import pyarrow  # type: ignore[import-untyped]
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.io.parsers import TextFileReader
from pyarrow import parquet

import energybench as eb
from energybench.errors import (
    MissingColumnError,
    OptionError,
    SupersededWarning,
    TableError,
    TableNotFoundError,
    UnverifiedWarning,
)
from energybench.frames import files, groups, pipeline, problems, resolve, sources
from energybench.frames.encode import encode
from energybench.frames.native import from_arrow
from expect import refused
from frame_tables import meters, notes_of_any_source, outputs, portfolios, tables_of
from shell import Done, shell

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from frame_tables import Group

#: Whatever can be wrong with a row of a file, beside rows that are right.
ROWS: tuple[dict[str, Any], ...] = (
    {},
    {"carrier": "电力", "amount": 1500, "unit": "万kWh"},
    {"carrier": "原媒"},
    {"unit": "箱"},
    {"unit": None},
    {"plant": None},
    {"plant": " "},
    {"amount": None},
    {"amount": float("inf")},
    {"plant": "nobody"},
    {"flow": "sideways"},
    {"flow": "out", "amount": 1},
    {"carrier": "天然气", "unit": "万m3", "ncv": 35.6, "ncv_unit": "MJ/m3", "period": 2024},
    {"carrier": "天然气", "unit": "万m3", "ncv": 35.6, "period": 2024},
    {"carrier": "木屑", "coefficient": 0.5, "coefficient_unit": "kgce/kg", "period": 2024},
    {"carrier": "木屑", "coefficient": 0.5, "coefficient_unit": "kgce/kg", "ncv": 1, "period": 2024},
    {"carrier": "原煤", "coefficient": 700.0, "coefficient_unit": "kgce/kg"},
    {"amount": 1e308, "unit": "万吨"},
    {"product": "电解铝", "carrier": "电力", "amount": 26.4, "unit": "亿kWh"},
    {"carrier": "原媒"},
)
OUTPUTS = outputs({}, {"period": 2024}, {"product": "电解铝", "output": 20, "output_unit": "万t"}, {"period": 2025})


def mixed(times: int = 1) -> pandas.DataFrame:
    """Make a meter table with every kind of row."""
    return meters(*ROWS * times)


def write(table: pandas.DataFrame, path: Path, **options: Any) -> Path:
    """Write a meter table as Parquet or CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        table.to_parquet(path, **options)
    else:
        table.to_csv(path, index=False, **options)
    return path


def assert_same(streamed: eb.Assessment, whole: eb.Assessment) -> None:
    """Assert that two answers say the same; sums may differ in the last digits."""
    assert streamed.counts == whole.counts
    pandas.testing.assert_frame_equal(streamed.results, whole.results, rtol=1e-11, check_dtype=False)
    listed = streamed.problems.drop(columns="file", errors="ignore")
    pandas.testing.assert_frame_equal(listed, whole.problems, check_dtype=False)
    assert _lines(streamed) == _lines(whole)
    assert streamed.problem_counts["rows"].sum() == len(whole.problems)
    assert list(streamed.notes) == notes_of_any_source(whole)
    assert streamed.options == whole.options
    assert streamed.data_version == whole.data_version


def _lines(answer: eb.Assessment) -> list[tuple[Any, ...]]:
    return sorted(answer.problem_counts.itertuples(index=False, name=None), key=repr)


# The same answers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", ["text", "category", "row groups", "no dictionary", "csv", "gb18030"])
def test_a_file_in_batches_says_what_the_whole_file_says(tmp_path: Path, make: str) -> None:
    table = mixed()
    if make == "category":
        names = ["plant", "product", "carrier", "unit", "flow", "ncv_unit", "coefficient_unit"]
        table = table.astype(dict.fromkeys(names, "category"))
    every: dict[str, dict[str, Any]] = {
        "row groups": {"row_group_size": 3},
        "no dictionary": {"use_dictionary": False},
        "gb18030": {"encoding": "gb18030"},
    }
    options = every.get(make, {})
    path = write(table, tmp_path / ("meters.csv" if make in ("csv", "gb18030") else "meters.parquet"), **options)
    whole = eb.assess(path, OUTPUTS)
    assert whole.counts["problems"] > 8
    assert whole.counts["classified"] > 0
    for batch_rows in (3, 7, 1000):
        assert_same(eb.assess_path(path, OUTPUTS, batch_rows=batch_rows), whole)


@given(groups=portfolios(most=4), batch_rows=st.integers(1, 9), ending=st.sampled_from(["parquet", "csv"]))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_portfolio_in_batches(tmp_path: Path, groups: list[Group], batch_rows: int, ending: str) -> None:
    table, made = (_plain(one) for one in tables_of(groups))
    path = write(table, tmp_path / f"meters.{ending}")
    assert_same(eb.assess_path(path, made, batch_rows=batch_rows), eb.assess(path, made))


def _plain(table: pandas.DataFrame) -> pandas.DataFrame:
    """Write periods as the one text that they all stand for, and amounts as text where some are."""
    period = table["period"].map(lambda cell: cell if isinstance(cell, str) else str(cell)[:10].removesuffix(".0"))
    table = table.assign(period=period.str.strip())
    return table.assign(amount=table["amount"].astype(str)) if "amount" in table else table


def test_every_option_goes_through(tmp_path: Path) -> None:
    path = write(meters({"carrier": "电力", "amount": 2500, "unit": "万kWh"}), tmp_path / "meters.parquet")
    rounded: dict[str, Any] = {"document": "ndrc-2021", "reading": "class_below", "compare": "rounded"}
    every: dict[str, Any] = {"basis": "calorific", "coal_rate": None, "edition": "gbt-2589-2008", **rounded}
    with pytest.warns(SupersededWarning):
        whole = eb.assess(path, OUTPUTS, **every, allow_unverified=True)
    with pytest.warns(SupersededWarning) as caught:
        streamed = eb.assess_path(path, OUTPUTS, **every, allow_unverified=True)
    assert_same(streamed, whole)
    assert {warning.filename for warning in caught} == {__file__}


def test_unverified_figures_are_warned_of_once_for_the_whole_file(tmp_path: Path) -> None:
    path = write(meters(*[{"carrier": "甲醇"}] * 6), tmp_path / "meters.parquet")
    with pytest.warns(UnverifiedWarning) as whole:
        expected = eb.assess(path, OUTPUTS, allow_unverified=True)
    with pytest.warns(UnverifiedWarning) as streamed:
        answer = eb.assess_path(path, OUTPUTS, allow_unverified=True, batch_rows=2)
    assert_same(answer, expected)
    assert [str(one.message) for one in streamed] == [str(one.message) for one in whole]
    assert {one.filename for one in streamed} == {__file__}


def test_each_combination_is_resolved_once_over_all_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []
    original = resolve.resolve_factor

    def spy(*combination: Any) -> Any:
        asked.append(combination[:4])
        return original(*combination)

    monkeypatch.setattr(resolve, "resolve_factor", spy)
    eb.assess_path(write(mixed(3), tmp_path / "meters.parquet"), OUTPUTS, batch_rows=4)
    assert len(asked) == len(set(asked)) > 5


def test_names_of_the_outputs_are_not_folded_again_in_each_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plants = [{"plant": f"厂{number}"} for number in range(200)]
    path = tmp_path / "meters.parquet"
    meters(*plants).to_parquet(path, index=False)
    folded: list[str] = []

    def fold(cell: Any) -> str:
        folded.append(str(cell))
        return str(cell)

    monkeypatch.setitem(groups.KEY_TEXT, "plant", fold)
    assert eb.assess_path(path, outputs(*plants), batch_rows=10).counts["used"] == 200
    assert len(folded) < 2 * len(plants)


def test_lines_without_any_cell_are_no_rows_of_text_and_rows_of_parquet(tmp_path: Path) -> None:
    """A column that nobody uses counts as a cell; what a database wrote as a row is one, and has a problem."""
    empty: dict[str, Any] = dict.fromkeys(["plant", "period", "product", "carrier", "amount", "unit"])
    remarks = {"note": "closed for repair"}, {"note": None}, {"note": None}, {"note": "x"}
    table = meters({}, *({**empty, **one} for one in remarks), {}, {**empty, **remarks[0]})
    table["rate"] = [1.0, numpy.nan, numpy.nan, 2.0, numpy.nan, numpy.nan, numpy.nan]
    for path in (
        write(table, tmp_path / "meters.parquet", row_group_size=2),
        write(table, tmp_path / "meters.csv"),
        write(table.drop(columns=["note", "rate"]), tmp_path / "bare.parquet"),
    ):
        whole = eb.assess(path, OUTPUTS)
        for batch_rows in (1, 3, 50):
            assert_same(eb.assess_path(path, OUTPUTS, batch_rows=batch_rows), whole)
        assert whole.counts["meters"] == (6 if path.suffix == ".csv" else 7)
        assert (whole.counts["used"], whole.counts["problems"]) == (2, whole.counts["meters"] - 2)
    answers = [eb.assess_path(path, OUTPUTS, batch_rows=rows) for rows in (1, 2)]
    assert {(one.counts["meters"], one.counts["used"]) for one in answers} == {(7, 2)}


def test_the_index_of_a_frame_is_a_column_where_it_has_a_name(tmp_path: Path) -> None:
    for number, table in enumerate(
        (
            mixed().set_index(["plant", "period"]),
            mixed().set_axis([f"line {number}" for number in range(len(ROWS))]),
            mixed().astype({"period": "Int64"}).assign(unit=mixed()["unit"].astype("string")),
            mixed().assign(period=pandas.Timestamp(2023, 1, 1)),
            mixed().assign(plant=range(len(ROWS))),
            mixed().assign(plant=[float("nan"), *range(1, len(ROWS))]),
            mixed().assign(plant=pandas.array([None, *range(1, len(ROWS))], "Int64")),
        )
    ):
        path = tmp_path / f"{number}.parquet"
        table.to_parquet(path)
        assert_same(eb.assess_path(path, OUTPUTS, batch_rows=7), eb.assess(path, OUTPUTS))


def test_whole_numbers_with_a_gap_somewhere_are_shown_alike_in_every_batch(tmp_path: Path) -> None:
    table = _arrow(mixed(), plant=pyarrow.array([None, *range(1, len(ROWS))])).replace_schema_metadata(None)
    parquet.write_table(table, tmp_path / "meters.parquet")
    assert_same(
        eb.assess_path(tmp_path / "meters.parquet", OUTPUTS, batch_rows=3),
        eb.assess(tmp_path / "meters.parquet", OUTPUTS),
    )


# Folders --------------------------------------------------------------------------------------------------


def test_a_folder_is_its_files_one_after_the_other(tmp_path: Path) -> None:
    table = mixed(2)
    for number, start in enumerate((0, 5, 31)):
        stop = (5, 31, len(table))[number]
        write(table.iloc[start:stop].reset_index(drop=True), tmp_path / "folder" / f"part-{number}.parquet")
    write(table.head(0), tmp_path / "folder" / "part-3.parquet")
    whole = eb.assess(write(table, tmp_path / "meters.parquet"), OUTPUTS)
    answer = eb.assess_path(tmp_path / "folder", OUTPUTS, batch_rows=4)
    assert answer.counts == whole.counts
    assert _lines(answer) == _lines(whole)
    pandas.testing.assert_frame_equal(answer.results, whole.results, rtol=1e-11)
    listed = answer.problems[answer.problems["table"] == "meters"]
    starts = listed["file"].map({"part-0.parquet": 0, "part-1.parquet": 5, "part-2.parquet": 31})
    assert (listed["row"] + starts).tolist() == whole.problems.query("table == 'meters'")["row"].tolist()
    assert {"part-0.parquet", "part-1.parquet", "part-2.parquet"} == set(listed["file"])


def test_folders_of_the_form_name_is_value_are_columns(tmp_path: Path) -> None:
    """The values stay text: a plant 007 is not a plant 7; and a space in a name is escaped."""
    table = meters({"amount": 1}, {"amount": 2}).drop(columns=["plant", "period"])
    for plant, year in (("007", "2023"), ("甲%20厂", "2023"), ("007", "2024")):
        write(table, tmp_path / f"plant={plant}" / f"year={year}" / "a.parquet")
    write(table, tmp_path / "plant=__HIVE_DEFAULT_PARTITION__" / "year=2023" / "a.parquet")
    made = outputs({"plant": "007"}, {"plant": "甲 厂"}, {"plant": "007", "period": 2024})
    answer = eb.assess_path(tmp_path, made, plausible=True)
    # The rows of no plant may belong to any of that year.
    assert answer.counts == {"meters": 8, "used": 6, "problems": 2, "totals": 0, "outputs": 3, "classified": 1}
    assert answer.results["readings"].tolist() == [2, 2, 2]
    assert answer.problems["file"].dropna().unique().tolist() == [
        "plant=__HIVE_DEFAULT_PARTITION__/year=2023/a.parquet"
    ]
    assert answer.problems["reason"].tolist() == ["missing-value"] * 2 + ["incomplete-energy"] * 2


def test_files_of_the_writer_are_passed_over_and_others_are_named(tmp_path: Path) -> None:
    write(meters(), tmp_path / "a.parquet")
    for name in ("_SUCCESS", ".a.parquet.crc", "_metadata.parquet", "readme.txt"):
        (tmp_path / name).write_text("x")
    answer = eb.assess_path(tmp_path, OUTPUTS)
    assert answer.counts["used"] == 1
    assert answer.notes == ("meters: no Parquet files, not read: readme.txt",)


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"drop": "unit"}, ("b.parquet", "has no column 'unit'")),
        ({"drop": "remark"}, ("b.parquet", "has no column 'remark'")),
        ({"add": "more"}, ("a.parquet has no column 'more', which b.parquet has",)),
        ({"rename": "remark"}, ("b.parquet has no column 'remark'", "Did you mean 'remarks'?")),
        ({"text": "amount"}, ("'amount' is text in b.parquet", "number")),
    ],
)
def test_a_file_of_other_columns_than_the_rest_is_named(
    tmp_path: Path, change: dict[str, str], shown: tuple[str, ...]
) -> None:
    table = meters({}, {}).assign(remark="x")
    write(table, tmp_path / "a.parquet")
    other = table.drop(columns=change.get("drop", []))
    other = other.assign(**{change["add"]: 1}) if "add" in change else other
    other = other.rename(columns={change.get("rename", ""): "remarks"})
    other = other.astype({change["text"]: str}) if "text" in change else other
    write(other, tmp_path / "b.parquet")
    with refused(TableError, "table", *shown):
        eb.assess_path(tmp_path, OUTPUTS)


def test_files_may_differ_in_order_and_in_how_they_hold_the_same(tmp_path: Path) -> None:
    table = meters({}, {}).assign(flow="in")
    write(table, tmp_path / "a.parquet")
    write(table[table.columns[::-1]].astype({"plant": "category", "amount": float}), tmp_path / "b.parquet")
    write(table.assign(flow=None), tmp_path / "c.parquet")
    assert eb.assess_path(tmp_path, OUTPUTS, batch_rows=1).counts["used"] == 6


def test_a_broken_file_in_the_middle_of_a_folder_is_named_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        write(mixed(20), tmp_path / f"{name}.parquet")
    middle = tmp_path / "b.parquet"
    middle.write_bytes(middle.read_bytes()[:-100])
    monkeypatch.setattr(pipeline.Sums, "add", lambda *_: pytest.fail("the work began"))
    with refused(TableError, "table", "b.parquet is not a Parquet table"):
        eb.assess_path(tmp_path, OUTPUTS)
    middle.write_bytes(b"")
    with refused(TableError, "table", "b.parquet is empty"):
        eb.assess_path(tmp_path, OUTPUTS)


def test_a_file_with_a_damaged_page_is_named(tmp_path: Path) -> None:
    for name in "abc":
        write(mixed(20), tmp_path / f"{name}.parquet", compression="gzip")
    middle = bytearray((tmp_path / "b.parquet").read_bytes())
    middle[40:1500] = bytes(1460)
    (tmp_path / "b.parquet").write_bytes(middle)
    with refused(TableError, "table", "b.parquet is not a Parquet table"):
        eb.assess_path(tmp_path, OUTPUTS)


# What is no file of meters --------------------------------------------------------------------------------


def test_what_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.parquet", "nowhere", "a\0b.parquet", "x" * 5000):
        with refused(TableNotFoundError, "file-not-found", "is not a file that exists"):
            eb.assess_path(path, OUTPUTS)
    with refused(TableError, "table", "is an empty folder", "folder of .parquet files"):
        eb.assess_path(tmp_path, OUTPUTS)
    write(meters(), tmp_path / "meters.csv")
    with refused(TableError, "table", "holds no .parquet file, but meters.csv"):
        eb.assess_path(tmp_path, OUTPUTS)
    frame: Any = meters()
    with refused(TableError, "table", "meters is 'DataFrame', expected a path", "assess() takes frames"):
        eb.assess_path(frame, OUTPUTS)


def test_other_endings_are_refused(tmp_path: Path) -> None:
    (tmp_path / "meters.xls").write_text("x")
    with refused(TableError, "table", "'.xls', expected .csv, .parquet or .xlsx"):
        eb.assess_path(tmp_path / "meters.xls", OUTPUTS)
    for ending in ("parquet", "csv"):
        (tmp_path / f"meters.{ending}").write_bytes(b"")
        with refused(TableError, "table", "is empty"):
            eb.assess_path(tmp_path / f"meters.{ending}", OUTPUTS)


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_headers_without_rows_and_rows_without_headers(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"meters.{ending}"
    with refused(TableError, "table", "meters has headers and no rows"):
        eb.assess_path(write(meters().head(0), path), OUTPUTS)
    with refused(MissingColumnError, "missing-column", "no column amount", "'amounts'"):
        eb.assess_path(write(meters().rename(columns={"amount": "amounts"}), path), OUTPUTS)
    with refused(TableError, "table", "both mean amount"):
        eb.assess_path(write(meters().assign(数量=5), path), OUTPUTS)
    with refused(TableError, "table", "outputs has headers and no rows"):
        eb.assess_path(write(meters(), path), OUTPUTS.head(0))


@pytest.mark.parametrize("ending", ["parquet", "csv"])
@pytest.mark.parametrize("batch_rows", [1, 3, 100])
def test_uncertainties_add_up_over_batches(tmp_path: Path, ending: str, batch_rows: int) -> None:
    """One meter and one analysis may have rows in several batches."""
    rows: list[dict[str, Any]] = [
        {"amount": 100 + n, "uncertainty": f"{n + 1} %", "meter": "AB"[n % 2]} for n in range(6)
    ]
    own: dict[str, Any] = {"carrier": "天然气", "unit": "万m3", "ncv": "35.6", "ncv_unit": "MJ/m3"}
    own["ncv_uncertainty"] = "2 %"
    rows += [{**own, "amount": n} for n in (1, 2)] + [{**own, "amount": 3, "ncv": "35.7"}, {"uncertainty": "?"}]
    table = meters(*rows, {"plant": "乙", "amount": 9, "uncertainty": "1"}).iloc[[0, 6, 1, 2, 7, 3, 8, 4, 5, 10]]
    table = table.reset_index(drop=True)
    made = outputs({"output_meter": "A"}, {"plant": "乙", "output_meter": None}).assign(output_uncertainty="1 %")
    whole = eb.assess(table, made, plausible=True)
    path = write(table, tmp_path / f"meters.{ending}")
    answer = eb.assess_path(path, made, batch_rows=batch_rows, plausible=True)
    assert whole.results["intensity_uncertainty"].notna().all()
    for name in ("intensity_uncertainty", "tce_uncertainty", "probability_benchmark"):
        assert answer.results[name].tolist() == pytest.approx(whole.results[name].tolist(), rel=1e-12)


def test_a_ragged_line_late_in_a_csv_file_is_refused(tmp_path: Path) -> None:
    path = write(mixed(5), tmp_path / "meters.csv")
    with path.open("a", encoding="utf-8") as file:
        file.write(",".join(["x"] * 30) + "\n")
    with refused(TableError, "table", "meters.csv is not a table", "as many cells as the header"):
        eb.assess_path(path, OUTPUTS, batch_rows=30)


def test_a_csv_file_in_no_encoding_is_refused_wherever_the_wrong_byte_is(tmp_path: Path) -> None:
    path = write(mixed(5), tmp_path / "meters.csv")
    with path.open("ab") as file:
        file.write(b"\xff\xfe\xff\n")
    with refused(TableError, "table", "neither in UTF-8 nor in GB18030"):
        eb.assess_path(path, OUTPUTS, batch_rows=10)


@pytest.mark.parametrize("rows", [0, -1, 1.5, "many", True])
def test_batches_have_rows(tmp_path: Path, rows: Any) -> None:
    with refused(OptionError, "option", "batch_rows", "1 or more"):
        eb.assess_path(write(meters(), tmp_path / "meters.parquet"), OUTPUTS, batch_rows=rows)


# Engines and the command ----------------------------------------------------------------------------------


def _kinds(answer: eb.Assessment) -> list[tuple[Any, ...]]:
    counted = answer.problem_counts.drop(columns="example")
    return sorted(counted.itertuples(index=False, name=None), key=repr)


def command(*words: object) -> Done:
    """Run ``energybench assess``."""
    return shell("assess", *map(str, words))


def test_the_command_reads_a_folder_in_parts(tmp_path: Path) -> None:
    write(mixed(), tmp_path / "meters" / "a.parquet")
    made = tmp_path / "outputs.csv"
    OUTPUTS.to_csv(made, index=False)
    listed = tmp_path / "problems.csv"
    lines = tmp_path / "energy.parquet"
    answer = command(tmp_path / "meters", made, "--problems", listed, "--energy", lines)
    assert answer.exit_code == 1, answer.stderr
    assert "20 meter rows: 6 used, 14 with problems" in answer.stdout
    assert len(pandas.read_csv(listed)) > 14
    assert len(pandas.read_parquet(lines)) == 20
    answer = command(tmp_path / "meters", made, "--workbook", tmp_path / "review.xlsx")
    assert answer.exit_code == 2
    assert "review.xlsx holds a row per reading" in answer.stderr


def test_the_command_reads_a_long_file_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(mixed(), tmp_path / "meters.parquet")
    OUTPUTS.to_csv(tmp_path / "outputs.csv", index=False)
    monkeypatch.setattr(files, "LARGE", path.stat().st_size)
    assert command(path, tmp_path / "outputs.csv").exit_code == 1
    with refused(TableError, "table", "not kept"):
        _ = eb.assess(path, OUTPUTS).energy
    assert len(eb.assess(path, OUTPUTS).problems) > 14


# Hostile columns ------------------------------------------------------------------------------------------


def _arrow(table: pandas.DataFrame, **columns: Any) -> pyarrow.Table:
    made = pyarrow.Table.from_pandas(table, preserve_index=False)
    for name, column in columns.items():
        made = made.set_column(made.schema.names.index(name), name, column)
    return made


@pytest.mark.parametrize("coded", [True, False])
@pytest.mark.parametrize("column", ["carrier", "unit", "plant"])
def test_text_that_is_no_utf_8_is_a_row_of_the_problems(tmp_path: Path, column: str, coded: bool) -> None:
    good = meters({}, {}, {})[column].tolist()
    cells = pyarrow.array([good[0].encode(), b"\xd4\xad\xff", good[2].encode()], pyarrow.binary())
    # A cast would refuse; a writer that knows no better does not.
    broken = pyarrow.Array.from_buffers(pyarrow.string(), 3, cells.buffers())
    table = _arrow(meters({}, {}, {}), **{column: broken.dictionary_encode() if coded else broken})
    parquet.write_table(table, tmp_path / "meters.parquet", row_group_size=2)
    answer = eb.assess_path(tmp_path / "meters.parquet", OUTPUTS)
    assert (answer.counts["problems"], answer.counts["used"]) == (1, 2)
    wrong = answer.problems.query("table == 'meters'")
    assert wrong["row"].tolist() == [3]
    assert "\ufffd" in wrong["value"].item()
    assert_same(answer, eb.assess(tmp_path / "meters.parquet", OUTPUTS))


def test_dictionaries_with_entries_that_nobody_uses_or_that_are_there_twice(tmp_path: Path) -> None:
    codes = pyarrow.array([1, 3, None, 0], pyarrow.int8())
    odd = pyarrow.DictionaryArray.from_arrays(codes, pyarrow.array(["原煤", "焦炭", "never", "焦炭"]))
    parquet.write_table(_arrow(meters({}, {}, {}, {}), carrier=odd), tmp_path / "meters.parquet")
    answer = eb.assess_path(tmp_path / "meters.parquet", OUTPUTS)
    assert answer.counts["used"] == 3
    assert answer.problems.query("table == 'meters'")["row"].tolist() == [4]


def test_a_dictionary_may_have_its_own_null() -> None:
    """Parquet writes none, and a reader may still make one."""
    codes = pyarrow.array([1, 3, None, 4], pyarrow.int8())
    odd = pyarrow.DictionaryArray.from_arrays(codes, pyarrow.array(["never", "原煤", "nor this", "原煤", None]))
    made = from_arrow(pyarrow.table({"carrier": odd}))["carrier"]
    assert made.tolist()[:2] == ["原煤", "原煤"]
    assert made.isna().tolist() == [False, False, True, True]


# Problems without bound -----------------------------------------------------------------------------------


def nonsense(tmp_path: Path, rows: int) -> Path:
    """Write a file in which every row has another unknown unit."""
    table = meters({}).loc[[0] * rows].assign(unit=[f"箱{number}" for number in range(rows)])
    return write(table.reset_index(drop=True), tmp_path / "meters.parquet", row_group_size=500)


def test_many_distinct_problems_are_counted_to_the_last_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problems, "LISTED", 70)
    monkeypatch.setattr(problems, "DISTINCT", 40)
    monkeypatch.setattr(resolve, "REMEMBERED", 30)
    answer = eb.assess_path(nonsense(tmp_path, 1200), OUTPUTS, batch_rows=100)
    assert answer.counts["problems"] == 1200
    assert answer.counts["used"] == 0
    counted = answer.problem_counts.query("table == 'meters'")
    assert counted["rows"].sum() == 1200
    assert len(counted) == 41
    assert counted.iloc[0]["value"] == problems.OTHERS
    assert counted.iloc[0]["rows"] == 1200 - 40
    assert counted.iloc[0]["reason"] == "unknown-unit"
    assert "甲厂" in counted.iloc[0]["example"]
    listed = answer.problems.query("table == 'meters'")
    assert listed["row"].tolist() == list(range(2, 72))
    assert (answer.problems["table"] == "outputs").any()
    assert answer.notes == ("problems has the first 70 of 1200 meter rows with problems; problem_counts has all",)
    assert "1200 with problems" in str(answer)
    assert "unknown-unit: 1200" in str(answer)
    plain = json.loads(answer.to_json())
    assert sum(line["rows"] for line in plain["problem_counts"] if line["table"] == "meters") == 1200


def test_a_dictionary_of_ever_new_texts_is_cut_to_the_batch() -> None:
    many = pyarrow.DictionaryArray.from_arrays(
        pyarrow.array([7, None, 999]), pyarrow.array(list(map(str, range(1000))))
    )
    made = encode(from_arrow(pyarrow.table({"unit": many}))["unit"])
    assert made.distinct == ["7", "999"]
    assert made.codes.tolist() == [0, 2, 1]


def test_no_dictionary_is_gathered_over_a_row_group_of_any_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    original = parquet.ParquetFile.__init__

    def spy(self: Any, *args: Any, **options: Any) -> None:
        asked.append(options.get("read_dictionary") or [])
        original(self, *args, **options)

    path = write(mixed(), tmp_path / "meters.parquet")
    whole = eb.assess_path(path, OUTPUTS)
    monkeypatch.setattr(parquet.ParquetFile, "__init__", spy)
    assert_same(eb.assess_path(path, OUTPUTS, batch_rows=7), whole)
    assert "unit" in asked[-1]
    monkeypatch.setattr(sources, "_LONG_GROUP", 5)
    assert_same(eb.assess_path(path, OUTPUTS, batch_rows=7), whole)
    assert asked[-1] == []


def test_what_is_remembered_of_refusals_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "REMEMBERED", 30)
    options = eb.frames.resolve.Options.of()
    known = resolve.KnownFactors(options.choice)
    for start in range(0, 200, 50):
        combinations = [("原煤", f"箱{number}", "", "") for number in range(start, start + 50)]
        answers = known.resolve([*combinations, ("原煤", "t", "", "")])
        assert all(isinstance(one, resolve.Refusal) for one in answers[:-1])
        assert isinstance(answers[-1], resolve.Factor)
    assert len(known._refusals) == 30
    assert len(known.factors) == 1


def test_tallies_add_up_in_any_grouping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted does not depend on how the rows were parted."""
    monkeypatch.setattr(problems, "DISTINCT", 3)
    path = nonsense(tmp_path, 60)
    for batch_rows in (7, 20, 60):
        counted = eb.assess_path(path, OUTPUTS, batch_rows=batch_rows).problem_counts.query("table == 'meters'")
        assert counted["rows"].tolist() == [57, 1, 1, 1]


def test_a_lost_row_is_never_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = problems.Tally.add

    def forgetful(self: problems.Tally, some: Any, file: str = "") -> None:
        original(self, some, file)
        self.rows -= bool(self.rows)

    monkeypatch.setattr(problems.Tally, "add", forgetful)
    with pytest.raises(AssertionError, match="rows were lost"):
        eb.assess_path(write(mixed(), tmp_path / "meters.parquet"), OUTPUTS)


@pytest.mark.parametrize("make", ["parquet", "csv", "folder"])
def test_the_energy_lines_are_written_as_the_rows_pass(tmp_path: Path, make: str) -> None:
    path = write(mixed(), tmp_path / ("meters/a.parquet" if make == "folder" else f"meters.{make}"))
    answer = eb.assess_path(path.parent if make == "folder" else path, OUTPUTS, energy_to=tmp_path / "lines.parquet")
    lines, whole = pandas.read_parquet(tmp_path / "lines.parquet"), eb.assess(path, OUTPUTS)
    assert answer.counts == whole.counts
    assert lines["row"].tolist() == whole.energy["row"].tolist()
    assert ("file" in lines) == (make == "folder")
    for name in ("tce", "coefficient", "electricity_kwh"):
        assert lines[name].tolist() == pytest.approx(whole.energy[name].tolist(), nan_ok=True)
    assert lines["used"].sum() == answer.counts["used"]


def test_lines_are_written_over_nothing_that_is_read(tmp_path: Path) -> None:
    path = write(mixed(), tmp_path / "meters" / "a.parquet")
    before = path.read_bytes()
    for meters_, to in ((path, path), (path.parent, path.parent / "b.parquet"), (path.parent, path)):
        with refused(TableError, "table", "is read here", "another place"):
            eb.assess_path(meters_, OUTPUTS, energy_to=to)
    with refused(TableError, "table", "expected a .parquet file"):
        eb.assess_path(path, OUTPUTS, energy_to=tmp_path / "lines.csv")
    with refused(TableError, "table", "not a folder that exists"):
        eb.assess_path(path, OUTPUTS, energy_to=tmp_path / "no" / "lines.parquet")
    with pytest.raises(MissingColumnError):
        eb.assess_path(path, OUTPUTS.drop(columns="output"), energy_to=tmp_path / "lines.parquet")
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["meters"]


def test_the_energy_lines_are_not_kept_and_say_so(tmp_path: Path) -> None:
    answer = eb.assess_path(write(mixed(), tmp_path / "meters.parquet"), OUTPUTS)
    with refused(TableError, "table", "energy lines", "not kept", 'energy_to="lines.parquet"'):
        answer.energy  # noqa: B018 - the access itself is refused


# Memory ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", ["parquet", "csv", "folder"])
def test_a_batch_is_let_go_before_the_next_one_is_read(
    tmp_path: Path, make: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[weakref.ref[pandas.DataFrame]] = []
    alive: list[int] = []
    add_table, iter_batches = pipeline.Sums.add, parquet.ParquetFile.iter_batches
    next_chunk = TextFileReader.__next__

    def watch(self: pipeline.Sums, batch: Any, *others: Any) -> Any:
        seen.append(weakref.ref(batch.table))
        return add_table(self, batch, *others)

    def count() -> None:
        alive.append(sum(one() is not None for one in seen))

    def counted_batches(self: Any, *args: Any, **options: Any) -> Any:
        batches = iter_batches(self, *args, **options)
        while True:
            count()
            if (batch := next(batches, None)) is None:
                return
            yield batch
            del batch

    def counted_chunk(self: Any) -> Any:
        count()
        chunk = next_chunk(self)
        seen.append(weakref.ref(chunk))
        return chunk

    monkeypatch.setattr(pipeline.Sums, "add", watch)
    monkeypatch.setattr(parquet.ParquetFile, "iter_batches", counted_batches)
    monkeypatch.setattr(TextFileReader, "__next__", counted_chunk)
    path = tmp_path / ("folder" if make == "folder" else f"meters.{make}")
    for name in ("a.parquet", "b.parquet") if make == "folder" else ("",):
        write(mixed(10), path / name if name else path, **({"row_group_size": 20} if make != "csv" else {}))
    eb.assess_path(path, OUTPUTS, batch_rows=40)
    assert min(len(alive), len(seen)) >= 5
    assert set(alive) == {0}


def test_sixteen_batches_take_the_memory_of_four(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, by Arrow and by Python, over one long row group."""
    in_arrow: list[int] = []
    original: Callable[..., Any] = pipeline.Sums.add

    def watch(self: pipeline.Sums, *others: Any) -> Any:
        lines = original(self, *others)
        in_arrow.append(pyarrow.total_allocated_bytes())
        return lines

    monkeypatch.setattr(pipeline.Sums, "add", watch)
    peaks = []
    for batches in (1, 4, 16):
        table = meters({}).loc[[0] * batches * 20_000].reset_index(drop=True)
        table["amount"] = numpy.random.default_rng(1).uniform(1, 2, len(table))
        path = write(table, tmp_path / f"{batches}.parquet", row_group_size=len(table), compression="none")
        del table
        in_arrow.clear()
        before = pyarrow.total_allocated_bytes()
        tracemalloc.start()
        assert eb.assess_path(path, OUTPUTS, batch_rows=20_000).counts["used"] == batches * 20_000
        peaks.append((max(in_arrow) - before, tracemalloc.get_traced_memory()[1]))
        tracemalloc.stop()
    _, four, sixteen = peaks
    assert sixteen[0] <= 1.2 * four[0] + 2**20
    assert sixteen[1] <= 1.2 * four[1]


# Progress and the rest ------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_progress_is_told_batch_by_batch(tmp_path: Path, ending: str) -> None:
    told: list[float] = []
    path = write(mixed(5), tmp_path / f"meters.{ending}")
    eb.assess_path(path, OUTPUTS, batch_rows=10, progress=lambda share, _text: told.append(share))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
    assert len(told) >= 12
    assert all(0 <= share <= 1 for share in told)
