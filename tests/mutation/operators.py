"""The faults: each changes a module's syntax tree in one place, and says in one line how.

Left alone: docstrings, annotations, ``if TYPE_CHECKING`` blocks, decorators, the arguments of errors and warnings
(numbers and words of a message), text inside f-strings, ``strict=`` of ``zip`` (an assertion of our own).
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from functools import partial
from operator import delitem, setitem
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitXor: (ast.BitOr,),
}
#: Words that have an opposite: names of functions, methods and options.
OPPOSITES = {
    word: other
    for pair in (
        *("min max", "any all", "startswith endswith", "removeprefix removesuffix", "lstrip rstrip", "lower upper"),
        *("minimum maximum", "left right", "ones zeros", "argmin argmax", "nanmin nanmax", "partition rpartition"),
    )
    for word, other in (pair.split(), pair.split()[::-1])
}
#: Calls whose arguments are words for a reader.
MESSAGES = ("Error", "Warning", "did_you_mean", "warn", "refused")
#: A text with so many spaces is words for a reader.
WORDS = 1
#: As much of the code around a fault is shown.
ENOUGH = 24
#: Functions of a module that only write a message.
MESSENGERS = ("_unknown", "_how_to_choose", "_shown", "_needs")


Path = tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Mutant:
    """One fault: where it is and what it is; ``change`` puts it into a tree of the module."""

    line: int
    what: str
    change: Callable[[ast.Module], ast.AST]

    def __str__(self) -> str:
        return f"{self.line}: {self.what}"


def mutants(source: str) -> Iterator[Mutant]:
    """Yield every mutant of a module."""
    original = ast.parse(source)
    for path in list(_places(original, ())):
        node = _follow(original, path)
        in_message = _messages(original, path)
        place, shown = _shown_at(original, path)
        within, rest = _follow(original, shown), path[len(shown) :]
        before = _one_line(within)
        for number, (kind, _) in enumerate(_changes(node, in_message)):
            change = partial(_put, path=path, number=number, in_message=in_message)
            after = _one_line(_put(copy.deepcopy(within), path=rest, number=number, in_message=in_message))
            yield Mutant(_line(original, path), f"{place}: {kind} {_difference(before, after)}", change)


def _put(tree: ast.AST, path: Path, number: int, in_message: bool) -> ast.AST:
    """Make one of the changes of a place, and return the tree, or what now stands in place of it."""
    node = _follow(tree, path)
    put = [change for _, change in _changes(node, in_message)][number]()
    if isinstance(put, ast.AST):
        ast.copy_location(put, node)
        if not path:
            return put
        _replace(tree, path, put)
    return ast.fix_missing_locations(tree)


def _shown_at(tree: ast.Module, path: Path) -> tuple[str, Path]:
    """Return the names of what a place stands in, and the place to show: large enough to be recognised."""
    node: ast.AST = tree
    chain: list[ast.AST] = [tree]
    for name, index in path:
        value = getattr(node, name)
        node = value if index is None else value[index]
        chain.append(node)
    names = [step.name for step in chain if isinstance(step, ast.FunctionDef | ast.ClassDef)]
    length = len(path)
    while length and isinstance(chain[length], ast.expr | ast.keyword) and len(_one_line(chain[length])) < ENOUGH:
        if isinstance(chain[length - 1], ast.FunctionDef | ast.Module | ast.ClassDef | ast.If | ast.For):
            break
        length -= 1
    return ".".join(names) or "module", path[:length]


def _line(tree: ast.Module, path: Path) -> int:
    """Return the line of a place; an ``if`` of a comprehension has that of what it stands in."""
    lines = [getattr(_follow(tree, path[:length]), "lineno", 0) for length in range(len(path), 0, -1)]
    return next(filter(None, lines), 0)


def _one_line(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _difference(before: str, after: str) -> str:
    """Show two texts, cut around what differs."""
    start = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    end = next((i for i, (a, b) in enumerate(zip(before[::-1], after[::-1], strict=False)) if a != b), 0)
    cut = [max(0, start - ENOUGH)] + [min(len(text), max(len(text) - end, start) + ENOUGH) for text in (before, after)]
    texts = [
        ("..." if cut[0] else "") + text[cut[0] : stop] + ("..." if stop < len(text) else "")
        for text, stop in zip((before, after), cut[1:], strict=True)
    ]
    return f"`{texts[0]}` -> `{texts[1]}`"


def _follow(tree: ast.AST, path: Path) -> ast.AST:
    for name, index in path:
        value = getattr(tree, name)
        tree = value if index is None else value[index]
    return tree


def _replace(tree: ast.AST, path: Path, node: ast.AST) -> None:
    parent = _follow(tree, path[:-1])
    name, index = path[-1]
    if index is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[index] = node


def _places(node: ast.AST, path: Path) -> Iterator[Path]:
    """Yield the path of every node that may be changed."""
    yield path
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases", "type_params"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if isinstance(child, ast.AST) and not _left_alone(node, name, child):
                yield from _places(child, (*path, (name, index)))


def _left_alone(parent: ast.AST, name: str, child: ast.AST) -> bool:
    if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
        return True
    if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
        return True  # a docstring
    if isinstance(parent, ast.JoinedStr) and isinstance(child, ast.Constant):
        return True
    if isinstance(parent, ast.FormattedValue) and name == "format_spec":
        return True
    if isinstance(parent, ast.Assign) and ast.unparse(parent.targets[0]) == "__all__":
        return True
    if isinstance(parent, ast.Call) and ast.unparse(parent.func) in ("TypeVar", "ParamSpec", "cast"):
        return True
    if isinstance(child, ast.keyword) and child.arg == "strict":
        return True
    return isinstance(parent, ast.Call) and name in ("args", "keywords") and _writes_message(parent)


def _writes_message(call: ast.Call) -> bool:
    return ast.unparse(call.func).rpartition(".")[2].endswith(MESSAGES)


def _messages(tree: ast.Module, path: Path) -> bool:
    """Say whether a place stands in a function that only writes a message."""
    node: ast.AST = tree
    for name, index in path:
        value = getattr(node, name)
        node = value if index is None else value[index]
        if isinstance(node, ast.FunctionDef) and node.name.startswith(MESSENGERS):
            return True
    return False


Change = tuple[str, "Callable[[], ast.AST | None]"]


def _changes(node: ast.AST, in_message: bool) -> Iterator[Change]:
    """Yield the ways to change one node: a new node to put in its place, or a change within."""
    match node:
        case ast.Compare():
            for index, operator in enumerate(node.ops):
                for comparison in COMPARISONS[type(operator)]:
                    yield "comparison", partial(setitem, node.ops, index, comparison())
        case ast.BinOp() | ast.AugAssign():
            for operation in ARITHMETIC.get(type(node.op), ()):
                yield "arithmetic", partial(setattr, node, "op", operation())
            if isinstance(node, ast.AugAssign):
                yield "statement", ast.Pass
        case ast.BoolOp():
            yield "logic", partial(setattr, node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
            for index in range(len(node.values)):
                yield "logic", partial(_without, node, index)
        case ast.UnaryOp():
            yield "sign", partial(getattr, node, "operand")
        case ast.If() | ast.IfExp() | ast.While():
            yield "condition", partial(setattr, node, "test", ast.UnaryOp(ast.Not(), node.test))
        case ast.comprehension():
            for index in range(len(node.ifs)):
                yield "filter", partial(setitem, node.ifs, index, ast.Constant(True))
        case ast.Constant():
            yield from _constants(node, in_message)
        case ast.Return() if node.value is not None and ast.unparse(node.value) != "None":
            yield "return", partial(setattr, node, "value", ast.Constant(None))
        case ast.Lambda():
            yield "return", partial(setattr, node, "body", ast.Constant(None))
        case ast.Raise():
            yield "statement", ast.Pass
        case ast.Expr() if isinstance(node.value, ast.Call | ast.YieldFrom | ast.Yield):
            yield "statement", ast.Pass
        case ast.Break():
            yield "statement", ast.Continue
        case ast.Continue():
            yield "statement", ast.Break
        case ast.For():
            yield "loop", partial(setattr, node, "iter", ast.Tuple([], ast.Load()))
        case ast.ExceptHandler():
            yield from _handlers(node)
        case ast.Name(id=word) | ast.Attribute(attr=word) if word in OPPOSITES and isinstance(node.ctx, ast.Load):
            yield "opposite", partial(setattr, node, "id" if isinstance(node, ast.Name) else "attr", OPPOSITES[word])
        case ast.Call() if not _writes_message(node):
            for index, keyword in enumerate(node.keywords):
                if keyword.arg not in (None, "strict"):
                    yield "argument left out", partial(delitem, node.keywords, index)


def _without(node: ast.BoolOp, index: int) -> ast.AST:
    rest = node.values[:index] + node.values[index + 1 :]
    return rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _constants(node: ast.Constant, in_message: bool) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield "constant", partial(setattr, node, "value", not value)
    elif isinstance(value, int | float):
        for other in (value + 1, value - 1):
            yield "number", partial(setattr, node, "value", other)
    elif isinstance(value, str) and not in_message and value.count(" ") < WORDS:
        yield "text", partial(setattr, node, "value", OPPOSITES.get(value, f"XX{value}"))


def _handlers(node: ast.ExceptHandler) -> Iterator[Change]:
    """Catch one kind of error less."""
    never = ast.Name("StopAsyncIteration", ast.Load())
    if isinstance(node.type, ast.Tuple):
        for index in range(len(node.type.elts)):
            yield "handler", partial(setitem, node.type.elts, index, never)
    elif node.type is not None:
        yield "handler", partial(setattr, node, "type", never)
