"""How things are written for a reader: words in Chinese and in English, numbers, texts that are safe to show."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from energybench.errors import UnknownNameError, check_option
from energybench.errors.language import LANGUAGES, in_language, word
from energybench.limits.ladders import Level
from energybench.tables.store import find_document

if TYPE_CHECKING:
    from energybench.targets import TargetVerdict

#: A longer text is cut where it is shown.
LONGEST_TEXT = 1000
# What HTML cannot hold, and what turns the direction of the text around it.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
STEPS = tuple(level.value for level in Level)
#: How a comparison is written; < and > are written as they are.
SIGNS = {"<=": "≤", ">=": "≥"}


@cache
def vocabulary() -> dict[str, tuple[str, str]]:
    """Return the words of reports, Chinese and English, by their keys."""
    return {key: (zh, en) for key, zh, en in csv.reader(file_text("words.csv").splitlines()[1:])}


def file_text(name: str) -> str:
    """Return the text of a template or of what stands in it."""
    return (resources.files("energybench.report") / "templates" / name).read_text(encoding="utf-8")


class Reason(str):
    __slots__ = ("code", "said")

    said: str
    code: str


class Words:
    """The words of one language.

    >>> Words("zh")("results"), Words("zh").level("baseline")
    ('结果', '基准水平')
    """

    def __init__(self, lang: str) -> None:
        check_option("lang", lang, LANGUAGES)
        self.lang = lang
        self._place = LANGUAGES.index(lang)

    def __call__(self, key: str) -> str:
        return vocabulary()[key][self._place]

    def cut(self, key: str, most: int, every: int, name: str = "") -> list[str]:
        """Return the sentence that says how much of a table is shown, none where all of it is."""
        return [self(key).format(shown=f"{most:,}", all=f"{every:,}", name=name)] if every > most else []

    def reason(self, code: str) -> str:
        """Return a reason in words, with its code; the code alone where there is no word for it."""
        pair = vocabulary().get(f"reason:{code}")
        if pair is None:
            return code
        said = Reason(self("coded").format(said=pair[self._place], code=code))
        said.said, said.code = pair[self._place], code
        return said

    def sentence(self, said: str) -> str:
        return in_language(said, self.lang).replace("<= ", "≤ ").replace(">= ", "≥ ")

    def table(self, name: str) -> str:
        """Return which of the two tables that are read."""
        return vocabulary()[f"table:{name}"][self._place] if f"table:{name}" in vocabulary() else name

    def unit(self, unit: str) -> str:
        """Return the unit of a target as the language counts."""
        pair = vocabulary().get(f"unit:{unit}")
        return pair[self._place] if pair else unit

    def requirement(self, verdict: TargetVerdict) -> str:
        pair = vocabulary().get(f"asks:{verdict.comparison}")
        if self.lang == "en" or pair is None:
            return verdict.required
        best = "is best" in verdict.unit and verdict.comparison == ">="
        form = self("asks:level") if best else pair[self._place]
        return form.format(value=verdict.value.replace("-", "至"), unit=self.unit(verdict.unit)).strip()

    def option(self, name: str, value: Any) -> str:
        known, said = vocabulary(), self.option_value(name, value)
        label = known[f"option:{name}"][self._place] if f"option:{name}" in known else name
        return f"{label}{self(':')}{said}" if said else label

    def option_value(self, name: str, value: Any) -> str:
        """Return the value of an option; that of a switch needs no word."""
        if isinstance(value, bool):
            return ""
        said = self(",").join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        pair = vocabulary().get(f"{name}:{said}", (word(said), said))
        return pair[self._place] if pair else said

    def column(self, name: str) -> str:
        known = vocabulary()
        for part in ("margin", "saving"):
            step = name.removeprefix(f"{part}_").replace("_", "-")
            if name.startswith(f"{part}_") and step in STEPS:
                return self(f"{part}_of").format(step=self.level(step))
        if name.replace("_", "-") in STEPS:
            return self.level(name.replace("_", "-"))
        pair = known.get(f"column:{name}") or known.get(name)
        return pair[self._place] if pair else name

    def name(self, of: str) -> str:
        """Return a basis, a verification or another name of the package as the language says it."""
        return word(of, self.lang)

    def level(self, level: str | None) -> str:
        return word(level, self.lang) if level else self("no_class")


def text(value: Any, empty: str = "") -> str:
    r"""Return a value as text that can be shown: a stand-in for what cannot be printed, cut where it is long.

    >>> text(float("nan")), text(None, "–"), text(2023), text("甲\x07厂")
    ('', '–', '2023', '甲�厂')
    """
    if value is None or value != value:
        return empty
    shown = UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", str(value))
    return shown if len(shown) <= LONGEST_TEXT else f"{shown[:LONGEST_TEXT]}…"


def number(value: float | None) -> str:
    """Return a number for a reader: six figures, thousands apart, a true minus sign; a dash for none.

    >>> number(-13350.25), number(84000000.000001), number(None)
    ('−13,350.2', '84,000,000', '–')
    """
    if value is None or value != value:
        return "–"
    shown = f"{value:,.0f}" if 1e6 <= abs(value) < 1e15 else f"{value:,.6g}"
    return shown.replace("-", "\N{MINUS SIGN}")


def columns(shown: str) -> int:
    """Return how many letters wide a line is; a Chinese character is two.

    Examples
    --------
    >>> columns("2 t 炉")
    6
    """
    return sum(1 + (east_asian_width(one) in "WF") for one in shown)


def padded(shown: str, width: int) -> str:
    """Return a text with spaces behind it, up to a width."""
    return shown + " " * (width - columns(shown))


def titles(document: str) -> tuple[str, str]:
    try:
        row = find_document(document)
    except UnknownNameError:
        return "", ""
    return f"{row.number} {row.title_zh}".strip(), row.number or row.title_en
