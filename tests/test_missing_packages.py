"""Every public door that needs a package of an extra says, without it, which extra brings it."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import ibis  # type: ignore[import-untyped]
import polars
import pytest

import energybench as eb
import energybench.report
from energybench.errors import MissingPackageError, requiring
from energybench.report import files as writers
from expect import refused
from extras import KEY, METERS, OUTPUTS, USES, declared, frames
from shell import shell

duckdb: Any = pytest.importorskip("duckdb")

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Files = dict[str, "Path"]

#: Package, extra, what needs it: the name of a door says what it opens.
DOORS: list[tuple[str, str, str, Callable[[Files], object]]] = [
    ("pyarrow", "arrow", "assess .parquet", lambda files: eb.assess(files["parquet"], OUTPUTS)),
    ("pyarrow", "arrow", "outputs .parquet", lambda files: eb.assess(METERS, files["parquet"])),
    ("pyarrow", "arrow", "assess_path .parquet", lambda files: eb.assess_path(files["parquet"], OUTPUTS)),
    ("pyarrow", "arrow", "write .parquet", lambda files: writers.write_frame(frames()[0], files["new"] / "a.parquet")),
    ("pyarrow", "arrow", "DuckDB relation", lambda _: eb.assess(duckdb.sql("SELECT 1 AS plant"), OUTPUTS)),
    ("pyarrow", "arrow", "DuckDB outputs", lambda _: eb.assess(METERS, duckdb.sql("SELECT 1 AS plant"))),
    ("pyarrow", "arrow", "ibis table", lambda _: eb.assess(ibis.table({"plant": "string"}, name="t"), OUTPUTS)),
    ("pyarrow", "polars", "polars frame", lambda _: eb.assess(polars.DataFrame(METERS), OUTPUTS)),
    ("pyarrow", "polars", "polars outputs", lambda _: eb.assess(METERS, polars.DataFrame(OUTPUTS))),
    (
        "pyarrow",
        "polars",
        "targets of polars",
        lambda _: eb.check_targets(cast("Any", polars.DataFrame(KEY)), document="sanmenxia-2019"),
    ),
    ("openpyxl", "excel", "assess .xlsx", lambda files: eb.assess(files["xlsx"], OUTPUTS)),
    ("openpyxl", "excel", "write .xlsx", lambda files: writers.write_frame(frames()[0], files["new"] / "a.xlsx")),
    ("openpyxl", "excel", "workbook", lambda files: eb.report.write_workbook(answer(), files["new"] / "a.xlsx")),
    ("jinja2", "report", "html_report", lambda _: eb.report.html_report(answer())),
    ("jinja2", "report", "write_report", lambda files: eb.report.write_report(answer(), files["new"] / "a.html")),
    ("matplotlib", "plot", "carrier_chart", lambda _: eb.report.carrier_chart(answer())),
    ("matplotlib", "plot", "furnace_chart", lambda _: eb.report.furnace_chart()),
    ("matplotlib", "plot", "ladder_chart", lambda _: eb.report.ladder_chart(aluminium())),
    ("matplotlib", "plot", "portfolio_chart", lambda _: eb.report.portfolio_chart(answer())),
    ("matplotlib", "plot", "saving_chart", lambda _: eb.report.saving_chart(answer())),
    ("iapws", "steam", "steam_heat", lambda _: eb.steam_heat("1 t", "1 MPa", dryness=1, feedwater_enthalpy="0 kJ/kg")),
    ("mcp", "mcp", "the assistant", lambda _: import_module("energybench.cli.doors").make_server()),
    ("fastapi", "serve", "the server", lambda _: import_module("energybench.cli.http_door")),
    ("hypothesis", "testing", "energybench.testing", lambda _: __import__("energybench.testing")),
    ("hypothesis", "testing", "verify", lambda _: import_module("energybench.testing")),
]
#: Package, extra, options of the command.
COMMANDS = [
    ("pyarrow", "arrow", "--results", "a.parquet"),
    ("openpyxl", "excel", "--results", "a.xlsx"),
    ("openpyxl", "excel", "--workbook", "a.xlsx"),
    ("jinja2", "report", "--report", "a.html"),
]
#: Extras without a door: whoever has such a table has the package, or the chart is drawn in another font.
NO_DOOR = {"completion", "dask", "duckdb", "fonts", "ibis", "spark"}


def answer() -> Any:
    return eb.assess(*frames())


def aluminium() -> Any:
    return eb.classify("13200 kWh/t", "electrolytic-aluminium")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("tables")
    (folder / "new").mkdir()
    found = {"new": folder / "new"}
    for suffix in ("csv", "parquet", "xlsx"):
        found[suffix] = folder / f"meters.{suffix}"
        writers.write_frame(frames()[0], found[suffix])
    found["outputs"] = folder / "outputs.csv"
    writers.write_frame(frames()[1], found["outputs"])
    return found


@pytest.fixture
def hide(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make a package impossible to import, as if it had never been installed."""

    def hide(package: str) -> None:
        for name in [
            name
            for name in sys.modules
            if name.partition(".")[0] == package or name.startswith(("energybench.testing", "energybench.cli.http"))
        ]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, package, None)

    return hide


@pytest.mark.parametrize(("package", "extra", "door"), [door[:3] for door in DOORS], ids=[door[2] for door in DOORS])
def test_a_door_without_its_package_names_the_extra(
    package: str, extra: str, door: str, files: Files, hide: Callable[[str], None]
) -> None:
    use = next(use for *_, name, use in DOORS if name == door)
    hide(package)
    with refused(MissingPackageError, "missing-package", f"needs {package}: ", f'pip install "energybench[{extra}]"'):
        use(files)
    assert list(files["new"].iterdir()) == []


@pytest.mark.parametrize(("package", "extra", "option", "name"), COMMANDS)
def test_a_file_that_cannot_be_written_is_code_2_before_any_work(
    package: str,
    extra: str,
    option: str,
    name: str,
    files: Files,
    hide: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hide(package)
    monkeypatch.setattr(eb, "assess", lambda *_, **__: pytest.fail("the work began"))
    words = ["assess", str(files["csv"]), str(files["outputs"]), option, str(files["new"] / name), "--json"]
    result = shell(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert '"reason": "missing-package"' in result.stderr
    assert f"energybench[{extra}]" in result.stderr
    assert list(files["new"].iterdir()) == []


def test_a_release_that_is_too_old_is_a_missing_package_too() -> None:
    with (
        refused(MissingPackageError, "missing-package", "Reading needs openpyxl: 3.1.5 or newer", "energybench[excel]"),
        requiring("openpyxl", "excel", "Reading"),
    ):
        raise ImportError("3.1.5 or newer\nis asked for")


def test_every_extra_has_a_use_and_a_door() -> None:
    assert USES.keys() == declared()
    assert {extra for _, extra, *_ in DOORS} == declared() - NO_DOOR
