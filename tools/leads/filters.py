"""What a search for leads asks for, as SQL."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from storage.tables.lead import Lead, LeadNote, LeadTag
from tools.leads.contacts import phone_or_none

_LIKE_A_PHONE = re.compile(r"\+?[\d\s()-]*\d[\d\s()-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFilter:
    """Everything is optional; `since` and `until` bound created_at, half open; `in_pool` asks for
    leads that nobody looks after. What was merged into another lead is never found."""

    text: str | None = None
    status: str | None = None
    source: str | None = None
    min_score: int | None = None
    owner_id: int | None = None
    in_pool: bool = False
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        wanted = (
            Lead.merged_into.is_(None),
            _mentions(self.text) if self.text else None,
            Lead.status == self.status if self.status else None,
            Lead.source_platform == self.source if self.source else None,
            Lead.score >= self.min_score if self.min_score is not None else None,
            Lead.assigned_to == self.owner_id if self.owner_id is not None else None,
            Lead.assigned_to.is_(None) if self.in_pool else None,
            Lead.created_at >= self.since if self.since else None,
            Lead.created_at < self.until if self.until else None,
        )
        return [condition for condition in wanted if condition is not None]


def _mentions(text: str) -> ColumnElement[bool]:
    """Case-insensitive; `%` and `_` in the text are just characters."""
    columns = (
        Lead.contact_name, Lead.company, Lead.contact_wechat, Lead.contact_email, Lead.industry,
    )  # fmt: skip
    noted = select(LeadNote.id).where(
        LeadNote.lead_id == Lead.id, LeadNote.text.icontains(text, autoescape=True)
    )
    tagged = select(LeadTag.id).where(
        LeadTag.lead_id == Lead.id, LeadTag.tag.icontains(text, autoescape=True)
    )
    found = [column.icontains(text, autoescape=True) for column in columns]
    if _LIKE_A_PHONE.fullmatch(text):
        phone = phone_or_none(text) or re.sub(r"\D", "", text)
        found.append(Lead.contact_phone.contains(phone, autoescape=True))
    return or_(*found, noted.exists(), tagged.exists())
