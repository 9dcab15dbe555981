"""One energy intensity against the limit that applies: :func:`classify`, and every document side by side."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, overload

from energybench.energy import check_basis_name
from energybench.energy.measured import read_measured
from energybench.errors import (
    AmountError,
    DimensionError,
    EnergybenchError,
    OptionError,
    UncertaintyError,
    check_option,
    quoted,
    text_of,
)
from energybench.limits.choose import all_ladders, choose_ladder, timeline, usual_unit, warn_if_superseded
from energybench.limits.conditions import check_conditions
from energybench.limits.furnaces import READINGS
from energybench.limits.ladders import COMPARES, Ladder
from energybench.limits.verdicts import Verdict, check_basis, judge, saving_scale
from energybench.tables.store import citation, require_usable, warn_if_weak
from energybench.units.factors import ratio, same_kind, to_float
from energybench.units.result import Answers
from energybench.units.text import UnitText, read_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from energybench.energy.measured import MeasuredLike, Spread
    from energybench.limits.corrections import CorrectionResult
    from energybench.units.registry import AmountLike, Magnitude


@overload
def classify(
    value: MeasuredLike,
    item: str,
    *,
    document: str | None = None,
    documents: None = None,
    period: str | None = None,
    region: str | None = None,
    project: str | None = None,
    capacity: AmountLike | None = None,
    reading: str = "linear",
    output: AmountLike | None = None,
    basis: str | None = None,
    compare: str = "full",
    corrections: Mapping[str, Mapping[str, Any] | str] | Literal["base"] | None = None,
    plausible: bool = False,
    allow_unverified: bool = False,
) -> Verdict: ...
@overload
def classify(
    value: MeasuredLike,
    item: str,
    *,
    documents: Literal["all"],
    basis: str | None = None,
    compare: str = "full",
    plausible: bool = False,
) -> Answers[Verdict]: ...
def classify(
    value: MeasuredLike,
    item: str,
    *,
    document: str | None = None,
    documents: str | None = None,
    period: str | None = None,
    region: str | None = None,
    project: str | None = None,
    capacity: AmountLike | None = None,
    reading: str = "linear",
    output: AmountLike | None = None,
    basis: str | None = None,
    compare: str = "full",
    corrections: Mapping[str, Mapping[str, Any] | str] | Literal["base"] | None = None,
    plausible: bool = False,
    allow_unverified: bool = False,
) -> Verdict | Answers[Verdict]:
    """Classify one energy intensity against the limit that applies.

    Parameters
    ----------
    value : str, pint.Quantity or Measured
        In the indicator's kind of unit: ``"13200 kWh/t"``, ``"105 kgce/t"``; with its standard uncertainty as
        ``"105±2 kgce/t"``, a pint Measurement or what :func:`energybench.measured` returns.
    item : str
        Item id or name: ``"electrolytic-aluminium"``, ``"电解铝"``.
    document : str, optional
        Document id or number; default the rule in force at the end of ``period``, without one on the day of the
        tables, ``energybench.tables.as_of()``: the national list, else the standard, else the local limit of
        ``region``. A GB standard gives levels 1, 2, 3 and the steps met one by one.
    documents : {"all"}, optional
        Every document that has the product, side by side: see :func:`classify_all`.
    period : str, optional
        ``"2022"``, ``"2023-Q2"``, ``"2023-06"`` or a day.
    region : str, optional
        Place of the plant, ``"昌吉市"``: its local limit applies where it has one, else the national rule. Without
        it, no local limit is used.
    project : {"existing", "new"}, optional
        Whether the plant exists or is new: ``Verdict.follows`` then says whether it meets the GB level required of
        it, 3 of an existing plant and 2 of a new one.
    capacity : str or pint.Quantity, optional
        Rated furnace capacity, where the limit depends on it.
    reading : {"linear", "class_below", "class_above", "stated_only"}
        How a furnace table is read between its points; any but the first is refused where the limit has no such table.
    output : str or pint.Quantity, optional
        Output of the period, for the saving that each step needs.
    basis : {"calorific", "primary"}, optional
        Basis of the value; refused where the limit is on the other.
    compare : {"full", "rounded"}
        Unrounded, or rounded half-even to the digits of the limit as printed (GB/T 8170). A limit that was
        interpolated or corrected is printed nowhere: it is compared unrounded either way.
    corrections : mapping or "base", optional
        Corrections of the document, by name: ``{"altitude": {"altitude": "2100 m"}}``. What each changed, on the
        side of the limit or of the value, stands in ``Verdict.corrections``. ``"base"``, for all or for
        one, says that the base conditions of the document hold.
    plausible : bool
        Say that a value far from every step is right; else it gets no class (``implausible-intensity``).
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
    ConditionError
        If the document compares converted values and the conditions of the plant are not given.
    EnergybenchError
        If the item, the document or the row cannot be used, or no rule is known to have been in force.

    Warns
    -----
    SupersededWarning
        If a document is used, by name or by its region, that is not in force.

    Notes
    -----
    Equality reaches an inclusive limit (优于或等于标杆水平) and fails a strict one (小于). A value written as text or
    as a Decimal is compared exactly with a printed limit; a float may be off by 1e-9 of it: noise flips nothing.

    Examples
    --------
    >>> classify("13200 kWh/t", "electrolytic-aluminium").level
    <Level.BASELINE: 'baseline'>
    >>> classify("13200 kWh/t", "electrolytic-aluminium", document="gb-21346-2022").level
    <Level.LEVEL_3: 'level-3'>
    >>> classify("600 kWh/t", "induction-furnace-cast-iron", capacity="3 t", region="昌吉市", period="2023").level
    <Level.WITHIN_LIMIT: 'within-limit'>
    >>> round(classify("105±2 kgce/t", "cement-clinker").probabilities["benchmark"], 4)
    0.0062
    """
    question = {name: one for name, one in locals().items() if name != "documents"}
    if documents is not None:
        check_option("documents", documents, ("all",))
        others = (document, period, region, project, capacity, output, corrections)
        if any(option is not None for option in others) or reading != READINGS[0] or allow_unverified:
            said = 'documents="all" goes with basis, compare and plausible only'
            raise OptionError(said, "documents", "Leave the others out")
        return classify_all(value, item, basis=basis, compare=compare, plausible=plausible)
    if not isinstance(plausible, bool):
        raise OptionError(f"plausible is {quoted(plausible)}, expected True or False", quoted(plausible), "Write True")
    check_option("compare", compare, COMPARES)
    read = _read(value, item, document, period, region)
    judging = Judging(*(question[name] for name in Judging._fields))
    ladder = judging.ladder_of(item, basis, read[1])
    number, uncertainty, exact = _value_in(value, read, ladder)
    if output is not None and (spread := read_measured(output, "output")[2]) is not None:
        fix = "Give the output alone; its uncertainty belongs to the value, or use account()"
        raise UncertaintyError(f"output is {spread.stated}: savings carry no uncertainty", spread.stated, fix)
    saving = None if output is None else saving_scale(ladder, output)
    return judging.verdict_on(number, uncertainty, ladder, saving, exact, question)


class Judging(NamedTuple):
    """Which limit a value is compared with, and how: the arguments that :func:`classify` shares with an account."""

    document: str | None
    period: str | None
    region: str | None
    project: str | None
    capacity: AmountLike | None
    reading: str
    compare: str
    corrections: Mapping[str, Mapping[str, Any] | str] | Literal["base"] | None
    plausible: bool
    allow_unverified: bool

    def ladder_of(self, item: str, basis: str | None, like: UnitText | None = None) -> Ladder:
        """Return the ladder of an item, and warn where its row is weak or its document is not in force."""
        ladder = choose_ladder(
            *(item, self.document, self.capacity, self.reading, self.allow_unverified, self.period, like, self.region)
        )
        check_basis(ladder, basis)
        warn_if_weak(ladder, ladder.id, stacklevel=4)
        warn_if_superseded(ladder, stacklevel=4)
        return ladder

    def verdict_on(
        self,
        value: float,
        uncertainty: float | None,
        ladder: Ladder,
        saving: tuple[Fraction, str] | None,
        exact: Fraction | None = None,
        question: dict[str, Any] | None = None,
    ) -> Verdict:
        """Return the verdict on a value in the ladder's unit, after the corrections given; required ones have to be."""
        applied: tuple[CorrectionResult, ...] = ()
        measured_value = value
        ladder, given = check_conditions(ladder, self.corrections)
        if given:
            from energybench.limits.corrections import apply  # needed for few documents

            ladder, value, applied = apply(ladder, value, given, allow_unverified=self.allow_unverified)
            if uncertainty is not None:
                # An addition to the value leaves its uncertainty as it is.
                uncertainty *= prod(one.change for one in applied if one.side == "result" and one.kind == "factor")
        return judge(
            value,
            ladder,
            # A corrected value is computed, and no longer what was written.
            exact=exact if value == measured_value else None,
            compare=self.compare,
            saving_output=saving,
            uncertainty=uncertainty,
            project=self.project,
            plausible=self.plausible,
            corrections=applied,
            question=question,
        )


