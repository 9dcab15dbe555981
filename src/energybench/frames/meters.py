"""Meter rows: each distinct combination resolved once, each row weighed once, each bad row explained.

The sweep over all rows only finds which rows cannot be used. Why is worked out afterwards, for those rows alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy
from pandas.api.types import is_numeric_dtype

from energybench.accounts.control import USES
from energybench.energy.lines import FLOW_SIGNS, FLOWS, KIND_OF_FLOW, USE_WORDS
from energybench.energy.plausibility import COEFFICIENT_RULE, KCAL_FOR_KJ
from energybench.errors import TableError, did_you_mean, quoted
from energybench.frames.columns import KEYS, unit_in_name
from energybench.frames.encode import (
    BLANK,
    NONE_USED,
    Coded,
    clean_text,
    combine,
    encode,
    encode_if_there,
    fold,
    is_blank,
    to_floats,
    unit_of,
    with_units_of_cells,
    without_blanks,
)
from energybench.frames.groups import KEY_TEXT, is_damaged
from energybench.frames.kernel import Lookup, keys_in_use, make_key, make_lookup
from energybench.frames.problems import Problems
from energybench.frames.resolve import Refusal, resolve_all
from energybench.frames.uncertain import FIGURE_COLUMNS, METER_COLUMNS, read_figure_spreads, read_spreads

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    import pandas
    from numpy.typing import NDArray

    from energybench.frames.resolve import Factor, KnownFactors
    from energybench.frames.uncertain import Spreads

    Floats = NDArray[numpy.float64]

_OWN = ("", *FIGURE_COLUMNS)
#: So many units of a column are named.
_NAMED = 4
#: What a row may say of its use; one that says nothing is fuel.
USES_OF_ROWS = frozenset({"", *USES})
#: Of merged cells in a spreadsheet only the first has the value.
_MISSING = "Fill in the cell (each of merged cells on its own), or remove the row"
TWO_FIGURES = Refusal("coefficient", "", "option", "ncv and coefficient are both given", "Leave one of them empty")
TOO_LARGE = Refusal("amount", "", "unreadable-amount", "amount is {value}, too large to convert", "Check the number")
SIGNED_TWICE = Refusal(
    *("amount", "", "unreadable-amount", "amount is {value}, and the row states a flow"),
    suggestion="Give the amount without its sign, or leave the flow empty",
)
STRAY = Refusal(
    *("plant", "", "no-output", "plant {value} has energy and no output row for this period and product"),
    suggestion="Add the output row, or mend plant, period or product",
)


@dataclass
class Meters:
    table: pandas.DataFrame
    columns: dict[str, Coded]
    amount: Floats
    own: Floats | None
    own_kind: NDArray[Any] | None
    factor: NDArray[Any]
    key_size: int
    keys: NDArray[Any]
    factors: list[Factor | Refusal]
    #: What multiplies standard coal, and what kWh: a row's own figure changes no kWh. None where it is 1 everywhere.
    multiplier: Floats | None = None
    turn: Floats | None = None
    spreads: Spreads | None = None
    figure_spreads: tuple[Spreads, ...] = ()
    #: Which rows are marked as the energy of auxiliaries; None where none is.
    auxiliary: NDArray[numpy.bool_] | None = None
    #: The words of use of the rows, but for that of a fuel.
    uses: frozenset[str] = frozenset()

    @property
    def every_spread(self) -> tuple[Spreads, ...]:
        """The uncertainties of the amounts and of the figures, as far as any row states one."""
        return self.figure_spreads if self.spreads is None else (self.spreads, *self.figure_spreads)

    @property
    def electric(self) -> bool:
        return any(getattr(factor, "electricity_kwh", 0.0) for factor in self.factors)

    def lookup(self, name: str, otherwise: float) -> Lookup:
        values = numpy.array([getattr(factor, name, otherwise) for factor in self.factors], numpy.float64)
        return make_lookup(self.key_size, self.keys, values, otherwise)

    def multiply(self, by: Floats) -> None:
        self.multiplier = by if self.multiplier is None else by * self.multiplier

    @numpy.errstate(invalid="ignore", over="ignore")
    def weigh(self, name: str, otherwise: float, multiplier: Floats | None, rows: Any = slice(None)) -> Floats:
        """Return some rows in tce or in kWh, by what multiplies them."""
        values: Floats = self.lookup(name, otherwise).take(self.factor[rows]) * self.amount[rows]
        return values if multiplier is None else values * multiplier[rows]

    def positions(self, rows: Any) -> NDArray[numpy.int64]:
        """Return the place in ``factors`` of some rows, -1 for a row with an empty cell."""
        place = make_lookup(self.key_size, self.keys, numpy.arange(len(self.keys)), -1)
        return place.take(self.factor[rows])


def missing(column: str) -> Refusal:
    return Refusal(column, "", "missing-value", f"{column} is empty", _MISSING)


def flag_empty(problems: Problems, column: str, null: NDArray[numpy.bool_]) -> None:
    """Flag the rows whose cell says nothing: those with damaged text as such, the others as empty."""
    rows = numpy.flatnonzero(null)
    if len(rows) and column in KEYS:
        damaged = numpy.zeros(len(null), bool)
        damaged[rows] = encode(problems.source[column].iloc[rows]).map(is_damaged, False, bool)
        message = f"{column} is {{value}}: a part of it is no text in UTF-8"
        fix = "Mend the cell, or write the file again in UTF-8"
        problems.flag(damaged, Refusal(column, "", "damaged-text", message, fix))
    problems.flag(null, missing(column))


#: What cells of a workbook begin with, what they are, and what to do.
_FAULTY = (
    ("=", "a formula whose value is not saved", "Open the workbook once in Excel and save it"),
    ("#", "an error of the spreadsheet", "Mend the formula of the cell"),
)


#: Columns that say whose energy of what a row is.
CODED = (*KEYS, "carrier", "unit")


def with_units_of_names(table: pandas.DataFrame, carrier: Coded) -> pandas.DataFrame:
    """Take the units out of names of carriers, 原煤（吨）, where the unit of the row is empty or the same."""
    split = [unit_in_name(clean_text(cell)) for cell in carrier.distinct]
    names, units = (carrier.table([pair[one] for pair in split], "", object)[carrier.codes] for one in (0, 1))
    if not len(rows := numpy.flatnonzero(units != "")):
        return table
    cells = table[["carrier", "unit"]].astype(object)
    code, pairs = combine([encode(cells[name].iloc[rows]) for name in cells])
    own = [("" if cell is None else clean_text(cell), unit_in_name(clean_text(name))[1]) for name, cell in pairs]
    rows = rows[numpy.array([not cell or unit_of(cell) == unit_of(unit) for cell, unit in own], bool)[code]]
    cells.iloc[rows, 0], cells.iloc[rows, 1] = names[rows], units[rows]
    return table.assign(carrier=cells["carrier"], unit=cells["unit"])


def read_meters(
    table: pandas.DataFrame, columns: dict[str, Coded], known: KnownFactors, amount: Floats | None = None
) -> Meters:
    if amount is None:
        amount = to_floats(table["amount"])
        with_units = with_units_of_cells(table, amount, "amount", "unit")
        if with_units is not table:
            table, columns = with_units, {**columns, "unit": encode(with_units["unit"])}
    table = without_blanks(table, (*_OWN[1:], "density", *FIGURE_COLUMNS.values(), *METER_COLUMNS))
    for name in _OWN[1:]:
        if name in table and not is_numeric_dtype(table[name].dtype):
            table = with_units_of_cells(table, to_floats(table[name]), name, f"{name}_unit")
    texts, parts = [], []
    for name in ("carrier", "unit"):
        names, positions = fold(columns[name])
        texts.append(names)
        parts.append((columns[name].codes, positions, len(names)))
    own, kind, kind_and_unit = _own_figures(table)
    if kind_and_unit is not None:
        parts.append((kind_and_unit.codes, numpy.arange(len(kind_and_unit.distinct) + 1), len(kind_and_unit.distinct)))
    density = _densities(table)
    if density is not None:
        parts.append((density.codes, numpy.arange(len(density.distinct)), len(density.distinct)))
    key = make_key(parts)
    factor, keys = keys_in_use(key)
    combinations = []
    for number in keys.tolist():
        one, dense = divmod(number, len(density.distinct)) if density is not None else (number, 0)
        rest, own_code = divmod(one, len(kind_and_unit.distinct)) if kind_and_unit is not None else (one, 0)
        carrier, unit = divmod(rest, max(len(texts[1]), 1))
        figure, figure_unit = kind_and_unit.distinct[own_code] if kind_and_unit is not None else ("", "")
        at = () if density is None else (density.distinct[dense],)
        combinations.append((texts[0][carrier], texts[1][unit], figure, figure_unit, *at))
    read = Meters(table, columns, amount, own, kind, factor, key.size, keys, known.resolve(combinations))
    _multiply(read)
    read.spreads = read_spreads(table, amount, columns["unit"], known.choice.allow_unverified)
    read.figure_spreads = read_figure_spreads(table, own, kind)
    for one in read.every_spread:
        # A row whose uncertainty cannot be used is a problem.
        if (bad := one.unusable()).any():
            read.multiply(numpy.where(bad, numpy.nan, 1.0))
    return read


def _own_figures(table: pandas.DataFrame) -> tuple[Floats | None, NDArray[Any] | None, Coded | None]:
    """Return the rows' own figures (NaN where there is none), which kind each is, and kind with unit, coded."""
    present = [name for name in _OWN[1:] if name in table.columns and bool(table[name].notna().any())]
    if not present:
        return None, None, None
    figure = numpy.full(len(table), numpy.nan)
    kind = numpy.zeros(len(table), numpy.int8)
    pairs: list[tuple[str, str]] = [("", "")]
    code = numpy.zeros(len(table), numpy.int64)
    for name in present:
        given = table[name].notna().to_numpy()
        both = given & (kind > 0)
        figure[given] = to_floats(table[name])[given]
        figure[both] = numpy.nan
        kind[given] = _OWN.index(name)
        unit = encode_if_there(table, f"{name}_unit")
        units = [clean_text(value) for value in unit.distinct]
        code[given] = unit.codes[given] + len(pairs)
        pairs += [(name, text) for text in [*units, ""]]
    return figure, kind, Coded(code, pairs)


