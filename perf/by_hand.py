"""What a user would write instead, with the same arithmetic: weigh, add up, divide, compare.

The factors and limits, which :mod:`energybench` would look up and justify, are handed to them ready made. They check
no unit, explain no row and know no source; what they compute is compared with ours before anything is timed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from perf.data import KEY

if TYPE_CHECKING:
    import pandas

    from perf.data import Small

#: Hand-written SQL over meters, outputs, factors and limits.
SQL = """
with weighed as (
  select plant, period, product, amount * factor as tce, amount * nullif(power, 0) as kwh
  from meters left join factors using (carrier, unit)
), totals as (
  select plant, period, product, sum(tce) as tce, sum(kwh) as kwh, count(*) - count(tce) as bad
  from weighed group by all
), measured as (
  select plant, period, product, tce, kwh, benchmark, baseline,
    case when bad = 0 and output > 0 then case when electricity then kwh else tce end * scale / output end as intensity
  from outputs left join totals using (plant, period, product) left join limits using (product)
)
select plant, period, product, tce, kwh, intensity,
  case when intensity <= benchmark then 'benchmark'
       when intensity <= baseline then 'baseline'
       when intensity > baseline then 'below-baseline' end as class
from measured
"""


def with_pandas(meters: pandas.DataFrame, outputs: pandas.DataFrame, small: Small) -> pandas.DataFrame:
    """Merge the factors, group, merge the outputs and limits, divide, compare."""
    weighed = meters.merge(small.factors, on=["carrier", "unit"], how="left")
    weighed["tce"] = weighed["amount"] * weighed["factor"]
    weighed["kwh"] = weighed["amount"] * weighed["power"].replace(0.0, numpy.nan)
    weighed["bad"] = weighed["tce"].isna()
    grouped = weighed.groupby(KEY, observed=True)
    totals = grouped["tce"].sum().to_frame()
    totals["kwh"] = grouped["kwh"].sum(min_count=1)
    totals["bad"] = grouped["bad"].sum()
    joined = outputs.merge(totals.reset_index(), on=KEY, how="left").merge(small.limits, on="product", how="left")
    total = joined["kwh"].where(joined["electricity"], joined["tce"])
    usable = (joined["bad"] == 0) & (joined["output"] > 0)
    joined["intensity"] = (total * joined["scale"] / joined["output"]).where(usable)
    value = joined["intensity"]
    steps = [value <= joined["benchmark"], value <= joined["baseline"], value > joined["baseline"]]
    joined["class"] = numpy.select(steps, ["benchmark", "baseline", "below-baseline"], default="")
    return joined


def with_polars(meters: Any, outputs: Any, factors: Any, limits: Any) -> Any:
    """Do the same with lazy polars frames."""
    import polars

    column = polars.col
    totals = (
        meters.join(factors, on=["carrier", "unit"], how="left")
        .with_columns(
            tce=column("amount") * column("factor"),
            kwh=polars.when(column("power") != 0).then(column("amount") * column("power")),
        )
        .group_by(KEY)
        .agg(
            column("tce").sum(),
            column("kwh").sum(),
            bad=column("tce").null_count(),
            electric=column("kwh").count(),
        )
    )
    total = polars.when(~column("electricity")).then(column("tce")).when(column("electric") > 0).then(column("kwh"))
    usable = (column("bad") == 0) & (column("output") > 0)
    value, best, enough = column("intensity"), column("benchmark"), column("baseline")
    level = (
        polars.when(value <= best)
        .then(polars.lit("benchmark"))
        .when(value <= enough)
        .then(polars.lit("baseline"))
        .when(value > enough)
        .then(polars.lit("below-baseline"))
    )
    return (
        outputs.join(totals, on=KEY, how="left")
        .join(limits, on="product", how="left")
        .with_columns(intensity=polars.when(usable).then(total * column("scale") / column("output")))
        .with_columns(level.alias("class"))
        .select(*KEY, "tce", "kwh", "intensity", "class")
    )


def same_categories(table: pandas.DataFrame, meters: pandas.DataFrame) -> pandas.DataFrame:
    """Return a small table whose text columns have the categories of the meters, as a careful user would."""
    dtypes = {name: meters[name].dtype for name in ("carrier", "unit") if name in table.columns}
    return table.astype(dtypes)
