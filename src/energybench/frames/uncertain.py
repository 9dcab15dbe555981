"""Uncertain readings of whole tables: cells to standard uncertainties, and their sums per output row.

The model is that of one account: contributions of one meter add up with their signs within an output row, all others
in squares. A table without such a column never comes here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy
import pandas

from energybench.errors import EnergybenchError, TableError, UncertaintyError, quoted
from energybench.frames.encode import clean_text, encode, fold, to_number
from energybench.frames.resolve import Refusal, refusal_of, resolve_all
from energybench.meter_accuracy import class_percent
from energybench.uncertain_text import read_uncertainty
from energybench.unit_text import read_unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from energybench.frames.encode import Coded
    from energybench.frames.groups import Groups
    from energybench.frames.kernel import Lookup, Totals
    from energybench.frames.meters import Meters
    from energybench.frames.problems import Problems

    Floats = NDArray[numpy.float64]

#: Columns of the meter table and of the output table that state an uncertainty or what shares it.
METER_COLUMNS = ("uncertainty", "accuracy", "meter")
OUTPUT_COLUMNS = ("output_uncertainty", "output_accuracy", "output_meter")
_BLOCK = 1 << 14
#: The largest number of pairs of an output row and a meter that get a place each.
_DENSE = 1 << 24
_TWICE = "Give one; where several effects act, add their standard uncertainties in squares"


class Cell(NamedTuple):
    """What a cell states: an absolute part in the row's unit, and a part of the reading."""

    absolute: float
    relative: float


@dataclass
class Spreads:
    """The uncertainty of the rows of one table.

    Attributes
    ----------
    signed : ndarray
        Standard uncertainty in the row's unit, 0 where none is given, NaN where the cell cannot be used, shape (n,).
        A relative one has the sign of its reading.
    given : ndarray of bool
        Whether the row states one, shape (n,).
    code : list of tuple
        Per column that was coded, the codes and what each was resolved to.
    meter : ndarray of int or None
        The meter of each row, -1 where none is named; None where no row names one.
    meters : list of str
        The names of the meters.
    """

    signed: Floats
    given: NDArray[numpy.bool_]
    code: list[tuple[NDArray[Any], list[Any]]] = field(default_factory=list)
    meter: NDArray[numpy.int64] | None = None
    meters: list[str] = field(default_factory=list)
    twice: NDArray[numpy.bool_] | None = None
    columns: tuple[str, ...] = METER_COLUMNS

    def explain(self, problems: Problems, rows: NDArray[Any]) -> None:
        """Say of some rows what is wrong with their uncertainty.

        Parameters
        ----------
        problems : Problems
            Of those rows.
        rows : ndarray of int
            Their numbers in the table.
        """
        width, accuracy, _ = self.columns
        for code, answers in self.code:
            problems.flag_refused(code[rows], answers)
        if self.twice is not None:
            both = Refusal(width, "", "uncertainty", f"{width} and {accuracy} are both given", _TWICE)
            problems.flag(self.twice[rows], both)
        message = f"{width} is {{value}}, expected a finite number, not negative"
        fix = 'Write a standard uncertainty in the unit of the row, or as "0.5 %"'
        problems.flag(numpy.isnan(self.signed[rows]), Refusal(width, "", "uncertainty", message, fix))


def read_spreads(
    table: pandas.DataFrame,
    value: Floats,
    unit: Coded,
    allow_unverified: bool,
    columns: tuple[str, ...] = METER_COLUMNS,
) -> Spreads | None:
    """Read the columns of a table that state uncertainties; None where there is none.

    Parameters
    ----------
    table : pandas.DataFrame
        With canonical columns.
    value : ndarray
        The reading of each row, shape (n,).
    unit : Coded
        The unit of each row.
    allow_unverified : bool
        Use unverified rows of the accuracy table.
    columns : tuple of str
        The names of the columns of uncertainty, accuracy class and meter.
    """
    width, accuracy, meter = columns
    present = [name for name in (width, accuracy) if name in table.columns and bool(table[name].notna().any())]
    if not present:
        return None
    found = Spreads(numpy.zeros(len(table)), numpy.zeros(len(table), bool), columns=columns)
    if width in present:
        _read_widths(found, table[width], value, unit, width)
    if accuracy in present:
        _read_classes(found, table[accuracy], value, allow_unverified, accuracy)
    if meter in table.columns:
        coded = encode(table[meter])
        names, positions = fold(coded)
        place = numpy.where(positions < len(names), positions, -1)
        found.meter, found.meters = place[coded.codes], names
    return found


