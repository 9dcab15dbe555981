"""What would change the class: the change that is named flips it, and just before it does not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import energybench as eb
from energybench import Level
from energybench.errors import MissingFigureError, OptionError
from energybench.limits.choose import find_ladder
from energybench.limits.what_if import Change, Sensitivity, of_value
from expect import refused
from test_decisions import LADDERS, VALUES, ladder

if TYPE_CHECKING:
    from energybench.limits.ladders import Ladder

CLINKER: list[Any] = [("原煤", "3000 t"), ("electricity", "120 万kWh"), ("热力", "500 GJ", "out")]
#: How far beyond a change that is not inclusive, and how far before one, the class is looked at.
HAIR = 1e-6
OLD = "gbt-2589-2008"

FURNACE = "induction-furnace-cast-iron"


def book(
    lines: list[Any] = CLINKER, output: str = "20000 t", product: str = "水泥熟料", **options: Any
) -> tuple[eb.Account, Sensitivity]:
    """Return an account and its sensitivity."""
    made = eb.account(lines, output=output, product=product, **options)
    return made, made.sensitivity()


def test_the_state_of_gas_that_an_account_was_told_holds_for_its_alternatives() -> None:
    """Blast furnace gas is in the 2020 edition per m3 and here in Nm3."""
    lines = [("原煤", "3000 t"), ("高炉煤气", "1 万Nm3")]
    _, table = book(lines, gas_state="0 °C")
    assert not any("reference conditions" in other.reason for other in table.alternatives)


def find(table: Sensitivity, quantity: str, direction: str, carrier: str = "") -> Change:
    """Return one row."""
    wanted = (quantity, direction, carrier)
    return next(one for one in table.changes if (one.quantity, one.direction, one.carrier) == wanted)


def option(table: Sensitivity, choice: str, name: str) -> Any:
    """Return one alternative."""
    return next(one for one in table.alternatives if (one.choice, one.option) == (choice, name))


# Figures --------------------------------------------------------------------------------------------------


def test_one_value_names_the_distance_to_both_neighbours() -> None:
    table = eb.classify("105 kgce/t", "水泥熟料").sensitivity()
    better, worse = find(table, "value", "better"), find(table, "value", "worse")
    assert (better.level, better.needed, better.change, better.inclusive) == ("benchmark", 100, -5, True)
    assert (worse.level, worse.needed, worse.change, worse.inclusive) == ("below-baseline", 117, 12, False)
    assert (better.percent, worse.percent) == pytest.approx((-100 / 21, 1200 / 105))
    assert find(table, "output", "better").percent == pytest.approx(5)
    assert find(table, "energy", "better").percent == pytest.approx(-100 / 21)
    assert find(table, "output", "better").needed is None


def test_an_account_names_output_amounts_and_coefficients() -> None:
    made, table = book()
    assert made.verdict is not None
    assert made.verdict.level == "baseline"
    assert find(table, "output", "better").needed == pytest.approx(made.tce * 1000 / 100)
    assert find(table, "energy", "better").change == pytest.approx(2000 - made.tce)
    coal = find(table, "amount", "better", "raw_coal")
    assert coal.change == pytest.approx((2000 - made.tce) / 0.7143)
    assert (coal.present, coal.unit) == (3000, "t")
    assert find(table, "coefficient", "better", "raw_coal").percent == pytest.approx(coal.percent)
    gone = find(table, "amount", "better", "electricity")
    assert (gone.needed, gone.percent) == (None, None)
    heat = find(table, "amount", "better", "heat")
    assert heat.present == -500
    assert heat.needed is not None
    assert heat.needed < -500


def test_what_no_plant_can_do_is_none_with_the_reason() -> None:
    _, table = book([("原煤", "3000 t"), ("electricity", "10 万kWh")], output="19000 t")
    power = find(table, "amount", "better", "electricity")
    assert (power.change, power.percent) == (None, None)
    assert "negative amount of electricity" in power.reason
    assert "112.7" in power.reason


def test_the_best_class_has_nothing_better() -> None:
    _, table = book(output="40000 t")
    assert [one.reason for one in table.changes if one.direction == "better"] == ["benchmark is the best class"]
    _, table = book(output="5000 t")
    assert [one.reason for one in table.changes if one.direction == "worse"] == ["below-baseline is the last class"]


def test_electricity_is_changed_by_electricity_alone() -> None:
    lines = [("电力", "1.3399 亿kWh"), ("原煤", "3 t")]
    _, table = book(lines, output="10000 t", product="电解铝")
    assert find(table, "amount", "better", "electricity").needed == pytest.approx(1.335)
    assert "does not count" in find(table, "amount", "better", "raw_coal").reason
    assert "no coefficient enters" in find(table, "coefficient", "better", "electricity").reason
    assert option(table, "basis", "primary").changes is False


def test_lines_of_one_carrier_are_changed_together() -> None:
    lines = [("原煤", "2000 t"), ("raw coal", "1000000 kg"), ("原煤", "200 t", "out")]
    _, table = book(lines)
    assert find(table, "amount", "better", "raw_coal").present == 2800
    assert len([one for one in table.changes if one.quantity == "amount"]) == 2


def test_a_strict_limit_is_reached_by_more_than_its_figure() -> None:
    table = eb.classify("610 kWh/t", FURNACE, capacity="3 t", region="昌吉市", period="2022").sensitivity()
    better = find(table, "value", "better")
    assert better.needed == pytest.approx(603.333, abs=1e-3)
    assert not better.inclusive
    assert "by more than" in str(better)


def test_a_value_of_zero_has_no_shares() -> None:
    table = eb.classify("0 kgce/t", "水泥熟料", plausible=True).sensitivity()
    assert str(find(table, "value", "worse")) == "value from 0 to 100 kgce/t, by more than +100 kgce/t"
    assert "sign of the energy" in find(table, "output", "worse").reason
    assert find(table, "energy", "worse").reason == "there is no energy"


def test_a_change_that_no_number_can_hold_is_left_out() -> None:
    table = eb.classify("1e-308 kgce/t", "cement-clinker", plausible=True).sensitivity()
    change = find(table, "value", "worse")
    assert (change.percent, change.needed) == (None, 100.0)
    json.dumps(table.to_dict(), allow_nan=False)
    assert find(table, "energy", "worse").reason == "it is too large to be a number"
    assert "too large to be a number" in str(table)


def test_a_missing_step_is_not_jumped_over() -> None:
    table = of_value(13.0, replace(ladder("", "12"), item="cement-clinker"))
    better = table.changes[0]
    assert (better.direction, better.level, better.change) == ("better", None, None)
    assert "cannot be told" in better.reason


def test_steps_of_the_same_figure_are_taken_together() -> None:
    table = of_value(13.0, replace(ladder("12", "12"), item="cement-clinker"))
    assert table.changes[0].level == "level-1"


# Choices --------------------------------------------------------------------------------------------------


def test_the_reading_of_a_furnace_table_may_decide() -> None:
    table = eb.classify("600 kWh/t", FURNACE, capacity="3 t", region="昌吉市", period="2022").sensitivity()
    assert option(table, "reading", "class_above").changes
    assert option(table, "reading", "class_below").changes is False
    assert table.depends_on == ("reading",)


def test_the_edition_may_decide(write_table: Any) -> None:
    """The two editions agree on every fuel that both have, so an organisation's own row stands for the older one."""
    base = next(row for row in eb.tables.records("carriers") if (row.carrier, row.document) == ("raw_coal", OLD))
    eb.tables.use(write_table("carriers", {"id": "own/raw-coal", "coefficient": "0.6"}, base=base.id))
    made, table = book([("原煤", "3000 t")])
    assert made.intensity == pytest.approx(107.145)
    assert table.level == "baseline"
    other = option(table, "edition", OLD)
    assert (other.value, other.level, other.changes) == (pytest.approx(90), "benchmark", True)
    assert table.depends_on == ("edition",)


