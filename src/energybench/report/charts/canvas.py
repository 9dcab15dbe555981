"""What every chart shares: axes, legend above, source below, wrapped to the width of the axes."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from energybench.errors import OptionError, UnknownNameError, quoted, requiring
from energybench.limits.ladders import Level
from energybench.report.look import look_of
from energybench.report.words import VERIFICATIONS_ZH, number
from energybench.tables.store import find_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes

    from energybench.report.fonts import Lettering

#: Sizes of text, relative to that of the axes labels.
SMALL = 0.8


def require_matplotlib() -> None:
    """Refuse to draw without matplotlib."""
    with requiring("matplotlib", "plot", "A chart"):
        import matplotlib  # noqa: F401 - asked for before anything is drawn


def open_axes(ax: Any, lettering: Lettering, size: tuple[float, float]) -> Axes:
    """Return the axes given, or new ones."""
    from matplotlib.axes import Axes

    if ax is None:
        from matplotlib import pyplot

        _, ax = pyplot.subplots(figsize=size, layout="constrained")
    if not isinstance(ax, Axes):
        raise OptionError(f"ax is {quoted(ax)}, expected matplotlib Axes", quoted(ax), "Leave it out for new axes")
    families = list(lettering.families)
    ax.tick_params(labelfontfamily=families)
    for label in (ax.xaxis.label, ax.yaxis.label):
        label.set_fontfamily(families)  # axes that were there before have the fonts of their day
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def font_size() -> float:
    """Return the size of small text in points."""
    from matplotlib import rcParams
    from matplotlib.font_manager import FontProperties

    return SMALL * float(FontProperties(size=rcParams["axes.labelsize"]).get_size_in_points())


def ink() -> str:
    """Return the colour of text, light in a dark style."""
    from matplotlib import rcParams

    return str(rcParams["text.color"])


def halo(ax: Axes, width: float = 2.5) -> list[Any]:
    """Return the effect that keeps a text or line readable over areas and lines."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=width, foreground=ax.get_facecolor())]


def class_name(level: str | None, lettering: Lettering) -> str:
    """Return the name of a class in the language of the chart."""
    return lettering.say("无法判断", "cannot tell") if level is None else lettering.say(Level(level).zh, level)


def class_patch(level: str | None, label: str) -> Any:
    """Return the entry of a class in a legend of areas."""
    from matplotlib.patches import Patch

    look = look_of(level)
    return Patch(facecolor=look.fill, edgecolor=look.ink, hatch=look.hatch, label=label, linewidth=0.6)


def class_point(level: str | None, label: str) -> Any:
    """Return the entry of a class in a legend of points."""
    from matplotlib.lines import Line2D

    look = look_of(level)
    return Line2D(
        *([], []),
        linestyle="",
        marker=look.marker,
        markersize=8,
        markerfacecolor=look.fill,
        markeredgecolor=ink(),
        label=label,
    )


def cite(records: Iterable[Any], lettering: Lettering) -> str:
    """Return the sources of some records, each document once: its clauses by how far they were checked."""
    places: dict[str, dict[str, list[str]]] = {}
    for record in records:
        clauses = places.setdefault(record.document, {}).setdefault(record.verification, [])
        clause = record.clause if lettering.draws(record.clause) else "clause in Chinese"
        if clause and clause not in clauses:
            clauses.append(clause)
    cited = [_cited(document, checked, lettering) for document, checked in places.items() if document]
    return lettering.say("来源：", "Source: ") + lettering.say("；", "; ").join(cited) if cited else ""


def _cited(document: str, checked: dict[str, list[str]], lettering: Lettering) -> str:
    try:
        row = find_document(document)
        named = [row.number, row.title_zh] if lettering.lang == "zh" else [row.number or row.title_en]
    except UnknownNameError:
        named = []
    name = " ".join(part for part in (*named, f"({document})") if part and lettering.draws(part))
    places = [_checked(clauses, word, lettering) for word, clauses in checked.items()]
    return lettering.say("，", ", ").join(part for part in (name, *places) if part)


def _checked(clauses: list[str], verification: str, lettering: Lettering) -> str:
    """Return clauses and how far their figures were checked."""
    word = lettering.say(VERIFICATIONS_ZH.get(verification, verification), verification)
    if not clauses:
        return word
    listed = lettering.say("、", ", ").join(clauses)
    return lettering.say(f"{listed}（{word}）", f"{listed} ({word})") if word else listed


