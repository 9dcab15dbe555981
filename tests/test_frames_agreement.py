"""A table says of each group what one account says of it: totals, intensity, class, margins, savings."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

import energybench as eb
import oracle
from energybench import tables
from energybench.errors import EnergybenchError, SupersededWarning
from expect import each
from frame_tables import FURNACE, Group, Reading, fuels, items, meters, outputs, portfolios, same, spellings, tables_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

Row = dict["Hashable", Any]


def assert_agrees(row: Row, book: eb.Account) -> None:
    """Expect of a row of the results what the account of the same group says."""
    verdict = book.verdict
    assert verdict is not None
    tce_in = sum(abs(line.tce) for line in book.lines)
    kwh_in = sum(abs(line.electricity_kwh) for line in book.lines)
    assert same(row["tce"], book.tce, tce_in)
    assert same(row["electricity_kwh"], book.electricity_kwh, kwh_in)
    summed, total = (kwh_in, book.electricity_kwh) if row["saving_unit"] == "kWh" else (tce_in, book.tce)
    # What is sent out is taken off: the difference is as exact as the sums, not as itself.
    loss = summed / abs(total) if total else 1.0
    scale = loss * max(abs(verdict.value), *(abs(limit or 0.0) for limit in verdict.thresholds.values()))
    assert same(row["intensity"], book.intensity, scale)
    assert row["unit"] == book.unit == verdict.unit
    assert (None if pandas.isna(row["class"]) else row["class"]) == verdict.level
    assert row["item"] == verdict.item
    assert (row["document"], row["verification"]) == (verdict.document, verdict.verification)
    assert row["depends_on_reading"] == verdict.depends_on_reading
    for step, limit in verdict.thresholds.items():
        name = step.replace("-", "_")
        assert same(row[name], limit)
        assert same(row[f"margin_{name}"], verdict.margins[step], scale)
    assert row["readings"] == len(book.lines)
    assert row["unusable_readings"] == 0


def assert_saves_the_same(row: Row, book: eb.Account) -> None:
    """Expect the savings of the account: each is as exact as the energy that it is a part of."""
    assert book.verdict is not None
    assert row["saving_unit"] == book.verdict.saving_unit
    energy = sum(abs(line.electricity_kwh if row["saving_unit"] == "kWh" else line.tce) for line in book.lines)
    for step, saving in book.verdict.savings.items():
        assert same(row[f"saving_{step.replace('-', '_')}"], saving, 10 * energy)


def assert_all_agree(groups: list[Group], **options: Any) -> eb.Assessment:
    """Assess groups as one table, and expect of each what its own account says."""
    answer: eb.Assessment = eb.assess(*tables_of(groups), **options)
    assert answer.problems.empty, answer.problems.to_string()
    assert answer.counts["used"] == sum(len(group.readings) for group in groups)
    for row, group in zip(answer.results.to_dict("records"), groups, strict=True):
        book = group.account(**options)
        assert_agrees(row, book)
        assert_saves_the_same(row, book)
    return answer


@given(portfolios())
@settings(max_examples=60)
def test_every_group_is_what_its_account_says(groups: list[Group]) -> None:
    answer = assert_all_agree(groups)
    for level in answer.results["class"]:
        event(str(level))


@given(portfolios(most=3), st.sampled_from(["linear", "class_below", "class_above"]))
@settings(max_examples=15)
def test_every_reading_of_the_furnace_table_is_that_of_one_value(groups: list[Group], reading: str) -> None:
    assert_all_agree(groups, reading=reading)


@given(portfolios(most=3))
@settings(max_examples=15)
def test_rounded_comparison_is_that_of_one_value(groups: list[Group]) -> None:
    assert_all_agree(groups, compare="rounded")


@pytest.mark.filterwarnings("ignore::energybench.errors.SupersededWarning")
@given(portfolios(most=3), st.sampled_from(["ndrc-2021", "ndrc-2023", "changji-city-2021", "gb-16780-2021"]))
@settings(max_examples=60)
def test_a_document_asked_for_is_that_of_one_value(groups: list[Group], document: str) -> None:
    answer = eb.assess(*tables_of(groups), document=document)
    for row, group in zip(answer.results.to_dict("records"), groups, strict=True):
        try:
            book = group.account(document=document)
        except EnergybenchError as error:
            refusal = error.reason
        else:
            refusal = ""
            event(document)
            assert_agrees(row, book)
        assert row["reason"] == refusal
        assert pandas.isna(row["class"]) == bool(refusal)


def test_a_document_that_was_replaced_is_used_with_a_warning() -> None:
    with pytest.warns(SupersededWarning, match="ndrc-2023"):
        answer = eb.assess(meters(), outputs(), document="ndrc-2021")
    assert answer.results["document"].tolist() == ["ndrc-2021"]


# Exact hits -----------------------------------------------------------------------------------------------


@each("item", items(), ids=lambda item: item.names[0])
def test_a_value_on_a_threshold_is_on_its_better_side_and_a_hair_above_is_not(item: Any) -> None:
    """All steps of an item in one table: just below, at and just above each of them."""
    hair = Fraction(1, 10**7)
    near = [value + abs(value) * much for value in map(Fraction, item.thresholds) for much in (-hair, 0, hair)]
    carrier, unit = ("electricity", "kWh") if item.electricity else ("standard_coal", "tce")
    furnace = {**FURNACE, "furnace_capacity": 2} if item.furnace else {}
    groups = [
        Group(
            f"plant {number}",
            (2023,),
            item.names[:1],
            7.3,
            item.output_unit,
            (Reading(carrier, float(value * Fraction("7.3") * oracle.ratio(item.energy_unit, unit)), unit),),
            furnace,
        )
        for number, value in enumerate(near)
    ]
    classes = assert_all_agree(groups).results["class"].tolist()
    if not furnace:
        expected = [level for level in classes[::3] for _ in range(2)]
        assert [one for number, one in enumerate(classes) if number % 3 < 2] == expected
        different = [at != above for at, above in zip(classes[1::3], classes[2::3], strict=True)]
        assert all(different) or len(set(item.thresholds)) < len(item.thresholds)
    else:
        # The limit is strict: 610 kWh/t itself is over it.
        assert classes == ["within-limit" if value < 610 * (1 - Fraction(1, 10**9)) else "over-limit" for value in near]


# Units ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["kg", "m3", "kWh", "MJ", "kgce"])
def test_every_spelling_of_a_unit_weighs_in_a_table_what_it_weighs_alone(kind: str) -> None:
    fuel = next(fuel for fuel in fuels() if fuel.per == kind)
    units = spellings(kind)
    answer = eb.assess(meters(*({"unit": unit} for unit in units), carrier=fuel.names[0], amount=3.7), outputs())
    assert answer.counts["used"] == len(units) > 50
    for unit, tce in zip(units, answer.energy["tce"], strict=True):
        assert same(tce, float(Fraction("3.7") * oracle.ratio(unit, kind) * fuel.kgce / 1000))
        assert same(tce, eb.to_tce(f"3.7 {unit}", fuel.names[0]).magnitude)


def test_every_name_of_a_carrier_is_that_carrier_in_a_table() -> None:
    named = [(name, fuel) for fuel in fuels() for name in fuel.names]
    rows = ({"carrier": name, "unit": fuel.per} for name, fuel in named)
    answer = eb.assess(meters(*rows, amount=1000), outputs())
    assert answer.counts["used"] == len(named) > 50
    assert list(answer.energy["tce"]) == pytest.approx([float(fuel.kgce) for _, fuel in named], rel=1e-11)


# Readable examples ----------------------------------------------------------------------------------------


def test_one_plant_of_three_carriers() -> None:
    table = meters(
        {"amount": 2400},
        {"carrier": "电力", "amount": 120, "unit": "万kWh"},
        {"carrier": "余热", "amount": 0, "unit": "GJ", "coefficient": 0.03412, "coefficient_unit": "kgce/MJ"},
    )
    (row,) = eb.assess(table, outputs({"output": 24000})).results.to_dict("records")
    assert row["tce"] == pytest.approx(2400 * 0.7143 + 1_200_000 * 0.1229 / 1000, rel=1e-12)
    assert row["intensity"] == pytest.approx(77.575, rel=1e-12)
    assert (row["class"], row["benchmark"], row["baseline"]) == ("benchmark", 100.0, 117.0)
    assert row["margin_baseline"] == pytest.approx(117 - 77.575)
    assert (row["saving_benchmark"], row["saving_baseline"], row["saving_unit"]) == (0.0, 0.0, "tce")
    assert (row["document"], row["reason"]) == ("ndrc-2023", "")


def test_energy_sent_out_is_taken_off() -> None:
    table = meters({"amount": 3000}, {"carrier": "electricity", "amount": 1e6, "unit": "kWh", "flow": "外供"})
    answer = eb.assess(table, outputs())
    assert answer.results["tce"].tolist() == pytest.approx([3000 * 0.7143 - 122.9], rel=1e-12)
    assert answer.results["electricity_kwh"].tolist() == [-1e6]
    assert answer.energy["tce"].tolist() == pytest.approx([2142.9, -122.9], rel=1e-12)


def test_the_saving_to_each_step_is_that_of_the_whole_output() -> None:
    (row,) = eb.assess(meters({"amount": 4000}), outputs()).results.to_dict("records")
    assert row["class"] == "below-baseline"
    assert row["intensity"] == pytest.approx(142.86)
    assert row["saving_benchmark"] == pytest.approx((142.86 - 100) * 20)
    assert row["saving_baseline"] == pytest.approx((142.86 - 117) * 20)


def test_an_intensity_is_per_the_power_of_ten_of_its_limit() -> None:
    felt = {"product": "waterproofing-membrane-with-carrier"}
    made = outputs({**felt, "output_unit": "m2"})
    (row,) = eb.assess(meters({**felt, "amount": 100}), made, document="gb-30184-2013").results.to_dict("records")
    assert (row["intensity"], row["unit"]) == (pytest.approx(71_430 / 20), "kgce/10^3 m2")


def test_three_furnaces_are_held_to_three_limits() -> None:
    """At 1 t the limit is 630, at 6 t 590, and at 3 t it is 603.33 by the default reading only."""
    sizes = [(1, "t"), (3000, "kg"), (6, "吨")]
    table = outputs(
        *({"plant": f"{n} 号", "furnace_capacity": n, "furnace_capacity_unit": unit} for n, unit in sizes),
        product=FURNACE["product"],
        region="昌吉市",
        output=1000,
    )
    power = meters(
        *({"plant": f"{n} 号"} for n, _ in sizes), product=FURNACE["product"], carrier="电", amount=600, unit="MWh"
    )
    results = eb.assess(power, table).results
    assert results["intensity"].tolist() == pytest.approx([600, 600, 600])
    assert results["class"].tolist() == ["within-limit", "within-limit", "over-limit"]
    assert results["within_limit"].tolist() == pytest.approx([630, 590 + 20 * 2 / 3, 590])
    assert results["depends_on_reading"].tolist() == [False, True, False]
    strict = eb.assess(power, table, reading="class_above").results
    assert strict["class"].tolist() == ["within-limit", "over-limit", "over-limit"]
    assert strict["depends_on_reading"].tolist() == [False, True, False]


def test_each_furnace_of_a_table_is_held_to_the_limit_of_its_own_product(write_table: Callable[..., Path]) -> None:
    steel = {"id": "own/steel", "item": "own-steel-furnace", "limit": "700"}
    tables.use(write_table("furnace_limits", steel, base="changji-city-2021/induction-furnace-cast-iron/2t"))
    made = [FURNACE, {**FURNACE, "product": "own-steel-furnace"}]
    power = meters(*({"product": one["product"]} for one in made), carrier="电", amount=650, unit="kWh")
    results = eb.assess(power, outputs(*made, output=1)).results
    assert results["within_limit"].tolist() == pytest.approx([590 + 20 * 2 / 3, 700])
    assert results["class"].tolist() == ["over-limit", "within-limit"]


def test_ladders_of_one_and_two_steps_and_furnaces_stand_in_one_table() -> None:
    products = ["cement-clinker", "cast-iron", "电解铝", FURNACE["product"]]
    readings = [("原煤", 3000, "t"), ("原煤", 3000, "t"), ("电", 2.6, "亿kWh"), ("电", 12, "GWh")]
    table = meters(
        *(
            {"product": product, "carrier": carrier, "amount": amount, "unit": unit}
            for product, (carrier, amount, unit) in zip(products, readings, strict=True)
        )
    )
    made = outputs(*({"product": product, "region": "昌吉市"} for product in products[:3]), FURNACE)
    results = eb.assess(table, made).results
    assert results["class"].tolist() == ["baseline", "within-limit", "benchmark", "within-limit"]
    assert results["unit"].tolist() == ["kgce/t", "tce/t", "kWh/t", "kWh/t"]
    assert results["benchmark"].notna().tolist() == [True, False, True, False]
    assert results["within_limit"].notna().tolist() == [False, True, False, True]


def test_a_rounded_comparison_differs_where_the_last_printed_digit_decides() -> None:
    """117.4 kgce/t is over the baseline of 117, and 117 once it is rounded as GB/T 8170 says."""
    table = meters({"carrier": "标准煤", "amount": 117.4 * 20, "unit": "tce"})
    assert eb.assess(table, outputs()).results["class"].tolist() == ["below-baseline"]
    assert eb.assess(table, outputs(), compare="rounded").results["class"].tolist() == ["baseline"]


@pytest.mark.parametrize("intensity", [609.4, 609.6, 609.96, 610.4])
@pytest.mark.parametrize("capacity", ["2 t", "3 t"])
def test_a_furnace_is_rounded_as_one_value_is(intensity: float, capacity: str) -> None:
    size, unit = capacity.split()
    furnace = {**FURNACE, "output": 1, "furnace_capacity": float(size), "furnace_capacity_unit": unit}
    power = meters(product=FURNACE["product"], carrier="电", amount=intensity, unit="kWh")
    options: dict[str, Any] = {"compare": "rounded", "region": "昌吉市"}
    one = eb.classify(f"{intensity} kWh/t", FURNACE["product"], capacity=capacity, period="2023", **options)
    results = eb.assess(power, outputs(furnace), **options).results
    assert results["class"].tolist() == [one.level]
    assert results["depends_on_reading"].tolist() == [one.depends_on_reading]


def test_where_more_is_better_the_table_turns_as_one_value_does(write_table: Callable[..., Path]) -> None:
    """A yield per tonne: 120 is better than 100, and the margin is what lies above the limit."""
    own = {"id": "own/1", "item": "own-yield", "better": "higher", "comparator": ">=", "benchmark": "120"}
    tables.use(write_table("benchmarks", {**own, "baseline": "100"}, base="ndrc-2023/cement-clinker"))
    groups = [
        Group(f"plant {value}", (2023,), ("own-yield",), 10.0, "t", (Reading("标准煤", value * 10, "kgce"),))
        for value in (90.0, 100.0, 110.0, 120.0, 130.0)
    ]
    results = assert_all_agree(groups).results
    assert results["class"].tolist() == ["below-baseline", "baseline", "baseline", "benchmark", "benchmark"]
    assert results["margin_baseline"].tolist() == pytest.approx([-10, 0, 10, 20, 30])
    assert results["saving_baseline"].tolist() == pytest.approx([0.1, 0, 0, 0, 0])


def test_electricity_given_in_tonnes_is_refused_as_in_an_account() -> None:
    """A coefficient of one's own does not make a tonne of electricity."""
    own = {"carrier": "electricity", "coefficient": 1.2, "coefficient_unit": "kgce/kg"}
    with pytest.raises(eb.errors.DimensionError):
        eb.account([{"carrier": "electricity", "amount": "3000 t", "coefficient": "1.2 kgce/kg"}])
    (problem,) = eb.assess(meters(own, {}), outputs()).problems.query("table == 'meters'").to_dict("records")
    assert problem["reason"] == "wrong-dimension"


