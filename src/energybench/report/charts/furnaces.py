"""The furnace limit curve: limit against capacity, its readings as a band, measured furnaces on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.errors import OptionError
from energybench.frames import Assessment
from energybench.limits.furnaces import DEFAULT_ITEM, FurnaceLimit, LimitCurve, find_curve, read_capacity
from energybench.limits.ladders import Level
from energybench.report.charts import canvas
from energybench.report.words import SIGNS, number
from energybench.tables.store import find_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from matplotlib.axes import Axes

    from energybench.limits.verdicts import Verdict
    from energybench.report.charts.canvas import Lettering

    Measured = Verdict | FurnaceLimit | Assessment | Mapping[str, Verdict] | Iterable[Verdict]

CHART = "furnace_chart"
_LINE = "#3d6a8f"
_BAND = "#8fb0cb"
#: Columns of the measured furnaces.
_FURNACE = ["name", "capacity", "value", "level", "depends"]


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
    has a ring. One of several periods has its point at the period in the middle, and a line from its lowest to its
    highest.

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
    lang, ax
        As in :func:`ladder_chart`.
    allow_unverified : bool
        Draw a curve with unverified points.

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
    >>> given = {"capacity": "3 t", "region": "昌吉市", "period": "2023"}
    >>> verdict = eb.classify("600 kWh/t", "induction-furnace-cast-iron", **given)
    >>> axes = eb.report.furnace_chart({"No. 2": verdict})  # doctest: +SKIP
    """
    furnaces, marks = pandas.DataFrame(columns=_FURNACE), []
    if isinstance(measured, FurnaceLimit):
        marks = [measured]
    elif isinstance(measured, Assessment):
        furnaces, item, document = _from_table(measured, product, item, document)
    elif measured is not None:
        furnaces, marks = _from_verdicts(canvas.verdicts_by_name(measured, CHART))
    if marks:
        item, document = _one_curve(marks, item, document)
    curve = find_curve(item or DEFAULT_ITEM, document, allow_unverified)
    with canvas.drawing(ax, lang, (7.6, 4.8)) as (axes, lettering):
        say = lettering.say
        _draw_curve(axes, curve, [*furnaces["capacity"], *(mark.capacity for mark in marks)], lettering)
        if isinstance(measured, FurnaceLimit):
            at, ink = measured.capacity, canvas.ink()
            label = f"{at:g} t{say('：', ': ')}{number(measured.value)} {measured.unit}"
            axes.plot(at, measured.value, linestyle="", marker="d", markersize=9, color=ink, zorder=5, label=label)
            axes.vlines(at, measured.strict, measured.lenient, color=ink, linewidth=1.2, zorder=5)
        furnaces = _one_point_each(furnaces)
        _draw_furnaces(axes, furnaces, lettering)
        axes.set_xlabel(say("额定容量，t", "rated capacity, t"))
        axes.set_ylabel(say("限额，", "limit, ") + curve.row.unit)
        axes.margins(y=0.15)
        source, name = find_document(curve.row.document), say(curve.row.item_zh, curve.row.item_en) or curve.row.item
        sign = SIGNS.get(curve.row.comparator, curve.row.comparator)
        note = say(
            f"达到：{sign} 限额。两列点之间的读法是本库的约定，文件未写明。",
            f"Met where value {sign} limit. Between stated points a reading is our convention, not the text.",
        )
        # The last line is kept for what the names say when they have their places.
        below = canvas.finish(
            axes,
            title=say(f"{name}：炉容与电耗限额", f"Limit by capacity: {name}"),
            below=[canvas.cite([curve.row], lettering), canvas.place_of(source, lettering), note, " "],
        )
        spots = [*zip(furnaces["capacity"], furnaces["value"], lettering.names(furnaces["name"]), strict=True)]
        spots += [(float(x), float(y), number(float(y))) for x, y in zip(curve.capacities, curve.limits, strict=True)]
        hidden = canvas.label_points(axes, spots)
        said = lettering.count(hidden, "{} 个标注无处可放，未写。", "Labels that found no place: {}.")
        below.set_text(below.get_text() + said)
        return axes


def _from_verdicts(verdicts: Mapping[str, Verdict]) -> tuple[pandas.DataFrame, list[FurnaceLimit]]:
    rows, limits = [], []
    for name, one in verdicts.items():
        if one.furnace is None:
            said = f"{CHART} needs verdicts on furnaces, and {one.item} has no capacity"
            raise OptionError(said, one.item, 'Pass capacity= to classify(), for example capacity="3 t"')
        level = one.level.value if one.level else ""
        rows.append((name, one.furnace.capacity, one.value, level, one.depends_on_reading))
        limits.append(one.furnace)
    return pandas.DataFrame(rows, columns=_FURNACE), limits


