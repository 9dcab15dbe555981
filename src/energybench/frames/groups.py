"""Which meter rows belong to which output row: by plant, period and product, by a part of its period, or to none.

What the parts of a period leave out of it, or have twice, is worked out once per distinct set of parts. No class is
given to an output that readings without an output row may belong to.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import islice, pairwise, takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy
import pandas

from energybench.errors import EnergybenchError, cut, without_suggestions
from energybench.frames.columns import KEYS
from energybench.frames.encode import Coded, clean_text, fold
from energybench.frames.kernel import Key, Lookup, Totals, keys_in_use, make_key, make_lookup, sweep
from energybench.frames.resolve import Refusal
from energybench.tables.names import find_item
from energybench.tables.periods import fold_period, name_of, period_span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from energybench.frames.double_counting import DoubleCounting
    from energybench.frames.meters import Meters
    from energybench.tables.periods import Span

    Codes = NDArray[numpy.int64]
    from energybench.frames.encode import Coded

#: What a decoder puts in the place of bytes that are no text.
DAMAGED = "\ufffd"


def is_damaged(value: Any) -> bool:
    """Say whether a cell is a text of which a part could not be decoded: nobody knows what it names."""
    return isinstance(value, str) and DAMAGED in value


def key_text(value: Any) -> str:
    """Return a cell of a key column as text; damaged text is none."""
    return "" if is_damaged(value) else clean_text(value)


def period_key(value: Any) -> str:
    return fold_period(key_text(value))


def product_key(value: Any) -> str:
    """Return the item that a product name stands for, or the name itself where no table knows it."""
    text = key_text(value)
    return _item(text) or text


def _item(text: str) -> str:
    try:
        with without_suggestions():
            return find_item(text) if text else ""
    except EnergybenchError:
        return ""


#: How the cells of each key column are folded, so that the two tables meet.
KEY_TEXT: dict[str, Callable[[Any], str]] = {"plant": key_text, "period": period_key, "product": product_key}


def is_day(text: str) -> bool:
    span = period_span(text)
    return span is not None and span[0] == span[1]


def by_month(texts: list[str]) -> list[str]:
    days = [text for text in texts if is_day(text)]
    if not days or not all(text.endswith("-01") for text in days):
        return texts
    return [text[:7] if is_day(text) else text for text in texts]


@dataclass(frozen=True, slots=True)
class Groups:
    """The distinct keys of an output table."""

    texts: list[list[str]]
    #: The place of each of these texts.
    orders: list[dict[str, int]]
    count: int
    of_outputs: NDArray[Any]
    lookup: Lookup
    #: Which groups are judged by the electricity of a potline, the last group being that of no output row.
    potline: NDArray[numpy.bool_]
    #: The code of the period of each group.
    period_codes: NDArray[numpy.int64]
    seen: dict[str, tuple[list[Any], list[str], NDArray[Any]]] = field(default_factory=dict, repr=False, compare=False)

    def key_of(self, columns: dict[str, Coded]) -> Key:
        """Return the keys of a meter table, in the numbering of the output table."""
        return make_key(
            [
                (columns[name].codes, self._folded(name, columns[name])[1], len(known))
                for name, known in zip(KEYS, self.texts, strict=True)
            ]
        )

    def _folded(self, name: str, column: Coded) -> tuple[list[str], NDArray[Any]]:
        """Return the folded texts of a key column, and the place of each distinct value among the outputs'."""
        # A table that comes in parts has the same dictionary again and again.
        distinct, texts, places = self.seen.get(name, ([None], [], numpy.zeros(0)))
        if distinct != column.distinct:
            order = self.orders[KEYS.index(name)]
            # What an output row is called as it stands needs no folding.
            texts = [value if value in order else KEY_TEXT[name](value) for value in column.distinct]
            places = column.table([order.get(text, len(order)) for text in texts], len(order), numpy.int64)
            if all(isinstance(one, str) for one in column.distinct):
                self.seen[name] = column.distinct, texts, places
        return texts, places

    def periods_of(self, columns: dict[str, Coded]) -> list[str]:
        return self._folded("period", columns["period"])[0]

    def of_rows(self, columns: dict[str, Coded]) -> NDArray[Any]:
        """Return the group of every row of a meter table, of a part of a period that of the whole."""
        group = self.lookup.take(self.key_of(columns).block(slice(None)))
        lost = numpy.flatnonzero(group == self.count)
        group[lost] = self.wider(columns, lost)
        return group

    def wider(self, columns: dict[str, Coded], rows: NDArray[Any]) -> NDArray[Any]:
        """Return the group whose period has that of each row within it: of several the shortest."""
        group = numpy.full(len(rows), self.count)
        if not len(rows):
            return group
        parts = [(columns[name].codes[rows], *self._folded(name, columns[name])) for name in KEYS]
        wider = self.around(parts[1][1])
        left = numpy.arange(len(rows))
        for rank in range(max(map(len, wider), default=0)):
            none = len(self.texts[1])
            places = numpy.array([*(codes[rank] if rank < len(codes) else none for codes in wider), none])
            tables = (parts[0][2], places, parts[2][2])
            codes = (part[0][left] for part in parts)
            key = make_key([(*one, len(known)) for *one, known in zip(codes, tables, self.texts, strict=True)])
            group[left] = self.lookup.take(key.block(slice(None)))
            left = left[group[left] == self.count]
        return group

    def around(self, periods: list[str]) -> list[list[int]]:
        """Return for each period the codes of the output periods that it is a part of, the shortest first."""
        spans = [(code, span) for code, text in enumerate(self.texts[1]) if (span := period_span(text))]
        spans.sort(key=lambda one: one[1][1] - one[1][0])
        found = []
        for text in periods:
            mine = period_span(text)
            within = [code for code, (first, last) in spans if mine and first <= mine[0] and mine[1] <= last]
            found.append([code for code in within if self.texts[1][code] != text])
        return found

    def name_of(self, group: int, keys: pandas.DataFrame) -> str:
        """Return plant, period and product of a group, by the key columns of the output table."""
        cells = keys[list(KEYS)].iloc[int((self.of_outputs == group).argmax())]
        return ", ".join(cut(clean_text(cell), 40) for cell in cells)


