"""/import /duplicates /merge /staff: many leads at once, and who takes them."""

import re

from agent.contract import Button, Reply
from bot.commands.base import Invocation, WrongUsage
from bot.commands.filing import import_files, import_reply
from tools.leads.desk import (
    cancel_import,
    find_doubles,
    map_columns,
    merge_leads,
    set_staff,
    show_import,
    show_staff,
    start_import,
)  # fmt: skip

_LEAD = re.compile(r"[Ll]?-?\d{1,9}")
_BUTTONS = 3


async def import_leads(use: Invocation) -> Reply:
    """A file that came with the message is opened; words steer an import that is open already.

    Raises WrongUsage, and what the import refuses.
    """
    context = use.services.open_tools(use.turn)
    if use.turn.files and not use.words:
        return await import_files(use)
    match use.words:
        case ():
            return import_reply(use, await show_import(context, None))
        case ("go", ref):
            return import_reply(use, await start_import(context, ref))
        case ("cancel", ref):
            return import_reply(use, await cancel_import(context, ref))
        case ("map", ref, *said) if said:
            return import_reply(use, await map_columns(context, ref, " ".join(said)))
        case (ref,):
            return import_reply(use, await show_import(context, ref))
    raise WrongUsage(use.say("commands.usage.import"))


async def duplicates(use: Invocation) -> Reply:
    """Groups of leads that may be one person, with a button to merge each."""
    doubles = await find_doubles(use.services.open_tools(use.turn))
    buttons = tuple(
        Button(label=use.say("leads.merge.button", refs=" ".join(refs)),
               send=f"/merge {' '.join(refs)}")
        for refs in doubles.groups[:_BUTTONS]
    )  # fmt: skip
    shown = tuple(ref for refs in doubles.groups for ref in refs)
    return Reply(text=doubles.text, buttons=buttons, shown=shown)


async def merge(use: Invocation) -> Reply:
    """The first lead is kept. Raises WrongUsage, LeadNotFound, NothingToMerge."""
    if not all(_LEAD.fullmatch(word) for word in use.words):
        raise WrongUsage(use.say("commands.usage.merge"))
    refs = [f"L-{re.sub(r'[^0-9]', '', word)}" for word in use.words]
    result = await merge_leads(use.services.open_tools(use.turn), refs)
    return Reply(text=result.text, shown=result.shown)


async def staff(use: Invocation) -> Reply:
    """Without words: everybody; with a name and settings: change them."""
    context = use.services.open_tools(use.turn)
    return Reply(text=await (set_staff(context, use.words) if use.words else show_staff(context)))
