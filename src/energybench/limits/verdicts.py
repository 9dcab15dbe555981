"""The verdict on a value on a ladder: class, margins, savings, how sure it is, what would change it, what follows."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from fractions import Fraction
from functools import lru_cache
from math import erfc, inf, isclose, isfinite, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

from energybench import __version__
from energybench.energy import check_basis_name
from energybench.energy.measured import read_measured
from energybench.errors import (
    AmountError,
    BasisError,
    MissingFigureError,
    OptionError,
    OutputError,
    UncertaintyError,
    check_option,
    quoted,
)
from energybench.limits.choose import other_readings
from energybench.limits.conditions import is_conditional
from energybench.limits.ladders import TOLERANCE, Ladder, Level, beyond_every_step, plausible_range
from energybench.tables.rows import Cited, as_of
from energybench.tables.store import cached, citation, data_version
from energybench.units.factors import ratio, same_kind, to_float
from energybench.units.result import Card, Quantified, Receipted, Record
from energybench.units.text import KWH, TCE, UnitText, read_unit

if TYPE_CHECKING:
    from energybench.energy.measured import MeasuredLike, Spread
    from energybench.limits.corrections import CorrectionResult
    from energybench.limits.furnaces import FurnaceLimit
    from energybench.limits.what_if import Sensitivity

_OF_LADDER = (
    *("unit", "item", "item_zh", "item_en", "indicator_zh", "indicator_en", "basis"),
    *("document", "clause", "verification", "evidence", "furnace"),
    *("region", "effective_from", "effective_to", "standing"),
)


@dataclass(frozen=True, slots=True)
class Verdict(Quantified, Card, Receipted, Cited):
    """The class of one value on one ladder, and everything that a reader needs to check it.

    Attributes
    ----------
    level : Level or None
        The class, or None where a missing figure leaves it open (``reason`` says which).
    meets : dict
        Whether each step is met, one by one; None where it has no figure.
    thresholds, margins : dict
        Per step, in ``unit``; a margin is of the unrounded value: how far it is on the good side of the threshold,
        negative by what it is beyond. Its sign is that of ``meets``, but for a step met or failed by rounding alone
        (``compare="rounded"``): that is by half of the last digit at most.
    savings : dict
        Per step, what brings the unrounded value to the threshold, in ``saving_unit`` over the output given; empty
        without output. A step met by rounding alone still shows a remainder, which need not be saved.
    depends_on_reading : bool
        Whether another reading of a furnace table would change the class.
    uncertainty : float or None
        Standard uncertainty of the value, in ``unit``; None where none was given.
    region, effective_from, effective_to : str
        Place of a local document; its first day in force, and the first on which it no longer is.
    standing : str
        How the document is not in force in the period asked for; empty where it is.
    project : str
        ``"new"`` or ``"existing"`` where it was said.
    follows : tuple of str
        What follows beside the class: a mandatory GB level that is not met, the deadline of the list.
    row : str
        Id of the row of the limit.
    ladder : Ladder or None
        The row that the value was compared with; None where it may not be used.
    question : dict or None
        The arguments of :func:`energybench.classify`, for :meth:`receipt`; None in an account or of several documents.
    """

    value: float
    unit: str
    item: str
    item_zh: str
    item_en: str
    indicator_zh: str
    indicator_en: str
    level: Level | None
    meets: dict[str, bool | None]
    thresholds: dict[str, float | None]
    comparators: dict[str, str]
    margins: dict[str, float | None]
    compare: str
    basis: str
    document: str
    clause: str
    verification: str
    evidence: str
    notes: str = ""
    reason: str = ""
    savings: dict[str, float | None] = field(default_factory=dict)
    saving_unit: str = ""
    furnace: FurnaceLimit | None = None
    depends_on_reading: bool = False
    corrections: tuple[CorrectionResult, ...] = ()
    package_version: str = __version__
    data_version: str = ""
    uncertainty: float | None = None
    region: str = ""
    effective_from: str = ""
    effective_to: str = ""
    standing: str = ""
    project: str = ""
    follows: tuple[str, ...] = ()
    row: str = ""
    ladder: Ladder | None = field(default=None, repr=False)
    question: dict[str, Any] | None = field(default=None, repr=False, compare=False)

    @property
    def probabilities(self) -> dict[str, float] | None:
        """The probability of every class, which add up to 1; None where the value has no uncertainty.

        Without an uncertainty nothing is known about how sure the class is, so it is not said to be certain. The
        key ``"cannot-tell"`` stands for values whose class a missing figure leaves open.
        """
        if self.uncertainty is None or self.ladder is None:
            return None
        return class_probabilities(self.value, self.uncertainty, self.ladder, self.compare)

    @property
    def conformity(self) -> dict[str, float | None] | None:
        """The probability that each step is met, one by one; None where the value has no uncertainty."""
        if self.uncertainty is None or self.ladder is None:
            return None
        return conformity(self.value, self.uncertainty, self.ladder, self.compare)

    def decide(self, rule: str = "simple", risk: float = 0.05) -> Decision:
        """Decide on a class by a rule of JCGM 106:2012.

        Parameters
        ----------
        rule : {"simple", "guarded-acceptance", "guarded-rejection"}
            The measured value counts as it is; a step is accepted only if the probability of not meeting it is
            at most the risk; a step is refused only if the probability of meeting it is at most the risk.
        risk : float
            Above 0, at most 0.5.

        Returns
        -------
        Decision
            Class, guard band, probability and a sentence.

        Raises
        ------
        UncertaintyError
            If a guarded rule is asked for and the value has no uncertainty.
        MissingFigureError
            If the row may not be used.
        """
        return decide(self.value, self.uncertainty, self._row(), compare=self.compare, rule=rule, risk=risk)

    def sensitivity(self) -> Sensitivity:
        """Return how far the value is from the next better and worse class, and which choices would change it.

        Raises
        ------
        MissingFigureError
            If the row may not be used.
        """
        from energybench.limits.what_if import of_value

        return of_value(self.value, self._row(), self.compare, corrected=bool(self.corrections))

    def _row(self) -> Ladder:
        if self.ladder is None:
            raise MissingFigureError(f"The row of {self.item} may not be used: {self.reason}", self.item, "")
        return self.ladder

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as plain data, ready for JSON, with the address of the row of the limit."""
        shown = {name: getattr(self, name) for name in _SHOWN}
        plain = {name: dict(one) if isinstance(one, dict) else one for name, one in shown.items()}
        plain["furnace"] = None if self.furnace is None else asdict(self.furnace)
        plain["corrections"] = [asdict(one) for one in self.corrections]
        return {**plain, "probabilities": self.probabilities, "url": self.url}

    def __str__(self) -> str:
        name = f"{self.level} ({self.level.zh})" if self.level else f"cannot tell: {self.reason}"
        steps = ", ".join(
            f"{step} {self.comparators[step]} {value:g}" for step, value in self.thresholds.items() if value is not None
        )
        reading = "; depends on the reading" if self.depends_on_reading else ""
        source = f"{self.document} {self.clause}".strip()
        value = _with_uncertainty(self.value, self.uncertainty)
        follows = "".join(f"; {one}" for one in self.follows)
        place = self.region.partition(";")[0]
        source = ", ".join(filter(None, (place, source, self.verification)))
        if self.standing:
            source += f"; {self.document} {self.standing}"
        if self.furnace is not None:
            source += f"; per tonne of {self.furnace.denominator} at {self.furnace.temperature_celsius:g} ℃"
        source += reading
        return f"{self.item} {value} {self.unit}: {name}  [{steps} {self.unit}; {source}]{follows}"


