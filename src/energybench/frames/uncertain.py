"""Uncertain readings of whole tables: what the standard uncertainties of the rows add up to per output row.

The model is that of one account: within an output row, contributions of one meter add up with their signs, and so do
those of one measured figure of one carrier; all others in squares. A table without such a column never comes here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.errors import TableError
from energybench.frames.kernel import make_lookup
from energybench.frames.resolve import Factor
from energybench.frames.uncertain_cells import FIGURE_COLUMNS, METER_COLUMNS, OUTPUT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from energybench.frames.groups import Groups
    from energybench.frames.kernel import Lookup, Totals
    from energybench.frames.meters import Meters
    from energybench.frames.uncertain_cells import Spreads

    Floats = NDArray[numpy.float64]

_BLOCK = 1 << 14
#: The largest number of pairs of an output row and a meter or an analysis that get a place each.
_DENSE = 1 << 24


@dataclass
class SpreadTotals:
    """What the uncertainties of each group add up to, in tce and in kWh; the last group is that of no output row."""

    squares: Floats
    given: NDArray[numpy.bool_]
    pairs: NDArray[numpy.int64]
    sums: Floats
    meters: list[str]

    def of_meter(self, groups: NDArray[Any], code: NDArray[numpy.int64], names: list[str]) -> Floats:
        """Return the signed sum that a named meter contributes to a group, 0 where it is none of its meters."""
        order = {name: number for number, name in enumerate(self.meters)}
        meter = numpy.array([*(order.get(name, -1) for name in names), -1], numpy.int64)[code]
        wanted = groups * max(len(self.meters), 1) + meter
        if not len(self.pairs):
            return numpy.zeros((2, len(code)))
        place = numpy.searchsorted(self.pairs, wanted).clip(0, len(self.pairs) - 1)
        there = (self.pairs[place] == wanted) & (meter >= 0)
        return numpy.where(there, self.sums[:, place], 0.0)


def add_spreads(read: Meters, groups: Groups, totals: Totals, electric: bool) -> SpreadTotals | None:
    """Add up the uncertainties of the meter rows that were used, in one more pass over the rows for each kind."""
    if not read.every_spread:
        return None
    size = groups.count + 1
    found = SpreadTotals(
        numpy.zeros((2, size)), numpy.zeros(size, bool), numpy.zeros(0, numpy.int64), numpy.zeros((2, 0)), []
    )
    if read.spreads is not None:
        found = _add_readings(read, read.spreads, groups, totals, electric)
    if read.figure_spreads:
        _add_figures(found, read, groups, totals)
    return found


def _add_readings(read: Meters, spreads: Spreads, groups: Groups, totals: Totals, electric: bool) -> SpreadTotals:
    """Add up the uncertainties of the amounts."""
    weights = [(read.lookup("tce", numpy.nan), read.multiplier)]
    if electric:
        flow = read.flow()
        weights.append((read.lookup("electricity_kwh", 0.0), read.multiplier if flow is None else flow))
    signed = _of_used_rows(spreads.signed, totals)
    size, count = groups.count + 1, max(len(spreads.meters), 1)
    given = numpy.zeros(size, bool)
    squares = numpy.zeros((2, size))
    labelled = spreads.meter is not None
    dense = labelled and size * count <= _DENSE
    sums = numpy.zeros((2, size * count if dense else 0))
    loose: list[tuple[NDArray[Any], ...]] = []
    key = groups.key_of(read.columns)
    for start in range(0, len(signed), _BLOCK):
        rows = slice(start, start + _BLOCK)
        group = groups.lookup.take(key.block(rows))
        given[group[spreads.given[rows]]] = True
        pair = None if spreads.meter is None else spreads.meter[rows]
        parts = [_weighed(factor.take(read.factor[rows]), multiplier, signed, rows) for factor, multiplier in weights]
        for number, part in enumerate(parts):
            alone = part if pair is None else numpy.where(pair < 0, part, 0.0)
            numpy.add.at(squares[number], group, alone * alone)
        if pair is None:
            continue
        named = numpy.flatnonzero(pair >= 0)
        where = group[named].astype(numpy.int64) * count + pair[named]
        if dense:
            for number, part in enumerate(parts):
                numpy.add.at(sums[number], where, part[named])
        else:
            loose.append((where, *(part[named] for part in parts)))
    pairs = numpy.flatnonzero(sums.any(axis=0)) if dense else numpy.zeros(0, numpy.int64)
    sums = sums[:, pairs] if dense else numpy.zeros((2, 0))
    if loose:
        pairs, sums = _gathered(loose)
    for number in (0, 1):
        numpy.add.at(squares[number], pairs // count, sums[number] ** 2)
    return SpreadTotals(squares, given, pairs, sums, spreads.meters)


def _of_used_rows(signed: Floats, totals: Totals) -> Floats:
    """Return standard uncertainties that are 0 where a row could not be used."""
    if len(totals.bad_rows):
        signed = signed.copy()
        signed[totals.bad_rows] = 0.0
    return signed


@numpy.errstate(invalid="ignore", over="ignore")
def _add_figures(found: SpreadTotals, read: Meters, groups: Groups, totals: Totals) -> None:
    """Add the uncertainties of the rows' own figures to the totals: they move standard coal, never electricity."""
    if read.own is None or read.multiplier is None:
        return  # No row has such a figure: each that states its uncertainty is a problem.
    first, *others = read.figure_spreads
    # No row has two figures, so that what it states of one kind is all that it states.
    signed = _of_used_rows(sum((one.signed for one in others), first.signed), totals)
    key, factor, analysis = groups.key_of(read.columns), read.lookup("tce", numpy.nan), _analyses(read)
    blocks: list[tuple[NDArray[Any], ...]] = []
    for start in range(0, len(signed), _BLOCK):
        rows = slice(start, start + _BLOCK)
        group = groups.lookup.take(key.block(rows))
        for one in read.figure_spreads:
            found.given[group[one.given[rows]]] = True
        here = numpy.flatnonzero(signed[rows])
        at = here + start
        own, width = read.own[at], signed[at]
        # Standard coal is proportional to the figure.
        part = factor.take(read.factor[at]) * read.amount[at] * (read.multiplier[at] * (width / own))
        blocks.append((group[here], part, analysis.take(read.factor[at]), own, width))
    _add_analyses(found.squares[0], *(numpy.concatenate(column) for column in zip(*blocks, strict=True)))