def classify_all(
    value: MeasuredLike, item: str, *, basis: str | None = None, compare: str = "full", plausible: bool = False
) -> Answers[Verdict]:
    """Classify one energy intensity against every document that has its product, side by side.

    National class and GB level are two tests, never merged: each document gives a verdict of its own, also a
    replaced one. A row that may not be used, or asks for conditions of the plant, gives a verdict without a level,
    whose reason says why.

    Parameters
    ----------
    value, item, basis, compare, plausible
        As in :func:`classify`.

    Returns
    -------
    tuple of Verdict
        National lists first, then GB standards and local limits. It prints as a line each.

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
    if basis is not None:
        check_basis_name(basis)
    verdicts = []
    read = _read(value, item)
    for ladder in all_ladders(item, read[1]):
        number, uncertainty, exact = _value_in(value, read, ladder)
        verdict = judge(number, ladder, exact=exact, compare=compare, uncertainty=uncertainty, plausible=plausible)
        try:
            require_usable(ladder, f"The row of {ladder.item}", allow_unverified=False)
            check_basis(ladder, basis)
            check_conditions(ladder, None)
        except EnergybenchError as error:
            meets: dict[str, bool | None] = dict.fromkeys(verdict.meets)
            verdict = replace(verdict, level=None, meets=meets, reason=str(error), ladder=None)
        verdicts.append(verdict)
    return Answers(verdicts)


def _read(
    value: MeasuredLike, item: str, document: str | None = None, period: str | None = None, region: str | None = None
) -> tuple[Magnitude | Fraction, UnitText, Spread | None]:
    try:
        return read_measured(value, "value")
    except AmountError as error:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        bare = isinstance(value, str) and error.message.endswith("has no unit")
        if not (number or bare):
            raise
        unit = usual_unit(item, document, period, region)
        examples = [f"{text_of(value).strip()} {one}" for one in ([unit] if unit else ["kgce/t", "kWh/t"])]
        try:
            for example in examples:
                read_measured(example, "value")
        except EnergybenchError:
            # The text ends in a part that is no unit, or begins with no number: the reader's own error says more.
            raise error from None
        shown = " or ".join(f'"{example}"' for example in examples)
        raise AmountError(error.message, error.value, f"Write the unit too: {shown}") from error


def _value_in(
    value: MeasuredLike, read: tuple[Magnitude | Fraction, UnitText, Spread | None], ladder: Ladder
) -> tuple[float, float | None, Fraction | None]:
    """Return a value in the ladder's unit, its uncertainty, and the value exactly where it was given as a decimal."""
    magnitude, unit, spread = read
    if not isinstance(magnitude, float | Fraction):
        raise AmountError("value is an array, expected one value", "value", "Use assess() for whole tables")
    try:
        factor = ratio(unit, read_unit(ladder.unit))
    except DimensionError as error:
        fix = f"Give the value in {ladder.unit}; energy becomes standard coal only through to_tce() or account()"
        others = dict.fromkeys(
            f'{citation(other.document)} has an indicator in {other.unit}: pass document="{other.document}"'
            for other in timeline(ladder.item)
            if other.state == "in force" and other.item == ladder.item and same_kind(read_unit(other.unit), unit)
        )
        raise DimensionError(
            f"{quoted(str(value))} is given for {ladder.item}, "
            f"whose indicator ({ladder.indicator_en}) is in {ladder.unit}",
            quoted(str(value)),
            ". ".join([fix, *others]),
        ) from error
    uncertainty = None if spread is None else spread.standard * to_float(factor, "value")
    exact = _exactly(value, magnitude)
    number = to_float((Fraction(magnitude) if exact is None else exact) * factor, "value")
    return number, uncertainty, None if exact is None else exact * factor


def _exactly(value: MeasuredLike, magnitude: float | Fraction) -> Fraction | None:
    """Return the magnitude of a text, or of a quantity of a Decimal, as it was written; a float is none."""
    if isinstance(magnitude, Fraction):
        return magnitude
    given = getattr(value, "magnitude", None)
    # In a unit of pint's own the magnitude was multiplied.
    return Fraction(given) if isinstance(given, Decimal) and float(given) == magnitude else None
