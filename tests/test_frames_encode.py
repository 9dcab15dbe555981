"""Columns become codes and floats: what each kind of cell is read as, one value at a time."""

from __future__ import annotations

import math
import sys
from datetime import date
from decimal import Decimal
from typing import Any

import numpy
import pandas
import pyarrow  # type: ignore[import-untyped]
import pytest

from energybench.frames import encode as module
from energybench.frames.encode import (
    Coded,
    cell_text,
    clean_text,
    combine,
    decode,
    encode,
    encode_each,
    encode_if_there,
    fold,
    is_blank,
    is_missing,
    none_used,
    plain_cells,
    recode,
    texts_of,
    to_floats,
    to_number,
    unit_of,
    with_plain_cells,
    with_units_of_cells,
    without_blanks,
)

HUGE = 10**400
FILES = Coded(numpy.array([1, 0, 2, 1]), ["a", "b"])


def objects(*cells: Any) -> pandas.Series[Any]:
    return pandas.Series(list(cells), dtype=object)


def arrow(kind: Any, *cells: Any) -> pandas.Series[Any]:
    return pandas.Series(list(cells), dtype=pandas.ArrowDtype(kind))


def not_utf8() -> Any:
    offsets = pyarrow.array([0, 1, 2, 2], pyarrow.int32()).buffers()[1]
    valid = pyarrow.py_buffer(bytes([0b011]))
    return pyarrow.Array.from_buffers(pyarrow.string(), 3, [valid, offsets, pyarrow.py_buffer(b"a\xff")])


def cells_of(coded: Coded) -> list[Any]:
    return [[*coded.distinct, None][code] for code in coded.codes]


# Codes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "codes", "distinct"),
    [
        (pandas.Series(["b", "a", "b", None], dtype="category"), [1, 0, 1, 2], ["a", "b"]),
        (pandas.Series([date(2023, 1, 2), None], dtype="category"), [0, 1], [date(2023, 1, 2)]),
        (pandas.Series(["b", "a", "b", None]), [0, 1, 0, 2], ["b", "a"]),
        (pandas.Series(["b", "a", "b"]), [0, 1, 0], ["b", "a"]),
        (arrow(pyarrow.string(), "b", None), [0, 1], ["b"]),
        (pandas.concat([arrow(pyarrow.string(), *"ba"), arrow(pyarrow.string(), *"ac")]), [0, 1, 1, 2], [*"bac"]),
        (arrow(pyarrow.int64(), 5, None, 5), [0, 1, 0], [5]),
        (arrow(pyarrow.list_(pyarrow.int64()), [1], None), [0, 1], ["[1]"]),
        (pandas.Series([2, None, 2], dtype="Int64"), [0, 1, 0], [2]),
        (pandas.Series([1.5, math.nan]), [0, 1], [1.5]),
        (objects("b", None, "b"), [0, 1, 0], ["b"]),
        (objects(), [], []),
        (objects(None, math.nan, pandas.NA), [0, 0, 0], []),
    ],
)  # fmt: skip
def test_a_column_is_coded_by_its_distinct_values_with_null_last(
    column: pandas.Series[Any], codes: list[int], distinct: list[Any]
) -> None:
    coded = encode(column)
    assert (coded.codes.tolist(), coded.distinct) == (codes, distinct)


def test_a_category_of_dates_keeps_its_dates() -> None:
    stamp = pandas.Timestamp("2023-01-02")
    assert encode(pandas.Series([stamp], dtype="datetime64[ns]").astype("category")).distinct == [stamp]


def test_cells_that_python_takes_for_equal_stay_apart() -> None:
    assert encode(objects(1, True, 0, False, "1", None, 1.0)).distinct == [1, "True", 0, "False", "1"]


def test_a_cell_that_is_no_key_is_told_by_how_it_is_written() -> None:
    assert cells_of(encode(objects([1], "a", [1], {"x": 2}, None))) == ["[1]", "a", "[1]", "{'x': 2}", None]


def test_numbers_and_dates_among_texts_stay_as_they_are() -> None:
    cells = ["a", 1, 2.5, Decimal("1.5"), date(2023, 1, 2), 1j, int(sys.float_info.max)]
    assert encode(objects(*cells, True)).distinct == [*cells, "True"]


def test_a_number_beyond_all_floats_among_others_is_a_text() -> None:
    largest = 2 * int(sys.float_info.max)
    texts = encode(objects(largest, "a", -largest)).distinct
    assert [text[:7] for text in texts] == ["3595386", "a", "-359538"]
    assert [text[-17:] for text in texts] == [" (309 characters)", "a", " (310 characters)"]


