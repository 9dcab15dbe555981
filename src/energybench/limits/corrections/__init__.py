"""What a standard lets, or makes, a plant correct before limit and result are compared.

Some standards move the limit (altitude in GB 16780-2021), others the result (clinker strength in GB 16780-2012);
never both. Figures, formulas and parameters are rows of ``data/corrections.csv``, ``correction_formulas.csv`` and
``correction_parameters.csv``.

>>> [correction.name for correction in applicable("cement-clinker", "gb-16780-2012")]
['clinker-strength', 'altitude', 'waste-heat-power']
"""

from energybench.limits.corrections.catalogue import applicable, every_correction, find_correction
from energybench.limits.corrections.electrolysis import alternating_current_factor, direct_current_intensity
from energybench.limits.corrections.model import Correction, CorrectionResult, Parameter
from energybench.limits.corrections.on_ladders import apply, change, check_conditions, correct, required_corrections

__all__ = [
    "Correction",
    "CorrectionResult",
    "Parameter",
    "alternating_current_factor",
    "applicable",
    "apply",
    "change",
    "check_conditions",
    "correct",
    "direct_current_intensity",
    "every_correction",
    "find_correction",
    "required_corrections",
]
