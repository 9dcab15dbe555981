"""Put small faults into one module with mutmut, and name those that no test notices.

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

from .faults import caches_below, describe, generate
from .survivors import explained

ROOT = Path(__file__).parents[2]
#: What the tests of a module read.
COPIED = ("src", "tests", "data", "docs", "examples", "pyproject.toml", "README.md", "README.zh.md")
#: So many of the faults of a module are to be noticed or explained.
ENOUGH = 0.9
# Exit codes of mutmut: every test passed; no test runs the line.
_SURVIVED, _NO_TEST = 0, 33


def main(module: str, tests: list[str], sample: int | None, seed: int, but: str | None) -> int:
    """Run faults of a module, print what survives, and say whether enough was noticed."""
    folder = Path(tempfile.gettempdir()) / "energybench-mutation" / module.replace("/", "-")
    file = f"src/energybench/{module}.py"
    shutil.rmtree(folder, ignore_errors=True)
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, dirs_exist_ok=True)
        else:
            shutil.copy2(ROOT / name, folder / name)
    source = folder / file
    source.write_text(caches_below(source.read_text("utf-8")), encoding="utf-8")
    lists = {"source_paths": ["src"], "only_mutate": [file], "pytest_add_cli_args_test_selection": tests}
    lists |= {"also_copy": [*COPIED], "pytest_add_cli_args": ["-p", "no:cacheprovider"]}
    lists |= {"timeout_multiplier": ["4"], "timeout_constant": ["5"], "track_dependencies": ["false"]}
    lists["pytest_add_cli_args"] += ["-k", f"not ({but})"] if but else []
    lines = [f"{key} =\n    " + "\n    ".join(values) for key, values in lists.items()]
    (folder / "setup.cfg").write_text("\n".join(["[mutmut]", *lines, ""]), encoding="utf-8")
    keys = generate(folder, file)
    tried = sorted(keys if sample is None else random.Random(seed).sample(keys, min(sample, len(keys))))  # noqa: S311
    environment = {"HYPOTHESIS_PROFILE": "oldest", **os.environ}
    mutmut = [sys.executable, "-m", "mutmut"]
    subprocess.run([*mutmut, "run", "--max-children", "1", *tried], cwd=folder, check=False, env=environment)
    outcomes = json.loads((folder / "mutants" / f"{file}.meta").read_text("utf-8"))["exit_code_by_key"]
    survived = [key for key in tried if outcomes.get(key) in (None, _SURVIVED, _NO_TEST)]
    known = explained(module)
    unknown = 0
    for key in survived:
        fault = describe(key, subprocess.check_output([*mutmut, "show", key], cwd=folder, text=True))
        unknown += fault not in known
        print(" " if fault in known else "?", fault)
    killed, listed = len(tried) - len(survived), len(survived) - unknown
    print(f"{module}: {len(keys)} faults, {len(tried)} tried, {killed} noticed, {listed} explained, {unknown} not")
    return 0 if tried and killed + listed >= ENOUGH * len(tried) else 1


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="python -m tests.mutation")
    asked.add_argument("module", help="of the package, such as limits/furnaces")
    asked.add_argument("tests", nargs="+", help="files that are to notice")
    asked.add_argument("--sample", type=int, help="so many faults, drawn at random; all without it")
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--but", help="tests to leave out, as pytest -k names them")
    sys.exit(main(**vars(asked.parse_args())))
