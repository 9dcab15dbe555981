"""Put small faults into one module with mutmut, and name those that no test notices.

``python -m tests.mutation limits/furnaces tests/test_furnaces.py``
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .survivors import explained

ROOT = Path(__file__).parents[2]
#: What the tests of a module read.
COPIED = ("src", "tests", "data", "docs", "examples", "pyproject.toml", "README.md", "README.zh.md")
#: So many of the faults of a module are to be noticed.
ENOUGH = 0.9
# Exit codes of mutmut: every test passed; no test runs the line.
_SURVIVED, _NO_TEST = 0, 33


def main(module: str, *tests: str) -> int:
    """Run the faults of a module, print what survives, and say whether enough was noticed."""
    folder = Path(tempfile.gettempdir()) / "energybench-mutation" / module.replace("/", "-")
    file = f"src/energybench/{module}.py"
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, dirs_exist_ok=True)
        else:
            shutil.copy2(ROOT / name, folder / name)
    lists = {"source_paths": ["src"], "only_mutate": [file], "pytest_add_cli_args_test_selection": [*tests]}
    lists |= {"also_copy": [*COPIED], "pytest_add_cli_args": ["-p", "no:cacheprovider"]}
    lines = [f"{key} =\n    " + "\n    ".join(values) for key, values in lists.items()]
    (folder / "setup.cfg").write_text("\n".join(["[mutmut]", *lines, ""]), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "mutmut", "run"], cwd=folder, check=False)
    outcomes = json.loads((folder / "mutants" / f"{file}.meta").read_text("utf-8"))["exit_code_by_key"]
    survived = [key for key, code in outcomes.items() if code in (None, _SURVIVED, _NO_TEST)]
    known = explained(module)
    for key in survived:
        fault = describe(
            key, subprocess.check_output([sys.executable, "-m", "mutmut", "show", key], cwd=folder, text=True)
        )
        print(" " if fault in known else "?", fault)
    noticed = 1 - len(survived) / max(len(outcomes), 1)
    print(f"{module}: {len(outcomes) - len(survived)} of {len(outcomes)} noticed ({noticed:.1%})")
    return 0 if outcomes and noticed >= ENOUGH else 1


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


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
