"""Which carrier a name means: another spelling of one, a wider name that is a question back, or none of the tables."""

from __future__ import annotations

import re

from energybench.errors import AmbiguousError, UnknownCarrierError, quoted
from energybench.tables.names import Meaning as Meaning
from energybench.tables.names import decorations, index_names, meaning_of, normalise_name, resolve_name, slips
from energybench.tables.store import cached, records

#: What a basis is called in documents.
BASIS_WORDS = {"当量": "calorific", "等价": "primary"}
_NAME_WITH_BASIS = re.compile(r"(.+?)[\s\-_:：]*[(（]?(当量|等价)值?[)）]?")
#: Bought energy and its grade are the carrier itself; so is the amount that was used.
_AROUND = decorations(
    r"外购|外来|购入|购进|采购|(?:purchased|bought|imported)\s|[+-]?\d{1,3}(?:#|号)",
    r"(?:消费|消耗|使用|耗用|耗|用)?量|消费|消耗|\(?\d{1,3}(?:#|号)\)?",
)
#: A word before a carrier that says how it counts, and the flow that says so of an amount.
_FLOW_IN_NAME = re.compile(
    r"(?P<made>自产自用|自发自用|自产|自发|自用|自备|自制|self-(?:made|generated|produced) )"
    r"|(?P<sent>外供|外送|外销|外售|外输|上网|转供|转售|exported )|(?P<recovered>回收利用|回收|recovered )"
)
_FLOWS = {"made": "自产自用", "sent": "外供", "recovered": "回收利用"}


@cached()
def carrier_ids() -> frozenset[str]:
    return frozenset(row.carrier for row in records("carriers"))


@cached()
def _names() -> dict[str, Meaning]:
    rows = [(row.name, row.carrier, row.sense, row.notes) for row in records("carrier_names")]
    labels = {row.carrier: row.name_zh for row in reversed(records("carriers"))}
    return index_names([*rows, *((carrier, carrier, "", "") for carrier in sorted(carrier_ids()))], labels)


@cached(4096)
def find_carrier(name: str) -> str:
    """Return the id of a carrier by its id or any of its names; one that says how it counts (自产, 外供) is refused.

    >>> find_carrier("原煤"), find_carrier("（2）外购電力")
    ('raw_coal', 'electricity')
    """
    plain = without_basis(name)[0]
    if isinstance(plain, str) and meaning_of(plain, _names(), _AROUND) is None:
        _refuse_flow(plain)
    advice = "energybench tables carrier_names lists them; a fuel of your own takes coefficient="
    return resolve_name(plain, _names(), "carrier", UnknownCarrierError, advice, _AROUND)


def _refuse_flow(name: str) -> None:
    """Refuse a name that says how the carrier counts, which is not read from a name."""
    found = _FLOW_IN_NAME.match(name.strip())
    rest = name.strip()[found.end() :].strip() if found else ""
    if found and meaning_of(rest, _names(), _AROUND):
        flow = _FLOWS[str(found.lastgroup)]
        raise AmbiguousError(
            f"{quoted(name)} says how {rest} counts, which is said by its flow",
            quoted(name),
            f"Name the carrier {rest} and give it the flow {flow}",
        )


@cached(4096)
def carriers_of(name: str) -> tuple[str, ...]:
    """Return every carrier that a name may mean: one, several, or none."""
    if not isinstance(name, str):
        return ()
    found = meaning_of(without_basis(name)[0], _names(), _AROUND)
    return found.ids if found else ()


def without_basis(name: str) -> tuple[str, str]:
    """Split a name of electricity or heat from the basis that it states, as 电力(等价值) does."""
    found = _NAME_WITH_BASIS.fullmatch(name.strip()) if isinstance(name, str) else None
    if found:
        meant = _names().get(normalise_name(found[1]))
        if meant and meant.exact and meant.ids[0] in ("electricity", "heat"):
            return found[1], BASIS_WORDS[found[2]]
    return name, ""


def is_slip(name: str) -> bool:
    """Say whether a name that no table knows is a known one with a slip of the pen, which its own figure would hide."""
    return isinstance(name, str) and bool(slips(name, _names(), _AROUND))
