"""A robot in a group says what it is given, and its group sees all of it."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from bot.channels.base import WebhookCall
from bot.channels.wecom.errors import Refused
from bot.channels.wecom.robot.channel import WecomRobotChannel
from bot.errors import Busy, NotDelivered
from bot.messages import Address, Button, File, OutboundMessage, RemoteFile
from config.channels import WecomRobotSettings
from config.errors import AppError, PermanentError, TransientError
from tests.emulators.wecom.server import WecomEmulator
from tests.emulators.wecom.world import ROBOT_KEY

GROUP = Address(channel="wecom_robot", bot="robot", chat="group")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
SEND = "webhook/send"


@pytest.fixture
async def robot(wecom: WecomEmulator) -> AsyncIterator[WecomRobotChannel]:
    settings = WecomRobotSettings(key=SecretStr(ROBOT_KEY), api=wecom.url)
    async with WecomRobotChannel(settings) as channel:
        yield channel


async def say(robot: WecomRobotChannel, text: str, **more: Any) -> list[str]:
    message = OutboundMessage(address=GROUP, text=text, **more)
    return [await robot.send(part) for part in robot.parts(message)]


def seen(wecom: WecomEmulator) -> list[str]:
    return [str(message.get("content", message["type"])) for message in wecom.robot.messages]


async def test_a_text_is_seen(wecom: WecomEmulator, robot: WecomRobotChannel) -> None:
    ids = [*await say(robot, "预算用完了"), *await say(robot, "预算用完了")]
    assert seen(wecom) == ["预算用完了"] * 2
    assert len(set(ids)) == 2


async def test_markdown_is_shown_with_its_tables_and_code(
    wecom: WecomEmulator, robot: WecomRobotChannel
) -> None:
    text = "# 日报\n\n| 渠道 | 线索 |\n| --- | --- |\n| 抖音 | 5 |\n\n```\nx = 1\n```\n[看](https://a.example)"
    await say(robot, text, markdown=True)
    (shown,) = wecom.robot.messages
    assert shown["type"] == "markdown_v2"
    assert "| 抖音 | 5 |" in shown["content"]
    assert "```\nx = 1\n```" in shown["content"]
    assert "看 https://a.example" in shown["content"]


@pytest.mark.parametrize("markdown", [True, False])
async def test_a_long_text_arrives_whole_and_in_order(
    wecom: WecomEmulator, robot: WecomRobotChannel, markdown: bool
) -> None:
    text = "**警报**\n" + "\n".join(f"第{number}行，预算用完了" for number in range(600))
    await say(robot, text, markdown=markdown)
    assert "\n".join(seen(wecom)).split() == text.split()
    assert len(seen(wecom)) > 2


async def test_a_block_of_code_is_not_cut(wecom: WecomEmulator, robot: WecomRobotChannel) -> None:
    block = "```\n" + "line of code\n" * 100 + "```"
    await say(robot, f"{'文字 ' * 500}\n\n{block}\n\n{'文字 ' * 500}", markdown=True)
    assert sum(block in each for each in seen(wecom)) == 1


async def test_pictures_and_files_are_seen(wecom: WecomEmulator, robot: WecomRobotChannel) -> None:
    files = (
        File(name="图.png", media_type="image/png", content=PNG),
        File(name="表.csv", media_type="text/csv", content=b"a,b"),
        File(name="large.png", media_type="image/png", content=PNG + b"\0" * 2_000_000),
    )
    await say(robot, "看", files=files)
    text, picture, table, large = wecom.robot.messages
    assert text["content"] == "看"
    assert b64decode(picture["base64"]) == PNG
    assert wecom.world.stored(table["media_id"]).name == "表.csv"
    assert wecom.world.stored(table["media_id"]).content.strip() == b"a,b"
    assert wecom.world.stored(large["media_id"]).name == "large.png"


async def test_buttons_are_lines_that_say_what_to_write(
    wecom: WecomEmulator, robot: WecomRobotChannel
) -> None:
    await say(robot, "加吗？", buttons=(Button(label="批准", send="/approve P-5"),))
    assert seen(wecom) == ["加吗？\n批准: /approve P-5"]


async def test_there_is_a_part_even_for_nothing(
    wecom: WecomEmulator, robot: WecomRobotChannel
) -> None:
    assert len(await say(robot, "")) == 1
    assert seen(wecom) == ["…"]


@pytest.mark.parametrize(
    ("code", "becomes"),
    [
        (-1, NotDelivered), (45033, NotDelivered), (45009, Busy), (93000, Refused),
        (93004, Refused), (93017, Refused), (93018, Refused), (45002, Refused),
    ],
)  # fmt: skip
async def test_every_code_has_one_meaning(
    wecom: WecomEmulator, robot: WecomRobotChannel, code: int, becomes: type[AppError]
) -> None:
    wecom.fault("code", path=SEND, value=code)
    with pytest.raises(AppError) as caught:
        await say(robot, "hello")
    assert type(caught.value) is becomes
    assert await say(robot, "again")


@pytest.mark.parametrize("kind", ["lost", "reset_after", "reset_before", "cut", "malformed"])
async def test_a_connection_that_breaks_leaves_a_doubt(
    wecom: WecomEmulator, robot: WecomRobotChannel, kind: str
) -> None:
    wecom.fault(kind, path=SEND)
    with pytest.raises(TransientError):
        await say(robot, "hello")


async def test_a_lost_upload_leaves_no_doubt(
    wecom: WecomEmulator, robot: WecomRobotChannel
) -> None:
    wecom.fault("lost", path="webhook/upload_media")
    with pytest.raises(NotDelivered):
        await say(robot, "", files=(File(name="a.csv", media_type="text/csv", content=b"a,b"),))
    assert wecom.robot.messages == []


async def test_a_file_that_is_too_large_is_never_taken(robot: WecomRobotChannel) -> None:
    large = File(name="a.csv", media_type="text/csv", content=b"x" * 20_000_001)
    with pytest.raises(PermanentError):
        await say(robot, "", files=(large,))


async def test_a_wrong_key_says_so_and_is_not_shown(wecom: WecomEmulator) -> None:
    settings = WecomRobotSettings(key=SecretStr("a-key-that-is-wrong"), api=wecom.url)
    async with WecomRobotChannel(settings) as robot:
        with pytest.raises(Refused) as caught:
            await say(robot, "hello")
    assert "webhook is wrong" in str(caught.value)
    assert "a-key-that-is-wrong" not in str(caught.value)


async def test_the_limit_is_wecoms() -> None:
    async with WecomEmulator(scale=0) as strict:
        settings = WecomRobotSettings(key=SecretStr(ROBOT_KEY), api=strict.url)
        async with WecomRobotChannel(settings) as robot:
            (pace,) = robot.paces(GROUP).values()
            for _ in range(pace.count):
                await say(robot, "hello")
            with pytest.raises(Busy):
                await say(robot, "hello")
            strict.clock.advance(pace.seconds)
            assert await say(robot, "hello")


async def test_a_robot_hears_nothing(robot: WecomRobotChannel) -> None:
    assert (await robot.webhook(WebhookCall(body=b"{}"))).status == 404
    running = asyncio.create_task(robot.run(_nothing))
    await asyncio.sleep(0)
    assert not running.done()
    running.cancel()
    with pytest.raises(PermanentError):
        await robot.download(RemoteFile(name="a", media_type="b", remote="c"))


async def _nothing(event: object) -> None:
    return None
