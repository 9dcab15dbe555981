"""The arithmetic of whole tables against a loop over its rows, in blocks and key spaces of every size."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from energybench.frames import kernel
from energybench.frames.kernel import Totals, keys_in_use, make_key, make_lookup, sweep

if TYPE_CHECKING:
    from collections.abc import Iterator

NAN, INF = math.nan, math.inf


@pytest.fixture(params=["one block", "blocks of 7"], scope="module")
def _blocks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Work in one block, and in blocks that end within the table."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "blocks of 7":
            patch.setattr(kernel, "_BLOCK", 7)
        yield


@pytest.fixture(params=["dense", "searched"], scope="module")
def _spaces(request: pytest.FixtureRequest) -> Iterator[None]:
    """Take key spaces for small, and for too large to have an entry per key."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "searched":
            patch.setattr(kernel, "DENSE", 0)
        yield


# Keys -----------------------------------------------------------------------------------------------------

# The last code of each column has no place: its position is the number of positions.
PLANTS = np.array([0, 1, 2])
PERIODS = np.array([2, 0, 1, 3])


def test_a_key_tells_every_pair_of_codes_apart() -> None:
    plant, period = (codes.ravel() for codes in np.meshgrid(range(3), range(4), indexing="ij"))
    key = make_key([(plant, PLANTS, 2), (period, PERIODS, 3)])
    found = key.block(slice(None)).tolist()
    assert (key.size, len(key)) == (6, 12)
    assert [one for one in found if one < 6] == [2, 0, 1, 5, 3, 4]
    assert [one >= 6 for one in found] == [p == 2 or q == 3 for p, q in zip(plant, period, strict=True)]
    assert key.block(slice(4, 6)).tolist() == found[4:6]


def test_a_column_without_any_place_leaves_no_key() -> None:
    codes = np.zeros(2, int)
    key = make_key([(codes, np.array([0]), 0), (codes, np.array([0, 1]), 2)])
    assert key.size == 2
    assert (key.block(slice(None)) >= 2).all()


@pytest.mark.parametrize(
    ("counts", "dtype"),
    [([2**30 - 1], np.int32), ([2**30], np.int64), ([2**15, 2**14], np.int32), ([2**15, 2**15], np.int64)],
)
def test_the_sum_of_all_sentinels_does_not_overflow(counts: list[int], dtype: type) -> None:
    codes = np.array([0, 1])
    key = make_key([(codes, np.array([count - 1, count]), count) for count in counts])
    assert key.block(slice(None)).dtype == dtype
    assert key.block(slice(None)).tolist() == [math.prod(counts) - 1, math.prod(counts) * len(counts)]


def test_the_keys_of_a_very_large_key_space_are_exact() -> None:
    """Beyond 2^53 a float no longer holds every whole number; nor has the space a table of its own."""
    many = 3**17
    one, other = np.array([0, 1, 0]), np.array([0, 0, 1])
    key = make_key([(one, np.array([many - 2, many]), many), (other, np.array([1, 2]), many)])
    assert key.block(slice(0, 1)).tolist() == [(many - 2) * many + 1]
    assert keys_in_use(key)[1].tolist() == [(many - 2) * many + 1, (many - 2) * many + 2]


def test_the_keys_of_one_column_are_its_positions() -> None:
    rows, used = keys_in_use(make_key([(np.array([2, 0, 3, 2]), PERIODS, 3)]))
    assert rows.tolist() == [1, 2, 3, 1]
    assert used.tolist() == [1, 2]


@pytest.mark.usefixtures("_blocks", "_spaces")
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=40))
def test_the_keys_in_use_are_those_of_the_rows(pairs: list[tuple[int, int]]) -> None:
    plant, period = (np.array([pair[column] for pair in pairs], int) for column in (0, 1))
    rows, used = keys_in_use(make_key([(plant, PLANTS, 2), (period, PERIODS, 3)]))
    expected = [PLANTS[p] * 3 + PERIODS[q] if p < 2 and q < 3 else None for p, q in pairs]
    assert [row if row < 6 else None for row in rows.tolist()] == expected
    assert used.tolist() == sorted({one for one in expected if one is not None})


@pytest.mark.usefixtures("_spaces")
@given(st.dictionaries(st.integers(0, 9), st.floats(allow_nan=False)), st.lists(st.integers(0, 12)))
def test_a_key_without_a_number_has_the_other(numbers: dict[int, float], keys: list[int]) -> None:
    known = sorted(numbers)
    lookup = make_lookup(10, np.array(known, int), np.array([numbers[key] for key in known], float), -1)
    # A key at or beyond the size of the key space is none.
    assert lookup.take(np.array(keys, int)).tolist() == [numbers.get(key, -1.0) for key in keys]


