"""What clients hide: status codes, headers, paths, and the four forms of one call."""

import asyncio
import json
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.emulators.telegram.server import TelegramEmulator

LI, GROUP = 5001, -4001


@pytest.fixture
def emulator() -> TelegramEmulator:
    emulator = TelegramEmulator(scale=0)
    emulator.user(LI, "李雷").says("/start")
    return emulator


@pytest.fixture
async def wire(emulator: TelegramEmulator) -> AsyncIterator[httpx.AsyncClient]:
    """Over a real connection, for what depends on one."""
    async with emulator:
        base = f"{emulator.url}/bot{emulator.token}/"
        async with httpx.AsyncClient(base_url=base) as wire:
            yield wire


@pytest.fixture
async def http(emulator: TelegramEmulator) -> AsyncIterator[httpx.AsyncClient]:
    """Straight into the application."""
    base, transport = f"http://emulator/bot{emulator.token}/", httpx.ASGITransport(emulator.app)
    async with httpx.AsyncClient(base_url=base, transport=transport) as http:
        yield http


def picture(width: int, height: int) -> bytes:
    drawn = BytesIO()
    Image.new("L", (width, height)).save(drawn, "PNG")
    return drawn.getvalue()


TEXT_BUTTON = (
    "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline"
    " keyboard"
)
KEYBOARD = {"inline_keyboard": [[{"text": "好", "callback_data": "ok"}]]}
FORMS: dict[str, dict[str, Any]] = {
    "query": {"params": {"chat_id": LI, "text": "你好", "reply_markup": json.dumps(KEYBOARD)}},
    "form": {"data": {"chat_id": LI, "text": "你好", "reply_markup": json.dumps(KEYBOARD)}},
    "json": {"json": {"chat_id": LI, "text": "你好", "reply_markup": KEYBOARD}},
    "multipart": {
        "files": {
            "chat_id": (None, str(LI)),
            "text": (None, "你好"),
            "reply_markup": (None, json.dumps(KEYBOARD)),
        }
    },
}


@pytest.mark.parametrize("form", FORMS)
async def test_a_call_means_the_same_in_every_form(
    emulator: TelegramEmulator, wire: httpx.AsyncClient, form: str
) -> None:
    answer = (await wire.post("sendMessage", **FORMS[form])).json()
    assert answer["ok"] is True
    shown = answer["result"]
    assert (shown["message_id"], shown["text"], shown["reply_markup"]) == (2, "你好", KEYBOARD)
    [entry] = emulator.ledger.effects("sendMessage")
    assert json.loads(entry["params"].pop("reply_markup")) == KEYBOARD
    assert entry["params"] == {"chat_id": str(LI), "text": "你好"}


async def test_get_works_and_the_case_of_a_method_does_not_matter(http: httpx.AsyncClient) -> None:
    for name in ("getMe", "getme", "GETME"):
        assert (await http.get(name)).json()["result"]["is_bot"] is True


async def test_the_test_path_is_the_same_bot(http: httpx.AsyncClient) -> None:
    assert (await http.get("test/getMe")).json()["result"]["id"] == 7000000001


@pytest.mark.parametrize(
    ("path", "status", "description"),
    [
        ("/", 404, "Not Found"),
        ("/bot1:A", 404, "Not Found"),
        ("/bot{token}/dance", 404, "Not Found: method not found"),
        ("/botABC/getMe", 401, "Unauthorized: invalid token specified"),
        ("/bot01:ABC/getMe", 401, "Unauthorized: invalid token specified"),
        ("/bot7" + "0" * 80 + ":A/getMe", 401, "Unauthorized: invalid token specified"),
        ("/bot7000000009:AAA/getMe", 401, "Unauthorized"),
        ("/file/bot{token}/documents/file_9.pdf", 404, "Not Found"),
        ("/file/bot7000000009:AAA/documents/file_1.pdf", 401, "Unauthorized"),
    ],
)
async def test_a_wrong_path_or_token_is_refused(
    emulator: TelegramEmulator, http: httpx.AsyncClient, path: str, status: int, description: str
) -> None:
    answer = await http.get("http://emulator" + path.format(token=emulator.token))
    assert answer.status_code == status
    assert answer.json() == {"ok": False, "error_code": status, "description": description}


