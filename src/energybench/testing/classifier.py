"""Laws of a classifier: a value, its unit and a product to a class."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from energybench.errors import OptionError, quoted
from energybench.limits.choose import find_item
from energybench.limits.ladders import Level
from energybench.testing.asking import Answer, Refusals, Subject
from energybench.testing.causes import RATIOS
from energybench.testing.facts import HOSTILE, NO_PRODUCTS, Product, common_spellings, products
from energybench.testing.probing import texts
from energybench.testing.report import Property, Report, Wrong, settle
from energybench.testing.searching import Effort, each
from energybench.testing.slips import SLIPS, Case, Known, around, near
from energybench.units.registry import ratio, same_kind
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable


REFUSAL = "a refusal: an error, None or NaN"
#: Where a value lies, in percent of the highest limit above the lowest.
_PERCENT = st.integers(-100, 200)
_NOT_A_NUMBER = (float("nan"), float("inf"), float("-inf"))
_NOTHING = "it answers nothing"
_OWN_WORDS = 'pass classes={"its word": "benchmark", ...} if it has words of its own'
_OTHER_KINDS = ("kWh/t", "kgce/t", "kgce/m2", "t", "kWh", "GJ/t")
_CHINESE = {"标杆": "benchmark", "基准": "baseline", "基准以下": "below-baseline", "合格": "within-limit"}


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
    refuses : exception types or callable
        What counts as a refusal beside None; a function is given the answer or the exception.
    skip : collection of str
        Names of properties that are not asked.
    max_examples : int
        Examples that Hypothesis tries for each property; every limit of every product is tried anyway.
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
        If an option is wrong.

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
    subject = Subject(function, refuses)
    classifier = _Classifier(subject, document, items, classes or {}, Effort(max_examples, derandomize))
    return settle("classifier", subject, classifier.coverage, classifier.properties(), skip)


class _Classifier:
    """A classifier, the products that it answers, and the search for each law."""

    def __init__(
        self,
        subject: Subject,
        document: str | None,
        items: Iterable[str] | None,
        classes: Mapping[str, str],
        effort: Effort,
    ) -> None:
        self.subject, self.effort = subject, effort
        self.strict = items is not None
        self.words = _words(classes)
        self.every = products(document)
        self.wanted = self._wanted(texts("items", items))
        if not self.wanted:
            raise OptionError(f"No limit of {document} may be used", str(document), "Choose another document")
        self.known = [
            Known(name, product)
            for names, product in self.wanted
            for name in [next((one for one in names if self._answers(one, product)), "")]
            if name
        ]

    def _wanted(self, items: Iterable[str] | None) -> list[tuple[tuple[str, ...], Product]]:
        if items is None:
            return [(product.names, product) for product in self.every]
        found: list[tuple[tuple[str, ...], Product]] = []
        for name in items:
            here = [product for product in self.every if product.ladder.item == find_item(name)]
            if not here:
                raise OptionError(f"{name} has no limit that may be used", name, "Leave it out, or pass its document=")
            found += [((name,), product) for product in here]
        return found

    def _answers(self, name: str, product: Product) -> bool:
        value = next(step.value for step in product.ladder.steps if step.value is not None)
        return not self._ask(value, product.ladder.unit, name).refused

    def coverage(self) -> str:
        """Say how many products the classifier answers."""
        return f"answers {len(self.known)} of {len(self.wanted)} limits"

    def properties(self) -> tuple[Property, ...]:
        """Return the laws, the plain ones first."""
        return (
            Property("answers", "It answers what it is meant for, in words that are known", self._nothing_missing),
            Property(
                "limits", "At each limit, just inside and just outside, the class is the document's", self._limits
            ),
            Property("agreement", "Between and beyond the limits the class is the document's too", self._agreement),
            Property("monotone", "A better value never has a worse class", self._monotone),
            Property("units", "The same value in another unit has the same class", self._units),
            Property("dimension", "A value of another kind is refused: kWh/t is never kgce/t", self._dimension),
            Property("hostile", "A text that is no unit, or one of two, is refused", self._hostile),
            Property("unknown", "A product that nobody knows is refused", self._unknown),
            Property("gaps", "What is no number has no class", self._gaps),
        )

    # What is asked

    def _ask(self, value: float, unit: str, name: str) -> Answer:
        return self.subject.text(value, unit, name)

    def _level(self, answer: Answer) -> str | None:
        return None if answer.value is None else self.words.get(answer.value.casefold())

    def _wrong(
        self, arguments: tuple[float, str, str], answer: Answer, expected: str, *, source: str = "", cause: str = ""
    ) -> Wrong:
        unknown = answer.value is not None and self._level(answer) is None
        own = _OWN_WORDS if unknown else answer.misfit
        return Wrong(self.subject.call(*arguments), answer.shown, expected, source, cause or own)

    def _no_class(self, known: Known, value: float, unit: str, answer: Answer) -> Wrong | None:
        """Return what is wrong with an answer that is no refusal and no class of the ladder: it has no rank."""
        if answer.refused or self._level(answer) in known.ladder.levels:
            return None
        return self._wrong((value, unit, known.name), answer, f"one of {', '.join(known.ladder.levels)}")

    def _judge(self, case: Case) -> tuple[Answer, Level] | None:
        """Return the answer to a case and the class expected, where they differ."""
        expected = case.known.level(case.value)
        if expected is None:
            return None
        answer = self._ask(case.value, case.known.ladder.unit, case.known.name)
        if (answer.refused and not self.strict) or self._level(answer) == expected:
            return None
        return answer, expected

    def _cause(self, failing: list[tuple[Case, Answer]], passing: list[Case]) -> str:
        """Return the slip that explains every failing case, or nothing; passing cases must not speak against it."""
        given = [(case, self._level(answer)) for case, answer in failing]
        given += [(case, case.known.level(case.value)) for case in passing]
        explained = {said: sum(slip(case) == level for case, level in given) for said, slip in SLIPS}
        best = max(explained, key=lambda said: explained[said])
        return best if explained[best] == len(given) else ""

    # The laws

    def _nothing_missing(self) -> Wrong | None:
        if not self.known:
            names, product = self.wanted[0]
            arguments = (float(product.ladder.steps[0].value or 1), product.ladder.unit, names[0])
            return self._wrong(arguments, self._ask(*arguments), "a class", cause="it answers nothing that was tried")
        for names, product in self.wanted:
            value = next(step.value for step in product.ladder.steps if step.value is not None)
            arguments = (value, product.ladder.unit, names[0])
            known = next((one for one in self.known if one.product is product), None)
            if known is None and not self.strict:
                continue
            answer = self._ask(value, product.ladder.unit, known.name if known else names[0])
            if self._level(answer) is None:
                return self._wrong(arguments, answer, f"one of {', '.join(product.ladder.levels)}")
        return None

    def _limits(self) -> Wrong | str | None:
        """Try every limit of every product: at it, a hair better, a hair worse."""
        if not self.known:
            return _NOTHING
        first: tuple[Case, Answer, Level] | None = None
        for known in self.known:
            failing: list[tuple[Case, Answer]] = []
            passing: list[Case] = []
            for case in around(known):
                wrong = self._judge(case)
                if wrong is None:
                    passing.append(case)
                    continue
                first = first or (case, *wrong)
                failing.append((case, wrong[0]))
            if first is not None:
                return self._explained(first, self._cause(failing, passing))
        return None

    def _explained(self, wrong: tuple[Case, Answer, Level], cause: str) -> Wrong:
        case, answer, expected = wrong
        arguments = (case.value, case.known.ladder.unit, case.known.name)
        shown = f"{expected.value!r}"
        return self._wrong(arguments, answer, shown, source=case.known.product.source, cause=cause)

    def _agreement(self) -> Wrong | str | None:
        def check(case: Case) -> Wrong | None:
            wrong = self._judge(case)
            if wrong is None:
                return None
            return self._explained((case, *wrong), self._cause([(case, wrong[0])], []))

        return self.effort.search(self._cases(), check) if self.known else _NOTHING

    def _cases(self) -> st.SearchStrategy[Case]:
        return st.builds(lambda known, percent: Case(known, known.at(percent)), st.sampled_from(self.known), _PERCENT)

    def _monotone(self) -> Wrong | str | None:
        def check(pair: tuple[Case, int]) -> Wrong | None:
            known, one = pair[0].known, pair[0].value
            two = known.at(pair[1])
            better, worse = (one, two) if known.ladder.sign * one <= known.ladder.sign * two else (two, one)
            answers = [self._ask(value, known.ladder.unit, known.name) for value in (better, worse)]
            for value, answer in zip((better, worse), answers, strict=True):
                if (found := self._no_class(known, value, known.ladder.unit, answer)) is not None:
                    return found
            levels = [self._level(answer) for answer in answers]
            ranks = [known.ladder.levels.index(Level(one)) for one in levels if one in known.ladder.levels]
            if len(ranks) < 2 or ranks[0] <= ranks[1]:
                return None
            call = self.subject.call(worse, known.ladder.unit, known.name)
            expected = f"at least {answers[1].shown}, the class of the worse {call}"
            return self._wrong((better, known.ladder.unit, known.name), answers[0], expected)

        if not self.known:
            return _NOTHING
        # Neighbours on a coarse grid first: a hole in the middle is seldom met by two values at random.
        grid = (
            (Case(known, known.at(one)), two) for known in self.known for one, two in pairwise(range(-100, 201, 15))
        )
        return each(grid, check) or self.effort.search(st.tuples(self._cases(), _PERCENT), check)

    def _units(self) -> Wrong | str | None:
        readable = [
            (known, unit)
            for known in self.known
            for unit in common_spellings(known.product.unit)
            if unit != known.ladder.unit and not self._ask(self._probe(known, unit), unit, known.name).refused
        ]
        if not self.known:
            return _NOTHING
        if not readable:
            return "it reads one unit of each limit"

        def check(case: tuple[tuple[Known, str], Fraction]) -> Wrong | None:
            (known, unit), value = case
            expected = known.level(float(value))
            there = float(value / ratio(read_unit(unit), known.product.unit))
            answer = self._ask(there, unit, known.name)
            found = self._no_class(known, there, unit, answer)
            if found is not None or expected is None or answer.refused or self._level(answer) == expected:
                return found
            factor = ratio(read_unit(unit), known.product.unit)
            slips = [(Fraction(1) / factor, "the unit is not read: the number stands as it is"), *RATIOS]
            cause = next(
                (said for times, said in slips if known.level(float(value * Fraction(times))) == self._level(answer)),
                "",
            )
            more = {"source": known.product.source, "cause": cause}
            return self._wrong((there, unit, known.name), answer, f"{expected.value!r}", **more)

        # Each unit with one value, each time on another side of another limit; then any of them.
        sides = ([value for value in near(one[0]) if value] for one in readable)
        plain = [
            (one, values[place % len(values)]) for place, (one, values) in enumerate(zip(readable, sides, strict=True))
        ]
        drawn = st.builds(
            lambda one, side: (one, near(one[0])[side % len(near(one[0]))]),
            st.sampled_from(readable),
            st.integers(0, 11),
        )
        return each(plain, check) or self.effort.search(drawn, lambda case: check(case) if case[1] else None)

    def _probe(self, known: Known, unit: str) -> float:
        value = next(step.value for step in known.ladder.steps if step.value is not None)
        return float(Fraction(value) / ratio(read_unit(unit), known.product.unit))

    def _refusal(self, arguments: tuple[float, str, str], why: str) -> Wrong | None:
        answer = self._ask(*arguments)
        return None if answer.refused else self._wrong(arguments, answer, REFUSAL, cause=why)

    def _dimension(self) -> Wrong | str | None:
        if not self.known:
            return _NOTHING
        cases = [
            (known, unit)
            for known in self.known
            for unit in _OTHER_KINDS
            if not any(same_kind(read_unit(unit), one.unit) for one in self._of(known.ladder.item))
        ]
        why = "the unit is not looked at, or only its beginning"
        return each(cases, lambda case: self._refusal((1.0, case[1], case[0].name), why))

    def _of(self, item: str) -> list[Product]:
        """Return the limits of an item: a standard may have several indicators."""
        return [product for product in self.every if product.ladder.item == item]

    def _hostile(self) -> Wrong | str | None:
        if not self.known:
            return _NOTHING
        hostile = {**HOSTILE, **{f"kgce/{text}": why for text, why in HOSTILE.items() if text and "/" not in text}}
        firsts = {known.ladder.unit: known for known in reversed(self.known)}.values()
        cases = [(known, text, why) for known in firsts for text, why in hostile.items()]
        return each(cases, lambda case: self._refusal((1.0, case[1], case[0].name), case[2]))

    def _unknown(self) -> Wrong | str | None:
        return each(NO_PRODUCTS, lambda name: self._refusal((1.0, "kgce/t", name), "a class from nowhere"))

    def _gaps(self) -> Wrong | str | None:
        if not self.known:
            return _NOTHING
        why = "every comparison with NaN is false: the last branch is taken"
        cases = [(known, value) for known in self.known for value in _NOT_A_NUMBER]
        return each(cases, lambda case: self._refusal((case[1], case[0].ladder.unit, case[0].name), why))


def _words(classes: Mapping[str, str]) -> dict[str, str]:
    """Map every known word for a class to the class."""
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
