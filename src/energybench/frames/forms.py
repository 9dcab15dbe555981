"""Forms: a sheet as people fill it in becomes a tidy table, whose index is the row in the file.

A form has titles above, notes below, two header rows, a column per carrier, month or product. What was found is said
in notes. A tidy table never comes here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from energybench.energy.lines import PARTS_OF, TOTALS
from energybench.errors import TableError, quoted
from energybench.frames.columns import EXAMPLES, KEYS, REQUIRED, column_of, is_unit, refuse_missing, split_unit
from energybench.frames.encode import NONE_USED, cell_text, encode, is_blank, to_floats
from energybench.frames.resolve import said_once
from energybench.frames.statistical_forms import SUBTRACTED, is_numbering, role_of, with_flows, with_roles
from energybench.frames.year_parts import PART, ROW, WHOLE, has_sums, parts_alone, period_of, span_of, without_sums
from energybench.tables.names import carriers_of, items_named, normalise_name, spellings
from energybench.tables.periods import fold_period, part_of_year, period_span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas

    from energybench.frames.layout import Layout

#: Rows in which a header is looked for, and the cells of a sheet that is still a form.
_FIRST_ROWS, LARGEST = 40, 2_000_000
_EXAMPLE_ROWS = 3
_YEAR = re.compile(r"([12]\d{3})(?:年度?|\.0+)?")
_PERIOD_IN_TITLE = re.compile(r"(?<!\d)([12]\d{3}年(?:\d{1,2}(?:[-~—至]\d{1,2})?月|第?[一二三四1-4]季度?|[上下]半年)?)")
_PLANT_IN_TITLE = re.compile(
    r"(?:填报单位|单位名称|企业名称|用能单位|填报企业|单位详细名称)\s*(?:[(（][^)）]*[)）])?\s*[:：]\s*(\S.*)"
)
_PRODUCT_IN_TITLE = re.compile(r"产品(?:名称)?\s*[:：]\s*(\S.*)")
_UNIT_IN_TITLE = re.compile(r"(?:计量|计算)?单位\s*[:：]\s*(\S+)")
#: What begins a line below a table, or a signature.
_NOTE = re.compile(
    r"[①-⑳*※\s]*(?:[(（]?注\d?[)）]?\s*[:：.、*＊]?|备注|说明|附注|资料来源|数据来源|填报说明|(?:单位|统计|企业)?负责人|"
    r"审核|复核|制表|填表|填报人|报出日期|联系电话|签[字章]|note|source|prepared by)",
    re.IGNORECASE,
)
#: Headers with a unit that are no energy.
_NO_ENERGY = re.compile(
    r"产量|产值|增加值|产能|容量|吞吐量|自然吨|金额|费用|单价|人数|面积|库存|单耗|强度|系数|热值|收入"
)
_SUMS = re.compile("合计|小计|总计|综合能源消费量|综合能耗|折标|折合|标准煤|标煤")
#: What stands above carriers and is no plant: a kind of figure, a time.
_NO_LABEL = re.compile("[量费额存购折]|消耗|其中|上年|同期|本[年期]|去年|计划|实际")
#: Names of sheets that are no plants: what spreadsheets call them, sums, months.
_NO_PLANT = re.compile(r"^(?:sheet|工作表)\s*\d*$|汇总|合计|总表|总计|副本|草稿|^\d{1,2}月|\d{4}", re.IGNORECASE)
#: Columns whose merged cells stand for each of their rows: an amount is stated once.
_NUMBERS = ("amount", "output", "ncv", "coefficient", "output_value", "accuracy", "uncertainty")


@dataclass(frozen=True)
class Grid:
    cells: list[list[Any]]
    sheet: str = ""
    #: Merged ranges: first row, first column, last row, last column, from 0.
    merged: tuple[tuple[int, int, int, int], ...] = ()
    notes: tuple[str, ...] = ()

    def filled(self) -> list[list[Any]]:
        """Return the cells with each merged range filled with its first."""
        cells = [list(row) for row in self.cells]
        for top, left, bottom, right in self.merged:
            for row in cells[top : bottom + 1]:
                row[left : right + 1] = [self.cells[top][left]] * (right + 1 - left)
        return cells


@dataclass(frozen=True)
class Head:
    header: str
    column: str = ""
    unit: str = ""
    #: A carrier of meters or a product of outputs that has a column of its own.
    name: str = ""
    #: A part of a year that has a column of its own, a month or a quarter, or their sum.
    part: str = ""
    #: The header above that of a carrier, which may be a plant, a product or a period.
    above: str = ""
    #: What a column of forms 205-1 and 205-2 is beside an amount: stock, conversion output, recovery.
    role: str = ""


@dataclass
class Form:
    """A table that was found in a grid."""

    grid: Grid
    kind: str
    top: int
    depth: int
    heads: list[Head]
    notes: list[str] = field(default_factory=list)

    @property
    def columns(self) -> set[str]:
        return {head.column for head in self.heads} - {""}

    @property
    def wide(self) -> list[int]:
        return [place for place, head in enumerate(self.heads) if head.name]

    @property
    def parts(self) -> list[int]:
        return [place for place, head in enumerate(self.heads) if head.part]

    @property
    def score(self) -> int:
        """How much of its headers is known; 0 for what is no table of its kind."""
        value = "amount" if self.kind == "meters" else "output"
        wide = sum(bool(carriers_of(self.heads[place].name)) for place in self.wide)
        wide = wide if self.kind == "meters" else len(self.wide)
        known = value in self.columns or bool(wide and (wide > 1 or self.columns & set(KEYS)))
        named = self.columns >= ({"carrier"} if self.kind == "meters" else {"product", "output_unit"})
        known |= len(self.parts) > 1 and named
        units = sum(bool(head.unit) for head in self.heads)
        twice = len({self.heads[place].name for place in self.wide}) < len(self.wide)
        above = twice * sum(bool(head.above) for head in self.heads)
        roles = len({head.role for head in self.heads} - {""})
        return (len(self.columns) + len(self.wide) + len(self.parts) + units + above + roles) * known

    @property
    def place(self) -> str:
        sheet = f"sheet {quoted(self.grid.sheet)}, " if self.grid.sheet else ""
        rows = f"row {self.top + 1}" if self.depth == 1 else f"rows {self.top + 1} and {self.top + self.depth}"
        return f"{sheet}header in {rows}"


def find_form(grid: Grid, kind: str, layout: Layout) -> Form | None:
    """Return the table of a kind that a grid has, by the row whose headers say most; None where it has none."""
    if sum(map(len, grid.cells)) > LARGEST:
        return None
    full = grid.filled()
    given = layout.header_row
    tops = range(min(_FIRST_ROWS, len(full))) if given is None else [given - 1]
    best: Form | None = None
    # Two rows are a header where they say more than one does.
    for depth, top in ((depth, top) for depth in (1, 2) for top in tops):
        rows = full[top : top + depth]
        # A row that the caller names may have numbers, such as years.
        looked = rows if given is None else rows[1:]
        if len(rows) < depth or any(_is_number(cell) for row in looked for cell in row):
            continue
        if depth == 2 and not all(
            _goes_on(cell_text(above), cell_text(bottom), kind) for above, bottom in zip(*rows, strict=True)
        ):
            continue
        form = Form(grid, kind, top, depth, _heads(rows, kind, layout))
        if form.score > (best.score if best else 0):
            best = form
    return best


def refuse_near(grids: Sequence[Grid], kind: str, layout: Layout) -> None:
    """Refuse sheets without a table of a kind by the row that looks most like its header."""
    best, near = (0, 0), None
    for grid in grids:
        for top, row in enumerate(grid.filled()[:_FIRST_ROWS]):
            form = Form(grid, kind, top, 1, _heads([row], kind, layout))
            known = len(form.columns) + len(form.wide) + len(form.parts)
            like = known, len({head.header for head in form.heads} - {""})
            if like > best and not any(map(_is_number, row)):
                best, near = like, form
    if near is None:
        return
    headers = [head.header for head in near.heads if head.header]
    unused = [head.header for head in near.heads if not head.column]
    place = near.place if near.top or near.grid.sheet else ""
    refuse_missing({*near.columns, *layout.constants}, kind, headers, unused, place)


def _asked(frame: pandas.DataFrame, form: Form, layout: Layout) -> list[str]:
    """Return what else the caller would be asked of the rows: what a name means, and what a blank amount is."""
    if not {"carrier", "amount"} <= set(frame):
        return []
    rows = frame[~frame["carrier"].map(lambda cell: normalise_name(cell_text(cell)) in TOTALS).astype(bool)]
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


def _goes_on(top: str, bottom: str, kind: str) -> bool:
    """Say whether a cell below a header may be its second line; a key below the header of a key is a row."""
    if bottom in ("", top) or is_unit(bottom) or column_of(split_unit(bottom)[0], kind):
        return True
    return column_of(top, kind) in (None, "amount", "output")


def _is_number(cell: Any) -> bool:
    if isinstance(cell, str):
        plain = cell.strip().replace(",", "").replace(".", "", 1)
        return plain.isdecimal() and _YEAR.fullmatch(plain) is None
    return isinstance(cell, int | float) and cell == cell


def _heads(rows: list[list[Any]], kind: str, layout: Layout) -> list[Head]:
    heads = []
    for cells in zip(*rows, strict=True):
        texts = list(dict.fromkeys(cell_text(cell) for cell in cells if cell_text(cell)))
        if len(texts) < 2:
            head = read_head(texts[0] if texts else "", kind, layout.columns)
            role = role_of(head.header) if kind == "meters" and head.header not in layout.columns else ""
            heads.append(replace(head, role=role, name=head.name * (not role)))
            continue
        unit = texts[1] if is_unit(texts[1]) else split_unit(texts[1])[1]
        role = role_of("".join(texts)) if kind == "meters" else ""
        if role or "其中" in texts[1]:
            heads.append(Head("".join(texts), role=role))
            continue
        if unit and carriers_of(texts[0]) and not _SUMS.search(texts[1]):
            tries = [f"{texts[0]}({unit})"]
        else:
            tries = [f"{texts[0]}({unit})"] if unit == texts[1] else [texts[1], "".join(texts), texts[0]]
        known = [read_head(text, kind, layout.columns) for text in tries]
        head = next((head for head in known if head.column or head.name or head.part), known[0])
        heads.append(replace(head, above=texts[0]) if head.name and head.header == texts[1] else head)
    heads = with_roles(_with_plants(heads)) if kind == "meters" else _with_plants(_with_output_units(heads))
    if sum(bool(head.part) for head in heads) > 1:
        sums = [not head.column and normalise_name(split_unit(head.header)[0]) in WHOLE for head in heads]
        heads = [
            replace(head, name="", part=split_unit(head.header)[0]) if is_sum else head
            for head, is_sum in zip(heads, sums, strict=True)
        ]
    if kind == "meters" and "carrier" in {head.column for head in heads}:
        # In a long table a header that is a carrier's name too is one more column.
        heads = [replace(head, name="") for head in heads]
    if any(head.name for head in heads) and any(
        column_of(split_unit(head.header)[0], "outputs") == "output" for head in heads
    ):
        # Beside an output a column of units is the output's.
        heads = [replace(head, column="") if head.column == "unit" else head for head in heads]
    said, named = layout.constants.get("product", ""), [head.name for head in heads if head.name]
    if kind == "outputs" and len(named) == 1 and {*items_named(cell_text(said))} & {*items_named(named[0])}:
        # What 铁水产量 is of, the caller says.
        heads = [replace(head, column="output", name="") if head.name else head for head in heads]
    if len([head for head in heads if carriers_of(head.name)]) < 2 and kind == "meters":
        heads = [head if carriers_of(head.name) else replace(head, name="") for head in heads]
    return heads


def read_head(text: str, kind: str, own: Mapping[str, str]) -> Head:
    """Read one header; the caller's own columns come first, and one named "" is left out."""
    column: str | None
    if text in own:
        column = own[text]
        known = column in REQUIRED[kind][0]
        carrier = kind == "meters" and not known and column not in ("", *REQUIRED["outputs"][0])
        return Head(text, column if known else "", split_unit(text)[1], column if carrier else "")
    if (column := column_of(text, kind)) is not None:
        return Head(text, column)
    base, unit = split_unit(text)
    if (column := column_of(base, kind)) is not None:
        return Head(text, column, unit)
    if part_of_year(base, "2000"):
        return Head(text, unit=unit, part=base)
    if not base or "其中" in base or column_of(base, "outputs" if kind == "meters" else "meters"):
        return Head(text)
    if kind == "outputs":
        product = re.sub("产量$", "", base)
        return Head(text, unit=unit, name=product) if product not in ("", base) and items_named(product) else Head(text)
    if _SUMS.search(base):
        return Head(text, unit=unit, name="合计" if unit else "")
    if carriers_of(base) or (unit and not _NO_ENERGY.search(base)):
        return Head(text, unit=unit, name=base)
    return Head(text)


