"""Sends the outbox of one channel, in order per conversation."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import Channel
from bot.errors import NotDelivered
from bot.messages import Button, OutboundMessage
from config.errors import PermanentError, TransientError
from config.failpoints import failpoint
from storage.database import Database
from storage.outbox import Outbox, Parcel

log = structlog.get_logger()

_DEAD_SENDER_AFTER = timedelta(seconds=30)
_IDLE_POLL_SECONDS = 1.0
_RETRY_AFTER = timedelta(seconds=2)


class Delivery:
    """`wake` is called after every commit that queued something; a poll finds what other
    processes queued."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        channel: Channel,
        *,
        retry_after: timedelta = _RETRY_AFTER,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._channel = channel
        self._retry_after = retry_after.total_seconds()
        self._awake = asyncio.Event()

    def wake(self) -> None:
        self._awake.set()

    async def run(self) -> None:
        while True:
            self._awake.clear()
            try:
                await self.drain()
                await self._give_up_on_the_dead()
            except (SQLAlchemyError, OSError) as error:
                log.error("delivery.database", error=type(error).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(_IDLE_POLL_SECONDS):
                    await self._awake.wait()

    async def drain(self) -> None:
        """Send everything that is queued and can be reached now."""
        while await self._send_next():
            pass

    async def _give_up_on_the_dead(self) -> None:
        async with self._database.unit_of_work() as session:
            await self._outbox.give_up_on_the_dead(session, _DEAD_SENDER_AFTER)

    async def _send_next(self) -> bool:
        async with self._database.unit_of_work() as session:
            parcel = await self._outbox.claim(session, self._channel.name, self._channel.chats)
        if parcel is None:
            return False
        failpoint("sending")
        try:
            external_id = await self._channel.send(_message(parcel))
        except NotDelivered as error:
            log.warning("delivery.retry", outbox=parcel.id, error=str(error))
            async with self._database.unit_of_work() as session:
                await self._outbox.requeue(session, parcel.id)
            await asyncio.sleep(self._retry_after)
            return True
        except PermanentError as error:
            log.error("delivery.failed", outbox=parcel.id, error=str(error))
            async with self._database.unit_of_work() as session:
                await self._outbox.failed(session, parcel.id, str(error))
            return True
        except TransientError as error:
            log.error("delivery.unknown", outbox=parcel.id, error=str(error))
            async with self._database.unit_of_work() as session:
                await self._outbox.unknown(session, parcel.id, str(error))
            return True
        failpoint("delivered")
        async with self._database.unit_of_work() as session:
            await self._outbox.sent(session, parcel.id, external_id)
        return True


def _message(parcel: Parcel) -> OutboundMessage:
    return OutboundMessage(
        address=parcel.place,
        text=parcel.text,
        buttons=tuple(Button(label=row["label"], send=row["send"]) for row in parcel.buttons),
        files=tuple(parcel.files),
    )