def test_a_signalling_nan_is_a_text() -> None:
    one = Decimal(1)
    assert cells_of(encode(objects(Decimal("sNaN"), one, None))) == ["Decimal('sNaN')", one, None]
    assert cells_of(encode(objects(Decimal("sNaN"), "a"))) == ["Decimal('sNaN')", "a"]


def test_bytes_that_are_no_utf8_become_the_replacement_character() -> None:
    assert texts_of(not_utf8()) == ["a", "\ufffd", None]
    assert texts_of(pyarrow.array(["a", None])) == ["a", None]
    series: Any = pandas.Series(pandas.arrays.ArrowExtensionArray(not_utf8()))
    assert cells_of(encode(series)) == ["a", "\ufffd", None]


@pytest.mark.parametrize(("categories", "kind"), [(126, "int8"), (127, "int16")])
def test_null_gets_a_code_of_its_own_in_the_smallest_type_that_holds_it(categories: int, kind: str) -> None:
    column = pandas.Series(
        pandas.Categorical.from_codes([0, -1, categories - 1], pandas.Index(map(str, range(categories))))
    )
    coded = encode(column)
    assert coded.codes.tolist() == [0, categories, categories - 1]
    assert coded.codes.dtype == kind


@pytest.mark.parametrize("long", [1, 1 << 16])
def test_several_columns_are_coded_by_name(monkeypatch: pytest.MonkeyPatch, long: int) -> None:
    monkeypatch.setattr(module, "_LONG", long)
    table = pandas.DataFrame({"a": ["x", "y"], "b": ["z", "z"], "c": [1, 2]})
    assert {name: cells_of(one) for name, one in encode_each(table, ("b", "a")).items()} == {"b": [*"zz"], "a": [*"xy"]}


def test_a_column_that_a_table_lacks_is_empty_in_every_row() -> None:
    table = pandas.DataFrame({"a": ["x", "y"]})
    assert cells_of(encode_if_there(table, "a")) == ["x", "y"]
    assert cells_of(encode_if_there(table, "b")) == ["", ""]


def test_a_table_of_values_has_that_of_null_last() -> None:
    table = FILES.table([5, 6], -1, numpy.int8)
    assert (table.tolist(), table.dtype.name) == ([5, 6, -1], "int8")
    assert FILES.table(["x", None], ()).tolist() == ["x", None, ()]


def test_a_function_is_called_once_for_each_distinct_value() -> None:
    seen: list[str] = []
    mapped = FILES.map(lambda text: seen.append(text) or text.upper(), "")  # type: ignore[func-returns-value]
    assert (mapped.tolist(), seen) == (["B", "A", "", "B"], ["a", "b"])
    assert FILES.map(len, 9, numpy.int16).dtype == numpy.int16


@pytest.mark.parametrize(
    ("places", "cells", "distinct"),
    [
        ([0, 3], ["b", "b"], ["a", "b"]),
        ([2], [None], []),
        ([3], ["b"], ["b"]),
        ([0, 2, 1], ["b", None, "a"], ["a", "b"]),
    ],
)
def test_few_rows_keep_only_their_own_values(places: list[int], cells: list[Any], distinct: list[Any]) -> None:
    some = FILES.rows(numpy.array(places))
    assert (cells_of(some), some.distinct) == (cells, distinct)


# Combinations ---------------------------------------------------------------------------------------------


def test_combinations_are_numbered_in_the_order_of_their_first_row() -> None:
    code, cells = combine([FILES, Coded(numpy.array([0, 0, 1, 0]), ["x"])])
    assert code.tolist() == [0, 1, 2, 0]
    assert cells == [("b", "x"), ("a", "x"), (None, None)]


@pytest.mark.parametrize("odd", range(40))
def test_more_combinations_than_an_integer_counts_stay_apart(odd: int) -> None:
    same, other = (Coded(numpy.array(codes), ["a", "b", "c"]) for codes in ([1, 1, 1, 1], [0, 2, 1, 0]))
    code, cells = combine([other if place == odd else same for place in range(40)])
    assert code.tolist() == [0, 1, 2, 0]
    assert [one[odd] for one in cells] == ["a", "c", "b"]


# Columns that pandas cannot work with ---------------------------------------------------------------------


def test_plain_cells_keep_their_rows_and_types() -> None:
    column = pandas.Series([Decimal("sNaN"), None, pandas.NA, [1], 2], [5, 5, 1, 0, 3], dtype=object)
    plain = plain_cells(column)
    assert plain.tolist() == ["Decimal('sNaN')", None, None, "[1]", 2]
    assert (plain.index.tolist(), str(plain.dtype)) == ([5, 5, 1, 0, 3], "object")
    assert plain_cells(pandas.Series([1, 2])).dtype == object


