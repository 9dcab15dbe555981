"""Feed a check with inputs made by atheris, starting from a corpus of what the tests have."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from energybench.errors import EnergybenchError

#: No input is longer, in bytes.
LONGEST = 20_000


def well_refused(error: EnergybenchError) -> None:
    """Expect of a refusal what every refusal has: the value at fault and the way out."""
    assert error.value
    assert error.fix
    assert error.fix in str(error)


def main(check: Callable[[bytes], None], seeds: Iterable[bytes], words: Iterable[str], watched: Iterable[str]) -> None:
    """Run a check until it fails or the time is over.

    Parameters
    ----------
    check : callable
        Takes any bytes; raises whatever is a fault.
    seeds : iterable of bytes
        Where to start from; written into the folder named first on the command line.
    words : iterable of str
        What inputs are made of.
    watched : iterable of str
        Modules whose branches guide the search.
    """
    import atheris  # type: ignore[import-untyped]

    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with atheris.instrument_imports(include=list(watched), enable_loader_override=False):
        for module in watched:
            __import__(module)
    for seed in seeds:
        (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    dictionary = folder.with_suffix(".dict")
    lines = {"".join(f"\\x{byte:02x}" for byte in word.encode()) for word in words if word}
    dictionary.write_text("".join(f'"{line}"\n' for line in sorted(lines)), encoding="ascii")
    options = [f"-dict={dictionary}", f"-max_len={LONGEST}", *sys.argv[1:]]
    atheris.Setup([sys.argv[0], *options], check)
    atheris.Fuzz()
