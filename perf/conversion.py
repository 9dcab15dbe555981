"""Conversions: one value, and an array against the multiplication that it cannot do without."""

from __future__ import annotations

import timeit
from typing import TYPE_CHECKING

import numpy

import energybench
from perf.timing import Bar, medians, short

if TYPE_CHECKING:
    from perf.timing import Clock


def bars(rounds: int, rows: int, clock: Clock) -> list[Bar]:
    """Measure to_tce, scalar and array, against the bars of the design."""
    energybench.to_tce("1200 t", "原煤")
    loops = 2_000
    repeats = timeit.repeat(lambda: energybench.to_tce("1200 t", "原煤"), number=loops, repeat=rounds, timer=clock)
    scalar = sorted(repeats)[rounds // 2] / loops * 1e6
    values = numpy.random.default_rng(1).uniform(1.0, 2.0, rows)
    amounts = energybench.ureg.Quantity(values, "t")
    found = medians(
        {"multiply": lambda: numpy.multiply(values, 0.7143), "to_tce": lambda: energybench.to_tce(amounts, "原煤")},
        rounds,
        clock,
    )
    ratio = found["to_tce"] / found["multiply"]
    return [
        Bar('`to_tce("1200 t", "原煤")`, warm', scalar, "us", "at most 20", scalar <= 20),
        Bar(f"`numpy.multiply`, new array of {short(rows)}", found["multiply"] * 1e3, "ms"),
        Bar(
            f"`to_tce` of an array of {short(rows)}",
            ratio,
            "x multiply",
            "at most 1.5 at 1e7",
            ratio <= 1.5 if rows >= 10_000_000 else None,
        ),
    ]
