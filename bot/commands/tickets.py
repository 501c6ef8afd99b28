"""/tickets /ticket for the staff; /reply /rate are what a customer's words and buttons become."""

import re
from unicodedata import normalize

from agent.contract import Button, Reply, Turn
from bot.commands.base import Invocation, Services, WrongUsage
from config.i18n import Language, catalogue
from storage.tables.work import OutboxMessage
from tools.support.ticket_desk import (
    TicketAnswer,
    explain,
    hear_customer,
    list_tickets,
    open_for,
    rate,
    show_ticket,
    take_step,
)

_REF = re.compile(r"(?:[Kk]-?)?\d{1,9}")
_LISTS = {
    "open": "open", "全部": "open", "mine": "mine", "我的": "mine", "overdue": "overdue",
    "超时": "overdue", "逾期": "overdue",
}  # fmt: skip
_VERBS = {
    "assign": "assign", "分给": "assign", "指派": "assign", "answer": "answer", "回复": "answer",
    "note": "note", "备注": "note", "priority": "priority", "优先级": "priority",
    "pending": "pending", "等待": "pending", "resolve": "resolve", "解决": "resolve",
    "close": "close", "关闭": "close", "reopen": "reopen", "重开": "reopen",
}  # fmt: skip
_PRIORITIES = ("low", "normal", "high", "urgent")
_QUOTES = "\"'“”「」"
_ABOUT = re.compile(r"ticket:(K-\d+):(?:answered|pending):")
_MARK = re.compile(
    r"([1-5])(?:\s*(?:分|颗星|星|stars?|points?))?(?:$|[\s,，。.!！:：;；]+(?P<words>.*))",
    re.DOTALL,
)
_ASKS = re.compile(r"(?:[?？]|[吗嗎呢])\s*$")
_STOPS = re.compile(r"\s*[。.!！~～,，、]+\s*")


async def tickets(use: Invocation) -> Reply:
    """Those that are not settled; `mine`, `overdue`. Raises WrongUsage."""
    which = _LISTS.get(use.words[0].lower(), "") if use.words else "open"
    if not which:
        raise WrongUsage(use.say("commands.usage.tickets"))
    return await _reply(use, await list_tickets(use.services.open_tools(use.turn), which))


async def ticket(use: Invocation) -> Reply:
    """Show one, take a step with it, or open one. Raises WrongUsage, and what the steps refuse."""
    context = use.services.open_tools(use.turn)
    match use.words:
        case ("new" | "新建", customer, *said) if said:
            priority = said.pop(0) if said[0] in _PRIORITIES and len(said) > 1 else "normal"
            return await _reply(use, await open_for(context, customer, _plain(said), priority))
        case (ref,) if _REF.fullmatch(ref):
            return await _reply(use, await show_ticket(context, ref))
        case (ref, verb, *said) if _REF.fullmatch(ref) and verb.lower() in _VERBS:
            words = _plain(said)
            return await _reply(use, await take_step(context, ref, _VERBS[verb.lower()], words))
    raise WrongUsage(use.say("commands.usage.ticket"))


async def reply(use: Invocation) -> Reply:
    """What a customer writes to a ticket."""
    ref, *said = use.words
    result = await hear_customer(use.services.open_tools(use.turn), ref, _plain(said))
    return Reply(text=result.text, shown=result.shown)


async def rating(use: Invocation) -> Reply:
    """A mark with words or without, or the words alone. Raises WrongUsage."""
    number, what, *said = use.words
    if not number.isdecimal():
        raise WrongUsage(use.say("commands.usage.rate"))
    context = use.services.open_tools(use.turn)
    if what == "words":
        return Reply(text=(await explain(context, int(number), _plain(said))).text)
    if what not in ("1", "2", "3", "4", "5"):
        raise WrongUsage(use.say("commands.usage.rate"))
    result = await rate(context, int(number), int(what), _plain(said))
    low = int(what) <= use.services.settings.support.low_satisfaction
    if not low or said:
        return Reply(text=result.text)
    # Marks the message, so that the next words are known to be the reason.
    skip = Button(label=use.say("tickets.button_skip"), send=f"/rate {number} {what}")
    return Reply(text=result.text, buttons=(skip,))


async def line_after(services: Services, turn: Turn) -> str | None:
    """The command that a customer's plain words are: the answer to the question, or to the ticket,
    that the last message of this chat was about."""
    async with services.database.reading() as session:
        last = await services.outbox.last_in_chat(session, turn.conversation_id, turn.inbox_id)
    return line_for(turn.text.strip(), last) if last is not None else None


def line_for(text: str, last: OutboxMessage) -> str | None:
    """The same for one message."""
    sends = [button["send"].split() for button in last.buttons]
    asked = [words[1] for words in sends if words[0] == "/rate"]
    about = _ABOUT.match(last.key)
    refs = [words[1] for words in sends if words[0] == "/reply"]
    said = _MARK.fullmatch(normalize("NFKC", text))
    if asked and not _ASKS.search(text):
        # The question itself has a button for each mark, what is asked after a low one has one.
        if len(asked) == 1:
            return f"/rate {asked[0]} words {text}"
        if said is not None:
            return f"/rate {asked[0]} {said[1]} {said['words'] or ''}".strip()
    if about is not None and not _thanks(text):
        return f"/reply {about[1]} {text}"
    unsolved = any(word in text.lower() for word in _words("tickets.words_unsolved"))
    return f"/reply {refs[0]} {text}" if refs and unsolved else None


async def _reply(use: Invocation, answer: TicketAnswer) -> Reply:
    if answer.chat is not None:
        # The agent is to know what the customer was told.
        await use.services.agent.reread(use.organisation_id, answer.chat)
    buttons = tuple(Button(label=label, send=send) for label, send in answer.buttons)
    return Reply(text=answer.text, shown=answer.shown, buttons=buttons)


def _thanks(text: str) -> bool:
    """Whether each part of it is nothing but thanks or a yes."""
    parts = [part for part in _STOPS.split(text.lower()) if part]
    return all(part in _words("tickets.words_thanks") for part in parts)


def _plain(words: list[str]) -> str:
    return " ".join(words).strip(_QUOTES)


def _words(key: str) -> set[str]:
    return {word.strip() for language in Language for word in catalogue(language)[key].split(",")}
