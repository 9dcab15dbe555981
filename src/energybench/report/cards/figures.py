"""Cards of single figures: a coefficient, the limit of a furnace."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from energybench.energy.coefficients import Coefficient
    from energybench.limits.furnaces import FurnaceLimit

from energybench.report.cards.pieces import card, facts, label, line, muted, names, number, source, text

BASES_ZH = {"calorific": "当量值", "primary": "等价值"}
_ORIGINS_ZH = {
    "table": "查表",
    "ncv": "实测热值",
    "coal_rate": "煤耗",
    "user": "用户给定",
    "definition": "定义",
}
_READINGS_ZH = {
    "linear": "点间线性",
    "class_below": "按较小一档（宽）",
    "class_above": "按较大一档（严）",
    "stated_only": "只取文件所列",
}


def coefficient_card(record: Coefficient) -> str:
    """Return a coefficient: figure, basis, origin, heating value, source."""
    rows = [("折标准煤系数", "coefficient", f"<strong>{number(record.value)}</strong> {text(record.unit)}")]
    if record.basis:
        rows.append(("折算口径", "basis", label(BASES_ZH.get(record.basis, ""), record.basis)))
    rows.append(("来历", "origin", label(_ORIGINS_ZH.get(record.origin, ""), record.origin)))
    if record.heating_value is not None:
        checked = f" ({text(record.heating_value_verification)})" if record.heating_value_verification else ""
        heating = f"{number(record.heating_value)} {text(record.heating_value_unit)}{muted(checked)}"
        rows.append(("低位发热量", "heating value", heating))
    if record.notes:
        rows.append(("说明", "notes", text(record.notes)))
    cited = source(record, text(record.source) if record.origin != "table" else "")
    return card(
        names(record.name_zh, record.name_en, record.carrier),
        facts(rows),
        line(f"{muted(label('来源', 'source'))}: {cited}"),
    )


def furnace_card(limit: FurnaceLimit) -> str:
    """Return the limit of one furnace: the limit, its bounds over all readings, the stated points, the source."""
    unit = text(limit.unit)
    origin = ("文件所列", "stated") if limit.origin == "stated" else ("点间推算，文件未列", "interpolated")
    (small, small_limit), (large, large_limit) = limit.between
    stated = f"{number(small)} t: {number(small_limit)}"
    if small != large:
        stated += f"; {number(large)} t: {number(large_limit)}"
    rows = [
        (
            "限额",
            "limit",
            f"<strong>{text(limit.comparator)} {number(limit.value)} {unit}</strong> ({text(limit.denominator)})",
        ),
        ("额定容量", "rated capacity", f"{number(limit.capacity)} t"),
        ("读法", "reading", f"{label(_READINGS_ZH.get(limit.reading, ''), limit.reading)}; {label(*origin)}"),
        ("严 / 宽", "strict / lenient", f"{number(limit.strict)} / {number(limit.lenient)} {unit}"),
        ("文件所列", "stated points", f"{stated} {unit}"),
    ]
    if limit.notes:
        rows.append(("说明", "notes", text(limit.notes)))
    return card(
        f"{label('炉容限额', 'furnace limit')}: {text(limit.item)}",
        facts(rows),
        line(f"{muted(label('来源', 'source'))}: {source(limit)}"),
    )
