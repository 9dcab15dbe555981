"""Every error says what was given, what was expected, and how to fix it.

``reason`` is a stable code: the same code stands in the ``reason`` column of the problems of a whole table.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
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

    def __init_subclass__(cls, reason: str = "") -> None:
        cls.reason = reason or cls.reason

    def __init__(self, message: str, value: str = "", fix: str = "") -> None:
        super().__init__(message, value, fix)
        self.message = message
        self.value = value
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.message}. {self.fix}" if self.fix else self.message

    def in_language(self, lang: str) -> str:
        """Return the sentences of the error in Chinese (``"zh"``) or English (``"en"``)."""
        stop = "。" if lang == "zh" else ". "
        return stop.join(in_language(text, lang) for text in (self.message, self.fix) if text)


def in_language(said: object, lang: str) -> str:
    """Return what energybench says in a language.

    Parameters
    ----------
    said : object
        An answer, as it is printed, or the text of an error, a problem, a note or a suggestion.
    lang : {"zh", "en"}
        Chinese or English.

    Returns
    -------
    str
        The text; a sentence that the catalogue does not know comes back as it is.

    Examples
    --------
    >>> import energybench as eb
    >>> print(in_language(eb.convert("1200 t", "原煤"), "zh"))
    1200 t 原煤 = 857.16 tce  [原煤：0.7143 kgce/kg（gbt-2589-2020 A.1，转引一处）]
    """
    from energybench.errors.language import in_chinese

    if lang != "zh":
        return str(said)
    own = getattr(said, "_in_chinese", None)
    return in_chinese(own() if own else str(said))


class UnitTextError(EnergybenchError, ValueError, reason="unknown-unit"):
    """A unit text that the grammar does not read."""


class AmountError(EnergybenchError, ValueError, reason="unreadable-amount"):
    """A value that is not a finite number with a unit."""


class UncertaintyError(EnergybenchError, ValueError, reason="uncertainty"):
    """An uncertainty that is negative, no number, in the wrong unit, or missing where it is needed."""


class DimensionError(EnergybenchError, ValueError, reason="wrong-dimension"):
    """A unit of the wrong kind: coal in kWh, a heat rate where a mass is needed."""


class GasConditionError(DimensionError, reason="gas-condition"):
    """A gas volume at one reference condition against a figure for another."""


class UnknownNameError(EnergybenchError, LookupError, reason="unknown-name"):
    """A carrier, product, document or option that no table knows."""


class UnknownCarrierError(UnknownNameError, reason="unknown-carrier"):
    """A carrier name that no table knows."""


class UnknownProductError(UnknownNameError, reason="unknown-product"):
    """A product, item or furnace that no table knows."""


class AmbiguousError(EnergybenchError, LookupError, reason="several-candidates"):
    """A name or a figure with several candidates, none of which is a default."""


class NotInForceError(EnergybenchError, LookupError, reason="not-in-force"):
    """A limit that was not, or is not known to have been, in force in the period and the place asked for."""


class PeriodError(EnergybenchError, ValueError, reason="unreadable-period"):
    """A period that is no year, half year, quarter, month or day."""


class ConditionError(EnergybenchError, ValueError, reason="missing-condition"):
    """A limit for converted values, without the conditions of the plant that the conversion needs."""


class UnverifiedError(EnergybenchError, reason="unverified"):
    """A row whose verification is too weak to be used without saying so."""


class MissingFigureError(EnergybenchError, LookupError, reason="missing-figure"):
    """A figure that a document has and that could not be read in it, or that an edition does not have."""


class BasisError(EnergybenchError, ValueError, reason="basis"):
    """Calorific and primary basis mixed, or a basis without the figure that it needs."""


class CoalRateError(BasisError, reason="no-coal-rate"):
    """Electricity on the primary basis without a coal rate."""


class CoefficientError(EnergybenchError, ValueError, reason="implausible-coefficient"):
    """A coefficient or heating value that cannot belong to the carrier it is given for."""


class CapacityError(EnergybenchError, ValueError, reason="capacity"):
    """A furnace capacity that is missing, not a positive mass, or not stated by the table."""


class OutputError(EnergybenchError, ValueError, reason="output"):
    """An output that is missing, zero, negative or in the wrong unit."""


class OptionError(EnergybenchError, ValueError, reason="option"):
    """An option that does not exist or does not go with another."""


class ReceiptError(EnergybenchError, ValueError, reason="receipt"):
    """A receipt cannot be read, or an answer cannot have one."""


class JsonLineError(EnergybenchError, ValueError, reason="json-line"):
    """A line from a pipe that is not a question: no JSON object, or one without what is asked."""


class NoEnergyError(EnergybenchError, ValueError, reason="no-energy"):
    """An output without any reading of energy."""


class MissingPackageError(EnergybenchError, ImportError, reason="missing-package"):
    """A package of an extra that is not installed."""


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


class TableError(EnergybenchError, ValueError, reason="table"):
    """A table or file that cannot be read as the table that is needed."""


class TableNotFoundError(TableError, FileNotFoundError, reason="file-not-found"):
    """A file that is not there."""


class MissingColumnError(TableError, reason="missing-column"):
    """A table without a column that is needed."""


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


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern when it is first used: the patterns of all modules together take as long as an answer."""
    import re

    return re.compile(pattern)


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
