"""Start-up: what is loaded, read and built by the first uses, counted in fresh processes and never timed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from importlib.metadata import requires
from typing import Any

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


def test_an_import_loads_one_module_and_reads_nothing() -> None:
    answer = watched("import energybench; dir(energybench), energybench.__version__, energybench.__all__")
    assert (answer["loaded"], answer["tables"]) == (["energybench"], [])


def test_modules_of_a_cold_path_load_nothing_heavy() -> None:
    modules = ", ".join(f"energybench.{name}" for name in ("errors", "units.text", "tables", "limits.ladders", "cli"))
    answer = watched(f"import {modules}; energybench.units.text.read_unit('万千瓦时/吨')")
    assert not packages(answer) & HEAVY
    assert answer["tables"] == ["spellings.csv"]


def test_a_pint_quantity_loads_no_package_of_tables() -> None:
    answer = watched(
        "import energybench; energybench.to_tce('1200 t', '原煤'), energybench.quantity('350 万kWh')\n"
        "from energybench.energy.gas_and_steam import read_pressure; read_pressure('1 MPa')"
    )
    assert "pint" in packages(answer)
    assert not packages(answer) & FRAMES


def test_one_value_loads_nothing_heavy() -> None:
    uses = (
        "convert('350 万kWh', 'electricity', basis='primary', coal_rate='302.4 gce/kWh')",
        "coefficient('diesel')",
        "classify('13200±100 kWh/t', '电解铝', document='gb-21346-2022').to_dict()",
        "classify('0.7 t', '电解铝')",
        "furnace_limit('3 t')",
        "account([('原煤', '1200 t')], output='8000 t', product='水泥熟料', corrections='base')",
    )
    used = [f"try: energybench.{use}\nexcept energybench.EnergybenchError as error: str(error)" for use in uses]
    assert not packages(watched("\n".join(["import energybench", *used]))) & HEAVY


def test_tables_in_memory_load_no_engine_no_charts_and_no_accessor() -> None:
    answer = watched(
        "import pandas, energybench as eb; key = {'plant': ['x'], 'period': [1], 'product': ['cement-clinker']}\n"
        "eb.assess(pandas.DataFrame({**key, 'carrier': ['原煤'], 'amount': [1], 'unit': ['t']}),"
        " pandas.DataFrame({**key, 'output': [1], 'output_unit': ['t']}))\n"
        "assert not hasattr(pandas.DataFrame, 'energybench'); eb.report.ladder_chart"
    )
    assert not packages(answer) & {"polars", "duckdb", "pyspark", "ibis", "narwhals", "matplotlib"}


def test_help_loads_nothing_heavy_and_reads_no_table() -> None:
    script = """
from energybench.cli import main
for words in ([], ["--help"], ["--version"], ["convert", "--help"], ["assess", "--help"]):
    sys.argv = ["energybench", *words]
    try: main()
    except SystemExit as end: assert bool(end.code) is not bool(words)
    built.append(sorted(name.partition(".")[2] for name in sys.modules if name.startswith("energybench.")))
"""
    answer = watched(script)
    assert not packages(answer) & HEAVY
    assert answer["tables"] == []
    # Of ours, what the help is made of, and the commands that it was about.
    base = ["cli", "cli.console", "cli.parser", "energy", "errors", "errors.language"]
    convert = sorted([*base, "cli.values"])
    assert answer["built"] == [base, base, base, convert, sorted([*convert, "cli.files"])]


def test_a_command_for_one_value_loads_nothing_heavy() -> None:
    script = """
from energybench.cli import main
for words in (
    "convert|350 万kWh|electricity|--json",
    "classify|600 kWh/t|感应电炉(铸铁)|--capacity|3 t|--region|昌吉市",
    "limit|水泥熟料|--lang|zh",
):
    sys.argv = ["energybench", *words.split("|")]
    try: main()
    except SystemExit as end: assert not end.code
"""
    assert not packages(watched(script)) & HEAVY


# What is read and built -----------------------------------------------------------------------------------


def test_conversions_read_each_table_once_and_only_their_own() -> None:
    many = "[energybench.to_tce(f'{n} 万t', name) for n in range(1, 200) for name in ('原煤', 'coke', '柴油')]"
    answer = watched(f"count_registries(); import energybench; {many}")
    assert Counter(answer["tables"]) == {"spellings.csv": 1, "carriers.csv": 1, "carrier_names.csv": 1}
    assert answer["built"] == ["float"]


def test_threads_that_are_the_first_share_what_is_read_and_built() -> None:
    answer = watched("""
count_registries()
from threading import Barrier, Thread
import pandas
import energybench as eb
key = {"plant": ["A"], "period": [2023], "product": ["cement-clinker"]}
meters = pandas.DataFrame({**key, "carrier": ["raw_coal"], "amount": [3000], "unit": ["t"]})
outputs = pandas.DataFrame({**key, "output": [2], "output_unit": ["10^4 t"]})
found, barrier = [], Barrier(8)
def work():
    barrier.wait()
    one = eb.to_tce("1200 t", "原煤").magnitude, eb.classify("13200 kWh/t", "电解铝").level.value
    found.append((id(eb.ureg), *one, eb.assess(meters, outputs).to_json()))
threads = [Thread(target=work) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
assert len(found) == 8 and len(set(found)) == 1, found
assert found[0][1:3] == (857.16, "baseline") and '"baseline"' in found[0][3], found
""")
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
    watched("from energybench.units import registry, quantity; assert str(quantity('1 t')) == '1.0 t'")
