"""Which limit applies, and which class a value has."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
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


def __getattr__(name: str) -> object:
    """Load the choice of a limit when it is first used, since a ladder alone needs no numpy."""
    if name not in __all__:
        raise AttributeError(name)
    from energybench.limits import choose

    found: object = getattr(choose, name)
    return found
