"""What language models cost, and what they decided."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, JSON, owned
from storage.types import AwareTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    owned(
        "model_uses",
        sa.Column("person_id", BIG, sa.ForeignKey("people.id", ondelete="CASCADE")),
        sa.Column("model", sa.String(60), nullable=False),
        sa.Column("input_tokens", sa.Integer, nullable=False),
        sa.Column("output_tokens", sa.Integer, nullable=False),
        sa.Column("cost", sa.BigInteger, nullable=False),
        sa.Column("at", AwareTime(), nullable=False),
    )
    op.create_index("ix_model_uses_at", "model_uses", ["organisation_id", "at"])
    op.create_index("ix_model_uses_person", "model_uses", ["person_id", "at"])
    owned(
        "decided_calls",
        sa.Column("inbox_id", BIG, sa.ForeignKey("inbox.id", ondelete="CASCADE"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("call", JSON, nullable=False),
        sa.UniqueConstraint("inbox_id", "position"),
    )


def downgrade() -> None:
    op.drop_table("decided_calls")
    op.drop_table("model_uses")
