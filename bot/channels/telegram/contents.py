"""What is in a message: words, also for what has none of its own, and files."""

from collections.abc import Iterator
from typing import Any

from aiogram.types import Contact, Location, Message

from bot.messages import RemoteFile
from config.i18n import Language, say


def words_of(message: Message) -> str:
    """What was written; of a shared contact or place, and of a sticker, what a person would say."""
    written = message.text or message.caption
    if written:
        return written
    language = _language(message)
    if message.contact is not None:
        return _contact(message.contact, language)
    if message.location is not None:
        return _location(message, message.location, language)
    if message.sticker is not None:
        # In brackets: a picture of a raised thumb is no consent to anything.
        return say(language, "telegram.sticker", emoji=message.sticker.emoji or "🙂")
    return ""


def files_of(message: Message) -> Iterator[RemoteFile]:
    """Documents, pictures in their largest size, sounds and films."""
    number = message.message_id
    if message.photo:
        yield _file(message.photo[-1], f"photo-{number}.jpg", "image/jpeg")
    if message.document:
        yield _file(message.document, f"file-{number}", "application/octet-stream")
    if message.voice:
        yield _file(message.voice, f"voice-{number}.ogg", "audio/ogg")
    if message.audio:
        yield _file(message.audio, f"audio-{number}.mp3", "audio/mpeg")
    if message.video:
        yield _file(message.video, f"video-{number}.mp4", "video/mp4")
    if message.video_note:
        yield _file(message.video_note, f"note-{number}.mp4", "video/mp4")


def _file(found: Any, name: str, media_type: str) -> RemoteFile:
    return RemoteFile(
        name=getattr(found, "file_name", None) or name,
        media_type=getattr(found, "mime_type", None) or media_type,
        remote=found.file_id,
        size=found.file_size or 0,
        seconds=getattr(found, "duration", None) or 0,
    )


def _contact(contact: Contact, language: Language) -> str:
    name = " ".join(each for each in (contact.first_name, contact.last_name) if each)
    # Telegram gives international numbers, with the plus or without.
    phone = f"+{contact.phone_number.lstrip('+')}"
    return say(language, "telegram.contact", name=name, phone=phone)


def _location(message: Message, location: Location, language: Language) -> str:
    named = ""
    if message.venue is not None:
        named = f"{message.venue.title}, {message.venue.address} "
    where = f"{named}{location.latitude:.6f},{location.longitude:.6f}"
    return say(language, "telegram.location", where=where)


def _language(message: Message) -> Language:
    code = ((message.from_user and message.from_user.language_code) or "zh").lower()
    if code.startswith(("zh-hant", "zh-tw", "zh-hk")):
        return Language.zh_tw
    return Language.zh_cn if code.startswith("zh") else Language.en
