"""Enum columns of polars as one number, and back."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import pytest
from energybench.frames.lazy.packing import PACKED, make_packing
from energybench.frames.lazy.source import grouped, join_small
from hypothesis import given
from hypothesis import strategies as st

polars: Any = pytest.importorskip("polars")

PLANTS, PERIODS = ("甲厂", "乙厂", ""), ("2023", "2024")


def lazy(rows: list[tuple[str | None, str | None, float]], **kinds: Any) -> Any:
    """Return readings as a lazy frame of Enum columns."""
    types = {"plant": polars.Enum(PLANTS), "period": polars.Enum(PERIODS), "amount": polars.Float64, **kinds}
    frame = polars.DataFrame(
        rows, schema=dict.fromkeys(types, polars.String) | {"amount": polars.Float64}, orient="row"
    )
    return nw.from_native(frame.cast(types).lazy())


rows = st.lists(
    st.tuples(st.sampled_from([*PLANTS, None]), st.sampled_from([*PERIODS, None]), st.just(1.0)), max_size=30
)


@given(rows)
def test_equal_cells_have_equal_numbers_and_come_back(rows: list[tuple[str | None, str | None, float]]) -> None:
    frame = lazy(rows)
    packing = make_packing(frame, ["plant", "period"])
    assert packing is not None
    packed = packing.pack(frame)
    numbers = packed.select(PACKED).collect()[PACKED].to_list()
    assert len(set(zip(numbers, rows, strict=True))) == len(set(numbers)) == len(set(rows))
    back = packing.unpack(packed.select(PACKED))
    assert back.collect_schema()["plant"] == frame.collect_schema()["plant"]
    assert back.collect().to_native().rows() == [row[:2] for row in rows]


@given(rows)
def test_groups_are_those_of_the_texts(rows: list[tuple[str | None, str | None, float]]) -> None:
    keys, sums = ["plant", "period"], [nw.col("amount").sum(), nw.len().alias("rows")]
    by_number = grouped(lazy(rows), keys, sums)
    by_text = grouped(lazy(rows, plant=polars.String), keys, sums)
    assert {row[:2]: row[2:] for row in plain(by_number)} == {row[:2]: row[2:] for row in plain(by_text)}


def plain(frame: Any) -> list[tuple[Any, ...]]:
    native = frame.collect().to_native()
    return list(native.select("plant", "period", "amount", "rows").rows())


def test_nothing_meets_nothing_in_a_join() -> None:
    large = lazy([("甲厂", "2023", 1.0), (None, "2023", 2.0), ("乙厂", "2024", 3.0)])
    small = nw.from_native(
        polars.LazyFrame({"plant": ["甲厂", None], "period": ["2023", "2023"], "factor": [10.0, 20.0]})
    )
    joined = join_small(large, small, ["plant", "period"]).sort("amount").collect()
    assert joined["factor"].to_list() == [10.0, None, None]
    assert set(joined.columns) == {"plant", "period", "amount", "factor"}


@pytest.mark.parametrize(("count", "kind"), [(65_535, "UInt32"), (65_536, "Int64")])
def test_many_categories_have_wider_numbers(count: int, kind: str) -> None:
    many = [f"{number}" for number in range(count)]
    last = (many[-1], many[-1], 1.0)
    first = (many[0], None, 1.0)
    frame = lazy([last, first], plant=polars.Enum(many), period=polars.Enum(many))
    packing = make_packing(frame, ["plant", "period"])
    assert packing is not None
    packed = packing.pack(frame)
    assert str(packed.collect_schema()[PACKED]) == kind
    assert packing.unpack(packed.select(PACKED)).collect().to_native().rows() == [last[:2], first[:2]]


def test_texts_a_single_column_and_more_than_can_be_counted_are_not_packed() -> None:
    frame = lazy([], plant=polars.String)
    assert make_packing(frame, ["plant", "period"]) is None
    assert make_packing(lazy([]), ["plant"]) is None
    many: Any = polars.Enum([f"{number}" for number in range(70_000)])
    wide = nw.from_native(polars.LazyFrame(schema=dict.fromkeys("abcd", many)))
    assert make_packing(wide, ["a", "b", "c"]) is not None
    assert make_packing(wide, ["a", "b", "c", "d"]) is None
