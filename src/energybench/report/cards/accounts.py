"""Card of an account: lines with their coefficients, total, intensity, verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from energybench.accounts.account import Account
    from energybench.energy.lines import Line

from energybench.report.cards.figures import BASES_ZH
from energybench.report.cards.pieces import (
    amount,
    card,
    document,
    facts,
    label,
    line,
    muted,
    number,
    spread,
    table,
    text,
    verification,
)
from energybench.report.cards.verdicts import verdict_badge, verdict_parts

#: How many lines are shown; the trail has all.
LINES = 50
_FLOWS_ZH = {"in": "输入", "out": "外供"}
_HEADS = (
    ("能源品种", "carrier"),
    ("流向", "flow"),
    ("实物量", "amount"),
    ("折标准煤系数", "coefficient"),
    ("折标准煤", "tce"),
    ("来源", "source"),
)


def account_card(book: Account) -> str:
    """Return an account: its lines, total, intensity and verdict."""
    basis = label(BASES_ZH.get(book.basis, ""), book.basis)
    total = f"<strong>{number(book.tce)}</strong>{spread(book.uncertainty)} tce ({basis})"
    rows = [("综合能耗", "comprehensive energy", total)]
    if book.intensity is not None:
        rows.append(("产量", "output", amount(book.output, book.output_unit)))
        rows.append(
            (
                "单位产品能耗",
                "intensity",
                f"<strong>{number(book.intensity)}</strong>{spread(book.intensity_uncertainty)} {text(book.unit)}",
            )
        )
    if book.control is not None:
        counted = f"{number(book.control.tce_total)} / {number(book.control.tce_intensity)} tce"
        rows.append(("能耗双控：总量 / 强度", "control: total / intensity", counted))
    rows += [("说明", "note", text(note)) for note in book.notes]
    title = label("能耗核算", "energy account")
    if book.product:
        title += f": {text(book.product)}"
    if book.verdict is not None:
        title += f" {verdict_badge(book.verdict)}"
    parts = [table(_HEADS, [_cells(one) for one in book.lines[:LINES]], numbers=(2, 3, 4))]
    if len(book.lines) > LINES:
        more = f"{len(book.lines) - LINES:,}"
        parts.append(line(label(f"另有 {more} 行，见", f"{more} more lines:") + " <code>.trail()</code>"))
    parts.append(facts(rows))
    if book.verdict is not None:
        parts += verdict_parts(book.verdict)
    return card(title, *parts)


def _cells(one: Line) -> list[str]:
    """Return the cells of one line of an account."""
    record = one.coefficient
    if record.origin == "table" and record.document:
        cited = " ".join([document(record.document), text(record.clause), muted(verification(record.verification))])
    else:
        cited = text(record.source)
    return [
        text(one.carrier),
        label(_FLOWS_ZH.get(one.flow, ""), one.flow),
        amount(one.amount, one.unit) + (f" × {text(one.density)}" if one.density else ""),
        f"{number(record.value)} {text(record.unit)}",
        number(one.tce),
        cited,
    ]
