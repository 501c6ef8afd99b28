"""What people send besides words and documents."""

import pytest

from bot.messages import InboundMessage, RemoteFile
from tests.builders.telegram import events
from tests.emulators.telegram.server import TelegramEmulator

LI = 5001


async def said(telegram: TelegramEmulator) -> InboundMessage:
    (event,) = await events(telegram, 1)
    assert isinstance(event, InboundMessage)
    return event


@pytest.mark.parametrize(
    ("language", "phone", "text"),
    [
        ("zh-hans", "8613800138000", "联系人：李雷，电话 +8613800138000"),
        ("", "+8613800138000", "联系人：李雷，电话 +8613800138000"),
        ("de", "+8613800138000", "New contact: 李雷, +8613800138000"),
    ],
)
async def test_a_shared_contact_is_a_name_and_a_number(
    telegram: TelegramEmulator, language: str, phone: str, text: str
) -> None:
    telegram.user(LI, language=language).shares_contact("李雷", phone)
    assert (await said(telegram)).text == text


async def test_a_shared_place_is_its_coordinates(telegram: TelegramEmulator) -> None:
    telegram.user(LI).shares_place(31.2304, 121.4737)
    assert (await said(telegram)).text == "我的位置：31.230400,121.473700"


async def test_a_sticker_is_words_and_no_consent(telegram: TelegramEmulator) -> None:
    telegram.user(LI, language="en").sends_sticker("👍")
    message = await said(telegram)
    assert (message.text, message.files) == ("[sticker 👍]", ())


@pytest.mark.parametrize(
    ("kind", "mime", "name", "media_type"),
    [
        ("voice", "audio/ogg", "voice-1.ogg", "audio/ogg"),
        ("audio", "audio/mpeg", "audio-1.mp3", "audio/mpeg"),
        ("video", "video/mp4", "video-1.mp4", "video/mp4"),
        ("video_note", "video/mp4", "note-1.mp4", "video/mp4"),
    ],
)
async def test_a_sound_or_film_is_kept_with_its_type_and_length(
    telegram: TelegramEmulator, kind: str, mime: str, name: str, media_type: str
) -> None:
    sizes = {"video": {"width": 1, "height": 1}, "video_note": {"length": 240}}.get(kind, {})
    telegram.user(LI).sends(kind, b"sound", mime, duration=7, **sizes)
    (file,) = (await said(telegram)).files
    assert isinstance(file, RemoteFile)
    assert (file.name, file.media_type, file.seconds) == (name, media_type, 7)
