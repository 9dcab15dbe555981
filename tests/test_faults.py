"""Faults that a table meets in practice: torn files, odd columns, hostile sizes, threads, processes that die."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy
import pandas
import pyarrow  # type: ignore[import-untyped]
import pytest
from pyarrow import parquet

import energybench as eb
from energybench.errors import TableError
from energybench.frames import resolve
from energybench.frames.assessment import LONG
from energybench.report import files as writers
from frame_tables import FURNACE, meters, outputs, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def same_answer(one: eb.Assessment, other: eb.Assessment) -> bool:
    """Say whether two answers are the same in everything that they say."""
    return one.to_json() == other.to_json() and rows_of(one.lines.frame()) == rows_of(other.lines.frame())


# Files ----------------------------------------------------------------------------------------------------


def test_a_truncated_parquet_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    meters().to_parquet(tmp_path / "whole.parquet")
    whole = (tmp_path / "whole.parquet").read_bytes()
    for length in (1, 4, 8, len(whole) // 3, len(whole) // 2, len(whole) - 9, len(whole) - 1):
        (tmp_path / "torn.parquet").write_bytes(whole[:length])
        with pytest.raises(TableError, match=r"torn\.parquet is not a Parquet table"):
            eb.assess(tmp_path / "torn.parquet", outputs())


def not_utf8(cells: list[bytes | None]) -> Any:
    """Return texts as a careless writer leaves them: bytes that nobody has checked."""
    array = pyarrow.array(cells, pyarrow.binary())
    return pyarrow.Array.from_buffers(pyarrow.string(), len(array), array.buffers(), array.null_count)


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ("plant", "damaged-text"),
        ("period", "damaged-text"),
        ("product", "damaged-text"),
        ("carrier", "unknown-carrier"),
        ("unit", "unknown-unit"),
        ("amount", "unreadable-amount"),
        ("flow", "option"),
    ],
)
@pytest.mark.parametrize("coded", [False, True], ids=["plain", "dictionary"])
def test_bytes_that_are_no_text_are_the_problem_of_their_cell(
    tmp_path: Path, column: str, reason: str, coded: bool
) -> None:
    table = pyarrow.Table.from_pandas(meters({}, {}, {}, flow="in", period="2023", amount="3000"))
    good = str(table[column][0]).encode()
    cells = not_utf8([good, b"\xff\xfe\xe5", good])
    place = table.column_names.index(column)
    table = table.set_column(place, column, cells.dictionary_encode() if coded else cells)
    for given in (table, tmp_path / "damaged.parquet"):
        if given is not table:
            parquet.write_table(table.replace_schema_metadata(None), given)
        answer = eb.assess(given, outputs())
        (problem,) = rows_of(answer.problems[answer.problems["table"] == "meters"])
        assert (problem["column"], problem["reason"]) == (column, reason)
        assert "\ufffd" in problem["value"]
        assert answer.counts["used"] == 2
        answer.to_json()


def test_a_damaged_plant_of_the_outputs_is_a_problem_of_its_row() -> None:
    answer = eb.assess(meters({"plant": "甲\ufffd"}), outputs({"plant": "甲\ufffd"}))
    assert answer.problems[["table", "column", "reason"]].to_numpy().tolist() == [
        ["meters", "plant", "damaged-text"],
        ["outputs", "plant", "damaged-text"],
    ]


def test_half_a_character_is_shown_escaped() -> None:
    """A text with half a surrogate pair cannot be written anywhere, not even into the problems."""
    cells = pandas.Series(["原\ud800"], dtype=object)
    answer = eb.assess(meters().assign(carrier=cells), outputs())
    assert answer.problems["value"].tolist()[0] == "原\\ud800"
    answer.to_json().encode()


# Columns --------------------------------------------------------------------------------------------------


def test_a_column_of_mixed_types_is_read_cell_by_cell() -> None:
    cells: list[Any] = [1000, "1,000", 1000.0, "1000", numpy.int16(1000), True, b"1000", None, [], {}]
    answer = eb.assess(meters(*({"amount": cell} for cell in cells)), outputs())
    assert answer.energy["used"].tolist() == [True] * 5 + [False] * 5
    assert answer.results["readings"].tolist() == [10]


def test_outputs_and_capacities_of_mixed_types_are_read_cell_by_cell() -> None:
    sizes: list[Any] = [3, "3", 3.0, "３", numpy.float32(3), True, None, "big", [3]]
    made: list[Any] = [1, "1", 1.0, "１", numpy.int8(1), 1, 1, 1, 1]
    rows = [
        {**FURNACE, "plant": str(number), "furnace_capacity": size, "output": output}
        for number, (size, output) in enumerate(zip(sizes, made, strict=True))
    ]
    power = meters(*({"plant": row["plant"]} for row in rows), product=FURNACE["product"], carrier="电", unit="kWh")
    answer = eb.assess(power.assign(amount=600), outputs(*rows))
    assert answer.results["class"].notna().tolist() == [True] * 5 + [False] * 4
    assert set(answer.results["reason"]) == {"", "capacity"}
    wrong: list[Any] = [True, {}, (1,), b"1", "1 kWh"]
    odd = outputs(*({**rows[0], "output": cell} for cell in wrong))
    assert eb.assess(power, odd.assign(plant=[*"01234"])).results["reason"].tolist() == ["output"] * 5


def test_unused_entries_of_a_dictionary_cost_nothing_and_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    readings, made = meters({}, {"carrier": "电", "unit": "kWh"}), outputs()
    plain = eb.assess(readings, made)
    unused = [f"nonsense {number}" for number in range(1000)]
    names = ["plant", "carrier", "unit"]
    category = readings.astype({name: pandas.CategoricalDtype([*unused, *set(readings[name])]) for name in names})
    arrow = pyarrow.Table.from_pandas(category)
    calls: list[tuple[Any, ...]] = []
    true = resolve.resolve_factor

    def noting(*parts: Any) -> Any:
        calls.append(parts)
        return true(*parts)

    monkeypatch.setattr(resolve, "resolve_factor", noting)
    assert len(arrow["carrier"].chunk(0).dictionary) == 1002
    for given in (category, arrow):
        answer = eb.assess(given, made)
        assert same_answer(answer, plain)
    assert len(calls) == 4


@pytest.mark.parametrize("entries", [["原煤", "原煤"], ["原煤", None]], ids=["twice", "null"])
def test_a_dictionary_that_pandas_cannot_hold_is_read_all_the_same(entries: list[str | None]) -> None:
    codes = pyarrow.array([0, 1, None], pyarrow.int8())
    column = pyarrow.DictionaryArray.from_arrays(codes, pyarrow.array(entries))
    table = pyarrow.Table.from_pandas(meters({}, {}, {}))
    answer = eb.assess(table.set_column(table.column_names.index("carrier"), "carrier", column), outputs())
    assert answer.counts["used"] == sum(entry is not None for entry in entries)


def test_chunks_with_dictionaries_of_their_own_are_one_column() -> None:
    parts = [
        pyarrow.array(texts, pyarrow.string()).dictionary_encode()
        for texts in (["原煤", "电"], [], ["电"], ["柴油", "原煤"])
    ]
    units = pyarrow.chunked_array([["t", "kWh"], [], ["kWh"], ["t", "t"]])
    table = pyarrow.Table.from_pandas(meters(*[{}] * 5))
    for name, column in (("carrier", pyarrow.chunked_array(parts)), ("unit", units)):
        table = table.set_column(table.column_names.index(name), name, column)
    assert eb.assess(table, outputs()).counts["used"] == 5


@pytest.mark.parametrize("empty", ["meters", "outputs"])
def test_a_table_without_rows_is_refused_by_name(empty: str) -> None:
    tables: dict[str, Any] = {"meters": meters(), "outputs": outputs()}
    tables[empty] = tables[empty].iloc[:0]
    for convert in (lambda table: table, pyarrow.Table.from_pandas):
        with pytest.raises(TableError, match=f"{empty} has headers and no rows"):
            eb.assess(*map(convert, tables.values()))


# Sizes ----------------------------------------------------------------------------------------------------


def test_many_thousand_unknown_units_are_each_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work grows with their number, and only the first look for what was meant."""
    seen: list[str] = []
    searched: list[str] = []
    true = resolve.resolve_factor

    def noting(*parts: Any) -> Any:
        seen.append(parts[1])
        return true(*parts)

    monkeypatch.setattr(resolve, "resolve_factor", noting)
    monkeypatch.setattr("difflib.get_close_matches", _noting(searched))
    number = 20_000
    units = [f"furlong{one}" for one in range(number)]
    table = pandas.DataFrame({**meters().iloc[0].to_dict(), "unit": units * 3})
    answer = eb.assess(table, outputs())
    assert len(seen) == number
    assert 0 < len(searched) <= resolve.SUGGESTED
    assert answer.counts == {
        "meters": 3 * number,
        "used": 0,
        "problems": 3 * number,
        "totals": 0,
        "outputs": 1,
        "classified": 0,
    }
    assert len(answer.problem_counts) == number + 1
    assert set(answer.problem_counts["rows"]) == {3, 1}
    assert len(answer.to_json()) < 1000 * LONG
    assert len(str(answer)) < 10_000


