"""Headers of meter and output tables, in English and Chinese, and what a caller says of the shape of both."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energybench.energy.lines import HEADERS, total_of
from energybench.errors import (
    MissingColumnError,
    OptionError,
    TableError,
    check_option,
    did_you_mean,
    nearest,
    quoted,
)
from energybench.frames.encode import unit_of
from energybench.tables.names import carriers_of, normalise_name, spellings
from energybench.units.factors import same_kind
from energybench.units.text import KWH

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

KEYS = ("plant", "period", "product")
#: What stands for the plant in a row that only shows how to fill a form in.
EXAMPLES = ("示例", "样例", "填写示例", "example")
#: Column -> headers that mean it, beside its own name.
METERS: dict[str, tuple[str, ...]] = {
    "plant": (
        *("企业", "企业名称", "工厂", "厂名", "用能单位", "用能单位名称", "单位名称", "填报单位", "企业（单位）名称"),
        *("公司", "公司名称", "法人单位名称", "company", "site", "facility", "factory"),
    ),
    "period": (
        *("期间", "时期", "报告期", "年份", "年度", "月份", "统计期", "统计时间", "日期", "year", "month"),
        *("年", "月", "年月", "统计年份", "统计月份"),
    ),
    "product": ("产品", "产品名称", "主要产品"),
    "carrier": (
        *(*HEADERS["carrier"], "能源种类", "能源类型", "能耗品种", "能源品名"),
        *("energy carrier", "energy type", "energy source", "fuel", "fuel type"),
    ),
    "amount": (
        *(*HEADERS["amount"], "消费数量", "实物消费量", "实物量消费", "消费总量", "消费合计", "能源消费量"),
        *("用量", "使用量", "耗用量", "quantity", "consumption", "usage", "energy consumption"),
        *(part + amount for part in ("当月", "本月", "本期") for amount in ("用量", "消费量", "消耗量")),
    ),
    "unit": (*HEADERS["unit"], "计算单位", "数量单位", "units", "uom", "unit of measure"),
    "flow": HEADERS["flow"],
    "use": HEADERS["use"],
    "ncv": HEADERS["ncv"],
    "ncv_unit": ("热值单位", "低位发热量单位"),
    "coefficient": HEADERS["coefficient"],
    "coefficient_unit": ("系数单位", "折标系数单位", "折标准煤系数单位"),
    "density": HEADERS["density"],
    "density_unit": ("密度单位",),
    "ncv_uncertainty": ("热值不确定度", "低位发热量不确定度", "低位热值不确定度"),
    "coefficient_uncertainty": ("系数不确定度", "折标系数不确定度", "折标准煤系数不确定度"),
    "uncertainty": HEADERS["uncertainty"],
    "accuracy": HEADERS["accuracy"],
    "meter": ("group", *HEADERS["meter"]),
}
OUTPUTS: dict[str, tuple[str, ...]] = {
    **{key: METERS[key] for key in KEYS},
    "output": ("产量", "产品产量", "production", "production volume"),
    "output_unit": ("产量单位", "production unit"),
    "output_uncertainty": ("产量不确定度",),
    "output_accuracy": ("产量准确度等级",),
    "output_meter": ("output_group", "产量计量器具"),
    "furnace_capacity": ("炉容量", "炉容", "额定容量", "额定炉容量"),
    "furnace_capacity_unit": ("炉容量单位", "炉容单位"),
    "design_capacity": ("设计产能", "产能"),
    "design_capacity_unit": ("设计产能单位", "产能单位"),
    "region": ("地区", "所在地区"),
    "output_value": ("产值", "工业总产值"),
    "output_value_unit": ("产值单位",),
}
#: Headers that state a coverage factor, without which an expanded uncertainty would be taken for a standard one.
COVERAGE = ("coverage", "coverage_factor", "k", "包含因子", "扩展因子")
#: Headers of the output table that begin with one of these are corrections: ``correction:altitude:altitude_m``.
CORRECTIONS = ("correction:", "修正:", "修正：")
REQUIRED = {
    "meters": (METERS, (*KEYS, "carrier", "amount", "unit")),
    "outputs": (OUTPUTS, (*KEYS, "output", "output_unit")),
}


def _correction(header: str) -> str | None:
    """Return the column of a correction: its name, and its parameter if it has one."""
    prefix = next((prefix for prefix in CORRECTIONS if header.strip().startswith(prefix)), None)
    return None if prefix is None else CORRECTIONS[0] + header.strip()[len(prefix) :].replace("：", ":")


@cache
def _meanings(name: str) -> dict[str, str]:
    return {
        normalise_name(header): column for column, others in REQUIRED[name][0].items() for header in (column, *others)
    }


def column_of(header: object, name: str) -> str | None:
    """Return the column that a header means; white space, numbers and marks of a list in it mean nothing."""
    text = str(header)
    if "其中" in text:  # a part of the column beside it
        return None
    meanings = _meanings(name)
    known = (
        meanings[one] for one in spellings("".join(text.split()) if not text.isascii() else text) if one in meanings
    )
    return next(known, None) or (_correction(text) if name == "outputs" else None)


def split_unit(header: str) -> tuple[str, str]:
    """Split a header from the unit that it ends with, in brackets or behind a slash or a comma; "" where none is.

    >>> split_unit("原煤（吨）"), split_unit("电量/万kWh"), split_unit("天然气(气态)")
    (('原煤', '吨'), ('电量', '万kWh'), ('天然气(气态)', ''))
    """
    text = "".join(header.split())
    for pattern in _UNIT_IN_HEADER:
        if (found := pattern.fullmatch(text)) and unit_of(
            unit := found[2].removeprefix("单位：").removeprefix("单位:")
        ):
            return found[1], unit
    return text, ""


def unit_in_name(name: str) -> tuple[str, str]:
    """Split a cell of a carrier or a total from the unit that it ends with, 原煤（吨）; "" where none is."""
    if name[-1:] in ")）]】" or "/" in name:
        base, unit = split_unit(name)
        if unit and (total_of(base) or carriers_of(base)):
            return base, unit
    return name, ""


def column_with_unit(header: object, name: str) -> str | None:
    base, unit = split_unit(str(header))
    return column_of(base, name) if unit else None


#: What a header may end with: brackets, then a slash or a comma.
_UNIT_IN_HEADER = (
    re.compile(r"(.+?)[(（\[【]([^(（\[【]+)[)）\]】]"),
    re.compile(r"([^/／,，]+)[/／,，](.+)"),
)


#: What a column beside the amounts says of them again: in tce, or a part of them.
_AGAIN = re.compile("其中|标准煤|标煤|折标|折合|standard coal|tce", re.IGNORECASE)


#: Amounts that would not be subtracted.
_SENT_OUT = re.compile("(?:外供|外销|外送|外售|外输|转供|售出)(?!.*left out)")
#: What would be passed over for the default coefficient: a heating value, or a coefficient itself.
_HEATING_VALUE = re.compile(r"(?:热值|发热量|发热值)(?!.*left out)")
_COEFFICIENT = re.compile(r"(?<!参考)(?:折|标准?煤|当量|等价)[^系]*系数(?!.*left out)")


def find_columns(
    headers: Sequence[object], name: str, only: Sequence[str] | None = None
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return the place of each column of a table, or of some, among its headers, and the headers that are not used."""
    found: dict[str, int] = {}
    unused: list[str] = []
    for place, header in enumerate(headers):
        column = column_of(header, name)
        if column is None or (only is not None and column not in only):
            unused.append(str(header))
        elif column in found:
            raise TableError(
                f"{name}: the headers {quoted(headers[found[column]])} and {quoted(header)} both mean {column}",
                str(header),
                "Remove one of them",
            )
        else:
            found[column] = place
    return found, tuple(unused)


