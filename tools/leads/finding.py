"""Tools that look leads up."""

import math
from collections.abc import Sequence

from storage.database import ReadSession
from storage.tables.lead import Lead
from tools.context import ToolContext
from tools.leads import wording
from tools.leads.arguments import GetLead, SearchLeads
from tools.leads.assignment import find_owner
from tools.leads.converting import customer_lines
from tools.leads.filters import LeadFilter
from tools.leads.repository import LeadRepository
from tools.leads.service import LeadService, refresh_scores
from tools.leads.wording import Names
from tools.periods import resolve
from tools.result import ToolResult

_NOTES_SHOWN, _EVENTS_SHOWN = 5, 5
_TOP_SCORE = 100


async def search_leads(context: ToolContext, arguments: SearchLeads) -> ToolResult:
    """Find leads; the best scores first."""
    await refresh_scores(context.database, context.organisation_id, context.clock)
    async with context.database.reading() as session:
        names = await wording.names_of(session, context)
        wanted = await _filter(session, context, arguments)
        leads = LeadRepository(session, context.organisation_id)
        found = await leads.search(wanted, arguments.limit)
        total = await leads.count(wanted)
    data = {"total": total, "leads": [wording.data(lead) for lead in found]}
    asked = _in_words(context, arguments, wanted, names)
    lines = [_headline(context, asked, total, len(found))]
    lines += [
        f"{place}. {wording.list_line(context, lead, names)}" for place, lead in enumerate(found, 1)
    ]
    return ToolResult(
        status="ok", text="\n".join(lines), data=data, shown=tuple(lead.ref for lead in found)
    )


async def get_lead(context: ToolContext, arguments: GetLead) -> ToolResult:
    """Everything about one lead."""
    await refresh_scores(context.database, context.organisation_id, context.clock)
    async with context.database.reading() as session:
        lead = await LeadService.of(session, context).get(arguments.lead)
        leads = LeadRepository(session, context.organisation_id)
        names = await wording.names_of(session, context)
        tags = list(await leads.tags(lead))
        lines = [wording.line(context, lead, names), *_about(context, lead, tags)]
        lines += await customer_lines(session, context, lead, names)
        lines += await _history(context, leads, lead, names)
    data = {**wording.data(lead), "tags": tags}
    return ToolResult(status="ok", text="\n".join(lines), data=data, shown=(lead.ref,))


async def _filter(session: ReadSession, context: ToolContext, arguments: SearchLeads) -> LeadFilter:
    """Raises what reading an owner or a period raises."""
    owner = since = until = least = None
    if arguments.owner:
        owner = await find_owner(session, context.organisation_id, arguments.owner, context.asker)
    if arguments.period:
        days = resolve(arguments.period, context.local_now().date())
        since, until = days.moments(context.timezone)
    if arguments.min_score is not None:
        # Scores are whole numbers, and an integer column takes no larger ones than itself.
        least = max(0, min(math.ceil(arguments.min_score), _TOP_SCORE + 1))
    return LeadFilter(
        text=arguments.text, status=arguments.status, source=arguments.source, min_score=least,
        owner_id=owner.id if owner else None, in_pool=arguments.owner is not None and owner is None,
        since=since, until=until,
    )  # fmt: skip


def _in_words(
    context: ToolContext, arguments: SearchLeads, wanted: LeadFilter, names: Names
) -> str:
    """What was asked for: "抖音 · 今天"; empty for everything."""
    parts = []
    if arguments.text:
        parts.append(context.say("leads.mentions", text=arguments.text))
    if arguments.source:
        parts.append(wording.source_name(context, arguments.source))
    if arguments.status:
        parts.append(wording.status_name(context, arguments.status))
    if arguments.min_score is not None:
        parts.append(context.say("leads.at_least", score=f"{arguments.min_score:f}"))
    if arguments.owner:
        parts.append(wording.owner_name(context, wanted.owner_id, names))
    if arguments.period:
        days = resolve(arguments.period, context.local_now().date())
        parts.append(wording.period_name(context, arguments.period, days))
    return wording.joined(*parts)


def _headline(context: ToolContext, asked: str, total: int, shown: int) -> str:
    if total == 0 and not asked:
        return context.say("leads.none_yet")
    filters = context.say("leads.filters", asked=asked) if asked else ""
    key = "leads.none_found" if total == 0 else "leads.found"
    if total > shown:
        key = "leads.found_more"
    return context.say(key, n=total, shown=shown, filters=filters)


def _about(context: ToolContext, lead: Lead, tags: Sequence[str]) -> list[str]:
    lines = [
        wording.contact_line(context, lead),
        wording.joined(lead.company, lead.industry, lead.region),
        wording.joined(lead.source_channel, lead.source_campaign),
    ]
    if tags:
        lines.append(context.say("leads.tags", tags=wording.listed(context, tags)))
    came = lead.created_at.astimezone(context.timezone)
    lines.append(context.say("leads.came", at=f"{came:%Y-%m-%d %H:%M}"))
    return [line for line in lines if line]


async def _history(
    context: ToolContext, leads: LeadRepository, lead: Lead, names: Names
) -> list[str]:
    """What it did and what was noted, newest first."""
    lines = []
    events = (await leads.events(lead))[:_EVENTS_SHOWN]
    if events:
        done = [
            f"{wording.day(context, at)} {context.say(f'leads.activities.{activity}')}"
            for activity, at in events
        ]
        lines.append(context.say("leads.lately", events=wording.listed(context, done)))
    notes = await leads.notes(lead, _NOTES_SHOWN)
    if notes:
        lines.append(context.say("leads.notes"))
        lines += [f"· {wording.note_line(context, note, names)}" for note in notes]
    return lines
