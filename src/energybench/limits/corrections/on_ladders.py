"""Corrections of a ladder, or of the value that is compared with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

from energybench.errors import OptionError, quoted
from energybench.limits.corrections.catalogue import DERIVED, NEUTRAL, Figures, evaluate, find_correction, find_figures
from energybench.limits.corrections.parameters import read_parameters
from energybench.limits.corrections.usage import (
    changed,
    make_result,
    one_number,
    require_figures,
    require_limit,
    unit_scale,
)
from energybench.tables.rows import VERIFICATIONS
from energybench.tables.store import citation
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from energybench.limits.corrections.model import Correction, CorrectionResult
    from energybench.limits.ladders import Ladder, Step

_LEVEL_NUMBER = re.compile(r"level-(\d)")
# Twelve digits: far inside the tolerance of a ladder, and a decimal correction of a decimal limit stays one.
_DIGITS = 12


def apply(
    ladder: Ladder,
    value: float,
    corrections: Mapping[str, Mapping[str, Any] | str],
    *,
    allow_unverified: bool = False,
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
        If a correction is not one of the ladder's item and document, its parameters do not serve, or a limit above
        zero would no longer be.
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
    asked = [(find_correction(name, ladder.item, ladder.document), given) for name, given in corrections.items()]
    plain = ladder
    results: list[CorrectionResult] = []
    for correction, given in sorted(asked, key=lambda pair: pair[0].order):
        case, parameters = _case_and_parameters(given)
        if correction.side == "limit":
            ladder, moved = _move_limits(ladder, correction, case, parameters, allow_unverified)
        else:
            figures = find_figures(correction, ladder.item, None, case)
            require_figures(correction, figures, allow_unverified)
            read = read_parameters(correction, parameters)
            size = one_number(evaluate(correction, figures, read), correction) * _scale(correction, figures, ladder)
            sizes = (value, size, changed(correction, value, size))
            moved = [make_result(correction, figures, read, case, sizes, unit=ladder.unit, item=ladder.item)]
            value = moved[0].value_after
        ladder = _noted(ladder, correction, moved)
        results += moved
    names = " and ".join(correction.id for correction, _ in asked if correction.side == "limit")
    for before, after in zip(plain.steps, ladder.steps, strict=True):
        if before.value is not None and after.value is not None:
            what = f"The correction of {after.level} of {ladder.item} ({names})"
            require_limit(before.value, after.value, what, ladder.unit)
    return ladder, value, tuple(results)


def _case_and_parameters(given: Mapping[str, Any] | str) -> tuple[str | None, dict[str, Any]]:
    if isinstance(given, str):
        return given, {}
    if not isinstance(given, Mapping):
        raise OptionError(
            f"A correction is given as {quoted(given)}", quoted(given), 'Write {"altitude": {"altitude": "2100 m"}}'
        )
    parameters = dict(given)
    return parameters.pop("case", None), parameters


def _move_limits(
    ladder: Ladder, correction: Correction, case: str | None, parameters: dict[str, Any], allow_unverified: bool
) -> tuple[Ladder, list[CorrectionResult]]:
    """Return the ladder with the steps moved that a correction moves, and what moved."""
    found = [_figures_of_step(correction, ladder, step, case) for step in ladder.steps]
    used = tuple({row.id: row for figures in found if figures for row in figures.rows}.values())
    require_figures(correction, Figures({}, used) if used else None, allow_unverified, stacklevel=4)
    read = read_parameters(correction, parameters)
    steps, results = [], []
    for step, figures in zip(ladder.steps, found, strict=True):
        moved = step
        if figures is not None and step.threshold:
            size = one_number(evaluate(correction, figures, read), correction) * _scale(correction, figures, ladder)
            threshold = _moved(step.threshold, correction.kind, size)
            moved = replace(step, threshold=threshold, printed=step.printed and threshold == step.threshold)
            sizes = (float(step.threshold), size, float(moved.threshold))
            results.append(
                make_result(
                    *(correction, figures, read, case, sizes),
                    unit=ladder.unit,
                    level=step.level.value,
                    item=ladder.item,
                )
            )
        steps.append(moved)
    return replace(ladder, steps=tuple(steps)), results


def _figures_of_step(correction: Correction, ladder: Ladder, step: Step, case: str | None) -> Figures | None:
    number = _LEVEL_NUMBER.fullmatch(step.level.value)
    if number is None:
        raise OptionError(
            f"{correction.id} moves levels 1 to 3, and {ladder.item} in {citation(ladder.document)} has {step.level}",
            correction.name,
            "Pass document= of a standard with levels",
        )
    return find_figures(correction, ladder.item, int(number[1]), case)


def _scale(correction: Correction, figures: Figures | None, ladder: Ladder) -> float:
    what = f"{ladder.item} in {citation(ladder.document)} ({ladder.indicator_zh})"
    return unit_scale(correction, figures, read_unit(ladder.unit), what)


def _moved(threshold: str, kind: str, size: float) -> str:
    """Return a threshold times or plus a change, as decimal text; a neutral change keeps the text as printed."""
    if size == NEUTRAL[kind]:
        return threshold
    with localcontext() as context:
        context.prec = 40
        change = Decimal(f"{size:.{_DIGITS}g}")
        moved = (Decimal(threshold) * change if kind == "factor" else Decimal(threshold) + change).normalize()
    return format(moved, "f") if moved else "0"


def _noted(ladder: Ladder, correction: Correction, moved: list[CorrectionResult]) -> Ladder:
    """Return the ladder with the correction in its notes, and no better verified than the figures used."""
    words = "; ".join(str(result) for result in moved) or f"{correction.id} moves no limit here"
    ranks = [VERIFICATIONS.index(result.verification) for result in moved if result.verification != DERIVED]
    weakest = VERIFICATIONS[max([VERIFICATIONS.index(ladder.verification), *ranks])]
    return replace(ladder, verification=weakest, notes=f"{ladder.notes}; {words}".removeprefix("; "))
