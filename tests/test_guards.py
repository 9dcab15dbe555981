"""Files that are read are not overwritten; strange numbers, frames and files are read or refused, and never hang."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy
import pandas
import pint
import polars
import pyarrow  # type: ignore[import-untyped]
import pytest

import energybench as eb
from energybench.errors import EnergybenchError, OptionError, TableError, TableNotFoundError, quoted, text_of
from energybench.report import files as writers
from energybench.tables.rows import folder
from energybench.tables.store import check_file, use
from expect import each
from frame_tables import meters, outputs
from shell import shell

if TYPE_CHECKING:
    from pathlib import Path

HUGE = 10**5000
SNAN = Decimal("sNaN")
#: What is a number and no float, or no number that compares.
STRANGE = [SNAN, HUGE, -HUGE, 10**400, Fraction(HUGE, 3), Fraction(10**400), Decimal("1e999999999"), [1], pandas.NA]
SHOWN = [f"strange{number}" for number in range(len(STRANGE))]
strange = pytest.mark.parametrize("given", STRANGE, ids=SHOWN)
LINE = {"carrier": "原煤", "amount": 1200, "unit": "t"}


def run(*args: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command as a program of its own."""
    return subprocess.run(
        [sys.executable, "-m", "energybench", *args], text=True, encoding="utf-8", check=False, timeout=120, **options
    )


# Files ----------------------------------------------------------------------------------------------------


@pytest.fixture
def readings(tmp_path: Path) -> Path:
    """A folder of readings, beside the outputs."""
    inside = tmp_path / "readings"
    inside.mkdir()
    meters({}).to_parquet(inside / "a.parquet")
    outputs().to_csv(tmp_path / "outputs.csv", index=False)
    return inside


def test_nothing_is_written_into_a_folder_of_readings(readings: Path) -> None:
    (readings / "sub").mkdir()
    before = (readings / "a.parquet").read_bytes()
    targets = {"--problems": "b.csv", "--report": "r.html", "--workbook": "w.xlsx"}
    for option, name in [("--results", "a.parquet"), ("--results", "sub/b.csv"), *targets.items()]:
        done = shell("assess", str(readings), str(readings.parent / "outputs.csv"), option, str(readings / name))
        assert (done.exit_code, done.stdout) == (2, ""), option
        assert f"lies in {readings}, a folder that is read" in done.stderr
        assert (readings / "a.parquet").read_bytes() == before
        assert [path.name for path in readings.rglob("*") if path.is_file()] == ["a.parquet"], option


@pytest.mark.parametrize("whole", [False, True])
def test_own_rows_are_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: bool) -> None:
    own = tmp_path / "own"
    own.mkdir()
    row = (folder() / "meter_accuracy.csv").read_text(encoding="utf-8")
    (own / "rows.csv").write_text(row, encoding="utf-8")
    monkeypatch.setenv("ENERGYBENCH_DATA", str(own if whole else own / "rows.csv"))
    for name in ("rows.csv", "new.csv") if whole else ("rows.csv",):
        with pytest.raises(OptionError, match="read" if whole else "two uses"):
            writers.refuse_overwriting([own / name])
    with pytest.raises(OptionError, match="a folder that is read"):
        writers.refuse_overwriting([folder() / "carriers.csv"])
    writers.refuse_overwriting([tmp_path / "new.csv"])


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
@pytest.mark.parametrize("link", ["symlink_to", "hardlink_to"])
def test_an_input_under_another_name_is_the_same_file(tmp_path: Path, link: str) -> None:
    given, other = tmp_path / "meters.csv", tmp_path / "other.csv"
    given.write_text("a\n", encoding="utf-8")
    getattr(other, link)(given)
    with pytest.raises(OptionError, match="two uses"):
        writers.refuse_overwriting([other], [given])


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX closes the stream")
@pytest.mark.parametrize(
    "command",
    [
        "convert '1200 t' 原煤 --json",
        "assess meters.csv outputs.csv --results results.csv",
        "--version",
    ],
)
def test_a_closed_standard_output_is_no_success(tmp_path: Path, command: str) -> None:
    meters({}).to_csv(tmp_path / "meters.csv", index=False)
    outputs().to_csv(tmp_path / "outputs.csv", index=False)
    line = f"{sys.executable} -m energybench {command} >&-"
    done = subprocess.run(["sh", "-c", line], cwd=tmp_path, stderr=subprocess.PIPE, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert "Standard output is closed" in done.stderr
    assert not (tmp_path / "results.csv").exists()


# Own rows -------------------------------------------------------------------------------------------------


def own_table(path: Path, table: str, /, **cells: str) -> Path:
    """Write the first row of a shipped table with some cells changed, as rows of one's own."""
    frame = pandas.read_csv(folder() / f"{table}.csv", dtype=str, keep_default_na=False).iloc[:1].assign(**cells)
    frame.to_csv(path, index=False)
    return path


def test_a_folder_without_a_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "rows.txt").write_text("a\n", encoding="utf-8")
    with pytest.raises(TableNotFoundError, match=rf"{tmp_path.name} has no file \*\.csv, expected at least one"):
        use(tmp_path)
    done = run("limit", "cement-clinker", capture_output=True, env={**os.environ, "ENERGYBENCH_DATA": str(tmp_path)})
    assert done.returncode == 2
    assert str(tmp_path) in done.stderr
    assert "*.csv" in done.stderr


