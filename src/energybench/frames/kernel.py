"""The arithmetic of whole tables, in numpy alone: multiply, sum, divide, compare. No strings, no units.

Rows are worked on in blocks that stay in the cache. Everything that needs judgement (coefficients, thresholds,
direction, strictness, tolerance) comes in as small tables made by the functions that serve one value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[numpy.float64]
    Integers = NDArray[Any]

_BLOCK = 1 << 14

#: The largest key space that gets a table with an entry per key.
DENSE = 1 << 24


@dataclass(frozen=True, slots=True)
class Key:
    """Several coded columns as one number per row: the sum of one small table per column, taken by code."""

    codes: tuple[Integers, ...]
    tables: tuple[Integers, ...]
    size: int

    def block(self, rows: slice | Integers) -> Integers:
        """Return the keys of some rows, ``size`` or more where there is none."""
        key: Integers = self.tables[0].take(self.codes[0][rows], mode="clip")
        for codes, table in zip(self.codes[1:], self.tables[1:], strict=True):
            key += table.take(codes[rows], mode="clip")
        return key

    def __len__(self) -> int:
        return len(self.codes[0])


def make_key(columns: list[tuple[Integers, NDArray[numpy.int64], int]]) -> Key:
    """Make a key of columns given as codes, a table from code to position, and how many positions there are."""
    size = 1
    for _, _, count in columns:
        size *= max(count, 1)
    # The sum of all sentinels must not overflow.
    dtype = numpy.int32 if size * (len(columns) + 1) < 2**31 else numpy.int64
    tables = []
    radix = size
    for _, positions, count in columns:
        radix //= max(count, 1)
        tables.append(numpy.where(positions < count, positions * radix, size).astype(dtype))
    return Key(tuple(codes for codes, _, _ in columns), tuple(tables), size)


def keys_in_use(key: Key) -> tuple[Integers, Integers]:
    """Return the key of every row, and the distinct keys of the key space that occur."""
    rows = numpy.empty(len(key), key.tables[0].dtype)
    if key.size > DENSE:
        for start in range(0, len(key), _BLOCK):
            rows[start : start + _BLOCK] = key.block(slice(start, start + _BLOCK))
        used = numpy.unique(rows)
        return rows, used[used < key.size]
    flags = numpy.zeros(key.size + 1, bool)
    for start in range(0, len(key), _BLOCK):
        block = key.block(slice(start, start + _BLOCK))
        rows[start : start + _BLOCK] = block
        flags[numpy.minimum(block, key.size)] = True
    return rows, numpy.flatnonzero(flags[:-1])


@dataclass(frozen=True, slots=True)
class Lookup:
    """A number per key of a key space: dense where that fits, else by search among the keys that have one."""

    keys: Integers
    values: NDArray[Any]
    otherwise: Any
    dense: NDArray[Any] | None

    def take(self, key: Integers) -> NDArray[Any]:
        """Return the number of each key, and ``otherwise`` for a key that has none."""
        if self.dense is not None:
            found: NDArray[Any] = self.dense.take(key, mode="clip")
            return found
        if not len(self.keys):
            return numpy.full(len(key), self.otherwise, self.values.dtype)
        place = numpy.searchsorted(self.keys, key).clip(0, len(self.keys) - 1)
        searched: NDArray[Any] = numpy.where(self.keys[place] == key, self.values[place], self.otherwise)
        return searched


def make_lookup(size: int, keys: Integers, values: NDArray[Any], otherwise: Any) -> Lookup:
    dense = None
    if size <= DENSE:
        dense = numpy.full(size + 1, otherwise, values.dtype)
        dense[keys] = values
    return Lookup(keys, values, otherwise, dense)


@dataclass(slots=True)
class Totals:
    tce: Floats
    electricity_kwh: Floats
    readings: Integers
    electric: Integers
    unusable: Integers
    bad: list[Integers] = field(default_factory=list)

    @classmethod
    def zero(cls, groups: int) -> Totals:
        return cls(*numpy.zeros((2, groups + 1)), *numpy.zeros((3, groups + 1), numpy.int64))

    def of(self, groups: Integers) -> Totals:
        """Return the totals of the given groups; the group of no output row has no readings of its own."""
        known = groups < len(self.tce) - 1
        return Totals(
            self.tce[groups],
            self.electricity_kwh[groups],
            self.readings[groups] * known,
            self.electric[groups],
            self.unusable[groups] * known,
        )

    def add(self, more: Totals) -> None:
        """Add the totals of later rows of the same groups; the rows noted stay with them."""
        with numpy.errstate(invalid="ignore", over="ignore"):
            self.tce += more.tce
            self.electricity_kwh += more.electricity_kwh
        self.readings += more.readings
        self.electric += more.electric
        self.unusable += more.unusable

    @property
    def bad_rows(self) -> Integers:
        return numpy.concatenate(self.bad) if self.bad else numpy.zeros(0, numpy.int64)


def sweep(
    totals: Totals,
    amount: Floats,
    multiplier: Floats | None,
    factor: Integers,
    tce: Lookup,
    electricity: Lookup | None,
    group: Key,
    group_of: Lookup,
    turn: Floats | None = None,
    count: Integers | None = None,
    member: Lookup | None = None,
    seen: NDArray[numpy.bool_] | None = None,
) -> None:
    """Weigh and add up rows in one pass; a row that cannot be used is counted and noted, never added.

    ``seen`` gets which members of families of carriers count in which group.
    """
    last = len(totals.tce) - 1
    with numpy.errstate(invalid="ignore", over="ignore"):
        for start in range(0, len(amount), _BLOCK):
            rows = slice(start, start + _BLOCK)
            value = tce.take(factor[rows])
            # A factor that is lacking is infinite: what counts as zero does not need it.
            lacking = numpy.flatnonzero(numpy.isinf(value))
            value *= amount[rows]
            if multiplier is not None:
                value *= multiplier[rows]
            if len(lacking):
                weight = amount[rows][lacking] * (1.0 if multiplier is None else multiplier[rows][lacking])
                value[lacking] = numpy.where(weight == 0, 0.0, numpy.nan)
            groups = group_of.take(group.block(rows))
            readings = 1 if count is None else count[rows]
            unusable = ~numpy.isfinite(value)
            unusable |= groups == last
            if unusable.any():
                totals.bad.append(numpy.flatnonzero(unusable) + start)
                numpy.add.at(totals.unusable, groups[unusable], 1 if count is None else count[rows][unusable])
                value[unusable] = 0.0
            numpy.add.at(totals.tce, groups, value)
            numpy.add.at(totals.readings, groups, readings)
            if member is not None and seen is not None:
                counts = numpy.flatnonzero(value)
                seen[groups[counts], member.take(factor[rows][counts])] = True
            if electricity is not None:
                power = electricity.take(factor[rows])
                here = numpy.flatnonzero((power != 0) & ~unusable)
                power = power[here] * amount[rows][here]
                if turn is not None:
                    power *= turn[rows][here]
                numpy.add.at(totals.electricity_kwh, groups[here], power)
                numpy.add.at(totals.electric, groups[here], 1 if count is None else count[rows][here])


def regions(value: Floats, edges: Floats) -> NDArray[numpy.int64]:
    """Return how many edges lie below each value: its region, where ``edges`` has a row per edge, in order."""
    region = numpy.zeros(len(value), numpy.int64)
    for edge in edges:
        region += edge < value
    return region
