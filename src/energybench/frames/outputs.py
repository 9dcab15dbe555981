"""Output rows: each distinct product and unit resolved once, intensities and classes per row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.frames import kernel
from energybench.frames.columns import CORRECTIONS
from energybench.frames.encode import Coded, clean_text, encode, recode, to_floats, to_number
from energybench.frames.kernel import keys_in_use, make_key
from energybench.frames.meters import missing
from energybench.frames.problems import Problems
from energybench.frames.resolve import Refusal, Threshold, resolve_all, resolve_threshold, resolve_unit
from energybench.ladders import Level, Step
from energybench.unit_text import UnitText

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from energybench.frames.kernel import Totals
    from energybench.frames.options import Options
    from energybench.ladders import Ladder

    Floats = NDArray[numpy.float64]
    Codes = NDArray[numpy.int64]

_TONNE = UnitText(("t",))
_NO_FIGURE = "could not be read in the document"


@dataclass
class Outputs:
    """The output rows before their energy is known: amounts, and what each is measured by."""

    problems: Problems
    output: Floats
    code: Codes
    thresholds: list[Threshold | Refusal]
    limits: FurnaceLimits | None

    def column(self, name: str, null: Any = numpy.nan, dtype: Any = numpy.float64) -> NDArray[Any]:
        """Return an attribute of each row's threshold."""
        return numpy.array([getattr(threshold, name, null) for threshold in self.thresholds], dtype)[self.code]


@dataclass
class FurnaceLimits:
    """Furnace limits per output row, NaN for a row without a furnace: by the reading asked for, and its bounds."""

    value: Floats
    strict: Floats
    lenient: Floats


def work_out_outputs(table: pandas.DataFrame, keys: list[Coded], options: Options) -> Outputs:
    """Resolve the thresholds of an output table.

    Parameters
    ----------
    table : pandas.DataFrame
        With canonical columns.
    keys : list of Coded
        Plant, period and product.
    options : Options
        Of the whole table.
    """
    problems = Problems("outputs", table)
    unit = recode(encode(table["output_unit"]))
    names = ("plant", "period", "product", "output_unit")
    for name, column in zip(names, [*keys, unit], strict=True):
        problems.flag(column.codes == len(column.distinct), missing(name))
    product = keys[2]
    codes = pandas.DataFrame({name: key.codes for name, key in zip(names, keys, strict=False)})
    several = Refusal(
        *("plant", "", "duplicate-output", "plant {value} has several output rows for this period and product"),
        suggestion="Add them up, or name the products apart",
    )
    problems.flag(codes.duplicated(keep=False).to_numpy(), several)
    # The period matters only where the list in force is asked for.
    period = keys[1] if options.by_period else Coded(numpy.zeros(len(table), numpy.int64), [None])
    headers = [str(name) for name in table.columns if str(name).startswith(CORRECTIONS[0])]
    code, combinations = _combine([product, unit, period, *(encode(table[header]) for header in headers)])

    def resolve(name: str | None, in_unit: str | None, when: str | None, *cells: Any) -> Threshold | Refusal:
        if name is None or in_unit is None:
            return missing("product")
        corrections = _corrections(headers, cells)
        return resolve_threshold(name, in_unit, options, when, corrections)

    thresholds: list[Threshold | Refusal] = resolve_all(resolve, [tuple(one) for one in combinations])
    problems.flag_refused(code, thresholds)
    output = to_floats(table["output"])
    empty = table["output"].isna().to_numpy()
    problems.flag(empty, missing("output"))
    message = "output is {value}, expected a number above zero"
    problems.flag(
        ~(numpy.isfinite(output) & (output > 0)), Refusal("output", "", "output", message, "Check the number")
    )
    limits = _furnace_limits(table, code, thresholds, options.reading, problems)
    return Outputs(problems, output, code, thresholds, limits)


def _corrections(headers: list[str], cells: tuple[Any, ...]) -> dict[str, Any]:
    """Return the corrections that the cells of one row ask for; an empty cell asks for none."""
    found: dict[str, Any] = {}
    for header, cell in zip(headers, cells, strict=True):
        if cell is None:
            continue
        name, _, parameter = header[len(CORRECTIONS[0]) :].partition(":")
        number = to_number(cell)
        if parameter:
            found.setdefault(name, {})[parameter] = clean_text(cell) if number != number else number
        else:
            found[name] = clean_text(cell)
    return found


