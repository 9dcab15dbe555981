"""The command: answers on stdout, the rest on stderr, exit codes, JSON keys, files, and the page about it."""

from __future__ import annotations

import codecs
import csv
import doctest
import io
import json
import os
import re
import shlex
import subprocess
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import energybench as eb
from energybench import cli
from energybench.cli import console
from energybench.energy.coefficients import DEFAULT_EDITION
from energybench.errors import EnergybenchError, OptionError, TableError, TableNotFoundError
from energybench.frames.problems import ProblemRows
from energybench.report import files as writers
from energybench.tables.rows import TABLES, folder
from energybench.tables.store import ACCEPTED, data_version, records
from expect import each
from shell import shell, shown_runs

if TYPE_CHECKING:
    from collections.abc import Callable

COMMANDS = (
    *("convert", "limit", "classify", "show", "timeline", "assess", "template", "targets", "lift"),
    *("explain", "replay", "tables", "serve", "mcp", "verify"),
)
#: The commands whose examples need files.
OF_FILES = ("assess", "template", "targets", "lift", "explain", "replay", "serve", "mcp", "verify")
FURNACE = "induction-furnace-cast-iron"
PLACED = (FURNACE, "--region", "昌吉市")
METERS = """\
企业,期间,产品,能源品种,数量,单位
甲水泥,2023,水泥熟料,原煤,"36,000",t
甲水泥,2023,水泥熟料,电力,1500,万kWh
乙铝业,2023,电解铝,电力,26.4,亿kWh
"""
OUTPUTS = """\
企业,期间,产品,产量,产量单位
甲水泥,2023,水泥熟料,26,万t
乙铝业,2023,电解铝,20,万t
"""


class Answer:
    """What one run said, and its exit code."""

    def __init__(self, code: int, stdout: str, stderr: str) -> None:
        self.code, self.stdout, self.stderr = code, stdout, stderr

    @property
    def data(self) -> Any:
        return json.loads(self.stdout)


def run(*args: str) -> Answer:
    """Run in this process; a failure that is no exit code is the test's failure."""
    result = shell(*args)
    return Answer(result.exit_code, result.stdout, result.stderr)


def start(*args: str, **settings: Any) -> subprocess.CompletedProcess[bytes]:
    """Run as a program of its own."""
    given = {"capture_output": True, "timeout": 120, **settings}
    done: subprocess.CompletedProcess[bytes] = subprocess.run(
        [sys.executable, "-m", "energybench", *args], check=False, **given
    )
    return done


@pytest.fixture
def plants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with meters.csv and outputs.csv, in which the test runs."""
    (tmp_path / "meters.csv").write_text(METERS, encoding="utf-8")
    (tmp_path / "outputs.csv").write_text(OUTPUTS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def spoiled(plants: Path) -> Path:
    """The same folder with two readings that cannot be used."""
    bad = "丙水泥,2023,水泥熟料,原媒,5,t\n甲水泥,2023,水泥熟料,原煤,5,kWh\n"
    (plants / "meters.csv").write_text(METERS + bad, encoding="utf-8")
    return plants


def unverified_item() -> str:
    """An item whose rows are all unverified and have a figure, so that the test holds while rows get confirmed."""
    rows = [row for row in records("benchmarks") if row.verification != "missing"]
    accepted = {row.item for row in rows if row.verification in ACCEPTED}
    return next(str(row.item) for row in rows if row.item not in accepted and row.benchmark and row.unit == "kgce/t")


def unverified_carrier() -> str:
    """A solid or liquid fuel whose one row of the default edition is unverified."""
    rows = [row for row in records("carriers") if row.document == DEFAULT_EDITION and row.coefficient]
    names = [row.carrier for row in rows]
    weak = [row for row in rows if row.verification == "unverified" and row.coefficient_unit == "kgce/kg"]
    return next(str(row.carrier) for row in weak if names.count(row.carrier) == 1 and not row.coefficient_high)


# The answers


def test_convert_prints_one_line_and_nothing_else() -> None:
    answer = run("convert", "1200 t", "原煤")
    assert (answer.code, answer.stderr) == (0, "")
    assert answer.stdout == f"{eb.convert('1200 t', '原煤')}\n"
    assert "857.16 tce" in answer.stdout


@each(
    ("args", "tce"),
    [
        (["350 万kWh", "electricity"], 430.15),
        (["350 万kWh", "electricity", "--basis", "primary", "--coal-rate", "302.4 gce/kWh"], 1058.4),
        (["90 万m3", "natural gas", "--ncv", "35.6 MJ/m3"], 900000 * 35.6 / 29.3076 / 1000),
        (["12340 L", "gasoline", "--density", "0.725 kg/L"], 12340 * 0.725 * 1.4714 / 1000),
        (["10 t", "other fuel", "--coefficient", "1.2 kgce/kg"], 12.0),
        (["1 t", "diesel"], 1.4571),
        (["1 t", "raw coal", "--edition", "GB/T 2589-2008"], 0.7143),
        (["-5 t", "原煤"], -3.5715),
        (["--basis=calorific", "--", "-5 t", "原煤"], -3.5715),
    ],
)
def test_convert_passes_every_option_on(args: list[str], tce: float) -> None:
    answer = run("convert", *args, "--json") if "--" not in args else run("convert", "--json", *args)
    assert (answer.code, answer.stderr) == (0, "")
    assert answer.data["tce"] == pytest.approx(tce, rel=1e-12)


def test_convert_json_has_the_documented_keys() -> None:
    data = run("convert", "1200 t", "原煤", "--json").data
    assert list(data) == [
        *("carrier", "amount", "unit", "tce", "coefficient", "density", "amount_uncertainty", "uncertainty"),
        *("url", "warnings", "package_version", "data_version"),
    ]
    assert {"value", "unit", "basis", "origin", "document", "clause", "verification", "evidence", "notes"} <= set(
        data["coefficient"]
    )
    assert set(data["coefficient"]) == {field.name for field in fields(eb.Coefficient)}
    assert (data["package_version"], data["data_version"]) == (eb.__version__, data_version())


#: Finite texts whose products and quotients no float can hold, and some that it can.
EXTREMES = ("1", "600", "0", "1e308", "1.7e308", "1e-308", "5e-324", "1e-400", "9e999", "1e305", "1e150", "1e-200")


@st.composite
def extreme_amounts(draw: st.DrawFn, unit: str) -> str:
    """Draw an amount at the ends of the floats, sometimes with an uncertainty there."""
    first, second = (draw(st.sampled_from(EXTREMES)) for _ in range(2))
    form = draw(st.sampled_from(["{0} {u}", "{0}±{1} {u}", "{0} {u} ± {1} %", "{0}±{1} {u} (k={1})"]))
    return form.format(first, second, u=unit)


def strict(text: str) -> Any:
    """Read JSON as every reader of JSON does: there is no Infinity and no NaN."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in {text}"))


