"""Output rows judged: intensity, class, margins and savings per row; how sure the class is, what would change it.

The rules are those of one value. What a ladder makes of its values is looked up once per distinct ladder; rows only
take part in arithmetic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.errors import UncertaintyError, check_option
from energybench.frames import kernel
from energybench.frames.columns import KEYS
from energybench.frames.encode import decode
from energybench.frames.groups import INCOMPLETE
from energybench.frames.resolve import Refusal
from energybench.limits.ladders import Level, Regions, beyond_every_step, plausible_range
from energybench.limits.verdicts import CANNOT_TELL, RULES, check_risk, duties, guard_band

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from energybench.frames.groups import Groups
    from energybench.frames.kernel import Totals
    from energybench.frames.outputs import Outputs
    from energybench.frames.resolve import Options
    from energybench.frames.uncertain import Spreads, SpreadTotals

    Floats = NDArray[numpy.float64]
    Codes = NDArray[numpy.int64]
    OfRegion = Callable[[Regions, int], int | None]

#: The classes by their code; -1 stands for none, where a figure or the value is missing.
CLASSES = [level.value for level in Level]
_CELLS = numpy.array([*CLASSES, None], object)
_NAMES = numpy.array([*CLASSES, CANNOT_TELL], object)
_CODES = {level: code for code, level in enumerate(Level)}
# Of a furnace, whose limit is another one in every row.
_ONE_LIMIT = Regions(1.0, (math.inf,), (Level.WITHIN_LIMIT, Level.OVER_LIMIT), (0,), (math.inf,), (False,))
# numpy has no error function; this is that of one value, called for every element from C.
_erfc: Any = numpy.frompyfunc(math.erfc, 1, 1)

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
_IMPLAUSIBLE = "implausible-intensity"
TOO_SMALL = Refusal("output", "", "output", "output is {value}, too small to divide by", "Check the number")
GAP = Refusal("product", "", "missing-figure", f"A step of {{value}} {_NO_FIGURE}", "Add it with tables.use()")


# Classes --------------------------------------------------------------------------------------------------


@dataclass
class Grading:
    """What the ladders of a table make of the values: edges per row, classes per distinct ladder."""

    outputs: Outputs
    compare: str
    results: pandas.DataFrame = field(default_factory=pandas.DataFrame)
    uncertainty: Floats | None = None

    @cached_property
    def of_ladders(self) -> list[Regions]:
        signs = [curve.sign if curve else 1.0 for curve in self.outputs.curves]
        ladders = zip(self.outputs.ladders, signs, strict=True)
        return [one.regions(self.compare) if one else _ONE_LIMIT._replace(sign=sign) for one, sign in ladders]

    @cached_property
    def sign(self) -> Floats:
        """-1 for each row where higher is better, else 1."""
        return numpy.array([one.sign for one in self.of_ladders], numpy.float64)[self.outputs.code]

    @cached_property
    def edges(self) -> Floats:
        """The edges of every row in order, a row per edge, infinite where its ladder has no more."""
        return self._per_row("edges", 0)

    @cached_property
    def shown(self) -> Floats:
        """The figure to name for each edge."""
        return self._per_row("shown", 1)

    def _per_row(self, name: str, number: int) -> Floats:
        figures = [getattr(one, name) for one in self.of_ladders]
        table = numpy.full((max([1, *map(len, figures)]), len(figures)), numpy.inf)
        for place, some in enumerate(figures):
            table[: len(some), place] = some
        rows: Floats = table[:, self.outputs.code]
        if (limits := self.outputs.limits) is not None:
            rows[0] = numpy.where(numpy.isnan(limits[0]), rows[0], self.at_limits(limits[0])[number])
        return rows

    def at_limits(self, limits: Floats) -> tuple[Floats, Floats]:
        """Return the edge of each furnace limit and the figure to name for it, NaN where a row has no furnace."""
        edges, shown = numpy.full((2, len(limits)), numpy.nan)
        for number, curve in enumerate(self.outputs.curves):
            here = self.outputs.code == number
            if curve is not None:
                edges[here], shown[here] = curve.edges(limits[here], self.compare)
        return edges, shown

    def find(self, value: Floats) -> Codes:
        return kernel.regions(self.sign * value, self.edges)

    def look_up(self, of_region: OfRegion, region: Codes | int) -> Codes:
        """Return what each row's ladder has for a region, -1 for nothing; it is asked once per distinct ladder."""
        table = numpy.full((len(self.of_ladders), len(self.edges) + 1), -1)
        for number, one in enumerate(self.of_ladders):
            asked = (of_region(one, place) for place in range(len(one.classes)))
            table[number, : len(one.classes)] = [-1 if what is None else what for what in asked]
        found: Codes = table[self.outputs.code, region]
        return found

    def level(self, value: Floats) -> Codes:
        """Return the code of the class of each value."""
        return numpy.where(numpy.isnan(value), -1, self.look_up(class_code, self.find(value)))

    def depend_on_reading(self, value: Floats) -> NDArray[numpy.bool_]:
        """Return whether another reading of a furnace table would change the class."""
        limits = self.outputs.limits
        if limits is None:
            return numpy.zeros(len(value), bool)
        readings = [self.at_limits(one)[0] for one in limits]
        met = kernel.regions(self.sign * value, numpy.sort(readings, axis=0))
        return (met > 0) & (met < len(readings))

    @property
    def intensity(self) -> Floats:
        """The intensity of every row, NaN where there is none."""
        values = self.results["intensity"].to_numpy(numpy.float64)
        return numpy.where(self.results["reason"] == _IMPLAUSIBLE, numpy.nan, values)

    def keys(self) -> pandas.DataFrame:
        return self.results[["row", *KEYS, "intensity", "unit", "class"]].copy()

    def probabilities(self) -> dict[str, Floats]:
        """Return the probability of every class that a ladder of the table has, NaN where nothing is known."""
        width = self.uncertainty
        if width is None:
            return {}
        ends = numpy.full((len(self.edges) + 2, len(width)), numpy.inf)
        ends[0], ends[1:-1] = -numpy.inf, _deviations(self.edges, self.sign * self.intensity, width)
        used = {level for code in numpy.unique(self.outputs.code) for level in self.of_ladders[code].classes}
        codes = sorted(_CODES[level] if level else len(_CODES) for level in used)
        chances = {_NAMES[code]: numpy.zeros(len(width)) for code in codes}
        for region, (low, high) in enumerate(pairwise(ends)):
            names, mass = _NAMES[self.look_up(class_code, region)], _mass(low, high)
            for name, chance in chances.items():
                chance += numpy.where(names == name, mass, 0.0)
        unknown = numpy.isnan(width) | numpy.isnan(self.intensity)
        return {name: numpy.where(unknown, numpy.nan, chance) for name, chance in chances.items()}

    def decide(self, rule: str, risk: float) -> pandas.DataFrame:
        """Return the decision of every row, None where there is no class or no uncertainty for a guarded rule."""
        check_option("rule", rule, RULES)
        quantile = guard_band(1.0, check_risk(risk))
        if rule != "simple" and self.uncertainty is None:
            fix = "Add a column uncertainty or accuracy to the meters, or output_uncertainty to the outputs"
            raise UncertaintyError(f"The rule {rule} needs an uncertainty and the tables state none", rule, fix)
        value = self.intensity
        width = numpy.full(len(value), numpy.nan) if self.uncertainty is None else self.uncertainty
        band = numpy.zeros(len(value)) if rule == "simple" else width * quantile
        toward = 1.0 if rule == "guarded-acceptance" else -1.0
        guarded = value + self.sign * toward * band
        level = self.level(guarded)
        step = self.look_up(Regions.edge_decided_on, self.find(guarded))
        chance = _mass(-numpy.inf, _deviations(_at(self.edges, step), self.sign * value, width))
        for name, one in self.probabilities().items():
            chance = numpy.where((step < 0) & (_NAMES[level] == name), one, chance)
        table = self.keys()
        table["decision"] = _CELLS[level]
        table["rule"], table["risk"] = rule, numpy.nan if rule == "simple" else risk
        table["guard_band"] = band
        table["probability"] = numpy.where(level >= 0, chance, numpy.nan)
        return table

    @numpy.errstate(invalid="ignore", divide="ignore", over="ignore")
    def sensitivity(self) -> pandas.DataFrame:
        """Return what each row is away from the next better and the next worse class."""
        outputs, value = self.outputs, self.intensity
        mean, region, here = self.sign * value, self.find(value), self.level(value)
        shift, per_unit = outputs.column("shift", 0.0), outputs.column("saving") * outputs.output
        table = self.keys()
        for word, nearer in (("better", numpy.minimum), ("worse", numpy.maximum)):
            other, edge = (self.look_up(_of_neighbour(part, word == "better"), region) for part in (0, 1))
            level = numpy.where((here < 0) | (other < 0), -1, self.look_up(class_code, other))
            # A value within the tolerance of a limit is past the figure shown already.
            wanted = numpy.where(level < 0, numpy.nan, self.sign * nearer(_at(self.shown, edge), mean))
            scale = (value - shift) / (wanted - shift)
            reachable = (scale > 0) & numpy.isfinite(scale)
            table[f"class_{word}"] = _CELLS[level]
            table[f"value_to_{word}"] = wanted - value
            table[f"output_to_{word}"] = numpy.where(reachable, (scale - 1) * outputs.output, numpy.nan)
            table[f"energy_to_{word}"] = (wanted - value) * per_unit
        table["output_unit"] = self.results["output_unit"]
        table["energy_unit"] = self.results["saving_unit"]
        return table


