"""The report: one HTML file that stands for itself, without network, script sources or fonts from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from energybench.report.cards import environment
from energybench.report.content import check_assessment, gather
from energybench.report.files import whole_file
from energybench.report.words import Words, file_text, text

if TYPE_CHECKING:
    from pathlib import Path

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
