"""What figures must be by arithmetic and beside each other: every exception is a line of ``doubts.csv``."""

from __future__ import annotations

import re
from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

import oracle

if TYPE_CHECKING:
    from collections.abc import Iterable

LEVELS = ("level1", "level2", "level3")
BENCHMARKS, LIMITS = ({row["id"]: row for row in oracle.table(name)} for name in ("benchmarks", "limits"))
TCE = {"kgce/t": 1, "tce/t": 1000, "kgce/kg": 1000}
#: An electricity-only total on the primary basis is at least this, in kgce/kWh.
LOWEST_RATE = Fraction("0.28")


def doubted(check: str) -> set[str]:
    """Return the rows that a check is known to find."""
    return {row["row"] for row in oracle.table("doubts") if row["check"] == check}


def test_every_doubt_is_about_a_row() -> None:
    tables = ("limits", "carriers", "benchmarks", "documents", "corrections", "co2_factors")
    ids = {row["id"] for name in tables for row in oracle.table(name)}
    assert {row["row"] for row in oracle.table("doubts")} <= ids


def test_a_row_in_conflict_for_a_slip_says_why() -> None:
    for doubt in oracle.table("doubts"):
        if "merged cell" in doubt["why"]:
            row = LIMITS[doubt["row"]]
            assert row["verification"] == "conflict"
            assert "merged cell" in row["notes"]


# One row -------------------------------------------------------------------------------------------------


def test_a_coefficient_is_its_heating_value_within_the_rounding() -> None:
    """Over 7000 kcal of 4.1868 kJ, in 2008 of 4.1816 kJ."""
    found = set()
    for row in oracle.table("carriers"):
        for column, heat in (("coefficient", "heating_value"), ("coefficient_high", "heating_value_high")):
            if row[column] and row[heat] and not any(_agrees(row, column, heat, k) for k in ("4.1868", "4.1816")):
                found.add(row["id"])
    assert found == doubted("coefficient")


def _agrees(row: oracle.Row, column: str, heat: str, kcal: str) -> bool:
    coal = oracle.read_unit(row["coefficient_unit"])
    energy = oracle.read_unit(row["heating_value_unit"])
    per_kgce = oracle.Unit(Fraction(kcal) * 7000 * 1000) * oracle.read_unit("J") / oracle.read_unit("kgce")
    expected = oracle.Unit(Fraction(row[heat])) * energy / per_kgce / coal
    assert expected.powers == (), row["id"]
    slack = _half_a_digit(row[column]) + _half_a_digit(row[heat]) * (expected.factor / Fraction(row[heat]))
    return bool(abs(expected.factor - Fraction(row[column])) <= slack)


def _half_a_digit(text: str) -> Fraction:
    return Fraction(1, 2 * 10 ** len(text.partition(".")[2]))


def test_levels_are_in_order() -> None:
    found = set()
    for rows, columns in ((BENCHMARKS, ("benchmark", "baseline")), (LIMITS, LEVELS)):
        for row in rows.values():
            sign = -1 if row["better"] == "higher" else 1
            stated = [sign * Fraction(row[column]) for column in columns if row[column]]
            found |= {row["id"] for one, other in pairwise(stated) if one > other}
    assert found == doubted("order")


# Steps of a process --------------------------------------------------------------------------------------

GB = "gb-25323-2023/"
EXACT_SUMS = {
    f"{GB}lead-concentrate-to-lead-ingot": (f"{GB}lead-concentrate-to-crude", f"{GB}lead-crude-to-ingot"),
    f"{GB}zinc-refined-pyro": (f"{GB}zinc-crude-pyro", f"{GB}zinc-crude-to-refined-pyro"),
    f"{GB}zinc-calcine-12-percent": (f"{GB}zinc-oxide-enriched-12-percent", f"{GB}zinc-calcine-step"),
    f"{GB}zinc-calcine-8-percent": (f"{GB}zinc-oxide-enriched-8-percent", f"{GB}zinc-calcine-step"),
    f"{GB}zinc-calcine-5-percent": (f"{GB}zinc-oxide-enriched-5-percent", f"{GB}zinc-calcine-step"),
    f"{GB}antimony-low-grade-ore-to-ingot": (f"{GB}antimony-low-grade-ore-to-oxide", f"{GB}antimony-oxide-to-ingot"),
    **{
        f"ndrc-{year}/lead-concentrate-to-ingot": (f"ndrc-{year}/lead-crude", f"ndrc-{year}/lead-electrorefining")
        for year in (2021, 2023)
    },
}
#: The whole may need more than its steps, and not less.
SUMS = {
    f"{GB}antimony-concentrate-to-ingot": (f"{GB}antimony-concentrate-to-oxide", f"{GB}antimony-oxide-to-ingot"),
    f"{GB}copper-cathode-from-concentrate": (f"{GB}copper-anode-from-concentrate", f"{GB}copper-anode-to-cathode"),
    f"{GB}copper-blister-to-cathode": (f"{GB}copper-blister-to-anode", f"{GB}copper-anode-to-cathode"),
    f"{GB}copper-scrap-to-cathode": (f"{GB}copper-scrap-to-anode", f"{GB}copper-anode-to-cathode"),
    f"{GB}cobalt-feed-to-electrowon": (f"{GB}cobalt-feed-to-chloride-solution", f"{GB}cobalt-electrowinning"),
    f"{GB}nickel-concentrate-to-electrolytic": (f"{GB}nickel-matte", f"{GB}nickel-matte-to-electrolytic"),
    f"{GB}tin-concentrate-to-ingot": (f"{GB}tin-reduction-smelting", f"{GB}tin-refining"),
    **{
        f"ndrc-{year}/copper-concentrate-to-cathode": (
            f"ndrc-{year}/copper-concentrate-to-anode",
            f"ndrc-{year}/copper-electrorefining",
        )
        for year in (2021, 2023)
    },
}


