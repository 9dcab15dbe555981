"""What a run of the kit found: one finding a property, and the error that carries them all."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one property.

    Attributes
    ----------
    status : {"ok", "failed", "skipped"}
        Whether it held everywhere it was asked.
    example, gave, expected : str
        The smallest failing example: the call, what came back, what should have.
    source : str
        Where the expected figure stands: document, clause, verification.
    cause : str
        What would explain it, where that is recognised.
    note : str
        Why it was skipped; of a program, how many of its answers are wrong.
    """

    name: str
    sentence: str
    status: str
    example: str = ""
    gave: str = ""
    expected: str = ""
    source: str = ""
    cause: str = ""
    note: str = ""

    def __str__(self) -> str:
        head = f"{self.status if self.status != 'failed' else 'FAILED':<8}{self.name}: {self.sentence}"
        if self.note:
            head += f" [{self.note}]"
        lines = (
            ("example", self.example),
            ("gave", self.gave),
            ("expected", self.expected),
            ("source", self.source),
            ("likely", self.cause),
        )
        return "\n".join([head, *(f"        {word:<9} {text}" for word, text in lines if text)])


@dataclass(frozen=True, slots=True)
class Report:
    """Every finding of one run, and what is needed to run it again.

    Attributes
    ----------
    kind : {"conversion", "classifier", "limit-curve", "correction", "program"}
        What the function was tested as; a program answers questions of several kinds.
    coverage : str
        How much of what the kit knows the function answers.
    calls : int
        How often it was asked.
    """

    kind: str
    function: str
    findings: tuple[Finding, ...]
    coverage: str
    calls: int
    package_version: str
    data_version: str

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The findings of the properties that do not hold."""
        return tuple(finding for finding in self.findings if finding.status == "failed")

    @property
    def passed(self) -> bool:
        """Whether no property failed."""
        return not self.failures

    def __getitem__(self, name: str) -> Finding:
        return next(finding for finding in self.findings if finding.name == name)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data, ready for JSON."""
        plain = asdict(self)
        return {**plain, "findings": list(plain["findings"]), "passed": self.passed}

    def __str__(self) -> str:
        counts = {word: sum(f.status == word for f in self.findings) for word in ("ok", "failed", "skipped")}
        summary = ", ".join(f"{count} {word}" for word, count in counts.items() if count or word != "skipped")
        head = f"{self.function} as a {self.kind}: {summary} ({self.coverage}; asked {self.calls} times)"
        return "\n".join([head, *map(str, self.findings)])


class BrokenPropertyError(AssertionError):
    """A property of the kit does not hold; the message has the smallest failing example of each.

    Parameters
    ----------
    report : Report
        Everything that was found.
    """

    def __init__(self, report: Report) -> None:
        super().__init__(report)
        self.report = report

    def __str__(self) -> str:
        count = len(self.report.failures)
        head = f"{self.report.function} breaks {count} of {len(self.report.findings)} properties of a "
        return "\n".join([f"{head}{self.report.kind}", *map(str, self.report.failures)])
