"""Asking somebody's function: what it was asked, what it gave, and whether that is a refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite, isnan
from numbers import Real
from typing import Any, TypeVar

from energybench.errors import OptionError, quoted

#: What counts as a refusal: exceptions, or a function that is given the answer or the exception.
Refusals = type[Exception] | tuple[type[Exception], ...] | Callable[[object], bool]
Value = TypeVar("Value", float, str)

LONGEST_ANSWER = 200
#: What an answer has to be, for messages.
NUMBER = "a number: int, float, Decimal, Fraction or one of NumPy"
TEXT = "text: str"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function gave."""

    value: Any
    shown: str
    refused: bool
    misfit: str = ""

    @property
    def finite(self) -> bool:
        """Whether it is a finite number, which alone can be compared with another one."""
        return isinstance(self.value, float) and isfinite(self.value)


class Subject:
    """A function under test, called one question at a time."""

    def __init__(self, function: Callable[..., object], refuses: Refusals) -> None:
        if not callable(function):
            raise OptionError(f"{quoted(function)} is no function", quoted(function), "Give the function to test")
        if not callable(refuses) and not _are_types(refuses):
            fix = "Give exception types, refuses=(ValueError, KeyError), or a function of the answer or the exception"
            raise OptionError(f"refuses is {quoted(refuses)}", quoted(refuses), fix)
        self.function = function
        self.refuses = refuses
        self.name: str = getattr(function, "__name__", type(function).__name__)
        self.calls = 0

    def call(self, *arguments: object) -> str:
        """Return the call as one would write it."""
        return f"{self.name}({', '.join(map(_shown, arguments))})"

    def number(self, *arguments: object) -> Answer:
        """Ask for a number."""
        return self._ask(arguments, _number, NUMBER)

    def text(self, *arguments: object) -> Answer:
        """Ask for a text."""
        return self._ask(arguments, _text, TEXT)

    def _ask(self, arguments: tuple[object, ...], read: Callable[[object], float | str | None], wanted: str) -> Answer:
        self.calls += 1
        try:
            given = self.function(*arguments)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the function does is its answer
            message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            return Answer(None, _cut(message), self._refuses(error))
        value = read(given)
        refused = given is None or (isinstance(value, float) and isnan(value)) or self._refuses(given)
        misfit = _misfit(given, wanted) if value is None and not refused else ""
        return Answer(None if refused else value, _cut(_shown(given)), refused, misfit)

    def _refuses(self, given: object) -> bool:
        if isinstance(self.refuses, type | tuple):
            return isinstance(given, self.refuses)
        return bool(self.refuses(given))


def _are_types(given: object) -> bool:
    return isinstance(given, tuple) and all(isinstance(one, type) for one in given)


def _misfit(given: object, wanted: str) -> str:
    """Say of an answer that it is of another type than expected, and what to do about it."""
    kind = "text" if isinstance(given, str) else f"something of type {type(given).__name__}"
    fix = "where such an answer is a refusal, say so with refuses="
    if hasattr(given, "magnitude"):
        fix = "return its magnitude in the unit that is expected"
    elif isinstance(given, str):
        fix = f"return the number alone; {fix}"
    return f"it answers {kind}, expected {wanted}; {fix}"


def _shown(value: object) -> str:
    """Show a number as Python writes it, whatever type it came in."""
    number = _number(value)
    return repr(value) if number is None or isinstance(value, int) else repr(number)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_ANSWER else f"{text[:LONGEST_ANSWER]}…"


def _number(given: object) -> float | None:
    if isinstance(given, bool) or not isinstance(given, Real | Decimal):
        return None
    try:
        return float(given)
    except OverflowError:
        return float("inf")
    except ValueError:  # a signalling NaN of decimal
        return float("nan")


def _text(given: object) -> str | None:
    return str(given).strip() if isinstance(given, str) else None
