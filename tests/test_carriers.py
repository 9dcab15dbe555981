"""Coefficients and conversion: the figures, the choices, the refusals, and the laws that always hold."""

from __future__ import annotations

import unicodedata
import warnings
from contextlib import nullcontext
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import energybench as eb
import oracle
from energybench import tables
from energybench.energy.coefficients import Choice, choose_coefficient
from energybench.energy.plausibility import CO2_FOR_C, KCAL_FOR_KJ, Known, Slip, known_coefficients, known_heat
from energybench.errors import (
    AmbiguousError,
    AmountError,
    BasisError,
    CoalRateError,
    CoefficientError,
    DimensionError,
    EnergybenchError,
    GasConditionError,
    MissingFigureError,
    OptionError,
    TableError,
    UnitTextError,
    UnknownCarrierError,
    UnknownNameError,
    UnverifiedError,
    UnverifiedWarning,
)
from energybench.tables.names import find_carrier
from energybench.tables.rows import VERIFICATIONS
from energybench.units.text import read_unit
from expect import each, refused

if TYPE_CHECKING:
    from decimal import Decimal

    from conftest import WriteTable

ureg = eb.ureg


def tce(amount: str, carrier: str, **options: Any) -> float:
    """Convert, and return the number of tonnes of standard coal."""
    result = eb.to_tce(amount, carrier, **options)
    assert str(result.units) == "tce"
    return float(result.magnitude)


# The figures ----------------------------------------------------------------------------------------------


@each(
    ("amount", "carrier", "options", "expected"),
    [
        ("1200 t", "原煤", {}, 857.16),
        ("1200 t", "raw coal", {}, 857.16),
        ("1200 t", "raw_coal", {}, 857.16),
        ("350 万kWh", "electricity", {}, 430.15),
        ("350 万kWh", "electricity", {"basis": "primary", "coal_rate": "302.4 gce/kWh"}, 1058.4),
        ("350 万kWh", "electricity", {"basis": "primary", "coal_rate": ureg.Quantity(302.4, "gce/kWh")}, 1058.4),
        ("100 kWh", "电力", {"basis": "primary", "edition": "gb-30251-2024"}, 0.03),
        ("1 万kWh", "电", {"basis": "primary", "edition": "pre-2008-tables"}, 4.04),
        ("1 万kWh", "电", {"basis": "primary", "edition": "db31t-783-2026"}, 2.8078),
        ("90 万m3", "natural gas", {"ncv": "35.6 MJ/m3"}, 900_000 * 35.6 / 29307.6),
        ("100 Nm3", "natural gas", {"ncv": "35.6 MJ/Nm3"}, 100 * 35.6 / 29307.6),
        ("12340 L", "gasoline", {"density": "0.725 kg/L"}, 13.1638801),
        ("12340 升", "汽油", {"density": "725 kg/m3"}, 13.1638801),
        ("4200 L", "柴油", {"density": "0.83 千克/升"}, 5.0794506),
        ("5 L", "柴油", {"density": "1.25 L/kg"}, 4 * 1.4571e-3),
        ("5 t", "高炉煤气", {"density": "1.25 kg/m3"}, 4 * 0.1286),
        ("10 t", "other fuel", {"coefficient": "1.2 kgce/kg"}, 12.0),
        ("10 t", "原煤", {"coefficient": "0.5 tce/t"}, 5.0),
        ("6000 立方米", "天然气", {"coefficient": "1.2143 kgce/m3"}, 7.2858),
        ("6000 m3", "天然气", {"edition": "db31t-783-2026"}, 7.79826),
        ("1000 t", "diesel", {"edition": "gbt-2589-2008"}, 1457.1),
        ("1000 t", "diesel", {"edition": "GB/T 2589-2008"}, 1457.1),
        ("100 GJ", "热力", {}, 3.412),
        ("1 百万千焦", "heat", {}, 0.03412),
        ("1 t", "蒸汽", {"edition": "gbt-2589-2008"}, 0.1286),
        ("1 t", "methanol", {"edition": "gb-29436-2023"}, 0.6794),
        ("5 tce", "标准煤", {}, 5.0),
        ("7 toe", "标准油", {}, 10.0),
        ("7 kgoe", "标准煤", {}, 0.01),
        ("1000 m3", "焦炭制气", {}, 0.5571),
    ],
)
def test_an_amount_becomes_standard_coal(amount: str, carrier: str, options: dict[str, Any], expected: float) -> None:
    assert tce(amount, carrier, **options) == pytest.approx(expected, rel=1e-15)


@each(
    "name",
    [
        "原煤",
        "raw coal",
        "raw_coal",
        "Raw-Coal",
        "  RAW  COAL ",
        "1. 原煤",
        "（一）原煤",
        "原煤＊",
        "其中：原煤",
        "外购原煤",
    ],
)
def test_a_carrier_answers_to_all_its_names(name: str) -> None:
    assert find_carrier(name) == "raw_coal"


def test_brackets_of_either_width_make_one_name() -> None:
    assert find_carrier("液化天然气（液态）") == find_carrier("液化天然气(液态)") == "lng"


def test_a_coefficient_says_where_it_comes_from() -> None:
    diesel = eb.coefficient("diesel", edition="gbt-2589-2008")
    assert (diesel.value, diesel.unit, diesel.basis, diesel.origin) == (1.4571, "kgce/kg", "calorific", "table")
    assert diesel.document == "gbt-2589-2008"
    assert (diesel.heating_value, diesel.heating_value_unit) == (42652.0, "kJ/kg")
    assert diesel.evidence
    assert diesel.to_pint() == ureg.Quantity(1.4571, "kgce/kg")
    assert "1.4571 kgce/kg" in str(diesel)


def test_the_coefficient_used_goes_with_the_result() -> None:
    assert eb.to_tce("1 t", "原煤").coefficient == eb.coefficient("原煤")


def test_the_best_verified_row_of_an_edition_is_taken() -> None:
    rows = [row for row in oracle.table("carriers") if row["id"].startswith("gbt-2589-2020/raw-coal")]
    states = {row["verification"] for row in rows}
    assert len(states) == 2
    assert eb.coefficient("原煤").verification == min(states, key=VERIFICATIONS.index)


def test_electricity_is_looked_up_and_never_derived() -> None:
    assert eb.coefficient("electricity").value == 0.1229
    assert round(3600 / 29307.6, 4) == 0.1228


def test_a_measured_heating_value_is_said_in_the_result() -> None:
    record = eb.to_tce("90 万m3", "natural gas", ncv="35.6 MJ/m3").coefficient
    assert (record.origin, record.carrier, record.basis) == ("ncv", "natural_gas", "calorific")
    assert "29307.6" in record.source


def test_the_users_own_coefficient_is_said_in_the_result() -> None:
    conversion = eb.convert("10 t", "other fuel", coefficient="1.2 kgce/kg")
    assert (conversion.tce, conversion.coefficient.origin, conversion.coefficient.document) == (12.0, "user", "")
    assert "given by the user" in str(conversion)


def test_a_coal_rate_is_said_in_the_result() -> None:
    record = eb.coefficient("electricity", basis="primary", coal_rate="302.4 gce/kWh")
    assert (record.value, record.unit, record.basis, record.origin) == (0.3024, "kgce/kWh", "primary", "coal_rate")
    assert "302.4 gce/kWh" in record.notes


def test_a_published_coal_rate_is_said_in_the_result_with_its_source() -> None:
    rate = eb.coal_rate(2024, "supply")
    record = eb.coefficient("electricity", basis="primary", coal_rate=rate)
    assert (record.carrier, record.name_zh, record.value, record.origin) == ("electricity", "电力", 0.3024, "table")
    assert (record.document, record.clause) == (rate.document, "")
    assert (record.verification, record.evidence) == (rate.verification, rate.evidence)
    assert record.notes.startswith(str(rate))


def test_a_fixed_figure_that_nobody_confirmed_does_not_replace_the_coal_rate(write_table: WriteTable) -> None:
    weak = {"id": "own/electricity-primary", "verification": "unverified", "document": "gbt-2589-2008"}
    tables.use(write_table("carriers", weak, base="pre-2008-tables/electricity-primary"))
    with pytest.raises(CoalRateError, match="coal_rate=") as caught:
        eb.coefficient("electricity", basis="primary", edition="gbt-2589-2008")
    assert "gbt-2589-2008" not in caught.value.fix


