"""Every extra of pyproject.toml alone: a fresh environment with it and nothing else, and its main use there.

``python tests/extras.py energybench.whl`` makes an environment for each extra, two at a time, and runs in it
``python tests/extras.py --use EXTRA``. A use asserts a figure, so that it cannot pass by doing nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
import warnings
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
#: Extras for people who work on the library: the gate makes environments of them anyway, or a user of none.
WORKSHOPS = {"bench", "docs", "mutation", "test"}

KEY = {"plant": ["甲"], "period": ["2023"], "product": ["水泥熟料"]}
METERS: dict[str, Any] = {**KEY, "carrier": ["原煤"], "amount": [3000.0], "unit": ["t"]}
OUTPUTS: dict[str, Any] = {**KEY, "output": [2.0], "output_unit": ["万t"]}


def frames() -> tuple[Any, Any]:
    """Return both tables on pandas."""
    import pandas

    return pandas.DataFrame(METERS), pandas.DataFrame(OUTPUTS)


def is_right(results: Any) -> None:
    """Check the one figure of the tables: 3000 t x 0.7143 tce/t over 20 000 t."""
    assert abs(float(results["intensity"][0]) - 107.145) < 1e-9, results
    assert results["class"][0] == "baseline", results


def arrow(folder: Path) -> None:
    """Parquet files, in and out, and Arrow tables."""
    import pyarrow  # type: ignore[import-untyped]

    import energybench as eb
    from energybench.report.files import write_frame

    for table, name in zip(frames(), ("meters", "outputs"), strict=True):
        write_frame(table, folder / f"{name}.parquet")
    paths = folder / "meters.parquet", folder / "outputs.parquet"
    is_right(eb.assess(*paths).results)
    is_right(eb.assess_path(*paths).results)
    is_right(eb.assess(pyarrow.table(METERS), pyarrow.table(OUTPUTS)).results.to_pydict())


def completion(folder: Path) -> None:
    """The shell completes the name of a command."""
    asked = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n", "_ARGCOMPLETE_STDOUT_FILENAME": str(folder / "words")}
    asked |= {"COMP_LINE": "energybench cla", "COMP_POINT": "15"}
    subprocess.run([sys.executable, "-m", "energybench"], env={**os.environ, **asked}, check=True)
    assert (folder / "words").read_text(encoding="utf-8").strip() == "classify"


def dask(_folder: Path) -> None:
    """Dask frames."""
    from dask import dataframe

    import energybench as eb

    read: Any = dataframe.from_pandas
    meters, outputs = (read(table, npartitions=1) for table in frames())
    is_right(eb.assess(meters, outputs).results)


def duckdb(_folder: Path) -> None:
    """Relations."""
    import duckdb as engine

    import energybench as eb

    meters, outputs = frames()
    connection = engine.connect()
    is_right(eb.assess(connection.from_df(meters), outputs).results)


def excel(folder: Path) -> None:
    """Tables in .xlsx files, in and out, and the workbook."""
    import energybench as eb
    from energybench.report.files import write_frame

    for table, name in zip(frames(), ("meters", "outputs"), strict=True):
        write_frame(table, folder / f"{name}.xlsx")
    answer = eb.assess(folder / "meters.xlsx", folder / "outputs.xlsx")
    is_right(answer.results)
    eb.report.write_workbook(answer, folder / "review.xlsx")
    assert (folder / "review.xlsx").stat().st_size > 5000


def fonts(_folder: Path) -> None:
    """A Chinese chart where the system has no font of its own: not one glyph is missing."""
    import matplotlib as mpl
    from matplotlib import font_manager

    import energybench as eb

    system = set(font_manager.findSystemFonts())
    font_manager.findSystemFonts = lambda *_args, **_options: []
    font_manager.fontManager.ttflist = [one for one in font_manager.fontManager.ttflist if one.fname not in system]
    mpl.use("agg")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph is a warning
        axes = eb.report.furnace_chart(lang="zh")
        axes.figure.canvas.draw()
    assert "容量" in axes.get_xlabel(), axes.get_xlabel()


def ibis(_folder: Path) -> None:
    """Tables of ibis, on the engine that comes with it."""
    import ibis as engine  # type: ignore[import-untyped]

    import energybench as eb

    meters, outputs = frames()
    is_right(eb.assess(engine.memtable(meters), outputs).results)


def mcp(_folder: Path) -> None:
    """A client of the protocol starts the command, and asks."""
    import asyncio

    from mcp import Client, StdioServerParameters

    async def ask() -> Any:
        server = StdioServerParameters(command=sys.executable, args=["-m", "energybench", "mcp"])
        async with Client(server) as client:
            return (await client.call_tool("convert", {"amount": "1 t", "carrier": "原煤"})).structured_content

    assert asyncio.run(ask())["tce"] == 0.7143


def plot(folder: Path) -> None:
    """A chart, drawn and saved."""
    import matplotlib as mpl

    import energybench as eb

    mpl.use("agg")
    axes = eb.report.ladder_chart(eb.classify("13200 kWh/t", "electrolytic-aluminium"))
    axes.figure.savefig(folder / "ladder.png")  # type: ignore[union-attr]
    assert (folder / "ladder.png").read_bytes().startswith(b"\x89PNG")
    assert any("13" in text.get_text() and "200" in text.get_text() for text in axes.texts), axes.texts


def polars(_folder: Path) -> None:
    """Eager and lazy frames."""
    import polars as engine

    import energybench as eb

    meters, outputs = engine.DataFrame(METERS), engine.DataFrame(OUTPUTS)
    is_right(eb.assess(meters, outputs).results)
    is_right(eb.assess(meters.lazy(), outputs.lazy()).results)


def report(folder: Path) -> None:
    """The page, which says where its charts are missing."""
    import energybench as eb

    eb.report.write_report(eb.assess(*frames()), folder / "report.html")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "107.145" in page
    assert "energybench[plot]" in page


def serve(_folder: Path) -> None:
    """The server answers a question, and rows."""
    import asyncio

    from energybench.cli.http_door import make_app

    app: Any = make_app()

    async def ask(path: str, question: dict[str, Any]) -> Any:
        sent: list[Any] = []
        body = json.dumps(question).encode()
        headers = [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")]
        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
        asked = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            return asked.pop() if asked else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await app(scope, receive, send)
        return json.loads(b"".join(one.get("body", b"") for one in sent))

    assert asyncio.run(ask("/convert", {"amount": "1 t", "carrier": "原煤"}))["tce"] == 0.7143


def spark(_folder: Path) -> None:
    """Frames of Spark, with the few options that keep one row from taking minutes."""
    from pyspark.sql import SparkSession

    import energybench as eb

    meters, outputs = frames()
    builder: Any = SparkSession.builder.master("local[1]")
    # Compiling a stage takes longer than one row does.
    few = {"ui.enabled": "false", "sql.shuffle.partitions": "1", "sql.codegen.factoryMode": "NO_CODEGEN"}
    few["sql.codegen.wholeStage"] = "false"
    for name, value in few.items():
        builder = builder.config(f"spark.{name}", value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    is_right(eb.assess(session.createDataFrame(meters), outputs).results)
    session.stop()


def steam(_folder: Path) -> None:
    """Heat of steam, by pressure and dryness."""
    import energybench as eb

    heat = eb.steam_heat("1000 t", "1 MPa", dryness=1, feedwater_enthalpy="0 kJ/kg")
    assert round(heat.enthalpy, 2) == 2777.12, heat


def testing(_folder: Path) -> None:
    """The kit passes a right limit curve, and finds the smallest furnace for which a wrong one is wrong."""
    import energybench as eb
    from energybench.testing import BrokenPropertyError, assert_limit_curve_properties

    def ours(capacity: float) -> float:
        return float(eb.furnace_limit(f"{capacity} t", reading="linear").value)

    assert assert_limit_curve_properties(ours, reading="linear", max_examples=20).passed
    found = ""
    try:
        assert_limit_curve_properties(lambda capacity: ours(capacity) + (capacity >= 5), reading="linear")
    except BrokenPropertyError as broken:
        found = str(broken)
    assert "expected  590" in found, found


#: Extra -> its main use, in a folder that is thrown away.
USES: dict[str, Callable[[Path], None]] = {
    use.__name__: use
    for use in (
        arrow,
        completion,
        dask,
        duckdb,
        excel,
        fonts,
        ibis,
        mcp,
        plot,
        polars,
        report,
        serve,
        spark,
        steam,
        testing,
    )
}


def declared() -> set[str]:
    """Return the extras of pyproject.toml that a user may install."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return set(project["optional-dependencies"]) - WORKSHOPS


