"""The spelling of a unit or an amount, read by our own grammar. No pint here.

A unit text is at most one scale (千 万 百万 亿 or 10^n) and one atom of a table, divided by further such
pairs. Nothing is guessed: a text that is not made of whole atoms is an error that quotes it. The same
text always gives the same :class:`UnitText`, so that pint only ever sees names of the table below.
"""

from __future__ import annotations

import csv
import math
import re
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from energybench.errors import AmountError, UnitTextError, did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_TEXT = 200

#: No trade writes a larger power of ten than this, above or below the line.
LARGEST_POWER = 99


#: Products that are read as one atom: the output of a refinery is tonnes times its energy factor.
PRODUCTS: dict[str, tuple[str, ...]] = dict.fromkeys(("t.EF", "EF.t", "吨.能量因数"), ("EF", "t"))

#: Scale words and their power of ten.
SCALES: dict[str, int] = {"千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "百": 2, "萬": 4, "億": 8}
#: The Indian 10^5, which stands before power alone.
_LAKH = re.compile(r"[Ll]akhs? ?(.+)")
#: English words in front of a unit.
_WORDS = re.compile(r"(thousand|million|billion) (.+)", re.IGNORECASE)
_POWER_OF_WORD = {"thousand": 3, "million": 6, "billion": 9}

_SUPERSCRIPT_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SUPERSCRIPT = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
# 10⁴1 would run on into 10^41.
_RUNS_ON = re.compile("([⁰¹²³⁴⁵⁶⁷⁸⁹]|</sup>)[0-9０-９]")
_SUPERSCRIPT_TAG = re.compile(r"<sup>(-?[0-9]+)</sup>")
# Full-width forms, squared signs, every kind of dot, slash and space: one character each, nothing else folded.
_CHARACTERS = str.maketrans(
    {
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in "，；"},
        **dict.fromkeys("·•⋅∙・‧●×*", "."),
        **dict.fromkeys("⁄∕", "/"),
        **dict.fromkeys("\u00a0\u3000\u2009\u202f\t", " "),
        "㎥": "m^3",
        "㎡": "m^2",
        "㎏": "kg",
        "㎾": "kW",
        "㎿": "MW",
        "㎘": "kL",
        "ℓ": "L",
        "₂": "2",
        "−": "-",
    }
)
_AROUND_SIGNS = re.compile(r"\s*([/.^()])\s*")
_SPACES = re.compile(r"\s+")
_PER = re.compile(r"\sper\s")
_POWER = re.compile(r"\.?(?:10\^(-?\d{1,2})|1[eE]\+?(\d{1,2})|1(0{3,8}))[. ]?(.*)", re.DOTALL | re.ASCII)
_NUMBER = re.compile(
    r"\s*([+-]?(?:[1-9]\d{0,2}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)(?![\d,])\s*(.*)",
    re.DOTALL | re.ASCII,
)
_COMPARES = ("<", ">", "≤", "≥", "＜", "＞")
#: What follows the number of a range.
_TO_ANOTHER = re.compile(r"[^\^]*?[-~～–—至到]\s*[0-9]")
_PLAIN_NUMBER = str.maketrans(
    {**{chr(0xFF10 + n): str(n) for n in range(10)}, "．": ".", "＋": "+", "－": "-", "−": "-"}
)


