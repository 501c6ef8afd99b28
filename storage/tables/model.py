"""What language models were used for: tokens and cost, and the calls they decided on."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table
from storage.types import BigId


class ModelUse(OwnedByOrganisation, Table):
    """One answer of a model. `cost` is in millionths of the organisation's currency."""

    __tablename__ = "model_uses"
    __table_args__ = (
        Index("ix_model_uses_at", "organisation_id", "at"),
        Index("ix_model_uses_person", "person_id", "at"),
    )

    person_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE")
    )
    model: Mapped[str] = mapped_column(String(60))
    input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    cost: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]


class DecidedCall(OwnedByOrganisation, Table):
    """A call that a model decided on in a turn, kept before it is carried out: when the turn runs
    again after a crash, these calls are repeated instead of asking the model anew."""

    __tablename__ = "decided_calls"
    __table_args__ = (UniqueConstraint("inbox_id", "position"),)

    inbox_id: Mapped[int] = mapped_column(BigId, ForeignKey("inbox.id", ondelete="CASCADE"))
    position: Mapped[int]
    call: Mapped[dict[str, Any]]
