#!/usr/bin/env python3
# /// script
# dependencies = ["nox>=2025.2.9"]
# ///
"""The sections of the gate, one at a time: ``nox -l`` lists them, ``nox -s lint`` runs one.

``.ci/run`` runs these sections after the two commands of README. ``nox --no-venv`` takes the active environment, where
the extras ``test`` and ``docs`` are installed.
"""

import sys
import zipfile
from pathlib import Path
from typing import Any

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
DIST = Path("dist")


def install(session: Any, *what: str) -> None:
    """Install into the environment of the session; an active environment stays as it is."""
    if session.venv_backend != "none":
        session.install("--quiet", *what)


@nox.session
def lint(session: Any) -> None:
    """Check style, format and spelling."""
    install(session, "ruff>=0.9", "codespell>=2.4")
    session.run("python", "-m", "ruff", "check", ".")
    session.run("python", "-m", "ruff", "format", "--check", ".")
    session.run("python", "-m", "codespell_lib")


@nox.session
def types(session: Any) -> None:
    """Check the types of source and tests, strict."""
    install(session, "-e", ".[test]")
    session.run("python", "-m", "mypy")


@nox.session
def tests(session: Any) -> None:
    """Run the whole suite; arguments behind ``--`` go to pytest: ``nox -s tests -- tests/test_tables.py``."""
    install(session, "-e", ".[test]")
    session.run("python", "-m", "pytest", *(session.posargs or ["-q", "-n", "auto"]))


@nox.session(default=False)
def quick(session: Any) -> None:
    """Test the rooms of the core on the core alone, as a user installs it."""
    install(session, "-e", ".[testing]", "pytest>=8", "pytest-mpl>=0.17", "pytest-xdist>=3.6.1")
    rooms = ["units", "unit_text", "carriers", "ladders", "accounts", "tables"]
    session.run("python", "-m", "pytest", "-q", "-n", "auto", *[f"tests/test_{room}.py" for room in rooms])


@nox.session(default=False)
def docs(session: Any) -> None:
    """Build the site and run its notebooks, warnings as errors; a folder for it may stand behind ``--``."""
    install(session, "-e", ".[docs]")
    session.run("python", "-m", "sphinx", "-W", "--keep-going", "-q", "docs", *(session.posargs or ["docs/_build"]))


@nox.session(default=False)
def schema(session: Any) -> None:
    """Hold the tables against their schema, by another program than ours."""
    session.install("--quiet", "frictionless>=5")
    session.run("frictionless", "validate", "data/datapackage.json")


@nox.session(default=False)
def wheel(session: Any) -> None:
    """Build the wheel from the source archive, look into it, ask it, and use every extra alone."""
    session.install("--quiet", "build")
    for old in DIST.glob("*"):
        old.unlink()
    session.run("python", "-m", "build", "--outdir", str(DIST), ".", silent=True)
    made = next(DIST.glob("*.whl")).resolve()
    names = zipfile.ZipFile(made).namelist()
    strange = [name for name in names if not name.startswith(("energybench/", "energybench-"))]
    missing = {f"energybench/{name}" for name in ("py.typed", "data/carriers.csv", "data/datapackage.json")} - {*names}
    if strange or missing:
        session.error(f"the wheel has {strange} and lacks {missing}")
    session.log(f"{len(names)} files in the wheel, all of them the package or its metadata")
    session.install("--quiet", str(made))
    session.chdir(session.create_tmp())  # away from the source
    session.run("energybench", "convert", "350 万kWh", "electricity")
    said = session.run("energybench", "convert", "1200 t", "原煤", "--json", silent=True)
    if "857.16" not in str(said):
        session.error(f"1200 t of raw coal are 857.16 tce, and the wheel says {said}")
    # The extras make environments of their own, beside this one.
    session.run(sys.executable, str(Path(__file__).parent / "tests" / "extras.py"), str(made), external=True)


@nox.session(default=False)
def oldest(session: Any) -> None:
    """Run the suite on the oldest version of every dependency, with fewer examples of each property."""
    session.install("--quiet", "--requirement", "tests/lower-bounds.txt", "--editable", ".")
    session.run("python", "-m", "pip", "check")
    # pyspark 4.0 leaves sockets to the garbage collector.
    ignored = "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"
    session.run("python", "-m", "pytest", "-q", "-n", "2", "-W", ignored, env={"HYPOTHESIS_PROFILE": "oldest"})


if __name__ == "__main__":
    nox.main()
