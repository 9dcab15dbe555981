"""Parts of a year as columns, rows or sheets: months, quarters, and the sums of others beside them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy

from energybench.frames.columns import KEYS
from energybench.frames.encode import cell_text, is_blank, to_floats
from energybench.tables.names import normalise_name
from energybench.tables.periods import Span, made_up, name_of, part_of_year, period_span

if TYPE_CHECKING:
    import pandas

#: Columns between the cells and the periods: the part of a year, and the row that it stood in.
PART, ROW = "\0part", "\0row"
#: What the sum of the parts of a year is called.
WHOLE = frozenset({"合计", "总计", "全年", "年度", "累计", "全年合计", "全年累计", "本年累计", "1-12月合计", "total"})
#: What a sum states and what its parts add up to may differ by this share.
AGREED = 0.005
#: As many differences of a sum are named.
SHOWN = 3


def parts_alone(cells: pandas.Series[Any]) -> bool:
    texts = {text for cell in cells if (text := cell_text(cell)) and normalise_name(text) not in WHOLE}
    return bool(texts) and all(part_of_year(text, "2000") and not part_of_year(text) for text in texts)


def has_sums(cells: pandas.Series[Any], year: str) -> bool:
    """Say whether a column of periods has parts of a year that is known, or a sum beside periods."""
    if year and parts_alone(cells):
        return True
    texts = {text for cell in cells if (text := cell_text(cell))}
    sums = {text for text in texts if normalise_name(text) in WHOLE}
    return bool(sums) and len(texts - sums) > 1 and all(map(period_span, texts - sums))


def span_of(year: str, part: Any) -> Span | None:
    text = cell_text(part)
    alone = re.fullmatch(r"(0?[1-9]|1[0-2])(?:\.0+)?", text)
    return part_of_year(f"{alone[1]}月" if alone else text, year) or period_span(text)


def period_of(year: str, part: Any) -> str:
    whole = normalise_name(cell_text(part)) in WHOLE
    span = period_span(year) if whole else span_of(year, part)
    return name_of(*span) if span else f"{year} {cell_text(part)}".strip()


def without_sums(frame: pandas.DataFrame, kind: str) -> tuple[pandas.DataFrame, list[str]]:
    """Leave out the parts of a year that others make up, a quarter beside its months; each is compared with them."""
    value = "amount" if kind == "meters" else "output"
    texts = list(dict.fromkeys(frame[PART].map(cell_text)))
    made = made_up(
        {text: span_of("2000", text) for text in texts}, {text for text in texts if normalise_name(text) in WHOLE}
    )
    if not made or value not in frame:
        return frame, []
    columns = ROW in frame
    keys = [ROW] if columns else [name for name in (*KEYS, "carrier", "unit", "flow", "use") if name in frame]
    code = frame[keys].astype(str).groupby(keys, sort=False).ngroup().to_numpy()
    part = frame[PART].map(cell_text).map(texts.index).to_numpy()
    shape = (int(code.max()) + 1, len(texts))
    stated, filled, beside = numpy.zeros(shape), numpy.zeros(shape, bool), numpy.zeros(shape, bool)
    numpy.add.at(stated, (code, part), numpy.nan_to_num(to_floats(frame[value])))
    beside[code, part] = True
    known = ~frame[value].map(is_blank).to_numpy(bool)
    filled[code[known], part[known]] = True
    out, notes = numpy.zeros(shape, bool), []
    for text, (others, within, whole) in made.items():
        one, all_of = texts.index(text), [texts.index(other) for other in others]
        added, some = stated[:, all_of].sum(axis=1), filled[:, all_of].any(axis=1)
        only = filled[:, one] & ~some
        out[:, one] |= beside[:, one] & beside[:, all_of].any(axis=1) & ~only
        if whole:  # The parts are blank, and their sum is what is known.
            for other in within:
                out[only, texts.index(other)] = True
        size = numpy.maximum(abs(stated[:, one]), abs(added))
        apart = filled[:, one] & some & (abs(stated[:, one] - added) > AGREED * size)
        for group in numpy.flatnonzero(apart)[:SHOWN]:
            row = frame.index[int((code == group).argmax())]
            own, summed = (f"{sums[group]:.10g}" for sums in (stated[:, one], added))
            notes.append(f"{kind}: row {row}: {text} states {own}, its parts add up to {summed}")
        stated[:, one] = numpy.where(filled[:, one], stated[:, one], added)
        filled[:, one] |= some
    left = out[code, part]
    places = [text for text in made if out[:, texts.index(text)].any()] if columns else frame.index[left]
    what = "column" if columns else "row"
    said_out = [f"{kind}: the {what} {place} is the sum of others and is left out" for place in dict.fromkeys(places)]
    return frame[~left], [*said_out, *notes]
