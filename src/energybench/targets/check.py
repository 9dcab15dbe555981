"""Policy targets over a portfolio: one verdict for each row of a document, or exactly what is missing for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

from energybench import __version__
from energybench.errors import (
    AmountError,
    EnergybenchError,
    MissingFigureError,
    OptionError,
    UnknownNameError,
    did_you_mean,
    quoted,
)
from energybench.frames.columns import OUTPUTS
from energybench.frames.groups import period_key
from energybench.tables.names import normalise_name
from energybench.tables.rows import as_of
from energybench.tables.store import citation, data_version, find_document, records
from energybench.targets import columns
from energybench.targets.columns import MeasureRow, Requirement, measure_of, nothing_left, requirement, with_unit
from energybench.targets.measures import MEASURES, CapacityShare, Computed, Question, check_standard, require_columns
from energybench.units.result import Receipted, Record, report_room

if TYPE_CHECKING:
    import pandas

    from energybench.frames import Assessment
    from energybench.tables.rows import TargetRow

    Figures = Mapping[str, Any]
    Results: TypeAlias = pandas.DataFrame | Assessment | Figures

_SIGNS = {"<=": "≤ ", ">=": "≥ ", "=": ""}
_WORDS = {True: "met", False: "not met", None: "cannot tell"}

#: Columns that results have anyway.
_GENERAL = {
    *OUTPUTS,
    *("row", "item", "tce", "electricity_kwh", "intensity", "unit", "class", "saving_unit", "depends_on_reading"),
    *("document", "verification", "readings", "unusable_readings", "reason", "enterprise", "industry", "equipment"),
    *("output_value_unit", "level", "region", "notes"),
}
_GENERAL_PATTERN = re.compile(r"(margin|saving)_\w+|benchmark|baseline|level_\d|within_limit|.*correction.*")


#: The denominator of a figure that was given and not computed.
AS_GIVEN = "as given"

# The answer -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetVerdict(Record):
    """One target of a document against what was given.

    Attributes
    ----------
    comparison, value, unit : str
        As recorded and printed; ``required`` says them in full, with tolerance and reading.
    threshold : float or None
        The value as a number, the lower end of a range.
    actual : float or None
        In ``actual_unit``; None where it is not known, or lies between two bounds (``between``).
    met : bool or None
        None where it cannot be told; ``reason`` then says exactly what is missing.
    measure : str
        What was counted: ``share_of_capacity``, ``share_of_enterprises``, ``every`` …
    denominator : str
        What the figure is a share of or is counted over, spelled out.
    figure, columns : str, tuple of str
        The name under which the figure can be given, and the columns that it is computed from.
    parts : tuple of CapacityShare
        Shares product by product, where different products are not added.
    names, open_names : tuple of str
        Plants that count (for a limit on every row: that fail), and plants of which it is not known.
    depends_on_reading : bool
        Whether a row is open by the text alone: exactly at the number of 以下 without 及, or a furnace between two
        stated capacities.
    tolerance : float or None
        What 左右 was taken to allow, as a share of the value; None for other comparisons.
    """

    target: str
    document: str
    clause: str
    kind: str
    subject_zh: str
    subject_en: str
    indicator_zh: str
    indicator_en: str
    comparison: str
    value: str
    unit: str
    threshold: float | None
    required: str
    actual: float | None = None
    actual_unit: str = ""
    between: tuple[float, float] | None = None
    met: bool | None = None
    reason: str = ""
    note: str = ""
    measure: str
    figure: str
    columns: tuple[str, ...]
    denominator: str = ""
    parts: tuple[CapacityShare, ...] = ()
    names: tuple[str, ...] = ()
    open_names: tuple[str, ...] = ()
    depends_on_reading: bool = False
    tolerance: float | None = None
    period: str = ""
    standard: str = ""
    deadline: str
    scope: str
    verification: str
    evidence: str
    quote: str

    @property
    def number(self) -> str:
        """The number of the target in its document."""
        return self.target.partition("/")[2].partition("-")[0]

    @property
    def capacity(self) -> str:
        """The furnace capacity that the target is of, as printed; empty where it is of every one."""
        stated = re.search(r"furnace capacity (<=|>=|=) (\d+(?:\.\d+)? t)", self.scope)
        return f"{_SIGNS[stated[1]]}{stated[2]}" if stated else ""

    @property
    def is_fact(self) -> bool:
        """Whether the row states a fact as context, and asks for nothing."""
        return self.comparison == "fact"

    @property
    def answer(self) -> str:
        """The verdict in words: met, not met, cannot tell, context."""
        return "context" if self.is_fact else _WORDS[self.met]

    @property
    def found(self) -> str:
        """The figure as text, with its unit; empty where there is none."""
        if self.between is not None:
            return with_unit(f"{self.between[0]:.6g} to {self.between[1]:.6g}", self.actual_unit)
        return "" if self.actual is None else columns.amount_of(self.actual, self.actual_unit)

    def __str__(self) -> str:
        asked = f": {self.required}" if self.required else ""
        found = f"; found {self.found} ({self.denominator})" if self.found else ""
        failing = self.met is False and self.measure in ("every", "none_within")
        fails = f": {', '.join(self.names)}" if failing else ""
        due = f"; due {self.deadline}" if self.deadline else ""
        note = f"note: {self.note}" if self.note else ""
        reading = "depends on how the text is read" if self.depends_on_reading else ""
        below = [] if self.is_fact else [f"\n    {line}" for line in (self.reason, note, reading) if line]
        source = f"[{self.document} {self.clause}, {self.verification}{due}]"
        capacity = f" ({self.capacity})" if self.capacity else ""
        return "".join(
            [f"{self.answer}: {self.subject_en}{capacity}, {self.indicator_en}{asked}{found}{fails}  {source}", *below]
        )


@dataclass(frozen=True, slots=True)
class TargetCheck(Receipted):
    """The targets of one document, each with its verdict.

    Attributes
    ----------
    verdicts : tuple of TargetVerdict
        In the order of the table, facts included.
    period : str
        As asked for.
    tolerance : float
        What 左右 was taken to allow, as a share of the value.
    standards : tuple of tuple
        Which document was read in place of which, as asked for.
    notes : tuple of str
        What a reader should know of the whole.
    question : dict or None
        The arguments of :func:`check_targets`, for :meth:`receipt`.
    """

    document: str
    citation: str
    verdicts: tuple[TargetVerdict, ...]
    period: str
    tolerance: float
    standards: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    package_version: str = __version__
    data_version: str = ""
    question: dict[str, Any] | None = field(default=None, repr=False, compare=False)

    def __getitem__(self, target: str) -> TargetVerdict:
        """Return a verdict by target id, or by its number in the document."""
        keys = {key: verdict for verdict in self.verdicts for key in (verdict.target, verdict.number)}
        if target not in keys:
            said = f"{quoted(target)} is no target of {self.document}"
            fix = did_you_mean(str(target), keys, "Give a target id or its number, such as 04")
            raise UnknownNameError(said, quoted(target), fix)
        return keys[target]

    def __iter__(self) -> Iterator[TargetVerdict]:
        return iter(self.verdicts)

    def __len__(self) -> int:
        return len(self.verdicts)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows are met, not met, cannot be told, or are context."""
        answers = [verdict.answer for verdict in self.verdicts]
        return {answer: answers.count(answer) for answer in (*_WORDS.values(), "context")}

    def frame(self) -> pandas.DataFrame:
        """Return a row per target; lists of names and columns are joined."""
        import pandas

        rows = [{"answer": v.answer, **{f.name: _cell(getattr(v, f.name)) for f in fields(v)}} for v in self.verdicts]
        return pandas.DataFrame(rows).astype({"met": "boolean", "actual": "float64", "threshold": "float64"})

    def to_dict(self) -> dict[str, Any]:
        """Return the check as plain data, ready for JSON."""
        plain = asdict(replace(self, question=None))
        del plain["question"]
        return {**plain, "counts": self.counts}

    def __str__(self) -> str:
        counts = ", ".join(f"{number} {answer}" for answer, number in self.counts.items())
        lines = [f"{self.citation} ({self.document}): {counts}"]
        lines += [f"{verdict.number} {verdict}" for verdict in self.verdicts]
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])

    def _in_chinese(self) -> str:
        said: str = report_room("content").targets_in_chinese(self)
        return said