def _read_widths(found: Spreads, column: pandas.Series[Any], value: Floats, unit: Coded, name: str) -> None:
    """Read a column of uncertainties: numbers as they are, each distinct text and unit once."""
    if pandas.api.types.is_numeric_dtype(column.dtype) and not pandas.api.types.is_bool_dtype(column.dtype):
        width: Floats = column.to_numpy(numpy.float64, na_value=numpy.nan)
        given = ~numpy.isnan(width)
        found.given |= given
        sound = (width >= 0) & numpy.isfinite(width)
        found.signed += numpy.where(given, numpy.where(sound, width, numpy.nan), 0.0)
        return
    cells = encode(column)
    size = len(unit.distinct) + 1
    pair, distinct = pandas.factorize(cells.codes.astype(numpy.int64) * size + unit.codes)
    asked = [divmod(int(one), size) for one in distinct]
    texts = [
        (
            cells.distinct[cell] if cell < len(cells.distinct) else None,
            unit.distinct[at] if at < len(unit.distinct) else "",
            name,
        )
        for cell, at in asked
    ]
    _add_cells(found, pair, resolve_all(_width, texts), value)


def _read_classes(found: Spreads, column: pandas.Series[Any], value: Floats, allow_unverified: bool, name: str) -> None:
    """Read a column of accuracy classes, each distinct one once."""
    cells = encode(column)
    answers = [*resolve_all(_class, [(cell, allow_unverified, name) for cell in cells.distinct]), None]
    before = found.given.copy()
    _add_cells(found, cells.codes.astype(numpy.int64), answers, value)
    given = numpy.array([answer is not None for answer in answers])[cells.codes]
    found.twice = before & given
    found.signed[found.twice] = numpy.nan


def _add_cells(found: Spreads, code: NDArray[Any], answers: list[Any], value: Floats) -> None:
    """Add what resolved cells state of their rows."""
    parts = [
        one if isinstance(one, Cell) else Cell(0.0, 0.0) if one is None else Cell(numpy.nan, 0.0) for one in answers
    ]
    absolute, relative = (numpy.array([part[side] for part in parts], numpy.float64)[code] for side in (0, 1))
    with numpy.errstate(invalid="ignore", over="ignore"):
        found.signed += absolute + numpy.where(relative == 0.0, 0.0, relative * value)
    found.given |= numpy.array([one is not None for one in answers], bool)[code]
    found.code.append((code, answers))


def _width(cell: Any, unit: str, column: str) -> Cell | Refusal | None:
    """Read one uncertainty beside its unit."""
    if cell is None:
        return None
    text = clean_text(cell) if isinstance(cell, str) else ""
    if isinstance(cell, str) and not text:
        return None
    number = to_number(cell)
    try:
        if number == number:
            return Cell(read_uncertainty(number, 1.0, read_unit("t")), 0.0)
        if not text:
            return Cell(read_uncertainty(quoted(cell), 1.0, read_unit("t")), 0.0)
        read = read_unit(unit)
        one, two = (read_uncertainty(text, value, read) for value in (1.0, 2.0))
        # What doubles with the reading is a part of it.
        return Cell(0.0, one) if two != one else Cell(one, 0.0)
    except UncertaintyError as error:
        return refusal_of(error, column)
    except EnergybenchError as error:
        return Refusal(column, error.value, UncertaintyError.reason, error.message, error.fix, verbatim=True)


def _class(cell: Any, allow_unverified: bool, column: str) -> Cell | Refusal | None:
    """Read one accuracy class as a part of the reading: a permissible error spread evenly (JCGM 100, 4.3.7)."""
    given = clean_text(cell) if isinstance(cell, str) else cell
    if given == "":
        return None
    try:
        percent, _ = class_percent(given, allow_unverified)
    except EnergybenchError as error:
        return refusal_of(error, column)
    return Cell(0.0, percent / 100 / math.sqrt(3))


