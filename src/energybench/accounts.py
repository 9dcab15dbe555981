"""The energy account of one product over one period: lines, total, intensity, verdict, audit trail.

Comprehensive energy is the inputs minus the energy sent out, each times its coefficient. Sums are exact
until the last step, so that a printed result can be checked by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from numbers import Real
from typing import TYPE_CHECKING, Any

from energybench import __version__
from energybench.carriers import TCE, Choice, Coefficient, factor
from energybench.conversions import make_choice, warn_unverified
from energybench.errors import (
    AmountError,
    EnergybenchError,
    NoEnergyError,
    OptionError,
    OutputError,
    check_option,
    did_you_mean,
    quoted,
)
from energybench.limits import choose_ladder, warn_if_superseded, warn_unverified_row
from energybench.rules import AccountingRules, ControlledEnergy, Use, control_energy
from energybench.tables import data_version
from energybench.unit_text import UnitText, read_unit
from energybench.units import make_quantity, ratio, read_exact, read_quantity, read_rate, same_kind, to_float
from energybench.verdicts import COMPARES, Verdict, check_basis, check_output, judge, saving_scale

if TYPE_CHECKING:
    import pandas
    import pint

    from energybench.coal_rates import CoalRate
    from energybench.ladders import Ladder
    from energybench.units import AmountLike

    LineLike = Mapping[str, Any] | Sequence[Any]

#: What people write for the direction of a flow; energy sent out counts negative.
FLOWS: dict[str, int] = {
    **dict.fromkeys(("", "in", "input", "输入", "购入", "消费", "消耗", "投入", "流入"), 1),
    **dict.fromkeys(("out", "output", "输出", "外供", "外送", "外销", "送出", "流出"), -1),
}
_KWH = UnitText(("kWh",))
_LINE_KEYS = ("carrier", "amount", "unit", "flow", "ncv", "density", "coefficient", "use", "origin", "evidence")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an account: an amount of a carrier and its standard coal, negative for energy sent out."""

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


@dataclass(frozen=True, slots=True)
class Account:
    """The energy of one product over one period.

    Attributes
    ----------
    lines : tuple of Line
        As given, in order.
    tce : float
        Comprehensive energy, in tonnes of standard coal equivalent.
    electricity_kwh : float
        Electricity in minus out.
    by_carrier : dict
        Tonnes of standard coal equivalent per carrier.
    intensity : float or None
        In ``unit``, the indicator's own; None without output.
    verdict : Verdict or None
        None without product; always on all energy.
    control : ControlledEnergy or None
        What regional control counts by ``rules``; None without rules.
    """

    lines: tuple[Line, ...]
    tce: float
    electricity_kwh: float
    by_carrier: dict[str, float]
    basis: str
    output: float | None = None
    output_unit: str = ""
    product: str = ""
    intensity: float | None = None
    unit: str = ""
    verdict: Verdict | None = None
    control: ControlledEnergy | None = None
    notes: tuple[str, ...] = field(default_factory=tuple)
    package_version: str = __version__
    data_version: str = ""

    @property
    def total(self) -> float:
        """Comprehensive energy in tonnes of standard coal equivalent, the same as ``tce``."""
        return self.tce

    def to_pint(self) -> pint.Quantity[Any]:
        """Return the intensity, or the total where there is no output, as a quantity of ``energybench.ureg``."""
        value, unit = (self.tce, "tce") if self.intensity is None else (self.intensity, self.unit)
        result: pint.Quantity[Any] = make_quantity(value, unit)
        return result

    def to_dict(self) -> dict[str, Any]:
        """Return the account as plain data, ready for JSON."""
        return asdict(self)

    def trail(self) -> pandas.DataFrame:
        """Return the arithmetic line by line: amount, unit, coefficient, source, tce.

        Returns
        -------
        pandas.DataFrame
            A row per line; the column ``tce`` adds up to the account's total.
        """
        import pandas

        rows = [
            {
                "carrier": line.carrier,
                "flow": line.flow,
                "amount": line.amount,
                "unit": line.unit,
                "density": line.density,
                "coefficient": line.coefficient.value,
                "coefficient_unit": line.coefficient.unit,
                "basis": line.coefficient.basis,
                "tce": line.tce,
                "document": line.coefficient.document,
                "clause": line.coefficient.clause,
                "verification": line.coefficient.verification,
                "source": line.coefficient.source,
                "evidence": line.coefficient.evidence,
            }
            for line in self.lines
        ]
        return pandas.DataFrame(rows)

    def __str__(self) -> str:
        lines = [
            f"{'-' if line.tce < 0 else ' '}{line.carrier:<16} {line.amount:>14,.6g} {line.unit:<10} "
            f"x {line.coefficient.value:>8g} {line.coefficient.unit:<10} = {line.tce:>14,.4f} tce  "
            f"{line.coefficient.source}{', ' + line.density if line.density else ''}"
            for line in self.lines
        ]
        lines.append(f" total {self.basis:<59} = {self.tce:>14,.4f} tce")
        if self.intensity is not None:
            lines.append(f" per {self.output:,g} {self.output_unit}: {self.intensity:.6g} {self.unit}")
        if self.verdict is not None:
            lines.append(f" {self.verdict}")
        if self.control is not None:
            lines.extend(f" {line}" for line in str(self.control).splitlines())
        return "\n".join([*lines, *(f" note: {note}" for note in self.notes)])