def _from_table(
    measured: Assessment, product: str | None, item: str | None, document: str | None
) -> tuple[pandas.DataFrame, str | None, str | None]:
    rows = canvas.one_product(measured, product, CHART)
    rows = rows[rows["class"].notna()]
    if "furnace_capacity" not in rows.columns or rows.empty:
        fix = "Give the output table the columns furnace_capacity and furnace_capacity_unit"
        raise OptionError(f"{CHART} needs furnaces with a class, and the results have none", "furnace_capacity", fix)
    texts = rows["furnace_capacity"].astype(str) + " " + rows["furnace_capacity_unit"].astype(str)
    sizes = texts.map({text: read_capacity(text) for text in texts.unique()})
    columns = [rows["plant"].astype(str), sizes, *(rows[name] for name in ("intensity", "class", "depends_on_reading"))]
    furnaces = pandas.concat(columns, axis=1, keys=_FURNACE)
    return furnaces, item or str(rows["item"].iloc[0]), document or str(rows["document"].iloc[0])


def _one_curve(marks: list[FurnaceLimit], item: str | None, document: str | None) -> tuple[str, str]:
    curves = {(limit.item, limit.document) for limit in marks}
    wanted = {(item or limit.item, document or limit.document) for limit in marks}
    if len(curves) > 1 or curves != wanted:
        shown = ", ".join(f"{name} ({source})" for name, source in sorted(curves | wanted))
        raise OptionError(f"{CHART} draws one curve, and there are {shown}", shown, "Draw a chart for each")
    return curves.pop()


def _draw_curve(ax: Axes, curve: LimitCurve, sizes: list[float], lettering: Lettering) -> None:
    say, points, limits = lettering.say, curve.capacities, curve.limits
    last = max(float(points[-1]) * 1.2, max(sizes, default=0.0) * 1.1)
    ends = numpy.array([0.0, *points, last])
    # Between two stated points the strict limit is that of the larger class, the lenient that of the smaller.
    strict = numpy.array([limits[0], *limits, limits[-1]])
    lenient = numpy.array([limits[0], limits[0], *limits[:-1], limits[-1]])
    not_stated = say("文件未写明", "not stated")
    ax.fill_between(ends, strict, lenient, step="pre", color=_BAND, alpha=0.5, linewidth=0, zorder=1, label=not_stated)
    readings = (
        (strict, "--", 1.1, say("严读法（较大一档）", "strict (class above)")),
        (lenient, ":", 1.4, say("宽读法（较小一档）", "lenient (class below)")),
    )
    for values, style, wide, label in readings:
        ax.step(ends, values, where="pre", color=_LINE, linestyle=style, linewidth=wide, zorder=2, label=label)
    linear = numpy.interp(ends, points, limits)
    ax.plot(ends, linear, color=_LINE, linewidth=1.8, zorder=3, label=say("点间线性", "linear"))
    dots: dict[str, Any] = {"marker": "o", "markersize": 5, "color": "white", "markeredgecolor": _LINE, "zorder": 4}
    ax.plot(points, limits, linestyle="", label=say("文件所列", "stated"), **dots)
    ax.set_xlim(0, last)


def _one_point_each(furnaces: pandas.DataFrame) -> pandas.DataFrame:
    """Return of each furnace the period in the middle, with the lowest and the highest value of all of them."""
    ordered = furnaces.sort_values("value", kind="stable")
    periods = ordered.groupby(["name", "capacity"], sort=False)["value"]
    ordered = ordered.assign(low=periods.transform("min"), high=periods.transform("max"))
    middle = periods.cumcount() == (periods.transform("size") - 1) // 2
    return ordered[middle].sort_index()


def _draw_furnaces(ax: Axes, furnaces: pandas.DataFrame, lettering: Lettering) -> None:
    for level in [*(level.value for level in Level), ""]:
        here = furnaces[furnaces["level"] == level]
        if len(here):
            ax.scatter(
                here["capacity"],
                here["value"],
                s=64,
                **canvas.class_point(level),
                label=canvas.class_name(level, lettering),
            )
    several = furnaces[furnaces["low"] < furnaces["high"]]
    if len(several):
        label = lettering.say("各期范围，点为中间一期", "its periods, point at the middle one")
        ink = canvas.ink()
        ax.vlines(several["capacity"], several["low"], several["high"], color=ink, linewidth=1.2, zorder=4, label=label)
    rings = furnaces[furnaces["depends"].astype(bool)]
    if len(rings):
        look: dict[str, Any] = {"facecolors": "none", "edgecolors": canvas.ink(), "linewidths": 1.1}
        label = lettering.say("随读法而变", "depends on reading")
        ax.scatter(rings["capacity"], rings["value"], s=210, zorder=5, label=label, **look)
