"""Every engine says of a table what the kernel says of it, in the same words and figures."""

from __future__ import annotations

import datetime
import pickle
import runpy
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas
import pytest

import energybench as eb
import engines
from energybench import tables
from energybench.errors import MissingColumnError, TableError
from engines import (
    Engine,
    arrow,
    duckdb,
    duckdb_engine,
    duckdb_own,
    ibis_duckdb,
    many_tables,
    polars,
    polars_enum,
    polars_lazy,
    pyarrow,
    spark_engine,
)
from expect import refused
from frame_tables import meters, notes_of_any_source, outputs, same

if TYPE_CHECKING:
    from collections.abc import Iterator

# A socket that Spark leaves to be closed by the interpreter is not a fault of a test.
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")

ROOT = Path(__file__).parents[1]

#: Columns of the results that are the same to the last character.
EXACT = ("item", "unit", "class", "saving_unit", "depends_on_reading", "document", "verification", "reason", "readings")


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    session = engines.spark_session()
    yield session
    session.stop()


ENGINES = ["polars", "polars enum", "duckdb", "duckdb own", "ibis", pytest.param("spark", marks=pytest.mark.spark)]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    if request.param == "spark":
        return spark_engine(request.getfixturevalue("spark"))
    made = {
        "polars": polars_lazy,
        "polars enum": polars_enum,
        "duckdb": lambda: duckdb_engine(
            "duckdb", duckdb.default_connection() if callable(duckdb.default_connection) else duckdb.default_connection
        ),
        "duckdb own": duckdb_own,
        "ibis": ibis_duckdb,
    }
    return made[request.param]()


@pytest.fixture(scope="module", params=["numbers", "texts"])
def generated(
    request: pytest.FixtureRequest,
) -> tuple[pandas.DataFrame, pandas.DataFrame, eb.Assessment, dict[str, str]]:
    """A hundred generated pairs of tables as one, and what the kernel says of it."""
    options: Any = {"numbers": {}, "texts": {"compare": "rounded", "reading": "class_above"}}[request.param]
    tables = many_tables(100, text=request.param == "texts")
    return (*tables, eb.assess(*tables, **options), options)


def plain(table: Any) -> pandas.DataFrame:
    """Return a frame as plain objects, what is missing as None."""
    frame = table if isinstance(table, pandas.DataFrame) else pandas.DataFrame(table.to_pydict())
    objects = frame.astype(object)
    return objects.where(objects.notna(), None)


def given(answer: eb.Assessment) -> pandas.DataFrame:
    """Return the results as plain objects, without the number of the row."""
    return plain(answer.result_frame.drop(columns="row"))


def in_order(table: pandas.DataFrame, by: list[str]) -> pandas.DataFrame:
    """Sort rows by the text of some columns."""
    texts = [table[name].map(lambda cell: "" if cell is None else str(cell)) for name in by]
    places = sorted(range(len(table)), key=lambda row: [text.iloc[row] for text in texts])
    return table.iloc[places].reset_index(drop=True)


def assert_same_results(found: pandas.DataFrame, expected: eb.Assessment) -> None:
    """Expect the same rows: texts equal, figures to 1e-11 of what was added up."""
    wanted = plain(expected.results).drop(columns="row")
    assert set(found.columns) == set(wanted.columns)
    keys = list(wanted.columns[: wanted.columns.get_loc("item")])
    found, wanted = in_order(found, keys), in_order(wanted, keys)
    lines = expected.energy.assign(plant=lambda table: table["plant"].astype(str).str.strip())
    added = lines.assign(tce=lines["tce"].abs()).groupby("plant")["tce"].sum().to_dict()
    for name in EXACT:
        assert found[name].tolist() == wanted[name].tolist(), name
    rows: Any = zip(found.to_dict("records"), wanted.to_dict("records"), strict=True)
    for one, other in rows:
        loss = max(1.0, added.get(str(other["plant"]).strip(), 0.0) / abs(other["tce"] or 1.0))
        for name, figure in other.items():
            if isinstance(figure, float) and one[name] != figure:
                # Nobody keeps the digits of a number that is hardly one.
                largest = abs(figure) + abs(other["intensity"] or 0.0) + 1e-290
                assert same(one[name], figure, loss * largest), (name, one, other)
            elif not isinstance(figure, float) and name not in EXACT:
                assert one[name] == figure, (name, one, other)