@settings(max_examples=150)
@given(st.data())
def test_whatever_is_finite_gives_strict_json_or_a_refusal(data: st.DataObject) -> None:
    def amount(unit: str) -> str:
        return data.draw(extreme_amounts(unit))

    unit, carrier = data.draw(st.sampled_from([("t", "原煤"), ("亿kWh", "电力"), ("L", "汽油"), ("万m3", "天然气")]))
    figures = {"ncv": "MJ/kg", "density": "kg/L", "coefficient": "kgce/kg"}
    options = {name: amount(of) for name, of in figures.items() if data.draw(st.booleans())}
    if data.draw(st.booleans()):
        options |= {"basis": "primary", "coal_rate": amount("gce/kWh")}
    questions = [("convert", {"amount": amount(unit), "carrier": carrier}, options)]
    unit, item = data.draw(
        st.sampled_from([("kgce/t", "cement-clinker"), ("kWh/t", FURNACE), ("kgce/t", "yellow-phosphorus")])
    )
    options = {"capacity": amount("t")} if item == FURNACE else {}
    if data.draw(st.booleans()):
        options["output"] = amount("Gt")
    questions.append(("classify", {"value": amount(unit), "item": item}, options))
    for command, asked, given_too in questions:
        words = [word for name, value in given_too.items() for word in (f"--{name.replace('_', '-')}", value)]
        answer = run(command, *asked.values(), *words, "--json")
        assert answer.code in (0, 2)
        strict(answer.stdout or answer.stderr.splitlines()[-1])
        lines = "\n".join([json.dumps({**asked, **given_too})] * 3)
        piped = shell(command, "-", given=lines)
        assert piped.exit_code == (console.FINE if answer.code == 0 else console.PROBLEMS)
        assert len([strict(line) for line in piped.stdout.splitlines()]) == 3


def test_limit_shows_every_step_with_its_source() -> None:
    answer = run("limit", "电解铝")
    assert (answer.code, answer.stderr) == (0, "")
    for text in ("电解铝", "<= 13000 kWh/t", "<= 13350 kWh/t", "标杆水平", "below-baseline", "ndrc-2023", "kWh/t"):
        assert text in answer.stdout


def test_limit_shows_what_is_not_known_and_the_notes() -> None:
    rows = [row for row in records("limits") if row.verification in ACCEPTED and row.notes]
    row = next(row for row in rows if not row.level1 and row.level3 and [r.item for r in rows].count(row.item) == 1)
    answer = run("limit", row.item, "--document", row.document)
    assert answer.code == 0
    assert "level-1 (1级): not known\n" in answer.stdout
    assert row.notes in answer.stdout


def test_limit_takes_the_list_in_force_in_a_period() -> None:
    documents = {
        year: run("limit", "cement-clinker", "--period", year, "--json").data["document"] for year in ("2022", "2024")
    }
    assert documents == {"2022": "ndrc-2021", "2024": "ndrc-2023"}


def test_limit_json_has_the_documented_keys() -> None:
    answer = run("limit", "cement-clinker", "--document", "ndrc-2021", "--json")
    data = answer.data
    assert "ndrc-2023" in answer.stderr, "the list that replaced it"
    assert [f"warning: {text}" for text in data["warnings"]] == answer.stderr.splitlines()
    assert set(data) == {field.name for field in fields(eb.Ladder)} | {
        *("beyond_zh", "warnings", "package_version", "data_version", "url")
    }
    assert data["steps"] == [
        {"level": "benchmark", "level_zh": "标杆水平", "comparator": "<=", "threshold": 100.0},
        {"level": "baseline", "level_zh": "基准水平", "comparator": "<=", "threshold": 117.0},
    ]
    assert (data["beyond"], data["furnace"], data["document"]) == ("below-baseline", None, "ndrc-2021")


def test_limit_takes_the_indicator_of_a_unit() -> None:
    args = ("limit", "cement-clinker", "--document", "gb-16780-2021", "--json")
    assert run(*args).data["unit"] == "kgce/t"
    assert run(*args, "--unit", "千瓦时/吨").data["unit"] == "kWh/t"
    answer = run("limit", "电解铝", "--unit", "kgce/t")
    assert (answer.code, "the limit of electrolytic-aluminium is in kWh/t" in answer.stderr) == (2, True)


def test_limit_of_an_amount_is_that_of_a_furnace() -> None:
    by_amount, by_item = run("limit", "3 t", "--json"), run("limit", *PLACED, "--capacity", "3000 kg", "--json")
    assert by_amount.data == by_item.data
    furnace = by_amount.data["furnace"]
    assert (furnace["strict"], furnace["lenient"], furnace["reading"]) == (590, 610, "linear")
    assert furnace["value"] == pytest.approx(610 - 20 / 3)
    assert "strict 590, lenient 610" in run("limit", "3 t").stdout


@each(("reading", "limit"), [("class_above", 590), ("class_below", 610), ("linear", 610 - 20 / 3)])
def test_limit_passes_the_reading_on(reading: str, limit: float) -> None:
    assert run("limit", "3 t", "--reading", reading, "--json").data["steps"][0]["threshold"] == pytest.approx(limit)


