"""/alerts: what is wrong with the service, who is told of it, and what is not to be told."""

import re
from datetime import datetime, timedelta

from agent.contract import Reply
from bot.alert_words import text_key, values_of
from bot.commands.base import Invocation, WrongUsage
from config.errors import InvalidInput
from storage.alerts import AlertBook

_TIME = re.compile(r"(\d{1,4})\s*(m|min|分钟?|分鐘|h|小时|小時|d|天)", re.IGNORECASE)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_WORDS = {"min": "m", "分": "m", "分钟": "m", "分鐘": "m", "小时": "h", "小時": "h", "天": "d"}
_LONGEST = timedelta(days=30)
_OFF = ("off", "关", "关闭", "取消")


async def alerts(use: Invocation) -> Reply:
    """Without a word: what fires now, and the rules. Raises WrongUsage, UnknownAlert, BadTime."""
    book = AlertBook(use.organisation_id, use.services.clock)
    match [word.lower() for word in use.words]:
        case []:
            return Reply(text=await _shown(use, book))
        case ["here"]:
            return await _here(use, book, on=True)
        case ["here", word] if word in _OFF:
            return await _here(use, book, on=False)
        case ["mute", name, time]:
            return await _mute(use, book, name, time)
        case ["unmute", name]:
            return await _unmute(use, book, name)
    raise WrongUsage(use.say("commands.usage.alerts"))


async def _shown(use: Invocation, book: AlertBook) -> str:
    async with use.services.database.reading() as session:
        firing, muted = await book.firing(session), await book.muted(session)
    rules, zone = use.services.settings.alerts.rules, use.turn.organisation.timezone
    now = [
        use.say(text_key("firing", row.name), **values_of(row, rules[row.name], zone))
        for row in firing if row.name in rules
    ]  # fmt: skip
    title = use.say("alerts.title_some", n=len(now)) if now else use.say("alerts.title_none")
    lines = [title, *now, "", use.say("alerts.rules")]
    for name, rule in rules.items():
        about = use.say(f"alerts.about.{name}", limit=f"{rule.threshold:g}")
        if not rule.enabled:
            lines.append(use.say("alerts.rule_off", name=name, about=about))
        elif name in muted:
            until = _local(use, muted[name])
            lines.append(use.say("alerts.rule_muted", name=name, about=about, until=until))
        else:
            lines.append(use.say("alerts.rule", name=name, about=about))
    return "\n".join(lines)


async def _here(use: Invocation, book: AlertBook, *, on: bool) -> Reply:
    async with use.services.database.unit_of_work() as session:
        if on:
            await book.tell_here(session, use.turn.conversation_id, use.language.value)
        else:
            await book.tell_here_no_more(session, use.turn.conversation_id)
    return Reply(text=use.say("alerts.here_on" if on else "alerts.here_off"))


async def _mute(use: Invocation, book: AlertBook, name: str, time: str) -> Reply:
    _check(use, name)
    until = use.services.clock.now() + _length(time)
    async with use.services.database.unit_of_work() as session:
        await book.mute(session, name, until)
    return Reply(text=use.say("alerts.muted", name=name, until=_local(use, until)))


async def _unmute(use: Invocation, book: AlertBook, name: str) -> Reply:
    _check(use, name)
    async with use.services.database.unit_of_work() as session:
        await book.unmute(session, name)
    return Reply(text=use.say("alerts.unmuted", name=name))


def _check(use: Invocation, name: str) -> None:
    known = use.services.settings.alerts.rules
    if name not in known:
        raise InvalidInput("alerts.unknown", name=name, known=", ".join(known))


def _length(said: str) -> timedelta:
    found = _TIME.fullmatch(said)
    if found is None:
        raise InvalidInput("alerts.bad_time", said=said)
    unit = found[2].lower()
    length = int(found[1]) * _UNITS[_WORDS.get(unit, unit)]
    if not timedelta(0) < length <= _LONGEST:
        raise InvalidInput("alerts.bad_time", said=said)
    return length


def _local(use: Invocation, at: datetime) -> str:
    return f"{at.astimezone(use.turn.organisation.timezone):%m-%d %H:%M}"
