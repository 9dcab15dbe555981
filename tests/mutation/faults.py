"""The faults of a module: those that can make a difference, and how each is written down."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path

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


def generate(folder: Path, file: str) -> list[str]:
    """Return the faults of a file that can make a difference: the names that mutmut gives them."""
    from mutmut.mutation.file_mutation import mutate_file_contents
    from mutmut.utils.format_utils import get_mutant_name

    os.chdir(folder)
    made = mutate_file_contents(file, (folder / file).read_text("utf-8"))
    functions = {node.name: node for node in ast.walk(ast.parse(made.code)) if isinstance(node, ast.FunctionDef)}
    return sorted(
        get_mutant_name(Path(file), name)
        for name in made.mutant_names
        if tells(functions[re.sub(r"_\d+$", "_orig", name)], functions[name])
    )


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
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip():
        return node.value.removeprefix("XX").removesuffix("XX").casefold()
    if isinstance(node, ast.Constant):
        return repr(node.value)
    return type(node).__name__ + repr([value for _, value in ast.iter_fields(node) if isinstance(value, str)])


def describe(key: str, diff: str) -> str:
    """Return a fault by its function and the line that it changes, so that a line above moves nothing.

    >>> describe("a.b.xǁCurveǁat__mutmut_7", "--- a\\n+++ a\\n     x = 1\\n-    return 1\\n+    return 2\\n")
    '`Curve.at`: `return 1` -> `return 2`'
    """
    function = re.sub(r"__mutmut_\d+$", "", key.rpartition(".")[2])
    function = function.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
    old, new = (
        " ".join(line[1:].strip() for line in diff.splitlines() if line.startswith(sign) and line[1:3] != sign * 2)
        for sign in "-+"
    )
    return f"`{function}`: `{old}` -> `{new}`"
