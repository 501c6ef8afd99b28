"""/scope: how a group is divided into conversations. /notify: in which chat a person is told
things."""

from collections.abc import Sequence

from agent.contract import Button, Reply
from bot.commands.base import Invocation, WrongUsage
from config.errors import NotAllowed
from config.i18n import Language, knows, say
from storage.audit import AuditLog
from storage.database import ReadSession
from storage.groups import Groups
from storage.tables.group import Scope
from storage.tables.organisation import Person
from storage.tables.work import Conversation
from tools.people.reach import choose_channel, private_chats
from tools.people.service import PeopleService

_HERE = ("here", "这里", "這裡", "这", "這")
_AUTO = ("auto", "自动", "自動")


async def scope(use: Invocation) -> Reply:
    """Without a word: the present one. Raises NotAllowed in a private chat, WrongUsage."""
    wanted = _scope_named(use) if use.words else None
    async with use.services.database.unit_of_work() as session:
        group = await Groups(use.organisation_id, use.services.clock).of(
            session, use.turn.conversation_id
        )
        if group is None:
            raise NotAllowed("commands.scope_in_groups")
        before = group.scope
        if wanted is None:
            return Reply(text=_described(use, before), buttons=_others(use, before))
        group.scope = wanted
        await AuditLog(use.organisation_id, use.services.clock).append(
            session, "group.scope", person_id=use.turn.asker.id, channel=group.channel,
            chat=group.chat, before=before.value, scope=wanted.value,
        )  # fmt: skip
    return Reply(text=use.say("commands.scope_changed", scope=use.say(f"commands.scopes.{wanted}")))


def _scope_named(use: Invocation) -> Scope:
    """By its own name, or as one of our languages calls it."""
    said = use.words[0].casefold()
    for each in Scope:
        if said in {each.value, *(say(code, f"commands.scope_words.{each}") for code in Language)}:
            return each
    raise WrongUsage(use.say("commands.usage.scope"))


def _described(use: Invocation, now: Scope) -> str:
    return use.say("commands.scope_is", scope=use.say(f"commands.scopes.{now}"))


def _others(use: Invocation, now: Scope) -> tuple[Button, ...]:
    return tuple(
        Button(label=use.say(f"commands.scope_words.{each}"), send=f"/scope {each}")
        for each in Scope
        if each is not now
    )


async def notify(use: Invocation) -> Reply:
    """Without a word: where notices go now. Raises NotAllowed, NoPrivateChat."""
    if not use.words:
        return await _where(use)
    said = use.words[0].casefold()
    async with use.services.database.unit_of_work() as session:
        here = await session.get_one(Conversation, use.turn.conversation_id)
        if said in _HERE and here.person_id is None:
            raise NotAllowed("commands.notify_in_private")
        channel = None if said in _AUTO else here.channel if said in _HERE else channel_named(said)
        await choose_channel(
            session, use.organisation_id, use.turn.asker.id, channel, await _reached(use, session)
        )
    if channel is None:
        return Reply(text=use.say("commands.notify_auto"))
    return Reply(text=use.say("commands.notify_set", channel=channel_name(use.language, channel)))


async def _where(use: Invocation) -> Reply:
    async with use.services.database.reading() as session:
        channels = await _reached(use, session)
        now = await told_at(use, session, channels)
        person = await PeopleService(session, use.organisation_id).get(use.turn.asker.id)
    choices = [("auto", use.say("commands.notify_button_auto"))] if person.notices_channel else []
    choices += [
        (each, channel_name(use.language, each))
        for each in channels
        if each != person.notices_channel
    ]
    buttons = tuple(Button(label=label, send=f"/notify {each}") for each, label in choices)
    return Reply(text=now, buttons=buttons)


async def told_at(
    use: Invocation, session: ReadSession, channels: Sequence[str] | None = None
) -> str:
    """A sentence on where the asker gets notices now."""
    reached = await _reached(use, session) if channels is None else channels
    if not reached:
        return use.say("commands.notify_nowhere")
    person = await session.get_one(Person, use.turn.asker.id)
    wanted, now = person.notices_channel, channel_name(use.language, reached[0])
    if wanted is None:
        return use.say("commands.notify_is_auto", channel=now)
    if wanted != reached[0]:
        chosen = channel_name(use.language, wanted)
        return use.say("commands.notify_instead", channel=now, chosen=chosen)
    return use.say("commands.notify_is", channel=now)


async def _reached(use: Invocation, session: ReadSession) -> Sequence[str]:
    chats = await private_chats(
        session, use.organisation_id, use.turn.asker.id, use.services.served
    )
    return list(dict.fromkeys(chat.channel for chat in chats))


def channel_name(language: Language, channel: str) -> str:
    key = f"commands.channels.{channel}"
    return say(language, key) if knows(key) else channel


def channel_named(said: str) -> str:
    """The channel that is called so in a command, or in one of our languages."""
    for channel in ("console", "telegram", "wecom", "wecom_app", "wecom_kf", "dingtalk"):
        names = {channel, *(channel_name(language, channel).casefold() for language in Language)}
        if said in names:
            return channel
    return said
