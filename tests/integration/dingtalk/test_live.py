"""An answer shows in a card while it comes, and the card is the answer when it is done."""

import pytest

from bot.channels.dingtalk.api import Api
from bot.channels.dingtalk.cards import card_name
from bot.channels.dingtalk.channel import DingtalkChannel
from bot.channels.dingtalk.places import ReplyToken
from bot.errors import Busy, NotDelivered
from bot.messages import Address, Button, File, OutboundMessage
from config.errors import AppError, TransientError
from tests.builders.dingtalk import (
    GROUP,
    GUEST,
    LI,
    a_button_card,
    a_dingtalk,
    a_shelf,
    address_of,
    dingtalk_settings,
    group_address,
)
from tests.emulators.dingtalk.cards import Card
from tests.emulators.dingtalk.server import DingtalkEmulator

CREATE, STREAM, UPDATE = "createAndDeliver", "card/streaming", "v1.0/card/instances"
TOKEN = ReplyToken(staff=LI, message="msg1").written()
APPROVE = Button(label="批准", send="/approve P-5", key="7.0")


@pytest.fixture(autouse=True)
def as_fast_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.dingtalk.live._EVERY_SECONDS", 0.0)


def words(address: Address, text: str, key: str = "reply:1", **more: object) -> OutboundMessage:
    given = {"markdown": True, "reply_token": TOKEN, **more}
    return OutboundMessage(address=address, text=text, key=key, **given)  # type: ignore[arg-type]


async def answer(channel: DingtalkChannel, message: OutboundMessage) -> list[str]:
    return [await channel.send(part) for part in channel.parts(message)]


async def attempt(channel: DingtalkChannel, message: OutboundMessage) -> AppError | None:
    try:
        await channel.draft(message)
    except AppError as error:
        return error
    return None


def card_of(ding: DingtalkEmulator, chat: str = LI) -> Card:
    (shown,) = ding.delivered(chat)
    assert shown.card is not None
    return shown.card


def texts(ding: DingtalkEmulator, chat: str = LI) -> list[str]:
    return [each.card.text if each.card else each.text for each in ding.delivered(chat)]


@pytest.mark.parametrize("chat", [LI, GROUP])
async def test_the_words_so_far_become_the_answer_in_one_bubble(
    ding: DingtalkEmulator, chat: str
) -> None:
    here = address_of(ding, LI) if chat == LI else group_address(ding)
    async with a_dingtalk(ding) as channel:
        for text in ("本周", "本周花费", "本周花费 300"):
            await channel.draft(words(here, text))
        assert card_of(ding, chat).state == "inputing"
        (id_,) = await answer(channel, words(here, "本周花费 **300** 元。"))
    card = card_of(ding, chat)
    assert card.snapshots == ["本周", "本周花费", "本周花费 300", "本周花费 **300** 元。"]
    assert (card.text, card.state, card.closed) == ("本周花费 **300** 元。", "finished", True)
    assert card.out_track_id == id_
    assert ding.refusals == []


async def test_another_process_ends_what_this_one_began(ding: DingtalkEmulator) -> None:
    shelf, here = a_shelf(), address_of(ding, LI)
    async with a_dingtalk(ding, shelf) as first:
        await first.draft(words(here, "本周"))
    async with a_dingtalk(ding, shelf) as second:
        await second.draft(words(here, "本周花费"))
        await answer(second, words(here, "300 元"))
    assert texts(ding) == ["300 元"]


async def test_two_answers_have_cards_of_their_own(ding: DingtalkEmulator) -> None:
    here = address_of(ding, LI)
    async with a_dingtalk(ding) as channel:
        for number in (1, 2):
            await channel.draft(words(here, "draft", key=f"reply:{number}"))
            await answer(channel, words(here, f"answer {number}", key=f"reply:{number}"))
    assert texts(ding) == ["answer 1", "answer 2"]


async def test_the_same_number_in_a_new_database_is_another_card(ding: DingtalkEmulator) -> None:
    here = address_of(ding, LI)
    for message in ("msg1", "msg2"):
        token = ReplyToken(message=message).written()
        async with a_dingtalk(ding) as channel:
            await channel.draft(words(here, "draft", reply_token=token))
            await answer(channel, words(here, f"to {message}", reply_token=token))
    assert texts(ding) == ["to msg1", "to msg2"]


async def test_what_does_not_fit_comes_behind_the_card(ding: DingtalkEmulator) -> None:
    here, text = address_of(ding, LI), "字" * 9_000
    async with a_dingtalk(ding) as channel:
        await channel.draft(words(here, text))
        await answer(channel, words(here, text))
    first, *others = ding.delivered(LI)
    assert first.card is not None
    assert first.card.snapshots[0] == first.card.snapshots[1]
    assert others
    assert "".join(texts(ding)) == text


async def test_the_file_of_an_answer_comes_behind_the_card(ding: DingtalkEmulator) -> None:
    here = address_of(ding, LI)
    table = File(name="a.xlsx", media_type="x/y", content=b"a")
    async with a_dingtalk(ding) as channel:
        await channel.draft(words(here, "half"))
        await answer(channel, words(here, "whole", files=(table,)))
    assert [each.kind for each in ding.delivered(LI)] == ["card", "file"]


