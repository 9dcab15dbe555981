"""Corrections of coke, GB 21342-2025: fuel, volatile matter and moisture of the charge, oven age."""

from __future__ import annotations

from energybench.limits.corrections.model import Formula, Parameter, Points, Values, plain


def mixed_gas_addition(mixed_gas_share: Values, *, per_share: float) -> Values:
    """Return what heating with mixed gas adds to a limit of coke, GB 21342-2025.

    Notes
    -----
    per_share x. GB 21342-2025, 5.3; the clause has two sources, the figures one.

    Examples
    --------
    >>> mixed_gas_addition(0.25, per_share=8.0)
    2.0
    """
    return plain(per_share * mixed_gas_share)


def charge_volatile_addition(volatile_percent: Values, *, additions: Points) -> Values:
    """Return what the volatile matter of the charge adds to a limit of coke, GB 21342-2025.

    Notes
    -----
    Linear between the points. GB 21342-2025, 5.3, one source.

    Examples
    --------
    >>> charge_volatile_addition(25.5, additions=Points((25.0, 26.0), (8.55, 11.0)))
    9.775
    """
    return additions.linear("volatile_percent", volatile_percent)


def charge_moisture_addition(moisture_percent: Values, *, per_point: float, base_percent: float) -> Values:
    """Return what the moisture of the charge adds to a limit of coke, GB 21342-2025.

    Notes
    -----
    per_point (Mt - base_percent). GB 21342-2025, 5.3, one source. The slope is near three times the heat of
    evaporation: compare it with the text.

    Examples
    --------
    >>> charge_moisture_addition(11.0, per_point=3.67, base_percent=10)
    3.67
    """
    return plain(per_point * (moisture_percent - base_percent))


def oven_age_addition(oven_age_years: Values, *, additions: Points) -> Values:
    """Return what the age of the oven adds to the limits of level 1 and 3 of coke, GB 21342-2025.

    Notes
    -----
    GB 21342-2025, 5.3, one source.

    Examples
    --------
    >>> ages = Points((15.0, 25.0, float("inf")), (0.0, 2.5, 5.5))
    >>> [oven_age_addition(age, additions=ages) for age in (15.0, 16.0, 26.0)]
    [0.0, 2.5, 5.5]
    """
    return additions.of_class(oven_age_years)


FORMULAS = {
    "gb-21342-2025/mixed-gas": Formula(
        mixed_gas_addition,
        "+ per_share mixed_gas_share",
        "addition",
        (Parameter("mixed_gas_share", "share of time on mixed gas", high=1.0),),
    ),
    "gb-21342-2025/charge-volatile": Formula(
        charge_volatile_addition,
        "+ additions at volatile_percent, linear between the points",
        "addition",
        (Parameter("volatile", "dry volatile matter of the charge, %", "percent", high=100.0),),
    ),
    "gb-21342-2025/charge-moisture": Formula(
        charge_moisture_addition,
        "+ per_point (moisture_percent - base_percent)",
        "addition",
        (
            Parameter(
                "moisture",
                "total moisture of the charge, %",
                *("percent", 0.0, 30.0),
                why="plausible, the standard's own range was not seen",
            ),
        ),
    ),
    "gb-21342-2025/oven-age": Formula(
        oven_age_addition,
        "+ additions of the class of oven_age_years",
        "addition",
        (
            Parameter(
                "oven_age", "age of the oven", "a", 0.0, 100.0, why="plausible, the standard's own range was not seen"
            ),
        ),
    ),
}
