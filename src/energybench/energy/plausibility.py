"""The plausible range of a user's own figures: one that only a slipped decimal point or unit explains is refused.

A coefficient may lie five times outside of the documents' figures, as what stands behind it differs. The heat of one
fuel, and the carbon in that heat, vary less than kcal and kJ (4.1868) or CO2 and C (44/12) differ, so these two
are held to two and a half times.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from typing import NamedTuple

from energybench.energy import BASES_ZH
from energybench.errors import CoefficientError
from energybench.tables.names import carrier_ids, carriers_of
from energybench.tables.store import cached, records
from energybench.units.factors import STANDARD_COAL_KJ_PER_KGCE, Rate, same_kind, to_float
from energybench.units.text import KILOGRAM, M3, NM3, UnitText, read_unit

#: A coefficient this many times outside every figure of the tables is a slip of the decimal point or the unit.
SLIP = Fraction(5)
#: So is a heating value or a carbon content this many times outside: kcal for kJ is 4.1868, CO2 for C is 44/12.
NARROW_SLIP = Fraction(5, 2)
_EXACT = Fraction(1), Fraction(1)

#: Carriers whose composition varies widely: the factor allowed below and above the figure of the documents.
_VARIED = {
    # Gangue of brickworks and wet refuse can be far poorer than the one figure, and are never as good as coal.
    "coal_gangue": (SLIP, NARROW_SLIP),
    "gangue_fuel": (SLIP, NARROW_SLIP),
    "msw_fuel": (SLIP, NARROW_SLIP),
    # Gas drained from a mine is burnt diluted, too.
    "coal_mine_gas": (SLIP, NARROW_SLIP),
    # From wet sludge to plastics, and from what hydrogen leaves of coal gas to what it leaves of refinery gas.
    "industrial_waste_fuel": (SLIP, SLIP),
    "psa_tail_gas": (SLIP, SLIP),
}
#: Electricity and heat have one figure on each basis: its lowest and highest rounding, or the range of power plants.
_BY_BASIS = {
    "electricity": (UnitText(("kgce",), ("kWh",)), {"calorific": ("0.122", "0.1231"), "primary": ("0.2", "0.5")}),
    "heat": (UnitText(("kgce",), ("MJ",)), {"calorific": ("0.034", "0.0342"), "primary": ("0.035", "0.07")}),
}
#: The densities in kg/m3 that a carrier of a category may have; one of a mass may be a gas or a liquefied gas.
_DENSITIES = {
    "solid": ((100.0, 3000.0),),
    "liquid": ((300.0, 1300.0),),
    "gas": ((0.3, 3.0),),
    "light gas": ((0.05, 3.0),),
    "liquefied gas": ((0.3, 3.0), (300.0, 700.0)),
    "medium": ((0.3, 3.0), (300.0, 3000.0)),
    "": ((0.05, 3000.0),),
}
#: Gases that are mostly hydrogen.
_LIGHT = frozenset({"hydrogen", "psa_tail_gas"})
#: What a volume of gas at 0 °C may be at 20 °C, and the other way round.
_OTHER_CONDITION = Fraction(9, 10), Fraction(11, 10)
#: A slip explains a figure when the corrected figure is within this share of the documents' range.
_NEAR = Fraction(1, 10)
_HEAT_DEFAULT = "NCV default"


class Slip(NamedTuple):
    """One unit written for another, which makes a figure so many times too large."""

    times: Fraction
    large: str
    small: str
    rule: str


KCAL_FOR_KJ = Slip(Fraction("4.1868"), "kcal", "kJ", "1 kcal is 4.1868 kJ")
#: Mass of carbon dioxide per mass of carbon.
CO2_PER_C = Fraction(44, 12)
CO2_FOR_C = Slip(CO2_PER_C, "CO2", "C", "44 t of CO2 hold 12 t of C")
#: What to keep in mind about a coefficient.
COEFFICIENT_RULE = "kgce/m3 is 10 tce/万m3"


class Known(NamedTuple):
    """The lowest and highest figure of the documents, and how far outside of them one's own may lie."""

    lowest: Fraction
    highest: Fraction
    below: Fraction = SLIP
    above: Fraction = SLIP
    of: str = ""
    other: Known | None = None

    @property
    def low(self) -> Fraction:
        return self.lowest / self.below

    @property
    def high(self) -> Fraction:
        return self.highest * self.above

    def __str__(self) -> str:
        lowest, highest = (f"{float(figure):g}" for figure in (self.lowest, self.highest))
        return (lowest if lowest == highest else f"{lowest} to {highest}") + (f" for {self.of}" if self.of else "")

    def explained(self, value: Fraction, slip: Slip | str) -> str:
        """Say what explains a figure: the other basis, or one unit written for another; nothing where none does."""
        if self.other and self.other.low <= value <= self.other.high:
            return f"a figure of {self.other.of}"
        if isinstance(slip, str):
            return ""
        above = value > self.highest
        meant = value / slip.times if above else value * slip.times
        if not self.lowest * (1 - _NEAR) <= meant <= self.highest * (1 + _NEAR):
            return ""
        nearest = min(max(meant, self.lowest), self.highest)
        times = value / nearest if above else nearest / value
        written, wanted = (slip.large, slip.small) if above else (slip.small, slip.large)
        return (
            f"{float(times):.3g} times too {'much' if above else 'little'}, as {written} written for {wanted} would be"
        )