def test_two_fixed_figures_of_one_edition_are_not_chosen_from(write_table: WriteTable) -> None:
    figures = [{"id": f"own/electricity-{figure}", "coefficient": figure} for figure in ("0.3000", "0.3100")]
    same = [{"id": f"own/electricity-{number}", "coefficient": "0.3200"} for number in (1, 2)]
    tables.use(write_table("carriers", *figures, base="pre-2008-tables/electricity-primary"))
    with pytest.raises(AmbiguousError, match=r"0\.3000 kgce/kWh.*0\.3100 kgce/kWh"):
        eb.coefficient("electricity", basis="primary", edition="pre-2008-tables")
    tables.use(write_table("carriers", *same, base="pre-2008-tables/electricity-primary"))
    assert eb.coefficient("electricity", basis="primary", edition="pre-2008-tables").value == 0.32


@each(
    ("amount", "carrier", "options", "names", "basis"),
    [
        ("1 t", "原煤", {"coefficient": "0.8 kgce/kg"}, ("原煤", "raw coal"), ""),
        ("1 t", "原煤", {"ncv": "20 MJ/kg"}, ("原煤", "raw coal"), "calorific"),
        ("1 GJ", "热力", {"coefficient": "0.0341 kgce/MJ"}, ("热力", "heat"), "calorific"),
        ("1 GJ", "热力", {"coefficient": "0.0408 kgce/MJ", "basis": "primary"}, ("热力", "heat"), "primary"),
        ("1 kWh", "电", {"coefficient": "0.3 kgce/kWh", "basis": "primary"}, ("电力", "electricity"), "primary"),
        ("1 t", "低压蒸汽", {"coefficient": "0.1 kgce/kg"}, ("蒸汽(低压)", "low-pressure steam"), "calorific"),
        ("1 t", "软化水", {"coefficient": "0.0005 kgce/kg"}, ("软水", "softened water"), ""),
        ("1 t", " our own fuel ", {"ncv": "20 MJ/kg"}, ("", ""), "calorific"),
        ("1 t", " our own fuel ", {"coefficient": "2 kgce/kg", "basis": "primary"}, ("", ""), ""),
    ],
)
def test_a_figure_of_ones_own_has_the_name_and_the_basis_of_the_carrier(
    amount: str, carrier: str, options: dict[str, Any], names: tuple[str, str], basis: str
) -> None:
    record = eb.to_tce(amount, carrier, **options).coefficient
    assert (record.name_zh, record.name_en, record.basis) == (*names, basis)
    word = "ncv" if "ncv" in options else "coefficient"
    assert record.notes.startswith({"ncv": "heating value ", "coefficient": "coefficient "}[word] + options[word])


@each(("amount", "carrier"), [("1 GJ", "热力"), ("1 tce", "标准煤"), ("1 kWh", "电力")])
def test_what_is_no_fuel_has_no_heating_value(amount: str, carrier: str) -> None:
    with refused(OptionError, "option", "has no heating value"):
        eb.to_tce(amount, carrier, ncv="1 MJ/kg")


@each(
    ("amount", "carrier", "options", "line"),
    [
        ("1 t", "diesel", {"edition": "gbt-2589-2008"}, "柴油 diesel: 1.4571 kgce/kg (gbt-2589-2008 A, "),
        ("1 tce", "标准煤", {}, "标准煤 standard coal equivalent: 1 tce/tce (definition of standard coal)"),
        ("1 t", "other fuel", {"coefficient": "1.2 kgce/kg"}, "other fuel: 1.2 kgce/kg (given by the user)"),
        (
            *("1 m3", "natural gas", {"ncv": "35.6 MJ/m3"}),
            "天然气 natural gas: 1.2147 kgce/m3 (measured heating value given by the user / 29307.6 kJ/kgce)",
        ),
        (
            *("1 kWh", "电", {"basis": "primary", "coal_rate": "302.4 gce/kWh"}),
            "电力 electricity: 0.3024 kgce/kWh (coal rate 302.4 gce/kWh given by the user, kind not stated)",
        ),
    ],
)
def test_a_coefficient_prints_in_one_line_with_its_source(
    amount: str, carrier: str, options: dict[str, Any], line: str
) -> None:
    coefficient = eb.to_tce(amount, carrier, **options).coefficient
    assert str(coefficient) == line + f"{coefficient.verification})" * line.endswith(", ")


@each(("said", "meant"), [("当量", "calorific"), ("当量值", "calorific"), ("等价值", "primary")])
def test_the_words_of_documents_for_a_basis_are_translated(said: str, meant: str) -> None:
    with refused(OptionError, "option", f"basis is '{said}'", f'Write basis="{meant}"'):
        eb.to_tce("350 万kWh", "电力", basis=said)
    with refused(OptionError, "option", f'Write basis="{meant}"'):
        eb.classify("110 kgce/t", "水泥熟料", basis=said)


def test_a_figure_that_cannot_be_read_is_named() -> None:
    with refused(AmountError, "unreadable-amount", "coefficient: '0.7143' has no unit", '"0.7143 kgce/kg"'):
        eb.to_tce("1 t", "原煤", coefficient="0.7143")
    with refused(AmountError, "unreadable-amount", "ncv: 'high' does not begin with a number"):
        eb.to_tce("1 t", "原煤", ncv="high")
    with refused(UnitTextError, "unknown-unit", "ncv: 'MJ/ton': 'ton' is refused"):
        eb.to_tce("1 t", "原煤", ncv="21 MJ/ton")


def test_standard_coal_is_itself_by_definition() -> None:
    record = eb.coefficient("标准煤")
    assert (record.value, record.unit, record.basis, record.origin) == (1.0, "tce/tce", "", "definition")
    assert (record.document, record.verification, record.heating_value) == ("", "", None)
    assert record.notes == "1 toe = 10/7 tce (41.868 GJ)"


def test_a_heating_value_goes_with_its_own_verification_and_a_range_is_none() -> None:
    record = eb.coefficient("diesel", edition="gbt-2589-2008")
    (row,) = [row for row in oracle.table("carriers") if row["id"] == "gbt-2589-2008/diesel"]
    assert record.heating_value_verification == row["heating_value_verification"] != ""
    assert (record.clause, record.evidence, record.notes) == (row["clause"], row["evidence"], row["notes"])
    assert eb.coefficient("gasoline").heating_value is None


def test_a_heating_value_that_is_a_range_is_left_out(write_table: WriteTable) -> None:
    tables.use(write_table("carriers", {"heating_value_high": "43000"}, base="gbt-2589-2008/diesel"))
    record = eb.coefficient("diesel", edition="gbt-2589-2008")
    assert (record.value, record.heating_value) == (1.4571, None)


def test_steam_and_electricity_on_the_primary_basis_are_not_heat() -> None:
    """Only heat has no primary figure in any table; a fuel has one basis."""
    assert tce("1 t", "原煤", basis="primary") == tce("1 t", "原煤")
    with refused(BasisError, "basis", "Heat on the primary basis"):
        eb.to_tce("1 GJ", "热力", basis="primary")


def test_an_own_row_stands_before_the_shipped_rows_of_its_edition(write_table: WriteTable) -> None:
    own = {"id": "own/natural-gas", "coefficient": "1.2500", "coefficient_high": "", "verification": "one_source"}
    tables.use(write_table("carriers", own, base="gbt-2589-2020/natural-gas-4"))
    assert eb.coefficient("天然气").value == 1.25


def test_an_own_figure_stands_before_an_accepted_one_of_its_edition(write_table: WriteTable) -> None:
    tables.use(write_table("carriers", {"id": "own/raw-coal", "coefficient": "0.8000"}, base="gbt-2589-2020/raw-coal"))
    assert eb.coefficient("原煤").value == 0.8
    assert eb.coefficient("汽油").value == 1.4714


@pytest.mark.parametrize("figure", ["1" + "0" * 400, "0." + "0" * 400 + "1"])
def test_an_own_figure_that_no_float_holds_is_refused(write_table: WriteTable, figure: str) -> None:
    own = write_table("carriers", {"id": "own/raw-coal", "coefficient": figure}, base="gbt-2589-2020/raw-coal")
    with pytest.raises(TableError, match="coefficient is"):
        tables.use(own)


def test_two_own_figures_of_an_edition_are_no_reason_to_ask_for_it_again(write_table: WriteTable) -> None:
    rows = [{"id": f"own/raw-coal-{figure}", "coefficient": figure} for figure in ("0.8000", "0.9000")]
    tables.use(write_table("carriers", *rows, base="gbt-2589-2020/raw-coal"))
    with pytest.raises(AmbiguousError, match=r"0\.8000 kgce/kg.*0\.9000 kgce/kg") as caught:
        eb.coefficient("原煤")
    assert 'edition="gbt-2589-2008"' in caught.value.fix
    assert "gbt-2589-2020" not in caught.value.fix


