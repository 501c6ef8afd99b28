"""What WeCom says when it refuses, and what that means for the message."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.channels.wecom.app.channel import WecomAppChannel
from bot.channels.wecom.errors import Refused
from bot.errors import Busy, Closed, NotDelivered
from bot.messages import File, OutboundMessage, RemoteFile
from config.channels import WecomAppSettings
from config.errors import AppError, PermanentError, TransientError
from config.settings import LogSettings
from tests.builders.logs import logging_to
from tests.builders.wecom_app import LI, ServedApp, a_shelf, an_address, sent, texts
from tests.emulators.serving import served
from tests.emulators.wecom.server import WecomEmulator

SEND, UPLOAD = "message/send", "media/upload"
TOKEN = "a-token-that-nobody-must-read"
SECRET = "a-secret-that-nobody-must-read"
HERE = OutboundMessage(
    address=an_address(WecomEmulator()), text="hello", key="reply:1"
)  # fmt: skip


def a_channel(api: str) -> WecomAppChannel:
    settings = WecomAppSettings(
        corp_id="ww1", agent_id=1_000_002, token=SecretStr("QDG6eK"), aes_key=SecretStr("x" * 43),
        secret=SecretStr(SECRET), api=api,
    )  # fmt: skip
    return WecomAppChannel(settings, a_shelf())


@asynccontextmanager
async def answering(status: int, body: bytes, token: Any = None) -> AsyncIterator[WecomAppChannel]:
    """A channel whose WeCom gives a token and answers everything else with this."""
    given = token or {"errcode": 0, "errmsg": "ok", "access_token": TOKEN, "expires_in": 7200}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asks_token = scope["path"].endswith("gettoken")
        said = json.dumps(given).encode() if asks_token else body
        start = {"type": "http.response.start", "status": 200 if asks_token else status}
        await send({**start, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": said})

    async with served(app) as url, a_channel(url) as channel:
        yield channel


async def raised(channel: WecomAppChannel, message: OutboundMessage = HERE) -> AppError:
    with pytest.raises(AppError) as caught:
        await sent(channel, message)
    return caught.value


async def refused(code: int, said: str = "no") -> AppError:
    """What `send` raises when WeCom says this."""
    async with answering(200, json.dumps({"errcode": code, "errmsg": said}).encode()) as channel:
        return await raised(channel)


@pytest.mark.parametrize(
    ("code", "becomes"),
    [
        (-1, NotDelivered), (45033, NotDelivered), (45009, Busy),
        (40014, NotDelivered), (42001, NotDelivered), (41001, NotDelivered),
        (81013, Closed), (60111, Closed), (40003, Closed),
        *((code, Refused) for code in (
            40001, 40008, 40013, 40056, 40058, 40096, 40201, 41004, 41048, 41051, 44004, 45002,
            48002, 60011, 60020, 60140, 82001, 84061, 86001, 86003, 93000, 93001, 93004, 93006,
            93008, 93017, 93018, 93019, 95000, 95018, 301002, 846605, 846608, 846609, 853000, 99999,
        )),
    ],
)  # fmt: skip
async def test_every_code_has_one_meaning(code: int, becomes: type[AppError]) -> None:
    assert type(await refused(code)) is becomes


async def test_too_many_calls_wait_as_long_as_wecom_blocks() -> None:
    error = await refused(45009)
    assert isinstance(error, Busy)
    assert error.seconds == 60


async def test_the_words_of_wecom_do_not_matter() -> None:
    error = await refused(45002, "ok, please retry later: system busy, 45009")
    assert isinstance(error, Refused)
    assert error.code == 45002


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (60020, "this server's address 203.0.113.9"),
        (60020, "企业可信IP"),
        (48002, "no right to this interface"),
        (301002, "no right to do this"),
        (40001, "the secret is wrong"),
        (40056, "the agent id is wrong"),
    ],
)
async def test_what_the_operator_can_mend_says_how(code: int, advice: str) -> None:
    said = "not allow, hint: [123], from ip: 203.0.113.9, more info at https://open.work.weixin.qq"
    error = await refused(code, said)
    assert advice in str(error)
    assert "more info" not in str(error)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, b"<html>502 Bad Gateway</html>"), (200, b'{"errcode":0,'), (200, b"[]"), (200, b""),
        (200, b'{"errmsg":"ok"}'), (200, b'{"errcode":"0"}'), (200, b'{"errcode":true}'),
        (302, b""), (500, b'{"errcode":0}'), (200, "网关错误".encode("gbk")),
        (200, b"[" * 100_000),
    ],
)  # fmt: skip
async def test_an_answer_that_cannot_be_read_leaves_a_doubt(status: int, body: bytes) -> None:
    async with answering(status, body) as channel:
        assert type(await raised(channel)) is TransientError


@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "cut", "lost", "malformed"])
async def test_a_connection_that_breaks_leaves_a_doubt(wecom: WecomEmulator, kind: str) -> None:
    wecom.fault(kind, path=SEND)
    async with ServedApp(wecom) as channel:
        assert type(await raised(channel)) is TransientError


async def test_where_nobody_listens_nothing_was_delivered() -> None:
    async with answering(200, b"") as gone:
        pass
    async with gone:
        assert type(await raised(gone)) is NotDelivered


async def test_who_never_answers_leaves_a_doubt_in_time(
    wecom: WecomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.wecom.app.channel._PATIENCE_SECONDS", 0.05)
    wecom.fault("slow", path=SEND, value=60)
    async with ServedApp(wecom) as channel:
        assert type(await raised(channel)) is TransientError


@pytest.mark.parametrize("kind", ["reset_before", "cut", "lost", "malformed", "bad_gateway"])
@pytest.mark.parametrize("path", ["gettoken", UPLOAD])
async def test_what_fails_before_the_message_goes_out_leaves_no_doubt(
    wecom: WecomEmulator, path: str, kind: str
) -> None:
    wecom.fault(kind, path=path)
    files = (File(name="a.csv", media_type="text/csv", content=b"a,b,c,d"),)
    message = OutboundMessage(address=an_address(wecom), text="", files=files, key="reply:1")
    async with ServedApp(wecom) as channel:
        assert type(await raised(channel, message)) is NotDelivered
        assert await sent(channel, message)


@pytest.mark.parametrize("code", [40001, 40013])
async def test_settings_that_wecom_does_not_know_are_refused(code: int) -> None:
    async with answering(200, b"", token={"errcode": code, "errmsg": "no"}) as channel:
        error = await raised(channel)
    assert isinstance(error, Refused)
    assert error.code == code


@pytest.mark.parametrize("end", ["expire", "forget"])
async def test_a_token_that_died_early_is_renewed_once(wecom: WecomEmulator, end: str) -> None:
    tokens = wecom.world.tokens
    async with ServedApp(wecom) as channel:
        await sent(channel, HERE)
        getattr(tokens, end)()
        await sent(channel, OutboundMessage(address=an_address(wecom), text="again"))
    assert texts(wecom) == ["hello", "again"]
    assert tokens.asked == 2


async def test_a_token_is_used_until_it_is_old(
    wecom: WecomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = 0.0
    monkeypatch.setattr("bot.channels.wecom.api.time.monotonic", lambda: 1_000.0 + passed)
    async with ServedApp(wecom) as channel:
        await sent(channel, HERE)
        passed = 6_800.0
        await sent(channel, HERE)
        assert wecom.world.tokens.asked == 1
        passed = 7_000.0
        await sent(channel, HERE)
    assert wecom.world.tokens.asked == 2


@pytest.mark.parametrize("life", ["7200", None, -5, 0, [], True])
async def test_a_token_of_a_strange_life_is_used_at_once(life: object) -> None:
    token = {"errcode": 0, "errmsg": "ok", "access_token": TOKEN, "expires_in": life}
    done = b'{"errcode":0,"errmsg":"ok","msgid":"m1"}'
    async with answering(200, done, token) as channel:
        assert await sent(channel, HERE) == ["m1"]


async def test_of_many_who_need_a_token_one_asks(wecom: WecomEmulator) -> None:
    async with ServedApp(wecom) as channel:
        await asyncio.gather(*(
            sent(channel, OutboundMessage(address=an_address(wecom), text=str(number)))
            for number in range(10)
        ))  # fmt: skip
        assert wecom.world.tokens.asked == 1
        wecom.world.tokens.expire()
        await asyncio.gather(*(
            sent(channel, OutboundMessage(address=an_address(wecom), text=str(number)))
            for number in range(10, 20)
        ))  # fmt: skip
    assert sorted(map(int, texts(wecom))) == [*range(20)]
    assert wecom.world.tokens.asked == 2


async def test_an_unknown_member_is_closed_though_wecom_says_ok(wecom: WecomEmulator) -> None:
    wecom.app.members = {"somebody-else", LI}
    async with answering(200, b'{"errcode":0,"errmsg":"ok","invaliduser":"lilei"}') as channel:
        assert type(await raised(channel)) is Closed
    async with ServedApp(wecom) as channel:
        stranger = OutboundMessage(address=an_address(wecom, "hanmeimei"), text="hello")
        assert type(await raised(channel, stranger)) is Closed


async def test_a_member_without_a_licence_is_no_closed_chat(wecom: WecomEmulator) -> None:
    wecom.app.unlicensed = {LI}
    async with ServedApp(wecom) as channel:
        error = await raised(channel)
    assert type(error) is PermanentError
    assert "licence" in str(error)


async def test_a_file_that_is_too_large_is_never_taken(wecom: WecomEmulator) -> None:
    files = (File(name="a.csv", media_type="text/csv", content=b"x" * 20_000_001),)
    message = OutboundMessage(address=an_address(wecom), text="", files=files)
    async with ServedApp(wecom) as channel:
        assert type(await raised(channel, message)) is PermanentError
    assert wecom.api.calls == []


@pytest.mark.parametrize(
    ("kind", "value", "becomes"),
    [
        ("code", 40007, PermanentError), ("code", -1, TransientError),
        ("code", 45009, TransientError), ("bad_gateway", 0, TransientError),
        ("reset_before", 0, TransientError), ("cut", 0, TransientError),
    ],
)  # fmt: skip
async def test_a_file_comes_later_or_never(
    wecom: WecomEmulator, kind: str, value: float, becomes: type[AppError]
) -> None:
    stored = wecom.world.keep("file", "表 1.csv", b"a,b,c,d")
    wecom.fault(kind, path="media/get", value=value)
    file = RemoteFile(name="a", media_type="text/csv", remote=stored.id)
    async with ServedApp(wecom) as channel:
        with pytest.raises(AppError) as caught:
            await channel.download(file)
        assert isinstance(caught.value, becomes)
        assert (await channel.download(file)).content == b"a,b,c,d"


async def test_a_file_that_grows_too_large_is_not_read_on(
    wecom: WecomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.wecom.api._MOST_FETCHED", 6)
    stored = wecom.world.keep("file", "a.csv", b"1234567")
    async with ServedApp(wecom) as channel:
        with pytest.raises(PermanentError, match="too large"):
            await channel.download(RemoteFile(name="a", media_type="b", remote=stored.id))


async def test_nothing_that_is_raised_or_logged_holds_the_token_or_the_secret(
    wecom: WecomEmulator, tmp_path: Path
) -> None:
    errors = []
    with logging_to(tmp_path, LogSettings(level="DEBUG")) as log:
        for kind in ("reset_before", "lost", "malformed", "cut"):
            for path in ("gettoken", SEND):
                wecom.world.tokens.forget()
                wecom.fault(kind, path=path)
                async with ServedApp(wecom) as channel:
                    errors.append(await raised(channel))
        async with answering(200, b'{"errcode":60020,"errmsg":"no"}') as other:
            errors.append(await raised(other))
        assert TOKEN not in f"{other!r} {vars(other)!r}"
    said = "\n".join([*(repr(error) for error in errors), log.read_text()])
    assert len(errors) == 9
    for secret in ("tok-", TOKEN, SECRET, wecom.app.secret):
        assert secret not in said
