"""Options of the kit: a bound, a number of examples or a tolerance that makes no sense is refused at once."""

from __future__ import annotations

from math import isfinite
from numbers import Integral, Real

from energybench.errors import OptionError, quoted


def check_room(name: str, value: float, most: float = float("inf")) -> None:
    """Refuse a tolerance that is no finite number, below zero, or so large that every figure would be right."""
    if isinstance(value, bool) or not (isinstance(value, Real) and 0 <= value < most):
        end = f" and below {most:g}" if isfinite(most) else ""
        raise OptionError(
            f"{name} is {quoted(value)}, expected a number, zero or more{end}",
            quoted(value),
            "Write, for example, 1e-9",
        )


def check_count(name: str, value: object, least: int, most: int | None = None) -> int:
    """Return a whole number inside its bounds, and refuse anything else.

    Examples
    --------
    >>> check_count("most", 5.0, 1)
    5
    """
    found = _whole(value)
    if found is None or found < least or (most is not None and found > most):
        bounds = f"from {least} on" if most is None else f"from {least} to {most}"
        raise OptionError(
            f"{name} is {quoted(value)}, expected a whole number {bounds}",
            quoted(value),
            f"Write {name}={max(least, 5) if most is None else max(least, min(5, most))}, or leave it out",
        )
    return found


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    if isinstance(value, Integral):
        return int(value)
    number = float(value)
    return int(number) if number.is_integer() else None


def check_flag(name: str, value: object) -> None:
    """Refuse what is neither True nor False: a text such as "no" would count as True."""
    if not isinstance(value, bool):
        raise OptionError(
            f"{name} is {quoted(value)}, expected True or False", quoted(value), f"Write {name}=True or {name}=False"
        )
