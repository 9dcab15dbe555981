"""What a converter answers: carriers and unit texts are tried once, and the laws are asked of those."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from energybench.energy.coefficients import find_carrier
from energybench.errors import OptionError, quoted
from energybench.tables.store import citation
from energybench.testing.facts import Fuel, fuels, spellings
from energybench.testing.strategies import amounts
from energybench.units.registry import same_kind
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from energybench.energy.coefficients import Choice
    from energybench.testing.asking import Answer, Subject

# Enough spellings to find one that a converter reads, before all of them are tried.
_FIRST_UNITS = 12


@dataclass(frozen=True, slots=True)
class Known:
    """A carrier that the converter answers, by the name that it takes, and the unit texts that it reads for it."""

    name: str
    fuel: Fuel
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One question to a converter."""

    known: Known
    unit: str
    amount: float


class Probe:
    """What a converter answers of the carriers and unit texts that the kit knows."""

    def __init__(
        self, subject: Subject, choice: Choice, carriers: Iterable[str] | None, units: Iterable[str] | None
    ) -> None:
        self.subject, self.choice = subject, choice
        self.carriers = texts("carriers", carriers)
        self.units = texts("units", units)
        for unit in self.units or ():
            read_unit(unit)
        self.wanted = self._wanted()
        #: The first answer that is neither a number nor a refusal, and what was asked.
        self.misfit: tuple[tuple[float, str, str], Answer] | None = None
        self._read: dict[str, tuple[str, ...]] = {}
        self.known = [known for names, fuel in self.wanted for known in [self._meet(names, fuel)] if known.units]

    def _wanted(self) -> list[tuple[tuple[str, ...], Fuel]]:
        """Return the names to try, with their carriers."""
        every = {fuel.carrier: fuel for fuel in fuels(self.choice)}
        if self.carriers is None:
            return [(fuel.names, fuel) for fuel in every.values()]
        found: list[tuple[tuple[str, ...], Fuel]] = []
        for name in self.carriers:
            carrier = find_carrier(name)
            if carrier not in every:
                where = citation(self.choice.edition or "gbt-2589-2020")
                fix = "Leave it out, or pass the edition that has one"
                raise OptionError(f"{name} has no single accepted figure in {where}", name, fix)
            found.append(((name,), every[carrier]))
        return found

    def _meet(self, names: tuple[str, ...], fuel: Fuel) -> Known:
        """Find a name and the units of a carrier that are answered."""
        offered = spellings(fuel.per)
        if self.units is not None:
            offered = tuple(unit for unit in self.units if same_kind(read_unit(unit), fuel.per))
        if not offered:
            return Known("", fuel, ())
        first = dict.fromkeys([*self._read.get(offered[0], ())[:2], *offered[:_FIRST_UNITS]])
        name = next((name for name in names if any(self._answers(name, unit) for unit in first)), "")
        if not name:
            return Known("", fuel, ())
        if offered[0] not in self._read:
            self._read[offered[0]] = tuple(unit for unit in offered if self._answers(name, unit))
        return Known(name, fuel, self._read[offered[0]])

    def _answers(self, name: str, unit: str) -> bool:
        answer = self.subject.number(1.0, unit, name)
        if self.misfit is None and answer.value is None and not answer.refused:
            self.misfit = (1.0, unit, name), answer
        return not answer.refused

    def coverage(self) -> str:
        """Say how much of the tables the converter answers."""
        read = {unit for known in self.known for unit in known.units}
        offered = self.units or {unit for _, fuel in self.wanted for unit in spellings(fuel.per)}
        return f"answers {len(self.known)} of {len(self.wanted)} carriers, {len(read)} of {len(offered)} unit texts"


def texts(name: str, given: Iterable[str] | None) -> tuple[str, ...] | None:
    """Return an option that is a list of texts, and refuse one text in its place.

    Examples
    --------
    >>> texts("units", ["t", "kg"])
    ('t', 'kg')
    """
    if isinstance(given, str):
        raise OptionError(f"{name} is one text, {quoted(given)}", quoted(given), f"Give a list: {name}=[{given!r}]")
    found = None if given is None else tuple(given)
    if found == ():
        raise OptionError(f"{name} is empty", name, f"Leave {name} out to try all that the tables have")
    return found


def plain_cases(known: Iterable[Known]) -> Iterator[Case]:
    """Yield every carrier and every unit text at least once, with the amount 1."""
    seen: set[str] = set()
    for one in known:
        here = dict.fromkeys([*one.units[:_FIRST_UNITS], *(unit for unit in one.units if unit not in seen)])
        seen.update(here)
        yield from (Case(one, unit, 1.0) for unit in here)


def cases(known: Iterable[Known]) -> st.SearchStrategy[Case]:
    """Draw any carrier with any of its units and any amount."""
    # One flat list: a strategy made anew for every example would cost more than the question.
    pairs = [(one, unit) for one in known for unit in one.units]
    return st.builds(lambda pair, amount: Case(pair[0], pair[1], amount), st.sampled_from(pairs), amounts())
