"""The frames of a stream."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.dingtalk.frames import CARD, ROBOT, Frame, acknowledged, read_frame

HEADERS = {"topic": ROBOT, "messageId": "m1", "contentType": "application/json"}
ROBOT_FRAME = {
    "specVersion": "1.0", "type": "CALLBACK", "headers": HEADERS, "data": '{"msgId":"msg1"}',
}  # fmt: skip


def test_a_frame_says_what_it_is_about() -> None:
    frame = read_frame(json.dumps(ROBOT_FRAME))
    assert frame == Frame(kind="CALLBACK", topic=ROBOT, message_id="m1", data={"msgId": "msg1"})


def test_an_event_says_what_happened() -> None:
    headers = {"topic": "*", "messageId": "e1", "eventType": "user_leave_org"}
    frame = read_frame(json.dumps({"type": "EVENT", "headers": headers, "data": "{}"}))
    assert frame == Frame(kind="EVENT", topic="*", message_id="e1", event="user_leave_org")


@pytest.mark.parametrize("data", ["", "{", "[]", "7", None, 7, {"a": 1}])
def test_data_that_is_no_object_is_an_empty_one(data: object) -> None:
    frame = read_frame(json.dumps(ROBOT_FRAME | {"data": data}))
    assert frame is not None
    assert frame.data == {}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", "null", "{}", '{"headers":7}', b"\xff", "[" * 100_000]
)
def test_what_is_no_frame_is_none(text: str | bytes) -> None:
    assert read_frame(text) is None


@given(text=st.text() | st.binary())
def test_nothing_makes_it_crash(text: str | bytes) -> None:
    assert read_frame(text) is None


def test_an_acknowledgement_is_as_dingtalk_wants_it() -> None:
    frame = Frame(kind="CALLBACK", topic=CARD, message_id="m1")
    assert json.loads(acknowledged(frame, {"response": None})) == {
        "code": 200, "headers": {"messageId": "m1", "contentType": "application/json"},
        "message": "OK", "data": '{"response": null}',
    }  # fmt: skip


def test_a_topic_without_a_handler_is_404() -> None:
    frame = Frame(kind="CALLBACK", topic="/v1.0/graph/api/invoke", message_id="m1")
    assert json.loads(acknowledged(frame, {}, code=404, message="no handler"))["code"] == 404
