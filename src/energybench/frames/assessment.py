"""What an assessment returns: results, energy lines (kept, or written to a file), problems."""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self

import numpy
import pandas

from energybench import __version__
from energybench.errors import TableError, quoted, requiring, text_of
from energybench.frames.native import described, to_kind
from energybench.frames.problems import add_counts
from energybench.frames.uncertain import FIGURE_COLUMNS
from energybench.limits.ladders import Level
from energybench.units.result import Card, Receipted, report_room

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from energybench.frames.grading import Grading
    from energybench.frames.meters import Meters
    from energybench.frames.problems import ProblemRows, Tally


class EnergyFile:
    """A Parquet file of energy lines, which takes its name when all is written, and only then."""

    def __init__(self, path: str | Path, read: tuple[Any, ...]) -> None:
        self.path = Path(path)
        shown = quoted(str(path))
        if self.path.suffix.lower() != ".parquet":
            raise TableError(f"energy_to is {shown}, expected a .parquet file", shown, "Name it .parquet")
        target = self.path.resolve()
        sources = [Path(one).resolve() for one in read if isinstance(one, str | Path)]
        if any(source == target or source in target.parents for source in sources):
            raise TableError(f"{shown} is read here, and would be written over", shown, "Write to another place")
        if not target.parent.is_dir():
            folder = quoted(str(self.path.parent))
            raise TableError(f"{folder} is not a folder that exists", folder, "Make the folder first")
        with requiring("pyarrow", "arrow", "Writing energy_to"):
            import pyarrow  # type: ignore[import-untyped]  # noqa: F401 - asked for before anything is read
        self._part = target.with_name(f".{os.getpid()}-{target.name}")
        self._writer: Any = None

    def __enter__(self) -> Self:
        return self

    def write(self, lines: pandas.DataFrame, file: str) -> None:
        """Write the lines of a batch; the first one says what type each column has."""
        import pyarrow
        from pyarrow import parquet

        table = to_kind(lines.assign(file=file) if file else lines, "pyarrow")
        if self._writer is None:
            kinds = [
                one.with_type(pyarrow.string()) if pyarrow.types.is_dictionary(one.type) else one
                for one in table.schema
            ]
            self._writer = parquet.ParquetWriter(self._part, pyarrow.schema(kinds, table.schema.metadata))
        self._writer.write_table(table.cast(self._writer.schema))

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()
            if kind is None:
                self._part.replace(self.path)
            else:
                self._part.unlink(missing_ok=True)


@dataclass(frozen=True)
class EnergyLines:
    """The meter rows as read, and which of them could not be used; :meth:`frame` writes them out."""

    meters: Meters
    bad: NDArray[Any]

    @numpy.errstate(invalid="ignore", over="ignore")
    def frame(self) -> pandas.DataFrame:
        """Return a line per meter row: the row as given, its coefficient and source, and its tce."""
        meters = self.meters
        records: list[Any] = [getattr(factor, "record", None) for factor in meters.factors] + [None]
        position = meters.positions(slice(None))
        lines = meters.table.copy()
        lines.insert(0, "row", lines.index)
        own = ["coefficient", "coefficient_unit", FIGURE_COLUMNS["coefficient"]]
        lines = lines.reset_index(drop=True).drop(columns=own, errors="ignore")
        figure = numpy.array([record.value if record else numpy.nan for record in records])[position]
        lines["coefficient"] = (
            figure if meters.own is None else numpy.where(numpy.isnan(meters.own), 1.0, meters.own) * figure
        )
        if meters.figure_spreads:
            given = numpy.any([one.given for one in meters.figure_spreads], axis=0)
            width = numpy.sum([one.signed for one in meters.figure_spreads], axis=0)
            lines[FIGURE_COLUMNS["coefficient"]] = numpy.where(given, width * figure, numpy.nan)
        for name in ("unit", "basis", "origin", "document", "clause", "verification"):
            codes, distinct = pandas.factorize(numpy.array([getattr(record, name, "") for record in records], object))
            column = "coefficient_unit" if name == "unit" else name
            lines[column] = pandas.Categorical.from_codes(codes[position], pandas.Index(distinct))
        used = ~numpy.isin(numpy.arange(len(lines)), self.bad)
        for name, otherwise, multiplier in (
            ("tce", numpy.nan, meters.multiplier),
            ("electricity_kwh", 0.0, meters.turn),
        ):
            values = meters.weigh(name, otherwise, multiplier)
            # Of the rows that are used only those that need no coefficient have no number.
            lines[name] = numpy.where(used, numpy.nan_to_num(values, nan=0.0) + 0.0, numpy.nan)
        lines["used"] = used
        return described(lines)


