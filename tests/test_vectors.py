"""The test vectors against the slow reader, the programs of examples/vectors, and what `verify --command` says."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import energybench as eb
import oracle
from energybench.errors import EnergybenchError
from energybench.testing.vectors import GROUPS, Vector, every_vector, vector_file
from shell import shell

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples" / "vectors"
SAMPLE = EXAMPLES / "sample.jsonl"
ROWS = {row["id"]: row for table in ("carriers", "benchmarks", "limits", "local_limits") for row in oracle.table(table)}
COLD_WATER = ("fresh_water", "soft_water", "circulating_water")


def needs(program: str, package: str) -> str:
    """Return the path of a program, or skip."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"not on this machine: apt-get install {package}")
    return found


# The file -------------------------------------------------------------------------------------------------


def test_the_file_is_that_of_the_sample_with_its_hash() -> None:
    """After a change of the tables: write the file, and take every fortieth line (examples/vectors/README.md)."""
    head, *lines = vector_file().splitlines()
    told, *sampled = SAMPLE.read_text(encoding="utf-8").splitlines()
    found, expected = json.loads(head), json.loads(told)
    assert found.keys() == expected.keys()
    assert found["sha256"] == sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
    same = ("format", "version", "vectors", "sha256")
    assert {name: found[name] for name in same} == {name: expected[name] for name in same}
    assert sampled == lines[39::40]
    assert found["vectors"] == len(lines) >= 10_000


def test_every_vector_has_an_id_of_its_own_and_every_group_vectors() -> None:
    vectors = every_vector()
    assert len({vector.id for vector in vectors}) == len(vectors)
    assert {vector.group for vector in vectors} == GROUPS.keys() - {"answers"}


def test_the_command_writes_the_file(tmp_path: Path) -> None:
    assert shell("verify", "--write-vectors", str(tmp_path / "all.jsonl.gz")).exit_code == 0
    assert gzip.decompress((tmp_path / "all.jsonl.gz").read_bytes()).decode() == vector_file()
    done = shell("verify", "--write-vectors", str(tmp_path / "all.csv"))
    assert done.exit_code == 2
    assert ".jsonl" in done.stderr


# The answers ----------------------------------------------------------------------------------------------


def slow_answer(vector: Vector) -> dict[str, Any]:
    """Answer a question by the slow reader; an empty error where it has none."""
    ask = vector.ask
    try:
        if ask["operation"] == "convert":
            return {"tce": slow_tce(vector)}
        if ask["operation"] == "furnace_limit":
            number, _ = oracle.read_amount(ask["capacity"])
            size = number * oracle.ratio(unit_text(ask["capacity"]), "t")
            if size <= 0:
                return {"error": ""}
            return {"limit": oracle.furnace_limit(size, ask["reading"])}
        rows = [ROWS[row] for row in vector.rows]
        if not rows:
            here = [row for row in ROWS.values() if row.get("item") == ask["item"]]
            here = [row for row in here if row["document"] == ask["document"] and row["unit"]]
            kinds = {oracle.read_unit(row["unit"]).powers for row in here}
            return {"class": ""} if oracle.read_unit(ask["unit"]).powers in kinds else {"error": ""}
        (row,) = rows
        value = Fraction(ask["value"]) * oracle.ratio(ask["unit"], row["unit"])
        table = "benchmark" if "benchmark" in row else "level1" if "level1" in row else "limit"
        if table == "benchmark":
            return {"class": national_class(value, row)}
        if table == "level1":
            return {"class": oracle.standard_class(value, row)}
        return {"class": oracle.limit_class(value, row["limit"], row["comparator"])}
    except (oracle.Unreadable, KeyError):
        return {"error": ""}


def national_class(value: Fraction, row: oracle.Row) -> str:
    """Return the class on a row that may have one figure alone."""
    if row["benchmark"] and row["baseline"]:
        return oracle.national_class(value, row)
    (step,) = (name for name in ("benchmark", "baseline") if row[name])
    return step if oracle.meets(value, row[step], row["comparator"]) else "below-baseline"


def unit_text(text: str) -> str:
    """Return what stands behind the number."""
    return text.partition(" ")[2]


def slow_tce(vector: Vector) -> Fraction:
    """Convert by the slow reader."""
    ask = vector.ask
    number, _ = oracle.read_amount(f"{ask['amount']} {ask['unit']}")
    if ask.get("basis") == "primary":
        rate = Fraction(ask["coal_rate"].partition(" ")[0])
        return number * oracle.ratio(ask["unit"], "kWh") * rate / 10**6
    if vector.rows:
        return oracle.to_tce(number, ask["unit"], ROWS[vector.rows[0]])
    carrier = carriers()[ask["carrier"]]
    rows = [row for row in oracle.accepted("carriers") if row["carrier"] == carrier]
    here = [row for row in rows if row["document"] == ask["edition"] and row["basis"] != "primary"] or rows
    if not here or any(row["coefficient_high"] for row in here):
        raise oracle.Unreadable(carrier)
    return oracle.to_tce(number, ask["unit"], here[0])


@cache
def carriers() -> dict[str, str]:
    """Return the carrier of every name."""
    names = {row["name"]: row["carrier"] for row in oracle.table("carrier_names")}
    for row in oracle.table("carriers"):
        names |= {row[column]: row["carrier"] for column in ("carrier", "name_zh", "name_en")}
    return names


def test_every_vector_has_the_answer_of_the_slow_reader() -> None:
    for vector in every_vector():
        found = slow_answer(vector)
        if "error" in vector.answer:
            assert "error" in found, vector
            continue
        ((key, expected),) = vector.answer.items()
        assert found[key] == (expected if key == "class" else Fraction(expected)), vector


