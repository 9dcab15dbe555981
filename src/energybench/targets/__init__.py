"""Policy targets over assessed plants."""

from energybench.targets.check import TargetCheck, TargetVerdict, check_targets
from energybench.targets.lift import LiftPlan, LiftStep, ProductLift, cheapest_lift
from energybench.targets.output_value import OutputValueIntensity, energy_per_output_value

__all__ = [
    "LiftPlan",
    "LiftStep",
    "OutputValueIntensity",
    "ProductLift",
    "TargetCheck",
    "TargetVerdict",
    "cheapest_lift",
    "check_targets",
    "energy_per_output_value",
]
