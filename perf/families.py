"""Every way through a table, in families that lie in the same memory: ours, and what a user would write instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import energybench
from perf import by_hand, data, unit_libraries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pandas

#: How many rows the one quantity per row is measured on.
PER_ROW = 10_000


@dataclass(frozen=True)
class Way:
    """One way through the tables.

    Attributes
    ----------
    make : callable
        Prepares what lies in memory before the clock starts, and returns what is timed. What that returns has the
        columns plant, period, product and tce, and ``class`` unless it is a way that gives totals alone.
    measured_rows : int, optional
        The rows it works on where that is not the whole table; its time is scaled.
    """

    name: str
    make: Callable[[], Callable[[], Any]]
    measured_rows: int | None = None


def pandas_text(rows: int, _folder: Path) -> Iterator[Way]:
    """Frames of plain text columns, and the unit libraries on them."""
    meters, outputs = data.tables(rows)
    small = data.small()
    yield Way("assess", lambda: lambda: energybench.assess(meters, outputs).results)
    yield Way("by hand: merge, groupby", lambda: lambda: by_hand.with_pandas(meters, outputs, small))
    libraries = {
        "pint": unit_libraries.with_pint,
        "pint-pandas": unit_libraries.with_pint_pandas,
        "unyt": unit_libraries.with_unyt,
        "astropy.units": unit_libraries.with_astropy,
    }
    for name, library in libraries.items():
        yield Way(f"{name}, an array a pair; totals alone", lambda made=library: _weigher(made(small), meters))
    first = meters.head(PER_ROW)
    yield Way(
        "pint, one quantity a row; totals alone", lambda: lambda: unit_libraries.row_by_row(first, small), len(first)
    )


def _weigher(weigh: unit_libraries.Weigh, meters: pandas.DataFrame) -> Callable[[], Any]:
    return lambda: unit_libraries.totals(weigh, meters)


def pandas_category(rows: int, _folder: Path) -> Iterator[Way]:
    """Frames of categories."""
    meters, outputs = data.tables(rows, "category")
    small = data.small()
    small = data.Small(by_hand.same_categories(small.factors, meters), small.limits)
    yield Way("assess", lambda: lambda: energybench.assess(meters, outputs).results)
    yield Way("by hand: merge, groupby", lambda: lambda: by_hand.with_pandas(meters, outputs, small))


def polars_frames(rows: int, folder: Path) -> Iterator[Way]:
    """Polars frames, eager and lazy, in memory and from a file."""
    meters, outputs = data.tables(rows)
    small = data.small()
    tables = [meters, outputs, small.factors, small.limits]
    enums = data.enums(rows)
    text = [data.as_polars(table) for table in tables]
    coded = [data.as_polars(table, enums) for table in tables]
    path = data.write_parquet(meters, folder / "meters.parquet")
    del meters, tables

    def ours(frames: list[Any]) -> Callable[[], Any]:
        return lambda: energybench.assess(frames[0], frames[1]).results

    def theirs(frames: list[Any]) -> Callable[[], Any]:
        return lambda: by_hand.with_polars(*frames).collect()

    def scanned() -> list[Any]:
        import polars

        return [polars.scan_parquet(path), *(frame.lazy() for frame in text[1:])]

    yield Way("assess, eager Enum", lambda: ours(coded))
    yield Way("assess, eager String", lambda: ours(text))
    for name, frames in {"Enum": coded, "String": text}.items():
        lazy = [frame.lazy() for frame in frames]
        yield Way(f"assess, lazy {name}", lambda given=lazy: ours(given))
        yield Way(f"by hand: lazy {name}", lambda given=lazy: theirs(given))
    yield Way("assess, scan_parquet", lambda: ours(scanned()))
    yield Way("by hand: scan_parquet", lambda: theirs(scanned()))


def arrow_and_files(rows: int, folder: Path) -> Iterator[Way]:
    """Arrow tables, and a Parquet file without any engine."""
    meters, outputs = data.tables(rows)
    path = data.write_parquet(meters, folder / "meters.parquet")
    tables = [data.as_arrow(table) for table in (meters, outputs)]
    del meters
    yield Way("assess, pyarrow strings", lambda: lambda: energybench.assess(*tables).results)
    yield Way("assess, Parquet file", lambda: lambda: energybench.assess(path, outputs).results)
    yield Way("assess_path, Parquet file", lambda: _path_assessor(path, outputs))


def _path_assessor(path: Path, outputs: pandas.DataFrame) -> Callable[[], Any]:
    return lambda: energybench.assess_path(path, outputs).results


def duckdb_relations(rows: int, folder: Path) -> Iterator[Way]:
    """DuckDB relations over a Parquet file and over Arrow memory, two threads."""
    import duckdb

    meters, outputs = data.tables(rows)
    small = data.small()
    path = data.write_parquet(meters, folder / "meters.parquet")
    arrow = {
        "meters": data.as_arrow(meters),
        "outputs": data.as_arrow(outputs),
        "factors": data.as_arrow(small.factors),
        "limits": data.as_arrow(small.limits),
    }
    del meters
    connection = duckdb.connect()
    connection.execute("set threads = 2")
    for name in ("outputs", "factors", "limits"):
        connection.register(name, arrow[name])

    def source(kind: str) -> Any:
        return connection.read_parquet(str(path)) if kind == "Parquet" else connection.from_arrow(arrow["meters"])

    def ours(kind: str) -> Callable[[], Any]:
        outputs = connection.table("outputs")
        return lambda: energybench.assess(source(kind), outputs).results

    def theirs(kind: str) -> Callable[[], Any]:
        def run() -> Any:
            source(kind).create_view("meters")
            return _collected(connection.sql(by_hand.SQL))

        return run

    yield Way("assess_path, Parquet", lambda: _path_assessor(path, outputs))
    for kind in ("Parquet", "Arrow"):
        yield Way(f"assess, {kind}", lambda kind=kind: ours(kind))
        yield Way(f"by hand: SQL, {kind}", lambda kind=kind: theirs(kind))


def spark_frames(rows: int, folder: Path) -> Iterator[Way]:
    """Spark on two local cores, from a Parquet file; the start of the JVM is not timed."""
    from pyspark.sql import SparkSession

    meters, outputs = data.tables(rows)
    path = data.write_parquet(meters, folder / "meters.parquet")
    small = data.small()
    builder: Any = SparkSession.builder
    builder = builder.master("local[2]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    frames = {"outputs": outputs, "factors": small.factors, "limits": small.limits}
    for name, frame in frames.items():
        spark.createDataFrame(frame).cache().createOrReplaceTempView(name)
    spark.read.parquet(str(path)).createOrReplaceTempView("meters")
    spark.table("outputs").count()
    tables = [spark.table(name) for name in ("meters", "outputs")]
    yield Way("assess, Parquet", lambda: lambda: energybench.assess(*tables).results)
    yield Way("by hand: SQL, Parquet", lambda: lambda: _collected(spark.sql(by_hand.SQL)))


def _collected(results: Any) -> Any:
    """Compute a lazy result in its own engine; what is computed already stays."""
    for name in ("toArrow", "to_arrow_table", "collect", "arrow"):
        if hasattr(results, name) and not hasattr(results, "to_pandas"):
            return getattr(results, name)()
    return results


#: Title of each family, and its ways.
FAMILIES = {
    "pandas-category": ("pandas, category columns", pandas_category),
    "pandas-text": ("pandas, text columns", pandas_text),
    "polars": ("polars", polars_frames),
    "arrow": ("pyarrow and files", arrow_and_files),
    "duckdb": ("DuckDB", duckdb_relations),
    "spark": ("Spark, local[2]", spark_frames),
}
