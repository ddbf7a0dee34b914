"""What a log's growth costs: bytes of a row and of a day's counters, and processor seconds to fold and to count, embedded and on Spark.

Run: ``python -m benchmarks.spark [--rows 100000 1000000]`` (Linux, Java 17 or newer, pyspark)

The log is generated, the same for the same numbers: one component, 30 days, every field that the client fills, three calls in ten
labelled up to ten days later and one label in twenty corrected. Both engines count the same eight measures (three scans: plain with five
limits, by group, by cluster) over the same Parquet files, Spark on a master and two workers of one core each, and must come to equal
integers. Each counts once to warm up and then three times; the median is shown. Times are processor seconds, so that other work on the
machine does not count; Spark's are those of the workers alone. What the second size costs more than the first is the growth that
docs/beyond-one-machine.md reckons with.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.factories.spark_cluster import DRIVER, SparkCluster, missing
from vendor_ai.domain.measure import DayCounts, Measure
from vendor_ai.domain.prediction import LogFile
from vendor_ai.predictions.duckdb import DuckDBEngine
from vendor_ai.predictions.files import write_files
from vendor_ai.predictions.schema import OUTCOME_SCHEMA
from vendor_ai.predictions.spark import SparkEngine

FIRST = datetime(2026, 9, 1, tzinfo=UTC)
DAYS = 30
# Unlike in the tests, the workers live long enough for Java's second compiler to pay.
LONG_LIVED = {**DRIVER, "spark.executor.extraJavaOptions": "-XX:+UseSerialGC"}
DAY_US = 86_400_000_000
FRESH = 100_000  # calls of the fold that is timed; their outcomes come along
ZONE = "Europe/Berlin"
LIMITS = ("100", "150", "200", "300", "500")
MEASURES = [
    Measure("ocr", ZONE),
    *(Measure("ocr", ZONE, limit_ms=Decimal(limit)) for limit in LIMITS),
    Measure("ocr", ZONE, group_by="segment.region"),
    Measure("ocr", ZONE, cluster_key="cluster"),
]
MEANINGS = ("plain", *(f"limit {limit}" for limit in LIMITS), "by region", "by cluster")


@dataclass(frozen=True, slots=True)
class Log:
    """A generated log and the bytes of its columns on disk."""

    predictions: list[LogFile]
    outcomes: list[LogFile]
    bytes_a_call: dict[str, float]
    bytes_an_outcome: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What one size costs, in processor seconds and bytes."""

    rows: int
    log: Log
    fold_s: float
    embedded_s: float
    spark_s: float
    counter_bytes: dict[str, float]
    equal: bool


def calls(rows: int, *, seed: int = 20260901) -> pa.Table:
    """The columns of some calls, as a program with our client logs them."""
    chance = np.random.default_rng(seed)
    at = np.sort(chance.integers(0, DAYS * DAY_US, rows)) + int(FIRST.timestamp()) * 1_000_000
    answered = chance.random(rows) >= 0.005
    words = np.array(["approve", "reject", "review", "unreadable"])[chance.choice(4, rows, p=[0.6, 0.25, 0.1, 0.05])]
    texts = chance.integers(0, 2**63, (rows, 6)).astype(np.uint64)
    identity = [f"{a:016x}{b:016x}" for a, b in texts[:, :2].tolist()]
    inputs = ["".join(f"{part:016x}" for part in parts) for parts in texts[:, 2:].tolist()]
    people = np.array([f"{key:016x}" for key in np.random.default_rng(1).integers(0, 2**63, 20_000)])
    return pa.table(
        {
            "prediction_id": pa.array(identity),
            "occurred_at": pa.array(at, pa.timestamp("us", tz="UTC")),
            "prediction": pa.array(words, mask=~answered),
            "confidence": pa.array(np.round(chance.beta(8, 2, rows), 4), mask=~answered),
            "latency_ms": np.where(answered, np.round(chance.lognormal(4.4, 0.5, rows), 3), 30_000.0),
            "status": np.where(answered, "ok", "timeout"),
            "model_version": np.array(["2026-07", "2026-09"])[(at - at[0] > 15 * DAY_US).astype(int)] if rows else np.array([], str),
            "input_id": pa.array(inputs),
            "cluster": people[chance.integers(0, len(people), rows)],
            "cost": np.round(chance.lognormal(-6, 0.5, rows), 6),
            "input_tokens": pa.array(chance.integers(50, 4_000, rows)),
            "output_tokens": pa.array(chance.integers(1, 600, rows)),
            "segment.region": np.array(["EU", "US", "APAC", "LATAM"])[chance.integers(0, 4, rows)],
        }
    )


