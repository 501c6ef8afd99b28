"""A message to a customer of 微信客服: as few calls as possible, for five are all that one gets."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import uuid4

from bot.channels.wecom.api import WecomApi
from bot.channels.wecom.app.sending import as_upload
from bot.channels.wecom.text import for_app, pieces, plain, size, without_anchors
from bot.messages import Button, OutboundMessage
from bot.splitting import cut
from config.i18n import Language, say
from config.i18n.detect import detect

MOST_MESSAGES = 5
_MAX_TEXT, _MAX_MENU_TEXT, _MAX_LABEL = 2_048, 1_024, 128
_MOST_BUTTONS = 10


def parts_of(message: OutboundMessage) -> Sequence[OutboundMessage]:
    """The text, in a menu when there are buttons, then the files. What does not fit into five
    messages stands together in the last text, which goes out as a file."""
    text = message.text
    if message.markdown:
        text = plain(for_app(text))
    text = without_anchors(text)
    blank = OutboundMessage(
        address=message.address, text="", reply_token=message.reply_token, markdown=False
    )
    menus = [
        replace(blank, buttons=message.buttons[at : at + _MOST_BUTTONS])
        for at in range(0, len(message.buttons), _MOST_BUTTONS)
    ]
    words: list[str] = []
    if text.strip() or not (menus or message.files):
        words = _words(text, MOST_MESSAGES - len(menus) - len(message.files))
    if menus and words and size(words[-1]) <= _MAX_MENU_TEXT:
        menus[0] = replace(menus[0], text=words.pop())
    files = [replace(blank, files=(file,)) for file in message.files]
    found = [*(replace(blank, text=piece) for piece in words), *menus, *files]
    found[-1] = replace(found[-1], transfer=message.transfer)
    return [
        replace(part, key=f"{message.key}/{number}" if message.key else "")
        for number, part in enumerate(found)
    ]


def id_of(part: OutboundMessage) -> str:
    """What WeCom is to call it: the same for the same part, and for no other. What it answers is in
    it because keys begin anew with a new database."""
    if not part.key:
        return uuid4().hex
    told = (part.address.bot, part.address.chat, part.key, part.reply_token)
    return sha256("\n".join(told).encode("utf-8", "replace")).hexdigest()[:32]


async def body_of(part: OutboundMessage, api: WecomApi) -> dict[str, Any]:
    """What the call says; files are uploaded for it."""
    if part.buttons:
        return {"msgtype": "msgmenu", "msgmenu": _menu(part)}
    if part.files:
        kind, content = as_upload(part.files[0])
        return await _file(api, kind, part.files[0].name, content)
    if size(part.text) > _MAX_TEXT:
        name = say(detect(part.text) or Language.zh_cn, "wecom_kf.rest")
        return await _file(api, "file", name, part.text.encode("utf-8", "replace"))
    return {"msgtype": "text", "text": {"content": part.text if part.text.strip() else "…"}}


def _words(text: str, room: int) -> list[str]:
    """Pieces, and all that there is no room for in the last one."""
    spans = cut(text, _MAX_TEXT, size=size)
    last = max(room, 1) - 1
    if len(spans) <= last + 1:
        return [text[start:end] for start, end in spans]
    return [*(text[start:end] for start, end in spans[:last]), text[spans[last][0] :]]


def _menu(part: OutboundMessage) -> dict[str, Any]:
    clicks = [
        {"type": "click", "click": {"id": _short(button.key or button.send), "content": _label(button)}}
        for button in part.buttons
    ]  # fmt: skip
    return {"list": clicks, **({"head_content": part.text} if part.text.strip() else {})}


def _label(button: Button) -> str:
    return _short(button.label or button.send)


def _short(text: str) -> str:
    return pieces(text, _MAX_LABEL, markdown=False)[0]


async def _file(api: WecomApi, kind: str, name: str, content: bytes) -> dict[str, Any]:
    return {"msgtype": kind, kind: {"media_id": await api.upload(kind, name, content)}}
