"""Names as people write them: each leads to its row, to a question back that names what it may mean, or to no row."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas
import pytest

import energybench as eb
import oracle
from energybench.errors import (
    LONGEST_QUOTE,
    AmbiguousError,
    CoefficientError,
    EnergybenchError,
    UnknownCarrierError,
    UnknownNameError,
)
from energybench.tables import names
from energybench.tables.names import carriers_of, find_carrier, items_named, slips
from expect import each, refused

if TYPE_CHECKING:
    from collections.abc import Callable

with (Path(__file__).parent / "everyday_names.csv").open(encoding="utf-8", newline="") as _file:
    EVERYDAY = list(csv.DictReader(_file))
_FIND: dict[str, Callable[[str], str]] = {"carrier": find_carrier, "product": eb.find_item}
_OF: dict[str, Callable[[str], tuple[str, ...]]] = {"carrier": carriers_of, "product": items_named}


def outcome(kind: str, name: str) -> tuple[str, set[str]]:
    """Return what becomes of a name: the row that it is, the rows that it may be, or none."""
    try:
        return "is", {_FIND[kind](name)}
    except AmbiguousError:
        return "may be", set(_OF[kind](name))
    except UnknownNameError:
        return "no row", set(_OF[kind](name))


@each("row", EVERYDAY, ids=lambda row: f"{row['kind']} {row['name']}")
def test_an_everyday_name_means_what_it_means_in_the_field(row: dict[str, str]) -> None:
    found, ids = outcome(row["kind"], row["name"])
    assert found == row["outcome"]
    assert (ids == {row["ids"]}) if found == "is" else (ids >= set(row["ids"].split()))


def test_nine_in_ten_everyday_names_are_understood_and_none_is_another_thing() -> None:
    counts: Counter[str] = Counter()
    for row in EVERYDAY:
        found, ids = outcome(row["kind"], row["name"])
        counts[found] += 1
        assert found != "is" or ids == {row["ids"]}
    assert len(EVERYDAY) >= 281
    assert counts["is"] + counts["may be"] >= 0.9 * len(EVERYDAY)


@pytest.mark.parametrize("index", [names._item_names(), names._carrier_names()], ids=["products", "carriers"])
def test_a_list_of_what_a_name_may_mean_names_each_once(index: names.Names) -> None:
    lists = [index[name].shown.split(", ") for name in index if not index[name].exact]
    assert len(lists) > 20
    assert [one for one in lists if len(set(one)) < len(one)] == []


def test_what_the_national_list_prints_leads_to_its_row() -> None:
    """粗铅工艺 is no name of another thing; 烟煤 is what methanol is made from, and a fuel first."""
    rows = [
        row for row in eb.tables.records("benchmarks") if row.document == "ndrc-2023" and not carriers_of(row.item_zh)
    ]
    lost = {row.item_zh for row in rows if not items_named(row.item_zh)}
    assert (len(rows) > 50, lost) == (True, set())
    assert outcome("product", "烟煤")[0] == "no row"
    key: dict[str, Any] = {"plant": "甲", "period": "2024", "product": "粗铅工艺"}
    meters = pandas.DataFrame([{**key, "carrier": "焦炭", "amount": 4500, "unit": "t"}])
    outputs = pandas.DataFrame([{**key, "output": 18000, "output_unit": "t"}])
    (fix,) = eb.assess(meters, outputs).problems.query("table == 'outputs'")["suggestion"]
    assert "For the whole table pass columns={'粗铅工艺': '铅冶炼 粗铅工艺'}" in fix
    answer = eb.assess(meters, outputs, columns={"粗铅工艺": "铅冶炼 粗铅工艺"})
    assert answer.results["class"].tolist() == ["baseline"]


@each("row", [row for row in EVERYDAY if row["outcome"] != "is"], ids=lambda row: row["name"])
def test_what_is_proposed_is_never_a_spelling_alone(row: dict[str, str]) -> None:
    with pytest.raises(EnergybenchError) as caught:
        _FIND[row["kind"]](row["name"])
    said = str(caught.value)
    assert "Did you mean" not in said
    assert row["outcome"] == "no row" or "may mean" in said


@each("write", ["1. {}", "(1){}", "（一）{}", "一、{}", "①{}", "#1 {}", "{}＊", "其中：{}", "其中:{}", " {}\u200b"])
def test_what_stands_around_a_name_in_a_list_does_not_matter(write: str) -> None:
    for row in EVERYDAY:
        assert outcome(row["kind"], write.format(row["name"])) == outcome(row["kind"], row["name"])


@each(
    ("written", "carrier"),
    [
        *(
            ("電力", "electricity"),
            ("煤炭消费量", ""),
            ("柴 油", "diesel"),
            ("原　煤", "raw_coal"),
            ("焦爐煤氣", "coke_oven_gas"),
        ),
        *(("外购蒸汽", "steam_lp"), ("购入电力", "electricity"), ("外来电", "electricity"), ("purchased heat", "heat")),
        *(("-10#柴油", "diesel"), ("95#汽油", "gasoline"), ("柴油(0#)", "diesel"), ("180号燃料油", "fuel_oil")),
        *(("其它洗煤", "other_washed_coal"), ("其他焦化产品", "other_coking"), ("煤制品", "coal_products")),
        *(("原煤消耗量", "raw_coal"), ("蒸氣", "steam_lp"), ("10.0MPa级蒸汽", "steam_10_0MPa")),
    ],
)
def test_another_way_to_write_a_carrier(written: str, carrier: str) -> None:
    assert outcome("carrier", written)[1] == ({carrier} if carrier else set(carriers_of("煤")))


@each(("written", "item"), [("電解鋁", "electrolytic-aluminium"), ("水泥熟料产量", "cement-clinker")])
def test_another_way_to_write_a_product(written: str, item: str) -> None:
    assert eb.find_item(written) == item


@each("lang", ["zh", "en"])
def test_the_name_that_shows_a_product_is_found_again_and_shows_no_other(lang: str) -> None:
    shown = {item: names.item_name(item, lang) for item in names.items()}
    assert {name: item for item, name in shown.items()} == {name: eb.find_item(name) for name in shown.values()}
    assert len(set(shown.values())) == len(shown) > 800


def test_what_may_be_meant_is_told_apart() -> None:
    with refused(AmbiguousError, "several-candidates", "氧化铝（拜耳法） 综合能耗", "氧化铝（拜耳法） 工艺能耗"):
        eb.find_item("氧化铝（拜耳法）")
    assert eb.classify("1700 kgce/t", "methanol-bituminous").item_zh == "煤制甲醇 烟煤"


@each("name", ["焦炭产量", "4.0MPa级蒸汽", "1号", "其中", "外购", "＊", "1.", "(一)"])
def test_a_name_is_not_read_into_what_is_none(name: str) -> None:
    with refused(UnknownCarrierError, "unknown-carrier", name):
        find_carrier(name)


FIGURE = {"coefficient": "0.1229 kgce/kWh"}


@each(
    ("name", "said", "figures"),
    [
        ("自产蒸汽", "Name the carrier 蒸汽 and give it the flow 自产自用", ({}, FIGURE)),
        ("自发电力", "Name the carrier 电力 and give it the flow 自产自用", ({}, FIGURE)),
        ("外供蒸汽", "give it the flow 外供", ({}, FIGURE)),
        ("回收高炉煤气", "give it the flow 回收利用", ({}, FIGURE)),
        ("自发电", "自产自用", ({}, FIGURE)),
        ("光伏发电", "origin=renewable", ({}, FIGURE)),
        # A wider name takes a figure of one's own.
        ("饱和蒸汽", "steam_heat", ({},)),
        ("焦丁", "ncv=", ({},)),
    ],
)
def test_a_name_that_says_how_energy_counts_asks_for_the_flow(name: str, said: str, figures: Any) -> None:
    for figure in figures:
        with refused(AmbiguousError, "several-candidates", name, said):
            eb.to_tce("1 kWh", name, **figure)


def test_a_wider_name_takes_a_figure_of_ones_own_within_that_of_what_it_may_mean() -> None:
    found = eb.convert("100 t", "烟煤", ncv="23 MJ/kg")
    assert (found.carrier, found.coefficient.carrier) == ("烟煤", "烟煤")
    assert found.tce == pytest.approx(100 * 23 / 29.3076)
    assert eb.convert("10 t", "焦丁", coefficient="0.95 kgce/kg").tce == pytest.approx(9.5)
    with refused(CoefficientError, "implausible-coefficient", "烟煤", "0.6373 to 0.9"):
        eb.convert("100 t", "烟煤", coefficient="7.143 kgce/kg")
    table: list[Any] = [{"carrier": "烟煤", "amount": 10, "unit": "t", "ncv": "23 MJ/kg"}, ("煤气", "0 m3")]
    assert eb.account(table).tce == pytest.approx(230 / 29.3076)


def test_no_slip_of_the_pen_leads_to_another_thing() -> None:
    for index in (names._carrier_names(), names._item_names()):
        for name, meaning in index.items():
            for near in slips(name, index):
                assert set(index[near].ids) & set(meaning.ids), (name, near)


@each(
    ("name", "near"),
    [
        *(("粗硅", []), ("电解锡", []), ("铝渣", []), ("erbum", []), ("exhane", []), ("methanal", [])),
        *(("electrolitic-aluminium", ["electrolytic aluminium"]), ("cement clinkr", ["cement clinker"])),
        *(
            ("焦碳", ["焦炭"]),
            ("水泥料熟", ["水泥熟料"]),
            ("cement clinekr", ["cement clinker"]),
            ("clinkerr", ["clinker"]),
        ),
        *(("元煤", ["原煤"]), ("cement clinekr", ["cement clinker"])),
    ],
)
def test_a_slip_of_the_pen_is_named(name: str, near: list[str]) -> None:
    for longest in (name, name.ljust(LONGEST_QUOTE)):
        assert slips(longest, names._item_names()) == near
    assert slips(name.ljust(LONGEST_QUOTE + 1), names._item_names()) == []


def test_a_row_of_ones_own_settles_a_wider_name(tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("name,carrier,language,sense,notes\n煤,raw_coal,zh,,our only coal\n", encoding="utf-8")
    try:
        eb.tables.use(file)
        assert eb.to_tce("10 t", "煤").magnitude == pytest.approx(7.143)
    finally:
        eb.tables.use()


@each("table", ["carrier_names", "product_names"])
def test_a_name_is_either_one_thing_or_a_question(table: str) -> None:
    of: dict[str, set[str]] = {}
    for row in oracle.table(table):
        of.setdefault(row["name"], set()).add(row["sense"])
    assert set.union(*of.values()) == {"", "candidate"}
    assert not {"煤", "煤炭", "煤气"} & {name for name, senses in of.items() if "" in senses}


@each(
    ("written", "unit", "carriers"),
    [
        *(("其他(石油制品)", "t", ("other_petroleum",)), ("城市垃圾用于燃料", "t", ("msw_fuel",))),
        *(("生物质废料用于燃料", "t", ("biomass_fuel",)), ("蔗渣(干)", "t", ("biomass_fuel",))),
        *(("其它工业废料用于燃料", "t", ("industrial_waste_fuel",)), ("其他(燃料)", "tce", ("standard_coal",))),
    ],
)
def test_a_row_of_the_statistical_form_is_known_by_its_name(written: str, unit: str, carriers: tuple[str, ...]) -> None:
    assert carriers_of(written) == carriers
    assert eb.convert(f"0 {unit}", written).tce == 0