@pytest.mark.parametrize(("size", "dense"), [(kernel.DENSE, True), (kernel.DENSE + 1, False)])
def test_a_large_key_space_is_searched(size: int, dense: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(np, "full", lambda *_: np.zeros(8))  # as if it were that large
    lookup = make_lookup(size, np.array([3]), np.array([5.0]), 0.0)
    assert (lookup.dense is not None) == dense


# Sums -----------------------------------------------------------------------------------------------------

FACTORS = np.array([2.0, 0.5, NAN, INF])  # the third key has no factor, the last lacks one that a zero does not need
POWER = np.array([0.0, 3.0, 0.0, 0.0])
amounts = st.sampled_from([0.0, 1.0, -2.5, 1e300, 1e308, NAN, INF]) | st.floats(-1e6, 1e6)
readings = st.lists(
    st.tuples(amounts, st.sampled_from([1.0, -1.0, 0.5, 1e10, NAN]), st.integers(0, 3), st.integers(0, 3)), max_size=30
)


def _slow(rows: list[tuple[float, float, int, int]], with_multiplier: bool, with_power: bool) -> dict[str, Any]:
    """Add up row by row; groups 0 to 2 have an output row, group 3 is that of none."""
    total: dict[str, Any] = {name: [0.0] * 4 for name in ("tce", "kwh", "readings", "electric", "unusable")}
    total["bad"] = []
    for number, (amount, multiplier, factor, group) in enumerate(rows):
        times = multiplier if with_multiplier else 1.0
        value = float(FACTORS[factor]) * amount * times
        if FACTORS[factor] == INF:
            value = 0.0 if amount * times == 0 else NAN
        total["readings"][group] += 1
        if not math.isfinite(value) or group == 3:
            total["unusable"][group] += 1
            total["bad"].append(number)
            continue
        total["tce"][group] += value
        if with_power and POWER[factor]:
            total["kwh"][group] += float(POWER[factor]) * amount * times
            total["electric"][group] += 1
    return total


@pytest.mark.usefixtures("_blocks", "_spaces")
@given(st.booleans(), st.booleans(), readings)
@example(with_multiplier=False, with_power=False, rows=[(0.0, 1.0, 3, 0), (5.0, 1.0, 3, 1)])
def test_a_sweep_is_the_loop_over_its_rows(
    with_multiplier: bool, with_power: bool, rows: list[tuple[float, float, int, int]]
) -> None:
    amount, multiplier = (np.array([row[column] for row in rows], float) for column in (0, 1))
    factor, place = (np.array([row[column] for row in rows], int) for column in (2, 3))
    totals = Totals.zero(3)
    keys, kinds = np.arange(3), np.arange(4)
    sweep(
        totals,
        amount,
        multiplier if with_multiplier else None,
        factor,
        make_lookup(4, kinds, FACTORS, NAN),
        make_lookup(4, kinds, POWER, 0.0) if with_power else None,
        make_key([(place, np.arange(4), 3)]),
        make_lookup(3, keys, keys, 3),
        multiplier if with_multiplier else None,
    )
    slow = _slow(rows, with_multiplier, with_power)
    found = (totals.tce, totals.electricity_kwh, totals.readings, totals.electric, totals.unusable)
    for sums, name in zip(found, ("tce", "kwh", "readings", "electric", "unusable"), strict=True):
        assert sums.tolist() == pytest.approx(slow[name], rel=1e-12)
    assert totals.bad_rows.tolist() == slow["bad"]


def test_a_measured_figure_weighs_standard_coal_and_not_electricity() -> None:
    one, codes, totals = make_lookup(1, np.array([0]), np.array([2.0]), NAN), np.array([0, 0]), Totals.zero(1)
    key = make_key([(codes, np.array([0]), 1)])
    group_of = make_lookup(1, np.array([0]), np.array([0]), 1)
    measured = np.array([0.5, -0.25])
    sweep(totals, np.array([8.0, 4.0]), measured, codes, one, one, key, group_of, np.sign(measured))
    assert totals.tce[0] == 2 * (4 - 1)
    assert totals.electricity_kwh[0] == 2 * (8 - 4)


def test_a_second_sweep_adds_to_the_first() -> None:
    totals = Totals.zero(1)
    ones = np.ones(2)
    codes = np.zeros(2, int)
    lookup = make_lookup(1, np.array([0]), np.array([0.25]), NAN)
    for count in (None, np.array([3, 5])):
        sweep(
            totals,
            np.array([4.0, NAN]),
            ones,
            codes,
            lookup,
            lookup,
            make_key([(codes, np.array([0]), 1)]),
            make_lookup(1, np.array([0]), np.array([0]), 1),
            count=count,
        )
    assert (totals.tce.tolist(), totals.electricity_kwh.tolist()) == ([2.0, 0.0], [2.0, 0.0])
    # A line that stands for several readings counts as so many, and its amount is theirs already.
    assert (totals.readings.tolist(), totals.unusable.tolist()) == ([10, 0], [6, 0])
    assert totals.electric.tolist() == [4, 0]
    assert totals.bad_rows.tolist() == [1, 1]


def test_rows_are_numbered_from_nothing() -> None:
    totals = Totals.zero(1)
    codes = np.zeros(2, int)
    one = make_lookup(1, np.array([0]), np.array([1.0]), NAN)
    group_of = make_lookup(1, np.array([0]), np.array([0]), 1)
    sweep(totals, np.array([1.0, NAN]), None, codes, one, None, make_key([(codes, np.array([0]), 1)]), group_of)
    assert totals.bad_rows.tolist() == [1]


def test_later_rows_add_to_every_total() -> None:
    totals, more = Totals.zero(2), Totals.zero(2)
    for one, first in ((totals, 10), (more, 200)):
        sums = (one.tce, one.electricity_kwh, one.readings, one.electric, one.unusable)
        for number, column in enumerate(sums):
            column += np.array([first, first + 1, first + 2]) + 10 * number
    totals.add(more)
    sums = (totals.tce, totals.electricity_kwh, totals.readings, totals.electric, totals.unusable)
    assert [column.tolist() for column in sums] == [[210 + n, 212 + n, 214 + n] for n in range(0, 100, 20)]


def test_totals_that_no_float_holds_add_up_without_a_warning() -> None:
    totals, more = Totals.zero(1), Totals.zero(1)
    totals.tce[:], more.tce[:] = (1e308, INF), (1e308, -INF)
    totals.electricity_kwh[:], more.electricity_kwh[:] = (1e308, INF), (1e308, -INF)
    totals.add(more)
    assert totals.tce.tolist() == pytest.approx([INF, NAN], nan_ok=True)
    assert totals.electricity_kwh.tolist() == pytest.approx([INF, NAN], nan_ok=True)


def test_nothing_times_infinity_is_a_row_that_cannot_be_used_and_no_warning() -> None:
    totals = Totals.zero(1)
    codes = np.zeros(1, int)
    nothing = make_lookup(1, np.array([0]), np.array([0.0]), NAN)
    group_of = make_lookup(1, np.array([0]), np.array([0]), 1)
    sweep(totals, np.array([INF]), None, codes, nothing, None, make_key([(codes, np.array([0]), 1)]), group_of)
    assert (totals.tce.tolist(), totals.bad_rows.tolist()) == ([0.0, 0.0], [0])


def test_the_group_of_no_output_row_has_no_readings_of_its_own() -> None:
    totals = Totals.zero(2)
    assert [len(sums) for sums in (totals.tce, totals.electricity_kwh, totals.readings, totals.electric)] == [3] * 4
    assert totals.bad_rows.tolist() == []
    for number, sums in enumerate(
        (totals.tce, totals.electricity_kwh, totals.readings, totals.electric, totals.unusable)
    ):
        sums += np.array([10, 20, 30]) + number
    some = totals.of(np.array([1, 0, 2, 1]))
    assert some.tce.tolist() == [20.0, 10.0, 30.0, 20.0]
    assert some.electricity_kwh.tolist() == [21.0, 11.0, 31.0, 21.0]
    assert some.readings.tolist() == [22, 12, 0, 22]
    assert some.electric.tolist() == [23, 13, 33, 23]
    assert some.unusable.tolist() == [24, 14, 0, 24]


# Regions --------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.sampled_from([0.0, 1.0, 2.5, 3.0, -1.0, NAN, INF]), st.floats(), st.floats()), max_size=9))
def test_the_region_of_a_value_is_the_number_of_edges_below_it(rows: list[tuple[float, float, float]]) -> None:
    value, edges = np.array([row[0] for row in rows]), np.array([row[1:] for row in rows]).reshape(-1, 2).T
    assert kernel.regions(value, edges).tolist() == [sum(edge < one for edge in some) for one, *some in rows]
