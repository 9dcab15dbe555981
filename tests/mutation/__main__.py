"""Put small faults into a module and see whether its tests notice: ``python -m tests.mutation unit_text``."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

# One thread each: a forked child has only the one that forked.
os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", HYPOTHESIS_PROFILE="mutation")

from hypothesis import HealthCheck, Phase, settings

from .runner import SOURCES, Group, Module, Outcome, run
from .survivors import explained

if TYPE_CHECKING:
    from typing import TextIO

#: So many of the mutants of each module are to be killed.
ENOUGH = 0.9

#: No shrinking, no database, the same examples every time.
settings.register_profile(
    "mutation",
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)

#: What is loaded before the first child: everything heavy but the package itself.
HEAVY = ("numpy", "pandas", "pint", "narwhals.stable.v1", "typer.testing", "pyarrow.parquet", "polars", "openpyxl")

CORRECTIONS = tuple(Module(f"corrections/{path.stem}") for path in sorted((SOURCES / "corrections").glob("[a-z]*.py")))
GROUPS = [
    Group("unit_text", (Module("unit_text"),), ("tests/test_unit_text.py",)),
    Group("furnaces", (Module("furnaces"),), ("tests/test_furnaces.py",)),
    Group("carriers", (Module("carriers"), Module("factors"), Module("plausibility")), ("tests/test_carriers.py",)),
    Group("corrections", CORRECTIONS, ("tests/test_corrections.py",)),
    Group("ladders", (Module("ladders"),), ("tests/test_ladders.py",)),
    Group("frames/kernel", (Module("frames/kernel"),), ("tests/test_kernel.py", "tests/test_frames_counts.py")),
]


def main() -> int:
    """Run the modules named, print what survives, and say whether enough was killed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    names = ", ".join(group.name for group in GROUPS)
    parser.add_argument(
        "modules", nargs="*", metavar="MODULE", help=f"{names}, or one module of a package; default all"
    )
    parser.add_argument("--lines", help="only faults of these lines, for example 120-180")
    parser.add_argument("--only", default="", help="only faults whose text contains this")
    parser.add_argument("--every", type=int, default=1, help="only every so manieth fault, for a quick look")
    parser.add_argument("--again", type=Path, help="only faults that survived in this file, which --out wrote")
    parser.add_argument("--out", type=Path, help="write every outcome to this file, tab separated")
    options = parser.parse_args()
    first, last = (int(part) for part in options.lines.split("-")) if options.lines else (0, sys.maxsize)
    for name in HEAVY:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    # The tree that this file is in, wherever the package is installed from.
    sys.path.insert(0, str(SOURCES.parent))
    survived = _survivors(options.again) if options.again else set()
    enough = True
    asked = False
    for group in GROUPS:
        modules = [m for m in group.modules if not options.modules or {group.name, m.name} & {*options.modules}]
        faults = [(module, fault) for module in modules for fault in module.mutants()]
        faults = [pair for pair in faults if first <= pair[1].line <= last and options.only in pair[1].what]
        if options.again:
            faults = [(module, fault) for module, fault in faults if (module.name, fault.what) in survived]
        if not faults:
            continue
        asked = True
        start = time.perf_counter()
        outcomes: list[Outcome] = []
        with options.out.open("a", encoding="utf-8") if options.out else nullcontext() as out:
            run(group, faults[:: options.every], partial(_note, outcomes, out))
        print(f"{group.name}: {time.perf_counter() - start:.0f} s")
        for module in modules:
            enough &= _tell(module.name, [outcome for outcome in outcomes if outcome.module == module.name])
    if not asked:
        parser.error(f"no fault to try; there are {names}")
    return 0 if enough else 1


def _note(outcomes: list[Outcome], out: TextIO | None, outcome: Outcome) -> None:
    outcomes.append(outcome)
    if out:
        cells = (outcome.module, outcome.line, outcome.what, outcome.status, outcome.by, f"{outcome.seconds:.2f}")
        print(*cells, sep="\t", file=out, flush=True)


def _survivors(file: Path) -> set[tuple[str, str]]:
    """Return the module and the wording of every fault that survived in a file of outcomes."""
    rows = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()]
    return {(module, what) for module, _, what, status, *_ in rows if status == "survived"}


def _tell(module: str, outcomes: list[Outcome]) -> bool:
    """Print what became of the mutants of a module, and say whether enough of them were killed."""
    survived = [outcome for outcome in outcomes if outcome.status == "survived"]
    late = sum(outcome.status == "timeout" for outcome in outcomes)
    killed, every = len(outcomes) - len(survived), max(len(outcomes), 1)
    print(f"{module}: {killed} of {len(outcomes)} killed ({killed / every:.1%}), {late} of them by time")
    reasons = explained(module)
    for outcome in survived:
        print(f"  {' ' if outcome.what in reasons else '?'} {module}:{outcome.line}: {outcome.what}", flush=True)
    return killed >= ENOUGH * len(outcomes)


if __name__ == "__main__":
    sys.exit(main())