def test_classify_prints_the_verdict() -> None:
    answer = run("classify", "13200 kWh/t", "电解铝")
    assert (answer.code, answer.stderr) == (0, "")
    assert answer.stdout == f"{eb.classify('13200 kWh/t', '电解铝')}\n"


def test_classify_json_is_the_verdict_and_the_warnings() -> None:
    data = run("classify", "13200 kWh/t", "电解铝", "--output", "20 万t", "--json").data
    verdict = eb.classify("13200 kWh/t", "电解铝", output="20 万t").to_dict()
    assert data == {**json.loads(json.dumps(verdict)), "warnings": []}
    assert set(data) >= {"level", "meets", "margins", "thresholds", "document", "data_version", "savings"}


@each(
    ("args", "level"),
    [
        (["13350 kWh/t", "电解铝"], "baseline"),
        (["-30 kgce/t", "converter", "--allow-unverified"], "benchmark"),
        (["-20.5 kgce/t", "converter", "--allow-unverified"], "baseline"),
        (["-5 kgce/t", "converter", "--allow-unverified"], "below-baseline"),
        (["−5 kgce/t", "converter", "--allow-unverified"], "below-baseline"),
        (["105 kgce/t", "cement-clinker", "--period", "2022"], "baseline"),
        (
            ["--document", "ndrc-2023", "-30 kgce/t", "converter", "--compare", "rounded", "--allow-unverified"],
            "benchmark",
        ),
        (["--allow-unverified", "--", "-30 kgce/t", "converter"], "benchmark"),
        (["600 kWh/t", *PLACED, "--capacity", "3 t"], "within-limit"),
        (["600 kWh/t", *PLACED, "--capacity", "3 t", "--reading", "class_above"], "over-limit"),
        (["13350.4 kWh/t", "电解铝"], "below-baseline"),
        (["13350.4 kWh/t", "电解铝", "--compare", "rounded"], "baseline"),
        (["0.28 tce/t", "cast-iron", "--region", "Changji City", "--basis", "calorific"], "within-limit"),
    ],
)
def test_classify_passes_every_option_on(args: list[str], level: str) -> None:
    assert run("classify", "--json", *args).data["level"] == level


def test_tables_are_listed_with_their_rows() -> None:
    answer = run("tables")
    listed = dict(line.split()[:2] for line in answer.stdout.splitlines())
    assert listed == {name: str(len(records(name))) for name in TABLES}
    assert run("tables", "--json").data["tables"] == [{"name": n, "rows": int(rows)} for n, rows in listed.items()]


