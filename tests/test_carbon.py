"""Carbon dioxide: the formula, every row of the table, series that never mix, refusals, laws."""

from __future__ import annotations

import csv
import json
import pickle
import warnings
from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import energybench as eb
import oracle
from energybench import tables
from energybench.energy.carbon import POWER_KINDS, TONNES_CO2, Emission, read_carbon, to_co2
from energybench.energy.gas_and_steam import steam_heat, to_reference
from energybench.errors import (
    AmbiguousError,
    AmountError,
    CoefficientError,
    DimensionError,
    EnergybenchError,
    GasConditionError,
    MissingFigureError,
    OptionError,
    UnknownCarrierError,
    UnknownNameError,
    UnverifiedError,
    UnverifiedWarning,
)
from expect import each, refused

if TYPE_CHECKING:
    from conftest import WriteTable

ROWS = oracle.table("co2_factors")
GRID = [row for row in ROWS if row["subject"].startswith("grid_")]
GUIDELINES = "ndrc-ghg-guidelines"


def co2(amount: Any, carrier: str, **options: Any) -> float:
    return to_co2(amount, carrier, **options).tco2


# The figures ----------------------------------------------------------------------------------------------


@each(
    ("amount", "carrier", "options", "expected"),
    [
        ("350 万kWh", "electricity", {"year": 2023, "kind": "average", "region": "national"}, 3500 * 0.5306),
        ("350 万kWh", "电", {"year": 2023, "kind": "without-traded-nonfossil", "region": "全国"}, 3500 * 0.6096),
        ("350 万kWh", "电力", {"year": 2023, "kind": "fossil", "region": "national"}, 3500 * 0.8273),
        ("1 MWh", "electricity", {"year": 2022, "kind": "reporting", "region": "national"}, 0.5703),
        ("1 MWh", "electricity", {"year": 2022, "kind": "average", "region": "national"}, 0.5366),
        ("1 MWh", "electricity", {"year": 2021, "kind": "iea-average", "region": "national"}, 0.6093),
        ("1 MWh", "electricity", {"year": 2023, "kind": "average", "region": "西北"}, 0.5543),
        ("1 MWh", "electricity", {"year": "2023年", "kind": "average", "region": "新疆维吾尔自治区"}, 0.6021),
        ("1 MWh", "electricity", {"factor": "0.5 tCO2/MWh"}, 0.5),
        ("1 MWh", "electricity", {"factor": "500 千克二氧化碳/MWh"}, 0.5),
        ("3.6 GJ", "electricity", {"factor": "0.5 kgCO₂/kWh"}, 0.5),
        ("100 GJ", "heat", {}, 11),
        ("10 百万千焦", "热力", {}, 1.1),
        ("1 万Nm3", "天然气", {"kind": "gbt-32151-34-2024"}, 389.31 * 0.0153 * 0.99 * 44 / 12),
        ("1 Nm3", "natural gas", {"kind": "GB/T 32151.34-2024"}, 0.038931 * 0.0153 * 0.99 * 44 / 12),
        ("100 t", "柴油", {"kind": GUIDELINES, "ncv": "42.652 GJ/t"}, 4265.2 * 0.0202 * 0.98 * 44 / 12),
        ("100 t", "diesel", {"kind": GUIDELINES, "ncv": "42652 kJ/kg"}, 4265.2 * 0.0202 * 0.98 * 44 / 12),
        (
            "1 t",
            "anthracite",
            {"ncv": "24 GJ/t", "carbon_content": "27.4 tC/TJ", "oxidation": 0.94},
            0.024 * 27.4 * 0.94 * 44 / 12,
        ),
        (
            "1 t",
            "my fuel",
            {"ncv": "24 GJ/t", "carbon_content": "27.4 tC/TJ", "oxidation": "94 %"},
            0.024 * 27.4 * 0.94 * 44 / 12,
        ),
        ("1 t", "my fuel", {"factor": "2.5 tCO2/t"}, 2.5),
        ("1 t", "standard coal", {"factor": "2.5 tCO2/t"}, 2.5),
    ],
)
def test_emissions(amount: str, carrier: str, options: dict[str, Any], expected: float) -> None:
    assert co2(amount, carrier, **options) == pytest.approx(expected, rel=1e-5)


def test_carbon_becomes_carbon_dioxide_by_44_over_12() -> None:
    own = {"ncv": "1000 GJ/t", "carbon_content": "12 tC/TJ", "oxidation": 1, "allow_unverified": True}
    assert co2("1 t", "my fuel", **own) == 44
    assert not next(row for row in ROWS if row["id"] == "carbon-to-co2-ratio")["value"]