def canonical_columns(headers: Sequence[object], name: str) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return what :func:`find_columns` does, and refuse a table that lacks a column or states coverage factors."""
    found, unused = find_columns(headers, name)
    factors = {normalise_name(header) for header in COVERAGE}
    stated = next((header for header in unused if normalise_name(header) in factors), None)
    if stated is not None and any(column.endswith("uncertainty") for column in found):
        raise TableError(
            f"{name}: the header {quoted(stated)} states coverage factors, and an uncertainty is a standard one (k=1)",
            stated,
            'Write the factor into the cells of the uncertainty, "12 t (k=2)", and remove the column',
        )
    refuse_missing(found, name, headers, unused)
    if "carrier" in found:
        refuse_amounts(unused, name)
        for header in filter(_SENT_OUT.match, unused):
            what = f"{name}: the header {quoted(header)} is of energy sent out, which is in rows of its own"
            out = f"columns={{{quoted(header)}: ''}}"
            raise TableError(what, header, f"Write its amounts as rows with the flow 外供, or leave it out with {out}")
    for header in unused:
        column = column_with_unit(header, name)
        if column and column not in found:
            what = f"{name}: the header {quoted(header)} holds a unit, which is read of a table in memory only"
            raise TableError(what, header, f"Name it {column}, and give the unit in a column {column}_unit")
        if name != "meters" or not found.keys().isdisjoint(("ncv", "coefficient")):
            continue
        out = f"columns={{{quoted(header)}: ''}}"
        if _HEATING_VALUE.search(header):
            what = f"{name}: the header {quoted(header)} is no column that is known, and may be the heating value"
            fix = f"Give a net one as a column ncv (低位发热量) beside rows of carriers, or leave it out with {out}"
            raise TableError(what, header, fix)
        if _COEFFICIENT.search(header):
            what = f"{name}: the header {quoted(header)} is no column that is known, and may be the coefficient"
            fix = f"Name it 折标系数, with its units in a column 折标系数单位 (tce/t), or leave it out with {out}"
            raise TableError(what, header, fix)
    return found, unused


def refuse_amounts(unused: Iterable[str], name: str) -> None:
    """Refuse a column of amounts of a carrier beside a column of carriers: its energy would be in no total."""
    for header in unused:
        base, unit = split_unit(header)
        if unit_of(unit) and "元" not in unit and carriers_of(base) and not _AGAIN.search(header):
            what = f"{name}: the header {quoted(header)} names a carrier, and a column carrier is there as well"
            fix = f"Write its amounts as rows, or leave it out with columns={{{quoted(header)}: ''}}"
            raise TableError(what, header, fix)


#: An amount of a span of time.
_OF_SPAN = re.compile("^(?:本期|上期|当期|本月|本年|上年|去年|同期|累计)|累计$")


def _is_power(header: str) -> bool:
    unit = unit_of(split_unit(header)[1])
    return "电" in header and unit is not None and same_kind(unit, KWH)


#: What ends as the name of a plant does.
PLANT = re.compile("(?:厂|公司|集团|基地)$")
#: How much of an English header is that of an accepted one.
_ALIKE = 0.75


def _meant(name: str, headers: Iterable[str]) -> str:
    """Return the header that an accepted one stands for, "" where none does: 企业消费 is no 企业, nor 甲厂 a 工厂."""
    bases = {split_unit(header)[0]: header for header in headers if not (PLANT.search(header) or total_of(header))}
    found = "".join(nearest(name, bases, 1))
    begins = found.startswith(name) and len(found) > len(name) + 1
    unlike = name.isascii() and SequenceMatcher(None, name, found.casefold()).ratio() < _ALIKE
    return "" if begins or unlike else bases.get(found, "")


def refuse_missing(
    found: Collection[str],
    name: str,
    headers: Sequence[object],
    unused: Sequence[str],
    place: str = "",
    asked: Sequence[str] = (),
) -> None:
    """Refuse a table that lacks columns: all at once, what they may be called, and what else has to be asked."""
    lacking = [column for column in REQUIRED[name][1] if column not in found]
    if not lacking:
        return
    accepted = REQUIRED[name][0]
    chinese = any(not str(header).isascii() for header in headers)
    shown = ", ".join("".join(str(header).split()) if chinese else str(header) for header in headers) or "(none)"
    # The header that is meant is near one of the accepted, and no column of the other table.
    free = [header for header in unused if header and not any(column_of(header, other) for other in REQUIRED)]
    # Which of 本期 and 本年累计 is meant, the period says, and neither is a period.
    spans = [header for header in free if _OF_SPAN.search(header)]
    free = [header for header in free if header not in spans or len(spans) == 1]
    names: list[list[str]] = []
    meant = {header: "电力" for header in free if _is_power(header)} if {"carrier", "amount"} <= {*lacking} else {}
    for column in lacking:
        known = (column, *accepted[column])
        names.append([one for one in known if one.isascii() != chinese] or [column])
        near_to = free if column != "period" else [header for header in free if header not in spans]
        if near := next((near for one in (column, *names[-1]) if (near := _meant(one, near_to))), ""):
            meant.setdefault(near, column)
    listed = ", ".join(f"{column} ({accepted[column][0]})" for column in lacking)
    where = f" ({place})" if place else ""
    what = f"{name} has no column{'s' * (len(lacking) > 1)} {listed}; its headers{where} are {shown}"
    ways = (
        f"Name it {' or '.join(names[0][:6])}"
        if len(lacking) == 1
        else f"Name them {', '.join(one[0] for one in names)}"
    )
    if meant:
        pairs = ", ".join(f"{quoted(header)}: {quoted(column)}" for header, column in meant.items())
        ways = f"Did you mean {' and '.join(map(quoted, meant))}? {ways}, or pass columns={{{pairs}}}"
    if len(spans) > 1 and (value := {"amount", "output"} & {*lacking}):
        pair = f"columns={{{quoted(spans[0])}: {quoted(value.pop())}}}"
        asked = [f"{' and '.join(map(quoted, spans))} are of different times: pass {pair} or another", *asked]
    if keys := [f'{column}="..."' for column in lacking if column in KEYS]:
        ways += f", or pass {', '.join(keys)} for the whole table"
    raise MissingColumnError(what, lacking[0], ". ".join([ways, *asked]))


_KINDS = ("meters", "outputs")
_IN_FILE = ("sheet", "header_row", "columns", "constants")


@dataclass(frozen=True)
class Layout:
    """How one table lies in its file, as far as the caller says it."""

    sheet: str | None = None
    header_row: int | None = None
    #: Own header -> column, or the name of a carrier for a column of amounts; "" leaves a column out. Or own name of a
    #: carrier or product -> its name.
    columns: Mapping[str, str] = field(default_factory=dict)
    #: Keys that hold for every row.
    constants: Mapping[str, Any] = field(default_factory=dict)
    #: Whether an amount that is blank is 0.
    none_used: bool = False
    #: What the title of the meters in the same file says of plant and period.
    title: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, str]:
        """The words of the caller that mean carriers or products: headers of amounts, or cells."""
        columns = {"", *(column for kind in _KINDS for column in REQUIRED[kind][0])}
        return {word: name for word, name in self.columns.items() if name not in columns}

    def places(self, headers: Sequence[object], kind: str) -> tuple[dict[str, int], tuple[str, ...], dict[str, Any]]:
        """Return the places of the columns of a table that is not in memory, unused headers, constants to add."""
        if self.header_row is not None or self.names.keys() & set(map(str, headers)):
            fix = "Leave out header_row, and columns of carriers, or give a table that is read whole"
            raise OptionError(f"The {kind} are read in batches, a row at a time under one header", kind, fix)
        own = {header: column or f"{header} (left out)" for header, column in self.columns.items()}
        named = [own.get(str(header), header) for header in headers]
        added = {name: value for name, value in self.constants.items() if name not in find_columns(named, kind)[0]}
        places, unused = canonical_columns([*named, *added], kind)
        return {column: place for column, place in places.items() if column not in added}, unused, added


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What the caller of :func:`energybench.assess` says of the shape of both tables."""

    sheet: str | Mapping[str, str] | None = None
    header_row: int | Mapping[str, int] | None = None
    columns: Mapping[str, str] | None = None
    plant: str | None = None
    period: str | int | None = None
    product: str | None = None
    mapping: str | Path | None = None
    blank: str | None = None

    def __post_init__(self) -> None:
        check_option("blank", self.blank or "none-used", ("none-used",))
        if self.columns is not None and not isinstance(self.columns, Mapping):
            raise OptionError(
                f"columns is {quoted(self.columns)}", quoted(self.columns), 'Write {"my header": "carrier"}'
            )

    @classmethod
    def taken(cls, options: dict[str, Any]) -> Shape:
        """Take what is said of the shape out of the options of a call."""
        return cls(**{one.name: options.pop(one.name) for one in fields(cls) if one.name in options})

    def to_dict(self) -> dict[str, Any]:
        """Return what is said, as plain data."""
        said = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: str(value) if name == "mapping" else value for name, value in said.items() if value is not None}

    def layouts(self, meters: Any, outputs: Any) -> dict[str, Layout]:
        """Return the layout of each table; options go before the mapping file."""
        paths = {
            kind: table for kind, table in zip(_KINDS, (meters, outputs), strict=True) if isinstance(table, str | Path)
        }
        books = [kind for kind, path in paths.items() if Path(path).suffix.lower() == ".xlsx"]
        if self.sheet is not None and not books:
            raise OptionError("sheet is given and no table is a workbook", quoted(self.sheet), "Leave it out")
        both = read_mapping(self.mapping) if self.mapping is not None else {}
        given = {name: value for name in KEYS if (value := getattr(self, name)) is not None}
        sheets, rows = _of_each(self.sheet, books[:1]), _of_each(self.header_row, ["meters"])
        layouts = {}
        for kind in _KINDS:
            saved = {**{name: both[name] for name in _IN_FILE if name in both}, **both.get(kind, {})}
            row = saved.get("header_row") if rows.get(kind) is None else rows[kind]
            if row is not None and (not isinstance(row, int) or isinstance(row, bool) or row < 1):
                raise OptionError(f"header_row is {quoted(row)}", quoted(row), "Give the row of the file, 1 or more")
            stated = {**both.get("columns", {}), **saved.get("columns", {}), **(self.columns or {})}
            kept = {**both.get("constants", {}), **saved.get("constants", {}), **given}
            layouts[kind] = Layout(
                sheets.get(kind) or saved.get("sheet"), row, _headers(stated), kept, bool(self.blank)
            )
        return layouts


