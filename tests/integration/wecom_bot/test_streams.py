"""An answer while it comes: whole snapshots of one stream, until it is the answer."""

import asyncio
from dataclasses import replace

import pytest

from bot.channels.wecom.bot.tokens import ReplyToken
from bot.messages import Button, InboundMessage
from config.errors import PermanentError, TransientError
from tests.builders.wecom_bot import QUICK, Desk, a_desk, texts
from tests.emulators.wecom.bot.server import WecomBotEmulator

SLOW = replace(QUICK, draft=0.1)


async def asked(wecom: WecomBotEmulator, desk: Desk, text: str = "问") -> InboundMessage:
    wecom.user("lilei").says(text)
    return await desk.message()


def frames(wecom: WecomBotEmulator) -> list[tuple[str, bool]]:
    return [
        (entry["body"]["stream"]["content"], entry["body"]["stream"]["finish"])
        for entry in wecom.ledger.effects("aibot_respond_msg")
    ]


async def drafted(wecom: WecomBotEmulator, desk: Desk, to: InboundMessage, text: str) -> None:
    """Returns when it is shown."""
    await desk.draft(to, text)
    await wecom.until(lambda: text in texts(wecom, "lilei"))


async def test_an_answer_is_one_message_that_grows(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom) as desk:
        message = await asked(wecom, desk)
        await drafted(wecom, desk, message, "今天")
        await drafted(wecom, desk, message, "今天有 3 条")
        await desk.answer(message, "今天有 3 条线索。")
    (shown,) = wecom.shown("lilei")
    assert (shown.kind, shown.content, shown.finished) == ("stream", "今天有 3 条线索。", True)
    assert frames(wecom) == [("今天", False), ("今天有 3 条", False), ("今天有 3 条线索。", True)]
    assert wecom.ledger.of("violation") == []


async def test_an_answer_without_drafts_is_one_frame(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom) as desk:
        (id_,) = await desk.answer(await asked(wecom, desk), "好")
    (shown,) = wecom.shown("lilei")
    assert (shown.id, shown.content) == (id_, "好")


async def test_a_draft_never_makes_anybody_wait_and_later_text_overtakes(
    wecom: WecomBotEmulator,
) -> None:
    wecom.fault("slow", command="aibot_respond_msg", value=0.2)
    async with a_desk(wecom) as desk:
        message = await asked(wecom, desk)
        await desk.draft(message, "一")
        await wecom.until(lambda: frames(wecom))
        for text in ("一二", "一二三", "一二三四"):
            await desk.draft(message, text)
        await wecom.until(lambda: len(frames(wecom)) == 2)
        await desk.answer(message, "完")
    assert [content for content, _ in frames(wecom)] == ["一", "一二三四", "完"]


async def test_between_two_drafts_is_a_pause_and_none_comes_after_the_answer(
    wecom: WecomBotEmulator,
) -> None:
    async with a_desk(wecom, timing=SLOW) as desk:
        message = await asked(wecom, desk)
        await drafted(wecom, desk, message, "一")
        await desk.draft(message, "一二")
        await desk.answer(message, "完")
        await wecom.until(lambda: not pumping())
    assert frames(wecom) == [("一", False), ("完", True)]
    assert wecom.ledger.of("refused") == []


def pumping() -> bool:
    """Whether a draft is on its way, or waits."""
    return any("_pump" in repr(task) for task in asyncio.all_tasks())


async def test_a_chat_gets_no_more_drafts_in_a_minute_than_leave_room_for_messages(
    wecom: WecomBotEmulator,
) -> None:
    async with a_desk(wecom) as desk:
        message = await asked(wecom, desk)
        for number in range(20):
            await drafted(wecom, desk, message, f"{number}")
        await desk.draft(message, "一个太多")
        wecom.user("hanmei")
        await desk.push("hanmei", "别的")
        await desk.answer(message, "完")
    assert len(frames(wecom)) == 21
    assert frames(wecom)[-1] == ("完", True)


async def test_frames_of_one_answer_wait_for_each_other(wecom: WecomBotEmulator) -> None:
    wecom.fault("slow", command="aibot_respond_msg", value=0.1, count=None)
    async with a_desk(wecom) as desk:
        message = await asked(wecom, desk)
        await drafted(wecom, desk, message, "一")
        await desk.answer(message, "完")
    assert wecom.ledger.of("violation") == []
    assert frames(wecom)[-1] == ("完", True)


async def test_the_rest_of_a_long_answer_follows_as_messages(wecom: WecomBotEmulator) -> None:
    text = "。".join(f"第{number}句话" for number in range(4_000))
    async with a_desk(wecom) as desk:
        ids = await desk.answer(await asked(wecom, desk), text)
    shown = wecom.shown("lilei")
    assert [each.kind for each in shown] == ["stream", *["markdown"] * (len(ids) - 1)]
    assert len(ids) > 2
    assert "".join(each.content for each in shown) == text


async def test_a_long_draft_shows_its_beginning(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom) as desk:
        message = await asked(wecom, desk)
        await desk.draft(message, "字" * 30_000)
        await wecom.until(lambda: wecom.shown("lilei"))
    content = wecom.shown("lilei")[0].content
    assert content == "字" * len(content)
    assert 15_000 < len(content.encode()) <= 20_480


@pytest.mark.parametrize("code", [846605, 846608])
async def test_an_answer_whose_stream_takes_no_more_is_a_message(
    wecom: WecomBotEmulator, code: int
) -> None:
    wecom.fault("refuse", command="aibot_respond_msg", value=code)
    async with a_desk(wecom) as desk:
        await desk.answer(await asked(wecom, desk), "好")
    assert [(each.kind, each.content) for each in wecom.shown("lilei")] == [("markdown", "好")]


