"""Start-up: import, help, first conversion; each in a fresh process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perf.timing import Bar, medians, process

if TYPE_CHECKING:
    from perf.timing import Clock

#: What any first import from an environment costs: its folders are listed, however small the module is.
_SEARCH = "try:\n    import no_such_module\nexcept ImportError:\n    pass"

_ONE_VALUE = (("convert", "1200 t", "原煤"), ("classify", "13200 kWh/t", "电解铝"), ("limit", "电解铝"))


def bars(rounds: int, clock: Clock) -> list[Bar]:
    """Measure start-up against the bars of the design."""
    found = medians(
        {
            "empty": process("-c", "pass"),
            "search": process("-c", _SEARCH),
            "import": process("-c", "import energybench"),
            "help": process("-m", "energybench", "--help"),
            **{words[0]: process("-m", "energybench", *words) for words in _ONE_VALUE},
            "pint": process("-c", "import pint, numpy"),
            "first": process("-c", "import energybench; energybench.to_tce('1200 t', '原煤')"),
        },
        rounds,
        clock,
    )
    importing = (found["import"] - found["empty"]) * 1e3
    searching = (found["search"] - found["empty"]) * 1e3
    helping = (found["help"] - found["empty"]) * 1e3
    first = {name: (found[name] - found["empty"]) * 1e3 for name, *_ in _ONE_VALUE}
    ratio = found["first"] / found["pint"]
    return [
        Bar("an empty interpreter", found["empty"] * 1e3, "ms"),
        Bar("looking for a module that is not there, over an empty interpreter", searching, "ms"),
        Bar("`import energybench`, over an empty interpreter", importing, "ms", "at most 5", importing <= 5),
        Bar("`energybench --help`, over an empty interpreter", helping, "ms", "at most 60", helping <= 60),
        *(
            Bar(f"`energybench {name}`, over an empty interpreter", ms, "ms", "at most 250", ms <= 250)
            for name, ms in first.items()
        ),
        Bar("`import pint, numpy`, whole process", found["pint"] * 1e3, "ms"),
        Bar("first `to_tce` in a process", ratio, "x (import pint, numpy)", "at most 1.3", ratio <= 1.3),
    ]
