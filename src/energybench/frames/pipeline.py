"""Whole tables: meters and outputs in; results, energy lines and problems out.

Any source becomes batches of canonical columns; each batch is read, weighed and explained, and what it adds up to is
kept: a number per output row, and its problems. The sums are then judged. Strings are looked at once per distinct
value; rows only take part in multiply, sum, divide and compare. Rows in are used, in problems, or totals of others.
The partitions of a Dask frame go the same way, each on a worker, and their sums are added up here.
"""

from __future__ import annotations

import logging
import warnings
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench import __version__
from energybench.energy.conversion import taken_notes
from energybench.errors import MissingColumnError, OptionError, SupersededWarning, TableError, quoted
from energybench.frames.assessment import Assessment, EnergyFile, EnergyLines, NoEnergyLines
from energybench.frames.columns import KEYS, Layout, Shape, canonical_columns, column_of
from energybench.frames.double_counting import COMPARED, DoubleCounting, compare_stated
from energybench.frames.encode import (
    Coded,
    clean_text,
    encode,
    encode_each,
    none_used,
    recode,
    to_floats,
    with_plain_cells,
    with_units_of_cells,
    without_blanks,
)
from energybench.frames.files import is_dask_frame, open_meters, open_outputs, same_table, stamp_of
from energybench.frames.form_rows import Reading
from energybench.frames.grading import (
    grade,
    intensity_uncertainty,
    note_on_potlines,
    note_on_signs,
    of_potline,
    with_uncertainty,
)
from energybench.frames.groups import APART, KEY_TEXT, Parts, apart, by_month, make_groups, stray_keys, withhold
from energybench.frames.kernel import Totals, sweep
from energybench.frames.meters import CODED, problems_of, read_meters, refuse_flows, with_units_of_names
from energybench.frames.outputs import work_out_outputs
from energybench.frames.problems import Tally
from energybench.frames.resolve import Factor, KnownFactors, Options, Threshold
from energybench.frames.sources import BATCH_ROWS, Batch
from energybench.frames.uncertain import FIGURE_COLUMNS, METER_COLUMNS, OUTPUT_COLUMNS, SpreadTotals, read_spreads
from energybench.tables.names import flow_of_name
from energybench.tables.store import ACCEPTED, data_version, warn_if_weak

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from energybench.energy.coal_rates import CoalRate
    from energybench.frames.files import Source
    from energybench.frames.groups import Groups
    from energybench.frames.meters import Meters
    from energybench.frames.outputs import Outputs
    from energybench.frames.resolve import Refusal
    from energybench.frames.sources import Progress
    from energybench.units.registry import AmountLike

    TableLike = pandas.DataFrame | str | Path | Any

    from energybench.energy.coefficients import Choice

_LOG = logging.getLogger("energybench")
_LOG.addHandler(logging.NullHandler())
_CARRIED = (
    *("design_capacity", "design_capacity_unit", "furnace_capacity", "furnace_capacity_unit"),
    *("output_value", "output_value_unit"),
)
#: How sure a figure is that needs no warning; one of the user's own has no verification.
_SURE = ("", *ACCEPTED)
#: Columns of a meter table that state an uncertainty, for which every row is looked at.
_STATING = {*METER_COLUMNS[:2], *FIGURE_COLUMNS.values()}


