"""The options that several commands have."""

from typing import Annotated, Literal

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
BasisName = Literal["calorific", "primary"]
Basis = Annotated[BasisName, typer.Option(help="calorific is 当量值, primary is 等价值.")]
CoalRate = Annotated[
    str | None, typer.Option(metavar="RATE", help='Coal rate of power, for the primary basis: "302.4 gce/kWh".')
]
Edition = Annotated[
    str | None, typer.Option(metavar="DOCUMENT", help="Edition of the coefficients; default gbt-2589-2020.")
]
Document = Annotated[
    str | None, typer.Option(metavar="DOCUMENT", help="Document of the limit, by id or number, or in-force.")
]
Period = Annotated[
    str | None, typer.Option(metavar="PERIOD", help="Year, month or day for --document in-force: 2023, 2023-06.")
]
Capacity = Annotated[str | None, typer.Option(metavar="MASS", help='Rated furnace capacity, "3 t".')]
Reading = Annotated[
    Literal["linear", "class_below", "class_above", "stated_only"],
    typer.Option(help="How the limit is read between the capacities that the document states."),
]
Compare = Annotated[Literal["full", "rounded"], typer.Option(help="Compare all digits, or rounded as GB/T 8170 says.")]
Unverified = Annotated[bool, typer.Option("--allow-unverified", help="Use unconfirmed figures, with a warning.")]
