"""Put small faults into one module, and name those that no test notices.

``python -m tests.mutation limits/furnaces tests/test_furnaces.py --sample 30 --seed 0``
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .faults import generate
from .survivors import explained

ROOT = Path(__file__).parents[2]
#: What the tests of a module read.
COPIED = ("src", "tests", "data", "docs", "examples", "pyproject.toml", "README.md", "README.zh.md")
#: So many of the faults of a module are to be noticed or explained.
ENOUGH = 0.9


def main(module: str, tests: list[str], sample: int | None, seed: int, but: str | None, within: float) -> int:
    """Run faults of a module, print what survives, and say whether enough was noticed."""
    with tempfile.TemporaryDirectory(prefix="energybench-mutation") as made:
        folder = Path(made)
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, folder / name)
            else:
                shutil.copy2(ROOT / name, folder / name)
        source = folder / "src" / "energybench" / f"{module}.py"
        os.chdir(folder)
        name = f"energybench.{module.replace('/', '.')}".removesuffix(".__init__")
        code, faults = generate(source.read_text("utf-8"), name)
        source.write_text(code, encoding="utf-8")
        drawn = [*faults] if sample is None else random.Random(seed).sample([*faults], min(sample, len(faults)))  # noqa: S311
        (folder / "drawn.json").write_text(json.dumps(sorted(drawn)), encoding="utf-8")
        pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.mutation.runner"]
        subprocess.run(
            [*pytest, *(["-k", f"not ({but})"] if but else []), *tests],
            env={
                **os.environ,
                "PYTHONPATH": str(folder / "src"),
                "HYPOTHESIS_PROFILE": "mutation",
                "MUTATION_WITHIN": str(within),
            },
            check=True,
        )
        noticed: list[str] = json.loads((folder / "noticed.json").read_text("utf-8"))
        os.chdir(ROOT)
    known = explained(module)
    survived = [faults[key] for key in sorted({*drawn} - {*noticed})]
    for fault in survived:
        print(" " if fault in known else "?", fault)
    unknown = sum(fault not in known for fault in survived)
    print(
        f"{module}: {len(faults)} faults, {len(drawn)} tried, {len(noticed)} noticed, "
        f"{len(survived) - unknown} explained, {unknown} not"
    )
    return 0 if drawn and len(drawn) - unknown >= ENOUGH * len(drawn) else 1


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="python -m tests.mutation")
    asked.add_argument("module", help="of the package, such as limits/furnaces")
    asked.add_argument("tests", nargs="+", help="files that are to notice")
    asked.add_argument("--sample", type=int, help="so many faults, drawn at random; all without it")
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--but", help="tests to leave out, as pytest -k names them")
    asked.add_argument("--within", type=float, default=float("inf"), help="leave out tests that take more seconds")
    sys.exit(main(**vars(asked.parse_args())))
