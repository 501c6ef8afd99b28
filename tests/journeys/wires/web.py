"""Everybody has the chat page open, and posts to it as its script does."""

from contextlib import AsyncExitStack
from pathlib import Path

from bot.messages import Address, File, OutboundMessage
from bot.service import Service
from storage.tables.organisation import Person
from tests.builders.web import GENEROUS, ServedPage, a_visitor, a_web_channel, kept
from tests.journeys.wires.base import Keeping, bind_everybody


async def open_wire(stack: AsyncExitStack, service: Service) -> "WebWire":
    path = Path(service.database.url.database or "")
    channel = await stack.enter_async_context(
        a_web_channel(
            service.database, path.parent, organisation_id=service.organisation_id,
            clock=service.clock, limits=GENEROUS.model_copy(update={"letters": 100_000}),
        )
    )  # fmt: skip
    service.deliver(channel)
    await bind_everybody(service, "web", _place)
    keeping = Keeping(service)
    await keeping.begin(stack, channel)
    return WebWire(channel, path)


def _place(person: Person) -> Address:
    return Address(channel="web", bot="web", chat=str(person.id))


class WebWire:
    def __init__(self, channel: ServedPage, path: Path) -> None:
        self._channel = channel
        self._path = path

    async def write(self, account: str, name: str, text: str, files: tuple[File, ...]) -> None:
        async with a_visitor(await self._channel.opened(), as_=account) as visitor:
            tokens = [(await visitor.uploads(file)).json()["token"] for file in files]
            answer = await visitor.says(text, files=tokens)
        answer.raise_for_status()

    async def press(self, account: str, name: str, label: str) -> None:
        key = next(
            button.key
            for message in reversed(self.read(account))
            for button in message.buttons
            if button.label == label
        )
        async with a_visitor(await self._channel.opened(), as_=account) as visitor:
            answer = await visitor.says(label, pressed=key)
        answer.raise_for_status()

    def read(self, account: str | None = None) -> list[OutboundMessage]:
        return kept(self._path, account or "")

    def drafts(self) -> list[str]:
        return self._channel.drafted
