"""Problems of a table: at most one a row, so that rows in = rows used + problems + total rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.errors import cut, quoted, text_of
from energybench.frames.columns import KEYS
from energybench.frames.encode import clean_text, decode, encode
from energybench.frames.resolve import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

#: Columns of the problems, a row each; plant, period and product are the cells of the row as text.
COLUMNS = ("table", "row", *KEYS, "column", "value", "reason", "message", "suggestion")
#: What problems have in common that are counted as one.
KIND = ("table", "column", "value", "reason", "message", "suggestion")
#: Columns of problems that are counted; the example is "plant / period / product" of the first such row.
COUNTED = (*KIND, "rows", "example")
#: Problem rows that are listed one by one where a table comes in batches.
LISTED = 10_000
#: Distinct values of a column and a reason that are then counted one by one.
DISTINCT = 1_000
#: What stands for the values that are not counted one by one.
OTHERS = "(other values)"
_OTHERS_FIX = "Mend those that are counted one by one; assess a part of the table to see the rest"
#: How much of a plant's name an example shows.
_LONGEST_KEY = 40


@dataclass(frozen=True)
class ProblemRows:
    table: str
    row: NDArray[Any]
    keys: pandas.DataFrame
    kind: NDArray[numpy.int64]
    kinds: pandas.DataFrame
    rows: NDArray[numpy.int64] | None = None

    def __len__(self) -> int:
        return len(self.kind) if self.rows is None else int(self.rows.sum())

    def take(self, place: NDArray[Any]) -> ProblemRows:
        rows = None if self.rows is None else self.rows[place]
        return replace(self, row=self.row[place], keys=self.keys.iloc[place], kind=self.kind[place], rows=rows)

    def frame(self) -> pandas.DataFrame:
        """Return the problems, a row each, in the order of the table; a line per group where lines are groups."""
        texts: dict[str, Any] = {name: self.kinds[name].to_numpy(object)[self.kind] for name in self.kinds.columns}
        row = self.row if self.rows is None else numpy.full(len(self.kind), None, object)
        every = {"table": numpy.full(len(self.kind), self.table, object), "row": row, **self._key_texts(), **texts}
        # As objects the cells are pointers to shared texts; a column of strings would copy each message a row.
        frame = pandas.DataFrame(
            {name: pandas.Series(every[name], dtype=None if name == "row" else object) for name in COLUMNS}
        )
        return frame if self.rows is None else frame.assign(rows=self.rows)

    def in_order(self) -> ProblemRows:
        """Return the lines in the order of their texts: an engine gives groups in an order of chance."""
        order = pandas.DataFrame({**self._key_texts(), "message": self.kinds["message"].to_numpy(object)[self.kind]})
        return self.take(order.sort_values(list(order.columns), kind="stable").index.to_numpy())

    def _key_texts(self) -> dict[str, NDArray[Any]]:
        return {name: encode(self.keys[name]).map(_cut_text, "") for name in KEYS}

    def counted(self) -> pandas.DataFrame:
        """Return how many rows have which kind of problem, and the first of them, most rows first."""
        first = numpy.zeros(len(self.kinds), numpy.int64)
        first[self.kind[::-1]] = numpy.arange(len(self.kind))[::-1]
        rows = numpy.bincount(self.kind, self.rows, len(self.kinds)).astype(numpy.int64)
        counted = self.kinds.assign(table=self.table, rows=rows, example=_examples(self.keys.iloc[first]))
        return counted[list(COUNTED)].iloc[numpy.argsort(-rows, kind="stable")]


def add_counts(parts: Iterable[pandas.DataFrame]) -> pandas.DataFrame:
    """Add up counted problems, for example of several batches, most rows first."""
    every = [part for part in parts if len(part)]
    if not every:
        return pandas.DataFrame({name: numpy.zeros(0, numpy.int64 if name == "rows" else object) for name in COUNTED})
    together = pandas.concat(every, ignore_index=True)
    groups = together.groupby(list(KIND), sort=False, dropna=False, as_index=False)
    counted = groups.agg({"rows": "sum", "example": "first"})[list(COUNTED)]
    return counted.sort_values("rows", ascending=False, kind="stable", ignore_index=True)


def _examples(keys: pandas.DataFrame) -> NDArray[numpy.object_]:
    columns = [encode(keys[name]).map(lambda cell: cut(_cut_text(cell), _LONGEST_KEY), "") for name in KEYS]
    return numpy.array([" / ".join(texts) for texts in zip(*columns, strict=True)], object)


@dataclass
class Tally:
    """Problems of a table in one or more batches: every row is counted; unless it is whole, the first are listed."""

    whole: bool = False
    rows: int = 0
    listed: list[tuple[ProblemRows, str]] = field(default_factory=list)
    lines: dict[tuple[str, ...], tuple[int, str]] = field(default_factory=dict)
    distinct: dict[tuple[str, ...], int] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.rows

    def add(self, problems: ProblemRows, file: str = "") -> None:
        """Count the problems of a batch, and list them while there is room."""
        self.rows += len(problems)
        grouped = problems.rows is not None
        problems = problems.in_order() if grouped else problems
        self._list(problems, file)
        self._count(problems.counted().itertuples(index=False, name=None), grouped)

    def merge(self, later: Tally) -> None:
        self.rows += later.rows
        for listed in later.listed:
            self._list(*listed)
        self._count((*kind, *line) for kind, line in later.lines.items())

    def _list(self, problems: ProblemRows, file: str) -> None:
        room = len(problems.kind) if self.whole else LISTED - sum(len(some.kind) for some, _ in self.listed)
        if room and len(problems.kind):
            self.listed.append((problems.take(numpy.arange(min(room, len(problems.kind)))), file))

    def _count(self, lines: Iterable[tuple[Any, ...]], by_chance: bool = False) -> None:
        """Add lines of a kind of problem, its rows and an example; of examples in an order of chance the least."""
        for *same, rows, example in lines:
            kind = tuple(same)
            table, column, value, reason = kind[:4]
            if kind not in self.lines and value != OTHERS:
                group = (table, column, reason)
                number = self.distinct.get(group, 0)
                if number < DISTINCT or self.whole:
                    self.distinct[group] = number + 1
                else:
                    message = f"{column} has more than {DISTINCT} distinct values like the {DISTINCT} that are shown"
                    kind = (table, column, OTHERS, reason, message, _OTHERS_FIX)
            before, first = self.lines.get(kind, (0, example))
            self.lines[kind] = (before + rows, min(first, example) if by_chance else first)

    def frame(self) -> pandas.DataFrame:
        parts = [some.frame().assign(**({"file": file} if file else {})) for some, file in self.listed]
        return pandas.concat(parts, ignore_index=True) if parts else pandas.DataFrame(columns=list(COLUMNS))

    def counted(self) -> pandas.DataFrame:
        """Return how many rows have which problem; the rows add up to :attr:`rows`."""
        lines = ((*kind, rows, example) for kind, (rows, example) in self.lines.items())
        return pandas.DataFrame(lines, columns=list(COUNTED))

    def note(self) -> tuple[str, ...]:
        """Say that not all are listed, if so."""
        listed = sum(len(some) for some, _ in self.listed)
        said = f"problems has the first {listed} of {self.rows} meter rows with problems; problem_counts has all"
        return (said,) if listed < self.rows else ()


@dataclass
class Problems:
    table: str
    source: pandas.DataFrame
    detail: NDArray[numpy.int64] = field(init=False)
    refusals: list[Refusal] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.detail = numpy.full(len(self.source), -1, numpy.int64)

    @property
    def flagged(self) -> NDArray[numpy.bool_]:
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

    def reasons(self) -> Any:
        """Return the reason code of every row as a column of texts, empty where nothing is wrong."""
        return decode(self.detail % (len(self.refusals) + 1), [*(refusal.reason for refusal in self.refusals), ""])

    def rows(self, count: NDArray[numpy.int64] | None = None) -> ProblemRows:
        rows = numpy.flatnonzero(self.flagged)
        used, code = numpy.unique(self.detail[rows], return_inverse=True)
        refusals = [self.refusals[number] for number in used]
        texts, cell = self._cells(rows, code, refusals)
        # Few problems have the same refusal and the same cell; those that do are one kind.
        kind, pairs = pandas.factorize(code * max(len(texts), 1) + cell)
        of_kind = [refusals[number] for number in pairs // max(len(texts), 1)]
        values = [texts[number] for number in pairs % max(len(texts), 1)]
        shown = [refusal.value if text is None else text for refusal, text in zip(of_kind, values, strict=True)]
        messages = [
            refusal.message if refusal.verbatim else refusal.message.replace("{value}", quoted(value))
            for refusal, value in zip(of_kind, shown, strict=True)
        ]
        columns = {name: [getattr(one, name) for one in of_kind] for name in ("column", "reason", "suggestion")}
        kinds = pandas.DataFrame({"value": shown, "message": messages, **columns}, dtype=object)
        keys = self.source[list(KEYS)]
        everywhere = len(rows) == len(keys)
        return ProblemRows(
            self.table,
            self.source.index.to_numpy()[rows],
            keys if everywhere else keys.iloc[rows],
            kind.astype(numpy.int64, copy=False),
            kinds,
            None if count is None else count[rows],
        )

    def _cells(
        self, rows: NDArray[numpy.int64], code: NDArray[Any], refusals: list[Refusal]
    ) -> tuple[list[str | None], NDArray[numpy.int64]]:
        """Return the distinct texts of the cells that are at fault, and which of them each row has."""
        order: dict[str | None, int] = {None: 0}
        cell = numpy.zeros(len(rows), numpy.int64)
        column = numpy.array([refusal.column for refusal in refusals], object)
        # One pass per column: there may be as many refusals as rows.
        for name in dict.fromkeys(column.tolist()):
            if name not in self.source.columns:
                continue
            here = numpy.flatnonzero((column == name)[code])
            cells = encode(self.source[name].iloc[rows[here]])
            places = [order.setdefault(_shown(value), len(order)) for value in cells.distinct]
            cell[here] = cells.table(places, order.setdefault("", len(order)), numpy.int64)[cells.codes]
        return list(order), cell


def _shown(cell: Any) -> str:
    """Return a cell as text that can be shown: a very long one is cut, half a character is escaped."""
    return cut(text_of(cell)).encode(errors="backslashreplace").decode()


def _cut_text(cell: Any) -> str:
    return _shown(clean_text(cell))
