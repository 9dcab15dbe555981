"""Limits that depend on furnace capacity: stated points, flat ends, and four readings between the points.

昌市政办发〔2021〕24号 states ≤1 t 630, 1.5 t 620, 2 t 610 and ≥5 t 590 kWh per tonne of liquid metal, each
strict. It says nothing of the capacities between; a reading is our convention and stands in the result.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from fractions import Fraction
from math import isnan, nan
from typing import TYPE_CHECKING

from energybench.errors import CapacityError, DimensionError, UnknownProductError, check_option, did_you_mean, quoted
from energybench.limits.ladders import Level, Step, fold_threshold
from energybench.tables.rows import Cited
from energybench.tables.store import ACCEPTED, cached, citation, find_document, records, require_usable
from energybench.units.factors import ratio, to_float
from energybench.units.registry import read_quantity
from energybench.units.result import Card, Quantified
from energybench.units.text import UnitText

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from energybench.tables.rows import FurnaceRow
    from energybench.units.registry import AmountLike

DEFAULT_ITEM = "induction-furnace-cast-iron"

#: How the table is read between its stated points; the bounds of every reading are class_above and class_below.
READINGS = ("linear", "class_below", "class_above", "stated_only")
_TONNE = UnitText(("t",))
#: Two capacities are one to this part of themselves.
_HAIR = 1e-9


@dataclass(frozen=True, slots=True)
class FurnaceLimit(Quantified, Card, Cited):
    """The limit for one furnace.

    Attributes
    ----------
    value : float
        The limit in ``unit``, by ``reading``.
    origin : str
        ``"stated"`` by the document or ``"interpolated"``, which the document does not say.
    strict, lenient : float
        The limits of the readings ``class_above`` and ``class_below``.
    denominator, temperature_celsius : str, float
        What a tonne is of, and the temperature of the metal that the document states.
    region, effective_to : str
        Place of the document, and the first day on which it is no longer in force.
    between : tuple of tuple
        The stated points (capacity in t, limit) on both sides; one point twice where it is stated.
    row : str
        Id of the row of ``furnace_limits``; between two stated points that of the smaller capacity.
    """

    item: str
    capacity: float
    value: float
    unit: str
    comparator: str
    reading: str
    origin: str
    strict: float
    lenient: float
    between: tuple[tuple[float, float], tuple[float, float]]
    denominator: str
    temperature_celsius: float
    document: str
    clause: str
    verification: str
    evidence: str
    notes: str
    region: str
    effective_to: str
    row: str

    @property
    def curve(self) -> LimitCurve:
        """The stated points that the limit was read from."""
        return find_curve(self.item, self.document, allow_unverified=True)

    def __str__(self) -> str:
        how = "stated"
        if self.origin != "stated":
            how = f"{self.reading} between {self.between[0][0]:g} t and {self.between[1][0]:g} t"
        band = "" if self.strict == self.lenient else f"; strict {self.strict:g}, lenient {self.lenient:g}"
        metal = f"{self.denominator}, {self.temperature_celsius:g} ℃"
        place = f"{self.region.partition(';')[0]}, " if self.region else ""
        end = f"; in force until {self.effective_to}" if self.effective_to else ""
        return (
            f"{self.comparator} {self.value:.6g} {self.unit} ({metal}) at {self.capacity:g} t: {how}{band}"
            f"  [{place}{self.document} {self.clause}, {self.verification}{end}]"
        )


@dataclass(frozen=True, slots=True)
class LimitCurve:
    #: The row that is verified worst speaks for all of them.
    row: FurnaceRow
    #: The row of each capacity.
    rows: tuple[FurnaceRow, ...]
    capacities: tuple[float, ...]
    limits: tuple[float, ...]
    #: Each stated limit as the document prints it.
    printed: tuple[str, ...]

    def at(self, capacities: NDArray[numpy.float64], reading: str) -> NDArray[numpy.float64]:
        """Return the limit at each capacity; NaN for NaN, and where ``stated_only`` has no stated point."""
        import numpy

        points, stated, last = numpy.array(self.capacities), numpy.array(self.limits), len(self.capacities) - 1
        # A capacity that a unit conversion left a hair beside a stated point is that point.
        nearest = points[numpy.abs(capacities[:, None] - points).argmin(axis=1)]
        size = numpy.where(numpy.abs(capacities - nearest) <= _HAIR * nearest, nearest, capacities)
        if reading == "linear":
            between: NDArray[numpy.float64] = numpy.interp(size, points, stated)
            return between
        below = stated[numpy.clip(numpy.searchsorted(points, size, side="right") - 1, 0, last)]
        above = stated[numpy.clip(numpy.searchsorted(points, size, side="left"), 0, last)]
        unstated = numpy.isnan(size) | ((reading == "stated_only") & (above != below))
        return numpy.where(unstated, numpy.nan, above if reading == "class_above" else below)

    def limit_at(self, capacity: float, reading: str) -> float:
        """Return the limit at one capacity, as :meth:`at` does."""
        (at, lenient), (end, strict) = self.points_beside(capacity)
        if reading == "linear" and end != at:
            return (strict - lenient) / (end - at) * (capacity - at) + lenient
        if reading == "stated_only" and strict != lenient:
            return nan
        return strict if reading == "class_above" else lenient

    def points_beside(self, capacity: float) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the stated points (capacity, limit) on both sides of a capacity."""
        last = len(self.capacities) - 1
        nearest = min(self.capacities, key=lambda point: abs(capacity - point))
        size = nearest if abs(capacity - nearest) <= _HAIR * nearest else capacity
        below, above = max(bisect_right(self.capacities, size) - 1, 0), min(bisect_left(self.capacities, size), last)
        return (self.capacities[below], self.limits[below]), (self.capacities[above], self.limits[above])

    def step(self, limit: float) -> Step:
        """Return the step of a limit: as it is printed, or as a computed one between the stated points."""
        text = next((text for known, text in zip(self.limits, self.printed, strict=True) if known == limit), None)
        return Step(Level.WITHIN_LIMIT, text or repr(limit), self.row.comparator, printed=text is not None)

    @property
    def sign(self) -> float:
        """-1 where higher is better, else 1."""
        return -1.0 if self.row.better == "higher" else 1.0

    def edges(
        self, limits: NDArray[numpy.float64], compare: str
    ) -> tuple[NDArray[numpy.float64], NDArray[numpy.float64]]:
        """Return for each limit the edge and the figure shown of :class:`energybench.limits.ladders.Regions`."""
        edges: NDArray[numpy.float64] = fold_threshold(limits, self.row.comparator)
        shown = self.sign * limits
        for limit in self.limits if compare == "rounded" else ():
            here = limits == limit
            edges[here] = shown[here] = self.step(limit).edge(compare)
        return edges, shown