def test_every_figure_used_is_named() -> None:
    emission = to_co2("100 t", "diesel", kind=GUIDELINES, ncv="42.652 GJ/t")
    assert [figure.quantity for figure in emission.figures] == ["ncv", "carbon_content", "oxidation", "ratio"]
    assert [figure.origin for figure in emission.figures] == ["user", "table", "table", "definition"]
    assert [figure.unit for figure in emission.figures] == ["GJ/t", "tC/TJ", "", "tCO2/tC"]
    assert [figure.row for figure in emission.figures][1:3] == ["diesel-carbon-content", "diesel-oxidation"]
    assert {figure.document for figure in emission.figures if figure.origin == "table"} == {GUIDELINES}
    assert all(figure.verification and figure.evidence for figure in emission.figures[1:])
    assert emission.series == GUIDELINES
    assert "ncv 42.652 GJ/t (given by the user)" in str(emission)


def test_the_grid_factor_says_year_kind_and_region() -> None:
    emission = to_co2("1 MWh", "electricity", year=2023, kind="average", region="shanxi")
    assert (emission.year, emission.kind, emission.region) == (2023, "average", "山西")
    assert emission.figures[0].row == "grid-shanxi-2023"


@each(("region", "expected"), [("shanxi", 0.6634), ("山西省", 0.6634), ("shaanxi", 0.6335), ("陕西", 0.6335)])
def test_shanxi_and_shaanxi(region: str, expected: float) -> None:
    assert co2("1 MWh", "electricity", year=2023, kind="average", region=region) == expected


def test_the_user_figure_keeps_its_own_unit() -> None:
    emission = to_co2("1 MWh", "electricity", factor="500 kgCO2/MWh")
    (figure,) = emission.figures
    assert emission.series == ""
    assert (figure.value, figure.unit, figure.origin) == (500, "kgCO2/MWh", "user")


# Every row ------------------------------------------------------------------------------------------------


@each("row", GRID, ids=[row["id"] for row in GRID])
def test_every_grid_factor(row: oracle.Row) -> None:
    options: dict[str, Any] = {"year": row["year"], "kind": POWER_KINDS[row["kind"]], "region": row["region"]}
    if row["verification"] in oracle.ACCEPTED:
        assert co2("1 GWh", "electricity", **options) == float(Fraction(row["value"]) * 1000)
        return
    with refused(UnverifiedError, "unverified", row["value"], row["year"]):
        co2("1 GWh", "electricity", **options)
    with pytest.warns(UnverifiedWarning, match="unverified"):
        found = co2("1 GWh", "electricity", **options, allow_unverified=True)
    assert found == float(Fraction(row["value"]) * 1000)


def test_one_kind_of_a_place_and_year_is_one_row() -> None:
    keys = [(row["year"], POWER_KINDS[row["kind"]], row["region"]) for row in GRID]
    assert len(keys) == len(set(keys)) == 52


#: Rows of a fuel in one document: fuel -> document -> quantity -> rows.
QUANTITY = {"NCV default": "ncv", "carbon content per heat": "carbon_content", "oxidation rate": "oxidation"}
QUANTITY["IPCC default carbon content"] = "carbon_content"
FUELS: dict[tuple[str, str], dict[str, list[oracle.Row]]] = defaultdict(lambda: defaultdict(list))
for _row in ROWS:
    if _row["kind"] in QUANTITY:
        FUELS[_row["subject"].removeprefix("ipcc1996_"), _row["document"]][QUANTITY[_row["kind"]]].append(_row)
OWN: dict[str, Any] = {"ncv": "1 GJ/t", "carbon_content": "20 tC/TJ", "oxidation": 1}