def assess(
    meters: TableLike,
    outputs: TableLike | None = None,
    *,
    basis: str = "calorific",
    coal_rate: AmountLike | CoalRate | None = None,
    edition: str | Sequence[str] | None = None,
    gas_state: str | None = None,
    document: str | None = None,
    region: str | None = None,
    project: str | None = None,
    reading: str = "linear",
    compare: str = "full",
    corrections: str | None = None,
    plausible: bool = False,
    allow_unverified: bool = False,
    sheet: str | Mapping[str, str] | None = None,
    header_row: int | Mapping[str, int] | None = None,
    columns: Mapping[str, str] | None = None,
    plant: str | None = None,
    period: str | int | None = None,
    product: str | None = None,
    mapping: str | Path | None = None,
    blank: str | None = None,
    batch_rows: int | None = None,
    energy_to: str | Path | None = None,
    progress: Progress | None = None,
) -> Assessment:
    r"""Assess a table of meters against a table of outputs.

    Parameters
    ----------
    meters : DataFrame, mapping, str or Path
        Columns plant, period, product, carrier, amount, unit, and if wanted flow, use, ncv, ncv_unit, ncv_uncertainty,
        coefficient, coefficient_unit, coefficient_uncertainty, density, density_unit, uncertainty, accuracy, meter;
        headers in English or Chinese. A frame of pandas, polars or pyarrow, a mapping of headers to columns, a .csv,
        .parquet or .xlsx file, a folder of .parquet files that may lie in folders ``name=value``, whatever offers
        ``__arrow_c_stream__``, a polars LazyFrame, a DuckDB relation, an ibis table, a Spark frame, a Dask frame.
    outputs : DataFrame, mapping, str or Path
        Columns plant, period, product, output, output_unit, and if wanted output_uncertainty, output_accuracy,
        output_meter, furnace_capacity, furnace_capacity_unit, design_capacity, design_capacity_unit, output_value,
        output_value_unit, region, and corrections such as ``correction:altitude:altitude_m`` or
        ``correction:quenching``, empty where none applies. It has to fit in memory. Left out, the outputs are in the
        file of the meters, on a sheet of their own or in columns beside the carriers.
    basis, coal_rate, edition, gas_state, allow_unverified
        As in :func:`energybench.to_tce`, for every row.
    document, region, project, reading, compare, plausible
        As in :func:`energybench.classify`, for every row; without a document the period of each output row says
        which rule was in force.
    corrections : "base", optional
        Say that the base conditions of the document hold in every row that states no correction of its own; a cell
        ``base`` says so of one correction.
    sheet : str or mapping, optional
        The sheet of a workbook to read where several are such tables; of the meters where
        both are workbooks; ``{"meters": ..., "outputs": ...}`` for both.
    header_row : int or mapping, optional
        The row of the file with the headers of the meters, where it is not found; a mapping for both.
    columns : mapping, optional
        Headers of your own: ``{"用能": "carrier"}``; ``""`` leaves a column out, and the name of a carrier says that
        a column of amounts is of it, or what a word in the column of carriers or
        products means: ``{"绿电": "电力"}``.
    plant, period, product : str, optional
        What holds for every row of a table without that column.
    mapping : str or Path, optional
        A TOML file that says ``sheet``, ``header_row``, ``[columns]`` and ``[constants]``, for both tables or
        under ``[meters]`` and ``[outputs]``; options go before it.
    blank : "none-used", optional
        Say that an amount that is empty or a dash (``-``, ``—``, ``/``) is 0; by default it is missing.
    batch_rows : int, optional
        Meter rows of a file in memory at a time. By default a file of less than 256 MiB (16 MiB of Parquet) is read
        whole, and its energy lines are kept.
    energy_to : str or Path, optional
        A .parquet file to write the energy lines to, as the rows pass.
    progress : callable, optional
        Called with the share done and what is being done; the logger ``energybench`` says the same, level INFO.

    Returns
    -------
    Assessment
        ``.results`` (a row per output row), ``.energy`` (a line per meter row), ``.problems``: frames of the kind of
        ``outputs``, or of ``meters`` where that is a file or a mapping; pandas for Spark and Dask, pyarrow for
        DuckDB and ibis. ``.energy`` is kept for tables in memory; for all others see ``energy_to``.

    Raises
    ------
    TableError
        If a table is not there, is no table, is empty or lacks a column, or a file cannot be read (it is named).
    OptionError
        If an option does not exist. What is wrong with single rows is in ``.problems``, never an exception.
    MissingPackageError
        If what reads a file is not installed.

    Notes
    -----
    ``len(meters) == used + problems + totals``: a meter row is used, has exactly one problem, or is a total of
    others (合计), which is left out and compared with their sum. Its ``row`` is the row in
    the file, the header being row 1, or the index of a frame. A group with a reading that could not be used
    gets no class, because its total is not known. Notes name what may count twice; identical and negative rows are
    looked for in tables in memory of at most 200 000 rows.

    Of a table that is not in memory as a whole the first 10 000 problems are listed, and of each column and reason
    1 000 distinct values are counted one by one; all others are counted on one line "(other values)". Where a
    folder is read, a column ``file`` says which file has the row. What stays in memory is a few numbers per output
    row, and where uncertainties are stated per meter and analysis of it.

    DuckDB, ibis and Spark add up what is alike before anything leaves them. A problem is then one line for so many
    rows (column ``rows``), and has no ``row``. With ``energy_to`` or columns of uncertainty they hand over every row
    instead, as polars always does.

    Examples
    --------
    >>> import pandas
    >>> key = {"plant": ["甲"], "period": [2023], "product": ["水泥熟料"]}
    >>> meters = pandas.DataFrame({**key, "carrier": ["原煤"], "amount": [3000], "unit": ["t"]})
    >>> outputs = pandas.DataFrame({**key, "output": [2], "output_unit": ["万t"]})
    >>> print(assess(meters, outputs).results[["intensity", "unit", "class"]].to_string(index=False))
    intensity   unit    class
      107.145 kgce/t baseline
    """
    options = {name: value for name, value in locals().items() if name not in ("meters", "outputs")}
    return _assess(meters, outputs, **options)


