"""Amount texts that state an uncertainty, and how contributions add up. ``±`` alone is one standard uncertainty."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from energybench.errors import AmountError, DimensionError, EnergybenchError, UncertaintyError, UnitTextError, quoted
from energybench.units.registry import ratio, read_exact, to_float
from energybench.units.text import UnitText, as_float, read_number, read_unit

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    Parts = tuple[tuple[Hashable, float], ...]

#: What an uncertainty looks like, for messages.
FORMS = '"1200±6 t", "(1200 ± 6) t", "1200 t ± 0.5 %" or "1200±12 t (k=2)"'
_PLUS_MINUS = str.maketrans("＋－／（）％＝", "+-/()%=")
# "(k=2)" wherever it stands behind the number, and "k=2" at the end.
_COVERAGE = re.compile(
    r"(.*?)[\s,，;；]*(?:\(\s*[kK]\s*=\s*([^\s()]*)\s*\)(.*)|\(?\s*\b[kK]\s*=\s*([^\s()]*)\s*\)?\s*)", re.DOTALL
)
_FACTOR = re.compile(r"\b[kK]\s*=")
#: Student's t of one degree of freedom is 13.97 for 95.45 % (JCGM 100, table G.2): 95 is a probability and no factor.
LARGEST_COVERAGE = 20
_POWER = re.compile(r"[eE]([+-]?[0-9]{1,3})(?![0-9])\s*(.*)", re.DOTALL)
_PERCENT = UnitText(("percent",))


@dataclass(frozen=True, slots=True)
class Spread:
    """The standard uncertainty of one reading, in the reading's unit, by source."""

    parts: Parts
    stated: str = ""

    @property
    def standard(self) -> float:
        """The standard uncertainty."""
        return combine(self.parts)

    def scaled(self, factor: float) -> Parts:
        """Return the contributions times a factor, its sign included."""
        return tuple((source, part * factor) for source, part in self.parts)


def combine(parts: Iterable[tuple[Hashable, float]]) -> float:
    """Return the combined standard uncertainty of signed contributions.

    Contributions of one source add up with their signs first (correlation +1); the sums, and every contribution
    of the source None, then add up in squares. JCGM 100:2008, 5.1.2 and note 1 of 5.2.2.

    Examples
    --------
    >>> combine([(None, 3.0), (None, 4.0)])
    5.0
    >>> combine([("scale 1", 3.0), ("scale 1", 4.0)])
    7.0
    """
    own: list[float] = []
    shared: dict[Hashable, float] = {}
    for source, part in parts:
        if source is None:
            own.append(part)
        else:
            shared[source] = shared.get(source, 0.0) + part
    found = math.hypot(*own, *shared.values())
    if not math.isfinite(found):
        fix = "Check the figures that carry an uncertainty, and their units"
        raise UncertaintyError("The uncertainty is too large to be a number", "uncertainty", fix)
    return found


def has_uncertainty(text: str) -> bool:
    """Say whether an amount text states an uncertainty: ``±``, or ``+/-`` in any width."""
    return "±" in text or "+/-" in text.translate(_PLUS_MINUS)


@lru_cache(4096)
def read_measured_text(text: str) -> tuple[Fraction, UnitText, Spread | None]:
    """Read an amount text, with or without an uncertainty, exactly.

    Examples
    --------
    >>> number, unit, spread = read_measured_text("1200±12 t (k=2)")
    >>> number, str(unit), spread.standard
    (Fraction(1200, 1), 't', 6.0)
    """
    if not has_uncertainty(text):
        return *read_exact(text), None
    plain = text.translate(_PLUS_MINUS).replace("+/-", "±").strip()
    if plain.count("±") != 1:
        raise UncertaintyError(f"{quoted(text)} has more than one ±", quoted(text), f"Write {FORMS}")
    before, _, after = plain.partition("±")
    width, factor = split_coverage(after, text)
    number, unit, absolute = _split(f"{before}±{width}", text)
    stated = f"{text.strip()} (k=1)" if factor is None else text.strip()
    return number, unit, Spread(((None, to_float(absolute, "uncertainty") / (factor or 1.0)),), stated)


