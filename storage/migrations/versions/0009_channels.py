"""What chat platforms need: sends that wait or are in doubt, files to fetch, chats that closed,
invitations, and work that one process does at a time."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, owned
from storage.types import AwareTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_FLAGS = {"resend": sa.true(), "in_doubt": sa.false(), "markdown": sa.false()}
_COUNTS = ("doubts", "parts_sent")


def upgrade() -> None:
    op.add_column("conversations", sa.Column("closed_at", AwareTime()))
    op.add_column("inbox_files", sa.Column("remote", sa.Text()))
    _outbox()
    _invites()
    _duties()


def _outbox() -> None:
    with op.batch_alter_table("outbox") as table:
        for name, default in _FLAGS.items():
            table.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=default))
        for name in _COUNTS:
            table.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("not_before", AwareTime()))
    with op.batch_alter_table("outbox") as table:
        for name in _FLAGS:
            table.alter_column(name, existing_type=sa.Boolean(), server_default=None)
        for name in _COUNTS:
            table.alter_column(name, existing_type=sa.Integer(), server_default=None)
    op.create_index("ix_outbox_doubts", "outbox", ["organisation_id", "doubts"])


def _invites() -> None:
    owned(
        "invites",
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("person_id", BIG, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.Column("expires_at", AwareTime(), nullable=False),
        sa.Column("used_at", AwareTime()),
        sa.UniqueConstraint("organisation_id", "code_hash"),
    )
    op.create_index("ix_invites_person_id", "invites", ["person_id"])


def _duties() -> None:
    owned(
        "duties",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("owner", sa.String(64)),
        sa.Column("until", AwareTime()),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.UniqueConstraint("organisation_id", "name"),
    )


def downgrade() -> None:
    op.drop_table("duties")
    op.drop_table("invites")
    op.drop_index("ix_outbox_doubts", "outbox")
    with op.batch_alter_table("outbox") as table:
        for name in (*_FLAGS, *_COUNTS, "not_before"):
            table.drop_column(name)
    op.drop_column("inbox_files", "remote")
    op.drop_column("conversations", "closed_at")
