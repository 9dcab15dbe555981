"""Run the benchmarks: start-up, conversions, whole tables on every engine, and what a user would write instead."""

from __future__ import annotations

import argparse

from perf import conversion, measure, report, startup
from perf.families import FAMILIES
from perf.timing import CLOCKS, Bar


def main() -> None:
    """Measure, and print medians, ratios and bars."""
    parser = argparse.ArgumentParser(prog="python -m perf", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds per figure")
    parser.add_argument("--sizes", type=float, nargs="+", default=[1e5, 1e6, 1e7], help="meter rows")
    parser.add_argument("--families", nargs="+", choices=FAMILIES, help="only these, none of the start-up")
    parser.add_argument("--spark", action="store_true", help="Spark as well, which takes a Java runtime")
    parser.add_argument("--markdown", action="store_true", help="print Markdown")
    parser.add_argument(
        "--clock", choices=CLOCKS, default="wall", help="cpu: processor time, for a busy machine; not for Spark"
    )
    parser.add_argument("--grid", action="store_true", help="ours over by hand alone, by rows and --readings")
    parser.add_argument("--readings", type=int, nargs="+", default=[2, 100, 10_000], help="of the grid, per output row")
    options = parser.parse_args()
    clock = CLOCKS[options.clock]
    families = options.families or [name for name in FAMILIES if name != "spark" or options.spark]
    if options.grid:
        print(report.machine())
        sizes = [int(rows) for rows in options.sizes]
        for line in measure.grid(sizes, options.readings, options.rounds, families, clock):
            print(line, flush=True)
        return
    bars: list[Bar] = []
    if not options.families:
        bars = [
            *startup.bars(2 * options.rounds + 1, clock),
            *conversion.bars(options.rounds, int(max(options.sizes)), clock),
        ]
    timed = [one for rows in options.sizes for one in measure.measure(int(rows), options.rounds, families, clock)]
    timed.sort(key=lambda one: families.index(one.family))
    bars += measure.bars(timed)
    print(report.machine())
    print(f"Medians of {options.rounds} interleaved rounds, {options.clock} time.\n")
    if bars:
        print(report.bars_table(bars, options.markdown), end="\n\n")
    print(report.ways_table(timed, options.markdown))


if __name__ == "__main__":
    main()
