"""Gas volumes between reference conditions: m³ at 20 °C and Nm³ at 0 °C, by name.

``m3`` and ``Nm3`` are different units and never convert by themselves. Here the conversion is asked for, with
both temperatures named, for a dry ideal gas at one pressure.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from energybench.errors import AmountError, DimensionError, GasConditionError, OptionError, quoted
from energybench.units.registry import ratio, read_exact, read_quantity, same_kind, to_float
from energybench.units.result import Quantified
from energybench.units.text import UnitText, read_number

if TYPE_CHECKING:
    from energybench.units.registry import AmountLike

ABSOLUTE_ZERO = Fraction("-273.15")
_NORMAL = Fraction("273.15")
_M3 = UnitText(("m3",))
_NM3 = UnitText(("Nm3",))
_CELSIUS = frozenset({"°C", "℃", "degC", "摄氏度", "oC"})
_KELVIN = frozenset({"K", "开", "开尔文"})


@dataclass(frozen=True, slots=True)
class Condition:
    """One reference condition of a gas volume.

    Attributes
    ----------
    celsius, kelvin : str
        Its temperature as decimals.
    unit : str
        The unit of a volume at this condition.
    meaning : str
        What it is used for.
    verification : str
        How far that use was checked.
    """

    celsius: str
    kelvin: str
    unit: str
    meaning: str
    verification: str


#: The reference conditions that can be named, by temperature.
CONDITIONS: dict[Fraction, Condition] = {
    Fraction("273.15"): Condition("0", "273.15", "Nm3", "the normal cubic metre (标准立方米)", "definition"),
    Fraction("293.15"): Condition("20", "293.15", "m3", "the reference of the Chinese gas trade", "unverified"),
}


@dataclass(frozen=True, slots=True)
class ReferenceVolume(Quantified):
    """A gas volume at a named reference condition, and how it was reached.

    Attributes
    ----------
    value, unit : float, str
        The volume: Nm3 at 0 °C, m3 at 20 °C.
    temperature, from_temperature : str
        Both reference temperatures.
    factor : float
        Volume at the new condition per volume at the old one.
    verification : str
        How far the use of these conditions was checked: the arithmetic is exact, that a meter or a contract
        means 20 °C is for its reader to confirm.
    notes : str
        What the conversion takes for granted.
    """

    value: float
    unit: str
    temperature: str
    from_value: float
    from_unit: str
    from_temperature: str
    factor: float
    verification: str
    notes: str

    @property
    def text(self) -> str:
        """The volume with its unit, as ``to_tce`` and ``account`` take it."""
        return f"{self.value!r} {self.unit}"

    def __str__(self) -> str:
        return (
            f"{self.from_value:.10g} {self.from_unit} at {self.from_temperature} = {self.value:.10g} {self.unit} "
            f"at {self.temperature} (x {self.factor:.6f}; {self.notes})"
        )


def read_temperature(value: object, name: str = "temperature") -> Fraction:
    """Read a temperature in °C or K, as kelvin.

    Examples
    --------
    >>> float(read_temperature("20 °C"))
    293.15
    """
    if isinstance(value, str):
        number, unit = read_number(value)
        kelvin = Fraction(number)
        if unit.strip() in _CELSIUS:
            kelvin -= ABSOLUTE_ZERO
        elif unit.strip() not in _KELVIN:
            raise _unreadable(value, name, "a temperature in °C or K", '"20 °C"')
    else:
        kelvin = read_foreign(value, name, "kelvin", "a temperature in °C or K", '"20 °C"')
    if kelvin <= 0:
        raise AmountError(
            f"{name} is {quoted(value)}, which is not above absolute zero", quoted(value), f'Write {name}="20 °C"'
        )
    to_float(kelvin, name)
    return kelvin


def read_foreign(value: object, name: str, unit: str, expected: str, example: str) -> Fraction:
    """Read a scalar quantity of a registry that knows ``unit``: temperatures and pressures are not units of ours."""
    import pint

    if not isinstance(value, pint.Quantity):
        raise _unreadable(value, name, expected, example)
    try:
        number = float(value.to(unit).magnitude)
        return Fraction(repr(number))
    except (pint.PintError, TypeError, ValueError, KeyError) as error:
        raise _unreadable(value, name, expected, example) from error


def _unreadable(value: object, name: str, expected: str, example: str) -> AmountError:
    shown = quoted(str(value)) if not isinstance(value, str | int | float) else quoted(value)
    return AmountError(f"{name} is {shown}, expected {expected}", shown, f"Write {name}={example}")


def to_reference(amount: AmountLike, *, from_temperature: str, to_temperature: str) -> ReferenceVolume:
    """Convert a gas volume from one reference condition to another.

    Parameters
    ----------
    amount : str or pint.Quantity
        A volume at ``from_temperature``: ``"90 万m3"``; ``Nm3`` only at 0 °C, which is what it means.
    from_temperature, to_temperature : {"0 °C", "20 °C"}
        The reference temperatures, both named: there is no default.

    Returns
    -------
    ReferenceVolume
        The volume in Nm3 at 0 °C or in m3 at 20 °C, with the factor and what it rests on.

    Raises
    ------
    OptionError
        If a temperature is not one of the reference conditions.
    GasConditionError
        If the unit of the amount contradicts its temperature.
    DimensionError
        If the amount is not a volume.

    Notes
    -----
    V2 = V1 x T2 / T1, ideal gas law at equal pressure for dry gas: 293.15 K / 273.15 K = 1.0732 from 0 to 20 °C.
    Compressibility and moisture are left out. A volume as it flows (工况) is not a reference volume.
    That 20 °C is the reference of the Chinese gas trade is unverified: look at the meter or the contract.

    Examples
    --------
    >>> volume = to_reference("10000 m3", from_temperature="20 °C", to_temperature="0 °C")
    >>> round(volume.value, 3), volume.unit, round(volume.factor, 6)
    (9317.755, 'Nm3', 0.931776)
    >>> round(to_reference("1 Nm3", from_temperature="0 °C", to_temperature="20 °C").value, 6)
    1.07322
    """
    kelvin_from, old = _condition(from_temperature, "from_temperature")
    kelvin_to, new = _condition(to_temperature, "to_temperature")
    magnitude, unit = read_exact(amount) if isinstance(amount, str) else read_quantity(amount)
    if not isinstance(magnitude, float | Fraction):
        raise AmountError("amount is an array, expected one volume", "amount", "Multiply the array by .factor")
    volume = Fraction(magnitude) * _per_unit(unit, kelvin_from)
    factor = kelvin_to / kelvin_from
    unverified = [c for c in (old, new) if c.verification == "unverified"]
    notes = "dry ideal gas, equal pressure"
    if unverified:
        notes += f"; that {unverified[0].celsius} °C is {unverified[0].meaning} is unverified"
    return ReferenceVolume(
        value=to_float(volume * factor),
        unit=new.unit,
        temperature=f"{new.celsius} °C",
        from_value=float(magnitude),
        from_unit=str(unit),
        from_temperature=f"{old.celsius} °C",
        factor=float(factor),
        verification="unverified" if unverified else "definition",
        notes=notes,
    )


def _condition(temperature: object, name: str) -> tuple[Fraction, Condition]:
    kelvin = read_temperature(temperature, name)
    if kelvin not in CONDITIONS:
        known = " or ".join(f'"{condition.celsius} °C" ({condition.meaning})' for condition in CONDITIONS.values())
        raise OptionError(
            f"{name} is {quoted(temperature)}, no reference condition", quoted(temperature), f"Use {known}"
        )
    return kelvin, CONDITIONS[kelvin]


def _per_unit(unit: UnitText, kelvin: Fraction) -> Fraction:
    """Return how many cubic metres one ``unit`` is, at a temperature that it may stand for."""
    if same_kind(unit, _NM3):
        if kelvin != _NORMAL:
            raise GasConditionError(
                f"The amount is in {unit}, which is a volume at 0 °C, and from_temperature is another",
                str(unit),
                'Write from_temperature="0 °C", or give the amount in m3',
            )
        return ratio(unit, _NM3)
    if not same_kind(unit, _M3):
        raise DimensionError(
            f"The amount is in {unit}, expected a gas volume", str(unit), 'Write, for example, "10000 m3"'
        )
    return ratio(unit, _M3)
