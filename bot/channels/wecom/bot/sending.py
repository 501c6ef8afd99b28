"""A message in the pieces that WeCom takes, and each of them on its way."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from bot.channels.base import Pace
from bot.channels.wecom.bot import cards
from bot.channels.wecom.bot.frames import Command, new_request
from bot.channels.wecom.bot.media import upload
from bot.channels.wecom.bot.receiving import GROUP
from bot.channels.wecom.bot.session import Session
from bot.channels.wecom.bot.text import plain, plain_pieces, shown, shown_pieces
from bot.channels.wecom.bot.tokens import NAME
from bot.messages import Address, OutboundMessage
from config.i18n import Language
from config.i18n.detect import detect

Json = dict[str, Any]

_SINGLE, _IN_GROUP = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(OutboundMessage):
    """A text, a card of buttons, or one file. `content` is the text as WeCom wants it; the part
    that `answers` stands in place of what was shown of it before."""

    content: str = ""
    answers: bool = False
    language: Language = Language.zh_cn

    def behind(self, words: str) -> Self:
        if not self.content:
            return self
        return replace(self, text=f"{words}{self.text}", content=f"{plain(words)}{self.content}")


def parts_of(message: OutboundMessage, language: Language) -> list[Part]:
    """The text in pieces, the files, then the card. `language` is for words of ours, when the text
    shows none."""
    blank = Part(
        address=message.address, text="", reply_token=message.reply_token,
        language=detect(message.text) or language,
    )  # fmt: skip
    parts = [replace(blank, text=text, content=content) for text, content in _texts(message)]
    parts += [replace(blank, files=(file,)) for file in message.files]
    if message.buttons:
        parts.append(replace(blank, buttons=message.buttons[: cards.MOST_BUTTONS]))
    parts[0] = replace(parts[0], answers=bool(parts[0].content))
    return [
        replace(part, key=f"{message.key}/{number}" if message.key else "")
        for number, part in enumerate(parts)
    ]


def paces_of(address: Address) -> Mapping[str, Pace]:
    chat = f"{NAME}:{address.bot}:{address.chat}"
    return {
        f"{chat}:minute": Pace(count=30, seconds=60),
        f"{chat}:hour": Pace(count=1_000, seconds=3_600),
    }


async def push(session: Session, part: OutboundMessage) -> str:
    """A message of its own; returns its id. Raises as Session.ask does."""
    chat = part.address.chat
    place: Json = {
        "chatid": chat.removeprefix(GROUP),
        "chat_type": _IN_GROUP if chat.startswith(GROUP) else _SINGLE,
    }
    request = new_request(Command.send)
    await session.ask(Command.send, place | await _body(session, part), request)
    return request


def markdown_body(content: str) -> Json:
    return {"msgtype": "markdown", "markdown": {"content": content}}


def card_body(part: OutboundMessage) -> Json:
    language = part.language if isinstance(part, Part) else Language.zh_cn
    return {"msgtype": "template_card", "template_card": cards.card(part.buttons, language)}


async def _body(session: Session, part: OutboundMessage) -> Json:
    if part.files:
        kind, media_id = await upload(session, part.files[0])
        return {"msgtype": kind, kind: {"media_id": media_id}}
    if part.buttons:
        return card_body(part)
    return markdown_body(part.content if isinstance(part, Part) else plain(part.text))


def _texts(message: OutboundMessage) -> list[tuple[str, str]]:
    """Each piece of the text as it is read and as WeCom wants it; none of a message that is only
    files or buttons. Buttons that no card takes are lines to copy."""
    more = "\n".join(
        f"{button.label}: {button.send}" for button in message.buttons[cards.MOST_BUTTONS :]
    )
    found: list[tuple[str, str]] = []
    if message.text.strip() and message.markdown:
        found = [(piece, piece) for piece in shown_pieces(shown(message.text))]
    elif message.text.strip():
        found = plain_pieces(message.text)
    if more:
        found += plain_pieces(more)
    if found or message.files or message.buttons:
        return found
    return [("", "…")]