def test_figures_of_the_users_own_stay_in_every_edition() -> None:
    lines = [{"carrier": "天然气", "amount": "60 万m3", "ncv": "35.6 MJ/m3"}, {"carrier": "原煤", "amount": "1000 t"}]
    made, table = book(lines)
    assert option(table, "edition", "gbt-2589-2008").value == pytest.approx(made.intensity)


def test_power_on_the_primary_basis_keeps_its_figure_in_every_edition() -> None:
    lines = [("燃料油", "5000 t"), ("电", "100 万kWh")]
    _, table = book(lines, "8000 t", "ethylene-naphtha", basis="primary", edition="gb-30251-2024")
    oil_and_power = (5000 * 1.4286 + 300) * 700 / 8000
    assert option(table, "edition", OLD).value == pytest.approx(oil_and_power)


def test_an_edition_without_the_carrier_cannot_tell() -> None:
    made = eb.account([("渣油", "1400 t")], output="20000 t", product="水泥熟料", edition=OLD)
    other = option(made.sensitivity(), "edition", "gbt-2589-2020")
    assert (other.level, other.changes) == (None, None)
    assert "residual_oil" in other.reason


def test_the_basis_is_fixed_by_most_limits() -> None:
    _, table = book()
    other = option(table, "basis", "primary")
    assert (other.changes, other.reason) == (None, "the limit is on the calorific basis")


