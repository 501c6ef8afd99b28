"""/cancel, when there is nothing to stop: what runs is stopped when the word comes in."""

from agent.contract import Reply
from bot.commands.base import Invocation


async def cancel(use: Invocation) -> Reply:
    return Reply(text=use.say("bot.nothing_runs"))
