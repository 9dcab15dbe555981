"""Policy targets: what each row asks for, what computes it, and what is said when it cannot be told."""

from __future__ import annotations

import itertools
import json
import math
import pickle
import re
import unicodedata
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import energybench as eb
import oracle
from energybench import tables
from energybench.errors import (
    AmountError,
    BasisError,
    DimensionError,
    MissingColumnError,
    MissingFigureError,
    NoEnergyError,
    OptionError,
    OutputError,
    TableError,
    UnknownNameError,
    UnknownProductError,
    UnverifiedWarning,
)
from energybench.targets import (
    TargetCheck,
    TargetVerdict,
    cheapest_lift,
    check_targets,
    energy_per_output_value,
)
from energybench.targets.check import deadline_year
from energybench.targets.columns import (
    Requirement,
    check_tolerance,
    interval,
    measure_of,
    measures,
    nothing_left,
    read_figure,
    requirement,
    target_rows,
    target_unit,
)
from energybench.targets.lift import cheapest_cover
from energybench.targets.measures import MEASURES, columns_needed
from expect import each, refused

if TYPE_CHECKING:
    from conftest import WriteTable
    from energybench.tables.rows import TargetRow

#: Comparisons of the table that a figure can meet, and how the measures say that one is read beside literally.
COMPARISONS = ("<=", "<", ">=", ">", "=", "~", "range")
SENSES = ("", "at_least", "at_most", "reversed", "ambiguous_at_value")
ROWS: tuple[TargetRow, ...] = tables.records("targets")
DOCUMENTS = tuple(dict.fromkeys(row.document for row in ROWS))
COMPARED = [row for row in ROWS if row.comparison in COMPARISONS]
DIRECTIONS = [row for row in COMPARED if measure_of(row).measure == "direction"]
#: Units of the table of targets that are words for a multiple: what a figure is given in.
ENDED = "昌市政办发〔2021〕24号 was in force from 2021-06-29 until 2024-01-01"
EMPTY = pd.DataFrame({"plant": ["甲"], "period": [2023]})


def frame(**columns: Any) -> pd.DataFrame:
    """Make a table of plants named A, B, C … with the columns given."""
    size = max(len(column) for column in columns.values() if isinstance(column, list))
    return pd.DataFrame({"plant": [chr(65 + n) for n in range(size)], **columns})


def clinker(intensity: list[float], capacity: list[float], **columns: Any) -> pd.DataFrame:
    """Make a table of clinker plants; benchmark is 100 and baseline 117 kgce/t by the list of 2023."""
    return frame(
        product="水泥熟料",
        intensity=intensity,
        unit="kgce/t",
        design_capacity=capacity,
        **{"design_capacity_unit": "万t/a", **columns},
    )


def verdict(table: Any, document: str, number: str, **options: Any) -> TargetVerdict:
    return check_targets(table, document=document, **options)[number]


# The table of measures ------------------------------------------------------------------------------------


def test_every_target_has_one_way_to_be_computed() -> None:
    assert list(measures()) == [row.id for row in ROWS]


@each("row", ROWS, ids=lambda row: row.id)
def test_a_measure_is_made_of_known_parts(row: TargetRow) -> None:
    spec = measure_of(row)
    assert spec.measure in {*MEASURES, "figure", row.comparison}
    assert (spec.measure == "fact") == (row.comparison == "fact")
    assert (spec.measure == "conforms_to") == (row.comparison == "conforms_to")
    assert spec.sense in SENSES
    for text, conditions in ((spec.where, spec.subject), (spec.test, spec.counted)):
        assert "; ".join(f"{c.column} {c.comparison} {c.text}" for c in conditions) == text
    if spec.unit:
        assert str(target_unit(spec.unit)[0])
    if spec.standard:
        assert tables.find_document(spec.standard).id == spec.standard
    if spec.measure not in ("fact", "conforms_to"):
        assert re.fullmatch("[a-z][a-z0-9_]+", spec.figure)


@each("row", [r for r in COMPARED if r.unit.startswith("%")], ids=lambda row: row.id)
def test_a_share_is_measured_over_the_denominator_that_the_text_names(row: TargetRow) -> None:
    """A figure named after one denominator is never computed over another."""
    measure = measure_of(row).measure
    named = {"% of capacity": "share_of_capacity", "% of enterprises": "share_of_enterprises"}.get(row.unit)
    assert measure == named or (named is None and measure not in ("share_of_capacity",))
    if row.kind == "share_of_output":
        assert measure == "share_of_output_value"


def test_a_figure_name_stands_for_one_quantity() -> None:
    """Targets that share a figure differ in deadline, level or clause, never in what is counted."""
    for (_, figure), group in itertools.groupby(
        sorted(COMPARED, key=lambda r: (r.document, measure_of(r).figure)), lambda r: (r.document, measure_of(r).figure)
    ):
        specs = [measure_of(row) for row in group]
        assert len({(s.measure, s.column, s.unit, s.where, s.test, s.per) for s in specs}) == 1, figure


# Facts and references -------------------------------------------------------------------------------------


def test_a_fact_is_context_and_no_target() -> None:
    facts = [v for d in DOCUMENTS for v in check_targets(EMPTY, document=d) if v.comparison == "fact"]
    assert [fact.target for fact in facts] == [row.id for row in ROWS if row.comparison == "fact"]
    for fact in facts:
        assert (fact.met, fact.actual, fact.reason) == (None, None, "fact: context, not a target")
        assert fact.answer == "context"
        with refused(UnknownNameError, "unknown-name", f"{fact.target!r} is no figure that a target"):
            check_targets({fact.target: "1"}, document=fact.document)


def test_a_reference_to_another_document_names_it() -> None:
    check = check_targets(EMPTY, document="changji-city-2021")
    assert check["09"].met is check["10"].met is None
    assert "T/CFA 0310021-2019" in check["09"].reason
    assert str(check["09"]).startswith("cannot tell: other melting furnaces, energy consumption  [changji-city-2021 ")
    assert "GB 39726-2020" in check["10"].reason


@pytest.mark.parametrize("row", DIRECTIONS, ids=lambda row: row.id)
def test_a_direction_is_never_met_or_missed(row: TargetRow) -> None:
    spec = measure_of(row)
    for value in ("1", "1000"):
        found = verdict({spec.figure: f"{value} {spec.unit}".strip()}, row.document, row.id)
        assert (found.met, found.reason) == (None, spec.note)
        assert found.actual == float(value)


def test_the_figure_to_pass_in_place_of_a_column_has_its_unit() -> None:
    asked = verdict(frame(product=["水泥熟料"]), "panzhihua-2024", "04").reason
    assert asked.endswith('or pass figures={"share_of_capacity_at_benchmark": "... % of capacity"}')


def test_what_to_keep_in_mind_is_said_beside_a_figure_that_is_given() -> None:
    found = verdict({"share_of_capacity_at_benchmark": "40 % of capacity"}, "panzhihua-2024", "04")
    assert (found.met, found.note) == (True, "counted for each product: tonnes of different products are never added")


# What each row asks for, as an independent reader sees it -------------------------------------------------


def asked(row: TargetRow, value: Fraction, tolerance: Fraction) -> bool:
    """Say whether a value meets a row: comparison and words of the table, exact."""
    spec = measure_of(row)
    ends = [Fraction(part) for part in row.value.split("-")] if row.comparison == "range" else [Fraction(row.value)]
    limit = ends[0]
    if spec.measure == "none_within":
        return value == 0
    if spec.sense == "reversed":
        return value <= limit
    if row.comparison == "range":
        return ends[0] <= value <= ends[1]
    if row.comparison == "~":
        return value >= limit * (1 - tolerance) and (spec.sense == "at_least" or value <= limit * (1 + tolerance))
    if row.comparison == "=":
        at_least, at_most = value >= limit, value <= limit
        return {"at_least": at_least, "at_most": at_most}.get(spec.sense, at_least and at_most)
    return {"<=": value <= limit, "<": value < limit, ">=": value >= limit, ">": value > limit}[row.comparison]


def as_given(row: TargetRow, value: Fraction) -> str | float:
    """Write a figure of a row as a user would: a count bare, else with its unit and denominator."""
    spec = measure_of(row)
    unit = "" if spec.measure == "none_within" else row.unit if spec.unit == "%" else spec.unit
    return f"{float(value):.12g} {unit}" if unit else float(value)


@each("row", [r for r in COMPARED if r not in DIRECTIONS], ids=lambda row: row.id)
def test_every_row_inside_at_and_outside_its_value(row: TargetRow) -> None:
    tolerance = Fraction(1, 10)
    steps = [Fraction(n, 1000) for n in (0, 500, 899, 900, 901, 999, 1000, 1001, 1099, 1100, 1101, 1500, 3000)]
    points = {Fraction(end) * step for end in re.split("(?<=[0-9])-", row.value) for step in steps} | {Fraction(0)}
    share = measure_of(row).is_share
    answers = set()
    for point in points:
        if share and point > 100:
            with refused(AmountError, "unreadable-amount", "at most 100 %"):
                verdict({row.id: as_given(row, point)}, row.document, row.id)
            continue
        found = verdict({row.id: as_given(row, point)}, row.document, row.id, tolerance=float(tolerance))
        assert found.met is asked(row, point, tolerance), (row.id, point)
        assert found.actual == pytest.approx(float(point))
        assert found.tolerance == (0.1 if row.comparison == "~" else None)
        answers.add(found.met)
    assert answers == {True, False} or (row.comparison == "=" and answers <= {True, False})
    assert True in answers


@each("row", ROWS, ids=lambda row: row.id)
def test_a_verdict_keeps_what_the_table_prints(row: TargetRow) -> None:
    found = verdict(EMPTY, row.document, row.id)
    for name in ("document", "clause", "quote", "deadline", "scope", "verification", "comparison", "value", "unit"):
        assert getattr(found, name) == getattr(row, name)
    assert (found.subject_zh, found.indicator_zh) == (row.subject_zh, row.indicator_zh)
    assert row.value in found.required