@each("row", [r for r in ROWS if r["kind"] in QUANTITY], ids=lambda row: row["id"])
def test_every_row_of_a_fuel_by_its_id(row: oracle.Row) -> None:
    quantity = QUANTITY[row["kind"]]
    # With 20 tC/TJ the highest heating value would give more CO2 than as much pure carbon.
    options: dict[str, Any] = {**OWN, "carbon_content": "15 tC/TJ", quantity: row["id"]}
    amount = "1 万Nm3" if "Nm3" in row["unit"] else "1 t"
    fuel = row["subject"].removeprefix("ipcc1996_")
    value = Fraction(row["value"])
    expected = {"ncv": value, "carbon_content": value / 15, "oxidation": value}[quantity] * Fraction(15, 1000) * 44 / 12
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnverifiedWarning)
        emission = to_co2(amount, fuel, **options, allow_unverified=True)
    assert emission.tco2 == pytest.approx(float(expected), rel=1e-12)
    assert row["id"] in [figure.row for figure in emission.figures]
    if row["verification"] not in oracle.ACCEPTED:
        options = {name: value for name, value in options.items() if name == quantity}
        with pytest.raises(UnverifiedError, match=row["id"]):
            to_co2(
                amount,
                fuel,
                **{
                    "ncv": "3 GJ/t" if "blast" in fuel else "20 GJ/t",
                    "carbon_content": "20 tC/TJ",
                    "oxidation": 1,
                    **options,
                },
            )


@each(("fuel", "document"), [key for key, found in FUELS.items() if found["carbon_content"]])
def test_every_fuel_in_every_series(fuel: str, document: str) -> None:
    """A quantity with one accepted figure comes from the table; every other one must be given."""
    found = FUELS[fuel, document]
    options: dict[str, Any] = {"kind": document}
    heat = Fraction(20)
    share = Fraction(1)
    for quantity, rows in found.items():
        if len({row["value"] for row in rows}) > 1:
            with pytest.raises(AmbiguousError) as caught:
                to_co2("1 t", fuel, kind=document, **{q: OWN[q] for q in OWN if q != quantity})
            assert all(row["id"] in str(caught.value) for row in rows)
    carbon = Fraction(20)
    if len({row["value"] for row in found["carbon_content"]}) == 1:
        carbon = Fraction(found["carbon_content"][0]["value"])
    else:
        options["carbon_content"] = "20 tC/TJ"
    if len({row["value"] for row in found["oxidation"]}) == 1:
        share = Fraction(found["oxidation"][0]["value"])
    else:
        options["oxidation"] = 1
    emission = to_co2("1 t", fuel, **options, ncv="20 GJ/t", allow_unverified=True)
    assert emission.tco2 == pytest.approx(float(heat / 1000 * carbon * share * 44 / 12), rel=1e-12)
    assert {figure.document for figure in emission.figures if figure.origin == "table"} <= {document}


# Series never mix -----------------------------------------------------------------------------------------


def test_the_three_grid_series_are_listed() -> None:
    with refused(
        AmbiguousError,
        "several-candidates",
        "average 2023 0.5306 tCO2/MWh",
        "without-traded-nonfossil 2023 0.6096 tCO2/MWh",
        "fossil 2023 0.8273 tCO2/MWh",
        "kind=",
    ):
        to_co2("1 MWh", "electricity", year=2023, region="national")


def test_a_kind_must_be_named_where_only_one_is_known() -> None:
    with refused(AmbiguousError, "several-candidates", "average 2023 0.6634"):
        to_co2("1 MWh", "electricity", year=2023, region="山西")


def test_two_series_of_a_fuel_are_listed() -> None:
    with refused(AmbiguousError, "several-candidates", "ipcc-1996", GUIDELINES, "diesel-heating-value-2", "kind="):
        to_co2("1 t", "diesel", ncv="42.652 GJ/t")


def test_two_families_of_heating_values_are_listed() -> None:
    with refused(
        AmbiguousError, "several-candidates", "43.33 GJ/t", "42.652 GJ/t", "conflict", "allow_unverified=True"
    ):
        to_co2("1 t", "diesel", kind=GUIDELINES)


def test_allowing_the_unverified_does_not_choose_between_two() -> None:
    with pytest.raises(AmbiguousError, match=r"43\.33 GJ/t"):
        to_co2("1 t", "diesel", kind=GUIDELINES, allow_unverified=True)


def test_a_row_in_conflict_is_taken_by_its_id_and_warned_about() -> None:
    with refused(UnverifiedError, "unverified", "diesel-heating-value-1", "conflict"):
        to_co2("1 t", "diesel", ncv="diesel-heating-value-1")
    with pytest.warns(UnverifiedWarning, match="diesel-heating-value-1.*conflict"):
        emission = to_co2("1 t", "diesel", ncv="diesel-heating-value-1", allow_unverified=True)
    assert emission.tco2 == pytest.approx(0.04333 * 20.2 * 0.98 * 44 / 12, rel=1e-12)
    assert emission.series == GUIDELINES


