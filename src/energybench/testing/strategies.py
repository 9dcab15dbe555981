"""Hypothesis strategies of the field: amounts, carriers, units good and bad, ladders, furnace capacities, tables.

All of them shrink to what an analyst would try first: 1, t, kWh, 原煤. An argument that makes no sense is refused
when the strategy is made, by an error of the library.
"""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from energybench.energy.coefficients import Choice
from energybench.energy.conversion import make_choice
from energybench.errors import MissingColumnError, OptionError, TableError, quoted
from energybench.limits.choose import find_ladder, needs_capacity, of_furnace
from energybench.limits.furnaces import DEFAULT_ITEM, find_curve, furnace_limit
from energybench.tables.names import find_item
from energybench.tables.store import find_document
from energybench.testing.facts import HOSTILE, Fuel, fuels, join, parts, products, unit_spellings
from energybench.testing.laws import check_count, check_flag
from energybench.units.factors import ratio, same_kind
from energybench.units.text import KWH, TCE, TONNE, UnitText, read_unit

if TYPE_CHECKING:
    import pandas

    from energybench.energy.coal_rates import CoalRate
    from energybench.limits.ladders import Ladder
    from energybench.units.registry import AmountLike

_DEFAULT_KINDS = ("t", "kWh", "m3", "GJ", "tce", "kgce/t", "kWh/t", "kgce/kg", "gce/kWh", "MJ/m3")
_PLANTS = ("甲厂", "乙厂", "丙厂", "Plant D")
#: Months and a year in which the national list and the local limits of furnaces are in force.
_PERIODS = (2023, "2023-12", "2023-11")
_OUTPUT_COLUMNS = ("plant", "period", "product", "output", "output_unit")
_CHOICE = Choice()
#: Times the best limit of the product: well inside, on it, and well outside.
_NEAR = (Fraction(9, 10), Fraction(1), Fraction(11, 10), Fraction(2))
_FULL_WIDTH = {ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)}


def amounts(
    *, zero: bool = False, negative: bool = False, largest: int = 1_000_000, digits: int = 3
) -> st.SearchStrategy[float]:
    """Draw amounts as meters show them: few digits, so that the decimal that is printed is meant.

    Parameters
    ----------
    zero, negative : bool
        Whether zero and amounts sent out are among them.
    largest : int
        No amount is further from zero: 1 (0 with ``zero``) to 2^53, up to which a float is every whole number.
    digits : int
        Most digits behind the point, 0 to 15: a float shows no more.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(amounts(), lambda amount: amount > 7)
    8.0
    """
    check_flag("zero", zero)
    check_flag("negative", negative)
    least = 0 if zero else 1
    numbers = st.integers(least, check_count("largest", largest, least, 2**53))
    whole = numbers.map(float)
    fine = st.builds(lambda n, d: n / 10**d, numbers, st.integers(0, check_count("digits", digits, 0, 15)))
    positive = whole | fine
    return positive | positive.map(lambda amount: -amount) if negative else positive


def carriers(
    *,
    category: str | None = None,
    basis: str = "calorific",
    coal_rate: AmountLike | CoalRate | None = None,
    edition: str | None = None,
) -> st.SearchStrategy[str]:
    """Draw names of carriers that have one accepted figure: in Chinese, in English, and ids.

    Parameters
    ----------
    category : str, optional
        ``"solid"``, ``"liquid"``, ``"gas"``, ``"electricity"``, ``"heat"``, ``"medium"`` or ``"definition"``.
    basis, coal_rate, edition
        As in :func:`energybench.to_tce`.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(carriers(category="liquid"), lambda name: True)
    '柴油'
    """
    known = fuels(make_choice(basis=basis, coal_rate=coal_rate, edition=edition))
    chosen = [fuel for fuel in known if category in (None, fuel.category)]
    if not chosen:
        known_categories = ", ".join(sorted({fuel.category for fuel in known}))
        raise OptionError(f"category is {quoted(category)}", quoted(category), f"Use one of {known_categories}")
    first = [fuel.names[0] for fuel in chosen]
    return st.sampled_from([*first, *(name for fuel in chosen for name in fuel.names[1:])])


def unit_texts(*, valid: bool = True, kind: str | None = None) -> st.SearchStrategy[str]:
    """Draw units as the trade writes them: 万kWh, 千克标准煤/吨, 10⁸ m³.

    Parameters
    ----------
    valid : bool
        False draws texts to refuse, those of :func:`hostile_unit_texts`.
    kind : str, optional
        Any unit of the kind wanted: ``"kWh"`` draws every spelling of energy, ``"kgce/t"`` of standard coal a mass.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(unit_texts(kind="kgce/t"), lambda text: True)
    'tce/t'
    """
    check_flag("valid", valid)
    if not valid and kind is not None:
        fix = "Leave kind out: a text to refuse is a unit of no kind"
        raise OptionError(f"kind is {quoted(kind)} and valid is False", quoted(kind), fix)
    if not valid:
        return hostile_unit_texts()
    if kind is not None:
        return _spelled(read_unit(kind))
    return st.one_of([_spelled(read_unit(one)) for one in _DEFAULT_KINDS])


