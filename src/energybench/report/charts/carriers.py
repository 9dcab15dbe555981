"""Energy by carrier: sorted bars in tce, energy sent out to the left of zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from energybench.accounts.account import Account
from energybench.energy.coefficients import find_carrier
from energybench.errors import EnergybenchError, OptionError
from energybench.frames import Assessment
from energybench.report.charts.canvas import (
    Cited,
    cite,
    finish,
    font_size,
    ink,
    name_rows,
    open_axes,
    sources_of,
    thousands,
    wrong_input,
)
from energybench.report.fonts import choose_lettering
from energybench.report.words import BASES_ZH, number
from energybench.tables.store import records

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from energybench.report.fonts import Lettering

CHART = "carrier_chart"
#: More bars than this are no chart to read: the smallest become one.
MOST = 14


class _Energy(NamedTuple):
    """What is drawn: tce by carrier and direction, the sources, what is left out."""

    tce: dict[tuple[str, bool], float]
    sources: list[Cited]
    own: int
    left_out: int
    basis: str


def carrier_chart(energy: Account | Assessment, *, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw the energy of each carrier in tonnes of standard coal equivalent, the largest first.

    Parameters
    ----------
    energy : Account or Assessment
        One account, or the energy lines of a whole assessment.
    lang : {"zh", "en"}
        Language of the labels.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default new axes.

    Returns
    -------
    matplotlib.axes.Axes
        tce to the right, a bar per carrier; energy sent out is negative and hatched.

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
    lettering = choose_lettering(lang)
    if isinstance(energy, Account):
        found = _of_account(energy)
    elif isinstance(energy, Assessment):
        found = _of_assessment(energy)
    else:
        raise wrong_input(energy, CHART, "Account or Assessment")
    if not found.tce:
        raise OptionError(f"{CHART} has no energy line that was used", CHART, "Look at assessment.problems")
    bars, say = _sorted(found.tce, lettering), lettering.say
    with lettering.applied():
        axes = open_axes(ax, lettering, (7.6, 1.8 + 0.36 * len(bars)))
        _draw(axes, bars, lettering)
        axes.set_xlabel(say("折标准煤，tce", "standard coal, tce"))
        thousands(axes.xaxis)
        total, basis = number(sum(found.tce.values())), say(BASES_ZH.get(found.basis, ""), found.basis)
        finish(
            axes,
            title=say(f"分品种能耗：合计 {total} tce（{basis}）", f"Energy by carrier: {total} tce ({basis})"),
            below=[
                cite(found.sources, lettering),
                lettering.count(found.own, "{} 行用用户给定的系数。", "Lines with the user's own figure: {}."),
                lettering.count(found.left_out, "{} 行读数有问题，未计入。", "Meter rows with problems, left out: {}."),
            ],
        )
        return axes


def _of_account(book: Account) -> _Energy:
    tce: dict[tuple[str, bool], float] = {}
    for line in book.lines:
        key = (line.coefficient.carrier, line.flow == "out")
        tce[key] = tce.get(key, 0.0) + line.tce
    used = [line.coefficient for line in book.lines]
    sources = [Cited(one.document, one.clause, one.verification) for one in used if one.document]
    return _Energy(tce, sources, sum(not one.document for one in used), 0, book.basis)


def _of_assessment(assessment: Assessment) -> _Energy:
    lines = assessment.lines.frame()
    used = lines[lines["used"]]
    out = used["tce"] < 0
    names = {text: _carrier(text) for text in used["carrier"].astype(str).unique()}
    carrier = used["carrier"].astype(str).map(names)
    tce = {
        (name, sent): float(values.sum())
        for sent, here in ((False, ~out), (True, out))
        for name, values in used["tce"][here].groupby(carrier[here], sort=False)
    }
    documented = used["document"].astype(str) != ""
    basis = str(assessment.options.get("basis", "calorific"))
    return _Energy(tce, sources_of(used), int((~documented).sum()), len(lines) - len(used), basis)


def _carrier(name: str) -> str:
    """Return the id of a carrier, or the name as written where a figure of the user's own needs none."""
    try:
        return find_carrier(name.strip())
    except EnergybenchError:
        return name.strip()


def _sorted(tce: dict[tuple[str, bool], float], lettering: Lettering) -> list[tuple[str, bool, float]]:
    """Return name, direction and tce of each bar, the largest first; many small ones become one."""
    rows = {row.carrier: row for row in reversed(records("carriers"))}
    names = {
        carrier: lettering.say(row.name_zh, row.name_en) or carrier if (row := rows.get(carrier)) else carrier
        for carrier, _ in tce
    }
    bars = sorted(((names[key[0]], key[1], value) for key, value in tce.items()), key=lambda bar: -abs(bar[2]))
    if len(bars) > MOST:
        rest = bars[MOST - 1 :]
        word = lettering.say(f"其余 {len(rest)} 项", f"{len(rest)} others")
        bars = [*bars[: MOST - 1], (word, False, sum(value for _, _, value in rest))]
    drawn = lettering.names(name for name, _, _ in bars)
    return [(name, sent, value) for name, (_, sent, value) in zip(drawn, bars, strict=True)]


def _draw(ax: Axes, bars: list[tuple[str, bool, float]], lettering: Lettering) -> None:
    """Draw the bars with their figures, energy that comes in and energy sent out; a legend where there are both."""
    looks: tuple[tuple[bool, dict[str, Any], str], ...] = (
        (False, {"color": "#3d6a8f"}, lettering.say("输入", "in")),
        (True, {"color": "#f4f4f4", "hatch": "////"}, lettering.say("外供", "sent out")),
    )
    both = any(sent for _, sent, _ in bars)
    for out, look, label in looks:
        rows = [row for row, (_, sent, _) in enumerate(bars) if sent == out]
        values = [bars[row][2] for row in rows]
        drawn = ax.barh(
            rows, values, 0.66, edgecolor="#222222", linewidth=0.8, zorder=2, label=label if both else "", **look
        )
        ax.bar_label(drawn, [number(value) for value in values], padding=4, fontsize=font_size())
    ax.axvline(0, color=ink(), linewidth=1)
    ax.margins(x=0.16)
    if all(value >= 0 for *_, value in bars):
        ax.set_xlim(left=0)
    ax.set_ylim(len(bars) - 0.5, -0.5)
    name_rows(ax, [name for name, _, _ in bars])
