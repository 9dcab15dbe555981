"""Groups of meter rows: plant, period and product, in the numbering of the output table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy

from energybench.errors import EnergybenchError, cut, without_suggestions
from energybench.frames.columns import KEYS
from energybench.frames.encode import Coded, clean_text
from energybench.frames.kernel import Key, Lookup, keys_in_use, make_key, make_lookup
from energybench.tables.names import find_item
from energybench.tables.periods import fold_period, period_span

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas
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


def is_day(text: str) -> bool:
    span = period_span(text)
    return span is not None and span[0] == span[1]


def by_month(texts: list[str]) -> list[str]:
    days = [text for text in texts if is_day(text)]
    if not days or not all(text.endswith("-01") for text in days):
        return texts
    return [text[:7] if is_day(text) else text for text in texts]


@dataclass(frozen=True, slots=True)
class Groups:
    """The distinct keys of an output table."""

    texts: list[list[str]]
    #: The place of each of these texts.
    orders: list[dict[str, int]]
    count: int
    of_outputs: NDArray[Any]
    lookup: Lookup
    #: Which groups are judged by the electricity of a potline, the last group being that of no output row.
    potline: NDArray[numpy.bool_]
    #: The code of the period of each group.
    period_codes: NDArray[numpy.int64]
    seen: dict[str, tuple[list[Any], list[str], NDArray[Any]]] = field(default_factory=dict, repr=False, compare=False)

    def key_of(self, columns: dict[str, Coded]) -> Key:
        """Return the keys of a meter table, in the numbering of the output table."""
        return make_key(
            [
                (columns[name].codes, self._folded(name, columns[name])[1], len(known))
                for name, known in zip(KEYS, self.texts, strict=True)
            ]
        )

    def _folded(self, name: str, column: Coded) -> tuple[list[str], NDArray[Any]]:
        """Return the folded texts of a key column, and the place of each distinct value among the outputs'."""
        # A table that comes in parts has the same dictionary again and again.
        distinct, texts, places = self.seen.get(name, ([None], [], numpy.zeros(0)))
        if distinct != column.distinct:
            order = self.orders[KEYS.index(name)]
            # What an output row is called as it stands needs no folding.
            texts = [value if value in order else KEY_TEXT[name](value) for value in column.distinct]
            places = column.table([order.get(text, len(order)) for text in texts], len(order), numpy.int64)
            if all(isinstance(one, str) for one in column.distinct):
                self.seen[name] = column.distinct, texts, places
        return texts, places

    def periods_of(self, columns: dict[str, Coded]) -> list[str]:
        return self._folded("period", columns["period"])[0]

    def of_rows(self, columns: dict[str, Coded]) -> NDArray[Any]:
        """Return the group of every row of a meter table, of a part of a period that of the whole."""
        group = self.lookup.take(self.key_of(columns).block(slice(None)))
        lost = numpy.flatnonzero(group == self.count)
        group[lost] = self.wider(columns, lost)
        return group

    def wider(self, columns: dict[str, Coded], rows: NDArray[Any]) -> NDArray[Any]:
        """Return the group whose period has that of each row within it: of several the shortest."""
        group = numpy.full(len(rows), self.count)
        if not len(rows):
            return group
        parts = [(columns[name].codes[rows], *self._folded(name, columns[name])) for name in KEYS]
        wider = self.around(parts[1][1])
        left = numpy.arange(len(rows))
        for rank in range(max(map(len, wider), default=0)):
            none = len(self.texts[1])
            places = numpy.array([*(codes[rank] if rank < len(codes) else none for codes in wider), none])
            tables = (parts[0][2], places, parts[2][2])
            codes = (part[0][left] for part in parts)
            key = make_key([(*one, len(known)) for *one, known in zip(codes, tables, self.texts, strict=True)])
            group[left] = self.lookup.take(key.block(slice(None)))
            left = left[group[left] == self.count]
        return group

    def around(self, periods: list[str]) -> list[list[int]]:
        """Return for each period the codes of the output periods that it is a part of, the shortest first."""
        spans = [(code, span) for code, text in enumerate(self.texts[1]) if (span := period_span(text))]
        spans.sort(key=lambda one: one[1][1] - one[1][0])
        found = []
        for text in periods:
            mine = period_span(text)
            within = [code for code, (first, last) in spans if mine and first <= mine[0] and mine[1] <= last]
            found.append([code for code in within if self.texts[1][code] != text])
        return found

    def name_of(self, group: int, keys: pandas.DataFrame) -> str:
        """Return plant, period and product of a group, by the key columns of the output table."""
        cells = keys.iloc[int((self.of_outputs == group).argmax())]
        return ", ".join(cut(clean_text(cell), 40) for cell in cells)


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
    period_codes = numpy.zeros(len(used) + 1, numpy.int64)
    period_codes[of_outputs] = keys[1].codes
    texts = [column.distinct for column in keys]
    orders = [{text: number for number, text in enumerate(known)} for known in texts]
    return Groups(texts, orders, len(used), of_outputs, lookup, potline, period_codes)
