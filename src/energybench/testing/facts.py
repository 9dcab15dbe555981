"""What the kit asks about: carriers with one figure, spellings of units, texts to refuse, ladders, furnace points."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

from energybench.energy.coefficients import Choice, choose_coefficient, find_carrier
from energybench.energy.conversion import factor
from energybench.errors import AmbiguousError, CoalRateError, EnergybenchError
from energybench.limits.choose import find_item, find_ladder, needs_capacity
from energybench.tables.store import cached, find_document, records
from energybench.units.registry import same_kind
from energybench.units.text import ATOMS, PRODUCTS, REFUSED, UnitText, read_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from energybench.energy.coefficients import Coefficient
    from energybench.limits.ladders import Ladder, Level

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

#: Texts that stand for no amount of fuel, energy or product, each with the reason to refuse it.
HOSTILE: dict[str, str] = {
    "104 t": "a power of ten that lost its superscript, or a number in front",
    "": "there is no unit",
    "10 t": "a number in front of the unit",
    "13，350 kWh": "a number with a full-width comma in front of the unit",
    "1，000 t": "a number with a full-width comma in front of the unit",
    "kWh，t": "two units with a full-width comma",
    "kWh、t": "two units in a list",
    "kWht": "kWh·t or kWh/t",
    "kWh-t": "kWh·t or kWh/t",
    "t/": "something is missing below the line",
    "/t": "something is missing above the line",
    "t//a": "something is missing between the lines",
    "t^2": "a tonne squared is no amount",
    "万": "a scale and no unit",
    "10^4": "a scale and no unit",
    "万万t": "two scales",
    "亿万kWh": "two scales",
    "万 万m3": "two scales",
    "knot": "another unit",
    "℃": "another unit",
    **REFUSED,
}
#: Names that no table has: a converter that answers them takes a coefficient from nowhere.
NO_CARRIERS = ("no such fuel", "不存在的燃料")
NO_PRODUCTS = ("no such product", "不存在的产品")

# Units of another kind, by the kind that a coefficient is for, with what the question would need.
_OTHER_KINDS: dict[str, dict[str, str]] = {
    "kg": {
        "kWh": "energy",
        "GJ": "energy",
        "m3": "volume, which needs the measured density",
        "L": "volume, which needs the measured density",
        "m2": "an area",
    },
    "m3": {"kWh": "energy", "t": "mass, which needs the measured density", "m2": "an area"},
    "kWh": {"t": "mass", "m3": "volume", "m2": "an area"},
    "tce": {"t": "mass", "kWh": "energy", "m3": "volume"},
}


@dataclass(frozen=True, slots=True)
class Fuel:
    """One carrier that has a single accepted figure: its names, the kind of its units, the figure."""

    carrier: str
    names: tuple[str, ...]
    category: str
    per: UnitText
    record: Coefficient

    def expected(self, amount: float, unit: str, choice: Choice) -> Fraction:
        """Return the exact tonnes of standard coal of an amount in one unit text."""
        return Fraction(repr(amount)) * factor(self.carrier, read_unit(unit), choice)[0]


@dataclass(frozen=True, slots=True)
class Product:
    """One product with a ladder that may be used, and the names that stand for it alone."""

    names: tuple[str, ...]
    ladder: Ladder

    @property
    def unit(self) -> UnitText:
        """The unit of the indicator."""
        return read_unit(self.ladder.unit)

    @property
    def limits(self) -> tuple[Fraction, ...]:
        """The limits that are printed, each once, best first."""
        return tuple(dict.fromkeys(Fraction(step.threshold) for step in self.ladder.steps if step.threshold))

    def level(self, value: float) -> Level | None:
        """Return the class of a value in the unit of the limit; None where a missing figure leaves it open."""
        return self.ladder.level(value)

    def at(self, percent: int) -> float:
        """Return a value at some percent of the highest limit above the lowest, with few digits."""
        low, high = min(self.limits), max(self.limits)
        width = max(abs(low), abs(high), high - low)
        return float(f"{float(low + width * percent / 100):.6g}")

    @property
    def source(self) -> str:
        """The limits as printed, and where they stand."""
        steps = ", ".join(f"{s.level} {s.comparator} {s.threshold}" for s in self.ladder.steps if s.threshold)
        where = f"{self.ladder.document} {self.ladder.clause}".strip()
        return f"{steps} {self.ladder.unit} ({where}, {self.ladder.verification})"


def _common_first(names: Iterable[str], common: tuple[str, ...]) -> list[str]:
    unique = list(dict.fromkeys(names))
    return [name for name in common if name in unique] + [name for name in unique if name not in common]


def _alone(names: Iterable[str], identifier: str, find: Callable[[str], str]) -> tuple[str, ...]:
    """Return the names that stand for one id and no other."""
    found = []
    for name in dict.fromkeys(names):
        try:
            if name and find(name) == identifier:
                found.append(name)
        except EnergybenchError:
            continue
    return tuple(found)


@cached()
def fuels(choice: Choice) -> tuple[Fuel, ...]:
    """Return the carriers that need nothing but an amount, the common ones first."""
    found = []
    for carrier in _common_first((row.carrier for row in records("carriers")), COMMON_CARRIERS):
        try:
            rate, record = choose_coefficient(carrier, choice)
        except EnergybenchError:
            continue
        category = next(row.category for row in records("carriers") if row.carrier == carrier)
        found.append(Fuel(carrier, carrier_names(carrier), category, UnitText(rate.unit.denominator), record))
    return tuple(found)


@cached(4096)
def carrier_names(carrier: str) -> tuple[str, ...]:
    """Return the names that stand for one carrier alone: the Chinese one, the id, all others."""
    row = next(row for row in records("carriers") if row.carrier == carrier)
    others = [row.name for row in records("carrier_names") if row.carrier == carrier]
    return _alone((row.name_zh, carrier, row.name_en, *others), carrier, find_carrier)


@cached()
def without_single_figure(choice: Choice) -> tuple[tuple[str, str], ...]:
    """Return the carriers that a document prints a range for, or that need a coal rate, each with the reason."""
    found = []
    for carrier in dict.fromkeys(row.carrier for row in records("carriers")):
        ranged = any(row.carrier == carrier and row.coefficient_high for row in records("carriers"))
        try:
            choose_coefficient(carrier, choice)
        except CoalRateError as error:
            found.append((carrier, str(error)))
        except AmbiguousError as error:
            if ranged:
                found.append((carrier, str(error)))
        except EnergybenchError:
            continue
    return tuple(found)


@cached()
def wrong_units(choice: Choice) -> tuple[tuple[Fuel, str, str], ...]:
    """Return carriers with units that are not of their kind, each with what the unit measures."""
    return tuple(
        (fuel, unit, why)
        for fuel in fuels(choice)
        for kind, others in _OTHER_KINDS.items()
        if same_kind(fuel.per, read_unit(kind))
        # Of water a cubic metre is a tonne for everybody: no mistake worth a word.
        for unit, why in others.items()
        if not (fuel.category == "medium" and "density" in why)
    )


# Spellings ------------------------------------------------------------------------------------------------


@cache
def spellings(kind: UnitText) -> tuple[str, ...]:
    """Return every spelling of the units of one kind without a line: bare ones first, then with a scale in front."""
    if len(kind.numerator) > 1:
        return tuple(PRODUCTS)
    words = [
        word
        for symbol, others in ATOMS.items()
        if same_kind(UnitText((symbol,)), kind)
        for word in (symbol, *others)
        for word in (word, word.replace(".", "·"), word.replace("^3", "³").replace("^2", "²"))
    ]
    texts = [f"{scale}{word}" for scale in SCALES for word in dict.fromkeys(words)]
    return tuple(_common_first(texts, COMMON_UNITS))


def parts(kind: UnitText) -> tuple[tuple[str, ...], ...]:
    """Return the spellings of what stands above the line, and of each factor below it."""
    factors = [UnitText(("EF", "t"))] if kind.denominator == ("EF", "t") else [UnitText((s,)) for s in kind.denominator]
    return (spellings(UnitText(kind.numerator)), *(spellings(one) for one in factors))


def join(over: str, below: tuple[str, ...], line: str = "/") -> str:
    """Write a unit from what stands above and below the line."""
    if not below:
        return over
    return f"{over}{line}{below[0]}" if len(below) == 1 else f"{over}{line}({'·'.join(below)})"


@cache
def common_spellings(kind: UnitText, most: int = 4) -> tuple[str, ...]:
    """Return some spellings of one kind, with every combination of the common parts."""
    texts = [join(over, below) for over, *below_ in product(*(p[:most] for p in parts(kind))) for below in [(*below_,)]]
    return tuple(dict.fromkeys([kind.symbol, *texts]))


# Ladders --------------------------------------------------------------------------------------------------


@cached()
def products(document: str | None = None) -> tuple[Product, ...]:
    """Return the products with a usable ladder: of the national lists and local limits, or of one document."""
    wanted = None if document is None else find_document(document).id
    tables = ("benchmarks", "local_limits") if wanted is None else ("benchmarks", "local_limits", "limits")
    rows = [row for table in tables for row in records(table) if row.unit and wanted in (None, row.document)]
    found: dict[str, Product] = {}
    for item in _common_first((row.item for row in rows), COMMON_ITEMS):
        if needs_capacity(item):
            continue
        for unit in dict.fromkeys(row.unit for row in rows if row.item == item):
            try:
                ladder = find_ladder(item, document, like=read_unit(unit))
            except EnergybenchError:
                continue
            if ladder.unit and any(step.threshold for step in ladder.steps):
                names = (item, ladder.item_zh, *(row.name for row in records("product_names") if row.item == item))
                found.setdefault(ladder.id, Product(_alone(names, item, find_item), ladder))
    return tuple(found.values())
