"""Check every way against ours, then time those that agree in interleaved rounds."""

from __future__ import annotations

import gc
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as narwhals
import numpy

import energybench
from perf import data
from perf.families import FAMILIES
from perf.timing import Bar, Timed, medians, short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pandas

    from perf.timing import Clock

#: Totals may differ by this much of themselves; classes not at all.
TOLERANCE = 1e-9

FLOOR = "multiply floor"

#: Family, ours, the bar over the floor, what is written by hand, and how much of its time ours may take at 1e7 rows.
BARS = (
    ("pandas-category", "assess", 20, "by hand: merge, groupby", 1.0),
    ("pandas-text", "assess", 80, "by hand: merge, groupby", 1.0),
    ("polars", "assess, lazy Enum", 25, "by hand: lazy Enum", 1.5),
    ("duckdb", "assess, Parquet", 35, "by hand: SQL, Parquet", 1.5),
    ("duckdb", "assess_path, Parquet", 35, "by hand: SQL, Parquet", 1.0),
    ("spark", "assess, Parquet", 200, "by hand: SQL, Parquet", 1.0),
)
BAR_ROWS = 10_000_000


class DisagreementError(AssertionError):
    """A way gives another answer than ours."""


def measure(rows: int, rounds: int, families: Iterable[str], clock: Clock, *, barred: bool = False) -> list[Timed]:
    """Measure the families at one size; with ``barred`` only the ways that a bar compares."""
    reference = _reference(rows)
    found: list[Timed] = []
    for family in families:
        print(f"{short(rows)} rows: {family}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found += _family(family, rows, rounds, Path(folder), reference, clock, barred=barred)
        gc.collect()
    return found


def _family(
    family: str, rows: int, rounds: int, folder: Path, reference: pandas.DataFrame, clock: Clock, *, barred: bool
) -> list[Timed]:
    try:
        ways = list(FAMILIES[family][1](rows, folder))
    except ImportError as error:
        return [Timed(family, "assess", rows, remark=_missing(error))]
    if barred:
        compared = {way for of, ours, _, by_hand, _ in BARS if of == family for way in (ours, by_hand)}
        ways = [way for way in ways if way.name in compared]
    random = numpy.random.default_rng(2)
    one, other, product = random.uniform(size=rows), random.uniform(size=rows), numpy.empty(rows)
    candidates: dict[str, Callable[[], Any]] = {FLOOR: lambda: numpy.multiply(one, other, out=product)}
    remarks: dict[str, str] = {}
    for way in ways:
        try:
            run = way.make()
            answer = run()
            if way.measured_rows in (None, rows):
                _compare(reference, answer)
        except ImportError as error:
            remarks[way.name] = _missing(error)
        except (energybench.EnergybenchError, DisagreementError) as error:
            remarks[way.name] = f"{type(error).__name__}: {str(error).splitlines()[0]}"
        else:
            candidates[way.name] = run
            del answer
    times = medians(candidates, rounds, clock)
    found = [Timed(family, FLOOR, rows, times[FLOOR], times[FLOOR])]
    for way in ways:
        if way.name in remarks:
            found.append(Timed(family, way.name, rows, remark=remarks[way.name]))
            continue
        scale = rows / (way.measured_rows or rows)
        note = f"scaled from {short(way.measured_rows)}" if way.measured_rows and scale != 1 else ""
        found.append(Timed(family, way.name, rows, times[way.name] * scale, times[FLOOR], note))
    return found


def _missing(error: ImportError) -> str:
    name = (error.name or str(error)).split(".")[0].removeprefix("No module named ")
    return f"not installed: {name}"


def _reference(rows: int) -> pandas.DataFrame:
    """Return totals and classes of our own kernel, by key."""
    results = energybench.assess(*data.tables(rows, "category")).results
    return results.set_index(data.KEY)[["tce", "class"]].sort_index()


def _compare(reference: pandas.DataFrame, answer: Any) -> None:
    """Refuse an answer whose totals differ by more than a billionth, or whose classes differ at all."""
    frame = answer if hasattr(answer, "iloc") else narwhals.from_native(answer).lazy().collect("pandas").to_native()
    texts = {name: frame[name].astype(str) for name in data.KEY}
    theirs = frame.assign(**texts).set_index(data.KEY).sort_index()
    ours = reference
    # Totals alone have no line for an output without readings.
    if "class" not in theirs.columns:
        ours = ours[ours["tce"].notna()]
    if len(ours) != len(theirs) or not ours.index.equals(theirs.index):
        raise DisagreementError(f"{len(theirs)} groups, expected {len(ours)}")
    total, expected = theirs["tce"].to_numpy(float, na_value=numpy.nan), ours["tce"].to_numpy(float)
    near = numpy.isclose(total, expected, rtol=TOLERANCE, atol=0.0, equal_nan=True)
    if not near.all():
        raise DisagreementError(f"{(~near).sum()} totals differ")
    if "class" in theirs.columns:
        one, other = (table["class"].astype(object).where(table["class"].notna(), "") for table in (ours, theirs))
        differ = int((one.to_numpy() != other.to_numpy()).sum())
        if differ:
            raise DisagreementError(f"{differ} classes differ")


def bars(timed: Iterable[Timed]) -> list[Bar]:
    """Hold the figures of the largest size to the bars of the design."""
    seconds = {(one.family, one.way): one.seconds for one in timed if one.rows == BAR_ROWS}
    found = []
    for family, ours, over_floor, by_hand, share in BARS:
        mine, floor, theirs = (seconds.get((family, way)) for way in (ours, FLOOR, by_hand))
        title = FAMILIES[family][0]
        if mine is None or floor is None:
            continue
        ratio = mine / floor
        found.append(Bar(f"{title}: {ours}, 1e7", ratio, "x floor", f"at most {over_floor}", ratio <= over_floor))
        if theirs is not None:
            ratio = mine / theirs
            found.append(Bar(f"{title}: {ours}, 1e7", ratio, f"x {by_hand}", f"at most {share:g}", ratio <= share))
    return found


def grid(
    sizes: Iterable[int], readings: Iterable[int], rounds: int, families: Iterable[str], clock: Clock
) -> Iterator[str]:
    """Yield what ours takes of the time of what is written by hand, a line for each rows, readings and engine."""
    for rows in sizes:
        for number in readings:
            data.READINGS = number
            for family in families:
                timed = {one.way: one for one in measure(rows, rounds, [family], clock, barred=True)}
                for of, ours, _, by_hand, share in BARS:
                    if of == family and ours in timed:
                        what = f"{short(rows)} rows, {number} readings a result: {FAMILIES[family][0]}, {ours}: "
                        yield what + _compared(timed[ours], timed.get(by_hand), share)


def _compared(ours: Timed, by_hand: Timed | None, share: float) -> str:
    if ours.seconds is None or by_hand is None or by_hand.seconds is None:
        return ours.remark or (by_hand.remark if by_hand else "nothing by hand")
    ratio = ours.seconds / by_hand.seconds
    return f"{ours.seconds:.3f} s, {ratio:.2f} x by hand (at most {share:g}) {'met' if ratio <= share else 'MISSED'}"
