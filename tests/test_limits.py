"""Which row applies: editions in force, replaced documents, GB levels, every document side by side."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import energybench as eb
import oracle
from energybench import Level
from energybench.errors import (
    AmountError,
    ConditionError,
    DimensionError,
    EnergybenchError,
    NotInForceError,
    OptionError,
    PeriodError,
    SupersededWarning,
    UncertaintyError,
    UnknownNameError,
    UnknownProductError,
    UnverifiedError,
    UnverifiedWarning,
)
from energybench.limits.choose import choose_ladder, find_ladder, usual_unit
from energybench.limits.verdicts import check_basis, judge
from energybench.tables.names import find_item
from energybench.tables.periods import period_span
from energybench.units.text import read_unit
from expect import each, refused

ALUMINIUM = ("13200 kWh/t", "electrolytic-aluminium")


# Editions in force ----------------------------------------------------------------------------------------


@each(
    ("period", "document"),
    [
        ("2022", "ndrc-2021"),
        ("2022-01", "ndrc-2021"),
        ("2022-01-01", "ndrc-2021"),
        ("2023-06", "ndrc-2021"),
        ("2023-07-03", "ndrc-2021"),
        ("2023-07-04", "ndrc-2023"),
        ("2023-07", "ndrc-2023"),
        ("2023", "ndrc-2023"),
        ("2026", "ndrc-2023"),
        ("2022年", "ndrc-2021"),
        ("2022年度", "ndrc-2021"),
        ("2023.0", "ndrc-2023"),
        ("2023年6月", "ndrc-2021"),
        ("2023年7月3日", "ndrc-2021"),
        ("2023年7月4日", "ndrc-2023"),
    ],
)
def test_the_list_in_force_at_the_end_of_a_period_applies(period: str, document: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        verdict = eb.classify(*ALUMINIUM, period=period)
        book = eb.account([("电", "1 万kWh")], output="1 t", product="电解铝", period=period)
    assert verdict.document == document
    assert book.verdict is not None
    assert book.verdict.document == document


def test_before_the_first_list_there_is_none() -> None:
    lists = "ndrc-2021 is in force only from 2022-01-01; ndrc-2023 is in force only from 2023-07-04"
    with refused(NotInForceError, "not-in-force", "end of 2021", lists):
        eb.classify(*ALUMINIUM, period="2021")


@each(
    ("value", "item", "period", "advice"),
    [
        ("13200 kWh/t", "电解铝", "2021", 'document="gb-21346-2013" (until 2024-01-01)'),
        ("100 kgce/t", "水泥熟料", "2020", 'document="gb-16780-2012", allow_unverified=True (from 2013-10-01)'),
        ("100 kgce/t", "水泥熟料", "2013-10-01", 'document="gb-16780-2012", allow_unverified=True (from 2013-10-01)'),
        ("100 kgce/t", "水泥熟料", "2013-09-30", ""),
        ("60 kWh/t", "水泥熟料", "2012", ""),
    ],
)
def test_where_no_list_is_in_force_the_standards_of_the_time_are_named(
    value: str, item: str, period: str, advice: str
) -> None:
    with pytest.raises(NotInForceError, match=r"^No document") as caught:
        eb.classify(value, item, period=period)
    other = 'Pass document="ndrc-2023" to use it all the same'
    assert caught.value.fix == (f"A GB standard is another test: pass {advice}" if advice else other)


LISTED = sorted({row["item"] for row in oracle.table("benchmarks")})


@each("item", LISTED)
def test_a_standard_that_is_advised_has_a_ladder(item: str) -> None:
    with pytest.raises(NotInForceError) as caught:
        find_ladder(item, period="2021")
    for way in caught.value.fix.partition("pass ")[2].split(" or "):
        if way:
            (document,) = re.findall(r'document="([^"]+)"', way)
            (other,) = re.findall(r'item="([^"]+)"', way) or [item]
            assert find_ladder(other, document, "allow_unverified=True" in way).document == document


def test_where_there_is_no_list_the_standards_are_what_was_searched() -> None:
    with refused(NotInForceError, "not-in-force", "No document", "end of 2001", 'document="gb-29140-2024"'):
        find_ladder("soda-ash-light-combined", period="2001")


@each(
    "period",
    ["", "abc", "1月", "2023.6", "2023.06", "20220", "2022-13", "2022-00", "2023-02-30", 2022],
)
def test_a_period_that_is_no_period_is_refused(period: Any) -> None:
    """June 2023 written as 2023.6 must never get the list of July."""
    with refused(PeriodError, "unreadable-period", str(period), "2023"):
        eb.classify(*ALUMINIUM, period=period)


@each(
    ("period", "document"),
    [("2023-Q2", "ndrc-2021"), ("2023年第三季度", "ndrc-2023"), ("2023H1", "ndrc-2021"), ("2023年下半年", "ndrc-2023")],
)
def test_quarters_and_half_years_are_periods(period: str, document: str) -> None:
    assert find_ladder(ALUMINIUM[1], period=period).document == document


@given(st.text(max_size=12) | st.text("0123456789-/年月Q季度", max_size=10))
def test_any_text_as_period_is_a_date_or_is_refused(period: str) -> None:
    try:
        ladder = find_ladder(ALUMINIUM[1], period=period)
    except EnergybenchError:
        return
    start = {row["id"]: row["effective_from"] for row in oracle.table("documents")}
    span = period_span(period)
    assert span is not None
    assert start[ladder.document] <= span[1].isoformat()


def test_without_a_period_the_day_of_the_tables_decides() -> None:
    day = eb.tables.as_of()
    assert find_ladder(ALUMINIUM[1]) == find_ladder(ALUMINIUM[1], period=day)
    dates = {row["id"]: row for row in oracle.table("documents")}
    judged = 0
    for row in oracle.accepted("limits"):
        source = dates[row["document"]]
        in_force = source["effective_from"] and source["effective_from"] <= day < (source["effective_to"] or "9999")
        try:
            found = find_ladder(row["item"], like=read_unit(row["unit"]))
        except EnergybenchError:
            continue
        judged += 1
        assert dates[found.document]["effective_from"] <= day < (dates[found.document]["effective_to"] or "9999")
        assert not in_force or found.document == source["id"] or dates[found.document]["kind"] == "national_list"
    assert judged > 700


@each(
    ("value", "item", "document", "said"),
    [
        ("1.5 tce/t", "neodymium-oxide-ion-ore", "gb-29435-2025", "is in force only from 2027-01-01"),
        ("-120 kgce/t", "sulphuric-acid-sulphur", "gb-29141-2012", "was replaced by gb-29141-2024 on 2025-06-01"),
        ("0.27 tce/t", "铸铁", "changji-city-2021", "ended on 2024-01-01"),
    ],
)
def test_a_document_that_is_not_in_force_is_used_by_name_only_and_says_so(
    value: str, item: str, document: str, said: str
) -> None:
    with refused(NotInForceError, "not-in-force", item if item.isascii() else "cast-iron", f'document="{document}"'):
        eb.classify(value, item)
    with pytest.warns(SupersededWarning, match=said):
        verdict = eb.classify(value, item, document=document)
    assert verdict.standing == said
    assert said in str(verdict)


# Places ---------------------------------------------------------------------------------------------------


@each("region", ["昌吉市", "Changji City", "changji city"])
def test_a_local_limit_is_used_for_its_place_only(region: str) -> None:
    verdict = eb.classify("0.27 tce/t", "铸铁", region=region, period="2023")
    assert (verdict.document, verdict.level, verdict.standing) == ("changji-city-2021", Level.WITHIN_LIMIT, "")
    assert "昌吉市" in str(verdict)
    with refused(NotInForceError, "not-in-force", "cast-iron", 'region="昌吉市"'):
        eb.classify("0.27 tce/t", "铸铁")
    with pytest.warns(SupersededWarning, match="ended on 2024-01-01"):
        assert "ended on 2024-01-01" in str(eb.classify("0.27 tce/t", "铸铁", region=region))
    assert eb.classify("0.27 tce/t", "铸铁", region=region, period="2023-12-31").standing == ""
    for period in ("2024-01-01", "2025"):
        with refused(NotInForceError, "not-in-force", "ended on 2024-01-01", 'document="changji-city-2021"'):
            eb.classify("0.27 tce/t", "铸铁", region=region, period=period)


def test_a_place_without_a_local_limit_has_the_national_rule() -> None:
    assert eb.classify(*ALUMINIUM, region="昌吉市").document == eb.classify(*ALUMINIUM).document
    with refused(UnknownNameError, "unknown-name", "昌都", "昌吉市, Changji City, "):
        eb.classify(*ALUMINIUM, region="昌都")


def test_a_furnace_is_judged_in_its_place_and_prints_that_place_and_its_end() -> None:
    furnace = ("600 kWh/t", "induction-furnace-cast-iron")
    with refused(NotInForceError, "not-in-force", "昌吉市"):
        eb.classify(*furnace, capacity="3 t")
    assert "depends on the reading" in str(eb.classify(*furnace, capacity="3 t", region="昌吉市", period="2022"))
    assert "昌吉市" in str(eb.furnace_limit("3 t"))
    assert "2024-01-01" in str(eb.furnace_limit("3 t"))


# Replaced documents ---------------------------------------------------------------------------------------


def test_a_replaced_document_is_used_and_its_successor_named() -> None:
    with pytest.warns(SupersededWarning, match=r"1609号 was replaced by ndrc-2023") as seen:
        assert eb.classify(*ALUMINIUM, document="ndrc-2021").document == "ndrc-2021"
    assert seen[0].filename == __file__
    with pytest.warns(SupersededWarning, match="ndrc-2023"):
        eb.account([("电", "1 kWh")], output="1 t", product="电解铝", document="ndrc-2021")


def test_the_gap_of_a_replaced_standard_is_named_and_never_filled() -> None:
    with refused(UnknownProductError, "unknown-product", "GB 25327-2017", "gb-21346-2022", "document="):
        eb.classify("400 kgce/t", "alumina-bayer", document="gb-25327-2017")


# GB levels ------------------------------------------------------------------------------------------------


@each(
    ("value", "level"),
    [
        ("12950 kWh/t", Level.LEVEL_1),
        ("12950.1 kWh/t", Level.LEVEL_2),
        ("13000 kWh/t", Level.LEVEL_2),
        ("13350 kWh/t", Level.LEVEL_3),
        ("13350.1 kWh/t", Level.OVER_LIMIT),
    ],
)
def test_a_standard_gives_levels(value: str, level: Level) -> None:
    verdict = eb.classify(value, "电解铝", document="gb-21346-2022")
    assert verdict.level == level
    assert list(verdict.meets) == ["level-1", "level-2", "level-3"]


def test_the_access_test_for_new_plants_is_told_beside_the_level() -> None:
    verdict = eb.classify("285.5 gce/kWh", "coal-unit-supercritical-600-mw", corrections="base")
    assert verdict.level == Level.LEVEL_1
    assert verdict.meets == {"level-1": True, "level-2": False, "level-3": True}
    assert "access test for new plants" in verdict.notes


def test_an_option_of_a_class_is_named_where_it_cannot_be_used() -> None:
    with refused(OptionError, "option", "compare is 'fully'"):
        eb.classify("13200 kWh/t", "电解铝", compare="fully")
    with refused(OptionError, "option", "documents", "Leave the others out"):
        eb.classify("13200 kWh/t", "电解铝", documents="all", region="昌吉市")  # type: ignore[call-overload]
    with refused(OptionError, "option", "documents is 'both'. Use one of all"):
        eb.classify("13200 kWh/t", "电解铝", documents="both")  # type: ignore[call-overload]
    with refused(UncertaintyError, "uncertainty", "output is 5±1 t (k=1)", "the output alone"):
        eb.classify("13200 kWh/t", "电解铝", output="5±1 t")


def test_every_document_takes_an_implausible_value_for_right_where_the_caller_says_so() -> None:
    far = ("13.2 kWh/t", "electrolytic-aluminium")
    assert {one.level for one in eb.classify(*far, documents="all")} == {None}
    assert None not in {one.level for one in eb.classify(*far, documents="all", plausible=True)}


def test_every_document_whose_row_is_not_confirmed_gives_a_reason_and_no_class() -> None:
    beside = eb.classify("425 kgce/t", "blast-furnace", documents="all")
    assert {one.level for one in beside} == {None}
    assert all(one.reason and not any(one.meets.values()) for one in beside)


def test_a_standard_on_another_basis_is_no_counterpart() -> None:
    (other,) = find_ladder("olefins-from-coal", "ndrc-2023").counterparts
    assert other.item == "coal-to-olefins-mto-feedstock-included"
    assert find_ladder("electrolytic-aluminium", "gb-21346-2022").counterparts == ()


def test_a_row_that_is_not_confirmed_names_a_standard_only_where_there_is_one() -> None:
    with pytest.raises(UnverifiedError, match=r"with a warning$"):
        find_ladder("copper-sheet-continuous-cast-cupronickel-working", "gb-21350-2023")
    with pytest.raises(UnverifiedError, match="The GB limit of the same product is another test"):
        find_ladder("blast-furnace")


def test_a_name_of_an_output_is_that_of_its_product_and_its_value_has_the_unit_of_the_indicator() -> None:
    assert find_item("电解铝产量") == "electrolytic-aluminium"
    assert find_ladder("水泥熟料").item_en == "Cement clinker"
    assert usual_unit("电解铝产量", "gb-21346-2022") == "kWh/t"
    assert usual_unit("水泥熟科") == ""
    for document, example in ((None, '"60 kgce/t" or "60 kWh/t"'), ("gb-29437-2012", '"60 kgce/t"')):
        with pytest.raises(AmountError) as caught:
            eb.classify(60, "acetic-acid-carbonylation", document=document)  # type: ignore[call-overload]
        assert caught.value.fix == f"Write the unit too: {example}"
    with refused(AmountError, "unreadable-amount", 'Write the unit too: "0.27 tce/t"'):
        eb.classify(0.27, "铸铁", period="2023", region="昌吉市")  # type: ignore[call-overload]


def test_a_standard_with_several_indicators_goes_by_the_unit_of_the_value() -> None:
    seen: dict[tuple[str, str], set[str]] = {}
    for row in oracle.accepted("limits"):
        seen.setdefault((row["item"], row["document"]), set()).add(row["unit"])
    several = {key: units for key, units in seen.items() if len(units) > 1}
    assert several
    for (item, document), units in several.items():
        for unit in units:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SupersededWarning)
                assert eb.classify(f"1 {unit}", item, document=document, corrections="base").unit == unit


# What follows from a class --------------------------------------------------------------------------------


@each(
    ("value", "item", "options", "said"),
    [
        ("425 kgce/t", "高炉", {"allow_unverified": True}, ["GB 21256-2025 level 3 (<= 415 kgce/t) is not met"]),
        ("415 kgce/t", "高炉", {"allow_unverified": True}, []),
        (
            "-11 kgce/t",
            "converter",
            {"allow_unverified": True},
            ["GB 21256-2025 level 3 for 转炉工序 (<= -12 kgce/t) is not met"],
        ),
        ("-11 kgce/t", "converter", {"period": "2026-06-30", "allow_unverified": True}, []),
        ("350 kgce/t", "olefins-from-coal", {"plausible": True}, []),
        ("13400 kWh/t", "电解铝", {}, ["level 3 (<= 13350 kWh/t) is not met", "by 2025-12-31, which has passed"]),
        ("13100 kWh/t", "电解铝", {}, []),
        (
            "13100 kWh/t",
            "电解铝",
            {"project": "new"},
            ["level 2 (<= 13000 kWh/t), required of a new plant, is not met"],
        ),
        ("13000 kWh/t", "电解铝", {"project": "new"}, ["level 2 (<= 13000 kWh/t), required of a new plant, is met"]),
        ("13100 kWh/t", "电解铝", {"project": "existing"}, ["13350 kWh/t), required of an existing plant, is met"]),
        ("13100 kWh/t", "电解铝", {"project": "new", "document": "gb-21346-2022"}, ["of a new plant, is not met"]),
        ("13100 kWh/t", "电解铝", {"document": "gb-21346-2022"}, []),
        ("7.5 kgoe/(t·EF)", "oil-refining", {"project": "new"}, [""]),
    ],
)
@pytest.mark.filterwarnings("ignore:.* is unverified")
def test_what_follows_from_a_class_is_said(value: str, item: str, options: dict[str, Any], said: list[str]) -> None:
    verdict = eb.classify(value, item, **options)
    assert verdict.level is not None
    assert len(verdict.follows) == len(said)
    assert all(words in one for words, one in zip(said, verdict.follows, strict=True))
    assert all(one in str(verdict) for one in verdict.follows)


def test_a_new_plant_is_a_kind_of_project() -> None:
    wrong: tuple[Any, ...] = ("old", "", ["new"])
    for project in wrong:
        with refused(OptionError, "option", "project", str(project), "new"):
            eb.classify(*ALUMINIUM, project=project)
    with refused(OptionError, "option", "plausible", "no", "True"):
        eb.classify(*ALUMINIUM, plausible="no")  # type: ignore[call-overload]


@each(
    ("value", "item"),
    [
        ("13.2 kWh/t", "电解铝"),
        ("0 kWh/t", "电解铝"),
        ("-5 kgce/t", "水泥熟料"),
        ("1.05 kgce/t", "水泥熟料"),
        ("469 kgce/t", "水泥熟料"),
    ],
)
def test_a_value_far_from_every_step_has_no_class_unless_it_is_said_to_be_right(value: str, item: str) -> None:
    verdict = eb.classify(value, item)
    assert (verdict.level, set(verdict.meets.values()), verdict.follows) == (None, {None}, ())
    assert verdict.reason.startswith("implausible-intensity")
    assert eb.classify(value, item, plausible=True).level is not None


@pytest.mark.filterwarnings("ignore:.* is unverified")
def test_the_bounds_of_plausible_values_are_a_factor_of_four_beyond_the_steps() -> None:
    levels = [eb.classify(f"{value} kgce/t", "水泥熟料").level for value in (24.99, 25, 468, 468.01)]
    assert [level is None for level in levels] == [True, False, False, True]
    assert eb.classify("5 kgce/t", "converter", allow_unverified=True).level is Level.BELOW_BASELINE  # below zero


# Conditions -----------------------------------------------------------------------------------------------


def test_a_limit_for_converted_values_asks_for_its_conditions_all_at_once() -> None:
    named = (
        "altitude_m [m]",
        "threshold_m 1500",
        "clinker_percent [percent]",
        "base_percent 75",
        'corrections="base"',
    )
    with refused(ConditionError, "missing-condition", "GB 16780-2021", "cement", *named):
        eb.classify("90 kgce/t", "cement")
    with refused(ConditionError, "missing-condition", "clinker_percent"):
        eb.classify("90 kgce/t", "cement", corrections={"altitude": {"altitude": "300 m"}})
    given: dict[str, Any] = {"altitude": {"altitude": "300 m"}, "clinker-ratio": {"clinker_percent": 60}}
    assert eb.classify("90 kgce/t", "cement", corrections=given).level is Level.OVER_LIMIT


@each("corrections", ["base", {"clinker-ratio": "base", "altitude": "base"}])
def test_base_conditions_are_said_openly_and_repeated(corrections: Any) -> None:
    verdict = eb.classify("90 kgce/t", "cement", corrections=corrections)
    assert verdict.level is Level.LEVEL_3
    assert "base conditions are taken to hold" in str(verdict)
    assert "base conditions" not in str(eb.classify(*ALUMINIUM, corrections="base"))


@each(
    ("item", "unit", "named"),
    [
        ("coke-oven-top-charged", "kgce/t", ["quenching", "wet, dry", "volatile_percent", "oven_age_years"]),
        ("ferrosilicon-75", "kWh/t", ["ore_grade_percent", "base_grade_percent 98"]),
        ("coal-washing-coking-coal", "kWh/t", ["washing-process", "dense-medium"]),
        ("iron-ore-weak-magnetic", "", ["ore-conditions", "could not be read"]),
        ("coal-unit-supercritical-600-mw", "gce/kWh", ["influence-factors", "could not be read"]),
    ],
)
def test_every_document_that_compares_converted_values_asks(item: str, unit: str, named: list[str]) -> None:
    unit = unit or find_ladder(item).unit
    with refused(ConditionError, "missing-condition", item, *named):
        eb.classify(f"5 {unit}", item)


@each(
    ("item", "asked", "example"),
    [
        ("coke-oven-top-charged", "mixed-gas (mixed_gas_share, share of time on mixed gas); ", '"quenching": "wet", '),
        (
            "terminal-crude-oil",
            "",
            '{"heat-tracing": {"case": "at-0-celsius-and-below", "tracing_energy_share": ...}}, ',
        ),
        ("terminal-dry-bulk", "", '"heating-region": "heating-region"}, or corrections="base" if '),
    ],
)
def test_the_conditions_asked_for_are_written_out_as_an_example(item: str, asked: str, example: str) -> None:
    with refused(ConditionError, "missing-condition", asked, "Pass corrections={", example):
        eb.classify(f"5 {find_ladder(item).unit}", item)


def test_where_no_condition_could_be_read_the_base_ones_alone_can_be_passed() -> None:
    with pytest.raises(ConditionError) as caught:
        eb.classify("300 kgce/t", "rock-wool")
    assert caught.value.fix == 'Pass corrections="base" if the base conditions hold'


@each("corrections", ["wet", ["quenching"], 1])
def test_corrections_are_a_mapping_or_the_base(corrections: Any) -> None:
    with refused(OptionError, "option", f"corrections is {corrections!r}, expected a mapping", 'or "base" where'):
        eb.classify("90 kgce/t", "cement", corrections=corrections)


def test_an_indicator_that_is_not_converted_asks_for_nothing() -> None:
    assert eb.classify("1800 kgce/t", "ferrosilicon-75").level is Level.LEVEL_3


@each("given", [{"capacity": "3 t"}, {"reading": "class_above"}])
def test_what_belongs_to_a_furnace_and_the_limit_does_not_use_is_refused_and_its_product_named(given: Any) -> None:
    with refused(OptionError, "option", *given, "cast-iron", "induction-furnace-cast-iron"):
        eb.classify("0.27 tce/t", "铸铁", region="昌吉市", **given)
    with refused(OptionError, "option", "documents"):
        eb.classify("0.27 tce/t", "铸铁", documents="all", **given)


def test_a_value_of_another_kind_is_told_which_standard_in_force_has_an_indicator_for_it() -> None:
    own = 'GB 16780-2021 has an indicator in kWh/t: pass document="gb-16780-2021"'
    with refused(DimensionError, "wrong-dimension", "'50 kWh/t'", own):
        eb.classify("50 kWh/t", "水泥熟料")
    with pytest.raises(DimensionError) as caught:
        eb.classify("50 m3/t", "水泥熟料")
    assert "document=" not in caught.value.fix


# Timelines ------------------------------------------------------------------------------------------------


def test_a_timeline_names_every_limit_with_its_time() -> None:
    rows = [(one.document, one.effective_from, one.effective_to, one.state) for one in eb.timeline("电解铝")]
    assert rows == [
        ("gb-21346-2013", "", "2024-01-01", "ended"),
        ("ndrc-2021", "2022-01-01", "2023-07-04", "ended"),
        ("ndrc-2023", "2023-07-04", "", "in force"),
        ("gb-21346-2022", "2024-01-01", "", "in force"),
    ]
    (announced,) = eb.timeline("neodymium-oxide-ion-ore")
    assert (announced.state, announced.effective_from) == ("announced", "2027-01-01")
    (coal,) = eb.timeline("coal-boiler")
    assert coal.state == "date unknown"


def test_several_answers_print_as_a_line_each() -> None:
    timeline, verdicts = eb.timeline("电解铝"), eb.classify_all("13200 kWh/t", "电解铝")
    for answers in (timeline, verdicts):
        assert repr(answers) == "\n".join(str(one) for one in answers)
    assert (
        str(timeline)
        .splitlines()[2]
        .startswith(
            "2023-07-04: in force: ndrc-2023: electrolytic-aluminium [benchmark <= 13000, baseline <= 13350 kWh/t; "
        )
    )
    assert [line.partition(": ")[0] for line in timeline.to_markdown().splitlines()] == [
        *("- ? to 2024-01-01", "- 2022-01-01 to 2023-07-04", "- 2023-07-04", "- 2024-01-01")
    ]


def test_a_timeline_has_the_local_limits_of_a_place() -> None:
    (furnace,) = eb.timeline("induction-furnace-cast-iron", "昌吉市")
    assert (furnace.thresholds["2 t"], furnace.region.partition(";")[0]) == ("< 610", "昌吉市")
    assert eb.timeline("电解铝", "昌吉市") == eb.timeline("电解铝")
    with refused(UnknownNameError, "unknown-name", "昌都"):
        eb.timeline("电解铝", "昌都")


# Every document side by side ------------------------------------------------------------------------------


def test_national_class_and_gb_level_stand_side_by_side() -> None:
    verdicts = {verdict.document: verdict.level for verdict in eb.classify_all(*ALUMINIUM)}
    assert verdicts == {
        "ndrc-2021": Level.BASELINE,
        "ndrc-2023": Level.BASELINE,
        "gb-21346-2022": Level.LEVEL_3,
        "gb-21346-2013": Level.LEVEL_3,
    }


def test_a_row_that_may_not_be_used_gives_a_verdict_without_a_level() -> None:
    verdicts = {verdict.document: verdict for verdict in eb.classify_all("400 kgce/t", "sanitary-ware")}
    assert verdicts["ndrc-2021"].level == Level.BASELINE
    assert (verdicts["ndrc-2023"].level, set(verdicts["ndrc-2023"].meets.values())) == (None, {None})
    assert verdicts["ndrc-2023"].reason.startswith("The row of sanitary-ware in 发改产业〔2023〕723号 is unverified")
    assert (verdicts["ndrc-2021"].ladder is None, verdicts["ndrc-2023"].ladder) == (False, None)


def test_every_document_takes_the_uncertainty_of_the_value_and_its_basis() -> None:
    one = eb.classify("105±2 kgce/t", "水泥熟料")
    beside = {verdict.document: verdict for verdict in eb.classify("105±2 kgce/t", "水泥熟料", documents="all")}
    assert beside["ndrc-2023"].probabilities == one.probabilities
    assert one.probabilities is not None
    primary = eb.classify("105 kgce/t", "水泥熟料", documents="all", basis="primary")
    assert all("The value is on the primary basis" in verdict.reason for verdict in primary[:2])


def test_the_other_basis_gives_verdicts_without_a_level() -> None:
    for verdict in eb.classify_all("100 kgce/t", "cement-clinker", basis="primary"):
        if verdict.basis == "calorific":
            assert verdict.level is None
            assert "primary basis" in verdict.reason
            assert "on the calorific one" in verdict.reason


def test_a_limit_in_standard_coal_that_states_no_basis_says_so_beside_its_notes() -> None:
    ladder = replace(find_ladder("cement-clinker"), notes="as printed")
    unstated = "the limit states no basis; a total on the calorific basis is compared with it"
    assert judge(105.0, replace(ladder, basis="")).notes == f"as printed; {unstated}"
    check_basis(replace(ladder, basis=""), "calorific")
    stated = judge(105.0, ladder)
    assert stated.row == "ndrc-2023/cement-clinker"
    assert (stated.notes, stated.to_dict()["furnace"]) == ("as printed", None)
    assert judge(13200.0, replace(find_ladder("electrolytic-aluminium"), basis="", notes="")).notes == ""


def test_a_wrong_question_is_refused_by_all() -> None:
    with refused(DimensionError, "wrong-dimension", "electrolytic-aluminium", "kgce/t", "kWh/t"):
        eb.classify_all("600 kgce/t", "电解铝")
    with refused(OptionError, "option", "basis is 'equal'. Use one of calorific, primary"):
        eb.classify("105 kgce/t", "水泥熟料", documents="all", basis="equal")


def test_a_furnace_has_no_side_by_side_without_its_capacity() -> None:
    with pytest.raises(EnergybenchError, match="capacity"):
        eb.classify_all("600 kWh/t", "induction-furnace-cast-iron")


UNIT_OF = {row["id"]: row["unit"] for name in ("benchmarks", "limits") for row in oracle.table(name)}
SAME_INDICATOR = [
    row
    for row in oracle.table("gb_counterparts")
    if UNIT_OF.get(f"{row['document']}/{row['item']}", "") == UNIT_OF.get(row["counterpart_limit"], "none")
]


@each("row", SAME_INDICATOR, ids=[row["id"] for row in SAME_INDICATOR])
def test_every_counterpart_is_among_the_verdicts_of_its_item(row: oracle.Row) -> None:
    documents = {verdict.document for verdict in eb.classify_all(f"1 {UNIT_OF[row['counterpart_limit']]}", row["item"])}
    assert {row["document"], row["counterpart_document"]} <= documents


# Rows that nobody confirmed -------------------------------------------------------------------------------

_WEAK = [
    (table, row)
    for table in ("benchmarks", "limits")
    for row in oracle.table(table)
    if row["verification"] in ("unverified", "conflict")
]


@each(("table", "row"), _WEAK, ids=[row["id"] for _, row in _WEAK])
def test_a_weak_row_is_refused_unless_asked_for_and_then_exact_at_each_step(table: str, row: oracle.Row) -> None:
    steps = {"benchmarks": ("benchmark", "baseline"), "limits": ("level1", "level2", "level3")}[table]
    for step in filter(None, (row[name] for name in steps)):
        value = f"{step} {row['unit']}"
        with pytest.raises(UnverifiedError, match=row["verification"]):
            eb.classify(value, row["item"], document=row["document"], corrections="base")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SupersededWarning)
            with pytest.warns(UnverifiedWarning, match=row["id"]):
                verdict = eb.classify(
                    value, row["item"], document=row["document"], allow_unverified=True, corrections="base"
                )
        for name, threshold in zip(steps, verdict.thresholds.values(), strict=True):
            assert threshold == (float(row[name]) if row[name] else None)
            met = verdict.meets[name.replace("level", "level-")]
            assert met is (oracle.meets(Fraction(step), row[name], row["comparator"]) if row[name] else None)


def test_a_ladder_prints_its_steps_and_its_source() -> None:
    ladder = find_ladder("electrolytic-aluminium")
    assert str(ladder).splitlines()[2:6] == [
        "  benchmark (标杆水平): <= 13000 kWh/t",
        "  baseline (基准水平): <= 13350 kWh/t",
        "  below-baseline (基准水平以下): otherwise",
        f"ndrc-2023, {ladder.verification}",
    ]
    furnace = choose_ladder(eb.furnace_limit("3 t").item, capacity="3 t", document="changji-city-2021")
    assert str(furnace) == f"{furnace.item} {eb.furnace_limit('3 t')}"
