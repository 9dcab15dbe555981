"""The portfolio chart: intensity against cumulative capacity or output, a step a plant, coloured by class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy

from energybench.errors import OptionError, check_option
from energybench.frames.encode import clean_text, to_floats
from energybench.frames.groups import period_key
from energybench.limits.choose import find_ladder, needs_capacity, same_product
from energybench.limits.ladders import Level
from energybench.report.charts import canvas
from energybench.report.words import SIGNS, columns, number, vocabulary
from energybench.units.factors import ratio
from energybench.units.text import read_unit

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation
    from numpy.typing import NDArray

    from energybench.frames import Assessment
    from energybench.report.charts.canvas import Lettering
    from energybench.targets import TargetCheck, TargetVerdict

    Floats = NDArray[numpy.float64]

CHART = "portfolio_chart"
#: What stands along the axis: the column of the results.
WIDTHS = {"capacity": "design_capacity", "output": "output"}
#: Which end of the axis a share of capacity is counted from.
_SHARES = {"share_of_capacity_at_benchmark": "best", "share_of_capacity_below_baseline": "worst"}
#: How much of the height an upright name may take, in how many lines another may stand, and the shortest of them.
_UPRIGHT, _LINES, _SHORTEST = 0.36, 3, 8

#: So many plants have steps with an edge.
_MOST_EDGES = 40


def portfolio_chart(
    assessment: Assessment,
    *,
    product: str | None = None,
    period: str | None = None,
    by: str | None = None,
    targets: TargetCheck | None = None,
    lang: str = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw the intensity of each plant against the capacity of all plants that are better.

    A step is a plant: as wide as its capacity, as high as its intensity, best first, coloured by class.

    Parameters
    ----------
    assessment : Assessment
        Of one product and period, or of several where ``product`` and ``period`` choose.
    product : str, optional
        Item id, or the product as written in the table.
    period : str, optional
        As written in the table.
    by : {"capacity", "output"}, optional
        What is added up along the axis: the column design_capacity or output; default capacity where each plant
        has one.
    targets : TargetCheck, optional
        From :func:`energybench.check_targets`: its shares of capacity at benchmark and below baseline are marked.
    lang, ax
        As in :func:`ladder_chart`.

    Returns
    -------
    matplotlib.axes.Axes
        Cumulative capacity or output to the right, the indicator upwards.

    Raises
    ------
    MissingPackageError
        If matplotlib is not installed.
    OptionError
        If there are several products or periods, no plant has a class, or the targets hold
        no share that this axis can show: a share of capacity is none of output.

    Notes
    -----
    Plants without a class are not drawn, and a line below the chart counts them.

    Examples
    --------
    >>> import energybench as eb
    >>> assessment = eb.assess("meters.csv", "outputs.csv")  # doctest: +SKIP
    >>> axes = eb.report.portfolio_chart(assessment, product="cement-clinker")  # doctest: +SKIP
    """
    rows = canvas.one_product(assessment, product, CHART)
    wanted = None if period is None else period_key(period)
    rows = canvas.one_of(rows, CHART, "period", wanted, rows["period"].map(period_key))
    width, unit, by = _widths(rows, by)
    plants = rows.assign(width=width)[rows["class"].notna() & (width > 0)]
    if plants.empty:
        raise OptionError(f"No plant of the results has a class and a {by}", by, "Look at assessment.problems")
    item, document = str(plants["item"].iloc[0]), str(plants["document"].iloc[0])
    marks = _marks(targets, by)
    # A furnace limit is an upper one.
    higher = not needs_capacity(item) and find_ladder(item, document, allow_unverified=True).better == "higher"
    plants = plants.sort_values("intensity", ascending=not higher, kind="stable")
    wide = plants["width"].to_numpy(dtype=float)
    left, total = numpy.cumsum(wide) - wide, float(wide.sum())
    with canvas.drawing(ax, lang, (8.4, 4.8)) as (axes, lettering):
        say = lettering.say
        steps = _steps(plants)
        bottom, cut = _bottom([*plants["intensity"], *(value for _, value in steps)])
        _draw_plants(axes, plants, left, wide, bottom, lettering)
        for style, (level, value) in zip(canvas.STYLES, steps, strict=False):
            label = f"{canvas.class_name(level, lettering)} {number(value)}"
            line = axes.axhline(value, color=canvas.ink(), linestyle=style, linewidth=1.4, zorder=4, label=label)
            line.set_path_effects(canvas.halo(axes))
        _draw_marks(axes, marks, total, item, lettering)
        axes.set_xlim(0, 1.01 * total)
        along = say("累计产能，" if by == "capacity" else "累计产量，", f"cumulative {by}, ")
        axes.set_xlabel(along + (unit if lettering.draws(unit) else str(read_unit(unit))))
        axes.set_ylabel(say("单位产品能耗，", "intensity, ") + str(plants["unit"].iloc[0]))
        canvas.thousands(axes.xaxis, axes.yaxis)
        names = lettering.names(plants["plant"])
        written, known = str(plants["product"].iloc[0]), next(iter(same_product(item)), None)
        if written == item and known is not None:
            written = say(known.item_zh, known.item_en)
        title, out = written if lettering.draws(written) else item, len(rows) - len(plants)
        below = canvas.finish(
            axes,
            title=say(f"{title}：单位产品能耗与累计规模", f"Intensity over the portfolio: {title}"),
            below=[
                say("越大越好。", "Higher is better.") if higher else say("越小越好。", "Lower is better."),
                canvas.cite(canvas.sources_of(plants), lettering),
                lettering.count(out, "{} 行没有等级或规模，未画。", "Not drawn: {} rows without a class or a size."),
                say("纵轴不从零起。", "The upright axis does not start at zero.") if cut else "",
            ],
        )
        named = list(zip(names, map(str, plants["plant"]), strict=True))
        if narrow := _name_plants(axes, named, left, wide, plants["intensity"].to_numpy(), bottom):
            said = say(f"{narrow} 家太窄，未写名称。", f"Too narrow for a name: {narrow}.")
            below.set_text(f"{below.get_text()}\n{said}")
        return axes


