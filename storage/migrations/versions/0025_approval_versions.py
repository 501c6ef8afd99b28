"""An approval whose plan was changed while it waits: which version it is, and by whom."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("approvals") as table:
        table.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("revised_by", BIG))
    with op.batch_alter_table("approvals") as table:
        table.alter_column("version", existing_type=sa.Integer(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("approvals") as table:
        table.drop_column("revised_by")
        table.drop_column("version")
