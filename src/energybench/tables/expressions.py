"""Formulas in cells: names, numbers, + - * / **, comparisons and six functions; nothing else is read or run.

An expression is parsed and checked when its table is read. It is computed node by node, never by ``eval``, and works
on whatever its values work with: floats, fractions, arrays.
"""

from __future__ import annotations

import ast
import operator
import warnings
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any

from energybench.errors import TableError, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LONGEST_EXPRESSION = 400

#: The functions that an expression may call, and how many arguments each takes.
FUNCTIONS = {"where": 3, "clip": 3, "linear": 2, "class_of": 2, "stated": 2, "pressure": 1}

_COMPARISONS: dict[type, tuple[Callable[..., Any], str]] = {
    ast.Lt: (operator.lt, "less than"),
    ast.LtE: (operator.le, "at most"),
    ast.Gt: (operator.gt, "more than"),
    ast.GtE: (operator.ge, "at least"),
}
_OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    # A power of two whole numbers may be without end: as floats it overflows.
    ast.Pow: lambda base, exponent: base ** float(exponent) if isinstance(exponent, int) else base**exponent,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    **{kind: compare for kind, (compare, _) in _COMPARISONS.items()},
}


@lru_cache(1024)
def parse(text: str, *, comparison: bool = False) -> ast.expr:
    """Parse an expression, or a comparison of two, and refuse what the language does not have."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "1or x" is refused here, and Python would only warn of it
            node = ast.parse(text[: LONGEST_EXPRESSION + 1].strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _refused(text, text) from error
    if len(text) > LONGEST_EXPRESSION:
        raise TableError(f"{quoted(text)} is too long", quoted(text), f"Use at most {LONGEST_EXPRESSION} characters")
    _check(node, text, comparison=comparison)
    return node


def parse_conditions(text: str) -> tuple[ast.Compare, ...]:
    parts = [parse(part, comparison=True) for part in text.split(";")] if text else []
    return tuple(part for part in parts if isinstance(part, ast.Compare))


def _check(node: ast.expr, text: str, *, comparison: bool = False) -> None:
    parts: list[ast.expr] = []
    match node:
        case ast.Compare(left, [sign], [right]) if comparison and type(sign) in _COMPARISONS:
            parts = [left, right]
        case ast.BinOp(left, operation, right) if not comparison and type(operation) in _OPERATORS:
            parts = [left, right]
        case ast.UnaryOp(operation, operand) if not comparison and type(operation) in _OPERATORS:
            parts = [operand]
        case ast.Call(ast.Name(name), arguments, []) if not comparison and FUNCTIONS.get(name) == len(arguments):
            parts = arguments[1:] if name == "where" else arguments
            if name == "where":
                _check(arguments[0], text, comparison=True)
        case ast.Constant(int() | float() as number) if not comparison and type(number) is not bool:
            if not isfinite(number):
                raise _refused(ast.unparse(node), text)
        case ast.Name(name) if not comparison and name not in FUNCTIONS:
            pass
        case _:
            raise _refused(ast.unparse(node), text)
    for part in parts:
        _check(part, text)


def _refused(part: str, text: str) -> TableError:
    calls = ", ".join(f"{name}()" for name in FUNCTIONS)
    fix = f"Use names, numbers, + - * / **, {calls}; where() begins with a comparison, and a condition is one"
    return TableError(f"{quoted(part)} in {quoted(text)} cannot be read as a formula", quoted(part), fix)


def names(node: ast.expr) -> frozenset[str]:
    return frozenset(part.id for part in ast.walk(node) if isinstance(part, ast.Name)) - FUNCTIONS.keys()


def sides(node: ast.Compare) -> tuple[ast.expr, str, ast.expr]:
    """Return the two sides of a comparison, and in words what the first must be: ``"at most"``."""
    return node.left, _COMPARISONS[type(node.ops[0])][1], node.comparators[0]


def evaluate(node: ast.expr, values: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> Any:
    match node:
        case ast.Constant(value):
            return value
        case ast.Name(name):
            return values[name]
        case ast.UnaryOp(sign, operand):
            return _OPERATORS[type(sign)](evaluate(operand, values, functions))
        case ast.BinOp(left, sign, right) | ast.Compare(left, [sign], [right]):
            return _OPERATORS[type(sign)](evaluate(left, values, functions), evaluate(right, values, functions))
        case ast.Call(ast.Name(name), arguments):
            return functions[name](*(evaluate(argument, values, functions) for argument in arguments))
    raise _refused(ast.unparse(node), ast.unparse(node))
