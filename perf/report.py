"""One run as text for a terminal, or as Markdown for ``docs/performance.md``."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from perf.families import FAMILIES
from perf.timing import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perf.timing import Bar, Timed

_PACKAGES = (
    *("energybench", "numpy", "pandas", "pint", "narwhals", "pyarrow", "polars", "duckdb", "pyspark"),
    *("pint-pandas", "unyt", "astropy"),
)


def machine() -> str:
    """Return the machine, its load and the versions of one run."""
    versions = []
    for package in _PACKAGES:
        try:
            versions.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            versions.append(f"{package} not installed")
    load = f", load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    return (
        f"{platform.system()} {platform.machine()}, {_processor()}, {os.cpu_count()} cores{load}; "
        f"{platform.python_implementation()} {platform.python_version()}, {', '.join(versions)}."
    )


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "unknown processor")


def bars_table(bars: Sequence[Bar], markdown: bool) -> str:
    """Return the figures that are held to a bar."""
    verdicts = {True: "met", False: "**missed**" if markdown else "MISSED", None: ""}
    lines = [(bar.what, f"{bar.figure:,.3g} {bar.unit}", bar.bar, verdicts[bar.met]) for bar in bars]
    return _table([("what", "figure", "bar", ""), *lines], markdown)


def ways_table(timed: Sequence[Timed], markdown: bool) -> str:
    """Return every way by size: median milliseconds, and how many times the floor in brackets."""
    sizes = sorted({one.rows for one in timed})
    lines = [("way, ms (x floor)", *(short(rows) for rows in sizes))]
    for family, way in dict.fromkeys((one.family, one.way) for one in timed):
        found = {one.rows: str(one) for one in timed if (one.family, one.way) == (family, way)}
        lines.append((f"{FAMILIES[family][0]}: {way}", *(found.get(rows, "") for rows in sizes)))
    return _table(lines, markdown)


def _table(lines: Sequence[tuple[str, ...]], markdown: bool) -> str:
    if markdown:
        rule = ("---", *["---:"] * (len(lines[0]) - 1))
        return "\n".join("| " + " | ".join(line) + " |" for line in (lines[0], rule, *lines[1:]))
    widths = [max(_width(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
