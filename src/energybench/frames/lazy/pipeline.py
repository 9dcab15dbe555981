"""Lazy tables of an engine: small selections are collected and resolved, everything else stays a query."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import pandas

from energybench.errors import TableError, requiring
from energybench.frames.columns import canonical_columns, is_lazy
from energybench.frames.encode import clean_text, has_value
from energybench.frames.files import read_table
from energybench.frames.lazy.assessment import LazyAssessment
from energybench.frames.lazy.meters import meter_parts, weigh
from energybench.frames.lazy.outputs import measure, output_parts
from energybench.frames.lazy.small_tables import hand_over
from energybench.frames.lazy.source import distinct, make_source, run
from energybench.frames.native import to_pandas
from energybench.frames.pipeline import unused_headers, warn_weak
from energybench.tables.store import data_version

if TYPE_CHECKING:
    from energybench.frames.lazy.source import Source
    from energybench.frames.options import Options

    Frame = nw.LazyFrame[Any]


def as_lazy(table: Any) -> Frame | None:
    """Return a table as a lazy narwhals frame, or None where it is not lazy."""
    if not is_lazy(table):
        return None
    frame: Frame = nw.from_native(table)
    if not frame.implementation.is_polars():
        # Every other engine gives what it has computed, and takes small tables, in Arrow.
        with requiring("pyarrow", "arrow", f"A table of {frame.implementation.value}"):
            import pyarrow  # type: ignore[import-untyped]  # noqa: F401
    return frame


def collected_if_lazy(table: Any) -> Any:
    """Return a table that is not lazy, computed where it was."""
    frame = as_lazy(table)
    return table if frame is None else pandas.DataFrame(run(frame).to_dict(as_series=False))


def assess_lazily(meters: Any, outputs: Any, options: Options, stacklevel: int = 4) -> LazyAssessment:
    """Assess a lazy table of meters; nothing but the distinct names of both tables is computed."""
    meter_source = make_source(as_lazy(meters), "meters")
    output_source = _of_engine(outputs, meter_source.frame)
    parts = {**meter_parts(meter_source), **output_parts(output_source, options)}
    try:
        found = distinct(parts)
    except Exception:
        # To look for this first would cost every relation that is in order.
        _refuse_strangers(output_source.frame, meter_source.frame)
        raise
    for source in (meter_source, output_source):
        if not found[f"{source.name} combinations"]:
            raise TableError(f"{source.name} has headers and no rows", source.name, "Give at least one row")
    weighed = weigh(meter_source, found, options.choice)
    measured = measure(output_source, found, options)
    return LazyAssessment(
        weighed,
        measured,
        fixed_notes=(
            *unused_headers(meters=meter_source.unused, outputs=output_source.unused),
            *warn_weak(weighed.factors, measured.measured.thresholds, stacklevel=stacklevel),
        ),
        options=options.to_dict(),
        data_version=data_version(),
    )


def _of_engine(outputs: Any, meters: Frame) -> Source:
    """Return the output table as one of the engine of the meters."""
    frame = as_lazy(outputs)
    if frame is not None and frame.implementation == meters.implementation:
        return make_source(frame, "outputs")
    given = read_table(outputs) if isinstance(outputs, str | Path) else to_pandas(collected_if_lazy(outputs), "outputs")
    table, unused = canonical_columns(given, "outputs")
    handed = hand_over(meters, {str(name): _typed(table[name]) for name in table.columns})
    return replace(make_source(handed, "outputs"), unused=unused)


def _refuse_strangers(outputs: Frame, meters: Frame) -> None:
    """Refuse two DuckDB relations of different connections, which cannot meet."""
    if not meters.implementation.is_duckdb():
        return
    one, other = (hand_over(frame, {"_": ("integer", [])}) for frame in (meters, outputs))
    try:
        one.join(other, on="_").collect_schema()
    except Exception as error:
        raise TableError(
            f"meters and outputs are relations of two connections: {error}", "outputs", "Open both on one connection"
        ) from error


def _typed(column: pandas.Series[Any]) -> tuple[str, list[Any]]:
    """Return a column as an engine can hold it: numbers as numbers, anything else as text."""
    number = pandas.api.types.is_numeric_dtype(column.dtype) and not pandas.api.types.is_bool_dtype(column.dtype)
    cells = [
        None if empty else cell for cell, empty in zip(column.tolist(), (~has_value(column)).tolist(), strict=True)
    ]
    if number and pandas.api.types.is_integer_dtype(column.dtype):
        return "integer", cells
    if number and not pandas.api.types.is_complex_dtype(column.dtype):
        return "number", cells
    return "text", [cell if cell is None or isinstance(cell, str) else clean_text(cell) for cell in cells]