#: A coefficient of one of these is in kgce, of any other unit in tce, as forms of the energy statistics have it.
_SINGLE = frozenset({"kg", "kWh", "MJ", "kJ", "m3", "Nm3", "L"})


def with_coefficient_units(
    table: pandas.DataFrame, header: str, coefficient: str = "coefficient", unit: str = "unit"
) -> tuple[pandas.DataFrame, list[str]]:
    """Give the coefficients of a form, which have no unit, that of their column: standard coal per unit of the row."""
    if header.isascii() or not {coefficient, unit} <= {*table.columns} or "coefficient_unit" in table:
        return table, []
    blank = encode(table[coefficient]).map(is_blank, True, bool)
    units = encode(table[unit]).map(_coal_per_unit, None)
    plain = ~numpy.isnan(to_floats(table[coefficient]))
    given = dict.fromkeys(units[plain & (units != None)])  # noqa: E711 - of each cell
    if not given:
        return table, []
    cells = table[coefficient].astype(object).where(~blank, None)
    said = f"meters: {quoted(header)} is read in {', '.join(list(given)[:_NAMED])}, per unit of its row"
    units[~plain] = None
    return table.assign(**{coefficient: cells}).assign(coefficient_unit=units), [said]


def _coal_per_unit(cell: Any) -> str | None:
    text = clean_text(cell)
    if (unit := unit_of(text)) is None:
        return None
    single = not unit.exponent and not unit.denominator and _SINGLE.issuperset(unit.numerator)
    return f"{'kgce' if single else 'tce'}/{text}"