def _combine(columns: list[Coded]) -> tuple[Codes, list[list[Any]]]:
    """Return a code per distinct combination of columns for each row, and the combinations; null is None."""
    sizes = [len(column.distinct) + 1 for column in columns]
    key = make_key([(column.codes, numpy.arange(size), size) for column, size in zip(columns, sizes, strict=True)])
    rows, used = keys_in_use(key)
    combinations = []
    for one in used.tolist():
        values = []
        for column, size in zip(reversed(columns), reversed(sizes), strict=True):
            one, code = divmod(one, size)
            values.append(column.distinct[code] if code < size - 1 else None)
        combinations.append(values[::-1])
    return numpy.searchsorted(used, rows), combinations


def _furnace_limits(
    table: pandas.DataFrame, code: Codes, thresholds: list[Threshold | Refusal], reading: str, problems: Problems
) -> FurnaceLimits | None:
    """Return the limits of the rows whose product has a furnace table, by their capacities."""
    curves = [None if isinstance(threshold, Refusal) else threshold.curve for threshold in thresholds]
    if not any(curves):
        return None
    furnace = numpy.array([curve is not None for curve in curves])[code]
    if not {"furnace_capacity", "furnace_capacity_unit"} <= set(table.columns):
        fix = "Add the columns furnace_capacity and furnace_capacity_unit (炉容量, 炉容量单位)"
        refusal = Refusal(
            "furnace_capacity", "", "capacity", "The limit depends on furnace capacity, and it is not given", fix
        )
        problems.flag(furnace, refusal)
        return None
    capacity = _capacities(table, furnace, problems)
    known = furnace & ~problems.flagged
    found = {way: numpy.full(len(table), numpy.nan) for way in (reading, "class_above", "class_below")}
    for number, curve in enumerate(curves):
        here = known & (code == number)
        if curve is not None and here.any():
            for way, limit in found.items():
                limit[here] = curve.at(capacity[here], way)
    message = "The document states no limit at this capacity ({value})"
    fix = 'Choose reading="linear", "class_below" or "class_above"'
    problems.flag(known & numpy.isnan(found[reading]), Refusal("furnace_capacity", "", "capacity", message, fix))
    return FurnaceLimits(found[reading], found["class_above"], found["class_below"])


def _capacities(table: pandas.DataFrame, furnace: NDArray[numpy.bool_], problems: Problems) -> Floats:
    """Return rated capacities in t; flag those that are no positive mass."""
    unit = recode(encode(table["furnace_capacity_unit"]))
    given = [(text, _TONNE, "furnace_capacity_unit") for text in unit.distinct]
    factors = resolve_all(resolve_unit, given)
    problems.flag_refused(numpy.where(furnace, unit.codes, len(factors)), [*factors, None])
    scale = unit.table([numpy.nan if isinstance(f, Refusal) else f for f in factors], numpy.nan, numpy.float64)[
        unit.codes
    ]
    capacity = to_floats(table["furnace_capacity"])
    empty = table["furnace_capacity"].isna().to_numpy() | (unit.codes == len(unit.distinct))
    needed = "The limit of this product depends on furnace capacity, which is empty"
    fill_in = "Fill in the rated capacity and its unit"
    problems.flag(furnace & empty, Refusal("furnace_capacity", "", "capacity", needed, fill_in))
    message = "furnace_capacity is {value}, expected a rated capacity above zero"
    fix = "Give the rated capacity, for example 3 with the unit t"
    positive = numpy.isfinite(capacity) & (capacity > 0)
    problems.flag(furnace & ~positive, Refusal("furnace_capacity", "", "capacity", message, fix))
    tonnes: Floats = capacity * scale
    return tonnes


