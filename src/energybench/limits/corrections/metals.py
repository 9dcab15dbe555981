"""Corrections of ferroalloys, crude steel and aluminium, and the identity between DC and AC electricity."""

from __future__ import annotations

import numpy

from energybench.errors import OptionError
from energybench.limits.corrections.model import Formula, Parameter, Values, plain, require_range

# Charge of one mole of electrons (CODATA) and molar mass of aluminium (IUPAC): three electrons reduce one atom.
_FARADAY_COULOMB_PER_MOL = 96485.332
_ALUMINIUM_GRAM_PER_MOL = 26.98154
_PLAUSIBLE = "plausible, the standard's own range was not seen"


def ore_grade_addition(
    ore_grade_percent: Values,
    chromium_to_iron: Values | None = None,
    *,
    base_grade_percent: float,
    per_point: float,
    least_chromium_to_iron: float | None = None,
) -> Values:
    """Return what the grade of the ore adds to a limit of a ferroalloy, GB 21341-2022 and 2008.

    Notes
    -----
    -per_point (g - base_grade_percent), on smelting electricity or coke only. GB 21341-2022, one source.

    Examples
    --------
    >>> ore_grade_addition(41.0, base_grade_percent=39, per_point=50)
    -100.0
    """
    if least_chromium_to_iron is None:
        if chromium_to_iron is not None:
            raise OptionError(
                "chromium_to_iron is given for an alloy that has no such condition", "chromium_to_iron", "Leave it out"
            )
    elif chromium_to_iron is None:
        raise OptionError(
            f"The correction holds from a Cr/Fe of {least_chromium_to_iron:g} up, and Cr/Fe is not given",
            "chromium_to_iron",
            "Pass chromium_to_iron= with that of the ore",
        )
    else:
        require_range(
            "chromium_to_iron", chromium_to_iron, least_chromium_to_iron, numpy.inf, "the standard's own condition"
        )
    return plain(-per_point * (ore_grade_percent - base_grade_percent))


def special_ore_addition(
    rare_earth_percent: Values = 0.0,
    vanadium_titanium_percent: Values = 0.0,
    laterite_percent: Values = 0.0,
    *,
    per_rare_earth_point: float,
    per_vanadium_titanium_point: float,
    per_laterite_point: float,
) -> Values:
    """Return what special ores add to a limit of sinter, pellets or the blast furnace, GB 21256-2025.

    Notes
    -----
    Sum of percentage points times the figure of each ore. GB 21256-2025, one source.

    Examples
    --------
    >>> blast_furnace = dict(per_rare_earth_point=0.3, per_vanadium_titanium_point=0.45, per_laterite_point=0.5)
    >>> special_ore_addition(vanadium_titanium_percent=100.0, **blast_furnace)
    45.0
    """
    total = rare_earth_percent + vanadium_titanium_percent + laterite_percent
    require_range("The sum of special ores in percent", total, 0.0, 100.0, "what is possible")
    return plain(
        per_rare_earth_point * rare_earth_percent
        + per_vanadium_titanium_point * vanadium_titanium_percent
        + per_laterite_point * laterite_percent
    )


def feed_grade_addition(
    iron_grade_percent: Values, *, per_point: float, base_grade_percent: float, most_points: float
) -> Values:
    """Return what a poor feed adds to a limit of the blast furnace, GB 21256-2025.

    Notes
    -----
    per_point min(most_points, max(0, base_grade_percent - grade)). GB 21256-2025, one source.

    Examples
    --------
    >>> feed_grade_addition(60.0, per_point=3.61, base_grade_percent=62, most_points=5)
    7.22
    """
    return plain(per_point * numpy.clip(base_grade_percent - numpy.asarray(iron_grade_percent), 0.0, most_points))


def scrap_addition(scrap_percent: Values, *, per_point: float) -> Values:
    """Return what scrap adds to a limit of the converter, GB 21256-2025.

    Notes
    -----
    per_point scrap. GB 21256-2025, one source. Limits of converters are negative: they recover gas.

    Examples
    --------
    >>> scrap_addition(50.0, per_point=0.23)
    11.5
    """
    return plain(per_point * scrap_percent)


