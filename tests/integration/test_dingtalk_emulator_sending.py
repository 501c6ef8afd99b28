"""What the emulator shows to people, and what it refuses, in DingTalk's words."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote_plus

import httpx
import pytest

from tests.emulators.dingtalk.bare import BareBot
from tests.emulators.dingtalk.server import DingtalkEmulator
from tests.emulators.dingtalk.signing import signature
from tests.emulators.dingtalk.world import Robot

LI, SALES = "manager807", "cidSales=="
SINGLE, GROUP = "/v1.0/robot/oToMessages/batchSend", "/v1.0/robot/groupMessages/send"


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


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def hook(ding: DingtalkEmulator, *, group: bool = False) -> str:
    """The sessionWebhook of a new message."""
    said = ding.user(LI).says("你好", ding.group(SALES) if group else None)
    return str(said.data["sessionWebhook"]).removeprefix(ding.url)


def picture(media: str) -> dict[str, str]:
    return {"photoURL": media}


MESSAGES: list[tuple[str, dict[str, str], str, str]] = [
    ("sampleText", {"content": "你好"}, "text", "你好"),
    ("sampleMarkdown", {"title": "t", "text": "**好**"}, "markdown", "**好**"),
    ("sampleImageMsg", {"photoURL": "https://example.com/a.png"}, "image", ""),
    ("sampleLink", {"title": "t", "text": "看", "messageUrl": "https://a", "picUrl": "https://b"},
     "link", "看"),
    ("sampleActionCard", {"title": "t", "text": "x", "singleTitle": "开", "singleURL": "https://a"},
     "action_card", "x"),
    ("sampleActionCard2", {"title": "t", "text": "x", "actionTitle1": "一", "actionURL1": "https://a",
                           "actionTitle2": "二", "actionURL2": "https://b"}, "action_card", "x"),
    ("sampleActionCard6", {"title": "t", "text": "x", "buttonTitle1": "一", "buttonUrl1": "https://a",
                           "buttonTitle2": "二", "buttonUrl2": "https://b"}, "action_card", "x"),
    ("sampleFile", {"mediaId": "", "fileName": "a.xlsx", "fileType": "xlsx"}, "file", "a.xlsx"),
    ("sampleAudio", {"mediaId": "", "duration": "3000"}, "audio", ""),
]  # fmt: skip


class TestRobot:
    @pytest.mark.parametrize(("key", "param", "kind", "text"), MESSAGES, ids=lambda v: str(v)[:18])
    async def test_shows_every_kind_of_message(
        self, bot: BareBot, ding: DingtalkEmulator, key: str, param: dict[str, str], kind: str,
        text: str,
    ) -> None:  # fmt: skip
        if "mediaId" in param:
            param = {**param, "mediaId": (await bot.upload("file", "a.xlsx", b"1"))["media_id"]}
        sent = await bot.send(LI, key=key, **param)
        [shown] = ding.delivered(LI)
        assert (shown.kind, shown.text, shown.key) == (kind, text, sent.json()["processQueryKey"])
        [entry] = ding.ledger.effects("batchSend", chat=LI)
        assert (entry["outcome"], entry["key"]) == ("ok", shown.key)

    async def test_shows_an_uploaded_picture(self, bot: BareBot, ding: DingtalkEmulator) -> None:
        media = (await bot.upload("image", "chart.png", b"\x89PNG"))["media_id"]
        await bot.send_to_group(SALES, "sampleImageMsg", photoURL=media)
        [shown] = ding.delivered(SALES)
        assert shown.file is not None
        assert (shown.file.name, shown.file.content) == ("chart.png", b"\x89PNG")

    async def test_writes_to_many_and_names_those_who_are_not_there(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        ding.user("u2").leaves()
        ding.user("u3", outsider=True)
        sent = await bot.send(LI, "u2", "u3", "nobody", content="你好")
        assert sent.json()["invalidStaffIdList"] == ["u2", "u3", "nobody"]
        assert [len(ding.delivered(user)) for user in (LI, "u2", "u3")] == [1, 0, 0]

    @pytest.mark.parametrize(
        ("path", "changed", "wrong"),
        [
            (SINGLE, {"robotCode": ""}, "robotCode.empty"),
            (SINGLE, {"robotCode": "another"}, "robotCode.auth"),
            (SINGLE, {"userIds": []}, "userIds.empty"),
            (SINGLE, {"userIds": LI}, "userIds.invalid"),
            (SINGLE, {"userIds": [str(n) for n in range(21)]}, "userIds.overMax"),
            (SINGLE, {"msgKey": "sampleNothing"}, "msgKey.invalid"),
            (SINGLE, {"msgParam": {"content": "你好"}}, "msgParam.invalid"),
            (SINGLE, {"msgParam": "no json"}, "msgParam.invalid"),
            (SINGLE, {"msgParam": '{"content": 5}'}, "msgParam.invalid"),
            (SINGLE, {"msgParam": '{"content": ""}'}, "msgParam.invalid"),
            (SINGLE, {"msgKey": "sampleFile",
                      "msgParam": '{"mediaId": "@l1", "fileName": "a", "fileType": "pdf"}'},
             "msgParam.invalid"),
            (SINGLE, {"msgParam": json.dumps({"content": "x" * 15_000})}, "msgParam.tooLong"),
            (GROUP, {"openConversationId": "cidNone=="}, "openConversationId.invalid"),
            (GROUP, {"openConversationId": LI}, "openConversationId.invalid"),
            (GROUP, {"robotCode": None}, "robotCode.empty"),
        ],
        ids=lambda value: str(value)[:40],
    )  # fmt: skip
    async def test_refuses(
        self, bot: BareBot, ding: DingtalkEmulator, path: str, changed: dict[str, Any], wrong: str
    ) -> None:
        body = bot.message("sampleText", content="x") | {
            "userIds": [LI], "openConversationId": SALES
        }  # fmt: skip
        answer = await bot.call(path, body | changed)
        assert code(answer) == (400, f"invalidParameter.{wrong}")
        assert ding.ledger.effects() == []

    async def test_refuses_a_group_that_it_was_removed_from(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        ding.group(SALES).removes_the_robot()
        answer = await bot.send_to_group(SALES, content="x")
        assert code(answer) == (400, "invalidParameter.openConversationId.invalid")

    @pytest.mark.parametrize("path", ["/v1.0/robot/none", "/v2.0/robot/oToMessages/batchSend"])
    async def test_knows_no_other_paths(self, bot: BareBot, path: str) -> None:
        assert (await bot.call(path, {})).status_code == 404
        assert (await bot.call(SINGLE, method="GET")).status_code == 404

    async def test_takes_json_that_is_called_json_only(self, bot: BareBot) -> None:
        answer = await bot.get(f"{bot.ding.world.url}/gettoken")
        assert answer.status_code == 404
        assert code(await bot.call(SINGLE)) == (400, "invalidParameter.body")


class TestRecall:
    async def test_takes_a_message_back(self, bot: BareBot, ding: DingtalkEmulator) -> None:
        keys = [(await bot.send(LI, content=text)).json()["processQueryKey"] for text in "一二"]
        body = {"robotCode": ding.robot_code, "processQueryKeys": [keys[0], "unknown"]}
        answer = await bot.call("/v1.0/robot/otoMessages/batchRecall", body)
        assert answer.json()["successResult"] == [keys[0]]
        assert list(answer.json()["failedResult"]) == ["unknown"]
        assert [shown.text for shown in ding.delivered(LI)] == ["二"]

    async def test_takes_a_message_back_from_a_group(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        key = (await bot.send_to_group(SALES, content="一")).json()["processQueryKey"]
        body = {"robotCode": ding.robot_code, "processQueryKeys": [key]}
        await bot.call("/v1.0/robot/groupMessages/recall", body | {"openConversationId": SALES})
        assert ding.delivered(SALES) == []
        assert (await bot.call("/v1.0/robot/groupMessages/recall", body)).status_code == 400


async def test_who_has_read_a_message(bot: BareBot, ding: DingtalkEmulator) -> None:
    key = (await bot.send(LI, content="看")).json()["processQueryKey"]
    asked = {"robotCode": ding.robot_code, "processQueryKey": key}
    path = "/v1.0/robot/oToMessages/readStatus"
    [before] = (await bot.call(path, method="GET", **asked)).json()["messageReadInfoList"]
    ding.user(LI).reads()
    [after] = (await bot.call(path, method="GET", **asked)).json()["messageReadInfoList"]
    assert (before["userId"], before["readStatus"], after["readStatus"]) == (LI, "UNREAD", "READ")


class TestSessionWebhook:
    @pytest.mark.parametrize(
        ("message", "kind"),
        [
            ({"msgtype": "text", "text": {"content": "好"}}, "text"),
            ({"msgtype": "markdown", "markdown": {"title": "t", "text": "好"}}, "markdown"),
            ({"msgtype": "link", "link": {"title": "t", "text": "好", "messageUrl": "https://a"}},
             "link"),
            ({"msgtype": "actionCard", "actionCard": {"title": "t", "text": "好", "btns": [
                {"title": "开", "actionURL": "https://a"}]}}, "action_card"),
            ({"msgtype": "feedCard", "feedCard": {"links": [
                {"title": "t", "messageURL": "https://a", "picURL": "https://b"}]}}, "feed_card"),
        ],
        ids=lambda value: str(value)[:24],
    )  # fmt: skip
    async def test_answers_where_the_question_was(
        self, bot: BareBot, ding: DingtalkEmulator, message: dict[str, Any], kind: str
    ) -> None:
        answer = await bot.post(hook(ding, group=True), {**message, "at": {"atUserIds": [LI]}})
        assert answer.json() == {"errcode": 0, "errmsg": "ok"}
        [shown] = ding.delivered(SALES)
        assert (shown.kind, shown.at, shown.by) == (kind, (LI,), "/robot/sendBySession")

    async def test_reaches_an_outsider(self, bot: BareBot, ding: DingtalkEmulator) -> None:
        said = ding.user("customer", outsider=True).says("多少钱")
        url = str(said.data["sessionWebhook"]).removeprefix(ding.url)
        await bot.post(url, {"msgtype": "text", "text": {"content": "3 元"}})
        assert [shown.text for shown in ding.delivered("customer")] == ["3 元"]

    async def test_ends_after_an_hour_and_a_half(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        url, message = hook(ding), {"msgtype": "text", "text": {"content": "好"}}
        ding.clock.advance(5399)
        assert (await bot.post(url, message)).json()["errcode"] == 0
        ding.clock.advance(1)
        assert (await bot.post(url, message)).json()["errcode"] == 300001

    @pytest.mark.parametrize(
        ("message", "errcode"),
        [
            ({"msgtype": "markdown", "markdown": {"title": "t", "text": "好" * 7000}}, 460101),
            ({"msgtype": "markdown", "markdown": {"text": "好"}}, 40035),
            ({"msgtype": "text", "text": "好"}, 40035),
            ({"msgtype": "sampleText", "sampleText": {"content": "好"}}, 40035),
            ({"msgtype": "text", "text": {"content": "好"}, "at": {"atUserIds": LI}}, 40035),
        ],
        ids=lambda value: str(value)[:40],
    )
    async def test_refuses(
        self, bot: BareBot, ding: DingtalkEmulator, message: dict[str, Any], errcode: int
    ) -> None:
        answer = await bot.post(hook(ding), message)
        assert (answer.status_code, answer.json()["errcode"]) == (200, errcode)
        assert ding.delivered(LI) == []


class TestCustomRobot:
    SECRET = "SEC0123456789abcdef"

    @pytest.fixture
    def robot(self, ding: DingtalkEmulator) -> Robot:
        return ding.custom_robot(ding.group(SALES), secret=self.SECRET)

    def query(
        self, robot: Robot, *, ago: float = 0, secret: str = SECRET, token: str = ""
    ) -> str:  # fmt: skip
        stamp = str(int((self.now - ago) * 1000))
        sign = quote_plus(signature(stamp, secret))
        token = token or robot.access_token
        return f"/oapi/robot/send?access_token={token}&timestamp={stamp}&sign={sign}"

    @pytest.fixture(autouse=True)
    def _now(self, ding: DingtalkEmulator) -> None:
        self.now = ding.clock.exact()

    async def send(self, bot: BareBot, url: str, text: str = "预算用完了") -> tuple[int, str]:
        answer = (await bot.post(url, {"msgtype": "text", "text": {"content": text}})).json()
        return answer["errcode"], answer["errmsg"]

    async def test_says_what_is_signed(
        self, bot: BareBot, ding: DingtalkEmulator, robot: Robot
    ) -> None:
        assert await self.send(bot, self.query(robot)) == (0, "ok")
        assert [shown.text for shown in ding.delivered(SALES)] == ["预算用完了"]

    async def test_refuses_what_is_not(self, bot: BareBot, robot: Robot) -> None:
        skewed, forged = self.query(robot, ago=3700), self.query(robot, secret="SECother")
        unsigned = f"/oapi/robot/send?access_token={robot.access_token}"
        assert await self.send(bot, skewed) == (310000, "invalid timestamp")
        assert await self.send(bot, forged) == (310000, "sign not match")
        assert await self.send(bot, unsigned) == (310000, "invalid timestamp")
        assert await self.send(bot, self.query(robot, token="x")) == (
            300001, "token is not exist"
        )  # fmt: skip

    async def test_with_keywords_must_say_one(self, bot: BareBot, ding: DingtalkEmulator) -> None:
        robot = ding.custom_robot(ding.group(SALES), keywords=("告警",))
        url = f"/oapi/robot/send?access_token={robot.access_token}"
        assert await self.send(bot, url) == (310000, "keywords not in content")
        assert await self.send(bot, url, "告警：预算") == (0, "ok")

    async def test_may_speak_twenty_times_a_minute(
        self, bot: BareBot, ding: DingtalkEmulator, robot: Robot
    ) -> None:
        said = [(await self.send(bot, self.query(robot)))[0] for _ in range(21)]
        assert said == [0] * 20 + [130101]
        ding.clock.advance(599)
        assert (await self.send(bot, self.query(robot)))[0] == 130101
        ding.clock.advance(1)
        assert (await self.send(bot, self.query(robot)))[0] == 0


class TestUpload:
    @pytest.mark.parametrize(
        ("kind", "content", "errcode"),
        [("document", b"1", 40004), ("file", b"", 40035), ("voice", b"1" * 2_100_000, 40009)],
    )
    async def test_refuses(self, bot: BareBot, kind: str, content: bytes, errcode: int) -> None:
        assert (await bot.upload(kind, "a", content))["errcode"] == errcode

    async def test_is_not_to_be_downloaded_as_a_message(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        media = (await bot.upload("file", "a.pdf", b"1"))["media_id"]
        asked = {"downloadCode": media, "robotCode": ding.robot_code}
        answer = await bot.call("/v1.0/robot/messageFiles/download", asked)
        assert code(answer) == (400, "invalidParameter.downloadCode.invalid")
