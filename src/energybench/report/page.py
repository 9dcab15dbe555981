"""HTML of an answer: the report as one file that stands for itself, the card that a notebook shows; both by Jinja2."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from energybench.errors import MissingPackageError, requiring
from energybench.errors.language import in_chinese, word
from energybench.report.content import check_assessment, gather
from energybench.report.files import whole_file
from energybench.report.words import (
    SIGNS,
    STEPS,
    Words,
    file_text,
    look_of,
    number,
    text,
    titles,
    vocabulary,
)
from energybench.units.result import Answers

if TYPE_CHECKING:
    from pathlib import Path

    import jinja2
    import pandas
    from markupsafe import Markup

    from energybench.frames import Assessment
    from energybench.targets import TargetCheck


def html_report(
    assessment: Assessment,
    *,
    targets: TargetCheck | None = None,
    title: str | None = None,
    organisation: str | None = None,
    date: str | None = None,
    lang: str = "en",
) -> str:
    """Return an assessment as one self-contained HTML page.

    Summary first, then targets, charts, results, a page per plant with its arithmetic, problems, sources. Tables
    sort by a click on a heading; print and dark screens have styles of their own. Names are shown as text,
    whatever they hold.

    Parameters
    ----------
    assessment : Assessment
        From :func:`energybench.assess`.
    targets : TargetCheck, optional
        From :func:`energybench.check_targets`, to stand behind the summary.
    title : str, optional
        Heading of the page.
    organisation, date : str, optional
        Who the page is by or for, and its day; they stand below the heading.
    lang : {"zh", "en"}
        Language of headings and classes.

    Returns
    -------
    str
        The page. The same assessment gives the same page: it carries versions, and no time.

    Raises
    ------
    MissingPackageError
        If Jinja2 is missing.
    OptionError
        If the language does not exist.

    Examples
    --------
    >>> import energybench as eb
    >>> answer = eb.assess("examples/main/meters.csv", "examples/main/outputs.csv")  # doctest: +SKIP
    >>> page = eb.report.html_report(answer, lang="zh")  # doctest: +SKIP
    """
    words = Words(lang)
    check_assessment(assessment)
    made, script = environment(), file_text("report.js")
    return made.from_string(file_text("report.html")).render(
        content=gather(assessment, targets, words),
        words=words,
        title=text(title) or words("title"),
        heading=[text(one) for one in (organisation, date) if one],
        style=file_text("report.css"),
        script=script,
        # The policy of the page names the one script that may run: no other does, nor a handler in a name.
        script_hash=f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}",
        package_version=assessment.package_version,
        data_version=assessment.data_version,
    )


def write_report(
    assessment: Assessment,
    path: str | Path,
    **options: Any,
) -> None:
    """Write :func:`html_report` to a file, whole or not at all.

    Parameters
    ----------
    assessment : Assessment
        From :func:`energybench.assess`.
    path : str or Path
        Where to; a file that is there is replaced.
    **options
        Those of :func:`html_report`.

    Raises
    ------
    EnergybenchError
        As in :func:`html_report`.
    OSError
        If the file cannot be written.
    """
    page = html_report(assessment, **options)
    with whole_file(path) as part:
        part.write_text(page, encoding="utf-8")


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
