"""What every chart shares: letters, records by name, axes, looks of classes, legend above, source and notes below."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy

from energybench.accounts.account import Account
from energybench.errors import EnergybenchWarning, OptionError, check_option, did_you_mean, quoted, requiring
from energybench.errors.language import LANGUAGES, in_chinese, word
from energybench.frames import Assessment
from energybench.limits.ladders import Level
from energybench.limits.verdicts import Verdict
from energybench.report.words import columns, look_of, number, text, titles, vocabulary

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation


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
STYLES = ("-", "--", ":", "-.")
#: Sizes of text, relative to that of the axes labels.
_SMALL = 0.8
# Where a line may break: behind spaces and between Chinese characters; marks stay with what they open and close.
_WORD = re.compile(r"\s*[（〔《「]*(?:[\u2e80-\uffef]|[^\s\u2e80-\uffef]+)[，。；：、）」〕》]*")
# Where a name may stand: offset in points, horizontal and vertical alignment; the first that is free is taken.
_PLACES = (
    *((6, 6, "left", "bottom"), (6, -6, "left", "top"), (-6, -6, "right", "top"), (-6, 6, "right", "bottom")),
    *((9, 0, "left", "center"), (-9, 0, "right", "center"), (0, 9, "center", "bottom"), (0, -9, "center", "top")),
    *((12, 16, "left", "bottom"), (12, -16, "left", "top"), (-12, 16, "right", "bottom"), (-12, -16, "right", "top")),
)
_POINT = 6.0


# Letters --------------------------------------------------------------------------------------------------


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
        return zh if self.lang == "zh" else en

    def count(self, number: int, zh: str, en: str) -> str:
        """Return a sentence with a number in it, nothing where the number is zero."""
        return self.say(zh, en).format(number) if number else ""

    def draws(self, text: str) -> bool:
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


# What is drawn --------------------------------------------------------------------------------------------


def verdicts_by_name(given: Any, chart: str) -> dict[str, Verdict]:
    if isinstance(given, Verdict | Account):
        named: dict[str, Any] = {"": given}
    elif isinstance(given, Mapping):
        named = {str(name): record for name, record in given.items()}
    elif isinstance(given, Iterable) and not isinstance(given, str | bytes) and not hasattr(given, "columns"):
        named = {f"{place}": record for place, record in enumerate(given, 1)}
    else:
        raise wrong_input(given, chart)
    if not named:
        raise OptionError(f"{chart} has nothing to draw", "[]", "Give at least one Verdict")
    return {name: verdict_of(record, chart) for name, record in named.items()}


def verdict_of(record: Any, chart: str) -> Verdict:
    found = record.verdict if isinstance(record, Account) else record
    if isinstance(record, Account) and found is None:
        fix = "Pass product= and output= to account()"
        raise OptionError(f"{chart} needs a verdict, and the account has no product", "product", fix)
    if not isinstance(found, Verdict):
        raise wrong_input(record, chart)
    return found


def wrong_input(given: Any, chart: str, expected: str = "Verdict, Account, or several of them by name") -> OptionError:
    make = "Make the record first: energybench.classify(), energybench.account() or energybench.assess()"
    fix = "Collect it first: .collect()" if hasattr(given, "collect") else make
    return OptionError(f"{chart} takes {expected}, and {quoted(given)} is {type(given).__name__}", quoted(given), fix)


def one_product(assessment: Any, product: str | None, chart: str) -> pandas.DataFrame:
    if not isinstance(assessment, Assessment):
        raise wrong_input(assessment, chart, "an assessment of eager tables")
    results: pandas.DataFrame = assessment.result_frame
    return one_of(results, chart, "product", product, results["item"].astype(str), results["product"].astype(str))


def one_of(
    rows: pandas.DataFrame, chart: str, what: str, wanted: str | None, known: pandas.Series[str], *other: Any
) -> pandas.DataFrame:
    names = [name for name in known.unique() if name]
    if wanted is None and len(names) > 1:
        said = f"{chart} shows one {what}, and the results have {len(names)}: {', '.join(names)}"
        raise OptionError(said, what, f'Pass {what}="{names[0]}"')
    if wanted is None:
        return rows
    found: pandas.DataFrame = rows[numpy.logical_or.reduce([names == wanted for names in (known, *other)])]
    if found.empty:
        fix = did_you_mean(wanted, names, f"There are {', '.join(names)}")
        raise OptionError(f"The results have no {what} {quoted(wanted)}", quoted(wanted), fix)
    return found


# Axes and looks -------------------------------------------------------------------------------------------


@contextmanager
def drawing(ax: Any, lang: str, size: tuple[float, float]) -> Iterator[tuple[Axes, Lettering]]:
    """Give the axes given, or new ones, and their lettering; warn once of the characters that no font has."""
    with requiring("matplotlib", "plot", "A chart"):
        from matplotlib import rc_context, rcParams
        from matplotlib.axes import Axes
        from matplotlib.backends.backend_svg import FigureCanvasSVG
    by_reader = isinstance(ax, Axes) and isinstance(ax.figure.canvas, FigureCanvasSVG)
    lettering = choose_lettering(lang, by_reader=by_reader and rcParams["svg.fonttype"] == "none")
    with rc_context({"font.family": lettering.families, "hatch.linewidth": 0.7}):
        if ax is None:
            from matplotlib import pyplot

            _, ax = pyplot.subplots(figsize=size, layout="constrained")
        if not isinstance(ax, Axes):
            raise OptionError(f"ax is {quoted(ax)}, expected matplotlib Axes", quoted(ax), "Leave it out for new axes")
        ax.tick_params(labelfontfamily=lettering.families)
        for label in (ax.xaxis.label, ax.yaxis.label):
            label.set_fontfamily(lettering.families)  # axes that were there before have the fonts of their day
        ax.spines[["top", "right"]].set_visible(False)
        yield ax, lettering
    if lettering.lacking:
        said = f"No font of this machine has the Chinese characters of a chart: {'; '.join(lettering.lacking)}"
        fix = 'Run: pip install "energybench[fonts]", or add a font file with matplotlib.font_manager.fontManager'
        warnings.warn(f"{said}. {fix}.addfont(path) before the first chart", FontWarning, stacklevel=4)


def name_rows(ax: Axes, names: Sequence[str]) -> None:
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def thousands(*axes: Any) -> None:
    for axis in axes:
        axis.set_major_formatter(lambda value, _: number(round(value, 9)))


def font_size() -> float:
    from matplotlib import rcParams
    from matplotlib.font_manager import FontProperties

    return _SMALL * float(FontProperties(size=rcParams["axes.labelsize"]).get_size_in_points())


def ink() -> str:
    from matplotlib import rcParams

    return str(rcParams["text.color"])


def halo(ax: Axes, width: float = 2.5) -> list[Any]:
    """Return the effect that keeps a text or line readable over areas and lines."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=width, foreground=ax.get_facecolor())]


