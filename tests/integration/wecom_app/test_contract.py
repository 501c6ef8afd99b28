"""A self-built app of WeCom keeps the promises of every channel."""

from collections.abc import Callable, Mapping

import pytest

from bot.errors import Busy, Closed, NotDelivered
from bot.messages import Address, File
from config.errors import AppError, TransientError
from tests.builders.wecom_app import LI, ServedApp, an_address, words
from tests.contracts.channel import ChannelContract, ChannelHarness
from tests.emulators.wecom.server import WecomEmulator
from tests.emulators.wecom.world import Shown


class WecomAppHarness:
    """Li's chat with the app."""

    def __init__(self, emulator: WecomEmulator) -> None:
        self.emulator = emulator
        self.channel = ServedApp(emulator)
        self.here: Address = an_address(emulator)
        self.person = emulator.member(LI)

    @property
    def failures(self) -> Mapping[type[AppError], Callable[[], object]]:
        codes = {Busy: 45009, NotDelivered: -1, Closed: 81013}
        refused: dict[type[AppError], Callable[[], object]] = {
            error: lambda code=code: self._fails("code", code)  # type: ignore[misc]
            for error, code in codes.items()
        }
        return refused | {TransientError: lambda: self._fails("lost")}

    async def user_says(self, text: str) -> None:
        self.person.says(text)

    async def user_presses(self, label: str) -> None:
        self.person.presses(label)

    async def user_sends(self, file: File) -> None:
        self.person.sends_file(file.name, file.content)

    def delivered(self) -> str:
        screen = self.emulator.screen(LI)
        return "\n".join(line for shown in screen for line in self._lines(shown))

    def _fails(self, kind: str, value: float = 1.0) -> None:
        self.emulator.fault(kind, path="message/send", to=LI, value=value)

    def _lines(self, shown: Shown) -> list[str]:
        if media := shown.content.get("media_id"):
            return [self.emulator.world.media[media].name]
        labels = [button["text"] for button in shown.content.get("button_list", [])]
        return [words(shown), *labels]


class TestWecomAppChannel(ChannelContract):
    @pytest.fixture
    def harness(self, wecom: WecomEmulator) -> ChannelHarness:
        return WecomAppHarness(wecom)
