"""The embedded engine: DuckDB over the Parquet files."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vendor_ai.domain.measure import DayCounts, Measure
from vendor_ai.domain.need import Need
from vendor_ai.domain.prediction import LogFile
from vendor_ai.predictions import counting, folding
from vendor_ai.predictions.query import view
from vendor_ai.predictions.row import Reading, Timed, call_columns, timed_calls
from vendor_ai.predictions.scan import Source, scan_of, translated
from vendor_ai.predictions.schema import CALL, OUTCOME_SCHEMA, PREDICTION_SCHEMA, SEQUENCE
from vendor_ai.predictions.version import NO_CALLS, VersionCalls, Wanted, version_calls

__all__ = ["DuckDBEngine", "Source", "Timed", "VersionCalls"]

MOST_IDLE = 2
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _without(outcomes: pa.Table, found: pa.Table) -> pa.Table:
    """Those outcomes whose prediction is not found yet."""
    return outcomes.filter(pc.invert(pc.is_in(outcomes["prediction_id"], value_set=found["prediction_id"].combine_chunks())))


def search_order(stored: Sequence[LogFile], outcomes: pa.Table) -> Iterator[tuple[datetime, datetime]]:
    """Stretches of time that hold every stored prediction, those first in which the outcomes' predictions are likely."""
    if not stored:
        return
    first, last = (_midnight(day) for day in (min(file.first_day for file in stored), max(file.last_day for file in stored)))
    named = outcomes["predicted_at"].drop_null() if "predicted_at" in outcomes.column_names else []
    if len(named):
        bounds = pc.min_max(named).as_py()
        yield bounds["min"], bounds["max"] + timedelta(microseconds=1)
    end, days = last + timedelta(days=1), 1
    while end > first:
        start = max(end - timedelta(days=days), first)
        yield start, end
        end, days = start, days * 2


def _near(files: Sequence[LogFile], start: datetime | None, end: datetime | None) -> list[LogFile]:
    """The files that may hold rows of ``[start, end)``."""
    return [file for file in files if (start is None or file.last_day >= start.date()) and (end is None or file.first_day <= end.date())]


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _reading_of(
    measure: Measure, calls: ir.Table, labels: ir.Table | None, span: tuple[datetime, datetime], windows: counting.Windows
) -> Reading:
    return Reading(
        calls=calls.schema(),
        labels=None if labels is None else labels.schema(),
        where=tuple((name, tuple(values)) for name, values in sorted(measure.where.items())),
        sources=tuple(measure.label_sources),
        scope=counting.Scope.between(*span),
        windows=tuple(windows),
    )


