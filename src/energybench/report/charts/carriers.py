"""Energy by carrier: sorted bars in tce, energy sent out, recovered or converted to the left of zero."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pandas

from energybench.accounts.account import Account
from energybench.errors import EnergybenchError, OptionError
from energybench.errors.language import word
from energybench.frames import Assessment
from energybench.report.charts import canvas
from energybench.report.words import number
from energybench.tables.names import find_carrier
from energybench.tables.store import records

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from energybench.report.charts.canvas import Lettering

    Bar = tuple[str, bool, float]

CHART = "carrier_chart"
#: More bars than this are no chart to read: the smallest become one.
MOST = 14
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
        raise canvas.wrong_input(energy, CHART, "Account or Assessment")
    if lines.empty:
        raise OptionError(f"{CHART} has no energy line that was used", CHART, "Look at assessment.problems")
    tce = lines.groupby(["carrier", lines["tce"] < 0], sort=False)["tce"].sum()
    own = int((lines["document"].astype(str) == "").sum())
    with canvas.drawing(ax, lang, (7.6, 1.8 + 0.36 * min(len(tce), MOST))) as (axes, lettering):
        say = lettering.say
        _draw(axes, _sorted(tce, lettering), lettering)
        axes.set_xlabel(say("折标准煤，tce", "standard coal, tce"))
        canvas.thousands(axes.xaxis)
        total, basis = number(float(tce.sum())), say(word(basis), basis)
        canvas.finish(
            axes,
            title=say(f"分品种能耗：合计 {total} tce（{basis}）", f"Energy by carrier: {total} tce ({basis})"),
            below=[
                canvas.cite(canvas.sources_of(lines), lettering),
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
    if len(bars) > MOST:
        rest = bars[MOST - 1 :]
        word = lettering.say(f"其余 {len(rest)} 项", f"{len(rest)} others")
        bars = [*bars[: MOST - 1], (word, False, sum(value for _, _, value in rest))]
    drawn = lettering.names(name for name, _, _ in bars)
    return [(name, *bar[1:]) for name, bar in zip(drawn, bars, strict=True)]


def _draw(ax: Axes, bars: list[Bar], lettering: Lettering) -> None:
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
    ax.bar_label(drawn, [number(value) for value in values], padding=4, fontsize=canvas.font_size())
    ax.axvline(0, color=canvas.ink(), linewidth=1)
    ax.margins(x=0.16)
    if max(map(abs, values)) >= _WIDE:
        ax.locator_params(axis="x", nbins=4)
    if min(values) >= 0:
        ax.set_xlim(left=0)
    ax.set_ylim(len(bars) - 0.5, -0.5)
    canvas.name_rows(ax, names)