def _cell(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else value


# The check ------------------------------------------------------------------------------------------------


def check_targets(
    results: Results,
    *,
    document: str,
    period: str | int | None = None,
    figures: Figures | None = None,
    tolerance: float = 0.05,
    standards: Mapping[str, str] | None = None,
    allow_unverified: bool = False,
) -> TargetCheck:
    """Check the targets of one policy document over a portfolio.

    Parameters
    ----------
    results : DataFrame, Assessment or mapping
        Results of :func:`energybench.assess`, or any table with the columns that the targets name (``docs/policies.md``
        lists them), or figures by name.
    document : str
        Id or number of the document.
    period : str or int, optional
        The rows to compare. By default all rows where there is one period, else those of the target's deadline.
    figures : mapping, optional
        Figures beside a table, by their name or by target id, each with its unit: ``{"green_factories": 22}``,
        ``{"equipment_investment_cumulative": "210 亿元"}``. A figure goes before columns.
    tolerance : float
        What 左右 allows, as a share of the value. No document states one; the verdicts show it.
    standards : mapping, optional
        A document that you read in place of one that a target means: ``{"gb-25327-2017": "gb-21346-2022"}``.
        Nothing is put in its place otherwise.
    allow_unverified : bool
        Work out classes from unverified rows of the limit tables, with a warning.

    Returns
    -------
    TargetCheck
        A verdict for each row of the document: met, not met, or what is missing.

    Raises
    ------
    UnknownNameError
        If the document has no targets, or a figure's name is of none of them.
    AmountError, DimensionError
        If a figure has no unit, or one of another kind or denominator, or is a share of more than 100 %.
    OptionError
        If the tolerance is no share, the period has no rows, or rows are of another region than the document.
    TableError
        If the results are no table, or have several rows of one product of a plant in one period.

    Notes
    -----
    A share of capacity, of enterprises and of output value are three measures and never stand in for one another.
    超 is ``>``, 以上 ``>=``, 左右 ``~``, 以下 as recorded. What the table records as a fact is context. Rows:
    ``data/targets.csv``, with the quote; measures: ``energybench/targets/measures.csv``. A target that asks what
    a plant makes stays open while the product of any row is empty or in no table; the reason names the rows.

    Examples
    --------
    >>> check = check_targets({"share_of_capacity_at_benchmark": "30 % of capacity"}, document="panzhihua-2024")
    >>> check["04"].met  # 超30% is strict
    False
    >>> print(check["03"].reason)
    The figure share_of_capacity_below_baseline is missing, and there are no results to compute it from. Pass
    figures={"share_of_capacity_below_baseline": "... % of capacity"}
    """
    question = dict(locals())
    tolerance = columns.check_tolerance(tolerance)
    rows = columns.target_rows(document)
    own = {find_document(meant).id: find_document(read).id for meant, read in (standards or {}).items()}
    wanted = "" if period is None else period_key(period)
    table = None
    if isinstance(results, Mapping):
        figures = {**results, **(figures or {})}
    else:
        table = columns.table_of(results)
        _check_region(table, rows[0].document)
        if wanted:
            columns.of_period(table, wanted)
    given = _Given(read_figures(figures or {}, rows), table, wanted, tolerance, own, allow_unverified)
    return TargetCheck(
        document=rows[0].document,
        citation=citation(rows[0].document),
        verdicts=tuple(_verdict(row, measure_of(row), given) for row in rows),
        period=wanted,
        tolerance=tolerance,
        standards=tuple(own.items()),
        notes=_remarks(rows[0].document, [measure_of(row) for row in rows], table),
        data_version=data_version(),
        question=question,
    )


def _check_region(table: pandas.DataFrame, document: str) -> None:
    places = find_document(document).region.split(";")
    if "region" not in table.columns or not places[0]:
        return
    known = tuple(map(normalise_name, filter(None, (*places, *_places_inside(places[0])))))
    # An address begins with the wider place: 山西省太原市.
    elsewhere = columns.coded(table["region"]).map(lambda text: not normalise_name(text).startswith(known), False, bool)
    if elsewhere.any():
        found = ", ".join(columns.coded(table.loc[elsewhere, "region"]).distinct)
        said = f"{citation(document)} is of {places[0]}, and the region of {columns.named(table, elsewhere)} is {found}"
        fix = f"Leave out the rows of other places; where a place lies in {places[0]}, write {places[0]} as its region"
        raise OptionError(said, found, fix)


def _places_inside(place: str) -> list[str]:
    local = [row for row in records("documents") if row.region]
    above = [row.evidence for row in local if row.region.split(";")[0] == place]
    return [
        name
        for row in local
        if row.number and any(f"named by {row.number}" in evidence for evidence in above)
        for name in row.region.split(";")
    ]


def read_figures(given: Figures, rows: tuple[TargetRow, ...]) -> dict[str, float]:
    known: dict[str, list[TargetRow]] = {}
    for row in rows:
        if row.comparison not in ("fact", "conforms_to"):
            for name in {row.id, measure_of(row).figure}:
                known.setdefault(name, []).append(row)
    found: dict[str, float] = {}
    # A figure named by target id goes before one named by what it measures.
    for name, value in sorted(given.items(), key=lambda pair: "/" in str(pair[0])):
        if name not in known:
            said = f"{quoted(name)} is no figure that a target of {rows[0].document} is compared with"
            fix = did_you_mean(str(name), known, f"The figures are {', '.join(n for n in known if '/' not in n)}")
            raise UnknownNameError(said, quoted(name), fix)
        for row in known[name]:
            spec = measure_of(row)
            figure = columns.read_figure(value, _figure_unit(row, spec), str(name))
            if figure < 0 and spec.measure != "growth":
                raise AmountError(f"{name} is {quoted(value)}, below zero", quoted(value), "Check the number")
            if figure > 100 and (spec.is_share or row.unit.startswith("% of ")):
                said = f"{name} is {quoted(value)}, expected a share of at most 100 %"
                raise AmountError(said, quoted(value), "Check the number")
            found[row.id] = figure
    return found


def _figure_unit(row: TargetRow, spec: MeasureRow) -> str:
    if spec.measure == "none_within":
        return ""
    return row.unit if spec.unit == "%" else spec.unit


# One target -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Given:
    figures: Mapping[str, float]
    table: pandas.DataFrame | None
    period: str
    tolerance: float
    standards: Mapping[str, str]
    allow_unverified: bool


def _verdict(row: TargetRow, spec: MeasureRow, given: _Given) -> TargetVerdict:
    found: dict[str, Any] = {"threshold": None, "required": with_unit(row.value, row.unit)}
    if row.comparison == "fact":
        found["reason"] = "fact: context, not a target"
    elif row.comparison == "conforms_to":
        found["reason"] = f"The text refers to another document: it takes {spec.note}"
    else:
        need = nothing_left(row) if spec.measure == "none_within" else requirement(row, spec.sense, given.tolerance)
        tolerance = given.tolerance if row.comparison == "~" else None
        found = {"threshold": need.value, "required": need.text, "tolerance": tolerance}
        try:
            found |= _answer(row, spec, need, given)
        except EnergybenchError as error:
            found |= {"reason": str(error), "period": given.period, "note": spec.note}
    cells = {name: cell for name, cell in row._asdict().items() if name in TargetVerdict.__dataclass_fields__}
    return TargetVerdict(
        target=row.id, measure=spec.measure, figure=spec.figure, columns=spec.columns, **cells, **found
    )


def _answer(row: TargetRow, spec: MeasureRow, need: Requirement, given: _Given) -> dict[str, Any]:
    standard, period = "", given.period
    if row.id in given.figures:
        figure, favoured = given.figures[row.id], spec.measure == "direction"
        found = Computed(figure, figure, AS_GIVEN, why=spec.note if favoured else "", decided=favoured)
    else:
        table, unit = given.table, _figure_unit(row, spec)
        if table is None or spec.measure == "figure":
            why = "and there are no results to compute it from" if table is None else "no column gives it"
            value = f'"... {unit}"' if unit else "..."
            said = f"The figure {spec.figure} is missing, {why}"
            raise MissingFigureError(said, spec.figure, f'Pass figures={{"{spec.figure}": {value}}}')
        standard = given.standards.get(spec.standard, spec.standard)
        if standard:
            check_standard(standard)
        require_columns(table.columns, spec, standard, unit)
        period = period or _period_of(table, row)
        rows = columns.of_period(table, period) if period else table
        found = MEASURES[spec.measure](Question(row, spec, need, table, rows, standard, given.allow_unverified))
    low, high = found.low, found.high
    met = found.met if found.decided else need.met_by(low, high, found.open_ends)
    notes = [note for note in (spec.note, found.note) if note and note != found.why]
    notes += _on_time(row, period)
    if standard not in ("", spec.standard):
        notes.append(f"levels read from {citation(standard)} in place of {citation(spec.standard)}, as you asked")
    kept = ("denominator", "parts", "names", "open_names", "depends_on_reading")
    return {
        **{name: getattr(found, name) for name in kept},
        "met": met,
        "actual": low if low == high else None,
        "actual_unit": "rows" if spec.measure == "none_within" else row.unit,
        "between": (low, high) if low != high and isfinite(low) and isfinite(high) else None,
        "reason": found.why if met is None else "",
        "note": "; ".join(notes),
        "period": period,
        "standard": standard,
    }


def _on_time(row: TargetRow, period: str) -> list[str]:
    if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", period):
        return []
    notes, due, document = [], deadline_year(row.deadline), find_document(row.document)
    if due is None and "-" in period:
        notes.append(f"figures of {period}, a part of a year")
    elif due is not None and period != str(due):
        notes.append(f"figures of {period}; due {row.deadline}")
    # As texts, all days of a month come before its 31st.
    end = {4: f"{period}-12-31", 7: f"{period}-31"}.get(len(period), period)
    if not document.effective_from <= end < (document.effective_to or "9999"):
        notes.append(f"{citation(document.id)} was not in force at the end of {period}")
    return notes


def deadline_year(deadline: str) -> int | None:
    years = re.findall(r"\d{4}", deadline)
    return None if not years else int(years[0]) - deadline.startswith("before")


def _period_of(table: pandas.DataFrame, row: TargetRow) -> str:
    periods = columns.coded(table["period"]).distinct if "period" in table.columns else []
    if len(periods) <= 1:
        return "".join(periods)
    due = deadline_year(row.deadline)
    if due is None or str(due) not in periods:
        meant = f"is due {row.deadline}" if due is not None else "names no year"
        said = f"The rows are of {', '.join(periods)} and the target {meant}"
        raise MissingFigureError(said, row.deadline, "Pass period= with one of them")
    return str(due)


def _remarks(document: str, specs: list[MeasureRow], table: pandas.DataFrame | None) -> tuple[str, ...]:
    row = find_document(document)
    notes = []
    if "" < row.effective_to <= as_of():
        notes.append(f"{citation(document)} was in force from {row.effective_from} until {row.effective_to}")
    asked = [name for spec in specs for name in spec.columns]
    used = {*asked, *map(columns.unit_column, asked), *_GENERAL}
    headers = [] if table is None else map(str, table.columns)
    unused = [name for name in headers if name not in used and not _GENERAL_PATTERN.fullmatch(name)]
    if unused:
        notes.append(f"columns that no target of the document uses: {', '.join(unused)}")
    return tuple(notes)
