"""The coal rate of a year: a named kind, a whole year, no neighbour standing in."""

from __future__ import annotations

import json
import pickle
import warnings
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import energybench as eb
import oracle
from energybench import tables
from energybench.energy.coal_rates import KINDS, CoalRate, coal_rate, read_year
from energybench.errors import (
    AmbiguousError,
    EnergybenchError,
    MissingFigureError,
    OptionError,
    UnverifiedError,
    UnverifiedWarning,
)
from energybench.tables.rows import ACCEPTED
from expect import each, refused

if TYPE_CHECKING:
    from conftest import WriteTable

#: Whole years of the file, read without the library: (kind, year) -> rows.
BY_YEAR: dict[tuple[str, int], list[oracle.Row]] = defaultdict(list)
for _row in oracle.table("coal_rates"):
    if _row["kind"] in ("generation", "supply") and _row["period"] == "year":
        BY_YEAR[_row["kind"], int(_row["year"])].append(_row)


# The figures ----------------------------------------------------------------------------------------------


@each(
    ("year", "text"),
    [
        (2005, "370.0 gce/kWh"),
        (2010, "333.0 gce/kWh"),
        (2015, "315.4 gce/kWh"),
        (2020, "305.5 gce/kWh"),
        (2023, "301.9 gce/kWh"),
        (2024, "302.4 gce/kWh"),
    ],
)
def test_supply_rates_with_evidence(year: int, text: str) -> None:
    rate = coal_rate(year, "supply")
    assert rate.text == text
    assert rate.verification in ACCEPTED
    assert rate.evidence


def test_the_text_goes_to_the_primary_basis() -> None:
    rate = coal_rate(2024, "supply")
    assert eb.to_tce("350 万kWh", "electricity", basis="primary", coal_rate=rate.text).magnitude == 1058.4


def test_it_says_year_kind_source_and_the_rule() -> None:
    rate = coal_rate(2024, "supply")
    assert (rate.value, rate.unit, rate.year, rate.kind) == (302.4, "gce/kWh", 2024, "supply")
    assert rate.document == "cec-annual-report-2025"
    assert rate.rule_document == "gbt-2589-2020"
    assert "previous year's generation" in rate.rule
    assert "higher than the generation rate" in rate.notes
    assert str(rate) == f"supply coal rate of 2024: 302.4 gce/kWh (cec-annual-report-2025, {rate.verification})"


@each(("kind", "year"), BY_YEAR)
def test_every_row_of_a_whole_year(kind: str, year: int) -> None:
    rows = BY_YEAR[kind, year]
    accepted = [row for row in rows if row["verification"] in oracle.ACCEPTED]
    values = {float(row["value"]) for row in accepted or rows}
    assert len(values) == 1
    if accepted:
        assert coal_rate(year, kind).value in values
        return
    with refused(UnverifiedError, "unverified", f"{kind} coal rate of {year}", rows[0]["value"]):
        coal_rate(year, kind)
    with pytest.warns(UnverifiedWarning, match=f"{kind} coal rate of {year}.*unverified"):
        rate = coal_rate(year, kind, allow_unverified=True)
    assert rate.value in values
    assert rate.verification == "unverified"


def test_there_are_rows_of_both_kinds() -> None:
    assert {kind for kind, _ in BY_YEAR} == set(KINDS)
    assert len(BY_YEAR) >= 27


def test_an_accepted_figure_beats_an_unverified_one() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert coal_rate(2006, "supply", allow_unverified=True).value == 366  # 367 stands there unverified
        assert coal_rate(2020, "supply", allow_unverified=True).value == 305.5  # 304.9 of CEC unverified


# Nothing stands in ----------------------------------------------------------------------------------------


def test_no_year_stands_in_for_another() -> None:
    with refused(
        MissingFigureError, "missing-figure", "2025", "nearest first: 2024, 2023", "previous year's generation"
    ):
        coal_rate(2025, "supply")


