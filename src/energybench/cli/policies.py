"""Commands about a policy: its targets over plants or figures, and the plants to lift for its shares of capacity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from energybench.cli.console import FINE, PROBLEMS, say
from energybench.cli.parser import CONVERSION, command, given
from energybench.errors import OptionError

if TYPE_CHECKING:
    from argparse import Namespace

    import pandas

    from energybench.targets import LiftPlan, TargetCheck

#: What decides how meters and outputs become results.
_ASSESSED = (*CONVERSION, "region", "corrections", "plausible")
#: The columns of a table of figures, by their headers.
_HEADERS = {
    **dict.fromkeys(("figure", "指标", "名称"), "figure"),
    **dict.fromkeys(("value", "数值", "值"), "value"),
    **dict.fromkeys(("unit", "单位"), "unit"),
}


@dataclass(frozen=True)
class Checked:
    """A check, and the table that it is over."""

    check: TargetCheck
    table: pandas.DataFrame
    lang: str

    def to_dict(self) -> dict[str, Any]:
        return self.check.to_dict()

    def __str__(self) -> str:
        from energybench.report.content import target_lines
        from energybench.report.words import Words

        return "\n".join(target_lines(self.check, self.table, Words(self.lang)))


@command(
    """\
RESULTS is what assess --results wrote, or any table with the columns that the targets name. METERS and OUTPUTS are
assessed first. Without a table the figures alone are compared. What no column gives may be a figure: --figures
growth="26 %", or a table with the columns figure, value and unit.
Exit code 1: there are rows with problems.""",
    """\
  energybench targets --document panzhihua-2024 --figures equipment_investment_growth="26 %"
  energybench targets results.csv --document panzhihua-2024 --period 2027 --figures figures.csv --lang zh
  energybench targets meters.csv outputs.csv --document sanmenxia-2019 --json""",
    {
        "files* RESULTS | METERS OUTPUTS": "one table, or two",
        "--document DOCUMENT!": "policy, by id or number: panzhihua-2024",
        "--period PERIOD": "which rows count: 2027",
    },
    "figures",
    *_ASSESSED,
    "lang",
    "json",
)
def targets(arguments: Namespace) -> tuple[Checked, int]:
    import pandas

    import energybench as eb

    table, code = results_of(arguments) if arguments.files else (None, FINE)
    options = given(arguments, "document", "period", "allow_unverified")
    check = eb.check_targets({} if table is None else table, figures=figures_of_words(arguments.figures), **options)
    return Checked(check, pandas.DataFrame() if table is None else table, arguments.lang), code


@command(
    """\
The policy has a target on capacity below baseline and one on capacity at benchmark. The table has design_capacity
and design_capacity_unit (设计产能, 设计产能单位) for every plant. Exit code 1: there are rows with problems.""",
    """\
  energybench lift results.csv --document panzhihua-2024
  energybench lift meters.csv outputs.csv --document panzhihua-2024 --period 2023 --json""",
    {
        "files+ RESULTS | METERS OUTPUTS": "one table, or two",
        "--document DOCUMENT = panzhihua-2024": "policy with the shares of capacity; default panzhihua-2024",
        "--period PERIOD": "which rows count, where there are several periods: 2023",
    },
    *_ASSESSED,
    "json",
)
def lift(arguments: Namespace) -> tuple[LiftPlan, int]:
    import energybench as eb

    results, code = results_of(arguments)
    return eb.cheapest_lift(results, **given(arguments, "document", "period", "allow_unverified")), code


def results_of(arguments: Namespace) -> tuple[pandas.DataFrame, int]:
    """Return results: those of a file, or those of meters and outputs and whether rows have problems."""
    from energybench.frames.files import read_table
    from energybench.targets.columns import table_of

    files = arguments.files
    if len(files) == 1:
        return table_of(read_table(files[0])), FINE
    if len(files) > 2:
        fix = "Give results, or meters and outputs"
        raise OptionError(f"{len(files)} files are given, expected one or two", files[2], fix)
    import energybench as eb

    assessment = eb.assess(*files, **given(arguments, *_ASSESSED))
    if assessment.problem_counts.empty:
        return assessment.result_frame, FINE
    rows = assessment.counts["problems"]
    say(f"note: {rows} meter rows could not be used; energybench assess lists why", err=True)
    return assessment.result_frame, PROBLEMS


def figures_of_words(words: list[str]) -> dict[str, str]:
    """Return figures by name: of words such as growth="26 %", and of tables."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        found |= {name.strip(): value.strip()} if equals else _figures_of(word)
    return found


def _figures_of(path: str) -> dict[str, str]:
    from energybench.frames.files import read_table
    from energybench.report.words import text

    table = read_table(path)
    known = {
        _HEADERS[name]: place for place, head in enumerate(table.columns) if (name := str(head).strip()) in _HEADERS
    }
    if not {"figure", "value"} <= set(known):
        heads = ", ".join(map(str, table.columns))
        fix = "Head them figure, value, unit (指标, 数值, 单位)"
        raise OptionError(f"The columns of {path} are {heads}, expected a name and a value", heads, fix)
    columns = [[text(cell).strip() for cell in table.iloc[:, place]] for place in known.values()]
    rows = [dict(zip(known, row, strict=True)) for row in zip(*columns, strict=True)]
    # A figure without a value is not known yet: its target says what it lacks.
    return {row["figure"]: f"{row['value']} {row.get('unit', '')}".strip() for row in rows if row["value"]}
