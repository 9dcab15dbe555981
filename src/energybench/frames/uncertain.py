"""Uncertain readings of whole tables: the cells that state an uncertainty, and what they add up to per output row.

The model is that of one account: within an output row, contributions of one meter add up with their signs, and so do
those of one measured figure of one carrier; all others in squares.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.energy.measured import class_percent, read_uncertainty
from energybench.errors import EnergybenchError, UncertaintyError, quoted
from energybench.frames.encode import Coded, clean_text, encode, encode_if_there, fold, to_number
from energybench.frames.kernel import make_lookup
from energybench.frames.resolve import Factor, Refusal, refusal_of, resolve_all
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from energybench.frames.problems import Problems

    Floats = NDArray[numpy.float64]
    from energybench.frames.groups import Groups
    from energybench.frames.meters import Meters

#: Columns of the meter table and of the output table that state an uncertainty or what shares it.
METER_COLUMNS = ("uncertainty", "accuracy", "meter")
OUTPUT_COLUMNS = ("output_uncertainty", "output_accuracy", "output_meter")
#: Columns of the meter table that state the uncertainty of a figure of the row's own, by the column of that figure.
FIGURE_COLUMNS = {"ncv": "ncv_uncertainty", "coefficient": "coefficient_uncertainty"}
#: A larger one has no square.
_LARGEST = 1e150
_TWICE = "Give one; where several effects act, add their standard uncertainties in squares"


#: The uncertainty that a cell states: an absolute one, and one relative to its reading.
Cell = tuple[float, float]


@dataclass
class Spreads:
    signed: Floats
    given: NDArray[numpy.bool_]
    #: What is wrong with the cells, looked at in this order: codes of the rows, and a refusal or None for each.
    code: list[tuple[NDArray[Any], list[Any]]] = field(default_factory=list)
    meter: NDArray[numpy.int64] | None = None
    meters: list[str] = field(default_factory=list)
    columns: tuple[str, ...] = METER_COLUMNS
    beside: str = ""

    def explain(self, problems: Problems, rows: NDArray[Any]) -> None:
        width = self.columns[0]
        for code, answers in self.code:
            problems.flag_refused(code[rows], answers)
        message = f"{width} is {{value}}, expected a finite number, not negative and at most {_LARGEST:g}"
        unit = f"the unit of {self.beside}" if self.beside else "the unit of the row"
        fix = f'Write a standard uncertainty in {unit}, or as "0.5 %"'
        problems.flag(self.unusable(rows), Refusal(width, "", "uncertainty", message, fix))

    def refuse(self, where: NDArray[numpy.bool_], refusal: Refusal) -> None:
        self.signed[where] = numpy.nan
        self.code.append((where.astype(numpy.int64), [None, refusal]))

    def unusable(self, rows: Any = slice(None)) -> NDArray[numpy.bool_]:
        """Say of some rows whether what they state is no number, or one whose square is none."""
        unusable: NDArray[numpy.bool_] = ~(numpy.abs(self.signed[rows]) <= _LARGEST)
        return unusable


def read_spreads(
    table: pandas.DataFrame,
    value: Floats,
    unit: Coded,
    allow_unverified: bool,
    columns: tuple[str, ...] = METER_COLUMNS,
) -> Spreads | None:
    width, accuracy, meter = columns
    present = _stated(table, (width, accuracy))
    if not present:
        return None
    found = Spreads(numpy.zeros(len(table)), numpy.zeros(len(table), bool), columns=columns)
    if width in present:
        _read_widths(found, table[width], value, unit, width)
    if accuracy in present:
        before, cells = found.given.copy(), encode(table[accuracy])
        answers = [*resolve_all(_class, [(cell, allow_unverified, accuracy) for cell in cells.distinct]), None]
        _add_cells(found, cells.codes.astype(numpy.int64), answers, value)
        twice = before & numpy.array([answer is not None for answer in answers])[cells.codes]
        found.refuse(twice, Refusal(width, "", "uncertainty", f"{width} and {accuracy} are both given", _TWICE))
    if meter in table.columns:
        coded = encode(table[meter])
        names, positions = fold(coded)
        place = numpy.where(positions < len(names), positions, -1)
        found.meter, found.meters = place[coded.codes], names
    return found


def read_figure_spreads(table: pandas.DataFrame, own: Floats | None, kind: NDArray[Any] | None) -> tuple[Spreads, ...]:
    """Read the columns of a meter table that state the uncertainty of an ncv or a coefficient; none where none does."""
    found = []
    for number, (name, column) in enumerate(FIGURE_COLUMNS.items(), 1):
        if not _stated(table, (column,)):
            continue
        one = Spreads(numpy.zeros(len(table)), numpy.zeros(len(table), bool), columns=(column,), beside=name)
        value = numpy.full(len(table), numpy.nan) if own is None else own
        _read_widths(one, table[column], value, encode_if_there(table, f"{name}_unit"), column)
        message = f"{column} is {{value}} and {name} is empty"
        fix = f"Fill in {name} and {name}_unit, or leave {column} empty"
        stray = one.given if kind is None else one.given & (kind != number)
        one.refuse(stray, Refusal(column, "", "uncertainty", message, fix))
        # That there is no figure is said first.
        one.code.reverse()
        found.append(one)
    return tuple(found)


def _stated(table: pandas.DataFrame, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name in table.columns and bool(table[name].notna().any())]


def _read_widths(found: Spreads, column: pandas.Series[Any], value: Floats, unit: Coded, name: str) -> None:
    if pandas.api.types.is_numeric_dtype(column.dtype) and column.dtype.kind in "iuf":
        width: Floats = column.to_numpy(numpy.float64, na_value=numpy.nan)
        given = ~numpy.isnan(width)
        found.given |= given
        sound = (width >= 0) & numpy.isfinite(width)
        found.signed += numpy.where(given, numpy.where(sound, width, numpy.nan), 0.0)
        return
    cells = encode(column)
    size = len(unit.distinct) + 1
    pair, distinct = pandas.factorize(cells.codes.astype(numpy.int64) * size + unit.codes)
    known, of_unit = [*cells.distinct, None], [*unit.distinct, ""]
    texts = [(known[one // size], of_unit[one % size], name) for one in distinct]
    _add_cells(found, pair, resolve_all(_width, texts), value)


def _add_cells(found: Spreads, code: NDArray[Any], answers: list[Any], value: Floats) -> None:
    parts = [one if isinstance(one, tuple) else (0.0 if one is None else numpy.nan, 0.0) for one in answers]
    absolute, relative = numpy.array(parts, numpy.float64)[code].T
    with numpy.errstate(invalid="ignore", over="ignore"):
        found.signed += absolute + numpy.where(relative == 0.0, 0.0, relative * value)
    found.given |= numpy.array([one is not None for one in answers], bool)[code]
    found.code.append((code, answers))


def _width(cell: Any, unit: str, column: str) -> Cell | Refusal | None:
    if cell is None:
        return None
    text = clean_text(cell) if isinstance(cell, str) else ""
    if isinstance(cell, str) and not text:
        return None
    number = to_number(cell)
    try:
        if number == number:
            return (number if number >= 0 else math.nan, 0.0)
        read = read_unit(unit if text else "t")
        one, two = (read_uncertainty(text or quoted(cell), value, read) for value in (1.0, 2.0))
        # What doubles with the reading is a part of it.
        return (0.0, one) if two != one else (one, 0.0)
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
    return (0.0, percent / 100 / math.sqrt(3))


#: What makes two contributions to a group one: the meter or the analysis, and of an analysis its figure and width.
_ONE = ["group", "source", "figure", "width"]
_SUMS = ["tce", "kwh"]


@dataclass
class SpreadTotals:
    #: Of contributions that stand alone.
    alone: Floats
    given: NDArray[numpy.bool_]
    #: The sources that several rows may share, in the order of their numbers: a meter, or carrier, figure and unit.
    sources: dict[tuple[str, ...], int] = field(default_factory=dict)
    #: What each source contributes to each group.
    shared: pandas.DataFrame = field(default_factory=lambda: pandas.DataFrame(columns=[*_ONE, *_SUMS]))

    @classmethod
    def zero(cls, groups: int) -> SpreadTotals:
        return cls(numpy.zeros((2, groups + 1)), numpy.zeros(groups + 1, bool))

    @numpy.errstate(invalid="ignore", over="ignore")
    def add(self, read: Meters, groups: Groups, bad: NDArray[numpy.int64]) -> None:
        """Add the uncertainties of the meter rows that could be used."""
        group = groups.of_rows(read.columns)
        for one in read.every_spread:
            self.given[group[one.given]] = True
        used = numpy.ones(len(group), bool)
        used[bad] = False
        found = [self._readings(read, group, used), self._figures(read, group, used)]
        self._gather([part for part in found if part is not None])

    def merge(self, later: SpreadTotals) -> None:
        self.alone += later.alone
        self.given |= later.given
        number = self._numbers(list(later.sources))
        moved = later.shared.assign(source=number[later.shared["source"].to_numpy(numpy.int64)])
        self._gather([moved])

    @property
    def squares(self) -> Floats:
        squares = self.alone.copy()
        group = self.shared["group"].to_numpy(numpy.int64)
        with numpy.errstate(over="ignore"):
            for number, name in enumerate(_SUMS):
                numpy.add.at(squares[number], group, self.shared[name].to_numpy(numpy.float64) ** 2)
        return squares

    def of_meter(self, groups: NDArray[Any], code: NDArray[numpy.int64], names: list[str]) -> Floats:
        """Return the signed sum that a named meter contributes to a group, 0 where it is none of its meters."""
        meters = [number for one, number in self.sources.items() if one[0] == "meter"]
        shared = self.shared[self.shared["source"].isin(meters)]
        wanted = numpy.array([*(self.sources.get(("meter", name), -1) for name in names), -1], numpy.int64)[code]
        if not len(shared):
            return numpy.zeros((2, len(code)))
        pair, count = shared[["group", "source"]].to_numpy(numpy.int64), len(self.sources) + 1
        place = pandas.Index(pair[:, 0] * count + pair[:, 1]).get_indexer(groups * count + wanted)
        there = (place >= 0) & (wanted >= 0)
        return numpy.where(there, shared[_SUMS].to_numpy(numpy.float64).T[:, place], 0.0)

    def _readings(self, read: Meters, group: NDArray[Any], used: NDArray[numpy.bool_]) -> pandas.DataFrame | None:
        """Add the uncertainties of the amounts; return those of meters that have a name."""
        spreads = read.spreads
        if spreads is None:
            return None
        weights = [("tce", read.multiplier), ("electricity_kwh", read.turn)]
        parts = []
        signed = numpy.where(used, spreads.signed, 0.0)
        for name, multiplier in weights[: 1 + read.electric]:
            factor = read.lookup(name, 0.0).take(read.factor)
            part = numpy.where(numpy.isinf(factor), 0.0, factor) * signed
            part = part if multiplier is None else part * multiplier
            parts.append(numpy.where(signed == 0.0, 0.0, part))
        alone = numpy.ones(len(group), bool) if spreads.meter is None else spreads.meter < 0
        for number, part in enumerate(parts):
            self.alone[number] += numpy.bincount(group[alone], part[alone] ** 2, len(self.given))
        if spreads.meter is None:
            return None
        named = numpy.flatnonzero(~alone & (signed != 0.0))
        numbers = self._numbers([("meter", name) for name in spreads.meters])
        kwh = parts[1][named] if len(parts) > 1 else 0.0
        source = numbers[spreads.meter[named]]
        return _shared(group[named], source, 0.0, 0.0, parts[0][named], kwh)

    def _figures(self, read: Meters, group: NDArray[Any], used: NDArray[numpy.bool_]) -> pandas.DataFrame | None:
        """Return the uncertainties of the rows' own figures: they move standard coal, never electricity."""
        if not read.figure_spreads or read.own is None or read.multiplier is None:
            return None  # No row has such a figure: each that states its uncertainty is a problem.
        # No row has two figures, so that what it states of one kind is all that it states.
        signed = numpy.where(used, numpy.sum([one.signed for one in read.figure_spreads], axis=0), 0.0)
        at = numpy.flatnonzero(signed)
        own, width = read.own[at], signed[at]
        # Standard coal is proportional to the figure.
        part = read.lookup("tce", 0.0).take(read.factor[at]) * read.amount[at] * (read.multiplier[at] * (width / own))
        known: list[tuple[str, ...]] = [
            (f.record.carrier, f.own, f.own_unit) if isinstance(f, Factor) else ("",) for f in read.factors
        ]
        source = make_lookup(read.key_size, read.keys, self._numbers(known), 0).take(read.factor[at])
        # 2 % of 35.6 is 0.712 to seven digits, not to the last.
        return _shared(group[at], source, own, width.astype(numpy.float32), part, 0.0)

    def _numbers(self, sources: list[tuple[str, ...]]) -> NDArray[numpy.int64]:
        return numpy.array([self.sources.setdefault(one, len(self.sources)) for one in sources], numpy.int64)

    def _gather(self, more: list[pandas.DataFrame]) -> None:
        parts = [part for part in (self.shared, *more) if len(part)]
        if parts:
            every = pandas.concat(parts, ignore_index=True)
            self.shared = every.groupby(_ONE, sort=False, as_index=False)[_SUMS].sum()


def _shared(group: Any, source: Any, figure: Any, width: Any, tce: Any, kwh: Any) -> pandas.DataFrame:
    columns = {"group": group, "source": source, "figure": figure, "width": width, "tce": tce, "kwh": kwh}
    return pandas.DataFrame(columns)
