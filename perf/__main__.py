"""Run the benchmarks and print one table."""

from __future__ import annotations

import argparse
import platform

import numpy
import pandas
import pint

from perf import conversion, startup, tables


def main() -> None:
    """Measure, and print medians, ratios and bars."""
    parser = argparse.ArgumentParser(prog="python -m perf", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="rounds per figure")
    parser.add_argument("--size", type=int, default=10_000_000, help="rows of the largest tables")
    options = parser.parse_args()
    versions = {"numpy": numpy.__version__, "pandas": pandas.__version__, "pint": pint.__version__}
    print(f"Python {platform.python_version()}", *(f"{name} {version}" for name, version in versions.items()), sep=", ")
    print(f"{platform.platform()}, {platform.processor() or platform.machine()}\n")
    measured = (
        lambda: startup.rows(options.rounds),
        lambda: conversion.rows(options.rounds, options.size),
        lambda: tables.rows(max(3, options.rounds // 2), options.size),
    )
    for measure in measured:
        for row in measure():
            print(row, flush=True)


if __name__ == "__main__":
    main()
