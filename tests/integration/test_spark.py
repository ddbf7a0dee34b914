"""The counters on a Spark cluster of two workers: the same integers as on the embedded engine, also when one of the two is lost."""

import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.factories import spark_cluster
from tests.factories.plain_counting import (
    NEEDS,
    Call,
    Label,
    as_found,
    days_of,
    expected,
    outcome_table,
    prediction_table,
    random_calls,
    random_labels,
    stored,
)
from tests.factories.spark_cluster import DRIVER, SparkCluster
from vendor_ai.domain.errors import ConflictError, InvalidInputError, StoreUnavailableError
from vendor_ai.domain.measure import DayCounts, Measure, total
from vendor_ai.domain.prediction import LogFile
from vendor_ai.predictions.counting import Window
from vendor_ai.predictions.duckdb import DuckDBEngine
from vendor_ai.predictions.files import write_files
from vendor_ai.predictions.scan import Source
from vendor_ai.predictions.spark import SparkEngine

BERLIN = "Europe/Berlin"
SPRING, AUTUMN = date(2026, 3, 28), date(2026, 10, 24)
# One task a file, however small: there must be something left to do when a worker is lost.
A_TASK_A_FILE = {"spark.sql.files.openCostInBytes": str(128 * 1024 * 1024)}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkCluster]:
    reason = spark_cluster.missing()
    if reason:
        pytest.skip(reason)
    found = SparkCluster(tmp_path_factory.mktemp("cluster"))
    yield found
    found.stop()


@pytest.fixture(scope="module")
def engine(cluster: SparkCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkEngine]:
    found = SparkEngine(cluster.address, str(tmp_path_factory.mktemp("log")), settings={**DRIVER, **A_TASK_A_FILE})
    yield found
    found.close()


@pytest.fixture
def embedded(engine: SparkEngine) -> DuckDBEngine:
    return DuckDBEngine(Path(engine.folder), threads=1)


def folded(engine: DuckDBEngine, calls: Sequence[Call], labels: Sequence[Label]) -> tuple[list[LogFile], list[LogFile]]:
    """Files of three folds: the labels of a fold come with the next one's calls, and only the last calls have segments."""
    predictions: list[LogFile] = []
    outcomes: list[LogFile] = []
    third = len(calls) // 3
    parts = [calls[:third], calls[third : 2 * third], calls[2 * third :], []]
    late = [label for number in range(3) for label in labels[number::3]]
    seen: set[str] = set()
    stored = 0
    for number, part in enumerate(parts):
        bare = [replace(call, segments={}) for call in part] if number < 2 else part
        fresh = engine.sift_predictions([(number, prediction_table(bare))], predictions)
        due = [label for label in late if label.prediction_id in seen]
        late = [label for label in late if label.prediction_id not in seen]
        placed = engine.sift_outcomes(
            [(number, outcome_table(due))], predictions=predictions, outcomes=outcomes, fresh=fresh.rows, first_sequence=stored
        )
        stored += placed.rows.num_rows
        predictions += write_files(engine.folder, "ocr", "prediction", fresh.rows)
        outcomes += write_files(engine.folder, "ocr", "outcome", placed.rows)
        seen |= {call.prediction_id for call in part}
    return predictions, outcomes


def measures() -> list[Measure]:
    """With and without limits, filters, ranked sources, sums, groups and clusters."""
    region = {"segment.region": ("EU", "US")}
    everything = Measure("ocr", BERLIN, group_by="segment.region", cluster_key="cluster", needs=tuple(NEEDS))
    return [
        everything,
        Measure("ocr", BERLIN, label_sources=("audit", "customer")),
        Measure("ocr", BERLIN, where={**region, "model_version": ("v2",)}),
        Measure("ocr", BERLIN, where={"segment.nowhere": ("EU",)}),
        *(Measure("ocr", BERLIN, where=region, limit_ms=Decimal(limit)) for limit in ("100", "200.1", "250")),
        replace(everything, label_sources=("proxy",), limit_ms=Decimal("200.1")),
    ]


