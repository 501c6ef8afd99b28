"""Summaries of visits as memories, whose a follow-up is, and the notices about them."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, words

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_MEMORIES = ("fact", "wish", "preference", "event", "episode", "insight")
_NOTICES = (
    "approval", "outcome", "alert", "rule", "experiment", "job", "report", "lead", "human",
    "ticket", "deadline", "rating",
)  # fmt: skip
_TOLD = ("notices", "notice_windows")
_OWNER = "fk_follow_ups_owner_id_people"


def upgrade() -> None:
    _allow("memories", "memorykind", (*_MEMORIES, "summary"))
    for name in _TOLD:
        _allow(name, "noticekind", (*_NOTICES, "follow_up"))
    with op.batch_alter_table("follow_ups") as table:
        table.add_column(sa.Column("owner_id", BIG))
        table.create_foreign_key(_OWNER, "people", ["owner_id"], ["id"], ondelete="SET NULL")
    op.create_index("ix_follow_ups_owner_id", "follow_ups", ["owner_id"])


def downgrade() -> None:
    op.drop_index("ix_follow_ups_owner_id", "follow_ups")
    with op.batch_alter_table("follow_ups") as table:
        table.drop_constraint(_OWNER, type_="foreignkey")
        table.drop_column("owner_id")
    op.execute("DELETE FROM memories WHERE kind = 'summary'")
    _allow("memories", "memorykind", _MEMORIES)
    for name in _TOLD:
        op.execute(f"DELETE FROM {name} WHERE kind = 'follow_up'")
        _allow(name, "noticekind", _NOTICES)


def _allow(name: str, check: str, kinds: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(f"ck_{name}_{check}"), name, type_="check")
        allowed = ", ".join(f"'{kind}'" for kind in kinds)
        op.create_check_constraint(op.f(f"ck_{name}_{check}"), name, f"kind IN ({allowed})")
        return
    # A copy of the table, because SQLite changes no constraint.
    with op.batch_alter_table(name) as batch:
        batch.alter_column(
            "kind", existing_type=sa.String(10), type_=words(check, *kinds), existing_nullable=False
        )
