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
    """Parse an expression, or a comparison of two, and refuse what the language does not have.

    >>> evaluate(parse("where(a > 2, a ** 2, -a) / 2"), {"a": 4.0}, {"where": lambda c, x, y: x if c else y})
    8.0
    """
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
    """Parse comparisons that are separated by semicolons."""
    parts = [parse(part, comparison=True) for part in text.split(";")] if text else []
    return tuple(part for part in parts if isinstance(part, ast.Compare))


def _check(node: ast.expr, text: str, *, comparison: bool = False) -> None:
    parts: list[ast.expr] = []
    if isinstance(node, ast.Compare):
        good = comparison and len(node.ops) == 1 and type(node.ops[0]) in _OPERATORS
        parts = [node.left, *node.comparators]
    elif comparison:
        good = False
    elif isinstance(node, ast.Constant):
        good = type(node.value) in (int, float) and isfinite(node.value)  # type: ignore[arg-type]
    elif isinstance(node, ast.BinOp):
        good, parts = type(node.op) in _OPERATORS, [node.left, node.right]
    elif isinstance(node, ast.UnaryOp):
        good, parts = type(node.op) in _OPERATORS, [node.operand]
    elif isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        good = FUNCTIONS.get(name) == len(node.args) and not node.keywords
        if good and name == "where":
            _check(node.args[0], text, comparison=True)
        parts = node.args[1:] if name == "where" else node.args
    else:
        good = isinstance(node, ast.Name) and node.id not in FUNCTIONS
    if not good:
        raise _refused(ast.unparse(node), text)
    for part in parts:
        _check(part, text)


def _refused(part: str, text: str) -> TableError:
    calls = ", ".join(f"{name}()" for name in FUNCTIONS)
    return TableError(
        f"{quoted(part)} in {quoted(text)} cannot be read as a formula",
        quoted(part),
        f"Use names, numbers, + - * / **, {calls}; where() begins with a comparison, and a condition is one",
    )


def names(node: ast.expr) -> frozenset[str]:
    """Return the names of the values that an expression needs."""
    return frozenset(part.id for part in ast.walk(node) if isinstance(part, ast.Name)) - FUNCTIONS.keys()


def sides(node: ast.Compare) -> tuple[ast.expr, str, ast.expr]:
    """Return the two sides of a comparison, and in words what the first must be.

    >>> left, words, right = sides(parse_conditions("own_use_kwh <= 100")[0])
    >>> ast.unparse(left), words, ast.unparse(right)
    ('own_use_kwh', 'at most', '100')
    """
    return node.left, _COMPARISONS[type(node.ops[0])][1], node.comparators[0]


def evaluate(node: ast.expr, values: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> Any:
    """Compute a checked expression."""
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