def class_code(regions: Regions, region: int) -> int | None:
    level = regions.classes[region]
    return None if level is None else _CODES[level]


@numpy.errstate(all="ignore")
def grade(outputs: Outputs, totals: Totals, options: Options, withheld: NDArray[numpy.bool_]) -> dict[str, Any]:
    """Return intensity, class, thresholds, margins and savings of every output row."""
    problems = outputs.problems
    problems.flag(totals.readings == 0, NO_ENERGY)
    problems.flag(totals.unusable > 0, SPOILT)
    problems.flag(withheld, INCOMPLETE)
    by_electricity = outputs.column("electricity", False, bool)
    problems.flag(by_electricity & (totals.electric == 0), UNMETERED)
    scaled = numpy.where(by_electricity, totals.electricity_kwh, totals.tce) * outputs.column("scale")
    intensity = scaled / outputs.output * outputs.column("factor", 1.0) + outputs.column("shift", 0.0)
    problems.flag(~numpy.isfinite(scaled), TOGETHER)
    problems.flag(~numpy.isfinite(intensity), TOO_SMALL)
    intensity[problems.flagged] = numpy.nan
    grading = Grading(outputs, options.compare)
    level = grading.level(intensity)
    if not options.plausible:
        level[_flag_implausible(outputs, intensity)] = -1
    problems.flag((level < 0) & ~problems.flagged, GAP)
    # Of several rows for the same output none may claim the energy, or a sum would count it twice.
    complete = (totals.readings > 0) & (totals.unusable == 0) & ~outputs.several & ~withheld
    table: dict[str, Any] = {"item": outputs.texts("item")}
    for name in ("tce", "electricity_kwh"):
        total = getattr(totals, name)
        table[name] = numpy.where(complete & numpy.isfinite(total), total, numpy.nan)
    table["intensity"], table["unit"] = intensity, outputs.texts("unit")
    table["class"] = decode(level, _CELLS.tolist())
    saving = outputs.column("saving") * outputs.output
    for step, threshold in thresholds_of(outputs).items():
        margin = grading.sign * (threshold - intensity)
        table[step.replace("-", "_")] = threshold
        table[f"margin_{step}".replace("-", "_")] = margin
        table[f"saving_{step}".replace("-", "_")] = numpy.maximum(0.0, -margin) * saving
    table["saving_unit"] = outputs.texts("saving_unit")
    table["depends_on_reading"] = grading.depend_on_reading(intensity) & (level >= 0)
    rows = [getattr(threshold, "row", None) for threshold in outputs.thresholds]
    for name in ("document", "verification"):
        table[name] = decode(outputs.code, [getattr(row, name, "") for row in rows])
    table["notes"] = _notes(grading, numpy.where(level < 0, numpy.nan, intensity), options.project)
    table["readings"] = totals.readings
    table["unusable_readings"] = totals.unusable
    return table


