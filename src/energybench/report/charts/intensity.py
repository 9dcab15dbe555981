"""Charts of an indicator and its limits: values on a ruler of classes, furnaces on their curve, plants side by side."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.errors import DimensionError, OptionError, check_option, quoted
from energybench.errors.language import in_chinese
from energybench.frames import Assessment
from energybench.frames.encode import clean_text, to_floats
from energybench.frames.groups import period_key
from energybench.limits.choose import find_ladder, needs_capacity, same_product
from energybench.limits.furnaces import DEFAULT_ITEM, FurnaceLimit, LimitCurve, find_curve, read_capacity
from energybench.limits.ladders import Level
from energybench.report import charts
from energybench.report.words import COLUMN_OF, SIGNS, columns, look_of, number, vocabulary
from energybench.tables.store import citation, find_document
from energybench.units.factors import ratio
from energybench.units.registry import read_quantity
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

    from energybench.accounts.account import Account
    from energybench.frames.encode import Floats
    from energybench.limits.verdicts import Verdict
    from energybench.report.charts import Lettering
    from energybench.targets import TargetCheck, TargetVerdict
    from energybench.units.registry import AmountLike

    Measured = Verdict | FurnaceLimit | Assessment | Mapping[str, Verdict] | Iterable[Verdict]


LADDER = "ladder_chart"
#: More rows than this are no chart to read.
MOST_RECORDS = 40
_RULER = 0.34


def ladder_chart(
    verdicts: Verdict | Account | Mapping[str, Verdict | Account] | Iterable[Verdict | Account],
    *,
    uncertainty: AmountLike | Mapping[str, AmountLike] | None = None,
    lang: str = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw values against the steps of their ladder: benchmark and baseline, levels 1 to 3, or one limit.

    The ruler below the values shows the class of every place on the axis; an arrow shows which way is better.

    Parameters
    ----------
    verdicts : Verdict, Account, mapping or iterable
        Records on one ladder; the keys of a mapping are the names.
    uncertainty : str, pint.Quantity or mapping, optional
        Half the length of the bar of each value, in the indicator's kind of unit, ``"150 kWh/t"``; a mapping by name.
        Default twice the standard uncertainty where the verdict has one.
    lang : {"zh", "en"}
        Language of the labels.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default new axes.

    Returns
    -------
    matplotlib.axes.Axes
        The indicator to the right, a row per record.

    Raises
    ------
    MissingPackageError
        If matplotlib is not installed.
    OptionError
        If the records stand on different ladders, or one is no record of the library.
    DimensionError
        If the uncertainty is of another kind than the indicator.

    Examples
    --------
    >>> import energybench as eb
    >>> verdict = eb.classify("13200 kWh/t", "electrolytic-aluminium")
    >>> axes = eb.report.ladder_chart({"Potline A": verdict}, uncertainty="60 kWh/t")  # doctest: +SKIP
    """
    named = charts.verdicts_by_name(verdicts, LADDER)
    drawn = list(named.values())
    first, steps, bars = drawn[0], _common_steps(drawn), _bars(named, uncertainty)
    higher = ">" in next(iter(first.comparators.values()))
    with charts.drawing(ax, lang, (7.6, 2.5 + 0.42 * len(named))) as (axes, lettering):
        say = lettering.say
        names = lettering.names(name or say("数值", "value") for name in named)
        low, high = _limits([one.value for one in drawn], bars, [value for _, value in steps])
        zones = _zones(steps, low, high, higher)
        words = _draw_ruler(axes, zones, lettering)
        for style, (step, value) in zip(charts.STYLES, steps, strict=False):
            sign = SIGNS.get(first.comparators[step], first.comparators[step])
            label = f"{charts.class_name(step, lettering)} {sign} {number(value)}"
            axes.axvline(value, color=charts.ink(), linestyle=style, linewidth=1.3, zorder=3, label=label)
        for row, (one, bar) in enumerate(zip(drawn, bars, strict=True)):
            if bar:
                axes.errorbar(
                    one.value, row, xerr=bar, color=charts.ink(), linewidth=1.6, capsize=5, capthick=1.6, zorder=4
                )
            axes.scatter(one.value, row, s=80, **charts.class_point(one.level.value if one.level else None))
            charts.write(axes, number(one.value), one.value, row, 8)
        charts.thousands(axes.xaxis)
        axes.set_xlim(low, high)
        axes.set_ylim(len(named) - 0.5, -1 - _RULER)
        charts.name_rows(axes, names)
        indicator = say(first.indicator_zh, first.indicator_en or first.indicator_zh)
        unit = say(in_chinese(first.unit), first.unit)
        axes.set_xlabel(f"{indicator if lettering.draws(indicator) else first.item}, {unit}")
        own = say("横线：±2 倍标准不确定度。", "Bars: ±2 standard uncertainties.")
        bar_note = own if uncertainty is None else say("横线：所给的不确定度。", "Bars: the uncertainty given.")
        charts.put_texts(
            axes,
            title=say(f"{first.item_zh or first.item}：等级", f"Class of {first.item_en or first.item}"),
            below=[
                say("越大越好 →", "Better →") if higher else say("← 越小越好", "← Better"),
                charts.cite([first], lettering),
                charts.place_of(first, lettering),
                *_follows(named, lettering),
                bar_note if any(bars) else "",
            ],
        )
        _drop_wide_names(axes, words, zones)
        return axes