def spoil(multiplier: Floats | None, spreads: Spreads | None) -> Floats | None:
    """Return a multiplier that is NaN where the uncertainty of a row cannot be used, so that the row is a problem.

    Parameters
    ----------
    multiplier : ndarray or None
        Of the meter rows, None where it is 1 everywhere.
    spreads : Spreads or None
        Of the meter rows.
    """
    if spreads is None:
        return multiplier
    bad = ~numpy.isfinite(spreads.signed)
    if not bad.any():
        return multiplier
    return numpy.where(bad, numpy.nan, 1.0 if multiplier is None else multiplier)


@dataclass
class SpreadTotals:
    """What the uncertainties of each group add up to, in tce and in kWh; the last group is that of no output row.

    Attributes
    ----------
    squares : ndarray
        Sum of squares over the rows of no meter and over the meters, shape (2, groups + 1).
    given : ndarray of bool
        Whether any row of the group states an uncertainty.
    pairs : ndarray of int
        Group times the number of meters, plus meter, of what one meter contributes to one group, in order.
    sums : ndarray
        The signed sums of those, shape (2, pairs).
    meters : list of str
        The names of the meters.
    """

    squares: Floats
    given: NDArray[numpy.bool_]
    pairs: NDArray[numpy.int64]
    sums: Floats
    meters: list[str]

    def of_meter(self, groups: NDArray[Any], code: NDArray[numpy.int64], names: list[str]) -> Floats:
        """Return the signed sum that a named meter contributes to a group, 0 where it is none of its meters.

        Parameters
        ----------
        groups : ndarray of int
            Shape (n,).
        code : ndarray of int
            Into the names, -1 where there is none, shape (n,).
        names : list of str
            Of the meters asked for.
        """
        order = {name: number for number, name in enumerate(self.meters)}
        meter = numpy.array([*(order.get(name, -1) for name in names), -1], numpy.int64)[code]
        wanted = groups * max(len(self.meters), 1) + meter
        if not len(self.pairs):
            return numpy.zeros((2, len(code)))
        place = numpy.searchsorted(self.pairs, wanted).clip(0, len(self.pairs) - 1)
        there = (self.pairs[place] == wanted) & (meter >= 0)
        return numpy.where(there, self.sums[:, place], 0.0)


def add_spreads(read: Meters, groups: Groups, totals: Totals, electric: bool) -> SpreadTotals | None:
    """Add up the uncertainties of the meter rows that were used, in one more pass over the rows.

    Parameters
    ----------
    read : Meters
        From :func:`~energybench.frames.meters.read_meters`.
    groups : Groups
        Of the output table.
    totals : Totals
        Of the same rows, for those that could not be used.
    electric : bool
        Whether any row is electricity.
    """
    spreads = read.spreads
    if spreads is None:
        return None
    factors = [read.lookup("tce", numpy.nan), *([read.lookup("electricity_kwh", 0.0)] if electric else [])]
    signed = spreads.signed
    if len(totals.bad_rows):
        signed = signed.copy()
        signed[totals.bad_rows] = 0.0
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
        parts = [_weighed(read, factor, signed, rows) for factor in factors]
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


@numpy.errstate(invalid="ignore", over="ignore")
def _weighed(read: Meters, factor: Lookup, signed: Floats, rows: slice) -> Floats:
    """Return what the uncertainty of some rows is in tce or kWh, with the sign of their flow."""
    width = signed[rows]
    value: Floats = factor.take(read.factor[rows]) * width
    if read.multiplier is not None:
        value *= read.multiplier[rows]
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
    """Refuse uncertainties where the rows are not all in memory.

    Parameters
    ----------
    columns : iterable of str
        Canonical names.
    table : {"meters", "outputs"}
        Which table it is.

    Raises
    ------
    TableError
        If one of them states an uncertainty.
    """
    stating = {*METER_COLUMNS[:2], *OUTPUT_COLUMNS[:2]}
    found = [name for name in columns if name in stating]
    if found:
        raise TableError(
            f"{table} has the columns {', '.join(found)}: uncertainties are computed only for tables in memory",
            found[0],
            "Give the tables to assess() as pandas, polars or pyarrow frames, or leave the columns out",
        )
