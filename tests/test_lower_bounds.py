"""The lower bounds of pyproject.toml are the versions that the gate installs and tests."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]

#: Not run with the oldest versions: they look at the code, or drive a browser that has to be of their own age.
TOOLS = {"mypy", "pandas-stubs", "ruff", "playwright", "axe-playwright-python"}
#: Extras for people who work on the library, whose packages no user gets.
WORKSHOPS = {"bench", "docs", "mutation"}


def _required() -> dict[str, Version]:
    """Return the lowest version of everything that a user may install, or the tests import."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"]]
    for extra, more in project["optional-dependencies"].items():
        lines += [] if extra in WORKSHOPS else more
    found = {}
    for line in lines:
        requirement = Requirement(line)
        if requirement.name in TOOLS | {"energybench"}:
            continue
        (bound,) = [one for one in requirement.specifier if one.operator == ">="]
        found[requirement.name] = Version(bound.version)
    return found


def _pinned() -> dict[str, Version]:
    """Return the versions that the gate tests."""
    lines = (ROOT / "tests" / "lower-bounds.txt").read_text(encoding="utf-8").splitlines()
    pins = [re.sub(r"\s*#.*", "", line) for line in lines]
    split = (pin.partition("==") for pin in pins if pin)
    return {name.partition("[")[0]: Version(version) for name, _, version in split}


def test_every_lower_bound_is_the_version_that_is_tested() -> None:
    pinned = _pinned()
    assert {name: pinned.get(name) for name in _required()} == _required()


def test_what_is_pinned_beside_the_bounds_says_why() -> None:
    lines = (ROOT / "tests" / "lower-bounds.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    beside = [line for line in pins if re.split(r"\[|==", line)[0] not in _required()]
    assert all(" # " in line for line in beside), beside
