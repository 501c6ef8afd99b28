"""From what WeCom reports to what was said, in our words: the same by long connection and callback."""

import json
import re
from collections.abc import Iterator
from posixpath import basename
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.channels.wecom.bot.cards import read_key
from bot.channels.wecom.bot.tokens import NAME
from bot.messages import Address, InboundMessage, RemoteFile

Json = dict[str, Any]

GROUP = "group:"
# WeCom does not say the name, nor the kind; the first is found where the file lies.
_KINDS = {
    "image": ("image.jpg", "image/jpeg"), "video": ("video.mp4", "video/mp4"),
    "file": ("file", "application/octet-stream"),
}  # fmt: skip
_MENTION = re.compile(r"\s*@\S+\s*")
_ID_LETTERS = 128


def chat_of(body: Json) -> str | None:
    """A userid, or `group:` and a chatid; None when it says neither."""
    if body.get("chattype") == "group" or body.get("chatid"):
        chat = _text(body, "chatid")
        return f"{GROUP}{chat}"[:_ID_LETTERS] if chat else None
    return sender_of(body)[:_ID_LETTERS] or None


def sender_of(body: Json) -> str:
    return _text(_part(body, "from"), "userid")


def event_of(body: Json) -> str:
    """The kind of an event; empty for a message."""
    return _text(_part(body, "event"), "eventtype") if body.get("msgtype") == "event" else ""


def message_of(body: Json, bot: str, reply_token: str) -> InboundMessage | None:
    """None for what says nothing that we understand."""
    chat, sender, msgid = chat_of(body), sender_of(body), _text(body, "msgid")
    if chat is None or not sender or not msgid:
        return None
    private = not chat.startswith(GROUP)
    text, files = _said(body)
    if not private:
        text = _MENTION.sub("", text, count=1) if _MENTION.match(text) else text
    quote = _part(body, "quote")
    quoted, more = _said(quote)
    # A command has to stand alone.
    if quoted and not text.lstrip().startswith("/"):
        text = "\n".join([text, "", *(f"> {line}" for line in quoted.splitlines())]).strip()
    if not text and not files and not more:
        if private:
            return None
        text = "/help"
    return InboundMessage(
        external_id=msgid, address=Address(channel=NAME, bot=bot, chat=chat), sender_id=sender,
        sender_name=sender, text=text, private=private, files=(*files, *more),
        reply_token=reply_token,
    )  # fmt: skip


def pressed_of(body: Json, bot: str, reply_token: str = "") -> InboundMessage | None:
    """A pressed button of a card; None when it is none of ours, or was pressed before."""
    chat, sender, msgid = chat_of(body), sender_of(body), _text(body, "msgid")
    event = _part(_part(body, "event"), "template_card_event")
    found = read_key(_text(event, "event_key"))
    if chat is None or not sender or not msgid or found is None:
        return None
    key, label = found
    return InboundMessage(
        external_id=msgid, address=Address(channel=NAME, bot=bot, chat=chat), sender_id=sender,
        sender_name=sender, text=label, private=not chat.startswith(GROUP), pressed=key or None,
        reply_token=reply_token,
    )  # fmt: skip


def task_of(body: Json) -> str:
    """The card that a button was pressed on."""
    return _text(_part(_part(body, "event"), "template_card_event"), "task_id")


def nameless(file: RemoteFile) -> bool:
    """Whether WeCom may say more about it where it lies."""
    return file.name in {name for name, _ in _KINDS.values()}


def _said(body: Json) -> tuple[str, list[RemoteFile]]:
    texts: list[str] = []
    files: list[RemoteFile] = []
    for kind, part in _parts(body):
        if kind in _KINDS:
            files += _file(kind, part)
        elif kind in ("text", "voice"):
            texts.append(_text(part, "content"))
    return "\n".join(text for text in texts if text).strip(), files


def _parts(body: Json) -> Iterator[tuple[str, Json]]:
    kind = _text(body, "msgtype")
    if kind != "mixed":
        yield kind, _part(body, kind)
        return
    items = _part(body, "mixed").get("msg_item")
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict):
            yield _text(item, "msgtype"), _part(item, _text(item, "msgtype"))


def _file(kind: str, part: Json) -> Iterator[RemoteFile]:
    url = _text(part, "url")
    if url:
        name, media_type = _KINDS[kind]
        shown = unquote(basename(urlsplit(url).path)) if _parsed(url) else ""
        remote = json.dumps({"url": url, "key": _text(part, "aeskey")})
        yield RemoteFile(name=shown if "." in shown else name, media_type=media_type, remote=remote)


def _parsed(url: str) -> bool:
    try:
        urlsplit(url)
    except ValueError:
        return False
    return True


def _part(body: Json, name: str) -> Json:
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def _text(body: Json, name: str) -> str:
    found = body.get(name)
    return found if isinstance(found, str) else ""