async def test_buttons_of_an_answer_are_lines_in_its_card(ding: DingtalkEmulator) -> None:
    here = address_of(ding, LI)
    async with a_dingtalk(ding) as channel:
        await channel.draft(words(here, "half"))
        await answer(channel, words(here, "要批准吗？", buttons=(APPROVE,)))
    assert texts(ding) == ["要批准吗？\n\n回复 /approve P-5：批准"]


@pytest.mark.parametrize("kind", [None, "undelivered"])
async def test_buttons_of_an_answer_come_in_a_card_below(
    ding: DingtalkEmulator, kind: str | None
) -> None:
    here = address_of(ding, LI)
    async with a_dingtalk(ding, button_card=a_button_card(ding)) as channel:
        await channel.draft(words(here, "half"))
        if kind:
            ding.faults.next(kind, CREATE)
        await answer(channel, words(here, "要批准吗？", buttons=(APPROVE,)))
    first, second = ding.delivered(LI)
    assert first.card is not None
    assert first.card.text == "要批准吗？"
    if kind:
        assert second.text == "请选择：\n\n回复 /approve P-5：批准"
    else:
        assert second.card is not None
        assert (second.card.text, second.card.buttons[0].label) == ("请选择：", "批准")


async def test_an_answer_that_is_sent_again_is_still_one_bubble(ding: DingtalkEmulator) -> None:
    shelf, here = a_shelf(), address_of(ding, LI)
    async with a_dingtalk(ding, shelf) as channel:
        await channel.draft(words(here, "half"))
        await answer(channel, words(here, "whole"))
    async with a_dingtalk(ding, shelf) as another:
        (part,) = another.parts(words(here, "whole"))
        await another.send(part.behind("(again) "))
    assert texts(ding) == ["(again) whole"]


@pytest.mark.parametrize("kind", ["lost", "reset_after", "malformed", "unknown_error"])
async def test_an_end_that_nobody_saw_is_told_again_without_doubt(
    ding: DingtalkEmulator, kind: str
) -> None:
    here = address_of(ding, LI)
    async with a_dingtalk(ding) as channel:
        await channel.draft(words(here, "half"))
        ding.faults.next(kind, STREAM)
        with pytest.raises(NotDelivered):
            await answer(channel, words(here, "whole"))
        await answer(channel, words(here, "whole"))
    assert texts(ding) == ["whole"]
    assert card_of(ding).state == "finished"


async def test_a_card_that_cannot_be_ended_gives_way_to_a_message(ding: DingtalkEmulator) -> None:
    here = address_of(ding, LI)
    async with a_dingtalk(ding) as channel:
        await channel.draft(words(here, "half"))
        ding.faults.next("unknown_error", STREAM, count=None)
        for _ in range(2):
            with pytest.raises(NotDelivered):
                await answer(channel, words(here, "whole"))
        with pytest.raises(TransientError):
            await answer(channel, words(here, "whole"))
        await answer(channel, words(here, "whole"))
    assert texts(ding) == ["half", "whole"]


async def test_the_answer_stands_though_its_card_does_not_say_finished(
    ding: DingtalkEmulator,
) -> None:
    here = address_of(ding, LI)
    async with a_dingtalk(ding) as channel:
        await channel.draft(words(here, "half"))
        ding.faults.next("lost", UPDATE)
        await answer(channel, words(here, "whole"))
    assert texts(ding) == ["whole"]


async def test_a_card_that_may_not_be_streamed_into_is_changed(ding: DingtalkEmulator) -> None:
    here = address_of(ding, LI)
    async with a_dingtalk(ding) as channel:
        ding.faults.next("scopes", STREAM, count=None)
        await channel.draft(words(here, "half"))
        await answer(channel, words(here, "whole"))
    assert (card_of(ding).text, card_of(ding).state) == ("whole", "finished")


@pytest.mark.parametrize(("kind", "asked"), [("scopes", 1), ("unpublished", 1), ("undelivered", 2)])
async def test_where_cards_are_refused_answers_are_messages_from_then_on(
    ding: DingtalkEmulator, kind: str, asked: int
) -> None:
    fault = ding.faults.next(kind, CREATE, count=None)
    async with a_dingtalk(ding) as channel:
        for number, chat in enumerate((address_of(ding, LI), group_address(ding))):
            for _ in range(3):
                await channel.draft(words(chat, "half", key=f"reply:{number}"))
            await answer(channel, words(chat, "whole", key=f"reply:{number}"))
    assert fault.hits == asked
    assert texts(ding) == texts(ding, GROUP) == ["whole"]


async def test_too_many_calls_silence_drafts_for_a_while(ding: DingtalkEmulator) -> None:
    here = address_of(ding, LI)
    async with a_dingtalk(ding) as channel:
        await channel.draft(words(here, "half"))
        fault = ding.faults.next("qps", STREAM, count=None)
        assert isinstance(await attempt(channel, words(here, "half a")), Busy)
        assert await attempt(channel, words(here, "half an")) is None
        ding.faults.clear()
        await answer(channel, words(here, "whole"))
    assert fault.hits == 1
    assert texts(ding) == ["whole"]


