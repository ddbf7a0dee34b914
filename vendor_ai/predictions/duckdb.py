"""The embedded engine: DuckDB over the Parquet files."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vendor_ai.domain.measure import DayCounts, Measure
from vendor_ai.domain.prediction import LogFile
from vendor_ai.predictions import counting, folding
from vendor_ai.predictions.schema import OUTCOME_SCHEMA, PREDICTION_SCHEMA, STORED_OUTCOME_SCHEMA

MOST_IDLE = 2
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class VersionCalls:
    """The answered calls of one served version, row by row.

    Attributes:
        prediction: Shape (n,), text or None.
        correct: Shape (n,), 1.0, 0.0 or NaN without an outcome.
        latency_ms: Shape (n,), NaN where none was logged.
        key: Shape (n,), text that pairs the same input over versions, or None.
    """

    prediction: NDArray[np.object_]
    correct: NDArray[np.float64]
    latency_ms: NDArray[np.float64]
    key: NDArray[np.object_]


_COLUMN_TYPES = {field.name: field.type for schema in (PREDICTION_SCHEMA, STORED_OUTCOME_SCHEMA) for field in schema}


def _sql(expression: ir.Table) -> str:
    """An engine-neutral expression in this engine's dialect."""
    return str(ibis.to_sql(expression, dialect="duckdb"))


@dataclass(frozen=True, slots=True)
class _Query:
    """A query as text, with the columns it declares. Translating costs more than running, so equal questions are translated once."""

    sql: str
    schema: ibis.Schema

    @classmethod
    def of(cls, expression: ir.Table) -> "_Query":
        return cls(_sql(expression), expression.schema())

    def fetch(self, connection: duckdb.DuckDBPyConnection) -> pa.Table:
        """The rows, in the types declared (the engine itself sums integers into wider ones)."""
        return connection.sql(self.sql).to_arrow_table().cast(self.schema.to_pyarrow())


@lru_cache(maxsize=256)
def _labelled_calls(
    calls: ibis.Schema,
    labels: ibis.Schema | None,
    where: tuple[tuple[str, tuple[str, ...]], ...],
    sources: tuple[str, ...],
    scope: counting.Scope,
) -> _Query:
    """The calls of a scope with their labels, from the views ``calls`` and ``labels``."""
    measure = Measure(component="", time_zone=scope.time_zone, where=dict(where), label_sources=sources)
    outcomes = None if labels is None else ibis.table(labels, name="labels")
    return _Query.of(counting.labelled_calls(ibis.table(calls, name="calls"), outcomes, measure, scope))


@lru_cache(maxsize=256)
def _totals(counted: ibis.Schema, limits: tuple[Decimal, ...]) -> _Query:
    return _Query.of(counting.totals(ibis.table(counted, name="counted_calls"), limits))


@lru_cache(maxsize=16)
def _confusion(counted: ibis.Schema) -> _Query:
    return _Query.of(counting.confusion(ibis.table(counted, name="counted_calls")))


