"""Meter and output tables for the tests: small builders, and Hypothesis strategies of whole tables.

A table is made of groups: the readings and the output of one plant, period and product. The same group makes
one account, which is what the table is compared with.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy
import pandas
from hypothesis import strategies as st

import energybench as eb
import oracle
from energybench.errors import EnergybenchError
from energybench.frames.groups import period_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

KEY = {"plant": "甲厂", "period": 2023, "product": "cement-clinker"}
METER = {**KEY, "carrier": "原煤", "amount": 3000, "unit": "t"}
OUTPUT = {**KEY, "output": 20000, "output_unit": "t"}
FURNACE: dict[str, Any] = {
    "product": "induction-furnace-cast-iron",
    "furnace_capacity": 3,
    "furnace_capacity_unit": "t",
    "region": "昌吉市",
}


# Builders -------------------------------------------------------------------------------------------------


def meters(*rows: dict[str, Any], **every: Any) -> pandas.DataFrame:
    """Make a meter table: 3000 t of raw coal for cement clinker, row by row with some cells changed."""
    return pandas.DataFrame([{**METER, **every, **row} for row in rows or ({},)])


def outputs(*rows: dict[str, Any], **every: Any) -> pandas.DataFrame:
    """Make an output table: 20000 t of cement clinker, row by row with some cells changed."""
    return pandas.DataFrame([{**OUTPUT, **every, **row} for row in rows or ({},)])


def notes_of_any_source(answer: eb.Assessment) -> list[str]:
    """Return the notes but for those on identical rows, which are looked for in tables in memory alone."""
    return [note for note in answer.notes if "the same as an earlier one" not in note]


def rows_of(table: pandas.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as plain dictionaries, what is missing as None."""
    objects = table.astype(object).where(table.notna(), None)
    return [{str(name): cell for name, cell in row.items()} for row in objects.to_dict("records")]


def same(one: float | None, other: float | None, scale: float = 0.0) -> bool:
    """Say whether two figures agree to 1e-11 of themselves, or of what they were summed from."""
    if one is None or other is None or one != one or other != other:
        return (one is None or one != one) and (other is None or other != other)
    return abs(one - other) <= 1e-11 * max(abs(one), abs(other), scale)


# What there is to choose from -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Fuel:
    """One carrier that has a single accepted figure: its names, and standard coal per canonical unit."""

    names: tuple[str, ...]
    category: str
    per: str
    kgce: Fraction


@dataclass(frozen=True)
class Item:
    """One item with a limit in energy per output: its names, printed thresholds and unit."""

    names: tuple[str, ...]
    thresholds: tuple[str, ...]
    electricity: bool
    energy_unit: str
    output_unit: str
    furnace: bool = False


@cache
def spellings(kind: str) -> tuple[str, ...]:
    """Return every spelling of the units of one kind, with and without a scale in front."""
    powers = oracle.SYMBOLS[kind].powers
    symbols = [symbol for symbol, unit in oracle.SYMBOLS.items() if unit.powers == powers]
    words = [word for symbol in symbols for word in (symbol, *oracle.SPELLINGS.get(symbol, "").split())]
    scaled = [f"{scale}{word}" for word in words for scale in ("", "千", "万", "百万", "10^4 ", "10⁶ ")]
    dotted = [text.replace(".", dot) for text in scaled if "." in text for dot in "·•"]
    return tuple(text.replace("_", " ") for text in scaled + dotted)


@cache
def fuels() -> tuple[Fuel, ...]:
    """Return the carriers that need nothing but an amount."""
    found = []
    for carrier in dict.fromkeys(row["carrier"] for row in oracle.accepted("carriers")):
        rows = [
            row
            for row in oracle.accepted("carriers")
            if (row["carrier"], row["document"]) == (carrier, oracle.DEFAULT_EDITION)
            and row["coefficient"]
            and row["basis"] != "primary"
        ]
        figures = {(row["coefficient"], row["coefficient_high"]) for row in rows}
        if len(figures) == 1 and not rows[0]["coefficient_high"] and rows[0]["category"] != "definition":
            per = rows[0]["coefficient_unit"].partition("/")[2]
            found.append(Fuel(_names(carrier), rows[0]["category"], per, Fraction(rows[0]["coefficient"])))
    return (*found, Fuel(("标准煤", "standard_coal"), "definition", "kgce", Fraction(1)))