def test_only_columns_that_pandas_cannot_read_become_plain() -> None:
    listed = arrow(pyarrow.list_(pyarrow.int64()), [1], None)
    table = pandas.DataFrame(
        {
            "list": listed,
            "nan": objects(Decimal("sNaN"), 1),
            "text": arrow(pyarrow.large_string(), "a", None),
            "short": arrow(pyarrow.string(), "a", None),
            "number": arrow(pyarrow.int64(), 1, None),
            "object": objects([1], 2),
        }
    )
    plain = with_plain_cells(table)
    assert [name for name in table if plain[name].dtype != table[name].dtype] == ["list"]
    assert plain["list"].tolist() == ["[1]", None]
    # Older versions of pandas read such a number.
    assert [str(cell).removeprefix("Decimal('").removesuffix("')") for cell in plain["nan"]] == ["sNaN", "1"]
    assert plain["object"].tolist() == [[1], 2]
    rest = table.drop(columns=["list", "nan"])
    assert with_plain_cells(rest) is rest


# Texts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("distinct", [["a", "b", None], ["a", "b", ""]])
def test_texts_come_back_as_pandas_has_them(distinct: list[str | None]) -> None:
    decoded = decode(numpy.array([2, 0, 0]), distinct)
    assert [cell or "" for cell in pandas.Series(decoded).fillna("")] == ["", "a", "a"]


def test_no_text_at_all_is_still_text() -> None:
    kind = pandas.Series([""]).dtype
    assert pandas.Series(decode(numpy.array([], int), [])).dtype == kind
    assert pandas.Series(decode(numpy.array([0]), [None])).dtype == kind


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (2023, "2023"),
        (2023.0, "2023"),
        (numpy.float32(2023), "2023"),
        (2023.5, "2023.5"),
        (numpy.float64(2023.5), "2023.5"),
        (" 2023 ", "2023"),
        (date(2023, 1, 2), "2023-01-02"),
        (pandas.Timestamp("2023-01-02"), "2023-01-02"),
        (pandas.Timestamp("2023-01-02 12:00"), "2023-01-02T12:00:00"),
        (math.inf, "inf"),
        (True, "True"),
    ],
)
def test_a_cell_as_text(cell: Any, text: str) -> None:
    assert clean_text(cell) == text


def test_a_number_of_too_many_digits_is_named() -> None:
    assert clean_text(10**5000) == "<int with too many digits to be written>"


def test_values_of_the_same_text_are_folded_and_an_empty_one_is_none() -> None:
    column = Coded(numpy.array([0, 4, 1, 2, 3, 5]), [2023, " ", "2023 ", "2022", 2023.0])
    texts, positions = fold(column)
    assert (texts, positions.tolist(), positions.dtype.name) == (["2023", "2022"], [0, 2, 0, 1, 0, 2], "int64")
    assert cells_of(recode(column)) == ["2023", "2023", None, "2023", "2022", None]
    assert recode(column).distinct == ["2023", "2022"]


def test_texts_are_folded_by_any_function() -> None:
    column = Coded(numpy.array([0, 1, 2]), ["Aa", "aA"])
    assert fold(column, str.lower)[0] == ["aa"]
    assert cells_of(recode(column, str.lower)) == ["aa", "aa", None]


# Numbers --------------------------------------------------------------------------------------------------

NAN = math.nan


@pytest.mark.parametrize(
    ("column", "floats"),
    [
        (pandas.Series([1, 2]), [1, 2]),
        (pandas.Series([1, None], dtype="Int64"), [1, NAN]),
        (arrow(pyarrow.int64(), 1, None), [1, NAN]),
        (pandas.Series([True, False]), [NAN, NAN]),
        (pandas.Series([True, None], dtype="boolean"), [NAN, NAN]),
        (pandas.Series([1j, 2]), [NAN, NAN]),
        (pandas.Series(["1,200.5", "1200 t", " 3 ", None, "x", "", "１２"]), [1200.5, NAN, 3, NAN, NAN, NAN, 12]),
        (objects(1, True, "2", None, Decimal("1.5"), [1]), [1, NAN, 2, NAN, 1.5, NAN]),
        (pandas.Series(["1", "2"], dtype="category"), [1, 2]),
    ],
)
def test_a_column_as_floats(column: pandas.Series[Any], floats: list[float]) -> None:
    read = to_floats(column)
    assert read.dtype == numpy.float64
    assert numpy.array_equal(read, floats, equal_nan=True)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (2, 2),
        (" 1,200.5 ", 1200.5),
        ("1e400", math.inf),
        (Decimal("2.5"), 2.5),
        ("1200 t", NAN),
        ("1，200", NAN),
        (True, NAN),
        (numpy.True_, NAN),
        (None, NAN),
        (HUGE, NAN),
        (Decimal("sNaN"), NAN),
    ],
)
def test_a_cell_as_a_number(cell: Any, number: float) -> None:
    assert numpy.array_equal(to_number(cell), number, equal_nan=True)