def account(
    lines: Iterable[LineLike] | pandas.DataFrame,
    *,
    output: AmountLike | None = None,
    product: str | None = None,
    document: str | None = None,
    period: str | None = None,
    capacity: AmountLike | None = None,
    reading: str = "linear",
    basis: str = "calorific",
    coal_rate: AmountLike | CoalRate | None = None,
    edition: str | None = None,
    compare: str = "full",
    rules: AccountingRules | None = None,
    allow_unverified: bool = False,
) -> Account:
    """Account for the energy of one product over one period.

    Parameters
    ----------
    lines : iterable
        Tuples ``(carrier, amount)`` or ``(carrier, amount, flow)``, or mappings (or a frame) with the keys
        carrier, amount, unit, flow, ncv, density, coefficient, use (``"fuel"``, ``"feedstock"``), origin
        (``"grid"``, ``"renewable"``, ``"nuclear"``), evidence. An amount is text with a unit, a quantity, or
        a number beside the key unit. ``flow`` is ``"in"`` (default) or ``"out"`` for energy sent out.
    output : str or pint.Quantity, optional
        Product of the period, ``"24000 t"``; any denominator such as ``"1400 m2"`` where no product is named.
    product : str, optional
        Item id or name; its indicator decides the unit of the intensity and the ladder.
    document, period, capacity, reading, compare
        As in :func:`energybench.classify`.
    rules : AccountingRules, optional
        What regional control leaves out; shown beside the whole energy, which limits are compared with.
    basis, coal_rate, edition, allow_unverified
        As in :func:`energybench.to_tce`; the coal rate applies to the electricity lines.

    Returns
    -------
    Account
        Lines, total in tce, intensity, verdict; ``.trail()`` for a reviewer.

    Raises
    ------
    NoEnergyError
        If there are no lines, or no electricity line for an indicator in electricity.
    OutputError
        If a product has no output, or the output is not one positive amount of the right kind.
    BasisError
        If the basis is not that of the limit.
    EnergybenchError
        As :func:`energybench.to_tce` and :func:`energybench.classify`, with the line's number in the message.

    Notes
    -----
    Comprehensive energy = sum of inputs x coefficient - sum of energy sent out x coefficient (GB/T 2589).

    Examples
    --------
    >>> book = account([("原煤", "2400 t"), ("electricity", "120 万kWh")], output="24000 t", product="cement-clinker")
    >>> round(book.tce, 2), round(book.intensity, 3), book.unit
    (1861.8, 77.575, 'kgce/t')
    """
    check_option("compare", compare, COMPARES)
    if rules is not None and not isinstance(rules, AccountingRules):
        raise OptionError(f"rules is {quoted(rules)}", quoted(rules), "Pass energybench.AccountingRules(...)")
    choice = make_choice(basis=basis, coal_rate=coal_rate, edition=edition, allow_unverified=allow_unverified)
    entries = _entries(lines)
    if not entries:
        raise NoEnergyError("The account has no lines", "lines", 'Give at least one, for example ("原煤", "1200 t")')
    worked = [_numbered(number, entry, choice) for number, entry in enumerate(entries, 1)]
    exact = sum((tce for _, tce, _ in worked), Fraction(0))
    electricity = sum((kwh for _, _, kwh in worked), Fraction(0))
    by_carrier: dict[str, Fraction] = {}
    for line, tce, _ in worked:
        by_carrier[line.coefficient.carrier] = by_carrier.get(line.coefficient.carrier, Fraction(0)) + tce
    if allow_unverified:
        for line, _, _ in worked:
            warn_unverified(line.coefficient)
    uses = [Use(line.coefficient.carrier, tce, kwh, line.use, line.origin, line.evidence) for line, tce, kwh in worked]
    control = control_energy(uses, rules or AccountingRules())
    book = Account(
        lines=tuple(line for line, _, _ in worked),
        tce=to_float(exact, "total"),
        electricity_kwh=to_float(electricity, "total"),
        by_carrier={carrier: to_float(tce, carrier) for carrier, tce in by_carrier.items()},
        basis=basis,
        control=control if rules else None,
        notes=_notes(line for line, _, _ in worked),
        data_version=data_version(),
    )
    if output is None:
        if product is not None:
            raise OutputError(f"{quoted(product)} has energy and no output", quoted(product), 'Pass output="24000 t"')
        return book
    magnitude, output_unit = _read_output(output)
    if product is None and not document is period is capacity is None:
        raise OptionError("document, period or capacity is given without a product", "product", "Pass product= too")
    if product is None:
        per = UnitText(TCE.numerator, output_unit.numerator)
        scaled = magnitude * Fraction(10) ** output_unit.exponent
        return replace(
            book,
            output=to_float(magnitude, "output"),
            output_unit=str(output_unit),
            intensity=to_float(exact / scaled, "intensity"),
            unit=str(per),
        )
    ladder = choose_ladder(product, document, capacity, reading, allow_unverified, period)
    warn_unverified_row(ladder)
    warn_if_superseded(document)
    saving = saving_scale(ladder, output)
    intensity = _intensity(exact, electricity, ladder, magnitude, output_unit, worked, basis)
    return replace(
        book,
        output=to_float(magnitude, "output"),
        output_unit=str(output_unit),
        product=ladder.item,
        intensity=intensity,
        unit=ladder.unit,
        verdict=judge(intensity, ladder, compare=compare, saving_output=saving),
    )


