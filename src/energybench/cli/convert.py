"""``energybench convert``: an amount of fuel or energy in standard coal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energybench.cli.console import FINE, check_order
from energybench.cli.options import CONVERSION, add_options, given

if TYPE_CHECKING:
    from argparse import Namespace

    from energybench.cli.console import Parser
    from energybench.energy.conversion import Conversion

ABOUT = '"convert -" reads questions from a pipe: on each line a JSON object of "amount", "carrier" and options.'
EXAMPLES = """\
  energybench convert "1200 t" 原煤
  energybench convert "350 万kWh" electricity --basis primary --coal-rate "300 gce/kWh"
  energybench convert "90 万m3" "natural gas" --ncv "35.6 MJ/m3" --json"""


def add_arguments(parser: Parser) -> None:
    parser.add_argument("amount", metavar="AMOUNT", help='number and unit: "1200 t", "350 万kWh"; - reads JSON lines')
    parser.add_argument("carrier", metavar="CARRIER", nargs="?", help="fuel or energy: 原煤, electricity, raw_coal")
    parser.add_argument("--ncv", metavar="VALUE", help='measured net heating value, "35.6 MJ/m3"')
    parser.add_argument("--density", metavar="VALUE", help='between volume and mass, "0.725 kg/L"')
    parser.add_argument("--coefficient", metavar="VALUE", help='your own figure, "1.2 kgce/kg"')
    add_options(parser, *CONVERSION, "json")


def run(arguments: Namespace) -> tuple[Conversion | None, int]:
    options = given(arguments, *CONVERSION, "ncv", "density", "coefficient")
    if arguments.amount == "-":
        from energybench.cli.json_lines import CONVERSIONS, answer_pipe

        return None, answer_pipe(CONVERSIONS, {"carrier": arguments.carrier, **options})
    if arguments.carrier is None:
        arguments.refuse("the following arguments are required: CARRIER")
    check_order(arguments, arguments.amount, arguments.carrier)
    import energybench as eb

    return eb.convert(arguments.amount, arguments.carrier, **options), FINE
