"""What Telegram says when it refuses, and what that means for the message."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from bot.channels.telegram.channel import TelegramChannel
from bot.errors import Busy, Closed, Moved, NotDelivered
from bot.messages import Address, OutboundMessage, RemoteFile
from config.channels import TelegramSettings
from config.errors import AppError, PermanentError, TransientError
from tests.builders.telegram import a_telegram, an_address
from tests.emulators.serving import served
from tests.emulators.telegram.errors import NOT_MODIFIED
from tests.emulators.telegram.server import TelegramEmulator

LI = 5001
TOKEN = "7000000001:AAEmulatedTokenOfTheFirstBot0000000"
HERE = Address(channel="telegram", bot="7000000001", chat="5001")
TOPIC = Address(channel="telegram", bot="7000000001", chat="-5001:17")


@asynccontextmanager
async def refusing(status: int, body: bytes) -> AsyncIterator[TelegramChannel]:
    """A channel whose Telegram answers everything with this."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async with served(app) as url:
        settings = TelegramSettings(token=SecretStr(TOKEN), api=url)
        async with TelegramChannel(settings) as channel:
            yield channel


async def refused(
    status: int, description: str, here: Address = HERE, **parameters: int
) -> AppError:
    """What `send` raises when Telegram says this."""
    said = {"ok": False, "error_code": status, "description": description}
    body = json.dumps(said | ({"parameters": parameters} if parameters else {})).encode()
    async with refusing(status, body) as channel:
        return await raised_by_send(channel, here)


async def raised_by_send(channel: TelegramChannel, here: Address) -> AppError:
    (part,) = channel.parts(OutboundMessage(address=here, text="hello"))
    with pytest.raises(AppError) as caught:
        await channel.send(part)
    return caught.value


@pytest.mark.parametrize(
    ("status", "description", "becomes"),
    [
        (400, "Bad Request: chat not found", Closed),
        (400, "Bad Request: PEER_ID_INVALID", Closed),
        (400, "Bad Request: not enough rights to send text messages to the chat", Closed),
        (403, "Forbidden: bot was blocked by the user", Closed),
        (403, "Forbidden: user is deactivated", Closed),
        (403, "Forbidden: bot can't initiate conversation with a user", Closed),
        (403, "Forbidden: bot was kicked from the supergroup chat", Closed),
        (403, "Forbidden: bot is not a member of the supergroup chat", Closed),
        (400, "Bad Request: chat_id is empty", PermanentError),
        (400, "Bad Request: message text is empty", PermanentError),
        (400, "Bad Request: message is too long", PermanentError),
        (400, "Bad Request: text is too long", PermanentError),
        (400, "Bad Request: message caption is too long", PermanentError),
        (400, "Bad Request: message to edit not found", PermanentError),
        (400, "Bad Request: message to delete not found", PermanentError),
        (400, "Bad Request: message to be replied not found", PermanentError),
        (400, "Bad Request: message can't be edited", PermanentError),
        (400, "Bad Request: message can't be deleted for everyone", PermanentError),
        (400, f"Bad Request: {NOT_MODIFIED}", PermanentError),
        (400, "Bad Request: query is too old and response timeout expired or query ID is invalid",
         PermanentError),
        (400, "Bad Request: BUTTON_DATA_INVALID", PermanentError),
        (400, "Bad Request: reply markup is too long", PermanentError),
        (400, "Bad Request: unsupported parse_mode", PermanentError),
        (400, "Bad Request: can't parse entities: Can't find end of Bold entity at byte offset 3",
         PermanentError),
        (400, "Bad Request: wrong file_id or the file is temporarily unavailable", PermanentError),
        (400, "Bad Request: file is too big", PermanentError),
        (400, "Bad Request: Wrong parameter action in request", PermanentError),
        (400, "Bad Request: There is no photo in the request", PermanentError),
        (400, "Bad Request: business connection not found", Closed),
        (400, "Bad Request: BUSINESS_CONNECTION_NOT_ALLOWED", Closed),
        (409, "Conflict: terminated by other getUpdates request", NotDelivered),
        (501, "Not Implemented", NotDelivered),
        (400, "Bad Request: message thread not found", PermanentError),
        (413, "Request Entity Too Large", PermanentError),
        (401, "Unauthorized", NotDelivered),
        (401, "Unauthorized: invalid token specified", NotDelivered),
        (404, "Not Found", NotDelivered),
        (500, "Internal Server Error: restart", TransientError),
        (502, "Bad Gateway", TransientError),
    ],
)  # fmt: skip
async def test_every_refusal_has_one_meaning(
    status: int, description: str, becomes: type[AppError]
) -> None:
    assert type(await refused(status, description)) is becomes


async def test_too_many_requests_says_how_long_to_wait() -> None:
    error = await refused(429, "Too Many Requests: retry after 5", retry_after=5)
    assert isinstance(error, Busy)
    assert error.seconds == 5


@pytest.mark.parametrize(("here", "there"), [(HERE, "-100900"), (TOPIC, "-100900:17")])
async def test_an_upgraded_group_says_where_it_is_now(here: Address, there: str) -> None:
    said = "Bad Request: group chat was upgraded to a supergroup chat"
    error = await refused(400, said, here, migrate_to_chat_id=-100900)
    assert isinstance(error, Moved)
    assert error.chat == there


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, b"<html><body>502 Bad Gateway</body></html>"),
        (200, b'{"ok":true,"result":{'),
        (200, b"[]"),
        (200, b'{"ok":true,"result":{"no":"message"}}'),
        (200, b""),
        (500, b""),
        (502, b'{"ok":false}'),
        (502, "网关错误".encode("gbk")),
        (400, b'{"ok":false,"description":7}'),
    ],
)
async def test_an_answer_that_cannot_be_read_leaves_a_doubt(status: int, body: bytes) -> None:
    async with refusing(status, body) as channel:
        assert type(await raised_by_send(channel, HERE)) is TransientError


async def test_a_refusal_without_a_reason_is_a_refusal() -> None:
    async with refusing(400, b'{"ok":false}') as channel:
        assert type(await raised_by_send(channel, HERE)) is PermanentError


@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "cut", "lost", "bad_gateway"])
async def test_a_connection_that_breaks_leaves_a_doubt(
    telegram: TelegramEmulator, kind: str
) -> None:
    telegram.user(LI).says("hi")
    telegram.fault(kind, method="sendMessage")
    async with a_telegram(telegram) as channel:
        error = await raised_by_send(channel, an_address(telegram, LI))
    assert type(error) is TransientError


async def test_where_nobody_listens_nothing_was_delivered() -> None:
    async with TelegramEmulator() as gone:
        channel = a_telegram(gone)
    async with channel:
        assert type(await raised_by_send(channel, HERE)) is NotDelivered


async def test_no_error_holds_the_token_or_the_message() -> None:
    async with refusing(403, b'{"ok":false,"error_code":403,"description":"Forbidden: x"}') as one:
        errors = [await raised_by_send(one, HERE)]
    async with TelegramEmulator(TOKEN) as gone:
        other = a_telegram(gone)
    async with other:
        errors.append(await raised_by_send(other, HERE))
    async with refusing(404, b"nothing") as third:
        with pytest.raises(AppError) as caught:
            await third.download(RemoteFile(name="n", media_type="m", remote="r"))
        errors.append(caught.value)
    assert not any("AAEmulated" in str(error) or "hello" in str(error) for error in errors)
