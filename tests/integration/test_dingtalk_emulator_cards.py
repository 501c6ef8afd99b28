"""The emulator's cards: created, delivered, streamed into, updated, pressed."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.emulators.dingtalk.bare import BareBot
from tests.emulators.dingtalk.cards import Card
from tests.emulators.dingtalk.server import DingtalkEmulator

LI, SALES = "manager807", "cidSales=="
TO_LI, TO_SALES = f"IM_ROBOT.{LI}", f"IM_GROUP.{SALES}"
INSTANCES, STREAMING = "/v1.0/card/instances", "/v1.0/card/streaming"
BUTTONS = [{"text": "批准", "id": "ok", "params": {"plan": 5}}, {"text": "看", "url": "https://a"}]


@pytest.fixture
async def ding() -> AsyncIterator[DingtalkEmulator]:
    """Its clock stands."""
    async with DingtalkEmulator(scale=0) as ding:
        ding.user(LI, "李雷")
        ding.group(SALES, "销售群")
        yield ding


@pytest.fixture
async def bot(ding: DingtalkEmulator) -> AsyncIterator[BareBot]:
    async with BareBot(ding) as bot:
        yield bot


@pytest.fixture
async def card(bot: BareBot, ding: DingtalkEmulator) -> Card:
    """Delivered to Li."""
    await bot.create_and_deliver(TO_LI, text="一")
    [shown] = ding.delivered(LI)
    assert shown.card is not None
    return shown.card


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def reasons(answer: httpx.Response) -> list[str]:
    """Why it was not delivered; "" where it was."""
    results = answer.json()["result"]["deliverResults"]
    assert [bool(each["carrierId"]) for each in results] == [each["success"] for each in results]
    return [each["errorMsg"] for each in results]


class TestDelivery:
    async def test_shows_a_card(self, bot: BareBot, ding: DingtalkEmulator) -> None:
        answer = await bot.create_and_deliver(TO_SALES, text="**好**", buttons=BUTTONS)
        assert (answer.json()["success"], reasons(answer)) == (True, [""])
        [shown] = ding.delivered(SALES)
        assert (shown.kind, shown.key, shown.text) == ("card", "card_1", "**好**")
        assert [(button.label, button.id, button.url) for button in shown.buttons] == [
            ("批准", "ok", ""), ("看", "", "https://a")
        ]  # fmt: skip
        [entry] = ding.ledger.effects("createAndDeliver", chat=SALES)
        assert (entry["key"], entry["outcome"]) == ("card_1", "ok")

    async def test_in_two_steps_shows_it_after_the_second(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        body = bot.card(TO_LI, text="好")
        made = await bot.call(INSTANCES, body)
        assert made.json() == {"success": True, "result": "card_1"}
        assert ding.delivered(LI) == []
        await bot.call(f"{INSTANCES}/deliver", body)
        assert [shown.text for shown in ding.delivered(LI)] == ["好"]

    async def test_that_is_repeated_shows_it_once(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        answers = [await bot.create_and_deliver(TO_LI, text=text) for text in "一二"]
        assert answers[0].json() == answers[1].json()
        assert [shown.text for shown in ding.delivered(LI)] == ["一"]

    async def test_shows_what_the_layout_names(self, bot: BareBot, ding: DingtalkEmulator) -> None:
        layout = {"order": ["msgContent"], "msgButtons": BUTTONS}
        params = {
            "msgTitle": "题", "msgContent": "文", "staticMsgContent": "尾",
            "sys_full_json_obj": json.dumps(layout),
        }  # fmt: skip
        await bot.create_and_deliver(TO_LI, cardData={"cardParamMap": params})
        [shown] = ding.delivered(LI)
        assert (shown.title, shown.text, shown.buttons) == ("", "文", ())

    @pytest.mark.parametrize(
        ("space", "changed", "reason"),
        [
            ("IM_ROBOT.nobody", {}, "spaceId is illegal"),
            (f"IM_GROUP.{LI}", {}, "spaceId is illegal"),
            (f"IM_ROBOT.{SALES}", {}, "spaceId is illegal"),
            (f"IM_SINGLE.{LI}", {}, "spaceId is illegal"),
            (TO_SALES, {"imGroupOpenDeliverModel": {}}, "robotCode is missing"),
            (TO_SALES, {"imGroupOpenDeliverModel": {"robotCode": "x"}}, "robotCode is illegal"),
            (TO_LI, {"imRobotOpenDeliverModel": None}, "imRobotOpenDeliverModel is missing"),
        ],
    )
    async def test_may_fail_though_the_answer_is_a_success(
        self, bot: BareBot, ding: DingtalkEmulator, space: str, changed: dict[str, Any], reason: str
    ) -> None:
        answer = await bot.create_and_deliver(space, **changed)
        assert (answer.status_code, reasons(answer)) == (200, [reason])
        assert ding.delivered(LI) + ding.delivered(SALES) == []

    async def test_needs_a_model_of_the_space(self, bot: BareBot, ding: DingtalkEmulator) -> None:
        body = bot.card(TO_LI)
        del body["imRobotOpenSpaceModel"]
        answer = await bot.call(f"{INSTANCES}/createAndDeliver", body)
        assert reasons(answer) == ["imRobotOpenSpaceModel is missing"]

    async def test_goes_to_several_spaces_at_once(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        answer = await bot.create_and_deliver(f"{TO_LI};dtv1.card//IM_ROBOT.nobody")
        assert reasons(answer) == ["", "spaceId is illegal"]

    @pytest.mark.parametrize(
        ("changed", "wrong"),
        [
            ({"cardTemplateId": "other.schema"}, "param.templateUnpublished"),
            ({"cardTemplateId": "draft.schema"}, "param.templateUnpublished"),
            ({"cardTemplateId": None}, "param.empty"),
            ({"outTrackId": ""}, "param.empty"),
            ({"outTrackId": 7}, "MissingStringValue"),
            ({"cardData": {}}, "param.cardData"),
            ({"cardData": {"cardParamMap": {"flowStatus": 1}}}, "MissingStringValue"),
            ({"cardData": {"cardParamMap": {"sys_full_json_obj": "{"}}}, "param.sys_full_json_obj"),
            ({"callbackType": "HTTP"}, "param.callbackType"),
            ({"userIdType": 2}, "param.userIdType"),
        ],
        ids=lambda value: str(value)[:44],
    )
    async def test_is_refused(
        self, bot: BareBot, ding: DingtalkEmulator, changed: dict[str, Any], wrong: str
    ) -> None:
        ding.template("draft.schema", text=("content",), published=False)
        assert code(await bot.create_and_deliver(TO_LI, **changed)) == (400, wrong)
        assert ding.delivered(LI) == []


class TestStreaming:
    async def test_replaces_the_text_until_it_is_finalised(
        self, bot: BareBot, ding: DingtalkEmulator, card: Card
    ) -> None:
        for text in ("今天", "今天花了"):
            assert (await bot.stream(text)).json() == {"success": True, "result": True}
        await bot.stream("今天花了 300 元", isFinalize=True)
        assert card.snapshots == ["今天", "今天花了", "今天花了 300 元"]
        assert (card.text, card.closed, card.failed) == ("今天花了 300 元", True, False)
        assert code(await bot.stream("还有")) == (400, "param.isFinalize")
        assert len(ding.ledger.effects("streaming", chat=LI)) == 3

    async def test_can_end_in_failure(self, bot: BareBot, card: Card) -> None:
        await bot.stream("出错了", isError=True)
        assert (card.closed, card.failed) == (True, True)

    async def test_with_the_same_guid_counts_once(
        self, bot: BareBot, ding: DingtalkEmulator, card: Card
    ) -> None:
        await bot.stream("一", guid="g1", isFinalize=True)
        assert (await bot.stream("一", guid="g1", isFinalize=True)).status_code == 200
        assert code(await bot.stream("二", guid="g1")) == (400, "param.guid")
        assert card.snapshots == ["一"]

    async def test_needs_a_delivered_card(self, bot: BareBot, ding: DingtalkEmulator) -> None:
        assert code(await bot.stream("一")) == (400, "param.outTrackId")
        await bot.call(INSTANCES, bot.card(TO_LI))
        assert code(await bot.stream("一")) == (400, "param.outTrackId")

    @pytest.mark.usefixtures("card")
    @pytest.mark.parametrize(
        ("changed", "wrong"),
        [
            ({"guid": ""}, (400, "param.empty")),
            ({"content": 5}, (400, "param.content")),
            ({"isFull": False}, (400, "param.isFull")),
            ({"isFinalize": "true"}, (400, "param.isFinalize")),
            ({"key": "content"}, (500, "unknownError")),
        ],
    )
    async def test_is_refused(
        self, bot: BareBot, changed: dict[str, Any], wrong: tuple[int, str]
    ) -> None:
        content = changed.pop("content", "一")
        assert code(await bot.stream(content, **changed)) == wrong


class TestUpdate:
    async def update(self, bot: BareBot, params: Any, **options: Any) -> httpx.Response:
        body = {"outTrackId": "card_1", "cardData": {"cardParamMap": params}, **options}
        return await bot.call(INSTANCES, body, method="PUT")

    async def test_by_key_leaves_the_rest(self, bot: BareBot, card: Card) -> None:
        by_key = {"cardUpdateOptions": {"updateCardDataByKey": True}}
        await self.update(bot, {"flowStatus": "3"}, **by_key)
        assert (card.state, card.text) == ("finished", "一")

    async def test_without_it_replaces_everything(self, bot: BareBot, card: Card) -> None:
        await self.update(bot, {"flowStatus": "2"})
        assert (card.state, card.text) == ("inputing", "")

    async def test_is_refused(self, bot: BareBot, card: Card) -> None:
        assert code(await self.update(bot, {"flowStatus": 3})) == (400, "MissingStringValue")
        missing = await bot.call(INSTANCES, {"outTrackId": "card_2"}, method="PUT")
        assert code(missing) == (400, "param.outTrackId")


class TestButtons:
    async def test_are_told_to_the_bot_which_may_change_the_card(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        await bot.create_and_deliver(TO_SALES, text="P-5？", buttons=BUTTONS)
        async with bot.connected() as frames:
            pressed = ding.user(LI).presses("批准", ding.group(SALES))
            frame = await frames.next()
            data = json.loads(frame["data"])
            assert (data["type"], data["outTrackId"], data["userId"]) == (
                "actionCallback", "card_1", LI
            )  # fmt: skip
            assert json.loads(data["content"]) == {
                "cardPrivateData": {"actionIds": ["ok"], "params": {"plan": 5}}
            }
            changed = {"cardParamMap": {"msgContent": "已批准", "sys_full_json_obj": "{}"}}
            options = {"updateCardDataByKey": True}
            answer = {"cardUpdateOptions": options, "cardData": changed}
            await frames.acknowledge(frame, {"response": answer})
            await ding.wait_for(lambda: pressed.state == "acked")
        [shown] = ding.delivered(SALES)
        assert (shown.text, shown.buttons) == ("已批准", ())

    async def test_are_not_told_again(self, bot: BareBot, ding: DingtalkEmulator) -> None:
        await bot.create_and_deliver(TO_LI, buttons=BUTTONS)
        async with bot.connected() as frames:
            pressed = ding.user(LI).presses("批准")
            await frames.next()
            ding.clock.advance(600)
            said = ding.user(LI).says("还在")
            assert said.msg_id in (await frames.next())["data"]
        assert len(pressed.message_ids) == 1

    @pytest.mark.parametrize(
        ("params", "reason"),
        [({"msgContent": 5}, "cardParamMap"), ({"sys_full_json_obj": "{"}, "no buttons")],
    )
    async def test_that_a_wrong_answer_cannot_change(
        self, bot: BareBot, ding: DingtalkEmulator, params: dict[str, Any], reason: str
    ) -> None:
        await bot.create_and_deliver(TO_LI, text="一", buttons=BUTTONS)
        async with bot.connected() as frames:
            ding.user(LI).presses("批准")
            wrong = {"cardData": {"cardParamMap": params}}
            await frames.acknowledge(await frames.next(), {"response": wrong})
            await ding.wait_for(lambda: ding.refusals)
        assert reason in ding.refusals[0]["reason"]
        assert [shown.text for shown in ding.delivered(LI)] == ["一"]

    @pytest.mark.parametrize(
        ("label", "reason"),
        [("拒绝", "no button '拒绝' among"), ("看", "tells the bot nothing")],
    )
    async def test_that_are_not_there_cannot_be_pressed(
        self, bot: BareBot, ding: DingtalkEmulator, label: str, reason: str
    ) -> None:
        await bot.create_and_deliver(TO_LI, buttons=BUTTONS)
        with pytest.raises(LookupError, match=reason):
            ding.user(LI).presses(label)

    async def test_of_a_template_of_ones_own(self, bot: BareBot, ding: DingtalkEmulator) -> None:
        ding.template("mine.schema", text=("content",), buttons="choices")
        params = {"content": "好？", "choices": json.dumps(BUTTONS)}
        await bot.create_and_deliver(
            TO_LI, cardTemplateId="mine.schema", cardData={"cardParamMap": params}
        )
        [shown] = ding.delivered(LI)
        assert (shown.text, [button.label for button in shown.buttons]) == ("好？", ["批准", "看"])
