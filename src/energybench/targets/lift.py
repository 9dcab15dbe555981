"""The cheapest list of plants to lift, so that a document's targets on shares of capacity are met.

Product by product, because tonnes of different products are never added. Every plant below baseline must come up; of
all plants under benchmark, those are chosen that bring the share over its target with the least saving in total.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy

from energybench.errors import MissingFigureError, OptionError, OutputError, quoted
from energybench.frames.encode import to_floats
from energybench.limits.choose import find_ladder
from energybench.limits.ladders import Level
from energybench.limits.verdicts import saving_scale
from energybench.tables.store import citation, find_document
from energybench.targets import columns
from energybench.targets.columns import Requirement, amount_of, measure_of, percent, requirement, target_rows
from energybench.targets.measures import graded
from energybench.units.result import Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas
    from numpy.typing import NDArray

    from energybench.frames import Assessment
    from energybench.frames.encode import Floats
    from energybench.tables.rows import TargetRow
    from energybench.targets.columns import Objects

#: Choices remembered, over all plants of a product: a few seconds and 80 MB.
MOST_CHOICES = 10_000_000


@dataclass(frozen=True, slots=True)
class LiftStep:
    """One plant to lift: from its class to a level, what that saves, and the shares of capacity after it."""

    plant: str
    item: str
    level: str
    to: str
    capacity: float
    capacity_unit: str
    saving: float
    saving_unit: str
    share_below_baseline: float
    share_at_benchmark: float

    def __str__(self) -> str:
        return (
            f"{self.plant}: {self.level} to {self.to}, {amount_of(self.capacity, self.capacity_unit)}, saves "
            f"{self.saving:,.6g} {self.saving_unit}; then {self.share_below_baseline:.1f} % below, "
            f"{self.share_at_benchmark:.1f} % at benchmark"
        )


@dataclass(frozen=True, slots=True)
class ProductLift:
    """The plants of one product.

    Attributes
    ----------
    capacity : float
        Of all its plants, in ``capacity_unit``.
    share_below_baseline, share_at_benchmark : float
        In %, before anything is lifted.
    capacity_to_baseline, capacity_to_benchmark : float
        Capacity that must come up to baseline, and that the benchmark share lacks (more than this where it is strict).
    steps : tuple of LiftStep
        By saving, ascending, each with the shares after it.
    saving : float
        Of all steps, in ``saving_unit`` a period of the output given.
    proven : bool
        Whether no other choice needs less saving. False where the choices were too many to compare all of them.
    """

    item: str
    plants: int
    capacity: float
    capacity_unit: str
    share_below_baseline: float
    share_at_benchmark: float
    capacity_to_baseline: float
    capacity_to_benchmark: float
    steps: tuple[LiftStep, ...]
    saving: float
    saving_unit: str
    proven: bool


@dataclass(frozen=True, slots=True)
class LiftPlan(Record):
    """What to lift for a document, product by product."""

    document: str
    standard: str
    required: tuple[str, ...]
    products: tuple[ProductLift, ...]
    notes: tuple[str, ...]

    @property
    def steps(self) -> tuple[LiftStep, ...]:
        """Every step, product after product."""
        return tuple(step for product in self.products for step in product.steps)

    def frame(self) -> pandas.DataFrame:
        """Return a row per plant to lift."""
        import pandas

        return pandas.DataFrame([asdict(step) for step in self.steps], columns=list(LiftStep.__dataclass_fields__))

    def __str__(self) -> str:
        lines = [f"{self.document} by {self.standard}: {' and '.join(self.required)}"]
        for product in self.products:
            unit = product.capacity_unit
            lacking = product.capacity_to_baseline, product.capacity_to_benchmark
            to_baseline, to_benchmark = (amount_of(capacity, unit) for capacity in lacking)
            lines += [
                f"{product.item}: {amount_of(product.capacity, unit)}, "
                f"{product.share_below_baseline:.1f} % below baseline, {product.share_at_benchmark:.1f} % at benchmark",
                f"  missing {to_baseline} to baseline and {to_benchmark} to benchmark",
                *(f"  {step}" for step in product.steps),
                f"  in all {product.saving:,.6g} {product.saving_unit}"
                + ("" if product.proven else ", not proven the least"),
            ]
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


def cheapest_lift(
    results: pandas.DataFrame | Assessment,
    document: str,
    *,
    period: str | int | None = None,
    standards: Mapping[str, str] | None = None,
    allow_unverified: bool = False,
) -> LiftPlan:
    """Return the plants to lift, with the least saving in total, so that a document's shares of capacity are met.

    Parameters
    ----------
    results : DataFrame or Assessment
        Columns plant, product (or item), intensity, unit, output, output_unit, design_capacity, design_capacity_unit;
        class and document where they are stated.
    document : str
        With a target on capacity below baseline and one on capacity at benchmark: ``"panzhihua-2024"``.
    period : str or int, optional
        The rows to take; needed where they are of several periods.
    standards, allow_unverified
        As in :func:`energybench.check_targets`.

    Returns
    -------
    LiftPlan
        Per product the steps by saving, ascending, each with the shares of capacity after it.

    Raises
    ------
    OptionError
        If the document has no such targets, the rows are of several periods, or of none that is named.
    MissingColumnError, MissingFigureError
        If a plant's class, capacity or output is not known: the cheapest list would be a guess.
    UnknownProductError
        If a plant has no product, or one that no table knows.
    OutputError
        If an output is zero or below.
    TableError
        If several rows are of one product of a plant in one period.

    Notes
    -----
    A plant is lifted exactly to the threshold: saving = (intensity - threshold) x output. Per product, minimise the
    sum of savings subject to no capacity below baseline and share at benchmark as the document asks (strict 超). The
    choice is the cheapest wherever ``proven`` says so: for hundreds of plants of different intensity, and for about 100
    plants that save the same per capacity. Different products are handled apart: their tonnes are never added.

    Examples
    --------
    >>> import pandas
    >>> plants = pandas.DataFrame(
    ...     {
    ...         "plant": ["甲", "乙", "丙"],
    ...         "product": "水泥熟料",
    ...         "intensity": [99.0, 104.0, 120.0],
    ...         "unit": "kgce/t",
    ...         "output": [20, 100, 60],
    ...         "output_unit": "万t",
    ...         "design_capacity": [30, 110, 60],
    ...         "design_capacity_unit": "万t/a",
    ...     }
    ... )
    >>> for step in cheapest_lift(plants, "panzhihua-2024").steps:
    ...     print(step.plant, step.to, round(step.saving), step.saving_unit, round(step.share_at_benchmark, 1))
    丙 baseline 1800 tce 15.0
    乙 benchmark 4000 tce 70.0
    """
    below, at = _targets(document)
    table = columns.of_period(columns.table_of(results), period)
    own = {find_document(meant).id: find_document(read).id for meant, read in (standards or {}).items()}
    cited = measure_of(at).standard
    standard = own.get(cited, cited)
    columns.known_items(table)
    found = graded(table, standard, allow_unverified)
    if found.why:
        raise MissingFigureError(found.why, "class", "Give the intensity of each plant, or leave the plant out")
    rows, items = found.rows, columns.items_of(found.rows)
    products = []
    for item in dict.fromkeys(items.tolist()):
        here = items == item
        products.append(_lift(rows.loc[here], item, found.level[here], standard, requirement(at), allow_unverified))
    notes = (
        "capacity is counted for each product: tonnes of different products are never added",
        "lifting is one way: the document says 退出 (exit); capacity that closes leaves the denominator too",
        *filter(None, [found.note]),
    )
    required = tuple(f"{row.indicator_en} {requirement(row).text}" for row in (below, at))
    return LiftPlan(at.document, standard, required, tuple(products), notes)


def _targets(document: str) -> tuple[TargetRow, TargetRow]:
    tests = {measure_of(row).test: row for row in target_rows(document) if row.kind == "share_of_capacity"}
    try:
        return tests[f"level = {Level.BELOW_BASELINE}"], tests[f"level = {Level.BENCHMARK}"]
    except KeyError as error:
        said = f"{quoted(document)} has no targets on capacity below baseline and at benchmark"
        raise OptionError(said, quoted(document), 'Use "panzhihua-2024"') from error


def _lift(
    table: pandas.DataFrame,
    item: str,
    level: Objects,
    standard: str,
    over: Requirement,
    allow_unverified: bool,
) -> ProductLift:
    capacity, unit = columns.weights_of(table, "design_capacity")
    to_baseline, to_benchmark, saving_unit = _savings(table, item, standard, allow_unverified)
    below, there = level == Level.BELOW_BASELINE.value, level == Level.BENCHMARK.value
    forced = numpy.where(below, to_baseline, 0.0)
    total = float(capacity.sum())
    if total <= 0:
        raise MissingFigureError(f"The capacity of {item} adds up to zero", item, "Check design_capacity")
    start = float(capacity[there].sum())
    missing = over.low / 100.0 * total - start
    open_plants = numpy.flatnonzero(~there)
    chosen, proven = cheapest_cover(capacity[open_plants], (to_benchmark - forced)[open_plants], missing)
    lifted = numpy.zeros(len(table), bool)
    lifted[open_plants[chosen]] = True
    saving = numpy.where(lifted, to_benchmark, forced)
    touched = numpy.flatnonzero(lifted | below)
    names = columns.labels(table)
    steps = []
    is_below, is_there = below.copy(), there.copy()
    for number in touched[numpy.argsort(saving[touched], kind="stable")].tolist():
        is_below[number], is_there[number] = False, bool(lifted[number])
        to = Level.BENCHMARK.value if lifted[number] else Level.BASELINE.value
        shares = percent(capacity, is_below), percent(capacity, is_there)
        lifted_plant = names[number], item, str(level[number]), to, float(capacity[number]), unit
        steps.append(LiftStep(*lifted_plant, float(saving[number]), saving_unit, *shares))
    return ProductLift(
        *(item, len(table), total, unit, percent(capacity, below), percent(capacity, there)),
        *(float(capacity[below].sum()), max(0.0, over.value / 100.0 * total - start)),
        steps=tuple(steps),
        saving=float(saving[touched].sum()),
        saving_unit=saving_unit,
        proven=proven,
    )


def cheapest_cover(
    capacities: Sequence[float] | Floats, costs: Sequence[float] | Floats, enough: float
) -> tuple[list[int], bool]:
    """Return the plants that together have enough capacity for the least cost, and whether that is proven."""
    capacities, costs = numpy.asarray(capacities, float), numpy.asarray(costs, float)
    plants = numpy.flatnonzero(capacities > 0)
    if enough <= 0 or not len(plants):
        return [], True
    dearness = costs[plants] / capacities[plants]
    by_dearness = numpy.argsort(dearness, kind="stable")
    most = max(2, MOST_CHOICES // len(plants))
    cost, capacity, proven = numpy.zeros(1), numpy.zeros(1), True
    history: list[tuple[int, NDArray[numpy.intp], int]] = []
    for plant, per_capacity in zip(plants[by_dearness].tolist(), dearness[by_dearness].tolist(), strict=True):
        size = len(cost)
        cost = numpy.concatenate([cost, cost + costs[plant]])
        capacity = numpy.minimum(numpy.concatenate([capacity, capacity + capacities[plant]]), enough)
        order = numpy.lexsort((-capacity, cost))
        largest_before = numpy.maximum.accumulate(numpy.concatenate([[-1.0], capacity[order][:-1]]))
        keep = order[capacity[order] > largest_before * (1 + 1e-12)]
        if capacity[keep[-1]] >= enough:
            # What is still missing costs at least as much per capacity as this plant.
            least = cost[keep] + (enough - capacity[keep]) * per_capacity
            keep = keep[(least < cost[keep[-1]]) | (keep == keep[-1])]
        if len(keep) > most:
            keep, proven = keep[numpy.linspace(0, len(keep) - 1, most).astype(int)], False
        history.append((plant, keep, size))
        cost, capacity = cost[keep], capacity[keep]
    chosen, place = [], len(cost) - 1
    for plant, keep, size in reversed(history):
        taken, place = divmod(int(keep[place]), size)
        if taken:
            chosen.append(plant)
    return sorted(chosen), proven


def _savings(table: pandas.DataFrame, item: str, standard: str, allow_unverified: bool) -> tuple[Floats, Floats, str]:
    ladder = find_ladder(item, standard, allow_unverified)
    intensity = columns.Column("intensity", table, columns.numbers(table, "intensity", ladder.unit)).complete().cells
    columns.require_column(table, "output")
    none_made = to_floats(table["output"]) <= 0
    if none_made.any():
        said = f"output is not above zero for {columns.named(table, none_made)}"
        raise OutputError(said, "output", "Check the number")
    output, unit = columns.weights_of(table, "output")
    scale, saving_unit = saving_scale(ladder, f"1 {unit}")
    amount = output * float(scale)
    thresholds = {step.level: step.value for step in ladder.steps}
    baseline, benchmark = thresholds[Level.BASELINE], thresholds[Level.BENCHMARK]
    if baseline is None or benchmark is None:
        said = f"A level of {item} in {citation(standard)} is not known"
        raise MissingFigureError(said, item, "Add it with energybench.tables.use()")
    to_baseline, to_benchmark = (
        numpy.maximum(0.0, ladder.sign * (intensity - threshold)) * amount for threshold in (baseline, benchmark)
    )
    return to_baseline, to_benchmark, saving_unit
