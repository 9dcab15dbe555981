"""Which row applies: editions in force, replaced documents, GB levels, every document side by side."""

from __future__ import annotations

import re
import warnings
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import energybench as eb
import oracle
from energybench import Level
from energybench.errors import (
    AmbiguousError,
    DimensionError,
    EnergybenchError,
    OptionError,
    SupersededWarning,
    UnknownProductError,
    UnverifiedError,
    UnverifiedWarning,
)
from energybench.limits.choose import choose_ladder, find_ladder
from energybench.tables.periods import fold_period
from expect import refused

ALUMINIUM = ("13200 kWh/t", "electrolytic-aluminium")


# Editions in force ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
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
        verdict = eb.classify(*ALUMINIUM, document="in-force", period=period)
        book = eb.account([("电", "1 万kWh")], output="1 t", product="电解铝", document="in-force", period=period)
    assert verdict.document == document
    assert book.verdict is not None
    assert book.verdict.document == document


LISTS = "ndrc-2021 from 2022-01-01, ndrc-2023 from 2023-07-04"
FIRST = 'Pass document="ndrc-2021" to use it all the same'


def test_before_the_first_list_there_is_none() -> None:
    with refused(UnknownProductError, "unknown-product", "No national list", "end of 2021", LISTS):
        eb.classify(*ALUMINIUM, document="in-force", period="2021")


@pytest.mark.parametrize(
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
    with pytest.raises(UnknownProductError, match=r"^No national list") as caught:
        eb.classify(value, item, document="in-force", period=period)
    assert f"The lists: {LISTS}. " in caught.value.fix
    test = f"A GB standard is another test: pass {advice}"
    assert caught.value.fix.partition(f"{LISTS}. ")[2] == (test if advice else FIRST)


LISTED = sorted({row["item"] for row in oracle.table("benchmarks")})


@pytest.mark.parametrize("item", LISTED)
def test_a_standard_that_is_advised_has_a_ladder(item: str) -> None:
    with pytest.raises(UnknownProductError) as caught:
        find_ladder(item, "in-force", period="2021")
    for way in caught.value.fix.partition("pass ")[2].split(" or "):
        if way:
            (document,) = re.findall(r'document="([^"]+)"', way)
            (other,) = re.findall(r'item="([^"]+)"', way) or [item]
            assert find_ladder(other, document, "allow_unverified=True" in way).document == document


def test_where_there_is_no_list_the_standards_are_what_was_searched() -> None:
    with refused(UnknownProductError, "unknown-product", "No document", "end of 2001", 'document="gb-29140-2024"'):
        find_ladder("soda-ash-light-combined", "in-force", period="2001")


def test_in_force_needs_a_period() -> None:
    for period in (None, ""):
        with refused(OptionError, "option", "period", 'period="2023"'):
            eb.classify(*ALUMINIUM, document="in-force", period=period)


@pytest.mark.parametrize(
    "period",
    ["abc", "next year", "2023-6", "2023.6", "2023/06", "202306", "20220", "2022-13", "2022-00", "2023-02-30", 2022],
)
def test_a_period_that_is_no_year_month_or_day_is_refused(period: Any) -> None:
    """June 2023 written as 2023-6 must never get the list of July."""
    with refused(OptionError, "option", str(period), "2023"):
        eb.classify(*ALUMINIUM, document="in-force", period=period)


@given(st.text(max_size=12) | st.text("0123456789-/年月", max_size=10))
def test_any_text_as_period_is_a_date_or_is_refused(period: str) -> None:
    try:
        verdict = eb.classify(*ALUMINIUM, document="in-force", period=period)
    except EnergybenchError:
        return
    assert re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", fold_period(period))
    start = {row["id"]: row["effective_from"] for row in oracle.table("documents")}
    assert start[verdict.document] <= f"{fold_period(period)}~"


def test_a_period_without_in_force_is_refused() -> None:
    for options in ({}, {"document": "ndrc-2023"}):
        with refused(OptionError, "option", "period", 'document="in-force"'):
            eb.classify(*ALUMINIUM, period="2022", **options)  # type: ignore[call-overload]


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


@pytest.mark.parametrize(
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
    verdict = eb.classify("285.5 gce/kWh", "coal-unit-supercritical-600-mw")
    assert verdict.level == Level.LEVEL_1
    assert verdict.meets == {"level-1": True, "level-2": False, "level-3": True}
    assert "access test for new plants" in verdict.notes


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
                assert eb.classify(f"1 {unit}", item, document=document).unit == unit


def test_several_standards_without_a_list_are_a_choice() -> None:
    with refused(AmbiguousError, "several-candidates", "gb-", "document="):
        eb.find_ladder(_item_of_several_standards())


def _item_of_several_standards() -> str:
    documents: dict[str, set[str]] = {}
    for row in oracle.accepted("limits"):
        documents.setdefault(row["item"], set()).add(row["document"])
    national = {row["item"] for row in oracle.table("benchmarks")}
    return next(item for item, found in documents.items() if len(found) > 1 and item not in national)


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
    assert "unverified" in verdicts["ndrc-2023"].reason


def test_the_other_basis_gives_verdicts_without_a_level() -> None:
    for verdict in eb.classify_all("100 kgce/t", "cement-clinker", basis="primary"):
        if verdict.basis == "calorific":
            assert verdict.level is None
            assert "primary basis" in verdict.reason


def test_a_wrong_question_is_refused_by_all() -> None:
    with refused(DimensionError, "wrong-dimension", "electrolytic-aluminium", "kgce/t", "kWh/t"):
        eb.classify_all("600 kgce/t", "电解铝")


def test_a_furnace_has_no_side_by_side_without_its_capacity() -> None:
    with pytest.raises(EnergybenchError, match="capacity"):
        eb.classify_all("600 kWh/t", "induction-furnace-cast-iron")


UNIT_OF = {row["id"]: row["unit"] for name in ("benchmarks", "limits") for row in oracle.table(name)}
SAME_INDICATOR = [
    row
    for row in oracle.table("gb_counterparts")
    if UNIT_OF.get(f"{row['document']}/{row['item']}", "") == UNIT_OF.get(row["counterpart_limit"], "none")
]


@pytest.mark.parametrize("row", SAME_INDICATOR, ids=[row["id"] for row in SAME_INDICATOR])
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


@pytest.mark.parametrize(("table", "row"), _WEAK, ids=[row["id"] for _, row in _WEAK])
def test_a_weak_row_is_refused_unless_asked_for_and_then_exact_at_each_step(table: str, row: oracle.Row) -> None:
    steps = {"benchmarks": ("benchmark", "baseline"), "limits": ("level1", "level2", "level3")}[table]
    for step in filter(None, (row[name] for name in steps)):
        value = f"{step} {row['unit']}"
        with pytest.raises(UnverifiedError, match=row["verification"]):
            eb.classify(value, row["item"], document=row["document"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SupersededWarning)
            with pytest.warns(UnverifiedWarning, match=row["id"]):
                verdict = eb.classify(value, row["item"], document=row["document"], allow_unverified=True)
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
    furnace = choose_ladder(eb.furnace_limit("3 t").item, capacity="3 t")
    assert str(furnace) == f"{furnace.item} {eb.furnace_limit('3 t')}"
