"""Charts of energy: by carrier, as sorted bars in tce; and what must be saved to reach each step, as a waterfall."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.accounts.account import Account
from energybench.errors import EnergybenchError, OptionError
from energybench.errors.language import word
from energybench.frames import Assessment
from energybench.report import charts
from energybench.report.words import COLUMN_OF, look_of, number
from energybench.tables.names import find_carrier
from energybench.tables.store import records

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from energybench.report.charts import Lettering

    Bar = tuple[str, bool, float]


CARRIERS = "carrier_chart"
#: More bars than this are no chart to read: the smallest become one.
MOST_BARS = 14
#: From here on the numbers of the axis are so wide that few have room.
_WIDE = 1e7


def carrier_chart(energy: Account | Assessment, *, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw the energy of each carrier in tonnes of standard coal equivalent, the largest first.

    Parameters
    ----------
    energy : Account or Assessment
        One account, or the energy lines of a whole assessment.
    lang, ax
        As in :func:`ladder_chart`.

    Returns
    -------
    matplotlib.axes.Axes
        tce to the right, a bar per carrier; energy sent out, recovered or converted is negative and
        hatched.

    Raises
    ------
    MissingPackageError
        If matplotlib is not installed.
    OptionError
        If the record is neither, or no line was used.

    Notes
    -----
    The bars add up to the comprehensive energy in the title. Meter rows that could not be used are counted below
    the chart.

    Examples
    --------
    >>> import energybench as eb
    >>> book = eb.account([("原煤", "2400 t"), ("electricity", "120 万kWh")])
    >>> axes = eb.report.carrier_chart(book)  # doctest: +SKIP
    """
    if isinstance(energy, Account):
        lines, basis, left_out = _lines_of(energy), energy.basis, 0
    elif isinstance(energy, Assessment):
        every = energy.lines.frame()
        lines = every[every["used"]]
        lines = lines.assign(carrier=_carriers(lines["carrier"].astype(str)))
        basis, left_out = str(energy.options.get("basis", "calorific")), len(every) - len(lines)
    else:
        raise charts.wrong_input(energy, CARRIERS, "Account or Assessment")
    if lines.empty:
        raise OptionError(f"{CARRIERS} has no energy line that was used", CARRIERS, "Look at assessment.problems")
    tce = lines.groupby(["carrier", lines["tce"] < 0], sort=False)["tce"].sum()
    own = int((lines["document"].astype(str) == "").sum())
    with charts.drawing(ax, lang, (7.6, 1.8 + 0.36 * min(len(tce), MOST_BARS))) as (axes, lettering):
        say = lettering.say
        _draw_carriers(axes, _sorted(tce, lettering), lettering)
        axes.set_xlabel(say("折标准煤，tce", "standard coal, tce"))
        charts.thousands(axes.xaxis)
        total, basis = number(float(tce.sum())), say(word(basis), basis)
        charts.put_texts(
            axes,
            title=say(f"分品种能耗：合计 {total} tce（{basis}）", f"Energy by carrier: {total} tce ({basis})"),
            below=[
                charts.cite(charts.sources_of(lines), lettering),
                lettering.count(own, "{} 行用用户给定的系数。", "Lines with the user's own figure: {}."),
                lettering.count(left_out, "{} 行读数有问题，未计入。", "Meter rows with problems, left out: {}."),
            ],
        )
        return axes


def _lines_of(book: Account) -> pandas.DataFrame:
    used = [(line.coefficient, line.tce) for line in book.lines]
    rows = [(one.carrier, one.document, one.clause, one.verification, tce) for one, tce in used]
    return pandas.DataFrame(rows, columns=["carrier", "document", "clause", "verification", "tce"])


def _carriers(names: pandas.Series[str]) -> pandas.Series[str]:
    """Return the ids of carriers; a name stays as written where a figure of the user's own needs no carrier."""
    found = {name: name.strip() for name in names.unique()}
    for name in found:
        with suppress(EnergybenchError):
            found[name] = find_carrier(name.strip())
    return names.map(found)


def _sorted(tce: pandas.Series[float], lettering: Lettering) -> list[Bar]:
    ids = {row.carrier: lettering.say(row.name_zh, row.name_en) for row in reversed(records("carriers"))}
    keys: list[Any] = tce.index.tolist()
    bars = [(ids.get(carrier) or carrier, out, value) for (carrier, out), value in zip(keys, tce.tolist(), strict=True)]
    bars.sort(key=lambda bar: -abs(bar[2]))
    if len(bars) > MOST_BARS:
        rest = bars[MOST_BARS - 1 :]
        word = lettering.say(f"其余 {len(rest)} 项", f"{len(rest)} others")
        bars = [*bars[: MOST_BARS - 1], (word, False, sum(value for _, _, value in rest))]
    drawn = lettering.names(name for name, _, _ in bars)
    return [(name, *bar[1:]) for name, bar in zip(drawn, bars, strict=True)]


