"""Changji City foundries (昌市政办发〔2021〕24号): furnace limits at every capacity, energy, a share of output value.

The plants and their figures are illustrative.
"""

import json
import sys
from pathlib import Path

import pandas

import energybench as eb
from energybench.limits.furnaces import READINGS
from energybench.targets import check_targets

HERE = Path(__file__).parent


# %% The limit at every capacity, by every reading; where the document states none, the literal reading has none.
def limit(capacity: str, reading: str) -> float | None:
    try:
        return eb.furnace_limit(capacity, reading=reading).value
    except eb.errors.CapacityError:
        return None


capacities = ["0.5 t", "1 t", "1.25 t", "1.5 t", "1.75 t", "2 t", "3 t", "4 t", "5 t", "10 t"]
limits = {capacity: {reading: limit(capacity, reading) for reading in READINGS} for capacity in capacities}
print("Limit in kWh per t of liquid metal")
print(pandas.DataFrame(limits).T.to_string(na_rep="none"), "\n")

# %% The foundries: energy per tonne of castings, electricity per tonne of liquid metal.
assessment = eb.assess(HERE / "meters.csv", HERE / "outputs.csv", region="昌吉市")
results = assessment.results.assign(enterprise=assessment.results["plant"].str.partition("/")[0])
results = results.merge(pandas.read_csv(HERE / "foundries.csv"), on="enterprise")

# Castings of the directions that the plan lists: general machinery (泵阀) and energy equipment (耐热钢).
priority = results["plant"].str.contains("泵阀|耐热钢")
results["priority_direction"] = priority.map({True: "yes", False: "no"})
columns = ["plant", "furnace_capacity", "intensity", "unit", "class", "depends_on_reading"]
print(results[columns].round(4).to_string(index=False), "\n")

# %% Every row of the document: met, not met, or what is missing.
check = check_targets(results, document="changji-city-2021", period=2023)
print(check)

# %% The figures that the tests compare; with a path as argument they are written there.
figures = {
    "limits": limits,
    "depends_on_reading": results.loc[results["depends_on_reading"], "plant"].tolist(),
    "counts": check.counts,
    "targets": {v.target: {"answer": v.answer, "actual": v.actual, "names": list(v.names)} for v in check},
    "notes": list(check.notes),
}
if len(sys.argv) > 1:
    Path(sys.argv[1]).write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
