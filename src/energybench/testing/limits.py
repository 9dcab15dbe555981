"""Laws of limits: the class of a value, the capacity of a furnace, the corrections of a plant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from fractions import Fraction
from itertools import pairwise, product
from math import inf, isfinite, nan
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import strategies as st

from energybench.errors import EnergybenchError, OptionError, check_option, quoted
from energybench.limits.corrections import Parameter, change, find_correction
from energybench.limits.corrections.catalogue import Figures, change_of, find_figures
from energybench.limits.furnaces import DEFAULT_ITEM, READINGS, find_curve
from energybench.limits.ladders import Level
from energybench.tables.names import find_item
from energybench.testing import facts
from energybench.testing.laws import (
    NOT_A_NUMBER,
    NOTHING,
    REFUSAL,
    Answer,
    Answered,
    Case,
    Finding,
    Laws,
    Refusals,
    Report,
    check_texts,
    each,
    misfit,
)
from energybench.testing.strategies import furnace_capacities
from energybench.units.factors import ratio, same_kind
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from energybench.testing.facts import Product


#: Where a value lies, in percent of the highest limit above the lowest.
_PERCENT = st.integers(-100, 200)
_OWN_WORDS = 'pass classes={"its word": "benchmark", ...} if it has words of its own'
_OTHER_KINDS = ("kWh/t", "kgce/t", "kgce/m2", "t", "kWh", "GJ/t")
_CHINESE = {"标杆": "benchmark", "基准": "baseline", "基准以下": "below-baseline", "合格": "within-limit"}
# Values beside the limits, none of them on one.
_SIDES = tuple(map(Fraction, ("0.9", "1.1", "0.99999", "1.00001")))


def assert_classifier_properties(
    function: Callable[[float, str, str], object],
    *,
    document: str | None = None,
    items: Iterable[str] | None = None,
    classes: Mapping[str, str] | None = None,
    refuses: Refusals = Exception,
    skip: Collection[str] = (),
    max_examples: int = 100,
    derandomize: bool = True,
) -> Report:
    """Search a classifier for a value that it puts into the wrong class, or classes where it should refuse.

    A classifier may know fewer products than the tables: what it refuses of its own accord is no mistake, and the
    report says how many it answers. What ``items`` names it has to answer.

    Parameters
    ----------
    function : callable
        ``function(value: float, unit: str, item: str)`` gives the class as text.
    document : str, optional
        Document id or number that it classifies by; default the newest national list with an accepted row.
    items : iterable of str, optional
        Products that it has to answer, by the names that it takes.
    classes : mapping, optional
        Its own words for the classes, to those of :class:`energybench.Level`: ``{"A": "benchmark"}``. The words of
        the library and of the documents (标杆水平, 1级) are known.
    refuses, skip, max_examples, derandomize
        As in :func:`assert_conversion_properties`.

    Returns
    -------
    Report
        As in :func:`assert_conversion_properties`, with its errors.

    Notes
    -----
    Equality reaches an inclusive limit (优于或等于) and fails a strict one (小于).

    Examples
    --------
    >>> def strict(value, unit, item):
    ...     if unit != "kgce/t" or item != "cement-clinker":
    ...         raise ValueError(item)
    ...     return "benchmark" if value < 100 else "baseline" if value < 117 else "below-baseline"
    >>> try:
    ...     assert_classifier_properties(strict)
    ... except AssertionError as error:
    ...     print(error.report["limits"].cause)
    equality taken the other way: <= read as <, or < as <=
    """
    classifier = _Classifier(function, refuses, max_examples, derandomize)
    classifier.meet(document, check_texts("items", items), classes or {})
    return classifier.run(skip)


class _Classifier(Laws):
    kind = "classifier"
    laws: ClassVar = {
        "answers": "It answers what it is meant for, in words that are known",
        "limits": "At each limit, just inside and just outside, the class is the document's",
        "agreement": "Between and beyond the limits the class is the document's too",
        "monotone": "A better value never has a worse class",
        "units": "The same value in another unit has the same class",
        "dimension": "A value of another kind is refused: kWh/t is never kgce/t",
        "hostile": "A text that is no unit, or one of two, is refused",
        "unknown": "A product that stands in no table is refused",
        "gaps": "What is no number has no class",
    }
    known: list[Answered[Product]]

    def coverage(self) -> str:
        return f"answers {len(self.known)} of {len(self.wanted)} limits"

    def read(self, given: object) -> tuple[str | None, str]:
        if not isinstance(given, str):
            return None, misfit(given, "text: str")
        level = self.words.get(given.strip().casefold())
        return level, "" if level else _OWN_WORDS

    def meet(self, document: str | None, items: tuple[str, ...] | None, classes: Mapping[str, str]) -> None:
        self.required, self.words, self.every = items is not None, _words(classes), facts.products(document)
        self.wanted = self._wanted(items)
        if not self.wanted:
            raise OptionError(f"No limit of {document} may be used", str(document), "Choose another document")
        self.known = [
            Answered(name, product, (product.ladder.unit,))
            for names, product in self.wanted
            for name in [name for name in names if not self.ask(*_first(product), name).refused][:1]
        ]

    def _wanted(self, items: Iterable[str] | None) -> list[tuple[tuple[str, ...], Product]]:
        if items is None:
            return [(product.names, product) for product in self.every]
        found = [(name, self._of(find_item(name))) for name in items]
        for name, limits in found:
            if not limits:
                raise OptionError(f"{name} has no limit that may be used", name, "Leave it out, or pass its document=")
        return [((name,), product) for name, limits in found for product in limits]

    def _of(self, item: str) -> list[Product]:
        return [product for product in self.every if product.ladder.item == item]

    def _no_class(self, product: Product, answer: Answer) -> Finding | None:
        if answer.refused or answer.value in product.ladder.levels:
            return None
        return self.wrong(answer, f"one of {', '.join(product.ladder.levels)}")

    def _judge(self, case: Case[Product]) -> Answer | None:
        ladder = case.known.row.ladder
        expected, (least, most) = ladder.level(case.number), ladder.plausible or (-inf, inf)
        if expected is None:
            return None
        answer, may_refuse = self.ask(*case.ask()), not (self.required and least <= case.number <= most)
        return None if (answer.refused and may_refuse) or answer.value == expected else answer

    def _explained(
        self, case: Case[Product], answer: Answer, given: list[tuple[Product, float, str | None]]
    ) -> Finding:
        product = case.known.row
        expected = repr(str(product.ladder.level(case.number)))
        return self.wrong(answer, expected, source=product.source, cause=facts.cause_of_class(given))

    def law_answers(self) -> Finding | None:
        if not self.known:
            names, product = self.wanted[0]
            return self.wrong(
                self.ask(*_first(product), names[0]), "a class", cause="it answers nothing that was tried"
            )
        answered = {known.row.ladder.id: known.name for known in self.known}
        for names, product in self.wanted:
            name = answered.get(product.ladder.id, names[0] if self.required else "")
            if name and (answer := self.ask(*_first(product), name)).value is None:
                return self.wrong(answer, f"one of {', '.join(product.ladder.levels)}")
        return None

    def law_limits(self) -> Finding | str | None:
        for known in self.known:
            product = known.row
            beside = (limit + abs(limit) * hair for limit in product.limits for hair in (0, -facts.HAIR, facts.HAIR))
            cases = [Case(known, product.ladder.unit, float(value)) for value in beside]
            judged = [(case, self._judge(case)) for case in cases]
            # A slip must also explain the answers that are right.
            given = [
                (product, c.number, wrong.value if wrong else product.ladder.level(c.number)) for c, wrong in judged
            ]
            for case, answer in judged:
                if answer is not None:
                    return self._explained(case, answer, given)
        return None if self.known else NOTHING

    def law_agreement(self) -> Finding | str | None:
        def check(case: Case[Product]) -> Finding | None:
            answer = self._judge(case)
            given = [] if answer is None else [(case.known.row, case.number, answer.value)]
            return None if answer is None else self._explained(case, answer, given)

        return self.search(self._cases(), check) if self.known else NOTHING

    def _cases(self) -> st.SearchStrategy[Case[Product]]:
        return st.builds(_at, st.sampled_from(self.known), _PERCENT)

    def law_monotone(self) -> Finding | str | None:
        def check(pair: tuple[Case[Product], int]) -> Finding | None:
            case, percent = pair
            product, values = case.known.row, [case.number, case.known.row.at(percent)]
            better, worse = (self.ask(*case.ask(v)) for v in sorted(values, key=lambda v: product.ladder.sign * v))
            wrong = self._no_class(product, better) or self._no_class(product, worse)
            if wrong is not None or better.refused or worse.refused:
                return wrong
            ranks = product.ladder.levels
            if ranks.index(better.value) <= ranks.index(worse.value):
                return None
            return self.wrong(better, f"at least {worse.shown}, the class of the worse {worse.call}")

        if not self.known:
            return NOTHING
        # Neighbours on a coarse grid first: a hole in the middle is seldom met by two values at random.
        grid = ((_at(known, one), two) for known in self.known for one, two in pairwise(range(-100, 201, 15)))
        return each(grid, check) or self.search(st.tuples(self._cases(), _PERCENT), check)

    def law_units(self) -> Finding | str | None:
        readable = [
            Case(known, unit, 1.0)
            for known in self.known
            for unit in facts.common_spellings(known.row.unit)
            if unit != known.row.ladder.unit and not self.ask(*_first(known.row, unit), known.name).refused
        ]
        if not readable:
            return "it reads one unit of each limit" if self.known else NOTHING

        def check(pair: tuple[Case[Product], int]) -> Finding | None:
            case, side = pair
            product = case.known.row
            near = [limit * part for limit in product.limits for part in _SIDES if limit]
            value, factor = near[side % len(near)], ratio(read_unit(case.unit), product.unit)
            expected, answer = product.ladder.level(float(value)), self.ask(*case.ask(float(value / factor)))
            wrong = self._no_class(product, answer)
            if wrong is not None or expected is None or answer.refused or answer.value == expected:
                return wrong
            slips = [(1 / factor, "the unit is not read: the number stands as it is"), *facts.RATIOS]
            said = (s for times, s in slips if product.ladder.level(float(value * Fraction(times))) == answer.value)
            return self.wrong(answer, f"{expected.value!r}", source=product.source, cause=next(said, ""))

        # Each unit with one value, each time on another side of another limit; then any of them.
        listed = ((case, place) for place, case in enumerate(readable))
        drawn = st.tuples(st.sampled_from(readable), st.integers(0, 11))
        return each(listed, check) or self.search(drawn, check)

    def law_dimension(self) -> Finding | str | None:
        return self.refused(
            ((1.0, unit, known.name), facts.UNIT_NOT_READ)
            for known in self.known
            for unit in _OTHER_KINDS
            if not any(same_kind(read_unit(unit), one.unit) for one in self._of(known.row.ladder.item))
        )

    def law_hostile(self) -> Finding | str | None:
        hostile = {f"kgce/{text}": why for text, why in facts.HOSTILE.items() if text and "/" not in text}
        hostile = facts.HOSTILE | hostile
        firsts = {known.row.ladder.unit: known.name for known in reversed(self.known)}.values()
        return self.refused(((1.0, text, name), why) for name in firsts for text, why in hostile.items())

    def law_unknown(self) -> Finding | str | None:
        return self.refused(((1.0, "kgce/t", name), "a class from nowhere") for name in facts.NO_PRODUCTS)

    def law_gaps(self) -> Finding | str | None:
        why = "every comparison with NaN is false: the last branch is taken"
        return self.refused(
            ((gap, known.row.ladder.unit, known.name), why) for known in self.known for gap in NOT_A_NUMBER
        )


def _first(product: Product, unit: str = "") -> tuple[float, str]:
    """Return the best limit of a product in its own unit, or in another one."""
    unit = unit or product.ladder.unit
    return float(product.limits[0] / ratio(read_unit(unit), product.unit)), unit


def _at(known: Answered[Product], percent: int) -> Case[Product]:
    return Case(known, known.row.ladder.unit, known.row.at(percent))


def _words(classes: Mapping[str, str]) -> dict[str, str]:
    if not isinstance(classes, Mapping) or not all(isinstance(word, str) for word in classes):
        fix = 'Write classes={"A": "benchmark"}'
        raise OptionError(f"classes is {quoted(classes)}, expected words and their classes", quoted(classes), fix)
    for level in classes.values():
        if level not in list(Level):
            raise OptionError(f"classes has {level!r}", level, f"Use {', '.join(Level)}")
    own = {level.value: level.value for level in Level} | {level.zh: level.value for level in Level} | _CHINESE
    words = {word.strip().casefold(): level for word, level in {**own, **classes}.items()}
    for word, level in classes.items():
        if words[word.strip().casefold()] != level:
            fix = "Give each class a word of its own: capitals and spaces around it do not count"
            raise OptionError(f"classes has {quoted(word)} for two classes", quoted(word), fix)
    return words


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
        extrapolated, hair = "the line through the last two points is drawn on: extrapolated", float(facts.HAIR)
        return (
            (extrapolated, lambda c: self._drawn_on(c, True, True)),
            (extrapolated, lambda c: self._drawn_on(c, False, True)),
            (extrapolated, lambda c: self._drawn_on(c, True, False)),
            ("the capacity is taken in kg", lambda c: self._limit(c * 1000)),
            ("kg taken for t", lambda c: self._limit(c / 1000)),
            ("the limit of the next larger furnace", lambda c: self._limit(c * (1 + hair), "class_above")),
            ("the limit of the next smaller furnace", lambda c: self._limit(c * (1 - hair), "class_below")),
            ("linear between the stated capacities", self._limit),
        )

    def _cause(self, capacity: float, answer: Answer, expected: float) -> str:
        if answer.value is None:
            return ""
        given = [(c, self.ask(c)) for c in (*self.points, *self.beyond)]
        seen = [(c, one.value) for c, one in given if one.value is not None and not self.right(one, self._limit(c))]
        for said, slip in self._slips():
            if all(facts.same_figure(value, slip(c)) for c, value in [*seen, (capacity, answer.value)]):
                return said
        return facts.cause_of(answer.value, expected)

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
            for slip, why in facts.slips_of(figure) if isinstance(figure, float) else ():
                try:
                    given = float(change_of(self.correction, Figures({**self.figures, name: slip}, ()), named))
                    if given != expected and facts.same_figure(answer.value, given, self.tolerance):
                        return f"{name} is {slip:g} in place of {figure:g}: {why}"
                except (ArithmeticError, TypeError, ValueError, EnergybenchError):
                    continue
        turned = [(1 / Fraction(expected) ** 2, "turned upside down")] if expected else []
        return facts.cause_of(answer.value, Fraction(expected), turned)

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
