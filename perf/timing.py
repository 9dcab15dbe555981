"""Medians of interleaved rounds, so that a slow moment of the machine hits every candidate alike."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Row:
    """One line of the printed table: a figure, the bar it is held to, and whether it meets it."""

    what: str
    figure: float
    unit: str
    bar: str
    met: bool | None = None

    def __str__(self) -> str:
        verdict = {True: "ok", False: "OVER", None: ""}[self.met]
        return f"{self.what:<58} {self.figure:>12,.3f} {self.unit:<12} {self.bar:<34} {verdict}"


def medians(candidates: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each candidate; every round runs each of them once."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, candidate in candidates.items():
            start = time.perf_counter()
            candidate()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(found) for name, found in times.items()}


def process(*arguments: str) -> Callable[[], object]:
    """Return a candidate that runs this Python in a process of its own."""
    return lambda: subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
