"""Everybody writes on a console of their own: no platform is between."""

from contextlib import AsyncExitStack
from uuid import uuid4

from bot.messages import Address, File, InboundMessage, OutboundMessage
from bot.service import Service
from tests.fakes.channel import FakeChannel


async def open_wire(stack: AsyncExitStack, service: Service) -> "ConsoleWire":
    return ConsoleWire(service)


class ConsoleWire:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._channel = FakeChannel("console")
        service.deliver(self._channel)

    async def write(self, account: str, name: str, text: str, files: tuple[File, ...]) -> None:
        await self._service.receive(
            InboundMessage(
                external_id=uuid4().hex,
                address=Address(channel="console", bot="console", chat=account),
                sender_id=account, sender_name=name, text=text, files=files,
            )
        )  # fmt: skip

    async def press(self, account: str, name: str, label: str) -> None:
        buttons = self.read(account)[-1].buttons
        sends = {button.label: button.send for button in buttons}
        assert label in sends, f"{label!r} is not among {list(sends)}"
        await self.write(account, name, sends[label], ())

    def read(self, account: str | None = None) -> list[OutboundMessage]:
        sent = self._channel.delivered
        return [each for each in sent if account is None or each.address.chat == account]

    def drafts(self) -> list[str]:
        return self._channel.drafts
