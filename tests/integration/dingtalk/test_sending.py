"""How an answer travels: by its session while that lives, by the robot's own calls otherwise."""

import asyncio
import json
from typing import Any

import pytest

from bot.channels.dingtalk.channel import DingtalkChannel
from bot.channels.dingtalk.places import ReplyToken
from bot.errors import Busy, Closed, NotDelivered
from bot.messages import Address, Button, File, InboundMessage, OutboundMessage
from config.errors import AppError, PermanentError, TransientError
from tests.builders.dingtalk import (
    BUTTONS,
    GROUP,
    GUEST,
    HAN,
    LI,
    a_button_card,
    a_dingtalk,
    address_of,
    events,
    group_address,
)
from tests.emulators.dingtalk.server import DingtalkEmulator

APPROVE = Button(label="批准", send="/approve P-5", key="7.0")
CHART = File(name="图表.png", media_type="image/png", content=b"\x89PNG")
SESSION, ONE, GROUPS = "sendBySession", "batchSend", "groupMessages/send"


async def asked(
    ding: DingtalkEmulator, person: str = LI, *, in_group: bool = False
) -> InboundMessage:
    """What the channel hands on of a question."""
    group = ding.group(GROUP) if in_group else None
    ding.user(person).says("预算多少", group=group)
    (message,) = await events(ding, 1)
    assert isinstance(message, InboundMessage)
    return message


async def send(channel: DingtalkChannel, address: Address, text: str, **more: Any) -> list[str]:
    async with channel:
        message = OutboundMessage(address=address, text=text, **more)
        return [await channel.send(part) for part in channel.parts(message)]


async def answer(ding: DingtalkEmulator, to: InboundMessage, text: str, **more: Any) -> list[str]:
    return await send(
        a_dingtalk(ding), to.address, text, reply_token=to.reply_token, key="reply:1", **more
    )


def ways(ding: DingtalkEmulator) -> list[str]:
    """The calls by which something was shown, in order."""
    return [each["method"].rpartition("/")[2] for each in ding.ledger.effects()]


async def test_an_answer_goes_by_its_session(ding: DingtalkEmulator) -> None:
    await answer(ding, await asked(ding), "300 元")
    assert [each.text for each in ding.delivered(LI)] == ["300 元"]
    assert ways(ding) == [SESSION]


async def test_in_a_group_it_mentions_who_asked_and_once(ding: DingtalkEmulator) -> None:
    question = await asked(ding, HAN, in_group=True)
    await answer(ding, question, "字" * 10_000)
    first, *others = ding.delivered(GROUP)
    assert first.at == (HAN,)
    assert first.text.startswith(f"@{HAN} ")
    assert others
    assert {each.at for each in others} == {()}


async def test_a_mention_makes_no_heading_of_the_first_line(ding: DingtalkEmulator) -> None:
    question = await asked(ding, HAN, in_group=True)
    await answer(ding, question, "**花费** 300", markdown=True)
    (shown,) = ding.delivered(GROUP)
    assert (shown.kind, shown.text) == ("markdown", f"@{HAN}  \n**花费** 300")


async def test_a_session_that_has_ended_is_not_tried(ding: DingtalkEmulator) -> None:
    question = await asked(ding)
    over = ReplyToken(session="session=over", until=1_600_000_000_000, staff=LI).written()
    await send(a_dingtalk(ding), question.address, "300 元", reply_token=over)
    assert ways(ding) == [ONE]
    assert ding.refusals == []


@pytest.mark.parametrize("in_group", [False, True])
@pytest.mark.parametrize(
    "kind", ["session_expired", "too_fast", "bad_request", "qps", "unknown_error", "reset"]
)
async def test_what_the_session_refuses_goes_by_the_robot_and_once(
    ding: DingtalkEmulator, in_group: bool, kind: str
) -> None:
    question = await asked(ding, in_group=in_group)
    if kind == "reset":
        ding.expire_sessions()
    else:
        ding.faults.next(kind, SESSION)
    await answer(ding, question, "300 元")
    assert [each.text for each in ding.delivered(GROUP if in_group else LI)] == ["300 元"]
    assert ways(ding) == [GROUPS.rpartition("/")[2] if in_group else ONE]


@pytest.mark.parametrize("kind", ["lost", "reset_after", "malformed", "cut"])
async def test_what_the_session_may_have_taken_does_not_go_twice(
    ding: DingtalkEmulator, kind: str
) -> None:
    question = await asked(ding)
    ding.faults.next(kind, SESSION)
    with pytest.raises(TransientError):
        await answer(ding, question, "300 元")
    assert ways(ding) == [SESSION]


async def test_nothing_is_ever_posted_elsewhere(ding: DingtalkEmulator) -> None:
    async with DingtalkEmulator(scale=0, flood=0) as other:
        push = ding.user(LI).says("hi")
        push.data["sessionWebhook"] = f"{other.old_url}/robot/sendBySession?session=stolen"
        (question,) = await events(ding, 1)
        assert isinstance(question, InboundMessage)
        await answer(ding, question, "secret figures")
        assert other.refusals == []
    assert ways(ding) == [ONE]


