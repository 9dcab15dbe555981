"""The core of the kit: asking somebody's function, what the laws of every kind share, and what a run found."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from math import inf, isfinite, isnan
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.errors import Flaky

from energybench import __version__
from energybench.errors import OptionError, cut, did_you_mean, quoted
from energybench.tables.store import data_version
from energybench.testing.facts import same_figure

if TYPE_CHECKING:
    from fractions import Fraction

    from hypothesis.strategies import SearchStrategy


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


#: What counts as a refusal: exceptions, or a function that is given the answer or the exception.
Refusals = type[Exception] | tuple[type[Exception], ...] | Callable[[object], bool]
Thing = TypeVar("Thing")

REFUSAL = "a refusal: an error, None or NaN"
NOTHING = "it does not answer anything"
NOT_A_NUMBER = (float("nan"), float("inf"), float("-inf"))
_LONGEST_ANSWER = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function gave to one call; ``misfit`` says why it is neither an answer nor a refusal."""

    call: str
    value: Any
    shown: str
    refused: bool
    misfit: str = ""

    @property
    def finite(self) -> bool:
        return isinstance(self.value, float) and isfinite(self.value)


@dataclass(frozen=True, slots=True)
class Answered(Generic[Thing]):
    """A carrier or a limit that the function answers: name, row, and the unit texts that it reads."""

    name: str
    row: Thing
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case(Generic[Thing]):
    known: Answered[Thing]
    unit: str
    number: float

    def ask(self, number: float | None = None, unit: str = "") -> tuple[float, str, str]:
        """Return the arguments, with another number or unit where one is given."""
        return self.number if number is None else number, unit or self.unit, self.known.name


class Laws(ABC):
    """A function under test: each law of its kind is searched by the method ``law_`` and its name."""

    kind: ClassVar[str]
    #: Name of the law -> the law in a sentence, filled with the fields of the object.
    laws: ClassVar[dict[str, str]]
    #: What stands behind a number that it gives.
    unit = ""
    #: Where the expected figures stand, if they stand in one place.
    source = ""

    def __init__(
        self,
        function: Callable[..., object],
        refuses: Refusals,
        max_examples: int,
        derandomize: bool,
        tolerance: float = 0.0,
        absolute: float = 0.0,
    ) -> None:
        check_count("max_examples", max_examples, 1)
        check_flag("derandomize", derandomize)
        check_room("tolerance", tolerance, 1)
        check_room("absolute", absolute)
        if not callable(function):
            raise OptionError(f"{quoted(function)} is no function", quoted(function), "Give the function to test")
        types = isinstance(refuses, tuple) and all(isinstance(one, type) for one in refuses)
        if not callable(refuses) and not types:
            fix = "Give exception types, refuses=(ValueError, KeyError), or a function of the answer or the exception"
            raise OptionError(f"refuses is {quoted(refuses)}", quoted(refuses), fix)
        self.function, self.refuses = function, refuses
        self.max_examples, self.derandomize = max_examples, derandomize
        self.tolerance, self.absolute = tolerance, absolute
        self.name: str = getattr(function, "__name__", type(function).__name__)
        self.calls = 0

    def search(self, examples: SearchStrategy[Thing], check: Callable[[Thing], Finding | None]) -> Finding | None:
        return smallest(examples, check, self.max_examples, self.derandomize)

    @abstractmethod
    def coverage(self) -> str:
        """Return which part of the tables the function was asked about."""

    def run(self, skip: Collection[str]) -> Report:
        fix = f"They are {', '.join(self.laws)}"
        if not isinstance(skip, Collection):
            raise OptionError(f"skip is {quoted(skip)}, expected names", quoted(skip), fix)
        left_out = [skip] if isinstance(skip, str) else list(skip)
        for name in left_out:
            if name not in self.laws:
                what = f"skip has {quoted(name)}, which is no property of a {self.kind}"
                raise OptionError(what, quoted(name), did_you_mean(name, self.laws, fix))
        findings = tuple(self._finding(name, name in left_out) for name in self.laws)
        report = Report(self.kind, self.name, findings, self.coverage(), self.calls, __version__, data_version())
        if not report.passed:
            raise BrokenPropertyError(report)
        return report

    def _finding(self, name: str, skipped: bool) -> Finding:
        search: Callable[[], Finding | str | None] = getattr(self, f"law_{name.replace('-', '_')}")
        found = "not asked for" if skipped else search()
        sentence = self.laws[name].format(self)
        if isinstance(found, Finding):
            return replace(found, name=name, sentence=sentence)
        return Finding(name, sentence, "skipped" if found else "ok", note=found or "")

    def read(self, given: object) -> tuple[Any, str]:
        number = answered_number(given)
        wanted = "a number: int, float, Decimal, Fraction or one of NumPy"
        return number, "" if number is not None else misfit(given, wanted)

    def ask(self, *arguments: object) -> Answer:
        self.calls += 1
        call = f"{self.name}({', '.join(map(_shown, arguments))})"
        try:
            given = self.function(*arguments)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the function does is its answer
            message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            return Answer(call, None, cut(message, _LONGEST_ANSWER), self._refuses(error))
        value, why_none = self.read(given)
        refused = given is None or (isinstance(value, float) and isnan(value)) or self._refuses(given)
        shown = cut(_shown(given), _LONGEST_ANSWER)
        return Answer(call, None, shown, True) if refused else Answer(call, value, shown, False, why_none)

    def _refuses(self, given: object) -> bool:
        if isinstance(self.refuses, type | tuple):
            return isinstance(given, self.refuses)
        return bool(self.refuses(given))

    def wrong(self, answer: Answer, expected: str, *, source: str = "", cause: str = "") -> Finding:
        gave = answer.shown if answer.value is None else f"{answer.shown}{self.unit}"
        return Finding("", "", "failed", answer.call, gave, expected, source or self.source, cause or answer.misfit)

    def right(self, answer: Answer, expected: Fraction | float) -> bool:
        return answer.finite and same_figure(answer.value, expected, self.tolerance, self.absolute)

    def useless(self, *answers: Answer) -> Finding | None:
        """Return what is wrong with the first answer that is neither a refusal nor a finite number."""
        expected = f"a finite number of{self.unit}" if self.unit else "a finite number"
        for answer in answers:
            if not answer.refused and not answer.finite:
                return self.wrong(answer, expected, cause="" if answer.value is None else "it overflows")
        return None

    def refused(
        self, questions: Iterable[tuple[tuple[Any, ...], str]], nothing: str | None = NOTHING, infinite: bool = False
    ) -> Finding | str | None:
        """Ask what has no answer, each with the reason; ``infinite`` allows an infinite number as a refusal."""

        def check(question: tuple[tuple[Any, ...], str]) -> Finding | None:
            answer = self.ask(*question[0])
            if answer.refused or (infinite and isinstance(answer.value, float) and not answer.finite):
                return None
            return self.wrong(answer, REFUSAL, cause=question[1])

        asked = list(questions)
        return each(asked, check) if asked else nothing


