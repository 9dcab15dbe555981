"""Groups of meter rows: plant, period and product, in the numbering of the output table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy

from energybench.errors import EnergybenchError, without_suggestions
from energybench.frames.columns import KEYS
from energybench.frames.encode import Coded, clean_text, fold
from energybench.frames.kernel import Key, Lookup, keys_in_use, make_key, make_lookup
from energybench.limits import find_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


def product_key(value: Any) -> str:
    """Return the item that a product name stands for, or the name itself where no table knows it.

    Examples
    --------
    >>> product_key("电解铝"), product_key("我的产品")
    ('electrolytic-aluminium', '我的产品')
    """
    text = clean_text(value)
    try:
        with without_suggestions():
            return find_item(text) if text else text
    except EnergybenchError:
        return text


#: How the cells of each key column are folded, so that the two tables meet.
KEY_TEXT: dict[str, Callable[[Any], str]] = {"plant": clean_text, "period": clean_text, "product": product_key}


@dataclass(frozen=True, slots=True)
class Groups:
    """The distinct keys of an output table.

    Attributes
    ----------
    texts : list
        Per key column, its distinct texts.
    count : int
        How many groups; the group ``count`` is that of no output row.
    of_outputs : ndarray of int
        The group of each output row.
    lookup : Lookup
        From key to group.
    """

    texts: list[list[str]]
    count: int
    of_outputs: NDArray[Any]
    lookup: Lookup

    def key_of(self, columns: dict[str, Coded]) -> Key:
        """Return the keys of a meter table, in the numbering of the output table."""
        parts = []
        for name, known in zip(KEYS, self.texts, strict=True):
            texts, positions = fold(columns[name], KEY_TEXT[name])
            order = {text: number for number, text in enumerate(known)}
            there = numpy.array([*(order.get(text, len(known)) for text in texts), len(known)])
            parts.append((columns[name].codes, there[positions], len(known)))
        return make_key(parts)


def make_groups(keys: list[Coded]) -> Groups:
    """Return the groups of an output table; a row with an empty key cell belongs to none."""
    key = make_key([(column.codes, numpy.arange(len(column.distinct) + 1), len(column.distinct)) for column in keys])
    rows, used = keys_in_use(key)
    lookup = make_lookup(key.size, used, numpy.arange(len(used)), len(used))
    return Groups([column.distinct for column in keys], len(used), lookup.take(rows), lookup)
