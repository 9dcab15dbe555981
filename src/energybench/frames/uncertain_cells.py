"""Cells that state an uncertainty: of the readings of a table, and of the figures that its rows carry.

A number is looked at as a number, each distinct text once. What a cell states is added up in
:mod:`energybench.frames.uncertain`; a table without such a column never comes here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy
import pandas

from energybench.energy.measured import class_percent, read_uncertainty
from energybench.errors import EnergybenchError, UncertaintyError, quoted
from energybench.frames.encode import Coded, clean_text, encode, fold, to_number
from energybench.frames.resolve import Refusal, refusal_of, resolve_all
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from energybench.frames.problems import Problems

    Floats = NDArray[numpy.float64]

#: Columns of the meter table and of the output table that state an uncertainty or what shares it.
METER_COLUMNS = ("uncertainty", "accuracy", "meter")
OUTPUT_COLUMNS = ("output_uncertainty", "output_accuracy", "output_meter")
#: Columns of the meter table that state the uncertainty of a figure of the row's own, by the column of that figure.
FIGURE_COLUMNS = {"ncv": "ncv_uncertainty", "coefficient": "coefficient_uncertainty"}
#: A larger one has no square.
_LARGEST = 1e150
_TWICE = "Give one; where several effects act, add their standard uncertainties in squares"


class Cell(NamedTuple):
    absolute: float
    relative: float


@dataclass
class Spreads:
    signed: Floats
    given: NDArray[numpy.bool_]
    code: list[tuple[NDArray[Any], list[Any]]] = field(default_factory=list)
    meter: NDArray[numpy.int64] | None = None
    meters: list[str] = field(default_factory=list)
    twice: NDArray[numpy.bool_] | None = None
    stray: NDArray[numpy.bool_] | None = None
    columns: tuple[str, ...] = METER_COLUMNS
    beside: str = ""

    def explain(self, problems: Problems, rows: NDArray[Any]) -> None:
        width = self.columns[0]
        if self.stray is not None:
            message = f"{width} is {{value}} and {self.beside} is empty"
            fix = f"Fill in {self.beside} and {self.beside}_unit, or leave {width} empty"
            problems.flag(self.stray[rows], Refusal(width, "", "uncertainty", message, fix))
        for code, answers in self.code:
            problems.flag_refused(code[rows], answers)
        if self.twice is not None:
            both = Refusal(width, "", "uncertainty", f"{width} and {self.columns[1]} are both given", _TWICE)
            problems.flag(self.twice[rows], both)
        message = f"{width} is {{value}}, expected a finite number, not negative and at most {_LARGEST:g}"
        unit = f"the unit of {self.beside}" if self.beside else "the unit of the row"
        fix = f'Write a standard uncertainty in {unit}, or as "0.5 %"'
        problems.flag(self.unusable(rows), Refusal(width, "", "uncertainty", message, fix))

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
        _read_classes(found, table[accuracy], value, allow_unverified, accuracy)
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
        _read_widths(one, table[column], value, _units_of(table, f"{name}_unit"), column)
        one.stray = one.given if kind is None else one.given & (kind != number)
        one.signed[one.stray] = numpy.nan
        found.append(one)
    return tuple(found)


def _stated(table: pandas.DataFrame, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name in table.columns and bool(table[name].notna().any())]


def _units_of(table: pandas.DataFrame, name: str) -> Coded:
    return encode(table[name]) if name in table.columns else Coded(numpy.zeros(len(table), numpy.int8), [""])


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


def _read_classes(found: Spreads, column: pandas.Series[Any], value: Floats, allow_unverified: bool, name: str) -> None:
    cells = encode(column)
    answers = [*resolve_all(_class, [(cell, allow_unverified, name) for cell in cells.distinct]), None]
    before = found.given.copy()
    _add_cells(found, cells.codes.astype(numpy.int64), answers, value)
    given = numpy.array([answer is not None for answer in answers])[cells.codes]
    found.twice = before & given
    found.signed[found.twice] = numpy.nan


def _add_cells(found: Spreads, code: NDArray[Any], answers: list[Any], value: Floats) -> None:
    parts = [one if isinstance(one, Cell) else (0.0 if one is None else numpy.nan, 0.0) for one in answers]
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
            return Cell(number if 0 <= number < math.inf else math.nan, 0.0)
        read = read_unit(unit if text else "t")
        one, two = (read_uncertainty(text or quoted(cell), value, read) for value in (1.0, 2.0))
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
