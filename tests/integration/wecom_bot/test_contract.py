"""The WeCom AI bot keeps the promises of every channel."""

from collections.abc import Callable, Mapping

import pytest

from bot.errors import Busy, Closed, NotDelivered
from bot.messages import Address, File
from config.errors import AppError, TransientError
from tests.builders.wecom_bot import QUICK, ConnectedBot, an_address, settings_for
from tests.contracts.channel import ChannelContract, ChannelHarness
from tests.emulators.wecom.bot.server import WecomBotEmulator
from tests.emulators.wecom.bot.world import Shown


class WecomHarness:
    """Li's chat with the bot."""

    def __init__(self, emulator: WecomBotEmulator) -> None:
        self.emulator = emulator
        self.channel = ConnectedBot(settings_for(emulator), timing=QUICK)
        self.here: Address = an_address(emulator, "lilei")
        self.person = emulator.user("lilei")

    @property
    def failures(self) -> Mapping[type[AppError], Callable[[], object]]:
        codes = {Busy: 45009, NotDelivered: -1, Closed: 40003, TransientError: 0}
        return {error: lambda code=code: self._fails(code) for error, code in codes.items()}  # type: ignore[misc]

    async def user_says(self, text: str) -> None:
        self.person.says(text)

    async def user_presses(self, label: str) -> None:
        self.person.presses(label)

    async def user_sends(self, file: File) -> None:
        self.person.sends_file(file.name, file.content)

    def delivered(self) -> str:
        return "\n".join(
            line for message in self.emulator.shown("lilei") for line in self._lines(message)
        )

    def _lines(self, message: Shown) -> list[str]:
        return [message.content, message.name, *message.labels]

    def _fails(self, code: int) -> None:
        if code:
            self.emulator.fault("refuse", command="aibot_send_msg", value=code)
        else:
            self.emulator.fault("close_after", command="aibot_send_msg", value=1006)


class TestWecomBot(ChannelContract):
    @pytest.fixture
    def harness(self, wecom: WecomBotEmulator) -> ChannelHarness:
        return WecomHarness(wecom)