def test_a_conversion_shows_its_arithmetic() -> None:
    shown = str(eb.convert("12340 L", "汽油", density="0.725 kg/L"))
    for part in ("12340 L", "0.725 kg/L", "1.4714 kgce/kg", "13.1638801 tce", "gbt-2589-2020"):
        assert part in shown


def test_energy_sent_out_may_be_negative() -> None:
    assert tce("-10 t", "原煤") == -7.143


# Bad input ------------------------------------------------------------------------------------------------

REFUSALS: list[tuple[type[EnergybenchError], str, str, str, dict[str, Any], tuple[str, ...]]] = [
    # wrong dimension
    (DimensionError, "wrong-dimension", "5 kWh", "原煤", {}, ("raw_coal", "kWh", "per kg", "such as kg")),
    (DimensionError, "wrong-dimension", "5 t", "electricity", {}, ("t", "per kWh", "such as kWh")),
    (DimensionError, "wrong-dimension", "5 tce", "原煤", {}, ("tce", "标准煤")),
    (DimensionError, "wrong-dimension", "5 L", "汽油", {}, ("L", 'density="')),
    (DimensionError, "wrong-dimension", "5 t", "标准煤", {}, ("t", "per tce")),
    (DimensionError, "wrong-dimension", "5 t/a", "原煤", {}, ("t/a", "such as kg")),
    (DimensionError, "wrong-dimension", "5 t", "原煤", {"ncv": "0.7 kgce/kg"}, ("kgce/kg", "kJ/kg")),
    (DimensionError, "wrong-dimension", "5 t", "原煤", {"ncv": "20 MJ"}, ("20 MJ", "MJ/m3")),
    (DimensionError, "wrong-dimension", "5 t", "原煤", {"coefficient": "0.7 kgce"}, ("0.7 kgce", "kgce/kg")),
    (DimensionError, "wrong-dimension", "5 t", "原煤", {"coefficient": "20 MJ/kg"}, ("MJ/kg", "kgce/kg")),
    (DimensionError, "wrong-dimension", "5 m3", "原煤", {"coefficient": "0.7 kgce/kg"}, ("m3", "per kg", "density=")),
    (DimensionError, "wrong-dimension", "5 L", "汽油", {"density": "0.7 kg"}, ("L", "density=")),
    (DimensionError, "wrong-dimension", "5 L", "汽油", {"density": "0.7 L/t·a"}, ("L", "density=")),
    # gas conditions
    (GasConditionError, "gas-condition", "5 Nm3", "高炉煤气", {}, ("Nm3", "m3", "MJ/Nm3")),
    (GasConditionError, "gas-condition", "5 万m3", "天然气", {"ncv": "35.6 MJ/Nm3"}, ("m3", "Nm3", "MJ/m3")),
    # names
    (UnknownCarrierError, "unknown-carrier", "5 t", "natural gaz", {}, ("'natural gaz'", "natural gas")),
    (UnknownCarrierError, "unknown-carrier", "5 t", "元煤", {}, ("'元煤'", "Did you mean '原煤'?")),
    (UnknownCarrierError, "unknown-carrier", "5 t", "unobtainium!", {}, ("'unobtainium!'", "carrier_names")),
    (UnknownCarrierError, "unknown-carrier", "5 t", "", {}, ("''",)),
    (AmbiguousError, "several-candidates", "5 t", "其他煤气", {}, ("'其他煤气'", "producer_gas", "water_gas")),
    (
        UnknownNameError,
        "unknown-name",
        "5 t",
        "原煤",
        {"edition": "gbt-2589-2022"},
        ("'gbt-2589-2022'", "gbt-2589-2020"),
    ),
    # units and numbers
    (UnitTextError, "unknown-unit", "5 ton", "原煤", {}, ("'ton'", "write t")),
    (UnitTextError, "unknown-unit", "5 furlong", "原煤", {}, ("'furlong'",)),
    (AmountError, "unreadable-amount", "13，350 t", "原煤", {}, ("'13，350 t'", "13,350")),
    (AmountError, "unreadable-amount", "nan t", "原煤", {}, ("'nan t'",)),
    (AmountError, "unreadable-amount", "5", "原煤", {}, ("'5'", '"5 t"')),
    (AmountError, "unreadable-amount", "5 t", "原煤", {"coefficient": 0.7}, ("coefficient is 0.7", "with a unit")),
    # no single value
    (AmbiguousError, "several-candidates", "5 m3", "天然气", {}, ("natural_gas", "1.1000~1.3300", "1.2143", "ncv=")),
    (AmbiguousError, "several-candidates", "5 t", "蒸汽", {}, ("steam_lp", "128.6", "94.1", "gbt-2589-2008")),
    (AmbiguousError, "several-candidates", "5 t", "新水", {}, ("fresh_water", "0.2571", "0.0857")),
    (AmbiguousError, "several-candidates", "5 m3", "焦炉煤气", {}, ("coke_oven_gas", "0.5714~0.6143", "ncv=")),
    (
        AmbiguousError,
        "several-candidates",
        "5 t",
        "型煤",
        {"edition": "energy-yearbook-2022-2023"},
        ("0.7143", "0.5000"),
    ),
    # weak or missing rows
    (
        UnverifiedError,
        "unverified",
        "5 t",
        "甲醇",
        {},
        ("methanol", "0.6794", "GB/T 2589-2020", "allow_unverified=True"),
    ),
    (
        MissingFigureError,
        "missing-figure",
        "5 t",
        "褐煤",
        {},
        ('edition="gbt-2589-2020,nbs-205-1" and allow_unverified',),
    ),
    (MissingFigureError, "missing-figure", "5 m3", "氩气", {}, ("argon", "GB/T 2589-2020", "coefficient=")),
    (MissingFigureError, "missing-figure", "5 t", "冶金焦", {"edition": "gb-30251-2024"}, ("coke", "gbt-2589-2020")),
    (MissingFigureError, "missing-figure", "5 t", "3.5MPa级蒸汽", {}, ("steam_3_5MPa", "gb-30251-2024", "edition=")),
    # the primary basis
    (CoalRateError, "no-coal-rate", "5 kWh", "电", {"basis": "primary"}, ("300 gce/kWh", "gb-30251-2024")),
    (BasisError, "basis", "5 GJ", "热力", {"basis": "primary"}, ("Heat", "coefficient=")),
    (OptionError, "option", "5 kWh", "电", {"coal_rate": "300 gce/kWh"}, ("calorific", 'basis="primary"')),
    (OptionError, "option", "5 kWh", "电", {"basis": "equivalent"}, ("'equivalent'", "calorific", "primary")),
    (
        *(OptionError, "option", "5 kWh", "电"),
        {"basis": "primary", "coal_rate": "300 gce/kWh", "edition": "gb-30251-2024"},
        ("0.21 kgoe/kWh", "Leave one"),
    ),
    # options that do not go together
    (OptionError, "option", "5 t", "原煤", {"coefficient": "0.7 kgce/kg", "ncv": "20 MJ/kg"}, ("coefficient", "ncv")),
    (OptionError, "option", "5 t", "原煤", {"density": "0.8 kg/L"}, ("density", "Leave density out")),
    (OptionError, "option", "5 kWh", "电", {"ncv": "3.6 MJ/kWh"}, ("electricity", "Leave ncv out")),
    # figures that cannot be
    (CoefficientError, "implausible-coefficient", "5 t", "原煤", {"coefficient": "7.143 kgce/kg"}, ("7.143", "0.7143")),
    (CoefficientError, "implausible-coefficient", "5 t", "原煤", {"coefficient": "0.07143 kgce/kg"}, ("0.07143",)),
    (
        CoefficientError,
        "implausible-coefficient",
        "5 t",
        "原煤",
        {"coefficient": "0.7143 kgce/t"},
        ("0.7143 kgce/t", "714.3"),
    ),
    (CoefficientError, "implausible-coefficient", "5 t", "原煤", {"ncv": "209 MJ/kg"}, ("ncv", "raw_coal")),
    (CoefficientError, "implausible-coefficient", "5 t", "原煤", {"ncv": "0 MJ/kg"}, ("0 MJ/kg", "positive")),
    (
        CoefficientError,
        "implausible-coefficient",
        "5 t",
        "x",
        {"coefficient": "-1 kgce/kg"},
        ("-1 kgce/kg", "positive"),
    ),
    (
        *(CoefficientError, "implausible-coefficient", "1 亿kWh", "电"),
        {"coefficient": "0.1229 万tce/亿kWh"},
        ("0.01229 kgce/kWh", "0.12"),
    ),
    (
        *(CoefficientError, "implausible-coefficient", "5 kWh", "电"),
        {"basis": "primary", "coal_rate": "302.4 kgce/kWh"},
        ("302.4", "coal_rate"),
    ),
]


