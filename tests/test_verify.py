"""The command `verify`, the page about it, and the functions of examples/verify."""

from __future__ import annotations

import doctest
import json
import re
import shlex
import sys
from typing import TYPE_CHECKING, Any

import pytest

from energybench import testing
from energybench.cli.verify import KINDS, guess_kind, load_function, verify_function
from energybench.errors import OptionError, TableNotFoundError
from energybench.tables.store import data_version
from shell import ROOT, shell, shown_runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = ROOT / "docs" / "verify.md"
EXAMPLES = ROOT / "examples" / "verify"


@pytest.fixture(autouse=True)
def _modules_are_put_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start at the root, and forget the modules of examples and of other tests afterwards."""
    monkeypatch.chdir(ROOT)
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield
    for name in set(sys.modules) - before:
        if not name.startswith(("energybench", "hypothesis")):
            del sys.modules[name]


def run(*args: str) -> tuple[int, str, str]:
    """Run the command in this process: exit code, stdout, stderr."""
    result = shell("verify", *args)
    return result.exit_code, result.stdout, result.stderr


def write(folder: Path, text: str, name: str = "own.py") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


# The page -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("line", "shown", "code"), shown_runs(PAGE))
def test_the_page_shows_what_the_command_says(line: str, shown: str, code: int) -> None:
    given, stdout, stderr = run(*shlex.split(line)[2:])
    assert (given, stderr) == (code, "")
    assert doctest.OutputChecker().check_output(shown, stdout, doctest.ELLIPSIS), stdout


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL))
def test_every_block_of_the_page_runs(block: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    names: dict[str, Any] = {}
    exec(compile(block, str(PAGE), "exec"), names)  # noqa: S102 - our own page
    for name, function in names.items():
        if name.startswith("test_"):
            function()


def test_the_page_names_every_kind_and_every_strategy() -> None:
    page = PAGE.read_text("utf-8")
    for word in (*KINDS, *(name for name in testing.__all__ if name[0].islower())):
        assert f"`{word}" in page or f"testing.{word}" in page, word


def test_every_example_is_on_the_page_or_asked_there() -> None:
    page = PAGE.read_text("utf-8")
    for path in EXAMPLES.glob("*.py"):
        assert path.name in page or f"from {path.stem} " in page, path


def test_the_service_is_right() -> None:
    assert run("examples/verify/service.py:to_tce", "--examples", "10")[0] == 0


# The command ----------------------------------------------------------------------------------------------


def test_json_is_the_report_with_its_versions() -> None:
    code, stdout, _ = run("examples/verify/strength.py:strength_factor", "--json")
    answer = json.loads(stdout)
    assert code == 1
    assert answer["passed"] is False
    assert answer["kind"] == "correction"
    assert answer["data_version"] == data_version()
    assert answer["findings"][0]["cause"] == "exponent is 0 in place of 0.25: an integer division"
    assert [finding["status"] for finding in answer["findings"]] == ["failed", "failed", "ok"]


def test_two_runs_say_the_same() -> None:
    line = ("examples/verify/sheet.py:to_tce", "--examples", "20")
    assert run(*line) == run(*line)


def test_a_module_is_found_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        tmp_path, "class Limits:\n    @staticmethod\n    def at(capacity_t):\n        return 1 / 0\n", "plant_limits.py"
    )
    monkeypatch.chdir(tmp_path)
    code, stdout, _ = run("plant_limits:Limits.at")
    assert code == 1
    assert "gave      ZeroDivisionError" in stdout


def test_what_the_function_prints_stays_out_of_the_answer(tmp_path: Path) -> None:
    own = write(tmp_path, "print('hello')\ndef limit(capacity):\n    print('asked')\n    raise ValueError\n")
    code, stdout, stderr = run(f"{own}:limit", "--json")
    assert code == 1
    assert json.loads(stdout)["kind"] == "limit-curve"
    assert "hello" in stderr


def test_a_property_is_left_out_by_its_name() -> None:
    code, stdout, _ = run("examples/verify/equal_value.py:to_tce", "--skip", "basis", "--examples", "5")
    assert code == 0
    assert "skipped basis" in stdout


@pytest.mark.parametrize(
    ("text", "args", "said"),
    [
        ("", ["{}:limit"], "has no function 'limit'"),
        ("def limits(capacity): ...", ["{}:limit"], "Did you mean 'limits'"),
        ("limit = 5", ["{}:limit"], "is int, no function"),
        ("async def limit(capacity): ...", ["{}:limit"], "is asynchronous"),
        ("import no_such_module_at_all", ["{}:limit"], "No module named 'no_such_module_at_all'"),
        ("raise SystemExit(0)", ["{}:limit"], "SystemExit"),
        ("def limit(x): ...", ["{}:limit"], "does not say what it is. Pass --kind"),
        ("def f(carrier, amount, unit): ...", ["{}:f"], "expected (amount, unit, carrier)"),
        ("def f(altitude_m): ...", ["{}:f"], "gb-16780-2021/altitude"),
        ("def f(x): ...", ["{}:f", "--kind", "correction"], "Pass --correction"),
        ("def f(capacity): ...", ["{}:f", "--basis", "primary"], "--basis is given for a limit-curve"),
        ("def f(capacity): ...", ["{}:f", "--kind", "curve"], "invalid choice: 'curve'"),
        ("def f(capacity): ...", ["{}:f", "--examples", "0"], "--examples is 0, expected a whole number from 1 on"),
        ("def f(capacity): ...", ["{}:f", "--skip", "pionts"], "Did you mean 'points'"),
        ("def f(capacity): ...", ["{}"], "cannot be read|names no function"),
        ("def f(capacity): ...", ["no/such/file.py:f"], "There is no file"),
        ("def f(capacity): ...", ["no.such.module:f"], "No module named 'no'"),
        ("def f(amount, unit, carrier): ...", ["{}:f", "--coal-rate", "302.4 gce/kWh"], "calorific basis"),
    ],
)
def test_a_wrong_question_is_refused_with_the_way_out(tmp_path: Path, text: str, args: list[str], said: str) -> None:
    own = write(tmp_path, text)
    code, stdout, stderr = run(*(arg.replace("{}", own) for arg in args))
    assert (code, stdout) == (2, "")
    assert any(one in " ".join(stderr.split()).replace("│ ", "") for one in said.split("|")), stderr


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [
        ("amount, unit, carrier", "conversion"),
        ("amount, unit, fuel, basis='calorific'", "conversion"),
        ("数量, 单位, 能源品种", "conversion"),
        ("value, unit, item", "classifier"),
        ("value, unit, product", "classifier"),
        ("capacity_t", "limit-curve"),
        ("炉容量", "limit-curve"),
        ("strength_mpa", "correction"),
        ("generation_kwh, own_use_kwh, clinker_output_t", "correction"),
    ],
)
def test_the_kind_is_told_by_the_names_of_the_parameters(parameters: str, kind: str) -> None:
    assert guess_kind(eval(f"lambda {parameters}: 0"))[0] == kind  # noqa: S307 - a line of this file


def test_a_function_without_names_must_say_its_kind() -> None:
    with pytest.raises(OptionError, match="--kind"):
        guess_kind(print)
    assert not verify_function("math:sqrt", "limit-curve", examples=2).passed


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(TableNotFoundError, match="nowhere"):
        load_function("nowhere/own.py:f")
