"""What people said as episodes, events and preferences; what staff noted about them."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG
from storage.types import AwareTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_BEFORE = ("fact", "wish")
_NOW = (*_BEFORE, "preference", "event", "episode", "insight")
_REFERRED = (
    ("conversation_id", "conversations", "CASCADE"),
    ("source_outbox_id", "outbox", "SET NULL"),
    ("author_id", "people", "SET NULL"),
)
_OPEN = sa.text("remembered_at IS NULL")


def upgrade() -> None:
    _allow(_NOW, letters=10)
    with op.batch_alter_table("memories") as table:
        for name, target, on_delete in _REFERRED:
            table.add_column(sa.Column(name, BIG))
            table.create_foreign_key(
                f"fk_memories_{name}_{target}", target, [name], ["id"], ondelete=on_delete
            )
        table.add_column(sa.Column("speaker", sa.String(120)))
        table.add_column(sa.Column("happens_on", sa.Date()))
        table.add_column(sa.Column("read_at", AwareTime()))
    op.create_index("ix_memories_conversation_id", "memories", ["conversation_id"])
    op.create_index("ix_memories_unread", "memories", ["organisation_id", "kind", "read_at"])
    for name in ("inbox", "outbox"):
        op.add_column(name, sa.Column("remembered_at", AwareTime()))
    op.create_index(
        "ix_inbox_unremembered", "inbox", ["organisation_id", "id"],
        sqlite_where=_OPEN, postgresql_where=_OPEN,
    )  # fmt: skip
    staff = sa.text("remembered_at IS NULL AND said_by IS NOT NULL")
    op.create_index(
        "ix_outbox_unremembered", "outbox", ["organisation_id", "id"],
        sqlite_where=staff, postgresql_where=staff,
    )  # fmt: skip


def downgrade() -> None:
    for name in ("inbox", "outbox"):
        op.drop_index(f"ix_{name}_unremembered", name)
        op.drop_column(name, "remembered_at")
    op.drop_index("ix_memories_unread", "memories")
    op.drop_index("ix_memories_conversation_id", "memories")
    op.execute("DELETE FROM memories WHERE kind IN ('episode', 'insight')")
    op.execute("UPDATE memories SET kind = 'fact' WHERE kind IN ('preference', 'event')")
    with op.batch_alter_table("memories") as table:
        for name, target, _ in _REFERRED:
            table.drop_constraint(f"fk_memories_{name}_{target}", type_="foreignkey")
            table.drop_column(name)
        for name in ("speaker", "happens_on", "read_at"):
            table.drop_column(name)
    _allow(_BEFORE, letters=4)


def _allow(kinds: tuple[str, ...], *, letters: int) -> None:
    allowed = ", ".join(f"'{kind}'" for kind in kinds)
    # A copy of the table on SQLite, which changes no constraint.
    with op.batch_alter_table("memories") as table:
        table.drop_constraint(op.f("ck_memories_memorykind"), type_="check")
        table.alter_column("kind", type_=sa.String(letters), existing_type=sa.String(10))
        table.create_check_constraint(op.f("ck_memories_memorykind"), f"kind IN ({allowed})")