def test_words_of_the_text_are_told_apart() -> None:
    """超 is strict, 以上 is not, 左右 has a tolerance that is shown, 以下 says what goes."""
    assert verdict({"share_of_capacity_at_benchmark": "30 %"}, "panzhihua-2024", "04").met is False
    assert verdict({"conversion_rate": "30 %"}, "changji-prefecture-2022", "01").met is True
    about = verdict({"alumina_capacity": "524 万t/a"}, "sanmenxia-2019", "06")
    assert (about.met, about.tolerance, about.required) == (True, 0.05, "~ 500 x 10 kt/a (475 to 525; tolerance 5 %)")
    assert verdict({"alumina_capacity": "526 万t/a"}, "sanmenxia-2019", "06").met is False
    assert verdict({"alumina_capacity": "526 万t/a"}, "sanmenxia-2019", "06", tolerance=0.06).met is True


# What is missing ------------------------------------------------------------------------------------------


@each("row", COMPARED, ids=lambda row: row.id)
def test_what_is_missing_is_named_exactly(row: TargetRow) -> None:
    """Nothing is given: the reason names every column with its unit, and the figure that would do instead."""
    spec = measure_of(row)
    table = pd.DataFrame({"period": [2023]})
    found = verdict(table, row.document, row.id)
    assert (found.met, found.actual) == (None, None)
    if spec.standard == "gb-25327-2017":
        assert "GB 25327-2017" in found.reason
        return
    assert f'figures={{"{spec.figure}": ' in found.reason
    words = {"item": "product", "level": f"class under document {spec.standard}", "enterprise": "plant"}
    for name, unit in columns_needed(spec).items():
        if name != "period":
            assert words.get(name, name) in found.reason
            assert unit in ("", "any") or f"(in {unit}, with " in found.reason
    without_results = verdict({}, row.document, row.id)
    assert f"The figure {spec.figure} is missing" in without_results.reason


def test_each_column_that_is_taken_away_is_the_one_that_is_named() -> None:
    table = frame(
        designated_size="above", numerical_control_rate=[80, 70], numerical_control_rate_unit="%", key_processes=[3, 1]
    )
    assert verdict(table, "panzhihua-2024", "07").actual == 77.5
    for name in ("designated_size", "numerical_control_rate", "key_processes"):
        reason = verdict(table.drop(columns=name), "panzhihua-2024", "07").reason
        assert reason.startswith(f"The results have no column {name}"), reason
    bare = verdict(table.drop(columns="numerical_control_rate_unit"), "panzhihua-2024", "07").reason
    assert bare.startswith("numerical_control_rate holds bare numbers")
    assert "numerical_control_rate_unit" in bare


def test_the_gap_of_the_alumina_standard_is_named_and_its_successor_only_offered() -> None:
    """The levels of GB 25327-2017 are not known; GB 21346-2022 stands in when it is chosen, and is then said."""
    assert not [row for row in oracle.table("limits") if row["document"] == "gb-25327-2017"]
    levels = {r["item"]: Fraction(r["level1"]) for r in oracle.table("limits") if r["document"] == "gb-21346-2022"}
    assert [levels["alumina-bayer"], levels["alumina-other"]] == [Fraction(340), Fraction(550)]
    table = frame(item=["alumina-bayer"] * 4 + ["alumina-other"], intensity=[335, 340, 341, 300, 550], unit="kgce/t")
    gap = verdict(table, "shanxi-2022", "10")
    assert (gap.met, gap.actual, gap.standard) == (None, None, "")
    for text in ("GB 25327-2017", "not known", "GB 21346-2022", '{"gb-25327-2017": "gb-21346-2022"}'):
        assert text in gap.reason
    chosen = verdict(table, "shanxi-2022", "10", standards={"GB 25327-2017": "GB 21346-2022"})
    assert (chosen.met, chosen.actual, chosen.names) == (True, 80.0, ("A", "B", "D", "E"))
    assert "in place of GB 25327-2017, as you asked" in chosen.note
    assert chosen.standard == "gb-21346-2022"


def test_the_reading_of_another_target_is_not_touched_by_a_chosen_standard() -> None:
    table = frame(item="electrolytic-aluminium", intensity=[13350, 13351], unit="kWh/t")
    found = verdict(table, "shanxi-2022", "11", standards={"gb-25327-2017": "gb-21346-2022"})
    assert (found.actual, found.standard, found.met) == (1.0, "ndrc-2021", False)


def test_a_row_that_a_target_names_is_not_left_out_by_a_document_without_its_product() -> None:
    table = frame(item="electrolytic-aluminium", intensity=[13300, 13300], unit="kWh/t")
    found = verdict(table, "shanxi-2022", "11", standards={"ndrc-2021": "gb-16780-2021"})
    assert (found.met, found.between, found.open_names) == (None, (0.0, 2.0), ("A", "B"))
    assert found.reason == "the class is not known for A, B: GB 16780-2021 has no such level of the product"


# Shares and counts ----------------------------------------------------------------------------------------


def test_capacity_and_enterprises_are_different_shares() -> None:
    """Two of three enterprises, one tenth of the capacity: neither figure stands in for the other."""
    table = clinker([99, 99, 130], [5, 5, 90])
    assert verdict(table, "panzhihua-2024", "04").actual == 10.0
    alumina = frame(
        item="alumina-bayer",
        intensity=[300, 300, 400],
        unit="kgce/t",
        design_capacity=[5, 5, 90],
        design_capacity_unit="万t/a",
    )
    found = verdict(alumina, "shanxi-2022", "10", standards={"gb-25327-2017": "gb-21346-2022"})
    assert found.actual == pytest.approx(200 / 3)
    assert found.denominator == "3 enterprises"
    without = verdict(table.drop(columns="design_capacity").assign(output=[5, 5, 90]), "panzhihua-2024", "04")
    assert (without.met, without.actual) == (None, None)
    assert "design_capacity" in without.reason


def test_a_share_of_exactly_the_value_does_not_flip_on_float_noise() -> None:
    """0.1 + 0.2 of 1.0 is 30.000000000000004 % in floats, and still not more than 30 %."""
    table = clinker([99, 99, 110], [0.1, 0.2, 0.7])
    assert verdict(table, "panzhihua-2024", "04").met is False
    assert verdict(clinker([99, 99, 110], [0.1, 0.201, 0.7]), "panzhihua-2024", "04").met is True


def test_more_than_zero_is_not_zero() -> None:
    """A share of zero is no tolerance: the strict bound beside zero is the next number."""
    table = frame(promoted_projects=[0, 1, 1e-300, 0.0])
    found = verdict(table, "shanxi-2022", "05")
    assert (found.names, found.open_names) == (("B", "C"), ())
    assert interval(">", Fraction(0), Fraction(0)) == (math.ulp(0.0), math.inf)
    assert interval("<", Fraction(0), Fraction(0)) == (-math.inf, -math.ulp(0.0))


@given(
    st.sampled_from(["<", "<=", ">", ">=", "="]), st.fractions(-1000, 1000, max_denominator=1000), st.floats(-2e3, 2e3)
)
def test_an_interval_compares_as_fractions_do(comparison: str, threshold: Fraction, value: float) -> None:
    """Away from the threshold exactly, and at its nearest float as at the threshold itself."""
    low, high = interval(comparison, threshold, threshold)
    for number, exact in ((value, Fraction(value)), (float(threshold), threshold)):
        if exact == threshold or abs(exact - threshold) > abs(threshold) / 10**8:
            order = (exact > threshold) - (exact < threshold)
            expected = {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0, "=": order == 0}
            assert (low <= number <= high) is expected[comparison]


def test_an_interval_meets_a_requirement_where_all_of_it_does() -> None:
    over = Requirement(30.0, *interval(">", Fraction(30), Fraction(30)), "> 30 %")
    assert [over.met_by(*ends) for ends in ((31.0, 35.0), (20.0, 30.0), (30.0, 40.0))] == [True, False, None]
    # Without its ends, from 30 to 40 is over 30, and from 20 to what is just over 30 is not decided.
    assert [over.met_by(30.0, 40.0, (low, True)) for low in (True, False)] == [True, None]
    assert over.met_by(20.0, 30.0, (True, True)) is False
    under = Requirement(30.0, *interval("<", Fraction(30), Fraction(30)), "< 30 %")
    assert [under.met_by(20.0, 30.0, (True, high)) for high in (True, False)] == [True, None]
    assert under.met_by(30.0, 40.0, (True, True)) is False
    assert Requirement(30.0, 30.0, math.inf, ">= 30 %").met_by(20.0, 30.0, (False, True)) is False


def test_what_is_asked_for_is_read_from_the_comparison_and_the_sense() -> None:
    row = COMPARED[0]._replace(id="own/1", comparison="=", value="3", unit="factories")
    assert measure_of(row).unit == ""
    asked = {sense: requirement(row, sense) for sense in ("", "at_least", "at_most")}
    assert [need.text for need in asked.values()] == [
        "= 3 factories",
        "= 3 factories (or more)",
        "= 3 factories (or less)",
    ]
    met = {sense: [need.met_by(number, number) for number in (2.0, 3.0, 4.0)] for sense, need in asked.items()}
    assert met == {"": [False, True, False], "at_least": [False, True, True], "at_most": [True, True, False]}
    assert [nothing_left(row).met_by(number, number) for number in (0.0, 1.0)] == [True, False]
    assert check_tolerance(0) == 0
    with refused(TableError, "table", "own/1: the value is 'some'", "Write a decimal, or low-high for a range"):
        requirement(row._replace(value="some"))


@pytest.mark.parametrize(
    ("deadline", "year"), [("end of 2025 (end of the 14th Five-Year Plan)", 2025), ("before 2020", 2019), ("", None)]
)
def test_a_deadline_names_the_year_at_whose_end_it_is(deadline: str, year: int | None) -> None:
    assert deadline_year(deadline) == year


def test_different_products_are_never_added() -> None:
    table = pd.concat([clinker([99, 130], [40, 60]), clinker([700, 900], [1, 99]).assign(product="电石")])
    found = verdict(table, "panzhihua-2024", "04")
    assert (found.met, found.actual, found.between) == (None, None, (1.0, 40.0))
    assert "does not say how their capacities are added" in found.reason
    assert [(part.name, part.low) for part in found.parts] == [("cement-clinker", 40.0), ("calcium-carbide", 1.0)]
    # Where every product says the same, no weights can change the answer.
    assert verdict(table, "panzhihua-2024", "03").met is False
    assert verdict(table.assign(intensity=[90, 90, 700, 700]), "panzhihua-2024", "04").met is True