class NoEnergyLines:
    def frame(self) -> NoReturn:
        what = "The energy lines of meters that are not in memory as a whole are not kept"
        fix = 'Pass energy_to="lines.parquet" to assess(), which writes them as the rows pass'
        raise TableError(what, "energy", fix)


#: From so many rows with problems on, texts and JSON hold the counted form alone, and at most so many kinds of it.
LONG = 1000
_SHOWN = 10
#: Of so many kinds of problem the text says how to mend them.
_FIXES = 5


@dataclass
class Assessment(Card, Receipted):
    """The answer for a whole table.

    ``results``, ``problems`` and ``energy`` are frames of the kind of the outputs, or of the meters where those are
    a file or a mapping: polars for polars, pyarrow for pyarrow, DuckDB and ibis, else pandas. ``result_frame`` is
    always pandas. An answer is an Arrow stream of its results: ``polars.DataFrame(answer)``,
    ``pyarrow.table(answer)``, ``duckdb.sql("from answer")``. The unit of each column, or the column that says it,
    and the versions are in ``attrs["energybench"]`` of a pandas frame, in the metadata of Arrow and Parquet.

    Attributes
    ----------
    results : DataFrame
        A row per output row, in its order: total in tce, intensity in the indicator's unit, class, thresholds,
        margins, savings per step, document, and the reason where there is no class.
    problems : DataFrame
        A row per row that could not be used: table, row, plant, period, product, column, value, reason, message,
        suggestion. Where an engine has grouped the meters, a line per group: ``rows`` says of how many rows.
    problem_counts : pandas.DataFrame
        The problems counted: how many rows have the same, and the first of them.
    energy : DataFrame
        A line per meter row that is no total, with coefficient, source and tce; kept where the meters were in memory.
    counts : dict
        Meter rows given, used, in problems and left out as totals or parts; output rows given and classified.
    notes : tuple of str
        Headers that were not used, unverified figures that were.
    """

    result_frame: pandas.DataFrame
    problem_rows: tuple[Tally | ProblemRows, ...]
    counts: dict[str, int]
    lines: EnergyLines | NoEnergyLines = field(repr=False)
    grading: Grading = field(repr=False)
    notes: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    package_version: str = __version__
    data_version: str = ""
    kind: str = "pandas"
    #: For the receipt: the ids of the rows used, the files with their stamps, and how they were read.
    rows_used: tuple[str, ...] = field(default=(), repr=False)
    files: dict[str, tuple[str, tuple[Any, ...]] | None] = field(default_factory=dict, repr=False)
    reading: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        described(self.result_frame)

    @cached_property
    def results(self) -> Any:
        """A row per output row, in its order."""
        return to_kind(self.result_frame, self.kind)

    @cached_property
    def problems(self) -> Any:
        """A row per row that could not be used, made when it is first asked for."""
        return to_kind(self.problem_frame, self.kind)

    @cached_property
    def problem_frame(self) -> pandas.DataFrame:
        """The problems in pandas, whatever the kind of the answer."""
        frame = pandas.concat([rows.frame() for rows in self.problem_rows], ignore_index=True)
        return described(frame.assign(rows=frame["rows"].fillna(1).astype("int64")) if "rows" in frame else frame)

    @cached_property
    def problem_counts(self) -> pandas.DataFrame:
        """The problems counted by all but their row, most rows first, with the key of the first such row."""
        return add_counts(rows.counted() for rows in self.problem_rows)

    @property
    def energy(self) -> Any:
        """A line per meter row, with coefficient, source and tce; NaN where the row was not used."""
        return to_kind(self.lines.frame(), self.kind)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return to_kind(self.result_frame, "pyarrow").__arrow_c_stream__(requested_schema)

    def decide(self, rule: str = "simple", risk: float = 0.05) -> Any:
        """Decide on the class of every row by a rule of JCGM 106, as :meth:`energybench.Verdict.decide` does.

        Parameters
        ----------
        rule : {"simple", "guarded-acceptance", "guarded-rejection"}
            Which steps count as met.
        risk : float
            Above 0, at most 0.5.

        Returns
        -------
        DataFrame
            A row per output row: its keys, value and class, then decision, rule, risk, guard_band (in the unit)
            and probability; no decision where there is no class, or no uncertainty for a guarded rule.

        Raises
        ------
        OptionError
            If the rule or the risk does not exist.
        UncertaintyError
            If a guarded rule is asked for and the tables state no uncertainty.
        """
        return to_kind(self.grading.decide(rule, risk), self.kind)

    def sensitivity(self) -> Any:
        """Return how far every row is from its next better and its next worse class.

        Returns
        -------
        DataFrame
            A row per output row: its keys, value and class, then for ``better`` and ``worse`` the class reached and
            the change of the value, of the output alone and of the energy alone that reaches it; empty where
            there is no such class.
        """
        return to_kind(self.grading.sensitivity(), self.kind)

    def __getstate__(self) -> dict[str, Any]:
        made = ("results", "problems", "problem_frame", "problem_counts")
        return {name: value for name, value in self.__dict__.items() if name not in made}

    def to_dict(self) -> dict[str, Any]:
        """Return results, problems and counts as plain data, ready for JSON; what is missing is None.

        Of more than a thousand problems only the counted form is given, and the notes say so.
        """
        rows = sum(map(len, self.problem_rows))
        kinds = self.problem_counts
        notes = list(self.notes)
        if rows > LONG:
            notes.append(f"{rows} rows have problems: problem_counts counts them, problems is left empty")
        if len(kinds) > LONG:
            notes.append(f"problem_counts has the {LONG} most frequent of {len(kinds)} kinds of problem")
        return {
            "results": _plain(self.result_frame),
            "problems": _plain(self.problem_frame) if rows <= LONG else [],
            "problem_counts": _plain(kinds.head(LONG)),
            "counts": dict(self.counts),
            "notes": notes,
            "options": dict(self.options),
            "package_version": self.package_version,
            "data_version": self.data_version,
        }

    def to_json(self) -> str:
        """Return :meth:`to_dict` as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def to_html(self, path: str | Path | None = None, **options: Any) -> str | None:
        """Return the report of :func:`energybench.report.html_report` with its options, or write it to a file.

        Parameters
        ----------
        path : str or Path, optional
            Where to write it.
        **options
            ``targets``, ``title``, ``organisation``, ``date`` and ``lang`` of the report.
        """
        report = report_room()
        if path is not None:
            report.write_report(self, path, **options)
            return None
        return str(report.html_report(self, **options))

    def to_excel(self, path: str | Path, **options: Any) -> None:
        """Write the workbook of :func:`energybench.report.write_workbook`, with its options, to an .xlsx file."""
        report_room().write_workbook(self, path, **options)

    def __str__(self) -> str:
        counts, kinds = self.counts, self.problem_counts
        classes = self.result_frame["class"].value_counts()
        reasons = kinds.groupby("reason", sort=False)["rows"].sum().sort_values(ascending=False, kind="stable")
        fixes = dict(zip(kinds["reason"][::-1], kinds["suggestion"][::-1], strict=True))
        fixes = fixes if len(fixes) <= _FIXES else {}
        lines = [
            f"{counts['meters']} meter rows: {counts['used']} used, {counts['problems']} with problems"
            + (f", {counts['totals']} left out as totals or parts" if counts["totals"] else ""),
            f"{counts['outputs']} output rows: {counts['classified']} classified",
            *(f"  {level} ({level.zh}): {classes[level.value]}" for level in Level if level.value in classes),
            *(["problems by reason:"] if len(reasons) else []),
            *(f"  {reason}: {number}. {fixes.get(reason, '')}".rstrip(". ") for reason, number in reasons.items()),
        ]
        if reasons.sum() > LONG:
            shown = kinds.head(_SHOWN)
            lines.append(f"{len(shown)} most frequent of {len(kinds)} kinds of problem (rows are in .problems):")
            lines += [f"  {one.rows} x {one.table}: {one.message} (first: {one.example})" for one in shown.itertuples()]
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


def _plain(table: pandas.DataFrame) -> list[dict[str, Any]]:
    objects = table.astype(object).where(table.notna(), None)
    return [{str(key): _plain_cell(cell) for key, cell in row.items()} for row in objects.to_dict("records")]


def _plain_cell(cell: Any) -> Any:
    """Return a cell as JSON can hold it; what is no number or text is shown as text."""
    value = cell.item() if isinstance(cell, numpy.generic) else cell
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else text_of(value)
