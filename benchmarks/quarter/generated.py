"""The generated log: calls of one quarter, labels that come late, and some that are corrected."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

START = datetime(2026, 7, 1, tzinfo=UTC)
DAYS = 92
POSITIVE, NEGATIVE = "approve", "reject"
_DAY_US = 86_400_000_000
_TIME = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True)
class Part:
    """One component's calls, and its labels in the order in which they came, as batches of the log."""

    component: str
    predictions: pa.Table
    outcomes: pa.Table


@dataclass(frozen=True, slots=True)
class Files:
    """The whole log as two Parquet files, as somebody with pandas would hold it."""

    predictions: Path
    outcomes: Path


def parts(rows: int, components: int, *, days: int = DAYS, start: datetime = START) -> Iterator[Part]:
    """The log, component by component, the same for the same numbers; ``rows`` calls in all."""
    for number in range(components):
        yield _part(number, rows // components + (number < rows % components), days, start)


def _part(number: int, rows: int, days: int, start: datetime) -> Part:
    """Three versions, one call in two hundred without an answer, nine in ten labelled within twenty days, one label in twenty corrected."""
    chance = np.random.default_rng([20_260_701, number])
    first = int(start.timestamp()) * 1_000_000
    occurred = np.sort(chance.integers(0, days * _DAY_US, rows)) + first
    identity = _identities(number, rows)
    actual, right, answered = chance.random(rows) < 0.4, chance.random(rows) < 0.88, chance.random(rows) >= 0.005
    latency = np.where(answered, np.round(chance.lognormal(4.4, 0.5, rows), 3), 30_000.0)
    said = pa.array(np.where(actual == right, 0, 1), pa.int8(), mask=~answered)
    predictions = {
        "prediction_id": identity,
        "occurred_at": pa.array(occurred, _TIME),
        "prediction": _texts(said, POSITIVE, NEGATIVE),
        "latency_ms": pa.array(latency),
        "status": _texts(pa.array(np.where(answered, 0, 1), pa.int8()), "ok", "timeout"),
        "model_version": _texts(pa.array(np.minimum((occurred - first) // (31 * _DAY_US), 2), pa.int8()), "v1", "v2", "v3"),
    }
    labelled = np.flatnonzero(chance.random(rows) < 0.9)
    corrected = chance.choice(labelled, labelled.size // 20, replace=False)
    places = np.concatenate([labelled, corrected])
    truth = np.where(actual, 0, 1)[places]
    truth[labelled.size :] ^= 1
    late = np.concatenate([chance.uniform(0, 20, labelled.size), chance.uniform(20, 25, corrected.size)])
    outcomes = {
        "prediction_id": identity.take(pa.array(places)),
        "actual": _texts(pa.array(truth, pa.int8()), POSITIVE, NEGATIVE),
        "observed_at": pa.array(occurred[places] + np.round(late * _DAY_US).astype(np.int64), _TIME),
    }
    return Part(f"component-{number}", pa.table(predictions), pa.table(outcomes))


def _identities(number: int, rows: int) -> pa.Array:
    return pc.binary_join_element_wise(f"call-{number}-", pa.array(np.arange(rows)).cast(pa.string()), "")


def _texts(codes: pa.Array, *words: str) -> pa.Array:
    return pa.DictionaryArray.from_arrays(codes, pa.array(words)).cast(pa.string())


def write_files(folder: Path, log: Iterator[Part]) -> tuple[Files, int, int]:
    """Write the log as two Parquet files, calls in order of time; returns them with the number of calls and of labels."""
    held = list(log)
    predictions = _under_each_other([(part.component, part.predictions) for part in held]).sort_by("occurred_at")
    outcomes = _under_each_other([(part.component, part.outcomes) for part in held])
    files = Files(folder / "predictions.parquet", folder / "outcomes.parquet")
    pq.write_table(predictions, files.predictions)
    pq.write_table(outcomes, files.outcomes)
    return files, predictions.num_rows, outcomes.num_rows


def _under_each_other(tables: list[tuple[str, pa.Table]]) -> pa.Table:
    return pa.concat_tables([table.append_column("component", pa.array([name] * table.num_rows)) for name, table in tables])
