"""Tables for A/B tests and for rules: what they are, and what every check of a rule found."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table, words
from storage.tables.campaign import RatioAmount
from storage.types import BigId, MoneyAmount


class ExperimentStatus(StrEnum):
    running = "running"
    completed = "completed"
    cancelled = "cancelled"


class Experiment(OwnedByOrganisation, Table):
    """T-<number>: one campaign with one ad set per variant. `key` is the order that made it;
    `planned` is its horizon, fixed before it began; `results` are the figures at its end, `winner` a
    creative (CR-1)."""

    __tablename__ = "experiments"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        UniqueConstraint("organisation_id", "key"),
    )

    number: Mapped[int]
    key: Mapped[str] = mapped_column(String(160))
    name: Mapped[str] = mapped_column(String(120))
    campaign_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("campaigns.id", ondelete="CASCADE"), index=True
    )
    campaign_number: Mapped[int]
    status: Mapped[ExperimentStatus] = mapped_column(words(ExperimentStatus))
    daily_budget: Mapped[Decimal] = mapped_column(MoneyAmount)
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    created_by: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="SET NULL")
    )
    planned: Mapped[dict[str, Any] | None]
    results: Mapped[dict[str, Any] | None]
    winner: Mapped[str | None] = mapped_column(String(16))

    @property
    def ref(self) -> str:
        return f"T-{self.number}"

    @property
    def campaign(self) -> str:
        return f"C-{self.campaign_number}"


class Rule(OwnedByOrganisation, Table):
    """R-<number>. Without a campaign it watches every active one. `condition` is what has to hold,
    `guards` what it has to keep to (without its defaults); `action_value` is a percentage. It acts
    in its creator's name and asks in `conversation_id`."""

    __tablename__ = "rules"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        UniqueConstraint("organisation_id", "key"),
    )

    number: Mapped[int]
    key: Mapped[str] = mapped_column(String(160))
    name: Mapped[str] = mapped_column(String(120))
    version: Mapped[int]
    enabled: Mapped[bool]
    condition: Mapped[dict[str, Any]]
    guards: Mapped[dict[str, Any]]
    action: Mapped[str] = mapped_column(String(16))
    action_value: Mapped[Decimal | None] = mapped_column(RatioAmount)
    campaign_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("campaigns.id", ondelete="CASCADE")
    )
    campaign_number: Mapped[int | None]
    created_by: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="SET NULL")
    )
    conversation_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("conversations.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime]
    last_checked_at: Mapped[datetime | None]

    @property
    def ref(self) -> str:
        return f"R-{self.number}"

    @property
    def campaign(self) -> str | None:
        return f"C-{self.campaign_number}" if self.campaign_number else None


class RuleVersion(OwnedByOrganisation, Table):
    """What a rule was from `at` on; never changed afterwards."""

    __tablename__ = "rule_versions"
    __table_args__ = (UniqueConstraint("rule_id", "version"),)

    rule_id: Mapped[int] = mapped_column(BigId, ForeignKey("rules.id", ondelete="CASCADE"))
    version: Mapped[int]
    definition: Mapped[dict[str, Any]]
    person_id: Mapped[int | None] = mapped_column(BigId)
    at: Mapped[datetime]


class Outcome(StrEnum):
    """What came of one check of one ad set."""

    no_data = "no_data"
    not_met = "not_met"
    cooling = "cooling"  # it held, but the rule acted here a short while ago
    waiting = "waiting"  # it held, but a guard says not now
    begun = "begun"  # about to act; stays so only when the process died
    acted = "acted"
    asked = "asked"  # an approval was opened
    told = "told"
    refused = "refused"
    unknown = "unknown"  # the platform did not tell how it ended


class RuleCheck(OwnedByOrganisation, Table):
    """One check of one ad set. `value` is the first figure that was measured; `details` are all of
    them, the plan, the approval, or the reason (a catalogue key and its values)."""

    __tablename__ = "rule_checks"
    __table_args__ = (Index("ix_rule_checks_ad_set", "rule_id", "ad_set", "at"),)

    rule_id: Mapped[int] = mapped_column(BigId, ForeignKey("rules.id", ondelete="CASCADE"))
    version: Mapped[int]
    at: Mapped[datetime]
    ad_set: Mapped[str] = mapped_column(String(32))
    value: Mapped[Decimal | None] = mapped_column(RatioAmount)
    outcome: Mapped[Outcome] = mapped_column(words(Outcome))
    details: Mapped[dict[str, Any]]
