"""What people changed and may take back."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, JSON, owned
from storage.types import AwareTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    owned(
        "changes",
        sa.Column("order_key", sa.String(160), nullable=False),
        sa.Column(
            "conversation_id",
            BIG,
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("person_id", BIG, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("ref", sa.String(32), nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.Column("undone_at", AwareTime()),
        sa.UniqueConstraint("organisation_id", "order_key"),
    )
    op.create_index("ix_changes_conversation", "changes", ["conversation_id", "id"])


def downgrade() -> None:
    op.drop_table("changes")