def _add_analyses(
    squares: Floats, group: NDArray[Any], part: Floats, analysis: NDArray[Any], own: Floats, width: Floats
) -> None:
    """Add contributions to the squares of their groups, those of one analysis summed before.

    Within a group, the same figure of the same carrier, in the same unit and with the same uncertainty, is one
    analysis, as in an account.
    """
    code, distinct = pandas.factorize(own)
    again = numpy.bincount(code, minlength=len(distinct))[code] > 1
    # A figure that stands in one row alone is shared with none.
    numpy.add.at(squares, group[~again], part[~again] ** 2)
    # Two floats as one complex number, told apart in one look; 2 % of 35.6 is 0.712 to seven digits, not to the last.
    figure, figures = pandas.factorize(own[again] + 1j * width[again].astype(numpy.float32))
    source, sources = pandas.factorize(analysis[again] * len(figures) + figure)
    count = max(len(sources), 1)
    where = group[again].astype(numpy.int64) * count + source
    if len(squares) * count <= min(_DENSE, 8 * len(where)):
        sums = numpy.bincount(where, part[again], len(squares) * count)
        squares += (sums * sums).reshape(-1, count).sum(axis=1)
    else:
        pairs, found = _gathered([(where, part[again])])
        numpy.add.at(squares, pairs // count, found[0] ** 2)


def _analyses(read: Meters) -> Lookup:
    """Return which carrier, kind of figure and unit each combination of the rows has, as a number."""
    known = [
        (factor.record.carrier, factor.own, factor.own_unit) if isinstance(factor, Factor) else None
        for factor in read.factors
    ]
    order = {one: number for number, one in enumerate(dict.fromkeys(known))}
    return make_lookup(read.key_size, read.keys, numpy.array([order[one] for one in known], numpy.int64), 0)


@numpy.errstate(invalid="ignore", over="ignore")
def _weighed(factor: Floats, multiplier: Floats | None, signed: Floats, rows: slice) -> Floats:
    """Return what the uncertainty of some rows is in tce or kWh, with the sign of their flow."""
    width = signed[rows]
    value: Floats = factor * width
    if multiplier is not None:
        value *= multiplier[rows]
    # A row that cannot be used has no factor, and a width of 0.
    value[width == 0.0] = 0.0
    return value


def _gathered(loose: list[tuple[NDArray[Any], ...]]) -> tuple[NDArray[numpy.int64], Floats]:
    """Add up contributions by pair, where there are too many pairs for a place each."""
    where = numpy.concatenate([block[0] for block in loose])
    pairs, place = numpy.unique(where, return_inverse=True)
    sums = numpy.zeros((2, len(pairs)))
    for number in range(1, len(loose[0])):
        part = numpy.concatenate([block[number] for block in loose])
        sums[number - 1] = numpy.bincount(place, part, len(pairs))
    return pairs, sums


def refuse_columns(columns: Iterable[str], table: str) -> None:
    """Refuse uncertainties where the rows are not all in memory."""
    stating = {*METER_COLUMNS[:2], *OUTPUT_COLUMNS[:2], *FIGURE_COLUMNS.values()}
    found = [name for name in columns if name in stating]
    if found:
        raise TableError(
            f"{table} has the columns {', '.join(found)}: uncertainties are computed only for tables in memory",
            found[0],
            "Give the tables to assess() as pandas, polars or pyarrow frames, or leave the columns out",
        )
