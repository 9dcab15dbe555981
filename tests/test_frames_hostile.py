"""Tables that nobody should make: enormous cells, a hundred thousand wrong names, threads, and the largest numbers."""

from __future__ import annotations

import difflib
import threading
import tracemalloc
from typing import Any

import numpy
import pandas
import pyarrow  # type: ignore[import-untyped]
import pytest

import energybench as eb
from energybench.frames import resolve
from energybench.tables import names
from frame_tables import FURNACE, meters, outputs, rows_of

HUGE = "煤" * 1_000_000
TEXTS = ["plant", "period", "product", "carrier", "amount", "unit", "flow", "ncv", "ncv_unit"]


# Enormous cells -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", TEXTS)
def test_a_cell_of_a_megabyte_is_one_short_problem(column: str) -> None:
    # A heating value of one's own may stand with any carrier name, however long.
    own = {"ncv": 20.9, "ncv_unit": "MJ/kg"} if column != "carrier" else {}
    bad: dict[str, Any] = {"flow": "in", **own}
    answer = eb.assess(meters(bad, {**bad, column: HUGE}), outputs())
    assert answer.energy["used"].tolist() == [True, False]
    problem = answer.problems.iloc[0]
    assert all(len(str(cell)) < 400 for cell in problem)
    assert column in ("plant", "period", "product") or problem["value"].startswith("煤煤煤")


@pytest.mark.parametrize("column", ["plant", "period", "product", "output", "output_unit", "furnace_capacity"])
def test_an_output_cell_of_a_megabyte_is_one_short_problem(column: str) -> None:
    power = {"product": FURNACE["product"], "carrier": "电", "amount": 600, "unit": "kWh"}
    answer = eb.assess(meters(power), outputs({**FURNACE, "output": 1}, {**FURNACE, "plant": "x", column: HUGE}))
    assert answer.results["class"].iloc[0] == "within-limit"
    assert answer.counts["classified"] == 1
    assert all(len(str(cell)) < 400 for cell in answer.problems.iloc[-1])


def test_a_megabyte_that_repeats_is_looked_at_once() -> None:
    """A thousand rows of one huge name stay one name: written out row by row they would be 3 GB."""
    table = meters(*[{}] * 1000).assign(carrier=pandas.Categorical.from_codes([0] * 1000, pandas.Index([HUGE])))
    tracemalloc.start()
    answer = eb.assess(table, outputs())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.counts["problems"] == 1000
    assert peak < 100_000_000
    assert pyarrow.default_memory_pool().max_memory() < 1_000_000_000


# Very many distinct values --------------------------------------------------------------------------------

MANY = 10_000


@pytest.mark.parametrize("column", ["unit", "carrier", "product", "plant", "period", "amount", "flow"])
def test_a_column_of_nothing_but_unknown_values(column: str) -> None:
    """Each is looked at once, each has its problem, and only some of them look for the nearest name."""
    table = meters(flow="in").loc[[0] * MANY].reset_index(drop=True)
    table[column] = [f"nothing {number}" for number in range(MANY)]
    answer = eb.assess(table, outputs())
    assert answer.counts == {"meters": MANY, "used": 0, "problems": MANY, "totals": 0, "outputs": 1, "classified": 0}
    bad = answer.problems[answer.problems["table"] == "meters"]
    if column not in ("product", "plant", "period"):
        assert bad["column"].unique().tolist() == [column]
        assert bad["value"].tolist() == table[column].tolist()
    assert all(message for message in (bad["message"] + bad["suggestion"]).unique())


def test_a_hundred_thousand_unknown_units() -> None:
    table = pandas.DataFrame({**_columns(meters(), 100_000), "unit": [f"单位{number}" for number in range(100_000)]})
    answer = eb.assess(table, outputs())
    assert answer.counts["problems"] == 100_000
    assert answer.problems["message"].nunique() == 100_001


@pytest.mark.parametrize("column", ["product", "output_unit", "furnace_capacity_unit", "plant"])
def test_an_output_column_of_nothing_but_unknown_values(column: str) -> None:
    table = outputs({**FURNACE}).loc[[0] * MANY].reset_index(drop=True)
    table["plant"] = [f"plant {number}" for number in range(MANY)]
    table[column] = [f"nothing {number}" for number in range(MANY)]
    answer = eb.assess(meters(), table)
    assert answer.counts["outputs"] == MANY == len(answer.problems) - 1
    assert answer.counts["classified"] == 0


