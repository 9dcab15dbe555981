"""``energybench assess``: the classes of a table of meter readings and outputs."""

from typing import Annotated, Literal

import typer

import energybench as eb
from energybench.cli.console import FINE, PROBLEMS, heard, progress_bar, say, say_json
from energybench.cli.options import Basis, CoalRate, Compare, Document, Edition, Json, Reading, Unverified
from energybench.errors import OptionError

EPILOG = """\b
Examples:
  energybench assess meters.csv outputs.csv
  energybench assess meters.csv outputs.csv --results results.xlsx --problems problems.csv
  energybench assess meters.parquet outputs.parquet --basis primary --coal-rate "302.4 gce/kWh" --json
  energybench assess meters.csv outputs.csv --report report.html --workbook review.xlsx --lang zh
  energybench assess readings/ outputs.csv --energy lines.parquet"""


def assess(
    meters: Annotated[str, typer.Argument(metavar="METERS", help="Readings: .csv, .parquet, .xlsx or a folder.")],
    outputs: Annotated[str, typer.Argument(metavar="OUTPUTS", help="Outputs: .csv, .parquet or .xlsx.")],
    basis: Basis = "calorific",
    coal_rate: CoalRate = None,
    edition: Edition = None,
    document: Document = None,
    reading: Reading = "linear",
    compare: Compare = "full",
    allow_unverified: Unverified = False,
    results: Annotated[str | None, typer.Option(metavar="PATH", help="Write the classes, a row per output.")] = None,
    energy: Annotated[str | None, typer.Option(metavar="PATH", help="Write the tce, a row per reading.")] = None,
    problems: Annotated[str | None, typer.Option(metavar="PATH", help="Write the rows that were not used.")] = None,
    report: Annotated[str | None, typer.Option(metavar="PATH", help="Write a page to read and print, .html.")] = None,
    workbook: Annotated[
        str | None, typer.Option(metavar="PATH", help="Write results and readings with live formulas, .xlsx.")
    ] = None,
    targets: Annotated[
        str | None, typer.Option(metavar="DOCUMENT", help="Policy whose targets the page and the workbook check.")
    ] = None,
    lang: Annotated[Literal["zh", "en"], typer.Option(help="Language of the page and the workbook.")] = "en",
    as_json: Json = False,
) -> None:
    """Classify a table of meter readings and outputs.

    Tables to write are .csv, .json, .parquet or .xlsx. Exit code 1: there are rows with problems.
    A folder or a large file is read in batches, in constant memory; --energy is then .parquet, and --workbook left out.
    """
    from energybench.frames.files import is_large
    from energybench.report import files as writers
    from energybench.tables.store import find_document

    asked = {"results": results, "energy": energy, "problems": problems}
    files = {name: path for name, path in asked.items() if path is not None}
    pages, books = ([path] if path is not None else [] for path in (report, workbook))
    writers.check_targets(files.values(), (meters, outputs))
    writers.check_targets(pages, (meters, outputs, *files.values()), writers.REPORTS)
    writers.check_targets(books, (meters, outputs, *files.values(), *pages), writers.WORKBOOKS)
    if targets is not None and not pages + books:
        fix = "Add --report report.html or --workbook review.xlsx"
        raise OptionError("--targets goes into a page or a workbook, and none is asked for", targets, fix)
    if targets is not None:
        find_document(targets)
    # Of readings that are not in memory as a whole the lines are written as they pass.
    large = is_large(meters)
    if large and workbook is not None:
        fix = "Leave --workbook out, or assess a part of the readings"
        raise OptionError(f"{workbook} holds a row per reading, which is not kept of so many", workbook, fix)
    energy_to = files.pop("energy", None) if large else None
    with heard() as notes, progress_bar(meters, outputs) as progress:
        assessment = eb.assess(
            meters,
            outputs,
            basis=basis,
            coal_rate=coal_rate,
            edition=edition,
            document=document,
            reading=reading,
            compare=compare,
            allow_unverified=allow_unverified,
            energy_to=energy_to,
            progress=progress,
        )
        for name, path in files.items():
            writers.write_frame(getattr(assessment, name), path)
        checked = None
        if targets is not None:
            checked = eb.check_targets(assessment, document=targets, allow_unverified=allow_unverified)
        for path in pages:
            assessment.to_html(path, targets=checked, lang=lang)
        for path in books:
            assessment.to_excel(path, targets=checked, lang=lang)
    if as_json:
        say_json({**assessment.to_dict(), "warnings": notes})
    else:
        say(str(assessment))
    raise typer.Exit(FINE if assessment.problem_counts.empty else PROBLEMS)
