"""An account with the rules of regional control, and with a coal rate of the table."""

from __future__ import annotations

from typing import Any

import pytest

import energybench as eb
from energybench.errors import OptionError


def test_an_account_shows_what_regional_control_leaves_out() -> None:
    rate = eb.coal_rate(2024, "supply")
    lines: list[Any] = [
        {"carrier": "原煤", "amount": "1000 t", "use": "feedstock"},
        {"carrier": "原煤", "amount": "500 t"},
        {"carrier": "electricity", "amount": "100 万kWh", "origin": "renewable", "evidence": "green certificates"},
        ("electricity", "50 万kWh"),
    ]
    rules = eb.AccountingRules(feedstock="excluded", renewable="nonfossil-excluded", year=2024)
    book = eb.account(lines, output="1000 t", rules=rules, basis="primary", coal_rate=rate)
    assert book.tce == pytest.approx(1500 * 0.7143 + 1500 * 0.3024)
    assert book.control is not None
    assert book.control.tce_total == pytest.approx(500 * 0.7143 + 500 * 0.3024)
    assert book.control.exclusions[1].proof == "green certificates"
    assert "regional control" in str(book)
    assert eb.account(lines).control is None


def test_a_coal_rate_of_the_table_keeps_its_source() -> None:
    record = eb.coefficient("electricity", basis="primary", coal_rate=eb.coal_rate(2024, "supply"))
    assert (record.value, record.unit, record.origin) == (0.3024, "kgce/kWh", "table")
    assert record.document == "cec-annual-report-2025"
    assert "supply coal rate of 2024" in record.notes
    assert "asks for the generation rate of the year before" in record.notes


def test_a_use_that_no_rule_knows_names_its_line() -> None:
    with pytest.raises(OptionError, match="line 1"):
        eb.account([{"carrier": "electricity", "amount": "1 kWh", "use": "feedstock"}])
