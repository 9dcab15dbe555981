"""Readings of parts of a period: months, quarters and half-years that add up to the period of an output row.

The rows of a part are added up per output row, part and carrier. What the parts leave out of the output's period, or
have twice, is worked out once per distinct set of parts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy
import pandas

from energybench.frames.encode import fold
from energybench.frames.groups import KEY_TEXT, by_month, is_day
from energybench.frames.kernel import Key, Totals, make_lookup, sweep
from energybench.frames.resolve import Refusal
from energybench.tables.periods import name_of, period_span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from energybench.frames.double_counting import DoubleCounting
    from energybench.frames.groups import Groups
    from energybench.frames.meters import Meters
    from energybench.tables.periods import Span

    Codes = NDArray[numpy.int64]

_KEYS = ["group", "period", "carrier"]
_SUMS = ["tce", "electricity_kwh", "readings", "electric", "unusable"]
_SHOWN = 3
_DAY = timedelta(days=1)


@dataclass
class Parts:
    """What the rows of parts add up to, a line per output group, part and carrier."""

    sums: pandas.DataFrame = field(default_factory=lambda: pandas.DataFrame(columns=[*_KEYS, *_SUMS]))
    #: Whether a date of the meters is not the first of a month, so that dates are days.
    other_days: bool = False

    def add(self, read: Meters, lost: Codes, groups: Groups, count: Codes | None) -> tuple[Codes, Codes]:
        """Add the rows of parts among those without an output row of their own; return all, and the unusable ones."""
        self.other_days |= any(is_day(text) and not text.endswith("-01") for text in groups.periods_of(read.columns))
        group = groups.wider(read.columns, lost)
        rows = lost[group < groups.count]
        if not len(rows):
            return rows, rows
        texts, places = fold(read.columns["period"], KEY_TEXT["period"])
        names = [str(getattr(getattr(one, "record", None), "carrier", "")) for one in read.factors]
        carrier, carriers = pandas.factorize(numpy.array([*names, ""], object)[read.positions(rows)])
        period = places[read.columns["period"].codes[rows]]
        keys = pandas.DataFrame({"group": group[group < groups.count], "period": period, "carrier": carrier})
        distinct = keys.drop_duplicates(ignore_index=True)
        code = keys.groupby(_KEYS, sort=False).ngroup().to_numpy(numpy.int64)
        number = len(distinct)
        totals, each = Totals.zero(number), numpy.arange(number)
        sweep(
            totals,
            read.amount[rows],
            None if read.multiplier is None else read.multiplier[rows],
            read.factor[rows],
            read.lookup("tce", numpy.nan),
            read.lookup("electricity_kwh", 0.0) if read.electric else None,
            Key((code,), (each,), number),
            make_lookup(number, each, each, number),
            None if read.turn is None else read.turn[rows],
            None if count is None else count[rows],
        )
        found = distinct.assign(
            period=numpy.array(texts, object)[distinct["period"]],
            carrier=carriers[distinct["carrier"]],
            **{name: getattr(totals, name)[:-1] for name in _SUMS},
        )
        self._gather(found)
        return rows, rows[totals.bad_rows]

    def merge(self, later: Parts) -> None:
        self.other_days |= later.other_days
        self._gather(later.sums)

    def _gather(self, more: pandas.DataFrame) -> None:
        if len(more):
            both = pandas.concat([self.sums, more]) if len(self.sums) else more
            self.sums = both.groupby(_KEYS, as_index=False, sort=False)[_SUMS].sum()

    def add_to(self, totals: Totals, doubles: DoubleCounting) -> None:
        """Add the sums of all parts to those of their groups."""
        group = self.sums["group"].to_numpy(numpy.int64)
        for name in _SUMS:
            target = getattr(totals, name)
            numpy.add.at(target, group, self.sums[name].to_numpy(target.dtype))
        some = self.sums["tce"].to_numpy(numpy.float64) != 0
        doubles.mark(group[some], self.sums["carrier"].to_numpy(object)[some], len(totals.tce))

    def judged(self, doubles: DoubleCounting, groups: Groups, keys: pandas.DataFrame) -> Judged:
        """Say which groups their parts do not make up, and how the others are made up."""
        if not len(self.sums):
            return Judged(numpy.full(groups.count + 1, -1), [], [])
        given = list(dict.fromkeys(self.sums["period"]))
        months = not self.other_days and any(map(is_day, given))
        spans = dict(zip(given, map(period_span, by_month(given) if months else given), strict=True))
        parts = list(dict.fromkeys(spans.values()))
        place = {text: parts.index(span) for text, span in spans.items()}
        lines = self.sums[["group", "carrier"]].assign(part=self.sums["period"].map(place))
        # A reading of the whole period is one part more; what the parts leave out it does not fill.
        lines = pandas.concat([lines, doubles.carriers_of(lines["group"].unique()).assign(part=len(parts))])
        of_carrier = lines.groupby(["group", "carrier"], sort=True).ngroup().to_numpy()
        first = numpy.unique(of_carrier, return_index=True)[1]
        each = lines.iloc[first][["group", "carrier"]].reset_index(drop=True)
        has = numpy.zeros((len(first), len(parts) + 1), bool)
        has[of_carrier, lines["part"].to_numpy(numpy.int64)] = True
        group, starts = numpy.unique(each["group"].to_numpy(numpy.int64), return_index=True)
        sets = PartSets(parts, [period_span(text) for text in groups.texts[1]])
        whole = groups.period_codes[each["group"].to_numpy(numpy.int64)]
        each["cover"], of_each = sets.covers(whole, has)
        together = numpy.logical_or.reduceat(has, starts, axis=0)
        together[:, -1] = False
        code, of_all = sets.covers(whole[starts], together)
        twice = each[each["cover"].isin([code for code, one in enumerate(of_each) if one.doubled])]
        twice = (
            twice[twice["carrier"] != ""]
            .drop_duplicates("group")
            .set_index("group")
            .rename(columns={"cover": "doubled"})
        )
        every = pandas.DataFrame({"group": group, "cover": code}).join(twice, on="group")
        wrong = every["doubled"].notna() | every["cover"].isin([code for code, one in enumerate(of_all) if one.missing])
        kinds = every[wrong].fillna({"carrier": "", "doubled": 0}).astype({"doubled": "int64"})
        kinds = kinds[["cover", "carrier", "doubled"]]
        refused = numpy.full(groups.count + 1, -1)
        refused[every.loc[wrong, "group"]] = kinds.groupby(list(kinds), sort=False).ngroup()
        refusals = [
            _refusal(of_all[cover], carrier, of_each[doubled].doubled if carrier else "")
            for cover, carrier, doubled in kinds.drop_duplicates().itertuples(index=False)
        ]
        notes = ["meters: all dates in period are the first of a month, and are read as months"] * months
        right = numpy.bincount(every.loc[~wrong, "cover"], minlength=len(of_all)).tolist()
        for cover, rows in zip(of_all, right, strict=True):
            if rows and cover.said:
                notes.append(f"{cover.said} in {rows} output row{'s' * (rows > 1)}")
        fewer = each[each["cover"].isin([code for code, one in enumerate(of_each) if one.missing])]
        fewer = fewer[~fewer["group"].isin(every.loc[wrong, "group"]) & (fewer["carrier"] != "")]
        for number, carrier, cover in fewer.head(_SHOWN).itertuples(index=False):
            notes.append(f"{groups.name_of(number, keys)}: {carrier} has no reading in {of_each[cover].missing}")
        if len(fewer) > _SHOWN:
            notes.append(f"the same of {len(fewer) - _SHOWN} more carriers")
        return Judged(refused, refusals, notes)


def _refusal(cover: Cover, carrier: str, doubled: str) -> Refusal:
    said = [f"lack {cover.missing}"] * bool(cover.missing) + [f"have {carrier} twice in {doubled}"] * bool(doubled)
    return Refusal(
        *("plant", "", "incomplete-energy", f"the readings of plant {{value}} for {cover.whole} {' and '.join(said)}"),
        suggestion="Add the readings that are missing, and leave out those that are there twice",
    )


@dataclass(frozen=True)
class Judged:
    code: Codes
    refusals: list[Refusal]
    notes: list[str]


@dataclass(frozen=True)
class Cover:
    """How a set of parts covers a period: what is missing and what is there twice, and what makes it up, in words."""

    whole: str
    missing: str
    doubled: str
    said: str


@dataclass(frozen=True)
class PartSets:
    """Sets of parts of periods; the last part of all is the period itself."""

    parts: list[Span | None]
    wholes: list[Span | None]

    def covers(self, whole: Codes, has: NDArray[numpy.bool_]) -> tuple[Codes, list[Cover]]:
        """Return a code per line for its period and set of parts, and how each distinct set covers its period."""
        packed = numpy.column_stack([whole.astype(">u4").view(numpy.uint8).reshape(-1, 4), numpy.packbits(has, axis=1)])
        _, first, code = numpy.unique(packed, axis=0, return_index=True, return_inverse=True)
        return code.reshape(-1), [self._cover(self.wholes[whole[one]], has[one]) for one in first]

    def _cover(self, whole: Span | None, has: NDArray[numpy.bool_]) -> Cover:
        if whole is None:
            return Cover("", "", "", "")
        parts = [span for span, there in zip(self.parts, has[:-1], strict=True) if there and span is not None]
        missing, doubled = coverage(whole, [*parts, *[whole] * bool(has[-1])])
        name, kinds = name_of(*whole), Counter(map(_kind, parts))
        said = " and ".join(f"{number} {kind}{'s' * (number > 1)}" for kind, number in kinds.items())
        made_up = "" if parts in ([], [whole]) else f"{said} of {name} add up to {name}"
        return Cover(name, _in_words(missing), _in_words(doubled), made_up)


def coverage(whole: Span, parts: Iterable[Span]) -> tuple[list[Span], list[Span]]:
    """Return the stretches of a period that no part has, and those that several have."""
    changes: Counter[date] = Counter({whole[0]: 0, whole[1] + _DAY: 0})
    for first, last in parts:
        changes[first] += 1
        changes[last + _DAY] -= 1
    days = sorted(changes)
    missing: list[Span] = []
    doubled: list[Span] = []
    depth = 0
    for start, end in pairwise(days):
        depth += changes[start]
        if depth != 1:
            (doubled if depth else missing).append((start, end - _DAY))
    return _joined(missing), _joined(doubled)


def _joined(spans: list[Span]) -> list[Span]:
    found: list[Span] = []
    for first, last in spans:
        if found and found[-1][1] + _DAY == first:
            first, _ = found.pop()
        found.append((first, last))
    return found


def _in_words(spans: list[Span]) -> str:
    """Name stretches by their months, or by days where they are no whole months."""
    names = []
    for first, last in spans:
        whole = first.day == 1 and (last + _DAY).day == 1
        ends = [f"{day:%Y-%m}" if whole else day.isoformat() for day in (first, last)]
        names.append(" to ".join(dict.fromkeys(ends)))
    return ", ".join(names)


def _kind(span: Span) -> str:
    name = name_of(*span)
    return {4: "year", 10: "day"}.get(len(name)) or {"Q": "quarter", "H": "half-year"}.get(
        name[5:6], "part" if "/" in name else "month"
    )
