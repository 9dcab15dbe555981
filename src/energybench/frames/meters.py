"""Meter rows: each distinct combination resolved once, each row weighed, each bad row flagged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy

from energybench.accounts import FLOWS
from energybench.errors import did_you_mean, quoted
from energybench.frames import kernel
from energybench.frames.encode import Coded, clean_text, combine, encode, recode, to_floats
from energybench.frames.problems import Problems
from energybench.frames.resolve import Factor, Refusal, resolve_factor

if TYPE_CHECKING:
    import pandas
    from numpy.typing import NDArray

    from energybench.carriers import Choice

_OWN = ("", "ncv", "coefficient")
_MISSING = "Fill in the cell, or remove the row"


@dataclass
class Meters:
    """The meter rows, worked out."""

    problems: Problems
    code: NDArray[numpy.int64]
    factors: list[Factor | Refusal]
    own: NDArray[numpy.float64] | None
    tce: NDArray[numpy.float64]
    electricity_kwh: NDArray[numpy.float64]
    is_electricity: NDArray[numpy.bool_]


def missing(column: str) -> Refusal:
    """Return the refusal of an empty cell."""
    return Refusal(column, "", "missing-value", f"{column} is empty", _MISSING)


def work_out_meters(table: pandas.DataFrame, choice: Choice) -> Meters:
    """Resolve the factors of a meter table and weigh its rows.

    Parameters
    ----------
    table : pandas.DataFrame
        With canonical columns.
    choice : Choice
        The options of the whole table.
    """
    problems = Problems("meters", table)
    carrier, unit = (recode(encode(table[name]), clean_text) for name in ("carrier", "unit"))
    for name, column in (("carrier", carrier), ("unit", unit)):
        problems.flag(column.codes == len(column.distinct), missing(name))
    own, own_kind, own_unit = _own_figures(table, problems)
    code, combinations = combine([carrier, unit, own_kind, own_unit])
    factors = [_resolve(row, carrier, unit, own_unit, choice) for row in combinations.tolist()]
    refusals = [factor for factor in factors if isinstance(factor, Refusal)]
    number = iter(range(len(refusals)))
    refused = numpy.array([next(number) if isinstance(factor, Refusal) else -1 for factor in factors])
    if refusals:
        problems.flag_each(refused[code] >= 0, refused[code], refusals)
    amount = to_floats(table["amount"])
    _flag_numbers(problems, "amount", amount, table["amount"].isna().to_numpy())
    if own is not None:
        _flag_own(problems, own, own_kind, code, factors)
    sign = _signs(table, problems)
    multiplier = sign if own is None else numpy.where(numpy.isnan(own), 1.0, own) * (1.0 if sign is None else sign)
    tce = kernel.weigh(amount, multiplier, code, _column(factors, "tce"))
    power = _column(factors, "electricity_kwh")
    is_electricity = (power > 0)[code]
    electricity = kernel.weigh(amount, sign, code, power) if is_electricity.any() else numpy.zeros(len(amount))
    overflow = Refusal("amount", "", "unreadable-amount", "amount is {value}, too large to convert", "Check the number")
    problems.flag(~numpy.isfinite(tce), overflow)
    return Meters(problems, code, factors, own, tce, electricity, is_electricity)


def _resolve(row: list[int], carrier: Coded, unit: Coded, own_unit: Coded, choice: Choice) -> Factor | Refusal:
    """Resolve one combination of codes; an empty cell is flagged already and only needs a place."""
    carrier_code, unit_code, own_code, own_unit_code = row
    if carrier_code == len(carrier.distinct):
        return missing("carrier")
    if unit_code == len(unit.distinct):
        return missing("unit")
    own_text = own_unit.distinct[own_unit_code] if own_unit_code < len(own_unit.distinct) else ""
    return resolve_factor(carrier.distinct[carrier_code], unit.distinct[unit_code], _OWN[own_code], own_text, choice)


def _column(factors: list[Factor | Refusal], name: str) -> NDArray[numpy.float64]:
    return numpy.array([getattr(factor, name, numpy.nan) for factor in factors], numpy.float64)


def _own_figures(table: pandas.DataFrame, problems: Problems) -> tuple[NDArray[numpy.float64] | None, Coded, Coded]:
    """Return the rows' own figures (NaN where there is none), which kind each is, and its unit."""
    count = len(table)
    nothing = Coded(numpy.zeros(count, numpy.int64), [""])
    present = [name for name in _OWN[1:] if name in table.columns and bool(table[name].notna().any())]
    if not present:
        return None, Coded(numpy.zeros(count, numpy.int64), list(_OWN)), nothing
    figure = numpy.full(count, numpy.nan)
    kind = numpy.zeros(count, numpy.int64)
    units = numpy.full(count, "", object)
    for name in present:
        given = table[name].notna().to_numpy()
        both = Refusal("coefficient", "", "option", "ncv and coefficient are both given", "Leave one of them empty")
        problems.flag(given & (kind > 0), both)
        values = to_floats(table[name])
        _flag_numbers(problems, name, values, ~given, required=False)
        figure[given] = values[given]
        kind[given] = _OWN.index(name)
        if f"{name}_unit" in table.columns:
            unit = recode(encode(table[f"{name}_unit"]), clean_text)
            units[given] = unit.take(unit.distinct, "")[given]
    return figure, Coded(kind, list(_OWN)), recode_texts(units)


