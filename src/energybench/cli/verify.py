"""``energybench verify``: what a function of one's own gets wrong."""

from typing import Annotated, Literal

import typer

from energybench.cli.console import FINE, PROBLEMS, heard, say, say_json
from energybench.cli.options import BasisName, CoalRate, Document, Edition, Json

EPILOG = """\b
Examples:
  energybench verify converter.py:to_tce
  energybench verify mypackage.limits:furnace_limit --kind limit-curve --reading linear
  energybench verify strength.py:factor --correction gb-16780-2012/clinker-strength --json"""


def verify(
    function: Annotated[str, typer.Argument(metavar="MODULE:FUNCTION", help="A module or a .py file, and a function.")],
    kind: Annotated[
        Literal["conversion", "classifier", "limit-curve", "correction"] | None,
        typer.Option(help="What it is; told by the names of its parameters where that is possible."),
    ] = None,
    basis: Annotated[
        BasisName | None, typer.Option(help="Basis that a converter is meant to have; default calorific (当量值).")
    ] = None,
    coal_rate: CoalRate = None,
    edition: Edition = None,
    document: Document = None,
    reading: Annotated[
        Literal["linear", "class_below", "class_above", "stated_only"] | None,
        typer.Option(help="How a limit curve reads the table between its capacities; default any way."),
    ] = None,
    correction: Annotated[
        str | None, typer.Option(metavar="ID", help="Which correction: gb-16780-2012/clinker-strength.")
    ] = None,
    tolerance: Annotated[
        float | None, typer.Option(metavar="PART", help="A figure is right to this part of itself; default 1e-9.")
    ] = None,
    skip: Annotated[list[str] | None, typer.Option(metavar="PROPERTY", help="Leave a property out.")] = None,
    examples: Annotated[int, typer.Option(metavar="N", help="Examples for each property.")] = 100,
    as_json: Json = False,
) -> None:
    """Search a function of your own for what it gets wrong.

    It may be a converter, a classifier, a furnace limit or a correction; the smallest failing example is shown.
    Exit code 1: a property does not hold.
    What the function prints goes to stderr. The same run asks the same questions.
    """
    import sys
    from contextlib import redirect_stdout

    from energybench.testing.verify import verify as run_kit

    with redirect_stdout(sys.stderr), heard() as notes:
        report = run_kit(
            function,
            kind,
            examples=examples,
            basis=basis,
            coal_rate=coal_rate,
            edition=edition,
            document=document,
            reading=reading,
            correction=correction,
            tolerance=tolerance,
            skip=tuple(skip or ()),
        )
    if as_json:
        say_json({**report.to_dict(), "warnings": notes})
    else:
        say(str(report))
    raise typer.Exit(FINE if report.passed else PROBLEMS)
