"""How sure the classes of a table are, what to decide, and how far each row is from its next class.

The same rules as for one value (:mod:`energybench.limits.decisions`, :mod:`energybench.limits.what_if`). The
classes between the limits of a ladder are worked out once per distinct ladder; rows only take part in arithmetic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy

from energybench.errors import UncertaintyError, check_option
from energybench.frames import kernel
from energybench.frames.columns import KEYS
from energybench.frames.encode import encode
from energybench.frames.grading import bounds_of, fold_limits
from energybench.frames.uncertain_cells import OUTPUT_COLUMNS, Spreads, read_spreads
from energybench.limits.decisions import CANNOT_TELL, RULES, check_risk, guard_band
from energybench.limits.ladders import Level

if TYPE_CHECKING:
    import pandas
    from numpy.typing import NDArray

    from energybench.frames.groups import Groups
    from energybench.frames.kernel import Totals
    from energybench.frames.options import Options
    from energybench.frames.outputs import Outputs
    from energybench.frames.uncertain import SpreadTotals
    from energybench.limits.ladders import Ladder

    Floats = NDArray[numpy.float64]
    Codes = NDArray[numpy.int64]

# numpy has no error function; this is that of one value, called for every element from C.
_erfc: Any = numpy.frompyfunc(math.erfc, 1, 1)
_NAMES = [*(level.value for level in Level), CANNOT_TELL]


@dataclass(frozen=True)
class Regions:
    """What a ladder makes of the values between its limits, in the direction in which lower is better."""

    edges: Floats
    printed: Floats
    code: Codes
    classes: Codes
    sign: Floats

    def neighbour(self, here: Codes, better: bool) -> tuple[Codes, Codes]:
        """Return for each row the edge to be crossed to the next other class and that class, -1 where there is none."""
        ladders, width = self.classes.shape
        edge, found = (numpy.full((ladders, width), -1, numpy.int64) for _ in range(2))
        for ladder, region in numpy.ndindex(ladders, width):
            way = range(region - 1, -1, -1) if better else range(region + 1, width)
            for other in way:
                if self.classes[ladder, other] != self.classes[ladder, region]:
                    edge[ladder, region] = other if better else other - 1
                    found[ladder, region] = self.classes[ladder, other]
                    break
        return edge[self.code, here], found[self.code, here]


def regions_of(outputs: Outputs, compare: str) -> Regions:
    """Return the limits of every row in order, and the class between them."""
    ladders = outputs.ladders
    width = max((len(ladder.steps) for ladder in ladders if ladder), default=1)
    edges, printed = numpy.full((2, len(ladders), width), numpy.inf)
    classes = numpy.zeros((len(ladders), width + 1), numpy.int64)
    classes[:, 0], classes[:, 1:] = _NAMES.index(Level.WITHIN_LIMIT), _NAMES.index(Level.OVER_LIMIT)
    sign = numpy.ones(len(ladders))
    for number, ladder in enumerate(ladders):
        if ladder is not None:
            known, shown, between = _between(ladder, compare)
            edges[number, : len(known)], printed[number, : len(known)] = known, shown
            classes[number, : len(between)] = between
            classes[number, len(between) :] = between[-1]
            sign[number] = ladder.sign
    edges, printed = edges[outputs.code], printed[outputs.code]
    if outputs.limits is not None:
        furnace = ~numpy.isnan(outputs.limits.value)
        edges[furnace, 0] = fold_limits(outputs, outputs.limits.value, compare)[furnace]
        printed[furnace, 0] = (outputs.limits.value if compare == "full" else edges[:, 0])[furnace]
    return Regions(edges, printed, outputs.code, classes, sign[outputs.code])


def _between(ladder: Ladder, compare: str) -> tuple[list[float], list[float], list[int]]:
    """Return the bounds of a ladder in order, the same as printed, and the class below each and beyond."""
    known = {step.folded(compare): step for step in reversed(ladder.steps) if step.value is not None}
    edges = sorted(known)
    shown = [ladder.sign * (known[edge].value or 0.0) if compare == "full" else edge for edge in edges]
    levels = []
    for end in [*edges, math.inf]:
        met = tuple(None if step.value is None else step.folded(compare) >= end for step in ladder.steps)
        level = ladder.level(met)
        levels.append(_NAMES.index(level.value if level else CANNOT_TELL))
    return edges, shown, levels


@dataclass
class Grading:
    """What the classes of a table were worked out from."""

    outputs: Outputs
    results: pandas.DataFrame
    compare: str
    uncertainty: Floats | None = None

    @cached_property
    def regions(self) -> Regions:
        """The limits of every row in order."""
        return regions_of(self.outputs, self.compare)

    @property
    def intensity(self) -> Floats:
        """The intensity of every row, NaN where there is none."""
        values: Floats = self.results["intensity"].to_numpy(numpy.float64)
        return values

    def keys(self) -> pandas.DataFrame:
        """Return the columns that name the rows, with the value and its class."""
        return self.results[["row", *KEYS, "intensity", "unit", "class"]].copy()

    def probabilities(self) -> dict[str, Floats]:
        """Return the probability of every class that a ladder of the table has, NaN where nothing is known."""
        regions, width = self.regions, self.uncertainty
        if width is None:
            return {}
        tails = _tails(regions.edges, regions.sign * self.intensity, width)
        used = numpy.unique(regions.classes[numpy.unique(regions.code)])
        chances = {_NAMES[one]: numpy.zeros(len(width)) for one in used}
        of_rows = regions.classes[regions.code]
        for region in range(of_rows.shape[1]):
            mass = _mass(tails, region)
            for one in used:
                chances[_NAMES[one]] += numpy.where(of_rows[:, region] == one, mass, 0.0)
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
        bounds, sign, names = bounds_of(self.outputs, self.compare)
        toward = 1.0 if rule == "guarded-acceptance" else -1.0
        level, _met = kernel.levels(value + sign * toward * band, sign, bounds)
        chosen = names[self.outputs.code, numpy.maximum(level, 0)]
        last = bounds.shape[1]
        reached = numpy.take_along_axis(bounds, numpy.clip(level, 0, last - 1).astype(numpy.int64)[:, None], 1)
        chance = _mass(_tails(reached, sign * value, width), 0)
        for name, one in self.probabilities().items():
            chance = numpy.where((level == last) & (chosen == name), one, chance)
        table = self.keys()
        table["decision"] = numpy.where(level >= 0, chosen, numpy.array([None], object))
        table["rule"], table["risk"] = rule, numpy.nan if rule == "simple" else risk
        table["guard_band"] = band
        table["probability"] = numpy.where(level >= 0, chance, numpy.nan)
        return table

    @numpy.errstate(invalid="ignore", divide="ignore", over="ignore")
    def sensitivity(self) -> pandas.DataFrame:
        """Return what each row is away from the next better and the next worse class."""
        regions, outputs, value = self.regions, self.outputs, self.intensity
        mean = regions.sign * value
        here = (regions.edges < mean[:, None]).sum(axis=1)
        shift, per_unit = outputs.column("shift", 0.0), outputs.column("saving") * outputs.output
        table = self.keys()
        for word in ("better", "worse"):
            edge, found = regions.neighbour(here, better=word == "better")
            none = (found < 0) | numpy.isnan(value) | (found == _NAMES.index(CANNOT_TELL))
            none |= regions.classes[regions.code, here] == _NAMES.index(CANNOT_TELL)
            printed = numpy.take_along_axis(regions.printed, numpy.maximum(edge, 0)[:, None], 1)[:, 0]
            # A value within the tolerance of a limit is past the printed figure already.
            clamped = numpy.minimum(printed, mean) if word == "better" else numpy.maximum(printed, mean)
            wanted = numpy.where(none, numpy.nan, regions.sign * clamped)
            scale = (value - shift) / (wanted - shift)
            reachable = (scale > 0) & numpy.isfinite(scale)
            table[f"class_{word}"] = numpy.where(none, numpy.array([None], object), numpy.array(_NAMES, object)[found])
            table[f"value_to_{word}"] = wanted - value
            table[f"output_to_{word}"] = numpy.where(reachable, (scale - 1) * outputs.output, numpy.nan)
            table[f"energy_to_{word}"] = (wanted - value) * per_unit
        table["output_unit"] = self.results["output_unit"]
        table["energy_unit"] = self.results["saving_unit"]
        return table


def _tails(edges: Floats, mean: Floats, width: Floats) -> tuple[NDArray[Any], NDArray[Any], Floats]:
    """Return the upper and the lower tail behind each edge, twice, and the edges in deviations over sqrt(2)."""
    with numpy.errstate(invalid="ignore", divide="ignore"):
        away = (edges - mean[:, None]) / (width * math.sqrt(2))[:, None]
    away = numpy.where((width == 0.0)[:, None], numpy.where(edges >= mean[:, None], numpy.inf, -numpy.inf), away)
    ends = numpy.full((len(mean), 1), numpy.inf)
    away = numpy.concatenate([-ends, away, ends], axis=1)
    return _erfc(away).astype(numpy.float64), _erfc(-away).astype(numpy.float64), away


def _mass(tails: tuple[NDArray[Any], NDArray[Any], Floats], region: int) -> Floats:
    """Return the probability of a region, taken in the tail where nothing cancels."""
    upper, lower, away = tails
    high: Floats = (upper[:, region] - upper[:, region + 1]) / 2
    low: Floats = (lower[:, region + 1] - lower[:, region]) / 2
    return numpy.where(away[:, region] > 0, high, low)


def read_output_spreads(table: pandas.DataFrame, outputs: Outputs, allow_unverified: bool) -> Spreads | None:
    """Read the uncertainties of an output table, and flag those that cannot be used."""
    found = read_spreads(table, outputs.output, encode(table["output_unit"]), allow_unverified, OUTPUT_COLUMNS)
    if found is not None:
        found.explain(outputs.problems, numpy.arange(len(table)))
    return found


@numpy.errstate(invalid="ignore", over="ignore", divide="ignore")
def intensity_uncertainty(
    outputs: Outputs, totals: Totals, groups: Groups, added: SpreadTotals | None, own: Spreads | None
) -> tuple[Floats, Floats] | None:
    """Return the standard uncertainty of each total in tce and of each intensity, None where no table states any.

    With v = k E / Q: u(v)^2 = k^2 / Q^2 (sum of squares over the sources of E, where the meter of the output has
    dE - E dQ / Q), by JCGM 100:2008, 5.1.2 and 5.2.2.
    """
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
    grading = Grading(outputs, results, options.compare, uncertain[1] if uncertain else None)
    if uncertain is None:
        return results, grading
    known = results["intensity"].notna().to_numpy()
    columns = {"tce_uncertainty": uncertain[0], "intensity_uncertainty": uncertain[1]}
    columns = {name: numpy.where(known, column, numpy.nan) for name, column in columns.items()}
    grading.uncertainty = columns["intensity_uncertainty"]
    chances = {f"probability_{name}".replace("-", "_"): one for name, one in grading.probabilities().items()}
    return results.assign(**columns, **chances), grading
