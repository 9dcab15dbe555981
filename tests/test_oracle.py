"""The library against the slow reader: every row, every spelling, random decimals, by every way in; every exact hit.

``oracle.py`` shares no code with the library: it has its own reader of the tables, its own units and its own classes,
all in fractions.
"""

from __future__ import annotations

import ast
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pandas
import pytest

import energybench as eb
import oracle
from energybench.errors import DimensionError, GasConditionError, MissingFigureError
from expect import each

FIGURES = [row for row in oracle.accepted("carriers") if row["coefficient"] and not row["coefficient_high"]]
EDITIONS = sorted({row["document"] for row in FIGURES})
HAIR = Fraction(1, 10**6)
COLD_WATER = ("fresh_water", "soft_water", "circulating_water")
SCALES = ("", "千", "万", "百万", "亿", "10^4 ", "10⁸", "1e4 ")


def options(row: oracle.Row) -> dict[str, Any]:
    """Return what a conversion by one row needs beside the amount."""
    return {"edition": row["document"]} | ({"basis": "primary"} if row["basis"] == "primary" else {})


@cache
def spellings(per: str) -> tuple[str, ...]:
    """Return every spelling of every unit of a kind, each behind every scale."""
    kind = oracle.read_unit(per).powers
    symbols = [symbol for symbol, unit in oracle.SYMBOLS.items() if unit.powers == kind]
    words = [word for symbol in symbols for word in (symbol, *oracle.SPELLINGS.get(symbol, "").split())]
    return tuple(f"{scale}{word}".replace("_", " ") for word in words for scale in SCALES)


def decimal(random: Random) -> str:
    """Return a decimal as a meter, a bill or a calculation has it."""
    digits = Decimal(random.randint(-(10**9), 10**9)).scaleb(-random.randint(0, 9))
    return f"{digits:f}"


# Every row x every spelling x random decimals -------------------------------------------------------------


