"""Names of carriers and products: how they are written, what they may mean, and what a slip of the pen meant.

A name is another spelling of one thing, a wider name that is a question back, or none of the tables.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from energybench.errors import (
    LONGEST_QUOTE,
    AmbiguousError,
    UnknownCarrierError,
    UnknownNameError,
    UnknownProductError,
    compiled,
    language,
    quoted,
    searches_names,
)
from energybench.tables.rows import ITEM_TABLES
from energybench.tables.store import cached, records

if TYPE_CHECKING:
    Decorations = tuple[str, str]

#: What stands before a name in a list and is no part of it: a number, 其中, a mark; and what stands behind it.
_IN_A_LIST = (
    r"[(\[]?(?:\d{1,2}(?:\.\d{1,2})*|[一二三四五六七八九十]{1,3})(?:[)\]、]|[.:,](?!\d))|\d{1,2}(?:\.\d{1,2})*\s"
    r"|(?:#|no\.?)\s?\d{1,2}(?![\d号#])[、.:]?|其中[:、,]?|[*※△▲•~—-]+",
    r"[*※△▲]+|\[\d{1,2}\]|\(注\d?\)",
)
_CIRCLED = "[\u2460-\u2473]"
#: A slip in fewer letters, or a swap in fewer Chinese characters, makes another word.
_LETTERS, _CHARACTERS = 5, 3
#: The last letters of a word, where the vowel says which substance it is.
_ENDING = 3
#: As many candidates are shown one by one; where there are more, a family of more rows than this by its beginning.
_MOST_SHOWN, _MOST_OF_FAMILY = 12, 4


def _as_one(text: str) -> str:
    """Leave one space between words, and none beside a Chinese character."""
    made, *words = text.split() or [""]
    for word in words:
        beside = "\u3000" <= made[-1] <= "\u9fff" or "\u3000" <= word[0] <= "\u9fff"
        made += word if beside else f" {word}"
    return made


@lru_cache(1 << 14)
def normalise_name(name: str) -> str:
    """Fold case, hyphens, brackets and spaces: ``" Natural_Gas "`` is ``"natural gas"``, ``"合 计"`` is ``"合计"``."""
    return _as_one(name.casefold().replace("_", " ").replace("-", " ").replace("（", "(").replace("）", ")"))


class Meaning(NamedTuple):
    """What a name may mean: the ids, the words that show them, and whether the one id is the thing itself."""

    ids: tuple[str, ...]
    shown: str
    exact: bool
    notes: str = ""


class Names(Mapping[str, Meaning]):
    """Every folded name and what it may mean, which is worked out when it is asked for.

    The rows are of name, id, sense and notes. A row of the sense ``candidate`` is one of the things that a name may
    mean, and its id may be the beginning of several and ``*``. ``ids`` are those that there are, and ``show`` returns
    the name of each. ``weaker`` are names and ids that count where no row has the name.
    """

    def __init__(
        self,
        rows: Iterable[tuple[str, str, str, str]],
        ids: Collection[str] = (),
        show: Callable[[str], str] = str,
        weaker: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._ids, self.show = ids, show
        #: Of each name the ids that have it, and the notes of those that may be meant.
        self._known: dict[str, tuple[dict[str, None], dict[str, str]]] = {}
        for name, identifier, sense, notes in rows:
            same, wide = self._known.setdefault(normalise_name(name), ({}, {}))
            if sense:
                wide[identifier] = notes
            else:
                same[identifier] = None
        self.add(weaker)

    def add(self, weaker: Iterable[tuple[str, str]]) -> None:
        """Take further names and ids, which count where no name so far has an id of its own."""
        taken = {folded for folded, (same, _) in self._known.items() if same}
        for name, identifier in weaker:
            if (folded := normalise_name(name)) not in taken:
                self._known.setdefault(folded, ({}, {}))[0][identifier] = None

    def only(self, folded: str) -> str:
        same, _ = self._known.get(folded, ({}, {}))
        return next(iter(same)) if len(same) == 1 else ""

    def __getitem__(self, folded: str) -> Meaning:
        if only := self.only(folded):
            return Meaning((only,), only, exact=True)
        same, wide = self._known[folded]
        families = {one: self._family(one) for one in (*same, *wide)}
        ids = tuple(dict.fromkeys(one for members in families.values() for one in members))
        for most in (_MOST_SHOWN, _MOST_OF_FAMILY):
            shown = [part for one, members in families.items() for part in self._shown(one, members, most)]
            parts = list(dict.fromkeys(shown))
            if len(parts) <= _MOST_SHOWN:
                break
        more = f" and {len(parts) - _MOST_SHOWN} more" if len(parts) > _MOST_SHOWN else ""
        notes = ". ".join(dict.fromkeys(filter(None, wide.values())))
        return Meaning(ids, ", ".join(parts[:_MOST_SHOWN]) + more, exact=False, notes=notes)

    def __contains__(self, folded: object) -> bool:
        return folded in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def _family(self, identifier: str) -> tuple[str, ...]:
        if not identifier.endswith("*"):
            return (identifier,)
        return tuple(one for one in self._ids if one.startswith(identifier[:-1]))

    def _shown(self, identifier: str, family: tuple[str, ...], most: int) -> list[str]:
        if len(family) > most:
            return [f"{identifier} ({len(family)} rows)"]
        return [" ".join(dict.fromkeys((one, self.show(one)))) for one in family]


def decorations(before: str = "", behind: str = "") -> Decorations:
    """Return the patterns of what may stand around a name of a kind without changing what it means."""
    first, last = ("|".join(filter(None, pair)) for pair in zip(_IN_A_LIST, (before, behind), strict=True))
    return rf"\s*(?:{first})\s*", rf"\s*(?:{last})\s*$"


_PLAIN = decorations()


@cached()
def _characters(slips: bool) -> dict[str, str]:
    return {row.written: row.read for row in records("characters") if (row.sense == "slip") == slips}


def spellings(name: str, around: Decorations = _PLAIN) -> Iterator[str]:
    """Return the folded spellings under which a name may stand in an index, the plainest last.

    Traditional characters, full-width forms, numbers and marks of a list are folded.
    """
    yield normalise_name(name)
    if len(name) > LONGEST_QUOTE:
        return
    text = unicodedata.normalize("NFKC", compiled(_CIRCLED).sub("", name)).casefold()
    text = "".join(_characters(False).get(one, one) for one in text if unicodedata.category(one) != "Cf")
    text = _as_one(text)
    before, behind = map(compiled, around)
    while text:
        yield normalise_name(text)
        if found := before.match(text):
            text = text[found.end() :]
        elif found := behind.search(text):
            text = text[: found.start()]
        else:
            return


def meaning_of(name: str, index: Mapping[str, Meaning], around: Decorations = _PLAIN) -> Meaning | None:
    return next((index[one] for one in spellings(name, around) if one in index), None)


def resolve_name(
    name: str,
    index: Mapping[str, Meaning],
    kind: str,
    error: type[UnknownNameError],
    advice: str,
    around: Decorations = _PLAIN,
) -> str:
    if not isinstance(name, str):
        raise error(f"{quoted(name)} is not the name of a {kind}", quoted(name), "Write the name as text")
    found = meaning_of(name, index, around)
    if found is None:
        meant = [quoted(one) for one in slips(name, index, around)]
        fix = f"Did you mean {' or '.join(meant)}?" if meant else advice
        raise error(f"{quoted(name)} is not a {kind} of the tables", quoted(name), fix)
    if not found.exact:
        fix = ". ".join(filter(None, ["Write the one that is meant" if found.ids else "", found.notes]))
        raise AmbiguousError(f"{quoted(name)} may mean {found.shown}", quoted(name), fix)
    return found.ids[0]


def slips(name: str, index: Iterable[str], around: Decorations = _PLAIN) -> list[str]:
    """Return at most three known names of which a name is a slip of the pen, never that of another thing.

    A Chinese character for another is a slip only where the table of characters says that the two are exchanged: 铜
    for 铝 is another metal.
    """
    if len(name) > LONGEST_QUOTE or not searches_names():
        return []
    plain = list(spellings(name, around))[-1]
    exchanged = _characters(True)
    read = {
        f"{plain[:place]}{exchanged[one]}{plain[place + 1 :]}" for place, one in enumerate(plain) if one in exchanged
    }
    return [known for known in index if known in read or _is_slip(plain, known)][:3]


def _is_slip(given: str, known: str) -> bool:
    """Say whether a name is another with two neighbours exchanged, a letter too many, too few or wrong.

    The first letter of a word counts, as do words of few letters: erbium is not terbium, nor MAP DAP.
    """
    if abs(len(given) - len(known)) > 1 or given == known:
        return False
    start = next((place for place, (a, b) in enumerate(zip(given, known, strict=False)) if a != b), len(known))
    start = min(start, len(given))
    here, there = given[start:], known[start:]
    longer, shorter = (here, there) if len(given) > len(known) else (there, here)
    swapped = len(here) > 1 and here[:2] == there[1::-1] and here[2:] == there[2:]
    if not swapped and longer[1:] != shorter[len(given) == len(known) :]:
        return False
    if swapped and here[0] > "\u3000" and here[1] > "\u3000":
        return len(known) >= _CHARACTERS
    before, behind = (re.search("[a-z]*$", known[:start]), re.match("[a-z]*", there))
    first, rest = (one.group() if one else "" for one in (before, behind))
    if not first or len(first + rest) < _LETTERS or not re.match("[a-z]", longer):
        return False
    if len(given) == len(known) and not swapped:
        # Methanal is not methanol, nor propene propane.
        ending = len(rest) <= _ENDING and {here[0], there[0]} <= set("aeiouy")
        return rest != "" and here[0].isalpha() and not ending
    return not swapped or here[1].isalpha()


# Carriers -------------------------------------------------------------------------------------------------

#: 电力(等价值): the name of a group is the basis that its word states.
_NAME_WITH_BASIS = r"(.+?)[\s\-_:：]*[(（]?(?:(?P<calorific>当量)|(?P<primary>等价))值?[)）]?"
#: Bought energy and its grade are the carrier itself; so is the amount that was used.
_AROUND_CARRIER = decorations(
    r"外购|外来|购入|购进|采购|(?:purchased|bought|imported)\s|[+-]?\d{1,3}(?:#|号)",
    r"(?:消费|消耗|使用|耗用|耗|用)?量|消费|消耗|\(?\d{1,3}(?:#|号)\)?",
)
#: A word before a carrier that says how it counts, and the flow that says so of an amount.
_FLOW_IN_NAME = (
    r"(?P<made>自产自用|自发自用|自产|自发|自用|自备|自制|self-(?:made|generated|produced) )"
    r"|(?P<sent>外供|外送|外销|外售|外输|上网|转供|转售|exported )|(?P<recovered>回收利用|回收|recovered )"
)
#: A name of what a carrier costs, and amounts of bills by the unit that the coefficient of the carrier is per.
_MONEY = r"(.+?)\s?(?:费用?|款|成本|金额|bills?|costs?|charges?|fees?)"
_BILLED = {"kWh": "10 万kWh", "m3": "10 万m3", "kg": "10 t", "t": "10 t", "MJ": "100 GJ", "GJ": "100 GJ"}
_FLOWS = {"made": "自产自用", "sent": "外供", "recovered": "回收利用"}


@cached()
def carrier_ids() -> frozenset[str]:
    return frozenset(row.carrier for row in records("carriers"))


@cached()
def _carrier_names() -> Names:
    rows = [(row.name, row.carrier, row.sense, row.notes) for row in records("carrier_names")]
    shown = {row.carrier: row.name_zh for row in reversed(records("carriers"))}
    return Names([*rows, *((carrier, carrier, "", "") for carrier in sorted(carrier_ids()))], shown, shown.__getitem__)


@cached(4096)
def find_carrier(name: str) -> str:
    """Return the id of a carrier by its id or any of its names; one that says how it counts (自产, 外供) is refused.

    >>> find_carrier("原煤"), find_carrier("（2）外购電力")
    ('raw_coal', 'electricity')
    """
    plain = without_basis(name)[0]
    if isinstance(plain, str) and meaning_of(plain, _carrier_names(), _AROUND_CARRIER) is None:
        _refuse_flow(plain)
    return resolve_name(plain, _carrier_names(), "carrier", UnknownCarrierError, _advice_on(plain), _AROUND_CARRIER)


def _advice_on(name: str) -> str:
    plain = name.rstrip() if isinstance(name, str) else ""
    if plain.endswith(("小计", "合计", "总计", "总量", "总能耗")):
        return (
            "A sum of other rows is named 小计 or 合计 alone; an amount that no other row has is named by its carrier"
        )
    if plain.endswith("产量"):
        return "An output stands in the table of outputs: leave the row out of the energy"
    listed = "energybench tables carrier_names lists them; a fuel of your own takes coefficient="
    return _amount_for_money(name) or listed


@cached(4096)
def flow_of_name(name: str) -> tuple[str, str]:
    """Split a name that says how a carrier counts from its flow, "" for any other: 外供蒸汽 is 蒸汽, 外供."""
    found = compiled(_FLOW_IN_NAME).match(name.strip()) if isinstance(name, str) else None
    rest = name.strip()[found.end() :].strip() if found else ""
    if found and meaning_of(rest, _carrier_names(), _AROUND_CARRIER):
        return _FLOWS[str(found.lastgroup)], rest
    return "", name


def _refuse_flow(name: str) -> None:
    """Refuse a name that says how the carrier counts, which is not read from a name."""
    flow, rest = flow_of_name(name)
    if flow:
        fix = f"Name the carrier {rest} and give it the flow {flow}"
        raise AmbiguousError(f"{quoted(name)} says how {rest} counts, which is said by its flow", quoted(name), fix)


def _amount_for_money(name: str) -> str:
    """Say what to write for a name of money, such as 电费: an amount as a bill states it, of the carrier."""
    found = compiled(_MONEY).fullmatch(name.strip()) if isinstance(name, str) else None
    meant = meaning_of(found[1], _carrier_names(), _AROUND_CARRIER) if found else None
    if found is None or meant is None:
        return ""
    advice = "It is a sum of money: give the amount that the bill states"
    units = {row.coefficient_unit.rpartition("/")[2] for row in records("carriers") if row.carrier in meant.ids[:1]}
    example = next((amount for unit, amount in _BILLED.items() if unit in units), "")
    return f'{advice}, for example "{example}" {found[1]}' if meant.exact and example else f"{advice}, and its carrier"


@cached(4096)
def carriers_of(name: str) -> tuple[str, ...]:
    if not isinstance(name, str):
        return ()
    found = meaning_of(without_basis(name)[0], _carrier_names(), _AROUND_CARRIER)
    return found.ids if found else ()


def without_basis(name: str) -> tuple[str, str]:
    """Split a name of electricity or heat from the basis that it states, as 电力(等价值) does."""
    found = compiled(_NAME_WITH_BASIS).fullmatch(name.strip()) if isinstance(name, str) else None
    if found:
        meant = _carrier_names().get(normalise_name(found[1]))
        if meant and meant.exact and meant.ids[0] in ("electricity", "heat"):
            return found[1], str(found.lastgroup)
    return name, ""


def is_slip(name: str) -> bool:
    """Say whether a name that no table knows is a known one with a slip of the pen, which its own figure would hide."""
    return isinstance(name, str) and bool(slips(name, _carrier_names(), _AROUND_CARRIER))


# Products -------------------------------------------------------------------------------------------------

_AROUND_ITEM = decorations(behind="产出?量|产品")


def matches(item: str, patterns: Iterable[str]) -> bool:
    """Say whether an item is one of several, in which ``*`` stands for any characters."""
    return any(fnmatchcase(item, pattern) for pattern in patterns)


@cached()
def items() -> dict[str, Any]:
    return {row.item: row for table in reversed(ITEM_TABLES) for row in reversed(records(table))}


@cached(4096)
def item_name(item: str, lang: str = "zh") -> str:
    """Return the name that shows an item: the first of these that means it alone, so that it can be typed."""
    row, known = items().get(item), _item_names()
    name, field = (getattr(row, f"{part}_{lang}", "") for part in ("item", "field"))
    longer = f"{field} {name}" if lang == "zh" else f"{field}: {name}"
    names = (name, longer, *_told_apart(row, name)) if name else ()
    return next((one for one in names if known.only(normalise_name(one)) == item), name or item)


def _told_apart(row: Any, name: str) -> tuple[str, str]:
    return f"{name} {row.indicator_zh}", f"{name} {row.document}"


@cached()
def _item_names() -> Names:
    names = [(row.name, row.item, row.sense, row.notes) for row in records("product_names")]
    names += [(item, item, "", "") for item in sorted(items())]
    written = {name for name, *_ in names}
    fields = {(field, row.item) for row in records("benchmarks") for field in (row.field_zh, row.field_en)}
    names += [(field, item, "candidate", "") for field, item in sorted(fields) if field not in written]
    standards = [(name, row.item) for row in records("limits") for name in (row.item_zh, row.item_en) if name]
    known = Names(names, items(), item_name, standards)
    known.add((longer, row.item) for name, row in _shared(known) for longer in _told_apart(row, name))
    return known


def _shared(known: Names) -> list[tuple[str, Any]]:
    both = [(name, row) for row in items().values() for name in (row.item_zh, row.item_en) if name]
    shared = {name for name, row in both if known.only(normalise_name(name)) != row.item}
    return [(name, row) for name, row in both if name in shared]


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
    if isinstance(name, str) and name in items():  # an id is itself, whatever else has its words as a name
        return name
    advice = "energybench tables product_names lists them"
    return resolve_name(name, _item_names(), "product", UnknownProductError, advice, _AROUND_ITEM)


def items_named(name: str) -> tuple[str, ...]:
    found = meaning_of(name, _item_names(), _AROUND_ITEM)
    return found.ids if found else ()


# In Chinese -----------------------------------------------------------------------------------------------


def _names_in_chinese() -> dict[str, str]:
    """Return the Chinese of the names of products, carriers and indicators, as answers write them."""
    longer = {row.item for _, row in _shared(_item_names())}
    pairs = [(item, item_name(item), item_name(item, "en")) for item in longer]
    for table in ("benchmarks", "limits", "local_limits", "furnace_limits", "carriers", "targets"):
        for row in records(table):
            for part in ("item", "name", "indicator"):
                zh, en = getattr(row, f"{part}_zh", ""), getattr(row, f"{part}_en", "")
                pairs.append((getattr(row, "item", ""), zh, en))
    found: dict[str, str] = {}
    for named, zh, en in dict.fromkeys(pairs):
        if zh and en and zh != en:
            both = f"{zh} {en}", f"{zh} ({en})"
            found |= dict.fromkeys((en, en[0].upper() + en[1:]), zh) if " " in en else {}
            found |= dict.fromkeys(both, zh) | {f"{named} {text}": f"{named} {zh}" for text in both}
    return found


def _in_chinese(identifier: str) -> str:
    if identifier in carrier_ids():
        return _carrier_names().show(identifier)
    return item_name(identifier) if identifier in items() else ""


language.teach(_names_in_chinese, _in_chinese)
