"""The list of survivors, with a reason each: ``survivors.md`` beside this file."""

from __future__ import annotations

from pathlib import Path

LIST = Path(__file__).with_name("survivors.md")


def _sections() -> dict[str, dict[str, str]]:
    """Return the reason of every fault, by module.

    A section is a module; a paragraph of its own is the reason of the faults that are listed under it.
    """
    found: dict[str, dict[str, str]] = {}
    module = reason = ""
    for line in LIST.read_text(encoding="utf-8").splitlines() if LIST.is_file() else ():
        if line.startswith("## "):
            module, reason = line[3:].strip(), ""
            found[module] = {}
        elif module and line.startswith("- "):
            found[module][line[2:]] = reason
        elif module and line:
            reason = line
    return found


def modules() -> list[str]:
    """Return the modules that have survivors."""
    return list(_sections())


def reasons(module: str) -> dict[str, str]:
    """Return the faults of a module that the list explains, as the runner words them, and why they survive."""
    return _sections().get(module, {})


def explained(module: str) -> set[str]:
    """Return the faults of a module that the list explains."""
    return set(reasons(module))