_SHOWN = tuple(one.name for one in fields(Verdict) if one.repr)


def _with_uncertainty(value: float, uncertainty: float | None) -> str:
    return f"{value:.6g}" if uncertainty is None else f"({value:.6g} ± {uncertainty:.3g})"


def check_basis(ladder: Ladder, basis: str | None) -> None:
    """Refuse a value on one basis against a limit on the other, and a primary one where the limit states none."""
    if basis is not None:
        check_basis_name(basis)
    expected = ladder.basis or "calorific"
    if basis and basis != expected and _in_standard_coal(ladder.unit):
        stated = (
            f"on the {expected} one" if ladder.basis else "states no basis, so that only a calorific one is compared"
        )
        said = f"The value is on the {basis} basis, and {ladder.item} in {citation(ladder.document)} {stated}"
        raise BasisError(said, basis, f'Compute the value with basis="{expected}"')


@lru_cache(4096)
def _in_standard_coal(unit: str) -> bool:
    return same_kind(read_unit(unit).over, TCE)


def judge(
    value: float,
    ladder: Ladder,
    *,
    exact: Fraction | None = None,
    compare: str = "full",
    saving_output: tuple[Fraction, str] | None = None,
    uncertainty: float | None = None,
    project: str | None = None,
    plausible: bool = False,
    corrections: tuple[CorrectionResult, ...] = (),
    question: dict[str, Any] | None = None,
) -> Verdict:
    """Return the verdict on a value that is already in the ladder's unit; ``exact`` is compared without tolerance."""
    regions = ladder.regions(compare)
    compared = value if exact is None else _beside(ladder, exact)
    region = regions.region(compared)
    meets, level = regions.meets(region), regions.classes[region]
    names = [step.level.value for step in ladder.steps]
    odd = _implausible(value, ladder)
    suspect = _SUSPECT if value <= 0 and odd else ""
    unstated = "" if ladder.basis or not _in_standard_coal(ladder.unit) else _UNSTATED
    margins = [None if step.value is None else ladder.sign * (step.value - value) for step in ladder.steps]
    gaps = [str(name) for name, met in zip(names, meets, strict=True) if met is None]
    exact_factor, saving_unit = saving_output or (Fraction(0), "")
    factor = to_float(exact_factor, "output")
    savings = [None if margin is None else max(0.0, -margin) * factor for margin in margins] if saving_output else []
    for what, figures in (("saving", savings), ("uncertainty", [uncertainty])):
        if not all(isfinite(figure) for figure in figures if figure is not None):
            shown = f"{value:g} {ladder.unit}"
            fix = "Check the value, and the output if one is given, with their units"
            raise AmountError(f"The {what} of {shown} is too large to be a number", shown, fix)
    reason = "" if level else f"{', '.join(gaps)} of {ladder.document} could not be read"
    withheld = odd != "" and not plausible
    if withheld:
        level, meets, reason = None, (None,) * len(names), odd
    follows = consequences(ladder, compared, project, compare)
    copied: dict[str, Any] = {name: getattr(ladder, name) for name in _OF_LADDER}
    return Verdict(
        **copied,
        value=value,
        level=level,
        meets=dict(zip(names, meets, strict=True)),
        thresholds={name: step.value for name, step in zip(names, ladder.steps, strict=True)},
        comparators={name: step.comparator for name, step in zip(names, ladder.steps, strict=True)},
        margins=dict(zip(names, margins, strict=True)),
        compare=compare,
        notes="; ".join(filter(None, (ladder.notes, unstated, suspect, ladder.doubt))),
        reason=reason,
        savings=dict(zip(names, savings, strict=True)) if saving_output else {},
        saving_unit=saving_unit,
        depends_on_reading=level is not None
        and any(one.level(compared, compare) is not level for one in other_readings(ladder)),
        data_version=data_version(),
        uncertainty=uncertainty,
        project=project or "",
        follows=() if withheld else (*filter(None, [suspect]), *follows),
        row=ladder.furnace.row if ladder.furnace else ladder.id,
        ladder=None if withheld else ladder,
        corrections=corrections,
        question=question,
    )


