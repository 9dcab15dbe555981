"""Meter files larger than memory: assessed batch by batch, or by an engine that scans them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from energybench.errors import OptionError, TableError, TableNotFoundError, check_option, quoted
from energybench.frames.csv_batches import open_csv
from energybench.frames.files import is_file, is_folder, shown_path
from energybench.frames.options import make_options
from energybench.frames.parquet_batches import open_parquet
from energybench.frames.parts import Sums, Wanted, finish, meter_columns
from energybench.frames.pipeline import unused_headers
from energybench.frames.resolve import KnownFactors
from energybench.frames.scans import ENGINES, scan

if TYPE_CHECKING:
    from collections.abc import Callable

    from energybench.energy.coal_rates import CoalRate
    from energybench.frames.assessment import Assessment
    from energybench.frames.csv_batches import CsvSource
    from energybench.frames.parquet_batches import ParquetSource
    from energybench.frames.pipeline import TableLike
    from energybench.units.registry import AmountLike

#: Rows that are in memory at a time: enough that the work on them outweighs the work per batch.
BATCH_ROWS = 1 << 17


def assess_path(
    meters: str | Path,
    outputs: TableLike,
    *,
    engine: str | None = None,
    basis: str = "calorific",
    coal_rate: AmountLike | CoalRate | None = None,
    edition: str | None = None,
    document: str | None = None,
    reading: str = "linear",
    compare: str = "full",
    allow_unverified: bool = False,
    batch_rows: int = BATCH_ROWS,
    progress: Callable[[float, str], None] | None = None,
) -> Assessment:
    r"""Assess a meter file of any size against a table of outputs, in constant memory.

    Parameters
    ----------
    meters : str or Path
        A .parquet or .csv file, or a folder of .parquet files that may lie in folders ``name=value``. Columns as
        in :func:`energybench.assess`.
    outputs : DataFrame, str or Path
        As in :func:`energybench.assess`; it has to fit in memory.
    engine : {None, "polars", "duckdb", "spark"}
        What reads and adds up: batches and the library's own arithmetic, or an engine that scans Parquet files.
    basis, coal_rate, edition, allow_unverified
        As in :func:`energybench.to_tce`, for every row.
    document, reading, compare
        As in :func:`energybench.classify`, for every row.
    batch_rows : int
        Meter rows in memory at a time, without an engine.
    progress : callable, optional
        Called with the share done and what is being done.

    Returns
    -------
    Assessment
        ``.results`` and ``.problem_counts`` as of :func:`energybench.assess` on the whole table. ``.problems`` lists
        the first 10 000 meter rows with problems, with a column ``file`` where a folder is read; ``.energy`` is
        not kept and says so.

    Raises
    ------
    TableError
        If a path is not there or is no table, the folder has no Parquet file, a file cannot be read or has other
        columns than the rest (the file is named), or a column states an uncertainty.
    OptionError
        If an option does not exist.
    MissingPackageError
        If pyarrow or the engine is not installed.

    Notes
    -----
    What stays in memory is a few numbers per output row, the batch at work, and a tally of the problems: of each
    column and reason at most 1 000 distinct values are counted one by one, the rows of all others on one line
    "(other values)". Rows in are rows used and rows counted there, always. Columns that state an uncertainty are
    refused: they are worked out for tables in memory. With an engine there is no column ``file``, the problems are
    listed in no order of the files, and the 10 000 that are listed are of both tables.

    Examples
    --------
    >>> import pandas, pathlib, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = pathlib.Path(folder.name) / "meters.csv"
    >>> _ = path.write_text("plant,period,product,carrier,amount,unit\n甲,2023,水泥熟料,原煤,3000,t\n", "utf-8")
    >>> outputs = pandas.DataFrame(
    ...     {"plant": ["甲"], "period": [2023], "product": ["水泥熟料"], "output": [2], "output_unit": ["万t"]}
    ... )
    >>> print(assess_path(path, outputs))
    1 meter rows: 1 used, 0 with problems
    1 output rows: 1 classified
      baseline (基准水平): 1
    >>> folder.cleanup()
    """
    every: dict[str, Any] = {
        "basis": basis,
        "coal_rate": coal_rate,
        "edition": edition,
        "document": document,
        "reading": reading,
        "compare": compare,
        "allow_unverified": allow_unverified,
    }
    if engine is not None:
        check_option("engine", engine, ENGINES)
        return scan(engine, open_meters(meters), outputs, progress=progress, **every)
    if not isinstance(batch_rows, int) or isinstance(batch_rows, bool) or batch_rows < 1:
        raise OptionError(f"batch_rows is {quoted(batch_rows)}", quoted(batch_rows), "Give a number of rows, 1 or more")
    options = make_options(**every, stacklevel=4)
    tell = progress or (lambda _share, _text: None)
    tell(0.0, "reading")
    source = open_meters(meters)
    places, unused = meter_columns(source.headers)
    wanted = Wanted.of(outputs, options)
    known = KnownFactors(options.choice)
    sums = Sums.zero(wanted.groups)
    batches = source.batches({column: source.headers[place] for column, place in places.items()}, batch_rows)
    while (batch := next(batches, None)) is not None:
        file, table, share = batch
        sums.add_table(table, wanted.groups, known, file)
        # The batch is let go before the next one is read.
        del batch, table
        tell(0.95 * share, "adding up")
    notes = (*unused_headers(meters=unused), *source.notes)
    assessment = finish(sums, wanted, options, known.factors, notes, stacklevel=3)
    tell(1.0, "done")
    return assessment


def open_meters(path: str | Path) -> ParquetSource | CsvSource:
    """Look at a meter file or folder."""
    if not isinstance(path, str | Path):
        kind = quoted(type(path).__name__)
        raise TableError(f"meters is {kind}, expected a path", kind, "Give a path; assess() takes frames")
    file, shown = Path(path), shown_path(path)
    if not is_file(file):
        if is_folder(file):
            return open_parquet(file, shown)
        fix = "Give the path of a .parquet or .csv file, or of a folder of .parquet files"
        raise TableNotFoundError(f"{shown} is not a file or folder that exists", shown, fix)
    if file.stat().st_size == 0:
        raise TableError(f"{shown} is empty", shown, "Give a file with a header and rows")
    ending = file.suffix.lower()
    if ending == ".parquet":
        return open_parquet(file, shown)
    if ending in (".csv", ".txt"):
        return open_csv(file)
    raise TableError(
        f"{shown} ends in {quoted(file.suffix)}, expected .parquet or .csv",
        shown,
        "Save it as .parquet; assess() reads an Excel file that fits in memory",
    )