def test_a_product_that_the_list_does_not_have_is_left_out_and_said() -> None:
    known = pd.concat([clinker([99, 130], [40, 60]), clinker([1], [1000]).assign(product="铸铁")])
    own = pd.concat([clinker([99, 130], [40, 60]), clinker([1], [1000], item="其他").assign(product="铝轮毂")])
    for table, left_out in ((known, "cast-iron"), (own, "铝轮毂")):
        found = verdict(table, "panzhihua-2024", "04")
        assert found.actual == 40.0
        assert f"left out, because the list does not have them: {left_out}" in found.note


def test_a_plant_without_a_class_leaves_the_share_open() -> None:
    table = clinker([99, 110, math.nan], [25, 55, 20])
    at = verdict(table, "panzhihua-2024", "04")
    assert (at.met, at.actual, at.between, at.open_names) == (None, None, (25.0, 45.0), ("C",))
    assert "intensity is empty or no number for C" in at.reason
    # With 31 % at benchmark it is decided, whatever C is.
    assert verdict(clinker([99, 110, math.nan], [31, 49, 20]), "panzhihua-2024", "04").met is True
    assert verdict(clinker([99, 118, math.nan], [31, 49, 20]), "panzhihua-2024", "03").met is False


def test_a_class_under_another_list_never_stands_in() -> None:
    table = clinker([99, 110], [50, 50], document="ndrc-2021").assign(**{"class": "benchmark"})
    assert verdict(table, "panzhihua-2024", "04").actual == 50.0  # worked out from the intensity
    without = verdict(table.drop(columns="intensity"), "panzhihua-2024", "04")
    assert (without.met, without.actual) == (None, None)
    assert '"ndrc-2023"' in without.reason
    stated = table.drop(columns="intensity").assign(document="ndrc-2023")
    assert verdict(stated, "panzhihua-2024", "04").actual == 100.0
    own = verdict(table.drop(columns="intensity"), "panzhihua-2024", "04", standards={"ndrc-2023": "ndrc-2021"})
    assert own.actual == 100.0
    assert "as you asked" in own.note


def test_why_an_assessment_withheld_an_intensity_is_said() -> None:
    table = clinker([math.nan, 130], [40, 60], reason=["incomplete-energy", None])
    found = verdict(table, "panzhihua-2024", "04")
    assert (found.met, found.between, found.open_names) == (None, (0.0, 40.0), ("A",))
    assert "intensity is empty or no number for A (incomplete-energy)" in found.reason
    smelter = frame(product="电解铝", intensity=[math.nan], unit="kWh/t", reason="incomplete-energy")
    limit = verdict(smelter, "changji-prefecture-2022", "10")
    assert (limit.met, limit.reason) == (None, "intensity is empty or no number for A (incomplete-energy)")
    dusty = frame(item="alumina-bayer", emission_so2=[None], emission_so2_unit="mg/m3", reason="incomplete-energy")
    assert verdict(dusty, "shanxi-2022", "13").reason == "emission_so2 is empty or no number for A"


def test_a_plant_with_incomplete_energy_counts_for_nothing() -> None:
    """An assessment withholds the intensity of a plant of which a reading finds no place, and so do its targets."""
    meters = pd.DataFrame(
        {"plant": ["甲", "甲", "乙"], "period": 2024, "product": ["水泥熟料", "水泥孰料", "水泥熟料"]}
    )
    meters = meters.assign(carrier="原煤", amount=[12.0, 2.0, 13.9], unit="t")
    outputs = pd.DataFrame(
        {"plant": ["甲", "乙"], "period": 2024, "product": "水泥熟料", "output": 100, "output_unit": "t"}
    )
    results = eb.assess(meters, outputs).results.assign(design_capacity=[40, 60], design_capacity_unit="万t/a")
    found = verdict(results, "panzhihua-2024", "04")
    assert (found.met, found.names, found.open_names) == (True, ("乙",), ("甲",))
    assert check_targets(results, document="panzhihua-2024").notes == ()


def test_an_unverified_level_is_used_only_when_asked() -> None:
    row = next(
        r for r in oracle.table("benchmarks") if r["document"] == "ndrc-2023" and r["verification"] == "unverified"
    )
    table = clinker([float(row["benchmark"])], [10]).assign(item=row["item"], unit=row["unit"]).drop(columns="product")
    assert "unverified" in verdict(table, "panzhihua-2024", "04").reason
    with pytest.warns(UnverifiedWarning, match=row["item"]):
        assert verdict(table, "panzhihua-2024", "04", allow_unverified=True).actual == 100.0
    made = table.assign(output=1, output_unit="t")
    with pytest.warns(UnverifiedWarning, match=row["item"]):
        assert cheapest_lift(made, "panzhihua-2024", allow_unverified=True).steps == ()


def test_an_enterprise_counts_when_all_its_rows_do() -> None:
    table = frame(
        enterprise=["甲", "甲", "乙", "丙"],
        item="electrolytic-aluminium",
        intensity=[13000, 13400, 13350, 12000],
        unit="kWh/t",
    )
    found = verdict(table, "shanxi-2022", "11")
    assert (found.actual, found.names, found.denominator) == (2.0, ("乙", "丙"), "3 enterprises")


def test_a_yes_stands_for_the_enterprise_where_its_other_rows_are_empty() -> None:
    table = frame(enterprise=["甲", "甲", "乙", "乙", "丙"], green_factory=["是", None, "yes", "no", None])
    found = verdict(table, "panzhihua-2024", "10")
    assert (found.between, found.names, found.open_names) == ((1.0, 2.0), ("甲",), ("丙",))
    assert found.met is False  # two at most, and twenty are asked for


def test_a_share_of_output_value_needs_no_unit_but_one() -> None:
    table = frame(product="铸铁", output_value=[65, 35], priority_direction=["yes", "no"])
    found = verdict(table, "changji-city-2021", "13")
    assert (found.actual, found.met) == (65.0, True)
    texts = table.assign(output_value=["6500 万元", "0.35 亿元"])
    assert verdict(texts, "changji-city-2021", "13").actual == 65.0
    assert (
        verdict(
            table.assign(output_value=[6500, 0.35], output_value_unit=["万元", "亿元"]), "changji-city-2021", "13"
        ).actual
        == 65.0
    )


shares = st.lists(
    st.tuples(st.sampled_from([90.0, 100.0, 110.0, 117.0, 130.0, math.nan]), st.integers(1, 50)), min_size=1, max_size=8
)


@given(shares, st.randoms())
@settings(max_examples=40)
def test_a_share_is_what_counting_by_hand_gives(plants: list[tuple[float, int]], random: Any) -> None:
    """Independent of order and of the unit of capacity; splitting a plant in two changes nothing."""
    total = Fraction(sum(capacity for _, capacity in plants))
    inside = Fraction(sum(capacity for value, capacity in plants if value <= 100)) * 100 / total
    unknown = Fraction(sum(capacity for value, capacity in plants if math.isnan(value))) * 100 / total
    expected: bool | None = True if inside > 30 else False if inside + unknown <= 30 else None
    shuffled = list(plants)
    random.shuffle(shuffled)
    for rows, factor, unit in ((plants, 1, "万t/a"), (shuffled, 10, "千t/a"), (plants * 2, 0.5, "万t/a")):
        table = clinker([v for v, _ in rows], [c * factor for _, c in rows], design_capacity_unit=unit)
        found = verdict(table, "panzhihua-2024", "04")
        assert found.met is expected
        low, high = found.between or (found.actual, found.actual)
        assert (low, high) == pytest.approx((float(inside), float(inside + unknown)))


@given(st.lists(st.integers(0, 20), min_size=2, max_size=4))
@settings(max_examples=40)
def test_over_several_products_only_what_holds_for_any_weights_is_told(shares_of_five: list[int]) -> None:
    """Shares of 0, 5, 10 … 100 %: their mean by any positive weights is over 30 %, is not, or depends."""
    items = ("cement-clinker", "calcium-carbide", "yellow-phosphorus", "ferrosilicon")
    steps = {
        row["item"]: [float(row["benchmark"]), 1.5 * float(row["baseline"])]
        for row in oracle.table("benchmarks")
        if row["document"] == "ndrc-2023" and row["item"] in items
    }
    table = pd.concat(
        [clinker(steps[i], [n, 20 - n]).assign(product=i) for n, i in zip(shares_of_five, items, strict=False)]
    )
    low, high = 5 * min(shares_of_five), 5 * max(shares_of_five)
    over = low > 30 or (low == 30 and high > 30)
    expected = True if over else False if high <= 30 else None
    assert verdict(table, "panzhihua-2024", "04").met is expected
    assert verdict(table, "panzhihua-2024", "03").met is (low == high == 100)


# Products that no table knows -----------------------------------------------------------------------------


def smelters(product: list[str | None], intensity: list[float], **columns: Any) -> pd.DataFrame:
    """Make a table of smelters; the limits of Changji Prefecture are 13350 and 13000 kWh/t."""
    return frame(product=product, intensity=intensity, unit="kWh/t", **columns)


@each(
    ("product", "said"),
    [
        (
            "电解铝厂",
            "The product of B is not known: '电解铝厂' is not a product of the tables (energybench tables",
        ),
        ("铝箔", "The product of B is not known: '铝箔' may mean aluminium-foil-"),
        ("氧化铝", "The product of B is not known: '氧化铝' may mean alumina-bayer "),
        (None, "The product of B is empty"),
        ("", "The product of B is empty"),
    ],
)
@each(
    ("document", "number"),
    [
        ("changji-prefecture-2022", "01"),  # a rate
        ("changji-prefecture-2022", "10"),  # a limit on every row
        ("shanxi-2022", "11"),  # a count
        ("panzhihua-2024", "04"),  # a share of capacity
    ],
)
def test_a_product_that_no_table_knows_never_vanishes(
    document: str, number: str, product: str | None, said: str
) -> None:
    table = smelters(["电解铝", product], [13000, 15000], conversion_rate="50 %", output=[1, 9], output_unit="万t")
    table = table.assign(design_capacity=[1, 9], design_capacity_unit="万t/a")
    found = verdict(table, document, number)
    assert (found.met, found.actual, found.between) == (None, None, None)
    assert found.reason.startswith(said)
    assert 'write "other" in a column item' in found.reason
    known = verdict(table.iloc[:1], document, number)
    own = verdict(table.assign(item=["", "other"]), document, number)
    assert (own.met, own.actual) == (known.met, known.actual) != (None, None)


