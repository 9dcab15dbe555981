"""Shanxi non-ferrous plan of 2022: a share of enterprises at a level that is not known, two smelters, emission limits.

The plants and their figures are illustrative.
"""

import json
import sys
from pathlib import Path

import pandas

from energybench.targets import check_targets

plants = pandas.read_csv(Path(__file__).parent / "plants.csv")

# %% As the plan means it: level 1 of GB 25327-2017, which nobody could read. The answer names the gap.
check = check_targets(plants, document="shanxi-2022")
print(check["10"], "\n")

# %% Read by the successor, because we say so. The verdict repeats it.
chosen = check_targets(plants, document="shanxi-2022", standards={"gb-25327-2017": "gb-21346-2022"})
print(chosen["10"], "\n")

# %% Everything else: two smelters at baseline, emission limits, retrofits; figures that no plant has are given by name.
figures = {"enterprises_served_on_site": 30, "promoted_projects": 31, "promoted_investment": "19.05 亿元"}
check = check_targets(plants, document="shanxi-2022", figures=figures)
print(check)

# %% The figures that the tests compare; with a path as argument they are written there.
found = {
    "gap": check["10"].reason,
    "by_successor": [chosen["10"].met, chosen["10"].actual, chosen["10"].denominator, list(chosen["10"].names)],
    "counts": check.counts,
    "targets": {v.target: {"answer": v.answer, "actual": v.actual, "names": list(v.names)} for v in check},
}
if len(sys.argv) > 1:
    Path(sys.argv[1]).write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
