"""The lines of an account: read in any of their shapes, converted exactly, with the uncertainty of each.

A line keeps its own uncertainty, and the account keeps where every part of it comes from, because two lines
weighed on one scale are wrong together.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from energybench.energy.coefficients import Choice, Coefficient, nothing_used
from energybench.energy.conversion import NO_FIGURE, density_of, factor, taken_notes, tce_parts
from energybench.energy.measured import measured, read_measured, read_measured_rate, root_of_squares
from energybench.errors import (
    AmountError,
    EnergybenchError,
    OptionError,
    TableError,
    UnknownCarrierError,
    did_you_mean,
    quoted,
    text_of,
)
from energybench.tables.names import carriers_of, find_carrier, normalise_name
from energybench.units.factors import ratio, same_kind, to_float
from energybench.units.text import KWH, as_float, read_unit

if TYPE_CHECKING:
    from energybench.energy.conversion import Spreads

    LineLike = Mapping[str, Any] | Sequence[Any]

    class FrameLike(Protocol):
        """A frame in memory, of pandas, polars or pyarrow."""

        @property
        def columns(self) -> Any:
            """Its headers, or its columns."""


_IN, _OUT = ("import", "imported", "purchased", "bought"), ("export", "exported")
#: What people write for each kind of flow.
_FLOW_WORDS = {
    "in": ("", "input", "输入", "入", "购入", "外购", "购进", "消费", "消耗", "投入", "流入", "加工转换投入", *_IN),
    "out": ("output", "出", "输出", "外供", "外送", "外销", "外售", "转供", "送出", "流出", "售出", "上网", *_OUT),
    "recovered": ("回收", "回收利用"),
    "converted": ("加工转换产出", "转换产出"),
    "self-made": ("self_made", "自产", "自产自用", "自发自用"),
}
#: How a kind of flow counts in standard coal, and in an indicator in kWh: comprehensive energy is the inputs, those
#: to conversion included, minus conversion output, recovered energy and energy sent out (forms 205-1 and 205-2).
FLOW_SIGNS = {"in": (1, 1), "out": (-1, -1), "recovered": (-1, 0), "converted": (-1, 0), "self-made": (0, 1)}
KIND_OF_FLOW = {word: kind for kind, words in _FLOW_WORDS.items() for word in (kind, *words)}
FLOWS: dict[str, int] = {word: FLOW_SIGNS[kind][0] for word, kind in KIND_OF_FLOW.items()}
#: Names of lines that add up others: they are left out, and used as a check of the sum.
TOTALS = frozenset(
    {
        "合计",
        "小计",
        "总计",
        "能源合计",
        "综合能耗",
        "综合能源消费量",
        "total",
        "subtotal",
        "sub total",
        "grand total",
        "total energy",
    }
)
#: A basis that the name of a total states.
_OF_BASIS = re.compile(r"(.+?)\(?(?:当量|等价)值?\)?")
#: What stands before the name of a line that is a part of the line above it.
_PART = re.compile("[^\u4e00-\u9fff]*其中")
#: Carriers that others are part of: 原煤 of form 205-1 is the sum of four kinds of coal.
PARTS_OF = {"raw_coal": frozenset({"anthracite", "coking_bituminous", "general_bituminous", "lignite"})}
#: Heat that is bought in or, from energy that is counted already, recovered.
WASTE_HEAT, OWN_HEAT = "waste_heat", "what the plant itself recovers has the flow 自产自用"
#: What people write for the use of a line.
USE_WORDS = {"燃料": "fuel", "原料": "feedstock", "工艺": "process", "辅助": "auxiliary"}
_RATES = ("ncv", "density", "coefficient")
_PLACES = ("use", "origin", "evidence")
_SURE = ("uncertainty", "accuracy", "meter", "group")
#: Chinese headers of the columns that a line and a table of readings have in common.
HEADERS: dict[str, tuple[str, ...]] = {
    "carrier": ("能源品种", "能源", "能源名称", "品种"),
    "amount": ("数量", "实物量", "消费量", "消耗量"),
    "unit": ("单位", "计量单位"),
    "flow": ("流向", "方向", "direction", "投入/产出", "投入产出", "输入/输出", "输入输出"),
    "ncv": (
        *("热值", "低位发热量", "低位热值", "低位发热值", "净热值", "实测低位发热量", "平均低位发热量"),
        *("收到基低位发热量", "平均收到基低位发热量"),
    ),
    "coefficient": ("系数", "折标系数", "折标准煤系数", "折标煤系数", "折算标准煤系数", "折算标煤系数", "标煤系数"),
    "density": ("密度",),
    "uncertainty": ("不确定度", "标准不确定度"),
    "accuracy": ("准确度等级", "准确度", "精度等级"),
    "meter": ("计量器具", "计量器具编号"),
    "use": ("用途",),
}
_KEY_OF = {normalise_name(header): key for key, headers in HEADERS.items() for header in (key, *headers)}
LINE_KEYS = ("carrier", "amount", "unit", "flow", *_RATES, *_PLACES, *_SURE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an account: an amount of a carrier and its standard coal, negative for energy sent out.

    ``flow`` is ``"in"``, ``"out"``, ``"recovered"``, ``"converted"`` (conversion output) or ``"self-made"``.

    ``amount_uncertainty`` (in ``unit``) and ``uncertainty`` (in tce) are standard, None where none was given;
    lines of one ``meter`` share one error.
    """

    carrier: str
    amount: float
    unit: str
    flow: str
    tce: float
    electricity_kwh: float
    coefficient: Coefficient
    density: str = ""
    use: str = "fuel"
    origin: str = "grid"
    evidence: str = ""
    amount_uncertainty: float | None = None
    uncertainty: float | None = None
    meter: str = ""