def grade(outputs: Outputs, totals: Totals, compare: str) -> pandas.DataFrame:
    """Return intensity, class, thresholds, margins and savings of every output row.

    Parameters
    ----------
    outputs : Outputs
        From :func:`work_out_outputs`.
    totals : Totals
        Of each output row.
    compare : {"full", "rounded"}
        As in :func:`energybench.classify`.
    """
    problems = outputs.problems
    none = Refusal(
        "plant", "", "no-energy", "plant {value} has an output and no reading of energy", "Add its meter rows"
    )
    problems.flag(totals.readings == 0, none)
    spoilt = Refusal(
        *(
            "plant",
            "",
            "unusable-readings",
            "plant {value} has readings that could not be used, so its total is not known",
        ),
        suggestion="Mend the meter rows in the problems",
    )
    problems.flag(totals.unusable > 0, spoilt)
    by_electricity = outputs.column("electricity", False, bool)
    unmetered = Refusal(
        *("product", "", "no-energy", "{value} is measured by electricity, and no reading is electricity"),
        suggestion="Add its electricity",
    )
    problems.flag(by_electricity & (totals.electric == 0), unmetered)
    with numpy.errstate(all="ignore"):
        total = numpy.where(by_electricity, totals.electricity_kwh, totals.tce)
        intensity = total * outputs.column("scale") / outputs.output
        intensity = intensity * outputs.column("factor", 1.0) + outputs.column("shift", 0.0)
    intensity[problems.flagged] = numpy.nan
    overflow = Refusal("output", "", "output", "output is {value}, too small to divide by", "Check the number")
    problems.flag(~numpy.isfinite(intensity), overflow)
    intensity[problems.flagged] = numpy.nan
    bounds, sign, names = _bounds(outputs)
    level, _met = kernel.levels(intensity, sign, bounds)
    if compare == "rounded":
        level = _rounded(intensity, outputs, level)
    untold = (level < 0) & ~problems.flagged
    gap = Refusal("product", "", "missing-figure", f"A step of {{value}} {_NO_FIGURE}", "Add it with tables.use()")
    problems.flag(untold, gap)
    level[problems.flagged] = -1
    return _columns(outputs, intensity, level, names, totals)


def _ladders(outputs: Outputs) -> list[Ladder | None]:
    return [None if isinstance(t, Refusal) else t.ladder for t in outputs.thresholds]


def _bounds(outputs: Outputs) -> tuple[Floats, Floats, NDArray[numpy.object_]]:
    """Return folded bounds (last step last), signs, and the level names behind a level code, per row."""
    ladders = _ladders(outputs)
    width = max((len(ladder.steps) for ladder in ladders if ladder), default=1)
    table = numpy.full((len(ladders), width), -numpy.inf)
    sign = numpy.ones(len(ladders))
    names = numpy.full((len(ladders), width + 1), "", object)
    names[:, width - 1 :] = (Level.WITHIN_LIMIT.value, Level.OVER_LIMIT.value)
    for number, ladder in enumerate(ladders):
        if ladder is not None:
            first = width - len(ladder.steps)
            table[number, first:] = [step.bound for step in ladder.steps]
            names[number, first:] = [level.value for level in ladder.levels]
            sign[number] = ladder.sign
    bounds = table[outputs.code]
    if outputs.limits is not None:
        furnace = ~numpy.isnan(outputs.limits.value)
        bounds[furnace, -1] = _folded(outputs, outputs.limits.value)[furnace]
    return bounds, sign[outputs.code], names


def _folded(outputs: Outputs, limit: Floats) -> Floats:
    """Fold strictness and tolerance into furnace limits, by the comparator of each row's table."""
    curves = [None if isinstance(t, Refusal) else t.curve for t in outputs.thresholds]
    one = [
        numpy.nan if curve is None else Step(Level.WITHIN_LIMIT, "1", curve.row.comparator).bound for curve in curves
    ]
    folded: Floats = limit * numpy.array(one)[outputs.code]
    return folded


def _rounded(intensity: Floats, outputs: Outputs, level: NDArray[numpy.int8]) -> NDArray[numpy.int8]:
    """Judge again, one by one and exactly, the distinct values that rounding could move across a threshold."""
    result = level.copy()
    ladders = _ladders(outputs)
    width = max((len(ladder.steps) for ladder in ladders if ladder), default=1)
    for number, ladder in enumerate(ladders):
        if ladder is None:
            continue
        here = (outputs.code == number) & ~numpy.isnan(intensity)
        near = numpy.zeros(len(intensity), bool)
        for step in ladder.steps:
            if step.value is not None:
                near |= here & (numpy.abs(intensity - step.value) <= 10.0**-step.decimals)
        values, inverse = numpy.unique(intensity[near], return_inverse=True)
        codes = [_level_code(ladder, value, width) for value in values.tolist()]
        result[near] = numpy.array(codes, numpy.int8)[inverse]
    return _rounded_furnaces(intensity, outputs, result, width)


