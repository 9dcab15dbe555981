"""Meter files scanned by an engine: polars, DuckDB or Spark reads them, and the lazy way of ``assess`` adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from energybench.errors import MissingPackageError, TableError
from energybench.frames.files import ENCODINGS
from energybench.frames.parquet_batches import ParquetSource
from energybench.frames.pipeline import assess
from energybench.frames.tally import LISTED

if TYPE_CHECKING:
    from collections.abc import Callable

    from energybench.frames.assessment import Assessment
    from energybench.frames.csv_batches import CsvSource
    from energybench.frames.pipeline import TableLike


def scan(engine: str, source: ParquetSource | CsvSource, outputs: TableLike, **options: Any) -> Assessment:
    """Assess files with an engine.

    Parameters
    ----------
    engine : {"polars", "duckdb", "spark"}
        What reads the files and adds up.
    source : ParquetSource or CsvSource
        The files, already looked at.
    outputs : DataFrame, str or Path
        The output table.
    **options
        Of :func:`energybench.assess`.

    Raises
    ------
    MissingPackageError
        If the engine is not installed.
    TableError
        If the file is CSV in GB18030, which no engine reads.
    """
    if not isinstance(source, ParquetSource) and source.options["encoding"] != ENCODINGS[0]:
        raise TableError(
            f"{source.path} is CSV in GB18030, which {engine} does not read",
            str(source.path),
            "Leave the engine out, or save the file as CSV UTF-8 or Parquet",
        )
    try:
        frame, _connection = _SCANS[engine](source)
    except ImportError as error:
        fix = f'Install it: pip install "energybench[{engine}]"'
        raise MissingPackageError(f"engine {engine} is not installed", engine, fix) from error
    lazy: Any = assess(frame, outputs, **options)
    answer: Assessment = lazy.collect(LISTED)
    return answer  # until here the connection had to live: before DuckDB 1.2 a relation does not keep its own


def _polars(source: ParquetSource | CsvSource) -> tuple[Any, None]:
    import polars

    if not isinstance(source, ParquetSource):
        # Every cell is text, as where the file is read whole.
        return polars.scan_csv(source.path, separator=source.options["sep"], infer_schema=False), None
    folders = dict.fromkeys(source.parts[0].constants, polars.String)
    scanned = polars.scan_parquet(
        [part.path for part in source.parts],
        hive_partitioning=bool(folders),
        hive_schema=folders or None,
        glob=False,
    )
    return scanned.select(source.headers), None


def _duckdb(source: ParquetSource | CsvSource) -> tuple[Any, Any]:
    import duckdb

    connection = duckdb.connect()
    if not isinstance(source, ParquetSource):
        options = f"all_varchar = true, header = true, delim = {_sql(source.options['sep'])}"
        return connection.sql(f"FROM read_csv({_sql(source.path)}, {options})"), connection
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


def _spark(source: ParquetSource | CsvSource) -> tuple[Any, Any]:
    from pyspark.sql import SparkSession, types

    session = SparkSession.builder.getOrCreate()
    if not isinstance(source, ParquetSource):
        return session.read.csv(source.path.as_posix(), sep=source.options["sep"], header=True), session
    files = [part.path.as_posix() for part in source.parts]
    reader = session.read.option("basePath", source.folder.as_posix())
    schema = reader.parquet(*files).schema
    folders = source.parts[0].constants
    # Folder names stay text: 01 is not 1.
    fields = [types.StructField(one.name, types.StringType()) if one.name in folders else one for one in schema]
    frame = reader.schema(types.StructType(fields)).parquet(*files)
    return frame.select(*(f"`{name}`" for name in source.headers)), session


_SCANS: dict[str, Callable[[ParquetSource | CsvSource], tuple[Any, Any]]] = {
    "polars": _polars,
    "duckdb": _duckdb,
    "spark": _spark,
}
ENGINES = tuple(_SCANS)
