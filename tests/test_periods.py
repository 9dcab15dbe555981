"""Periods: the same spellings are the same year, month or day in every question, and nothing else is joined."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import energybench as eb
from energybench.energy.coal_rates import read_year
from energybench.errors import OptionError, PeriodError
from energybench.frames.groups import period_key
from energybench.tables.periods import fold_period, made_up, name_of, part_of_year
from energybench.targets import cheapest_lift
from expect import each, refused

#: What a cell or an option says, and the period that it is.
SPELLINGS: list[tuple[Any, str]] = [
    *((2023, "2023"), ("2023", "2023"), (2023.0, "2023"), ("2023.0", "2023"), ("2023.00", "2023")),
    *((np.int64(2023), "2023"), (np.float64(2023), "2023"), (" 2023 ", "2023")),
    *(("2023年", "2023"), ("2023 年", "2023"), ("2023年度", "2023"), ("２０２３年", "2023"), ("２０２３", "2023")),
    *(("2023年1月", "2023-01"), ("2023年01月", "2023-01"), ("2023年１月份", "2023-01"), ("2023 年 1 月", "2023-01")),
    *(("2023年1月5日", "2023-01-05"), ("2023-01", "2023-01"), ("2023-01-05", "2023-01-05")),
    *((datetime.date(2023, 1, 5), "2023-01-05"), (pd.Timestamp("2023-01-05"), "2023-01-05")),
    *((text, "2023-01") for text in ("2023/1", "2023-1", "202301", 202301, "2023/01", "2023 年1月")),
    *(
        (text, "2023-Q1")
        for text in ("2023Q1", "2023-Q1", "2023年第一季度", "2023年一季度", "2023年1季度", "2023年1-3月")
    ),
    *((text, "2023-H1") for text in ("2023年上半年", "2023上半年", "2023H1", "2023-01~2023-06", "2023年1月至6月")),
    *((text, "2023") for text in ("2023年1月-12月", "2023年全年", "二〇二三年", "2023年1月1日-2023年12月31日")),
    *((text, "2023-01-05") for text in ("2023/1/5", "20230105", "2023-01-05 00:00:00", "2023年1月5号")),
    *(("2023年前三季度", "2023-01/2023-09"), ("2022年10月-2023年9月", "2022-10/2023-09")),
    # What may mean two things, or is of another form, is itself and nothing else.
    *((text, text) for text in ("2023.01", "2023.1", "2023-24", "23年", "FY2023", "1月", "2023-2024", "202313")),
    *((text, text) for text in ("2023年13月", "2023年2月30", "2023年2月30日", "2023.05.0", "总计", "2023年6-1月")),
    *((text, text) for text in ("2023年1月-2023年", "1月-2月")),
]
YEARS = [text for text, period in SPELLINGS if period == "2023"]
OTHERS = [text for text, period in SPELLINGS if period != "2023"]


def results(*periods: Any) -> pd.DataFrame:
    """Return a plant of aluminium in some periods, over the baseline in the first of them alone."""
    intensity = [13200.0 if number else 13500.0 for number in range(len(periods))]
    table = pd.DataFrame({"period": pd.Series(periods, dtype=object), "intensity": intensity})
    plant = [f"P{number}" for number in range(len(periods))]
    return table.assign(plant=plant, product="电解铝", unit="kWh/t", output=1.0, output_unit="t", design_capacity=1.0)


@each(("written", "period"), SPELLINGS, ids=repr)
def test_a_cell_of_a_table_is_the_period_that_it_says(written: Any, period: str) -> None:
    assert period_key(written) == period
    if isinstance(written, str):
        assert fold_period(written.strip()) == period


@each(
    ("written", "period"),
    [
        *(
            ("一月", "2023-01"),
            ("十月", "2023-10"),
            ("十 二月", "2023-12"),
            ("３月", "2023-03"),
            ("2022年9月", "2022-09"),
        ),
        *(("一季度", "2023-Q1"), ("下半年", "2023-H2"), ("1-3月", "2023-Q1"), ("全年", None), ("十三月", None)),
    ],
)
def test_a_part_of_a_year_is_of_its_own_year_or_of_the_one_given(written: str, period: str | None) -> None:
    span = part_of_year(written, "2023")
    assert (span and name_of(*span)) == period


def test_a_part_is_made_up_of_the_longest_others_that_cover_it() -> None:
    names = ["1-12月", "下半年", "上半年", "一季度", "二季度", "1月", "2月", "3月"]
    spans = {name: part_of_year(name, "2023") for name in names}
    found = made_up(spans, [])
    assert list(found) == ["一季度", "上半年", "1-12月"]
    assert found["上半年"] == (["一季度", "二季度"], {*names[3:]}, True)
    assert found["1-12月"] == (["上半年", "下半年"], {*names[1:]}, True)
    quarters = {name: part_of_year(name, "2023") for name in ("一季度", "二季度", "三季度", "四季度")}
    assert made_up(quarters, ["全年"]) == {"全年": ([*quarters], {*quarters}, True)}
    del quarters["四季度"]
    assert made_up(quarters, ["全年", "合计"]) == {"合计": ([*quarters], {*quarters}, False)}


@given(st.text("0123456789０２３.-/ 年月日度份", max_size=12))
def test_a_text_is_read_once_for_all(text: str) -> None:
    """The tables and the options have one reading, and reading twice changes nothing."""
    assert period_key(text) == fold_period(text.strip())
    assert fold_period(fold_period(text)) == fold_period(text)


@each("written", YEARS, ids=repr)
@each("cell", YEARS, ids=repr)
def test_targets_join_the_same_year_however_it_is_written(cell: Any, written: Any) -> None:
    check = eb.check_targets(results(cell, 2022), document="changji-prefecture-2022", period=written)
    assert check.period == "2023"
    assert check["10"].met is False  # only the row of 2023 is over the baseline
    alone = eb.check_targets(results(cell, written), document="changji-prefecture-2022")
    assert alone["10"].period == "2023"


@each("other", OTHERS, ids=repr)
def test_targets_join_no_month_and_no_other_text_to_a_year(other: Any) -> None:
    with pytest.raises(OptionError, match="no rows of"):
        eb.check_targets(results(other), document="changji-prefecture-2022", period=2023)
    with pytest.raises(OptionError, match="no rows of"):
        eb.check_targets(results(2023), document="changji-prefecture-2022", period=other)


@each("written", [*YEARS, "２０２３"], ids=repr)
def test_a_year_is_read_from_all_of_them(written: Any) -> None:
    assert read_year(written) == 2023


@each("written", [text for text in OTHERS if text != "２０２３"], ids=repr)
def test_a_month_is_no_year(written: Any) -> None:
    with refused(OptionError, "option", "year", "2024"):
        read_year(written)


@each(("written", "period"), [pair for pair in SPELLINGS if isinstance(pair[0], str)], ids=repr)
def test_in_force_reads_the_same_texts(written: str, period: str) -> None:
    def of(text: str) -> str:
        return eb.classify("13200 kWh/t", "电解铝", period=text).document

    try:
        expected = of(period)
    except PeriodError:
        with pytest.raises(PeriodError):
            of(written.strip())
    else:
        assert of(written.strip()) == expected


def test_the_year_of_a_deadline_is_found_in_every_spelling() -> None:
    """By default the rows of the deadline's year are compared, where there are several years."""
    table = results(2024, "2025年")
    assert eb.check_targets(table, document="changji-prefecture-2022").verdicts == (
        eb.check_targets(results(2024, 2025), document="changji-prefecture-2022").verdicts
    )


def test_a_lift_takes_the_year_in_every_spelling() -> None:
    with pytest.raises(OptionError, match="no rows of 2023-01, only of 2023, 2022"):
        cheapest_lift(results("2023年", "2022.0"), "panzhihua-2024", period="2023-01")
