"""What a check of targets returns: a verdict for each row of a document, as text, frame and plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from energybench import __version__
from energybench.errors import UnknownNameError, did_you_mean, quoted
from energybench.targets.requirement import with_unit
from energybench.units.result import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas

    from energybench.tables.rows import TargetRow
    from energybench.targets.measures import Part
    from energybench.targets.requirement import Requirement
    from energybench.targets.rows import MeasureRow

FACT = "fact: context, not a target"
_ROW_BY_ROW = ("every", "none_within")
_WORDS = {True: "met", False: "not met", None: "cannot tell"}


@dataclass(frozen=True, slots=True)
class TargetVerdict(Record):
    """One target of a document against what was given.

    Attributes
    ----------
    comparison, value, unit : str
        As recorded and printed; ``required`` says them in full, with tolerance and reading.
    threshold : float or None
        The value as a number, the lower end of a range.
    actual : float or None
        In ``actual_unit``; None where it is not known, or lies between two bounds (``between``).
    met : bool or None
        None where it cannot be told; ``reason`` then says exactly what is missing.
    measure : str
        What was counted: ``share_of_capacity``, ``share_of_enterprises``, ``every`` …
    denominator : str
        What the figure is a share of or is counted over, spelled out.
    figure, columns : str, tuple of str
        The name under which the figure can be given, and the columns that it is computed from.
    parts : tuple of Part
        Shares product by product, where different products are not added.
    names, open_names : tuple of str
        Plants that count (for a limit on every row: that fail), and plants of which it is not known.
    depends_on_reading : bool
        Whether 以下 without 及 leaves a row exactly at the number open.
    tolerance : float or None
        What 左右 was taken to allow, as a share of the value; None for other comparisons.
    """

    target: str
    document: str
    clause: str
    kind: str
    subject_zh: str
    subject_en: str
    indicator_zh: str
    indicator_en: str
    comparison: str
    value: str
    unit: str
    threshold: float | None
    required: str
    actual: float | None
    actual_unit: str
    between: tuple[float, float] | None
    met: bool | None
    reason: str
    note: str
    measure: str
    figure: str
    columns: tuple[str, ...]
    denominator: str
    parts: tuple[Part, ...]
    names: tuple[str, ...]
    open_names: tuple[str, ...]
    depends_on_reading: bool
    tolerance: float | None
    period: str
    standard: str
    deadline: str
    scope: str
    verification: str
    evidence: str
    quote: str

    @classmethod
    def of(
        cls, row: TargetRow, spec: MeasureRow, *, required: Requirement | None = None, **found: Any
    ) -> TargetVerdict:
        """Make the verdict of a row of the table; what was not found is empty."""
        printed = {name: getattr(row, name) for name in _PRINTED}
        empty: dict[str, Any] = {
            **dict.fromkeys(("actual", "between", "met", "tolerance"), None),
            **dict.fromkeys(("actual_unit", "reason", "note", "denominator", "period", "standard"), ""),
            **dict.fromkeys(("parts", "names", "open_names"), ()),
        }
        return cls(
            target=row.id,
            **printed,
            threshold=None if required is None else required.value,
            required=with_unit(row.value, row.unit) if required is None else required.text,
            measure=spec.measure,
            figure=spec.figure,
            columns=spec.columns,
            **{"depends_on_reading": False, **empty, **found},
        )

    @property
    def is_fact(self) -> bool:
        """Whether the row is context, and no target."""
        return self.comparison == "fact"

    @property
    def answer(self) -> str:
        """The verdict in words: met, not met, cannot tell, context."""
        return "context" if self.is_fact else _WORDS[self.met]

    @property
    def found(self) -> str:
        """The figure as text, with its unit; empty where there is none."""
        if self.between is not None:
            return with_unit(f"{self.between[0]:.6g} to {self.between[1]:.6g}", self.actual_unit)
        return "" if self.actual is None else with_unit(f"{self.actual:.6g}", self.actual_unit)

    def __str__(self) -> str:
        head = f"{self.answer}: {self.subject_en}, {self.indicator_en}" + (
            f": {self.required}" if self.required else ""
        )
        found = f"; found {self.found} ({self.denominator})" if self.found else ""
        fails = "" if self.met is not False or self.measure not in _ROW_BY_ROW else f": {', '.join(self.names)}"
        due = f"; due {self.deadline}" if self.deadline else ""
        reason = f"\n    {self.reason}" if self.reason and not self.is_fact else ""
        note = f"\n    note: {self.note}" if self.note and not self.is_fact and self.note not in self.reason else ""
        reading = "\n    depends on how 以下 is read" if self.depends_on_reading else ""
        return f"{head}{found}{fails}  [{self.document} {self.clause}, {self.verification}{due}]{reason}{note}{reading}"


_PRINTED = (
    "document",
    "clause",
    "kind",
    "subject_zh",
    "subject_en",
    "indicator_zh",
    "indicator_en",
    "comparison",
    "value",
    "unit",
    "deadline",
    "scope",
    "verification",
    "evidence",
    "quote",
)


@dataclass(frozen=True, slots=True)
class TargetCheck:
    """The targets of one document, each with its verdict.

    Attributes
    ----------
    verdicts : tuple of TargetVerdict
        In the order of the table, facts included.
    period : str
        As asked for.
    tolerance : float
        What 左右 was taken to allow, as a share of the value.
    standards : tuple of tuple
        Which document was read in place of which, as asked for.
    notes : tuple of str
        What a reader should know of the whole.
    """

    document: str
    citation: str
    verdicts: tuple[TargetVerdict, ...]
    period: str
    tolerance: float
    standards: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    package_version: str = __version__
    data_version: str = ""

    def __getitem__(self, target: str) -> TargetVerdict:
        """Return a verdict by target id, or by its number in the document."""
        keys: dict[str, TargetVerdict] = {}
        for verdict in self.verdicts:
            number = verdict.target.partition("/")[2].partition("-")[0]
            keys.update({verdict.target: verdict, number: verdict})
        if target not in keys:
            raise UnknownNameError(
                f"{quoted(target)} is no target of {self.document}",
                quoted(target),
                did_you_mean(str(target), keys, "Give a target id or its number, such as 04"),
            )
        return keys[target]

    def __iter__(self) -> Iterator[TargetVerdict]:
        """Go through the verdicts in order."""
        return iter(self.verdicts)

    def __len__(self) -> int:
        """Return the number of verdicts."""
        return len(self.verdicts)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows are met, not met, cannot be told, or are context."""
        answers = [verdict.answer for verdict in self.verdicts]
        return {answer: answers.count(answer) for answer in (*_WORDS.values(), "context")}

    def frame(self) -> pandas.DataFrame:
        """Return a row per target; lists of names and columns are joined."""
        import pandas

        rows = [{"answer": v.answer, **{f.name: _cell(getattr(v, f.name)) for f in fields(v)}} for v in self.verdicts]
        return pandas.DataFrame(rows).astype({"met": "boolean", "actual": "float64", "threshold": "float64"})

    def to_dict(self) -> dict[str, Any]:
        """Return the check as plain data, ready for JSON."""
        return {**asdict(self), "counts": self.counts}

    def __str__(self) -> str:
        counts = ", ".join(f"{number} {answer}" for answer, number in self.counts.items())
        lines = [f"{self.citation} ({self.document}): {counts}"]
        for verdict in self.verdicts:
            number = verdict.target.partition("/")[2].partition("-")[0]
            lines.append(f"{number} {verdict}")
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


def _cell(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else value