def _with_equal_filters(measures: Sequence[Measure]) -> list[list[Measure]]:
    alike: dict[str, list[Measure]] = {}
    for measure in measures:
        alike.setdefault(str(sorted(measure.where.items())), []).append(measure)
    return list(alike.values())


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
        return [str(self.folder / file.path) for file in _near(files, start, end)]

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
            found = self._places(connection, incoming, predictions, fresh)
            days = set(found["occurred_at"].cast(pa.date32()).unique().to_pylist())
            near = [file for file in outcomes if any(file.first_day <= day <= file.last_day for day in days)]
            return folding.sift_outcomes(connection, incoming, found=found, outcome_paths=self._paths(near), first_sequence=first_sequence)

    def _places(self, connection: duckdb.DuckDBPyConnection, incoming: pa.Table, stored: Sequence[LogFile], fresh: pa.Table) -> pa.Table:
        """Where the predictions of new outcomes stand.

        The days the outcomes name are searched first, then the log backwards from its end in growing stretches: outcomes are about
        calls not long ago, and an old log costs nothing that way.
        """
        found = [folding.places(fresh)]
        wanted = _without(incoming, found[0])
        for start, end in search_order(stored, incoming):
            if not wanted.num_rows:
                break
            paths = self._paths(stored, start, end - timedelta(microseconds=1))
            if paths:
                found.append(folding.find_places(connection, wanted.select(["prediction_id"]), paths, start=start, end=end))
                wanted = _without(wanted, found[-1])
        return pa.concat_tables(found)

    def merge(self, files: Sequence[LogFile]) -> pa.Table:
        """All rows of some small files of one component and kind."""
        with self._connect() as connection:
            return connection.read_parquet(self._paths(files), union_by_name=True).to_arrow_table()

    def count(
        self,
        measures: Sequence[Measure],
        *,
        predictions: Sequence[LogFile],
        outcomes: Sequence[LogFile],
        days: Sequence[date],
        needs: Mapping[str, Need] = MappingProxyType({}),
        windows: counting.Windows = (),
    ) -> dict[str, list[DayCounts]]:
        """Counters of the local ``days`` for measures of one component, by the measure's key.

        Args:
            measures: All of one component and time zone.
            predictions: The component's files of calls.
            outcomes: Its files of outcomes.
            days: Local days.
            needs: What the measures' ``needs`` mean.
            windows: Announced maintenance.
        """
        sources = {measure.component: Source(predictions, outcomes) for measure in measures}
        return self.count_together(measures, sources=sources, days=days, needs=needs, windows=windows)

    def count_together(
        self,
        measures: Sequence[Measure],
        *,
        sources: Mapping[str, Source],
        days: Sequence[date],
        needs: Mapping[str, Need] = MappingProxyType({}),
        windows: counting.Windows = (),
    ) -> dict[str, list[DayCounts]]:
        """Counters of the local ``days`` for measures of several components in one time zone, by the measure's key.

        Args:
            measures: Their components are among ``sources``.
            sources: Files by component.
            days: Local days.
            needs: What the measures' ``needs`` mean.
            windows: Announced maintenance, the same for every component.
        """
        result: dict[str, list[DayCounts]] = {measure.key: [] for measure in measures}
        with self._reading() as connection:
            for question in counting.questions(measures, needs):
                scope = counting.Scope.of(days, question.measures[0].time_zone)
                read = [sources[component] for component in question.components]
                calls, labels = self._views(connection, read, scope.start, scope.end)
                if calls is not None:
                    result |= counting.assemble(translated(scan_of(question, calls, labels, scope, windows)).run(connection), question)
        return result

    def _views(
        self, connection: duckdb.DuckDBPyConnection, sources: Sequence[Source], start: datetime, end: datetime
    ) -> tuple[ir.Table | None, ir.Table | None]:
        """Views ``calls`` and ``labels`` over the files near ``[start, end)``; numbers join them where all files have some."""
        predictions = [_near(source.predictions, start, end) for source in sources]
        outcomes = [_near(source.outcomes, start, end) for source in sources]
        by_number = all(SEQUENCE in file.columns for part in predictions for file in part) and all(
            CALL in file.columns for part in outcomes for file in part
        )
        calls = view(connection, "calls", [self._paths(part) for part in predictions], call=SEQUENCE if by_number else "")
        return calls, view(connection, "labels", [self._paths(part) for part in outcomes])

    def timed_calls(
        self,
        measures: Sequence[Measure],
        *,
        sources: Mapping[str, Source],
        start: datetime,
        end: datetime,
        windows: counting.Windows = (),
    ) -> dict[str, Timed]:
        """The timed calls of ``[start, end)`` of measures of several components, by the measure's key; those without any are left out."""
        found: dict[str, Timed] = {}
        for alike in _with_equal_filters(measures):
            components = sorted({measure.component for measure in alike})
            with self._reading() as connection:
                calls, _ = self._views(connection, [sources[ref] for ref in components], start, end)
                timed = {} if calls is None else timed_calls(connection, _reading_of(alike[0], calls, None, (start, end), windows))
            by_ref = {components[number]: part for number, part in timed.items()}
            found |= {measure.key: by_ref[measure.component] for measure in alike if measure.component in by_ref}
        return found

    def call_columns(
        self,
        measure: Measure,
        columns: Sequence[str],
        *,
        source: Source,
        start: datetime,
        end: datetime,
        windows: counting.Windows = (),
    ) -> dict[str, NDArray[Any]]:
        """Columns of a measure's calls of ``[start, end)``, as arrays (see ``row.call_columns``)."""
        with self._reading() as connection:
            calls, labels = self._views(connection, [source], start, end)
            if calls is None:
                return {name: np.empty(0) for name in columns}
            return call_columns(connection, replace(_reading_of(measure, calls, labels, (start, end), windows), columns=tuple(columns)))

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
        self,
        version: str,
        *,
        predictions: Sequence[LogFile],
        outcomes: Sequence[LogFile],
        pair_by: str = "input_id",
        start: datetime | None = None,
        end: datetime | None = None,
        segment: str = "",
    ) -> VersionCalls:
        """The answered calls of one served version with their outcomes, those of a version that only watches too.

        Args:
            version: As served.
            predictions: The component's files of calls.
            outcomes: Its files of outcomes.
            pair_by: Field whose value is the same for the same input.
            start: The first instant; None: from the first call on.
            end: The first instant after; None: to the last call.
            segment: Field to compare by, "" for none.
        """
        if not any("model_version" in file.columns for file in predictions):
            return NO_CALLS
        first, last = min(file.first_day for file in predictions), max(file.last_day for file in predictions)
        start, end = start or _midnight(first), end or _midnight(last) + timedelta(days=1)
        with self._reading() as connection:
            calls, labels = self._views(connection, [Source(predictions, outcomes)], start, end)
            return NO_CALLS if calls is None else version_calls(connection, calls, labels, Wanted(version, start, end, pair_by, segment))
