"""The list of survivors, with a reason each: ``survivors.md`` beside this file."""

from __future__ import annotations

from pathlib import Path

LIST = Path(__file__).with_name("survivors.md")


def reasons() -> dict[tuple[str, str], str]:
    """Return the reason of every fault, by module and fault: it stands above the faults that it explains."""
    found: dict[tuple[str, str], str] = {}
    module = reason = ""
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            module, reason = line[3:].strip(), ""
        elif module and line.startswith("- "):
            found[module, line[2:]] = reason
        elif module and line:
            reason = line
    return found


def explained(module: str) -> set[str]:
    """Return the faults of a module that the list explains."""
    return {fault for name, fault in reasons() if name == module}
