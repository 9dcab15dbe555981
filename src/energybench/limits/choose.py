"""Which limit row applies: names of products, documents, editions in force, furnaces by capacity."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, fields, replace
from itertools import compress
from typing import TYPE_CHECKING, Any

from energybench.errors import (
    AmbiguousError,
    CapacityError,
    DimensionError,
    EnergybenchError,
    MissingFigureError,
    NotInForceError,
    OptionError,
    PeriodError,
    SupersededWarning,
    UnknownNameError,
    UnknownProductError,
    UnverifiedError,
    did_you_mean,
    quoted,
)
from energybench.limits.furnaces import READINGS, FurnaceLimit, furnace_limit
from energybench.limits.ladders import Ladder, Level, Step
from energybench.tables.names import find_item, item_name, normalise_name
from energybench.tables.rows import as_of
from energybench.tables.store import ACCEPTED, cached, citation, find_document, own_ids, records, require_usable
from energybench.tables.upkeep import stale
from energybench.units.factors import same_kind
from energybench.units.result import Answers, Record
from energybench.units.text import TCE, UnitText, read_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from energybench.tables.rows import DocumentRow, FurnaceRow
    from energybench.units.registry import AmountLike

_GB_NOTE = "level 3 is the limit for all, level 2 the access test for new plants, level 1 the advanced value"


#: Per table: the column of each step with its class, best first, and the class beyond the last.
_STEPS: dict[str, tuple[dict[str, Level], Level]] = {
    "benchmarks": ({"benchmark": Level.BENCHMARK, "baseline": Level.BASELINE}, Level.BELOW_BASELINE),
    "local_limits": ({"limit": Level.WITHIN_LIMIT}, Level.OVER_LIMIT),
    "limits": ({"level1": Level.LEVEL_1, "level2": Level.LEVEL_2, "level3": Level.LEVEL_3}, Level.OVER_LIMIT),
}
_COPIED = [field.name for field in fields(Ladder) if field.name not in ("steps", "beyond")]


def _ladder(row: Any, steps: Iterable[Step], beyond: Level, **changes: Any) -> Ladder:
    source = find_document(row.document)
    known: dict[str, Any] = {"basis": "", "indicator_en": row.indicator_zh}
    known |= {name: getattr(row, name) for name in _COPIED if hasattr(row, name)}
    known |= {"item_zh": item_name(row.item), "item_en": item_name(row.item, "en")}
    known |= {"region": source.region, "effective_from": source.effective_from, "effective_to": last_day(source)}
    return Ladder(**known | changes, steps=tuple(steps), beyond=beyond)


@cached()
def _limit_rows() -> dict[str, list[tuple[str, Any]]]:
    """Return the rows of every item, each with its table; own rows of an indicator stand in place of the shipped."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for table in _STEPS:
        own = own_ids(table)
        places = {(row.item, row.document, row.unit) for row in records(table) if row.id in own}
        for row in records(table):
            if row.id in own or (row.item, row.document, row.unit) not in places:
                found.setdefault(row.item, []).append((table, row))
    return found


@cached()
def _ladders(item: str) -> tuple[Ladder, ...]:
    found = []
    for table, row in _limit_rows().get(item, ()):
        columns, beyond = _STEPS[table]
        steps = [Step(level, getattr(row, column), row.comparator) for column, level in columns.items()]
        notes = [row.notes, _GB_NOTE if table == "limits" else ""]
        found.append(_ladder(row, steps, beyond, notes="; ".join(filter(None, notes))))
    return tuple(found)


def of_furnace(limit: FurnaceLimit) -> Ladder:
    changes = {"id": f"{limit.document}/{limit.item}/{limit.capacity:g}t", "notes": limit.notes, "furnace": limit}
    return _ladder(limit.curve.row, [limit.curve.step(limit.value)], Level.OVER_LIMIT, **changes)


def other_readings(ladder: Ladder) -> tuple[Ladder, ...]:
    """Return the ladders of the strict and the lenient reading of a furnace table; none without a furnace."""
    if (limit := ladder.furnace) is None:
        return ()
    return tuple(replace(ladder, steps=(limit.curve.step(bound),)) for bound in (limit.strict, limit.lenient))


@cached()
def furnace_items() -> frozenset[str]:
    return frozenset(row.item for row in records("furnace_limits"))


