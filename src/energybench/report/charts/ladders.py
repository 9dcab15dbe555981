"""The ladder chart: one or several values against the steps of one limit, on a ruler of its classes."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from energybench.errors import DimensionError, OptionError, quoted
from energybench.limits.ladders import Level
from energybench.report.charts.canvas import (
    cite,
    class_name,
    class_patch,
    finish,
    font_size,
    halo,
    ink,
    open_axes,
    require_matplotlib,
    settle,
    thousands,
)
from energybench.report.charts.inputs import Named, named_verdicts
from energybench.report.fonts import choose_lettering
from energybench.report.look import look_of
from energybench.report.words import number
from energybench.units.registry import ratio, read_quantity
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from matplotlib.axes import Axes

    from energybench.accounts.account import Account
    from energybench.limits.verdicts import Verdict
    from energybench.report.fonts import Lettering
    from energybench.units.registry import AmountLike

    Record = Verdict | Account

CHART = "ladder_chart"
#: More rows than this are no chart to read.
MOST = 40
_STYLES = ("-", "--", ":", "-.")
_RULER = 0.34


def ladder_chart(
    verdicts: Record | Mapping[str, Record] | Iterable[Record],
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
    require_matplotlib()
    named = named_verdicts(verdicts, CHART)
    steps = _common_steps(named)
    bars = _bars(named, uncertainty)
    first = named[0].verdict
    lettering = choose_lettering(lang)
    with lettering.applied():
        axes = open_axes(ax, lettering, (7.6, 2.5 + 0.42 * len(named)))
        names = lettering.names(one.name or lettering.say("数值", "value") for one in named)
        low, high = _limits([one.verdict.value for one in named], bars, [value for _, value in steps])
        zones = _zones(first, steps, low, high)
        words = _draw_ruler(axes, zones, lettering)
        handles = _draw_steps(axes, first, steps, lettering) + [
            class_patch(level, class_name(level, lettering)) for level, _, _ in zones
        ]
        _draw_values(axes, named, bars)
        thousands(axes, x=True)
        axes.set_xlim(low, high)
        axes.set_ylim(len(named) - 0.5, -1 - _RULER)
        axes.set_yticks(range(len(named)), names)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        indicator = lettering.say(first.indicator_zh, first.indicator_en or first.indicator_zh)
        axes.set_xlabel(f"{indicator if lettering.draws(indicator) else first.item}, {first.unit}")
        finish(
            axes,
            title=lettering.say(f"{first.item_zh or first.item}：等级", f"Class of {first.item_en or first.item}"),
            handles=handles,
            below=[_direction(first, lettering), cite([first], lettering), _said(bars, uncertainty, lettering)],
        )
        _drop_wide_names(axes, words, zones)
        return axes


def _common_steps(named: list[Named]) -> list[tuple[str, float]]:
    """Return the steps that have a figure, or refuse records on different ladders."""
    if len(named) > MOST:
        raise OptionError(f"{CHART} shows at most {MOST} records, and {len(named)} are given", CHART, "Choose some")
    ladders = {
        (v.item, v.document, v.unit, tuple(v.thresholds.items()), tuple(v.comparators.items()))
        for v in (one.verdict for one in named)
    }
    if len(ladders) > 1:
        shown = "; ".join(sorted({f"{item} in {document}, {unit}" for item, document, unit, *_ in ladders}))
        raise OptionError(
            f"{CHART} shows one ladder, and the records have {len(ladders)}: {shown}", shown, "Draw a chart for each"
        )
    steps = [(step, value) for step, value in named[0].verdict.thresholds.items() if value is not None]
    if not steps:
        raise OptionError(
            f"No step of {named[0].verdict.item} has a figure", named[0].verdict.item, "Choose a document"
        )
    return steps


def _bars(named: list[Named], uncertainty: Any) -> list[float]:
    """Return half the length of each bar in the indicator's unit; zero where nothing is known."""
    by_name = uncertainty if hasattr(uncertainty, "keys") else {one.name: uncertainty for one in named}
    stray = [name for name in by_name if name not in {one.name for one in named}]
    if stray:
        raise OptionError(
            f"uncertainty has the name {quoted(stray[0])}, which no record has", quoted(stray[0]), "Use the same names"
        )
    return [_bar(one.verdict, by_name.get(one.name)) for one in named]


def _bar(verdict: Verdict, given: Any) -> float:
    if given is None:
        own = getattr(verdict, "uncertainty", None)
        return 2 * float(own) if isinstance(own, float) and isfinite(own) else 0.0
    magnitude, unit = read_quantity(given, "uncertainty")
    if not isinstance(magnitude, float) or magnitude < 0:
        raise OptionError(
            f"uncertainty is {quoted(given)}, expected one amount, not below zero", quoted(given), 'Write "60 kWh/t"'
        )
    try:
        return magnitude * float(ratio(unit, read_unit(verdict.unit)))
    except DimensionError as error:
        raise DimensionError(
            f"uncertainty is {quoted(given)}, and the indicator is in {verdict.unit}",
            quoted(given),
            f"Give it in {verdict.unit}",
        ) from error