@each(
    ("kind", "reason", "amount", "carrier", "options", "shown"),
    REFUSALS,
    ids=[f"{row[2]} {row[3]} {' '.join(row[4])}" for row in REFUSALS],
)
def test_bad_input_shows_the_value_and_the_fix(
    kind: type[EnergybenchError],
    reason: str,
    amount: str,
    carrier: str,
    options: dict[str, Any],
    shown: tuple[str, ...],
) -> None:
    with refused(kind, reason, *shown):
        eb.to_tce(amount, carrier, **options)
    with refused(kind, reason, *shown):
        eb.convert(amount, carrier, **options)


@each("density", ["0 kg/L", "-0.7 kg/L"])
def test_a_density_that_is_not_positive_is_refused(density: str) -> None:
    for amount, carrier in (("5 L", "汽油"), ("5 t", "高炉煤气")):
        with refused(OptionError, "option", f"density is {density}, expected more than zero"):
            eb.to_tce(amount, carrier, density=density)


def test_an_edition_that_does_not_exist_is_refused_even_where_it_would_not_matter() -> None:
    for options in ({}, {"coefficient": "1 tce/tce"}):
        with pytest.raises(UnknownNameError):
            eb.to_tce("5 tce", "标准煤", edition="gbt-2589-2022", **options)  # type: ignore[arg-type]


@each("thing", [None, 5, b"x", float("nan")])
def test_a_name_that_is_no_text_is_refused(thing: Any) -> None:
    for ask in (
        lambda: eb.to_tce("5 t", thing),
        lambda: eb.coefficient(thing),
        lambda: eb.to_tce("5 t", thing, coefficient="1 kgce/kg"),
    ):
        with refused(UnknownCarrierError, "unknown-carrier", repr(thing), "text"):
            ask()


@each("option", ["basis", "edition"])
@each("thing", [2020, b"x", 1.5])
def test_an_option_that_is_no_text_is_refused(option: str, thing: Any) -> None:
    with pytest.raises(EnergybenchError) as caught:
        eb.to_tce("5 t", "原煤", **{option: thing})
    assert repr(thing) in str(caught.value)


@each(
    ("carrier", "options", "begin"),
    [
        ("raw cole", {}, "'raw cole' is not a carrier of the tables"),
        ("原煤", {"basis": "net"}, "basis is 'net'"),
        ("原煤", {"coefficient": "1 kgce"}, "coefficient 1 kgce is not per amount of carrier"),
        ("原煤", {"coefficient": "0 kgce/kg"}, "coefficient is 0 kgce/kg, expected"),
        ("原煤", {"ncv": "20 MJ"}, "ncv 20 MJ is not per amount of carrier"),
    ],
)
def test_a_refusal_begins_with_what_is_wrong(carrier: str, options: dict[str, Any], begin: str) -> None:
    with pytest.raises(EnergybenchError) as caught:
        eb.to_tce("5 t", carrier, **options)
    assert str(caught.value).startswith(begin)


# Weak rows on request -------------------------------------------------------------------------------------


def test_an_unverified_figure_is_used_on_request_with_a_warning() -> None:
    for use in (eb.to_tce, eb.convert):
        with pytest.warns(UnverifiedWarning, match=r"0.6794 kgce/kg.*unverified") as seen:
            result: Any = use("10 t", "甲醇", allow_unverified=True)
        assert result.coefficient.verification == "unverified"
        assert seen[0].filename == __file__
    with pytest.warns(UnverifiedWarning):
        assert eb.coefficient("甲醇", allow_unverified=True).value == 0.6794


def test_an_accepted_figure_does_not_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        eb.to_tce("10 t", "原煤", allow_unverified=True)


def test_no_request_turns_a_range_into_a_figure() -> None:
    for carrier, unit in (("天然气", "m3"), ("焦炉煤气", "m3"), ("沼气", "m3"), ("新水", "t")):
        with pytest.raises(AmbiguousError):
            eb.to_tce(f"5 {unit}", carrier, allow_unverified=True)


def test_a_figure_far_out_is_taken_on_request() -> None:
    assert tce("1 t", "原煤", coefficient="7.143 kgce/kg", allow_unverified=True) == 7.143


PLAUSIBLE = [
    (carrier, basis)
    for carrier in sorted({row["carrier"] for row in oracle.table("carriers")})
    for basis in ("calorific", "primary")
]


@each(("carrier", "basis"), PLAUSIBLE)
def test_what_is_plausible_is_five_times_around_the_figures_of_every_document(carrier: str, basis: str) -> None:
    rows = [row for row in oracle.table("carriers") if row["carrier"] == carrier and row["coefficient_unit"]]
    unit = rows[0]["coefficient_unit"]
    per = oracle.read_unit(unit)
    figures = [
        Fraction(row[column]) * oracle.read_unit(row["coefficient_unit"]).factor / per.factor
        for row in rows
        for column in ("coefficient", "coefficient_high")
        if row[column] and oracle.read_unit(row["coefficient_unit"]).powers == per.powers
        if row["basis"] == basis or row["category"] not in ("electricity", "heat")
    ]
    expected = (min(figures) / 5, max(figures) * 5) if figures else None
    if carrier in ("electricity", "heat"):
        ends = {"electricity": ("0.122", "0.1231", "0.2", "0.5"), "heat": ("0.034", "0.0342", "0.035", "0.07")}[carrier]
        scale = oracle.read_unit(f"kgce/{'kWh' if carrier == 'electricity' else 'MJ'}").factor / per.factor
        low, high = ends[:2] if basis == "calorific" else ends[2:]
        expected = Fraction(low) * scale, Fraction(high) * scale
    known = known_coefficients(carrier, read_unit(unit), basis)
    assert (known and (known.low, known.high)) == expected
    if basis == "calorific":
        assert known_coefficients(carrier, read_unit(unit)) == known


def test_the_ends_of_what_is_plausible_are_plausible() -> None:
    for figure, beyond in (("0.14286", "0.142859"), ("3.5715", "3.571501")):
        assert tce("1 t", "原煤", coefficient=f"{figure} kgce/kg") == float(figure)
        with refused(CoefficientError, "implausible-coefficient", f"{float(beyond):g} kgce/kg for raw_coal"):
            eb.to_tce("1 t", "原煤", coefficient=f"{beyond} kgce/kg")


@each(
    ("carrier", "options", "said"),
    [
        ("原煤", {"coefficient": "900 kgce/kg"}, "raw_coal, where every document has 0.7143. Check"),
        ("新水", {"coefficient": "900 kgce/kg"}, "fresh_water, where every document has 8.57e-05 to 0.0002571. Check"),
        (
            "电",
            {"basis": "primary", "coal_rate": "9 kgce/kWh"},
            "electricity, where every document has 0.2 to 0.5 for the primary basis",
        ),
    ],
)
def test_an_implausible_figure_is_shown_beside_those_of_the_documents(
    carrier: str, options: dict[str, str], said: str
) -> None:
    with pytest.raises(CoefficientError) as caught:
        eb.to_tce("1 kWh" if carrier == "电" else "1 t", carrier, **options)  # type: ignore[arg-type]
    assert str(caught.value).startswith("coal_rate gives 9" if carrier == "电" else "coefficient gives 900")
    assert said in str(caught.value)


@given(st.sampled_from(["原煤", "柴油", "高炉煤气", "电力", "热力"]), st.sampled_from([10, Fraction(1, 10), 100, 1000]))
def test_a_slipped_decimal_point_is_always_seen(carrier: str, slip: Fraction) -> None:
    record = eb.coefficient(carrier)
    wrong = f"{float(Fraction(repr(record.value)) * slip):.9f} {record.unit}"
    right = f"{record.value} {record.unit}"
    amount = f"1 {record.unit.partition('/')[2]}"
    assert tce(amount, carrier, coefficient=right) == tce(amount, carrier)
    with pytest.raises(CoefficientError):
        eb.to_tce(amount, carrier, coefficient=wrong)