@cache
def read_pairs(table: str) -> dict[str, str]:
    with (Path(__file__).parent / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    return {row[0]: row[1] for row in rows}


@cache
def atoms() -> dict[str, tuple[str, ...]]:
    """Return every symbol with its spellings beside itself, after cleaning: ``.`` for every dot, ``^`` for powers."""
    return {symbol: tuple(filter(None, spellings.split("|"))) for symbol, spellings in read_pairs("spellings").items()}


def refused_spellings() -> dict[str, str]:
    """Return what looks like a unit of the table and is not one, with what to write."""
    return read_pairs("refused")


@cache
def _reads() -> dict[str, tuple[str, ...]]:
    plain = {spelling: (symbol,) for symbol, others in atoms().items() for spelling in (symbol, *others)}
    return {**plain, **PRODUCTS}


class UnitText(NamedTuple):
    """A unit as read: symbols over symbols, times a power of ten.

    ``str()`` gives the canonical text, which reads back to the same value.

    >>> str(read_unit("万千瓦时/吨"))
    '10^4 kWh/t'
    """

    numerator: tuple[str, ...]
    denominator: tuple[str, ...] = ()
    exponent: int = 0

    @property
    def symbol(self) -> str:
        """The unit without its power of ten, as people write it: ``kWh/(a·t)``."""
        below = "·".join(self.denominator)
        over = "·".join(self.numerator)
        return over + (f"/({below})" if len(self.denominator) > 1 else f"/{below}" if below else "")

    @property
    def pint_name(self) -> str:
        """The unit without its power of ten, in names that the registry of :mod:`energybench.units` has."""
        return "*".join(self.numerator) + "".join(f"/{symbol}" for symbol in self.denominator)

    @property
    def over(self) -> UnitText:
        """What stands above the line, with the power of ten."""
        return UnitText(self.numerator, (), self.exponent)

    @property
    def per(self) -> UnitText:
        """What stands below the line."""
        return UnitText(self.denominator)

    def __str__(self) -> str:
        return f"10^{self.exponent} {self.symbol}" if self.exponent else self.symbol


TONNE, TCE, KGCE, KWH = UnitText(("t",)), UnitText(("tce",)), UnitText(("kgce",)), UnitText(("kWh",))
KILOGRAM, M3, NM3 = UnitText(("kg",)), UnitText(("m3",)), UnitText(("Nm3",))

_PASCAL = ("kg",), ("m", "s", "s")
#: Units of a site condition. They are read only where one is asked for: a pressure is J/m3 by its dimension.
SITE_UNITS: dict[str, UnitText] = {
    **dict.fromkeys(("m", "米"), UnitText(("m",))),
    **dict.fromkeys(("km", "千米", "公里"), UnitText(("m",), (), 3)),
    **dict.fromkeys(("Pa", "帕"), UnitText(*_PASCAL)),
    **dict.fromkeys(("hPa", "百帕", "mbar"), UnitText(*_PASCAL, 2)),
    **dict.fromkeys(("kPa", "千帕"), UnitText(*_PASCAL, 3)),
    "bar": UnitText(*_PASCAL, 5),
    **dict.fromkeys(("MPa", "兆帕", "N/mm2", "N/mm^2", "N/mm²"), UnitText(*_PASCAL, 6)),
    **dict.fromkeys(("mg/m3", "mg/m^3", "毫克/立方米"), UnitText(("g",), ("m3",), -3)),
}
#: Units of temperature, and what their zero is in kelvin.
ZERO_IN_KELVIN: dict[str, Fraction] = {
    **dict.fromkeys(("°C", "℃", "degC", "oC", "摄氏度"), Fraction("273.15")),
    **dict.fromkeys(("K", "开", "开尔文"), Fraction(0)),
}


def read_site_unit(text: str) -> UnitText:
    """Read the unit of a site condition: one of :data:`SITE_UNITS`, or any other unit such as ``%``.

    >>> str(read_site_unit("兆帕")), str(read_site_unit("mg/m³"))
    ('10^6 kg/(m·s·s)', '10^-3 g/m3')
    """
    return SITE_UNITS.get(_clean(text)) or read_unit(text)


def read_unit(text: str) -> UnitText:
    """Read a unit text.

    Parameters
    ----------
    text : str
        A unit as written in trade, in Chinese or with symbols: ``"万kWh"``, ``"千克标准煤/吨"``, ``"10⁴ m³"``.

    Returns
    -------
    UnitText
        Canonical symbols and a power of ten.

    Raises
    ------
    UnitTextError
        If the text is not made of whole units of the table.

    Examples
    --------
    >>> read_unit("百万千焦")
    UnitText(numerator=('kJ',), denominator=(), exponent=6)
    """
    if not isinstance(text, str):
        raise UnitTextError(
            f"{quoted(text)} is not a unit text", quoted(text), 'Write the unit as text, for example "kWh"'
        )
    return _read_unit(text)


@lru_cache(4096)
def _read_unit(text: str) -> UnitText:
    if len(text) > LONGEST_TEXT:
        raise UnitTextError(
            f"{quoted(text)} is too long for a unit", quoted(text), f"A unit has at most {LONGEST_TEXT} characters"
        )
    if _RUNS_ON.search(text):
        fix = "Write a multiplication sign or a space after the power of ten"
        raise UnitTextError(f"{quoted(text)} has a superscript that runs on into a digit", quoted(text), fix)
    over, *below = _clean(text).split("/")
    found = _factor(over)
    if found is None:
        raise _unknown(over, text)
    numerator, exponent = found
    denominator: list[str] = []
    for part in below:
        for symbols, scale in _below_the_line(part, text):
            denominator += symbols
            exponent -= scale
    if abs(exponent) > LARGEST_POWER:
        raise UnitTextError(f"{quoted(text)} is 10^{exponent} of a unit", quoted(text), "Write a power that trade uses")
    return UnitText(numerator, tuple(sorted(denominator)), exponent)


def _below_the_line(part: str, text: str) -> list[tuple[tuple[str, ...], int]]:
    """Read what stands below one line: a product of factors, of which ``kW.h`` is one."""
    rest = part[1:-1] if part.startswith("(") and part.endswith(")") and part not in _reads() else part
    dangling = rest.endswith(".")
    factors = []
    while rest:
        pieces = rest.split(".")
        heads = (".".join(pieces[:length]) for length in range(len(pieces), 0, -1))
        head = next((head for head in heads if _factor(head)), None)
        if head is None:
            break
        factors.append(_factor(head) or ((), 0))
        rest = rest[len(head) :].removeprefix(".")
        if not rest and not dangling:
            return factors
    raise _unknown(rest, text)


def _clean(text: str) -> str:
    cleaned = _SUPERSCRIPT.sub(lambda match: "^" + match.group().translate(_SUPERSCRIPT_DIGITS), text)
    cleaned = _SUPERSCRIPT_TAG.sub(r"^\1", cleaned).replace("**", "^").translate(_CHARACTERS).replace("每", "/")
    cleaned = _AROUND_SIGNS.sub(r"\1", _PER.sub("/", cleaned))
    return _SPACES.sub(" ", cleaned).strip()


def _factor(text: str) -> tuple[tuple[str, ...], int] | None:
    if text in _reads():
        return _reads()[text], 0
    if power := _POWER.fullmatch(text):
        exponent = len(power[3]) if power[3] else int(power[1] or power[2])
        return (_reads()[power[4]], exponent) if power[4] in _reads() else None
    if (lakh := _LAKH.fullmatch(text)) and _reads().get(lakh[1]) == ("kWh",):
        return ("kWh",), 5
    if (word := _WORDS.fullmatch(text)) and word[2] in _reads():
        return _reads()[word[2]], _POWER_OF_WORD[word[1].lower()]
    for length in (2, 1):
        atom = text[length:].lstrip(" ")
        if text[:length] in SCALES and atom in _reads():
            return _reads()[atom], SCALES[text[:length]]
    return None


def _unknown(atom: str, whole: str) -> UnitTextError:
    if power := _POWER.fullmatch(atom):
        atom = power[4]
    bare = next((atom[n:].strip() for n in (2, 1) if atom[:n] in SCALES), atom)
    if not whole.strip():
        return UnitTextError("The unit is empty", quoted(whole), 'Write a unit, for example "t" or "万kWh"')
    for candidate in (atom, bare):
        if advice := refused_spellings().get(candidate):
            shown = quoted(whole) if candidate == whole else f"{quoted(whole)}: {quoted(candidate)}"
            return UnitTextError(f"{shown} is refused", quoted(whole), advice[0].upper() + advice[1:])
    if re.match(r"[+-]?[0-9]", atom):
        fix = "A unit has no number in front; a power of ten is written 10^4, and a number has no spaces"
    else:
        # What may have been meant: the symbols and the Chinese names, not the tolerated variants.
        meant = [*atoms(), *(one for others in atoms().values() for one in others if one[0] > "\u4e00")]
        fix = did_you_mean(bare, meant, 'Write a unit such as "t", "kWh", "万m3", "kgce/t"')
    shown = quoted(whole) if atom == whole else f"{quoted(whole)}: {quoted(atom)}"
    return UnitTextError(f"{shown} is not a unit that energybench reads", quoted(whole), fix)


def as_float(value: Any) -> float:
    """Return a number of any type as a float; NaN for anything else, and for a number larger than every float."""
    try:
        return float(value)
    except (TypeError, ValueError, ArithmeticError):
        return math.nan


def read_number(text: str) -> tuple[str, str]:
    """Split a text into its leading number, as ``Fraction`` reads it, and the rest without leading spaces.

    >>> read_number("１２,000.5 t")
    ('12000.5', 't')
    """
    if "，" in text or "、" in text:
        fix = "It may be a thousands separator or a list: write 13350 or 13,350"
        raise AmountError(f"{quoted(text)} contains a full-width comma", quoted(text), fix)
    match = _NUMBER.fullmatch(text[: LONGEST_TEXT * 2].translate(_PLAIN_NUMBER))
    if match is None and text.lstrip().startswith(_COMPARES):
        raise AmountError(f"{quoted(text)} is a comparison, expected a value", quoted(text), "Write the value itself")
    if match is None or len(text) > LONGEST_TEXT:
        fix = 'Write a number and a unit, for example "1,200.5 t"'
        raise AmountError(f"{quoted(text)} does not begin with a number that can be read", quoted(text), fix)
    return match[1].replace(",", ""), match[2]


def spelled(value: str | Mapping[str, object], name: str = "amount") -> str:
    """Return an amount as text: itself, or of the object that JSON has for it.

    >>> spelled({"amount": 1200, "unit": "t"})
    '1200 t'
    """
    if isinstance(value, str):
        return value
    amount, unit = value.get("amount"), value.get("unit")
    number = isinstance(amount, str) or (not isinstance(amount, bool) and math.isfinite(as_float(amount)))
    if len(value) != 2 or not isinstance(unit, str) or not number:
        fix = 'Write {"amount": 1200, "unit": "t"}, or the text "1200 t"'
        raise AmountError(f"{name} is {quoted(value)}, expected an amount and its unit", quoted(value), fix)
    return f"{amount} {unit}"


@lru_cache(4096)
def read_amount(text: str) -> tuple[str, UnitText]:
    if "±" in text:
        fix = "Give the value alone; to_tce, convert, account and classify take an uncertainty"
        raise AmountError(f"{quoted(text)} carries an uncertainty, which is not used here", quoted(text), fix)
    number, rest = read_number(text)
    if not rest:
        raise AmountError(f"{quoted(text)} has no unit", quoted(text), f'Write the unit too, for example "{number} t"')
    if abs(float(number)) == float("inf"):
        raise AmountError(f"{quoted(text)} is too large to be a number", quoted(text), "Write a finite number")
    try:
        return number, _read_unit(rest)
    except UnitTextError as error:
        if not _TO_ANOTHER.match(rest):
            raise
        what, fix = f"{quoted(text)} is a range, expected one value", "Give each end on its own"
        raise AmountError(what, quoted(text), fix) from error