def make_groups(keys: list[Coded]) -> Groups:
    """Return the groups of an output table; a row with an empty key cell belongs to none."""
    key = make_key([(column.codes, numpy.arange(len(column.distinct) + 1), len(column.distinct)) for column in keys])
    rows, used = keys_in_use(key)
    lookup = make_lookup(key.size, used, numpy.arange(len(used)), len(used))
    of_outputs = lookup.take(rows)
    period_codes = numpy.zeros(len(used) + 1, numpy.int64)
    period_codes[of_outputs] = keys[1].codes
    texts = [column.distinct for column in keys]
    orders = [{text: number for number, text in enumerate(known)} for known in texts]
    return Groups(texts, orders, len(used), of_outputs, lookup, numpy.zeros(len(used) + 1, bool), period_codes)


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
        if not len(self.sums):
            return
        group = self.sums["group"].to_numpy(numpy.int64)
        for name in _SUMS:
            target = getattr(totals, name)
            numpy.add.at(target, group, self.sums[name].to_numpy(target.dtype))
        some = self.sums["tce"].to_numpy(numpy.float64) != 0
        doubles.mark(group[some], self.sums["carrier"].to_numpy(object)[some], len(totals.tce))

    def judged(
        self, doubles: DoubleCounting, groups: Groups, keys: pandas.DataFrame
    ) -> tuple[Codes, list[Refusal], list[str]]:
        """Return a refusal for each group that its parts do not make up, and notes on how the others are made up."""
        if not len(self.sums):
            return numpy.full(groups.count + 1, -1), [], []
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
        wholes = [period_span(text) for text in groups.texts[1]]
        whole = groups.period_codes[each["group"].to_numpy(numpy.int64)]
        each["cover"], of_each = _covers(wholes, whole, parts, has)
        together = numpy.logical_or.reduceat(has, starts, axis=0)
        together[:, -1] = False
        code, of_all = _covers(wholes, whole[starts], parts, together)
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
        return refused, refusals, notes