def _names(carrier: str) -> tuple[str, ...]:
    """Return the names that stand for one carrier alone."""
    names = [carrier, *(row["name"] for row in oracle.table("carrier_names") if row["carrier"] == carrier)]
    return tuple(name for name in names if _found(eb.carriers.find_carrier, name) == carrier)


def _found(find: Any, name: str) -> Any:
    try:
        return find(name)
    except EnergybenchError:
        return None


@cache
def items() -> tuple[Item, ...]:
    """Return the items that have a usable limit in energy per output, furnaces among them."""
    found = [Item((FURNACE["product"],), ("590", "610", "620", "630"), True, "kWh", "t", furnace=True)]
    for item in dict.fromkeys(row["item"] for name in ("benchmarks", "local_limits") for row in oracle.accepted(name)):
        ladder = _found(eb.find_ladder, item)
        if ladder is not None and ladder.basis != "primary":
            over, _, below = ladder.unit.partition("/")
            names = [item, *(row["name"] for row in oracle.table("product_names") if row["item"] == item)]
            unique = tuple(name for name in names if _found(eb.find_item, name) == item)
            thresholds = tuple(step.threshold for step in ladder.steps if step.threshold)
            found.append(Item(unique, thresholds, over == "kWh", over, below))
    return tuple(found)


# Groups ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """One meter row without its key: an amount is a number, or text as a spreadsheet has it."""

    carrier: str
    amount: float | str
    unit: str
    flow: str | None = None
    own: dict[str, Any] = field(default_factory=dict)

    def line(self) -> dict[str, Any]:
        """Return the reading as a line of an account."""
        amount = self.amount if isinstance(self.amount, str) else repr(self.amount)
        own = {name: f"{self.own[name]!r} {self.own[f'{name}_unit']}" for name in self.own if "_unit" not in name}
        return {"carrier": self.carrier, "amount": f"{amount} {self.unit}", "flow": self.flow, **own}


@dataclass(frozen=True)
class Group:
    """The readings and the output of one plant, period and product, the key in every spelling that it may have."""

    plant: str
    periods: tuple[Any, ...]
    products: tuple[str, ...]
    output: float
    output_unit: str
    readings: tuple[Reading, ...]
    furnace: dict[str, Any] = field(default_factory=dict)

    def account(self, **options: Any) -> eb.Account:
        """Return the account of this group alone."""
        if not self.furnace:
            options.pop("reading", None)  # of a furnace alone
        capacity = (
            f"{self.furnace['furnace_capacity']!r} {self.furnace['furnace_capacity_unit']}" if self.furnace else None
        )
        return eb.account(
            [reading.line() for reading in self.readings],
            output=f"{self.output!r} {self.output_unit}",
            product=self.products[0],
            capacity=capacity,
            period=period_key(self.periods[0]),
            region=self.furnace.get("region"),
            **options,
        )

    def meter_rows(self) -> list[dict[str, Any]]:
        """Return the meter rows, with a spelling of the key that differs from row to row."""
        return [
            {
                "plant": self.plant,
                "period": self.periods[number % len(self.periods)],
                "product": self.products[number % len(self.products)],
                "carrier": reading.carrier,
                "amount": reading.amount,
                "unit": reading.unit,
                "flow": reading.flow,
                **reading.own,
            }
            for number, reading in enumerate(self.readings, 1)
        ]

    def output_row(self) -> dict[str, Any]:
        """Return the output row."""
        key = {"plant": self.plant, "period": self.periods[0], "product": self.products[0]}
        return {**key, "output": self.output, "output_unit": self.output_unit, **self.furnace}


def tables_of(groups: Iterable[Group]) -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """Return the meter and the output table of some groups."""
    rows = list(groups)
    return (
        pandas.DataFrame([row for group in rows for row in group.meter_rows()]),
        pandas.DataFrame([group.output_row() for group in rows]),
    )


_PERIODS: tuple[tuple[Any, ...], ...] = (
    (2023, "2023", 2023.0, " 2023 "),
    ("2023-12-01", datetime.date(2023, 12, 1), pandas.Timestamp(2023, 12, 1), datetime.datetime(2023, 12, 1)),
    ("2023-11", " 2023-11"),
    ("2023-H2", " 2023-H2"),
)
#: Those around others: an output of one and of another within it have the same carriers, or no class.
_AROUND = (0, 3)
_IN = (None, "", "in", "IN ", "输入", "消耗")
_OUT = ("out", "OUT", "外供", "输出")
_SHARES = st.integers(1, 9)
#: Around a threshold: well inside, a hair inside, exact, a hair outside, well outside.
_NEAR = st.sampled_from([Fraction(text) for text in ("0.5", "0.9", "0.99999", "1", "1.00001", "1.1", "2")])


