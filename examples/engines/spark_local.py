"""Spark reads, weighs and adds up; the driver sees the distinct names and the answer. Here on two threads, local[2].

On a cluster only the master differs: ``SparkSession.builder.remote(...)`` or ``spark-submit``, and the paths.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

import energybench as eb

PORTFOLIO = Path(__file__).parents[1] / "main"


def assess(spark: SparkSession) -> Any:
    """Return the assessment of the portfolio; Spark reads the files when the results are asked for."""
    meters, outputs = (
        spark.read.csv(str(PORTFOLIO / name), header=True, inferSchema=True) for name in ("meters.csv", "outputs.csv")
    )
    return eb.assess(meters, outputs)


def main() -> None:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    answer = assess(spark)
    answer.results.select("plant", "product", "intensity", "unit", "class").orderBy("plant", "product").show()
    print(answer)
    spark.stop()


if __name__ == "__main__":
    main()
