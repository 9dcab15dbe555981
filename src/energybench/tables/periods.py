"""How years, months and days are written: one reading for cells of tables and for options."""

from __future__ import annotations

import re

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