@pytest.mark.parametrize("code", [846605, 846608])
async def test_a_stream_that_died_under_a_draft_is_not_tried_again(
    wecom: WecomBotEmulator, code: int
) -> None:
    wecom.fault("refuse", command="aibot_respond_msg", value=code)
    async with a_desk(wecom) as desk:
        message = await asked(wecom, desk)
        await desk.draft(message, "一")
        await wecom.until(lambda: wecom.ledger.of("refused"))
        await desk.draft(message, "一二")
        await desk.answer(message, "完")
    assert [(each.kind, each.content) for each in wecom.shown("lilei")] == [("markdown", "完")]
    assert len(wecom.ledger.of("refused")) == 1


async def test_a_stream_is_left_before_its_six_minutes_are_over(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom, timing=replace(QUICK, stream=0.0)) as desk:
        message = await asked(wecom, desk)
        await drafted(wecom, desk, message, "一")
        await desk.answer(message, "完")
    assert [each.kind for each in wecom.shown("lilei")] == ["stream", "markdown"]


async def test_a_message_is_answered_by_its_name_for_a_day(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom) as desk:
        message = await asked(wecom, desk)
        old = ReplyToken(at=1_000.0, request="req-of-long-ago").written()
        await desk.answer(replace(message, reply_token=old), "好")
    assert [each.kind for each in wecom.shown("lilei")] == ["markdown"]
    assert wecom.ledger.of("refused") == []


@pytest.mark.parametrize("token", ["", "{}", "no JSON", "[]", '{"at":"x"}', '{"at":1}', "7"])
async def test_without_a_token_of_ours_an_answer_is_a_message(
    wecom: WecomBotEmulator, token: str
) -> None:
    async with a_desk(wecom) as desk:
        message = replace(await asked(wecom, desk), reply_token=token)
        await desk.draft(message, "一")
        await desk.answer(message, "好")
    assert [(each.kind, each.content) for each in wecom.shown("lilei")] == [("markdown", "好")]


async def test_an_answer_sent_again_stands_in_place_of_the_first(wecom: WecomBotEmulator) -> None:
    """Another process sends it when the first one died before WeCom had it all."""
    async with a_desk(wecom) as desk:
        message = await asked(wecom, desk)
        await drafted(wecom, desk, message, "一")
    async with a_desk(wecom) as desk:
        await desk.answer(message, "完")
    assert [(each.kind, each.content) for each in wecom.shown("lilei")] == [("stream", "完")]


async def test_two_answers_in_one_chat_are_two_streams(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom) as desk:
        first, second = await asked(wecom, desk, "一"), await asked(wecom, desk, "二")
        await drafted(wecom, desk, first, "甲")
        await drafted(wecom, desk, second, "乙")
        await asyncio.gather(desk.answer(first, "甲完"), desk.answer(second, "乙完"))
    assert [each.content for each in wecom.shown("lilei")] == ["甲完", "乙完"]


async def test_the_buttons_come_after_the_words(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom) as desk:
        message = await asked(wecom, desk)
        await desk.answer(
            message, "批准吗？", buttons=(Button(label="批准", send="/ok", key="1.0"),)
        )
    assert [each.kind for each in wecom.shown("lilei")] == ["stream", "template_card"]


async def test_more_buttons_than_a_card_takes_are_lines_to_copy(wecom: WecomBotEmulator) -> None:
    buttons = tuple(Button(label=f"第{n}", send=f"/do {n}", key=f"1.{n}") for n in range(8))
    async with a_desk(wecom) as desk:
        await desk.answer(await asked(wecom, desk), "选吧", buttons=buttons)
    said, lines, card = wecom.shown("lilei")
    assert said.content == "选吧"
    assert lines.content == "第6: /do 6\n第7: /do 7"
    assert card.labels == [f"第{n}" for n in range(6)]


async def test_in_a_group_the_answer_goes_to_the_group(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom) as desk:
        wecom.user("lilei").says("@火客 问", group="wr1")
        await desk.answer(await desk.message(), "好")
        await desk.push("group:wr1", "通知")
    assert texts(wecom, "group:wr1") == ["好", "通知"]
    assert texts(wecom, "lilei") == []


async def test_other_refusals_of_an_answer_are_refusals(wecom: WecomBotEmulator) -> None:
    wecom.fault("refuse", command="aibot_respond_msg", value=40201)
    async with a_desk(wecom) as desk:
        message = await asked(wecom, desk)
        with pytest.raises(PermanentError, match="40201"):
            await desk.answer(message, "垃圾")
    assert wecom.shown("lilei") == []


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("no_ack", [("stream", "(again) 好")]),
        ("unseen", [("stream", "好"), ("markdown", "(again) 好")]),
    ],
)
async def test_a_reply_in_doubt_goes_again_marked(
    wecom: WecomBotEmulator, kind: str, seen: list[tuple[str, str]]
) -> None:
    wecom.fault(kind, command="aibot_respond_msg")
    async with a_desk(wecom, timing=replace(QUICK, ack=0.5)) as desk:
        message = await asked(wecom, desk)
        with pytest.raises(TransientError):
            await desk.answer(message, "好")
        await wecom.until(lambda: wecom.socket.subscriptions == 2 and desk.channel.chats is None)
        (part,) = desk.channel.parts(desk.reply(message, "好"))
        await desk.channel.send(part.behind("(again) "))
    assert [(each.kind, each.content) for each in wecom.shown("lilei")] == seen
