"""The ad account of every campaign, and what an organisation decided about its accounts."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, JSON, owned
from storage.types import AwareTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("account", sa.String(32)))
    owned(
        "ad_choices",
        sa.Column("defaults", JSON, nullable=False),
        sa.Column("category", sa.String(16)),
        sa.Column("changed_by", BIG, sa.ForeignKey("people.id", ondelete="SET NULL")),
        sa.Column("changed_at", AwareTime(), nullable=False),
        sa.UniqueConstraint("organisation_id"),
    )


def downgrade() -> None:
    op.drop_table("ad_choices")
    with op.batch_alter_table("campaigns") as table:
        table.drop_column("account")
