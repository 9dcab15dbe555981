"""Chinese text in charts: a font of this machine that has the characters, or a clear warning that there is none."""

from __future__ import annotations

import re
import unicodedata
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from energybench.errors import EnergybenchWarning, check_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LANGUAGES = ("zh", "en")
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

_INSTALL = (
    "Install one, for example fonts-noto-cjk or fonts-wqy-microhei (Debian, Ubuntu), or add a file with "
    "matplotlib.font_manager.fontManager.addfont(path) before the first chart"
)


class FontWarning(EnergybenchWarning):
    """No font of this machine has the characters of a chart."""


@cache
def chinese_family() -> str | None:
    """Return a font family of this machine with simplified Chinese, or None where there is none.

    Known families come first, then any font that has the characters, then font files that matplotlib has not
    seen yet, because its list is older than they are.
    """
    from matplotlib import font_manager

    manager = font_manager.fontManager
    return _covering(manager.ttflist) or _covering(_new_fonts(font_manager))


def _covering(entries: Iterable[Any]) -> str | None:
    """Return the family of the best font that has the characters of the probe."""
    places = {family: place for place, family in enumerate(FAMILIES)}
    regular = {entry.name: entry for entry in entries if entry.style == "normal"}
    for name in sorted(regular, key=lambda name: (places.get(name, len(places)), name)):
        if _has(regular[name].fname, PROBE):
            return str(name)
    return None


def _new_fonts(font_manager: Any) -> list[Any]:
    """Add the font files that matplotlib does not list yet, and return their entries."""
    manager = font_manager.fontManager
    known = {entry.fname for entry in manager.ttflist}
    before = len(manager.ttflist)
    for path in sorted(set(font_manager.findSystemFonts()) - known):
        try:
            manager.addfont(path)
        except (OSError, RuntimeError, ValueError):  # a file that is no readable font
            continue
    return list(manager.ttflist[before:])


@lru_cache(4096)
def _has(path: str, characters: str) -> bool:
    """Say whether a font file has all of some characters."""
    from matplotlib import font_manager

    try:
        font = font_manager.get_font(path)
    except (OSError, RuntimeError, ValueError):
        return False
    return all(font.get_char_index(ord(character)) for character in characters)


@dataclass(frozen=True)
class Lettering:
    """The language of a chart, and the fonts it is written in."""

    lang: str
    families: tuple[str, ...]

    def say(self, zh: str, en: str) -> str:
        """Return one of two texts."""
        return zh if self.lang == "zh" else en

    def draws(self, text: str) -> bool:
        """Say whether the fonts have every character of a text."""
        paths = [_path(family) for family in self.families]
        return all(one.isspace() or any(_has(path, one) for path in paths) for one in dict.fromkeys(text))

    def names(self, texts: Iterable[object]) -> list[str]:
        """Return names as a chart can draw them: on one line, cut where long, numbered where no font has them."""
        cleaned = [clean(text) for text in texts]
        numbered = [text if self.draws(text) else f"No. {place}" for place, text in enumerate(cleaned, 1)]
        changed = [f"{new} is {old}" for old, new in zip(cleaned, numbered, strict=True) if old != new]
        if changed:
            said = "No font of this machine has the characters of some names, so they stand as numbers"
            warnings.warn(f"{said}: {'; '.join(changed)}. {_INSTALL}", FontWarning, stacklevel=4)
        return [literal(text) for text in numbered]

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Write everything made inside in these fonts, and leave matplotlib's own settings as they were."""
        import matplotlib

        with matplotlib.rc_context({"font.family": list(self.families), "hatch.linewidth": 0.7}):
            yield


def clean(text: object) -> str:
    """Return a name on one line, without control characters, cut where it is long."""
    line = re.sub(r"\s+", " ", str(text)).strip()
    shown = "".join(one if unicodedata.category(one)[0] != "C" else "\N{REPLACEMENT CHARACTER}" for one in line)
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1]}…"


def literal(text: str) -> str:
    """Keep dollar signs from starting a formula."""
    return text.replace("$", r"\$")


def _path(family: str) -> str:
    from matplotlib import font_manager

    return str(font_manager.findfont(family))


def choose_lettering(lang: str) -> Lettering:
    """Choose the language and the fonts of a chart."""
    check_option("lang", lang, LANGUAGES)
    from matplotlib import font_manager

    own = font_manager.FontProperties().get_name()
    family = chinese_family()
    if family is None and lang == "zh":
        said = "No font with Chinese characters was found on this machine, so the labels are in English"
        warnings.warn(f"{said}. {_INSTALL}", FontWarning, stacklevel=3)
    families = (own,) if family is None or family == own else (own, family)
    return Lettering(lang if family else "en", families)
