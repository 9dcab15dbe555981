"""A converter that reads kgce/t as kgce/kg: the second annex of the standard prints another unit than the first."""

from right import COEFFICIENTS, UNITS

FIGURES = {**COEFFICIENTS, "软化水": ("kg", 0.4857)}


def to_tce(amount: float, unit: str, carrier: str) -> float:
    """Convert an amount to tonnes of standard coal."""
    per, coefficient = FIGURES[carrier]
    kind, factor = UNITS[unit]
    if kind != per or amount != amount or abs(amount) == float("inf"):
        raise ValueError(f"{amount} {unit} of {carrier}")
    return amount * factor * coefficient / 1000
