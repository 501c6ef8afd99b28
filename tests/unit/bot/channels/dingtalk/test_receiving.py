"""From what DingTalk pushes to what happened."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.channels.dingtalk.places import Chat, ReplyToken
from bot.channels.dingtalk.receiving import closed_by, message_of, pressed_of
from bot.messages import InboundMessage
from config.channels import DingtalkSettings

SETTINGS = DingtalkSettings(client_id="ding1", client_secret=SecretStr("a-secret"))
ROBOT = "$:LWCP_v1:$robot"
SESSION = "https://oapi.dingtalk.com/robot/sendBySession?session=abc"


def pushed(**more: Any) -> dict[str, Any]:
    return {
        "conversationId": "cid1==", "conversationType": "1", "chatbotUserId": ROBOT,
        "msgId": "msgM1==", "senderNick": "李雷", "senderStaffId": "manager807",
        "senderId": "$:LWCP_v1:$li", "sessionWebhook": SESSION,
        "sessionWebhookExpiredTime": 1_769_857_097_744, "robotCode": "ding1",
        "msgtype": "text", "text": {"content": " hi "}, **more,
    }  # fmt: skip


def in_group(text: str, *others: str, **more: Any) -> dict[str, Any]:
    at = [{"dingtalkId": each} for each in (ROBOT, *others)]
    return pushed(conversationType="2", isInAtList=True, atUsers=at, text={"content": text}, **more)


def read(data: dict[str, Any]) -> InboundMessage:
    message = message_of(data, SETTINGS)
    assert message is not None
    return message


def test_a_message_says_who_wrote_what_and_where() -> None:
    message = read(pushed())
    assert message.external_id == "msgM1=="
    assert message.address == Chat.with_user("manager807").address("ding1")
    assert (message.sender_id, message.sender_name) == ("manager807", "李雷")
    assert (message.text, message.private) == ("hi", True)


def test_an_outsider_is_known_by_the_sender_id() -> None:
    message = read(pushed(senderStaffId=""))
    assert message.sender_id == "$:LWCP_v1:$li"
    assert message.address.chat == "guest:$:LWCP_v1:$li"


def test_a_nickname_is_no_identity() -> None:
    first, second = read(pushed(senderNick="老板")), read(pushed())
    assert first.sender_id == second.sender_id
    assert first.address == second.address


def test_an_answer_gets_the_session_who_asked_and_what() -> None:
    token = ReplyToken.read(read(pushed()).reply_token)
    assert token == ReplyToken(
        session="session=abc", until=1_769_857_097_744, staff="manager807", message="msgM1=="
    )


@pytest.mark.parametrize(
    "webhook",
    ["http://oapi.dingtalk.com/robot/sendBySession?session=a",
     "https://evil.example/robot/sendBySession?session=a",
     "https://oapi.dingtalk.com.evil.example/robot/sendBySession?session=a",
     "https://oapi.dingtalk.com@evil.example/robot/sendBySession?session=a",
     "https://oapi.dingtalk.com:8443/robot/sendBySession?session=a",
     "https://oapi.dingtalk.com/robot/send?access_token=a", "https://[", "file:///etc/passwd",
     "https://oapi.dingtalk.com/robot/sendBySession?session=火", "", None, 7, ["x"]],
)  # fmt: skip
def test_a_session_elsewhere_is_none(webhook: object) -> None:
    token = ReplyToken.read(read(pushed(sessionWebhook=webhook)).reply_token)
    assert (token.session, token.is_live) == ("", False)


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"until":"x","session":7}'])
def test_a_token_that_cannot_be_read_is_an_empty_one(text: str) -> None:
    assert ReplyToken.read(text) == ReplyToken()


@pytest.mark.parametrize(
    ("text", "others", "said"),
    [
        (" 本周线索", (), "本周线索"),
        ("@火客 本周线索", (), "本周线索"),
        ("@火客\u2005本周线索", (), "本周线索"),
        ("@火客", (), "/help"),
        ("  ", (), "/help"),
        ("@李雷 跟进一下", ("$:li",), "@李雷 跟进一下"),
        ("发邮件给 a@b.cn", (), "发邮件给 a@b.cn"),
    ],
)
def test_in_a_group_the_mention_is_left_out(text: str, others: tuple[str, ...], said: str) -> None:
    message = read(in_group(text, *others))
    assert message.text == said
    assert message.address.chat == "group:cid1=="
    assert not message.private


@pytest.mark.parametrize("at", [False, None, "true"])
def test_other_talk_in_a_group_is_not_heard(at: object) -> None:
    assert message_of(in_group("hi") | {"isInAtList": at}, SETTINGS) is None


@pytest.mark.parametrize(
    ("content", "text", "names"),
    [
        ({"msgtype": "picture", "content": {"downloadCode": "c1"}}, "", ["picture.jpg"]),
        ({"msgtype": "picture", "content": {"pictureDownloadCode": "c1"}}, "", ["picture.jpg"]),
        ({"msgtype": "richText", "content": {"richText": [
            {"text": "看"}, {"type": "picture", "downloadCode": "c1"}, {"text": "图"},
            {"type": "picture", "downloadCode": "c2"}, 7]}}, "看图",
         ["picture-1.jpg", "picture-2.jpg"]),
        ({"msgtype": "audio", "content": {"downloadCode": "c1", "recognition": "预算多少"}},
         "预算多少", ["voice.amr"]),
        ({"msgtype": "video", "content": {"downloadCode": "c1", "videoType": "mov"}}, "",
         ["video.mov"]),
        ({"msgtype": "file", "content": {"downloadCode": "c1", "fileName": "线索.csv"}}, "",
         ["线索.csv"]),
    ],
)  # fmt: skip
def test_every_kind_of_message_is_read(
    content: dict[str, Any], text: str, names: list[str]
) -> None:
    message = read(pushed(**content))
    assert message.text == text
    assert [file.name for file in message.files] == names


def test_a_file_has_its_type_and_its_code() -> None:
    content = {"downloadCode": "c1", "fileName": "a.pdf"}
    (file,) = read(pushed(msgtype="file", content=content)).files
    assert (file.media_type, getattr(file, "remote", "")) == ("application/pdf", "c1")


@pytest.mark.parametrize(
    "more",
    [
        {"msgtype": "unknownMsgType"}, {"msgtype": "text", "text": {"content": "  "}},
        {"msgtype": "text", "text": 7}, {"msgtype": "file", "content": {"fileName": "x"}},
        {"msgId": ""}, {"msgId": "x" * 101}, {"msgId": "a\x00b"}, {"msgId": 7},
        {"senderStaffId": "", "senderId": ""}, {"senderStaffId": ["x"], "senderId": None},
        {"conversationType": "2", "conversationId": "", "isInAtList": True},
        {"conversationType": "3"}, {"conversationType": None},
    ],
)  # fmt: skip
def test_what_cannot_be_read_or_says_nothing_is_left(more: dict[str, Any]) -> None:
    assert message_of(pushed(**more), SETTINGS) is None


STRANGE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_data_makes_it_crash(data: st.DataObject) -> None:
    body = data.draw(st.sampled_from([pushed(), in_group("hi"), pushed(msgtype="richText")]))
    for name in data.draw(st.lists(st.sampled_from([*body, "content", "atUsers"]), max_size=4)):
        body[name] = data.draw(STRANGE)
    message = message_of(body, SETTINGS)
    assert message is None or (message.external_id and message.sender_id)
    pressed_of(body, SETTINGS)
    closed_by("user_leave_org", body, "ding1")


def callback(**more: Any) -> dict[str, Any]:
    private = {"actionIds": ["7.0"], "params": {"key": "7.0", "label": "批准"}}
    return {
        "outTrackId": "u-b-1", "userId": "manager807", "spaceType": "IM", "spaceId": "cid1==",
        "content": json.dumps({"cardPrivateData": private}), **more,
    }  # fmt: skip


def test_a_press_says_which_button_of_whom_and_where() -> None:
    message = pressed_of(callback(), SETTINGS)
    assert message is not None
    assert (message.pressed, message.text) == ("7.0", "批准")
    assert message.sender_id == "manager807"
    assert message.address.chat == "user:manager807"


def test_a_press_in_a_group_is_of_the_group() -> None:
    message = pressed_of(callback(outTrackId="g-b-1"), SETTINGS)
    assert message is not None
    assert message.address.chat == "group:cid1=="
    assert not message.private


def test_a_press_that_is_told_twice_is_one() -> None:
    first, again = pressed_of(callback(), SETTINGS), pressed_of(callback(), SETTINGS)
    other = pressed_of(callback(userId="manager808"), SETTINGS)
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.external_id == again.external_id != other.external_id


def test_a_button_may_be_named_by_its_id_alone() -> None:
    content = json.dumps({"cardPrivateData": {"actionIds": ["7.1"], "params": {}}})
    message = pressed_of(callback(content=content), SETTINGS)
    assert message is not None
    assert (message.pressed, message.text) == ("7.1", "7.1")


@pytest.mark.parametrize(
    "more", [{"outTrackId": ""}, {"outTrackId": "goods-1"}, {"outTrackId": "u-a-1"}, {"userId": None}, {"content": "{"}, {"content": "{}"},
             {"outTrackId": "g-b-1", "spaceId": ""}],
)  # fmt: skip
def test_a_press_of_nothing_is_none(more: dict[str, Any]) -> None:
    assert pressed_of(callback(**more), SETTINGS) is None


@pytest.mark.parametrize(
    ("event", "data", "chats"),
    [
        ("user_leave_org", {"userId": ["u1", "u2", 7]}, ["user:u1", "user:u2"]),
        ("chat_disband", {"openConversationId": "cid1=="}, ["group:cid1=="]),
        ("chat_disband", {}, []),
        ("user_add_org", {"userId": ["u1"]}, []),
    ],
)
def test_who_left_can_be_written_to_no_more(
    event: str, data: dict[str, Any], chats: list[str]
) -> None:
    assert [each.address.chat for each in closed_by(event, data, "ding1")] == chats
