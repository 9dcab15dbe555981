"""What a table says does not depend on how it is written: order, split rows, types of columns, kind of frame."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy
import pandas
import pyarrow  # type: ignore[import-untyped]
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import energybench as eb
from expect import each
from frame_tables import (
    FURNACE,
    AnyTables,
    Group,
    any_tables,
    meters,
    outputs,
    portfolios,
    rows_of,
    same,
    tables_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = st.integers(0, 2**16)


def shuffled(table: pandas.DataFrame, seed: int) -> pandas.DataFrame:
    """Return the rows of a table in another order; each keeps its label."""
    return table.sample(frac=1.0, random_state=seed)


def assert_same_results(one: pandas.DataFrame, other: pandas.DataFrame, scale: float = 1.0) -> None:
    """Expect the same answer row by row: texts alike, figures to what the order of a sum can move."""
    assert list(one.columns) == list(other.columns)
    for row, again in zip(rows_of(one), rows_of(other), strict=True):
        for name, cell in row.items():
            if isinstance(cell, float) and isinstance(again[name], float):
                largest = max(abs(value) for value in row.values() if isinstance(value, float))
                assert same(cell, again[name], scale * largest), name
            else:
                assert cell == again[name], name


# Order ----------------------------------------------------------------------------------------------------


@given(portfolios(most=4), SEED)
@settings(max_examples=30)
def test_the_order_of_rows_is_irrelevant(groups: list[Group], seed: int) -> None:
    meter_table, output_table = tables_of(groups)
    before = eb.assess(meter_table, output_table)
    after = eb.assess(shuffled(meter_table, seed), shuffled(output_table, seed + 1))
    assert_same_results(before.results, after.results.sort_values("row").reset_index(drop=True))
    assert_same_results(before.energy, after.energy.sort_values("row").reset_index(drop=True))


@given(any_tables(), SEED)
@settings(max_examples=35)
def test_the_order_of_rows_is_irrelevant_to_their_problems(tables: AnyTables, seed: int) -> None:
    before = eb.assess(tables.meters, tables.outputs)
    after = eb.assess(shuffled(tables.meters, seed), shuffled(tables.outputs, seed + 1))
    assert after.counts == before.counts
    ordered = after.problems.sort_values(["table", "row"]).reset_index(drop=True)
    place = ["table", "row", "column", "value", "reason"]
    assert ordered[place].to_dict("records") == before.problems[place].to_dict("records")
    again = after.results.sort_values("row").reset_index(drop=True)
    assert [str(level) for level in again["class"]] == [str(level) for level in before.results["class"]]


@given(portfolios(most=3), SEED)
@settings(max_examples=15)
def test_the_order_of_columns_is_irrelevant(groups: list[Group], seed: int) -> None:
    one, other = tables_of(groups)
    turned = [table.sample(frac=1.0, axis="columns", random_state=seed) for table in (one, other)]
    assert_same_results(eb.assess(one, other).results, eb.assess(*turned).results)


# Splitting ------------------------------------------------------------------------------------------------


@given(portfolios(most=3), st.data(), st.sampled_from([Fraction(1, 2), Fraction(1, 3), Fraction(7, 5), Fraction(0)]))
@settings(max_examples=30)
def test_a_reading_in_two_rows_is_the_same_reading(groups: list[Group], data: st.DataObject, part: Fraction) -> None:
    """Two meters instead of one; even one that ran backwards."""
    number = data.draw(st.integers(0, len(groups) - 1))
    group = groups[number]
    place = data.draw(st.integers(0, len(group.readings) - 1))
    reading = group.readings[place]
    assume(not isinstance(reading.amount, str))
    # Beside a flow a negative amount is refused.
    assume(part <= 1 or reading.flow is None)
    whole = float(reading.amount)
    first = float(Fraction(whole) * part)
    halves = (replace(reading, amount=first), replace(reading, amount=whole - first))
    split = replace(group, readings=(*group.readings[:place], *group.readings[place + 1 :], *halves))
    before = eb.assess(*tables_of(groups)).results
    after = eb.assess(*tables_of([*groups[:number], split, *groups[number + 1 :]])).results
    assert after["readings"].sum() == before["readings"].sum() + 1
    assert_same_results(before.drop(columns="readings"), after.drop(columns="readings"), scale=10)


def test_a_meter_taken_in_and_out_again_adds_nothing() -> None:
    plain = eb.assess(meters(), outputs()).results
    extra = [{"carrier": "电", "amount": 5, "unit": "万kWh", "flow": flow} for flow in ("in", "out")]
    more = eb.assess(meters({}, *extra), outputs()).results
    assert same(more["tce"].iloc[0], plain["tce"].iloc[0])
    assert more["class"].tolist() == plain["class"].tolist()


# Types of columns -----------------------------------------------------------------------------------------


def _tables() -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """Return tables with gaps, repeated texts, bad rows and every optional column."""
    readings = meters(
        {"flow": "in"},
        {"carrier": "electricity", "amount": 120.5, "unit": "万kWh", "flow": "in"},
        {"carrier": "electricity", "amount": 1.25, "unit": "万kWh", "flow": "out"},
        {"carrier": "天然气", "amount": 90, "unit": "万m3", "ncv": 35.6, "ncv_unit": "MJ/m3"},
        {"carrier": "木屑", "amount": 10, "unit": "t", "coefficient": 0.5, "coefficient_unit": "kgce/kg"},
        {"plant": "乙厂", "carrier": "原煤", "amount": 2500},
        {"plant": "乙厂", "carrier": "原媒"},
        {"plant": "丙厂", **FURNACE, "furnace_capacity": None, "carrier": "电", "amount": 600, "unit": "kWh"},
        {"plant": "丁厂", "amount": None},
        {"plant": "己厂", "unit": None},
    ).drop(columns=["furnace_capacity", "furnace_capacity_unit"])
    made = outputs(
        {"design_capacity": 1, "design_capacity_unit": "Mt/a", "output_value": 3.5},
        {"plant": "乙厂"},
        {"plant": "丙厂", **FURNACE, "output": 1},
        {"plant": "丁厂"},
        {"plant": "戊厂", "output": None},
    )
    return readings, made


TEXTS = ["plant", "product", "carrier", "unit", "flow", "ncv_unit", "coefficient_unit", "output_unit"]
TEXTS += ["furnace_capacity_unit", "design_capacity_unit"]
NUMBERS = ["amount", "ncv", "coefficient", "output", "furnace_capacity", "design_capacity", "output_value"]


def _texts_as(kind: Any) -> Callable[[pandas.DataFrame], pandas.DataFrame]:
    return lambda table: table.astype({name: kind for name in TEXTS if name in table})


def _numbers_as(kind: Any) -> Callable[[pandas.DataFrame], pandas.DataFrame]:
    return lambda table: table.astype({name: kind for name in NUMBERS if name in table})


def _cells_as(change: Callable[[Any], Any]) -> Callable[[pandas.DataFrame], pandas.DataFrame]:
    def changed(table: pandas.DataFrame) -> pandas.DataFrame:
        return table.assign(
            **{
                name: pandas.Series(
                    [None if pandas.isna(cell) else change(cell) for cell in table[name]], table.index, object
                )
                for name in NUMBERS
                if name in table
            }
        )

    return changed


def _unused_categories(table: pandas.DataFrame) -> pandas.DataFrame:
    """Make every text a category among entries that no row has, good ones and bad ones."""
    names = [name for name in [*TEXTS, "period"] if name in table]
    many = ["gibberish", "furlong", "t", "柴油", "sideways", "电解铝", 2024, "1e5"]
    return table.assign(
        **{
            name: pandas.Categorical(
                table[name], [*many, *(cell for cell in table[name].dropna().unique() if cell not in many)]
            )
            for name in names
        }
    )


KINDS: dict[str, Callable[[pandas.DataFrame], pandas.DataFrame]] = {
    "object": lambda table: table.astype(object),
    "text as string[python]": _texts_as("string[python]"),
    "text as string[pyarrow]": _texts_as("string[pyarrow]"),
    "text as Arrow": _texts_as(pandas.ArrowDtype(pyarrow.string())),
    "text as large Arrow": _texts_as(pandas.ArrowDtype(pyarrow.large_string())),
    "text as Arrow dictionary": _texts_as(pandas.ArrowDtype(pyarrow.dictionary(pyarrow.int32(), pyarrow.string()))),
    "text as category": _texts_as("category"),
    "category of unused entries": _unused_categories,
    "numbers as Float64": _numbers_as("Float64"),
    "numbers as Arrow doubles": _numbers_as(pandas.ArrowDtype(pyarrow.float64())),
    "numbers as Arrow decimals": _numbers_as(pandas.ArrowDtype(pyarrow.decimal128(20, 4))),
    "numbers as categories": _numbers_as("category"),
    "numbers as sparse": _numbers_as(pandas.SparseDtype(float)),
    "numbers as text": _cells_as(str),
    "numbers as full-width text": _cells_as(
        lambda cell: str(cell).translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    ),
    "numbers with separators": _cells_as(lambda cell: f"{cell:,}"),
    "numbers as Decimal": _cells_as(lambda cell: Decimal(str(cell))),
    "numbers as numpy scalars": _cells_as(numpy.float64),
    "period as text": lambda table: table.astype({"period": str}),
    "period as float": lambda table: table.astype({"period": float}),
    "period as small integer": lambda table: table.astype({"period": "int16"}),
    "period as nullable integer": lambda table: table.astype({"period": "Int64"}),
    "period as Arrow": lambda table: table.astype({"period": pandas.ArrowDtype(pyarrow.int32())}),
    "convert_dtypes": lambda table: table.convert_dtypes(),
    "convert_dtypes to Arrow": lambda table: table.convert_dtypes(dtype_backend="pyarrow"),
    "pyarrow table": pyarrow.Table.from_pandas,
    "pyarrow table of dictionaries": lambda table: pyarrow.Table.from_pandas(_texts_as("category")(table)),
    "pyarrow table in chunks": lambda table: pyarrow.concat_tables(
        pyarrow.Table.from_pandas(table).slice(start, 2) for start in range(0, len(table), 2)
    ),
}

# What a cell is called in a problem follows its type: 35.6 and Decimal("35.6") read alike, 2023 and 2023.0 do not.
_TYPED = ["value", "message"]


def _comparable(answer: eb.Assessment) -> tuple[list[Any], list[Any], list[Any]]:
    """Return everything that the type of the columns given cannot change."""
    given = [*meters().columns, *outputs().columns, *TEXTS, *NUMBERS]
    worked = [
        table.drop(columns=[name for name in given if name in table and name not in ("unit", "coefficient")])
        for table in (answer.result_frame, answer.lines.frame())
    ]
    problems = answer.problem_frame.drop(columns=_TYPED)
    return rows_of(worked[0]), [{**row, "unit": None} for row in rows_of(worked[1])], rows_of(problems)


@each("change", KINDS.values(), ids=KINDS)
def test_the_type_of_a_column_is_irrelevant(change: Callable[[pandas.DataFrame], Any]) -> None:
    readings, made = _tables()
    plain = eb.assess(readings, made)
    assert plain.counts == {"meters": 10, "used": 7, "problems": 3, "totals": 0, "outputs": 5, "classified": 2}
    changed = eb.assess(change(readings), change(made))
    assert changed.counts == plain.counts
    for one, other in zip(_comparable(plain), _comparable(changed), strict=True):
        assert one == other


@given(any_tables())
@settings(max_examples=30)
def test_texts_as_categories_are_the_texts(tables: AnyTables) -> None:
    """Categories are read by entry and not by row, which must not show."""
    texts = [table.astype({name: str for name in table if name in TEXTS}) for table in (tables.meters, tables.outputs)]
    categories = [table.astype({name: "category" for name in table if name in TEXTS}) for table in texts]
    one, other = (eb.assess(*some) for some in (texts, categories))
    assert one.counts == other.counts
    assert one.problems.to_dict("records") == other.problems.to_dict("records")
    assert [str(level) for level in one.results["class"]] == [str(level) for level in other.results["class"]]


# Polars ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("texts", ["String", "Categorical", "Enum"])
def test_a_polars_frame_is_its_pandas_frame(texts: str) -> None:
    polars = pytest.importorskip("polars")
    readings, made = _tables()
    plain = eb.assess(readings, made)
    frames = []
    for table in (readings, made):
        frame = polars.from_pandas(table)
        for name in [column for column in TEXTS if column in frame.columns]:
            kind = {
                "String": polars.String,
                "Categorical": polars.Categorical,
                "Enum": polars.Enum(frame[name].drop_nulls().unique().to_list()),
            }[texts]
            frame = frame.with_columns(polars.col(name).cast(kind))
        frames.append(frame)
    changed = eb.assess(*frames)
    assert changed.counts == plain.counts
    for one, other in zip(_comparable(plain), _comparable(changed), strict=True):
        assert one == other


@given(portfolios(most=3))
@settings(max_examples=10)
def test_any_portfolio_is_the_same_from_polars(groups: list[Group]) -> None:
    polars = pytest.importorskip("polars")
    tables = [table.astype({"period": str}) for table in tables_of(groups)]
    tables[0]["amount"] = tables[0]["amount"].astype(str)
    texts = [table.assign(period=table["period"].str.strip()) for table in tables]
    frames = [polars.from_pandas(table) for table in texts]
    assert_same_results(eb.assess(*texts).results, eb.assess(*frames).result_frame)
