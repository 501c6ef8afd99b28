"""A message as an answer to WeCom's calls: one reply to a poll, and one more message."""

import base64
import hashlib
from dataclasses import replace
from typing import Any

from bot.channels.wecom.bot import cards
from bot.channels.wecom.bot.sending import Part, markdown_body
from bot.channels.wecom.bot.text import fitting, plain, plain_pieces, shown, shown_pieces
from bot.channels.wecom.bot.tokens import read_token
from bot.messages import Button, File, OutboundMessage
from config.i18n import Language, say
from config.i18n.detect import detect

Json = dict[str, Any]

_PICTURES = ("image/png", "image/jpeg")
_MOST_PICTURES, _MOST_PICTURE = 10, 10_000_000


def passive_parts(message: OutboundMessage, language: Language) -> list[Part]:
    """What fits into the stream's last frame, then the rest of the text: WeCom takes no third
    message, and no files but pictures. What cannot be sent is said."""
    language = detect(message.text) or language
    token = read_token(message.reply_token)
    streams = token is not None and bool(token.stream)
    pictures = [each for each in message.files if _is_picture(each)] if streams else []
    pictures = pictures[:_MOST_PICTURES]
    buttons = message.buttons[: cards.MOST_BUTTONS] if streams else ()
    extra = [
        *_lines(message.buttons[len(buttons) :]),
        *(
            say(language, "wecom_bot.no_file", name=file.name)
            for file in message.files
            if file not in pictures
        ),
    ]
    pieces = _pieces(message, "\n".join(extra))
    most = 2 if streams else 1
    if len(pieces) > most:
        pieces = [*pieces[: most - 1], _shortened(pieces[most - 1], language)]
    blank = Part(
        address=message.address, text="", reply_token=message.reply_token, language=language
    )
    parts = [replace(blank, text=text, content=content) for text, content in pieces]
    parts[0] = replace(parts[0], answers=streams, buttons=tuple(buttons), files=tuple(pictures))
    return [replace(part, key=f"{message.key}/{number}") for number, part in enumerate(parts)]


def final_body(part: Part, stream: str) -> Json:
    """The last frame of a stream."""
    last: Json = {"id": stream, "finish": True, "content": part.content}
    if part.files:
        last["msg_item"] = [
            {"msgtype": "image", "image": {
                "base64": base64.b64encode(file.content).decode(),
                "md5": hashlib.md5(file.content, usedforsecurity=False).hexdigest(),
            }}
            for file in part.files
        ]  # fmt: skip
    if not part.buttons:
        return {"msgtype": "stream", "stream": last}
    return {
        "msgtype": "stream_with_template_card", "stream": last,
        "template_card": cards.card(part.buttons, part.language),
    }  # fmt: skip


def flat_body(part: Part) -> Json:
    """The same as one Markdown message: buttons are lines to copy, pictures are named."""
    lost = [say(part.language, "wecom_bot.no_file", name=file.name) for file in part.files]
    more = plain("\n".join([*_lines(part.buttons), *lost]))
    room = len(more.encode()) + 1
    content = fitting(part.content, 20_480 - 600 - room) if more else part.content
    return markdown_body(f"{content}\n\n{more}" if more else content)


def _pieces(message: OutboundMessage, extra: str) -> list[tuple[str, str]]:
    if message.markdown:
        text = shown(message.text)
        text = f"{text}\n\n{plain(extra)}" if extra else text
        found = [(piece, piece) for piece in shown_pieces(text)] if text.strip() else []
    else:
        text = f"{message.text}\n\n{extra}".strip() if extra else message.text
        found = plain_pieces(text) if text.strip() else []
    return found or [("", "…")]


def _shortened(piece: tuple[str, str], language: Language) -> tuple[str, str]:
    note = say(language, "wecom_bot.cut")
    return f"{piece[0]}\n{note}", f"{piece[1]}\n{plain(note)}"


def _lines(buttons: tuple[Button, ...]) -> list[str]:
    return [f"{button.label}: {button.send}" for button in buttons]


def _is_picture(file: File) -> bool:
    return file.media_type in _PICTURES and file.size <= _MOST_PICTURE