def _widths(rows: pandas.DataFrame, by: str | None) -> tuple[Floats, str, str]:
    """Return what each plant adds to the axis, in the unit of the first, and which column that is."""
    if by is not None:
        check_option("by", by, WIDTHS)
    has_capacity = WIDTHS["capacity"] in rows.columns
    if by == "capacity" and not has_capacity:
        fix = 'Add it to the output table, or pass by="output"'
        raise OptionError("The results have no column design_capacity", "capacity", fix)
    given = has_capacity and bool(rows[WIDTHS["capacity"]].notna().all())
    by = by or ("capacity" if given else "output")
    column = WIDTHS[by]
    units = rows[f"{column}_unit"].map(clean_text)
    known = [unit for unit in units.unique() if unit and unit != "nan"]
    factors = {unit: float(ratio(read_unit(unit), read_unit(known[0]))) for unit in known}
    return to_floats(rows[column]) * units.map(factors).to_numpy(float), known[0], by


def _steps(plants: pandas.DataFrame) -> list[tuple[str, float]]:
    columns_of = {level.value: level.value.replace("-", "_") for level in Level}
    found = {level: plants[column].astype(float) for level, column in columns_of.items() if column in plants.columns}
    return [(level, values.iloc[0]) for level, values in found.items() if values.eq(values.iloc[0]).all()]


def _bottom(values: list[float]) -> tuple[float, bool]:
    low, high = min(values), max(values)
    if low <= 0:
        return low - 0.1 * (high - low or abs(low) or 1.0), False
    if high - low > 0.5 * high:
        return 0.0, False
    return max(0.0, low - 0.6 * (high - low or 0.1 * high)), True


