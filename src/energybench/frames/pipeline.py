"""Whole tables: meters and outputs in; results, energy lines and problems out.

Strings are looked at once per distinct value; rows only take part in multiply, sum, divide and compare.
Every meter row is either used or a row of the problems, and that is checked.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, overload

import numpy
import pandas

from energybench.errors import UnverifiedWarning
from energybench.frames.assessment import Assessment, EnergyLines
from energybench.frames.columns import KEYS, canonical_columns, is_dask_frame, is_lazy
from energybench.frames.encode import encode, recode
from energybench.frames.files import read_table
from energybench.frames.grading import (
    grade,
    intensity_uncertainty,
    notes_on,
    read_output_spreads,
    with_uncertainty,
)
from energybench.frames.groups import KEY_TEXT, make_groups
from energybench.frames.kernel import Totals, sweep
from energybench.frames.meters import explain, read_meters
from energybench.frames.native import kind_of, to_pandas
from energybench.frames.options import make_options
from energybench.frames.outputs import work_out_outputs
from energybench.frames.resolve import Factor, Refusal, Threshold
from energybench.frames.uncertain import add_spreads
from energybench.tables.store import ACCEPTED, data_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from energybench.energy.coal_rates import CoalRate
    from energybench.frames.encode import Coded
    from energybench.frames.groups import Groups
    from energybench.frames.lazy.assessment import LazyAssessment
    from energybench.frames.meters import Meters
    from energybench.frames.outputs import Outputs
    from energybench.units.registry import AmountLike

    TableLike = pandas.DataFrame | str | Path | Any
    Progress = Callable[[float, str], None]

_CARRIED = (
    *("design_capacity", "design_capacity_unit", "furnace_capacity", "furnace_capacity_unit"),
    *("output_value", "output_value_unit"),
)


@overload
def assess(
    meters: pandas.DataFrame | str | Path,
    outputs: TableLike,
    *,
    basis: str = ...,
    coal_rate: AmountLike | CoalRate | None = ...,
    edition: str | None = ...,
    document: str | None = ...,
    reading: str = ...,
    compare: str = ...,
    allow_unverified: bool = ...,
    progress: Progress | None = ...,
) -> Assessment: ...


# A lazy table gives a LazyAssessment; which kinds are lazy, no type says that is imported here.
@overload
def assess(
    meters: Any,
    outputs: TableLike,
    *,
    basis: str = ...,
    coal_rate: AmountLike | CoalRate | None = ...,
    edition: str | None = ...,
    document: str | None = ...,
    reading: str = ...,
    compare: str = ...,
    allow_unverified: bool = ...,
    progress: Progress | None = ...,
) -> Any: ...


def assess(
    meters: TableLike,
    outputs: TableLike,
    *,
    basis: str = "calorific",
    coal_rate: AmountLike | CoalRate | None = None,
    edition: str | None = None,
    document: str | None = None,
    reading: str = "linear",
    compare: str = "full",
    allow_unverified: bool = False,
    progress: Progress | None = None,
) -> Assessment | LazyAssessment:
    """Assess a table of meters against a table of outputs.

    Parameters
    ----------
    meters : DataFrame, mapping, str or Path
        Columns plant, period, product, carrier, amount, unit, and if wanted flow, ncv, ncv_unit, ncv_uncertainty,
        coefficient, coefficient_unit, coefficient_uncertainty, uncertainty, accuracy, meter; headers in English or
        Chinese. A frame of pandas, polars or pyarrow, a mapping of headers to columns, or a .csv, .parquet or .xlsx
        file.
    outputs : DataFrame, mapping, str or Path
        Columns plant, period, product, output, output_unit, and if wanted output_uncertainty, output_accuracy,
        output_meter, furnace_capacity,
        furnace_capacity_unit, design_capacity, design_capacity_unit, output_value, output_value_unit, and
        corrections such as ``correction:altitude:altitude_m`` or ``correction:quenching``, empty where none applies.
    basis, coal_rate, edition, allow_unverified
        As in :func:`energybench.to_tce`, for every row.
    document, reading, compare
        As in :func:`energybench.classify`, for every row.
    progress : callable, optional
        Called with the share done and what is being done.

    Returns
    -------
    Assessment
        ``.results`` (a row per output row), ``.energy`` (a line per meter row), ``.problems``: frames of the
        kind of ``outputs``, in pandas for a mapping or a file. Meters that an engine computes (a polars LazyFrame,
        a DuckDB relation, a Spark frame, an ibis table) give a LazyAssessment: the same as queries of that engine.
        A Dask frame is added up partition by partition, and keeps no ``.energy``.

    Raises
    ------
    TableError
        If a table is not there, is no table, is empty or lacks a column.
    OptionError
        If an option does not exist. What is wrong with single rows is in ``.problems``, never an exception.

    Notes
    -----
    ``len(meters) == used + problems``: a meter row is used or has exactly one problem. Its ``row`` is the row in
    the file, the header being row 1, or the index of a frame. A group with a reading that could not be used
    gets no class, because its total is not known.

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
    options = make_options(
        basis=basis,
        coal_rate=coal_rate,
        edition=edition,
        document=document,
        reading=reading,
        compare=compare,
        allow_unverified=allow_unverified,
    )
    if is_lazy(meters):
        from energybench.frames.lazy.pipeline import assess_lazily

        return assess_lazily(meters, outputs, options)
    if is_lazy(outputs):
        from energybench.frames.lazy.pipeline import collected_if_lazy

        outputs = collected_if_lazy(outputs)
    if is_dask_frame(outputs) and not is_dask_frame(meters):
        outputs = cast("Any", outputs).compute()
    if is_dask_frame(meters):
        from energybench.frames.dask_tables import assess_dask

        return assess_dask(meters, outputs, options, progress)
    tell = progress or (lambda _share, _text: None)
    tell(0.0, "reading")
    meter_table, unused_meters = open_table(meters, "meters")
    output_table, unused_outputs = open_table(outputs, "outputs")
    tell(0.4, "resolving")
    keys = output_keys(output_table)
    measured = work_out_outputs(output_table, keys, options)
    read = read_meters(meter_table, options.choice)
    tell(0.7, "adding up")
    groups = make_groups(keys)
    totals = Totals.zero(groups.count)
    add_up(read, groups, totals)
    spread = add_spreads(read, groups, totals, _has_electricity(read))
    bad = totals.bad_rows
    meter_problems = explain(read, bad).rows()
    tell(0.9, "classifying")
    of_outputs = totals.of(groups.of_outputs)
    own = read_output_spreads(output_table, measured, options.allow_unverified)
    graded = grade(measured, of_outputs, options.compare)
    output_problems = measured.problems.rows()
    uncertain = intensity_uncertainty(measured, of_outputs, groups, spread, own)
    results, grading = with_uncertainty(results_of(output_table, measured, graded), measured, uncertain, options)
    assessment = Assessment(
        results,
        (meter_problems, output_problems),
        {
            "meters": len(meter_table),
            "used": len(meter_table) - len(bad),
            "problems": len(meter_problems),
            "outputs": len(output_table),
            "classified": int(graded["class"].notna().sum()),
        },
        EnergyLines(read, bad),
        notes=(
            *unused_headers(meters=unused_meters, outputs=unused_outputs),
            *meter_problems.note(),
            *notes_on(measured, graded["intensity"].to_numpy()),
            *warn_weak(read.factors, measured.thresholds, stacklevel=4),
        ),
        options=options.to_dict(),
        data_version=data_version(),
        kind=kind_of(outputs),
        grading=grading,
    )
    check_counts(assessment.counts, len(output_problems))
    tell(1.0, "done")
    return assessment


