"""Letters of charts: the language, and the fonts of this machine that have its characters."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from energybench.errors import EnergybenchWarning, check_option, requiring
from energybench.report.words import LANGUAGES, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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

_FIX = (
    'Run: pip install "energybench[fonts]", or add a font file with '
    "matplotlib.font_manager.fontManager.addfont(path) before the first chart"
)
#: Set while a chart of a page is drawn, which the fonts of its reader write.
_OF_A_PAGE: ContextVar[bool] = ContextVar("_OF_A_PAGE", default=False)


class FontWarning(EnergybenchWarning):
    """No font of this machine has the characters of a chart."""


@dataclass(frozen=True)
class Lettering:
    """The language of a chart, its font families, each for what those before it lack, and what no font has."""

    lang: str
    families: tuple[str, ...]
    lacking: list[str] = field(default_factory=list)

    def say(self, zh: str, en: str) -> str:
        """Return one of two texts."""
        return zh if self.lang == "zh" else en

    def count(self, number: int, zh: str, en: str) -> str:
        """Return a sentence with a number in it, nothing where it is zero."""
        return self.say(zh, en).format(number) if number else ""

    def draws(self, text: str) -> bool:
        """Say whether the fonts have every character of a text."""
        from matplotlib.font_manager import FontProperties, findfont, get_font

        if _OF_A_PAGE.get():
            return True
        # A family in a list is a name; alone it would be read as a pattern, in which a hyphen has a meaning.
        fonts = [get_font(findfont(FontProperties(family=[family]))) for family in self.families]
        return all(one.isspace() or any(font.get_char_index(ord(one)) for font in fonts) for one in set(text))

    def names(self, names: Iterable[object]) -> list[str]:
        """Return names as a chart can draw them: on one line, cut where long, numbered where no font has them."""
        cleaned = [_clean(name) for name in names]
        drawn = [name if self.draws(name) else f"No. {place}" for place, name in enumerate(cleaned, 1)]
        self.lacking.extend(f"{new} is {old}" for old, new in zip(cleaned, drawn, strict=True) if old != new)
        # A dollar sign would start a formula.
        return [name.replace("$", r"\$") for name in drawn]

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Write everything made inside in these fonts, then warn once of what no font has."""
        import matplotlib

        with matplotlib.rc_context({"font.family": list(self.families), "hatch.linewidth": 0.7}):
            yield
        if self.lacking:
            said = f"No font of this machine has the Chinese characters of a chart: {'; '.join(self.lacking)}"
            warnings.warn(f"{said}. {_FIX}", FontWarning, stacklevel=4)


def choose_lettering(lang: str) -> Lettering:
    """Return the lettering of a chart: English where Chinese is asked for and no font has it."""
    with requiring("matplotlib", "plot", "A chart"):
        from matplotlib import rcParams
    check_option("lang", lang, LANGUAGES)

    lettering = Lettering(lang, (*rcParams["font.family"], *_chinese_families()))
    if lang == "zh" and not lettering.draws(PROBE):
        return Lettering("en", lettering.families, ["its labels are in English"])
    return lettering


def _chinese_families() -> list[str]:
    """Return the families with Chinese that matplotlib lists, or that of the extra ``fonts`` where it lists none."""
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


@contextmanager
def of_a_page() -> Iterator[None]:
    """Draw inside for a page: its reader's fonts write every character, and matplotlib only measures."""
    token = _OF_A_PAGE.set(True)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings(
                "ignore", "Glyph .* missing from|Matplotlib currently does not support", UserWarning
            )
            yield
    finally:
        _OF_A_PAGE.reset(token)


def _clean(name: object) -> str:
    """Return a name on one line, without control characters, cut where it is long."""
    shown = text(" ".join(str(name).split()))
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1]}…"