def outcomes(predictions: pa.Table) -> pa.Table:
    """Labels of three calls in ten, and a correction of one in twenty of these."""
    chance = np.random.default_rng(7)
    chosen = np.sort(chance.choice(predictions.num_rows, predictions.num_rows * 3 // 10, replace=False))
    corrected = chance.choice(chosen, len(chosen) // 20, replace=False)
    rows = np.concatenate([chosen, corrected])
    late = np.concatenate([chance.integers(0, 10 * DAY_US, len(chosen)), chance.integers(10 * DAY_US, 12 * DAY_US, len(corrected))])
    occurred = predictions["occurred_at"].cast(pa.int64()).to_numpy()[rows]
    said = np.array(["approve", "reject"])[chance.integers(0, 2, len(rows))]
    found = {
        "prediction_id": predictions["prediction_id"].take(pa.array(rows)),
        "actual": pa.array(said),
        "observed_at": pa.array(occurred + late, pa.timestamp("us", tz="UTC")),
        "source": pa.array(["back-office"] * len(rows)),
    }
    table = pa.table({field.name: found.get(field.name, pa.nulls(len(rows), field.type)) for field in OUTCOME_SCHEMA})
    return table.append_column("occurred_at", pa.array(occurred, pa.timestamp("us", tz="UTC"))).append_column(
        "sequence", pa.array(range(len(rows)), pa.int64())
    )


def write(folder: Path, predictions: pa.Table) -> Log:
    """Write the log as folding would, and look how large it became."""
    stored = write_files(folder, "ocr", "prediction", predictions)
    labels = outcomes(predictions)
    known = write_files(folder, "ocr", "outcome", labels)
    sizes: dict[str, float] = {}
    for file in stored:
        meta = pq.read_metadata(folder / file.path)
        for group in range(meta.num_row_groups):
            for column in range(meta.num_columns):
                chunk = meta.row_group(group).column(column)
                sizes[chunk.path_in_schema] = sizes.get(chunk.path_in_schema, 0) + chunk.total_compressed_size / predictions.num_rows
    outcome_bytes = sum((folder / file.path).stat().st_size for file in known)
    return Log(stored, known, sizes, outcome_bytes / max(labels.num_rows, 1))


def processor_seconds(groups: Sequence[int]) -> float:
    """Processor seconds of the living processes of some process groups."""
    ticks = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(") ")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[2]) in groups:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def median_cost(clock: Callable[[], float], work: Callable[[], Any], times: int = 3) -> float:
    """Median of what the clock says that the work took, after one turn to warm up."""
    work()
    found = []
    for _ in range(times):
        start = clock()
        work()
        found.append(clock() - start)
    return statistics.median(found)


def measure(rows: int, cluster: SparkCluster, folder: Path, *, times: int = 3) -> Cost:
    """Make a log of some rows and count it on both engines."""
    log = write(folder, calls(rows))
    days = [date(2026, 8, 31) + timedelta(days=number) for number in range(DAYS + 2)]
    embedded = DuckDBEngine(folder, threads=2)
    spark = SparkEngine(cluster.address, str(folder), settings=LONG_LIVED)
    fresh = calls(FRESH, seed=3)
    due = outcomes(fresh).select(OUTCOME_SCHEMA.names)
    groups = [worker.process.pid for worker in cluster.workers]

    def count(engine: DuckDBEngine | SparkEngine) -> dict[str, list[DayCounts]]:
        return engine.count(MEASURES, predictions=log.predictions, outcomes=log.outcomes, days=days)

    def fold() -> None:
        sifted = embedded.sift_predictions([(1, fresh)], log.predictions)
        embedded.sift_outcomes(
            [(2, due)], predictions=log.predictions, outcomes=log.outcomes, fresh=sifted.rows, first_sequence=log.outcomes[-1].rows
        )

    answers: dict[str, list[DayCounts]] = {}
    spark_s = median_cost(lambda: processor_seconds(groups), lambda: answers.update(count(spark)), times)
    found = count(embedded)
    return Cost(
        rows=rows,
        log=log,
        fold_s=median_cost(time.process_time, fold, times),
        embedded_s=median_cost(time.process_time, lambda: count(embedded), times),
        spark_s=spark_s,
        counter_bytes={name: _bytes_a_day(found[each.key]) for name, each in zip(MEANINGS, MEASURES, strict=True)},
        equal=found == answers,
    )


def _bytes_a_day(entries: Sequence[DayCounts]) -> float:
    return sum(len(json.dumps(entry.counts.as_json())) for entry in entries) / DAYS


def tell(cost: Cost) -> None:
    """Print one size."""
    print(f"{cost.rows:,} calls: counters {'equal' if cost.equal else 'DIFFER'} on both engines")
    print(f"  bytes a call {sum(cost.log.bytes_a_call.values()):.1f}, an outcome {cost.log.bytes_an_outcome:.1f}")
    print(
        "  of a call: " + ", ".join(f"{name} {size:.1f}" for name, size in sorted(cost.log.bytes_a_call.items(), key=lambda each: -each[1]))
    )
    print("  bytes of counters a day: " + ", ".join(f"{name} {size:,.0f}" for name, size in cost.counter_bytes.items()))
    print(f"  processor seconds: fold {FRESH:,} more {cost.fold_s:.2f}; count embedded {cost.embedded_s:.2f}, Spark {cost.spark_s:.2f}")


def main() -> int:
    """Print the sizes and their growth; 1 when the engines differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    arguments = parser.parse_args()
    reason = missing()
    if reason:
        print(reason)
        return 1
    costs = []
    with tempfile.TemporaryDirectory(prefix="vendor-ai-growth-") as folder:
        cluster = SparkCluster(Path(folder) / "cluster")
        try:
            for rows in arguments.rows:
                costs.append(measure(rows, cluster, Path(folder) / str(rows)))
                tell(costs[-1])
        finally:
            SparkEngine(cluster.address, folder).close()
            cluster.stop()
    if len(costs) > 1:
        small, large = costs[0], costs[-1]
        million = (large.rows - small.rows) / 1e6
        growth = ((large.fold_s - small.fold_s), (large.embedded_s - small.embedded_s), (large.spark_s - small.spark_s))
        fold, embedded, spark = (each / million for each in growth)
        print(f"a million calls more: fold {fold:.3f} s, count embedded {embedded:.2f} s, count on Spark {spark:.2f} s")
    return 0 if all(cost.equal for cost in costs) else 1


if __name__ == "__main__":
    raise SystemExit(main())
