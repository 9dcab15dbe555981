"""``energybench classify``: the class of an energy intensity."""

from typing import Annotated, Any

import typer

import energybench as eb
from energybench.cli.console import FINE, PROBLEMS, heard, needed, say, say_json
from energybench.cli.options import BasisName, Capacity, Compare, Document, Json, Period, Reading, Unverified

EPILOG = """\b
Examples:
  energybench classify "13200 kWh/t" 电解铝
  energybench classify "-30 kgce/t" converter
  energybench classify "600 kWh/t" induction-furnace-cast-iron --capacity "3 t" --json"""


def classify(
    value: Annotated[
        str, typer.Argument(metavar="VALUE", help='Energy per product, "13200 kWh/t"; - reads JSON lines.')
    ],
    item: Annotated[str | None, typer.Argument(metavar="ITEM", help="Product: 电解铝, electrolytic-aluminium.")] = None,
    document: Document = None,
    period: Period = None,
    capacity: Capacity = None,
    reading: Reading = "linear",
    output: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help='Output of the period, for the saving: "24000 t".')
    ] = None,
    basis: Annotated[BasisName | None, typer.Option(help="Basis of the value; checked if given.")] = None,
    compare: Compare = "full",
    allow_unverified: Unverified = False,
    as_json: Json = False,
) -> None:
    """Say which class an energy intensity is in.

    A national list has benchmark, baseline and below-baseline, a GB standard level-1 to level-3 and over-limit, a
    local document within-limit and over-limit.

    "classify -" reads questions from a pipe: on each line a JSON object of "value", "item" and options.
    """
    options: dict[str, Any] = {
        "document": document,
        "period": period,
        "capacity": capacity,
        "reading": reading,
        "output": output,
        "basis": basis,
        "compare": compare,
        "allow_unverified": allow_unverified,
    }
    if value == "-":
        from energybench.cli.json_lines import Classifier, answer_pipe

        fine = answer_pipe(Classifier, {"item": item, **options})
        raise typer.Exit(FINE if fine else PROBLEMS)
    item = needed(item, "ITEM")
    with heard() as notes:
        verdict = eb.classify(value, item, **options)
    if as_json:
        say_json({**verdict.to_dict(), "warnings": notes})
    else:
        say(str(verdict))
