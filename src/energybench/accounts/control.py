"""What regional energy control leaves out: feedstock energy and non-fossil power, by the rules of 2022 and 2024.

These are rules for the assessment of regions. None of them changes the energy per unit of product that a limit
standard asks for, so the whole energy always stays in the result, and what is left out stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from energybench.energy.coal_rates import read_year
from energybench.energy.coefficients import category_of
from energybench.errors import AmountError, DimensionError, OptionError, check_option, quoted
from energybench.tables.store import find_document
from energybench.units.factors import ratio, read_exact, same_kind, to_float
from energybench.units.result import Record
from energybench.units.text import KWH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

USES = ("fuel", "feedstock", "process", "auxiliary")
ORIGINS = ("grid", "renewable", "nuclear")

#: The years that the rules were written for, that of 2024 from its issue on; what holds afterwards was not found.
FIRST_YEAR, LAST_YEAR = 2021, 2025
# A fuel of the user's own has no category, standard coal that of a definition.
_ENERGY_PRODUCTS = ("solid", "liquid", "gas", "definition", "")


class Option(NamedTuple):
    """One choice: the document that orders it (none where all is counted), its years, its meaning."""

    document: str
    years: tuple[int, int]
    meaning: str
    from_intensity: bool = True


FEEDSTOCK: dict[str, Option] = {
    "counted": Option("", (0, 9999), "feedstock energy is counted"),
    "excluded": Option(
        "ndrc-feedstock-2022",
        (FIRST_YEAR, LAST_YEAR),
        "energy products used as raw material (原料用能), not as fuel or power, are left out of total and intensity; "
        "the base year of a reduction rate is treated alike",
    ),
}
RENEWABLE: dict[str, Option] = {
    "counted": Option("", (0, 9999), "renewable power is counted"),
    "new-excluded-from-total": Option(
        "ndrc-renewable-2022",
        (FIRST_YEAR, LAST_YEAR),
        "renewable power above the use of 2020 is left out of the total and stays in the intensity; "
        "green certificates of the year are the proof",
        from_intensity=False,
    ),
    "nonfossil-excluded": Option(
        "ndrc-nonfossil-2024",
        (2024, LAST_YEAR),
        "renewable and nuclear power is left out of total and intensity, never twice",
    ),
}


@dataclass(frozen=True, slots=True)
class AccountingRules:
    """What is counted and what is left out, as explicit options.

    Parameters
    ----------
    feedstock : {"counted", "excluded"}
        Energy products used as raw material; ``"excluded"`` by 发改环资〔2022〕803号.
    renewable : {"counted", "new-excluded-from-total", "nonfossil-excluded"}
        Renewable power above that of 2020 left out of the total only (发改运行〔2022〕1258号), or all non-fossil power
        left out of total and intensity (发改环资〔2024〕113号).
    year : int, optional
        Year of the account; needed where something is left out, because the rules have dates.
    renewable_base : str, optional
        Renewable power used in 2020, for ``"new-excluded-from-total"``: ``"120 万kWh"``, or ``"0 kWh"``.

    Raises
    ------
    OptionError
        If an option does not exist, the year is missing, or the rule was not written for the year.

    Examples
    --------
    >>> AccountingRules(feedstock="excluded", renewable="nonfossil-excluded", year=2024).documents
    ('ndrc-feedstock-2022', 'ndrc-nonfossil-2024')
    >>> AccountingRules().documents
    ()
    """

    feedstock: str = "counted"
    renewable: str = "counted"
    year: int | None = None
    renewable_base: str = ""

    def __post_init__(self) -> None:
        for name, options in (("feedstock", FEEDSTOCK), ("renewable", RENEWABLE)):
            check_option(name, getattr(self, name), options)
            self._check_year(name, options[getattr(self, name)])
        if (self.renewable == "new-excluded-from-total") != bool(self.renewable_base):
            raise OptionError(
                f"renewable is {quoted(self.renewable)} and renewable_base is {quoted(self.renewable_base)}",
                "renewable_base",
                'The rule of 2022 counts from the use of 2020: pass renewable_base="0 kWh" or its figure with '
                'renewable="new-excluded-from-total", and with no other option',
            )
        self.base_kwh()

    def _check_year(self, name: str, option: Option) -> None:
        if not option.document:
            return
        if self.year is None:
            said = f"{name} is {quoted(getattr(self, name))}, a rule with dates, and year is not given"
            raise OptionError(said, "year", "Pass year=2024")
        first, last = option.years
        if not first <= read_year(self.year) <= last:
            raise OptionError(
                f"{option.document} was written for {first} to {last}, and the year is {self.year}: "
                "what holds in other years was not found",
                str(self.year),
                f'Pass {name}="counted", or another option of the year',
            )

    def base_kwh(self) -> Fraction:
        """Return the renewable power of 2020 that the rule of 2022 counts from, in kWh."""
        if not self.renewable_base:
            return Fraction(0)
        amount, unit = read_exact(self.renewable_base)
        if not same_kind(unit, KWH):
            raise DimensionError(f"renewable_base is in {unit}, expected electricity", str(unit), "Give it in kWh")
        if amount < 0:
            raise AmountError(
                f"renewable_base is {self.renewable_base}, expected zero or more", self.renewable_base, 'Pass "0 kWh"'
            )
        return amount * ratio(unit, KWH)

    @property
    def documents(self) -> tuple[str, ...]:
        """Ids of the documents that leave something out."""
        chosen = (FEEDSTOCK[self.feedstock], RENEWABLE[self.renewable])
        return tuple(option.document for option in chosen if option.document)

    def describe(self) -> tuple[str, ...]:
        """Say in words what is counted and what is left out, with document, number and verification."""
        rows = {id_: find_document(id_) for id_ in self.documents}
        return tuple(
            option.meaning + (f" ({row.number}, {row.id}, {row.verification})" if row else "")
            for option in (FEEDSTOCK[self.feedstock], RENEWABLE[self.renewable])
            for row in (rows.get(option.document),)
        )


@dataclass(frozen=True, slots=True)
class Use:
    """One line of an account, with what its energy is used for and where its power comes from.

    Parameters
    ----------
    carrier : str
        Id of the carrier.
    tce : fractions.Fraction or float
        Standard coal of the line.
    kwh : fractions.Fraction or float
        Electricity of the line, zero for other carriers.
    use : {"fuel", "feedstock", "process", "auxiliary"}
        As fuel and power, of the process itself or of auxiliaries such as lighting, or as raw material of a product.
    origin : {"grid", "renewable", "nuclear"}
        Of electricity; ``"grid"`` where nothing is known or proved.
    evidence : str
        What proves it: green certificates held in the year, a meter, a contract.
    """

    carrier: str
    tce: Fraction | float
    kwh: Fraction | float = 0
    use: str = "fuel"
    origin: str = "grid"
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Energy that a rule leaves out of regional control, the source of the rule, and what the account proves it by."""

    line: int
    carrier: str
    tce: float
    reason: str
    from_total: bool
    from_intensity: bool
    document: str
    number: str
    verification: str
    evidence: str
    proof: str