async def test_what_nobody_knows_three_times_is_left_alone(ding: DingtalkEmulator) -> None:
    here = address_of(ding, LI)
    fault = ding.faults.next("unknown_error", "/card/", count=None)
    fault.api = CREATE
    async with a_dingtalk(ding) as channel:
        for number in range(6):
            await attempt(channel, words(here, "half", key=f"reply:{number}"))
        await answer(channel, words(here, "whole", key="reply:5"))
    assert fault.hits == 3
    assert texts(ding) == ["whole"]


@pytest.mark.parametrize(("kind", "stands"), [("lost", True), ("gateway_timeout", False)])
async def test_a_card_that_may_stand_is_used_when_it_does(
    ding: DingtalkEmulator, kind: str, stands: bool
) -> None:
    here = address_of(ding, LI)
    async with a_dingtalk(ding) as channel:
        ding.faults.next(kind, CREATE)
        assert isinstance(await attempt(channel, words(here, "half")), TransientError)
        await answer(channel, words(here, "whole"))
    (shown,) = ding.delivered(LI)
    assert (shown.kind == "card") is stands
    assert texts(ding) == ["whole"]


async def test_a_card_that_was_made_and_stands_nowhere_is_no_answer(
    ding: DingtalkEmulator,
) -> None:
    here = address_of(ding, LI)
    settings = dingtalk_settings(ding)
    api = Api(settings)
    async with a_dingtalk(ding) as channel:
        ding.faults.next("gateway_timeout", CREATE)
        await attempt(channel, words(here, "half"))
        name = card_name("a", here, "reply:1", "msg1")
        made = {"cardTemplateId": settings.ai_card, "outTrackId": name, "callbackType": "STREAM"}
        values: dict[str, object] = {"cardData": {"cardParamMap": {}}}
        await api.call("POST", "/v1.0/card/instances", made | values)
        await answer(channel, words(here, "whole"))
    await api.aclose()
    assert texts(ding) == ["whole"]


async def test_a_card_that_was_not_made_is_made_with_the_next_words(
    ding: DingtalkEmulator,
) -> None:
    here = address_of(ding, LI)
    async with a_dingtalk(ding) as channel:
        ding.faults.next("gateway_timeout", CREATE)
        await attempt(channel, words(here, "half"))
        await channel.draft(words(here, "half an"))
        assert texts(ding) == ["half an"]
        await answer(channel, words(here, "whole"))
    assert texts(ding) == ["whole"]


async def test_nothing_shows_more_often_than_people_read(
    ding: DingtalkEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.dingtalk.live._EVERY_SECONDS", 1_000.0)
    here = address_of(ding, LI)
    async with a_dingtalk(ding) as channel:
        for text in ("a", "ab", "abc"):
            await channel.draft(words(here, text))
        await answer(channel, words(here, "whole"))
    assert card_of(ding).snapshots == ["a", "whole"]


async def test_a_turn_does_not_wait_long_for_its_draft(
    ding: DingtalkEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = address_of(ding, LI)
    async with a_dingtalk(ding) as channel:
        await channel.draft(words(here, "half"))
        monkeypatch.setattr("bot.channels.dingtalk.channel._DRAFT_SECONDS", 0.05)
        ding.faults.next("slow", STREAM, value=30)
        assert isinstance(await attempt(channel, words(here, "half an")), TransientError)
        await answer(channel, words(here, "whole"))
    assert texts(ding) == ["whole"]


@pytest.mark.parametrize("template", [None, "", "382e4302-551d-4880-bf29-a30acfab2e71.schema"])
async def test_without_a_template_there_are_no_drafts(
    ding: DingtalkEmulator, template: str | None
) -> None:
    async with a_dingtalk(ding, ai_card=template) as channel:
        await channel.draft(words(address_of(ding, LI), "half"))
    assert channel.capabilities.drafts is bool(template)
    assert bool(ding.delivered(LI)) is bool(template)


async def test_a_guest_is_shown_no_cards(ding: DingtalkEmulator) -> None:
    here = Address(channel="dingtalk", bot=ding.robot_code, chat=f"guest:{GUEST}")
    async with a_dingtalk(ding) as channel:
        await channel.draft(words(here, "half"))
    assert ding.ledger.effects() == []
    assert ding.refusals == []


async def test_without_the_shelf_this_process_still_knows(
    ding: DingtalkEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise TransientError("Redis: ConnectionError")

    for name in ("get", "put", "take"):
        monkeypatch.setattr(f"bot.shelf.Shelf.{name}", away)
    here = address_of(ding, LI)
    async with a_dingtalk(ding) as channel:
        await channel.draft(words(here, "half"))
        await answer(channel, words(here, "whole"))
        await answer(channel, words(here, "another", key="reply:2"))
    assert texts(ding) == ["whole", "another"]