def _of_each(value: Any, otherwise: list[str]) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else dict.fromkeys(otherwise, value)


def _headers(columns: Mapping[str, str]) -> dict[str, str]:
    known = {column for kind in _KINDS for column in REQUIRED[kind][0]}
    for header, column in columns.items():
        if not isinstance(header, str) or not isinstance(column, str):
            what = f"columns has {quoted(header)}: {quoted(column)}"
            raise OptionError(what, quoted(header), 'Write {"my header": "carrier"}')
        if column.isascii() and column not in known and column != "" and column.islower() and "_" in column:
            fix = did_you_mean(column, known, f"Use one of {', '.join(sorted(known))}")
            raise OptionError(f"columns has {quoted(header)}: {quoted(column)}", quoted(column), fix)
    return dict(columns)


def read_mapping(path: str | Path) -> dict[str, Any]:
    """Read a mapping file: columns, constants, sheet, header_row, for both tables or under [meters] and [outputs]."""
    import tomllib

    try:
        with Path(path).open("rb") as file:
            found = tomllib.load(file)
    except (OSError, ValueError) as error:
        fix = "Give a TOML file with [columns] and [constants]"
        raise TableError(f"{path} cannot be read as a mapping: {error}", str(path), fix) from error
    for name in [*found, *(inner for kind in _KINDS for inner in found.get(kind, {}))]:
        check_option("a name of the mapping", name, (*_IN_FILE, *_KINDS))
    for constants in (found.get("constants", {}), *(found.get(kind, {}).get("constants", {}) for kind in _KINDS)):
        for name in constants:
            check_option("a constant of the mapping", name, KEYS)
    return found


def mapping_text(layouts: Mapping[str, Layout]) -> str:
    lines = []
    for kind, layout in layouts.items():
        lines.append(f"[{kind}]")
        for name, value in (("sheet", layout.sheet), ("header_row", layout.header_row)):
            lines += [f"{name} = {_toml(value)}"] if value is not None else []
        for name, table in (("columns", layout.columns), ("constants", layout.constants)):
            lines += ["", f"[{kind}.{name}]"] if table else []
            lines += [f"{_toml(key)} = {_toml(value)}" for key, value in table.items()]
        lines.append("")
    return "\n".join(lines)


def _toml(value: Any) -> str:
    return json.dumps(value if isinstance(value, int) else str(value), ensure_ascii=False)
