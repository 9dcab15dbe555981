"""Feedstock and non-fossil power: what regional control leaves out, and what it never changes."""

from __future__ import annotations

import json
import pickle
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energybench.accounts.control import FEEDSTOCK, ORIGINS, RENEWABLE, USES, AccountingRules, Use, control_energy
from energybench.errors import AmountError, DimensionError, EnergybenchError, OptionError
from energybench.tables.store import ACCEPTED, find_document
from expect import refused

PLANT = [
    Use("raw_coal", 700.0, use="feedstock"),
    Use("raw_coal", 300.0),
    Use("electricity", 122.9, 1_000_000, origin="renewable", evidence="green certificates of 2024"),
    Use("electricity", 12.29, 100_000, origin="nuclear"),
    Use("electricity", 61.45, 500_000),
    Use("heat", -10.0),
]
WHOLE = 700 + 300 + 122.9 + 12.29 + 61.45 - 10

# The rules ------------------------------------------------------------------------------------------------


def test_everything_is_counted_unless_asked() -> None:
    energy = control_energy(PLANT, AccountingRules())
    assert energy.tce == energy.tce_total == energy.tce_intensity == pytest.approx(WHOLE)
    assert energy.exclusions == ()
    assert energy.rules.documents == ()
    assert energy.notes == ("feedstock energy is counted", "renewable power is counted")


def test_feedstock_is_out_of_total_and_intensity() -> None:
    energy = control_energy(PLANT, AccountingRules(feedstock="excluded", year=2023))
    assert energy.tce == pytest.approx(WHOLE)
    assert energy.tce_total == energy.tce_intensity == pytest.approx(WHOLE - 700)
    (exclusion,) = energy.exclusions
    assert (exclusion.line, exclusion.carrier, exclusion.tce) == (1, "raw_coal", 700)
    assert (exclusion.document, exclusion.number) == ("ndrc-feedstock-2022", "发改环资〔2022〕803号")
    assert exclusion.verification in ACCEPTED


def test_new_renewable_power_is_out_of_the_total_only() -> None:
    rules = AccountingRules(renewable="new-excluded-from-total", renewable_base="25 万kWh", year=2023)
    energy = control_energy(PLANT, rules)
    assert energy.tce_total == pytest.approx(WHOLE - 122.9 * 0.75)
    assert energy.tce_intensity == energy.tce
    (exclusion,) = energy.exclusions
    assert (exclusion.document, exclusion.from_total, exclusion.from_intensity) == ("ndrc-renewable-2022", True, False)
    assert exclusion.proof == "green certificates of 2024"


@pytest.mark.parametrize(("base", "left_out"), [("0 kWh", 122.9), ("100 万kWh", 0), ("2 GWh", 0), ("500 MWh", 61.45)])
def test_only_the_power_above_that_of_2020(base: str, left_out: float) -> None:
    rules = AccountingRules(renewable="new-excluded-from-total", renewable_base=base, year=2023)
    energy = control_energy(PLANT, rules)
    assert energy.tce - energy.tce_total == pytest.approx(left_out)


def test_nonfossil_power_is_out_of_both() -> None:
    energy = control_energy(PLANT, AccountingRules(renewable="nonfossil-excluded", year=2024))
    assert energy.tce_total == energy.tce_intensity == pytest.approx(WHOLE - 122.9 - 12.29)
    assert [exclusion.reason for exclusion in energy.exclusions] == ["renewable power", "nuclear power"]
    assert {exclusion.document for exclusion in energy.exclusions} == {"ndrc-nonfossil-2024"}


def test_both_rules_at_once() -> None:
    rules = AccountingRules(feedstock="excluded", renewable="nonfossil-excluded", year=2024)
    energy = control_energy(PLANT, rules)
    assert energy.tce_total == pytest.approx(300 + 61.45 - 10)
    assert rules.documents == ("ndrc-feedstock-2022", "ndrc-nonfossil-2024")
    assert [exclusion.line for exclusion in energy.exclusions] == [1, 3, 4]


def test_the_result_says_it_in_words() -> None:
    text = str(control_energy(PLANT, AccountingRules(feedstock="excluded", renewable="nonfossil-excluded", year=2024)))
    assert "all energy 1,186.6400 tce (the figure for limits per unit of product)" in text
    assert "- 700.0000 tce of raw_coal, used as raw material, out of total and intensity (发改环资〔2022〕803号" in text
    assert "green certificates of 2024" in text
    assert "no proof named" in text
    assert "regional control: total 351.4500 tce, intensity 351.4500 tce" in text