def assess_path(
    meters: str | Path,
    outputs: TableLike,
    *,
    batch_rows: int = BATCH_ROWS,
    **options: Any,
) -> Assessment:
    r"""Assess a meter file or folder as :func:`energybench.assess` does, in batches whatever its size.

    Parameters
    ----------
    meters : str or Path
        A .parquet, .csv or .xlsx file, or a folder of .parquet files.
    outputs, batch_rows, **options
        As in :func:`energybench.assess`.

    Returns
    -------
    Assessment
        Without ``.energy``.

    Raises
    ------
    EnergybenchError
        As in :func:`energybench.assess`.

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
    if not isinstance(meters, str | Path):
        kind = quoted(type(meters).__name__)
        raise TableError(f"meters is {kind}, expected a path", kind, "Give a path; assess() takes frames")
    return _assess(meters, outputs, batch_rows=batch_rows, **options)


def _assess(
    meters: Any,
    outputs: Any,
    *,
    batch_rows: int | None = None,
    energy_to: str | Path | None = None,
    progress: Progress | None = None,
    **given: Any,
) -> Assessment:
    """Assess any source; the caller of the caller is who is warned."""
    if batch_rows is not None and (not isinstance(batch_rows, int) or isinstance(batch_rows, bool) or batch_rows < 1):
        raise OptionError(f"batch_rows is {quoted(batch_rows)}", quoted(batch_rows), "Give a number of rows, 1 or more")
    shape = Shape.taken(given)
    options = Options.of(**given)
    outputs = meters if same_table(meters, outputs) else outputs
    layouts = shape.layouts(meters, outputs)

    def tell(share: float, text: str) -> None:
        _LOG.info("%s (%.0f %%)", text, 100 * share)
        if progress is not None:
            progress(share, text)

    tell(0.0, "reading")
    files = {
        name: (str(table), stamp_of(str(table))) if isinstance(table, str | Path) else None
        for name, table in (("meters", meters), ("outputs", outputs))
    }
    if is_dask_frame(meters):
        if energy_to is not None:
            fix = "Leave energy_to out, or write the frame to Parquet and give its folder"
            raise OptionError("energy_to writes no lines of a Dask frame: its workers see them", "energy_to", fix)
        sums, wanted, notes = add_partitions(meters, outputs, options, layouts)
    else:
        file = None if energy_to is None else EnergyFile(energy_to, (meters, outputs))
        source = open_meters(meters, batch_rows, layouts["meters"])
        sums, wanted, notes = add_batches(source, meters, outputs, options, layouts, file, tell)
    answer = finish(sums, wanted, options, notes, tell)
    answer.files, answer.reading = files, shape.to_dict()
    return answer


def add_batches(
    source: Source,
    meters: Any,
    outputs: Any,
    options: Options,
    layouts: Mapping[str, Layout],
    file: EnergyFile | None,
    tell: Progress,
) -> tuple[Sums, Wanted, tuple[str, ...]]:
    """Add up meters batch by batch for the outputs that want them."""
    layout, used = layouts["meters"], frozenset[str]()
    if isinstance(source, Reading):
        # What is said of its shape is done.
        layout, used = Layout(columns=layout.names, none_used=layout.none_used), source.used
    places, unused, constants = layout.places(source.headers, "meters")
    if isinstance(source, Reading) and "flow" not in places and len(source.frame) <= COMPARED:
        refuse_flows(source.frame, unused)
    layout = replace(layout, constants=constants)
    title = source.title if isinstance(source, Reading) and outputs is meters else {}
    try:
        of_outputs = replace(layouts["outputs"], title=title)
        wanted = Wanted.of(outputs, options, source.kind, of_outputs, outputs is meters)
    except MissingColumnError as error:
        fix = f"Give a table of outputs, or the columns in that of the meters. {error.fix}"
        raise MissingColumnError(error.message, error.value, fix if outputs is meters else error.fix) from error
    refuse_unused(layouts, used | wanted.used | set(constants))
    if outputs is meters:
        # What means nothing to one of the tables is a column of the other.
        rest = tuple(header for header in wanted.unused if header not in (*_taken(source, unused), *unused))
        unused = tuple(header for header in unused if header not in wanted.taken)
        wanted = replace(wanted, unused=rest)
    known = KnownFactors(options.choice)
    sums = Sums(Totals.zero(wanted.groups.count))
    row_by_row = file is not None or layout.none_used or not _STATING.isdisjoint(places)
    with file or nullcontext():
        batches = source.batches(places, row_by_row)
        # The batch is let go before the next one is read.
        while (batch := next(batches, None)) is not None:
            batch = completed(batch, layout)
            lines = sums.add(batch, wanted.groups, known, source.whole)
            if lines is not None and file is not None:
                file.write(lines.frame(), batch.file)
            share = batch.share
            del batch, lines
            tell(0.9 * share, "adding up")
    sums.factors = known.factors
    checked: list[str] = []
    if isinstance(source, Reading) and isinstance(sums.lines, EnergyLines):
        checked, unused = compare_stated(source.frame, unused, sums.lines.meters, sums.lines.bad)
    return sums, wanted, (*unused_headers(meters=unused), *source.notes, *checked)


def _taken(source: Source, unused: Iterable[str]) -> frozenset[str]:
    read = source.read_as if isinstance(source, Reading) else {}
    known = [header for header, what in read.items() if what != "not used"]
    return frozenset(known or {*map(str, source.headers)} - {*unused})


def completed(batch: Batch, layout: Layout) -> Batch:
    """Return a batch with the constants and names of the caller, and 0 for what is blank where that says so."""
    table = batch.table.assign(**layout.constants) if layout.constants else batch.table
    table = _named(table, layout.names, "carrier", "product")
    return replace(batch, table=none_used(table) if layout.none_used else table)


def _named(table: pandas.DataFrame, names: Mapping[str, str], *columns: str) -> pandas.DataFrame:
    """Return a table with the caller's words for carriers and products as the names that they mean."""
    if not names:
        return table
    cells = {name: encode(table[name]) for name in columns}
    said = {word: flow_of_name(name) for word, name in names.items()}
    made = {name: one.map(lambda cell: said.get(clean_text(cell), ("", cell))[1], None) for name, one in cells.items()}
    if "carrier" in cells and any(flow for flow, _ in said.values()):
        flows = cells["carrier"].map(lambda cell: said.get(clean_text(cell), ("", ""))[0], "")
        made["flow"] = numpy.where(flows != "", flows, table.get("flow", ""))
    return table.assign(**made)


