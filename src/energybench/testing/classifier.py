"""Laws of a classifier: a value, its unit and a product to a class."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, ClassVar

from hypothesis import strategies as st

from energybench.errors import OptionError, quoted
from energybench.limits.ladders import Level
from energybench.tables.names import find_item
from energybench.testing.facts import HOSTILE, NO_PRODUCTS, UNIT_NOT_READ, Product, common_spellings, products
from energybench.testing.laws import (
    NOT_A_NUMBER,
    NOTHING,
    Answer,
    Case,
    Known,
    Laws,
    Refusals,
    check_texts,
    each,
    read_text,
)
from energybench.testing.likely_mistakes import HAIR, RATIOS, cause_of_class
from energybench.units.factors import ratio, same_kind
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from energybench.testing.report import Finding, Report

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
    known: list[Known[Product]]

    def coverage(self) -> str:
        return f"answers {len(self.known)} of {len(self.wanted)} limits"

    def read(self, given: object) -> tuple[str | None, str]:
        word, misfit = read_text(given)
        level = None if word is None else self.words.get(word.casefold())
        return level, misfit or ("" if level else _OWN_WORDS)

    def meet(self, document: str | None, items: tuple[str, ...] | None, classes: Mapping[str, str]) -> None:
        self.required, self.words, self.every = items is not None, _words(classes), products(document)
        self.wanted = self._wanted(items)
        if not self.wanted:
            raise OptionError(f"No limit of {document} may be used", str(document), "Choose another document")
        self.known = [
            Known(name, product, (product.ladder.unit,))
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
        return self.wrong(answer, expected, source=product.source, cause=cause_of_class(given))

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
            values = [float(limit + abs(limit) * hair) for limit in product.limits for hair in (0, -HAIR, HAIR)]
            judged = [(case, self._judge(case)) for case in (Case(known, product.ladder.unit, v) for v in values)]
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
            for unit in common_spellings(known.row.unit)
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
            slips = [(1 / factor, "the unit is not read: the number stands as it is"), *RATIOS]
            said = (s for times, s in slips if product.ladder.level(float(value * Fraction(times))) == answer.value)
            return self.wrong(answer, f"{expected.value!r}", source=product.source, cause=next(said, ""))

        # Each unit with one value, each time on another side of another limit; then any of them.
        listed = ((case, place) for place, case in enumerate(readable))
        drawn = st.tuples(st.sampled_from(readable), st.integers(0, 11))
        return each(listed, check) or self.search(drawn, check)

    def law_dimension(self) -> Finding | str | None:
        return self.refused(
            ((1.0, unit, known.name), UNIT_NOT_READ)
            for known in self.known
            for unit in _OTHER_KINDS
            if not any(same_kind(read_unit(unit), one.unit) for one in self._of(known.row.ladder.item))
        )

    def law_hostile(self) -> Finding | str | None:
        hostile = {**HOSTILE, **{f"kgce/{text}": why for text, why in HOSTILE.items() if text and "/" not in text}}
        firsts = {known.row.ladder.unit: known.name for known in reversed(self.known)}.values()
        return self.refused(((1.0, text, name), why) for name in firsts for text, why in hostile.items())

    def law_unknown(self) -> Finding | str | None:
        return self.refused(((1.0, "kgce/t", name), "a class from nowhere") for name in NO_PRODUCTS)

    def law_gaps(self) -> Finding | str | None:
        why = "every comparison with NaN is false: the last branch is taken"
        return self.refused(
            ((gap, known.row.ladder.unit, known.name), why) for known in self.known for gap in NOT_A_NUMBER
        )


def _first(product: Product, unit: str = "") -> tuple[float, str]:
    """Return the best limit of a product in its own unit, or in another one."""
    unit = unit or product.ladder.unit
    return float(product.limits[0] / ratio(read_unit(unit), product.unit)), unit


def _at(known: Known[Product], percent: int) -> Case[Product]:
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