async def test_a_guest_is_answered_and_never_written_to(ding: DingtalkEmulator) -> None:
    question = await asked(ding, GUEST)
    await answer(ding, question, "您好")
    assert [each.text for each in ding.delivered(GUEST)] == ["您好"]
    with pytest.raises(Closed):
        await send(a_dingtalk(ding), question.address, "周报")
    with pytest.raises(PermanentError):
        await answer(ding, question, "", files=(CHART,))


async def test_a_notice_goes_by_the_robot(ding: DingtalkEmulator) -> None:
    (id_,) = await send(a_dingtalk(ding), address_of(ding, LI), "**周报**", markdown=True)
    (shown,) = ding.delivered(LI)
    assert (shown.kind, shown.text, shown.title, shown.key) == (
        "markdown", "**周报**", "周报", id_,
    )  # fmt: skip


async def test_a_picture_shows_as_one(ding: DingtalkEmulator) -> None:
    await send(a_dingtalk(ding), group_address(ding), "", files=(CHART,))
    (shown,) = ding.delivered(GROUP)
    assert shown.kind == "image"
    assert shown.file is not None
    assert shown.file.content == CHART.content


async def test_a_picture_that_cannot_show_comes_as_a_file(ding: DingtalkEmulator) -> None:
    ding.faults.next("bad_request", GROUPS)
    await send(a_dingtalk(ding), group_address(ding), "", files=(CHART,))
    (shown,) = ding.delivered(GROUP)
    assert (shown.kind, shown.text) == ("file", CHART.name)


async def test_a_kind_of_file_that_dingtalk_refuses_comes_packed(ding: DingtalkEmulator) -> None:
    table = File(name="线索.csv", media_type="text/csv", content=b"name\n")
    ding.faults.next("bad_request", "media/upload")
    await send(a_dingtalk(ding), address_of(ding, LI), "", files=(table,))
    (shown,) = ding.delivered(LI)
    assert shown.text == "线索.csv.zip"
    assert shown.file is not None
    assert shown.file.content.startswith(b"PK")


async def test_a_file_that_is_too_large_is_refused_before_it_is_sent(
    ding: DingtalkEmulator,
) -> None:
    large = File(name="a.zip", media_type="application/zip", content=bytes(20_000_001))
    with pytest.raises(PermanentError, match="too large"):
        await send(a_dingtalk(ding), address_of(ding, LI), "", files=(large,))


async def test_a_file_that_may_be_there_already_says_so(ding: DingtalkEmulator) -> None:
    channel = a_dingtalk(ding)
    async with channel:
        (part,) = channel.parts(
            OutboundMessage(address=address_of(ding, LI), text="", files=(CHART,))
        )
        await channel.send(part.behind("maybe again"))
    assert [(each.kind, each.text) for each in ding.delivered(LI)] == [
        ("text", "maybe again"), ("image", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "becomes"),
    [
        ("qps", Busy), ("qps_of_api", Busy), ("banned", Busy), ("banned_json", Busy),
        ("flow_controlled", Busy), ("invalid_staff", Closed), ("bad_request", PermanentError),
        ("not_found", PermanentError), ("scopes", PermanentError), ("unknown_error", TransientError),
        ("gateway_timeout", TransientError), ("lost", TransientError),
        ("reset_before", TransientError), ("reset_after", TransientError),
        ("malformed", TransientError), ("cut", TransientError),
    ],
)  # fmt: skip
async def test_what_goes_wrong_says_what_became_of_the_message(
    ding: DingtalkEmulator, kind: str, becomes: type[AppError]
) -> None:
    ding.faults.next(kind, ONE, chat=LI)
    with pytest.raises(AppError) as caught:
        await send(a_dingtalk(ding), address_of(ding, LI), "hello")
    assert isinstance(caught.value, becomes)
    assert await send(a_dingtalk(ding), address_of(ding, LI), "again")


async def test_a_missing_right_is_named(ding: DingtalkEmulator) -> None:
    ding.faults.next("scopes", ONE)
    with pytest.raises(PermanentError, match=r"Card\.Streaming\.Write"):
        await send(a_dingtalk(ding), address_of(ding, LI), "hello")


@pytest.mark.parametrize("kind", ["unauthenticated", "token_expired"])
@pytest.mark.parametrize("api", [ONE, "media/upload"])
async def test_a_token_that_is_refused_is_renewed(
    ding: DingtalkEmulator, kind: str, api: str
) -> None:
    fault = ding.faults.next(kind, api)
    await send(a_dingtalk(ding), address_of(ding, LI), "", files=(CHART,)) if "media" in api else (
        await send(a_dingtalk(ding), address_of(ding, LI), "hello")
    )
    assert fault.hits == 1
    assert len(ding.delivered(LI)) == 1


