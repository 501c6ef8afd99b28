"""/quick and /q: words that are sent often."""

from agent.contract import Reply
from bot.commands.base import Invocation, WrongUsage
from bot.commands.cases import opened, rest_of
from tools.support.staff import CaseService, NoOpenCase, QuickReplies, Relay, Words

_ADD, _REMOVE = ("add", "添加", "新增"), ("remove", "删除", "刪除")


async def quick(use: Invocation) -> Reply:
    """The list, or a change of it. Raises WrongUsage, NoQuickReply, TooManyQuickReplies."""
    what = use.words[0].lower() if use.words else ""
    async with opened(use) as service:
        replies = QuickReplies(service.session, use.organisation_id)
        if not what:
            lines = [
                f"{number}. {each.name}: {each.text}"
                for number, each in enumerate(await replies.all(), 1)
            ]
            title = "cases.quick_title" if lines else "cases.quick_none"
            return Reply(text="\n".join([use.say(title), *lines]))
        if what in _ADD and (text := rest_of(use, 2)):
            added = await replies.add(use.words[1], text)
            return Reply(text=use.say("cases.quick_added", name=added.name))
        if what in _REMOVE and len(use.words) == 2:
            return Reply(
                text=use.say("cases.quick_removed", name=await replies.remove(use.words[1]))
            )
    raise WrongUsage(use.say("commands.usage.quick"))


async def send_quick(use: Invocation) -> Reply:
    """To the customer who is being answered. Raises NoQuickReply, NoOpenCase."""
    async with opened(use) as service:
        replies = QuickReplies(service.session, use.organisation_id)
        text = (await replies.find(" ".join(use.words))).text
        conversation_id = await _say(use, service, text)
    await use.services.agent.reread(use.organisation_id, conversation_id)
    return Reply(text=use.say("cases.quick_sent", text=text))


async def _say(use: Invocation, service: CaseService, text: str) -> int:
    turn = use.turn
    words = Words(
        inbox_id=turn.inbox_id, conversation_id=turn.conversation_id, person_id=turn.asker.id,
        speaker=turn.asker.name, language=turn.language, text=text,
    )  # fmt: skip
    answered = await Relay(service.session, service.desk).from_staff(words)
    if answered is None:
        raise NoOpenCase
    return answered
