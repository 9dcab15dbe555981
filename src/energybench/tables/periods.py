"""How periods are written: one reading for cells of tables and for options."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from energybench.errors import compiled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Span = tuple[date, date]

_NUMERALS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_YEAR = r"([12]\d{3})(?:\.0+|年度?|年?全年)?"
_MONTH = r"([12]\d{3})(?:[-/年](\d{1,2})|(\d\d))(?:月份?)?"
_DAY = r"([12]\d{3})(?:([-/年])(\d{1,2})([-/月])(\d{1,2})[日号]?|(\d\d)(\d\d))(?:[ T]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?)?"
_PART = r"(?i)([12]\d{3})[-/年]?(?:第?([1-4一二三四])季度?|Q([1-4])|([上下])半年|H([12])|前([二三23])季度?)"
#: Two periods, or a period and a month of its year; a dash stands between months, as it is a part of dates.
_RANGE = r"(.+?)(?:[至到~—–]|/(?=\d{4}-)|-(?=\d{1,2}月)|-(?=\d{4}年))(.+)"


@lru_cache(4096)
def period_span(text: str) -> Span | None:
    """Return the first and the last day of a period, None for a text that is none or may be several.

    A month without a year, ``2023.1`` (January or October) and ``2023-24`` are none.

    >>> for text in ("2023年", "202301", "2023/1", "2023年1-6月", "2023年第一季度", "2023H2", "2023-01-01 00:00:00"):
    ...     print(*period_span(text))
    2023-01-01 2023-12-31
    2023-01-01 2023-01-31
    2023-01-01 2023-01-31
    2023-01-01 2023-06-30
    2023-01-01 2023-03-31
    2023-07-01 2023-12-31
    2023-01-01 2023-01-01
    >>> period_span("1月")
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    # A space stands between a date and its time, and means nothing elsewhere.
    plain = plain if ":" in plain else re.sub(r"\s+", "", plain)
    if re.match("[〇零一二三四五六七八九]{4}年", plain):
        plain = plain[:4].translate(_NUMERALS) + plain[4:]
    return _single(plain) or _between(plain)


#: What a part of a year has in its name: a month, a quarter, a half-year.
_PART_WORD = r"(?i)月|季|半年|[QH]\d"
_MONTH_NUMERAL = "(十[一二]?|[一二三四五六七八九])月"


def part_of_year(text: str, year: str = "") -> Span | None:
    """Return the span of a part of a year as people name it; one without a year of its own is of the year given."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    if not compiled(_PART_WORD).search(plain):
        return None
    plain = compiled(_MONTH_NUMERAL).sub(
        lambda found: f"{'一二三四五六七八九十'.find(found[1][-1]) + 1 + 10 * (len(found[1]) - 1)}月", plain
    )
    return period_span(plain) or period_span(f"{year}年{plain}")


def made_up(spans: Mapping[str, Span | None], sums: Iterable[str]) -> dict[str, tuple[list[str], set[str], bool]]:
    """Return the parts that others make up, shortest first: these others, all within, and whether its span is known."""
    known = {text: span for text, span in spans.items() if span}
    found: dict[str, tuple[list[str], set[str], bool]] = {}

    def add(text: str, others: list[str], whole: bool) -> None:
        found[text] = others, {*others, *(one for other in others if other in found for one in found[other][1])}, whole

    for text, (first, last) in sorted(known.items(), key=lambda one: one[1][1] - one[1][0]):
        if others := _tiles(first, last, {one: span for one, span in known.items() if span != (first, last)}):
            add(text, others, True)
    for text in sums:
        inside = {one for _, within, _ in found.values() for one in within}
        others = [one for one in spans if (one in known or one in found) and one not in inside]
        year = sum((known[one][1] - known[one][0]).days + 1 for one in others if one in known) >= 365
        if others and (year or "年" not in text):
            add(text, others, year)
    return found


def _tiles(first: date, last: date, spans: Mapping[str, Span]) -> list[str]:
    starting = [(span[1], text) for text, span in spans.items() if span[0] == first and span[1] <= last]
    for end, text in sorted(starting, reverse=True):
        if end == last:
            return [text]
        if rest := _tiles(end + timedelta(days=1), last, spans):
            return [text, *rest]
    return []


def _single(text: str) -> Span | None:
    if found := compiled(_YEAR).fullmatch(text):
        return _months(int(found[1]), 1, 12)
    if found := compiled(_MONTH).fullmatch(text):
        return _months(int(found[1]), int(found[2] or found[3]), int(found[2] or found[3]))
    if found := compiled(_DAY).fullmatch(text):
        if found[2] and {found[2], found[4]} not in ({"-"}, {"/"}, {"年", "月"}):
            return None
        try:
            day = date(int(found[1]), int(found[3] or found[6]), int(found[5] or found[7]))
        except ValueError:
            return None
        return day, day
    if found := compiled(_PART).fullmatch(text):
        year, quarter, half, quarters = int(found[1]), found[2] or found[3], found[4] or found[5], found[6]
        if quarters:
            return _months(year, 1, 3 * _number(quarters))
        size, number = (3, _number(quarter)) if quarter else (6, 1 + (half in "下2"))
        return _months(year, size * (number - 1) + 1, size * number)
    return None


def _between(text: str) -> Span | None:
    found = compiled(_RANGE).fullmatch(text)
    first = found and _single(found[1])
    if not found or first is None:
        return None
    rest = found[2] if re.match(r"[12]\d{3}", found[2]) else f"{first[0].year}年{found[2]}"
    last = _single(rest)
    return (first[0], last[1]) if last and first[1] < last[0] else None


def _number(text: str) -> int:
    return int(text.translate(_NUMERALS))


def _months(year: int, first: int, last: int) -> Span | None:
    if not 1 <= first <= last <= 12:
        return None
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def fold_period(text: str) -> str:
    """Return a period in its one spelling, ``2023``, ``2023-H1``, ``2023-Q1``, ``2023-01``; any other text as it is."""
    span = period_span(text)
    return text if span is None else name_of(*span)


def name_of(first: date, last: date) -> str:
    """Return the spelling of a period: that of a year or a part of it, else its first and last month or day."""
    if first == last:
        return first.isoformat()
    if first.day != 1 or (last + timedelta(days=1)).day != 1:
        return f"{first.isoformat()}/{last.isoformat()}"
    months = last.month - first.month + 1
    if first.year == last.year and (first.month - 1) % months == 0 and months in (1, 3, 6, 12):
        number = (first.month - 1) // months + 1
        return {1: f"{first:%Y-%m}", 3: f"{first:%Y}-Q{number}", 6: f"{first:%Y}-H{number}", 12: f"{first:%Y}"}[months]
    return f"{first:%Y-%m}/{last:%Y-%m}"