@dataclass(frozen=True, slots=True)
class ControlledEnergy(Record):
    """The energy of an account, and what regional control counts of it.

    Attributes
    ----------
    tce : float
        All energy: the figure for limits per unit of product.
    tce_total, tce_intensity : float
        What the control of total and of intensity counts.
    exclusions : tuple of Exclusion
        What is left out, line by line.
    rules : AccountingRules
        The options taken.
    notes : tuple of str
        What is counted and left out, in words.
    """

    tce: float
    tce_total: float
    tce_intensity: float
    exclusions: tuple[Exclusion, ...]
    rules: AccountingRules
    notes: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"all energy {self.tce:,.4f} tce (the figure for limits per unit of product)"]
        lines += [
            f"- {e.tce:,.4f} tce of {e.carrier}, {e.reason}, "
            f"out of {'total and intensity' if e.from_intensity else 'the total only'} "
            f"({e.number}, {e.document}, {e.verification}; {e.proof or 'no proof named'})"
            for e in self.exclusions
        ]
        lines.append(f"regional control: total {self.tce_total:,.4f} tce, intensity {self.tce_intensity:,.4f} tce")
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


def control_energy(uses: Iterable[Use], rules: AccountingRules) -> ControlledEnergy:
    """Say what regional control counts of an account, and what it leaves out.

    Parameters
    ----------
    uses : iterable of Use
        One per line of the account.
    rules : AccountingRules
        The options.

    Returns
    -------
    ControlledEnergy
        All energy, the two controlled figures, and every exclusion with its document.

    Raises
    ------
    OptionError
        If a use or an origin does not exist or does not go with the carrier.

    Notes
    -----
    controlled = sum(tce) - sum(tce left out). Feedstock: coal, oil, gas and their products used for products that
    are not energy themselves (olefins, aromatics, alkynes, alcohols, ammonia and the like). New renewable power:
    the part above the base of 2020, spread over the renewable lines in proportion.

    Examples
    --------
    >>> rules = AccountingRules(feedstock="excluded", year=2023)
    >>> energy = control_energy([Use("raw_coal", 700.0, use="feedstock"), Use("raw_coal", 300.0)], rules)
    >>> energy.tce, energy.tce_total, energy.tce_intensity
    (1000.0, 300.0, 300.0)
    """
    lines = list(uses)
    for number, use in enumerate(lines, 1):
        _check_use(use, number)
    left_out = list(_exclusions(lines, rules))
    whole = Fraction(sum(Fraction(use.tce) for use in lines))
    from_total = sum(tce for tce, _ in left_out)
    from_intensity = sum(tce for tce, e in left_out if e.from_intensity)
    return ControlledEnergy(
        to_float(whole, "total"),
        to_float(whole - from_total, "total"),
        to_float(whole - from_intensity, "total"),
        tuple(exclusion for _, exclusion in left_out),
        rules,
        rules.describe(),
    )


