"""A small table handed to an engine, so that the engine can join it to a large one.

Texts may hold anything, so none of them is ever written into a query: a table travels as Arrow memory, or as one
JSON constant. Nothing is registered, so that nothing is left behind in a user's connection.
"""

from __future__ import annotations

import json
from importlib import import_module
from math import inf
from typing import TYPE_CHECKING, Any

from energybench.errors import TableError, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import narwhals.stable.v2 as nw

    Frame = nw.LazyFrame[Any]
    Columns = Mapping[str, tuple[str, Sequence[Any]]]

#: Kinds of columns: what they are called in DuckDB.
_DUCKDB = {"text": "VARCHAR", "number": "DOUBLE", "integer": "BIGINT"}


def hand_over(frame: Frame, columns: Columns) -> Frame:
    """Return a small table as a lazy frame of the engine, and the connection, of another one."""
    import narwhals.stable.v2 as nw

    implementation = frame.implementation
    native = frame.to_native()
    if implementation.is_polars():
        made = _polars(nw.get_native_namespace(frame), columns)
    elif implementation.is_duckdb():
        made = _duckdb(native, columns)
    elif implementation.is_pyspark() or implementation.is_pyspark_connect():
        made = native.sparkSession.createDataFrame(_arrow(columns))
    elif implementation.is_ibis():
        made = nw.get_native_namespace(frame).memtable(_arrow(columns))
    else:
        raise TableError(
            f"{quoted(type(native).__name__)} is a lazy table of an engine that energybench does not know",
            type(native).__name__,
            "Give a polars, DuckDB, Spark or ibis table, or collect it first",
        )
    small: Frame = nw.from_native(made)
    return small


def _polars(polars: Any, columns: Columns) -> Any:
    types = {"text": polars.String, "number": polars.Float64, "integer": polars.Int64}
    return polars.DataFrame(
        [polars.Series(name, list(cells), types[kind]) for name, (kind, cells) in columns.items()]
    ).lazy()


def _arrow(columns: Columns) -> Any:
    pyarrow: Any = import_module("pyarrow")
    types = {"text": pyarrow.string(), "number": pyarrow.float64(), "integer": pyarrow.int64()}
    return pyarrow.table({name: pyarrow.array(list(cells), types[kind]) for name, (kind, cells) in columns.items()})


def _duckdb(relation: Any, columns: Columns) -> Any:
    """Make a relation on the connection of another: one row of nothing, and a constant that unfolds to the table.

    The constant is ASCII, in which a quote is doubled and nothing else means anything.
    """
    cells = zip(*(map(_json, cells) for _, cells in columns.values()), strict=True)
    rows = [dict(zip(columns, row, strict=True)) for row in cells]
    shape = [{name: _DUCKDB[kind] for name, (kind, _) in columns.items()}]
    constants = ", ".join("'" + json.dumps(constant).replace("'", "''") + "'" for constant in (rows, shape))
    return relation.limit(0).aggregate("count(*) AS n").project(f"unnest(from_json({constants}), recursive := true)")


def _json(cell: Any) -> Any:
    """Return a cell as JSON holds it: it has no word for infinity, and DuckDB reads that of a text."""
    return str(cell) if cell in (inf, -inf) else cell