def _rounded(value: Fraction) -> float:
    """Return a figure as a meter shows it: six digits."""
    return float(f"{float(value):.6g}")


@st.composite
def amounts(draw: st.DrawFn, value: float) -> float | str:
    """Write a number as a float, or as text with separators or full-width digits."""
    if "e" in repr(value):
        return value
    plain = f"{value:,}"
    full = plain.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    ways: list[float | str] = [value, value, repr(value), plain, f" {plain} ", full.replace(",", "")]
    return draw(st.sampled_from(ways))


@st.composite
def readings(draw: st.DrawFn, tce: Fraction, out: bool = False) -> Reading:
    """Draw a reading of about so much standard coal: any carrier, any spelling of a unit, perhaps own figures."""
    fuel = draw(st.sampled_from(fuels()))
    flow = draw(st.sampled_from(_OUT if out else _IN))
    unit = draw(st.sampled_from(spellings(fuel.per)))
    kgce = fuel.kgce * oracle.ratio(unit, fuel.per)
    name, own = draw(st.sampled_from(fuel.names)), {}
    how = draw(st.sampled_from(["table", "table", "ncv", "coefficient"]))
    if how == "ncv" and fuel.category in ("solid", "liquid", "gas"):
        heat = draw(st.sampled_from(["kJ", "MJ", "kcal", "大卡", "百万千焦"]))
        per = draw(st.sampled_from({"kg": ["kg", "t", "吨"], "m3": ["m3", "万m3", "立方米"]}[fuel.per]))
        kcal = fuel.kgce * 7000 * draw(st.sampled_from([Fraction(9, 10), Fraction(1), Fraction(11, 10)]))
        figure = kcal * oracle.ratio("kcal", heat) * oracle.ratio(per, fuel.per)
        own = {"ncv": _rounded(figure), "ncv_unit": f"{heat}/{per}"}
    elif how == "coefficient" and fuel.per == "kg":
        name = draw(st.sampled_from([name, "木屑", "our own fuel"]))
        own = {"coefficient": _rounded(fuel.kgce), "coefficient_unit": draw(st.sampled_from(["kgce/kg", "tce/t"]))}
    amount = _rounded(tce * 1000 / kgce)
    if amount < 0:
        flow = None  # the sign alone says that it went out
    return Reading(name, draw(amounts(amount)), unit, flow, own)


@st.composite
def groups(draw: st.DrawFn, plant: str, period: tuple[Any, ...], item: Item) -> Group:
    """Draw a group whose intensity lies near, on, or far from a threshold of its item."""
    unit = draw(st.sampled_from(spellings(item.output_unit)))
    output = _rounded(Fraction(draw(st.integers(1, 999_999))) / oracle.ratio(unit, item.output_unit))
    exact = Fraction(repr(output)) * oracle.ratio(unit, item.output_unit)
    wanted = Fraction(draw(st.sampled_from(item.thresholds))) * draw(_NEAR) * exact
    furnace = {}
    if item.furnace:
        capacity, mass = draw(st.sampled_from([(0.5, "t"), (1500.0, "kg"), (1.7, "吨"), (2, "t"), (3, "t"), (6, "t")]))
        furnace = {"furnace_capacity": capacity, "furnace_capacity_unit": mass, "region": FURNACE["region"]}
    if item.electricity:
        kwh = wanted * oracle.ratio(item.energy_unit, "kWh")
        power = draw(st.sampled_from(spellings("kWh")))
        first = Reading(draw(st.sampled_from(["电", "electricity"])), float(kwh / oracle.ratio(power, "kWh")), power)
        rest: Sequence[Reading] = draw(st.lists(readings(Fraction(10)), max_size=2))
        return Group(plant, period, item.names, output, unit, (first, *rest), furnace)
    tce = wanted * oracle.ratio(item.energy_unit, "tce")
    if draw(st.booleans()):
        exactly = Reading("标准煤", float(tce * 1000), "kgce")
        return Group(plant, period, item.names, output, unit, (exactly,), furnace)
    shares = draw(st.lists(_SHARES, min_size=1, max_size=4))
    parts = [draw(readings(tce * share / sum(shares))) for share in shares]
    sent = [draw(readings(tce / 10, out=True))] if draw(st.booleans()) else []
    return Group(plant, period, item.names, output, unit, (*parts, *sent), furnace)


