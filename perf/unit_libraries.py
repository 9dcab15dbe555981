"""The weighing done by unit libraries: pair by pair on arrays, and one quantity per row.

A library is told what a kgce is, gets every coefficient as a quantity of its own, and converts to tce. What it cannot
read (``万kWh``, ``百万千焦``) is given to it as a factor and a unit that it knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy
import pandas

from perf.data import KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from perf.data import Small

    Floats = NDArray[numpy.float64]
    Weigh = Callable[[Floats, tuple[str, str]], Floats]

#: Unit text of the meters: factor, and the unit in the words of most libraries.
READ = {
    "t": (1.0, "t"),
    "kg": (1.0, "kg"),
    "万吨": (1e4, "t"),
    "kWh": (1.0, "kWh"),
    "万kWh": (1e4, "kWh"),
    "MWh": (1.0, "MWh"),
    "m3": (1.0, "m**3"),
    "万m3": (1e4, "m**3"),
    "万立方米": (1e4, "m**3"),
    "GJ": (1.0, "GJ"),
    "MJ": (1.0, "MJ"),
    "百万千焦": (1.0, "GJ"),
}
# A coefficient is printed per the small unit of its kind.
_PRINTED_PER = {"t": "kg", "MWh": "kWh", "GJ": "MJ"}
# unyt and astropy do not know the watt-hour.
_HOURS = {"kWh": "kW*hr", "MWh": "MW*hr"}


def _coefficients(small: Small) -> dict[tuple[str, str], tuple[float, str]]:
    """Return the coefficient of each pair in kgce, and the unit that it is per."""
    found = {}
    for carrier, text, factor, _power in small.factors.itertuples(index=False):
        scale, unit = READ[text]
        thousand = 1e3 if unit in _PRINTED_PER else 1.0
        found[carrier, text] = (factor * 1e3 / scale / thousand, _PRINTED_PER.get(unit, unit))
    return found


def _pint(small: Small) -> tuple[Any, dict[tuple[str, str], Any]]:
    import pint

    registry: Any = pint.UnitRegistry()
    registry.define("kgce = [standard_coal]")
    registry.define("tce = 1000 * kgce")
    rates = {
        pair: registry.Quantity(figure, f"kgce / ({unit})") for pair, (figure, unit) in _coefficients(small).items()
    }
    return registry, rates


def with_pint(small: Small) -> Weigh:
    """Weigh with pint: an array quantity per pair."""
    registry, rates = _pint(small)

    def weigh(amounts: Floats, pair: tuple[str, str]) -> Floats:
        scale, unit = READ[pair[1]]
        found: Floats = (registry.Quantity(amounts * scale, unit) * rates[pair]).to("tce").magnitude
        return found

    return weigh


def with_pint_pandas(small: Small) -> Weigh:
    """Weigh with pint-pandas: a series per pair."""
    import pint_pandas

    registry, rates = _pint(small)
    pint_pandas.PintType.ureg = registry

    def weigh(amounts: Floats, pair: tuple[str, str]) -> Floats:
        scale, unit = READ[pair[1]]
        found: Floats = (pandas.Series(amounts * scale, dtype=f"pint[{unit}]") * rates[pair]).pint.to("tce").pint.m
        return numpy.asarray(found)

    return weigh


def with_unyt(small: Small) -> Weigh:
    """Weigh with unyt, in which standard coal has to be energy."""
    import unyt

    if "kgce" not in unyt.unit_registry.default_unit_registry:
        unyt.define_unit("kgce", (29307.6, "kJ"))
        unyt.define_unit("tce", (29307.6, "MJ"))
    rates = {
        pair: unyt.unyt_quantity(figure, f"kgce/({_HOURS.get(unit, unit)})")
        for pair, (figure, unit) in _coefficients(small).items()
    }

    def weigh(amounts: Floats, pair: tuple[str, str]) -> Floats:
        scale, unit = READ[pair[1]]
        found: Floats = (unyt.unyt_array(amounts * scale, _HOURS.get(unit, unit)) * rates[pair]).to("tce").value
        return found

    return weigh


def with_astropy(small: Small) -> Weigh:
    """Weigh with astropy.units."""
    from astropy import units

    kgce = units.def_unit("kgce")
    tce = units.def_unit("tce", 1000 * kgce)
    words = {unit for _, unit in READ.values()} | set(_PRINTED_PER.values())
    known = {unit: units.Unit(_HOURS.get(unit, unit).replace("*hr", " h")) for unit in words}
    rates = {pair: figure * kgce / known[unit] for pair, (figure, unit) in _coefficients(small).items()}

    def weigh(amounts: Floats, pair: tuple[str, str]) -> Floats:
        scale, unit = READ[pair[1]]
        found: Floats = (units.Quantity(amounts * scale, known[unit]) * rates[pair]).to(tce).value
        return found

    return weigh


def totals(weigh: Weigh, meters: pandas.DataFrame) -> pandas.DataFrame:
    """Weigh pair by pair, then group by pandas: totals alone, no intensity and no class."""
    amounts = meters["amount"].to_numpy()
    tce = numpy.empty(len(meters))
    for pair, rows in meters.groupby(["carrier", "unit"], observed=True).indices.items():
        tce[rows] = weigh(amounts[rows], pair)
    return meters[KEY].assign(tce=tce).groupby(KEY, observed=True)["tce"].sum().reset_index()


def row_by_row(meters: pandas.DataFrame, small: Small) -> pandas.DataFrame:
    """Make one pint quantity of every row, multiply and convert; then group by pandas."""
    registry, rates = _pint(small)
    rows = zip(meters["amount"], meters["carrier"], meters["unit"], strict=True)
    tce = [
        (registry.Quantity(amount * READ[text][0], READ[text][1]) * rates[carrier, text]).to("tce").magnitude
        for amount, carrier, text in rows
    ]
    return meters[KEY].assign(tce=tce).groupby(KEY, observed=True)["tce"].sum().reset_index()
