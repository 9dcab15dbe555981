"""The furnace limit curve: limit against capacity, its readings as a band, measured furnaces on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy

from energybench.errors import OptionError
from energybench.frames import Assessment
from energybench.limits.furnaces import DEFAULT_ITEM, FurnaceLimit, LimitCurve, find_curve, read_capacity
from energybench.limits.ladders import Level
from energybench.report.charts.canvas import (
    cite,
    class_name,
    class_point,
    finish,
    ink,
    open_axes,
    require_matplotlib,
)
from energybench.report.charts.inputs import Named, named_verdicts, one_product
from energybench.report.charts.labels import label_points
from energybench.report.fonts import choose_lettering
from energybench.report.look import look_of
from energybench.report.words import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from matplotlib.axes import Axes

    from energybench.limits.verdicts import Verdict
    from energybench.report.fonts import Lettering

    Measured = Verdict | FurnaceLimit | Assessment | Mapping[str, Verdict] | Iterable[Verdict]

CHART = "furnace_chart"
_LINE = "#3d6a8f"
_BAND = "#8fb0cb"


@dataclass(frozen=True, slots=True)
class _Furnace:
    """One measured furnace."""

    name: str
    capacity: float
    value: float
    level: str | None
    depends: bool


def furnace_chart(
    measured: Measured | None = None,
    *,
    item: str | None = None,
    document: str | None = None,
    product: str | None = None,
    lang: str = "en",
    allow_unverified: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw the limit of furnaces against their capacity, and measured furnaces on it.

    Between the stated points the document says nothing: the band runs from the strict reading (``class_above``) to
    the lenient one (``class_below``), with the linear one inside. A furnace whose class depends on the reading
    has a ring.

    Parameters
    ----------
    measured : Verdict, FurnaceLimit, Assessment, mapping or iterable, optional
        Verdicts with a furnace capacity, by name if wanted; a single limit marks its capacity. Nothing draws the curve.
    item : str, optional
        Item of the furnace table; default that of the records, or the one that ``furnace_limit`` takes.
    document : str, optional
        Document of the curve; default that of the records.
    product : str, optional
        Which product of an assessment.
    lang : {"zh", "en"}
        Language of the labels.
    allow_unverified : bool
        Draw a curve with unverified points.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default new axes.

    Returns
    -------
    matplotlib.axes.Axes
        Capacity in t to the right, the limit's unit upwards.

    Raises
    ------
    MissingPackageError
        If matplotlib is not installed.
    OptionError
        If a record is no verdict on a furnace.

    Notes
    -----
    Source of the curve: ``data/furnace_limits.csv``; readings as in :func:`energybench.furnace_limit`.

    Examples
    --------
    >>> import energybench as eb
    >>> verdict = eb.classify("600 kWh/t", "induction-furnace-cast-iron", capacity="3 t")
    >>> axes = eb.report.furnace_chart({"No. 2": verdict})  # doctest: +SKIP
    """
    require_matplotlib()
    lettering = choose_lettering(lang)
    marks = [measured] if isinstance(measured, FurnaceLimit) else []
    if measured is None or isinstance(measured, FurnaceLimit):
        furnaces: list[_Furnace] = []
    elif isinstance(measured, Assessment):
        furnaces, item, document = _from_table(measured, product, item, document)
    else:
        named = named_verdicts(measured, CHART)
        furnaces = [_furnace(one) for one in named]
        marks = [one.verdict.furnace for one in named if one.verdict.furnace]
    if marks:
        item, document = _one_curve(marks, item, document)
    curve = find_curve(item or DEFAULT_ITEM, document, allow_unverified)
    with lettering.applied():
        axes = open_axes(ax, lettering, (7.6, 4.8))
        handles = _draw_curve(axes, curve, [*(f.capacity for f in furnaces), *(m.capacity for m in marks)], lettering)
        if isinstance(measured, FurnaceLimit):
            handles.append(_draw_mark(axes, measured, lettering))
        handles += _draw_furnaces(axes, furnaces, lettering)
        axes.set_xlabel(lettering.say("额定容量，t", "rated capacity, t"))
        axes.set_ylabel(lettering.say("限额，", "limit, ") + curve.row.unit)
        axes.margins(y=0.15)
        name = lettering.say(curve.row.item_zh, curve.row.item_en) or curve.row.item
        print_below = finish(
            axes,
            title=lettering.say(f"{name}：炉容与电耗限额", f"Limit by capacity: {name}"),
            handles=handles,
            below=[cite([curve.row], lettering), _note(curve, lettering)],
        )
        _label(axes, curve, furnaces, lettering, print_below)
        return axes


