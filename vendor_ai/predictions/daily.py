"""A component's log by day, for the watches: what it answered, how long it took, what came in."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from vendor_ai.domain.prediction import FEATURE_PREFIX, LogFile
from vendor_ai.predictions.folding import quoted

MOST_ANSWERS = 20  # the most frequent ones; the others are one category
MOST_VALUES = 100_000  # of a feature on one side
OTHER = "\x00other"


@dataclass(frozen=True, slots=True, eq=False)
class DailyLog:
    """Days without a gap from ``first``.

    Attributes:
        first: The first UTC day.
        answers: What the columns of ``answer_counts`` are, the most frequent first.
        answer_counts: Answered calls by day and answer, shape (days, answers).
        log_median_ms: Natural logarithm of the day's median latency, shape (days,), NaN where none was timed.
        timed: Answered calls with a latency, shape (days,).
    """

    first: date
    answers: tuple[str, ...]
    answer_counts: NDArray[np.int64]
    log_median_ms: NDArray[np.float64]
    timed: NDArray[np.int64]

    @property
    def days(self) -> int:
        """How many days there are."""
        return len(self.timed)

    @property
    def answered(self) -> NDArray[np.int64]:
        """Answered calls with an answer, by day."""
        return np.asarray(self.answer_counts.sum(axis=1), dtype=np.int64)

    @property
    def answer_shares(self) -> NDArray[np.float64]:
        """The share of each answer by day, shape (days, answers), NaN on days without any."""
        shares = np.full(self.answer_counts.shape, np.nan)
        np.divide(self.answer_counts, self.answered[:, None], out=shares, where=self.answered[:, None] > 0)
        return shares

    def day(self, index: int) -> date:
        """The date of a row."""
        return self.first + timedelta(days=index)


@contextmanager
def _opened(folder: Path, files: Sequence[LogFile], start: datetime, end: datetime) -> Iterator[tuple[duckdb.DuckDBPyConnection, set[str]]]:
    """The answered calls of ``[start, end)`` as the view ``calls``, and the columns it has."""
    near = [file for file in files if file.near(start, end)]
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        if not near:
            yield connection, set()
            return
        relation = connection.read_parquet([str(folder / file.path) for file in near], union_by_name=True)
        columns = set(relation.columns)
        relation.create_view("files")
        span = f"occurred_at >= '{start.isoformat()}'::TIMESTAMPTZ AND occurred_at < '{end.isoformat()}'::TIMESTAMPTZ"
        connection.execute(f"CREATE VIEW calls AS SELECT * FROM files WHERE status = 'ok' AND {span}")
        yield connection, columns


def daily_log(folder: Path, files: Sequence[LogFile], *, start: datetime, end: datetime) -> DailyLog:
    """Return the days of ``[start, end)``, both midnights of UTC."""
    days = (end - start).days
    first = start.date()
    names: list[str] = []
    counts = np.zeros((days, 0), dtype=np.int64)
    medians, timed = np.full(days, np.nan), np.zeros(days, dtype=np.int64)
    with _opened(folder, files, start, end) as (connection, columns):
        if "prediction" in columns:
            names, counts = _answers(connection, first, days)
        if "latency_ms" in columns:
            query = "SELECT CAST(occurred_at AS DATE), median(latency_ms), count(*) FROM calls WHERE latency_ms > 0 GROUP BY 1"
            for day, median, calls in connection.execute(query).fetchall():
                medians[(day - first).days], timed[(day - first).days] = np.log(median), calls
    return DailyLog(first, tuple(names), counts, medians, timed)


def _answers(connection: duckdb.DuckDBPyConnection, first: date, days: int) -> tuple[list[str], NDArray[np.int64]]:
    rows = connection.execute(
        """
        WITH each AS (
            SELECT CAST(occurred_at AS DATE) AS day, prediction, count(*) AS calls FROM calls WHERE prediction IS NOT NULL GROUP BY ALL
        ),
        most AS (SELECT prediction, sum(calls) AS calls FROM each GROUP BY 1 ORDER BY calls DESC, prediction LIMIT ?)
        SELECT each.day, CASE WHEN most.prediction IS NULL THEN ? ELSE each.prediction END, sum(each.calls)
        FROM each LEFT JOIN most USING (prediction) GROUP BY ALL
        """,
        [MOST_ANSWERS, OTHER],
    ).fetchall()
    totals: dict[str, int] = {}
    for _, answer, calls in rows:
        totals[answer] = totals.get(answer, 0) + int(calls)
    names = sorted(totals, key=lambda answer: (-totals[answer], answer))
    counts = np.zeros((days, len(names)), dtype=np.int64)
    place = {answer: column for column, answer in enumerate(names)}
    for day, answer, calls in rows:
        counts[(day - first).days, place[answer]] = calls
    return names, counts


def answer_counts(folder: Path, files: Sequence[LogFile], *, start: datetime, end: datetime) -> Mapping[str, int]:
    """Return how often each answer was given in ``[start, end)``."""
    with _opened(folder, files, start, end) as (connection, columns):
        if "prediction" not in columns:
            return {}
        rows = connection.execute("SELECT prediction, count(*) FROM calls WHERE prediction IS NOT NULL GROUP BY 1").fetchall()
    return {answer: int(calls) for answer, calls in rows}


def features(files: Sequence[LogFile]) -> list[str]:
    """The features that a log holds."""
    return sorted({column for file in files for column in file.columns if column.startswith(FEATURE_PREFIX)})


def feature_values(
    folder: Path, files: Sequence[LogFile], feature: str, *, start: datetime, end: datetime
) -> NDArray[np.float64] | Mapping[str, int]:
    """Return a feature's values in ``[start, end)``: numbers, a seeded sample where there are many, or how often each text came."""
    with _opened(folder, files, start, end) as (connection, columns):
        if feature not in columns:
            return {}
        name = quoted(feature)
        (texts,) = connection.execute(
            f"SELECT count(*) FROM calls WHERE {name} IS NOT NULL AND TRY_CAST({name} AS DOUBLE) IS NULL"
        ).fetchone() or (0,)
        if texts:
            rows = connection.execute(f"SELECT {name}, count(*) FROM calls WHERE {name} IS NOT NULL GROUP BY 1").fetchall()
            return {str(value): int(calls) for value, calls in rows}
        query = (
            f"SELECT TRY_CAST({name} AS DOUBLE) AS value FROM calls WHERE {name} IS NOT NULL ORDER BY hash(prediction_id), prediction_id"
        )
        values = connection.execute(f"{query} LIMIT {MOST_VALUES}").fetchnumpy()["value"]
    return np.asarray(np.ma.filled(values, np.nan), dtype=np.float64)


def p95_ms(folder: Path, files: Sequence[LogFile], *, start: datetime, end: datetime) -> float | None:
    """Return the linear 95th percentile of the answered calls' latency in ``[start, end)``; None without any."""
    with _opened(folder, files, start, end) as (connection, columns):
        if "latency_ms" not in columns:
            return None
        (value,) = connection.execute("SELECT quantile_cont(latency_ms, 0.95) FROM calls WHERE latency_ms IS NOT NULL").fetchone() or (
            None,
        )
    return None if value is None else float(value)
