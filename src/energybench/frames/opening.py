"""A table of any kind is opened: read whole as the form that it is, or as a source of batches."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from energybench.frames.engines import EngineSource, collected, is_lazy
from energybench.frames.files import open_file, read_form, read_frame, stamp_of
from energybench.frames.native import kind_of, to_pandas
from energybench.frames.sources import StreamSource

if TYPE_CHECKING:
    from energybench.frames.files import CsvSource
    from energybench.frames.forms import Reading
    from energybench.frames.layout import Layout
    from energybench.frames.parquet import ParquetSource
    from energybench.frames.sources import FrameSource

    Source: TypeAlias = FrameSource | StreamSource | EngineSource | CsvSource | ParquetSource


def open_meters(meters: Any, batch_rows: int | None, layout: Layout) -> Reading | Source:
    """Return a meter table of any kind as it is read, or as a source of batches."""
    if isinstance(meters, str | Path):
        return open_file(meters, batch_rows, layout)
    if is_lazy(meters):
        return EngineSource.of(meters)
    home = type(meters).__module__.partition(".")[0]
    in_memory = home in ("pandas", "polars") or hasattr(meters, "column_names")
    if hasattr(meters, "__arrow_c_stream__") and not in_memory:
        return StreamSource.of(meters)
    return read_frame(to_pandas(meters, "meters"), "meters", layout)


def open_outputs(outputs: Any, kind: str, layout: Layout) -> tuple[Reading, str]:
    """Return an output table of any kind as it is read, and its kind; of a file or a mapping that of the meters."""
    if isinstance(outputs, str | Path):
        return read_form(outputs, "outputs", layout), kind
    if is_lazy(outputs):
        frame, kind = collected(outputs), EngineSource.of(outputs).kind
    elif is_dask_frame(outputs):
        frame, kind = cast("Any", outputs).compute(), "pandas"
    else:
        frame = to_pandas(outputs, "outputs")
        kind = kind if isinstance(outputs, Mapping) else kind_of(outputs)
    return read_frame(frame, "outputs", layout), kind


def same_table(meters: Any, outputs: Any) -> bool:
    """Say whether the outputs are in the table of the meters: none are given, or the same file."""
    return outputs is None or (isinstance(outputs, str | Path) and str(outputs) == str(meters))


def is_dask_frame(table: Any) -> bool:
    """Say whether a table is a Dask frame; Dask is not imported to ask."""
    kind = type(table)
    return kind.__module__.startswith("dask.") and kind.__name__ == "DataFrame"


def file_stamp(table: Any) -> tuple[str, tuple[Any, ...]] | None:
    """Return the path of a file or folder as text, and its stamp before it is read; None for other tables."""
    if not isinstance(table, str | Path):
        return None
    return str(table), stamp_of(str(table))