def _numbered(number: int, entry: LineLike, choice: Choice) -> tuple[Line, Fraction, Fraction]:
    """Work out one line; an error says which line it is."""
    try:
        return _work_out(*_read_line(entry), choice)
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


def _read_line(entry: LineLike) -> tuple[str, Fraction, UnitText, str, dict[str, Any]]:
    """Read one line in any of its shapes: carrier, exact amount, unit, flow, own figures."""
    if isinstance(entry, Mapping):
        unknown = [key for key in entry if key not in _LINE_KEYS]
        if unknown or "carrier" not in entry or "amount" not in entry:
            shown = quoted(unknown[0]) if unknown else "carrier or amount missing"
            raise OptionError(
                f"{shown}, expected the keys {', '.join(_LINE_KEYS)}",
                shown,
                did_you_mean(str(unknown[0]), _LINE_KEYS) if unknown else "Give carrier and amount",
            )
        parts = dict(entry)
    elif isinstance(entry, Sequence) and not isinstance(entry, str) and 2 <= len(entry) <= 3:
        parts = dict(zip(("carrier", "amount", "flow"), entry, strict=False))
    else:
        raise OptionError(
            f"{quoted(entry)} is no line, expected (carrier, amount) or a mapping",
            quoted(entry),
            'Write ("原煤", "1200 t")',
        )
    amount, unit = parts["amount"], parts.get("unit")
    if unit is not None and isinstance(amount, Real) and not isinstance(amount, bool):
        amount = f"{float(amount)!r} {unit}"
    elif unit is not None and isinstance(amount, str):
        amount = f"{amount} {unit}"
    magnitude, read = read_exact(amount) if isinstance(amount, str) else read_quantity(amount)
    if not isinstance(magnitude, float | Fraction):
        raise AmountError("amount is an array, expected one amount", "amount", "Sum it, or use assess()")
    flow = str(parts.get("flow") or "in").strip().lower()
    if flow not in FLOWS:
        raise OptionError(f"flow is {quoted(flow)}", quoted(flow), did_you_mean(flow, FLOWS, 'Use "in" or "out"'))
    own = {key: parts[key] for key in _LINE_KEYS[4:] if parts.get(key) is not None}
    return str(parts["carrier"]), Fraction(magnitude), read, flow, own


