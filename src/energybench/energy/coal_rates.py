"""The coal rate of a year: standard coal per electricity, for the primary basis.

A generation rate (发电标准煤耗) counts what the plant makes, a supply rate (供电标准煤耗) what it sends out, and the
supply rate is the higher one. The kinds are never mixed, and no year stands in for another.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import index
from typing import TYPE_CHECKING

from energybench.errors import MissingFigureError, OptionError, did_you_mean, quoted
from energybench.tables.periods import fold_period
from energybench.tables.rows import Cited
from energybench.tables.store import ACCEPTED, best_verified, choose, records, warn_if_weak
from energybench.units.registry import read_rate
from energybench.units.result import Quantified
from energybench.units.text import UnitText

if TYPE_CHECKING:
    from energybench.tables.rows import CoalRateRow

KINDS = ("generation", "supply")
_GCE_PER_KWH = UnitText(("gce",), ("kWh",))

#: The row that says which year and kind the primary basis asks for.
RULE_ROW = "rule-gbt-2589-2020"
_SUPPLY_NOTE = "A supply rate counts the plants' own use as well, so it is higher than the generation rate."


@dataclass(frozen=True, slots=True)
class CoalRate(Quantified, Cited):
    """Standard coal per electricity in one year, and where the figure comes from.

    Attributes
    ----------
    value : float
        The figure as printed, in ``unit``.
    unit : str
        ``"gce/kWh"``.
    year : int or None
        None for a figure of the user's own.
    kind : str
        ``"generation"`` (发电) or ``"supply"`` (供电).
    series : str
        Which plants the figure counts.
    rule, rule_document : str
        What the primary basis asks for, and the document that says so.
    document, verification, evidence, notes : str
        Source of the figure.
    row : str
        The id of the row of the table ``coal_rates``; empty for a figure of the user's own.
    """

    value: float
    unit: str
    year: int | None
    kind: str
    series: str
    rule: str
    rule_document: str
    document: str
    verification: str
    evidence: str
    notes: str = ""
    row: str = ""

    @property
    def text(self) -> str:
        """The figure with its unit, as ``to_tce(coal_rate=...)`` takes it."""
        return f"{self.value!r} {self.unit}"

    def __str__(self) -> str:
        of = f"of {self.year}" if self.year else "given by the user"
        source = f" ({self.document}, {self.verification})" if self.document else ""
        return f"{self.kind} coal rate {of}: {self.value:g} {self.unit}{source}"


def read_year(year: object, name: str = "year") -> int:
    """Read a calendar year, given as a whole number or as text such as ``"2023年"``; a month is refused."""
    # A spreadsheet gives a year as 2023.0.
    given = int(year) if isinstance(year, float) and year.is_integer() else year
    try:
        number = int(fold_period(given.strip())) if isinstance(given, str) else index(given)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = 0
    if not 1000 <= number <= 9999:
        raise OptionError(f"{name} is {quoted(year)}, expected a calendar year", quoted(year), f"Write {name}=2024")
    return number


def coal_rate(year: int | str, kind: str, *, allow_unverified: bool = False) -> CoalRate:
    """Look up the coal rate of a year, or say the kind of one's own.

    Parameters
    ----------
    year : int or str
        The calendar year that the rate describes: the rule for an account of a year asks for the year before. Or
        a figure of one's own with its unit, ``"302.4 gce/kWh"``.
    kind : {"generation", "supply"}
        发电标准煤耗 or 供电标准煤耗. There is no default: they differ by the plants' own use.
    allow_unverified : bool
        Use an unverified figure, with a warning.

    Returns
    -------
    CoalRate
        Value in gce/kWh, year, kind, source; its ``text`` goes to ``to_tce(basis="primary", coal_rate=...)``.

    Raises
    ------
    OptionError
        If the year or the kind cannot be read.
    MissingFigureError
        If no full year has a figure of that kind; the years that have one are named.
    AmbiguousError
        If several figures stand for the year.
    UnverifiedError
        If only unverified figures are known and ``allow_unverified`` is not set.

    Notes
    -----
    Figures from ``data/coal_rates.csv``; rows of part of a year, targets and the fixed figures of single
    standards are never used (a fixed figure is an edition: ``to_tce(basis="primary", edition=...)``).
    GB/T 2589-2020 asks for the previous year's generation rate (按上年电厂发电标准煤耗计算).

    Examples
    --------
    >>> rate = coal_rate(2024, "supply")
    >>> print(rate)
    supply coal rate of 2024: 302.4 gce/kWh (cec-annual-report-2025, ...)
    >>> rate.text
    '302.4 gce/kWh'
    >>> print(coal_rate("300 gce/kWh", kind="generation"))
    generation coal rate given by the user: 300 gce/kWh
    """
    if kind not in KINDS:
        fix = did_you_mean(str(kind), KINDS, 'Use "generation" (发电) or "supply" (供电); the rule asks for generation')
        raise OptionError(f"kind is {quoted(kind)}, expected generation or supply", quoted(kind), fix)
    rule = _rule()
    if isinstance(year, str) and "/" in year:
        own = read_rate(year, "coal_rate")
        return CoalRate(
            *(float(own.to(_GCE_PER_KWH)), "gce/kWh", None, kind, "", rule.series, rule.document, "", "", ""),
            notes=_SUPPLY_NOTE if kind == "supply" else "",
        )
    number = read_year(year)
    rows = [row for row in _full_years(kind) if int(row.year) == number]
    if not rows:
        raise _missing(number, kind)
    what = f"The {kind} coal rate of {number}"
    row = choose(rows, what, lambda first: f'Choose one with coal_rate="{first.value} {first.unit}"', allow_unverified)
    warn_if_weak(row, f"{what}, {row.value} {row.unit},")
    notes = f"{row.notes} {_SUPPLY_NOTE}".strip() if kind == "supply" else row.notes
    return CoalRate(
        *(float(row.value), row.unit, number, kind, row.series, rule.series, rule.document),
        *(row.document, row.verification, row.evidence, notes, row.id),
    )


def _full_years(kind: str) -> list[CoalRateRow]:
    """Return the rows of whole years of one kind; part of a year describes no year."""
    return [row for row in records("coal_rates") if row.kind == kind and row.period == "year" and row.value]


def _rule() -> CoalRateRow:
    return next(row for row in records("coal_rates") if row.id == RULE_ROW)  # type: ignore[no-any-return]


def _missing(year: int, kind: str) -> MissingFigureError:
    known: dict[int, str] = {}
    for row in best_verified(_full_years(kind)):
        known.setdefault(int(row.year), row.verification)
    by_distance = sorted(known, key=lambda other: (abs(other - year), other))
    shown = ", ".join(f"{other}" if known[other] in ACCEPTED else f"{other} ({known[other]})" for other in by_distance)
    rule = _rule()
    return MissingFigureError(
        f"No {kind} coal rate of the whole year {year} is known. Years that have one, nearest first: "
        f"{shown or 'none'}. The rule of {rule.document} is: {rule.series}",
        str(year),
        f'Pass the figure itself, coal_rate="... gce/kWh" of {year}, or name one of these years',
    )