@each(
    "options",
    [
        {"kind": GUIDELINES, "carbon_content": "ipcc1996-diesel-carbon-content"},
        {"kind": "ipcc-1996", "oxidation": "diesel-oxidation"},
        {"carbon_content": "ipcc1996-diesel-carbon-content", "oxidation": "diesel-oxidation"},
    ],
)
def test_rows_of_two_documents_are_refused(options: dict[str, Any]) -> None:
    with refused(OptionError, "option", "ipcc-1996", GUIDELINES, "would be mixed"):
        to_co2("1 t", "diesel", ncv="42 GJ/t", **options)


def test_a_row_of_another_fuel_is_refused() -> None:
    with refused(OptionError, "option", "gasoline-heating-value-1", "for diesel"):
        to_co2("1 t", "diesel", ncv="gasoline-heating-value-1", allow_unverified=True)


def test_a_general_oxidation_rate_goes_with_a_fuel_of_its_series() -> None:
    options = {"ncv": "41 GJ/t", "oxidation": "solid-in-power-boiler-oxidation"}
    emission = to_co2("1 t", "fuel oil", **options)  # type: ignore[arg-type]
    assert emission.tco2 == pytest.approx(0.041 * 21.1 * 0.95 * 44 / 12, rel=1e-12)


def test_a_series_without_the_fuel_names_those_that_have_it() -> None:
    with refused(MissingFigureError, "missing-figure", "gbt-32151-34-2024 has no", "ndrc-ghg-guidelines"):
        to_co2("1 t", "diesel", kind="gbt-32151-34-2024")


def test_the_ipcc_gives_carbon_contents_alone() -> None:
    with refused(MissingFigureError, "missing-figure", "ipcc-1996 has no oxidation of diesel"):
        to_co2("1 t", "diesel", kind="ipcc-1996", ncv="42 GJ/t")
    assert co2("1 t", "diesel", kind="ipcc-1996", ncv="42 GJ/t", oxidation=1) == pytest.approx(0.042 * 20.2 * 44 / 12)


# Nothing stands in ----------------------------------------------------------------------------------------


@each(
    ("options", "shown"),
    [
        ({"year": 2024, "kind": "average", "region": "national"}, "average 2023 0.5306"),
        ({"year": 2024, "region": "national"}, "No CO2 factor of power in national is known for 2024"),
        ({"year": 2023, "kind": "fossil", "region": "陕西"}, "average 2023 0.6335"),
        ({"year": 2022, "kind": "average", "region": "山西"}, "average 2023 0.6634"),
        ({"year": 2023, "kind": "average", "region": "西藏自治区"}, "西藏"),
        ({"year": 2023, "kind": "average", "region": "Hong_Kong"}, "Hong_Kong"),
    ],
)
def test_no_year_kind_or_region_stands_in(options: dict[str, Any], shown: str) -> None:
    with refused(MissingFigureError, "missing-figure", shown, "factor=", "stand"):
        to_co2("1 MWh", "electricity", **options)


@each(
    ("options", "error", "shown"),
    [
        ({}, OptionError, "2015, 2021, 2022, 2023"),
        ({"year": 2023}, OptionError, "national"),
        ({"year": 2023, "region": "national", "kind": "averge"}, OptionError, "average"),
        (
            {"year": 2023, "region": "atlantis", "kind": "average"},
            UnknownNameError,
            "'atlantis' is not a region of the tables",
        ),
        ({"year": "soon", "region": "national", "kind": "average"}, OptionError, "soon"),
    ],
)
def test_year_region_and_kind_are_named(options: dict[str, Any], error: type[EnergybenchError], shown: str) -> None:
    with pytest.raises(error, match=shown):
        to_co2("1 MWh", "electricity", **options)


# Refused --------------------------------------------------------------------------------------------------


def test_heat_is_per_gigajoule_never_per_tonne_of_steam() -> None:
    with refused(DimensionError, "wrong-dimension", "not per tonne of steam", "steam_heat"):
        to_co2("1 t", "heat")
    with refused(MissingFigureError, "missing-figure", "steam_lp", "steam_heat"):
        to_co2("1 t", "蒸汽")
    heat = steam_heat("1000 t", "1 MPa", dryness=1, feedwater_temperature="104 °C")
    assert co2(heat.text, "heat") == pytest.approx(heat.heat_gj * 0.11, rel=1e-14)


def test_a_gas_volume_at_another_condition() -> None:
    with refused(GasConditionError, "gas-condition", "m3", "to_reference"):
        to_co2("1 m3", "natural gas", kind="gbt-32151-34-2024")
    volume = to_reference("293.15 m3", from_temperature="20 °C", to_temperature="0 °C")
    assert co2(volume.text, "natural gas", kind="gbt-32151-34-2024") == pytest.approx(
        273.15e-4 * 389.31 * 0.0153 * 0.99 * 44 / 12, rel=1e-12
    )