def test_spark_counts_what_the_embedded_engine_counts_when_clocks_change(engine: SparkEngine, embedded: DuckDBEngine) -> None:
    autumn = [replace(call, prediction_id=f"autumn-{call.prediction_id}") for call in random_calls(2, BERLIN, AUTUMN, 400)]
    calls = random_calls(1, BERLIN, SPRING, 400) + autumn
    predictions, outcomes = folded(embedded, calls, random_labels(1, calls, 1_200))
    wanted = measures()
    windows = [Window(calls[0].occurred_at, calls[0].occurred_at + timedelta(hours=9))]

    def count(asked: SparkEngine | DuckDBEngine) -> dict[str, list[DayCounts]]:
        needs = {name: need for name, (need, _) in NEEDS.items()}
        return asked.count(wanted, predictions=predictions, outcomes=outcomes, days=days_of(calls, BERLIN), needs=needs, windows=windows)

    found = count(engine)

    assert found == count(embedded)
    whole = total(entry.counts for entry in found[wanted[0].key])
    assert whole.attempted == 800
    assert min(whole.correct, whole.contradicted, whole.excluded["maintenance"], whole.failed["timeout"]) > 0
    assert {type(number) for number in found[wanted[0].key][0].counts.as_json().values()} <= {int, dict, list}
    assert set(whole.sums) <= set(NEEDS)
    assert min(len(whole.sums), len(whole.groups), len(whole.clusters)) >= 3
    limits = [total(entry.counts for entry in found[measure.key]) for measure in wanted[4:7]]
    assert limits[0].above > limits[2].above
    assert found[wanted[3].key] == []


def test_fractions_and_words_come_back_as_they_were_written(engine: SparkEngine, embedded: DuckDBEngine) -> None:
    words = ("it's", 'a "b"', "back\\slash", "${spark.app.name}", "100 %", "a`b", "новый", "line\nbreak", "--", "")
    fractions = (None, 1.0, 0.1, 1 / 3, 0.0001, 0.00002, 1e-7)
    calls = [
        Call(
            f"call-{number}",
            random_calls(number, BERLIN, SPRING, 1)[0].occurred_at,
            prediction=words[number % 10],
            model_version=words[number % 3],
            sampling_fraction=fractions[number % 7],
            segments={"segment.it's `odd`": words[number % 10]},
        )
        for number in range(70)
    ]
    labels = [Label(call.prediction_id, actual=words[number % 4]) for number, call in enumerate(calls)]
    predictions, outcomes = stored(embedded, calls, labels)
    wanted = [Measure("words", BERLIN), Measure("words", BERLIN, where={"segment.it's `odd`": words[:4]})]

    found = engine.count(wanted, predictions=predictions, outcomes=outcomes, days=days_of(calls, BERLIN))

    for measure in wanted:
        assert as_found(found[measure.key]) == expected(calls, labels, measure)
    assert {entry.sampling_fraction for entry in found[wanted[0].key]} == {"" if share is None else str(share) for share in fractions}
    assert total(entry.counts for entry in found[wanted[1].key]).attempted == 28


def test_days_that_are_left_out_are_not_counted_and_days_without_files_are_empty(engine: SparkEngine, embedded: DuckDBEngine) -> None:
    calls = random_calls(5, BERLIN, SPRING, 300, days=4)
    predictions, _ = stored(embedded, calls, random_labels(5, calls, 10))
    measure = Measure("ocr", BERLIN)
    days = [SPRING, SPRING + timedelta(days=2)]

    found = engine.count([measure], predictions=predictions, outcomes=[], days=days)[measure.key]

    assert as_found(found) == {
        place: counts for place, counts in expected(calls, [], measure).items() if date.fromisoformat(place[0]) in days
    }
    assert {entry.day for entry in found} == {"2026-03-28", "2026-03-30"}
    assert engine.count([measure], predictions=predictions, outcomes=[], days=[date(2025, 1, 1)]) == {measure.key: []}


