"""Carbon dioxide beside energy: fuels by heating value, carbon content and oxidation; power; heat.

Series never mix: the figures of one emission that come from tables come from one document, and a grid factor is
of a named year, kind and region. Where a series has several figures, the error lists them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from energybench import __version__
from energybench.energy.carbon_factors import (
    QUANTITIES,
    TONNES_CARBON,
    TONNES_CO2,
    Figure,
    figure_of_row,
    find_fuel,
    fuel_figures,
    heat_factor,
    molar_ratio,
    power_factor,
    power_kind,
    read_carbon,
    refuse_factor,
)
from energybench.energy.plausibility import CO2_PER_C
from energybench.errors import DimensionError, GasConditionError, OptionError
from energybench.tables.store import data_version, warn_if_weak
from energybench.units.factors import Rate, ratio, same_kind, to_float, two_conditions
from energybench.units.registry import read_one
from energybench.units.result import Record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from energybench.tables.rows import Co2FactorRow
    from energybench.units.registry import AmountLike
    from energybench.units.text import UnitText


@dataclass(frozen=True, slots=True)
class Emission(Record):
    """The carbon dioxide of one amount of a carrier, with every figure that it rests on.

    Attributes
    ----------
    tco2 : float
        Tonnes of carbon dioxide; negative for energy sent out.
    carrier, amount, unit
        What was given.
    figures : tuple of Figure
        Heating value, carbon content, oxidation and 44/12 of a fuel, or one factor, each with document,
        verification and evidence.
    series : str
        Id of the document of the table figures; empty where all are the user's own.
    year, kind, region
        Of a grid factor.
    """

    tco2: float
    carrier: str
    amount: float
    unit: str
    figures: tuple[Figure, ...]
    series: str = ""
    year: int | None = None
    kind: str = ""
    region: str = ""
    package_version: str = __version__
    data_version: str = ""

    def __str__(self) -> str:
        used = "; ".join(str(figure) for figure in self.figures)
        return f"{self.amount:g} {self.unit} of {self.carrier} = {self.tco2:.10g} tCO2  [{used}]"


def to_co2(
    amount: AmountLike,
    carrier: str,
    *,
    year: int | str | None = None,
    kind: str | None = None,
    region: str | None = None,
    ncv: AmountLike | None = None,
    carbon_content: str | None = None,
    oxidation: float | str | None = None,
    factor: str | None = None,
    allow_unverified: bool = False,
) -> Emission:
    """Compute the carbon dioxide of an amount of a carrier.

    Parameters
    ----------
    amount : str or pint.Quantity
        One amount with its unit.
    carrier : str
        Id, Chinese or English name: a fuel, electricity or heat.
    year : int or str, optional
        Of the grid factor, for electricity. Factors come years late; no year stands in for another.
    kind : str, optional
        For electricity ``"average"``, ``"without-traded-nonfossil"``, ``"fossil"``, ``"reporting"`` or
        ``"iea-average"``: different series that must not be mixed. For a fuel the id of the document whose
        figures are used, needed where several have the fuel.
    region : str, optional
        For electricity: ``"national"``, a grid (``"north"``, ``"华北"``) or a province (``"山西"``, ``"shanxi"``).
    ncv : str or pint.Quantity, optional
        Net heating value of a fuel, ``"42.65 GJ/t"``, or the id of a row of ``co2_factors.csv``.
    carbon_content : str, optional
        ``"20.2 tC/TJ"``, or the id of a row.
    oxidation : float or str, optional
        ``0.98`` or ``"98 %"``, or the id of a row.
    factor : str, optional
        The user's own factor instead of all that: ``"0.5 tCO2/MWh"``, ``"2.1 tCO2/t"``.
    allow_unverified : bool
        Use unverified figures and rows in conflict that are named by their id, with a warning.

    Returns
    -------
    Emission
        Tonnes of CO2 and every figure used.

    Raises
    ------
    AmbiguousError
        If there are several series or several figures; they are listed.
    MissingFigureError
        If a figure is in no table; what to give is named.
    UnverifiedError
        If a figure is unverified or in conflict and ``allow_unverified`` is not set.
    OptionError
        If an option does not go with the carrier, or figures of two series are mixed.
    DimensionError
        If the amount is not what the factor is for: heat is per GJ, never per tonne of steam.

    Notes
    -----
    Fuels: CO2 = amount x NCV x carbon content x oxidation x 44/12. Power and heat: CO2 = amount x factor. Figures
    from ``data/co2_factors.csv``. Fuel burnt only: process emissions and feedstock carbon kept in a product are
    not part of it.

    Examples
    --------
    >>> print(to_co2("350 万kWh", "electricity", year=2023, kind="average", region="national").tco2)
    1857.1
    >>> round(to_co2("90 万Nm3", "natural gas", kind="gbt-32151-34-2024").tco2, 3)
    1945.97
    >>> round(to_co2("100 t", "diesel", kind="ndrc-ghg-guidelines", ncv="42.652 GJ/t").tco2, 3)
    309.591
    """
    magnitude, unit = read_one(amount, "amount", "Compute one and scale the array")
    own = {"ncv": ncv, "carbon_content": carbon_content, "oxidation": oxidation}
    given = {name: value for name, value in own.items() if value is not None}
    where = {"year": year, "kind": kind, "region": region}
    subject = find_fuel(carrier, found_elsewhere=factor is not None or len(given) == len(own))
    row: Co2FactorRow | None = None
    if factor is not None:
        _refuse(subject, {**given, **where}, "is given beside factor, which says all")
    elif subject in ("electricity", "heat"):
        _refuse(subject, given, f"is given for {subject}, which has a factor of its own")
        if subject == "heat":
            _refuse(subject, where, "is given for heat, which has one factor")
        row = power_factor(year, kind, region, allow_unverified) if subject != "heat" else heat_factor(allow_unverified)
        factor = f"{row.value} {row.unit}"
    if factor is not None:
        rate = read_carbon(factor, TONNES_CO2, "factor")
        if row is None and not allow_unverified:
            refuse_factor(subject, rate)
        figures: tuple[Figure, ...] = (figure_of_row("factor", row) if row else Figure.of_user("factor", factor, rate),)
        tonnes = _amounts(unit, rate, subject) * rate.value * ratio(rate.unit.over, TONNES_CO2)
    else:
        _refuse(subject, {"year": year, "region": region}, "is given for a fuel, whose figures have none")
        tonnes, figures = _of_fuel(subject, unit, given, kind, allow_unverified)
    for figure in figures:
        warn_if_weak(figure)
    return Emission(
        tco2=to_float(magnitude * tonnes, "amount"),
        carrier=subject,
        amount=float(magnitude),
        unit=str(unit),
        figures=figures,
        series=next((figure.document for figure in figures if figure.origin == "table"), ""),
        year=int(row.year) if row and subject != "heat" else None,
        kind=power_kind(row) if row and subject != "heat" else "",
        region=row.region if row and subject != "heat" else "",
        data_version=data_version(),
    )


def _refuse(subject: str, options: Mapping[str, object], why: str) -> None:
    """Refuse options that do not go with the carrier: an option that does nothing would mislead."""
    for name, value in options.items():
        if value is not None:
            raise OptionError(f"{subject}: {name} {why}", name, f"Leave {name} out")


def _of_fuel(
    fuel: str, unit: UnitText, given: dict[str, Any], kind: str | None, allow_unverified: bool
) -> tuple[Fraction, tuple[Figure, ...]]:
    rates, figures = fuel_figures(fuel, given, kind, allow_unverified)
    ncv, carbon, oxidation = (rates[name] for name in QUANTITIES)
    heat = _amounts(unit, ncv, fuel) * ncv.value
    tonnes = heat * _amounts(ncv.unit.over, carbon, fuel) * carbon.value * ratio(carbon.unit.over, TONNES_CARBON)
    return tonnes * oxidation.value * CO2_PER_C, (*figures, molar_ratio())


def _amounts(unit: UnitText, rate: Rate, subject: str) -> Fraction:
    per = rate.unit.per
    if same_kind(unit, per):
        return ratio(unit, per)
    given = f"{subject} is given in {unit}, and its figure is per {per}"
    if two_conditions(unit, per):
        raise GasConditionError(
            f"{given}: m3 and Nm3 are volumes at different reference conditions",
            str(unit),
            "Convert it by name with energybench.to_reference(), or give ncv= of your condition",
        )
    fix = f"Give the amount in a unit such as {per}"
    if subject == "heat":
        fix = "The factor is per GJ of heat, not per tonne of steam: energybench.steam_heat() gives the heat"
    raise DimensionError(given, str(unit), fix)
