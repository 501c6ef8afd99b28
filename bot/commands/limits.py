"""/limits: the most that ads may cost, what is used of it, and an admin's change of it."""

from agent.contract import Reply
from bot.commands.base import Invocation, WrongUsage
from tools.campaigns.service import set_limit, show_limits


async def limits(use: Invocation) -> Reply:
    """Without a word: all of them. Raises WrongUsage, NotAllowed, InvalidInput."""
    context = use.services.open_tools(use.turn)
    match tuple(word.lower() for word in use.words):
        case ():
            result = await show_limits(context)
        case ("set", name, amount):
            result = await set_limit(context, name, amount)
        case ("reset", name):
            result = await set_limit(context, name, None)
        case _:
            raise WrongUsage(use.say("commands.usage.limits"))
    return Reply(text=result.text)
