"""/broadcast /broadcasts: one text for many customers; /unsubscribe: none of them any more."""

import re

from agent.contract import Button, Reply
from bot.commands.base import Invocation, WrongUsage
from storage.tables.broadcast import BroadcastStatus
from tools.outreach.service import (
    cancel_broadcast,
    list_broadcasts,
    remind_senders,
    show_broadcast,
)  # fmt: skip
from tools.outreach.service import (
    subscribe as sign_up,
)
from tools.outreach.service import (
    unsubscribe as sign_off,
)

_REF = re.compile(r"[Bb]-?\d{1,9}")
_TAG = re.compile(r"[#＃](\S+)\s+")
# The command itself; what follows keeps its lines.
_COMMAND = re.compile(r"\s*[/／]\S+\s+")


async def broadcast(use: Invocation) -> Reply:
    """`/broadcast [#tag] text` asks to send it; `/broadcast B-6` shows one, and `remind` or
    `cancel` behind it do that. Raises WrongUsage, and what a broadcast can be refused for."""
    first, *rest = use.words
    if not _REF.fullmatch(first):
        return await _order(use)
    context = use.services.open_tools(use.turn)
    match rest:
        case []:
            return await _shown(use, first)
        case ["remind"]:
            return Reply(text=await remind_senders(context, first))
        case ["cancel"]:
            return Reply(text=await cancel_broadcast(context, first))
    raise WrongUsage(use.say("commands.usage.broadcast"))


async def broadcasts(use: Invocation) -> Reply:
    return Reply(text=await list_broadcasts(use.services.open_tools(use.turn)))


async def unsubscribe(use: Invocation) -> Reply:
    return Reply(text=await sign_off(use.services.open_tools(use.turn)))


async def subscribe(use: Invocation) -> Reply:
    return Reply(text=await sign_up(use.services.open_tools(use.turn)))


async def _order(use: Invocation) -> Reply:
    said = _COMMAND.sub("", use.turn.text, count=1).strip()
    tagged = _TAG.match(said + " ")
    args = {"text": said[tagged.end() :].strip() if tagged else said}
    if not args["text"]:
        raise WrongUsage(use.say("commands.usage.broadcast"))
    if tagged:
        args["tag"] = tagged[1]
    return await use.services.agent.order(use.turn, "send_broadcast", args)


async def _shown(use: Invocation, ref: str) -> Reply:
    found, text = await show_broadcast(use.services.open_tools(use.turn), ref)
    verbs = ("remind", "cancel") if found.status is BroadcastStatus.waiting else ()
    buttons = tuple(
        Button(label=use.say(f"outreach.button_{verb}"), send=f"/broadcast {found.ref} {verb}")
        for verb in verbs
    )
    return Reply(text=text, buttons=buttons, shown=(found.ref,))