@each(
    ("amount", "carrier", "options", "error", "shown"),
    [
        ("1 t", "原煤", {}, MissingFigureError, "anthracite"),
        ("1 m3", "compressed air", {}, MissingFigureError, "power or the fuel"),
        ("1 t", "my fuel", {}, UnknownCarrierError, "my fuel"),
        ("1 t", "my fuel", {"ncv": "20 GJ/t"}, UnknownCarrierError, "my fuel"),
        ("1 t", 5, {}, UnknownCarrierError, "5"),
        ("1 t", "kerosene", {"kind": GUIDELINES}, MissingFigureError, "no ncv of kerosene. Pass"),
        ("1 L", "diesel", {"kind": GUIDELINES, "ncv": "42 GJ/t"}, DimensionError, "per t"),
        ("1 t", "electricity", {"factor": "0.5 tCO2/MWh"}, DimensionError, "MWh"),
        (5, "diesel", {}, AmountError, "5 t"),
        ("1e300 MWh", "electricity", {"factor": "1e300 tCO2/MWh"}, CoefficientError, "decimal point"),
        ("1 MWh", "electricity", {"factor": "1e999 tCO2/MWh"}, AmountError, "too large"),
        ("1 t", "diesel", {"kind": "average"}, UnknownNameError, "average"),
        ("1 t", "diesel", {"year": 2023}, OptionError, "year"),
        ("1 t", "diesel", {"region": "national"}, OptionError, "region"),
        ("1 GJ", "heat", {"year": 2023}, OptionError, "year"),
        ("1 MWh", "electricity", {"ncv": "42 GJ/t"}, OptionError, "ncv"),
        ("1 MWh", "electricity", {"factor": "0.5 tCO2/MWh", "year": 2023}, OptionError, "year"),
        ("1 t", "diesel", {"factor": "3 tCO2/t", "oxidation": 1}, OptionError, "oxidation"),
        ("1 t", "diesel", {"kind": GUIDELINES, "ncv": "42 kgce/t"}, DimensionError, "heat per amount"),
        ("1 t", "diesel", {"kind": GUIDELINES, "ncv": "0 GJ/t"}, CoefficientError, "more than zero"),
        ("1 t", "diesel", {"kind": GUIDELINES, "ncv": "42 MJ/t"}, CoefficientError, "decimal point"),
        ("1 t", "diesel", {"kind": GUIDELINES, "ncv": "diesel-heat"}, UnknownNameError, "diesel-heating-value"),
        ("1 t", "diesel", {"kind": GUIDELINES, "ncv": "diesel-oxidation"}, UnknownNameError, "diesel-oxidation"),
    ],
)
def test_refusals(
    amount: Any, carrier: Any, options: dict[str, Any], error: type[EnergybenchError], shown: str
) -> None:
    with pytest.raises(EnergybenchError) as caught:
        to_co2(amount, carrier, **options)
    assert type(caught.value) is error, caught.value
    assert shown in str(caught.value)
    assert caught.value.fix


@each(
    ("content", "error"),
    [
        ("20.2 tCO2/TJ", DimensionError),
        ("20.2 t/TJ", DimensionError),
        ("20.2", DimensionError),
        ("20.2 tC/t", DimensionError),
        ("20.2 tC/GJ", CoefficientError),
        ("0.0202 tC/TJ", CoefficientError),
        ("-20.2 tC/TJ", AmountError),
        (20.2, AmountError),
    ],
)
def test_a_carbon_content_that_is_none(content: Any, error: type[EnergybenchError]) -> None:
    with pytest.raises(error, match="carbon_content"):
        to_co2("1 t", "diesel", kind=GUIDELINES, ncv="42 GJ/t", carbon_content=content)


#: So little is burnt that no figure gives more CO2 than as much pure carbon.
OWN_FIGURES: dict[str, Any] = {"ncv": "19 GJ/t", "oxidation": 0.1}


