"""Puts the parts together for one installation; the only module that knows both sides."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from vendor_ai.db.base import Records
from vendor_ai.db.schema import ensure
from vendor_ai.domain.errors import InvalidInputError, StoreUnavailableError
from vendor_ai.domain.ports import Clock
from vendor_ai.outside.clock import FixedClock, SystemClock
from vendor_ai.predictions.duckdb import DuckDBEngine
from vendor_ai.predictions.spark import SparkEngine
from vendor_ai.services.prediction_log import PredictionLog
from vendor_ai.settings import Settings


def load_settings(home: Path | None = None) -> Settings:
    """Settings from the environment and the file; ``home`` wins over both.

    Raises:
        InvalidInputError: When a setting has an impossible value.
    """
    try:
        settings = Settings()
    except ValueError as error:
        first = str(error).splitlines()
        raise InvalidInputError(f"A setting cannot be used: VENDOR_AI_{first[1].strip().upper()}: {first[2].strip()}") from error
    return settings.model_copy(update={"home": home.resolve()}) if home is not None else settings


@dataclass(frozen=True)
class App:
    """One installation: its settings, clock, records and prediction log."""

    settings: Settings
    clock: Clock

    @cached_property
    def database(self) -> Records:
        """The records database with whatever schema it has; only upkeep needs it."""
        try:
            return Records(self.settings.records_url, busy_timeout_s=self.settings.busy_timeout_s)
        except OSError as error:
            raise StoreUnavailableError(
                f"The folder {self.settings.home} cannot be used ({error.strerror}). Choose another with --home or VENDOR_AI_HOME."
            ) from error

    @cached_property
    def records(self) -> Records:
        """The records database, with the schema this version needs."""
        ensure(self.database)
        return self.database

    @cached_property
    def log(self) -> PredictionLog:
        """The prediction log."""
        settings = self.settings
        engine = DuckDBEngine(settings.prediction_folder, threads=settings.engine_threads, memory=settings.engine_memory)
        store = settings.spark_store or str(settings.prediction_folder.resolve())
        spark = SparkEngine(settings.spark_master, store) if settings.spark_master else None
        return PredictionLog(self.records, engine, self.clock, counting=spark, pseudonyms=settings.pseudonyms)

    def at(self, instant: datetime | None) -> "App":
        """The same installation with its clock standing at ``instant``."""
        if instant is None:
            return self
        moved = replace(self, clock=FixedClock(instant))
        moved.__dict__["database"] = self.database  # opened and closed once, whatever the clock says
        return moved

    def close(self) -> None:
        """Let go of the database, if it was opened."""
        if "database" in self.__dict__:
            self.database.close()


def open_app(home: Path | None = None, *, settings: Settings | None = None) -> App:
    """Return the installation that the environment, or ``home``, names."""
    return App(settings or load_settings(home), SystemClock())
