"""Which corrections there are, and the figures of one for an item, a level and a case."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from energybench.errors import AmbiguousError, OptionError, TableError, did_you_mean, quoted
from energybench.limits.corrections.model import Correction, Figure, Parameter, Points, ending
from energybench.tables.expressions import names, parse, parse_conditions
from energybench.tables.rows import VERIFICATIONS
from energybench.tables.store import cached, citation, find_document, records

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from energybench.limits.corrections.formulas import Values
    from energybench.tables.rows import CorrectionFormulaRow, CorrectionParameterRow, CorrectionRow

#: The word for physics in place of a clause: an identity needs no figure of a document.
DERIVED = "derived"
NEUTRAL = {"factor": 1.0, "addition": 0.0}


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a correction for one item, level and case, and the rows that they come from."""

    values: dict[str, Figure]
    rows: tuple[CorrectionRow, ...]

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
            raise TableError(
                f"The rows of {name} have no formula in correction_formulas.csv",
                name,
                "Add it, or name the figure factor or addition: the limit or the result times it, or plus it",
            )
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
        raise TableError(
            f"{row.id}: {row.parameter} in {row.unit or 'no unit'} from {row.comparator} {row.low}",
            row.id,
            f"End the name in {suffix or 'no unit'}, and write > or >= before the lower end",
        )
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
        raise TableError(
            f"The formula of {name} and its figures and parameters do not agree: {odd or formula}",
            odd or formula.id,
            "Kind is factor or addition, order 0, 1 or 2; every name stands in the formula and in one of the tables",
        )


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _matches(item: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(item, pattern) for pattern in patterns)


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
        if (item is None or _matches(item, correction.items))
        and (wanted is None or correction.document in ("", wanted))
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
        raise AmbiguousError(
            f"{quoted(name)} is a correction of several documents: {ids}", quoted(name), f'Write "{first.id}"'
        )
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
    """Return the base values that the document states for an item, each with its name."""
    rows = (row for row in _rows()[correction.id] if _matches(item, tuple(row.items.split())))
    return _unique(f"{row.figure} {row.value}" for row in rows if row.figure.startswith(("base_", "threshold_")))


@cached(4096)
def find_figures(correction: Correction, item: str | None, level: int | None, case: str | None) -> Figures | None:
    """Return the figures of a correction for an item, a level and a case; None where the level does not move."""
    rows = _rows().get(correction.id, ())
    if not rows:
        return Figures({}, ())
    if item is None and len({row.items for row in rows}) > 1:
        raise OptionError(
            f"The figures of {correction.id} differ by item", "item", f"Pass item= one of {', '.join(correction.items)}"
        )
    rows = tuple(row for row in rows if item is None or _matches(item, tuple(row.items.split())))
    if not rows:
        raise OptionError(
            f"{correction.id} does not apply to {quoted(item)}", quoted(item), f"It is for {' '.join(correction.items)}"
        )
    if level is not None and correction.side == "limit":
        rows = tuple(row for row in rows if str(level) in row.levels.split())
        if not rows:
            return None
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


def find_unit(correction: Correction, figures: Figures | None) -> str:
    """Return the unit of an addition; empty for a factor, and where the level does not move."""
    if correction.kind == "factor" or figures is None:
        return ""
    return correction.unit or next((row.unit for row in figures.rows if row.unit), "")


def evaluate(correction: Correction, figures: Figures | None, given: Mapping[str, Values]) -> Values:
    """Return the change that a correction makes: its factor or addition, neutral where the level does not move."""
    if figures is None:
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