def test_a_row_whose_class_is_stated_needs_no_product() -> None:
    table = smelters(["电解铝", "铝箔"], [13000, 15000], design_capacity=[1, 9], design_capacity_unit="万t/a")
    stated = table.assign(document="ndrc-2023", **{"class": "benchmark"})
    assert verdict(stated, "panzhihua-2024", "04").actual == 100.0


def test_a_target_that_asks_for_no_product_is_told_without() -> None:
    table = frame(product="铝轮毂", industry="primary-aluminium", design_capacity=[24], design_capacity_unit="万t/a")
    assert verdict(table, "sanmenxia-2019", "14").met is True


def test_what_the_table_says_of_its_own_product_is_believed() -> None:
    table = smelters(["电解铝", "铝箔", None], [13000, 15000, 15000])
    assert verdict(table, "changji-prefecture-2022", "10").met is None
    other = check_targets(table.assign(item=["", "other", "其他"]), document="changji-prefecture-2022")
    assert (other["10"].met, other.notes) == (True, ())


def test_many_unknown_products_are_named_in_short() -> None:
    reason = verdict(smelters([f"产品{n}" for n in range(8)], [13000.0] * 8), "changji-prefecture-2022", "10").reason
    assert "'产品4'" in reason
    assert "'产品5'" not in reason
    assert "; and 3 more names" in reason


made = st.lists(
    st.tuples(
        st.sampled_from(["电解铝", "电解铝厂", "铸铁", "我的产品", None]),
        st.sampled_from([12900.0, 13000.0, 13200.0, 13350.0, 14000.0]),
        st.integers(1, 9),
    ),
    min_size=1,
    max_size=5,
)


@given(made, st.lists(st.sampled_from(["electrolytic-aluminium", "calcium-carbide", "other"]), min_size=5, max_size=5))
@settings(max_examples=40)
def test_no_verdict_turns_when_an_unknown_product_becomes_known(
    rows: list[tuple[str | None, float, int]], meant: list[str]
) -> None:
    """What is decided stays so, whatever the unknown products turn out to be."""
    product, intensity, capacity = (list(column) for column in zip(*rows, strict=True))
    table = smelters(product, intensity, design_capacity=capacity, design_capacity_unit="万t/a")
    item = ["" if name in ("电解铝", "铸铁") else word for name, word in zip(product, meant, strict=False)]
    for document, numbers in (("changji-prefecture-2022", ("10", "11")), ("panzhihua-2024", ("03", "04"))):
        before = check_targets(table, document=document)
        after = check_targets(table.assign(item=item), document=document)
        for number in numbers:
            assert before[number].met in (None, after[number].met), number


# Limits on every row --------------------------------------------------------------------------------------


def test_every_row_is_compared_and_the_worst_is_shown() -> None:
    table = frame(item="alumina-bayer", emission_so2=[40, 100, 100.001], emission_so2_unit="mg/m3")
    found = verdict(table, "shanxi-2022", "13")
    assert (found.met, found.actual, found.names) == (False, 100.001, ("C",))
    assert verdict(table.iloc[:2], "shanxi-2022", "13").met is True
    gap = verdict(table.iloc[:2].assign(emission_so2=[40, math.nan]), "shanxi-2022", "13")
    assert (gap.met, gap.actual) == (None, 40.0)
    assert gap.reason == "emission_so2 is empty or no number for B"
    worse = verdict(table.iloc[1:].assign(emission_so2=[101, math.nan]), "shanxi-2022", "13")
    assert worse.met is False  # B is over, whatever C is


@pytest.mark.parametrize("unit", ["mg/Nm3", "mg", "%", "t", "ppm"])
def test_a_concentration_in_another_unit_is_no_concentration(unit: str) -> None:
    found = verdict(frame(item="alumina-bayer", emission_so2=[40], emission_so2_unit=unit), "shanxi-2022", "13")
    assert found.met is None
    assert unit in found.reason
    assert "mg/m3" in found.reason


def test_furnaces_by_capacity_and_those_between() -> None:
    table = frame(
        product="感应电炉(铸铁)",
        intensity=[629.9, 620, 609.9, 590, 600],
        unit="kWh/t",
        furnace_capacity=[800, 1500, 2000, 5000, 3000],
        furnace_capacity_unit="kg",
    )
    check = check_targets(table, document="changji-city-2021")
    assert [check[n].met for n in ("03", "04", "05", "06")] == [True, False, None, False]
    assert [check[n].names for n in ("04", "06")] == [("B",), ("D",)]
    assert check.notes == (ENDED,)
    between = check["05"]
    assert (between.open_names, between.depends_on_reading) == (("E",), True)
    assert "E lies between two capacities that the document states" in between.reason


@pytest.mark.parametrize(
    ("capacity", "intensity", "met"),
    [
        ("3 t", 610, False),  # not below the limit of 2 t, nor of 5 t
        ("3 t", 609.9, None),
        ("3 t", 590, None),  # below that of 2 t, not below that of 5 t
        ("3 t", 589.9, True),
        ("1.2 t", 630, False),
        ("1.2 t", 620, None),
        ("1.2 t", 619.9, True),
        ("2000 kg", 609.9, True),
        ("0.5 t", 629.9, True),
        ("20 t", 590, False),
    ],
)
def test_a_furnace_is_told_where_every_reading_agrees(capacity: str, intensity: float, met: bool | None) -> None:
    furnace = frame(product="感应电炉(铸铁)", intensity=[intensity], unit="kWh/t", furnace_capacity=capacity)
    told = [v for v in check_targets(furnace, document="changji-city-2021") if v.denominator == "each of 1 row"]
    assert [(v.met, v.depends_on_reading) for v in told] == [(met, met is None)]


def test_what_is_eliminated_is_what_the_comparison_says() -> None:
    base = {"industry": "cement", "equipment": "clinker-line", "clinker_line_capacity_unit": "t/d"}
    found = verdict(frame(clinker_line_capacity=[1999.9, 2000, 5000], **base), "sanmenxia-2019", "19")
    assert (found.met, found.between, found.actual_unit, found.names) == (False, (1.0, 2.0), "rows", ("A",))
    assert not found.depends_on_reading  # A goes under either reading
    assert (found.threshold, found.required) == (0.0, "none left that is < 2000 t/d")
    at = verdict(frame(clinker_line_capacity=[2000, 5000], **base), "sanmenxia-2019", "19")
    assert (at.met, at.depends_on_reading, at.open_names) == (None, True, ("A",))
    assert "exactly 2000 t/d: A" in at.reason
    assert "民法典" in at.reason
    mills = frame(industry="水泥", equipment="水泥磨", mill_diameter=[3, 3.01], mill_diameter_unit="m")
    mill = verdict(mills, "sanmenxia-2019", "20")
    assert (mill.met, mill.names, mill.depends_on_reading) == (False, ("A",), False)


def test_a_row_that_may_belong_to_the_subject_leaves_the_target_open() -> None:
    table = frame(designated_size=["above", None], digital_upgrading="yes")
    found = verdict(table, "panzhihua-2024", "05")
    assert found.met is None
    assert "designated_size is empty or not read for B" in found.reason
    nobody = verdict(table.assign(designated_size="below"), "panzhihua-2024", "05")
    assert nobody.reason.startswith("No row has designated_size = above or 规模以上")


# Numbers that cannot be -----------------------------------------------------------------------------------


def test_a_measured_value_below_zero_is_no_value() -> None:
    table = frame(item="alumina-bayer", emission_so2=[-5, 40], emission_so2_unit="mg/m3")
    found = verdict(table, "shanxi-2022", "13")
    assert (found.met, found.actual, found.open_names) == (None, 40.0, ("A",))
    assert found.reason == "emission_so2 is below zero for A"
    assert verdict(table.assign(emission_so2=[-5, 101]), "shanxi-2022", "13").met is False
    assert verdict(table.assign(emission_so2=[0, 40]), "shanxi-2022", "13").met is True
    both = verdict(table.assign(emission_so2=[-5, math.nan]), "shanxi-2022", "13").reason
    assert both == "emission_so2 is empty or no number for B; emission_so2 is below zero for A"


@pytest.mark.parametrize(
    ("intensity", "said"),
    [
        (-1, "intensity is below 0.07 for A, which is implausible: far from the limit"),
        (0, "below 0.07 for A"),
        (0.0699, "below 0.07 for A"),
        (0.07, ""),
        (1.12, ""),
        (1.13, "intensity is above 1.12 for A, which is implausible: far from the limit"),
        (250, "above 1.12 for A"),
    ],
)
def test_an_intensity_far_from_the_limit_of_a_document_is_a_slip(intensity: float, said: str) -> None:
    """The limit of cast iron is 0.28 tce/t."""
    found = verdict(frame(product="铸铁", intensity=[intensity, 0.2], unit="tce/t"), "changji-city-2021", "01")
    assert found.met is (None if said else intensity <= 0.28)
    assert said in found.reason
    if intensity >= 0:
        assert verdict({"cast_iron_energy": f"{intensity} tce/t"}, "changji-city-2021", "01").met is (intensity <= 0.28)


@pytest.mark.parametrize("intensity", [-1, 0, 24.9, 468.1, 99_000])
def test_an_intensity_far_from_every_step_has_no_class(intensity: float) -> None:
    """Clinker has a benchmark of 100 and a baseline of 117 kgce/t."""
    found = verdict(clinker([intensity, 110], [40, 60]), "panzhihua-2024", "04")
    assert (found.met, found.open_names) == (None, ("A",))
    assert "for A, which is implausible: far from the limit" in found.reason
    with refused(MissingFigureError, "missing-figure", "implausible"):
        cheapest_lift(lifting([intensity, 110], [40, 60], [1, 1]), "panzhihua-2024")
    assert verdict(clinker([25, 468], [40, 60]), "panzhihua-2024", "04").actual == 40.0


def test_a_class_that_asks_for_conditions_is_not_worked_out_without_them() -> None:
    """GB 16780 holds at a clinker ratio and an altitude, which no column of a target states."""
    table = clinker([90, 90], [40, 60]).assign(product="cement")
    found = verdict(table, "panzhihua-2024", "04", standards={"ndrc-2023": "gb-16780-2021"})
    assert found.met is None
    assert "compares cement at stated conditions, which are not given" in found.reason


