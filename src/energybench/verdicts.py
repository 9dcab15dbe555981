"""The class of a value on a ladder: verdicts, margins, savings, :func:`classify`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, overload

from energybench import __version__
from energybench.carriers import BASES, TCE
from energybench.errors import (
    AmountError,
    BasisError,
    DimensionError,
    EnergybenchError,
    MissingFigureError,
    OptionError,
    OutputError,
    check_option,
    quoted,
)
from energybench.limits import all_ladders, choose_ladder, warn_if_superseded, warn_unverified_row
from energybench.tables import citation, data_version, require_usable
from energybench.unit_text import UnitText, read_unit
from energybench.units import make_quantity, ratio, read_exact, read_quantity, same_kind, to_float

if TYPE_CHECKING:
    import pint

    from energybench.corrections import CorrectionResult
    from energybench.furnaces import FurnaceLimit
    from energybench.ladders import Ladder, Level
    from energybench.units import AmountLike

COMPARES = ("full", "rounded")
_ELECTRICITY = UnitText(("kWh",))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The class of one value on one ladder, and everything that a reader needs to check it.

    Attributes
    ----------
    level : Level or None
        The class, or None where a missing figure leaves it open (``reason`` says which).
    meets : dict
        Whether each step is met, one by one; None where it has no figure.
    thresholds, margins : dict
        Per step, in ``unit``; a margin is positive while the step is met and negative by what is missing.
    savings : dict
        Per step, what must be saved in ``saving_unit`` over the output given; empty without output.
    depends_on_reading : bool
        Whether another reading of a furnace table would change the class.
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

    def to_pint(self) -> pint.Quantity[Any]:
        """Return the value as a quantity of ``energybench.ureg``."""
        result: pint.Quantity[Any] = make_quantity(self.value, self.unit)
        return result

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as plain data, ready for JSON."""
        plain = asdict(self)
        return {**plain, "corrections": list(plain["corrections"])}

    def __str__(self) -> str:
        name = f"{self.level} ({self.level.zh})" if self.level else f"cannot tell: {self.reason}"
        steps = ", ".join(
            f"{step} {self.comparators[step]} {value:g}" for step, value in self.thresholds.items() if value is not None
        )
        reading = "; depends on the reading" if self.depends_on_reading else ""
        source = f"{self.document} {self.clause}".strip()
        return (
            f"{self.item} {self.value:.6g} {self.unit}: {name}"
            f"  [{steps} {self.unit}; {source}, {self.verification}{reading}]"
        )


def check_basis(ladder: Ladder, basis: str | None) -> None:
    """Refuse a value on one basis against a limit on the other.

    Raises
    ------
    BasisError
        If both are stated and differ.
    """
    if basis is not None:
        check_option("basis", basis, BASES)
    if basis and ladder.basis and basis != ladder.basis:
        raise BasisError(
            f"The value is on the {basis} basis, "
            f"and {ladder.item} in {citation(ladder.document)} on the {ladder.basis} one",
            basis,
            f'Compute the value with basis="{ladder.basis}"',
        )


def judge(
    value: float, ladder: Ladder, *, compare: str = "full", saving_output: tuple[float, str] | None = None
) -> Verdict:
    """Return the verdict on a value that is already in the ladder's unit.

    Parameters
    ----------
    value : float
        In ``ladder.unit``.
    ladder : Ladder
        From :func:`find_ladder` or :func:`of_furnace`.
    compare : {"full", "rounded"}
        Unrounded, or rounded half-even to the digits of each threshold (GB/T 8170).
    saving_output : tuple, optional
        How many ``saving_unit`` one unit of margin is, and that unit.
    """
    meets = ladder.meets(value, compare)
    names = [step.level.value for step in ladder.steps]
    margins = [None if step.value is None else ladder.sign * (step.value - value) for step in ladder.steps]
    level = ladder.level(meets)
    gaps = [str(name) for name, met in zip(names, meets, strict=True) if met is None]
    factor, saving_unit = saving_output or (0.0, "")
    savings = [None if margin is None else max(0.0, -margin) * factor for margin in margins] if saving_output else []
    return Verdict(
        *(value, ladder.unit, ladder.item, ladder.item_zh, ladder.item_en, ladder.indicator_zh, ladder.indicator_en),
        level=level,
        meets=dict(zip(names, meets, strict=True)),
        thresholds={name: step.value for name, step in zip(names, ladder.steps, strict=True)},
        comparators={name: step.comparator for name, step in zip(names, ladder.steps, strict=True)},
        margins=dict(zip(names, margins, strict=True)),
        compare=compare,
        basis=ladder.basis,
        document=ladder.document,
        clause=ladder.clause,
        verification=ladder.verification,
        evidence=ladder.evidence,
        notes=f"{ladder.notes}{_SUSPECT}".removeprefix("; ") if _is_suspect(value, ladder) else ladder.notes,
        reason="" if level else f"{', '.join(gaps)} of {ladder.document} could not be read",
        savings=dict(zip(names, savings, strict=True)) if saving_output else {},
        saving_unit=saving_unit,
        furnace=ladder.furnace,
        depends_on_reading=_depends_on_reading(value, ladder, level, compare),
        data_version=data_version(),
    )


