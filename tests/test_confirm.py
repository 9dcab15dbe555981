"""A reader with the document confirms a row: what is written, what is asked for, what is refused."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING, Any

import pytest

import energybench as eb
from energybench import tables
from energybench.errors import EnergybenchError, OptionError, TableError, UnknownNameError
from energybench.tables.rows import ACCEPTED, folder
from energybench.tables.store import records
from energybench.tables.upkeep import confirm
from expect import refused
from shell import shell

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "document.pdf"
    path.write_bytes(b"%PDF-1.7 the document that was read")
    return path


def waiting(table: str, *figures: str) -> Any:
    """Return a row that waits for a reader."""
    return next(
        row
        for row in records(table)
        if row.verification == "unverified" and all(getattr(row, name) for name in figures)
    )


def test_a_row_that_was_read_is_one_source_and_answers(pdf: Path, tmp_path: Path) -> None:
    row = waiting("benchmarks", "benchmark", "baseline")
    own = tmp_path / "own.csv"
    values = {"benchmark": row.benchmark, "baseline": row.baseline}
    with refused(OptionError, "option", "names no clause", "--clause"):
        confirm(row.id, document=pdf, page="12", values=values, to=own)
    place = "https://example.org/a.pdf"
    done = confirm(row.id, document=pdf, page="12", values=values, clause="附件", address=place, to=own)
    (written,) = csv.DictReader(own.read_text("utf-8").splitlines())
    assert written["verification"] == "one_source"
    assert f"{place}, p. 12 (file sha256 " in written["evidence"]
    assert written["notes"] == row.notes
    assert set(done.changes) == {"verification", "evidence", "clause"}
    assert "without allow_unverified" in str(done)
    tables.use(own)
    try:
        assert eb.find_ladder(row.item, row.document).steps[0].threshold == row.benchmark
    finally:
        tables.use()


def test_no_other_line_of_a_table_changes(pdf: Path, tmp_path: Path) -> None:
    copied = tmp_path / "benchmarks.csv"
    shutil.copy(folder() / "benchmarks.csv", copied)
    before = copied.read_text("utf-8").splitlines()
    row = waiting("benchmarks", "benchmark", "baseline")
    confirm(
        row.id,
        document=pdf,
        page="3",
        values={"benchmark": row.benchmark, "baseline": row.baseline},
        clause="附件",
        to=copied,
    )
    after = copied.read_text("utf-8").splitlines()
    assert len(after) == len(before)
    assert [new.split(",")[0] for old, new in zip(before, after, strict=True) if old != new] == [row.id]


def test_a_figure_that_differs_is_shown_and_written_only_on_demand(pdf: Path, tmp_path: Path) -> None:
    row = next(one for one in records("carriers") if one.id == "gbt-2589-2020/raw-coal")
    own = tmp_path / "own.csv"
    with refused(OptionError, "option", "0.7134 where the row has 0.7143", "--correct"):
        confirm(row.id, document=pdf, page="5", values="0.7134", to=own)
    assert not own.exists()
    done = confirm(row.id, document=pdf, page="5", values="0.7134", correct=True, to=own)
    assert done.changes["coefficient"] == ("0.7143", "0.7134")
    assert "changelog" in " ".join(done.follows)
    assert "> examples/vectors/sample.jsonl" in " ".join(done.follows)
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".pdf"] == ["own.csv"]
    assert "README.md" in done.shown_in


def test_a_verification_never_falls(pdf: Path, tmp_path: Path) -> None:
    row = next(one for one in records("carriers") if one.verification == "two_sources" and one.coefficient)
    done = confirm(row.id, document=pdf, page="5", values=row.coefficient, clause="A", to=tmp_path / "own.csv")
    assert "verification" not in done.changes


@pytest.mark.parametrize(
    ("kind", "reason", "given", "shown"),
    [
        (UnknownNameError, "unknown-name", {"row": "gbt-2589-2020/raw-cole", "values": "1"}, "raw-coal"),
        (OptionError, "option", {"values": "0.7143 t"}, "expected a number"),
        (OptionError, "option", {"values": {"weight": "1"}}, "coefficient"),
        (OptionError, "option", {"values": {}}, "--value coefficient="),
        (TableError, "table", {"values": "0.7143", "document": "nothing.pdf"}, "file of the document"),
    ],
)
def test_what_is_missing_is_asked_for(
    kind: type[EnergybenchError], reason: str, given: dict[str, Any], shown: str, pdf: Path, tmp_path: Path
) -> None:
    row = given.pop("row", "gbt-2589-2020/raw-coal")
    with refused(kind, reason, shown):
        confirm(row, **{"document": pdf, "page": "5", "to": tmp_path / "own.csv", **given})


def test_a_row_in_conflict_is_not_settled_by_one_figure(pdf: Path, tmp_path: Path) -> None:
    row = next(one for one in records("co2_factors") if one.verification == "conflict" and one.value)
    with refused(TableError, "table", "in conflict", "notes"):
        confirm(row.id, document=pdf, page="5", values=row.value, to=tmp_path / "own.csv")


def test_a_row_that_the_schema_refuses_leaves_the_file_as_it_was(pdf: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    with refused(TableError, "table", "above zero"):
        confirm("gbt-2589-2020/raw-coal", document=pdf, page="5", values="-0.7143", correct=True, to=own)
    assert not own.exists()
    assert "one_source" in ACCEPTED


def test_the_command_writes_the_row_and_says_what_follows(pdf: Path, tmp_path: Path) -> None:
    row = waiting("benchmarks", "benchmark", "baseline")
    own = tmp_path / "own.csv"
    read = ["--document", str(pdf), "--page", "12", "--clause", "附件", "--to", str(own)]
    figures = ["--value", f"benchmark={row.benchmark}", "--value", f"baseline={row.baseline}"]
    done = shell("tables", "confirm", row.id, *read, *figures)
    assert done.exit_code == 0
    assert "verification: unverified -> one_source" in done.stdout
    assert "without --allow-unverified" in done.stdout
    asked = shell("tables", "confirm", row.id, *read)
    assert asked.exit_code == 2
    assert "--value benchmark=" in asked.stderr
    assert "and a row go together" in shell("tables", "confirm").stderr
    assert "goes with confirm" in shell("tables", "carriers", "--page", "3").stderr
