"""Values of parameters in and out: text with a unit, plain numbers in the unit that the keyword ends in, arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from energybench.errors import DimensionError, OptionError, UnitTextError, did_you_mean, quoted
from energybench.units.factors import ratio
from energybench.units.registry import is_quantity, read_quantity
from energybench.units.text import UnitText, read_number, read_unit, spelled

if TYPE_CHECKING:
    from energybench.limits.corrections.formulas import Values
    from energybench.limits.corrections.model import Correction, Parameter

_PASCAL = (("kg",), ("m", "s", "s"))
# Lengths and pressures stand only here: no meter of energy has them.
_MECHANICS = {
    **dict.fromkeys(("m", "米"), UnitText(("m",))),
    **dict.fromkeys(("km", "千米", "公里"), UnitText(("m",), (), 3)),
    **dict.fromkeys(("Pa", "帕"), UnitText(*_PASCAL)),
    **dict.fromkeys(("hPa", "百帕", "mbar"), UnitText(*_PASCAL, 2)),
    **dict.fromkeys(("kPa", "千帕"), UnitText(*_PASCAL, 3)),
    **dict.fromkeys(("MPa", "兆帕", "N/mm2", "N/mm²"), UnitText(*_PASCAL, 6)),
}
_PERCENT = ("%", "％", "percent")


def read_parameters(correction: Correction, given: Mapping[str, Any]) -> dict[str, Values]:
    from energybench.limits.corrections.formulas import require_range

    by_name = {key: p for p in correction.parameters for key in (p.name, p.keyword)}
    found: dict[str, Values] = {}
    for key, value in given.items():
        if key not in by_name:
            known = ", ".join(p.keyword for p in correction.parameters) or "no parameters"
            raise OptionError(
                f"{quoted(key)} is not a parameter of {correction.id}",
                quoted(key),
                did_you_mean(key, by_name, f"It takes {known}"),
            )
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
        names = " and ".join(p.keyword for p in missing) or f"one of {', '.join(p.keyword for p in wanted)}"
        raise OptionError(f"{correction.id} needs {names}", names, f"Pass it ({words})")
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
            return number * _factor(parameter, _MECHANICS.get(unit) or read_unit(unit), value)
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
            return float(ratio(unit, _MECHANICS.get(own) or read_unit(own)))
        except DimensionError:
            pass
    expected = f"a number with a unit such as {own}" if own else "a number"
    fix = f"Give {parameter.keyword}: {parameter.meaning}"
    raise DimensionError(f"{parameter.name} is {given}, expected {expected}", given, fix)