def assert_same_problems(counted: pandas.DataFrame, expected: eb.Assessment) -> None:
    """Expect the same problems in the same words, and an example that is one of them."""
    every = [name for name in counted.columns if name != "example"]
    wanted = expected.problem_counts
    assert in_order(plain(counted)[every], every).to_dict("records") == in_order(plain(wanted)[every], every).to_dict(
        "records"
    )


def test_two_hundred_generated_tables_are_on_every_engine_what_they_are_in_the_kernel(
    engine: Engine, generated: tuple[Any, ...]
) -> None:
    meter_table, output_table, expected, options = generated
    answer = eb.assess(engine.take(arrow(meter_table)), engine.take(arrow(output_table)), **options)
    assert_same_results(given(answer), expected)
    assert_same_problems(answer.problem_counts, expected)
    assert answer.counts == expected.counts
    assert str(answer).splitlines()[:2] == str(expected).splitlines()[:2]


def test_the_generated_tables_hold_what_can_go_wrong(generated: tuple[Any, ...]) -> None:
    """The comparison is worth what its tables hold."""
    _, _, expected, _ = generated
    levels = {"benchmark", "baseline", "below-baseline", "within-limit", "over-limit"}
    assert set(expected.results["class"].dropna()) >= levels
    assert expected.counts["classified"] > 50
    assert set(expected.problem_counts["reason"]) >= {
        *("missing-value", "no-output", "no-energy", "unusable-readings", "duplicate-output", "unreadable-amount"),
        *("wrong-dimension", "implausible-coefficient", "option", "output", "capacity", "damaged-text"),
    }


# Single tables --------------------------------------------------------------------------------------------


QUICK = [polars_lazy, duckdb_own]


def texts(table: pandas.DataFrame, **every: Any) -> pandas.DataFrame:
    """Return a table with its keys as text, and some columns as given."""
    keys = {name: table[name].astype("str") for name in ("plant", "period", "product")}
    return table.assign(**keys).assign(**every)


def assert_agrees(engine: Engine, meter_table: Any, output_table: Any, **options: Any) -> Any:
    """Expect of an engine what the kernel says of the same tables, in results, problems, counts and lines."""
    expected = eb.assess(meter_table, output_table, **options)
    taken: list[Any] = [engine.take(pyarrow.Table.from_pandas(table)) for table in (meter_table, output_table)]
    answer = eb.assess(*taken, **options)
    assert_same_results(given(answer), expected)
    assert_same_problems(answer.problem_counts, expected)
    assert answer.counts == expected.counts
    assert sorted(answer.notes) == sorted(notes_of_any_source(expected))
    with refused(TableError, "table", "energy_to="):
        _ = answer.energy
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.parquet"
        again = eb.assess(*taken, energy_to=path, **options)
        lines = plain(pyarrow.parquet.read_table(path)).drop(columns="row")
    assert again.counts == answer.counts
    wanted = plain(expected.energy).drop(columns="row")
    assert list(lines.columns) == list(wanted.columns)
    by = ["plant", "period", "product", "carrier", "unit", "used"]
    lines, wanted = in_order(lines, by), in_order(wanted, by)
    for name in ("coefficient_unit", "basis", "origin", "document", "clause", "verification", "used"):
        assert lines[name].tolist() == wanted[name].tolist()
    for name in ("tce", "electricity_kwh", "coefficient"):
        assert all(same(one, other) for one, other in zip(lines[name], wanted[name], strict=True))
    return answer


@pytest.mark.parametrize("make", QUICK)
@pytest.mark.parametrize(
    "period",
    [
        pandas.Series([2023, 2024, 2023]),
        pandas.Series([2023.0, 2023.5, float("nan")]),
        pandas.Series([datetime.date(2023, 1, 1), datetime.date(2023, 2, 1), None]),
        pandas.Series(pandas.to_datetime(["2023-01-01", "2023-01-01 12:30:00.5", "NaT"], format="ISO8601")),
        pandas.Series(["2023年", " 2023 ", "2023-05"], dtype="str"),
    ],
    ids=["whole", "float", "date", "time", "text"],
)
def test_a_period_of_any_type_meets_what_it_meets_in_the_kernel(make: Any, period: pandas.Series[Any]) -> None:
    keys: dict[str, Any] = {
        "plant": pandas.Series([7, 8, 9]),
        "product": pandas.Series(["水泥熟料", "cement-clinker", "?"], dtype="str"),
    }
    made = outputs({}, {}, {"output": 1e5}).assign(**keys, period=period)
    assert_agrees(make(), meters({}, {"unit": "kg"}, {}).assign(**keys, period=period), made)
    two = pandas.Series(["2023", "2023-01-01", "2023-01-01T12:30:00.500000"], dtype="str")
    assert_agrees(make(), meters({}, {"unit": "kg"}, {}).assign(**keys, period=period), made.assign(period=two))


