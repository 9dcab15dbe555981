"""Meter rows of an engine: each distinct combination resolved here, each row weighed by an expression there."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from energybench.energy.lines import FLOWS
from energybench.frames import meters as eager
from energybench.frames.columns import KEYS
from energybench.frames.lazy.chain import Refusals
from energybench.frames.lazy.readings import FOLDED, Readings, make_readings, reading_parts
from energybench.frames.lazy.small_tables import hand_over
from energybench.frames.lazy.source import finite, grouped, join_small, without_repetitions
from energybench.frames.resolve import Factor, KnownFactors, Refusal, resolve_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from energybench.energy.coefficients import Choice
    from energybench.frames.lazy.readings import Found, Parts
    from energybench.frames.lazy.source import Source

    Frame = nw.LazyFrame[Any]

_OWN = ("ncv", "coefficient")
_COMBINATIONS = "meters combinations"
#: What of a coefficient stands in a line of energy: name of the column, and of the attribute.
_OF_RECORD = {
    "coefficient_unit": "unit",
    "basis": "basis",
    "origin": "origin",
    "document": "document",
    "clause": "clause",
    "verification": "verification",
}


@dataclass(frozen=True)
class LazyMeters:
    """The meter rows weighed, nothing of it computed."""

    source: Source
    readings: Readings
    refusals: Refusals
    lines: Frame
    factors: list[Factor | Refusal]
    electric: bool

    def totals(self) -> Frame:
        """Return tce, kWh and numbers of readings by folded key, the empty ones too.

        The large table is grouped by its keys as they stand, and only the groups are folded and added up again.
        """
        col = nw.col
        # Counts of what is not null: engines differ in what they think of sums of truth values.
        sums = [col("_tce").sum(), col("_tce").count().alias("_usable"), nw.len().alias("_readings")]
        if self.electric:
            sums += [col("_kwh").sum(), col("_kwh").count().alias("_electric")]
        names = ["_tce", "_usable", "_readings", *(["_kwh", "_electric"] if self.electric else [])]
        raw = grouped(self.lines, KEYS, sums)
        total = self.readings.with_keys(raw).group_by(*FOLDED).agg(*(col(name).sum() for name in names))
        if self.electric:
            return total
        return total.with_columns(nw.lit(0.0).alias("_kwh"), nw.lit(0).alias("_electric"))

    def rows(self, known: Frame) -> Frame:
        """Return every meter row with ``_used`` (1, or null where it could not be used) and ``_problem``."""
        keyed = self.readings.with_keys(self.lines)
        matched = keyed.join(known, on=list(FOLDED), how="left")
        usable = ~nw.col("_tce").is_null() & ~nw.col("_known").is_null()
        return matched.with_columns(nw.when(usable).then(nw.lit(1)).alias("_used")).with_columns(
            nw.when(~usable).then(nw.coalesce(*self._chain())).alias("_problem")
        )

    def problems(self, known: Frame) -> Frame:
        """Return the rows that could not be used, and what is wrong with each."""
        return self.refusals.listed(self.rows(known).filter(nw.col("_used").is_null()))

    def energy(self, known: Frame) -> Frame:
        """Return a line per meter row, as :attr:`energybench.frames.Assessment.energy` does."""
        rows = self.rows(known)
        records = [(n, f.record) for n, f in enumerate(self.factors) if isinstance(f, Factor)]
        details: dict[str, tuple[str, list[Any]]] = {
            "_factor": ("integer", [number for number, _ in records]),
            "_figure": ("number", [record.value for _, record in records]),
        }
        for name, attribute in _OF_RECORD.items():
            details[f"_of_{name}"] = ("text", [str(getattr(record, attribute)) for _, record in records])
        rows = join_small(rows, hand_over(rows, details), ["_factor"])
        used = ~nw.col("_used").is_null()
        figure = nw.col("_figure")
        if "_own" in rows.collect_schema():
            figure = figure * nw.coalesce(nw.col("_own"), nw.lit(1.0))
        given = [name for name in self.source.types if name not in ("coefficient", "coefficient_unit")]
        return rows.select(
            *given,
            figure.alias("coefficient"),
            *(nw.coalesce(nw.col(f"_of_{name}"), nw.lit("")).alias(name) for name in _OF_RECORD),
            nw.when(used).then(nw.col("_tce")).alias("tce"),
            nw.when(used).then(nw.coalesce(nw.col("_kwh"), nw.lit(0.0))).alias("electricity_kwh"),
            used.alias("used"),
        )

    def _chain(self) -> list[nw.Expr]:
        """Return the problems of a row in the order of :func:`energybench.frames.meters.explain`."""
        source, where = self.source, self.refusals.where
        chain = self.readings.empty_keys(self.refusals)
        chain += [where(source.stripped(name) == "", eager.missing(name)) for name in ("carrier", "unit")]
        chain += [nw.col("_refused_factor")]
        chain += [where(~source.filled("amount"), eager.missing("amount"))]
        chain += [where(finite(nw.col("_amount")).is_null(), eager.unreadable("amount"))]
        own = [name for name in _OWN if name in source]
        if len(own) == len(_OWN):
            chain += [where(source.filled("ncv") & source.filled("coefficient"), eager.TWO_FIGURES)]
        for name in own:
            here = nw.col("_kind") == name
            chain += [where(here & finite(nw.col("_own")).is_null(), eager.unreadable(name))]
            chain += [where(here & nw.col("_multiplier").is_null(), eager.implausible(name))]
        if "flow" in source:
            chain += [nw.col("_refused_flow")]
        chain += [where(nw.col("_tce").is_null(), eager.TOO_LARGE)]
        chain += [where(nw.lit(True), eager.STRAY)]
        return chain


def meter_parts(source: Source) -> Parts:
    """Return what has to be collected of a meter table before :func:`weigh`."""
    own = [name for name in _OWN if name in source]
    names = [name for name in ("carrier", "unit", "flow") if name in source]
    frame = _with_kind(source, own) if own else source.frame
    rest = ["_kind", "_own_unit"] if own else []
    combinations = without_repetitions(frame, [*names, *rest])
    # Nothing and an empty text are one combination where both are joined as an empty text: two would double rows.
    on = _joined_on(source, own)
    texts = {name: source.text(name) for name in names}
    columns = [text if on[name] == name else text.fill_null("") for name, text in texts.items()]
    columns += [nw.col(name) for name in rest]
    return {_COMBINATIONS: (combinations, columns), **reading_parts(source, ["amount", *own])}


def _with_kind(source: Source, own: Sequence[str]) -> Frame:
    """Say which figure of its own each row has, and in which unit: the coefficient, where there are both."""
    kind: nw.Expr = nw.lit("")
    unit: nw.Expr = nw.lit("")
    for name in own:
        here = source.filled(name)
        given = source.text(f"{name}_unit").fill_null("") if f"{name}_unit" in source else nw.lit("")
        kind = nw.when(here).then(nw.lit(name)).otherwise(kind)
        unit = nw.when(here).then(given).otherwise(unit)
    return source.frame.with_columns(kind.alias("_kind"), unit.alias("_own_unit"))


def weigh(source: Source, found: Found, choice: Choice) -> LazyMeters:
    """Resolve the combinations of a meter table, and weigh its rows by them."""
    own = [name for name in _OWN if name in source]
    readings = make_readings(source, found)
    refusals = Refusals(source)
    combinations = found[_COMBINATIONS]
    names = [name for name in ("carrier", "unit", "flow") if name in source]
    cells: dict[str, list[str | None]] = {
        name: [row[place] for row in combinations]
        for place, name in enumerate([*names, *(["_kind", "_own_unit"] if own else [])])
    }
    factors, of_row = _factors(source, cells, choice, len(combinations))
    signs, of_flow = _flows(source, cells.get("flow", []))
    refused = {number: refusals.number(factor) for number, factor in enumerate(factors) if isinstance(factor, Refusal)}
    refused_flow = {number: refusals.number(sign) for number, sign in enumerate(signs) if isinstance(sign, Refusal)}
    chosen = [factors[place] if place is not None else None for place in of_row]
    sign_of = [signs[place] for place in of_flow] or [1.0] * len(chosen)
    per = {
        name: [
            getattr(factor, name) * sign if isinstance(factor, Factor) and not isinstance(sign, Refusal) else None
            for factor, sign in zip(chosen, sign_of, strict=True)
        ]
        for name in ("tce", "electricity_kwh")
    }
    limits = [getattr(factor, "own_range", None) or (0.0, sys.float_info.max) for factor in chosen]
    frame = _with_kind(source, own) if own else source.frame
    on = _joined_on(source, own)
    small = hand_over(
        frame,
        {
            **{joined: ("text", cells[name]) for name, joined in on.items()},
            "_factor": ("integer", of_row),
            "_tce_per": ("number", per["tce"]),
            "_kwh_per": ("number", [value or None for value in per["electricity_kwh"]]),
            "_refused_factor": ("integer", [None if n is None else refused.get(n) for n in of_row]),
            **({"_refused_flow": ("integer", [refused_flow.get(n) for n in of_flow])} if of_flow else {}),
            **({"_low": ("number", [low for low, _ in limits])} if own else {}),
            **({"_high": ("number", [high for _, high in limits])} if own else {}),
        },
    )
    if filled := [name for name, joined in on.items() if joined == f"_join_{name}"]:
        frame = frame.with_columns(*(source.text(name).fill_null("").alias(on[name]) for name in filled))
    frame = join_small(frame, small, list(on.values()))
    electric = any(value for value in per["electricity_kwh"])
    return LazyMeters(source, readings, refusals, _weighed(readings, frame, own), factors, electric)


def _joined_on(source: Source, own: Sequence[str]) -> dict[str, str]:
    """Return the columns by which the factors are joined: as they are, or filled where nothing may stand in them."""
    on = {name: name if source.is_text(name) else f"_join_{name}" for name in ("carrier", "unit")}
    if "flow" in source:
        on["flow"] = "_join_flow"
    return {**on, **({"_kind": "_kind", "_own_unit": "_own_unit"} if own else {})}


def _factors(
    source: Source, cells: dict[str, list[str | None]], choice: Choice, count: int
) -> tuple[list[Factor | Refusal], list[int | None]]:
    """Resolve each combination as it is compared, and return which of them every row of the cells is."""
    clean = {name: [source.clean(name, cell) for cell in cells[name]] for name in ("carrier", "unit")}
    nothing = [""] * count
    kinds = [kind or "" for kind in cells.get("_kind", nothing)]
    units = [text.strip() if text else "" for text in cells.get("_own_unit", nothing)]
    rows = list(zip(clean["carrier"], clean["unit"], kinds, units, strict=True))
    distinct: list[tuple[str, ...]] = list(dict.fromkeys(row for row in rows if row[0] and row[1]))
    factors = KnownFactors(choice).resolve(distinct)
    place = {row: number for number, row in enumerate(distinct)}
    return factors, [place.get(row) for row in rows]


def _flows(source: Source, cells: list[str | None]) -> tuple[list[float | Refusal], list[int]]:
    """Return what each distinct flow multiplies by, or why it does not; and which of them every row is."""
    distinct = list(dict.fromkeys(cells))
    given = [source.read("flow", cell) if cell else "" for cell in distinct]
    refused = resolve_all(eager.refused_flow, [(cell,) for cell in given])
    signs = [why or float(FLOWS[eager.flow_word(cell)]) for why, cell in zip(refused, given, strict=True)]
    place = {cell: number for number, cell in enumerate(distinct)}
    return signs, [place[cell] for cell in cells]


def _weighed(readings: Readings, frame: Frame, own: Sequence[str]) -> Frame:
    """Multiply: null is what cannot be used."""
    frame = readings.with_number(frame, "amount", "_amount")
    value = nw.col("_amount")
    if own:
        source = readings.source
        for name in own:
            frame = readings.with_number(frame, name, f"_number_{name}")
        figure = nw.coalesce(*(nw.when(nw.col("_kind") == name).then(nw.col(f"_number_{name}")) for name in own))
        if len(own) == len(_OWN):
            figure = nw.when(~(source.filled("ncv") & source.filled("coefficient"))).then(figure)
        frame = frame.with_columns(figure.alias("_own"))
        figure = nw.col("_own")
        sound = (figure > 0) & (figure >= nw.col("_low")) & (figure <= nw.col("_high"))
        multiplier = nw.when(nw.col("_kind") == "").then(nw.lit(1.0)).otherwise(nw.when(sound).then(figure))
        frame = frame.with_columns(multiplier.alias("_multiplier"))
        value = value * nw.col("_multiplier")
    # One look at the product sees an amount, a factor or a figure that is no number.
    frame = frame.with_columns((nw.col("_tce_per") * value).alias("_weighed"))
    frame = frame.with_columns(finite(nw.col("_weighed")).alias("_tce"))
    # A figure of a row's own says how much standard coal a kWh is, not how many kWh there are.
    kwh = nw.col("_kwh_per") * nw.col("_amount")
    return frame.with_columns(nw.when(~nw.col("_tce").is_null()).then(kwh).alias("_kwh"))
