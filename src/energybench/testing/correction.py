"""Laws of a correction: the parameters of a plant to a factor or an addition."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import isfinite, nan
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import strategies as st

from energybench.errors import EnergybenchError, OptionError
from energybench.limits.corrections import change, find_correction
from energybench.limits.corrections.catalogue import Figures, evaluate, find_figures
from energybench.testing.laws import Answer, Laws, Refusals
from energybench.testing.likely_mistakes import cause_of, same_figure, slips_of
from energybench.testing.search import Effort

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from energybench.limits.corrections import Parameter
    from energybench.testing.report import Finding, Report

#: Where a parameter has no upper end, one is chosen.
_LARGEST = 10_000


def assert_correction_properties(
    function: Callable[..., object],
    correction: str,
    *,
    item: str | None = None,
    level: int | None = None,
    case: str | None = None,
    allow_unverified: bool = False,
    tolerance: float = 1e-9,
    refuses: Refusals = Exception,
    skip: Collection[str] = (),
    max_examples: int = 100,
    derandomize: bool = True,
) -> Report:
    """Search a correction for a plant that it corrects wrongly.

    Parameters
    ----------
    function : callable
        Of the parameters that the correction needs, as plain numbers in the order and in the units of
        ``find_correction(correction).parameters``; gives the factor or the addition.
    correction : str
        Name or id: ``"gb-16780-2012/clinker-strength"``.
    item, level, case, allow_unverified
        As in :func:`energybench.limits.corrections.change`.
    tolerance : float
        A figure is right to this part of itself.
    refuses, skip, max_examples, derandomize
        As in :func:`assert_conversion_properties`.

    Returns
    -------
    Report
        As in :func:`assert_conversion_properties`, with its errors.

    Examples
    --------
    >>> def integer_exponent(strength_mpa):
    ...     return (52.5 / strength_mpa) ** (1 // 4)
    >>> try:
    ...     assert_correction_properties(integer_exponent, "gb-16780-2012/clinker-strength")
    ... except AssertionError as error:
    ...     print(error.report["agreement"].cause)
    exponent is 0 in place of 0.25: an integer division
    """
    asked = _Correction(function, refuses, Effort(max_examples, derandomize), tolerance)
    asked.meet(correction, {"item": item, "level": level, "case": case, "allow_unverified": allow_unverified})
    return asked.run(skip)


class _Correction(Laws):
    kind = "correction"
    laws: ClassVar = {
        "agreement": "The change is that of the formula with the printed figures",
        "moves": "It moves with what it corrects for",
        "range": "What no plant can have is refused, and what is no number",
    }

    def coverage(self) -> str:
        return self.correction.id

    def meet(self, name: str, options: dict[str, Any]) -> None:
        self.options = options
        self.correction = found = find_correction(name, options["item"])
        # Where everything is optional, the first parameter alone is asked.
        self.parameters = tuple(p for p in found.parameters if not p.optional) or found.parameters[:1]
        if not self.parameters:
            what = f"{found.id} has no parameter that a function could take"
            raise OptionError(what, found.id, "Choose a correction with a formula: docs/corrections.md lists them")
        figures = find_figures(found, options["item"], options["level"], options["case"])
        self.figures = {} if figures is None else figures.values
        self.unit = "" if found.kind == "factor" else f" {found.unit}".rstrip()
        shown = ", ".join(f"{name} {value:g}" for name, value in self.figures.items() if isinstance(value, float))
        where = f"{found.id} {found.clause}".strip()
        self.source = f"{found.formula}; {shown} ({where}, {found.verification})"
        self.expected(*map(_plain, self.parameters))

    def expected(self, *values: float) -> float | None:
        """Return the change of one plant, or None where no plant can have these values together."""
        named: dict[str, Any] = {p.keyword: value for p, value in zip(self.parameters, values, strict=True)}
        try:
            return float(change(self.correction.id, **self.options, **named))
        except OptionError:
            return None

    def law_agreement(self) -> Finding | None:
        def check(values: tuple[float, ...]) -> Finding | None:
            expected, answer = self.expected(*values), self.ask(*values)
            if expected is None or self.right(answer, expected):
                return None
            return self.wrong(answer, f"{expected!r}{self.unit}", cause=self._cause(values, answer, expected))

        return self.effort.search(st.tuples(*map(_values, self.parameters)), check)

    def _cause(self, values: tuple[float, ...], answer: Answer, expected: float) -> str:
        if answer.value is None:
            return ""
        named = {p.keyword: value for p, value in zip(self.parameters, values, strict=True)}
        for name, figure in self.figures.items():
            for slip, why in slips_of(figure) if isinstance(figure, float) else ():
                try:
                    given = float(evaluate(self.correction, Figures({**self.figures, name: slip}, ()), named))
                    if given != expected and same_figure(answer.value, given, self.tolerance):
                        return f"{name} is {slip:g} in place of {figure:g}: {why}"
                except (ArithmeticError, TypeError, ValueError, EnergybenchError):
                    continue
        turned = [(1 / Fraction(expected) ** 2, "turned upside down")] if expected else []
        return cause_of(answer.value, Fraction(expected), turned)

    def law_moves(self) -> Finding | str | None:
        plants = product(*([_plain(p), *_spread(p)] for p in self.parameters))
        expected = {plant: change for plant in plants for change in [self.expected(*plant)] if change is not None}
        if len(set(expected.values())) < 2:
            return "it is the same for every plant that was tried"
        given = [answer for answer in (self.ask(*plant) for plant in expected) if not answer.refused]
        if not given:
            return "it answers no plant that was tried"
        wrong = self.useless(*given)
        if wrong is not None or len({answer.value for answer in given}) != 1:
            return wrong
        between = f"{min(expected.values())!r} to {max(expected.values())!r}{self.unit}, by the plant"
        return self.wrong(given[0], between)

    def law_range(self) -> Finding | str | None:
        plain = [*map(_plain, self.parameters)]
        questions = []
        for place, parameter in enumerate(self.parameters):
            impossible = parameter.low <= 0 and "possible" in parameter.why
            below = [value for value, asked in ((parameter.low - 1.0, impossible), (-1.0, parameter.low >= 0)) if asked]
            questions += [((*plain[:place], bad, *plain[place + 1 :]), "") for bad in (nan, *below)]
        return self.refused(questions)


def _ends(parameter: Parameter) -> tuple[float, float]:
    return max(parameter.low, -_LARGEST), parameter.high if isfinite(parameter.high) else float(_LARGEST)


def _plain(parameter: Parameter) -> float:
    low, high = _ends(parameter)
    return float(max(low + 1, 1.0)) if high - low > 2 else (low + high) / 2


def _spread(parameter: Parameter) -> list[float]:
    low, high = _ends(parameter)
    return [low + (high - low) * part for part in (0.25, 0.5, 0.75)]


def _values(parameter: Parameter) -> st.SearchStrategy[float]:
    low, high = _ends(parameter)
    scale = 1 if high - low > 10 else 1000
    first, last = int(low * scale) + bool(parameter.above), int(high * scale)
    near_one = st.integers(max(first, min(1, last)), last)
    return (near_one | st.integers(first, last)).map(lambda n: n / scale)
