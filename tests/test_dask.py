"""Dask frames: the answers of pandas, partition by partition."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import dask
import dask.dataframe
import pandas
import pytest

import energybench as eb
from energybench import tables
from energybench.errors import MissingColumnError, OptionError, TableError, UnverifiedWarning
from energybench.frames import pipeline, problems
from energybench.frames.columns import Layout
from energybench.frames.pipeline import Wanted
from energybench.frames.resolve import Options
from expect import refused
from frame_tables import meters, notes_of_any_source, outputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from energybench.energy.coefficients import Choice
    from energybench.frames.groups import Groups
    from energybench.frames.pipeline import Sums

OUTPUTS = outputs({}, {"period": 2024}, {"product": "电解铝", "output": 20, "output_unit": "万t"}, {"plant": "乙"})
ROWS: tuple[dict[str, Any], ...] = (
    *({}, {"carrier": "电力", "amount": 1500, "unit": "万kWh"}, {"carrier": "原媒"}, {"unit": "箱"}),
    *({"plant": None}, {"amount": None}, {"plant": "nobody"}, {"flow": "out", "amount": 1}, {"flow": "sideways"}),
    {"carrier": "天然气", "unit": "万m3", "ncv": 35.6, "ncv_unit": "MJ/m3", "period": 2024},
    {"product": "电解铝", "carrier": "电力", "amount": 26.4, "unit": "亿kWh"},
)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    with dask.config.set(scheduler="synchronous"):
        yield


def frame(table: pandas.DataFrame, partitions: int) -> Any:
    """Return a table as a Dask frame."""
    return dask.dataframe.from_pandas(table, npartitions=partitions, sort=False)  # type: ignore[no-untyped-call]


def mixed(times: int = 3) -> pandas.DataFrame:
    """Return a table with every kind of row, under labels of its own."""
    table = meters(*ROWS * times)
    return table.set_axis([f"line {number}" for number in range(len(table))])


def assert_same(parted: eb.Assessment, whole: eb.Assessment) -> None:
    """Assert that two answers say the same."""
    assert parted.counts == whole.counts
    pandas.testing.assert_frame_equal(parted.results, whole.results, rtol=1e-11, check_dtype=False)
    pandas.testing.assert_frame_equal(parted.problems, whole.problems, check_dtype=False)
    pandas.testing.assert_frame_equal(parted.problem_counts, whole.problem_counts, check_dtype=False)
    assert list(parted.notes) == notes_of_any_source(whole)
    assert (parted.options, parted.data_version) == (whole.options, whole.data_version)


@pytest.mark.parametrize("partitions", [1, 2, 5, 20])
def test_partitions_add_up_to_the_answer_of_pandas(partitions: int) -> None:
    whole = eb.assess(mixed(), OUTPUTS)
    assert whole.counts["problems"] > 10
    assert whole.counts["classified"] > 0
    given = frame(mixed(), partitions)
    assert given.npartitions >= min(partitions, 15)
    assert_same(eb.assess(given, OUTPUTS), whole)


def test_threads_add_up_to_the_same(tmp_path: Path) -> None:
    mixed().to_parquet(tmp_path / "meters.parquet")
    with dask.config.set(scheduler="threads"):
        assert_same(eb.assess(frame(mixed(), 9), OUTPUTS), eb.assess(mixed(), OUTPUTS))
        read = dask.dataframe.read_parquet(tmp_path / "meters.parquet")
        assert_same(eb.assess(read, OUTPUTS), eb.assess(mixed(), OUTPUTS))


def test_empty_partitions_are_fine_and_an_empty_frame_is_not() -> None:
    given = frame(mixed(), 4)
    emptied: Any = dask.dataframe.concat([given[given["plant"] == "nobody at all"], given])  # type: ignore[no-untyped-call]
    assert_same(eb.assess(emptied, OUTPUTS), eb.assess(mixed(), OUTPUTS))
    with refused(TableError, "table", "meters has headers and no rows"):
        eb.assess(given[given["plant"] == "nobody at all"], OUTPUTS)


def test_headers_in_chinese_and_headers_that_mean_nothing() -> None:
    table = mixed().rename(columns={"plant": "企业", "amount": "数量"}).assign(备注="x")
    assert_same(eb.assess(frame(table, 3), OUTPUTS), eb.assess(table, OUTPUTS))
    with refused(MissingColumnError, "missing-column", "no column unit", "'unitt'"):
        eb.assess(frame(table.rename(columns={"unit": "unitt"}), 3), OUTPUTS)


def test_outputs_may_be_a_dask_frame_too() -> None:
    assert_same(eb.assess(frame(mixed(), 3), frame(OUTPUTS, 2)), eb.assess(mixed(), OUTPUTS))


def test_categories_stay_codes() -> None:
    table = mixed().astype({"carrier": "category", "unit": "category", "plant": "category"})
    assert_same(eb.assess(frame(table, 4), OUTPUTS), eb.assess(table, OUTPUTS))


def test_unverified_figures_of_any_partition_are_warned_of_once() -> None:
    table = meters(*[{}] * 4, *[{"carrier": "甲醇"}] * 4)
    with pytest.warns(UnverifiedWarning) as whole:
        expected = eb.assess(table, OUTPUTS, allow_unverified=True)
    with pytest.warns(UnverifiedWarning) as caught:
        answer = eb.assess(frame(table, 8), OUTPUTS, allow_unverified=True)
    assert_same(answer, expected)
    assert [str(one.message) for one in caught] == [str(one.message) for one in whole]
    assert {one.filename for one in caught} == {__file__}


def test_many_problems_are_counted_and_the_first_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problems, "LISTED", 30)
    monkeypatch.setattr(problems, "DISTINCT", 12)
    table = meters(*({"unit": f"箱{number}"} for number in range(400)))
    answer = eb.assess(frame(table, 17), OUTPUTS)
    of_meters = answer.problem_counts.query("table == 'meters'")
    assert answer.counts["problems"] == of_meters["rows"].sum() == 400
    assert of_meters["rows"].tolist() == [388, *[1] * 12]
    assert answer.problems.query("table == 'meters'")["row"].tolist() == list(range(30))


def test_uncertainties_add_up_over_partitions() -> None:
    table = mixed().assign(
        uncertainty="2 %", meter=[f"M{number % 3}" * (number % 3 > 0) for number in range(len(mixed()))]
    )
    table["热值不确定度"] = table["ncv"].where(table["ncv"].isna(), "1 %")
    assert_same(eb.assess(frame(table, 4), OUTPUTS), eb.assess(table, OUTPUTS))
    assert "intensity_uncertainty" in eb.assess(table, OUTPUTS).results


def test_lines_of_energy_are_not_written_by_workers(tmp_path: Path) -> None:
    with refused(OptionError, "option", "energy_to", "Dask", "Parquet"):
        eb.assess(frame(mixed(), 3), OUTPUTS, energy_to=tmp_path / "lines.parquet")


def test_lines_of_energy_are_not_kept() -> None:
    with refused(TableError, "table", "energy lines", "not kept"):
        eb.assess(frame(mixed(), 3), OUTPUTS).energy  # noqa: B018 - the access itself is refused


# Workers --------------------------------------------------------------------------------------------------


def plan(**options: Any) -> tuple[list[str], Groups, Choice, Layout, str]:
    """Return what a worker would be given."""
    groups = Wanted.of(OUTPUTS, Options.of(), "pandas", Layout()).groups
    versions = f"{eb.__version__} with tables {tables.data_version()}"
    return list(mixed().columns), groups, Options.of(**options).choice, Layout(), versions


def test_what_workers_get_and_give_pickles() -> None:
    given = plan(basis="primary", coal_rate="302.4 gce/kWh")
    sums = pipeline.sums_of(mixed(), pickle.loads(pickle.dumps(given)))  # noqa: S301 - our own bytes
    again: Sums = pickle.loads(pickle.dumps(sums))  # noqa: S301 - our own bytes
    assert (again.rows, again.used, len(again.problems)) == (sums.rows, sums.used, len(sums.problems))
    assert again.totals.tce.tolist() == sums.totals.tce.tolist()
    assert sums.used > 0


def test_a_process_of_its_own_gives_the_same_answer() -> None:
    with dask.config.set(scheduler="processes", num_workers=1):
        answer = eb.assess(frame(mixed(), 2), OUTPUTS)
    assert_same(answer, eb.assess(mixed(), OUTPUTS))


def test_a_worker_with_other_tables_is_refused(write_table: Callable[..., Path]) -> None:
    """Rows of an organisation's own are for one process; another would quietly use the shipped figure."""
    given = plan()
    tables.use(write_table("carriers", {"id": "own-coal"}, base="gbt-2589-2008/standard-coal"))
    with refused(TableError, "table", "a worker has", "ENERGYBENCH_DATA"):
        pipeline.sums_of(mixed(), given)


def test_sums_are_left_as_they_are() -> None:
    """A task that is run twice must give the same."""
    parts = [pipeline.sums_of(mixed(), plan()) for _ in range(2)]
    before = pickle.dumps(parts)
    first, again = pipeline.together(parts), pipeline.together(parts)
    assert pickle.dumps(parts) == before
    assert first.totals.tce.tolist() == again.totals.tce.tolist()
    assert first.rows == 2 * parts[0].rows
    assert len(first.problems) == 2 * len(parts[0].problems)


def test_progress_is_told() -> None:
    told: list[float] = []
    eb.assess(frame(mixed(), 2), OUTPUTS, progress=lambda share, _text: told.append(share))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
