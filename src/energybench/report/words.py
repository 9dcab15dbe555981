"""How things are written for a reader: words in Chinese and in English, numbers, texts that are safe to show."""

from __future__ import annotations

import re
from typing import Any

from energybench.errors import UnknownNameError, check_option
from energybench.limits.ladders import LEVELS_ZH
from energybench.tables.store import find_document

LANGUAGES = ("zh", "en")
#: A longer text is cut where it is shown.
LONGEST_TEXT = 1000
# What HTML cannot hold, and what turns the direction of the text around it.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
BASES_ZH = {"calorific": "当量值", "primary": "等价值"}
VERIFICATIONS_ZH = {
    "two_sources": "两份来源",
    "one_source": "一份来源",
    "corroborated": "他处佐证",
    "unverified": "未核对",
    "conflict": "来源相互矛盾",
    "missing": "缺失",
}
#: How a comparison is written; < and > are written as they are.
SIGNS = {"<=": "≤", ">=": "≥"}

#: Key -> Chinese, English.
WORDS: dict[str, tuple[str, str]] = {
    "title": ("能效对标报告", "Energy intensity report"),
    "summary": ("概要", "Summary"),
    "targets": ("政策目标", "Policy targets"),
    "charts": ("图", "Charts"),
    "results": ("结果", "Results"),
    "plants": ("分企业", "Plant by plant"),
    "problems": ("未能使用的行", "Rows that could not be used"),
    "sources": ("出处", "Sources"),
    "contents": ("目录", "Contents"),
    "options": ("选项", "Options"),
    "notes": ("说明", "Notes"),
    "meters": ("计量行", "meter rows"),
    "used": ("已使用", "used"),
    "with_problems": ("未能使用", "could not be used"),
    "outputs": ("产量行", "output rows"),
    "classified": ("已定级", "classified"),
    "no_class": ("未定级", "no class"),
    "plant": ("企业", "Plant"),
    "period": ("期间", "Period"),
    "product": ("产品", "Product"),
    "output": ("产量", "Output"),
    "tce": ("标准煤 (tce)", "Standard coal (tce)"),
    "intensity": ("单位产品能耗", "Intensity"),
    "uncertainty": ("不确定度 (k=1)", "Uncertainty (k=1)"),
    "unit": ("单位", "Unit"),
    "class": ("等级", "Class"),
    "threshold": ("限值", "Threshold"),
    "margin": ("距下一目标", "Margin to next step"),
    "saving": ("达到需节约", "Saving to next step"),
    "document_title": ("标题", "Title"),
    "readings": ("逐行算式", "Readings"),
    "energy_by_carrier": ("按能源品种", "Energy by carrier"),
    "document": ("文件", "Document"),
    "verification": ("核对状态", "Verification"),
    "reason": ("原因", "Reason"),
    "carrier": ("能源品种", "Carrier"),
    "flow": ("流向", "Flow"),
    "amount": ("数量", "Amount"),
    "coefficient": ("折标系数", "Coefficient"),
    "clause": ("条款", "Clause"),
    "table": ("表", "Table"),
    "column": ("列", "Column"),
    "value": ("值", "Value"),
    "rows": ("行数", "Rows"),
    "example": ("例", "Example"),
    "message": ("问题", "Problem"),
    "suggestion": ("改法", "What to do"),
    "target": ("目标", "Target"),
    "required": ("要求", "Required"),
    "actual": ("实际", "Actual"),
    "answer": ("结论", "Answer"),
    "met": ("达到", "met"),
    "not met": ("未达到", "not met"),
    "cannot tell": ("无法判断", "cannot tell"),
    "number": ("编号", "No."),
    "issuer": ("发布机关", "Issuer"),
    "effective": ("实施", "In force from"),
    "evidence": ("可查出处", "Evidence"),
    "depends_on_reading": ("等级取决于读法", "the class depends on the reading"),
    "sort": ("点击表头排序", "Click a heading to sort"),
    "made_by": ("由 energybench 生成", "Made by energybench"),
    "data_version": ("数据版本", "data version"),
    "not_kept": ("计量行是分批读入的，未保留逐行算式。", "The meters were read in parts; their lines are not kept."),
    "no_charts": (
        '没有图：pip install "energybench[plot]"',
        'No charts: pip install "energybench[plot]"',
    ),
    "cut_results": ("结果表显示前 {shown} 行，共 {all} 行。", "The results show the first {shown} of {all} rows."),
    "cut_plants": (
        "前 {shown} 家企业有分页，共 {all} 家。",
        "The first {shown} of {all} plants have a page of their own.",
    ),
    "cut_lines": (
        "{name}：显示前 {shown} 行读数，共 {all} 行。",
        "{name}: the first {shown} of {all} readings are shown.",
    ),
    "cut_problems": (
        "显示最多的 {shown} 种问题，共 {all} 种。",
        "The {shown} most frequent of {all} kinds of problem are shown.",
    ),
    "none": ("无", "none"),
}


class Words:
    """The words of one language.

    Examples
    --------
    >>> Words("zh")("results"), Words("zh").level("baseline")
    ('结果', '基准水平')
    """

    def __init__(self, lang: str) -> None:
        check_option("lang", lang, LANGUAGES)
        self.lang = lang
        self._place = LANGUAGES.index(lang)

    def __call__(self, key: str) -> str:
        """Return a word by its key."""
        return WORDS[key][self._place]

    def cut(self, key: str, most: int, every: int, name: str = "") -> list[str]:
        """Return the sentence that says how much of a table is shown, none where all of it is."""
        return [self(key).format(shown=f"{most:,}", all=f"{every:,}", name=name)] if every > most else []

    def verification(self, word: str) -> str:
        """Return how far a figure was checked."""
        return VERIFICATIONS_ZH.get(word, word) if self.lang == "zh" else word

    def level(self, level: str | None) -> str:
        """Return the name of a class."""
        if not level:
            return self("no_class")
        return LEVELS_ZH[level] if self.lang == "zh" else level


def text(value: Any, empty: str = "") -> str:
    r"""Return a value as text that can be shown: a stand-in for what cannot be printed, cut where it is long.

    Examples
    --------
    >>> text(float("nan")), text(None, "–"), text(2023), text("甲\x07厂")
    ('', '–', '2023', '甲�厂')
    """
    if value is None or value != value:
        return empty
    shown = UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", str(value))
    return shown if len(shown) <= LONGEST_TEXT else f"{shown[:LONGEST_TEXT]}…"


def number(value: float | None) -> str:
    """Return a number for a reader: six figures, thousands apart, a true minus sign; a dash for none.

    Examples
    --------
    >>> number(-13350.25), number(84000000.000001), number(None)
    ('−13,350.2', '84,000,000', '–')
    """
    if value is None or value != value:
        return "–"
    shown = f"{value:,.0f}" if 1e6 <= abs(value) < 1e15 else f"{value:,.6g}"
    return shown.replace("-", "\N{MINUS SIGN}")


def titles(document: str) -> tuple[str, str]:
    """Return number and title of a document in Chinese and in English; nothing where it is not in the data."""
    try:
        row = find_document(document)
    except UnknownNameError:
        return "", ""
    return f"{row.number} {row.title_zh}".strip(), row.number or row.title_en