#: What the documents have as kJ per kg or m3, and how far below and above it a heating value may lie.
RAW_COAL = Fraction("0.7143") * Fraction("29307.6")
GANGUE, REFUSE, MIXED = (Fraction(text) * Fraction("29307.6") for text in ("0.2857", "0.2714", "0.4285"))
HEAT_ENDS = [
    ("原煤", "kg", RAW_COAL / Fraction("2.5"), RAW_COAL * Fraction("2.5")),
    ("洗中煤", "kg", Fraction("0.2857") * Fraction("29307.6") / Fraction("2.5"), None),
    ("煤泥", "kg", None, Fraction("0.4286") * Fraction("29307.6") * Fraction("2.5")),
    ("高炉煤气", "m3", Fraction("0.1286") * Fraction("29307.6") / Fraction("2.5"), None),
    ("天然气", "m3", Fraction("1.1") * Fraction("29307.6") / Fraction("2.5"), None),
    ("天然气", "m3", None, Fraction("1.33") * Fraction("29307.6") * Fraction("2.5")),
    # The carbon tables have heating values of their own.
    ("天然气", "Nm3", Fraction(38931) / Fraction("2.5"), Fraction(38931) * Fraction("2.5")),
    ("柴油", "kg", Fraction(42652) / Fraction("2.5"), Fraction(43330) * Fraction("2.5")),
    # Waste and mine gas are poorer than their one figure, and never far better.
    (
        "煤矸石",
        "kg",
        Fraction("0.2857") * Fraction("29307.6") / 5,
        Fraction("0.2857") * Fraction("29307.6") * Fraction("2.5"),
    ),
    ("coal_mine_gas", "m3", Fraction("0.5") * Fraction("29307.6") / 5, None),
    ("coal_mine_gas", "m3", None, Fraction("0.5714") * Fraction("29307.6") * Fraction("2.5")),
    ("gangue_fuel", "kg", GANGUE / 5, GANGUE * Fraction("2.5")),
    ("msw_fuel", "kg", REFUSE / 5, REFUSE * Fraction("2.5")),
    ("industrial_waste_fuel", "kg", MIXED / 5, MIXED * 5),
    # What making a medium took says little of its heat.
    ("乙炔", "m3", Fraction("8.3143") * Fraction("29307.6") / 5, Fraction("8.3143") * Fraction("29307.6") * 5),
]


@each(("carrier", "per", "low", "high"), HEAT_ENDS)
def test_a_heating_value_may_lie_so_far_outside_of_every_document(
    carrier: str, per: str, low: Fraction | None, high: Fraction | None
) -> None:
    for end, outwards in ((low, Fraction("0.99999")), (high, Fraction("1.00001"))):
        if end is None:
            continue
        # Ten digits inside and outside of the end, as a person would write them.
        inside, outside = (f"{float(end * times):.10g} kJ/{per}" for times in (2 - outwards, outwards))
        assert tce(f"1 {per}", carrier, ncv=inside) > 0
        with refused(CoefficientError, "implausible-coefficient", "ncv gives", "allow_unverified=True"):
            eb.to_tce(f"1 {per}", carrier, ncv=outside)
        taken = tce(f"1 {per}", carrier, ncv=outside, allow_unverified=True)
        assert taken == pytest.approx(float(end * outwards) / 29307600)


def test_the_coefficients_of_the_documents_are_heating_values_too() -> None:
    """Lignite has 14.4 and 14.8 GJ/t by the rules on CO2, and 12.56 by its coefficient, of which 2/5 are 5.02."""
    assert eb.to_tce("1 t", "褐煤", ncv="5.1 GJ/t").magnitude == pytest.approx(5.1 / 29.3076)
    with refused(CoefficientError, "implausible-coefficient", "12.5612 to 14.759", "ncv gives 5 GJ/t"):
        eb.to_tce("1 t", "褐煤", ncv="5 GJ/t")


@pytest.mark.parametrize("figure", ["0.2", "0.3", "0.5"])
def test_a_figure_of_the_other_basis_is_never_taken(figure: str) -> None:
    with refused(CoefficientError, "implausible-coefficient", "a figure of the primary basis"):
        eb.to_tce("1 kWh", "电力", coefficient=f"{figure} kgce/kWh", allow_unverified=True)


def test_steam_has_no_figure_per_energy() -> None:
    with refused(
        MissingFigureError, "missing-figure", "No coefficient of 蒸汽 is per GJ", 'Its heat is the carrier "热力"'
    ):
        eb.to_tce("5 GJ", "蒸汽")
    with refused(DimensionError, "wrong-dimension", "in GJ, and its coefficient is per kg", 'the carrier "热力"'):
        eb.to_tce("5 GJ", "蒸汽", coefficient="0.1286 kgce/kg")


def test_a_coefficient_and_what_chooses_one_are_not_given_together() -> None:
    with refused(OptionError, "option", "coefficient, edition: both are given. Give one of them"):
        eb.to_tce("5 t", "原煤", coefficient="0.7 tce/t", edition="gbt-2589-2008")


def test_the_very_ends_of_a_heating_value_are_taken() -> None:
    for end, beyond in (("8373.767472 kJ/kg", "8373.767471 kJ/kg"), ("52336.0467 kJ/kg", "52336.0468 kJ/kg")):
        assert tce("1 t", "原煤", ncv=end) > 0
        with refused(CoefficientError, "implausible-coefficient", "raw_coal, where every document has 20934.4"):
            eb.to_tce("1 t", "原煤", ncv=beyond)
    known = known_heat("raw_coal", read_unit("kJ/kg"))
    assert known is not None
    assert (known.low, known.high) == (RAW_COAL * 2 / 5, RAW_COAL * 5 / 2)


@each(
    ("carrier", "ncv"),
    [
        *(("原煤", "3500 kcal/kg"), ("原煤", "7500 kcal/kg"), ("褐煤", "1500 kcal/kg"), ("洗中煤", "4500 kcal/kg")),
        *(("煤泥", "1500 kcal/kg"), ("煤矸石", "500 kcal/kg"), ("煤矸石", "12.5 MJ/kg"), ("焦炭", "25.1 MJ/kg")),
        *(("gangue_fuel", "2.1 MJ/kg"), ("msw_fuel", "3 MJ/kg"), ("msw_fuel", "18 MJ/kg")),
        *(("biomass_fuel", "6 MJ/kg"), ("biomass_fuel", "30 MJ/kg"), ("石油焦", "35 MJ/kg")),
        *(("industrial_waste_fuel", "3 MJ/kg"), ("industrial_waste_fuel", "42 MJ/kg"), ("氢气", "10.8 MJ/m3")),
        *(("高炉煤气", "2.7 MJ/m3"), ("高炉煤气", "4.2 MJ/m3"), ("转炉煤气", "6 MJ/m3"), ("转炉煤气", "9 MJ/m3")),
        *(("发生炉煤气", "4.5 MJ/m3"), ("沼气", "15 MJ/m3"), ("沼气", "9 MJ/m3"), ("coal_mine_gas", "3.3 MJ/m3")),
        *(("coal_mine_gas", "35.8 MJ/m3"), ("天然气", "20 MJ/m3"), ("天然气", "8500 kcal/m3"), ("乙炔", "56.5 MJ/m3")),
        *(
            ("psa_tail_gas", "3 MJ/kg"),
            ("psa_tail_gas", "45 MJ/kg"),
            ("甲醇", "19.9 MJ/kg"),
            ("液化石油气", "45 MJ/kg"),
        ),
    ],
)
def test_poor_and_rich_fuels_are_taken(carrier: str, ncv: str) -> None:
    assert tce(f"1 {ncv.partition('/')[2]}", carrier, ncv=ncv) > 0


