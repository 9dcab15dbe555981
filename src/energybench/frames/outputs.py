"""Output rows as read: each distinct product and unit resolved once, the limit of a furnace by its capacity."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy

from energybench.frames.columns import CORRECTIONS
from energybench.frames.encode import Coded, clean_text, combine, decode, encode, recode, to_floats, to_number
from energybench.frames.meters import flag_empty, missing
from energybench.frames.problems import Problems
from energybench.frames.resolve import Refusal, Threshold, resolve_all, resolve_threshold, resolve_unit
from energybench.limits.choose import furnace_items
from energybench.units.text import TONNE

if TYPE_CHECKING:
    import pandas
    from numpy.typing import NDArray

    from energybench.frames.resolve import Options
    from energybench.limits.furnaces import LimitCurve
    from energybench.limits.ladders import Ladder

    Floats = NDArray[numpy.float64]
    Codes = NDArray[numpy.int64]

SEVERAL = Refusal(
    *("plant", "", "duplicate-output", "plant {value} has several output rows for this period and product"),
    suggestion="Add them up, or name the products apart",
)
NOT_POSITIVE = Refusal("output", "", "output", "output is {value}, expected a number above zero", "Check the number")


@dataclass
class Outputs:
    problems: Problems
    output: Floats
    several: NDArray[numpy.bool_]
    code: Codes
    thresholds: list[Threshold | Refusal]
    #: Limits of furnaces by the reading asked for, the strict and the lenient one, a row each; NaN without a furnace.
    limits: Floats | None

    def column(self, name: str, null: Any = numpy.nan, dtype: Any = numpy.float64) -> NDArray[Any]:
        return numpy.array([getattr(threshold, name, null) for threshold in self.thresholds], dtype)[self.code]

    def texts(self, name: str) -> Any:
        """Return a text attribute of each row's threshold, empty where it has none."""
        return decode(self.code, [getattr(threshold, name, "") for threshold in self.thresholds])

    @cached_property
    def ladders(self) -> list[Ladder | None]:
        return [getattr(threshold, "ladder", None) for threshold in self.thresholds]

    @cached_property
    def curves(self) -> list[LimitCurve | None]:
        return [getattr(threshold, "curve", None) for threshold in self.thresholds]


def work_out_outputs(
    table: pandas.DataFrame, keys: list[Coded], several: NDArray[numpy.bool_], options: Options
) -> Outputs:
    problems = Problems("outputs", table)
    unit = recode(encode(table["output_unit"]))
    names = ("plant", "period", "product", "output_unit")
    for name, column in zip(names, [*keys, unit], strict=True):
        flag_empty(problems, name, column.codes == len(column.distinct))
    product = keys[2]
    problems.flag(several, SEVERAL)
    nowhere = Coded(numpy.zeros(len(table), numpy.int64), [])
    region = recode(encode(table["region"])) if "region" in table.columns else nowhere
    headers = [str(name) for name in table.columns if str(name).startswith(CORRECTIONS[0])]
    code, combinations = combine([product, unit, keys[1], region, *(encode(table[header]) for header in headers)])

    def resolve(
        name: str | None, in_unit: str | None, when: str | None, where: str | None, *cells: Any
    ) -> Threshold | Refusal:
        if name is None or in_unit is None or when is None:
            return missing("product")
        return resolve_threshold(name, in_unit, options, when, where, _corrections(headers, cells))

    answers: list[Threshold | Refusal] = resolve_all(resolve, combinations)
    # Most periods have the same rule in force.
    places = {answer: place for place, answer in enumerate(dict.fromkeys(answers))}
    code, thresholds = numpy.array([places[answer] for answer in answers])[code], list(places)
    problems.flag_refused(code, thresholds)
    output = to_floats(table["output"])
    empty = table["output"].isna().to_numpy()
    problems.flag(empty, missing("output"))
    problems.flag(~(numpy.isfinite(output) & (output > 0)), NOT_POSITIVE)
    limits = _furnace_limits(table, code, thresholds, options.reading, problems)
    return Outputs(problems, output, several, code, thresholds, limits)


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


def _furnace_limits(
    table: pandas.DataFrame, code: Codes, thresholds: list[Threshold | Refusal], reading: str, problems: Problems
) -> Floats | None:
    curves = [None if isinstance(threshold, Refusal) else threshold.curve for threshold in thresholds]
    furnace = numpy.array([curve is not None for curve in curves], bool)[code]
    if "furnace_capacity" in table.columns:
        message = "furnace_capacity is {value}, and the limit of this product does not depend on it"
        fix = f"Leave it empty; a capacity belongs to {', '.join(sorted(furnace_items()))}"
        problems.flag(table["furnace_capacity"].notna().to_numpy() & ~furnace, _no_capacity(message, fix))
    if not any(curves):
        return None
    if not {"furnace_capacity", "furnace_capacity_unit"} <= set(table.columns):
        fix = "Add the columns furnace_capacity and furnace_capacity_unit (炉容量, 炉容量单位)"
        problems.flag(furnace, _no_capacity("The limit depends on furnace capacity, and it is not given", fix))
        return None
    capacity = _capacities(table, furnace, problems)
    known = furnace & ~problems.flagged
    limits = numpy.full((3, len(table)), numpy.nan)
    for number, curve in enumerate(curves):
        here = known & (code == number)
        if curve is not None and here.any():
            limits[:, here] = [curve.at(capacity[here], way) for way in (reading, "class_above", "class_below")]
    message = "The document states no limit at this capacity ({value})"
    fix = 'Choose reading="linear", "class_below" or "class_above"'
    problems.flag(known & numpy.isnan(limits[0]), _no_capacity(message, fix))
    return limits


def _no_capacity(message: str, fix: str) -> Refusal:
    return Refusal("furnace_capacity", "", "capacity", message, fix)


def _capacities(table: pandas.DataFrame, furnace: NDArray[numpy.bool_], problems: Problems) -> Floats:
    unit = recode(encode(table["furnace_capacity_unit"]))
    given = [(text, TONNE, "furnace_capacity_unit") for text in unit.distinct]
    factors = resolve_all(resolve_unit, given)
    problems.flag_refused(numpy.where(furnace, unit.codes, len(factors)), [*factors, None])
    scales = [numpy.nan if isinstance(one, Refusal) else one for one in factors]
    scale = unit.table(scales, numpy.nan, numpy.float64)[unit.codes]
    capacity = to_floats(table["furnace_capacity"])
    empty = table["furnace_capacity"].isna().to_numpy() | (unit.codes == len(unit.distinct))
    needed = "The limit of this product depends on furnace capacity, which is empty"
    fill_in = "Fill in the rated capacity and its unit"
    problems.flag(furnace & empty, _no_capacity(needed, fill_in))
    message = "furnace_capacity is {value}, expected a rated capacity above zero"
    fix = "Give the rated capacity, for example 3 with the unit t"
    positive = numpy.isfinite(capacity) & (capacity > 0)
    problems.flag(furnace & ~positive, _no_capacity(message, fix))
    tonnes: Floats = capacity * scale
    return tonnes
