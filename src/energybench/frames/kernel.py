"""The arithmetic of whole tables, in numpy alone: multiply, sum, divide, compare. No strings, no units.

Rows are worked on in blocks that stay in the cache. Everything that needs judgement (coefficients, thresholds,
direction, strictness, tolerance) comes in as small tables made by the functions that serve one value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[numpy.float64]
    Integers = NDArray[numpy.int64]

_BLOCK = 1 << 14


@dataclass(frozen=True, slots=True)
class Totals:
    """What the readings of each output row add up to."""

    tce: Floats
    electricity_kwh: Floats
    readings: Integers
    unusable: Integers

    def take(self, groups: Integers) -> Totals:
        """Return the totals of the given groups."""
        return Totals(self.tce[groups], self.electricity_kwh[groups], self.readings[groups], self.unusable[groups])


def weigh(amount: Floats, multiplier: Floats | None, code: Integers, factors: Floats) -> Floats:
    """Return ``amount * multiplier * factors[code]`` per row.

    Parameters
    ----------
    amount, multiplier : ndarray
        Shape (n,); the multiplier carries flow and measured figures, None where it is 1 everywhere.
    code : ndarray of int
        Shape (n,), into ``factors``.
    factors : ndarray
        Standard coal (or electricity) per unit of amount, NaN where there is none.
    """
    result = numpy.empty_like(amount)
    with numpy.errstate(invalid="ignore", over="ignore"):
        for start in range(0, len(amount), _BLOCK):
            rows = slice(start, start + _BLOCK)
            numpy.take(factors, code[rows], out=result[rows], mode="clip")
            result[rows] *= amount[rows]
            if multiplier is not None:
                result[rows] *= multiplier[rows]
    return result


def add_up(
    tce: Floats, electricity: Floats | None, usable: NDArray[numpy.bool_], group: Integers, groups: int
) -> Totals:
    """Sum rows by group; a row that is not usable is counted, never added.

    Parameters
    ----------
    tce, electricity : ndarray
        Shape (n,); electricity is None where no row has any.
    usable : ndarray of bool
        Shape (n,).
    group : ndarray of int
        Output row of each reading, shape (n,); ``groups`` for a reading that belongs to none.
    groups : int
        Number of output rows.
    """
    length = groups + 1
    clean = bool(usable.all())

    def total(values: Floats) -> Floats:
        added = values if clean else numpy.where(usable, values, 0.0)
        return numpy.bincount(group, added, length)[:-1].astype(numpy.float64, copy=False)

    def count(groups_of_rows: Integers) -> Integers:
        return numpy.bincount(groups_of_rows, minlength=length)[:-1].astype(numpy.int64, copy=False)

    none = numpy.zeros(groups)
    power = none if electricity is None else total(electricity)
    return Totals(total(tce), power, count(group), count(group[~usable]) if not clean else none.astype(numpy.int64))


def levels(value: Floats, sign: Floats, bounds: Floats) -> tuple[NDArray[numpy.int8], NDArray[numpy.bool_]]:
    """Return the level of each value, and which steps it meets.

    Parameters
    ----------
    value : ndarray
        In the unit of its ladder, NaN where there is none, shape (n,).
    sign : ndarray
        -1 where higher is better, shape (n,).
    bounds : ndarray
        Folded bounds, best step first, shape (n, steps); NaN where a step has no figure.

    Returns
    -------
    tuple
        Level (index of the step, ``steps`` beyond the last, -1 where it cannot be told) and steps met.
    """
    count, steps = bounds.shape
    met = (value * sign)[:, None] <= bounds
    unknown = numpy.isnan(bounds)
    level = numpy.full(count, steps, numpy.int8)
    open_ = numpy.ones(count, bool)
    blocked = numpy.zeros(count, bool)
    for step in range(steps):
        here = open_ & ~blocked & met[:, step]
        level[here] = step
        open_ &= ~here
        blocked |= open_ & unknown[:, step]
    # Behind a step without a figure only failing the last step decides.
    undecided = blocked & open_ & (met.any(axis=1) | unknown[:, -1])
    level[undecided | numpy.isnan(value)] = -1
    return level, met
