"""Of revision 0010: the contents of files move to a table of their own, and inbox rows learn of
albums, corrections and stops."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, owned
from storage.types import AwareTime

_TIMES = {"created_at": AwareTime(), "seen_at": AwareTime()}
_NAMES = ("organisation_id", "sha256", "media_type", "size")


def add_media() -> None:
    op.add_column("inbox", sa.Column("message_id", sa.String(128)))
    op.add_column("inbox", sa.Column("album", sa.String(128)))
    op.add_column("inbox", sa.Column("stop_at", AwareTime()))
    owned(
        "media",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, kind, nullable=False) for name, kind in _TIMES.items()),
        sa.UniqueConstraint("organisation_id", "sha256"),
    )
    op.create_index("ix_media_seen", "media", ["organisation_id", "seen_at"])
    with op.batch_alter_table("inbox_files") as table:
        table.add_column(sa.Column("media_id", BIG))
        table.add_column(sa.Column("seconds", sa.Integer()))
        table.create_foreign_key(
            "fk_inbox_files_media_id", "media", ["media_id"], ["id"], ondelete="SET NULL"
        )
        table.create_index("ix_inbox_files_media_id", ["media_id"])
    _move_contents(op.get_bind())
    with op.batch_alter_table("inbox_files") as table:
        table.drop_column("content")


def remove_media() -> None:
    content = sa.Column("content", sa.LargeBinary(), nullable=False, server_default="")
    op.add_column("inbox_files", content)
    connection = op.get_bind()
    # SQLite's default is an empty text.
    empty = sa.bindparam("empty", b"", sa.LargeBinary())
    connection.execute(sa.text("UPDATE inbox_files SET content = :empty").bindparams(empty))
    connection.execute(
        sa.text(
            "UPDATE inbox_files SET content = (SELECT media.content FROM media"
            " WHERE media.id = inbox_files.media_id) WHERE media_id IS NOT NULL"
        )
    )
    with op.batch_alter_table("inbox_files") as table:
        table.alter_column("content", existing_type=sa.LargeBinary(), server_default=None)
        table.drop_index("ix_inbox_files_media_id")
        table.drop_constraint("fk_inbox_files_media_id", type_="foreignkey")
        table.drop_column("media_id")
        table.drop_column("seconds")
    op.drop_table("media")
    for name in ("message_id", "album", "stop_at"):
        op.drop_column("inbox", name)


def _move_contents(connection: sa.Connection) -> None:
    """One at a time: together they may be larger than memory."""
    files = sa.table(
        "inbox_files",
        *map(sa.column, ("id", "organisation_id", "media_type", "media_id")),
        sa.column("content", sa.LargeBinary()),
    )
    media = sa.table(
        "media",
        *map(sa.column, ("id", *_NAMES)),
        sa.column("content", sa.LargeBinary()),
        *(sa.column(name, kind) for name, kind in _TIMES.items()),
    )
    now = datetime.now(UTC)
    kept: dict[tuple[int, str], int] = {}
    for file_id in connection.scalars(sa.select(files.c.id)).all():
        row = connection.execute(sa.select(files).where(files.c.id == file_id)).one()
        if not row.content:
            continue
        key = (row.organisation_id, sha256(row.content).hexdigest())
        if key not in kept:
            values: dict[str, Any] = {
                "organisation_id": key[0], "sha256": key[1], "media_type": row.media_type,
                "size": len(row.content), "content": row.content, "created_at": now,
                "seen_at": now,
            }  # fmt: skip
            inserted = sa.insert(media).values(values).returning(media.c.id)
            kept[key] = connection.execute(inserted).scalar_one()
        connection.execute(sa.update(files).where(files.c.id == file_id).values(media_id=kept[key]))
