"""Every reason code of a table, one readable example each: what is wrong, where, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas
import pytest

import energybench as eb
from energybench import errors, tables
from expect import each
from frame_tables import FURNACE, meters, outputs, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

POWER = {"product": FURNACE["product"], "carrier": "电", "amount": 600, "unit": "kWh"}


@dataclass(frozen=True)
class Example:
    """Cells that make a good row bad, and the problem that they make."""

    cells: dict[str, Any]
    column: str
    value: str
    reason: str
    message: str
    suggestion: str
    options: dict[str, Any] = field(default_factory=dict)
    meter: Any = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.reason} {self.column}={self.value!r}"


METERS = [
    Example({"plant": None}, "plant", "", "missing-value", "plant is empty", "Fill in the cell"),
    Example({"period": ""}, "period", "", "missing-value", "period is empty", "Fill in the cell"),
    Example({"product": "  "}, "product", "  ", "missing-value", "product is empty", "Fill in the cell"),
    Example({"carrier": None}, "carrier", "", "missing-value", "carrier is empty", "remove the row"),
    Example({"unit": float("nan")}, "unit", "", "missing-value", "unit is empty", "Fill in the cell"),
    Example({"amount": None}, "amount", "", "missing-value", "amount is empty", "Fill in the cell"),
    Example(
        {"amount": float("inf")}, "amount", "inf", "unreadable-amount", "'inf', expected a finite number", "1200.5"
    ),
    Example({"amount": "1，200"}, "amount", "1，200", "unreadable-amount", "'1，200'", "full-width comma"),
    Example({"amount": "1200 kg"}, "amount", "1200 kg", "unreadable-amount", "'1200 kg'", "not the row's"),
    Example({"amount": "1,20"}, "amount", "1,20", "unreadable-amount", "'1,20'", "Write a number"),
    Example({"amount": True}, "amount", "True", "unreadable-amount", "'True'", "Write a number"),
    Example({"amount": 1.7e308, "unit": "Mt"}, "amount", "1.7e+308", "unreadable-amount", "too large", "Check"),
    Example(
        {"amount": 1e200, "carrier": "木炭", "coefficient": 1e200, "coefficient_unit": "kgce/kg"},
        *("amount", "1e+200", "unreadable-amount", "too large to convert", "Check the number"),
    ),
    Example({"plant": "甲\ufffd"}, "plant", "甲\ufffd", "damaged-text", "no text in UTF-8", "write the file again"),
    Example({"unit": "顿"}, "unit", "顿", "unknown-unit", "'顿' is not a unit", "Write a unit such as"),
    Example({"unit": "kWhh"}, "unit", "kWhh", "unknown-unit", "'kWhh'", "Did you mean 'kWh'"),
    Example({"unit": "ton"}, "unit", "ton", "unknown-unit", "'ton' is refused", "write t"),
    Example({"unit": "MT"}, "unit", "MT", "unknown-unit", "'MT' is refused", "write t or Mt"),
    Example({"unit": "mWh"}, "unit", "mWh", "unknown-unit", "'mWh' is refused", "MWh"),
    Example({"unit": 5}, "unit", "5", "unknown-unit", "'5'", "A unit has no number in front"),
    Example({"carrier": "原媒"}, "carrier", "原媒", "unknown-carrier", "'原媒' is not a carrier", "'原煤'"),
    Example({"carrier": "desel"}, "carrier", "desel", "unknown-carrier", "not a carrier", "'diesel'"),
    # An argument for one value is a column here.
    Example(
        {"carrier": "兰炭"}, "carrier", "兰炭", "unknown-carrier", "not a carrier", "in a column coefficient (折标系数)"
    ),
    Example(
        {"carrier": "蒸汽", "unit": "GJ"}, "carrier", "蒸汽", "missing-figure", "per GJ: steam is counted", '"热力"'
    ),
    Example({"use": "生活"}, "use", "生活", "option", "use is '生活'", "Remove rows that are no use of the product"),
    Example({"unit": "kWh"}, "unit", "kWh", "wrong-dimension", "raw_coal is given in kWh", "a unit such as kg"),
    Example({"unit": "tce"}, "unit", "tce", "wrong-dimension", "per kg", '"标准煤"'),
    Example({"carrier": "电", "unit": "t"}, "unit", "t", "wrong-dimension", "electricity is given in t", "kWh"),
    Example({"carrier": "柴油", "unit": "L"}, "unit", "L", "wrong-dimension", "diesel is given in L", "density"),
    Example(
        {"carrier": "柴油", "unit": "L", "density": 0.84, "density_unit": "kgg/L"},
        *("density", "0.84", "unknown-unit", "'kgg/L'", "Did you mean 'kg'"),
    ),
    Example(
        {"carrier": "柴油", "unit": "L", "density": 8.4, "density_unit": "kg/L"},
        *("density", "8.4", "implausible-coefficient", "expected 300 to 1300 kg/m3", "0.84 kg/L is 840 kg/m3"),
    ),
    Example({"carrier": "高炉煤气", "unit": "Nm3"}, "unit", "Nm3", "gas-condition", "m3 and Nm3", "ncv="),
    Example(
        {"carrier": "天然气", "unit": "万m3"},
        *("carrier", "天然气", "several-candidates", "1.1000~1.3300 kgce/m3", 'ncv="35.6 MJ/m3"'),
    ),
    Example({"carrier": "甲醇"}, "carrier", "甲醇", "unverified", "is unverified", "allow_unverified=True"),
    Example(
        {"carrier": "焦炉煤气", "unit": "m3"},
        *("carrier", "焦炉煤气", "several-candidates", "0.5714~0.6143 kgce/m3", "ncv="),
    ),
    Example({"carrier": "氩气", "unit": "m3"}, "carrier", "氩气", "missing-figure", "no coefficient", "coefficient="),
    Example({"flow": "sideways"}, "flow", "sideways", "option", "flow is 'sideways'", 'Use "in" or "out"'),
    Example({"flow": "imput"}, "flow", "imput", "option", "flow is 'imput'", "'input'"),
    Example(
        {"ncv": 20, "ncv_unit": "MJ/kg", "coefficient": 0.7, "coefficient_unit": "kgce/kg"},
        *("coefficient", "0.7", "option", "ncv and coefficient are both given", "Leave one of them empty"),
    ),
    Example(
        {"carrier": "电", "unit": "kWh", "ncv": 3.6, "ncv_unit": "MJ/kWh"},
        *("ncv_unit", "MJ/kWh", "option", "electricity has no heating value", "Leave ncv out"),
    ),
    Example({"ncv": 20}, "ncv_unit", "", "no-unit", "ncv has no unit", "MJ/m3"),
    Example({"coefficient": 0.7}, "coefficient_unit", "", "no-unit", "coefficient has no unit", "kgce/kg"),
    Example({"ncv": "n/a", "ncv_unit": "MJ/kg"}, "ncv", "n/a", "unreadable-amount", "ncv is 'n/a'", "Write a number"),
    Example({"ncv": 20, "ncv_unit": "MJJ/kg"}, "ncv_unit", "MJJ/kg", "unknown-unit", "'MJJ/kg'", "Did you mean"),
    Example({"ncv": 20, "ncv_unit": "MJ"}, "ncv_unit", "MJ", "wrong-dimension", "not per amount", "MJ/m3"),
    Example({"ncv": 20_000, "ncv_unit": "MJ/m3"}, "ncv_unit", "MJ/m3", "wrong-dimension", "given in t", "such as m3"),
    Example(
        {"ncv": 20.9, "ncv_unit": "GJ/kg"},
        *("ncv", "20.9", "implausible-coefficient", "far outside every document's figure", "decimal point"),
    ),
    Example(
        {"ncv": 0, "ncv_unit": "MJ/kg"},
        *("ncv", "0.0", "implausible-coefficient", "not above zero", "Check the decimal point"),
    ),
    Example(
        {"coefficient": -0.7, "coefficient_unit": "kgce/kg"},
        *("coefficient", "-0.7", "implausible-coefficient", "not above zero", "Check the decimal point"),
    ),
    Example(
        {"carrier": "木屑", "coefficient": 0, "coefficient_unit": "kgce/kg"},
        *("coefficient", "0.0", "implausible-coefficient", "not above zero", "Check the decimal point"),
    ),
    Example(
        {"plant": "乙厂"}, "plant", "乙厂", "no-output", "'乙厂' has energy and no output row", "Add the output row"
    ),
    Example({"period": 2024}, "plant", "甲厂", "no-output", "for this period and product", "mend plant, period"),
    Example({"product": "水泥"}, "plant", "甲厂", "no-output", "no output row", "mend plant, period or product"),
    Example(
        {"carrier": "电", "unit": "kWh"},
        *("carrier", "电", "no-coal-rate", "needs the coal rate of a year", 'coal_rate="300 gce/kWh"'),
        {"basis": "primary"},
    ),
    Example(
        {"carrier": "热力", "unit": "GJ"},
        *("carrier", "热力", "basis", "Heat on the primary basis has no coefficient", "coefficient="),
        {"basis": "primary"},
    ),
]

OUTPUTS = [
    Example({"plant": ""}, "plant", "", "missing-value", "plant is empty", "Fill in the cell"),
    Example({"output": None}, "output", "", "missing-value", "output is empty", "Fill in the cell"),
    Example({"output_unit": None}, "output_unit", "", "missing-value", "output_unit is empty", "Fill in the cell"),
    Example({"output": 0}, "output", "0", "output", "output is '0', expected a number above zero", "Check the number"),
    Example({"output": -3}, "output", "-3", "output", "'-3'", "Check the number"),
    Example({"output": float("inf")}, "output", "inf", "output", "'inf'", "Check the number"),
    Example({"output": "many"}, "output", "many", "output", "'many'", "Check the number"),
    Example({"output": 5e-324}, "output", "5e-324", "output", "too small to divide by", "Check the number"),
    Example({"output_unit": "m2"}, "output_unit", "m2", "output", "cement-clinker is in m2, expected", "Give it in t"),
    Example({"output_unit": "tt"}, "output_unit", "tt", "unknown-unit", "'tt' is not a unit", "Did you mean"),
    Example({"product": "水尼熟料"}, "product", "水尼熟料", "unknown-product", "not a product", "'水泥熟料'"),
    Example({"product": "尿素"}, "product", "尿素", "missing-figure", "could not be read", "tables.use()"),
    Example(
        {"plant": "丙厂"}, "plant", "丙厂", "no-energy", "'丙厂' has an output and no reading", "Add its meter rows"
    ),
    Example(
        {"product": "电解铝"},
        *("product", "电解铝", "no-energy", "measured by electricity, and no reading is electricity", "electricity"),
        meter={"product": "电解铝"},
    ),
    Example(
        {},
        *("plant", "甲厂", "unusable-readings", "'甲厂' has readings that could not be used", "Mend the meter rows"),
        meter={"amount": "?"},
    ),
    Example(
        {"product": "电解铝"},
        *("plant", "甲厂", "unusable-readings", "could not be used", "Mend the meter rows"),
        meter={"product": "电解铝", "carrier": "电", "amount": "?"},
    ),
    Example(
        {**FURNACE, "furnace_capacity": None},
        *("furnace_capacity", "", "capacity", "depends on furnace capacity, which is empty", "Fill in the rated"),
        meter=POWER,
    ),
    Example(
        {**FURNACE, "furnace_capacity_unit": None},
        *("furnace_capacity", "3.0", "capacity", "depends on furnace capacity", "and its unit"),
        meter=POWER,
    ),
    Example(
        {**FURNACE, "furnace_capacity": 0},
        *("furnace_capacity", "0.0", "capacity", "'0.0', expected a rated capacity above zero", "for example 3"),
        meter=POWER,
    ),
    Example(
        {**FURNACE, "furnace_capacity": "big"},
        *("furnace_capacity", "big", "capacity", "'big', expected a rated capacity", "for example 3"),
        meter=POWER,
    ),
    Example(
        {**FURNACE, "furnace_capacity_unit": "t/h"},
        *("furnace_capacity_unit", "t/h", "wrong-dimension", "expected a mass", "Give the value in t"),
        meter=POWER,
    ),
    Example(
        {**FURNACE},
        *("furnace_capacity", "3", "capacity", "states no limit at this capacity ('3')", 'reading="linear"'),
        options={"reading": "stated_only"},
        meter=POWER,
    ),
    Example(
        {"product": FURNACE["product"], "region": "昌吉市"},
        *("furnace_capacity", "", "capacity", "depends on furnace capacity, and it is not given", "炉容量"),
        meter=POWER,
    ),
    Example(
        {**FURNACE, "correction:altitude:altitude_m": 2000},
        *("correction:altitude", FURNACE["product"], "option", "cast-iron has no corrections", "Leave the correction"),
        meter=POWER,
    ),
    Example(
        {},
        *("product", "cement-clinker", "basis", "on the primary basis", 'basis="calorific"'),
        options={"basis": "primary", "coal_rate": "302.4 gce/kWh"},
    ),
    Example(
        {},
        *("product", "cement-clinker", "unknown-product", "No level of cement-clinker", "pass document="),
        options={"document": "changji-city-2021"},
    ),
    Example(
        {"furnace_capacity": 3, "furnace_capacity_unit": "t"},
        *("furnace_capacity", "3.0", "capacity", "does not depend on it", "induction-furnace-cast-iron"),
    ),
    Example({"region": "月球"}, "region", "月球", "unknown-name", "not a region of the tables", "national rule"),
    Example(
        {"period": "随便"},
        *("period", "随便", "unreadable-period", "expected a year, a half year", '"2023-Q2"'),
        meter={"period": "随便"},
    ),
    Example(
        {"period": 2020},
        *("product", "cement-clinker", "not-in-force", "in force at the end of 2020", "document="),
        meter={"period": 2020},
    ),
    Example(
        {},
        *("plant", "甲厂", "incomplete-energy", "no output row takes", "Mend plant, period or product"),
        meter=[{}, {"product": ""}],
    ),
]


def only_problem(answer: eb.Assessment, table: str) -> dict[str, Any]:
    """Return the one problem of a table."""
    (problem,) = answer.problems[answer.problems["table"] == table].to_dict("records")
    return {str(name): cell for name, cell in problem.items()}


def assert_says(problem: dict[str, Any], example: Example, row: int) -> None:
    """Expect a problem in the right cell, that shows the value and what to do."""
    place = {name: problem[name] for name in ("row", "column", "value", "reason")}
    assert place == {"row": row, "column": example.column, "value": example.value, "reason": example.reason}
    assert example.message in problem["message"]
    assert example.suggestion in problem["suggestion"]


@each("example", METERS, ids=str)
def test_a_bad_meter_row_says_what_is_wrong(example: Example) -> None:
    """Between two good rows of another plant, so that the row number means something."""
    good = {"plant": "好厂"}
    table = meters(good, {**example.cells}, good)
    answer = eb.assess(table, outputs({}, good), **example.options)
    assert_says(only_problem(answer, "meters"), example, row=1)
    assert answer.energy["used"].tolist() == [True, False, True]


@each("example", OUTPUTS, ids=str)
def test_a_bad_output_row_says_what_is_wrong(example: Example) -> None:
    good = {"plant": "好厂"}
    on_all_rows = bool(example.options)
    table = outputs(*([] if on_all_rows else [good]), example.cells)
    rows = example.meter if isinstance(example.meter, list) else [example.meter]
    answer = eb.assess(meters(*rows, good), table, **example.options)
    assert_says(only_problem(answer, "outputs"), example, row=0 if on_all_rows else 1)
    assert answer.results["reason"].tolist() == [*([] if on_all_rows else [""]), example.reason]
    assert answer.results["class"].notna().tolist() == [*([] if on_all_rows else [True]), False]


def test_a_product_that_is_refused_has_no_item_and_no_unit() -> None:
    results = eb.assess(meters(), outputs({}, {"product": "水尼熟料"})).results[["item", "unit", "saving_unit"]]
    assert results.to_numpy().tolist() == [["cement-clinker", "kgce/t", "tce"], ["", "", ""]]


def test_two_outputs_of_one_key_are_both_refused() -> None:
    answer = eb.assess(meters(), outputs({}, {"plant": "乙厂"}, {"output": 5}))
    twice = answer.problems[answer.problems["reason"] == "duplicate-output"].to_dict("records")
    assert [(problem["row"], problem["column"], problem["value"]) for problem in twice] == [
        (0, "plant", "甲厂"),
        (2, "plant", "甲厂"),
    ]
    assert twice[0]["message"] == "plant '甲厂' has several output rows for this period and product"
    assert twice[0]["suggestion"] == "Add them up, or name the products apart"


# Rows of the tables that may not be used ------------------------------------------------------------------


def test_a_limit_that_nobody_has_confirmed_is_refused(write_table: Callable[..., Path]) -> None:
    own = {"id": "own/1", "item": "own-brick", "verification": "unverified"}
    tables.use(write_table("benchmarks", own, base="ndrc-2023/cement-clinker"))
    made = {"product": "own-brick"}
    problem = only_problem(eb.assess(meters(made), outputs(made)), "outputs")
    assert (problem["column"], problem["value"], problem["reason"]) == ("product", "own-brick", "unverified")
    assert "allow_unverified=True" in problem["suggestion"]


def test_a_step_without_a_figure_leaves_the_class_open(write_table: Callable[..., Path]) -> None:
    """Between a known benchmark and an unknown baseline, only meeting the benchmark decides."""
    own = {"id": "own/1", "item": "own-brick", "baseline": ""}
    tables.use(write_table("benchmarks", own, base="ndrc-2023/cement-clinker"))
    made = [{"product": "own-brick", "plant": plant} for plant in ("良厂", "差厂")]
    readings = meters({**made[0], "amount": 2000}, {**made[1], "amount": 4000})
    answer = eb.assess(readings, outputs(*made))
    assert answer.results["class"].tolist()[0] == "benchmark"
    problem = only_problem(answer, "outputs")
    assert (problem["row"], problem["column"], problem["value"]) == (1, "product", "own-brick")
    assert problem["reason"] == "missing-figure"
    assert "could not be read in the document" in problem["message"]
    assert "tables.use()" in problem["suggestion"]
    uncertain = eb.assess(readings.assign(uncertainty="1 %"), outputs(*made)).results
    assert uncertain["probability_cannot_tell"].tolist() == pytest.approx([0, 1])
    # The figures that are known stay in the results.
    assert answer.results["intensity"].tolist() == pytest.approx([71.43, 142.86])
    assert answer.results["benchmark"].tolist() == [100.0, 100.0]
    assert answer.results["baseline"].isna().all()


@pytest.mark.parametrize(("step", "levels"), [("benchmark", "?? below"), ("baseline", "best ??")])
def test_a_missing_step_is_passed_over_only_where_the_others_decide(
    write_table: Callable[..., Path], step: str, levels: str
) -> None:
    """Within the baseline but with no benchmark, or beyond the benchmark with no baseline: nobody can tell."""
    own = {"id": "own/1", "item": "own-brick", step: ""}
    tables.use(write_table("benchmarks", own, base="ndrc-2023/cement-clinker"))
    made = [{"product": "own-brick", "plant": plant} for plant in ("良厂", "差厂")]
    answer = eb.assess(meters({**made[0], "amount": 2000}, {**made[1], "amount": 4000}), outputs(*made))
    names = {"??": None, "best": "benchmark", "below": "below-baseline"}
    found = [None if pandas.isna(level) else level for level in answer.results["class"]]
    assert found == [names[word] for word in levels.split()]
    assert found == [eb.classify(f"{value} kgce/t", "own-brick").level for value in (71.43, 142.86)]


def test_an_item_of_several_documents_asks_which(write_table: Callable[..., Path]) -> None:
    base = "changji-city-2021/cast-iron"
    own = [{"id": f"own/{number}", "item": "own-part", "document": doc} for number, doc in enumerate(_TWO_LOCAL)]
    tables.use(write_table("local_limits", *own, base=base))
    made = {"product": "own-part"}
    problem = only_problem(eb.assess(meters(made), outputs(made)), "outputs")
    assert (problem["column"], problem["value"], problem["reason"]) == ("product", "own-part", "not-in-force")
    assert all(document in problem["message"] for document in _TWO_LOCAL)
    assert "region=" in problem["suggestion"]


_TWO_LOCAL = ("changji-city-2021", "sanmenxia-2019")


# All of them ----------------------------------------------------------------------------------------------


def test_there_is_an_example_of_every_reason_that_a_row_can_have() -> None:
    """A new kind of error needs a row here, or a word why no row of a table can have it."""
    known = {kind.reason for kind in _all_errors(errors.EnergybenchError)}
    of_a_whole_table = {"error", "table", "file-not-found", "missing-column"}
    only_in_a_table = {"missing-value", "no-unit", "no-output", "duplicate-output", "unusable-readings"}
    only_in_a_table |= {"damaged-text", "incomplete-energy"}
    shown = {example.reason for example in (*METERS, *OUTPUTS)} | {"duplicate-output"}
    assert shown == (known - of_a_whole_table - _OF_ONE_VALUE) | only_in_a_table


#: Reasons of things that assess() does not do to its rows.
_OF_ONE_VALUE: set[str] = {
    *("correction", "json-line", "missing-condition", "missing-package", "receipt", "uncertainty")
}


def _all_errors(kind: type[errors.EnergybenchError]) -> list[type[errors.EnergybenchError]]:
    return [kind, *(one for child in kind.__subclasses__() for one in _all_errors(child))]


_OF_THE_TABLE = ("damaged-text", "missing-value", "no-unit", "no-output", "unreadable-amount")
_FIGURES = ("ncv", "coefficient", "density")


def test_an_indicator_that_is_no_energy_is_said_whatever_the_unit_of_the_output() -> None:
    of = {"product": "pv-module-hjt", "period": 2027}
    (problem,) = rows_of(eb.assess(meters(of), outputs(of)).problems)
    assert (problem["column"], problem["reason"]) == ("product", "option")
    assert problem["message"] == "pv-module-hjt is measured in %, which is no energy per output"


@pytest.mark.parametrize(("word", "meant"), [("煤气", "焦炉煤气'} or another"), ("热水", "热力'}")])
def test_a_word_for_a_carrier_is_said_once_and_may_mean_another(word: str, meant: str) -> None:
    (problem, _) = rows_of(eb.assess(meters({"carrier": word, "unit": "GJ"}), outputs()).problems)
    assert problem["suggestion"].endswith(f"For the whole table pass columns={{'{word}': '{meant}")


def test_power_of_an_unknown_name_is_a_problem_of_its_carrier_whatever_figure_it_has() -> None:
    own = {"carrier": "自备电源", "unit": "kWh", "coefficient": 0.1229, "coefficient_unit": "kgce/kWh"}
    (problem, _) = rows_of(eb.assess(meters(own), outputs()).problems)
    assert (problem["column"], problem["value"], problem["reason"]) == ("carrier", "自备电源", "unknown-carrier")


@each("example", [one for one in METERS if one.reason not in _OF_THE_TABLE], ids=str)
def test_one_value_is_refused_for_the_reason_that_its_row_has(example: Example) -> None:
    """The reason code of the row is that of the exception; reasons of the table itself have none."""
    line = rows_of(meters(example.cells))[0]
    one: dict[str, Any] = {name: line[name] for name in ("carrier", "amount", "flow", "use") if name in line}
    one |= {name: f"{line[name]} {line[f'{name}_unit']}" for name in _FIGURES if name in line}
    with pytest.raises(errors.EnergybenchError) as caught:
        eb.account([{**one, "unit": str(line["unit"])}], **example.options)
    assert caught.value.reason == example.reason


# Which problem comes first --------------------------------------------------------------------------------


def test_a_row_with_several_faults_has_one_problem() -> None:
    bad: dict[str, Any] = {"plant": None, "carrier": "原媒", "amount": "?", "unit": "furlong", "flow": "sideways"}
    mended: list[tuple[str, Any]] = [
        ("plant", "甲厂"),
        ("unit", "t"),
        ("carrier", "原煤"),
        ("amount", 1),
        ("flow", "in"),
    ]
    found = []
    for column, cell in mended:
        found.append(only_problem(eb.assess(meters(bad, {}), outputs()), "meters")["column"])
        bad[column] = cell
    assert found == [column for column, _ in mended]
    assert eb.assess(meters(bad, {}), outputs()).problems.empty


def test_problems_stand_in_the_order_of_the_tables() -> None:
    answer = eb.assess(
        meters({"unit": "x"}, {}, {"carrier": "y"}, {"amount": None}), outputs({"output": 0}, {"plant": "z"})
    )
    order = list(zip(answer.problems["table"], answer.problems["row"], strict=True))
    assert order == [("meters", 0), ("meters", 2), ("meters", 3), ("outputs", 0), ("outputs", 1)]


def test_a_message_shows_each_row_its_own_cell() -> None:
    answer = eb.assess(meters({"amount": "a"}, {"amount": "b"}, {"amount": "a"}), outputs())
    messages = answer.problems[answer.problems["table"] == "meters"]["message"].tolist()
    assert messages == [f"amount is {cell}, expected a finite number" for cell in ("'a'", "'b'", "'a'")]


def test_the_braces_of_a_user_stay_as_they_are() -> None:
    problem = only_problem(eb.assess(meters({"carrier": "{value}"}), outputs()), "meters")
    assert problem["message"] == "'{value}' is not a carrier of the tables"


# Frames and options ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({"basis": "equivalent"}, "equivalent"),
        ({"reading": "cubic"}, "cubic"),
        ({"compare": "exactly"}, "exactly"),
        ({"coal_rate": "302.4 gce/kWh"}, "coal_rate"),
    ],
)
def test_an_option_that_does_not_exist_is_an_error_and_not_a_problem_of_every_row(
    options: dict[str, Any], shown: str
) -> None:
    with pytest.raises(errors.OptionError, match=shown):
        eb.assess(meters(), outputs(), **options)


@pytest.mark.parametrize("option", ["document", "edition"])
def test_a_document_that_does_not_exist_is_an_error(option: str) -> None:
    with pytest.raises(errors.UnknownNameError, match="nrdc-2023"):
        eb.assess(meters(), outputs(), **{option: "nrdc-2023"})  # type: ignore[arg-type]


def test_a_coal_rate_without_a_unit_is_an_error() -> None:
    with pytest.raises(errors.AmountError, match=r"302\.4"):
        eb.assess(meters(), outputs(), basis="primary", coal_rate=302.4)  # type: ignore[arg-type]


def test_unused_headers_are_named() -> None:
    answer = eb.assess(meters(remark="x"), outputs(colour="red"))
    assert answer.notes == (
        "meters: the headers remark were not used",
        "outputs: the headers colour were not used",
    )
    assert isinstance(answer.problems, pandas.DataFrame)
    assert answer.problems.empty


# Rows that no output row takes ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["plant", "period", "product"])
@pytest.mark.parametrize("cell", [None, "", "\ufffd"])
def test_a_meter_row_that_names_none_withholds_every_class_that_it_may_belong_to(
    name: str, cell: str | None, tmp_path: Path
) -> None:
    """Of merged cells only the first has a value: the row behind it may well be part of a total that has a class."""
    table = meters({"period": "2023"}, {"period": "2023", name: cell}, {"period": "2023", "plant": "乙厂"})
    made = outputs({}, {"plant": "乙厂"}, {"plant": "丙厂", "period": 2024})
    table.to_parquet(tmp_path / "meters.parquet")
    polars: Any = pytest.importorskip("polars")
    lazy = eb.assess(polars.from_pandas(table).lazy(), polars.from_pandas(made).lazy())
    withheld = ["incomplete-energy", "incomplete-energy" if name == "plant" else "", "no-energy"]
    for answer in (
        eb.assess(table, made),
        eb.assess_path(tmp_path / "meters.parquet", made, batch_rows=2),
        lazy,
    ):
        assert answer.result_frame["reason"].tolist() == withheld
        assert answer.result_frame["tce"].isna().tolist() == [bool(reason) for reason in withheld]
        assert answer.counts["problems"] == 1
    assert not eb.assess(meters({}, {"unit": None}), outputs()).notes


@each(
    ("key", "withheld"),
    [
        ({"plant": "甲厂\u200b"}, True),
        ({"plant": "甲_厂"}, True),
        ({"plant": "甲 厂"}, True),
        ({"plant": "甲\ufffd"}, True),
        ({"plant": "乙\ufffd"}, False),
        ({"plant": "乙厂"}, False),
        ({"period": "2022-10/2023-03"}, True),
        ({"period": "2022年-2023年"}, True),
        ({"period": "随便"}, True),
        ({"period": "1月"}, True),
        ({"period": "2022"}, False),
        ({"period": "2024年第一季度"}, False),
        ({"product": "我的产品"}, True),
        ({"product": "电解铝"}, False),
        ({"product": "", "amount": 0}, False),
    ],
    ids=str,
)
def test_a_reading_without_an_output_row_withholds_the_class_of_its_plant(key: dict[str, Any], withheld: bool) -> None:
    answer = eb.assess(meters({}, {"period": "2023", **key}), outputs())
    assert answer.results["reason"].tolist() == ["incomplete-energy" * withheld]
    assert answer.results["class"].isna().tolist() == [withheld]
    assert answer.counts["problems"] == 1
    other = "energy of a product without an output row is in no total: 甲厂 (电解铝)"
    assert answer.notes == ((other,) if key.get("product") == "电解铝" else ())


def test_of_several_rows_for_one_output_none_has_the_energy_whatever_else_is_wrong_with_them() -> None:
    polars: Any = pytest.importorskip("polars")
    for units in ([None, None], ["t", None], ["t", "t"], ["?", "t"]):
        made = outputs({"output_unit": units[0]}, {"output_unit": units[1]})
        assert eb.assess(meters(), made).results["tce"].isna().all()
        lazy = eb.assess(polars.from_pandas(meters()).lazy(), made).result_frame
        assert lazy["tce"].isna().all()
