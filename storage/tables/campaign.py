"""Tables for ad campaigns: what we ordered, what we know of it, and who changed which budget."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Dialect, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from storage.tables.base import OwnedByOrganisation, Table, words
from storage.types import BigId, MoneyAmount


class RatioAmount(TypeDecorator[Decimal]):
    """A ratio such as a ROAS, kept exactly as ten-thousandths."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value * 10_000)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 10_000


class CampaignObjective(StrEnum):
    sales = "sales"
    traffic = "traffic"
    awareness = "awareness"


class CampaignStatus(StrEnum):
    """The switch of a campaign or of an ad set; an ad set runs while both are active."""

    active = "active"
    paused = "paused"
    deleted = "deleted"


class CreativeKind(StrEnum):
    image = "image"
    video = "video"


class Creative(OwnedByOrganisation, Table):
    """CR-<number>: a picture or film with its words; `platform` None fits every platform."""

    __tablename__ = "creatives"
    __table_args__ = (UniqueConstraint("organisation_id", "number"),)

    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    kind: Mapped[CreativeKind] = mapped_column(words(CreativeKind))
    platform: Mapped[str | None] = mapped_column(String(16))
    url: Mapped[str] = mapped_column(String(500))
    copy: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]

    @property
    def ref(self) -> str:
        return f"CR-{self.number}"


class Campaign(OwnedByOrganisation, Table):
    """C-<number>. `account` is the platform's id of the ad account on which it was made; None is
    the platform's first one. `daily_budget` is what its ad sets that are switched on may spend in
    a day; `key` is the marker by which the platform finds what one order created."""

    __tablename__ = "campaigns"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        UniqueConstraint("organisation_id", "key"),
    )

    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    platform: Mapped[str] = mapped_column(String(16))
    account: Mapped[str | None] = mapped_column(String(32))
    objective: Mapped[CampaignObjective] = mapped_column(words(CampaignObjective))
    status: Mapped[CampaignStatus] = mapped_column(words(CampaignStatus))
    daily_budget: Mapped[Decimal] = mapped_column(MoneyAmount)
    countries: Mapped[list[str]]
    target_roas: Mapped[Decimal | None] = mapped_column(RatioAmount)
    target_cpa: Mapped[Decimal | None] = mapped_column(MoneyAmount)
    product_url: Mapped[str | None] = mapped_column(String(500))
    external_id: Mapped[str] = mapped_column(String(128))
    key: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    ad_sets: Mapped[list["AdSet"]] = relationship(order_by="AdSet.position", lazy="selectin")

    @property
    def ref(self) -> str:
        return f"C-{self.number}"


class AdSet(OwnedByOrganisation, Table):
    """A-<campaign number>.<position>: one age group, with a switch of its own."""

    __tablename__ = "ad_sets"
    __table_args__ = (UniqueConstraint("campaign_id", "position"),)

    campaign_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("campaigns.id", ondelete="CASCADE"), index=True
    )
    campaign_number: Mapped[int]
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    age_min: Mapped[int]
    age_max: Mapped[int]
    daily_budget: Mapped[Decimal] = mapped_column(MoneyAmount)
    status: Mapped[CampaignStatus] = mapped_column(words(CampaignStatus))
    optimization_goal: Mapped[str] = mapped_column(String(16))
    bid_strategy: Mapped[str] = mapped_column(String(16))
    external_id: Mapped[str] = mapped_column(String(128))
    ads: Mapped[list["Ad"]] = relationship(order_by="Ad.id", lazy="selectin")

    @property
    def ref(self) -> str:
        return f"A-{self.campaign_number}.{self.position}"


class Ad(OwnedByOrganisation, Table):
    """One creative in one ad set, with the words it was created with."""

    __tablename__ = "ads"

    ad_set_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("ad_sets.id", ondelete="CASCADE"), index=True
    )
    creative: Mapped[str] = mapped_column(String(16))
    copy: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(String(128))


class BudgetChange(OwnedByOrganisation, Table):
    """One edit of an ad set's budget; the platforms limit how often and how far it may go."""

    __tablename__ = "budget_changes"
    __table_args__ = (
        UniqueConstraint("organisation_id", "key"),
        Index("ix_budget_changes_recent", "ad_set_id", "at"),
    )

    ad_set_id: Mapped[int] = mapped_column(BigId, ForeignKey("ad_sets.id", ondelete="CASCADE"))
    order_key: Mapped[str] = mapped_column(String(160))
    key: Mapped[str] = mapped_column(String(170))
    at: Mapped[datetime]
    before: Mapped[Decimal] = mapped_column(MoneyAmount)
    after: Mapped[Decimal] = mapped_column(MoneyAmount)
    person_id: Mapped[int | None] = mapped_column(BigId)


class CampaignSnapshot(OwnedByOrganisation, Table):
    """The figures of a campaign as the platform last told them."""

    __tablename__ = "campaign_snapshots"
    __table_args__ = (UniqueConstraint("campaign_id"),)

    campaign_id: Mapped[int] = mapped_column(BigId, ForeignKey("campaigns.id", ondelete="CASCADE"))
    taken_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]]
