"""/notices: what a person is told of without asking, and when not."""

from agent.contract import Reply
from bot.commands.base import Invocation, WrongUsage
from bot.commands.chats import told_at
from config.i18n import Language, say
from config.notices import NoticeKind
from tools.notices.errors import NoQuietHours, UnknownKind
from tools.notices.quiet import read_quiet_hours
from tools.notices.wishes import WishBook, wishes_of

_ON, _OFF = ("on", "开", "开启", "打开"), ("off", "关", "关闭", "取消")
_QUIET, _URGENT = ("quiet", "免打扰", "免打擾"), ("urgent", "紧急", "緊急")


async def notices(use: Invocation) -> Reply:
    """Without a word: the settings. Raises WrongUsage, UnknownKind, NoQuietHours."""
    if not use.words:
        return Reply(text=await _shown(use))
    what, rest = use.words[0].lower(), " ".join(use.words[1:]).lower()
    async with use.services.database.unit_of_work() as session:
        book = WishBook(session, use.organisation_id, use.turn.asker.id, use.services.clock)
        if what in _QUIET:
            return Reply(text=await _keep_quiet(use, book, rest))
        if what in _URGENT:
            return Reply(text=await _let_urgent_pass(use, book, rest))
        return Reply(text=await _switch(use, book))


async def _shown(use: Invocation) -> str:
    async with use.services.database.reading() as session:
        wishes = await wishes_of(session, use.organisation_id, use.turn.asker.id)
        place = await told_at(use, session)
    lines = [use.say("notices.title")]
    for kind in NoticeKind:
        key = "notices.kind_off" if kind in wishes.off else "notices.kind_on"
        lines.append(use.say(key, name=_name(use.language, kind), kind=kind.value))
    if wishes.quiet is None:
        lines.append(use.say("notices.quiet_none"))
    else:
        lines.append(use.say("notices.quiet_is", hours=wishes.quiet, zone=_zone(use)))
        passes = "notices.urgent_pass" if wishes.urgent_passes else "notices.urgent_wait"
        lines += [use.say(passes), use.say("notices.chosen_pass")]
    return "\n".join([*lines, place])


async def _keep_quiet(use: Invocation, book: WishBook, rest: str) -> str:
    if not rest:
        raise NoQuietHours(use.words[0])
    if rest in _OFF:
        await book.keep_quiet(None)
        return use.say("notices.quiet_cleared")
    hours = read_quiet_hours(rest)
    await book.keep_quiet(hours)
    return use.say("notices.quiet_set", hours=hours, zone=_zone(use))


async def _let_urgent_pass(use: Invocation, book: WishBook, rest: str) -> str:
    passes = _switched(use, rest)
    await book.let_urgent_pass(passes)
    return use.say("notices.urgent_set_pass" if passes else "notices.urgent_set_wait")


async def _switch(use: Invocation, book: WishBook) -> str:
    # The name of a kind may have several words.
    *named, last = use.words
    said = " ".join(named) if last.lower() in _ON + _OFF else " ".join(use.words)
    kind = _kind(use, said)
    on = _switched(use, last.lower())
    await book.switch(kind, on=on)
    key = "notices.switched_on" if on else "notices.switched_off"
    told = use.say(key, name=_name(use.language, kind))
    if kind is NoticeKind.approval and not on:
        return f"{told}\n{use.say('notices.approval_off')}"
    return told


def _switched(use: Invocation, word: str) -> bool:
    if word not in _ON + _OFF:
        raise WrongUsage(use.say("commands.usage.notices"))
    return word in _ON


def _kind(use: Invocation, said: str) -> NoticeKind:
    """By its word in a command, or by its name in any of our languages."""
    wanted = said.casefold()
    for kind in NoticeKind:
        if wanted in {kind.value, *(_name(language, kind).casefold() for language in Language)}:
            return kind
    raise UnknownKind(said, ", ".join(NoticeKind))


def _name(language: Language, kind: NoticeKind) -> str:
    return say(language, f"notices.kinds.{kind}")


def _zone(use: Invocation) -> str:
    return use.turn.organisation.timezone.key