def library_answer(ask: dict[str, Any]) -> dict[str, Any]:
    """Answer a question by the public functions."""
    operation = ask.pop("operation")
    try:
        if operation == "convert":
            text = f"{ask.pop('amount')} {ask.pop('unit')}"
            return {"tce": eb.convert(text, ask.pop("carrier"), **ask).tce}
        if operation == "classify":
            text = f"{ask.pop('value')} {ask.pop('unit')}"
            return {"class": eb.classify(text, ask.pop("item"), **ask).level}
        return {"limit": eb.furnace_limit(ask["capacity"], reading=ask["reading"]).value}
    except EnergybenchError as error:
        return {"error": error.reason}


@pytest.mark.filterwarnings("ignore::energybench.errors.EnergybenchWarning")
def test_the_library_has_the_answer_of_a_vector() -> None:
    """Every twenty-fifth, by the public functions."""
    for vector in every_vector()[::25]:
        ((key, expected),) = vector.answer.items()
        wanted = expected if key in ("class", "error") else pytest.approx(float(Fraction(expected)), rel=1e-15)
        assert library_answer(dict(vector.ask)) == {key: wanted}, vector


# Programs -------------------------------------------------------------------------------------------------


def test_the_program_in_node_passes_and_verify_says_so() -> None:
    node = needs("node", "nodejs")
    done = shell("verify", "--command", f"{node} {EXAMPLES / 'converter.mjs'}", "--json")
    report = json.loads(done.stdout)
    assert (done.exit_code, report["passed"], report["kind"]) == (0, True, "program"), done
    assert [finding["status"] for finding in report["findings"]] == ["ok"] * len(GROUPS)
    assert report["coverage"] == f"answers {len(every_vector())} of {len(every_vector())} questions as expected"


def test_a_slip_in_the_program_is_found_with_its_likely_cause(tmp_path: Path) -> None:
    node = needs("node", "nodejs")
    text = (EXAMPLES / "converter.mjs").read_text(encoding="utf-8")
    for right, wrong in (("万: 4", "万: 3"), ("sign <= 0", "sign < 0"), ('"unknown-unit"', '""')):
        assert right in text
        text = text.replace(right, wrong, 1)
    # A refusal without a code, and a reader of units that never refuses.
    text = text.replace('if (!atom || (found[1] && found[2])) throw new Refusal("")', "if (!atom) return unit('t')")
    text = text.replace('new URL("../../data/", import.meta.url).pathname', f'"{ROOT / "data"}/"')
    own = tmp_path / "own.mjs"
    own.write_text(text, encoding="utf-8")
    done = shell("verify", "--command", f"{node} {own}", "--json")
    findings = {finding["name"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert done.exit_code == 1
    assert findings["agreement"]["status"] == "ok"
    assert "ten times too little" in findings["units"]["cause"]
    assert findings["limits"]["cause"] == "equality taken the other way: <= read as <, or < as <="
    assert findings["hostile"]["status"] == "failed"
    assert "万" in findings["units"]["example"]


def test_both_programs_pass_the_sample() -> None:
    node, java = needs("node", "nodejs"), needs("java", "openjdk-17-jdk-headless")
    for command in (
        [node, "converter.mjs", str(SAMPLE)],
        [java, "-Dfile.encoding=UTF-8", "Converter.java", str(ROOT / "data"), str(SAMPLE)],
    ):
        done = subprocess.run(command, cwd=EXAMPLES, capture_output=True, encoding="utf-8", check=False)
        count = len(SAMPLE.read_text(encoding="utf-8").splitlines()) - 1
        assert (done.returncode, done.stdout) == (0, f"{count} of {count} vectors\n"), done


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("print('hello')", "expected a JSON object with id"),
        ("pass", "gave no answer (exit code 0)"),
        ("import sys; sys.exit(3)", "gave no answer (exit code 3)"),
    ],
)
def test_a_program_that_answers_nothing_is_refused(body: str, said: str, tmp_path: Path) -> None:
    own = tmp_path / "own.py"
    own.write_text(body, encoding="utf-8")
    done = shell("verify", "--command", f"{sys.executable} {own}")
    assert done.exit_code == 2
    assert said in done.stderr


def test_questions_without_an_answer_or_with_two_are_said(tmp_path: Path) -> None:
    own = tmp_path / "own.py"
    own.write_text("""print('{"id": "agreement/00001", "tce": 714.3}\\n' * 2)""", encoding="utf-8")
    done = shell("verify", "--command", f"{sys.executable} {own}", "--json")
    findings = {finding["name"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert done.exit_code == 1
    assert findings["answers"]["note"] == f"{len(every_vector()) - 1} of {len(every_vector())} have none"
    assert findings["agreement"]["cause"].startswith("a thousand times too much")
    assert findings["limits"]["status"] == "skipped"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--command", "no-such-program-here"], "cannot be run"),
        (["--command", "'"], "is no command"),
        (["--command", ""], "is no command"),
        ([], "--write-vectors is required"),
        (["math:sqrt", "--command", "node"], "no two of them"),
        (["--command", "node", "--kind", "conversion"], "--kind is of a function"),
    ],
)
def test_a_call_that_cannot_be_run_is_refused(words: list[str], said: str) -> None:
    done = shell("verify", *words)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_figure_is_an_exact_decimal() -> None:
    figures = [v.answer[key] for v in every_vector() for key in ("tce", "limit") if key in v.answer]
    assert all(f"{Decimal(figure):f}" == figure for figure in figures)
