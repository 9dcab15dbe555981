"""Problems of a table: at most one a row, so that rows in = rows used + problems."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.errors import LONGEST_QUOTE, quoted
from energybench.frames.encode import encode
from energybench.frames.resolve import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

COLUMNS = ("table", "row", "column", "value", "reason", "message", "suggestion")


@dataclass
class Problems:
    """The problems of one table; the first thing that is wrong with a row is its problem.

    The value of a problem is the cell of its column, as text; ``{value}`` in a message stands for that cell.
    """

    table: str
    source: pandas.DataFrame
    detail: NDArray[numpy.int64] = field(init=False)
    refusals: list[Refusal] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.detail = numpy.full(len(self.source), -1, numpy.int64)

    @property
    def flagged(self) -> NDArray[numpy.bool_]:
        """Which rows have a problem, shape (n,)."""
        return self.detail >= 0

    def flag(self, where: NDArray[numpy.bool_], refusal: Refusal) -> None:
        """Flag the rows of a mask with one refusal, unless they have a problem already."""
        self.flag_each(where, numpy.zeros(len(where), numpy.int64), [refusal])

    def flag_each(self, where: NDArray[numpy.bool_], code: NDArray[numpy.int64], refusals: list[Refusal]) -> None:
        """Flag the rows of a mask, each with the refusal of its code, unless they have a problem already."""
        new = where & (self.detail < 0)
        if new.any():
            self.detail[new] = code[new] + len(self.refusals)
            self.refusals += refusals

    def flag_refused(self, code: NDArray[Any], answers: Sequence[object]) -> None:
        """Flag the rows whose code stands for a refusal among the answers; the last answer is that of null."""
        refused = [number for number, answer in enumerate(answers) if isinstance(answer, Refusal)]
        if refused:
            place = numpy.full(len(answers), -1)
            place[refused] = numpy.arange(len(refused))
            self.flag_each(place[code] >= 0, place[code], [answers[number] for number in refused])  # type: ignore[misc]

    def reasons(self) -> NDArray[numpy.object_]:
        """Return the reason code of every row, empty where nothing is wrong."""
        codes = [*(refusal.reason for refusal in self.refusals), ""]
        return numpy.array(codes, object)[self.detail]

    def frame(self) -> pandas.DataFrame:
        """Return the problems, a row each, in the order of the table."""
        rows = numpy.flatnonzero(self.flagged)
        detail = self.detail[rows]
        used, code = numpy.unique(detail, return_inverse=True)
        refusals = [self.refusals[number] for number in used]
        value = numpy.array([refusal.value for refusal in refusals], object)[code]
        message = numpy.array([refusal.message for refusal in refusals], object)[code]
        # One pass per column and per template: there may be as many refusals as rows.
        column = numpy.array([refusal.column for refusal in refusals], object)[code]
        for name in dict.fromkeys(refusal.column for refusal in refusals):
            if name in self.source.columns:
                here = column == name
                value[here] = _shown(self.source[name].iloc[rows[here]])
        for number, refusal in enumerate(refusals):
            if not refusal.verbatim and "{value}" in refusal.message:
                here = code == number
                message[here] = _filled(refusal.message, value[here])
        texts = {name: [getattr(refusal, name) for refusal in refusals] for name in ("column", "reason", "suggestion")}
        return pandas.DataFrame(
            {
                "table": self.table,
                "row": self.source.index.to_numpy()[rows],
                "value": value,
                "message": message,
                **{name: numpy.array(text, object)[code] for name, text in texts.items()},
            },
            columns=list(COLUMNS),
        )


def _shown(cells: pandas.Series[Any]) -> NDArray[numpy.object_]:
    """Return cells as text, a very long one cut, each distinct one worked on once."""
    return encode(cells).map(_cut, "")


def _cut(cell: Any) -> str:
    text = str(cell)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"


def _filled(message: str, values: NDArray[numpy.object_]) -> NDArray[numpy.object_]:
    """Return a message with each cell in its place, each distinct one worked on once."""
    codes, uniques = pandas.factorize(values)
    return numpy.array([message.replace("{value}", quoted(text)) for text in uniques], object)[codes]
