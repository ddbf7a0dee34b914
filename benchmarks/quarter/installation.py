"""An installation that holds the log and a contract of six clauses over it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import text

from benchmarks.quarter.generated import Files, Part
from vendor_ai.clauses import CLAUSE_KINDS
from vendor_ai.db import prediction_log as log_store
from vendor_ai.db import vendor as store
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.contract import Contract
from vendor_ai.domain.vendor import Component, Vendor
from vendor_ai.importers.contract import parse_contract
from vendor_ai.importers.log_table import LogReader
from vendor_ai.metrics import METRICS
from vendor_ai.predictions.files import write_files
from vendor_ai.predictions.folding import numbered
from vendor_ai.predictions.schema import AGAIN, CALL, SEQUENCE
from vendor_ai.services.contract import import_contract
from vendor_ai.services.log_import import import_log_files
from vendor_ai.services.measurement import register_measures
from vendor_ai.settings import Settings
from vendor_ai.wiring import App, open_app

AT = datetime(2026, 12, 1, tzinfo=UTC)
PERIOD = "2026-Q3"

CONTRACT = """
contract: {name}
vendor: Benchmark
components: [{components}]
starts: 2026-07-01
ends: 2027-06-30
time_zone: UTC
clauses:
  - {{id: accuracy, kind: performance, metric: accuracy, at_least: "0.85", period: quarter}}
  - {{id: precision, kind: performance, metric: precision, positive: approve, at_least: "0.85", period: quarter}}
  - {{id: recall, kind: performance, metric: recall, positive: approve, at_least: "0.85", period: quarter}}
  - {{id: latency-p95, kind: performance, metric: latency_p95, at_most: "200", period: quarter}}
  - {{id: latency-p99, kind: performance, metric: latency_p99, at_most: "500", period: quarter}}
  - {{id: uptime, kind: performance, metric: uptime, at_least: "0.995", period: quarter}}
"""


@dataclass(frozen=True, slots=True)
class Installed:
    """The installation, its contract over every component and one over the first alone."""

    app: App
    every: Contract
    one: Contract


def install(home: Path, components: int) -> Installed:
    """An empty installation with the components and contracts."""
    app = open_app(settings=Settings(home=home)).at(AT)
    names = [f"component-{number}" for number in range(components)]
    with app.records.write() as session:
        store.save_vendor(session, Vendor("benchmark", "Benchmark"), at=AT)
        for name in names:
            store.save_component(session, Component(name, name, "benchmark"), at=AT)
    return Installed(app, _contract(app, "benchmark", names), _contract(app, "benchmark-one", names[:1]))


def _contract(app: App, name: str, components: list[str]) -> Contract:
    document = CONTRACT.format(name=name, components=", ".join(components))
    parsed = parse_contract(document, metrics=METRICS, clause_kinds=CLAUSE_KINDS)
    assert parsed.contract is not None, parsed.problems
    with app.records.write() as session:
        import_contract(session, parsed.contract, document, by=Actor("benchmark"), at=AT)
        register_measures(session, parsed.contract)
    return parsed.contract


def bring_in(app: App, files: Files) -> None:
    """Import the log as a user would: through validation, inbox and folding."""
    for path, outcomes_only in ((files.predictions, False), (files.outcomes, True)):
        reader = LogReader(outcomes_only=outcomes_only)
        result = import_log_files(app.log, [path], reader=reader, component=None, batch_rows=app.settings.batch_rows)
        assert (result.duplicates, result.rejected) == (0, 0), result


def lay_down(app: App, log: Iterator[Part]) -> int:
    """Write the log's files as folding leaves them, a component at a time, and name them in the manifest; returns their size in bytes."""
    size = 0
    for part in log:
        with app.records.read() as session:
            key = store.component_key(session, part.component)[0]
            generation = log_store.generation(session, key)
        predictions = numbered(part.predictions, generation << 32)
        written = [
            *write_files(app.log.engine.folder, part.component, "prediction", predictions),
            *write_files(app.log.engine.folder, part.component, "outcome", _placed(part, predictions, generation)),
        ]
        size += sum((app.log.engine.folder / file.path).stat().st_size for file in written)
        days = part.predictions["occurred_at"].cast(pa.date32()).unique().to_pylist()
        with app.records.write() as session:
            assert log_store.advance(session, key, expected=generation)
            log_store.register_files(session, key, written)
            log_store.mark_days(session, key, days, generation + 1)
    return size


def _placed(part: Part, predictions: pa.Table, generation: int) -> pa.Table:
    """Outcomes with what folding writes beside them: their call's time and number, and their own place in the order of arrival."""
    places = pc.index_in(part.outcomes["prediction_id"], predictions["prediction_id"])
    table = part.outcomes.append_column("occurred_at", predictions["occurred_at"].take(places))
    table = table.append_column(SEQUENCE, pa.array((generation << 32) + np.arange(table.num_rows)))
    table = table.append_column(CALL, predictions[SEQUENCE].take(places))
    _, first = np.unique(places.to_numpy(), return_index=True)
    again = np.ones(table.num_rows, dtype=np.bool_)
    again[first] = False
    return table.append_column(AGAIN, pa.array(again))


def forget(app: App) -> None:
    """Everything that was derived from the log: counters, figures and verdicts."""
    with app.records.write() as session:
        connection = session.connection()
        for table in ("figure", "counter", "violation", "verdict"):
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text("UPDATE measure SET counted = -1"))