def test_a_number_below_zero_adds_nothing_and_meets_no_condition() -> None:
    revenue = frame(industry="coal-chemical", main_business_revenue=["71 亿元", "-30 亿元"])
    assert verdict(revenue, "sanmenxia-2019", "02").met is True
    less = verdict(revenue.assign(main_business_revenue=["69 亿元", "-30 亿元"]), "sanmenxia-2019", "02")
    assert (less.met, less.reason) == (None, "main_business_revenue is below zero for B")
    rate = smelters(["电解铝"], [13000], conversion_rate="-50 %", output=1, output_unit="t")
    assert verdict(rate, "changji-prefecture-2022", "01").reason.startswith("conversion_rate is below zero for A")
    levels = frame(designated_size="above", safety_level=[-2, 3])
    level = verdict(levels, "changji-city-2021", "15")
    assert (level.open_names, level.met) == (("A",), None)
    assert "safety_level is empty, below zero or not read for A" in level.reason
    furnace = frame(product="感应电炉(铸铁)", intensity=[600], unit="kWh/t", furnace_capacity="-1 t")
    assert (
        "furnace_capacity is empty, not above zero or not read for A"
        in verdict(furnace, "changji-city-2021", "03").reason
    )
    grades = verdict(frame(equipment_efficiency_grade=[-1, 2]), "panzhihua-2024", "11")
    assert (grades.actual, "below zero for A" in grades.note) == (2.0, True)


def test_a_figure_below_zero_is_refused_but_for_a_growth() -> None:
    with refused(AmountError, "unreadable-amount", "emission_so2", "-5 mg/m3", "below zero"):
        check_targets({"emission_so2": "-5 mg/m3"}, document="shanxi-2022")
    assert verdict({"equipment_investment_growth": "-5 %"}, "panzhihua-2024", "02").actual == -5.0


# Sums, rates, growth --------------------------------------------------------------------------------------


def test_a_sum_with_a_gap_is_open_upwards() -> None:
    table = frame(industry="coal-chemical", main_business_revenue=["41 亿元", "29.5 亿元", None])
    assert verdict(table, "sanmenxia-2019", "02").met is True
    less = verdict(table.iloc[1:], "sanmenxia-2019", "02")
    assert (less.met, less.open_names) == (None, ("C",))
    assert verdict(table.iloc[:2], "sanmenxia-2019", "02").actual == 70.5


def test_a_rate_is_weighted_by_its_output() -> None:
    table = frame(
        product="电解铝",
        output=[80, 400_000],
        output_unit=["万t", "t"],
        conversion_rate=["36 %", "21 %"],
    )
    found = verdict(table, "changji-prefecture-2022", "01")
    assert (found.actual, found.met) == (31.0, True)
    assert found.denominator == "weighted by output, 120 x 10^4 t of 2 plants"
    nothing = verdict(table.assign(output=0), "changji-prefecture-2022", "01")
    assert nothing.reason == "output adds up to zero: no mean over it. Check the numbers"


def test_growth_is_over_the_base_period() -> None:
    table = frame(
        industry="coal-chemical",
        period=[2018, 2018, 2020, 2020],
        main_business_revenue=[30, 20, 40, 2_000_000_000],
        main_business_revenue_unit=["亿元", "亿元", "亿元", "元"],
    )
    found = verdict(table, "sanmenxia-2019", "01")
    assert (found.actual, found.met, found.period) == (20.0, True, "2020")
    without = verdict(table.iloc[2:], "sanmenxia-2019", "01")
    assert without.reason.startswith("The results have no rows of 2018, only of 2020")


def test_every_row_of_mines_is_one_mine() -> None:
    table = frame(industry="open-pit-mine", green_mine=["是", "是", "否", None])
    found = verdict(table, "sanmenxia-2019", "22")
    assert (found.between, found.met, found.denominator) == ((50.0, 75.0), False, "4 rows")


def test_a_direction_shows_the_best_row() -> None:
    castings = frame(casting_weight=[40, 120_000, math.nan], casting_weight_unit=["t", "kg", "t"])
    found = verdict(castings, "changji-city-2021", "16")
    assert (found.met, found.actual) == (None, 120.0)
    grades = verdict(frame(equipment_efficiency_grade=[3, 2, 1]), "panzhihua-2024", "11")
    assert (grades.met, grades.actual) == (None, 1.0)
    assert verdict(frame(equipment_efficiency_grade=[math.nan]), "panzhihua-2024", "11").actual is None


def test_a_level_of_which_1_is_the_best_is_met_by_a_smaller_number() -> None:
    table = frame(designated_size="规模以上", safety_level=[1, 2, 3])
    found = verdict(table, "changji-city-2021", "12")
    assert (found.met, found.actual, found.names) == (False, 3.0, ("C",))
    assert verdict(table.iloc[:2], "changji-city-2021", "12").met is True


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"design_capacity": [0, 0]}, "adds up to zero"),
        ({"design_capacity": [-1, 5]}, "design_capacity is below zero for A"),
        ({"design_capacity": [math.nan, 5]}, "design_capacity is empty or no number for A"),
        ({"design_capacity_unit": ["万t/a", "万kWh"]}, "design_capacity is in '万kWh', expected 10^4 t/a"),
        ({"design_capacity_unit": ["万t/a", None]}, "design_capacity_unit is empty for B"),
        ({"design_capacity_unit": [None, None]}, "design_capacity_unit is empty"),
        ({"design_capacity_unit": ["万斤/年", "万t/a"]}, "refused"),
        ({"unit": [None, "kgce/t"]}, "has no unit"),
        ({"unit": ["kWh/t", "kgce/t"]}, "the class is not known for A"),
        ({"product": ["铸铁", "铸铁"]}, "No row has a product of"),
        ({"product": ["铝轮毂", "铝轮毂"]}, "The product of A, B is not known: '铝轮毂' is not a product"),
    ],
)
def test_a_share_of_capacity_that_cannot_be_told_says_why(changes: dict[str, Any], reason: str) -> None:
    found = verdict(clinker([99, 130], [40, 60]).assign(**changes), "panzhihua-2024", "04")
    assert found.met is None
    assert reason in found.reason


def test_capacity_without_a_unit_is_no_capacity() -> None:
    table = clinker([99, 130], [40, 60]).drop(columns="design_capacity_unit")
    said = "design_capacity has no unit, design_capacity_unit is empty or missing. Fill in design_capacity_unit"
    assert said in verdict(table, "panzhihua-2024", "04").reason
    texts = table.assign(design_capacity=["40 万t/a", "600 kt/a"])
    assert verdict(texts, "panzhihua-2024", "04").actual == 40.0


def test_headers_may_be_chinese() -> None:
    names = {"plant": "企业", "product": "产品", "design_capacity": "设计产能", "design_capacity_unit": "设计产能单位"}
    table = clinker([99, 130], [40, 60])
    assert verdict(table.rename(columns=names), "panzhihua-2024", "04") == verdict(table, "panzhihua-2024", "04")


def test_an_item_goes_before_the_name_of_the_product() -> None:
    table = clinker([99, 800], [40, 60]).assign(item=["", "calcium-carbide"])
    assert [part.name for part in verdict(table, "panzhihua-2024", "04").parts] == ["cement-clinker", "calcium-carbide"]


def test_a_table_without_rows_or_names_is_said() -> None:
    none = verdict(frame(green_factory=["yes"]).iloc[:0], "panzhihua-2024", "08", figures={"green_factories": 1})
    assert none.reason.startswith("The results have no column technical_upgrading_projects")
    empty = verdict(frame(green_factory=["yes"]).iloc[:0], "panzhihua-2024", "10")
    assert empty.reason.startswith("The results have no rows")
    unnamed = frame(green_factory=["yes"]).assign(plant=None)
    assert verdict(unnamed, "panzhihua-2024", "10").reason.startswith("plant is empty in 1 rows")
    rows = pd.DataFrame({"technical_upgrading_projects": [60, None, 10]})
    assert verdict(rows, "panzhihua-2024", "08").open_names == ("row 1",)


def test_furnaces_whose_capacity_is_not_read_get_no_remark() -> None:
    table = frame(
        product="感应电炉(铸铁)", intensity=[600], unit="kWh/t", furnace_capacity=[3], furnace_capacity_unit="t/h"
    )
    check = check_targets(table, document="changji-city-2021")
    assert "furnace_capacity is in 't/h'" in check["03"].reason
    assert check.notes == (ENDED,)


# Periods --------------------------------------------------------------------------------------------------


def test_a_target_takes_the_rows_of_its_deadline() -> None:
    table = frame(
        product="电解铝", period=[2022, 2023, 2024], output=1, output_unit="t", conversion_rate=["31 %", "39 %", "50 %"]
    )
    check = check_targets(table, document="changji-prefecture-2022")
    assert [(check[n].actual, check[n].met, check[n].period) for n in ("01", "04")] == [
        (31.0, True, "2022"),
        (39.0, False, "2023"),
    ]
    assert check["07"].reason.startswith("The rows are of 2022, 2023, 2024 and the target is due end of 2025")
    chosen = check_targets(table, document="changji-prefecture-2022", period=2024)
    assert [chosen[n].actual for n in ("01", "04", "07")] == [50.0] * 3
    assert "figures of 2024; due end of 2025" in chosen["07"].note
    with refused(OptionError, "option", "2021", "2022, 2023, 2024"):
        check_targets(table, document="changji-prefecture-2022", period=2021)


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("2023", ""),
        ("2023-12", "figures of 2023-12; due 2023"),
        ("2022", "figures of 2022; due 2023"),
        ("2024", "figures of 2024; due 2023; 昌市政办发〔2021〕24号 was not in force at the end of 2024"),
        ("2021-05", "figures of 2021-05; due 2023; 昌市政办发〔2021〕24号 was not in force at the end of 2021-05"),
        ("2021-06", "figures of 2021-06; due 2023"),
        (
            "2021-06-28",
            "figures of 2021-06-28; due 2023; 昌市政办发〔2021〕24号 was not in force at the end of 2021-06-28",
        ),
        ("winter", ""),
    ],
)
def test_a_period_that_is_not_the_year_of_the_target_is_said(period: str, said: str) -> None:
    table = frame(product="感应电炉(铸铁)", intensity=[600], unit="kWh/t", furnace_capacity="1 t", period=period)
    found = verdict(table, "changji-city-2021", "03")
    assert found.note.partition("another quantity")[2].removeprefix("; ") == said
    assert check_targets(table, document="changji-city-2021").notes == (ENDED,)
    assert check_targets(table.assign(product="水泥"), document="panzhihua-2024").notes == ()


