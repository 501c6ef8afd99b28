"""What becomes of the files of a message: tables of the staff are for import, others are kept."""

from collections.abc import Sequence
from dataclasses import replace

from agent.contract import Button, Reply, Turn, TurnFile
from bot.commands.base import Invocation
from bot.commands.knowledge import offer
from bot.commands.knowledge_words import line_for_knowledge
from bot.media import is_kept
from config.errors import UserFacingError
from config.roles import Role
from storage.inbox import FILES_ALONE
from tools.leads.desk import ImportAnswer, UnreadableFile, is_table, open_import


def line_for_files(turn: Turn) -> str | None:
    """The command that the files of a message are, None when its words say what is wanted."""
    alone = turn.text.startswith(FILES_ALONE)
    if turn.text.startswith(("/", "／")) and not alone:
        return None
    if not alone and (line := line_for_knowledge(turn)):
        return line
    kept = [file for file in turn.files if is_kept(file.media_type)]
    staff = turn.asker.role.includes(Role.agent)
    if staff and any(is_table(file.name) for file in kept):
        return "/import"
    return FILES_ALONE if alone else None


async def received(use: Invocation) -> Reply:
    """What came is kept; colleagues of a customer see it."""
    kept = [file for file in use.turn.files if is_kept(file.media_type)]
    if not kept:
        return Reply(text=use.say("media.received_none"))
    customer = use.turn.asker.role is Role.customer
    key = "media.received" if customer else "media.received_staff"
    text = use.say(key, names=_names(kept))
    if buttons := _offered(use, kept):
        text = use.say("documents.offered_alone", names=_names(kept))
    return Reply(text=text, buttons=buttons)


async def import_files(use: Invocation) -> Reply:
    """Open each table of the message for import. Raises UnreadableFile when there is none."""
    kept = [file for file in use.turn.files if is_kept(file.media_type)]
    tables = [file for file in kept if is_table(file.name)]
    if not kept:
        return Reply(text=use.say("media.received_none"))
    if not tables:
        raise UnreadableFile("unknown_kind", _names(kept))
    if len(kept) == 1:
        reply = import_reply(use, await _opened(use, 0, tables[0]))
        return replace(reply, buttons=(*reply.buttons, *_offered(use, kept)))
    replies = [await _told(use, number, file) for number, file in enumerate(tables)]
    others = [file for file in kept if file not in tables]
    texts = [reply.text for reply in replies]
    if others:
        texts.append(use.say("media.not_tables", names=_names(others)))
    return Reply(
        text="\n\n".join(texts), buttons=tuple(each for reply in replies for each in reply.buttons)
    )


def import_reply(use: Invocation, answer: ImportAnswer, *, several: bool = False) -> Reply:
    """With `several` imports at once the buttons name theirs."""
    name = f" {answer.ref}" if several else ""
    buttons = tuple(
        Button(
            label=use.say(f"leads.imports.button_{verb}") + name,
            send=f"/import {verb} {answer.ref}",
        )
        for verb in ("go", "cancel")
        if answer.open
    )
    return Reply(text=answer.text, buttons=buttons)


async def _told(use: Invocation, number: int, file: TurnFile) -> Reply:
    """One table of several: that it cannot be read does not keep the others out."""
    try:
        return import_reply(use, await _opened(use, number, file), several=True)
    except UserFacingError as error:
        return Reply(text=use.say(error.key, **error.values))


async def _opened(use: Invocation, number: int, file: TurnFile) -> ImportAnswer:
    context = use.services.open_tools(use.turn)
    if number:
        context = replace(context, order_key=f"{context.order_key}:file:{number}")
    return await open_import(context, file.id)


def _offered(use: Invocation, files: Sequence[TurnFile]) -> tuple[Button, ...]:
    """A table may be leads or knowledge, and a document may be private: a person says which."""
    if not use.turn.asker.role.includes(Role.manager):
        return ()
    return offer(use, [(file.id, file.name) for file in files])


def _names(files: Sequence[TurnFile]) -> str:
    return ", ".join(file.name for file in files)
