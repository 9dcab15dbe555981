"""The options of a conversion, read once into exact figures, and what their uncertainties do to its result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energybench.energy.coal_rates import CoalRate
from energybench.energy.coefficients import Choice, check_basis_name
from energybench.energy.measured import read_measured_rate
from energybench.errors import OptionError, UncertaintyError
from energybench.tables.store import find_document
from energybench.units.registry import same_kind, to_float
from energybench.units.text import UnitText

if TYPE_CHECKING:
    from collections.abc import Hashable

    from energybench.energy.coefficients import Coefficient
    from energybench.energy.measured import MeasuredLike, Spread

    Spreads = dict[str, Spread]


def make_choice(
    *,
    basis: str = "calorific",
    coal_rate: MeasuredLike | CoalRate | None = None,
    ncv: MeasuredLike | None = None,
    density: MeasuredLike | None = None,
    coefficient: MeasuredLike | None = None,
    edition: str | None = None,
    allow_unverified: bool = False,
) -> Choice:
    """Read the options of a conversion once, into exact figures; one with an uncertainty is refused."""
    choice, spreads = make_measured_choice(
        basis=basis,
        coal_rate=coal_rate,
        ncv=ncv,
        density=density,
        coefficient=coefficient,
        edition=edition,
        allow_unverified=allow_unverified,
    )
    for name, spread in spreads.items():
        fix = "Give the value alone; to_tce, convert and account take an uncertainty"
        raise UncertaintyError(f"{name} is {spread.stated}: an uncertainty is not used here", spread.stated, fix)
    return choice


def make_measured_choice(
    *,
    basis: str = "calorific",
    coal_rate: MeasuredLike | CoalRate | None = None,
    ncv: MeasuredLike | None = None,
    density: MeasuredLike | None = None,
    coefficient: MeasuredLike | None = None,
    edition: str | None = None,
    allow_unverified: bool = False,
) -> tuple[Choice, Spreads]:
    """Read the options of a conversion once, into exact figures, and the uncertainties of those that have one."""
    check_basis_name(basis)
    if edition is not None:
        find_document(edition)
    if coal_rate is ncv is density is coefficient is None:
        return Choice(basis, edition, allow_unverified=allow_unverified), {}
    if coal_rate is not None and basis == "calorific":
        raise OptionError(
            "coal_rate is given with the calorific basis, which does not use it", "coal_rate", 'Pass basis="primary"'
        )
    source = coal_rate if isinstance(coal_rate, CoalRate) else None
    given = {
        "coal_rate": coal_rate.text if isinstance(coal_rate, CoalRate) else coal_rate,
        "ncv": ncv,
        "coefficient": coefficient,
        "density": density,
    }
    read = {name: (None, None) if value is None else read_measured_rate(value, name) for name, value in given.items()}
    rates = {name: rate for name, (rate, _) in read.items()}
    choice = Choice(
        *(basis, edition, rates["coal_rate"], rates["ncv"], rates["coefficient"], rates["density"], allow_unverified),
        coal_rate_source=source,
    )
    return choice, {name: spread for name, (_, spread) in read.items() if spread is not None}


def tce_parts(
    tce: float,
    factor: float,
    unit: UnitText,
    choice: Choice,
    record: Coefficient,
    amount: Spread | None,
    spreads: Spreads,
) -> list[tuple[str, Hashable, float]]:
    """Return what each uncertain figure contributes to the uncertainty of a conversion, in tce.

    tce is proportional to the amount and to the coefficient, heating value or coal rate, and to the density or
    its inverse, so that relative uncertainties carry over (JCGM 100:2008, 5.1.2 and 5.1.6).
    """
    parts: list[tuple[str, Hashable, float]] = []
    if amount is not None:
        parts += [("amount", source, part) for source, part in amount.scaled(factor)]
    rates = {"coal_rate": choice.coal_rate, "ncv": choice.ncv, "coefficient": choice.own, "density": choice.density}
    for name, spread in spreads.items():
        rate = rates[name]
        if rate is not None and (name != "coal_rate" or record.origin == "coal_rate"):
            inverse = name == "density" and not same_kind(unit, UnitText(rate.unit.denominator))
            slope = (-tce if inverse else tce) / to_float(rate.value, name)
            parts += [(name, source, part) for source, part in spread.scaled(slope)]
    return parts
