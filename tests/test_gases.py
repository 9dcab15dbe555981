"""Gas volumes between 0 and 20 °C: by name only, exact, and honest about what it rests on."""

from __future__ import annotations

import json
import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pandas
import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

import energybench as eb
from energybench.energy.gas_and_steam import ReferenceVolume, read_temperature, to_reference
from energybench.errors import AmountError, DimensionError, EnergybenchError, GasConditionError, OptionError
from expect import each, refused

NORMAL, TRADE = "0 °C", "20 °C"


def normal(amount: Any) -> ReferenceVolume:
    """From m3 at 20 °C to Nm3."""
    return to_reference(amount, from_temperature=TRADE, to_temperature=NORMAL)


# The figures ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "from_temperature", "to_temperature", "value", "unit"),
    [
        ("293.15 m3", TRADE, NORMAL, 273.15, "Nm3"),
        ("273.15 Nm3", NORMAL, TRADE, 293.15, "m3"),
        ("273.15 m3", NORMAL, TRADE, 293.15, "m3"),
        ("29315 万m3", "20℃", "273.15 K", 273_150_000, "Nm3"),
        ("293150 L", "293.15 K", "0 摄氏度", 273.15, "Nm3"),
        ("5 m3", NORMAL, NORMAL, 5, "Nm3"),
        ("5 m3", TRADE, TRADE, 5, "m3"),
        ("0 m3", TRADE, NORMAL, 0, "Nm3"),
    ],
)
def test_volumes(amount: str, from_temperature: str, to_temperature: str, value: float, unit: str) -> None:
    volume = to_reference(amount, from_temperature=from_temperature, to_temperature=to_temperature)
    assert (volume.value, volume.unit) == (value, unit)


def test_the_factor_is_that_of_the_notes() -> None:
    volume = to_reference("1 Nm3", from_temperature=NORMAL, to_temperature=TRADE)
    assert volume.factor == float(Fraction("293.15") / Fraction("273.15"))
    assert round(volume.factor, 4) == 1.0732


def test_a_converted_volume_meets_a_figure_of_its_condition() -> None:
    with refused(GasConditionError, "gas-condition"):
        eb.to_tce("293.15 万m3", "natural gas", ncv="35.6 MJ/Nm3")
    tce = eb.to_tce(normal("293.15 万m3").text, "natural gas", ncv="35.6 MJ/Nm3")
    assert tce.magnitude == pytest.approx(2_731_500 * 35.6 / 29_307_600 * 1000, rel=1e-12)


# What it rests on -----------------------------------------------------------------------------------------


def test_it_says_that_the_trade_condition_is_unverified() -> None:
    volume = normal("1 m3")
    assert volume.verification == "unverified"
    assert "dry ideal gas, equal pressure" in volume.notes
    assert "that 20 °C is the reference of the Chinese gas trade is unverified" in str(volume)
    assert (volume.from_temperature, volume.temperature) == ("20 °C", "0 °C")


def test_zero_degrees_needs_no_confirmation() -> None:
    assert to_reference("1 m3", from_temperature=NORMAL, to_temperature=NORMAL).verification == "definition"


# Refused --------------------------------------------------------------------------------------------------


def test_there_is_no_default_temperature() -> None:
    with pytest.raises(TypeError, match="from_temperature"):
        to_reference("1 m3", to_temperature=NORMAL)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="to_temperature"):
        to_reference("1 m3", from_temperature=NORMAL)  # type: ignore[call-arg]


def test_units_still_never_convert_by_themselves() -> None:
    with pytest.raises(pint.DimensionalityError):
        eb.quantity("1 Nm3").to("m3")


def test_normal_cubic_metres_at_another_temperature() -> None:
    with refused(GasConditionError, "gas-condition", "10^4 Nm3", "0 °C"):
        normal("1 万Nm3")


@pytest.mark.parametrize("temperature", ["15 °C", "25 °C", "273 K", "101.325 °C"])
def test_another_temperature_is_no_reference_condition(temperature: str) -> None:
    with refused(OptionError, "option", temperature, '"0 °C"', '"20 °C"'):
        to_reference("1 m3", from_temperature=temperature, to_temperature=NORMAL)


@each("temperature", ["20", "20 C", "20 °F", "warm", "", "20 m3", 20, 20.0, None, "-300 °C", "0 K", "1e999 K"])
def test_a_temperature_that_is_none(temperature: Any) -> None:
    with pytest.raises(AmountError) as caught:
        to_reference("1 m3", from_temperature=temperature, to_temperature=NORMAL)
    assert caught.value.fix


@pytest.mark.parametrize("amount", ["1 t", "1 kWh", "1 m2"])
def test_an_amount_that_is_no_volume(amount: str) -> None:
    with refused(DimensionError, "wrong-dimension", amount.split()[1]):
        normal(amount)


def test_an_array_is_told_to_use_the_factor() -> None:
    with refused(AmountError, "unreadable-amount", ".factor"):
        normal(eb.ureg.Quantity(np.array([1.0, 2.0]), "m3"))


# Laws -----------------------------------------------------------------------------------------------------

volumes = st.decimals("0", "1000000", places=3).map(str)


@given(volumes)
def test_there_and_back(volume: str) -> None:
    there = normal(f"{volume} m3")
    back = to_reference(there.text, from_temperature=NORMAL, to_temperature=TRADE)
    assert back.value == pytest.approx(float(volume), rel=1e-15, abs=0)


@given(volumes)
def test_exact_on_the_way(volume: str) -> None:
    assert normal(f"{volume} m3").value == float(Fraction(volume) * Fraction(27315, 29315))


