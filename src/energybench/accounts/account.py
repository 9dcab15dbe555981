"""The energy account of one product over one period: total, intensity, verdict, audit trail.

Comprehensive energy is the inputs minus the energy sent out, each times its coefficient. Sums are exact
until the last step, so that a printed result can be checked by hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from energybench import __version__
from energybench.accounts.control import AccountingRules, ControlledEnergy, Use, control_energy
from energybench.energy.coefficients import is_power_of_unknown_name
from energybench.energy.conversion import make_choice, read_options
from energybench.energy.lines import ConvertedLine, Line, convert_lines
from energybench.energy.measured import root_of_squares
from energybench.errors import NoEnergyError, OptionError, OutputError, UnknownCarrierError, check_option, quoted
from energybench.limits.classify import Judging
from energybench.limits.ladders import COMPARES, Ladder
from energybench.limits.verdicts import Verdict, check_basis, read_output, saving_scale
from energybench.limits.what_if import AccountFigures, Sensitivity, of_value
from energybench.tables.store import data_version, warn_if_weak
from energybench.units.factors import ratio, to_float
from energybench.units.registry import make_quantity
from energybench.units.result import Card, Receipted
from energybench.units.text import KWH, TCE, UnitText, read_unit

if TYPE_CHECKING:
    import pandas
    import pint

    from energybench.energy.coal_rates import CoalRate
    from energybench.energy.lines import FrameLike, LineLike
    from energybench.energy.measured import MeasuredLike, Spread
    from energybench.units.registry import AmountLike


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one source contributes to the uncertainty of a result.

    Attributes
    ----------
    source : str
        What is uncertain: an amount, a meter, a heating value, the output.
    tce : float
        Its signed contribution to the total: the change of the total for one standard uncertainty.
    intensity : float or None
        The same for the intensity, in its unit.
    share : float
        Its part of the squared uncertainty of the result.
    """

    source: str
    tce: float
    intensity: float | None
    share: float