def _limits(values: list[float], bars: list[float], steps: list[float]) -> tuple[float, float]:
    """Return the ends of the axis: everything inside, with room around."""
    ends = [
        *steps,
        *(v - b for v, b in zip(values, bars, strict=True)),
        *(v + b for v, b in zip(values, bars, strict=True)),
    ]
    low, high = min(ends), max(ends)
    room = 0.18 * (high - low) or 0.1 * abs(high) or 1.0
    return low - room, high + room


def _zones(verdict: Verdict, steps: list[tuple[str, float]], low: float, high: float) -> list[tuple[str, float, float]]:
    """Return each class with its ends on the axis, best first; a step that an earlier one hides has none."""
    higher = ">" in next(iter(verdict.comparators.values()))
    edge, zones = (high, []) if higher else (low, [])
    for step, value in steps:
        if (value < edge) if higher else (value > edge):
            zones.append((step, edge, value))
            edge = value
    beyond = Level.BELOW_BASELINE if steps[-1][0] == Level.BASELINE else Level.OVER_LIMIT
    return [*zones, (beyond.value, edge, low if higher else high)]


def _draw_ruler(ax: Axes, zones: list[tuple[str, float, float]], lettering: Lettering) -> list[Any]:
    """Draw the classes as a ruler along the top of the rows; return their names."""
    words = []
    for level, start, end in zones:
        look = look_of(level)
        ax.barh(
            -1,
            end - start,
            left=start,
            height=2 * _RULER,
            color=look.fill,
            edgecolor=look.ink,
            hatch=look.hatch,
            linewidth=0.6,
            zorder=2,
        )
        word = ax.text(
            (start + end) / 2,
            -1,
            class_name(level, lettering),
            ha="center",
            va="center",
            fontsize=font_size(),
            color=look.ink,
            zorder=4,
            clip_on=True,
            bbox={"facecolor": look.fill, "edgecolor": "none", "pad": 1.5},
        )
        words.append(word)
    return words


def _drop_wide_names(ax: Axes, words: list[Any], zones: list[tuple[str, float, float]]) -> None:
    """Remove a name that is wider than its zone; the legend has it too."""
    settle(ax)
    low, high = ax.get_xlim()
    scale = ax.get_window_extent().width / (high - low)
    for word, (_, start, end) in zip(words, zones, strict=True):
        if word.get_window_extent().width + 4 > abs(end - start) * scale:
            word.remove()


def _draw_steps(ax: Axes, verdict: Verdict, steps: list[tuple[str, float]], lettering: Lettering) -> list[Any]:
    """Draw a line for each step; return their legend."""
    handles = []
    for style, (step, value) in zip(_STYLES, steps, strict=False):
        sign = {"<=": "≤", ">=": "≥"}.get(verdict.comparators[step], verdict.comparators[step])
        label = f"{class_name(step, lettering)} {sign} {number(value)}"
        handles.append(ax.axvline(value, color=ink(), linestyle=style, linewidth=1.3, zorder=3, label=label))
    return handles


def _draw_values(ax: Axes, named: list[Named], bars: list[float]) -> None:
    """Draw a point for each value, its bar, and its figure."""
    for row, (one, bar) in enumerate(zip(named, bars, strict=True)):
        verdict = one.verdict
        look = look_of(verdict.level.value if verdict.level else None)
        if bar:
            ax.errorbar(verdict.value, row, xerr=bar, color=ink(), linewidth=1.6, capsize=5, capthick=1.6, zorder=4)
        ax.scatter(
            verdict.value, row, s=80, marker=look.marker, color=look.fill, edgecolors=ink(), linewidths=0.9, zorder=5
        )
        text = ax.annotate(
            number(verdict.value),
            (verdict.value, row),
            xytext=(0, 8),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=font_size(),
            zorder=6,
        )
        text.set_path_effects(halo(ax))


def _direction(verdict: Verdict, lettering: Lettering) -> str:
    if ">" in next(iter(verdict.comparators.values())):
        return lettering.say("越大越好 →", "Better →")
    return lettering.say("← 越小越好", "← Better")


def _said(bars: list[float], given: Any, lettering: Lettering) -> str:
    if not any(bars):
        return ""
    if given is None:
        return lettering.say("横线：±2 倍标准不确定度。", "Bars: ±2 standard uncertainties.")
    return lettering.say("横线：所给的不确定度。", "Bars: the uncertainty given.")
