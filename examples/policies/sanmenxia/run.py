"""Sanmenxia: coal chemicals, alumina, aluminium and carbon, cement lines, mills and workshops.

The plants and their figures are illustrative.
"""

import json
import sys
from pathlib import Path

import pandas

from energybench.targets import check_targets

HERE = Path(__file__).parent

# %% Three plans under one number: each file has the columns that its plan asks for.
plans = {name: pandas.read_csv(HERE / f"{name}.csv") for name in ("coal-chemical", "aluminium", "cement")}
figures = {"heat_island_in_operation": 2021, "deep_processing_project_phase_one": "30 万t/a"}
checks = {
    name: check_targets(table, document="sanmenxia-2019", period=2020, figures=figures) for name, table in plans.items()
}

# %% Of every target the verdict of the plan that can tell.
told = {}
for check in checks.values():
    for verdict in check:
        better = verdict.met is not None or bool(verdict.found)
        if better or verdict.target not in told:
            told[verdict.target] = verdict
for verdict in told.values():
    print(verdict)

# %% The figures that the tests compare; with a path as argument they are written there.
found = {
    v.target: {
        "answer": v.answer,
        "actual": v.actual,
        "unit": v.actual_unit,
        "names": list(v.names),
        "depends_on_reading": v.depends_on_reading,
    }
    for v in told.values()
}
if len(sys.argv) > 1:
    Path(sys.argv[1]).write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
