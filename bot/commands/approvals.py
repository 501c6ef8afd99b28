"""/approve /reject /approvals: answers to what waits for a yes."""

from agent.contract import Button, Reply
from bot.commands.base import Invocation
from config.i18n.money import format_money
from storage.database import ReadSession
from tools.approvals.service import ApprovalService, ref_of
from tools.people.service import PeopleService

_SHOWN = 10


async def approve(use: Invocation) -> Reply:
    return await use.services.agent.answer_approval(use.turn, use.words[0], agreed=True)


async def reject(use: Invocation) -> Reply:
    return await use.services.agent.answer_approval(use.turn, use.words[0], agreed=False)


async def approvals(use: Invocation) -> Reply:
    """What waits, with buttons for what this person may answer."""
    async with use.services.database.reading() as session:
        service = _service(session, use)
        waiting = (await service.pending())[:_SHOWN]
        people = {
            person.id: person.name
            for person in await PeopleService(session, use.organisation_id).everyone()
        }
    if not waiting:
        return Reply(text=use.say("commands.approvals_none"))
    lines = [
        use.say(
            "commands.approvals_line", ref=f"P-{row.number}", summary=row.summary,
            cost=format_money(use.language, use.turn.organisation.currency, row.daily_cost),
            name=people.get(row.requested_by, "?"),
            until=f"{row.expires_at.astimezone(use.turn.organisation.timezone):%m-%d %H:%M}",
        )
        for row in waiting
    ]  # fmt: skip
    mine = [row for row in waiting if service.may_answer(row, use.turn.asker)]
    buttons = tuple(
        Button(
            label=use.say(f"approvals.button_{verb}", ref=f"P-{row.number}"),
            send=f"/{verb} {ref_of(row)}",
        )
        for row in mine[:3]
        for verb in ("approve", "reject")
    )
    refs = tuple(f"P-{row.number}" for row in waiting)
    title = use.say("commands.approvals_title", n=len(waiting))
    return Reply(text="\n".join([title, *lines]), buttons=buttons, shown=refs)


def _service(session: ReadSession, use: Invocation) -> ApprovalService:
    return ApprovalService(
        session, use.organisation_id, clock=use.services.clock,
        settings=use.services.settings.approvals,
    )  # fmt: skip


async def undo(use: Invocation) -> Reply:
    """Take back one's own last change in this conversation."""
    return await use.services.agent.undo(use.turn)
