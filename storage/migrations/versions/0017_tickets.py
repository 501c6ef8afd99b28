"""Tickets, how content customers are, and the notices about them."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, JSON, owned, words
from storage.types import AwareTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_KINDS = (
    "approval", "outcome", "alert", "rule", "experiment", "job", "report", "lead", "human",
)  # fmt: skip
_NEW_KINDS = (*_KINDS, "ticket", "deadline", "rating")
_TOLD = ("notices", "notice_windows")


def upgrade() -> None:
    _tickets()
    _events()
    _satisfaction()
    for table in _TOLD:
        _allow(table, _NEW_KINDS)


def _allow(table: str, kinds: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(f"ck_{table}_noticekind"), table, type_="check")
        allowed = ", ".join(f"'{kind}'" for kind in kinds)
        op.create_check_constraint(op.f(f"ck_{table}_noticekind"), table, f"kind IN ({allowed})")
        return
    # A copy of the table, because SQLite changes no constraint.
    with op.batch_alter_table(table) as batch:
        batch.alter_column(
            "kind", existing_type=sa.String(10), type_=words("noticekind", *kinds),
            existing_nullable=False,
        )  # fmt: skip


def _person(name: str, *, gone: str = "SET NULL") -> sa.Column[int]:
    return sa.Column(
        name, BIG, sa.ForeignKey("people.id", ondelete=gone), nullable=gone == "SET NULL"
    )


def _tickets() -> None:
    owned(
        "tickets",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("order_key", sa.String(160), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _person("requester_id"),
        sa.Column("conversation_id", BIG, sa.ForeignKey("conversations.id", ondelete="SET NULL")),
        _person("assignee_id"),
        sa.Column(
            "priority", words("ticketpriority", "low", "normal", "high", "urgent"), nullable=False
        ),
        sa.Column(
            "status", words("ticketstatus", "new", "open", "pending", "resolved", "closed"),
            nullable=False,
        ),
        sa.Column("origin", words("ticketorigin", "ai", "customer", "staff"), nullable=False),
        sa.Column("skill", sa.String(60), nullable=False),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("told", JSON, nullable=False),
        *(sa.Column(name, AwareTime(), nullable=False)
          for name in ("response_due", "resolution_due", "created_at", "updated_at")),
        *(sa.Column(name, AwareTime())
          for name in ("paused_at", "responded_at", "resolved_at", "closed_at")),
        sa.UniqueConstraint("organisation_id", "number"),
        sa.UniqueConstraint("organisation_id", "order_key"),
    )  # fmt: skip
    for name in ("requester_id", "conversation_id", "assignee_id"):
        op.create_index(f"ix_tickets_{name}", "tickets", [name])
    op.create_index("ix_tickets_status", "tickets", ["organisation_id", "status", "id"])


def _events() -> None:
    kinds = (
        "opened", "assigned", "answered", "said", "note", "status", "priority", "warned",
        "escalated",
    )  # fmt: skip
    owned(
        "ticket_events",
        sa.Column(
            "ticket_id", BIG, sa.ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("order_key", sa.String(160), nullable=False),
        sa.Column("kind", words("ticketeventkind", *kinds), nullable=False),
        _person("person_id"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", AwareTime(), nullable=False),
        sa.UniqueConstraint("organisation_id", "order_key"),
    )
    op.create_index("ix_ticket_events_ticket", "ticket_events", ["ticket_id", "id"])
    op.create_index("ix_ticket_events_person_id", "ticket_events", ["person_id"])


def _satisfaction() -> None:
    owned(
        "satisfaction",
        sa.Column("order_key", sa.String(160), nullable=False),
        _person("person_id", gone="CASCADE"),
        sa.Column("about", sa.String(40), nullable=False),
        _person("served_by"),
        sa.Column("asked_at", AwareTime(), nullable=False),
        sa.Column("mark", sa.Integer()),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answered_at", AwareTime()),
        sa.UniqueConstraint("organisation_id", "order_key"),
    )
    op.create_index(
        "ix_satisfaction_person", "satisfaction", ["organisation_id", "person_id", "asked_at"]
    )


def downgrade() -> None:
    for table in _TOLD:
        kinds = ", ".join(f"'{kind}'" for kind in _KINDS)
        op.execute(f"DELETE FROM {table} WHERE kind NOT IN ({kinds})")
        _allow(table, _KINDS)
    for table in ("satisfaction", "ticket_events", "tickets"):
        op.drop_table(table)
