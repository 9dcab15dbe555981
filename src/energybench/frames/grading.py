"""Output rows graded: intensity, class, thresholds, margins and savings per row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.frames import kernel
from energybench.frames.encode import decode
from energybench.frames.resolve import Refusal
from energybench.limits.ladders import Level, Step

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from energybench.frames.kernel import Totals
    from energybench.frames.outputs import Outputs
    from energybench.limits.ladders import Ladder

    Floats = NDArray[numpy.float64]

_NO_FIGURE = "could not be read in the document"
NO_ENERGY = Refusal(
    "plant", "", "no-energy", "plant {value} has an output and no reading of energy", "Add its meter rows"
)
SPOILT = Refusal(
    *("plant", "", "unusable-readings", "plant {value} has readings that could not be used, so its total is not known"),
    suggestion="Mend the meter rows in the problems",
)
TOGETHER = Refusal(
    *("plant", "", "unusable-readings", "the readings of plant {value} add up to more than a number can hold"),
    suggestion="Check the amounts of its meter rows",
)
UNMETERED = Refusal(
    *("product", "", "no-energy", "{value} is measured by electricity, and no reading is electricity"),
    suggestion="Add its electricity",
)
TOO_SMALL = Refusal("output", "", "output", "output is {value}, too small to divide by", "Check the number")
GAP = Refusal("product", "", "missing-figure", f"A step of {{value}} {_NO_FIGURE}", "Add it with tables.use()")


def grade(outputs: Outputs, totals: Totals, compare: str) -> pandas.DataFrame:
    """Return intensity, class, thresholds, margins and savings of every output row."""
    problems = outputs.problems
    problems.flag(totals.readings == 0, NO_ENERGY)
    problems.flag(totals.unusable > 0, SPOILT)
    by_electricity = outputs.column("electricity", False, bool)
    problems.flag(by_electricity & (totals.electric == 0), UNMETERED)
    with numpy.errstate(all="ignore"):
        total = numpy.where(by_electricity, totals.electricity_kwh, totals.tce)
        scaled = total * outputs.column("scale")
        intensity = scaled / outputs.output
        intensity = intensity * outputs.column("factor", 1.0) + outputs.column("shift", 0.0)
    problems.flag(~numpy.isfinite(scaled), TOGETHER)
    problems.flag(~numpy.isfinite(intensity), TOO_SMALL)
    intensity[problems.flagged] = numpy.nan
    bounds, sign, names = bounds_of(outputs, compare)
    level, _met = kernel.levels(intensity, sign, bounds)
    problems.flag((level < 0) & ~problems.flagged, GAP)
    level[problems.flagged] = -1
    return _columns(outputs, intensity, level, names, totals, compare)


def notes_on(outputs: Outputs, intensity: Floats) -> list[str]:
    """Say how many rows have an intensity that is not above zero, while every step of their ladder is."""
    positive = numpy.array(above_zero(outputs), bool)[outputs.code]
    return note_on_signs(int(numpy.count_nonzero((intensity <= 0) & positive)))


def above_zero(outputs: Outputs) -> list[bool]:
    """Say of each threshold of an output table whether every step of its ladder is above zero."""
    return [
        all(step.value is None or step.value > 0 for step in ladder.steps) if ladder else True
        for ladder in outputs.ladders
    ]


def note_on_signs(count: int) -> list[str]:
    """Say how many rows have an intensity that is not above zero, while every step of their ladder is."""
    if not count:
        return []
    rows = "1 output row has an intensity that is" if count == 1 else f"{count} output rows have an intensity that is"
    return [f"{rows} not above zero, and every step is: energy sent out may exceed the inputs"]


def bounds_of(outputs: Outputs, compare: str) -> tuple[Floats, Floats, NDArray[numpy.object_]]:
    """Return folded bounds (last step last), signs, and the level names behind a level code, per row."""
    ladders = outputs.ladders
    width = max((len(ladder.steps) for ladder in ladders if ladder), default=1)
    table = numpy.full((len(ladders), width), -numpy.inf)
    sign = numpy.ones(len(ladders))
    names = numpy.full((len(ladders), width + 1), "", object)
    names[:, width - 1 :] = (Level.WITHIN_LIMIT.value, Level.OVER_LIMIT.value)
    for number, ladder in enumerate(ladders):
        if ladder is not None:
            first = width - len(ladder.steps)
            table[number, first:] = [step.folded(compare) for step in ladder.steps]
            names[number, first:] = [level.value for level in ladder.levels]
            sign[number] = ladder.sign
    bounds = table[outputs.code]
    if outputs.limits is not None:
        furnace = ~numpy.isnan(outputs.limits.value)
        bounds[furnace, -1] = fold_limits(outputs, outputs.limits.value, compare)[furnace]
    return bounds, sign[outputs.code], names


def fold_limits(outputs: Outputs, limit: Floats, compare: str) -> Floats:
    """Fold comparator and tolerance, or rounding, into furnace limits by the table of each row."""
    folded = numpy.full(len(limit), numpy.nan)
    for number, curve in enumerate(outputs.curves):
        if curve is None:
            continue
        here = (outputs.code == number) & ~numpy.isnan(limit)
        if compare == "full":
            # A limit is positive, so that its bound is a multiple of it.
            folded[here] = limit[here] * Step(Level.WITHIN_LIMIT, "1", curve.row.comparator).bound
            continue
        distinct, inverse = numpy.unique(limit[here], return_inverse=True)
        digits = len(curve.row.limit.partition(".")[2])
        steps = (Step(Level.WITHIN_LIMIT, repr(one), curve.row.comparator, digits) for one in distinct.tolist())
        folded[here] = numpy.array([step.folded(compare) for step in steps], numpy.float64)[inverse]
    return folded


@numpy.errstate(invalid="ignore", over="ignore")
def _columns(
    outputs: Outputs,
    intensity: Floats,
    level: NDArray[numpy.int8],
    names: NDArray[numpy.object_],
    totals: Totals,
    compare: str,
) -> pandas.DataFrame:
    """Write out the columns of the results that follow from the grading."""
    known = ~numpy.isnan(intensity)
    # Of several rows for the same output none may claim the energy, or a sum would count it twice.
    complete = (totals.readings > 0) & (totals.unusable == 0) & ~outputs.several
    table: dict[str, Any] = {
        "item": outputs.texts("item"),
        "tce": numpy.where(complete & numpy.isfinite(totals.tce), totals.tce, numpy.nan),
        "electricity_kwh": numpy.where(
            complete & numpy.isfinite(totals.electricity_kwh), totals.electricity_kwh, numpy.nan
        ),
        "intensity": intensity,
        "unit": outputs.texts("unit"),
    }
    place = numpy.where(level >= 0, outputs.code * names.shape[1] + level, names.size)
    table["class"] = decode(place, [*names.ravel().tolist(), None])
    saving = outputs.column("saving") * outputs.output
    sign = numpy.array([ladder.sign if ladder else 1.0 for ladder in outputs.ladders])[outputs.code]
    for step, threshold in thresholds_of(outputs).items():
        margin = sign * (threshold - intensity)
        table[step.replace("-", "_")] = threshold
        table[f"margin_{step}".replace("-", "_")] = margin
        table[f"saving_{step}".replace("-", "_")] = numpy.maximum(0.0, -margin) * saving
    table["saving_unit"] = outputs.texts("saving_unit")
    table["depends_on_reading"] = _depends(outputs, intensity, compare) & known
    rows = [None if isinstance(t, Refusal) else t.ladder or (t.curve and t.curve.row) for t in outputs.thresholds]
    for name in ("document", "verification"):
        table[name] = decode(outputs.code, [getattr(row, name, "") for row in rows])
    table["readings"] = totals.readings
    table["unusable_readings"] = totals.unusable
    return pandas.DataFrame(table)


def thresholds_of(outputs: Outputs) -> dict[str, Floats]:
    """Return per step name the threshold of each row, NaN where its ladder has no such step."""
    found: dict[str, Floats] = {}
    ladders = outputs.ladders
    for step in dict.fromkeys(s.level.value for ladder in ladders if ladder for s in ladder.steps):
        values = [_value_of(ladder, step) for ladder in ladders]
        found[step] = numpy.array(values, numpy.float64)[outputs.code]
    if outputs.limits is not None:
        name = Level.WITHIN_LIMIT.value
        other = found.get(name, numpy.full(len(outputs.output), numpy.nan))
        found[name] = numpy.where(numpy.isnan(outputs.limits.value), other, outputs.limits.value)
    return found


def _value_of(ladder: Ladder | None, name: str) -> float:
    value = next((step.value for step in (ladder.steps if ladder else ()) if step.level.value == name), None)
    return numpy.nan if value is None else value


def _depends(outputs: Outputs, intensity: Floats, compare: str) -> NDArray[numpy.bool_]:
    """Say whether another reading of a furnace table would change the class."""
    if outputs.limits is None:
        return numpy.zeros(len(intensity), bool)
    limits = outputs.limits
    passes: list[NDArray[numpy.bool_]] = [
        intensity <= fold_limits(outputs, limit, compare) for limit in (limits.value, limits.strict, limits.lenient)
    ]
    depends: NDArray[numpy.bool_] = (passes[0] != passes[1]) | (passes[0] != passes[2])
    return depends
