"""A public institution: five carriers to standard coal, per square metre and per person.

Worked example of a published page (https://777doc.com/doc-5910092.html), which calls its figures illustrative.
"""

import json
import sys
from pathlib import Path

import pandas

import energybench as eb

HEADERS = {"能源品种": "carrier", "数量": "amount", "单位": "unit", "密度": "density", "系数": "coefficient"}

# %% Read the readings. The litres have the page's own densities, the gas the page's own coefficient.
table = pandas.read_csv(Path(__file__).with_name("energy.csv"), dtype=str).rename(columns=HEADERS)

# %% The page lists water and leaves it out of the total.
energy = table[table["carrier"] != "水"]

# %% One account for each question: the total, per floor area, per person.
per_area = eb.account(energy, output="1400 m2")
per_person = eb.account(energy, output="50 person")

print(per_area)
print(f" per {per_person.output:g} {per_person.output_unit}: {per_person.intensity:.6g} {per_person.unit}")
print(f"\nAs printed: {per_area.tce:.2f} tce, {per_area.intensity:.4f} tce/m2, {per_person.intensity:.4f} tce/person")

# %% The figures that the tests compare; with a path as argument they are written there.
result = {
    "tce": per_area.tce,
    "tce_by_carrier": per_area.by_carrier,
    "tce_per_m2": per_area.intensity,
    "tce_per_person": per_person.intensity,
}
if len(sys.argv) > 1:
    Path(sys.argv[1]).write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
