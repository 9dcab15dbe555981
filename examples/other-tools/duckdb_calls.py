"""DuckDB calls energybench: one value at a time as a function in SQL, a whole relation as an assessment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

import energybench as eb

PORTFOLIO = Path(__file__).parents[1] / "main"


def tce(amount: str, unit: str, carrier: str) -> float:
    """Tonnes of standard coal of one reading; a refusal ends the query with its reason."""
    return eb.convert(f"{amount} {unit}", carrier).tce


def connect() -> duckdb.DuckDBPyConnection:
    """Return a connection that knows the function and the tables of the portfolio."""
    connection = duckdb.connect()
    connection.create_function("tce", tce, ["VARCHAR", "VARCHAR", "VARCHAR"], "DOUBLE")
    for name in ("meters", "outputs"):
        # As text: left to guess, DuckDB takes a column of the unit "t" for true and false.
        connection.read_csv(str(PORTFOLIO / f"{name}.csv"), all_varchar=True).create(name)
    return connection


def largest(connection: duckdb.DuckDBPyConnection) -> list[Any]:
    """Return the three largest readings of raw coal: plant and tce."""
    found: list[Any] = connection.sql(
        "select plant, tce(amount, unit, carrier) as tce from meters where carrier = '原煤' order by tce desc limit 3"
    ).fetchall()
    return found


def by_class(connection: duckdb.DuckDBPyConnection) -> list[Any]:
    """Return each class of the portfolio: how many plants, and their tce."""
    assessment = eb.assess(connection.table("meters"), connection.table("outputs"))
    # The results are an Arrow table, so that SQL goes on from there.
    results = connection.from_arrow(assessment.results)
    by = results.aggregate("class, count(*) as plants, round(sum(tce)) as tce").order("class")
    found: list[Any] = by.fetchall()
    return found


def main() -> None:
    connection = connect()
    for plant, amount in largest(connection):
        print(f"{plant:16} {amount:12,.0f} tce")
    for level, plants, amount in by_class(connection):
        print(f"{level:16} {plants} plants {amount:12,.0f} tce")


if __name__ == "__main__":
    main()