def test_a_part_of_a_year_is_said_where_a_target_names_no_year() -> None:
    table = frame(period="2023-05", product="电解铝", intensity=[13000], unit="kWh/t")
    assert "figures of 2023-05, a part of a year" in verdict(table, "changji-prefecture-2022", "10").note
    assert "part of a year" not in verdict(table.assign(period=2023), "changji-prefecture-2022", "10").note


def test_a_target_without_a_year_asks_for_the_period() -> None:
    table = frame(product="电解铝", period=[2022, 2023], intensity=[13000, 13500], unit="kWh/t")
    found = verdict(table, "changji-prefecture-2022", "10")
    assert found.reason.startswith("The rows are of 2022, 2023 and the target names no year")
    assert verdict(table, "changji-prefecture-2022", "10", period="2022").met is True
    # Rows that name no period are of the one that is meant.
    assert verdict(clinker([99, 130], [40, 60], period=None), "panzhihua-2024", "04").met is True


# Figures --------------------------------------------------------------------------------------------------


def test_figures_go_before_columns_and_ids_before_names() -> None:
    table = frame(green_factory=["yes"])
    found = verdict(table, "panzhihua-2024", "10", figures={"green_factories": 20})
    assert (found.actual, found.met, found.denominator) == (20.0, True, "as given")
    both = {"conversion_rate": "31 %", "changji-prefecture-2022/04-liquid-aluminium-local-conversion-rate": "41 %"}
    check = check_targets(both, document="changji-prefecture-2022")
    assert [check[n].actual for n in ("01", "04", "07")] == [31.0, 41.0, 31.0]


@pytest.mark.parametrize(
    ("figure", "value", "kind", "reason"),
    [
        ("share_of_capacity_at_benchmark", "32 % of enterprises", DimensionError, "wrong-dimension"),
        ("share_of_capacity_at_benchmark", 32, AmountError, "unreadable-amount"),
        ("share_of_capacity_at_benchmark", "32", AmountError, "unreadable-amount"),
        ("green_factories", "22 %", AmountError, "unreadable-amount"),
        ("green_factories", math.nan, AmountError, "unreadable-amount"),
        ("green_factories", math.inf, AmountError, "unreadable-amount"),
        ("green_factories", True, AmountError, "unreadable-amount"),
        ("green_factories", None, AmountError, "unreadable-amount"),
        ("equipment_investment_cumulative", "210 t", DimensionError, "wrong-dimension"),
        ("equipment_investment_cumulative", 210, AmountError, "unreadable-amount"),
    ],
)
def test_a_figure_of_another_kind_is_refused(figure: str, value: Any, kind: Any, reason: str) -> None:
    with refused(kind, reason):
        check_targets({figure: value}, document="panzhihua-2024")


def test_a_figure_of_no_target_is_refused_with_the_nearest_name() -> None:
    with refused(UnknownNameError, "unknown-name", "green_factories"):
        check_targets({"green_factory": 22}, document="panzhihua-2024")


def test_a_figure_may_be_a_quantity_of_any_money_unit() -> None:
    assert read_figure("21000000000 元", "10^8 CNY", "investment") == 210.0
    assert read_figure(eb.quantity("210 亿元"), "10^8 CNY", "investment") == 210.0
    assert read_figure("12 毫克/立方米", "mg/m3", "dust") == 12.0


hostile = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["nan %", "1e999 %", "--", "３０ ％", "30%", "1,2 %", "=1+1", "% of capacity", "0x1e %", "-5 %"]),
    st.floats(),
    st.none(),
)


@given(hostile, st.one_of(hostile, st.just("mg/m³")), st.one_of(hostile, st.sampled_from(["是", "No", True, 0])))
@settings(max_examples=40)
def test_whatever_is_in_a_cell_it_is_read_or_named(value: Any, unit: Any, flag: Any) -> None:
    """Never an exception, and never an answer from a cell that is not read."""
    table = frame(
        item=["alumina-bayer", "alumina-bayer"],
        emission_so2=[value, "40"],
        emission_so2_unit=[unit, "mg/m3"],
        served_on_site=[flag, "no"],
    )
    check = check_targets(table, document="shanxi-2022")
    concentration, served = check["13"], check["04"]
    if unicodedata.normalize("NFKC", str(unit)) not in ("mg/m3", "毫克/立方米"):
        assert concentration.met is None
    assert concentration.met is not None or concentration.reason
    assert served.between == (0.0, 1.0) or served.actual in (0.0, 1.0)


@given(hostile)
def test_whatever_is_given_as_a_figure_it_is_read_or_refused(value: Any) -> None:
    try:
        found = check_targets({"share_of_capacity_at_benchmark": value}, document="panzhihua-2024")["04"]
    except eb.EnergybenchError:
        return
    assert re.fullmatch(r"\s*[-+]?[0-9.,]+\s*[%％].*", unicodedata.normalize("NFKC", value))
    assert found.actual is not None
    assert math.isfinite(found.actual)


# Asking wrongly -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tolerance", [-0.01, 1, 5, math.nan, math.inf, "5 %", None, True])
def test_a_tolerance_is_a_share(tolerance: Any) -> None:
    with refused(OptionError, "option", "0.05 for 5 %"):
        check_targets({}, document="sanmenxia-2019", tolerance=tolerance)


def test_rows_of_another_place_are_refused() -> None:
    table = clinker([99, 130], [40, 60])
    for here in ("攀枝花市", "Panzhihua", None):
        assert verdict(table.assign(region=here), "panzhihua-2024", "04").actual == 40.0
    with refused(OptionError, "option", "is of 攀枝花市, and the region of B is 昌吉市", "write 攀枝花市"):
        check_targets(table.assign(region=["攀枝花市", "昌吉市"]), document="panzhihua-2024")


def test_a_place_belongs_to_the_place_around_it() -> None:
    table = pd.DataFrame({"plant": ["A", "B"], "product": "电解铝", "liquid_conversion_rate": ["40 %", "50 %"]})
    for here in ("昌吉市", "Changji City", "昌吉州", "昌吉州阜康市"):
        check_targets(table.assign(region=here), document="changji-prefecture-2022")
    for document, elsewhere in (("changji-prefecture-2022", "攀枝花市"), ("changji-city-2021", "昌吉州")):
        with refused(OptionError, "option", f"the region of A, B is {elsewhere}"):
            check_targets(table.assign(region=elsewhere), document=document)


def test_a_document_without_targets_is_refused() -> None:
    with refused(UnknownNameError, "unknown-name", "panzhihua-2024"):
        check_targets({}, document="gb-21346-2022")
    with refused(UnknownNameError, "unknown-name"):
        check_targets({}, document="panzhihua-2025")
    assert check_targets({}, document="昌市政办发〔2021〕24号").document == "changji-city-2021"


def test_what_is_no_table_is_refused() -> None:
    with refused(TableError, "table"):
        check_targets(42, document="panzhihua-2024")  # type: ignore[arg-type]
    with refused(TableError, "table", "plant"):
        check_targets(pd.DataFrame({"plant": ["甲"], "企业": ["甲"]}), document="panzhihua-2024")


def test_one_plant_under_two_documents_would_count_twice() -> None:
    one = clinker([99, 110], [50, 50]).assign(document="ndrc-2023", **{"class": "benchmark"})
    with refused(TableError, "table", "several documents", "A"):
        check_targets(pd.concat([one, one.assign(document="ndrc-2021")]), document="panzhihua-2024")


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("product", ["水泥熟料", "cement-clinker", "水泥熟料"]),
        ("item", ["", "水泥熟料", ""]),
        ("period", ["2023年", "2023", "2023.0"]),
    ],
)
def test_a_plant_twice_would_count_twice(column: str, values: list[str]) -> None:
    """A plant of 15 in two rows makes 15 of 85, 18 %, into 30 of 100."""
    table = clinker([99, 99, 110], [15, 15, 70]).assign(plant=["甲", "甲", "乙"], period=2023)
    table[column] = values
    with refused(TableError, "table", "甲", "rows 0, 1 of the results and would count several times", "apart"):
        check_targets(table, document="panzhihua-2024")
    with refused(TableError, "table", "甲", "rows 0, 1"):
        cheapest_lift(table.assign(output=1, output_unit="t"), "panzhihua-2024")


def test_rows_of_one_plant_that_are_named_apart_are_rows() -> None:
    table = clinker([99, 99, 110], [15, 15, 70]).assign(plant=["甲", "甲", "乙"])
    for apart in ({"period": [2023, 2024, 2023]}, {"product": ["水泥熟料", "电石", "水泥熟料"]}):
        assert len(check_targets(table.assign(**apart), document="panzhihua-2024"))
    lines = table.assign(product=["一线", "二线", "一线"], item="cement-clinker")
    assert verdict(lines, "panzhihua-2024", "04").actual == 30.0
    mills = pd.DataFrame({"plant": "甲", "product": "水泥", "equipment": ["mill", "clinker-line"]})
    assert len(check_targets(mills, document="sanmenxia-2019"))


@pytest.mark.parametrize("share", ["130 % of capacity", "100.1 %"])
def test_a_share_over_a_hundred_percent_is_refused(share: str) -> None:
    with refused(AmountError, "unreadable-amount", share, "at most 100 %"):
        check_targets({"share_of_capacity_at_benchmark": share}, document="panzhihua-2024")
    assert verdict({"share_of_capacity_at_benchmark": "100 %"}, "panzhihua-2024", "04").met is True
    assert verdict({"equipment_investment_growth": "130 %"}, "panzhihua-2024", "02").actual == 130.0
    rate = smelters(["电解铝", "电解铝"], [13000, 13000], conversion_rate=["30 %", "101 %"], output=1, output_unit="t")
    found = verdict(rate, "changji-prefecture-2022", "01")
    assert (found.met, found.reason) == (None, "conversion_rate is above 100 % for B. Check the number")


def test_a_column_that_nothing_uses_is_said() -> None:
    check = check_targets(frame(green_factroy=["yes"]), document="panzhihua-2024")
    assert check.notes == ("columns that no target of the document uses: green_factroy",)


