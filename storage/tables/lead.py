"""Leads, their tags, notes, and what they did."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table, words
from storage.types import BigId


class LeadStatus(StrEnum):
    new = "new"
    following = "following"
    converted = "converted"
    lost = "lost"


class Source(StrEnum):
    douyin = "douyin"
    xiaohongshu = "xiaohongshu"
    wechat = "wechat"
    baidu = "baidu"
    kuaishou = "kuaishou"
    bilibili = "bilibili"
    zhihu = "zhihu"
    weibo = "weibo"
    maimai = "maimai"
    meituan = "meituan"
    taobao = "taobao"
    linkedin = "linkedin"
    telegram = "telegram"
    web = "web"
    imported = "import"
    manual = "manual"


class Activity(StrEnum):
    """What a lead did; it counts for the score (FEATURES LE-4)."""

    visit = "visit"
    download = "download"
    enquiry = "enquiry"
    event = "event"
    mail_open = "mail_open"
    mail_click = "mail_click"
    reply = "reply"


class Trait(StrEnum):
    """What a lead is; it counts for the score as long as it holds."""

    target_industry = "target_industry"
    decision_maker = "decision_maker"
    company_size = "company_size"


class Lead(OwnedByOrganisation, Table):
    """L-<number>. The phone is E.164, `contact_email` and `wechat_key` are folded for comparing;
    `assigned_to` is empty in the pool. `score` holds until `score_due`: then time alone changes
    it. `merged_into` is the number of the lead that this one became part of: it is hidden."""

    __tablename__ = "leads"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        UniqueConstraint("organisation_id", "order_key"),
        Index("ix_leads_phone", "organisation_id", "contact_phone"),
        Index("ix_leads_wechat", "organisation_id", "wechat_key"),
        Index("ix_leads_email", "organisation_id", "contact_email"),
        Index("ix_leads_created", "organisation_id", "created_at"),
        Index("ix_leads_score_due", "organisation_id", "score_due"),
        Index("ix_leads_merged_into", "organisation_id", "merged_into"),
    )

    number: Mapped[int]
    order_key: Mapped[str | None] = mapped_column(String(160))
    source_platform: Mapped[Source] = mapped_column(words(Source))
    source_channel: Mapped[str | None]
    source_campaign: Mapped[str | None]
    contact_name: Mapped[str]
    contact_phone: Mapped[str | None] = mapped_column(String(32))
    contact_wechat: Mapped[str | None] = mapped_column(String(64))
    wechat_key: Mapped[str | None] = mapped_column(String(64))
    contact_email: Mapped[str | None]
    company: Mapped[str | None]
    industry: Mapped[str | None]
    region: Mapped[str | None]
    utm_source: Mapped[str | None]
    utm_medium: Mapped[str | None]
    utm_campaign: Mapped[str | None]
    utm_content: Mapped[str | None]
    raw_data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    traits: Mapped[list[str]] = mapped_column(default=list)
    score: Mapped[int] = mapped_column(default=0)
    score_due: Mapped[datetime | None]
    status: Mapped[LeadStatus] = mapped_column(words(LeadStatus), default=LeadStatus.new)
    assigned_to: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="SET NULL")
    )
    merged_into: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def ref(self) -> str:
        return f"L-{self.number}"


class LeadTag(OwnedByOrganisation, Table):
    __tablename__ = "lead_tags"
    __table_args__ = (UniqueConstraint("lead_id", "tag"),)

    lead_id: Mapped[int] = mapped_column(BigId, ForeignKey("leads.id", ondelete="CASCADE"))
    tag: Mapped[str] = mapped_column(String(60))


class LeadNote(OwnedByOrganisation, Table):
    """What somebody wrote, or, when `field` names a contact field, another value of it that we
    were given. `order_key` keeps a repeated order from writing its note twice."""

    __tablename__ = "lead_notes"
    __table_args__ = (UniqueConstraint("organisation_id", "order_key"),)

    lead_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("leads.id", ondelete="CASCADE"), index=True
    )
    order_key: Mapped[str] = mapped_column(String(160))
    author_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="SET NULL")
    )
    field: Mapped[str | None] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class LeadEvent(OwnedByOrganisation, Table):
    __tablename__ = "lead_events"
    __table_args__ = (Index("ix_lead_events_lead", "lead_id", "at"),)

    lead_id: Mapped[int] = mapped_column(BigId, ForeignKey("leads.id", ondelete="CASCADE"))
    activity: Mapped[Activity] = mapped_column(words(Activity))
    at: Mapped[datetime]
