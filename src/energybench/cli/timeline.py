"""``energybench timeline``: the limits of a product that applied, apply, and are announced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energybench.cli.console import FINE, say, say_json, spoken, stamp
from energybench.cli.options import add_options

if TYPE_CHECKING:
    from argparse import Namespace

    from energybench.cli.console import Parser

ABOUT = "Ended, in force, announced, or of an unknown day; the state is that of the tables, not of the clock."
EXAMPLES = """\
  energybench timeline 电解铝
  energybench timeline "感应电炉(铸铁)"
  energybench timeline 铸铁 --region 昌吉市 --json"""


def add_arguments(parser: Parser) -> None:
    parser.add_argument("item", metavar="ITEM", help="product: 电解铝, electrolytic-aluminium")
    add_options(parser, "region", "json")


def run(arguments: Namespace) -> tuple[None, int]:
    import energybench as eb

    found = eb.timeline(arguments.item, arguments.region)
    if arguments.json:
        say_json({"timeline": [limit.to_dict() for limit in found], **stamp()})
    else:
        say(spoken("\n".join(map(str, found))))
    return None, FINE
