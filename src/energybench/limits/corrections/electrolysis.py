"""The electricity of molten aluminium by Faraday's law: physics, which no standard has to state."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from energybench.limits.corrections.on_ladders import change

if TYPE_CHECKING:
    from energybench.limits.corrections.formulas import Values

# Charge of one mole of electrons (CODATA) and molar mass of aluminium (IUPAC): three electrons reduce one atom.
_FARADAY_COULOMB_PER_MOL = 96485.332
_ALUMINIUM_GRAM_PER_MOL = 26.98154


def direct_current_intensity(cell_voltage_v: Values, current_efficiency: Values) -> Values:
    """Return the direct-current electricity of molten aluminium from cell voltage and current efficiency.

    Parameters
    ----------
    cell_voltage_v : float or ndarray
        Mean cell voltage in V.
    current_efficiency : float or ndarray
        As a fraction, above 0 up to 1.

    Returns
    -------
    float or ndarray
        In kWh per tonne of molten aluminium.

    Raises
    ------
    OptionError
        If the efficiency is not a fraction or the voltage not above zero.

    Notes
    -----
    W = V / (q eta) with q = M / (3 F) = 0.335573 g/(A h): Faraday's law, derived, not a clause of a standard. A
    direct-current figure must never meet an AC limit: the rectifier gap is most of a level.

    Examples
    --------
    >>> round(direct_current_intensity(4.0, 0.925))
    12886
    """
    from energybench.limits.corrections.formulas import plain, require_range

    require_range("cell_voltage_v", cell_voltage_v, 0.0, inf, "what is possible", above=True)
    require_range("current_efficiency", current_efficiency, 0.0, 1.0, "a fraction, 0.925 for 92.5 %", above=True)
    gram_per_ampere_hour = _ALUMINIUM_GRAM_PER_MOL / (3 * _FARADAY_COULOMB_PER_MOL) * 3600
    return plain(1000.0 * cell_voltage_v / (gram_per_ampere_hour * current_efficiency))


def alternating_current_factor(rectifier_efficiency: Values) -> Values:
    """Return the factor from direct-current to alternating-current electricity.

    Parameters
    ----------
    rectifier_efficiency : float or ndarray
        As a fraction, 0.5 to 1.

    Returns
    -------
    float or ndarray
        The factor, without unit.

    Raises
    ------
    OptionError
        If the efficiency is outside that range.

    Notes
    -----
    1 / eta: an identity, derived, not a clause of a standard.

    Examples
    --------
    >>> round(alternating_current_factor(0.98) * direct_current_intensity(4.0, 0.925))
    13149
    """
    return change("direct-current", rectifier_efficiency=rectifier_efficiency)