def refuse_unused(layouts: Mapping[str, Layout], used: frozenset[str]) -> None:
    """Refuse a constant that both tables have a column of."""
    for name, value in layouts["meters"].constants.items():
        if name not in used:
            fix = f"Leave {name} out, or rename the column"
            raise OptionError(f"{name} is {quoted(value)}, and both tables have that column", quoted(value), fix)


@dataclass(frozen=True)
class Wanted:
    table: pandas.DataFrame
    measured: Outputs
    keys: list[Coded]
    groups: Groups
    kind: str
    notes: tuple[str, ...]
    #: Headers that mean nothing.
    unused: tuple[str, ...] = ()
    #: Constants that the table took.
    used: frozenset[str] = frozenset()
    #: Headers that mean something.
    taken: frozenset[str] = frozenset()

    @classmethod
    def of(cls, outputs: TableLike, options: Options, kind: str, layout: Layout, shared: bool = False) -> Wanted:
        """Open an output table, a file or a mapping in the kind of the meters; one shared with them repeats outputs."""
        reading, kind = open_outputs(outputs, kind, layout)
        frame = reading.frame
        places, unused = canonical_columns(list(frame.columns), "outputs")
        table = frame.iloc[:, list(places.values())].set_axis(list(places), axis=1)
        if table.empty:
            raise TableError("outputs has headers and no rows", "outputs", "Give at least one row")
        table = without_blanks(with_plain_cells(table), table.columns)
        table = _named(table, layout.names, "product")
        # An output stands beside each of its readings; where a row has several carriers it has an output of its own.
        if shared and any(column_of(header, "meters") == "carrier" for header in frame.columns):
            table = table[~table.duplicated()]
        table = with_units_of_cells(table, to_floats(table["output"]), "output", "output_unit")
        keys = [recode(encode(table[name]), KEY_TEXT[name]) for name in KEYS]
        months = by_month(keys[1].distinct)
        notes = reading.notes
        if months != keys[1].distinct:
            notes += ("outputs: all dates in period are the first of a month, and are read as months",)
            keys[1] = recode(Coded(keys[1].codes, months))
        groups = make_groups(keys)
        several = numpy.bincount(groups.of_outputs)[groups.of_outputs] > 1
        measured = work_out_outputs(table, keys, several, options)
        groups.potline[groups.of_outputs[of_potline(measured)]] = True
        groups.potline[-1] = False
        return cls(table, measured, keys, groups, kind, notes, unused, reading.used, _taken(reading, unused))


