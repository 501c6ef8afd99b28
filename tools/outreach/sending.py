"""A broadcast that was agreed to: a task for each sender, made once."""

from collections.abc import Sequence
from typing import Any

from storage.database import Session
from storage.repository import next_number
from storage.tables.broadcast import Broadcast, BroadcastStatus
from tools.context import ToolContext
from tools.jobs.service import JobService
from tools.outreach.consent import opted_out_accounts
from tools.outreach.group_sends import GroupSends, MadeTask
from tools.outreach.planning import quiet_words, sends_of
from tools.outreach.repository import BroadcastRepository, task_ids
from tools.result import ToolResult

RESULTS = "outreach.results"
_POLLS = "*/10 * * * *"


async def execute_broadcast(context: ToolContext, plan: dict[str, Any]) -> ToolResult:
    """In quiet hours it waits for another yes. Raises NotConfigured and what the platform says."""
    sends = sends_of(context)
    if sends.rules.quiet(context.local_now()):
        return ToolResult(status="retry", text=quiet_words(context, sends))
    async with context.database.unit_of_work() as session:
        broadcast = await _opened(session, context, plan)
    async with context.database.reading() as session:
        unwilling = await opted_out_accounts(session, context.organisation_id)
    for sender, ids in plan["people"]:
        people = [each for each in ids if each not in unwilling]
        if people:
            made = await _make(context, sends, broadcast, sender, people)
            await _keep(context, broadcast, sender, made, people)
    async with context.database.unit_of_work() as session:
        await JobService.of(session, context).repeat(
            session, results_key(broadcast.id), RESULTS, {"broadcast": broadcast.id},
            cron=_POLLS, person_id=broadcast.ordered_by,
        )  # fmt: skip
        counts = await BroadcastRepository(session, context.organisation_id).counts(broadcast.id)
    senders = context.say("outreach.joint").join(sender for sender, _ in plan["people"])
    text = context.say("outreach.made", ref=broadcast.ref, n=sum(counts.values()), senders=senders)
    return ToolResult(status="ok", text=text, shown=(broadcast.ref,))


def results_key(broadcast_id: int) -> str:
    return f"{RESULTS}:{broadcast_id}"


async def _opened(session: Session, context: ToolContext, plan: dict[str, Any]) -> Broadcast:
    broadcasts = BroadcastRepository(session, context.organisation_id)
    known = await broadcasts.by_order(context.order_key)
    if known is not None:
        return known
    return await broadcasts.add(
        Broadcast(
            organisation_id=context.organisation_id, order_key=context.order_key,
            number=await next_number(session, context.organisation_id, "B"),
            text=plan["text"], tag=plan["tag"], status=BroadcastStatus.waiting,
            ordered_by=plan["ordered_by"], created_at=context.clock.now(),
        )
    )  # fmt: skip


async def _make(
    context: ToolContext,
    sends: GroupSends,
    broadcast: Broadcast,
    sender: str,
    people: Sequence[str],
) -> MadeTask:
    async def act() -> dict[str, Any]:
        made = await sends.create(sender, people, broadcast.text)
        return {"id": made.id, "refused": list(made.refused)}

    async def find() -> dict[str, Any] | None:
        async with context.database.reading() as session:
            others = await task_ids(session, context.organisation_id)
        made = await sends.find(sender, broadcast.text, broadcast.created_at, others)
        return {"id": made.id, "refused": list(made.refused)} if made else None

    # Not the people: some may have opted out between two tries.
    request = {"broadcast": broadcast.ref, "sender": sender, "text": broadcast.text}
    key = f"{context.order_key}:{sender}"
    result = await context.ledger.once(key, "broadcast.create", request, act=act, find=find)
    return MadeTask(id=result["id"], refused=tuple(result["refused"]))


async def _keep(
    context: ToolContext, broadcast: Broadcast, sender: str, made: MadeTask, people: Sequence[str]
) -> None:
    async with context.database.unit_of_work() as session:
        await BroadcastRepository(session, context.organisation_id).keep_task(
            session, broadcast.id, sender, made, people, now=context.clock.now()
        )
