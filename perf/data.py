"""Synthetic meter and output tables, and the same in the memory of each engine; the figures mean nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy
import pandas

import energybench

if TYPE_CHECKING:
    from pathlib import Path

CARRIERS = ["原煤", "焦炭", "电力", "柴油", "汽油", "高炉煤气", "热力", "洗精煤", "原油", "煤油"]
UNITS = {
    **{key: ["t", "kg", "万吨"] for key in ["原煤", "焦炭", "洗精煤", "原油", "煤油", "柴油", "汽油"]},
    "电力": ["kWh", "万kWh", "MWh"],
    "高炉煤气": ["m3", "万m3", "万立方米"],
    "热力": ["GJ", "MJ", "百万千焦"],
}
PRODUCTS = {"cement-clinker": "t", "electrolytic-aluminium": "万t", "silicomanganese": "t", "ferrosilicon": "kt"}
PAIRS = [(carrier, unit) for carrier in CARRIERS for unit in UNITS[carrier]]
KEY = ["plant", "period", "product"]
TEXT = [*KEY, "carrier", "unit"]
#: Output rows of each plant: twelve months of four products.
PER_PLANT = 48
#: Readings of each output row, where nobody says how many.
READINGS = 100


@dataclass(frozen=True)
class Small:
    """What a user would have to look up by hand: a factor per carrier and unit, the limits of each product.

    A class follows from ``total * scale / output``, the total being tce or electricity in kWh, by
    ``value <= benchmark`` and ``value <= baseline``.
    """

    factors: pandas.DataFrame
    limits: pandas.DataFrame


def tables(rows: int, kind: str = "str") -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """Return a meter table of so many rows, and its output table.

    Parameters
    ----------
    rows : int
        Meter rows, spread by chance over plants of twelve months and four products.
    kind : {"str", "category"}
        Type of the text columns.
    """
    random = numpy.random.default_rng(20231)
    plants = plants_of(rows)
    names = numpy.array([f"plant {number:07}" for number in range(plants)])
    periods = numpy.array([f"2024-{month:02}" for month in range(1, 13)])
    products = numpy.array(list(PRODUCTS))
    pair = random.integers(0, len(PAIRS), rows)
    text = {
        "plant": (random.integers(0, plants, rows), names),
        "period": (random.integers(0, len(periods), rows), periods),
        "product": (random.integers(0, len(products), rows), products),
        "carrier": (pair, numpy.array([carrier for carrier, _ in PAIRS])),
        "unit": (pair, numpy.array([unit for _, unit in PAIRS])),
    }
    amount = random.uniform(1.0, 1e4, rows)
    columns = {name: _column(codes, values, kind) for name, (codes, values) in text.items()}
    meters = pandas.DataFrame({**columns, "amount": amount})
    grid = pandas.MultiIndex.from_product([names, periods, products], names=KEY)
    outputs = grid.to_frame(index=False)
    place = numpy.ravel_multi_index([text[name][0] for name in KEY], (plants, len(periods), len(products)))
    outputs["output"] = _outputs(pair, amount, place, random.uniform(0.8, 1.3, len(outputs)))
    outputs["output_unit"] = outputs["product"].map(PRODUCTS)
    return meters, outputs


def _outputs(pair: numpy.ndarray, amount: numpy.ndarray, place: numpy.ndarray, share: numpy.ndarray) -> numpy.ndarray:
    """Return the production by which each plant, month and product stands at a share of its baseline limit."""
    known = small()
    weighed = {
        electric: numpy.bincount(place, known.factors[column].to_numpy()[pair] * amount, len(share))
        for electric, column in ((False, "factor"), (True, "power"))
    }
    limits = known.limits.iloc[numpy.arange(len(share)) % len(PRODUCTS)]
    total = numpy.where(limits["electricity"], weighed[True], weighed[False])
    output = total * limits["scale"].to_numpy() / (share * limits["baseline"].to_numpy())
    return numpy.where(output > 0, output, 1.0)


def plants_of(rows: int) -> int:
    """Return how many plants so many readings are of."""
    return max(1, rows // (READINGS * PER_PLANT))


def _column(codes: numpy.ndarray, values: numpy.ndarray, kind: str) -> pandas.Series:
    if kind == "category":
        distinct, positions = numpy.unique(values, return_inverse=True)
        return pandas.Series(pandas.Categorical.from_codes(positions[codes], distinct))
    return pandas.Series(values[codes], dtype="str" if pandas.__version__ >= "3" else "string[pyarrow]")


def small() -> Small:
    """Return the factors and limits of the synthetic tables, from the functions that serve one value."""
    factors = pandas.DataFrame(PAIRS, columns=["carrier", "unit"])
    factors["factor"] = [float(energybench.to_tce(f"1 {unit}", carrier).magnitude) for carrier, unit in PAIRS]
    kilowatt_hours = {unit: float(energybench.quantity(f"1 {unit}").to("kWh").magnitude) for unit in UNITS["电力"]}
    power = [kilowatt_hours[unit] if carrier == "电力" else 0.0 for carrier, unit in PAIRS]
    factors["power"] = power
    limits = []
    for product, unit in PRODUCTS.items():
        ladder = energybench.find_ladder(product, period="2024")
        energy, _, per = ladder.unit.partition("/")
        electricity = energy == "kWh"
        one = energybench.quantity("1 kWh" if electricity else "1 tce").to(energy).magnitude
        scale = float(one / energybench.quantity(f"1 {unit}").to(per).magnitude)
        bounds = [step.edge("full") for step in ladder.steps]
        limits.append((product, electricity, scale, *bounds))
    columns = ["product", "electricity", "scale", "benchmark", "baseline"]
    return Small(factors, pandas.DataFrame(limits, columns=columns))


def as_polars(table: pandas.DataFrame, enums: dict[str, list[str]] | None = None) -> Any:
    """Return a polars frame, its text columns as String, or as the Enum of the given values."""
    import polars

    frame = polars.from_pandas(table)
    casts = {name: polars.Enum(values) for name, values in (enums or {}).items() if name in frame.columns}
    return frame.cast(casts)


def enums(rows: int) -> dict[str, list[str]]:
    """Return the values of each text column of a table of so many rows."""
    return {
        "plant": [f"plant {number:07}" for number in range(plants_of(rows))],
        "period": [f"2024-{month:02}" for month in range(1, 13)],
        "product": list(PRODUCTS),
        "carrier": CARRIERS,
        "unit": sorted({unit for units in UNITS.values() for unit in units}),
    }


def as_arrow(table: pandas.DataFrame) -> Any:
    """Return a pyarrow table with plain text columns."""
    import pyarrow

    return pyarrow.Table.from_pandas(table, preserve_index=False)


def write_parquet(table: pandas.DataFrame, path: Path) -> Path:
    """Write a Parquet file in row groups of a million rows."""
    import pyarrow.parquet

    pyarrow.parquet.write_table(as_arrow(table), path, row_group_size=1_000_000)
    return path