@dataclass
class Sums:
    totals: Totals
    problems: Tally = field(default_factory=Tally)
    rows: int = 0
    used: int = 0
    #: The keys of the readings that no output row takes.
    strays: dict[tuple[str, ...], None] = field(default_factory=dict)
    spreads: SpreadTotals | None = None
    factors: list[Factor] = field(default_factory=list)
    lines: EnergyLines | NoEnergyLines = field(default_factory=NoEnergyLines)
    parts: Parts = field(default_factory=Parts)
    doubles: DoubleCounting = field(default_factory=DoubleCounting)
    #: Rows whose electricity is not counted by the indicator of a potline, being that of auxiliaries.
    auxiliary: int = 0
    #: The words of use that the rows have.
    uses: set[str] = field(default_factory=set)

    def add(self, batch: Batch, groups: Groups, known: KnownFactors, whole: bool = False) -> EnergyLines | None:
        """Read, weigh and explain a batch; of a table that is one batch everything is kept."""
        if batch.table.empty:
            return None
        self.rows += batch.count
        plain = with_plain_cells(batch.table)
        columns = encode_each(plain, CODED)
        every = replace(batch, table=with_units_of_names(plain, columns["carrier"]))
        columns = columns if every.table is plain else encode_each(every.table, CODED)
        batch = self.doubles.without_totals(every, columns["carrier"], groups, whole)
        columns = columns if batch is every else encode_each(batch.table, CODED)
        read = read_meters(batch.table, columns, known, batch.amount)
        self.uses |= read.uses
        counted_out = _without_auxiliaries(read, groups)
        member = self.doubles.members(read, groups, whole)
        sweep(
            self.totals,
            read.amount,
            read.multiplier,
            read.factor,
            read.lookup("tce", numpy.nan),
            read.lookup("electricity_kwh", 0.0) if read.electric else None,
            groups.key_of(read.columns),
            groups.lookup,
            read.turn,
            batch.rows,
            member,
            self.doubles.seen,
        )
        bad = self.totals.bad_rows
        self.totals.bad.clear()
        lost = bad[groups.lookup.take(groups.key_of(read.columns).block(bad)) == groups.count]
        taken, unusable = self.parts.add(read, lost, groups, batch.rows)
        lost = numpy.setdiff1d(lost, taken, assume_unique=True)
        bad = numpy.setdiff1d(bad, numpy.setdiff1d(taken, unusable, assume_unique=True), assume_unique=True)
        # Nothing of nothing is missing.
        if len(lost):
            self.strays |= stray_keys(read.columns, lost[read.amount[lost] != 0])
        if read.every_spread:
            self.spreads = self.spreads or SpreadTotals.zero(groups.count)
            self.spreads.add(read, groups, bad)
        self.problems.whole = whole
        self.used += batch.count
        if len(bad):
            found = problems_of(read, bad).rows(None if batch.rows is None else batch.rows[bad])
            self.used -= len(found)
            self.problems.add(found, batch.file)
        counted_out[bad] = False
        if counted_out.any():
            self.auxiliary += batch.take(counted_out).count
        if whole:
            self.doubles.compare_rows(read, bad, groups)
        lines = EnergyLines(read, bad)
        self.lines = lines if whole else self.lines
        return lines

    def merge(self, later: Sums) -> None:
        self.totals.add(later.totals)
        self.problems.merge(later.problems)
        self.strays |= later.strays
        self.rows += later.rows
        self.used += later.used
        self.parts.merge(later.parts)
        self.doubles.merge(later.doubles)
        self.auxiliary += later.auxiliary
        self.uses |= later.uses
        self.factors += [factor for factor in later.factors if factor not in self.factors]
        if later.spreads is not None:
            self.spreads = self.spreads or SpreadTotals.zero(len(self.totals.tce) - 1)
            self.spreads.merge(later.spreads)


