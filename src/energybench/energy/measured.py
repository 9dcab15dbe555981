"""Readings with a standard uncertainty, and how uncertainties add up (JCGM 100:2008, the GUM).

``±`` states one standard uncertainty (k = 1) unless the text says otherwise: ``"1200±12 t (k=2)"``. Contributions
of one source (a meter named twice, one laboratory's heating value) are correlated with coefficient +1 and add up
with their signs; different sources are independent and add up in squares.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeAlias

from pint.facets.plain import PlainQuantity

from energybench.energy.meter_accuracy import class_percent
from energybench.energy.uncertain_text import (
    FORMS,
    Spread,
    check_finite,
    combine,
    read_coverage,
    read_measured_text,
    read_uncertainty,
    states_coverage,
)
from energybench.errors import AmountError, UncertaintyError, UnitTextError, quoted
from energybench.units.registry import EXAMPLE_UNITS, Rate, read_quantity, to_float
from energybench.units.result import Quantified
from energybench.units.text import UnitText, as_float, read_unit

if TYPE_CHECKING:
    from energybench.energy.uncertain_text import Parts
    from energybench.units.registry import AmountLike, Magnitude

    MeasuredLike: TypeAlias = "AmountLike | Measured"

__all__ = ["Measured", "Spread", "combine", "measured", "read_measured", "read_measured_rate", "read_measured_text"]


@dataclass(frozen=True, slots=True)
class Measured(Quantified):
    """An amount with its standard uncertainty, taken wherever an amount is; :func:`measured` makes it from a text.

    Attributes
    ----------
    value : float
        In ``unit``.
    uncertainty : float
        Standard uncertainty (k = 1), in ``unit``.
    meter : str
        Readings of one meter, or under one calibration, share its name and are fully correlated.
    stated : str
        How the uncertainty was stated.
    """

    value: float
    unit: str
    uncertainty: float
    meter: str = ""
    stated: str = ""
    parts: Parts = field(default=(), repr=False, compare=False)

    def __str__(self) -> str:
        meter = f", meter {self.meter}" if self.meter else ""
        return f"({self.value:.10g} ± {self.uncertainty:.4g}) {self.unit} (k=1{meter})"


def measured(
    amount: MeasuredLike,
    *,
    uncertainty: str | float | None = None,
    coverage: float | None = None,
    accuracy: str | float | None = None,
    meter: str = "",
    allow_unverified: bool = False,
) -> Measured:
    """Give an amount its standard uncertainty, and the meter that it comes from.

    Parameters
    ----------
    amount : str, pint.Quantity or Measured
        ``"1200 t"``, or with its uncertainty ``"1200±6 t"``; also a pint Measurement or a quantity of an
        ``uncertainties`` number.
    uncertainty : str or float, optional
        Absolute ``"6 t"``, relative ``"0.5 %"``, or a number in the amount's unit; a text may state its coverage
        factor, ``"12 t (k=2)"``.
    coverage : float, optional
        Coverage factor k of ``uncertainty``: 1, the default, for a standard, usually 2 for an expanded uncertainty.
        An accuracy class has none, and neither has an amount that carries its uncertainty.
    accuracy : str or float, optional
        Accuracy class of the meter, ``"0.5"`` or ``"0.5S"``, or the id of a row of ``data/meter_accuracy.csv``.
    meter : str
        Readings with the same name share one error: they are correlated with coefficient +1.
    allow_unverified : bool
        Use an unverified row of the accuracy table, with a warning.

    Returns
    -------
    Measured
        Value, unit, standard uncertainty, meter.

    Raises
    ------
    UncertaintyError
        If the uncertainty is negative, no number, in another kind of unit, given twice, or not given at all; or if
        ``coverage`` is given for what has no coverage factor, or for one that states its own.
    EnergybenchError
        If the amount is not read, or the accuracy row may not be used.

    Notes
    -----
    Class c means a maximum permissible error of c % of the reading. Nothing more being known, errors within it
    are taken as equally likely, so that the standard uncertainty is c % / sqrt(3) (JCGM 100:2008, 4.3.7). An
    expanded uncertainty is divided by its k (4.3.3).

    Examples
    --------
    >>> print(measured("1200 t", uncertainty="12 t", coverage=2))
    (1200 ± 6) t (k=1)
    >>> print(measured("350 万kWh", accuracy="0.5", meter="main"))
    (350 ± 1.01) 10^4 kWh (k=1, meter main)
    """
    number, unit, spread = read_measured(amount, "amount")
    if not isinstance(number, float | Fraction):
        raise AmountError("amount is an array, expected one amount", "amount", "Use a column of a table and assess()")
    value = to_float(Fraction(number))
    given = [
        name for name, one in (("±", spread), ("uncertainty", uncertainty), ("accuracy", accuracy)) if one is not None
    ]
    if len(given) > 1:
        fix = "Give one; where several effects act, add their standard uncertainties in squares"
        raise UncertaintyError(f"{' and '.join(given)} are given for one amount", given[1], fix)
    if coverage is not None and given:
        _check_coverage(coverage, given[0], uncertainty)
    if accuracy is not None:
        percent, stated = class_percent(accuracy, allow_unverified)
        spread = Spread(((None, value * percent / 100 / math.sqrt(3)),), stated)
    elif uncertainty is not None:
        factor = 1.0 if coverage is None else read_coverage(coverage, uncertainty)
        part = read_uncertainty(uncertainty, value, unit) / factor
        stated = "" if states_coverage(uncertainty) else f" (k={factor:g})"
        spread = Spread(((None, part),), f"± {uncertainty}{stated}")
    if spread is None:
        raise UncertaintyError(f"{quoted(amount)} has no uncertainty", quoted(amount), "Pass uncertainty= or accuracy=")
    if meter and not isinstance(meter, str):
        raise UncertaintyError(f"meter is {quoted(meter)}", quoted(meter), "Give the name of the meter as text")
    label = meter or (amount.meter if isinstance(amount, Measured) else "")
    standard = spread.standard
    signed = spread.parts[0][1] if len(spread.parts) == 1 else standard
    parts: Parts = ((("meter", label), signed),) if label else spread.parts
    return Measured(value, str(unit), standard, label, spread.stated, parts)


def _check_coverage(coverage: float, of: str, uncertainty: str | float | None) -> None:
    """Refuse a coverage factor beside what has none, or has its own: no part of a statement is dropped."""
    k = quoted(coverage)
    if of == "accuracy":
        # The limits of error hold every reading: their half-width is divided by sqrt(3), never by a k.
        message = f"coverage is {k} for an accuracy class, which states limits of error and has no coverage factor"
        fix = "Leave coverage out, or give the expanded uncertainty of a certificate: uncertainty=, coverage="
    elif of == "±":
        message = f"coverage is {k} for an amount that carries its own uncertainty, which is a standard one (k=1)"
        fix = f'Write "1200±12 t (k={coverage})" where it is an expanded one, or give uncertainty= and coverage='
    elif states_coverage(uncertainty):
        message = f"coverage is {k} and {quoted(uncertainty)} states its own coverage factor"
        fix = "State it once"
    else:
        return
    raise UncertaintyError(message, k, fix)


def read_measured(value: object, name: str = "amount") -> tuple[Magnitude | Fraction, UnitText, Spread | None]:
    """Read an amount that may carry an uncertainty."""
    if isinstance(value, str):
        return read_measured_text(value)
    if isinstance(value, Measured):
        return _from_measured(value, name)
    # A pint Measurement is no pint.Quantity; both are plain quantities of a registry.
    if isinstance(value, PlainQuantity) and hasattr(value.magnitude, "std_dev"):
        return _from_number_with_error(value, name)
    magnitude, unit = read_quantity(value, name)
    return magnitude, unit, None


def read_measured_rate(value: object, name: str) -> tuple[Rate, Spread | None]:
    """Read one figure with a unit, such as a heating value, that may carry an uncertainty."""
    try:
        magnitude, unit, spread = read_measured(value, name)
    except (AmountError, UnitTextError) as error:
        if not isinstance(value, str):
            raise
        # A text does not say which figure it was to be.
        bare = error.message.endswith("has no unit")
        fix = f'Write the unit too, for example "{value.strip()} {EXAMPLE_UNITS[name]}"' if bare else error.fix
        raise type(error)(f"{name}: {error.message}", error.value, fix) from error
    if not isinstance(magnitude, float | Fraction):
        raise AmountError(f"{name} is an array, expected one figure", name, "Use a column of a table and assess()")
    exact = magnitude if isinstance(magnitude, Fraction) else Fraction(repr(magnitude))
    to_float(exact, name)  # what no float can hold is refused here, where it has a name
    return Rate(exact, unit), spread


def _from_measured(value: Measured, name: str) -> tuple[Fraction, UnitText, Spread]:
    """Read a :class:`Measured`: what its fields say counts, also where it was not made by :func:`measured`."""
    if not isinstance(value.unit, str) or not all(map(_is_number, (value.value, value.uncertainty))):
        fix = 'Make it with measured("1200 t", uncertainty="6 t"): a finite value, a unit text, a width from 0 on'
        raise UncertaintyError(f"{name} is {quoted(value)}, expected an amount and its uncertainty", quoted(value), fix)
    check_finite(value.uncertainty, str(value))
    labels = {source[1] for source, _ in value.parts if isinstance(source, tuple) and source[:1] == ("meter",)}
    kept = math.isclose(combine(value.parts), value.uncertainty, rel_tol=1e-12)
    parts: Parts = value.parts
    if not parts or not kept or labels != ({value.meter} if value.meter else set()):
        parts = ((("meter", value.meter) if value.meter else None, float(value.uncertainty)),)
    return Fraction(repr(float(value.value))), read_unit(value.unit), Spread(parts, value.stated)


def _is_number(given: object) -> bool:
    return isinstance(given, Real) and not isinstance(given, bool) and math.isfinite(as_float(given))


def _from_number_with_error(value: Any, name: str) -> tuple[float, UnitText, Spread]:
    """Read a quantity whose magnitude has ``nominal_value``, ``std_dev`` and ``derivatives``."""
    number = value.magnitude
    quantity = value._REGISTRY.Quantity
    nominal, unit = read_quantity(quantity(float(number.nominal_value), value.units), name)
    one, _ = read_quantity(quantity(1.0, value.units), name)
    if not isinstance(nominal, float) or not isinstance(one, float):
        raise AmountError(f"{name} is {quoted(value)}, expected one amount", quoted(value), f"Write {FORMS}")
    # The text of a Measurement itself goes through a deprecated function of pint.
    check_finite(number.std_dev, f"{nominal:g} ± {number.std_dev:g} {unit}")
    # The variables behind the number are its sources: two amounts that share one are correlated by it.
    parts = tuple((variable, slope * variable.std_dev * one) for variable, slope in number.derivatives.items())
    return nominal, unit, Spread(parts, "given with the quantity")