class UncertainPart(NamedTuple):
    source: Hashable
    name: str
    tce: float
    electricity_kwh: float


class ConvertedLine(NamedTuple):
    """One line converted out: its record, its exact figures, and the parts of its uncertainty."""

    line: Line
    tce: Fraction
    electricity_kwh: Fraction
    parts: tuple[UncertainPart, ...] = ()
    number: int = 0


def total_of(name: str) -> str:
    """Return which total a name is, 综合能耗 where it is 综合能耗（等价值）; "" for any other name."""
    plain = normalise_name(name)
    found = _OF_BASIS.fullmatch(plain)
    plain = found[1] if found else plain
    return plain if plain in TOTALS else ""


def is_named_part(name: Any) -> bool:
    if not isinstance(name, str) or not _PART.match(name):
        return False
    with suppress(EnergybenchError):
        return bool(find_carrier(name))
    return False


def is_part_of(part: tuple[str, str], whole: tuple[str, str]) -> bool:
    try:
        alike = not (part[1] and whole[1]) or same_kind(read_unit(part[1]), read_unit(whole[1]))
    except EnergybenchError:
        return False
    carriers = {carriers_of(name)[:1] for name, _ in (part, whole)}
    return alike and (len(carriers) == 1 or carriers.isdisjoint({("electricity",), ("heat",)}))


def convert_lines(lines: Any, choice: Choice, spreads: Spreads) -> tuple[list[ConvertedLine], tuple[str, ...]]:
    """Read and convert every line, and say what is odd about them; an error says which line it is."""
    found: list[ConvertedLine] = []
    totals: list[ConvertedLine] = []
    parts: list[str] = []
    whole: ConvertedLine | None = None
    for number, entry in enumerate(_entries(lines), 1):
        try:
            given = _parts_of(entry)
            total = bool(total_of(text_of(given["carrier"])))
            one = _convert_line({**given, "carrier": "standard_coal"} if total else given, number, choice, spreads)
        except EnergybenchError as error:
            raise type(error)(f"line {number}: {error.message}", error.value, error.fix) from error
        if not is_named_part(given["carrier"]):
            (totals if total else found).append(one)
            whole = None if total or not one.line.amount else one
        elif (
            whole
            and whole.line.flow == one.line.flow
            and is_part_of(*((line.carrier, line.unit) for line in (one.line, whole.line)))
        ):
            parts.append(f"line {number} is a part of line {whole.number} and is left out")
        else:
            found.append(one)
    added = to_float(sum((one.tce for one in found), Fraction(0)), "total")
    checks = parts + [
        f"line {one.number} is a total and is left out: it states {one.line.tce:.10g} tce, the others {added:.10g} tce"
        for one in totals
    ]
    return found, (*checks, *_remarks(found))


def _remarks(lines: list[ConvertedLine]) -> Iterator[str]:
    same: dict[Hashable, list[str]] = {}
    for one in lines:
        same.setdefault(replace(one.line, carrier="", tce=0.0, uncertainty=None), []).append(str(one.number))
        if one.line.amount < 0:
            yield f"line {one.number} is negative, and counts as energy sent out"
    yield from (f"lines {' and '.join(numbers)} are identical" for numbers in same.values() if len(numbers) > 1)
    heat = [one for one in lines if one.line.coefficient.carrier == WASTE_HEAT and one.tce]
    if heat and all(one.tce > 0 for one in heat):
        yield f"line {heat[0].number} is waste heat and counts as bought; {OWN_HEAT}"
    yield from taken_notes(one.line.coefficient for one in lines)
    yield from carrier_notes(one.line.coefficient for one in lines if one.line.flow != "self-made")


