"""A foundry in Changji City: three induction furnaces of 1, 3 and 6 t against limits that depend on capacity.

The plant and its figures are illustrative. The limits are those of 昌市政办发〔2021〕24号, which states them for
≤1 t, 1.5 t, 2 t and ≥5 t and says nothing of the capacities between. Two meters a furnace: main circuit, auxiliaries.
"""

import sys
from pathlib import Path

import pandas

import energybench as eb
from energybench.limits.furnaces import READINGS

HERE = Path(__file__).parent
meters, outputs = HERE / "meters.csv", HERE / "outputs.csv"  # in GB18030, as Excel writes them on a Chinese machine

# %% The limit at each capacity: stated by the document, or read between two stated points.
for capacity in ("1 t", "3 t", "6 t"):
    print(eb.furnace_limit(capacity))

# %% Who takes nothing but the text gets no limit at 3 t.
try:
    eb.furnace_limit("3 t", reading="stated_only")
except eb.errors.CapacityError as refusal:
    print(f"\n{refusal}.\n")

# %% The furnaces, assessed once for every reading.
answers = [
    eb.assess(meters, outputs, region="昌吉市", reading=reading).results.assign(reading=reading) for reading in READINGS
]
columns = ["reading", "plant", "furnace_capacity", "intensity", "within_limit", "class", "reason", "depends_on_reading"]
table = pandas.concat(answers)[columns]

print("The class by each reading, or why there is none")
told = table.assign(answer=table["class"].fillna(table["reason"]))
told = told.pivot_table("answer", ["plant", "furnace_capacity"], "reading", aggfunc="first")
print(told[list(READINGS)].to_string())

print("\nBy the default reading, in kWh per t of liquid metal")
print(table[table["reading"] == "linear"].drop(columns=["reading", "reason"]).round(2).to_string(index=False))

# %% The figures that the tests compare; with a path as argument they are written there.
if len(sys.argv) > 1:
    table.to_csv(sys.argv[1], index=False, lineterminator="\n")
