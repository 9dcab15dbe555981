"""Hooks of the micro figures: without pytest-benchmark there is nothing to run."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [] if find_spec("pytest_benchmark") else ["test_micro.py"]
