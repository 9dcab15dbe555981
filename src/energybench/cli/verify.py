"""``energybench verify``: what a function or a program of one's own gets wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energybench.cli.console import FINE, PROBLEMS
from energybench.cli.options import add_options, given
from energybench.errors import OptionError

if TYPE_CHECKING:
    from argparse import Namespace

    from energybench.cli.console import Parser
    from energybench.testing import Report

ABOUT = """\
It may be a converter, a classifier, a furnace limit or a correction; the smallest failing example is shown.
Exit code 1: a property does not hold.
What the function prints goes to stderr. The same run asks the same questions.

--command runs a program in any language: it reads a question as a JSON object on each line of its standard input
and prints {"id": ..., "tce": ...}, {"id": ..., "class": ...}, {"id": ..., "limit": ...} or
{"id": ..., "error": ...}. --write-vectors writes the questions with their answers."""
EXAMPLES = """\
  energybench verify converter.py:to_tce
  energybench verify mypackage.limits:furnace_limit --kind limit-curve --reading linear
  energybench verify strength.py:factor --correction gb-16780-2012/clinker-strength --json
  energybench verify --command "node examples/vectors/converter.mjs"
  energybench verify --write-vectors vectors.jsonl.gz"""
_OPTIONS = ("basis", "coal_rate", "edition", "document", "reading")


def add_arguments(parser: Parser) -> None:
    parser.add_argument("function", metavar="MODULE:FUNCTION", nargs="?", help="a module or .py file, and a function")
    parser.add_argument("--command", metavar="PROGRAM", help="a program and its arguments, in place of a function")
    parser.add_argument("--write-vectors", metavar="PATH", help="write the vectors, .jsonl or .jsonl.gz, and stop")
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


def run(arguments: Namespace) -> tuple[Report | None, int]:
    import sys
    from contextlib import redirect_stdout

    asked = [one for one in (arguments.function, arguments.command, arguments.write_vectors) if one is not None]
    if len(asked) != 1:
        arguments.refuse("one of MODULE:FUNCTION, --command and --write-vectors is required, and no two of them")
    options = {name: value for name, value in given(arguments, "kind", *_OPTIONS, "correction").items() if value}
    if options and arguments.function is None:
        option = f"--{next(iter(options)).replace('_', '-')}"
        raise OptionError(f"{option} is of a function, and none is given", option, f"Leave {option} out")
    if arguments.write_vectors is not None:
        from energybench.testing.vectors import write_vectors

        write_vectors(arguments.write_vectors)
        return None, FINE
    if arguments.command is not None:
        from energybench.testing.vectors import verify_command

        report = verify_command(
            arguments.command, tolerance=1e-9 if arguments.tolerance is None else arguments.tolerance
        )
        return report, FINE if report.passed else PROBLEMS
    from energybench.testing.verify import verify

    options |= given(arguments, "examples", "tolerance")
    with redirect_stdout(sys.stderr):
        report = verify(arguments.function, skip=tuple(arguments.skip), **options)
    return report, FINE if report.passed else PROBLEMS