def _without_auxiliaries(read: Meters, groups: Groups) -> NDArray[numpy.bool_]:
    """Take the kWh of auxiliaries out of the groups of a potline, and return the rows that had any."""
    out = numpy.zeros(len(read.amount), bool)
    if read.auxiliary is not None and groups.potline.any():
        out = read.auxiliary & groups.potline[groups.of_rows(read.columns)]
        out &= read.lookup("electricity_kwh", 0.0).take(read.factor) != 0
        read.turn = numpy.where(out, 0.0, 1.0 if read.turn is None else read.turn)
    return out


def finish(sums: Sums, wanted: Wanted, options: Options, notes: Iterable[str], tell: Progress) -> Assessment:
    """Judge the outputs by the sums of their meters."""
    if not sums.rows:
        raise TableError("meters has headers and no rows", "meters", "Give at least one row")
    tell(0.95, "classifying")
    table, measured, groups = wanted.table, wanted.measured, wanted.groups
    # What counts in a part is judged before it counts in the whole.
    refused, refusals, notes_on_parts = sums.parts.judged(sums.doubles, groups, table)
    sums.parts.add_to(sums.totals, sums.doubles)
    totals, index = sums.totals.of(groups.of_outputs), pandas.RangeIndex(len(table))
    units = encode(table["output_unit"])
    own = read_spreads(table, measured.output, units, options.choice.allow_unverified, OUTPUT_COLUMNS)
    if own is not None:
        own.explain(measured.problems, numpy.arange(len(table)))
    code = refused[groups.of_outputs]
    measured.problems.flag_each(code >= 0, code, refusals)
    withheld, notes_on_strays = withhold(sums.strays, wanted.keys)
    withheld |= code >= 0
    alone = apart(sums.doubles.seen, wanted.keys, groups)[groups.of_outputs]
    measured.problems.flag(alone, APART)
    withheld |= alone
    graded = grade(measured, totals, options, withheld)
    output_problems = [measured.problems.rows()] if measured.problems.flagged.any() else []
    given: dict[str, Any] = {
        name: table[name].set_axis(index) for name in (*KEYS, "output", "output_unit", *_CARRIED) if name in table
    }
    given |= {"output": measured.output}
    graded["reason"] = measured.problems.reasons()
    results = pandas.DataFrame({"row": table.index.to_numpy(), **given, **graded}, index)
    uncertain = intensity_uncertainty(measured, totals, groups, sums.spreads, own)
    results, grading = with_uncertainty(results, measured, uncertain, options)
    idle = sums.uses - ({"process", "auxiliary"} if groups.potline.any() else set())
    assessment = Assessment(
        results,
        (sums.problems, *output_problems),
        {
            "meters": sums.rows,
            "used": sums.used,
            "problems": len(sums.problems),
            "totals": sums.doubles.rows + sums.doubles.parts,
            "outputs": len(table),
            "classified": int((~graded["class"].isna()).sum()),
        },
        sums.lines,
        grading,
        notes=(
            *notes,
            *unused_headers(outputs=wanted.unused),
            *wanted.notes,
            *sums.problems.note(),
            *notes_on_strays,
            *notes_on_parts,
            *sums.doubles.notes(sums.totals.tce, table, groups),
            *note_on_potlines(measured, sums.totals.electric[groups.potline], sums.auxiliary),
            *([f"meters: the use {', '.join(sorted(idle))} changes no total of this table"] if idle else []),
            *taken_notes(one.record for one in sums.factors if isinstance(one, Factor)),
            *note_on_signs(measured, graded["intensity"]),
            *warn_of_standing(measured.thresholds, stacklevel=5),
            *warn_weak(sums.factors, measured.thresholds, stacklevel=5),
        ),
        options=options.to_dict(),
        data_version=data_version(),
        kind=wanted.kind,
        rows_used=rows_used(sums.factors, measured.thresholds),
    )
    check_counts(assessment.counts, sum(map(len, output_problems)))
    tell(1.0, "done")
    return assessment


