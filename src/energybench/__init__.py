"""Energy intensity of Chinese industry: trade units to standard coal, sourced limits and classes.

Nothing is imported until it is used: ``import energybench`` costs about a millisecond.
"""

# Type checkers take this for True; typing itself is not imported.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from pint import UnitRegistry

    from energybench import (
        carriers,
        conversions,
        corrections,
        errors,
        furnaces,
        ladders,
        limits,
        tables,
        units,
        verdicts,
    )
    from energybench.accounts import Account, Line, account
    from energybench.carriers import Coefficient
    from energybench.conversions import Conversion, coefficient, convert, to_tce
    from energybench.errors import EnergybenchError
    from energybench.frames import Assessment, assess
    from energybench.furnaces import FurnaceLimit, furnace_limit
    from energybench.ladders import Ladder, Level
    from energybench.limits import find_item, find_ladder
    from energybench.units import quantity
    from energybench.verdicts import Verdict, classify, classify_all

    ureg: UnitRegistry[float]

__version__ = "0.1.0"

_HOMES = {
    "accounts": ("Account", "Line", "account"),
    "carriers": ("Coefficient",),
    "conversions": ("Conversion", "coefficient", "convert", "to_tce"),
    "errors": ("EnergybenchError",),
    "frames": ("Assessment", "assess"),
    "furnaces": ("FurnaceLimit", "furnace_limit"),
    "ladders": ("Ladder", "Level"),
    "limits": ("find_item", "find_ladder"),
    "units": ("quantity", "ureg"),
    "verdicts": ("Verdict", "classify", "classify_all"),
}
_MODULES = (
    *(
        "accounts",
        "carriers",
        "conversions",
        "corrections",
        "errors",
        "frames",
        "furnaces",
        "ladders",
        "limits",
        "names",
        "records",
    ),
    *("tables", "unit_text", "units", "verdicts"),
)
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Account",
    "Assessment",
    "Coefficient",
    "Conversion",
    "EnergybenchError",
    "FurnaceLimit",
    "Ladder",
    "Level",
    "Line",
    "Verdict",
    "__version__",
    "account",
    "assess",
    "carriers",
    "classify",
    "classify_all",
    "coefficient",
    "conversions",
    "convert",
    "corrections",
    "errors",
    "find_item",
    "find_ladder",
    "furnace_limit",
    "furnaces",
    "ladders",
    "limits",
    "quantity",
    "tables",
    "to_tce",
    "units",
    "ureg",
    "verdicts",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used (PEP 562)."""
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"energybench.{name}")
    if name not in _HOME_OF:
        raise AttributeError(f"module 'energybench' has no attribute {name!r}")
    home = import_module(f"energybench.{_HOME_OF[name]}")
    found: object = home.registry() if name == "ureg" else getattr(home, name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Name everything public."""
    return sorted(__all__)