def answered_number(given: object) -> float | None:
    if isinstance(given, bool) or not isinstance(given, Real | Decimal):
        return None
    try:
        return float(given)
    except OverflowError:
        return float("inf")
    except ValueError:  # a signalling NaN of decimal
        return float("nan")


def misfit(given: object, wanted: str) -> str:
    """Say that an answer has the wrong type, and what to do about it."""
    kind = "text" if isinstance(given, str) else f"something of type {type(given).__name__}"
    fix = "where such an answer is a refusal, say so with refuses="
    if hasattr(given, "magnitude"):
        fix = "return its magnitude in the unit that is expected"
    elif isinstance(given, str):
        fix = f"return the number alone; {fix}"
    return f"it answers {kind}, expected {wanted}; {fix}"


def _shown(value: object) -> str:
    number = answered_number(value)
    return repr(value) if number is None or isinstance(value, int) else repr(number)


# The search for the smallest example -------------------------------------------------------------------


class _FoundError(Exception):
    pass


def smallest(
    examples: SearchStrategy[Thing],
    check: Callable[[Thing], Finding | None],
    max_examples: int = 100,
    derandomize: bool = True,
) -> Finding | None:
    """Return what is wrong with the smallest example that is wrong, or None."""
    seen: list[Finding] = []

    @settings(
        max_examples=int(max_examples),
        derandomize=derandomize,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        print_blob=False,
    )
    @given(examples)
    def body(example: Thing) -> None:
        wrong = check(example)
        if wrong is not None:
            seen.append(wrong)
            raise _FoundError

    try:
        body()
    except _FoundError:
        return seen[-1]
    except Flaky:
        return replace(seen[-1], cause="asked again, it answers otherwise: the same question has the same answer")
    return None


def each(examples: Iterable[Thing], check: Callable[[Thing], Finding | None]) -> Finding | None:
    """Return what is wrong with the first example of a list that is wrong, or None."""
    return next((wrong for wrong in map(check, examples) if wrong is not None), None)


# What the options of a search may be --------------------------------------------------------------------


def check_room(name: str, value: float, most: float = inf) -> None:
    if isinstance(value, bool) or not (isinstance(value, Real) and 0 <= value < most):
        end = "" if most == inf else f" and below {most:g}"
        what = f"{name} is {quoted(value)}, expected a number, zero or more{end}"
        raise OptionError(what, quoted(value), "Write, for example, 1e-9")


def check_count(name: str, value: Any, least: int, most: float = inf) -> int:
    number: Any = value if isinstance(value, Real) and not isinstance(value, bool) else -1
    if not (least <= number <= most and number < inf and number % 1 == 0):
        bounds = f"from {least} on" if most == inf else f"from {least} to {most}"
        what = f"{name} is {quoted(value)}, expected a whole number {bounds}"
        raise OptionError(what, quoted(value), f"Write {name}={max(least, min(5, most))}, or leave it out")
    return int(number)


def check_flag(name: str, value: object) -> None:
    """Refuse what is neither True nor False: a text such as "no" would count as True."""
    if not isinstance(value, bool):
        what = f"{name} is {quoted(value)}, expected True or False"
        raise OptionError(what, quoted(value), f"Write {name}=True or {name}=False")


def check_texts(name: str, given: Iterable[str] | None) -> tuple[str, ...] | None:
    if isinstance(given, str):
        raise OptionError(f"{name} is one text, {quoted(given)}", quoted(given), f"Give a list: {name}=[{given!r}]")
    found = None if given is None else tuple(given)
    if found == ():
        raise OptionError(f"{name} is empty", name, f"Leave {name} out to try all that the tables have")
    return found
