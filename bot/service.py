"""What runs for one organisation in this process, and its channels."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.channels.base import Channel
from bot.delivery import Delivery
from bot.drafts import Drafts
from bot.gateway import Gateway
from bot.housekeeping import Housekeeper
from bot.messages import InboundMessage
from storage.database import Database
from storage.outbox import Outbox

Background = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """`background` is what runs beside the channels until the service ends."""

    database: Database
    outbox: Outbox
    gateway: Gateway
    housekeeper: Housekeeper
    drafts: Drafts
    deliveries: list[Delivery]
    background: list[Background] = field(default_factory=list)

    def deliver(self, channel: Channel) -> Delivery:
        self.drafts.add(channel)
        delivery = Delivery(self.database, self.outbox, channel)
        self.deliveries.append(delivery)
        return delivery

    async def settled(self) -> None:
        """Wait until everything received is answered and everything reachable is sent."""
        await self.gateway.idle()
        for delivery in self.deliveries:
            await delivery.drain()

    async def run_channel(self, channel: Channel, *, alone: bool) -> None:
        """Receive and deliver on one channel until it ends, then finish what was begun; `alone`
        says that no other process can be at work here."""
        delivery = self.deliver(channel)
        if alone:
            await self.gateway.take_over_everything()

        async def receive(message: InboundMessage) -> None:
            await self.gateway.receive(message)

        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(self.gateway.run(), name="gateway"),
                tasks.create_task(self.housekeeper.run(), name="housekeeper"),
                tasks.create_task(delivery.run(), name=f"delivery:{channel.name}"),
                *(tasks.create_task(_until_cancelled(work)) for work in self.background),
            ]
            await channel.run(receive)
            await self.settled()
            for task in running:
                task.cancel()


async def _until_cancelled(work: Background) -> None:
    await work()
