"""Micro figures with pytest-benchmark: ``python -m pytest perf``. No bars here: they are in ``python -m perf``."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy
import pytest

import energybench
from energybench.frames import kernel
from energybench.frames.encode import encode
from energybench.units.text import read_unit
from perf.data import enums, tables

if TYPE_CHECKING:
    import pandas
    from pytest_benchmark.fixture import BenchmarkFixture

ROWS = 1_000_000

pytestmark = pytest.mark.benchmark(warmup=True, warmup_iterations=3, max_time=0.5)


def test_unit_text_that_is_known(benchmark: BenchmarkFixture) -> None:
    assert str(benchmark(read_unit, "万千瓦时/吨"))


def test_unit_text_that_is_new(benchmark: BenchmarkFixture) -> None:
    numbers = itertools.count(1)
    # Blanks are not part of a unit, so that every text is new and reads alike.
    benchmark.pedantic(read_unit, setup=lambda: ((" " * next(numbers) + "万千瓦时/吨",), {}), rounds=150)


def test_to_tce_of_a_text(benchmark: BenchmarkFixture) -> None:
    assert benchmark(energybench.to_tce, "1200 t", "原煤").magnitude == 857.16


def test_to_tce_of_a_quantity(benchmark: BenchmarkFixture) -> None:
    amount = energybench.ureg.Quantity(1200.0, "t")
    assert benchmark(energybench.to_tce, amount, "原煤").magnitude == 857.16


@pytest.mark.parametrize("rows", [1_000, ROWS])
def test_to_tce_of_an_array(benchmark: BenchmarkFixture, rows: int) -> None:
    amounts = energybench.ureg.Quantity(numpy.ones(rows), "t")
    assert len(benchmark(energybench.to_tce, amounts, "原煤").magnitude) == rows


def test_multiply_of_an_array(benchmark: BenchmarkFixture) -> None:
    benchmark(numpy.multiply, numpy.ones(ROWS), 0.7143)


def test_classify(benchmark: BenchmarkFixture) -> None:
    assert benchmark(energybench.classify, "13200 kWh/t", "electrolytic-aluminium").level == "baseline"


def test_furnace_limit(benchmark: BenchmarkFixture) -> None:
    assert round(benchmark(energybench.furnace_limit, "3 t").value, 2) == 603.33


def test_account(benchmark: BenchmarkFixture) -> None:
    lines = [("原煤", "2900 t"), ("电力", "130 万kWh"), ("热力", "5200 GJ", "out")]
    assert benchmark(energybench.account, lines, output="20000 t", product="水泥熟料").total


def test_kernel_sweep(benchmark: BenchmarkFixture) -> None:
    """One pass over a million coded rows: 30 factors, 96 000 groups."""
    random = numpy.random.default_rng(3)
    sizes = (2000, 12, 4)
    columns = [(random.integers(0, size, ROWS).astype(numpy.int16), numpy.arange(size), size) for size in sizes]
    key = kernel.make_key(columns)
    groups = kernel.make_lookup(key.size, numpy.arange(key.size), numpy.arange(key.size), key.size)
    factors = kernel.make_lookup(30, numpy.arange(30), random.uniform(0.1, 1.0, 30), numpy.nan)
    power = kernel.make_lookup(30, numpy.arange(30), numpy.repeat([0.0, 1.0], [27, 3]), 0.0)
    amount, factor = random.uniform(1.0, 1e4, ROWS), random.integers(0, 30, ROWS)

    def sweep() -> kernel.Totals:
        totals = kernel.Totals.zero(key.size)
        kernel.sweep(totals, amount, None, factor, factors, power, key, groups)
        return totals

    assert benchmark(sweep).readings.sum() == ROWS


def test_kernel_regions(benchmark: BenchmarkFixture) -> None:
    values = numpy.random.default_rng(4).uniform(0.0, 3.0, ROWS)
    edges = numpy.repeat([[1.0], [2.0]], ROWS, axis=1)
    assert set(benchmark(kernel.regions, values, edges)) == {0, 1, 2}


@pytest.mark.parametrize("kind", ["str", "category", "object"])
def test_encode(benchmark: BenchmarkFixture, kind: str) -> None:
    meters, _ = tables(ROWS, "category" if kind == "category" else "str")
    column: pandas.Series = meters["carrier"].astype(object) if kind == "object" else meters["carrier"]
    assert set(benchmark(encode, column).distinct) == set(enums(ROWS)["carrier"])
