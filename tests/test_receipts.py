"""A receipt holds what an answer was made from, and its question can be asked again."""

from __future__ import annotations

import copy
import datetime
import json
import pickle
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas
import pytest

import energybench as eb
from energybench import tables
from energybench.errors import ReceiptError
from engines import duckdb
from expect import refused

KEPT = sorted((Path(__file__).parent / "receipts").glob("*.json"))


def asked(name: str) -> Any:
    """Return an answer of each kind."""
    clinker: Any = {"output": "24000 t", "product": "cement-clinker"}
    lines: Any = [("原煤", "2400 t"), {"carrier": "electricity", "amount": 120.5, "unit": "万kWh", "flow": "购入"}]
    frame = pandas.DataFrame({"carrier": ["原煤", "柴油"], "amount": [2400.0, 0.0], "unit": ["t", "t"]})
    match name:
        case "text":
            return eb.classify("13200 kWh/t", "electrolytic-aluminium")
        case "quantity":
            return eb.classify(eb.quantity("105.25 kgce/t"), "cement-clinker", output="24000 t", period="2024")
        case "furnace":
            where: Any = {"capacity": "3 t", "region": "昌吉市", "period": "2023"}
            return eb.classify("600 kWh/t", "induction-furnace-cast-iron", **where)
        case "account":
            return eb.account(lines, **clinker)
        case "iterator":
            return eb.account(iter(lines), **clinker, period="2024")
        case "frame":
            return eb.account(frame, **clinker)
        case "rules":
            return eb.account(
                [{"carrier": "原煤", "amount": Decimal("2400.10"), "unit": "t"}], rules=eb.AccountingRules()
            )
        case "figures":
            return eb.check_targets({"share_of_capacity_at_benchmark": "30 % of capacity"}, document="panzhihua-2024")
        case "assess":
            return eb.assess(*two_tables(), plausible=True)
        case "targets":
            return eb.check_targets(eb.assess(*two_tables()), document="panzhihua-2024", period=2023)
    raise KeyError(name)


def two_tables() -> tuple[pandas.DataFrame, pandas.DataFrame]:
    key = {"plant": ["甲", "乙"], "period": ["2023", "2023"], "product": ["水泥熟料", "水泥熟料"]}
    meters = pandas.DataFrame({**key, "carrier": "原煤", "amount": [3000.0, 3500.0], "unit": "t"})
    return meters, pandas.DataFrame({**key, "output": [2.0, 2.0], "output_unit": "万t"})


def tables_of(receipt: dict[str, Any]) -> dict[str, Any]:
    return dict(zip(("meters", "outputs"), two_tables(), strict=True)) if receipt["inputs"] else {}


ALONE = ["text", "quantity", "furnace", "account", "iterator", "frame", "rules", "figures"]
WITH_TABLES = ["assess", "targets"]


@pytest.mark.parametrize("name", ALONE + WITH_TABLES)
@pytest.mark.filterwarnings("ignore::energybench.errors.SupersededWarning")
def test_the_question_of_a_receipt_can_be_asked_again(name: str) -> None:
    receipt = json.loads(json.dumps(asked(name).receipt(), allow_nan=False))
    again = eb.replay(receipt, **tables_of(receipt))
    assert again.same
    assert str(again).startswith("the same to the last bit")
    assert receipt["rows"]


def test_an_answer_that_was_pickled_has_the_same_receipt() -> None:
    verdict = asked("text")
    assert pickle.loads(pickle.dumps(verdict)).receipt() == verdict.receipt()  # noqa: S301 - our own


def test_the_rows_used_are_those_of_coefficients_limits_and_corrections() -> None:
    rows = {(row["table"], row["id"]) for row in asked("account").receipt()["rows"]}
    assert {("carriers", "gbt-2589-2020/raw-coal"), ("benchmarks", "ndrc-2023/cement-clinker")} <= rows
    points = [row["id"] for row in asked("furnace").receipt()["rows"] if row["table"] == "furnace_limits"]
    assert len(points) == 4


def test_a_result_that_was_changed_is_found() -> None:
    receipt = asked("text").receipt()
    receipt["results"]["level"] = "benchmark"
    again = eb.replay(receipt)
    assert not again.same
    assert again.differences == ("level: was 'benchmark', is 'baseline'",)


