"""Where meter rows come from: any source becomes batches of canonical columns.

A source knows its headers as they stand, the kind of frame that answers it, notes for the answer, and whether it is
in memory as a whole: its energy lines and all of its problems are then kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from energybench.frames.native import from_arrow, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy
    import pandas
    from numpy.typing import NDArray

Progress = Callable[[float, str], None]

#: Rows that are in memory at a time: enough that the work on them outweighs the work per batch.
BATCH_ROWS = 1 << 17


@dataclass(frozen=True, slots=True)
class Batch:
    table: pandas.DataFrame
    share: float = 1.0
    file: str = ""
    #: Where a line is a group of rows: how many rows it stands for, and the sum of their amounts (NaN for no number).
    rows: NDArray[numpy.int64] | None = None
    amount: NDArray[numpy.float64] | None = None

    @property
    def count(self) -> int:
        """How many rows it has, or stands for."""
        return len(self.table) if self.rows is None else int(self.rows.sum())

    def take(self, where: NDArray[numpy.bool_]) -> Batch:
        rows = None if self.rows is None else self.rows[where]
        amount = None if self.amount is None else self.amount[where]
        return replace(self, table=self.table[where], rows=rows, amount=amount)


@dataclass(frozen=True)
class FrameSource:
    """A table in memory: one batch."""

    table: pandas.DataFrame
    kind: str = "pandas"
    whole = True
    notes: tuple[str, ...] = ()

    @property
    def headers(self) -> Sequence[object]:
        return list(self.table.columns)

    def batches(self, places: Mapping[str, int], row_by_row: bool) -> Iterator[Batch]:  # noqa: ARG002 - as every source
        yield Batch(self.table.iloc[:, list(places.values())].set_axis(list(places), axis=1))


@dataclass(frozen=True)
class StreamSource:
    reader: Any
    kind: str
    whole = False
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: Any) -> StreamSource:
        """Open whatever offers ``__arrow_c_stream__``."""
        import pyarrow  # type: ignore[import-untyped]

        reader = table if isinstance(table, pyarrow.RecordBatchReader) else pyarrow.RecordBatchReader.from_stream(table)
        return cls(reader, kind_of(table))

    @property
    def headers(self) -> Sequence[object]:
        return list(self.reader.schema.names)

    def batches(self, places: Mapping[str, int], row_by_row: bool) -> Iterator[Batch]:  # noqa: ARG002 - as every source
        """Yield the batches as they come; how much is still to come is not known."""
        return arrow_batches(self.reader, places)


def arrow_batches(batches: Any, places: Mapping[str, int]) -> Iterator[Batch]:
    first = 0
    for batch in batches:
        table = from_arrow(batch.select(list(places.values())))
        table.index += first
        first += len(table)
        yield Batch(table.set_axis(list(places), axis=1), 0.5)
