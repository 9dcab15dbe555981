"""A plugin of pytest: it runs the tests once, then the faults of drawn.json, each in a process of its own.

A fault meets the tests that call its function, the fastest first, until one fails. One that takes four times the
time of its tests, and five seconds more, is noticed as well.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import re
import signal
import sys
from importlib import import_module
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import pytest

_SURVIVED = 9
_failed: list[str] = []


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Run the tests as they are, and then with one fault after the other."""
    tests_of = _tests_by_function(session.items)
    drawn: list[str] = json.loads(Path("drawn.json").read_text("utf-8"))
    noticed = [key for key in drawn if _is_noticed(key, tests_of.get(re.sub(r"__mutmut_\d+$", "", key), []))]
    Path("noticed.json").write_text(json.dumps(noticed), encoding="utf-8")
    # A test that was left out is no failure of the run.
    session.testsfailed = 0
    return True


def _tests_by_function(items: list[pytest.Item]) -> dict[str, list[tuple[float, pytest.Item]]]:
    # mutmut's wrapper takes frames of its own, and some tests go as deep as Python lets them.
    sys.setrecursionlimit(4 * sys.getrecursionlimit())
    called: set[str] = set()

    def note(name: str, caller: str | None = None) -> None:  # noqa: ARG001 - mutmut names the caller too
        called.add(name)

    # mutmut is there only where faults are tried.
    trampoline: Any = import_module("mutmut.mutation.trampoline")
    trampoline.record_trampoline_hit = note
    os.environ["MUTANT_UNDER_TEST"] = "stats"
    tests_of: dict[str, list[tuple[float, pytest.Item]]] = {}
    for item in items:
        _forget()
        called.clear()
        start = process_time()
        # A test of the place that a warning names sees the wrapper of mutmut around each function.
        if failures := _failures(item):
            print(f"left out, since it fails without a fault: {item.nodeid}", *failures, sep="\n")
            continue
        for name in called:
            tests_of.setdefault(name, []).append((process_time() - start, item))
    return tests_of


def _is_noticed(key: str, tests: list[tuple[float, pytest.Item]]) -> bool:
    child = os.fork()
    if child == 0:
        os.environ["MUTANT_UNDER_TEST"] = key
        _forget()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        signal.setitimer(signal.ITIMER_PROF, 4 * sum(seconds for seconds, _ in tests) + 5)
        os._exit(_SURVIVED if all(_passes(item) for _, item in sorted(tests, key=lambda one: one[0])) else 0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != _SURVIVED


def _forget() -> None:
    """Empty the caches of the package but those of its tables, which are slow to read, unless the fault is there.

    The registry of units stays: it is one object, and quantities of another one are foreign to it.
    """
    caches = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]
    caches = [one for one in caches if one.__name__ != "_built"]
    of_tables = ".tables." in os.environ["MUTANT_UNDER_TEST"]
    for one in caches:
        room = one.__module__.split(".")[:2]
        if room[0] == "energybench" and (of_tables or room != ["energybench", "tables"]):
            one.cache_clear()


def _passes(item: pytest.Item) -> bool:
    return not _failures(item)


def _failures(item: pytest.Item) -> list[str]:
    _failed.clear()
    item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
    return [*_failed]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed:
        _failed.append(report.longreprtext)
