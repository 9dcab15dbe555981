"""Start-up: import, help, first conversion; each in a fresh process."""

from __future__ import annotations

from perf.timing import Row, medians, process


def rows(rounds: int) -> list[Row]:
    """Measure start-up against the bars of the design."""
    found = medians(
        {
            "empty": process("-c", "pass"),
            "import": process("-c", "import energybench"),
            "help": process("-m", "energybench", "--help"),
            "pint": process("-c", "import pint, numpy"),
            "first": process("-c", "import energybench; energybench.to_tce('1200 t', '原煤')"),
        },
        rounds,
    )
    importing = (found["import"] - found["empty"]) * 1e3
    helping = (found["help"] - found["empty"]) * 1e3
    ratio = found["first"] / found["pint"]
    return [
        Row("import energybench, over an empty interpreter", importing, "ms", "at most 5 ms", importing <= 5),
        Row("energybench --help, over an empty interpreter", helping, "ms", "at most 120 ms", helping <= 120),
        Row("import pint, numpy (process)", found["pint"] * 1e3, "ms", ""),
        Row("first to_tce in a process", ratio, "x pint+numpy", "at most 1.5 x", ratio <= 1.5),
    ]