def test_components_that_are_counted_together_keep_their_own_calls(engine: SparkEngine, embedded: DuckDBEngine) -> None:
    sources: dict[str, Source] = {}
    for seed, component in enumerate(("left", "right")):
        calls = random_calls(seed, BERLIN, SPRING, 40 + seed)  # the same ids in both
        fresh = embedded.sift_predictions([(1, prediction_table(calls))], [])
        sources[component] = Source(write_files(embedded.folder, component, "prediction", fresh.rows), [])
    wanted = [Measure(component, BERLIN) for component in sources]
    days = [SPRING + timedelta(days=number) for number in range(-1, 4)]  # some calls lie just outside the three days

    found = engine.count_together(wanted, sources=sources, days=days)

    assert found == embedded.count_together(wanted, sources=sources, days=days)
    assert [total(entry.counts for entry in found[measure.key]).attempted for measure in wanted] == [40, 41]


def test_a_folder_whose_name_looks_like_a_pattern_is_a_folder(cluster: SparkCluster, engine: SparkEngine, tmp_path: Path) -> None:
    folder = tmp_path / "log [1-2] {a,b} 100%"
    calls = random_calls(6, BERLIN, SPRING, 50)
    predictions, outcomes = folded(DuckDBEngine(tmp_path / "plain", threads=1), calls, random_labels(6, calls, 50))
    (tmp_path / "plain").rename(folder)
    measure = Measure("ocr", BERLIN)

    found = SparkEngine(cluster.address, f"{folder}/").count(
        [measure], predictions=predictions, outcomes=outcomes, days=days_of(calls, BERLIN)
    )

    assert total(entry.counts for entry in found[measure.key]).attempted == 50


def daily_files(engine: DuckDBEngine, component: str, kind: str, rows: pa.Table) -> list[LogFile]:
    """One file a UTC day, as a log is that was folded every day."""
    day = pc.cast(rows["occurred_at"], pa.date32())
    files = [write_files(engine.folder, component, kind, rows.filter(pc.equal(day, each))) for each in pc.unique(day)]
    return [file for written in files for file in written]


def wait_for_the_middle(context: Any, running: Future[Any]) -> tuple[int, int]:
    """Wait until a stage has finished some tasks and has many to go; return how many of how many."""
    tracker = context.statusTracker()
    while not running.done():
        for stage in tracker.getActiveStageIds():
            info = tracker.getStageInfo(stage)
            if info is not None and info.numCompletedTasks >= 4 and info.numTasks - info.numCompletedTasks >= 10:
                return info.numCompletedTasks, info.numTasks
        time.sleep(0.01)
    raise AssertionError("the work was done before its middle was seen")


def lost_executors(context: Any) -> dict[str, int]:
    """The executors that went away, by Spark's own books, with the tasks they had finished."""
    known = context._jsc.sc().statusStore().executorList(False)
    each = [known.apply(place) for place in range(known.size())]
    return {executor.id(): executor.completedTasks() for executor in each if not executor.isActive()}


