"""Corrections of one value, or of arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from energybench.errors import AmountError, OptionError, quoted
from energybench.limits.corrections.catalogue import evaluate, find_correction, find_figures
from energybench.limits.corrections.parameters import read_parameters
from energybench.limits.corrections.usage import (
    changed,
    make_result,
    one_number,
    require_figures,
    require_limit,
    unit_scale,
)
from energybench.units.registry import read_quantity

if TYPE_CHECKING:
    from energybench.limits.corrections.catalogue import Figures
    from energybench.limits.corrections.model import Correction, CorrectionResult, Values
    from energybench.units.registry import AmountLike

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
    figures = _figures(correction, item, level, case)
    require_figures(correction, figures, allow_unverified)
    return evaluate(correction, figures, read_parameters(correction, parameters))


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
    item, document : str, optional
        Item and document, where the name alone leaves a choice.
    level : {1, 2, 3}, optional
        Level of the limit, where the change differs by level.
    case : str, optional
        Which case holds, where the correction has cases.
    allow_unverified : bool
        Use unverified figures, with a warning.
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
    limit of level-3 94 +6 kgce/t = 100 kgce/t  [gb-16780-2021/clinker-ratio 5.4, one_source]
    >>> correct("ore-grade", "8400 kWh/t", item="ferrosilicon-75", ore_grade="97 %").value_after
    8440.0
    """
    correction = find_correction(name, item, document)
    figures = _figures(correction, item, level, case)
    require_figures(correction, figures, allow_unverified)
    given = read_parameters(correction, parameters)
    before, unit = read_quantity(value, "value")
    if not isinstance(before, float):
        raise AmountError("value is an array, expected one value", "value", "Use change() for arrays")
    size = one_number(evaluate(correction, figures, given), correction) * unit_scale(correction, figures, unit)
    sizes = (before, size, changed(correction, before, size))
    if correction.side == "limit":
        require_limit(before, sizes[2], f"The correction {correction.id}", str(unit))
    shown = f"level-{level}" if level is not None and correction.side == "limit" else ""
    return make_result(correction, figures, given, case, sizes, unit=str(unit), level=shown, item=item or "")


def _figures(correction: Correction, item: str | None, level: int | None, case: str | None) -> Figures | None:
    """Return the figures of a level; without a level, those that all levels share."""
    if correction.side != "limit":
        return find_figures(correction, item, None, case)
    if level is not None:
        if level not in LEVELS:
            raise OptionError(f"level is {quoted(level)}", quoted(level), "Use 1, 2 or 3")
        return find_figures(correction, item, level, case)
    first, *others = (find_figures(correction, item, number, case) for number in LEVELS)
    rows = None if first is None else first.rows
    if any(rows != (None if figures is None else figures.rows) for figures in others):
        moved = " and ".join(map(str, correction.levels))
        raise OptionError(
            f"{correction.id} differs by level, and no level is given", "level", f"Pass level=; it moves level {moved}"
        )
    return first
