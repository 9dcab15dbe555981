"""What a target asks for, as an interval of values that meet it.

超 (>), 以上 (>=), 左右 (~, within a stated tolerance), 以下 (< or <= as recorded) and ranges become two bounds, once;
strictness and the float tolerance are folded in as for a ladder. A measured interval lies inside them, outside, or
neither: then nothing is decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf, isfinite, ulp
from typing import TYPE_CHECKING

from energybench.errors import OptionError, TableError, quoted
from energybench.limits.ladders import TOLERANCE

if TYPE_CHECKING:
    from energybench.tables.rows import TargetRow

#: Comparisons of the table that a figure can meet; ``fact`` and ``conforms_to`` have none.
COMPARISONS = ("<=", "<", ">=", ">", "=", "~", "range")

#: How the table of measures says that a comparison is read, beside literally.
SENSES = ("", "at_least", "at_most", "reversed", "ambiguous_at_value")

# More than strictness and float tolerance together.
_STEP = 3 * TOLERANCE


@dataclass(frozen=True, slots=True)
class Requirement:
    """The values that meet a target: between two bounds, strictness and float tolerance folded in."""

    value: float
    upper: float
    low: float
    high: float
    text: str

    def met_by(self, low: float, high: float, open_ends: tuple[bool, bool] = (False, False)) -> bool | None:
        """Say whether every value of an interval meets the target (True), none does (False), or neither (None).

        An open end is approached and never reached: a share between 0 and 40 % that is neither.

        Examples
        --------
        >>> over = Requirement(30.0, 30.0, 30.00000003, inf, "> 30 %")
        >>> over.met_by(31.0, 35.0), over.met_by(20.0, 30.0), over.met_by(30.0, 40.0)
        (True, False, None)
        >>> over.met_by(30.0, 40.0, (True, True))
        True
        """
        below, above = (
            _STEP * abs(end) if is_open else 0.0 for end, is_open in zip((low, high), open_ends, strict=True)
        )
        if self.low <= low + below and high - above <= self.high:
            return True
        apart = high < self.low or low > self.high
        touching = (open_ends[1] and high <= self.low) or (open_ends[0] and low >= self.high)
        return False if apart or touching else None


def with_unit(number: str, unit: str) -> str:
    """Return a number and its unit as text; a unit that begins with a number is multiplied.

    Examples
    --------
    >>> with_unit("500", "10 kt/a"), with_unit("30", "% of capacity")
    ('500 x 10 kt/a', '30 % of capacity')
    """
    return f"{number} x {unit}" if unit[:1].isdigit() else f"{number} {unit}".strip()


def check_tolerance(tolerance: float) -> float:
    """Return a relative tolerance for 左右, or refuse it."""
    number = isinstance(tolerance, int | float) and not isinstance(tolerance, bool)
    if not number or not isfinite(tolerance) or not 0 <= tolerance < 1:
        raise OptionError(
            f"tolerance is {quoted(tolerance)}, expected a share of the value from 0 to below 1",
            quoted(tolerance),
            "Write 0.05 for 5 %",
        )
    return float(tolerance)


def requirement(row: TargetRow, sense: str = "", tolerance: float = 0.05) -> Requirement:
    """Return what a target asks for.

    Examples
    --------
    >>> from energybench.tables.store import records
    >>> row = next(row for row in records("targets") if row.id.startswith("changji-prefecture-2022/07"))
    >>> requirement(row).text
    '~ 60 % (57 to 63; tolerance 5 %)'
    """
    value, upper = _values(row)
    low, high = _bounds(row.comparison, value, upper, tolerance)
    said = ""
    if row.comparison in ("=", "~"):
        low = -inf if sense == "at_most" else low
        high = inf if sense == "at_least" else high
        said = {"at_least": "or more", "at_most": "or less"}.get(sense, "")
    if row.comparison == "~":
        about = f"{low:.10g} to {high:.10g}" if isfinite(high) else f"from {low:.10g}"
        said = f"{about}; tolerance {100 * tolerance:.10g} %"
    if sense == "reversed":
        low, high = _bounds({">=": "<=", ">": "<", "<=": ">=", "<": ">"}[row.comparison], value, upper, tolerance)
        said = f"{row.value} or a smaller number"
    text = f"{row.comparison} {with_unit(row.value, row.unit)}" + (f" ({said})" if said else "")
    return Requirement(value, upper, _fold(low, -1), _fold(high, 1), text)


def _values(row: TargetRow) -> tuple[float, float]:
    """Read the value as printed: one decimal, or the two ends of a range."""
    first, _, second = row.value.partition("-") if row.comparison == "range" else (row.value, "", row.value)
    try:
        return float(Fraction(first)), float(Fraction(second))
    except ValueError as error:
        raise TableError(
            f"{row.id}: the value is {quoted(row.value)} where the comparison is {row.comparison}",
            row.id,
            "Write a decimal, or low-high for a range",
        ) from error


def interval(comparison: str, value: float, upper: float, tolerance: float = 0.0) -> tuple[float, float]:
    """Return inclusive bounds of a comparison, strictness and float tolerance folded in.

    Examples
    --------
    >>> low, high = interval("<", 630.0, 630.0)
    >>> 629.999 <= high < 630.0
    True
    """
    low, high = _bounds(comparison, value, upper, tolerance)
    return _fold(low, -1), _fold(high, 1)


def _bounds(comparison: str, value: float, upper: float, tolerance: float) -> tuple[float, float]:
    # What _fold gives back is taken twice; beside zero the smallest step there is.
    strict = 2 * TOLERANCE * abs(value) or ulp(0.0)
    slack = tolerance * abs(value)
    bounds = {
        "<=": (-inf, value),
        "<": (-inf, value - strict),
        ">=": (value, inf),
        ">": (value + strict, inf),
        "=": (value, value),
        "~": (value - slack, value + slack),
        "range": (value, upper),
    }
    return bounds[comparison]


def _fold(bound: float, sign: int) -> float:
    """Widen a bound by the float tolerance, so that an exact decimal hit never flips on noise."""
    return bound + sign * abs(bound) * TOLERANCE if isfinite(bound) else bound


def nothing_left(row: TargetRow) -> Requirement:
    """Return what an elimination asks for: the comparison says what must go, and none of it may be left."""
    return Requirement(0.0, 0.0, 0.0, 0.0, f"none left that is {row.comparison} {with_unit(row.value, row.unit)}")