class DuckDBEngine:
    """Runs the log's queries in this process."""

    def __init__(self, folder: Path, *, threads: int = 0, memory: str = "4GB") -> None:
        self.folder = folder
        self._threads = threads
        self._memory = memory
        self._idle: list[duckdb.DuckDBPyConnection] = []

    @contextmanager
    def _reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection for questions that leave nothing in the way of the next one; it is kept, as opening costs more than most of them."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._open()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        if len(self._idle) < MOST_IDLE:
            self._idle.append(connection)
        else:
            connection.close()

    @contextmanager
    def _connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = self._open()
        try:
            yield connection
        finally:
            connection.close()

    def _open(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(":memory:")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET memory_limit = ?", [self._memory])
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET enable_external_file_cache = false")  # a kept connection would keep what it read
        if self._threads:
            connection.execute("SET threads = ?", [self._threads])
        return connection

    def _paths(self, files: Sequence[LogFile], start: datetime | None = None, end: datetime | None = None) -> list[str]:
        """Absolute paths of the files that may hold rows of ``[start, end)``."""
        return [
            str(self.folder / file.path)
            for file in files
            if (start is None or file.last_day >= start.date()) and (end is None or file.first_day <= end.date())
        ]

    def sift_predictions(self, batches: Sequence[tuple[int | None, pa.Table]], stored: Sequence[LogFile]) -> folding.Sifted:
        """Drop repeats among new batches of one component and against its files."""
        incoming = folding.stack(batches, PREDICTION_SCHEMA)
        with self._connect() as connection:
            return folding.sift_predictions(connection, incoming, self._paths(stored))

    def sift_outcomes(
        self,
        batches: Sequence[tuple[int | None, pa.Table]],
        *,
        predictions: Sequence[LogFile],
        outcomes: Sequence[LogFile],
        fresh: pa.Table,
        first_sequence: int,
    ) -> folding.Sifted:
        """Place new outcomes of one component beside their predictions."""
        incoming = folding.stack(batches, OUTCOME_SCHEMA)
        with self._connect() as connection:
            return folding.sift_outcomes(
                connection,
                incoming,
                prediction_paths=self._paths(predictions),
                outcome_paths=self._paths(outcomes),
                fresh_predictions=fresh,
                first_sequence=first_sequence,
            )

    def merge(self, files: Sequence[LogFile]) -> pa.Table:
        """All rows of some small files of one component and kind."""
        with self._connect() as connection:
            return connection.read_parquet(self._paths(files), union_by_name=True).to_arrow_table()

    def count(
        self, measures: Sequence[Measure], *, predictions: Sequence[LogFile], outcomes: Sequence[LogFile], days: Sequence[date]
    ) -> dict[str, list[DayCounts]]:
        """Counters of the local ``days`` for measures of one component, by the measure's key."""
        groups: dict[str, list[Measure]] = {}
        for measure in measures:
            groups.setdefault(str([measure.time_zone, sorted(measure.where.items()), measure.label_sources]), []).append(measure)
        result: dict[str, list[DayCounts]] = {}
        with self._reading() as connection:
            for group in groups.values():
                result.update(self._count_group(connection, group, predictions, outcomes, days))
        return result

    def _count_group(
        self,
        connection: duckdb.DuckDBPyConnection,
        group: Sequence[Measure],
        predictions: Sequence[LogFile],
        outcomes: Sequence[LogFile],
        days: Sequence[date],
    ) -> dict[str, list[DayCounts]]:
        """One scan for measures that differ in their limit only."""
        scope = counting.Scope.of(days, group[0].time_zone)
        calls = self._view(connection, "calls", predictions, scope)
        if calls is None:
            return {measure.key: [] for measure in group}
        labels = self._view(connection, "labels", outcomes, scope)
        where = tuple((name, tuple(values)) for name, values in sorted(group[0].where.items()))
        counted = _labelled_calls(
            calls.schema(), labels.schema() if labels is not None else None, where, tuple(group[0].label_sources), scope
        )
        connection.execute(f"CREATE OR REPLACE TEMP TABLE counted_calls AS {counted.sql}")
        limits = sorted({measure.limit_ms for measure in group if measure.limit_ms is not None})
        total_rows = _totals(counted.schema, tuple(limits)).fetch(connection).to_pylist()
        plain = any(measure.limit_ms is None for measure in group)
        confusion_rows = _confusion(counted.schema).fetch(connection).to_pylist() if plain else []
        connection.execute("DROP TABLE counted_calls")
        by_limit = counting.assemble(total_rows, confusion_rows, [*limits, *([None] if plain else [])], limits)
        return {measure.key: by_limit[measure.limit_ms] for measure in group}

    def _view(
        self, connection: duckdb.DuckDBPyConnection, name: str, files: Sequence[LogFile], scope: counting.Scope | None = None
    ) -> ir.Table | None:
        """Make a view over the files that may hold the scope's rows, and return the table expression for it; None without files."""
        start, end = (None, None) if scope is None else (scope.start, scope.end)
        paths = self._paths(files, start, end)
        if not paths:
            return None
        relation = connection.read_parquet(paths, union_by_name=True)
        relation.create_view(name, replace=True)
        schema = pa.schema([(column, _COLUMN_TYPES.get(column, pa.string())) for column in relation.columns])
        return ibis.table(ibis.Schema.from_pyarrow(schema), name=name)

    def ranked_latencies(
        self,
        measure: Measure,
        files: Sequence[LogFile],
        *,
        start: datetime,
        end: datetime,
        ranks: Sequence[int],
        timed: int,
        endless: bool,
    ) -> list[float]:
        """The latencies at the given ranks (1 is the smallest) among the ``timed`` calls of ``[start, end)``.

        A time-out ranks by the time that was waited (one without a logged time ranks first), or, with ``endless``, after every answer.
        """
        paths = self._paths(files, start, end)
        present = {column for file in files for column in file.columns}
        if not ranks or not paths or not set(measure.where) <= present:
            return []
        latency = "latency_ms" if "latency_ms" in present else "CAST(NULL AS DOUBLE)"
        conditions = ["occurred_at >= ?", "occurred_at < ?", f"((status = 'ok' AND {latency} IS NOT NULL) OR status = 'timeout')"]
        values: list[object] = [start, end]
        if "fault" in present:
            conditions.append("coalesce(fault, '') <> 'customer'")
        for name, allowed in measure.where.items():
            conditions.append(f"{folding.quoted(name)} IN ({', '.join('?' * len(allowed))})")
            values.extend(allowed)
        timed_out = "'infinity'::DOUBLE" if endless else f"coalesce({latency}, 0)"
        # quantile_disc(q) is the value at rank ceil(q * n); aiming at the middle of a rank is safe from rounding.
        shares = ", ".join(repr((rank - 0.5) / timed) for rank in ranks)
        query = (
            f"SELECT quantile_disc(CASE WHEN status = 'timeout' THEN {timed_out} ELSE {latency} END, [{shares}]) "
            f"FROM read_parquet(?, union_by_name = true) WHERE {' AND '.join(conditions)}"
        )
        with self._reading() as connection:
            (row,) = connection.execute(query, [paths, *values]).fetchall()
        return [float(value) for value in row[0] or []]

    def rows_on(self, files: Sequence[LogFile], days: Sequence[date]) -> int:
        """How many rows lie on these UTC days."""
        wanted = [file for file in files if any(file.first_day <= day <= file.last_day for day in days)]
        if not wanted:
            return 0
        with self._reading() as connection:
            query = "SELECT count(*) FROM read_parquet(?, union_by_name = true) WHERE CAST(occurred_at AS DATE) IN (SELECT unnest(?))"
            (row,) = connection.execute(query, [self._paths(wanted), list(days)]).fetchall()
        return int(row[0])

    def first_seen(self, files: Sequence[LogFile], *, start: datetime, end: datetime) -> list[tuple[str, datetime, int]]:
        """Served versions with their first answered call in ``[start, end)`` and their calls there, earliest first."""
        paths = self._paths(files, start, end)
        if not paths or not any("model_version" in file.columns for file in files):
            return []
        with self._reading() as connection:
            rows = connection.execute(
                """
                SELECT model_version, epoch_us(min(occurred_at)), count(*) FROM read_parquet(?, union_by_name = true)
                WHERE occurred_at >= ? AND occurred_at < ? AND model_version IS NOT NULL AND status = 'ok'
                GROUP BY model_version ORDER BY min(occurred_at), model_version
                """,
                [paths, start, end],
            ).fetchall()
        return [(version, _EPOCH + timedelta(microseconds=seen), int(count)) for version, seen, count in rows]

    def version_calls(
        self, version: str, *, predictions: Sequence[LogFile], outcomes: Sequence[LogFile], pair_by: str = "input_id"
    ) -> VersionCalls:
        """The answered calls of one served version with their outcomes, in order of time."""
        columns = {column for file in predictions for column in file.columns}
        nothing = np.empty(0, dtype=object)
        if "model_version" not in columns:
            return VersionCalls(nothing, np.empty(0), np.empty(0), nothing)
        scope = counting.Scope.of([min(file.first_day for file in predictions), max(file.last_day for file in predictions)], "UTC")
        measure = Measure(component="", time_zone="UTC", where={"model_version": (version,)})
        with self._reading() as connection:
            source = self._view(connection, "calls", predictions)
            assert source is not None
            whole = counting.Scope(scope.start, scope.end, tuple(range(scope.days[0], scope.days[-1] + 1)), "UTC")
            table = counting.labelled_calls(source, self._view(connection, "labels", outcomes), measure, whole)
            keys = source.select(prediction_id=source.prediction_id, key=source[pair_by] if pair_by in columns else ibis.null("string"))
            answered = table.filter(table.answered).left_join(keys, "prediction_id", rname="key_{name}")
            wanted = answered.select("prediction", "hit", "latency", "key", "prediction_id").order_by("prediction_id")
            rows = _Query.of(wanted).fetch(connection)
        hit = rows["hit"].cast(pa.float64()).to_numpy(zero_copy_only=False)
        return VersionCalls(
            prediction=np.asarray(rows["prediction"].to_pylist(), dtype=object),
            correct=np.asarray(hit, dtype=np.float64),
            latency_ms=np.asarray(rows["latency"].to_numpy(zero_copy_only=False), dtype=np.float64),
            key=np.asarray(rows["key"].cast(pa.string()).to_pylist(), dtype=object),
        )