def _read(amounts: list[Any], units: list[Any] | None = None) -> tuple[list[Any], list[Any], list[float]]:
    """Return amounts and units as cells, and the amounts as floats."""
    table = pandas.DataFrame({"amount": amounts, "other": 1} | ({} if units is None else {"unit": units}))
    table.index = pandas.Index([7] * len(table))
    values = to_floats(table["amount"])
    read = with_units_of_cells(table, values, "amount", "unit")
    assert read.index.tolist() == table.index.tolist()
    assert set(read) - {"unit"} == {"amount", "other"}
    amount, unit = ([None if is_missing(cell) else cell for cell in read.get(name, [])] for name in ("amount", "unit"))
    return amount, unit, values.tolist()


def test_a_number_with_its_unit_fills_an_empty_unit() -> None:
    assert _read(["5", "1,200 t"], [None, ""]) == (["5", 1200], [None, "t"], [pytest.approx(5), 1200])
    assert _read(["5", "1,200 t"]) == (["5", 1200], [None, "t"], [5, 1200])


def test_a_number_with_the_unit_of_its_row_is_read() -> None:
    assert _read(["7 kg", "8t"], ["千克", " t "]) == ([7, 8], ["kg", "t"], [7, 8])


@pytest.mark.parametrize("unit", ["t", "bananas", [1, 2], 5])
def test_a_number_with_another_unit_than_its_row_is_left(unit: Any) -> None:
    amounts, units, values = _read(["3 kg", "4 m3"], [unit, None])
    assert (amounts, units) == (["3 kg", 4], [unit, "m3"])
    assert numpy.array_equal(values, [NAN, 4], equal_nan=True)


@pytest.mark.parametrize("cell", ["5", None, "x", "5 bananas", "1，200 t", "t", [1], 1j, HUGE])
def test_a_table_without_a_unit_in_a_cell_is_the_same_table(cell: Any) -> None:
    table = pandas.DataFrame({"amount": objects(cell, 1), "unit": ["t", None]})
    assert with_units_of_cells(table, to_floats(table["amount"]), "amount", "unit") is table


def test_a_text_that_is_no_unit_has_none() -> None:
    assert unit_of("千克") == unit_of("kg") is not None
    assert unit_of("bananas") is None


# Nothing in a cell ----------------------------------------------------------------------------------------


def test_white_space_alone_is_no_cell() -> None:
    number = pandas.Series([1, 2, 3])
    table = pandas.DataFrame({"a": ["x", "\u3000 ", None], "b": ["x", "-", None], "n": number, "left": [" ", "", "a"]})
    clean = without_blanks(table, ["b", "a", "lacking", "n"])
    assert clean["a"].dropna().tolist() == ["x"]
    assert clean["left"].tolist() == [" ", "", "a"]
    assert clean["n"].dtype == number.dtype
    assert without_blanks(table, ["b", "n"]) is table


NOTHING = [None, math.nan, numpy.float32("nan"), pandas.NA, pandas.NaT, Decimal("NaN"), Decimal("sNaN")]


@pytest.mark.parametrize("cell", NOTHING, ids=repr)
def test_a_cell_that_holds_nothing(cell: Any) -> None:
    assert is_missing(cell) is True
    assert (cell_text(cell), is_blank(cell)) == ("", True)


@pytest.mark.parametrize("cell", [0, 0.0, "", "nan", Decimal(1), date(2023, 1, 2), math.inf, [math.nan]], ids=repr)
def test_a_cell_that_holds_something(cell: Any) -> None:
    assert is_missing(cell) is False
    assert cell_text(cell) == str(cell)


def test_a_dash_and_no_text_are_what_people_write_for_nothing() -> None:
    assert [text for text in ("", " - ", "无", "——", "0", "x", 0, "- -") if is_blank(text)] == ["", " - ", "无", "——"]


def test_none_used_is_an_amount_of_nought() -> None:
    table = pandas.DataFrame({"amount": ["5", "-", None, " ", "x"], "unit": ["-", "t", "t", "t", "t"]})
    assert none_used(table)["amount"].tolist() == ["5", 0, 0, 0, "x"]
    assert none_used(table)["unit"].tolist() == ["-", "t", "t", "t", "t"]
    full = table.iloc[[0, 4]]
    assert none_used(full) is full
