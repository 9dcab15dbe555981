"""Changji Prefecture aluminium: 13350 and 13000 kWh/t, rates by year, energy per output value alone and for the chain.

The plants and their figures are illustrative.
"""

import json
import sys
from pathlib import Path

import pandas

import energybench as eb
from energybench.targets import check_targets, energy_per_output_value

HERE = Path(__file__).parent

# %% Targets by year: each is compared with the rows of its deadline. The two levels name no year.
smelters = pandas.read_csv(HERE / "smelters.csv")
downstream = pandas.read_csv(HERE / "downstream.csv")
check = check_targets(smelters, document="changji-prefecture-2022")
values = check_targets(downstream, document="changji-prefecture-2022")
for verdict in [*check.verdicts[:9], *values.verdicts[:9]]:
    if verdict.met is not None:
        print(verdict)

# %% The levels of the 2021 list, year by year.
levels = {
    year: {
        v.value: [v.answer, list(v.names)]
        for v in check_targets(smelters, document=check.document, period=year).verdicts[9:11]
    }
    for year in (2022, 2023, 2025)
}
print("\nSmelters above the levels:", json.dumps(levels, ensure_ascii=False), "\n")

# %% Energy per output value: accounts of the smelter and of the plants that take its molten aluminium.
energy = pandas.read_csv(HERE / "energy.csv", dtype=str)
output_value = pandas.read_csv(HERE / "values.csv").set_index("plant")["output_value"]
books = {
    plant: (eb.account(zip(rows["carrier"], rows["amount"] + " " + rows["unit"], strict=True)), output_value[plant])
    for plant, rows in energy.groupby("plant", sort=False)
}
chain = energy_per_output_value(books, smelter="甲铝业")
print(chain)

# %% The figures that the tests compare; with a path as argument they are written there.
found = {
    "targets": {
        v.target: {"answer": v.answer, "actual": v.actual, "period": v.period}
        for v in [*check.verdicts[:9], *values.verdicts[:9]]
        if v.met is not None
    },
    "levels": levels,
    "alone": chain.alone,
    "chain": chain.chain,
    "change_percent": chain.change_percent,
}
if len(sys.argv) > 1:
    Path(sys.argv[1]).write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