def _rounded_furnaces(
    intensity: Floats, outputs: Outputs, level: NDArray[numpy.int8], width: int
) -> NDArray[numpy.int8]:
    """Judge furnaces again whose value rounding could move across the limit, each distinct pair once."""
    if outputs.limits is None:
        return level
    limits = outputs.limits.value
    for number, threshold in enumerate(outputs.thresholds):
        if isinstance(threshold, Refusal) or threshold.curve is None:
            continue
        row = threshold.curve.row
        digits = len(row.limit.partition(".")[2])
        near = (outputs.code == number) & (numpy.abs(intensity - limits) <= 10.0**-digits)
        pairs, inverse = numpy.unique(numpy.stack([intensity[near], limits[near]], axis=1), axis=0, return_inverse=True)
        met = [
            Step(Level.WITHIN_LIMIT, repr(limit), row.comparator, digits).met_rounded(value)
            for value, limit in pairs.tolist()
        ]
        level[near] = numpy.where(numpy.array(met, bool)[inverse.reshape(-1)], width - 1, width)
    return level


def _level_code(ladder: Ladder, value: float, width: int) -> int:
    level = ladder.level(ladder.meets(value, "rounded"))
    return -1 if level is None else width - len(ladder.steps) + ladder.levels.index(level)


@numpy.errstate(invalid="ignore", over="ignore")
def _columns(
    outputs: Outputs,
    intensity: Floats,
    level: NDArray[numpy.int8],
    names: NDArray[numpy.object_],
    totals: Totals,
) -> pandas.DataFrame:
    """Write out the columns of the results that follow from the grading."""
    known = ~numpy.isnan(intensity)
    # Of several rows for the same output none may claim the energy, or a sum would count it twice.
    complete = (totals.readings > 0) & (totals.unusable == 0) & (outputs.problems.reasons() != "duplicate-output")
    table: dict[str, Any] = {
        "item": outputs.column("item", "", object),
        "tce": numpy.where(complete, totals.tce, numpy.nan),
        "electricity_kwh": numpy.where(complete, totals.electricity_kwh, numpy.nan),
        "intensity": intensity,
        "unit": outputs.column("unit", "", object),
    }
    chosen = names[outputs.code, numpy.maximum(level, 0)]
    table["class"] = numpy.where(level >= 0, chosen, numpy.array([None], object))
    saving = outputs.column("saving") * outputs.output
    sign = numpy.array([ladder.sign if ladder else 1.0 for ladder in _ladders(outputs)])[outputs.code]
    for step, threshold in _thresholds(outputs).items():
        margin = sign * (threshold - intensity)
        table[step.replace("-", "_")] = threshold
        table[f"margin_{step}".replace("-", "_")] = margin
        table[f"saving_{step}".replace("-", "_")] = numpy.maximum(0.0, -margin) * saving
    table["saving_unit"] = outputs.column("saving_unit", "", object)
    table["depends_on_reading"] = _depends(outputs, intensity) & known
    rows = [None if isinstance(t, Refusal) else t.ladder or (t.curve and t.curve.row) for t in outputs.thresholds]
    for name in ("document", "verification"):
        table[name] = numpy.array([getattr(row, name, "") for row in rows], object)[outputs.code]
    table["readings"] = totals.readings
    table["unusable_readings"] = totals.unusable
    return pandas.DataFrame(table)


def _thresholds(outputs: Outputs) -> dict[str, Floats]:
    """Return per step name the threshold of each row, NaN where its ladder has no such step."""
    found: dict[str, Floats] = {}
    ladders = _ladders(outputs)
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


def _depends(outputs: Outputs, intensity: Floats) -> NDArray[numpy.bool_]:
    """Say whether another reading of a furnace table would change the class."""
    if outputs.limits is None:
        return numpy.zeros(len(intensity), bool)
    limits = outputs.limits
    passes: list[NDArray[numpy.bool_]] = [
        intensity <= _folded(outputs, limit) for limit in (limits.value, limits.strict, limits.lenient)
    ]
    depends: NDArray[numpy.bool_] = (passes[0] != passes[1]) | (passes[0] != passes[2])
    return depends
