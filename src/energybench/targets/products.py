"""What each row of a portfolio makes: its item, and the rows of which nobody can tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy

from energybench.errors import EnergybenchError, quoted, without_suggestions
from energybench.limits.choose import find_item, items_named
from energybench.targets.cells import named, require_column, texts_of

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas
    from numpy.typing import NDArray

    from energybench.targets.cells import Texts

    Items = NDArray[numpy.object_]
    Mask = NDArray[numpy.bool_]

#: What the column item says of a product that is none of the tables.
OTHER_WORDS = ("other", "其他")

#: The item of such a row; no table has this name.
OTHER = "other product"

#: How many unknown names a message looks up: each search for near names costs milliseconds.
MOST_NAMES = 5

#: What to do about a product that is not known.
FIX = (
    "Correct the product (energybench tables product_names lists the names), "
    'or write "other" in a column item for a product that is none of them'
)


def items_of(table: pandas.DataFrame) -> Items:
    """Return the item of each row, by its column item or product.

    A name that no table knows, or that several items have, stays as it is; an empty cell is empty text.
    """
    if "item" not in table.columns:
        require_column(table, "product")
        return _items(texts_of(table["product"]))
    items = texts_of(table["item"])
    found = _items(items)
    found[items.take([name.casefold() in OTHER_WORDS for name in items.distinct], False, numpy.bool_)] = OTHER
    if "product" not in table.columns:
        return found
    return numpy.where(items.empty, _items(texts_of(table["product"])), found)


def _items(names: Texts) -> Items:
    found: Items = names.take([_item(name) for name in names.distinct], "", object)
    return found


def _item(name: str) -> str:
    try:
        with without_suggestions():
            return find_item(name)
    except EnergybenchError:
        return name


def is_one_of(items: Items, words: Collection[str]) -> tuple[Mask, Mask]:
    """Return which rows are of some items, and of which rows that is known."""
    import pandas

    names = texts_of(pandas.Series(items))
    answers = [_is_one_of(name, words) for name in names.distinct]
    return (
        names.take([answer is True for answer in answers], False, numpy.bool_),
        names.take([answer is not None for answer in answers], False, numpy.bool_),
    )


def _is_one_of(name: str, words: Collection[str]) -> bool | None:
    """Say whether a name is of some items; None where nobody can tell."""
    if name in words or name == OTHER:
        return name in words
    among = {item in words for item in items_named(name)}
    return among.pop() if len(among) == 1 else None


def is_unknown(item: str) -> bool:
    """Say whether an item of :func:`items_of` is a name that no table knows, or none at all."""
    return item != OTHER and not items_named(item)


def unknown_rows(items: Items) -> Mask:
    """Return the rows without a product, or with one that no table knows, shape (n,)."""
    import pandas

    names = texts_of(pandas.Series(items))
    return names.take([is_unknown(name) for name in names.distinct], True, numpy.bool_)


def why_unknown(table: pandas.DataFrame, items: Items, where: Mask) -> str:
    """Say of some rows why their item is not known, with the nearest names; what to do is :data:`FIX`."""
    names = list(dict.fromkeys(items[where].tolist()))
    said = [_why(name, named(table, where & (items == name))) for name in names[:MOST_NAMES]]
    rest = [f"and {len(names) - MOST_NAMES} more names"] if len(names) > MOST_NAMES else []
    return "; ".join([*said, *rest])


def _why(name: str, rows: str) -> str:
    return f"the product of {rows} is {unknown_name(name)}" if name else f"the product of {rows} is empty"


def unknown_name(name: str) -> str:
    """Return a name that stands for no single item as text, with why, and the nearest names."""
    several = items_named(name)
    if several:
        return f"{quoted(name)}, the name of several ({', '.join(several)})"
    return f"{quoted(name)}, which no table knows{near_names(name)}"


def near_names(name: str) -> str:
    """Return the names nearest to one that no table knows, in brackets; empty where none is near."""
    try:
        find_item(name)
    except EnergybenchError as error:
        if error.fix.startswith("Did you mean "):
            return f" (near: {error.fix.removeprefix('Did you mean ').removesuffix('?')})"
    return ""