@each(
    ("fuel", "low", "high", "said"),
    [
        # Two and a half times outside of what every document has for the fuel.
        ("diesel", 20.2 / 2.5, 20.2 * 2.5, "for diesel, where every document has 20.2"),
        ("anthracite", 26.8 / 2.5, 27.49 * 2.5, "for anthracite, where every document has 26.8 to 27.49"),
        ("blast_furnace_gas", 12.2 / 2.5, 70.8 * 2.5, "where every document has 12.2 to 70.8"),
        # A fuel without a figure of its own is held to those of its like.
        ("raw_coal", 25.4 / 2.5, 33.6 * 2.5, "for raw_coal, where every document has 25.4 to 33.6 for solid fuels"),
        ("methanol", 18.9 / 2.5, 22.7 * 2.5, "for methanol, where every document has 18.9 to 22.7 for liquid fuels"),
        # Of any gas, of any waste, and of a fuel that no table knows, the bounds are wide.
        ("hydrogen", 12.1 / 5, 70.8 * 5, "for hydrogen, where every document has 12.1 to 70.8 for any fuel"),
        ("wood chips", 12.1 / 5, 70.8 * 5, "for wood chips, where every document has 12.1 to 70.8 for any fuel"),
        ("msw_fuel", 25.4 / 5, 33.6 * 5, "for msw_fuel, where every document has 25.4 to 33.6 for solid fuels"),
        ("other_gas", 12.2 / 5, 12.2 * 5, "for other_gas, where every document has 12.2"),
    ],
)
def test_a_carbon_content_may_lie_so_far_outside_of_every_document(
    fuel: str, low: float, high: float, said: str
) -> None:
    heat = 3.5 if fuel == "blast_furnace_gas" else 19
    own: dict[str, Any] = {**OWN_FIGURES, "ncv": f"{heat} GJ/t"}
    for end, outwards in ((low, 0.99999), (high, 1.00001)):
        inside, outside = (f"{end * times:.10g} tC/TJ" for times in (2 - outwards, outwards))
        assert co2("1 t", fuel, carbon_content=inside, **own) > 0
        with refused(CoefficientError, "implausible-coefficient", "carbon_content gives", said):
            to_co2("1 t", fuel, carbon_content=outside, **own)
        taken = co2("1 t", fuel, carbon_content=outside, allow_unverified=True, **own)
        assert taken == pytest.approx(heat / 1000 * end * outwards * 0.1 * 44 / 12)


def test_the_very_ends_of_a_carbon_content_are_taken() -> None:
    for end in ("8.08 tC/TJ", "50.5 tC/TJ"):
        assert co2("1 t", "diesel", carbon_content=end, **OWN_FIGURES) > 0


@each("row", [row for row in ROWS if row["unit"] == "tC/TJ"], ids=lambda row: row["id"])
def test_the_carbon_content_of_every_document_is_taken(row: oracle.Row) -> None:
    fuel = row["subject"].removeprefix("ipcc1996_")
    ncv = "3 GJ/t" if "blast" in fuel else "20 GJ/t"
    assert co2("1 t", fuel, carbon_content=f"{row['value']} tC/TJ", ncv=ncv, oxidation=1, allow_unverified=False)


@each(
    ("amount", "fuel", "given"),
    [
        ("1 t", "raw_coal", {"factor": "5.5 tCO2/t"}),
        ("1 t", "raw_coal", {"factor": "3.68 kgCO2/kg"}),
        ("1 kg", "diesel", {"factor": "3.68 tCO2/t"}),
        ("1 t", "hydrogen", {"ncv": "120 GJ/t", "carbon_content": "12.1 tC/TJ", "oxidation": 1}),
    ],
)
def test_a_fuel_gives_no_more_co2_than_pure_carbon(amount: str, fuel: str, given: dict[str, Any]) -> None:
    for allow in (False, True):
        with refused(CoefficientError, "implausible-coefficient", "44/12", "44 t of CO2 hold 12 t of carbon"):
            to_co2(amount, fuel, allow_unverified=allow, **given)


def test_pure_carbon_and_what_is_not_burnt_are_taken() -> None:
    assert co2("3 t", "coke", factor="3.67 tCO2/t") == pytest.approx(11.01)
    # Making a medium may take more energy than its own mass of carbon holds.
    assert co2("1 t", "acetylene", factor="5.5 tCO2/t") == 5.5


