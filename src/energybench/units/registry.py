"""The pint registry, and quantities in and out of it.

Units are named by their symbols. The registry is built at first use, and pint is imported with it. Texts never
reach pint: :mod:`energybench.units.text` reads them first.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from copy import deepcopy
from fractions import Fraction
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeGuard

from energybench.errors import AmountError, quoted
from energybench.units.factors import DEFINITIONS, EXAMPLE_UNITS, STANDARD_COAL_KJ_PER_KGCE, Rate, read_exact, to_float
from energybench.units.text import UnitText, as_float, read_amount, read_unit, spelled

if TYPE_CHECKING:
    import numpy
    import pint
    from numpy.typing import NDArray
    from pint.facets.plain import PlainQuantity

    Magnitude = float | NDArray[numpy.float64]
    AmountLike = str | Mapping[str, Any] | pint.Quantity[Any]

_FOREIGN_BASE = {"gram": "g", "kilogram": "kg", "meter": "m", "metre": "m", "second": "s"}
_FOREIGN_REFUSED = {"ton": "907.18 kg", "short_ton": "907.18 kg", "long_ton": "1016 kg", "US_ton": "907.18 kg"}
# Rows that are worked on while they are in the cache.
_BLOCK = 1 << 15
_lock = threading.RLock()


@lru_cache(1)
def _built() -> Any:
    import pint

    found: Any = pint.UnitRegistry(None, non_int_type=float, on_redefinition="raise")
    found.load_definitions(DEFINITIONS)
    found.formatter.default_format = "~P"
    # pint itself would rebuild a pickled or deeply copied quantity in a registry without our units.
    for kind in (found.Quantity, found.Unit):
        kind.__reduce__ = _reduce
    found.Quantity.__deepcopy__ = _deepcopy
    return found


def _reduce(value: Any) -> tuple[Any, ...]:
    """Say how pickle makes a quantity or a unit of our registry again, in any process."""
    kept = {name: one for name, one in vars(value).items() if not name.startswith("_")}
    return _restore, (getattr(value, "_magnitude", None), dict(value._units), kept)


def _restore(magnitude: Any, units: dict[str, Any], kept: dict[str, Any]) -> Any:
    home: Any = registry()
    for name in units:
        home.parse_units(name)  # a unit with a prefix is known once it was parsed
    container = home.UnitsContainer(units)
    value = home.Unit(container) if magnitude is None else home.Quantity(magnitude, container)
    vars(value).update(kept)
    return value


def _deepcopy(value: Any, memo: dict[int, Any]) -> Any:
    rebuild, parts = _reduce(value)
    return rebuild(*deepcopy(parts, memo))


def registry() -> pint.UnitRegistry[Any]:
    """Return the registry of every quantity that energybench makes; also ``energybench.ureg``.

    >>> registry().Quantity(1.0, "toe").to("tce").magnitude
    1.4285714285714286
    """
    with _lock:
        found: pint.UnitRegistry[Any] = _built()
    return found


def is_quantity(value: object) -> TypeGuard[PlainQuantity[Any]]:
    if "pint" not in sys.modules:
        return False
    from pint.facets.plain import PlainQuantity

    return isinstance(value, PlainQuantity)


@lru_cache(1024)
def pint_unit(unit: UnitText) -> Any:
    """Return the pint unit of our registry for a unit text; its power of ten is not part of it."""
    return registry().Unit(registry().parse_units(unit.pint_name))


def read_one(value: object, name: str, fix: str) -> tuple[Fraction, UnitText]:
    """Read one figure exactly, given as text or as a scalar quantity; ``fix`` says what to do with an array."""
    if isinstance(value, str | Mapping):
        return read_exact(spelled(value, name))
    magnitude, unit = read_quantity(value, name)
    if not isinstance(magnitude, float):
        raise AmountError(f"{name} is an array, expected one figure", name, fix)
    return Fraction(repr(magnitude)), unit


def read_rate(value: AmountLike, name: str) -> Rate:
    return Rate(*read_one(value, name, "Use a column of a table and assess()"))


def read_quantity(value: object, name: str = "amount") -> tuple[Magnitude, UnitText]:
    if isinstance(value, str | Mapping):
        number, unit = read_amount(spelled(value, name))
        return float(number), unit
    if is_quantity(value):
        return _from_pint(value, name)
    usual = EXAMPLE_UNITS.get(name, "t")
    example = f"{value if type(value) in (int, float) and isfinite(as_float(value)) else 1200} {usual}"
    fix = f'Write text such as "{example}", or multiply by a unit: energybench.ureg.Quantity(values, "{usual}")'
    raise AmountError(f"{name} is {quoted(value)}, expected a number with a unit", quoted(value), fix)


def _from_pint(value: Any, name: str) -> tuple[Magnitude, UnitText]:
    import numpy

    unit, factor = _unit_from_pint(value)
    magnitude = value.magnitude
    if isinstance(magnitude, numpy.ndarray) and magnitude.ndim:
        if magnitude.dtype.kind not in "iuf":
            raise AmountError(
                f"{name} is an array of {magnitude.dtype}, expected numbers", name, "Convert it to floats"
            )
        values = magnitude.astype(numpy.float64, copy=False)
        return (values if factor == 1 else times(values, float(factor), name)), unit
    try:
        number = float(magnitude)
    except (TypeError, ValueError, ArithmeticError) as error:
        large = isinstance(error, OverflowError)
        said = f"{name} {quoted(magnitude)} is {'too large to be' if large else 'not'} a number"
        raise AmountError(said, quoted(magnitude), "Give a finite number") from error
    if not isfinite(number):
        raise AmountError(f"{name} is {number}, expected a finite number", str(number), "Give a finite number")
    return (number if factor == 1 else to_float(Fraction(number) * factor, name)), unit


def times(values: NDArray[numpy.float64], factor: float, name: str = "amount") -> NDArray[numpy.float64]:
    import numpy

    flat = values.reshape(-1)
    result = numpy.empty_like(flat)
    with numpy.errstate(invalid="ignore", over="ignore"):
        for start in range(0, len(flat), _BLOCK):
            rows = slice(start, start + _BLOCK)
            block = numpy.multiply(flat[rows], factor, out=result[rows])
            if not numpy.isfinite(numpy.add.reduce(block)) and not numpy.isfinite(block).all():
                position = start + int(numpy.argmin(numpy.isfinite(block)))
                said = f"{name} has {flat[position]} at position {position}, expected finite numbers of a usual size"
                fix = "Remove or fill the gaps; for a table with gaps use assess(), which reports each of them"
                raise AmountError(said, str(flat[position]), fix)
    return result.reshape(values.shape)


def _unit_from_pint(value: Any) -> tuple[UnitText, Fraction]:
    ours = registry()
    foreign = value._REGISTRY
    over: list[str] = []
    below: list[str] = []
    factor = Fraction(1)
    powers: dict[str, Any] = dict(value.unit_items())
    for foreign_name, given_power in powers.items():
        power = int(given_power)
        if power != given_power:
            _refuse_unit(foreign_name, "has a broken power")
        if foreign is ours:
            found = {foreign_name: 1}
        else:
            found, scale = _rehome(foreign, foreign_name)
            factor *= scale**power
        for symbol, inner in found.items():
            (over if power * inner > 0 else below).extend([symbol] * abs(power * inner))
    if not over:
        _refuse_unit(str(value.units), "is no amount")
    return UnitText(tuple(sorted(over)), tuple(sorted(below))), factor


def _refuse_unit(name: str, why: str) -> Any:
    raise AmountError(f"The unit {quoted(name)} {why}", name, "Convert it to t, kWh, GJ, m3 or tce first")


def _rehome(foreign: Any, name: str) -> tuple[dict[str, int], Fraction]:
    if name in _FOREIGN_REFUSED:
        _refuse_unit(name, f"is {_FOREIGN_REFUSED[name]} in your registry, which a tonne never is")
    factor, roots = foreign.get_root_units(name)
    ours = registry()
    root = {base: int(power) for base, power in dict(roots._units).items()}
    known = next((symbol for symbol in (name, foreign.get_symbol(name)) if symbol in ours), None)
    if known is not None:
        our_factor, our_roots = ours.get_root_units(known)
        same = {_FOREIGN_BASE.get(base, base): power for base, power in root.items()} == dict(our_roots._units)
        if same and abs(our_factor / factor - 1) < 1e-12:
            return {known: 1}, Fraction(1)
        _refuse_unit(
            name, f"is {factor:.6g} {roots} in your registry and {our_factor:.6g} {our_roots:~} in energybench"
        )
    if not set(root) <= set(_FOREIGN_BASE):
        _refuse_unit(name, "is not known to energybench")
    return {_FOREIGN_BASE[base]: power for base, power in root.items()}, Fraction(repr(float(factor)))


def quantity(text: str | Mapping[str, Any]) -> pint.Quantity[Any]:
    """Read an amount as a quantity of ``energybench.ureg``.

    Parameters
    ----------
    text : str or mapping
        A number and a unit as written in trade; or as JSON has them, ``{"amount": 1200, "unit": "t"}``.

    Returns
    -------
    pint.Quantity
        The amount in the canonical unit.

    Raises
    ------
    AmountError, UnitTextError
        If the number or the unit is not read.

    Examples
    --------
    >>> print(quantity("350 万kWh"))
    3500000.0 kWh
    """
    if not isinstance(text, str | Mapping):
        raise AmountError(f"{quoted(text)} is not text", quoted(text), 'Write, for example, quantity("350 万kWh")')
    number, unit = read_exact(spelled(text))
    value = number * Fraction(10) ** unit.exponent
    return _quantity(to_float(value, quoted(text)), pint_unit(unit))


def make_quantity(magnitude: Magnitude, unit: str) -> pint.Quantity[Any]:
    parsed = read_unit(unit)
    return _quantity(magnitude * 10.0**parsed.exponent if parsed.exponent else magnitude, pint_unit(parsed))


def _quantity(magnitude: Magnitude, unit: Any) -> pint.Quantity[Any]:
    made: pint.Quantity[Any] = registry().Quantity(magnitude, unit)
    return made


def standard_coal_heat() -> pint.Quantity[Any]:
    """Return the heat of standard coal, 29.3076 GJ/tce, to convert between standard coal and energy by name.

    Standard coal and energy never convert into each other by themselves: multiply or divide by this figure.
    The coefficient of electricity, 0.1229 kgce/kWh, does not follow from it and stands in the tables.

    Examples
    --------
    >>> print((quantity("10 tce") * standard_coal_heat()).to("GJ"))
    293.076 GJ
    """
    return _quantity(float(STANDARD_COAL_KJ_PER_KGCE / 1000), "GJ/tce")