@each(
    ("carrier", "ncv", "said"),
    [
        (
            *("原煤", "20908 kcal/kg"),
            "ncv gives 87537.6 kJ/kg for raw_coal, where every document has 20934.4: 20908 kcal/kg is 4.18 times too "
            "much, as kcal written for kJ would be. Check the decimal point and the unit (1 kcal is 4.1868 kJ); ",
        ),
        (
            *("原煤", "5000 kJ/kg"),
            "ncv gives 5000 kJ/kg for raw_coal, where every document has 20934.4: 4.19 times too little, as kJ written "
            "for kcal would be. Check",
        ),
        # Of a range the nearer end is too far.
        ("天然气", "35600 kcal/m3", "32238.4 to 38979.1: 35600 kcal/m3 is 4.19 times too much, as kcal written"),
        ("天然气", "39.2 千大卡/m3", "32238.4 to 38979.1: 39.2 10^3 kcal/m3 is 4.21 times too much, as kcal written"),
        # Ten percent around what the slip makes of a figure, and no further.
        ("原煤", "22970 kcal/kg", "22970 kcal/kg is 4.59 times too much, as kcal"),
        ("原煤", "23035 kcal/kg", "every document has 20934.4. Check"),
        ("原煤", "4501 kJ/kg", ": 4.65 times too little, as kJ"),
        ("原煤", "4499 kJ/kg", "every document has 20934.4. Check"),
        ("原煤", "5499 kJ/kg", ": 3.81 times too little, as kJ"),
        ("原煤", "5501 kJ/kg", "every document has 20934.4. Check"),
        ("原煤", "209 MJ/kg", "ncv gives 209 MJ/kg for raw_coal, where every document has 20.9344. Check"),
    ],
)
def test_a_heating_value_in_the_other_unit_is_named(carrier: str, ncv: str, said: str) -> None:
    with refused(CoefficientError, "implausible-coefficient", said, "1 kcal is 4.1868 kJ"):
        eb.to_tce(f"1 {ncv.partition('/')[2]}", carrier, ncv=ncv)


@each(
    ("slip", "times", "large", "small"),
    [(KCAL_FOR_KJ, Fraction("4.1868"), "kcal", "kJ"), (CO2_FOR_C, Fraction(44, 12), "CO2", "C")],
)
def test_a_slip_explains_what_it_moves_within_ten_percent(slip: Slip, times: Fraction, large: str, small: str) -> None:
    known = Known(Fraction(10), Fraction(20))
    for meant, off in ((Fraction(9), Fraction(9, 10)), (Fraction(15), Fraction(1)), (Fraction(22), Fraction(11, 10))):
        more, less = known.explained(meant * times, slip), known.explained(meant / times, slip)
        assert more == f"{float(times * off):.3g} times too much, as {large} written for {small} would be"
        assert less == f"{float(times / off):.3g} times too little, as {small} written for {large} would be"
    for meant in (Fraction("8.999"), Fraction("22.001")):
        assert (known.explained(meant * times, slip), known.explained(meant / times, slip)) == ("", "")


def test_the_refusal_of_a_heating_value_begins_with_its_name() -> None:
    with pytest.raises(
        CoefficientError, match=r"^ncv gives 209 MJ/kg for raw_coal, where every document has 20\.9344\. "
    ):
        eb.to_tce("1 t", "原煤", ncv="209 MJ/kg")
    with pytest.raises(AmountError, match=r"^ncv is too large"):
        eb.to_tce("1 t", "原煤", ncv="1e308 kcal/kg")


HEATED = [
    row
    for row in oracle.table("carriers")
    if row["heating_value"] and row["category"] in ("solid", "liquid", "gas") and row["heating_value_unit"] == "kJ/kg"
]


@each("row", HEATED, ids=lambda row: row["id"])
def test_the_heating_value_of_every_document_is_taken_and_its_kcal_for_kj_is_not(row: oracle.Row) -> None:
    assert tce("1 kg", row["carrier"], ncv=f"{row['heating_value']} kJ/kg") > 0
    if row["carrier"] != "coal_gangue":
        for slipped in (f"{float(row['heating_value']) / 4.1868:.6g} kJ/kg", f"{row['heating_value']} kcal/kg"):
            if not row["heating_value_high"]:
                with refused(CoefficientError, "implausible-coefficient", row["carrier"], "4.1868"):
                    eb.to_tce("1 kg", row["carrier"], ncv=slipped)


@each(("carrier", "unit"), [("原煤", "kg"), ("天然气", "m3"), ("煤矸石", "kg"), ("乙炔", "m3")])
def test_a_table_refuses_the_heating_values_that_one_value_refuses(carrier: str, unit: str) -> None:
    known = known_heat(find_carrier(carrier), read_unit(f"kJ/{unit}"))
    assert known is not None
    ends = [float(known.low) * times for times in (0.999, 1.001)] + [float(known.high) * t for t in (0.999, 1.001)]
    figures = [float(f"{end / 1000:.8g}") for end in ends]
    meters = [
        {"plant": f"厂{n}", "period": 2024, "product": "cement-clinker", "carrier": carrier, "amount": 1.0}
        | {"unit": unit, "ncv": figure, "ncv_unit": f"MJ/{unit}"}
        for n, figure in enumerate(figures)
    ]
    outputs = [
        {"plant": line["plant"], "period": 2024, "product": "cement-clinker", "output": 1.0, "output_unit": "t"}
        for line in meters
    ]
    problems = eb.assess(pandas.DataFrame(meters), pandas.DataFrame(outputs)).problems
    found = problems[problems["reason"] == "implausible-coefficient"]
    assert sorted(found["plant"]) == ["厂0", "厂3"]
    assert found["suggestion"].str.contains("1 kcal is 4.1868 kJ", regex=False).all()
    for figure, taken in zip(figures, (False, True, True, False), strict=True):
        with nullcontext() if taken else pytest.raises(CoefficientError):
            eb.to_tce(f"1 {unit}", carrier, ncv=f"{figure!r} MJ/{unit}")
    asked = eb.assess(pandas.DataFrame(meters), pandas.DataFrame(outputs), allow_unverified=True).problems
    assert "implausible-coefficient" not in set(asked["reason"])


def test_a_coefficient_keeps_the_wider_bounds() -> None:
    assert tce("1 t", "原煤", coefficient="2.9 kgce/kg") == 2.9
    with refused(CoefficientError, "implausible-coefficient", "every document has 20.9344: 4.06 times too much"):
        eb.to_tce("1 t", "原煤", ncv="85 MJ/kg")


# Every row of the table -----------------------------------------------------------------------------------

FIGURES = [row for row in oracle.accepted("carriers") if row["coefficient"] and not row["coefficient_high"]]


def _options(row: oracle.Row) -> dict[str, Any]:
    return {"edition": row["document"]} | ({"basis": "primary"} if row["basis"] == "primary" else {})


@each(
    "row",
    [row for row in oracle.table("carriers") if row not in FIGURES and row["category"] != "definition"],
    ids=lambda row: row["id"],
)
def test_every_other_row_is_refused_and_named(row: oracle.Row) -> None:
    rivals = [other for other in FIGURES if all(other[k] == row[k] for k in ("carrier", "document", "basis"))]
    if rivals:
        assert eb.coefficient(row["carrier"], **_options(row)).value == float(rivals[0]["coefficient"])
        return
    with pytest.raises((AmbiguousError, UnverifiedError, MissingFigureError, BasisError)) as caught:
        eb.coefficient(row["carrier"], **_options(row))
    assert row["carrier"] in str(caught.value).lower() or row["basis"] == "primary"
    assert row["coefficient"] in str(caught.value)


@each("carrier", sorted({row["carrier"] for row in oracle.table("carriers")}))
def test_a_refusal_names_the_editions_that_have_a_figure_and_no_others(carrier: str) -> None:
    try:
        eb.coefficient(carrier)
    except (AmbiguousError, UnverifiedError, MissingFigureError) as error:
        fix = error.fix
    else:
        return
    known = [
        row
        for row in FIGURES
        if (row["carrier"], row["basis"] == "primary") == (carrier, False) and row["document"] != "gbt-2589-2020"
    ]
    shown = "; ".join(
        f"{row['coefficient']} {row['coefficient_unit']} ({row['document']}, {row['verification']})" for row in known
    )
    if known and "Editions" in fix:
        assert f'accepted one: {shown}. Pass edition="{known[0]["document"]}"' in fix
    assert ("Editions" in fix) <= bool(known)


def test_a_range_that_is_no_gas_offers_its_figure_first() -> None:
    with pytest.raises(AmbiguousError) as caught:
        eb.coefficient("新水")
    assert caught.value.fix.startswith('Choose one with coefficient="')


def test_the_fixed_figures_of_the_primary_basis_are_named_and_the_rule_is_not() -> None:
    with pytest.raises(CoalRateError) as caught:
        eb.coefficient("electricity", basis="primary")
    assert "one: 0.21 kgoe/kWh (gb-30251-2024, " in caught.value.fix


