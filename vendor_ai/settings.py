"""Settings from the environment (``VENDOR_AI_*``) or a file."""

from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything that can be set; ``vendor-ai settings`` lists it."""

    model_config = SettingsConfigDict(env_prefix="VENDOR_AI_", env_file="vendor-ai.env", extra="ignore")

    home: Path = Field(default_factory=lambda: user_data_path("vendor-ai", appauthor=False), description="Folder of the embedded default.")
    database_url: str = Field(
        default="", description="Records on PostgreSQL, e.g. postgresql+psycopg://user@host/name; empty: SQLite in home."
    )
    prediction_store: str = Field(default="", description="Folder of the prediction log; empty: predictions/ in home.")
    indicators: str = Field(default="", description="YAML file of AI services that replaces the shipped one.")
    host: str = Field(default="127.0.0.1", description="Address `serve` listens on.")
    port: int = Field(default=8321, description="Port `serve` listens on.")
    engine_threads: int = Field(default=0, description="Threads of the query engine; 0: as many as the machine has.")
    engine_memory: str = Field(default="4GB", description="Memory the query engine may use.")
    batch_rows: int = Field(default=50_000, description="Rows of one acknowledged batch of a file import.")
    body_limit_mib: int = Field(default=64, description="Largest request body, in MiB.")
    busy_timeout_s: float = Field(default=5.0, description="Seconds to wait for a locked database.")

    @property
    def records_url(self) -> str:
        """The database that holds the records."""
        return self.database_url or f"sqlite:///{self.home / 'vendor-ai.db'}"

    @property
    def prediction_folder(self) -> Path:
        """Where the prediction log's files lie."""
        return Path(self.prediction_store) if self.prediction_store else self.home / "predictions"
