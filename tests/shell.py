"""The command, run inside the process of the test."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

from energybench.cli import run


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
