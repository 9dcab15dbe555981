"""Start-up: what is loaded, read and built by the first uses, counted in fresh processes and never timed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from importlib.metadata import requires
from typing import Any

import pytest

import energybench as eb

#: Everything that is heavy, whether the core needs it, an extra, or whoever has it installed.
HEAVY = {
    *("numpy", "pandas", "pint", "narwhals", "argcomplete", "rich"),
    *("pyarrow", "polars", "duckdb", "pyspark", "dask", "ibis", "openpyxl", "iapws", "scipy"),
    *("matplotlib", "uncertainties", "hypothesis", "pytest", "pydantic", "pydantic_core"),
}
FRAMES = HEAVY - {"numpy", "pint", "uncertainties", "scipy", "dask"}  # pint loads the last three where they are

WATCH = """
import os, sys
opened, built = [], []
sys.addaudithook(lambda event, given: event == "open" and opened.append(str(given[0])))
before = set(sys.modules)
def report():
    loaded = sorted(set(sys.modules) - before)
    tables = [os.path.basename(path) for path in opened if path.endswith(".csv")]
    import json  # only now, so that it would be seen
    print(json.dumps({"loaded": loaded, "tables": tables, "built": built}))
def count_registries():
    import pint
    build = pint.UnitRegistry.__init__
    def counted(self, *args, **options):
        built.append(options.get("non_int_type", float).__name__)
        build(self, *args, **options)
    pint.UnitRegistry.__init__ = counted