def class_name(level: str | None, lettering: Lettering) -> str:
    return lettering.say(*vocabulary()["cannot tell"]) if not level else lettering.say(Level(level).zh, level)


def class_area(level: str | None, lettering: Lettering) -> dict[str, Any]:
    look = look_of(level)
    label = class_name(level, lettering)
    return {"color": look.fill, "edgecolor": look.ink, "hatch": look.hatch, "linewidth": 0.7, "label": label}


def class_point(level: str | None) -> dict[str, Any]:
    look = look_of(level)
    return {"marker": look.marker, "color": look.fill, "edgecolors": ink(), "linewidths": 0.9, "zorder": 5}


# Names beside points --------------------------------------------------------------------------------------


def write(ax: Axes, text: str, x: float, y: float, up: float = 3) -> Annotation:
    look: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": font_size(), "path_effects": halo(ax)}
    return ax.annotate(text, (x, y), (0, up), textcoords="offset points", zorder=6, **look)


def label_points(ax: Axes, points: Iterable[tuple[float, float, str]]) -> int:
    """Write names beside points, over no other name, point or edge; return how many found no place."""
    from matplotlib.transforms import Bbox

    settle(ax)
    named = [point for point in points if point[2]]
    reach = _POINT * ax.figure.dpi / 72
    centres = [ax.transData.transform(point[:2]) for point in named]
    taken = [Bbox([centre - reach, centre + reach]) for centre in centres]
    inside, hidden = ax.get_window_extent(), 0
    for (x, y, name), own in zip(named, list(taken), strict=True):
        text = write(ax, name, x, y)
        for right, up, horizontal, vertical in _PLACES:
            text.set(position=(right, up), horizontalalignment=horizontal, verticalalignment=vertical)
            box = text.get_window_extent()
            within = inside.x0 <= box.x0 <= box.x1 <= inside.x1 and inside.y0 <= box.y0 <= box.y1 <= inside.y1
            if within and not any(box.overlaps(other) for other in taken if other is not own):
                taken.append(box)
                break
        else:
            text.remove()
            hidden += 1
    return hidden


# Above and below ------------------------------------------------------------------------------------------


def sources_of(rows: pandas.DataFrame) -> list[Any]:
    given = rows.reindex(columns=["document", "clause", "verification"]).astype(object)
    return [*given.where(given.notna(), "").drop_duplicates().itertuples(index=False)]


