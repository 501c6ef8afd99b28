"""Notices: each person's own settings, and alerts."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, JSON, owned, words
from storage.types import AwareTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_KINDS = (
    "approval", "outcome", "alert", "rule", "experiment", "job", "report", "lead", "human",
)  # fmt: skip


def upgrade() -> None:
    _wishes()
    _notices()
    _windows()
    _alerts()


def _person() -> sa.Column[int]:
    return sa.Column(
        "person_id", BIG, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False
    )


def _wishes() -> None:
    owned(
        "notice_wishes",
        _person(),
        sa.Column("off", JSON, nullable=False),
        sa.Column("quiet_from", sa.Integer()),
        sa.Column("quiet_until", sa.Integer()),
        sa.Column("urgent_passes", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("organisation_id", "person_id"),
    )
    op.create_index("ix_notice_wishes_person_id", "notice_wishes", ["person_id"])


def _notices() -> None:
    owned(
        "notices",
        sa.Column("key", sa.String(160), nullable=False),
        _person(),
        sa.Column("kind", words("noticekind", *_KINDS), nullable=False),
        sa.Column("topic", sa.String(160), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column(
            "status", words("noticestatus", "sent", "held", "off", "dropped"), nullable=False
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("shown", JSON, nullable=False),
        sa.Column("buttons", JSON, nullable=False),
        sa.Column("asks", sa.Integer()),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.Column("due_at", AwareTime()),
        sa.Column("sent_as", sa.String(160)),
        sa.UniqueConstraint("organisation_id", "key"),
    )
    op.create_index("ix_notices_person_id", "notices", ["person_id"])
    held = ["organisation_id", "status", "person_id", "id"]
    op.create_index("ix_notices_held", "notices", held)
    op.create_index("ix_notices_sent_as", "notices", ["organisation_id", "sent_as"])
    op.create_index("ix_notices_created_at", "notices", ["organisation_id", "created_at"])
    owned(
        "notice_files",
        sa.Column(
            "notice_id", BIG, sa.ForeignKey("notices.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("media_type", sa.String(80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_notice_files_notice_id", "notice_files", ["notice_id"])


def _windows() -> None:
    owned(
        "notice_windows",
        _person(),
        sa.Column("kind", words("noticekind", *_KINDS), nullable=False),
        sa.Column("topic", sa.String(160), nullable=False),
        sa.Column("until", AwareTime(), nullable=False),
        sa.UniqueConstraint("organisation_id", "person_id", "kind", "topic"),
    )
    op.create_index("ix_notice_windows_person_id", "notice_windows", ["person_id"])


def _alerts() -> None:
    owned(
        "alerts",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("status", words("alertstatus", "pending", "firing", "resolved"), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("since", AwareTime(), nullable=False),
        sa.Column("well_since", AwareTime()),
        sa.Column("resolved_at", AwareTime()),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.UniqueConstraint("organisation_id", "name", "subject"),
    )
    owned(
        "alert_mutes",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("until", AwareTime(), nullable=False),
        sa.UniqueConstraint("organisation_id", "name"),
    )
    owned(
        "alert_places",
        sa.Column(
            "conversation_id",
            BIG,
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("language", sa.String(8), nullable=False),
        sa.UniqueConstraint("organisation_id", "conversation_id"),
    )
    op.create_index("ix_alert_places_conversation_id", "alert_places", ["conversation_id"])


def downgrade() -> None:
    for table in (
        "alert_places", "alert_mutes", "alerts", "notice_windows", "notice_files", "notices",
        "notice_wishes",
    ):  # fmt: skip
        op.drop_table(table)
