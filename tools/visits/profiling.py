"""What a visit adds to what is known of the customer: a memory of it, and their lead."""

from collections.abc import Sequence

from storage.database import Session
from storage.tables.lead import Activity
from storage.tables.memory import Memory, MemoryKind
from storage.tables.visit import Visit
from storage.upsert import insert_or_ignore
from tools.context import ToolContext
from tools.leads.service import LeadService
from tools.visits.talk import Talk, unanswered, wanted

# Above a passing remark, below a wish: it tells what a whole talk was about.
_IMPORTANCE = 65
_TAG_LETTERS = 60


async def remember(
    session: Session, context: ToolContext, visit: Visit, lines: Sequence[str]
) -> None:
    """Keep the visit for later ones. It holds at the time of the visit, and is no statement of the
    person's: it neither replaces nor repeats one."""
    row = {
        "organisation_id": context.organisation_id, "person_id": visit.person_id,
        "order_key": f"visit:{visit.id}", "conversation_id": visit.conversation_id,
        "kind": MemoryKind.summary, "text": "\n".join(lines), "importance": _IMPORTANCE,
        "created_at": visit.last_at, "used_at": visit.last_at,
    }  # fmt: skip
    await insert_or_ignore(session, Memory, row)


async def update_lead(
    session: Session, context: ToolContext, talk: Talk, lines: Sequence[str]
) -> None:
    """Facts alone: a note, the products that they named as tags, and that they asked something;
    all of it stands in the lead's history."""
    if talk.lead is None:
        return
    service = LeadService.of(session, context)
    lead = await service.hold(session, talk.lead.ref)
    day = f"{talk.last_at.astimezone(context.timezone):%m-%d}"
    note = "\n".join([context.say("visit_ends.note", day=day), *lines])
    await service.note(session, lead, note, author_id=None, order_key=note_key(talk.visit_id))
    tags = [name for name in talk.products if len(name) <= _TAG_LETTERS]
    if tags:
        await service.update(session, lead, add_tags=tags)
    if wanted(talk) or unanswered(talk):
        await service.record_talk(session, lead, Activity.enquiry)


def note_key(visit_id: int) -> str:
    """See storage/visit_ends.forget_visit_ends."""
    return f"visit:{visit_id}:note"