def cite(records: Iterable[Any], lettering: Lettering) -> str:
    """Return the sources of some records, each document once: its clauses by how far they were checked."""
    say = lettering.say
    documents: dict[str, dict[str, dict[str, None]]] = {}
    for record in records:
        clauses = documents.setdefault(record.document, {}).setdefault(record.verification, {})
        clauses[record.clause if lettering.draws(record.clause) else "clause in Chinese"] = None
    cited = []
    for document, checked in documents.items():
        name = say(*titles(document))
        parts = [f"{name} ({document})".strip() if lettering.draws(name) else f"({document})"]
        for verification, clauses in checked.items():
            far = say(word(verification), verification)
            listed = say("、", ", ").join(filter(None, clauses))
            parts.append(say(f"{listed}（{far}）", f"{listed} ({far})") if listed and far else listed or far)
        cited += [say("，", ", ").join(filter(None, parts))] if document else []
    return say("来源：", "Source: ") + say("；", "; ").join(cited) if cited else ""


def place_of(record: Any, lettering: Lettering) -> str:
    """Return the place and the last day of a limit that has them, and how it is not in force."""
    say, places = lettering.say, record.region.split(";")
    parts = [say(places[0], places[-1])] if record.region else []
    parts += (
        [say(f"{record.effective_to} 失效", f"in force until {record.effective_to}")] if record.effective_to else []
    )
    standing = getattr(record, "standing", "")
    parts += [f"{record.document} {say(in_chinese(standing), standing)}"] if standing else []
    return say("适用：", "Applies to: ") + say("；", "; ").join(parts) if parts else ""


def put_texts(ax: Axes, *, title: str, below: Sequence[str]) -> Annotation:
    """Put title and legend above the axes, and the source and notes below them."""
    from matplotlib import rcParams

    settle(ax)
    width = ax.get_window_extent().width * 72 / ax.figure.dpi
    lines = "\n".join(wrapped(title, width / (1.2 * float(rcParams["font.size"]) * 0.58)))
    ax.set_title(lines, loc="left", pad=6 + _legend(ax), fontsize="large", fontfamily=rcParams["font.family"])
    text = "\n".join(line for one in below if one for line in wrapped(one, width / (font_size() * 0.58)))
    return ax.annotate(
        text,
        (0, 0),
        (0, -5),
        xycoords=("axes fraction", ax.xaxis.label),
        textcoords="offset points",
        va="top",
        ha="left",
        fontsize=font_size(),
        alpha=0.8,
        annotation_clip=False,
        linespacing=1.3,
    )


def _legend(ax: Axes) -> float:
    """Put a legend above the axes, with as many columns as fit their width; return its height in points."""
    from matplotlib.container import BarContainer

    # The areas of classes come first: lines have the longer labels, which then share their columns.
    handles = sorted(ax.get_legend_handles_labels()[0], key=lambda one: not isinstance(one, BarContainer))
    room = 0.92 * ax.get_window_extent().width  # another chart of the figure may take some room yet
    for count in range(len(handles), 0, -1):
        legend = ax.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(0, 1), ncols=count, frameon=False,
            fontsize=font_size(), borderaxespad=0.2, handletextpad=0.5, columnspacing=1.2,
        )  # fmt: skip
        box = legend.get_window_extent()
        if count == 1 or box.width <= room:
            return float(box.height * 72 / ax.figure.dpi)
    return 0.0


def settle(ax: Axes) -> None:
    """Let the figure place everything, so that extents are those of the picture."""
    figure: Any = ax.figure
    figure.figure.draw_without_rendering()


# Text -----------------------------------------------------------------------------------------------------


def wrapped(text: str, width: float) -> list[str]:
    """Break a text into lines of a width in Latin characters; a Chinese character counts twice.

    >>> wrapped("GB 21346-2022 电解铝", 15)
    ['GB 21346-2022', '电解铝']
    """
    lines = [""]
    for part in _WORD.findall(text):
        if lines[-1] and columns(lines[-1] + part) > width:
            lines.append(part.lstrip())
        else:
            lines[-1] = (lines[-1] + part).lstrip()
    return lines


def shortened(text: str, width: float) -> str:
    """Cut a text to a width in Latin characters, with an ellipsis where something is left out.

    >>> shortened("四川省德阳市水泥厂", 12), shortened("Works 1", 12)
    ('四川省德阳…', 'Works 1')
    """
    kept = text
    while kept and columns(kept) + (kept != text) > width:
        kept = kept[:-1]
    # Half of an escaped dollar sign is left out too.
    return text if kept == text else kept.rstrip(" \\") + "…"
