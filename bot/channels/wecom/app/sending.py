"""A message to a member of the company: what WeCom takes in one call each, and how it is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Literal
from uuid import uuid4

from bot.channels.wecom.app.receiving import button_key
from bot.channels.wecom.text import (
    FINGERPRINT_BYTES,
    fingerprint,
    for_app,
    has_markup,
    pieces,
    plain,
    without_anchors,
)
from bot.messages import Button, File, OutboundMessage
from config.i18n import Language, say
from config.i18n.detect import detect

_MAX_TEXT = 2_048 - FINGERPRINT_BYTES
_MOST_BUTTONS = 6
# What a card shows of them without cutting; longer words stand above it.
_TITLE_LETTERS, _WORDS_LETTERS, _WORDS_LINES = 36, 120, 5

Kind = Literal["text", "markdown", "card", "file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(OutboundMessage):
    """What goes out in one call; `title` is what a card says that has no text."""

    kind: Kind = "text"
    title: str = ""


def parts_of(message: OutboundMessage) -> Sequence[Part]:
    """The text in pieces, the buttons as a card, the files; a short text stands in its card."""
    language = _language(message)
    text, markdown = _worded(message, language)
    short = plain(text) if markdown else text
    kind: Kind = "markdown" if markdown else "text"
    blank = Part(address=message.address, text="")
    card = replace(blank, kind="card", buttons=message.buttons[:_MOST_BUTTONS])
    words: list[Part] = []
    if message.buttons and _fits_card(short):
        words = [replace(card, text=short, title=say(language, "wecom_app.choose"))]
    elif text.strip() or not message.files:
        words = [
            replace(blank, kind=kind, text=piece)
            for piece in pieces(text, _MAX_TEXT, markdown=markdown)
        ]
    if message.buttons and not any(part.buttons for part in words):
        words.append(replace(card, title=say(language, "wecom_app.choose")))
    files = [replace(blank, kind="file", files=(file,)) for file in message.files]
    return [
        replace(part, key=f"{message.key}/{number}" if message.key else "")
        for number, part in enumerate([*words, *files])
    ]


def text_body(part: Part) -> dict[str, Any]:
    """Of a text or a card; what is equal for equal keys."""
    if part.kind == "card":
        return {"msgtype": "template_card", "template_card": _card(part)}
    content = (part.text if part.text.strip() else "…") + (
        fingerprint(part.key) if part.key else ""
    )
    return {"msgtype": part.kind, part.kind: {"content": content}}


def _worded(message: OutboundMessage, language: Language) -> tuple[str, bool]:
    """The text, with the buttons that a card has no place for as lines to copy; and whether it is
    to be sent as Markdown, which WeChat, where many read their WeCom, does not show."""
    text = for_app(message.text) if message.markdown else message.text
    markdown = message.markdown and has_markup(text)
    lines = [_line(button) for button in message.buttons[_MOST_BUTTONS:]]
    if lines:
        text = "\n".join([text, "", say(language, "wecom_app.more_choices"), *lines])
    return without_anchors(text), markdown


def _line(button: Button) -> str:
    return button.send if button.label in ("", button.send) else f"{button.label}: {button.send}"


def _fits_card(text: str) -> bool:
    title, _, rest = text.strip().partition("\n")
    lines = rest.count("\n") < _WORDS_LINES
    return len(title) <= _TITLE_LETTERS and len(rest) <= _WORDS_LETTERS and lines


def _card(part: Part) -> dict[str, Any]:
    title, _, rest = part.text.strip().partition("\n")
    card: dict[str, Any] = {
        "card_type": "button_interaction",
        "main_title": {"title": title or part.title},
        "button_list": [
            {
                "text": button.label or button.send,
                "style": 1,
                "key": button_key(button.key or button.send, button.label or button.send),
            }
            for button in part.buttons
        ],
        "task_id": _task_id(part),
    }
    if rest.strip():
        card["sub_title_text"] = rest.strip()
    return card


def _task_id(part: Part) -> str:
    """WeCom takes each only once in an app; the words are in it because keys begin anew with a
    new database."""
    if not part.key:
        return uuid4().hex
    told = [part.key, part.address.chat, part.text, *(button.label for button in part.buttons)]
    return sha256("\n".join(told).encode()).hexdigest()[:40]


def _language(message: OutboundMessage) -> Language:
    words = _words(message)
    return next((found for each in words if (found := detect(each))), Language.zh_cn)


def _words(message: OutboundMessage) -> Iterator[str]:
    yield message.text
    yield from (button.label for button in message.buttons)


def as_upload(file: File) -> tuple[str, bytes]:
    """The kind of file that WeCom is to keep it as, and its content."""
    # WeCom takes no shorter file than six bytes; none that is not text is so short.
    content = file.content.ljust(6, b"\n")
    picture = content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"))
    return ("image" if picture and len(content) <= 10_000_000 else "file"), content
