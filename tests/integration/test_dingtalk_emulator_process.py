"""The emulator as a process of its own: its ledger on disk, its hands over HTTP."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.emulators.dingtalk.frames import MESSAGES
from tests.emulators.dingtalk.remote import RemoteDingtalk, emulator_process

pytestmark = pytest.mark.slow
LI, SALES = "manager807", "cidSales=="


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dingtalk") / "ledger.jsonl"


@pytest.fixture(scope="module")
def ding(ledger: Path) -> Iterator[RemoteDingtalk]:
    with emulator_process("--ledger", str(ledger), "--flood", "0", "--client-id", "dingx") as ding:
        ding.do("user", user=LI, name="李雷")
        yield ding


def token(ding: RemoteDingtalk) -> str:
    secrets = {"appKey": ding.app["client_id"], "appSecret": ding.app["client_secret"]}
    answer = httpx.post(f"{ding.url}/v1.0/oauth2/accessToken", json=secrets)
    return str(answer.json()["accessToken"])


def post(ding: RemoteDingtalk, path: str, body: dict[str, Any]) -> httpx.Response:
    headers = {"x-acs-dingtalk-access-token": token(ding)}
    return httpx.post(f"{ding.url}{path}", json=body, headers=headers)


def send(ding: RemoteDingtalk, text: str) -> httpx.Response:
    body = {
        "robotCode": ding.app["robot_code"], "userIds": [LI], "msgKey": "sampleText",
        "msgParam": json.dumps({"content": text}),
    }  # fmt: skip
    return post(ding, "/v1.0/robot/oToMessages/batchSend", body)


def seen(ding: RemoteDingtalk, chat: str) -> list[Any]:
    return [shown["text"] for shown in ding.view("delivered", chat=chat)]


def test_what_happened_is_on_disk_before_the_client_knows(
    ding: RemoteDingtalk, ledger: Path
) -> None:
    ding.do("fault", kind="reset_after", api="batchSend", chat=LI)
    with pytest.raises(httpx.TransportError):
        send(ding, "在")
    last = json.loads(ledger.read_text(encoding="utf-8").splitlines()[-1])
    assert (last["kind"], last["chat"], last["text"], last["outcome"]) == (
        "effect", LI, "在", "unseen: reset_after"
    )  # fmt: skip
    assert last == ding.view("ledger", since=last["n"] - 1)[0]
    assert seen(ding, LI) == ["在"]


def test_people_act_over_http(ding: RemoteDingtalk) -> None:
    before = len(ding.view("ledger"))
    ding.do("group", chat=SALES, title="销售群")
    ding.do("say", user=LI, chat=SALES, text="本周线索")
    ding.do("say", user=LI, chat=SALES, text="我们自己说", at_bot=False)
    ding.do("file", user=LI, name="a.csv", content=base64.b64encode(b"name\n").decode())
    ding.do("file", user=LI, kind="audio", recognition="多少钱")
    ding.do("event", type="user_add_org")
    pushed = ding.view("ledger", since=before)
    assert [(each["chat"], each["text"]) for each in pushed] == [
        (SALES, "本周线索"), (LI, "a.csv"), (LI, "多少钱"), ("", "user_add_org")
    ]  # fmt: skip


def open_stream(ding: RemoteDingtalk) -> ClientConnection:
    body = {
        "clientId": ding.app["client_id"], "clientSecret": ding.app["client_secret"],
        "subscriptions": [{"type": "CALLBACK", "topic": MESSAGES}],
    }  # fmt: skip
    accepted = {"Accept": "application/json"}
    url = f"{ding.url}/v1.0/gateway/connections/open"
    opened = httpx.post(url, json=body, headers=accepted).json()
    return connect(f"{opened['endpoint']}?ticket={opened['ticket']}", proxy=None)


def test_the_stream_is_driven_over_http(ding: RemoteDingtalk) -> None:
    with open_stream(ding) as stream:
        [_] = ding.wait_for(lambda: ding.view("connections"))
        said = ding.do("say", user="u2", text="还在吗")["msg_id"]
        ding.do("again", msg_id=said)
        frames: list[dict[str, Any]] = []
        while [said in frame["data"] for frame in frames].count(True) < 2:
            frames.append(json.loads(stream.recv(timeout=10)))
        ding.do("disconnect")
        assert json.loads(stream.recv(timeout=10))["headers"]["topic"] == "disconnect"
        ding.do("drop", code=1011)
        ding.do("advance", seconds=10)
        with pytest.raises(ConnectionClosed):
            stream.recv(timeout=10)
    ids = [frame["headers"]["messageId"] for frame in frames]
    assert len({*ids}) == len(ids)


def test_what_has_a_life_ends_over_http(ding: RemoteDingtalk) -> None:
    tokens = [token(ding)]
    ding.do("expire_tokens")
    tokens.append(token(ding))
    ding.do("advance", seconds=7200)
    tokens.append(token(ding))
    assert len({*tokens}) == 3


def test_cards_and_robots_are_made_over_http(ding: RemoteDingtalk) -> None:
    ding.do("template", id="mine.schema", text=["content"], buttons="choices")
    params = {"content": "好？", "choices": json.dumps([{"text": "好", "id": "ok"}])}
    body = {
        "cardTemplateId": "mine.schema", "outTrackId": "c1", "callbackType": "STREAM",
        "cardData": {"cardParamMap": params}, "openSpaceId": f"dtv1.card//IM_ROBOT.{LI}",
        "imRobotOpenSpaceModel": {}, "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT"},
    }  # fmt: skip
    post(ding, "/v1.0/card/instances/createAndDeliver", body)
    ding.do("press", user=LI, button="好")
    shown = ding.view("delivered", chat=LI)[-1]
    assert (shown["text"], shown["buttons"]) == ("好？", [{"label": "好", "id": "ok", "url": ""}])
    access = ding.do("custom_robot", chat=SALES, keywords=["告警"])["access_token"]
    url = f"{ding.old_url}/robot/send?access_token={access}"
    for text in ("告警：预算", "预算"):
        httpx.post(url, json={"msgtype": "text", "text": {"content": text}})
    assert seen(ding, SALES) == ["告警：预算"]
    assert ding.view("refusals")[-1]["reason"] == "keywords not in content"


def test_faults_are_planned_over_http(ding: RemoteDingtalk) -> None:
    ding.do("fault", kind="qps", api="batchSend", count=None)
    assert send(ding, "喂").status_code == 403
    ding.do("clear_faults")
    assert send(ding, "喂").status_code == 200


def test_what_cannot_be_done_is_said(ding: RemoteDingtalk) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="no card has buttons"):
        ding.do("press", user="u9", button="批准")
    with pytest.raises(httpx.HTTPStatusError):
        ding.do("dance")


def test_somebody_who_left_cannot_be_written_to(ding: RemoteDingtalk) -> None:
    ding.do("leave", user=LI)
    assert send(ding, "喂").json()["invalidStaffIdList"] == [LI]


def test_a_group_that_removed_the_robot_cannot_be_written_to(ding: RemoteDingtalk) -> None:
    body = {
        "robotCode": ding.app["robot_code"], "openConversationId": SALES, "msgKey": "sampleText",
        "msgParam": json.dumps({"content": "喂"}),
    }  # fmt: skip
    before = post(ding, "/v1.0/robot/groupMessages/send", body)
    ding.do("remove_robot", chat=SALES)
    after = post(ding, "/v1.0/robot/groupMessages/send", body)
    assert (before.status_code, after.status_code) == (200, 400)