def recode_texts(texts: NDArray[numpy.object_]) -> Coded:
    """Code an array of texts."""
    import pandas

    codes, values = pandas.factorize(texts)
    return Coded(codes.astype(numpy.int64), list(values))


def _flag_numbers(
    problems: Problems, column: str, values: NDArray[numpy.float64], empty: NDArray[numpy.bool_], required: bool = True
) -> None:
    """Flag cells that are empty, or no finite number."""
    if required:
        problems.flag(empty, missing(column))
    message = f"{column} is {{value}}, expected a finite number"
    fix = "Write a number such as 1200.5; a full-width comma or a unit in the cell is not read"
    problems.flag(~empty & ~numpy.isfinite(values), Refusal(column, "", "unreadable-amount", message, fix))


def _flag_own(
    problems: Problems,
    own: NDArray[numpy.float64],
    kind: Coded,
    code: NDArray[numpy.int64],
    factors: list[Factor | Refusal],
) -> None:
    """Flag own figures that are not positive, or that only a slipped decimal point can explain."""
    ranges = [getattr(factor, "own_range", None) or (0.0, numpy.inf) for factor in factors]
    low, high = (numpy.array(column)[code] for column in zip(*ranges, strict=True))
    for number, name in enumerate(_OWN):
        if name:
            outside = (kind.codes == number) & ~((own > 0) & (own >= low) & (own <= high))
            message = f"{name} is {{value}}, far outside every document's figure for this carrier in this unit"
            fix = "Check the decimal point and the unit (kgce/m3 is 10 tce/万m3); allow_unverified takes it as it is"
            problems.flag(outside, Refusal(name, "", "implausible-coefficient", message, fix))


def _signs(table: pandas.DataFrame, problems: Problems) -> NDArray[numpy.float64] | None:
    """Return 1 for energy in and -1 for energy sent out, None where there is no flow column."""
    if "flow" not in table.columns:
        return None
    flow = encode(table["flow"])
    texts = [clean_text(value).lower() for value in flow.distinct]
    for value, text in zip(flow.distinct, texts, strict=True):
        if text not in FLOWS:
            fix = did_you_mean(text, FLOWS, 'Use "in" or "out"')
            here = flow.codes == flow.distinct.index(value)
            problems.flag(here, Refusal("flow", quoted(value), "option", f"flow is {quoted(value)}", fix))
    signs: NDArray[numpy.float64] = flow.take([float(FLOWS.get(text, 1)) for text in texts], 1.0, numpy.float64)
    return signs
