"""Alembic's entry: runs inside the connection that storage.migrate opened."""

from alembic import context

import storage.tables
from storage.tables.base import Table

assert storage.tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
