"""The pages that are made from the tables are those of the tables as they are."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def test_the_page_of_coverage_is_that_of_the_tables() -> None:
    made = runpy.run_path(str(DOCS / "make_tables.py"))["page"]()
    assert (DOCS / "coverage.md").read_text(encoding="utf-8") == made, "run: python docs/make_tables.py"


def test_the_page_of_coverage_counts_the_gaps() -> None:
    lines = (DOCS / "coverage.md").read_text(encoding="utf-8").splitlines()
    national = next(line for line in lines if "`ndrc-2023`" in line and "| benchmarks |" in line)
    assert national.endswith("| 44 of 72 |")
