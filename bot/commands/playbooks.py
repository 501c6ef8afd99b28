"""/playbooks: how talks with customers are led."""

from collections.abc import Sequence

from agent.contract import Button, Reply
from bot.commands.base import Invocation, WrongUsage
from tools.result import ToolResult
from tools.visits.playbook_desk import (
    list_playbooks,
    reload_playbooks,
    show_difference,
    show_history,
    show_playbook,
    switch_playbook,
    use_version,
)


async def playbooks(use: Invocation) -> Reply:
    """Without a word: what there is. Raises WrongUsage, PlaybookNotFound, PlaybookVersionNotFound,
    PlaybookOff."""
    verb, *words = (use.words[0].lower(), *use.words[1:]) if use.words else ("list",)
    result = await _run(use, verb, words)
    buttons = tuple(Button(label=each.label, send=each.send) for each in result.offers)
    return Reply(text=result.text, buttons=buttons)


async def _run(use: Invocation, verb: str, words: Sequence[str]) -> ToolResult:
    context = use.services.open_tools(use.turn)
    folder = use.services.settings.playbook_folder
    match verb, *words:
        case ("list",):
            return await list_playbooks(context, folder)
        case ("reload",):
            return await reload_playbooks(context, folder)
        case ("show", name):
            return await show_playbook(context, name, None)
        case ("show", name, number) if _counts(number):
            return await show_playbook(context, name, int(number))
        case ("history", name):
            return await show_history(context, name)
        case ("diff", name, before, after) if _counts(before) and _counts(after):
            return await show_difference(context, name, int(before), int(after))
        case ("use", name, number) if _counts(number):
            return await use_version(context, name, int(number))
        case ("on" | "off", name):
            return await switch_playbook(context, name, on=verb == "on")
    raise WrongUsage(use.say("commands.usage.playbooks"))


def _counts(word: str) -> bool:
    return word.isdecimal() and 0 < len(word) < 7
