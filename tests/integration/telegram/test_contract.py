"""Telegram keeps the promises of every channel."""

from collections.abc import Callable, Mapping

import pytest

from bot.channels.telegram.channel import TelegramChannel
from bot.errors import Busy, Closed, Moved, NotDelivered
from bot.messages import Address, File
from config.errors import AppError, TransientError
from tests.builders.telegram import a_telegram, an_address
from tests.contracts.channel import ChannelContract, ChannelHarness
from tests.emulators.telegram.accounts import Json
from tests.emulators.telegram.server import TelegramEmulator

LI = 5001


class TelegramHarness:
    """Li's private chat."""

    def __init__(self, emulator: TelegramEmulator) -> None:
        self.emulator = emulator
        self.channel: TelegramChannel = a_telegram(emulator)
        self.here: Address = an_address(emulator, LI)
        self.person = emulator.user(LI, "李雷")
        emulator.world.dialog(emulator.bots[0], self.person.user)

    @property
    def failures(self) -> Mapping[type[AppError], Callable[[], object]]:
        kinds = {
            Busy: "flood", Moved: "migrated", Closed: "blocked", NotDelivered: "revoked",
            TransientError: "lost",
        }  # fmt: skip
        return {error: lambda kind=kind: self._fails(kind) for error, kind in kinds.items()}  # type: ignore[misc]

    async def user_says(self, text: str) -> None:
        self.person.says(text)

    async def user_presses(self, label: str) -> None:
        self.person.presses(label)

    async def user_sends(self, file: File) -> None:
        self.person.sends_document(file.name, file.content, mime=file.media_type)

    def delivered(self) -> str:
        return "\n".join(
            line for message in self.emulator.answers(LI) for line in self._lines(message)
        )

    def _fails(self, kind: str) -> None:
        self.emulator.fault(kind, method="sendMessage", chat=LI)

    def _lines(self, message: Json) -> list[str]:
        file = message.get("document") or (message.get("photo") or [{}])[0]
        name = self.emulator.world.files.get(file["file_id"]).name if file else ""
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        labels = [button["text"] for row in rows for button in row]
        return [message.get("text") or message.get("caption") or "", name, *labels]


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.telegram.polling._FIRST_RETRY", 0.01)


class TestTelegramChannel(ChannelContract):
    @pytest.fixture
    def harness(self, telegram: TelegramEmulator) -> ChannelHarness:
        return TelegramHarness(telegram)