@pytest.mark.parametrize("make", QUICK)
def test_what_no_number_can_hold_is_a_problem_on_every_engine(make: Any) -> None:
    table = meters({"amount": 1e308, "unit": "百万t"}, *({"plant": "乙", "amount": 1.7e308} for _ in range(900)))
    table = table.assign(unit=table["unit"].where(table["plant"] != "乙", "kt"))
    made = outputs({}, {"plant": "乙", "output": 1.0}, {"plant": "丙", "output": 1e-320})
    table = pandas.concat([table, meters(plant="丙")], ignore_index=True)
    answer = assert_agrees(make(), texts(table), texts(made))
    assert set(answer.problem_counts["reason"]) >= {"unreadable-amount", "unusable-readings", "output"}


@pytest.mark.parametrize("make", QUICK)
def test_a_tie_that_rounds_onto_a_threshold_is_on_its_better_side(make: Any) -> None:
    """100.5 kgce/t rounds half-even to 100, the benchmark; some outputs hit the tie exactly, others by a hair."""
    rows = [{"plant": f"{n}", "carrier": "标准煤", "amount": 100.5 * n, "unit": "kgce"} for n in range(1, 41)]
    made = outputs(*({"plant": f"{n}", "output": float(n)} for n in range(1, 41)))
    assert_agrees(make(), texts(meters(*rows)), texts(made), compare="rounded")


@pytest.mark.parametrize("make", QUICK)
def test_what_is_measured_by_electricity_needs_a_reading_of_it(make: Any) -> None:
    made = outputs({}, {"plant": "乙"}, {"plant": "丙"}, product="电解铝")
    power = {"carrier": "电", "unit": "万kWh"}
    table = meters(
        {}, {"plant": "乙"}, {"plant": "乙", **power}, {"plant": "丙", **power, "amount": 0}, product="电解铝"
    )
    answer = assert_agrees(make(), texts(table), texts(made), plausible=True)
    assert answer.problem_counts["reason"].tolist() == ["no-energy"]


@pytest.mark.parametrize("make", QUICK)
def test_a_coefficient_of_electricity_changes_no_kwh(make: Any) -> None:
    key = {"product": "电解铝", "carrier": "电力", "unit": "kWh"}
    own = {"coefficient": 0.1229, "coefficient_unit": "kgce/kWh"}
    table = meters({**key, **own, "amount": 14_000}, {**key, **own, "amount": 1, "unit": "MWh", "flow": "out"})
    made = texts(outputs(product="电解铝", output=1))
    assert_agrees(make(), texts(table), made)
    assert eb.assess(table, made).results["intensity"].tolist() == [13_000]
    one = eb.account(
        [
            {"carrier": "电力", "amount": "14000 kWh", "coefficient": "0.1229 kgce/kWh"},
            ("电力", "1000 kWh", "out"),
        ],
        output="1 t",
        product="电解铝",
    )
    assert one.intensity == 13_000


@pytest.mark.parametrize("make", QUICK)
def test_hostile_texts_are_texts(make: Any) -> None:
    hostile = [
        "it's",
        'a"b',
        "'; DROP TABLE meters; --",
        "a\x00b",
        "\\",
        "{value}",
        "%s",
        "甲\n厂",
        "\u3000x\u2028",
        "\x1f",
    ]
    table = meters(
        *({"plant": text, "carrier": text, "unit": text} for text in hostile), *({"plant": t} for t in hostile)
    )
    made = outputs(*({"plant": f" {text} "} for text in hostile), *({"product": text} for text in hostile))
    assert_agrees(make(), texts(table), texts(made))