def check_counts(counts: dict[str, int], output_problems: int) -> None:
    """Refuse to return an answer that lost a row."""
    lost_meters = counts["meters"] - counts["used"] - counts["problems"] - counts["totals"]
    lost_outputs = counts["outputs"] - counts["classified"] - output_problems
    if lost_meters or lost_outputs:
        raise AssertionError(f"rows were lost: {lost_meters} meter rows and {lost_outputs} output rows of {counts}")


def unused_headers(**unused: tuple[str, ...]) -> list[str]:
    shown = {name: ", ".join(header or "(empty)" for header in headers) for name, headers in unused.items()}
    return [f"{name}: the headers {headers} were not used" for name, headers in shown.items() if headers]


def warn_of_standing(thresholds: Iterable[Threshold | Refusal], stacklevel: int) -> tuple[str, ...]:
    """Warn of the documents that are not in force in the periods they are used for, and return a note for each."""
    known = [one for one in thresholds if isinstance(one, Threshold)]
    told = dict.fromkeys(one.notes for one in known if one.notes)
    for text in told:
        warnings.warn(text, SupersededWarning, stacklevel=stacklevel)
    return (*told, *dict.fromkeys(one.looked_up for one in known if one.looked_up))


def rows_used(factors: Iterable[Factor | Refusal], thresholds: Iterable[Threshold | Refusal]) -> tuple[str, ...]:
    figures = [one.record.row for one in factors if isinstance(one, Factor)]
    limits = [one.row.id for one in thresholds if isinstance(one, Threshold) and one.row is not None]
    return tuple(dict.fromkeys(filter(None, (*figures, *limits))))


