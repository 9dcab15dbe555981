"""A converter that takes the equal value (等价值) of electricity for the calorific one (当量值)."""

from right import COEFFICIENTS, UNITS

FIGURES = {**COEFFICIENTS, "电力": ("kWh", 0.404)}


def to_tce(amount: float, unit: str, carrier: str) -> float:
    """Convert an amount to tonnes of standard coal, electricity by the coal that a power station burns for it."""
    per, coefficient = FIGURES[carrier]
    kind, factor = UNITS[unit]
    if kind != per or amount != amount or abs(amount) == float("inf"):
        raise ValueError(f"{amount} {unit} of {carrier}")
    return amount * factor * coefficient / 1000