@each("name", TABLES)
def test_a_table_is_printed_as_its_file_has_it(name: str) -> None:
    with (folder() / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        expected = list(csv.DictReader(file))
    assert list(csv.DictReader(io.StringIO(run("tables", name).stdout, newline=""))) == expected
    data = run("tables", name, "--json").data
    assert (data["table"], data["rows"]) == (name, expected)


def test_own_rows_are_in_the_tables(write_table: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    base = "changji-city-2021/cast-iron"
    own = write_table("local_limits", {"id": "own/x", "item": "own-iron", "limit": "0.2"}, base=base)
    monkeypatch.setenv("ENERGYBENCH_DATA", str(own))
    eb.tables.use()  # forget what was read before
    assert run("classify", "0.21 tce/t", "own-iron", "--region", "昌吉市", "--json").data["level"] == "over-limit"
    monkeypatch.delenv("ENERGYBENCH_DATA")


# Unverified figures


@each(
    "args",
    [
        ["convert", "1 t", unverified_carrier()],
        ["limit", unverified_item()],
        ["classify", "1 kgce/t", unverified_item()],
    ],
)
def test_an_unverified_figure_is_used_only_when_asked_for(args: list[str]) -> None:
    refused = run(*args)
    assert (refused.code, refused.stdout) == (2, "")
    assert "--allow-unverified" in refused.stderr
    used = run(*args, "--allow-unverified", "--json")
    assert used.code == 0
    assert used.stderr.startswith("warning: ")
    assert [f"warning: {text}" for text in used.data["warnings"]] == used.stderr.splitlines()


def test_other_warnings_are_left_to_python() -> None:
    with pytest.warns(DeprecationWarning, match="elsewhere"), console.heard() as notes:
        warnings.warn("elsewhere", DeprecationWarning, stacklevel=1)
    assert notes == []


# Refused questions

REFUSED = [
    (["convert", "350 万kWh", "electricity", "--basis", "primary"], "no-coal-rate", '--coal-rate "300 gce/kWh"'),
    (["convert", "1 t", "原媒"], "unknown-carrier", "原煤"),
    (["convert", "1 kWh", "原煤"], "wrong-dimension", "kg"),
    (["convert", "1 t", "汽有"], "unknown-carrier", "汽油"),
    (["convert", "1200", "原煤"], "unreadable-amount", "1200 t"),
    (["convert", "many t", "原煤"], "unreadable-amount", ""),
    (["convert", "1200 quintal", "原煤"], "unknown-unit", ""),
    (["convert", "100 L", "diesel"], "wrong-dimension", "--density"),
    (["convert", "1 万m3", "natural gas"], "several-candidates", '--ncv "35.6 MJ/m3"'),
    (["convert", "1 t", "原煤", "--edition", "gbt-2589-2009"], "unknown-name", "gbt-2589-2008"),
    (["convert", "1 t", "原煤", "--coal-rate", "300 gce/kWh"], "option", '--basis "primary"'),
    (["limit", "电解吕"], "unknown-product", "电解铝"),
    (["limit", FURNACE], "capacity", '--capacity "3 t"'),
    (["limit", "3 t", "--capacity", "2 t"], "option", "one"),
    (["limit", "3 t", "--reading", "stated_only"], "capacity", "--reading"),
    (["limit", "-3 t"], "capacity", ""),
    (["limit", "3 kWh"], "capacity", '"3 t"'),
    (["limit", "电解铝", "--document", "ndrc-1999"], "unknown-name", "ndrc-2023"),
    (["limit", "cement-clinker", "--period", "2019"], "not-in-force", '--document "gb-16780-2012"'),
    (["limit", "3 t", "--document", "ndrc-2023"], "unknown-product", '--document "changji-city-2021"'),
    (["limit", FURNACE, "--capacity", "3 t"], "not-in-force", '--region "昌吉市"'),
    (["limit", "cement-clinker", "--region", "火星"], "unknown-name", "昌吉市"),
    (["classify", "105 kgce/t", "电解铝"], "wrong-dimension", "kWh/t"),
    (["classify", "600 kWh/t", FURNACE], "capacity", '--capacity "3 t"'),
    (["classify", "1 kgce/t", "cement-clinker", "--basis", "primary"], "basis", '--basis "calorific"'),
    (["classify", "1 kgce/t", "cement-clinker", "--output", "0 t"], "output", ""),
    (["classify", "nan kgce/t", "cement-clinker"], "unreadable-amount", ""),
    (["classify", "1e308 kgce/t", "cement-clinker", "--output", "24000 t"], "unreadable-amount", "the output"),
    (["classify", "13200 kWh/t", "电解铝", "--output", "1.7e308 t"], "unreadable-amount", "output"),
    (["convert", "12±1e305 亿kWh", "电力"], "uncertainty", "uncertainty"),
    (["convert", "1e309 ± 5 % GJ", "热力"], "unreadable-amount", "unit"),
    (["convert", "1e-308 t", "原煤", "--coefficient", "1.7e308 tce/kg"], "unreadable-amount", "unit"),
    (["convert", "1 t", "原煤", "--ncv", "1e-400 MJ/kg"], "unreadable-amount", "unit"),
    (["verify", "math:fsum", "--kind", "conversion", "--tolerance", "nan"], "option", "1e-9"),
    (["tables", "furnace_limit"], "option", "furnace_limits"),
    (["assess", "meters.csv", "nowhere.csv"], "file-not-found", ".csv"),
    (["assess", "meters.csv", "outputs.csv", "--results", "results.xls"], "option", ".xlsx"),
    (["assess", "meters.csv", "outputs.csv", "--results", "no/such/results.csv"], "file-not-found", ""),
    (["assess", "meters.csv", "outputs.csv", "--results", "meters.csv"], "option", ""),
    (["assess", "meters.csv", "outputs.csv", "--results", "a.csv", "--energy", "./a.csv"], "option", ""),
    (["assess", "outputs.csv", "outputs.csv"], "missing-column", ""),
]


@each(("args", "reason", "fix"), REFUSED)
@pytest.mark.usefixtures("plants")
def test_a_refused_question_says_what_to_do_and_speaks_no_python(args: list[str], reason: str, fix: str) -> None:
    answer = run(*args)
    assert not re.search(r"\b[a-z_]+=", answer.stderr)
    assert (answer.code, answer.stdout) == (2, "")
    assert answer.stderr.startswith("error: ")
    assert fix in answer.stderr
    assert answer.stderr.count("\n") == 1
    in_json = run(*args, "--json")
    assert (in_json.code, in_json.stdout) == (2, "")
    error = json.loads(in_json.stderr)["error"]
    assert list(error) == ["reason", "message", "value", "fix"]
    assert error["reason"] == reason
    assert fix in error["fix"]
    assert answer.stderr == f"error: {error['message']}. {error['fix']}".removesuffix(". ") + "\n"


@each(
    ("args", "hint"),
    [
        (["convert", "1 t", "原煤", "--bais", "primary"], "--basis"),
        (["classify", "-30 kgce/t", "converter", "--outptu", "1 t"], "--output"),
        (["limit", "3 t", "--documnt", "ndrc-2023"], "--document"),
        (["classify", "-30 kgce/t", "converter", "-v"], "-v"),
        (["classify", "-30 kgce/t"], "ITEM"),
        (["classify", "-30 kgce/t", "converter", "-10 kgce/t"], "-10 kgce/t"),
        (["classify", "-30 kgce/t", "converter", "--basis"], "expected one argument"),
        (["convert", "1 t", "原煤", "--basis", "calorfic"], "calorific"),
        (["limit", "3 t", "--reading", "liner"], "linear"),
        (["assess", "a.csv", "b.csv", "--basis", "foo"], "calorific"),
        (["clasify", "1 t", "converter"], "classify"),
        (["--jsn"], "--jsn"),
    ],
)
def test_wrong_usage_is_code_2_with_a_hint(args: list[str], hint: str) -> None:
    answer = run(*args)
    assert (answer.code, answer.stdout) == (2, "")
    assert hint in answer.stderr
    if args[0].startswith("-"):
        return
    in_json = run(*args[:1], "--json", *args[1:]) if args[0] in COMMANDS else run(*args, "--json")
    assert (in_json.code, in_json.stdout) == (2, "")
    error = json.loads(in_json.stderr)["error"]
    assert error["reason"] == "usage"
    assert hint in error["message"]
    # The parser does not say in which command an option lacks its argument.
    known = args[0] in COMMANDS and "requires" not in hint
    assert error["fix"] == f"energybench{' ' + args[0] if known else ''} --help shows the usage"


@each("args", [["limit", "3 t"], ["classify", "600 kWh/t", FURNACE, "--capacity", "3 t"]])
@each("document", [["ndrc-2023"], ["GB/T 2589-2020"], ["ndrc-2023", "--period", "2019"]])
def test_a_furnace_in_a_document_without_furnaces_is_sent_to_one_that_has_it(
    args: list[str], document: list[str]
) -> None:
    said = run(*args, "--document", *document).stderr
    assert "Did you mean" not in said
    (advised,) = re.findall(r'--document "([^"]+)"', said)
    assert run(*args, "--document", advised).code == 0


def test_a_furnace_of_a_table_is_sent_there_too() -> None:
    key = {"plant": "铸造厂", "period": "2023", "product": FURNACE}
    meters = pd.DataFrame([{**key, "carrier": "电力", "amount": 600, "unit": "kWh"}])
    made = {**key, "output": 1, "output_unit": "t", "furnace_capacity": 3, "furnace_capacity_unit": "t"}
    (problem,) = eb.assess(meters, pd.DataFrame([made]), document="ndrc-2023").problem_counts.to_dict("records")
    assert (problem["reason"], problem["value"]) == ("unknown-product", FURNACE)
    (advised,) = re.findall(r'document="([^"]+)"', problem["suggestion"])
    classes = eb.assess(meters, pd.DataFrame([made]), document=advised).results["class"]
    assert classes.tolist() == ["within-limit"]
    assert eb.furnace_limit("3 t", document=advised).document == advised


def test_a_workbook_with_several_sheets_is_asked_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = pd.read_csv(io.StringIO(METERS))
    with pd.ExcelWriter("meters.xlsx") as book:
        for name in ("草稿", "定稿"):
            rows.to_excel(book, sheet_name=name, index=False)
    Path("outputs.csv").write_text(OUTPUTS, encoding="utf-8")
    refused = run("assess", "meters.xlsx", "outputs.csv")
    assert refused.code == 2
    assert "Pass --sheet '草稿' or another" in refused.stderr
    assert run("assess", "meters.xlsx", "outputs.csv", "--sheet", "定稿", "--json").data["counts"]["meters"] == 3


def test_without_arguments_help_goes_to_stderr() -> None:
    answer = run()
    assert (answer.code, answer.stdout) == (2, "")
    assert "classify" in answer.stderr


def test_a_fix_is_written_for_the_shell() -> None:
    row = next(row for row in records("benchmarks") if row.verification == "missing")
    refused = run("limit", row.item, "--document", row.document).stderr
    assert "ENERGYBENCH_DATA" in refused
    assert "tables.use" not in refused
    assert console.in_options('Pass ncv="1 MJ/m3", coal_rate= or allow_unverified=True') == (
        'Pass --ncv "1 MJ/m3", --coal-rate or --allow-unverified'
    )


def test_an_error_without_a_fix_ends_with_its_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise EnergybenchError("There is nothing to be done")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(eb, "convert", refuse)
    assert run("convert", "1 t", "原煤").stderr == "error: There is nothing to be done\n"


def test_control_characters_do_not_reach_the_terminal() -> None:
    answer = run("convert", "1 t", "fuel\x1b[31m", "--coefficient", "1.2 kgce/kg")
    assert answer.code == 0
    assert "\x1b" not in answer.stdout
    assert "fuel\\x1b[31m" in answer.stdout


# Help


def test_version() -> None:
    answer = run("--version")
    assert (answer.code, answer.stdout, answer.stderr) == (0, f"energybench {eb.__version__}\n", "")


def test_help_names_the_commands() -> None:
    answer = run("--help")
    assert answer.code == 0
    assert "…" not in answer.stdout
    assert tuple(cli.COMMANDS) == COMMANDS
    listed = answer.stdout.split("commands:")[1]
    assert "..." not in listed, "a summary that is cut off"
    for command, (_, summary) in cli.COMMANDS.items():
        assert re.findall(rf"^  {command} +(.*)", listed, re.MULTILINE) == [summary]
        assert (cli.load(command)[1].description or "").startswith(summary)


@each("command", [name for name in COMMANDS if name not in OF_FILES])
def test_the_examples_of_the_help_run(command: str) -> None:
    examples = run(command, "--help").stdout.split("examples:")[1].strip().splitlines()
    assert len(examples) == 3
    for example in examples:
        words = shlex.split(example)
        assert words[:2] == ["energybench", command]
        assert run(*words[1:]).code == 0, example


@each("command", OF_FILES)
def test_the_examples_of_files_have_their_options(command: str) -> None:
    text = run(command, "--help").stdout
    options, examples = text.split("examples:")
    used = set(re.findall(r"--[a-z-]+", examples))
    assert used
    assert used <= set(re.findall(r"--[a-z-]+", options))


def test_choices_are_those_of_the_library() -> None:
    from energybench.limits.furnaces import READINGS
    from energybench.limits.ladders import COMPARES

    choices = {action.dest: tuple(action.choices or ()) for action in cli.load("classify")[1]._actions}
    assert (choices["reading"], choices["compare"]) == (READINGS, COMPARES)


# Whole tables


@pytest.mark.usefixtures("plants")
def test_assess_without_problems_is_code_0() -> None:
    answer = run("assess", "meters.csv", "outputs.csv")
    assert (answer.code, answer.stderr) == (0, "")
    assert "3 meter rows: 3 used, 0 with problems" in answer.stdout


@pytest.mark.usefixtures("spoiled")
def test_assess_with_problems_is_code_1_and_loses_no_row() -> None:
    answer = run("assess", "meters.csv", "outputs.csv", "--json")
    assert (answer.code, answer.stderr) == (1, "")
    data = answer.data
    assert set(data) == {
        *("results", "problems", "problem_counts", "counts", "notes", "options"),
        *("package_version", "data_version", "warnings", "targets", "written"),
    }
    assert data["counts"] == {"meters": 5, "used": 3, "problems": 2, "totals": 0, "outputs": 2, "classified": 1}
    assert [(p["row"], p["reason"]) for p in data["problems"] if p["table"] == "meters"] == [
        *((5, "unknown-carrier"), (6, "wrong-dimension"))
    ]
    assert [row["class"] for row in data["results"]] == [None, "baseline"]


@pytest.mark.usefixtures("spoiled")
def test_the_exit_code_of_assess_needs_no_row_of_the_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProblemRows, "frame", lambda _: pytest.fail("every row of the problems was made"))
    assert run("assess", "meters.csv", "outputs.csv").code == 1


@pytest.mark.usefixtures("plants")
def test_assess_passes_every_option_on(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, object] = {}
    original = eb.assess

    def spy(meters: str, outputs: str, **options: Any) -> Any:
        seen.update(options, files=(meters, outputs))
        return original(meters, outputs)

    monkeypatch.setattr(eb, "assess", spy)
    options = {
        "basis": "primary",
        "coal_rate": "302.4 gce/kWh",
        "edition": "gbt-2589-2008",
        "gas_state": "20 °C",
        "document": "ndrc-2021",
        "region": "昌吉市",
        "sheet": "1月",
        "project": "new",
        "corrections": "base",
        "reading": "class_above",
        "compare": "rounded",
        "header_row": 3,
        "plant": "甲厂",
        "period": "2023",
        "product": "水泥熟料",
        "mapping": "own.toml",
        "blank": "none-used",
    }
    words = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    words += ["--columns", "用能=carrier", "--columns", "备注="]
    assert run("assess", "meters.csv", "outputs.csv", "--allow-unverified", "--plausible", *words).code == 0
    files = ("meters.csv", "outputs.csv")
    assert seen == {
        **options,
        "columns": {"用能": "carrier", "备注": ""},
        "plausible": True,
        "allow_unverified": True,
        "progress": None,
        "energy_to": None,
        "files": files,
    }


def read_back(path: Path) -> pd.DataFrame:
    # From 3.1 on pandas reads every digit anyway, and warns of the option.
    newest = tuple(map(int, pd.__version__.split(".")[:2])) >= (3, 1)
    exactly: dict[str, Any] = {} if newest else {"float_precision": "round_trip"}
    readers: dict[str, Any] = {
        ".csv": lambda file: pd.read_csv(file, **exactly),
        ".json": lambda file: pd.DataFrame(json.loads(file.read_text("utf-8"))),
        ".parquet": pd.read_parquet,
        ".xlsx": pd.read_excel,
    }
    frame: pd.DataFrame = readers[path.suffix](path)
    return frame


@pytest.mark.parametrize("suffix", list(writers.FORMATS))
def test_assess_writes_what_it_found(spoiled: Path, suffix: str) -> None:
    asked = [word for name in ("results", "energy", "problems") for word in (f"--{name}", f"{name}{suffix}")]
    answer = run("assess", "meters.csv", "outputs.csv", *asked)
    assert (answer.code, answer.stderr) == (1, "")
    expected = eb.assess(spoiled / "meters.csv", spoiled / "outputs.csv")
    for name in ("results", "energy", "problems"):
        table, written = getattr(expected, name), read_back(spoiled / f"{name}{suffix}")
        assert list(written.columns) == list(table.columns)
        assert len(written) == len(table)
    written = read_back(spoiled / f"results{suffix}")
    np.testing.assert_array_equal(written["intensity"].to_numpy(float), expected.results["intensity"].to_numpy(float))
    assert sorted(path.name for path in spoiled.iterdir()) == sorted(
        ["meters.csv", "outputs.csv", *(f"{name}{suffix}" for name in ("results", "energy", "problems"))]
    )


def test_targets_are_checked_before_any_work(plants: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eb, "assess", lambda *_, **__: pytest.fail("the work began"))
    assert run("assess", "meters.csv", "outputs.csv", "--energy", "energy.txt").code == 2
    monkeypatch.setitem(writers.FORMATS, ".parquet", ("no_such_module", "arrow"))
    answer = run("assess", "meters.csv", "outputs.csv", "--energy", "energy.parquet")
    assert answer.code == 2
    assert 'pip install "energybench[arrow]"' in answer.stderr
    assert sorted(path.name for path in plants.iterdir()) == ["meters.csv", "outputs.csv"]


@pytest.mark.skipif(os.name == "nt", reason="directories open differently")
def test_a_file_that_the_system_refuses_is_code_2(plants: Path) -> None:
    (plants / "results.csv").mkdir()
    answer = run("assess", "meters.csv", "outputs.csv", "--results", "results.csv", "--json")
    assert (answer.code, answer.stdout) == (2, "")
    assert json.loads(answer.stderr)["error"]["reason"] == "file"
    assert "results.csv" in answer.stderr


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("long", "stream", "seen"), [(1, Terminal, True), (10**9, Terminal, False), (0, io.StringIO, False)]
)
def test_the_bar_is_for_long_files_on_a_terminal(
    plants: Path, monkeypatch: pytest.MonkeyPatch, long: int, stream: type[io.StringIO], seen: bool
) -> None:
    monkeypatch.setattr(console, "LONG", long)
    with redirect_stderr(stream()) as shown, redirect_stdout(io.StringIO()) as said:
        assert cli.run(["assess", str(plants / "meters.csv"), "outputs.csv", "--json"]) == 0
    assert json.loads(said.getvalue())["counts"]["used"] == 3
    assert ("100%" in shown.getvalue()) == bool(shown.getvalue()) == seen