_SUSPECT = "; the value is not above zero, and every step is: energy sent out may exceed the inputs"


def _is_suspect(value: float, ladder: Ladder) -> bool:
    """Say whether a value is zero or negative where no step of the ladder is."""
    return value <= 0 and all(step.value is None or step.value > 0 for step in ladder.steps)


def _depends_on_reading(value: float, ladder: Ladder, level: Level | None, compare: str) -> bool:
    limit = ladder.furnace
    if limit is None:
        return False
    step = ladder.steps[0]
    bounds = [replace(ladder, steps=(replace(step, threshold=repr(bound)),)) for bound in (limit.strict, limit.lenient)]
    return any(other.level(other.meets(value, compare)) is not level for other in bounds)


def saving_scale(ladder: Ladder, output: AmountLike) -> tuple[float, str]:
    """Return what one unit of the indicator is over an output: a factor, and tce or kWh.

    Raises
    ------
    OutputError
        If the output is not one positive amount in the indicator's kind of product.
    """
    unit = read_unit(ladder.unit)
    per = UnitText(unit.denominator)
    magnitude, output_unit = read_quantity(output, "output")
    amount = check_output(magnitude, output)
    if not same_kind(output_unit, per):
        raise OutputError(
            f"output is {quoted(output)}, expected an amount in {per} for {ladder.item}",
            quoted(output),
            f"Give it in {per}",
        )
    over = UnitText(unit.numerator, (), unit.exponent)
    energy = TCE if same_kind(over, TCE) else _ELECTRICITY
    return to_float(Fraction(amount) * ratio(output_unit, per) * ratio(over, energy), "output"), str(energy)


def check_output(magnitude: object, shown: object) -> float:
    """Return an output that is one positive number, or refuse it."""
    if not isinstance(magnitude, float) or magnitude <= 0:
        raise OutputError(
            f"output is {quoted(shown)}, expected one amount above zero", quoted(shown), 'Give, for example, "24000 t"'
        )
    return magnitude


@overload
def classify(
    value: AmountLike,
    item: str,
    *,
    document: str | None = None,
    documents: None = None,
    period: str | None = None,
    capacity: AmountLike | None = None,
    reading: str = "linear",
    output: AmountLike | None = None,
    basis: str | None = None,
    compare: str = "full",
    corrections: Mapping[str, Mapping[str, Any] | str] | None = None,
    allow_unverified: bool = False,
) -> Verdict: ...
@overload
def classify(
    value: AmountLike, item: str, *, documents: Literal["all"], basis: str | None = None, compare: str = "full"
) -> tuple[Verdict, ...]: ...
def classify(
    value: AmountLike,
    item: str,
    *,
    document: str | None = None,
    documents: str | None = None,
    period: str | None = None,
    capacity: AmountLike | None = None,
    reading: str = "linear",
    output: AmountLike | None = None,
    basis: str | None = None,
    compare: str = "full",
    corrections: Mapping[str, Mapping[str, Any] | str] | None = None,
    allow_unverified: bool = False,
) -> Verdict | tuple[Verdict, ...]:
    """Classify one energy intensity against the limit that applies.

    Parameters
    ----------
    value : str or pint.Quantity
        In the indicator's kind of unit: ``"13200 kWh/t"``, ``"105 kgce/t"``.
    item : str
        Item id or name: ``"electrolytic-aluminium"``, ``"电解铝"``.
    document : str, optional
        Document id or number, or ``"in-force"`` with a period; default the newest national list with an
        accepted row. A GB standard gives levels 1, 2, 3 and the steps met one by one.
    documents : {"all"}, optional
        Every document that has the product, side by side: see :func:`classify_all`.
    period : str, optional
        For ``document="in-force"``: ``"2022"``, ``"2023-06"`` or a day.
    capacity : str or pint.Quantity, optional
        Rated furnace capacity, where the limit depends on it.
    reading : {"linear", "class_below", "class_above", "stated_only"}
        How a furnace table is read between its points.
    output : str or pint.Quantity, optional
        Output of the period, for the saving that each step needs.
    basis : {"calorific", "primary"}, optional
        Basis of the value; refused where the limit is on the other.
    compare : {"full", "rounded"}
        Unrounded, or rounded half-even to the digits of the limit (GB/T 8170).
    corrections : mapping, optional
        Corrections that the document allows, by name: ``{"altitude": {"altitude": "2100 m"}}``. What each
        changed, on the side of the limit or of the value, stands in ``Verdict.corrections``.
    allow_unverified : bool
        Use an unverified row or correction, with a warning.

    Returns
    -------
    Verdict
        Class, steps met, margins in the indicator's unit, and source; a tuple of them for ``documents="all"``.

    Raises
    ------
    DimensionError
        If the value is of another kind than the indicator: kWh/t never compares with kgce/t.
    EnergybenchError
        If the item, the document or the row cannot be used.

    Warns
    -----
    SupersededWarning
        If a document is asked for by name that another has replaced.

    Notes
    -----
    Equality reaches an inclusive limit (优于或等于标杆水平) and fails a strict one (小于).

    Examples
    --------
    >>> classify("13200 kWh/t", "electrolytic-aluminium").level
    <Level.BASELINE: 'baseline'>
    >>> classify("13200 kWh/t", "electrolytic-aluminium", document="gb-21346-2022").level
    <Level.LEVEL_3: 'level-3'>
    >>> classify("600 kWh/t", "induction-furnace-cast-iron", capacity="3 t").depends_on_reading
    True
    """
    if documents is not None:
        check_option("documents", documents, ("all",))
        if any(option is not None for option in (document, period, capacity, output, corrections)):
            raise OptionError('documents="all" goes with basis and compare only', "documents", "Leave the others out")
        return classify_all(value, item, basis=basis, compare=compare)
    check_option("compare", compare, COMPARES)
    unit = _unit_of(value)
    ladder = choose_ladder(item, document, capacity, reading, allow_unverified, period, unit)
    check_basis(ladder, basis)
    warn_unverified_row(ladder)
    warn_if_superseded(document)
    number = value_in(value, ladder)
    applied: tuple[CorrectionResult, ...] = ()
    if corrections is not None and not isinstance(corrections, Mapping):
        fix = 'Write {"altitude": {"altitude": "2100 m"}}'
        raise OptionError(f"corrections is {quoted(corrections)}, expected a mapping", quoted(corrections), fix)
    if corrections:
        from energybench.corrections import apply

        ladder, number, applied = apply(ladder, number, corrections, allow_unverified=allow_unverified)
    saving = None if output is None else saving_scale(ladder, output)
    return replace(judge(number, ladder, compare=compare, saving_output=saving), corrections=applied)


