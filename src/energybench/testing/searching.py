"""The search for the smallest example against a property: by Hypothesis, or through a whole list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.errors import Flaky

from energybench.testing.options import check_count, check_flag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hypothesis.strategies import SearchStrategy

    from energybench.testing.report import Wrong

Example = TypeVar("Example")


class _FoundError(Exception):
    def __init__(self, wrong: Wrong) -> None:
        super().__init__(wrong.example)
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to search: examples a property, and whether the same run finds the same examples."""

    max_examples: int = 100
    derandomize: bool = True

    def __post_init__(self) -> None:
        check_count("max_examples", self.max_examples, 1)
        check_flag("derandomize", self.derandomize)

    def search(self, examples: SearchStrategy[Example], check: Callable[[Example], Wrong | None]) -> Wrong | None:
        """Return the smallest example that is wrong, or None."""
        seen: list[Wrong] = []

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
                raise _FoundError(wrong)

        try:
            body()
        except _FoundError as found:
            return found.wrong
        except Flaky:
            return replace(seen[-1], cause="asked again, it answers otherwise: the same question has the same answer")
        return None


def each(examples: Iterable[Example], check: Callable[[Example], Wrong | None]) -> Wrong | None:
    """Return what is wrong with the first example of a list that is wrong, or None."""
    return next((wrong for wrong in map(check, examples) if wrong is not None), None)
