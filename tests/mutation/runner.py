"""Run the tests of a module on each of its mutants, in children of one process that has everything loaded.

A fault inside a function takes the place of that function's code in the running interpreter. A fault at the top
of a module needs the module to be imported with it: its child starts without the package. Nothing is written to
disk, so no fault can be left behind.
"""

from __future__ import annotations

import ast
import gc
import importlib
import importlib.machinery
import json
import os
import resource
import signal
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import coverage
import pytest

from .operators import Mutant, mutants
from .swap import Codes, caches, changed, changed_data, functions, lines_of, live_functions, named, put

if TYPE_CHECKING:
    import types
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "energybench"
#: No mutant needs more memory than this, in bytes.
MEMORY = 8 << 30
#: Plugins that are of no use here.
OFF = ("cacheprovider", "benchmark", "xdist", "cov")
#: Exit code of a child whose tests did not see the fault at all.
WRONG_MODULE = 77


@dataclass(frozen=True)
class Module:
    """A module of the package, by its path: ``"frames/kernel"``."""

    name: str

    @property
    def file(self) -> Path:
        return SOURCES / f"{self.name}.py"

    @property
    def dotted(self) -> str:
        return "energybench." + self.name.replace("/", ".")

    def mutants(self) -> list[Mutant]:
        return list(mutants(self.file.read_text(encoding="utf-8")))

    def faulty(self, fault: Mutant) -> types.CodeType:
        """Return the code of the module with a fault."""
        tree: Any = fault.change(ast.parse(self.file.read_text(encoding="utf-8")))
        code: types.CodeType = compile(tree, str(self.file), "exec")
        return code


@dataclass(frozen=True)
class Group:
    """Modules, and the tests that are to notice their faults."""

    name: str
    modules: tuple[Module, ...]
    tests: tuple[str, ...]

    @property
    def arguments(self) -> list[str]:
        """What pytest is called with: the tests, and the examples of the modules."""
        off = [text for plugin in OFF for text in ("-p", f"no:{plugin}")]
        options = ["-x", "-q", "--tb=no", "-W", "ignore::pytest.PytestAssertRewriteWarning", *off]
        return [*options, *(str(ROOT / test) for test in self.tests), *(str(module.file) for module in self.modules)]


Fault = tuple[Module, Mutant]


@dataclass(frozen=True)
class Outcome:
    """What became of one mutant: ``killed`` by the named test, ``timeout``, or ``survived``."""

    module: str
    line: int
    what: str
    status: str
    by: str
    seconds: float


def _load_package() -> None:
    """Import every module of the package and read every table, so that no child has to."""
    for path in sorted(SOURCES.rglob("[a-z]*.py")):
        try:
            importlib.import_module(".".join(path.relative_to(SOURCES.parent).with_suffix("").parts))
        except ImportError:  # an extra that is not installed
            continue
    tables = importlib.import_module("energybench.tables")
    for name in tables.TABLES:
        tables.records(name)


@contextmanager
def _noting_calls(files: set[str], called: set[tuple[str, str, int]]) -> Iterator[None]:
    """Note which functions of some files are called."""

    def trace(frame: types.FrameType, *_: Any) -> None:
        if frame.f_code.co_filename in files:
            called.add(named(frame.f_code))

    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(None)


# Children ---------------------------------------------------------------------------------------------------


