"""Commands about files: their classes, how they are read, a form to fill in, a receipt asked again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energybench.cli.console import FINE, PROBLEMS, language, part_of, progress_bar, say, speak_as
from energybench.cli.parser import CONVERSION, command, given
from energybench.errors import OptionError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

    from energybench.frames.assessment import Assessment
    from energybench.frames.explanation import Explanation
    from energybench.report.receipts import Replay
    from energybench.report.words import Words
    from energybench.report.workbook import BlankForm
    from energybench.targets import TargetCheck

_OPTIONS = (
    *(*CONVERSION[:4], "document", "region", "project", "reading", "compare", "corrections"),
    *("plausible", "allow_unverified"),
)
#: What a caller says of the shape of the files.
_SHAPE = ("sheet", "header_row", "columns", "plant", "period", "product", "mapping", "blank")
_SHAPE_ROWS = (*_SHAPE[:4], {"--period PERIOD": "period of every row, where no column has it"}, *_SHAPE[5:])
#: The files that assess may write, in this order; those before the report are frames.
_FILES = ("results", "energy", "problems", "report", "workbook", "into", "receipt")
_OF_PAGE = ("title", "organisation", "date")
#: The share of the progress bar that is reached before the files are written.
_OF_WORK = 0.6


@dataclass(frozen=True)
class Assessed:
    """An assessment with its targets, and the files that it went to."""

    assessment: Assessment
    targets: TargetCheck | None
    written: tuple[str, ...]
    words: Words

    def to_dict(self) -> dict[str, Any]:
        checked = None if self.targets is None else self.targets.to_dict()
        return {**self.assessment.to_dict(), "targets": checked, "written": list(self.written)}

    def __str__(self) -> str:
        from energybench.report.content import plant_lines, target_lines

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


def shape_of(arguments: Namespace) -> dict[str, Any]:
    shape = given(arguments, *_SHAPE)
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


@command(
    """\
Tables to write are .csv, .json, .parquet or .xlsx. Exit code 1: there are rows with problems.
"assess -" reads a JSON object of "meters" and "outputs", each a list of rows, and options beside them.
A folder or a large file is read in batches, in constant memory; --energy is then .parquet, and --workbook left out.
Text shows the first 20 plants and the targets that are decided; energybench targets shows what the others lack.""",
    """\
  energybench assess meters.csv outputs.csv
  energybench assess meters.csv outputs.csv --results results.xlsx --problems problems.csv
  energybench assess meters.parquet outputs.parquet --basis primary --coal-rate "300 gce/kWh" --json
  energybench assess meters.csv outputs.csv --report report.html --workbook review.xlsx --lang zh
  energybench assess plants.xlsx --period 2023 --product 水泥熟料 --columns 用能=carrier
  energybench assess plants.xlsx --into plants-results.xlsx --lang zh
  energybench assess readings/ outputs.csv --energy lines.parquet
  energybench assess - < rows.json""",
    {
        "meters": "readings: .csv, .parquet, .xlsx or a folder; - reads JSON",
        "outputs?": "outputs: a file; default that of the meters",
    },
    *_OPTIONS,
    *_SHAPE_ROWS,
    {
        "--dry-run": "say how the files are read, and stop",
        "--results PATH": "write the classes, a row per output",
        "--energy PATH": "write the tce, a row per reading",
        "--problems PATH": "write the rows that were not used",
        "--report PATH": "write a page to read and print, .html",
        "--workbook PATH": "write results and readings with live formulas, .xlsx",
        "--into PATH": "write the results as sheets of a copy of the workbook that was read, .xlsx",
        "--receipt PATH": "write what the answer was made from, to replay it, .json",
        "--title TEXT": "heading of the page",
        "--organisation TEXT": "who the page is by, or for",
        "--date TEXT": "day of the page",
        "--targets DOCUMENT": "policy whose targets are checked",
    },
    "figures",
    "lang",
    "json",
)
def assess(arguments: Namespace) -> tuple[Assessed | Explanation, int]:
    speak_as(arguments.meters)
    arguments.lang = language()
    if arguments.dry_run:
        return explain.run(arguments)
    meters, outputs = tables_of(arguments)
    import energybench as eb
    from energybench.cli.policies import figures_of_words
    from energybench.frames.files import is_large
    from energybench.report import files as writers
    from energybench.report.content import has_charts
    from energybench.report.words import Words
    from energybench.tables.store import find_document

    words = Words(arguments.lang)
    files = () if arguments.meters == "-" else (meters, outputs := outputs or meters)
    formats = {"report": writers.REPORTS, "receipt": writers.RECEIPTS}
    formats |= dict.fromkeys(("workbook", "into"), writers.WORKBOOKS)
    paths = {name: path for name, path in given(arguments, *_FILES).items() if path is not None}
    for place, (name, path) in enumerate(paths.items()):
        writers.refuse_overwriting([path], [*files, *list(paths.values())[:place]], formats.get(name, writers.FORMATS))
    if "into" in paths and not arguments.meters.lower().endswith(".xlsx"):
        fix = "Leave --into out, or give the meters as .xlsx"
        said = f"--into copies the workbook of the meters, and {arguments.meters} is none"
        raise OptionError(said, arguments.meters, fix)
    targets = arguments.targets
    if arguments.figures and targets is None:
        raise OptionError("--figures goes with --targets", arguments.figures[0], "Add --targets DOCUMENT")
    of_page = {name: text for name, text in given(arguments, *_OF_PAGE).items() if text is not None}
    if of_page and "report" not in paths:
        said = f"--{next(iter(of_page))} is of the page, and none is asked for"
        raise OptionError(said, next(iter(of_page)), "Add --report report.html")
    figures = figures_of_words(arguments.figures)
    if targets is not None:
        find_document(targets)
    # Of readings that are not in memory as a whole the lines are written as they pass.
    large = bool(files) and is_large(meters)
    if large and "workbook" in paths:
        fix = "Leave --workbook out, or assess a part of the readings"
        book = paths["workbook"]
        raise OptionError(f"{book} holds a row per reading, which is not kept of so many", book, fix)
    written = tuple(paths.values())
    energy_to = paths.pop("energy", None) if large else None
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
        writes: dict[str, Callable[[str], object]] = {
            **{name: partial(_write_frame, assessment, name, words) for name in _FILES[:3]},
            "report": partial(assessment.to_html, targets=checked, lang=arguments.lang, **of_page),
            "workbook": partial(assessment.to_excel, targets=checked, lang=arguments.lang),
            "into": partial(assessment.to_excel, lang=arguments.lang, copy_of=meters),
            "receipt": partial(writers.write_receipt, assessment),
        }
        for done, (name, path) in enumerate(paths.items()):
            if progress:
                progress(_OF_WORK + (1 - _OF_WORK) * done / len(paths), f"writing {Path(path).name}")
            writes[name](path)
        if progress:
            progress(1.0, "done")
    if "report" in paths and not has_charts():
        say(f"note: {words('no_charts')}", err=True)
    code = FINE if assessment.problem_counts.empty else PROBLEMS
    return Assessed(assessment, checked, written, words), code


@command(
    """\