@pytest.mark.parametrize("make", QUICK)
@pytest.mark.parametrize("document", [None, "changji-city-2021"])
@pytest.mark.filterwarnings("ignore::energybench.errors.SupersededWarning")
def test_the_document_of_a_period_and_corrections_are_those_of_the_kernel(make: Any, document: str | None) -> None:
    table = meters({"period": "2020"}, {"period": "2023"}, {"period": "2024-05"}, {"plant": "乙", "product": "sinter"})
    made = outputs({"period": "2020"}, {"period": "2023"}, {"period": "2024-05"}, {"plant": "乙", "product": "sinter"})
    altitude: Any = {"correction:altitude:altitude_m": [None, 2300.0, 2300.0, None]}
    assert_agrees(make(), texts(table), texts(made).assign(**altitude), document=document)


@pytest.mark.parametrize("make", QUICK)
def test_a_step_without_a_figure_leaves_the_class_open(make: Any, write_table: Any) -> None:
    own = {"id": "own/1", "item": "own-item", "benchmark": "", "baseline": "100"}
    tables.use(write_table("benchmarks", own, base="ndrc-2023/cement-clinker"))
    rows = [{"plant": f"{amount}", "product": "own-item", "amount": amount} for amount in (1.0, 3000.0)]
    made = outputs(*({"plant": row["plant"], "product": "own-item"} for row in rows))
    answer = assert_agrees(make(), texts(meters(*rows)), texts(made), plausible=True)
    assert "missing-figure" in set(answer.problem_counts["reason"])


def test_categories_of_polars_keep_their_types() -> None:
    table = texts(
        meters({"carrier": "电力", "unit": "万kWh", "flow": "out"}, {"unit": "?"}, {"plant": " 甲厂"}, flow=None)
    )
    frame, made = polars.from_pandas(table), polars.from_pandas(texts(outputs()))
    expected = eb.assess(table, texts(outputs()))
    names = ["plant", "period", "product", "carrier", "unit", "flow"]
    kinds: Any = {name: polars.Enum(frame[name].drop_nulls().unique().sort()) for name in names}
    for cast in (frame.cast(kinds), frame.with_columns(polars.col(names).cast(polars.Categorical))):
        answer = eb.assess(cast.lazy(), made.lazy())
        assert_same_results(given(answer), expected)
        assert_same_problems(answer.problem_counts, expected)
        assert isinstance(answer.results, polars.DataFrame)
        assert answer.results.schema["plant"] == polars.String


def test_nothing_is_left_in_a_connection() -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE given AS SELECT '甲厂' AS plant, 2023 AS period, 'cement-clinker' AS product")
    relation = connection.table("given").project("*, '原煤' AS carrier, 3000 AS amount, 't' AS unit")
    answer: Any = eb.assess(relation, outputs())
    assert answer.results["class"].tolist() == ["baseline"]
    assert connection.execute("SELECT table_name FROM information_schema.tables").fetchall() == [("given",)]


# Two kinds of tables --------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", QUICK)
def test_outputs_of_another_kind_are_handed_to_the_engine_of_the_meters(make: Any, tmp_path: Path) -> None:
    engine = make()
    table, made = texts(meters({}, {"plant": "乙"})), outputs({}, {"plant": "乙", "output": "２００００"})
    expected = eb.assess(table, made)
    made.astype(str).to_csv(tmp_path / "outputs.csv", index=False)
    others = [
        made,
        polars.from_pandas(made.astype("str")),
        ibis_duckdb().take(arrow(made.astype("str"))),
        tmp_path / "outputs.csv",
    ]
    for other in others:
        answer = eb.assess(engine.take(arrow(table)), other)
        found = given(answer)
        assert in_order(found, ["plant"])["class"].tolist() == expected.results["class"].tolist()
        assert answer.counts == expected.counts


def test_lazy_outputs_of_eager_meters_are_collected() -> None:
    table, made = texts(meters()), texts(outputs())
    answer = eb.assess(table, polars.from_pandas(made).lazy())
    assert isinstance(answer.results, polars.DataFrame)
    assert answer.results["class"].to_list() == eb.assess(table, made).results["class"].tolist()


# Wrong tables ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", QUICK)
def test_a_table_that_is_none_is_refused_as_an_eager_one_is(make: Any) -> None:
    engine, made = make(), texts(outputs())
    with pytest.raises(MissingColumnError, match="no column carrier"):
        eb.assess(engine.take(arrow(texts(meters()).drop(columns="carrier"))), made)
    with pytest.raises(TableError, match="no rows"):
        eb.assess(engine.take(arrow(texts(meters())).slice(0, 0)), made)
    with pytest.raises(TableError, match="both mean unit"):
        eb.assess(engine.take(arrow(texts(meters()).assign(单位="t"))), made)
    lists = pyarrow.table({**arrow(texts(meters())).to_pydict(), "flow": [[1]]})
    with pytest.raises(TableError, match="flow"):
        eb.assess(engine.take(lists), made)