def carrier_notes(coefficients: Iterable[Coefficient]) -> Iterator[str]:
    """Say which carriers, standing together, may be counted twice: a parent with its parts, a medium made on site."""
    used = list(coefficients)
    carriers = {one.carrier for one in used}
    for whole, parts in PARTS_OF.items():
        if whole in carriers and (both := sorted(parts & carriers)):
            yield f"{whole} stands beside {', '.join(both)}, which may be part of it"
    if media := sorted({one.carrier for one in used if one.origin == "table" and not one.basis}):
        yield f"the coefficients of {', '.join(media)} state no basis; count a medium only when it is bought"


def _entries(lines: Any) -> list[LineLike]:
    rows = _rows_of(lines)
    if rows is not None:
        return [{key: cell for key, cell in row.items() if _is_given(cell)} for row in rows]
    if not isinstance(lines, Iterable) or hasattr(lines, "to_list"):
        shown = quoted(type(lines).__name__) if hasattr(lines, "to_list") else quoted(lines)
        raise OptionError(f"lines is {shown}, expected several lines", shown, 'Write [("原煤", "1200 t")], or a frame')
    return list(lines)


def _rows_of(lines: Any) -> list[dict[Any, Any]] | None:
    kind = type(lines)
    if hasattr(kind, "columns") and any(hasattr(kind, name) for name in ("collect", "compute", "fetchall")):
        shown = quoted(kind.__name__)
        fix = "Collect it first, or give a frame of pandas, polars or pyarrow"
        raise OptionError(f"lines is {shown}, expected a frame that is in memory", shown, fix)
    headers = next((getattr(lines, name) for name in ("column_names", "columns") if hasattr(kind, name)), None)
    if headers is None:
        return None
    # A batch of Arrow has its headers in the schema alone.
    names = [str(name) for name in (lines.schema.names if kind.__name__ == "RecordBatch" else headers)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise TableError(f"lines has the header {quoted(twice)} twice", quoted(twice), "Remove one of the columns")
    if hasattr(kind, "to_pylist"):
        found: list[dict[Any, Any]] = lines.to_pylist()
    elif hasattr(kind, "rows"):
        found = list(lines.rows(named=True))
    else:
        found = lines.to_dict("records")
    return found


def _is_given(cell: Any) -> bool:
    if cell is None:
        return False
    try:
        return bool(cell == cell)
    except (TypeError, ArithmeticError):  # pandas.NA has no truth, and a signalling NaN does not compare
        return False
    except ValueError:  # an array in a cell
        return True


def _parts_of(entry: LineLike) -> dict[str, Any]:
    if isinstance(entry, Mapping):
        given, entry = entry, {}
        for header, cell in given.items():
            key = header if header in LINE_KEYS else _KEY_OF.get(normalise_name(text_of(header)), header)
            if key in entry:
                raise OptionError(f"{quoted(header)} is {key} once more", quoted(header), "Give each figure once")
            entry[key] = cell
        unknown = [key for key in entry if key not in LINE_KEYS]
        if unknown or "carrier" not in entry or "amount" not in entry:
            shown = quoted(unknown[0]) if unknown else "carrier or amount missing"
            fix = did_you_mean(text_of(unknown[0]), LINE_KEYS) if unknown else "Give carrier and amount"
            raise OptionError(f"{shown}, expected the keys {', '.join(LINE_KEYS)}", shown, fix)
        return entry
    if isinstance(entry, Sequence) and not isinstance(entry, str) and 2 <= len(entry) <= 3:
        first, second = entry[:2]
        if _begins_with_number(first) and not _begins_with_number(second):
            raise OptionError(f"{quoted(entry)} has the amount first", quoted(entry), "Write (carrier, amount)")
        third = "unit" if isinstance(second, Real | Decimal) else "flow"
        return dict(zip(("carrier", "amount", third), entry, strict=False))
    fix = 'Write ("原煤", "1200 t")'
    raise OptionError(f"{quoted(entry)} is no line, expected (carrier, amount) or a mapping", quoted(entry), fix)


def _text(parts: dict[str, Any], key: str) -> str:
    return text_of(parts[key]) if _is_given(parts.get(key)) else ""


def _begins_with_number(cell: Any) -> bool:
    return not isinstance(cell, str) or cell.strip()[:1].isdigit()


def _amount_of(given: dict[str, Any], meter: str, allow_unverified: bool) -> Any:
    amount, unit = given["amount"], _text(given, "unit")
    if unit and isinstance(amount, Real | Decimal) and not isinstance(amount, bool):
        if not isfinite(number := as_float(amount)):
            fix = "Check the number and its unit"
            raise AmountError(f"amount is {quoted(amount)}, expected a number of a usual size", quoted(amount), fix)
        amount = f"{number!r} {unit}"
    elif unit and isinstance(amount, str):
        amount = f"{amount} {unit}"
    elif unit:
        own = read_measured(amount)[1]
        said = f"unit is {quoted(unit)} beside an amount that is in {own}"
        raise OptionError(said, quoted(unit), "Leave unit out, or give a number")
    beside = {key: given[key] for key in ("uncertainty", "accuracy") if given.get(key) is not None}
    if beside or (meter and read_measured(amount)[2] is not None):
        return measured(amount, **beside, meter=meter, allow_unverified=allow_unverified)
    return amount


def _convert_line(given: dict[str, Any], number: int, choice: Choice, shared: Spreads) -> ConvertedLine:
    meter, group = (_text(given, name) for name in ("meter", "group"))
    if meter and group and meter != group:
        fix = "Give one of them: the readings that share it are correlated"
        raise OptionError(f"meter is {quoted(meter)} and group is {quoted(group)}", quoted(group), fix)
    stated = _amount_of(given, meter or group, choice.allow_unverified)
    magnitude, unit, spread = read_measured(stated)
    if not isinstance(magnitude, float | Fraction):
        raise AmountError("amount is an array, expected one amount", "amount", "Sum it, or use assess()")
    flow = _text(given, "flow").strip().lower()
    if flow not in FLOWS:
        raise OptionError(f"flow is {quoted(flow)}", quoted(flow), did_you_mean(flow, FLOWS, 'Use "in" or "out"'))
    of_tce, of_kwh = FLOW_SIGNS[KIND_OF_FLOW[flow]]
    if flow and magnitude < 0:
        said = f"amount is {quoted(given['amount'])} beside the flow {quoted(flow)}"
        raise AmountError(said, quoted(given["amount"]), "Give the amount without its sign, or leave the flow out")
    meter = meter or group or str(getattr(stated, "meter", ""))
    figures = {key: read_measured_rate(given[key], key) for key in _RATES if given.get(key) is not None}
    rates: dict[str, Any] = {key: rate for key, (rate, _) in figures.items()}
    chosen = choice._replace(**rates)
    carrier = text_of(given["carrier"])
    try:
        per_unit, record = factor(carrier, unit, chosen)
    except NO_FIGURE as error:
        if of_tce * magnitude or (magnitude and isinstance(error, UnknownCarrierError)):
            raise
        per_unit, record = Fraction(0), nothing_used(carrier, unit)
    per_kwh = ratio(unit, KWH) if record.carrier == "electricity" else Fraction(0)
    tce, kwh = of_tce * Fraction(magnitude) * per_unit, of_kwh * Fraction(magnitude) * per_kwh
    spreads = {**shared, **{key: one for key, (_, one) in figures.items() if one is not None}}
    parts = []
    if spread is not None or spreads:
        whole, slope = (to_float(one * per_unit, "tce") for one in (Fraction(magnitude), Fraction(1)))
        for name, source, part in tce_parts(whole, slope, unit, chosen, record, spread, spreads):
            # The same measured figure for the same carrier is one analysis, so one source for every line that has it.
            place: Hashable = (name, record.carrier, str(given.get(name, name)))
            shown, of_power = f"{name} of {record.carrier}", 0.0
            if name == "amount":
                place = "line", number
                shown = f"meter {meter}" if meter else f"line {number}: amount of {record.carrier}"
                of_power = of_kwh * part * to_float(per_kwh / per_unit, "electricity") if per_unit else 0.0
            parts.append(UncertainPart(place if source is None else source, shown, of_tce * part, of_power))
    places: dict[str, Any] = {key: _text(given, key) for key in _PLACES if _is_given(given.get(key))}
    if "use" in places:
        places["use"] = USE_WORDS.get(places["use"], places["use"])
    line = Line(
        *(carrier, to_float(Fraction(magnitude)), str(unit), KIND_OF_FLOW[flow]),
        *(to_float(tce), to_float(kwh), record),
        density=density_of(record, chosen),
        **places,
        amount_uncertainty=None if spread is None else spread.standard,
        uncertainty=root_of_squares((part.source, part.tce) for part in parts) if parts else None,
        meter=meter,
    )
    return ConvertedLine(line, tce, kwh, tuple(parts), number)
