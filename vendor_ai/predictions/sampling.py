"""Drawing a random sample of predicted calls from the log's files, and reading the drawn calls back."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from vendor_ai.domain.prediction import LogFile

MOST_LABELS = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SampledCall:
    """One drawn call."""

    prediction_id: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """The calls of ``[start, end)`` in some files under a folder."""

    folder: Path
    files: tuple[LogFile, ...]
    start: datetime
    end: datetime

    @property
    def paths(self) -> list[str]:
        """The files that may hold such calls."""
        near = (file for file in self.files if file.near(self.start, self.end))
        return [str(self.folder / file.path) for file in near]


def draw_calls(span: Span, seed: str, size: int) -> tuple[list[SampledCall], int]:
    """Return the ``size`` predicted calls whose SHA-256 of the seed and their id comes first, in that order, and how many there are.

    The order is as good as random to anyone who did not know the seed when the calls were logged, and anyone who knows it now can
    repeat the draw with any program.
    """
    with _calls(span) as connection:
        if connection is None:
            return [], 0
        (population,) = connection.execute("SELECT count(*) FROM predicted").fetchall()[0]
        rows = connection.execute(
            "SELECT prediction_id, epoch_us(occurred_at) FROM predicted ORDER BY sha256(? || prediction_id), prediction_id LIMIT ?",
            [seed, size],
        ).fetchall()
    return [SampledCall(identity, _EPOCH + timedelta(microseconds=micros)) for identity, micros in rows], int(population)


def count_predicted(span: Span) -> int:
    """How many predicted calls there are to draw from."""
    with _calls(span) as connection:
        return 0 if connection is None else int(connection.execute("SELECT count(*) FROM predicted").fetchall()[0][0])


def read_sampled(span: Span, ids: Sequence[str]) -> pa.Table:
    """The rows of some calls with every column that the files have, in the order of ``ids``."""
    with _reading(span) as connection:
        if connection is None:
            return pa.table({"prediction_id": pa.array([], pa.string())})
        connection.register("wanted", pa.table({"wanted_id": pa.array(ids, pa.string()), "place": pa.array(range(len(ids)), pa.int64())}))
        query = "SELECT rows.* FROM rows JOIN wanted ON rows.prediction_id = wanted.wanted_id ORDER BY wanted.place"
        return connection.sql(query).to_arrow_table()


def has_rows(span: Span) -> bool:
    """Whether the files hold any row of the span; for files of outcomes: any label of its calls."""
    with _reading(span) as connection:
        return connection is not None and bool(connection.execute("SELECT 1 FROM rows LIMIT 1").fetchall())


def answers(span: Span) -> list[str]:
    """The different texts that the calls were answered with, sorted, or nothing where there are more than can be chosen from."""
    with _reading(span) as connection:
        if connection is None or "prediction" not in {row[0] for row in connection.execute("DESCRIBE rows").fetchall()}:
            return []
        found = connection.execute(
            "SELECT DISTINCT prediction FROM rows WHERE prediction IS NOT NULL ORDER BY prediction LIMIT ?", [MOST_LABELS + 1]
        ).fetchall()
    return [label for (label,) in found] if len(found) <= MOST_LABELS else []


@contextmanager
def _reading(span: Span) -> "Iterator[duckdb.DuckDBPyConnection | None]":
    """A connection whose view ``rows`` holds the span's rows; None where no file does."""
    if not span.paths:
        yield None
        return
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        source = connection.read_parquet(span.paths, union_by_name=True)
        start, end = (f"TIMESTAMPTZ '{at.astimezone(UTC).isoformat()}'" for at in (span.start, span.end))
        source.filter(f"occurred_at >= {start} AND occurred_at < {end}").create_view("rows")
        yield connection


@contextmanager
def _calls(span: Span) -> "Iterator[duckdb.DuckDBPyConnection | None]":
    """The same with a view ``predicted`` of what could be labelled: answered, not the customer's fault, with a prediction."""
    with _reading(span) as connection:
        if connection is not None:
            present = {row[0] for row in connection.execute("DESCRIBE rows").fetchall()}
            said = " OR ".join(f"{name} IS NOT NULL" for name in ("prediction", "prediction_value") if name in present) or "FALSE"
            fault = "coalesce(fault, '') <> 'customer'" if "fault" in present else "TRUE"
            connection.execute(f"CREATE VIEW predicted AS SELECT * FROM rows WHERE status = 'ok' AND {fault} AND ({said})")
        yield connection
