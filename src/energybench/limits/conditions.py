"""The conditions at which a document compares, and without which it gives no class.

The corrections and their formulas are read only where a document asks for some.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from energybench.errors import ConditionError, OptionError, quoted
from energybench.tables.names import matches
from energybench.tables.store import cached, citation, records
from energybench.units.factors import same_kind
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from energybench.limits.corrections.catalogue import Correction
    from energybench.limits.ladders import Ladder

Given = Mapping[str, Mapping[str, Any] | str]


def is_conditional(ladder: Ladder) -> bool:
    """Say whether the document compares values of an item, or limits, that are converted to stated conditions."""
    return any(
        row.required and row.document == ladder.document and matches(ladder.item, row.items.split())
        for row in records("corrections")
    )


def check_conditions(ladder: Ladder, corrections: Given | str | None) -> tuple[Ladder, Given]:
    """Refuse a ladder for converted values without the conditions of the plant.

    ``"base"``, for all or for one, says that the base conditions hold: the ladder then says so. What is left of the
    corrections is to be applied.
    """
    required = required_corrections(ladder)
    if corrections is None and not required:
        return ladder, {}
    from energybench.limits.corrections.catalogue import find_correction

    if isinstance(corrections, str) and corrections == "base":
        corrections = {one.id: "base" for one in required}
    if corrections is not None and not isinstance(corrections, Mapping):
        fix = 'Write {"altitude": {"altitude": "2100 m"}}, or "base" where the base conditions hold'
        raise OptionError(f"corrections is {quoted(corrections)}, expected a mapping", quoted(corrections), fix)
    given = {find_correction(name, ladder.item, ladder.document).id: how for name, how in (corrections or {}).items()}
    missing = [one for one in required if one.id not in given]
    if missing:
        words = "; ".join(condition(one, ladder.item) for one in missing)
        example = ", ".join(f'"{one.name}": {shown}' for one in missing if (shown := _example(one)))
        given_by = f"Pass corrections={{{example}}}, or" if example else "Pass"
        said = f"{citation(ladder.document)} compares {ladder.item} at stated conditions, which are not given: {words}"
        raise ConditionError(said, ladder.item, f'{given_by} corrections="base" if the base conditions hold')
    base = [name.partition("/")[2] or name for name, how in given.items() if how == "base"]
    if base:
        ladder = replace(ladder, assumed=f"base conditions are taken to hold: {', '.join(base)}")
    return ladder, {name: how for name, how in (corrections or {}).items() if how != "base"}


@cached(4096)
def required_corrections(ladder: Ladder) -> tuple[Correction, ...]:
    """Return the corrections without which a ladder gives no class."""
    if not is_conditional(ladder):
        return ()
    from energybench.limits.corrections.catalogue import applicable

    return tuple(
        one
        for one in applicable(ladder.item, ladder.document)
        if one.required and (not one.unit or same_kind(read_unit(one.unit), read_unit(ladder.unit)))
    )


def condition(correction: Correction, item: str) -> str:
    """Return in words what a correction needs to know, with the base values that the document states."""
    needs = [
        f"{one.keyword}{f' [{one.unit}]' if one.unit else ''}, {one.meaning}"
        for one in correction.parameters
        if not one.optional
    ]
    needs += [f"one of {', '.join(correction.cases)}"] if correction.cases else []
    needs = needs or ["its figures could not be read: add them to corrections.csv"]
    from energybench.limits.corrections.catalogue import base_figures

    base = "".join(f"; {figure}" for figure in base_figures(correction, item))
    return f"{correction.name} ({', '.join(needs)}{base})"


def _example(correction: Correction) -> str:
    needed = [f'"{one.keyword}": ...' for one in correction.parameters if not one.optional]
    if correction.cases:
        needed = [f'"case": "{correction.cases[0]}"', *needed] if needed else needed
    return f"{{{', '.join(needed)}}}" if needed else "".join(f'"{case}"' for case in correction.cases[:1])
