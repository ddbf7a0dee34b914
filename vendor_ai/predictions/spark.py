"""The cluster engine: Spark over the same Parquet files, for logs that outgrow one machine."""

import os
import re
import shutil
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.config import Config

from vendor_ai.domain.errors import ConflictError, InvalidInputError, StoreUnavailableError
from vendor_ai.domain.measure import DayCounts, Measure
from vendor_ai.domain.need import Need
from vendor_ai.domain.prediction import LogFile
from vendor_ai.predictions import counting
from vendor_ai.predictions.scan import Source
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
# A process has one driver, whoever asks.
_STARTING = threading.Lock()
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
        """The expression for it; the time stands there twice, as a whole number as well, which makes days cheap and exact."""
        schema = pa.schema([*self.columns.items(), ("occurred_us", pa.int64())])
        return ibis.table(ibis.Schema.from_pyarrow(schema), name=self.name)

    def create(self, session: "SparkSession") -> None:
        """Make it a view of the session."""
        schema = ", ".join(f"{_quoted(name)} {_SQL_TYPES[kind]}" for name, kind in self.columns.items())
        frame = session.read.schema(schema).parquet(*self.paths)
        frame.selectExpr("*", "unix_micros(occurred_at) AS occurred_us").createOrReplaceTempView(self.name)


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

        Raises:
            InvalidInputError: When pyspark or Java is missing.
            StoreUnavailableError: When the cluster does not answer, gives up, or does not see a file.
        """
        result: dict[str, list[DayCounts]] = {}
        for question in counting.questions(measures, needs):
            result.update(self._answer(question, predictions, outcomes, days, windows))
        return result

    def close(self) -> None:
        """Let go of the cluster; the next question starts afresh."""
        from pyspark import SparkContext

        with _STARTING:
            if SparkContext._active_spark_context is not None:
                SparkContext._active_spark_context.stop()

    def count_together(
        self,
        measures: Sequence[Measure],
        *,
        sources: Mapping[str, Source],
        days: Sequence[date],
        needs: Mapping[str, Need] = MappingProxyType({}),
        windows: counting.Windows = (),
    ) -> dict[str, list[DayCounts]]:
        """Counters of the local ``days`` for measures of several components in one time zone, by the measure's key."""
        result: dict[str, list[DayCounts]] = {}
        for component in sorted({measure.component for measure in measures}):
            mine = [measure for measure in measures if measure.component == component]
            files = sources[component]
            result |= self.count(mine, predictions=files.predictions, outcomes=files.outcomes, days=days, needs=needs, windows=windows)
        return result

    def _answer(
        self,
        question: counting.Question,
        predictions: Sequence[LogFile],
        outcomes: Sequence[LogFile],
        days: Sequence[date],
        windows: counting.Windows,
    ) -> dict[str, list[DayCounts]]:
        """One scan for measures that differ in their limits and needs only."""
        measure = question.measures[0]
        scope = counting.Scope.of(days, measure.time_zone)
        calls = self._relation("calls", predictions, scope)
        if calls is None:
            return {measure.key: [] for measure in question.measures}
        labels = self._relation("labels", outcomes, scope)
        known = labels.table if labels is not None else None
        table = counting.labelled_calls(calls.table, known, measure, scope, needs=question.needs, windows=windows)
        with self.session() as session:
            for relation in (calls, labels):
                if relation is not None:
                    relation.create(session)
            return counting.assemble(_found(session, counting.cells(table, question), question), question)

    def _relation(self, name: str, files: Sequence[LogFile], scope: counting.Scope) -> _Relation | None:
        """The files that may hold the scope's rows; None without any."""
        wanted = [file for file in files if file.near(scope.start, scope.end)]
        if not wanted:
            return None
        columns = dict.fromkeys(column for file in wanted for column in file.columns)
        paths = tuple(_plain(f"{self.folder}/{file.path}") for file in wanted)
        return _Relation(name, paths, {column: _COLUMN_TYPES.get(column, pa.string()) for column in columns})

    @contextmanager
    def session(self) -> Iterator["SparkSession"]:
        """A session with what exact counting needs, its views seen by nobody else.

        Raises:
            InvalidInputError: When pyspark or Java is missing.
            StoreUnavailableError: When the cluster does not answer, gives up, or does not see a file.
        """
        _check_installed()
        from py4j.protocol import Py4JError
        from pyspark.errors import AnalysisException

        session = self._started()
        try:
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
        except (Py4JError, ConnectionError) as error:
            raise StoreUnavailableError(
                f"The Spark cluster {self.master} gave up counting: {_reason(error)}. Look into its log, then repeat."
            ) from error

    def _started(self) -> "SparkSession":
        from py4j.protocol import Py4JError
        from pyspark import SparkConf, SparkContext
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession

        with _STARTING, warnings.catch_warnings():
            warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)  # nothing here does
            try:
                conf = SparkConf().setAppName("vendor-ai").setMaster(self.master).setAll(list(self._settings.items()))
                context = SparkContext.getOrCreate(conf)
                if context._jsc.sc().isStopped():  # the cluster went away; perhaps it is back
                    context.stop()
                    context = SparkContext.getOrCreate(conf)
                if context.master == self.master:
                    return SparkSession(context).newSession()
            except (Py4JError, PySparkRuntimeError, ConnectionError) as error:
                raise StoreUnavailableError(
                    f"The Spark cluster {self.master} does not answer. Check the address and that the cluster reaches this machine too."
                ) from error
        raise ConflictError(f"This process already counts on {context.master}. Count on {self.master} from another process.")


def _found(session: "SparkSession", cells: ir.Table, question: counting.Question) -> dict[str, counting.Found]:
    """The rows of the totals and, for measures without a limit, of the confusion counts: of all calls, and of each part."""
    # Scanned once although asked several times; what a lost machine held of it is computed again.
    frame = session.sql(_sql(cells)).persist()
    try:
        frame.createOrReplaceTempView("cells")
        table = ibis.table(cells.schema(), name="cells")
        return {
            part: (
                _rows(session, counting.totals(table, question, part)),
                _rows(session, counting.confusion(table, part)) if question.plain else [],
            )
            for part in ("", *question.parts)
        }
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
