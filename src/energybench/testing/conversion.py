"""Laws of a converter: an amount, a unit and a carrier to tonnes of standard coal."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from energybench.testing.asking import Answer, Refusals, Subject
from energybench.testing.causes import cause_of, figures_of
from energybench.testing.facts import (
    HOSTILE,
    NO_CARRIERS,
    carrier_names,
    choice_of,
    without_single_figure,
    wrong_units,
)
from energybench.testing.options import check_room
from energybench.testing.probing import Case, Known, Probe, cases, plain_cases
from energybench.testing.report import Property, Report, Wrong, settle
from energybench.testing.searching import Effort, each
from energybench.testing.strategies import amounts, hostile_unit_texts
from energybench.units.registry import same_kind
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from energybench.energy.coal_rates import CoalRate
    from energybench.energy.coefficients import Choice
    from energybench.units.registry import AmountLike

REFUSAL = "a refusal: an error, None or NaN"
_NOTHING = "it does not answer anything"
_Question = tuple[float, str, str]
_NOT_A_NUMBER = (float("nan"), float("inf"), float("-inf"))


def assert_conversion_properties(
    function: Callable[[float, str, str], object],
    *,
    basis: str = "calorific",
    coal_rate: AmountLike | CoalRate | None = None,
    edition: str | None = None,
    carriers: Iterable[str] | None = None,
    units: Iterable[str] | None = None,
    tolerance: float = 1e-9,
    absolute: float = 0.0,
    refuses: Refusals = Exception,
    skip: Collection[str] = (),
    max_examples: int = 100,
    derandomize: bool = True,
) -> Report:
    """Search a converter for an amount that it converts wrongly, or answers where it should refuse.

    A converter may know fewer carriers and units than the tables: what it refuses of its own accord is no mistake,
    and the report says how much it answers. What ``carriers`` and ``units`` name it has to answer.

    Parameters
    ----------
    function : callable
        ``function(amount: float, unit: str, carrier: str)`` gives tonnes of standard coal as a number.
    basis : {"calorific", "primary"}
        当量值 or 等价值: the basis that the converter is meant to have.
    coal_rate : str, pint.Quantity or CoalRate, optional
        Standard coal per electricity that it uses, for the primary basis: ``"302.4 gce/kWh"``.
    edition : str, optional
        Document id or number of its coefficients; default GB/T 2589-2020.
    carriers, units : iterable of str, optional
        Names and unit texts that it has to answer; default those that it does answer.
    tolerance : float
        A figure is right to this part of itself.
    absolute : float
        And to this much in tce, where the converter rounds on purpose.
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
        If an option is wrong.

    Notes
    -----
    Expected: amount x coefficient as printed, in exact fractions.

    Examples
    --------
    >>> def thousandfold(amount, unit, carrier):
    ...     return amount * {"原煤": 714.3}[carrier] / {"t": 1}[unit]
    >>> try:
    ...     assert_conversion_properties(thousandfold, carriers=["原煤"], units=["t"])
    ... except AssertionError as error:
    ...     print(error.report["agreement"])
    FAILED  agreement: An amount times the printed coefficient is its standard coal
            example   thousandfold(1.0, 't', '原煤')
            gave      714.3 tce
            expected  0.7143 tce
            source    原煤 raw coal: 0.7143 kgce/kg (gbt-2589-2020 A.1, two_sources)
            likely    a thousand times too much: kgce/t read as kgce/kg, or kg taken for t
    """
    choice = choice_of(basis, coal_rate, edition)
    check_room("tolerance", tolerance, 1)
    check_room("absolute", absolute)
    subject = Subject(function, refuses)
    probe = Probe(subject, choice, carriers, units)
    converter = _Converter(subject, choice, Effort(max_examples, derandomize), probe, (tolerance, absolute))
    return settle("conversion", subject, probe.coverage, converter.properties(), skip)


def _asked(case: Case, amount: float | None = None) -> _Question:
    """Return the arguments of a case, with another amount where one is given."""
    return case.amount if amount is None else amount, case.unit, case.known.name


class _Converter:
    """A converter and the search for each law."""

    def __init__(
        self, subject: Subject, choice: Choice, effort: Effort, probe: Probe, within: tuple[float, float]
    ) -> None:
        self.subject, self.choice, self.effort, self.probe = subject, choice, effort, probe
        self.tolerance, self.absolute = within
        self.known = probe.known

    def properties(self) -> tuple[Property, ...]:
        """Return the laws, the plain ones first."""
        basis = {"calorific": "the calorific one (当量值)", "primary": "the primary one (等价值)"}[self.choice.basis]
        return (
            Property("answers", "It answers what it is meant for", self._nothing_missing),
            Property(
                "agreement",
                "An amount times the printed coefficient is its standard coal",
                lambda: self._search(self._fuels(power=False), self._disagreement, "any carrier but electricity"),
            ),
            Property(
                "basis",
                f"The basis of electricity is {basis}",
                lambda: self._search(self._fuels(power=True), self._disagreement, "electricity"),
            ),
            Property("units", "The same amount in another unit is the same standard coal", self._units),
            Property("zero", "Nothing is no standard coal", self._zero),
            Property("sign", "Energy sent out is the negative of energy received", self._sign),
            Property("additive", "Two meters together are the sum of both", self._additive),
            Property("dimension", "A unit of another kind is refused, and a density is never assumed", self._dimension),
            Property("condition", "m3 and Nm3 are not taken for each other", self._condition),
            Property("hostile", "A text that is no unit, or one of two, is refused", self._hostile),
            Property("no-default", "Where a document prints a range, no figure is assumed", self._no_default),
            Property("unknown", "A carrier that nobody knows is refused", self._unknown),
            Property("gaps", "What is no number never becomes one", self._gaps),
        )

    # What is asked

    def _fuels(self, *, power: bool | None = None) -> list[Known]:
        return [known for known in self.known if power is None or (known.fuel.category == "electricity") == power]

    def _search(self, known: list[Known], check: Callable[[Case], Wrong | None], what: str) -> Wrong | str | None:
        if not known:
            return f"it does not answer {what}"
        return each(plain_cases(known), check) or self.effort.search(cases(known), check)

    def _ask(self, case: Case, amount: float | None = None) -> Answer:
        return self.subject.number(*_asked(case, amount))

    def _wrong(
        self, arguments: _Question, answer: Answer, expected: str, *, source: str = "", cause: str = ""
    ) -> Wrong:
        gave = answer.shown if answer.value is None else f"{answer.shown} tce"
        return Wrong(self.subject.call(*arguments), gave, expected, source, cause or answer.misfit)

    def _incomparable(self, *asked: tuple[_Question, Answer]) -> Wrong | None:
        """Return what is wrong with the first answer that is no refusal and no finite number: it has no measure."""
        for arguments, answer in asked:
            if not answer.refused and not answer.finite:
                cause = "" if answer.value is None else "it overflows"
                return self._wrong(arguments, answer, "a finite number of tce", cause=cause)
        return None

    def _right(self, found: float | None, expected: Fraction, scale: Fraction | None = None) -> bool:
        if found is None or not isfinite(found):
            return False
        room = Fraction(self.tolerance) * abs(expected if scale is None else scale) + Fraction(self.absolute)
        return abs(Fraction(found) - expected) <= room

    # The laws

    def _nothing_missing(self) -> Wrong | None:
        answered = {known.fuel.carrier for known in self.known}
        expected = "a finite number of tce"
        if not answered:
            names, fuel = self.probe.wanted[0]
            unit = self.probe.units[0] if self.probe.units else fuel.per.symbol
            answer = self.subject.number(1.0, unit, names[0])
            return self._wrong((1.0, unit, names[0]), answer, expected, cause="it answers nothing that was tried")
        if self.probe.misfit is not None:
            return self._wrong(*self.probe.misfit, expected)
        for names, fuel in self.probe.wanted if self.probe.carriers is not None else ():
            if fuel.carrier not in answered:
                answer = self.subject.number(1.0, fuel.per.symbol, names[0])
                return self._wrong((1.0, fuel.per.symbol, names[0]), answer, expected)
        for known in self.known if self.probe.units is not None else ():
            for unit in self.probe.units or ():
                if same_kind(read_unit(unit), known.fuel.per):
                    answer = self.subject.number(1.0, unit, known.name)
                    if answer.refused:
                        return self._wrong((1.0, unit, known.name), answer, expected)
        return None

    def _disagreement(self, case: Case) -> Wrong | None:
        answer = self._ask(case)
        expected = case.known.fuel.expected(case.amount, case.unit, self.choice)
        if answer.refused or self._right(answer.value, expected):
            return None
        cause = "" if answer.value is None else cause_of(answer.value, expected, figures_of(case.known.fuel))
        source = str(case.known.fuel.record)
        return self._wrong(_asked(case), answer, f"{float(expected)!r} tce", source=source, cause=cause)

    def _units(self) -> Wrong | str | None:
        several = [known for known in self.known if len(known.units) > 1]
        if not several:
            return "it reads one unit of each kind"

        def check(pair: tuple[Case, str]) -> Wrong | None:
            case, other = pair
            fuel = case.known.fuel
            there = fuel.expected(1.0, case.unit, self.choice) / fuel.expected(1.0, other, self.choice)
            same = float(Fraction(repr(case.amount)) * there)
            arguments = (same, other, case.known.name)
            one, two = self._ask(case), self.subject.number(*arguments)
            useless = self._incomparable((_asked(case), one), (arguments, two))
            if useless is not None:
                return useless
            if one.refused or two.refused or self._right(two.value, Fraction(one.value)):
                return None
            call = self.subject.call(*_asked(case))
            cause = cause_of(two.value, Fraction(one.value)) if one.value else ""
            return self._wrong(arguments, two, f"{one.shown} tce, which {call} is", cause=cause)

        turned = ((Case(one.known, one.known.units[0], 1.0), one.unit) for one in plain_cases(several))
        number = st.integers(0, max(len(known.units) for known in several) - 1)
        pairs = st.tuples(cases(several), number).map(lambda p: (p[0], p[0].known.units[p[1] % len(p[0].known.units)]))
        return each(turned, check) or self.effort.search(pairs, check)

    def _zero(self) -> Wrong | str | None:
        def check(case: Case) -> Wrong | None:
            answer = self._ask(case, 0.0)
            if answer.refused or answer.value == 0:
                return None
            return self._wrong(_asked(case, 0.0), answer, "0 tce")

        return self._search(self.known, check, "anything")

    def _sign(self) -> Wrong | str | None:
        def check(case: Case) -> Wrong | None:
            received, sent = self._ask(case), self._ask(case, -case.amount)
            arguments = _asked(case, -case.amount)
            useless = self._incomparable((_asked(case), received), (arguments, sent))
            if useless is not None:
                return useless
            if received.refused or sent.refused or self._right(sent.value, -Fraction(received.value)):
                return None
            cause = cause_of(sent.value, -Fraction(received.value))
            return self._wrong(arguments, sent, f"{-received.value!r} tce", cause=cause)

        return self._search(self.known, check, "anything")

    def _additive(self) -> Wrong | str | None:
        def check(pair: tuple[Case, float]) -> Wrong | None:
            case, more = pair
            total = float(Fraction(repr(case.amount)) + Fraction(repr(more)))
            one, two, both = self._ask(case), self._ask(case, more), self._ask(case, total)
            arguments = _asked(case, total)
            useless = self._incomparable((_asked(case), one), (_asked(case, more), two), (arguments, both))
            if useless is not None:
                return useless
            if one.refused or two.refused or both.refused:
                return None
            summed = Fraction(one.value) + Fraction(two.value)
            if self._right(both.value, summed):
                return None
            parts = " and ".join(self.subject.call(a, case.unit, case.known.name) for a in (case.amount, more))
            try:
                expected = f"{float(summed)!r} tce"
            except OverflowError:
                expected = "more than a number can be"
            return self._wrong(arguments, both, f"{expected}, the sum of {parts}")

        if not self.known:
            return _NOTHING
        return self.effort.search(st.tuples(cases(self.known), amounts()), check)

    def _refusal(self, arguments: tuple[float, str, str], why: str) -> Wrong | None:
        answer = self.subject.number(*arguments)
        return None if answer.refused else self._wrong(arguments, answer, REFUSAL, cause=why)

    def _dimension(self) -> Wrong | str | None:
        if not self.known:
            return _NOTHING
        names = {known.fuel.carrier: known.name for known in self.known}
        cases = [
            (names[fuel.carrier], unit, why) for fuel, unit, why in wrong_units(self.choice) if fuel.carrier in names
        ]
        return each(cases, lambda case: self._refusal((1.0, case[1], case[0]), f"{case[1]} measures {case[2]}"))

    def _condition(self) -> Wrong | str | None:
        gases = [known for known in self.known if same_kind(known.fuel.per, read_unit("m3"))]
        if not gases:
            return "it answers no gas by volume"
        why = "Nm3 is a volume at 0 °C, and the coefficient is per m3: about 7 % between 0 and 20 °C"
        return each(gases, lambda known: self._refusal((1.0, "Nm3", known.name), why))

    def _hostile(self) -> Wrong | str | None:
        if not self.known:
            return _NOTHING
        cases = [(known, text) for known in self._one_of_each_kind() for text in HOSTILE]
        found = each(cases, lambda case: self._refusal((1.0, case[1], case[0].name), HOSTILE[case[1]]))
        return found or self.effort.search(
            st.tuples(st.sampled_from(self._one_of_each_kind()), hostile_unit_texts()),
            lambda case: self._refusal((1.0, case[1], case[0].name), HOSTILE.get(case[1], "")),
        )

    def _one_of_each_kind(self) -> list[Known]:
        return list({known.units: known for known in reversed(self.known)}.values())[::-1]

    def _no_default(self) -> Wrong | str | None:
        for carrier, why in without_single_figure(self.choice):
            for name in carrier_names(carrier):
                for unit in ("m3", "t", "kWh"):
                    found = self._refusal((1.0, unit, name), why)
                    if found is not None:
                        return found
        return None

    def _unknown(self) -> Wrong | str | None:
        return each(NO_CARRIERS, lambda name: self._refusal((1.0, "t", name), "a figure from nowhere"))

    def _gaps(self) -> Wrong | str | None:
        if not self.known:
            return _NOTHING

        def check(case: tuple[Known, float]) -> Wrong | None:
            known, amount = case
            answer = self.subject.number(amount, known.units[0], known.name)
            if answer.refused or (answer.value is not None and not isfinite(answer.value)):
                return None
            return self._wrong((amount, known.units[0], known.name), answer, REFUSAL)

        return each([(known, amount) for known in self.known for amount in _NOT_A_NUMBER], check)
