"""Counting several components at once, and what is read from rows: once, and only where every row is there."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.factories.command_line import CommandLine, contract_text
from tests.factories.log import AT, add_component
from tests.factories.plain_counting import Call, Label, as_found, expected, outcome_table, prediction_table, random_calls, random_labels
from tests.unit.test_counting_oracle import measures
from vendor_ai.db import maintenance
from vendor_ai.db import prediction_log as store
from vendor_ai.db.base import Records
from vendor_ai.db.maintenance import MaintenanceRow
from vendor_ai.db.schema import ensure
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.measure import Measure
from vendor_ai.domain.verdict import ClauseVerdict
from vendor_ai.outside.clock import FixedClock
from vendor_ai.predictions.counting import Window
from vendor_ai.predictions.duckdb import DuckDBEngine
from vendor_ai.predictions.files import write_files
from vendor_ai.services import recount
from vendor_ai.services.evaluation import evaluate
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION, PredictionLog, accept
from vendor_ai.services.standing import standing_over
from vendor_ai.wiring import App, open_app

REFS = ("acme-ocr", "acme-chat", "acme-score")
ZONE = "Europe/Berlin"


class WatchedEngine(DuckDBEngine):
    """An engine that says how many components each scan covered, and which figures were read from rows."""

    def __init__(self, folder: Path, **more: Any) -> None:
        super().__init__(folder, **more)
        self.scans: list[int] = []
        self.read = 0

    def count_together(self, measures: Sequence[Measure], **arguments: Any) -> Any:
        self.scans.append(len(arguments["sources"]))
        return super().count_together(measures, **arguments)

    def timed_calls(self, measures: Sequence[Measure], **arguments: Any) -> Any:
        self.read += len(measures)
        return super().timed_calls(measures, **arguments)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[PredictionLog]:
    records = Records(f"sqlite:///{tmp_path / 'vendor-ai.db'}", busy_timeout_s=30)
    ensure(records)
    for ref in REFS:
        add_component(records, ref)
    yield PredictionLog(records, WatchedEngine(tmp_path / "predictions", threads=1), FixedClock(AT), pseudonyms=False)
    records.close()


def key_of(log: PredictionLog, ref: str) -> int:
    with log.records.read() as session:
        return component_key(session, ref)[0]


def take(log: PredictionLog, ref: str, calls: Sequence[Call], labels: Sequence[Label]) -> None:
    key = key_of(log, ref)
    with log.records.write() as session:
        parts = [(key, PREDICTION, prediction_table(calls)), (key, OUTCOME, outcome_table(labels))]
        accept(session, parts, batch_id=f"rows of {ref}", at=AT, pseudonyms=False)


def keep_counting(log: PredictionLog, ref: str) -> list[Measure]:
    wanted = [replace(measure, component=ref) for measure in measures(ZONE)]
    with log.records.write() as session:
        for measure in wanted:
            store.register_measure(session, key_of(log, ref), measure)
    return wanted


def check(log: PredictionLog, rows: dict[str, tuple[list[Call], list[Label]]], announced: dict[str, list[Window]]) -> None:
    for ref, (calls, labels) in rows.items():
        for measure in (replace(measure, component=ref) for measure in measures(ZONE)):
            with log.records.read() as session:
                found = as_found(store.counters(session, measure, first="0001-01-01", end="9999-12-31"))
            assert found == expected(calls, labels, measure, announced.get(ref, [])), measure


def same_ids_everywhere(seed: int) -> dict[str, tuple[list[Call], list[Label]]]:
    """Other calls in each component, named alike, on the same days."""
    rows = {}
    for number, ref in enumerate(REFS):
        calls = random_calls(seed + number, ZONE, date(2026, 3, 28), 150)
        rows[ref] = calls, random_labels(seed + number, calls, 200)
    return rows


@pytest.mark.parametrize("most_rows", [3_000_000, 200])
def test_components_counted_together_count_what_each_counts_alone(
    log: PredictionLog, monkeypatch: pytest.MonkeyPatch, most_rows: int
) -> None:
    monkeypatch.setattr(recount, "ROWS_A_COUNT", most_rows)
    rows = same_ids_everywhere(50)
    for ref, (calls, labels) in rows.items():
        keep_counting(log, ref)
        take(log, ref, calls, labels)
    log.refresh(REFS)
    check(log, rows, {})
    assert isinstance(log.engine, WatchedEngine)
    assert log.engine.scans == ([3] if most_rows > 1_000 else [1, 1, 1])


def test_maintenance_of_one_component_leaves_the_others_alone(log: PredictionLog) -> None:
    rows = same_ids_everywhere(60)
    times = sorted(call.occurred_at for call in rows[REFS[1]][0])
    with log.records.write() as session:
        window = {"starts_at": times[20], "ends_at": times[90], "announced_at": times[0] - timedelta(days=1)}
        maintenance.add(session, MaintenanceRow(component_id=key_of(log, REFS[1]), by="person:ann", at=AT, **window))
    for ref, (calls, labels) in rows.items():
        keep_counting(log, ref)
        take(log, ref, calls, labels)
    log.refresh(REFS)
    check(log, rows, {REFS[1]: [Window(times[20], times[90])]})
    assert isinstance(log.engine, WatchedEngine)
    assert sorted(log.engine.scans) == [1, 2]


def test_outcomes_about_calls_from_before_there_were_numbers_are_still_found(log: PredictionLog) -> None:
    ref, (calls, labels) = REFS[0], same_ids_everywhere(70)[REFS[0]]
    keep_counting(log, ref)
    key, old, new = key_of(log, ref), calls[:80], calls[80:]
    sifted = log.engine.sift_predictions([(1, prediction_table(old))], [])
    with log.records.write() as session:
        assert store.advance(session, key, expected=0)
        store.register_files(session, key, write_files(log.engine.folder, ref, PREDICTION, sifted.rows))
        store.mark_days(session, key, {call.occurred_at.astimezone(UTC).date() for call in old}, 1)
    take(log, ref, new, labels)
    log.refresh([ref])
    check(log, {ref: (calls, labels)}, {})


def percentile(cli: CommandLine) -> App:
    """A home with a hundred calls of a closed quarter and a promise about their 95th percentile."""
    cli.inventory("ocr")
    clause = '  - {id: p95, kind: performance, metric: latency_p95, at_most: "90", period: quarter}'
    cli.contract(contract_text(clause, zone="UTC"))
    app = open_app(cli.home).at(datetime(2027, 2, 1, tzinfo=UTC))
    start = datetime(2026, 11, 1, tzinfo=UTC)
    calls = [
        Call(f"call-{number}", start + timedelta(minutes=number), prediction="yes", latency_ms=float(number + 1)) for number in range(100)
    ]
    with app.records.write() as session:
        key = component_key(session, "ocr")[0]
        accept(session, [(key, PREDICTION, prediction_table(calls))], batch_id="rows", at=AT)
    return app


def verdict(app: App) -> ClauseVerdict:
    (found,) = evaluate(app.log, "acme-2026", "2026-Q4").clauses
    return found


def test_a_percentile_is_read_from_rows_once_and_kept_with_the_counters_it_belongs_to(cli: CommandLine) -> None:
    app = percentile(cli)
    first = verdict(app)
    assert (first.measurement.value, first.measurement.n) == (95.0, 100)
    with app.records.write() as session:
        session.connection().execute(text("DELETE FROM violation"))
        session.connection().execute(text("DELETE FROM verdict"))
    for path in app.log.engine.folder.rglob("*.parquet"):
        path.unlink()  # whoever reads rows now fails
    assert verdict(app).measurement == first.measurement
    with app.records.read() as session:
        assert session.connection().execute(text("SELECT count(*) FROM figure")).scalar() == 1
    app.close()


def test_further_calls_make_another_percentile(cli: CommandLine) -> None:
    app = percentile(cli)
    assert verdict(app).measurement.value == 95.0
    slow = [Call(f"slow-{number}", datetime(2026, 12, 1, tzinfo=UTC), prediction="yes", latency_ms=500.0) for number in range(10)]
    with app.records.write() as session:
        accept(session, [(component_key(session, "ocr")[0], PREDICTION, prediction_table(slow))], batch_id="slow", at=AT)
    assert (verdict(app).measurement.value, verdict(app).measurement.n) == (500.0, 110)
    app.close()


def test_a_page_that_shows_a_running_period_keeps_nothing(cli: CommandLine) -> None:
    app = percentile(cli)
    app.log.refresh(["ocr"])
    running = app.at(datetime(2026, 12, 15, tzinfo=UTC))
    (found,) = standing_over(running.log, "acme-2026", "2026-Q4").clauses
    assert found.measurement.value == 95.0
    with app.records.read() as session:
        assert session.connection().execute(text("SELECT count(*) FROM figure")).scalar() == 0
    app.close()
