"""What people do in WeCom, as we understand it."""

import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.messages import Button, InboundMessage, RemoteFile
from tests.builders.wecom_bot import Desk, a_desk, an_address, texts
from tests.emulators.wecom.bot.server import WecomBotEmulator

CHART = b"\x89PNG picture"


async def received(wecom: WecomBotEmulator, content: dict[str, Any]) -> InboundMessage:
    """What becomes of a message that Li sends."""
    async with a_desk(wecom) as desk:
        wecom.user("lilei").sends(content)
        return await desk.message()


async def test_a_private_message_says_who_and_where(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom) as desk:
        msgid = wecom.user("lilei").says("你好 there")
        message = await desk.message()
    assert (message.text, message.external_id) == ("你好 there", msgid)
    assert (message.sender_id, message.private) == ("lilei", True)
    assert message.address == an_address(wecom, "lilei")


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("@火客 今天怎么样", "今天怎么样"),
        ("@Bot hi", "hi"),
        ("@火客\u2005查线索", "查线索"),
        ("今天 @火客 怎么样", "今天 @火客 怎么样"),
        ("@火客", "/help"),
        ("@火客 /approve P-5", "/approve P-5"),
    ],
)
async def test_in_a_group_the_mention_only_says_who_is_meant(
    wecom: WecomBotEmulator, said: str, means: str
) -> None:
    async with a_desk(wecom) as desk:
        wecom.user("lilei").says(said, group="wr1")
        message = await desk.message()
    assert (message.text, message.private) == (means, False)
    assert message.address == an_address(wecom, "group:wr1")
    assert message.sender_id == "lilei"


async def test_a_voice_message_is_its_words(wecom: WecomBotEmulator) -> None:
    message = await received(wecom, {"msgtype": "voice", "voice": {"content": "查一下线索"}})
    assert message.text == "查一下线索"


async def test_words_and_pictures_come_together(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom) as desk:
        wecom.user("lilei").sends_mixed("看这里", ("a.png", CHART), "和这里", ("b.png", b"other"))
        message = await desk.message()
        assert message.text == "看这里\n和这里"
        assert await downloaded(desk, message) == [
            ("a.png", "image/png", CHART), ("b.png", "image/png", b"other")
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "name", "media_type"),
    [
        ("image", "图.png", "image/png"), ("video", "片.mp4", "video/mp4"),
        ("file", "线索 表.csv", "text/csv"), ("file", "什么", "application/octet-stream"),
    ],
)  # fmt: skip
async def test_a_file_has_the_name_that_it_was_sent_with_and_is_what_this_says(
    wecom: WecomBotEmulator, kind: str, name: str, media_type: str
) -> None:
    async with a_desk(wecom) as desk:
        wecom.user("lilei").sends_file(name, b"a,b", kind)
        message = await desk.message()
        assert await downloaded(desk, message) == [(name, media_type, b"a,b")]


async def test_a_file_has_a_name_before_it_is_fetched(wecom: WecomBotEmulator) -> None:
    struct = {"url": f"{wecom.api}/media/nothing?sign=secret", "aeskey": "x"}
    message = await received(wecom, {"msgtype": "file", "file": struct})
    assert [file.name for file in message.files] == ["file"]


async def downloaded(desk: Desk, message: InboundMessage) -> list[tuple[str, str, bytes]]:
    files = [
        await desk.channel.download(file) for file in message.files if isinstance(file, RemoteFile)
    ]
    return [(file.name, file.media_type, file.content) for file in files]


async def test_what_is_quoted_belongs_to_what_is_said(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom) as desk:
        quote = {"msgtype": "text", "text": {"content": "预算 500\n已批准"}}
        wecom.user("lilei").says("为什么？", quote=quote)
        message = await desk.message()
    assert message.text == "为什么？\n\n> 预算 500\n> 已批准"


async def test_a_quoted_file_comes_along(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom) as desk:
        li = wecom.user("lilei")
        li.says("导入", quote={"msgtype": "file", "file": li.file("线索.csv", b"a,b", "file")})
        message = await desk.message()
        assert await downloaded(desk, message) == [("线索.csv", "text/csv", b"a,b")]


async def test_a_quote_does_not_come_between_a_command_and_its_arguments(
    wecom: WecomBotEmulator,
) -> None:
    async with a_desk(wecom) as desk:
        quote = {"msgtype": "text", "text": {"content": "P-5?"}}
        wecom.user("lilei").says("/approve P-5", quote=quote)
        message = await desk.message()
    assert message.text == "/approve P-5"