def split_coverage(width: str, text: str) -> tuple[str, float | None]:
    """Split an uncertainty and the coverage factor that it states, None where it states none.

    Examples
    --------
    >>> split_coverage("12 t (k=2)", "1200±12 t (k=2)")
    ('12 t', 2.0)
    """
    covered = _covered(width)
    if covered is None:
        return width, None
    body, given = f"{covered[1]}{covered[3] or ''}", covered[4] if covered[2] is None else covered[2]
    if _FACTOR.search(body):
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
        if power := _POWER.fullmatch(rest):
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
    """Return the factor from the unit of an uncertainty to that of its value."""
    try:
        return ratio(read_unit(rest), unit)
    except DimensionError as error:
        fix = f"Write it in {unit} or in %"
        raise UncertaintyError(f"The uncertainty in {quoted(text)} is not in {unit}", quoted(text), fix) from error


def _number(part: str, text: str) -> tuple[Fraction, str]:
    """Read the number of an uncertainty, which has no sign, and what follows."""
    try:
        number, rest = read_number(part)
    except EnergybenchError as error:
        raise UncertaintyError(
            f"The uncertainty in {quoted(text)} is no number", quoted(text), f"Write {FORMS}"
        ) from error
    if number[0] in "+-":
        fix = "An uncertainty is a width: write it without a sign"
        raise UncertaintyError(f"The uncertainty in {quoted(text)} has a sign", quoted(text), fix)
    check_finite(float(number), text)
    return Fraction(number), rest


def check_finite(value: float, text: str) -> None:
    """Refuse an uncertainty that is no finite number or negative."""
    if not (math.isfinite(value) and value >= 0):
        raise UncertaintyError(
            f"The uncertainty of {quoted(text)} is {value}", quoted(text), "Give a finite number, not negative"
        )


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
    """Say whether an uncertainty that stands beside its amount states its own coverage factor."""
    return isinstance(given, str) and _covered(_plain_width(given)) is not None


def _covered(width: str) -> re.Match[str] | None:
    """Match an uncertainty with its coverage factor. A row of spaces is one: each would be tried anew."""
    return _COVERAGE.fullmatch(" ".join(width.split())) if "=" in width else None


def _plain_width(given: str) -> str:
    """Return an uncertainty without its ``±``, in plain signs."""
    return given.translate(_PLUS_MINUS).replace("+/-", "±").strip().removeprefix("±").strip()


def read_uncertainty(given: str | float, value: float, unit: UnitText) -> float:
    """Read an uncertainty that stands beside its amount: a number in the amount's unit, ``"6 t"`` or ``"0.5 %"``.

    A text may state a coverage factor, ``"12 t (k=2)"``; what is returned is the standard uncertainty. A relative one
    has the sign of its value: what reads 1 % high takes 1 % too much off where it is taken off.

    Examples
    --------
    >>> read_uncertainty("0.5 %", 1200.0, read_unit("t")), read_uncertainty("12 t (k=2)", 1200.0, read_unit("t"))
    (6.0, 6.0)
    """
    if isinstance(given, str):
        width, covered = split_coverage(_plain_width(given), given)
        number, rest = _number(width, given)
        divisor = covered or 1.0
        if rest == "%" and unit != _PERCENT:
            return value * float(number) / 100 / divisor
        try:
            factor = _same_unit(rest, unit, given) if rest else Fraction(1)
        except UnitTextError as error:
            raise UncertaintyError(
                f"The uncertainty {quoted(given)} is not read: {error.message}", quoted(given), error.fix
            ) from error
        return to_float(number * factor, "uncertainty") / divisor
    plain = as_float(given)
    if isinstance(given, bool) or not (math.isfinite(plain) and plain >= 0):
        raise UncertaintyError(
            f"uncertainty is {quoted(given)}, expected a finite number, not negative", quoted(given), f"Write {FORMS}"
        )
    return plain
