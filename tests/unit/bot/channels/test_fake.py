"""The channel that other tests use keeps the promises of the real ones."""

from collections.abc import Callable, Mapping
from itertools import count

import pytest

from bot.errors import Busy, Closed, Moved, NotDelivered
from bot.messages import Address, File, InboundMessage, RemoteFile
from config.errors import AppError, PermanentError, TransientError
from tests.contracts.channel import ChannelContract, ChannelHarness
from tests.fakes.channel import FakeChannel


class FakeHarness:
    here = Address(channel="fake", bot="bot", chat="chat")

    def __init__(self) -> None:
        self.channel = FakeChannel()
        self._ids = count(1)

    @property
    def failures(self) -> Mapping[type[AppError], Callable[[], object]]:
        errors: list[AppError] = [
            Busy("429", seconds=5), Moved("upgraded", chat="new"), Closed("blocked"),
            NotDelivered("no network"), PermanentError("too long"), TransientError("cut off"),
        ]  # fmt: skip
        return {
            type(error): lambda error=error: self.channel.faults.append(error)  # type: ignore[misc]
            for error in errors
        }

    async def user_says(self, text: str) -> None:
        await self._says(text)

    async def user_presses(self, label: str) -> None:
        buttons = self.channel.delivered[-1].buttons
        (key,) = [button.key for button in buttons if button.label == label]
        await self._says(label, pressed=key)

    async def user_sends(self, file: File) -> None:
        self.channel.remote["f1"] = file.content
        remote = RemoteFile(name=file.name, media_type=file.media_type, remote="f1")
        await self._says("", files=(remote,))

    def delivered(self) -> str:
        return "\n".join(
            line
            for message in self.channel.delivered
            for line in (
                message.text,
                *(file.name for file in message.files),
                *(button.label for button in message.buttons),
            )
        )

    async def _says(
        self, text: str, pressed: str | None = None, files: tuple[RemoteFile, ...] = ()
    ) -> None:
        await self.channel.receive(
            InboundMessage(
                external_id=str(next(self._ids)), address=self.here, sender_id="account",
                sender_name="Somebody", text=text, pressed=pressed, files=files,
            )
        )  # fmt: skip


class TestFakeChannel(ChannelContract):
    @pytest.fixture
    def harness(self) -> ChannelHarness:
        return FakeHarness()
