"""Messages to many customers, who wants none, and plans that somebody else has to agree to."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, owned, words
from storage.types import AwareTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("approvals") as table:
        table.add_column(
            sa.Column("by_another", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("approvals") as table:
        table.alter_column("by_another", existing_type=sa.Boolean(), server_default=None)
    _broadcasts()
    _recipients()
    owned(
        "opt_outs",
        sa.Column(
            "person_id", BIG, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False,
            unique=True,
        ),
        sa.Column("at", AwareTime(), nullable=False),
    )  # fmt: skip


def _broadcasts() -> None:
    owned(
        "broadcasts",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("order_key", sa.String(160), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("tag", sa.String(60), nullable=False),
        sa.Column(
            "status", words("broadcaststatus", "waiting", "finished", "cancelled"), nullable=False
        ),
        sa.Column(
            "ordered_by", BIG, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.Column("reported_at", AwareTime()),
        sa.Column("finished_at", AwareTime()),
        sa.UniqueConstraint("organisation_id", "number"),
        sa.UniqueConstraint("organisation_id", "order_key"),
    )


def _recipients() -> None:
    broadcast = sa.ForeignKey("broadcasts.id", ondelete="CASCADE")
    owned(
        "broadcast_tasks",
        sa.Column("broadcast_id", BIG, broadcast, nullable=False),
        sa.Column("sender", sa.String(64), nullable=False),
        sa.Column("external_id", sa.String(128), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.UniqueConstraint("broadcast_id", "sender"),
    )
    status = words("recipientstatus", "unsent", "sent", "not_friend", "over_limit", "refused")
    owned(
        "broadcast_recipients",
        sa.Column(
            "broadcast_id", BIG, sa.ForeignKey("broadcasts.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("sender", sa.String(64), nullable=False),
        sa.Column("external_id", sa.String(128), nullable=False),
        sa.Column("status", status, nullable=False),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.UniqueConstraint("broadcast_id", "external_id"),
    )
    op.create_index(
        "ix_broadcast_recipients_who",
        "broadcast_recipients",
        ["organisation_id", "external_id", "created_at"],
    )


def downgrade() -> None:
    for name in ("opt_outs", "broadcast_recipients", "broadcast_tasks", "broadcasts"):
        op.drop_table(name)
    with op.batch_alter_table("approvals") as table:
        table.drop_column("by_another")
