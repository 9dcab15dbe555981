"""``energybench limit``: the steps of a product, or the limit of a furnace."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from energybench.cli.console import FINE
from energybench.cli.options import add_options, given
from energybench.errors import DimensionError, OptionError, UnknownProductError, quoted

if TYPE_CHECKING:
    from argparse import Namespace

    from energybench.cli.console import Parser
    from energybench.limits.ladders import Ladder

ABOUT = "An amount in place of a product asks for the limit of an induction furnace of that capacity."
EXAMPLES = """\
  energybench limit 电解铝
  energybench limit "3 t" --reading class_above
  energybench limit cement-clinker --document ndrc-2021 --json"""
_OPTIONS = ("document", "period", "region", "capacity", "reading", "allow_unverified")


def add_arguments(parser: Parser) -> None:
    parser.add_argument("item", metavar="ITEM", help='product: 电解铝, cement-clinker; or a capacity, "3 t"')
    parser.add_argument("--unit", metavar="UNIT", help='which indicator, where a product has several: "kWh/t"')
    add_options(parser, *_OPTIONS, "json")


def run(arguments: Namespace) -> tuple[Ladder, int]:
    return find_limit(arguments.item, arguments.unit, **given(arguments, *_OPTIONS)), FINE


def find_limit(item: str, unit: str | None, **options: Any) -> Ladder:
    from energybench.limits import choose
    from energybench.limits.furnaces import DEFAULT_ITEM, find_curve
    from energybench.tables.names import find_item
    from energybench.tables.store import warn_if_weak
    from energybench.units.factors import same_kind
    from energybench.units.text import read_unit

    capacity = options["capacity"]
    try:
        find_item(item)
    except UnknownProductError:
        if not re.match(r"\s*[-+−]?\s*\.?\d", item):
            raise
        if capacity is not None:
            raise OptionError(f"Two capacities are given, {item} and {capacity}", capacity, "Give one") from None
        item, options["capacity"] = DEFAULT_ITEM, item
        # A capacity alone asks for the one furnace table, as furnace_limit() does.
        if options["region"] is None:
            options["document"] = options["document"] or find_curve(item).row.document
    like = None if unit is None else read_unit(unit)
    found = choose.choose_ladder(item, **options, like=like)
    if like is not None and not same_kind(like, read_unit(found.unit)):
        what = f"{quoted(unit)} is given, and the limit of {found.item} is in {found.unit}"
        raise DimensionError(what, quoted(unit), "Leave --unit out")
    warn_if_weak(found, found.id)
    choose.warn_if_superseded(found.document, found.standing)
    return found