def _noting(calls: list[str]) -> Callable[..., list[str]]:
    def noting(word: str, *rest: Any, **options: Any) -> list[str]:
        calls.append(word)
        return get_close_matches(word, *rest, **options)

    return noting


@pytest.mark.parametrize("column", ["plant", "product", "carrier", "unit", "amount", "flow"])
def test_a_cell_of_a_megabyte_is_shown_in_part(column: str) -> None:
    long = "煤" * 350_000
    answer = eb.assess(meters({"flow": "in"}, {"flow": "in", column: long}), outputs())
    assert answer.counts["used"] == 1
    problem = rows_of(answer.problems)[0]
    assert (problem["row"], problem["table"]) == (1, "meters")
    assert sum(len(str(cell)) for cell in problem.values()) < 2000
    assert len(str(answer)) < 2000
    assert len(rows_of(answer.problem_counts)[0]["example"]) < 200


# Threads and processes ------------------------------------------------------------------------------------


def test_two_threads_at_once_get_the_answers_of_one() -> None:
    """Different tables and options at once, caches empty at the start."""
    jobs: list[tuple[pandas.DataFrame, pandas.DataFrame, dict[str, Any]]] = []
    for number in range(8):
        rows = [{"carrier": name, "amount": number + 1} for name in ("原煤", "柴油", "原媒", "焦炭")]
        product = ["cement-clinker", "flat-glass"][number % 2]
        compare = ["full", "rounded"][number // 2 % 2]
        jobs.append((meters(*rows, product=product), outputs(product=product), {"compare": compare}))
    alone = [eb.assess(*tables, **options) for *tables, options in jobs]
    eb.tables.use()
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda job: eb.assess(job[0], job[1], **job[2]), jobs))
    assert all(same_answer(one, other) for one, other in zip(alone, together, strict=True))


