"""Every error says what was given, what was expected, and how to fix it.

``reason`` is a stable code: the same code stands in the ``reason`` column of the problems of a whole table.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST_QUOTE = 80


class EnergybenchError(Exception):
    """Base of every error that energybench raises.

    Parameters
    ----------
    message : str
        What was given and what was expected.
    value : str, optional
        The value at fault, as text.
    fix : str, optional
        What to write instead.
    """

    reason = "error"

    def __init__(self, message: str, value: str = "", fix: str = "") -> None:
        super().__init__(message, value, fix)
        self.message = message
        self.value = value
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.message}. {self.fix}" if self.fix else self.message

    def in_language(self, lang: str) -> str:
        """Return the sentences of the error in Chinese (``"zh"``) or English (``"en"``)."""
        from energybench.errors.language import in_language

        stop = "。" if lang == "zh" else ". "
        return stop.join(in_language(text, lang) for text in (self.message, self.fix) if text)


class UnitTextError(EnergybenchError, ValueError):
    """A unit text that the grammar does not read."""

    reason = "unknown-unit"


class AmountError(EnergybenchError, ValueError):
    """A value that is not a finite number with a unit."""

    reason = "unreadable-amount"


class UncertaintyError(EnergybenchError, ValueError):
    """An uncertainty that is negative, no number, in the wrong unit, or missing where it is needed."""

    reason = "uncertainty"


class DimensionError(EnergybenchError, ValueError):
    """A unit of the wrong kind: coal in kWh, a heat rate where a mass is needed."""

    reason = "wrong-dimension"


class GasConditionError(DimensionError):
    """A gas volume at one reference condition against a figure for another."""

    reason = "gas-condition"


class UnknownNameError(EnergybenchError, LookupError):
    """A carrier, product, document or option that no table knows."""

    reason = "unknown-name"


class UnknownCarrierError(UnknownNameError):
    """A carrier name that no table knows."""

    reason = "unknown-carrier"


class UnknownProductError(UnknownNameError):
    """A product, item or furnace that no table knows."""

    reason = "unknown-product"


class AmbiguousError(EnergybenchError, LookupError):
    """A name or a figure with several candidates, none of which is a default."""

    reason = "several-candidates"


class NotInForceError(EnergybenchError, LookupError):
    """A limit that was not, or is not known to have been, in force in the period and the place asked for."""

    reason = "not-in-force"


class PeriodError(EnergybenchError, ValueError):
    """A period that is no year, half year, quarter, month or day."""

    reason = "unreadable-period"


class ConditionError(EnergybenchError, ValueError):
    """A limit for converted values, without the conditions of the plant that the conversion needs."""

    reason = "missing-condition"


class UnverifiedError(EnergybenchError):
    """A row whose verification is too weak to be used without saying so."""

    reason = "unverified"


class MissingFigureError(EnergybenchError, LookupError):
    """A figure that a document has and that could not be read in it, or that an edition does not have."""

    reason = "missing-figure"


class BasisError(EnergybenchError, ValueError):
    """Calorific and primary basis mixed, or a basis without the figure that it needs."""

    reason = "basis"


class CoalRateError(BasisError):
    """Electricity on the primary basis without a coal rate."""

    reason = "no-coal-rate"


class CoefficientError(EnergybenchError, ValueError):
    """A coefficient or heating value that cannot belong to the carrier it is given for."""

    reason = "implausible-coefficient"


class CapacityError(EnergybenchError, ValueError):
    """A furnace capacity that is missing, not a positive mass, or not stated by the table."""

    reason = "capacity"


class OutputError(EnergybenchError, ValueError):
    """An output that is missing, zero, negative or in the wrong unit."""

    reason = "output"


class OptionError(EnergybenchError, ValueError):
    """An option that does not exist or does not go with another."""

    reason = "option"


class ReceiptError(EnergybenchError, ValueError):
    """A receipt cannot be read, or an answer cannot have one."""

    reason = "receipt"


class JsonLineError(EnergybenchError, ValueError):
    """A line from a pipe that is not a question: no JSON object, or one without what is asked."""

    reason = "json-line"


class NoEnergyError(EnergybenchError, ValueError):
    """An output without any reading of energy."""

    reason = "no-energy"


class MissingPackageError(EnergybenchError, ImportError):
    """A package of an extra that is not installed."""

    reason = "missing-package"


@contextmanager
def requiring(package: str, extra: str, what: str) -> Iterator[None]:
    """Turn an import that fails inside, or a release that is too old, into the error that names the extra."""
    try:
        yield
    except MissingPackageError:
        raise
    except ImportError as error:
        said = str(error).strip().partition("\n")[0]
        raise MissingPackageError(
            f"{what} needs {package}: {said}", package, f'Run: pip install "energybench[{extra}]"'
        ) from error


class TableError(EnergybenchError, ValueError):
    """A table or file that cannot be read as the table that is needed."""

    reason = "table"


class TableNotFoundError(TableError, FileNotFoundError):
    """A file that is not there."""

    reason = "file-not-found"


class MissingColumnError(TableError):
    """A table without a column that is needed."""

    reason = "missing-column"


class EnergybenchWarning(UserWarning):
    """Base of every warning of energybench."""


class UnverifiedWarning(EnergybenchWarning):
    """An unverified figure was used because ``allow_unverified=True`` asked for it."""


class SupersededWarning(EnergybenchWarning):
    """A document was used by name, or by its region, that is not in force: ended, replaced or announced."""


def quoted(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python writes no integer of more than 4300 digits, wherever it stands in the value
        text = f"<{type(value).__name__} with too many digits to be written>"
    return text if len(text) <= LONGEST_QUOTE else f"{cut(text)} ({len(text)} characters)"


def cut(text: str, longest: int = LONGEST_QUOTE) -> str:
    """Return a text for a message or a cell, cut where it is longer than ``longest`` characters."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def text_of(value: object) -> str:
    """Return ``str(value)``, and for a number with too many digits to be written what :func:`quoted` says of it."""
    try:
        return str(value)
    except ValueError:
        return quoted(value)


# Looking for near names costs milliseconds: whole tables of unknown names switch it off.
_searching: ContextVar[bool] = ContextVar("searching", default=True)


@contextmanager
def without_suggestions() -> Iterator[None]:
    """Make errors without looking for the nearest names, for the many unknown names of a table."""
    token = _searching.set(False)
    try:
        yield
    finally:
        _searching.reset(token)


def searches_names() -> bool:
    return _searching.get()


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return the known names nearest to a misspelled one, best first."""
    if len(name) > LONGEST_QUOTE or not searches_names():
        return []
    import difflib

    by_folded = {candidate.casefold(): candidate for candidate in known}
    # Two-character Chinese names share half their characters with a near miss, hence the low cut-off.
    found = difflib.get_close_matches(name.casefold(), by_folded, n=count, cutoff=0.5)
    return [by_folded[folded] for folded in found]


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return the sentence that offers the nearest names, or ``otherwise`` when none is near."""
    names = nearest(name, known)
    return f"Did you mean {' or '.join(repr(n) for n in names)}?" if names else otherwise


def check_option(name: str, value: object, allowed: Iterable[str]) -> None:
    words = tuple(allowed)
    if not isinstance(value, str) or value not in words:
        meant = did_you_mean(value, words) if isinstance(value, str) else ""
        fix = f"{meant} Use one of {', '.join(words)}".lstrip()
        raise OptionError(f"{name} is {quoted(value)}", quoted(value), fix)