@cached()
def known_coefficients(carrier: str, per: UnitText, basis: str = "calorific") -> Known | None:
    if carrier in _BY_BASIS:
        unit, ranges = _BY_BASIS[carrier]
        if not same_kind(unit, per):
            return None
        scale = Rate(Fraction(1), unit).to(per)
        both = {
            each: Known(Fraction(low) * scale, Fraction(high) * scale, *_EXACT, f"the {each} basis ({BASES_ZH[each]})")
            for each, (low, high) in ranges.items()
        }
        other = next(known for each, known in both.items() if each != basis)
        return both[basis]._replace(other=other)
    known = _coefficients(carrier, per, basis)
    return Known(min(known), max(known)) if known else _across(carrier, per, basis)


def _across(carrier: str, per: UnitText, basis: str) -> Known | None:
    """Return what the documents' figures of another kind of amount come to, at the densities of the carrier."""
    for given, wanted in permutations((KILOGRAM, M3, NM3), 2):
        known = _coefficients(carrier, UnitText(("kgce",), given.numerator), basis)
        if not known or not same_kind(per.per, wanted):
            continue
        scale = Rate(Fraction(1), UnitText(("kgce",), wanted.numerator)).to(per)
        low, high = min(known) * scale, max(known) * scale
        if KILOGRAM not in (given, wanted):
            return Known(low * _OTHER_CONDITION[0], high * _OTHER_CONDITION[1])
        densities = densities_of(carrier, per_mass=given == KILOGRAM)
        light, heavy = Fraction(densities[0][0]), Fraction(densities[-1][1])
        ends = (low * light, high * heavy) if given == KILOGRAM else (low / heavy, high / light)
        return Known(*ends, *_EXACT, f"a density of {float(light):g} to {float(heavy):g} kg/m3")
    return None


def densities_of(carrier: str, *, per_mass: bool) -> tuple[tuple[float, float], ...]:
    """Return the ranges of density in kg/m3 that a carrier may have; its coefficient is per mass or per volume."""
    meant = carriers_of(carrier)
    category = next((row.category for row in records("carriers") if row.carrier in meant), "")
    if category == "gas":
        category = "liquefied gas" if per_mass else "light gas" if carrier in _LIGHT else "gas"
    return _DENSITIES.get(category, _DENSITIES[""])


