"""The pages that are made from the tables are those of the tables as they are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import oracle

if TYPE_CHECKING:
    import pytest


def test_the_page_of_coverage_counts_the_rows_that_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "docs"))
    from make_pages import coverage_page  # type: ignore[import-not-found]

    monkeypatch.delitem(sys.modules, "make_pages")
    rows = [row for row in oracle.table("benchmarks") if row["document"] == "ndrc-2023"]
    used = [row for row in oracle.accepted("benchmarks") if row["document"] == "ndrc-2023"]
    national = next(line for line in coverage_page().splitlines() if "`ndrc-2023` " in line or "`ndrc-2023`)" in line)
    assert national.endswith(f"| {len(used)} of {len(rows)} |")
