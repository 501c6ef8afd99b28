"""The sandbox's own memory: it plays the outside world, so nothing else reads these tables.

Times are market times. What a campaign did is a log of changes, never overwritten; its figures
are computed from the log.
"""

from datetime import datetime
from decimal import Decimal
from typing import Literal

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.tables.base import OwnedByOrganisation, Table
from storage.types import BigId, MoneyAmount


class SandboxChange(OwnedByOrganisation, Table):
    """A new status or budget from `at` on; without an ad set it is the campaign's."""

    __tablename__ = "sandbox_changes"

    campaign_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("sandbox_campaigns.id", ondelete="CASCADE"), index=True
    )
    ad_set_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("sandbox_ad_sets.id", ondelete="CASCADE")
    )
    at: Mapped[datetime]
    status: Mapped[str | None] = mapped_column(String(8))
    daily_budget: Mapped[Decimal | None] = mapped_column(MoneyAmount)


class SandboxAd(OwnedByOrganisation, Table):
    __tablename__ = "sandbox_ads"

    ad_set_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("sandbox_ad_sets.id", ondelete="CASCADE"), index=True
    )
    creative_id: Mapped[str] = mapped_column(String(40))
    name: Mapped[str]


class SandboxAdSet(OwnedByOrganisation, Table):
    __tablename__ = "sandbox_ad_sets"

    campaign_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("sandbox_campaigns.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    name: Mapped[str]
    countries: Mapped[list[str]]
    age_min: Mapped[int]
    age_max: Mapped[int]
    goal: Mapped[str] = mapped_column(String(16))

    ads: Mapped[list[SandboxAd]] = relationship(order_by=SandboxAd.id, lazy="selectin")


class SandboxCampaign(OwnedByOrganisation, Table):
    __tablename__ = "sandbox_campaigns"
    __table_args__ = (UniqueConstraint("organisation_id", "key"),)

    key: Mapped[str]
    name: Mapped[str]
    objective: Mapped[Literal["sales", "traffic", "awareness"]] = mapped_column(String(16))
    created_at: Mapped[datetime]

    ad_sets: Mapped[list[SandboxAdSet]] = relationship(
        order_by=SandboxAdSet.position, lazy="selectin"
    )
    changes: Mapped[list[SandboxChange]] = relationship(
        order_by=(SandboxChange.at, SandboxChange.id), lazy="selectin"
    )