def uncertainties(
    converted: list[ConvertedLine],
    intensity: float | None = None,
    per_energy: float = 0.0,
    electric: bool = False,
    output: Fraction = Fraction(1),
    output_spread: Spread | None = None,
    notes: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the fields of an account that speak of uncertainty; none where nothing was given one."""
    names: dict[Hashable, str] = {}
    tce: defaultdict[Hashable, float] = defaultdict(float)
    value: defaultdict[Hashable, float] = defaultdict(float)
    for part in (part for one in converted for part in one.parts):
        names.setdefault(part.source, part.name)
        tce[part.source] += part.tce
        value[part.source] += (part.electricity_kwh if electric else part.tce) * per_energy
    if intensity is not None and output_spread is not None:
        for source, part_of_output in output_spread.scaled(-intensity / float(output)):
            where: Hashable = ("output",) if source is None else source
            names.setdefault(where, "output")
            value[where] += part_of_output
    if not names:
        return {}
    decisive = tce if intensity is None else value
    whole = root_of_squares(decisive.items()) or 1.0
    budget = [
        Contribution(names[one], tce[one], None if intensity is None else value[one], (decisive[one] / whole) ** 2)
        for one in sorted(names, key=lambda one: -abs(decisive[one]))
    ]
    found: dict[str, Any] = {"uncertainty": root_of_squares(tce.items()), "budget": tuple(budget)}
    if intensity is not None:
        found["intensity_uncertainty"] = root_of_squares(value.items())
        # Above this, a quotient is no longer nearly linear in the output.
        if output_spread is not None and output_spread.standard > 0.1 * float(output):
            said = "the output is uncertain by more than 10 %: first-order propagation and the normal model are rough"
            found["notes"] = (*notes, said)
    return found


@dataclass(frozen=True, slots=True)
class Account(Card, Receipted):
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
    uncertainty, intensity_uncertainty : float or None
        Standard uncertainty of ``tce``, and of ``intensity`` in its unit; None where nothing was given one.
    budget : tuple of Contribution
        What each source contributes to it, largest first.
    question : dict or None
        The arguments of :func:`account`, for :meth:`receipt`.
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
    notes: tuple[str, ...] = ()
    package_version: str = __version__
    data_version: str = ""
    uncertainty: float | None = None
    intensity_uncertainty: float | None = None
    budget: tuple[Contribution, ...] = ()
    question: dict[str, Any] | None = field(default=None, repr=False, compare=False)

    @property
    def total(self) -> float:
        """Comprehensive energy in tonnes of standard coal equivalent, the same as ``tce``."""
        return self.tce

    def to_pint(self) -> pint.Quantity[Any]:
        """Return the intensity, or the total where there is no output, as a quantity of ``energybench.ureg``."""
        return make_quantity(self.tce, "tce") if self.intensity is None else make_quantity(self.intensity, self.unit)

    def to_dict(self) -> dict[str, Any]:
        """Return the account as plain data, ready for JSON."""
        verdict = None if self.verdict is None else self.verdict.to_dict()
        plain = asdict(replace(self, verdict=None, question=None))
        del plain["question"]
        return {**plain, "verdict": verdict}

    def sensitivity(self, *, coal_rate: AmountLike | CoalRate | None = None) -> Sensitivity:
        """Return by how much each figure must change for the class to change, and which choices would change it.

        Parameters
        ----------
        coal_rate : str, pint.Quantity or CoalRate, optional
            To tell what the primary basis would give, where the limit leaves the basis open.

        Returns
        -------
        Sensitivity
            Changes of output, energy, each carrier's amount and coefficient; other editions, readings, documents.

        Raises
        ------
        OptionError
            If the account has no product, so that there is no class.
        """
        if self.verdict is None or self.verdict.ladder is None or self.output is None:
            raise OptionError(
                "The account has no product, so there is no class to change", "product", "Pass product= and output="
            )
        ladder = self.verdict.ladder
        per_unit, energy_unit = saving_scale(ladder, f"{self.output!r} {self.output_unit}")
        gas = make_choice(gas_state=self.question["gas_state"]).gas_state if self.question else None
        figures = AccountFigures(
            self.lines, self.basis, self.output, self.output_unit, float(per_unit), energy_unit, gas
        )
        corrected = bool(self.verdict.corrections)
        value, compare = self.verdict.value, self.verdict.compare
        return of_value(value, ladder, compare, figures=figures, corrected=corrected, coal_rate=coal_rate)

    def both_totals(self, *, coal_rate: MeasuredLike | CoalRate | None = None) -> dict[str, float]:
        """Return the comprehensive energy on the calorific and on the primary basis, 当量值 and 等价值.

        Parameters
        ----------
        coal_rate : str, pint.Quantity or CoalRate, optional
            For the primary basis; by default that of the account, or the fixed figure of its edition.

        Returns
        -------
        dict
            ``"calorific"`` and ``"primary"`` in tonnes of standard coal equivalent.

        Raises
        ------
        CoalRateError
            If there is electricity and no coal rate.
        BasisError, CoefficientError
            If a line has a figure of one basis alone, or heat has none on the primary basis.
        OptionError
            If the account was not made by :func:`account` in this process.

        Examples
        --------
        >>> account([("原煤", "100 t"), ("电力", "1 万kWh")]).both_totals(coal_rate="300 gce/kWh")
        {'calorific': 72.659, 'primary': 74.43}
        """
        if self.question is None:
            raise OptionError("The account has no question to ask again", "question", "Ask account() again")
        asked = self.question
        rate = asked["coal_rate"] if coal_rate is None else coal_rate
        kept = {name: asked[name] for name in ("edition", "gas_state", "allow_unverified")}
        found = {}
        for basis, of_basis in (("calorific", None), ("primary", rate)):
            choice, spreads = read_options(basis=basis, coal_rate=of_basis, **kept)
            lines, _ = convert_lines(asked["lines"], choice, spreads)
            found[basis] = to_float(sum((one.tce for one in lines), Fraction(0)), "total")
        return found

    def trail(self) -> pandas.DataFrame:
        """Return the arithmetic line by line: amount, unit, coefficient, source, tce.

        Returns
        -------
        pandas.DataFrame
            A row per line; the column ``tce`` adds up to the account's total. A column ``uncertainty``, in tce,
            is there where the account has one.
        """
        import pandas

        figures = [(line, line.coefficient) for line in self.lines]
        sources = ("document", "clause", "verification", "source", "evidence")
        rows = [
            {name: getattr(line, name) for name in ("carrier", "flow", "amount", "unit", "density")}
            | {"coefficient": used.value, "coefficient_unit": used.unit, "basis": used.basis, "tce": line.tce}
            | ({} if self.uncertainty is None else {"uncertainty": line.uncertainty})
            | {name: getattr(used, name) for name in sources}
            for line, used in figures
        ]
        return pandas.DataFrame(rows)

    def __str__(self) -> str:
        lines = [
            f"{'-' if line.tce < 0 else ' '}{line.carrier:<16} {line.amount:>14,.6g} {line.unit:<10} "
            f"x {line.coefficient.value:>8g} {line.coefficient.unit:<10} = {line.tce:>14,.4f} tce  "
            f"{line.coefficient.source}{', ' + line.density if line.density else ''}{_give(line.uncertainty, 'tce')}"
            for line in self.lines
        ]
        lines.append(f" total {self.basis:<59} = {self.tce:>14,.4f} tce{_give(self.uncertainty, 'tce')}")
        if self.intensity is not None:
            give = _give(self.intensity_uncertainty, self.unit)
            lines.append(f" per {self.output:,g} {self.output_unit}: {self.intensity:.6g} {self.unit}{give}")
        if self.verdict is not None:
            lines.append(f" {self.verdict}")
        if self.control is not None:
            lines.extend(f" {line}" for line in str(self.control).splitlines())
        return "\n".join([*lines, *(f" note: {note}" for note in self.notes)])


def _give(uncertainty: float | None, unit: str) -> str:
    return "" if uncertainty is None else f" (± {uncertainty:.3g} {unit})"


def account(
    lines: Iterable[LineLike] | FrameLike,
    *,
    output: MeasuredLike | None = None,
    product: str | None = None,
    document: str | None = None,
    period: str | None = None,
    region: str | None = None,
    project: str | None = None,
    capacity: AmountLike | None = None,
    reading: str = "linear",
    basis: str = "calorific",
    coal_rate: MeasuredLike | CoalRate | None = None,
    edition: str | Sequence[str] | None = None,
    gas_state: str | None = None,
    compare: str = "full",
    corrections: Mapping[str, Mapping[str, Any] | str] | Literal["base"] | None = None,
    plausible: bool = False,
    rules: AccountingRules | None = None,
    allow_unverified: bool = False,
) -> Account:
    """Account for the energy of one product over one period.

    Parameters
    ----------
    lines : iterable
        Tuples ``(carrier, amount)``, ``(carrier, amount, flow)`` or ``(carrier, number, unit)``, or mappings (or a
        frame of pandas, polars or pyarrow; Chinese headers as in :func:`energybench.assess`) with the keys
        carrier, amount, unit, flow, ncv, density, coefficient, use (``"fuel"``, ``"feedstock"``, ``"process"``,
        ``"auxiliary"``), origin (``"grid"``, ``"renewable"``, ``"nuclear"``), evidence, uncertainty, accuracy, meter.
        An amount is text with a unit, a quantity, or a number beside the key unit; any figure may carry a standard
        uncertainty, as in ``"1200±6 t"``. ``flow`` is ``"in"`` (default, 购入), ``"out"`` (外供), ``"recovered"``
        (回收利用), ``"converted"`` (加工转换产出) or ``"self-made"`` (自产自用). Lines of one meter share one error.
    output : str, pint.Quantity or Measured, optional
        Product of the period, ``"24000 t"``; any denominator such as ``"1400 m2"`` where no product is named.
    product : str, optional
        Item id or name; its indicator decides the unit of the intensity and the ladder.
    document, period, region, project, capacity, reading, compare, corrections, plausible
        As in :func:`energybench.classify`; corrections are made on the verdict alone.
    rules : AccountingRules, optional
        What regional control leaves out; shown beside the whole energy, which limits are compared with.
    basis, coal_rate, edition, gas_state, allow_unverified
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
    Comprehensive energy = inputs, those to conversion included - conversion output - recovered energy - energy sent
    out, each x its coefficient (GB/T 2589, forms 205-1 and 205-2). Self-made energy counts only in an indicator in kWh.
    Uncertainties by JCGM 100:2008, first order: contributions of one source with their signs, sources in squares.

    Examples
    --------
    >>> book = account([("原煤", "2400 t"), ("electricity", "120 万kWh")], output="24000 t", product="cement-clinker")
    >>> round(book.tce, 2), round(book.intensity, 3), book.unit
    (1861.8, 77.575, 'kgce/t')
    """
    lines = list(lines) if isinstance(lines, Iterator) else lines
    question = dict(locals())
    check_option("compare", compare, COMPARES)
    if rules is not None and not isinstance(rules, AccountingRules):
        raise OptionError(f"rules is {quoted(rules)}", quoted(rules), "Pass energybench.AccountingRules(...)")
    choice, spreads = read_options(
        basis=basis, coal_rate=coal_rate, edition=edition, gas_state=gas_state, allow_unverified=allow_unverified
    )
    converted, odd = convert_lines(lines, choice, spreads)
    if not converted:
        raise NoEnergyError("The account has no lines", "lines", 'Give at least one, for example ("原煤", "1200 t")')
    exact = sum((one.tce for one in converted), Fraction(0))
    electricity = sum((one.electricity_kwh for one in converted), Fraction(0))
    by_carrier: defaultdict[str, Fraction] = defaultdict(Fraction)
    for one in converted:
        by_carrier[one.line.coefficient.carrier] += one.tce
    if allow_unverified:
        for one in converted:
            warn_if_weak(one.line.coefficient)
    uses = [
        Use(line.coefficient.carrier, one.tce, one.electricity_kwh, line.use, line.origin, line.evidence)
        for one in converted
        for line in (one.line,)
    ]
    # The use and the origin of every line are checked also where no rule asks for them.
    control = control_energy(uses, rules or AccountingRules())
    of_control = [
        str(one.number)
        for one, use in zip(converted, uses, strict=True)
        if use.use == "feedstock" or use.origin != "grid" or use.evidence
    ]
    if rules is None and of_control:
        said = f"use, origin and evidence of line {', '.join(of_control)} are not used"
        odd = (*odd, f"{said}: they count with rules=AccountingRules(...)")
    book = Account(
        lines=tuple(one.line for one in converted),
        tce=to_float(exact, "total"),
        electricity_kwh=to_float(electricity, "total"),
        by_carrier={carrier: to_float(tce, carrier) for carrier, tce in by_carrier.items()},
        basis=basis,
        control=control if rules else None,
        notes=odd,
        data_version=data_version(),
        question=question,
        **uncertainties(converted),
    )
    if output is None:
        if product is not None:
            raise OutputError(f"{quoted(product)} has energy and no output", quoted(product), 'Pass output="24000 t"')
        return book
    magnitude, output_unit, output_spread = read_output(output)
    if output_unit.denominator:
        fix = 'Give the product of the period, "24000 t"'
        raise OutputError(f"output is {quoted(output)}, and {output_unit} is no amount", quoted(output), fix)
    ladder, saving, unit = None, None, ""
    judging = Judging(*(question[name] for name in Judging._fields))
    if product is not None:
        ladder = judging.ladder_of(product, None)
        saving, unit = saving_scale(ladder, output), ladder.unit
        electric, per_energy, said = saving[1] == str(KWH), 1 / saving[0], ""
        if electric:
            converted, said = _counted_in(ladder, converted)
            electricity = sum((one.electricity_kwh for one in converted), Fraction(0))
        else:
            check_basis(ladder, basis)
            if any(one.line.use in ("process", "auxiliary") for one in converted):
                said = f"{ladder.indicator_zh} counts process and auxiliaries alike"
        book = replace(book, notes=(*book.notes, said) if said else book.notes)
    elif document is period is region is project is capacity is corrections is None:
        # Energy per output value is written per 万元.
        unit = "tce/万元" if output_unit.numerator == ("CNY",) else str(UnitText(TCE.numerator, output_unit.numerator))
        per = read_unit(unit)
        electric, per_energy = False, ratio(TCE, per.over) / (magnitude * ratio(output_unit, per.per))
    else:
        said = "document, period, region, project, capacity or corrections is given without a product"
        raise OptionError(said, "product", "Pass product= too")
    intensity = to_float((electricity if electric else exact) * per_energy, "intensity")
    slope = to_float(per_energy, "intensity")
    sure = uncertainties(converted, intensity, slope, electric, magnitude, output_spread, book.notes)
    spread = sure.get("intensity_uncertainty")
    verdict = None if ladder is None else judging.verdict_on(intensity, spread, ladder, saving)
    return replace(
        book,
        output=to_float(magnitude, "output"),
        output_unit=str(output_unit),
        product=ladder.item if ladder else "",
        intensity=intensity,
        unit=unit,
        verdict=verdict,
        **sure,
    )


def _counted_in(ladder: Ladder, converted: list[ConvertedLine]) -> tuple[list[ConvertedLine], str]:
    """Take the power of auxiliaries out of an indicator of molten aluminium, and say which lines count in it."""
    if not any(one.line.coefficient.carrier == "electricity" for one in converted):
        said = f"{ladder.item} is measured in {ladder.unit} and no line is electricity"
        raise NoEnergyError(said, ladder.item, "Add the electricity")
    counted: dict[bool, list[str]] = {True: [], False: []}
    lines = []
    for one in converted:
        line = one.line
        if line.amount and is_power_of_unknown_name(line.coefficient, read_unit(line.unit)):
            raise UnknownCarrierError(
                f"line {one.number}: {quoted(line.carrier)} is in {line.unit} and is not a name of electricity: "
                f"it would not count in {ladder.unit}",
                quoted(line.carrier),
                'Write "electricity" (电力), or give the amount of another energy in GJ',
            )
        auxiliary = ladder.of_potline and line.use == "auxiliary"
        if one.electricity_kwh:
            counted[not auxiliary].append(str(one.number))
        parts = tuple(part._replace(electricity_kwh=0.0) for part in one.parts)
        lines.append(one._replace(electricity_kwh=Fraction(0), parts=parts) if auxiliary else one)
    said = f"{ladder.indicator_zh} counts the electricity of line {', '.join(counted[True]) or 'none'}"
    if counted[False]:
        said += f"; line {', '.join(counted[False])} is auxiliary and is left out"
    elif ladder.of_potline and len(counted[True]) > 1:
        said += '; mark what is not of the potline with use="auxiliary"'
    return lines, said