def _check_use(use: Use, number: int) -> None:
    check_option(f"line {number}: use", use.use, USES)
    check_option(f"line {number}: origin", use.origin, ORIGINS)
    if use.use == "feedstock" and category_of(use.carrier) not in _ENERGY_PRODUCTS:
        said = f"line {number}: {use.carrier} is used as feedstock, and only coal, oil, gas and their products can be"
        raise OptionError(said, use.carrier, 'Write use="fuel"')
    if use.origin != "grid" and use.carrier != "electricity":
        said = f"line {number}: {use.carrier} has the origin {use.origin}, and the rules speak of power"
        raise OptionError(said, use.carrier, "Leave origin out for every carrier but electricity")
    if not (isfinite(use.tce) and isfinite(use.kwh)):
        shown = f"{use.tce} tce, {use.kwh} kWh"
        raise AmountError(f"line {number}: {use.carrier} is {shown}", shown, "Give finite figures")
    if use.tce < 0 and (use.use == "feedstock" or use.origin != "grid"):
        said = f"line {number}: {use.carrier} sent out has the use {use.use} and the origin {use.origin}"
        raise OptionError(said, use.carrier, "Leave use and origin out for energy sent out")


def _exclusions(uses: list[Use], rules: AccountingRules) -> Iterator[tuple[Fraction, Exclusion]]:
    feedstock, renewable = FEEDSTOCK[rules.feedstock], RENEWABLE[rules.renewable]
    power = sum(Fraction(use.kwh) for use in uses if use.origin == "renewable")
    new = 1 - rules.base_kwh() / power if power > rules.base_kwh() else Fraction(0)
    for number, use in enumerate(uses, 1):
        if feedstock.document and use.use == "feedstock":
            yield _exclude(number, use, Fraction(1), "used as raw material", feedstock)
        if rules.renewable == "nonfossil-excluded" and use.origin in ("renewable", "nuclear"):
            yield _exclude(number, use, Fraction(1), f"{use.origin} power", renewable)
        if rules.renewable == "new-excluded-from-total" and use.origin == "renewable":
            if use.tce and not use.kwh:
                said = f"line {number}: renewable {use.carrier} has no kWh"
                raise OptionError(said, use.carrier, "Give kwh, which is compared with 2020")
            if new:
                yield _exclude(number, use, new, "renewable power above that of 2020", renewable)


def _exclude(number: int, use: Use, share: Fraction, reason: str, option: Option) -> tuple[Fraction, Exclusion]:
    row, tce = find_document(option.document), Fraction(use.tce) * share
    exclusion = Exclusion(
        *(number, use.carrier, float(tce), reason, True, option.from_intensity),
        *(row.id, row.number, row.verification, row.evidence, use.evidence),
    )
    return tce, exclusion
