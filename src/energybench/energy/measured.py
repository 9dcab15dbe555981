"""Readings with a standard uncertainty, and how uncertainties add up (JCGM 100:2008, the GUM).

``±`` states one standard uncertainty (k = 1) unless the text says otherwise: ``"1200±12 t (k=2)"``. Contributions
of one source (a meter named twice, one laboratory's heating value) are correlated with coefficient +1 and add up
with their signs; different sources are independent and add up in squares.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from energybench.errors import (
    AmountError,
    DimensionError,
    EnergybenchError,
    MissingFigureError,
    UncertaintyError,
    UnitTextError,
    compiled,
    did_you_mean,
    quoted,
)
from energybench.tables.store import citation, records, require_usable, warn_if_weak
from energybench.units.factors import EXAMPLE_UNITS, Rate, ratio, read_exact, to_float
from energybench.units.registry import is_quantity, read_one, read_quantity
from energybench.units.result import Quantified
from energybench.units.text import UnitText, as_float, read_number, read_unit, spelled

if TYPE_CHECKING:
    from energybench.tables.rows import MeterAccuracyRow
    from energybench.units.registry import AmountLike, Magnitude

    Parts = tuple[tuple[Hashable, float], ...]
    MeasuredLike: TypeAlias = "AmountLike | Measured"


#: A meter of trade is better than this; a larger class is a slip, as 50 for 0.50.
LARGEST_CLASS = 10
_CLASS = r"(?i)([0-9]+(?:\.[0-9]+)?)\s*(S|级|%)?"


def class_percent(accuracy: str | float, allow_unverified: bool = False) -> tuple[float, str]:
    rows: dict[object, MeterAccuracyRow] = {row.id: row for row in records("meter_accuracy")}
    row = rows.get(accuracy) if isinstance(accuracy, str) else None
    text = row.accuracy_class if row else accuracy.strip() if isinstance(accuracy, str) else quoted(accuracy)
    found = compiled(_CLASS).fullmatch(text) if not isinstance(accuracy, bool) else None
    if row:
        if found is None:
            fix = 'Give the class of the meter, for example accuracy="0.5"'
            raise MissingFigureError(f"{row.id} states no accuracy class in %", row.id, fix)
        require_usable(row, f"The accuracy class {row.id}", allow_unverified)
        warn_if_weak(row, row.id, stacklevel=4)
        return float(found[1]), f"class {text} of {row.carrier} ({citation(row.document)}, {row.verification})"
    if found is None or not 0 < float(found[1]) <= LARGEST_CLASS:
        known = [row.id for row in rows.values() if row.accuracy_class]
        fix = f'Write a class such as "0.5", up to {LARGEST_CLASS}; energybench tables meter_accuracy lists rows'
        said = f"accuracy is {quoted(accuracy)}, expected a class in % or a row"
        fix = did_you_mean(text, known, fix) if re.match("[a-z]", text) else fix
        raise UncertaintyError(said, quoted(accuracy), fix)
    return float(found[1]), f"class {text} given by the user"


#: What an uncertainty looks like, for messages.
FORMS = '"1200±6 t", "(1200 ± 6) t", "1200 t ± 0.5 %" or "1200±12 t (k=2)"'
_PLUS_MINUS = str.maketrans("＋－／（）％＝", "+-/()%=")
# "(k=2)" wherever it stands behind the number, and "k=2" at the end.
_COVERAGE = r"(?s)(.*?)[\s,，;；]*(?:\(\s*[kK]\s*=\s*([^\s()]*)\s*\)(.*)|\(?\s*\b[kK]\s*=\s*([^\s()]*)\s*\)?\s*)"
_FACTOR = r"\b[kK]\s*="
#: Student's t of one degree of freedom is 13.97 for 95.45 % (JCGM 100, table G.2): 95 is a probability and no factor.
LARGEST_COVERAGE = 20
_POWER = r"(?s)[eE]([+-]?[0-9]{1,3})(?![0-9])\s*(.*)"
_PERCENT = UnitText(("percent",))


class Spread(NamedTuple):
    """The standard uncertainty of one reading, in the reading's unit, by source."""

    parts: Parts
    stated: str = ""

    @property
    def standard(self) -> float:
        return root_of_squares(self.parts)

    def scaled(self, factor: float) -> Parts:
        return tuple((source, part * factor) for source, part in self.parts)


