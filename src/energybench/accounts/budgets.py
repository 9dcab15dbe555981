"""The uncertainty budget of an account: what each source contributes, and the combined standard uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from energybench.energy.measured import combine

if TYPE_CHECKING:
    from collections.abc import Hashable

    from energybench.energy.lines import Worked
    from energybench.energy.measured import Spread

#: Above this relative uncertainty of the output, a quotient is no longer nearly linear in it.
_LARGE = 0.1


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one source contributes to the uncertainty of a result.

    Attributes
    ----------
    source : str
        What is uncertain: an amount, a meter, a heating value, the output.
    tce : float
        Its signed contribution to the total: the change of the total for one standard uncertainty.
    intensity : float or None
        The same for the intensity, in its unit.
    share : float
        Its part of the squared uncertainty of the result.
    """

    source: str
    tce: float
    intensity: float | None
    share: float


def uncertainties(
    worked: list[Worked],
    intensity: float | None = None,
    per_energy: float = 0.0,
    electric: bool = False,
    output: Fraction = Fraction(1),
    output_spread: Spread | None = None,
    notes: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the fields of an account that speak of uncertainty; none where nothing was given one.

    With v = E / Q: u(v)^2 is the sum over the sources of (dE / Q - v dQ / Q)^2, a source's parts added before.
    """
    names: dict[Hashable, str] = {}
    tce: dict[Hashable, float] = {}
    value: dict[Hashable, float] = {}
    for part in (part for one in worked for part in one.parts):
        names.setdefault(part.source, part.name)
        tce[part.source] = tce.get(part.source, 0.0) + part.tce
        energy = part.electricity_kwh if electric else part.tce
        value[part.source] = value.get(part.source, 0.0) + energy * per_energy
    if intensity is not None and output_spread is not None:
        for source, part_of_output in output_spread.scaled(-intensity / float(output)):
            where: Hashable = ("output",) if source is None else source
            names.setdefault(where, "output")
            tce.setdefault(where, 0.0)
            value[where] = value.get(where, 0.0) + part_of_output
    if not names:
        return {}
    decisive = tce if intensity is None else value
    whole = combine(decisive.items()) or 1.0
    budget = [
        Contribution(names[one], tce[one], None if intensity is None else value[one], (decisive[one] / whole) ** 2)
        for one in sorted(names, key=lambda one: -abs(decisive[one]))
    ]
    found: dict[str, Any] = {"uncertainty": combine(tce.items()), "budget": tuple(budget)}
    if intensity is not None:
        found["intensity_uncertainty"] = combine(value.items())
        if output_spread is not None and output_spread.standard > _LARGE * float(output):
            said = "the output is uncertain by more than 10 %: first-order propagation and the normal model are rough"
            found["notes"] = (*notes, said)
    return found
