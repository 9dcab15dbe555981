"""Formulas in cells: what the language has, what it refuses, and that nothing else runs."""

from __future__ import annotations

import ast
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energybench import tables
from energybench.errors import TableError, quoted
from energybench.tables.expressions import (
    FUNCTIONS,
    LONGEST_EXPRESSION,
    evaluate,
    names,
    parse,
    parse_conditions,
    sides,
)
from energybench.tables.store import check_file
from expect import each, refused

if TYPE_CHECKING:
    from conftest import WriteTable

GIVEN = {"where": lambda condition, a, b: a if condition else b, "clip": lambda x, low, high: min(max(x, low), high)}


def _value(text: str, **values: Any) -> Any:
    return evaluate(parse(text), values, GIVEN)


@each(
    ("text", "expected"),
    [
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("-x ** 2", -9.0),
        ("+x / 2 - 0.5", 1.0),
        ("2 ** -1", 0.5),
        ("where(x > 3, 1, 2)", 2),
        ("where(x >= 3, 1, 2)", 1),
        ("where(x < 3, 1, 2)", 2),
        ("where(x <= 3, 1, 2)", 1),
        ("clip(x * 10, 0, x + 2)", 5),
        ("clip(x, 0, 2) + 1", 3),
        ("1e3 * x", 3000.0),
    ],
)
def test_arithmetic_is_that_of_the_page(text: str, expected: float) -> None:
    assert _value(text, x=3) == expected


@each(
    "text",
    [
        *(
            "",
            " ",
            "1 +",
            "x y",
            "x = 1",
            "x := 1",
            "import os",
            "lambda: 1",
            "[1, 2]",
            "(1, 2)",
            "{1}",
            "x[0]",
            "x.real",
        ),
        *(
            "'text'",
            "f'{x}'",
            "True",
            "None",
            "1j",
            "1e999",
            "...",
            "not x",
            "~x",
            "x % 2",
            "x // 2",
            "x @ x",
            "x and x",
        ),
        *(
            "x > 2",
            "where(x, 1, 2)",
            "where(x > 1 > 0, 1, 2)",
            "where(x == 1, 1, 2)",
            "where(x > 1, 2)",
            "clip(x > 1, 0, 1)",
        ),
        *(
            "1 + (x > 2)",
            "where(x in x, 1, 2)",
            "clip(x, 0)",
            "clip(*x)",
            "clip(x, 0, high=1)",
            "where",
            "x + clip",
            "abs(x)",
        ),
        *(
            "eval(x)",
            "__import__(x)",
            "x()()",
            "x.clip(0, 1, 2)",
            "x if x > 1 else 2",
            "-" * 398 + "[]",
            "\x00",
            "1or x",
            "'\\d'",
        ),
    ],
)
def test_anything_else_is_refused_when_it_is_read(text: str) -> None:
    with refused(TableError, "table", f" in {quoted(text)} cannot be read as a formula", "Use names, numbers"):
        parse(text)


def test_a_formula_has_an_end() -> None:
    assert evaluate(parse("-" * (LONGEST_EXPRESSION - 1) + "1"), {}, {}) == -1
    with refused(TableError, "table", "too long", str(LONGEST_EXPRESSION)):
        parse("1" + "+1" * LONGEST_EXPRESSION)
    with pytest.raises(OverflowError):
        _value("9 ** 9 ** 9 ** 9")


def test_only_the_six_functions_may_be_called() -> None:
    assert set(FUNCTIONS) == {"where", "clip", "linear", "class_of", "stated", "pressure"}
    assert names(parse("where(a > b, linear(c, d), pressure(e)) + e")) == {"a", "b", "c", "d", "e"}
    with refused(TableError, "table", "'[1]'"):
        evaluate(ast.parse("[1]", mode="eval").body, {}, {})


def test_floats_fractions_and_arrays_go_through_one_expression() -> None:
    assert _value("(x + 1) / 3", x=Fraction(1, 2)) == Fraction(1, 2)
    assert _value("(x + 1) / 3", x=np.array([2.0, 5.0])).tolist() == [1.0, 2.0]
    assert _value("x ** 2", x=Fraction(1, 2)) == 0.25


def test_a_condition_is_a_comparison_and_several_stand_behind_each_other() -> None:
    first, second = parse_conditions("a >= 0.9 * b; a + b <= 100")
    assert [ast.unparse(part) for part in (sides(first)[0], sides(first)[2], sides(second)[0])] == [
        "a",
        "0.9 * b",
        "a + b",
    ]
    assert (sides(first)[1], sides(second)[1]) == ("at least", "at most")
    assert parse_conditions("") == ()
    for text in ("a", "a > b > c", "a >= b;", "a == b"):
        with refused(TableError, "table", "cannot be read as a formula"):
            parse_conditions(text)


@pytest.mark.parametrize(
    ("table", "cells", "column"),
    [
        ("correction_formulas", {"id": "a/b", "kind": "factor", "expression": "open(x)"}, "expression"),
        ("correction_parameters", {"id": "a/b/c", "comparator": ">=", "default": "[]"}, "default"),
        ("correction_parameters", {"id": "a/b/c", "comparator": ">=", "condition": "x"}, "condition"),
    ],
)
def test_a_file_of_own_rows_is_refused_with_the_cell(
    write_table: WriteTable, table: str, cells: dict[str, str], column: str
) -> None:
    path = write_table(table, cells)
    with refused(TableError, "table", f"own.csv row 2: {column}: "):
        tables.use(path)
    assert [f"row 2: {column}: " in error.message for error in check_file(path)[2]] == [True]


@given(st.text(alphabet="abx019.+-*/<>=()[]{},;:'\"_ wherclip", max_size=30))
def test_any_text_is_a_formula_or_an_error_of_ours(text: str) -> None:
    try:
        parse(text)
    except TableError:
        return
    allowed = (ast.Constant, ast.Name, ast.UnaryOp, ast.BinOp, ast.Compare, ast.Call, ast.operator, ast.unaryop)
    assert all(isinstance(part, (*allowed, ast.cmpop, ast.expr_context)) for part in ast.walk(parse(text)))