def needs_capacity(item: str) -> bool:
    return item in furnace_items()


@cached(4096)
def find_ladder(
    item: str,
    document: str | None = None,
    allow_unverified: bool = False,
    period: str | None = None,
    like: UnitText | None = None,
    region: str | None = None,
) -> Ladder:
    """Return the ladder that applies to an item.

    Parameters
    ----------
    item : str
        Item id or name; not one whose limit depends on furnace capacity.
    document : str, optional
        Document id or number. By default the rule in force: the national list that has the item, else the
        standard, else the local limit of ``region``.
    allow_unverified : bool
        Take an unverified row.
    period : str, optional
        ``"2022"``, ``"2023-Q2"``, ``"2023-06"`` or a day: the rule in force at its end applies. Without it the
        rule in force on the day up to which the tables were checked, ``energybench.tables.as_of()``.
    like : UnitText, optional
        A unit of the indicator wanted, where a standard has several for the item. Without it the one in standard
        coal, the comprehensive energy, is taken.
    region : str, optional
        Name of a place, ``"昌吉市"``: its local limit applies where it has one.

    Returns
    -------
    Ladder
        The limits of the item, and the document that they come from. ``standing`` says where it is not in force.

    Raises
    ------
    NotInForceError
        If no rule of the item is known to have been in force, or only local ones exist and no region is given.
    MissingFigureError, UnverifiedError, AmbiguousError, UnknownProductError, PeriodError
        If no row can be chosen.

    Examples
    --------
    >>> print(find_ladder("cement-clinker"))
    cement-clinker 水泥熟料 (Cement clinker)
    单位产品综合能耗 (Comprehensive energy consumption per unit product)
      benchmark (标杆水平): <= 100 kgce/t
      baseline (基准水平): <= 117 kgce/t
      below-baseline (基准水平以下): otherwise
    ndrc-2023, ...
    >>> find_ladder("electrolytic-aluminium", period="2022").document
    'ndrc-2021'
    """
    item = find_item(item)
    if not _ladders(item):
        raise CapacityError(f"The limit of {item} depends on furnace capacity", item, "Use furnace_limit()")
    row = choose_document(item, document, period, region, like)
    chosen = _by_indicator(item, [ladder for ladder in _ladders(item) if ladder.document == row.id], like)
    try:
        require_usable(chosen, f"The row of {item}", allow_unverified)
    except (MissingFigureError, UnverifiedError) as error:
        raise type(error)(error.message, error.value, f"{error.fix}{_other_rows(chosen)}") from error
    return _dated(chosen, period)


def _dated(ladder: Ladder, period: str | None) -> Ladder:
    day = day_of(period)
    notes = "; ".join(filter(None, (ladder.notes, stale(ladder.document, day))))
    told, others = standing(find_document(ladder.document), day), _counterparts(ladder, day)
    return replace(ladder, standing=told, counterparts=others, notes=notes)


@cached(4096)
def _counterparts(ladder: Ladder, day: str) -> tuple[Ladder, ...]:
    """Return the usable GB rows of the same product and indicator that are in force on a day."""
    ids = {
        row.counterpart_limit
        for row in records("gb_counterparts")
        if row.item == ladder.item and row.document == ladder.document and row.comparable != "no"
    }
    return tuple(
        other
        for other in same_product(ladder.item)
        if other.id in ids
        and other.verification in ACCEPTED
        and (other.better, other.basis or ladder.basis) == (ladder.better, ladder.basis or other.basis)
        and not standing(find_document(other.document), day)
        and same_kind(read_unit(other.unit), read_unit(ladder.unit))
    )