@pytest.mark.parametrize("column", ["unit", "carrier"])
def test_the_nearest_name_is_looked_for_a_limited_number_of_times(column: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search costs milliseconds a name: it must not grow with the table."""
    searched: set[str] = set()
    is_slip, search = names._is_slip, difflib.get_close_matches

    def counting(given: str, known: str) -> bool:
        searched.add(given)
        return is_slip(given, known)

    def counting_units(word: str, *rest: Any, **options: Any) -> list[str]:
        searched.add(word)
        return search(word, *rest, **options)

    monkeypatch.setattr(names, "_is_slip", counting)
    monkeypatch.setattr(difflib, "get_close_matches", counting_units)
    table = meters().loc[[0] * 1000].reset_index(drop=True)
    table[column] = [f"nothing {number}" for number in range(1000)]
    answer = eb.assess(table, outputs())
    assert answer.counts["problems"] == 1000
    assert 0 < len(searched) <= 100


def test_each_pair_of_carrier_and_unit_is_resolved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand rows of three pairs: three look-ups."""
    asked: list[tuple[str, str]] = []

    def counting(carrier: str, unit: str, *rest: Any) -> Any:
        asked.append((carrier, unit))
        return true(carrier, unit, *rest)

    true = resolve.resolve_factor
    monkeypatch.setattr(resolve, "resolve_factor", counting)
    kinds = meters({}, {"unit": "kg"}, {"carrier": "电", "unit": "kWh"})
    answer = eb.assess(kinds.loc[[0, 1, 2] * 3333].reset_index(drop=True), outputs())
    assert answer.counts["used"] == 9999
    assert sorted(asked) == [("原煤", "kg"), ("原煤", "t"), ("电", "kWh")]


def test_very_many_groups_of_one_reading_each() -> None:
    plants = [f"plant {number}" for number in range(MANY)]
    readings = pandas.DataFrame({**_columns(meters(), MANY), "plant": plants, "amount": numpy.arange(MANY) + 1.0})
    made = pandas.DataFrame({**_columns(outputs(), MANY), "plant": plants[::-1], "output": 714.3})
    results = eb.assess(readings, made, plausible=True).results
    assert results["intensity"].tolist() == pytest.approx((numpy.arange(MANY)[::-1] + 1.0).tolist())
    assert results["class"].value_counts().to_dict() == {
        "below-baseline": MANY - 117,
        "benchmark": 100,
        "baseline": 17,
    }


def _columns(table: pandas.DataFrame, count: int) -> dict[str, list[Any]]:
    return {str(name): [table[name].iloc[0]] * count for name in table}


def test_rows_beyond_one_block_and_one_thread_are_summed_as_few_are() -> None:
    """More rows than a block of the kernel and than one thread encodes: the same sum."""
    count = 250_001
    table = pandas.DataFrame({**_columns(meters(), count), "amount": numpy.ones(count)})
    table.loc[[0, 16_383, 16_384, 200_000, count - 1], "amount"] = numpy.nan
    answer = eb.assess(table, outputs())
    assert answer.counts["used"] == count - 5
    assert answer.problems["row"].tolist()[:5] == [0, 16_383, 16_384, 200_000, count - 1]
    sound = eb.assess(table.fillna(0.0), outputs()).results
    assert sound["tce"].tolist() == pytest.approx([(count - 5) * 0.7143], rel=1e-11)


# Categories with entries that no row has ------------------------------------------------------------------


def test_unused_entries_of_a_category_are_neither_resolved_nor_reported() -> None:
    unused = [f"gibberish {number}" for number in range(1000)]
    table = meters({}, {"amount": 5}, flow="in")
    for name in ("plant", "carrier", "unit", "flow", "product"):
        table[name] = pandas.Categorical(table[name], [*unused, *table[name].unique(), "煤"])
    made = outputs()
    for name in ("plant", "product", "output_unit"):
        made[name] = pandas.Categorical(made[name], [*unused, *made[name].unique()])
    answer = eb.assess(table, made)
    assert answer.problems.empty
    assert answer.results["class"].tolist() == ["baseline"]


def test_a_category_without_any_entry_is_an_empty_column() -> None:
    table = meters({}, {}).assign(flow=pandas.Categorical([None, None], []))
    assert eb.assess(table, outputs()).counts["used"] == 2
    answer = eb.assess(table.assign(unit=pandas.Categorical([None, None], [])), outputs())
    assert answer.problems["reason"].tolist()[:2] == ["missing-value", "missing-value"]


@pytest.mark.parametrize("column", ["plant", "period", "product", "carrier", "amount", "unit"])
def test_a_column_without_any_cell_is_missing_in_every_row(column: str) -> None:
    answer = eb.assess(meters({}, {}).assign(**{column: None}), outputs())
    assert answer.problems["column"].tolist()[:2] == [column, column]
    assert answer.problems["reason"].tolist()[:2] == ["missing-value", "missing-value"]


def test_many_entries_in_every_column_do_not_overflow_the_key() -> None:
    """The number of possible combinations is far beyond 64 bits; those that occur are few."""
    unused = [f"entry {number}" for number in range(60_000)]
    table = meters({}, {"carrier": "柴油"}, ncv=20.9, ncv_unit="MJ/kg")
    for name in ("plant", "period", "carrier", "unit", "ncv_unit"):
        table[name] = pandas.Categorical(table[name].astype(str), [*unused, *table[name].astype(str).unique()])
    answer = eb.assess(table, outputs())
    assert answer.counts["used"] == 2
    plain = eb.assess(meters({}, {"carrier": "柴油"}, ncv=20.9, ncv_unit="MJ/kg"), outputs())
    assert rows_of(answer.results)[0]["tce"] == rows_of(plain.results)[0]["tce"]


# The largest and the smallest numbers ---------------------------------------------------------------------


@pytest.mark.parametrize("amount", [1e308, 1.7e308, 1e-308, 5e-324, -1e308])
def test_numbers_at_the_end_of_the_floats_warn_of_nothing(amount: float) -> None:
    """An overflow is a problem of its row, never a warning and never an infinite class."""
    table = meters({"amount": amount}, {"amount": amount, "unit": "Mt"}, {"amount": amount, "flow": "out"})
    for output in (5e-324, 1e-300, 1, 1e308):
        answer = eb.assess(table, outputs({"output": output}))
        assert answer.counts["used"] + answer.counts["problems"] == 3
        assert numpy.isfinite(answer.energy["tce"][answer.energy["used"]].to_numpy()).all()
        assert "Infinity" not in answer.to_json()


def test_a_figure_of_ones_own_that_overflows_is_the_amounts_problem() -> None:
    own = {"carrier": "自有燃料", "amount": 1e200, "coefficient": 1e200, "coefficient_unit": "kgce/kg"}
    answer = eb.assess(meters(own, {}), outputs())
    assert answer.energy["used"].tolist() == [False, True]
    assert answer.problems[["column", "reason"]].iloc[0].tolist() == ["amount", "unreadable-amount"]


def test_readings_that_only_overflow_together_give_no_class() -> None:
    answer = eb.assess(meters({"amount": 1.7e308}, {"amount": 1.7e308}), outputs())
    assert answer.counts["used"] == 2
    assert answer.counts["classified"] == 0
    assert answer.results["reason"].tolist() == ["unusable-readings"]
    assert "add up to more than a number can hold" in answer.problems["message"].tolist()[0]


# Threads --------------------------------------------------------------------------------------------------


def test_two_threads_at_once_get_what_one_gets() -> None:
    """Different tables with different answers, each assessed many times over by both threads."""
    cases = [
        (meters({"amount": amount}, {"carrier": "原媒"} if amount > 4000 else {"amount": 1}), outputs())
        for amount in (1000, 3000, 5000)
    ]
    expected = [eb.assess(*case).to_json() for case in cases]
    found: list[list[str]] = [[], []]
    barrier = threading.Barrier(2)

    def work(mine: list[str]) -> None:
        barrier.wait()
        mine.extend(eb.assess(*case).to_json() for case in cases * 5)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected * 5, expected * 5]
