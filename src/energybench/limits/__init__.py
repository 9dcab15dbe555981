"""Which limit applies, and which class a value has."""

from energybench.limits.choose import (
    all_ladders,
    choose_ladder,
    find_item,
    find_ladder,
    items_named,
    needs_capacity,
    usual_unit,
)

__all__ = [
    "all_ladders",
    "choose_ladder",
    "find_item",
    "find_ladder",
    "items_named",
    "needs_capacity",
    "usual_unit",
]
