"""Forms: the rows of a sheet as people fill it in become a tidy table, whose index is the row in the file.

Columns of carriers, products, months and flows become rows; what was found, left out and compared is said in notes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy

from energybench.energy.lines import PARTS_OF, total_of
from energybench.errors import TableError, quoted
from energybench.frames.columns import (
    EXAMPLES,
    KEYS,
    PLANT,
    REQUIRED,
    column_of,
    refuse_amounts,
    refuse_missing,
    split_unit,
    unit_in_name,
)
from energybench.frames.encode import NONE_USED, cell_text, encode, is_blank, number_with_unit, to_floats
from energybench.frames.forms import (
    COUNTED,
    NOT_ENERGY,
    SUBTRACTED,
    WHOLE,
    YEAR,
    Form,
    Grid,
    Head,
    facts_of,
    is_footnote,
    key_of_part,
)
from energybench.frames.meters import with_coefficient_units
from energybench.frames.resolve import said_once
from energybench.frames.sources import Batch
from energybench.tables.names import carriers_of, flow_of_name, items_named, normalise_name
from energybench.tables.periods import Span, fold_period, made_up, name_of, part_of_year, period_span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas

    from energybench.frames.columns import Layout

_EXAMPLE_ROWS = 3
#: What begins a line below a table, or a signature.
_NOTE = re.compile(
    r"[①-⑳*※\s]*(?:[(（]?注\d?[)）]?\s*[:：.、*＊]?|备注|说明|附注|资料来源|数据来源|填报说明|(?:单位|统计|企业)?负责人|"
    r"审核|复核|制表|填表|填报人|报出日期|联系电话|签[字章]|note|source|prepared by)",
    re.IGNORECASE,
)
#: The number of a section.
_SECTION = re.compile(
    r"\s*(?:[(（]?[一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}[、.．]|[(（]?\d{1,2}[)）、.．](?!\d))\s*"
)
#: What stands above carriers and is no plant: a kind of figure, a time.
_NO_LABEL = re.compile("[量费额存购折]|消耗|其中|上年|同期|本[年期]|去年|计划|实际")
#: What a header has that speaks of energy.
_ENERGY = re.compile("[电煤气汽油热焦能]")
#: Headers that leave open how their carrier counts, unless the caller says it: what is used on site may be bought.
_OPEN = re.compile("自用|回收|recovered", re.IGNORECASE)
#: Names of sheets that are no plants: what spreadsheets call them, sums, months.
_NO_PLANT = re.compile(r"^(?:sheet|工作表)\s*\d*$|汇总|合计|总表|总计|副本|草稿|^\d{1,2}月|\d{4}", re.IGNORECASE)
#: Columns whose merged cells stand for each of their rows: an amount is stated once.
_NUMBERS = ("amount", "output", "ncv", "coefficient", "output_value", "accuracy", "uncertainty")
#: Columns between the cells and the periods: the part of a year, and the row that it stood in.
PART, ROW = "\0part", "\0row"
#: What a sum states and what its parts add up to may differ by this share.
AGREED = 0.005
#: What to do about two columns that no option tells apart.
_OWN_HEADERS = "Give each column a header of its own"
#: As many differences of a sum are named.
SHOWN = 3
_STEMS = "甲乙丙丁戊己庚辛"


def _asked(frame: pandas.DataFrame, form: Form, layout: Layout) -> list[str]:
    """Return what else the caller would be asked of the rows: what a name means, and what a blank amount is."""
    if not {"carrier", "amount"} <= set(frame):
        return []
    rows = frame[~frame["carrier"].map(lambda cell: bool(total_of(cell_text(cell)))).astype(bool)]
    blank = rows["amount"].map(is_blank).astype(bool)
    words = {head.name: head.header for head in form.heads if head.name}
    said = []
    counting = ~blank & (to_floats(rows["amount"]) != 0)
    names = list(map(str, encode(rows["carrier"][counting]).distinct))
    of = {name: carriers_of(name) for name in names}
    for name, word in ((name, words.get(name, name)) for name in names if name not in layout.columns):
        whole = next(
            (one for one in names for part in of[name] if part in PARTS_OF.get("".join(of[one][:1]), ())), None
        )
        if once := said_once(name, word):
            said.append(f"{quoted(word)} may mean several carriers: pass {once} or another")
        elif whole and name in words:
            said.append(
                f'{quoted(word)} may be a part of {quoted(words[whole])}: pass columns={{{quoted(word)}: ""}} if it is'
            )
    return said + [NONE_USED] * bool(blank.any() and not layout.none_used)


def several(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


@dataclass(frozen=True)
class Reading:
    """A table that is read whole: as a source one batch."""

    frame: pandas.DataFrame
    notes: tuple[str, ...] = ()
    #: Constants of the caller that it took.
    used: frozenset[str] = frozenset()
    #: Header as written -> what it was read as.
    read_as: dict[str, str] = field(default_factory=dict)
    kind: str = "pandas"
    #: What the title says of plant and period.
    title: dict[str, str] = field(default_factory=dict)
    whole = True

    @property
    def headers(self) -> list[object]:
        return list(self.frame.columns)

    def batches(self, places: Mapping[str, int], row_by_row: bool) -> Iterator[Batch]:  # noqa: ARG002 - as every source
        yield Batch(self.frame.iloc[:, list(places.values())].set_axis(list(places), axis=1))


def read_forms(forms: Sequence[Form], layout: Layout, path: str) -> Reading:
    """Return the table of a form, or of several sheets below one another."""
    import pandas

    kind = forms[0].kind
    parts, notes, used, titles = [], [], set(), []
    for form in forms:
        frame, said = tidy(form)
        titles.append(facts_of(form))
        facts = {**{name: (text, 0) for name, text in layout.title.items()}, **titles[-1]}
        if len(forms) > 1:
            frame = _with_name(frame, form.grid.sheet, forms, path)
        frame, taken = with_constants(frame, layout, facts, said, kind)
        if "plant" in frame:
            frame, examples = without_example(frame, "plant", kind)
            said += examples
        notes += said
        used |= taken
        parts.append(frame)
    frame = pandas.concat(parts) if len(parts) > 1 else parts[0]
    # Months without a year are no periods.
    found = {str(name) for name in frame if name != "period" or not parts_alone(frame[name])}
    shown = [head.header for head in forms[0].heads if head.header]
    unused = [head.header for head in forms[0].heads if not (head.column or head.name or head.part)]
    refuse_missing(found, kind, shown, unused, forms[0].place, _asked(frame, forms[0], layout))
    if "carrier" in forms[0].columns:
        refuse_amounts(unused, kind)
    read_as = {}
    for head in forms[0].heads:
        what = head.column or head.name or head.part or (head.role if head.role in SUBTRACTED else "not used")
        if head.header:
            read_as[head.header] = f"{what}, in {head.unit}" if head.unit and what != "not used" else what
    stated = {name: {one.get(name, ("",))[0] for one in titles} for name in ("plant", "period")}
    title = {name: found.pop() for name, found in stated.items() if len(found) == 1 and "" not in found}
    return Reading(frame, tuple(notes), frozenset(used), read_as, title=title)


def tidy(form: Form) -> tuple[pandas.DataFrame, list[str]]:
    """Return the rows of a form under canonical headers, and what was found."""
    import pandas

    full, raw = form.grid.filled(), form.grid.cells
    rows, left_out, bands = _body(form, full, form.top + form.depth)
    table: dict[str, list[Any]] = {}
    for place, head in enumerate(form.heads):
        # The amount of a merged cell is stated once; a key or a unit holds for each of its rows.
        number = head.column.startswith(_NUMBERS) and not head.column.endswith("_unit")
        once = head.name or head.part or head.role or number
        cells = raw if once else full
        table[_column_name(form, place, table)] = [_cell(cells[row][place]) for row in rows]
    frame = pandas.DataFrame(table, index=[row + 1 for row in rows], dtype=object)
    empty = [name for name in map(str, frame) if name[:1] == "\1" or (not name.strip(" ") and frame[name].isna().all())]
    where = f"{form.kind}: {form.place}"
    notes = [where + (f", rows {rows[0] + 1} to {rows[-1] + 1}" if rows else "")]
    notes += [f"{form.kind}: {note}" for note in (*form.grid.notes, *left_out)]
    frame, said = _with_units(frame.drop(columns=empty), form)
    frame, alone = _with_bands(frame, bands, form.kind)
    named = next((head.header for head in form.heads if head.column == "coefficient"), "")
    frame, per_unit = with_coefficient_units(frame, named)
    said += alone + per_unit
    if any(head.role for head in form.heads):
        frame, shown = with_flows(frame, form.heads)
    else:
        frame, shown = _melted(frame, form)
    return frame, [*notes, *said, *shown]


def _column_name(form: Form, place: int, table: Mapping[str, Any]) -> str:
    head = form.heads[place]
    if head.name or head.part or (head.role and not head.column):
        return f"\0{place}"
    if not head.column:
        name = head.header
        if column_of(name, form.kind):  # left out by the caller, or of the other table
            return f"\1{place}"
        return name if name and name not in table else f"{name}{' ' * (place + 1)}"
    if head.column not in table:
        return head.column
    before = next(one for one in form.heads if one.column == head.column)
    words = {"".join(one.header.split()): one.header for one in (before, head)}
    if head.column == "period" and any("年" in word for word in words) and any("月" in word for word in words):
        return PART
    what = f"the headers {quoted(before.header)} and {quoted(head.header)} both mean {head.column}"
    left_out = f'columns={{{quoted(head.header)}: ""}}'
    fix = f"Remove one of them, or pass {left_out} to leave it out" if len({*words}) > 1 else _OWN_HEADERS
    raise TableError(f"{form.kind}: {what}", head.header, fix)


def _cell(cell: Any) -> Any:
    """Return a cell without the white space around it; one of nothing else is empty."""
    return (cell.strip() or None) if isinstance(cell, str) else cell


def _body(form: Form, full: list[list[Any]], first: int) -> tuple[list[int], list[str], dict[int, str]]:
    """Return the rows of a form that have cells, notes and signatures left out, which are named, and lines alone."""
    cells, heads = form.grid.cells, form.heads
    values = [
        place for place, head in enumerate(heads) if head.column in ("amount", "output") or head.name or head.part
    ]
    rows, left_out, bands = list[int](), list[str](), dict[int, str]()
    for number in range(first, len(cells)):
        texts = [cell_text(cell) for cell in cells[number]]
        filled = [text for text in texts if text]
        if not filled:
            continue
        if not rows and is_numbering(filled):
            left_out.append(f"row {number + 1} numbers the columns and is left out")
            continue
        if (not rows or rows[-1] == number - 1) and _repeats_headers(form, full, number):
            left_out.append(f"row {number + 1} repeats the header and is left out")
            continue
        if rows and _begins_other_table(form, texts):
            left_out.append(f"row {number + 1} begins another table")
            break
        said = [texts[place] for place in values if texts[place]]
        signed = _NOTE.match(filled[0]) and all(_NOTE.match(text) or not re.search(r"\d", text) for text in said)
        if signed or (not said and len(filled) == 1 and is_footnote(filled[0])):
            left_out.append(f"row {number + 1} is a note and is left out: {quoted(filled[0])}")
        elif (
            not said
            and len(filled) == 1
            and (_covers(form.grid, number) or _is_band(form, texts.index(filled[0]), *filled))
        ):
            bands[number] = filled[0]
        else:
            rows.append(number)
    # A word alone, or a total without a figure, below the last row with one.
    while rows and len(found := [text for text in map(cell_text, cells[rows[-1]]) if text]) == 1 and len(rows) > 1:
        if any(cell_text(cells[rows[-1]][place]) for place in values):
            break
        left_out.append(f"row {rows.pop() + 1} has no figure and is left out: {quoted(found[0])}")
    for number in [one for one in bands if not rows or one > rows[-1]]:
        left_out.append(f"row {number + 1} is a note and is left out: {quoted(bands.pop(number))}")
    return rows, left_out, bands


def _repeats_headers(form: Form, full: list[list[Any]], number: int) -> bool:
    known = [place for place, head in enumerate(form.heads) if head.column or head.name or head.part]
    own = [cell_text(full[number][place]) for place in known]
    headers = ([cell_text(full[form.top + line][place]) for place in known] for line in range(form.depth))
    return len(known) > 1 and any(own) and any(own == header for header in headers)


def _begins_other_table(form: Form, texts: list[str]) -> bool:
    other, value = ("outputs", "output") if form.kind == "meters" else ("meters", "amount")
    found = {column_of(split_unit(text)[0], other) for text in texts if text} - {None}
    return value in found and len(found) > 1


def _is_band(form: Form, place: int, text: str) -> bool:
    """Say whether a text alone in a row is a line above those below it, and no carrier that lacks its figures."""
    columns = [head.column for head in form.heads]
    if "carrier" not in columns or columns[place] not in ("", "carrier") or carriers_of(text):
        return False
    return bool(_SECTION.match(text) or _said_by(text))


def _said_by(text: str) -> tuple[str, str]:
    """Return the column of which a line above rows says what they are, and its word; ("", "") for any other."""
    plain = _SECTION.sub("", text).strip(" :：")
    if carriers_of(plain) or plain[:1] in "全本":
        return "", ""
    if re.search("产出|回收|自产|自发|自备", plain):
        return "flow", ""
    if re.search("外供|外销|外送|外售|外输|转供|输出|售出|上网", plain):
        return "flow", "外供"
    if re.search("外购|外来|购入|购进|采购|输入|投入|消费|消耗|使用", plain):
        return "flow", "购入"
    if period_span(plain) or part_of_year(plain, "2000"):
        return "period", plain
    if items_named(plain):
        return "product", plain
    return ("plant", plain) if PLANT.search(plain) else ("", "")


def _with_bands(frame: pandas.DataFrame, bands: Mapping[int, str], kind: str) -> tuple[pandas.DataFrame, list[str]]:
    """Give the rows below a line that stands alone what it says of them; one that says nothing of them is a note."""
    notes = [f"{kind}: row {number + 1} is a note and is left out: {quoted(text)}" for number, text in bands.items()]
    said = {number: _said_by(text) for number, text in bands.items()}
    columns = {column for column, _ in said.values()} - {""}
    if not columns or set(said.values()) <= {("flow", "购入"), ("", "")}:
        return frame, notes
    column = next(iter(columns))
    lines = sorted(said)
    above = [max((line for line in lines if line < row - 1), default=-1) for row in frame.index]
    asked = next((number for number, (_, word) in said.items() if not word), next(iter(bands)))
    if len(columns) > 1 or column in frame or -1 in above or not said[asked][1]:
        what = f"{kind}: row {asked + 1} stands alone above others, and may say what they are: {quoted(bands[asked])}"
        fix = "Write what it says into each of the rows below it, in a column 企业, 期间, 产品 or 流向"
        raise TableError(what, bands[asked], fix)
    named = {number: word for number, (_, word) in said.items()}
    shown = ", ".join(dict.fromkeys(bands.values()))
    return frame.assign(**{column: [named[line] for line in above]}), [
        f"{kind}: lines alone above rows are their {column} ({shown})"
    ]


def without_repeated_headers(
    frame: pandas.DataFrame, places: Mapping[str, Any], value: str, kind: str
) -> tuple[pandas.DataFrame, list[str]]:
    again = (frame[places[value]] == str(places[value])).to_numpy(bool, na_value=False)
    if not again.any():
        return frame, []
    for name in places.values():
        again = again & (frame[name] == str(name)).to_numpy(bool, na_value=False)
    return frame[~again], [f"{kind}: row {row} repeats the header and is left out" for row in frame.index[again]]


def without_notes(frame: pandas.DataFrame, empty: Any, kind: str) -> tuple[pandas.DataFrame, list[str]]:
    """Leave the notes and signatures below a tidy table out, of the rows without name and figure."""
    found = []
    for place in empty.nonzero()[0]:
        filled = [text for text in map(cell_text, frame.iloc[place]) if text]
        if filled and (_NOTE.match(filled[0]) or (len(filled) == 1 and is_footnote(filled[0]))):
            found.append((place, f"{kind}: row {frame.index[place]} is a note and is left out: {quoted(filled[0])}"))
    kept = [place for place in range(len(frame)) if place not in {one for one, _ in found}] if found else slice(None)
    return frame.iloc[kept], [note for _, note in found]


def without_example(frame: pandas.DataFrame, plant: Any, kind: str) -> tuple[pandas.DataFrame, list[str]]:
    """Leave out rows at the top whose plant says that they are an example."""
    first = encode(frame[plant].iloc[:_EXAMPLE_ROWS]).map(
        lambda cell: normalise_name(cell_text(cell)) in EXAMPLES, False, bool
    )
    marked = frame.index[: len(first)][first]
    notes = [f"{kind}: row {row} is an example and is left out" for row in marked]
    return (frame.drop(index=marked), notes) if notes else (frame, notes)


def _covers(grid: Grid, row: int) -> bool:
    """Say whether one merged range covers a row from its first cell on."""
    return any(top <= row <= bottom and right - left >= 2 for top, left, bottom, right in grid.merged)


def _with_units(frame: pandas.DataFrame, form: Form) -> tuple[pandas.DataFrame, list[str]]:
    """Add the units that headers state, and that of a unit line, where no column has them."""
    facts, said = facts_of(form), []
    for head in form.heads:
        column = "unit" if head.column == "amount" else f"{head.column}_unit"
        if head.unit and head.column and column in REQUIRED[form.kind][0] and column not in frame:
            frame[column] = head.unit
            said.append(f"{form.kind}: the header {quoted(head.header)} gives the unit {head.unit}")
        elif head.unit and column in frame and set(frame[column].dropna()) != {head.unit}:
            said.append(f"{form.kind}: the units of the column {column} go before that of {quoted(head.header)}")
    value, column = ("amount", "unit") if form.kind == "meters" else ("output", "output_unit")
    if "unit" in facts and value in frame and column not in frame:
        frame[column], row = facts["unit"]
        said.append(f"{form.kind}: the unit {facts['unit'][0]} is from row {row}")
    if value in frame and column not in frame:
        cells = [*encode(frame[value]).distinct, *(encode(frame["carrier"]).distinct if "carrier" in frame else ())]
        if any(number_with_unit(cell) or unit_in_name(cell_text(cell))[1] for cell in cells):
            frame[column] = None
    return frame, said


def _melted(frame: pandas.DataFrame, form: Form) -> tuple[pandas.DataFrame, list[str]]:
    """Turn columns of carriers, products or parts of a year into rows."""
    import pandas

    wide, kind = form.wide, form.kind
    value, unit, name = ("amount", "unit", "carrier") if kind == "meters" else ("output", "output_unit", "product")
    places = wide or (form.parts if value not in frame else [])
    if value in frame and kind == "outputs":
        places = []
    kept = frame.drop(columns=[f"\0{place}" for place in {*form.wide, *form.parts}], errors="ignore")
    if not places:
        return kept, []
    if kind == "meters" and wide:
        _refuse_energy_without_unit(frame, form)
    facts, key, sums = facts_of(form), _key_above(form, kept), []
    if key:
        sums = [place for place in places if is_sum(form.heads[place].above)]
        places = [place for place in places if place not in sums]
    key_of = "" if wide else key_of_part(form.heads[places[0]].part)
    parts, flows = [], []
    for place in places:
        head = form.heads[place]
        part = kept.assign(**{value: frame[f"\0{place}"]})
        if wide:
            flow, rest = flow_of_name(head.name) if kind == "meters" else ("", head.name)
            if _OPEN.match(head.header) and head.header.startswith(head.name):
                flow, rest = "", head.name
            part[name] = kept[name] if name in kept and _is_of(kept[name], head.name, kind) else rest
            if flow and "flow" not in kept:
                part["flow"] = flow
                flows.append(f"meters: the header {quoted(head.header)} is read as {rest} with the flow {flow}")
            stated = head.unit or (facts["unit"][0] if "unit" in facts else None)
            part[unit] = stated if head.unit or unit not in kept else kept[unit]
            if key:
                part[key] = head.above
        else:
            part = part.assign(**({key_of: head.part} if key_of else {PART: head.part, ROW: range(len(frame))}))
            if head.unit and unit not in kept:
                part[unit] = head.unit
        parts.append(part)
    parted = [place for place in places if normalise_name(form.heads[place].part) not in WHOLE]
    order = [place for row in range(len(frame)) for place in range(row, len(frame) * len(parts), len(frame))]
    heads = [form.heads[place] for place in places if form.heads[place].name != "合计"]
    # Of the columns that the caller names several may be of one carrier.
    names = [head.name for head in heads if kind == "outputs" or carriers_of(split_unit(head.header)[0])]
    if not key and (twice := next((one for one in names if names.count(one) > 1), None)):
        same = [form.heads[place].header for place in places if form.heads[place].name == twice]
        fix = f'Leave one out: columns={{{quoted(same[1])}: ""}}' if len({*same}) > 1 else _OWN_HEADERS
        raise TableError(f"{kind}: the headers {' and '.join(map(quoted, same))} are both {twice}", same[1], fix)
    melted = pandas.concat(parts).iloc[order]
    shown = ", ".join(form.heads[place].header for place in parted[:4]) + (" …" if len(parted) > 4 else "")
    months = all("月" in form.heads[place].part for place in form.parts[:2])
    what = name if wide else key_of or ("month" if months else "period")
    are = f"1 column is a {what}" if len(parted) == 1 else f"{len(parted)} columns are {what}s"
    said = [f"{kind}: {are} ({shown}): {several(len(frame), 'row')} became {len(frame) * len(parted)}"]
    named = [form.heads[place] for place in places if wide and kind == "meters"]
    known = {head.name for head in named if carriers_of(head.name) or flow_of_name(head.name)[0]}
    strange = [head.header for head in named if head.name not in {"合计", *known}]
    if strange:
        pairs = ", ".join(f"{quoted(header)}: ''" for header in strange[:4])
        said.append(f"{kind}: a column that is no energy is left out by columns={{{pairs}}}")
    said += flows
    if key:
        labels = ", ".join(dict.fromkeys(form.heads[place].above for place in places))
        said.append(f"{kind}: the other header row is the {'period' if key == PART else key} ({labels})")
    said += [
        f"{kind}: the column {form.heads[place].above} {form.heads[place].header} is the sum of others and is left out"
        for place in sums
    ]
    return melted, said


def _refuse_energy_without_unit(frame: pandas.DataFrame, form: Form) -> None:
    for head in form.heads:
        word = re.split("[(（]", head.header)[0]
        known = head.column or head.name or head.part or head.role or head.unit or "(left out)" in head.header
        if known or head.header not in frame or not _ENERGY.search(word) or NOT_ENERGY.search(word):
            continue
        if numpy.isfinite(to_floats(frame[head.header])).any():
            what = f"meters: the header {quoted(head.header)} may be energy: it has numbers and no unit"
            out = f"columns={{{quoted(head.header)}: ''}}"
            fix = f"Write the unit into the header, 电力(万kWh), or leave it out with {out}"
            raise TableError(what, head.header, fix)


def is_sum(label: str) -> bool:
    return bool(total_of(label)) or normalise_name(label) in WHOLE


def _is_of(products: pandas.Series[Any], named: str, kind: str) -> bool:
    meant = {*items_named(named)}
    return kind == "outputs" and all(meant & {*items_named(cell_text(cell))} for cell in products)


def _key_above(form: Form, kept: pandas.DataFrame) -> str:
    """Return which key the headers above carriers are, each of which has some of the same carriers; "" for none."""
    heads = [form.heads[place] for place in form.wide]
    labels = [head.above for head in heads if not is_sum(head.above)]
    names, pairs = {head.name for head in heads}, {(head.above, head.name) for head in heads}
    if not all(labels) or len(set(labels)) < 2 or len(names) == len(heads) or len(pairs) < len(heads):
        return ""
    if all(period_span(label) for label in labels):
        key = "period"
    elif all(part_of_year(label, "2000") for label in labels):
        key = PART
    elif any(map(_NO_LABEL.search, labels)):
        return ""
    else:
        key = "product" if all(map(items_named, labels)) else "plant"
    return "" if key in kept else key


def with_constants(
    frame: pandas.DataFrame, layout: Layout, facts: Mapping[str, tuple[str, int]], notes: list[str], kind: str
) -> tuple[pandas.DataFrame, set[str]]:
    """Fill the keys that a table does not have, from the caller or the lines above the header, and say which."""
    import pandas

    given, used = dict(layout.constants), set()
    said = fold_period(cell_text(given.get("period", ""))) or facts.get("period", ("", 0))[0]
    year = said[:4] if period_span(said) else ""
    if "period" in frame and PART not in frame and has_sums(frame["period"], year):
        frame = frame.rename(columns={"period": PART})
    if PART in frame:
        years = frame["period"].map(cell_text) if "period" in frame else pandas.Series(year, frame.index)
        years = years.map(lambda text: found[1] if (found := YEAR.fullmatch(text)) else text)
        frame, sums = without_sums(frame.assign(period=years), kind)
        notes += sums
        if (frame["period"] != "").all() or all(span_of("", cell) for cell in frame[PART]):
            frame["period"] = [period_of(*pair) for pair in zip(frame["period"], frame[PART], strict=True)]
            used |= {"period"} & set(given)
        elif (frame["period"] == "").all():
            frame = frame.drop(columns="period")
        frame = frame.drop(columns=[PART, ROW], errors="ignore")
    for name in KEYS:
        if name in frame:
            continue
        if name in given:
            frame[name] = given[name]
            used.add(name)
        elif name in facts:
            frame[name], row = facts[name]
            where = f"from row {row}" if row else "that of the meters"
            notes.append(f"{kind}: the {name} {facts[name][0]} is {where}")
    for name in {*KEYS, frame.columns[0]} - {"carrier"} if "carrier" in frame else ():
        if name in frame:
            # The word of a total stands in the first column, be it that of numbers.
            words = frame["carrier"].isna() & frame[name].map(lambda cell: bool(total_of(cell_text(cell))))
            frame.loc[words, "carrier"] = frame.loc[words, name]
    return frame, used


def _with_name(frame: pandas.DataFrame, sheet: str, forms: Sequence[Form], path: str) -> pandas.DataFrame:
    """Name the month, the carrier or the plant of a sheet, which its name is; rows are numbered per sheet."""
    names = [form.grid.sheet for form in forms]
    months = all(part_of_year(name, "2000") or period_span(name.strip()) for name in names)
    carriers = all(map(carriers_of, names)) and "carrier" not in frame
    alike = len({frozenset(form.columns) for form in forms}) == 1
    if not alike or (not months and not carriers and ("plant" in frame or any(map(_NO_PLANT.search, names)))):
        raise several_sheets(names, path)
    frame.index = [f"{sheet}!{row}" for row in frame.index]
    if carriers:
        return frame.assign(carrier=sheet.strip())
    if not months:
        return frame.assign(plant=sheet.strip())
    if not period_span(sheet.strip()) and (
        "period" not in frame or all(YEAR.fullmatch(cell_text(cell)) for cell in frame["period"])
    ):
        return frame.assign(**{PART: sheet.strip()})
    return frame if "period" in frame else frame.assign(period=sheet.strip())


def several_sheets(names: Sequence[str], path: str) -> TableError:
    """Return the question which of several sheets is meant."""
    named = ", ".join(map(quoted, names))
    fix = f"Pass sheet={quoted(names[0])} or another, or put all rows on one sheet"
    return TableError(f"{path} has several sheets with cells: {named}", path, fix)


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
    flows = {role: frame[roles[role]] for role in SUBTRACTED if role in roles}
    given = {role: ~cells.map(is_blank).to_numpy(bool) for role, cells in flows.items()}
    # A row whose figure stands in another column has none of its own.
    elsewhere = numpy.any([numpy.zeros(len(frame), bool), *given.values()], axis=0)
    own = base[~(base["amount"].map(is_blank).to_numpy(bool) & elsewhere)]
    parts = [own, *(base.assign(amount=flows[role], flow=role)[given[role]] for role in flows)]
    table = pandas.concat([part for part in parts if len(part)])
    counted = next((role for role in COUNTED if roles.get(role) == "amount"), "")
    said = [f"meters: {words[counted]} is what counts"] if counted else []
    said += [f"meters: {words[role]} is subtracted" for role in flows]
    idle = [words[role] for role in roles if role not in (counted, *flows, "coefficient")]
    said += [f"meters: {', '.join(idle)} are not added to what counts"] if idle else []
    return table.loc[[*dict.fromkeys(frame.index)]], [*said, *_checks(frame, roles, words)]


def _checks(frame: pandas.DataFrame, roles: Mapping[str, str], words: Mapping[str, str]) -> list[str]:
    """Compare what a form states twice: use with its parts, and stock with what came and went."""
    frame = frame[~frame["carrier"].map(lambda cell: bool(total_of(cell_text(cell)))).astype(bool)]
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
    code = frame[keys].astype(str).groupby(keys, sort=False, dropna=False).ngroup().to_numpy()
    part = frame[PART].map(cell_text).map(texts.index).to_numpy()
    shape = (int(code.max()) + 1, len(texts))
    stated, filled, beside = numpy.zeros(shape), numpy.zeros(shape, bool), numpy.zeros(shape, bool)
    amounts, read = to_floats(frame[value]), numpy.zeros(shape, bool)
    numpy.add.at(stated, (code, part), numpy.nan_to_num(amounts))
    read[code, part] = numpy.isfinite(amounts)
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
        apart = read[:, one] & some & (abs(stated[:, one] - added) > AGREED * size)
        for group in numpy.flatnonzero(apart)[:SHOWN]:
            row = frame.index[int(((code == group) & (part == one)).argmax())]
            own, summed = (f"{sums[group]:.10g}" for sums in (stated[:, one], added))
            notes.append(f"{kind}: row {row}: {text} states {own}, its parts add up to {summed}")
        stated[:, one] = numpy.where(filled[:, one], stated[:, one], added)
        filled[:, one] |= some
    left = out[code, part]
    places = [text for text in made if out[:, texts.index(text)].any()] if columns else frame.index[left]
    said_out = [
        f"{kind}: the column {place} is the sum of others and is left out"
        if columns
        else f"{kind}: row {place} is the sum of others and is left out"
        for place in dict.fromkeys(places)
    ]
    return frame[~left], [*said_out, *notes]