def test_the_integers_are_the_same_when_one_of_two_workers_is_killed_in_the_middle(
    cluster: SparkCluster, engine: SparkEngine, embedded: DuckDBEngine
) -> None:
    calls = random_calls(7, BERLIN, date(2026, 3, 1), 3_000, days=60)
    labels = random_labels(7, calls, 3_000)
    fresh = embedded.sift_predictions([(1, prediction_table(calls))], [])
    placed = embedded.sift_outcomes([(2, outcome_table(labels))], predictions=[], outcomes=[], fresh=fresh.rows, first_sequence=0)
    predictions = daily_files(embedded, "killed", "prediction", fresh.rows)
    outcomes = daily_files(embedded, "killed", "outcome", placed.rows)
    wanted = [Measure("killed", BERLIN), Measure("killed", BERLIN, cluster_key="cluster")]
    days = days_of(calls, BERLIN)
    with engine.session() as session:
        context = session.sparkContext
    before = lost_executors(context)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(engine.count, wanted, predictions=predictions, outcomes=outcomes, days=days)
        finished, tasks = wait_for_the_middle(context, running)

        cluster.workers[0].kill()

        found = running.result(timeout=90)
    lost = [done for executor, done in lost_executors(context).items() if executor not in before]
    cluster.grow(2)
    assert 4 <= finished <= tasks - 10
    assert len(lost) == 1
    assert lost[0] > 0
    assert found == embedded.count(wanted, predictions=predictions, outcomes=outcomes, days=days)
    assert total(entry.counts for entry in found[wanted[0].key]).attempted == 3_000


def test_an_overflow_is_an_error_and_not_a_number(engine: SparkEngine) -> None:
    from pyspark.errors import ArithmeticException

    with engine.session() as session, pytest.raises(ArithmeticException, match="OVERFLOW"):
        session.sql("SELECT sum(a) FROM VALUES (9223372036854775807), (1) AS t(a)").collect()


def test_a_file_that_the_cluster_does_not_see_is_named_by_its_folder(cluster: SparkCluster, engine: SparkEngine, tmp_path: Path) -> None:
    elsewhere = SparkEngine(cluster.address, str(tmp_path))
    file = LogFile("ocr/prediction/gone.parquet", "prediction", 1, "", SPRING, SPRING, ("prediction_id", "occurred_at", "status"))
    with pytest.raises(StoreUnavailableError, match=f"does not see a file of the prediction log under {tmp_path}"):
        elsewhere.count([Measure("ocr", BERLIN)], predictions=[file], outcomes=[], days=[SPRING])


def test_a_file_that_is_damaged_is_an_error_and_not_fewer_rows(engine: SparkEngine, embedded: DuckDBEngine) -> None:
    calls = random_calls(8, BERLIN, SPRING, 40)
    predictions, _ = stored(embedded, calls, [])
    (embedded.folder / predictions[0].path).write_bytes(b"PAR1 and nothing that follows from it PAR1")
    with pytest.raises(StoreUnavailableError, match="gave up counting"):
        engine.count([Measure("ocr", BERLIN)], predictions=predictions, outcomes=[], days=days_of(calls, BERLIN))


def test_a_process_counts_on_one_cluster(cluster: SparkCluster, engine: SparkEngine) -> None:
    with (
        engine.session(),
        pytest.raises(ConflictError, match=f"already counts on {cluster.address}"),
        SparkEngine("local[1]", "log").session(),
    ):
        pass


def test_an_address_where_nothing_answers_is_named(engine: SparkEngine) -> None:
    engine.close()
    with pytest.raises(StoreUnavailableError, match="sparc://nowhere does not answer"), SparkEngine("sparc://nowhere", "log").session():
        pass
    with engine.session() as session:
        assert session.sql("SELECT 1 AS one").collect()[0]["one"] == 1


def test_without_pyspark_or_java_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = LogFile("ocr/prediction/a.parquet", "prediction", 1, "", SPRING, SPRING, ("prediction_id", "occurred_at", "status"))

    def count() -> None:
        SparkEngine("local[1]", str(tmp_path)).count([Measure("ocr", BERLIN)], predictions=[file], outcomes=[], days=[SPRING])

    with monkeypatch.context() as bare:
        bare.setitem(sys.modules, "pyspark", None)
        with pytest.raises(InvalidInputError, match=r"needs the package pyspark. Install vendor-ai\[spark\]."):
            count()
    pytest.importorskip("pyspark")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(InvalidInputError, match="needs Java 17 or newer"):
        count()