What was found where, and how each header, carrier, unit, period and product was read. Nothing is converted.
Exit code 1: something could not be read.""",
    """\
  energybench explain meters.xlsx outputs.csv
  energybench explain plants.xlsx --period 2023 --product 水泥熟料 --save-mapping plants.toml""",
    {
        "meters": "readings, as assess takes them",
        "outputs?": "outputs; default the file of the meters",
    },
    *_SHAPE_ROWS,
    {"--save-mapping PATH": "write the options of the shape to a TOML file"},
    "json",
)
def explain(arguments: Namespace) -> tuple[Explanation, int]:
    import energybench as eb

    meters, outputs = tables_of(arguments)
    answer = eb.explain(meters, outputs, **shape_of(arguments))
    if path := getattr(arguments, "save_mapping", None):
        answer.save_mapping(path)
    return answer, PROBLEMS if answer.missing else FINE


@command(
    """\
Sheets of notes, energy and outputs, with lists to choose from and an example row that is not read.
The conditions that the document of a product asks for are columns of the outputs.""",
    """\
  energybench template plants.xlsx --product 水泥熟料
  energybench template plants.xlsx --product cement --document gb-16780-2021 --lang en""",
    {
        "path": "workbook to write, .xlsx, that is not there yet",
        "--product NAME ...": "product to fill in; repeat it; default all",
        "--lang zh|en = zh": "language of the workbook",
    },
    "document",
    "region",
    "json",
)
def template(arguments: Namespace) -> tuple[BlankForm, int]:
    import energybench as eb

    return eb.template(arguments.path, arguments.product, **given(arguments, "document", "region", "lang")), FINE


@command(
    """\
Tables and results are compared to the last bit; the rows that changed since are listed.
Exit code 1: something differs.""",
    """\
  energybench replay receipt.json
  energybench replay receipt.json --meters meters.csv --outputs outputs.csv --json""",
    {
        "receipt": "file that --receipt or receipt() wrote, .json",
        **{f"--{name} FILE": f"the {name} of the receipt" for name in ("meters", "outputs", "results")},
    },
    "json",
)
def replay(arguments: Namespace) -> tuple[Replay, int]:
    import energybench as eb

    answer = eb.replay(arguments.receipt, **given(arguments, "meters", "outputs", "results"))
    return answer, FINE if answer.same else PROBLEMS