@pytest.mark.parametrize("make", QUICK)
def test_headers_in_chinese_are_read_and_unused_ones_named(make: Any) -> None:
    engine = make()
    chinese = {"plant": "企业", "period": "年度", "product": "产品", "carrier": "能源品种", "amount": "实物量"}
    table = texts(meters()).rename(columns=chinese).assign(备注="x")
    answer = eb.assess(engine.take(arrow(table)), texts(outputs()))
    assert answer.counts["classified"] == 1
    assert answer.notes == ("meters: the headers 备注 were not used",)


@pytest.mark.parametrize("make", [polars_lazy, duckdb_own, ibis_duckdb])
def test_uncertainties_are_worked_out_on_every_engine(make: Any) -> None:
    engine = make()
    table = texts(meters({}, {"amount": 40}, {"unit": "斗"}, {"plant": "乙"})).assign(
        uncertainty=pandas.Series(["1 %", "30 t", None, "2 %"], dtype="str")
    )
    table = table.assign(meter=pandas.Series(["A", "A", None, None], dtype="str"))
    made = texts(outputs({}, {"plant": "乙"}))
    expected, answer = eb.assess(table, made), eb.assess(engine.take(arrow(table)), made)
    for name in ("intensity_uncertainty", "tce_uncertainty", "probability_baseline"):
        assert answer.result_frame[name].tolist() == pytest.approx(expected.results[name].tolist(), nan_ok=True)
    assert expected.results["intensity_uncertainty"].notna().any()
    assert answer.counts == expected.counts


@pytest.mark.parametrize("make", [duckdb_own, ibis_duckdb])
def test_a_problem_of_a_group_stands_for_its_rows(make: Any) -> None:
    table = texts(meters(*({"unit": "斗", "amount": n} for n in range(1, 8)), {"amount": None}, {"amount": None}, {}))
    engine = make()  # an older DuckDB closes a connection that is let go of
    answer = eb.assess(engine.take(arrow(table)), texts(outputs()))
    assert answer.counts == eb.assess(table, texts(outputs())).counts
    assert (answer.counts["meters"], answer.counts["problems"]) == (10, 9)
    listed = answer.problem_frame[answer.problem_frame["table"] == "meters"]
    assert sorted(listed["rows"]) == [2, 7]
    assert listed["row"].isna().all()
    assert answer.to_dict()["problems"][0]["row"] is None


@pytest.mark.parametrize(
    ("make", "kind"),
    [(polars_lazy, polars.DataFrame), (duckdb_own, pyarrow.Table), (ibis_duckdb, pyarrow.Table)],
)
def test_results_are_small_eager_frames_that_others_read(make: Any, kind: type, tmp_path: Path) -> None:
    engine = make()
    outputs().to_csv(tmp_path / "outputs.csv", index=False)
    answer = eb.assess(engine.take(arrow(texts(meters()))), tmp_path / "outputs.csv")
    assert isinstance(answer.results, kind)
    assert isinstance(eb.assess(engine.take(arrow(texts(meters()))), outputs()).results, pandas.DataFrame)
    assert polars.DataFrame(answer)["class"].to_list() == ["baseline"]
    assert pyarrow.table(answer)["class"].to_pylist() == ["baseline"]
    assert duckdb.sql("select class from answer").fetchall() == [("baseline",)]
    assert pickle.loads(pickle.dumps(answer)).counts == answer.counts  # noqa: S301 - made here


def test_any_arrow_stream_is_a_table() -> None:
    table = arrow(texts(meters({}, {"unit": "斗"}, {"plant": "乙"})))
    expected = eb.assess(table, texts(outputs({}, {"plant": "乙"})))

    class Stream:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return pyarrow.RecordBatchReader.from_batches(
                table.schema, table.to_batches(max_chunksize=2)
            ).__arrow_c_stream__(requested_schema)

    answer = eb.assess(Stream(), texts(outputs({}, {"plant": "乙"})))
    assert_same_results(given(answer), eb.assess(table.to_pandas(), texts(outputs({}, {"plant": "乙"}))))
    assert answer.counts == expected.counts
    assert answer.problem_frame["row"].tolist()[0] == 1


# Faults ---------------------------------------------------------------------------------------------------


