"""What the kit asks about: carriers, units, texts to refuse, limits; and the slips that explain a wrong answer."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from math import floor, isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from energybench.energy.coefficients import Choice, Coefficient, category_of, choose_coefficient
from energybench.energy.conversion import factor
from energybench.errors import AmbiguousError, CoalRateError, EnergybenchError
from energybench.limits.choose import find_ladder, needs_capacity
from energybench.tables.names import find_carrier, find_item
from energybench.tables.store import cached, find_document, records
from energybench.units.factors import STANDARD_COAL_KJ_PER_KGCE, Rate, ratio, same_kind
from energybench.units.text import KGCE, PRODUCTS, UnitText, atoms, read_unit, refused_spellings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from energybench.limits.ladders import Ladder, Level


Found = TypeVar("Found")

#: What stands first is tried first, and is what a failing example shrinks to.
COMMON_CARRIERS = (
    *("raw_coal", "electricity", "diesel", "gasoline", "coke", "blast_furnace_gas", "heat", "soft_water"),
    *("standard_coal", "cleaned_coal", "fuel_oil", "lpg"),
)
COMMON_ITEMS = ("cement-clinker", "electrolytic-aluminium", "coke-top-charged", "cast-iron")
COMMON_UNITS = (
    *("t", "kWh", "m3", "GJ", "tce", "kg", "万t", "万kWh", "万m3", "MJ", "kgce", "吨", "千瓦时", "度", "立方米"),
    *("万吨", "万千瓦时", "万立方米", "亿kWh", "吉焦", "百万千焦", "吨标准煤", "千克", "千克标准煤"),
)
SCALES = ("", "万", "亿", "百万", "千", "10^4 ", "10⁸ ")


def pairs_of(name: str) -> list[list[str]]:
    """Return the rows of a table of two columns that stands beside this module."""
    return list(csv.reader(Path(__file__).with_name(name).read_text("utf-8").splitlines()))[1:]


#: Texts that stand for no amount of fuel, energy or product, each with the reason to refuse it.
HOSTILE: dict[str, str] = dict(pairs_of("hostile_units.csv")) | refused_spellings()
#: Names that no table has: a converter that answers them takes a coefficient from nowhere.
NO_CARRIERS = ("no such fuel", "不存在的燃料")
NO_PRODUCTS = ("no such product", "不存在的产品")

#: Reasons to refuse that more than one question has.
OTHER_STATE = "Nm3 is a volume at 0 °C, and the coefficient is per m3: about 7 % between 0 and 20 °C"
UNIT_NOT_READ = "the unit is not looked at, or only its beginning"

_DENSITY = "volume, which needs the measured density"
# Units of another kind, by the kind that a coefficient is for, with what the question would need.
_OTHER_KINDS: dict[str, dict[str, str]] = {
    "kg": {"kWh": "energy", "GJ": "energy", "m3": _DENSITY, "L": _DENSITY, "m2": "an area"},
    "m3": {"kWh": "energy", "t": "mass, which needs the measured density", "m2": "an area"},
    "kWh": {"t": "mass", "m3": "volume", "m2": "an area"},
    "tce": {"t": "mass", "kWh": "energy", "m3": "volume"},
}


@dataclass(frozen=True, slots=True)
class Fuel:
    carrier: str
    names: tuple[str, ...]
    category: str
    per: UnitText
    record: Coefficient

    def expected(self, amount: float, unit: str, choice: Choice) -> Fraction:
        return Fraction(repr(amount)) * factor(self.carrier, read_unit(unit), choice)[0]


@dataclass(frozen=True, slots=True)
class Product:
    names: tuple[str, ...]
    ladder: Ladder

    @property
    def unit(self) -> UnitText:
        return read_unit(self.ladder.unit)

    @property
    def limits(self) -> tuple[Fraction, ...]:
        return tuple(dict.fromkeys(Fraction(step.threshold) for step in self.ladder.steps if step.threshold))

    def at(self, percent: int) -> float:
        """Return a value at some percent of the way from the lowest limit to the highest, with few digits."""
        low, high = min(self.limits), max(self.limits)
        width = max(abs(low), abs(high), high - low)
        return float(f"{float(low + width * percent / 100):.6g}")

    @property
    def source(self) -> str:
        steps = ", ".join(f"{s.level} {s.comparator} {s.threshold}" for s in self.ladder.steps if s.threshold)
        where = f"{self.ladder.document} {self.ladder.clause}".strip()
        return f"{steps} {self.ladder.unit} ({where}, {self.ladder.verification})"


def _common_first(names: Iterable[str], common: tuple[str, ...]) -> list[str]:
    unique = list(dict.fromkeys(names))
    return [name for name in common if name in unique] + [name for name in unique if name not in common]


def _alone(names: Iterable[str], identifier: str, find: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(names) if name and _or_none(find, name) == identifier)


def _or_none(find: Callable[..., Found], *arguments: Any, **options: Any) -> Found | None:
    try:
        return find(*arguments, **options)
    except EnergybenchError:
        return None


@cached()
def fuels(choice: Choice) -> tuple[Fuel, ...]:
    return tuple(
        Fuel(carrier, carrier_names(carrier), category_of(carrier), rate.unit.per, record)
        for carrier in _common_first((row.carrier for row in records("carriers")), COMMON_CARRIERS)
        for rate, record in filter(None, [_or_none(choose_coefficient, carrier, choice)])
    )


@cached(4096)
def carrier_names(carrier: str) -> tuple[str, ...]:
    row = next(row for row in records("carriers") if row.carrier == carrier)
    others = [row.name for row in records("carrier_names") if row.carrier == carrier]
    return _alone((row.name_zh, carrier, row.name_en, *others), carrier, find_carrier)


@cached()
def without_single_figure(choice: Choice) -> tuple[tuple[str, str], ...]:
    """Return the carriers that a document prints a range for, or that need a coal rate, each with the reason."""
    found = []
    ranged = {row.carrier for row in records("carriers") if row.coefficient_high}
    for carrier in dict.fromkeys(row.carrier for row in records("carriers")):
        try:
            choose_coefficient(carrier, choice)
        except EnergybenchError as error:
            if isinstance(error, CoalRateError) or (isinstance(error, AmbiguousError) and carrier in ranged):
                found.append((carrier, str(error)))
    return tuple(found)


@cached()
def wrong_units(choice: Choice) -> tuple[tuple[Fuel, str, str], ...]:
    """Return carriers with units that are not of their kind, each with what the unit measures."""
    return tuple(
        (fuel, unit, why)
        for fuel in fuels(choice)
        for kind, others in _OTHER_KINDS.items()
        if same_kind(fuel.per, read_unit(kind))
        for unit, why in others.items()
        # A cubic metre of water is a tonne.
        if not (fuel.category == "medium" and "density" in why)
    )


@cache
def unit_spellings(kind: UnitText) -> tuple[str, ...]:
    """Return every spelling of the units of one kind that has no line: common ones first, then bare ones."""
    if len(kind.numerator) > 1:
        return tuple(PRODUCTS)
    words = [
        word
        for symbol, others in atoms().items()
        if same_kind(UnitText((symbol,)), kind)
        for word in (symbol, *others)
        for word in (word, word.replace(".", "·"), word.replace("^3", "³").replace("^2", "²"))
    ]
    texts = [f"{scale}{word}" for scale in SCALES for word in dict.fromkeys(words)]
    return tuple(_common_first(texts, COMMON_UNITS))


def parts(kind: UnitText) -> tuple[tuple[str, ...], ...]:
    """Return the spellings of what stands above the line, and of each factor below it."""
    factors = [UnitText(("EF", "t"))] if kind.denominator == ("EF", "t") else [UnitText((s,)) for s in kind.denominator]
    return (unit_spellings(UnitText(kind.numerator)), *(unit_spellings(one) for one in factors))


def join(over: str, below: tuple[str, ...], line: str = "/") -> str:
    if not below:
        return over
    return f"{over}{line}{below[0]}" if len(below) == 1 else f"{over}{line}({'·'.join(below)})"


@cache
def common_spellings(kind: UnitText, most: int = 4) -> tuple[str, ...]:
    """Return some spellings of one kind, with every combination of the common parts."""
    texts = (join(over, tuple(below)) for over, *below in product(*(part[:most] for part in parts(kind))))
    return tuple(dict.fromkeys([kind.symbol, *texts]))


@cached()
def products(document: str | None = None) -> tuple[Product, ...]:
    wanted = None if document is None else find_document(document).id
    tables = ("benchmarks", "local_limits") if wanted is None else ("benchmarks", "local_limits", "limits")
    rows = [row for table in tables for row in records(table) if row.unit and wanted in (None, row.document)]
    found: dict[str, Product] = {}
    for item in _common_first((row.item for row in rows if not needs_capacity(row.item)), COMMON_ITEMS):
        for unit in dict.fromkeys(row.unit for row in rows if row.item == item):
            ladder = _or_none(find_ladder, item, document, like=read_unit(unit))
            if ladder is not None and ladder.unit and any(step.threshold for step in ladder.steps):
                names = (item, ladder.item_zh, *(row.name for row in records("product_names") if row.item == item))
                found.setdefault(ladder.id, Product(_alone(names, item, find_item), ladder))
    return tuple(found.values())


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
    """Return what other figures for a fuel are as a part of its own: another basis, document, or a heating value."""
    basis, unit, own = fuel.record.basis, read_unit(fuel.record.unit), Fraction(repr(fuel.record.value))
    of_basis = "the calorific figure (当量值) taken for the primary one (等价值)"
    if basis == "calorific":
        of_basis = "the primary figure (等价值) taken for the calorific one (当量值)"
    rows = [row for row in records("carriers") if row.carrier == fuel.carrier]
    printed = [
        (row.basis == basis, rate, f"{text} {row.coefficient_unit} of {row.document}")
        for row in rows
        for text in dict.fromkeys((row.coefficient, row.coefficient_high))
        for rate in _rates(text, row.coefficient_unit, fuel)
    ]
    found: list[tuple[Fraction, str]] = []
    if fuel.category == "electricity":
        found += [(rate, f"{of_basis}: {said}") for same, rate, said in printed if not same]
        coal_rates = [row for row in records("coal_rates") if row.value and basis == "calorific"]
        rates = [(Fraction(row.value) * ratio(read_unit(row.unit), unit), row.id) for row in coal_rates]
        found += [(rate, f"{of_basis}: a coal rate, that of {name}") for rate, name in rates]
    found += [(rate, f"the figure of another document: {said}") for same, rate, said in printed if same]
    rule = "coefficients are looked up, never derived"
    found += [
        (
            heat / Fraction(kilojoule) * ratio(KGCE, unit.over),
            f"derived from a heating value over {kilojoule} kJ/kgce: {rule}",
        )
        for row in rows
        for heat in (
            [] if row.heating_value_high else _rates(row.heating_value, row.heating_value_unit, fuel, heat=True)
        )
        for kilojoule in (str(float(STANDARD_COAL_KJ_PER_KGCE)), "29308", "29307", "29300", "29271")
    ]
    return tuple((rate / own, said) for rate, said in found if rate != own)


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
