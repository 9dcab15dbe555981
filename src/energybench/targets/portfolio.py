"""The rows that a target looks at: one period, its subject, and which of them count."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy

from energybench.errors import MissingColumnError, MissingFigureError, UnknownProductError
from energybench.tables.store import citation
from energybench.targets.cells import holds, named, require_column, texts_of
from energybench.targets.levels import check_standard, levels_under
from energybench.targets.products import FIX, OTHER, is_one_of, items_of, why_unknown
from energybench.targets.rows import measures

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas
    from numpy.typing import NDArray

    from energybench.targets.rows import Condition, MeasureRow

    Mask = NDArray[numpy.bool_]

#: Columns that are derived: by name from ``product``, by level from class or intensity.
ITEM, LEVEL = "item", "level"


@dataclass(frozen=True, slots=True)
class Counted:
    """The subject of a target, and which of its rows count."""

    table: pandas.DataFrame
    yes: Mask
    known: Mask
    why: str
    left_out: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Portfolio:
    """A user's results: all rows, and those of the period that a target is compared with."""

    whole: pandas.DataFrame
    table: pandas.DataFrame
    standards: Mapping[str, str] = field(default_factory=dict)
    allow_unverified: bool = False

    def standard(self, spec: MeasureRow) -> str:
        """Return the document whose levels a target is read by."""
        return self.standards.get(spec.standard, spec.standard)

    def check_standard(self, spec: MeasureRow) -> None:
        """Refuse a target by the levels of a document of which none is known; its successor is named, never taken."""
        if spec.standard:
            check_standard(self.standard(spec))

    def subject(self, spec: MeasureRow, table: pandas.DataFrame | None = None) -> pandas.DataFrame:
        """Return the rows that a target is about."""
        rows, sure = self.belonging(spec, table)
        if not sure.all():
            raise self.unsure(rows, sure, spec)
        return rows

    def unsure(self, rows: pandas.DataFrame, sure: Mask, spec: MeasureRow) -> UnknownProductError:
        """Return the error that says why it is not known whether a target is about the rows that are not sure."""
        condition = next(condition for condition in spec.subject if condition.column == ITEM)
        why = why_unknown(rows, items_of(rows), ~sure)
        return UnknownProductError(f"Whether {condition} is not known: {why}", named(rows, ~sure), FIX)

    def belonging(self, spec: MeasureRow, table: pandas.DataFrame | None = None) -> tuple[pandas.DataFrame, Mask]:
        """Return the rows that a target is about or may be about, and which of them it is about for sure."""
        rows = self.table if table is None else table
        if rows.empty:
            raise MissingFigureError("The results have no rows", "results", "Give at least one")
        sure = numpy.ones(len(rows), bool)
        for condition in spec.subject:
            yes, known = self.holds(rows, condition)
            if condition.column == ITEM:
                known |= _of_another_industry(rows, spec)
            elif (sure & ~known).any():
                below = ", below zero" if condition.number else ""
                raise MissingColumnError(
                    f"{condition.column} is empty{below} or not read for {named(rows, sure & ~known)}: "
                    f"whether {condition} is not known",
                    condition.column,
                    "Fill it in",
                )
            kept = yes | ~known
            if not kept.any():
                raise MissingFigureError(f"No row has {condition}", condition.column, "Add the rows concerned")
            rows, sure = rows.loc[kept], (sure & yes & known)[kept]
        return rows, sure

    def counted(self, spec: MeasureRow) -> Counted:
        """Return the subject of a target and which of its rows count."""
        rows = self.subject(spec)
        (condition,) = spec.counted
        if condition.column != LEVEL:
            yes, known = self.holds(rows, condition)
            why = f"{condition.column} is empty{', below zero' if condition.number else ''} or not read"
            return Counted(rows, yes, known, "" if known.all() else f"{why} for {named(rows, ~known)}")
        standard = self.standard(spec)
        levels = levels_under(rows, standard, self.allow_unverified)
        inside = ~levels.outside if not spec.where else numpy.ones(len(rows), bool)
        left_out = tuple(dict.fromkeys(shown_items(rows.loc[~inside])))
        rows, level = rows.loc[inside], levels.level[inside]
        if rows.empty:
            raise MissingFigureError(
                f"No row has a product of {citation(standard)}", "product", "Add the rows concerned"
            )
        yes = numpy.isin(level.astype(str), condition.words)
        known = numpy.array([value is not None for value in level], bool)
        reasons = "; ".join(levels.reasons) or f"{citation(standard)} has no such level of the product"
        why = "" if known.all() else f"the class is not known for {named(rows, ~known)}: {reasons}"
        return Counted(rows, yes, known, why, left_out, levels.note)

    def holds(self, rows: pandas.DataFrame, condition: Condition) -> tuple[Mask, Mask]:
        """Return in which rows a condition holds, and in which it is known; an item goes by any of its names."""
        if condition.column != ITEM:
            return holds(rows, condition)
        return is_one_of(items_of(rows), condition.words)

    def at(self, period: str) -> pandas.DataFrame:
        """Return the rows of one period."""
        require_column(self.whole, "period")
        periods = texts_of(self.whole["period"])
        rows = self.whole.loc[periods.take([text == period for text in periods.distinct], False, numpy.bool_)]
        if rows.empty:
            known = ", ".join(periods.distinct)
            raise MissingFigureError(
                f"The results have no rows of {period}, only of {known}", period, f"Add the rows of {period}"
            )
        return rows


def _of_another_industry(rows: pandas.DataFrame, spec: MeasureRow) -> Mask:
    """Return the rows whose industry is one that the same document names as the subject of another target."""
    if "industry" not in rows.columns:
        return numpy.zeros(len(rows), bool)
    document = spec.target.partition("/")[0]
    others = (other for other in measures().values() if other.target.partition("/")[0] == document)
    words = {
        word
        for other in others
        for condition in other.subject
        if condition.column == "industry"
        for word in condition.words
    }
    texts = texts_of(rows["industry"])
    return texts.take([text.casefold() in words for text in texts.distinct], False, numpy.bool_)


def shown_items(rows: pandas.DataFrame) -> list[str]:
    """Return the item of each row, and what a product of one's own is called."""
    items = items_of(rows)
    if "product" in rows.columns:
        own = texts_of(rows["product"])
        items = numpy.where(items == OTHER, own.take(own.distinct, OTHER), items)
    shown: list[str] = items.tolist()
    return shown
