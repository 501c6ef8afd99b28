"""URL mode: WeCom calls, is answered at once, and fetches the rest by asking again."""

import time
from dataclasses import replace

import pytest

from bot.channels.wecom.bot.tokens import ReplyToken, read_token
from bot.errors import NotDelivered
from bot.messages import Button, File, InboundMessage, RemoteFile
from config.errors import PermanentError, TransientError
from memory.connect import open_redis
from tests.builders.wecom_bot import an_address, texts
from tests.builders.wecom_bot_called import (
    CalledDesk,
    a_called_bot,
    a_called_desk,
    without_stream,
)
from tests.emulators.wecom.bot.server import WecomBotEmulator

CHART = File(name="图.png", media_type="image/png", content=b"\x89PNG")


async def test_a_message_is_answered_by_a_stream_that_wecom_fetches(desk: CalledDesk) -> None:
    message = await desk.asked("你好")
    assert (message.text, message.address.chat, message.private) == ("你好", "lilei", True)
    await desk.draft(message, "今天")
    await desk.emulator.until(lambda: "今天" in texts(desk.emulator, "lilei"))
    await desk.answer(message, "今天有 3 条")
    (shown,) = desk.emulator.shown("lilei")
    await desk.emulator.until(lambda: shown.finished)
    assert (shown.kind, shown.content) == ("stream", "今天有 3 条")


async def test_the_first_answer_comes_at_once(desk: CalledDesk) -> None:
    await desk.asked()
    await desk.emulator.until(lambda: desk.emulator.shown("lilei"))
    assert texts(desk.emulator, "lilei") == ["…"]


async def test_the_answer_counts_as_sent_when_wecom_has_fetched_it(desk: CalledDesk) -> None:
    message = await desk.asked()
    await desk.answer(message, "好")
    assert [each["body"]["content"] for each in desk.emulator.ledger.effects("stream")][-1] in (
        "…", "好",
    )  # fmt: skip
    await desk.emulator.until(lambda: texts(desk.emulator, "lilei") == ["好"])


async def test_another_process_may_be_asked(moving: WecomBotEmulator, desk: CalledDesk) -> None:
    """What the answering process put on the shelf, the asked one finds."""
    message = await desk.asked()
    await desk.draft(message, "草稿")
    await moving.until(lambda: texts(moving, "lilei") == ["草稿"])


async def test_a_pressed_button_updates_its_card_and_is_answered_once(desk: CalledDesk) -> None:
    wecom = desk.emulator
    message = await desk.asked()
    buttons = (
        Button(label="批准", send="/approve P-5", key="7.0"),
        Button(label="拒绝", send="/reject P-5", key="7.1"),
    )
    await desk.answer(message, "批准吗？", buttons=buttons)
    await wecom.until(lambda: len(wecom.shown("lilei")) == 2)
    wecom.user("lilei").presses("批准")
    pressed = await desk.message()
    assert (pressed.pressed, pressed.text) == ("7.0", "批准")
    await wecom.until(lambda: wecom.shown("lilei")[-1].labels == ["✓ 批准"])
    await desk.answer(pressed, "已批准")
    assert [each.kind for each in wecom.shown("lilei")] == ["stream", "template_card", "markdown"]


async def test_pictures_come_with_the_last_frame_and_other_files_are_named(
    desk: CalledDesk,
) -> None:
    table = File(name="表.xlsx", media_type="application/x", content=b"PK")
    await desk.answer(await desk.asked(), "报表如下", files=(CHART, table))
    wecom = desk.emulator
    await wecom.until(lambda: len(wecom.shown("lilei")) == 2)
    said, picture = wecom.shown("lilei")
    assert "报表如下" in said.content
    assert "表.xlsx" in said.content
    assert (picture.kind, picture.data) == ("image", CHART.content)


async def test_a_long_answer_takes_a_second_message_and_says_when_even_that_is_too_short(
    desk: CalledDesk,
) -> None:
    await desk.answer(await desk.asked(), "字" * 9_000)
    await desk.answer(await desk.asked(), "话" * 30_000)
    wecom = desk.emulator
    await wecom.until(lambda: len(texts(wecom, "lilei")) == 4)
    shown: dict[str, list[str]] = {"stream": [], "markdown": []}
    for each in wecom.shown("lilei"):
        shown[each.kind].append(each.content)
    assert shown["stream"][0] + shown["markdown"][0] == "字" * 9_000
    assert shown["markdown"][1].startswith("话话")
    assert "内容太长" in shown["markdown"][1]


async def test_when_wecom_asks_no_more_the_answer_is_posted(desk: CalledDesk) -> None:
    message = without_stream(await desk.asked())
    button = Button(label="批准", send="/approve P-5", key="7.0")
    await desk.answer(message, "批准吗？", buttons=(button,), files=(CHART,))
    (shown,) = [each for each in desk.emulator.shown("lilei") if each.kind == "markdown"]
    assert shown.content.startswith("批准吗？")
    assert "/approve P-5" in shown.content
    assert "图.png" in shown.content


async def test_a_poll_that_never_comes_leaves_the_answer_to_be_posted(
    moving: WecomBotEmulator,
) -> None:
    async with a_called_desk(moving, patience=0.3) as desk:
        message = await desk.asked()
        await desk.caller.close()
        await desk.answer(message, "好")
    assert [each.content for each in moving.shown("lilei") if each.kind == "markdown"] == ["好"]


