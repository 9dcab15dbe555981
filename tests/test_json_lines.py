"""Questions from a pipe: the answers are those of ``--json``, one a line, as soon as they are asked."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from energybench.cli import console, json_lines
from energybench.errors import EnergybenchError
from expect import each
from shell import shell

if TYPE_CHECKING:
    from pathlib import Path

FURNACE = "induction-furnace-cast-iron"

#: What does not depend on the number: unit, carrier, options.
CONVERSIONS: list[dict[str, Any]] = [
    {"unit": "t", "carrier": "原煤"},
    {"unit": "万t", "carrier": "coke"},
    {"unit": "吨", "carrier": "raw coal", "edition": "GB/T 2589-2008"},
    {"unit": "万kWh", "carrier": "电力"},
    {"unit": "万kWh", "carrier": "电力", "basis": "primary", "coal_rate": "302.4 gce/kWh"},
    {"unit": "L", "carrier": "汽油", "density": "0.725 kg/L"},
    {"unit": "万m3", "carrier": "natural gas", "ncv": "35.6 MJ/m3"},
    {"unit": "t", "carrier": "100% 自有燃料 %s {0}", "coefficient": "1.2 kgce/kg"},
    {"unit": "toe", "carrier": "标准油"},
    {"unit": "GJ", "carrier": "热力"},
    {"unit": "万m3", "carrier": "natural gas", "allow_unverified": True, "edition": "gbt-2589-2008"},
    {"unit": "t", "carrier": "原煤", "ncv": "21 MJ/kg ± 1 %"},
    {"unit": "±6 t", "carrier": "原煤"},
    {"unit": "t ± 0.5 %", "carrier": "原煤"},
    {"unit": "kWh", "carrier": "原煤"},
    {"unit": "tons", "carrier": "原煤"},
    {"unit": "", "carrier": "原煤"},
    {"unit": "t", "carrier": "原媒"},
    {"unit": "tons", "carrier": "原媒", "edition": "gbt"},
]
CLASSES: list[dict[str, Any]] = [
    {"unit": "kWh/t", "item": "电解铝"},
    {"unit": "MWh/t", "item": "电解铝", "output": "20 万t"},
    {"unit": "kWh/t", "item": "电解铝", "compare": "rounded"},
    {"unit": "kWh/t", "item": "电解铝", "document": "gb-21346-2013"},
    {"unit": "kWh/t", "item": "电解铝", "period": "2022"},
    {"unit": "kgce/t", "item": "cement-clinker", "compare": "rounded", "output": "24000 t"},
    {"unit": "kgce/t", "item": "cement", "document": "gb-16780-2021", "compare": "rounded"},
    {"unit": "kgce/t", "item": "converter", "allow_unverified": True},
    {"unit": "kgce/t", "item": "cement-clinker", "document": "gb-16780-2021"},
    {"unit": "kWh/t", "item": FURNACE, "region": "昌吉市", "capacity": "3 t"},
    {
        "unit": "kWh/t",
        "item": FURNACE,
        "region": "昌吉市",
        "capacity": "3 t",
        "reading": "class_below",
        "compare": "rounded",
    },
    {"unit": "kWh/t", "item": FURNACE, "capacity": "1500 kg", "output": "2 万t"},
    {"unit": "kWh/t", "item": FURNACE},
    {"unit": "±2 kgce/t", "item": "cement-clinker"},
    {"unit": "kgce/t", "item": "电解铝"},
    {"unit": "kWh/t", "item": "电解铝", "basis": "primary"},
    {"unit": "kWh/t", "item": "电解铝", "output": "20 kWh"},
    {"unit": "kWh/t", "item": "电解铝", "output": "20±1 t"},
    {"unit": "kWh/t", "item": "电解铅", "output": "20±1 t"},
    {"unit": "kgce/t", "item": "cement-clinker", "document": "gb-16780-2021", "allow_unverified": True},
]
NUMBERS = ["1200", "1200.50", "0.1", "-30", "+7", "1,234.5", "1e3", "2.5E-3", "0", "-0", "-0.0", "１２.5", "1e-400",
           "1e295", "9e999", "603.333", "603.3333333333334", "13000", "13000.00001", "117.5", "116.5", "117.4999",
           "590", "610", "-10", "abc"]  # fmt: skip


def question(number: str, rest: dict[str, Any]) -> dict[str, Any]:
    """Return a question as the command takes it."""
    given = dict(rest)
    name = "amount" if "carrier" in given else "value"
    return {name: f"{number} {given.pop('unit')}".rstrip(), **given}


def piped(command: str, questions: list[Any], *options: str) -> tuple[int, list[dict[str, Any]], str]:
    """Return exit code, answers and stderr of a command that reads questions."""
    lines = "".join(one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) + "\n" for one in questions)
    done = shell(command, "-", *options, given=lines.encode())
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def alone(command: str, asked: dict[str, Any]) -> str:
    """Return what ``--json`` says to one question alone, on one line; of a refusal, its reason."""
    given = dict(asked)
    words = [given.pop(name) for name in (("amount", "carrier") if command == "convert" else ("value", "item"))]
    for name, value in given.items():
        words += [f"--{name.replace('_', '-')}", *([] if value is True else [value])]
    done = shell(command, "--json", *words)
    if done.exit_code == 2:
        return str(json.loads(done.stderr.splitlines()[-1])["error"]["reason"])
    return json.dumps(json.loads(done.stdout), ensure_ascii=False)


# The answers ----------------------------------------------------------------------------------------------


@each(("command", "kinds"), [("convert", CONVERSIONS), ("classify", CLASSES)])
def test_a_line_says_what_json_says_to_the_last_digit(command: str, kinds: list[dict[str, Any]]) -> None:
    asked = [question(number, kind) for kind in kinds for number in (NUMBERS if kind["unit"] else NUMBERS[:2])]
    # Twice, so that every kind of question is answered from what was kept, too.
    _, answers, _ = piped(command, asked * 2)
    assert len(answers) == 2 * len(asked)
    for first, second in zip(answers[: len(asked)], answers[len(asked) :], strict=True):
        assert {**second, "line": first["line"]} == first
    for one, answer in zip(asked, answers[len(asked) :], strict=True):
        del answer["line"]
        said = answer["error"]["reason"] if "error" in answer else json.dumps(answer, ensure_ascii=False)
        assert said == alone(command, one), one


# The form of questions and answers ------------------------------------------------------------------------


def test_options_of_the_command_are_the_defaults_of_every_line() -> None:
    lines = [
        {"amount": "1 kWh"},
        {"amount": "1 kWh", "basis": "calorific", "coal_rate": None},
        {"amount": "1 t", "carrier": "原煤"},
    ]
    options = ["电力", "--basis", "primary", "--coal-rate", "302.4 gce/kWh"]
    code, answers, _ = piped("convert", lines, *options)
    assert [answer["coefficient"]["value"] for answer in answers] == [0.3024, 0.1229, 0.7143]
    assert code == console.FINE


def test_lines_are_counted_with_the_blank_ones_and_ids_come_back() -> None:
    line = {"amount": "1 t", "carrier": "原煤"}
    lines = ["\ufeff", {**line, "id": {"row": [1, "甲"]}}, "\n", "  \r\n", line]
    code, answers, _ = piped("convert", lines)
    assert [(answer["line"], answer.get("id", "none")) for answer in answers] == [(1, {"row": [1, "甲"]}), (4, "none")]
    assert code == console.FINE


@each(
    ("line", "reason", "says"),
    [
        ("raw coal\n", "json-line", "is not JSON"),
        ("[1]\n", "json-line", "not a JSON object"),
        ("[" * 100_000 + "\n", "json-line", "is not JSON"),
        ('{"amount": NaN, "carrier": "原煤"}\n', "json-line", "NaN"),
        ('{"amount": "1 t", "amount": "2 t", "carrier": "原煤"}\n', "json-line", "'amount' stands twice"),
        ('{"amount": "1 t"}\n', "json-line", "no carrier"),
        ('{"carrier": "原煤"}\n', "json-line", "no amount"),
        ('{"amount": "1 t", "carier": "原煤"}\n', "option", "'carier' is not a key"),
        ('{"amount": "1 t", "carrier": "原煤", "edtion": null}\n', "option", "Did you mean 'edition'"),
        ('{"amount": "1 t", "carrier": 5}\n', "unknown-carrier", "5 is not the name of a carrier"),
        ('{"amount": "1 t", "carrier": ["原煤"]}\n', "unknown-carrier", "is not the name of a carrier"),
        ('{"amount": "1 t", "carrier": "原煤", "basis": null}\n', "option", "basis is None"),
        ('{"amount": "1 t", "carrier": "原煤", "allow_unverified": 1}\n', "option", "true or false"),
        ('{"amount": 1, "carrier": "原煤"}\n', "unreadable-amount", "expected a number with a unit"),
        ('{"amount": "1 t", "carrier": "原煤", "id": 1e999}\n', "json-line", "id is inf"),
        ('{"amount": "1 t", "carrier": "原煤", "ncv": {"value": 3}}\n', "unreadable-amount", "ncv"),
    ],
)
def test_a_line_that_is_no_question_is_refused_and_the_others_are_answered(line: str, reason: str, says: str) -> None:
    fine = {"amount": "1 t", "carrier": "原煤"}
    code, answers, _ = piped("convert", [fine, line, fine])
    assert [answer["line"] for answer in answers] == [1, 2, 3]
    assert ["error" in answer for answer in answers] == [False, True, False]
    error = answers[1]["error"]
    assert error["reason"] == reason
    assert says in f"{error['message']}. {error['fix']}"
    assert error.keys() == {"reason", "message", "value", "fix"}
    assert code == console.PROBLEMS


def test_a_line_that_is_not_utf_8_is_refused() -> None:
    lines = '{"amount": "1 t", "carrier": "焦炭"}'.encode("gb18030")
    done = shell("convert", "-", given=lines)
    assert json.loads(done.stdout)["error"]["message"] == "The line is not UTF-8"
    assert done.exit_code == console.PROBLEMS


def test_a_saving_beyond_all_floats_is_refused_and_never_printed_as_infinity() -> None:
    line = {"value": "1e308 kgce/t", "item": "cement-clinker", "output": "24000 t"}
    _, answers, _ = piped("classify", [line, {**line, "value": "105 kgce/t"}, line])
    assert "1e+308 kgce/t" in answers[0]["error"]["value"]
    reasons = [answer.get("error", {}).get("reason") for answer in answers]
    assert reasons == ["unreadable-amount", None, "unreadable-amount"]


def test_corrections_are_taken_from_a_line() -> None:
    altitude = {"altitude": {"altitude": "2100 m"}}
    plain = {"value": "105 kgce/t", "item": "cement-clinker", "document": "gb-16780-2021"}
    _, answers, _ = piped("classify", [{**plain, "corrections": given} for given in ("base", altitude, "base")])
    assert [len(answer["corrections"]) for answer in answers] == [0, len(answers[1]["corrections"]), 0]
    assert answers[1]["corrections"]


def test_a_warning_is_said_once_and_stands_in_every_answer() -> None:
    line = {"item": "电解铝", "document": "gb-21346-2013"}
    _, answers, stderr = piped("classify", [{"value": f"{value} kWh/t", **line} for value in (13200, 13300, 99999)])
    (warning,) = {text for answer in answers for text in answer["warnings"]}
    assert all(answer["warnings"] == [warning] for answer in answers)
    assert stderr == f"warning: {warning}\n"


# The pipe -------------------------------------------------------------------------------------------------


def test_lines_come_whole_however_the_pipe_cuts_them() -> None:
    text = "".join(f"line {number} {'x' * (number * 37 % 101)}\n" for number in range(500)).encode() + b"last"

    class Pipe(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            return super().read1(min(size or 0, 97))

    lines = [line for batch in json_lines.batches(Pipe(text)) for line in batch]
    assert lines == text.split(b"\n")


def test_an_answer_comes_before_the_input_ends() -> None:
    command = [sys.executable, "-m", "energybench", "convert", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in (1, 2):
            process.stdin.write(f'{{"amount": "{number} t", "carrier": "raw_coal"}}\n'.encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["line"] == number
        process.stdin.close()
        assert process.wait(60) == console.FINE


@pytest.mark.skipif(os.name == "nt", reason="pipes differ")
def test_a_reader_that_goes_away_ends_it() -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run(
        [sys.executable, "-m", "energybench", "convert", "-"],
        check=False,
        input=b'{"amount": "1 t", "carrier": "raw_coal"}\n' * 1000,
        stdout=theirs,
        stderr=subprocess.PIPE,
    )
    os.close(theirs)
    assert (done.returncode, done.stderr) == (console.PIPE_CLOSED, b"")


def test_without_a_dash_a_missing_argument_stays_a_usage_error() -> None:
    for words, name in ((["convert", "1 t"], "CARRIER"), (["classify", "1 kWh/t"], "ITEM"), (["convert"], "AMOUNT")):
        done = shell(*words)
        assert done.exit_code == console.REFUSED
        assert f"the following arguments are required: {name}" in done.stderr
        assert "usage: " in done.stderr


def test_an_amount_is_an_object_wherever_it_is_a_text() -> None:
    questions = [
        ("convert", {"amount": "350 万kWh", "carrier": "电力", "basis": "primary", "coal_rate": "300 gce/kWh"}),
        ("convert", {"amount": "0.1 万m3", "carrier": "natural gas", "ncv": "35.6 MJ/m3"}),
        ("classify", {"value": "13350 kWh/t", "item": "电解铝", "output": "24000 t"}),
        ("classify", {"value": "600 kWh/t", "item": FURNACE, "capacity": "3 t", "region": "昌吉市"}),
    ]
    for command, question in questions:
        amounts = {name: text.split() for name, text in question.items() if text[0].isdigit()}
        objects = {name: {"amount": json.loads(number), "unit": unit} for name, (number, unit) in amounts.items()}
        asked = (json.dumps(one) for one in (question, {**question, **objects}))
        plain, written = (shell(command, "-", given=line) for line in asked)
        assert plain.exit_code == written.exit_code == 0, written.stdout
        assert plain.stdout == written.stdout


@each(
    "wrong",
    [{}, {"amount": 1}, {"amount": True, "unit": "t"}, {"amount": 1, "unit": "t", "x": 1}, {"amount": [], "unit": "t"}],
)
def test_an_object_that_is_no_amount_is_refused(wrong: dict[str, Any]) -> None:
    done = shell("convert", "-", given=json.dumps({"amount": wrong, "carrier": "原煤"}))
    assert json.loads(done.stdout)["error"]["fix"] == 'Write {"amount": 1200, "unit": "t"}, or the text "1200 t"'


def test_rows_of_a_pipe_are_assessed_as_those_of_files(tmp_path: Path) -> None:
    meters = "plant,period,product,carrier,amount,unit\n甲,2023,水泥熟料,原煤,1200,t\n甲,2023,水泥熟料,电力,abc,kWh\n"
    outputs = "plant,period,product,output,output_unit\n甲,2023,水泥熟料,8000,t\n"
    question: dict[str, Any] = {"document": "ndrc-2021", "columns": {}}
    for name, text in (("meters", meters), ("outputs", outputs)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        question[name] = list(csv.DictReader(io.StringIO(text)))
    question["meters"][0] |= {"amount": 1200, "period": 2023}
    files = [str(tmp_path / f"{name}.csv") for name in ("meters", "outputs")]
    of_files = shell("assess", *files, "--document", "ndrc-2021", "--json")
    of_pipe = shell("assess", "-", "--json", given=json.dumps(question))
    assert of_pipe.exit_code == of_files.exit_code == 1
    told, read = (json.loads(done.stdout) for done in (of_files, of_pipe))
    for row in (*told["results"], *told["problems"]):
        row["row"] -= 2  # a line of a file, a place in a list
    assert read == told
    assert "2 rows" in shell("explain", "-", given=json.dumps(question)).stdout
    nested = {**question, "meters": [{"amount": {"amount": 1, "unit": "t"}}]}
    refused = shell("assess", "-", given=json.dumps(nested))
    assert "expected a text or a number" in refused.stderr
    assert "no rows of meters" in shell("assess", "-", given="{}").stderr


def test_without_an_input_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(EnergybenchError, match="reads questions from a pipe"):
        json_lines.answer_pipe(json_lines.CONVERSIONS, {})
