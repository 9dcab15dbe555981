"""The library as a part of pandas: ``import energybench.frames.accessor``, then ``df.energybench``.

Importing this module is what registers the accessor; ``import energybench`` alone leaves pandas as it is.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.energy.conversion import make_choice
from energybench.errors import EnergybenchWarning, MissingColumnError, TableError, check_option, did_you_mean, quoted
from energybench.frames.columns import KEYS, find_columns
from energybench.frames.encode import encode_each, with_plain_cells
from energybench.frames.meters import CODED, problems_of, read_meters
from energybench.frames.pipeline import assess, warn_weak
from energybench.frames.resolve import KnownFactors

if TYPE_CHECKING:
    from collections.abc import Hashable

    from numpy.typing import NDArray

    from energybench.frames import Assessment
    from energybench.frames.resolve import Factor

#: Columns that are honoured where the table has them.
_OPTIONAL = ("flow", "ncv", "ncv_unit", "coefficient", "coefficient_unit", "density", "density_unit")
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
        """Assess this table of meters: ``energybench.assess(df, outputs, **options)``."""
        return assess(self._frame, outputs, **options)

    def to_tce(
        self,
        *,
        amount: Hashable = "amount",
        unit: Hashable = "unit",
        carrier: Hashable = "carrier",
        errors: str = "raise",
        **options: Any,
    ) -> pandas.Series[Any]:
        """Convert every row to tonnes of standard coal equivalent.

        Each distinct pair of carrier and unit is decided once, by the function that serves one value; rows only
        take part in a multiplication.

        Parameters
        ----------
        amount, unit, carrier : hashable
            Names of the columns: numbers, unit texts, and carriers by id or name. A column that is not named is found
            by its header in English or Chinese. So are flow, ncv, ncv_unit, coefficient and coefficient_unit, which
            are honoured as :func:`energybench.assess` does: what flows out is negative.
        errors : {"raise", "coerce"}
            Refuse the table if a row cannot be converted, or give NaN for such rows and warn. :meth:`problems`
            lists them.
        **options
            ``basis``, ``coal_rate``, ``edition``, ``allow_unverified`` as in :func:`energybench.to_tce`, for every
            row.

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

        """
        check_option("errors", errors, ERRORS)
        tce, problems, factors = self._convert({"amount": amount, "unit": unit, "carrier": carrier}, options)
        if len(problems):
            said = f"{len(problems)} of {len(self._frame)} rows cannot be converted: {_listed(problems)}"
            if errors == "raise":
                raise TableError(said, str(problems["value"].iloc[0]), 'Mend them, or pass errors="coerce" for NaN')
            warnings.warn(
                f"{said}. They are NaN; df.energybench.problems() lists them", EnergybenchWarning, stacklevel=2
            )
        warn_weak(factors, (), stacklevel=3)
        return pandas.Series(tce, index=self._frame.index, name="tce")

    def problems(
        self, *, amount: Hashable = "amount", unit: Hashable = "unit", carrier: Hashable = "carrier", **options: Any
    ) -> pandas.DataFrame:
        """List the rows that :meth:`to_tce`, of the same parameters, cannot convert.

        Returns
        -------
        pandas.DataFrame
            Row (the label of the index), column, value, reason, message, suggestion; empty where all is well.
        """
        return self._convert({"amount": amount, "unit": unit, "carrier": carrier}, options)[1]

    def _convert(
        self, names: dict[str, Hashable], options: dict[str, Any]
    ) -> tuple[NDArray[numpy.float64], pandas.DataFrame, list[Factor]]:
        """Return the rows in tce, the problems, and the coefficients used: the way of a table of meters."""
        known = KnownFactors(make_choice(**options))
        frame = self._frame
        looked_for = [column for column, name in names.items() if name == column and name not in frame.columns]
        places, _ = find_columns(list(frame.columns), "meters", (*looked_for, *_OPTIONAL))
        names = {**names, **{column: frame.columns[place] for column, place in places.items()}}
        given = {column: _column(frame, name, column) for column, name in names.items()}
        # Whose energy it is does not matter here.
        key = pandas.Categorical.from_codes(numpy.zeros(len(frame), numpy.int8), pandas.Index(["-"], dtype=object))
        table = pandas.DataFrame({**dict.fromkeys(KEYS, key), **{name: one.array for name, one in given.items()}})
        if table.empty:
            return numpy.zeros(0), pandas.DataFrame(columns=list(PROBLEMS)), []
        table = with_plain_cells(table)
        read = read_meters(table, encode_each(table, CODED), known)
        tce = read.weigh("tce", numpy.nan, read.multiplier) + 0.0
        bad = numpy.flatnonzero(~numpy.isfinite(tce))
        tce[bad] = numpy.nan
        problems = problems_of(read, bad).rows().frame()
        row = frame.index.to_numpy()[problems["row"].to_numpy(numpy.int64)]
        column = problems["column"].map(lambda name: names.get(name, name))
        return tce, problems.assign(row=row, column=column)[list(PROBLEMS)], known.factors


def _column(frame: pandas.DataFrame, name: Hashable, meaning: str) -> pandas.Series[Any]:
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


def _listed(problems: pandas.DataFrame) -> str:
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
