"""``energybench lift``: the plants to lift for the shares of capacity of a policy, with the least saving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energybench.cli.options import add_options, given
from energybench.cli.targets import ASSESSED, results_of

if TYPE_CHECKING:
    from argparse import Namespace

    from energybench.cli.console import Parser
    from energybench.targets import LiftPlan

ABOUT = """\
The policy has a target on capacity below baseline and one on capacity at benchmark. The table has design_capacity
and design_capacity_unit (设计产能, 设计产能单位) for every plant. Exit code 1: there are rows with problems."""
EXAMPLES = """\
  energybench lift results.csv --document panzhihua-2024
  energybench lift meters.csv outputs.csv --document panzhihua-2024 --period 2023 --json"""
_POLICY = {"default": "panzhihua-2024", "help": "policy with the shares of capacity; default panzhihua-2024"}
_PERIOD = {"help": "which rows count, where there are several periods: 2023"}


def add_arguments(parser: Parser) -> None:
    parser.add_argument("files", metavar="RESULTS | METERS OUTPUTS", nargs="+", help="one table, or two")
    add_options(parser, "document", "period", document=_POLICY, period=_PERIOD)
    add_options(parser, *ASSESSED, "json")


def run(arguments: Namespace) -> tuple[LiftPlan, int]:
    import energybench as eb

    results, code = results_of(arguments)
    return eb.cheapest_lift(results, **given(arguments, "document", "period", "allow_unverified")), code