def _refusal(cover: Cover, carrier: str, doubled: str) -> Refusal:
    said = [f"lack {cover.missing}"] * bool(cover.missing) + [f"have {carrier} twice in {doubled}"] * bool(doubled)
    return Refusal(
        *("plant", "", "incomplete-energy", f"the readings of plant {{value}} for {cover.whole} {', and '.join(said)}"),
        suggestion="Add the readings that are missing, and leave out those that are there twice",
    )


class Cover(NamedTuple):
    """How a set of parts covers a period: what is missing and what is there twice, and what makes it up, in words."""

    whole: str
    missing: str
    doubled: str
    said: str


def _covers(
    spans: list[Span | None], whole: Codes, parts: list[Span | None], has: NDArray[numpy.bool_]
) -> tuple[Codes, list[Cover]]:
    """Return a code per line for its period and set of parts, the last that of all, and how each set covers it."""
    packed = numpy.column_stack([whole.astype(">u4").view(numpy.uint8).reshape(-1, 4), numpy.packbits(has, axis=1)])
    _, first, code = numpy.unique(packed, axis=0, return_index=True, return_inverse=True)
    return code.reshape(-1), [_cover(spans[whole[one]], parts, has[one]) for one in first]


def _cover(whole: Span | None, spans: list[Span | None], has: NDArray[numpy.bool_]) -> Cover:
    if whole is None:
        return Cover("", "", "", "")
    parts = [span for span, there in zip(spans, has[:-1], strict=True) if there and span is not None]
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


APART = Refusal(
    *("plant", "", "incomplete-energy", "plant {value} has carriers in a period inside or around this one alone"),
    suggestion="State every carrier for each period with an output row, or leave output rows of other periods out",
)


def apart(seen: NDArray[numpy.bool_] | None, keys: list[Coded], groups: Groups) -> NDArray[numpy.bool_]:
    """Return which groups lack a carrier that the output of a period inside or around theirs has."""
    found = numpy.zeros(groups.count + 1, bool)
    spans = sorted({span for text in groups.texts[1] if (span := period_span(text))})
    if seen is None or all(one[1] < other[0] for one, other in pairwise(spans)):
        return found
    around = [(inner, outer) for inner, wider in enumerate(groups.around(groups.texts[1])) for outer in wider]
    rows = {"group": groups.of_outputs, "plant": keys[0].codes, "period": keys[1].codes, "product": keys[2].codes}
    every = pandas.DataFrame(rows).drop_duplicates("group")
    inside = every.merge(pandas.DataFrame(around, columns=["period", "outer"]), on="period").drop(columns="period")
    pairs = inside.merge(every.rename(columns={"period": "outer"}), on=["plant", "product", "outer"])
    inner, outer = (pairs[name].to_numpy(numpy.int64) for name in ("group_x", "group_y"))
    within = numpy.zeros_like(seen)
    numpy.logical_or.at(within, outer, seen[inner])
    within, seen = within[:, 1:], seen[:, 1:]
    some, lacks, alone = (numpy.any(one, axis=1) for one in (seen, within & ~seen, seen & ~within))
    found[:] = lacks & some
    found[inner] |= alone[outer] & some[inner]
    return found


INCOMPLETE = Refusal(
    *("plant", "", "incomplete-energy", "plant {value} has readings that no output row takes and that may belong here"),
    suggestion="Mend plant, period or product of those meter rows in the problems, or add their output rows",
)
_NAMED = 3
#: A name of fewer letters is the beginning of others by chance.
_WORD = 2
#: What one writer adds to the name of a plant and the next leaves out.
_LEGAL_FORM = re.compile(r"(?<=.)(股份|集团|有限|责任|总?公司|工?厂)+$")