def _draw_carriers(ax: Axes, bars: list[Bar], lettering: Lettering) -> None:
    names, outs, values = zip(*bars, strict=True)
    looks = {
        False: ("#3d6a8f", "", lettering.say("输入", "in")),
        True: ("#f4f4f4", "////", lettering.say("外供、回收、转换产出", "sent out, recovered or converted")),
    }
    colours, hatches, words = zip(*(looks[out] for out in outs), strict=True)
    labels = ["" if True not in outs or out in outs[:row] else words[row] for row, out in enumerate(outs)]
    # As a tuple, two colours would be one with its opacity.
    look: dict[str, Any] = {"color": [*colours], "hatch": hatches, "edgecolor": "#222222", "linewidth": 0.8}
    drawn = ax.barh(range(len(bars)), values, 0.66, label=labels, zorder=2, **look)
    ax.bar_label(drawn, [number(value) for value in values], padding=4, fontsize=charts.font_size())
    ax.axvline(0, color=charts.ink(), linewidth=1)
    ax.margins(x=0.16)
    if max(map(abs, values)) >= _WIDE:
        ax.locator_params(axis="x", nbins=4)
    if min(values) >= 0:
        ax.set_xlim(left=0)
    ax.set_ylim(len(bars) - 0.5, -0.5)
    charts.name_rows(ax, names)


SAVINGS = "saving_chart"
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
        verdict, left_out = charts.verdict_of(energy, SAVINGS), 0
        now, unit = energy.tce if verdict.saving_unit == "tce" else energy.electricity_kwh, verdict.saving_unit
        savings, sources = verdict.savings, [verdict]
        names = (verdict.item_zh or verdict.item, verdict.item_en or verdict.item)
    elif isinstance(energy, Assessment):
        rows = charts.one_product(energy, product, SAVINGS)
        known = rows[rows["class"].notna()]
        if known.empty:
            said = f"{SAVINGS} needs results with a class, and there is none"
            raise OptionError(said, SAVINGS, "Look at assessment.problems")
        unit, item, left_out = str(known["saving_unit"].iloc[0]), str(known["item"].iloc[0]), len(rows) - len(known)
        now = float(known["tce" if unit == "tce" else "electricity_kwh"].sum())
        savings, sources = _savings_of(known), charts.sources_of(known)
        written = known["product"].astype(str).unique()
        names = (written[0] if len(written) == 1 else item, item)
    else:
        raise charts.wrong_input(energy, SAVINGS, "Account or Assessment")
    steps = sorted(((step, value) for step, value in savings.items() if value is not None), key=lambda pair: pair[1])
    with charts.drawing(ax, lang, (2.6 + 1.9 * len(steps), 4.4)) as (axes, lettering):
        say = lettering.say
        if unit == "kWh" and abs(now) >= 1e7:
            scale, unit = (1e-4, "万kWh") if lettering.lang == "zh" else (1e-6, "GWh")
            now, steps = now * scale, [(step, value * scale) for step, value in steps]
        cut = _draw_savings(axes, now, steps, lettering)
        axes.set_xlabel(" ", fontsize=1)
        axes.set_ylabel(say("能耗，", "energy, ") + unit)
        charts.thousands(axes.yaxis)
        name = say(*names)
        charts.put_texts(
            axes,
            title=say(f"{name}：达到各级需节能量", f"Saving to each step: {name}"),
            below=[
                charts.cite(sources, lettering),
                say("纵轴不从零起。", "The upright axis does not start at zero.") if cut else "",
                lettering.count(left_out, "{} 行没有等级，未计入。", "Rows without a class, left out: {}."),
            ],
        )
        return axes


def _savings_of(rows: pandas.DataFrame) -> dict[str, float | None]:
    savings = (
        rows.reindex(columns=[f"saving_{column}" for column in COLUMN_OF.values()]).astype(float).sum(skipna=False)
    )
    return {
        step: None if saving != saving else saving for step, saving in zip(COLUMN_OF, savings.tolist(), strict=True)
    }


def _draw_savings(ax: Axes, now: float, savings: list[tuple[str, float]], lettering: Lettering) -> bool:
    # Name, lower and upper end, figure, colour and hatch of each bar, and the level at which the next one joins.
    bars = [(lettering.say("现状", "now"), 0.0, now, now, _NOW, "", now)]
    for step, saving in savings:
        before, after = bars[-1][-1], now - saving
        name, look = charts.class_name(step, lettering), look_of(step)
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
    ax.bar_label(drawn, [number(figure) for figure in figures], padding=3, fontsize=charts.font_size())
    places = numpy.arange(len(bars) - 1)
    ax.hlines(levels[:-1], places + 0.31, places + 0.69, color=charts.ink(), linewidth=0.9, zorder=3)
    top = max(now, 0.0)
    ax.set_ylim(bottom, top + 0.12 * (top - bottom))
    ax.set_xticks(range(len(bars)), names)
    ax.tick_params(axis="x", length=0, labelsize=charts.font_size())
    return cut
