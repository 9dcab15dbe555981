"""The pieces of a notebook card: escaped text, numbers, badges, tables, sources.

Styles stand on the elements and take the notebook's own text colour, so that light and dark both work. Only
badges bring a background, and their ink with it.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from energybench.errors import UnknownNameError
from energybench.report.look import look_of
from energybench.tables.store import find_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: A longer text is cut: nobody reads it in a table.
LONGEST_TEXT = 1000
#: Muted text is this opaque; the contrast with the page stays above 4.5 in light and in dark notebooks.
MUTED = 0.78

VERIFICATIONS_ZH = {
    "two_sources": "两份来源",
    "one_source": "一份来源",
    "corroborated": "他处佐证",
    "unverified": "未核对",
    "conflict": "来源相互矛盾",
    "missing": "缺失",
}
_LINE = "1px solid rgba(128,128,128,0.45)"
_ANY_CELL = f"vertical-align:top;padding:0.15em 0.9em 0.15em 0;border:0;border-bottom:{_LINE};"
_CELL = f"{_ANY_CELL}text-align:left;overflow-wrap:break-word;"
_NUMBER = f"{_ANY_CELL}text-align:right;"
_ADDRESS = re.compile(r"https?://[^\s<>\"';,，；）)]+")
# What HTML cannot hold, and what turns the direction of the text around it.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def text(value: object) -> str:
    """Return any value as text that is safe inside an element or an attribute; a dash for an empty cell.

    Examples
    --------
    >>> text("<b>甲厂</b>")
    '&lt;b&gt;甲厂&lt;/b&gt;'
    """
    return "–" if value is None or value != value else escape(printable(value))


def printable(value: object) -> str:
    r"""Return any value as text that can be shown: a stand-in for what cannot be printed, and cut where it is long.

    Examples
    --------
    >>> printable("甲\x07厂")
    '甲�厂'
    """
    shown = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", str(value))
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


def spread(uncertainty: float | None) -> str:
    """Return a standard uncertainty as it follows its value; nothing where there is none."""
    return "" if uncertainty is None else f" ± {number(float(f'{uncertainty:.2g}'))} <span>(k = 1)</span>"


def amount(value: float | None, unit: str) -> str:
    """Return an amount with its unit; a power of ten of the unit stands by the number.

    Examples
    --------
    >>> amount(120, "10^4 kWh")
    '120 × 10<sup style="line-height:0">4</sup> kWh'
    """
    power = re.fullmatch(r"10\^(-?[0-9]+) (.+)", unit)
    if power is None:
        return f"{number(value)} {text(unit)}"
    return f'{number(value)} × 10<sup style="line-height:0">{power[1]}</sup> {text(power[2])}'


def label(zh: str, en: str) -> str:
    """Return a label in both languages."""
    return f'<span lang="zh">{text(zh)}</span> <span lang="en">{text(en)}</span>'


def names(zh: str, en: str, otherwise: str) -> str:
    """Return the names of a thing in both languages, or its id where it has none."""
    both = " ".join(
        f'<span lang="{language}">{text(name)}</span>' for language, name in (("zh", zh), ("en", en)) if name
    )
    return both or text(otherwise)


def muted(content: str) -> str:
    """Return content in a quieter voice."""
    return f'<span style="opacity:{MUTED}">{content}</span>'


def badge(level: str | None, zh: str) -> str:
    """Return a class marked by colour and by word."""
    look = look_of(level)
    words = label(zh, level or "cannot tell")
    return (
        f'<span style="display:inline-block;padding:0 0.5em;border-radius:0.3em;white-space:nowrap;'
        f'background-color:{look.fill};color:{look.ink};border:1px solid {look.ink}">{words}</span>'
    )


def linked(evidence: str) -> str:
    """Return evidence with its http and https addresses as links; everything else stays text."""
    parts, end = [], 0
    for found in _ADDRESS.finditer(evidence):
        parts.append(text(evidence[end : found.start()]))
        address = escape(found[0])
        parts.append(
            f'<a href="{address}" rel="noopener noreferrer" target="_blank" '
            f'style="color:inherit;text-decoration:underline;overflow-wrap:anywhere">{text(found[0])}</a>'
        )
        end = found.end()
    return "".join([*parts, text(evidence[end:])])


def document(name: str) -> str:
    """Return how a document is cited: number, titles and id."""
    try:
        row = find_document(name)
    except UnknownNameError:
        return text(name)
    cited = " ".join(text(part) for part in (row.number, row.title_zh) if part) or text(row.title_en)
    return f"{cited} {muted(f'({text(row.id)})')}"


def source(record: Any, lead: str = "") -> str:
    """Return where a figure comes from: document, clause, verification, evidence."""
    parts = [lead] if lead else []
    if record.document:
        parts.append(document(record.document))
    if record.clause:
        parts.append(text(record.clause))
    if record.verification:
        parts.append(verification(record.verification))
    if record.evidence:
        parts.append(f"{label('出处', 'evidence')}: {linked(record.evidence)}")
    return "; ".join(parts)


def verification(word: str) -> str:
    """Return how far a figure was checked, in both languages."""
    return f"{label(VERIFICATIONS_ZH.get(word, ''), word)}".replace('<span lang="zh"></span> ', "")


def facts(rows: Iterable[tuple[str, str, str]]) -> str:
    """Return a table of facts: label in Chinese, in English, and the markup of the value."""
    body = "".join(
        f'<tr style="background:transparent"><th scope="row" style="{_CELL}font-weight:normal;white-space:nowrap">'
        f'{muted(label(zh, en))}</th><td style="{_CELL}">{content}</td></tr>'
        for zh, en, content in rows
    )
    return f'<table style="border-collapse:collapse;margin:0.3em 0;color:inherit"><tbody>{body}</tbody></table>'


def table(heads: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]], numbers: Iterable[int] = ()) -> str:
    """Return a table with a head."""
    right = frozenset(numbers)
    styles = [_NUMBER if place in right else _CELL for place in range(len(heads))]
    head = "".join(
        f'<th scope="col" style="{style}font-weight:normal">{muted(label(*both))}</th>'
        for style, both in zip(styles, heads, strict=True)
    )
    body = "".join(
        '<tr style="background:transparent">'
        + "".join(f'<td style="{style}">{cell}</td>' for style, cell in zip(styles, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return (
        f'<table style="border-collapse:collapse;margin:0.3em 0;color:inherit">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def card(title: str, *parts: str) -> str:
    """Return one record: its title and its parts, below one another."""
    return (
        f'<div style="max-width:76em;overflow-x:auto;color:inherit;line-height:1.45">'
        f'<div style="margin:0.2em 0"><strong>{title}</strong></div>{"".join(part for part in parts if part)}</div>'
    )


def line(content: str) -> str:
    """Return a line of small print below a table."""
    return f'<div style="font-size:90%;margin:0.2em 0;overflow-wrap:anywhere">{content}</div>'