@pytest.mark.spark
def test_a_worker_of_spark_that_dies_once_changes_nothing(spark: Any, tmp_path: Path) -> None:
    """Two partitions; the process that makes the second one dies at its first attempt."""
    table, made = texts(meters({}, {"plant": "乙"}, {"unit": "斗"})), texts(outputs({}, {"plant": "乙"}))
    rows = [tuple(row) for row in table.itertuples(index=False)]
    died = str(tmp_path / "died")

    def read(number: int, part: Iterator[Any]) -> Iterator[Any]:
        import os

        from pyspark import TaskContext

        context = TaskContext.get()
        if number == 1 and context is not None and context.attemptNumber() == 0:
            with open(died, "a") as file:  # noqa: PTH123 - runs in a worker
                file.write("x")
            os._exit(1)
        return part

    schema = "plant string, period string, product string, carrier string, amount bigint, unit string"
    dying = spark.createDataFrame(spark.sparkContext.parallelize(rows, 2).mapPartitionsWithIndex(read), schema)
    answer = eb.assess(dying, made)
    expected = eb.assess(table, made)
    assert_same_results(given(answer), expected)
    assert Path(died).exists()


def test_the_example_of_duckdb_runs(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(ROOT / "examples" / "engines" / "duckdb_relation.py"), run_name="__main__")
    assert "19 meter rows: 19 used, 0 with problems" in capsys.readouterr().out


@pytest.mark.spark
def test_the_example_of_spark_runs(spark: Any) -> None:
    answer = runpy.run_path(str(ROOT / "examples" / "engines" / "spark_local.py"))["assess"](spark)
    expected = pandas.read_csv(ROOT / "examples" / "main" / "expected.csv")
    assert sorted(answer.results["class"]) == sorted(expected["class"])


@pytest.mark.parametrize(
    "lazily", [lambda table: polars.DataFrame(table).lazy(), duckdb.from_arrow], ids=["polars", "duckdb"]
)
def test_an_output_row_without_a_product_has_its_reason(lazily: Any) -> None:
    """Its combination refuses an empty product as well, and the row meets no combination."""
    keys = {"plant": ["a", "a"], "period": ["2023", "2024"]}
    meters = {**keys, "product": ["水泥熟料"] * 2, "carrier": ["原煤"] * 2, "amount": [1.0, 2.0], "unit": ["t"] * 2}
    made = {**keys, "product": [None, "水泥熟料"], "output": [5.0, 6.0], "output_unit": ["t", "t"]}
    answer = eb.assess(lazily(pyarrow.table(meters)), lazily(pyarrow.table(made)))
    assert answer.result_frame.sort_values("period")["reason"].tolist() == ["missing-value", ""]


def test_a_collation_of_duckdb_makes_no_two_plants_one() -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE m(plant VARCHAR COLLATE NOCASE, period VARCHAR, product VARCHAR, carrier VARCHAR)")
    connection.execute("INSERT INTO m VALUES ('A', '2023', '水泥熟料', '原煤'), ('a', '2023', '水泥熟料', '原煤')")
    meters = connection.sql(
        "SELECT *, CASE plant COLLATE C WHEN 'A' THEN 10::DOUBLE ELSE 1::DOUBLE END AS amount, 't' AS unit FROM m"
    )
    made = connection.sql("SELECT plant, period, product, 1::DOUBLE AS output, 't' AS output_unit FROM m")
    answer = eb.assess(meters, made)
    assert dict(zip(answer.result_frame["plant"], answer.result_frame["tce"], strict=True)) == pytest.approx(
        {"A": 7.143, "a": 0.7143}
    )
    connection.execute("SET default_collation='NOCASE'")
    with refused(TableError, "table", "collation 'NOCASE'", "SET default_collation=''"):
        eb.assess(meters, made)


@pytest.mark.parametrize("make", QUICK)
def test_a_zero_with_a_sign_names_the_plant_that_zero_names(make: Any) -> None:
    engine = make()
    table = meters({}, {}, {}).assign(plant=[-0.0, 0.0, 1.0])
    made = texts(outputs({"plant": "0"}, {"plant": "1"}))
    answer = eb.assess(engine.take(arrow(table)), engine.take(arrow(made)))
    assert given(answer)["readings"].tolist() in ([2, 1], [1, 2])
    assert answer.counts == eb.assess(table, made).counts
    assert answer.counts["used"] == 3
