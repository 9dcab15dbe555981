"""A meter table that comes in parts: what each part adds up to, and the answer from the sums.

Every part is read, weighed and explained by the functions that serve a whole table, and then forgotten. What stays
is a number per group of the output table and a bounded tally of the problems.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

import pandas

from energybench.errors import TableError
from energybench.frames.assessment import Assessment
from energybench.frames.columns import canonical_columns
from energybench.frames.grading import grade, notes_on, with_uncertainty
from energybench.frames.groups import make_groups
from energybench.frames.kernel import Totals
from energybench.frames.meters import explain, read_meters
from energybench.frames.native import kind_of
from energybench.frames.outputs import work_out_outputs
from energybench.frames.pipeline import (
    add_up,
    check_counts,
    open_table,
    output_keys,
    results_of,
    unused_headers,
    warn_weak,
)
from energybench.frames.tally import Tally
from energybench.frames.uncertain import refuse_columns
from energybench.tables.store import data_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from energybench.frames.groups import Groups
    from energybench.frames.options import Options
    from energybench.frames.outputs import Outputs
    from energybench.frames.pipeline import TableLike
    from energybench.frames.resolve import Factor, KnownFactors


@dataclass
class Sums:
    """What parts of a meter table add up to."""

    totals: Totals
    tally: Tally = field(default_factory=Tally)
    rows: int = 0
    used: int = 0
    factors: list[Factor] = field(default_factory=list)

    @classmethod
    def zero(cls, groups: Groups) -> Sums:
        """Return the sums of no rows at all."""
        return cls(Totals.zero(groups.count))

    @classmethod
    def zero_like(cls, other: Sums) -> Sums:
        """Return the sums of no rows at all, of as many groups as another has."""
        return cls(Totals.zero(len(other.totals.tce) - 1))

    def add_table(self, table: pandas.DataFrame, groups: Groups, known: KnownFactors, file: str = "") -> None:
        """Read, weigh and explain a part."""
        if table.empty:
            return
        read = read_meters(table, known.choice, known)
        add_up(read, groups, self.totals)
        bad = self.totals.bad_rows
        self.totals.bad.clear()
        if len(bad):
            self.tally.add(explain(read, bad).rows(), file)
        self.rows += len(table)
        self.used += len(table) - len(bad)

    def merge(self, later: Sums) -> None:
        """Add the sums of later parts."""
        self.totals.add(later.totals)
        self.tally.merge(later.tally)
        self.rows += later.rows
        self.used += later.used
        self.factors += [factor for factor in later.factors if factor not in self.factors]


class NoEnergyLines:
    """The energy lines of a table that was never in memory as a whole: there are none."""

    def frame(self) -> NoReturn:
        """Refuse."""
        raise TableError(
            "The energy lines of a meter table that was read in parts, or left to an engine, are not kept",
            "energy",
            "Assess a part of the table, or a lazy one such as polars.scan_parquet(path), whose answer has them",
        )


@dataclass(frozen=True)
class Wanted:
    """The output table, ready for the sums of its meters."""

    table: pandas.DataFrame
    measured: Outputs
    groups: Groups
    kind: str
    notes: tuple[str, ...]

    @classmethod
    def of(cls, outputs: TableLike, options: Options) -> Wanted:
        """Open an output table."""
        table, unused = open_table(outputs, "outputs")
        refuse_columns(table.columns, "outputs")
        keys = output_keys(table)
        refuse_columns(map(str, table.columns), "outputs")
        measured = work_out_outputs(table, keys, options)
        return cls(table, measured, make_groups(keys), kind_of(outputs), tuple(unused_headers(outputs=unused)))


def meter_columns(headers: Sequence[object]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return the place of each column of a meter table among its headers, and the headers that are not used."""
    places = pandas.DataFrame([list(range(len(headers)))], columns=list(headers))
    named, unused = canonical_columns(places, "meters")
    refuse_columns(named.columns, "meters")
    refuse_columns(map(str, named.columns), "meters")
    return {str(name): int(place) for name, place in named.iloc[0].items()}, unused


def finish(
    sums: Sums, wanted: Wanted, options: Options, factors: Iterable[Factor], notes: Iterable[str], stacklevel: int
) -> Assessment:
    """Grade the outputs by the sums of their meters."""
    if not sums.rows:
        raise TableError("meters has headers and no rows", "meters", "Give at least one row")
    measured = wanted.measured
    graded = grade(measured, sums.totals.of(wanted.groups.of_outputs), options.compare)
    output_problems = measured.problems.rows()
    results, grading = with_uncertainty(results_of(wanted.table, measured, graded), measured, None, options)
    assessment = Assessment(
        results,
        (sums.tally, output_problems),
        {
            "meters": sums.rows,
            "used": sums.used,
            "problems": len(sums.tally),
            "outputs": len(wanted.table),
            "classified": int(graded["class"].notna().sum()),
        },
        NoEnergyLines(),
        notes=(
            *notes,
            *wanted.notes,
            *sums.tally.note(),
            *notes_on(measured, graded["intensity"].to_numpy()),
            *warn_weak(factors, measured.thresholds, stacklevel=stacklevel + 1),
        ),
        options=options.to_dict(),
        data_version=data_version(),
        kind=wanted.kind,
        grading=grading,
    )
    check_counts(assessment.counts, len(output_problems))
    return assessment
