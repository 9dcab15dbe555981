"""The schemas of docs/schemas describe what the command prints, to the last key."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from referencing import Registry, Resource

import energybench as eb
from energybench.tables.rows import TABLES
from shell import shell

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
SCHEMAS = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "docs" / "schemas").iterdir())
}
REGISTRY: Any = Registry().with_resources(
    (schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS.values()
)
#: Objects whose keys are steps, classes, columns or parameters, not names that the command promises.
MAPS = {"meets", "thresholds", "comparators", "margins", "savings", "probabilities", "parameters"}

MAIN = [str(ROOT / "examples" / "main" / f"{name}.csv") for name in ("meters", "outputs")]
WRONG = [path.replace(".csv", "-with-problems.csv") for path in MAIN]
FURNACE = "induction-furnace-cast-iron"

RUNS: dict[str, list[tuple[str, ...]]] = {
    "convert-1": [
        ("convert", "1200 t", "原煤"),
        ("convert", "1200±6 t", "coke", "--ncv", "28 MJ/kg ± 1 %"),
        ("convert", "12340 L", "汽油", "--density", "0.725 kg/L"),
        ("convert", "3 t", "自有燃料", "--coefficient", "1.2 kgce/kg"),
        ("convert", "3 toe", "标准油"),
        ("convert", "350 万kWh", "电力", "--basis", "primary", "--coal-rate", "302.4 gce/kWh"),
        ("convert", "1 万kWh", "电力", "--edition", "gbt-2589-2008"),
    ],
    "limit-1": [
        ("limit", "电解铝"),
        ("limit", "3 t"),
        ("limit", "cement", "--document", "gb-16780-2021"),
        ("limit", "水泥熟料", "--period", "2022"),
    ],
    "classify-1": [
        ("classify", "13200 kWh/t", "电解铝", "--output", "20 万t"),
        ("classify", "105±2 kgce/t", "cement-clinker", "--compare", "rounded"),
        ("classify", "600 kWh/t", FURNACE, "--capacity", "3 t", "--document", "changji-city-2021"),
        ("classify", "-30 kgce/t", "converter", "--allow-unverified"),
        ("classify", "13200 kWh/t", "电解铝", "--document", "gb-21346-2013"),
    ],
    "assess-1": [
        ("assess", *MAIN),
        ("assess", *WRONG),
        ("assess", "{folder}/main.parquet", MAIN[1]),
        ("assess", "{folder}/wrong.parquet", WRONG[1]),
        ("assess", "{folder}/meters.csv", "{folder}/outputs.csv"),
        ("assess", *MAIN, "--document", "ndrc-2023"),
    ],
    "template-1": [("template", "{folder}/plants.xlsx", "--product", "水泥熟料", "--json")],
    "explain-1": [("explain", *MAIN), ("explain", *WRONG), ("explain", "{folder}/meters.csv")],
    "targets-1": [
        ("targets", "--document", "panzhihua-2024", "--figures", "equipment_investment_growth=26 %"),
        ("targets", *MAIN, "--document", "changji-city-2021"),
    ],
    "lift-1": [("lift", "{folder}/plants.csv")],
    "show-1": [("show", "cement"), ("show", "感应电炉(铸铁)", "--region", "昌吉市")],
    "timeline-1": [("timeline", "电解铝"), ("timeline", "铸铁", "--region", "昌吉市")],
    "replay-1": [("replay", str(ROOT / "tests" / "receipts" / "0.2.0-text.json"))],
    "tables-1": [("tables",)],
    "table-1": [("tables", name) for name in TABLES],
    "tables-age-1": [("tables", "age")],
    "tables-gaps-1": [("tables", "gaps"), ("tables", "gaps", "--worth")],
    "tables-check-1": [
        ("tables", "check", str(ROOT / "data" / "carriers.csv")),
        ("tables", "check", "{folder}/carriers.csv"),
    ],
    "verify-1": [
        ("verify", "math:sqrt", "--kind", "limit-curve", "--examples", "1"),
        ("verify", "math:sqrt", "--kind", "limit-curve", "--skip", "between", "--examples", "1"),
    ],
}
REFUSED = [
    ("convert", "10 t", "原媒"),
    ("convert", "10 t"),
    ("convert", "10 t", "原煤", "--nonsense"),
    ("classify", "13200 kgce/t", "电解铝"),
    ("limit", "3 kWh"),
    ("assess", "nowhere.csv", "nowhere.csv"),
]
QUESTIONS: dict[str, list[Any]] = {
    "convert": [
        {"amount": "1200 t", "carrier": "原煤"},
        {"amount": "1201 t", "carrier": "原煤", "id": ["a", None]},
        {"amount": "1200±6 t", "carrier": "原煤"},
        {"amount": "1200 t", "carrier": "原媒"},
        {"amount": "1200 t"},
        {"amount": "1200 t", "carrier": "原煤", "unit": "t"},
        [],
    ],
    "classify": [
        {"value": "13200 kWh/t", "item": "电解铝", "id": 1},
        {"value": "13201 kWh/t", "item": "电解铝"},
        {"value": "105±2 kgce/t", "item": "cement-clinker"},
        {
            "value": "600 kWh/t",
            "item": FURNACE,
            "capacity": "3 t",
        },
        {"value": "13200 kgce/t", "item": "电解铝"},
        7,
    ],
}


def validator(name: str, schema: Any = None) -> Draft202012Validator:
    """Return the validator of a schema, which knows the others."""
    return Draft202012Validator(schema or SCHEMAS[name], registry=REGISTRY)


def printed(*args: str, lines: str = "") -> tuple[str, str]:
    """Return what a run says on stdout and on stderr."""
    done = shell(*args, given=lines)
    return done.stdout, done.stderr


def run(name: str, args: tuple[str, ...], folder: Path) -> Any:
    """Return the JSON of a run."""
    if name == "tables-check-1":
        text = (ROOT / "data" / "carriers.csv").read_text(encoding="utf-8")
        wrong = text.replace("0.7143", "zero", 1)
        (folder / "carriers.csv").write_text(wrong, encoding="utf-8")
    (folder / "meters.csv").write_text("企业,期间,产品,能源品种,数量,单位\n甲,2023,cement,原煤,1,t\n", encoding="utf-8")
    (folder / "outputs.csv").write_text("企业,期间,产品,产量,产量单位\n甲,2023,cement,1,t\n", encoding="utf-8")
    plants = "plant,product,intensity,unit,output,output_unit,design_capacity,design_capacity_unit\n"
    plants += "甲,水泥熟料,104,kgce/t,100,万t,110,万t/a\n乙,水泥熟料,120,kgce/t,60,万t,60,万t/a\n"
    (folder / "plants.csv").write_text(plants, encoding="utf-8")
    for made, (given, _) in {"main": MAIN, "wrong": WRONG}.items():
        pandas.read_csv(given, dtype=str).to_parquet(folder / f"{made}.parquet")
    return json.loads(printed(*(word.format(folder=folder) for word in args), "--json")[0])


def keys(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path to every promised key of an answer; of a long list, of its first and last entry."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            if key not in MAPS:
                yield from keys(inner, (*path, key))
    if isinstance(value, list):
        for place in sorted({0, len(value) - 1} & set(range(len(value)))):
            yield from keys(value[place], (*path, place))


def without(answer: Any, path: tuple[str | int, ...]) -> Any:
    """Return a copy of an answer without one key."""
    changed = copy.deepcopy(answer)
    inner = changed
    for part in path[:-1]:
        inner = inner[part]
    del inner[path[-1]]
    return changed


def is_optional(name: str, path: tuple[str | int, ...]) -> bool:
    """Say whether a key is promised only where it applies."""
    last = str(path[-1])
    if name == "assess-1" and last in {"row", "file", "furnace_capacity", "furnace_capacity_unit"}:
        return True
    if name == "assess-1" and path[0] == "results":
        return last.removeprefix("margin_").removeprefix("saving_").replace("_", "-") in {
            *("benchmark", "baseline", "within-limit", "level-1", "level-2", "level-3")
        }
    return (name == "table-1" and len(path) > 2) or (name.endswith("-line-1") and path == ("id",))


def assert_promised(name: str, answer: Any) -> None:
    """Check an answer, that each of its keys is promised, and that nothing is of a wrong kind unseen."""
    check = validator(name)
    assert [error.message for error in check.iter_errors(answer)] == []
    for path in keys(answer):
        if not is_optional(name, path):
            assert not check.is_valid(without(answer, path)), f"{name} does not ask for {path}"


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_and_says_its_name_and_version(name: str) -> None:
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    what, _, version = name.rpartition("-")
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"energybench:schemas/{what}/{version}"
    assert schema["title"].endswith(f"version {version}")


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_is_described_and_new_ones_are_allowed(name: str) -> None:
    def look(schema: dict[str, Any], where: str) -> None:
        assert schema.get("description"), where
        assert schema.get("additionalProperties") is not False, where
        for key, inner in schema.get("properties", {}).items():
            look(inner, f"{where}.{key}")
        if "properties" in schema.get("items", {}):
            look(schema["items"], f"{where}[]")

    look(SCHEMAS[name], name)


def test_every_schema_has_a_run() -> None:
    assert {*RUNS, "error-1", "convert-line-1", "classify-line-1"} == SCHEMAS.keys()


@pytest.mark.parametrize(("name", "args"), [(name, args) for name, runs in RUNS.items() for args in runs])
def test_an_answer_is_as_its_schema_says(name: str, args: tuple[str, ...], tmp_path: Path) -> None:
    answer = run(name, args, tmp_path)
    assert_promised(name, answer)
    validator(name).validate({**answer, "a_new_key": 1})
    for key in answer:
        assert not validator(name).is_valid({**answer, key: [[]]}), f"{key} may be anything"


@pytest.mark.parametrize("args", REFUSED)
def test_a_refusal_is_as_its_schema_says(args: tuple[str, ...]) -> None:
    assert_promised("error-1", json.loads(printed(*args, "--json")[1].splitlines()[-1]))


@pytest.mark.parametrize("command", QUESTIONS)
def test_a_line_is_as_its_schema_says(command: str) -> None:
    lines = "".join(json.dumps(question) + "\n" for question in QUESTIONS[command])
    answers = [json.loads(line) for line in printed(command, "-", lines=lines)[0].splitlines()]
    assert [answer["line"] for answer in answers] == list(range(1, len(QUESTIONS[command]) + 1))
    for answer in answers:
        assert_promised(f"{command}-line-1", answer)
    assert {"error" in answer for answer in answers} == {True, False}


def test_corrections_and_missing_figures_are_in_the_schema() -> None:
    corrected = eb.classify(
        "105 kgce/t", "cement-clinker", document="gb-16780-2021", corrections={"altitude": {"altitude": "2100 m"}}
    )
    assert corrected.corrections
    assert_promised("classify-1", json.loads(json.dumps({**corrected.to_dict(), "warnings": []})))
