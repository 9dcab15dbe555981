"""``energybench classify``: the class of an energy intensity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energybench.cli.console import FINE, check_order
from energybench.cli.options import add_options, given
from energybench.errors import OptionError

if TYPE_CHECKING:
    from argparse import Namespace

    from energybench.cli.console import Parser
    from energybench.limits.verdicts import Verdict

ABOUT = """\
A national list has benchmark, baseline and below-baseline, a GB standard level-1 to level-3 and over-limit, a
local document within-limit and over-limit.

"classify -" reads questions from a pipe: on each line a JSON object of "value", "item" and options."""
EXAMPLES = """\
  energybench classify "13200 kWh/t" 电解铝
  energybench classify "62 kgce/t" arc-furnace-from-50
  energybench classify "600 kWh/t" "感应电炉(铸铁)" --capacity "3 t" --region 昌吉市 --json"""
_OPTIONS = (
    *("document", "period", "region", "project", "capacity", "reading", "basis", "compare", "corrections"),
    *("plausible", "allow_unverified"),
)


def add_arguments(parser: Parser) -> None:
    parser.add_argument("value", metavar="VALUE", help='energy per product, "13200 kWh/t"; - reads JSON lines')
    parser.add_argument("item", metavar="ITEM", nargs="?", help="product: 电解铝, electrolytic-aluminium")
    parser.add_argument("--output", metavar="AMOUNT", help='output of the period, for the saving: "24000 t"')
    basis = {"default": None, "help": "basis of the value; checked if given"}
    parser.add_argument("--receipt", metavar="PATH", help="write what the answer was made from, to replay it, .json")
    add_options(parser, *_OPTIONS, "json", basis=basis)


def run(arguments: Namespace) -> tuple[Verdict | None, int]:
    options = given(arguments, *_OPTIONS, "output")
    receipts = [] if arguments.receipt is None else [arguments.receipt]
    if arguments.value == "-":
        if receipts:
            raise OptionError("--receipt is of one answer, and a pipe has many", receipts[0], "Leave --receipt out")
        from energybench.cli.json_lines import CLASSES, answer_pipe

        return None, answer_pipe(CLASSES, {"item": arguments.item, **options})
    if arguments.item is None:
        arguments.refuse("the following arguments are required: ITEM")
    check_order(arguments, arguments.value, arguments.item)
    import energybench as eb

    verdict = eb.classify(arguments.value, arguments.item, **options)
    if receipts:
        from energybench.report import files as writers

        writers.refuse_overwriting(receipts, formats=writers.RECEIPTS)
        writers.write_receipt(verdict, receipts[0])
    return verdict, FINE