@pytest.mark.parametrize("option", [*FEEDSTOCK.values(), *RENEWABLE.values()])
def test_every_rule_names_a_document_of_the_tables(option: Any) -> None:
    if option.document:
        assert find_document(option.document).verification in ACCEPTED
        assert find_document(option.document).number


# Dates ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [2021, 2022, 2023, 2024, 2025, "2025"])
def test_feedstock_in_its_years(year: Any) -> None:
    assert AccountingRules(feedstock="excluded", year=year).documents


@pytest.mark.parametrize(
    "options",
    [
        {"feedstock": "excluded", "year": 2020},
        {"feedstock": "excluded", "year": 2026},
        {"renewable": "nonfossil-excluded", "year": 2023},
        {"renewable": "nonfossil-excluded", "year": 2026},
        {"renewable": "new-excluded-from-total", "renewable_base": "0 kWh", "year": 2026},
    ],
)
def test_no_rule_is_stretched_to_other_years(options: dict[str, Any]) -> None:
    with refused(OptionError, "option", str(options["year"]), "was not found", "counted"):
        AccountingRules(**options)


@pytest.mark.parametrize("options", [{"feedstock": "excluded"}, {"renewable": "nonfossil-excluded"}])
def test_a_rule_with_dates_needs_the_year(options: dict[str, Any]) -> None:
    with refused(OptionError, "option", "year"):
        AccountingRules(**options)


# Refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {"feedstock": "exclude", "year": 2023},
        {"feedstock": True},
        {"renewable": "excluded", "year": 2024},
        {"renewable": "counted", "renewable_base": "0 kWh"},
        {"renewable": "new-excluded-from-total", "year": 2023},
        {"feedstock": "excluded", "year": "soon"},
    ],
)
def test_options_that_do_not_exist_or_do_not_go_together(options: dict[str, Any]) -> None:
    with pytest.raises(OptionError) as caught:
        AccountingRules(**options)
    assert caught.value.fix


@pytest.mark.parametrize("name", ["feedstock", "renewable"])
def test_an_option_that_does_not_exist_is_named(name: str) -> None:
    with refused(OptionError, "option", f"{name} is 'left out'", "Use one of counted, "):
        AccountingRules(**{name: "left out"})  # type: ignore[arg-type]


def test_the_base_is_an_amount_of_electricity() -> None:
    with refused(DimensionError, "wrong-dimension", "tce"):
        AccountingRules(renewable="new-excluded-from-total", renewable_base="5 tce", year=2023)
    with refused(AmountError, "unreadable-amount", "-5 kWh"):
        AccountingRules(renewable="new-excluded-from-total", renewable_base="-5 kWh", year=2023)
    with refused(OptionError, "option", 'pass renewable_base="0 kWh" or its figure with renewable="new-excluded'):
        AccountingRules(renewable="new-excluded-from-total", year=2023)


@pytest.mark.parametrize(
    ("use", "shown"),
    [
        (Use("electricity", 1.0, 1, use="feedstock"), "only coal, oil, gas"),
        (Use("heat", 1.0, use="feedstock"), "only coal, oil, gas"),
        (Use("fresh_water", 1.0, use="feedstock"), "only coal, oil, gas"),
        (Use("raw_coal", 1.0, origin="renewable"), "the rules speak of power"),
        (Use("heat", 1.0, origin="nuclear"), "the rules speak of power"),
        (Use("raw_coal", -1.0, use="feedstock"), "sent out has the use"),
        (Use("electricity", -1.0, -1, origin="renewable"), "sent out has the use"),
        (Use("raw_coal", 1.0, use="heating"), "use is"),
        (Use("electricity", 1.0, 1, origin="wind"), "origin is"),
    ],
)
def test_uses_that_no_rule_knows(use: Use, shown: str) -> None:
    with refused(OptionError, "option", "line 2", shown):
        control_energy([Use("raw_coal", 1.0), use], AccountingRules())


@pytest.mark.parametrize("carrier", ["raw_coal", "naphtha", "natural_gas", "standard_coal", "a fuel of my own"])
def test_fuels_that_can_be_feedstock(carrier: str) -> None:
    rules = AccountingRules(feedstock="excluded", year=2023)
    energy = control_energy([Use(carrier, 5.0, use="feedstock"), Use(carrier, 0.0, use="feedstock")], rules)
    assert (energy.tce, energy.tce_total) == (5, 0)


