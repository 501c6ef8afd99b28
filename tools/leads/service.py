"""The rules a lead lives by; the door for other domains. Services never commit."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from config.clock import Clock
from storage.database import Database, ReadSession, Session
from storage.tables.lead import Activity, Lead, LeadEvent, LeadStatus, Source, Trait
from storage.tables.work import Conversation
from tools.context import ToolContext
from tools.leads.capturing import Captured, NewLead, capture
from tools.leads.contacts import phone_or_none
from tools.leads.errors import BadTag, LeadNotFound
from tools.leads.filters import LeadFilter
from tools.leads.repository import LeadRepository
from tools.leads.scoring import Score, score
from tools.periods import Days

__all__ = ["Captured", "Changes", "LeadService", "NewLead", "refresh_scores", "source_of"]

# "L-12" and "l12", or the bare number; anything longer is a phone.
_REF = re.compile(r"[Ll][-\s]?(\d{1,9})|(\d{1,6})")
_TAG_MOST = 60
_ONE_TALK = timedelta(hours=1)
# Where somebody who writes on a channel comes from; on any other they were entered by hand.
_SOURCES = {"telegram": Source.telegram, "wecom": Source.wechat, "web": Source.web}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What an update did. `status` is the one before, None when it was so already; `present` and
    `missing` are tags that were to be added or removed and were so already."""

    status: LeadStatus | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class LeadService:
    def __init__(self, session: ReadSession, organisation_id: int, clock: Clock) -> None:
        self.leads = LeadRepository(session, organisation_id)
        self._clock = clock

    @classmethod
    def of(cls, session: ReadSession, context: ToolContext) -> Self:
        return cls(session, context.organisation_id, context.clock)

    async def get(self, ref: str) -> Lead:
        """By "L-12" in any case, or by a phone in any form; one that was merged leads to what it
        became part of. Raises LeadNotFound."""
        number = _REF.fullmatch(ref.strip())
        if number is not None:
            found = await self.leads.by_number(int(number[1] or number[2]))
        else:
            found = await self._by_phone(ref)
        while found is not None and found.merged_into is not None:
            found = await self.leads.by_number(found.merged_into)
        if found is None:
            latest = await self.leads.latest()
            raise LeadNotFound(ref, latest.ref if latest else None)
        return found

    async def of_person(self, person_id: int) -> Sequence[Lead]:
        """Those that a customer's own messages made, the oldest first."""
        return await self.leads.of_person(person_id)

    async def hold(self, session: Session, ref: str) -> Lead:
        """The same, and nobody else changes it until this transaction ends."""
        lead = await self.get(ref)
        await session.refresh(lead, with_for_update=True)
        return lead

    async def capture(self, session: Session, new: NewLead) -> Captured:
        """Keep a contact: a new lead, or what is new about one that we know.

        The same order again gives the same lead. Raises BadPhone, BadEmail.
        """
        return await capture(session, self.leads, new, self._clock.now())

    async def update(
        self,
        session: Session,
        lead: Lead,
        *,
        status: str | None = None,
        add_tags: Sequence[str] = (),
        remove_tags: Sequence[str] = (),
    ) -> Changes:
        """Raises BadTag."""
        wanted, unwanted = _clean(add_tags), _clean(remove_tags)
        own = {tag.casefold(): tag for tag in await self.leads.tags(lead)}
        added = tuple(tag for tag in wanted if tag.casefold() not in own)
        removed = tuple(own[tag.casefold()] for tag in unwanted if tag.casefold() in own)
        for tag in added:
            await self.leads.add_tag(session, lead, tag)
        await self.leads.remove_tags(session, lead, removed)
        before = lead.status
        lead.status = LeadStatus(status or before)
        changed = lead.status is not before
        if changed or added or removed:
            lead.updated_at = self._clock.now()
        return Changes(
            status=before if changed else None, added=added, removed=removed,
            present=tuple(own[tag.casefold()] for tag in wanted if tag.casefold() in own),
            missing=tuple(tag for tag in unwanted if tag.casefold() not in own),
        )  # fmt: skip

    def assign(self, lead: Lead, owner_id: int | None) -> bool:
        """Give it to a person, or None for the pool; False when it was there already."""
        if lead.assigned_to == owner_id:
            return False
        lead.assigned_to, lead.updated_at = owner_id, self._clock.now()
        return True

    async def note(
        self, session: Session, lead: Lead, text: str, *, author_id: int | None, order_key: str
    ) -> None:
        """Write a note; the same order again writes it once."""
        now = self._clock.now()
        if await self.leads.note(
            session, lead, text, author_id=author_id, order_key=order_key, at=now
        ):
            lead.updated_at = now

    async def record(
        self, session: Session, lead: Lead, activity: Activity, at: datetime | None = None
    ) -> None:
        """Something that the lead did, now unless said; the score follows."""
        await session.refresh(lead, with_for_update=True)
        session.add(
            LeadEvent(
                organisation_id=self.leads.organisation_id, lead_id=lead.id, activity=activity,
                at=at or self._clock.now(),
            )
        )  # fmt: skip
        await session.flush()
        _rate(lead, await self.score(lead))

    async def record_talk(self, session: Session, lead: Lead, activity: Activity) -> None:
        """The same, once an hour: one talk has many messages, and a turn may run twice."""
        since = self._clock.now() - _ONE_TALK
        if any(kind is activity and at > since for kind, at in await self.leads.events(lead)):
            return
        await self.record(session, lead, activity)

    async def learn(self, session: Session, lead: Lead, *traits: Trait) -> None:
        """What the lead is, from now on; the score follows."""
        await session.refresh(lead, with_for_update=True)
        lead.traits = sorted({*lead.traits, *traits})
        _rate(lead, await self.score(lead))

    async def score(self, lead: Lead) -> Score:
        """The score as of now."""
        return score(await self.leads.events(lead), lead.traits, self._clock.now())

    async def refresh(self, session: Session) -> None:
        """Bring the scores up to date that time alone has changed."""
        now = self._clock.now()
        events = await self.leads.events_of_due(now)
        for lead in await self.leads.due(now):
            _rate(lead, score(events.get(lead.id, ()), lead.traits, now))
        await session.flush()

    async def every(self, days: Days, zone: ZoneInfo) -> Sequence[Lead]:
        """The leads that came in these days of `zone`, oldest first."""
        return await self.leads.every(_within(days, zone))

    async def count(self, days: Days, zone: ZoneInfo, status: str | None = None) -> int:
        return await self.leads.count(_within(days, zone, status))

    async def by_day(self, days: Days, zone: ZoneInfo) -> Counter[date]:
        """Per date in `zone`; days without leads count 0."""
        moments = await self.leads.moments(_within(days, zone))
        return Counter(moment.astimezone(zone).date() for moment in moments)

    async def by_status(self, days: Days, zone: ZoneInfo) -> Counter[LeadStatus]:
        """The funnel of the leads that came in these days."""
        return await self.leads.counts(_within(days, zone), Lead.status)

    async def by_source(self, days: Days, zone: ZoneInfo) -> Counter[Source]:
        return await self.leads.counts(_within(days, zone), Lead.source_platform)

    async def by_owner(self, days: Days, zone: ZoneInfo) -> Counter[int | None]:
        """Per person; None is the pool."""
        return await self.leads.counts(_within(days, zone), Lead.assigned_to)

    async def _by_phone(self, ref: str) -> Lead | None:
        phone = phone_or_none(ref)
        found = await self.leads.by_contact(phone=phone)
        return found[0] if found else None


