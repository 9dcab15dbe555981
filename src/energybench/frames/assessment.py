"""What an assessment returns: results, energy lines, problems."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench import __version__
from energybench.ladders import Level

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from energybench.frames.meters import Meters


@dataclass(frozen=True)
class EnergyLines:
    """The meter rows as read, and which of them could not be used; :meth:`frame` writes them out."""

    meters: Meters
    bad: NDArray[Any]

    @numpy.errstate(invalid="ignore", over="ignore")
    def frame(self) -> pandas.DataFrame:
        """Return a line per meter row: the row as given, its coefficient and source, and its tce."""
        meters = self.meters
        count = len(meters.table)
        records: list[Any] = [getattr(factor, "record", None) for factor in meters.factors] + [None]
        position = meters.positions(slice(None))
        lines = meters.table.copy()
        lines.insert(0, "row", lines.index)
        lines = lines.reset_index(drop=True).drop(columns=["coefficient", "coefficient_unit"], errors="ignore")
        figure = numpy.array([record.value if record else numpy.nan for record in records])[position]
        lines["coefficient"] = (
            figure if meters.own is None else numpy.where(numpy.isnan(meters.own), 1.0, meters.own) * figure
        )
        for name in ("unit", "basis", "origin", "document", "clause", "verification"):
            codes, distinct = pandas.factorize(numpy.array([getattr(record, name, "") for record in records], object))
            column = "coefficient_unit" if name == "unit" else name
            lines[column] = pandas.Categorical.from_codes(codes[position], pandas.Index(distinct))
        used = numpy.ones(count, bool)
        used[self.bad] = False
        amount = meters.amount if meters.multiplier is None else meters.amount * meters.multiplier
        for name, otherwise in (("tce", numpy.nan), ("electricity_kwh", 0.0)):
            values = meters.lookup(name, otherwise).take(meters.factor) * amount
            lines[name] = numpy.where(used, values + 0.0, numpy.nan)
        lines["used"] = used
        return lines


@dataclass
class Assessment:
    """The answer for a whole table.

    Attributes
    ----------
    results : pandas.DataFrame
        A row per output row, in its order: total in tce, intensity in the indicator's unit, class, thresholds,
        margins, savings per step, document, and the reason where there is no class.
    problems : pandas.DataFrame
        A row per row that could not be used: table, row, column, value, reason, message, suggestion.
    counts : dict
        Meter rows given, used and in problems; output rows given and classified.
    notes : tuple of str
        Headers that were not used, unverified figures that were.
    """

    results: pandas.DataFrame
    problems: pandas.DataFrame
    counts: dict[str, int]
    lines: EnergyLines = field(repr=False)
    notes: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    package_version: str = __version__
    data_version: str = ""

    @property
    def energy(self) -> pandas.DataFrame:
        """A line per meter row, with coefficient, source and tce; NaN where the row was not used."""
        return self.lines.frame()

    def to_dict(self) -> dict[str, Any]:
        """Return results, problems and counts as plain data, ready for JSON; what is missing is None."""
        return {
            "results": _plain(self.results),
            "problems": _plain(self.problems),
            "counts": dict(self.counts),
            "notes": list(self.notes),
            "options": dict(self.options),
            "package_version": self.package_version,
            "data_version": self.data_version,
        }

    def to_json(self) -> str:
        """Return :meth:`to_dict` as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def __str__(self) -> str:
        counts = self.counts
        classes = self.results["class"].value_counts()
        by_class = [
            f"  {level} ({level.zh}): {classes[level.value]}" for level in Level if level.value in classes.index
        ]
        reasons = [f"  {reason}: {number}" for reason, number in self.problems["reason"].value_counts().items()]
        lines = [
            f"{counts['meters']} meter rows: {counts['used']} used, {counts['problems']} with problems",
            f"{counts['outputs']} output rows: {counts['classified']} classified",
            *by_class,
        ]
        if reasons:
            lines += ["problems by reason:", *reasons]
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


def _plain(table: pandas.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as plain data."""
    objects = table.astype(object).where(table.notna(), None)
    return [{str(key): _plain_cell(cell) for key, cell in row.items()} for row in objects.to_dict("records")]


def _plain_cell(cell: Any) -> Any:
    """Return a cell as JSON can hold it; what is no number or text is shown as text."""
    value = cell.item() if isinstance(cell, numpy.generic) else cell
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
