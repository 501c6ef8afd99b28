"""What runs for one organisation in this process, and its channels."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import Channel
from bot.delivery import Delivery
from bot.gateway import Gateway
from bot.housekeeping import Housekeeper
from bot.menus import Menus
from bot.messages import (
    ChatClosed,
    ChatMoved,
    Corrected,
    Event,
    HumanServes,
    InboundMessage,
    SendFailed,
    StaffSaid,
)
from bot.metrics import Metrics
from bot.pacing import Pacer
from bot.salvage import bare
from config.clock import Clock
from config.errors import ConfigurationError, TransientError
from config.settings import Settings
from storage.chats import Chats
from storage.database import Database, out_of_reach, unstorable
from storage.outbox import Outbox

log = structlog.get_logger()

_AGAIN_SECONDS = 2.0

Background = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """`background` is what runs beside the channels until the service ends."""

    settings: Settings
    organisation_id: int
    clock: Clock
    database: Database
    outbox: Outbox
    chats: Chats
    gateway: Gateway
    housekeeper: Housekeeper
    pacer: Pacer
    metrics: Metrics
    menus: Menus
    channels: dict[str, Channel]
    deliveries: list[Delivery]
    background: list[Background] = field(default_factory=list)

    def deliver(self, channel: Channel) -> Delivery:
        self.channels[channel.name] = channel
        delivery = Delivery(
            self.database, self.outbox, self.chats, channel, language=self.settings.language,
            pacer=self.pacer, metrics=self.metrics,
        )  # fmt: skip
        self.deliveries.append(delivery)
        return delivery

    async def receive(self, event: Event) -> None:
        """Keep what a channel reports; when this returns it survives kill -9. Raises TransientError
        when it could not be kept; what never can be is logged, and only who said what where is kept:
        a platform would send it for ever."""
        try:
            await self._keep(event)
        except (SQLAlchemyError, OSError, UnicodeError, OverflowError) as error:
            log.error("service.not_kept", error=type(error).__name__, kind=type(event).__name__)
            if not unstorable(error):
                raise TransientError("the database did not keep it") from None
            if isinstance(event, InboundMessage) and event != bare(event):
                await self.receive(bare(event))

    async def _keep(self, event: Event) -> None:
        match event:
            case InboundMessage():
                await self.gateway.receive(event)
            case Corrected():
                await self.gateway.stops.correct(event)
            case ChatMoved():
                async with self.database.unit_of_work() as session:
                    await self.chats.move(session, event.address, event.chat)
            case ChatClosed():
                async with self.database.unit_of_work() as session:
                    await self.chats.close(session, event.address)
            case HumanServes() | StaffSaid() | SendFailed():
                await self.gateway.handover.keep(event)

    async def settled(self) -> None:
        """Wait until everything received is answered and everything reachable is sent."""
        await self.gateway.idle()
        for delivery in self.deliveries:
            await delivery.drain()

    async def run(
        self,
        channels: Sequence[Channel],
        *,
        alone: bool,
        stop: asyncio.Event | None = None,
        within: timedelta = timedelta(minutes=1),
    ) -> None:
        """Receive and deliver until every channel has ended or `stop` is set, then finish what was
        begun, at most for `within`. `alone` says that no other process can be at work here. Raises
        ConfigurationError when a channel refuses its settings."""
        deliveries = [self.deliver(channel) for channel in channels]
        if alone:
            await self.gateway.take_over_everything()
        async with _one_reason(), asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(self.gateway.run(), name="gateway"),
                tasks.create_task(self.housekeeper.run(), name="housekeeper"),
                *(tasks.create_task(each.run(), name="delivery") for each in deliveries),
                *(tasks.create_task(restarted(work)) for work in self.background),
                *(
                    tasks.create_task(self.menus.begin(channel))
                    for channel in channels
                    if channel.capabilities.menus
                ),
            ]
            receiving = [tasks.create_task(each.run(self.receive)) for each in channels]
            await _ended(receiving, stop or asyncio.Event())
            try:
                async with asyncio.timeout(within.total_seconds()):
                    await self.gateway.close()
                    await self.settled()
                    for delivery in deliveries:
                        await delivery.close()
            except TimeoutError:
                log.warning("service.stopped_early")
            for task in running:
                task.cancel()


@asynccontextmanager
async def _one_reason() -> AsyncIterator[None]:
    """Raise the wrong setting itself, and not the group of tasks that ended because of it."""
    try:
        yield
    except BaseExceptionGroup as group:
        wrong = group.subgroup(ConfigurationError)
        if wrong is None:
            raise
        raise ConfigurationError("; ".join(str(each) for each in wrong.exceptions)) from None


async def _ended(receiving: Sequence[asyncio.Task[None]], stop: asyncio.Event) -> None:
    """Wait until all have ended, or it is said to stop; then none of them receives any more."""
    stopping = asyncio.create_task(stop.wait())
    ending = asyncio.create_task(asyncio.wait(receiving))
    await asyncio.wait({stopping, ending}, return_when=asyncio.FIRST_COMPLETED)
    for task in (stopping, ending, *receiving):
        task.cancel()
    await asyncio.wait(receiving)


async def restarted(work: Background) -> None:
    """Begins the work anew when the database was away."""
    while True:
        try:
            return await work()
        except (SQLAlchemyError, OSError) as error:
            if not out_of_reach(error):
                raise
            log.error("service.background", error=type(error).__name__)
            await asyncio.sleep(_AGAIN_SECONDS)
