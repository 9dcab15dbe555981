"""The examples, run as a reader runs them, against the results that are checked in; the runs that READMEs show."""

from __future__ import annotations

import doctest
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from shell import ROOT, TOLERANCE, same, script, shell, shown_runs

EXAMPLES = ROOT / "examples"
PAGES = [
    "README.md",
    "README.zh.md",
    "CONTRIBUTING.md",
    "examples/README.md",
    "docs/howto/other-tools.md",
    "docs/zh/howto/other-tools.md",
]

#: The published figures, as printed, and half a unit of their last digit.
PUBLISHED = [
    ("public-institution", "tce", 28.49, 0.005),
    ("public-institution", "tce_per_m2", 0.0204, 0.00005),
    ("public-institution", "tce_per_person", 0.5699, 0.00005),
    ("xinjiang-aluminium-2015", "kwh_per_t", 13399.3, 0.05),
    ("shanghai-energy-list", "total_10k_tce", 8317.60, 0.005),
]


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command at the root of the repository, with the environment's own python and energybench first."""
    environment = {name: value for name, value in os.environ.items() if name != "ENERGYBENCH_DATA"}
    environment |= {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}", "PYTHONUTF8": "1"}
    return subprocess.run(
        [str(part) for part in command], cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False
    )


def example(name: str) -> tuple[Any, str]:
    """Run the script of an example; return its figures and what it prints."""
    found, printed = script(EXAMPLES / name / "run.py")
    return json.loads(found), printed


def assert_same_table(found: Path, expected: Path) -> None:
    """Compare the columns of a checked-in table: figures to the tolerance, everything else exactly."""
    wanted = pd.read_csv(expected)
    assert len(wanted)
    assert wanted.columns.is_unique
    pd.testing.assert_frame_equal(pd.read_csv(found)[list(wanted)], wanted, rtol=TOLERANCE, atol=0)


# The scripts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["public-institution", "xinjiang-aluminium-2015", "shanghai-energy-list"])
def test_an_example_gives_the_figures_that_are_checked_in(name: str) -> None:
    found, _ = example(name)
    assert same(found, json.loads((EXAMPLES / name / "expected.json").read_text(encoding="utf-8"))), found


@pytest.mark.parametrize(("name", "figure", "printed", "half_a_digit"), PUBLISHED)
def test_what_is_checked_in_is_what_was_published(name: str, figure: str, printed: float, half_a_digit: float) -> None:
    expected = json.loads((EXAMPLES / name / "expected.json").read_text(encoding="utf-8"))
    assert abs(expected[figure] - printed) <= half_a_digit


def test_every_example_has_a_result_and_a_line_in_the_list() -> None:
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()} - {"engines", "policies", "vectors", "verify"}
    tested = {name for name, *_ in PUBLISHED} | {"changji-foundry", "main", "other-tools"}
    assert folders == tested
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for folder in folders:
        assert any((EXAMPLES / folder / f"expected.{kind}").is_file() for kind in ("json", "csv"))
        assert f"[{folder}]({folder})" in listed


def test_the_institution_prints_the_figures_of_the_page() -> None:
    assert "28.49 tce, 0.0204 tce/m2, 0.5699 tce/person" in example("public-institution")[1]


def test_the_aluminium_is_below_baseline_and_its_old_limit_gets_no_verdict() -> None:
    found, printed = example("xinjiang-aluminium-2015")
    assert (found["class"], found["document"], found["thresholds"]["baseline"]) == (
        "below-baseline",
        "ndrc-2021",
        13350,
    )
    assert found["kwh_per_t"] < 13700
    assert 13700 not in found["thresholds"].values()
    assert "13700 kWh/t; it is in no table of energybench, so it gets no verdict here" in printed


def test_only_the_furnace_between_two_stated_capacities_depends_on_the_reading(tmp_path: Path) -> None:
    (tmp_path / "found.csv").write_text(script(EXAMPLES / "changji-foundry" / "run.py")[0], encoding="utf-8")
    assert_same_table(tmp_path / "found.csv", EXAMPLES / "changji-foundry" / "expected.csv")
    table = pd.read_csv(tmp_path / "found.csv")
    assert set(table["reading"]) == {"linear", "class_below", "class_above", "stated_only"}
    classes = table.groupby("furnace_capacity")["class"].agg(set).to_dict()
    assert classes[1] == {"within-limit"}
    assert classes[3] >= {"within-limit", "over-limit"}
    assert classes[6] == {"over-limit"}, "590 is not less than 590"
    assert set(table.loc[table["depends_on_reading"], "furnace_capacity"]) == {3}