def choose_document(
    item: str,
    document: str | None = None,
    period: str | None = None,
    region: str | None = None,
    like: UnitText | None = None,
) -> DocumentRow:
    """Return the document that an item is judged by: the one named, the local one of a region, or the one in force."""
    day = day_of(period)
    rows = _documents_of(item)
    if region is not None:
        places = documents_of_region(region)
    if document is not None:
        row = find_document(document)
        if row not in rows:
            successor = f"{citation(row.id)} was replaced by {row.replaced_by}. " if row.replaced_by else ""
            fix = f'{successor}It is in {", ".join(one.id for one in rows)}: pass document="{rows[-1].id}"'
            raise UnknownProductError(f"No level of {item} in {citation(row.id)} is known", item, fix)
        return row
    local = [row for row in rows if row.kind == "local_policy"]
    here = [row for row in local if region is not None and row.id in places]
    if here and period is None:
        return here[-1]
    pool = here or [row for row in rows if row.kind == "national_list"] or [row for row in rows if row not in local]
    in_force = [row for row in pool if not standing(row, day)]
    if in_force:
        return in_force[-1]
    when = f"at the end of {period}" if period else f"on {day}, the day up to which the tables were checked"
    if not pool:
        places_known = ", ".join(f"{row.region.partition(';')[0]} ({row.id})" for row in local)
        first = local[-1]
        fix = f'Pass region="{first.region.partition(";")[0]}" if the plant is there, or document="{first.id}"'
        raise NotInForceError(f"No national limit of {item} is known, only a local one: {places_known}", item, fix)
    told = "; ".join(f"{row.id} {standing(row, day)}" for row in pool)
    advice = "" if here else _standards_on(day, item, like)
    fix = advice or f'Pass document="{pool[-1].id}" to use it all the same'
    raise NotInForceError(f"No document with {item} is known to have been in force {when}: {told}", item, fix)


@cached(4096)
def _documents_of(item: str) -> tuple[DocumentRow, ...]:
    ids = [ladder.document for ladder in _ladders(item)]
    ids += [row.document for row in records("furnace_limits") if row.item == item]
    return tuple(sorted(map(find_document, dict.fromkeys(ids)), key=lambda row: row.effective_from))


@cached(4096)
def documents_of_region(region: str) -> frozenset[str]:
    """Return the ids of the local documents of a place, or refuse a place that no document names."""
    names: dict[str, list[str]] = {}
    for row in records("documents"):
        for name in filter(None, row.region.split(";")):
            names.setdefault(normalise_name(name), []).append(row.id)
    if not isinstance(region, str) or normalise_name(region) not in names:
        known = [name for row in records("documents") for name in filter(None, row.region.split(";"))]
        advice = f"Known: {', '.join(dict.fromkeys(known))}. Leave region out for the national rule"
        shown = quoted(region)
        said = f"{shown} is not a region of the tables"
        raise UnknownNameError(said, shown, did_you_mean(str(region), known, advice))
    return frozenset(names[normalise_name(region)])


def standing(row: DocumentRow, day: str) -> str:
    """Say in words how a document is not in force on a day; empty where it is."""
    end = last_day(row)
    if end and end <= day:
        return f"was replaced by {row.replaced_by} on {end}" if row.replaced_by else f"ended on {end}"
    if row.effective_from > day:
        return f"is in force only from {row.effective_from}"
    if not row.effective_from:
        return "has no first day in force that is known"
    return ""


def last_day(row: DocumentRow) -> str:
    """Return the first day on which a document is no longer in force: its own, or the first of its successor."""
    successor = row.replaced_by.partition(";")[0]
    return row.effective_to or (find_document(successor).effective_from if successor else "")


def day_of(period: str | None) -> str:
    """Return the last day of a period, or the day up to which the tables were checked."""
    if period is None:
        return as_of()
    from energybench.tables.periods import period_span

    shown = quoted(period)
    span = period_span(period) if isinstance(period, str) else None
    if span is None:
        fix = 'Write "2023", "2023-Q2", "2023-06" or "2023-06-30"'
        raise PeriodError(f"period is {shown}, expected a year, a half year, a quarter, a month or a day", shown, fix)
    return span[1].isoformat()


def _standards_on(day: str, item: str, like: UnitText | None) -> str:
    """Name the GB standards that had a product on a day, as advice; empty where none is known."""
    ways = []
    for ladder in same_product(item):
        row = find_document(ladder.document)
        fits = ladder.unit and (like is None or same_kind(read_unit(ladder.unit), like))
        # A standard without a known first day can still have a known last day.
        ended_later = not row.effective_from and day < row.effective_to
        held = ended_later or not standing(row, day)
        if row.kind == "national_standard" and held and fits and ladder.verification != "missing":
            named = "" if ladder.item == item else f'item="{ladder.item}", '
            weak = "" if ladder.verification in ACCEPTED else ", allow_unverified=True"
            dates = f"until {row.effective_to}" if ended_later else f"from {row.effective_from}"
            ways.append(f'{named}document="{row.id}"{weak} ({dates})')
    return f"A GB standard is another test: pass {' or '.join(dict.fromkeys(ways))}" if ways else ""


