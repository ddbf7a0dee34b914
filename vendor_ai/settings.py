"""Settings from the environment (``VENDOR_AI_*``) or a file."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict

from vendor_ai.domain.asker import Asker

PREFIX = "VENDOR_AI_"
FILE = "vendor-ai.env"


@dataclass(frozen=True, slots=True)
class SettingValue:
    """One setting as it stands; ``source`` is ``default``, ``environment``, the file's name or ``--home``."""

    name: str
    variable: str
    value: str
    source: str
    meaning: str


class Settings(BaseSettings):
    """Everything that can be set; ``vendor-ai settings`` lists it."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=FILE, extra="ignore")

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
    pseudonyms: bool = Field(default=True, description="Whether users and reviewers in logs are stored under pseudonyms, not as they come.")
    spark_master: str = Field(
        default="", description="Spark master that counts, e.g. spark://host:7077; empty: counting runs here, on DuckDB."
    )
    spark_store: str = Field(
        default="", description="The log's folder as the cluster reaches it, e.g. s3a://bucket/log; empty: the same folder."
    )
    batch_rows: int = Field(default=50_000, description="Rows of one acknowledged batch of a file import.")
    body_limit_mib: int = Field(default=64, description="Largest request body, in MiB.")
    evidence_limit_mib: int = Field(default=25, description="Largest piece of evidence, in MiB.")
    evidence_quota_mib: int = Field(default=1024, description="Room for the evidence of one vendor, in MiB.")
    public_url: str = Field(default="", description="Address by which vendors reach this server; empty: http://HOST:PORT.")
    organisation: str = Field(default="", description="Who asks: the name that vendors read, e.g. Example Bank plc.")
    organisation_contact: str = Field(default="", description="Whom vendors turn to with questions, e.g. vendor-risk@example.com.")
    mail_server: str = Field(default="", description="SMTP server, e.g. smtp://user:password@mail.example.com:587; empty: no mail is sent.")
    mail_from: str = Field(default="", description="Sender of mails, e.g. vendor-risk@example.com.")
    busy_timeout_s: float = Field(default=4.0, description="Seconds to wait for a locked database.")

    @property
    def records_url(self) -> str:
        """The database that holds the records."""
        return self.database_url or f"sqlite:///{self.home / 'vendor-ai.db'}"

    @property
    def asker(self) -> Asker:
        """Who asks, as vendors read it."""
        return Asker(self.organisation.strip(), self.organisation_contact.strip())

    @property
    def address(self) -> str:
        """By which this server is reached, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    def respond_address(self, token: str) -> str:
        """What a vendor opens."""
        return f"{self.address}/respond/{token}"

    @property
    def prediction_folder(self) -> Path:
        """Where the prediction log's files lie."""
        return Path(self.prediction_store) if self.prediction_store else self.home / "predictions"


def _without_password(text: str) -> str:
    return re.sub(r"(://[^:/@\s]*:)[^@\s]*@", r"\1***@", text)


def described(settings: Settings, *, home_given: bool, environment: Mapping[str, str] | None = None) -> list[SettingValue]:
    """Every setting with its value and where that came from; passwords are not shown.

    Args:
        settings: As loaded.
        home_given: Whether ``--home`` chose the home.
        environment: Variables of the process, for tests.
    """
    variables = {name.upper() for name in (os.environ if environment is None else environment)}
    in_file = {name.upper() for name in DotEnvSettingsSource(Settings, env_file=FILE).env_vars}
    found = []
    for name, field in Settings.model_fields.items():
        variable = PREFIX + name.upper()
        if name == "home" and home_given:
            source = "--home"
        elif variable in variables:
            source = "environment"
        else:
            source = FILE if variable in in_file else "default"
        found.append(SettingValue(name, variable, _without_password(str(getattr(settings, name))), source, field.description or ""))
    return found