def _beside(ladder: Ladder, exact: Fraction) -> float:
    """Return an exact value as a float that is on the same side of every printed figure.

    One that is nearer to a figure than the tolerance of floats, and not on it, is moved to beyond the tolerance; the
    figures of the standards beside a national list count too.
    """
    number = to_float(exact, "value")
    for figure, reach in _printed(ladder):
        if isclose(number, figure, rel_tol=8 * TOLERANCE) and 0 < abs(exact - figure) < reach:
            number = to_float(figure + (reach if exact > figure else -reach), "value")
    return number


@lru_cache(4096)
def _printed(ladder: Ladder) -> tuple[tuple[Fraction, Fraction], ...]:
    """Return every printed figure in the unit of the ladder, and how near to it a value is moved away."""
    found = []
    for one in (ladder, *ladder.counterparts):
        scale = ratio(read_unit(one.unit), read_unit(ladder.unit))
        found += [Fraction(step.threshold) * scale for step in one.steps if step.threshold and step.printed]
    return tuple((figure, abs(figure) * Fraction(4 * TOLERANCE)) for figure in found)


_UNSTATED = "the limit states no basis; a total on the calorific basis is compared with it"
_SUSPECT = "the value is not above zero, and every step is: energy sent out may exceed the inputs"


def _implausible(value: float, ladder: Ladder) -> str:
    ends = ladder.ends
    least, most = plausible_range(*ends) if ends else (-inf, inf)
    if ends is None or least <= value <= most:
        return ""
    said = f"implausible-intensity: {value:.6g} {ladder.unit} is {beyond_every_step(value, ends, ladder.unit)}"
    return f"{said}. Check amounts and units, or pass plausible=True"


