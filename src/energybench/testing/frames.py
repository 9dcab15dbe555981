"""Hypothesis strategies of whole tables: outputs, and meter readings that go with them."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from energybench.energy.coefficients import Choice
from energybench.errors import MissingColumnError, TableError, quoted
from energybench.limits.choose import find_item, find_ladder, needs_capacity
from energybench.limits.furnaces import DEFAULT_ITEM, find_curve
from energybench.testing.facts import fuels, products, spellings
from energybench.testing.search import check_count
from energybench.units.registry import ratio, same_kind
from energybench.units.text import UnitText, read_unit

if TYPE_CHECKING:
    import pandas

    from energybench.testing.facts import Fuel

_PLANTS = ("甲厂", "乙厂", "丙厂", "Plant D")
_PERIODS = (2023, 2022, "2023-06")
_OUTPUT_COLUMNS = ("plant", "period", "product", "output", "output_unit")
_TCE = UnitText(("tce",))
_KWH = UnitText(("kWh",))
_CHOICE = Choice()
#: Times the best limit of the product: well inside, on it, and well outside.
_NEAR = (Fraction(9, 10), Fraction(1), Fraction(11, 10), Fraction(2))


def _energy(unit: UnitText) -> UnitText:
    """Return the unit of energy, or of standard coal, of an indicator."""
    return _TCE if same_kind(UnitText(unit.numerator), _TCE) else _KWH


def _tested() -> list[tuple[tuple[str, ...], UnitText]]:
    """Return the products that two plain tables are enough for: their names and the unit of their output."""
    found = [
        (one.names, UnitText(one.unit.denominator))
        for one in products()
        if one.ladder.basis != "primary" and one.unit.denominator
        if any(same_kind(UnitText(one.unit.numerator), energy) for energy in (_TCE, _KWH))
    ]
    return [*found, ((DEFAULT_ITEM,), UnitText(("t",)))]


def output_tables(most: int = 5) -> st.SearchStrategy[pandas.DataFrame]:
    """Draw the output table of some plants: a row a plant, period and product, furnaces among them.

    Parameters
    ----------
    most : int
        Most rows.

    Returns
    -------
    hypothesis.strategies.SearchStrategy
        Of pandas.DataFrame with the columns plant, period, product, output, output_unit, furnace_capacity,
        furnace_capacity_unit.

    Raises
    ------
    OptionError
        If ``most`` is no whole number from 1 on.
    """
    return _output_tables(check_count("most", most, 1))


@st.composite
def _output_tables(draw: st.DrawFn, most: int) -> pandas.DataFrame:
    import pandas

    key = st.tuples(st.sampled_from(_PLANTS), st.sampled_from(_PERIODS), st.sampled_from(_tested()))
    keys = draw(st.lists(key, min_size=1, max_size=most, unique_by=lambda one: (one[0], one[1], one[2][0])))
    rows = []
    for plant, period, (names, per) in keys:
        unit = draw(st.sampled_from(spellings(per)))
        thousands = draw(st.integers(1, 1000))
        furnace: dict[str, Any] = {}
        if needs_capacity(find_item(names[0])):
            capacities = st.sampled_from([float(point) for point in find_curve(find_item(names[0])).capacities])
            furnace = {"furnace_capacity": draw(capacities), "furnace_capacity_unit": "t"}
        rows.append(
            {
                "plant": plant,
                "period": period,
                "product": draw(st.sampled_from(names)),
                "output": _six_digits(1000 * thousands / ratio(read_unit(unit), per)),
                "output_unit": unit,
                "furnace_capacity": None,
                "furnace_capacity_unit": None,
                **furnace,
            }
        )
    return pandas.DataFrame(rows)


def meter_tables(outputs: pandas.DataFrame | None = None) -> st.SearchStrategy[pandas.DataFrame]:
    """Draw the meter readings of every row of an output table, so that no row is left without energy.

    Parameters
    ----------
    outputs : pandas.DataFrame, optional
        From :func:`output_tables`; one is drawn where none is given.

    Returns
    -------
    hypothesis.strategies.SearchStrategy
        Of pandas.DataFrame with the columns plant, period, product, carrier, amount, unit, flow.

    Raises
    ------
    TableError, MissingColumnError
        If ``outputs`` is no such table, or has no rows.
    """
    if outputs is not None:
        _check_outputs(outputs)
    return _meter_tables(outputs)


def _check_outputs(outputs: object) -> None:
    """Refuse what is no output table."""
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


@st.composite
def _meter_tables(draw: st.DrawFn, outputs: pandas.DataFrame | None) -> pandas.DataFrame:
    import pandas

    table = draw(output_tables()) if outputs is None else outputs
    rows = [row for output in table.to_dict("records") for row in draw(_readings(output))]
    return pandas.DataFrame(rows)


@st.composite
def _readings(draw: st.DrawFn, output: dict[Any, Any]) -> list[dict[str, Any]]:
    """Draw one to four readings of one output, about as much energy as its best limit, or something else entirely."""
    item = find_item(output["product"])
    key = {name: output[name] for name in ("plant", "period", "product")}
    if needs_capacity(item):
        unit, limit = read_unit("kWh/t"), Fraction(find_curve(item).limits[-1])
    else:
        ladder = find_ladder(item)
        unit = read_unit(ladder.unit)
        limit = next(Fraction(step.threshold) for step in ladder.steps if step.threshold)
    amount = Fraction(repr(output["output"])) * ratio(read_unit(output["output_unit"]), UnitText(unit.denominator))
    over = UnitText(unit.numerator, (), unit.exponent)
    energy = abs(limit) * draw(st.sampled_from(_NEAR)) * amount * ratio(over, _energy(unit))
    if _energy(unit) == _KWH:
        spelled = draw(st.sampled_from(spellings(_KWH)))
        value = _six_digits(energy / ratio(read_unit(spelled), _KWH))
        return [{**key, "carrier": "电力", "amount": value, "unit": spelled, "flow": None}]
    shares = draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))
    flow = "out" if limit < 0 else None
    rows = [draw(_reading(energy * share / sum(shares), flow)) for share in shares]
    if draw(st.booleans()):
        rows.append(draw(_reading(energy / 10, "out")))
    return [{**key, **row} for row in rows]


@st.composite
def _reading(draw: st.DrawFn, tce: Fraction, flow: str | None) -> dict[str, Any]:
    fuel: Fuel = draw(st.sampled_from(fuels(_CHOICE)))
    unit = draw(st.sampled_from(spellings(fuel.per)))
    amount = _six_digits(tce / fuel.expected(1.0, unit, _CHOICE))
    return {"carrier": draw(st.sampled_from(fuel.names)), "amount": amount, "unit": unit, "flow": flow}


def _six_digits(value: Fraction) -> float:
    """Return a figure as a meter shows it."""
    return float(f"{float(value):.6g}")


def table_pairs(most: int = 5) -> st.SearchStrategy[tuple[pandas.DataFrame, pandas.DataFrame]]:
    """Draw a meter table and the output table that it belongs to.

    Parameters
    ----------
    most : int
        Most rows of the output table.

    Returns
    -------
    hypothesis.strategies.SearchStrategy
        Of meters and outputs, as :func:`energybench.assess` takes them: no row of either has a problem.

    Raises
    ------
    OptionError
        If ``most`` is no whole number from 1 on.
    """
    return _table_pairs(check_count("most", most, 1))


@st.composite
def _table_pairs(draw: st.DrawFn, most: int) -> tuple[pandas.DataFrame, pandas.DataFrame]:
    outputs = draw(_output_tables(most))
    return draw(_meter_tables(outputs)), outputs
