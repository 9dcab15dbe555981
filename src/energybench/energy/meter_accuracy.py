"""Accuracy classes of meters: a class that the user names, or a row of ``data/meter_accuracy.csv`` on request."""

from __future__ import annotations

import math
import re
import warnings
from typing import TYPE_CHECKING

from energybench.errors import MissingFigureError, UncertaintyError, UnverifiedWarning, did_you_mean, quoted
from energybench.tables.store import ACCEPTED, cached, citation, records, require_usable

if TYPE_CHECKING:
    from energybench.tables.rows import MeterAccuracyRow

#: A meter of trade is better than this; a larger class is a slip, as 50 for 0.50.
LARGEST_CLASS = 10
_CLASS = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(S|级|%)?", re.IGNORECASE)


@cached()
def _rows() -> dict[str, MeterAccuracyRow]:
    return {row.id: row for row in records("meter_accuracy")}


def class_percent(accuracy: str | float, allow_unverified: bool = False, warn: bool = True) -> tuple[float, str]:
    """Return the maximum permissible error of an accuracy class, and where the class comes from.

    Examples
    --------
    >>> class_percent("0.5S")
    (0.5, 'class 0.5S given by the user')
    """
    if isinstance(accuracy, str) and accuracy in _rows():
        return _of_row(_rows()[accuracy], allow_unverified, warn)
    text = accuracy.strip() if isinstance(accuracy, str) else quoted(accuracy)
    found = _CLASS.fullmatch(text) if not isinstance(accuracy, bool) else None
    if found is None or not 0 < float(found[1]) <= LARGEST_CLASS or not math.isfinite(float(found[1])):
        known = [row.id for row in _rows().values() if row.accuracy_class]
        fix = f'Write a class such as "0.5", up to {LARGEST_CLASS}; energybench tables meter_accuracy lists rows'
        raise UncertaintyError(
            f"accuracy is {quoted(accuracy)}, expected a class in % or a row",
            quoted(accuracy),
            did_you_mean(text, known, fix) if re.match("[a-z]", text) else fix,
        )
    return float(found[1]), f"class {text} given by the user"


def _of_row(row: MeterAccuracyRow, allow_unverified: bool, warn: bool) -> tuple[float, str]:
    found = _CLASS.fullmatch(row.accuracy_class)
    if found is None:
        raise MissingFigureError(
            f"{row.id} states no accuracy class in %", row.id, 'Give the class of the meter, for example accuracy="0.5"'
        )
    require_usable(row, f"The accuracy class {row.id}", allow_unverified)
    if warn and row.verification not in ACCEPTED:
        warnings.warn(f"{row.id} is {row.verification}", UnverifiedWarning, stacklevel=4)
    return float(
        found[1]
    ), f"class {row.accuracy_class} of {row.carrier} ({citation(row.document)}, {row.verification})"