def _spelled(kind: UnitText) -> st.SearchStrategy[str]:
    over, *below = (st.sampled_from(part) for part in parts(kind))
    if not below:
        return over
    return st.builds(join, over, st.tuples(*below), st.sampled_from(["/", "／", "⁄", "每"]))


def hostile_unit_texts() -> st.SearchStrategy[str]:
    """Draw texts that stand for no unit, or for one of two: ton, MT, 104 t, mWh, two scales, full-width commas.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(hostile_unit_texts(), lambda text: True)
    '104 t'
    """
    units = st.sampled_from(["t", "kWh", "m3", "吨", "tce"])
    made = (
        st.builds(lambda number, unit: f"{number} {unit}", st.integers(1, 9999), units),
        st.builds(
            lambda one, two, unit: f"{one}{two}{unit}", st.sampled_from("万亿"), st.sampled_from("万亿"), units
        ).filter(lambda text: not text.startswith("万亿")),
        st.builds(lambda one, sign, two: f"{one}{sign}{two}", units, st.sampled_from("，、；÷-+"), units),
        st.builds(lambda unit: f"{unit}/", units),
    )
    return st.one_of(st.sampled_from(list(HOSTILE)), *made)


def quantities(*, kind: str | None = None, negative: bool = False) -> st.SearchStrategy[str]:
    """Draw amounts with a unit as one text: "350 万kWh", "1,200.5 t", "１２ 吨".

    Parameters
    ----------
    kind : str, optional
        As in :func:`unit_texts`.
    negative : bool
        Whether amounts sent out are among them.

    Returns
    -------
    SearchStrategy
        Of str, each read by :func:`energybench.quantity`; shrinks to "1 t".

    Examples
    --------
    >>> from hypothesis import find
    >>> find(quantities(kind="t"), lambda text: "," in text)
    '1,000 t'
    """

    def write(amount: float, style: str, unit: str) -> str:
        number = (f"{amount:,}" if style == "separated" else repr(amount)).removesuffix(".0")
        return f"{number.translate(_FULL_WIDTH) if style == 'full-width' else number} {unit}"

    styles = st.sampled_from(["plain", "separated", "full-width"])
    return st.builds(write, amounts(negative=negative), styles, unit_texts(kind=kind))


def ladders(*, document: str | None = None, unit: str | None = None) -> st.SearchStrategy[Ladder]:
    """Draw ladders of the tables that may be used.

    Parameters
    ----------
    document : str, optional
        Document id or number; default the national lists and local limits.
    unit : str, optional
        Only ladders whose indicator is of the kind of this unit.

    Returns
    -------
    SearchStrategy
        Of :class:`energybench.Ladder`; shrinks to cement clinker.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(ladders(unit="kWh/t"), lambda ladder: True).item
    'electrolytic-aluminium'
    """
    kind = None if unit is None else read_unit(unit)
    found = [one.ladder for one in products(document) if kind is None or same_kind(one.unit, kind)]
    if not found:
        asked = f"document {quoted(document)} and unit {quoted(unit)}"
        raise OptionError(f"No ladder of {asked} may be used", asked, "Leave one of them out")
    return st.sampled_from(found)


def furnace_capacities(*, valid: bool = True, item: str = DEFAULT_ITEM) -> st.SearchStrategy[float]:
    """Draw rated furnace capacities in t: the points that are stated, between them, and beyond both ends.

    Parameters
    ----------
    valid : bool
        False draws zero, negative, NaN and infinite capacities.
    item : str
        Item of the furnace table.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(furnace_capacities(), lambda capacity: True)
    1.0
    """
    check_flag("valid", valid)
    if not isinstance(item, str):
        fix = f'Give the item as text: "{DEFAULT_ITEM}"'
        raise OptionError(f"item is {quoted(item)}, expected a name", quoted(item), fix)
    points = find_curve(item).capacities
    if not valid:
        return st.sampled_from([0.0, -1.0, float("nan"), float("inf"), float("-inf")]) | amounts().map(lambda c: -c)
    return st.sampled_from(points) | st.integers(1, int(points[-1] * 4000)).map(lambda kilograms: kilograms / 1000)


def _tested() -> list[tuple[tuple[str, ...], UnitText]]:
    found = [
        (one.names, one.unit.per)
        for one in products()
        if one.ladder.basis != "primary" and one.unit.denominator
        if any(same_kind(one.unit.over, energy) for energy in (TCE, KWH))
    ]
    return [*found, ((DEFAULT_ITEM,), TONNE)]


def output_tables(most: int = 5) -> st.SearchStrategy[pandas.DataFrame]:
    """Draw the output table of some plants: a row a plant, period and product, furnaces among them.

    Parameters
    ----------
    most : int
        Most rows.

    Returns
    -------
    SearchStrategy
        Of pandas.DataFrame with the columns plant, period, product, output, output_unit, region, furnace_capacity,
        furnace_capacity_unit.
    """
    return _output_tables(check_count("most", most, 1))


