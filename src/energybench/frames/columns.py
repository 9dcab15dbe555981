"""Headers of meter and output tables, in English and Chinese, and the tables behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energybench.energy.lines import HEADERS
from energybench.errors import MissingColumnError, TableError, did_you_mean, quoted
from energybench.tables.names import normalise_name

if TYPE_CHECKING:
    from collections.abc import Sequence

KEYS = ("plant", "period", "product")

#: Column -> headers that mean it, beside its own name.
METERS: dict[str, tuple[str, ...]] = {
    "plant": ("企业", "企业名称", "工厂", "厂名", "用能单位"),
    "period": ("期间", "时期", "报告期", "年份", "年度", "月份", "year"),
    "product": ("产品", "产品名称"),
    "carrier": HEADERS["carrier"],
    "amount": HEADERS["amount"],
    "unit": HEADERS["unit"],
    "flow": HEADERS["flow"],
    "use": HEADERS["use"],
    "ncv": HEADERS["ncv"],
    "ncv_unit": ("热值单位", "低位发热量单位"),
    "coefficient": HEADERS["coefficient"],
    "coefficient_unit": ("系数单位", "折标系数单位", "折标准煤系数单位"),
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
    "furnace_capacity": ("炉容量", "炉容"),
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


def find_columns(
    headers: Sequence[object], name: str, only: Sequence[str] | None = None
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return the place of each column of a table, or of some, among its headers, and the headers that are not used."""
    known = {column: REQUIRED[name][0][column] for column in only or REQUIRED[name][0]}
    meaning = {normalise_name(header): column for column, others in known.items() for header in (column, *others)}
    found: dict[str, int] = {}
    unused: list[str] = []
    for place, header in enumerate(headers):
        column = meaning.get(normalise_name(str(header))) or (_correction(str(header)) if name == "outputs" else None)
        if column is None:
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
    known, required = REQUIRED[name]
    found, unused = find_columns(headers, name)
    factors = {normalise_name(header) for header in COVERAGE}
    stated = next((header for header in unused if normalise_name(header) in factors), None)
    if stated is not None and any(column.endswith("uncertainty") for column in found):
        raise TableError(
            f"{name}: the header {quoted(stated)} states coverage factors, and an uncertainty is a standard one (k=1)",
            stated,
            'Write the factor into the cells of the uncertainty, "12 t (k=2)", and remove the column',
        )
    for column in required:
        if column not in found:
            shown = ", ".join(str(header) for header in headers) or "(none)"
            raise MissingColumnError(
                f"{name} has no column {column} ({known[column][0]}); its headers are {shown}",
                column,
                did_you_mean(column, unused, f"Add a column {column}"),
            )
    return found, unused
