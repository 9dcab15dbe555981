"""Engines for the tests: how each takes a table, gives one back, and the generated tables that all of them take."""

from __future__ import annotations

import itertools
import os
import random
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from energybench.frames.encode import to_number
from frame_tables import FURNACE, Group, portfolios, tables_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

duckdb: Any = pytest.importorskip("duckdb")
polars: Any = pytest.importorskip("polars")
pyarrow: Any = pytest.importorskip("pyarrow")

NUMBERS = ("amount", "ncv", "coefficient", "output", "furnace_capacity")

#: Columns that the generated tables always have, so that every engine knows their types.
METER_COLUMNS = (
    *("plant", "period", "product", "carrier", "amount", "unit", "flow"),
    *("ncv", "ncv_unit", "coefficient", "coefficient_unit"),
)
OUTPUT_COLUMNS = (
    "plant",
    "period",
    "product",
    "output",
    "output_unit",
    "furnace_capacity",
    "furnace_capacity_unit",
    "region",
)


@dataclass(frozen=True)
class Engine:
    """An engine: how it takes an Arrow table, and how a frame of it is collected."""

    name: str
    take: Callable[[Any], Any]
    collect: Callable[[Any], Any]


def polars_lazy() -> Engine:
    return Engine("polars", lambda table: polars.DataFrame(table).lazy(), lambda frame: frame.collect().to_arrow())


def polars_enum() -> Engine:
    """Every column of texts is an Enum, of which the table has not all: as a file with a fixed list of plants does."""

    def take(table: Any) -> Any:
        frame = polars.DataFrame(table)
        texts = [name for name, kind in frame.schema.items() if kind == polars.String]
        kinds = {name: polars.Enum(["9999年", *frame[name].drop_nulls().unique().sort()]) for name in texts}
        return frame.cast(kinds).lazy()

    return Engine("polars Enum", take, polars_lazy().collect)


def duckdb_own() -> Engine:
    """Relations on a connection of the user's own."""
    return duckdb_engine("duckdb, own connection", duckdb.connect())


def duckdb_engine(name: str, connection: Any) -> Engine:
    number = iter(range(1_000_000))

    def take(table: Any) -> Any:
        here = f"given_{next(number)}"
        connection.register("given", table)
        connection.execute(f"CREATE OR REPLACE TABLE {here} AS FROM given")
        connection.unregister("given")
        return connection.table(here)

    return Engine(name, take, lambda relation: relation.to_arrow_table())


#: What hands over rows that are not in memory as a whole.
SOURCES = ("polars", "duckdb", "parquet", "stream", "dask")
#: A relation is open as long as its connection is.
_DUCKDB = duckdb_own()


def source_of(table: pandas.DataFrame, way: str, folder: Path) -> dict[str, Any]:
    """Return the arguments of :func:`energybench.assess` that give the rows of a frame another way, few at a time."""
    arrow = pyarrow.Table.from_pandas(table)
    if way == "parquet":
        table.to_parquet(folder / "meters.parquet", row_group_size=2)
        return {"meters": folder / "meters.parquet", "batch_rows": 1}
    if way == "dask":
        import dask.dataframe

        return {"meters": dask.dataframe.from_pandas(table, npartitions=6)}  # type: ignore[no-untyped-call]
    takes: dict[str, Callable[[Any], Any]]
    takes = {"polars": polars_lazy().take, "duckdb": _DUCKDB.take, "stream": lambda one: one.to_reader(max_chunksize=1)}
    return {"meters": takes[way](arrow)}


def ibis_duckdb() -> Engine:
    return Engine("ibis", pytest.importorskip("ibis").memtable, lambda table: table.to_pyarrow())


def spark_session() -> Any:
    """Start Spark on this machine: two threads, and a task that fails is tried again."""
    pytest.importorskip("pyspark")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession

    options = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": "1g",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
        # Compiling a stage takes longer than a thousand rows do.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    }
    builder = SparkSession.builder.master("local[2,4]").appName("energybench")
    for key, value in options.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def spark_engine(session: Any) -> Engine:
    return Engine("spark", session.createDataFrame, lambda frame: frame.toArrow())


# Tables that an engine can hold ---------------------------------------------------------------------------


def typed(rows: list[dict[str, Any]], columns: tuple[str, ...], text: bool) -> pandas.DataFrame:
    """Make a table of columns with one type each: texts, and numbers as numbers or as texts too."""
    table = {}
    for name in columns:
        cells = [row.get(name) for row in rows]
        if name in NUMBERS and not text:
            table[name] = pandas.Series([float("nan") if c is None else to_number(c) for c in cells], dtype="float64")
        else:
            table[name] = pandas.Series([None if c is None else str(c) for c in cells], dtype="str")
    return pandas.DataFrame(table)


def arrow(table: pandas.DataFrame) -> Any:
    """Return a typed table as Arrow: NaN stays NaN, which is no null outside of pandas."""
    columns = {}
    for name in table.columns:
        cells = table[name]
        if cells.dtype == float:
            columns[name] = pyarrow.array(cells.to_numpy(), pyarrow.float64(), from_pandas=False)
        elif cells.dtype == int:
            columns[name] = pyarrow.array(cells.to_numpy())
        else:
            columns[name] = pyarrow.array([None if c != c else c for c in cells], pyarrow.string())
    return pyarrow.table(columns)


