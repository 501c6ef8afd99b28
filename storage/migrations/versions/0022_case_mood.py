"""The mood in which a customer was when a case began."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_MOODS = ("angry", "unhappy", "calm", "pleased")


def upgrade() -> None:
    allowed = ", ".join(f"'{mood}'" for mood in _MOODS)
    with op.batch_alter_table("cases") as table:
        table.add_column(sa.Column("mood", sa.String(max(map(len, _MOODS)))))
        table.create_check_constraint(op.f("ck_cases_mood"), f"mood IN ({allowed})")


def downgrade() -> None:
    with op.batch_alter_table("cases") as table:
        table.drop_constraint(op.f("ck_cases_mood"), type_="check")
        table.drop_column("mood")
