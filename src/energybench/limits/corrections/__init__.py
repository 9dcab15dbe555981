"""What a standard lets, or makes, a plant correct before limit and result are compared.

Some standards move the limit (altitude in GB 16780-2021), others the result (clinker strength in GB 16780-2012);
never both. Figures, formulas and parameters are rows of ``data/corrections.csv``, ``correction_formulas.csv`` and
``correction_parameters.csv``.

>>> [correction.name for correction in applicable("cement-clinker", "gb-16780-2012")]
['clinker-strength', 'altitude', 'waste-heat-power']
"""

from __future__ import annotations

from energybench.limits.conditions import check_conditions, required_corrections
from energybench.limits.corrections.catalogue import (
    Correction,
    CorrectionResult,
    Parameter,
    applicable,
    every_correction,
    find_correction,
)
from energybench.limits.corrections.changes import (
    alternating_current_factor,
    apply,
    change,
    correct,
    direct_current_intensity,
)

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
