"""``energybench convert``: an amount of fuel or energy in standard coal."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

import energybench as eb
from energybench.cli.console import FINE, PROBLEMS, heard, needed, say, say_json, stamp
from energybench.cli.options import Basis, CoalRate, Edition, Json, Unverified

EPILOG = """\b
Examples:
  energybench convert "1200 t" 原煤
  energybench convert "350 万kWh" electricity --basis primary --coal-rate "302.4 gce/kWh"
  energybench convert "90 万m3" "natural gas" --ncv "35.6 MJ/m3" --json"""


def convert(
    amount: Annotated[
        str, typer.Argument(metavar="AMOUNT", help='Number and unit: "1200 t", "350 万kWh"; - reads JSON lines.')
    ],
    carrier: Annotated[
        str | None, typer.Argument(metavar="CARRIER", help="Fuel or energy: 原煤, electricity, raw_coal.")
    ] = None,
    basis: Basis = "calorific",
    coal_rate: CoalRate = None,
    ncv: Annotated[str | None, typer.Option(metavar="VALUE", help='Measured net heating value, "35.6 MJ/m3".')] = None,
    density: Annotated[str | None, typer.Option(metavar="VALUE", help='Between volume and mass, "0.725 kg/L".')] = None,
    coefficient: Annotated[str | None, typer.Option(metavar="VALUE", help='Your own figure, "1.2 kgce/kg".')] = None,
    edition: Edition = None,
    allow_unverified: Unverified = False,
    as_json: Json = False,
) -> None:
    """Convert an amount of fuel or energy to standard coal (tce).

    "convert -" reads questions from a pipe: on each line a JSON object of "amount", "carrier" and options.
    """
    options: dict[str, Any] = {
        "basis": basis,
        "coal_rate": coal_rate,
        "ncv": ncv,
        "density": density,
        "coefficient": coefficient,
        "edition": edition,
        "allow_unverified": allow_unverified,
    }
    if amount == "-":
        from energybench.cli.json_lines import Converter, answer_pipe

        fine = answer_pipe(Converter, {"carrier": carrier, **options})
        raise typer.Exit(FINE if fine else PROBLEMS)
    carrier = needed(carrier, "CARRIER")
    with heard() as notes:
        result = eb.convert(amount, carrier, **options)
    if as_json:
        say_json({**asdict(result), "warnings": notes, **stamp()})
    else:
        say(str(result))