def _sums(whole: str, steps: Iterable[str]) -> list[tuple[Fraction, Fraction]]:
    """Return each level of a whole beside the sum of its steps."""
    rows = LIMITS if whole in LIMITS else BENCHMARKS
    columns = LEVELS if rows is LIMITS else ("benchmark", "baseline")
    return [
        (Fraction(rows[whole][one]), sum((Fraction(rows[step][one]) for step in steps), Fraction())) for one in columns
    ]


@pytest.mark.parametrize("whole", EXACT_SUMS)
def test_steps_add_up(whole: str) -> None:
    assert all(level == steps for level, steps in _sums(whole, EXACT_SUMS[whole]))


def test_a_whole_is_not_below_its_steps() -> None:
    found = {whole for whole, steps in SUMS.items() if any(level < added for level, added in _sums(whole, steps))}
    assert found == doubted("sum")


def test_casting_and_working_are_within_the_whole() -> None:
    wholes = [row["id"].removesuffix("-whole") for row in LIMITS.values() if row["id"].endswith("-whole")]
    assert len(wholes) > 30
    steps = {f"{one}-whole": (f"{one}-casting", f"{one}-working") for one in wholes}
    found = {whole for whole, parts in steps.items() if any(level < added for level, added in _sums(whole, parts))}
    assert found == doubted("whole")


# Electricity beside comprehensive energy -------------------------------------------------------------------


def _with_electricity() -> Iterable[tuple[oracle.Row, list[tuple[Fraction, Fraction]]]]:
    """Yield the rows of comprehensive energy whose item has a row of electricity: kWh and kgce of each level."""
    rows = defaultdict(list)
    for row in LIMITS.values():
        rows[row["document"], row["item"]].append(row)
    for together in rows.values():
        for electric in (row for row in together if row["unit"] == "kWh/t"):
            for row in (row for row in together if row["unit"] in TCE):
                # An acid plant sends steam out: its comprehensive energy is below its electricity.
                if not row["item"].startswith("sulphuric-acid"):
                    kgce = ((Fraction(electric[x]), Fraction(row[x]) * TCE[row["unit"]]) for x in LEVELS if row[x])
                    yield row, list(kgce)


def test_electricity_alone_is_within_the_comprehensive_energy() -> None:
    pairs = list(_with_electricity())
    assert len(pairs) > 15
    assert [row["id"] for row, levels in pairs if any(kwh * Fraction("0.1229") > kgce for kwh, kgce in levels)] == []


def test_a_basis_is_stated_where_electricity_proves_it() -> None:
    """Electricity alone at the lowest primary rate exceeds every level, so the level is calorific."""
    proven = {row["id"] for row, levels in _with_electricity() if all(kwh * LOWEST_RATE > kgce for kwh, kgce in levels)}
    assert len(proven) > 10
    assert {LIMITS[one]["basis"] for one in proven} == {"calorific"}


# Documents beside each other -------------------------------------------------------------------------------


def test_a_national_benchmark_is_not_beyond_the_best_level_of_the_standard() -> None:
    found = set()
    for pair in oracle.table("gb_counterparts"):
        row, limit = BENCHMARKS.get(f"{pair['document']}/{pair['item']}"), LIMITS.get(pair["counterpart_limit"])
        if not (row and limit and row["benchmark"] and limit["level1"]):
            continue
        assert row["better"] == limit["better"] == "lower"
        if row["unit"] in TCE and limit["unit"] in TCE:
            best = Fraction(limit["level1"]) * TCE[limit["unit"]]
            beyond = Fraction(row["benchmark"]) * TCE[row["unit"]] < best
        else:
            beyond = row["unit"] == limit["unit"] and Fraction(row["benchmark"]) < Fraction(limit["level1"])
        found |= {row["id"]} if beyond else set()
    assert found == doubted("class")


def test_a_relation_to_a_standard_is_what_the_figures_are() -> None:
    """``benchmark=L2`` says that the benchmark is the second level, in whatever unit."""
    seen = 0
    for pair in oracle.table("gb_counterparts"):
        row, limit = BENCHMARKS.get(f"{pair['document']}/{pair['item']}"), LIMITS.get(pair["counterpart_limit"])
        if not (row and limit):
            continue
        for step, level in re.findall(r"(benchmark|baseline)=L(\d)", pair["relation"]):
            of_row = oracle.read_unit(row["unit"]).factor * Fraction(row[step])
            assert of_row == oracle.read_unit(limit["unit"]).factor * Fraction(limit[f"level{level}"]), pair["id"]
            seen += 1
    assert seen > 50


def test_an_edition_ends_where_the_next_begins() -> None:
    documents = {row["id"]: row for row in oracle.table("documents")}
    found = set()
    for row in documents.values():
        for id_ in filter(None, (part.strip() for part in row["replaced_by"].split(";"))):
            later = documents[id_]
            named = row["id"] in (part.strip() for part in later["replaces"].split(";"))
            dated = row["effective_to"] == later["effective_from"] != ""
            if not (named and dated):
                found.add(row["id"])
        if row["effective_from"] and row["effective_to"]:
            assert row["effective_from"] < row["effective_to"], row["id"]
    assert found == doubted("edition")