def _follows(named: dict[str, Verdict], lettering: Lettering) -> list[str]:
    said: dict[str, list[str]] = {}
    for name, one in named.items():
        for sentence in one.follows:
            shown = lettering.say(in_chinese(sentence), sentence)
            if not lettering.draws(shown):  # the number of a national list is Chinese
                shown = sentence.replace(citation(one.document), one.document)
            said.setdefault("".join(char if lettering.draws(char) else "…" for char in shown), []).append(name)
    names = [lettering.say("、", ", ").join(filter(None, found)) for found in said.values()]
    colon = lettering.say("：", ": ")
    return [f"{name}{colon}{one}" if name and len(named) > 1 else one for name, one in zip(names, said, strict=True)]


def _common_steps(verdicts: list[Verdict]) -> list[tuple[str, float]]:
    if len(verdicts) > MOST_RECORDS:
        said = f"{LADDER} shows at most {MOST_RECORDS} records, and {len(verdicts)} are given"
        raise OptionError(said, LADDER, "Choose some")
    ladders = {
        (one.item, one.document, one.unit, tuple(one.thresholds.items()), tuple(one.comparators.items()))
        for one in verdicts
    }
    if len(ladders) > 1:
        shown = "; ".join(sorted({f"{item} in {document}, {unit}" for item, document, unit, *_ in ladders}))
        said = f"{LADDER} shows one ladder, and the records have {len(ladders)}: {shown}"
        raise OptionError(said, shown, "Draw a chart for each")
    steps = [(step, value) for step, value in verdicts[0].thresholds.items() if value is not None]
    if not steps:
        item = verdicts[0].item
        raise OptionError(f"No step of {item} has a figure", item, "Choose a document")
    return steps


def _bars(named: dict[str, Verdict], uncertainty: Any) -> list[float]:
    by_name = uncertainty if hasattr(uncertainty, "keys") else dict.fromkeys(named, uncertainty)
    stray = next((quoted(name) for name in by_name if name not in named), None)
    if stray:
        raise OptionError(f"uncertainty has the name {stray}, which no record has", stray, "Use the same names")
    return [_bar(verdict, by_name.get(name)) for name, verdict in named.items()]


def _bar(verdict: Verdict, given: Any) -> float:
    if given is None:
        own = getattr(verdict, "uncertainty", None)
        return 2 * float(own) if isinstance(own, float) and isfinite(own) else 0.0
    magnitude, unit = read_quantity(given, "uncertainty")
    shown = quoted(given)
    if not isinstance(magnitude, float) or magnitude < 0:
        raise OptionError(f"uncertainty is {shown}, expected one amount, not below zero", shown, 'Write "60 kWh/t"')
    try:
        return magnitude * float(ratio(unit, read_unit(verdict.unit)))
    except DimensionError as error:
        said = f"uncertainty is {shown}, and the indicator is in {verdict.unit}"
        raise DimensionError(said, shown, f"Give it in {verdict.unit}") from error


def _limits(values: list[float], bars: list[float], steps: list[float]) -> tuple[float, float]:
    ends = [*steps, *(value + side * bar for value, bar in zip(values, bars, strict=True) for side in (-1, 1))]
    low, high = min(ends), max(ends)
    room = 0.18 * (high - low) or 0.1 * abs(high) or 1.0
    return low - room, high + room


def _zones(steps: list[tuple[str, float]], low: float, high: float, higher: bool) -> list[tuple[str, float, float]]:
    edge, zones = (high, []) if higher else (low, [])
    for step, value in steps:
        if (value < edge) if higher else (value > edge):
            zones.append((step, edge, value))
            edge = value
    beyond = Level.BELOW_BASELINE if steps[-1][0] == Level.BASELINE else Level.OVER_LIMIT
    return [*zones, (beyond.value, edge, low if higher else high)]