async def test_a_flood_names_its_seconds_twice(
    emulator: TelegramEmulator, wire: httpx.AsyncClient
) -> None:
    emulator.fault("flood", method="sendMessage", value=5)
    answer = await wire.post("sendMessage", data={"chat_id": LI, "text": "hi"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
    assert answer.json() == {
        "ok": False, "error_code": 429, "description": "Too Many Requests: retry after 5",
        "parameters": {"retry_after": 5},
    }  # fmt: skip
    assert [each["code"] for each in emulator.refusals] == [429]


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
async def test_a_reset_is_one_on_the_wire(
    emulator: TelegramEmulator, wire: httpx.AsyncClient, kind: str
) -> None:
    emulator.fault(kind)
    reader, writer = await asyncio.open_connection("127.0.0.1", wire.base_url.port)
    writer.write(f"GET /bot{emulator.token}/getMe HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()


async def test_a_gateway_answers_with_a_page(
    emulator: TelegramEmulator, wire: httpx.AsyncClient
) -> None:
    emulator.fault("bad_gateway")
    answer = await wire.get("getMe")
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")


@pytest.mark.parametrize(
    ("chat", "rest", "description"),
    [
        ("", {"text": "hi"}, "Bad Request: chat_id is empty"),
        (LI, {}, "Bad Request: message text is empty"),
        (LI, {"text": " \n "}, "Bad Request: text must be non-empty"),
        ("@nobody_here", {"text": "hi"}, "Bad Request: chat not found"),
        ("me", {"text": "hi"}, "Bad Request: chat not found"),
        (5009, {"text": "hi"}, "Forbidden: bot can't initiate conversation with a user"),
        (LI, {"text": "hi", "business_connection_id": "x"},
         "Bad Request: business connection not found"),
        (LI, {"text": "hi", "reply_markup": "{"},
         "Bad Request: can't parse reply keyboard markup JSON object"),
        (LI, {"text": "hi", "reply_markup": '{"inline_keyboard": "x"}'},
         'Bad Request: field "inline_keyboard" must be of type Array'),
        (LI, {"text": "hi", "reply_markup": '{"inline_keyboard": [[{"text": "x"}]]}'},
         TEXT_BUTTON),
        (LI, {"text": "hi", "reply_markup": json.dumps(
            {"inline_keyboard": [[{"text": "x", "url": "ftp://a.b"}]]})},
         "Bad Request: inline keyboard button URL 'ftp://a.b' is invalid: Unsupported URL protocol"),
        (LI, {"text": "hi", "reply_markup": json.dumps(
            {"inline_keyboard": [[{"text": "x", "callback_data": "客" * 22}]]})},
         "Bad Request: BUTTON_DATA_INVALID"),
        (LI, {"text": "hi", "reply_markup": json.dumps(
            {"inline_keyboard": [[{"text": "x", "callback_data": "y"}]] * 101})},
         "Bad Request: reply markup is too long"),
    ],
)  # fmt: skip
async def test_a_message_that_cannot_be_sent_says_why(
    emulator: TelegramEmulator,
    http: httpx.AsyncClient,
    chat: object,
    rest: dict[str, str],
    description: str,
) -> None:
    emulator.user(5009)
    answer = await http.post("sendMessage", data={"chat_id": str(chat), **rest})
    assert answer.json()["description"] == description
    assert answer.status_code == answer.json()["error_code"]
    assert emulator.ledger.effects() == []


async def test_an_album_holds_its_files_in_order(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    media = [
        {"type": "photo", "media": "attach://one", "caption": "图"},
        {"type": "photo", "media": "attach://two"},
    ]
    files = {"one": ("1.png", picture(4, 3)), "two": ("2.png", picture(8, 6))}
    data = {"chat_id": str(LI), "media": json.dumps(media)}
    shown = (await http.post("sendMediaGroup", data=data, files=files)).json()["result"]
    assert [each["photo"][0]["width"] for each in shown] == [4, 8]
    assert len({each["media_group_id"] for each in shown}) == 1
    entries = emulator.ledger.effects("sendMediaGroup")
    assert [entry["message_id"] for entry in entries] == [each["message_id"] for each in shown]
    one = {"media": json.dumps(media[:1]), "chat_id": str(LI)}
    alone = await http.post("sendMediaGroup", data=one, files=files)
    assert alone.json()["description"] == "Bad Request: Too few messages to send as an album"


@pytest.mark.parametrize(
    ("content", "status", "description"),
    [
        (picture(9000, 1001), 400, "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        (picture(210, 10), 400, "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        (
            b"x" * (10 * 1024 * 1024 + 1),
            400,
            'Bad Request: file "upload" of size 10485761 bytes is too big for a photo',
        ),
        (b"no picture", 400, "Bad Request: IMAGE_PROCESS_FAILED"),
        (b"", 400, "Bad Request: file must be non-empty"),
    ],
)
async def test_a_picture_that_cannot_be_shown_is_refused(
    http: httpx.AsyncClient, content: bytes, status: int, description: str
) -> None:
    answer = await http.post("sendPhoto", data={"chat_id": LI}, files={"photo": content})
    assert (answer.status_code, answer.json()["description"]) == (status, description)


async def test_a_document_of_more_than_50_megabytes_is_too_large(wire: httpx.AsyncClient) -> None:
    heavy = {"document": ("heavy.bin", b"\0" * (50 * 1024 * 1024 + 1))}
    answer = await wire.post("sendDocument", data={"chat_id": LI}, files=heavy)
    assert (answer.status_code, answer.json()["error_code"]) == (413, 413)


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("sendPhoto", "There is no photo in the request"),
        ("sendDocument", "There is no document in the request"),
        ("sendChatAction", "Wrong parameter action in request"),
        ("getFile", "wrong file_id or the file is temporarily unavailable"),
    ],
)
async def test_a_call_without_its_content_is_refused(
    http: httpx.AsyncClient, method: str, reason: str
) -> None:
    answer = await http.post(method, data={"chat_id": LI})
    assert answer.json()["description"] == f"Bad Request: {reason}"


async def test_a_caption_is_shorter_than_a_text(http: httpx.AsyncClient) -> None:
    data, files = {"chat_id": LI, "caption": "x" * 1025}, {"document": ("a.txt", b"a")}
    answer = await http.post("sendDocument", data=data, files=files)
    assert answer.json()["description"] == "Bad Request: message caption is too long"


async def test_a_group_without_the_bot_is_closed_to_it(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    li, bot = emulator.user(LI), emulator.bots[0]
    group = emulator.group(GROUP, by=li)
    for member, reason in (("kicked", "bot was kicked from the group chat"),
                           ("left", "bot is not a member of the group chat")):  # fmt: skip
        group.room.members[bot.id] = member
        answer = await http.post("sendMessage", data={"chat_id": GROUP, "text": "hi"})
        assert (answer.status_code, answer.json()["description"]) == (403, f"Forbidden: {reason}")


async def test_twenty_messages_a_minute_fill_a_group(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    emulator.group(GROUP, by=emulator.user(LI))
    sent = 0
    for _ in range(60):
        answer = await http.post("sendMessage", data={"chat_id": GROUP, "text": "hi"})
        sent += answer.status_code == 200
        emulator.clock.advance(0.5)
    # 20 at once and one every three seconds of the thirty that passed
    assert 28 <= sent <= 30


async def test_a_logged_out_bot_is_gone(http: httpx.AsyncClient) -> None:
    assert (await http.post("logOut")).json()["result"] is True
    assert (await http.get("getMe")).json()["description"] == "Logged out"
