"""微信客服 keeps the promises of every channel."""

from collections.abc import Callable, Mapping

import pytest

from bot.errors import Busy, Closed, NotDelivered
from bot.messages import Address, File
from config.errors import AppError, PermanentError, TransientError
from tests.builders.wecom_kf import ServedKf, address_of, texts
from tests.contracts.channel import ChannelContract, ChannelHarness
from tests.emulators.wecom.kf.server import WecomKfEmulator


class KfHarness:
    """The chat of 赵敏."""

    def __init__(self, emulator: WecomKfEmulator) -> None:
        self.emulator = emulator
        self.person = emulator.customer("赵敏")
        self.here: Address = address_of(self.person)

    @property
    def channel(self) -> ServedKf:
        """A new one each time, as after a restart."""
        return ServedKf(self.emulator)

    @property
    def failures(self) -> Mapping[type[AppError], Callable[[], object]]:
        codes = {Busy: 45009, NotDelivered: -1, Closed: 95002, PermanentError: 95001}
        refused: dict[type[AppError], Callable[[], object]] = {
            error: lambda code=code: self._fails("code", code)  # type: ignore[misc]
            for error, code in codes.items()
        }
        return {**refused, TransientError: lambda: self._fails("lost")}

    async def user_says(self, text: str) -> None:
        self.person.says(text)

    async def user_presses(self, label: str) -> None:
        self.person.presses(label)

    async def user_sends(self, file: File) -> None:
        self.person.sends("file", file.name, file.content)

    def delivered(self) -> str:
        return "\n".join(texts(self.person, self.emulator))

    def _fails(self, kind: str, value: float = 1.0) -> None:
        self.emulator.fault(kind, path="kf/send_msg", value=value)


class TestWecomKfChannel(ChannelContract):
    @pytest.fixture
    def harness(self, wecom: WecomKfEmulator) -> ChannelHarness:
        # Who sends without having been asked is refused: that is tested below.
        wecom.world.flood = 0
        return KfHarness(wecom)