@st.composite
def _output_tables(draw: st.DrawFn, most: int) -> pandas.DataFrame:
    import pandas

    key = st.tuples(st.sampled_from(_PLANTS), st.sampled_from(_PERIODS), st.sampled_from(_tested()))
    keys = draw(st.lists(key, min_size=1, max_size=most, unique_by=lambda one: (one[0], one[1], one[2][0])))
    rows = []
    for plant, period, (names, per) in keys:
        unit = draw(st.sampled_from(unit_spellings(per)))
        amount = _six_digits(1000 * draw(st.integers(1, 1000)) / ratio(read_unit(unit), per))
        curve = find_curve(names[0]) if needs_capacity(names[0]) else None
        region, capacity, capacity_unit = None, None, None
        if curve is not None:
            region, capacity_unit = find_document(curve.row.document).region.partition(";")[0], "t"
            capacity = draw(st.sampled_from(curve.capacities))
        rows.append((plant, period, draw(st.sampled_from(names)), amount, unit, region, capacity, capacity_unit))
    more = ("region", "furnace_capacity", "furnace_capacity_unit")
    return pandas.DataFrame(rows, columns=[*_OUTPUT_COLUMNS, *more])


def meter_tables(outputs: pandas.DataFrame | None = None) -> st.SearchStrategy[pandas.DataFrame]:
    """Draw the meter readings of every row of an output table, so that no row is left without energy.

    Parameters
    ----------
    outputs : pandas.DataFrame, optional
        From :func:`output_tables`; one is drawn where none is given.

    Returns
    -------
    SearchStrategy
        Of pandas.DataFrame with the columns plant, period, product, carrier, amount, unit, flow.
    """
    if outputs is None:
        return _output_tables(5).flatmap(_meter_tables)
    import pandas

    fix = "Give a table of output_tables(), or leave it out"
    if not isinstance(outputs, pandas.DataFrame):
        kind = type(outputs).__name__
        raise TableError(f"outputs is of type {kind}, expected a pandas.DataFrame", kind, fix)
    for column in _OUTPUT_COLUMNS:
        if column not in outputs.columns:
            raise MissingColumnError(f"outputs has no column {column}", column, fix)
    if not len(outputs):
        raise TableError("outputs has no rows", "outputs", fix)
    for cell in outputs["output"].tolist():
        if isinstance(cell, bool) or not isinstance(cell, int | float) or not isfinite(cell):
            raise TableError(f"output is {quoted(cell)}, expected a finite number", quoted(cell), fix)
    return _meter_tables(outputs)


@st.composite
def _meter_tables(draw: st.DrawFn, outputs: pandas.DataFrame) -> pandas.DataFrame:
    import pandas

    rows = [row for output in outputs.to_dict("records") for row in draw(_readings(output))]
    return pandas.DataFrame(rows, columns=["plant", "period", "product", "carrier", "amount", "unit", "flow"])


@st.composite
def _readings(draw: st.DrawFn, output: dict[Any, Any]) -> list[tuple[Any, ...]]:
    key = output["plant"], output["period"], output["product"]
    item = find_item(output["product"])
    ladder = of_furnace(furnace_limit("5 t", item=item)) if needs_capacity(item) else find_ladder(item)
    limit = next(Fraction(step.threshold) for step in ladder.steps if step.threshold)
    unit = read_unit(ladder.unit)
    amount = Fraction(repr(output["output"])) * ratio(read_unit(output["output_unit"]), unit.per)
    electric = not same_kind(unit.over, TCE)
    energy = abs(limit) * draw(st.sampled_from(_NEAR)) * amount * ratio(unit.over, KWH if electric else TCE)
    if electric:
        spelled = draw(st.sampled_from(unit_spellings(KWH)))
        return [(*key, "电力", _six_digits(energy / ratio(read_unit(spelled), KWH)), spelled, None)]
    split = draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))
    flow = "out" if limit < 0 else None
    shares = [(energy * part / sum(split), flow) for part in split]
    if draw(st.booleans()):
        shares.append((energy / 10, "out"))
    return [(*key, *draw(_reading(tce)), flow) for tce, flow in shares]


@st.composite
def _reading(draw: st.DrawFn, tce: Fraction) -> tuple[str, float, str]:
    fuel: Fuel = draw(st.sampled_from(fuels(_CHOICE)))
    unit = draw(st.sampled_from(unit_spellings(fuel.per)))
    return draw(st.sampled_from(fuel.names)), _six_digits(tce / fuel.expected(1.0, unit, _CHOICE)), unit


def _six_digits(value: Fraction) -> float:
    return float(f"{float(value):.6g}")


def table_pairs(most: int = 5) -> st.SearchStrategy[tuple[pandas.DataFrame, pandas.DataFrame]]:
    """Draw a meter table and the output table that it belongs to.

    Parameters
    ----------
    most : int
        Most rows of the output table.

    Returns
    -------
    SearchStrategy
        Of meters and outputs, as :func:`energybench.assess` takes them: no row of either has a problem.
    """
    outputs = _output_tables(check_count("most", most, 1))
    return outputs.flatmap(lambda table: st.tuples(_meter_tables(table), st.just(table)))
