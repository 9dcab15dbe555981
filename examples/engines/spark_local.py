"""Spark reads and adds up what is alike; the driver sees the groups. Here on two threads, local[2].

On a cluster only the master differs: ``SparkSession.builder.remote(...)`` or ``spark-submit``, and the paths.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pyspark.sql import SparkSession

import energybench as eb

PORTFOLIO = Path(__file__).parents[1] / "main"


def assess(spark: SparkSession) -> eb.Assessment:
    """Return the assessment of the portfolio."""
    meters, outputs = (
        spark.read.csv(str(PORTFOLIO / name), header=True, inferSchema=True) for name in ("meters.csv", "outputs.csv")
    )
    return eb.assess(meters, outputs)


def main() -> None:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    answer = assess(spark)
    print(answer.results[["plant", "product", "intensity", "unit", "class"]].to_string(index=False))
    print(answer)
    spark.stop()


if __name__ == "__main__":
    main()
