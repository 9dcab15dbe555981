"""The saving waterfall: energy now, what must be saved to reach each step, and what is left then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from energybench.accounts.account import Account
from energybench.errors import OptionError
from energybench.frames import Assessment
from energybench.limits.ladders import Level
from energybench.report.charts import canvas
from energybench.report.words import look_of, number

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes

    from energybench.report.charts.canvas import Lettering

CHART = "saving_chart"
_NOW = "#3d6a8f"
_SAVED = "#f4f4f4"


def saving_chart(
    energy: Account | Assessment, *, product: str | None = None, lang: str = "en", ax: Axes | None = None
) -> Axes:
    """Draw what must be saved to reach each step: baseline, then benchmark.

    Parameters
    ----------
    energy : Account or Assessment
        An account with product and output, or the results of one product added up.
    product : str, optional
        Which product of an assessment.
    lang, ax
        As in :func:`ladder_chart`.

    Returns
    -------
    matplotlib.axes.Axes
        Energy in tce, or in kWh where the indicator is electricity.

    Raises
    ------
    MissingPackageError
        If matplotlib is not installed.
    OptionError
        If the account has no product, or no result has a class.

    Notes
    -----
    Saving = (value - threshold) x output where a step is not met, else zero; each plant by itself, so that one
    better than a step does not make up for another.

    Examples
    --------
    >>> import energybench as eb
    >>> lines = [("原煤", "3600 t"), ("electricity", "300 万kWh")]
    >>> book = eb.account(lines, output="24000 t", product="cement-clinker")
    >>> axes = eb.report.saving_chart(book)  # doctest: +SKIP
    """
    sources: list[Any]
    if isinstance(energy, Account):
        verdict, left_out = canvas.verdict_of(energy, CHART), 0
        now, unit = energy.tce if verdict.saving_unit == "tce" else energy.electricity_kwh, verdict.saving_unit
        savings, sources = verdict.savings, [verdict]
        names = (verdict.item_zh or verdict.item, verdict.item_en or verdict.item)
    elif isinstance(energy, Assessment):
        rows = canvas.one_product(energy, product, CHART)
        known = rows[rows["class"].notna()]
        if known.empty:
            said = f"{CHART} needs results with a class, and there is none"
            raise OptionError(said, CHART, "Look at assessment.problems")
        unit, item, left_out = str(known["saving_unit"].iloc[0]), str(known["item"].iloc[0]), len(rows) - len(known)
        now = float(known["tce" if unit == "tce" else "electricity_kwh"].sum())
        savings, sources = _savings_of(known), canvas.sources_of(known)
        written = known["product"].astype(str).unique()
        names = (written[0] if len(written) == 1 else item, item)
    else:
        raise canvas.wrong_input(energy, CHART, "Account or Assessment")
    steps = sorted(((step, value) for step, value in savings.items() if value is not None), key=lambda pair: pair[1])
    with canvas.drawing(ax, lang, (2.6 + 1.9 * len(steps), 4.4)) as (axes, lettering):
        say = lettering.say
        if unit == "kWh" and abs(now) >= 1e7:
            scale, unit = (1e-4, "万kWh") if lettering.lang == "zh" else (1e-6, "GWh")
            now, steps = now * scale, [(step, value * scale) for step, value in steps]
        cut = _draw(axes, now, steps, lettering)
        axes.set_xlabel(" ", fontsize=1)
        axes.set_ylabel(say("能耗，", "energy, ") + unit)
        canvas.thousands(axes.yaxis)
        name = say(*names)
        canvas.finish(
            axes,
            title=say(f"{name}：达到各级需节能量", f"Saving to each step: {name}"),
            below=[
                canvas.cite(sources, lettering),
                say("纵轴不从零起。", "The upright axis does not start at zero.") if cut else "",
                lettering.count(left_out, "{} 行没有等级，未计入。", "Rows without a class, left out: {}."),
            ],
        )
        return axes


def _savings_of(rows: pandas.DataFrame) -> dict[str, float | None]:
    columns = {level.value: f"saving_{level.value}".replace("-", "_") for level in Level}
    savings = rows.reindex(columns=list(columns.values())).astype(float).sum(skipna=False)
    return {level: None if savings[column] != savings[column] else savings[column] for level, column in columns.items()}


def _draw(ax: Axes, now: float, savings: list[tuple[str, float]], lettering: Lettering) -> bool:
    # Name, lower and upper end, figure, colour and hatch of each bar, and the level at which the next one joins.
    bars = [(lettering.say("现状", "now"), 0.0, now, now, _NOW, "", now)]
    for step, saving in savings:
        before, after = bars[-1][-1], now - saving
        name, look = canvas.class_name(step, lettering), look_of(step)
        to = lettering.say(f"节能至\n{name}", f"saving to\n{name}")
        bars.append((to, after, before, after - before or 0.0, _SAVED, "////", after))
        bars.append((lettering.say(f"达到\n{name}", f"at\n{name}"), 0.0, after, after, look.fill, look.hatch, after))
    saved = max((saving for _, saving in savings), default=0.0)
    cut = 0 < saved < 0.3 * now
    bottom = now - 2.2 * saved if cut else min(0.0, now - saved)
    names, lows, highs, figures, colours, hatches, levels = zip(*bars, strict=True)
    bases = [max(low, bottom) if colour != _SAVED else low for low, colour in zip(lows, colours, strict=True)]
    drawn = ax.bar(
        range(len(bars)),
        [high - base for high, base in zip(highs, bases, strict=True)],
        0.62,
        bases,
        color=colours,
        edgecolor="#222222",
        hatch=hatches,
        linewidth=0.8,
        zorder=2,
    )
    ax.bar_label(drawn, [number(figure) for figure in figures], padding=3, fontsize=canvas.font_size())
    places = numpy.arange(len(bars) - 1)
    ax.hlines(levels[:-1], places + 0.31, places + 0.69, color=canvas.ink(), linewidth=0.9, zorder=3)
    top = max(now, 0.0)
    ax.set_ylim(bottom, top + 0.12 * (top - bottom))
    ax.set_xticks(range(len(bars)), names)
    ax.tick_params(axis="x", length=0, labelsize=canvas.font_size())
    return cut
