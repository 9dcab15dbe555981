"""The fuzzing still runs: every seed passes its check, and so does what once failed."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

import fuzz.fuzz_files as files
from expect import each

FILES = list(files.seeds())


def test_there_are_seeds_of_every_kind() -> None:
    assert {files.KINDS[data[0]] for data in FILES} == set(files.KINDS)


@each("number", range(len(FILES)))
def test_every_small_file_is_a_table_or_refused(number: int) -> None:
    files.check(FILES[number])


@each("noted", [",", "1,", "(", "a b", "", None, 5, "nothing", "__class__"])
@each("what", ["numpy_type", "pandas_type"])
def test_damaged_notes_of_pandas_are_a_table_or_refused(what: str, noted: str | int | None) -> None:
    """A Parquet file that pandas wrote has its types in words; ``,`` was once read as Python and failed as such."""
    parquet: Any = pytest.importorskip("pyarrow.parquet")
    whole = next(data for data in FILES if files.KINDS[data[0]] == "p")
    table = parquet.read_table(io.BytesIO(whole[1:]))
    notes = json.loads(table.schema.metadata[b"pandas"])
    for column in notes["columns"]:
        column[what] = noted
    damaged = io.BytesIO()
    parquet.write_table(table.replace_schema_metadata({b"pandas": json.dumps(notes)}), damaged)
    files.check(whole[:1] + damaged.getvalue())
