"""Runs the migrations on the connection that ``vendor_ai.db.schema`` opened and locked."""

from alembic import context
from sqlmodel import SQLModel

import vendor_ai.db.tables  # noqa: F401 - fills the metadata

connection = context.config.attributes["connection"]
# SQLite can roll back its schema statements; Alembic assumes it cannot unless told.
context.configure(connection=connection, target_metadata=SQLModel.metadata, transactional_ddl=True, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
