"""Whole tables: assess, against the multiplication floor and against what a user would write with pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy

import energybench
from perf.data import tables
from perf.timing import Row, medians

if TYPE_CHECKING:
    import pandas

#: Bars of the design for 1e7 rows, as multiples of one multiplication of that many floats.
BARS = {"category": 20, "str": 80}


def by_hand(meters: pandas.DataFrame, outputs: pandas.DataFrame, factors: pandas.DataFrame) -> pandas.DataFrame:
    """Do what a user would write: merge the factors, group, merge the outputs, divide. No checks, no classes."""
    weighed = meters.merge(factors, on=["carrier", "unit"], how="left")
    weighed["tce"] = weighed["amount"] * weighed["factor"]
    totals = weighed.groupby(["plant", "period", "product"], observed=True)["tce"].sum().reset_index()
    joined = outputs.merge(totals, on=["plant", "period", "product"], how="left")
    return joined.assign(intensity=joined["tce"] / joined["output"])


def rows(rounds: int, size: int) -> list[Row]:
    """Measure assess on tables of text and of category columns."""
    found: list[Row] = []
    random = numpy.random.default_rng(2)
    a, b, c = random.uniform(size=size), random.uniform(size=size), numpy.empty(size)
    for kind, bar in BARS.items():
        meters, outputs = tables(size, kind=kind)
        pairs = meters[["carrier", "unit"]].drop_duplicates()
        factors = pairs.assign(factor=[_factor(*pair) for pair in pairs.itertuples(index=False)])
        energybench.assess(meters.head(1000), outputs)
        times = medians(
            {
                "floor": lambda: numpy.multiply(a, b, out=c),
                "assess": lambda m=meters, o=outputs: energybench.assess(m, o),
                "by hand": lambda m=meters, o=outputs, f=factors: by_hand(m, o, f),
            },
            rounds,
        )
        ratio = times["assess"] / times["floor"]
        met = ratio <= bar if size >= 10_000_000 else None
        bar_text = f"at most {bar} x at 1e7"
        hand = times["by hand"] / times["assess"]
        found += [
            Row(f"multiply floor, {size:.0e} rows", times["floor"] * 1e3, "ms", ""),
            Row(f"assess, {kind} columns, {size:.0e} rows", times["assess"] * 1e3, "ms", ""),
            Row(f"assess, {kind} columns, over the floor", ratio, "x floor", bar_text, met),
            Row("pandas merge and groupby by hand, over assess", hand, "x assess", "more than 1 x", hand > 1),
        ]
    return found


def _factor(carrier: str, unit: str) -> float:
    return float(energybench.to_tce(f"1 {unit}", carrier).magnitude)