def test_an_open_basis_is_judged_with_the_coal_rate() -> None:
    made = eb.account([("原煤", "1000 t"), ("electricity", "100 万kWh")], output="9000 t", product="水泥熟料")
    assert made.verdict is not None
    assert made.verdict.ladder is not None
    made = replace(made, verdict=replace(made.verdict, ladder=replace(made.verdict.ladder, basis="")))
    assert "coal rate" in option(made.sensitivity(), "basis", "primary").reason
    other = option(made.sensitivity(coal_rate="302.4 gce/kWh"), "basis", "primary")
    assert other.value == pytest.approx((714.3 + 302.4) / 9)
    assert other.level == "baseline"


def test_rounding_may_decide() -> None:
    table = eb.classify("117.3 kgce/t", "水泥熟料").sensitivity()
    assert option(table, "compare", "rounded").level == "baseline"
    assert "compare" in table.depends_on
    rounded = eb.classify("117.3 kgce/t", "水泥熟料", compare="rounded").sensitivity()
    assert option(rounded, "compare", "full").changes
    assert find(rounded, "value", "worse").needed == pytest.approx(117.5)


def test_documents_stand_side_by_side_and_are_not_merged() -> None:
    table = eb.classify("13200 kWh/t", "电解铝").sensitivity()
    assert option(table, "document", "ndrc-2021").changes is False
    other = option(table, "document", "gb-21346-2022")
    assert (other.level, other.changes) == ("level-3", None)


def test_a_corrected_value_speaks_of_its_own_document_only() -> None:
    corrections = {"altitude": {"altitude": "2100 m"}}
    verdict = eb.classify("105 kgce/t", "cement-clinker", document="gb-16780-2021", corrections=corrections)
    table = verdict.sensitivity()
    assert {one.choice for one in table.alternatives} == {"compare", "document"}
    assert option(table, "document", "any").reason == "corrections hold for one document"


def test_a_limit_on_another_basis_is_no_alternative() -> None:
    ladder = replace(find_ladder("cement-clinker"), basis="primary")
    other = option(of_value(105.0, ladder), "document", "gb-16780-2021")
    assert (other.level, other.changes) == (None, None)
    assert other.reason.startswith("The value is on the primary basis, and cement-clinker in GB 16780-2021 ")


# Shape ----------------------------------------------------------------------------------------------------