def test_an_own_target_is_compared_by_its_id(write_table: WriteTable) -> None:
    base = next(row for row in ROWS if measure_of(row).figure == "cast_iron_energy")
    tables.use(write_table("targets", {"id": "own/01-cast-iron", "value": "0.25"}, base=base.id))
    check = check_targets({"own/01-cast-iron": "251 kgce/t"}, document="changji-city-2021")
    own = check["own/01-cast-iron"]
    assert (own.met, own.actual, own.required) == (False, 0.251, "<= 0.25 tce/t")
    tables.use(
        write_table(
            "targets", {"id": "own/02", "value": "7", "unit": "%", "comparison": ">="}, base=base.id, file="more.csv"
        )
    )
    assert verdict({"own/02": "7 %"}, "changji-city-2021", "own/02").met is True
    share = {"id": "own/03", "value": "7", "unit": "% of capacity", "comparison": ">="}
    tables.use(write_table("targets", share, base=base.id, file="share.csv"))
    with refused(AmountError, "unreadable-amount", "at most 100 %"):
        check_targets({"own/03": "101 % of capacity"}, document="changji-city-2021")
    without = check_targets(EMPTY, document="changji-city-2021")["own/01-cast-iron"]
    assert without.reason.startswith("The figure own/01-cast-iron is missing, no column gives it")


# The whole ------------------------------------------------------------------------------------------------


def test_a_check_is_text_a_frame_and_plain_data() -> None:
    check = check_targets(clinker([99, 130], [40, 60]), document="panzhihua-2024", figures={"green_factories": 20})
    assert isinstance(check, TargetCheck)
    assert len(check) == sum(check.counts.values()) == len(target_rows("panzhihua-2024"))
    table = check.frame()
    assert len(table) == len(check)
    assert table["met"].sum() == check.counts["met"] == 2
    assert (table["actual"][3], table["columns"][3]) == (40.0, "design_capacity; level")
    assert json.loads(json.dumps(check.to_dict(), ensure_ascii=False, allow_nan=False))["counts"] == check.counts
    assert pickle.loads(pickle.dumps(check)) == check  # noqa: S301 - our own bytes
    text = str(check)
    counts = check.counts
    assert text.splitlines()[0].endswith(
        f"2 met, {counts['not met']} not met, {counts['cannot tell']} cannot tell, {counts['context']} context"
    )
    assert "超30%" in check["04"].quote
    assert [v.target for v in check] == [row.id for row in target_rows("panzhihua-2024")]
    with refused(UnknownNameError, "unknown-name"):
        check["99"]


def test_a_verdict_is_printed_with_what_was_found_its_source_and_what_is_open() -> None:
    emission = frame(item="alumina-bayer", emission_so2=[40, 100.001], emission_so2_unit="mg/m3")
    share = clinker([99, 110, math.nan], [25, 55, 20])
    furnace = frame(product="感应电炉(铸铁)", intensity=[600], unit="kWh/t", furnace_capacity="3 t")
    printed = {
        verdict(emission, "shanxi-2022", "13"): (
            "not met: alumina and primary aluminium, sulphur dioxide emission concentration: <= 100 mg/m3; "
            "found 100.001 mg/m3 (each of 2 rows): B  [shanxi-2022 二、主要目标 绿色化提升, {}; due 2022]"
        ),
        verdict(emission.iloc[:1], "shanxi-2022", "13"): (
            "met: alumina and primary aluminium, sulphur dioxide emission concentration: <= 100 mg/m3; "
            "found 40 mg/m3 (each of 1 row)  [shanxi-2022 二、主要目标 绿色化提升, {}; due 2022]"
        ),
        verdict(share, "panzhihua-2024", "04"): (
            "cannot tell: key industries, share of capacity at or above the benchmark level: > 30 % of capacity; "
            "found 25 to 45 % of capacity (design_capacity of 3 plants: cement-clinker 100 x 10^4 t/a)  "
            "[panzhihua-2024 一、主要目标, {}; due 2027]\n"
            "    the class is not known for C: intensity is empty or no number for C\n"
            "    note: counted for each product: tonnes of different products are never added"
        ),
        verdict(EMPTY, "changji-city-2021", "17"): (
            "context: foundry enterprises, number of enterprises: 7 enterprises  [changji-city-2021 一、, {}; due 2021]"
        ),
    }
    for found, text in printed.items():
        assert str(found) == text.format(found.verification)
    assert str(verdict(furnace, "changji-city-2021", "05")).endswith("\n    depends on how the text is read")
    small = verdict(furnace.assign(furnace_capacity="1 t"), "changji-city-2021", "03")
    assert " (1500 degC) (≤ 1 t), melting electricity consumption" in str(small)


# The cheapest plants to lift ------------------------------------------------------------------------------


def lifting(intensity: list[float], capacity: list[float], output: list[float], **columns: Any) -> pd.DataFrame:
    return clinker(intensity, capacity, output=output, output_unit="万t", **columns)


def test_the_cheapest_list_is_not_the_smallest_savings_first() -> None:
    """D must come up; then B alone (7200 tce) is cheaper than C and B (2400 and 7200), and C alone is not enough."""
    table = lifting([96, 103, 108, 121], [150, 310, 30, 120], [120, 240, 30, 95])
    plan = cheapest_lift(table, "panzhihua-2024")
    assert [(s.plant, s.level, s.to, round(s.saving)) for s in plan.steps] == [
        ("D", "below-baseline", "baseline", 3800),
        ("B", "baseline", "benchmark", 7200),
    ]
    (product,) = plan.products
    assert (product.capacity, product.capacity_unit, product.saving_unit) == (610.0, "10^4 t/a", "tce")
    assert product.capacity_to_baseline == 120.0
    assert product.capacity_to_benchmark == pytest.approx(0.3 * 610 - 150)
    assert plan.steps[0].share_below_baseline == 0.0
    assert plan.steps[1].share_at_benchmark == pytest.approx(100 * 460 / 610)
    assert plan.frame()["plant"].tolist() == ["D", "B"]
    assert json.loads(json.dumps(plan.to_dict(), allow_nan=False))["document"] == "panzhihua-2024"
    assert "in all 11,000 tce" in str(plan)


def test_after_the_lift_the_targets_are_met() -> None:
    table = lifting([96, 103, 108, 121], [150, 310, 30, 120], [120, 240, 30, 95])
    lifted = {
        s.plant: {"benchmark": 100.0, "baseline": 117.0}[s.to] for s in cheapest_lift(table, "panzhihua-2024").steps
    }
    after = table.assign(intensity=[lifted.get(p, v) for p, v in zip(table["plant"], table["intensity"], strict=True)])
    check = check_targets(after, document="panzhihua-2024")
    assert (check["03"].met, check["04"].met) == (True, True)
    plan = cheapest_lift(after, "panzhihua-2024", standards={"ndrc-2023": "ndrc-2021"})
    assert (plan.steps, plan.standard) == ((), "ndrc-2021")


def test_products_are_lifted_apart_and_in_their_own_energy() -> None:
    aluminium = frame(
        product="电解铝",
        intensity=[13100, 13500],
        unit="kWh/t",
        output=[50, 20],
        output_unit="万t",
        design_capacity=[500, 200],
        design_capacity_unit="kt/a",
    )
    table = pd.concat([lifting([120, 99], [60, 40], [50, 30]), aluminium])
    plan = cheapest_lift(table, "panzhihua-2024")
    assert [(p.item, p.saving_unit, p.proven) for p in plan.products] == [
        ("cement-clinker", "tce", True),
        ("electrolytic-aluminium", "kWh", True),
    ]
    # Lifting the small one all the way: 500 kWh/t x 20 万t, less than 100 x 50 万t and 150 x 20 万t apart.
    steps = plan.products[1].steps
    assert [(s.plant, s.to, s.saving) for s in steps] == [("B", "baseline", 3e7), ("A", "benchmark", 5e7)]
    assert any("never added" in note for note in plan.notes)


plants = st.lists(
    st.tuples(
        st.sampled_from([95.0, 100.0, 101.5, 108.0, 117.0, 119.0, 140.0]), st.integers(1, 40), st.integers(1, 40)
    ),
    min_size=1,
    max_size=6,
)


@given(plants)
def test_no_other_choice_saves_less(given_plants: list[tuple[float, int, int]]) -> None:
    """Against every subset of plants, in whole numbers of 0.1 tce."""
    intensity, capacity, output = (list(column) for column in zip(*given_plants, strict=True))
    plan = cheapest_lift(lifting(intensity, capacity, output), "panzhihua-2024")
    need = [
        (max(0, round(10 * (v - 117))) * o, max(0, round(10 * (v - 100))) * o)
        for v, o in zip(intensity, output, strict=True)
    ]
    best = None
    for chosen in itertools.product((False, True), repeat=len(need)):
        there = sum(c for c, v, up in zip(capacity, intensity, chosen, strict=True) if up or v <= 100)
        if 100 * there > 30 * sum(capacity):
            total = sum(pair[up] for pair, up in zip(need, chosen, strict=True))
            best = total if best is None else min(best, total)
    assert best is not None
    assert plan.products[0].proven
    assert plan.products[0].saving == pytest.approx(best)
    savings = [step.saving for step in plan.steps]
    assert savings == sorted(savings)
    if plan.steps:
        assert plan.steps[-1].share_below_baseline == 0.0
        assert plan.steps[-1].share_at_benchmark > 30.0


portfolios = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=40)


@given(portfolios, st.integers(1, 2400), st.sampled_from([1.0, 0.1, 1 / 3]))
def test_the_cheapest_cover_is_that_of_a_table_of_all_capacities(
    plants: list[tuple[int, int]], enough: int, unit: float
) -> None:
    """Against the least cost of each whole capacity, for many plants, and in units that no float holds exactly."""
    least = [0.0] + [math.inf] * enough
    for capacity, cost in plants:
        for there in range(enough, -1, -1):
            reached = min(enough, there + capacity)
            least[reached] = min(least[reached], least[there] + cost)
    capacities, costs = [capacity * unit for capacity, _ in plants], [float(cost) for _, cost in plants]
    chosen, proven = cheapest_cover(capacities, costs, enough * unit * (1 - 1e-9))
    if math.isfinite(least[enough]):
        assert proven
        assert sum(plants[n][0] for n in chosen) >= enough
        assert sum(plants[n][1] for n in chosen) == least[enough]


def test_many_plants_of_equal_intensity_are_chosen_exactly() -> None:
    """Each saves the same per capacity, so that no plant is better than another and only the sums decide."""
    capacities = [10.0 + (37 * n) % 101 + (n % 10) / 10 for n in range(100)]
    enough = 1234.5 * (1 + 1e-9)
    chosen, proven = cheapest_cover(capacities, [3.0 * capacity for capacity in capacities], enough)
    assert proven
    assert sum(capacities[n] for n in chosen) == pytest.approx(1234.6)  # one step of 0.1 over


