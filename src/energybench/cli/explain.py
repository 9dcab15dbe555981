"""``energybench explain``: how meter and output files are read, before any figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energybench.cli.assess import PERIOD_OF_ROWS, SHAPE, shape_of, tables_of
from energybench.cli.console import FINE, PROBLEMS
from energybench.cli.options import add_options

if TYPE_CHECKING:
    from argparse import Namespace

    from energybench.cli.console import Parser
    from energybench.frames.explanation import Explanation

ABOUT = """\
What was found where, and how each header, carrier, unit, period and product was read. Nothing is converted.
Exit code 1: something could not be read."""
EXAMPLES = """\
  energybench explain meters.xlsx outputs.csv
  energybench explain plants.xlsx --period 2023 --product 水泥熟料 --save-mapping plants.toml"""


def add_arguments(parser: Parser) -> None:
    parser.add_argument("meters", metavar="METERS", help="readings, as assess takes them")
    parser.add_argument("outputs", metavar="OUTPUTS", nargs="?", help="outputs; default the file of the meters")
    add_options(parser, *SHAPE, period=PERIOD_OF_ROWS)
    parser.add_argument("--save-mapping", metavar="PATH", help="write the options of the shape to a TOML file")
    add_options(parser, "json")


def run(arguments: Namespace) -> tuple[Explanation, int]:
    import energybench as eb

    meters, outputs = tables_of(arguments)
    answer = eb.explain(meters, outputs, **shape_of(arguments))
    if path := getattr(arguments, "save_mapping", None):
        answer.save_mapping(path)
    return answer, PROBLEMS if answer.missing else FINE