def root_of_squares(parts: Iterable[tuple[Hashable, float]]) -> float:
    sums: dict[Hashable, float] = {}
    for number, (source, part) in enumerate(parts):
        key = (number,) if source is None else (source, "shared")
        sums[key] = sums.get(key, 0.0) + part
    found = math.hypot(*sums.values())
    if not math.isfinite(found):
        fix = "Check the figures that carry an uncertainty, and their units"
        raise UncertaintyError("The uncertainty is too large to be a number", "uncertainty", fix)
    return found


@lru_cache(4096)
def read_measured_text(text: str) -> tuple[Fraction, UnitText, Spread | None]:
    plain = text.translate(_PLUS_MINUS).replace("+/-", "±").strip()
    if "±" not in plain:
        return *read_exact(text), None
    if plain.count("±") > 1:
        raise UncertaintyError(f"{quoted(text)} has more than one ±", quoted(text), f"Write {FORMS}")
    before, _, after = plain.partition("±")
    width, factor = split_coverage(after, text)
    number, unit, absolute = _split(f"{before}±{width}", text)
    stated = f"{text.strip()} (k=1)" if factor is None else text.strip()
    return number, unit, Spread(((None, to_float(absolute, "uncertainty") / (factor or 1.0)),), stated)


def split_coverage(width: str, text: str) -> tuple[str, float | None]:
    """Split an uncertainty and the coverage factor that it states, None where it states none."""
    covered = _covered(width)
    if covered is None:
        return width, None
    body, given = f"{covered[1]}{covered[3] or ''}", covered[4] if covered[2] is None else covered[2]
    if compiled(_FACTOR).search(body):
        fix = 'State one coverage factor, for example "1200±12 t (k=2)"'
        raise UncertaintyError(f"{quoted(text)} states its coverage factor twice", quoted(text), fix)
    return body, read_coverage(given, text)


def _split(body: str, text: str) -> tuple[Fraction, UnitText, Fraction]:
    """Read ``a±b unit``, ``(a±b) unit``, ``a unit ± b %`` or ``a unit ± b unit``: value, unit, its part."""
    before, _, after = (part.strip() for part in body.partition("±"))
    bracket = before.startswith("(")
    first, unit_before = read_number(before.removeprefix("(").strip() or text)
    value = Fraction(first)
    second, rest = _number(after, text)
    if bracket:
        inside, closed, rest = rest.partition(")")
        if unit_before or not closed or inside.strip() not in ("", "%"):
            raise UncertaintyError(f"{quoted(text)} has brackets that are not read", quoted(text), f"Write {FORMS}")
        rest = rest.strip()
        if power := compiled(_POWER).fullmatch(rest):
            value, rest = value * Fraction(10) ** int(power[1]), power[2]
            second *= 1 if inside else Fraction(10) ** int(power[1])
        unit = _unit(rest, text)
        return value, unit, value * second / 100 if inside.strip() else second
    if unit_before:
        unit = read_unit(unit_before)
        if rest == "%" and unit != _PERCENT:
            return value, unit, value * second / 100
        if not rest or rest == "%":
            what = "no unit" if not rest else "a % that may be of the value or in points"
            fix = f'Write "{first}±{float(second):g} {unit_before}", or the unit twice; a relative one takes %'
            raise UncertaintyError(f"The uncertainty of {quoted(text)} has {what}", quoted(text), fix)
        return value, unit, second * _same_unit(rest, unit, text)
    if rest.startswith("%") and rest != "%":
        return value, _unit(rest[1:].strip(), text), value * second / 100
    return value, _unit(rest, text), second


def _unit(rest: str, text: str) -> UnitText:
    if not rest:
        raise AmountError(f"{quoted(text)} has no unit", quoted(text), f"Write the unit too: {FORMS}")
    return read_unit(rest)


def _same_unit(rest: str, unit: UnitText, text: str) -> Fraction:
    try:
        return ratio(read_unit(rest), unit)
    except DimensionError as error:
        fix = f"Write it in {unit} or in %"
        raise UncertaintyError(f"The uncertainty in {quoted(text)} is not in {unit}", quoted(text), fix) from error


def _number(part: str, text: str) -> tuple[Fraction, str]:
    try:
        number, rest = read_number(part)
    except EnergybenchError as error:
        message = f"The uncertainty in {quoted(text)} is no number"
        raise UncertaintyError(message, quoted(text), f"Write {FORMS}") from error
    if number[0] in "+-":
        fix = "An uncertainty is a width: write it without a sign"
        raise UncertaintyError(f"The uncertainty in {quoted(text)} has a sign", quoted(text), fix)
    check_finite(float(number), text)
    return Fraction(number), rest