def fold_plant(name: str) -> str:
    """Return the name of a plant without what is not seen (case, width, spaces, marks of direction) and legal form."""
    return _LEGAL_FORM.sub("", _as_seen(name))


def _as_seen(name: str) -> str:
    wide = unicodedata.normalize("NFKC", name).casefold()
    return "".join(one for one in wide if unicodedata.category(one) not in ("Cf", "Cc", "Zs", "Pd", "Pc"))


def _begins_as(name: str, names: list[str]) -> list[str]:
    """Return which of some sorted names go on from another, or are its beginning: 甲厂一分厂 may be a part of 甲厂."""
    if name.isascii() or len(name) < _WORD:
        return []
    first = bisect_left(names, name)
    longer = takewhile(lambda one: one.startswith(name), islice(names, first, None))
    beginnings = (name[:end] for end in range(_WORD, len(name)))
    shorter = [one for one in beginnings if (at := bisect_left(names, one)) < len(names) and names[at] == one]
    return [*longer, *shorter]


def stray_keys(columns: dict[str, Coded], rows: NDArray[Any]) -> dict[tuple[str, ...], None]:
    """Return the distinct keys of the readings that no output row takes, as they are written."""
    codes = pandas.DataFrame({name: columns[name].codes[rows] for name in KEYS}).drop_duplicates()
    texts = [columns[name].rows(rows[codes.index]).map(clean_text, "") for name in KEYS]
    return dict.fromkeys(zip(*texts, strict=True))


def withhold(strays: dict[tuple[str, ...], None], keys: list[Coded]) -> tuple[NDArray[numpy.bool_], tuple[str, ...]]:
    """Return which output rows a stray reading may belong to, and a note on the plants of other products."""
    plants, periods, products = keys
    if not strays:
        return numpy.zeros(len(plants.codes), bool), ()
    names = pandas.Series(plants.map(fold_plant, ""))
    rows_of = {str(name): numpy.asarray(rows) for name, rows in names.groupby(names).indices.items()}
    spans = [*map(period_span, periods.distinct), None]

    @cache
    def of_period(text: str) -> NDArray[numpy.bool_]:
        mine = period_span(text)
        return numpy.array([not (mine and one) or (mine[0] <= one[1] and one[0] <= mine[1]) for one in spans])

    @cache
    def of_product(text: str) -> NDArray[numpy.bool_]:
        item = product_key(text)
        return numpy.array([not _item(text) or one == item for one in [*products.distinct, item]])

    folds = {_as_seen(one): fold_plant(one) for one in map(clean_text, plants.distinct)}
    ordered = sorted(folds)

    def of_plant(text: str) -> NDArray[Any]:
        folded = fold_plant(text)
        if text and DAMAGED not in text:
            if folded in rows_of:
                return rows_of[folded]
            found = [rows_of[folds[one]] for one in _begins_as(_as_seen(text), ordered) if folds[one] in rows_of]
        else:
            pattern = ".*".join(map(re.escape, re.split(f"{DAMAGED}+", folded))) if text else ".*"
            found = [rows for name, rows in rows_of.items() if re.fullmatch(pattern, name)]
        return numpy.concatenate([numpy.zeros(0, numpy.int64), *found])

    withheld, others = numpy.zeros(len(names), bool), dict[str, None]()
    for plant, period, product in strays:
        rows = of_plant(plant)
        if withheld[rows].all():
            continue
        same = of_product(product)[products.codes[rows]]
        withheld[rows[same & of_period(period)[periods.codes[rows]]]] = True
        if plant and not same.any():
            others[f"{cut(plant, 40)} ({cut(product, 40)})"] = None
    named = f"{', '.join(list(others)[:_NAMED])}{' …' * (len(others) > _NAMED)}"
    return withheld, (f"energy of a product without an output row is in no total: {named}",) if others else ()
