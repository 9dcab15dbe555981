"""Problems of a table that comes in parts: every row is counted, the first ones are listed.

A table of nothing but nonsense has as many distinct values as rows. So that memory stays bounded, only so many
distinct values of a column and a reason get a line of their own; the rows of all others are counted on one line.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas

from energybench.frames.problems import COLUMNS, COUNTED, add_counts, note_on_keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from energybench.frames.problems import ProblemRows

#: Problem rows that are listed one by one.
LISTED = 10_000
#: Distinct values of a column and a reason that are counted one by one.
DISTINCT = 1_000
#: What stands for the values that are not counted one by one.
OTHERS = "(other values)"
_OTHERS_FIX = "Mend those that are counted one by one; assess a part of the file to see the rest"


@dataclass
class Tally:
    """How many rows have which problem, and the first of them."""

    rows: int = 0
    listed: list[pandas.DataFrame] = field(default_factory=list)
    lines: dict[tuple[str, ...], tuple[int, str]] = field(default_factory=dict)
    distinct: dict[tuple[str, ...], int] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.rows

    def add(self, problems: ProblemRows, file: str = "") -> None:
        """Count the problems of a part, and list them while there is room."""
        self.rows += len(problems)
        if room := self._room():
            head = slice(room)
            first = replace(
                problems, row=problems.row[head], keys=problems.keys.iloc[head], kind=problems.kind[head]
            ).frame()
            self.listed.append(first.assign(file=file) if file else first)
        self._count(problems.counted().itertuples(index=False, name=None))

    def merge(self, later: Tally) -> None:
        """Add the tally of a later part."""
        self.rows += later.rows
        for listed in later.listed:
            if room := self._room():
                self.listed.append(listed.head(room))
        self._count((*kind, *line) for kind, line in later.lines.items())

    def _room(self) -> int:
        return LISTED - sum(map(len, self.listed))

    def _count(self, lines: Iterable[tuple[Any, ...]]) -> None:
        """Add lines of a kind of problem, its rows and an example."""
        for *same, rows, example in lines:
            kind = tuple(same)
            table, column, value, reason = kind[:4]
            if kind not in self.lines and value != OTHERS:
                group = (table, column, reason)
                number = self.distinct.get(group, 0)
                if number < DISTINCT:
                    self.distinct[group] = number + 1
                else:
                    message = f"{column} has more than {DISTINCT} distinct values like the {DISTINCT} that are shown"
                    kind = (table, column, OTHERS, reason, message, _OTHERS_FIX)
            before, first = self.lines.get(kind, (0, example))
            self.lines[kind] = (before + rows, first)

    def frame(self) -> pandas.DataFrame:
        """Return the problem rows that are listed."""
        return pandas.concat(self.listed, ignore_index=True) if self.listed else pandas.DataFrame(columns=list(COLUMNS))

    def counted(self) -> pandas.DataFrame:
        """Return how many rows have which problem, most first; the rows add up to :attr:`rows`."""
        rows = [(*kind, rows, example) for kind, (rows, example) in self.lines.items()]
        return add_counts([pandas.DataFrame(rows, columns=list(COUNTED))])

    def note(self) -> tuple[str, ...]:
        """Say what is not listed, and how many of the rows belong to nobody, if anything."""
        counted = self.counted()
        nameless = note_on_keys(counted, counted["rows"])
        if self.rows <= LISTED:
            return nameless
        note = f"problems has the first {LISTED} of {self.rows} meter rows with problems; problem_counts has all"
        return (*nameless, note)
