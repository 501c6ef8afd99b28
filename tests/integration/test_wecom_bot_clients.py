"""WeCom's own clients, and one of others, find in our emulator what they find in WeCom."""

import asyncio
import base64
import importlib
import json
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.channels.wecom.crypto import Envelope, decrypt_file
from tests.builders.certificates import a_certificate
from tests.builders.node import node_with_packages
from tests.emulators.wecom.bot.server import WecomBotEmulator

NODE = Path(__file__).parents[1] / "node"
CARD = {
    "card_type": "button_interaction", "main_title": {"title": "请选择"},
    "button_list": [{"text": "好", "style": 1, "key": "yes"}], "task_id": "task-1",
}  # fmt: skip
CHOSEN = CARD | {"button_list": [{"text": "✓", "style": 2, "key": "done"}]}
TOKEN, KEY = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


@pytest.fixture(scope="module")
def packages() -> None:
    node_with_packages(NODE)


needs_node = pytest.mark.usefixtures("packages")


@pytest.fixture
async def wecom() -> AsyncIterator[WecomBotEmulator]:
    async with WecomBotEmulator() as emulator:
        yield emulator


def kinds(wecom: WecomBotEmulator) -> list[str]:
    return [each.kind for each in wecom.shown("lilei")]


class NodeProcess:
    """A script of tests/node that says what happens, line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def next(self, what: str) -> dict[str, Any]:
        """The next line that says this."""
        async with asyncio.timeout(60):
            while found := await self.line():
                if found.get("what") == what:
                    return found
        raise AssertionError(f"it ended before {what}")

    async def ask(self, **asked: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        return await self.line()

    async def line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        found = await self._process.stdout.readline()
        return dict(json.loads(found)) if found else {}


@asynccontextmanager
async def node(script: str, *arguments: str) -> AsyncIterator[NodeProcess]:
    process = await asyncio.create_subprocess_exec(
        "node", script, *arguments, cwd=NODE, stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield NodeProcess(process)
    finally:
        process.kill()
        await process.communicate()


@needs_node
async def test_the_official_node_client_does_all_that_a_bot_does(wecom: WecomBotEmulator) -> None:
    li = wecom.user("lilei")
    async with node("wecom_bot.mjs", wecom.ws, wecom.bot_id, wecom.secret) as client:
        await client.next("authenticated")
        li.enters()
        await client.next("welcomed")
        li.says("你好")
        assert await client.next("answered") == {
            "what": "answered", "text": "你好", "refused": 846605
        }  # fmt: skip
        assert kinds(wecom) == ["text", "stream", "markdown", "template_card", "file"]
        assert wecom.shown("lilei")[1].content == "一二"
        assert wecom.shown("lilei")[4].data == b"\x07" * 700_000
        li.presses("好")
        assert (await client.next("updated"))["key"] == "yes"
        assert wecom.shown("lilei")[3].labels == ["✓"]
        li.sends_file("表.csv", b"a,b")
        file = await client.next("file")
        assert (file["filename"], base64.b64decode(file["content"])) == ("表.csv", b"a,b")
    assert wecom.ledger.of("violation") == []


@needs_node
async def test_the_official_node_client_connects_again(wecom: WecomBotEmulator) -> None:
    async with node("wecom_bot.mjs", wecom.ws, wecom.bot_id, wecom.secret) as client:
        await client.next("authenticated")
        await wecom.socket.end(1006)
        await client.next("authenticated")
    assert wecom.socket.subscriptions == 2


@needs_node
async def test_the_official_node_client_is_told_that_its_secret_is_wrong(
    wecom: WecomBotEmulator,
) -> None:
    async with node("wecom_bot.mjs", wecom.ws, wecom.bot_id, "wrong") as client:
        await client.next("error")
    assert {entry["errcode"] for entry in wecom.ledger.of("refused")} == {853000}


@needs_node
@pytest.mark.parametrize("receiver", ["", "wx5823bf96d3bd56c7"])
async def test_the_official_node_crypto_and_ours_open_what_the_other_seals(receiver: str) -> None:
    ours = Envelope(TOKEN, KEY, receiver)
    known = {"token": TOKEN, "key": KEY, "receiver": receiver, "timestamp": "1", "nonce": "n"}
    async with node("wecom_crypto.mjs") as theirs:
        for text in ("", "x", "你好 " * 100, "x" * 12, '{"a":"👍"}'):
            found = await theirs.ask(ask="seal", text=text, **known)
            opened = ours.open(
                signature=found["signature"], timestamp="1", nonce="n", encrypted=found["encrypt"]
            )
            assert opened.decode() == text
            sealed = ours.seal(text.encode(), "1", "n")
            said = await theirs.ask(
                ask="open", signature=sealed.signature, encrypted=sealed.encrypted, **known
            )
            assert said == {"text": text}


@needs_node
async def test_the_official_node_cipher_opens_the_files_of_the_emulator(
    wecom: WecomBotEmulator,
) -> None:
    id_ = wecom.world.keep("file", "f", b"content of a file")
    content, key = wecom.world.encrypted(id_), wecom.world.key_of(id_)
    async with node("wecom_crypto.mjs") as theirs:
        asked = base64.b64encode(content).decode()
        found = await theirs.ask(ask="file", content=asked, key=key)
    assert base64.b64decode(found["content"]) == b"content of a file"
    assert decrypt_file(content, key) == b"content of a file"


async def next_frame(frames: "asyncio.Queue[Any]") -> Any:
    async with asyncio.timeout(60):
        return await frames.get()


async def begun(client: Any, frames: "asyncio.Queue[Any]", wecom: WecomBotEmulator) -> Any:
    """A welcome, a streamed answer, a notice, and a card; returns the frame of its pressed button."""
    li = wecom.user("lilei")
    li.enters()
    welcome = {"msgtype": "text", "text": {"content": "欢迎"}}
    await client.reply_welcome(await next_frame(frames), welcome)
    li.says("你好")
    frame = await next_frame(frames)
    await client.reply_stream(frame, "s1", "一", False)
    await client.reply_stream(frame, "s1", "一二", True)
    await client.send_message("lilei", {"msgtype": "markdown", "markdown": {"content": "通知"}})
    await client.send_message("lilei", {"msgtype": "template_card", "template_card": CARD})
    li.presses("好")
    return await next_frame(frames)


EVENTS = ("message.text", "message.file", "event.enter_chat", "event.template_card_event")


async def test_the_official_python_client_talks_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        aibot, ws = importlib.import_module("aibot"), importlib.import_module("aibot.ws")
    server, client_side = a_certificate(tmp_path)
    monkeypatch.setattr(ws, "_SSL_CONTEXT", client_side)
    frames: asyncio.Queue[Any] = asyncio.Queue()
    async with WecomBotEmulator(ssl=server) as wecom:
        client = aibot.WSClient(
            aibot.WSClientOptions(bot_id=wecom.bot_id, secret=wecom.secret, ws_url=wecom.ws)
        )
        for event in EVENTS:
            client.on(event, frames.put_nowait)
        await client.connect()
        await wecom.connected()
        await client.update_template_card(await begun(client, frames, wecom), CHOSEN)
        wecom.user("lilei").sends_file("表.csv", b"a,b")
        file = (await next_frame(frames))["body"]["file"]
        assert (await client.download_file(file["url"], file["aeskey"]))[0] == b"a,b"
        check_what_li_sees(wecom)
        client.disconnect()
        await wecom.until(lambda: wecom.socket.subscribed is None)


async def test_a_client_of_others_talks_to_it(wecom: WecomBotEmulator, tmp_path: Path) -> None:
    sdk = importlib.import_module("wecom_aibot_sdk")
    frames: asyncio.Queue[Any] = asyncio.Queue()
    client = sdk.WSClient(
        sdk.WSClientOptions(bot_id=wecom.bot_id, secret=wecom.secret, ws_url=wecom.ws)
    )
    for event in EVENTS:
        client.on(event, frames.put)
    await client.connect_async()
    await wecom.connected()
    pressed = await begun(client, frames, wecom)
    update = {"response_type": "update_template_card", "template_card": CHOSEN}
    await client.reply(pressed, update, "aibot_respond_update_msg")
    (tmp_path / "x.bin").write_bytes(b"7" * 600_000)
    await client.send_media_message("lilei", str(tmp_path / "x.bin"))
    wecom.user("lilei").sends_file("表.csv", b"a,b")
    file = (await next_frame(frames)).body["file"]
    assert (await client.download_file(file["url"], file["aeskey"]))[0] == b"a,b"
    check_what_li_sees(wecom)
    assert wecom.shown("lilei")[4].data == b"7" * 600_000
    await client.disconnect()


def check_what_li_sees(wecom: WecomBotEmulator) -> None:
    """When the client did all of it, and nothing that it may not do."""
    shown = wecom.shown("lilei")
    assert kinds(wecom)[:4] == ["text", "stream", "markdown", "template_card"]
    assert [each.content for each in shown[:3]] == ["欢迎", "一二", "通知"]
    assert shown[3].labels == ["✓"]
    assert wecom.ledger.of("violation") == []
