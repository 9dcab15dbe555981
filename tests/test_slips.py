"""Slips of figures and names: the other basis, a decimal point, a misspelt carrier; and an amount of 0."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import energybench as eb
import oracle
from energybench.energy.coefficients import is_power_of_unknown_name
from energybench.energy.conversion import NO_FIGURE
from energybench.errors import (
    BasisError,
    CoefficientError,
    DimensionError,
    EnergybenchError,
    OptionError,
    UnknownCarrierError,
)
from energybench.units.text import read_unit
from expect import each, refused

PRIMARY = {"basis": "primary", "coal_rate": "302.4 gce/kWh"}


def tce(amount: str, carrier: str, **options: Any) -> float:
    return float(eb.to_tce(amount, carrier, **options).magnitude)


# Basis ----------------------------------------------------------------------------------------------------


@each(
    ("amount", "carrier", "options", "said"),
    [
        ("1 kWh", "电力", {"coefficient": "0.404 kgce/kWh"}, "a figure of the primary basis (等价值)"),
        ("1 kWh", "电力", {"coefficient": "3.1 tce/万kWh"}, "a figure of the primary basis"),
        ("1 GJ", "热力", {"coefficient": "0.0408 kgce/MJ"}, "a figure of the primary basis"),
        ("1 GJ", "热力", {"coefficient": "0.03412 kgce/MJ", "basis": "primary"}, "a figure of the calorific basis"),
        ("1 kWh", "电力", {"coefficient": "0.1229 kgce/kWh", "basis": "primary"}, "a figure of the calorific basis"),
        ("1 kWh", "电力", {"coal_rate": "0.1229 kgce/kWh", "basis": "primary"}, "a figure of the calorific basis"),
        ("1 kWh", "电力", {"coal_rate": "0.15 kgce/kWh", "basis": "primary"}, "has 0.2 to 0.5 for the primary basis"),
        ("1 kWh", "电力", {"coefficient": "0.16 kgce/kWh"}, "has 0.122 to 0.1231 for the calorific basis"),
    ],
)
def test_a_figure_of_the_other_basis_is_named(amount: str, carrier: str, options: dict[str, Any], said: str) -> None:
    with refused(CoefficientError, "implausible-coefficient", said):
        eb.to_tce(amount, carrier, **options)


@each("figure", ["0.122", "0.1228", "0.12286", "0.1229", "0.123", "0.1231"])
def test_a_rounding_of_the_calorific_figure_is_taken(figure: str) -> None:
    assert tce("1 万kWh", "电力", coefficient=f"{figure} kgce/kWh") == pytest.approx(float(figure) * 10)


@each("name", ["电力(等价值)", "电力（等价）", "电（等价值）"])
def test_a_name_that_states_the_primary_basis(name: str) -> None:
    with refused(BasisError, "basis", "states the primary basis, and basis is calorific"):
        eb.to_tce("1 万kWh", name)
    assert tce("1 万kWh", name, **PRIMARY) == 3.024
    assert tce("1 万kWh", name, basis="primary", coefficient="0.31 kgce/kWh") == 3.1


@each(("name", "amount"), [("电力(当量值)", "1 kWh"), ("热力（当量值）", "1 GJ")])
def test_a_name_that_states_the_calorific_basis(name: str, amount: str) -> None:
    assert tce(amount, name) == tce(amount, name[:2])
    with refused(BasisError, "basis", "states the calorific basis, and basis is primary"):
        eb.to_tce(amount, name, basis="primary")


def test_a_fuel_has_one_basis_and_no_such_name() -> None:
    with pytest.raises(UnknownCarrierError):
        eb.to_tce("1 t", "原煤(等价值)")


# Coal rates -----------------------------------------------------------------------------------------------


def test_a_coal_rate_of_ones_own_says_its_kind() -> None:
    rate = eb.coal_rate("302.4 gce/kWh", kind="supply")
    assert (rate.value, rate.unit, rate.kind, rate.year, rate.document) == (302.4, "gce/kWh", "supply", None, "")
    assert str(rate) == "supply coal rate given by the user: 302.4 gce/kWh"
    assert eb.coal_rate("0.3024 kgce/kWh", kind="supply") == rate
    assert "higher than the generation rate" in rate.notes
    assert eb.coal_rate("300 gce/kWh", kind="generation").notes == ""
    record = eb.convert("1 万kWh", "电力", basis="primary", coal_rate=rate).coefficient
    assert (record.origin, record.document, record.source) == ("coal_rate", "", str(rate))


@each("figure", ["302.4 g/kWh", "302.4 gce/t", "some/day"])
def test_a_coal_rate_of_ones_own_is_standard_coal_per_electricity(figure: str) -> None:
    with pytest.raises(EnergybenchError):
        eb.coal_rate(figure, kind="supply")


def test_the_rule_is_asked_for_and_never_claimed() -> None:
    record = eb.convert("1 万kWh", "电力", basis="primary", coal_rate="302.4 gce/kWh").coefficient
    assert record.source == "coal rate 302.4 gce/kWh given by the user, kind not stated"
    assert record.document == record.verification == ""
    assert "GB/T 2589-2020 asks for the generation rate of the year before" in record.notes
    table = eb.convert("1 万kWh", "电力", basis="primary", coal_rate=eb.coal_rate(2024, "supply")).coefficient
    assert (table.origin, table.document, table.row) == ("table", "cec-annual-report-2025", "supply-2024")
    assert table.notes.startswith("supply coal rate of 2024: 302.4 gce/kWh")


@each(
    ("basis", "figure", "slipped"),
    [("calorific", "0.3 kgce/kWh", "1.229 kgce/kWh"), ("primary", "0.1229 kgce/kWh", "0.03 kgce/kWh")],
)
def test_a_figure_of_the_other_basis_is_refused_also_with_allow_unverified(
    basis: str, figure: str, slipped: str
) -> None:
    with pytest.raises(CoefficientError, match=r"is a figure of the .* Check [^;]*the basis$"):
        eb.to_tce("1 万kWh", "电力", basis=basis, coefficient=figure, allow_unverified=True)
    assert tce("1 万kWh", "电力", basis=basis, coefficient=slipped, allow_unverified=True) > 0


def test_a_coal_rate_is_no_calorific_figure_also_with_allow_unverified() -> None:
    with pytest.raises(CoefficientError, match="is a figure of the calorific basis"):
        eb.to_tce("1 万kWh", "电力", basis="primary", coal_rate="122.9 gce/kWh", allow_unverified=True)
    assert tce("1 万kWh", "电力", basis="primary", coal_rate="30.24 gce/kWh", allow_unverified=True) > 0


# Figures across denominators --------------------------------------------------------------------------------


@each(
    ("amount", "carrier", "options"),
    [
        ("6000 L", "柴油", {"coefficient": "1.224 kgce/L"}),
        ("6000 L", "柴油", {"ncv": "36 MJ/L"}),
        ("1 t", "天然气", {"coefficient": "1.7 kgce/kg"}),
        ("1 Nm3", "压缩空气", {"coefficient": "0.04 kgce/Nm3"}),
        ("1 m3", "液化石油气", {"coefficient": "0.94 kgce/L"}),
        ("1 m3", "液化石油气", {"coefficient": "4 kgce/m3"}),
        ("1 m3", "软化水", {"coefficient": "0.4857 kgce/m3"}),
    ],
)
def test_a_figure_of_another_denominator_is_held_to_the_densities(
    amount: str, carrier: str, options: dict[str, str]
) -> None:
    assert tce(amount, carrier, **options) > 0
    ((word, text),) = options.items()
    number, unit = text.split()
    for times in (1000, 10_000, Fraction(1, 10_000)):
        with refused(CoefficientError, "implausible-coefficient", f"{word} gives"):
            eb.to_tce(amount, carrier, **{word: f"{float(Fraction(number) * times):.10g} {unit}"})  # type: ignore[arg-type]


def test_a_liquid_off_by_ten_is_seen_in_any_unit() -> None:
    for figure in ("12.24 kgce/L", "0.1224 kgce/L", "1457.1 kgce/L"):
        with refused(CoefficientError, "implausible-coefficient", "for a density of 300 to 1300 kg/m3"):
            eb.to_tce("6000 L", "柴油", coefficient=figure)


@each(("amount", "figure"), [("1 t", "0.5 kgce/kg"), ("1 m3", "0.1229 kgce/m3")])
def test_electricity_is_in_kwh(amount: str, figure: str) -> None:
    with refused(DimensionError, "wrong-dimension", "electricity is measured in kWh"):
        eb.to_tce(amount, "电力", coefficient=figure, allow_unverified=True)


@each("figure", [{"coefficient": "0.1229 kgce/kWh"}, {"ncv": "3600 kJ/kWh"}])
@each("carrier", ["原煤", "柴油", "天然气"])
def test_a_fuel_is_never_in_kwh(carrier: str, figure: dict[str, Any]) -> None:
    with refused(DimensionError, "wrong-dimension", "is measured in t or m3"):
        eb.to_tce("1 万kWh", carrier, **figure)


def test_standard_coal_is_its_own_figure() -> None:
    with refused(OptionError, "option", "standard_coal has no coefficient but its definition"):
        eb.to_tce("5 tce", "标准煤", coefficient="5 tce/tce")


#: Every coefficient of the tables, once.
FIGURES = sorted(
    {
        (row["carrier"], row["basis"] or "calorific", row["coefficient"], row["coefficient_unit"])
        for row in oracle.table("carriers")
        if row["coefficient"] and row["category"] != "definition"
    }
)


@each(("carrier", "basis", "figure", "unit"), FIGURES)
def test_a_slip_of_every_coefficient_is_refused(carrier: str, basis: str, figure: str, unit: str) -> None:
    """A slip of ten stays in the band only where the documents themselves lie so far apart."""
    amount = f"1 {unit.partition('/')[2]}"
    per = oracle.read_unit(unit)
    known = [
        Fraction(other) * read.factor / per.factor
        for name, _, other, other_unit in FIGURES
        if name == carrier and (read := oracle.read_unit(other_unit)).powers == per.powers
    ]
    assert tce(amount, carrier, basis=basis, coefficient=f"{figure} {unit}") > 0
    for power in (1, 2, 3, 4):
        for slipped in (Fraction(figure) * 10**power, Fraction(figure) / 10**power):
            if power == 1 and min(known) / 5 <= slipped <= max(known) * 5:
                continue
            with pytest.raises(CoefficientError):
                eb.to_tce(amount, carrier, basis=basis, coefficient=f"{float(slipped):.12f} {unit}")


# CO2 and steam ----------------------------------------------------------------------------------------------


@each(
    ("amount", "carrier", "factor"),
    [
        ("1 MWh", "electricity", "570.3 tCO2/MWh"),
        ("1 MWh", "electricity", "0.5703 kgCO2/MWh"),
        ("1 GJ", "heat", "110 tCO2/GJ"),
        ("1 GJ", "heat", "1 tCO2/GJ"),
        ("1 t", "diesel", "3.1 kgCO2/t"),
        ("1 万Nm3", "natural gas", "21.6 tCO2/Nm3"),
    ],
)
def test_a_co2_factor_far_from_the_documents_is_refused(amount: str, carrier: str, factor: str) -> None:
    with refused(CoefficientError, "implausible-coefficient", "factor gives", "allow_unverified=True"):
        eb.to_co2(amount, carrier, factor=factor)
    assert eb.to_co2(amount, carrier, factor=factor, allow_unverified=True).tco2 > 0


@each(
    ("amount", "carrier", "factor"),
    [
        ("1 MWh", "electricity", "0 tCO2/MWh"),
        ("1 MWh", "electricity", "0.02 tCO2/MWh"),
        ("1 t", "diesel", "3.1 tCO2/t"),
        ("1 t", "my fuel", "3100 tCO2/t"),
    ],
)
def test_a_co2_factor_that_may_be(amount: str, carrier: str, factor: str) -> None:
    assert eb.to_co2(amount, carrier, factor=factor).tco2 == float(factor.split()[0])


@each("feedwater", [{"feedwater_enthalpy": "-500 kJ/kg"}, {"feedwater_enthalpy": "2800 kJ/kg"}])
def test_feedwater_lies_below_the_steam(feedwater: dict[str, Any]) -> None:
    with refused(OptionError, "option", "kJ/kg", "less than the steam"):
        eb.steam_heat("1 t", "1 MPa", dryness=1, **feedwater)
    with refused(OptionError, "option", "subcooled water", "less than the steam"):
        eb.steam_heat("1 t", "1 MPa", temperature="60 °C", feedwater_temperature="90 °C")


# Names ------------------------------------------------------------------------------------------------------


@each(
    ("name", "near"),
    [
        ("天燃气", "天然气"),
        ("元煤", "原煤"),
        ("天气然", "天然气"),
        ("natural gaz", "natural gas"),
        ("desel", "diesel"),
    ],
)
@each("figure", [{"coefficient": "0.11 kgce/kg"}, {"ncv": "35.6 MJ/kg"}])
def test_a_misspelt_name_is_refused_with_a_figure_of_its_own(name: str, near: str, figure: dict[str, Any]) -> None:
    with refused(UnknownCarrierError, "unknown-carrier", near):
        eb.to_tce("1 t", name, **figure, allow_unverified=True)


@each(
    "name", ["other fuel", "my fuel", "wood chips", "木炭", "peat", "生物质颗粒", "废轮胎", "烟煤", "丙烷", "厂矿来电"]
)
def test_a_name_of_ones_own_takes_a_figure(name: str) -> None:
    assert tce("10 t", name, coefficient="0.5 kgce/kg") == 5


@each(("name", "unit", "unknown"), [("厂矿来电", "万kWh", True), ("厂矿来电", "t", False), ("电", "kWh", False)])
def test_power_under_an_unknown_name(name: str, unit: str, unknown: bool) -> None:
    read = read_unit(unit)
    record = eb.convert(f"1 {unit}", name, coefficient=f"0.1229 kgce/{read.numerator[0]}").coefficient
    assert is_power_of_unknown_name(record, read) is unknown


# Zero --------------------------------------------------------------------------------------------


@each(
    ("amount", "carrier"),
    [("0 万m3", "天然气"), ("0 t", "蒸汽"), ("0 t", "一般烟煤"), ("0 t", "新水"), ("0 t", "氮气"), ("0 t", "my fuel")],
)
def test_an_amount_of_zero_needs_no_coefficient(amount: str, carrier: str) -> None:
    with pytest.raises(NO_FIGURE):
        eb.to_tce(amount.replace("0", "1"), carrier)
    found = eb.convert(amount, carrier)
    assert (found.tce, found.coefficient.origin) == (0, "not needed")


def test_a_misspelt_name_is_refused_with_an_amount_of_zero_too() -> None:
    with pytest.raises(UnknownCarrierError):
        eb.to_tce("0 万m3", "天燃气")


def test_an_amount_of_zero_keeps_the_coefficient_that_it_has() -> None:
    assert eb.convert("0 t", "原煤").coefficient == eb.coefficient("原煤")
