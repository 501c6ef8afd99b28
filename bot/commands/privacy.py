"""/forget /export: what is stored about a person goes away, or to them."""

import json

from agent.contract import Button, Reply
from bot.commands.base import Invocation
from config.errors import NotAllowed
from config.roles import Role
from memory.export import export_of
from storage.tables.organisation import Person
from storage.tables.work import Conversation
from tools.people.service import PeopleService
from tools.result import Attachment

_YES = ("confirm", "确认", "確認")
# Lines typed at the console, for its arrow keys.
_CONSOLE_HISTORY = "console_history"


async def forget(use: Invocation) -> Reply:
    """Without the word confirm: what would go, and a button that says it. An admin may name
    another person first."""
    confirmed = bool(use.words) and use.words[-1].lower() in _YES
    ref = " ".join(use.words[:-1] if confirmed else use.words)
    person = await _whose(use, ref)
    myself = person.id == use.turn.asker.id
    if not confirmed:
        return await _preview(use, person, myself=myself)
    gone = await use.services.eraser.erase(
        person.id, asked_by=use.turn.asker.id, order=f"inbox:{use.turn.inbox_id}"
    )
    (use.services.settings.data_dir / _CONSOLE_HISTORY).unlink(missing_ok=True)
    return Reply(
        text=use.say(
            "memory.forgotten_you" if myself else "memory.forgotten_other", person=f"#{person.id}",
            memories=gone.memories, messages=gone.messages, answers=gone.answers,
        )
    )  # fmt: skip


async def export(use: Invocation) -> Reply:
    """A JSON file for the person who asks, in their private chat only."""
    async with use.services.database.reading() as session:
        place = await session.get_one(Conversation, use.turn.conversation_id)
        if place.person_id != use.turn.asker.id:
            raise NotAllowed("memory.export_in_private")
        everything = await export_of(
            session, use.organisation_id, use.turn.asker.id, use.services.clock
        )
    content = json.dumps(everything, ensure_ascii=False, indent=2).encode()
    name = f"huoke-{use.turn.asker.id}-{use.services.clock.now():%Y%m%d}.json"
    return Reply(
        text=use.say(
            "memory.exported", memories=len(everything["memories"]),
            messages=sum(len(each["messages"]) for each in everything["conversations"]),
        ),
        attachments=(Attachment(name=name, media_type="application/json", content=content),),
    )  # fmt: skip


async def _whose(use: Invocation, ref: str) -> Person:
    """Raises NotAllowed, and what PeopleService.find raises."""
    if ref and not use.turn.asker.role.includes(Role.admin):
        raise NotAllowed("memory.forget_only_yourself")
    async with use.services.database.reading() as session:
        people = PeopleService(session, use.organisation_id)
        return await (people.find(ref) if ref else people.get(use.turn.asker.id))


async def _preview(use: Invocation, person: Person, *, myself: bool) -> Reply:
    found = await use.services.eraser.preview(person.id)
    send = "/forget confirm" if myself else f"/forget #{person.id} confirm"
    return Reply(
        text=use.say(
            "memory.forget_you" if myself else "memory.forget_other", name=person.name,
            memories=found.memories, messages=found.messages, answers=found.answers, send=send,
        ),
        buttons=(Button(label=use.say("memory.forget_button"), send=send),),
    )  # fmt: skip