def note_on_signs(outputs: Outputs, intensity: Floats) -> list[str]:
    """Say how many rows have an intensity that is not above zero, while every step of their ladder is."""
    steps = [[step.value for step in ladder.steps] if ladder else [] for ladder in outputs.ladders]
    positive = numpy.array([all(value is None or value > 0 for value in some) for some in steps], bool)[outputs.code]
    count = int(numpy.count_nonzero((intensity <= 0) & positive))
    if not count:
        return []
    rows = "1 output row has an intensity that is" if count == 1 else f"{count} output rows have an intensity that is"
    return [f"{rows} not above zero, and every step is: energy sent out may exceed the inputs"]


def _flag_implausible(outputs: Outputs, intensity: Floats) -> NDArray[numpy.bool_]:
    """Flag the rows far from every step, and return which; equal ones have one refusal."""
    unknown = (numpy.nan, numpy.nan)
    ends = numpy.array([(one and one.ends) or unknown for one in outputs.ladders], numpy.float64)[outputs.code]
    ranges = [(one and one.plausible) or (-numpy.inf, numpy.inf) for one in outputs.ladders]
    low, high = numpy.array(ranges, numpy.float64)[outputs.code].T
    if outputs.limits is not None:
        furnace = numpy.flatnonzero(~numpy.isnan(limit := outputs.limits[0]))
        ends[furnace] = limit[furnace, None]
        low[furnace], high[furnace] = (limit[furnace] * bound for bound in plausible_range(1.0, 1.0))
    odd: NDArray[numpy.bool_] = (intensity < low) | (intensity > high)
    if odd.any():
        units = numpy.array([getattr(one, "unit", "") for one in outputs.thresholds], object)[outputs.code]
        kinds = pandas.DataFrame({"intensity": intensity, "low": ends[:, 0], "high": ends[:, 1], "unit": units})[odd]
        code = numpy.zeros(len(odd), numpy.int64)
        code[odd] = kinds.groupby(list(kinds), sort=False).ngroup()
        fix = "Check amounts and units, or pass plausible=True"
        refusals = []
        for value, lowest, highest, unit in kinds.drop_duplicates().itertuples(index=False):
            said = f"the intensity is {value:.6g} {unit}, {beyond_every_step(value, (lowest, highest), unit)}"
            refusals.append(Refusal("output", "", _IMPLAUSIBLE, said, fix, verbatim=True))
        outputs.problems.flag_each(odd, code, refusals)
    return odd


