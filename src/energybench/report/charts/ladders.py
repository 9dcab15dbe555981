"""The ladder chart: one or several values against the steps of one limit, on a ruler of its classes."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from energybench.errors import DimensionError, OptionError, quoted
from energybench.errors.language import in_chinese
from energybench.limits.ladders import Level
from energybench.report.charts import canvas
from energybench.report.words import SIGNS, look_of, number
from energybench.tables.store import citation
from energybench.units.factors import ratio
from energybench.units.registry import read_quantity
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from matplotlib.axes import Axes

    from energybench.accounts.account import Account
    from energybench.limits.verdicts import Verdict
    from energybench.report.charts.canvas import Lettering
    from energybench.units.registry import AmountLike


CHART = "ladder_chart"
#: More rows than this are no chart to read.
MOST = 40
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
    named = canvas.verdicts_by_name(verdicts, CHART)
    drawn = list(named.values())
    first, steps, bars = drawn[0], _common_steps(drawn), _bars(named, uncertainty)
    higher = ">" in next(iter(first.comparators.values()))
    with canvas.drawing(ax, lang, (7.6, 2.5 + 0.42 * len(named))) as (axes, lettering):
        say = lettering.say
        names = lettering.names(name or say("数值", "value") for name in named)
        low, high = _limits([one.value for one in drawn], bars, [value for _, value in steps])
        zones = _zones(steps, low, high, higher)
        words = _draw_ruler(axes, zones, lettering)
        for style, (step, value) in zip(canvas.STYLES, steps, strict=False):
            sign = SIGNS.get(first.comparators[step], first.comparators[step])
            label = f"{canvas.class_name(step, lettering)} {sign} {number(value)}"
            axes.axvline(value, color=canvas.ink(), linestyle=style, linewidth=1.3, zorder=3, label=label)
        for row, (one, bar) in enumerate(zip(drawn, bars, strict=True)):
            if bar:
                axes.errorbar(
                    one.value, row, xerr=bar, color=canvas.ink(), linewidth=1.6, capsize=5, capthick=1.6, zorder=4
                )
            axes.scatter(one.value, row, s=80, **canvas.class_point(one.level.value if one.level else None))
            canvas.write(axes, number(one.value), one.value, row, 8)
        canvas.thousands(axes.xaxis)
        axes.set_xlim(low, high)
        axes.set_ylim(len(named) - 0.5, -1 - _RULER)
        canvas.name_rows(axes, names)
        indicator = say(first.indicator_zh, first.indicator_en or first.indicator_zh)
        axes.set_xlabel(f"{indicator if lettering.draws(indicator) else first.item}, {first.unit}")
        own = say("横线：±2 倍标准不确定度。", "Bars: ±2 standard uncertainties.")
        bar_note = own if uncertainty is None else say("横线：所给的不确定度。", "Bars: the uncertainty given.")
        canvas.finish(
            axes,
            title=say(f"{first.item_zh or first.item}：等级", f"Class of {first.item_en or first.item}"),
            below=[
                say("越大越好 →", "Better →") if higher else say("← 越小越好", "← Better"),
                canvas.cite([first], lettering),
                canvas.place_of(first, lettering),
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
    if len(verdicts) > MOST:
        said = f"{CHART} shows at most {MOST} records, and {len(verdicts)} are given"
        raise OptionError(said, CHART, "Choose some")
    ladders = {
        (one.item, one.document, one.unit, tuple(one.thresholds.items()), tuple(one.comparators.items()))
        for one in verdicts
    }
    if len(ladders) > 1:
        shown = "; ".join(sorted({f"{item} in {document}, {unit}" for item, document, unit, *_ in ladders}))
        said = f"{CHART} shows one ladder, and the records have {len(ladders)}: {shown}"
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
        ax.barh(-1, end - start, 2 * _RULER, start, zorder=2, **canvas.class_area(level, lettering))
        box = {"facecolor": look.fill, "edgecolor": "none", "pad": 1.5}
        word = ax.text(
            middle, -1, canvas.class_name(level, lettering), color=look.ink, bbox=box, zorder=4, clip_on=True
        )
        word.set(horizontalalignment="center", verticalalignment="center", fontsize=canvas.font_size())
        words.append(word)
    return words


def _drop_wide_names(ax: Axes, words: list[Any], zones: list[tuple[str, float, float]]) -> None:
    canvas.settle(ax)
    low, high = ax.get_xlim()
    scale = ax.get_window_extent().width / (high - low)
    for word, (_, start, end) in zip(words, zones, strict=True):
        if word.get_window_extent().width + 4 > abs(end - start) * scale:
            word.remove()
