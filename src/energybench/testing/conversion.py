"""Laws of a converter: an amount, a unit and a carrier to tonnes of standard coal."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from hypothesis import strategies as st

from energybench.energy.coefficients import DEFAULT_EDITION, Choice
from energybench.energy.conversion import make_choice
from energybench.errors import OptionError
from energybench.tables.names import find_carrier
from energybench.tables.store import citation
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
)
from energybench.testing.strategies import amounts, hostile_unit_texts
from energybench.units.factors import same_kind
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from energybench.energy.coal_rates import CoalRate
    from energybench.testing.facts import Fuel
    from energybench.units.registry import AmountLike

# Enough spellings to find one that a converter reads, before all of them are tried.
_FIRST_UNITS = 12
_FINITE = "a finite number of tce"


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
        Standard coal per electricity that it uses, for the primary basis: ``"300 gce/kWh"``.
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
            source    原煤 raw coal: 0.7143 kgce/kg (gbt-2589-2020 A.1, ...)
            likely    a thousand times too much: kgce/t read as kgce/kg, or kg taken for t
    """
    choice = make_choice(basis=basis, coal_rate=coal_rate, edition=edition)
    converter = _Converter(function, refuses, max_examples, derandomize, tolerance, absolute)
    converter.meet(choice, check_texts("carriers", carriers), check_texts("units", units))
    return converter.run(skip)


