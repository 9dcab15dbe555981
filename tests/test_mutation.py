"""The tool that puts faults into modules makes them where it should, and its list of survivors is current."""

from __future__ import annotations

import ast

import pytest

from mutation import operators, runner, survivors

SOURCE = '''
"""A docstring with 1 number."""
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    LIMIT = 5

def add(one: int, other: int = 2) -> int | None:
    """Add 1."""
    if one < other and other != 0:
        raise ValueError(f"{one + 1} is less than 3", "a word", 4)
    return min(one + other, 7)
'''


def test_faults_are_made_in_code_and_not_in_words() -> None:
    """No fault in the docstring, the annotations, the message, or what only a type checker reads."""
    assert [str(fault) for fault in operators.mutants(SOURCE)] == [
        "7: add: number `one: int, other: int=2` -> `one: int, other: int=3`",
        "7: add: number `one: int, other: int=2` -> `one: int, other: int=1`",
        "9: add: condition `if one < other and other != 0: raise ValueError(f'{on...`"
        " -> `if not (one < other and other != 0): raise ValueError(f'{on...`",
        "9: add: logic `one < other and other != 0` -> `one < other or other != 0`",
        "9: add: logic `one < other and other != 0` -> `other != 0`",
        "9: add: logic `one < other and other != 0` -> `one < other`",
        "9: add: comparison `one < other and other != 0` -> `one <= other and other != 0`",
        "9: add: comparison `one < other and other != 0` -> `one >= other and other != 0`",
        "9: add: comparison `one < other and other != 0` -> `one < other and other == 0`",
        "9: add: number `...ne < other and other != 0` -> `...ne < other and other != 1`",
        "9: add: number `...ne < other and other != 0` -> `...ne < other and other != -1`",
        "10: add: statement `raise ValueError(f'{one + 1} is less than 3', 'a word', 4)` -> `pass`",
        "11: add: return `return min(one + other, 7)` -> `return None`",
        "11: add: opposite `return min(one + other, 7)` -> `return max(one + other, 7)`",
        "11: add: arithmetic `return min(one + other, 7)` -> `return min(one - other, 7)`",
        "11: add: number `return min(one + other, 7)` -> `return min(one + other, 8)`",
        "11: add: number `return min(one + other, 7)` -> `return min(one + other, 6)`",
    ]


def test_a_fault_changes_one_place_and_leaves_the_module_readable() -> None:
    before = ast.unparse(ast.parse(SOURCE)).splitlines()
    for fault in operators.mutants(SOURCE):
        changed = fault.change(ast.parse(SOURCE))
        compile(ast.unparse(changed), "faulty", "exec")
        after = ast.unparse(changed).splitlines()
        assert sum(line not in before for line in after) == 1, fault


@pytest.mark.parametrize("module", survivors.modules())
def test_every_survivor_that_is_explained_is_still_a_fault_of_its_module(module: str) -> None:
    source = (runner.SOURCES / f"{module}.py").read_text(encoding="utf-8")
    assert survivors.explained(module) - {fault.what for fault in operators.mutants(source)} == set()


def test_every_survivor_has_a_reason() -> None:
    for module in survivors.modules():
        for fault, reason in survivors.reasons(module).items():
            assert len(reason) > 10, fault