def hot_metal_addition(hot_metal_percent: Values, *, per_point: float) -> Values:
    """Return what hot metal takes off a limit of the electric arc furnace, GB 21256-2025.

    Notes
    -----
    -per_point hot metal; the base is all scrap. GB 21256-2025, one source.

    Examples
    --------
    >>> hot_metal_addition(30.0, per_point=0.8)
    -24.0
    """
    return plain(-per_point * hot_metal_percent)


def forging_heats_addition(heats: Values, *, per_heat: float) -> Values:
    """Return what further forging heats add to a limit of aluminium forgings, GB 21351-2023.

    Notes
    -----
    per_heat max(heats - 1, 0). GB 21351-2023, tables 18 and 19, one source.

    Examples
    --------
    >>> forging_heats_addition(2.5, per_heat=260)
    390.0
    """
    return plain(per_heat * numpy.maximum(numpy.asarray(heats) - 1.0, 0.0))


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
    require_range("cell_voltage_v", cell_voltage_v, 0.0, numpy.inf, "what is possible", above=True)
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

    Notes
    -----
    1 / eta: an identity, derived, not a clause of a standard.

    Examples
    --------
    >>> round(alternating_current_factor(0.98) * direct_current_intensity(4.0, 0.925))
    13149
    """
    return plain(1.0 / rectifier_efficiency)


def _percent(name: str, meaning: str, *, optional: bool = False) -> Parameter:
    return Parameter(name, f"{meaning}, %", "percent", 0.0, 100.0, optional=optional)


def _grade(name: str, meaning: str, example: int) -> Parameter:
    """Return a percent that is more than 1 in any plant: a number up to 1 is a fraction."""
    return Parameter(
        name, f"{meaning}, %", "percent", 1.0, 100.0, above=True, why=f"a percent, {example} for {example} %"
    )


_ORE_GRADE = Formula(
    ore_grade_addition,
    "- per_point (ore_grade_percent - base_grade_percent); holds from least_chromium_to_iron up where that is stated",
    "addition",
    (
        _grade("ore_grade", "actual grade of the ore charged", 39),
        Parameter("chromium_to_iron", "Cr/Fe of the ore", above=True, optional=True),
    ),
)

FORMULAS = {
    "gb-21341-2022/ore-grade": _ORE_GRADE,
    "gb-21341-2008/ore-grade": _ORE_GRADE,
    "gb-21256-2025/special-ore": Formula(
        special_ore_addition,
        "+ per_rare_earth_point rare_earth_percent + per_vanadium_titanium_point vanadium_titanium_percent "
        "+ per_laterite_point laterite_percent",
        "addition",
        (
            _percent("rare_earth", "rare-earth ore in the charge", optional=True),
            _percent("vanadium_titanium", "vanadium-titanium magnetite in the charge", optional=True),
            _percent("laterite", "laterite ore in the charge", optional=True),
        ),
    ),
    "gb-21256-2025/feed-grade": Formula(
        feed_grade_addition,
        "+ per_point min(most_points, max(0, base_grade_percent - iron_grade_percent))",
        "addition",
        (_grade("iron_grade", "iron in the feed", 57),),
    ),
    "gb-21256-2025/scrap": Formula(
        scrap_addition, "+ per_point scrap_percent", "addition", (_percent("scrap", "scrap in the charge"),)
    ),
    "gb-21256-2025/hot-metal": Formula(
        hot_metal_addition,
        "- per_point hot_metal_percent",
        "addition",
        (_percent("hot_metal", "hot metal in the charge"),),
    ),
    "gb-21351-2023/forging-heats": Formula(
        forging_heats_addition,
        "+ per_heat max(heats - 1, 0)",
        "addition",
        (Parameter("heats", "mean number of forging heats", high=20.0, why=_PLAUSIBLE),),
    ),
}

#: Physics, which needs no figure of a standard and goes with any document.
DIRECT_CURRENT = Formula(
    alternating_current_factor,
    "/ rectifier_efficiency: direct-current electricity becomes alternating-current electricity",
    "factor",
    (
        Parameter(
            "rectifier_efficiency", "efficiency of the rectifiers", low=0.5, high=1.0, why="a fraction, 0.98 for 98 %"
        ),
    ),
    order=1,
)
