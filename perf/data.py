"""Synthetic meter and output tables; the figures mean nothing."""

from __future__ import annotations

import numpy
import pandas

CARRIERS = ["原煤", "焦炭", "电力", "柴油", "汽油", "高炉煤气", "热力", "洗精煤", "原油", "煤油"]
UNITS = {
    **{key: ["t", "kg", "万吨"] for key in ["原煤", "焦炭", "洗精煤", "原油", "煤油", "柴油", "汽油"]},
    "电力": ["kWh", "万kWh", "MWh"],
    "高炉煤气": ["m3", "万m3", "万立方米"],
    "热力": ["GJ", "MJ", "百万千焦"],
}
PRODUCTS = {"cement-clinker": "t", "electrolytic-aluminium": "万t", "sanitary-ware": "t", "ferrosilicon": "kt"}


def tables(rows: int, plants: int = 2000, kind: str = "str") -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """Return a meter table of so many rows, and its output table.

    Parameters
    ----------
    rows : int
        Meter rows.
    plants : int
        Plants; each has every product in each of twelve months.
    kind : {"str", "category"}
        Type of the text columns.
    """
    random = numpy.random.default_rng(20231)
    names = numpy.array([f"plant {number:04}" for number in range(plants)])
    periods = numpy.array([f"2023-{month:02}" for month in range(1, 13)])
    products = numpy.array(list(PRODUCTS))
    pairs = [(carrier, unit) for carrier in CARRIERS for unit in UNITS[carrier]]
    pair = random.integers(0, len(pairs), rows)
    text = {
        "plant": (random.integers(0, plants, rows), names),
        "period": (random.integers(0, len(periods), rows), periods),
        "product": (random.integers(0, len(products), rows), products),
        "carrier": (pair, numpy.array([carrier for carrier, _ in pairs])),
        "unit": (pair, numpy.array([unit for _, unit in pairs])),
    }
    columns = {name: _column(codes, values, kind) for name, (codes, values) in text.items()}
    meters = pandas.DataFrame({**columns, "amount": random.uniform(1.0, 1e4, rows)})
    grid = pandas.MultiIndex.from_product([names, periods, products], names=["plant", "period", "product"])
    outputs = grid.to_frame(index=False)
    outputs["output"] = random.uniform(1e3, 1e6, len(outputs))
    outputs["output_unit"] = outputs["product"].map(PRODUCTS)
    return meters, outputs


def _column(codes: numpy.ndarray, values: numpy.ndarray, kind: str) -> pandas.Series:
    if kind == "category":
        distinct, positions = numpy.unique(values, return_inverse=True)
        return pandas.Series(pandas.Categorical.from_codes(positions[codes], distinct))
    return pandas.Series(values[codes], dtype="str")
