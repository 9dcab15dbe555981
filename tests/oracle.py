"""An independent, slow and exact reader: the answers that the library is compared with.

It imports nothing from energybench. It reads ``data/*.csv`` with the csv module, spells units out by brute
force (every scale before every spelling), works in fractions, and never rounds and never tolerates.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data"
ACCEPTED = frozenset({"two_sources", "one_source", "transcribed", "corroborated"})
DEFAULT_EDITION = "gbt-2589-2020"
Row = dict[str, str]


class Unreadable(Exception):  # noqa: N818 - it is an answer, not a fault
    """The text has no meaning for this reader."""


# Tables ---------------------------------------------------------------------------------------------------


@cache
def table(name: str) -> tuple[Row, ...]:
    """Return the rows of one file of ``data/``."""
    with (DATA / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(file))


def accepted(name: str) -> list[Row]:
    """Return the rows that may be used without being asked for."""
    return [row for row in table(name) if row["verification"] in ACCEPTED]


# Units ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Unit:
    """A factor over kg, m, s and the dimensions of the trade, each with its power."""

    factor: Fraction
    powers: tuple[tuple[str, int], ...] = ()

    def __mul__(self, other: Unit) -> Unit:
        powers = dict(self.powers)
        for base, power in other.powers:
            powers[base] = powers.get(base, 0) + power
        return Unit(self.factor * other.factor, tuple(sorted((b, p) for b, p in powers.items() if p)))

    def __truediv__(self, other: Unit) -> Unit:
        return self * Unit(1 / other.factor, tuple((base, -power) for base, power in other.powers))

    def scaled(self, exponent: int) -> Unit:
        """Return 10^exponent of this unit."""
        return Unit(self.factor * Fraction(10) ** exponent, self.powers)


def _is(factor: str | int | Fraction, **powers: int) -> Unit:
    return Unit(Fraction(factor), tuple(sorted(powers.items())))


_JOULE = _is(1, kg=1, m=2, s=-2)
_KCAL = _JOULE * _is("4186.8")
_STANDARD_OIL = Fraction(10, 7)

#: What the canonical symbols of the library mean, on kg, m, s, kgce, yuan and so on.
SYMBOLS: dict[str, Unit] = {
    "Wh": _JOULE * _is(3600),
    "kWh": _JOULE * _is(3_600_000),
    "MWh": _JOULE * _is(3_600_000_000),
    "GWh": _JOULE * _is(3_600_000_000_000),
    "TWh": _JOULE * _is(3_600_000_000_000_000),
    "J": _JOULE,
    "kJ": _JOULE * _is(10**3),
    "MJ": _JOULE * _is(10**6),
    "GJ": _JOULE * _is(10**9),
    "TJ": _JOULE * _is(10**12),
    "PJ": _JOULE * _is(10**15),
    "kcal": _KCAL,
    "Mcal": _KCAL * _is(10**3),
    "MMBtu": _JOULE * _is("1055055852.62"),
    "therm": _JOULE * _is("105505585.262"),
    "Gcal": _KCAL * _is(10**6),
    "g": _is("0.001", kg=1),
    "kg": _is(1, kg=1),
    "t": _is(1000, kg=1),
    "kt": _is(10**6, kg=1),
    "Mt": _is(10**9, kg=1),
    "Gt": _is(10**12, kg=1),
    "kVA": _is(1000, va=1),
    "MVA": _is(10**6, va=1),
    "m3": _is(1, m=3),
    "L": _is("0.001", m=3),
    "kL": _is(1, m=3),
    "Nm3": _is(1, normal_m3=1),
    "m2": _is(1, m=2),
    "gce": _is("0.001", kgce=1),
    "kgce": _is(1, kgce=1),
    "tce": _is(1000, kgce=1),
    "kgoe": _is(_STANDARD_OIL, kgce=1),
    "toe": _is(1000 * _STANDARD_OIL, kgce=1),
    "ktce": _is(10**6, kgce=1),
    "Mtce": _is(10**9, kgce=1),
    "ktoe": _is(10**6 * _STANDARD_OIL, kgce=1),
    "Mtoe": _is(10**9 * _STANDARD_OIL, kgce=1),
    "CNY": _is(1, yuan=1),
    "person": _is(1, person=1),
    "piece": _is(1, piece=1),
    "weight_case": _is(1, weight_case=1),
    "a": _is(1, year=1),
    "d": _is(86400, s=1),
    "h": _is(3600, s=1),
    "EF": _is(1, energy_factor=1),
    "Adt": _is(1, air_dry_t=1),
    "TEU": _is(1, teu=1),
    "gCO2": _is("0.001", kg_co2=1),
    "kgCO2": _is(1, kg_co2=1),
    "tCO2": _is(1000, kg_co2=1),
    "gC": _is("0.001", kg_c=1),
    "kgC": _is(1, kg_c=1),
    "tC": _is(1000, kg_c=1),
    "tsl": _is(1, synthetic_leather=1),
    "percent": _is(1, percent=1),
}

#: Every spelling beside the symbol, dots written as ``.`` and powers as plain digits.
SPELLINGS: dict[str, str] = {
    "Wh": "W.h 瓦时 瓦.时",
    "kWh": "KWH kwh KWh Kwh kWhr kW.h kw.h KW.h KW.H 千瓦时 千瓦.时 千瓦小时 千瓦.小时 度 度电 千瓦时(度)",
    "MWh": "MW.h 兆瓦时 兆瓦.时",
    "GWh": "GW.h 吉瓦时 吉瓦.时",
    "TWh": "TW.h 太瓦时",
    "J": "焦 焦耳",
    "kJ": "KJ kj 千焦 千焦耳",
    "MJ": "兆焦 兆焦耳",
    "GJ": "吉焦 吉焦耳",
    "TJ": "太焦 太焦耳",
    "PJ": "拍焦",
    "kcal": "Kcal KCAL 千卡 大卡",
    "Mcal": "兆卡",
    "MMBtu": "MMBTU mmBtu mmbtu 百万英热单位 百万英热",
    "therm": "therms",
    "Gcal": "吉卡 Mkcal",
    "g": "克",
    "kg": "KG Kg 千克 公斤",
    "t": "吨 公吨 噸 公噸 tonne tonnes Tonne Tonnes 蒸吨 吨蒸汽 t蒸汽",
    "kt": "千吨",
    "m3": "M3 cu.m 立方米 立方 方",
    "Nm3": "NM3 标准立方米 标立方米 标立方 标方 标m3 m3(标)",
    "L": "l 升 公升",
    "kL": "千升",
    "m2": "M2 平方米 平米",
    "gce": "克标准煤 克标煤 g标准煤",
    "kgce": "KGCE Kgce 千克标准煤 千克标煤 公斤标准煤 公斤标煤 kg标准煤 kg标煤 千克煤当量",
    "tce": "TCE 吨标准煤 吨标煤 吨煤当量 t标准煤 t标煤",
    "kgoe": "千克标准油 千克标油 公斤标准油 公斤标油 kg标准油 kg标油 千克油当量",
    "toe": "TOE 吨标准油 吨标油 t标准油 t标油 吨油当量",
    "CNY": "元 人民币元 RMB",
    "kVA": "KVA kva 千伏安",
    "MVA": "兆伏安",
    "person": "人 persons",
    "piece": "件 台 块 pieces",
    "weight_case": "重量箱 重箱 weight_case weight_cases",
    "a": "年 yr year",
    "d": "天 日 day",
    "h": "小时 时 hour",
    "EF": "能量因数",
    "Adt": "风干吨",
    "TEU": "标准箱",
    "gCO2": "g_CO2 克CO2 克二氧化碳",
    "kgCO2": "kg_CO2 千克CO2 千克二氧化碳 公斤二氧化碳",
    "tCO2": "t_CO2 吨CO2 吨二氧化碳",
    "gC": "g_C 克碳",
    "kgC": "kg_C 千克碳",
    "tC": "t_C 吨碳",
    "percent": "%",
}
_PRODUCTS = {"t.EF": ("t", "EF"), "EF.t": ("t", "EF"), "吨.能量因数": ("t", "EF")}
SCALES = {"": 0, "百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "萬": 4, "億": 8}
_DOTS = "·•⋅∙・‧●×*"


@cache
def _words() -> dict[str, Unit]:
    """Spell out every atom, without a scale."""
    words = dict(SYMBOLS)
    for symbol, spellings in SPELLINGS.items():
        words.update((spelling, SYMBOLS[symbol]) for spelling in spellings.split())
    for spelling, (one, other) in _PRODUCTS.items():
        words[spelling] = SYMBOLS[one] * SYMBOLS[other]
    words |= {word.replace("_", " "): unit for word, unit in words.items() if "_" in word}
    for word in [w for w in words if re.search("[mM][23]", w)]:
        words[re.sub("([mM])([23])", r"\1^\2", word)] = words[word]
    return words


@cache
def _factors() -> dict[str, Unit]:
    """Spell out every atom behind every scale word."""
    scaled: dict[str, Unit] = {}
    for word, unit in _words().items():
        for scale, exponent in SCALES.items():
            for space in ("", " ") if scale else ("",):
                spelled = f"{scale}{space}{word}"
                # 千克标准煤 is both one atom and a thousand 克标准煤: two ways to the same unit, never to another.
                assert scaled.setdefault(spelled, unit.scaled(exponent)) == unit.scaled(exponent), spelled
    return scaled | _words()


def _normal(text: str) -> str:
    """Write superscripts as ^n, every dot as ``.``, every slash as ``/``, and drop spaces around signs."""
    text = re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: "^" + unicodedata.normalize("NFKC", found[0]), text)
    text = re.sub("<sup>(-?[0-9]+)</sup>", r"^\1", text).replace("\u2212", "-")
    text = text.replace("**", "^").replace("㎘", "kL")  # by Unicode kl, which nobody writes
    text = "".join("." if sign in _DOTS else "/" if sign in "⁄∕每" else sign for sign in text)
    text = unicodedata.normalize("NFKC", text).replace("\u2212", "-").replace("**", "^").replace("*", ".")
    text = re.sub(r"\sper\s", "/", text)
    return re.sub(" *([/.^()]) *", r"\1", re.sub(r"\s+", " ", text)).strip()


def _powers(text: str) -> list[tuple[int, str]]:
    """Return every way to read a power of ten in front: its exponent and what follows."""
    found = [(0, text)]
    if text.lstrip(".")[:1] != "1":
        return found
    for sign in ("", "-"):
        for digits in [str(n) for n in range(10)] + [f"{n:02d}" for n in range(100)]:
            starts = [f"10^{sign}{digits}"]
            if not sign:
                starts += [f"1{e}{plus}{digits}" for e in "eE" for plus in ("", "+")]
            for start in [dot + start for start in starts for dot in ("", ".")]:
                if text.startswith(start) and not text[len(start) : len(start) + 1].isdigit():
                    rest = text[len(start) :]
                    found.append((int(sign + digits), rest[1:] if rest[:1] in (".", " ") else rest))
    for zeros in range(3, 9):
        for start in (f"1{'0' * zeros}", f".1{'0' * zeros}"):
            if text.startswith(start) and not text[len(start) : len(start) + 1].isdigit():
                rest = text[len(start) :]
                found.append((zeros, rest[1:] if rest[:1] in (".", " ") else rest))
    return found


def _factor(text: str) -> set[Unit]:
    """Return every reading of one scale and one atom."""
    readings = {unit.scaled(power) for power, rest in _powers(text) if power for unit in [_words().get(rest)] if unit}
    readings |= {_words()[rest] for power, rest in _powers(text) if not power and rest in _words()}
    return readings | ({_factors()[text]} if text in _factors() else set())


def _product(text: str) -> set[Unit]:
    """Return every reading of factors joined by dots, whichever dots belong to the factors themselves."""
    parts = text.split(".")
    # What the first so many parts mean: every way to end them with one factor.
    readings: list[set[Unit]] = [{_is(1)}]
    for end in range(1, len(parts) + 1):
        ends = ((start, _factor(".".join(parts[start:end]))) for start in range(end) if readings[start])
        readings.append({whole * one for start, factors in ends for one in factors for whole in readings[start]})
    return readings[-1]


@cache
def read_unit(text: str) -> Unit:
    """Return the one meaning of a unit text.

    Raises
    ------
    Unreadable
        If it has none, or two that differ.
    """
    if len(text) > 400 or any(sign in text for sign in "，、；"):
        raise Unreadable(text)
    over, *below = _normal(text).split("/")
    readings = _factor(over)
    for part in below:
        bracketed = part.startswith("(") and part.endswith(")")
        ways = _product(part) | (_product(part[1:-1]) if bracketed else set())
        readings = {whole / one for whole in readings for one in ways}
    if len(readings) != 1:
        raise Unreadable(text)
    return readings.pop()


def meaning(numerator: tuple[str, ...], denominator: tuple[str, ...], exponent: int) -> Unit:
    """Return what canonical symbols over canonical symbols mean."""
    unit = _is(1).scaled(exponent)
    for symbol in numerator:
        unit = unit * SYMBOLS[symbol]
    for symbol in denominator:
        unit = unit / SYMBOLS[symbol]
    return unit


_NUMBER = re.compile(r"[+-]?(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


@cache
def read_amount(text: str) -> tuple[Fraction, Unit]:
    """Return the exact number and the unit of an amount text.

    Raises
    ------
    Unreadable
        If no number stands in front, or no unit behind it.
    """
    if any(sign in text for sign in "，、；"):
        raise Unreadable(text)
    kept = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹㎘"
    plain = "".join(c if c in kept else unicodedata.normalize("NFKC", c) for c in text).replace("\u2212", "-")
    plain = plain.strip()
    for end in range(len(plain), 0, -1):
        number, rest = plain[:end], plain[end:]
        whole = _NUMBER.fullmatch(number) and not rest[:1].isdigit() and rest[:1] != ","
        if whole and rest.strip():
            try:
                return Fraction(number.replace(",", "")), read_unit(rest.strip())
            except Unreadable:
                continue
    raise Unreadable(text)


def ratio(unit: str, target: str) -> Fraction:
    """Return the exact factor from one unit text to another.

    Raises
    ------
    Unreadable
        If they are not of one kind.
    """
    one, other = read_unit(unit), read_unit(target)
    if one.powers != other.powers:
        raise Unreadable(f"{unit} is not of the kind of {target}")
    return one.factor / other.factor


# Conversion -----------------------------------------------------------------------------------------------


def to_tce(amount: Fraction, unit: str, row: Row) -> Fraction:
    """Return the exact tonnes of standard coal of an amount, by one row of carriers.csv."""
    if row["category"] == "definition":
        return amount * ratio(unit, "tce")
    coal = Unit(amount) * read_unit(unit) * read_unit(row["coefficient_unit"]) * Unit(Fraction(row["coefficient"]))
    if coal.powers != (("kgce", 1),):
        raise Unreadable(f"{row['coefficient_unit']} does not take {unit}")
    return coal.factor / 1000


# Classes --------------------------------------------------------------------------------------------------


def meets(value: Fraction, threshold: str, comparator: str) -> bool:
    """Say whether a value meets a printed threshold, exactly."""
    limit = Fraction(threshold)
    return {"<=": value <= limit, "<": value < limit, ">=": value >= limit, ">": value > limit}[comparator]


def national_class(value: Fraction, row: Row) -> str:
    """Return the class of a value on a row of benchmarks.csv that has both figures."""
    if meets(value, row["benchmark"], row["comparator"]):
        return "benchmark"
    return "baseline" if meets(value, row["baseline"], row["comparator"]) else "below-baseline"


def standard_class(value: Fraction, row: Row) -> str | None:
    """Return the level of a value on a row of limits.csv, best first; None where a missing figure leaves it open."""
    met = [meets(value, row[f"level{n}"], row["comparator"]) if row[f"level{n}"] else None for n in (1, 2, 3)]
    if not any(met) and met[2] is False:
        return "over-limit"
    first = next((n for n, one in enumerate(met, 1) if one or one is None), None)
    return f"level-{first}" if first and met[first - 1] else None


def limit_class(value: Fraction, threshold: str, comparator: str) -> str:
    """Return the class of a value against one limit."""
    return "within-limit" if meets(value, threshold, comparator) else "over-limit"


def furnace_limit(capacity: Fraction, reading: str = "linear") -> Fraction:
    """Return the limit in kWh/t at a capacity in t, from the stated points."""
    points = sorted((Fraction(row["capacity"]), Fraction(row["limit"])) for row in table("furnace_limits"))
    if capacity <= points[0][0]:
        return points[0][1]
    if capacity >= points[-1][0]:
        return points[-1][1]
    for (left, high), (right, low) in pairwise(points):
        if capacity == left:
            return high
        if left < capacity < right:
            linear = high + (low - high) * (capacity - left) / (right - left)
            return {"linear": linear, "class_below": high, "class_above": low}[reading]
    raise AssertionError(capacity)
