"""``energybench verify``: what a function of one's own gets wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energybench.cli.console import FINE, PROBLEMS
from energybench.cli.options import add_options, given

if TYPE_CHECKING:
    from argparse import Namespace

    from energybench.cli.console import Parser
    from energybench.testing import Report

ABOUT = """\
It may be a converter, a classifier, a furnace limit or a correction; the smallest failing example is shown.
Exit code 1: a property does not hold.
What the function prints goes to stderr. The same run asks the same questions."""
EXAMPLES = """\
  energybench verify converter.py:to_tce
  energybench verify mypackage.limits:furnace_limit --kind limit-curve --reading linear
  energybench verify strength.py:factor --correction gb-16780-2012/clinker-strength --json"""
_OPTIONS = ("basis", "coal_rate", "edition", "document", "reading")


def add_arguments(parser: Parser) -> None:
    parser.add_argument("function", metavar="MODULE:FUNCTION", help="a module or a .py file, and a function")
    parser.add_argument(
        "--kind",
        choices=("conversion", "classifier", "limit-curve", "correction"),
        help="what it is; told by the names of its parameters where that is possible",
    )
    basis = {"default": None, "help": "basis that a converter is meant to have; default calorific (当量值)"}
    reading = {"default": None, "help": "how a limit curve reads the table between its capacities; default any way"}
    add_options(parser, *_OPTIONS, basis=basis, reading=reading)
    parser.add_argument("--correction", metavar="ID", help="which correction: gb-16780-2012/clinker-strength")
    parser.add_argument(
        "--tolerance", type=float, metavar="PART", help="a figure is right to this part of itself; default 1e-9"
    )
    parser.add_argument("--skip", action="append", default=[], metavar="PROPERTY", help="leave a property out")
    parser.add_argument("--examples", type=int, default=100, metavar="N", help="examples for each property")
    add_options(parser, "json")


def run(arguments: Namespace) -> tuple[Report, int]:
    import sys
    from contextlib import redirect_stdout

    from energybench.testing.verify import verify

    options = given(arguments, "kind", *_OPTIONS, "examples", "correction", "tolerance")
    with redirect_stdout(sys.stderr):
        report = verify(arguments.function, skip=tuple(arguments.skip), **options)
    return report, FINE if report.passed else PROBLEMS