async def test_who_enters_the_chat_is_welcomed_by_an_ai(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom):
        wecom.user("lilei").enters()
        await wecom.until(lambda: texts(wecom, "lilei"))
    (welcome,) = texts(wecom, "lilei")
    assert "AI" in welcome
    assert wecom.ledger.effects("aibot_respond_welcome_msg")


async def test_a_pressed_button_names_its_key_and_the_card_shows_the_choice(
    wecom: WecomBotEmulator,
) -> None:
    buttons = (
        Button(label="批准 P-5", send="/approve P-5", key="7.0"),
        Button(label="拒绝 P-5", send="/reject P-5", key="7.1"),
    )
    li = wecom.user("lilei")
    async with a_desk(wecom) as desk:
        await desk.push("lilei", "批准吗？", buttons=buttons)
        li.presses("拒绝 P-5")
        message = await desk.message()
        await wecom.until(lambda: wecom.ledger.effects("aibot_respond_update_msg"))
    assert (message.pressed, message.text) == ("7.1", "拒绝 P-5")
    assert message.reply_token == ""
    card = wecom.shown("lilei")[-1]
    assert card.labels == ["✓ 拒绝 P-5"]
    assert "拒绝 P-5" in card.card["main_title"]["title"]


async def test_a_button_without_a_key_says_what_it_sends(wecom: WecomBotEmulator) -> None:
    li = wecom.user("lilei")
    async with a_desk(wecom) as desk:
        await desk.push("lilei", "?", buttons=(Button(label="帮助", send="/help"),))
        li.presses("帮助")
        message = await desk.message()
    assert (message.pressed, message.text) == (None, "/help")


async def test_a_card_that_shows_its_choice_says_nothing_more(wecom: WecomBotEmulator) -> None:
    li = wecom.user("lilei")
    async with a_desk(wecom) as desk:
        await desk.push("lilei", "?", buttons=(Button(label="好", send="/ok", key="7.0"),))
        li.presses("好")
        await desk.message()
        await wecom.until(lambda: wecom.shown("lilei")[-1].labels == ["✓ 好"])
        li.presses("✓ 好")
        wecom.user("lilei").says("然后")
        assert (await desk.message()).text == "然后"


async def test_feedback_is_counted_and_its_words_stay_out_of_the_log(
    wecom: WecomBotEmulator,
) -> None:
    async with a_desk(wecom) as desk:
        with capture_logs() as logs:
            wecom.user("lilei").rates(2, "完全不对")
            wecom.user("lilei").says("完")
            await desk.message()
    (entry,) = [each for each in logs if each["event"] == "wecom.feedback"]
    assert (entry["kind"], entry["reasons"]) == (2, 1)
    assert "完全不对" not in json.dumps(logs, ensure_ascii=False)


@pytest.mark.parametrize(
    "content",
    [
        {"msgtype": "sticker", "sticker": {"id": "1"}},
        {"msgtype": "text"},
        {"msgtype": "text", "text": "no object"},
        {"msgtype": "text", "text": {"content": 7}},
        {"msgtype": "mixed", "mixed": {"msg_item": "no list"}},
        {"msgtype": "mixed", "mixed": {"msg_item": [7, None, {}]}},
        {"msgtype": "image", "image": {"url": 7}},
        {"msgtype": "text", "text": {"content": "x"}, "from": {}},
        {"msgtype": "text", "text": {"content": "x"}, "msgid": None},
        {"msgtype": "event", "event": {"eventtype": "something_new"}},
        {"msgtype": "event", "event": None},
        {"msgtype": "event", "event": {"eventtype": "template_card_event"}},
        {"msgtype": "event", "event": {
            "eventtype": "template_card_event",
            "template_card_event": {"event_key": "somebody-elses", "task_id": "t"},
        }},
        {"msgtype": ["text"]},
    ],
)  # fmt: skip
async def test_what_says_nothing_that_we_understand_is_left_alone(
    wecom: WecomBotEmulator, content: dict[str, Any]
) -> None:
    async with a_desk(wecom) as desk:
        wecom.user("lilei").sends(content)
        wecom.user("lilei").says("然后")
        assert (await desk.message()).text == "然后"


async def test_a_bad_address_of_a_file_does_no_harm(wecom: WecomBotEmulator) -> None:
    message = await received(wecom, {"msgtype": "image", "image": {"url": "http://[bad"}})
    assert [file.name for file in message.files] == ["image.jpg"]
