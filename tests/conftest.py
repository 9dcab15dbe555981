"""Hypothesis profiles, doctests without verification, programs that tests drive, and tables put back as shipped."""

from __future__ import annotations

import csv
import doctest
import os
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from energybench import tables
from programs import PROGRAMS, program

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    WriteTable = Callable[..., Path]

settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("oldest", max_examples=20, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("mutation", settings.get_profile("oldest"), suppress_health_check=list(HealthCheck))
settings.register_profile("dev", max_examples=1000, deadline=None)
# Tests read English, wherever they run.
os.environ["ENERGYBENCH_LANG"] = "en"
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

_USED_AS_READ = re.compile(r"\b(two_sources|one_source|transcribed|corroborated)\b")
_check_output = doctest.OutputChecker.check_output


def _whatever_its_verification(self: doctest.OutputChecker, want: str, got: str, flags: int) -> bool:
    """Compare two outputs whose rows may have been confirmed since: every state that is used reads alike."""
    want, got = (_USED_AS_READ.sub("confirmed", text) for text in (want, got))
    return _check_output(self, want, got, flags)


# pytest's own checker calls that of doctest, so that README, docs and docstrings are compared here.
doctest.OutputChecker.check_output = _whatever_its_verification  # type: ignore[method-assign, assignment]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests without their program, and say what brings it."""
    missing = {marker: package for marker, (_, package) in PROGRAMS.items() if program(marker) is None}
    for item in items:
        for marker, package in missing.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"no {marker} on this machine: apt-get install {package}"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a skipped test fail where everything is there: ENERGYBENCH_TESTS_SKIP_NOTHING=1."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("ENERGYBENCH_TESTS_SKIP_NOTHING"):
        report.outcome = "failed"
    return report


@pytest.fixture(autouse=True, scope="session")
def _no_tables_from_outside() -> Iterator[None]:
    """Keep the tables of whoever runs the tests out of the answers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ENERGYBENCH_DATA", raising=False)
        yield


@pytest.fixture
def shipped_tables() -> Iterator[None]:
    """Return to the shipped tables after the test."""
    yield
    tables.use()


@pytest.fixture
def write_table(tmp_path: Path, shipped_tables: None) -> WriteTable:  # noqa: ARG001 - undoes what the test does
    """Write rows to a CSV file: each a shipped row with some cells changed."""

    def write(name: str, *changes: dict[str, str], base: str = "", file: str = "own.csv") -> Path:
        columns = list(tables.frame(name).columns)
        shipped: dict[str, str] = next(
            (record._asdict() for record in tables.records(name) if base and record.id == base), {}
        )
        rows = [{**dict.fromkeys(columns, ""), **shipped, **change} for change in changes]
        path = tmp_path / file
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


@pytest.fixture
def no_chinese_font(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with the fonts of matplotlib alone."""
    from matplotlib.font_manager import fontManager

    from energybench.report.charts import FAMILIES

    monkeypatch.setattr(fontManager, "ttflist", [one for one in fontManager.ttflist if one.name not in FAMILIES])
    monkeypatch.setitem(sys.modules, "pylopdf_fonts_zh_cn", None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for all tests of a file."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    with sync_api.sync_playwright() as driver:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        one = driver.chromium.launch(executable_path=program("browser"), args=options)
        yield one
        one.close()
