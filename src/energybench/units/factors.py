"""Exact factors between units, and whether two measure the same kind of thing. No pint here.

Standard coal is a dimension of its own: ``kWh/t`` never compares with ``kgce/t``, and a coefficient in
``kgce/kWh`` is not a pure number.
"""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from functools import lru_cache
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

from energybench.errors import AmountError, DimensionError
from energybench.units.text import M3, NM3, UnitText, read_amount, read_pairs, read_unit

#: The units of the trade. Prefixes k, M, G, T, P stand before every symbol that takes them.
DEFINITIONS = Path(__file__).with_name("definitions.txt").read_text(encoding="utf-8").splitlines()

#: Heat of standard coal: 1 kgce is 29 307.6 kJ (7000 kcal of 4.1868 kJ).
STANDARD_COAL_KJ_PER_KGCE = Fraction("29307.6")

#: What each figure of a conversion is usually given in.
EXAMPLE_UNITS = {"coal_rate": "gce/kWh", "coefficient": "kgce/kg", "density": "kg/L", "ncv": "MJ/kg", "value": "kgce/t"}

_DEFINED = dict(line.split(" = ") for line in DEFINITIONS)
_PART = re.compile(r"(?:^|([*/]) )([\w.]+)(?: \*\* (\d))?")


@lru_cache(256)
def _defined(symbol: str) -> tuple[Fraction, Counter[str]]:
    """Return how many base units a unit is, and the powers of these."""
    text = _DEFINED.get(symbol)
    scale, powers = Fraction(1), Counter[str]()
    if text is None:
        text = f"{_DEFINED[symbol[0] + '-']} * {symbol[1:]}"
    elif text.startswith("["):
        powers[text] = 1
    for sign, name, power in _PART.findall(text):
        times = int(power or 1) * (-1 if sign == "/" else 1)
        number, parts = (Fraction(name), {}) if name[0].isdigit() else _defined(name)
        scale *= number**times
        powers.update({part: count * times for part, count in parts.items()})
    return scale, powers


@lru_cache(4096)
def _measure(unit: UnitText) -> tuple[Fraction, frozenset[tuple[str, int]]]:
    scale, powers = Fraction(10) ** unit.exponent, Counter[str]()
    for symbol, times in (*((one, 1) for one in unit.numerator), *((one, -1) for one in unit.denominator)):
        number, parts = _defined(symbol)
        scale *= number**times
        powers.update({part: count * times for part, count in parts.items()})
    return scale, frozenset((part, count) for part, count in powers.items() if count)


@lru_cache(4096)
def ratio(unit: UnitText, target: UnitText) -> Fraction:
    """Return the exact factor from one unit to another of the same kind.

    >>> ratio(read_unit("万kWh"), read_unit("GJ"))
    Fraction(36, 1)
    """
    if not same_kind(unit, target):
        fix = f"Give the value in {target}"
        raise DimensionError(f"{unit} is {_kind(unit)}, expected {_kind(target)} such as {target}", str(unit), fix)
    return _measure(unit)[0] / _measure(target)[0]


def _kind(unit: UnitText) -> str:
    kinds = (kind for name, kind in read_pairs("kinds").items() if same_kind(unit, read_unit(name)))
    return next(kinds, f"of the kind {unit.symbol}")


def same_kind(unit: UnitText, target: UnitText) -> bool:
    return _measure(unit)[1] == _measure(target)[1]


def two_conditions(unit: UnitText, per: UnitText) -> bool:
    """Say whether two units are gas volumes at different reference conditions."""
    return any(same_kind(unit, one) and same_kind(per, other) for one, other in permutations((M3, NM3)))


class Rate(NamedTuple):
    value: Fraction
    unit: UnitText

    def to(self, target: UnitText) -> Fraction:
        return self.value * ratio(self.unit, target)

    def __str__(self) -> str:
        return f"{float(self.value):.10g} {self.unit}"


@lru_cache(4096)
def read_exact(text: str) -> tuple[Fraction, UnitText]:
    number, unit = read_amount(text)
    return Fraction(number), unit


def to_float(exact: Fraction, name: str = "amount") -> float:
    try:
        value = float(exact)
    except OverflowError as error:
        raise AmountError(f"{name} is too large to be a number", name, "Check the number and its unit") from error
    if value == 0.0 and exact:
        raise AmountError(f"{name} is too small to be a number", name, "Check the number and its unit")
    return value
