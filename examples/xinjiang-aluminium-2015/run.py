"""Molten aluminium in Xinjiang, 2015: published totals against the national list of 2021.

Totals as published (http://m.999ems.com/news_detail.php?id=55&rid=100): 303 万吨 of molten aluminium, 406 亿千瓦时.
"""

import json
import sys
import warnings
from pathlib import Path

import pandas

import energybench as eb

DOCUMENT = "ndrc-2021"
# A newer list has replaced it; it is asked for on purpose.
warnings.simplefilter("ignore", eb.errors.SupersededWarning)

# %% Read the two totals.
totals = pandas.read_csv(Path(__file__).with_name("totals.csv"), dtype=str).set_index("指标")
amounts = totals["数值"] + " " + totals["单位"]
electricity, output = amounts["生产铝液耗电量"], amounts["铝液产量"]

# %% One account: electricity per tonne of molten aluminium, and its class in the list of 2021.
book = eb.account([("电力", electricity)], output=output, product="铝液", document=DOCUMENT)
verdict = book.verdict

print(f"{electricity} / {output} = {book.intensity:.1f} {book.unit}")
print(verdict)
for step, margin in verdict.margins.items():
    print(f"  to {step} ({verdict.thresholds[step]:g}): {margin:+.1f} {verdict.unit}, ", end="")
    print(f"{verdict.savings[step] / 1e6:,.1f} GWh to save in the year")

# %% The totals are rounded. Would the class change anywhere within their last digit?
extremes = [("405.5 亿千瓦时", "303.5 万吨"), ("406.5 亿千瓦时", "302.5 万吨")]
books = [eb.account([("电力", e)], output=o, product="铝液", document=DOCUMENT) for e, o in extremes]
print(f"Rounding of the totals: {books[0].intensity:.0f} to {books[1].intensity:.0f} {book.unit}, ", end="")
print(f"{books[0].verdict.level} to {books[1].verdict.level}")

# %% The inspectors of 2015 applied 13700 kWh/t to each line. That limit is in no table here: it gets no verdict.
print(f"The limit of its day was 13700 {book.unit}; it is in no table of energybench, so it gets no verdict here.")

# %% The figures that the tests compare; with a path as argument they are written there.
result = {
    "kwh_per_t": book.intensity,
    "class": verdict.level,
    "document": verdict.document,
    "thresholds": verdict.thresholds,
    "margins": verdict.margins,
    "savings_kwh": verdict.savings,
    "kwh_per_t_within_rounding": [b.intensity for b in books],
    "classes_within_rounding": [b.verdict.level for b in books],
}
if len(sys.argv) > 1:
    Path(sys.argv[1]).write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
