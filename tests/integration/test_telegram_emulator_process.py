"""The emulator as a process of its own: its ledger on disk, its hands over HTTP."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.emulators.telegram.remote import RemoteEmulator, emulator_process

LI, GROUP, SUPERGROUP = 5001, -4001, -1004001

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("telegram") / "ledger.jsonl"


@pytest.fixture(scope="module")
def telegram(ledger: Path) -> Iterator[RemoteEmulator]:
    with emulator_process(
        "--ledger", str(ledger), "--flood", "0", "--token", "70001:AAA", "--token", "70002:BBB"
    ) as telegram:
        yield telegram


def call(telegram: RemoteEmulator, method: str, **parameters: Any) -> dict[str, Any]:
    answer = httpx.post(f"{telegram.url}/bot{telegram.token}/{method}", json=parameters)
    body: dict[str, Any] = answer.json()
    return body


def test_what_happened_is_on_disk_before_the_client_knows(
    telegram: RemoteEmulator, ledger: Path
) -> None:
    telegram.do("say", user=LI, first_name="李雷", text="你好")
    telegram.do("fault", kind="reset_after", method="sendMessage", chat=LI)
    with pytest.raises(httpx.TransportError):
        call(telegram, "sendMessage", chat_id=LI, text="在")
    last = json.loads(ledger.read_text(encoding="utf-8").splitlines()[-1])
    assert (last["kind"], last["method"], last["text"], last["outcome"]) == (
        "effect", "sendMessage", "在", "unseen: reset_after"
    )  # fmt: skip
    assert last == telegram.view("ledger", since=last["n"] - 1)[0]
    assert telegram.view("messages", chat=LI)[-1]["text"] == "在"


def test_people_act_over_http(telegram: RemoteEmulator) -> None:
    content = base64.b64encode(b"name\n").decode()
    telegram.do("document", user=LI, name="a.csv", content=content, caption="导入")
    keyboard = {"inline_keyboard": [[{"text": "好", "callback_data": "ok"}]]}
    call(telegram, "sendMessage", chat_id=LI, text="?", reply_markup=keyboard)
    telegram.do("press", user=LI, button="好")
    telegram.do("block", user=LI)
    assert call(telegram, "sendMessage", chat_id=LI, text="喂")["error_code"] == 403
    telegram.do("unblock", user=LI)
    kinds = [update["type"] for update in telegram.view("updates", state="pending")]
    assert kinds[-4:] == ["message", "callback_query", "my_chat_member", "my_chat_member"]
    assert telegram.view("refusals")[-1]["description"] == "Forbidden: bot was blocked by the user"


def test_groups_change_over_http(telegram: RemoteEmulator) -> None:
    telegram.do("group", chat=GROUP, title="销售群", user=LI)
    telegram.do("add_bot", chat=GROUP, user=LI, bot=70002, status="administrator")
    telegram.do("say", user=LI, chat=GROUP, text="大家好")
    assert telegram.view("updates", bot=70002)[-1]["chat"] == GROUP
    telegram.do("upgrade", chat=GROUP, to=SUPERGROUP)
    refused = call(telegram, "sendMessage", chat_id=GROUP, text="在吗")
    assert refused["parameters"] == {"migrate_to_chat_id": SUPERGROUP}
    thread = telegram.do("topic", chat=SUPERGROUP, name="投放")
    telegram.do("say", user=LI, chat=SUPERGROUP, thread=thread, text="在这")
    assert telegram.view("messages", chat=SUPERGROUP)[-1]["message_thread_id"] == thread


def test_the_clock_moves_over_http(telegram: RemoteEmulator) -> None:
    telegram.do("say", user=LI, text="/start")
    call(telegram, "sendMessageDraft", chat_id=LI, draft_id=3, text="正在")
    assert telegram.view("drafts", chat=LI)["3"]["text"] == "正在"
    telegram.do("advance", seconds=30)
    assert telegram.view("drafts", chat=LI) == {}
    telegram.do("refuse_drafts", chat=LI)
    refused = call(telegram, "sendMessageDraft", chat_id=LI, draft_id=3, text="正在")
    assert refused["description"] == "Bad Request: TEXTDRAFT_PEER_INVALID"


def test_many_say_at_once(telegram: RemoteEmulator) -> None:
    before = len(telegram.view("updates"))
    telegram.do_all("say", [{"user": 6000 + number, "text": "在吗"} for number in range(50)])
    assert len(telegram.view("updates")) == before + 50


@pytest.mark.parametrize(
    ("action", "what", "status"),
    [
        ("dance", {}, 404),
        ("say", {"user": LI}, 400),
        ("fault", {"kind": "bad mood"}, 400),
        ("press", {"user": LI, "button": "没有"}, 400),
    ],
)
def test_what_cannot_be_done_is_said(
    telegram: RemoteEmulator, action: str, what: dict[str, Any], status: int
) -> None:
    with pytest.raises(httpx.HTTPStatusError) as raised:
        telegram.do(action, **what)
    assert raised.value.response.status_code == status