_BAD_TEXT = (None, "", "  ", "\u3000", "abc", "it's", 'a"b', "\\", "甲厂 ", "t", "kWh", "nan", "{value}", "\ufffd厂")
_BAD_NUMBER = (None, float("nan"), float("inf"), float("-inf"), 0.0, -5.0, 1e308, 1e-320, 12.0)
_BAD_NUMBER_TEXT = (
    *(
        None,
        "",
        " ",
        "1，200",
        "1,200.5",
        "1,20",
        "１２００",
        " 12 ",
        "1e3",
        "1e999",
        "-7",
        "inf",
        "nan",
        "12 t",
        "=1+1",
    ),
    "007",
)
_FLOWS = (None, "", " ", "in", " OUT ", "输出", "外供", "sideways")
_FIGURES = (20.9, 26.3, 0.0, -1.0, 2090.0, float("inf"), 0.0209)
_CAPACITIES = (1.0, 1.7, 3.0, 6.0, 0.0, -1.0, None)
_POWERS = (589.0, 590.0, 604.0, 610.0, 625.0, 630.0, 700.0)
_FAULTS = (
    "cell",
    "cell",
    "number",
    "number",
    "flow",
    "kind",
    "stray",
    "double",
    "furnace",
    "figure",
    "figures",
    "lost",
    "damage",
)
Row = dict[str, Any]


def _furnace(plant: str, capacity: float | None, power: float, period: str = "2023") -> tuple[Row, Row]:
    """Return the meter and the output row of a furnace of so many tonnes at so many kWh/t."""
    key = {"plant": plant, "period": period, "product": FURNACE["product"]}
    output = {**FURNACE, **key, "output": 2.0, "output_unit": "t", "furnace_capacity": capacity}
    return {**key, "carrier": "电", "amount": power * 2, "unit": "kWh"}, output


def rows_with_faults(groups: list[Group], fault: str, chance: random.Random, text: bool) -> tuple[list[Row], list[Row]]:
    """Return the rows of some groups with the named fault and up to five others."""
    meters, outputs = (table.astype(object).to_dict("records") for table in tables_of(groups))
    tables: dict[str, list[Row]] = {
        name: [{str(key): None if cell is None or cell != cell else cell for key, cell in row.items()} for row in rows]
        for name, rows in (("meters", meters), ("outputs", outputs))
    }
    for one in (fault, *chance.choices(_FAULTS, k=chance.randint(0, 5))):
        name = chance.choice(["meters", "meters", "outputs"])
        _spoil(tables, name, chance.choice(tables[name]), one, chance, text)
    return tables["meters"], tables["outputs"]


def _spoil(tables: dict[str, list[Row]], name: str, row: Row, fault: str, chance: random.Random, text: bool) -> None:
    """Make one thing wrong, or odd, with a row or a table."""
    bad = _BAD_NUMBER_TEXT if text else _BAD_NUMBER
    if fault == "cell":
        column = chance.choice(METER_COLUMNS if name == "meters" else OUTPUT_COLUMNS)
        row[column] = chance.choice(bad if column in NUMBERS else _BAD_TEXT)
    elif fault == "number":
        row["amount" if name == "meters" else "output"] = chance.choice(bad)
    elif fault == "flow":
        row["flow"] = chance.choice(_FLOWS)
    elif fault == "kind":
        row["unit" if name == "meters" else "output_unit"] = chance.choice(["kWh", "m3", "吨", "人"])
    elif fault == "stray":
        row["plant"] = "nobody"
    elif fault == "damage":
        row["plant"] = "\ufffd厂"
    elif fault == "double":
        tables[name].append(dict(row))
    elif fault == "lost" and len(tables["outputs"]) > 1:
        tables["outputs"].pop()
    elif fault == "furnace":
        meter, output = _furnace("炉", chance.choice(_CAPACITIES), chance.choice(_POWERS))
        tables["meters"].append(meter)
        tables["outputs"].append(output)
    elif fault in ("figure", "figures"):
        row.update({"carrier": "原煤", "unit": "t", "ncv": chance.choice(_FIGURES), "ncv_unit": "MJ/kg"})
        if fault == "figures":
            row.update({"coefficient": chance.choice([0.7, 7.0]), "coefficient_unit": "kgce/kg"})


def many_tables(count: int, text: bool) -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """Generate so many pairs of tables and stand them in one, their plants told apart by a number in front."""
    drawn: list[list[Group]] = []

    def keep(groups: list[Group]) -> None:
        drawn.append(groups)

    # Several short runs: a long one dwells on variants of what it has drawn before.
    for run in range(5):
        settings(
            max_examples=count // 5,
            phases=[Phase.generate],
            database=None,
            suppress_health_check=list(HealthCheck),
            deadline=None,
        )(seed(run)(given(portfolios(most=3))(keep)))()
    # Faults are drawn evenly, which a search for small examples does not do. Each has its turn: what is drawn
    # differs with the version of Hypothesis and with the modules that are loaded.
    chance = random.Random(20230704)  # noqa: S311 - no secret
    turns = itertools.cycle(_FAULTS)
    pairs: list[tuple[Any, Any]] = [rows_with_faults(groups, next(turns), chance, text) for groups in drawn]
    # Of the furnaces that are drawn few are within a limit. One of every size at every power always is in the tables,
    # in a year of its own, so that no reading without a plant may belong to it.
    furnaces = itertools.product(_CAPACITIES, _POWERS)
    meters, outputs = zip(
        *(_furnace(f"炉{size} {power}", size, power, "2022") for size, power in furnaces), strict=True
    )
    pairs.append((meters, outputs))
    for number, pair in enumerate(pairs):
        for row in (*pair[0], *pair[1]):
            if isinstance(row["plant"], str) and row["plant"].strip():
                row["plant"] = f"{number}:{row['plant']}"
    every_meter, every_output = ([row for pair in pairs for row in pair[place]] for place in (0, 1))
    return typed(every_meter, METER_COLUMNS, text), typed(every_output, OUTPUT_COLUMNS, text)
