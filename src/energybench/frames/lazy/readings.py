"""Cells that have to be read one by one, each distinct one once: keys, and numbers written as text.

What was read comes back as a small table that is joined, so that rows only meet what the functions for one value
have made of their cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from energybench.frames.columns import KEYS
from energybench.frames.encode import to_number
from energybench.frames.groups import DAMAGED, KEY_TEXT
from energybench.frames.lazy.small_tables import hand_over
from energybench.frames.lazy.source import PLAIN_NUMBER, join_small, without_repetitions
from energybench.frames.meters import damaged_text, missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from energybench.frames.lazy.chain import Refusals
    from energybench.frames.lazy.source import Source

    Frame = nw.LazyFrame[Any]
    Parts = dict[str, tuple[Frame, Sequence[nw.Expr]]]
    Found = Mapping[str, list[tuple[str | None, ...]]]

#: The keys of a row as they are compared.
_FOLDS = {name: f"_key_{name}" for name in KEYS}
FOLDED = tuple(_FOLDS.values())

#: A longer list of categories may name far more than a table holds.
_FEW_CATEGORIES = 1000


@dataclass(frozen=True)
class Readings:
    """What the distinct cells of some columns of a table were read as."""

    source: Source
    keys: Mapping[str, Mapping[str, str]]
    numbers: Mapping[str, Mapping[str, float | None]]

    def with_keys(self, frame: Frame) -> Frame:
        """Add the folded keys :data:`FOLDED` to a frame with the key columns of the source."""
        source = self.source
        folded: list[nw.Expr] = []
        for name, key in _FOLDS.items():
            if name not in self.keys:
                whole = nw.when(~is_damaged(source, name)).then(source.stripped(name))
                folded.append(whole.otherwise(nw.lit("")).alias(key))
        for name, known in self.keys.items():
            cell, key = f"_cell_{name}", _FOLDS[name]
            if source.is_text(name) and all(text == read for text, read in known.items()):
                # As nearly always: every text stands there as it is compared, and a join would change nothing.
                folded.append(source.text(name).fill_null("").alias(key))
                continue
            if isinstance(source.types[name], nw.String):
                cell = name
            else:
                frame = frame.with_columns(source.text(name).alias(cell))
            small = hand_over(frame, {cell: ("text", list(known)), key: ("text", list(known.values()))})
            frame = join_small(frame, small, [cell])
            folded.append(nw.col(key).fill_null(""))
        return frame.with_columns(*folded)

    def empty_keys(self, refusals: Refusals) -> list[nw.Expr]:
        """Return the numbers of the refusals of empty keys, of frames that :meth:`with_keys` has made."""
        chain: list[nw.Expr] = []
        for name, folded in _FOLDS.items():
            damaged, nothing = (refusals.number(refusal) for refusal in (damaged_text(name), missing(name)))
            # One inside the other: the text of a key that is there is not looked at again.
            why = nw.when(is_damaged(self.source, name)).then(nw.lit(damaged)).otherwise(nw.lit(nothing))
            chain.append(nw.when(nw.col(folded) == "").then(why.cast(nw.Int64)))
        return chain

    def with_number(self, frame: Frame, column: str, name: str) -> Frame:
        """Add a column of numbers to a frame: null or NaN where a cell holds none, infinite where it says so."""
        source, cell = self.source, nw.col(column)
        if isinstance(source.types[column], nw.Boolean):
            return frame.with_columns(nw.lit(None).cast(nw.Float64).alias(name))
        if source.types[column].is_numeric():
            return frame.with_columns(cell.cast(nw.Float64).alias(name))
        text = source.text(column)
        plain = nw.when(text.str.contains(PLAIN_NUMBER)).then(text).cast(nw.Float64)
        known = self.numbers[column]
        if not known:
            return frame.with_columns(plain.alias(name))
        small = hand_over(frame, {"_cell": ("text", list(known)), "_read": ("number", list(known.values()))})
        frame = join_small(frame.with_columns(text.alias("_cell")), small, ["_cell"])
        return frame.with_columns(nw.coalesce(plain, nw.col("_read")).alias(name)).drop("_cell", "_read")


def is_damaged(source: Source, name: str) -> nw.Expr:
    """Say of each cell of a key column whether a part of it could not be decoded."""
    return source.text(name).fill_null("").str.contains(DAMAGED, literal=True)


def reading_parts(source: Source, numbers: Sequence[str]) -> Parts:
    """Return what has to be collected before :func:`make_readings`."""
    parts: Parts = {}
    for name in KEYS:
        if _is_looked_up(source, name) and _categories(source, name) is None:
            parts[f"{source.name} key {name}"] = (without_repetitions(source.frame, [name]), [source.text(name)])
    for name in numbers:
        if not source.types[name].is_numeric() and not isinstance(source.types[name], nw.Boolean):
            odd = source.frame.filter(~source.text(name).str.contains(PLAIN_NUMBER))
            parts[f"{source.name} number {name}"] = (without_repetitions(odd, [name]), [source.text(name)])
    return parts


def _is_looked_up(source: Source, name: str) -> bool:
    """Say whether a key has to be looked up: an expression folds only plants, as texts or whole numbers."""
    kind = source.types[name]
    return name != "plant" or not (source.is_text(name) or kind.is_integer())


def _categories(source: Source, name: str) -> tuple[str, ...] | None:
    """Return the texts that a column may hold, where its type says so and they are few: nothing need be collected."""
    kind = source.types[name]
    return kind.categories if isinstance(kind, nw.Enum) and len(kind.categories) <= _FEW_CATEGORIES else None


def make_readings(source: Source, found: Found) -> Readings:
    """Read the distinct cells that were collected."""
    keys: dict[str, dict[str, str]] = {}
    numbers: dict[str, dict[str, float | None]] = {}
    for part, rows in found.items():
        table, _, rest = part.partition(" ")
        kind, _, name = rest.partition(" ")
        if table != source.name:
            continue
        texts = [text for (text, *_) in rows if text is not None]
        if kind == "key":
            keys[name] = {text: KEY_TEXT[name](source.read(name, text)) for text in texts}
        elif kind == "number":
            numbers[name] = {text: _number(source.read(name, text)) for text in texts}
    for name in KEYS:
        if _is_looked_up(source, name) and (categories := _categories(source, name)) is not None:
            keys[name] = {text: KEY_TEXT[name](text) for text in categories}
    return Readings(source, keys, numbers)


def _number(cell: Any) -> float | None:
    number = to_number(cell)
    return None if number != number else number