"""


def watched(script: str) -> dict[str, Any]:
    """Run a script in a fresh process, and return what it loaded, which tables it opened and what it built."""
    command = [sys.executable, "-W", "error", "-c", f"{WATCH}\n{script}\nreport()"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def packages(answer: dict[str, Any]) -> set[str]:
    """Return the top-level packages that were loaded."""
    return {name.partition(".")[0] for name in answer["loaded"]}


# What is loaded -------------------------------------------------------------------------------------------


def test_the_heavy_packages_are_those_that_are_required() -> None:
    """A requirement that this page does not watch would go unseen."""
    required = {entry.split(";")[0].strip() for entry in requires("energybench") or () if "extra ==" not in entry}
    assert {name.split(">=")[0] for name in required} <= HEAVY


@pytest.mark.parametrize(
    "script",
    ["import energybench", "import energybench; dir(energybench), energybench.__version__, energybench.__all__"],
)
def test_an_import_loads_one_module_and_reads_nothing(script: str) -> None:
    answer = watched(script)
    assert (answer["loaded"], answer["tables"]) == (["energybench"], [])


@pytest.mark.parametrize("module", ["errors", "units.text", "tables", "limits.ladders", "cli"])
def test_modules_of_a_cold_path_load_nothing_heavy(module: str) -> None:
    answer = watched(f"import energybench.{module}")
    assert not packages(answer) & HEAVY
    assert answer["tables"] == []


def test_a_pint_quantity_loads_no_package_of_tables() -> None:
    answer = watched("import energybench; energybench.to_tce('1200 t', '原煤'), energybench.quantity('350 万kWh')")
    assert "pint" in packages(answer)
    assert not packages(answer) & FRAMES


@pytest.mark.parametrize(
    "use",
    [
        "convert('350 万kWh', 'electricity', basis='primary', coal_rate='302.4 gce/kWh')",
        "coefficient('diesel')",
        "classify('13200±100 kWh/t', '电解铝', document='gb-21346-2022').to_dict()",
        "classify('0.7 t', '电解铝')",
        "furnace_limit('3 t')",
        "account([('原煤', '1200 t')], output='8000 t', product='水泥熟料', corrections='base')",
    ],
)
def test_one_value_loads_nothing_heavy(use: str) -> None:
    script = f"try: energybench.{use}\nexcept energybench.EnergybenchError as error: str(error)"
    assert not packages(watched(f"import energybench\n{script}")) & HEAVY


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["convert", "--help"], ["assess", "--help"]])
def test_help_loads_nothing_heavy_and_reads_no_table(arguments: list[str]) -> None:
    script = f"from energybench.cli import main\nsys.argv = ['energybench', *{arguments}]\ntry: main()"
    answer = watched(f"{script}\nexcept SystemExit as end: assert not end.code")
    assert not packages(answer) & HEAVY
    assert answer["tables"] == []
    # Of ours, what the help is made of, and the one command that it is about.
    asked = [f"cli.{arguments[0]}"] if arguments[0].isalpha() else []
    ours = {name.partition(".")[2] for name in answer["loaded"] if name.startswith("energybench.")}
    assert ours == {"cli", "cli.console", "cli.options", "errors", "errors.language", *asked}


@pytest.mark.parametrize(
    "words",
    [
        "convert|350 万kWh|electricity|--json",
        "classify|600 kWh/t|感应电炉(铸铁)|--capacity|3 t|--region|昌吉市",
        "limit|水泥熟料|--lang|zh",
    ],
)
def test_a_command_for_one_value_loads_nothing_heavy(words: str) -> None:
    script = f"from energybench.cli import main\nsys.argv = ['energybench', *{words.split('|')}]"
    answer = watched(f"{script}\ntry: main()\nexcept SystemExit as end: assert not end.code")
    assert not packages(answer) & HEAVY


# What is read and built -----------------------------------------------------------------------------------


def test_the_first_conversion_reads_each_table_once_and_only_its_own() -> None:
    answer = watched("import energybench; energybench.to_tce('1200 t', '原煤')")
    assert Counter(answer["tables"]) == {"carriers.csv": 1, "carrier_names.csv": 1}


def test_more_conversions_read_and_build_nothing_more() -> None:
    once = "count_registries(); import energybench; energybench.to_tce('1200 t', '原煤')"
    more = "[energybench.to_tce(f'{n} 万t', name) for n in range(1, 200) for name in ('原煤', 'coke', '柴油')]"
    first, all_ = watched(once), watched(f"{once}; {more}")
    assert all_["tables"] == first["tables"]
    assert all_["built"] == first["built"] == ["float"]


def test_threads_that_are_the_first_share_the_reading_and_the_building() -> None:
    answer = watched(
        "count_registries(); import energybench\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    found = set(pool.map(lambda n: str(energybench.to_tce('1200 t', '原煤')), range(64)))\n"
        "assert len(found) == 1"
    )
    assert answer["built"] == ["float"]


def test_many_classes_read_a_table_once_for_its_rows_and_once_for_the_version_of_the_data() -> None:
    script = "[energybench.classify(f'{value} kWh/t', '电解铝') for value in range(13000, 13100)]"
    opened = Counter(watched(f"import energybench; {script}")["tables"])
    parsed = {"benchmarks.csv", "documents.csv", "furnace_limits.csv", "limits.csv", "local_limits.csv"}
    parsed |= {"product_names.csv", "gb_counterparts.csv", "corrections.csv"}
    assert {table for table, times in opened.items() if times == 2} == parsed
    assert max(opened.values()) == 2


def test_refusals_read_each_table_once() -> None:
    script = (
        "import energybench\n"
        "for name in ('原媒', '电离', 'nonsense', 'steam'):\n"
        "    try: energybench.to_tce('1 t', name)\n"
        "    except energybench.EnergybenchError: pass"
    )
    assert set(Counter(watched(script)["tables"]).values()) == {1}


def test_no_public_name_is_imported_twice() -> None:
    """A name that was used once is found without the hook of the package."""
    assert eb.to_tce is eb.to_tce
    assert "to_tce" in vars(eb)


def test_the_names_of_units_are_there_in_a_fresh_interpreter() -> None:
    code = "from energybench.units import registry, quantity; assert str(quantity('1 t')) == '1.0 t'"
    subprocess.run([sys.executable, "-c", code], check=True)
