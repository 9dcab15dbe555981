"""Policy targets over a portfolio: one verdict for each row of a document, or exactly what is missing for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

from energybench.errors import EnergybenchError, MissingFigureError, OptionError, quoted
from energybench.frames.groups import period_key
from energybench.tables.store import citation, data_version, find_document
from energybench.targets.cells import SENT_OUT, SIGNED, texts_of
from energybench.targets.inputs import figure_unit, read_figures, table_of
from energybench.targets.measures import MEASURES, Measured, Question
from energybench.targets.needs import require_columns
from energybench.targets.portfolio import Portfolio
from energybench.targets.remarks import remarks
from energybench.targets.requirement import Requirement, check_tolerance, nothing_left, requirement
from energybench.targets.rows import measure_of, target_rows
from energybench.targets.verdicts import FACT, TargetCheck, TargetVerdict

if TYPE_CHECKING:
    import pandas

    from energybench.frames import Assessment
    from energybench.tables.rows import TargetRow
    from energybench.targets.rows import MeasureRow

    Figures = Mapping[str, Any]
    Results: TypeAlias = pandas.DataFrame | Assessment | Figures

#: Denominator of a figure that the user gave.
AS_GIVEN = "as given"


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
        If a figure has no unit, or one of another kind or denominator.
    OptionError
        If the tolerance is no share, or the period has no rows.
    TableError
        If the results are no table, or hold one plant under two documents at once.

    Notes
    -----
    A share of capacity, of enterprises and of output value are three measures and never stand in for one another.
    超 is ``>``, 以上 ``>=``, 左右 ``~``, 以下 as recorded. What the table records as a fact is context. Rows:
    ``data/targets.csv``, with the quote; measures: ``energybench/targets/measures.csv``.

    Examples
    --------
    >>> check = check_targets({"share_of_capacity_at_benchmark": "30 % of capacity"}, document="panzhihua-2024")
    >>> check["04"].met  # 超30% is strict
    False
    >>> print(check["03"].reason)
    The figure share_of_capacity_below_baseline is missing, and there are no results to compute it from. Pass
    figures={"share_of_capacity_below_baseline": "... % of capacity"}
    """
    check_tolerance(tolerance)
    rows = target_rows(document)
    given = dict(figures or {})
    table = None
    if isinstance(results, Mapping):
        given = {**results, **given}
    else:
        table = table_of(results)
    own = {find_document(meant).id: find_document(read).id for meant, read in (standards or {}).items()}
    wanted = None if period is None else period_key(period)
    base = None if table is None else _portfolio(table, wanted, own, allow_unverified)
    asked = _Given(read_figures(given, rows), base, wanted, tolerance)
    return TargetCheck(
        document=rows[0].document,
        citation=citation(rows[0].document),
        verdicts=tuple(_verdict(row, measure_of(row), asked) for row in rows),
        period=wanted or "",
        tolerance=tolerance,
        standards=tuple(own.items()),
        notes=() if base is None else remarks(rows, base),
        data_version=data_version(),
    )


@dataclass(frozen=True)
class _Given:
    """What every target of a check is compared with: figures by target id, and the results if there are any."""

    figures: Mapping[str, float]
    base: Portfolio | None
    period: str | None
    tolerance: float


def _portfolio(
    table: pandas.DataFrame, period: str | None, standards: Mapping[str, str], allow_unverified: bool
) -> Portfolio:
    whole = Portfolio(table, table, standards, allow_unverified)
    if period is None or "period" not in table.columns:
        return whole
    try:
        return replace(whole, table=whole.at(period))
    except MissingFigureError as error:
        raise OptionError(f"period is {quoted(period)}. {error.message}", quoted(period), "Pass one of them") from error


# One target -----------------------------------------------------------------------------------------------