def _draw_ruler(ax: Axes, zones: list[tuple[str, float, float]], lettering: Lettering) -> list[Any]:
    words = []
    for level, start, end in zones:
        look, middle = look_of(level), (start + end) / 2
        ax.barh(-1, end - start, 2 * _RULER, start, zorder=2, **charts.class_area(level, lettering))
        box = {"facecolor": look.fill, "edgecolor": "none", "pad": 1.5}
        word = ax.text(
            middle, -1, charts.class_name(level, lettering), color=look.ink, bbox=box, zorder=4, clip_on=True
        )
        word.set(horizontalalignment="center", verticalalignment="center", fontsize=charts.font_size())
        words.append(word)
    return words


def _drop_wide_names(ax: Axes, words: list[Any], zones: list[tuple[str, float, float]]) -> None:
    charts.settle(ax)
    low, high = ax.get_xlim()
    scale = ax.get_window_extent().width / (high - low)
    for word, (_, start, end) in zip(words, zones, strict=True):
        if word.get_window_extent().width + 4 > abs(end - start) * scale:
            word.remove()


FURNACES = "furnace_chart"
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
        furnaces, marks = _from_verdicts(charts.verdicts_by_name(measured, FURNACES))
    if marks:
        item, document = _one_curve(marks, item, document)
    curve = find_curve(item or DEFAULT_ITEM, document, allow_unverified)
    with charts.drawing(ax, lang, (7.6, 4.8)) as (axes, lettering):
        say = lettering.say
        _draw_curve(axes, curve, [*furnaces["capacity"], *(mark.capacity for mark in marks)], lettering)
        if isinstance(measured, FurnaceLimit):
            at, ink = measured.capacity, charts.ink()
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
        below = charts.put_texts(
            axes,
            title=say(f"{name}：炉容与电耗限额", f"Limit by capacity: {name}"),
            below=[charts.cite([curve.row], lettering), charts.place_of(source, lettering), note, " "],
        )
        spots = [*zip(furnaces["capacity"], furnaces["value"], lettering.names(furnaces["name"]), strict=True)]
        spots += [(float(x), float(y), number(float(y))) for x, y in zip(curve.capacities, curve.limits, strict=True)]
        hidden = charts.label_points(axes, spots)
        said = lettering.count(hidden, "{} 个标注无处可放，未写。", "Labels that found no place: {}.")
        below.set_text(below.get_text() + said)
        return axes


def _from_verdicts(verdicts: Mapping[str, Verdict]) -> tuple[pandas.DataFrame, list[FurnaceLimit]]:
    rows, limits = [], []
    for name, one in verdicts.items():
        if one.furnace is None:
            said = f"{FURNACES} needs verdicts on furnaces, and {one.item} has no capacity"
            raise OptionError(said, one.item, 'Pass capacity= to classify(), for example capacity="3 t"')
        level = one.level.value if one.level else ""
        rows.append((name, one.furnace.capacity, one.value, level, one.depends_on_reading))
        limits.append(one.furnace)
    return pandas.DataFrame(rows, columns=_FURNACE), limits


def _from_table(
    measured: Assessment, product: str | None, item: str | None, document: str | None
) -> tuple[pandas.DataFrame, str | None, str | None]:
    rows = charts.one_product(measured, product, FURNACES)
    rows = rows[rows["class"].notna()]
    if "furnace_capacity" not in rows.columns or rows.empty:
        fix = "Give the output table the columns furnace_capacity and furnace_capacity_unit"
        raise OptionError(f"{FURNACES} needs furnaces with a class, and the results have none", "furnace_capacity", fix)
    texts = rows["furnace_capacity"].astype(str) + " " + rows["furnace_capacity_unit"].astype(str)
    sizes = texts.map({text: read_capacity(text) for text in texts.unique()})
    cells = [rows["plant"].astype(str), sizes, *(rows[name] for name in ("intensity", "class", "depends_on_reading"))]
    furnaces = pandas.concat(cells, axis=1, keys=_FURNACE)
    return furnaces, item or str(rows["item"].iloc[0]), document or str(rows["document"].iloc[0])


