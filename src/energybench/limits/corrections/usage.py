"""What every use of a correction checks and says: usable figures, units that fit, a result with its source."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy

from energybench.errors import DimensionError, MissingFigureError, OptionError, UnverifiedWarning
from energybench.limits.corrections.catalogue import Figures, find_unit
from energybench.limits.corrections.model import CorrectionResult
from energybench.tables.store import ACCEPTED, citation, require_usable
from energybench.units.registry import ratio
from energybench.units.text import UnitText, read_unit

if TYPE_CHECKING:
    from energybench.limits.corrections.model import Correction, Values


def require_figures(
    correction: Correction, figures: Figures | None, allow_unverified: bool, stacklevel: int = 3
) -> None:
    """Refuse figures that may not be used, and warn of those used although nobody confirmed them."""
    if figures is None or not figures.rows:
        return
    weakest = figures.weakest
    if weakest.verification == "missing" or not correction.side:
        where = citation(correction.document)
        raise MissingFigureError(
            f"{correction.name} of {where} could not be read: {weakest.notes}",
            correction.name,
            f"Look it up in {where} and add its figures to corrections.csv with energybench.tables.use()",
        )
    require_usable(weakest, f"The correction {correction.name}", allow_unverified)
    if weakest.verification not in ACCEPTED:
        warnings.warn(f"{correction.id} is {weakest.verification}", UnverifiedWarning, stacklevel=stacklevel)


def one_number(change: Values, correction: Correction) -> float:
    """Return a change that is one number, or refuse the array that it is."""
    if isinstance(change, numpy.ndarray):
        raise OptionError(f"A parameter of {correction.id} is an array", correction.name, "Use change() for arrays")
    return change


def unit_scale(correction: Correction, figures: Figures | None, unit: UnitText, what: str = "the value") -> float:
    """Return the factor from the unit of an addition to that of what it is added to; 1 for a factor."""
    own = "" if figures is None else find_unit(correction, figures)
    if not own:
        return 1.0
    try:
        return float(ratio(read_unit(own), unit))
    except DimensionError as error:
        raise DimensionError(
            f"{correction.id} is in {own}, and {what} in {unit}", str(unit), f"It corrects the indicator in {own} only"
        ) from error


def changed(correction: Correction, before: float, change: float) -> float:
    """Return a value times the factor, or plus the addition."""
    return before * change if correction.kind == "factor" else before + change


def require_limit(before: float, after: float, what: str, unit: str) -> None:
    """Refuse a limit above zero that corrections make zero or negative."""
    if before > 0 >= after:
        raise OptionError(
            f"{what} makes {after:g} {unit} of {before:g} {unit}, and nothing can meet a limit that is not above zero",
            f"{after:g} {unit}",
            "Check its parameters and their units",
        )


def make_result(
    correction: Correction,
    figures: Figures | None,
    parameters: dict[str, Values],
    case: str | None,
    sizes: tuple[float, float, float],
    *,
    unit: str,
    level: str = "",
    item: str = "",
) -> CorrectionResult:
    """Return the result of a correction; ``sizes`` are the value before, the change, and the value after."""
    before, change, after = sizes
    rows = () if figures is None else figures.rows
    shown: dict[str, float | str] = {key: float(number) for key, number in parameters.items()}
    return CorrectionResult(
        correction=correction.id,
        name=correction.name,
        side=correction.side,
        level=level,
        item=item,
        kind=correction.kind,
        change=change,
        value_before=before,
        value_after=after,
        unit=unit,
        parameters=shown if case is None else {**shown, "case": case},
        document=correction.document,
        clause=correction.clause,
        verification=figures.weakest.verification if figures and rows else correction.verification,
        evidence="; ".join(dict.fromkeys(row.evidence for row in rows if row.evidence)),
        formula=correction.formula,
        notes=figures.notes if figures and rows else correction.notes,
    )
