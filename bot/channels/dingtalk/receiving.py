"""From what DingTalk pushes to what happened, in our words."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from mimetypes import guess_type
from typing import Any

from bot.channels.dingtalk.cards import is_button_card
from bot.channels.dingtalk.frames import Json, read_object
from bot.channels.dingtalk.places import Chat, ReplyToken, session_of
from bot.messages import ChatClosed, InboundMessage, RemoteFile
from config.channels import DingtalkSettings

_MOST_ID, _MOST_CODE = 100, 4_000
_MENTION = re.compile(r"@\S+(?:\s+|$)")
_LEFT, _DISBANDED = "user_leave_org", "chat_disband"
_PRIVATE, _GROUP = "1", "2"


def message_of(data: Mapping[str, Any], settings: DingtalkSettings) -> InboundMessage | None:
    """None for what is none of our business, or nothing that we can read."""
    external_id, chat = identifier(data.get("msgId")), _chat(data)
    sender = identifier(data.get("senderStaffId")) or identifier(data.get("senderId"))
    if not external_id or chat is None or not sender:
        return None
    if chat.is_group and data.get("isInAtList") is not True:
        return None
    text, files = _text(data), tuple(_files(data))
    if chat.is_group:
        text = _without_mention(text, data) or ("" if files else "/help")
    if not text.strip() and not files:
        return None
    return InboundMessage(
        external_id=external_id,
        address=chat.address(settings.robot),
        sender_id=sender,
        sender_name=_string(data, "senderNick"),
        text=text.strip(),
        private=not chat.is_group,
        files=files,
        reply_token=_reply_token(data, external_id, settings).written(),
    )


def pressed_of(data: Mapping[str, Any], settings: DingtalkSettings) -> InboundMessage | None:
    """A button of one of our cards; they are named after the kind of chat that they are in."""
    card, user = identifier(data.get("outTrackId")), identifier(data.get("userId"))
    private = _object(_object(data.get("content")).get("cardPrivateData"))
    params, actions = _object(private.get("params")), private.get("actionIds")
    first = actions[0] if isinstance(actions, list) and actions else None
    key = identifier(params.get("key")) or identifier(first)
    if not is_button_card(card) or not user or not key:
        return None
    group = identifier(data.get("spaceId")) if card.startswith("g") else None
    if card.startswith("g") and not group:
        return None
    chat = Chat.of_group(group) if group else Chat.with_user(user)
    label = params.get("label")
    # The same press may be told twice, under different numbers.
    told = hashlib.sha256(f"{card}\n{user}\n{key}".encode()).hexdigest()
    return InboundMessage(
        external_id=f"card:{told}",
        address=chat.address(settings.robot),
        sender_id=user,
        sender_name=user,
        text=label if isinstance(label, str) and label else key,
        private=group is None,
        pressed=key,
    )


def closed_by(event: str, data: Mapping[str, Any], robot: str) -> list[ChatClosed]:
    """The chats that an event has ended: of somebody who left, of a group that was disbanded."""
    if event == _LEFT:
        users = data.get("userId")
        listed = users if isinstance(users, list) else [users]
        chats = [Chat.with_user(user) for each in listed if (user := identifier(each))]
    elif event == _DISBANDED and (group := identifier(data.get("openConversationId"))):
        chats = [Chat.of_group(group)]
    else:
        chats = []
    return [ChatClosed(address=chat.address(robot)) for chat in chats]


def identifier(value: object, most: int = _MOST_ID) -> str:
    """An id as a database keeps it; empty when it is none."""
    if not isinstance(value, str) or not 0 < len(value) <= most:
        return ""
    return value if value.isascii() and value.isprintable() else ""


def _chat(data: Mapping[str, Any]) -> Chat | None:
    if data.get("conversationType") == _GROUP:
        group = identifier(data.get("conversationId"))
        return Chat.of_group(group) if group else None
    if data.get("conversationType") != _PRIVATE:
        return None
    if staff := identifier(data.get("senderStaffId")):
        return Chat.with_user(staff)
    guest = identifier(data.get("senderId"))
    return Chat.with_guest(guest) if guest else None


def _text(data: Mapping[str, Any]) -> str:
    match data.get("msgtype"):
        case "text":
            return _string(_object(data.get("text")), "content")
        case "audio":
            return _string(_content(data), "recognition")
        case "richText":
            return "".join(_string(piece, "text") for piece in _pieces(data))
    return ""


def _files(data: Mapping[str, Any]) -> Iterator[RemoteFile]:
    content, kind = _content(data), data.get("msgtype")
    match kind:
        case "picture":
            yield from _file(content, "picture.jpg")
        case "richText":
            pictures = [each for each in _pieces(data) if each.get("type") == "picture"]
            for number, picture in enumerate(pictures, 1):
                yield from _file(picture, f"picture-{number}.jpg")
        case "audio":
            yield from _file(content, "voice.amr", "audio/amr")
        case "video":
            suffix = identifier(content.get("videoType"), 8) or "mp4"
            yield from _file(content, f"video.{suffix}", "video/mp4")
        case "file":
            yield from _file(content, _string(content, "fileName") or "file")


def _file(content: Json, name: str, media_type: str = "") -> Iterator[RemoteFile]:
    codes = (content.get("downloadCode"), content.get("pictureDownloadCode"))
    code = next((code for each in codes if (code := identifier(each, _MOST_CODE))), "")
    if code:
        known = media_type or guess_type(name)[0] or "application/octet-stream"
        yield RemoteFile(name=name, media_type=known, remote=code)


def _without_mention(text: str, data: Mapping[str, Any]) -> str:
    """Without the "@its name" that only says who is meant; when others are mentioned, too, the
    first name may be theirs."""
    users, ours = data.get("atUsers"), data.get("chatbotUserId")
    named = [each for each in users if isinstance(each, dict)] if isinstance(users, list) else []
    if any(each.get("dingtalkId") != ours for each in named):
        return text.strip()
    return _MENTION.sub("", text.strip(), count=1) if text.strip().startswith("@") else text.strip()


def _reply_token(
    data: Mapping[str, Any], external_id: str, settings: DingtalkSettings
) -> ReplyToken:
    until = data.get("sessionWebhookExpiredTime")
    return ReplyToken(
        session=session_of(data.get("sessionWebhook"), settings.old_api),
        until=until if isinstance(until, int) else 0,
        staff=identifier(data.get("senderStaffId")),
        message=external_id,
    )


def _content(data: Mapping[str, Any]) -> Json:
    return _object(data.get("content"))


def _pieces(data: Mapping[str, Any]) -> list[Json]:
    found = _content(data).get("richText")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _object(value: object) -> Json:
    """An object, written as JSON or not."""
    if isinstance(value, str):
        return read_object(value) or {}
    return value if isinstance(value, dict) else {}


def _string(content: Mapping[str, Any], name: str) -> str:
    found = content.get(name)
    return found if isinstance(found, str) else ""
