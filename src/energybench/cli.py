"""The command ``energybench``: the answers of the library for a shell and for other tools.

Nothing but the answer goes to stdout. Nothing heavy is imported before a command needs it, so that
``--help`` comes at once.
"""

import io
import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

import energybench as eb
from energybench.console import (
    FINE,
    PROBLEMS,
    Command,
    Group,
    heard,
    needed,
    progress_bar,
    run,
    say,
    say_json,
    stamp,
)
from energybench.errors import OptionError, UnknownProductError

if TYPE_CHECKING:
    from energybench.ladders import Ladder

app = typer.Typer(
    name="energybench", cls=Group, rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
BasisName = Literal["calorific", "primary"]
Basis = Annotated[BasisName, typer.Option(help="calorific is 当量值, primary is 等价值.")]
CoalRate = Annotated[
    str | None, typer.Option(metavar="RATE", help='Coal rate of power, for the primary basis: "302.4 gce/kWh".')
]
Edition = Annotated[
    str | None, typer.Option(metavar="DOCUMENT", help="Edition of the coefficients; default gbt-2589-2020.")
]
Document = Annotated[
    str | None, typer.Option(metavar="DOCUMENT", help="Document of the limit, by id or number, or in-force.")
]
Period = Annotated[
    str | None, typer.Option(metavar="PERIOD", help="Year, month or day for --document in-force: 2023, 2023-06.")
]
Capacity = Annotated[str | None, typer.Option(metavar="MASS", help='Rated furnace capacity, "3 t".')]
Reading = Annotated[
    Literal["linear", "class_below", "class_above", "stated_only"],
    typer.Option(help="How the limit is read between the capacities that the document states."),
]
Compare = Annotated[Literal["full", "rounded"], typer.Option(help="Compare all digits, or rounded as GB/T 8170 says.")]
Engine = Annotated[Literal["polars", "duckdb", "spark"] | None, typer.Option(help="What scans the readings.")]
Unverified = Annotated[bool, typer.Option("--allow-unverified", help="Use unconfirmed figures, with a warning.")]


def _version(asked: bool) -> None:
    if asked:
        say(f"energybench {eb.__version__}")
        raise typer.Exit


@app.callback(
    no_args_is_help=True,
    epilog="""\b
Exit codes: 0 fine, 1 done with problems, 2 usage or a refused question.
Only the answer goes to stdout; warnings and errors go to stderr.""",
)
def energybench(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Energy intensity of Chinese industry: trade units to standard coal (tce), limits and classes.

    Every answer names the document that its figures come from.
    """


@app.command(
    cls=Command,
    epilog="""\b
Examples:
  energybench convert "1200 t" 原煤
  energybench convert "350 万kWh" electricity --basis primary --coal-rate "302.4 gce/kWh"
  energybench convert "90 万m3" "natural gas" --ncv "35.6 MJ/m3" --json""",
)
def convert(
    amount: Annotated[
        str, typer.Argument(metavar="AMOUNT", help='Number and unit: "1200 t", "350 万kWh"; - reads JSON lines.')
    ],
    carrier: Annotated[
        str | None, typer.Argument(metavar="CARRIER", help="Fuel or energy: 原煤, electricity, raw_coal.")
    ] = None,
    basis: Basis = "calorific",
    coal_rate: CoalRate = None,
    ncv: Annotated[str | None, typer.Option(metavar="VALUE", help='Measured net heating value, "35.6 MJ/m3".')] = None,
    density: Annotated[str | None, typer.Option(metavar="VALUE", help='Between volume and mass, "0.725 kg/L".')] = None,
    coefficient: Annotated[str | None, typer.Option(metavar="VALUE", help='Your own figure, "1.2 kgce/kg".')] = None,
    edition: Edition = None,
    allow_unverified: Unverified = False,
    as_json: Json = False,
) -> None:
    """Convert an amount of fuel or energy to standard coal (tce).

    "convert -" reads questions from a pipe: on each line a JSON object of "amount", "carrier" and options.
    """
    options: dict[str, Any] = {
        "basis": basis,
        "coal_rate": coal_rate,
        "ncv": ncv,
        "density": density,
        "coefficient": coefficient,
        "edition": edition,
        "allow_unverified": allow_unverified,
    }
    if amount == "-":
        from energybench.json_lines import Converter, answer_pipe

        fine = answer_pipe(Converter, {"carrier": carrier, **options})
        raise typer.Exit(FINE if fine else PROBLEMS)
    carrier = needed(carrier, "CARRIER")
    with heard() as notes:
        result = eb.convert(amount, carrier, **options)
    if as_json:
        say_json({**asdict(result), "warnings": notes, **stamp()})
    else:
        say(str(result))


@app.command(
    cls=Command,
    epilog="""\b
Examples:
  energybench limit 电解铝
  energybench limit "3 t" --reading class_above
  energybench limit cement-clinker --document ndrc-2021 --json""",
)
def limit(
    item: Annotated[str, typer.Argument(metavar="ITEM", help='Product: 电解铝, cement-clinker; or a capacity, "3 t".')],
    capacity: Capacity = None,
    reading: Reading = "linear",
    document: Document = None,
    period: Period = None,
    unit: Annotated[
        str | None, typer.Option(metavar="UNIT", help='Which indicator, where a product has several: "kWh/t".')
    ] = None,
    allow_unverified: Unverified = False,
    as_json: Json = False,
) -> None:
    """Show the limit of a product or a furnace.

    An amount in place of a product asks for the limit of an induction furnace of that capacity.
    """
    from energybench import furnaces, limits
    from energybench.unit_text import read_unit

    try:
        limits.find_item(item)
    except UnknownProductError:
        if not re.match(r"\s*[-+−]?\s*\.?\d", item):
            raise
        if capacity is not None:
            raise OptionError(f"Two capacities are given, {item} and {capacity}", capacity, "Give one") from None
        item, capacity = furnaces.DEFAULT_ITEM, item
    with heard() as notes:
        like = None if unit is None else read_unit(unit)
        found = limits.choose_ladder(item, document, capacity, reading, allow_unverified, period, like)
        limits.warn_unverified_row(found)
        limits.warn_if_superseded(document)
    if as_json:
        say_json({**_ladder_data(found), "warnings": notes, **stamp()})
    else:
        say(f"{found.item} {found.furnace}" if found.furnace else _ladder_text(found))


def _ladder_data(ladder: "Ladder") -> dict[str, Any]:
    """Return a ladder as plain data: a step has its level, its comparator and its threshold as a number."""
    steps = [
        {"level": step.level, "level_zh": step.level.zh, "comparator": step.comparator, "threshold": step.value}
        for step in ladder.steps
    ]
    return {**asdict(ladder), "steps": steps, "beyond_zh": ladder.beyond.zh}


def _ladder_text(ladder: "Ladder") -> str:
    names = ((ladder.item_zh, ladder.item_en), (ladder.indicator_zh, ladder.indicator_en))
    what, compared = (zh if en in ("", zh) else f"{zh} ({en})" for zh, en in names)
    lines = [f"{ladder.item} {what}", compared]
    for step in ladder.steps:
        threshold = f"{step.comparator} {step.threshold} {ladder.unit}" if step.threshold else "not known"
        lines.append(f"  {step.level} ({step.level.zh}): {threshold}")
    lines.append(f"  {ladder.beyond} ({ladder.beyond.zh}): otherwise")
    lines.append(f"{' '.join(filter(None, (ladder.document, ladder.clause)))}, {ladder.verification}")
    return "\n".join(lines + [ladder.notes] * bool(ladder.notes))


@app.command(
    cls=Command,
    epilog="""\b
Examples:
  energybench classify "13200 kWh/t" 电解铝
  energybench classify "-30 kgce/t" converter
  energybench classify "600 kWh/t" induction-furnace-cast-iron --capacity "3 t" --json""",
)
def classify(
    value: Annotated[
        str, typer.Argument(metavar="VALUE", help='Energy per product, "13200 kWh/t"; - reads JSON lines.')
    ],
    item: Annotated[str | None, typer.Argument(metavar="ITEM", help="Product: 电解铝, electrolytic-aluminium.")] = None,
    document: Document = None,
    period: Period = None,
    capacity: Capacity = None,
    reading: Reading = "linear",
    output: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help='Output of the period, for the saving: "24000 t".')
    ] = None,
    basis: Annotated[BasisName | None, typer.Option(help="Basis of the value; checked if given.")] = None,
    compare: Compare = "full",
    allow_unverified: Unverified = False,
    as_json: Json = False,
) -> None:
    """Say which class an energy intensity is in.

    A national list has benchmark, baseline and below-baseline, a GB standard level-1 to level-3 and over-limit, a
    local document within-limit and over-limit.

    "classify -" reads questions from a pipe: on each line a JSON object of "value", "item" and options.
    """
    options: dict[str, Any] = {
        "document": document,
        "period": period,
        "capacity": capacity,
        "reading": reading,
        "output": output,
        "basis": basis,
        "compare": compare,
        "allow_unverified": allow_unverified,
    }
    if value == "-":
        from energybench.json_lines import Classifier, answer_pipe

        fine = answer_pipe(Classifier, {"item": item, **options})
        raise typer.Exit(FINE if fine else PROBLEMS)
    item = needed(item, "ITEM")
    with heard() as notes:
        verdict = eb.classify(value, item, **options)
    if as_json:
        say_json({**verdict.to_dict(), "warnings": notes})
    else:
        say(str(verdict))


@app.command(
    cls=Command,
    epilog="""\b
Examples:
  energybench assess meters.csv outputs.csv
  energybench assess meters.csv outputs.csv --results results.xlsx --problems problems.csv
  energybench assess meters.parquet outputs.parquet --basis primary --coal-rate "302.4 gce/kWh" --json
  energybench assess meters.csv outputs.csv --report report.html --workbook review.xlsx --lang zh
  energybench assess readings/ outputs.csv --engine duckdb""",
)
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
    writers.check_targets(files.values(), (meters, outputs))
    writers.check_targets(pages, (meters, outputs, *files.values()), writers.REPORTS)
    writers.check_targets(books, (meters, outputs, *files.values(), *pages), writers.WORKBOOKS)
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
    raise typer.Exit(PROBLEMS if len(assessment.problems) else FINE)


@app.command(
    cls=Command,
    epilog="""\b
Examples:
  energybench tables
  energybench tables furnace_limits
  energybench tables benchmarks --json""",
)
def tables(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME | check | gaps]", help="One table; all are listed without.")
    ] = None,
    file: Annotated[str | None, typer.Argument(metavar="[FILE]", help="With check: rows of your own.")] = None,
    as_json: Json = False,
) -> None:
    """List the tables, or print one as CSV.

    Figures stand as their documents print them. "check FILE" checks rows of your own against the schema and says
    what is wrong where; "gaps" prints the rows that still need a reader with the document.
    """
    from energybench.records import TABLES
    from energybench.tables import records

    if (name == "check") != (file is not None):
        raise OptionError("check and a file go together", str(file or name), "Write: energybench tables check FILE")
    if file is not None:
        _check_table(file, as_json)
        return
    if name == "gaps":
        _print_gaps(as_json)
        return

    if name is None:
        counts = {table: len(records(table)) for table in TABLES}
        if as_json:
            listed = [{"name": table, "rows": rows} for table, rows in counts.items()]
            say_json({"tables": listed, **stamp()})
        else:
            say("\n".join(f"{table:<16} {rows:>5} rows" for table, rows in counts.items()))
        return
    rows = [asdict(record) for record in records(name)]
    if as_json:
        say_json({"table": name, "rows": rows, **stamp()})
        return
    import csv

    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    typer.echo(text.getvalue(), nl=False)


def _check_table(file: str, as_json: bool) -> None:
    """Say what is wrong with a file of own rows, and end with 1 where anything is."""
    from pathlib import Path

    from energybench.overlays import check_file

    name, rows, wrong = check_file(Path(file))
    if as_json:
        problems = [{"message": error.message, "value": error.value, "fix": error.fix} for error in wrong]
        say_json({"file": file, "table": name, "rows": rows, "problems": problems, **stamp()})
    else:
        say("\n".join([*map(str, wrong), f"{file}: {rows} rows of {name}, {len(wrong)} problems"]))
    if wrong:
        raise typer.Exit(1)


def _print_gaps(as_json: bool) -> None:
    from energybench.tables import gaps

    found = gaps()
    if as_json:
        say_json({"gaps": found.to_dict("records"), **stamp()})
    else:
        typer.echo(found.to_csv(index=False, lineterminator="\n"), nl=False)


@app.command(
    cls=Command,
    epilog="""\b
Examples:
  energybench verify converter.py:to_tce
  energybench verify mypackage.limits:furnace_limit --kind limit-curve --reading linear
  energybench verify strength.py:factor --correction gb-16780-2012/clinker-strength --json""",
)
def verify(
    function: Annotated[str, typer.Argument(metavar="MODULE:FUNCTION", help="A module or a .py file, and a function.")],
    kind: Annotated[
        Literal["conversion", "classifier", "limit-curve", "correction"] | None,
        typer.Option(help="What it is; told by the names of its parameters where that is possible."),
    ] = None,
    basis: Annotated[
        BasisName | None, typer.Option(help="Basis that a converter is meant to have; default calorific (当量值).")
    ] = None,
    coal_rate: CoalRate = None,
    edition: Edition = None,
    document: Document = None,
    reading: Annotated[
        Literal["linear", "class_below", "class_above", "stated_only"] | None,
        typer.Option(help="How a limit curve reads the table between its capacities; default any way."),
    ] = None,
    correction: Annotated[
        str | None, typer.Option(metavar="ID", help="Which correction: gb-16780-2012/clinker-strength.")
    ] = None,
    tolerance: Annotated[
        float | None, typer.Option(metavar="PART", help="A figure is right to this part of itself; default 1e-9.")
    ] = None,
    skip: Annotated[list[str] | None, typer.Option(metavar="PROPERTY", help="Leave a property out.")] = None,
    examples: Annotated[int, typer.Option(metavar="N", help="Examples for each property.")] = 100,
    as_json: Json = False,
) -> None:
    """Search a function of your own for what it gets wrong.

    It may be a converter, a classifier, a furnace limit or a correction; the smallest failing example is shown.
    Exit code 1: a property does not hold.
    What the function prints goes to stderr. The same run asks the same questions.
    """
    import sys
    from contextlib import redirect_stdout

    from energybench.verify import verify as run_kit

    with redirect_stdout(sys.stderr), heard() as notes:
        report = run_kit(
            function,
            kind,
            examples=examples,
            basis=basis,
            coal_rate=coal_rate,
            edition=edition,
            document=document,
            reading=reading,
            correction=correction,
            tolerance=tolerance,
            skip=tuple(skip or ()),
        )
    if as_json:
        say_json({**report.to_dict(), "warnings": notes})
    else:
        say(str(report))
    raise typer.Exit(FINE if report.passed else PROBLEMS)


def main() -> None:
    """Run the command."""
    run(app)


if __name__ == "__main__":
    main()