def _one_curve(marks: list[FurnaceLimit], item: str | None, document: str | None) -> tuple[str, str]:
    curves = {(limit.item, limit.document) for limit in marks}
    wanted = {(item or limit.item, document or limit.document) for limit in marks}
    if len(curves) > 1 or curves != wanted:
        shown = ", ".join(f"{name} ({source})" for name, source in sorted(curves | wanted))
        raise OptionError(f"{FURNACES} draws one curve, and there are {shown}", shown, "Draw a chart for each")
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
                **charts.class_point(level),
                label=charts.class_name(level, lettering),
            )
    several = furnaces[furnaces["low"] < furnaces["high"]]
    if len(several):
        label = lettering.say("各期范围，点为中间一期", "its periods, point at the middle one")
        ink = charts.ink()
        ax.vlines(several["capacity"], several["low"], several["high"], color=ink, linewidth=1.2, zorder=4, label=label)
    rings = furnaces[furnaces["depends"].astype(bool)]
    if len(rings):
        look: dict[str, Any] = {"facecolors": "none", "edgecolors": charts.ink(), "linewidths": 1.1}
        label = lettering.say("随读法而变", "depends on reading")
        ax.scatter(rings["capacity"], rings["value"], s=210, zorder=5, label=label, **look)


PORTFOLIO = "portfolio_chart"
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
    rows = charts.one_product(assessment, product, PORTFOLIO)
    wanted = None if period is None else period_key(period)
    rows = charts.one_of(rows, PORTFOLIO, "period", wanted, rows["period"].map(period_key))
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
    with charts.drawing(ax, lang, (8.4, 4.8)) as (axes, lettering):
        say = lettering.say
        steps = _steps(plants)
        bottom, cut = _bottom([*plants["intensity"], *(value for _, value in steps)])
        _draw_plants(axes, plants, left, wide, bottom, lettering)
        for style, (level, value) in zip(charts.STYLES, steps, strict=False):
            label = f"{charts.class_name(level, lettering)} {number(value)}"
            line = axes.axhline(value, color=charts.ink(), linestyle=style, linewidth=1.4, zorder=4, label=label)
            line.set_path_effects(charts.halo(axes))
        _draw_marks(axes, marks, total, item, lettering)
        axes.set_xlim(0, 1.01 * total)
        along = say("累计产能，" if by == "capacity" else "累计产量，", f"cumulative {by}, ")
        axes.set_xlabel(along + (unit if lettering.draws(unit) else str(read_unit(unit))))
        per = str(plants["unit"].iloc[0])
        axes.set_ylabel(say(f"单位产品能耗，{in_chinese(per)}", f"intensity, {per}"))
        charts.thousands(axes.xaxis, axes.yaxis)
        names = lettering.names(plants["plant"])
        written, known = str(plants["product"].iloc[0]), next(iter(same_product(item)), None)
        if written == item and known is not None:
            written = say(known.item_zh, known.item_en)
        title, out = written if lettering.draws(written) else item, len(rows) - len(plants)
        below = charts.put_texts(
            axes,
            title=say(f"{title}：单位产品能耗与累计规模", f"Intensity over the portfolio: {title}"),
            below=[
                say("越大越好。", "Higher is better.") if higher else say("越小越好。", "Lower is better."),
                charts.cite(charts.sources_of(plants), lettering),
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
    found = {step: plants[column].astype(float) for step, column in COLUMN_OF.items() if column in plants.columns}
    return [(step, values.iloc[0]) for step, values in found.items() if values.eq(values.iloc[0]).all()]


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
        look = charts.class_area(level, lettering)
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
        label = f"{charts.class_name(level, lettering)} {value}{due}{say('：', ': ')}{answer}{reached}"
        line = ax.axvline(place, color=colour, linestyle=style, linewidth=2.2, zorder=5, label=label)
        line.set_path_effects(charts.halo(ax, 4.5))


def _name_plants(
    ax: Axes, plants: list[tuple[str, str]], left: Floats, wide: Floats, values: Floats, bottom: float
) -> int:
    charts.settle(ax)
    box = ax.get_window_extent()
    scale = box.width / ax.get_xlim()[1]
    tops, narrow = [float(values.max() + 0.1 * (values.max() - bottom))], 0
    least = charts.font_size() * ax.figure.dpi / 72
    for (name, full), start, width, value in zip(plants, left, wide, values, strict=True):
        if width * scale < least:  # not even a name that stands upright has room
            narrow += 1
            continue
        text = charts.write(ax, name, start + width / 2, value)
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
        lines = charts.wrapped(name, room / column)
        text.set_text("\n".join(lines))
        if len(lines) <= _LINES and text.get_window_extent().width <= room:
            return True
    text.set(text=charts.shortened(name, height / column), rotation=90)
    return bool(text.get_window_extent().width <= room)
