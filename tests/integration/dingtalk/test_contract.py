"""DingTalk keeps the promises of every channel: by stream, by HTTP, and with cards."""

import asyncio
import json
from collections.abc import Callable, Mapping

import pytest

from bot.channels.base import WebhookCall
from bot.channels.dingtalk.channel import DingtalkChannel
from bot.errors import Busy, Closed
from bot.messages import Address, File
from config.errors import AppError, PermanentError, TransientError
from tests.builders.dingtalk import LI, a_button_card, a_dingtalk, address_of, signed
from tests.contracts.channel import APPROVE, REJECT, ChannelContract, ChannelHarness
from tests.emulators.dingtalk.frames import Push
from tests.emulators.dingtalk.server import DingtalkEmulator
from tests.emulators.dingtalk.world import Shown

SENDS = {button.label: button.send for button in (APPROVE, REJECT)}


class DingtalkHarness:
    """Li's chat with the robot."""

    def __init__(self, emulator: DingtalkEmulator, channel: DingtalkChannel) -> None:
        self.emulator = emulator
        self.channel = channel
        self.here: Address = address_of(emulator, LI)
        self.person = emulator.user(LI, "李雷")

    @property
    def failures(self) -> Mapping[type[AppError], Callable[[], object]]:
        kinds = {
            Busy: "qps", Closed: "invalid_staff", TransientError: "lost",
            PermanentError: "bad_request",
        }  # fmt: skip
        return {error: lambda kind=kind: self._fails(kind) for error, kind in kinds.items()}  # type: ignore[misc]

    async def user_says(self, text: str) -> None:
        self.person.says(text)

    async def user_presses(self, label: str) -> None:
        """Without a template of its own a button is a line to write."""
        self.person.says(SENDS[label])

    async def user_sends(self, file: File) -> None:
        self.person.sends_file(file.name, file.content)

    def delivered(self) -> str:
        return "\n".join(line for shown in self.emulator.delivered(LI) for line in _lines(shown))

    def _fails(self, kind: str) -> None:
        self.emulator.faults.next(kind, "batchSend", chat=LI)


class HttpHarness(DingtalkHarness):
    """DingTalk posts one message after the other, each until it is acknowledged."""

    def __init__(self, emulator: DingtalkEmulator) -> None:
        super().__init__(emulator, a_dingtalk(emulator, http=True))
        self._posting = asyncio.Lock()
        emulator.streams.post = self._post

    async def _post(self, push: Push) -> bool:
        body = json.dumps(push.data).encode()
        async with self._posting:
            while True:
                call = WebhookCall(headers=signed(self.emulator), body=body)
                if (await self.channel.webhook(call)).status == 200:
                    return True
                await asyncio.sleep(0.01)


class CardHarness(DingtalkHarness):
    async def user_presses(self, label: str) -> None:
        self.person.presses(label)


def _lines(shown: Shown) -> list[str]:
    if shown.card is not None:
        return [shown.card.text, *(each.label for each in shown.card.buttons)]
    return [shown.text, shown.file.name if shown.file else ""]


class TestByStream(ChannelContract):
    @pytest.fixture
    def harness(self, ding: DingtalkEmulator) -> ChannelHarness:
        return DingtalkHarness(ding, a_dingtalk(ding))


class TestByHttp(ChannelContract):
    @pytest.fixture
    def harness(self, ding: DingtalkEmulator) -> ChannelHarness:
        return HttpHarness(ding)


class TestWithCards(ChannelContract):
    @pytest.fixture
    def harness(self, ding: DingtalkEmulator) -> ChannelHarness:
        return CardHarness(ding, a_dingtalk(ding, button_card=a_button_card(ding)))