@st.composite
def portfolios(draw: st.DrawFn, most: int = 6, furnaces: bool = True) -> list[Group]:
    """Draw some groups with different keys: several plants, periods and products."""
    known = [item for item in items() if furnaces or not item.furnace]
    key = st.tuples(st.sampled_from(["甲厂", "乙厂", "Plant C", "7"]), st.integers(0, 3), st.sampled_from(known))
    keys = draw(st.lists(key, min_size=1, max_size=most, unique_by=lambda one: (one[0], one[1], one[2].names[0])))
    apart: dict[tuple[str, str], list[int]] = {}
    for plant, period, item in keys:
        taken = apart.setdefault((plant, item.names[0]), [])
        if not taken or not {period, *taken} & {*_AROUND}:
            taken.append(period)
    return [
        draw(groups(plant, _PERIODS[period], item))
        for plant, period, item in keys
        if period in apart[plant, item.names[0]]
    ]


# Tables with anything in them -----------------------------------------------------------------------------

#: Cells that are seldom right, whatever the column.
JUNK: tuple[Any, ...] = (
    *(None, float("nan"), pandas.NA, pandas.NaT, "", "  ", float("inf"), float("-inf")),
    *(0, -0.0, -5, 1e308, 1e-320, 10**400, True, False, numpy.bool_(True)),
    *("abc", "1，200", "1200 t", "=1+1", "nan", "inf", "1e999", "{value}", "\u3000", "甲厂"),
    *([1], {}, (1, 2), b"t", 1 + 2j, Decimal("12.5"), Fraction(1, 3)),
    *(datetime.date(2023, 1, 1), pandas.Timedelta(3, "D"), pandas.Period("2023", "Y"), numpy.float32(7), object),
)
_GOOD_METERS: tuple[dict[str, Any], ...] = (
    {},
    {"carrier": "electricity", "amount": "1,200.5", "unit": "万千瓦时"},
    {"carrier": "diesel", "amount": 12, "unit": "吨", "flow": "out"},
    {"carrier": "天然气", "amount": 9.5, "unit": "万m3", "ncv": 35.6, "ncv_unit": "MJ/m3"},
    {"carrier": "木屑", "amount": 10, "unit": "t", "coefficient": 0.5, "coefficient_unit": "kgce/kg"},
)
_GOOD_OUTPUTS: tuple[dict[str, Any], ...] = (
    {},
    {"product": "电解铝", "output": 3, "output_unit": "万吨"},
    {**FURNACE},
)


_DTYPES = st.sampled_from([None, None, object])


@dataclass(frozen=True)
class AnyTables:
    """Two tables with anything in them, and which of their rows nobody has touched."""

    meters: pandas.DataFrame
    outputs: pandas.DataFrame
    untouched_meters: tuple[bool, ...]
    untouched_outputs: tuple[bool, ...]


@st.composite
def any_tables(draw: st.DrawFn) -> AnyTables:
    """Draw good rows, some with cells replaced by anything, in columns of whatever type they then have."""
    keys = [{"plant": plant, "period": period} for plant in ("甲厂", "乙厂") for period in (2023, 2024)]
    made, cleans = [], []
    for good, default in ((_GOOD_METERS, METER), (_GOOD_OUTPUTS, OUTPUT)):
        products = [{"product": row["product"]} for row in _GOOD_OUTPUTS[1:]] if good is _GOOD_METERS else []
        row = st.tuples(st.sampled_from(good), st.sampled_from([*keys, *keys, *products]))
        rows: list[dict[str, Any]] = [
            {**default, **one, **key} for one, key in draw(st.lists(row, min_size=1, max_size=8))
        ]
        clean = []
        columns = sorted({name for one in rows for name in one})
        for one in rows:
            touched = draw(st.lists(st.sampled_from(columns), max_size=2)) if draw(st.booleans()) else []
            for name in touched:
                one[name] = draw(st.sampled_from(JUNK))
            clean.append(not touched)
        cells = {name: [one.get(name) for one in rows] for name in columns}
        try:
            table = pandas.DataFrame(cells, dtype=draw(_DTYPES))
        except OverflowError:  # pandas before 3 makes no column of its own of an integer beyond the floats
            table = pandas.DataFrame(cells, dtype=object)
        made.append(table)
        cleans.append(tuple(clean))
    return AnyTables(made[0], made[1], cleans[0], cleans[1])