def test_results_come_back_from_a_spawned_process() -> None:
    """A fresh process, as a pool of workers has it on every system, returns what this one has."""
    lines = [("原煤", "1200 t"), ("电", "10 万kWh")]
    calls: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = [
        (eb.classify, ("13200 kWh/t", "电解铝"), {}),
        (eb.account, (lines,), {"output": "24000 t", "product": "cement-clinker"}),
        (eb.coefficient, ("diesel",), {}),
        (eb.furnace_limit, ("3 t",), {}),
    ]
    polars = pytest.importorskip("polars")
    tables = (meters({}, {"unit": "?"}), polars.from_pandas(outputs()))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        there = [pool.apply(call, arguments, options) for call, arguments, options in calls]
        answer = pool.apply(eb.assess, tables)
        pool.close()
        pool.join()
    assert there == [call(*arguments, **options) for call, arguments, options in calls]
    here = eb.assess(*tables)
    assert same_answer(answer, here)
    assert answer.results.equals(here.results)
    assert answer.problems.equals(here.problems)


def test_what_can_be_made_again_is_not_pickled() -> None:
    answer = eb.assess(meters({"unit": "?"}), outputs())
    before = answer.__getstate__().keys()
    assert len(answer.problems) == 2
    assert len(answer.problem_counts) == 2
    assert answer.__getstate__().keys() == before


# Interrupted writes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", sorted(writers.FORMATS))
@pytest.mark.parametrize("fault", [OSError("disk full"), KeyboardInterrupt()], ids=["error", "interrupt"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, fault: BaseException
) -> None:
    target = tmp_path / f"results{ending}"
    target.write_bytes(b"old")
    true = writers.whole_file

    @contextmanager
    def half(path: str | Path) -> Iterator[Path]:
        with true(path) as part:
            yield part
            os.truncate(part, 10)
            raise fault

    monkeypatch.setattr(writers, "whole_file", half)
    with pytest.raises(type(fault)):
        writers.write_frame(eb.assess(meters(), outputs()).results, target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


_ENDLESS = """
import sys
from energybench.report import files as writers
class Endless:
    def to_csv(self, path, **options):
        with path.open("w") as file:
            while True:
                file.write("x" * 1000)
                file.flush()
writers.write_frame(Endless(), sys.argv[1])
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=lambda one: one.name)
def test_a_killed_process_leaves_the_old_file_whole(tmp_path: Path, how: signal.Signals) -> None:
    target = tmp_path / "results.csv"
    target.write_text("old")
    process = subprocess.Popen([sys.executable, "-c", _ENDLESS, str(target)], stderr=subprocess.DEVNULL)
    try:
        while not list(tmp_path.glob(".*/*")):  # the part is being written
            assert process.poll() is None
            time.sleep(0.02)
    finally:
        process.send_signal(how)
        process.wait()
    assert target.read_text() == "old"
    if how is signal.SIGINT:
        assert list(tmp_path.iterdir()) == [target]
    writers.write_frame(pandas.DataFrame({"a": [1]}), target)
    assert pandas.read_csv(target).to_dict("list") == {"a": [1]}


def test_threads_that_write_the_same_file_leave_one_whole_file(tmp_path: Path) -> None:
    target = tmp_path / "results.csv"
    frames = [pandas.DataFrame({"a": numpy.full(20_000, number)}) for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda frame: writers.write_frame(frame, target), frames))
    written = pandas.read_csv(target)
    assert any(written.equals(frame) for frame in frames)
    assert list(tmp_path.iterdir()) == [target]
