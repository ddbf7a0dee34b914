"""Rows of the prediction log as they are, for people and watches to look at; figures of contracts come from counters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from vendor_ai.domain.prediction import LogFile
from vendor_ai.predictions.folding import quoted

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TYPES: Mapping[str, str] = {"occurred_at": "TIMESTAMPTZ", "latency_ms": "DOUBLE", "confidence": "DOUBLE", "prediction_value": "DOUBLE"}


def read_calls(
    folder: Path, files: Sequence[LogFile], columns: Sequence[str], *, start: datetime, end: datetime, condition: str = "TRUE"
) -> pa.Table:
    """Return some columns of the calls of ``[start, end)``, oldest first; a column that no file has is null.

    Args:
        folder: Root of the log.
        files: The files of a component that count.
        columns: Fields of a prediction; ``prediction_id``, ``occurred_at``, ``status`` and ``prediction`` can be asked for too.
        start: First instant.
        end: First instant after.
        condition: SQL over the columns asked for, written by this program and never by people.
    """
    near = [file for file in files if file.near(start, end)]
    wanted = list(dict.fromkeys(("prediction_id", "occurred_at", *columns)))
    if not near:
        return pa.table({column: pa.array([], pa.string()) for column in wanted})
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        relation = connection.read_parquet([str(folder / file.path) for file in near], union_by_name=True)
        present = set(relation.columns)
        parts = [
            quoted(column) if column in present else f"CAST(NULL AS {_TYPES.get(column, 'VARCHAR')}) AS {quoted(column)}"
            for column in wanted
        ]
        relation.project(", ".join(parts)).create_view("calls")
        query = f"SELECT * FROM calls WHERE occurred_at >= ? AND occurred_at < ? AND ({condition}) ORDER BY occurred_at, prediction_id"
        return connection.sql(query, params=[start, end]).to_arrow_table()


def calls_by_day(folder: Path, files: Sequence[LogFile], *, start: datetime, end: datetime) -> dict[date, int]:
    """Return the answered calls of each UTC day of ``[start, end)`` that holds some."""
    near = [file for file in files if file.near(start, end)]
    if not near:
        return {}
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.read_parquet([str(folder / file.path) for file in near], union_by_name=True).create_view("calls")
        query = (
            "SELECT CAST(occurred_at AS DATE), count(*) FROM calls WHERE status = 'ok' AND occurred_at >= ? AND occurred_at < ? GROUP BY 1"
        )
        return {day: int(count) for day, count in connection.execute(query, [start, end]).fetchall()}


@dataclass(frozen=True, slots=True)
class PersonsDecision:
    """What a person decided about one call, as an outcome in the log says."""

    reviewer: str
    at: datetime
    overrode: bool


def persons_decisions(
    folder: Path, predictions: Sequence[LogFile], outcomes: Sequence[LogFile], *, source: str, start: datetime, end: datetime
) -> list[PersonsDecision]:
    """Return the outcomes of one source for the calls of ``[start, end)`` beside what the AI had answered, oldest first.

    Where a person decided twice, the later decision counts.
    """
    columns = {column for file in outcomes for column in file.columns}
    if not predictions or not outcomes or not {"source", "actual"} <= columns:
        return []
    reviewer = "coalesce(o.reviewer, '')" if "reviewer" in columns else "''"
    observed = "o.observed_at" if "observed_at" in columns else "NULL"
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, files in (("p", predictions), ("o", outcomes)):
            near = [file for file in files if file.near(start, end)]
            if not near:
                return []
            connection.read_parquet([str(folder / file.path) for file in near], union_by_name=True).create_view(name)
        rows = connection.execute(
            f"""
            SELECT {reviewer}, epoch_us(coalesce({observed}, o.occurred_at)), o.actual <> p.prediction
            FROM o JOIN p USING (prediction_id)
            WHERE o.source = ? AND o.actual IS NOT NULL AND p.prediction IS NOT NULL AND p.occurred_at >= ? AND p.occurred_at < ?
            QUALIFY row_number() OVER (PARTITION BY prediction_id ORDER BY {observed} DESC NULLS LAST, o.sequence DESC) = 1
            ORDER BY 2, 1
            """,
            [source, start, end],
        ).fetchall()
    return [PersonsDecision(who, _EPOCH + timedelta(microseconds=at), bool(overrode)) for who, at, overrode in rows]


def answered_and_failed(folder: Path, files: Sequence[LogFile], version: str, *, start: datetime, end: datetime) -> tuple[int, int]:
    """Return the calls of ``[start, end)`` that a served version answered, and those that failed through the vendor."""
    columns = {column for file in files for column in file.columns}
    near = [file for file in files if file.near(start, end)]
    if not near or "model_version" not in columns:
        return 0, 0
    fault = "coalesce(fault, '')" if "fault" in columns else "''"
    failed = f"status IN ('error', 'timeout') OR (status IN ('rate_limited', 'client_error') AND {fault} = 'vendor')"
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.read_parquet([str(folder / file.path) for file in near], union_by_name=True).create_view("calls")
        query = (
            f"SELECT count(*) FILTER (status = 'ok'), count(*) FILTER ({failed}) FROM calls "
            f"WHERE model_version = ? AND {fault} <> 'customer' AND occurred_at >= ? AND occurred_at < ?"
        )
        answered, broken = connection.execute(query, [version, start, end]).fetchone() or (0, 0)
    return int(answered), int(broken)
