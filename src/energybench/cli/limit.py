"""``energybench limit``: the steps of a product, or the limit of a furnace."""

import re
from typing import Annotated

import typer

from energybench.cli.console import heard, say, say_json, stamp
from energybench.cli.options import Capacity, Document, Json, Period, Reading, Unverified
from energybench.errors import DimensionError, OptionError, UnknownProductError, quoted

EPILOG = """\b
Examples:
  energybench limit 电解铝
  energybench limit "3 t" --reading class_above
  energybench limit cement-clinker --document ndrc-2021 --json"""


def limit(
    item: Annotated[str, typer.Argument(metavar="ITEM", help='Product: 电解铝, cement-clinker; or a capacity, "3 t".')],
    capacity: Capacity = None,
    reading: Reading = "linear",
    document: Document = None,
    period: Period = None,
    unit: Annotated[
        str | None, typer.Option(metavar="UNIT", help='Which indicator, where a product has several: "kWh/t".')
    ] = None,
    allow_unverified: Unverified = False,
    as_json: Json = False,
) -> None:
    """Show the limit of a product or a furnace.

    An amount in place of a product asks for the limit of an induction furnace of that capacity.
    """
    from energybench.limits import choose
    from energybench.limits.furnaces import DEFAULT_ITEM
    from energybench.units.registry import same_kind
    from energybench.units.text import read_unit

    try:
        choose.find_item(item)
    except UnknownProductError:
        if not re.match(r"\s*[-+−]?\s*\.?\d", item):
            raise
        if capacity is not None:
            raise OptionError(f"Two capacities are given, {item} and {capacity}", capacity, "Give one") from None
        item, capacity = DEFAULT_ITEM, item
    with heard() as notes:
        like = None if unit is None else read_unit(unit)
        found = choose.choose_ladder(item, document, capacity, reading, allow_unverified, period, like)
        if like is not None and not same_kind(like, read_unit(found.unit)):
            shown = quoted(str(unit))
            raise DimensionError(
                f"{shown} is given, and the limit of {found.item} is in {found.unit}", shown, "Leave --unit out"
            )
        choose.warn_unverified_row(found)
        choose.warn_if_superseded(document)
    if as_json:
        say_json({**found.to_dict(), "warnings": notes, **stamp()})
    else:
        say(str(found))
