"""The registry, and quantities of any registry brought home."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import energybench as eb
import oracle
from energybench.errors import AmountError, DimensionError, EnergybenchError
from energybench.units.factors import ratio, same_kind
from energybench.units.registry import (
    make_quantity,
    pint_unit,
    quantity,
    read_quantity,
    registry,
    standard_coal_heat,
    times,
)
from energybench.units.text import UnitText, atoms, read_unit
from expect import each, refused

ureg = registry()


@pytest.fixture(scope="module")
def foreign() -> Any:
    """The registry that everybody gets from pint."""
    return pint.UnitRegistry()


# What a unit is -------------------------------------------------------------------------------------------


@each(
    ("unit", "target", "factor"),
    [
        ("kt", "t", 1000),
        ("Mt", "万t", 100),
        ("toe", "tce", Fraction(10, 7)),
        ("kgoe", "kgce", Fraction(10, 7)),
        ("亿千瓦时", "万kWh", 10_000),
        ("kWh", "MJ", Fraction(36, 10)),
        ("kcal", "kJ", Fraction("4.1868")),
        ("百万千焦", "GJ", 1),
        ("kgce/t", "gce/kg", 1),
        ("tce/万元", "kgce/元", Fraction(1, 10)),
        ("L", "m3", Fraction(1, 1000)),
        ("d", "h", 24),
        ("kWh/t", "万kWh/万t", 1),
    ],
)
def test_ratios_are_exact(unit: str, target: str, factor: int | Fraction) -> None:
    assert ratio(read_unit(unit), read_unit(target)) == factor
    assert ratio(read_unit(target), read_unit(unit)) == 1 / Fraction(factor)


@pytest.mark.parametrize(
    ("unit", "target", "kind"),
    [
        ("kWh/t", "kgce/t", "standard coal per mass"),
        ("kgce/t", "kWh/t", "energy per mass"),
        ("kWh", "tce", "standard coal"),
        ("GJ", "toe", "standard coal"),
        ("m3", "Nm3", "a volume at 0 °C"),
        ("Nm3", "m3", "a volume"),
        ("t", "m3", "a volume"),
        ("t", "m2", "an area"),
        ("t", "CNY", "money"),
        ("t", "Adt", "Adt"),
        ("t", "weight_case", "weight_case"),
        ("a", "d", "d"),
        ("kgce/kWh", "gce/t", "standard coal per mass"),
    ],
)
def test_a_wrong_question_is_refused(unit: str, target: str, kind: str) -> None:
    with refused(DimensionError, "wrong-dimension", unit, kind, f"Give the value in {target}"):
        ratio(read_unit(unit), read_unit(target))


def test_every_pair_of_symbols_agrees_with_the_slow_reader() -> None:
    """The exact factors, the registry and the slow reader know the same factors and the same kinds."""
    for one in atoms():
        for other in atoms():
            unit, target = UnitText((one,)), UnitText((other,))
            if oracle.SYMBOLS[one].powers != oracle.SYMBOLS[other].powers:
                assert not same_kind(unit, target), (one, other)
                with pytest.raises(pint.DimensionalityError):
                    ureg.Quantity(1.0, one).to(other)
                continue
            exact = oracle.SYMBOLS[one].factor / oracle.SYMBOLS[other].factor
            assert ratio(unit, target) == exact
            assert ureg.Quantity(1.0, one).to(other).magnitude == pytest.approx(float(exact), rel=1e-14)


@given(
    st.sampled_from(["kWh", "kgce/t", "tce/万元", "10^4 m3", "gce/kWh", "kWh/(t·a)"]),
    st.integers(-12, 12),
    st.integers(-12, 12),
)
def test_powers_of_ten_are_exact(text: str, one: int, other: int) -> None:
    symbol = read_unit(text)
    unit = UnitText(symbol.numerator, symbol.denominator, one)
    target = UnitText(symbol.numerator, symbol.denominator, other)
    assert ratio(unit, target) == Fraction(10) ** (one - other)


def test_a_standard_coal_is_not_an_energy() -> None:
    with pytest.raises(pint.DimensionalityError):
        quantity("600 kWh/t") < quantity("280 kgce/t")  # noqa: B015 - the comparison itself is refused
    with pytest.raises(pint.DimensionalityError):
        quantity("600 kWh") + quantity("1 kgce")
    with pytest.raises(pint.DimensionalityError):
        quantity("0.1229 kgce/kWh").to("dimensionless")


def test_the_bridge_between_standard_coal_and_energy_is_crossed_by_name() -> None:
    bridge = standard_coal_heat()
    assert (bridge.magnitude, str(bridge.units)) == (29.3076, "GJ/tce")
    assert (quantity("1 kgce") * bridge).to("kcal").magnitude == pytest.approx(7000)
    assert (quantity("1 toe") * bridge).to("GJ").magnitude == pytest.approx(41.868)


@each("symbol", atoms())
def test_every_symbol_is_a_unit_of_the_registry_and_prints_as_itself(symbol: str) -> None:
    assert f"{pint_unit(UnitText((symbol,)))}" == symbol


def test_the_registry_is_one_and_public() -> None:
    assert eb.ureg is registry()
    assert eb.quantity("1 t")._REGISTRY is registry()


# Texts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "magnitude", "unit"),
    [
        ("350 万kWh", 3_500_000.0, "kWh"),
        ("13,350 kWh/t", 13350.0, "kWh/t"),
        ("0.28 tce/t", 0.28, "tce/t"),
        ("-30 千克标准煤/吨", -30.0, "kgce/t"),
        ("7.5 kgoe/(t·EF)", 7.5, "kgoe/EF/t"),
    ],
)
def test_a_text_becomes_a_quantity_in_its_canonical_unit(text: str, magnitude: float, unit: str) -> None:
    read = quantity(text)
    assert (read.magnitude, str(read.units)) == (magnitude, unit)


@pytest.mark.parametrize("value", [5, 5.0, True, None, float("nan"), [1, 2], b"5 t", np.float64(5), np.array([1.0])])
def test_a_value_without_a_unit_is_refused(value: Any) -> None:
    with refused(AmountError, "unreadable-amount", "Write"):
        read_quantity(value)
    with refused(AmountError, "unreadable-amount", 'quantity("350 万kWh")'):
        quantity(value)


def test_a_bare_number_is_shown_the_text_to_write() -> None:
    with refused(AmountError, "unreadable-amount", "amount is 5", '"5 t"'):
        eb.to_tce(5, "原煤")  # type: ignore[arg-type]


# Quantities of other registries ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("magnitude", "unit", "carrier", "tce"),
    [
        (1200, "metric_ton", "原煤", 857.16),
        (1.2e6, "kilogram", "原煤", 857.16),
        (1.2, "kilometric_ton", "原煤", 857.16),
        (3.5, "gigawatt_hour", "electricity", 430.15),
        (3_500_000, "kWh", "electricity", 430.15),
        (12.6e6, "megajoule", "electricity", 430.15),
        (1, "terajoule", "heat", 34.12),
        (10_000, "meter**3", "blast furnace gas", 1.286),
        (10_000_000, "liter", "blast furnace gas", 1.286),
    ],
)
def test_plain_units_of_the_default_registry_are_taken(
    foreign: Any, magnitude: float, unit: str, carrier: str, tce: float
) -> None:
    result = eb.to_tce(foreign.Quantity(magnitude, unit), carrier)
    assert result.magnitude == pytest.approx(tce, rel=1e-14)
    assert result._REGISTRY is registry()


def test_a_heating_value_of_another_registry_is_taken(foreign: Any) -> None:
    ours = eb.to_tce("90 万m3", "natural gas", ncv="35.6 MJ/m3")
    theirs = eb.to_tce("90 万m3", "natural gas", ncv=foreign.Quantity(35.6, "MJ/m**3"))
    assert theirs.magnitude == pytest.approx(ours.magnitude, rel=1e-14)


def test_quantities_of_the_application_registry_are_taken() -> None:
    assert eb.to_tce(pint.Quantity(1200, "metric_ton"), "原煤").magnitude == 857.16


@pytest.mark.parametrize(
    ("unit", "why"),
    [
        ("ton", "907.18 kg"),
        ("short_ton", "907.18 kg"),
        ("long_ton", "1016 kg"),
        ("kcal", "energybench"),
        ("calorie", "energybench"),
        ("degC", "not known"),
        ("kelvin", "not known"),
        ("year", "energybench"),
        ("mole", "not known"),
        ("kWh**0.5", "broken power"),
    ],
)
def test_units_that_mean_something_else_are_refused(foreign: Any, unit: str, why: str) -> None:
    with refused(AmountError, "unreadable-amount", why, "Convert it to t, kWh, GJ, m3 or tce first"):
        eb.to_tce(foreign.Quantity(1.0, unit), "原煤")


@pytest.mark.parametrize("definition", ["tce = 29.3076 GJ", "tce = 29.308 GJ", "tce = [coal]", "kgce = 29307.6 kJ"])
def test_another_idea_of_standard_coal_is_refused(definition: str) -> None:
    theirs: Any = pint.UnitRegistry()
    theirs.define(definition)
    name = definition.split()[0]
    with refused(AmountError, "unreadable-amount", name, "in your registry"):
        eb.to_tce(theirs.Quantity(1.0, name), "标准煤")


@pytest.mark.parametrize("unit", ["dimensionless", "1/kilogram", "1/second", "percent"])
def test_a_quantity_of_no_amount_is_refused(foreign: Any, unit: str) -> None:
    value = foreign.Quantity(5.0, unit)
    for ask in (
        lambda: eb.to_tce(value, "原煤"),
        lambda: eb.classify(value, "电解铝"),
        lambda: eb.furnace_limit(value),
        lambda: eb.to_tce("1 t", "原煤", coefficient=value),
    ):
        with pytest.raises(EnergybenchError) as caught:
            ask()
        assert caught.value.fix


def test_the_knot_of_another_registry_is_no_kilotonne(foreign: Any) -> None:
    assert foreign.Quantity(5.0, "kt").check("[speed]")
    # pint before 0.25 calls the knot by the symbol kt, which is refused before its dimension is.
    with pytest.raises(EnergybenchError, match=r"m/s|meter / second") as caught:
        eb.to_tce(foreign.Quantity(5.0, "kt"), "原煤")
    assert type(caught.value) in (DimensionError, AmountError)


@each(
    ("magnitude", "said"),
    [(float("nan"), "is nan"), (float("inf"), "is inf"), (1 + 2j, "(1+2j) is not a number"), (10**400, "too large")],
)
def test_a_quantity_that_is_no_finite_number_is_refused(magnitude: Any, said: str) -> None:
    with refused(AmountError, "unreadable-amount", said, "finite number"):
        eb.to_tce(ureg.Quantity(magnitude, "t"), "原煤")


@pytest.mark.parametrize(
    "ask",
    [
        lambda: quantity("1e308 亿t"),
        lambda: eb.to_tce("1e308 亿t", "原煤"),
        lambda: eb.to_tce(ureg.Quantity(1e308, "Mt"), "原煤"),
        lambda: eb.convert("1e308 亿t", "原煤"),
        lambda: eb.classify("1e308 亿kWh/t", "电解铝"),
        lambda: eb.furnace_limit("1e308 亿t"),
        lambda: eb.to_tce("1 t", "原煤", coefficient="1e308 亿tce/kg", allow_unverified=True),
        lambda: eb.account([("原煤", "1e308 亿t")]),
        lambda: eb.account([("原煤", "1 t")], output="1e308 亿t", product="cement-clinker"),
        lambda: eb.to_tce(ureg.Quantity(np.array([1.0, 1e308]), "Mt"), "原煤"),
    ],
)
def test_what_no_float_can_hold_is_refused(ask: Any) -> None:
    with pytest.raises(EnergybenchError) as caught:
        ask()
    assert caught.value.fix


# Arrays ---------------------------------------------------------------------------------------------------


@each("hole", [np.nan, np.inf, -np.inf])
@each("position", [0, 1, 32767, 32768, 99_999])
def test_an_array_with_a_gap_is_refused_and_its_place_is_named(hole: float, position: int) -> None:
    values = np.ones(100_000)
    values[position] = hole
    with refused(AmountError, "unreadable-amount", f"{hole} at position {position}", "assess()"):
        eb.to_tce(ureg.Quantity(values, "t"), "原煤")


def test_an_array_is_converted_and_the_users_own_is_left_alone() -> None:
    values = np.array([[0.0, 1200.0], [-3.0, 4.5]])
    result = eb.to_tce(ureg.Quantity(values, "t"), "原煤")
    assert result.magnitude.tolist() == [[0.0, 1200 * 0.7143], [-3 * 0.7143, 4.5 * 0.7143]]
    assert values.tolist() == [[0.0, 1200.0], [-3.0, 4.5]]


@pytest.mark.parametrize(("unit", "carrier"), [("t", "原煤"), ("tce", "标准煤"), ("kWh", "electricity")])
def test_a_result_never_shares_memory_with_what_was_given(unit: str, carrier: str) -> None:
    values = np.array([1.0, 2.0])
    assert not np.shares_memory(eb.to_tce(ureg.Quantity(values, unit), carrier).magnitude, values)


@pytest.mark.parametrize("kind", ["int32", "int64", "float32", "uint8", "float64"])
def test_every_kind_of_number_gives_float64(kind: str) -> None:
    result = eb.to_tce(ureg.Quantity(np.array([1, 2, 3], dtype=kind), "t"), "原煤").magnitude
    assert result.dtype == np.float64
    assert result.tolist() == [1 * 0.7143, 2 * 0.7143, 3 * 0.7143]


@pytest.mark.parametrize(
    "values",
    [np.array(["5", "x"], dtype=object), np.array([1.0, None], dtype=object), np.array([1 + 2j])],
    ids=["text", "None", "complex"],
)
def test_an_array_of_something_else_than_numbers_is_refused(values: Any) -> None:
    with pytest.raises(EnergybenchError) as caught:
        eb.to_tce(ureg.Quantity(values, "t"), "原煤")
    assert caught.value.fix


def test_a_masked_value_never_comes_out_as_a_number() -> None:
    masked = np.ma.masked_array([1.0, 2.0], mask=[False, True])
    try:
        result = eb.to_tce(ureg.Quantity(masked, "t"), "原煤").magnitude
    except EnergybenchError:
        return
    assert np.ma.getmaskarray(result).tolist() == [False, True]


def test_an_empty_array_stays_empty() -> None:
    assert eb.to_tce(ureg.Quantity(np.array([]), "t"), "原煤").magnitude.shape == (0,)


@given(
    arrays.arrays(np.float64, arrays.array_shapes(max_dims=2, max_side=5), elements=st.floats(-1e9, 1e9)),
    st.floats(1e-6, 1e6),
)
def test_times_is_an_elementwise_product(values: np.ndarray[Any, np.dtype[np.float64]], factor: float) -> None:
    np.testing.assert_array_equal(times(values, factor), values * factor)


def test_a_strided_view_is_converted_like_a_copy() -> None:
    values = np.arange(24.0).reshape(4, 6)[::2, ::-3].T
    np.testing.assert_array_equal(times(values, 3.0), values * 3.0)


def test_an_array_is_refused_where_one_value_is_needed() -> None:
    many = ureg.Quantity(np.array([1.0, 2.0]), "t")
    for ask in (
        lambda: eb.convert(many, "原煤"),
        lambda: eb.to_tce("1 t", "原煤", coefficient=many),
        lambda: eb.classify(many, "电解铝"),
        lambda: eb.furnace_limit(many),
        lambda: eb.account([("原煤", many)]),
        lambda: eb.account([("原煤", "1 t")], output=many),
    ):
        with pytest.raises(EnergybenchError, match=r"one|assess"):
            ask()


def test_a_power_of_ten_in_a_unit_text_is_in_the_quantity() -> None:
    assert make_quantity(3.0, "万kWh").to("kWh").magnitude == pytest.approx(30_000)


def test_an_array_of_another_registry_is_scaled_like_its_elements() -> None:
    pounds = pint.UnitRegistry().Quantity(np.array([1.0, 2000.0]), "lb")
    found, unit = read_quantity(pounds)
    assert isinstance(found, np.ndarray)
    alone = [read_quantity(pound) for pound in pounds]
    assert [unit] * 2 == [one for _, one in alone]
    assert found == pytest.approx([magnitude for magnitude, _ in alone])
    assert found / found[0] == pytest.approx([1, 2000])
    assert float(found[0]) == pytest.approx(453.59237)
    assert str(unit) == "g"
