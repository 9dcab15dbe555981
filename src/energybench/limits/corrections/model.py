"""What a correction is: formula, parameters with ranges, figures of the table, and the result of using it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy
from numpy.typing import NDArray

from energybench.errors import OptionError
from energybench.units.result import Record

if TYPE_CHECKING:
    from collections.abc import Callable

#: One number, or a float64 array of numbers: every formula takes and gives either.
Values = float | NDArray[numpy.float64]

#: The end of a parameter's keyword tells its unit: altitude_m, strength_mpa.
_ENDINGS = {
    "": "",
    "m": "_m",
    "Pa": "_pa",
    "MPa": "_mpa",
    "percent": "_percent",
    "kWh": "_kwh",
    "t": "_t",
    "a": "_years",
}


def plain(values: Any) -> Values:
    """Return a float for one number, and an array as it is.

    >>> plain(numpy.float64(1.5))
    1.5
    """
    return values if isinstance(values, numpy.ndarray) and values.ndim else float(values)


def require_range(name: str, values: Values, low: float, high: float, why: str, *, above: bool = False) -> None:
    """Refuse a value outside a range; NaN is outside every range.

    Examples
    --------
    >>> require_range("heats", 2.0, 0, 20, "plausible")
    """
    given = numpy.asarray(values, dtype=numpy.float64)
    inside = (given > low if above else given >= low) & (given <= high)
    if numpy.all(inside):
        return
    first = float(given.reshape(-1)[int(numpy.argmin(inside.reshape(-1)))])
    asked = f"more than {low:g}" if high == numpy.inf else f"{'more than ' if above else ''}{low:g} to {high:g}"
    raise OptionError(f"{name} is {first:g}, expected {asked}", f"{first:g}", f"The range: {why}")


@dataclass(frozen=True, slots=True)
class Points:
    """A figure that is a table: points of a parameter, rising, and the figure at each."""

    at: tuple[float, ...]
    values: tuple[float, ...]

    def linear(self, name: str, given: Values) -> Values:
        """Return the figure, linear between the points; outside the points is an error."""
        require_range(name, given, self.at[0], self.at[-1], "the points of the table, nothing is extrapolated")
        return plain(numpy.interp(given, self.at, self.values))

    def of_class(self, given: Values) -> Values:
        """Return the figure of the class whose upper bound is the first that is not exceeded."""
        return plain(numpy.array(self.values)[numpy.searchsorted(self.at, given, side="left")])

    def stated(self, name: str, given: Values) -> Values:
        """Return the figure at a point of the table; between the points is an error."""
        require_range(name, given, self.at[0], self.at[-1], "the points of the table, nothing is extrapolated")
        points = numpy.array(self.at)
        values = numpy.asarray(given, dtype=numpy.float64)
        nearest = numpy.abs(values[..., None] - points).argmin(axis=-1)
        between = values != points[nearest]
        if numpy.any(between):
            first = float(values.reshape(-1)[int(numpy.argmax(between.reshape(-1)))])
            known = ", ".join(f"{point:g}" for point in self.at)
            raise OptionError(
                f"{name} is {first:g}, between the points of the table", f"{first:g}", f"It is stated at {known} only"
            )
        return plain(numpy.array(self.values)[nearest])


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a correction needs to know of a plant.

    Attributes
    ----------
    name, unit : str
        Name, and the unit that plain numbers are in.
    low, high, above : float, float, bool
        The range; ``above`` takes ``low`` out of it.
    why : str
        Where the range comes from: what is possible, what the standard states, or what is plausible.
    optional : bool
        Whether the formula has an answer without it.
    """

    name: str
    meaning: str
    unit: str = ""
    low: float = 0.0
    high: float = numpy.inf
    above: bool = False
    why: str = "what is possible"
    optional: bool = False

    @property
    def keyword(self) -> str:
        """The name with its unit at the end, for plain numbers."""
        return self.name + _ENDINGS[self.unit]


@dataclass(frozen=True, slots=True)
class Formula:
    """How the figures of the table and the parameters of a plant become a factor or an addition.

    ``order`` says what comes first where several corrections meet: 0, then 1, then 2.
    """

    function: Callable[..., Values]
    text: str
    kind: str
    parameters: tuple[Parameter, ...] = ()
    order: int = 2
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction of one document.

    Attributes
    ----------
    id, name, document : str
        ``document/name``; a name may stand in several documents.
    side : {"limit", "result", ""}
        What moves; empty where that is not known.
    items : tuple of str
        Items that it applies to; ``*`` stands for any characters.
    levels : tuple of int
        Levels whose limit moves; empty on the result side.
    cases : tuple of str
        What ``case`` may be; empty where it needs none.
    kind : {"factor", "addition"}
        Whether the change multiplies or is added.
    parameters : tuple of Parameter
        What must be known, with units and ranges.
    formula : str
        In words of the parameters and of the figures in ``data/corrections.csv``.
    verification : str
        The weakest of its figures; ``"derived"`` is physics, not a clause.
    """

    id: str
    name: str
    document: str
    side: str
    items: tuple[str, ...]
    levels: tuple[int, ...]
    cases: tuple[str, ...]
    kind: str
    parameters: tuple[Parameter, ...]
    formula: str
    clause: str
    verification: str
    evidence: str
    notes: str
    order: int = 2
    function: Callable[..., Values] | None = field(default=None, repr=False, compare=False)
    unit: str = ""

    def __str__(self) -> str:
        needs = [f"{p.keyword}{' (optional)' if p.optional else ''}" for p in self.parameters]
        needs += [f"case ({', '.join(self.cases)})"] if self.cases else []
        side = self.side or "side not known"
        return f"{self.id} [{self.verification}]: {side}, {self.formula}; needs {', '.join(needs) or 'nothing'}"


@dataclass(frozen=True, slots=True)
class CorrectionResult(Record):
    """One value or limit before and after one correction, with its source.

    Attributes
    ----------
    change : float
        The factor, or the addition in ``unit``.
    value_before, value_after : float
        The result, or the limit of ``level``, in ``unit``.
    level : str
        The step whose limit moved; empty on the result side.
    """

    correction: str
    name: str
    side: str
    level: str
    item: str
    kind: str
    change: float
    value_before: float
    value_after: float
    unit: str
    parameters: dict[str, float | str]
    document: str
    clause: str
    verification: str
    evidence: str
    formula: str
    notes: str

    def __str__(self) -> str:
        how = f"x {self.change:.6g}" if self.kind == "factor" else f"{self.change:+.6g} {self.unit}"
        what = f"{self.side} of {self.level}" if self.level else self.side
        return (
            f"{what} {self.value_before:.6g} {how} = {self.value_after:.6g} {self.unit}"
            f"  [{f'{self.correction} {self.clause}'.strip()}, {self.verification}]"
        )
