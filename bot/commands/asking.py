"""/ask: what the company's documents say, for staff."""

from agent.contract import Button, Reply
from bot.commands.base import Invocation
from tools.support.asking import look_up


async def ask(use: Invocation) -> Reply:
    """Answered as a customer would be, with the sources."""
    found = await look_up(use.services.open_tools(use.turn), " ".join(use.words))
    return Reply(
        text=found.text,
        buttons=tuple(Button(label=each.label, send=each.send) for each in found.offers),
    )
