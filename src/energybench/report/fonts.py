"""Chinese text in charts: a font of this machine that has the characters, or a clear warning that there is none."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
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
#: A longer name is cut in a chart.
LONGEST_NAME = 28

_INSTALL = (
    "Install one, for example fonts-noto-cjk or fonts-wqy-microhei (Debian, Ubuntu), or run: "
    'pip install "energybench[fonts]"'
)


class FontWarning(EnergybenchWarning):
    """No font of this machine has the characters of a chart."""


@cache
def chinese_family() -> str | None:
    """Return a font family with simplified Chinese: one of this machine, else that of the extra ``fonts``."""
    from matplotlib.font_manager import fontManager

    listed = {entry.name for entry in fontManager.ttflist}
    here = next((family for family in FAMILIES if family in listed), None)
    spec = find_spec("mplfonts")
    if here is not None or spec is None or not spec.submodule_search_locations:
        return here
    # The package itself is not imported: it would change the settings of matplotlib.
    fontManager.addfont(Path(spec.submodule_search_locations[0]) / "fonts" / "NotoSansCJKsc-Regular.otf")
    return str(fontManager.ttflist[-1].name)


@lru_cache(4096)
def _has(family: str, character: str) -> bool:
    """Return whether the font of a family has a character."""
    from matplotlib.font_manager import findfont, get_font

    return bool(get_font(findfont(family)).get_char_index(ord(character)))


@dataclass(frozen=True)
class Lettering:
    """The language of a chart, and the fonts it is written in."""

    lang: str
    families: tuple[str, ...]
    by_reader: bool = False

    def say(self, zh: str, en: str) -> str:
        """Return one of two texts."""
        return zh if self.lang == "zh" else en

    def count(self, number: int, zh: str, en: str) -> str:
        """Return a sentence with a number in it, nothing where it is zero."""
        return self.say(zh, en).format(number) if number else ""

    def draws(self, text: str) -> bool:
        """Return whether the chart can show every character of a text."""
        if self.by_reader:
            return True
        return all(one.isspace() or any(_has(family, one) for family in self.families) for one in dict.fromkeys(text))

    def names(self, names: Iterable[object]) -> list[str]:
        """Return names as a chart can draw them: on one line, cut where long, numbered where no font has them."""
        cleaned = [_clean(name) for name in names]
        numbered = [name if self.draws(name) else f"No. {place}" for place, name in enumerate(cleaned, 1)]
        changed = [f"{new} is {old}" for old, new in zip(cleaned, numbered, strict=True) if old != new]
        if changed:
            said = "No font of this machine has the characters of some names, so they stand as numbers"
            warnings.warn(f"{said}: {'; '.join(changed)}. {_INSTALL}", FontWarning, stacklevel=4)
        # A dollar sign would start a formula.
        return [name.replace("$", r"\$") for name in numbered]

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Write everything made inside in these fonts, and leave matplotlib's own settings as they were."""
        import matplotlib

        with matplotlib.rc_context({"font.family": list(self.families), "hatch.linewidth": 0.7}):
            yield


def _clean(name: object) -> str:
    """Return a name on one line, without control characters, cut where it is long."""
    shown = text(" ".join(str(name).split()))
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1]}…"


def choose_lettering(lang: str) -> Lettering:
    """Choose the language and the fonts of a chart, and warn where a picture in Chinese has no font for it.

    In SVG with ``svg.fonttype`` "none" the reader's fonts draw the letters, so that none is needed here.
    """
    with requiring("matplotlib", "plot", "A chart"):
        from matplotlib import rcParams
    check_option("lang", lang, LANGUAGES)
    from matplotlib.font_manager import FontProperties

    own = FontProperties().get_name()
    by_reader = rcParams["svg.fonttype"] == "none"
    family = own if _has(own, "\u6807") else chinese_family()
    if family is None and lang == "zh" and not by_reader:
        said = "No font with Chinese characters was found on this machine, so the labels are in English"
        warnings.warn(f"{said}. {_INSTALL}", FontWarning, stacklevel=3)
    families = (own,) if family is None or family == own else (own, family)
    return Lettering(lang if family or by_reader else "en", families, by_reader)
