"""What one unit of a carrier is in standard coal: where a carrier, a unit, a coefficient and a density meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energybench.energy.coefficients import TCE, category_of, choose_coefficient
from energybench.energy.plausibility import refuse_density
from energybench.errors import DimensionError, GasConditionError, OptionError
from energybench.tables.store import cached
from energybench.units.registry import Rate, ratio, same_kind, to_float
from energybench.units.text import UnitText

if TYPE_CHECKING:
    from fractions import Fraction

    from energybench.energy.coefficients import Choice, Coefficient

_KILOGRAM = UnitText(("kg",))
_KILOGRAM_PER_VOLUME = (UnitText(("kg",), ("m3",)), UnitText(("kg",), ("Nm3",)))


@cached(4096)
def factor(name: str, unit: UnitText, choice: Choice) -> tuple[Fraction, Coefficient]:
    """Return the exact tce per one ``unit`` of a carrier, and the coefficient behind it.

    The one place where a carrier, a unit and a coefficient meet: one value and a whole table both come here.
    """
    rate, record = choose_coefficient(name, choice)
    amounts = _amounts_of(rate, unit, choice, record.carrier)
    return amounts * Rate(rate.value, UnitText(rate.unit.numerator, (), rate.unit.exponent)).to(TCE), record


def _amounts_of(rate: Rate, unit: UnitText, choice: Choice, carrier: str) -> Fraction:
    """Return how many of the coefficient's own amounts one ``unit`` is."""
    per, density = UnitText(rate.unit.denominator), choice.density
    if same_kind(unit, per):
        if density is not None:
            raise OptionError(
                f"density is given, and {unit} needs none for a coefficient per {per}", "density", "Leave density out"
            )
        return ratio(unit, per)
    if density is None:
        raise _wrong_kind(unit, per, carrier)
    known = _kilograms_per_volume(density)
    # A density is mass per volume; a specific volume, the other way round, says as much.
    above, below = UnitText(density.unit.numerator, (), density.unit.exponent), UnitText(density.unit.denominator)
    if same_kind(unit, below) and same_kind(per, above):
        amounts = ratio(unit, below) * density.value * ratio(above, per)
    elif same_kind(unit, above) and same_kind(per, below):
        amounts = ratio(unit, above) / density.value * ratio(below, per)
    else:
        raise _wrong_kind(unit, per, carrier)
    if not choice.allow_unverified:
        category = category_of(carrier)
        # Liquefied gas has a coefficient per mass, and is weighed in either state.
        of_gas = category == "gas" and not same_kind(per, _KILOGRAM)
        refuse_density(density, known, carrier, category, of_gas=of_gas)
    return amounts


def _kilograms_per_volume(density: Rate) -> float:
    """Return a density in kg/m3, or in kg/Nm3 where its volume is at reference conditions."""
    if density.value <= 0:
        raise OptionError(f"density is {density}, expected more than zero", str(density), "Give the measured density")
    unit = density.unit
    inverse = UnitText(unit.denominator, unit.numerator, -unit.exponent)
    for known in _KILOGRAM_PER_VOLUME:
        if same_kind(unit, known):
            return to_float(density.to(known), "density")
        if unit.denominator and same_kind(inverse, known):
            return to_float(Rate(1 / density.value, inverse).to(known), "density")
    raise DimensionError(
        f"density is {density}, expected mass per volume",
        str(density),
        'Give it as density="0.84 kg/L"; a heating value is ncv=, standard coal per amount is coefficient=',
    )


def _wrong_kind(unit: UnitText, per: UnitText, carrier: str) -> DimensionError:
    kinds = {name: UnitText((name,)) for name in ("m3", "Nm3", "t", "tce")}
    conditions = [any(same_kind(one, kinds[gas]) for gas in ("m3", "Nm3")) for one in (unit, per)]
    given = f"{carrier} is given in {unit}, and its coefficient is per {per}"
    if all(conditions):
        return GasConditionError(
            f"{given}: m3 and Nm3 are volumes at different reference conditions",
            str(unit),
            f'Pass the figure of your condition: ncv="35.6 MJ/{unit.symbol}" or coefficient="1.2 kgce/{unit.symbol}"',
        )
    if same_kind(unit, kinds["tce"]):
        fix = 'It is standard coal already: name the carrier "标准煤"'
    elif same_kind(unit, kinds["m3"]) and same_kind(per, kinds["t"]):
        fix = 'Pass the measured density, for example density="0.84 kg/L"'
    else:
        fix = f"Give the amount in a unit such as {per}"
    return DimensionError(given, str(unit), fix)
