"""/accounts: the ad accounts, where new campaigns go, and what is advertised."""

from agent.contract import Button, Reply
from bot.commands.base import Invocation, WrongUsage
from tools.campaigns.service import offer_categories, set_category, set_default, show_accounts


async def accounts(use: Invocation) -> Reply:
    """Without a word: all of them. Raises WrongUsage, NotAllowed, NotFound, InvalidInput."""
    context = use.services.open_tools(use.turn)
    match tuple(word.lower() for word in use.words):
        case ():
            result = await show_accounts(context)
        case ("default", platform, account):
            result = await set_default(context, platform, account)
        case ("category",):
            result = offer_categories(context)
        case ("category", category):
            result = await set_category(context, category)
        case _:
            raise WrongUsage(use.say("commands.usage.accounts"))
    buttons = tuple(Button(label=each.label, send=each.send) for each in result.offers)
    return Reply(text=result.text, buttons=buttons)