def _furnace(one: Named) -> _Furnace:
    verdict = one.verdict
    if verdict.furnace is None:
        raise OptionError(
            f"{CHART} needs verdicts on furnaces, and {verdict.item} has no capacity",
            verdict.item,
            'Pass capacity= to classify(), for example capacity="3 t"',
        )
    level = verdict.level.value if verdict.level else None
    return _Furnace(one.name, verdict.furnace.capacity, verdict.value, level, verdict.depends_on_reading)


def _from_table(
    measured: Assessment, product: str | None, item: str | None, document: str | None
) -> tuple[list[_Furnace], str | None, str | None]:
    """Return the furnaces of an assessment that have a class, and their item and document."""
    rows = one_product(measured, product, CHART)
    rows = rows[rows["class"].notna()]
    if "furnace_capacity" not in rows.columns or rows.empty:
        raise OptionError(
            f"{CHART} needs furnaces with a class, and the results have none",
            "furnace_capacity",
            "Give the output table the columns furnace_capacity and furnace_capacity_unit",
        )
    units = rows["furnace_capacity_unit"]
    texts = [f"{size} {unit}" for size, unit in zip(rows["furnace_capacity"], units, strict=True)]
    sizes = {text: read_capacity(text) for text in dict.fromkeys(texts)}
    columns = zip(rows["plant"], texts, rows["intensity"], rows["class"], rows["depends_on_reading"], strict=True)
    furnaces = [
        _Furnace(str(plant), sizes[text], float(value), str(level), bool(depends))
        for plant, text, value, level, depends in columns
    ]
    return furnaces, item or str(rows["item"].iloc[0]), document or str(rows["document"].iloc[0])


def _one_curve(marks: list[FurnaceLimit], item: str | None, document: str | None) -> tuple[str, str]:
    """Return the item and document of all records, or refuse several."""
    curves = {(limit.item, limit.document) for limit in marks}
    wanted = {(item or limit.item, document or limit.document) for limit in marks}
    if len(curves) > 1 or curves != wanted:
        shown = ", ".join(f"{name} ({source})" for name, source in sorted(curves | wanted))
        raise OptionError(f"{CHART} draws one curve, and there are {shown}", shown, "Draw a chart for each")
    return curves.pop()