def classify_all(
    value: AmountLike, item: str, *, basis: str | None = None, compare: str = "full"
) -> tuple[Verdict, ...]:
    """Classify one energy intensity against every document that has its product, side by side.

    National class and GB level are two tests, never merged: each document gives a verdict of its own, also a
    replaced one. A row that may not be used gives a verdict without a level, whose reason says why.

    Parameters
    ----------
    value, item, basis, compare
        As in :func:`classify`.

    Returns
    -------
    tuple of Verdict
        National lists first, then GB standards and local limits.

    Raises
    ------
    DimensionError, UnknownProductError
        If the product is unknown, or has no indicator of the value's kind.

    Examples
    --------
    >>> for verdict in classify_all("13200 kWh/t", "电解铝"):
    ...     print(verdict.document, verdict.level)
    ndrc-2021 baseline
    ndrc-2023 baseline
    gb-21346-2022 level-3
    gb-21346-2013 level-3
    """
    check_option("compare", compare, COMPARES)
    verdicts = []
    for ladder in all_ladders(item, _unit_of(value)):
        verdict = judge(value_in(value, ladder), ladder, compare=compare)
        try:
            require_usable(ladder, f"The row of {ladder.item}", allow_unverified=False)
            check_basis(ladder, basis)
        except EnergybenchError as error:
            verdict = replace(verdict, level=None, meets=dict.fromkeys(verdict.meets), reason=str(error))
        verdicts.append(verdict)
    return tuple(verdicts)


def _unit_of(value: AmountLike) -> UnitText:
    return read_exact(value)[1] if isinstance(value, str) else read_quantity(value, "value")[1]


def value_in(value: AmountLike, ladder: Ladder) -> float:
    """Return a value in the ladder's unit.

    Raises
    ------
    DimensionError
        If it is of another kind.
    """
    if not ladder.unit:
        raise MissingFigureError(
            f"The unit of {ladder.item} in {citation(ladder.document)} is not known", ladder.item, ""
        )
    magnitude, unit = read_exact(value) if isinstance(value, str) else read_quantity(value, "value")
    if not isinstance(magnitude, float | Fraction):
        raise AmountError("value is an array, expected one value", "value", "Use assess() for whole tables")
    try:
        factor = ratio(unit, read_unit(ladder.unit))
    except DimensionError as error:
        raise DimensionError(
            f"{quoted(str(value))} is given for {ladder.item}, "
            f"whose indicator ({ladder.indicator_en}) is in {ladder.unit}",
            quoted(str(value)),
            f"Give the value in {ladder.unit}; energy becomes standard coal only through to_tce() or account()",
        ) from error
    return to_float(Fraction(magnitude) * factor, "value")
