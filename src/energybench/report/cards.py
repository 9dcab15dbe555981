"""What a notebook shows of a record: HTML by Jinja2; without Jinja2 a notebook shows the text of the record."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from energybench.errors import MissingPackageError, requiring
from energybench.errors.language import in_chinese, word
from energybench.report.words import (
    SIGNS,
    STEPS,
    file_text,
    look_of,
    number,
    text,
    titles,
    vocabulary,
)
from energybench.units.result import Answers

if TYPE_CHECKING:
    import jinja2
    import pandas
    from markupsafe import Markup

#: How many results of an assessment and lines of an account a card shows.
MOST = 50
_KINDS = ("Account", "Assessment", "Coefficient", "FurnaceLimit", "Verdict")
#: What a table in Markdown has of an assessment.
_COLUMNS = ("plant", "period", "product", "tce", "intensity", "unit", "class", "benchmark", "baseline", "document")
#: What would be no letter in Markdown.
_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#|~$"})
_ADDRESS = re.compile(r"(https?://[^\s<>\"';,，；）)]+)")


def card_of(record: Any) -> str | None:
    """Return the card of a record as HTML, None where it has no card or Jinja2 is missing."""
    kind = type(record).__name__
    if kind not in _KINDS:
        return None
    try:
        card = _card()
    except MissingPackageError:
        return None
    more = _results(record) if kind == "Assessment" else {}
    return card.render(kind=kind, record=record, **more)


def markdown_of(record: Any) -> str:
    lines = [_marked(line) for line in str(record).splitlines()]
    head = [] if isinstance(record, Answers) else [lines.pop(0), *([""] if lines else [])]
    said = "\n".join([*head, *(f"- {line}" for line in lines)])
    if type(record).__name__ != "Assessment":
        return said
    results: pandas.DataFrame = record.result_frame
    heads = [name for name in _COLUMNS if name in results.columns]
    shown = results[heads].head(MOST).astype(object)
    cells = [[number(cell) if isinstance(cell, float) else text(cell, "–") for cell in row] for row in shown.to_numpy()]
    rows = [heads, ["---"] * len(heads), *([_marked(cell) for cell in row] for row in cells)]
    rest = len(results) - len(shown)
    more = [f"\n{rest:,} more rows: see `.results`"] if rest else []
    return "\n".join([said, "", *(f"| {' | '.join(row)} |" for row in rows), *more])


def _marked(line: str) -> str:
    return " ".join(text(line).split()).translate(_MARKS)


def environment() -> jinja2.Environment:
    """Return what renders cards and reports: every value is escaped, and shown without what cannot be printed."""
    with requiring("jinja2", "report", "A report"):
        import jinja2
        from markupsafe import Markup
    made = jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: value if isinstance(value, Markup) else text(value, "–"),
    )
    made.globals.update(look_of=look_of, number=number, linked=linked)
    return made


def linked(evidence: str) -> Markup:
    """Return evidence with its http and https addresses as links; everything else stays text."""
    from markupsafe import Markup

    link = Markup(
        '<a href="{0}" rel="noopener noreferrer" target="_blank" '
        'style="color:inherit;text-decoration:underline;overflow-wrap:anywhere">{0}</a>'
    )
    parts = _ADDRESS.split(text(evidence))
    return Markup("").join(link.format(part) if place % 2 else part for place, part in enumerate(parts))


@cache
def _card() -> jinja2.Template:
    made = environment()
    made.globals.update(levels=STEPS, zh=word, words=vocabulary())
    made.globals.update(signs=SIGNS, titles=titles, in_chinese=in_chinese, most=MOST)
    # White space between elements would show between the words of a line.
    return made.from_string("".join(map(str.strip, file_text("card.html").splitlines())))


def _results(assessment: Any) -> dict[str, Any]:
    results: pandas.DataFrame = assessment.result_frame
    shown, problems = results.head(MOST), assessment.problem_counts
    reasons = problems.groupby("reason", sort=False)["rows"].sum().sort_values(ascending=False, kind="stable")
    sources = results[["document", "verification"]].drop_duplicates().itertuples(index=False)
    return {
        "counts": assessment.counts,
        "classes": dict(results["class"].value_counts()),
        "rows": shown.astype(object).where(shown.notna(), None).to_dict("records"),
        "left_out": len(results) - len(shown),
        "reasons": dict(reasons),
        "sources": [pair for pair in sources if pair.document],
    }
