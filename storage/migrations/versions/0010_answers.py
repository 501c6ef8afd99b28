"""What answers need: what a platform wants to have with them, who serves the chat, and how far we
have read what a platform keeps for us."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import owned
from storage.migrations.media import add_media, remove_media
from storage.types import AwareTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_media()
    op.add_column("conversations", sa.Column("human_since", AwareTime()))
    op.add_column("inbox", sa.Column("reply_token", sa.Text()))
    with op.batch_alter_table("outbox") as table:
        table.add_column(
            sa.Column("transfer", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.add_column(sa.Column("said_by", sa.String(120)))
    with op.batch_alter_table("outbox") as table:
        table.alter_column("transfer", existing_type=sa.Boolean(), server_default=None)
    owned(
        "cursors",
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.UniqueConstraint("organisation_id", "channel", "name"),
    )


def downgrade() -> None:
    op.drop_table("cursors")
    with op.batch_alter_table("outbox") as table:
        table.drop_column("said_by")
        table.drop_column("transfer")
    op.drop_column("inbox", "reply_token")
    op.drop_column("conversations", "human_since")
    remove_media()