def _densities(table: pandas.DataFrame) -> Coded | None:
    """Return the density of each row as text with its unit, "" for a row without one."""
    if "density" not in table or not table["density"].notna().any():
        return None
    number, unit = encode(table["density"]), encode_if_there(table, "density_unit")
    pair = number.codes.astype(numpy.int64) * (len(unit.distinct) + 1) + unit.codes
    used, codes = numpy.unique(pair, return_inverse=True)
    values, units = ([*map(clean_text, one.distinct), ""] for one in (number, unit))
    pairs = [divmod(one, len(units)) for one in used.tolist()]
    return Coded(codes, [f"{values[value]} {units[of]}".strip() if values[value] else "" for value, of in pairs])


def _multiply(read: Meters) -> None:
    """Set what multiplies the amounts: flow, and flow times own figure; NaN where either cannot be used."""
    if "flow" in read.table.columns:
        flow = encode(read.table["flow"])
        kind = [KIND_OF_FLOW.get(flow_word(cell)) for cell in flow.distinct]
        signs = [FLOW_SIGNS[one] if one else (numpy.nan, numpy.nan) for one in kind]
        sign, read.turn = numpy.array([*signs, (1.0, 1.0)], numpy.float64)[flow.codes].T
        read.multiply(numpy.where(_signed_twice(read), numpy.nan, sign))
    if "use" in read.table.columns:
        use = encode(read.table["use"])
        uses = [use_word(cell) for cell in use.distinct]
        if not USES_OF_ROWS.issuperset(uses):
            read.multiply(use.table([1.0 if one in USES_OF_ROWS else numpy.nan for one in uses], 1.0, float)[use.codes])
        read.uses = USES_OF_ROWS.intersection(uses) - {"", "fuel"}
        if "auxiliary" in uses:
            read.auxiliary = use.table([one == "auxiliary" for one in uses], False, bool)[use.codes]
    if read.own is not None:
        read.multiply(numpy.where(read.own_kind == 0, 1.0, numpy.where(_plausible(read), read.own, numpy.nan)))


