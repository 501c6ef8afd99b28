"""DingTalk's own clients, for Python and for Node, work with the emulator as with DingTalk."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.builders.node import node_with_packages
from tests.emulators.dingtalk.bare import BareBot
from tests.emulators.dingtalk.server import DingtalkEmulator

ROOT = Path(__file__).parents[2]
NODE = ROOT / "tests" / "node" / "dingtalk"
LI = "manager807"

pytestmark = pytest.mark.slow


@pytest.fixture
async def ding() -> AsyncIterator[DingtalkEmulator]:
    """Its clock runs a little faster, so that the clients meet pings and redelivery."""
    async with DingtalkEmulator(scale=20, flood=0) as ding:
        ding.user(LI, "李雷")
        yield ding


@asynccontextmanager
async def running(ding: DingtalkEmulator, *command: str, folder: Path) -> AsyncIterator[None]:
    """The client in a process of its own, connected."""
    environment = {
        **os.environ, "CLIENT_ID": ding.client_id, "CLIENT_SECRET": ding.client_secret,
        "DINGTALK_OPENAPI_ENDPOINT": ding.url, "DINGTALK_API": ding.url,
        "DINGTALK_OLD_API": ding.old_url,
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=environment, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await connected(ding, 1)
        yield
    finally:
        process.kill()
        await process.wait()


async def connected(ding: DingtalkEmulator, times: int) -> None:
    """Until so many connections were opened."""
    await ding.wait_for(lambda: len(ding.ledger.connections("opened")) >= times, within=30)


@pytest.fixture
async def python_bot(ding: DingtalkEmulator) -> AsyncIterator[None]:
    command = (sys.executable, "-m", "tests.emulators.dingtalk.sdk_bot")
    async with running(ding, *command, folder=ROOT):
        yield


@pytest.fixture
async def node_bot(ding: DingtalkEmulator) -> AsyncIterator[None]:
    node = node_with_packages(NODE)
    async with running(ding, node, "--import", "./elsewhere.mjs", "bot.mjs", folder=NODE):
        yield


@pytest.mark.usefixtures("python_bot")
class TestPythonSdk:
    async def test_answers_in_markdown_by_the_session_webhook(self, ding: DingtalkEmulator) -> None:
        group = ding.group("cidSales==", "销售群")
        asked = ding.user(LI).says("你好", group)
        answer = await ding.answer(group.id, after=asked)
        assert (answer.kind, answer.title, answer.text, answer.at) == (
            "markdown", "回复", "**你好**", (LI,)
        )  # fmt: skip
        await ding.wait_for(lambda: asked.state == "acked")
        assert asked.answer == {"response": "OK"}

    async def test_streams_an_ai_card_and_hears_of_its_buttons(
        self, ding: DingtalkEmulator
    ) -> None:
        li = ding.user(LI)
        await ding.wait_for(lambda: li.says("card").state == "sent")
        shown = await ding.answer(LI)
        assert (shown.kind, shown.by) == ("card", "/v1.0/card/instances/deliver")
        assert shown.card is not None
        card = shown.card
        await ding.wait_for(lambda: card.state == "finished")
        assert card.snapshots == ["今天", "今天花了 300 元"]
        assert (card.title, card.text) == ("预算", "今天花了 300 元")
        assert [button.label for button in card.buttons] == ["批准", "拒绝"]
        pressed = li.presses("批准")
        await ding.wait_for(lambda: pressed.state == "acked")
        assert card.text == f"{LI}: approve"
        assert ding.refusals == []

    async def test_downloads_a_picture(self, ding: DingtalkEmulator) -> None:
        asked = ding.user(LI).sends_picture(b"12345")
        assert (await ding.answer(LI, after=asked)).text == "5 bytes"

    async def test_hears_of_events(self, ding: DingtalkEmulator) -> None:
        told = ding.event("user_add_org", {"userId": ["u1"]})
        await ding.wait_for(lambda: told.state == "acked")
        assert told.answer == {"userId": ["u1"]}

    async def test_comes_back_when_it_is_told_to_disconnect(self, ding: DingtalkEmulator) -> None:
        ding.disconnect()
        await connected(ding, 2)
        asked = ding.user(LI).says("还在吗")
        assert (await ding.answer(LI, after=asked)).text == "**还在吗**"
        assert ding.refusals == []

    async def test_answers_pings(self, ding: DingtalkEmulator) -> None:
        await ding.wait_for(lambda: ding.streams.connections[0].pongs >= 2)
        assert ding.refusals == []


@pytest.mark.usefixtures("node_bot")
class TestNodeSdk:
    async def test_answers_by_the_session_webhook(self, ding: DingtalkEmulator) -> None:
        asked = ding.user(LI).says("你好")
        assert (await ding.answer(LI, after=asked)).text == "node: 你好"
        await ding.wait_for(lambda: asked.state == "acked")
        assert asked.answer == {"response": None}

    async def test_writes_to_a_person_with_a_token_of_the_old_api(
        self, ding: DingtalkEmulator
    ) -> None:
        ding.user(LI).says("privately", ding.group("cidSales=="))
        answer = await ding.answer(LI)
        assert (answer.by, answer.text) == ("/v1.0/robot/oToMessages/batchSend", "privately")
        assert ding.delivered("cidSales==") == []

    async def test_changes_a_card_when_its_button_is_pressed(self, ding: DingtalkEmulator) -> None:
        async with BareBot(ding) as bot:
            await bot.create_and_deliver(f"IM_ROBOT.{LI}", buttons=[{"text": "批准", "id": "ok"}])
        pressed = ding.user(LI).presses("批准")
        await ding.wait_for(lambda: pressed.state == "acked")
        assert [shown.text for shown in ding.delivered(LI)] == ["node: ok"]

    async def test_says_later_to_an_event_and_gets_it_again(self, ding: DingtalkEmulator) -> None:
        told, soon = ding.event("later", {}), ding.event("user_add_org", {})
        await ding.wait_for(lambda: len(told.message_ids) == 2)
        assert (told.state, soon.state, len(soon.message_ids)) == ("sent", "acked", 1)

    async def test_comes_back_when_the_connection_is_gone(self, ding: DingtalkEmulator) -> None:
        ding.drop(1006)
        await connected(ding, 2)
        asked = ding.user(LI).says("还在吗")
        assert (await ding.answer(LI, after=asked)).text == "node: 还在吗"
        assert ding.refusals == []

    async def test_waits_for_the_server_to_close_after_disconnect(
        self, ding: DingtalkEmulator
    ) -> None:
        ding.disconnect()
        waiting = ding.user(LI).says("还在吗")
        assert waiting.state == "waiting"
        await connected(ding, 2)
        assert (await ding.answer(LI, after=waiting)).text == "node: 还在吗"
