"""The search for the smallest example against a law, and what the options of a search may be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.errors import Flaky

from energybench.errors import OptionError, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hypothesis.strategies import SearchStrategy

    from energybench.testing.report import Finding

Example = TypeVar("Example")


class _FoundError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Effort:
    max_examples: int = 100
    derandomize: bool = True

    def __post_init__(self) -> None:
        check_count("max_examples", self.max_examples, 1)
        check_flag("derandomize", self.derandomize)

    def search(self, examples: SearchStrategy[Example], check: Callable[[Example], Finding | None]) -> Finding | None:
        """Return the smallest example that is wrong, or None."""
        seen: list[Finding] = []

        @settings(
            max_examples=int(self.max_examples),
            derandomize=self.derandomize,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
            report_multiple_bugs=False,
            print_blob=False,
        )
        @given(examples)
        def body(example: Example) -> None:
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


def each(examples: Iterable[Example], check: Callable[[Example], Finding | None]) -> Finding | None:
    """Return what is wrong with the first example of a list that is wrong, or None."""
    return next((wrong for wrong in map(check, examples) if wrong is not None), None)


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
