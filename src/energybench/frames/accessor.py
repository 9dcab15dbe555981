"""The library as a part of pandas: ``import energybench.frames.accessor``, then ``df.energybench``.

Importing this module is what registers the accessor; ``import energybench`` alone leaves pandas as it is.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.energy.conversion import make_choice
from energybench.errors import (
    LONGEST_QUOTE,
    EnergybenchWarning,
    MissingColumnError,
    TableError,
    UnverifiedWarning,
    check_option,
    did_you_mean,
    quoted,
)
from energybench.frames import assess
from energybench.frames.encode import encode, fold, has_value, to_floats
from energybench.frames.meters import TOO_LARGE, missing, unreadable
from energybench.frames.resolve import KnownFactors, Refusal
from energybench.tables.store import ACCEPTED

if TYPE_CHECKING:
    from collections.abc import Hashable

    from numpy.typing import NDArray

    from energybench.energy.coal_rates import CoalRate
    from energybench.energy.coefficients import Choice
    from energybench.frames import Assessment
    from energybench.frames.resolve import Factor
    from energybench.units.registry import AmountLike

ERRORS = ("raise", "coerce")
#: Columns of the problems.
PROBLEMS = ("row", "column", "value", "reason", "message", "suggestion")
#: How many kinds of problem an error or a warning lists.
LISTED = 10


@pandas.api.extensions.register_dataframe_accessor("energybench")
class EnergybenchAccessor:
    """What ``df.energybench`` offers.

    Parameters
    ----------
    frame : pandas.DataFrame
        Given by pandas.

    Examples
    --------
    >>> import pandas
    >>> import energybench.frames.accessor
    >>> meters = pandas.DataFrame({"carrier": ["原煤", "电"], "amount": [1200, 350], "unit": ["t", "万kWh"]})
    >>> meters.energybench.to_tce().round(2).tolist()
    [857.16, 430.15]
    """

    def __init__(self, frame: pandas.DataFrame) -> None:
        self._frame = frame

    def assess(self, outputs: Any, **options: Any) -> Assessment:
        """Assess this table of meters against a table of outputs.

        Parameters
        ----------
        outputs : DataFrame, str or Path
            As in :func:`energybench.assess`.
        **options
            As in :func:`energybench.assess`.

        Returns
        -------
        Assessment
            The same as ``energybench.assess(df, outputs, **options)``.
        """
        answer: Assessment = assess(self._frame, outputs, **options)
        return answer

    def to_tce(
        self,
        *,
        amount: Hashable = "amount",
        unit: Hashable = "unit",
        carrier: Hashable = "carrier",
        errors: str = "raise",
        basis: str = "calorific",
        coal_rate: AmountLike | CoalRate | None = None,
        edition: str | None = None,
        allow_unverified: bool = False,
    ) -> pandas.Series[Any]:
        """Convert every row to tonnes of standard coal equivalent.

        Each distinct pair of carrier and unit is decided once, by the function that serves one value; rows only
        take part in a multiplication.

        Parameters
        ----------
        amount, unit, carrier : hashable
            Names of the columns: numbers, unit texts, and carriers by id or name.
        errors : {"raise", "coerce"}
            Refuse the table if a row cannot be converted, or give NaN for such rows and warn. :meth:`problems`
            lists them.
        basis, coal_rate, edition, allow_unverified
            As in :func:`energybench.to_tce`, for every row.

        Returns
        -------
        pandas.Series
            Floats in tce with the index of the table, named ``tce``.

        Raises
        ------
        MissingColumnError
            If a column is not there.
        TableError
            If rows cannot be converted and ``errors`` is ``"raise"``: the distinct problems, most rows first.
        EnergybenchError
            If an option does not exist.

        Warns
        -----
        EnergybenchWarning
            If rows cannot be converted and ``errors`` is ``"coerce"``.

        Notes
        -----
        tce = amount x coefficient, as :func:`energybench.to_tce`.
        """
        check_option("errors", errors, ERRORS)
        choice = make_choice(basis=basis, coal_rate=coal_rate, edition=edition, allow_unverified=allow_unverified)
        converted = _convert(self._frame, {"amount": amount, "unit": unit, "carrier": carrier}, choice)
        problems = converted.problems()
        if len(problems):
            said = f"{len(problems)} of {len(self._frame)} rows cannot be converted: {_listed(problems)}"
            if errors == "raise":
                raise TableError(said, str(problems["value"].iloc[0]), 'Mend them, or pass errors="coerce" for NaN')
            warnings.warn(
                f"{said}. They are NaN; df.energybench.problems() lists them", EnergybenchWarning, stacklevel=2
            )
        for figure in converted.weak():
            warnings.warn(f"unverified: {figure}", UnverifiedWarning, stacklevel=2)
        return pandas.Series(converted.tce, index=self._frame.index, name="tce")

    def problems(
        self,
        *,
        amount: Hashable = "amount",
        unit: Hashable = "unit",
        carrier: Hashable = "carrier",
        basis: str = "calorific",
        coal_rate: AmountLike | CoalRate | None = None,
        edition: str | None = None,
        allow_unverified: bool = False,
    ) -> pandas.DataFrame:
        """List the rows that :meth:`to_tce` cannot convert.

        Parameters
        ----------
        amount, unit, carrier, basis, coal_rate, edition, allow_unverified
            As in :meth:`to_tce`.

        Returns
        -------
        pandas.DataFrame
            Row (the label of the index), column, value, reason, message, suggestion; empty where all is well.

        Raises
        ------
        MissingColumnError
            If a column is not there.
        """
        choice = make_choice(basis=basis, coal_rate=coal_rate, edition=edition, allow_unverified=allow_unverified)
        return _convert(self._frame, {"amount": amount, "unit": unit, "carrier": carrier}, choice).problems()


@dataclass(frozen=True)
class _Converted:
    """The rows in tce, and which refusal stands against each: a code, -1 where none does."""

    table: dict[str, pandas.Series[Any]]
    names: dict[str, Hashable]
    tce: NDArray[numpy.float64]
    refused: NDArray[numpy.int64]
    refusals: list[Refusal]
    factors: list[Factor]

    def weak(self) -> list[str]:
        """Return the unverified figures that were used."""
        checked = ((str(factor.record), factor.record.verification) for factor in self.factors)
        return list(dict.fromkeys(text for text, word in checked if word and word not in ACCEPTED))

    def problems(self) -> pandas.DataFrame:
        """Return a row per row that was refused."""
        rows = numpy.flatnonzero(self.refused >= 0)
        code = self.refused[rows]
        parts = {
            name: numpy.array([getattr(refusal, name) for refusal in self.refusals] + [""], object)[code]
            for name in ("column", "reason", "message", "suggestion")
        }
        values = numpy.full(len(rows), "", object)
        for name, series in self.table.items():
            here = parts["column"] == name
            if here.any():
                values[here] = encode(series.iloc[rows[here]]).map(_shown, "")
        templates = pandas.Series(parts["message"]).str.contains("{value}", regex=False).to_numpy(bool)
        if templates.any():
            shown = encode(pandas.Series(values[templates])).map(quoted, "")
            pairs = zip(parts["message"][templates], shown, strict=True)
            parts["message"][templates] = [text.replace("{value}", value) for text, value in pairs]
        column = pandas.Series(parts["column"], dtype=object).map(self.names).to_numpy(object)
        index = self.table["amount"].index.to_numpy()[rows]
        return pandas.DataFrame({**parts, "row": index, "column": column, "value": values}, columns=list(PROBLEMS))


def _convert(frame: pandas.DataFrame, names: dict[str, Hashable], choice: Choice) -> _Converted:
    table = {column: _column(frame, name, column) for column, name in names.items()}
    texts, codes = [], []
    for column in ("carrier", "unit"):
        coded = encode(table[column])
        words, position = fold(coded)
        texts.append(words)
        codes.append(position[coded.codes])
    amount = to_floats(table["amount"])
    width = len(texts[1]) + 1
    keys, pair = numpy.unique(codes[0] * width + codes[1], return_inverse=True)
    found = [divmod(int(key), width) for key in keys]
    whole = [place for place, (one, two) in enumerate(found) if one < len(texts[0]) and two < len(texts[1])]
    known = KnownFactors(choice)
    resolved = known.resolve([(texts[0][found[place][0]], texts[1][found[place][1]], "", "") for place in whole])
    factor = numpy.full(len(keys), numpy.nan)
    refusal_of = numpy.full(len(keys), -1)
    refusals: list[Refusal] = []
    for place, one in zip(whole, resolved, strict=True):
        if isinstance(one, Refusal):
            refusal_of[place] = len(refusals)
            refusals.append(one)
        else:
            factor[place] = one.tce
    with numpy.errstate(over="ignore", invalid="ignore"):
        tce = factor[pair] * amount + 0.0
    refused = _refuse(refusal_of[pair], refusals, table, codes, [len(words) for words in texts], amount, tce)
    tce[refused >= 0] = numpy.nan
    return _Converted(table, names, tce, refused, refusals, known.factors)


def _refuse(
    refused: NDArray[numpy.int64],
    refusals: list[Refusal],
    table: dict[str, pandas.Series[Any]],
    codes: list[NDArray[numpy.int64]],
    sizes: list[int],
    amount: NDArray[numpy.float64],
    tce: NDArray[numpy.float64],
) -> NDArray[numpy.int64]:
    """Return the refusal of each row, the first thing that is wrong with it."""
    result = numpy.array(refused)
    checks = [
        (codes[0] == sizes[0], missing("carrier")),
        (codes[1] == sizes[1], missing("unit")),
        (~has_value(table["amount"]).to_numpy(), missing("amount")),
        (~numpy.isfinite(amount), unreadable("amount")),
        (~numpy.isfinite(tce), TOO_LARGE),
    ]
    for where, refusal in checks:
        here = where & (result < 0)
        result[here] = len(refusals)
        refusals.append(refusal)
    return result


def _column(frame: pandas.DataFrame, name: Hashable, meaning: str) -> pandas.Series[Any]:
    """Return a column by its name, or refuse a name that stands for none or for several."""
    columns = [str(column) for column in frame.columns]
    if name not in frame.columns:
        fix = did_you_mean(str(name), columns, f"Pass {meaning}= with the name of its column")
        raise MissingColumnError(
            f"The table has no column {quoted(name)}; it has {', '.join(columns)}", quoted(name), fix
        )
    found = frame[name]
    if not isinstance(found, pandas.Series):
        raise TableError(f"The table has several columns {quoted(name)}", quoted(name), "Rename all but one")
    return found


def _shown(cell: object) -> str:
    text = str(cell)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"


def _listed(problems: pandas.DataFrame) -> str:
    """Return the distinct problems with how many rows have each, most rows first."""
    parts = ["column", "value", "message", "suggestion"]
    kinds = problems.groupby(parts, sort=False, dropna=False).size().rename("rows").reset_index()
    kinds = kinds.sort_values("rows", ascending=False, kind="stable")
    listed = [
        f"{kind['rows']} x {kind['column']}: {kind['message']}"
        + (f" ({kind['suggestion']})" if kind["suggestion"] else "")
        for kind in kinds.head(LISTED).to_dict("records")
    ]
    more = len(kinds) - len(listed)
    return "; ".join([*listed, *([f"and {more} more kinds"] if more else [])])
