"""Limits of spending, what orders add to it, and what the watch found."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, JSON, owned, words
from storage.types import AwareTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    owned(
        "spending_limits",
        sa.Column("name", words("limitname", "person", "campaign", "day", "organisation"),
                  nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("set_by", BIG, sa.ForeignKey("people.id", ondelete="SET NULL")),
        sa.Column("set_at", AwareTime(), nullable=False),
        sa.UniqueConstraint("organisation_id", "name"),
    )  # fmt: skip
    owned(
        "spending_commitments",
        sa.Column("order_key", sa.String(160), nullable=False),
        sa.Column(
            "campaign_id", BIG, sa.ForeignKey("campaigns.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("person_id", BIG, sa.ForeignKey("people.id", ondelete="SET NULL")),
        sa.Column("at", AwareTime(), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("unseen", sa.BigInteger, nullable=False),
        sa.Column("unseen_in_campaign", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("organisation_id", "order_key", "campaign_id"),
    )
    op.create_index(
        "ix_spending_commitments_recent", "spending_commitments", ["organisation_id", "at"]
    )
    op.create_index("ix_spending_commitments_campaign_id", "spending_commitments", ["campaign_id"])
    owned(
        "spending_sightings",
        sa.Column("kind", words("sightingkind", "runaway", "orphan", "blind"), nullable=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("at", AwareTime(), nullable=False),
        sa.Column("ended_at", AwareTime()),
        sa.Column("details", JSON, nullable=False),
        sa.UniqueConstraint("organisation_id", "key"),
    )


def downgrade() -> None:
    for name in ("spending_sightings", "spending_commitments", "spending_limits"):
        op.drop_table(name)
