"""``energybench assess``: the classes of a table of meter readings and outputs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energybench.cli.console import FINE, PROBLEMS, language, part_of, progress_bar, say, speak_as
from energybench.cli.options import CONVERSION, add_options, given
from energybench.errors import OptionError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

    from energybench.cli.console import Parser
    from energybench.frames.assessment import Assessment
    from energybench.frames.explanation import Explanation
    from energybench.report.words import Words
    from energybench.targets import TargetCheck

ABOUT = """\
Tables to write are .csv, .json, .parquet or .xlsx. Exit code 1: there are rows with problems.
"assess -" reads a JSON object of "meters" and "outputs", each a list of rows, and options beside them.
A folder or a large file is read in batches, in constant memory; --energy is then .parquet, and --workbook left out.
Text shows the first 20 plants and the targets that are decided; energybench targets shows what the others lack."""
EXAMPLES = """\
  energybench assess meters.csv outputs.csv
  energybench assess meters.csv outputs.csv --results results.xlsx --problems problems.csv
  energybench assess meters.parquet outputs.parquet --basis primary --coal-rate "300 gce/kWh" --json
  energybench assess meters.csv outputs.csv --report report.html --workbook review.xlsx --lang zh
  energybench assess plants.xlsx --period 2023 --product 水泥熟料 --columns 用能=carrier
  energybench assess plants.xlsx --into plants-results.xlsx --lang zh
  energybench assess readings/ outputs.csv --energy lines.parquet
  energybench assess - < rows.json"""
_OPTIONS = (
    *(*CONVERSION[:4], "document", "region", "project", "reading", "compare", "corrections"),
    *("plausible", "allow_unverified"),
)
#: What a caller says of the shape of the files.
SHAPE = ("sheet", "header_row", "columns", "plant", "period", "product", "mapping", "blank")
PERIOD_OF_ROWS = {"help": "period of every row, where no column has it"}
_FILES = {
    "results": "write the classes, a row per output",
    "energy": "write the tce, a row per reading",
    "problems": "write the rows that were not used",
    "report": "write a page to read and print, .html",
    "workbook": "write results and readings with live formulas, .xlsx",
    "into": "write the results as sheets of a copy of the workbook that was read, .xlsx",
    "receipt": "write what the answer was made from, to replay it, .json",
}
#: The share of the progress bar that is reached before the files are written.
_OF_WORK = 0.6
_OF_PAGE = {
    "title": "heading of the page",
    "organisation": "who the page is by, or for",
    "date": "day of the page",
}


@dataclass(frozen=True)
class Answer:
    """An assessment with its targets, and the files that it went to."""

    assessment: Assessment
    targets: TargetCheck | None
    written: tuple[str, ...]
    words: Words

    def to_dict(self) -> dict[str, Any]:
        checked = None if self.targets is None else self.targets.to_dict()
        return {**self.assessment.to_dict(), "targets": checked, "written": list(self.written)}

    def __str__(self) -> str:
        from energybench.report.screen import plant_lines, target_lines

        frame = self.assessment.result_frame
        lines = [self._counted(), *plant_lines(frame, self.words)]
        if self.targets is not None:
            lines += target_lines(self.targets, frame, self.words, brief=True)
        lines += [f"{self.words('wrote')}{self.words(':')}{path}" for path in self.written]
        return "\n".join(lines)

    def _counted(self) -> str:
        words, counted = self.words, str(self.assessment)
        reason = re.compile(r"^  ([a-z-]+): (?=\d)", re.MULTILINE)
        if words.lang == "en":
            return counted
        return reason.sub(lambda found: f"  {words.reason(found[1])}{words(':')}", counted)


def add_arguments(parser: Parser) -> None:
    parser.add_argument("meters", metavar="METERS", help="readings: .csv, .parquet, .xlsx or a folder; - reads JSON")
    parser.add_argument("outputs", metavar="OUTPUTS", nargs="?", help="outputs: a file; default that of the meters")
    add_options(parser, *_OPTIONS)
    add_options(parser, *SHAPE, period=PERIOD_OF_ROWS)
    parser.add_argument("--dry-run", action="store_true", help="say how the files are read, and stop")
    for name, text in _FILES.items():
        parser.add_argument(f"--{name}", metavar="PATH", help=text)
    for name, text in _OF_PAGE.items():
        parser.add_argument(f"--{name}", metavar="TEXT", help=text)
    parser.add_argument("--targets", metavar="DOCUMENT", help="policy whose targets are checked")
    add_options(parser, "figures", "lang", "json")


def shape_of(arguments: Namespace) -> dict[str, Any]:
    shape = given(arguments, *SHAPE)
    pairs = [word.rpartition("=") for word in shape["columns"] or ()]
    for header, equals, column in pairs:
        if not equals or not header:
            raise OptionError(f"columns is {column!r}", column, "Write --columns 用能=carrier")
    return {**shape, "columns": {header: column for header, _, column in pairs} or None}


def tables_of(arguments: Namespace) -> tuple[Any, Any]:
    meters = arguments.meters
    if meters != "-":
        return meters, arguments.outputs
    import pandas

    from energybench.cli.json_lines import JUDGING, option_words, piped, read_question, split_rows

    tables, options = split_rows(read_question(piped().read().removeprefix(b"\xef\xbb\xbf")))
    known = {name: value for name, value in options.items() if hasattr(arguments, name) or name not in JUDGING}
    arguments.more(["-", *option_words(known)], arguments)
    texts = ([{name: _text(cell) for name, cell in row.items()} for row in rows] for rows in tables.values())
    first, second = map(pandas.DataFrame, texts)
    return first, second


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)


def _write_frame(assessment: Assessment, name: str, words: Words, path: str) -> None:
    from energybench.report.files import write_frame

    frame = assessment.problem_frame if name == "problems" else getattr(assessment, name)
    if name == "problems" and words.lang == "zh":
        said = {column: frame[column].map(words.sentence, na_action="ignore") for column in ("message", "suggestion")}
        frame = frame.assign(**said)
    write_frame(frame, path)


def run(arguments: Namespace) -> tuple[Answer | Explanation, int]:
    speak_as(arguments.meters)
    arguments.lang = language()
    if arguments.dry_run:
        from energybench.cli.explain import run as explain

        return explain(arguments)
    meters, outputs = tables_of(arguments)
    import energybench as eb
    from energybench.cli.targets import read_figures
    from energybench.frames.files import is_large
    from energybench.report import files as writers
    from energybench.report.content import has_charts
    from energybench.report.words import Words
    from energybench.tables.store import find_document

    words = Words(arguments.lang)
    files = () if arguments.meters == "-" else (meters, outputs := outputs or meters)
    targets = arguments.targets
    asked = {name: path for name, path in given(arguments, *_FILES).items() if path is not None}
    pages, books, copies, receipts = (
        [asked.pop(name)] if name in asked else [] for name in ("report", "workbook", "into", "receipt")
    )
    frames = asked
    writers.refuse_overwriting(frames.values(), files)
    writers.refuse_overwriting(pages, (*files, *frames.values()), writers.REPORTS)
    writers.refuse_overwriting(books, (*files, *frames.values(), *pages), writers.WORKBOOKS)
    writers.refuse_overwriting(copies, (*files, *frames.values(), *books), writers.WORKBOOKS)
    writers.refuse_overwriting(receipts, (*files, *frames.values()), writers.RECEIPTS)
    if copies and not arguments.meters.lower().endswith(".xlsx"):
        fix = "Leave --into out, or give the meters as .xlsx"
        said = f"--into copies the workbook of the meters, and {arguments.meters} is none"
        raise OptionError(said, arguments.meters, fix)
    if arguments.figures and targets is None:
        raise OptionError("--figures goes with --targets", arguments.figures[0], "Add --targets DOCUMENT")
    of_page = {name: text for name, text in given(arguments, *_OF_PAGE).items() if text is not None}
    if of_page and not pages:
        said = f"--{next(iter(of_page))} is of the page, and none is asked for"
        raise OptionError(said, next(iter(of_page)), "Add --report report.html")
    figures = read_figures(arguments.figures)
    if targets is not None:
        find_document(targets)
    # Of readings that are not in memory as a whole the lines are written as they pass.
    large = bool(files) and is_large(meters)
    if large and books:
        fix = "Leave --workbook out, or assess a part of the readings"
        raise OptionError(f"{books[0]} holds a row per reading, which is not kept of so many", books[0], fix)
    written = [*frames.values(), *pages, *books, *copies, *receipts]
    energy_to = frames.pop("energy", None) if large else None
    with progress_bar(*files) as progress:
        assessment = eb.assess(
            meters,
            outputs,
            energy_to=energy_to,
            progress=progress and part_of(progress, _OF_WORK if written else 1.0),
            **given(arguments, *_OPTIONS),
            **shape_of(arguments),
        )
        checked = None
        if targets is not None:
            options = {"document": targets, "allow_unverified": arguments.allow_unverified}
            checked = eb.check_targets(assessment, figures=figures, **options)
        writing: dict[str, Callable[[str], object]] = {
            **{path: partial(_write_frame, assessment, name, words) for name, path in frames.items()},
            **{path: partial(assessment.to_html, targets=checked, lang=arguments.lang, **of_page) for path in pages},
            **{path: partial(assessment.to_excel, targets=checked, lang=arguments.lang) for path in books},
            **{path: partial(assessment.to_excel, lang=arguments.lang, copy_of=meters) for path in copies},
            **{path: partial(writers.write_receipt, assessment) for path in receipts},
        }
        for done, (path, write) in enumerate(writing.items()):
            if progress:
                progress(_OF_WORK + (1 - _OF_WORK) * done / len(writing), f"writing {Path(path).name}")
            write(path)
        if progress:
            progress(1.0, "done")
    if pages and not has_charts():
        say(f"note: {words('no_charts')}", err=True)
    code = FINE if assessment.problem_counts.empty else PROBLEMS
    return Answer(assessment, checked, tuple(written), words), code
