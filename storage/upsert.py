"""INSERT … ON CONFLICT DO NOTHING, which SQLite and PostgreSQL spell through their own dialects."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Insert
from sqlalchemy.dialects import postgresql, sqlite

from storage.database import Session
from storage.tables.base import Table


def insert_or_ignore(session: Session, table: type[Table], values: Mapping[str, Any]) -> Insert:
    """A statement that inserts one row, or nothing when a unique key is taken already."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table).values(**values).on_conflict_do_nothing()
    return sqlite.insert(table).values(**values).on_conflict_do_nothing()
