"""Cards of assessments: what was counted, the first results with their class, the problems by reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from energybench.limits.ladders import LEVELS_ZH
from energybench.report.cards.pieces import (
    badge,
    card,
    document,
    label,
    line,
    muted,
    number,
    table,
    text,
    verification,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from energybench.frames.assessment import Assessment

#: How many results are shown.
ROWS = 50
_HEADS = (
    ("行", "row"),
    ("企业", "plant"),
    ("期间", "period"),
    ("产品", "product"),
    ("折标准煤", "tce"),
    ("单位产品能耗", "intensity"),
    ("等级", "class"),
    ("限值", "thresholds"),
    ("文件", "document"),
)


def assessment_card(assessment: Assessment) -> str:
    """Return an assessment: counts, the first results, problems by reason, sources."""
    counts, results = assessment.counts, assessment.result_frame
    shown = results.head(ROWS).to_dict("records")
    parts = [
        line(_said(counts)),
        line(_classes({str(name): rows for name, rows in results["class"].value_counts().items()})),
        table(_HEADS, [_cells({str(name): cell for name, cell in row.items()}) for row in shown], numbers=(4, 5)),
    ]
    if len(results) > ROWS:
        more = f"{len(results) - ROWS:,}"
        parts.append(line(label(f"另有 {more} 行，见", f"{more} more rows: see") + " <code>.results</code>"))
    parts.append(_problems(assessment.problem_counts))
    parts += [line(f"{label('说明', 'note')}: {text(note)}") for note in assessment.notes]
    pairs = results[["document", "verification"]].drop_duplicates().to_dict("records")
    cited = [f"{document(p['document'])}, {verification(p['verification'])}" for p in pairs if p["document"]]
    if cited:
        parts.append(line(f"{muted(label('来源', 'source'))}: {'; '.join(cited)}"))
    return card(label("能效评估", "assessment"), *parts)


def _said(counts: Mapping[str, int]) -> str:
    zh = (
        f"能源读数 {counts['meters']:,} 行：采用 {counts['used']:,}，有问题 {counts['problems']:,}；"
        f"产量 {counts['outputs']:,} 行：定级 {counts['classified']:,}。"
    )
    en = (
        f"{counts['meters']:,} meter rows: {counts['used']:,} used, {counts['problems']:,} with problems; "
        f"{counts['outputs']:,} output rows: {counts['classified']:,} classified."
    )
    return f'<span lang="zh">{zh}</span><br><span lang="en">{en}</span>'


def _classes(found: Mapping[str, int]) -> str:
    """Return how many results each class has."""
    return " ".join(f"{badge(name, zh)} {found[name]:,}" for name, zh in LEVELS_ZH.items() if name in found)


def _cells(row: Mapping[str, Any]) -> list[str]:
    """Return the cells of one result."""
    name = row["class"] if isinstance(row["class"], str) else None
    limits = [
        f'<span style="white-space:nowrap">{label(zh, step)} {number(row[column])}</span>'
        for step, zh in LEVELS_ZH.items()
        if (column := step.replace("-", "_")) in row and row[column] == row[column]
    ]
    if name is None:
        shown = f"{badge(None, '未定级')} {text(row['reason'])}"
    else:
        shown = badge(name, LEVELS_ZH[name])
        if row["depends_on_reading"]:
            shown += f" {muted(label('随读法而变', 'depends on reading'))}"
    intensity = number(row["intensity"])
    return [
        text(row["row"]),
        *(text(row[key]) for key in ("plant", "period", "product")),
        number(row["tce"]),
        intensity if row["intensity"] != row["intensity"] else f"{intensity} {text(row['unit'])}",
        shown,
        "<br>".join(limits),
        text(row["document"]),
    ]


def _problems(problems: Any) -> str:
    """Return how many rows each reason has, and where the rows are listed."""
    if not len(problems):
        return ""
    reasons = problems.groupby("reason", sort=False)["rows"].sum().sort_values(ascending=False, kind="stable")
    rows = [[text(reason), f"{count:,}"] for reason, count in reasons.items()]
    heads = [("问题", "problem"), ("行数", "rows")]
    see = line(label("逐行见", "row by row:") + " <code>.problems</code>")
    return table(heads, rows, numbers=(1,)) + see
