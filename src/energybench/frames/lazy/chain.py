"""The problem of a row as an expression: the first thing that is wrong with it, by the number of its refusal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from energybench.errors import quoted
from energybench.frames.lazy.small_tables import hand_over
from energybench.frames.lazy.source import join_small
from energybench.frames.problems import cut

if TYPE_CHECKING:
    from energybench.frames.lazy.source import Source
    from energybench.frames.resolve import Refusal

    Frame = nw.LazyFrame[Any]


@dataclass
class Refusals:
    """The refusals of one table, each with a number."""

    source: Source
    refusals: list[Refusal] = field(default_factory=list)
    _numbers: dict[Refusal, int] = field(default_factory=dict)

    def number(self, refusal: Refusal) -> int:
        """Return the number of a refusal, a new one where it has none."""
        number = self._numbers.setdefault(refusal, len(self.refusals))
        if number == len(self.refusals):
            self.refusals.append(refusal)
        return number

    def where(self, condition: nw.Expr, refusal: Refusal) -> nw.Expr:
        """Return the number of a refusal where a condition holds, else null."""
        return nw.when(condition).then(nw.lit(self.number(refusal)).cast(nw.Int64))

    def with_refusals(self, frame: Frame) -> Frame:
        """Add ``_column`` and ``reason`` by the column ``_problem``, null where there is none."""
        small = hand_over(
            frame,
            {
                "_problem": ("integer", list(range(len(self.refusals)))),
                "_column": ("text", [refusal.column for refusal in self.refusals]),
                "reason": ("text", [refusal.reason for refusal in self.refusals]),
            },
        )
        return join_small(frame, small, ["_problem"])

    def listed(self, frame: Frame) -> Frame:
        """Return the problems of a frame, a row each."""
        source = self.source
        shown = {refusal.column for refusal in self.refusals} & set(source.types)
        cells = [nw.when(nw.col("_column") == name).then(source.text(name)) for name in sorted(shown)]
        return self.with_refusals(frame).select(
            nw.lit(source.name).alias("table"),
            *(source.text(name).alias(name) for name in ("plant", "period", "product")),
            nw.col("_column").alias("column"),
            nw.col("reason"),
            nw.coalesce(*cells, nw.lit("")).alias("value"),
            nw.col("_problem"),
        )

    def told(self, number: int, value: str) -> tuple[str, str, str, str, str]:
        """Return column, value, reason, message and suggestion of a problem, as an eager table tells it."""
        refusal = self.refusals[number]
        shown = refusal.value
        if refusal.column in self.source:
            cell = self.source.read(refusal.column, value) if value else ""
            # Zero is shown without the sign that it may have.
            shown = cut(str(cell + 0.0 if isinstance(cell, float) else cell))
        message = refusal.message if refusal.verbatim else refusal.message.replace("{value}", quoted(shown))
        return refusal.column, shown, refusal.reason, message, refusal.suggestion
