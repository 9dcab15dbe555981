"""The saving waterfall: energy now, what must be saved to reach each step, and what is left then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

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
    open_axes,
    require_matplotlib,
    thousands,
)
from energybench.report.charts.inputs import Cited, one_product, wrong_input
from energybench.report.fonts import choose_lettering
from energybench.report.look import look_of
from energybench.report.words import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from energybench.report.fonts import Lettering

CHART = "saving_chart"
_NOW = "#3d6a8f"
_SAVED = "#f4f4f4"


@dataclass(frozen=True, slots=True)
class _Fall:
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
    require_matplotlib()
    if isinstance(energy, Account):
        fall = _of_account(energy)
    elif isinstance(energy, Assessment):
        fall = _of_assessment(energy, product)
    else:
        raise wrong_input(energy, CHART, "Account or Assessment")
    lettering = choose_lettering(lang)
    fall = _readable(fall, lettering)
    with lettering.applied():
        axes = open_axes(ax, lettering, (2.6 + 1.9 * len(fall.savings), 4.4))
        cut = _draw(axes, fall, lettering)
        axes.set_xlabel(" ", fontsize=1)
        axes.set_ylabel(lettering.say("能耗，", "energy, ") + fall.unit)
        thousands(axes, y=True)
        name = fall.name_zh if lettering.lang == "zh" else fall.name_en
        finish(
            axes,
            title=lettering.say(f"{name}：达到各级需节能量", f"Saving to each step: {name}"),
            handles=[],
            below=[
                cite(fall.sources, lettering),
                lettering.say("纵轴不从零起。", "The upright axis does not start at zero.") if cut else "",
                _left_out(fall.left_out, lettering),
            ],
        )
        return axes


def _of_account(book: Account) -> _Fall:
    verdict = book.verdict
    if verdict is None:
        raise OptionError(
            f"{CHART} needs a verdict, and the account has no product",
            "product",
            "Pass product= and output= to account()",
        )
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
    return _Fall(now, unit, savings, name, str(known["item"].iloc[0]), Cited.of(known), len(rows) - len(known))


def _readable(fall: _Fall, lettering: Lettering) -> _Fall:
    """Return large electricity in 万kWh or GWh, so that its figures can be read."""
    if fall.unit != "kWh" or abs(fall.now) < 1e7:
        return fall
    unit, scale = lettering.say("万kWh", "GWh"), 1e-4 if lettering.lang == "zh" else 1e-6
    savings = [(step, saving * scale) for step, saving in fall.savings]
    return replace(fall, now=fall.now * scale, unit=unit, savings=savings)


def _draw(ax: Axes, fall: _Fall, lettering: Lettering) -> bool:
    """Draw the bars and return whether the axis is cut."""
    bars, before = [(lettering.say("现状", "now"), 0.0, fall.now, _NOW, "")], fall.now
    saved = 0.0
    for step, saving in fall.savings:
        after = fall.now - saving
        name, look = class_name(step, lettering), look_of(step)
        bars.append((lettering.say(f"节能至\n{name}", f"saving to\n{name}"), after, before, _SAVED, "////"))
        bars.append((lettering.say(f"达到\n{name}", f"at\n{name}"), 0.0, after, look.fill, look.hatch))
        before, saved = after, max(saved, saving)
    lowest = fall.now - saved
    cut = 0 < saved < 0.3 * fall.now
    bottom = lowest - 1.2 * saved if cut else min(0.0, lowest)
    for place, (_, low, high, colour, hatch) in enumerate(bars):
        base = max(low, bottom) if colour != _SAVED else low
        ax.bar(place, high - base, 0.62, base, color=colour, edgecolor="#222222", hatch=hatch, linewidth=0.8, zorder=2)
        figure = number(high) if colour != _SAVED else number(low - high if high != low else 0.0)
        ax.annotate(
            figure, (place, high), xytext=(0, 3), textcoords="offset points", ha="center", va="bottom",
            fontsize=font_size(),
        )  # fmt: skip
        if place + 1 < len(bars):
            level = low if colour == _SAVED else high
            ax.plot([place + 0.31, place + 0.69], [level, level], color=ink(), linewidth=0.9, zorder=3)
    top = max(fall.now, 0.0)
    ax.set_ylim(bottom, top + 0.12 * (top - bottom))
    ax.set_xticks(range(len(bars)), [name for name, *_ in bars])
    ax.tick_params(axis="x", length=0, labelsize=font_size())
    return cut


def _left_out(count: int, lettering: Lettering) -> str:
    return (
        "" if not count else lettering.say(f"{count} 行没有等级，未计入。", f"Rows without a class, left out: {count}.")
    )