@pytest.mark.usefixtures("plants")
def test_assess_has_a_line_for_the_first_plants_and_counts_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("energybench.report.content.MOST_LINES_OF_PLANTS", 1)
    lines = run("assess", "meters.csv", "outputs.csv", "--lang", "zh", "--results", "results.csv").stdout.splitlines()
    assert lines[-3].startswith("  甲水泥，2023，水泥熟料：105.993 kgce/t，基准水平；优于基准水平（117）11.01 kgce/t；")
    assert lines[-2:] == ["  其余 1 行：基准水平 1", "已写出：results.csv"]


@pytest.mark.usefixtures("plants")
def test_targets_are_over_results_or_readings_with_figures_from_a_table() -> None:
    Path("figures.csv").write_bytes(
        "指标,单位,数值\nequipment_investment_growth,%,26\ngreen_factories,,\n".encode("gbk")
    )
    given = ("--targets", "panzhihua-2024", "--figures", "figures.csv")
    told = run("assess", "meters.csv", "outputs.csv", "--results", "results.csv", *given)
    assert "  02 met: city industry" in told.stdout
    policy = ("--document", "panzhihua-2024", "--json")
    over_results, over_readings = (
        run("targets", *files, *policy, "--figures", "figures.csv").data
        for files in (["results.csv"], ["meters.csv", "outputs.csv"])
    )
    assert over_results["verdicts"] == over_readings["verdicts"]
    alone = run("targets", *policy, "--figures", "green_factories=22").data["verdicts"]
    assert [one["met"] for one in alone if one["figure"] == "green_factories"] == [True]
    assert run("targets", "a.csv", "b.csv", "c.csv", *policy).code == 2
    assert "Head them figure, value, unit" in run("targets", *policy[:2], "--figures", "outputs.csv").stderr
    assert "Add --targets DOCUMENT" in run("assess", "meters.csv", "outputs.csv", "--figures", "a=1").stderr


