"""Letters of charts: the language, and the fonts of this machine that have its characters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from energybench.errors import EnergybenchWarning, check_option
from energybench.errors.language import LANGUAGES
from energybench.report.words import text

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Families with simplified Chinese, best for a chart first.
FAMILIES = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei"),
    *("PingFang SC", "Hiragino Sans GB", "Heiti SC", "STHeiti", "SimHei", "WenQuanYi Micro Hei"),
    *("WenQuanYi Zen Hei", "Sarasa Gothic SC", "LXGW WenKai", "Droid Sans Fallback", "Arial Unicode MS"),
    *("Noto Sans CJK JP", "Noto Serif CJK SC", "Source Han Serif SC", "SimSun", "KaiTi", "FangSong"),
    *("AR PL UMing CN", "AR PL UKai CN"),
)
#: Characters of the charts that Japanese and Korean fonts often lack.
PROBE = "标准煤级吨产电炉〔〕"
#: A longer name is cut in a chart.
LONGEST_NAME = 28


class FontWarning(EnergybenchWarning):
    """No font of this machine has the characters of a chart."""


@dataclass(frozen=True)
class Lettering:
    """The language of a chart, its font families, each for what those before it lack, and what no font has."""

    lang: str
    families: list[str]
    #: The fonts of the reader write the chart: every character is there.
    by_reader: bool
    lacking: list[str] = field(default_factory=list)

    def say(self, zh: str, en: str) -> str:
        """Return the text in the language of the chart."""
        return zh if self.lang == "zh" else en

    def count(self, number: int, zh: str, en: str) -> str:
        """Return a sentence with a number in it, nothing where the number is zero."""
        return self.say(zh, en).format(number) if number else ""

    def draws(self, text: str) -> bool:
        """Say whether the fonts have every character of a text."""
        from matplotlib.font_manager import FontProperties, findfont, get_font

        # A family in a list is a name; alone it would be read as a pattern, in which a hyphen has a meaning.
        fonts = [get_font(findfont(FontProperties(family=[family]))) for family in self.families]
        return self.by_reader or all(
            one.isspace() or any(font.get_char_index(ord(one)) for font in fonts) for one in set(text)
        )

    def names(self, names: Iterable[object]) -> list[str]:
        """Return names as a chart can draw them: on one line, cut where long, numbered where no font has them."""
        cleaned = [text(" ".join(str(name).split())) for name in names]
        cut = [name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…" for name in cleaned]
        drawn = [name if self.draws(name) else f"No. {place}" for place, name in enumerate(cut, 1)]
        self.lacking.extend(f"{new} is {old}" for old, new in zip(cut, drawn, strict=True) if old != new)
        # A dollar sign would start a formula.
        return [name.replace("$", r"\$") for name in drawn]


def choose_lettering(lang: str, *, by_reader: bool) -> Lettering:
    """Return the lettering of a chart: English where Chinese is asked for and no font has it."""
    from matplotlib import rcParams

    check_option("lang", lang, LANGUAGES)
    lettering = Lettering(lang, [*rcParams["font.family"], *_chinese_families()], by_reader)
    if lang == "zh" and not lettering.draws(PROBE):
        return Lettering("en", lettering.families, by_reader, ["its labels are in English"])
    return lettering


def _chinese_families() -> list[str]:
    from matplotlib.font_manager import fontManager

    listed = {entry.name for entry in fontManager.ttflist}
    found = [family for family in FAMILIES if family in listed]
    if not found:
        try:
            from pylopdf_fonts_zh_cn import sans_path
        except ImportError:
            return []
        fontManager.addfont(sans_path())
        return ["Noto Sans SC"]
    return found