def test_unverified_years_are_marked_as_such() -> None:
    with refused(MissingFigureError, "missing-figure", "nearest first: 2020 (unverified), 2019 (unverified)"):
        coal_rate(2023, "generation")


def test_part_of_a_year_describes_no_year() -> None:
    part = next(row for row in oracle.table("coal_rates") if row["id"] == "generation-2007-01-to-05")
    assert part["verification"] == "one_source"
    with refused(MissingFigureError, "missing-figure", "whole year 2007"):
        coal_rate(2007, "generation", allow_unverified=True)
    assert coal_rate(2023, "supply").value == 301.9  # not the 298.1 of January to May


@each("kind", ["fixed", "target", "rule", "", "Supply", "发电", None, 1])
def test_only_the_two_kinds(kind: Any) -> None:
    with pytest.raises(OptionError) as caught:
        coal_rate(2020, kind)
    assert "supply" in str(caught.value)


def test_a_kind_must_be_named() -> None:
    with pytest.raises(TypeError, match="kind"):
        coal_rate(2020)  # type: ignore[call-arg]


def test_the_kinds_differ() -> None:
    with pytest.warns(UnverifiedWarning):
        generation = coal_rate(2020, "generation", allow_unverified=True)
    assert generation.value == 287
    assert generation.notes == ""
    assert coal_rate(2020, "supply").value > generation.value


@each("year", ["x", "", "20", 20, 2020.5, None, True, "2020-01", "2020年1月", "2020.01", 12020, -2020])
def test_a_year_that_is_none(year: Any) -> None:
    with pytest.raises(OptionError) as caught:
        coal_rate(year, "supply")
    assert caught.value.value in str(caught.value)


def test_a_year_has_four_digits() -> None:
    assert [read_year(1000), read_year(9999.0)] == [1000, 9999]


@each("year", [2020, "2020", "2020年", "2020年度", "2020.0", " 2020 ", 2020.0, np.int64(2020), np.float64(2020)])
def test_a_year_in_several_spellings(year: Any) -> None:
    assert coal_rate(year, "supply").value == 305.5


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none()), st.sampled_from(KINDS))
def test_any_year_at_all_reads_right_or_is_refused(year: Any, kind: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnverifiedWarning)
        try:
            found = coal_rate(year, kind, allow_unverified=True)
        except EnergybenchError:
            return
    assert found.year == read_year(year)
    assert found.value in {float(row["value"]) for row in BY_YEAR[kind, found.year]}


# Rows of an organisation ----------------------------------------------------------------------------------


def test_two_accepted_figures_of_a_year_are_listed(write_table: WriteTable) -> None:
    own = {"id": "own-2024", "value": "300.1", "verification": "one_source"}
    tables.use(write_table("coal_rates", own, base="supply-2024"))
    with refused(AmbiguousError, "several-candidates", "302.4 gce/kWh (supply-2024", "300.1 gce/kWh (own-2024"):
        coal_rate(2024, "supply")


def test_the_same_figure_twice_is_one_figure(write_table: WriteTable) -> None:
    own = {"id": "own-2024", "value": "302.40", "verification": "two_sources"}
    tables.use(write_table("coal_rates", own, base="supply-2024"))
    assert coal_rate(2024, "supply").verification != "two_sources", "an own row inherits no verification"


def test_a_confirmed_row_is_used_without_asking(write_table: WriteTable) -> None:
    tables.use(write_table("coal_rates", {"verification": "one_source"}, base="generation-2020"))
    assert coal_rate(2020, "generation").text == "287.0 gce/kWh"


# The record -----------------------------------------------------------------------------------------------


def test_it_pickles_compares_and_turns_into_json() -> None:
    rate = coal_rate(2024, "supply")
    fields = json.loads(json.dumps(rate.to_dict()))
    assert fields.pop("url") == rate.url
    assert pickle.loads(pickle.dumps(rate)) == rate == CoalRate(**fields)  # noqa: S301
    assert str(rate.to_pint().to("kgce/MWh")) == "302.4 kgce/MWh"
