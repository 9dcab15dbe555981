"""Forms 205-1 and 205-2 of the energy statistics: a row per carrier, columns of stock, use, conversion and recovery.

Comprehensive energy is industrial use, inputs of conversion included, minus conversion output and recovered energy.
What is not of the production, and what only moves stock, is left out and said; the stock is used as a check.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy

from energybench.energy.lines import TOTALS
from energybench.frames.encode import cell_text, is_blank, to_floats
from energybench.frames.year_parts import AGREED, SHOWN
from energybench.tables.names import normalise_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas

    from energybench.frames.forms import Head

    HeadT = TypeVar("HeadT", bound=Head)

#: What the headers of the two forms say, in the order in which they are tried.
_ROLES = (
    ("", re.compile("其中|金额|上年|同期|参考|率")),
    ("coefficient", re.compile("采用折标|采用的折标")),
    ("other", re.compile("非工业")),
    ("feedstock", re.compile("用于原材料")),
    ("industrial", re.compile("工业生产消费")),
    ("input", re.compile("转换投入")),
    ("converted", re.compile("转换产出")),
    ("recovered", re.compile("回收利用")),
    ("opening", re.compile("[年期]初库存")),
    ("closing", re.compile("[年期]末库存")),
    ("purchased", re.compile("^购进")),
    ("consumed", re.compile("消费(?:量|总量)?合计|合计消费")),
)
_STEMS = "甲乙丙丁戊己庚辛"
#: What is counted, the first that a form has.
_COUNTED = ("industrial", "consumed")
#: What is subtracted, and the flow that says so.
SUBTRACTED = ("converted", "recovered")


def role_of(header: str) -> str:
    """Return what a header is in the two forms, "" for any other."""
    text = re.sub(r"^[\d一二三四五六七八九十(（)）.、．]+", "", "".join(header.split()))
    return next((role for role, words in _ROLES if words.search(text)), "")


def with_roles(heads: list[HeadT]) -> list[HeadT]:
    """Let a column of the forms be the amount; without one, and beside no other of theirs, the roles mean nothing."""
    roles = {head.role for head in heads}
    columns = {head.column for head in heads}
    counted = "" if "amount" in columns else next((role for role in _COUNTED if role in roles), "")
    has_amount = counted or "amount" in columns
    of_form = counted == "industrial" or (has_amount and roles & {*SUBTRACTED, "opening", "closing", "input"})
    if "carrier" not in columns or not of_form:
        return [replace(head, role="") for head in heads]
    column = {counted: "amount", "coefficient": "coefficient"}
    return [
        replace(head, column=head.column or column.get(head.role, ""), name="", part="") if head.role else head
        for head in heads
    ]


def is_numbering(texts: list[str]) -> bool:
    """Say whether a row below a header numbers the columns: 甲, 乙, 丙, 1, 2, 3."""
    words = [text for text in texts if text not in _STEMS]
    return len(texts) > 1 and [text.removesuffix(".0") for text in words] == [str(one + 1) for one in range(len(words))]


def with_flows(frame: pandas.DataFrame, heads: Sequence[Head]) -> tuple[pandas.DataFrame, list[str]]:
    """Turn the columns of a form into rows of flows, and say what each column was taken for."""
    import pandas

    roles, words = dict[str, str](), dict[str, str]()
    for place, head in enumerate(heads):
        if head.role:
            roles.setdefault(head.role, head.column or f"\0{place}")
            words.setdefault(head.role, head.header)
    base = frame.drop(columns=[column for column in map(str, frame) if column[:1] == "\0"])
    if "coefficient" in roles and "unit" in base and "coefficient_unit" not in base:
        stated = ~base["coefficient"].map(is_blank).astype(bool)
        units = "tce/" + base["unit"].map(cell_text)
        base = base.assign(
            coefficient=base["coefficient"].where(stated, None), coefficient_unit=units.where(stated, None)
        )
    flows = {role: frame[roles[role]] for role in SUBTRACTED if role in roles}
    given = {role: ~cells.map(is_blank).to_numpy(bool) for role, cells in flows.items()}
    # A row whose figure stands in another column has none of its own.
    elsewhere = numpy.any([numpy.zeros(len(frame), bool), *given.values()], axis=0)
    own = base[~(base["amount"].map(is_blank).to_numpy(bool) & elsewhere)]
    parts = [own, *(base.assign(amount=flows[role], flow=role)[given[role]] for role in flows)]
    table = pandas.concat([part for part in parts if len(part)])
    counted = next((role for role in _COUNTED if roles.get(role) == "amount"), "")
    said = [f"meters: {words[counted]} is what counts"] if counted else []
    said += [f"meters: {words[role]} is subtracted" for role in flows]
    idle = [words[role] for role in roles if role not in (counted, *flows, "coefficient")]
    said += [f"meters: {', '.join(idle)} are not added to what counts"] if idle else []
    return table.loc[[*dict.fromkeys(frame.index)]], [*said, *_checks(frame, roles, words)]


def _checks(frame: pandas.DataFrame, roles: Mapping[str, str], words: Mapping[str, str]) -> list[str]:
    """Compare what a form states twice: use with its parts, and stock with what came and went."""
    frame = frame[~frame["carrier"].map(lambda cell: normalise_name(cell_text(cell)) in TOTALS).astype(bool)]
    known = {role: numpy.nan_to_num(to_floats(frame[column])) for role, column in roles.items()}
    said = []
    for left, right in (
        (("consumed",), ("industrial", "other")),
        (("opening", "purchased"), ("consumed", "closing")),
    ):
        if not {*left, *right} <= set(known):
            continue
        first, second = (numpy.sum([known[role] for role in side], axis=0) for side in (left, right))
        apart = numpy.flatnonzero(abs(first - second) > AGREED * numpy.maximum(abs(first), abs(second)))
        names = [" + ".join(words[role] for role in side) for side in (left, right)]
        said += [
            f"meters: row {frame.index[row]}: {names[0]} is {first[row]:.10g}, {names[1]} is {second[row]:.10g}"
            for row in apart[:SHOWN]
        ]
    return said
