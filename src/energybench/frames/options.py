"""The options of a whole table, checked once for every way through it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from energybench.energy.conversion import factor, make_choice
from energybench.energy.gas_and_steam import CONDITIONS
from energybench.errors import check_option
from energybench.limits.choose import documents_of_region
from energybench.limits.furnaces import READINGS
from energybench.limits.ladders import COMPARES
from energybench.limits.verdicts import PROJECTS
from energybench.tables.store import find_document
from energybench.units.text import KWH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from energybench.energy.coal_rates import CoalRate
    from energybench.energy.coefficients import Choice
    from energybench.units.registry import AmountLike


@dataclass(frozen=True, slots=True)
class Options:
    """How every row of a table is converted and judged."""

    choice: Choice
    document: str | None
    reading: str
    compare: str
    region: str | None = None
    project: str | None = None
    corrections: str | None = None
    plausible: bool = False

    def to_dict(self) -> dict[str, Any]:
        choice = self.choice
        return {
            "basis": choice.basis,
            "coal_rate": str(choice.coal_rate) if choice.coal_rate else None,
            "edition": choice.edition,
            "gas_state": f"{CONDITIONS[choice.gas_state].celsius} °C" if choice.gas_state else None,
            "document": self.document,
            "region": self.region,
            "project": self.project,
            "corrections": self.corrections,
            "plausible": self.plausible,
            "reading": self.reading,
            "compare": self.compare,
            "allow_unverified": choice.allow_unverified,
        }


def make_options(
    *,
    basis: str = "calorific",
    coal_rate: AmountLike | CoalRate | None = None,
    edition: str | Sequence[str] | None = None,
    gas_state: str | None = None,
    document: str | None = None,
    region: str | None = None,
    project: str | None = None,
    reading: str = "linear",
    compare: str = "full",
    corrections: str | None = None,
    plausible: bool = False,
    allow_unverified: bool = False,
) -> Options:
    check_option("reading", reading, READINGS)
    check_option("compare", compare, COMPARES)
    check_option("project", project or "existing", PROJECTS)
    check_option("corrections", corrections or "base", ("base",))
    choice = make_choice(
        basis=basis, coal_rate=coal_rate, edition=edition, gas_state=gas_state, allow_unverified=allow_unverified
    )
    if document is not None:
        find_document(document)
    if region is not None:
        documents_of_region(region)
    # A coal rate that fits no electricity would be refused row by row; it is wrong for the whole table.
    if choice.coal_rate is not None:
        factor("electricity", KWH, choice)
    return Options(choice, document, reading, compare, region, project, corrections, plausible)
