"""Which coefficient applies to a carrier.

Coefficients are looked up, never derived: 0.1229 kgce/kWh is a table value. Where sources give a range or
disagree there is no default; the error lists the candidates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from energybench.energy import check_basis_name
from energybench.energy.plausibility import COEFFICIENT_RULE, known_coefficients, refuse_slip
from energybench.errors import (
    AmbiguousError,
    BasisError,
    CoalRateError,
    CoefficientError,
    DimensionError,
    EnergybenchError,
    MissingFigureError,
    OptionError,
    UnknownCarrierError,
    UnknownNameError,
    UnverifiedError,
    quoted,
    text_of,
)
from energybench.tables.names import carrier_ids, carriers_of, find_carrier, is_slip, without_basis
from energybench.tables.rows import Cited
from energybench.tables.store import ACCEPTED, cached, choose, citation, find_document, own_ids, records
from energybench.units.factors import STANDARD_COAL_KJ_PER_KGCE, Rate, same_kind, to_float
from energybench.units.result import Card, Quantified
from energybench.units.text import KGCE, KWH, UnitText, read_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from energybench.energy.coal_rates import CoalRate
    from energybench.tables.rows import CarrierRow, CoalRateRow

DEFAULT_EDITION = "gbt-2589-2020"

_KGCE_PER_KWH = UnitText(("kgce",), ("kWh",))


@dataclass(frozen=True, slots=True)
class Coefficient(Quantified, Card, Cited):
    """Standard coal per amount of a carrier, and where the figure comes from.

    Attributes
    ----------
    value : float
        The figure as printed, in ``unit``.
    unit : str
        For example ``"kgce/kg"``.
    basis : str
        ``"calorific"`` (当量值), ``"primary"`` (等价值), or empty where the table states none.
    origin : str
        ``"table"``, ``"ncv"`` (measured heating value), ``"coal_rate"``, ``"user"``, ``"definition"`` or
        ``"not needed"`` (an amount that counts as zero).
    document, clause, verification, evidence, notes : str
        Source of a table figure; empty for a figure of the user's own.
    heating_value : float or None
        Net heating value of the same row in ``heating_value_unit``, with its own verification.
    row : str
        The id of the row of ``carriers``, or of ``coal_rates``; empty where the figure is of no row.
    """

    carrier: str
    name_zh: str
    name_en: str
    basis: str
    value: float
    unit: str
    origin: str
    document: str = ""
    clause: str = ""
    verification: str = ""
    evidence: str = ""
    notes: str = ""
    heating_value: float | None = None
    heating_value_unit: str = ""
    heating_value_verification: str = ""
    row: str = ""

    @property
    def source(self) -> str:
        """Where the figure comes from, in one line."""
        return {
            "user": "given by the user",
            "ncv": "measured heating value given by the user / 29307.6 kJ/kgce",
            "coal_rate": self.notes.partition(";")[0],
            "definition": "definition of standard coal",
            "not needed": "not needed, since nothing of it counts",
        }.get(self.origin, f"{self.document} {self.clause}".strip())

    def __str__(self) -> str:
        name = f"{self.name_zh} {self.name_en}".strip() or self.carrier
        return (
            f"{name}: {self.value:g} {self.unit} ({self.source}{', ' + self.verification if self.verification else ''})"
        )


class Choice(NamedTuple):
    """Everything that decides a coefficient beside the carrier: exact and hashable."""

    basis: str = "calorific"
    #: Ids of documents with commas between: the first that has a usable figure is used.
    edition: str | None = None
    coal_rate: Rate | None = None
    ncv: Rate | None = None
    coefficient: Rate | None = None
    density: Rate | None = None
    #: The temperature in kelvin at which every m3 of gas is measured.
    gas_state: Fraction | None = None
    allow_unverified: bool = False
    coal_rate_source: CoalRate | None = None


def is_power_of_unknown_name(record: Coefficient, unit: UnitText) -> bool:
    """Say whether an amount in kWh has a carrier that no table knows: an indicator in kWh would miss it."""
    return record.carrier not in carrier_ids() and any(one.endswith("Wh") for one in unit.numerator)


def nothing_used(name: str, unit: UnitText) -> Coefficient:
    """Return the record of an amount of 0, which needs no coefficient and no name that a table knows."""
    try:
        row = _rows(find_carrier(name))[0]
        names = row.carrier, row.name_zh, row.name_en
    except (AmbiguousError, UnknownNameError):
        if not carriers_of(name) and is_slip(name):
            raise
        names = text_of(name), "", ""
    return Coefficient(*names, "", 0.0, f"kgce/{unit.symbol}", "not needed")


def category_of(carrier: str) -> str:
    return next((row.category for row in _rows(carrier)), "")


def _rows(carrier: str) -> list[CarrierRow]:
    return [row for row in records("carriers") if row.carrier == carrier]


def _shown(row: CarrierRow) -> str:
    high = f"~{row.coefficient_high}" if row.coefficient_high else ""
    return f"{row.coefficient}{high} {row.coefficient_unit} ({row.document}, {row.verification})"


@cached(4096)
def choose_coefficient(name: str, choice: Choice) -> tuple[Rate, Coefficient]:
    """Choose the coefficient: an exact rate in standard coal per amount, and its record."""
    check_basis_name(choice.basis)
    plain, stated = without_basis(name)
    if stated and stated != choice.basis:
        fix = f"Give the basis that the name states, or name the carrier {plain}"
        raise BasisError(f"{quoted(name)} states the {stated} basis, and basis is {choice.basis}", quoted(name), fix)
    if choice.coefficient is not None and choice.ncv is not None:
        raise OptionError("coefficient, ncv: both are given", "coefficient, ncv", "Give one of them")
    for word, figure in (("coefficient", choice.coefficient), ("ncv", choice.ncv)):
        if figure is not None:
            return _given(name, choice, figure, word)
    carrier = find_carrier(name)
    rows = _rows(carrier)
    row = rows[0]
    if row.category == "definition":
        # The unit carries the figure of standard coal and standard oil.
        figure, notes = Rate(Fraction(1), UnitText(("tce",), ("tce",))), "1 toe = 10/7 tce (41.868 GJ)"
        return figure, Coefficient(carrier, row.name_zh, row.name_en, "", 1.0, "tce/tce", "definition", notes=notes)
    if row.category == "electricity" and choice.basis == "primary":
        return _primary_electricity(rows, choice)
    if carrier == "heat" and choice.basis == "primary":
        fix = 'Pass coefficient=, the standard coal that its production took, for example "0.0408 kgce/MJ"'
        raise BasisError("Heat on the primary basis has no coefficient in any table", "primary", fix)
    return _of_row(_table_row([row for row in rows if row.basis != "primary"], choice))


def _of_row(row: CarrierRow) -> tuple[Rate, Coefficient]:
    rate = Rate(Fraction(row.coefficient), read_unit(row.coefficient_unit))
    return rate, Coefficient(
        *(row.carrier, row.name_zh, row.name_en, row.basis, float(rate.value), row.coefficient_unit, "table"),
        *(row.document, row.clause, row.verification, row.evidence, row.notes),
        heating_value=float(row.heating_value) if row.heating_value and not row.heating_value_high else None,
        heating_value_unit=row.heating_value_unit,
        heating_value_verification=row.heating_value_verification,
        row=row.id,
    )


def read_editions(edition: str | Sequence[str] | None) -> str | None:
    """Return the documents of coefficients, one or several, as :class:`Choice` has them."""
    if edition is None:
        return None
    names = edition.split(",") if isinstance(edition, str) else edition
    if not isinstance(names, list | tuple) or not names:
        said = f"edition is {quoted(edition)}"
        raise OptionError(said, quoted(edition), 'Write "gbt-2589-2020", or several in order')
    found = [find_document(name.strip() if isinstance(name, str) else name).id for name in names]
    return edition if isinstance(edition, str) and len(found) == 1 else ",".join(found)


def _editions_of(choice: Choice) -> list[str]:
    if choice.edition is None:
        return [DEFAULT_EDITION]
    return [find_document(name.strip()).id for name in choice.edition.split(",")]


def _table_row(rows: list[CarrierRow], choice: Choice) -> CarrierRow:
    """Choose the row of the first edition that has a usable one, or say why the first has none."""
    refused: list[EnergybenchError] = []
    for edition in _editions_of(choice):
        try:
            return _row_of(edition, rows, choice)
        except (AmbiguousError, MissingFigureError, UnverifiedError) as error:
            refused.append(error)
    # Several figures, or one that is not confirmed, tell more than none.
    raise next((error for error in refused if not isinstance(error, MissingFigureError)), refused[0])


def _row_of(edition: str, rows: list[CarrierRow], choice: Choice) -> CarrierRow:
    carrier, own = rows[0].carrier, own_ids("carriers")
    figures = [row for row in rows if row.document == edition and row.coefficient]
    figures = [row for row in figures if row.id in own] or figures
    elsewhere = [
        row
        for row in rows
        if row.document != edition and row.coefficient and not row.coefficient_high and row.verification in ACCEPTED
    ]
    shown = "; ".join(map(_shown, elsewhere))
    others = f'Editions that have an accepted one: {shown}. Pass edition="{elsewhere[0].document}"' if elsewhere else ""
    if not figures:
        fix = "Pass coefficient= or ncv="
        if weak := [row for row in rows if row.document != edition and row.coefficient]:
            use = f'with edition="{edition},{weak[0].document}" and allow_unverified=True it is {_shown(weak[0])}'
            fix += f"; {use}" if not weak[0].coefficient_high else f"; no more is known than {_shown(weak[0])}"
        else:
            fix += ": no edition of the tables has a figure"
        raise MissingFigureError(f"{citation(edition)} has no coefficient for {carrier}", carrier, others or fix)
    measured = (
        'Pass the measured heating value, for example ncv="35.6 MJ/m3", or choose'
        if rows[0].category == "gas"
        else "Choose"
    )
    return choose(
        figures,
        f"The coefficient of {carrier}",
        lambda row: f'{measured} one with coefficient="{row.coefficient} {row.coefficient_unit}". {others}'.rstrip(),
        choice.allow_unverified,
        carrier,
        ("coefficient", "coefficient_high"),
        "coefficient_unit",
    )


def _primary_electricity(rows: list[CarrierRow], choice: Choice) -> tuple[Rate, Coefficient]:
    """Electricity on the primary basis: the coal rate given, or the fixed figure of the edition asked for."""
    primary = [row for row in rows if row.basis == "primary"]
    listed = [row for row in primary if row.coefficient and row.verification in ACCEPTED]
    has = {row.document for row in listed}
    local = [rate for rate in records("coal_rates") if rate.kind == "fixed" and rate.verification in ACCEPTED]
    local = [rate for rate in local if rate.document not in has and not rate.series.startswith("calorific")]
    known = [*listed, *(_fixed(rate, primary[0]) for rate in local)]
    edition = next((each for each in _editions_of(choice) if any(row.document == each for row in known)), "")
    fixed = [row for row in known if row.document == edition]
    if fixed and choice.coal_rate is not None:
        fix = "Leave one of them out"
        raise OptionError(f"{citation(edition)} fixes {_shown(fixed[0])} and coal_rate is given too", "coal_rate", fix)
    if fixed:
        return _of_row(_row_of(edition, fixed, choice))
    if choice.coal_rate is None:
        shown = "; ".join(map(_shown, listed))
        said = "Electricity on the primary basis needs the coal rate of a year and has no default"
        fix = f'Pass coal_rate="300 gce/kWh" with the figure of your year, or the edition of a fixed one: {shown}'
        raise CoalRateError(said, "coal_rate", fix)
    rate = Rate(choice.coal_rate.to(_KGCE_PER_KWH), _KGCE_PER_KWH)
    known_rates = known_coefficients("electricity", rate.unit, "primary")
    written, unverified = choice.coal_rate, choice.allow_unverified
    refuse_slip(known_rates, rate, "electricity", "coal_rate", written, COEFFICIENT_RULE, unverified)
    row, source = primary[0], choice.coal_rate_source
    said = str(source) if source else f"coal rate {choice.coal_rate} given by the user, kind not stated"
    record = Coefficient(
        *("electricity", row.name_zh, row.name_en, "primary", float(rate.value), "kgce/kWh", "coal_rate"),
        notes=f"{said}; {citation(DEFAULT_EDITION)} asks for the generation rate of the year before",
    )
    if source and source.document:
        of_table = {"document": source.document, "verification": source.verification, "evidence": source.evidence}
        record = replace(record, origin="table", row=source.row, **of_table)  # type: ignore[arg-type]
    return rate, record


def _fixed(rate: CoalRateRow, row: CarrierRow) -> CarrierRow:
    """Return the fixed coal rate of a document as a row of electricity."""
    figure = {"coefficient": rate.value, "coefficient_unit": rate.unit, "clause": "", "notes": rate.series}
    said = {name: getattr(rate, name) for name in ("id", "document", "verification", "evidence")}
    return row._replace(**said, **figure)


def _carrier_of_own(name: str) -> tuple[str, tuple[str, str], str]:
    """Return carrier, names and category for a figure of the user's own, whose carrier may be one that no table has.

    A wider name such as 烟煤 keeps its own words: the figure says which coal it was. Not so one of electricity, which
    would hide how it counts, and a misspelt one, which would pass every check of the figure.
    """
    try:
        carrier = find_carrier(name)
        row = _rows(carrier)[0]
        return carrier, (row.name_zh, row.name_en), row.category
    except UnknownCarrierError:
        if not isinstance(name, str) or is_slip(name):
            raise
        return name.strip(), ("", ""), ""
    except AmbiguousError:
        categories = {_rows(one)[0].category for one in carriers_of(name)}
        if not categories or "electricity" in categories:
            raise
        category = categories.pop() if len(categories) == 1 else ""
        return name.strip(), ("", ""), "" if category == "definition" else category


def _given(name: str, choice: Choice, figure: Rate, word: str) -> tuple[Rate, Coefficient]:
    carrier, names, category = _carrier_of_own(name)
    itself = figure.value == 1 and figure.unit.numerator == figure.unit.denominator
    if (category == "definition" and not itself) or (word == "ncv" and category in ("electricity", "heat")):
        fix = f"Leave {word} out" + ("; energybench.steam_heat() gives the heat of steam" if category == "heat" else "")
        what = "heating value" if word == "ncv" else "coefficient but its definition"
        raise OptionError(f"{carrier} has no {what}, and {word} is given", word, fix)
    if not figure.unit.denominator:
        fix = 'Write, for example, "1.2 kgce/kg" or "35.6 MJ/m3"'
        raise DimensionError(f"{word} {figure} is not per amount of carrier", str(figure), fix)
    per = UnitText(KGCE.numerator, figure.unit.denominator)
    usual = {"electricity": "kWh", "solid": "t or m3", "liquid": "t or m3", "gas": "t or m3"}.get(category)
    if usual and same_kind(per.per, KWH) != (usual == "kWh"):
        message = f"{carrier} is measured in {usual}, and {word} is {figure}"
        raise DimensionError(message, str(figure), f"Give the amount in {usual}, and {word} for it")
    if word == "ncv":
        value = figure.to(UnitText(("kJ",), figure.unit.denominator)) / STANDARD_COAL_KJ_PER_KGCE
        notes = f"heating value {figure} given by the user, over 29307.6 kJ/kgce"
    else:
        value = figure.to(per)
        notes = f"coefficient {figure} given by the user"
    rate = Rate(value, per)
    if value <= 0:
        raise CoefficientError(f"{word} is {figure}, expected more than zero", str(figure), "Give a positive figure")
    basis = choice.basis if category in ("electricity", "heat") else "calorific" if word == "ncv" else ""
    origin = "ncv" if word == "ncv" else "user"
    return rate, Coefficient(carrier, *names, basis, to_float(value, word), str(per), origin, notes=notes)
