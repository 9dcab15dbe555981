"""Which edition was in force at the end of a period: of the national lists, of a standard, of a furnace table."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING

from energybench.errors import OptionError, UnknownProductError, quoted
from energybench.tables.periods import fold_period
from energybench.tables.store import ACCEPTED, citation, find_document, records
from energybench.units.registry import same_kind
from energybench.units.text import UnitText, read_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from energybench.limits.ladders import Ladder
    from energybench.tables.rows import DocumentRow

IN_FORCE = "in-force"


def document_in_force(item: str, ladders: Sequence[Ladder], period: str | None, like: UnitText | None = None) -> str:
    """Return the national list, or else the standard, that was in force at the end of a period."""
    end = _end_of(period)
    known = {ladder.document: find_document(ladder.document) for ladder in ladders if ladder.item == item}
    dated = sorted((row for row in known.values() if row.effective_from), key=lambda row: row.effective_from)
    national = [row for row in dated if row.kind == "national_list"]
    in_force = [row for row in national or dated if _holds_on(end, row)]
    if in_force:
        return in_force[-1].id
    dates = ", ".join(
        f"{row.id} from {row.effective_from}" + f" until {row.effective_to}" * bool(row.effective_to)
        for row in national or dated
    )
    # Where there is a national list nothing else is searched, so that no more may be said.
    what, there = ("national list", "The lists") if national else ("document", "There are")
    standards = _standards_on(end, item, ladders, like) if national else ""
    first = (national or dated or list(known.values()))[0]
    advice = standards or f'Pass document="{first.id}" to use it all the same'
    raise UnknownProductError(
        f"No {what} with {item} is known to have been in force at the end of {period}",
        item,
        f"{there}: {dates or 'none with a date'}. {advice}",
    )


def _holds_on(day: str, row: DocumentRow) -> bool:
    """Say whether a document was in force on a day; one without a date is not known to have been."""
    return bool(row.effective_from) and row.effective_from <= day < (row.effective_to or "9999")


def _standards_on(day: str, item: str, ladders: Sequence[Ladder], like: UnitText | None) -> str:
    """Name the GB standards that had a product on a day, as advice; empty where none is known."""
    ways = []
    for ladder in ladders:
        row = find_document(ladder.document)
        fits = ladder.unit and (like is None or same_kind(read_unit(ladder.unit), like))
        # A standard whose first day nobody has read still ended on a day that is known.
        ended_later = not row.effective_from and day < row.effective_to
        held = _holds_on(day, row) or ended_later
        if row.kind == "national_standard" and held and fits and ladder.verification != "missing":
            named = "" if ladder.item == item else f'item="{ladder.item}", '
            weak = "" if ladder.verification in ACCEPTED else ", allow_unverified=True"
            dates = f"until {row.effective_to}" if ended_later else f"from {row.effective_from}"
            ways.append(f'{named}document="{row.id}"{weak} ({dates})')
    return f"A GB standard is another test: pass {' or '.join(dict.fromkeys(ways))}" if ways else ""


def check_period(document: str | None, period: str | None) -> None:
    """Refuse a period that nothing asks for."""
    if document is not None and not isinstance(document, str):
        find_document(document)  # refuses what is no text
    if period is not None and document != IN_FORCE:
        raise OptionError("period is given without in-force", "period", 'Pass document="in-force" too')


def _end_of(period: object) -> str:
    """Return the last day of a year, a month or a day, as an ISO date."""
    fix = 'Pass period="2023", "2023-06" or "2023-06-30"'
    if period is None:
        raise OptionError('document="in-force" needs a period', "period", fix)
    shown = quoted(period)
    text = fold_period(period) if isinstance(period, str) else ""
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", text):
        raise OptionError(f"period is {shown}, expected a year, a month or a day", shown, fix)
    try:
        first = date.fromisoformat((text + "-01-01")[:10])
    except ValueError as error:
        raise OptionError(f"period is {shown}, which is no date", shown, fix) from error
    if len(text) == 4:
        return f"{text}-12-31"
    return f"{text}-{monthrange(first.year, first.month)[1]}" if len(text) == 7 else text


def check_furnace_in_force(item: str, period: str | None) -> None:
    """Refuse a furnace limit for a period in which its document was not in force."""
    end = _end_of(period)
    row = find_document(next(row.document for row in records("furnace_limits") if row.item == item))
    if not _holds_on(end, row):
        raise UnknownProductError(
            f"{citation(row.id)} was not in force at the end of {period}",
            item,
            f'Pass document="{row.id}" to use it all the same',
        )
