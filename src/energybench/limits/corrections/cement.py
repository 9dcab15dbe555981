"""Corrections of cement: altitude and clinker ratio (2021), clinker strength, altitude, waste heat (2012)."""

from __future__ import annotations

import numpy

from energybench.limits.corrections.model import Formula, Parameter, Values, plain, require_range

# ISO 2533:1975, the standard atmosphere below 11 000 m: pressure and temperature at sea level, lapse rate, g M/(R L).
_SEA_LEVEL_PA = 101325.0
_SEA_LEVEL_KELVIN = 288.15
_KELVIN_PER_METRE = 0.0065
_EXPONENT = 5.25588
# The weather moves the pressure of a site by a few percent; a tenth off is another unit, or reduced to sea level.
_PRESSURE_BAND = 0.1


def standard_pressure(altitude_m: Values) -> Values:
    """Return the pressure of the standard atmosphere.

    Notes
    -----
    P = 101325 (1 - 0.0065 H / 288.15)^5.25588, the troposphere of ISO 2533:1975 (constants: https://crnslab.org/util/atmo.php).

    Examples
    --------
    >>> round(standard_pressure(3000.0))
    70109
    """
    return plain(_SEA_LEVEL_PA * (1 - _KELVIN_PER_METRE * numpy.asarray(altitude_m) / _SEA_LEVEL_KELVIN) ** _EXPONENT)


def _pressure(altitude_m: Values, pressure_pa: Values | None) -> Values:
    """Return the measured pressure after a check, or that of the standard atmosphere."""
    standard = standard_pressure(altitude_m)
    if pressure_pa is None:
        return standard
    why = "within a tenth of the standard atmosphere at that altitude; give the pressure on site, not at sea level"
    require_range("pressure_pa over the standard", pressure_pa / standard, 1 - _PRESSURE_BAND, 1 + _PRESSURE_BAND, why)
    return pressure_pa


def altitude_limit_factor(
    altitude_m: Values,
    pressure_pa: Values | None = None,
    *,
    intercept: float,
    slope: float,
    reference_pa: float,
    threshold_m: float,
) -> Values:
    """Return the factor on the level 3 limit of a cement plant at altitude, GB 16780-2021.

    Notes
    -----
    K = intercept - slope P / reference_pa above threshold_m, else 1. GB 16780-2021, 5.3 formula (1), one source.

    Examples
    --------
    >>> figures = dict(intercept=1.179, slope=0.211, reference_pa=101325, threshold_m=1500)
    >>> round(altitude_limit_factor(3000.0, **figures), 4), altitude_limit_factor(1500.0, **figures)
    (1.033, 1.0)
    """
    factor = intercept - slope * _pressure(altitude_m, pressure_pa) / reference_pa
    return plain(numpy.where(numpy.asarray(altitude_m) > threshold_m, factor, 1.0))


def clinker_ratio_addition(clinker_percent: Values, *, per_point: float, base_percent: float) -> Values:
    """Return what the clinker ratio of cement adds to a limit, GB 16780-2021.

    Notes
    -----
    per_point (w - base_percent). GB 16780-2021, 5.4, one source. It comes before the altitude factor.

    Examples
    --------
    >>> clinker_ratio_addition(80.0, per_point=1.2, base_percent=75)
    6.0
    """
    return plain(per_point * (clinker_percent - base_percent))


def clinker_strength_factor(strength_mpa: Values, *, reference_mpa: float, exponent: float) -> Values:
    """Return the factor that makes a clinker result comparable by strength, GB 16780-2012.

    Notes
    -----
    a = (reference_mpa / A)^exponent with the exponent 1/4, one source. As integer division 1/4 is 0 and the factor
    always 1: a trap that public code has fallen into.

    Examples
    --------
    >>> round(clinker_strength_factor(55.0, reference_mpa=52.5, exponent=0.25), 4)
    0.9884
    """
    return plain((reference_mpa / strength_mpa) ** exponent)


def altitude_result_factor(
    altitude_m: Values,
    pressure_pa: Values | None = None,
    *,
    exponent: float,
    reference_pa: float,
    threshold_m: float,
) -> Values:
    """Return the factor that makes a clinker result comparable by altitude, GB 16780-2012.

    Notes
    -----
    K = (P / reference_pa)^exponent above threshold_m, else 1. The square root has one source; the threshold and
    the reference pressure are unverified.

    Examples
    --------
    >>> round(altitude_result_factor(3000.0, exponent=0.5, reference_pa=101325, threshold_m=1000), 4)
    0.8318
    """
    factor = (_pressure(altitude_m, pressure_pa) / reference_pa) ** exponent
    return plain(numpy.where(numpy.asarray(altitude_m) > threshold_m, factor, 1.0))


def waste_heat_power_addition(
    generation_kwh: Values, own_use_kwh: Values, clinker_output_t: Values, *, per_kwh: float
) -> Values:
    """Return what waste-heat power takes off the coal of clinker, GB 16780-2012.

    Notes
    -----
    -per_kwh (generation - own use) / output, one source. It comes before strength and altitude.

    Examples
    --------
    >>> waste_heat_power_addition(33e6, 3e6, 1e6, per_kwh=0.404)
    -12.12
    """
    net = generation_kwh - own_use_kwh
    require_range("generation_kwh less own_use_kwh", net, 0.0, numpy.inf, "own use is part of the generation")
    return plain(-per_kwh * net / clinker_output_t)


_ALTITUDE = (
    Parameter("altitude", "altitude of the site", "m", -2000.0, 11000.0, why="the troposphere of ISO 2533"),
    Parameter("pressure", "ambient pressure of the site", "Pa", above=True, optional=True),
)

FORMULAS = {
    "gb-16780-2021/altitude": Formula(
        altitude_limit_factor,
        "x (intercept - slope P / reference_pa) above threshold_m; P of the standard atmosphere unless measured",
        "factor",
        _ALTITUDE,
        order=1,
    ),
    "gb-16780-2021/clinker-ratio": Formula(
        clinker_ratio_addition,
        "+ per_point (clinker_percent - base_percent)",
        "addition",
        # No cement has so little clinker: a number up to 1 is a fraction.
        (
            Parameter(
                "clinker", "clinker in cement, mass %", "percent", *(1.0, 100.0, True), why="a percent, 80 for 80 %"
            ),
        ),
        order=0,
    ),
    "gb-16780-2012/clinker-strength": Formula(
        clinker_strength_factor,
        "x (reference_mpa / strength_mpa)^exponent",
        "factor",
        (
            Parameter(
                "strength",
                "mean 28-day compressive strength of clinker",
                *("MPa", 20.0, 100.0),
                why="plausible, the standard's own range was not seen",
            ),
        ),
        order=1,
    ),
    "gb-16780-2012/altitude": Formula(
        altitude_result_factor,
        "x (P / reference_pa)^exponent above threshold_m; P of the standard atmosphere unless measured",
        "factor",
        _ALTITUDE,
        order=1,
    ),
    "gb-16780-2012/waste-heat-power": Formula(
        waste_heat_power_addition,
        "- per_kwh (generation_kwh - own_use_kwh) / clinker_output_t",
        "addition",
        (
            Parameter("generation", "waste-heat power generated", "kWh"),
            Parameter("own_use", "waste-heat power used by the power plant itself", "kWh"),
            Parameter("clinker_output", "clinker of the same period", "t", above=True),
        ),
        order=0,
        unit="kgce/t",
    ),
}
