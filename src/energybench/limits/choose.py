"""Which limit row applies: names of products, documents, editions in force, furnaces by capacity."""

from __future__ import annotations

import re
import warnings
from calendar import monthrange
from dataclasses import fields, replace
from datetime import date
from itertools import compress
from typing import TYPE_CHECKING, Any

from energybench.errors import (
    AmbiguousError,
    CapacityError,
    DimensionError,
    EnergybenchError,
    MissingFigureError,
    OptionError,
    SupersededWarning,
    UnknownProductError,
    quoted,
)
from energybench.limits.furnaces import FurnaceLimit, furnace_limit
from energybench.limits.ladders import Ladder, Level, Step
from energybench.tables.names import index_names, normalise_name, resolve_name
from energybench.tables.periods import fold_period
from energybench.tables.store import ACCEPTED, cached, citation, find_document, own_ids, records, require_usable
from energybench.units.registry import same_kind
from energybench.units.text import TCE, UnitText, read_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from energybench.tables.rows import DocumentRow
    from energybench.units.registry import AmountLike

IN_FORCE = "in-force"
_GB_NOTE = "level 3 is the limit for all, level 2 the access test for new plants, level 1 the advanced value"


_TABLES = ("benchmarks", "local_limits", "furnace_limits", "limits")


@cached()
def _item_ids() -> frozenset[str]:
    return frozenset(row.item for table in _TABLES for row in records(table))


@cached()
def _item_names() -> dict[str, tuple[str, ...]]:
    """Map every folded name to the items that have it; names of GB rows never hide those of the lists."""
    names = [(row.name, row.item) for row in records("product_names")]
    names += [(item, item) for item in sorted(_item_ids())]
    taken = {normalise_name(name) for name, _ in names}
    standards = [(name, row.item) for row in records("limits") for name in (row.item_zh, row.item_en) if name]
    return index_names(names + [(name, item) for name, item in standards if normalise_name(name) not in taken])


@cached(4096)
def find_item(name: str) -> str:
    """Return the id of an item by its id or any of its names.

    Parameters
    ----------
    name : str
        Item id, Chinese or English name.

    Returns
    -------
    str
        The id, as in the column ``item`` of the tables.

    Raises
    ------
    UnknownProductError
        If no table knows the name; the nearest are named.
    AmbiguousError
        If several items have the name.

    Examples
    --------
    >>> find_item("电解铝")
    'electrolytic-aluminium'
    """
    advice = "energybench tables product_names lists them"
    return resolve_name(name, _item_names(), "product", UnknownProductError, advice, _item_ids())


def items_named(name: str) -> tuple[str, ...]:
    """Return every item that has a name: none, one, or several.

    Examples
    --------
    >>> items_named("电解铝"), items_named("电解铝厂")
    (('electrolytic-aluminium',), ())
    """
    return (name,) if name in _item_ids() else _item_names().get(normalise_name(name), ())


#: Per table: the column of each step with its class, best first, and the class beyond the last.
_STEPS: dict[str, tuple[dict[str, Level], Level]] = {
    "benchmarks": ({"benchmark": Level.BENCHMARK, "baseline": Level.BASELINE}, Level.BELOW_BASELINE),
    "local_limits": ({"limit": Level.WITHIN_LIMIT}, Level.OVER_LIMIT),
    "limits": ({"level1": Level.LEVEL_1, "level2": Level.LEVEL_2, "level3": Level.LEVEL_3}, Level.OVER_LIMIT),
}
_COPIED = [field.name for field in fields(Ladder) if field.name not in ("steps", "beyond", "furnace")]


def _ladder(row: Any, steps: Iterable[Step], beyond: Level, **changes: Any) -> Ladder:
    same = {name: getattr(row, name) for name in _COPIED if hasattr(row, name)}
    known = {"basis": "", "indicator_en": row.indicator_zh, **same, **changes}
    return Ladder(**known, steps=tuple(steps), beyond=beyond)


@cached()
def _ladders() -> dict[str, tuple[Ladder, ...]]:
    """Return every ladder that does not depend on capacity, by item."""
    found: dict[str, list[Ladder]] = {}
    for table, (columns, beyond) in _STEPS.items():
        own = own_ids(table)
        places = {(row.item, row.document, row.unit) for row in records(table) if row.id in own}
        for row in records(table):
            if row.id in own or (row.item, row.document, row.unit) not in places:
                steps = [Step(level, getattr(row, column), row.comparator) for column, level in columns.items()]
                notes = [row.notes, _GB_NOTE if table == "limits" else ""]
                found.setdefault(row.item, []).append(_ladder(row, steps, beyond, notes="; ".join(filter(None, notes))))
    return {item: tuple(ladders) for item, ladders in found.items()}


