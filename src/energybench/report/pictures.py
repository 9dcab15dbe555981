"""The charts of a report, as SVG that stands in the page."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from energybench.errors import EnergybenchError
from energybench.frames.problems import cut
from energybench.report.words import text as printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from energybench.frames import Assessment
    from energybench.report.words import Words
    from energybench.targets import TargetCheck

#: Width and height of a chart in inches.
SIZE = (8.2, 4.6)


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart of a page."""

    title: str
    spoken: str
    svg: str


def pictures(assessment: Assessment, targets: TargetCheck | None, words: Words) -> tuple[list[Picture], list[str]]:
    """Return the charts that an assessment allows, and a note where matplotlib is missing."""
    try:
        import matplotlib  # noqa: F401 - only whether it is there
    except ImportError:
        return [], [words("no_charts")]
    drawn: dict[str, Picture] = {}
    for title, draw in _asked(assessment, targets, words):
        if title in drawn:
            continue
        try:
            drawn[title] = _picture(title, draw)
        except EnergybenchError:
            # Nothing to show, or targets that this axis cannot show: the next of the same title may.
            continue
    return list(drawn.values()), []


def _asked(assessment: Assessment, targets: TargetCheck | None, words: Words) -> list[tuple[str, Callable[..., Any]]]:
    """Return every chart to try; of two with the same title the first that can be drawn counts."""
    from energybench.report.charts.carriers import carrier_chart
    from energybench.report.charts.furnaces import furnace_chart
    from energybench.report.charts.portfolio import portfolio_chart

    frame = assessment.result_frame
    classed = frame[frame["class"].notna()]
    asked: list[tuple[str, Callable[..., Any]]] = [
        (words("energy_by_carrier"), partial(carrier_chart, assessment, lang=words.lang))
    ]
    for one, rows in classed.groupby("item", sort=False, observed=True):
        item = str(one)
        if "furnace_capacity" in rows and bool(rows["furnace_capacity"].notna().any()):
            asked.append((item, partial(furnace_chart, assessment, product=item, lang=words.lang)))
        elif len(rows) > 1:
            period = str(rows["period"].iloc[-1])
            draw = partial(portfolio_chart, assessment, product=item, period=period, lang=words.lang)
            title = printable(f"{item}, {period}")
            asked += [] if targets is None else [(title, partial(draw, targets=targets))]
            asked.append((title, draw))
    return asked


def _picture(title: str, draw: Callable[..., Any]) -> Picture:
    """Return a chart as SVG: letters are text in the reader's fonts, the same for the same chart, without a time."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, layout="constrained")
    out = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": title}), warnings.catch_warnings():
        # The letters are drawn elsewhere, so a glyph that no font of this machine has is not missing.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        axes = draw(ax=figure.subplots())
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    page = out.getvalue()
    # A name that is cut in the chart has its full form as its label.
    full = dict.fromkeys(cut(printable(label)) for text in axes.texts if (label := text.get_label()))
    spoken = f"{title}: {'; '.join(full)}" if full else title
    return Picture(title, spoken, page[page.index("<svg") :])
