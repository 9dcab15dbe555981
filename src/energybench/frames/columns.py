"""Headers of meter and output tables, in English and Chinese, and the tables behind them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from energybench.energy.lines import HEADERS
from energybench.errors import MissingColumnError, TableError, UnitTextError, nearest, quoted
from energybench.tables.names import normalise_name, spellings
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

KEYS = ("plant", "period", "product")
#: What stands for the plant in a row that only shows how to fill a form in.
EXAMPLES = ("示例", "样例", "填写示例", "example")

#: Column -> headers that mean it, beside its own name.
METERS: dict[str, tuple[str, ...]] = {
    "plant": (
        *("企业", "企业名称", "工厂", "厂名", "用能单位", "用能单位名称", "单位名称", "填报单位", "企业（单位）名称"),
        *("公司", "公司名称", "法人单位名称"),
    ),
    "period": ("期间", "时期", "报告期", "年份", "年度", "月份", "统计期", "统计时间", "日期", "year", "month"),
    "product": ("产品", "产品名称", "主要产品"),
    "carrier": (*HEADERS["carrier"], "能源种类", "能源类型", "能耗品种", "能源品名"),
    "amount": (
        *(*HEADERS["amount"], "消费数量", "实物消费量", "实物量消费", "消费总量", "消费合计", "能源消费量"),
        *("用量", "使用量", "耗用量"),
        *(part + amount for part in ("当月", "本月", "本期") for amount in ("用量", "消费量", "消耗量")),
    ),
    "unit": (*HEADERS["unit"], "计算单位", "数量单位"),
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
    "output": ("产量", "产品产量"),
    "output_unit": ("产量单位",),
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
        if (found := pattern.fullmatch(text)) and is_unit(
            unit := found[2].removeprefix("单位：").removeprefix("单位:")
        ):
            return found[1], unit
    return text, ""


def is_unit(text: str) -> bool:
    try:
        read_unit(text)
    except UnitTextError:
        return False
    return True


#: What a header may end with: brackets, then a slash or a comma.
_UNIT_IN_HEADER = (
    re.compile(r"(.+?)[(（\[【]([^(（\[【]+)[)）\]】]"),
    re.compile(r"([^/／,，]+)[/／,，](.+)"),
)


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
    return found, unused


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
    names: list[list[str]] = []
    meant: dict[str, str] = {}
    for column in lacking:
        known = (column, *accepted[column])
        names.append([one for one in known if one.isascii() != chinese] or [column])
        if near := next((near for one in (column, *names[-1]) if (near := nearest(one, free, 1))), []):
            meant.setdefault(near[0], column)
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
    if keys := [f'{column}="..."' for column in lacking if column in KEYS]:
        ways += f", or pass {', '.join(keys)} for the whole table"
    raise MissingColumnError(what, lacking[0], ". ".join([ways, *asked]))
