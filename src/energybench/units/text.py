"""The spelling of a unit or an amount, read by our own grammar. No pint here.

A unit text is at most one scale (千 万 百万 亿 or 10^n) and one atom of a table, divided by further such
pairs. Nothing is guessed: a text that is not made of whole atoms is an error that quotes it. The same
text always gives the same :class:`UnitText`, so that pint only ever sees names of the table below.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from energybench.errors import AmountError, UnitTextError, did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_TEXT = 200

#: No trade writes a larger power of ten than this, above or below the line.
LARGEST_POWER = 99

#: Canonical symbol -> spellings beside the symbol itself (after cleaning: ``.`` for every dot, ``^`` for powers).
ATOMS: dict[str, tuple[str, ...]] = {
    "Wh": ("瓦时", "瓦.时", "W.h"),
    "kWh": (
        *("KWH", "kwh", "KWh", "Kwh", "kW.h", "kw.h", "KW.h", "KW.H", "kWhr", "千瓦时", "千瓦.时", "千瓦小时"),
        *("千瓦.小时", "度", "度电", "千瓦时(度)"),
    ),
    "MWh": ("MW.h", "兆瓦时", "兆瓦.时"),
    "GWh": ("GW.h", "吉瓦时", "吉瓦.时"),
    "TWh": ("TW.h", "太瓦时"),
    "J": ("焦", "焦耳"),
    "kJ": ("KJ", "kj", "千焦", "千焦耳"),
    "MJ": ("兆焦", "兆焦耳"),
    "GJ": ("吉焦", "吉焦耳"),
    "TJ": ("太焦", "太焦耳"),
    "PJ": ("拍焦",),
    "kcal": ("Kcal", "KCAL", "千卡", "大卡"),
    "Mcal": ("兆卡",),
    "Gcal": ("吉卡", "Mkcal"),
    "MMBtu": ("MMBTU", "mmBtu", "mmbtu", "百万英热单位", "百万英热"),
    "therm": ("therms",),
    "g": ("克",),
    "kg": ("KG", "Kg", "千克", "公斤"),
    "t": ("吨", "公吨", "噸", "公噸", "tonne", "tonnes", "Tonne", "Tonnes", "蒸吨", "吨蒸汽", "t蒸汽"),
    "kt": ("千吨",),
    "Mt": (),
    "Gt": (),
    "m3": ("m^3", "M3", "M^3", "cu.m", "立方米", "立方", "方"),
    "Nm3": ("Nm^3", "NM3", "NM^3", "标准立方米", "标立方米", "标立方", "标方", "标m3", "标m^3", "m3(标)"),
    "L": ("l", "升", "公升"),
    "kL": ("千升",),
    "m2": ("m^2", "M2", "平方米", "平米"),
    "gce": ("克标准煤", "克标煤", "g标准煤"),
    "kgce": (
        *("KGCE", "Kgce", "千克标准煤", "千克标煤", "公斤标准煤", "公斤标煤", "kg标准煤", "kg标煤"),
        *("千克煤当量",),
    ),
    "tce": ("TCE", "吨标准煤", "吨标煤", "吨煤当量", "t标准煤", "t标煤"),
    "kgoe": ("千克标准油", "千克标油", "公斤标准油", "公斤标油", "kg标准油", "kg标油", "千克油当量"),
    "toe": ("TOE", "吨标准油", "吨标油", "t标准油", "t标油", "吨油当量"),
    **{f"{prefix}{unit}": () for prefix in "kM" for unit in ("tce", "toe")},
    "CNY": ("元", "人民币元", "RMB"),
    "kVA": ("KVA", "kva", "千伏安"),
    "MVA": ("兆伏安",),
    "person": ("人", "persons"),
    "piece": ("件", "台", "块", "pieces"),
    "weight_case": ("重量箱", "重箱", "weight case", "weight cases"),
    "a": ("年", "yr", "year"),
    "d": ("天", "日", "day"),
    "h": ("小时", "时", "hour"),
    "EF": ("能量因数",),
    "Adt": ("风干吨",),
    "TEU": ("标准箱",),
    "gCO2": ("g CO2", "克CO2", "克二氧化碳"),
    "kgCO2": ("kg CO2", "千克CO2", "千克二氧化碳", "公斤二氧化碳"),
    "tCO2": ("t CO2", "吨CO2", "吨二氧化碳"),
    "gC": ("g C", "克碳"),
    "kgC": ("kg C", "千克碳"),
    "tC": ("t C", "吨碳"),
    "tsl": (),
    "percent": ("%",),
}

#: Products that are read as one atom: the output of a refinery is tonnes times its energy factor.
PRODUCTS: dict[str, tuple[str, ...]] = dict.fromkeys(("t.EF", "EF.t", "吨.能量因数"), ("EF", "t"))

#: Spellings that look like a unit of the table and are not one, with what to write.
REFUSED: dict[str, str] = {
    "ton": "it is the US short ton (907 kg) or the tonne: write t",
    "tons": "it is the US short ton (907 kg) or the tonne: write t",
    "T": "it is the tesla: write t for the tonne",
    "KT": "write kt for a thousand tonnes",
    "MT": "it is the megatesla or a metric ton: write t or Mt",
    "mt": "it is the millitonne or a metric ton: write t or Mt",
    "mWh": "it is the milliwatt-hour: write MWh",
    "mwh": "it is the milliwatt-hour or the megawatt-hour: write MWh",
    "Mwh": "write MWh",
    "MWH": "write MWh",
    "mj": "write MJ",
    "mJ": "it is the millijoule: write MJ",
    "Mj": "write MJ",
    "gj": "write GJ",
    "cal": "write kcal (read as 4.1868 kJ)",
    "Cal": "write kcal (read as 4.1868 kJ)",
    "M": "it is the molar or a million: write the unit in full",
    "b": "it is the barn or a barrel: write t or m3",
    "MBtu": "it is a thousand Btu or a million: write MMBtu for the million",
    **dict.fromkeys(("unit", "units"), "in Indian books a unit is 1 kWh: write kWh"),
    "Sm3": "its reference temperature differs between trades: write m3 or Nm3 with the figure of that condition",
    "斤": "write kg (1 斤 is 0.5 kg)",
    "市斤": "write kg (1 市斤 is 0.5 kg)",
    "桶": "a barrel has no fixed mass: write t",
    "箱": "write 重量箱 for the weight case of glass",
    "吨煤": "write 吨 for the coal itself or 吨标准煤 for its standard coal",
    "煤": "write 吨 for the coal itself or 吨标准煤 for its standard coal",
}

#: Scale words and their power of ten.
SCALES: dict[str, int] = {"千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "百": 2, "萬": 4, "億": 8}
#: The Indian 10^5, which stands before power alone.
_LAKH = re.compile(r"[Ll]akhs? ?(.+)")
#: English words in front of a unit.
_WORDS = re.compile(r"(thousand|million|billion) (.+)", re.IGNORECASE)
_POWER_OF_WORD = {"thousand": 3, "million": 6, "billion": 9}

_READS: dict[str, tuple[str, ...]] = {
    **{spelling: (symbol,) for symbol, spellings in ATOMS.items() for spelling in (symbol, *spellings)},
    **PRODUCTS,
}
# What a misspelling may have meant: the symbols and the Chinese names, not the tolerated variants.
_SUGGESTED = [*ATOMS, *(s for spellings in ATOMS.values() for s in spellings if s[0] > "\u4e00")]
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
_POWER = re.compile(r"\.?(?:10\^(-?\d{1,2})|1[eE]\+?(\d{1,2}))[. ]?(.*)", re.DOTALL | re.ASCII)
_NUMBER = re.compile(
    r"\s*([+-]?(?:[1-9]\d{0,2}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)(?![\d,])\s*(.*)",
    re.DOTALL | re.ASCII,
)
_PLAIN_NUMBER = str.maketrans(
    {**{chr(0xFF10 + n): str(n) for n in range(10)}, "．": ".", "＋": "+", "－": "-", "−": "-"}
)


@dataclass(frozen=True, slots=True)
class UnitText:
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
    rest = part[1:-1] if part.startswith("(") and part.endswith(")") and part not in _READS else part
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
    return _SPACES.sub(" ", _AROUND_SIGNS.sub(r"\1", cleaned)).strip()


def _factor(text: str) -> tuple[tuple[str, ...], int] | None:
    if text in _READS:
        return _READS[text], 0
    if power := _POWER.fullmatch(text):
        return (_READS[power[3]], int(power[1] or power[2])) if power[3] in _READS else None
    if (lakh := _LAKH.fullmatch(text)) and _READS.get(lakh[1]) == ("kWh",):
        return ("kWh",), 5
    if (word := _WORDS.fullmatch(text)) and word[2] in _READS:
        return _READS[word[2]], _POWER_OF_WORD[word[1].lower()]
    for length in (2, 1):
        atom = text[length:].lstrip(" ")
        if text[:length] in SCALES and atom in _READS:
            return _READS[atom], SCALES[text[:length]]
    return None


def _unknown(atom: str, whole: str) -> UnitTextError:
    if power := _POWER.fullmatch(atom):
        atom = power[3]
    bare = next((atom[n:].strip() for n in (2, 1) if atom[:n] in SCALES), atom)
    if not whole.strip():
        return UnitTextError("The unit is empty", quoted(whole), 'Write a unit, for example "t" or "万kWh"')
    for candidate in (atom, bare):
        if candidate in REFUSED:
            advice = REFUSED[candidate]
            shown = quoted(whole) if candidate == whole else f"{quoted(whole)}: {quoted(candidate)}"
            return UnitTextError(f"{shown} is refused", quoted(whole), advice[0].upper() + advice[1:])
    if re.match(r"[+-]?[0-9]", atom):
        fix = "A unit has no number in front; a power of ten is written 10^4"
    else:
        fix = did_you_mean(bare, _SUGGESTED, 'Write a unit such as "t", "kWh", "万m3", "kgce/t"')
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
        raise AmountError(
            f"{quoted(text)} contains a full-width comma",
            quoted(text),
            "It may be a thousands separator or a list: write 13350 or 13,350",
        )
    match = _NUMBER.fullmatch(text[: LONGEST_TEXT * 2].translate(_PLAIN_NUMBER))
    if match is None or len(text) > LONGEST_TEXT:
        raise AmountError(
            f"{quoted(text)} does not begin with a number that can be read",
            quoted(text),
            'Write a number and a unit, for example "1,200.5 t"',
        )
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
    """Read an amount such as ``"350 万kWh"``: the number as text, and the unit."""
    if "±" in text:
        raise AmountError(
            f"{quoted(text)} carries an uncertainty, which is not used here",
            quoted(text),
            "Give the value alone; to_tce, convert, account and classify take an uncertainty",
        )
    number, rest = read_number(text)
    if not rest:
        raise AmountError(f"{quoted(text)} has no unit", quoted(text), f'Write the unit too, for example "{number} t"')
    if abs(float(number)) == float("inf"):
        raise AmountError(f"{quoted(text)} is too large to be a number", quoted(text), "Write a finite number")
    return number, _read_unit(rest)
