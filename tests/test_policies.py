"""The five policy scenarios, run as a reader runs them, and the page that describes them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from energybench.targets.columns import measure_of, nothing_left, requirement, target_rows
from energybench.targets.measures import columns_needed
from expect import each
from shell import ROOT, same, script

POLICIES = ROOT / "examples" / "policies"
PAGE = ROOT / "docs" / "policies.md"
SCENARIOS = {
    "changji-city-foundry": "changji-city-2021",
    "shanxi-nonferrous": "shanxi-2022",
    "changji-prefecture-aluminium": "changji-prefecture-2022",
    "panzhihua-equipment": "panzhihua-2024",
    "sanmenxia": "sanmenxia-2019",
}


def run(name: str) -> tuple[dict[str, Any], str]:
    """Run the script of a scenario; return its figures and what it prints."""
    found, printed = script(POLICIES / name / "run.py")
    return json.loads(found), printed


def answers(name: str, *numbers: str) -> list[str]:
    """Return the answers of targets by their number in the document."""
    found, _ = run(name)
    targets = found.get("targets", found)
    by_number = {target.partition("/")[2][:2]: cells["answer"] for target, cells in targets.items()}
    return [by_number[number] for number in numbers]


@each("name", SCENARIOS)
def test_a_scenario_gives_the_figures_that_are_checked_in(name: str) -> None:
    expected = json.loads((POLICIES / name / "expected.json").read_text(encoding="utf-8"))
    found, printed = run(name)
    assert same(found, expected), found
    assert printed


def test_every_scenario_is_here_and_is_marked_illustrative() -> None:
    assert {path.name for path in POLICIES.iterdir() if path.is_dir()} == set(SCENARIOS)
    for name in SCENARIOS:
        assert "The plants and their figures are illustrative." in (POLICIES / name / "README.md").read_text("utf-8")
        assert "The plants and their figures are illustrative." in (POLICIES / name / "run.py").read_text("utf-8")


# What each scenario is for, worked out by hand ------------------------------------------------------------


def test_the_foundries_of_changji_city() -> None:
    found, _ = run("changji-city-foundry")
    limits = found["limits"]
    assert [limits[c]["linear"] for c in ("0.5 t", "1 t", "1.5 t", "2 t", "5 t", "10 t")] == [
        630,
        630,
        620,
        610,
        590,
        590,
    ]
    assert [limits["3 t"][way] for way in ("class_below", "class_above", "stated_only")] == [610, 590, None]
    assert limits["3 t"]["linear"] == pytest.approx(610 - 20 / 3)
    assert found["depends_on_reading"] == ["甲铸造/2号炉"]
    # 628 < 630; 621 is not < 620; 610 is not < 610; 588 < 590.
    assert answers("changji-city-foundry", "03", "04", "05", "06") == ["met", "not met", "not met", "met"]
    iron, steel, *_ = (cells["actual"] for cells in found["targets"].values())
    # The worst iron uses 260 万kWh and 215 t of coal for 1600 t, the steel 620 万kWh and 180 t for 1700 t.
    assert iron == pytest.approx((2_600_000 * 0.0001229 + 215 * 0.7143) / 1600)
    assert steel == pytest.approx((6_200_000 * 0.0001229 + 180 * 0.7143) / 1700)
    # 6100 of 9700 万元 are castings of the listed directions.
    assert answers("changji-city-foundry", "01", "02", "13") == ["not met", "met", "not met"]
    share = next(cells for target, cells in found["targets"].items() if "/13-" in target)
    assert share["actual"] == pytest.approx(100 * 6100 / 9700)


def test_the_non_ferrous_enterprises_of_shanxi() -> None:
    found, printed = run("shanxi-nonferrous")
    assert "GB 25327-2017" in found["gap"]
    assert "GB 21346-2022" in found["gap"]
    assert found["by_successor"] == [True, 80.0, "5 enterprises", ["甲氧化铝", "乙氧化铝", "丁氧化铝", "戊氧化铝"]]
    assert "as you asked" in printed
    assert answers("shanxi-nonferrous", "10", "11", "12", "13", "14") == ["cannot tell", "met", "met", "not met", "met"]


def test_the_aluminium_of_changji_prefecture() -> None:
    found, _ = run("changji-prefecture-aluminium")
    rates = [cells["actual"] for cells in found["targets"].values()][:6]
    # 80 and 40 万t: weights of two thirds and one third.
    assert rates == pytest.approx([(36 * 2 + 20) / 3, 10, (45 * 2 + 24) / 3, 15, 58, 29])
    assert answers("changji-prefecture-aluminium", "01", "04", "07", "03", "06", "09") == [
        *("met", "not met", "met"),
        *("met", "not met", "met"),
    ]
    assert found["levels"]["2023"] == {"13350": ["met", []], "13000": ["not met", ["甲铝业", "乙铝业"]]}
    smelter = 1_056_000 * 1.229 + 20_000 * 0.7143
    downstream = (18_000 + 12_500 + 8_000) * 1.229 + (9_000 + 4_500) * 0.7143
    assert found["alone"] == pytest.approx(smelter / 1_380_000)
    assert found["chain"] == pytest.approx((smelter + downstream) / (1_380_000 + 520_000 + 410_000 + 360_000))
    assert found["change_percent"] == pytest.approx(100 * (found["chain"] / found["alone"] - 1))


def test_the_capacity_of_panzhihua() -> None:
    found, printed = run("panzhihua-equipment")
    assert answers("panzhihua-equipment", "03", "04") == ["not met", "cannot tell"]
    clinker = 150 + 310 + 36 + 77.5 + 120
    assert found["missing"]["cement-clinker"] == [120.0, pytest.approx(0.3 * clinker - 150), "10^4 t/a"]
    # By hand: 戊 must reach 117 (4 x 95 万t); then 乙 alone (3 x 240) is cheaper than 丁 (12.5 x 60); 丙 is too small.
    assert [step[:4] for step in found["lift"]] == [
        ["戊水泥", "baseline", pytest.approx(3800, abs=0.1), "tce"],
        ["乙水泥", "benchmark", pytest.approx(7200, abs=0.1), "tce"],
        ["丙电石", "baseline", pytest.approx(1000, abs=0.1), "tce"],
    ]
    assert found["proven"] is True
    assert "does not say how their capacities are added" in printed


def test_the_plans_of_sanmenxia() -> None:
    found, _ = run("sanmenxia")
    # 70 亿元 after 57: 22.8 % more, and not over 70.
    assert answers("sanmenxia", "01", "02", "04") == ["met", "not met", "not met"]
    assert answers("sanmenxia", "06", "13", "14", "17") == ["met", "met", "met", "not met"]
    assert answers("sanmenxia", "19", "20", "23") == ["not met", "not met", "not met"]
    gone = {target.partition("/")[2][:2]: cells["names"] for target, cells in found.items() if cells["unit"] == "rows"}
    assert gone == {"17": ["乙炭素"], "19": ["乙水泥/1号窑"], "20": ["乙水泥/1号磨"], "25": ["丙粉磨/32.5"]}


# The page -------------------------------------------------------------------------------------------------


@each(("name", "document"), SCENARIOS.items())
def test_the_page_lists_every_target_with_its_figure_and_columns(name: str, document: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    section = text.partition(f"(`{document}`)")[2].partition("\n### ")[0]
    assert f"examples/policies/{name}" in section
    lines = {match[1]: match[0] for match in re.finditer(r"^\| (\d\d) \| .*$", section, re.MULTILINE)}
    for row in target_rows(document):
        number, spec = row.id.partition("/")[2][:2], measure_of(row)
        if row.comparison == "fact":
            assert number not in lines
            continue
        line = lines.pop(number)
        assert row.indicator_en in line
        assert f"| {spec.measure} |" in line
        if row.comparison == "conforms_to":
            continue
        need = nothing_left(row) if spec.measure == "none_within" else requirement(row, spec.sense)
        assert f"{need.text} | `{spec.figure}` |" in line
        for condition in (*spec.subject, *spec.counted):
            assert str(condition) in line
        for column in columns_needed(spec).keys() - {"item", "level", "enterprise"}:
            assert column in line
        if spec.standard:
            assert spec.standard in line
    assert lines == {}
