"""/copy: the ad texts of a campaign that waits for a yes: shown, changed, written anew."""

from agent.contract import Reply, Turn
from bot.commands.base import Invocation, Services, WrongUsage
from bot.commands.copy_words import wish_in
from storage.database import ReadSession
from storage.tables.trust import Approval
from tools.approvals.service import ApprovalService

_TOOL = "create_campaign"


async def copy(use: Invocation) -> Reply:
    """Raises WrongUsage, ApprovalNotFound and what changing the plan raises."""
    wish = wish_in(use.turn.text)
    if wish is None:
        raise WrongUsage(use.say("commands.usage.copy"))
    ref = wish.approval or await open_campaign(use.services, use.turn)
    if ref is None:
        return Reply(text=use.say("commands.copy_none"))
    if wish.how == "show":
        return await use.services.agent.show_approval(use.turn, ref)
    change = {"which": wish.which, "how": wish.how, "words": wish.words, "wish": wish.wish}
    return await use.services.agent.revise_approval(use.turn, ref, change)


async def line_for_copy(services: Services, turn: Turn, asked: str | None) -> str | None:
    """/copy when the message speaks of the ad texts of a campaign that waits; `asked` is what the
    last message of this chat asked about: "another version" alone means nothing further back."""
    wish = wish_in(turn.text)
    if wish is None:
        return None
    waiting = wish.approval or await open_campaign(services, turn)
    just_asked = asked is not None and asked.partition("v")[0] == waiting
    alone = wish.how == "renew" and not wish.which and not wish.approval
    return None if waiting is None or (alone and not just_asked) else "/copy"


async def open_campaign(services: Services, turn: Turn) -> str | None:
    """The newest campaign of this chat that waits for a yes, or the only one of the organisation
    that this person may answer."""
    async with services.database.reading() as session:
        service = _service(session, services, turn)
        waiting = [row for row in await service.pending() if row.tool == _TOOL]
    here = [row for row in waiting if row.conversation_id == turn.conversation_id]
    mine = [row for row in waiting if service.may_answer(row, turn.asker)]
    if here:
        return _ref(here[-1])
    return _ref(mine[0]) if len(mine) == 1 else None


def _ref(approval: Approval) -> str:
    return f"P-{approval.number}"


def _service(session: ReadSession, services: Services, turn: Turn) -> ApprovalService:
    return ApprovalService(
        session, turn.organisation.id, clock=services.clock, settings=services.settings.approvals
    )