@pytest.mark.parametrize("figures", [(float("nan"), 0.0), (1.0, float("inf"))])
def test_figures_that_are_not_finite(figures: tuple[float, float]) -> None:
    with refused(AmountError, "unreadable-amount", "line 1", "electricity"):
        control_energy([Use("electricity", *figures)], AccountingRules())
    with refused(AmountError, "unreadable-amount", "total is too large"):
        control_energy([Use("raw_coal", 1e308)] * 2, AccountingRules())


def test_renewable_power_without_its_kwh() -> None:
    rules = AccountingRules(renewable="new-excluded-from-total", renewable_base="0 kWh", year=2023)
    with refused(OptionError, "option", "renewable electricity has no kWh"):
        control_energy([Use("electricity", 5.0, origin="renewable")], rules)


# Laws -----------------------------------------------------------------------------------------------------

amounts = st.fractions(0, 10_000, max_denominator=1000)
uses = st.one_of(
    st.builds(Use, st.just("raw_coal"), amounts, use=st.sampled_from(USES)),
    st.builds(
        lambda kwh, origin: Use("electricity", kwh * Fraction("0.0001229"), kwh, origin=origin),
        st.fractions(1, 10_000_000, max_denominator=10),
        st.sampled_from(ORIGINS),
    ),
)
all_rules = st.sampled_from(
    [
        AccountingRules(),
        AccountingRules(feedstock="excluded", year=2024),
        AccountingRules(renewable="nonfossil-excluded", year=2024),
        AccountingRules(renewable="new-excluded-from-total", renewable_base="1 万kWh", year=2024),
        AccountingRules(feedstock="excluded", renewable="nonfossil-excluded", year=2024),
    ]
)


@given(st.lists(uses, max_size=8), all_rules)
def test_what_is_left_out_is_never_more_than_there_is(lines: list[Use], rules: AccountingRules) -> None:
    energy = control_energy(lines, rules)
    assert energy.tce == pytest.approx(float(sum(Fraction(line.tce) for line in lines)), rel=1e-12)
    assert 0 <= energy.tce_total <= energy.tce_intensity <= energy.tce
    out = sum(exclusion.tce for exclusion in energy.exclusions if exclusion.from_total)
    assert energy.tce - energy.tce_total == pytest.approx(out, rel=1e-9, abs=1e-9)
    assert len({exclusion.line for exclusion in energy.exclusions}) == len(energy.exclusions)  # nothing twice


@given(st.lists(uses, max_size=8), all_rules)
def test_the_order_of_lines_does_not_matter(lines: list[Use], rules: AccountingRules) -> None:
    forwards, backwards = control_energy(lines, rules), control_energy(lines[::-1], rules)
    assert (forwards.tce, forwards.tce_total) == (backwards.tce, backwards.tce_total)


@given(st.text(), st.text(), st.one_of(st.none(), st.integers(), st.text()), st.text())
def test_any_option_reads_or_is_refused(feedstock: str, renewable: str, year: Any, base: str) -> None:
    with pytest.raises(EnergybenchError):
        AccountingRules(feedstock, renewable, year, base)


# The record -----------------------------------------------------------------------------------------------


def test_it_pickles_and_turns_into_json() -> None:
    energy = control_energy(PLANT, AccountingRules(feedstock="excluded", year=2023))
    assert pickle.loads(pickle.dumps(energy)) == energy  # noqa: S301
    plain = json.loads(json.dumps(energy.to_dict()))
    assert plain["rules"]["feedstock"] == "excluded"
    assert plain["exclusions"][0]["number"] == "发改环资〔2022〕803号"


def test_what_is_left_out_of_the_total_alone_is_printed_so() -> None:
    rules = AccountingRules(renewable="new-excluded-from-total", year=2023, renewable_base="0 kWh")
    printed = str(control_energy([Use("electricity", 122.9, 1_000_000, origin="renewable")], rules)).splitlines()
    assert "renewable power above that of 2020, out of the total only (发改运行〔2022〕1258号" in printed[1]
    assert printed[1].endswith("; no proof named)")
    assert any(line.startswith("note: ") and "(发改运行〔2022〕1258号, ndrc-renewable-2022" in line for line in printed)


def test_a_rule_with_dates_asks_for_the_year() -> None:
    with refused(OptionError, "option", "feedstock is 'excluded', a rule with dates", "Pass year=2024"):
        AccountingRules(feedstock="excluded")
