"""A plugin of pytest: it runs the tests once, then the faults of drawn.json, each in a process of its own.

A fault meets the tests that call its function, the fastest first, until one fails. One that takes four times the
time of its tests, and five seconds more, is noticed as well. The process that is copied for each has run no test:
polars and pyarrow start threads, and a copy of a process with threads waits for them for ever.
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

if TYPE_CHECKING:
    import pytest

_SURVIVED = 9
_failed: list[str] = []


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Run the tests as they are, and then with one fault after the other."""
    os.environ["MUTANT_UNDER_TEST"] = "stats"
    # mutmut's wrapper takes frames of its own, and some tests go as deep as Python lets them.
    sys.setrecursionlimit(4 * sys.getrecursionlimit())
    if (child := os.fork()) == 0:
        Path("tests_of.json").write_text(json.dumps(_tests_by_function(session.items)), encoding="utf-8")
        os._exit(0)
    os.waitpid(child, 0)
    found: dict[str, list[tuple[float, int]]] = json.loads(Path("tests_of.json").read_text("utf-8"))
    tests_of = {name: [(seconds, session.items[place]) for seconds, place in some] for name, some in found.items()}
    drawn: list[str] = json.loads(Path("drawn.json").read_text("utf-8"))
    noticed: list[str] = []
    for key in drawn:
        if _is_noticed(key, tests_of.get(re.sub(r"__mutmut_\d+$", "", key), [])):
            noticed.append(key)
        else:
            print(f"no test notices {key}", flush=True)
    Path("noticed.json").write_text(json.dumps(noticed), encoding="utf-8")
    # A test that was left out is no failure of the run.
    session.testsfailed = 0
    return True


def _tests_by_function(items: list[pytest.Item]) -> dict[str, list[tuple[float, int]]]:
    """Return the time and the place of the tests that call each function."""
    called: set[str] = set()

    def note(name: str, caller: str | None = None) -> None:  # noqa: ARG001 - mutmut names the caller too
        called.add(name)

    # mutmut is there only where faults are tried.
    trampoline: Any = import_module("mutmut.mutation.trampoline")
    trampoline.record_trampoline_hit = note
    within = float(os.environ["MUTATION_WITHIN"])
    tests_of: dict[str, list[tuple[float, int]]] = {}
    for place, item in enumerate(items):
        _forget()
        called.clear()
        start = process_time()
        # A test of the place that a warning names sees the wrapper of mutmut around each function.
        if failures := _failures(item):
            print(f"left out, since it fails without a fault: {item.nodeid}", *failures, sep="\n")
            continue
        seconds = process_time() - start
        for name in called if seconds <= within else ():
            tests_of.setdefault(name, []).append((seconds, place))
    return tests_of


def _is_noticed(key: str, tests: list[tuple[float, pytest.Item]]) -> bool:
    child = os.fork()
    if child == 0:
        os.environ["MUTANT_UNDER_TEST"] = key
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        signal.setitimer(signal.ITIMER_PROF, 4 * sum(seconds for seconds, _ in tests) + 5)
        os._exit(_SURVIVED if all(_passes(item) for _, item in sorted(tests, key=lambda one: one[0])) else 0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != _SURVIVED


def _forget() -> None:
    """Empty the caches of the package but those of its tables, which are slow to read.

    The registry of units stays: it is one object, and quantities of another one are foreign to it.
    """
    caches = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]
    for one in caches:
        room = one.__module__.split(".")[:2]
        if room[0] == "energybench" and room[1:] != ["tables"] and one.__name__ != "_built":
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
