"""Any text as a unit, a number or an amount: read right, or refused by an error of ours.

Run ``bash tests/fuzz/run SECONDS`` or ``python -m tests.fuzz.fuzz_unit_text FOLDER -max_total_time=60``.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# The slow reader of the tests, which shares no code with the library.
sys.path.insert(0, str(Path(__file__).parents[1]))


@cache
def _words() -> tuple[str, ...]:
    return tuple(words())


def make_text(data: bytes) -> str:
    """Return the text that an input stands for.

    Behind an even byte stands UTF-8, or anything else, whose bytes become characters of their own; behind an odd
    one every byte is a word of the grammar, a sign or a number: most such texts get far into it.
    """
    if data[:1] and data[0] % 2:
        return "".join(_words()[byte % len(_words())] for byte in data[1:])
    return data[1:].decode("utf-8", "surrogateescape")


def check(data: bytes) -> None:
    """Read some bytes as a text in every way that the library has, and compare with the slow reader.

    Parameters
    ----------
    data : bytes
        See :func:`make_text`.
    """
    import oracle
    from energybench import quantity
    from energybench.errors import EnergybenchError
    from energybench.units.text import read_amount, read_number, read_unit

    from .driver import well_refused

    text = make_text(data)
    try:
        unit = read_unit(text)
    except EnergybenchError as error:
        well_refused(error)
    else:
        assert read_unit(str(unit)) == unit
        assert oracle.meaning(unit.numerator, unit.denominator, unit.exponent) == oracle.read_unit(text)
    try:
        number, _ = read_number(text)
        float(number)
    except EnergybenchError as error:
        well_refused(error)
    try:
        number, unit = read_amount(text)
    except EnergybenchError as error:
        well_refused(error)
    else:
        assert read_amount(f"{number} {unit}") == (number, unit)
        expected, slow = oracle.read_amount(text)
        assert float(number) == float(expected)
        assert slow == oracle.meaning(unit.numerator, unit.denominator, unit.exponent)
        try:
            quantity(text)
        except EnergybenchError as error:
            well_refused(error)


def seeds() -> Iterator[bytes]:
    """Yield the texts that the tests read and refuse."""
    import test_unit_text

    for texts in (test_unit_text.READ, test_unit_text.REFUSED_TEXTS, test_unit_text.AMOUNTS):
        yield from (b"\0" + text.encode() for text in texts)
    yield from (f"\0350 {text}".encode() for text in test_unit_text.READ)


def words() -> Iterator[str]:
    """Yield what texts are made of."""
    import test_unit_text

    yield from ("千", "万", "百万", "亿", "十万", "t", "kWh", "吨", "m3", "kgce", "标准煤")
    yield from "/().·^"
    yield from test_unit_text._NUMBERS
    yield from test_unit_text._SIGNS
    yield from test_unit_text._ATOMS


if __name__ == "__main__":
    from . import driver

    driver.main(check, seeds(), words(), ("energybench.units.text", "energybench.units", "energybench.errors"))
