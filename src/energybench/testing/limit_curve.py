"""Laws of a limit that depends on furnace capacity."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from hypothesis import strategies as st

from energybench.errors import check_option
from energybench.limits.furnaces import DEFAULT_ITEM, READINGS, find_curve
from energybench.testing.laws import NOT_A_NUMBER, REFUSAL, Answer, Laws, Refusals
from energybench.testing.likely_mistakes import HAIR, cause_of, same_figure
from energybench.testing.search import Effort, each
from energybench.testing.strategies import furnace_capacities

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from energybench.testing.report import Finding, Report

# Times the largest and the smallest stated capacity.
_ABOVE = (1.1, 2, 200)
_BELOW = (0.9, 0.5, 0.001)


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
    curve = _Curve(function, refuses, Effort(max_examples, derandomize), tolerance)
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
        return self.effort.search(self.capacities, check) or each(halfway, check)

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
        found = self.effort.search(drawn, check) or each(pairwise(self.points), check)
        return found or (None if compared else "it answers no two capacities that were tried")

    def law_no_capacity(self) -> Finding | str | None:
        return self.refused(((capacity,), "") for capacity in (0.0, -1.0, -0.001, *NOT_A_NUMBER))
