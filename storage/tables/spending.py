"""How much may be spent, what is being added to it right now, and what was found running amiss."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table, words
from storage.types import BigId, MoneyAmount


class LimitName(StrEnum):
    person = "person"
    campaign = "campaign"
    day = "day"
    organisation = "organisation"


class SpendingLimit(OwnedByOrganisation, Table):
    """A limit that an admin set in the chat, in place of the one of the settings."""

    __tablename__ = "spending_limits"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    name: Mapped[LimitName] = mapped_column(words(LimitName))
    amount: Mapped[Decimal] = mapped_column(MoneyAmount)
    set_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id", ondelete="SET NULL"))
    set_at: Mapped[datetime]


class Commitment(OwnedByOrganisation, Table):
    """What one order adds to the daily budget of one campaign. `amount` counts for the person and
    the day; `unseen` and `unseen_in_campaign` are the parts that the campaign's own rows do not
    show yet: of what runs, and of what is switched on in a campaign whether or not it runs."""

    __tablename__ = "spending_commitments"
    __table_args__ = (
        UniqueConstraint("organisation_id", "order_key", "campaign_id"),
        Index("ix_spending_commitments_recent", "organisation_id", "at"),
    )

    order_key: Mapped[str] = mapped_column(String(160))
    campaign_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("campaigns.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="SET NULL")
    )
    at: Mapped[datetime]
    amount: Mapped[Decimal] = mapped_column(MoneyAmount)
    unseen: Mapped[Decimal] = mapped_column(MoneyAmount)
    unseen_in_campaign: Mapped[Decimal] = mapped_column(MoneyAmount)


class SightingKind(StrEnum):
    runaway = "runaway"  # spends far more than its budget
    orphan = "orphan"  # ours at the platform, and in none of our rows
    blind = "blind"  # the platform does not say what it spends


class Sighting(OwnedByOrganisation, Table):
    """What the watch found, once per `key`; `ended_at` is empty while something is to be done."""

    __tablename__ = "spending_sightings"
    __table_args__ = (UniqueConstraint("organisation_id", "key"),)

    kind: Mapped[SightingKind] = mapped_column(words(SightingKind))
    key: Mapped[str] = mapped_column(String(160))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    details: Mapped[dict[str, Any]]