@given(volumes)
def test_the_unit_does_not_matter(volume: str) -> None:
    assert normal(f"{volume} 万m3").value == pytest.approx(1e4 * normal(f"{volume} m3").value, rel=1e-15)
    assert normal(f"{volume} m3").value == pytest.approx(normal(f"{volume} kL").value, rel=1e-15)


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_reads_or_is_refused(amount: str, temperature: str) -> None:
    try:
        volume = to_reference(amount, from_temperature=temperature, to_temperature=NORMAL)
    except EnergybenchError:
        return
    assert volume.unit == "Nm3"


def test_a_temperature_of_another_registry() -> None:
    foreign: Any = pint.UnitRegistry()
    assert float(read_temperature(foreign.Quantity(20.0, "degC"))) == 293.15
    with refused(AmountError, "unreadable-amount", "a temperature"):
        read_temperature(foreign.Quantity(20.0, "metre"))


def test_it_pickles_and_turns_into_json() -> None:
    volume = normal("293.15 m3")
    assert pickle.loads(pickle.dumps(volume)) == volume == ReferenceVolume(**json.loads(json.dumps(volume.to_dict())))  # noqa: S301
    assert str(volume.to_pint()) == "273.15 Nm3"
    assert volume.text == "273.15 Nm3"


# What m3 means, said once ------------------------------------------------------------------------------------

TWENTY = Fraction("293.15") / Fraction("273.15")


@pytest.mark.parametrize(
    ("amount", "carrier", "state", "options", "expected"),
    [
        ("10 万Nm3", "高炉煤气", "0 °C", {}, Fraction("12.86")),
        ("10 万Nm3", "高炉煤气", "20 °C", {}, Fraction("12.86") * TWENTY),
        ("10 万m3", "高炉煤气", "20 °C", {}, Fraction("12.86")),
        ("10 千标方", "压缩空气", "0 °C", {}, Fraction("0.4")),
        ("10 万m3", "天然气", "20 °C", {"ncv": "29.3076 MJ/Nm3"}, 100 / TWENTY),
        ("10 万Nm3", "天然气", "20 °C", {"ncv": "29.3076 MJ/Nm3"}, Fraction(100)),
    ],
)
def test_what_m3_means_is_said_once(
    amount: str, carrier: str, state: str, options: dict[str, Any], expected: Fraction
) -> None:
    found = eb.convert(amount, carrier, edition="gbt-2589-2008", gas_state=state, **options)
    assert found.tce == pytest.approx(float(expected), rel=1e-12)
    said = f"taken: every m3 of gas is at {state} (gas_state)" in found.coefficient.notes
    assert said is (("Nm3" in found.unit) != ("Nm3" in found.coefficient.unit))


def test_an_account_and_a_table_take_what_m3_means() -> None:
    per_10_000 = eb.to_tce("1000 m3", "天然气", coefficient="13.3 tce/万Nm3", gas_state="20 °C")
    assert per_10_000.magnitude == pytest.approx(0.1 * 273.15 / 293.15 * 13.3)
    told = "taken: every m3 of gas is at 0 °C (gas_state)"
    lines = [("高炉煤气", "10 万Nm3"), ("氧气", "1 万Nm3"), ("原煤", "2000 t")]
    book = eb.account(lines, edition="gbt-2589-2008", gas_state="0 °C")
    assert book.tce == pytest.approx(12.86 + 4 + 1428.6)
    assert told in book.notes
    keys = {"plant": "甲", "period": "2023", "product": "水泥熟料"}
    meters = pandas.DataFrame(
        {**keys, "carrier": ["高炉煤气", "原煤"], "amount": [10.0, 2000.0], "unit": ["万Nm3", "t"]}
    )
    outputs = pandas.DataFrame({**keys, "output": [15000.0], "output_unit": "t"}, index=[0])
    refused_row = eb.assess(meters, outputs, edition="gbt-2589-2008").problems
    assert "gas_state=" in refused_row["suggestion"].iloc[0]
    found = eb.assess(meters, outputs, edition="gbt-2589-2008", gas_state="0 °C")
    assert found.results["tce"].iloc[0] == pytest.approx(12.86 + 1428.6)
    assert told in found.notes
    assert found.options["gas_state"] == "0 °C"


def test_another_state_of_gas_is_refused() -> None:
    with refused(OptionError, "option", "gas_state is '15 °C'", '"0 °C"'):
        eb.convert("1 Nm3", "高炉煤气", gas_state="15 °C")


@pytest.mark.parametrize(("water", "per_t"), [("新水", "0.0857"), ("软水", "0.4857"), ("循环水", "0.0857")])
def test_cold_water_is_one_tonne_a_cubic_metre_and_the_answer_says_so(water: str, per_t: str) -> None:
    edition = "gb-30251-2024" if water == "循环水" else "gbt-2589-2008"
    same, found = (eb.account([(water, f"1 万{unit}")], edition=edition) for unit in ("t", "m3"))
    assert found.tce == pytest.approx(same.tce)
    assert (found.lines[0].density, same.lines[0].density) == ("1 t/m3", "")
    assert "taken: 1 m3 of cold water is 1 t" in found.notes
    assert not any("cold water" in note for note in same.notes)
    assert water == "循环水" or same.tce == pytest.approx(float(per_t) * 10)
    assert eb.convert("1 m3", water, edition=edition, density="0.99 t/m3").density == "0.99 t/m3"


def test_hot_water_asks_for_its_density() -> None:
    with refused(DimensionError, "wrong-dimension", "deoxygenated_water", 'density="1 kg/L"'):
        eb.convert("1 m3", "除氧水", edition="gbt-2589-2008")
