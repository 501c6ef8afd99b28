"""Taking back what was done to leads; whoever changed them again since keeps their work."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from config.errors import NotAllowed
from storage.database import ReadSession, Session
from storage.tables.change import ChangeRecord
from storage.tables.customer import Customer, Deal, DealStage
from storage.tables.lead import Lead, LeadEvent, LeadNote, LeadStatus, LeadTag
from storage.tables.lead_work import ImportStatus, LeadImport, LeadMerge
from tools.context import ToolContext
from tools.leads.errors import ChangedSince
from tools.leads.importing.repository import ImportRepository
from tools.leads.merging import MOVING
from tools.leads.service import LeadService
from tools.leads.snapshots import restore
from tools.result import ToolResult
from tools.undo import Undo

_IMPORT_WITHIN = timedelta(hours=24)


async def undo_update(context: ToolContext, record: ChangeRecord) -> ToolResult:
    """Status, tags and note as before. Raises ChangedSince."""
    made = record.before
    async with context.database.unit_of_work() as session:
        service = LeadService.of(session, context)
        lead = await service.hold(session, record.ref)
        tags = set(await service.leads.tags(lead))
        moved = made["before"] and lead.status != made["after"]
        if moved or not tags.issuperset(made["added"]) or tags & set(made["removed"]):
            raise ChangedSince(lead.ref)
        await service.update(
            session, lead, status=made["before"], add_tags=made["removed"],
            remove_tags=made["added"],
        )  # fmt: skip
        await _forget_notes(session, context, record.order_key)
    return _done(context, lead.ref)


async def undo_assign(context: ToolContext, record: ChangeRecord) -> ToolResult:
    """Raises ChangedSince."""
    async with context.database.unit_of_work() as session:
        service = LeadService.of(session, context)
        lead = await service.hold(session, record.ref)
        if lead.assigned_to != record.before["after"]:
            raise ChangedSince(lead.ref)
        service.assign(lead, record.before["before"])
    return _done(context, lead.ref)


async def undo_create(context: ToolContext, record: ChangeRecord) -> ToolResult:
    """A new lead goes, a known one loses what was added. Raises ChangedSince."""
    made = record.before
    async with context.database.unit_of_work() as session:
        lead = await LeadService.of(session, context).hold(session, record.ref)
        if lead.updated_at != datetime.fromisoformat(made["updated_at"]):
            raise ChangedSince(lead.ref)
        if made["created"]:
            if await _has_lived(session, lead):
                raise ChangedSince(lead.ref)
            await session.delete(lead)
        else:
            _empty(lead, made["fields"])
            if made["routed"]:
                lead.assigned_to = None
            lead.updated_at = context.clock.now()
            await _forget_notes(session, context, record.order_key)
    return _done(context, record.ref)


async def undo_convert(context: ToolContext, record: ChangeRecord) -> ToolResult:
    """Raises ChangedSince, also when the deal has been worked on."""
    made = record.before
    async with context.database.unit_of_work() as session:
        lead = await LeadService.of(session, context).hold(session, record.ref)
        deals = (
            await session.scalars(select(Deal).where(Deal.customer_id == made["customer"]))
        ).all()
        worked_on = len(deals) > 1 or any(
            deal.amount is not None or deal.stage is not DealStage.open for deal in deals
        )
        if lead.status is not LeadStatus.converted or worked_on:
            raise ChangedSince(lead.ref)
        lead.status, lead.updated_at = LeadStatus(made["status"]), context.clock.now()
        await session.execute(
            delete(Customer).where(Customer.id == made["customer"], Customer.lead_id == lead.id)
        )
    return _done(context, lead.ref)


async def undo_merge(context: ToolContext, record: ChangeRecord) -> ToolResult:
    """Every lead exactly as it was. Raises ChangedSince."""
    async with context.database.unit_of_work() as session:
        merge = await session.get_one(LeadMerge, record.before["merge"])
        lead = await LeadService.of(session, context).hold(session, f"L-{merge.kept}")
        made = merge.snapshot
        if lead.number != merge.kept or lead.updated_at != datetime.fromisoformat(
            made["updated_at"]
        ):
            raise ChangedSince(lead.ref)
        await session.execute(
            delete(LeadNote).where(
                LeadNote.organisation_id == context.organisation_id,
                LeadNote.order_key.in_(made["notes"]),
            )
        )
        await session.execute(
            delete(LeadTag).where(LeadTag.lead_id == lead.id, LeadTag.tag.in_(made["tags"]))
        )
        for loser in made["losers"]:
            await _give_back(session, loser)
        restore(lead, made["kept"])
        merge.undone_at = context.clock.now()
    return _done(context, lead.ref)


async def undo_import(context: ToolContext, record: ChangeRecord) -> ToolResult:
    """Within a day: the leads that nobody touched since go again; the others stay, and are
    counted. Raises NotAllowed."""
    async with context.database.unit_of_work() as session:
        imports = ImportRepository(session, context.organisation_id)
        row = await imports.get(record.ref)
        await session.refresh(row, with_for_update=True)
        if row.status is ImportStatus.running:
            raise NotAllowed("leads.undo.import_running", ref=row.ref)
        if context.clock.now() > record.created_at + _IMPORT_WITHIN:
            raise NotAllowed("leads.undo.import_too_late", ref=row.ref)
        gone, kept = await _take_out(session, context, imports, row)
        row.status = ImportStatus.undone
    text = context.say("leads.undo.import_done", ref=row.ref, gone=gone, kept=kept)
    return ToolResult(status="ok", text=text)


async def _take_out(
    session: Session, context: ToolContext, imports: ImportRepository, row: LeadImport
) -> tuple[int, int]:
    """How many rows were taken back, and how many leads have been touched since. The last row
    comes first, so that each finds its lead as it left it."""
    gone = kept = 0
    for done in await imports.rows(row.id):
        lead = await session.get(Lead, done.lead_id)
        then = datetime.fromisoformat(done.added["updated_at"])
        untouched = lead is not None and lead.updated_at == then
        if lead is None or not untouched or (done.created and await _has_events(session, lead)):
            kept += 1
            continue
        gone += 1
        if done.created:
            await session.delete(lead)
            await session.flush()
            continue
        _empty(lead, done.added["fields"])
        await session.execute(
            delete(LeadTag).where(LeadTag.lead_id == lead.id, LeadTag.tag.in_(done.added["tags"]))
        )
        await _forget_notes(session, context, f"import:{row.id}:{done.row}")
        lead.updated_at = datetime.fromisoformat(done.added["before"])
    return gone, kept


async def _give_back(session: Session, loser: dict[str, Any]) -> None:
    await session.execute(update(Lead).where(Lead.id == loser["id"]).values(merged_into=None))
    for name, table in MOVING.items():
        await session.execute(
            update(table).where(table.id.in_(loser[name])).values(lead_id=loser["id"])
        )


def _empty(lead: Lead, fields: Mapping[str, object]) -> None:
    """Take out the values that were filled in and are still there."""
    for field, value in fields.items():
        if getattr(lead, field) == value:
            setattr(lead, field, None)
    if lead.contact_wechat is None:
        lead.wechat_key = None


async def _forget_notes(session: Session, context: ToolContext, order_key: str) -> None:
    """The note of an order, and the values that it kept as notes."""
    await session.execute(
        delete(LeadNote).where(
            LeadNote.organisation_id == context.organisation_id,
            or_(
                LeadNote.order_key == order_key,
                LeadNote.order_key.startswith(f"{order_key}:", autoescape=True),
            ),
        )
    )


async def _has_lived(session: ReadSession, lead: Lead) -> bool:
    """Whether it did something, or became a customer."""
    customers = await session.scalar(
        select(func.count(Customer.id)).where(Customer.lead_id == lead.id)
    )
    return bool(customers) or await _has_events(session, lead)


async def _has_events(session: ReadSession, lead: Lead) -> bool:
    counted = await session.scalar(
        select(func.count(LeadEvent.id)).where(LeadEvent.lead_id == lead.id)
    )
    return bool(counted)


def _done(context: ToolContext, ref: str) -> ToolResult:
    return ToolResult(status="ok", text=context.say("leads.undo.done", ref=ref), shown=(ref,))


UNDO: Mapping[str, Undo] = {
    "lead.update": Undo(run=undo_update),
    "lead.assign": Undo(run=undo_assign),
    "lead.create": Undo(run=undo_create),
    "lead.convert": Undo(run=undo_convert),
    "lead.merge": Undo(run=undo_merge),
    "lead.import": Undo(run=undo_import),
}