@cached()
def find_curve(item: str = DEFAULT_ITEM, document: str | None = None, allow_unverified: bool = False) -> LimitCurve:
    rows: list[FurnaceRow] = [row for row in records("furnace_limits") if row.item == item]
    chosen = find_document(document).id if document else (rows[0].document if rows else "")
    here = [row for row in rows if row.document == chosen]
    if not here and rows:
        places = list(dict.fromkeys(row.document for row in rows))
        fix = f'It is in {", ".join(places)}: pass document="{places[0]}"'
        raise UnknownProductError(f"No furnace limit for {item} in {citation(chosen)}", item, fix)
    if not here:
        known = sorted({f"{row.item} ({row.document})" for row in records("furnace_limits")})
        raise UnknownProductError(
            f"No furnace limit for {quoted(item)}" + (f" in {citation(chosen)}" if chosen else ""),
            quoted(item),
            did_you_mean(
                item, {row.item for row in records("furnace_limits")}, f"There are limits for {', '.join(known)}"
            ),
        )
    for row in here:
        require_usable(row, f"The limit of {item} at {row.capacity} {row.capacity_unit}", allow_unverified)
    here.sort(key=lambda row: float(row.capacity))
    points = ((float(row.capacity), float(row.limit), row.limit) for row in here)
    weak = (row for row in here if row.verification not in ACCEPTED)
    return LimitCurve(next(weak, here[0]), tuple(here), *zip(*points, strict=True))


