"""DuckDB reads the meter file and adds up what is alike; SQL goes on from the answer."""

from __future__ import annotations

from pathlib import Path

import duckdb

import energybench as eb

PORTFOLIO = Path(__file__).parents[1] / "main"


def assess(connection: duckdb.DuckDBPyConnection) -> eb.Assessment:
    """Return the assessment of the portfolio."""
    # As text: left to guess, DuckDB takes a column of the unit "t" for true and false.
    meters, outputs = (
        connection.read_csv(str(PORTFOLIO / name), all_varchar=True) for name in ("meters.csv", "outputs.csv")
    )
    return eb.assess(meters, outputs)


def main() -> None:
    connection = duckdb.connect()
    answer = assess(connection)
    # DuckDB reads the answer by its name.
    by_class = duckdb.sql("SELECT class, count(*), round(sum(tce)) FROM answer GROUP BY class ORDER BY class")
    for level, plants, tce in by_class.fetchall():
        print(f"{level:15} {plants} {tce:12,.0f} tce")
    print(answer)


if __name__ == "__main__":
    main()