def test_a_choice_that_cannot_be_proven_the_cheapest_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    capacities, costs = [float(2**n) for n in range(12)], [float(3 + 2**n) for n in range(12)]
    assert cheapest_cover(capacities, costs, 1000.5)[1]
    monkeypatch.setattr("energybench.targets.lift.MOST_CHOICES", 36)
    chosen, proven = cheapest_cover(capacities, costs, 1000.5)
    assert not proven
    assert sum(capacities[n] for n in chosen) > 1000


def test_a_lift_that_would_be_a_guess_is_refused() -> None:
    table = lifting([96, 103], [10, 10], [8, 8])
    with refused(OptionError, "option", "no targets on capacity"):
        cheapest_lift(table, "sanmenxia-2019")
    with refused(MissingFigureError, "missing-figure", "B"):
        cheapest_lift(table.assign(intensity=[96, math.nan]), "panzhihua-2024")
    with refused(MissingColumnError, "missing-column", "output"):
        cheapest_lift(table.assign(output=[8, math.nan]), "panzhihua-2024")
    with refused(MissingColumnError, "missing-column", "design_capacity is empty or no number for B"):
        cheapest_lift(table.assign(design_capacity=[10, math.nan]), "panzhihua-2024")
    with refused(MissingFigureError, "missing-figure", "No row has a product"):
        cheapest_lift(table.assign(product="铸铁"), "panzhihua-2024")
    with refused(MissingFigureError, "missing-figure", "adds up to zero"):
        cheapest_lift(table.assign(design_capacity=0), "panzhihua-2024")


def test_a_lift_over_a_ladder_without_a_baseline_is_refused(write_table: WriteTable) -> None:
    tables.use(write_table("benchmarks", {"baseline": ""}, base="ndrc-2023/cement-clinker"))
    with refused(MissingFigureError, "missing-figure", "A level of cement-clinker", "is not known"):
        cheapest_lift(lifting([96, 97], [10, 10], [8, 8]), "panzhihua-2024")


def test_a_plant_that_must_come_up_anyway_costs_only_the_rest_of_the_way() -> None:
    """All the way A saves 18000 and B 17510 tce; but A must save 1000 in any case."""
    steps = cheapest_lift(lifting([118, 117], [50, 50], [100, 103]), "panzhihua-2024").steps
    assert [(s.plant, s.to, round(s.saving)) for s in steps] == [("A", "benchmark", 18000)]


def test_a_share_of_exactly_the_value_is_not_over_it_for_the_lift_either() -> None:
    plan = cheapest_lift(lifting([99, 110], [30, 70], [1, 1]), "panzhihua-2024")
    assert ([step.plant for step in plan.steps], plan.products[0].capacity_to_benchmark) == (["B"], 0.0)


def test_a_plant_is_lifted_upwards_where_higher_is_better(write_table: WriteTable) -> None:
    changes = {"better": "higher", "benchmark": "117", "baseline": "100", "comparator": ">="}
    tables.use(write_table("benchmarks", changes, base="ndrc-2023/cement-clinker"))
    steps = cheapest_lift(lifting([120, 110, 90], [10, 80, 10], [1, 1, 1]), "panzhihua-2024").steps
    assert [(s.plant, s.to, s.saving) for s in steps] == [("B", "benchmark", 70.0), ("C", "baseline", 100.0)]


def test_a_plant_that_is_stated_worse_than_its_intensity_saves_nothing() -> None:
    table = lifting([99, 120], [10, 10], [8, 8], document="ndrc-2023").assign(**{"class": "baseline"})
    assert [(s.plant, s.saving) for s in cheapest_lift(table, "panzhihua-2024").steps] == [("A", 0.0)]


@pytest.mark.parametrize("output", [0, -2])
def test_a_lift_of_a_plant_without_output_is_refused(output: float) -> None:
    with refused(OutputError, "output", "output is not above zero for B"):
        cheapest_lift(lifting([96, 103], [10, 10], [8, output]), "panzhihua-2024")


@pytest.mark.parametrize("product", [None, "水泥熟料厂"])
def test_a_lift_without_a_plant_whose_product_is_not_known_is_refused(product: str | None) -> None:
    table = lifting([96, 103], [1, 9], [8, 8]).assign(product=pd.Series(["水泥熟料", product]))
    with refused(UnknownProductError, "unknown-product", "The product of B is", "other"):
        cheapest_lift(table, "panzhihua-2024")
    assert "left out" in str(cheapest_lift(table.assign(item=["", "other"]), "panzhihua-2024"))


def test_a_lift_is_for_one_period() -> None:
    table = lifting([96, 120], [10, 10], [8, 8], period=[2023, 2024])
    with refused(OptionError, "option", "2023, 2024"):
        cheapest_lift(table, "panzhihua-2024")
    with refused(OptionError, "option", "2023, 2024"):
        cheapest_lift(table, "panzhihua-2024", period=2021)
    assert [step.plant for step in cheapest_lift(table, "panzhihua-2024", period=2024).steps] == ["B"]
    assert "left out" in str(
        cheapest_lift(pd.concat([table, table.assign(product="铸铁")]), "panzhihua-2024", period=2023)
    )


# Energy per output value ----------------------------------------------------------------------------------


def test_energy_per_output_value_alone_and_for_the_chain() -> None:
    books = {"甲": ("1200000 tce", "100 亿元"), "乙": ("3 万tce", "500000 万元"), "丙": ("2 万tce", "50 亿元")}
    found = energy_per_output_value(books, smelter="甲")
    assert (found.alone, found.chain, found.unit) == (1.2, 0.625, "tce/万元")
    assert [found.change, found.change_percent] == pytest.approx([-0.575, -100 * 0.575 / 1.2])
    assert found.to_pint().to("kgce/CNY").magnitude == pytest.approx(0.0625)
    part = energy_per_output_value(books, smelter="甲", downstream=["丙"])
    assert part.chain == pytest.approx(122 / 150)
    assert [p.role for p in part.parts] == ["smelter", "downstream"]
    assert found.frame()["intensity"].tolist() == [1.2, 0.06, 0.04]
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["chain"] == 0.625


def test_energy_per_output_value_from_results_and_accounts() -> None:
    table = frame(tce=[1000.0, 500.0, 30.0], output_value=[900, 100, 1], output_value_unit=["万元", "万元", "亿元"])
    table["plant"] = ["甲", "甲", "乙"]
    found = energy_per_output_value(table, smelter="甲")
    assert (found.alone, found.chain, found.basis) == (1.5, 1530 / 11000, "")
    assert found.frame()["plant"].tolist() == ["甲", "乙"]
    same = energy_per_output_value(
        table.drop(columns="output_value_unit").assign(output_value=[900, 100, 10_000]),
        smelter="甲",
        output_value_unit="万元",
    )
    assert same.chain == found.chain
    smelter = eb.account([("电力", "1 亿kWh")])
    chain = energy_per_output_value({"甲": (smelter, "1 亿元"), "乙": ("1 tce", "2 亿元")}, smelter="甲")
    assert chain.alone == 1.229
    assert chain.basis == "calorific"
    keys = {"plant": ["甲", "乙"], "period": "2024", "product": "电解铝"}
    outputs = pd.DataFrame({**keys, "output": 7600, "output_unit": "t", "output_value": [1, 2]})
    meters = pd.DataFrame({**keys, "carrier": "电力", "amount": 1, "unit": "亿kWh"})
    assessed = eb.assess(meters, outputs.assign(output_value_unit="亿元"))
    lines = str(energy_per_output_value(assessed, smelter="甲")).splitlines()
    assert lines[:2] == [
        "甲 (smelter): 12,290 tce / 10,000 万元 = 1.229 tce/万元",
        "乙 (downstream): 12,290 tce / 20,000 万元 = 0.6145 tce/万元",
    ]
    assert energy_per_output_value(assessed, smelter="甲").basis == "calorific"
    assert energy_per_output_value({"甲": ("1 tce", "5000 元")}, smelter="甲").alone == 2


def test_energy_per_output_value_refuses_what_does_not_add_up() -> None:
    primary = eb.account([("电力", "1 亿kWh")], basis="primary", coal_rate="302 gce/kWh")
    calorific = eb.account([("电力", "1 亿kWh")])
    with refused(BasisError, "basis", "calorific", "primary"):
        energy_per_output_value({"甲": (calorific, "1 亿元"), "乙": (primary, "1 亿元")}, smelter="甲")
    with refused(UnknownNameError, "unknown-name", "丁"):
        energy_per_output_value({"甲": ("1 tce", "1 亿元")}, smelter="丁")
    with refused(OutputError, "output", "甲"):
        energy_per_output_value({"甲": ("1 tce", "0 亿元")}, smelter="甲")
    with refused(NoEnergyError, "no-energy", "乙"):
        energy_per_output_value({"甲": ("1 tce", "1 亿元"), "乙": ("-3 tce", "2 亿元")}, smelter="甲")
    with refused(DimensionError, "wrong-dimension"):
        energy_per_output_value({"甲": ("1 kWh", "1 亿元")}, smelter="甲")
    years = frame(tce=[1.0, 2.0], output_value=[2, 3], output_value_unit="万元", period=[2022, 2023])
    with refused(OptionError, "option", "2022, 2023"):
        energy_per_output_value(years, smelter="A")
    assert energy_per_output_value(years, smelter="B", period=2023).alone == pytest.approx(2 / 3)
    bare = frame(tce=[1.0], output_value=[2])
    with refused(MissingColumnError, "missing-column", "output_value_unit"):
        energy_per_output_value(bare, smelter="A")
    with refused(MissingColumnError, "missing-column", "plant is empty in 1 rows"):
        energy_per_output_value(bare.assign(plant=None), smelter="A", output_value_unit="万元")
    with refused(MissingColumnError, "missing-column", "The results have no column tce", "Add a column tce"):
        energy_per_output_value(bare.drop(columns="tce"), smelter="A")
    with refused(NoEnergyError, "no-energy", "A"):
        energy_per_output_value(bare.assign(tce=math.nan), smelter="A", output_value_unit="万元")
    with refused(OutputError, "output", "A"):
        energy_per_output_value(bare.assign(output_value=math.nan), smelter="A", output_value_unit="万元")
