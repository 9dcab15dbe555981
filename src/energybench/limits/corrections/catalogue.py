"""Which corrections there are: formula, parameters and what is given for them, figures for an item and a level."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from energybench.errors import (
    AmbiguousError,
    DimensionError,
    OptionError,
    TableError,
    UnitTextError,
    did_you_mean,
    quoted,
)
from energybench.tables.expressions import names, parse, parse_conditions
from energybench.tables.names import matches
from energybench.tables.rows import VERIFICATIONS
from energybench.tables.store import cached, citation, find_document, records
from energybench.units.factors import ratio
from energybench.units.registry import is_quantity, read_quantity
from energybench.units.result import Record
from energybench.units.text import UnitText, read_number, read_site_unit, spelled

if TYPE_CHECKING:
    from energybench.limits.corrections.formulas import Values
    from energybench.tables.rows import CorrectionFormulaRow, CorrectionParameterRow, CorrectionRow

#: The word for physics in place of a clause: an identity needs no figure of a document.
DERIVED = "derived"
NEUTRAL = {"factor": 1.0, "addition": 0.0}
_PERCENT = ("%", "％", "percent")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a correction needs to know of a plant: one row of ``data/correction_parameters.csv``.

    Attributes
    ----------
    name, unit : str
        Name, and the unit that plain numbers are in.
    low, high, above : float, float, bool
        The range; ``above`` takes ``low`` out of it.
    why : str
        Where the range comes from: what is possible, what the standard states, or what is plausible.
    default, figure, condition : str
        What stands where it is not given; the figure that it goes with; further comparisons that must hold.
    """

    name: str
    meaning: str
    unit: str = ""
    low: float = 0.0
    high: float = math.inf
    above: bool = False
    why: str = "what is possible"
    default: str = ""
    figure: str = ""
    condition: str = ""

    @property
    def keyword(self) -> str:
        """The name with its unit at the end, for plain numbers."""
        return self.name + ending(self.unit)

    @property
    def optional(self) -> bool:
        """Whether there are plants that need not give it."""
        return bool(self.default or self.figure)


class Points(NamedTuple):
    """A figure that is a table: points of a parameter, rising, and the figure at each."""

    at: tuple[float, ...]
    values: tuple[float, ...]


Figure = float | Points