class _Converter(Laws):
    kind, unit = "conversion", " tce"
    laws: ClassVar = {
        "answers": "It answers what it is meant for",
        "agreement": "An amount times the printed coefficient is its standard coal",
        "basis": "The basis of electricity is {0.basis}",
        "units": "The same amount in another unit is the same standard coal",
        "zero": "Nothing is no standard coal",
        "sign": "Energy sent out is the negative of energy received",
        "additive": "Two meters together are the sum of both",
        "dimension": "A unit of another kind is refused, and a density is never assumed",
        "condition": "m3 and Nm3 are not taken for each other",
        "hostile": "A text that is no unit, or one of two, is refused",
        "no-default": "Where a document prints a range, no figure is assumed",
        "unknown": "A carrier that stands in no table is refused",
        "gaps": "What is no number never becomes one",
    }
    choice: Choice
    known: list[Answered[Fuel]]

    @property
    def basis(self) -> str:
        return {"calorific": "the calorific one (当量值)", "primary": "the primary one (等价值)"}[self.choice.basis]

    def coverage(self) -> str:
        read = {unit for known in self.known for unit in known.units}
        offered = self.units or {unit for _, fuel in self.wanted for unit in facts.unit_spellings(fuel.per)}
        return f"answers {len(self.known)} of {len(self.wanted)} carriers, {len(read)} of {len(offered)} unit texts"

    def meet(self, choice: Choice, carriers: tuple[str, ...] | None, units: tuple[str, ...] | None) -> None:
        for unit in units or ():
            read_unit(unit)
        self.choice, self.required, self.units = choice, carriers is not None, units
        self.wanted = self._wanted(carriers)
        #: The first answer that is neither a number nor a refusal.
        self.misfit: Answer | None = None
        self._read: dict[str, tuple[str, ...]] = {}
        self.known = [known for names, fuel in self.wanted for known in self._met(names, fuel)]

    def _wanted(self, carriers: tuple[str, ...] | None) -> list[tuple[tuple[str, ...], Fuel]]:
        every = {fuel.carrier: fuel for fuel in facts.fuels(self.choice)}
        if carriers is None:
            return [(fuel.names, fuel) for fuel in every.values()]
        for name in carriers:
            if find_carrier(name) not in every:
                where = citation(self.choice.edition or DEFAULT_EDITION)
                fix = "Leave it out, or pass the edition that has one"
                raise OptionError(f"{name} has no single accepted figure in {where}", name, fix)
        return [((name,), every[find_carrier(name)]) for name in carriers]

    def _met(self, names: tuple[str, ...], fuel: Fuel) -> Iterator[Answered[Fuel]]:
        offered = facts.unit_spellings(fuel.per) if self.units is None else self._of_kind(fuel)
        if not offered:
            return
        first = dict.fromkeys([*self._read.get(offered[0], ())[:2], *offered[:_FIRST_UNITS]])
        name = next((name for name in names if any(self._answers(name, unit) for unit in first)), "")
        if name and offered[0] not in self._read:
            self._read[offered[0]] = tuple(unit for unit in offered if self._answers(name, unit))
        if name and self._read[offered[0]]:
            yield Answered(name, fuel, self._read[offered[0]])

    def _of_kind(self, fuel: Fuel) -> tuple[str, ...]:
        return tuple(unit for unit in self.units or () if same_kind(read_unit(unit), fuel.per))

    def _answers(self, name: str, unit: str) -> bool:
        answer = self.ask(1.0, unit, name)
        if self.misfit is None and answer.value is None and not answer.refused:
            self.misfit = answer
        return not answer.refused

    def _tried(
        self, check: Callable[[Case[Fuel]], Finding | None], known: list[Answered[Fuel]], what: str = "anything"
    ) -> Finding | str | None:
        if not known:
            return f"it does not answer {what}"
        return each(_plain(known), check) or self.search(_cases(known), check)

    def _sum(
        self, asked: tuple[float, str, str], parts: list[tuple[float, str, str]], said: str, sign: int = 1
    ) -> Finding | None:
        """Check that one answer is the sum of others, or the negative of it; ``said`` stands before their calls."""
        answer, others = self.ask(*asked), [self.ask(*part) for part in parts]
        wrong = self.useless(*others, answer)
        if wrong is not None or any(one.refused for one in (answer, *others)):
            return wrong
        expected = sign * sum(Fraction(one.value) for one in others)
        if self.right(answer, expected):
            return None
        try:
            shown = f"{float(expected)!r} tce"
        except OverflowError:
            shown = "more than a number can be"
        calls = " and ".join(one.call for one in others)
        cause = facts.cause_of(answer.value, expected) if expected and len(parts) == 1 else ""
        return self.wrong(answer, f"{shown}, {said} {calls}", cause=cause)

    def law_answers(self) -> Finding | None:
        answered = {known.row.carrier for known in self.known}
        if not answered:
            names, fuel = self.wanted[0]
            answer = self.ask(1.0, self.units[0] if self.units else fuel.per.symbol, names[0])
            return self.wrong(answer, _FINITE, cause="it answers nothing that was tried")
        if self.misfit is not None:
            return self.wrong(self.misfit, _FINITE)
        missing = [(f.per.symbol, names[0]) for names, f in self.wanted if self.required and f.carrier not in answered]
        if missing:
            return self.wrong(self.ask(1.0, *missing[0]), _FINITE)
        needed = [(1.0, unit, known.name) for known in self.known for unit in self._of_kind(known.row)]
        answers = (self.ask(*question) for question in needed)
        return next((self.wrong(answer, _FINITE) for answer in answers if answer.refused), None)

    def law_agreement(self) -> Finding | str | None:
        fuels_ = [known for known in self.known if known.row.category != "electricity"]
        return self._tried(self._agrees, fuels_, "any carrier but electricity")

    def law_basis(self) -> Finding | str | None:
        return self._tried(self._agrees, [k for k in self.known if k.row.category == "electricity"], "electricity")

    def _agrees(self, case: Case[Fuel]) -> Finding | None:
        fuel, answer = case.known.row, self.ask(*case.ask())
        expected = fuel.expected(case.number, case.unit, self.choice)
        if answer.refused or self.right(answer, expected):
            return None
        cause = "" if answer.value is None else facts.cause_of(answer.value, expected, facts.figures_of(fuel))
        return self.wrong(answer, f"{float(expected)!r} tce", source=str(fuel.record), cause=cause)

    def law_units(self) -> Finding | str | None:
        several = [known for known in self.known if len(known.units) > 1]
        if not several:
            return "it reads one unit of each kind"

        def check(pair: tuple[Case[Fuel], int]) -> Finding | None:
            case, place = pair
            fuel, other = case.known.row, case.known.units[place % len(case.known.units)]
            there = fuel.expected(1.0, case.unit, self.choice) / fuel.expected(1.0, other, self.choice)
            same = float(Fraction(repr(case.number)) * there)
            return self._sum(case.ask(same, other), [case.ask()], "that of")

        turned = ((Case(c.known, c.known.units[0], 1.0), c.known.units.index(c.unit)) for c in _plain(several))
        places = st.integers(0, max(len(known.units) for known in several) - 1)
        return each(turned, check) or self.search(st.tuples(_cases(several), places), check)

    def law_zero(self) -> Finding | str | None:
        def check(case: Case[Fuel]) -> Finding | None:
            answer = self.ask(*case.ask(0.0))
            return None if answer.refused or answer.value == 0 else self.wrong(answer, "0 tce")

        return self._tried(check, self.known)

    def law_sign(self) -> Finding | str | None:
        def check(case: Case[Fuel]) -> Finding | None:
            return self._sum(case.ask(-case.number), [case.ask()], "the negative of", -1)

        return self._tried(check, self.known)

    def law_additive(self) -> Finding | str | None:
        def check(pair: tuple[Case[Fuel], float]) -> Finding | None:
            case, more = pair
            total = float(Fraction(repr(case.number)) + Fraction(repr(more)))
            return self._sum(case.ask(total), [case.ask(), case.ask(more)], "the sum of")

        return self.search(st.tuples(_cases(self.known), amounts()), check) if self.known else NOTHING

    def law_dimension(self) -> Finding | str | None:
        names = {known.row.carrier: known.name for known in self.known}
        return self.refused(
            ((1.0, unit, names[fuel.carrier]), f"{unit} measures {why}")
            for fuel, unit, why in facts.wrong_units(self.choice)
            if fuel.carrier in names
        )

    def law_condition(self) -> Finding | str | None:
        gases = (known.name for known in self.known if same_kind(known.row.per, read_unit("m3")))
        return self.refused((((1.0, "Nm3", name), facts.OTHER_STATE) for name in gases), "it answers no gas by volume")

    def law_hostile(self) -> Finding | str | None:
        one_of_each_kind = list({known.units: known.name for known in reversed(self.known)}.values())[::-1]
        found = self.refused(
            ((1.0, text, name), why) for name in one_of_each_kind for text, why in facts.HOSTILE.items()
        )
        drawn = st.tuples(st.just(1.0), hostile_unit_texts(), st.sampled_from(one_of_each_kind or [""]))

        def check(asked: tuple[float, str, str]) -> Finding | None:
            answer = self.ask(*asked)
            return None if answer.refused else self.wrong(answer, REFUSAL, cause=facts.HOSTILE.get(asked[1], ""))

        return found or self.search(drawn, check)

    def law_no_default(self) -> Finding | str | None:
        ranges = facts.without_single_figure(self.choice)
        names = [(name, why) for carrier, why in ranges for name in facts.carrier_names(carrier)]
        return self.refused((((1.0, unit, name), why) for name, why in names for unit in ("m3", "t", "kWh")), None)

    def law_unknown(self) -> Finding | str | None:
        return self.refused(((1.0, "t", name), "a figure from nowhere") for name in facts.NO_CARRIERS)

    def law_gaps(self) -> Finding | str | None:
        asked = (((gap, known.units[0], known.name), "") for known in self.known for gap in NOT_A_NUMBER)
        return self.refused(asked, infinite=True)


def _plain(known: Iterable[Answered[Fuel]]) -> Iterator[Case[Fuel]]:
    seen: set[str] = set()
    for one in known:
        here = dict.fromkeys([*one.units[:_FIRST_UNITS], *(unit for unit in one.units if unit not in seen)])
        seen.update(here)
        yield from (Case(one, unit, 1.0) for unit in here)


def _cases(known: Iterable[Answered[Fuel]]) -> st.SearchStrategy[Case[Fuel]]:
    # One flat list: a strategy made anew for every example would cost more than the question.
    pairs = [(one, unit) for one in known for unit in one.units]
    return st.builds(lambda pair, amount: Case(pair[0], pair[1], amount), st.sampled_from(pairs), amounts())
