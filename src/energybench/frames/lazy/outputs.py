"""Output rows of an engine: each distinct combination worked out here, intensities and classes there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy
import pandas

from energybench.frames import grading
from energybench.frames import outputs as eager
from energybench.frames.columns import CORRECTIONS, KEYS
from energybench.frames.encode import encode, recode
from energybench.frames.groups import KEY_TEXT
from energybench.frames.lazy.chain import Refusals
from energybench.frames.lazy.readings import FOLDED, Readings, make_readings, reading_parts
from energybench.frames.lazy.small_tables import hand_over
from energybench.frames.lazy.source import finite, join_small, without_repetitions
from energybench.frames.meters import missing
from energybench.frames.resolve import Refusal
from energybench.limits.ladders import Level

if TYPE_CHECKING:
    from energybench.frames.lazy.readings import Found, Parts
    from energybench.frames.lazy.source import Source
    from energybench.frames.options import Options

    Frame = nw.LazyFrame[Any]

_COMBINATIONS = "outputs combinations"
_EMPTY = missing("product").reason
#: Numbers of what refuses a combination: its threshold, or its furnace.
_OF_COMBINATION = ("_refused", "_refused_furnace")
#: Columns of the output table that stand in the results as they are.
CARRIED = (
    *("design_capacity", "design_capacity_unit", "furnace_capacity", "furnace_capacity_unit"),
    *("output_value", "output_value_unit"),
)


@dataclass(frozen=True)
class LazyOutputs:
    """The output rows and what each is measured by, nothing of it computed."""

    source: Source
    readings: Readings
    refusals: Refusals
    rows: Frame
    measured: eager.Outputs
    steps: tuple[str, ...]
    width: int
    resolved: int

    def known(self) -> Frame:
        """Return the folded keys of the output rows, each once, and a column ``_known`` that is not null."""
        keyed = self.readings.with_keys(self.source.frame.select(*KEYS)).select(*FOLDED)
        whole = keyed.filter(*(nw.col(name) != "" for name in FOLDED))
        return without_repetitions(whole, FOLDED).rename({"_rows": "_known"})

    def graded(self, totals: Frame) -> Frame:
        """Return the output rows with totals, intensity, class and ``_problem``."""
        col, where = nw.col, self.refusals.where
        by_electricity = col("_electricity") == 1
        zero, none = ("_readings", "_usable", "_electric"), nw.lit(0)
        scaled = nw.when(by_electricity).then(col("_kwh")).otherwise(col("_tce")) * col("_scale")
        rows = self.rows.join(totals, on=list(FOLDED), how="left").with_columns(
            *(
                nw.when(col("_keyed") == 1).then(nw.coalesce(col(name), none)).otherwise(none).alias(name)
                for name in zero
            ),
            finite(scaled).alias("_scaled"),
            nw.coalesce(*self._chain_of_cells()).alias("_of_cells"),
        )
        energy = [
            where(col("_readings") == 0, grading.NO_ENERGY),
            where(col("_usable") < col("_readings"), grading.SPOILT),
            where(by_electricity & (col("_electric") == 0), grading.UNMETERED),
            where(col("_scaled").is_null(), grading.TOGETHER),
        ]
        # Nothing is divided by an output that is not above zero: Spark would stop.
        value = col("_scaled") / col("_divisor") * col("_by") + col("_shift")
        rows = rows.with_columns(nw.coalesce(col("_of_cells"), *energy).alias("_before"), finite(value).alias("_value"))
        rows = rows.with_columns(nw.when(col("_before").is_null()).then(col("_value")).alias("intensity"))
        rows = rows.with_columns(self._level(col("intensity") * col("_sign")).alias("class"))
        after = [where(col("intensity").is_null(), grading.TOO_SMALL), where(col("class").is_null(), grading.GAP)]
        return rows.with_columns(nw.coalesce(col("_before"), *after).alias("_problem"))

    def results(self, totals: Frame, *unseen: str) -> Frame:
        """Return the results, a row per output row."""
        col = nw.col
        rows = self.graded(totals)
        columns: list[Any] = [
            *KEYS,
            nw.when(~col("_output").is_nan()).then(col("_output")).alias("output"),
            "output_unit",
            *(name for name in CARRIED if name in self.source),
            _text("_item", "item"),
        ]
        # Of several rows for the same output none may claim the energy, or a sum would count it twice.
        whole = (
            (col("_readings") > 0) & (col("_usable") == col("_readings")) & (col("_rows") == 1) & (col("_keyed") == 1)
        )
        for name, total in (("tce", "_tce"), ("electricity_kwh", "_kwh")):
            columns.append(nw.when(whole).then(finite(col(total))).alias(name))
        columns += ["intensity", _text("_unit", "unit"), "class"]
        for step in self.steps:
            name = step.replace("-", "_")
            threshold: nw.Expr = col(f"_at_{name}")
            if step == Level.WITHIN_LIMIT.value:
                threshold = nw.when(col("_curve").is_null() | (col("_of_cells").is_null())).then(threshold)
            margin = col("_sign") * (threshold - col("intensity"))
            saving: nw.Expr = nw.when(margin < 0).then(col("_sign") * (col("intensity") - threshold))
            saving = nw.when(margin >= 0).then(nw.lit(0.0)).otherwise(saving) * col("_saving") * col("_output")
            columns += [threshold.alias(name), margin.alias(f"margin_{name}"), saving.alias(f"saving_{name}")]
        depends = (col("intensity") > col("_strictest")) & (col("intensity") <= col("_loosest"))
        return rows.select(
            *columns,
            _text("_saving_unit", "saving_unit"),
            nw.when(depends).then(nw.lit(True)).otherwise(nw.lit(False)).alias("depends_on_reading"),
            _text("_document", "document"),
            _text("_verification", "verification"),
            col("_readings").cast(nw.Int64).alias("readings"),
            (col("_readings") - col("_usable")).cast(nw.Int64).alias("unusable_readings"),
            self._reason().alias("reason"),
            *unseen,
        )

    def problems(self, totals: Frame) -> Frame:
        """Return the rows that have no class, and why."""
        return self.refusals.listed(self.graded(totals).filter(~nw.col("_problem").is_null()))

    def _chain_of_cells(self) -> list[nw.Expr]:
        """Return what is wrong with the cells of a row, in the order of an eager table."""
        col, source, where = nw.col, self.source, self.refusals.where
        # A row without a unit meets no combination.
        no_unit = col("_no_unit").is_null() | (col("_no_unit") == 1)
        return [
            *self.readings.empty_keys(self.refusals),
            where(no_unit, missing("output_unit")),
            where(col("_rows") > 1, eager.SEVERAL),
            col(_OF_COMBINATION[0]),
            where(~source.filled("output"), missing("output")),
            where(col("_divisor").is_null(), eager.NOT_POSITIVE),
            col(_OF_COMBINATION[1]),
        ]

    def _reason(self) -> nw.Expr:
        """Return the reason of a problem, empty where there is none: that of its combination, or by its number."""
        problem = nw.col("_problem")
        own = [nw.when(problem == nw.col(name)).then(nw.col(f"_reason{name}")) for name in _OF_COMBINATION]
        reasons: dict[str, list[int]] = {}
        for number, refusal in enumerate(self.refusals.refusals):
            # A row with an empty cell meets no combination, and has the same refusal as one that does.
            if number >= self.resolved or refusal.reason == _EMPTY:
                reasons.setdefault(refusal.reason, []).append(number)
        known = [nw.when(problem.is_in(numbers)).then(nw.lit(reason)) for reason, numbers in reasons.items()]
        return nw.coalesce(*own, *known, nw.lit(""))

    def _level(self, value: nw.Expr) -> nw.Expr:
        """Return the class: the best step that is met, none behind a step without a figure."""
        # No otherwise at the end: what cannot be told stays null on every engine.
        level: nw.Expr = nw.when(value > nw.col("_worst")).then(nw.col("_beyond"))
        for step in reversed(range(self.width)):
            level = nw.when(value <= nw.col(f"_bound_{step}")).then(nw.col(f"_level_{step}")).otherwise(level)
        return level


def _text(column: str, name: str) -> nw.Expr:
    return nw.coalesce(nw.col(column), nw.lit("")).alias(name)


def output_parts(source: Source, options: Options) -> Parts:
    """Return what has to be collected of an output table before :func:`measure`."""
    names = _parts_of_combination(source, options)
    combinations = without_repetitions(source.frame, names)
    parts = reading_parts(source, ["output"])
    return {_COMBINATIONS: (combinations, [source.text(name) for name in names]), **parts}


def _parts_of_combination(source: Source, options: Options) -> list[str]:
    """Return the columns on which the threshold of a row depends."""
    names = ["product", "output_unit", *(["period"] if options.by_period else [])]
    names += [name for name in ("furnace_capacity", "furnace_capacity_unit") if name in source]
    return names + [name for name in source.types if name.startswith(CORRECTIONS[0])]


def measure(source: Source, found: Found, options: Options) -> LazyOutputs:
    """Work out the combinations of an output table, and join their figures to its rows."""
    readings = make_readings(source, found)
    refusals = Refusals(source)
    names = _parts_of_combination(source, options)
    combinations = found[_COMBINATIONS]
    measured = _work_out(source, names, combinations, options)
    steps, width, figures = _figures(measured, options, refusals)
    resolved = len(refusals.refusals)
    units = [source.clean("output_unit", row[names.index("output_unit")]) for row in combinations]
    figures["_no_unit"] = ("integer", [int(not unit) for unit in units])
    frame = readings.with_keys(source.frame)
    frame = readings.with_number(frame, "output", "_output")
    divisor = finite(nw.when(nw.col("_output") > 0).then(nw.col("_output")))
    keyed = nw.col(FOLDED[0]) != ""
    for folded in FOLDED[1:]:
        keyed = keyed & (nw.col(folded) != "")
    frame = frame.with_columns(
        divisor.alias("_divisor"),
        nw.len().over(*FOLDED).alias("_rows"),
        nw.when(keyed).then(nw.lit(1)).alias("_keyed"),
        *(_marked(source, name).alias(f"_part_{name}") for name in names if not _is_joined_as_it_is(source, name)),
    )
    on: dict[str, tuple[str, list[Any]]] = {}
    for place, name in enumerate(names):
        cells = [row[place] for row in combinations]
        if _is_joined_as_it_is(source, name):
            on[name] = ("text", cells)
        else:
            on[f"_part_{name}"] = ("text", ["-" if cell is None else f"+{cell}" for cell in cells])
    frame = join_small(frame, hand_over(frame, {**on, **figures}), list(on))
    return LazyOutputs(source, readings, refusals, frame, measured, steps, width, resolved)


def _is_joined_as_it_is(source: Source, name: str) -> bool:
    """Say whether a row without a cell in a column needs no figures, so that null may meet nothing."""
    return name in ("product", "output_unit", "period") and source.is_text(name)


def _marked(source: Source, name: str) -> nw.Expr:
    """Return a cell as a text that is never null, and never the same for nothing and for an empty text."""
    text = source.text(name)
    return nw.when(~text.is_null()).then(nw.concat_str([nw.lit("+"), text])).otherwise(nw.lit("-"))


def _work_out(
    source: Source, names: list[str], combinations: list[tuple[str | None, ...]], options: Options
) -> eager.Outputs:
    """Work out the combinations as if each were the row of a plant of its own."""
    rows = range(len(combinations))
    cells = {name: [source.read(name, row[place]) for row in combinations] for place, name in enumerate(names)}
    own = {"plant": [f"{row}" for row in rows], "output": [1.0] * len(rows)}
    period = {} if "period" in cells else {"period": ["-"] * len(rows)}
    columns = {**own, **period, **cells}
    table = pandas.DataFrame({name: pandas.Series(some, dtype=object) for name, some in columns.items()})
    keys = [recode(encode(table[name]), KEY_TEXT[name]) for name in KEYS]
    return eager.work_out_outputs(table, keys, options)


def _figures(
    measured: eager.Outputs, options: Options, refusals: Refusals
) -> tuple[tuple[str, ...], int, dict[str, tuple[str, list[Any]]]]:
    """Return the names of the steps, how many a ladder has at most, and the figures of every combination."""
    count = len(measured.code)
    regions = grading.TableRegions(measured, options.compare)
    edges, width = regions.edges, len(regions.edges)
    last = numpy.isfinite(edges).sum(axis=0)
    levels = [regions.look_up(grading.class_code, region) for region in (*range(width), last)]
    *levels, beyond = [numpy.array([*grading.CLASSES, None], object)[codes] for codes in levels]
    edges = numpy.where(numpy.isfinite(edges), edges, numpy.nan)
    worst = numpy.where(last > 0, numpy.take_along_axis(edges, last[None] - 1, 0)[0], numpy.nan)
    thresholds = grading.thresholds_of(measured)
    strictest = loosest = numpy.full(count, numpy.nan)
    if (limits := measured.limits) is not None:
        ways = [regions.at_limits(way)[0] for way in (limits.value, limits.strict, limits.lenient)]
        strictest, loosest = numpy.minimum.reduce(ways), numpy.maximum.reduce(ways)
    sources = [
        getattr(threshold, "ladder", None) or getattr(getattr(threshold, "curve", None), "row", None)
        for threshold in measured.thresholds
    ]
    positive = grading.above_zero(measured)
    refused = _numbers(measured, refusals)
    figures = {
        **{name: ("integer", numbers) for name, numbers in zip(_OF_COMBINATION, refused, strict=True)},
        **{
            f"_reason{name}": ("text", [None if n is None else refusals.refusals[n].reason for n in numbers])
            for name, numbers in zip(_OF_COMBINATION, refused, strict=True)
        },
        **{name: _number_column(measured.column(name[1:])) for name in ("_scale", "_saving", "_shift")},
        "_by": _number_column(measured.column("factor")),
        "_electricity": ("integer", [int(one) for one in measured.column("electricity", False, bool)]),
        "_sign": _number_column(regions.sign),
        **{f"_bound_{step}": _number_column(edges[step]) for step in range(width)},
        **{f"_level_{step}": ("text", levels[step].tolist()) for step in range(width)},
        "_beyond": ("text", beyond.tolist()),
        "_worst": _number_column(worst),
        **{f"_at_{step.replace('-', '_')}": _number_column(values) for step, values in thresholds.items()},
        "_positive": ("integer", [int(positive[code]) for code in measured.code]),
        "_curve": ("integer", [None if measured.curves[code] is None else 1 for code in measured.code]),
        "_strictest": _number_column(strictest),
        "_loosest": _number_column(loosest),
        **{
            f"_{name}": ("text", measured.column(name, None, object).tolist())
            for name in ("item", "unit", "saving_unit")
        },
        **{
            f"_{name}": ("text", [getattr(sources[code], name, None) for code in measured.code])
            for name in ("document", "verification")
        },
    }
    return tuple(thresholds), width, figures


def _numbers(measured: eager.Outputs, refusals: Refusals) -> tuple[list[int | None], list[int | None]]:
    """Return the number of what refuses each combination: its threshold, or its furnace."""
    problems = measured.problems
    found: tuple[list[int | None], list[int | None]] = ([], [])
    for code, detail in zip(measured.code, problems.detail.tolist(), strict=True):
        threshold = measured.thresholds[code]
        by_threshold = threshold if isinstance(threshold, Refusal) else None
        by_furnace = problems.refusals[detail] if by_threshold is None and detail >= 0 else None
        for refusal, numbers in zip((by_threshold, by_furnace), found, strict=True):
            numbers.append(None if refusal is None else refusals.number(refusal))
    return found


def _number_column(values: Any) -> tuple[str, list[float | None]]:
    return "number", [None if value != value else value for value in values.tolist()]
