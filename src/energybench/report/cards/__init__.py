"""What a notebook shows of a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from energybench.report.cards.accounts import account_card
from energybench.report.cards.assessments import assessment_card
from energybench.report.cards.figures import coefficient_card, furnace_card
from energybench.report.cards.verdicts import verdict_card

if TYPE_CHECKING:
    from collections.abc import Callable

# By the name of the class, so that a card of one figure does not load whole tables.
_CARDS: dict[str, Callable[[Any], str]] = {
    "Account": account_card,
    "Assessment": assessment_card,
    "Coefficient": coefficient_card,
    "FurnaceLimit": furnace_card,
    "Verdict": verdict_card,
}


def card_of(record: object) -> str:
    """Return the card of a record as HTML."""
    return _CARDS[type(record).__name__](record)