@cached()
def known_heat(carrier: str, heat: UnitText) -> Known | None:
    per, kilojoule = UnitText(("kgce",), heat.denominator), UnitText(("kJ",), heat.denominator)
    known = [
        Rate(Fraction(row.value), unit).to(heat)
        for row in records("co2_factors")
        if row.kind == _HEAT_DEFAULT and row.subject == carrier and same_kind(unit := read_unit(row.unit), heat)
    ]
    if not known or carrier in carrier_ids():
        known += [
            Rate(figure * STANDARD_COAL_KJ_PER_KGCE, kilojoule).to(heat)
            for figure in _coefficients(carrier, per, "calorific")
        ]
    if not known:
        across = _across(carrier, per, "calorific")
        times = Rate(STANDARD_COAL_KJ_PER_KGCE, kilojoule).to(heat)
        return across and across._replace(lowest=across.lowest * times, highest=across.highest * times)
    # The figure of a medium is what making it took: acetylene has four times its own heat.
    medium = any(row.category == "medium" for row in records("carriers") if row.carrier == carrier)
    below, above = _VARIED.get(carrier, (SLIP, SLIP) if medium else (NARROW_SLIP, NARROW_SLIP))
    return Known(min(known), max(known), below, above)


def _coefficients(carrier: str, per: UnitText, basis: str) -> list[Fraction]:
    meant = carriers_of(carrier)
    return [
        Rate(Fraction(text), unit).to(per)
        for row in records("carriers")
        if row.carrier in meant and (row.category != "heat" or row.basis == basis)
        for text in (row.coefficient, row.coefficient_high)
        if text and same_kind(unit := read_unit(row.coefficient_unit), per)
    ]


def refuse_heat(carrier: str, ncv: Rate) -> None:
    # Calories are shown as kJ, so that the same number in both catches the eye.
    heat = UnitText(("kJ",), ncv.unit.denominator) if "cal" in "".join(ncv.unit.numerator) else ncv.unit
    refuse_slip(known_heat(carrier, heat), Rate(ncv.to(heat), heat), carrier, "ncv", ncv, KCAL_FOR_KJ)


def refuse_slip(
    known: Known | None,
    figure: Rate,
    carrier: str,
    word: str,
    written: Rate,
    usual: Slip | str,
    allow_unverified: bool = False,
) -> None:
    """Refuse a figure of the other basis, and without ``allow_unverified`` a slipped decimal point or unit."""
    if known is None or known.low <= figure.value <= known.high:
        return
    of_other_basis = known.other is not None and known.other.low <= figure.value <= known.other.high
    if allow_unverified and not of_other_basis:
        return
    given = f"{to_float(figure.value, word):g} {figure.unit}"
    why = known.explained(figure.value, usual)
    because = f": {written} is {why}" if why and (known.other or str(written) != given) else f": {why}" if why else ""
    rule = usual.rule if isinstance(usual, Slip) else usual
    look_at = "the decimal point, the unit and the basis" if known.other else f"the decimal point and the unit ({rule})"
    said = f"{word} gives {given} for {carrier}, where every document has {known}{because}"
    fix = f"Check {look_at}" + ("" if of_other_basis else "; allow_unverified=True takes it as it is")
    raise CoefficientError(said, str(written) if why else given, fix)


def refuse_density(density: Rate, known: float, carrier: str, *, per_mass: bool) -> None:
    ranges = densities_of(carrier, per_mass=per_mass)
    if any(low <= known <= high for low, high in ranges):
        return
    in_kg = "" if str(density.unit) == "kg/m3" else f" ({known:g} kg/m3)"
    expected = " or ".join(f"{low:g} to {high:g}" for low, high in ranges)
    gas = ", as its coefficient is that of gas" if ranges[-1][1] <= _DENSITIES["gas"][0][1] else ""
    said = f"density is {density}{in_kg}, expected {expected} kg/m3 for {carrier}{gas}"
    fix = "Check the decimal point and the unit (0.84 kg/L is 840 kg/m3); allow_unverified=True takes it as it is"
    raise CoefficientError(said, str(density), fix)
