"""What a user gives to a check of targets: a table with known headers, and figures with their units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from energybench.errors import AmountError, OptionError, TableError, UnknownNameError, did_you_mean, quoted
from energybench.frames.columns import OUTPUTS
from energybench.frames.groups import period_key
from energybench.frames.native import to_pandas
from energybench.tables.names import normalise_name
from energybench.targets.cells import SIGNED, read_figure, texts_of
from energybench.targets.rows import measure_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas

    from energybench.tables.rows import TargetRow
    from energybench.targets.rows import MeasureRow


def table_of(results: Any) -> pandas.DataFrame:
    """Return results as a pandas frame with canonical headers and a fresh index."""
    table = to_pandas(getattr(results, "result_frame", results), "results")
    meaning = {normalise_name(header): column for column, others in OUTPUTS.items() for header in (column, *others)}
    names = [meaning.get(normalise_name(str(header)), str(header)) for header in table.columns]
    twice = next((name for number, name in enumerate(names) if name in names[:number]), None)
    if twice is not None:
        raise TableError(f"Two headers of the results mean {twice}", twice, "Remove one of them")
    table = table.set_axis(names, axis=1).reset_index(drop=True)
    if "period" in table.columns:
        periods = texts_of(table["period"], period_key)
        table["period"] = periods.take(periods.distinct, None)
    _refuse_two_documents(table)
    return table


def one_period(table: pandas.DataFrame, period: str | int | None) -> pandas.DataFrame:
    """Return the rows of one period: that which is named, or the only one there is."""
    if "period" not in table.columns:
        return table
    periods = texts_of(table["period"])
    wanted = periods.distinct if period is None else [period_key(period)]
    if len(wanted) != 1 or wanted[0] not in periods.distinct:
        known = ", ".join(periods.distinct) or "none"
        raise OptionError(f"The periods of the rows are {known}", known, "Pass period= with one of them")
    rows: pandas.DataFrame = table.loc[periods.codes == periods.distinct.index(wanted[0])]
    return rows


def _refuse_two_documents(table: pandas.DataFrame) -> None:
    """Refuse results that hold a plant's product twice, under two documents: it would count twice."""
    keys = [name for name in ("plant", "period", "product") if name in table.columns]
    if "document" not in table.columns or "plant" not in keys:
        return
    several = table.groupby(keys, dropna=False)["document"].nunique()
    if (several > 1).any():
        first = several.index[several > 1][0]
        shown = " ".join(map(str, first)) if isinstance(first, tuple) else str(first)
        raise TableError(
            f"{shown} stands under several documents in the results, and would count several times",
            shown,
            'Keep the rows of one document: results[results["document"] == "ndrc-2023"]',
        )


def read_figures(given: Mapping[str, Any], rows: tuple[TargetRow, ...]) -> dict[str, float]:
    """Return the figures given, by target id, each in the unit of its target."""
    known: dict[str, list[TargetRow]] = {}
    for row in rows:
        if row.comparison not in ("fact", "conforms_to"):
            for name in {row.id, measure_of(row).figure}:
                known.setdefault(name, []).append(row)
    found: dict[str, float] = {}
    # A figure named by target id goes before one named by what it measures.
    for name, value in sorted(given.items(), key=lambda pair: "/" in str(pair[0])):
        if name not in known:
            raise UnknownNameError(
                f"{quoted(name)} is no figure that a target of {rows[0].document} is compared with",
                quoted(name),
                did_you_mean(str(name), known, f"The figures are {', '.join(n for n in known if '/' not in n)}"),
            )
        for row in known[name]:
            spec = measure_of(row)
            figure = read_figure(value, figure_unit(row, spec), str(name))
            # A growth may be below zero, and so may an intensity: energy sent out may exceed the inputs.
            if figure < 0 and spec.measure != "growth" and spec.column != SIGNED:
                raise AmountError(f"{name} is {quoted(value)}, below zero", quoted(value), "Check the number")
            found[row.id] = figure
    return found


def figure_unit(row: TargetRow, spec: MeasureRow) -> str:
    """Return the unit of a figure: a percentage keeps the words that say of what, what must go is counted."""
    if spec.measure == "none_within":
        return ""
    return row.unit if spec.unit == "%" else spec.unit
