"""How a class is shown: name, colour, ink, marker and hatch, the same in a notebook, a chart and a report.

The fills differ in luminance as well as in hue, so that a grey print and a colour-blind reader can tell the
classes of one ladder apart; a class is never shown by colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    fill: str
    ink: str
    marker: str
    hatch: str


_BEST = Look("#00504a", "#ffffff", "o", "")
_SECOND = Look("#7fb8d8", "#10202a", "D", "..")
_LAST = Look("#f2cf5b", "#1d1d1d", "s", "")
_BEYOND = Look("#b8430f", "#ffffff", "X", "///")

#: The look of each class by its name.
LOOKS = {
    "benchmark": _BEST,
    "baseline": _LAST,
    "below-baseline": _BEYOND,
    "level-1": _BEST,
    "level-2": _SECOND,
    "level-3": _LAST,
    "within-limit": _BEST,
    "over-limit": _BEYOND,
}
#: The look of a value without a class.
UNKNOWN = Look("#e4e4e4", "#222222", "P", "xx")


def look_of(level: str | None) -> Look:
    """Return the look of a class by its name, or that of a value without a class.

    >>> look_of("baseline").marker
    's'
    """
    return LOOKS.get(level or "", UNKNOWN)
