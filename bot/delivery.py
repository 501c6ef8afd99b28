"""Sends the outbox of one channel: several chats at once, in order within each of them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import Channel
from bot.errors import Busy, Closed, Moved, NotDelivered, NotTransferred
from bot.messages import Button, OutboundMessage
from bot.metrics import Metrics
from bot.pacing import LocalPacer, Pacer
from config.errors import AppError, PermanentError, TransientError
from config.failpoints import failpoint
from config.i18n import Language, say
from config.i18n.detect import detect
from storage.chats import Chats
from storage.database import Database, Session
from storage.outbox import Draft, Outbox, Parcel

log = structlog.get_logger()

Record = Callable[[Session], Awaitable[None]]

_DEAD_SENDER_AFTER = timedelta(seconds=30)
_IDLE_POLL_SECONDS = 1.0
_RETRY_AFTER = timedelta(seconds=2)
_LONGEST_RETRY_AFTER = timedelta(minutes=5)
_AT_ONCE = 16
# Platforms remember the keys of messages for a minute or longer; so many tries end before that.
_KEYED_ATTEMPTS = 6


class Delivery:
    """`wake` is called after every commit that queued something; a poll finds what other
    processes queued."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        chats: Chats,
        channel: Channel,
        *,
        language: Language,
        metrics: Metrics,
        pacer: Pacer | None = None,
        retry_after: timedelta = _RETRY_AFTER,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._chats = chats
        self._channel = channel
        self._language = language
        self._metrics = metrics
        self._pacer = pacer or LocalPacer()
        self._retry_after = retry_after
        self._awake = asyncio.Event()
        self._sending: dict[int, asyncio.Task[None]] = {}
        # Conversations whose chat may not be written to yet, and until when.
        self._held: dict[int, float] = {}
        self._lost_track = False
        # What is being claimed is in nobody's hands yet.
        self._claiming = asyncio.Lock()
        self._closed = False

    def wake(self) -> None:
        self._awake.set()

    async def run(self) -> None:
        """Until cancelled; what is being sent then is in doubt."""
        try:
            while True:
                await self._round()
        finally:
            sending = [*self._sending.values()]
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)

    async def _round(self) -> None:
        """Begin what can be sent now, then wait until there may be more."""
        self._awake.clear()
        try:
            await self._begin()
            await self._give_up_on_the_dead()
        except (SQLAlchemyError, OSError) as error:
            self._lost_track = True
            log.error("delivery.database", error=type(error).__name__)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pause()):
                await self._awake.wait()

    async def drain(self) -> None:
        """Send everything that is queued and can be reached now."""
        while True:
            # What is sent meanwhile may hide what stands behind it in its chat.
            were_sending = bool(self._sending)
            if not (await self._begin() or were_sending or self._sending):
                return
            if self._sending:
                await asyncio.wait(self._sending.values(), return_when=asyncio.FIRST_COMPLETED)

    async def close(self) -> None:
        """Begin nothing more, and wait until what was begun is sent; what waits is left to others."""
        self._closed = True
        async with self._claiming:
            pass
        if self._sending:
            await asyncio.wait(self._sending.values())

    def _pause(self) -> float:
        """Seconds until there may be something to do."""
        now = time.monotonic()
        return max(0.0, min([_IDLE_POLL_SECONDS, *(at - now for at in self._held.values())]))

    async def _give_up_on_the_dead(self) -> None:
        async with self._database.unit_of_work() as session:
            await self._outbox.give_up_on_the_dead(session, _DEAD_SENDER_AFTER)

    async def _begin(self) -> int:
        """Begin to send what can be sent now; returns how many messages that were."""
        async with self._claiming:
            free = _AT_ONCE - len(self._sending)
            if free <= 0 or self._closed:
                return 0
            parcels = await self._claim(free)
            for parcel in parcels:
                task = asyncio.create_task(self._send(parcel), name=f"send:{parcel.id}")
                self._sending[parcel.id] = task
            return len(parcels)

    async def _claim(self, most: int) -> list[Parcel]:
        now = time.monotonic()
        self._held = {each: until for each, until in self._held.items() if until > now}
        async with self._database.unit_of_work() as session:
            if self._lost_track:
                await self._outbox.put_back(session, self._channel.name, self._sending)
            waiting = await self._outbox.waiting(
                session, self._channel.name, self._channel.chats, skipping=self._held, limit=most
            )
            chosen = []
            for each in waiting:
                wait = await self._pacer.take(self._channel.paces(each.place))
                if wait > 0:
                    self._held[each.conversation_id] = now + wait
                    self._metrics.held(self._channel.name, wait)
                else:
                    chosen.append(each)
            parcels = await self._outbox.claim(session, chosen)
        self._lost_track = False
        return parcels

    async def _send(self, parcel: Parcel) -> None:
        started = time.perf_counter()
        try:
            outcome, record = await self._told(parcel)
            self._metrics.sent(self._channel.name, outcome, time.perf_counter() - started)
            await self._record(record)
        finally:
            del self._sending[parcel.id]
            self.wake()

    async def _told(self, parcel: Parcel) -> tuple[str, Record]:
        try:
            return await self._outcome(parcel)
        except Exception:
            # A bug must not leave a message in the middle, with its conversation behind it.
            log.exception("delivery.bug", outbox=parcel.id)
            return "unknown", partial(self._outbox.doubt, outbox_id=parcel.id, error="a bug")

    async def _outcome(self, parcel: Parcel) -> tuple[str, Record]:
        """Send the next part of a message; how that ended, and what is to be written down."""
        failpoint("sending")
        parts = self._channel.parts(self._message(parcel))
        part = parts[min(parcel.parts_sent, len(parts) - 1)]
        if parcel.in_doubt and not self._channel.capabilities.keyed:
            part = self._marked(part)
        try:
            external_id = await self._channel.send(part)
        except Moved as error:
            log.info("delivery.moved", outbox=parcel.id)
            return "retried", partial(self._moved, parcel=parcel, chat=error.chat)
        except NotDelivered as error:
            after = self._patience(error, parcel.attempts)
            log.warning("delivery.retry", outbox=parcel.id, after=str(after), error=str(error))
            outcome = "held" if isinstance(error, Busy) else "retried"
            return outcome, partial(self._outbox.requeue, outbox_id=parcel.id, after=after)
        except NotTransferred as error:
            log.error("delivery.not_transferred", outbox=parcel.id, error=str(error))
            return "sent", partial(self._not_transferred, parcel=parcel, id_=error.external_id)
        except PermanentError as error:
            log.error("delivery.failed", outbox=parcel.id, error=str(error))
            return "failed", partial(
                self._failed, parcel=parcel, reason=str(error), closed=isinstance(error, Closed)
            )
        except TransientError as error:
            if self._channel.capabilities.keyed and parcel.attempts < _KEYED_ATTEMPTS:
                log.warning("delivery.retry", outbox=parcel.id, error=str(error))
                after = self._patience(error, parcel.attempts)
                return "retried", partial(self._outbox.requeue, outbox_id=parcel.id, after=after)
            log.error("delivery.in_doubt", outbox=parcel.id, error=str(error))
            return "unknown", partial(self._outbox.doubt, outbox_id=parcel.id, error=str(error))
        failpoint("delivered")
        outcome = "resent" if parcel.in_doubt else "sent"
        if parcel.parts_sent + 1 < len(parts):
            return outcome, partial(self._outbox.part_sent, outbox_id=parcel.id)
        return outcome, partial(self._outbox.sent, outbox_id=parcel.id, external_id=external_id)

    async def _record(self, record: Record) -> None:
        """Write an outcome down, for as long as it takes: the message itself is out."""
        while True:
            try:
                async with self._database.unit_of_work() as session:
                    await record(session)
                return
            except (SQLAlchemyError, OSError) as error:
                log.error("delivery.database", error=type(error).__name__)
                await asyncio.sleep(_IDLE_POLL_SECONDS)

    async def _moved(self, session: Session, parcel: Parcel, chat: str) -> None:
        await self._outbox.requeue(session, parcel.id)
        await self._chats.move(session, parcel.place, chat)

    async def _not_transferred(self, session: Session, parcel: Parcel, id_: str) -> None:
        """The customer was promised a person, and is told that none comes."""
        await self._outbox.sent(session, parcel.id, id_)
        language = detect(parcel.text) or self._language
        await self._outbox.queue(
            session,
            Draft(
                key=f"{parcel.key}:not_transferred", conversation_id=parcel.conversation_id,
                text=say(language, "bot.not_transferred"),
            ),
        )  # fmt: skip

    async def _failed(self, session: Session, parcel: Parcel, reason: str, *, closed: bool) -> None:
        await self._outbox.failed(session, parcel.id, reason)
        if closed:
            await self._chats.close(session, parcel.place)

    def _patience(self, error: AppError, attempts: int) -> timedelta:
        """As long as the platform says; else twice as long after each attempt."""
        if isinstance(error, Busy):
            return timedelta(seconds=error.seconds)
        doubled: timedelta = self._retry_after * 2 ** min(attempts - 1, 10)
        return min(doubled, _LONGEST_RETRY_AFTER)

    def _message(self, parcel: Parcel) -> OutboundMessage:
        return OutboundMessage(
            address=parcel.place,
            text=self._spoken(parcel),
            markdown=parcel.markdown,
            buttons=tuple(
                Button(label=row["label"], send=row["send"], key=f"{parcel.id}.{position}")
                for position, row in enumerate(parcel.buttons)
            ),
            files=tuple(parcel.files),
            key=parcel.key,
            reply_token=parcel.reply_token,
            transfer=parcel.transfer,
        )

    def _spoken(self, parcel: Parcel) -> str:
        """What a person of ours says is told to be a person's."""
        if parcel.said_by is None:
            return parcel.text
        language = detect(parcel.text) or self._language
        return say(language, "cases.spoken", name=parcel.said_by, text=parcel.text).rstrip()

    def _marked(self, part: OutboundMessage) -> OutboundMessage:
        language = detect(part.text) or self._language
        return part.behind(say(language, "bot.maybe_repeated", text=""))
