"""What a correction is: formula, parameters with ranges, and the result of using it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from energybench.units.result import Record


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a correction needs to know of a plant: one row of ``data/correction_parameters.csv``.

    Attributes
    ----------
    name, unit : str
        Name, and the unit that plain numbers are in.
    low, high, above : float, float, bool
        The range; ``above`` takes ``low`` out of it.
    why : str
        Where the range comes from: what is possible, what the standard states, or what is plausible.
    default, figure, condition : str
        What stands where it is not given; the figure that it goes with; further comparisons that must hold.
    """

    name: str
    meaning: str
    unit: str = ""
    low: float = 0.0
    high: float = math.inf
    above: bool = False
    why: str = "what is possible"
    default: str = ""
    figure: str = ""
    condition: str = ""

    @property
    def keyword(self) -> str:
        """The name with its unit at the end, for plain numbers."""
        return self.name + ending(self.unit)

    @property
    def optional(self) -> bool:
        """Whether there are plants that need not give it."""
        return bool(self.default or self.figure)


@dataclass(frozen=True, slots=True)
class Points:
    """A figure that is a table: points of a parameter, rising, and the figure at each."""

    at: tuple[float, ...]
    values: tuple[float, ...]


Figure = float | Points


def ending(unit: str) -> str:
    """Return what the keyword of a parameter ends in: altitude_m, strength_mpa, oven_age_years."""
    return f"_{'years' if unit == 'a' else unit.lower()}" if unit else ""


@dataclass(frozen=True, slots=True, kw_only=True)
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
        What is computed, in the names of the parameters and of the figures in ``data/corrections.csv``.
    verification : str
        The weakest of its figures; ``"derived"`` is physics, not a clause.
    required : bool
        Whether the document gives no class without it.
    """

    id: str
    name: str
    side: str
    items: tuple[str, ...]
    kind: str
    formula: str
    verification: str
    document: str = ""
    levels: tuple[int, ...] = ()
    cases: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    clause: str = ""
    evidence: str = ""
    notes: str = ""
    order: int = 2
    unit: str = ""
    required: bool = False

    def __str__(self) -> str:
        needs = [f"{p.keyword}{' (optional)' if p.optional else ''}" for p in self.parameters]
        needs += [f"case ({', '.join(self.cases)})"] if self.cases else []
        side = self.side or "side not known"
        how = f"{'times' if self.kind == 'factor' else 'plus'} {self.formula}"
        return f"{self.id} [{self.verification}]: {side} {how}; needs {', '.join(needs) or 'nothing'}"


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
