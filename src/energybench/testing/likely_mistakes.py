"""Likely causes of a wrong figure or class: what known slips would have given, in the order of their likelihood."""

from __future__ import annotations

from fractions import Fraction
from math import floor, isfinite
from typing import TYPE_CHECKING

from energybench.errors import EnergybenchError
from energybench.tables.store import cached, records
from energybench.testing.facts import pairs_of
from energybench.units.factors import STANDARD_COAL_KJ_PER_KGCE, Rate, ratio
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from energybench.limits.ladders import Level
    from energybench.testing.facts import Fuel, Product

#: A ratio is recognised to this much of itself.
ALIKE = 1e-7
#: Just inside and just outside a limit: one part in a million, far above float noise.
HAIR = Fraction(1, 10**6)

#: What was given over what was expected, and the slip that gives it.
RATIOS = tuple((Fraction(times), said) for times, said in pairs_of("slips.csv"))


def same_figure(one: float, other: Fraction | float, within: float = ALIKE, absolute: float = 0.0) -> bool:
    if not isfinite(one) or (isinstance(other, float) and not isfinite(other)):
        return False
    return abs(Fraction(one) - Fraction(other)) <= Fraction(within) * abs(Fraction(other)) + Fraction(absolute)


def cause_of(found: float, expected: Fraction | float, known: Iterable[tuple[Fraction | float, str]] = ()) -> str:
    if not isfinite(found):
        return "it overflows"
    for times, said in (*known, *RATIOS):
        if times and same_figure(found, Fraction(expected) * Fraction(times)):
            return said
    for digits in range(8, -1, -1) if found else ():
        scale = 10**digits
        cut = {round(float(expected), digits), floor(Fraction(expected) * scale) / scale}
        if found in cut:
            return f"rounded or cut off to {digits} digit{'' if digits == 1 else 's'} behind the point, or fewer"
    return RATIOS[-1][1] if not found else ""


@cached()
def figures_of(fuel: Fuel) -> tuple[tuple[Fraction, str], ...]:
    unit = read_unit(fuel.record.unit)
    own = Fraction(repr(fuel.record.value))
    one, two = ("primary figure (等价值)", "calorific one (当量值)")
    if fuel.record.basis != "calorific":
        one, two = ("calorific figure (当量值)", "primary one (等价值)")
    bases: list[tuple[Fraction, str]] = []
    documents: list[tuple[Fraction, str]] = []
    derived: list[tuple[Fraction, str]] = []
    for row in records("carriers"):
        if row.carrier != fuel.carrier:
            continue
        for text in dict.fromkeys((row.coefficient, row.coefficient_high)):
            printed = f"{text} {row.coefficient_unit} of {row.document}"
            for rate in _rates(text, row.coefficient_unit, fuel):
                if row.basis == fuel.record.basis:
                    documents.append((rate, f"the figure of another document: {printed}"))
                elif fuel.category == "electricity":
                    bases.append((rate, f"the {one} taken for the {two}: {printed}"))
        for heat in (
            () if row.heating_value_high else _rates(row.heating_value, row.heating_value_unit, fuel, heat=True)
        ):
            for kilojoule in (str(float(STANDARD_COAL_KJ_PER_KGCE)), "29308", "29307", "29300", "29271"):
                said = (
                    f"derived from a heating value over {kilojoule} kJ/kgce: coefficients are looked up, never derived"
                )
                rate = heat / Fraction(kilojoule) * ratio(read_unit("kgce"), read_unit(unit.numerator[0]))
                derived.append((rate, said))
    if fuel.category == "electricity" and fuel.record.basis == "calorific":
        bases += [
            (
                Fraction(row.value) * ratio(read_unit(row.unit), unit),
                f"the {one} taken for the {two}: a coal rate, that of {row.id}",
            )
            for row in records("coal_rates")
            if row.value
        ]
    return tuple((rate / own, said) for rate, said in (*bases, *documents, *derived) if rate != own)


def _rates(text: str, unit: str, fuel: Fuel, *, heat: bool = False) -> list[Fraction]:
    own = read_unit(fuel.record.unit)
    try:
        target = read_unit(f"kJ/{own.denominator[0]}") if heat else own
        return [Rate(Fraction(text), read_unit(unit)).to(target)] if text and own.denominator else []
    except EnergybenchError:
        return []


def _flipped(product: Product, value: float) -> Level | None:
    if value not in map(float, product.limits):
        return product.ladder.level(value)
    inclusive = "=" in product.ladder.steps[0].comparator
    worse = product.ladder.sign * abs(value) * float(HAIR)
    return product.ladder.level(value + (worse if inclusive else -worse))


def _turned(product: Product, value: float) -> Level | None:
    level, ranks = product.ladder.level(value), product.ladder.levels
    return None if level is None else ranks[len(ranks) - 1 - ranks.index(level)]


def _reversed(product: Product, value: float) -> Level | None:
    return product.ladder.level(min(product.limits) + max(product.limits) - value)


def _scaled(times: Fraction | float) -> Callable[[Product, float], Level | None]:
    return lambda product, value: product.ladder.level(float(Fraction(value) * Fraction(times)))


#: What a slip makes of a value of a product; the first that explains every case is the likely cause.
CLASS_SLIPS: tuple[tuple[str, Callable[[Product, float], Level | None]], ...] = (
    ("equality taken the other way: <= read as <, or < as <=", _flipped),
    ("the ladder is upside down: the best class given for the worst", _turned),
    ("better and worse are turned round", _reversed),
    *((said, _scaled(times)) for times, said in RATIOS if times and times != -1),
)


def cause_of_class(given: Sequence[tuple[Product, float, str | None]]) -> str:
    return next((said for said, slip in CLASS_SLIPS if all(slip(p, value) == level for p, value, level in given)), "")


def slips_of(figure: float) -> list[tuple[float, str]]:
    found = [(float(int(figure)), "an integer division")] if figure != int(figure) else []
    found += [(-figure, "the sign is turned round"), (0.0, "it is left out")]
    found += [(1 / figure, "it is turned upside down")] if figure else []
    found += [(figure * scale, "the decimal point, or a share in percent") for scale in (10, 0.1, 100, 0.01)]
    return [(slip, why) for slip, why in found if slip != figure]
