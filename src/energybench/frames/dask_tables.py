"""Dask frames: every partition is read, weighed and explained by a worker, the sums are added up and graded here.

No groupby and no merge of Dask takes part: a partition is a pandas frame, its sums are a few arrays. Workers get
codes, floats and plain options; they look coefficients up in their own tables, which have to be those of here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from energybench import __version__
from energybench.errors import TableError
from energybench.frames.columns import is_dask_frame
from energybench.frames.parts import Sums, Wanted, finish, meter_columns
from energybench.frames.pipeline import unused_headers
from energybench.frames.resolve import KnownFactors
from energybench.tables.store import ACCEPTED, data_version

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas

    from energybench.energy.coefficients import Choice
    from energybench.frames.assessment import Assessment
    from energybench.frames.groups import Groups
    from energybench.frames.options import Options

#: How many sums a task adds up: a number per output row and partition must not gather in one place.
_FAN_IN = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """What a worker needs to know."""

    columns: tuple[str, ...]
    groups: Groups
    choice: Choice
    versions: tuple[str, str]


def assess_dask(
    meters: Any,
    outputs: Any,
    options: Options,
    progress: Callable[[float, str], None] | None = None,
) -> Assessment:
    """Assess a Dask frame of meters; one ``dask.compute`` by whatever scheduler is set.

    Notes
    -----
    The ``row`` of a problem is the index of the frame, as in pandas. As of :func:`energybench.assess_path`,
    the first 10 000 problem rows are listed, all are counted, and lines of energy are not kept.
    """
    from dask.base import compute
    from dask.delayed import delayed

    tell = progress or (lambda _share, _text: None)
    tell(0.0, "reading")
    headers = list(meters.columns)
    places, unused = meter_columns(headers)
    wanted = Wanted.of(outputs.compute() if is_dask_frame(outputs) else outputs, options)
    versions = (__version__, data_version())
    plan = delayed(Plan(tuple(places), wanted.groups, options.choice, versions), traverse=False)
    tell(0.1, "adding up")
    columns = meters.iloc[:, list(places.values())]
    sums = [delayed(sums_of)(partition, plan) for partition in columns.to_delayed()]
    while len(sums) > 1:
        sums = [delayed(together)(sums[start : start + _FAN_IN]) for start in range(0, len(sums), _FAN_IN)]
    (total,) = compute(*sums)  # type: ignore[no-untyped-call]
    tell(0.9, "classifying")
    assessment = finish(total, wanted, options, total.factors, unused_headers(meters=unused), stacklevel=4)
    tell(1.0, "done")
    return assessment


def sums_of(partition: pandas.DataFrame, plan: Plan) -> Sums:
    """Return what a partition adds up to."""
    if (__version__, data_version()) != plan.versions:
        here = " with tables ".join((__version__, data_version()))
        raise TableError(
            f"a worker has energybench {here}, expected {' with tables '.join(plan.versions)}",
            here,
            "Install the same version there, and name own tables by ENERGYBENCH_DATA: tables.use() is for one process",
        )
    sums = Sums.zero(plan.groups)
    known = KnownFactors(plan.choice)
    sums.add_table(partition.set_axis(list(plan.columns), axis=1), plan.groups, known)
    sums.factors = [factor for factor in known.factors if factor.record.verification not in ACCEPTED]
    return sums


def together(parts: list[Sums]) -> Sums:
    """Return the sums of several parts, which are left as they are: a task may be run twice."""
    total = Sums.zero_like(parts[0])
    for part in parts:
        total.merge(part)
    return total
