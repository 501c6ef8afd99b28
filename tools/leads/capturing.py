"""Keeping a contact once: a new lead, or what is new about one that we know (FEATURES LE-3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Session
from storage.repository import next_number
from storage.tables.lead import Lead, LeadStatus, Source
from tools.leads.contacts import normal_email, normal_phone, wechat_key
from tools.leads.repository import LeadRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLead:
    """What somebody told us; contacts as typed. `order_key` names the order for good."""

    name: str
    order_key: str
    phone: str | None = None
    wechat: str | None = None
    email: str | None = None
    company: str | None = None
    industry: str | None = None
    region: str | None = None
    source: str | None = None
    author_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """`created` is False when a contact was known already; `added` are the fields that were
    filled in then, `differing` those that say something else and were kept as notes, `also` the
    other leads that share a contact; `changed_before` is when a known lead had last changed."""

    lead: Lead
    created: bool
    added: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    changed_before: datetime | None = None


async def capture(session: Session, leads: LeadRepository, new: NewLead, now: datetime) -> Captured:
    """The same order again gives the same lead. Raises BadPhone, BadEmail."""
    values = _normal(new)
    await leads.one_at_a_time(session)
    earlier = await leads.by_order(new.order_key)
    if earlier is not None:
        return Captured(lead=earlier, created=True)
    known = await leads.by_contact(
        phone=values["contact_phone"], wechat=values["wechat_key"], email=values["contact_email"]
    )
    if known:
        return await _fill_in(session, leads, known, values, new, now)
    lead = await leads.add(
        Lead(
            organisation_id=leads.organisation_id, order_key=new.order_key,
            number=await next_number(session, leads.organisation_id, "L"),
            source_platform=Source(new.source or Source.manual), status=LeadStatus.new, score=0,
            raw_data={}, traits=[], created_at=now, updated_at=now, **values,
        )
    )  # fmt: skip
    return Captured(lead=lead, created=True)


def _normal(new: NewLead) -> dict[str, str | None]:
    """The columns that `new` speaks about."""
    return {
        "contact_name": new.name,
        "contact_phone": normal_phone(new.phone) if new.phone else None,
        "contact_wechat": new.wechat.strip() if new.wechat else None,
        "wechat_key": wechat_key(new.wechat) if new.wechat else None,
        "contact_email": normal_email(new.email) if new.email else None,
        "company": new.company,
        "industry": new.industry,
        "region": new.region,
    }


async def _fill_in(
    session: Session,
    leads: LeadRepository,
    known: Sequence[Lead],
    values: Mapping[str, str | None],
    new: NewLead,
    now: datetime,
) -> Captured:
    """The oldest lead gets what it lacks. A value that differs, or that another lead has, is kept
    as a note: which one is right, or whether both are one person, is for people to say."""
    lead, others = known[0], known[1:]
    changed_before = lead.updated_at
    spoken = {field: value for field, value in values.items() if value and field != "wechat_key"}
    news = {field: value for field, value in spoken.items() if not _same(lead, field, value)}
    added = tuple(
        field
        for field, value in news.items()
        if not getattr(lead, field) and not any(_same(other, field, value) for other in others)
    )
    for field in added:
        setattr(lead, field, news[field])
    lead.wechat_key = wechat_key(lead.contact_wechat) if lead.contact_wechat else None
    differing = tuple(field for field in news if field not in added)
    for field in differing:
        await leads.note(
            session, lead, news[field], field=field, author_id=new.author_id, at=now,
            order_key=f"{new.order_key}:{field}",
        )  # fmt: skip
    if added or differing:
        lead.updated_at = now
    return Captured(
        lead=lead, created=False, added=added, differing=differing,
        also=tuple(other.ref for other in others), changed_before=changed_before,
    )  # fmt: skip


def _same(lead: Lead, field: str, value: str) -> bool:
    return (getattr(lead, field) or "").casefold() == value.casefold()
