"""What a fault changes: the code of functions, or plain data; and how to put it into the running interpreter."""

from __future__ import annotations

import gc
import re
import sys
import types
from functools import _lru_cache_wrapper
from typing import Any

#: Modules whose answers depend on no module that is tested here.
BELOW = ("energybench.tables", "energybench.tables.own_rows", "energybench.tables.rows", "energybench.tables.names")
#: What may be changed in place of a module's data.
PLAIN = (str, int, float, tuple, list, dict, frozenset, re.Pattern)

# File, name and first line tell a function; a number tells apart those that share them.
Key = tuple[str, str, int, int]
Codes = dict[Key, types.CodeType]


def functions(code: types.CodeType) -> Codes:
    """Return the code of every function of a module or class body, not of those within functions."""
    found: Codes = {}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            if constant.co_flags & 0x0001:  # a function; a class body is not optimized
                name = named(constant)
                found[(*name, sum(key[:3] == name for key in found))] = constant
            else:
                found |= functions(constant)
    return found


def named(code: types.CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def lines_of(code: types.CodeType) -> set[int]:
    """Return the lines of a function and of those within, but for its head, which runs when it is made."""
    found = {line for _, _, line in code.co_lines() if line}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= lines_of(constant)
    return found - {code.co_firstlineno} or {code.co_firstlineno}


def _body(code: types.CodeType) -> tuple[Any, ...]:
    """Return what a module or class body does beside making its functions."""
    kept = []
    for constant in code.co_consts:
        if not isinstance(constant, types.CodeType):
            kept.append(repr(constant))
        elif not constant.co_flags & 0x0001:
            kept.append(repr(_body(constant)))
    return code.co_code, code.co_names, tuple(kept)


def changed(original: types.CodeType, changed: types.CodeType) -> Codes | None:
    """Return the functions that differ, or None where more than the code of functions does."""
    before, after = functions(original), functions(changed)
    if before.keys() != after.keys() or _body(original) != _body(changed):
        return None
    different = {key: code for key, code in after.items() if code != before[key]}
    if any(code.co_freevars != before[key].co_freevars for key, code in different.items()):
        return None
    return different


def changed_data(dotted: str, faulty: types.CodeType) -> dict[str, Any]:
    """Return the plain data of a module that a fault changes; nothing where it changes something else."""
    live = vars(sys.modules[dotted])
    fresh: dict[str, Any] = {key: live[key] for key in ("__name__", "__file__", "__package__", "__spec__")}
    try:
        exec(faulty, fresh)  # noqa: S102 - our own module
    except Exception:  # noqa: BLE001 - then the import fails too, and a child of its own shows it
        return {}
    return {
        name: value
        for name, value in fresh.items()
        if isinstance(value, PLAIN) and name in live and type(value) is type(live[name]) and value != live[name]
    }


def put(dotted: str, name: str, value: Any) -> None:
    """Give a name of a module another value, everywhere: a dictionary keeps its identity, others have its entries."""
    old = vars(sys.modules[dotted])[name]
    modules = [module for module in list(sys.modules.values()) if hasattr(module, "__dict__")]
    if not isinstance(old, dict):
        for module in modules:
            if vars(module).get(name) is old:
                setattr(module, name, value)
        return
    tables = [
        table
        for module in modules
        if module.__name__.startswith("energybench")
        for table in list(vars(module).values())
        if isinstance(table, dict) and table is not vars(module)
    ]
    for key, entry in list(old.items()):
        for table in tables:
            if key in value and table.get(key) is entry:
                table[key] = value[key]
    old.clear()
    old.update(value)


def live_functions(codes: Codes) -> dict[Key, list[types.FunctionType]]:
    """Return the functions of the running interpreter that were made from some code."""
    # Two codes may be equal but for their file.
    keys = {(code, code.co_filename): key for key, code in codes.items()}
    found: dict[Key, list[types.FunctionType]] = {}
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType):
            key = keys.get((thing.__code__, thing.__code__.co_filename))
            if key is not None:
                found.setdefault(key, []).append(thing)
    return found


def caches() -> list[Any]:
    """Return every cache of the package but those of the tables: an answer may be that of the code before."""
    return [
        thing
        for thing in gc.get_objects()
        if isinstance(thing, _lru_cache_wrapper)
        and str(thing.__module__).startswith("energybench")
        and thing.__module__ not in BELOW
    ]