@each("item", ["水泥熟料", "cement", FURNACE, "铸铁", "converter"])
def test_the_example_of_a_product_has_an_answer_when_pasted(item: str) -> None:
    example = run("show", item, "--json").data["example"]
    assert run(*shlex.split(example)[1:]).code == 0


def test_a_page_without_charts_is_said_on_the_terminal(plants: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    answer = run("assess", str(plants / "meters.csv"), "outputs.csv", "--report", "page.html", "--date", "2026-11-29")
    assert answer.stderr == 'note: No charts: pip install "energybench[plot]"\n'
    refused = run("assess", "meters.csv", "outputs.csv", "--title", "A page").stderr
    assert "Add --report report.html" in refused


def test_a_terminal_has_colours_and_a_file_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    shown = Terminal(), Terminal(), io.StringIO()
    for place, stream in enumerate(shown):
        if place == 1:
            monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setattr(sys, "stdout", stream)
        console.say("a: below-baseline\x1b")
    assert [one.getvalue() for one in shown] == [
        "a: \x1b[31mbelow-baseline\x1b[0m\\x1b\n",
        *["a: below-baseline\\x1b\n"] * 2,
    ]


def completions(line: str, folder: Path) -> list[str]:
    """Return what a shell is offered behind a line."""
    asked = {"COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n"}
    done = start(env={**os.environ, **asked, "_ARGCOMPLETE_STDOUT_FILENAME": str(folder / "said")})
    assert done.returncode == 0, done.stderr
    return [one.strip() for one in (folder / "said").read_text("utf-8").splitlines()]


def test_a_shell_completes_names(tmp_path: Path) -> None:
    assert {"原煤", "原油"} <= set(completions('energybench convert "1 t" 原', tmp_path))
    assert "水泥熟料" in completions('energybench classify "1 kgce/t" 水泥', tmp_path)
    assert completions("energybench limit --document gb-16780-2021", tmp_path) == ["gb-16780-2021"]


# Files


def sample() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "plant": ["=1+1", '甲,"厂"', "+a", None],
            "class": pd.Categorical(["baseline", None, "benchmark", "baseline"]),
            "tce": [0.1 + 0.2, float("nan"), 1e-17, 1e22],
            "used": [True, False, True, True],
            "row": [2, 3, 4, 5],
        }
    )


