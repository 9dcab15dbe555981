"""DuckDB reads the meter file, weighs it and adds it up; the answer is a relation, and SQL goes on from there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

import energybench as eb

PORTFOLIO = Path(__file__).parents[1] / "main"


def assess(connection: duckdb.DuckDBPyConnection) -> Any:
    """Return the assessment of the portfolio; the files are read when its results are."""
    # As text: left to guess, DuckDB takes a column of the unit "t" for true and false.
    meters, outputs = (
        connection.read_csv(str(PORTFOLIO / name), all_varchar=True) for name in ("meters.csv", "outputs.csv")
    )
    return eb.assess(meters, outputs)


def main() -> None:
    connection = duckdb.connect()
    answer = assess(connection)
    by_class = answer.results.aggregate("class, count(*) AS plants, round(sum(tce)) AS tce").order("class")
    for level, plants, tce in by_class.fetchall():
        print(f"{level:15} {plants} {tce:12,.0f} tce")
    print(answer)


if __name__ == "__main__":
    main()
