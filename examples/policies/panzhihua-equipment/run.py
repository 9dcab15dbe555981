"""Panzhihua: no capacity below baseline, more than 30 % at benchmark by 2027, and the cheapest plants to lift.

The plants and their figures are illustrative.
"""

import json
import sys
from pathlib import Path

import pandas

import energybench as eb
from energybench.targets import cheapest_lift, check_targets

HERE = Path(__file__).parent

# %% The plants, by the list that the document cites.
assessment = eb.assess(HERE / "meters.csv", HERE / "outputs.csv", document="ndrc-2023")
columns = ["plant", "item", "design_capacity", "intensity", "unit", "class", "saving_baseline", "saving_benchmark"]
print(assessment.results[columns].round(2).to_string(index=False), "\n")

# %% The targets: shares from the plants, the rest from the figures of the city.
given = pandas.read_csv(HERE / "figures.csv", dtype=str).set_index("figure")["value"].to_dict()
check = check_targets(assessment, document="panzhihua-2024", figures=given)
print(check, "\n")

# %% Which plants to lift, and what is missing.
plan = cheapest_lift(assessment, "panzhihua-2024")
print(plan)

# %% The figures that the tests compare; with a path as argument they are written there.
found = {
    "counts": check.counts,
    "targets": {
        v.target: {"answer": v.answer, "actual": v.actual, "between": v.between, "parts": [str(p) for p in v.parts]}
        for v in check
    },
    "lift": [[s.plant, s.to, round(s.saving, 2), s.saving_unit, round(s.share_at_benchmark, 2)] for s in plan.steps],
    "missing": {p.item: [p.capacity_to_baseline, p.capacity_to_benchmark, p.capacity_unit] for p in plan.products},
    "proven": all(p.proven for p in plan.products),
}
if len(sys.argv) > 1:
    Path(sys.argv[1]).write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
