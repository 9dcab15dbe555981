"""Every row of the tables claims what its places carry, and no more."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

import oracle
from energybench.tables.rows import TABLES, schemas
from evidence import author, carried, places, too_strong
from expect import each

SOURCED = [name for name in TABLES if {"verification", "evidence"} <= set(schemas()[name].columns)]
GENERATED = [row["place"] for row in oracle.table("places") if row["kind"] == "generated"]


@pytest.mark.parametrize("name", SOURCED)
def test_no_row_claims_more_than_its_places_carry(name: str) -> None:
    assert list(too_strong(name)) == []


@pytest.mark.parametrize("name", SOURCED)
def test_two_sources_are_two_hosts_or_accounts_without_generated_data(name: str) -> None:
    for row in oracle.table(name):
        if row["verification"] != "two_sources":
            continue
        parts = re.split(r"\s*(?:\|\||;)\s*", row["evidence"])
        parts = [part for part in parts if not any(place in part for place in GENERATED)]
        owners = set()
        for address in re.findall(r"https?://\S+|(?i:github:?) ?[\w-]+/", " ".join(parts)):
            host = urlsplit(address).netloc.removeprefix("www.") or "github.com"
            account = re.search(r"github(?:\.com/|:? ?)([\w-]+)/", address, re.IGNORECASE)
            owners.add((host, account[1] if account else ""))
        bare = re.findall(r"(?:^|\s)((?:[a-z0-9-]+\.)+[a-z]{2,})/\S", " ".join(parts))
        assert len(owners | {(host, "") for host in bare}) > 1, row["id"]


def hosts_of(evidence: str) -> set[str]:
    """Return the hosts of an evidence, read word by word: an address has a scheme or a dot before a slash."""
    repository = r"(?i:github):?\s?[\w-]+/[\w.-]+(?:\s+[\w./-]+)?"
    found = {"github.com"} if re.search(repository, re.sub(r"\S*github\.com\S*", "", evidence)) else set()
    for word in re.split(r"[\s;|,，（）()]+", re.sub(repository + r"(?<!github)", " ", evidence)):
        host, slash, _ = re.sub(r"^[\w\"']*?https?://|^www\.", "", word).removeprefix("www.").partition("/")
        if slash and re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}\.?", host):
            found.add(host)
    return found


@pytest.mark.parametrize("name", SOURCED)
def test_every_address_of_an_evidence_is_a_place(name: str) -> None:
    for row in oracle.table(name):
        read = {place.split("/")[0] for place in places(row["evidence"])}
        assert read == hosts_of(row["evidence"]), row["id"]


def test_what_one_author_wrote_in_two_places_stays_transcribed() -> None:
    alone = [
        row
        for row in oracle.table("co2_factors")
        if {author(place) for place in places(row["evidence"])} == {"github.com/felix0220170"}
    ]
    assert len(alone) > 30
    assert {row["verification"] for row in alone} <= {"transcribed", "conflict"}
    # One more place by the same author raises nothing, one by another author does.
    row = next(row for row in alone if row["verification"] == "transcribed")
    for more, may in (("felix0220170/other", "transcribed"), ("another/limits", "two_sources")):
        evidence = f"{row['evidence']} || https://github.com/{more}/blob/0/b.py"
        assert carried(row | {"verification": "two_sources", "evidence": evidence}) == may


@pytest.mark.parametrize("name", SOURCED)
def test_a_transcribed_row_names_a_place(name: str) -> None:
    assert all(places(row["evidence"]) for row in oracle.table(name) if row["verification"] == "transcribed")


ONE = "https://example.org/a.html (table 1)"
OTHER = "github:someone/limits tools/a.py@0123abc"
RANDOM = "https://github.com/YZC0219/industrial_energy_analysis/blob/0123/src/generate_data.py"
ANNEX = "https://wanglu.net/thread/t12-331250-3.html"


@each(
    ("claimed", "evidence", "may"),
    [
        ("two_sources", f"{ONE} || {OTHER}", "two_sources"),
        ("two_sources", f"{ONE}; https://example.org/b.html", "transcribed"),
        ("two_sources", f"{OTHER} || https://github.com/someone/other/blob/0/b.py", "transcribed"),
        ("two_sources", f"{OTHER} || https://github.com/another/limits/blob/0/b.py", "two_sources"),
        ("two_sources", f"{ONE} || public source code", "transcribed"),
        ("two_sources", f"{ONE} || {RANDOM}", "transcribed"),
        ("two_sources", f"{ONE} || {ANNEX}", "transcribed"),
        ("two_sources", f"{ANNEX} || public source code", "corroborated"),
        ("two_sources", f"public source code || {RANDOM}", "unverified"),
        ("one_source", ONE, "transcribed"),
        ("one_source", "GB/T 2589-2008, annex A, page 7", "one_source"),
        ("one_source", f"{ONE} || GB/T 2589-2008, p. 7 (file sha256 0123456789ab)", "one_source"),
        ("one_source", f"{ONE} || https://example.com/b.pdf, p. 7 (file sha256 0123456789ab)", "one_source"),
        ("one_source", "a page on GB/T 2589-2008", "unverified"),
        ("one_source", "", "unverified"),
        ("corroborated", "", "corroborated"),
        ("corroborated", "public source code", "unverified"),
        *((weak, f"{ONE} || {OTHER}", weak) for weak in ("unverified", "conflict", "missing")),
    ],
)
def test_the_state_that_an_evidence_carries(claimed: str, evidence: str, may: str) -> None:
    row = {"id": "x", "document": "gbt-2589-2008", "verification": claimed, "evidence": evidence}
    assert carried(row) == may


@pytest.mark.parametrize(
    ("document", "evidence", "may"),
    [
        ("nbs-yearbook-2001", "https://www.stats.gov.cn/yearbook2001/ml/gnc.htm", "one_source"),
        ("gbt-2589-2008", "https://www.stats.gov.cn/yearbook2001/ml/gnc.htm", "corroborated"),
        ("nbsgdl", "https://www.nbsgdl.com/induction-furnace-melting-aluminum-materials/", "one_source"),
        ("changji-city-2021", "昌市政办发〔2021〕24号, 三", "one_source"),
        ("changji-prefecture-2022", "昌吉州关于推进铝下游产业高质量发展的实施意见(试行), 一", "one_source"),
    ],
)
def test_the_document_itself_is_told_from_a_place_that_quotes_it(document: str, evidence: str, may: str) -> None:
    row = {"id": "x", "document": document, "verification": "one_source", "evidence": evidence}
    assert carried(row) == may


def test_an_author_is_a_host_or_an_account() -> None:
    found = places(f"{OTHER} || https://www.example.org/a.html; m.example.com/news/1.html; GitHub another/limits")
    assert [author(place) for place in found] == [
        "github.com/someone", "example.org", "m.example.com", "github.com/another"
    ]  # fmt: skip