def saving_scale(ladder: Ladder, output: MeasuredLike) -> tuple[Fraction, str]:
    """Return what one unit of the indicator is over an output: an exact factor, and tce or kWh."""
    unit = read_unit(ladder.unit)
    amount, output_unit, _ = read_output(output)
    if not same_kind(output_unit, unit.per):
        said = f"output is {quoted(output)}, expected an amount in {unit.per} for {ladder.item}"
        raise OutputError(said, quoted(output), f"Give it in {unit.per}")
    energy = TCE if same_kind(unit.over, TCE) else KWH
    return amount * ratio(output_unit, unit.per) * ratio(unit.over, energy), str(energy)


def read_output(output: MeasuredLike) -> tuple[Fraction, UnitText, Spread | None]:
    magnitude, unit, spread = read_measured(output, "output")
    if not isinstance(magnitude, float | Fraction) or magnitude <= 0:
        fix = 'Give, for example, "24000 t"'
        raise OutputError(f"output is {quoted(output)}, expected one amount above zero", quoted(output), fix)
    exact = Fraction(magnitude)
    to_float(exact, "output")  # what no float can hold is refused here
    return exact, unit, spread


# What follows ---------------------------------------------------------------------------------------------

PROJECTS = ("existing", "new")
_REQUIRED = {"existing": Level.LEVEL_3, "new": Level.LEVEL_2}


class Duty(NamedTuple):
    #: The largest ``sign * value`` that meets it, in the unit of the ladder.
    edge: float
    met: str
    unmet: str


@cached(8192)
def duties(ladder: Ladder, project: str | None = None, compare: str = "full") -> tuple[Duty, ...]:
    """Return what a plant has to meet beside its class; one sentence on each side of an edge."""
    if project is not None:
        check_option("project", project, PROJECTS)
    found = [Duty(inf, ladder.assumed, ladder.assumed)]
    asked = _REQUIRED[project or "existing"]
    plant = "a new plant" if project == "new" else "an existing plant"
    known = [(ladder, step) for step in ladder.steps if step.level is asked and project]
    known += [(other, step) for other in ladder.counterparts for step in other.steps if step.level is asked]
    known = [(other, step) for other, step in known if step.threshold]
    for other, step in known:
        scale = float(ratio(read_unit(other.unit), read_unit(ladder.unit)))
        product = "" if other.item == ladder.item else f" for {other.item_zh.removesuffix(other.document).rstrip()}"
        limit = f"{step.comparator} {step.threshold} {other.unit}"
        what = f"{citation(other.document)} level {asked[-1]}{product} ({limit})"
        what += f", required of {plant}," if project else ""
        base = " at the base conditions of the standard" if other is not ladder and is_conditional(other) else ""
        met = f"{what} is met{base}" if project else ""
        found.append(Duty((step.edge(compare) or 0.0) * scale, met, f"{what} is not met{base}"))
    if project and not known:
        none = f"no GB level {asked[-1]} of {ladder.item} is known, which {plant} must meet"
        found.append(Duty(inf, none, none))
    baseline = next((step.edge(compare) for step in ladder.steps if step.level is Level.BASELINE), None)
    if ladder.deadline and baseline is not None:
        passed = ", which has passed" if ladder.deadline < as_of() else ""
        asks = f"{citation(ladder.document)} asks for the baseline by {ladder.deadline}{passed}"
        found.append(Duty(baseline, "", asks))
    return tuple(found)


def consequences(ladder: Ladder, value: float, project: str | None = None, compare: str = "full") -> tuple[str, ...]:
    said = (duty.met if ladder.sign * value <= duty.edge else duty.unmet for duty in duties(ladder, project, compare))
    return tuple(dict.fromkeys(filter(None, said)))


# How sure it is -------------------------------------------------------------------------------------------
#
# The true value is taken as normal around the measured one, with the standard uncertainty as its deviation (JCGM
# 106:2012). Without an uncertainty there is no probability, which is not the same as being certain.

RULES = ("simple", "guarded-acceptance", "guarded-rejection")

