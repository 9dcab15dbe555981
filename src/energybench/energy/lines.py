"""The lines of an account: read in any of their shapes, converted exactly, with the uncertainty of each.

A line keeps its own uncertainty, and the account keeps where every part of it comes from, because two lines
weighed on one scale are wrong together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from numbers import Real
from typing import TYPE_CHECKING, Any

from energybench.energy.choices import tce_parts
from energybench.energy.factors import factor
from energybench.energy.measured import combine, measured, read_measured, read_measured_rate
from energybench.errors import AmountError, EnergybenchError, OptionError, did_you_mean, quoted
from energybench.units.registry import ratio, to_float
from energybench.units.text import UnitText

if TYPE_CHECKING:
    from collections.abc import Hashable

    from energybench.energy.choices import Spreads
    from energybench.energy.coefficients import Choice, Coefficient
    from energybench.energy.measured import Spread

    LineLike = Mapping[str, Any] | Sequence[Any]

#: What people write for the direction of a flow; energy sent out counts negative.
FLOWS: dict[str, int] = {
    **dict.fromkeys(("", "in", "input", "输入", "购入", "消费", "消耗", "投入", "流入"), 1),
    **dict.fromkeys(("out", "output", "输出", "外供", "外送", "外销", "送出", "流出"), -1),
}
KWH = UnitText(("kWh",))
_RATES = ("ncv", "density", "coefficient")
_PLACES = ("use", "origin", "evidence")
_SURE = ("uncertainty", "accuracy", "meter", "group")
LINE_KEYS = ("carrier", "amount", "unit", "flow", *_RATES, *_PLACES, *_SURE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an account: an amount of a carrier and its standard coal, negative for energy sent out.

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


@dataclass(frozen=True, slots=True)
class Part:
    """What one source contributes to the uncertainty of a line: a name to show, and signed amounts."""

    source: Hashable
    name: str
    tce: float
    electricity_kwh: float


@dataclass(frozen=True, slots=True)
class Worked:
    """One line worked out: its record, its exact figures, and the parts of its uncertainty."""

    line: Line
    tce: Fraction
    electricity_kwh: Fraction
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """One line as read."""

    carrier: str
    amount: Fraction
    unit: UnitText
    spread: Spread | None
    flow: str
    rates: dict[str, Any]
    places: dict[str, str]
    meter: str


def work_out_lines(lines: Any, choice: Choice, spreads: Spreads) -> list[Worked]:
    """Read and convert every line; an error says which line it is."""
    return [_numbered(number, entry, choice, spreads) for number, entry in enumerate(_entries(lines), 1)]


def _numbered(number: int, entry: LineLike, choice: Choice, spreads: Spreads) -> Worked:
    try:
        return _work_out(_read_line(entry, choice.allow_unverified), number, choice, spreads)
    except EnergybenchError as error:
        raise type(error)(f"line {number}: {error.message}", error.value, error.fix) from error


def _entries(lines: Any) -> list[LineLike]:
    to_dict = getattr(lines, "to_dict", None)
    if to_dict is not None:
        return [
            {key: cell for key, cell in row.items() if cell == cell and cell is not None} for row in to_dict("records")
        ]
    if not isinstance(lines, Iterable):
        raise OptionError(
            f"lines is {quoted(lines)}, expected several lines", quoted(lines), 'Write [("原煤", "1200 t")]'
        )
    return list(lines)


def _parts_of(entry: LineLike) -> dict[str, Any]:
    """Return a line in any of its shapes as a mapping."""
    if isinstance(entry, Mapping):
        unknown = [key for key in entry if key not in LINE_KEYS]
        if unknown or "carrier" not in entry or "amount" not in entry:
            shown = quoted(unknown[0]) if unknown else "carrier or amount missing"
            raise OptionError(
                f"{shown}, expected the keys {', '.join(LINE_KEYS)}",
                shown,
                did_you_mean(str(unknown[0]), LINE_KEYS) if unknown else "Give carrier and amount",
            )
        return dict(entry)
    if isinstance(entry, Sequence) and not isinstance(entry, str) and 2 <= len(entry) <= 3:
        first, second = entry[:2]
        if _begins_with_number(first) and not _begins_with_number(second):
            raise OptionError(f"{quoted(entry)} has the amount first", quoted(entry), "Write (carrier, amount)")
        return dict(zip(("carrier", "amount", "flow"), entry, strict=False))
    raise OptionError(
        f"{quoted(entry)} is no line, expected (carrier, amount) or a mapping",
        quoted(entry),
        'Write ("原煤", "1200 t")',
    )


def _begins_with_number(cell: Any) -> bool:
    return not isinstance(cell, str) or cell.strip()[:1].isdigit()


def _read_line(entry: LineLike, allow_unverified: bool) -> _Read:
    """Read one line: carrier, exact amount and its uncertainty, unit, flow, own figures."""
    parts = _parts_of(entry)
    amount, unit = parts["amount"], parts.get("unit")
    if unit is not None and isinstance(amount, Real) and not isinstance(amount, bool):
        amount = f"{float(amount)!r} {unit}"
    elif unit is not None and isinstance(amount, str):
        amount = f"{amount} {unit}"
    amount = _with_uncertainty(amount, parts, allow_unverified)
    magnitude, read, spread = read_measured(amount)
    if not isinstance(magnitude, float | Fraction):
        raise AmountError("amount is an array, expected one amount", "amount", "Sum it, or use assess()")
    flow = str(parts.get("flow") or "in").strip().lower()
    if flow not in FLOWS:
        raise OptionError(f"flow is {quoted(flow)}", quoted(flow), did_you_mean(flow, FLOWS, 'Use "in" or "out"'))
    rates = {key: parts[key] for key in _RATES if parts.get(key) is not None}
    places = {key: str(parts[key]) for key in _PLACES if parts.get(key) is not None}
    meter = str(parts.get("meter") or parts.get("group") or getattr(amount, "meter", ""))
    return _Read(str(parts["carrier"]), Fraction(magnitude), read, spread, flow, rates, places, meter)


def _with_uncertainty(amount: Any, parts: dict[str, Any], allow_unverified: bool) -> Any:
    """Return the amount with the uncertainty, the accuracy class and the meter that stand beside it."""
    meter, group = parts.get("meter"), parts.get("group")
    if meter is not None and group is not None and meter != group:
        fix = "Give one of them: the readings that share it are correlated"
        raise OptionError(f"meter is {quoted(meter)} and group is {quoted(group)}", quoted(group), fix)
    given = {key: parts[key] for key in ("uncertainty", "accuracy") if parts.get(key) is not None}
    label = str(meter or group or "")
    if given or (label and read_measured(amount)[2] is not None):
        return measured(amount, **given, meter=label, allow_unverified=allow_unverified)
    return amount


def _work_out(read: _Read, number: int, choice: Choice, shared: Spreads) -> Worked:
    """Convert one line: the record, its exact tce and electricity, and the parts of its uncertainty."""
    carrier, amount, unit, spread = read.carrier, read.amount, read.unit, read.spread
    figures = {name: read_measured_rate(value, name) for name, value in read.rates.items()}
    rates = {name: rate for name, (rate, _) in figures.items()}
    chosen = replace(choice, ncv=rates.get("ncv"), density=rates.get("density"), own=rates.get("coefficient"))
    per_unit, record = factor(carrier, unit, chosen)
    sign = FLOWS[read.flow]
    tce = sign * amount * per_unit
    per_kwh = ratio(unit, KWH) if record.carrier == "electricity" else Fraction(0)
    kwh = sign * amount * per_kwh
    own = {name: one for name, (_, one) in figures.items() if one is not None}
    parts: tuple[Part, ...] = ()
    if spread is not None or own or shared:
        parts = _line_parts(read, number, chosen, {**shared, **own}, record, sign * per_unit, sign * per_kwh, tce)
    line = Line(
        *(carrier, to_float(amount), str(unit), "in" if sign > 0 else "out", to_float(tce), to_float(kwh), record),
        density=str(chosen.density) if chosen.density else "",
        use=read.places.get("use", "fuel"),
        origin=read.places.get("origin", "grid"),
        evidence=read.places.get("evidence", ""),
        amount_uncertainty=None if spread is None else spread.standard,
        uncertainty=combine((part.source, part.tce) for part in parts) if parts else None,
        meter=read.meter,
    )
    return Worked(line, tce, kwh, parts)


def _line_parts(
    read: _Read,
    number: int,
    choice: Choice,
    spreads: Spreads,
    record: Coefficient,
    per_unit: Fraction,
    per_kwh: Fraction,
    tce: Fraction,
) -> tuple[Part, ...]:
    """Return the parts of a line's uncertainty, each with a source that other lines may share."""
    coefficient = to_float(per_unit, "coefficient")
    found = tce_parts(to_float(tce, "tce"), coefficient, read.unit, choice, record, read.spread, spreads)
    kwh_per_tce = to_float(per_kwh / per_unit, "electricity") if per_unit else 0.0
    parts = []
    for name, source, part in found:
        if name == "amount":
            where: Hashable = source if source is not None else ("line", number)
            shown = f"meter {read.meter}" if read.meter else f"line {number}: amount of {record.carrier}"
            parts.append(Part(where, shown, part, part * kwh_per_tce))
            continue
        # The same measured figure for the same carrier is one analysis, so one source for every line that has it.
        figure = str(read.rates.get(name, name))
        where = source if source is not None else (name, record.carrier, figure)
        parts.append(Part(where, f"{name} of {record.carrier}", part, 0.0))
    return tuple(parts)
