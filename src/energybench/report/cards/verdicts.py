"""Card of a verdict: the class, each step with threshold and margin, the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from energybench.limits.verdicts import Verdict

from energybench.limits.ladders import LEVELS_ZH
from energybench.report.cards.pieces import (
    badge,
    card,
    facts,
    label,
    line,
    muted,
    names,
    number,
    source,
    spread,
    table,
    text,
)

_MET = {True: ("达到", "met"), False: ("未达到", "not met"), None: ("无法判断", "cannot tell")}


def verdict_badge(verdict: Verdict) -> str:
    """Return the class of a verdict, marked by colour and by word."""
    level = verdict.level
    return badge(None, "无法判断") if level is None else badge(level.value, level.zh)


def verdict_card(verdict: Verdict) -> str:
    """Return a verdict: class, value, steps with thresholds and margins, source."""
    name = names(verdict.item_zh, verdict.item_en, verdict.item)
    return card(f"{name} {verdict_badge(verdict)}", *verdict_parts(verdict))


def verdict_parts(verdict: Verdict) -> tuple[str, str, str]:
    """Return what stands below the title: facts, steps, source."""
    indicator = names(verdict.indicator_zh, verdict.indicator_en, "")
    value = f"<strong>{number(verdict.value)}</strong>{spread(verdict.uncertainty)} {text(verdict.unit)}"
    rows = [("数值", "value", value)]
    if verdict.probabilities:
        shares = (
            f"{badge(name, LEVELS_ZH.get(name, '无法判断'))} {100 * p:.3g} %"
            for name, p in verdict.probabilities.items()
        )
        rows.append(("各级概率", "probability", " ".join(shares)))
    if indicator:
        rows.append(("指标", "indicator", indicator))
    if verdict.reason:
        rows.append(("原因", "reason", text(verdict.reason)))
    if verdict.furnace is not None:
        rows.append(("额定容量", "rated capacity", f"{number(verdict.furnace.capacity)} t"))
    if verdict.depends_on_reading:
        rows.append(("注意", "note", label("换一种读法，结论会变", "another reading of the table changes the class")))
    rows += [("修正", "correction", text(correction)) for correction in verdict.corrections]
    if verdict.notes:
        rows.append(("说明", "notes", text(verdict.notes)))
    return (
        facts(rows),
        _steps(verdict),
        line(f"{muted(label('来源', 'source'))}: {source(verdict)}"),
    )


def _steps(verdict: Verdict) -> str:
    """Return a row per step: threshold, met or not, margin, and what must be saved."""
    heads = [("等级", "step"), ("限值", "threshold"), ("达到", "met"), ("差距", "margin")]
    if verdict.savings:
        heads.append(("需节能", f"saving, {verdict.saving_unit}"))
    rows = []
    for step, threshold in verdict.thresholds.items():
        sign = {"<=": "≤", ">=": "≥"}.get(verdict.comparators[step], verdict.comparators[step])
        cells = [
            label(LEVELS_ZH.get(step, ""), step),
            number(None) if threshold is None else f"{text(sign)} {number(threshold)} {text(verdict.unit)}",
            label(*_MET[verdict.meets[step]]),
            number(verdict.margins[step]),
        ]
        rows.append([*cells, number(verdict.savings[step])] if verdict.savings else cells)
    return table(heads, rows, numbers=(3, 4))
