"""Whatever happens, no log holds what would let somebody else speak for the robot."""

from functools import partial
from pathlib import Path

from config.settings import LogSettings
from storage.database import Database
from tests.builders.dingtalk import LI, a_dingtalk, address_of
from tests.builders.logs import logging_to
from tests.builders.service import a_running_service
from tests.emulators.dingtalk.frames import Push
from tests.emulators.dingtalk.server import DingtalkEmulator

FAULTS = (
    ("connections/open", "unknown_error"), ("accessToken", "malformed"), ("batchSend", "lost"),
    ("sendBySession", "session_expired"), ("card/streaming", "scopes"), ("batchSend", "banned"),
)  # fmt: skip


async def test_no_log_holds_a_secret(
    ding: DingtalkEmulator, database: Database, tmp_path: Path
) -> None:
    with logging_to(tmp_path, LogSettings(level="DEBUG")) as file:
        for api, kind in FAULTS:
            ding.faults.next(kind, api)
        channel = a_dingtalk(ding)
        async with a_running_service(
            channel, database, lambda chat: address_of(ding, chat.removeprefix("user:"))
        ) as running:
            for text in ("预算多少", "again"):
                asked = ding.user(LI).says(text)
                await ding.wait_for(partial(_acknowledged, asked))
                await running.ended(f"user:{LI}")
                ding.drop()
            await running.queue(f"user:{LI}", "a notice")
            await running.ended(f"user:{LI}")
        # The emulator is in this process, too.
        lines = file.read_text(encoding="utf-8").splitlines()
        logged = "\n".join(line for line in lines if '"uvicorn' not in line)
    assert "dingtalk.stream_closed" in logged
    secrets = [ding.client_secret, *ding.world.tokens, *ding.world.sessions]
    assert len(secrets) > 3
    assert [secret for secret in secrets if secret in logged] == []
    assert "ticket=" not in logged


def _acknowledged(push: Push) -> bool:
    return push.state == "acked"
