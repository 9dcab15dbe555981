"""``energybench replay``: the question of a receipt asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energybench.cli.console import FINE, PROBLEMS
from energybench.cli.options import add_options, given

if TYPE_CHECKING:
    from argparse import Namespace

    from energybench.cli.console import Parser
    from energybench.report.receipts import Replay

ABOUT = """\
Tables and results are compared to the last bit; the rows that changed since are listed.
Exit code 1: something differs."""
EXAMPLES = """\
  energybench replay receipt.json
  energybench replay receipt.json --meters meters.csv --outputs outputs.csv --json"""
_TABLES = ("meters", "outputs", "results")


def add_arguments(parser: Parser) -> None:
    parser.add_argument("receipt", metavar="RECEIPT", help="file that --receipt or receipt() wrote, .json")
    for name in _TABLES:
        parser.add_argument(f"--{name}", metavar="FILE", help=f"the {name} of the receipt")
    add_options(parser, "json")


def run(arguments: Namespace) -> tuple[Replay, int]:
    import energybench as eb

    answer = eb.replay(arguments.receipt, **given(arguments, *_TABLES))
    return answer, FINE if answer.same else PROBLEMS
