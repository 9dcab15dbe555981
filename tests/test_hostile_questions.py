"""Questions that once got a wrong answer, a line each: the call, and what it has to give.

An outcome is the reason of a refusal, or what the call returns.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pandas
import pytest

import energybench as eb
from energybench.errors import EnergybenchError
from expect import each

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import WriteTable

CLINKER = pandas.DataFrame(
    [("甲", "2023", "水泥熟料", 10_000, "t")], columns=["企业", "期间", "产品", "产量", "产量单位"]
)
ALUMINIUM = CLINKER.assign(产品="电解铝")
CAST_IRON = CLINKER.assign(产品="铸铁")
FURNACE = CLINKER.assign(产品="感应电炉(铸铁)")
COLUMNS = ["企业", "期间", "产品", "能源品种", "数量", "单位"]
COAL = ("甲", "2023", "水泥熟料", "原煤", 1100, "t")
POTLINE = ("甲", "2023", "电解铝", "电力", 6750, "万kWh")


def assessed(rows: list[tuple[Any, ...]], outputs: pandas.DataFrame = CLINKER, /, **columns: Any) -> eb.Assessment:
    """Assess some readings of plant 甲, the columns beside the usual ones given by name."""
    return eb.assess(pandas.DataFrame(rows, columns=COLUMNS).assign(**columns), outputs)


def judged(rows: list[tuple[Any, ...]], outputs: pandas.DataFrame = CLINKER, /, **columns: Any) -> tuple[Any, ...]:
    """Return class and reason of the first output."""
    row = assessed(rows, outputs, **columns).results.iloc[0]
    return (None if pandas.isna(row["class"]) else row["class"], row["reason"])


def accounted(*lines: Any, output: str = "10000 t", product: str = "电解铝", **options: Any) -> str | None:
    """Return the class of an account."""
    verdict = eb.account(lines, output=output, product=product, **options).verdict
    assert verdict is not None
    return verdict.level


def own_power(name: str) -> dict[str, str]:
    return {"carrier": name, "amount": "6750 万kWh", "coefficient": "0.1229 kgce/kWh"}


def level(value: str, item: str, **options: Any) -> str | None:
    verdict = eb.classify(value, item, **options)
    assert isinstance(verdict, eb.Verdict)
    return verdict.level


def tce(amount: str, carrier: str, **options: Any) -> float:
    return round(float(eb.to_tce(amount, carrier, **options).magnitude), 6)


def furnace_met(capacity: str, kwh_per_t: float) -> list[bool | None]:
    """Return whether one furnace meets the furnace targets of Changji City that it falls under."""
    row = {
        "plant": "甲",
        "product": "感应电炉(铸铁)",
        "intensity": kwh_per_t,
        "unit": "kWh/t",
        "furnace_capacity": capacity,
    }
    check = eb.check_targets(pandas.DataFrame([row]), document="changji-city-2021")
    return [verdict.met for verdict in check if verdict.denominator == "each of 1 row"]


#: Names of bought electricity that the tables once did not have, then those that they do not have.
POWER = ("外购电量", "外购电力", "电力（外购）", "网电", "市电", "電力", "电 力")
NO_POWER = ("绿电", "直流电", "Electric")

CALLS: dict[str, tuple[Callable[[], object], object]] = {
    # Electricity under another name.
    **{
        f"a smelter with {n}": (
            partial(accounted, ("电力", "6750 万kWh"), own_power(n)),
            "below-baseline" if n in POWER else "several-candidates" if n == "绿电" else "unknown-carrier",
        )
        for n in (*POWER, *NO_POWER)
    },
    **{
        f"a table with {n}": (
            partial(
                judged,
                [POTLINE, (*POTLINE[:3], n, *POTLINE[4:])],
                ALUMINIUM,
                折标系数=[None, 0.1229],
                折标系数单位=[None, "kgce/kWh"],
            ),
            ("below-baseline", "") if n in POWER else (None, "unusable-readings"),
        )
        for n in (*POWER, *NO_POWER)
    },
    # Bases.
    "热力(等价值) on the calorific basis": (lambda: tce("1 GJ", "热力(等价值)"), "basis"),
    "an alumina plant on the primary basis": (
        lambda: accounted(
            ("原煤", "300 t"),
            ("电力", "250 万kWh"),
            output="2000 t",
            product="alumina-bayer",
            document="gb-21346-2022",
            basis="primary",
            coal_rate="302.4 gce/kWh",
        ),
        "basis",
    ),
    "电力-等价 on the calorific basis": (lambda: tce("1 万kWh", "电力-等价"), "basis"),
    "a coefficient beside a coal rate": (
        lambda: tce("1 万kWh", "电力", basis="primary", coal_rate="302.4 gce/kWh", coefficient="0.31 kgce/kWh"),
        "option",
    ),
    # Magnitudes.
    "a coefficient beside an edition": (
        lambda: tce("1 t", "原煤", coefficient="0.7 kgce/kg", edition="gbt-2589-2008"),
        "option",
    ),
    "raw coal with a slipped coefficient": (
        lambda: tce("1 t", "原煤", coefficient="7.143 kgce/kg"),
        "implausible-coefficient",
    ),
    "natural gas by the wrong denominator": (
        lambda: tce("1 万m3", "天然气", coefficient="1.33 kgce/kg", density="0.7174 kg/m3"),
        9.54142,
    ),
    "diesel of 84 kg/m3": (lambda: tce("1000 L", "柴油", density="84 kg/m3"), "implausible-coefficient"),
    "diesel of 0.084 kg/L": (lambda: tce("1000 L", "柴油", density="0.084 kg/L"), "implausible-coefficient"),
    "diesel of 2.9 kg/L": (lambda: tce("1000 L", "柴油", density="2.9 kg/L"), "implausible-coefficient"),
    "diesel of 0.84 kg/L": (lambda: tce("1000 L", "柴油", density="0.84 kg/L"), 1.223964),
    "power at 0.5703 tCO2/MWh": (lambda: eb.to_co2("1 万kWh", "电力", factor="0.5703 tCO2/MWh").tco2, 5.703),
    "13.2 kWh/t of aluminium": (lambda: level("13.2 kWh/t", "电解铝"), None),
    "0 kWh/t of aluminium": (lambda: level("0 kWh/t", "电解铝"), None),
    "1.05 kgce/t of clinker": (lambda: level("1.05 kgce/t", "水泥熟料"), None),
    "-5 kgce/t of clinker": (lambda: level("-5 kgce/t", "水泥熟料"), None),
    "13,200,000 kWh/t of aluminium": (lambda: level("1320 万kWh/t", "电解铝"), None),
    "-30 kgce/t of a converter": (lambda: level("-30 kgce/t", "converter", allow_unverified=True), "benchmark"),
    "clinker with outputs in 万t": (
        lambda: judged([COAL], CLINKER.assign(产量单位="万t")),
        (None, "implausible-intensity"),
    ),
    "clinker with coal in kg": (lambda: judged([(*COAL[:5], "kg")]), (None, "implausible-intensity")),
    # The rule in force.
    "a rare earth before its standard": (lambda: level("1.5 tce/t", "neodymium-oxide-ion-ore"), "not-in-force"),
    "sulphuric acid by an expired standard": (lambda: level("-120 kgce/t", "sulphuric-acid-sulphur"), "not-in-force"),
    "copper cathode by a replaced list": (lambda: level("300 kgce/t", "copper-concentrate-to-cathode"), "unverified"),
    "cast iron anywhere in China": (lambda: level("0.27 tce/t", "铸铁"), "not-in-force"),
    "a furnace anywhere in China": (lambda: level("600 kWh/t", "感应电炉(铸铁)", capacity="3 t"), "not-in-force"),
    "a furnace of Changji": (
        lambda: level("600 kWh/t", "感应电炉(铸铁)", capacity="3 t", region="昌吉市"),
        "within-limit",
    ),
    "clinker of 2019": (lambda: level("105 kgce/t", "水泥熟料", period="2019"), "not-in-force"),
    "clinker of a period that is none": (lambda: level("105 kgce/t", "水泥熟料", period="随便"), "unreadable-period"),
    "a table of a period that is none": (
        lambda: judged([("甲", "随便", *COAL[2:])], CLINKER.assign(期间="随便")),
        (None, "unreadable-period"),
    ),
    "an unknown region": (lambda: level("105 kgce/t", "水泥熟料", region="火星"), "unknown-name"),
    # What follows, and conditions.
    "a blast furnace that breaks its standard": (
        lambda: "GB 21256-2025" in str(eb.classify("425 kgce/t", "高炉", allow_unverified=True)),
        True,
    ),
    "a converter that breaks its standard": (
        lambda: "GB 21256-2025" in str(eb.classify("-11 kgce/t", "converter", allow_unverified=True)),
        True,
    ),
    "cement without its clinker ratio": (
        lambda: level("90 kgce/t", "cement", document="gb-16780-2021"),
        "missing-condition",
    ),
    "cement of 60 % clinker": (
        lambda: level(
            "90 kgce/t",
            "cement",
            document="gb-16780-2021",
            corrections={"clinker-ratio": {"clinker_percent": 60}, "altitude": {"altitude": "0 m"}},
        ),
        "over-limit",
    ),
    "cement at its base conditions": (
        lambda: level("90 kgce/t", "cement", document="gb-16780-2021", corrections="base"),
        "level-3",
    ),
    "a correction under two names": (
        lambda: level(
            "98 kgce/t",
            "cement",
            document="gb-16780-2021",
            corrections={
                "altitude": {"altitude": "0 m"},
                "clinker-ratio": {"clinker_percent": 80},
                "gb-16780-2021/clinker-ratio": {"clinker_percent": 80},
            },
        ),
        "option",
    ),
    "a capacity for cast iron": (
        lambda: level("0.27 tce/t", "铸铁", capacity="3 t", document="changji-city-2021"),
        "option",
    ),
    "603.4 kWh/t at 3 t, rounded": (
        lambda: level("603.4 kWh/t", "感应电炉(铸铁)", capacity="3 t", compare="rounded", document="changji-city-2021"),
        "over-limit",
    ),
    # Accounts.
    "an account of clinker in t for kg": (
        lambda: accounted(("原煤", "1500 t"), output="10000 kg", product="水泥熟料"),
        None,
    ),
    "an account of clinker": (lambda: accounted(("原煤", "1500 t"), output="10000 t", product="水泥熟料"), "baseline"),
    "an account with less than nothing sent out": (
        lambda: accounted(
            ("原煤", "1500 t"),
            {"carrier": "电力", "amount": "-5 万kWh", "flow": "out"},
            output="10000 t",
            product="水泥熟料",
        ),
        "unreadable-amount",
    ),
    "an account with none of a gas": (
        lambda: accounted(("原煤", "1500 t"), ("天然气", "0 m3"), output="10000 t", product="水泥熟料"),
        "baseline",
    ),
    "an account with power of one's own": (
        lambda: accounted(
            ("原煤", "1500 t"),
            {"carrier": "电力", "amount": "100 万kWh", "flow": "self-made"},
            output="10000 t",
            product="水泥熟料",
        ),
        "baseline",
    ),
    "an account with recovered heat": (
        lambda: accounted(
            ("原煤", "1800 t"),
            {"carrier": "热力", "amount": "6000 GJ", "flow": "recovered"},
            output="10000 t",
            product="水泥熟料",
        ),
        "baseline",
    ),
    "an account of 2019": (
        lambda: accounted(("原煤", "1500 t"), output="10000 t", product="水泥熟料", period="2019"),
        "not-in-force",
    ),
    "an account of cast iron anywhere": (
        lambda: accounted(("焦炭", "2000 t"), output="10000 t", product="铸铁"),
        "not-in-force",
    ),
    "an account of cast iron in Changji": (
        lambda: accounted(("焦炭", "2000 t"), output="10000 t", product="铸铁", region="昌吉市"),
        "within-limit",
    ),
    "an account of cement without its conditions": (
        lambda: accounted(("原煤", "1000 t"), output="10000 t", product="cement", document="gb-16780-2021"),
        "missing-condition",
    ),
    "an account of a carrier that no table knows": (
        lambda: accounted(("原媒", "1500 t"), output="10000 t", product="水泥熟料"),
        "unknown-carrier",
    ),
    # Names and documents.
    "a product that no table knows by name": (lambda: level("105 kgce/t", "水泥熟科"), "unknown-product"),
    "a new project at the level of an existing one": (
        lambda: (
            "level 2 (<= 13000 kWh/t), required of a new plant, is not met"
            in str(eb.classify("13200 kWh/t", "电解铝", project="new"))
        ),
        True,
    ),
    "a kind of project that is none": (lambda: level("105 kgce/t", "水泥熟料", project="planned"), "option"),
    "a document that does not hold the product": (
        lambda: level("105 kgce/t", "水泥熟料", document="gb-21346-2022"),
        "unknown-product",
    ),
    "a document that has ended says so": (
        lambda: "was replaced" in str(eb.classify("105 kgce/t", "水泥熟料", document="ndrc-2021")),
        True,
    ),
    "the end of a furnace limit": (lambda: "2024-01-01" in str(eb.furnace_limit("3 t")), True),
    "the place of a furnace limit": (lambda: "昌吉市" in str(eb.furnace_limit("3 t")), True),
    "the reading of a furnace limit": (
        lambda: (
            "depends on the reading" in str(eb.classify("600 kWh/t", "感应电炉(铸铁)", capacity="3 t", region="昌吉市"))
        ),
        True,
    ),
    "kWh against kgce": (lambda: level("13200 kgce/t", "电解铝"), "wrong-dimension"),
    "Nm3 against m3": (lambda: tce("1 万Nm3", "高炉煤气"), "gas-condition"),
    "a value without a unit": (lambda: level("13200", "电解铝"), "unreadable-amount"),
    "natural gas without a figure": (lambda: tce("1 万m3", "天然气"), "several-candidates"),
    # Furnaces and targets.
    "a furnace of no size at 600 kWh/t": (lambda: furnace_met("0 t", 600), []),
    # The whole energy.
    "a plant with a hidden character": (lambda: judged([COAL, ("甲\u200b", *COAL[1:3], "电力", 50, "万kWh")])[0], None),
    "a plant cell that is merged": (
        lambda: judged([COAL, ("", "", "", "电力", 50, "万kWh")]),
        (None, "incomplete-energy"),
    ),
    "half a year beside a year": (
        lambda: judged([COAL, ("甲", "2023年上半年", *COAL[2:])]),
        (None, "incomplete-energy"),
    ),
    "a month beside its year": (lambda: judged([COAL, ("甲", "2023-01", *COAL[2:])]), (None, "incomplete-energy")),
    "a product that no table knows": (
        lambda: judged([COAL, ("甲", "2023", "水泥熟科", *COAL[3:])]),
        (None, "incomplete-energy"),
    ),
    "a carrier that no table knows": (lambda: judged([COAL, (*COAL[:3], "原媒", 5, "t")])[0], None),
    "a reading of another plant": (lambda: judged([(*COAL[:4], 1500, "t"), ("乙", *COAL[1:])])[0], "baseline"),
    "zero of a gas without a figure": (
        lambda: judged([(*COAL[:4], 1500, "t"), (*COAL[:3], "天然气", 0, "m3")]),
        ("baseline", ""),
    ),
    "a plant written with its legal form": (
        lambda: judged([COAL, ("甲有限公司", *COAL[1:])]),
        (None, "incomplete-energy"),
    ),
    "a correction booked as a negative purchase": (
        lambda: assessed([COAL, (*COAL[:4], -100, "t")]).notes,
        ("meters: 1 row is negative and counted as energy sent out, for example row 1",),
    ),
    "less than nothing sent out": (
        lambda: judged([COAL, (*COAL[:3], "电力", -5, "万kWh")], 流向=[None, "外供"])[0],
        None,
    ),
    "power made from the plant's own coal": (
        lambda: judged([(*COAL[:4], 1500, "t"), (*COAL[:3], "电力", 100, "万kWh")], 流向=["购入", "自产自用"])[0],
        "baseline",
    ),
}


def outcome(call: Callable[[], object]) -> object:
    """Return what a call gives, or the reason of its refusal."""
    try:
        return call()
    except EnergybenchError as error:
        return error.reason


@pytest.mark.filterwarnings("ignore::energybench.errors.SupersededWarning")
@each("name", CALLS)
@pytest.mark.filterwarnings("ignore:.* is unverified")
def test_a_hostile_question_is_refused_or_answered_right(name: str) -> None:
    call, expected = CALLS[name]
    assert outcome(call) == expected


# Files ----------------------------------------------------------------------------------------------------

HEAD = ",".join(COLUMNS)
#: Readings as text -> class and reason of the one output, or the reason of the refusal.
FILES: dict[str, tuple[str, object]] = {
    "a quote that is not closed": (
        f'{HEAD},备注\n甲,2023,水泥熟料,原煤,100,t,"未闭合\n甲,2023,水泥熟料,原煤,900,t,好\n甲,2023,水泥熟料,原煤,900,t,"ok"\n',
        "table",
    ),
    "a quote that is closed": (f'{HEAD},备注\n甲,2023,水泥熟料,原煤,1500,t,"好"\n', ("baseline", "")),
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_or_read_right(name: str, tmp_path: Path) -> None:
    text, expected = FILES[name]
    path = tmp_path / "meters.csv"
    path.write_text(text, encoding="utf-8")

    def call() -> object:
        row = eb.assess(path, CLINKER).results.iloc[0]
        return (None if pandas.isna(row["class"]) else row["class"], row["reason"])

    assert outcome(call) == expected


@pytest.mark.parametrize("names", [("1月", "2月"), ("1月", "汇总"), ("草稿", "定稿")])
def test_two_sheets_are_no_year(tmp_path: Path, names: tuple[str, str]) -> None:
    """Two months lack ten others; a draft or a sum beside the table would count the energy twice."""
    with pandas.ExcelWriter(tmp_path / "meters.xlsx") as book:
        for name in names:
            pandas.DataFrame([COAL], columns=COLUMNS).to_excel(book, sheet_name=name, index=False)
    if "2月" in names:
        answer = eb.assess(tmp_path / "meters.xlsx", CLINKER)
        assert answer.results["class"].isna().all()
        assert answer.energy["period"].tolist() == ["2023-01", "2023-02"]
    else:
        assert outcome(lambda: eb.assess(tmp_path / "meters.xlsx", CLINKER)) == "table"


# Own rows -------------------------------------------------------------------------------------------------

#: Table, shipped row, changes.
OWN_ROWS: dict[str, tuple[str, str, dict[str, str]]] = {
    "a negative coefficient": ("carriers", "gbt-2589-2020/raw_coal", {"coefficient": "-0.7143"}),
    "a coefficient of zero": ("carriers", "gbt-2589-2020/raw_coal", {"coefficient": "0"}),
    "a coefficient beyond all floats": ("carriers", "gbt-2589-2020/raw_coal", {"coefficient": "1e999999999"}),
    "a benchmark worse than the baseline": (
        "benchmarks",
        "ndrc-2023/cement-clinker",
        {"benchmark": "600", "baseline": "500"},
    ),
    "a furnace in kg": ("furnace_limits", "changji-city-2021/induction-furnace-cast-iron/1t", {"capacity_unit": "kg"}),
    "a furnace limit per kg": (
        "furnace_limits",
        "changji-city-2021/induction-furnace-cast-iron/1t",
        {"unit": "kWh/kg"},
    ),
    "a second point at one capacity": (
        "furnace_limits",
        "changji-city-2021/induction-furnace-cast-iron/1t",
        {"id": "ours/1t", "limit": "700"},
    ),
    "a day that is none": ("documents", "ndrc-2023", {"effective_from": "32.13.2023"}),
}


@pytest.mark.parametrize("name", OWN_ROWS)
def test_an_own_row_that_cannot_be_right_is_refused(name: str, write_table: WriteTable) -> None:
    table, base, changes = OWN_ROWS[name]
    assert outcome(lambda: eb.tables.use(write_table(table, changes, base=base))) == "table"


def test_an_own_row_does_not_wear_the_name_of_the_list(write_table: WriteTable) -> None:
    eb.tables.use(write_table("benchmarks", {"benchmark": "90"}, base="ndrc-2023/cement-clinker"))
    assert "own_row" in str(eb.classify("95 kgce/t", "水泥熟料"))