def _in_child(work: Callable[[], int]) -> tuple[int, bool]:
    """Run something in a silent child: its exit code, and whether it was stopped."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pid = os.fork()
    if pid == 0:
        status = 3
        try:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            status = work()
        except BaseException:  # noqa: BLE001 - whatever ends a child is a kill
            status = 3
        finally:
            os._exit(status)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), os.WIFSIGNALED(status)


class Session:
    """A pytest plugin: collects once, times every test, then runs the tests on one mutant after the other.

    What it leaves for :func:`try_import`: faults outside of functions, faults in functions that the import of the
    package calls, and survivors in functions that are called while tests are collected.
    """

    def __init__(self, group: Group, faults: Sequence[Fault], report: Callable[[Outcome], None]) -> None:
        self.group = group
        self.faults = faults
        self.report = report
        self.left: list[Fault] = []
        self.killers: dict[Any, list[int]] = {}
        self.files = {str(module.file) for module in group.modules}
        self.at_import: set[tuple[str, str, int]] = set()
        self.at_collection: set[tuple[str, str, int]] = set()
        with _noting_calls(self.files, self.at_import):
            _load_package()

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Iterator[None]:
        with _noting_calls(self.files, self.at_collection):
            return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        originals = {
            module: compile(module.file.read_text(encoding="utf-8"), str(module.file), "exec")
            for module in self.group.modules
        }
        codes = {key: code for original in originals.values() for key, code in functions(original).items()}
        self.functions = live_functions(codes)
        self.caches = caches()
        self._measure(session, codes)
        gc.freeze()  # what is there stays shared with the children
        for module, fault in self.faults:
            self._one(session, module, fault, originals[module])
        return True

    def _one(self, session: pytest.Session, module: Module, fault: Mutant, original: types.CodeType) -> None:
        """Try a fault in this interpreter, or leave it for one that imports the module with it."""
        faulty = module.faulty(fault)
        codes = changed(original, faulty)
        data = changed_data(module.dotted, faulty) if codes is None else {}
        if data:
            outcome, again = self._try(session, module, fault, {}, data), True
        elif codes is None or any(key not in self.functions or key[:3] in self.at_import for key in codes):
            self.left.append((module, fault))
            return
        elif codes:
            again = any(key[:3] in self.at_collection for key in codes)
            outcome = self._try(session, module, fault, codes, {})
        else:
            return
        if outcome.status == "survived" and again:
            self.left.append((module, fault))
        else:
            self.report(outcome)

    def _forget_answers(self) -> None:
        for cache in self.caches:
            cache.cache_clear()

    def _measure(self, session: pytest.Session, codes: Codes) -> None:
        """Run every test once, unchanged: what it takes and which functions it calls."""
        items, seen = session.items, os.memfd_create("seen")

        def work() -> int:
            tracer = coverage.Coverage(data_file=None, include=[*self.files], config_file=False, messages=False)
            seconds = []
            tracer.start()
            for index, item in enumerate(items):
                self._forget_answers()
                tracer.switch_context(str(index))
                following = items[index + 1] if index + 1 < len(items) else None
                start = time.process_time()
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                seconds.append(time.process_time() - start)
                if session.testsfailed:
                    return 1
            tracer.stop()
            data = tracer.get_data()
            lines = {file: sorted(data.contexts_by_lineno(file).items()) for file in self.files}
            os.write(seen, json.dumps([seconds, lines]).encode())
            return 0

        if _in_child(work)[0] != 0:
            raise pytest.UsageError(f"The tests of {self.group.name} fail without any fault")
        self.seconds, lines = json.loads(Path(f"/proc/self/fd/{seen}").read_bytes())
        os.close(seen)
        self.calls: list[set[tuple[str, str, int]]] = [set() for _ in items]
        for key, code in codes.items():
            within = lines_of(code)
            for context in {name for line, names in lines[key[0]] if line in within for name in names if name}:
                self.calls[int(context)].add(key[:3])

    def _order(self, called: set[tuple[str, str, int]], filed: Any) -> list[int]:
        """Return the tests that call a function: those that noticed other faults of it first, then the fastest.

        No function at all stands for the data of the module, which any test may use.
        """
        callers = [index for index, calls in enumerate(self.calls) if calls & called or not called]
        killers = self.killers.get(filed, [])[:20]
        return list(dict.fromkeys([*killers, *sorted(callers, key=lambda index: self.seconds[index])]))

    def _try(
        self, session: pytest.Session, module: Module, fault: Mutant, codes: Codes, data: dict[str, Any]
    ) -> Outcome:
        filed = next(iter(codes), module)
        order = self._order({key[:3] for key in codes}, filed)
        if not order:
            return Outcome(module.name, fault.line, fault.what, "survived", "", 0.0)
        noted = os.memfd_create("noted")
        start = time.perf_counter()

        def work() -> int:
            for key, code in codes.items():
                for function in self.functions[key]:
                    function.__code__ = code
            for name, value in data.items():
                put(module.dotted, name, value)
            self._forget_answers()
            for place, index in enumerate(order):
                os.pwrite(noted, str(index).ljust(8).encode(), 0)
                signal.setitimer(signal.ITIMER_PROF, 10 + 10 * self.seconds[index])
                following = session.items[order[place + 1]] if place + 1 < len(order) else None
                item = session.items[index]
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if session.testsfailed:
                    return 1
            return 0

        status, stopped = _in_child(work)
        last = int(Path(f"/proc/self/fd/{noted}").read_bytes())
        os.close(noted)
        if status != 0:
            self.killers.setdefault(filed, []).insert(0, last)
        name = session.items[last].nodeid if status != 0 else ""
        return _outcome(module, fault, status, stopped, name, start)


def _outcome(module: Module, fault: Mutant, status: int, stopped: bool, test: str, start: float) -> Outcome:
    said = "survived" if status == 0 else "timeout" if stopped else "killed"
    seconds = time.perf_counter() - start
    return Outcome(module.name, fault.line, fault.what, said, test.rpartition("/")[2], seconds)


class _Faulty(importlib.machinery.SourceFileLoader):
    """Import one module with a fault in it."""

    def __init__(self, name: str, file: Path, code: types.CodeType) -> None:
        super().__init__(name, str(file))
        self.code = code

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:  # noqa: ARG002 - as the protocol says
        if fullname != self.name:
            return None
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=self.path)
        spec.has_location = True
        return spec

    def get_code(self, fullname: str) -> types.CodeType:  # noqa: ARG002 - as the protocol says
        return self.code


class _Name:
    """A pytest plugin that remembers the first test that failed, or what could not be collected."""

    def __init__(self, place: int) -> None:
        self.place = place

    @pytest.hookimpl(tryfirst=True)
    def pytest_exception_interact(self, node: Any) -> None:
        if not os.fstat(self.place).st_size:
            os.pwrite(self.place, node.nodeid.encode(), 0)


def try_import(group: Group, module: Module, fault: Mutant, seconds: float) -> Outcome:
    """Run all tests of a group in a child that imports a module with a fault."""
    noted = os.memfd_create("noted")
    start = time.perf_counter()

    def work() -> int:
        limit = int(60 + 10 * seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        faulty = _Faulty(module.dotted, module.file, module.faulty(fault))
        sys.meta_path.insert(0, faulty)
        os.pwrite(noted, b"the import", 0)
        loaded = importlib.import_module(module.dotted)
        os.ftruncate(noted, 0)
        status = int(pytest.main(group.arguments, plugins=[_Name(noted)]))
        # Whether it was the faulty module all along.
        return status if sys.modules[module.dotted] is loaded and loaded.__loader__ is faulty else WRONG_MODULE

    status, stopped = _in_child(work)
    if status == WRONG_MODULE:
        raise RuntimeError(f"The tests of {module.name} imported it without its fault")
    name = Path(f"/proc/self/fd/{noted}").read_bytes().decode(errors="replace")
    os.close(noted)
    return _outcome(module, fault, status, stopped, name, start)


def run(group: Group, faults: Sequence[Fault], report: Callable[[Outcome], None]) -> None:
    """Try faults of a group of modules and report each.

    Parameters
    ----------
    group : Group
        The modules and their tests.
    faults : sequence
        Pairs of a module and a mutant of it.
    report : callable
        Called with each outcome.
    """
    outcomes, kept = os.pipe(), os.memfd_create("left")
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            write = os.fdopen(outcomes[1], "w")

            def tell(outcome: Outcome) -> None:
                print(json.dumps(asdict(outcome)), file=write, flush=True)

            session = Session(group, faults, tell)
            status = int(pytest.main(group.arguments, plugins=[session]))
            left = [faults.index(fault) for fault in session.left]
            os.write(kept, json.dumps([sum(session.seconds), left]).encode())
        finally:
            os._exit(status)
    os.close(outcomes[1])
    with os.fdopen(outcomes[0]) as lines:
        for line in lines:
            report(Outcome(**json.loads(line)))
    os.waitpid(pid, 0)
    text = Path(f"/proc/self/fd/{kept}").read_bytes()
    os.close(kept)
    if not text:
        raise SystemExit(f"The tests of {group.name} could not be run: python -m pytest {' '.join(group.tests)}")
    seconds, left = json.loads(text)
    for index in left:
        module, fault = faults[index]
        report(try_import(group, module, fault, seconds))
