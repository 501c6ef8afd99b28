"""Experiments and rules."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, JSON, owned, words
from storage.types import AwareTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _experiments()
    _rules()
    _versions()
    _checks()


def downgrade() -> None:
    for name in ("rule_checks", "rule_versions", "rules", "experiments"):
        op.drop_table(name)


def _experiments() -> None:
    owned(
        "experiments",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column(
            "campaign_id", BIG, sa.ForeignKey("campaigns.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("campaign_number", sa.Integer, nullable=False),
        sa.Column(
            "status",
            words("experimentstatus", "running", "completed", "cancelled"),
            nullable=False,
        ),
        sa.Column("daily_budget", sa.BigInteger, nullable=False),
        sa.Column("started_at", AwareTime(), nullable=False),
        sa.Column("ends_at", AwareTime(), nullable=False),
        sa.Column("ended_at", AwareTime()),
        sa.Column("created_by", BIG, sa.ForeignKey("people.id", ondelete="SET NULL")),
        sa.Column("results", JSON),
        sa.Column("winner", sa.String(16)),
        sa.UniqueConstraint("organisation_id", "number"),
        sa.UniqueConstraint("organisation_id", "key"),
    )
    op.create_index("ix_experiments_campaign_id", "experiments", ["campaign_id"])


def _rules() -> None:
    owned(
        "rules",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("metric", sa.String(16), nullable=False),
        sa.Column("operator", sa.String(16), nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.Column("time_range", sa.String(8), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("action_value", sa.BigInteger),
        sa.Column("campaign_id", BIG, sa.ForeignKey("campaigns.id", ondelete="CASCADE")),
        sa.Column("campaign_number", sa.Integer),
        sa.Column("created_by", BIG, sa.ForeignKey("people.id", ondelete="SET NULL")),
        sa.Column("conversation_id", BIG, sa.ForeignKey("conversations.id", ondelete="SET NULL")),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.Column("last_checked_at", AwareTime()),
        sa.UniqueConstraint("organisation_id", "number"),
        sa.UniqueConstraint("organisation_id", "key"),
    )


def _versions() -> None:
    owned(
        "rule_versions",
        sa.Column("rule_id", BIG, sa.ForeignKey("rules.id", ondelete="CASCADE"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("definition", JSON, nullable=False),
        sa.Column("person_id", BIG),
        sa.Column("at", AwareTime(), nullable=False),
        sa.UniqueConstraint("rule_id", "version"),
    )


def _checks() -> None:
    outcomes = words(
        "outcome", "no_data", "not_met", "cooling", "begun", "acted", "asked", "told", "refused",
        "unknown",
    )  # fmt: skip
    owned(
        "rule_checks",
        sa.Column("rule_id", BIG, sa.ForeignKey("rules.id", ondelete="CASCADE"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", AwareTime(), nullable=False),
        sa.Column("ad_set", sa.String(32), nullable=False),
        sa.Column("value", sa.BigInteger),
        sa.Column("outcome", outcomes, nullable=False),
        sa.Column("details", JSON, nullable=False),
    )
    op.create_index("ix_rule_checks_ad_set", "rule_checks", ["rule_id", "ad_set", "at"])
