"""What people send to the robot is fetched from where DingTalk keeps it, and from nowhere else."""

import httpx
import pytest

from bot.channels.dingtalk.channel import DingtalkChannel
from bot.messages import InboundMessage, RemoteFile
from config.errors import AppError, PermanentError, TransientError
from tests.builders.dingtalk import LI, a_dingtalk, events
from tests.emulators.dingtalk.server import DingtalkEmulator


async def fetched(ding: DingtalkEmulator, *contents: bytes) -> list[bytes]:
    """The files of the next message."""
    (message,) = await events(ding, 1)
    assert isinstance(message, InboundMessage)
    async with a_dingtalk(ding) as channel:
        return [
            (await channel.download(file)).content
            for file in message.files
            if isinstance(file, RemoteFile)
        ]


@pytest.mark.parametrize("kind", ["picture", "audio", "video"])
async def test_every_kind_of_file_is_fetched(ding: DingtalkEmulator, kind: str) -> None:
    getattr(ding.user(LI), f"sends_{kind}")(b"content")
    assert await fetched(ding) == [b"content"]


async def test_pictures_between_words_come_in_their_order(ding: DingtalkEmulator) -> None:
    ding.user(LI).sends_rich("一", b"first", "二", b"second")
    assert await fetched(ding) == [b"first", b"second"]


async def download(ding: DingtalkEmulator) -> AppError:
    code = ding.world.store("m", "a.csv", b"content", "sent").code
    file = RemoteFile(name="a.csv", media_type="text/csv", remote=code)
    with pytest.raises(AppError) as caught:
        async with a_dingtalk(ding) as channel:
            await channel.download(file)
    return caught.value


@pytest.mark.parametrize(
    ("kind", "becomes"),
    [
        ("bad_request", PermanentError), ("scopes", PermanentError), ("qps", TransientError),
        ("unknown_error", TransientError), ("gateway_timeout", TransientError),
        ("reset_before", TransientError), ("malformed", TransientError), ("banned", TransientError),
    ],
)  # fmt: skip
async def test_a_file_that_may_come_later_is_told_from_one_that_will_not(
    ding: DingtalkEmulator, kind: str, becomes: type[AppError]
) -> None:
    ding.faults.next(kind, "messageFiles/download")
    assert isinstance(await download(ding), becomes)


async def test_a_file_that_is_too_large_is_not_read_to_its_end(
    ding: DingtalkEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.dingtalk.files._MOST_DOWNLOADED", 3)
    assert "too large" in str(await download(ding))


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/x", "http://127.0.0.1:9/x", "http://169.254.169.254/latest",
     "file:///etc/passwd", "https://oss.aliyuncs.com.evil.example/x", "https://[", "",
     "https://evil.example/.aliyuncs.com", "https://x.aliyuncs.com:8443/x"],
)  # fmt: skip
async def test_nothing_is_fetched_from_elsewhere(
    ding: DingtalkEmulator, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert isinstance(await _fetched_from(ding, monkeypatch, url), PermanentError)


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://wukong.oss-cn-zhangjiakou.aliyuncs.com/a?Signature=x%2B",
         "https://wukong.oss-cn-zhangjiakou.aliyuncs.com/a?Signature=x%2B"),
        ("http://down.dingtalk.com/a", "https://down.dingtalk.com/a"),
    ],
)  # fmt: skip
async def test_dingtalk_s_own_storage_is_asked_with_encryption(
    ding: DingtalkEmulator, monkeypatch: pytest.MonkeyPatch, url: str, asked: str
) -> None:
    seen: list[str] = []

    async def fetch(self: object, url: httpx.URL, most: int) -> bytes:
        seen.append(str(url))
        return b""

    monkeypatch.setattr("bot.channels.dingtalk.api.Api.fetch", fetch)
    assert await _fetched_from(ding, monkeypatch, url) is None
    assert seen == [asked]


async def _fetched_from(
    ding: DingtalkEmulator, monkeypatch: pytest.MonkeyPatch, url: str
) -> AppError | None:
    """What becomes of a download that DingTalk says is there."""

    async def call(self: object, method: str, path: str, body: object) -> dict[str, str]:
        return {"downloadUrl": url}

    monkeypatch.setattr("bot.channels.dingtalk.api.Api.call", call)
    channel: DingtalkChannel = a_dingtalk(ding)
    async with channel:
        try:
            await channel.download(RemoteFile(name="a", media_type="b", remote="c"))
        except AppError as error:
            return error
    return None