def _draw_curve(ax: Axes, curve: LimitCurve, sizes: list[float], lettering: Lettering) -> list[Any]:
    """Draw the band, the linear reading and the stated points; return their legend."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    points, limits = curve.capacities, curve.limits
    last = max(float(points[-1]) * 1.2, max(sizes, default=0.0) * 1.1)
    ends = numpy.array([0.0, *points, last])
    # Between two stated points the strict limit is that of the larger class, the lenient that of the smaller.
    strict = numpy.array([limits[0], *limits, limits[-1]])
    lenient = numpy.array([limits[0], limits[0], *limits[:-1], limits[-1]])
    for left in range(len(ends) - 1):
        span = ends[left : left + 2]
        ax.fill_between(span, strict[left + 1], lenient[left + 1], color=_BAND, alpha=0.5, linewidth=0, zorder=1)
    ax.step(ends, strict, where="pre", color=_LINE, linestyle="--", linewidth=1.1, zorder=2)
    ax.step(ends, lenient, where="pre", color=_LINE, linestyle=":", linewidth=1.4, zorder=2)
    ax.plot(ends, numpy.interp(ends, points, limits), color=_LINE, linewidth=1.8, zorder=3)
    ax.plot(points, limits, linestyle="", marker="o", markersize=5, color="white", markeredgecolor=_LINE, zorder=4)
    ax.set_xlim(0, last)
    say = lettering.say
    return [
        Line2D([], [], color=_LINE, linewidth=1.8, label=say("点间线性", "linear")),
        Line2D(
            [], [], color=_LINE, linestyle=":", linewidth=1.4, label=say("宽读法（较小一档）", "lenient (class below)")
        ),
        Line2D(
            [], [], color=_LINE, linestyle="--", linewidth=1.1, label=say("严读法（较大一档）", "strict (class above)")
        ),
        Patch(facecolor=_BAND, alpha=0.5, label=say("文件未写明", "not stated")),
        Line2D(
            *([], []),
            linestyle="",
            marker="o",
            markersize=5,
            color="white",
            markeredgecolor=_LINE,
            label=say("文件所列", "stated"),
        ),
    ]


def _draw_mark(ax: Axes, limit: FurnaceLimit, lettering: Lettering) -> Any:
    """Mark the limit of one capacity by a bar over all its readings."""
    (mark,) = ax.plot([limit.capacity], [limit.value], linestyle="", marker="d", markersize=9, color=ink(), zorder=5)
    ax.vlines(limit.capacity, limit.strict, limit.lenient, color=ink(), linewidth=1.2, zorder=5)
    mark.set_label(
        lettering.say(
            f"{limit.capacity:g} t：{number(limit.value)} {limit.unit}",
            f"{limit.capacity:g} t: {number(limit.value)} {limit.unit}",
        )
    )
    return mark


def _draw_furnaces(ax: Axes, furnaces: list[_Furnace], lettering: Lettering) -> list[Any]:
    """Draw measured furnaces by class; return their legend."""
    from matplotlib.lines import Line2D

    handles = []
    order = [*(level.value for level in Level), None]
    for level in sorted({furnace.level for furnace in furnaces}, key=order.index):
        here = [furnace for furnace in furnaces if furnace.level == level]
        look = look_of(level)
        ax.scatter(
            [furnace.capacity for furnace in here],
            [furnace.value for furnace in here],
            s=64,
            marker=look.marker,
            color=look.fill,
            edgecolors=ink(),
            linewidths=0.8,
            zorder=5,
        )
        handles.append(class_point(level, class_name(level, lettering)))
    rings = [furnace for furnace in furnaces if furnace.depends]
    if rings:
        ax.scatter(
            [furnace.capacity for furnace in rings],
            [furnace.value for furnace in rings],
            s=210,
            facecolors="none",
            edgecolors=ink(),
            linewidths=1.1,
            zorder=5,
        )
        handles.append(
            Line2D(
                *([], []),
                linestyle="",
                marker="o",
                markersize=12,
                markerfacecolor="none",
                color=ink(),
                label=lettering.say("随读法而变", "depends on reading"),
            )
        )
    return handles


def _label(ax: Axes, curve: LimitCurve, furnaces: list[_Furnace], lettering: Lettering, print_below: Any) -> None:
    """Name the furnaces, write the stated limits, and say below how many names found no place."""
    names = lettering.names(furnace.name for furnace in furnaces)
    spots = [(f.capacity, f.value, name) for f, name in zip(furnaces, names, strict=True)]
    spots += [(float(x), float(y), number(float(y))) for x, y in zip(curve.capacities, curve.limits, strict=True)]
    written = label_points(ax, spots)
    if len(written) == sum(bool(name) for *_, name in spots):
        return
    # The line about it takes room, so names are placed again above it.
    for text in written:
        text.remove()
    below = print_below.get_text()
    print_below.set_text(f"{below}\n{_hidden(0, lettering)}")
    hidden = sum(bool(name) for *_, name in spots) - len(label_points(ax, spots))
    print_below.set_text(f"{below}\n{_hidden(hidden, lettering)}")


def _note(curve: LimitCurve, lettering: Lettering) -> str:
    sign = {"<": "<", "<=": "≤"}.get(curve.row.comparator, curve.row.comparator)
    return lettering.say(
        f"达到：{sign} 限额。两列点之间的读法是本库的约定，文件未写明。",
        f"Met where value {sign} limit. Between stated points a reading is our convention, not the text.",
    )


def _hidden(count: int, lettering: Lettering) -> str:
    return lettering.say(f"{count} 个标注无处可放，未写。", f"Labels that found no place: {count}.")
