"""The work that is due: one-off and recurring jobs."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, JSON, owned
from storage.types import AwareTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    owned(
        "jobs",
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("cron", sa.String(120)),
        sa.Column("due_at", AwareTime()),
        sa.Column("created_by", BIG, sa.ForeignKey("people.id", ondelete="CASCADE")),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.Column("last_run_at", AwareTime()),
        sa.Column("last_error", sa.Text),
        sa.UniqueConstraint("organisation_id", "key"),
    )
    op.create_index("ix_jobs_due", "jobs", ["organisation_id", "due_at"])
    owned(
        "job_executors",
        sa.Column("slot", sa.Integer, nullable=False),
        sa.Column("owner", sa.String(64)),
        sa.Column("until", AwareTime()),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.UniqueConstraint("organisation_id", "slot"),
    )


def downgrade() -> None:
    op.drop_table("job_executors")
    op.drop_table("jobs")