def test_a_changed_figure_of_a_row_is_named_and_a_rise_of_its_verification_told_apart(tmp_path: Path) -> None:
    receipt = asked("text").receipt()
    (row,) = [one for one in tables.benchmarks().to_dict("records") if one["id"] == receipt["rows"][0]["id"]]
    own = tmp_path / "benchmarks.csv"
    pandas.DataFrame([{**row, "benchmark": "12000"}]).to_csv(own, index=False)
    tables.use(own)
    try:
        again = eb.replay(receipt)
    finally:
        tables.use()
    assert not again.same
    assert "thresholds.benchmark: was 13000.0, is 12000.0" in again.differences
    assert again.rows_changed == (f"benchmarks {row['id']}",)
    assert again.rows_rechecked[0].endswith("now own_row")


def test_another_table_is_not_taken_for_that_of_the_receipt() -> None:
    receipt = asked("assess").receipt()
    meters, outputs = two_tables()
    meters["amount"] += 1e-9
    again = eb.replay(receipt, meters=meters, outputs=outputs)
    assert not again.same
    assert again.differences[0] == "meters is another table than that of the receipt"


def test_a_file_is_known_by_its_bytes_and_a_file_that_changed_has_no_receipt(tmp_path: Path) -> None:
    meters, outputs = (tmp_path / "meters.csv", tmp_path / "outputs.csv")
    for table, path in zip(two_tables(), (meters, outputs), strict=True):
        table.to_csv(path, index=False)
    answer = eb.assess(meters, outputs)
    receipt = answer.receipt()
    assert receipt["inputs"]["meters"]["name"] == "meters.csv"
    assert eb.replay(receipt, meters=meters, outputs=str(outputs)).same
    meters.write_text(meters.read_text("utf-8") + "\n", "utf-8")
    with refused(ReceiptError, "receipt", "has changed since it was read", "Assess it again"):
        answer.receipt()


def test_a_stream_has_no_hash_and_says_so() -> None:
    meters, outputs = two_tables()
    stream = duckdb.from_df(meters)
    receipt = eb.assess(stream, outputs).receipt()
    assert receipt["inputs"]["meters"]["sha256"] == ""
    assert receipt["inputs"]["meters"]["why"]
    assert eb.replay(receipt, meters=stream, outputs=outputs).same


def test_results_of_many_rows_are_kept_as_their_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("energybench.report.receipts.LONG", 1)
    receipt = asked("assess").receipt()
    assert receipt["results"]["rows"] == []
    assert len(receipt["results"]["sha256"]) == 64


@pytest.mark.parametrize(
    ("receipt", "message", "fix"),
    [
        ("{", "no JSON", "receipt()"),
        ("nothing.json", "cannot be read", "--receipt wrote"),
        ({}, "no receipt of energybench", "receipt()"),
        ({**{name: {} for name in ("arguments", "inputs", "rows", "results")}, "receipt": 99}, "no receipt", ""),
    ],
)
def test_what_is_no_receipt_is_refused(receipt: Any, message: str, fix: str) -> None:
    with refused(ReceiptError, "receipt", message, fix):
        eb.replay(receipt)


def test_a_receipt_of_a_later_form_or_of_tables_that_are_not_given_is_refused() -> None:
    receipt = asked("assess").receipt()
    with refused(ReceiptError, "receipt", "outputs is not given", "--outputs FILE"):
        eb.replay(receipt, meters=two_tables()[0])
    with refused(ReceiptError, "receipt", "needs no results", "Leave results out"):
        eb.replay(receipt, meters=two_tables()[0], outputs=two_tables()[1], results=two_tables()[1])
    with refused(ReceiptError, "receipt", "form '2'", "later one"):
        eb.replay({**receipt, "receipt": 2})
    with refused(ReceiptError, "receipt", "asks 'guess'", "classify"):
        eb.replay({**asked("text").receipt(), "question": "guess"})


def test_a_part_of_an_answer_and_an_argument_that_cannot_be_written_have_no_receipt() -> None:
    with refused(ReceiptError, "receipt", "part of an answer", "classify()"):
        asked("account").verdict.receipt()
    day: Any = datetime.date(2024, 1, 1)
    verdict = copy.copy(asked("text"))
    object.__setattr__(verdict, "question", {**verdict.question, "period": day})
    with refused(ReceiptError, "receipt", "period is '2024-01-01'", "text"):
        verdict.receipt()


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_receipts_that_were_kept_give_the_same_results(path: Path) -> None:
    """Receipts of every release stay here: a later version has to give the same answers, or say which rows changed."""
    receipt = json.loads(path.read_text("utf-8"))
    again = eb.replay(receipt, **tables_of(receipt))
    assert again.same or again.rows_changed, again
    assert KEPT