def _by_indicator(item: str, ladders: list[Ladder], like: UnitText | None) -> Ladder:
    """Choose among the indicators of one document: that of the value's kind, else the comprehensive energy."""
    if len(ladders) == 1:
        return ladders[0]
    read = [read_unit(ladder.unit) for ladder in ladders]
    fits = [same_kind(unit, like) if like else same_kind(unit.over, TCE) for unit in read]
    wanted = list(compress(ladders, fits))
    if len(wanted) != 1:
        units = ", ".join(f"{ladder.unit} ({ladder.indicator_zh})" for ladder in ladders)
        fix = "Give the value in the unit of one of them"
        raise AmbiguousError(f"{item} in {citation(ladders[0].document)} has several indicators: {units}", item, fix)
    return wanted[0]


def _other_rows(ladder: Ladder) -> str:
    older = [
        f'document="{one.document}"'
        for one in _ladders(ladder.item)
        if one.document != ladder.document and one.verification in ACCEPTED
    ]
    words = f". Another document has an accepted row: pass {' or '.join(dict.fromkeys(older))}" if older else ""
    rows = [row for row in records("gb_counterparts") if row.item == ladder.item and row.counterpart_limit]
    ways = [f'{row.counterpart_limit.partition("/")[2]}, document="{row.counterpart_document}"' for row in rows]
    places = "; ".join(dict.fromkeys(ways))
    gb = f". The GB limit of the same product is another test, not a substitute: {places}" if rows else ""
    return words + gb


def choose_ladder(
    name: str,
    document: str | None = None,
    capacity: AmountLike | None = None,
    reading: str = "linear",
    allow_unverified: bool = False,
    period: str | None = None,
    like: UnitText | None = None,
    region: str | None = None,
) -> Ladder:
    item = find_item(name)
    if not needs_capacity(item):
        unused = "capacity" if capacity is not None else "reading" if reading != READINGS[0] else ""
        if unused:
            fix = f"Leave {unused} out; it belongs to {', '.join(sorted(furnace_items()))}"
            raise OptionError(f"The limit of {item} does not depend on furnace capacity", unused, fix)
        return find_ladder(item, document, allow_unverified, period, like, region)
    if capacity is None:
        raise CapacityError(f"The limit of {item} depends on furnace capacity", item, 'Pass capacity="3 t"')
    row = choose_document(item, document, period, region)
    limit = furnace_limit(capacity, reading=reading, item=item, document=row.id, allow_unverified=allow_unverified)
    return _dated(of_furnace(limit), period)


def all_ladders(name: str, like: UnitText) -> tuple[Ladder, ...]:
    """Return every ladder of the same product and kind of unit, of national lists, GB standards and local limits."""
    item = find_item(name)
    if needs_capacity(item):
        said = f"The limit of {item} depends on furnace capacity"
        raise CapacityError(said, item, 'Use classify() with capacity="3 t"')
    rows = [ladder for ladder in same_product(item) if ladder.unit and same_kind(read_unit(ladder.unit), like)]
    if not rows:
        units = ", ".join(sorted({ladder.unit for ladder in _ladders(item)}))
        raise DimensionError(f"{item} has no indicator in {like}", item, f"Its indicators are in {units or 'no unit'}")
    return tuple(_dated(row, None) for row in rows)


@cached(4096)
def same_product(item: str) -> tuple[Ladder, ...]:
    """Return every ladder of an item, then the GB rows that stand for the same product under another item."""
    rows = _ladders(item)
    same = {row.counterpart_limit for row in records("gb_counterparts") if row.item == item and row.counterpart_limit}
    items = [other for other, found in _limit_rows().items() if any(row.id in same for _, row in found)]
    others = [ladder for other in items for ladder in _ladders(other) if ladder.id in same]
    return (*rows, *(ladder for ladder in others if ladder not in rows))


