"""Groups of meter rows: plant, period and product, in the numbering of the output table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy

from energybench.errors import EnergybenchError, without_suggestions
from energybench.frames.columns import KEYS
from energybench.frames.encode import Coded, clean_text, fold
from energybench.frames.kernel import Key, Lookup, keys_in_use, make_key, make_lookup
from energybench.limits.choose import find_item
from energybench.tables.periods import fold_period

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


#: What a decoder puts in the place of bytes that are no text.
DAMAGED = "\ufffd"


def is_damaged(value: Any) -> bool:
    """Say whether a cell is a text of which a part could not be decoded: nobody knows what it names."""
    return isinstance(value, str) and DAMAGED in value


def key_text(value: Any) -> str:
    """Return a cell of a key column as text; damaged text is none."""
    return "" if is_damaged(value) else clean_text(value)


def period_key(value: Any) -> str:
    """Return a period as text, a year, month or day in Chinese as its ISO form."""
    return fold_period(key_text(value))


def product_key(value: Any) -> str:
    """Return the item that a product name stands for, or the name itself where no table knows it."""
    text = key_text(value)
    try:
        with without_suggestions():
            return find_item(text) if text else text
    except EnergybenchError:
        return text


#: How the cells of each key column are folded, so that the two tables meet.
KEY_TEXT: dict[str, Callable[[Any], str]] = {"plant": key_text, "period": period_key, "product": product_key}


@dataclass(frozen=True, slots=True)
class Groups:
    """The distinct keys of an output table."""

    texts: list[list[str]]
    count: int
    of_outputs: NDArray[Any]
    lookup: Lookup
    #: Which groups are judged by the electricity of a potline, the last group being that of no output row.
    potline: NDArray[numpy.bool_]
    seen: dict[str, tuple[list[Any] | None, NDArray[Any]]] = field(default_factory=dict, repr=False, compare=False)

    def key_of(self, columns: dict[str, Coded]) -> Key:
        """Return the keys of a meter table, in the numbering of the output table."""
        parts = []
        for name, known in zip(KEYS, self.texts, strict=True):
            # A table that comes in parts has the same dictionary again and again.
            distinct, places = self.seen.get(name, (None, numpy.zeros(0)))
            if distinct != columns[name].distinct or not all(isinstance(one, str) for one in distinct):
                texts, positions = fold(columns[name], KEY_TEXT[name])
                order = {text: number for number, text in enumerate(known)}
                places = numpy.array([*(order.get(text, len(known)) for text in texts), len(known)])[positions]
                self.seen[name] = columns[name].distinct, places
            parts.append((columns[name].codes, places, len(known)))
        return make_key(parts)

    def of_rows(self, columns: dict[str, Coded]) -> NDArray[Any]:
        """Return the group of every row of a meter table."""
        return self.lookup.take(self.key_of(columns).block(slice(None)))


def make_groups(keys: list[Coded], of_potline: NDArray[numpy.bool_] | None = None) -> Groups:
    """Return the groups of an output table; a row with an empty key cell belongs to none."""
    key = make_key([(column.codes, numpy.arange(len(column.distinct) + 1), len(column.distinct)) for column in keys])
    rows, used = keys_in_use(key)
    lookup = make_lookup(key.size, used, numpy.arange(len(used)), len(used))
    of_outputs = lookup.take(rows)
    potline = numpy.zeros(len(used) + 1, bool)
    if of_potline is not None:
        potline[of_outputs[of_potline]] = True
    potline[-1] = False
    return Groups([column.distinct for column in keys], len(used), of_outputs, lookup, potline)
