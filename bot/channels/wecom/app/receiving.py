"""What WeCom told an app, as our events."""

from collections.abc import Iterator
from hashlib import sha256
from mimetypes import guess_type

from bot.channels.wecom.callback import Fields
from bot.messages import Address, ChatClosed, Event, InboundMessage, RemoteFile

NAME = "wecom_app"
CARD_PRESSED = "template_card_event"
# Between the key of a button and its label, which WeCom does not tell.
_LABEL_AFTER = "|"
_MOST_ID_LETTERS = 64
_BEGINNING = "/start"


def button_key(key: str, label: str) -> str:
    return f"{key}{_LABEL_AFTER}{label}"


def label_of(event_key: str) -> str:
    """Of the button that was pressed."""
    key, _, label = event_key.partition(_LABEL_AFTER)
    return label or key


def event_of(fields: Fields, agent_id: int) -> Event | None:
    """None for what is none of our business, such as menus, approvals and other apps."""
    sender = fields.get("FromUserName", "")
    if not sender or fields.get("AgentID", str(agent_id)) != str(agent_id):
        return None
    address = Address(channel=NAME, bot=str(agent_id), chat=sender)
    if fields.get("MsgType") == "event":
        return _happened(fields, address)
    text, files = _text(fields), tuple(_files(fields))
    if not text and not files:
        return None
    return _message(address, _short(fields.get("MsgId") or _event_id(fields)), text, files=files)


def _happened(fields: Fields, address: Address) -> Event | None:
    key = fields.get("EventKey", "")
    match fields.get("Event", ""):
        case "subscribe" | "enter_agent":
            # Opening the app again says the same, and is not answered again.
            return _message(address, _short(f"begin:{address.chat}"), _BEGINNING)
        case "unsubscribe":
            return ChatClosed(address=address)
        case pressed if pressed == CARD_PRESSED and key:
            found, _, _ = key.partition(_LABEL_AFTER)
            return _message(address, _event_id(fields), label_of(key), pressed=found)
        case _:
            return None


def _message(
    address: Address,
    external_id: str,
    text: str,
    *,
    files: tuple[RemoteFile, ...] = (),
    pressed: str | None = None,
) -> InboundMessage:
    return InboundMessage(
        external_id=external_id, address=address, sender_id=address.chat,
        sender_name=address.chat, text=text, files=files, pressed=pressed,
    )  # fmt: skip


def _event_id(fields: Fields) -> str:
    """Events have no id; sent again, they are the same in all of this."""
    names = ("FromUserName", "CreateTime", "Event", "EventKey", "TaskId")
    told = "\n".join(fields.get(name, "") for name in names)
    return f"event:{sha256(told.encode()).hexdigest()[:40]}"


def _short(external_id: str) -> str:
    if len(external_id) <= _MOST_ID_LETTERS:
        return external_id
    return sha256(external_id.encode()).hexdigest()


def _text(fields: Fields) -> str:
    match fields.get("MsgType", ""):
        case "text":
            return fields.get("Content", "")
        case "voice":
            return fields.get("Recognition", "")
        case "location":
            at = f"{fields.get('Location_X', '')}, {fields.get('Location_Y', '')}"
            return f"{fields.get('Label', '')} ({at})".strip()
        case "link":
            parts = (fields.get(name, "") for name in ("Title", "Description", "Url"))
            return "\n".join(part for part in parts if part)
        case _:
            return ""


def _files(fields: Fields) -> Iterator[RemoteFile]:
    kind, media, number = (fields.get(name, "") for name in ("MsgType", "MediaId", "MsgId"))
    if not media:
        return
    match kind:
        case "image":
            yield _file(media, f"image-{number}.jpg", "image/jpeg")
        case "voice":
            ending = fields.get("Format", "") or "amr"
            yield _file(media, f"voice-{number}.{ending}", f"audio/{ending}")
        case "video":
            yield _file(media, f"video-{number}.mp4", "video/mp4")
        case "file":
            name = fields.get("FileName") or f"file-{number}"
            yield _file(media, name, guess_type(name)[0] or "application/octet-stream")


def _file(media: str, name: str, media_type: str) -> RemoteFile:
    return RemoteFile(name=name, media_type=media_type, remote=media)
