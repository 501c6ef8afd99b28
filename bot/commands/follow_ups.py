"""/followups: what is to be done for customers who have left."""

from agent.contract import Button, Reply
from bot.commands.base import Invocation, WrongUsage
from tools.visits.follow_ups import FollowUpAnswer, Verb, list_follow_ups, settle

_ALL = ("all", "全部")
_MINE = ("mine", "我的")
_DONE, _DROP = ("done", "完成"), ("drop", "不用了", "取消")


async def follow_ups(use: Invocation) -> Reply:
    """One's own; `all` for managers; `done 3`, `drop 3`. Raises WrongUsage, and what is refused."""
    context = use.services.open_tools(use.turn)
    match [word.lower() for word in use.words]:
        case []:
            return _reply(await list_follow_ups(context, "mine"))
        case [which] if which in (*_ALL, *_MINE):
            return _reply(await list_follow_ups(context, "all" if which in _ALL else "mine"))
        case [verb, number] if verb in (*_DONE, *_DROP) and _is_number(number):
            wanted: Verb = "done" if verb in _DONE else "drop"
            return _reply(await settle(context, int(number.removeprefix("#")), wanted))
    raise WrongUsage(use.say("commands.usage.followups"))


def _is_number(word: str) -> bool:
    plain = word.removeprefix("#")
    return plain.isdecimal() and plain.isascii() and len(plain) <= 15


def _reply(answer: FollowUpAnswer) -> Reply:
    buttons = tuple(Button(label=label, send=send) for label, send in answer.buttons)
    return Reply(text=answer.text, buttons=buttons, shown=answer.shown)
