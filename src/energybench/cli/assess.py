"""``energybench assess``: the classes of a table of meter readings and outputs."""

from typing import Annotated, Any, Literal

import typer

import energybench as eb
from energybench.cli.options import Basis, CoalRate, Compare, Document, Edition, Engine, Json, Reading, Unverified
from energybench.console import FINE, PROBLEMS, heard, progress_bar, say, say_json
from energybench.errors import OptionError

EPILOG = """\b
Examples:
  energybench assess meters.csv outputs.csv
  energybench assess meters.csv outputs.csv --results results.xlsx --problems problems.csv
  energybench assess meters.parquet outputs.parquet --basis primary --coal-rate "302.4 gce/kWh" --json
  energybench assess meters.csv outputs.csv --report report.html --workbook review.xlsx --lang zh
  energybench assess readings/ outputs.csv --engine duckdb"""


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
    engine: Engine = None,
    as_json: Json = False,
) -> None:
    """Classify a table of meter readings and outputs.

    Tables to write are .csv, .json, .parquet or .xlsx. Exit code 1: there are rows with problems.
    A folder or a large file is read in parts, in constant memory, without --energy and --workbook.
    """
    from energybench import writers
    from energybench.frames.files import is_large
    from energybench.tables import find_document

    asked = {"results": results, "energy": energy, "problems": problems}
    files = {name: path for name, path in asked.items() if path is not None}
    pages, books = ([path] if path is not None else [] for path in (report, workbook))
    writers.refuse_overwriting(files.values(), (meters, outputs))
    writers.refuse_overwriting(pages, (meters, outputs, *files.values()), writers.REPORTS)
    writers.refuse_overwriting(books, (meters, outputs, *files.values(), *pages), writers.WORKBOOKS)
    if targets is not None and not pages + books:
        fix = "Add --report report.html or --workbook review.xlsx"
        raise OptionError("--targets goes into a page or a workbook, and none is asked for", targets, fix)
    if targets is not None:
        find_document(targets)
    in_parts = engine is not None or is_large(meters)
    if in_parts and (lines := energy or workbook):
        fix = "Leave --energy and --workbook out, or assess a part of the readings without --engine"
        raise OptionError(f"{lines} holds a row per reading, which is not kept of readings read in parts", lines, fix)
    options: dict[str, Any] = {
        "basis": basis,
        "coal_rate": coal_rate,
        "edition": edition,
        "document": document,
        "reading": reading,
        "compare": compare,
        "allow_unverified": allow_unverified,
    }
    with heard() as notes, progress_bar(meters, outputs) as progress:
        if in_parts:
            assessment = eb.assess_path(meters, outputs, engine=engine, progress=progress, **options)
        else:
            assessment = eb.assess(meters, outputs, progress=progress, **options)
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