def test_a_density_may_be_in_any_units_and_helps_volumes_alone() -> None:
    for density in ("0.725 kg/L", "0.725 t/m3", "725 g/L", "725 kg/m3"):
        assert tce("12340 L", "汽油", density=density) == tce("12340 L", "汽油", density="0.725 kg/L")
    for density in ("1.3 kg/m3", "1.3 g/L", "0.0013 kg/L"):
        assert tce("5 t", "高炉煤气", density=density) == tce("5 t", "高炉煤气", density="1.3 kg/m3")
    for amount, carrier in (("5 L", "电力"), ("5 kWh", "高炉煤气"), ("5 kWh", "汽油")):
        with refused(DimensionError, "wrong-dimension", f" is given in {amount[2:]}, and its coefficient is per "):
            eb.to_tce(amount, carrier, density="0.725 kg/L")


def test_a_choice_of_a_basis_that_is_none_is_refused_wherever_it_is_made() -> None:
    with refused(OptionError, "option", "basis is 'net'"):
        choose_coefficient("原煤", Choice(basis="net"))


# Laws -----------------------------------------------------------------------------------------------------

carriers = st.sampled_from(
    [("原煤", "t"), ("柴油", "kg"), ("高炉煤气", "m3"), ("electricity", "kWh"), ("heat", "GJ"), ("标准煤", "tce")]
)
amounts = st.decimals(-(10**7), 10**7, places=3)


@given(carriers, amounts, st.integers(-1000, 1000))
def test_conversion_is_linear(carrier: tuple[str, str], amount: Decimal, times: int) -> None:
    name, unit = carrier
    assert tce(f"{amount * times} {unit}", name) == pytest.approx(times * tce(f"{amount} {unit}", name), rel=1e-14)


@given(carriers, amounts, amounts)
def test_a_split_meter_adds_up(carrier: tuple[str, str], one: Decimal, other: Decimal) -> None:
    name, unit = carrier
    parts = tce(f"{one} {unit}", name) + tce(f"{other} {unit}", name)
    assert tce(f"{one + other} {unit}", name) == pytest.approx(parts, rel=1e-12, abs=1e-9)


SHIFTS: list[tuple[str, dict[str, int]]] = [
    ("原煤", {"t": 0, "kg": 3, "g": 6, "万t": -4, "公斤": 3, "kt": -3, "亿吨": -8}),
    ("electricity", {"kWh": 0, "MWh": -3, "万kWh": -4, "亿千瓦时": -8, "GWh": -6, "度": 0, "Wh": 3}),
    ("heat", {"GJ": 0, "MJ": 3, "kJ": 6, "百万千焦": 0, "TJ": -3, "吉焦": 0, "10^10 kJ": -4}),
    ("高炉煤气", {"m3": 0, "万m3": -4, "L": 3, "亿立方米": -8, "升": 3}),
    ("标准煤", {"tce": 0, "kgce": 3, "万吨标准煤": -4, "公斤标煤": 3}),
]


@given(st.sampled_from(SHIFTS), amounts)
def test_the_unit_does_not_change_the_answer(way: tuple[str, dict[str, int]], amount: Decimal) -> None:
    carrier, units = way
    answers = {tce(f"{amount.scaleb(shift):f} {unit}", carrier) for unit, shift in units.items()}
    assert len(answers) == 1


@given(st.decimals(0, 10**6, places=2))
def test_energy_is_energy_whether_metered_as_heat_or_as_power(amount: Decimal) -> None:
    assert tce(f"{amount} kWh", "heat") == pytest.approx(tce(f"{amount * 36 / 10} MJ", "heat"), rel=1e-15)


# One value that becomes too small for a float is refused, in an array it becomes zero.
_not_too_small = st.floats(-1e9, 1e9).filter(lambda value: value == 0 or abs(value) > 1e-290)


@given(carriers, st.lists(_not_too_small, max_size=20))
def test_an_array_is_its_values_one_by_one(carrier: tuple[str, str], values: list[float]) -> None:
    name, unit = carrier
    together = eb.to_tce(ureg.Quantity(np.array(values), unit), name).magnitude
    one_by_one = [eb.to_tce(ureg.Quantity(value, unit), name).magnitude for value in values]
    np.testing.assert_allclose(together, np.array(one_by_one), rtol=1e-15)


@given(amounts, st.decimals("0.5", "1.2", places=3))
def test_volume_with_density_is_mass(amount: Decimal, density: Decimal) -> None:
    assert tce(f"{amount} L", "柴油", density=f"{density} kg/L") == tce(f"{amount * density} kg", "柴油")


@given(amounts, st.decimals("20", "45", places=3))
def test_a_heating_value_is_a_coefficient_of_its_29307_6th(amount: Decimal, ncv: Decimal) -> None:
    expected = Fraction(amount) * Fraction(ncv) * 1000 / Fraction("29307.6") / 1000
    assert tce(f"{amount} m3", "natural gas", ncv=f"{ncv} MJ/m3") == float(expected)


# Any text as a carrier ------------------------------------------------------------------------------------


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("（", "(").replace("）", ")").replace("_", " ").replace("-", " ").split())


_CARRIERS: dict[str, set[str]] = {}
for _row in oracle.table("carrier_names"):
    if not _row["sense"]:
        _CARRIERS.setdefault(_folded(_row["name"]), set()).add(_row["carrier"])
for _row in oracle.table("carriers"):
    _CARRIERS.setdefault(_folded(_row["carrier"]), set()).add(_row["carrier"])
_NAMES = [row["name"] for row in oracle.table("carrier_names")]
names = st.text() | st.lists(st.sampled_from([*_NAMES, *"（）()-_ \u3000煤气tT"]), max_size=3).map("".join)


@settings(max_examples=300)
@given(names)
@example("")
@example("\ud800")
@example("x" * 1_000_000)
def test_any_text_as_carrier_is_a_name_of_the_table_or_is_refused(text: str) -> None:
    try:
        found = find_carrier(text)
    except EnergybenchError as error:
        assert len(str(error)) < 500  # noqa: PT017 - a refusal is one of the two right answers
        assert len(_CARRIERS.get(_folded(text), ())) != 1
        return
    # Whatever stands around a name, the name of the carrier itself is in it.
    wide = _folded(unicodedata.normalize("NFKC", text))
    read = {row["written"]: row["read"] for row in oracle.table("characters") if row["sense"] != "slip"}
    plain = "".join(read.get(one, one) for one in wide)
    texts = _folded(text), plain, plain.replace(" ", "")
    assert any(carriers == {found} and any(name in one for one in texts) for name, carriers in _CARRIERS.items())


@each("row", oracle.table("carrier_names"), ids=lambda row: f"{row['name']} {row['carrier']}")
def test_every_name_leads_to_its_carrier_or_to_the_choice(row: oracle.Row) -> None:
    try:
        found = find_carrier(row["name"])
    except AmbiguousError as error:
        assert row["carrier"] in str(error)  # noqa: PT017 - the error lists this carrier among others
        return
    assert found == row["carrier"] or (row["sense"] and {found} == _CARRIERS[_folded(row["name"])])


def test_results_are_plain_values() -> None:
    import json
    import pickle
    from dataclasses import asdict

    conversion = eb.convert("12340 L", "汽油", density="0.725 kg/L")
    assert pickle.loads(pickle.dumps(conversion)) == conversion  # noqa: S301 - our own bytes
    assert json.loads(json.dumps(asdict(conversion)))["tce"] == conversion.tce
    assert conversion.to_pint().magnitude == conversion.tce
    with pytest.raises(AttributeError):
        conversion.tce = 0.0  # type: ignore[misc]


def test_a_coefficient_shows_itself_in_a_notebook() -> None:
    shown = eb.coefficient("原煤")._repr_html_() or ""
    assert "0.7143" in shown
    assert "kgce/kg" in shown


