"""Forms: where in a sheet that people fill in the table is, and what each of its headers means.

A form has titles above, notes below, two header rows, a column per carrier, month or product; forms 205-1 and 205-2 of
the energy statistics have columns of stock, use, conversion and recovery. A tidy table never comes here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from energybench.errors import quoted
from energybench.frames.columns import KEYS, PLANT, REQUIRED, column_of, refuse_missing, split_unit
from energybench.frames.encode import cell_text, unit_of
from energybench.tables.names import carriers_of, items_named, normalise_name, spellings
from energybench.tables.periods import fold_period, part_of_year, period_span
from energybench.units.factors import same_kind
from energybench.units.text import TCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from energybench.frames.columns import Layout

#: Rows in which a header is looked for, and the cells of a sheet that is still a form.
_FIRST_ROWS, LARGEST = 40, 2_000_000
#: Header rows, the last of them with the units.
_WITH_UNITS = 3
YEAR = re.compile(r"([12]\d{3})(?:年度?|\.0+)?")
#: Headers of numbers that are no energy.
NOT_ENERGY = re.compile(
    r"产量|产值|增加值|产能|容量|吞吐量|自然吨|金额|(?<!消)费|价|人数|面积|库存|单耗|强度|系数|热值|发热量|收入|其中|"
    r"合计|小计|总计|综合能|折标|折合|标准煤|标煤|上年|去年|同期|计划|节能|节约|[率比数号话压级]$|电流|功率|时间|天数"
)
_SUMS = re.compile("合计|小计|总计|综合能源消费量|综合能耗|折标|折合|标准煤|标煤")
_PERIOD_IN_TITLE = re.compile(r"(?<!\d)([12]\d{3}年(?:\d{1,2}(?:[-~—至]\d{1,2})?月|第?[一二三四1-4]季度?|[上下]半年)?)")
_PLANT_IN_TITLE = re.compile(
    r"(?:填报单位|单位名称|企业名称|用能单位|填报企业|单位详细名称|企业|公司|厂名|工厂|单位(?=\s*[:：].*(?:厂|公司|集团|企业)))"
    r"\s*(?:[(（][^)）]*[)）])?\s*[:：]\s*(\S.*)"
)
_PRODUCT_IN_TITLE = re.compile(r"产品(?:名称)?\s*[:：]\s*(\S.*)")
_UNIT_IN_TITLE = re.compile(r"(?:.*[(（])?(?:计量|计算)?单位\s*[:：]\s*([^\s)）]+)")
#: Headers above amounts of another time, or of what was not.
_OTHER_TIME = re.compile("^(?:上年|去年|同期|计划|预算|目标)")
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
#: What is counted, the first that a form has.
COUNTED = ("industrial", "consumed")
#: What is subtracted, and the flow that says so.
SUBTRACTED = ("converted", "recovered")
#: What the sum of the parts of a year is called.
WHOLE = frozenset({"合计", "总计", "全年", "年度", "累计", "全年合计", "全年累计", "本年累计", "1-12月合计", "total"})


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
    #: A part of a year that has a column of its own, a month or a quarter, or their sum; or a plant that has.
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
        stated = {"output_unit"} if any(self.heads[place].unit for place in self.parts) else set()
        needed = {"carrier"} if self.kind == "meters" else {"product", "output_unit"}
        named = self.columns | stated >= needed - {key_of_part(self.heads[place].part) for place in self.parts[:1]}
        # One year alone is a title, but for one beside carriers and their units.
        beside = "unit" in self.columns and value not in self.columns
        parts = len(self.parts) if len(self.parts) > 1 or beside else 0
        known |= named and parts > 0
        units = len({(head.header, head.name, head.above) for head in self.heads if head.unit})
        twice = len({self.heads[place].name for place in self.wide}) < len(self.wide)
        above = twice * sum(bool(head.above) for head in self.heads)
        roles = len({head.role for head in self.heads} - {""})
        doubled = sum(bool(head.column) for head in self.heads) - len(self.columns)
        # What one header row names twice, a second may tell apart.
        wide_ones = {(self.heads[place].name, self.heads[place].above) for place in self.wide}
        doubled += len(wide_ones) < len(self.wide)
        return (len(self.columns) + len(wide_ones) + parts + units + above + roles - doubled) * known

    @property
    def place(self) -> str:
        sheet = f"sheet {quoted(self.grid.sheet)}, " if self.grid.sheet else ""
        joint = "to" if self.depth == _WITH_UNITS else "and"
        rows = f"rows {self.top + 1} {joint} {self.top + self.depth}" if self.depth > 1 else f"row {self.top + 1}"
        return f"{sheet}header in {rows}"


def find_form(grid: Grid, kind: str, layout: Layout) -> Form | None:
    """Return the table of a kind that a grid has, by the row whose headers say most; None where it has none."""
    if sum(map(len, grid.cells)) > LARGEST:
        return None
    full = grid.filled()
    given = layout.header_row
    tops = range(min(_FIRST_ROWS, len(full))) if given is None else [given - 1]
    best: Form | None = None
    # Two rows are a header where they say more than one does, and a third where it has the units.
    for depth, top in ((depth, top) for depth in (1, 2, 3) for top in tops):
        rows = full[top : top + depth]
        # A row that the caller names may have numbers, such as years.
        looked = rows if given is None else rows[1:]
        if len(rows) < depth or any(_is_number(cell) for row in looked for cell in row):
            continue
        rows = _with_row_of_units(rows) if depth == _WITH_UNITS else rows
        if len(rows) > 1 and not all(
            _goes_on(cell_text(above), cell_text(bottom), kind) for above, bottom in zip(*rows, strict=True)
        ):
            continue
        if not rows:
            continue
        form = Form(grid, kind, top, depth, _heads(rows, kind, layout))
        if form.score > (best.score if best else 0):
            best = form
    return best


def _with_row_of_units(rows: list[list[Any]]) -> list[list[Any]]:
    above, units = ([cell_text(cell) for cell in row] for row in rows[1:])
    if not all(unit in ("", word) or unit_of(unit) for word, unit in zip(above, units, strict=True)):
        return []
    joined = [word if unit in ("", word) else f"{word}({unit})" for word, unit in zip(above, units, strict=True)]
    return [rows[0], list(joined)] if joined != above else []


def facts_of(form: Form) -> dict[str, tuple[str, int]]:
    """Return what the lines above the header say of the whole table, and in which row."""
    facts: dict[str, tuple[str, int]] = {}
    for number, row in enumerate(form.grid.cells[: form.top], 1):
        for cell in map(cell_text, row):
            for name, pattern in (("plant", _PLANT_IN_TITLE), ("product", _PRODUCT_IN_TITLE), ("unit", _UNIT_IN_TITLE)):
                if (found := pattern.match(cell)) and (name != "unit" or unit_of(found[1])):
                    facts.setdefault(name, (found[1].strip(), number))
            if (found := _PERIOD_IN_TITLE.search("".join(cell.split()))) and period_span(found[1]):
                facts.setdefault("period", (fold_period(found[1]), number))
    return facts


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
    said = {"output_unit" if name == "unit" and kind == "outputs" else name for name in facts_of(near)}
    refuse_missing({*near.columns, *layout.constants, *layout.title, *said}, kind, headers, unused, place)


def _goes_on(top: str, bottom: str, kind: str) -> bool:
    """Say whether a cell below a header may be its second line; a key below the header of a key is a row."""
    if bottom in ("", top) or unit_of(bottom) or column_of(split_unit(bottom)[0], kind):
        return True
    return column_of(top, kind) in (None, "amount", "output")


def _is_number(cell: Any) -> bool:
    if isinstance(cell, str):
        plain = cell.strip().replace(",", "").replace(".", "", 1)
        return plain.isdecimal() and YEAR.fullmatch(plain) is None
    return isinstance(cell, int | float) and cell == cell


def _heads(rows: list[list[Any]], kind: str, layout: Layout) -> list[Head]:
    heads, counted = [], _carriers_of_several_amounts(rows, kind)
    for cells in zip(*rows, strict=True):
        texts = list(dict.fromkeys(cell_text(cell) for cell in cells if cell_text(cell)))
        if len(texts) < 2:
            head = read_head(texts[0] if texts else "", kind, layout.columns)
            role = role_of(head.header) if kind == "meters" and head.header not in layout.columns else ""
            heads.append(replace(head, role=role, name=head.name * (not role)))
            continue
        unit = texts[1] if unit_of(texts[1]) else split_unit(texts[1])[1]
        role = role_of("".join(texts)) if kind == "meters" else ""
        if role or "其中" in texts[1] or any(map(_OTHER_TIME.search, texts)):
            # 上年 stands before what it is of.
            first = 1 if _OTHER_TIME.search(texts[1]) else 0
            heads.append(Head(texts[first] + texts[1 - first], role=role))
            continue
        if texts[0] in counted:
            # 消费量 below a carrier counts; 购入量 beside it would be the same energy again.
            counts = column_of(split_unit(texts[1])[0], kind) == "amount"
            top = read_head(f"{texts[0]}({unit})" if unit else texts[0], kind, layout.columns)
            if counts or not (unit and _SUMS.search(texts[1])):
                heads.append(replace(top if counts else Head("", unit=top.unit or unit), header="".join(texts)))
                continue
        if _is_time(texts[1]) and (below := _of_time(texts[0], texts[1], kind, layout)):
            heads.append(below)
            continue
        if column_of(split_unit(texts[0])[0], "outputs") == "output":
            # Products below 产量: 产量, 熟料(万t).
            product, stated = split_unit(texts[1])
            product = product if kind == "outputs" and items_named(product) else ""
            if kind == "meters" or product:
                heads.append(Head("".join(texts), unit=stated or split_unit(texts[0])[1], name=product))
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
    columns = {head.column for head in heads}
    if columns.isdisjoint(("amount", "output")) and not any(head.part for head in heads):
        keys = [key_of_part(head.header) if head == Head(head.header) else "" for head in heads]
        heads = [
            replace(head, part=head.header) if key and key not in columns and keys.count(key) > 1 else head
            for head, key in zip(heads, keys, strict=True)
        ]
    if kind == "meters" and "carrier" in columns:
        # In a long table a header that is a carrier's name too is one more column.
        heads = [replace(head, name="") for head in heads]
    if any(head.name for head in heads) and any(
        column_of(split_unit(head.header)[0], "outputs") == "output" for head in heads
    ):
        # Beside an output a column of units is the output's.
        heads = [replace(head, column="") if head.column == "unit" else head for head in heads]
    # Beside 原煤(t), 原煤(万元) is money, and 原煤(tce) is the same again: a check where all carriers have it.
    coal = [(read := unit_of(head.unit)) is not None and same_kind(read, TCE) for head in heads]
    money = ["元" in head.unit for head in heads]
    amounts = {head.name for head, *other in zip(heads, coal, money, strict=True) if not any(other)} - {"", "合计"}
    check = "合计" if amounts == {head.name for head, tce in zip(heads, coal, strict=True) if tce} - {"合计"} else ""
    heads = [
        replace(head, name=check if tce else "") if head.name in amounts and (tce or yuan) else head
        for head, tce, yuan in zip(heads, coal, money, strict=True)
    ]
    # Beside the sum of all, that of a part is no check of the whole.
    checks = [head for head in heads if head.name == "合计"]
    whole = [head for head in checks if re.search("合计|总计|综合", head.header)]
    if len(checks) > 1 and whole:
        left = checks if len(whole) > 1 else [head for head in checks if head not in whole]
        heads = [replace(head, name="") if head in left else head for head in heads]
    said, named = layout.constants.get("product", ""), [head.name for head in heads if head.name]
    if kind == "outputs" and len(named) == 1 and {*items_named(cell_text(said))} & {*items_named(named[0])}:
        # What 铁水产量 is of, the caller says.
        heads = [replace(head, column="output", name="") if head.name else head for head in heads]
    if not any(carriers_of(head.name) for head in heads) and kind == "meters":
        heads = [head if carriers_of(head.name) else replace(head, name="") for head in heads]
    return heads


def is_footnote(text: str) -> bool:
    return bool(re.match("[①-⑳*※]", text)) and not carriers_of(text)


def _carriers_of_several_amounts(rows: list[list[Any]], kind: str) -> set[str]:
    if kind != "meters" or len(rows) < 2:
        return set()
    below: dict[str, list[str]] = {}
    for cells in zip(*rows, strict=True):
        top, bottom = map(cell_text, cells)
        if bottom != top and carriers_of(split_unit(top)[0]):
            below.setdefault(top, []).append(split_unit(bottom)[0])
    return {
        top for top, ones in below.items() if [column_of(one, kind) for one in ones].count("amount") == 1 < len(ones)
    }


def key_of_part(text: str) -> str:
    """Return which key a header of a column of its own is, "plant" or "product"; "" for none."""
    named = items_named(text) and not carriers_of(text)
    return "plant" if PLANT.search(text) else "product" if named else ""


def _is_time(text: str) -> bool:
    return bool(period_span(text) or part_of_year(text, "2000") or normalise_name(text) in WHOLE)


def _of_time(top: str, time: str, kind: str, layout: Layout) -> Head | None:
    """Read a header above years or months, 电力(万kWh) above 2023年; None where it says nothing of the amounts."""
    head = read_head(top, kind, layout.columns)
    if head.name:
        return replace(head, above=time)
    if head.column in ("amount", "output"):
        return Head(f"{top}{time}", unit=head.unit, part=time)
    base = split_unit(top)[0]
    other = any(column_of(base, one) for one in REQUIRED) or carriers_of(base) or base.endswith("产量")
    return Head(f"{top}{time}") if other else None


def read_head(text: str, kind: str, own: Mapping[str, str]) -> Head:
    """Read one header; the caller's own columns come first, and one named "" is left out."""
    column: str | None
    if text in own:
        column = own[text]
        if column == "":
            return Head(f"{text} (left out)")
        known = column in REQUIRED[kind][0]
        carrier = kind == "meters" and not known and column not in REQUIRED["outputs"][0]
        return Head(text, column if known else "", split_unit(text)[1], column if carrier else "")
    if (column := column_of(text, kind)) is not None:
        return Head(text, column)
    base, unit = split_unit(text)
    if (column := column_of(base, kind)) is not None:
        return Head(text, column, unit)
    if part_of_year(base, "2000") or YEAR.fullmatch(base) or period_span(base):
        return Head(text, unit=unit, part=base)
    if "/" in unit:  # A rate is no amount of energy.
        return Head(text, unit=unit)
    if not base or "其中" in base or column_of(base, "outputs" if kind == "meters" else "meters"):
        return Head(text)
    if kind == "outputs":
        product = re.sub("产量$", "", base)
        return Head(text, unit=unit, name=product) if product not in ("", base) and items_named(product) else Head(text)
    if _SUMS.search(base):
        return Head(text, unit=unit, name="合计" if unit else "")
    if carriers_of(base) or (unit and not NOT_ENERGY.search(base)):
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


def role_of(header: str) -> str:
    """Return what a header is in the two forms, "" for any other."""
    text = re.sub(r"^[\d一二三四五六七八九十(（)）.、．]+", "", "".join(header.split()))
    return next((role for role, words in _ROLES if words.search(text)), "")


def with_roles(heads: list[Head]) -> list[Head]:
    """Let a column of the forms be the amount; without one, and beside no other of theirs, the roles mean nothing."""
    roles = {head.role for head in heads}
    columns = {head.column for head in heads}
    counted = "" if "amount" in columns else next((role for role in COUNTED if role in roles), "")
    has_amount = counted or "amount" in columns
    of_form = counted == "industrial" or (has_amount and roles & {*SUBTRACTED, "opening", "closing", "input"})
    if "carrier" not in columns or not of_form:
        return [replace(head, role="") for head in heads]
    column = {counted: "amount", "coefficient": "coefficient"}
    return [
        replace(head, column=head.column or column.get(head.role, ""), name="", part="") if head.role else head
        for head in heads
    ]
