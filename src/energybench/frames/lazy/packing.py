"""Several Enum columns of polars as one whole number, by which rows are grouped and joined faster than by several."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Frame = nw.LazyFrame[Any]

#: The column of the numbers.
PACKED = "_packed"
#: How many numbers there may be: in 32 bits, which are grouped faster than 64, and at all.
_NARROW, _WIDE = 2**32, 2**63


@dataclass(frozen=True)
class Packing:
    """The categories of some Enum columns of a polars frame."""

    categories: Mapping[str, Sequence[str]]

    def pack(self, frame: Frame) -> Frame:
        """Add the column :data:`PACKED`: the same number for the same cells, nothing being a cell like any other."""
        polars: Any = nw.get_native_namespace(frame)
        kind = polars.UInt32 if self.count() <= _NARROW else polars.Int64
        numbers = [
            polars.col(name).to_physical().cast(kind).fill_null(len(texts)) * polars.lit(step, kind)
            for name, texts, step in self._steps()
        ]
        return _lazy(frame.to_native().with_columns(sum(numbers[1:], numbers[0]).alias(PACKED)))

    def unpack(self, frame: Frame) -> Frame:
        """Put the columns in the place of :data:`PACKED`."""
        polars: Any = nw.get_native_namespace(frame)
        number = polars.col(PACKED)
        cells = [
            polars.lit(polars.Series([*texts, None], dtype=polars.Enum(texts)))
            .gather(number // step % (len(texts) + 1))
            .alias(name)
            for name, texts, step in self._steps()
        ]
        return _lazy(frame.to_native().with_columns(*cells).drop(PACKED))

    def count(self) -> int:
        """Return how many numbers there may be."""
        return prod(len(texts) + 1 for texts in self.categories.values())

    def _steps(self) -> list[tuple[str, Sequence[str], int]]:
        """Return column, categories, and what the number of a category is multiplied by."""
        steps, step = [], 1
        for name, texts in self.categories.items():
            steps.append((name, texts, step))
            step *= len(texts) + 1
        return steps


def make_packing(frame: Frame, names: Sequence[str]) -> Packing | None:
    """Return how columns are packed; None where they are not, because nothing would be saved."""
    if not frame.implementation.is_polars() or len(names) < 2:
        return None
    schema = frame.collect_schema()
    categories = {name: kind.categories for name in names if isinstance(kind := schema[name], nw.Enum)}
    packing = Packing(categories)
    return packing if len(categories) == len(names) and packing.count() <= _WIDE else None


def _lazy(native: Any) -> Frame:
    frame: Frame = nw.from_native(native)
    return frame