def test_a_capital_extension_is_a_table(tmp_path: Path) -> None:
    own_table(tmp_path / "ROWS.CSV", "benchmarks", benchmark="500", baseline="600", id="mine/raw")
    use(tmp_path)
    try:
        assert "mine/raw" in set(eb.tables.benchmarks()["id"])
    finally:
        use()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "rows.csv")
    for path in (tmp_path, tmp_path / "rows.csv"):
        done = run("limit", "cement-clinker", capture_output=True, env={**os.environ, "ENERGYBENCH_DATA": str(path)})
        assert done.returncode == 2
        assert "rows.csv is a pipe or a device, expected a regular CSV file" in done.stderr
    checked = run("tables", "check", str(tmp_path / "rows.csv"), capture_output=True)
    assert (checked.returncode, checked.stdout) == (2, "")


@pytest.mark.parametrize("number", ["1e999999999", "1e-999999999", "0e999999999", "1e400", "-1e100", "1" * 201])
def test_a_number_that_no_document_prints_is_refused(tmp_path: Path, number: str) -> None:
    path = own_table(tmp_path / "rows.csv", "benchmarks", benchmark=number)
    with pytest.raises(TableError, match="row 2: benchmark is"):
        use(path)
    assert [error.message for error in check_file(path)[2] if "benchmark" in error.message]


@pytest.mark.parametrize(("table", "column"), [("carrier_names", "carrier"), ("product_names", "item")])
def test_a_name_of_nothing_is_refused(tmp_path: Path, table: str, column: str) -> None:
    path = own_table(tmp_path / "rows.csv", table, **{"name": "独有之名", column: "no_such_thing"})
    with pytest.raises(TableError, match=f"'独有之名' names the {column} 'no_such_thing', which no row has"):
        use(path)
    assert float(eb.to_tce("1 t", "原煤").magnitude) == 0.7143
    question = ("convert", "1 t", "独有之名") if column == "carrier" else ("limit", "独有之名")
    done = run(*question, capture_output=True, env={**os.environ, "ENERGYBENCH_DATA": str(path)})
    assert done.returncode == 2
    assert "which no row has" in done.stderr


# Quantities -----------------------------------------------------------------------------------------------


def made() -> list[Any]:
    """Quantities that conversions return, and others of the registry."""
    array = eb.ureg.Quantity(numpy.array([1.0, 2.5]), "t")
    return [
        eb.to_tce("1200 t", "原煤"),
        eb.to_tce("1200±6 t", "原煤"),
        eb.to_tce(array, "原煤"),
        eb.ureg.Quantity(3.0, "kWh/t"),
        eb.convert("350 万kWh", "electricity").to_pint(),
        eb.account([LINE], output="24000 t", product="cement-clinker").to_pint(),
    ]


@each("number", range(6))
@each("again", [lambda value: pickle.loads(pickle.dumps(value)), copy.deepcopy])  # noqa: S301
def test_a_quantity_comes_back(number: int, again: Any) -> None:
    given = made()[number]
    found = again(given)
    assert isinstance(found, pint.Quantity)
    assert type(found) is type(given)
    assert numpy.array_equal(found.magnitude, given.magnitude)
    assert found.units == given.units
    assert numpy.all(found == given)
    for name in ("coefficient", "uncertainty"):
        assert getattr(found, name, None) == getattr(given, name, None)
    if isinstance(given.magnitude, numpy.ndarray):
        assert not numpy.shares_memory(found.magnitude, given.magnitude)


