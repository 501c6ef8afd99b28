"""Visits of customers, playbooks and what is to follow."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, JSON, owned, words
from storage.types import AwareTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_MOODS = ("angry", "unhappy", "calm", "pleased")


def upgrade() -> None:
    _visits()
    _follow_ups()
    owned(
        "playbook_versions",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.Column("created_by", BIG, sa.ForeignKey("people.id", ondelete="SET NULL")),
        sa.UniqueConstraint("organisation_id", "name", "number"),
    )


def _visits() -> None:
    owned(
        "visits",
        sa.Column("conversation_id", BIG, sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
        sa.Column("open_in", BIG),
        sa.Column("person_id", BIG, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("first_inbox_id", BIG, nullable=False),
        sa.Column("last_inbox_id", BIG, nullable=False),
        sa.Column("started_at", AwareTime(), nullable=False),
        sa.Column("last_at", AwareTime(), nullable=False),
        sa.Column("ended_at", AwareTime()),
        sa.Column("intent", sa.String(60), nullable=False),
        sa.Column("mood", words("mood", *_MOODS), nullable=False),
        sa.Column("worst_mood", words("worst_mood", *_MOODS), nullable=False),
        sa.Column("playbook", sa.String(60), nullable=False),
        sa.Column("playbook_version", sa.Integer()),
        sa.Column("stage", sa.String(60), nullable=False),
        sa.Column("variables", JSON, nullable=False),
        sa.Column("course", JSON, nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("summarised_at", AwareTime()),
        sa.UniqueConstraint("organisation_id", "open_in"),
    )  # fmt: skip
    op.create_index("ix_visits_last", "visits", ["organisation_id", "ended_at", "last_at"])
    for column in ("conversation_id", "person_id"):
        op.create_index(f"ix_visits_{column}", "visits", [column])


def _follow_ups() -> None:
    owned(
        "follow_ups",
        sa.Column("order_key", sa.String(160), nullable=False),
        sa.Column("visit_id", BIG, sa.ForeignKey("visits.id", ondelete="CASCADE"), nullable=False),
        sa.Column("person_id", BIG, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", words("followupstatus", "open", "done", "dropped"), nullable=False),
        sa.Column("done_by", BIG, sa.ForeignKey("people.id", ondelete="SET NULL")),
        sa.Column("done_at", AwareTime()),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.UniqueConstraint("organisation_id", "order_key"),
    )
    op.create_index("ix_follow_ups_status", "follow_ups", ["organisation_id", "status", "due_on"])
    for column in ("visit_id", "person_id"):
        op.create_index(f"ix_follow_ups_{column}", "follow_ups", [column])


def downgrade() -> None:
    for name in ("playbook_versions", "follow_ups", "visits"):
        op.drop_table(name)
