"""Laws of what the limits of a document hang on: the capacity of a furnace, the corrections of a plant."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product
from math import isfinite, nan
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import strategies as st

from energybench.errors import EnergybenchError, OptionError, check_option
from energybench.limits.corrections import change, find_correction
from energybench.limits.corrections.catalogue import Figures, evaluate, find_figures
from energybench.limits.furnaces import DEFAULT_ITEM, READINGS, find_curve
from energybench.testing.laws import NOT_A_NUMBER, REFUSAL, Answer, Laws, Refusals, each
from energybench.testing.likely_mistakes import HAIR, cause_of, same_figure, slips_of
from energybench.testing.strategies import furnace_capacities

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from energybench.limits.corrections import Parameter
    from energybench.testing.report import Finding, Report

# Times the largest and the smallest stated capacity.
_ABOVE = (1.1, 2, 200)
_BELOW = (0.9, 0.5, 0.001)
#: Where a parameter has no upper end, one is chosen.
_LARGEST = 10_000


def assert_limit_curve_properties(
    function: Callable[[float], object],
    *,
    item: str = DEFAULT_ITEM,
    document: str | None = None,
    reading: str | None = None,
    tolerance: float = 1e-9,
    refuses: Refusals = Exception,
    skip: Collection[str] = (),
    max_examples: int = 100,
    derandomize: bool = True,
) -> Report:
    """Search a limit curve for a capacity whose limit is not what the document states.

    Parameters
    ----------
    function : callable
        ``function(capacity_t: float)`` gives the limit in kWh/t for a rated capacity in t.
    item : str
        Item of the furnace table.
    document : str, optional
        Document id or number; default the one that has the item.
    reading : {"linear", "class_below", "class_above", "stated_only"}, optional
        How it reads the table between the stated points; by default any limit between those of the neighbours is
        right, and so is a refusal.
    tolerance : float
        A limit is right to this part of itself.
    refuses, skip, max_examples, derandomize
        As in :func:`assert_conversion_properties`.

    Returns
    -------
    Report
        As in :func:`assert_conversion_properties`, with its errors.

    Notes
    -----
    昌市政办发〔2021〕24号, 四（一）2: at most 1 t 630, 1.5 t 620, 2 t 610, at least 5 t 590 kWh/t.

    Examples
    --------
    >>> def straight(capacity_t):
    ...     return 650 - 20 * capacity_t
    >>> try:
    ...     assert_limit_curve_properties(straight)
    ... except AssertionError as error:
    ...     print([finding.name for finding in error.report.failures])
    ['points', 'ends', 'between', 'no-capacity']
    """
    if reading is not None:
        check_option("reading", reading, READINGS)
    curve = _Curve(function, refuses, max_examples, derandomize, tolerance)
    curve.meet(item, document, reading)
    return curve.run(skip)


class _Curve(Laws):
    kind = "limit-curve"
    laws: ClassVar = {
        "points": "The limit at a stated capacity is the one stated",
        "ends": "Beyond the stated capacities the limit stays: nothing is extrapolated",
        "between": "Between two stated capacities the limit {0.between}",
        "monotone": "A larger furnace never has a higher limit",
        "no-capacity": "What is no capacity is refused: NaN, zero, negative, infinite",
    }

    @property
    def between(self) -> str:
        return "is read as asked" if self.reading else "lies between those of its neighbours, or is refused"

    def coverage(self) -> str:
        return f"{len(self.points)} stated points"

    def meet(self, item: str, document: str | None, reading: str | None) -> None:
        self.reading, self.capacities = reading, furnace_capacities(item=item)
        self.curve = find_curve(item, document)
        row, stated = self.curve.row, self.curve.capacities
        self.points: dict[float, float] = dict(zip(stated, self.curve.limits, strict=True))
        self.unit = f" {row.unit}"
        shown = ", ".join(f"{capacity:g} t {limit:g}" for capacity, limit in self.points.items())
        self.source = f"{shown} {row.unit} ({f'{row.document} {row.clause}'.strip()}, {row.verification})"
        self.beyond = [
            *(float(stated[-1] * times) for times in _ABOVE),
            *(float(stated[0] * times) for times in _BELOW),
        ]

    def _limit(self, capacity: float, reading: str = "linear") -> float:
        return self.curve.limit_at(capacity, reading)

    def _drawn_on(self, capacity: float, below: bool, above: bool) -> float:
        points = list(self.points.items())
        if not (below and capacity < points[0][0]) and not (above and capacity > points[-1][0]):
            return self._limit(capacity)
        (x, y), (other_x, other_y) = points[:2] if capacity < points[0][0] else points[-2:]
        return y + (capacity - x) * (other_y - y) / (other_x - x)

    def _slips(self) -> tuple[tuple[str, Callable[[float], float]], ...]:
        extrapolated = "the line through the last two points is drawn on: extrapolated"
        return (
            (extrapolated, lambda c: self._drawn_on(c, True, True)),
            (extrapolated, lambda c: self._drawn_on(c, False, True)),
            (extrapolated, lambda c: self._drawn_on(c, True, False)),
            ("the capacity is taken in kg", lambda c: self._limit(c * 1000)),
            ("kg taken for t", lambda c: self._limit(c / 1000)),
            ("the limit of the next larger furnace", lambda c: self._limit(c * (1 + float(HAIR)), "class_above")),
            ("the limit of the next smaller furnace", lambda c: self._limit(c * (1 - float(HAIR)), "class_below")),
            ("linear between the stated capacities", self._limit),
        )

    def _cause(self, capacity: float, answer: Answer, expected: float) -> str:
        if answer.value is None:
            return ""
        given = [(c, self.ask(c)) for c in (*self.points, *self.beyond)]
        seen = [(c, one.value) for c, one in given if one.value is not None and not self.right(one, self._limit(c))]
        for said, slip in self._slips():
            if all(same_figure(value, slip(c)) for c, value in [*seen, (capacity, answer.value)]):
                return said
        return cause_of(answer.value, expected)

    def _at(self, capacity: float, reading: str = "") -> Finding | None:
        answer, expected = self.ask(capacity), self._limit(capacity, reading or "linear")
        if self.right(answer, expected):
            return None
        shown = f"{expected!r}{self.unit}{reading and f' ({reading})'}"
        return self.wrong(answer, shown, cause=self._cause(capacity, answer, expected))

    def law_points(self) -> Finding | None:
        return each(self.points, self._at)

    def law_ends(self) -> Finding | None:
        return each(self.beyond, self._at)

    def law_between(self) -> Finding | None:
        def check(capacity: float) -> Finding | None:
            low, high = self._limit(capacity, "class_above"), self._limit(capacity, "class_below")
            if low == high:
                return None
            if self.reading not in (None, "stated_only"):
                return self._at(capacity, self.reading or "")
            answer = self.ask(capacity)
            if answer.refused:
                return None
            if self.reading == "stated_only":
                return self.wrong(answer, REFUSAL)
            if self.right(answer, low) or self.right(answer, high) or (answer.finite and low <= answer.value <= high):
                return None
            expected = f"{low!r} to {high!r}{self.unit}"
            return self.wrong(answer, expected, cause=self._cause(capacity, answer, high))

        halfway = ((one + other) / 2 for one, other in pairwise(self.points))
        return self.search(self.capacities, check) or each(halfway, check)

    def law_monotone(self) -> Finding | str | None:
        compared = False

        def check(pair: tuple[float, float]) -> Finding | None:
            nonlocal compared
            small, large = map(self.ask, sorted(pair))
            wrong = self.useless(small, large)
            if wrong is not None or small.refused or large.refused:
                return wrong
            compared = True
            if large.value <= small.value * (1 + self.tolerance):
                return None
            return self.wrong(large, f"at most {small.shown}{self.unit}, the limit of {small.call}")

        drawn = st.tuples(self.capacities, self.capacities)
        found = self.search(drawn, check) or each(pairwise(self.points), check)
        return found or (None if compared else "it answers no two capacities that were tried")

    def law_no_capacity(self) -> Finding | str | None:
        return self.refused(((capacity,), "") for capacity in (0.0, -1.0, -0.001, *NOT_A_NUMBER))


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
    asked = _Correction(function, refuses, max_examples, derandomize, tolerance)
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
        self.figures = find_figures(found, options["item"], options["level"], options["case"]).values
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

        return self.search(st.tuples(*map(_values, self.parameters)), check)

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
