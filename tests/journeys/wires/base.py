"""How the words of a story travel: straight into the gateway, or through a chat platform."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Protocol

from bot.channels.base import Channel
from bot.messages import Address, Event, File, OutboundMessage
from bot.service import Service
from storage.inbox import Inbox
from storage.tables.organisation import Person
from tools.people.service import PeopleService, bind


class Wire(Protocol):
    """Accounts are the ids of people."""

    async def write(self, account: str, name: str, text: str, files: tuple[File, ...]) -> None:
        """Returning means that the message is kept."""

    async def press(self, account: str, name: str, label: str) -> None:
        """A button of the newest message that has it."""

    def read(self, account: str | None = None) -> list[OutboundMessage]:
        """What somebody, or everybody, has been sent."""

    def drafts(self) -> list[str] | None:
        """What was shown of answers before they came; None where the platform shows nothing."""


class Keeping:
    """Hands a channel's events to the service, and knows how many are kept."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._kept = 0
        self._changed = asyncio.Event()

    async def begin(self, stack: AsyncExitStack, channel: Channel) -> None:
        """Run the channel until the stack ends."""
        running = asyncio.create_task(channel.run(self._keep))

        async def stop() -> None:
            running.cancel()
            await asyncio.wait({running})

        stack.push_async_callback(stop)

    async def one_more(self, happens: Callable[[], object]) -> None:
        """Let something happen on the platform, and wait until it is kept."""
        wanted = self._kept + 1
        happens()
        async with asyncio.timeout(60):
            while self._kept < wanted:
                self._changed.clear()
                await self._changed.wait()

    async def _keep(self, event: Event) -> None:
        await self._service.receive(event)
        self._kept += 1
        self._changed.set()


async def bind_everybody(
    service: Service, channel: str, place: Callable[[Person], Address]
) -> None:
    """Everybody's account on the channel is the id of the person, with a private chat at `place`."""
    inbox = Inbox(service.organisation_id, service.clock)
    async with service.database.unit_of_work() as session:
        people = PeopleService(session, service.organisation_id)
        for person in await people.everyone():
            account = str(person.id)
            address = place(person)
            if await people.behind(channel, account) is None:
                await inbox.conversation(session, address, private_with=person.id)
                await bind(session, person, service.clock, channel=channel, external_id=account)
