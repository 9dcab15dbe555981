"""Shanghai's final energy consumption of 2022, 17 lines: a published total that lost a factor of ten on four of them.

Amounts, coefficients and units as published (GitHub abc0x7f/st, commit bd049160, 省级能源折标准煤系数_ceads.csv
and 省级能源清单_2022.xlsx), with t for "ton" and m3 for "cu.m". Four lines have the number of kgce/m3 or kgce/kWh
beside the unit 10^4 tce per 10^8 m3 or kWh, which is ten times smaller: the published total is 5600.74 万tce.
Other_Gas (其他煤气) may be producer gas or water gas; its published 0.1786 is the figure of producer gas.
"""

import json
import sys
from pathlib import Path

import pandas

import energybench as eb

# %% Read the list. Its column coefficient has the published number, in its right unit, where the tables have no single
# accepted figure; everywhere else the published number is that of the tables.
table = pandas.read_csv(Path(__file__).with_name("list.csv"), dtype=str)

# %% The total, with units carried: t, m3, kJ and kWh meet coefficients per t, m3, MJ and kWh.
book = eb.account(table[["carrier", "amount", "unit", "coefficient"]])
print(book)
print(f"\nTotal: {book.tce / 1e4:.2f} 万tce")

# %% The published coefficients with their published units, line by line.
print("\nRefused as published:")
refused = {}
for row in table.itertuples():
    printed = f"{row.printed_coefficient} {row.printed_unit}"
    try:
        eb.to_tce(f"{row.amount} {row.unit}", row.carrier, coefficient=printed)
    except eb.errors.CoefficientError as refusal:
        refused[row.line] = refusal.reason
        print(f"  {row.line}, {printed}: {refusal.message}")

# %% The figures that the tests compare; with a path as argument they are written there.
result = {
    "total_10k_tce": book.tce / 1e4,
    "lines_10k_tce": {name: line.tce / 1e4 for name, line in zip(table["line"], book.lines, strict=True)},
    "refused_as_published": refused,
}
if len(sys.argv) > 1:
    Path(sys.argv[1]).write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
