"""Policy targets over a portfolio: one verdict for each row of a document, or exactly what is missing for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, Any

from energybench.errors import EnergybenchError, MissingFigureError, OptionError, quoted
from energybench.frames.encode import clean_text
from energybench.tables import citation, data_version, find_document
from energybench.targets.cells import texts_of
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
    from energybench.records import TargetRow
    from energybench.targets.rows import MeasureRow

    Figures = Mapping[str, Any]
    Results = pandas.DataFrame | Assessment | Figures


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
    >>> check["03"].reason
    'The figure share_of_capacity_below_baseline is missing, and there are no results to compute it from'
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
    read = read_figures(given, rows)
    wanted = None if period is None else clean_text(period)
    base = _portfolio(table, wanted, own, allow_unverified)
    verdicts = [_verdict(row, measure_of(row), read, base, wanted, tolerance) for row in rows]
    return TargetCheck(
        document=rows[0].document,
        citation=citation(rows[0].document),
        verdicts=tuple(verdicts),
        period=wanted or "",
        tolerance=tolerance,
        standards=tuple(own.items()),
        notes=() if base is None else remarks(rows, base),
        data_version=data_version(),
    )


def _portfolio(
    table: pandas.DataFrame | None, period: str | None, standards: Mapping[str, str], allow_unverified: bool
) -> Portfolio | None:
    if table is None:
        return None
    whole = Portfolio(table, table, standards, allow_unverified)
    if period is None or "period" not in table.columns:
        return whole
    try:
        return replace(whole, table=whole.at(period))
    except MissingFigureError as error:
        raise OptionError(f"period is {quoted(period)}. {error.message}", quoted(period), "Pass one of them") from error


# One target -----------------------------------------------------------------------------------------------


def _verdict(
    row: TargetRow,
    spec: MeasureRow,
    figures: Mapping[str, float],
    base: Portfolio | None,
    wanted: str | None,
    tolerance: float,
) -> TargetVerdict:
    """Compare one target with its figure, or say what is missing."""
    if row.comparison == "fact":
        return TargetVerdict.of(row, spec, reason=FACT)
    if row.comparison == "conforms_to":
        return TargetVerdict.of(row, spec, reason=f"The text refers to another document: it takes {spec.note}")
    need = nothing_left(row) if spec.measure == "none_within" else requirement(row, spec.sense, tolerance)
    about = {"tolerance": tolerance if row.comparison == "~" else None}
    period = wanted or ""
    try:
        if row.id in figures:
            unit = "rows" if spec.measure == "none_within" else ""
            measured = Measured(figures[row.id], figures[row.id], "as given", unit)
        elif base is None:
            raise MissingFigureError(
                f"The figure {spec.figure} is missing, and there are no results to compute it from"
            )
        elif spec.measure == "figure":
            raise MissingFigureError(
                f"The figure {spec.figure} is missing: no column gives it",
                spec.figure,
                f'Pass figures={{"{spec.figure}": {_example(row, spec)}}}',
            )
        else:
            base.check_standard(spec)
            require_columns(base.whole.columns, spec, base.standard(spec), figure_unit(row, spec))
            portfolio, period = _of_period(base, row, wanted)
            measured = MEASURES[spec.measure](Question(portfolio, spec, row, need))
    except EnergybenchError as error:
        return TargetVerdict.of(row, spec, required=need, reason=str(error), period=period, note=spec.note, **about)
    return _compared(row, spec, need, measured, period, base, about)


def _example(row: TargetRow, spec: MeasureRow) -> str:
    unit = figure_unit(row, spec)
    return f'"... {unit}"' if unit else "..."


def _compared(
    row: TargetRow,
    spec: MeasureRow,
    need: Requirement,
    measured: Measured,
    period: str,
    base: Portfolio | None,
    about: dict[str, float | None],
) -> TargetVerdict:
    met = measured.met if measured.decided else need.met_by(measured.low, measured.high)
    exact = measured.low == measured.high
    bounded = isfinite(measured.low) and isfinite(measured.high)
    notes = [spec.note if spec.note != measured.why else "", measured.note, _timing(row, period)]
    standard = base.standard(spec) if base is not None and spec.standard else ""
    if standard != spec.standard and measured.denominator != "as given" and standard:
        notes.append(f"levels read from {citation(standard)} in place of {citation(spec.standard)}, as you asked")
    return TargetVerdict.of(
        row,
        spec,
        required=need,
        met=met,
        actual=measured.low if exact else None,
        actual_unit=measured.unit or row.unit,
        between=(measured.low, measured.high) if not exact and bounded else None,
        reason=measured.why if met is None else "",
        note="; ".join(filter(None, notes)),
        denominator=measured.denominator,
        parts=measured.parts,
        names=measured.names,
        open_names=measured.open_names,
        depends_on_reading=measured.depends_on_reading,
        period=period,
        standard=standard,
        **about,
    )


def deadline_year(deadline: str) -> int | None:
    """Return the year at whose end a target is due; None where the text names none.

    Examples
    --------
    >>> deadline_year("end of 2025 (end of the 14th Five-Year Plan)"), deadline_year("before 2020")
    (2025, 2019)
    """
    years = re.findall(r"\d{4}", deadline)
    return None if not years else int(years[0]) - deadline.startswith("before")


def _timing(row: TargetRow, period: str) -> str:
    due = deadline_year(row.deadline)
    early = due is not None and re.fullmatch(r"\d{4}", period) and int(period) < due
    return f"figures of {period}; due {row.deadline}" if early else ""


def _of_period(base: Portfolio, row: TargetRow, wanted: str | None) -> tuple[Portfolio, str]:
    """Return the rows that a target is compared with, and their period.

    Raises
    ------
    MissingFigureError
        If the rows are of several periods and the target's deadline is none of them.
    """
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
