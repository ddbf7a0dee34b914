"""The cluster engine: Spark over the same Parquet files, for logs that outgrow one machine."""

import os
import re
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.config import Config

from vendor_ai.domain.errors import InvalidInputError, StoreUnavailableError
from vendor_ai.domain.measure import DayCounts, Measure
from vendor_ai.domain.prediction import LogFile
from vendor_ai.predictions import counting
from vendor_ai.predictions.schema import PREDICTION_SCHEMA, STORED_OUTCOME_SCHEMA

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_COLUMN_TYPES = {field.name: field.type for schema in (PREDICTION_SCHEMA, STORED_OUTCOME_SCHEMA) for field in schema}
_SQL_TYPES = {
    pa.string(): "STRING",
    pa.float64(): "DOUBLE",
    pa.int64(): "BIGINT",
    pa.bool_(): "BOOLEAN",
    pa.timestamp("us", tz="UTC"): "TIMESTAMP_LTZ",
}

# Set on every session, whatever the cluster's defaults are: with any other value the same rows could give other integers, or fewer rows.
MEANING = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_LTZ",
    "spark.sql.ansi.enabled": "true",  # an overflow is an error, not a wrong number
    "spark.sql.caseSensitive": "true",
    "spark.sql.groupByOrdinal": "true",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.variable.substitute": "false",  # a filter's value may hold ${...}
    "spark.sql.files.ignoreMissingFiles": "false",
    "spark.sql.files.ignoreCorruptFiles": "false",
}
# A lost machine counts as a failure of each task it held; machines rented by the minute are lost often.
RETRIES = {"spark.task.maxFailures": "8", "spark.stage.maxConsecutiveAttempts": "8"}
_QUIET = {"spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}


class _Options(Config):  # type: ignore[misc]
    """What ibis's Spark compiler asks for, which only ibis's own connection code would set."""

    treat_nan_as_null: bool = False


def _sql(expression: ir.Table) -> str:
    """An engine-neutral expression in this engine's dialect."""
    if ibis.options.pyspark is None:
        ibis.options.pyspark = _Options()
    return str(ibis.to_sql(expression, dialect="pyspark"))


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _plain(path: str) -> str:
    """The path with what Spark takes for a pattern marked as mere letters."""
    return re.sub(r"([\\\[\]{}*?])", r"\\\1", path)


@dataclass(frozen=True, slots=True)
class _Relation:
    """Some files of the log as one table; columns that a file lacks are null there."""

    name: str
    paths: tuple[str, ...]
    columns: Mapping[str, pa.DataType]

    @property
    def table(self) -> ir.Table:
        return ibis.table(ibis.Schema.from_pyarrow(pa.schema(list(self.columns.items()))), name=self.name)

    def create(self, session: "SparkSession") -> None:
        """Make it a view of the session."""
        schema = ", ".join(f"{_quoted(name)} {_SQL_TYPES[kind]}" for name, kind in self.columns.items())
        session.read.schema(schema).parquet(*self.paths).createOrReplaceTempView(self.name)


def _rows(session: "SparkSession", expression: ir.Table) -> list[dict[str, Any]]:
    rows = [row.asDict() for row in session.sql(_sql(expression)).collect()]
    for row in rows:
        # Java writes 0.0001 as 1.0E-4.
        row["fraction"] = str(float(row["fraction"])) if row["fraction"] else ""
    return rows


class SparkEngine:
    """Counts on a Spark cluster; one driver in this process, started at the first question.

    Args:
        master: What Spark calls the master: ``spark://host:7077``, ``yarn``, ``k8s://...`` or ``local[4]``.
        folder: The log's root as every machine of the cluster reaches it: a shared folder or an address such as ``s3a://bucket/log``.
        settings: Further settings of Spark, over those of ``spark-defaults.conf``.
    """

    def __init__(self, master: str, folder: str, *, settings: Mapping[str, str] | None = None) -> None:
        self.master = master
        self.folder = folder.rstrip("/")
        self._settings = {**RETRIES, **_QUIET, **(settings or {})}
        self._session: SparkSession | None = None
        self._starting = threading.Lock()

    def count(
        self, measures: Sequence[Measure], *, predictions: Sequence[LogFile], outcomes: Sequence[LogFile], days: Sequence[date]
    ) -> dict[str, list[DayCounts]]:
        """Counters of the local ``days`` for measures of one component, by the measure's key.

        Raises:
            InvalidInputError: When pyspark or Java is missing.
            StoreUnavailableError: When the cluster does not answer, gives up, or does not see a file.
        """
        groups: dict[str, list[Measure]] = {}
        for measure in measures:
            groups.setdefault(str([measure.time_zone, sorted(measure.where.items()), measure.label_sources]), []).append(measure)
        result: dict[str, list[DayCounts]] = {}
        for group in groups.values():
            result.update(self._count_group(group, predictions, outcomes, days))
        return result

    def close(self) -> None:
        """Let go of the cluster."""
        with self._starting:
            if self._session is not None:
                self._session.stop()
                self._session = None

    def _count_group(
        self, group: Sequence[Measure], predictions: Sequence[LogFile], outcomes: Sequence[LogFile], days: Sequence[date]
    ) -> dict[str, list[DayCounts]]:
        """One scan for measures that differ in their limit only."""
        scope = counting.Scope.of(days, group[0].time_zone)
        calls = self._relation("calls", predictions, scope)
        if calls is None:
            return {measure.key: [] for measure in group}
        labels = self._relation("labels", outcomes, scope)
        limits = sorted({measure.limit_ms for measure in group if measure.limit_ms is not None})
        plain = any(measure.limit_ms is None for measure in group)
        counted = counting.labelled_calls(calls.table, labels.table if labels is not None else None, group[0], scope)
        with self._questions() as session:
            calls.create(session)
            if labels is not None:
                labels.create(session)
            total_rows, confusion_rows = _counted(session, counted, limits, plain=plain)
        by_limit = counting.assemble(total_rows, confusion_rows, [*limits, *([None] if plain else [])], limits)
        return {measure.key: by_limit[measure.limit_ms] for measure in group}

    def _relation(self, name: str, files: Sequence[LogFile], scope: counting.Scope) -> _Relation | None:
        """The files that may hold the scope's rows; None without any."""
        wanted = [file for file in files if file.last_day >= scope.start.date() and file.first_day <= scope.end.date()]
        if not wanted:
            return None
        columns = dict.fromkeys(column for file in wanted for column in file.columns)
        paths = tuple(_plain(f"{self.folder}/{file.path}") for file in wanted)
        return _Relation(name, paths, {column: _COLUMN_TYPES.get(column, pa.string()) for column in columns})

    @contextmanager
    def _questions(self) -> Iterator["SparkSession"]:
        """A session of its own for one set of questions, so that questions asked at once do not see each other's views."""
        _check_installed()
        from py4j.protocol import Py4JError
        from pyspark.errors import AnalysisException, PySparkRuntimeError

        try:
            session = self._started().newSession()
            for name, value in MEANING.items():
                session.conf.set(name, value)
            yield session
        except AnalysisException as error:
            if error.getCondition() != "PATH_NOT_FOUND":
                raise
            raise StoreUnavailableError(
                f"The Spark cluster {self.master} does not see a file of the prediction log under {self.folder}. "
                "Give the address at which its machines reach the same files."
            ) from error
        except (Py4JError, PySparkRuntimeError, ConnectionError) as error:
            self.close()  # the next question starts afresh
            raise StoreUnavailableError(
                f"The Spark cluster {self.master} could not count: {_reason(error)}. Check its address and its log, then repeat."
            ) from error

    def _started(self) -> "SparkSession":
        from pyspark.sql import SparkSession

        with self._starting:
            if self._session is None:
                builder = SparkSession.builder.appName("vendor-ai").master(self.master)
                for name, value in self._settings.items():
                    builder = builder.config(name, value)
                self._session = builder.getOrCreate()
            return self._session


def _counted(
    session: "SparkSession", counted: ir.Table, limits: Sequence[Decimal], *, plain: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of the totals and, for measures without a limit, of the confusion counts."""
    frame = session.sql(_sql(counted))
    if plain:
        frame = frame.persist()  # both questions read it; what a lost machine held of it is computed again
    try:
        frame.createOrReplaceTempView("counted_calls")
        table = ibis.table(counted.schema(), name="counted_calls")
        return _rows(session, counting.totals(table, limits)), _rows(session, counting.confusion(table)) if plain else []
    finally:
        frame.unpersist()


def _check_installed() -> None:
    try:
        import pyspark  # noqa: F401
    except ImportError as error:
        raise InvalidInputError("Counting on Spark needs the package pyspark. Install vendor-ai[spark].") from error
    home = os.environ.get("JAVA_HOME")
    if not (os.access(f"{home}/bin/java", os.X_OK) if home else shutil.which("java")):
        raise InvalidInputError("Counting on Spark needs Java 17 or newer on this machine. Install it, or let JAVA_HOME name it.")


def _reason(error: Exception) -> str:
    """What went wrong, without the stack of the other side."""
    cause = getattr(error, "java_exception", None)
    text = str(cause.toString() if cause is not None else error).strip()
    return text.splitlines()[0].rstrip(".") if text else type(error).__name__