@each(
    ("amount", "carrier", "just", "slipped", "said"),
    [
        ("12340 L", "汽油", ("300 kg/m3", "0.725 kg/L", "1300 kg/m3"), ("299 kg/m3", "0.725 kg/m3"), "300 to 1300"),
        (
            "12340 L",
            "汽油",
            ("1.3 kg/L",),
            ("7.25 kg/L", "0.0725 kg/L", "1301 kg/m3"),
            "300 to 1300 kg/m3 for gasoline",
        ),
        (
            "3 m3",
            "原煤",
            ("0.85 t/m3", "1.2 L/kg"),
            ("0.085 t/m3", "8.5 t/m3", "1200 L/kg"),
            "100 to 3000 kg/m3 for raw_coal",
        ),
        ("3 t", "高炉煤气", ("0.3 kg/m3", "1.3 kg/m3", "3 kg/m3"), ("0.13 kg/m3", "13 kg/m3"), "0.3 to 3"),
        (
            "3 t",
            "高炉煤气",
            ("0.0013 t/m3", "0.8 m3/kg"),
            ("0.8 L/kg", "1.3 g/m3", "1.3 kg/L"),
            "as its coefficient is that of gas",
        ),
        # Liquefied gas is a gas or a liquid, and its coefficient is per mass.
        (
            "3 m3",
            "液化石油气",
            ("2.35 kg/m3", "0.54 kg/L"),
            ("5.4 kg/L", "0.054 kg/L", "0.235 kg/m3"),
            "0.3 to 3 or 300 to 700",
        ),
    ],
)
def test_a_density_that_only_a_slip_can_explain_is_refused(
    amount: str, carrier: str, just: tuple[str, ...], slipped: tuple[str, ...], said: str
) -> None:
    options: dict[str, Any] = {"basis": "calorific", "allow_unverified": False}
    if carrier in ("高炉煤气", "液化石油气"):
        options["ncv"] = "3.5 MJ/m3" if carrier == "高炉煤气" else "50 MJ/kg"
    for density in just:
        assert tce(amount, carrier, density=density, **options) > 0
    for density in slipped:
        with refused(CoefficientError, "implausible-coefficient", said, "allow_unverified=True"):
            eb.to_tce(amount, carrier, density=density, **options)
        assert tce(amount, carrier, density=density, **(options | {"allow_unverified": True})) > 0


@each(
    ("density", "said"),
    [
        ("0.725 kg/m3", "density is 0.725 kg/m3, expected 300 to 1300 kg/m3 for gasoline. Check"),
        ("725 kg/L", "density is 725 kg/L (725000 kg/m3), expected 300 to 1300 kg/m3 for gasoline. Check"),
        ("34 L/kg", "density is 34 L/kg (29.4118 kg/m3), expected"),
        ("0.0034 万L/kg", "density is 0.0034 10^4 L/kg (29.4118 kg/m3), expected"),
        ("0 kg/L", "density is 0 kg/L, expected more than zero"),
        ("-0.7 kg/L", "density is -0.7 kg/L, expected more than zero"),
        ("1e308 t/L", "density is too large"),
        ("5e-324 L/kg", "density is too large"),
    ],
)
def test_what_is_wrong_with_a_density_is_said(density: str, said: str) -> None:
    with pytest.raises(EnergybenchError) as caught:
        eb.to_tce("12340 L", "汽油", density=density)
    assert str(caught.value).startswith(said)


def test_a_specific_volume_is_a_density_the_other_way_round() -> None:
    for volume in ("1.25 L/kg", "0.000125 万L/kg"):
        assert tce("12340 L", "汽油", density=volume) == pytest.approx(12.34 / 1.25 * 1.4714)


def test_a_density_leads_from_volume_to_mass_and_nowhere_else() -> None:
    for amount in ("5 t", "5 L"):
        with refused(DimensionError, "wrong-dimension", "its coefficient is per MJ"):
            eb.to_tce(amount, "our own fuel", coefficient="0.034 kgce/MJ", density="0.9 kg/L")


def test_a_misspelt_edition_is_refused_beside_a_figure_of_ones_own_too() -> None:
    figures: list[dict[str, Any]] = [{"coefficient": "1 kgce/kg"}, {"ncv": "29 MJ/kg"}]
    for own in figures:
        with pytest.raises(EnergybenchError, match=r"gbt-2589-2002.*gbt-2589-2020"):
            eb.to_tce("5 t", "our own fuel", edition="gbt-2589-2002", **own)


def test_a_density_of_normal_volumes_is_looked_at_as_well() -> None:
    options: dict[str, Any] = {"ncv": "35 MJ/Nm3"}
    assert tce("3 t", "天然气", density="0.75 kg/Nm3", **options) == pytest.approx(3000 / 0.75 * 35 / 29307.6)
    with refused(CoefficientError, "implausible-coefficient", "(750 kg/m3), expected 0.3 to 3"):
        eb.to_tce("3 t", "天然气", density="0.75 t/Nm3", **options)


def test_a_density_is_mass_per_volume_and_no_heating_value() -> None:
    for density in ("20 GJ/t", "1 t/kg", "3 t"):
        with refused(DimensionError, "wrong-dimension", f"density is {density}, expected mass per volume", "ncv="):
            eb.to_tce("5 t", "our own fuel", coefficient="0.034 kgce/MJ", density=density)


def test_the_density_of_a_fuel_of_ones_own_is_that_of_anything() -> None:
    for density in ("0.05 kg/m3", "3 t/m3"):
        assert tce("1 m3", "our own fuel", coefficient="1 kgce/kg", density=density) > 0
        assert tce("1 m3", "热力", coefficient="0.1 kgce/kg", density=density) > 0
    with refused(CoefficientError, "implausible-coefficient", "0.05 to 3000 kg/m3 for our own fuel"):
        eb.to_tce("1 m3", "our own fuel", coefficient="1 kgce/kg", density="900 kg/L")


@each("carrier", ["汽油", "our own fuel"])
def test_a_coefficient_per_litre_of_a_liquid_takes_the_density_of_a_liquid(carrier: str) -> None:
    options: dict[str, Any] = {"coefficient": "1.07 kgce/L", "density": "0.725 kg/L"}
    assert tce("725 kg", carrier, **options) == pytest.approx(1.07)


# Several editions -----------------------------------------------------------------------------------------

CHAIN = ("gbt-2589-2020", "gbt-2589-2008")


@each("edition", [CHAIN, list(CHAIN), "gbt-2589-2020,gbt-2589-2008", "GB/T 2589-2020, GB/T 2589-2008"])
@each(("carrier", "document"), [("原煤", CHAIN[0]), ("渣油", CHAIN[1]), ("新水", CHAIN[1])])
def test_the_first_edition_with_a_usable_figure_is_used_and_named(edition: Any, carrier: str, document: str) -> None:
    found = eb.coefficient(carrier, edition=edition)
    assert found.document == document
    assert found == eb.coefficient(carrier, edition=document)


def test_the_order_of_editions_decides() -> None:
    assert eb.coefficient("柴油", edition=CHAIN[::-1]).document == "gbt-2589-2008"
    assert eb.coefficient("氮气(做副产品时)", edition=CHAIN).document == "gbt-2589-2008"
    with pytest.warns(UnverifiedWarning):
        assert eb.coefficient("氮气(做副产品时)", edition=CHAIN, allow_unverified=True).document == "gbt-2589-2020"


def test_a_chain_without_a_usable_figure_says_what_there_is() -> None:
    with refused(UnverifiedError, "unverified", "methanol", "GB/T 2589-2020"):
        eb.coefficient("甲醇", edition=CHAIN)
    with refused(MissingFigureError, "missing-figure", "naphtha"):
        eb.coefficient("石脑油", edition=CHAIN)
    with refused(UnknownNameError, "unknown-name", "gbt-2589-2022"):
        eb.coefficient("原煤", edition=("gbt-2589-2020", "gbt-2589-2022"))
    for wrong in ((), 5, {"gbt-2589-2020"}):
        with pytest.raises(OptionError):
            eb.coefficient("原煤", edition=wrong)  # type: ignore[arg-type]


def test_a_table_an_account_and_a_fixed_rate_take_several_editions() -> None:
    book = eb.account([("原煤", "10 t"), ("渣油", "10 t")], edition=CHAIN)
    assert [line.coefficient.document for line in book.lines] == list(CHAIN)
    keys = {"plant": "甲", "period": "2023", "product": "水泥熟料"}
    meters = pandas.DataFrame({**keys, "carrier": ["原煤", "渣油"], "amount": [10.0, 10.0], "unit": "t"})
    outputs = pandas.DataFrame({**keys, "output": [100.0], "output_unit": "t"}, index=[0])
    found = eb.assess(meters, outputs, edition=CHAIN, plausible=True)
    assert found.energy["document"].tolist() == list(CHAIN)
    assert found.results["tce"].iloc[0] == pytest.approx(book.tce)
    assert found.options["edition"] == ",".join(CHAIN)
    power = eb.convert("1 kWh", "电力", basis="primary", edition=("gbt-2589-2020", "gb-30251-2024"))
    assert power.coefficient.document == "gb-30251-2024"


@each("name", ["其他燃料", "其它燃料＊"])
def test_other_fuel_is_standard_coal_where_its_unit_says_so(name: str) -> None:
    assert tce("100 吨标准煤", name) == 100
    assert tce("100 t", name, coefficient="0.5 kgce/kg") == 50
    with refused(AmbiguousError, "several-candidates", "其", "吨标准煤"):
        tce("100 t", name)
