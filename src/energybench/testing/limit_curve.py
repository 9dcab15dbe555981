"""Laws of a limit that depends on furnace capacity."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from energybench.errors import check_option
from energybench.limits.furnaces import DEFAULT_ITEM, READINGS, find_curve
from energybench.testing.asking import Answer, Refusals, Subject
from energybench.testing.causes import cause_of, same_figure
from energybench.testing.options import check_room
from energybench.testing.report import Property, Report, Wrong, settle
from energybench.testing.searching import Effort, each
from energybench.testing.strategies import furnace_capacities

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

REFUSAL = "a refusal: an error, None or NaN"
_ABOVE = (Fraction(11, 10), Fraction(2), Fraction(200))
_BELOW = (Fraction(9, 10), Fraction(1, 2), Fraction(1, 1000))
_NO_CAPACITIES = (0.0, -1.0, -0.001, float("nan"), float("inf"), float("-inf"))


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
    OptionError, UnknownProductError
        If an option is wrong.

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
    check_room("tolerance", tolerance, 1)
    subject = Subject(function, refuses)
    curve = _Curve(subject, item, document, reading, tolerance, Effort(max_examples, derandomize))
    return settle("limit-curve", subject, lambda: f"{len(curve.points)} stated points", curve.properties(), skip)


class _Curve:
    """A limit curve, the stated points, and the search for each law."""

    def __init__(
        self, subject: Subject, item: str, document: str | None, reading: str | None, tolerance: float, effort: Effort
    ) -> None:
        self.subject, self.reading, self.tolerance, self.effort = subject, reading, tolerance, effort
        stated = find_curve(item, document)
        self.points = [
            (Fraction(capacity), Fraction(limit))
            for capacity, limit in zip(stated.capacities.tolist(), stated.limits.tolist(), strict=True)
        ]
        row = stated.row
        self.unit = row.unit
        shown = ", ".join(f"{float(capacity):g} t {float(limit):g}" for capacity, limit in self.points)
        self.source = f"{shown} {row.unit} ({f'{row.document} {row.clause}'.strip()}, {row.verification})"
        self.capacities = furnace_capacities(item=item)
        low, high = self.points[0][0], self.points[-1][0]
        beyond = [*(high * times for times in _ABOVE), *(low * times for times in _BELOW)]
        #: Where the document says the limit: at the stated points and beyond the last.
        self.stated = [*(capacity for capacity, _ in self.points), *beyond]

    def properties(self) -> tuple[Property, ...]:
        """Return the laws, the plain ones first."""
        between = "is read as asked" if self.reading else "lies between those of its neighbours, or is refused"
        return (
            Property("points", "The limit at a stated capacity is the one stated", self._points),
            Property("ends", "Beyond the stated capacities the limit stays: nothing is extrapolated", self._ends),
            Property("between", f"Between two stated capacities the limit {between}", self._between),
            Property("monotone", "A larger furnace never has a higher limit", self._monotone),
            Property("no-capacity", "What is no capacity is refused: NaN, zero, negative, infinite", self._refusals),
        )

    def _wrong(self, capacity: float, answer: Answer, expected: str, cause: str = "") -> Wrong:
        gave = answer.shown if answer.value is None else f"{answer.shown} {self.unit}"
        return Wrong(self.subject.call(capacity), gave, expected, self.source, cause or answer.misfit)

    def _is(self, found: float | None, expected: Fraction) -> bool:
        return found is not None and same_figure(found, expected, self.tolerance)

    def _at(self, capacity: Fraction) -> Wrong | None:
        """Ask at a capacity where the document says the limit."""
        expected = self._limit(capacity, "linear")
        answer = self.subject.number(float(capacity))
        if self._is(answer.value, expected):
            return None
        cause = "" if answer.value is None else self._cause(capacity, answer.value, expected)
        return self._wrong(float(capacity), answer, f"{float(expected)!r} {self.unit}", cause)

    def _limit(self, capacity: Fraction, reading: str) -> Fraction:
        """Return the limit at any capacity by one of the readings that have one everywhere."""
        if capacity <= self.points[0][0]:
            return self.points[0][1]
        for (left, high), (right, low) in pairwise(self.points):
            if left <= capacity <= right:
                if capacity in (left, right):
                    return high if capacity == left else low
                linear = high + (low - high) * (capacity - left) / (right - left)
                return {"linear": linear, "class_below": high, "class_above": low}[reading]
        return self.points[-1][1]

    def _slips(self) -> tuple[tuple[str, Callable[[Fraction], Fraction]], ...]:
        """Return what known slips make of the curve."""
        first, last = self.points[:2], self.points[:-3:-1]
        low, high = first[0][0], last[0][0]
        hair = Fraction(1, 10**6)

        def drawn_on(capacity: Fraction, *, below: bool, above: bool) -> Fraction:
            if (capacity < low and below) or (capacity > high and above):
                (x, y), (other_x, other_y) = first if capacity < low else last
                return y + (capacity - x) * (other_y - y) / (other_x - x)
            return self._limit(capacity, "linear")

        extrapolated = "the line through the last two points is drawn on: extrapolated"
        return (
            (extrapolated, lambda capacity: drawn_on(capacity, below=True, above=True)),
            (extrapolated, lambda capacity: drawn_on(capacity, below=False, above=True)),
            (extrapolated, lambda capacity: drawn_on(capacity, below=True, above=False)),
            ("the capacity is taken in kg", lambda capacity: self._limit(capacity * 1000, "linear")),
            ("kg taken for t", lambda capacity: self._limit(capacity / 1000, "linear")),
            ("the limit of the next larger furnace", lambda c: self._limit(c * (1 + hair), "class_above")),
            ("the limit of the next smaller furnace", lambda c: self._limit(c * (1 - hair), "class_below")),
            ("linear between the stated capacities", lambda capacity: self._limit(capacity, "linear")),
        )

    def _cause(self, capacity: Fraction, found: float, expected: Fraction) -> str:
        """Return the slip that gives this limit here and what was given wherever the document says the limit."""
        given = [(c, self.subject.number(float(c)).value) for c in self.stated]
        seen = [(c, value) for c, value in given if value is not None and not self._is(value, self._limit(c, "linear"))]
        for said, slip in self._slips():
            if all(same_figure(value, slip(c)) for c, value in [*seen, (capacity, found)]):
                return said
        return cause_of(found, expected)

    def _points(self) -> Wrong | None:
        return each([capacity for capacity, _ in self.points], self._at)

    def _ends(self) -> Wrong | None:
        return each([capacity for capacity in self.stated if capacity not in dict(self.points)], self._at)

    def _between(self) -> Wrong | None:
        def check(capacity: float) -> Wrong | None:
            exact = Fraction(repr(capacity))
            low, high = self._limit(exact, "class_above"), self._limit(exact, "class_below")
            if low == high:
                return None
            answer = self.subject.number(capacity)
            if self.reading == "stated_only":
                return None if answer.refused else self._wrong(capacity, answer, REFUSAL)
            if self.reading is not None:
                expected = self._limit(exact, self.reading)
                if self._is(answer.value, expected):
                    return None
                cause = "" if answer.value is None else self._cause(exact, answer.value, expected)
                return self._wrong(capacity, answer, f"{float(expected)!r} {self.unit} ({self.reading})", cause)
            if answer.refused or (answer.value is not None and self._inside(answer.value, low, high)):
                return None
            cause = "" if answer.value is None else self._cause(exact, answer.value, high)
            return self._wrong(capacity, answer, f"{float(low)!r} to {float(high)!r} {self.unit}", cause)

        halfway = (float((one + other) / 2) for (one, _), (other, _) in pairwise(self.points))
        return self.effort.search(self.capacities, check) or each(halfway, check)

    def _inside(self, found: float, low: Fraction, high: Fraction) -> bool:
        return self._is(found, low) or self._is(found, high) or low <= found <= high

    def _monotone(self) -> Wrong | str | None:
        compared = False

        def check(pair: tuple[float, float]) -> Wrong | None:
            nonlocal compared
            small, large = sorted(pair)
            one, two = self.subject.number(small), self.subject.number(large)
            for capacity, answer in ((small, one), (large, two)):
                if not answer.refused and not answer.finite:
                    return self._wrong(capacity, answer, f"a finite number of {self.unit}")
            if one.refused or two.refused:
                return None
            compared = True
            if two.value <= one.value * (1 + self.tolerance):
                return None
            call = self.subject.call(small)
            return self._wrong(large, two, f"at most {one.shown} {self.unit}, the limit of {call}")

        stated = pairwise(float(capacity) for capacity, _ in self.points)
        found = self.effort.search(st.tuples(self.capacities, self.capacities), check) or each(stated, check)
        return found or (None if compared else "it answers no two capacities that were tried")

    def _refusals(self) -> Wrong | None:
        def check(capacity: float) -> Wrong | None:
            answer = self.subject.number(capacity)
            return None if answer.refused else self._wrong(capacity, answer, REFUSAL)

        return each(_NO_CAPACITIES, check)