def of_furnace(limit: FurnaceLimit) -> Ladder:
    """Return the one-step ladder of a furnace limit."""
    changes = {"id": f"{limit.document}/{limit.item}/{limit.capacity:g}t", "notes": limit.notes, "furnace": limit}
    return _ladder(limit.curve.row, [limit.curve.step(limit.value)], Level.OVER_LIMIT, **changes)


def other_readings(ladder: Ladder) -> tuple[Ladder, ...]:
    """Return the ladders of the strict and the lenient reading of a furnace table; none without a furnace."""
    if (limit := ladder.furnace) is None:
        return ()
    return tuple(replace(ladder, steps=(limit.curve.step(bound),)) for bound in (limit.strict, limit.lenient))


@cached()
def needs_capacity(item: str) -> bool:
    """Say whether the limit of an item depends on furnace capacity."""
    return any(row.item == item for row in records("furnace_limits"))


@cached(4096)
def find_ladder(
    item: str,
    document: str | None = None,
    allow_unverified: bool = False,
    period: str | None = None,
    like: UnitText | None = None,
) -> Ladder:
    """Return the ladder that applies to an item.

    Parameters
    ----------
    item : str
        Item id or name; not one whose limit depends on furnace capacity.
    document : str, optional
        Document id or number, or ``"in-force"`` with a period. By default the newest national list with an
        accepted row, or the one document that knows the item.
    allow_unverified : bool
        Take an unverified row.
    period : str, optional
        For ``"in-force"``: ``"2022"``, ``"2023-06"`` or a day. The list in force at its end applies.
    like : UnitText, optional
        A unit of the indicator wanted, where a standard has several for the item. Without it the one in standard
        coal, the comprehensive energy, is taken.

    Returns
    -------
    Ladder
        The limits of the item, and the document that they come from.

    Raises
    ------
    MissingFigureError, UnverifiedError, AmbiguousError, UnknownProductError
        If no row can be chosen.

    Examples
    --------
    >>> print(find_ladder("cement-clinker"))
    cement-clinker 水泥熟料 (Cement clinker)
    单位产品综合能耗 (Comprehensive energy consumption per unit product)
      benchmark (标杆水平): <= 100 kgce/t
      baseline (基准水平): <= 117 kgce/t
      below-baseline (基准水平以下): otherwise
    ndrc-2023, corroborated
    ...
    >>> find_ladder("electrolytic-aluminium", "in-force", period="2022").document
    'ndrc-2021'
    """
    item = find_item(item)
    ladders = _ladders().get(item, ())
    if not ladders:
        raise CapacityError(f"The limit of {item} depends on furnace capacity", item, "Use furnace_limit()")
    check_period(document, period)
    if document == IN_FORCE:
        document = _document_in_force(item, _same_product(item), period, like)
        chosen = _by_indicator(item, _of_document(item, ladders, find_document(document)), like)
        chosen = replace(chosen, notes=f"{chosen.notes}; in force at the end of {period}".removeprefix("; "))
    elif document is None:
        chosen = _newest(item, ladders, like)
    else:
        chosen = _by_indicator(item, _of_document(item, ladders, find_document(document)), like)
    try:
        require_usable(chosen, f"The row of {item}", allow_unverified)
    except MissingFigureError as error:
        raise MissingFigureError(error.message, error.value, f"{error.fix}{_counterparts(item)}") from error
    return chosen


def _of_document(item: str, ladders: tuple[Ladder, ...], row: DocumentRow) -> list[Ladder]:
    here = [ladder for ladder in ladders if ladder.document == row.id]
    if not here:
        known = ", ".join(dict.fromkeys(ladder.document for ladder in ladders))
        successor = f"{citation(row.id)} was replaced by {row.replaced_by}. " if row.replaced_by else ""
        raise UnknownProductError(
            f"No level of {item} in {citation(row.id)} is known", item, f"{successor}It is in {known}: pass document="
        )
    return here


def _newest(item: str, ladders: tuple[Ladder, ...], like: UnitText | None) -> Ladder:
    national = [ladder for ladder in ladders if find_document(ladder.document).kind == "national_list"]
    if not national:
        documents = list(dict.fromkeys(ladder.document for ladder in ladders))
        if len(documents) > 1:
            raise AmbiguousError(
                f"{item} is in several documents: {', '.join(documents)}",
                item,
                f'Pass document="{_current(documents)}"',
            )
        return _by_indicator(item, list(ladders), like)
    national.sort(key=lambda ladder: find_document(ladder.document).issued, reverse=True)
    chosen = next((ladder for ladder in national if ladder.verification in ACCEPTED), national[0])
    if chosen is national[0]:
        return chosen
    skipped = ", ".join(f"{c.document} ({c.verification})" for c in national[: national.index(chosen)])
    return replace(chosen, notes=f"{chosen.notes}; passed over: {skipped}".removeprefix("; "))


