"""How things are shown to a reader: words in Chinese and in English, numbers, safe texts, the looks of classes."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from energybench.errors import UnknownNameError, check_option, in_language
from energybench.errors.language import LANGUAGES, word
from energybench.limits.ladders import Level
from energybench.tables.store import find_document

if TYPE_CHECKING:
    from energybench.targets import TargetVerdict

#: A longer text is cut where it is shown.
LONGEST_TEXT = 1000
# What HTML cannot hold, and what turns the direction of the text around it.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
STEPS = tuple(level.value for level in Level)
#: The column of each step in the results; its margin and saving stand behind ``margin_`` and ``saving_``.
COLUMN_OF = {step: step.replace("-", "_") for step in STEPS}
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

    def find(self, key: str, otherwise: str) -> str:
        pair = vocabulary().get(key)
        return pair[self._place] if pair else otherwise

    def cut(self, key: str, most: int, every: int, name: str = "") -> list[str]:
        """Return the sentence that says how much of a table is shown, none where all of it is."""
        return [self(key).format(shown=f"{most:,}", all=f"{every:,}", name=name)] if every > most else []

    def reason(self, code: str) -> str:
        """Return a reason in words, with its code; the code alone where there is no word for it."""
        known = self.find(f"reason:{code}", "")
        if not known:
            return code
        said = Reason(self("coded").format(said=known, code=code))
        said.said, said.code = known, code
        return said

    def sentence(self, said: str) -> str:
        return in_language(said, self.lang).replace("<= ", "≤ ").replace(">= ", "≥ ")

    def table(self, name: str) -> str:
        """Return which of the two tables that are read."""
        return self.find(f"table:{name}", name)

    def unit(self, unit: str) -> str:
        """Return the unit of a target as the language counts."""
        return self.find(f"unit:{unit}", unit)

    def requirement(self, verdict: TargetVerdict) -> str:
        best = "is best" in verdict.unit and verdict.comparison == ">="
        form = self.find("asks:level" if best else f"asks:{verdict.comparison}", "")
        if not form:  # English has its own words
            return verdict.required
        return form.format(value=verdict.value.replace("-", "至"), unit=self.unit(verdict.unit)).strip()

    def option(self, name: str, value: Any) -> str:
        label, said = self.find(f"option:{name}", name), self.option_value(name, value)
        return f"{label}{self(':')}{said}" if said else label

    def option_value(self, name: str, value: Any) -> str:
        """Return the value of an option; that of a switch needs no word."""
        if isinstance(value, bool):
            return ""
        said = self(",").join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        return self.find(f"{name}:{said}", word(said, self.lang))

    def column(self, name: str) -> str:
        for part in ("margin", "saving"):
            step = name.removeprefix(f"{part}_").replace("_", "-")
            if name.startswith(f"{part}_") and step in STEPS:
                return self(f"{part}_of").format(step=self.level(step))
        if name.replace("_", "-") in STEPS:
            return self.level(name.replace("_", "-"))
        return self.find(f"column:{name}", self.find(name, name))

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


# How a class is shown -------------------------------------------------------------------------------------
# The fills differ in luminance as well as in hue, so that a grey print and a colour-blind reader can tell the classes
# of one ladder apart; a class is never shown by colour alone.


@dataclass(frozen=True, slots=True)
class Look:
    fill: str
    ink: str
    marker: str
    hatch: str


_BEST = Look("#00504a", "#ffffff", "o", "")
_SECOND = Look("#7fb8d8", "#10202a", "D", "..")
_LAST = Look("#f2cf5b", "#1d1d1d", "s", "")
_BEYOND = Look("#b8430f", "#ffffff", "X", "///")

#: The look of each class by its name.
LOOKS = {
    "benchmark": _BEST,
    "baseline": _LAST,
    "below-baseline": _BEYOND,
    "level-1": _BEST,
    "level-2": _SECOND,
    "level-3": _LAST,
    "within-limit": _BEST,
    "over-limit": _BEYOND,
}
#: The look of a value without a class.
UNKNOWN = Look("#e4e4e4", "#222222", "P", "xx")


def look_of(level: str | None) -> Look:
    """Return the look of a class by its name, or that of a value without a class.

    >>> look_of("baseline").marker
    's'
    """
    return LOOKS.get(level or "", UNKNOWN)