#: Stands beside the classes where a missing figure leaves a part of the values without one.
CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True)
class Decision(Record):
    """The class decided on by a rule of JCGM 106.

    Attributes
    ----------
    level : Level or None
        The class, None where a missing figure leaves it open.
    rule : str
        One of :data:`RULES`.
    risk : float or None
        The risk that the rule keeps; None for simple acceptance, which keeps none.
    guard_band : float
        How far the acceptance limit lies from the limit of the document, in ``unit``; 0 for simple acceptance.
    probability : float or None
        That the true value meets the step decided on, or, where none is accepted, that it meets none; None
        without an uncertainty.
    sentence : str
        The decision in words.
    """

    level: Level | None
    rule: str
    risk: float | None
    guard_band: float
    unit: str
    probability: float | None
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def conformity(value: float, uncertainty: float, ladder: Ladder, compare: str = "full") -> dict[str, float | None]:
    """Return for each step the probability that the true value meets it; None where it has no figure."""
    regions = ladder.regions(compare)
    return {
        step.level.value: None
        if edge is None
        else _between(-inf, regions.edges[edge], regions.sign * value, uncertainty)
        for step, edge in zip(ladder.steps, regions.reach, strict=True)
    }


def class_probabilities(value: float, uncertainty: float, ladder: Ladder, compare: str = "full") -> dict[str, float]:
    """Return the probability that the true value lies in each class; they add up to 1."""
    regions = ladder.regions(compare)
    chances = dict.fromkeys((level.value for level in ladder.levels), 0.0)
    ends = (-inf, *regions.edges, inf)
    for level, low, high in zip(regions.classes, ends, ends[1:], strict=False):
        name = level.value if level else CANNOT_TELL
        chances[name] = chances.get(name, 0.0) + _between(low, high, regions.sign * value, uncertainty)
    return chances


def _between(low: float, high: float, mean: float, deviation: float) -> float:
    """Return the normal probability of low < x <= high, taken in the tail where nothing cancels."""
    if deviation == 0.0:
        return float(low < mean <= high)
    first, last = ((edge - mean) / deviation / sqrt(2) for edge in (low, high))
    if first > 0:
        return (erfc(first) - erfc(last)) / 2
    return (erfc(-last) - erfc(-first)) / 2


def guard_band(uncertainty: float, risk: float) -> float:
    """Return the width w = u z(1 - risk) of a guard band, z the quantile of the normal distribution."""
    from statistics import NormalDist

    return uncertainty * NormalDist().inv_cdf(1 - risk) if uncertainty else 0.0


def check_risk(risk: object) -> float:
    if isinstance(risk, bool) or not isinstance(risk, int | float) or not 0 < risk <= 0.5:
        fix = "Write risk=0.05 for 5 %"
        raise OptionError(f"risk is {quoted(risk)}, expected a probability above 0 and at most 0.5", quoted(risk), fix)
    return float(risk)


def decide(
    value: float,
    uncertainty: float | None,
    ladder: Ladder,
    *,
    compare: str = "full",
    rule: str = "simple",
    risk: float = 0.05,
) -> Decision:
    check_option("rule", rule, RULES)
    kept = check_risk(risk)
    if rule != "simple" and uncertainty is None:
        fix = 'Write the value as "105±2 kgce/t", or give the readings of the account an uncertainty'
        raise UncertaintyError(f"The rule {rule} needs an uncertainty and the value has none", rule, fix)
    width = 0.0 if rule == "simple" else guard_band(uncertainty or 0.0, kept)
    # A limit that moves by w one way is a value that moves by w the other way.
    toward = 1.0 if rule == "guarded-acceptance" else -1.0
    level = ladder.level(value + ladder.sign * toward * width, compare)
    probability = None
    sure = "no uncertainty was given"
    if uncertainty is not None and level is not None:
        chances = class_probabilities if level is ladder.beyond else conformity
        probability = chances(value, uncertainty, ladder, compare)[level.value]
    if probability is not None:
        sure = f"the true value {'is' if level is ladder.beyond else 'meets'} {level} with {chance_text(probability)}"
    how = "simple acceptance"
    if rule != "simple":
        how = f"{rule.replace('-', ' ')} at a risk of {kept:.3g}, guard band {width:.3g} {ladder.unit}"
    decided = f"{level} ({level.zh}) by {how}; {sure}" if level else f"cannot tell, a figure is missing ({how})"
    sentence = f"{_with_uncertainty(value, uncertainty)} {ladder.unit}: {decided}"
    return Decision(level, rule, None if rule == "simple" else kept, width, ladder.unit, probability, sentence)


def chance_text(probability: float) -> str:
    """Put a probability into words, without rounding one that is nearly sure to 1."""
    if probability > 0.9999:
        return "probability over 0.9999"
    return "probability under 0.0001" if probability < 0.0001 else f"probability {probability:.4f}"
