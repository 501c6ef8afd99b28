"""Files of people are fetched from where WeCom keeps them, and from nowhere else."""

import json

import pytest

from bot.messages import File, RemoteFile
from config.errors import PermanentError, TransientError
from tests.builders.wecom_bot import a_desk, a_wecom_bot
from tests.emulators.serving import served
from tests.emulators.wecom.bot.server import WecomBotEmulator

TABLE = File(name="表.csv", media_type="text/csv", content=b"a,b\n1,2")


def remote(url: str, key: str = "") -> RemoteFile:
    return RemoteFile(name="f", media_type="m", remote=json.dumps({"url": url, "key": key}))


async def test_an_address_is_good_for_five_minutes(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom) as desk:
        wecom.user("lilei").sends_file("表.csv", b"a,b")
        (file,) = (await desk.message()).files
        assert isinstance(file, RemoteFile)
        wecom.clock.advance(299)
        assert (await desk.channel.download(file)).content == b"a,b"
        wecom.clock.advance(2)
        with pytest.raises(PermanentError, match="gone"):
            await desk.channel.download(file)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "http://127.0.0.1:1/x",
        "ftp://x/y",
        "",
    ],
)
async def test_only_https_is_fetched_but_for_the_configured_host(
    wecom: WecomBotEmulator, url: str
) -> None:
    async with a_wecom_bot(wecom) as channel:
        with pytest.raises(PermanentError):
            await channel.download(remote(url))


@pytest.mark.parametrize("key", ["", "c2hvcnQ=", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="])
async def test_a_file_with_a_wrong_key_will_not_come(wecom: WecomBotEmulator, key: str) -> None:
    id_ = wecom.world.keep("file", "f", b"content")
    async with a_wecom_bot(wecom) as channel:
        with pytest.raises(PermanentError, match="decrypted"):
            await channel.download(remote(f"{wecom.api}/media/{id_}?sign=secret", key))


@pytest.mark.parametrize(
    ("status", "becomes"),
    [(403, PermanentError), (404, PermanentError), (410, PermanentError), (301, TransientError),
     (500, TransientError), (502, TransientError)],
)  # fmt: skip
async def test_every_answer_to_a_download_has_one_meaning(
    wecom: WecomBotEmulator, status: int, becomes: type[Exception]
) -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        assert callable(send)
        headers = [(b"location", b"http://127.0.0.1:1/")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"secret"})

    async with served(app) as url:
        wecom.api = url
        async with a_wecom_bot(wecom) as channel:
            with pytest.raises(becomes) as caught:
                await channel.download(remote(f"{url}/x?sign=secret"))
    assert "secret" not in str(caught.value)


async def test_a_file_that_is_too_large_will_not_come(wecom: WecomBotEmulator) -> None:
    id_ = wecom.world.keep("file", "f", b"x" * 20_000_001)
    async with a_wecom_bot(wecom) as channel:
        with pytest.raises(PermanentError, match="too large"):
            url = f"{wecom.api}/media/{id_}?sign=secret"
            await channel.download(remote(url, wecom.world.key_of(id_)))


@pytest.mark.parametrize("size", [8, 512 * 1024, 512 * 1024 + 1, 1_500_000])
async def test_a_file_goes_up_in_chunks_and_arrives_whole(
    wecom: WecomBotEmulator, size: int
) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    file = File(name="报表.xlsx", media_type="application/x", content=content[:size])
    async with a_desk(wecom) as desk:
        wecom.user("lilei")
        await desk.push("lilei", "", files=(file,))
    (shown,) = wecom.shown("lilei")
    assert (shown.kind, shown.name, shown.data) == ("file", "报表.xlsx", content[:size])
    chunks = wecom.ledger.effects("aibot_upload_media_chunk")
    assert [entry["body"]["chunk_index"] for entry in chunks] == [*range(-(-size // (512 * 1024)))]


async def test_a_picture_is_shown_and_anything_else_is_a_file(wecom: WecomBotEmulator) -> None:
    chart = File(name="图.png", media_type="image/png", content=b"\x89PNG")
    async with a_desk(wecom) as desk:
        wecom.user("lilei")
        await desk.push("lilei", "看", files=(chart, TABLE))
    assert [each.kind for each in wecom.shown("lilei")] == ["markdown", "image", "file"]


async def test_a_file_that_wecom_does_not_take_will_never_go(wecom: WecomBotEmulator) -> None:
    wecom.user("lilei")
    huge = File(name="x.bin", media_type="x", content=b"x" * (512 * 1024 * 100 + 1))
    async with a_desk(wecom) as desk:
        with pytest.raises(PermanentError):
            await desk.push("lilei", "", files=(huge,))
    assert wecom.shown("lilei") == []
