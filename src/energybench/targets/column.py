"""The column of a target over the rows that it is about: which cells count, and why others do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy

from energybench.errors import MissingColumnError
from energybench.targets.cells import SIGNED, named, names_of, not_above_zero

if TYPE_CHECKING:
    import pandas
    from numpy.typing import NDArray

    Floats = NDArray[numpy.float64]
    Mask = NDArray[numpy.bool_]


@dataclass(frozen=True, slots=True)
class Column:
    """The column of a target over the rows of its subject, in one unit; NaN where a cell is empty or no number."""

    name: str
    rows: pandas.DataFrame
    cells: Floats

    @property
    def known(self) -> Mask:
        """Which cells hold a number that the column can have, shape (n,)."""
        return numpy.isfinite(self.cells) & ~self.below_zero

    @property
    def below_zero(self) -> Mask:
        """Which cells hold a number below zero, which only an intensity can be, shape (n,)."""
        return (self.cells < 0) & (self.name != SIGNED)

    @property
    def why(self) -> str:
        """Which cells hold no number that counts; empty where all do."""
        empty = ~numpy.isfinite(self.cells)
        why_empty = f"{self.name} is empty or no number for {named(self.rows, empty)}" if empty.any() else ""
        return "; ".join(filter(None, [why_empty, self.why_below]))

    @property
    def why_below(self) -> str:
        """Which cells are below zero and cannot be; empty where none is."""
        below = self.below_zero
        return f"{self.name} is below zero for {named(self.rows, below)}" if below.any() else ""

    @property
    def note(self) -> str:
        """Which intensities are not above zero; empty where none is."""
        return not_above_zero(self.rows, self.cells) if self.name == SIGNED else ""

    def names(self, where: Mask) -> tuple[str, ...]:
        """Return what some rows are called."""
        return names_of(self.rows, where)

    def over(self, what: str) -> str:
        """Say over how many rows something is counted."""
        return f"{what} {len(self.rows)} row" + "s" * (len(self.rows) != 1)

    def complete(self) -> Column:
        """Return the column, or refuse one with an empty cell or one below zero."""
        if self.why:
            fix = "Check the number" if self.below_zero.any() else "Fill it in"
            raise MissingColumnError(self.why, self.name, fix)
        return self
