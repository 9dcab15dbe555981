"""Corrections of ore concentrates, glass fibre, yellow phosphorus and dimethylsiloxane."""

from __future__ import annotations

import numpy

from energybench.limits.corrections.model import Formula, Parameter, Points, Values, plain, require_range


def concentration_ratio_factor(concentration_ratio: Values, *, divisors: Points) -> Values:
    """Return the factor that makes a result of tungsten or molybdenum concentrate comparable, GB 29145-2023.

    Notes
    -----
    e / mu(K). GB 29145-2023, Appendix C, one source.

    Examples
    --------
    >>> concentration_ratio_factor(280.0, divisors=Points((250.0, 280.0), (0.89, 1.0)))
    1.0
    """
    return plain(1.0 / divisors.stated("concentration_ratio", concentration_ratio))


def fine_yarn_kiln_factor(coarse_output_t: Values, fine_output_t: Values, *, fine_weight: float) -> Values:
    """Return the factor of a fine-yarn kiln of glass fibre, whose output is converted, GB 29450-2012.

    Notes
    -----
    (G9 + G5) / (G9 + fine_weight G5). GB 29450-2012, formulas (3)-(6), one source.

    Examples
    --------
    >>> fine_yarn_kiln_factor(1000.0, 1000.0, fine_weight=1.5)
    0.8
    """
    return _kiln(coarse_output_t, fine_output_t, 1.0, fine_weight)


def mixed_kiln_factor(
    roving_output_t: Values, fine_output_t: Values, *, fine_weight: float, roving_divisor: float
) -> Values:
    """Return the factor of a mixed kiln of glass fibre, whose output is converted, GB 29450-2012.

    Notes
    -----
    (Gr + Gf) / (Gr / roving_divisor + fine_weight Gf). GB 29450-2012, formulas (3)-(6), one source.

    Examples
    --------
    >>> round(mixed_kiln_factor(900.0, 100.0, fine_weight=1.4, roving_divisor=1.0), 4)
    0.9615
    """
    mainly_roving = roving_divisor == 1.0
    main, other = (roving_output_t, fine_output_t) if mainly_roving else (fine_output_t, roving_output_t)
    name = "roving_output_t" if mainly_roving else "fine_output_t"
    require_range(f"{name} less the other", main - other, 0.0, numpy.inf, "at least half; else it is the other item")
    return _kiln(roving_output_t, fine_output_t, 1.0 / roving_divisor, fine_weight)


def _kiln(coarse: Values, fine: Values, coarse_weight: float, fine_weight: float) -> Values:
    require_range("The output in t", coarse + fine, 0.0, numpy.inf, "a factor needs an output", above=True)
    return plain((coarse + fine) / (coarse_weight * coarse + fine_weight * fine))


def crucible_tex_factor(tex: Values, *, weights: Points) -> Values:
    """Return the factor of glass fibre drawn from a crucible, whose output is converted, GB 29450-2012.

    Notes
    -----
    Output G counts as lambda G. GB 29450-2012, table 4, one source. Several yarns: convert each, then add.

    Examples
    --------
    >>> crucible_tex_factor(5.0, weights=Points((2.75, 5.5), (9.5, 5.0)))
    0.2
    """
    return plain(1.0 / weights.of_class(tex))


def charge_composition_addition(
    p2o5_percent: Values,
    fe2o3_percent: Values = 0.0,
    co2_percent: Values = 0.0,
    *,
    p2o5_scale: float,
    p2o5_pole: float,
    fe2o3_scale: float,
    fe2o3_pole: float,
    fe2o3_constant: float,
    co2_scale: float,
    co2_pole: float,
    co2_constant: float,
    constant: float,
    per_kwh: float,
) -> Values:
    """Return what the charge of a yellow-phosphorus furnace adds to a result, GB 21345-2024.

    Notes
    -----
    c = p2o5_scale/(N1 - p2o5_pole) + (fe2o3_scale/(N1 - fe2o3_pole) + fe2o3_constant) N2
    + (co2_scale/(N1 - co2_pole) + co2_constant) N3 + constant in kWh/t, and the addition is -per_kwh c.
    GB 21345-2024, 6.2.2 formulas (4)-(10), one source. At 24 % P2O5 without N2 and N3 it is nearly 0.

    Examples
    --------
    >>> figures = dict(p2o5_scale=170000, p2o5_pole=0.5, fe2o3_scale=7750, fe2o3_pole=8, fe2o3_constant=-76)
    >>> figures |= dict(co2_scale=3200, co2_pole=3.5, co2_constant=8, constant=-7234, per_kwh=0.1229)
    >>> round(charge_composition_addition(24.0, 1.0, **figures) / -0.1229)
    408
    """
    total = p2o5_percent + fe2o3_percent + co2_percent
    require_range("The sum of P2O5, Fe2O3 and CO2 in percent", total, 0.0, 100.0, "what is possible")
    electricity = (
        p2o5_scale / (p2o5_percent - p2o5_pole)
        + (fe2o3_scale / (p2o5_percent - fe2o3_pole) + fe2o3_constant) * fe2o3_percent
        + (co2_scale / (p2o5_percent - co2_pole) + co2_constant) * co2_percent
        + constant
    )
    return plain(-per_kwh * electricity)


