"""Which grid factor applies: carbon dioxide per power, by year, kind and region, and that of purchased heat."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from energybench.energy.coal_rates import read_year
from energybench.errors import (
    AmbiguousError,
    MissingFigureError,
    OptionError,
    UnknownNameError,
    did_you_mean,
    quoted,
)
from energybench.tables.names import index_names, normalise_name, resolve_name
from energybench.tables.store import ACCEPTED, best_verified, cached, records, require_usable

if TYPE_CHECKING:
    from energybench.tables.rows import Co2FactorRow

#: The series of grid factors, by the words of the table.
POWER_KINDS = {
    "MEE+NBS electricity factor, average": "average",
    "MEE+NBS regional": "average",
    "MEE+NBS provincial": "average",
    "MEE+NBS": "without-traded-nonfossil",
    "MEE+NBS fossil power": "fossil",
    "enterprise reporting value": "reporting",
    "MEE/NDRC enterprise reporting value": "reporting",
    "IEA average, for comparison": "iea-average",
}
_REGIONS_ZH = {
    "全国": "national",
    "华北": "north",
    "东北": "northeast",
    "华东": "east",
    "华中": "central",
    "西北": "northwest",
    "南方": "south",
    "西南": "southwest",
}
_PROVINCE_SUFFIXES = ("省", "市", "自治区", "壮族自治区", "回族自治区", "维吾尔自治区")
#: Places that the tables say have no factor: a near name must not be offered for them.
_WITHOUT_FACTOR = ("西藏", "香港", "澳门", "台湾", "tibet", "hong kong", "macao", "taiwan")
_HEAT_SUBJECT = "heat_purchased"


def heat_factor(allow_unverified: bool) -> Co2FactorRow:
    """Return the factor of purchased heat."""
    row: Co2FactorRow = best_verified(row for row in records("co2_factors") if row.subject == _HEAT_SUBJECT)[0]
    require_usable(row, f"The CO2 factor of heat, {row.value} {row.unit},", allow_unverified)
    return row


def power_kind(row: Co2FactorRow) -> str:
    """Return the series of a grid factor."""
    # A kind of an organisation's own row keeps its own words.
    return POWER_KINDS.get(row.kind, row.kind)


def power_factor(year: int | str | None, kind: str | None, region: str | None, allow_unverified: bool) -> Co2FactorRow:
    """Return the grid factor of a year, kind and region; each is named, none has a default."""
    rows = [row for row in records("co2_factors") if row.subject.startswith("grid_")]
    if year is None:
        years = ", ".join(sorted({row.year for row in rows}))
        raise OptionError("Electricity needs the year of its CO2 factor", "year", f"Pass year=, one of {years}")
    number = read_year(year)
    if region is None:
        regions = ", ".join(sorted({row.region for row in rows if int(row.year) == number}) or ["none"])
        raise OptionError(
            f"Electricity needs the region of its CO2 factor; {number} has {regions}",
            "region",
            'Pass region="national", or the grid or province',
        )
    if isinstance(region, str) and normalise_name(region).startswith(_WITHOUT_FACTOR):
        raise MissingFigureError(
            f"No CO2 factor of power in {quoted(region)} was published",
            quoted(region),
            'Pass factor="... tCO2/MWh" of your own; the neighbouring grid does not stand in',
        )
    place = resolve_name(region, _regions(), "region", UnknownNameError, 'Use "national", "north" or "山西"')
    here = [row for row in rows if row.region == place]
    kinds = sorted({power_kind(row) for row in rows})
    if kind is not None and kind not in kinds:
        fix = did_you_mean(str(kind), kinds, f"Use one of {', '.join(kinds)}")
        raise OptionError(f"kind is {quoted(kind)}", quoted(kind), fix)
    of_year = [row for row in here if int(row.year) == number]
    if of_year and kind is None:
        raise AmbiguousError(
            f"The CO2 factor of power in {place} in {number} has series that must not be mixed: {_listed(of_year)}",
            str(number),
            f'Name one, for example kind="{power_kind(of_year[0])}"',
        )
    found = [row for row in of_year if power_kind(row) == kind]
    if not found:
        like = [row for row in here if kind in (None, power_kind(row))]
        raise MissingFigureError(
            f"No {kind or 'CO2'} factor of power in {place} is known for {number}; "
            f"known there: {_listed(of_year or like or here)}",
            str(number),
            'No other year, kind or region stands in: pass factor="... tCO2/MWh" of your own, or name a known one',
        )
    usable = [row for row in found if row.verification in ACCEPTED] or found
    if len({Fraction(row.value) for row in usable}) > 1:
        fix = f'Pass one as factor="{usable[0].value} {usable[0].unit}"'
        raise AmbiguousError(f"The factor has several values: {_listed(usable)}", str(number), fix)
    best: Co2FactorRow = best_verified(usable)[0]
    require_usable(best, f"The {kind} factor of {place} in {number}, {best.value} {best.unit},", allow_unverified)
    return best


def _listed(rows: list[Co2FactorRow]) -> str:
    return "; ".join(
        f"{power_kind(row)} {row.year} {row.value} {row.unit} ({row.document}, {row.verification})" for row in rows
    )


@cached()
def _regions() -> dict[str, tuple[str, ...]]:
    """Map every name of a region to the text of the table: 山西, 山西省, shanxi, 华北."""
    pairs = list(_REGIONS_ZH.items())
    for row in records("co2_factors"):
        if not row.subject.startswith("grid_"):
            continue
        pairs.append((row.region, row.region))
        if row.region[0] > "\u4e00":
            pairs += [(row.region + suffix, row.region) for suffix in _PROVINCE_SUFFIXES]
            pairs.append((row.id.removeprefix("grid-").removesuffix(f"-{row.year}"), row.region))
    return index_names(pairs)
