"""Hand-over to our own staff: cases, who serves them, quick replies."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, JSON, owned, words
from storage.types import AwareTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TABLES = (
    "presences", "quick_replies", "case_signals", "case_events", "case_offers", "case_members",
    "cases",
)  # fmt: skip


def upgrade() -> None:
    _cases()
    _people()
    _events()
    op.add_column("inbox", sa.Column("relayed_to", BIG))
    op.add_column("inbox", sa.Column("answers", sa.String(128)))


def _cases() -> None:
    owned(
        "cases",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("order_key", sa.String(160), nullable=False),
        _to("conversations", "conversation_id"),
        sa.Column("open_in", BIG),
        _to("people", "customer_id"),
        sa.Column(
            "status", words("casestatus", "waiting", "active", "resolved", "closed"), nullable=False
        ),
        sa.Column(
            "reason",
            words("casereason", "asked", "unsure", "anger", "failure", "rule", "staff", "platform"),
            nullable=False,
        ),
        sa.Column(
            "priority", words("casepriority", "low", "normal", "high", "urgent"), nullable=False
        ),
        sa.Column("by_platform", sa.Boolean(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("aside", sa.Text(), nullable=False),
        sa.Column("last_inbox_id", BIG),
        sa.Column("ticket", sa.String(20)),
        sa.Column("opened_at", AwareTime(), nullable=False),
        sa.Column("offered_at", AwareTime()),
        sa.Column("asked_all", sa.Boolean(), nullable=False),
        sa.Column("taken_at", AwareTime()),
        sa.Column("first_response_at", AwareTime()),
        sa.Column("last_at", AwareTime(), nullable=False),
        sa.Column("ended_at", AwareTime()),
        sa.UniqueConstraint("organisation_id", "number"),
        sa.UniqueConstraint("organisation_id", "order_key"),
        sa.UniqueConstraint("organisation_id", "open_in"),
    )
    op.create_index("ix_cases_status", "cases", ["organisation_id", "status"])
    op.create_index("ix_cases_conversation_id", "cases", ["conversation_id"])
    op.create_index("ix_cases_customer_id", "cases", ["customer_id"])


def _people() -> None:
    owned(
        "case_members",
        _to("cases", "case_id"),
        _to("people", "person_id"),
        _to("conversations", "desk_id"),
        sa.Column("focus", BIG, nullable=False),
        sa.Column("greeted", sa.Boolean(), nullable=False),
        sa.Column("joined_at", AwareTime(), nullable=False),
        sa.Column("left_at", AwareTime()),
        sa.UniqueConstraint("case_id", "person_id"),
    )
    op.create_index("ix_case_members_desk", "case_members", ["desk_id", "left_at"])
    op.create_index("ix_case_members_person_id", "case_members", ["person_id"])
    owned(
        "case_offers",
        _to("cases", "case_id"),
        _to("people", "person_id"),
        sa.Column("from_id", BIG, sa.ForeignKey("people.id", ondelete="CASCADE")),
        sa.Column("at", AwareTime(), nullable=False),
        sa.UniqueConstraint("case_id", "person_id"),
    )
    op.create_index("ix_case_offers_person_id", "case_offers", ["person_id"])
    owned(
        "presences",
        _to("people", "person_id"),
        sa.Column("on_duty", sa.Boolean(), nullable=False),
        sa.Column("since", AwareTime(), nullable=False),
        sa.UniqueConstraint("person_id"),
    )


def _events() -> None:
    kinds = words(
        "caseeventkind", "opened", "taken", "joined", "left", "transferred", "note",
        "changed", "ticket", "ended",
    )  # fmt: skip
    owned(
        "case_events",
        sa.Column("key", sa.String(160), nullable=False),
        _to("cases", "case_id"),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("person_id", BIG, sa.ForeignKey("people.id", ondelete="SET NULL")),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", AwareTime(), nullable=False),
        sa.UniqueConstraint("organisation_id", "key"),
    )
    op.create_index("ix_case_events_case_id", "case_events", ["case_id"])
    owned(
        "case_signals",
        _to("conversations", "conversation_id"),
        _to("inbox", "inbox_id"),
        sa.Column("kind", words("signalkind", "unsure", "failure"), nullable=False),
        sa.UniqueConstraint("inbox_id", "kind"),
    )
    op.create_index("ix_case_signals_conversation_id", "case_signals", ["conversation_id"])
    owned(
        "quick_replies",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.UniqueConstraint("organisation_id", "name"),
    )


def _to(table: str, name: str) -> sa.Column[int]:
    return sa.Column(name, BIG, sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False)


def downgrade() -> None:
    op.drop_column("inbox", "answers")
    op.drop_column("inbox", "relayed_to")
    for name in _TABLES:
        op.drop_table(name)
