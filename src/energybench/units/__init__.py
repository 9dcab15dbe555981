"""What people write becomes an exact number and a unit."""

from typing import TYPE_CHECKING

from energybench.units.text import UnitText, read_amount, read_number, read_unit

if TYPE_CHECKING:
    from energybench.units.registry import make_quantity, quantity, ratio, registry, standard_coal_heat

__all__ = [
    "UnitText",
    "make_quantity",
    "quantity",
    "ratio",
    "read_amount",
    "read_number",
    "read_unit",
    "registry",
    "standard_coal_heat",
]


def __getattr__(name: str) -> object:
    """Load the registry when it is first used, since a text alone needs neither pint nor numpy."""
    if name not in __all__:
        raise AttributeError(name)
    from energybench.units import registry as module

    found: object = getattr(module, name)
    return found