def _signed_twice(read: Meters, rows: Any = slice(None)) -> NDArray[numpy.bool_]:
    """Say which rows have a negative amount beside the word of a flow."""
    stated = encode(read.table["flow"].iloc[rows]).map(lambda cell: bool(flow_word(cell)), False, bool)
    twice: NDArray[numpy.bool_] = stated & (read.amount[rows] < 0)
    return twice


def flow_word(cell: Any) -> str:
    return clean_text(cell).lower()


#: A column of more distinct words than this is no column of flows.
_FEW_WORDS = 100


def refuse_flows(frame: pandas.DataFrame, unused: Iterable[str]) -> None:
    """Refuse a column of an unknown header that says of rows that they are no input: their energy would be added."""
    names = {header for header in unused if not header.endswith("(left out)")}
    for place, header in enumerate(map(str, frame.columns)):
        if header not in names or is_numeric_dtype(frame.dtypes.iloc[place]):
            continue
        cells = encode(frame.iloc[:, place]).distinct
        for word in map(clean_text, cells if len(cells) <= _FEW_WORDS else ()):
            if KIND_OF_FLOW.get(flow_word(word), "in") != "in":
                what = (
                    f"meters: the header {quoted(header)} is no column that is known, and has the flow {quoted(word)}"
                )
                way = f"columns={{{quoted(header)}: 'flow'}}"
                out = f"columns={{{quoted(header)}: ''}}"
                raise TableError(what, header, f"Name it 流向, or pass {way}, or leave it out with {out}")


def use_word(cell: Any) -> str:
    word = clean_text(cell).lower()
    return USE_WORDS.get(word, word)


#: How the words of a column are folded, which are known, which are shown, and what to do.
_WORDS: dict[str, tuple[Callable[[Any], str], Collection[str], Collection[str], str]] = {
    "flow": (flow_word, FLOWS, FLOWS, 'Use "in" or "out"'),
    "use": (use_word, USES_OF_ROWS, USES, f"Use {', '.join(USES)}. Remove rows that are no use of the product"),
}


def _refused_word(column: str, cell: Any) -> Refusal | None:
    word_of, known, shown, ways = _WORDS[column]
    if (word := word_of(cell)) in known:
        return None
    return Refusal(column, "", "option", f"{column} is {quoted(cell)}", did_you_mean(word, shown, ways), verbatim=True)


def _plausible(meters: Meters, rows: Any = slice(None)) -> NDArray[numpy.bool_]:
    """Say which own figures are above zero, in the range that their carrier can have, and not of the other basis."""
    own, place = numpy.asarray(meters.own)[rows], meters.positions(rows)
    ranges = [*(getattr(one, "own_range", None) or (0.0, numpy.inf) for one in meters.factors), (numpy.nan, numpy.nan)]
    low, high = numpy.array(ranges, numpy.float64)[place].T
    other_low, other_high = _ranges_of_other_basis(meters)[place].T
    of_other = (own >= other_low) & (own <= other_high)
    plausible: NDArray[numpy.bool_] = (own > 0) & (own >= low) & (own <= high) & ~of_other
    return plausible


def _ranges_of_other_basis(meters: Meters) -> Floats:
    """Return by factor the range that own figures of the other basis have; NaN where there is none."""
    nothing = (numpy.nan, numpy.nan)
    ranges = [(getattr(one, "other_basis", None) or nothing)[:2] for one in meters.factors]
    return numpy.array([*ranges, nothing])