def test_the_slow_reader_shares_no_code_with_the_library() -> None:
    tree = ast.parse(Path(oracle.__file__).read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {name for name in imported if name.startswith(("energybench", "pint", "numpy", "pandas"))}


@each("row", FIGURES, ids=[row["id"] for row in FIGURES])
def test_every_row_converts_every_spelling_exactly(row: oracle.Row) -> None:
    per = row["coefficient_unit"].partition("/")[2]
    random = Random(row["id"])  # noqa: S311 - the same amounts in every run
    for unit in spellings(per):
        amount = decimal(random)
        expected = oracle.to_tce(Fraction(amount), unit, row)
        text = f"{amount} {unit}"
        assert eb.to_tce(text, row["carrier"], **options(row)).magnitude == float(expected), text
        record = eb.convert(text, row["carrier"], **options(row))
        assert record.tce == float(expected), text
    assert len(FIGURES) > 100
    found = eb.coefficient(row["carrier"], **options(row))
    if row["category"] == "definition":
        assert found.origin == "definition"
    else:
        assert (found.value, found.unit) == (float(row["coefficient"]), row["coefficient_unit"])
        assert (found.document, found.origin) == (row["document"], "table")
        assert found.verification in oracle.ACCEPTED


def lines_of(edition: str) -> list[tuple[oracle.Row, str, str, Fraction]]:
    """Return a line for every row of an edition and every tenth spelling: row, amount, unit and exact tce."""
    random = Random(edition)  # noqa: S311 - the same amounts in every run
    rows = [row for row in FIGURES if row["document"] == edition and row["basis"] != "primary"]
    found = []
    for place, row in enumerate(rows):
        for unit in spellings(row["coefficient_unit"].partition("/")[2])[place % 10 :: 10]:
            amount = f"{abs(Decimal(decimal(random))):f}"
            found.append((row, amount, unit, oracle.to_tce(Fraction(amount), unit, row)))
    return found


@each("edition", EDITIONS)
def test_an_account_of_every_row_adds_up_to_the_exact_sum(edition: str) -> None:
    lines = lines_of(edition)
    if not lines:
        assert {row["basis"] for row in FIGURES if row["document"] == edition} == {"primary"}
        return
    book = eb.account(
        [(row["carrier"], f"{amount} {unit}") for row, amount, unit, _ in lines],
        output="20000 t",
        product="cement-clinker",
        edition=edition,
    )
    assert [line.tce for line in book.lines] == [float(tce) for *_, tce in lines]
    assert book.tce == pytest.approx(float(sum(tce for *_, tce in lines)), rel=1e-13)


@each("edition", EDITIONS)
def test_a_table_of_every_row_has_the_exact_figures(edition: str) -> None:
    lines = lines_of(edition)
    key = {"plant": "甲厂", "period": 2023, "product": "cement-clinker"}
    meters = [
        {**key, "carrier": row["carrier"], "amount": float(amount), "unit": unit} for row, amount, unit, _ in lines
    ]
    if not meters:
        return
    answer = eb.assess(
        pandas.DataFrame(meters),
        pandas.DataFrame([{**key, "output": 20000, "output_unit": "t"}]),
        edition=edition,
        plausible=True,
    )
    assert answer.problems.empty, answer.problems.to_string()
    expected = [float(tce) for *_, tce in lines]
    assert answer.energy["tce"].tolist() == pytest.approx(expected, rel=1e-14, abs=0)
    assert answer.results["tce"].tolist() == pytest.approx([sum(expected)], rel=1e-12)


# Every exact hit ------------------------------------------------------------------------------------------

STEPS = {"benchmarks": ("benchmark", "baseline"), "local_limits": ("limit",), "limits": ("level1", "level2", "level3")}
LADDERS = [(table, row) for table in STEPS for row in oracle.accepted(table) if any(row[step] for step in STEPS[table])]


def expected_class(table: str, value: Fraction, row: oracle.Row) -> str | None:
    """Return the class that the slow reader gives."""
    if table == "limits":
        return oracle.standard_class(value, row)
    if table == "local_limits":
        return oracle.limit_class(value, row["limit"], row["comparator"])
    return oracle.national_class(value, row) if row["benchmark"] and row["baseline"] else None


def hits(table: str, row: oracle.Row) -> list[Fraction]:
    """Return each threshold, a hair below and a hair above it."""
    figures = [Fraction(row[step]) for step in STEPS[table] if row[step]]
    return [figure + abs(figure) * hair for figure in dict.fromkeys(figures) for hair in (-HAIR, 0, HAIR)]


def text_of(value: Fraction) -> str:
    """Return an exact decimal as text."""
    return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"


@pytest.mark.filterwarnings("ignore::energybench.errors.SupersededWarning")
@each("document", sorted({row["document"] for _, row in LADDERS}))
def test_every_ladder_is_exact_at_each_hit_in_its_unit_and_in_another(document: str) -> None:
    """A decimal in another unit of the kind is the same hit: 万 above the line, kilograms below it."""
    for table, row in LADDERS:
        if row["document"] != document or not row["unit"]:
            continue
        over, line, below = row["unit"].partition("/")
        units = [(row["unit"], Fraction(1)), (f"万{over}{line}{below}", Fraction(10**4))]
        units += [(f"{over}/kg", Fraction(1000))] if below == "t" else []
        for value in hits(table, row):
            for unit, factor in units:
                verdict = eb.classify(
                    f"{text_of(value / factor)} {unit}",
                    row["item"],
                    document=document,
                    corrections="base",
                    plausible=True,
                )
                printed = [row[step] for step in STEPS[table]]
                assert [*verdict.thresholds.values()] == [float(text) if text else None for text in printed], row["id"]
                met = [oracle.meets(value, text, row["comparator"]) if text else None for text in printed]
                assert [*verdict.meets.values()] == met, (row["id"], value, unit)
                if printed[0]:
                    assert verdict.level == expected_class(table, value, row), (row["id"], value, unit)


@cache
def _rows_of() -> Counter[tuple[str, str]]:
    """Count the rows of each item in each document, accepted or not."""
    return Counter((row["document"], row["item"]) for table in STEPS for row in oracle.table(table))


def _one_row(table: str, row: oracle.Row) -> bool:
    """Say whether two plain tables can hit a row: energy per output, the only indicator of its item there."""
    energy = row["unit"].partition("/")[0] in ("kgce", "kWh", "tce", "kgoe")
    told = expected_class(table, hits(table, row)[0], row) is not None
    return energy and told and _rows_of()[row["document"], row["item"]] == 1


@pytest.mark.filterwarnings("ignore::energybench.errors.SupersededWarning")
@each("document", sorted({row["document"] for table, row in LADDERS if _one_row(table, row)}))
def test_a_table_has_the_class_of_the_slow_reader_at_each_hit(document: str) -> None:
    rows = [(table, row) for table, row in LADDERS if row["document"] == document and _one_row(table, row)]
    for basis in ("calorific", "primary"):
        meters, outputs, expected = [], [], []
        for table, row in rows:
            over, _, below = row["unit"].partition("/")
            if (row.get("basis") or "calorific") != basis or (over == "kWh" and basis == "primary"):
                continue
            for number, value in enumerate(hits(table, row)):
                key = {"plant": f"{row['id']} {number}", "period": 2023, "product": row["item"]}
                energy = float(value * 1000)
                carrier = "electricity" if over == "kWh" else "standard_coal"
                meters.append({**key, "carrier": carrier, "amount": energy, "unit": over})
                outputs.append({**key, "output": 1000, "output_unit": below.strip("()")})
                expected.append(expected_class(table, value, row))
        if not outputs:
            continue
        more: dict[str, Any] = {} if basis == "calorific" else {"basis": basis, "coal_rate": "300 gce/kWh"}
        answer = eb.assess(
            pandas.DataFrame(meters),
            pandas.DataFrame(outputs),
            document=document,
            corrections="base",
            plausible=True,
            **more,
        )
        found = answer.results["class"].astype(object).where(answer.results["class"].notna(), None).tolist()
        assert found == expected, answer.problems.to_string()


def test_few_rows_are_left_out_of_the_tables() -> None:
    """What the test above cannot hit is counted, so that it does not grow unseen."""
    left = [row["id"] for table, row in LADDERS if not _one_row(table, row)]
    assert len(left) < len(LADDERS) / 2


@pytest.mark.parametrize("reading", ["linear", "class_below", "class_above"])
def test_every_furnace_limit_is_exact_at_each_hit(reading: str) -> None:
    item = "induction-furnace-cast-iron"
    capacities = [Fraction(text) for text in ("0.5", "1", "1.2", "1.5", "1.75", "2", "3", "4.5", "5", "60")]
    meters, outputs, expected = [], [], []
    for capacity in capacities:
        limit = oracle.furnace_limit(capacity, reading)
        for hair in (-HAIR, 0, HAIR):
            value = limit * (1 + hair)
            wanted = "within-limit" if hair < 0 else "over-limit"  # 应小于: equality fails
            place: dict[str, Any] = {"region": "昌吉市", "period": "2023"}
            size = f"{float(capacity)!r} t"
            verdict = eb.classify(f"{float(value)!r} kWh/t", item, capacity=size, reading=reading, **place)
            assert verdict.level == wanted, (capacity, hair)
            key = {"plant": f"{capacity} {hair}", "period": 2023, "product": item}
            meters.append({**key, "carrier": "电力", "amount": float(value * 100), "unit": "kWh"})
            furnace = {"furnace_capacity": float(capacity), "furnace_capacity_unit": "t"}
            outputs.append({**key, "output": 100, "output_unit": "t", **furnace})
            expected.append(wanted)
    answer = eb.assess(pandas.DataFrame(meters), pandas.DataFrame(outputs), reading=reading, region="昌吉市")
    assert answer.results["class"].tolist() == expected


def test_the_slow_reader_refuses_what_the_library_refuses() -> None:
    """No row takes a unit of another kind, by either reader."""
    for row in FIGURES:
        for unit in ("t", "kWh", "GJ", "m3", "Nm3", "tce", "m2"):
            # A cubic metre of cold water is a tonne.
            plain = "t" if unit == "m3" and row["carrier"] in COLD_WATER else unit
            try:
                expected: float | None = float(oracle.to_tce(Fraction(1), plain, row))
            except oracle.Unreadable:
                expected = None
            try:
                found: float | None = eb.to_tce(f"1 {unit}", row["carrier"], **options(row)).magnitude
            except (DimensionError, GasConditionError, MissingFigureError):
                found = None
            assert found == expected, (row["id"], unit)
