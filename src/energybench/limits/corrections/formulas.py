"""A formula of ``data/correction_formulas.csv`` is computed as it stands, for one plant or for arrays of plants."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import numpy
from numpy.typing import NDArray

from energybench.errors import OptionError, TableError, quoted
from energybench.limits.corrections.catalogue import Correction, Figure, Points
from energybench.tables.expressions import evaluate, names, parse, parse_conditions, sides

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


#: One number, or a float64 array of numbers: every formula takes and gives either.
Values = float | NDArray[numpy.float64]

# ISO 2533:1975, the standard atmosphere below 11 000 m (constants: https://crnslab.org/util/atmo.php): pressure and
# temperature at sea level, lapse rate, g M/(R L).
_SEA_LEVEL_PA = 101325.0
_SEA_LEVEL_KELVIN = 288.15
_KELVIN_PER_METRE = 0.0065
_EXPONENT = 5.25588


def plain(values: Any) -> Values:
    """Return a float for one number, and an array as it is."""
    return values if isinstance(values, numpy.ndarray) and values.ndim else float(values)


def _where(condition: Any, then: Any, otherwise: Any) -> Any:
    if isinstance(condition, numpy.ndarray):
        return numpy.where(condition, then, otherwise)
    return then if condition else otherwise


def _class_of(points: Points, given: Values) -> Values:
    """Return the figure of the class whose upper bound is the first that is not exceeded."""
    return plain(numpy.array(points.values)[numpy.searchsorted(points.at, given, side="left")])


def standard_pressure(altitude_m: Values) -> Values:
    return _SEA_LEVEL_PA * (1 - _KELVIN_PER_METRE * altitude_m / _SEA_LEVEL_KELVIN) ** _EXPONENT


#: The functions of an expression. At a stated point, linear interpolation gives the figure that is stated.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "where": _where,
    "clip": lambda values, low, high: _where(values < low, low, _where(values > high, high, values)),
    "linear": lambda points, given: plain(numpy.interp(given, points.at, points.values)),
    "class_of": _class_of,
    "stated": lambda points, given: plain(numpy.interp(given, points.at, points.values)),
    "pressure": standard_pressure,
}


def require_range(name: str, values: Values, low: float, high: float, why: str, *, above: bool = False) -> None:
    """Refuse a value outside a range; NaN is outside every range."""
    given = numpy.asarray(values, dtype=numpy.float64)
    inside = (given > low if above else given >= low) & (given <= high)
    if not numpy.all(inside):
        asked = f"{'more than' if above else 'at least'} {low:g}"
        if high != numpy.inf:
            asked = f"{'more than ' if above else ''}{low:g} to {high:g}"
        raise _outside(name, given, inside, asked, f"The range: {why}")


def _outside(name: str, given: Any, inside: Any, asked: str, fix: str) -> OptionError:
    values, good = numpy.broadcast_arrays(numpy.asarray(given, numpy.float64), inside)
    first = f"{float(values.reshape(-1)[int(numpy.argmin(good.reshape(-1)))]):g}"
    return OptionError(f"{name} is {first}, expected {asked}", first, fix)


def compute(correction: Correction, figures: Mapping[str, Figure], given: Mapping[str, Values]) -> Values:
    values: dict[str, Any] = {p.keyword: numpy.nan for p in correction.parameters if p.figure} | {**figures, **given}
    for parameter in correction.parameters:
        if parameter.default and parameter.keyword not in given:
            values[parameter.keyword] = evaluate(parse(parameter.default), values, FUNCTIONS)
    formula = parse(correction.formula)
    if absent := names(formula) - values.keys():
        words = ", ".join(sorted(absent))
        fix = "Add it to corrections.csv for this item, level and case"
        raise TableError(f"{correction.id} needs {words}, which no row states", words, fix)
    for parameter in correction.parameters:
        if parameter.default or parameter.keyword in given:
            for condition in parse_conditions(parameter.condition):
                _require(condition, values, parameter.why)
    for part in ast.walk(formula):
        match part:
            case ast.Call(ast.Name("linear" | "stated" | "class_of" as how), [ast.Name(points), asked]):
                if not isinstance(values[points], Points):
                    raise TableError(f"{points} of {correction.id} has no points here", points, "Fill in at and value")
                _require_points(ast.unparse(asked), values[points], evaluate(asked, values, FUNCTIONS), how)
    with numpy.errstate(all="ignore"):
        try:
            change = plain(evaluate(formula, values, FUNCTIONS))
        except (ArithmeticError, TypeError):
            change = numpy.nan
    if not numpy.all(numpy.isfinite(change)):
        shown = ", ".join(f"{key} {value}" for key, value in given.items()) or "these figures"
        said = f"{correction.id} has no value for {shown}"
        raise OptionError(said, quoted(shown), f"Check them against {correction.formula}")
    return change


def _require(condition: ast.Compare, values: Mapping[str, Any], why: str) -> None:
    holds = evaluate(condition, values, FUNCTIONS)
    if not numpy.all(holds):
        left, words, right = sides(condition)
        bound = evaluate(right, values, FUNCTIONS)
        first = numpy.broadcast_to(bound, numpy.shape(holds)).reshape(-1)[int(numpy.argmin(holds))]
        asked = f"{words} {float(first):g}"
        if not isinstance(right, ast.Constant):
            asked += f" ({ast.unparse(right)})"
        raise _outside(ast.unparse(left), evaluate(left, values, FUNCTIONS), holds, asked, f"The range: {why}")


def _require_points(name: str, points: Points, given: Values, how: str) -> None:
    """Refuse what lies outside the points of a table, or between points that are stated only."""
    if how != "class_of":
        require_range(name, given, points.at[0], points.at[-1], "the points of the table, nothing is extrapolated")
    if how == "stated" and not numpy.all(stated := numpy.isin(given, points.at)):
        known = ", ".join(f"{point:g}" for point in points.at)
        fix = f"It is stated at {known} only"
        raise _outside(name, given, stated, "a point of the table", fix)