def _work_out(
    carrier: str, amount: Fraction, unit: UnitText, flow: str, own: dict[str, Any], choice: Choice
) -> tuple[Line, Fraction, Fraction]:
    """Convert one line: the record, its exact tce and its exact electricity."""
    place = {key: str(own[key]) for key in ("use", "origin", "evidence") if key in own}
    rates = {name: read_rate(value, name) for name, value in own.items() if name not in place}
    chosen = replace(choice, ncv=rates.get("ncv"), density=rates.get("density"), own=rates.get("coefficient"))
    per_unit, record = factor(carrier, unit, chosen)
    sign = FLOWS[flow]
    tce = sign * amount * per_unit
    kwh = sign * amount * ratio(unit, _KWH) if record.carrier == "electricity" else Fraction(0)
    word = "in" if sign > 0 else "out"
    density = str(chosen.density) if chosen.density else ""
    line = Line(carrier, to_float(amount), str(unit), word, to_float(tce), to_float(kwh), record, density, **place)
    return line, tce, kwh


def _read_output(output: AmountLike) -> tuple[Fraction, UnitText]:
    magnitude, unit = read_exact(output) if isinstance(output, str) else read_quantity(output, "output")
    if isinstance(magnitude, Fraction):
        check_output(to_float(magnitude, "output"), output)
        return magnitude, unit
    return Fraction(check_output(magnitude, output)), unit


def _intensity(
    tce: Fraction,
    electricity: Fraction,
    ladder: Ladder,
    output: Fraction,
    output_unit: UnitText,
    worked: list[tuple[Line, Fraction, Fraction]],
    basis: str,
) -> float:
    """Divide the energy that the indicator asks for by the output, in the indicator's unit."""
    unit = read_unit(ladder.unit)
    over = UnitText(unit.numerator, (), unit.exponent)
    amount = output * ratio(output_unit, UnitText(unit.denominator))
    if same_kind(over, TCE):
        check_basis(ladder, basis)
        return to_float(tce * ratio(TCE, over) / amount, "intensity")
    if not any(line.coefficient.carrier == "electricity" for line, _, _ in worked):
        raise NoEnergyError(
            f"{ladder.item} is measured in {ladder.unit} and no line is electricity", ladder.item, "Add the electricity"
        )
    return to_float(electricity * ratio(_KWH, over) / amount, "intensity")


def _notes(lines: Iterable[Line]) -> tuple[str, ...]:
    """Say what a reader of the total should know."""
    media = sorted(
        {
            line.coefficient.carrier
            for line in lines
            if line.coefficient.origin == "table" and not line.coefficient.basis
        }
    )
    if not media:
        return ()
    return (f"the coefficients of {', '.join(media)} state no basis; count a medium only when it is bought",)
