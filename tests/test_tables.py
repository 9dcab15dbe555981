"""The tables of ``data/`` against their own description, and an organisation's own rows over them."""

from __future__ import annotations

import copy
import csv
import json
import pickle
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import energybench as eb
import oracle
from energybench import tables
from energybench.errors import (
    AmbiguousError,
    EnergybenchError,
    MissingFigureError,
    OptionError,
    TableError,
    TableNotFoundError,
    UnknownNameError,
    UnverifiedError,
)
from energybench.tables.rows import TABLES, schemas
from energybench.tables.store import check_file, choose
from energybench.units.text import read_unit
from expect import each, refused

if TYPE_CHECKING:
    from conftest import WriteTable

PACKAGE = json.loads((oracle.DATA / "datapackage.json").read_text(encoding="utf-8"))
RESOURCES: dict[str, dict[str, Any]] = {Path(r["path"]).stem: r for r in PACKAGE["resources"]}
SOURCED = [name for name in RESOURCES if any(f["name"] == "verification" for f in RESOURCES[name]["schema"]["fields"])]


def _fields(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = RESOURCES[name]["schema"]["fields"]
    return found


def _cells(name: str) -> list[tuple[str, dict[str, Any], str]]:
    """Return every cell of a table: where it is, its field, and its text."""
    rows = enumerate(oracle.table(name), 2)
    return [(f"{name}.csv row {n}: {f['name']}", f, row[f["name"]]) for n, row in rows for f in _fields(name)]


def test_the_state_of_the_tables_is_a_day() -> None:
    assert date.fromisoformat(tables.as_of()).isoformat() == PACKAGE["as_of"]


# The files against datapackage.json -----------------------------------------------------------------------


def test_every_file_is_described_and_every_description_has_a_file() -> None:
    assert {path.stem for path in oracle.DATA.glob("*.csv")} == set(RESOURCES)


@each("name", RESOURCES)
def test_the_columns_are_those_described(name: str) -> None:
    with (oracle.DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == [field["name"] for field in _fields(name)]
    assert rows
    assert {len(row) for row in rows} == {len(header)}
    assert "\r\n" not in (oracle.DATA / f"{name}.csv").read_bytes().decode("utf-8")


@each("name", TABLES)
def test_the_record_has_the_columns_described(name: str) -> None:
    row = tables.records(name)[0]
    assert list(row._fields) == [field["name"] for field in _fields(name)]
    assert pickle.loads(pickle.dumps(row)) == copy.deepcopy(row) == row  # noqa: S301 - our own


@each("name", RESOURCES)
def test_every_cell_is_of_its_type(name: str) -> None:
    for where, field, text in _cells(name):
        assert text == text.strip(), where
        if field["type"] == "number" and text:
            assert re.fullmatch(r"-?\d+(\.\d+)?", text), f"{where}: {text!r}"
        if field["type"] == "integer" and text:
            assert re.fullmatch(r"-?\d+", text), f"{where}: {text!r}"


@each("name", RESOURCES)
def test_constraints_are_those_of_the_format(name: str) -> None:
    """Version 1 of the data package knows these; what else a column keeps to stands under a name of our own."""
    known = {"required", "unique", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength"}
    assert all(field.get("constraints", {}).keys() <= known for field in _fields(name))


@each("name", RESOURCES)
def test_every_cell_keeps_its_constraints(name: str) -> None:
    for where, field, text in _cells(name):
        constraints = field.get("constraints", {})
        assert not (text and field.get("energybench:positive")) or float(text) > 0, f"{where}: {text!r}"
        assert text or not constraints.get("required"), where
        assert not text or text in constraints.get("enum", [text]), f"{where}: {text!r}"


@each("name", RESOURCES)
def test_keys_are_unique(name: str) -> None:
    key = RESOURCES[name]["schema"]["primaryKey"]
    columns = [key] if isinstance(key, str) else key
    seen = [tuple(row[column] for column in columns) for row in oracle.table(name)]
    assert len(set(seen)) == len(seen)


@each("name", RESOURCES)
def test_every_reference_leads_somewhere(name: str) -> None:
    for link in RESOURCES[name]["schema"].get("foreignKeys", []):
        there = link["reference"]["resource"].replace("-", "_")
        known = {row[link["reference"]["fields"]] for row in oracle.table(there)}
        assert {row[link["fields"]] for row in oracle.table(name)} - {""} <= known


def test_every_table_with_a_document_column_refers_to_the_documents() -> None:
    for name in RESOURCES.keys() - {"documents"}:
        if any(field["name"] == "document" for field in _fields(name)):
            assert any(link["fields"] == "document" for link in RESOURCES[name]["schema"]["foreignKeys"])


def test_documents_name_their_predecessors_and_successors_by_id() -> None:
    known = {row["id"] for row in oracle.table("documents")}
    for row in oracle.table("documents"):
        named = {part.strip() for column in ("replaces", "replaced_by") for part in row[column].split(";")} - {""}
        assert named <= known, row["id"]


# Sense ----------------------------------------------------------------------------------------------------

UNIT_COLUMNS = [
    ("carriers", "coefficient_unit"),
    ("carriers", "heating_value_unit"),
    ("benchmarks", "unit"),
    ("local_limits", "unit"),
    ("furnace_limits", "unit"),
    ("furnace_limits", "capacity_unit"),
    ("coal_rates", "unit"),
]


@each(("name", "column"), UNIT_COLUMNS)
def test_units_are_read_and_written_as_the_library_writes_them(name: str, column: str) -> None:
    for text in {row[column] for row in oracle.table(name) if row["verification"] != "missing"} - {""}:
        unit = read_unit(text)
        assert oracle.meaning(unit.numerator, unit.denominator, unit.exponent) == oracle.read_unit(text)


@pytest.mark.parametrize("name", ["carriers", "benchmarks", "local_limits", "furnace_limits"])
def test_every_figure_has_a_unit(name: str) -> None:
    figures = {"carriers": "coefficient", "benchmarks": "benchmark", "local_limits": "limit", "furnace_limits": "limit"}
    unit = "coefficient_unit" if name == "carriers" else "unit"
    assert all(row[unit] for row in oracle.table(name) if row[figures[name]])


def test_a_range_goes_up() -> None:
    for row in oracle.table("carriers"):
        for low in ("coefficient", "heating_value"):
            if row[f"{low}_high"]:
                assert Decimal(row[low]) < Decimal(row[f"{low}_high"]), row["id"]


@each("name", SOURCED)
def test_no_accepted_row_is_without_evidence_or_stated_corroboration(name: str) -> None:
    """A row that was read names where; one that was recalled names the document that must have the figure."""
    unsupported = []
    for row in oracle.accepted(name):
        read = row["evidence"] and row["verification"] != "corroborated"
        corroborated = row["verification"] == "corroborated" and re.search(r"agreement with|equals the", row["notes"])
        if not read and not corroborated:
            unsupported.append(row["id"])
    assert unsupported == []


@pytest.mark.parametrize("name", ["benchmarks", "limits", "local_limits"])
def test_a_missing_row_has_no_figure_and_every_other_has_one(name: str) -> None:
    columns = {"benchmarks": ["benchmark", "baseline"], "limits": ["level1", "level2", "level3"]}.get(name, ["limit"])
    for row in oracle.table(name):
        assert any(row[column] for column in columns) == (row["verification"] != "missing"), row["id"]


@pytest.mark.parametrize("name", ["benchmarks", "limits", "local_limits", "furnace_limits"])
def test_the_comparator_goes_in_the_better_direction(name: str) -> None:
    for row in oracle.table(name):
        assert row["comparator"][0] == {"lower": "<", "higher": ">"}[row["better"]], row["id"]


@pytest.mark.parametrize("name", ["benchmarks", "local_limits"])
def test_an_item_has_one_row_a_document(name: str) -> None:
    seen = [(row["item"], row["document"]) for row in oracle.table(name)]
    assert len(set(seen)) == len(seen)


def test_every_name_leads_to_something_that_exists() -> None:
    carriers = {row["carrier"] for row in oracle.table("carriers")}
    assert {row["carrier"] for row in oracle.table("carrier_names")} <= carriers
    limits = ("benchmarks", "local_limits", "furnace_limits", "limits")
    items = {row["item"] for name in limits for row in oracle.table(name)}
    named = {row["item"] for row in oracle.table("product_names")}
    families = {one for one in named if one.endswith("*")}
    assert named - families <= items
    assert all(any(item.startswith(one[:-1]) for item in items) for one in families)
    assert all(row["sense"] for row in oracle.table("product_names") if row["item"] in families)


def test_every_carrier_and_item_has_a_chinese_name() -> None:
    named = {row["carrier"] for row in oracle.table("carrier_names") if row["language"] == "zh"}
    assert {row["carrier"] for row in oracle.table("carriers")} <= named
    items = {row["item"] for row in oracle.table("product_names") if row["language"] == "zh"}
    assert {row["item"] for row in oracle.table("benchmarks")} <= items


# Frames ---------------------------------------------------------------------------------------------------


@each("name", TABLES)
def test_a_frame_has_the_rows_of_the_file_and_figures_as_floats(name: str) -> None:
    frame = tables.frame(name)
    assert len(frame) == len(oracle.table(name))
    for field in _fields(name):
        column = frame[field["name"]]
        if field["name"] in schemas()[name].numbers:
            assert column.dtype == "float64"
            expected = [float(row[field["name"]] or "nan") for row in oracle.table(name)]
            pd.testing.assert_series_equal(column, pd.Series(expected, name=field["name"]))
        else:
            assert column.tolist() == [row[field["name"]] for row in oracle.table(name)]


@each("name", TABLES)
def test_every_table_has_its_own_public_function(name: str) -> None:
    function = getattr(tables, name)
    pd.testing.assert_frame_equal(function(), tables.frame(name))
    assert (function.__name__, function.__doc__) == (name, RESOURCES[name]["description"])


def test_an_unknown_table_is_refused_with_the_nearest_name() -> None:
    with refused(OptionError, "option", "'carrier'", "'carriers'"):
        tables.frame("carrier")


def test_a_changed_frame_does_not_change_the_tables() -> None:
    frame = tables.carriers()
    frame["coefficient"] = 0.0
    assert eb.to_tce("1200 t", "原煤").magnitude == 857.16
    assert tables.carriers()["coefficient"].max() > 0


# Documents ------------------------------------------------------------------------------------------------


def test_a_document_answers_to_its_id_and_its_number() -> None:
    for row in oracle.table("documents"):
        assert tables.find_document(row["id"]).id == row["id"]
    assert tables.find_document("GB/T 2589-2020").id == "gbt-2589-2020"
    assert tables.find_document("发改产业〔2023〕723号").id == "ndrc-2023"


def test_no_two_documents_share_a_number() -> None:
    numbers = [row["number"] for row in oracle.table("documents") if row["number"]]
    assert sorted(set(numbers)) == sorted(numbers)


def test_an_unknown_document_is_refused_with_the_nearest() -> None:
    with refused(UnknownNameError, "unknown-name", "'GB/T 2589-2021'", "GB/T 2589-2020"):
        tables.find_document("GB/T 2589-2021")


# An organisation's own rows -------------------------------------------------------------------------------


def test_an_own_row_replaces_the_shipped_one_and_is_put_back(write_table: WriteTable) -> None:
    path = write_table("carriers", {"coefficient": "0.9500"}, base="gbt-2589-2020/coke")
    rows = len(tables.carriers())
    tables.use(path)
    assert eb.to_tce("1000 t", "焦炭").magnitude == 950.0
    assert len(tables.carriers()) == rows
    tables.use()
    assert eb.to_tce("1000 t", "焦炭").magnitude == 971.4


def test_an_own_row_is_added(write_table: WriteTable) -> None:
    carrier = {"id": "works/peat", "carrier": "peat", "name_zh": "泥炭", "name_en": "peat", "coefficient": "0.4"}
    tables.use(write_table("carriers", carrier, base="gbt-2589-2020/raw-coal"))
    assert eb.to_tce("10 t", "peat").magnitude == 4.0
    names = {"name": "草炭", "carrier": "peat", "language": "zh"}
    tables.use(write_table("carrier_names", names, file="names.csv"))
    assert eb.to_tce("10 t", "草炭").magnitude == 4.0, "a second file comes on top of the first"


def test_a_missing_figure_can_be_supplied(write_table: WriteTable) -> None:
    with pytest.raises(MissingFigureError):
        eb.classify("100 kgce/t", "urea")
    own = {"benchmark": "100", "baseline": "120", "verification": "one_source", "evidence": "read on paper"}
    tables.use(write_table("benchmarks", own, base="ndrc-2023/urea"))
    verdict = eb.classify("110 kgce/t", "urea")
    assert (verdict.level, verdict.evidence) == (eb.Level.BASELINE, "read on paper")


def test_an_own_limit_and_an_own_furnace_point_are_used(write_table: WriteTable) -> None:
    tables.use(write_table("local_limits", {"limit": "0.26"}, base="changji-city-2021/cast-iron"))
    tables.use(
        write_table(
            "furnace_limits",
            {"id": "works/10t", "capacity": "10", "limit": "580"},
            base="changji-city-2021/induction-furnace-cast-iron/5t",
            file="furnaces.csv",
        )
    )
    assert eb.classify("0.27 tce/t", "cast-iron", region="昌吉市", period="2022").level == eb.Level.OVER_LIMIT
    assert eb.furnace_limit("12 t").value == 580.0


def test_a_folder_of_own_files_is_read(write_table: WriteTable) -> None:
    one = write_table("carriers", {"coefficient": "0.9500"}, base="gbt-2589-2020/coke", file="a.csv")
    write_table("local_limits", {"limit": "0.26"}, base="changji-city-2021/cast-iron", file="b.csv")
    tables.use(one.parent)
    assert eb.to_tce("1000 t", "焦炭").magnitude == 950.0
    assert eb.classify("0.27 tce/t", "cast-iron", region="昌吉市", period="2022").level == eb.Level.OVER_LIMIT


def test_the_environment_names_own_rows_from_the_start(
    write_table: WriteTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_table("carriers", {"coefficient": "0.9500"}, base="gbt-2589-2020/coke")
    version = _version_with(path)
    monkeypatch.setenv("ENERGYBENCH_DATA", str(path))
    script = "import energybench as eb; print(eb.to_tce('1000 t', '焦炭').magnitude, eb.tables.data_version())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["950.0", version]
    monkeypatch.setenv("ENERGYBENCH_DATA", str(path.with_name("nothing.csv")))
    failed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "TableNotFoundError" in failed.stderr
    assert "nothing.csv" in failed.stderr


def _version_with(path: Path) -> str:
    tables.use(path)
    try:
        return tables.data_version()
    finally:
        tables.use()


def test_the_data_version_tells_tables_apart(write_table: WriteTable) -> None:
    shipped = tables.data_version()
    assert re.fullmatch("[0-9a-f]{12}", shipped)
    assert eb.classify("13200 kWh/t", "电解铝").data_version == shipped
    one = _version_with(write_table("carriers", {"coefficient": "0.9500"}, base="gbt-2589-2020/coke"))
    other = _version_with(write_table("carriers", {"coefficient": "0.9600"}, base="gbt-2589-2020/coke"))
    assert len({shipped, one, other}) == 3
    assert tables.data_version() == shipped


BAD_CELLS = [
    ("local_limits", {"limit": "0,28"}, "limit is '0,28'"),
    ("local_limits", {"limit": "nan"}, "limit is 'nan'"),
    ("local_limits", {"limit": "inf"}, "limit is 'inf'"),
    ("local_limits", {"limit": "0.28 tce"}, "limit is '0.28 tce'"),
    ("local_limits", {"verification": "sure"}, "verification is 'sure'"),
    ("local_limits", {"comparator": "≤"}, "comparator is '≤'"),
    ("local_limits", {"better": "less"}, "better is 'less'"),
    ("local_limits", {"comparator": ">="}, ">="),
    ("local_limits", {"basis": "equivalent"}, "basis is 'equivalent'"),
    ("local_limits", {"unit": "tce/ton"}, "tce/ton"),
    ("local_limits", {"unit": ""}, "unit: The unit is empty"),
    ("local_limits", {"id": ""}, "id"),
]


@pytest.mark.parametrize(("name", "change", "shown"), BAD_CELLS, ids=[str(row[1]) for row in BAD_CELLS])
def test_a_wrong_cell_is_refused_where_it_stands(
    write_table: WriteTable, name: str, change: dict[str, str], shown: str
) -> None:
    path = write_table(name, change, base="changji-city-2021/cast-iron")
    with refused(TableError, "table", "own.csv row 2", shown):
        tables.use(path)
    assert eb.classify("0.28 tce/t", "cast-iron", region="昌吉市", period="2022").level == eb.Level.WITHIN_LIMIT, (
        "nothing of the file is used"
    )


def test_every_word_that_the_description_lists_is_checked(write_table: WriteTable) -> None:
    own = write_table("carriers", {"id": "own/coal", "category": "solids"}, base="gbt-2589-2020/raw-coal")
    with refused(TableError, "table", "category is 'solids'", "Use one of definition, solid, liquid, gas"):
        tables.use(own)


def test_the_one_usable_row_is_an_accepted_one_of_one_figure() -> None:
    weak, good, other = (
        tables.records("coal_rates")[0]._replace(id=name, value=value, unit="gce/kWh", verification=verification)
        for name, value, verification in (("a", "305", "unverified"), ("b", "302.4", "one_source"), ("c", "300", ""))
    )
    assert choose([weak, good], "The rate", lambda _: "Choose", False) is good
    assert choose([weak], "The rate", lambda _: "Choose", True) is weak
    with refused(UnverifiedError, "unverified", "The rate, 305 gce/kWh,"):
        choose([weak], "The rate", lambda _: "Choose", False)
    two = [good, other._replace(verification="two_sources")]
    with refused(AmbiguousError, "several-candidates", "302.4 gce/kWh (b of ", "300 gce/kWh (c of ", "Choose b"):
        choose(two, "The rate", lambda first: f"Choose {first.id}", True)
    same = [good, two[1]._replace(value="302.40")]
    assert choose(same, "The rate", lambda _: "Choose", False) is same[1], "the best verified of one figure"


def test_one_id_twice_in_a_file_is_refused(write_table: WriteTable) -> None:
    path = write_table("local_limits", {"limit": "0.1"}, {"limit": "0.9"}, base="changji-city-2021/cast-iron")
    with refused(TableError, "table", "own.csv row 3", "changji-city-2021/cast-iron"):
        tables.use(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"id,limit\n1,2\n", bytes(range(256)), "号,限额\n1,2\n".encode("gb18030"), b"\xff\xfea\x00", b"a\x00b\n1\n"],
    ids=["empty", "other columns", "binary", "another encoding", "utf-16", "null byte"],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes, shipped_tables: None) -> None:  # noqa: ARG001
    path = tmp_path / "own.csv"
    path.write_bytes(content)
    with refused(TableError, "table", "own.csv"):
        tables.use(path)


def test_a_row_with_a_lost_comma_is_refused(write_table: WriteTable) -> None:
    path = write_table("local_limits", {}, base="changji-city-2021/cast-iron")
    header = path.read_text(encoding="utf-8").splitlines()[0]
    columns = header.count(",") + 1
    for cells in (columns - 1, columns + 1):
        path.write_text(f"{header}\n{','.join('x' * cells)}\n", encoding="utf-8")
        with refused(TableError, "table", "own.csv row 2", "cells"):
            tables.use(path)


def test_a_file_that_is_not_there_is_refused_and_named_in_full(tmp_path: Path) -> None:
    path = tmp_path / ("deep " * 20) / "none.csv"
    with refused(TableNotFoundError, "file-not-found", str(path), "Give the path"):
        tables.use(path)
    with pytest.raises(FileNotFoundError):
        tables.use(path)


def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.csv").mkdir()
    with refused(TableError, "table", "own.csv is a folder", "Save the rows as a CSV file"):
        tables.use(tmp_path)


def test_a_row_that_was_read_says_where(write_table: WriteTable) -> None:
    rows: list[dict[str, str]] = [{"verification": "one_source"}, {"verification": "corroborated", "id": "own/b"}]
    path = write_table("carriers", *({"evidence": "", **row} for row in rows), base="gbt-2589-2020/raw-coal")
    name, count, (error,) = check_file(path)
    assert (name, count) == ("carriers", 2)
    assert str(error) == "own.csv row 2: evidence is ''. Write the address or the clause where the figure was read"


def test_a_file_that_went_away_is_an_error_of_ours(write_table: WriteTable) -> None:
    path = write_table("local_limits", {"limit": "0.26"}, base="changji-city-2021/cast-iron")
    tables.use(path)
    path.unlink()
    with pytest.raises(EnergybenchError, match=r"own\.csv"):
        eb.classify("0.27 tce/t", "cast-iron", region="昌吉市", period="2022")


def test_a_byte_order_mark_does_not_matter(write_table: WriteTable) -> None:
    path = write_table("local_limits", {"limit": "0.26"}, base="changji-city-2021/cast-iron")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    tables.use(path)
    assert eb.classify("0.27 tce/t", "cast-iron", region="昌吉市", period="2022").level == eb.Level.OVER_LIMIT


# Own rows are held to the checks of the shipped ones ---------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "base", "change", "said"),
    [
        ("carriers", "gbt-2589-2020/raw-coal", {"coefficient": "-0.7143"}, "coefficient is '-0.7143'"),
        ("carriers", "gbt-2589-2020/raw-coal", {"coefficient": "0"}, "coefficient is '0'"),
        (
            "benchmarks",
            "ndrc-2023/cement-clinker",
            {"benchmark": "600", "baseline": "500"},
            "benchmark 600, baseline 500. Give the smallest figure first",
        ),
        ("limits", "gb-21346-2022/electrolytic-aluminium", {"level2": "13500"}, "level2 13500, level3"),
        ("limits", "gb-47834-2026/pv-module-topcon", {"level2": "24.5"}, "Give the largest figure first"),
        ("furnace_limits", "changji-city-2021/induction-furnace-cast-iron/1t", {"capacity_unit": "kg"}, "is 'kg'"),
        ("furnace_limits", "changji-city-2021/induction-furnace-cast-iron/1t", {"unit": "kWh/kg"}, "is 'kWh/kg'"),
        ("documents", "ndrc-2023", {"effective_from": "32.13.2023"}, "effective_from is '32.13.2023'"),
        ("documents", "ndrc-2023", {"effective_from": "2024", "effective_to": "2023-07"}, "effective_to is '2023-07'"),
        ("coal_rates", "supply-2024", {"value": "0"}, "value is '0'"),
    ],
)
def test_a_wrong_own_figure_is_refused(
    write_table: WriteTable, table: str, base: str, change: dict[str, str], said: str
) -> None:
    with pytest.raises(TableError, match=re.escape(said)):
        tables.use(write_table(table, change, base=base))


def test_a_second_limit_for_one_capacity_is_refused(write_table: WriteTable) -> None:
    point = {"id": "mine/1t", "limit": "700", "capacity": "1.0"}
    path = write_table("furnace_limits", point, base="changji-city-2021/induction-furnace-cast-iron/1t")
    with refused(TableError, "table", "mine/1t and ", "both state the limit of induction-furnace-cast-iron at 1"):
        tables.use(path)
    assert eb.furnace_limit("1 t").value == 630


@pytest.mark.parametrize("stated", ["two_sources", "one_source", "corroborated"])
def test_an_own_row_says_so_in_the_answer(write_table: WriteTable, stated: str) -> None:
    change = {"coefficient": "0.75", "verification": stated}
    tables.use(write_table("carriers", change, base="gbt-2589-2020/raw-coal"))
    assert eb.coefficient("原煤").verification == "own_row"
    assert "own_row" in str(eb.convert("10 t", "原煤"))


def test_an_own_row_that_is_not_checked_stays_so(write_table: WriteTable) -> None:
    tables.use(write_table("carriers", {"verification": "unverified"}, base="gbt-2589-2020/raw-coal"))
    with pytest.raises(UnverifiedError):
        eb.coefficient("原煤")


def test_an_own_row_of_a_document_that_is_not_there_is_refused(write_table: WriteTable) -> None:
    row = {"id": "mine/coal", "document": "mine-2024"}
    coal = write_table("carriers", row, base="gbt-2589-2020/raw-coal")
    with pytest.raises(TableError, match=r"mine/coal.*document 'mine-2024', which no row has"):
        tables.use(coal)
    document = {"id": "mine-2024", "number": "Q/MINE 1-2024"}
    tables.use(coal, write_table("documents", document, base="gbt-2589-2020", file="documents.csv"))
    assert tables.find_document("Q/MINE 1-2024").id == "mine-2024"


def test_a_document_that_waits_for_a_reader_is_among_the_gaps() -> None:
    found = tables.gaps()
    form = found[(found["table"] == "documents") & (found["id"] == "nbs-205-1")]
    assert form["document"].tolist() == ["nbs-205-1"]
    assert "codes was not read" in form["notes"].iloc[0]
    assert not set(found["verification"]) & set(oracle.ACCEPTED)
