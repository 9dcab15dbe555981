"""Corrections as columns of the output table: the same answer as ``classify(corrections=...)``, row for row."""

from __future__ import annotations

import warnings
from typing import Any

import pandas
import pytest

import energybench as eb
from energybench.errors import SupersededWarning, UnverifiedWarning

COKE = ("mixed-gas", "charge-volatile", "charge-moisture", "oven-age")
CASES = [
    ("cement-clinker", "gb-16780-2021", {"altitude": {"altitude_m": 2100}}, "118 kgce/t"),
    ("cement-clinker", "gb-16780-2021", {"altitude": {"altitude_m": 3500}}, "119.5 kgce/t"),
    ("cement", "gb-16780-2021", {"clinker-ratio": {"clinker_percent": 80}, "altitude": "base"}, "98 kgce/t"),
    (
        "coke-oven-top-charged",
        "gb-21342-2025",
        {"quenching": "wet", **dict.fromkeys(COKE, "base")},
        "150 kgce/t",
    ),
    ("cement-clinker", "gb-16780-2012", {"clinker-strength": {"strength_mpa": 55}, "altitude": "base"}, "118 kgce/t"),
]


def _columns(corrections: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, given in corrections.items():
        for parameter, value in given.items() if isinstance(given, dict) else [("", given)]:
            found[f"correction:{name}:{parameter}".rstrip(":")] = [value, None]
    return found


@pytest.mark.parametrize(("item", "document", "corrections", "value"), CASES)
def test_a_column_corrects_as_one_value_is_corrected(
    item: str, document: str, corrections: dict[str, Any], value: str
) -> None:
    keys = {"plant": ["corrected", "plain"], "period": [2025, 2025], "product": [item, item]}
    intensity = eb.quantity(value).magnitude
    meters = pandas.DataFrame({**keys, "carrier": "标准煤", "amount": intensity, "unit": "tce"})
    outputs = pandas.DataFrame({**keys, "output": 1000, "output_unit": "t", **_columns(corrections)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SupersededWarning)
        warnings.simplefilter("ignore", UnverifiedWarning)
        options: dict[str, Any] = {"document": document, "allow_unverified": True}
        results = eb.assess(meters, outputs, corrections="base", **options).results
        corrected: eb.Verdict = eb.classify(value, item, corrections=corrections, **options)
        plain: eb.Verdict = eb.classify(value, item, corrections="base", **options)
    assert results["class"].tolist() == [corrected.level, plain.level]
    assert results["intensity"].tolist() == pytest.approx([corrected.value, plain.value])
    for step, threshold in corrected.thresholds.items():
        assert results[step.replace("-", "_")].iloc[0] == pytest.approx(threshold)
    moved = corrected.value != plain.value or corrected.thresholds != plain.thresholds
    assert moved, "the case shows a correction"


def test_a_condition_is_a_number_in_the_unit_of_its_name_or_a_text_with_its_unit() -> None:
    keys = {"plant": ["high"], "period": [2025], "product": ["cement-clinker"]}
    meters = pandas.DataFrame({**keys, "carrier": "标准煤", "amount": 110, "unit": "tce"})
    limits = []
    for header, cell in (("altitude_m", 3000), ("altitude_m", "3000"), ("altitude", "3000 m"), ("altitude", "3 km")):
        outputs = pandas.DataFrame({**keys, "output": 1000, "output_unit": "t", f"修正:altitude:{header}": [cell]})
        limits.append(eb.assess(meters, outputs, document="gb-16780-2021").results["level_3"].iloc[0])
    assert limits == pytest.approx([117 * 1.0330] * 4, rel=1e-4)


def test_a_correction_out_of_range_is_a_problem_of_its_row() -> None:
    keys = {"plant": ["high"], "period": [2025], "product": ["cement-clinker"]}
    meters = pandas.DataFrame({**keys, "carrier": "原煤", "amount": 100, "unit": "t"})
    outputs = pandas.DataFrame({**keys, "output": 1000, "output_unit": "t", "修正:altitude:altitude_m": ["20000"]})
    answer = eb.assess(meters, outputs, document="gb-16780-2021")
    problem = answer.problems.iloc[0]
    assert (problem["table"], problem["row"], problem["column"]) == ("outputs", 0, "correction:altitude")
    assert "20000" in problem["message"]
    assert answer.results["class"].isna().all()


def test_one_correction_under_two_headers_is_a_problem_of_the_rows_that_fill_both() -> None:
    keys = {"plant": ["both", "one"], "period": [2025, 2025], "product": ["cement", "cement"]}
    meters = pandas.DataFrame({**keys, "carrier": "标准煤", "amount": 98, "unit": "tce"})
    columns = {
        "correction:clinker-ratio:clinker_percent": [80, None],
        "correction:gb-16780-2021/clinker-ratio:clinker_percent": [80, 80],
        "correction:altitude": ["base", "base"],
    }
    outputs = pandas.DataFrame({**keys, "output": 1000, "output_unit": "t", **columns})
    answer = eb.assess(meters, outputs, document="gb-16780-2021")
    (problem,) = answer.problems.to_dict("records")
    assert (problem["row"], problem["column"]) == (0, "correction:clinker-ratio")
    assert "given twice, as 'clinker-ratio' and 'gb-16780-2021/clinker-ratio'" in problem["message"]
    assert answer.results["class"].isna().tolist() == [True, False]
    assert answer.results["level_3"].tolist()[1] == 100.0
