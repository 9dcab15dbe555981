"""Laws of a correction: the parameters of a plant to a factor or an addition."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import isfinite
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from energybench.errors import EnergybenchError, OptionError
from energybench.limits.corrections import change, find_correction
from energybench.limits.corrections.catalogue import Figures, evaluate, find_figures
from energybench.testing.asking import Answer, Refusals, Subject
from energybench.testing.causes import cause_of, same_figure
from energybench.testing.options import check_room
from energybench.testing.report import Property, Report, Wrong, settle
from energybench.testing.searching import Effort, each

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from energybench.limits.corrections import Parameter

REFUSAL = "a refusal: an error, None or NaN"
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
    refuses : exception types or callable
        What counts as a refusal beside None and NaN; a function is given the answer or the exception.
    skip : collection of str
        Names of properties that are not asked.
    max_examples : int
        Examples that Hypothesis tries for each property.
    derandomize : bool
        The same run asks the same questions; False draws new ones every time.

    Returns
    -------
    Report
        Where every property holds.

    Raises
    ------
    BrokenPropertyError
        An AssertionError with the smallest failing example of each broken property; ``report`` has the rest.
    EnergybenchError
        If the correction is unknown, has no parameters, or its figures may not be used.

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
    check_room("tolerance", tolerance, 1)
    subject = Subject(function, refuses)
    options = {"item": item, "level": level, "case": case, "allow_unverified": allow_unverified}
    asked = _Correction(subject, correction, options, tolerance, Effort(max_examples, derandomize))
    return settle("correction", subject, lambda: asked.correction.id, asked.properties(), skip)


class _Correction:
    """A correction, its parameters and figures, and the search for each law."""

    def __init__(self, subject: Subject, name: str, options: dict[str, Any], tolerance: float, effort: Effort) -> None:
        self.subject, self.options, self.tolerance, self.effort = subject, options, tolerance, effort
        self.correction = find_correction(name, options["item"])
        needed = tuple(p for p in self.correction.parameters if not p.optional)
        # Where everything is optional, the first parameter alone is asked.
        self.parameters = needed or self.correction.parameters[:1]
        if not self.parameters:
            raise OptionError(
                f"{self.correction.id} has no parameter that a function could take",
                self.correction.id,
                "Choose a correction with a formula: docs/corrections.md lists them",
            )
        figures = find_figures(self.correction, options["item"], options["level"], options["case"])
        self.figures = {} if figures is None else figures.values
        self.unit = "" if self.correction.kind == "factor" else f" {self.correction.unit}".rstrip()
        shown = ", ".join(f"{name} {value:g}" for name, value in self.figures.items() if isinstance(value, float))
        where = f"{self.correction.id} {self.correction.clause}".strip()
        self.source = f"{self.correction.formula}; {shown} ({where}, {self.correction.verification})"
        self.expected(*(_smallest(parameter) for parameter in self.parameters))

    def expected(self, *values: float) -> float | None:
        """Return the change for some values, or None where they go together in no plant."""
        named: dict[str, Any] = {p.keyword: value for p, value in zip(self.parameters, values, strict=True)}
        try:
            return float(change(self.correction.id, **self.options, **named))
        except OptionError:
            return None

    def properties(self) -> tuple[Property, ...]:
        """Return the laws, the plain ones first."""
        return (
            Property("agreement", "The change is that of the formula with the printed figures", self._agreement),
            Property("moves", "It moves with what it corrects for", self._moves),
            Property("range", "What no plant can have is refused, and what is no number", self._range),
        )

    def _wrong(self, values: tuple[float, ...], answer: Answer, expected: str, cause: str = "") -> Wrong:
        return Wrong(
            self.subject.call(*values), f"{answer.shown}{self.unit}", expected, self.source, cause or answer.misfit
        )

    def _plants(self) -> st.SearchStrategy[tuple[float, ...]]:
        return st.tuples(*(_values(parameter) for parameter in self.parameters))

    def _agreement(self) -> Wrong | None:
        def check(values: tuple[float, ...]) -> Wrong | None:
            expected = self.expected(*values)
            answer = self.subject.number(*values)
            if expected is None or (answer.value is not None and self._is(answer.value, expected)):
                return None
            cause = "" if answer.value is None else self._cause(values, answer.value, expected)
            return self._wrong(values, answer, f"{expected!r}{self.unit}", cause)

        return self.effort.search(self._plants(), check)

    def _is(self, found: float, expected: float) -> bool:
        return same_figure(found, expected, self.tolerance) or found == expected == 0.0

    def _cause(self, values: tuple[float, ...], found: float, expected: float) -> str:
        """Return the figure of the formula whose change would give this, or a ratio that is recognised."""
        named = {p.keyword: value for p, value in zip(self.parameters, values, strict=True)}
        for name, figure in self.figures.items():
            for slip, why in _slips(figure) if isinstance(figure, float) else ():
                try:
                    given = evaluate(self.correction, Figures({**self.figures, name: slip}, ()), named)
                    if given != expected and self._is(found, float(given)):
                        return f"{name} is {slip:g} in place of {figure:g}: {why}"
                except (ArithmeticError, TypeError, ValueError, EnergybenchError):
                    continue
        turned = [(1 / Fraction(expected) ** 2, "turned upside down")] if expected else []
        return cause_of(found, Fraction(expected), turned)

    def _moves(self) -> Wrong | str | None:
        plants = product(*([_smallest(p), *_spread(p)] for p in self.parameters))
        expected = {plant: change for plant in plants for change in [self.expected(*plant)] if change is not None}
        if len(set(expected.values())) < 2:
            return "it is the same for every plant that was tried"
        given = {plant: answer for plant in expected for answer in [self.subject.number(*plant)] if not answer.refused}
        if not given:
            return "it answers no plant that was tried"
        for plant, answer in given.items():
            if not answer.finite:
                return self._wrong(plant, answer, "a finite number")
        if len({answer.value for answer in given.values()}) != 1:
            return None
        plant, answer = next(iter(given.items()))
        between = f"{min(expected.values())!r} to {max(expected.values())!r}{self.unit}, by the plant"
        return self._wrong(plant, answer, between)

    def _range(self) -> Wrong | None:
        plain = [_smallest(parameter) for parameter in self.parameters]
        cases = []
        for place, parameter in enumerate(self.parameters):
            bad = [float("nan")]
            bad += [parameter.low - 1.0] if parameter.low <= 0 and "possible" in parameter.why else []
            bad += [-1.0] if parameter.low >= 0 else []
            cases += [(*plain[:place], value, *plain[place + 1 :]) for value in bad]

        def check(values: tuple[float, ...]) -> Wrong | None:
            answer = self.subject.number(*values)
            if answer.refused:
                return None
            return self._wrong(values, answer, REFUSAL)

        return each(cases, check)


def _slips(figure: float) -> list[tuple[float, str]]:
    """Return what a slip makes of one figure of a formula."""
    found = [(float(int(figure)), "an integer division")] if figure != int(figure) else []
    found += [(-figure, "the sign is turned round"), (0.0, "it is left out")]
    found += [(1 / figure, "it is turned upside down")] if figure else []
    found += [(figure * scale, "the decimal point, or a share in percent") for scale in (10, 0.1, 100, 0.01)]
    return [(slip, why) for slip, why in found if slip != figure]


def _ends(parameter: Parameter) -> tuple[float, float]:
    low = max(parameter.low, -_LARGEST)
    return low, parameter.high if isfinite(parameter.high) else float(_LARGEST)


def _smallest(parameter: Parameter) -> float:
    """Return a plain value inside the range of a parameter."""
    low, high = _ends(parameter)
    return float(max(low + 1, 1.0)) if high - low > 2 else (low + high) / 2


def _spread(parameter: Parameter) -> list[float]:
    low, high = _ends(parameter)
    return [low + (high - low) * part for part in (0.25, 0.5, 0.75)]


def _values(parameter: Parameter) -> st.SearchStrategy[float]:
    """Draw values with few digits inside the range of a parameter."""
    low, high = _ends(parameter)
    scale = 1 if high - low > 10 else 1000
    first, last = int(low * scale) + bool(parameter.above), int(high * scale)
    return st.integers(max(first, min(1, last)), last).map(lambda n: n / scale) | st.integers(first, last).map(
        lambda n: n / scale
    )