def usual_unit(name: str, document: str | None = None, period: str | None = None, region: str | None = None) -> str:
    """Return the unit of the indicator that a value of an item is compared in; empty where there is no one such."""
    try:
        item = find_item(name)
        furnace = next((row.unit for row in records("furnace_limits") if row.item == item), "")
        return furnace or find_ladder(item, document, True, period, None, region).unit
    except EnergybenchError:
        return ""


def warn_if_superseded(ladder: Ladder, stacklevel: int = 3) -> None:
    if ladder.standing:
        said = f"{citation(ladder.document)} {ladder.standing}"
        warnings.warn(said, SupersededWarning, stacklevel=stacklevel)


@dataclass(frozen=True, slots=True)
class Applied(Record):
    """One limit of a product and the time in which it applies.

    Attributes
    ----------
    document, kind, region : str
        The document, its kind as in ``documents.csv``, and the place of a local one.
    effective_from, effective_to : str
        First day in force, and the first day on which it no longer is; empty where it is not known.
    state : {"ended", "in force", "announced", "date unknown"}
        On the day up to which the tables were checked.
    item, unit, verification : str
        Item of the row, unit of its thresholds, and how far it was checked.
    thresholds : dict
        Each step with its comparator and figure as text; a furnace has a step per stated capacity.
    """

    document: str
    kind: str
    region: str
    effective_from: str
    effective_to: str
    state: str
    item: str
    unit: str
    thresholds: dict[str, str]
    verification: str

    @property
    def url(self) -> str:
        """Address of the page of the document; empty for one of the user's own."""
        return find_document(self.document).url

    def __str__(self) -> str:
        place = f", {self.region.partition(';')[0]}" if self.region else ""
        until = f" to {self.effective_to}" if self.effective_to else ""
        steps = ", ".join(f"{step} {threshold}" for step, threshold in self.thresholds.items())
        return (
            f"{self.effective_from or '?'}{until}: {self.state}: {self.document}{place}: "
            f"{self.item} [{steps} {self.unit}; {self.verification}]"
        )


def timeline(item: str, region: str | None = None) -> Answers[Applied]:
    """Return which limits of a product applied when, apply now, and are announced.

    Parameters
    ----------
    item : str
        Item id or name.
    region : str, optional
        Name of a place: its local limits are named too. Without it only national ones are, or, where there is
        none, every local one.

    Returns
    -------
    tuple of Applied
        By the first day in force; rows of a day that is not known come first. It prints as a line each.

    Raises
    ------
    UnknownProductError, UnknownNameError
        If no table knows the product or the place.

    Examples
    --------
    >>> for one in timeline("电解铝"):
    ...     print(one.effective_from, one.state, one.document, one.thresholds.get("baseline", ""))
     ended gb-21346-2013
    2022-01-01 ended ndrc-2021 <= 13350
    2023-07-04 in force ndrc-2023 <= 13350
    2024-01-01 in force gb-21346-2022
    """
    found = [*_of_ladders(find_item(item)), *_of_furnaces(find_item(item))]
    places = documents_of_region(region) if region is not None else frozenset()
    national = [one for one in found if one.kind != "local_policy"]
    local = [one for one in found if one.document in places or (region is None and not national)]
    told = [*national, *(one for one in local if one not in national)]
    return Answers(sorted(told, key=lambda one: one.effective_from))


def _applied(limit: Ladder | FurnaceRow, steps: dict[str, str]) -> Applied:
    row = find_document(limit.document)
    first, end, day = row.effective_from, last_day(row), as_of()
    if end and end <= day:
        state = "ended"
    elif not first:
        state = "date unknown"
    else:
        state = "announced" if first > day else "in force"
    return Applied(row.id, row.kind, row.region, first, end, state, limit.item, limit.unit, steps, limit.verification)


def _of_ladders(item: str) -> Iterator[Applied]:
    for one in same_product(item):
        steps = {step.level.value: f"{step.comparator} {step.threshold}" for step in one.steps if step.threshold}
        yield _applied(one, steps)


def _of_furnaces(item: str) -> Iterator[Applied]:
    rows = [row for row in records("furnace_limits") if row.item == item]
    for document in dict.fromkeys(row.document for row in rows):
        here = [row for row in rows if row.document == document]
        steps = {f"{row.capacity} {row.capacity_unit}": f"{row.comparator} {row.limit}" for row in here}
        yield _applied(here[0], steps)
