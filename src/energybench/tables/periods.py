"""How years, months and days are written: one reading for cells of tables and for options."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_YEAR = re.compile(r"([12]\d{3})(?:\.0+|\s*年度?)?")
_MONTH = re.compile(r"([12]\d{3})\s*年\s*(0?[1-9]|1[0-2])\s*月份?")
_DAY = re.compile(r"([12]\d{3})\s*年\s*(0?[1-9]|1[0-2])\s*月\s*(0?[1-9]|[12]\d|3[01])\s*日")


def fold_period(text: str) -> str:
    """Return a year, month or day in Chinese as its ISO form; a year in wide digits, or made a decimal, is a year."""
    plain = text.translate(_DIGITS)
    if found := _YEAR.fullmatch(plain):
        return found[1]
    if found := _MONTH.fullmatch(plain) or _DAY.fullmatch(plain):
        return "-".join(f"{int(part):02}" for part in found.groups())
    return text


#: The time that a date of a frame may carry.
_MIDNIGHT = re.compile(r"(?<=\d\d-\d\d)[ T]\d\d:\d\d:\d\d(\.0+)?$")
_PART = re.compile(r"(\d{4})\s*[-年]?\s*(?:(Q)([1-4])|(H)([12])|第?([1-4一二三四])季度?|([上下])半年)", re.IGNORECASE)


def period_end(text: str) -> str | None:
    """Return the last day of a year, half year, quarter, month or day as an ISO date; None where it is none of them.

    Examples
    --------
    >>> [period_end(text) for text in ("2024", "2024年2月", "2024-Q1", "2024年第三季度", "2024年上半年", "2024-6")]
    ['2024-12-31', '2024-02-29', '2024-03-31', '2024-09-30', '2024-06-30', None]
    """
    folded = _MIDNIGHT.sub("", fold_period(text.strip()))
    if part := _PART.fullmatch(folded):
        year, quarter, half, zh, zh_half = part[1], part[3], part[5], part[6], part[7]
        number = int(quarter or 0) or "1234".find(zh or "x") + 1 or "一二三四".find(zh or "x") + 1
        last = 3 * number or 6 * (int(half) if half else 1 + (zh_half == "下"))
        folded = f"{year}-{last:02}"
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", folded):
        return None
    try:
        first = date.fromisoformat((folded + "-01-01")[:10])
    except ValueError:
        return None
    if len(folded) == 4:
        return f"{folded}-12-31"
    return f"{folded}-{monthrange(first.year, first.month)[1]}" if len(folded) == 7 else folded