def problems_of(meters: Meters, rows: NDArray[Any]) -> Problems:
    """Say of each row that could not be used what is wrong with it; the first thing found is its problem."""
    table = meters.table.iloc[rows]
    problems = Problems("meters", table)
    for name in CODED:
        column = meters.columns[name].rows(rows)
        text = KEY_TEXT.get(name, clean_text)
        null = column.table([not text(value) for value in column.distinct], True, bool)
        flag_empty(problems, name, null[column.codes])
    # An amount that is blank may need no coefficient.
    blank = encode(table["amount"]).map(is_blank, True, bool)
    flag_number(problems, "amount", meters.amount[rows], blank)
    position = meters.positions(rows)
    refused = [getattr(one, "lacking", None) or one for one in meters.factors]
    problems.flag_refused(position, [*refused, None])
    flag_number(problems, "amount", meters.amount[rows])
    if meters.own is not None and meters.own_kind is not None:
        _explain_own(problems, meters, rows)
    for name in _WORDS:
        if name in table.columns:
            words = encode(table[name])
            answers = resolve_all(_refused_word, [(name, cell) for cell in words.distinct])
            problems.flag_refused(words.codes, [*answers, None])
            if name == "flow":
                problems.flag(_signed_twice(meters, rows), SIGNED_TWICE)
    for spreads in meters.every_spread:
        spreads.explain(problems, rows)
    value = meters.weigh("tce", numpy.nan, meters.multiplier, rows)
    problems.flag(~numpy.isfinite(value), TOO_LARGE)
    problems.flag(numpy.ones(len(rows), bool), STRAY)
    return problems


def flag_number(problems: Problems, column: str, values: Floats, where: NDArray[numpy.bool_] | None = None) -> None:
    """Flag cells that are empty, or no finite number."""
    here = numpy.ones(len(values), bool) if where is None else where
    empty = missing(column) if column != "amount" else replace(missing(column), suggestion=f"{_MISSING}. {NONE_USED}")
    problems.flag(here & ~problems.source[column].notna().to_numpy(), empty)
    bad = here & ~numpy.isfinite(values)
    if bad.any():
        first = encode(problems.source[column]).map(clean_text, "")
        kinds = [(bad & [text.startswith(mark) for text in first], word, fix) for mark, word, fix in _FAULTY]
        if column == "amount":
            kinds.append((bad & [text in BLANK for text in first], "which is no number", NONE_USED))
        for found, word, fix in kinds:
            problems.flag(found, Refusal(column, "", "unreadable-amount", f"{column} is {{value}}, {word}", fix))
    message = f"{column} is {{value}}, expected a finite number"
    fix = "Write a number such as 1200.5; a full-width comma, or a unit that is not the row's, is not read"
    problems.flag(bad, Refusal(column, "", "unreadable-amount", message, fix))


def _explain_own(problems: Problems, meters: Meters, rows: NDArray[Any]) -> None:
    """Flag own figures that are doubled, no numbers, not above zero, or that only a slipped decimal point explains."""
    table = problems.source
    own, kind = numpy.asarray(meters.own)[rows], numpy.asarray(meters.own_kind)[rows]
    given = [name for name in _OWN[1:] if name in table.columns]
    if len(given) == len(_OWN) - 1:
        both = table["ncv"].notna().to_numpy() & table["coefficient"].notna().to_numpy()
        problems.flag(both, TWO_FIGURES)
    plausible = _plausible(meters, rows)
    low, high = _ranges_of_other_basis(meters)[meters.positions(rows)].T
    words = {other[2] for one in meters.factors if (other := getattr(one, "other_basis", None))}
    for name in given:
        here = kind == _OWN.index(name)
        flag_number(problems, name, own, here)
        for basis in words:
            message = f"{name} is {{value}}, a figure of {basis}"
            fix = "Give the figure of the basis that was asked for"
            of_other = here & (low <= own) & (own <= high)
            problems.flag(of_other, Refusal(name, "", "implausible-coefficient", message, fix))
        rule = KCAL_FOR_KJ.rule if name == "ncv" else COEFFICIENT_RULE
        message = f"{name} is {{value}}, not above zero or far outside every document's figure for this carrier"
        fix = f"Check the decimal point and the unit ({rule}); allow_unverified takes it as it is"
        problems.flag(here & ~plausible, Refusal(name, "", "implausible-coefficient", message, fix))
