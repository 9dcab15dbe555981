"""Corrections of port terminals, GB 31823-2021: use, unloading and line length, heat tracing."""

from __future__ import annotations

import numpy

from energybench.errors import OptionError
from energybench.limits.corrections.model import Formula, Parameter, Points, Values, plain


def throughput_factor(capacity_to_throughput: Values, *, factors: Points) -> Values:
    """Return the factor of a container terminal by its use, GB 31823-2021.

    Notes
    -----
    GB 31823-2021, one source.

    Examples
    --------
    >>> throughput_factor(2.5, factors=Points((2.0, 3.0), (1.0, 0.95)))
    0.95
    """
    return factors.of_class(capacity_to_throughput)


def unloading_factor(
    main_energy_share: Values,
    line_length_m: Values,
    share_unloaded: Values | None = None,
    *,
    line_factors: Points,
    unloading_factor: float | None = None,
    split: float = numpy.nan,
    high_slope: float = numpy.nan,
    high_constant: float = numpy.nan,
    low_slope: float = numpy.nan,
) -> Values:
    """Return the factor of a dry-bulk terminal by way of unloading and length of line, GB 31823-2021.

    Notes
    -----
    g k s + (1 - s) with s = main_energy_share; g is stated, or 1/(high_slope w + high_constant) from split up and
    1/(1 - low_slope w) below. GB 31823-2021, one source.

    Examples
    --------
    >>> unloading_factor(0.5, 400.0, line_factors=Points((500.0, 1000.0), (1.1, 1.05)), unloading_factor=1.0)
    1.05
    """
    if (share_unloaded is None) == (unloading_factor is None):
        raise OptionError(
            f"share_unloaded is {'missing' if share_unloaded is None else 'given'} for this case",
            "share_unloaded",
            "It goes with case='share-unloaded', and only with that",
        )
    g: Values = unloading_factor if unloading_factor is not None else numpy.nan
    if share_unloaded is not None:
        w = numpy.asarray(share_unloaded)
        g = plain(numpy.where(w >= split, 1.0 / (high_slope * w + high_constant), 1.0 / (1.0 - low_slope * w)))
    return plain(g * line_factors.of_class(line_length_m) * main_energy_share + (1.0 - main_energy_share))


def heat_tracing_factor(tracing_energy_share: Values, *, tracing_factor: float) -> Values:
    """Return the factor of a crude-oil terminal by its heat tracing, GB 31823-2021.

    Notes
    -----
    1 - s + tracing_factor s. GB 31823-2021, unverified: the source itself doubts the bounds.

    Examples
    --------
    >>> heat_tracing_factor(0.2, tracing_factor=0.95)
    0.99
    """
    return plain(1.0 - tracing_energy_share + tracing_factor * tracing_energy_share)


FORMULAS = {
    "gb-31823-2021/throughput": Formula(
        throughput_factor,
        "x factors of the class of capacity_to_throughput",
        "factor",
        (Parameter("capacity_to_throughput", "design capacity over throughput", above=True),),
        order=1,
    ),
    "gb-31823-2021/unloading": Formula(
        unloading_factor,
        "x (g k s + 1 - s), s = main_energy_share, k = line_factors of line_length_m, g = unloading_factor, or "
        "1 / (high_slope w + high_constant) from split up and 1 / (1 - low_slope w) below, w = share_unloaded",
        "factor",
        (
            Parameter("main_energy_share", "share of Ez in Ez + Ef", high=1.0),
            Parameter("line_length", "length of the conveying line", "m"),
            Parameter("share_unloaded", "share unloaded", high=1.0, optional=True),
        ),
        order=1,
    ),
    "gb-31823-2021/heat-tracing": Formula(
        heat_tracing_factor,
        "x (1 - tracing_energy_share + tracing_factor tracing_energy_share)",
        "factor",
        (Parameter("tracing_energy_share", "share of Ebp in the whole energy", high=1.0),),
        order=1,
    ),
}