async def test_a_stream_that_lasts_too_long_is_ended_and_the_answer_follows(
    desk: CalledDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.wecom.bot.called._STREAM_SECONDS", 0.2)
    message = await desk.asked()
    wecom = desk.emulator
    await wecom.until(lambda: wecom.shown("lilei") and wecom.shown("lilei")[0].finished)
    assert "再发给您" in texts(wecom, "lilei")[0]
    await desk.answer(message, "终于")
    assert texts(wecom, "lilei")[1:] == ["终于"]


async def test_an_answer_whose_fetching_got_lost_can_be_fetched_again(desk: CalledDesk) -> None:
    message = await desk.asked()
    await desk.answer(message, "好")
    token = read_token(message.reply_token)
    assert token is not None
    again = {"msgtype": "stream", "stream": {"id": token.stream}}
    replies = [await desk.caller.post(again) for _ in range(2)]
    opened = [desk.caller.opened(each)["stream"] for each in replies]
    assert opened == [{"id": token.stream, "finish": True, "content": "好"}] * 2


async def test_an_answer_sent_again_after_it_was_fetched_is_not_said_twice(
    desk: CalledDesk,
) -> None:
    message = await desk.asked()
    await desk.answer(message, "好")
    await desk.answer(message, "好")
    await desk.emulator.until(lambda: texts(desk.emulator, "lilei") == ["好"])
    assert desk.emulator.ledger.effects("response_url") == []


async def test_a_message_that_wecom_sends_again_has_the_same_id_and_stream(
    desk: CalledDesk,
) -> None:
    desk.caller.spoiling.lost = 1
    desk.emulator.user("lilei").says("一次")
    first, second = await desk.message(), await desk.message()
    assert first.external_id == second.external_id
    streams = [read_token(each.reply_token) for each in (first, second)]
    assert len({each.stream for each in streams if each}) == 1


async def test_what_could_not_be_kept_is_asked_for_again(desk: CalledDesk) -> None:
    desk.fails = True
    desk.emulator.user("lilei").says("一次")
    await desk.emulator.until(
        lambda: [each["status"] for each in desk.emulator.ledger.of("event")] == [503]
    )
    desk.fails = False
    assert (await desk.message()).text == "一次"


async def test_who_enters_is_welcomed_in_the_answer(desk: CalledDesk) -> None:
    desk.emulator.user("lilei").enters()
    await desk.emulator.until(lambda: texts(desk.emulator, "lilei"))
    assert "AI" in texts(desk.emulator, "lilei")[0]


async def test_feedback_is_taken_without_a_word(desk: CalledDesk) -> None:
    desk.emulator.user("lilei").rates(2, "不对")
    await desk.emulator.until(lambda: desk.emulator.ledger.of("event"))
    assert desk.emulator.ledger.of("event")[0]["status"] == 200
    assert desk.emulator.shown("lilei") == []


async def test_files_open_with_the_key_of_the_bot(desk: CalledDesk) -> None:
    desk.emulator.user("lilei").sends_file("表.csv", b"a,b")
    (file,) = (await desk.message()).files
    assert isinstance(file, RemoteFile)
    file = await desk.channel.download(file)
    assert (file.name, file.content) == ("表.csv", b"a,b")


async def test_nobody_is_spoken_to_first(desk: CalledDesk) -> None:
    desk.emulator.user("lilei")
    with pytest.raises(PermanentError, match="never speak first"):
        await desk.push("lilei", "通知")


@pytest.mark.parametrize(
    "url",
    [
        "", "https://evil.example/cgi-bin/aibot/response?response_code=x",
        "http://127.0.0.1:1/cgi-bin/aibot/response", "file:///etc/passwd", "http://[",
    ],
)  # fmt: skip
async def test_nothing_is_posted_to_anybody_else(desk: CalledDesk, url: str) -> None:
    token = ReplyToken(at=time.time(), url=url)
    message = replace(await desk.asked(), reply_token=token.written())
    with pytest.raises(PermanentError):
        await desk.answer(message, "好")


async def test_a_posted_answer_that_wecom_refuses_never_goes(desk: CalledDesk) -> None:
    message = without_stream(await desk.asked())
    await desk.answer(message, "一")
    with pytest.raises(PermanentError, match="860001"):
        await desk.answer(message, "二")


async def test_after_an_hour_nothing_is_posted(desk: CalledDesk) -> None:
    message = await desk.asked()
    token = read_token(message.reply_token)
    assert token is not None
    old = replace(message, reply_token=replace(token, at=token.at - 3_600).written())
    with pytest.raises(PermanentError, match="any more"):
        await desk.answer(old, "好")


async def test_a_shelf_that_is_away_delivers_nothing(moving: WecomBotEmulator) -> None:
    dead = open_redis("redis://127.0.0.1:9/0")
    async with a_called_bot(moving, dead) as channel:
        token = ReplyToken(at=4e9, stream="s").written()
        desk = CalledDesk(moving, channel)
        moving.user("lilei")
        message = InboundMessage(
            external_id="m", address=an_address(moving, "lilei"), sender_id="lilei", sender_name="lilei",
            text="x", reply_token=token,
        )  # fmt: skip
        with pytest.raises((NotDelivered, TransientError)):
            await desk.answer(message, "好")
    await dead.aclose()