async def test_however_many_find_the_token_ended_it_is_asked_for_once(
    ding: DingtalkEmulator,
) -> None:
    channel = a_dingtalk(ding)
    (part,) = channel.parts(OutboundMessage(address=address_of(ding, LI), text="hello"))
    async with channel:
        await channel.send(part)
        ding.expire_tokens()
        asked_for = ding.faults.next("slow", "accessToken", value=0.05, count=None)
        await asyncio.gather(*(channel.send(part) for _ in range(10)))
    assert asked_for.hits == 1
    assert len(ding.delivered(LI)) == 11


async def test_a_token_that_is_always_refused_loses_no_message(ding: DingtalkEmulator) -> None:
    ding.faults.next("unauthenticated", ONE, count=2)
    with pytest.raises(NotDelivered):
        await send(a_dingtalk(ding), address_of(ding, LI), "hello")


@pytest.mark.parametrize("kind", ["unknown_error", "malformed", "reset_before", "gateway_timeout"])
async def test_without_a_token_nothing_was_sent(ding: DingtalkEmulator, kind: str) -> None:
    ding.faults.next(kind, "accessToken")
    with pytest.raises(NotDelivered):
        await send(a_dingtalk(ding), address_of(ding, LI), "hello")


async def test_where_nobody_listens_nothing_was_delivered() -> None:
    async with DingtalkEmulator() as gone:
        channel = a_dingtalk(gone)
    with pytest.raises(NotDelivered):
        await send(channel, address_of(gone, LI), "hello")


async def test_an_answer_that_takes_too_long_leaves_a_doubt(
    ding: DingtalkEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.dingtalk.channel._PATIENCE_SECONDS", 0.1)
    ding.faults.next("slow", ONE, value=30)
    with pytest.raises(TransientError):
        await send(a_dingtalk(ding), address_of(ding, LI), "hello")


async def test_buttons_without_a_template_are_lines_to_write(ding: DingtalkEmulator) -> None:
    await send(a_dingtalk(ding), address_of(ding, LI), "要批准吗？", buttons=(APPROVE,))
    (shown,) = ding.delivered(LI)
    assert shown.text == "要批准吗？\n\n回复 /approve P-5：批准"


@pytest.mark.parametrize("group", [False, True])
async def test_buttons_with_a_template_are_a_card(ding: DingtalkEmulator, group: bool) -> None:
    channel = a_dingtalk(ding, button_card=a_button_card(ding))
    here = group_address(ding) if group else address_of(ding, LI)
    await send(channel, here, "要批准 **P-5** 吗？", buttons=(APPROVE,), markdown=True, key="a:5")
    (shown,) = ding.delivered(GROUP if group else LI)
    assert shown.card is not None
    assert shown.card.text == "要批准 **P-5** 吗？"
    assert [each.label for each in shown.card.buttons] == ["批准"]


@pytest.mark.parametrize("kind", ["scopes", "undelivered", "unpublished"])
async def test_buttons_that_no_card_can_show_are_lines(ding: DingtalkEmulator, kind: str) -> None:
    channel = a_dingtalk(ding, button_card=a_button_card(ding))
    ding.faults.next(kind, "createAndDeliver")
    await send(channel, address_of(ding, LI), "ok?", buttons=(APPROVE,), key="a:5")
    (shown,) = ding.delivered(LI)
    assert (shown.kind, shown.text) == ("text", "ok?\n\n回复 /approve P-5：批准")


async def test_a_card_that_may_be_there_is_the_same_one_again(ding: DingtalkEmulator) -> None:
    channel = a_dingtalk(ding, button_card=BUTTONS)
    a_button_card(ding)
    ding.faults.next("lost", "createAndDeliver")
    with pytest.raises(TransientError):
        await send(channel, address_of(ding, LI), "ok?", buttons=(APPROVE,), key="a:5")
    await send(channel, address_of(ding, LI), "ok?", buttons=(APPROVE,), key="a:5")
    assert len(ding.delivered(LI)) == 1


async def test_by_http_a_press_could_not_be_heard(ding: DingtalkEmulator) -> None:
    channel = a_dingtalk(ding, button_card=a_button_card(ding), http=True)
    await send(channel, address_of(ding, LI), "ok?", buttons=(APPROVE,), key="a:5")
    assert [each.kind for each in ding.delivered(LI)] == ["text"]


async def test_no_error_holds_a_secret_or_the_message(ding: DingtalkEmulator) -> None:
    question = await asked(ding)
    session = json.loads(question.reply_token)["session"].removeprefix("session=")
    errors = []
    for api in (SESSION, ONE):
        ding.faults.next("malformed", api)
        with pytest.raises(AppError) as caught:
            token = question.reply_token if api == SESSION else ""
            await send(a_dingtalk(ding), question.address, "hello", reply_token=token)
        errors.append(str(caught.value))
    assert not any(
        word in error for error in errors for word in (session, ding.client_secret, "hello")
    )
