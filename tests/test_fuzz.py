"""The drivers of the fuzzing still run: every seed passes its check, and so does what once failed."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

import fuzz.fuzz_files as files
import fuzz.fuzz_unit_text as unit_text
from expect import each

TEXTS = list(unit_text.seeds())
FILES = list(files.seeds())


def test_there_are_seeds_of_every_kind() -> None:
    assert len(TEXTS) > 300
    assert {files.KINDS[data[0]] for data in FILES} == set(files.KINDS)


def test_every_text_of_the_tests_is_read_right_or_refused() -> None:
    for data in TEXTS:
        unit_text.check(data)


@each("number", range(len(FILES)))
def test_every_small_file_is_a_table_or_refused(number: int) -> None:
    files.check(FILES[number])


@pytest.mark.parametrize(
    "data",
    [
        b"\x00kgoe/(t.)",  # a dot that joins nothing, before a bracket
        b"",
        b"\x00",
        b"\x01",
        b"\x00\xff\xfe",
        b"\x00h/kWh/h" + 12 * b".a.t",  # more ways to cut it at its dots than can be tried one by one
    ],
)
def test_a_text_that_once_failed_does_not_again(data: bytes) -> None:
    unit_text.check(data)


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


def test_a_fault_in_the_grammar_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check compares with the slow reader: a scale that is ten times too large does not pass."""
    from energybench.units import text as grammar

    monkeypatch.setitem(grammar.SCALES, "万", 5)
    grammar._read_unit.cache_clear()
    try:
        with pytest.raises(AssertionError):
            unit_text.check("\x00万t".encode())
    finally:
        grammar._read_unit.cache_clear()