def warn_weak(
    factors: Iterable[Factor | Refusal], thresholds: Iterable[Threshold | Refusal], stacklevel: int
) -> list[str]:
    """Warn of the unverified figures that were used, and return a note for each."""
    figures: dict[str, Any] = {str(one.record): one.record for one in factors if isinstance(one, Factor)}
    rows = [one.row for one in thresholds if isinstance(one, Threshold)]
    figures |= {f"{row.id} ({row.verification})": row for row in rows if row is not None}
    for figure, record in figures.items():
        warn_if_weak(record, figure, stacklevel + 1)
    return [f"unverified figure used: {name}" for name, row in figures.items() if row.verification not in _SURE]


#: How many sums a task adds up: a number per output row and partition must not gather in one place.
_FAN_IN = 8


def add_partitions(
    meters: Any, outputs: Any, options: Options, layouts: Mapping[str, Layout]
) -> tuple[Sums, Wanted, tuple[str, ...]]:
    """Add up a Dask frame of meters; one ``dask.compute`` by whatever scheduler is set."""
    from dask.base import compute
    from dask.delayed import delayed

    places, unused, constants = layouts["meters"].places(list(meters.columns), "meters")
    wanted = Wanted.of(outputs, options, "pandas", layouts["outputs"])
    refuse_unused(layouts, wanted.used | set(constants))
    layout = replace(layouts["meters"], constants=constants)
    plan = delayed((list(places), wanted.groups, options.choice, layout, _versions()), traverse=False)
    columns = meters.iloc[:, list(places.values())]
    sums = [delayed(sums_of)(partition, plan) for partition in columns.to_delayed()]
    while len(sums) > 1:
        sums = [delayed(together)(sums[start : start + _FAN_IN]) for start in range(0, len(sums), _FAN_IN)]
    (total,) = compute(*sums)  # type: ignore[no-untyped-call]
    return total, wanted, tuple(unused_headers(meters=unused))


def _versions() -> str:
    return f"{__version__} with tables {data_version()}"


def sums_of(partition: pandas.DataFrame, plan: tuple[list[str], Groups, Choice, Layout, str]) -> Sums:
    columns, groups, choice, layout, versions = plan
    if (here := _versions()) != versions:
        raise TableError(
            f"a worker has energybench {here}, expected {versions}",
            here,
            "Install the same version there, and name own tables by ENERGYBENCH_DATA: tables.use() is for one process",
        )
    sums = Sums(Totals.zero(groups.count))
    known = KnownFactors(choice)
    sums.add(completed(Batch(partition.set_axis(columns, axis=1)), layout), groups, known)
    sums.factors = [factor for factor in known.factors if factor.record.verification not in ACCEPTED]
    return sums


def together(parts: list[Sums]) -> Sums:
    """Return the sums of several parts, which are left as they are: a task may be run twice."""
    total = Sums(Totals.zero(len(parts[0].totals.tce) - 1))
    for part in parts:
        total.merge(part)
    return total