async def source_of(session: ReadSession, context: ToolContext) -> Source:
    """By the channel of this conversation."""
    conversation = await session.get(Conversation, context.conversation_id)
    return _SOURCES.get(conversation.channel if conversation else "", Source.manual)


async def refresh_scores(database: Database, organisation_id: int, clock: Clock) -> None:
    """For readers of scores: takes the write lock only when some score is out of date."""
    async with database.reading() as session:
        if not await LeadRepository(session, organisation_id).any_due(clock.now()):
            return
    async with database.unit_of_work() as writing:
        await LeadService(writing, organisation_id, clock).refresh(writing)


def _rate(lead: Lead, found: Score) -> None:
    lead.score, lead.score_due = found.total, found.until


def _clean(tags: Sequence[str]) -> list[str]:
    """Trimmed, each once whatever its case. Raises BadTag."""
    clean = {tag.casefold(): tag for tag in (said.strip(" #＃") for said in tags) if tag}
    for tag in clean.values():
        if len(tag) > _TAG_MOST:
            raise BadTag(tag, _TAG_MOST)
    return list(clean.values())


def _within(days: Days, zone: ZoneInfo, status: str | None = None) -> LeadFilter:
    since, until = days.moments(zone)
    return LeadFilter(since=since, until=until, status=status)