@given(portfolios(most=4))
@settings(max_examples=10)
def test_a_table_of_one_group_is_the_group_in_a_table_of_many(groups: list[Group]) -> None:
    together = eb.assess(*tables_of(groups)).results.to_dict("records")
    for row, group in zip(together, groups, strict=True):
        (alone,) = eb.assess(*tables_of([group])).results.to_dict("records")
        assert {name: row[name] for name in ("item", "class", "unit", "reason")} == {
            name: alone[name] for name in ("item", "class", "unit", "reason")
        }
        assert same(row["intensity"], alone["intensity"], abs(row["intensity"]))


@given(portfolios(most=2), st.sampled_from([Fraction(1, 10), Fraction(3), Fraction(1000)]))
@settings(max_examples=10)
def test_a_plant_of_another_size_has_the_same_class(groups: list[Group], size: Fraction) -> None:
    """Energy and output so many times larger: the intensity stays."""

    def grown(reading: Reading) -> Reading:
        text = str(reading.amount).strip().replace(",", "").translate({0xFF10 + n: str(n) for n in range(10)})
        return replace(reading, amount=float(Fraction(text) * size))

    larger = [
        replace(
            group,
            output=float(Fraction(repr(group.output)) * size),
            readings=tuple(grown(reading) for reading in group.readings),
        )
        for group in groups
    ]
    before, after = (eb.assess(*tables_of(some)).results for some in (groups, larger))
    assert after["class"].tolist() == before["class"].tolist()
    for one, other in zip(before["intensity"], after["intensity"], strict=True):
        assert same(one, other, 1e3 * abs(one))
