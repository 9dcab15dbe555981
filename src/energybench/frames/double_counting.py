"""Energy that a table of meters may hold twice: total rows, a carrier beside its parts, identical rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.energy.lines import (
    KIND_OF_FLOW,
    OWN_HEAT,
    PARTS_OF,
    TOTALS,
    WASTE_HEAT,
    is_named_part,
    is_part_of,
    total_of,
)
from energybench.errors import TableError, cut, quoted
from energybench.frames.columns import KEYS, split_unit
from energybench.frames.encode import clean_text, combine, encode, fold, is_blank, to_floats, with_units_of_cells
from energybench.frames.form_rows import several
from energybench.frames.groups import KEY_TEXT
from energybench.frames.kernel import make_lookup
from energybench.frames.meters import flow_word
from energybench.frames.resolve import Refusal, resolve_unit
from energybench.tables.names import normalise_name
from energybench.units.text import TCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from energybench.frames.encode import Coded
    from energybench.frames.groups import Groups
    from energybench.frames.kernel import Lookup
    from energybench.frames.meters import Meters
    from energybench.frames.sources import Batch

    Floats = NDArray[numpy.float64]

#: A total row and the sum of the others may differ by this share of the greater one.
AGREED = 0.005
#: The largest table whose rows are compared with each other.
COMPARED = 200_000
#: What a row states as standard coal may differ by this share, which a rounded coefficient makes, and by its rounding.
STATED_AGREES, _HALF = 0.01, 0.5
_NAMES = sorted(TOTALS)
_SHOWN = 3


@dataclass
class DoubleCounting:
    """What was found in the rows, per group where it belongs to one; the last group is that of no output row."""

    #: Total rows left out, and the names they have.
    rows: int = 0
    names: dict[str, None] = field(default_factory=dict)
    #: Rows that are a part of the row above them, and the first of them.
    parts: int = 0
    first_part: object = None
    #: What they state in tce, shape (groups + 1, names); None where there is none.
    stated: Floats | None = None
    #: Which carriers count in a group, a column each, the first of them that of none; None where no answer asks for it.
    carriers: dict[str, int] = field(default_factory=lambda: {"": 0})
    seen: NDArray[numpy.bool_] | None = None
    #: How many rows are the same as an earlier one, and an example.
    identical: int = 0
    example: str = ""
    #: How many rows are negative without a word on their flow, and the first of them.
    negative: int = 0
    first_negative: object = None
    #: The first row of waste heat, where none is recovered.
    first_heat: object = None

    def without_totals(self, batch: Batch, carrier: Coded, groups: Groups, whole: bool = True) -> Batch:
        """Return a batch without its total rows and the parts of others, noted here; the same where it has none."""
        texts = list(map(clean_text, carrier.distinct))
        place = {name: number for number, name in enumerate(_NAMES)}
        totals, parts = [place.get(total_of(one), -1) for one in texts], list(map(is_named_part, texts))
        empty = carrier.table([False] * len(texts), True, bool)[carrier.codes]
        if not any(parts) and set(totals) <= {-1} and not empty.any():
            return batch
        code = carrier.table(totals, -1, numpy.int64)[carrier.codes]
        if empty.any():
            # 甲厂小计, without a carrier.
            words = {word: place[word] for word in ("小计", "合计", "总计")}
            of_plant = encode(batch.table["plant"]).map(
                lambda cell: words.get(clean_text(cell)[-2:], -1), -1, numpy.int64
            )
            code = numpy.where(empty, of_plant, code)
        total, out = code >= 0, code >= 0
        if (part := carrier.table(parts, False, bool)[carrier.codes]).any():
            part = self._parts(batch, part, total, whole)
            out = total | part
        if not out.any():
            return batch
        self._note_totals(batch.take(total), code[total], groups)
        return batch.take(~out)

    def _parts(
        self, batch: Batch, named: NDArray[numpy.bool_], total: NDArray[numpy.bool_], whole: bool
    ) -> NDArray[numpy.bool_]:
        """Return which of the rows that are named as parts (其中) have the row above them that they are a part of."""
        table = batch.table
        key = table[list(KEYS)].astype(str).groupby(list(KEYS), sort=False).ngroup().to_numpy()
        order = numpy.argsort(key, kind="stable")
        last = numpy.maximum.accumulate(numpy.where(named[order], 0, numpy.arange(len(table))))
        above = numpy.empty_like(order)
        above[order] = order[last]
        alone = named & (named[above] | (key != key[above]))
        if batch.rows is not None or (alone.any() and not whole):
            example = clean_text(table["carrier"].iloc[int(named.argmax())])
            what = f"meters: {quoted(example)} is a part of the row above it, and the rows are read without their order"
            raise TableError(what, quoted(example), "Leave such rows out, or give a table in memory or a small file")
        blank = encode(table["amount"]).map(is_blank, True, bool)
        counts = ~blank & (to_floats(table["amount"]) != 0) & ~total & ~named
        part: NDArray[numpy.bool_] = named & counts[above] & (key == key[above])
        rows = numpy.flatnonzero(part)
        cells = [encode(table[name]) for name in ("carrier", "unit", "flow") if name in table.columns]
        code, pairs = combine([column.rows(where) for where in (rows, above[rows]) for column in cells])
        part[rows] = numpy.array([_are_part_and_whole(pair) for pair in pairs], bool)[code]
        self.parts += int(part.sum())
        if part.any() and self.first_part is None:
            self.first_part = table.index[int(part.argmax())]
        return part

    def _note_totals(self, batch: Batch, code: NDArray[numpy.int64], groups: Groups) -> None:
        table = batch.table
        self.rows += batch.count
        self.names |= dict.fromkeys(_NAMES[number] for number in numpy.unique(code))
        amount = to_floats(table["amount"]) if batch.amount is None else batch.amount
        table = with_units_of_cells(table, amount, "amount", "unit") if batch.amount is None else table
        value = amount * encode(table["unit"]).map(_in_tce, numpy.nan, numpy.float64)
        if "flow" in table.columns:
            inputs = encode(table["flow"]).map(lambda flow: KIND_OF_FLOW.get(flow_word(flow)) == "in", True, bool)
            value[~inputs] = numpy.nan
        # That of a basis may be of another one than the sum.
        plain = encode(table["carrier"]).map(lambda name: normalise_name(clean_text(name)) in TOTALS, False, bool)
        value[~plain] = numpy.nan
        known = numpy.isfinite(value)
        if self.stated is None:
            self.stated = numpy.zeros((groups.count + 1, len(_NAMES)))
        group = groups.of_rows({name: encode(table[name]) for name in KEYS})
        numpy.add.at(self.stated, (group[known], code[known]), value[known])

    def members(self, read: Meters, groups: Groups, whole: bool) -> Lookup | None:
        """Return the column of ``seen`` of each factor, or None where no answer depends on the carriers of a group."""
        names = [getattr(getattr(one, "record", None), "carrier", "") for one in read.factors]
        family = any(parent in names and not parts.isdisjoint(names) for parent, parts in PARTS_OF.items())
        if whole and not family and not any(groups.around(groups.periods_of(read.columns))):
            return None
        columns = self._columns(names, groups.count + 1)
        return make_lookup(read.key_size, read.keys, columns, 0)

    def _columns(self, carriers: Sequence[str], groups: int) -> NDArray[numpy.int64]:
        """Return the columns of carriers, of a new one after all others."""
        for carrier in carriers:
            self.carriers.setdefault(carrier, len(self.carriers))
        known = 0 if self.seen is None else self.seen.shape[1]
        if known < len(self.carriers):
            new = numpy.zeros((groups, len(self.carriers)), bool)
            if self.seen is not None:
                new[:, :known] = self.seen
            self.seen = new
        return numpy.array([self.carriers[carrier] for carrier in carriers], numpy.int64)

    def mark(self, group: NDArray[Any], carriers: NDArray[Any], groups: int) -> None:
        """Note that carriers count in groups."""
        code, names = pandas.factorize(carriers)
        columns = self._columns(list(names), groups)
        if self.seen is not None:
            self.seen[group, columns[code]] = True

    def carriers_of(self, groups: NDArray[Any]) -> pandas.DataFrame:
        place, column = numpy.nonzero(numpy.asarray(self.seen)[groups, 1:])
        return pandas.DataFrame({"group": groups[place], "carrier": numpy.array([*self.carriers])[column + 1]})

    def compare_rows(self, read: Meters, bad: NDArray[numpy.int64], groups: Groups) -> None:
        """Count the rows that are the same as an earlier one: all that could be used and are not zero."""
        if len(read.table) > COMPARED:
            return
        used = read.amount != 0
        used[bad] = False
        heat = [getattr(getattr(one, "record", None), "carrier", "") == WASTE_HEAT for one in read.factors]
        if any(heat):
            of_heat = make_lookup(read.key_size, read.keys, numpy.array(heat), False).take(read.factor) & used
            value = read.amount if read.multiplier is None else read.amount * read.multiplier
            if of_heat.any() and (value[of_heat] > 0).all():
                self.first_heat = read.table.index[of_heat.argmax()]
        if (below := used & (read.amount < 0)).any():
            self.negative, self.first_negative = int(below.sum()), read.table.index[below.argmax()]
        # A row whose amount is its own is like no other.
        used[used] = pandas.Series(read.amount[used]).duplicated(keep=False)
        if not used.any():
            return
        numbers = {"amount": read.amount, "multiplier": read.multiplier, "turn": read.turn, "own": read.own}
        period = fold(read.columns["period"], KEY_TEXT["period"])[1][read.columns["period"].codes]
        columns: dict[str, Any] = {"group": groups.of_rows(read.columns), "period": period, "factor": read.factor}
        columns |= {name: values for name, values in numbers.items() if values is not None}
        columns |= {name: encode(read.table[name]).codes for name in ("meter", "use") if name in read.table}
        rows = pandas.DataFrame(columns)[used]
        again = rows.duplicated().to_numpy()
        if not again.any():
            return
        last = int(again.argmax())
        alike = rows.eq(rows.iloc[last]) | (rows.isna() & rows.iloc[last].isna())
        both = numpy.flatnonzero(used)[[int(alike.all(axis=1).to_numpy().argmax()), last]]
        self.identical = int(again.sum())
        first, second = read.table.index[both]
        cells = (clean_text(read.table[name].iloc[both[0]]) for name in (*KEYS, "carrier"))
        self.example = f"{first} and {second} ({', '.join(cut(cell, 40) for cell in cells)})"

    def merge(self, later: DoubleCounting) -> None:
        self.rows += later.rows
        self.parts += later.parts
        self.first_part = later.first_part if self.first_part is None else self.first_part
        self.names |= later.names
        if later.stated is not None:
            self.stated = later.stated if self.stated is None else self.stated + later.stated
        if later.seen is not None:
            columns = self._columns([*later.carriers], len(later.seen))
            if self.seen is not None:
                self.seen[:, columns] |= later.seen

    def notes(self, tce: Floats, keys: pandas.DataFrame, groups: Groups) -> Iterator[str]:
        """Say what may be counted twice; ``tce`` has the sum of each group, ``keys`` are those of the output rows."""
        if self.rows:
            are = "1 total row is" if self.rows == 1 else f"{self.rows} total rows are"
            compared = ", and used as a check of the sum" if self.stated is not None and self.stated.any() else ""
            yield f"{are} left out ({', '.join(sorted(self.names))}){compared}"
        if self.parts:
            are = "1 row is a part" if self.parts == 1 else f"{self.parts} rows are parts"
            yield f"meters: {are} (其中) of the row above and left out, for example row {self.first_part}"
        found: list[tuple[NDArray[Any], Callable[[int], str]]] = []
        if self.stated is not None:
            stated = self.stated.max(axis=1)
            apart = (stated > 0) & (numpy.abs(stated - tce) > AGREED * numpy.maximum(stated, numpy.abs(tce)))
            found.append(
                (apart, lambda one: f"the total row states {stated[one]:.10g} tce, the others {tce[one]:.10g} tce")
            )
        if (seen := self.seen) is not None:
            for parent, parts in PARTS_OF.items():
                places = {part: self.carriers[part] for part in sorted(parts) if part in self.carriers}
                if parent in self.carriers:
                    beside = seen[:, self.carriers[parent]] & seen[:, list(places.values())].any(axis=1)
                    found.append((beside, partial(_beside, parent, places, seen)))
        for groups_found, said in found:
            some = numpy.flatnonzero(groups_found[:-1])
            for group in some[:_SHOWN].tolist():
                yield f"{groups.name_of(group, keys)}: {said(group)}"
            if len(some) > _SHOWN:
                yield f"the same of {len(some) - _SHOWN} more plants, periods or products"
        if self.first_heat is not None:
            yield f"meters: waste heat is counted as bought, for example row {self.first_heat}; {OWN_HEAT}"
        if self.negative:
            rows = "1 row is" if self.negative == 1 else f"{self.negative} rows are"
            yield f"meters: {rows} negative and counted as energy sent out, for example row {self.first_negative}"
        if self.identical:
            are = "1 row is" if self.identical == 1 else f"{self.identical} rows are"
            yield f"meters: {are} the same as an earlier one, for example rows {self.example}"


#: A column that states the energy of each row once more, as standard coal.
_STATED = re.compile(
    "(?:能耗)?(?:折|标准煤|标煤|综合能源消费量)[^系单价率]*|(?:in ?|as ?)?(?:standard ?coal|tce)", re.IGNORECASE
)


@numpy.errstate(invalid="ignore", over="ignore")
def compare_stated(
    frame: pandas.DataFrame, unused: Sequence[str], read: Meters, bad: NDArray[numpy.int64]
) -> tuple[list[str], tuple[str, ...]]:
    """Compare what the rows state as standard coal with what is computed: notes, and the headers that say nothing."""
    notes, left = [], []
    value = numpy.abs(read.weigh("tce", numpy.nan, read.multiplier))
    value[bad] = numpy.nan
    for header in unused:
        stated = _stated_tce(frame, header, read.table.index)
        known = numpy.isfinite(stated) & numpy.isfinite(value)
        if not known.any():
            left.append(header)
            continue
        off = known & (numpy.abs(value - stated) > STATED_AGREES * numpy.maximum(value, stated) + _HALF)
        rows = several(int((off if off.any() else known).sum()), "row")
        if off.any():
            row = int(off.argmax())
            said = f"row {read.table.index[row]} states {stated[row]:,.6g} tce, and {value[row]:,.6g} is computed"
            notes.append(f"meters: {quoted(header)} is not what is computed in {rows}: {said}")
        else:
            notes.append(f"meters: {quoted(header)} is what is computed, in {rows}")
    return notes, tuple(left)


def _stated_tce(frame: pandas.DataFrame, header: str, rows: pandas.Index[Any]) -> Floats:
    base, unit = split_unit(header)
    # 折标煤(吨) is in tonnes of standard coal.
    scale = next((one for one in map(_in_tce, (unit or "tce", f"{unit}标准煤")) if one == one), numpy.nan)
    cells = frame.get(header)
    if not (_STATED.fullmatch(base) and frame.index.is_unique and isinstance(cells, pandas.Series)):
        return numpy.full(len(rows), numpy.nan)
    return numpy.abs(to_floats(cells.loc[rows]) * scale)


def _beside(parent: str, places: dict[str, int], seen: NDArray[numpy.bool_], group: int) -> str:
    found = [part for part, place in places.items() if seen[group, place]]
    return f"{parent} stands beside {', '.join(found)}, which may be part of it"


def _in_tce(unit: Any) -> float:
    """Return what a unit of a total row is in tce, NaN where it is no standard coal."""
    scale = resolve_unit(clean_text(unit), TCE, "unit")
    return numpy.nan if isinstance(scale, Refusal) else scale


def _are_part_and_whole(cells: tuple[Any, ...]) -> bool:
    """Compare the carrier, the unit and the flow, where there is one, of a row with those of the row above it."""
    part, whole = cells[: len(cells) // 2], cells[len(cells) // 2 :]
    names = [(clean_text(carrier), clean_text(unit)) for carrier, unit, *_ in (part, whole)]
    return is_part_of(*names) and [*map(flow_word, part[2:])] == [*map(flow_word, whole[2:])]