def ending(unit: str) -> str:
    """Return what the keyword of a parameter ends in: altitude_m, strength_mpa, oven_age_years."""
    return f"_{'years' if unit == 'a' else unit.lower()}" if unit else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One correction of one document.

    Attributes
    ----------
    id, name, document : str
        ``document/name``; a name may stand in several documents.
    side : {"limit", "result", ""}
        What moves; empty where that is not known.
    items : tuple of str
        Items that it applies to; ``*`` stands for any characters.
    levels : tuple of int
        Levels whose limit moves; empty on the result side.
    cases : tuple of str
        What ``case`` may be; empty where it needs none.
    kind : {"factor", "addition"}
        Whether the change multiplies or is added.
    parameters : tuple of Parameter
        What must be known, with units and ranges.
    formula : str
        What is computed, in the names of the parameters and of the figures in ``data/corrections.csv``.
    verification : str
        The weakest of its figures; ``"derived"`` is physics, not a clause.
    required : bool
        Whether the document gives no class without it.
    """

    id: str
    name: str
    side: str
    items: tuple[str, ...]
    kind: str
    formula: str
    verification: str
    document: str = ""
    levels: tuple[int, ...] = ()
    cases: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    clause: str = ""
    evidence: str = ""
    notes: str = ""
    order: int = 2
    unit: str = ""
    required: bool = False

    def __str__(self) -> str:
        needs = [f"{p.keyword}{' (optional)' if p.optional else ''}" for p in self.parameters]
        needs += [f"case ({', '.join(self.cases)})"] if self.cases else []
        side = self.side or "side not known"
        how = f"{'times' if self.kind == 'factor' else 'plus'} {self.formula}"
        return f"{self.id} [{self.verification}]: {side} {how}; needs {', '.join(needs) or 'nothing'}"


@dataclass(frozen=True, slots=True)
class CorrectionResult(Record):
    """One value or limit before and after one correction, with its source.

    Attributes
    ----------
    change : float
        The factor, or the addition in ``unit``.
    value_before, value_after : float
        The result, or the limit of ``level``, in ``unit``.
    level : str
        The step whose limit moved; empty on the result side.
    """

    correction: str
    name: str
    side: str
    level: str
    item: str
    kind: str
    change: float
    value_before: float
    value_after: float
    unit: str
    parameters: dict[str, float | str]
    document: str
    clause: str
    verification: str
    evidence: str
    formula: str
    notes: str

    def __str__(self) -> str:
        how = f"x {self.change:.6g}" if self.kind == "factor" else f"{self.change:+.6g} {self.unit}"
        what = f"{self.side} of {self.level}" if self.level else self.side
        return (
            f"{what} {self.value_before:.6g} {how} = {self.value_after:.6g} {self.unit}"
            f"  [{f'{self.correction} {self.clause}'.strip()}, {self.verification}]"
        )


class Figures(NamedTuple):
    """The figures of a correction for one item, level and case, and the rows that they come from."""

    values: dict[str, Figure]
    rows: tuple[CorrectionRow, ...]
    #: Whether the correction moves the limit of the level at all.
    moves: bool = True

    @property
    def weakest(self) -> CorrectionRow:
        return max(self.rows, key=lambda row: VERIFICATIONS.index(row.verification))

    @property
    def notes(self) -> str:
        parts = [part for row in self.rows for part in row.notes.split("; ") if part]
        return "; ".join(dict.fromkeys(parts))


@cached()
def _rows() -> dict[str, tuple[CorrectionRow, ...]]:
    found: dict[str, tuple[CorrectionRow, ...]] = {}
    for row in records("corrections"):
        name = f"{row.document}/{row.correction}"
        found[name] = (*found.get(name, ()), row)
    return found


@cached()
def every_correction() -> tuple[Correction, ...]:
    """Return every correction of the table, and the direct-current identity.

    Examples
    --------
    >>> len({correction.id for correction in every_correction()}) == len(every_correction())
    True
    """
    formulas: dict[str, CorrectionFormulaRow] = {row.id: row for row in records("correction_formulas")}
    parameters: dict[str, list[Parameter]] = {}
    for row in records("correction_parameters"):
        parameters.setdefault(row.correction, []).append(_parameter(row))
    found = []
    for name, rows in _rows().items():
        # A figure with the name of a formula needs no formula of its own: a new row of the table is enough.
        shared = [row.figure for row in rows if row.figure in formulas]
        formula = formulas.get(name) or (formulas[shared[0]] if shared else None)
        if formula is None:
            fix = "Add it, or name the figure factor or addition: the limit or the result times it, or plus it"
            raise TableError(f"The rows of {name} have no formula in correction_formulas.csv", name, fix)
        found.append(_correction(name, rows, formula, parameters.get(name, [])))
    physics = formulas["direct-current"]
    _check_formula(physics.id, physics, parameters[physics.id], set())
    own = Correction(
        id=physics.id,
        name=physics.id,
        side="result",
        items=("electrolytic-aluminium",),
        kind=physics.kind,
        parameters=tuple(parameters[physics.id]),
        formula=physics.expression,
        verification=DERIVED,
        notes="Physics, not a clause of a standard",
        order=int(physics.order),
    )
    strangers = {name for name in (*formulas, *parameters) if "/" in name} - _rows().keys()
    if strangers:
        first = min(strangers)
        raise TableError(f"{first} has a formula or a parameter and no figures", first, "Add them to corrections.csv")
    return (*found, own)


def _parameter(row: CorrectionParameterRow) -> Parameter:
    suffix = ending(row.unit)
    if not row.parameter.endswith(suffix) or row.comparator not in (">", ">="):
        said = f"{row.id}: {row.parameter} in {row.unit or 'no unit'} from {row.comparator} {row.low}"
        raise TableError(said, row.id, f"End the name in {suffix or 'no unit'}, and write > or >= before the lower end")
    return Parameter(
        name=row.parameter.removesuffix(suffix),
        meaning=row.meaning,
        unit=row.unit,
        low=float(row.low or "-inf"),
        high=float(row.high or "inf"),
        above=row.comparator == ">",
        why=row.why,
        default=row.default,
        figure=row.figure,
        condition=row.condition,
    )


def _correction(
    name: str, rows: tuple[CorrectionRow, ...], formula: CorrectionFormulaRow, parameters: list[Parameter]
) -> Correction:
    _check_formula(name, formula, parameters, {row.figure for row in rows})
    first = rows[0]
    figures = Figures({}, rows)
    return Correction(
        id=name,
        name=first.correction,
        document=first.document,
        side=first.side,
        items=_unique(item for row in rows for item in row.items.split()),
        levels=tuple(sorted({int(level) for row in rows for level in row.levels.split()})),
        cases=_unique(row.case for row in rows if row.case),
        kind=formula.kind,
        parameters=tuple(parameters),
        formula=formula.expression,
        clause=", ".join(_unique(row.clause for row in rows if row.clause)),
        verification=figures.weakest.verification,
        evidence="; ".join(_unique(row.evidence for row in rows if row.evidence)),
        notes=figures.notes,
        order=int(formula.order),
        unit=formula.unit or next((row.unit for row in rows if row.unit), "") * (formula.kind == "addition"),
        required=any(row.required for row in rows),
    )


def _check_formula(name: str, formula: CorrectionFormulaRow, parameters: list[Parameter], figures: set[str]) -> None:
    used = {*names(parse(formula.expression)), *(parameter.figure for parameter in parameters)} - {""}
    for parameter in parameters:
        nodes = [*parse_conditions(parameter.condition), *([parse(parameter.default)] if parameter.default else [])]
        used |= {word for node in nodes for word in names(node)}
    odd = ", ".join(sorted(used ^ {*figures, *(parameter.keyword for parameter in parameters)}))
    if odd or formula.kind not in NEUTRAL or formula.order not in ("0", "1", "2"):
        said = f"The formula of {name} and its figures and parameters do not agree: {odd or formula}"
        fix = "Kind is factor or addition, order 0, 1 or 2; every name stands in the formula and in one of the tables"
        raise TableError(said, odd or formula.id, fix)


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def applicable(item: str | None, document: str | None = None) -> tuple[Correction, ...]:
    """Return the corrections that may apply to an item, also those whose figures are not known.

    Parameters
    ----------
    item : str or None
        Item id, for example ``"cement-clinker"``; None for every item.
    document : str, optional
        Document id or number; default every document.

    Returns
    -------
    tuple of Correction
        In the order of the table. Empty where none is known.

    Raises
    ------
    UnknownNameError
        If no document has that id or number.

    Examples
    --------
    >>> [correction.name for correction in applicable("cement", "GB 16780-2021")]
    ['altitude', 'clinker-ratio']
    """
    wanted = None if document is None else find_document(document).id
    return tuple(
        correction
        for correction in every_correction()
        if (item is None or matches(item, correction.items)) and (wanted is None or correction.document in ("", wanted))
    )


@cached(4096)
def find_correction(name: str, item: str | None = None, document: str | None = None) -> Correction:
    """Return one correction by its id or name.

    Parameters
    ----------
    name : str
        ``"altitude"``, or ``"gb-16780-2021/altitude"`` where several documents have it.
    item, document : str, optional
        What it must apply to.

    Raises
    ------
    OptionError
        If no document has it; the error names the nearest names, or the documents that have it.
    AmbiguousError
        If several documents have it.

    Examples
    --------
    >>> find_correction("clinker-ratio").id
    'gb-16780-2021/clinker-ratio'
    """
    wanted = None if document is None else find_document(document).id
    here = applicable(item, document)
    found = [c for c in here if name in (c.id, c.name)]
    if not found:
        raise _unknown(name, item, wanted, here)
    if len(found) > 1:
        ids = ", ".join(f"{c.id} ({c.side} side, {c.verification})" for c in found)
        first = min(found, key=lambda c: VERIFICATIONS.index(c.verification))
        said = f"{quoted(name)} is a correction of several documents: {ids}"
        raise AmbiguousError(said, quoted(name), f'Write "{first.id}"')
    return found[0]


def _unknown(name: str, item: str | None, document: str | None, here: tuple[Correction, ...]) -> OptionError:
    where = (f" of {item}" if item else "") + (f" in {citation(document)}" if document else "")
    known = [correction.name for correction in here]
    elsewhere = [c.id for c in every_correction() if name in (c.id, c.name) and c not in here]
    if elsewhere:
        fix = f"The tables have {', '.join(elsewhere)}, for other items or documents"
    else:
        fix = did_you_mean(name, known, f"Known: {', '.join(known)}" if known else "None is known: leave it out")
    return OptionError(f"{quoted(name)} is not a correction{where} that is known", quoted(name), fix)


def base_figures(correction: Correction, item: str) -> tuple[str, ...]:
    rows = (row for row in _rows()[correction.id] if matches(item, row.items.split()))
    return _unique(f"{row.figure} {row.value}" for row in rows if row.figure.startswith(("base_", "threshold_")))


@cached(4096)
def find_figures(correction: Correction, item: str | None, level: int | None, case: str | None) -> Figures:
    rows = _rows().get(correction.id, ())
    if not rows:
        return Figures({}, ())
    if item is None and len({row.items for row in rows}) > 1:
        said = f"The figures of {correction.id} differ by item"
        raise OptionError(said, "item", f"Pass item= one of {', '.join(correction.items)}")
    rows = tuple(row for row in rows if item is None or matches(item, row.items.split()))
    if not rows:
        said = f"{correction.id} does not apply to {quoted(item)}"
        raise OptionError(said, quoted(item), f"It is for {' '.join(correction.items)}")
    if level is not None and correction.side == "limit":
        rows = tuple(row for row in rows if str(level) in row.levels.split())
        if not rows:
            return Figures({}, (), moves=False)
    if all(row.value or row.case for row in rows):
        _check_case(correction, _unique(row.case for row in rows if row.case), case)
    rows = tuple(row for row in rows if row.case in ("", case))
    figures: dict[str, Figure] = {}
    used: list[CorrectionRow] = []
    for figure in _unique(row.figure for row in rows):
        own = [row for row in rows if row.figure == figure]
        # An organisation's own figure for the case stands before the gap that the shipped row marks.
        own = [row for row in own if row.value and row.case] or [row for row in own if row.value] or own
        used += own
        figures[figure] = _figure(own)
    return Figures(figures, tuple(used))


def _check_case(correction: Correction, cases: tuple[str, ...], case: str | None) -> None:
    if case in cases or (not cases and case is None):
        return
    given = "not given" if case is None else quoted(case)
    advice = f"Use one of {', '.join(cases)}" if cases else "Leave case out"
    fix = advice if case is None else did_you_mean(case, cases, advice)
    raise OptionError(f"case of {correction.id} is {given}", given, fix)


def _figure(rows: list[CorrectionRow]) -> Figure:
    if len(rows) == 1 and not rows[0].at:
        return float(rows[0].value or "nan")
    points = sorted((float(row.at or "inf"), float(row.value or "nan")) for row in rows)
    return Points(tuple(at for at, _ in points), tuple(value for _, value in points))


def find_unit(correction: Correction, figures: Figures) -> str:
    """Return the unit of an addition; empty for a factor, and where the level does not move."""
    if correction.kind == "factor" or not figures.moves:
        return ""
    return correction.unit or next((row.unit for row in figures.rows if row.unit), "")


def change_of(correction: Correction, figures: Figures, given: Mapping[str, Values]) -> Values:
    """Return the change that a correction makes: its factor or addition, neutral where the level does not move."""
    if not figures.moves:
        import numpy

        shape = numpy.broadcast_shapes(*(numpy.shape(values) for values in given.values()))
        neutral = NEUTRAL[correction.kind]
        return numpy.full(shape, neutral) if shape else neutral
    # What only some cases state is not a number in the others, and every comparison with it is false.
    rows = _rows().get(correction.id, ())
    values: dict[str, Figure] = {**dict.fromkeys((row.figure for row in rows if row.case), math.nan), **figures.values}
    for parameter in correction.parameters:
        stated = parameter.figure in figures.values
        if parameter.figure and stated != (parameter.keyword in given):
            raise _goes_with(correction, parameter, stated)
    from energybench.limits.corrections.formulas import compute

    return compute(correction, values, given)


def _goes_with(correction: Correction, parameter: Parameter, stated: bool) -> OptionError:
    keyword = parameter.keyword
    rows = [row for row in _rows()[correction.id] if row.figure == parameter.figure]
    where = ", ".join(_unique(row.case or row.items for row in rows))
    if stated:
        what = f"{keyword} is not given, and {correction.id} needs it for {where}"
        return OptionError(what, keyword, f"Pass {keyword}= ({parameter.meaning})")
    return OptionError(f"{keyword} is given, expected for {where} only", keyword, "Leave it out")


# Parameters -----------------------------------------------------------------------------------------------


def read_parameters(correction: Correction, given: Mapping[str, Any]) -> dict[str, Values]:
    from energybench.limits.corrections.formulas import require_range

    by_name = {key: p for p in correction.parameters for key in (p.name, p.keyword)}
    found: dict[str, Values] = {}
    for key, value in given.items():
        if key not in by_name:
            known = ", ".join(p.keyword for p in correction.parameters) or "no parameters"
            fix = did_you_mean(key, by_name, f"It takes {known}")
            raise OptionError(f"{quoted(key)} is not a parameter of {correction.id}", quoted(key), fix)
        parameter = by_name[key]
        if parameter.keyword in found:
            raise OptionError(f"{parameter.name} is given twice", key, f"Give it once, as {parameter.keyword}")
        values = _read(parameter, key, value)
        require_range(parameter.keyword, values, parameter.low, parameter.high, parameter.why, above=parameter.above)
        found[parameter.keyword] = values
    missing = [p for p in correction.parameters if not p.optional and p.keyword not in found]
    if missing or (correction.parameters and not found):
        wanted = missing or correction.parameters
        words = "; ".join(f"{p.keyword}: {p.meaning}" for p in wanted)
        asked = " and ".join(p.keyword for p in missing) or f"one of {', '.join(p.keyword for p in wanted)}"
        raise OptionError(f"{correction.id} needs {asked}", asked, f"Pass it ({words})")
    return found


def _read(parameter: Parameter, key: str, value: object) -> Values:
    import numpy

    from energybench.limits.corrections.formulas import plain

    own = parameter.unit
    expected = f"{key} is {quoted(value)}, expected {f'a number with a unit such as {own}' if own else 'a number'}"
    if isinstance(value, str | Mapping):
        text, unit = read_number(spelled(value, key))
        number, unit = float(text), unit.strip()
        if not unit and key == parameter.keyword:
            return number
        if not unit:
            raise OptionError(f"{key} is {quoted(value)} without a unit", quoted(value), f'Write "{text} {own}"')
        if unit in _PERCENT and own in ("", "percent"):
            return number if own else number / 100.0
        try:
            return number * _factor(parameter, read_site_unit(unit), value)
        except UnitTextError as error:
            raise OptionError(expected, quoted(value), error.fix) from error
    if is_quantity(value):
        magnitude, given = read_quantity(value, key)
        return plain(magnitude * _factor(parameter, given, value))
    number_like = isinstance(value, int | float | numpy.number | numpy.ndarray) and not isinstance(value, bool)
    if not number_like or key != parameter.keyword:
        example = f"{parameter.keyword}=..." if number_like else f'"1 {own}"'.replace(" percent", " %")
        raise OptionError(expected, quoted(value), f"Write {example}")
    array = numpy.asarray(value)
    if array.dtype.kind not in "iuf":
        raise OptionError(f"{key} is an array of {array.dtype}, expected numbers", str(array.dtype), "Convert it first")
    return plain(array.astype(numpy.float64))


def _factor(parameter: Parameter, unit: UnitText, shown: object) -> float:
    own = parameter.unit
    given = quoted(str(shown))
    if own:
        try:
            return float(ratio(unit, read_site_unit(own)))
        except DimensionError:
            pass
    expected = f"a number with a unit such as {own}" if own else "a number"
    fix = f"Give {parameter.keyword}: {parameter.meaning}"
    raise DimensionError(f"{parameter.name} is {given}, expected {expected}", given, fix)