def test_it_is_rows_frames_json_and_text() -> None:
    _, table = book()
    assert len(table.frame()) == len(table.changes)
    assert len(table.alternatives_frame()) == len(table.alternatives)
    assert json.loads(json.dumps(table.to_dict()))["level"] == "baseline"
    text = str(table)
    assert "better: benchmark" in text
    assert "worse: below-baseline" in text
    assert "edition gbt-2589-2008" in text


def test_without_a_class_there_is_nothing_to_change() -> None:
    with refused(OptionError, "option", "product"):
        eb.account(CLINKER, output="20000 t").sensitivity()
    weak = next(one for one in eb.classify_all("105 kgce/t", "水泥熟料") if one.ladder is None)
    with pytest.raises(MissingFigureError):
        weak.sensitivity()


# Laws -----------------------------------------------------------------------------------------------------


def level_at(row: Ladder, value: float, compare: str = "full") -> str | None:
    """Return the class of a value."""
    level = row.level(value, compare)
    return level.value if level else None


@given(LADDERS, VALUES)
def test_the_value_named_flips_the_class_and_just_before_it_does_not(row: Ladder, value: float) -> None:
    row = replace(row, item="cement-clinker", furnace=None)
    table = of_value(value, row)
    for change in (one for one in table.changes if one.quantity == "value" and one.change is not None):
        assert change.needed is not None
        assert change.change is not None
        assume(abs(change.change) > 1e-4)
        beyond = 1.0 if change.change > 0 else -1.0
        reached = change.needed if change.inclusive else change.needed + beyond * HAIR
        assert level_at(row, reached) == change.level
        assert level_at(row, change.needed - beyond * HAIR) == table.level


@given(st.floats(0.6, 1.6), st.integers(0, 400), st.sampled_from(["full", "rounded"]))
def test_the_changes_of_an_account_flip_its_class(size: float, power: int, compare: str) -> None:
    coal, output, rate, heat = 2900 * size, 20000.0, 0.7143, 300.0

    def classed(coal: float, power: float, heat: float, output: float, rate: float) -> str:
        lines: list[Any] = [
            {"carrier": "煤矸石", "amount": coal, "unit": "t", "coefficient": f"{rate!r} kgce/kg"},
            ("electricity", f"{power!r} 万kWh"),
            ("热力", f"{heat!r} GJ", "out"),
        ]
        made = eb.account(lines, output=f"{output!r} t", product="水泥熟料", compare=compare)
        assert made.verdict is not None
        assert made.verdict.level is not None
        return str(made.verdict.level)

    lines = [
        {"carrier": "煤矸石", "amount": coal, "unit": "t", "coefficient": f"{rate!r} kgce/kg"},
        ("electricity", f"{power} 万kWh"),
        ("热力", "300 GJ", "out"),
    ]
    made, table = book(lines, compare=compare)
    assert made.verdict is not None
    present = str(made.verdict.level)
    fuel = made.lines[0].coefficient.carrier
    start = {"coal": coal, "power": float(power), "heat": heat, "output": output, "rate": rate}
    names = {
        ("output", ""): "output",
        ("amount", fuel): "coal",
        ("amount", "electricity"): "power",
        ("amount", "heat"): "heat",
        ("coefficient", fuel): "rate",
    }
    for change in table.changes:
        name = names.get((change.quantity, change.carrier))
        if name is None or change.percent is None or change.needed is None or abs(change.percent) < 1e-3:
            continue
        factor = 1 + change.percent / 100
        if not 0.5 < factor < 2:
            continue
        step = (factor - 1) * 1e-5
        hit = factor if change.inclusive and compare == "full" else factor + step
        assert classed(**{**start, name: start[name] * hit}) == change.level, change
        assert classed(**{**start, name: start[name] * (factor - step)}) == present, change


def test_levels_are_those_of_the_ladder() -> None:
    assert {one.level for one in book()[1].changes if one.level} == {Level.BENCHMARK.value, Level.BELOW_BASELINE.value}