def output_keys(table: pandas.DataFrame) -> list[Coded]:
    """Return plant, period and product of an output table, in folded texts."""
    return [recode(encode(table[name]), KEY_TEXT[name]) for name in KEYS]


def add_up(read: Meters, groups: Groups, totals: Totals, first_row: int = 0) -> None:
    """Add meter rows to the totals of their groups, and note the rows that cannot be used."""
    electricity = read.lookup("electricity_kwh", 0.0) if _has_electricity(read) else None
    sweep(
        totals,
        read.amount,
        read.multiplier,
        read.factor,
        read.lookup("tce", numpy.nan),
        electricity,
        groups.key_of(read.columns),
        groups.lookup,
        first_row,
        None if electricity is None else read.flow(),
    )


def _has_electricity(read: Meters) -> bool:
    return any(_is_electric(factor) for factor in read.factors)


def _is_electric(factor: Factor | Refusal) -> bool:
    return isinstance(factor, Factor) and factor.electricity_kwh != 0.0


def open_table(table: TableLike, name: str) -> tuple[pandas.DataFrame, tuple[str, ...]]:
    """Return a table with canonical columns, and the headers that are not used."""
    frame = read_table(table) if isinstance(table, str | Path) else to_pandas(table, name)
    return canonical_columns(frame, name)


def results_of(table: pandas.DataFrame, measured: Outputs, graded: pandas.DataFrame) -> pandas.DataFrame:
    """Put the given columns of an output table in front of the graded ones."""
    given = [*KEYS, "output", "output_unit", *(name for name in _CARRIED if name in table.columns)]
    front = table.assign(output=measured.output)[given].reset_index(drop=True)
    front.insert(0, "row", table.index.to_numpy())
    return pandas.concat([front, graded.assign(reason=measured.problems.reasons())], axis=1)


def check_counts(counts: dict[str, int], output_problems: int) -> None:
    """Refuse to return an answer that lost a row."""
    lost_meters = counts["meters"] - counts["used"] - counts["problems"]
    lost_outputs = counts["outputs"] - counts["classified"] - output_problems
    if lost_meters or lost_outputs:
        raise AssertionError(f"rows were lost: {lost_meters} meter rows and {lost_outputs} output rows of {counts}")


def unused_headers(**unused: tuple[str, ...]) -> list[str]:
    """Say which headers of which table were not used."""
    shown = {name: ", ".join(header or "(empty)" for header in headers) for name, headers in unused.items()}
    return [f"{name}: the headers {headers} were not used" for name, headers in shown.items() if headers]


def warn_weak(
    factors: Iterable[Factor | Refusal], thresholds: Iterable[Threshold | Refusal], stacklevel: int
) -> list[str]:
    """Warn of the unverified figures that were used, and return a note for each."""
    figures = [str(f.record) for f in factors if isinstance(f, Factor) and _is_weak(f.record.verification)]
    rows = (t.curve.row if t.curve else t.ladder for t in thresholds if isinstance(t, Threshold))
    figures += [f"{row.id} ({row.verification})" for row in rows if row is not None and _is_weak(row.verification)]
    distinct = list(dict.fromkeys(figures))
    for figure in distinct:
        warnings.warn(f"unverified: {figure}", UnverifiedWarning, stacklevel=stacklevel)
    return [f"unverified figure used: {figure}" for figure in distinct]


def _is_weak(verification: str) -> bool:
    return bool(verification) and verification not in ACCEPTED
