"""The web chat page: visitors, what was said, files."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, JSON, owned
from storage.types import AwareTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    owned(
        "web_visitors",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.UniqueConstraint("organisation_id", "name"),
    )
    visitor = sa.ForeignKey("web_visitors.id", ondelete="CASCADE")
    owned(
        "web_messages",
        sa.Column("visitor_id", BIG, visitor, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("mine", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("markdown", sa.Boolean(), nullable=False),
        sa.Column("buttons", JSON, nullable=False),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.UniqueConstraint("visitor_id", "number"),
        sa.UniqueConstraint("visitor_id", "key"),
    )
    _files()


def _files() -> None:
    visitor = sa.ForeignKey("web_visitors.id", ondelete="CASCADE")
    owned(
        "web_files",
        sa.Column("visitor_id", BIG, visitor, nullable=False),
        sa.Column("message_id", BIG, sa.ForeignKey("web_messages.id", ondelete="CASCADE")),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("media_type", sa.String(80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_id", BIG, sa.ForeignKey("media.id", ondelete="SET NULL")),
        sa.UniqueConstraint("organisation_id", "token"),
    )
    for column in ("visitor_id", "message_id", "media_id"):
        op.create_index(f"ix_web_files_{column}", "web_files", [column])


def downgrade() -> None:
    for name in ("web_files", "web_messages", "web_visitors"):
        op.drop_table(name)
