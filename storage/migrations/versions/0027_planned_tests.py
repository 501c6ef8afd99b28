"""What was planned of a test before it began."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import JSON

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("experiments") as table:
        table.add_column(sa.Column("planned", JSON))


def downgrade() -> None:
    with op.batch_alter_table("experiments") as table:
        table.drop_column("planned")
