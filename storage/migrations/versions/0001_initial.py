"""The first schema: a function per table, in the order in which they need each other."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, JSON, owned, words
from storage.tables.campaign import RatioAmount
from storage.types import AwareTime, MoneyAmount

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def organisations() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", BIG, primary_key=True, autoincrement=True),
        sa.Column("slug", sa.String(40), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.UniqueConstraint("slug"),
    )


def actions() -> None:
    owned(
        "actions",
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("request", JSON, nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column(
            "status",
            words("actionstatus", "pending", "executing", "completed", "failed", "unknown"),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("result", JSON),
        sa.Column("error", sa.Text()),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.Column("updated_at", AwareTime(), nullable=False),
        sa.UniqueConstraint("organisation_id", "key"),
    )


def audit() -> None:
    owned(
        "audit",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", AwareTime(), nullable=False),
        sa.Column("person_id", BIG),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("organisation_id", "position"),
    )


def audit_heads() -> None:
    owned(
        "audit_heads",
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("organisation_id"),
    )


def counters() -> None:
    owned(
        "counters",
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.UniqueConstraint("organisation_id", "kind"),
    )


def creatives() -> None:
    owned(
        "creatives",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("kind", words("creativekind", "image", "video"), nullable=False),
        sa.Column("platform", sa.String(16)),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("copy", sa.Text(), nullable=False),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.UniqueConstraint("organisation_id", "number"),
    )


def people() -> None:
    owned(
        "people",
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("role", words("role", "customer", "agent", "manager", "admin"), nullable=False),
        sa.Column("language", sa.String(8)),
        sa.Column("detected", sa.String(8)),
        sa.Column("created_at", AwareTime(), nullable=False),
    )


def sandbox_campaigns() -> None:
    owned(
        "sandbox_campaigns",
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("objective", sa.String(16), nullable=False),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.UniqueConstraint("organisation_id", "key"),
    )


def accounts() -> None:
    owned(
        "accounts",
        sa.Column("person_id", BIG, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("external_id", sa.String(128), nullable=False),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.UniqueConstraint("organisation_id", "channel", "external_id"),
    )
    op.create_index("ix_accounts_person_id", "accounts", ["person_id"])


def campaigns() -> None:
    owned(
        "campaigns",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column(
            "objective", words("campaignobjective", "sales", "traffic", "awareness"), nullable=False
        ),
        sa.Column("status", words("campaignstatus", "active", "paused", "deleted"), nullable=False),
        sa.Column("daily_budget", MoneyAmount(), nullable=False),
        sa.Column("countries", JSON, nullable=False),
        sa.Column("target_roas", RatioAmount()),
        sa.Column("target_cpa", MoneyAmount()),
        sa.Column("product_url", sa.String(500)),
        sa.Column("external_id", sa.String(128), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("created_by", BIG, sa.ForeignKey("people.id", ondelete="SET NULL")),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.Column("updated_at", AwareTime(), nullable=False),
        sa.UniqueConstraint("organisation_id", "key"),
        sa.UniqueConstraint("organisation_id", "number"),
    )


def conversations() -> None:
    owned(
        "conversations",
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("bot", sa.String(64), nullable=False),
        sa.Column("chat", sa.String(128), nullable=False),
        sa.Column("person_id", BIG, sa.ForeignKey("people.id", ondelete="CASCADE")),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.Column("lease_owner", sa.String(64)),
        sa.Column("lease_until", AwareTime()),
        sa.Column("lease_fence", sa.Integer(), nullable=False),
        sa.UniqueConstraint("organisation_id", "channel", "bot", "chat"),
    )
    op.create_index("ix_conversations_person_id", "conversations", ["person_id"])


def lead_texts() -> list[sa.Column[str]]:
    return [
        sa.Column("source_channel", sa.String(255)),
        sa.Column("source_campaign", sa.String(255)),
        sa.Column("contact_name", sa.String(255), nullable=False),
        sa.Column("contact_phone", sa.String(32)),
        sa.Column("contact_wechat", sa.String(64)),
        sa.Column("contact_email", sa.String(255)),
        sa.Column("company", sa.String(255)),
        sa.Column("industry", sa.String(255)),
        sa.Column("region", sa.String(255)),
        sa.Column("utm_source", sa.String(255)),
        sa.Column("utm_medium", sa.String(255)),
        sa.Column("utm_campaign", sa.String(255)),
        sa.Column("utm_content", sa.String(255)),
    ]


def leads() -> None:
    owned(
        "leads",
        *lead_texts(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("order_key", sa.String(160)),
        sa.Column(
            "source_platform",
            words(
                "source",
                "douyin",
                "xiaohongshu",
                "wechat",
                "baidu",
                "kuaishou",
                "bilibili",
                "zhihu",
                "weibo",
                "maimai",
                "meituan",
                "taobao",
                "linkedin",
                "telegram",
                "web",
                "import",
                "manual",
            ),
            nullable=False,
        ),
        sa.Column("wechat_key", sa.String(64)),
        sa.Column("raw_data", JSON, nullable=False),
        sa.Column("traits", JSON, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("score_due", AwareTime()),
        sa.Column(
            "status", words("leadstatus", "new", "following", "converted", "lost"), nullable=False
        ),
        sa.Column("assigned_to", BIG, sa.ForeignKey("people.id", ondelete="SET NULL")),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.Column("updated_at", AwareTime(), nullable=False),
        sa.UniqueConstraint("organisation_id", "number"),
        sa.UniqueConstraint("organisation_id", "order_key"),
    )
    op.create_index("ix_leads_created", "leads", ["organisation_id", "created_at"])
    op.create_index("ix_leads_email", "leads", ["organisation_id", "contact_email"])
    op.create_index("ix_leads_phone", "leads", ["organisation_id", "contact_phone"])
    op.create_index("ix_leads_score_due", "leads", ["organisation_id", "score_due"])
    op.create_index("ix_leads_wechat", "leads", ["organisation_id", "wechat_key"])


def memories() -> None:
    owned(
        "memories",
        sa.Column("person_id", BIG, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("order_key", sa.String(160), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.UniqueConstraint("organisation_id", "order_key"),
    )
    op.create_index("ix_memories_person_id", "memories", ["person_id"])


def sandbox_ad_sets() -> None:
    owned(
        "sandbox_ad_sets",
        sa.Column(
            "campaign_id",
            BIG,
            sa.ForeignKey("sandbox_campaigns.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("countries", JSON, nullable=False),
        sa.Column("age_min", sa.Integer(), nullable=False),
        sa.Column("age_max", sa.Integer(), nullable=False),
        sa.Column("goal", sa.String(16), nullable=False),
    )
    op.create_index("ix_sandbox_ad_sets_campaign_id", "sandbox_ad_sets", ["campaign_id"])


def ad_sets() -> None:
    owned(
        "ad_sets",
        sa.Column(
            "campaign_id", BIG, sa.ForeignKey("campaigns.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("campaign_number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("age_min", sa.Integer(), nullable=False),
        sa.Column("age_max", sa.Integer(), nullable=False),
        sa.Column("daily_budget", MoneyAmount(), nullable=False),
        sa.Column("status", words("campaignstatus", "active", "paused", "deleted"), nullable=False),
        sa.Column("optimization_goal", sa.String(16), nullable=False),
        sa.Column("bid_strategy", sa.String(16), nullable=False),
        sa.Column("external_id", sa.String(128), nullable=False),
        sa.UniqueConstraint("campaign_id", "position"),
    )
    op.create_index("ix_ad_sets_campaign_id", "ad_sets", ["campaign_id"])


def approvals() -> None:
    owned(
        "approvals",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("order_key", sa.String(160), nullable=False),
        sa.Column("tool", sa.String(64), nullable=False),
        sa.Column("plan", JSON, nullable=False),
        sa.Column("plan_hash", sa.String(64), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("daily_cost", MoneyAmount(), nullable=False),
        sa.Column("votes_needed", sa.Integer(), nullable=False),
        sa.Column(
            "requested_by", BIG, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column(
            "conversation_id",
            BIG,
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column(
            "status",
            words(
                "approvalstatus", "pending", "approved", "executed", "failed", "rejected", "expired"
            ),
            nullable=False,
        ),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.Column("expires_at", AwareTime(), nullable=False),
        sa.Column("decided_at", AwareTime()),
        sa.Column("executing_inbox_id", BIG),
        sa.Column("result", sa.Text()),
        sa.CheckConstraint("votes_needed BETWEEN 1 AND 2", name="ck_approvals_votes_needed"),
        sa.UniqueConstraint("organisation_id", "number"),
        sa.UniqueConstraint("organisation_id", "order_key"),
    )


def campaign_snapshots() -> None:
    owned(
        "campaign_snapshots",
        sa.Column(
            "campaign_id", BIG, sa.ForeignKey("campaigns.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("taken_at", AwareTime(), nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.UniqueConstraint("campaign_id"),
    )


def inbox() -> None:
    owned(
        "inbox",
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("bot", sa.String(64), nullable=False),
        sa.Column("external_id", sa.String(128), nullable=False),
        sa.Column(
            "conversation_id",
            BIG,
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("person_id", BIG, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_at", AwareTime(), nullable=False),
        sa.Column("status", words("inboxstatus", "received", "done", "failed"), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("finished_at", AwareTime()),
        sa.UniqueConstraint("organisation_id", "channel", "bot", "external_id"),
    )
    op.create_index("ix_inbox_conversation", "inbox", ["conversation_id", "id"])
    op.create_index(
        "ix_inbox_open", "inbox", ["organisation_id", "status", "conversation_id", "id"]
    )


def lead_events() -> None:
    owned(
        "lead_events",
        sa.Column("lead_id", BIG, sa.ForeignKey("leads.id", ondelete="CASCADE"), nullable=False),
        sa.Column(
            "activity",
            words(
                "activity",
                "visit",
                "download",
                "enquiry",
                "event",
                "mail_open",
                "mail_click",
                "reply",
            ),
            nullable=False,
        ),
        sa.Column("at", AwareTime(), nullable=False),
    )
    op.create_index("ix_lead_events_lead", "lead_events", ["lead_id", "at"])


def lead_notes() -> None:
    owned(
        "lead_notes",
        sa.Column("lead_id", BIG, sa.ForeignKey("leads.id", ondelete="CASCADE"), nullable=False),
        sa.Column("order_key", sa.String(160), nullable=False),
        sa.Column("author_id", BIG, sa.ForeignKey("people.id", ondelete="SET NULL")),
        sa.Column("field", sa.String(32)),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.UniqueConstraint("organisation_id", "order_key"),
    )
    op.create_index("ix_lead_notes_lead_id", "lead_notes", ["lead_id"])


def lead_tags() -> None:
    owned(
        "lead_tags",
        sa.Column("lead_id", BIG, sa.ForeignKey("leads.id", ondelete="CASCADE"), nullable=False),
        sa.Column("tag", sa.String(60), nullable=False),
        sa.UniqueConstraint("lead_id", "tag"),
    )


def sandbox_ads() -> None:
    owned(
        "sandbox_ads",
        sa.Column(
            "ad_set_id",
            BIG,
            sa.ForeignKey("sandbox_ad_sets.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("creative_id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
    )
    op.create_index("ix_sandbox_ads_ad_set_id", "sandbox_ads", ["ad_set_id"])


def sandbox_changes() -> None:
    owned(
        "sandbox_changes",
        sa.Column(
            "campaign_id",
            BIG,
            sa.ForeignKey("sandbox_campaigns.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("ad_set_id", BIG, sa.ForeignKey("sandbox_ad_sets.id", ondelete="CASCADE")),
        sa.Column("at", AwareTime(), nullable=False),
        sa.Column("status", sa.String(8)),
        sa.Column("daily_budget", MoneyAmount()),
    )
    op.create_index("ix_sandbox_changes_campaign_id", "sandbox_changes", ["campaign_id"])


def ads() -> None:
    owned(
        "ads",
        sa.Column(
            "ad_set_id", BIG, sa.ForeignKey("ad_sets.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("creative", sa.String(16), nullable=False),
        sa.Column("copy", sa.Text(), nullable=False),
        sa.Column("external_id", sa.String(128), nullable=False),
    )
    op.create_index("ix_ads_ad_set_id", "ads", ["ad_set_id"])


def approval_votes() -> None:
    owned(
        "approval_votes",
        sa.Column(
            "approval_id", BIG, sa.ForeignKey("approvals.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("person_id", BIG, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", AwareTime(), nullable=False),
        sa.UniqueConstraint("approval_id", "person_id"),
    )
    op.create_index("ix_approval_votes_approval_id", "approval_votes", ["approval_id"])


def budget_changes() -> None:
    owned(
        "budget_changes",
        sa.Column(
            "ad_set_id", BIG, sa.ForeignKey("ad_sets.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("order_key", sa.String(160), nullable=False),
        sa.Column("key", sa.String(170), nullable=False),
        sa.Column("at", AwareTime(), nullable=False),
        sa.Column("before", MoneyAmount(), nullable=False),
        sa.Column("after", MoneyAmount(), nullable=False),
        sa.Column("person_id", BIG),
        sa.UniqueConstraint("organisation_id", "key"),
    )
    op.create_index("ix_budget_changes_recent", "budget_changes", ["ad_set_id", "at"])


def outbox() -> None:
    owned(
        "outbox",
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column(
            "conversation_id",
            BIG,
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("reply_to", BIG, sa.ForeignKey("inbox.id", ondelete="SET NULL")),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("buttons", JSON, nullable=False),
        sa.Column("shown", JSON, nullable=False),
        sa.Column(
            "status",
            words("outboxstatus", "queued", "sending", "sent", "failed", "unknown"),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.Column("sending_since", AwareTime()),
        sa.Column("sender", sa.String(64)),
        sa.Column("finished_at", AwareTime()),
        sa.Column("external_id", sa.String(128)),
        sa.Column("error", sa.Text()),
        sa.UniqueConstraint("organisation_id", "key"),
    )
    op.create_index("ix_outbox_conversation", "outbox", ["conversation_id", "id"])
    op.create_index("ix_outbox_open", "outbox", ["status", "conversation_id", "id"])


def outbox_files() -> None:
    owned(
        "outbox_files",
        sa.Column("outbox_id", BIG, sa.ForeignKey("outbox.id", ondelete="CASCADE"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("media_type", sa.String(80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_outbox_files_outbox_id", "outbox_files", ["outbox_id"])


TABLES: tuple[Callable[[], None], ...] = (
    organisations,
    actions,
    audit,
    audit_heads,
    counters,
    creatives,
    people,
    sandbox_campaigns,
    accounts,
    campaigns,
    conversations,
    leads,
    memories,
    sandbox_ad_sets,
    ad_sets,
    approvals,
    campaign_snapshots,
    inbox,
    lead_events,
    lead_notes,
    lead_tags,
    sandbox_ads,
    sandbox_changes,
    ads,
    approval_votes,
    budget_changes,
    outbox,
    outbox_files,
)


def upgrade() -> None:
    for create in TABLES:
        create()


def downgrade() -> None:
    for create in reversed(TABLES):
        op.drop_table(create.__name__)
