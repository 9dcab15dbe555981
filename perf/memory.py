"""Peak memory of assess_path on a file larger than anybody's memory: ``python -m perf.memory --rows 100000000``.

The file is written in pieces to a temporary folder and removed afterwards. The assessment runs in a process of its
own, whose peak is what the operating system counted, libraries included.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

#: Bar for a file of 1e8 rows, in MB.
BAR = 300
#: Rows that are made at a time.
PIECE = 1_000_000

_CHILD = """
import json, resource, sys, time
import energybench
start = time.perf_counter()
answer = energybench.assess_path(sys.argv[1], sys.argv[2])
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
print(json.dumps({"seconds": seconds, "peak": peak, **answer.counts}))
"""


def write(rows: int, folder: Path) -> tuple[Path, Path]:
    """Write a meter file of so many rows, and its outputs; every piece has amounts of its own."""
    import numpy
    import pyarrow
    from pyarrow import parquet

    from perf.data import tables

    meters, outputs = tables(min(rows, PIECE), kind="category")
    table = pyarrow.Table.from_pandas(meters, preserve_index=False)
    place = table.schema.names.index("amount")
    random = numpy.random.default_rng(7)
    paths = folder / "meters.parquet", folder / "outputs.parquet"
    with parquet.ParquetWriter(paths[0], table.schema) as writer:
        for start in range(0, rows, PIECE):
            piece = table.slice(0, rows - start)
            amounts = pyarrow.array(random.uniform(1.0, 1e4, len(piece)))
            writer.write_table(piece.set_column(place, "amount", amounts))
    outputs.to_parquet(paths[1])
    return paths


def main() -> None:
    """Write the file, assess it, and print peak and time."""
    parser = argparse.ArgumentParser(prog="python -m perf.memory", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000_000, help="meter rows of the file")
    parser.add_argument("--folder", help="where to write the file; a temporary folder otherwise")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        start = time.perf_counter()
        paths = write(options.rows, Path(name))
        print(f"{options.rows:.0e} rows, {paths[0].stat().st_size / 1e9:.2f} GB, written in", end=" ")
        print(f"{time.perf_counter() - start:.0f} s", flush=True)
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, *map(str, paths)], check=True, stdout=subprocess.PIPE, text=True
        )
    found = json.loads(done.stdout)
    assert found["used"] == options.rows, found
    verdict = "ok" if found["peak"] <= BAR else "OVER"
    print(f"assess_path: peak {found['peak']:.0f} MB (at most {BAR} MB: {verdict}), {found['seconds']:.1f} s")


if __name__ == "__main__":
    main()
