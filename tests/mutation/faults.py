"""The faults of a module: those that can make a difference, and how each is written down."""

from __future__ import annotations

import ast
import re
from difflib import SequenceMatcher
from importlib import import_module
from typing import Any

_CACHES = {"cache", "cached", "lru_cache"}


def caches_below(source: str) -> str:
    r"""Return a module with each cache set below its function: mutmut passes over what is decorated.

    >>> print(caches_below("@lru_cache(8)\ndef one():\n    return 1"))
    <BLANKLINE>
    def one():
        return 1
    one = lru_cache(8)(one)
    """
    lines = source.splitlines()
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    for node in sorted(functions, key=lambda node: -(node.end_lineno or 0)):
        called = [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]
        if len(called) == 1 and isinstance(called[0], ast.Name) and called[0].id in _CACHES:
            cache = ast.unparse(node.decorator_list[0])
            lines.insert(node.end_lineno or 0, f"{' ' * node.col_offset}{node.name} = {cache}({node.name})")
            lines[node.decorator_list[0].lineno - 1] = ""
    return "\n".join([*lines, ""])


def generate(source: str, module: str) -> tuple[str, dict[str, str]]:
    """Return a module with all faults beside its functions, and each that can make a difference as it is written."""
    # mutmut is there only where faults are tried.
    made: Any = import_module("mutmut.mutation.file_mutation").mutate_file_contents(module, caches_below(source))
    functions = {node.name: node for node in ast.walk(ast.parse(made.code)) if isinstance(node, ast.FunctionDef)}
    lines = made.code.splitlines()
    faults: dict[str, str] = {}
    for name in made.mutant_names:
        pair = functions[re.sub(r"_\d+$", "_orig", name)], functions[name]
        if tells(*pair):
            bodies = (lines[one.body[0].lineno - 1 : one.end_lineno] for one in pair)
            faults[f"{module}.{name}"] = describe(name, *bodies)
    return made.code, faults


def tells(old: ast.FunctionDef, new: ast.FunctionDef) -> bool:
    """Say whether a fault is one of the body and not of the words of a sentence alone.

    mutmut hands every argument over, so that a default of a signature is never tried; ``test_language`` compares
    the words of every sentence with their table.

    >>> body = "def f(a={}):\\n    return {}"
    >>> one, default, code, words, shout = (
    ...     ast.parse(body.format(*each)).body[0]
    ...     for each in [(1, "'no'"), (2, "'no'"), (1, "'XXnoXX'"), (1, "'of use'"), (1, "'OF USE'")]
    ... )
    >>> tells(one, default), tells(words, shout), tells(one, code), tells(one, words)
    (False, False, True, True)
    """
    if len(old.body) != len(new.body):
        return True
    before, after = ([_folded(node) for part in one.body for node in ast.walk(part)] for one in (old, new))
    return before != after


def _folded(node: ast.AST) -> str:
    """Return a node with the words of a sentence as mutmut's changes leave them alike."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
        return node.value.removeprefix("XX").removesuffix("XX").casefold()
    if isinstance(node, ast.Constant):
        return repr(node.value)
    return type(node).__name__ + repr([value for _, value in ast.iter_fields(node) if isinstance(value, str)])


def describe(name: str, old: list[str], new: list[str]) -> str:
    """Return a fault by its function and the lines that it changes, so that a line above moves nothing.

    >>> describe("xǁCurveǁat__mutmut_7", ["    x = 1", "    return 1"], ["    x = 1", "    return 2"])
    '`Curve.at`: `return 1` -> `return 2`'
    """
    function = re.sub(r"__mutmut_\d+$", "", name).removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
    changes = [one for one in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if one[0] != "equal"]
    before = " ".join(line.strip() for _, start, end, _, _ in changes for line in old[start:end])
    after = " ".join(line.strip() for *_, start, end in changes for line in new[start:end])
    return f"`{function}`: `{before}` -> `{after}`"
