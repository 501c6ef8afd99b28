"""The door of outreach: broadcasts and consent, for the commands of the chat."""

from config.failpoints import failpoint
from storage.audit import AuditLog
from storage.tables.broadcast import Broadcast, BroadcastStatus, BroadcastTask
from tools.context import ToolContext
from tools.jobs.service import JobService
from tools.outreach.consent import opt_in, opt_out
from tools.outreach.errors import NotWaiting, TooManyReminders
from tools.outreach.planning import sends_of
from tools.outreach.repository import BroadcastRepository
from tools.outreach.results import refresh
from tools.outreach.sending import results_key
from tools.outreach.wording import line, state

_LISTED = 10
_REMINDERS = 3


async def list_broadcasts(context: ToolContext) -> str:
    async with context.database.reading() as session:
        broadcasts = BroadcastRepository(session, context.organisation_id)
        lines = [
            line(context.language, row, await broadcasts.counts(row.id))
            for row in await broadcasts.newest(_LISTED)
        ]
    return "\n".join([context.say("outreach.title"), *lines] if lines else [_none(context)])


async def show_broadcast(context: ToolContext, ref: str) -> tuple[Broadcast, str]:
    """As it is on the platform now. Raises BroadcastNotFound, and what the platform says."""
    broadcast = await _get(context, ref)
    if broadcast.status is BroadcastStatus.waiting:
        await refresh(context, broadcast)
    async with context.database.reading() as session:
        broadcasts = BroadcastRepository(session, context.organisation_id)
        found = await broadcasts.get(ref)
        text = state(
            context.language, found, await broadcasts.tasks(found.id),
            await broadcasts.counts(found.id),
        )  # fmt: skip
    return found, text


async def remind_senders(context: ToolContext, ref: str) -> str:
    """Ask those who have not confirmed. Raises BroadcastNotFound, NotWaiting, TooManyReminders, and
    what the platform says."""
    broadcast, tasks = await _waiting(context, ref)
    open_ = [task for task in tasks if not task.confirmed]
    if not open_:
        raise NotWaiting(broadcast.ref)
    if any(task.reminders >= _REMINDERS for task in open_):
        raise TooManyReminders(broadcast.ref, _REMINDERS)
    for task in open_:
        await sends_of(context).remind(task.external_id)
        async with context.database.unit_of_work() as session:
            (await session.get_one(BroadcastTask, task.id)).reminders += 1
    senders = context.say("outreach.joint").join(task.sender for task in open_)
    return context.say("outreach.reminded", ref=broadcast.ref, senders=senders)


async def cancel_broadcast(context: ToolContext, ref: str) -> str:
    """What was not confirmed will not be sent. Raises BroadcastNotFound, NotWaiting, and what the
    platform says."""
    broadcast, tasks = await _waiting(context, ref)
    for task in tasks:
        if not task.confirmed:
            await sends_of(context).cancel(task.external_id)
    failpoint("acted")
    async with context.database.unit_of_work() as session:
        held = await session.get_one(Broadcast, broadcast.id, with_for_update=True)
        held.status, held.finished_at = BroadcastStatus.cancelled, context.clock.now()
        await JobService.of(session, context).stop(session, results_key(held.id))
        await AuditLog(context.organisation_id, context.clock).append(
            session, "broadcast.cancelled", person_id=context.asker.id, broadcast=held.ref
        )
    return context.say("outreach.cancelled", ref=broadcast.ref)


async def unsubscribe(context: ToolContext) -> str:
    """The asker gets no more messages that they did not ask for."""
    async with context.database.unit_of_work() as session:
        await opt_out(session, context.organisation_id, context.clock, context.asker.id)
    return context.say("outreach.unsubscribed")


async def subscribe(context: ToolContext) -> str:
    async with context.database.unit_of_work() as session:
        await opt_in(session, context.organisation_id, context.asker.id)
    return context.say("outreach.subscribed")


async def _waiting(context: ToolContext, ref: str) -> tuple[Broadcast, list[BroadcastTask]]:
    broadcast, _ = await show_broadcast(context, ref)
    if broadcast.status is not BroadcastStatus.waiting:
        raise NotWaiting(broadcast.ref)
    async with context.database.reading() as session:
        tasks = await BroadcastRepository(session, context.organisation_id).tasks(broadcast.id)
    return broadcast, tasks


async def _get(context: ToolContext, ref: str) -> Broadcast:
    async with context.database.reading() as session:
        return await BroadcastRepository(session, context.organisation_id).get(ref)


def _none(context: ToolContext) -> str:
    return context.say("outreach.none_yet")