def check_finite(value: float, text: str) -> None:
    if not (math.isfinite(value) and value >= 0):
        said = f"The uncertainty of {quoted(text)} is {value}"
        raise UncertaintyError(said, quoted(text), "Give a finite number, not negative")


def read_coverage(given: object, text: object) -> float:
    """Read a coverage factor k: 1 for a standard uncertainty, larger for an expanded one (JCGM 200:2012, 2.35)."""
    factor = as_float(given)
    if isinstance(given, bool) or not 1 <= factor <= LARGEST_COVERAGE:
        fix = 'Write the k of the expanded uncertainty, for example "1200±12 t (k=2)"; a probability is no factor'
        raise UncertaintyError(
            f"The coverage factor of {quoted(text)} is {quoted(given)}, expected a number from 1 to {LARGEST_COVERAGE}",
            quoted(text),
            fix,
        )
    return factor


def states_coverage(given: object) -> bool:
    return isinstance(given, str) and _covered(_plain_width(given)) is not None


def _covered(width: str) -> re.Match[str] | None:
    """Match an uncertainty with its coverage factor. A row of spaces is one: each would be tried anew."""
    return compiled(_COVERAGE).fullmatch(" ".join(width.split())) if "=" in width else None


def _plain_width(given: str) -> str:
    return given.translate(_PLUS_MINUS).replace("+/-", "±").strip().removeprefix("±").strip()


def read_uncertainty(given: str | float, value: float, unit: UnitText) -> float:
    """Read an uncertainty that stands beside its amount: a number in the amount's unit, ``"6 t"`` or ``"0.5 %"``."""
    if isinstance(given, str):
        width, covered = split_coverage(_plain_width(given), given)
        number, rest = _number(width, given)
        divisor = covered or 1.0
        if rest == "%" and unit != _PERCENT:
            return value * float(number) / 100 / divisor
        try:
            factor = _same_unit(rest, unit, given) if rest else Fraction(1)
        except UnitTextError as error:
            said = f"The uncertainty {quoted(given)} is not read: {error.message}"
            raise UncertaintyError(said, quoted(given), error.fix) from error
        return to_float(number * factor, "uncertainty") / divisor
    plain = as_float(given)
    if isinstance(given, bool) or not (math.isfinite(plain) and plain >= 0):
        said = f"uncertainty is {quoted(given)}, expected a finite number, not negative"
        raise UncertaintyError(said, quoted(given), f"Write {FORMS}")
    return plain


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
    number, unit, spread = read_measured(amount)
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
    """Raise where coverage= is given for an accuracy class, or for a text that already states its coverage factor."""
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
    if isinstance(value, str | Mapping):
        return read_measured_text(spelled(value, name))
    if isinstance(value, Measured):
        return _from_measured(value, name)
    # A pint Measurement is no pint.Quantity; both are plain quantities of a registry.
    if is_quantity(value) and hasattr(value.magnitude, "std_dev"):
        return _from_number_with_error(value, name)
    magnitude, unit = read_quantity(value, name)
    return magnitude, unit, None


def read_measured_rate(value: object, name: str) -> tuple[Rate, Spread | None]:
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
    kept = math.isclose(root_of_squares(value.parts), value.uncertainty)
    parts: Parts = value.parts
    if not parts or not kept or labels != ({value.meter} if value.meter else set()):
        parts = ((("meter", value.meter) if value.meter else None, float(value.uncertainty)),)
    return Fraction(repr(float(value.value))), read_unit(value.unit), Spread(parts, value.stated)


def _is_number(given: object) -> bool:
    return isinstance(given, Real) and not isinstance(given, bool) and math.isfinite(as_float(given))


def _from_number_with_error(value: Any, name: str) -> tuple[Fraction, UnitText, Spread]:
    number = value.magnitude
    (nominal, unit), (one, _) = (
        read_one(value._REGISTRY.Quantity(float(each), value.units), name, "") for each in (number.nominal_value, 1)
    )
    # The text of a Measurement itself goes through a deprecated function of pint.
    check_finite(number.std_dev, f"{float(nominal):g} ± {number.std_dev:g} {unit}")
    # The variables behind the number are its sources: two amounts that share one are correlated by it.
    parts = tuple((variable, slope * variable.std_dev * float(one)) for variable, slope in number.derivatives.items())
    return nominal, unit, Spread(parts, "given with the quantity")