@pytest.mark.parametrize("suffix", list(writers.FORMATS))
def test_a_frame_comes_back_as_it_was_written(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"结果{suffix}"
    path.write_text("old", encoding="utf-8")
    writers.write_frame(sample(), path)
    back = read_back(path)
    expected = sample()
    # Excel keeps 15 to 17 digits, the others every bit.
    np.testing.assert_allclose(back["tce"].to_numpy(float), expected["tce"], rtol=1e-15 if suffix == ".xlsx" else 0)
    for column in ("plant", "class", "used", "row"):
        values = [None if pd.isna(cell) else cell for cell in back[column]]
        assert values == [None if pd.isna(cell) else cell for cell in expected[column]]
    assert list(tmp_path.iterdir()) == [path]


def test_csv_has_the_mark_that_excel_needs(tmp_path: Path) -> None:
    writers.write_frame(sample(), tmp_path / "a.csv")
    content = (tmp_path / "a.csv").read_bytes()
    assert content.startswith(codecs.BOM_UTF8)
    assert b"\r" not in content


def test_no_cell_of_a_workbook_is_a_formula(tmp_path: Path) -> None:
    import openpyxl  # type: ignore[import-untyped]

    writers.write_frame(sample(), tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet["A2"].value == "=1+1"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row}.isdisjoint({"f"})


def test_an_empty_frame_is_an_empty_list(tmp_path: Path) -> None:
    writers.write_frame(sample().iloc[:0], tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("suffix", "cells"),
    [
        (".json", [float("inf")]),
        (".xlsx", ["a\x07b"]),
        (".parquet", [object()]),  # what pyarrow calls a wrong value
        (".parquet", ["a", 1]),  # what pyarrow calls a wrong type
    ],
)
def test_a_frame_that_does_not_fit_leaves_the_old_file(tmp_path: Path, suffix: str, cells: list[object]) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(TableError, match=r"cannot hold these rows"):
        writers.write_frame(pd.DataFrame({"value": pd.Series(cells, dtype=object)}), path)
    assert path.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("rows", "columns"), [(3, 1), (4, 1), (1, 3)])
