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


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function gave.

    Attributes
    ----------
    value : float, str or None
        The answer, or None where it is a refusal or of no use.
    shown : str
        The same for a reader.
    refused : bool
        Whether it declined to answer.
    """

    value: Any
    shown: str
    refused: bool


class Subject:
    """A function under test, called one question at a time.

    Parameters
    ----------
    function : callable
        Of plain numbers and texts, in the order that the kit says.
    refuses : exception types or callable
        What counts as a refusal; None and NaN always do.
    """

    def __init__(self, function: Callable[..., object], refuses: Refusals) -> None:
        if not callable(function):
            raise OptionError(f"{quoted(function)} is no function", quoted(function), "Give the function to test")
        self.function = function
        self.refuses = refuses
        self.name: str = getattr(function, "__name__", type(function).__name__)
        self.calls = 0

    def call(self, *arguments: object) -> str:
        """Return the call as one would write it."""
        return f"{self.name}({', '.join(map(_shown, arguments))})"

    def number(self, *arguments: object) -> Answer:
        """Ask for a number."""
        return self._ask(arguments, _number)

    def text(self, *arguments: object) -> Answer:
        """Ask for a text."""
        return self._ask(arguments, _text)

    def _ask(self, arguments: tuple[object, ...], read: Callable[[object], float | str | None]) -> Answer:
        self.calls += 1
        try:
            given = self.function(*arguments)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the function does is its answer
            message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            return Answer(None, _cut(message), self._refuses(error))
        value = read(given)
        refused = given is None or (isinstance(value, float) and isnan(value)) or self._refuses(given)
        return Answer(None if refused else value, _cut(_shown(given)), refused)

    def _refuses(self, given: object) -> bool:
        if isinstance(self.refuses, type | tuple):
            return isinstance(given, self.refuses)
        return bool(self.refuses(given))


def check_room(name: str, value: float) -> None:
    """Refuse a tolerance that is no finite number, or below zero.

    Raises
    ------
    OptionError
        With the value given.
    """
    if not (isinstance(value, Real) and isfinite(value) and value >= 0):
        raise OptionError(
            f"{name} is {quoted(value)}, expected zero or more", quoted(value), "Write, for example, 1e-9"
        )


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


def _text(given: object) -> str | None:
    return str(given).strip() if isinstance(given, str) else None
