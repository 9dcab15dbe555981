"""Energy intensity of Chinese industry: trade units to standard coal, sourced limits and classes.

Nothing is imported until it is used: ``import energybench`` costs about a millisecond. What a type checker sees
stands in ``__init__.pyi``.
"""

__version__ = "0.2.0"

#: Module: the public names that it defines.
_HOMES = {
    "accounts.account": ("Account", "Contribution", "account"),
    "accounts.control": ("AccountingRules", "ControlledEnergy", "Use", "control_energy"),
    "accounts.sharing": ("Sharing", "share"),
    "energy.carbon": ("Emission", "to_co2"),
    "energy.coal_rates": ("CoalRate", "coal_rate"),
    "energy.coefficients": ("Coefficient",),
    "energy.conversion": ("Conversion", "coefficient", "convert", "to_tce"),
    "energy.gas_and_steam": ("ReferenceVolume", "SteamHeat", "steam_heat", "to_reference"),
    "energy.lines": ("Line",),
    "energy.measured": ("Measured", "measured"),
    "errors": ("EnergybenchError",),
    "frames": ("Assessment", "Explanation", "assess", "assess_path", "explain"),
    "limits.choose": ("Applied", "find_ladder", "timeline"),
    "limits.classify": ("classify", "classify_all"),
    "limits.furnaces": ("FurnaceLimit", "furnace_limit"),
    "limits.ladders": ("Ladder", "Level"),
    "limits.verdicts": ("Decision", "Verdict"),
    "limits.what_if": ("Sensitivity",),
    "report.workbook": ("BlankForm", "template"),
    "report.receipts": ("Replay", "replay"),
    "tables.names": ("find_item",),
    "targets.check": ("TargetCheck", "TargetVerdict", "check_targets"),
    "targets.lift": ("LiftPlan", "cheapest_lift"),
    "targets.output_value": ("OutputValueIntensity", "energy_per_output_value"),
    "units.registry": ("quantity", "ureg"),
}
#: Public name: its module, for modules that are public under a name of their own.
_MODULES = {
    **{name: name for name in ("accounts", "errors", "frames", "limits", "report", "tables", "targets", "testing")},
    "carriers": "tables.names",
    "conversions": "energy.conversion",
    "corrections": "limits.corrections",
    "furnaces": "limits.furnaces",
    "ladders": "limits.ladders",
    "units": "units",
    "verdicts": "limits.verdicts",
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(["__version__", *_HOME_OF, *_MODULES])


def __getattr__(name: str) -> object:
    """Import a public name when it is first used (PEP 562)."""
    from importlib import import_module

    if name in _MODULES:
        found: object = import_module(f"energybench.{_MODULES[name]}")
    elif name in _HOME_OF:
        home = import_module(f"energybench.{_HOME_OF[name]}")
        found = home.registry() if name == "ureg" else getattr(home, name)
    else:
        raise AttributeError(f"module 'energybench' has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
