"""The saving waterfall: energy now, what must be saved to reach each step, and what is left then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from energybench.accounts.account import Account
from energybench.errors import OptionError
from energybench.frames import Assessment
from energybench.limits.ladders import Level
from energybench.report.charts.canvas import (
    cite,
    class_name,
    finish,
    font_size,
    ink,
    one_product,
    open_axes,
    sources_of,
    thousands,
    verdict_of,
    wrong_input,
)
from energybench.report.fonts import choose_lettering
from energybench.report.look import look_of
from energybench.report.words import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from energybench.report.fonts import Lettering

CHART = "saving_chart"
_NOW = "#3d6a8f"
_SAVED = "#f4f4f4"


class _Fall(NamedTuple):
    """Energy now, and the saving from now to each step, the loosest first."""

    now: float
    unit: str
    savings: list[tuple[str, float]]
    name_zh: str
    name_en: str
    sources: list[Any]
    left_out: int = 0


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
    lang : {"zh", "en"}
        Language of the labels.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default new axes.

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
    lettering = choose_lettering(lang)
    if isinstance(energy, Account):
        fall = _of_account(energy)
    elif isinstance(energy, Assessment):
        fall = _of_assessment(energy, product)
    else:
        raise wrong_input(energy, CHART, "Account or Assessment")
    fall, say = _readable(fall, lettering), lettering.say
    with lettering.applied():
        axes = open_axes(ax, lettering, (2.6 + 1.9 * len(fall.savings), 4.4))
        cut = _draw(axes, fall, lettering)
        axes.set_xlabel(" ", fontsize=1)
        axes.set_ylabel(say("能耗，", "energy, ") + fall.unit)
        thousands(axes.yaxis)
        name = say(fall.name_zh, fall.name_en)
        finish(
            axes,
            title=say(f"{name}：达到各级需节能量", f"Saving to each step: {name}"),
            below=[
                cite(fall.sources, lettering),
                say("纵轴不从零起。", "The upright axis does not start at zero.") if cut else "",
                lettering.count(fall.left_out, "{} 行没有等级，未计入。", "Rows without a class, left out: {}."),
            ],
        )
        return axes


def _of_account(book: Account) -> _Fall:
    verdict = verdict_of(book, CHART)
    now = book.tce if verdict.saving_unit == "tce" else book.electricity_kwh
    found = [(step, value) for step, value in verdict.savings.items() if value is not None]
    return _Fall(
        now,
        verdict.saving_unit,
        sorted(found, key=lambda pair: pair[1]),
        verdict.item_zh or verdict.item,
        verdict.item_en or verdict.item,
        [verdict],
    )


def _of_assessment(assessment: Assessment, product: str | None) -> _Fall:
    rows = one_product(assessment, product, CHART)
    known = rows[rows["class"].notna()]
    if known.empty:
        raise OptionError(
            f"{CHART} needs results with a class, and there is none", CHART, "Look at assessment.problems"
        )
    unit = str(known["saving_unit"].iloc[0])
    now = float(known["tce" if unit == "tce" else "electricity_kwh"].sum())
    columns = {level.value: f"saving_{level.value}".replace("-", "_") for level in Level}
    found = [
        (level, float(known[column].sum()))
        for level, column in columns.items()
        if column in known.columns and known[column].notna().all()
    ]
    name = str(known["product"].iloc[0]) if known["product"].nunique() == 1 else str(known["item"].iloc[0])
    savings = sorted(found, key=lambda pair: pair[1])
    return _Fall(now, unit, savings, name, str(known["item"].iloc[0]), sources_of(known), len(rows) - len(known))


def _readable(fall: _Fall, lettering: Lettering) -> _Fall:
    """Return large electricity in 万kWh or GWh, so that its figures can be read."""
    if fall.unit != "kWh" or abs(fall.now) < 1e7:
        return fall
    unit, scale = lettering.say("万kWh", "GWh"), 1e-4 if lettering.lang == "zh" else 1e-6
    savings = [(step, saving * scale) for step, saving in fall.savings]
    return fall._replace(now=fall.now * scale, unit=unit, savings=savings)


def _draw(ax: Axes, fall: _Fall, lettering: Lettering) -> bool:
    """Draw the bars and return whether the axis is cut."""
    # Name, lower and upper end, figure, colour and hatch of each bar, and the level at which the next one joins.
    bars = [(lettering.say("现状", "now"), 0.0, fall.now, fall.now, _NOW, "", fall.now)]
    for step, saving in fall.savings:
        before, after = bars[-1][-1], fall.now - saving
        name, look = class_name(step, lettering), look_of(step)
        to = lettering.say(f"节能至\n{name}", f"saving to\n{name}")
        bars.append((to, after, before, after - before or 0.0, _SAVED, "////", after))
        bars.append((lettering.say(f"达到\n{name}", f"at\n{name}"), 0.0, after, after, look.fill, look.hatch, after))
    saved = max((saving for _, saving in fall.savings), default=0.0)
    cut = 0 < saved < 0.3 * fall.now
    bottom = fall.now - 2.2 * saved if cut else min(0.0, fall.now - saved)
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
    ax.bar_label(drawn, [number(figure) for figure in figures], padding=3, fontsize=font_size())
    for place, level in enumerate(levels[:-1]):
        ax.plot([place + 0.31, place + 0.69], [level, level], color=ink(), linewidth=0.9, zorder=3)
    top = max(fall.now, 0.0)
    ax.set_ylim(bottom, top + 0.12 * (top - bottom))
    ax.set_xticks(range(len(bars)), names)
    ax.tick_params(axis="x", length=0, labelsize=font_size())
    return cut