def test_no_line_of_the_energy_list_can_lose_a_factor_of_ten() -> None:
    found, printed = example("shanghai-energy-list")
    assert "Total: 8317.60 万tce" in printed
    assert found["refused_as_published"].keys() == {"Coke_Oven_Gas", "Other_Gas", "Natural_Gas", "Electricity"}
    assert set(found["refused_as_published"].values()) == {"implausible-coefficient"}
    # Independent of the library: 10^4 t, 10^8 m3, 10^10 kJ and 10^8 kWh by the published numbers, in 10^4 tce.
    scale = {"10^4 t": 1, "10^8 m3": 10, "10^10 kJ": 1, "10^8 kwh": 10, "10^4 tce": 1}
    table = pd.read_csv(EXAMPLES / "shanghai-energy-list" / "list.csv")
    by_hand = table["amount"] * table["printed_coefficient"] * table["unit"].map(scale)
    assert found["lines_10k_tce"] == pytest.approx(dict(zip(table["line"], by_hand, strict=True)), rel=TOLERANCE)


def test_one_example_is_in_the_encoding_of_a_chinese_spreadsheet() -> None:
    raw = (EXAMPLES / "changji-foundry" / "meters.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert raw.decode("gb18030").startswith("企业,期间,产品,能源品种,数量,单位")


# The portfolio --------------------------------------------------------------------------------------------


def test_the_portfolio_is_classified_without_a_problem(tmp_path: Path) -> None:
    files = (str(EXAMPLES / "main" / f"{name}.csv") for name in ("meters", "outputs"))
    done = shell("assess", *files, "--results", str(tmp_path / "found.csv"))
    assert (done.exit_code, done.stderr) == (0, "")
    assert_same_table(tmp_path / "found.csv", EXAMPLES / "main" / "expected.csv")


def test_the_second_pair_shows_a_problem_a_row(tmp_path: Path) -> None:
    files = (str(EXAMPLES / "main" / f"{name}-with-problems.csv") for name in ("meters", "outputs"))
    assert shell("assess", *files, "--problems", str(tmp_path / "found.csv")).exit_code == 1
    assert_same_table(tmp_path / "found.csv", EXAMPLES / "main" / "expected-problems.csv")


# Other tools ----------------------------------------------------------------------------------------------


def test_a_sheet_in_the_encoding_of_excel_becomes_a_workbook(tmp_path: Path) -> None:
    here = EXAMPLES / "other-tools"
    for name in ("meters.csv", "outputs.csv"):
        raw = (here / name).read_bytes()
        assert b"\r\n" in raw
        assert raw.decode("gb18030").startswith("企业,期间,产品")
        with pytest.raises(UnicodeDecodeError):
            raw.decode("utf-8")
    done = run("sh", here / "spreadsheet.sh", tmp_path / "found.xlsx")
    assert (done.returncode, done.stderr) == (0, "")
    pd.read_excel(tmp_path / "found.xlsx").to_csv(tmp_path / "found.csv", index=False)
    assert_same_table(tmp_path / "found.csv", here / "expected.csv")


# The pages ------------------------------------------------------------------------------------------------


RUNS = [(page, *run) for page in PAGES for run in shown_runs(ROOT / page)]


@pytest.mark.parametrize(("page", "command", "output", "code"), RUNS)
def test_a_run_that_a_page_shows_prints_that(
    page: str, command: str, output: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "duckdb" in command:
        pytest.importorskip("duckdb")
    if command.startswith("energybench "):
        monkeypatch.chdir(ROOT)
        answer = shell(*shlex.split(command)[1:])
        said, ended = answer.stdout + answer.stderr, answer.exit_code
    else:
        done = run("bash", "-c", command)
        said, ended = done.stdout + done.stderr, done.returncode
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.OutputChecker().check_output(output, said, flags), f"{page} shows\n{output}\nand it prints\n{said}"
    assert ended == code


def test_the_pages_show_runs() -> None:
    assert {page for page, *_ in RUNS} >= {"examples/README.md", "CONTRIBUTING.md"}


def commands(page: str) -> list[str]:
    """Return the two commands of a README: one line, alone in its block."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [block.removesuffix("\n") for block in re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)]


def test_both_readmes_give_the_same_two_commands_of_one_line() -> None:
    english, chinese = commands("README.md"), commands("README.zh.md")
    assert english == chinese
    assert len(english) == 2
    assert not any("\n" in command for command in english)
    assert english[0].endswith("energybench assess examples/main/meters.csv examples/main/outputs.csv")
    assert english[1].endswith("python -m pytest -q -n auto")


@pytest.mark.parametrize("page", [*PAGES, "docs/dependencies.md", "docs/glossary.md", "CHANGELOG.md"])
def test_links_within_the_repository_lead_somewhere(page: str) -> None:
    folder = (ROOT / page).parent
    for link in re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text(encoding="utf-8")):
        assert link.startswith("https://") or (folder / link).exists(), link
