"""The account of one product over one period: lines, total, intensity, verdict, and a trail to check by hand."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import energybench as eb
import oracle
from energybench import Level, account
from energybench.errors import (
    AmountError,
    BasisError,
    CapacityError,
    CoalRateError,
    CoefficientError,
    DimensionError,
    EnergybenchError,
    NoEnergyError,
    OptionError,
    OutputError,
    UnitTextError,
    UnknownCarrierError,
    UnknownNameError,
    UnknownProductError,
    UnverifiedError,
    UnverifiedWarning,
)
from expect import each, refused

INSTITUTION: list[Any] = [
    ("电力", "12500 千瓦时(度)"),
    ("原煤", "2000 公斤"),
    {"carrier": "汽油", "amount": "12340 升", "density": "0.725 千克/升"},
    {"carrier": "柴油", "amount": "4200 升", "density": "0.83 千克/升"},
    {"carrier": "天然气", "amount": "6000 立方米", "coefficient": "1.2143 千克标准煤/立方米"},
]
CLINKER: list[Any] = [("原煤", "2400 t"), ("electricity", "120 万kWh")]


# Published and worked cases -------------------------------------------------------------------------------


def test_the_public_institution_adds_up_as_published() -> None:
    book = account(INSTITUTION)
    printed = [1.53625, 1.429, 13.164, 5.079, 7.286]
    assert [line.tce for line in book.lines] == pytest.approx(printed, abs=5e-4)
    assert round(book.tce, 2) == 28.49
    assert book.tce == pytest.approx(28.493980699, abs=1e-6)


def test_the_public_institution_per_floor_area_and_per_person() -> None:
    per_area = account(INSTITUTION, output="1400 平方米")
    assert (round(per_area.intensity or 0, 4), per_area.unit) == (0.0204, "tce/m2")
    per_person = account(INSTITUTION, output="50 人")
    assert (round(per_person.intensity or 0, 4), per_person.unit) == (0.5699, "tce/person")


def test_molten_aluminium_in_xinjiang_in_2015() -> None:
    """40.6 TWh over 3.03 Mt: below baseline by the national list, though inside the 13700 of its day."""
    book = account([("电力", "406 亿千瓦时")], output="303 万吨", product="电解铝")
    assert book.unit == "kWh/t"
    assert book.intensity == pytest.approx(13399.34, abs=5e-3)
    assert 13350 < (book.intensity or 0) < 13700
    assert book.verdict is not None
    assert book.verdict.level == Level.BELOW_BASELINE
    assert book.electricity_kwh == 4.06e10
    assert book.verdict.savings["baseline"] == pytest.approx((13399.34 - 13350) * 3.03e6, rel=1e-4)


SHANGHAI = {
    "原煤": ("424.81 万t", "0.7143 tce/t"),
    "焦炭": ("613.96 万t", "0.9714 tce/t"),
    "焦炉煤气": ("19.16 亿m3", "0.5714 kgce/m3"),
    "发生炉煤气": ("138.99 亿m3", "0.1786 kgce/m3"),
    "other coking products": ("107.07 万t", "1.4286 tce/t"),
    "原油": ("1.62 万t", "1.4286 tce/t"),
    "汽油": ("396.7 万t", "1.4714 tce/t"),
    "煤油": ("373.19 万t", "1.4714 tce/t"),
    "柴油": ("386.34 万t", "1.4571 tce/t"),
    "燃料油": ("608.32 万t", "1.4286 tce/t"),
    "液化石油气": ("92.81 万t", "1.7143 tce/t"),
    "炼厂干气": ("111.38 万t", "1.5714 tce/t"),
    "其他石油制品": ("681.04 万t", "1.4286 tce/t"),
    "天然气": ("52.42 亿m3", "1.1 kgce/m3"),
    "热力": ("9357.03 10^10 kJ", "0.03412 kgce/MJ"),
    "电力": ("1696.01 亿kWh", "0.1229 kgce/kWh"),
    "标准煤": ("52.63 万tce", "1 tce/tce"),
}


def test_the_shanghai_list_carries_its_units() -> None:
    """The same amounts and coefficients as printed: 8317.60 in 10^4 tce, where lost units gave 5600.74."""
    lines = [{"carrier": c, "amount": amount, "coefficient": own} for c, (amount, own) in SHANGHAI.items()]
    assert account(lines).tce / 1e4 == pytest.approx(8317.600166, abs=1e-5)


@each(
    ("carrier", "lost"),
    [("电力", "0.1229 万tce/亿kWh"), ("天然气", "1.1 万tce/亿m3"), ("焦炉煤气", "0.5714 万tce/亿m3")],
)
def test_the_tenfold_mistake_of_the_shanghai_list_is_refused(carrier: str, lost: str) -> None:
    line = {"carrier": carrier, "amount": SHANGHAI[carrier][0], "coefficient": lost}
    with refused(CoefficientError, "implausible-coefficient", "every document", "Check the decimal point"):
        account([line])


def test_a_clinker_line_has_total_intensity_and_class() -> None:
    book = account(CLINKER, output="24000 t", product="cement-clinker")
    assert (round(book.tce, 2), round(book.intensity or 0, 3), book.unit) == (1861.8, 77.575, "kgce/t")
    assert book.by_carrier == pytest.approx({"raw_coal": 1714.32, "electricity": 147.48})
    assert (book.output, book.output_unit, book.product) == (24000.0, "t", "cement-clinker")
    assert book.verdict is not None
    assert book.intensity is not None
    assert book.verdict == eb.classify(eb.ureg.Quantity(book.intensity, "kgce/t"), "cement-clinker", output="24000 t")
    for part in ("原煤", "1,714.3200", "77.575 kgce/t", "benchmark"):
        assert part in str(book)


# Lines ----------------------------------------------------------------------------------------------------


@each(
    "lines",
    [
        [("原煤", "2400 t"), ("electricity", "120 万kWh")],
        [("原煤", "2400 t", "in"), ("electricity", "120 万kWh", "购入")],
        [("原煤", Decimal(2400), "t"), ("electricity", 120, "万kWh")],
        [["原煤", "2400 t"], ["electricity", "120 万kWh"]],
        [{"carrier": "原煤", "amount": 2400, "unit": "t"}, {"carrier": "电", "amount": 120.0, "unit": "万kWh"}],
        [{"carrier": "原煤", "amount": np.float64(2400), "unit": "t"}, ("电", "120 万kWh")],
        [{"carrier": "原煤", "amount": np.int64(2400), "unit": "t"}, ("电", "120 万kWh")],
        [{"carrier": "原煤", "amount": "2,400", "unit": "t", "flow": None}, ("电", "120 万kWh")],
        [("原煤", eb.ureg.Quantity(2400.0, "t")), ("电", eb.ureg.Quantity(1.2, "GWh"))],
        (line for line in CLINKER),
        pd.DataFrame({"carrier": ["原煤", "电"], "amount": [2400.0, 120.0], "unit": ["t", "万kWh"]}),
        pd.DataFrame({"carrier": ["原煤", "电"], "amount": [2400, 120], "unit": ["t", "万kWh"], "flow": ["in", None]}),
        pd.DataFrame(
            {
                "carrier": pd.array(["原煤", "电"], dtype="string"),
                "amount": ["2400 t", "120 万kWh"],
                "flow": pd.array([pd.NA, pd.NA], dtype="string"),
                "ncv": [float("nan"), None],
            }
        ),
    ],
    ids=lambda lines: type(lines).__name__,
)
def test_lines_come_in_many_shapes_and_mean_the_same(lines: Any) -> None:
    book = account(lines)
    assert book.tce == pytest.approx(1861.8, rel=1e-14)
    assert [line.tce for line in book.lines] == pytest.approx([1714.32, 147.48])
    assert [line.electricity_kwh for line in book.lines] == [0.0, 1_200_000.0]


def test_a_line_may_bring_its_own_figures() -> None:
    book = account(
        [
            {"carrier": "天然气", "amount": "90 万m3", "ncv": "35.6 MJ/m3"},
            {"carrier": "汽油", "amount": "12340 L", "density": "0.725 kg/L"},
            {"carrier": "own fuel", "amount": "10 t", "coefficient": "1.2 kgce/kg"},
        ]
    )
    assert [line.coefficient.origin for line in book.lines] == ["ncv", "table", "user"]
    assert [line.tce for line in book.lines] == [
        eb.to_tce("90 万m3", "天然气", ncv="35.6 MJ/m3").magnitude,
        eb.to_tce("12340 L", "汽油", density="0.725 kg/L").magnitude,
        12.0,
    ]


@each("flow", ["out", "OUT", "output", "外供", "输出", "外送"])
def test_energy_sent_out_counts_against_the_total(flow: str) -> None:
    book = account([("原煤", "100 t"), ("热力", "500 GJ", flow), ("电", "3 万kWh", flow)])
    assert [line.flow for line in book.lines] == ["in", "out", "out"]
    assert book.tce == pytest.approx(71.43 - 500 * 0.03412 - 30 * 0.1229)
    assert book.by_carrier["heat"] == pytest.approx(-17.06)
    assert book.electricity_kwh == -30000.0


def test_electricity_in_and_out_meet_in_an_electricity_indicator() -> None:
    lines = [("电", "1400 万kWh"), ("电", "80 万kWh", "out"), ("原煤", "10 t")]
    book = account(lines, output="1000 t", product="电解铝")
    assert (book.intensity, book.unit) == (13200.0, "kWh/t")
    assert book.verdict is not None
    assert book.verdict.level == Level.BASELINE


def test_the_trail_adds_up_and_names_its_sources() -> None:
    trail = account([*INSTITUTION, ("热力", "5 GJ", "out")]).trail()
    assert list(trail.columns) == [
        *("carrier", "flow", "amount", "unit", "density", "coefficient", "coefficient_unit", "basis", "tce"),
        *("document", "clause", "verification", "source", "evidence"),
    ]
    assert trail["tce"].sum() == pytest.approx(account([*INSTITUTION, ("热力", "5 GJ", "out")]).tce)
    assert trail["document"].tolist() == [*["gbt-2589-2020"] * 4, "", "gbt-2589-2020"]
    assert trail["source"].str.len().gt(0).all()
    first = trail.iloc[0]
    assert first["tce"] == pytest.approx(first["amount"] * first["coefficient"] / 1000)


def test_the_primary_basis_applies_to_electricity_lines_only() -> None:
    options: dict[str, Any] = {"basis": "primary", "coal_rate": "302.4 gce/kWh"}
    book = account([("原煤", "100 t"), ("电", "350 万kWh")], **options)
    assert [line.tce for line in book.lines] == [71.43, 1058.4]
    assert (book.basis, book.lines[1].coefficient.basis) == ("primary", "primary")
    with pytest.raises(CoalRateError):
        account([("电", "350 万kWh")], basis="primary")


def test_a_primary_total_meets_a_primary_limit() -> None:
    lines = [("石油焦", "5900 t"), ("电", "100 kWh")]
    options: dict[str, Any] = {"basis": "primary", "edition": "gb-30251-2024"}
    book = account(lines, output="8000 t", product="ethylene-naphtha", **options)
    assert book.unit == "kgoe/t"
    assert book.intensity == pytest.approx((5900 * 800 + 100 * 0.21) / 8000)


def test_media_without_a_basis_are_pointed_out() -> None:
    book = account([("压缩空气", "1000 m3")])
    assert any("compressed_air" in note for note in book.notes)
    assert account(CLINKER).notes == ()


def test_an_unverified_line_is_used_on_request_with_a_warning() -> None:
    with pytest.raises(UnverifiedError):
        account([("甲醇", "10 t")])
    with pytest.warns(UnverifiedWarning, match="0.6794"):
        assert account([("甲醇", "10 t")], allow_unverified=True).tce == pytest.approx(6.794)


def test_an_account_is_a_plain_value() -> None:
    book = account(CLINKER, output="24000 t", product="cement-clinker")
    assert pickle.loads(pickle.dumps(book)) == book  # noqa: S301 - our own bytes
    assert json.loads(json.dumps(book.to_dict()))["verdict"]["level"] == "benchmark"
    assert (book.to_pint().magnitude, str(book.to_pint().units)) == (book.intensity, "kgce/t")
    assert account(CLINKER).to_dict()["verdict"] is None
    assert account(CLINKER).to_pint() == eb.ureg.Quantity(1861.8, "tce")
    assert (book.package_version, book.data_version) == (eb.__version__, eb.tables.data_version())
    with pytest.raises(AttributeError):
        book.tce = 0.0  # type: ignore[misc]


# Bad input ------------------------------------------------------------------------------------------------

COAL = [("原煤", "10 t")]
PRODUCT = {"output": "100 t", "product": "cement-clinker"}
REFUSALS: list[tuple[type[EnergybenchError], str, Any, dict[str, Any], tuple[str, ...]]] = [
    (NoEnergyError, "no-energy", [], {}, ("lines", "at least one")),
    (NoEnergyError, "no-energy", pd.DataFrame({"carrier": [], "amount": []}), {}, ("lines",)),
    (
        *(NoEnergyError, "no-energy", COAL),
        {"output": "100 t", "product": "电解铝"},
        ("electrolytic-aluminium", "kWh/t", "Add the electricity"),
    ),
    (OutputError, "output", COAL, {"product": "cement-clinker"}, ("'cement-clinker'", 'output="24000 t"')),
    (OutputError, "output", COAL, {**PRODUCT, "output": "0 t"}, ("'0 t'", "above zero")),
    (OutputError, "output", COAL, {**PRODUCT, "output": "-5 t"}, ("'-5 t'", "above zero")),
    (OutputError, "output", COAL, {"output": "0 m2"}, ("'0 m2'", "above zero")),
    (OutputError, "output", COAL, {"output": "66 t/d"}, ("'66 t/d'", "t/d is no amount")),
    (OutputError, "output", COAL, {**PRODUCT, "output": "24000 t/a"}, ("t/a is no amount", '"24000 t"')),
    (OutputError, "output", COAL, {**PRODUCT, "output": "100 m2"}, ("'100 m2'", "in t")),
    (OutputError, "output", COAL, {**PRODUCT, "output": "100 kWh"}, ("'100 kWh'", "in t")),
    (OutputError, "output", COAL, {"output": "100 t", "product": "flat-glass-over-800"}, ("'100 t'", "weight_case")),
    (AmountError, "unreadable-amount", COAL, {**PRODUCT, "output": 100}, ("output is 100", '"100 t"')),
    (AmountError, "unreadable-amount", COAL, {**PRODUCT, "output": "nan t"}, ("'nan t'",)),
    (BasisError, "basis", COAL, {**PRODUCT, "basis": "primary"}, ("primary", "calorific", "cement-clinker")),
    (BasisError, "basis", COAL, {"output": "1 t", "product": "ethylene-naphtha"}, ("calorific", "primary")),
    (OptionError, "option", COAL, {"basis": "both"}, ("'both'", "calorific", "primary")),
    (OptionError, "option", COAL, {"compare": "x"}, ("'x'", "full, rounded")),
    (OptionError, "option", COAL, {"coal_rate": "300 gce/kWh"}, ("coal_rate", 'basis="primary"')),
    (OptionError, "option", COAL, {**PRODUCT, "capacity": "3 t"}, ("capacity", "Leave capacity out")),
    (CapacityError, "capacity", COAL, {**PRODUCT, "product": "induction-furnace-cast-iron"}, ("capacity",)),
    (UnknownProductError, "unknown-product", COAL, {**PRODUCT, "product": "clinkr"}, ("'clinkr'",)),
    (UnknownNameError, "unknown-name", COAL, {"edition": "2020"}, ("'2020'",)),
    (UnknownNameError, "unknown-name", COAL, {**PRODUCT, "document": "ndrc-2022"}, ("'ndrc-2022'", "ndrc-2021")),
    (DimensionError, "wrong-dimension", [("原煤", "5 kWh")], {}, ("raw_coal", "kWh")),
    (UnknownCarrierError, "unknown-carrier", [("natural gaz", "5 m3")], {}, ("'natural gaz'", "natural gas")),
    (UnitTextError, "unknown-unit", [("原煤", "5 ton")], {}, ("'ton'", "write t")),
    (AmountError, "unreadable-amount", [("原煤", 5)], {}, ("line 1", '"5 t"')),
    (AmountError, "unreadable-amount", [("原煤", None)], {}, ("line 1", "None")),
    (AmountError, "unreadable-amount", [{"carrier": "原煤", "amount": float("nan"), "unit": "t"}], {}, ("nan",)),
    (AmountError, "unreadable-amount", [("原煤", eb.ureg.Quantity(np.ones(2), "t"))], {}, ("line 1", "array")),
    (AmountError, "unreadable-amount", [("原煤", "1e308 t")] * 3, {}, ("total is too large",)),
    (AmountError, "unreadable-amount", [("电力", "1e308 kWh")] * 3, {}, ("total is too large",)),
    (OptionError, "option", [("原煤", "5 t", "sideways")], {}, ("line 1", "'sideways'", '"out"')),
    (OptionError, "option", [("原煤", "5 t", 0)], {}, ("line 1", "flow is '0'")),
    (
        *(OptionError, "option", [{"carrier": "原煤", "amount": eb.ureg.Quantity(5.0, "t"), "unit": "kg"}], {}),
        ("line 1", "unit is 'kg' beside an amount that is in t", "Leave unit out"),
    ),
    (OptionError, "option", [("原煤",)], {}, ("line 1", "(carrier, amount)")),
    (OptionError, "option", ["原煤"], {}, ("line 1", "'原煤'")),
    (OptionError, "option", [{"carrier": "原煤"}], {}, ("line 1", "amount")),
    (OptionError, "option", [{"carrier": "原煤", "amont": "5 t"}], {}, ("line 1", "'amont'", "'amount'")),
    (OptionError, "option", {"carrier": "原煤", "amount": "5 t"}, {}, ("line 1",)),
    (OptionError, "option", "原煤 5 t", {}, ("line 1",)),
]


@each(
    ("kind", "reason", "lines", "options", "shown"),
    REFUSALS,
    ids=[f"{row[0].__name__} {' '.join(map(str, row[3].values()))} {row[4][0]}" for row in REFUSALS],
)
def test_bad_input_shows_the_value_and_the_fix(
    kind: type[EnergybenchError], reason: str, lines: Any, options: dict[str, Any], shown: tuple[str, ...]
) -> None:
    with refused(kind, reason, *shown):
        account(lines, **options)


@each(
    "bad",
    [("原煤", "5 kWh"), ("natural gaz", "5 m3"), ("原煤", "5 ton"), ("天然气", "5 m3"), ("甲醇", "5 t"), (None, "5 t")],
)
def test_a_bad_line_is_named_by_its_number(bad: Any) -> None:
    with pytest.raises(EnergybenchError, match="line 2"):
        account([("原煤", "5 t"), bad, ("电", "5 kWh")])


@each("lines", [None, 5])
def test_no_lines_at_all_are_refused(lines: Any) -> None:
    with pytest.raises(EnergybenchError):
        account(lines)


def test_options_of_a_limit_without_a_product_are_refused() -> None:
    for option in ({"document": "ndrc-2021"}, {"capacity": "3 t"}):
        with pytest.raises(OptionError, match="product"):
            account(COAL, output="5 t", **option)  # type: ignore[arg-type]


# Laws -----------------------------------------------------------------------------------------------------

READINGS = st.sampled_from([("原煤", "t"), ("柴油", "kg"), ("电", "万kWh"), ("热力", "GJ"), ("高炉煤气", "万m3")])
entries = st.tuples(READINGS, st.decimals(0, 10**6, places=2), st.sampled_from(["in", "out"]))


def _lines(drawn: list[Any]) -> list[tuple[str, str, str]]:
    return [(carrier, f"{amount} {unit}", flow) for (carrier, unit), amount, flow in drawn]


@given(st.lists(entries, min_size=1, max_size=8), st.randoms())
def test_the_order_of_the_lines_is_irrelevant(drawn: list[Any], random: Any) -> None:
    lines = _lines(drawn)
    shuffled = random.sample(lines, len(lines))
    one, other = account(lines), account(shuffled)
    assert (one.tce, one.electricity_kwh, one.by_carrier) == (other.tce, other.electricity_kwh, other.by_carrier)


@given(st.lists(entries, min_size=1, max_size=6), st.integers(0, 5), st.decimals(0, 10**6, places=2))
def test_splitting_a_line_changes_nothing(drawn: list[Any], which: int, part: Any) -> None:
    reading, amount, flow = drawn[which % len(drawn)]
    rest = [line for n, line in enumerate(drawn) if n != which % len(drawn)]
    whole = account(_lines([*rest, (reading, amount, flow)]))
    part = min(part, amount)
    split = account(_lines([*rest, (reading, part, flow), (reading, amount - part, flow)]))
    assert whole.tce == split.tce
    assert whole.by_carrier == split.by_carrier


@given(st.lists(entries, min_size=1, max_size=8), st.decimals(1, 10**6, places=2))
def test_totals_agree_with_the_slow_reader(drawn: list[Any], output: Any) -> None:
    figures = {row["carrier"]: row for row in oracle.accepted("carriers") if row["document"] == "gbt-2589-2020"}
    ids = {"原煤": "raw_coal", "柴油": "diesel", "电": "electricity", "热力": "heat", "高炉煤气": "blast_furnace_gas"}
    figures["electricity"] = next(r for r in oracle.table("carriers") if r["id"] == "gbt-2589-2020/electricity")
    figures["heat"] = next(r for r in oracle.table("carriers") if r["id"] == "gbt-2589-2020/heat")
    exact = sum(
        (1 if flow == "in" else -1) * oracle.to_tce(Fraction(amount), unit, figures[ids[carrier]])
        for (carrier, unit), amount, flow in drawn
    )
    book = account(_lines(drawn), output=f"{output} t", product="cement-clinker", plausible=True)
    assert book.tce == float(exact)
    assert book.intensity == float(exact * 1000 / Fraction(output))
    assert sum(line.tce for line in book.lines) == pytest.approx(float(exact), abs=1e-6)
    assert book.trail()["tce"].sum() == pytest.approx(float(exact), abs=1e-6)
    row = next(r for r in oracle.table("benchmarks") if r["id"] == "ndrc-2023/cement-clinker")
    assert book.verdict is not None
    assert book.verdict.level == oracle.national_class(exact * 1000 / Fraction(output), row)


@given(st.decimals("0.01", 10**6, places=2))
def test_an_output_that_makes_an_exact_hit_reaches_it(output: Any) -> None:
    book = account([("电", f"{output * 13350} kWh")], output=f"{output} t", product="电解铝")
    assert book.intensity == 13350.0
    assert book.verdict is not None
    assert book.verdict.level == Level.BASELINE


def test_a_line_with_the_amount_first_says_so() -> None:
    with refused(OptionError, "option", "line 2: ('350 万kWh', '电力') has the amount first", "(carrier, amount)"):
        eb.account([("原煤", "1200 t"), ("350 万kWh", "电力")])


# The basis of a limit ---------------------------------------------------------------------------------------


def test_a_limit_without_a_basis_is_compared_with_a_calorific_total_and_says_so() -> None:
    lines = [("原煤", "300 t"), ("electricity", "250 万kWh")]
    options: dict[str, Any] = {"product": "pvc-carbide-general-purpose", "document": "gb-21257-2024"}
    book = account(lines, output="2000 t", **options)
    assert book.verdict is not None
    assert "states no basis" in book.verdict.notes
    with pytest.raises(BasisError, match="states no basis"):
        account(lines, output="2000 t", basis="primary", coal_rate="302.4 gce/kWh", **options)


def test_a_basis_that_the_figures_of_a_limit_prove_is_its_basis() -> None:
    """2254 kgce/t of power alone would exceed the 1700 kgce/t of ferrosilicon on the primary basis."""
    document = "gb-21341-2022"
    assert "basis" not in eb.classify("1700 kgce/t", "ferrosilicon-75", document=document, basis="calorific").notes
    with pytest.raises(BasisError, match="on the calorific one"):
        eb.classify("1700 kgce/t", "ferrosilicon-75", document=document, basis="primary")


def test_a_limit_in_kwh_has_no_basis() -> None:
    verdict = eb.classify("13200 kWh/t", "electrolytic-aluminium", document="gb-21346-2022", basis="primary")
    assert "basis" not in verdict.notes


# Kinds of flow ----------------------------------------------------------------------------------------------

COAL_OF_CAPTIVE_POWER = ("原煤", "350 万t", "加工转换投入")
CAPTIVE_POWER = "1056000 万kWh"


@each(
    "power",
    [
        [("electricity", CAPTIVE_POWER, "自产自用")],
        [("electricity", CAPTIVE_POWER, "加工转换产出"), ("electricity", CAPTIVE_POWER, "消费")],
        [("electricity", CAPTIVE_POWER, "回收利用"), ("electricity", CAPTIVE_POWER)],
    ],
)
def test_power_of_the_plant_itself_is_not_counted_again(power: list[Any]) -> None:
    """A smelter with captive power: its coal is 2 500 050 tce, and all its power counts in kWh."""
    lines = [COAL_OF_CAPTIVE_POWER, *power]
    book = account(lines)
    assert book.tce == 2_500_050
    assert book.electricity_kwh == 10_560_000_000
    smelter = account(lines, output="80 万t", product="electrolytic-aluminium")
    assert smelter.intensity == 13_200


@each("flow", ["外供", "in", "recovered"])
def test_a_negative_amount_beside_a_flow_is_refused(flow: str) -> None:
    with pytest.raises(AmountError, match=f"line 1: .*{flow}"):
        account([("原煤", "-5 t", flow)])


@each(
    ("lines", "tce", "said"),
    [
        ([("原煤", "10 t"), ("原煤", "-5 t")], 3.5715, "line 2 is negative, and counts as energy sent out"),
        ([("原煤", "1 t"), ("电力", "1 MWh"), ("原煤", "1 t")], 1.5515, "lines 1 and 3 are identical"),
        (
            [("raw coal", 5, "t"), ("原煤", 5, "吨")],
            7.143,
            "lines 1 and 2 are identical",
        ),
        (
            [("原煤", "1 t"), {"carrier": "褐煤", "amount": "1 t", "coefficient": "0.4286 kgce/kg"}],
            1.1429,
            "part of it",
        ),
        ([("原煤", "1 t"), ("合计", "0.7143 tce")], 0.7143, "states 0.7143 tce, the others 0.7143 tce"),
        ([("原煤", "1 t"), ("综合能源消费量", "9 tce")], 0.7143, "states 9 tce, the others 0.7143 tce"),
        (
            [{"carrier": "原煤", "amount": "1 t", "use": "feedstock"}],
            0.7143,
            "use, origin and evidence of line 1 are not used",
        ),
    ],
)
def test_an_account_says_what_may_be_counted_twice(lines: list[Any], tce: float, said: str) -> None:
    book = account(lines)
    assert book.tce == pytest.approx(tce)
    assert [note for note in book.notes if said in note]


def test_a_sound_account_says_nothing() -> None:
    assert account([("原煤", "10 t"), ("柴油", "5 t"), ("电力", "1 MWh", "外供")]).notes == ()


def test_power_of_auxiliaries_does_not_count_as_that_of_the_potline() -> None:
    lines: list[Any] = [
        {"carrier": "电力", "amount": "13200 万kWh", "用途": "工艺"},
        {"carrier": "电力", "amount": "500±10 万kWh", "用途": "辅助"},
    ]
    book = account(lines, output="10000 t", product="electrolytic-aluminium")
    assert book.intensity == 13200
    assert book.intensity_uncertainty == 0
    assert book.electricity_kwh == 137_000_000
    assert "铝液交流电耗 counts the electricity of line 1; line 2 is auxiliary and is left out" in book.notes
    plain = account([{**line, "用途": "燃料"} for line in lines], output="10000 t", product="electrolytic-aluminium")
    assert plain.intensity == 13700
    said = '铝液交流电耗 counts the electricity of line 1, 2; mark what is not of the potline with use="auxiliary"'
    assert said in plain.notes
    assert "(± 12.3 tce)\n total" in str(plain)


def test_power_under_a_name_of_the_users_own_is_refused_where_the_indicator_is_in_kwh() -> None:
    lines: list[Any] = [
        ("电力", "6750 万kWh"),
        {"carrier": "直流用电量", "amount": "6750 万kWh", "coefficient": "0.1229 kgce/kWh"},
    ]
    with pytest.raises(UnknownCarrierError, match=r"line 2: .*would not count in kWh/t"):
        account(lines, output="10000 t", product="electrolytic-aluminium")


def test_a_region_and_a_period_choose_the_rule_of_an_account() -> None:
    melt: dict[str, Any] = {"output": "30 t", "product": "induction-furnace-cast-iron", "capacity": "3 t"}
    book = account([("电力", "1.83 万kWh")], region="昌吉市", period="2022", **melt)
    assert book.verdict is not None
    assert (book.verdict.document, book.verdict.level) == ("changji-city-2021", Level.OVER_LIMIT)
    with pytest.raises(EnergybenchError, match="region"):
        account([("电力", "1.83 万kWh")], **melt)
    with refused(OptionError, "option", "corrections is given without a product. Pass product= too"):
        account([("电力", "1.83 万kWh")], output="30 t", region="昌吉市")


@each(
    "line",
    [
        ("天然气", "0 m3"),
        ("新鲜水", "0 t"),
        {"carrier": "天然气", "amount": 0, "unit": "万m3", "flow": "外供"},
        ("压缩空气", "1000 m3", "自产自用"),
        ("蒸汽", "100 t", "自产自用"),
    ],
)
def test_what_counts_as_zero_needs_no_coefficient(line: Any) -> None:
    book = account([("原煤", "1 t"), line])
    assert book.tce == 0.7143
    assert book.lines[1].tce == 0


def test_an_amount_that_counts_needs_its_coefficient() -> None:
    with pytest.raises(EnergybenchError, match="line 2"):
        account([("原煤", "1 t"), ("天然气", "1 m3")])
    with pytest.raises(UnknownCarrierError, match="line 2"):
        account([("原煤", "1 t"), ("天燃气", "0 m3")])


def test_zero_power_on_the_primary_basis_needs_no_coal_rate() -> None:
    assert account([("原煤", "1 t"), ("电力", "0 kWh")], basis="primary").tce == 0.7143


CEMENT: dict[str, Any] = {"output": "10000 t", "product": "cement", "document": "gb-16780-2021"}


def test_an_account_asks_for_the_conditions_of_its_document() -> None:
    lines = [("标准煤", "900 tce")]
    with pytest.raises(EnergybenchError, match="clinker") as caught:
        account(lines, **CEMENT)
    assert caught.value.reason == "missing-condition"
    base = account(lines, corrections="base", **CEMENT)
    assert base.verdict is not None
    assert (base.intensity, base.verdict.level) == (90, Level.LEVEL_3)


def test_an_account_doubts_an_intensity_far_from_every_step() -> None:
    options: dict[str, Any] = {"output": "24000 t", "product": "cement-clinker"}
    book = account([("标准煤", "240 tce")], **options)
    assert book.verdict is not None
    assert book.verdict.level is None
    assert book.verdict.reason.startswith("implausible-intensity")
    sure = account([("标准煤", "240 tce")], plausible=True, **options)
    assert sure.verdict is not None
    assert sure.verdict.level == Level.BENCHMARK


def test_an_account_of_a_new_project_is_told_what_it_has_to_meet() -> None:
    options: dict[str, Any] = {"output": "10000 t", "product": "electrolytic-aluminium", "document": "gb-21346-2022"}
    book = account([("电力", "13300 万kWh")], project="new", **options)
    assert book.verdict is not None
    assert book.verdict.project == "new"
    assert any("level 2" in duty or "level-2" in duty for duty in book.verdict.follows)
    with pytest.raises(OptionError, match="project"):
        account([("电力", "13300 万kWh")], output="1 t", project="new")


@each(("output", "expected"), [("5 亿元", 0.171432), ("5000 万元", 1.71432), ("50000000 元", 1.71432)])
def test_energy_per_output_value_is_per_ten_thousand_yuan(output: str, expected: float) -> None:
    book = account([("原煤", "12000 t")], output=output)
    assert book.intensity == pytest.approx(expected)
    assert book.unit == "tce/万元"
    assert book.to_pint().to("kgce/CNY").magnitude == pytest.approx(expected / 10)


# Both bases -----------------------------------------------------------------------------------------------


def test_an_account_tells_its_total_on_both_bases() -> None:
    lines: list[Any] = [("原煤", "100 t"), ("电力", "10 万kWh"), ("电力", "1 万kWh", "外供")]
    both = {"calorific": 71.43 + 9 * 1.229, "primary": 71.43 + 9 * 3.0}
    assert account(lines).both_totals(coal_rate="300 gce/kWh") == pytest.approx(both)
    book = account(lines, basis="primary", coal_rate="300 gce/kWh")
    assert book.both_totals() == pytest.approx(both)
    assert book.both_totals()["primary"] == book.tce
    assert account([("原煤", "1 t"), ("电力", "0 kWh")]).both_totals() == pytest.approx(
        {"calorific": 0.7143, "primary": 0.7143}
    )


def test_a_total_that_one_basis_does_not_have_is_refused() -> None:
    with refused(CoalRateError, "no-coal-rate", "coal_rate"):
        account([("电力", "10 万kWh")]).both_totals()
    with refused(BasisError, "basis", "line 2", "Heat"):
        account([("原煤", "1 t"), ("热力", "10 GJ")]).both_totals(coal_rate="300 gce/kWh")
    with refused(OptionError, "option", "question"):
        replace(account([("原煤", "1 t")]), question=None).both_totals()
