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
    from energybench.carbon import Emission, to_co2
    from energybench.carriers import Coefficient
    from energybench.coal_rates import CoalRate, coal_rate
    from energybench.conversions import Conversion, coefficient, convert, to_tce
    from energybench.errors import EnergybenchError
    from energybench.frames import Assessment, assess
    from energybench.furnaces import FurnaceLimit, furnace_limit
    from energybench.gases import ReferenceVolume, to_reference
    from energybench.ladders import Ladder, Level
    from energybench.limits import find_item, find_ladder
    from energybench.rules import AccountingRules, ControlledEnergy, Use, control_energy
    from energybench.sharing import Sharing, share
    from energybench.steam import SteamHeat, steam_heat
    from energybench.targets.check import check_targets
    from energybench.targets.lift import LiftPlan, cheapest_lift
    from energybench.targets.output_value import OutputValueIntensity, energy_per_output_value
    from energybench.targets.verdicts import TargetCheck, TargetVerdict
    from energybench.units import quantity
    from energybench.verdicts import Verdict, classify, classify_all

    ureg: UnitRegistry[float]

__version__ = "0.1.0"

_HOMES = {
    "accounts": ("Account", "Line", "account"),
    "carbon": ("Emission", "to_co2"),
    "carriers": ("Coefficient",),
    "coal_rates": ("CoalRate", "coal_rate"),
    "conversions": ("Conversion", "coefficient", "convert", "to_tce"),
    "errors": ("EnergybenchError",),
    "frames": ("Assessment", "assess"),
    "furnaces": ("FurnaceLimit", "furnace_limit"),
    "gases": ("ReferenceVolume", "to_reference"),
    "ladders": ("Ladder", "Level"),
    "limits": ("find_item", "find_ladder"),
    "rules": ("AccountingRules", "ControlledEnergy", "Use", "control_energy"),
    "sharing": ("Sharing", "share"),
    "steam": ("SteamHeat", "steam_heat"),
    "targets.check": ("check_targets",),
    "targets.lift": ("LiftPlan", "cheapest_lift"),
    "targets.output_value": ("OutputValueIntensity", "energy_per_output_value"),
    "targets.verdicts": ("TargetCheck", "TargetVerdict"),
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
    *("tables", "targets", "unit_text", "units", "verdicts"),
)
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Account",
    "AccountingRules",
    "Assessment",
    "CoalRate",
    "Coefficient",
    "ControlledEnergy",
    "Conversion",
    "Emission",
    "EnergybenchError",
    "FurnaceLimit",
    "Ladder",
    "Level",
    "LiftPlan",
    "Line",
    "OutputValueIntensity",
    "ReferenceVolume",
    "Sharing",
    "SteamHeat",
    "TargetCheck",
    "TargetVerdict",
    "Use",
    "Verdict",
    "__version__",
    "account",
    "assess",
    "carriers",
    "cheapest_lift",
    "check_targets",
    "classify",
    "classify_all",
    "coal_rate",
    "coefficient",
    "control_energy",
    "conversions",
    "convert",
    "corrections",
    "energy_per_output_value",
    "errors",
    "find_item",
    "find_ladder",
    "furnace_limit",
    "furnaces",
    "ladders",
    "limits",
    "quantity",
    "share",
    "steam_heat",
    "tables",
    "to_co2",
    "to_reference",
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
