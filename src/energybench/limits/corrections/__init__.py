"""What a standard lets, or makes, a plant correct before limit and result are compared.

Some standards move the limit (altitude in GB 16780-2021), others the result (clinker strength in GB 16780-2012);
never both. Figures, formulas and parameters are rows of ``data/corrections.csv``, ``correction_formulas.csv`` and
``correction_parameters.csv``.

>>> [correction.name for correction in applicable("cement-clinker", "gb-16780-2012")]
['clinker-strength', 'altitude', 'waste-heat-power']
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, localcontext
from math import inf
from typing import TYPE_CHECKING, Any

from energybench.errors import AmountError, DimensionError, MissingFigureError, OptionError, quoted
from energybench.limits.conditions import check_conditions, required_corrections
from energybench.limits.corrections.catalogue import (
    DERIVED,
    NEUTRAL,
    Correction,
    CorrectionResult,
    Figures,
    Parameter,
    applicable,
    change_of,
    every_correction,
    find_correction,
    find_figures,
    find_unit,
    read_parameters,
)
from energybench.tables.rows import VERIFICATIONS
from energybench.tables.store import citation, require_usable, warn_if_weak
from energybench.units.factors import ratio
from energybench.units.registry import read_quantity
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from energybench.limits.corrections.formulas import Values
    from energybench.limits.ladders import Ladder, Step
    from energybench.units.registry import AmountLike

__all__ = [
    "Correction",
    "CorrectionResult",
    "Parameter",
    "alternating_current_factor",
    "applicable",
    "apply",
    "change",
    "check_conditions",
    "correct",
    "direct_current_intensity",
    "every_correction",
    "find_correction",
    "required_corrections",
]

# Twelve digits: far inside the tolerance of a ladder, and a decimal correction of a decimal limit stays one.
_DIGITS = 12
LEVELS = (1, 2, 3)


def change(
    name: str,
    *,
    item: str | None = None,
    document: str | None = None,
    level: int | None = None,
    case: str | None = None,
    allow_unverified: bool = False,
    **parameters: Any,
) -> Values:
    """Return the factor or the addition of a correction, for one plant or for arrays of plants.

    Parameters
    ----------
    name : str
        Name or id of the correction: ``"ore-grade"``, ``"gb-16780-2021/altitude"``.
    item, document : str, optional
        Item and document, where the name alone leaves a choice.
    level : {1, 2, 3}, optional
        Level of the limit, where the change differs by level.
    case : str, optional
        Which case holds, where the correction has cases.
    allow_unverified : bool
        Use unverified figures, with a warning.
    **parameters : float, ndarray, str or pint.Quantity
        Numbers or arrays by keyword (``altitude_m=2100``), texts and quantities by name (``altitude="2100 m"``).

    Returns
    -------
    float or ndarray
        Factor without unit, or addition in the unit of the correction.

    Raises
    ------
    OptionError
        If the correction, a parameter or the case is unknown or missing, or a parameter is out of range.
    UnverifiedError, MissingFigureError
        If a figure may not be used, or could not be read by anyone.

    Examples
    --------
    >>> round(change("gb-16780-2012/clinker-strength", strength_mpa=50.0), 4)
    1.0123
    >>> import numpy
    >>> change("oven-age", level=3, oven_age_years=numpy.array([10.0, 20.0, 30.0]))
    array([0. , 2.5, 5.5])
    """
    correction = find_correction(name, item, document)
    figures = _shared_figures(correction, item, level, case)
    require_figures(correction, figures, allow_unverified)
    return change_of(correction, figures, read_parameters(correction, parameters))


def correct(
    name: str,
    value: AmountLike,
    *,
    item: str | None = None,
    document: str | None = None,
    level: int | None = None,
    case: str | None = None,
    allow_unverified: bool = False,
    **parameters: Any,
) -> CorrectionResult:
    """Correct one limit or one result.

    Parameters
    ----------
    name : str
        Name or id of the correction: ``"clinker-ratio"``, ``"gb-16780-2021/altitude"``.
    value : str or pint.Quantity
        The limit of ``level``, or the result, whichever side the correction moves.
    item, document, level, case, allow_unverified
        As in :func:`change`.
    **parameters : float, str or pint.Quantity
        Numbers by keyword (``altitude_m=2100``), texts and quantities by name (``altitude="2100 m"``).

    Returns
    -------
    CorrectionResult
        The value before and after in its own unit, the factor or addition, and the source.

    Raises
    ------
    OptionError
        If the correction, a parameter or the case is unknown or missing, a parameter is out of range, or a limit
        above zero would no longer be.
    DimensionError
        If the value is of another kind than the correction.
    UnverifiedError, MissingFigureError
        If a figure may not be used, or could not be read by anyone.

    Notes
    -----
    Limit side: level 3 of clinker, 117 kgce/t, may rise with the altitude of the site. Result side: a value measured
    becomes a comparable one. Never both: the document says which, and ``side`` of the result repeats it.

    Examples
    --------
    >>> print(correct("clinker-ratio", "94 kgce/t", level=3, clinker_percent=80))
    limit of level-3 94 +6 kgce/t = 100 kgce/t  [gb-16780-2021/clinker-ratio 5.4, ...]
    >>> correct("ore-grade", "8400 kWh/t", item="ferrosilicon-75", ore_grade="97 %").value_after
    8440.0
    """
    correction = find_correction(name, item, document)
    figures = _shared_figures(correction, item, level, case)
    require_figures(correction, figures, allow_unverified)
    given = read_parameters(correction, parameters)
    before, unit = read_quantity(value, "value")
    if not isinstance(before, float):
        raise AmountError("value is an array, expected one value", "value", "Use change() for arrays")
    shown = f"level-{level}" if level is not None and correction.side == "limit" else ""
    result, _ = _correct_one(correction, figures, given, case, before, (item or "", str(unit)), shown)
    if correction.side == "limit":
        _require_limit(before, result.value_after, f"The correction {correction.id}", str(unit))
    return result


def _shared_figures(correction: Correction, item: str | None, level: int | None, case: str | None) -> Figures:
    if correction.side != "limit":
        return find_figures(correction, item, None, case)
    if level is not None:
        if level not in LEVELS:
            raise OptionError(f"level is {quoted(level)}", quoted(level), "Use 1, 2 or 3")
        return find_figures(correction, item, level, case)
    first, *others = (find_figures(correction, item, number, case) for number in LEVELS)
    if any(figures.rows != first.rows for figures in others):
        moved = " and ".join(map(str, correction.levels))
        said = f"{correction.id} differs by level, and no level is given"
        raise OptionError(said, "level", f"Pass level=; it moves level {moved}")
    return first


def apply(
    ladder: Ladder, value: float, corrections: Mapping[str, Mapping[str, Any] | str], *, allow_unverified: bool = False
) -> tuple[Ladder, float, tuple[CorrectionResult, ...]]:
    """Correct a ladder, or the value that is compared with it.

    Parameters
    ----------
    ladder : Ladder
        The limit row, uncorrected.
    value : float
        The result in ``ladder.unit``.
    corrections : mapping
        Name of the correction to its parameters: ``{"altitude": {"altitude": "2100 m"}}``; to its case alone where
        it needs nothing else: ``{"quenching": "wet"}``.
    allow_unverified : bool
        Use unverified figures, with a warning; the ladder is then no better verified than they are.

    Returns
    -------
    tuple
        The ladder with corrected thresholds, the corrected value, and a result for each value or limit moved.

    Raises
    ------
    OptionError
        If a correction is not one of the ladder's item and document, or given under two names, its parameters do not
        serve, or a limit above zero would no longer be.
    DimensionError
        If a correction belongs to another indicator of the item.
    UnverifiedError, MissingFigureError
        If a figure may not be used, or could not be read by anyone.

    Notes
    -----
    Whatever the order given, additions to the base come first, then factors, then the other additions: the clinker
    ratio before altitude, stainless steel before hot metal. Thresholds stay decimal texts.
    A corrected one is printed in no document, so that ``compare="rounded"`` compares it unrounded. Every correction
    stands in ``ladder.notes``. A step without a figure stays without one.

    Examples
    --------
    >>> from energybench.limits.ladders import Ladder, Level, Step
    >>> step = Step(Level.LEVEL_3, "140", "<=")
    >>> coke = Ladder("", "coke-oven-stamp-charged", "", "", "", "", "kgce/t", "", "lower", (step,), Level.OVER_LIMIT,
    ...               "gb-21342-2025", "", "one_source", "")
    >>> corrected, _, moved = apply(coke, 150.0, {"quenching": "wet"})
    >>> corrected.steps[0].threshold, moved[0].change
    ('186.46', 46.46)
    """
    asked: dict[str, tuple[Correction, str]] = {}
    for name in corrections:
        correction = find_correction(name, ladder.item, ladder.document)
        if correction.id in asked:
            twice = f"{quoted(asked[correction.id][1])} and {quoted(name)}"
            raise OptionError(f"{correction.id} is given twice, as {twice}", twice, "Give it once, under one name")
        asked[correction.id] = (correction, name)
    plain = ladder
    results: list[CorrectionResult] = []
    for correction, name in sorted(asked.values(), key=lambda pair: pair[0].order):
        case, parameters = _case_and_parameters(corrections[name])
        if correction.side == "limit":
            ladder, moved = _move_limits(ladder, correction, case, parameters, allow_unverified)
        else:
            figures = find_figures(correction, ladder.item, None, case)
            require_figures(correction, figures, allow_unverified)
            read = read_parameters(correction, parameters)
            moved = [_correct_one(correction, figures, read, case, value, ladder)[0]]
            value = moved[0].value_after
        ladder = _noted(ladder, correction, moved)
        results += moved
    names = " and ".join(correction.id for correction, _ in asked.values() if correction.side == "limit")
    for before, after in zip(plain.steps, ladder.steps, strict=True):
        if before.value is not None and after.value is not None:
            what = f"The correction of {after.level} of {ladder.item} ({names})"
            _require_limit(before.value, after.value, what, ladder.unit)
    return ladder, value, tuple(results)


def _case_and_parameters(given: Mapping[str, Any] | str) -> tuple[str | None, dict[str, Any]]:
    if isinstance(given, str):
        return given, {}
    if not isinstance(given, Mapping):
        said = f"A correction is given as {quoted(given)}"
        raise OptionError(said, quoted(given), 'Write {"altitude": {"altitude": "2100 m"}}')
    parameters = dict(given)
    return parameters.pop("case", None), parameters


def _move_limits(
    ladder: Ladder, correction: Correction, case: str | None, parameters: dict[str, Any], allow_unverified: bool
) -> tuple[Ladder, list[CorrectionResult]]:
    found = [_figures_of_step(correction, ladder, step, case) for step in ladder.steps]
    used = {row.id: row for figures in found for row in figures.rows}
    require_figures(correction, Figures({}, tuple(used.values())), allow_unverified, stacklevel=4)
    read = read_parameters(correction, parameters)
    steps, results = list(ladder.steps), []
    for number, (step, figures) in enumerate(zip(ladder.steps, found, strict=True)):
        if figures.moves and step.threshold:
            moved, text = _correct_one(correction, figures, read, case, step.threshold, ladder, step.level.value)
            steps[number] = replace(step, threshold=text, printed=step.printed and text == step.threshold)
            results.append(moved)
    return replace(ladder, steps=tuple(steps)), results


def _figures_of_step(correction: Correction, ladder: Ladder, step: Step, case: str | None) -> Figures:
    number = step.level.value.removeprefix("level-")
    if number not in map(str, LEVELS):
        said = f"{correction.id} moves levels 1 to 3, and {ladder.item} in {citation(ladder.document)} has {step.level}"
        raise OptionError(said, correction.name, "Pass document= of a standard with levels")
    return find_figures(correction, ladder.item, int(number), case)


def _moved(threshold: str, kind: str, size: float) -> str:
    if size == NEUTRAL[kind]:
        return threshold
    with localcontext() as context:
        context.prec = 40
        change = Decimal(f"{size:.{_DIGITS}g}")
        moved = (Decimal(threshold) * change if kind == "factor" else Decimal(threshold) + change).normalize()
    return format(moved, "f") if moved else "0"


def _noted(ladder: Ladder, correction: Correction, moved: list[CorrectionResult]) -> Ladder:
    words = "; ".join(str(result) for result in moved) or f"{correction.id} moves no limit here"
    ranks = [VERIFICATIONS.index(result.verification) for result in moved if result.verification != DERIVED]
    weakest = VERIFICATIONS[max([VERIFICATIONS.index(ladder.verification), *ranks])]
    return replace(ladder, verification=weakest, notes=f"{ladder.notes}; {words}".removeprefix("; "))


def require_figures(correction: Correction, figures: Figures, allow_unverified: bool, stacklevel: int = 3) -> None:
    """Refuse figures that may not be used, and warn of weak ones."""
    if not figures.rows:
        return
    weakest = figures.weakest
    if weakest.verification == "missing" or not correction.side:
        where = citation(correction.document)
        said = f"{correction.name} of {where} could not be read: {weakest.notes}"
        fix = f"Look it up in {where} and add its figures to corrections.csv with energybench.tables.use()"
        raise MissingFigureError(said, correction.name, fix)
    require_usable(weakest, f"The correction {correction.name}", allow_unverified)
    warn_if_weak(weakest, correction.id, stacklevel + 1)


def _require_limit(before: float, after: float, what: str, unit: str) -> None:
    if before > 0 >= after:
        raise OptionError(
            f"{what} makes {after:g} {unit} of {before:g} {unit}, and nothing can meet a limit that is not above zero",
            f"{after:g} {unit}",
            "Check its parameters and their units",
        )


def _correct_one(
    correction: Correction,
    figures: Figures,
    parameters: dict[str, Values],
    case: str | None,
    before: float | str,
    of: Ladder | tuple[str, str],
    level: str = "",
) -> tuple[CorrectionResult, str]:
    item, unit = of if isinstance(of, tuple) else (of.item, of.unit)
    size = change_of(correction, figures, parameters)
    if not isinstance(size, float):
        raise OptionError(f"A parameter of {correction.id} is an array", correction.name, "Use change() for arrays")
    if own := find_unit(correction, figures):
        try:
            size *= float(ratio(read_unit(own), read_unit(unit)))
        except DimensionError as error:
            what = "the value"
            if not isinstance(of, tuple):
                what = f"{item} in {citation(of.document)} ({of.indicator_zh})"
            reason = f"{correction.id} is in {own}, and {what} in {unit}"
            raise DimensionError(reason, unit, f"It corrects the indicator in {own} only") from error
    if isinstance(before, str):
        text = _moved(before, correction.kind, size)
        after = float(text)
    else:
        text, after = "", before * size if correction.kind == "factor" else before + size
    shown: dict[str, float | str] = {key: float(number) for key, number in parameters.items()}
    copied = {name: getattr(correction, name) for name in ("name", "side", "kind", "document", "clause", "formula")}
    result = CorrectionResult(
        **copied,
        correction=correction.id,
        level=level,
        item=item,
        change=size,
        value_before=float(before),
        value_after=after,
        unit=unit,
        parameters=shown if case is None else {**shown, "case": case},
        verification=figures.weakest.verification if figures.rows else correction.verification,
        evidence="; ".join(dict.fromkeys(row.evidence for row in figures.rows if row.evidence)),
        notes=figures.notes if figures.rows else correction.notes,
    )
    return result, text


# Charge of one mole of electrons (CODATA) and molar mass of aluminium (IUPAC): three electrons reduce one atom.
_FARADAY_COULOMB_PER_MOL = 96485.332
_ALUMINIUM_GRAM_PER_MOL = 26.98154


def direct_current_intensity(cell_voltage_v: Values, current_efficiency: Values) -> Values:
    """Return the direct-current electricity of molten aluminium from cell voltage and current efficiency.

    Parameters
    ----------
    cell_voltage_v : float or ndarray
        Mean cell voltage in V.
    current_efficiency : float or ndarray
        As a fraction, above 0 up to 1.

    Returns
    -------
    float or ndarray
        In kWh per tonne of molten aluminium.

    Raises
    ------
    OptionError
        If the efficiency is not a fraction or the voltage not above zero.

    Notes
    -----
    W = V / (q eta) with q = M / (3 F) = 0.335573 g/(A h): Faraday's law, derived, not a clause of a standard. A
    direct-current figure must never meet an AC limit: the rectifier gap is most of a level.

    Examples
    --------
    >>> round(direct_current_intensity(4.0, 0.925))
    12886
    """
    from energybench.limits.corrections.formulas import plain, require_range

    require_range("cell_voltage_v", cell_voltage_v, 0.0, inf, "what is possible", above=True)
    require_range("current_efficiency", current_efficiency, 0.0, 1.0, "a fraction, 0.925 for 92.5 %", above=True)
    gram_per_ampere_hour = _ALUMINIUM_GRAM_PER_MOL / (3 * _FARADAY_COULOMB_PER_MOL) * 3600
    return plain(1000.0 * cell_voltage_v / (gram_per_ampere_hour * current_efficiency))


def alternating_current_factor(rectifier_efficiency: Values) -> Values:
    """Return the factor from direct-current to alternating-current electricity.

    Parameters
    ----------
    rectifier_efficiency : float or ndarray
        As a fraction, 0.5 to 1.

    Returns
    -------
    float or ndarray
        The factor, without unit.

    Raises
    ------
    OptionError
        If the efficiency is outside that range.

    Notes
    -----
    1 / eta: an identity, derived, not a clause of a standard.

    Examples
    --------
    >>> round(alternating_current_factor(0.98) * direct_current_intensity(4.0, 0.925))
    13149
    """
    return change("direct-current", rectifier_efficiency=rectifier_efficiency)