@each(
    ("fuel", "content", "said"),
    [
        (
            *("diesel", "74.1 tC/TJ"),
            "carbon_content gives 74.1 tC/TJ for diesel, where every document has 20.2: 3.67 times too much, as CO2 "
            "written for C would be. Check the decimal point and the unit (44 t of CO2 hold 12 t of C); ",
        ),
        ("diesel", "5.5 tC/TJ", "has 20.2: 3.67 times too little, as C written for CO2 would be. Check"),
        ("diesel", "0.0741 tC/GJ", "has 20.2: 3.67 times too much, as CO2"),
        ("diesel", "74100 kgC/TJ", "has 20.2: 3.67 times too much, as CO2"),
        ("raw_coal", "94.6 tC/TJ", "25.4 to 33.6 for solid fuels: 3.67 times too much, as CO2"),
        ("diesel", "81.4 tC/TJ", "has 20.2: 4.03 times too much, as CO2"),
        ("diesel", "81.5 tC/TJ", "has 20.2. Check"),
        ("diesel", "66.7 tC/TJ", "has 20.2: 3.3 times too much, as CO2"),
        ("diesel", "66.6 tC/TJ", "has 20.2. Check"),
    ],
)
def test_a_mass_of_co2_in_place_of_carbon_is_named(fuel: str, content: str, said: str) -> None:
    with refused(CoefficientError, "implausible-coefficient", said, "44 t of CO2 hold 12 t of C"):
        to_co2("1 t", fuel, carbon_content=content, **OWN_FIGURES)


@each(
    ("fuel", "amount", "low", "high", "per"),
    [
        ("diesel", "1 t", 42.652 / 2.5, 43.33 * 2.5, "GJ/t"),
        ("bituminous_coal", "1 t", 23.076 / 2.5, 23.204 * 2.5, "GJ/t"),
        ("natural_gas", "1 万Nm3", 38.931 / 2.5, 38.931 * 2.5, "MJ/Nm3"),
        ("natural_gas", "1 万m3", 1.1 * 29.3076 / 2.5, 1.33 * 29.3076 * 2.5, "MJ/m3"),
    ],
)
def test_a_heating_value_may_lie_so_far_outside_of_every_document(
    fuel: str, amount: str, low: float, high: float, per: str
) -> None:
    figures: dict[str, Any] = {"carbon_content": "20 tC/TJ", "oxidation": 0.1}
    for end, outwards in ((low, 0.99999), (high, 1.00001)):
        inside, outside = (f"{end * times:.10g} {per}" for times in (2 - outwards, outwards))
        assert co2(amount, fuel, ncv=inside, **figures) > 0
        with refused(CoefficientError, "implausible-coefficient", f"for {fuel}, where every document has"):
            to_co2(amount, fuel, ncv=outside, **figures)
        assert co2(amount, fuel, ncv=outside, allow_unverified=True, **figures) > 0


def test_a_heating_value_in_kcal_in_place_of_kj_is_named() -> None:
    said = "42652 to 43330: 42652 kcal/kg is 4.19 times too much, as kcal written for kJ would be"
    with refused(CoefficientError, "implausible-coefficient", said, "1 kcal is 4.1868 kJ"):
        to_co2("100 t", "diesel", kind=GUIDELINES, ncv="42652 kcal/kg")
    with refused(CoefficientError, "implausible-coefficient", "diesel would give 12.96 tCO2/t"):
        to_co2("100 t", "diesel", kind=GUIDELINES, ncv="42652 kcal/kg", allow_unverified=True)
    assert co2("100 t", "diesel", kind=GUIDELINES, ncv="10187 kcal/kg") == pytest.approx(309.57, abs=0.05)


@each("oxidation", [0, -0.5, 1.01, 98, "98", "980 %", "0.98 t", "", True, None, float("nan")])
def test_an_oxidation_that_is_none(oxidation: Any) -> None:
    if oxidation is None:
        assert co2("1 t", "diesel", kind=GUIDELINES, ncv="42 GJ/t", oxidation=None) > 0
        return
    with pytest.raises(AmountError, match="oxidation"):
        to_co2("1 t", "diesel", kind=GUIDELINES, ncv="42 GJ/t", oxidation=oxidation)


@each("oxidation", [0.98, "0.98", "98 %", "98%", "９８％"])
def test_an_oxidation_in_several_spellings(oxidation: Any) -> None:
    emission = to_co2("1 t", "diesel", kind=GUIDELINES, ncv="42 GJ/t", oxidation=oxidation)
    assert (emission.figures[2].value, emission.figures[2].unit) == (0.98, "")


def test_an_array_is_refused() -> None:
    with refused(AmountError, "unreadable-amount", "array"):
        to_co2(eb.ureg.Quantity(np.ones(2), "GJ"), "heat")


# Rows of an organisation ----------------------------------------------------------------------------------


