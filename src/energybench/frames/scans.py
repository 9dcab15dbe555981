"""Parquet files scanned by an engine: polars, DuckDB or Spark reads them, and the lazy way of ``assess`` adds up."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from energybench.errors import EnergybenchError, TableError, requiring
from energybench.frames.parquet_batches import ParquetSource
from energybench.frames.parts import meter_columns
from energybench.frames.pipeline import assess
from energybench.frames.tally import LISTED

if TYPE_CHECKING:
    from collections.abc import Callable

    from energybench.frames.assessment import Assessment
    from energybench.frames.csv_batches import CsvSource
    from energybench.frames.pipeline import TableLike

#: Characters that an engine takes for the pattern of several files.
_PATTERN = re.compile(r"[*?\[\]{}]")
_WITHOUT = "Leave the engine out"


def scan(engine: str, source: ParquetSource | CsvSource, outputs: TableLike, **options: Any) -> Assessment:
    """Assess Parquet files with an engine."""
    if not isinstance(source, ParquetSource):
        raise TableError(
            f"{source.path} is CSV, and {engine} would guess how it is written",
            str(source.path),
            f"{_WITHOUT}: CSV of any size is read in parts; or save it as Parquet",
        )
    # The same refusals as without an engine: two headers of one meaning, a column that is missing.
    meter_columns(source.headers)
    if len({frozenset(part.constants) for part in source.parts}) > 1:
        raise TableError(
            f"{source.folder} has files in folders name=value and others beside them", str(source.folder), _WITHOUT
        )
    odd = next((str(part.path) for part in source.parts if _PATTERN.search(str(part.path))), None)
    if odd is not None and engine != "polars":
        raise TableError(
            f"{odd} is a pattern of several names to {engine}", odd, f"Rename it. {_WITHOUT} to read it as it is named"
        )
    try:
        with requiring(_PACKAGES.get(engine, engine), engine, f"engine={engine!r}"):
            frame, _connection = _SCANS[engine](source)
            lazy: Any = assess(frame, outputs, **options)
            answer: Assessment = lazy.collect(LISTED)
    except (EnergybenchError, AssertionError, MemoryError, Warning):
        raise
    except Exception as error:
        # Every engine has errors of its own for files that are damaged, or of unlike types.
        where = str(source.folder if source.many else source.parts[0].path)
        said = str(error).strip().partition("\n")[0]
        fix = f"{_WITHOUT}: what is wrong with which file is then said"
        raise TableError(f"{engine} could not read {where}: {said}", where, fix) from error
    # Until here the connection had to live: before DuckDB 1.2 a relation does not keep its own.
    return replace(answer, notes=(*answer.notes, *source.notes))


def _polars(source: ParquetSource) -> tuple[Any, None]:
    import polars

    folders = dict.fromkeys(source.parts[0].constants, polars.String)
    scanned = polars.scan_parquet(
        [part.path for part in source.parts],
        hive_partitioning=bool(folders),
        hive_schema=folders or None,
        glob=False,
    )
    return scanned.select(source.headers), None


def _duckdb(source: ParquetSource) -> tuple[Any, Any]:
    import duckdb

    connection = duckdb.connect()
    files = ", ".join(_sql(part.path) for part in source.parts)
    # Folder names stay text: 01 is not 1.
    hive = (
        "hive_partitioning = true, hive_types_autocast = false" if source.parts[0].constants else "union_by_name = true"
    )
    columns = ", ".join('"' + header.replace('"', '""') + '"' for header in source.headers)
    query = f"SELECT {columns} FROM read_parquet([{files}], {hive})"  # noqa: S608 - quoted above
    return connection.sql(query), connection


def _sql(text: object) -> str:
    """Return a text as a literal of SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def _spark(source: ParquetSource) -> tuple[Any, Any]:
    from pyspark.sql import SparkSession, types

    session = SparkSession.builder.getOrCreate()
    files = [part.path.as_posix() for part in source.parts]
    reader = session.read.option("basePath", source.folder.as_posix())
    schema = reader.parquet(*files).schema
    folders = source.parts[0].constants
    # Folder names stay text: 01 is not 1.
    fields = [types.StructField(one.name, types.StringType()) if one.name in folders else one for one in schema]
    frame = reader.schema(types.StructType(fields)).parquet(*files)
    return frame.select(*(f"`{name}`" for name in source.headers)), session


_SCANS: dict[str, Callable[[ParquetSource], tuple[Any, Any]]] = {
    "polars": _polars,
    "duckdb": _duckdb,
    "spark": _spark,
}
ENGINES = tuple(_SCANS)
#: Engine -> its package, where that has another name.
_PACKAGES = {"spark": "pyspark"}
