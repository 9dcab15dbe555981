"""A small converter that is right: it knows four carriers and six units, and refuses the rest."""

from math import isfinite

# GB/T 2589-2020: standard coal per kg, m3 or kWh, in kgce.
COEFFICIENTS = {
    "原煤": ("kg", 0.7143),
    "柴油": ("kg", 1.4571),
    "软化水": ("kg", 0.0004857),  # printed as 0.4857 kgce/t
    "电力": ("kWh", 0.1229),
}
UNITS = {
    "kg": ("kg", 1),
    "t": ("kg", 1000),
    "万t": ("kg", 10_000_000),
    "kWh": ("kWh", 1),
    "万kWh": ("kWh", 10_000),
    "亿kWh": ("kWh", 100_000_000),
}


def to_tce(amount: float, unit: str, carrier: str) -> float:
    """Convert an amount to tonnes of standard coal."""
    if not isfinite(amount):
        raise ValueError(f"{amount} is no amount")
    per, coefficient = COEFFICIENTS[carrier]
    kind, factor = UNITS[unit]
    if kind != per:
        raise ValueError(f"{carrier} is not measured in {unit}")
    return amount * factor * coefficient / 1000
