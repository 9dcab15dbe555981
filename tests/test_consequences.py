"""What follows beside a class, sentence by sentence: the GB level, the base conditions, the deadline of the list."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from energybench.errors import OptionError
from energybench.limits.choose import find_ladder
from energybench.limits.conditions import is_conditional
from energybench.limits.ladders import Level, Step
from energybench.limits.verdicts import consequences, judge
from energybench.tables import as_of
from expect import refused

SMELTER = find_ladder("electrolytic-aluminium")
FURNACE = find_ladder("blast-furnace", allow_unverified=True)
LEVEL_3 = "GB 21346-2022 level 3 (<= 13350 kWh/t) is not met"
DEADLINE = "发改产业〔2023〕723号 asks for the baseline by 2025-12-31"


@pytest.mark.parametrize(
    ("value", "compare", "said"),
    [
        (13350.0, "full", ()),
        (13350.4, "full", (LEVEL_3, f"{DEADLINE}, which has passed")),
        (13350.4, "rounded", ()),
        (13350.6, "rounded", (LEVEL_3, f"{DEADLINE}, which has passed")),
    ],
)
def test_an_edge_is_that_of_the_comparison(value: float, compare: str, said: tuple[str, ...]) -> None:
    assert consequences(SMELTER, value, None, compare) == said
    if compare == "full":
        assert consequences(SMELTER, value) == said


@pytest.mark.parametrize(
    ("deadline", "passed"), [("2099-12-31", ""), (as_of(), ""), ("2020-01-01", ", which has passed")]
)
def test_a_deadline_has_passed_after_its_day(deadline: str, passed: str) -> None:
    said = f"发改产业〔2023〕723号 asks for the baseline by {deadline}{passed}"
    assert consequences(replace(SMELTER, deadline=deadline), 13400.0) == (LEVEL_3, said)


def test_a_standard_without_a_baseline_has_no_deadline() -> None:
    standard = find_ladder("electrolytic-aluminium", "gb-21346-2022")
    assert consequences(replace(standard, deadline="2020-01-01"), 99999.0) == ()


def test_a_standard_for_converted_values_is_not_met_at_its_base_conditions() -> None:
    said = "GB 21256-2025 level 3 (<= 415 kgce/t){} is not met"
    assert consequences(FURNACE, 425.0) == (said.format("") + " at the base conditions of the standard",)
    standard = find_ladder("blast-furnace", "gb-21256-2025")
    assert consequences(standard, 425.0, "existing") == (said.format(", required of an existing plant,"),)
    assert consequences(standard, 425.0) == ()


def test_what_is_required_of_a_plant_is_said_where_it_is_met_too() -> None:
    said = "GB 21346-2022 level {} kWh/t), required of {} plant, is met"
    assert consequences(SMELTER, 13000.0, "new") == (said.format("2 (<= 13000", "a new"),)
    assert consequences(SMELTER, 13000.0, "existing") == (said.format("3 (<= 13350", "an existing"),)
    with refused(OptionError, "option", "project is 'planned'"):
        consequences(SMELTER, 13000.0, "planned")


def test_a_limit_of_zero_is_a_limit() -> None:
    (standard,) = FURNACE.counterparts
    ladder = replace(FURNACE, counterparts=(replace(standard, steps=(Step(Level.LEVEL_3, "0", "<="),)),))
    assert consequences(ladder, 0.0) == ()
    assert len(consequences(ladder, 0.5)) == 1


def test_a_standard_of_another_item_is_named() -> None:
    (standard,) = FURNACE.counterparts
    ladder = replace(FURNACE, counterparts=(replace(standard, item="another", item_zh="高炉工序"),))
    (said,) = consequences(ladder, 425.0)
    assert said.startswith("GB 21256-2025 level 3 for 高炉工序 (<= 415 kgce/t) is not met")
    assert is_conditional(standard)
    assert not is_conditional(replace(standard, item="another"))


def test_a_standard_in_another_unit_is_compared_in_that_of_the_list() -> None:
    (standard,) = FURNACE.counterparts
    other = replace(standard, unit="tce/t", steps=(Step(Level.LEVEL_3, "0.415", "<="),))
    ladder = replace(FURNACE, counterparts=(other,))
    assert consequences(ladder, 414.9) == ()
    (said,) = consequences(ladder, 415.1)
    assert said.startswith("GB 21256-2025 level 3 (<= 0.415 tce/t) is not met")
    # Nearer to the figure than floats are told apart, but written as more.
    assert judge(415.0, ladder, exact=Fraction("415.0000001")).follows == (said,)


@pytest.mark.parametrize("value", [1e-9, 1e9])
@pytest.mark.parametrize(
    ("project", "level", "plant"), [("new", 2, "a new plant"), ("existing", 3, "an existing plant")]
)
def test_what_holds_for_every_value_is_said_on_both_sides(value: float, project: str, level: int, plant: str) -> None:
    ladder = replace(SMELTER, counterparts=(), deadline="", assumed="the base conditions are taken to hold")
    none = f"no GB level {level} of electrolytic-aluminium is known, which {plant} must meet"
    assert consequences(ladder, value, project) == ("the base conditions are taken to hold", none)
    assert consequences(ladder, value) == ("the base conditions are taken to hold",)
