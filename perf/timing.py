"""Medians of interleaved rounds, so that a slow moment of the machine hits every candidate alike."""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Clock = Callable[[], float]

#: A candidate that took longer than this many seconds is not run again.
PATIENCE = 20.0


@dataclass(frozen=True)
class Bar:
    """A figure that is held to a bar: what, how much, of what, at most or at least how much."""

    what: str
    figure: float
    unit: str
    bar: str = ""
    met: bool | None = None


@dataclass(frozen=True)
class Timed:
    """One way through one size: the median seconds over its rounds, or why there is none."""

    family: str
    way: str
    rows: int
    seconds: float | None = None
    floor: float | None = None
    remark: str = ""

    def __str__(self) -> str:
        if self.seconds is None or self.floor is None:
            return self.remark
        ratio = self.seconds / self.floor
        milliseconds = self.seconds * 1e3
        shown = f"{milliseconds:,.0f}" if milliseconds >= 100 else f"{milliseconds:.3g}"
        return f"{shown} ({ratio:.3g})" + (f" {self.remark}" if self.remark else "")


def short(rows: int) -> str:
    """Return a number of rows as it is said: 1e7."""
    return f"{rows:.0e}".replace("e+0", "e")


def cpu() -> float:
    """Return the processor seconds of this process, its threads and the processes that it has waited for."""
    import resource

    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


#: What the seconds are: those of the clock on the wall, or of the processor, which a busy machine disturbs less.
CLOCKS: dict[str, Clock] = {"wall": time.perf_counter, "cpu": cpu}


def medians(
    candidates: Mapping[str, Callable[[], object]], rounds: int, clock: Clock = time.perf_counter
) -> dict[str, float]:
    """Return the median seconds of each candidate; every round runs each of them once."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, candidate in candidates.items():
            if times[name] and times[name][-1] > PATIENCE:
                continue
            gc.collect()
            start = clock()
            candidate()
            times[name].append(clock() - start)
    return {name: statistics.median(found) for name, found in times.items()}


def process(*arguments: str) -> Callable[[], object]:
    """Return a candidate that runs this Python in a process of its own."""
    return lambda: subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
