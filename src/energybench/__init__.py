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
        report,
        tables,
        units,
        verdicts,
    )
    from energybench.accounts import Account, account
    from energybench.budgets import Contribution
    from energybench.carbon import Emission, to_co2
    from energybench.carriers import Coefficient
    from energybench.classification import classify, classify_all
    from energybench.coal_rates import CoalRate, coal_rate
    from energybench.conversions import Conversion, coefficient, convert, to_tce
    from energybench.decisions import Decision
    from energybench.errors import EnergybenchError
    from energybench.frames import Assessment, assess, assess_path
    from energybench.furnaces import FurnaceLimit, furnace_limit
    from energybench.gases import ReferenceVolume, to_reference
    from energybench.ladders import Ladder, Level
    from energybench.limits import find_item, find_ladder
    from energybench.lines import Line
    from energybench.rules import AccountingRules, ControlledEnergy, Use, control_energy
    from energybench.sensitivity import Sensitivity
    from energybench.sharing import Sharing, share
    from energybench.steam import SteamHeat, steam_heat
    from energybench.targets.check import check_targets
    from energybench.targets.lift import LiftPlan, cheapest_lift
    from energybench.targets.output_value import OutputValueIntensity, energy_per_output_value
    from energybench.targets.verdicts import TargetCheck, TargetVerdict
    from energybench.uncertainty import Measured, measured
    from energybench.units import quantity
    from energybench.verdicts import Verdict

    ureg: UnitRegistry[float]

__version__ = "0.1.0"

_HOMES = {
    "accounts": ("Account", "account"),
    "budgets": ("Contribution",),
    "carbon": ("Emission", "to_co2"),
    "carriers": ("Coefficient",),
    "classification": ("classify", "classify_all"),
    "coal_rates": ("CoalRate", "coal_rate"),
    "conversions": ("Conversion", "coefficient", "convert", "to_tce"),
    "decisions": ("Decision",),
    "errors": ("EnergybenchError",),
    "frames": ("Assessment", "assess", "assess_path"),
    "furnaces": ("FurnaceLimit", "furnace_limit"),
    "gases": ("ReferenceVolume", "to_reference"),
    "ladders": ("Ladder", "Level"),
    "limits": ("find_item", "find_ladder"),
    "lines": ("Line",),
    "rules": ("AccountingRules", "ControlledEnergy", "Use", "control_energy"),
    "sensitivity": ("Sensitivity",),
    "sharing": ("Sharing", "share"),
    "steam": ("SteamHeat", "steam_heat"),
    "targets.check": ("check_targets",),
    "targets.lift": ("LiftPlan", "cheapest_lift"),
    "targets.output_value": ("OutputValueIntensity", "energy_per_output_value"),
    "targets.verdicts": ("TargetCheck", "TargetVerdict"),
    "uncertainty": ("Measured", "measured"),
    "units": ("quantity", "ureg"),
    "verdicts": ("Verdict",),
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
    *("report", "tables", "targets", "testing", "unit_text", "units", "verdicts"),
)
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Account",
    "AccountingRules",
    "Assessment",
    "CoalRate",
    "Coefficient",
    "Contribution",
    "ControlledEnergy",
    "Conversion",
    "Decision",
    "Emission",
    "EnergybenchError",
    "FurnaceLimit",
    "Ladder",
    "Level",
    "LiftPlan",
    "Line",
    "Measured",
    "OutputValueIntensity",
    "ReferenceVolume",
    "Sensitivity",
    "Sharing",
    "SteamHeat",
    "TargetCheck",
    "TargetVerdict",
    "Use",
    "Verdict",
    "__version__",
    "account",
    "assess",
    "assess_path",
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
    "measured",
    "quantity",
    "report",
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