def read_capacity(capacity: AmountLike) -> float:
    magnitude, unit = read_quantity(capacity, "capacity")
    try:
        factor = ratio(unit, _TONNE)
    except DimensionError as error:
        said = f"capacity is {quoted(capacity)}, expected the rated capacity as a mass"
        fix = 'Write, for example, "3 t"; a melting rate in t/h is not a capacity'
        raise CapacityError(said, quoted(capacity), fix) from error
    if not isinstance(magnitude, float):
        raise CapacityError("capacity is an array, expected one furnace", "capacity", "Use a column and assess()")
    tonnes = to_float(Fraction(repr(magnitude)) * factor, "capacity")
    if tonnes <= 0:
        said = f"capacity is {quoted(capacity)}, expected more than zero"
        raise CapacityError(said, quoted(capacity), "Give the rated capacity")
    return tonnes


def furnace_limit(
    capacity: AmountLike,
    *,
    reading: str = "linear",
    item: str = DEFAULT_ITEM,
    document: str | None = None,
    allow_unverified: bool = False,
) -> FurnaceLimit:
    """Return the limit for a furnace of one capacity.

    Parameters
    ----------
    capacity : str or pint.Quantity
        Rated capacity as a mass, ``"3 t"``.
    reading : {"linear", "class_below", "class_above", "stated_only"}
        Between stated points: linear in capacity (default, our convention), the limit of the smaller class
        (lenient), of the larger class (strict), or an error.
    item : str
        Item of the furnace table.
    document : str, optional
        Document id or number; default the one document that has the item.
    allow_unverified : bool
        Use unverified points.

    Returns
    -------
    FurnaceLimit
        The limit, its bounds over all readings, and its source.

    Raises
    ------
    CapacityError
        If the capacity is no positive mass, or not stated with ``reading="stated_only"``.
    OptionError, UnknownProductError
        If the reading or the item does not exist, or the document has no limit for the item.

    Notes
    -----
    Stated points come back exactly and the ends are flat: nothing is extrapolated. Source: 昌市政办发〔2021〕24号,
    四（一）2, ``data/furnace_limits.csv``.

    Examples
    --------
    >>> round(furnace_limit("3 t").value, 2)
    603.33
    >>> furnace_limit("3 t", reading="class_above").value
    590.0
    """
    check_option("reading", reading, READINGS)
    tonnes = read_capacity(capacity)
    curve = find_curve(item, document, allow_unverified)
    value, strict, lenient = (curve.limit_at(tonnes, way) for way in (reading, "class_above", "class_below"))
    between = curve.points_beside(tonnes)
    row = curve.rows[curve.capacities.index(between[0][0])]
    if isnan(value):
        raise CapacityError(
            f"{citation(row.document)} states no limit at {tonnes:g} t, "
            f"only at {between[0][0]:g} t and {between[1][0]:g} t",
            quoted(capacity),
            'Choose reading="linear", "class_below" or "class_above"; the document says nothing between its points',
        )
    said = f"{reading} between stated points is a reading, not the text"
    source = find_document(row.document)
    same = ("item", "unit", "comparator", "denominator", "document", "clause", "evidence")
    return FurnaceLimit(
        **{name: getattr(row, name) for name in same},
        verification=curve.row.verification,
        capacity=tonnes,
        value=value,
        reading=reading,
        origin="stated" if strict == lenient else "interpolated",
        strict=strict,
        lenient=lenient,
        between=between,
        temperature_celsius=float(row.temperature_celsius or "nan"),
        notes=row.notes if strict == lenient else f"{row.notes}; {said}",
        region=source.region,
        effective_to=source.effective_to,
        row=row.id,
    )
