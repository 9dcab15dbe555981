"""Any bytes at all as a CSV, Parquet or Excel file: a table whose rows are all accounted for, or an error of ours.

Run ``bash tests/fuzz/run SECONDS``: atheris makes the inputs, from the seeds that are here. The first byte
says what the rest is: CSV text, a Parquet file, an Excel file, or one part of an Excel file (a workbook is a ZIP
archive with check sums, so that flipped bytes alone would never get past its door).
"""

from __future__ import annotations

import hashlib
import io
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas

    from energybench.errors import EnergybenchError

sys.path.insert(0, str(Path(__file__).parents[1]))

KINDS = "cpe012345"
#: Parts of a workbook that are put together with a part of the input.
PARTS = (
    *("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"),
    *("[Content_Types].xml", "docProps/core.xml"),
)
#: A workbook that unpacks to more than this is not made: a fault of size is not searched for here.
LARGEST = 200_000
#: No input is longer, in bytes.
LONGEST = 20_000
WATCHED = ("energybench.frames.files", "energybench.frames.encode")


@cache
def _folder() -> Path:
    """Return a folder in memory where there is one."""
    shared = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    return Path(tempfile.mkdtemp(dir=shared if shared.is_dir() else None))


@cache
def _workbook() -> bytes:
    from frame_tables import meters

    whole = io.BytesIO()
    meters({"carrier": "电力", "unit": "万kWh"}, {"amount": "1,200"}, {"unit": None}).to_excel(whole, index=False)
    return whole.getvalue()


def make_file(data: bytes) -> tuple[str, bytes] | None:
    """Return the name and the content of the file that an input stands for, or None where it is none."""
    if not data:
        return None
    kind, rest = KINDS[data[0] % len(KINDS)], data[1:]
    if kind in "cpe":
        return {"c": "meters.csv", "p": "meters.parquet", "e": "meters.xlsx"}[kind], rest
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_workbook())) as book, zipfile.ZipFile(made, "w") as copy:
        for name in book.namelist():
            copy.writestr(name, rest if name == PARTS[int(kind)] else book.read(name))
    return "meters.xlsx", made.getvalue()


def well_refused(error: EnergybenchError) -> None:
    """Expect of a refusal what every refusal has: the value at fault and the way out."""
    assert error.value
    assert error.fix
    assert error.fix in str(error)


def check(data: bytes) -> None:
    """Read a file, and assess it; rows in are rows used and rows with problems.

    Parameters
    ----------
    data : bytes
        One byte for the kind of file, and its content.
    """
    import energybench as eb
    from energybench.errors import EnergybenchError
    from energybench.frames.files import read_table
    from frame_tables import outputs

    made = make_file(data)
    if made is None or len(made[1]) > LARGEST:
        return
    path = _folder() / made[0]
    path.write_bytes(made[1])
    try:
        table = read_table(path)
    except EnergybenchError as error:
        well_refused(error)
        return
    try:
        answer = eb.assess(path, outputs())
    except EnergybenchError as error:
        well_refused(error)
        return
    counts = answer.counts
    bad = answer.problems[answer.problems["table"] == "meters"]
    assert counts["meters"] == len(table) == counts["used"] + bad["row"].nunique()
    assert set(bad["row"]) <= set(table.index)


def seeds() -> Iterator[bytes]:
    """Yield one small file of every kind, and every part of a workbook."""
    import pandas

    from frame_tables import meters, outputs

    table = meters({"carrier": "电力", "unit": "万kWh"}, {"amount": "1,200"}, {"unit": None}, {"amount": None}, {})
    header = "plant,period,product,carrier,amount,unit\n"
    good = "甲厂,2023,水泥熟料,原煤,3000,t\n"
    texts = [
        header + good,
        header + good + good.replace("3000", '"3,000"') + "\n" + good.replace(",t", ",顿"),
        "企业;期间;产品;能源品种;数量;单位\r\n甲厂;2023;水泥熟料;电力;12,5;万kWh\r\n",
        (header + good).replace(",", "\t").replace("\n", "\r"),
        header + good.replace("甲厂", '"甲厂\n（一期）"') + ",,,,,\n" + good.replace("甲厂", "NA"),
        header[:-1] + ",flow,ncv,ncv_unit,coefficient\n" + good[:-1] + ",out,20,MJ/kg,\n",
        header,
    ]
    for text in texts:
        yield b"\x00" + text.encode()
        yield b"\x00" + text.encode("gb18030")
        yield b"\x00" + text.encode("utf-8-sig")
    for frame in (table, outputs(), table.astype({"carrier": "category"}), pandas.DataFrame({"a": [1.5, None]})):
        for kind, write in ((1, _parquet), (2, _excel)):
            yield bytes([kind]) + write(frame)
    with zipfile.ZipFile(io.BytesIO(_workbook())) as book:
        for number, name in enumerate(PARTS):
            yield bytes([3 + number]) + book.read(name)


def _parquet(table: pandas.DataFrame) -> bytes:
    made = io.BytesIO()
    # A column of several types is no Parquet column.
    table.astype({"amount": "str"} if "amount" in table else {}).to_parquet(made, compression=None)
    return made.getvalue()


def _excel(table: pandas.DataFrame) -> bytes:
    made = io.BytesIO()
    table.to_excel(made, index=False)
    return made.getvalue()


def words() -> Iterator[str]:
    """Yield what files are made of."""
    from energybench.frames.columns import METERS

    yield from METERS
    yield from ("企业", "期间", "产品", "能源品种", "数量", "单位", "甲厂", "水泥熟料", "原煤", "电力")
    yield from ("3000", "t", "万kWh", "1e999", "inf", "nan", "NA")
    yield from (",", ";", "\t", "\n", "\r\n", '"', '""', "\ufeff", "PAR1", "PK\x03\x04")
    yield from ('<row r="2">', '<c r="A2" t="inlineStr">', "<v>", "</v>", "<f>", "</c>", "<mergeCell ref=")
    yield from (f't="{kind}"' for kind in ("e", "d", "b", "n", "s", "str"))


def main() -> None:
    """Run the check until it fails or the time is over, in the folder named first on the command line."""
    import atheris  # type: ignore[import-untyped]

    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with atheris.instrument_imports(include=list(WATCHED), enable_loader_override=False):
        for module in WATCHED:
            __import__(module)
    for seed in seeds():
        (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    dictionary = folder.with_suffix(".dict")
    lines = {"".join(f"\\x{byte:02x}" for byte in word.encode()) for word in words() if word}
    dictionary.write_text("".join(f'"{line}"\n' for line in sorted(lines)), encoding="ascii")
    atheris.Setup([sys.argv[0], f"-dict={dictionary}", f"-max_len={LONGEST}", *sys.argv[1:]], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
