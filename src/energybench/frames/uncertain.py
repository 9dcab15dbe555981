"""Uncertain readings of whole tables: what the standard uncertainties of the rows add up to per output row.

The model is that of one account: within an output row, contributions of one meter add up with their signs, and so do
those of one measured figure of one carrier; all others in squares. A table without such a column never comes here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.frames.kernel import make_lookup
from energybench.frames.resolve import Factor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from energybench.frames.groups import Groups
    from energybench.frames.meters import Meters

    Floats = NDArray[numpy.float64]

#: What makes two contributions to a group one: the meter or the analysis, and of an analysis its figure and width.
_ONE = ["group", "source", "figure", "width"]
_SUMS = ["tce", "kwh"]


@dataclass
class SpreadTotals:
    #: Of contributions that stand alone.
    alone: Floats
    given: NDArray[numpy.bool_]
    #: The sources that several rows may share, in the order of their numbers: a meter, or carrier, figure and unit.
    sources: dict[tuple[str, ...], int] = field(default_factory=dict)
    #: What each source contributes to each group.
    shared: pandas.DataFrame = field(default_factory=lambda: pandas.DataFrame(columns=[*_ONE, *_SUMS]))

    @classmethod
    def zero(cls, groups: int) -> SpreadTotals:
        return cls(numpy.zeros((2, groups + 1)), numpy.zeros(groups + 1, bool))

    @numpy.errstate(invalid="ignore", over="ignore")
    def add(self, read: Meters, groups: Groups, bad: NDArray[numpy.int64]) -> None:
        """Add the uncertainties of the meter rows that could be used."""
        group = groups.of_rows(read.columns)
        for one in read.every_spread:
            self.given[group[one.given]] = True
        used = numpy.ones(len(group), bool)
        used[bad] = False
        found = [self._readings(read, group, used), self._figures(read, group, used)]
        self._gather([part for part in found if part is not None])

    def merge(self, later: SpreadTotals) -> None:
        self.alone += later.alone
        self.given |= later.given
        number = self._numbers(list(later.sources))
        moved = later.shared.assign(source=number[later.shared["source"].to_numpy(numpy.int64)])
        self._gather([moved])

    @property
    def squares(self) -> Floats:
        squares = self.alone.copy()
        group = self.shared["group"].to_numpy(numpy.int64)
        with numpy.errstate(over="ignore"):
            for number, name in enumerate(_SUMS):
                numpy.add.at(squares[number], group, self.shared[name].to_numpy(numpy.float64) ** 2)
        return squares

    def of_meter(self, groups: NDArray[Any], code: NDArray[numpy.int64], names: list[str]) -> Floats:
        """Return the signed sum that a named meter contributes to a group, 0 where it is none of its meters."""
        meters = [number for one, number in self.sources.items() if one[0] == "meter"]
        shared = self.shared[self.shared["source"].isin(meters)]
        wanted = numpy.array([*(self.sources.get(("meter", name), -1) for name in names), -1], numpy.int64)[code]
        if not len(shared):
            return numpy.zeros((2, len(code)))
        pair, count = shared[["group", "source"]].to_numpy(numpy.int64), len(self.sources) + 1
        place = pandas.Index(pair[:, 0] * count + pair[:, 1]).get_indexer(groups * count + wanted)
        there = (place >= 0) & (wanted >= 0)
        return numpy.where(there, shared[_SUMS].to_numpy(numpy.float64).T[:, place], 0.0)

    def _readings(self, read: Meters, group: NDArray[Any], used: NDArray[numpy.bool_]) -> pandas.DataFrame | None:
        """Add the uncertainties of the amounts; return those of meters that have a name."""
        spreads = read.spreads
        if spreads is None:
            return None
        weights = [("tce", read.multiplier), ("electricity_kwh", read.turn)]
        parts = []
        signed = numpy.where(used, spreads.signed, 0.0)
        for name, multiplier in weights[: 1 + read.electric]:
            factor = read.lookup(name, 0.0).take(read.factor)
            part = numpy.where(numpy.isinf(factor), 0.0, factor) * signed
            part = part if multiplier is None else part * multiplier
            parts.append(numpy.where(signed == 0.0, 0.0, part))
        alone = numpy.ones(len(group), bool) if spreads.meter is None else spreads.meter < 0
        for number, part in enumerate(parts):
            self.alone[number] += numpy.bincount(group[alone], part[alone] ** 2, len(self.given))
        if spreads.meter is None:
            return None
        named = numpy.flatnonzero(~alone & (signed != 0.0))
        numbers = self._numbers([("meter", name) for name in spreads.meters])
        kwh = parts[1][named] if len(parts) > 1 else 0.0
        source = numbers[spreads.meter[named]]
        return _shared(group[named], source, 0.0, 0.0, parts[0][named], kwh)

    def _figures(self, read: Meters, group: NDArray[Any], used: NDArray[numpy.bool_]) -> pandas.DataFrame | None:
        """Return the uncertainties of the rows' own figures: they move standard coal, never electricity."""
        if not read.figure_spreads or read.own is None or read.multiplier is None:
            return None  # No row has such a figure: each that states its uncertainty is a problem.
        # No row has two figures, so that what it states of one kind is all that it states.
        signed = numpy.where(used, numpy.sum([one.signed for one in read.figure_spreads], axis=0), 0.0)
        at = numpy.flatnonzero(signed)
        own, width = read.own[at], signed[at]
        # Standard coal is proportional to the figure.
        part = read.lookup("tce", 0.0).take(read.factor[at]) * read.amount[at] * (read.multiplier[at] * (width / own))
        known: list[tuple[str, ...]] = [
            (f.record.carrier, f.own, f.own_unit) if isinstance(f, Factor) else ("",) for f in read.factors
        ]
        source = make_lookup(read.key_size, read.keys, self._numbers(known), 0).take(read.factor[at])
        # 2 % of 35.6 is 0.712 to seven digits, not to the last.
        return _shared(group[at], source, own, width.astype(numpy.float32), part, 0.0)

    def _numbers(self, sources: list[tuple[str, ...]]) -> NDArray[numpy.int64]:
        return numpy.array([self.sources.setdefault(one, len(self.sources)) for one in sources], numpy.int64)

    def _gather(self, more: list[pandas.DataFrame]) -> None:
        parts = [part for part in (self.shared, *more) if len(part)]
        if parts:
            every = pandas.concat(parts, ignore_index=True)
            self.shared = every.groupby(_ONE, sort=False, as_index=False)[_SUMS].sum()


def _shared(group: Any, source: Any, figure: Any, width: Any, tce: Any, kwh: Any) -> pandas.DataFrame:
    columns = {"group": group, "source": source, "figure": figure, "width": width, "tce": tce, "kwh": kwh}
    return pandas.DataFrame(columns)