def _draw_plants(
    ax: Axes, plants: pandas.DataFrame, left: Floats, wide: Floats, bottom: float, lettering: Lettering
) -> None:
    classes, values = plants["class"].to_numpy(), plants["intensity"].to_numpy(dtype=float)
    for level in (level.value for level in Level if (classes == level.value).any()):
        here = classes == level
        look = canvas.class_area(level, lettering)
        if len(plants) > _MOST_EDGES:  # edges and hatches would swallow the colours
            look |= {"linewidth": 0, "hatch": "", "edgecolor": "none"}
        ax.bar(left[here], values[here] - bottom, wide[here], bottom, align="edge", zorder=2, **look)


def _marks(targets: TargetCheck | None, by: str) -> list[TargetVerdict]:
    if targets is None:
        return []
    shares = [target for target in targets if target.figure in _SHARES and target.threshold is not None]
    if not shares:
        said = f"{targets.citation} has no target for the share of capacity at benchmark or below baseline"
        raise OptionError(said, targets.document, "Leave targets out")
    if by != "capacity":
        said = f"The targets of {targets.citation} are shares of capacity, and the axis is {by}"
        fix = "Add design_capacity to the output table; a share of capacity is no share of output"
        raise OptionError(said, by, fix)
    return shares


def _draw_marks(ax: Axes, marks: list[TargetVerdict], total: float, item: str, lettering: Lettering) -> None:
    say = lettering.say
    for colour, style, mark in zip(("#b44fd0", "#2f93d6"), ((0, (6, 2, 1, 2)), (0, (2, 2))), marks, strict=False):
        share = (mark.threshold or 0.0) / 100
        place = total * (share if _SHARES[mark.figure] == "best" else 1 - share)
        found = next((f"{part.low:.3g} %" for part in mark.parts if part.name == item and part.low == part.high), "")
        found = found or mark.found
        value = f"{SIGNS.get(mark.comparison, mark.comparison)} {mark.value} %{say('（产能）', ' of capacity')}"
        reached = say("，实际 ", ", found ") + found if found else ""
        due = say(f"，{mark.deadline} 年前", f" by {mark.deadline}") if mark.deadline else ""
        level = Level.BENCHMARK if _SHARES[mark.figure] == "best" else Level.BELOW_BASELINE
        answer = say(*vocabulary()[mark.answer])
        label = f"{canvas.class_name(level, lettering)} {value}{due}{say('：', ': ')}{answer}{reached}"
        line = ax.axvline(place, color=colour, linestyle=style, linewidth=2.2, zorder=5, label=label)
        line.set_path_effects(canvas.halo(ax, 4.5))


def _name_plants(
    ax: Axes, plants: list[tuple[str, str]], left: Floats, wide: Floats, values: Floats, bottom: float
) -> int:
    canvas.settle(ax)
    box = ax.get_window_extent()
    scale = box.width / ax.get_xlim()[1]
    tops, narrow = [float(values.max() + 0.1 * (values.max() - bottom))], 0
    least = canvas.font_size() * ax.figure.dpi / 72
    for (name, full), start, width, value in zip(plants, left, wide, values, strict=True):
        if width * scale < least:  # not even a name that stands upright has room
            narrow += 1
            continue
        text = canvas.write(ax, name, start + width / 2, value)
        if not _fit(text, name, width * scale, _UPRIGHT * box.height):
            text.remove()
            narrow += 1
            continue
        if text.get_text().replace("\n", "").replace(" ", "") != full.replace(" ", ""):
            text.set_label(full)
        share = min(0.6, (text.get_window_extent().height + 8) / box.height)
        tops.append(bottom + (value - bottom) / (1 - share))
    ax.set_ylim(bottom, max(tops))
    return narrow


def _fit(text: Annotation, name: str, room: float, height: float) -> bool:
    """Break a name until it is no wider than its step, else turn it and cut it at a height; say whether it fits."""
    extent = text.get_window_extent()
    if extent.width <= room:
        return True
    column = extent.width / columns(name)
    if room >= _SHORTEST * column:
        lines = canvas.wrapped(name, room / column)
        text.set_text("\n".join(lines))
        if len(lines) <= _LINES and text.get_window_extent().width <= room:
            return True
    text.set(text=canvas.shortened(name, height / column), rotation=90)
    return bool(text.get_window_extent().width <= room)