def _with_output_units(heads: list[Head]) -> list[Head]:
    """Read 单位 as the unit of the output, where no energy stands beside it."""
    meant = {column_of(head.header, "meters") for head in heads} | {head.column for head in heads}
    if meant & {"carrier", "amount", "output_unit"}:
        return heads
    units = [column_of(head.header, "meters") == "unit" for head in heads]
    return [replace(head, column="output_unit") if unit else head for head, unit in zip(heads, units, strict=True)]


def _with_plants(heads: list[Head]) -> list[Head]:
    """Read 单位 beside 计量单位 as the plant."""
    for unit in ("unit", "output_unit"):
        same = [place for place, head in enumerate(heads) if head.column == unit]
        plain = [place for place in same if list(spellings(heads[place].header))[-1] == "单位"]
        if len(same) == 2 and len(plain) == 1 and all(head.column != "plant" for head in heads):
            heads[plain[0]] = replace(heads[plain[0]], column="plant")
    return heads


def several(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


@dataclass(frozen=True)
class Reading:
    frame: pandas.DataFrame
    notes: tuple[str, ...] = ()
    used: frozenset[str] = frozenset()
    #: Header as written -> what it was read as.
    headers: dict[str, str] = field(default_factory=dict)


def read_forms(forms: Sequence[Form], layout: Layout, path: str) -> Reading:
    """Return the table of a form, or of several sheets below one another."""
    import pandas

    kind = forms[0].kind
    parts, notes, used = [], [], set()
    for form in forms:
        frame, said = tidy(form)
        facts = _facts(form)
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
    return Reading(frame, tuple(notes), frozenset(used), headers_read(forms[0]))


def headers_read(form: Form) -> dict[str, str]:
    found = {}
    for head in form.heads:
        what = head.column or head.name or head.part or (head.role if head.role in SUBTRACTED else "not used")
        if head.header:
            found[head.header] = f"{what}, in {head.unit}" if head.unit else what
    return found


def tidy(form: Form) -> tuple[pandas.DataFrame, list[str]]:
    """Return the rows of a form under canonical headers, and what was found."""
    import pandas

    full, raw = form.grid.filled(), form.grid.cells
    rows, left_out = _body(form, raw, form.top + form.depth)
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
    fix = "Remove one of them, or pass columns={" + f'{quoted(head.header)}: ""' + "} to leave it out"
    raise TableError(f"{form.kind}: {what}", head.header, fix)


def _cell(cell: Any) -> Any:
    """Return a cell without the white space around it; one of nothing else is empty."""
    return (cell.strip() or None) if isinstance(cell, str) else cell


def _body(form: Form, cells: list[list[Any]], first: int) -> tuple[list[int], list[str]]:
    """Return the rows of a form that have cells, without notes and signatures, which are named."""
    values = [
        place for place, head in enumerate(form.heads) if head.column in ("amount", "output") or head.name or head.part
    ]
    rows: list[int] = []
    left_out: list[str] = []
    for number in range(first, len(cells)):
        texts = [cell_text(cell) for cell in cells[number]]
        filled = [text for text in texts if text]
        if not filled:
            continue
        if not rows and is_numbering(filled):
            left_out.append(f"row {number + 1} numbers the columns and is left out")
            continue
        valueless = not any(texts[place] for place in values)
        if (valueless and len(filled) == 1 and _covers(form.grid, number)) or (valueless and _NOTE.match(filled[0])):
            left_out.append(f"row {number + 1} is a note and is left out: {quoted(filled[0])}")
        else:
            rows.append(number)
    # A word alone, or a total without a figure, below the last row with one.
    while rows and len(found := [text for text in map(cell_text, cells[rows[-1]]) if text]) == 1 and len(rows) > 1:
        if any(cell_text(cells[rows[-1]][place]) for place in values):
            break
        left_out.append(f"row {rows.pop() + 1} has no figure and is left out: {quoted(found[0])}")
    return rows, left_out


def without_notes(frame: pandas.DataFrame, empty: Any, kind: str) -> tuple[pandas.DataFrame, list[str]]:
    """Leave the notes and signatures below a tidy table out, of the rows without name and figure."""
    found = []
    for place in empty.nonzero()[0]:
        filled = [text for text in map(cell_text, frame.iloc[place]) if text]
        if filled and _NOTE.match(filled[0]):
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


def _facts(form: Form) -> dict[str, tuple[str, int]]:
    """Return what the lines above the header say of the whole table, and in which row."""
    facts: dict[str, tuple[str, int]] = {}
    for number, row in enumerate(form.grid.cells[: form.top], 1):
        for cell in map(cell_text, row):
            for name, pattern in (("plant", _PLANT_IN_TITLE), ("product", _PRODUCT_IN_TITLE), ("unit", _UNIT_IN_TITLE)):
                if (found := pattern.match(cell)) and (name != "unit" or is_unit(found[1])):
                    facts.setdefault(name, (found[1].strip(), number))
            if (found := _PERIOD_IN_TITLE.search("".join(cell.split()))) and period_span(found[1]):
                facts.setdefault("period", (fold_period(found[1]), number))
    return facts


def _with_units(frame: pandas.DataFrame, form: Form) -> tuple[pandas.DataFrame, list[str]]:
    """Add the units that headers state, and that of a unit line, where no column has them."""
    facts, said = _facts(form), []
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
    facts, key, sums = _facts(form), _key_above(form, kept), []
    if key:
        sums = [place for place in places if normalise_name(form.heads[place].above) in {*TOTALS, *WHOLE}]
        places = [place for place in places if place not in sums]
    parts = []
    for place in places:
        head = form.heads[place]
        part = kept.assign(**{value: frame[f"\0{place}"]})
        if wide:
            part[name] = head.name
            stated = head.unit or (facts["unit"][0] if "unit" in facts else None)
            part[unit] = stated if head.unit or unit not in kept else kept[unit]
            if key:
                part[key] = head.above
        else:
            part[PART], part[ROW] = head.part, range(len(frame))
            if head.unit and unit not in kept:
                part[unit] = head.unit
        parts.append(part)
    parted = [place for place in places if normalise_name(form.heads[place].part) not in WHOLE]
    order = [place for row in range(len(frame)) for place in range(row, len(frame) * len(parts), len(frame))]
    names = [form.heads[place].name for place in places if form.heads[place].name != "合计"]
    if not key and (twice := next((one for one in names if names.count(one) > 1), None)):
        same = [form.heads[place].header for place in places if form.heads[place].name == twice]
        fix = f'Leave one out: columns={{{quoted(same[1])}: ""}}'
        raise TableError(f"{kind}: the headers {' and '.join(map(quoted, same))} are both {twice}", same[1], fix)
    melted = pandas.concat(parts).iloc[order]
    shown = ", ".join(form.heads[place].header for place in parted[:4]) + (" …" if len(parted) > 4 else "")
    what = name if wide else "month" if all("月" in form.heads[place].part for place in form.parts[:2]) else "period"
    are = f"1 column is a {what}" if len(parted) == 1 else f"{len(parted)} columns are {what}s"
    said = [f"{kind}: {are} ({shown}): {several(len(frame), 'row')} became {len(frame) * len(parted)}"]
    if key:
        labels = ", ".join(dict.fromkeys(form.heads[place].above for place in places))
        said.append(f"{kind}: the headers above them are the {'period' if key == PART else key} ({labels})")
    said += [
        f"{kind}: the column {form.heads[place].above} {form.heads[place].header} is the sum of others and is left out"
        for place in sums
    ]
    return melted, said


def _key_above(form: Form, kept: pandas.DataFrame) -> str:
    """Return which key the headers above carriers are, each of which has some of the same carriers; "" for none."""
    heads = [form.heads[place] for place in form.wide]
    labels = [head.above for head in heads if normalise_name(head.above) not in {*TOTALS, *WHOLE}]
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
        years = years.map(lambda text: found[1] if (found := _YEAR.fullmatch(text)) else text)
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
            notes.append(f"{kind}: the {name} {facts[name][0]} is from row {row}")
    for name in {*KEYS, frame.columns[0]} - {"carrier"} if "carrier" in frame else ():
        if name in frame:
            # The word of a total stands in the first column, be it that of numbers.
            words = frame["carrier"].isna() & frame[name].map(lambda cell: normalise_name(cell_text(cell)) in TOTALS)
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
    if not period_span(sheet.strip()) and ("period" not in frame or _years(frame["period"])):
        return frame.assign(**{PART: sheet.strip()})
    return frame if "period" in frame else frame.assign(period=sheet.strip())


def _years(cells: pandas.Series[Any]) -> bool:
    return all(_YEAR.fullmatch(cell_text(cell)) for cell in cells)


def several_sheets(names: Sequence[str], path: str) -> TableError:
    """Return the question which of several sheets is meant."""
    named = ", ".join(map(quoted, names))
    fix = f"Pass sheet={quoted(names[0])} or another, or put all rows on one sheet"
    return TableError(f"{path} has several sheets with cells: {named}", path, fix)