def _current(documents: list[str]) -> str:
    """Return the document that no other has replaced, or the last."""
    return next((one for one in documents if not find_document(one).replaced_by), documents[-1])


def _by_indicator(item: str, ladders: list[Ladder], like: UnitText | None) -> Ladder:
    """Choose among the indicators of one document: that of the value's kind, else the comprehensive energy."""
    if len(ladders) == 1:
        return ladders[0]
    read = [read_unit(ladder.unit) for ladder in ladders]
    fits = [same_kind(unit, like) if like else same_kind(UnitText(unit.numerator), TCE) for unit in read]
    wanted = list(compress(ladders, fits))
    if len(wanted) != 1:
        units = ", ".join(f"{ladder.unit} ({ladder.indicator_zh})" for ladder in ladders)
        raise AmbiguousError(
            f"{item} in {citation(ladders[0].document)} has several indicators: {units}",
            item,
            "Give the value in the unit of one of them",
        )
    return wanted[0]


def _counterparts(item: str) -> str:
    """Name the GB rows of the same product, which are never swapped in."""
    rows = [row for row in records("gb_counterparts") if row.item == item and row.counterpart_limit]
    if not rows:
        return ""
    places = "; ".join(
        f'{row.counterpart_limit.partition("/")[2]}, document="{row.counterpart_document}"' for row in rows
    )
    return f". The GB limit of the same product is another test, not a substitute: {places}"


def choose_ladder(
    name: str,
    document: str | None = None,
    capacity: AmountLike | None = None,
    reading: str = "linear",
    allow_unverified: bool = False,
    period: str | None = None,
    like: UnitText | None = None,
) -> Ladder:
    """Return the ladder of an item by any of its names, furnaces included."""
    item = find_item(name)
    if not needs_capacity(item):
        if capacity is not None:
            raise OptionError(
                f"The limit of {item} does not depend on furnace capacity", "capacity", "Leave capacity out"
            )
        return find_ladder(item, document, allow_unverified, period, like)
    if capacity is None:
        raise CapacityError(f"The limit of {item} depends on furnace capacity", item, 'Pass capacity="3 t"')
    check_period(document, period)
    if document == IN_FORCE:
        check_furnace_in_force(item, period)
    named = None if document == IN_FORCE else document
    return of_furnace(
        furnace_limit(capacity, reading=reading, item=item, document=named, allow_unverified=allow_unverified)
    )


def all_ladders(name: str, like: UnitText) -> tuple[Ladder, ...]:
    """Return every ladder of the same product and kind of unit: national lists, GB standards, local limits.

    GB rows that stand for the same product under another item are included.
    """
    item = find_item(name)
    if needs_capacity(item):
        raise CapacityError(
            f"The limit of {item} depends on furnace capacity", item, 'Use classify() with capacity="3 t"'
        )
    rows = [ladder for ladder in _same_product(item) if ladder.unit and same_kind(read_unit(ladder.unit), like)]
    if not rows:
        units = ", ".join(sorted({ladder.unit for ladder in _ladders().get(item, ())}))
        raise DimensionError(f"{item} has no indicator in {like}", item, f"Its indicators are in {units or 'no unit'}")
    return tuple(rows)


@cached(4096)
def _same_product(item: str) -> tuple[Ladder, ...]:
    """Return every ladder of an item, then the GB rows that stand for the same product under another item."""
    rows = _ladders().get(item, ())
    same = {row.counterpart_limit for row in records("gb_counterparts") if row.item == item and row.counterpart_limit}
    others = [ladder for ladders in _ladders().values() for ladder in ladders if ladder.id in same]
    return (*rows, *(ladder for ladder in others if ladder not in rows))


def usual_unit(name: str, document: str | None = None, period: str | None = None) -> str:
    """Return the unit of the indicator that a value of an item is compared in; empty where there is no one such.

    Examples
    --------
    >>> usual_unit("电解铝"), usual_unit("induction-furnace-cast-iron"), usual_unit("no such product")
    ('kWh/t', 'kWh/t', '')
    """
    try:
        item = find_item(name)
        furnace = next((row.unit for row in records("furnace_limits") if row.item == item), "")
        return furnace or find_ladder(item, document, True, period).unit
    except EnergybenchError:
        return ""


def _document_in_force(item: str, ladders: Sequence[Ladder], period: str | None, like: UnitText | None = None) -> str:
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


def warn_if_superseded(document: str | None, stacklevel: int = 3) -> None:
    """Warn when a document is asked for by name that another has replaced."""
    if document is None or document == IN_FORCE:
        return
    row = find_document(document)
    if row.replaced_by:
        message = f"{citation(row.id)} was replaced by {row.replaced_by}"
        warnings.warn(message, SupersededWarning, stacklevel=stacklevel)