def of_potline(outputs: Outputs) -> NDArray[numpy.bool_]:
    """Say which output rows are measured by the electricity of a potline alone."""
    return numpy.array([bool(one and one.of_potline) for one in outputs.ladders], bool)[outputs.code]


def note_on_potlines(outputs: Outputs, electric: Codes, auxiliary: int) -> list[str]:
    """Say which rows count in an indicator of molten aluminium: of the ``electric`` of each group all but some."""
    if not auxiliary and not (electric > 1).any():
        return []
    indicator = next(one.indicator_zh for one in outputs.ladders if one and one.of_potline)
    counted = int(electric.sum()) - auxiliary
    said = f"{indicator} counts the electricity of {counted} meter row{'s' * (counted != 1)}"
    if auxiliary:
        said += f"; {auxiliary} marked as auxiliary {'is' if auxiliary == 1 else 'are'} left out"
    else:
        said += "; mark what is not of the potline as auxiliary in a column use (用途)"
    return [said]


def _notes(grading: Grading, value: Floats, project: str | None) -> Any:
    """Return what has to be said of the document of each row, and what follows from its value."""
    outputs = grading.outputs
    asked = [duties(one, project, grading.compare) if one else () for one in outputs.ladders]
    edges = [sorted({duty.edge for duty in some}) for some in asked]
    size = max([0, *map(len, edges)])
    table = numpy.full((size, len(edges)), numpy.inf)
    texts = []
    for number, (some, known) in enumerate(zip(asked, edges, strict=True)):
        table[: len(known), number] = known
        ladder = outputs.ladders[number]
        told = "; ".join(
            filter(None, (getattr(outputs.thresholds[number], "notes", ""), ladder.doubt if ladder else ""))
        )
        for edge in [*known, *[math.inf] * (size + 1 - len(known))]:
            said = (duty.met if edge <= duty.edge else duty.unmet for duty in some)
            texts.append("; ".join(dict.fromkeys(filter(None, (told, *said)))))
        texts.append(told)
    place = kernel.regions(grading.sign * value, table[:, outputs.code])
    return decode(outputs.code * (size + 2) + numpy.where(numpy.isnan(value), size + 1, place), texts)


