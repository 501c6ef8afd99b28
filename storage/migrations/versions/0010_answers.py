"""What answers need: what a platform wants to have with them, and who serves the chat."""

import sqlalchemy as sa
from alembic import op

from storage.types import AwareTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("human_since", AwareTime()))
    op.add_column("inbox", sa.Column("reply_token", sa.Text()))
    with op.batch_alter_table("outbox") as table:
        table.add_column(
            sa.Column("transfer", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("outbox") as table:
        table.alter_column("transfer", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("outbox") as table:
        table.drop_column("transfer")
    op.drop_column("inbox", "reply_token")
    op.drop_column("conversations", "human_since")
