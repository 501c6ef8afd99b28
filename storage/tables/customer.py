"""Customers, and the deals that are hoped for or made with them."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table, words
from storage.types import BigId, MoneyAmount


class Customer(OwnedByOrganisation, Table):
    """A lead that became a customer; shown by name with the id of its lead."""

    __tablename__ = "customers"
    __table_args__ = (UniqueConstraint("organisation_id", "order_key"),)

    lead_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("leads.id", ondelete="CASCADE"), index=True
    )
    order_key: Mapped[str] = mapped_column(String(160))
    name: Mapped[str]
    company: Mapped[str | None]
    created_at: Mapped[datetime]


class DealStage(StrEnum):
    open = "open"
    won = "won"
    lost = "lost"


class Deal(OwnedByOrganisation, Table):
    """`amount` is in the organisation's currency, empty until somebody knows it."""

    __tablename__ = "deals"

    customer_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("customers.id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str]
    amount: Mapped[Decimal | None] = mapped_column(MoneyAmount)
    stage: Mapped[DealStage] = mapped_column(words(DealStage), default=DealStage.open)
    owner_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime]