def test_a_sheet_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, columns: int) -> None:
    monkeypatch.setattr(writers, "_SHEET", (3, 2))
    with pytest.raises(TableError, match="3 rows and 2 columns"):
        writers.write_frame(pd.DataFrame(0, index=range(rows), columns=range(columns)), tmp_path / "a.xlsx")
    writers.write_frame(pd.DataFrame(0, index=range(2), columns=["a", "b"]), tmp_path / "a.xlsx")
    assert len(read_back(tmp_path / "a.xlsx")) == 2


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.csv").symlink_to(tmp_path / "real" / "a.csv")
    writers.write_frame(sample(), tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert len(read_back(tmp_path / "real" / "a.csv")) == 4


@pytest.mark.parametrize(
    ("targets", "sources", "error"),
    [
        (["a.csv", "a.csv"], [], OptionError),
        (["a.csv"], ["a.csv"], OptionError),
        (["sub/../a.csv"], ["a.csv"], OptionError),
        (["a.html"], [], OptionError),
        (["a"], [], OptionError),
        (["no/a.csv"], [], TableNotFoundError),
    ],
)
def test_targets_that_cannot_be_written(
    tmp_path: Path, targets: list[str], sources: list[str], error: type[EnergybenchError]
) -> None:
    (tmp_path / "sub").mkdir()
    with pytest.raises(error):
        writers.refuse_overwriting([tmp_path / name for name in targets], [tmp_path / name for name in sources])
    writers.refuse_overwriting([tmp_path / "a.CSV", tmp_path / "b.json"], [tmp_path / "c.csv"])


# As a program


@pytest.mark.parametrize(
    "locale",
    [
        {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LANG": "C", "LC_ALL": "C"},
        {"PYTHONIOENCODING": "ascii:strict"},
        {"PYTHONIOENCODING": "gbk"},
    ],
)
def test_text_is_utf8_under_any_locale(locale: dict[str, str]) -> None:
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "PYTHONIO", "PYTHONUTF8"))
    }
    done = start("limit", "cement-clinker", "--document", "ndrc-2021", env={**environment, **locale})
    assert done.returncode == 0
    assert "基准水平" in done.stdout.decode("utf-8")
    assert "发改产业〔2021〕1609号 was replaced" in done.stderr.decode("utf-8")


@pytest.mark.skipif(os.name == "nt", reason="arguments are bytes on POSIX only")
def test_bytes_that_are_no_text_are_shown_and_not_a_crash() -> None:
    question = [b"convert", b"1 t", b"\xff\xfe", b"--json"]
    command = [sys.executable.encode(), b"-m", b"energybench", *question, b"--coefficient", b"1 kgce/kg"]
    used = subprocess.run(command, capture_output=True, check=True)
    assert json.loads(used.stdout.decode("utf-8"))["carrier"] == "\udcff\udcfe"
    refused = run(*map(os.fsdecode, question))
    assert (refused.code, refused.stdout) == (2, "")
    assert json.loads(refused.stderr)["error"]["reason"] == "unknown-carrier"


@pytest.mark.skipif(os.name == "nt", reason="pipes differ")
@pytest.mark.parametrize("args", [["tables", "documents"], ["tables", "furnace_limits"]])
def test_a_reader_that_goes_away_makes_no_noise(args: list[str]) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    done = start(*args, capture_output=False, stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    assert (done.returncode, done.stderr) == (console.PIPE_CLOSED, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")
def test_an_answer_that_cannot_be_written_is_code_2() -> None:
    with Path("/dev/full").open("wb") as full:
        done = start("tables", capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: The answer cannot be read or written")


def test_an_interrupt_has_its_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(eb, "convert", interrupt)
    assert run("convert", "1 t", "原煤").code == console.INTERRUPTED


def test_a_defect_is_not_taken_for_problems(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(eb, "convert", broken)
    monkeypatch.setattr(sys, "argv", ["energybench", "convert", "1 t", "原煤"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == console.DEFECT
    said = capsys.readouterr()
    assert said.out == ""
    assert "ZeroDivisionError" in said.err
    assert "please report" in said.err


def test_the_installed_command_is_this_one() -> None:
    from importlib.metadata import entry_points

    (entry,) = entry_points(group="console_scripts", name="energybench")
    assert entry.load() is cli.main


# The page

PAGE = Path(__file__).parents[1] / "docs" / "command.md"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_shows_what_the_command_says(lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENERGYBENCH_LANG", lang)
    page = PAGE if lang == "en" else PAGE.parent / "zh" / PAGE.name
    meters, outputs, plants = re.findall(r"```text\n(企业.*?)```", page.read_text("utf-8"), re.DOTALL)
    (tmp_path / "meters.csv").write_text(meters, encoding="utf-8")
    (tmp_path / "outputs.csv").write_text(outputs, encoding="utf-8")
    (tmp_path / "plants.csv").write_text(plants, encoding="utf-8")
    runs = shown_runs(page)
    assert [line for line, *_ in runs] == [line for line, *_ in shown_runs(PAGE)]
    assert {shlex.split(line)[1] for line, _, _ in runs if line.startswith("energybench")} == set(COMMANDS)
    for line, shown, code in runs:
        words = shlex.split(line)
        if words[0] == "cat":
            said = Path(words[1]).read_text("utf-8-sig")
        else:
            answer = run(*words[1:])
            assert answer.code == code, line
            said = answer.stderr + answer.stdout
            assert code != 2 or answer.stdout == "", line
        assert doctest.OutputChecker().check_output(shown, said, doctest.ELLIPSIS), f"{line}\n{said}"


@each("command", COMMANDS)
def test_the_page_names_every_option_and_key(command: str) -> None:
    page, chinese = (one.read_text("utf-8") for one in (PAGE, PAGE.parent / "zh" / PAGE.name))
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE))
    options = set(re.findall(r"^  (--[a-z-]+)", run(command, "--help").stdout, re.MULTILINE)) - {"--help"}
    assert options
    for option in options - {"--json", "--allow-unverified"}:
        known = sections["limit"] + sections["convert"] + sections["classify"] + sections[command]
        assert f"`{option}" in known, option
        assert f"`{option}" in chinese, option
    asked = {
        "convert": ["1 t", "原煤"],
        "limit": ["3 t"],
        "classify": ["13200 kWh/t", "电解铝"],
        "timeline": ["电解铝"],
        "tables": [],
        "replay": [str(Path(__file__).parent / "receipts" / "0.2.0-text.json")],
        "show": ["水泥熟料"],
        "targets": ["--document", "panzhihua-2024"],
        "lift": None,
        "assess": None,
        "explain": None,
        "template": None,
        "serve": None,
        "mcp": None,
        "verify": ["math:sqrt", "--kind", "limit-curve", "--examples", "1"],
    }[command]
    if asked is not None:
        for key in run(command, *asked, "--json").data:
            assert f"`{key}`" in sections[command] + sections.get("tables", "") + page.split("## convert")[0], key