def _verdict(row: TargetRow, spec: MeasureRow, given: _Given) -> TargetVerdict:
    """Compare one target with its figure, or say what is missing."""
    if row.comparison == "fact":
        return TargetVerdict.of(row, spec, reason=FACT)
    if row.comparison == "conforms_to":
        return TargetVerdict.of(row, spec, reason=f"The text refers to another document: it takes {spec.note}")
    need = nothing_left(row) if spec.measure == "none_within" else requirement(row, spec.sense, given.tolerance)
    tolerance = given.tolerance if row.comparison == "~" else None
    try:
        measured, period = _measured(row, spec, need, given)
    except EnergybenchError as error:
        period = given.period or ""
        return TargetVerdict.of(
            row, spec, required=need, reason=str(error), period=period, note=spec.note, tolerance=tolerance
        )
    undecided = measured.decided or spec.measure == "direction"
    met = measured.met if undecided else need.met_by(measured.low, measured.high, measured.open_ends)
    exact = measured.low == measured.high
    bounded = isfinite(measured.low) and isfinite(measured.high)
    return TargetVerdict.of(
        row,
        spec,
        required=need,
        met=met,
        actual=measured.low if exact else None,
        actual_unit=measured.unit or row.unit,
        between=(measured.low, measured.high) if not exact and bounded else None,
        reason=measured.why if met is None else "",
        note="; ".join(_notes(row, spec, measured, period, given)),
        denominator=measured.denominator,
        parts=measured.parts,
        names=measured.names,
        open_names=measured.open_names,
        depends_on_reading=measured.depends_on_reading,
        tolerance=tolerance,
        period=period,
        standard=_standard(spec, measured, given),
    )


def _measured(row: TargetRow, spec: MeasureRow, need: Requirement, given: _Given) -> tuple[Measured, str]:
    """Return the figure of a target and its period; a figure that was given goes before columns."""
    if row.id in given.figures:
        figure = given.figures[row.id]
        unit = "rows" if spec.measure == "none_within" else ""
        why = spec.note if spec.measure == "direction" else ""
        note = f"{spec.figure} is not above zero: {SENT_OUT}" if figure <= 0 and spec.column == SIGNED else ""
        return Measured(figure, figure, AS_GIVEN, unit, why=why, note=note), given.period or ""
    unit = figure_unit(row, spec)
    if given.base is None or spec.measure == "figure":
        why = "and there are no results to compute it from" if given.base is None else "no column gives it"
        value = f'"... {unit}"' if unit else "..."
        raise MissingFigureError(
            f"The figure {spec.figure} is missing, {why}", spec.figure, f'Pass figures={{"{spec.figure}": {value}}}'
        )
    given.base.check_standard(spec)
    require_columns(given.base.whole.columns, spec, given.base.standard(spec), unit)
    portfolio, period = _of_period(given.base, row, given.period)
    return MEASURES[spec.measure](Question(portfolio, spec, row, need)), period


def _standard(spec: MeasureRow, measured: Measured, given: _Given) -> str:
    """Return the document whose levels were read; none where the figure was given."""
    if given.base is None or not spec.standard or measured.denominator == AS_GIVEN:
        return ""
    return given.base.standard(spec)


def _notes(row: TargetRow, spec: MeasureRow, measured: Measured, period: str, given: _Given) -> list[str]:
    """Say how the target was read, beside what the reason says."""
    notes = [note for note in (spec.note, measured.note) if note and note != measured.why]
    due = deadline_year(row.deadline)
    if due is not None and re.fullmatch(r"\d{4}", period) and int(period) < due:
        notes.append(f"figures of {period}; due {row.deadline}")
    standard = _standard(spec, measured, given)
    if standard and standard != spec.standard:
        notes.append(f"levels read from {citation(standard)} in place of {citation(spec.standard)}, as you asked")
    return notes


def deadline_year(deadline: str) -> int | None:
    """Return the year at whose end a target is due; None where the text names none.

    Examples
    --------
    >>> deadline_year("end of 2025 (end of the 14th Five-Year Plan)"), deadline_year("before 2020")
    (2025, 2019)
    """
    years = re.findall(r"\d{4}", deadline)
    return None if not years else int(years[0]) - deadline.startswith("before")


def _of_period(base: Portfolio, row: TargetRow, wanted: str | None) -> tuple[Portfolio, str]:
    """Return the rows that a target is compared with, and their period."""
    if wanted is not None or "period" not in base.whole.columns:
        return base, wanted or ""
    periods = texts_of(base.whole["period"]).distinct
    if len(periods) <= 1:
        return base, "".join(periods)
    due = deadline_year(row.deadline)
    if due is None or str(due) not in periods:
        meant = f"is due {row.deadline}" if due is not None else "names no year"
        raise MissingFigureError(
            f"The rows are of {', '.join(periods)} and the target {meant}",
            row.deadline,
            "Pass period= with one of them",
        )
    return replace(base, table=base.at(str(due))), str(due)
