"""Dask frames: every partition is read, weighed and explained by a worker, the sums are added up here.

No groupby and no merge of Dask takes part: a partition is a pandas frame, its sums are a few arrays. Workers get
codes, floats and plain options; they look coefficients up in their own tables, which have to be those of here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from energybench import __version__
from energybench.errors import TableError
from energybench.frames.kernel import Totals
from energybench.frames.layout import Layout
from energybench.frames.pipeline import Sums, Wanted, completed, refuse_unused, unused_headers
from energybench.frames.resolve import KnownFactors
from energybench.frames.sources import Batch
from energybench.tables.store import ACCEPTED, data_version

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas

    from energybench.energy.coefficients import Choice
    from energybench.frames.groups import Groups
    from energybench.frames.options import Options

#: How many sums a task adds up: a number per output row and partition must not gather in one place.
_FAN_IN = 8


@dataclass(frozen=True, slots=True)
class Plan:
    columns: tuple[str, ...]
    groups: Groups
    choice: Choice
    versions: tuple[str, str]
    layout: Layout = field(default_factory=Layout)


def add_partitions(
    meters: Any, outputs: Any, options: Options, layouts: Mapping[str, Layout]
) -> tuple[Sums, Wanted, tuple[str, ...]]:
    """Add up a Dask frame of meters; one ``dask.compute`` by whatever scheduler is set."""
    from dask.base import compute
    from dask.delayed import delayed

    places, unused, constants = layouts["meters"].places(list(meters.columns), "meters")
    wanted = Wanted.of(outputs, options, "pandas", layouts["outputs"])
    refuse_unused(layouts, wanted.used | set(constants))
    versions = (__version__, data_version())
    plan = delayed(
        Plan(tuple(places), wanted.groups, options.choice, versions, replace(layouts["meters"], constants=constants)),
        traverse=False,
    )
    columns = meters.iloc[:, list(places.values())]
    sums = [delayed(sums_of)(partition, plan) for partition in columns.to_delayed()]
    while len(sums) > 1:
        sums = [delayed(together)(sums[start : start + _FAN_IN]) for start in range(0, len(sums), _FAN_IN)]
    (total,) = compute(*sums)  # type: ignore[no-untyped-call]
    return total, wanted, tuple(unused_headers(meters=unused))


def sums_of(partition: pandas.DataFrame, plan: Plan) -> Sums:
    if (__version__, data_version()) != plan.versions:
        here = " with tables ".join((__version__, data_version()))
        raise TableError(
            f"a worker has energybench {here}, expected {' with tables '.join(plan.versions)}",
            here,
            "Install the same version there, and name own tables by ENERGYBENCH_DATA: tables.use() is for one process",
        )
    sums = Sums.zero(plan.groups)
    known = KnownFactors(plan.choice)
    batch = Batch(partition.set_axis(list(plan.columns), axis=1))
    sums.add(completed(batch, plan.layout), plan.groups, known)
    sums.factors = [factor for factor in known.factors if factor.record.verification not in ACCEPTED]
    return sums


def together(parts: list[Sums]) -> Sums:
    """Return the sums of several parts, which are left as they are: a task may be run twice."""
    total = Sums(Totals.zero(len(parts[0].totals.tce) - 1))
    for part in parts:
        total.merge(part)
    return total
