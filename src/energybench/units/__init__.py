"""What people write becomes an exact number and a unit."""

from typing import TYPE_CHECKING

from energybench.units.text import UnitText, read_unit

if TYPE_CHECKING:
    from energybench.units.factors import ratio
    from energybench.units.registry import quantity, registry, standard_coal_heat

__all__ = ["UnitText", "quantity", "ratio", "read_unit", "registry", "standard_coal_heat"]


def __getattr__(name: str) -> object:
    """Load pint and numpy when the registry is first used: to read a text needs neither."""
    if name not in __all__:
        raise AttributeError(name)
    from energybench.units.factors import ratio
    from energybench.units.registry import quantity, registry, standard_coal_heat

    return {one.__name__: one for one in (quantity, ratio, registry, standard_coal_heat)}[name]
