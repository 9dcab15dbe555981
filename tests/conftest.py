"""Hypothesis profiles, and tables that are put back as they were shipped."""

from __future__ import annotations

import csv
import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from energybench import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    WriteTable = Callable[..., Path]

settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("oldest", max_examples=20, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("dev", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="a skipped test fails: everything is meant to be there")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make a skip a failure where --no-skips says that nothing is missing."""
    report = yield
    if report.skipped and item.config.getoption("--no-skips"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and --no-skips was given: {report.longrepr}"
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
        shipped = next((asdict(record) for record in tables.records(name) if base and record.id == base), {})
        rows = [{**dict.fromkeys(columns, ""), **shipped, **change} for change in changes]
        path = tmp_path / file
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write