def thresholds_of(outputs: Outputs) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    ladders = outputs.ladders
    for step in dict.fromkeys(s.level.value for ladder in ladders if ladder for s in ladder.steps):
        steps = [{one.level.value: one.value for one in ladder.steps} if ladder else {} for ladder in ladders]
        # A missing figure, None, becomes NaN.
        found[step] = numpy.array([values.get(step) for values in steps], numpy.float64)[outputs.code]
    if outputs.limits is not None:
        name = Level.WITHIN_LIMIT.value
        other = found.get(name, numpy.full(len(outputs.output), numpy.nan))
        found[name] = numpy.where(numpy.isnan(outputs.limits[0]), other, outputs.limits[0])
    return found


# Uncertainty and distances --------------------------------------------------------------------------------


def _of_neighbour(part: int, better: bool) -> OfRegion:
    def of_region(regions: Regions, region: int) -> int | None:
        found = regions.neighbour(region, better)
        return None if found is None else found[part]

    return of_region


def _at(edges: Floats, edge: Codes) -> Floats:
    """Return the edge of a number in each row; any where the number is -1."""
    return edges[edge, numpy.arange(len(edge))]


@numpy.errstate(invalid="ignore", divide="ignore")
def _deviations(edges: Floats, mean: Floats, width: Floats) -> Floats:
    """Return how many deviations, over sqrt(2), each edge lies from the mean."""
    away = (edges - mean) / (width * math.sqrt(2))
    return numpy.where(width == 0.0, numpy.where(edges >= mean, numpy.inf, -numpy.inf), away)


def _mass(low: Floats | float, high: Floats) -> Floats:
    """Return the normal probability between two ends in deviations, taken in the tail where nothing cancels."""
    flip = numpy.greater(low, 0)
    outer, inner = (numpy.where(flip, one, -numpy.asarray(other)) for one, other in ((low, high), (high, low)))
    mass: Floats = (_erfc(outer) - _erfc(inner)).astype(numpy.float64) / 2
    return mass


@numpy.errstate(invalid="ignore", over="ignore", divide="ignore")
def intensity_uncertainty(
    outputs: Outputs, totals: Totals, groups: Groups, added: SpreadTotals | None, own: Spreads | None
) -> tuple[Floats, Floats] | None:
    """Return the standard uncertainty of each total in tce and of each intensity, None where no table states any."""
    if added is None and own is None:
        return None
    rows = groups.of_outputs
    electric = outputs.column("electricity", False, bool)
    count = len(rows)
    squares = numpy.zeros((2, count)) if added is None else added.squares[:, rows]
    given = numpy.zeros(count, bool) if added is None else added.given[rows]
    energy = numpy.where(electric, totals.electricity_kwh, totals.tce)
    square = numpy.where(electric, squares[1], squares[0])
    relative = numpy.zeros(count)
    shared = numpy.zeros(count)
    if own is not None:
        relative = own.signed / outputs.output
        given = given | own.given
        if added is not None and own.meter is not None:
            sums = added.of_meter(rows, own.meter, own.meters)
            shared = numpy.where(electric, sums[1], sums[0])
    square = square - shared**2 + (shared - energy * relative) ** 2
    scale = numpy.abs(outputs.column("scale") * outputs.column("factor", 1.0) / outputs.output)
    of_value = numpy.sqrt(numpy.maximum(square, 0.0)) * scale
    of_total = numpy.sqrt(squares[0])
    return numpy.where(given, of_total, numpy.nan), numpy.where(given, of_value, numpy.nan)


def with_uncertainty(
    results: pandas.DataFrame, outputs: Outputs, uncertain: tuple[Floats, Floats] | None, options: Options
) -> tuple[pandas.DataFrame, Grading]:
    """Add the columns of uncertainty to the results, where the tables state any."""
    grading = Grading(outputs, options.compare, results)
    if uncertain is None:
        return results, grading
    known = results["intensity"].notna().to_numpy()
    columns = {"tce_uncertainty": uncertain[0], "intensity_uncertainty": uncertain[1]}
    columns = {name: numpy.where(known, column, numpy.nan) for name, column in columns.items()}
    grading.uncertainty = columns["intensity_uncertainty"]
    chances = {f"probability_{name}".replace("-", "_"): one for name, one in grading.probabilities().items()}
    return results.assign(**columns, **chances), grading
