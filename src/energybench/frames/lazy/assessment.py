"""What the assessment of lazy tables returns: lazy results, energy lines and problems; counts when asked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import pandas

from energybench import __version__
from energybench.errors import TableError
from energybench.frames.assessment import Assessment, summary
from energybench.frames.columns import KEYS
from energybench.frames.grading import note_on_signs
from energybench.frames.lazy.readings import FOLDED
from energybench.frames.lazy.source import run
from energybench.frames.parts import NoEnergyLines
from energybench.frames.pipeline import check_counts
from energybench.frames.problems import COLUMNS, COUNTED, add_counts, count_problems, note_on_keys
from energybench.units.result import Card

if TYPE_CHECKING:
    from energybench.frames.lazy.chain import Refusals
    from energybench.frames.lazy.meters import LazyMeters
    from energybench.frames.lazy.outputs import LazyOutputs

    Frame = nw.LazyFrame[Any]

_APART = "\x1f"
_LISTED = tuple(name for name in COLUMNS if name != "row")
#: What of an output row is looked at when it is collected, and not shown.
_UNSEEN = (*FOLDED, "_positive")
#: How an engine is written, where narwhals writes it otherwise.
_ENGINES = {"duckdb": "DuckDB", "pyspark": "Spark", "pyspark[connect]": "Spark"}
#: What an eager answer works out of more than its results, so that a collected one refuses it too.
_OF_TABLES = ("decide", "sensitivity")


@dataclass
class LazyAssessment(Card):
    """The answer for lazy tables, in the engine that they are of.

    Nothing but the small selections that name every distinct carrier, unit and product has been computed;
    ``results``, ``energy`` and ``problems`` are queries. ``counts``, ``problem_counts`` and ``str()`` run queries
    when they are first asked for; ``repr()`` and a cell of a notebook run none.
    """

    meters: LazyMeters = field(repr=False)
    outputs: LazyOutputs = field(repr=False)
    fixed_notes: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    package_version: str = __version__
    data_version: str = ""

    @property
    def results(self) -> Any:
        """A row per output row, as those of an eager table, in the kind of frame that the meters are of."""
        return self.outputs.results(self.meters.totals()).to_native()

    @property
    def energy(self) -> Any:
        """A line per meter row, with coefficient, source and tce; null where the row was not used."""
        return self.meters.energy(self.outputs.known()).to_native()

    @property
    def problems(self) -> Any:
        """A row per row that could not be used: table, plant, period, product, column, reason and value."""
        return self._problems().drop("_problem").to_native()

    def _problems(self, *tables: str) -> Frame:
        """Return the problems of the tables named, of both where none is."""
        listed = []
        if not tables or "meters" in tables:
            listed.append(self.meters.problems(self.outputs.known()))
        if not tables or "outputs" in tables:
            listed.append(self.outputs.problems(self.meters.totals()))
        return nw.concat(listed, how="vertical")

    @cached_property
    def problem_counts(self) -> pandas.DataFrame:
        """How many rows have the same problem, most first, with its message and an example; computed when asked."""
        example = nw.concat_str([nw.coalesce(nw.col(name), nw.lit("")) for name in KEYS], separator=_APART)
        rows = self._problems().with_columns(example.alias("_example"))
        counted = rows.group_by("table", "_problem", "value").agg(
            nw.len().alias("rows"), nw.col("_example").min().alias("example")
        )
        refusals: dict[str, Refusals] = {"meters": self.meters.refusals, "outputs": self.outputs.refusals}
        lines = []
        for table, problem, value, count, key in zip(*_columns(counted), strict=True):
            of_table = refusals[table]
            lines.append((table, *of_table.told(problem, value), count, " / ".join(key.split(_APART))))
        return add_counts([pandas.DataFrame(sorted(lines), columns=list(COUNTED))])

    @cached_property
    def _summary(self) -> dict[str, tuple[int, int]]:
        """Meter rows and how many of them are used; per class the output rows, and how many are not above zero."""
        col, none = nw.col, nw.lit(0)
        totals = self.meters.totals()
        used = nw.when(~col("_known").is_null()).then(col("_usable")).otherwise(none)
        known = totals.join(self.outputs.known(), on=list(FOLDED), how="left").with_columns(used.alias("_used"))
        odd = nw.when((col("intensity") <= 0) & (col("_positive") == 1)).then(nw.lit(1)).otherwise(none)
        level = nw.coalesce(col("class"), nw.lit(""))
        graded = self.outputs.graded(totals).select(level.alias("_of"), odd.alias("_odd"))
        parts = [
            known.select(nw.lit("meters").alias("_of"), col("_readings").alias("_rows"), col("_used").alias("_odd")),
            graded.select("_of", nw.lit(1).alias("_rows"), "_odd"),
        ]
        every = nw.concat([part.with_columns(col("_rows", "_odd").cast(nw.Int64)) for part in parts], how="vertical")
        names, rows, special = _columns(every.group_by("_of").agg(col("_rows").sum(), col("_odd").sum()))
        return {name: (int(some), int(few)) for name, some, few in zip(names, rows, special, strict=True)}

    @cached_property
    def counts(self) -> dict[str, int]:
        """Meter rows given, used and in problems; output rows given and classified; computed when asked.

        Rows given are rows used and rows in problems, and that is checked here.
        """
        problems = self.problem_counts.groupby("table")["rows"].sum()
        counts = {
            "meters": self._summary["meters"][0],
            "used": self._summary["meters"][1],
            "problems": int(problems.get("meters", 0)),
            "outputs": sum(rows for name, (rows, _) in self._summary.items() if name != "meters"),
            "classified": sum(self.by_class.values()),
        }
        check_counts(counts, int(problems.get("outputs", 0)))
        return counts

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """Headers that were not used, unverified figures that were, and intensities that are not above zero."""
        odd = sum(odd for name, (_, odd) in self._summary.items() if name != "meters")
        return (*self.fixed_notes, *_note_on_meters(self.problem_counts), *note_on_signs(odd))

    def collect(self, most: int | None = None) -> Assessment:
        """Compute everything and return it on pandas, in the order of plant, period and product."""
        rows = collected(self.outputs.results(self.meters.totals(), *_UNSEEN)).sort_values(list(KEYS), kind="stable")
        results = rows.drop(columns=list(_UNSEEN)).reset_index(drop=True)
        # Several output rows of one key have the same readings.
        readings = rows.drop_duplicates(list(FOLDED))
        counts = {
            "meters": int(_columns(self.meters.source.frame.select(nw.len()))[0][0]),
            "used": int((readings["readings"] - readings["unusable_readings"]).sum()),
            "problems": 0,
            "outputs": len(rows),
            "classified": int(rows["class"].notna().sum()),
        }
        unused = {"meters": counts["meters"] - counts["used"], "outputs": counts["outputs"] - counts["classified"]}
        problems = self._collected_problems(unused, most)
        found = problems.by_kind.groupby("table")["rows"].sum()
        counts["problems"] = int(found.get("meters", 0))
        check_counts(counts, int(found.get("outputs", 0)))
        lines = CollectedLines(collected(self.meters.energy(self.outputs.known()))) if most is None else NoEnergyLines()
        signs = note_on_signs(int(((rows["intensity"] <= 0) & (rows["_positive"] == 1)).sum()))
        notes = (*self.fixed_notes, *_note_on_meters(problems.by_kind), *signs)
        listed = len(problems.listed)
        note = f"problems has {listed} rows, {len(problems) - listed} more have problems; problem_counts has all"
        return Assessment(
            results,
            (problems,),
            counts,
            lines,
            notes=(*notes, note) if len(problems) > listed else notes,
            options=self.options,
            package_version=self.package_version,
            data_version=self.data_version,
        )

    def _collected_problems(self, unused: dict[str, int], most: int | None) -> CollectedProblems:
        """Return the problems with their messages, in order, and counted; a table without any is not looked at."""
        tables = [table for table, rows in unused.items() if rows]
        if not tables:
            return CollectedProblems(pandas.DataFrame(columns=list(_LISTED)), pandas.DataFrame(columns=list(COUNTED)))
        listed = self._problems(*tables) if most is None else self._problems(*tables).head(most)
        refusals = {"meters": self.meters.refusals, "outputs": self.outputs.refusals}
        lines = []
        for table, plant, period, product, _, _, value, problem in zip(*_columns(listed), strict=True):
            lines.append((table, plant or "", period or "", product or "", *refusals[table].told(problem, value)))
        rows = pandas.DataFrame(sorted(lines), columns=list(_LISTED))
        return CollectedProblems(
            rows, count_problems(rows) if len(rows) == sum(unused.values()) else self.problem_counts
        )

    @property
    def engine(self) -> str:
        """The name of the engine whose queries these are."""
        name = str(self.meters.source.frame.implementation.value)
        return _ENGINES.get(name, name)

    if not TYPE_CHECKING:  # a type checker would take every name for an attribute

        def __getattr__(self, name: str) -> Any:
            """Say of what eager answers alone have how to come by it."""
            if hasattr(type(self), name):
                # A property came upon this error in the engine: have it said again, not covered up.
                return object.__getattribute__(self, name)
            said = f"{type(self).__name__!r} object has no attribute {name!r}"
            if name in _OF_TABLES:
                said += ": collect the meters and the outputs themselves, and give those to assess()"
            elif not name.startswith("_") and name in {*dir(Assessment), *Assessment.__dataclass_fields__}:
                said += f": compute it first, answer.collect().{name}"
            raise AttributeError(said)

    def __getstate__(self) -> object:
        """Refuse to leave the process where a query cannot: polars and ibis put their plans in a pickle."""
        implementation = self.meters.source.frame.implementation
        if implementation.is_polars() or implementation.is_ibis():
            return super().__getstate__()
        raise TableError(
            f"A query of {self.engine} belongs to its connection, and its answer cannot be pickled",
            self.engine,
            "Send what .collect() returns, which is on pandas",
        )

    def __copy__(self) -> LazyAssessment:
        """Return another answer of the same queries, on the same connection."""
        return replace(self)

    def __repr__(self) -> str:
        """Say what there is to ask for, without asking the engine."""
        if self.is_counted():
            known = "; ".join(summary(self.counts, {}, self.problem_counts.head(0), ()).splitlines())
        else:
            known = "nothing has been computed but the list of distinct names"
        return (
            f"<LazyAssessment of {self.engine}: {known}. Queries: .results, .energy, .problems. Computed when asked "
            "for: .counts, .problem_counts, .notes, str(). Everything: .collect()>"
        )

    def is_counted(self) -> bool:
        """Say whether the counts are known, so that nothing they are made of needs a query any more."""
        return "counts" in vars(self)

    def __str__(self) -> str:
        return summary(self.counts, self.by_class, self.problem_counts, self.notes)

    @property
    def by_class(self) -> dict[str, int]:
        """Output rows of each class."""
        return {name: rows for name, (rows, _) in self._summary.items() if name and name != "meters"}


@dataclass(frozen=True)
class CollectedProblems:
    """Problems of both tables that an engine has listed and counted."""

    listed: pandas.DataFrame
    by_kind: pandas.DataFrame

    def __len__(self) -> int:
        return int(self.by_kind["rows"].sum())

    def frame(self) -> pandas.DataFrame:
        """Return the problems, a row each."""
        return self.listed

    def counted(self) -> pandas.DataFrame:
        """Return how many rows have the same problem."""
        return self.by_kind


@dataclass(frozen=True)
class CollectedLines:
    """Lines of energy that an engine has worked out."""

    lines: pandas.DataFrame

    def frame(self) -> pandas.DataFrame:
        """Return a line per meter row."""
        return self.lines


def _columns(frame: Frame) -> list[list[Any]]:
    """Compute a lazy frame and return its columns as lists."""
    return list(run(frame).to_dict(as_series=False).values())


def _note_on_meters(counted: pandas.DataFrame) -> tuple[str, ...]:
    """Say how many meter rows belong to nobody, if any."""
    of_meters = counted[counted["table"] == "meters"]
    return note_on_keys(of_meters, of_meters["rows"])


def collected(frame: Frame) -> pandas.DataFrame:
    """Compute a lazy frame and return it as pandas."""
    return pandas.DataFrame(run(frame).to_dict(as_series=False))
