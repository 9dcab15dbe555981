"""What the tables need: gaps by what they decide, documents by their age, and answers long after the last look."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

import energybench as eb
import oracle
from energybench import tables
from energybench.errors import MissingFigureError
from energybench.tables.upkeep import policies_naming, stale
from expect import refused
from shell import shell


def test_gaps_are_every_row_that_is_not_accepted() -> None:
    found = tables.gaps()
    sourced = [name for name in tables.TABLES if {"verification", "document"} <= set(oracle.table(name)[0])]
    waiting = {row["id"] for name in sourced for row in oracle.table(name)} - {
        row["id"] for name in sourced for row in oracle.accepted(name)
    }
    told = {row["id"] for row in oracle.table("documents") if row["notes"]}
    told -= {row["id"] for row in oracle.accepted("documents")}
    assert set(found["id"]) == waiting | told
    assert sorted(tables.gaps(worth=True)["id"]) == sorted(found["id"])


def test_gaps_by_worth_begin_with_the_document_that_settles_most() -> None:
    found = tables.gaps(worth=True)
    assert found["worth"].is_monotonic_decreasing
    for document, rows in found.groupby("document"):
        assert set(rows["worth"]) == {rows["products"].sum() + len(policies_naming(str(document)))}


def test_a_required_correction_decides_every_product_that_it_holds_for() -> None:
    products: dict[str, int] = {row["id"]: row["products"] for row in tables.gaps().to_dict("records")}
    of_document = {row["item"] for row in oracle.table("limits") if row["document"] == "gb-21350-2023"}
    converted = [one for one in of_document if one.startswith(("copper-tube-", "copper-rod-", "copper-sheet-"))]
    assert products["gb-21350-2023/product-specification/factor"] == len(converted) > 50
    assert products["gb-21351-2023/winter-heating/addition"] == 1, "a correction that may be left out decides no class"


def test_a_policy_names_the_standard_in_whatever_edition() -> None:
    assert policies_naming("ndrc-2021") == ("changji-prefecture-2022",)
    assert policies_naming("gb-39726-2020") == ("changji-city-2021",)
    assert policies_naming("gb-29435-2025") == ()


def test_a_gap_says_where_to_look_and_where_the_figure_was_found_last() -> None:
    gaps: Any = {row["id"]: row for row in tables.gaps().to_dict("records")}
    assert gaps["ndrc-2023/urea"]["full_text"].startswith("https://www.ndrc.gov.cn/")
    assert "0.2571" in gaps["gbt-2589-2020/fresh-water"]["read_elsewhere"]
    with refused(MissingFigureError, "missing-figure", "urea", "723号", "https://www.ndrc.gov.cn/"):
        eb.classify("100 kgce/t", "urea")


def test_old_documents_are_those_in_force_for_five_years_without_a_successor() -> None:
    rows: Any = tables.age().to_dict("records")
    old = [row for row in rows if row["state"] == "old"]
    assert len(old) >= 17
    for row in old:
        assert date.fromisoformat(tables.as_of()).year - int(row["effective_from"][:4]) >= 5
        assert not tables.find_document(row["id"]).replaced_by
    assert all(row["effective_from"] > tables.as_of() for row in rows if row["state"] == "announced")
    assert {row["state"] for row in rows} == {"old", "announced"}
    assert all(row["rows"] > 0 for row in rows)


def test_documents_without_a_day_of_a_check_are_counted_and_listed() -> None:
    lacking = tables.age(unchecked=True)["id"].tolist()
    assert sorted(lacking) == sorted(row.id for row in tables.records("documents") if not row.checked_on)
    assert "gbt-2589-2020" in lacking
    done = shell("tables", "age")
    assert f"{len(lacking)} of {len(tables.records('documents'))} documents" in done.stderr
    assert "--unchecked goes with age" in shell("tables", "gaps", "--unchecked").stderr


@pytest.mark.parametrize(
    ("day", "told"), [("2027-08-31", False), ("2027-09-01", True), ("2023-12-31", False), ("2031-12-31", True)]
)
def test_a_document_is_stale_twelve_months_after_the_last_look(day: str, told: bool) -> None:
    assert bool(stale("gb-21346-2022", day)) is told
    assert not told or "GB 21346-2022 was last looked up on 2026-08-31" in stale("gb-21346-2022", day)


def test_an_answer_long_after_the_last_look_says_so() -> None:
    said = "was last looked up on 2026-08-31"
    assert said in eb.classify("105 kgce/t", "cement-clinker", period="2028").notes
    assert said not in eb.classify("105 kgce/t", "cement-clinker", period="2026").notes
    assert said not in eb.classify("105 kgce/t", "cement-clinker").notes
    row = {"企业": "甲", "期间": "2028", "产品": "水泥熟料"}
    meters = pd.DataFrame([{**row, "能源品种": "原煤", "数量": "1500", "单位": "t"}])
    outputs = pd.DataFrame([{**row, "产量": "10000", "产量单位": "t"}])
    answer = eb.assess(meters, outputs)
    assert said in f"{answer.notes} {answer.results['notes'].tolist()}"
