"""The command and the scripts of the examples, run inside the process of the test."""

from __future__ import annotations

import io
import re
import runpy
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from energybench.cli import run

ROOT = Path(__file__).parents[1]
#: Float noise of another machine, never a digit that is printed.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Done:
    """How a run ended."""

    exit_code: int
    stdout: str
    stderr: str


def shell(*words: str, given: bytes | str = b"") -> Done:
    """Run the command with words and a standard input; an exception that is no refusal is the test's failure."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace") for _ in range(2))
    before = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(given.encode() if isinstance(given, str) else given), encoding="utf-8")
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = run(list(words))
    finally:
        sys.stdin = before
    for stream in (out, err):
        stream.flush()
    return Done(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))


@cache
def script(path: Path) -> tuple[str, str]:
    """Run a script that writes its figures into the file that it is given; return the figures and what it prints."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        target = Path(folder) / "found"
        patch.setattr(sys, "argv", [str(path), str(target)])
        patch.chdir(ROOT)
        with redirect_stdout(io.StringIO()) as said:
            runpy.run_path(str(path), run_name="__main__")
        return target.read_text(encoding="utf-8"), said.getvalue()


def same(found: Any, expected: Any) -> bool:
    """Say whether two results agree: figures to the tolerance, everything else exactly."""
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, float):
        return bool(found == pytest.approx(expected, rel=TOLERANCE, abs=0))
    return type(found) is type(expected) and bool(found == expected)


def shown_runs(page: Path) -> list[tuple[str, str, int]]:
    """Return every run that a page shows: its command line, what it shows, and its exit code."""
    runs = []
    for block in re.findall(r"^```console\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, shown = part.partition("\n")
            code = re.search(r"\[exit code (\d+)\]\n\Z", shown)
            runs.append((line, shown[: code.start()] if code else shown, int(code[1]) if code else 0))
    return runs
