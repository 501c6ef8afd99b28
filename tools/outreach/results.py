"""What became of a broadcast: who confirmed, who got it."""

from datetime import timedelta
from typing import Any

from config.i18n import say
from config.notices import NoticeKind
from storage.database import Session
from storage.tables.broadcast import Broadcast, BroadcastStatus, RecipientStatus
from tools.context import ToolContext
from tools.jobs.service import JobService
from tools.outreach.planning import sends_of
from tools.outreach.repository import BroadcastRepository
from tools.outreach.sending import results_key
from tools.outreach.wording import state
from tools.people.service import PeopleService, language_of

_REPORT_AFTER = timedelta(hours=24)
_FORGET_AFTER = timedelta(days=7)


async def follow(context: ToolContext, payload: dict[str, Any]) -> None:
    """Job outreach.results: ask the platform, and tell who ordered it how it ended."""
    async with context.database.reading() as session:
        broadcasts = BroadcastRepository(session, context.organisation_id)
        broadcast = await broadcasts.by_id(payload["broadcast"])
    if broadcast is None or broadcast.status is not BroadcastStatus.waiting:
        return
    await refresh(context, broadcast)
    age = context.clock.now() - broadcast.created_at
    async with context.database.unit_of_work() as session:
        broadcasts = BroadcastRepository(session, context.organisation_id)
        held = await session.get_one(Broadcast, broadcast.id, with_for_update=True)
        ended = await _all_sent(broadcasts, held.id) or age >= _FORGET_AFTER
        if held.status is not BroadcastStatus.waiting:
            return
        if ended:
            held.status, held.finished_at = BroadcastStatus.finished, context.clock.now()
            await JobService.of(session, context).stop(session, results_key(held.id))
        if ended or (age >= _REPORT_AFTER and held.reported_at is None):
            held.reported_at = context.clock.now()
            await _tell(session, context, held, broadcasts)


async def refresh(context: ToolContext, broadcast: Broadcast) -> None:
    """Ask the platform how far it is. Raises NotConfigured and what the platform says."""
    sends = sends_of(context)
    async with context.database.reading() as session:
        tasks = await BroadcastRepository(session, context.organisation_id).tasks(broadcast.id)
    for task in tasks:
        confirmed = task.confirmed or await sends.confirmed(task.external_id)
        outcomes = await sends.outcomes(task.external_id, task.sender) if confirmed else ()
        async with context.database.unit_of_work() as session:
            (await session.get_one(type(task), task.id)).confirmed = confirmed
            broadcasts = BroadcastRepository(session, context.organisation_id)
            await broadcasts.keep_outcomes(session, broadcast.id, outcomes)


async def _all_sent(broadcasts: BroadcastRepository, broadcast_id: int) -> bool:
    tasks = await broadcasts.tasks(broadcast_id)
    counts = await broadcasts.counts(broadcast_id)
    return all(task.confirmed for task in tasks) and not counts.get(RecipientStatus.unsent)


async def _tell(
    session: Session, context: ToolContext, held: Broadcast, broadcasts: BroadcastRepository
) -> None:
    person = await PeopleService(session, context.organisation_id).get(held.ordered_by)
    language = language_of(person, context.language)
    text = state(language, held, await broadcasts.tasks(held.id), await broadcasts.counts(held.id))
    ended = held.status is BroadcastStatus.finished
    title = say(language, "outreach.ended" if ended else "outreach.waits_long", ref=held.ref)
    await context.notifier.to_person(
        session, NoticeKind.job, f"broadcast:{held.id}:{held.status}", person.id,
        f"{title}\n{text}", shown=(held.ref,),
    )  # fmt: skip
