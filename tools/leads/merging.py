"""Doubles: found by equal contacts, merged into one lead with everything kept (FEATURES LE-3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from config.errors import InvalidInput
from storage.database import Session
from storage.tables.customer import Customer
from storage.tables.lead import Lead, LeadEvent, LeadNote, LeadStatus
from storage.tables.lead_work import LeadMerge
from tools.context import ToolContext
from tools.leads import wording
from tools.leads.filters import LeadFilter
from tools.leads.grouping import groups
from tools.leads.repository import LeadRepository
from tools.leads.service import LeadService
from tools.leads.snapshots import image
from tools.result import ToolResult
from tools.undo import keep_for_undo

# What differs in these is kept as a note; the others only fill what is empty.
_TOLD = (
    "contact_name", "contact_phone", "contact_wechat", "contact_email", "company", "industry",
    "region",
)  # fmt: skip
_QUIET = (
    "source_channel", "source_campaign", "utm_source", "utm_medium", "utm_campaign",
    "utm_content", "assigned_to",
)  # fmt: skip
_KEYS = ("contact_phone", "wechat_key", "contact_email")
MOVING: Mapping[str, type[LeadNote] | type[LeadEvent] | type[Customer]] = {
    "notes": LeadNote, "events": LeadEvent, "customers": Customer,
}  # fmt: skip
_GROUPS_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubles:
    """`groups` are ids of leads that may be one person, the oldest first."""

    text: str
    groups: tuple[tuple[str, ...], ...]


class NothingToMerge(InvalidInput):
    def __init__(self) -> None:
        super().__init__("leads.merge.nothing")


async def find_doubles(context: ToolContext) -> Doubles:
    async with context.database.reading() as session:
        every = await LeadRepository(session, context.organisation_id).every(LeadFilter())
    by_number = {lead.number: lead for lead in every}
    found = groups({lead.number: _contacts(lead) for lead in every})
    if not found:
        return Doubles(text=context.say("leads.merge.no_doubles"), groups=())
    lines = [context.say("leads.merge.doubles", n=len(found))]
    for members in found[:_GROUPS_SHOWN]:
        leads = [by_number[number] for number in members]
        names = wording.listed(context, [f"{lead.ref} {lead.contact_name}" for lead in leads])
        why = wording.listed(context, _shared(context, leads))
        lines.append(context.say("leads.merge.double", leads=names, why=why))
    refs = tuple(tuple(by_number[number].ref for number in members) for members in found)
    return Doubles(text="\n".join(lines), groups=refs[:_GROUPS_SHOWN])


async def merge_leads(context: ToolContext, refs: Sequence[str]) -> ToolResult:
    """The first one is kept, the others become part of it. The same order again does nothing more.

    Raises LeadNotFound, NothingToMerge.
    """
    async with context.database.unit_of_work() as session:
        service = LeadService.of(session, context)
        await service.leads.one_at_a_time(session)
        held = [await service.hold(session, ref) for ref in refs]
        leads = list({lead.id: lead for lead in held}.values())
        known = await session.scalar(
            select(LeadMerge.id).where(
                LeadMerge.organisation_id == context.organisation_id,
                LeadMerge.order_key == context.order_key,
            )
        )
        if known is None:
            if len(leads) < 2:
                raise NothingToMerge
            await _merge(session, context, service, leads[0], leads[1:])
    kept = leads[0]
    text = context.say("leads.merge.merged", ref=kept.ref, name=kept.contact_name,
                       others=wording.listed(context, list(refs[1:])))  # fmt: skip
    return ToolResult(status="ok", text=text, data=wording.data(kept), shown=(kept.ref,))


async def _merge(
    session: Session, context: ToolContext, service: LeadService, kept: Lead, losers: Sequence[Lead]
) -> None:
    before = image(kept)
    moved = [await _move(session, kept, loser) for loser in losers]
    tags, own = [], {tag.casefold() for tag in await service.leads.tags(kept)}
    notes = []
    for loser in losers:
        for tag in await service.leads.tags(loser):
            if tag.casefold() not in own:
                own.add(tag.casefold())
                tags.append(tag)
                await service.leads.add_tag(session, kept, tag)
        notes += await _take_over(session, context, service, kept, loser)
        loser.merged_into = kept.number
    kept.updated_at = context.clock.now()
    await session.flush()
    found = await service.score(kept)
    kept.score, kept.score_due = found.total, found.until
    row = LeadMerge(
        organisation_id=context.organisation_id, order_key=context.order_key, kept=kept.number,
        created_at=context.clock.now(),
        snapshot={
            "kept": before, "losers": moved, "tags": tags, "notes": notes,
            "updated_at": kept.updated_at.isoformat(),
        },
    )  # fmt: skip
    session.add(row)
    await session.flush()
    await keep_for_undo(session, context, "lead.merge", kept.ref, {"merge": row.id})


async def _move(session: Session, kept: Lead, loser: Lead) -> dict[str, object]:
    """What belongs to the loser belongs to the kept one from now on; says what that was."""
    moved: dict[str, object] = {"id": loser.id}
    for name, table in MOVING.items():
        found = await session.scalars(select(table.id).where(table.lead_id == loser.id))
        moved[name] = list(found)
        await session.execute(
            update(table).where(table.lead_id == loser.id).values(lead_id=kept.id)
        )
    return moved


async def _take_over(
    session: Session, context: ToolContext, service: LeadService, kept: Lead, loser: Lead
) -> list[str]:
    """Fill what is empty; what differs becomes a note. Returns the keys of those notes."""
    keys = []
    for field in _TOLD:
        value = getattr(loser, field)
        if not value or (getattr(kept, field) or "").casefold() == value.casefold():
            continue
        if not getattr(kept, field):
            setattr(kept, field, value)
            continue
        keys.append(f"{context.order_key}:{loser.number}:{field}")
        await service.leads.note(
            session, kept, value, field=field, author_id=context.asker.id or None,
            order_key=keys[-1], at=context.clock.now(),
        )  # fmt: skip
    if kept.contact_wechat == loser.contact_wechat and loser.wechat_key:
        kept.wechat_key = loser.wechat_key
    for field in _QUIET:
        if getattr(kept, field) is None:
            setattr(kept, field, getattr(loser, field))
    kept.traits = sorted({*kept.traits, *loser.traits})
    if loser.status is LeadStatus.converted:
        kept.status = LeadStatus.converted
    return keys


def _contacts(lead: Lead) -> list[str]:
    return [f"{key}:{value}" for key in _KEYS if (value := getattr(lead, key))]


def _shared(context: ToolContext, leads: Sequence[Lead]) -> list[str]:
    """The kinds of contact that two of them have in common."""
    names = dict(zip(_KEYS, ("contact_phone", "contact_wechat", "contact_email"), strict=True))
    found = []
    for key, name in names.items():
        values = [value for lead in leads if (value := getattr(lead, key))]
        if len(values) > len(set(values)):
            found.append(context.say(f"leads.fields.{name}"))
    return found