def test_a_quantity_comes_back_in_another_process_and_leaves_pint_alone(tmp_path: Path) -> None:
    path = tmp_path / "q.pickle"
    path.write_bytes(pickle.dumps((made(), eb.ureg.Unit("kWh/t"))))
    code = (
        "import pickle, sys, pint\n"
        "before = pint.get_application_registry().get()\n"
        "found, unit = pickle.load(open(sys.argv[1], 'rb'))\n"
        "import energybench as eb\n"
        "assert all(isinstance(one, pint.Quantity) and one._REGISTRY is eb.ureg for one in found)\n"
        "assert pint.get_application_registry().get() is before\n"
        "assert found[0] == eb.to_tce('1200 t', '原煤') and found[0].coefficient.carrier == 'raw_coal'\n"
        "assert unit == eb.ureg.Unit('kWh/t')\n"
        "print('fine')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert done.stdout == "fine\n", done.stderr


# Strange numbers ------------------------------------------------------------------------------------------


def tried(question: Any) -> None:
    """Ask, and accept an answer or a refusal of ours with its value and its fix."""
    try:
        question()
    except EnergybenchError as error:
        told = bool(error.message and error.value)
    else:
        told = True
    assert told


@strange
def test_a_strange_number_is_an_answer_or_a_refusal(given: Any) -> None:
    coal = ("1 t", "原煤")
    for key in ("ncv", "density", "coefficient", "coal_rate", "edition", "basis"):
        tried(lambda key=key: eb.to_tce(*coal, **{key: given}))
    for key in ("carrier", "amount", "unit", "flow", "ncv", "uncertainty", "accuracy", "meter", "use", "evidence"):
        tried(lambda key=key: eb.account([{**LINE, key: given}]))
        tried(lambda key=key: eb.account(pandas.DataFrame([{**LINE, key: given}], dtype=object)))
    for key in ("output", "product", "document", "period", "edition", "compare", "rules"):
        options: dict[str, Any] = {"output": "24000 t", "product": "cement-clinker", key: given}
        tried(lambda options=options: eb.account([LINE], **options))
    for key in ("value", "item", "document", "period", "output", "capacity"):
        named: dict[str, Any] = {"value": "75 kgce/t", "item": "cement-clinker", key: given}
        tried(lambda named=named: eb.classify(named.pop("value"), named.pop("item"), **named))
    for key in ("year", "kind", "factor", "ncv"):
        tried(lambda key=key: eb.to_co2("1 万kWh", "electricity", **{key: given}))
    for carrier in (given, "原煤"):
        tried(lambda carrier=carrier: eb.to_tce(given, carrier))
        tried(lambda carrier=carrier: eb.to_tce("1 t", carrier))
    tried(lambda: eb.to_tce(eb.Measured(given, "t", 0.0), "原煤"))
    tried(lambda: eb.to_tce(eb.Measured(1.0, "t", given), "原煤"))
    tried(lambda: eb.measured("1 t", uncertainty=given))


@each("given", [10**400, HUGE, Fraction(10**400)], ids=["400", "5000", "fraction"])
def test_too_large_an_amount_says_so(given: Any) -> None:
    with pytest.raises(EnergybenchError, match="too large to be a number"):
        eb.to_tce(eb.ureg.Quantity(given, "t"), "原煤")
    with pytest.raises(EnergybenchError, match=r"line 1: amount is .*expected a number of a usual size"):
        eb.account([{**LINE, "amount": given}])


def test_a_number_that_cannot_be_written_is_still_shown() -> None:
    for value in (HUGE, Fraction(HUGE, 3), [HUGE], {"a": HUGE}):
        assert quoted(value) == text_of(value) == f"<{type(value).__name__} with too many digits to be written>"
    assert (text_of(1.5), text_of("a")) == ("1.5", "a")


COLUMNS = [
    "plant",
    "period",
    "product",
    "carrier",
    "amount",
    "unit",
    "flow",
    "ncv",
    "coefficient",
    "uncertainty",
    "meter",
]


@each("column", COLUMNS)
def test_a_strange_cell_of_a_reading_is_one_problem(column: str) -> None:
    table = meters({}, *({"plant": "甲"} for _ in STRANGE)).astype(object)
    first = table[column].iloc[0] if column in table else None
    answer = eb.assess(table.assign(**{column: pandas.Series([first, *STRANGE], dtype=object)}), outputs())
    counts = answer.counts
    assert counts["meters"] == counts["used"] + counts["problems"] == 1 + len(STRANGE)
    assert answer.problems.query("table == 'meters'")["row"].is_unique
    if column in ("carrier", "amount", "unit"):
        at_fault = answer.problems.query(f"column == '{column}'")["row"].tolist()
        assert {number for number, given in enumerate(STRANGE, 1) if given is not pandas.NA} <= set(at_fault)


@each("column", ["plant", "period", "product", "output", "output_unit", "furnace_capacity", "output_value"])
def test_a_strange_cell_of_an_output_is_one_problem(column: str) -> None:
    table = outputs({}, *({"plant": f"乙 {number}"} for number in SHOWN)).astype(object)
    first = table[column].iloc[0] if column in table else None
    answer = eb.assess(meters({}), table.assign(**{column: pandas.Series([first, *STRANGE], dtype=object)}))
    assert answer.results["class"].notna().tolist() == [True, *[False] * len(STRANGE)]
    answer.to_dict()


#: An Arrow type, and how many of two rows it makes a problem; pyarrow has string_view from 16 on.
ARROW_KINDS = [(pyarrow.list_(pyarrow.string()), 2)]
ARROW_KINDS += [(pyarrow.string_view(), 0)] if hasattr(pyarrow, "string_view") else []


@each(("kind", "problems"), ARROW_KINDS, ids=str)
@each("column", ["carrier", "plant", "unit", "amount"])
def test_an_arrow_column_that_pandas_cannot_code(kind: Any, problems: int, column: str) -> None:
    table = meters({}, {})
    cells = [str(cell) for cell in table[column]]
    given = [[cell] for cell in cells] if problems else cells
    made = pandas.Series(pandas.array(pyarrow.array(given, kind), dtype=pandas.ArrowDtype(kind)))
    answer = eb.assess(table.assign(**{column: made}), outputs())
    assert (answer.counts["used"], answer.counts["problems"]) == (2 - problems, problems)


@pytest.mark.skipif(not hasattr(polars, "Int128"), reason="polars has Int128 from 1.18 on")
@pytest.mark.parametrize(("large", "used"), [(False, 2), (True, 2)])
def test_integers_of_128_bits(large: bool, used: int) -> None:
    amounts = [10, 10**25 if large else 20]
    table = polars.DataFrame(
        {name: meters({}, {})[name].tolist() for name in ("plant", "product", "carrier", "unit")}
        | {"period": polars.Series([int(p) for p in meters({}, {})["period"]], dtype=polars.Int128)}
        | {"amount": polars.Series(amounts, dtype=polars.Int128)}
    )
    answer = eb.assess(table, outputs())
    assert answer.counts["used"] == used
    expected = eb.assess(meters({"amount": 10.0}, {"amount": float(amounts[1])}), outputs())
    assert answer.results["tce"].to_list() == expected.results["tce"].tolist()


# Frames of an account ---------------------------------------------------------------------------------------


CHINESE = {"品种": ["原煤", "电力"], "实物量": [1200.0, 35.5], "单位": ["t", "万kWh"], "流向": ["输入", None]}
FRAMES = {
    "pandas": pandas.DataFrame,
    "polars": polars.DataFrame,
    "pyarrow": pyarrow.table,
    "batch": pyarrow.RecordBatch.from_pydict,
}


@each("headers", ["english", "chinese"])
@each("kind", FRAMES)
def test_an_account_of_a_frame(kind: str, headers: str) -> None:
    english = dict(zip(("carrier", "amount", "unit", "flow"), CHINESE.values(), strict=True))
    columns = CHINESE if headers == "chinese" else english
    found = eb.account(FRAMES[kind](columns))
    assert found.tce == eb.account([("原煤", "1200 t"), ("电力", "35.5 万kWh")]).tce
    assert [line.flow for line in found.lines] == ["in", "in"]


def test_a_frame_that_is_not_read_is_refused() -> None:
    lines = [("原煤", "1200 t")]
    refused: list[Any] = [pandas.Series(["1200 t"], ["原煤"]), polars.Series(["a"]), polars.LazyFrame(CHINESE)]
    for given in refused:
        with pytest.raises(OptionError, match="lines is"):
            eb.account(given)
    twice = pandas.DataFrame([["原煤", "1 t", "2 t"]], columns=["carrier", "amount", "amount"])
    with pytest.raises(TableError, match="header 'amount' twice"):
        eb.account(twice)
    with pytest.raises(OptionError, match="'数量' is amount once more"):
        eb.account([{"carrier": "原煤", "amount": "1 t", "数量": "2 t"}])
    empty = pandas.DataFrame({"carrier": ["原煤"], "amount": ["1200 t"], "flow": [pandas.NA], "ncv": [pandas.NaT]})
    assert eb.account(empty).tce == eb.account(lines).tce
    decimal = polars.DataFrame({"carrier": ["原煤"], "amount": [Decimal("1200.0")], "unit": ["t"]})
    assert eb.account(decimal).tce == eb.account(lines).tce