def test_a_new_year_of_the_grid(write_table: WriteTable) -> None:
    own = {"id": "grid-national-2024", "year": "2024", "value": "0.5", "verification": "one_source"}
    tables.use(write_table("co2_factors", own, base="grid-national-2023"))
    assert co2("1 MWh", "electricity", year=2024, kind="average", region="national") == 0.5


def test_two_accepted_figures_of_one_kind_are_listed(write_table: WriteTable) -> None:
    own = {"id": "own", "value": "0.5", "verification": "one_source"}
    tables.use(write_table("co2_factors", own, base="grid-national-2023"))
    with refused(AmbiguousError, "several-candidates", "0.5306", "0.5 tCO2/MWh"):
        to_co2("1 MWh", "electricity", year=2023, kind="average", region="national")


def test_a_resolved_conflict_is_used(write_table: WriteTable) -> None:
    tables.use(write_table("co2_factors", {"verification": "one_source"}, base="diesel-heating-value-2"))
    assert co2("1 t", "diesel", kind=GUIDELINES) == pytest.approx(0.042652 * 20.2 * 0.98 * 44 / 12)


# Laws -----------------------------------------------------------------------------------------------------

AMOUNTS = st.decimals("-100000", "100000", places=3).map(str)
WAYS = st.sampled_from(
    [
        ("electricity", "MWh", {"year": 2023, "kind": "average", "region": "national"}),
        ("heat", "GJ", {}),
        ("natural gas", "Nm3", {"kind": "gbt-32151-34-2024"}),
        ("diesel", "t", {"kind": GUIDELINES, "ncv": "42.652 GJ/t"}),
    ]
)


@given(AMOUNTS, AMOUNTS, WAYS)
def test_linear_and_additive(first: str, second: str, way: tuple[str, str, dict[str, Any]]) -> None:
    carrier, unit, options = way
    total = Fraction(first) + Fraction(second)
    parts = co2(f"{first} {unit}", carrier, **options) + co2(f"{second} {unit}", carrier, **options)
    one = Fraction(str(co2(f"1000000 {unit}", carrier, **options))) / 1_000_000
    assert parts == pytest.approx(float(total * one), rel=1e-9, abs=1e-6)


@given(st.sampled_from([("electricity", ("MWh", "kWh", "GJ")), ("diesel", ("t", "kg", "万t"))]), AMOUNTS)
def test_the_unit_does_not_matter(way: tuple[str, tuple[str, str, str]], amount: str) -> None:
    carrier, units = way
    grid = {"year": 2023, "kind": "average", "region": "national"}
    options: dict[str, Any] = grid if carrier == "electricity" else {"kind": GUIDELINES, "ncv": "42 GJ/t"}
    first = co2(f"{amount} {units[0]}", carrier, **options)
    for unit in units[1:]:
        scale = oracle.ratio(units[0], unit)
        same = eb.ureg.Quantity(float(Fraction(amount) * scale), unit.removeprefix("万"))
        value = same * 1e4 if unit.startswith("万") else same
        assert co2(value, carrier, **options) == pytest.approx(first, rel=1e-12, abs=1e-12)


@given(st.text(max_size=10), st.text(max_size=10), st.text(max_size=10))
def test_any_text_reads_or_is_refused(amount: str, carrier: str, factor: str) -> None:
    for options in ({}, {"factor": factor}, {"ncv": factor}, {"kind": factor}, {"oxidation": factor}):
        with pytest.raises(EnergybenchError):
            to_co2(amount, carrier, **options)  # type: ignore[arg-type]


@given(st.text(max_size=14))
def test_any_carbon_text_reads_or_is_refused(text: str) -> None:
    with pytest.raises(EnergybenchError):
        read_carbon(text, TONNES_CO2, "factor")


# The record -----------------------------------------------------------------------------------------------


def test_it_pickles_and_turns_into_json() -> None:
    emission = to_co2("1 MWh", "electricity", year=2023, kind="average", region="national")
    assert isinstance(emission, Emission)
    assert pickle.loads(pickle.dumps(emission)) == emission  # noqa: S301
    plain = json.loads(json.dumps(emission.to_dict()))
    assert (plain["tco2"], plain["figures"][0]["document"]) == (0.5306, "mee-grid-2023")
    assert emission.data_version == tables.data_version()
    assert emission.package_version == eb.__version__


def test_the_table_has_every_series_that_is_offered() -> None:
    with (tables.folder() / "co2_factors.csv").open(encoding="utf-8", newline="") as file:
        kinds = {row["kind"] for row in csv.DictReader(file) if row["subject"].startswith("grid_")}
    assert kinds == set(POWER_KINDS)
