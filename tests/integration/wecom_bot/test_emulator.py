"""The emulator by its control paths, and as a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.builders.wecom_bot import a_desk
from tests.emulators.wecom.bot.server import WecomBotEmulator

ROOT = Path(__file__).parents[3]


async def test_people_faults_and_the_ledger_are_moved_by_json(wecom: WecomBotEmulator) -> None:
    async with (
        a_desk(wecom) as desk,
        httpx.AsyncClient(base_url=f"{wecom.api}/__emu__/", trust_env=False) as control,
    ):
        assert (await control.get("connected")).json() is True
        await control.post("say", json={"user": "lilei", "text": "问"})
        await desk.answer(await desk.message(), "答")
        shown = (await control.get("shown", params={"chat": "lilei"})).json()
        assert [each["content"] for each in shown] == ["答"]
        entries = (await control.get("ledger", params={"since": 0})).json()
        assert [each["kind"] for each in entries] == ["event", "effect"]
        await control.post("fault", json={"kind": "refuse", "value": 45009})
        assert len(wecom.faults.planned) == 1
        await control.post("clear_faults")
        assert wecom.faults.planned == []
        before = wecom.clock.ticks()
        await control.post("advance", json={"seconds": 60})
        assert wecom.clock.ticks() - before == 60
        assert (await control.get("nothing")).status_code == 404


async def test_what_no_client_may_do_is_written_down(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom) as desk:
        wecom.user("lilei").says("问")
        token = json.loads((await desk.message()).reply_token)["request"]
        async with connect(wecom.ws) as socket:
            frame = {"cmd": "aibot_respond_msg", "headers": {"req_id": token}, "body": {}}
            await socket.send(json.dumps({"headers": {}}))
            await socket.send(json.dumps(frame))
            answers = [json.loads(await socket.recv())["errcode"] for _ in range(2)]
    assert answers == [40058, 846609]
    assert [each["said"] for each in wecom.ledger.of("violation")] == [
        "a frame without cmd or req_id"
    ]


@pytest.mark.slow
def test_it_runs_as_a_process_and_keeps_its_ledger_in_a_file(tmp_path: Path) -> None:
    ledger = tmp_path / "wecom.jsonl"
    command = [sys.executable, "-m", "tests.emulators.wecom.bot", "--ledger", str(ledger)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            place = json.loads(process.stdout.readline())
            assert {*place} == {"ws", "api", "bot_id", "secret"}
            url = f"{place['api']}/__emu__/connected"
            assert httpx.get(url, trust_env=False).json() is False
        finally:
            process.terminate()
            process.wait(10)
    assert ledger.exists()