def bought_materials_addition(
    output_t: Values,
    silicon_powder_t: Values = 0.0,
    chloromethane_t: Values = 0.0,
    *,
    per_silicon_powder: float,
    per_chloromethane: float,
) -> Values:
    """Return what bought silicon powder and chloromethane add to a result of dimethylsiloxane, GB 30530-2024.

    Notes
    -----
    (per_silicon_powder g1 + per_chloromethane g2) / M. GB 30530-2024, formula (1), one source.

    Examples
    --------
    >>> bought_materials_addition(1000.0, 400.0, 0.0, per_silicon_powder=27.5, per_chloromethane=79.7)
    11.0
    """
    return plain((per_silicon_powder * silicon_powder_t + per_chloromethane * chloromethane_t) / output_t)


def _tonnes(name: str, meaning: str, *, optional: bool = False, above: bool = False) -> Parameter:
    return Parameter(name, meaning, "t", optional=optional, above=above)


FORMULAS = {
    "gb-29145-2023/concentration-ratio": Formula(
        concentration_ratio_factor,
        "/ divisors at concentration_ratio, stated points only",
        "factor",
        (Parameter("concentration_ratio", "ratio of concentration", above=True),),
        order=1,
    ),
    "gb-29450-2012/fine-yarn-kiln": Formula(
        fine_yarn_kiln_factor,
        "x (coarse_output_t + fine_output_t) / (coarse_output_t + fine_weight fine_output_t)",
        "factor",
        (_tonnes("coarse_output", "yarn over 5 and up to 9 µm"), _tonnes("fine_output", "yarn up to 5 µm")),
        order=1,
    ),
    "gb-29450-2012/mixed-kiln": Formula(
        mixed_kiln_factor,
        "x (roving_output_t + fine_output_t) / (roving_output_t / roving_divisor + fine_weight fine_output_t)",
        "factor",
        (_tonnes("roving_output", "roving"), _tonnes("fine_output", "fine yarn")),
        order=1,
    ),
    "gb-29450-2012/crucible-tex": Formula(
        crucible_tex_factor,
        "/ weights of the class of tex",
        "factor",
        (Parameter("tex", "linear density of the yarn in g/km", above=True),),
        order=1,
    ),
    "gb-21345-2024/charge-composition": Formula(
        charge_composition_addition,
        "- per_kwh (p2o5_scale / (p2o5_percent - p2o5_pole) "
        "+ (fe2o3_scale / (p2o5_percent - fe2o3_pole) + fe2o3_constant) fe2o3_percent "
        "+ (co2_scale / (p2o5_percent - co2_pole) + co2_constant) co2_percent + constant)",
        "addition",
        (
            Parameter("p2o5", "P2O5 in the mixed charge, mass %", "percent", 8.0, 100.0, above=True, why="a pole at 8"),
            Parameter("fe2o3", "Fe2O3 in the mixed charge, mass %", "percent", 0.0, 100.0, optional=True),
            Parameter("co2", "CO2 in the mixed charge, mass %", "percent", 0.0, 100.0, optional=True),
        ),
        unit="kgce/t",
    ),
    "gb-30530-2024/bought-materials": Formula(
        bought_materials_addition,
        "+ (per_silicon_powder silicon_powder_t + per_chloromethane chloromethane_t) / output_t",
        "addition",
        (
            _tonnes("output", "hydrolysate, cyclics and linears of the period", above=True),
            _tonnes("silicon_powder", "silicon powder bought", optional=True),
            _tonnes("chloromethane", "chloromethane bought", optional=True),
        ),
    ),
}
