"""Conversions: one value, and an array against the multiplication that it cannot do without."""

from __future__ import annotations

import timeit

import numpy

import energybench
from perf.timing import Row, medians


def rows(rounds: int, size: int) -> list[Row]:
    """Measure to_tce, scalar and array, against the bars of the design."""
    energybench.to_tce("1200 t", "原煤")
    loops = 2_000
    scalar = min(timeit.repeat(lambda: energybench.to_tce("1200 t", "原煤"), number=loops, repeat=rounds)) / loops * 1e6
    values = numpy.random.default_rng(1).uniform(1.0, 2.0, size)
    amounts = energybench.ureg.Quantity(values, "t")
    found = medians(
        {"multiply": lambda: numpy.multiply(values, 0.7143), "to_tce": lambda: energybench.to_tce(amounts, "原煤")},
        rounds,
    )
    ratio = found["to_tce"] / found["multiply"]
    return [
        Row('to_tce("1200 t", "原煤"), warm', scalar, "us", "at most 20 us", scalar <= 20),
        Row(f"numpy.multiply of {size:.0e}", found["multiply"] * 1e3, "ms", ""),
        Row(f"to_tce of an array of {size:.0e}", ratio, "x multiply", "at most 1.5 x", ratio <= 1.5),
    ]
