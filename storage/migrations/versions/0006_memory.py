"""Facts with dates, what they are about, and whether the vector index knows them."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, words
from storage.types import AwareTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ADDED = (
    "source_inbox_id", "kind", "slot", "value", "importance", "used_at", "valid_to",
    "superseded_by", "indexed_at",
)  # fmt: skip


def upgrade() -> None:
    # A batch copies the table on SQLite, which cannot add a foreign key to one that exists.
    with op.batch_alter_table("memories") as table:
        table.add_column(sa.Column("source_inbox_id", BIG))
        table.add_column(
            sa.Column(
                "kind", words("memorykind", "fact", "wish"), nullable=False, server_default="fact"
            )
        )
        table.add_column(sa.Column("slot", sa.String(64)))
        table.add_column(sa.Column("value", sa.Text()))
        table.add_column(sa.Column("importance", sa.Integer(), nullable=False, server_default="50"))
        table.add_column(sa.Column("used_at", AwareTime()))
        table.add_column(sa.Column("valid_to", AwareTime()))
        table.add_column(sa.Column("superseded_by", BIG))
        table.add_column(sa.Column("indexed_at", AwareTime()))
        table.create_foreign_key(
            "fk_memories_source_inbox_id", "inbox", ["source_inbox_id"], ["id"],
            ondelete="SET NULL",
        )  # fmt: skip
        table.create_foreign_key(
            "fk_memories_superseded_by", "memories", ["superseded_by"], ["id"], ondelete="SET NULL"
        )
    op.execute("UPDATE memories SET used_at = created_at")
    with op.batch_alter_table("memories") as table:
        table.alter_column("used_at", existing_type=AwareTime(), nullable=False)
        table.alter_column("kind", existing_type=sa.String(4), server_default=None)
        table.alter_column("importance", existing_type=sa.Integer(), server_default=None)
    op.create_index("ix_memories_person", "memories", ["organisation_id", "person_id", "valid_to"])
    op.create_index("ix_memories_indexed", "memories", ["organisation_id", "indexed_at"])


def downgrade() -> None:
    op.drop_index("ix_memories_indexed", "memories")
    op.drop_index("ix_memories_person", "memories")
    with op.batch_alter_table("memories") as table:
        table.drop_constraint("memorykind", type_="check")
        table.drop_constraint("fk_memories_superseded_by", type_="foreignkey")
        table.drop_constraint("fk_memories_source_inbox_id", type_="foreignkey")
        for name in _ADDED:
            table.drop_column(name)
