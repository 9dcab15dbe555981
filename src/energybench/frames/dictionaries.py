"""Text columns of Arrow as pandas categories: the codes stay codes, a dictionary that comes again is read once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.frames.encode import texts_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


def is_plain_text(kind: Any) -> bool:
    """Say whether an Arrow type is one of texts that are no dictionary."""
    from pyarrow import types  # type: ignore[import-untyped]

    view = getattr(types, "is_string_view", lambda _: False)
    return bool(types.is_string(kind) or types.is_large_string(kind) or view(kind))


def is_text(kind: Any) -> bool:
    """Say whether an Arrow type is one of texts, or of a dictionary of texts."""
    from pyarrow import types

    return is_plain_text(kind.value_type if types.is_dictionary(kind) else kind)


@dataclass
class Dictionaries:
    """The dictionaries that came last, by column: batch after batch of a file has the same one."""

    last: dict[str, tuple[Any, pandas.CategoricalDtype, NDArray[Any] | None]] = field(default_factory=dict)

    def categorical(self, name: str, array: Any) -> pandas.Categorical:
        """Return a text column as codes into its distinct texts."""
        coded = array if hasattr(array, "dictionary") else array.dictionary_encode()
        if len(coded.dictionary) > len(coded):
            # The dictionary of a whole file of ever new texts must not be worked on with every batch.
            coded = coded.cast(coded.type.value_type).dictionary_encode()
        before = self.last.get(name)
        if before is None or not before[0].equals(coded.dictionary):
            before = self.last[name] = (coded.dictionary, *_categories(coded.dictionary))
        _, kind, place = before
        indices = coded.indices
        codes = (indices.fill_null(-1) if indices.null_count else indices).to_numpy(zero_copy_only=False)
        if place is not None:
            codes = place[codes]
        # Arrow has seen to it that every code has an entry.
        return pandas.Categorical.from_codes(codes, dtype=kind, validate=False)


def _categories(dictionary: Any) -> tuple[pandas.CategoricalDtype, NDArray[Any] | None]:
    """Return the categories of a dictionary, and what its codes become where an entry is there twice or null."""
    distinct, place = pandas.Index(texts_of(dictionary), dtype=object), None
    if distinct.hasnans or not distinct.is_unique:
        codes, distinct = pandas.factorize(distinct, use_na_sentinel=True)
        place = numpy.append(codes, -1)
    return pandas.CategoricalDtype(distinct), place


def constant(value: str | None, rows: int) -> pandas.Categorical:
    """Return a column that has the same text in every row."""
    codes = numpy.full(rows, -1 if value is None else 0, numpy.int8)
    return pandas.Categorical.from_codes(codes, pandas.Index([] if value is None else [value], dtype=object))
