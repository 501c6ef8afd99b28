"""What customers, people of the company and WeCom itself tell arrives as what it is."""

import time

import pytest

from bot.messages import Event, HumanServes, InboundMessage, RemoteFile, SendFailed, StaffSaid
from config.errors import TransientError
from tests.builders.wecom_kf import ServedKf, address_of, events, texts
from tests.emulators.wecom.kf.people import Customer, Servicer
from tests.emulators.wecom.kf.server import WecomKfEmulator

PNG = b"\x89PNG\r\n\x1a\n0000"


async def told(wecom: WecomKfEmulator) -> Event:
    (event,) = await events(wecom, 1)
    return event


async def said(wecom: WecomKfEmulator) -> InboundMessage:
    event = await told(wecom)
    assert isinstance(event, InboundMessage)
    return event


async def test_a_message_comes_with_who_wrote_it_and_what_answers_need(
    wecom: WecomKfEmulator, zhao: Customer
) -> None:
    msgid = zhao.says("你好")
    message = await said(wecom)
    assert message.text == "你好"
    assert (message.sender_id, message.sender_name) == (zhao.id, "赵敏")
    assert message.address == address_of(zhao)
    assert (message.external_id, message.reply_token, message.private) == (msgid, msgid, True)


async def test_a_nickname_that_is_not_told_does_not_hold_a_message_up(
    wecom: WecomKfEmulator, zhao: Customer
) -> None:
    wecom.fault("code", path="kf/customer/batchget", value=48002)
    zhao.says("你好")
    message = await said(wecom)
    assert (message.text, message.sender_name) == ("你好", "")


async def test_a_name_is_asked_for_once(wecom: WecomKfEmulator, zhao: Customer) -> None:
    wecom.account.page = 1
    for text in ("one", "two", "three"):
        zhao.says(text)
    await events(wecom, 3)
    assert wecom.api.calls.count("kf/customer/batchget") == 1


@pytest.mark.parametrize(
    ("kind", "content", "text"),
    [
        (
            "location",
            {"name": "大厦", "address": "路 1 号", "latitude": 39.9, "longitude": 116.4},
            "大厦 路 1 号 (39.9, 116.4)",
        ),
        (
            "link",
            {"title": "新品", "desc": "看看", "url": "https://a.cn/x", "pic_url": ""},
            "新品\n看看\nhttps://a.cn/x",
        ),
        ("miniprogram", {"title": "小店", "appid": "wx1", "pagepath": "p"}, "小店"),
        ("business_card", {"userid": "lilei"}, "[business_card]"),
        ("merged_msg", {"title": "聊天记录", "item": []}, "聊天记录"),
        ("channels_shop_order", {"order_id": "1"}, "[channels_shop_order]"),
    ],
)
async def test_what_is_no_text_is_told_in_words(
    wecom: WecomKfEmulator, zhao: Customer, kind: str, content: dict[str, object], text: str
) -> None:
    zhao.writes(kind, **content)
    assert (await said(wecom)).text == text


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("image", "image/jpeg"), ("voice", "audio/amr"), ("video", "video/mp4")],
)
async def test_pictures_and_sounds_are_fetched_when_they_are_needed(
    wecom: WecomKfEmulator, zhao: Customer, channel: ServedKf, kind: str, media_type: str
) -> None:
    zhao.sends(kind, "x", PNG)
    (file,) = (await said(wecom)).files
    assert isinstance(file, RemoteFile)
    assert file.media_type == media_type
    assert (await channel.download(file)).content == PNG


async def test_a_document_is_kept_before_wecom_is_asked_for_its_name(
    wecom: WecomKfEmulator, zhao: Customer, channel: ServedKf
) -> None:
    wecom.fault("bad_gateway", path="media/get")
    zhao.sends("file", "合同.pdf", b"%PDF-1.4")
    (remote,) = (await said(wecom)).files
    assert isinstance(remote, RemoteFile)
    with pytest.raises(TransientError):
        await channel.download(remote)
    file = await channel.download(remote)
    assert (file.name, file.content) == ("合同.pdf", b"%PDF-1.4")


async def test_what_the_staff_write_is_told_as_theirs(
    wecom: WecomKfEmulator, zhao: Customer, lilei: Servicer
) -> None:
    first = lilei.says(zhao, "打八折")
    second = lilei.writes(zhao, "image", media_id="m")
    words, picture = await events(wecom, 2)
    here = address_of(zhao)
    assert words == StaffSaid(external_id=first, address=here, name="lilei", text="打八折")
    assert picture == StaffSaid(external_id=second, address=here, name="lilei", text="[image]")


async def test_people_take_a_chat_pass_it_on_and_end_it(
    wecom: WecomKfEmulator, zhao: Customer, lilei: Servicer
) -> None:
    lilei.takes(zhao)
    wecom.servicer("han").takes(zhao)
    lilei.ends(zhao)
    here = address_of(zhao)
    assert await events(wecom, 3) == [
        HumanServes(address=here, begins=True), HumanServes(address=here, begins=True),
        HumanServes(address=here, begins=False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fail_type", "reason"),
    [(0, "unknown"), (1, "deleted"), (2, "closed"), (4, "48 hours"), (5, "ended"), (6, "five"),
     (7, "channel"), (8, "verified"), (9, "neither"), (10, "refuses"), (99, "99")],
)  # fmt: skip
async def test_a_message_that_was_not_delivered_is_told_with_the_reason(
    wecom: WecomKfEmulator, zhao: Customer, fail_type: int, reason: str
) -> None:
    zhao.misses("m7", fail_type)
    event = await told(wecom)
    assert isinstance(event, SendFailed)
    assert (event.external_id, event.address) == ("m7", address_of(zhao))
    assert reason in event.reason


async def test_what_is_none_of_our_business_hides_nothing(
    wecom: WecomKfEmulator, zhao: Customer, lilei: Servicer
) -> None:
    lilei.receives(False)
    zhao.recalls("m1")
    wecom.kf.tell(wecom.account, {"origin": 3, "msgtype": "text", "text": {"content": "nowhere"}})
    wecom.kf.tell(wecom.account, {"origin": 9, "msgtype": "text", "text": "no object"})
    wecom.kf.event(zhao.chat, "a_new_kind")
    zhao.says("end")
    assert (await said(wecom)).text == "end"


async def test_who_opens_the_chat_is_greeted_by_what_says_that_it_is_an_ai(
    wecom: WecomKfEmulator, zhao: Customer
) -> None:
    zhao.opens()
    zhao.says("你好")
    await events(wecom, 1)
    (greeting,) = texts(zhao, wecom)
    assert "AI" in greeting


async def test_a_greeting_that_comes_too_late_hides_nothing(
    wecom: WecomKfEmulator, zhao: Customer
) -> None:
    zhao.opens()
    wecom.clock.advance(21)
    zhao.says("你好")
    assert (await said(wecom)).text == "你好"
    assert texts(zhao, wecom) == []


async def test_nobody_is_greeted_for_a_visit_of_long_ago(
    wecom: WecomKfEmulator, zhao: Customer
) -> None:
    zhao.opens()
    _, message = wecom.account.log[-1]
    message["send_time"] = time.time() - 60
    zhao.says("你好")
    await events(wecom, 1)
    assert "kf/send_msg_on_event" not in wecom.api.calls