def run(*command: str | Path) -> None:
    """Run a command; what it says is of interest if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def environment(folder: Path, wanted: str, *options: str, like: Path | None = None) -> Path:
    """Make an environment without pip, install a wheel and its extra, and return its Python.

    The core dependencies come from another environment as links to the same files: they are installed once.
    """
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    if like is not None:
        (packages,) = like.glob("lib/python*/site-packages")
        shutil.copytree(packages, folder / packages.relative_to(like), copy_function=os.link, dirs_exist_ok=True)
    python = folder / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", *options, wanted)
    return python


def alone(wheel: Path, scratch: Path, extra: str) -> str:
    """Make an environment of one extra and run its use there; return what to say of it."""
    began = time.monotonic()
    python = environment(scratch / extra, f"{wheel}[{extra}]", "--no-compile", like=scratch / "core")
    installed = time.monotonic()
    run(python, "-I", __file__, "--use", extra)
    return f"{extra}: installed in {installed - began:.0f} s, used in {time.monotonic() - installed:.0f} s"


def main() -> None:
    """Run every use alone, or one use here."""
    with TemporaryDirectory() as folder:
        scratch = Path(folder)
        if sys.argv[1] == "--use":
            USES[sys.argv[2]](scratch)
            return
        assert USES.keys() == declared(), USES.keys() ^ declared()
        wheel = Path(sys.argv[1]).resolve()
        environment(scratch / "core", str(wheel))
        with ThreadPoolExecutor(2) as pool:
            for said in pool.map(partial(alone, wheel, scratch), USES):
                print(said, flush=True)


if __name__ == "__main__":
    main()