def finish(ax: Axes, *, title: str, handles: Sequence[Any], below: Sequence[str]) -> Any:
    """Put title and legend above the axes, and the source and notes below them."""
    title_height = 6.0
    if handles:
        settle(ax)
        legend = _legend(ax, handles)
        title_height += legend.get_window_extent().height * 72 / ax.figure.dpi
    from matplotlib import rcParams

    width = ax.get_window_extent().width * 72 / ax.figure.dpi
    large = 1.2 * float(rcParams["font.size"]) * 0.58
    lines = "\n".join(wrapped(title, width / large))
    ax.set_title(lines, loc="left", pad=title_height, fontsize="large", fontfamily=rcParams["font.family"])
    text = "\n".join(line for one in below if one for line in wrapped(one, width / (font_size() * 0.58)))
    return ax.annotate(
        text,
        xy=(0, 0),
        xycoords=("axes fraction", ax.xaxis.label),
        xytext=(0, -5),
        textcoords="offset points",
        va="top",
        ha="left",
        fontsize=font_size(),
        alpha=0.8,
        annotation_clip=False,
        linespacing=1.3,
    )


def thousands(ax: Axes, *, x: bool = False, y: bool = False) -> None:
    """Write the numbers of an axis with thousands apart."""
    from matplotlib.ticker import FuncFormatter

    for axis in (ax.xaxis,) * x + (ax.yaxis,) * y:
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(round(value, 9))))


def settle(ax: Axes) -> None:
    """Let the figure place everything, so that extents are those of the picture."""
    figure: Any = ax.figure
    while getattr(figure, "figure", figure) is not figure and figure.figure is not None:
        figure = figure.figure
    figure.draw_without_rendering()


def _legend(ax: Axes, handles: Sequence[Any]) -> Any:
    """Return a legend above the axes with as many columns as fit their width."""
    width = 0.92 * ax.get_window_extent().width  # another chart of the figure may take some room yet
    for columns in range(len(handles), 0, -1):
        legend = ax.legend(
            handles=list(handles),
            loc="lower left",
            bbox_to_anchor=(0, 1.0),
            ncols=columns,
            frameon=False,
            fontsize=font_size(),
            borderaxespad=0.2,
            handletextpad=0.5,
            columnspacing=1.2,
        )
        if columns == 1 or legend.get_window_extent().width <= width:
            return legend
    return None


def wrapped(text: str, width: float) -> list[str]:
    """Break a text into lines of a width in Latin characters; a Chinese character counts twice.

    Examples
    --------
    >>> wrapped("GB 21346-2022 电解铝", 15)
    ['GB 21346-2022', '电解铝']
    """
    lines, line = [], ""
    for word in _words(text):
        if line and columns(line + word.rstrip()) > width:
            lines.append(line.rstrip())
            line = word.lstrip()
        else:
            line += word
    return [*lines, line.rstrip()]


def shortened(text: str, width: float) -> str:
    """Cut a text to a width in Latin characters, with an ellipsis where something is left out.

    Examples
    --------
    >>> shortened("四川省德阳市水泥厂", 12), shortened("Works 1", 12)
    ('四川省德阳…', 'Works 1')
    """
    if columns(text) <= width:
        return text
    kept = ""
    for one in text:
        if columns(f"{kept}{one}…") > width:
            break
        kept += one
    # Half of an escaped dollar sign is left out too.
    return kept.rstrip(" \\") + "…"


def _words(text: str) -> list[str]:
    """Split a text where a line may break: behind spaces and between Chinese characters."""
    words: list[str] = []
    for one in text:
        joins = words and not words[-1].endswith(" ") and not _wide(one) and not _wide(words[-1][-1])
        closing = words and one in "，。；：、）」〕》,;:)"
        if joins or closing or (one == " " and words):
            words[-1] += one
        else:
            words.append(one)
    return words


def columns(text: str) -> int:
    """Return the width of a text in Latin characters."""
    return sum(2 if _wide(one) else 1 for one in text)


def _wide(one: str) -> bool:
    return unicodedata.east_asian_width(one) in "WF"
