"""From a received message to a queued reply.

receive: identity, conversation and inbox row in one transaction; returning means acknowledged.
work: one turn at a time per conversation under a fenced lease; the reply, the end of the inbox
row and the end of the lease are one transaction. A sweep takes over what dead workers left.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from structlog.contextvars import bound_contextvars

from agent.contract import Agent, Reply, Turn
from bot.albums import Albums
from bot.commands.desk import CommandDesk
from bot.drafts import Drafts
from bot.fetching import Fetcher
from bot.handover import Handover
from bot.media import admitted, with_refusals
from bot.menus import Menus
from bot.messages import InboundMessage, RemoteFile
from bot.metrics import Metrics
from bot.pulse import beating
from bot.replies import apology, draft_of, unbegun
from bot.stopping import Stops
from bot.storable import named, storable
from bot.turns import files_of, open_turn
from config.clock import Clock
from config.errors import TransientError, UserFacingError
from config.failpoints import failpoint
from config.i18n import Language, say
from config.settings import WorkSettings
from storage.database import Database, Session, out_of_reach
from storage.handover import Served
from storage.inbox import FILES_ALONE, Inbox, ReceivedFile
from storage.leases import Lease, LeaseLost, Leases
from storage.outbox import Outbox
from storage.tables.work import InboxStatus
from tools.people.service import meet

log = structlog.get_logger()

_SWEEP_SECONDS = 1.0


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _passes(error: Exception) -> bool:
    """Whether the same turn may succeed later."""
    return isinstance(error, (TransientError, TimeoutError)) or out_of_reach(error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A turn that this worker owns; `attempt` counts from 1. `served` says whether
    people serve the chat, so that the agent only listens."""

    lease: Lease
    turn: Turn
    attempt: int
    served: Served
    files: tuple[ReceivedFile, ...] = ()


class Gateway:
    """`queued` is called after every commit that queued a reply."""

    def __init__(
        self,
        *,
        database: Database,
        organisation_id: int,
        inbox: Inbox,
        outbox: Outbox,
        leases: Leases,
        agent: Agent,
        commands: CommandDesk,
        clock: Clock,
        settings: WorkSettings,
        language: Language,
        queued: Callable[[], None],
        drafts: Drafts,
        fetcher: Fetcher,
        handover: Handover,
        menus: Menus,
        metrics: Metrics,
    ) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._inbox = inbox
        self._outbox = outbox
        self._leases = leases
        self._agent = agent
        self._commands = commands
        self._clock = clock
        self._settings = settings
        self._language = language
        self._queued = queued
        self._drafts = drafts
        self._fetcher = fetcher
        self.handover = handover
        self._menus = menus
        self._metrics = metrics
        self._albums = Albums(organisation_id, clock, settings.max_files)
        self.stops = Stops(database, organisation_id, clock)
        self._slots = asyncio.Semaphore(settings.parallel_turns)
        self._working: dict[int, asyncio.Task[None]] = {}
        self._again: set[int] = set()
        self._closed = False

    async def receive(self, message: InboundMessage) -> bool:
        """Keep the message; when this returns it survives kill -9. False for a redelivery."""
        files = admitted(message.files, self._settings.max_files, self._settings.media)
        # The words of an album are joined with its parts.
        alone = files and not message.album
        unsaid = " ".join([FILES_ALONE, *(file.name for file in files)]) if alone else ""
        text = storable(message.text) or unsaid
        async with self._database.unit_of_work() as session:
            person_id = await meet(
                session, self._organisation_id, self._clock, channel=message.address.channel,
                external_id=message.sender_id, name=named(message.sender_name) or message.sender_id,
            )  # fmt: skip
            conversation_id = await self._inbox.conversation(
                session, message.address, private_with=person_id if message.private else None,
                group=message.group, member=message.sender_id,
            )  # fmt: skip
            if message.pressed:
                text = await self._said_by(session, conversation_id, message.pressed) or text
            new = await self._inbox.put(
                session, place=message.address, external_id=message.external_id,
                conversation_id=conversation_id, person_id=person_id, text=text,
                files=files, reply_token=storable(message.reply_token),
                said_in="" if message.private else message.address.chat,
                message_id=message.message_id, album=message.album, answers=message.answers,
            )  # fmt: skip
            stopped = await self.stops.asked_by(session, message) if new else ()
        failpoint("received")
        self.stops.tell(stopped)
        if any(isinstance(file, RemoteFile) for file in files):
            self._fetcher.soon(conversation_id)
        if message.album:
            self._albums.hold(conversation_id, self.wake)
        else:
            self._albums.release(conversation_id)
        self._metrics.received(message.address.channel, new=new)
        self.wake(conversation_id)
        return new

    async def _said_by(self, session: Session, conversation_id: int, pressed: str) -> str | None:
        """What the pressed button of an earlier message says."""
        outbox_id, _, position = pressed.partition(".")
        if not (_is_number(outbox_id) and _is_number(position)):
            return None
        return await self._outbox.send_of(session, conversation_id, int(outbox_id), int(position))

    async def run(self) -> None:
        """Sweep for work that nobody is doing, until cancelled."""
        try:
            while True:
                try:
                    await self.sweep()
                except Exception:
                    log.exception("gateway.sweep_failed")
                await asyncio.sleep(_SWEEP_SECONDS)
        finally:
            working = [*self._working.values()]
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            await self._end_what_is_beside()

    def wake(self, conversation_id: int) -> None:
        if self._closed:
            return
        if conversation_id in self._working:
            self._again.add(conversation_id)
            return
        self._working[conversation_id] = asyncio.create_task(
            self._work(conversation_id), name=f"conversation:{conversation_id}"
        )

    async def close(self) -> None:
        """Begin no more turns, and wait until those that were begun are answered; what waits is
        left to others."""
        self._closed = True
        await self.idle()
        await self._end_what_is_beside()

    async def _end_what_is_beside(self) -> None:
        await self._fetcher.close()
        await self._menus.close()

    async def idle(self) -> None:
        """Wait until no conversation is being worked on."""
        while self._working:
            await asyncio.gather(*self._working.values())

    async def waiting(self) -> int:
        """How many messages are received and not answered."""
        async with self._database.reading() as session:
            return await self._inbox.open_count(session)

    async def take_over_everything(self) -> None:
        """Begin where a dead process stopped, without waiting for its leases to run out. Only for
        a process that knows that it is the only one."""
        async with self._database.unit_of_work() as session:
            await self._leases.free_all(session)
            await self._outbox.give_up_on_the_dead(session, timedelta(0))
        await self.sweep()

    async def sweep(self) -> None:
        """Wake the conversations that wait and that nobody works on."""
        async with self._database.reading() as session:
            waiting = await self._inbox.waiting_conversations(session, limit=100)
        for conversation_id in waiting:
            self.wake(conversation_id)

    async def _work(self, conversation_id: int) -> None:
        try:
            while not self._closed and (
                await self._take_next(conversation_id) or conversation_id in self._again
            ):
                self._again.discard(conversation_id)
        except Exception:
            # The row is still open: the sweep tries again when the lease has run out.
            log.exception("gateway.work_failed", conversation=conversation_id)
        finally:
            self._again.discard(conversation_id)
            del self._working[conversation_id]

    async def _take_next(self, conversation_id: int) -> bool:
        """Answer one message; whether there is another to answer here now."""
        async with self._slots:
            claimed = await self._claim(conversation_id)
            if claimed is None:
                return False
            failpoint("leased")
            self._metrics.attempt()
            try:
                with bound_contextvars(conversation=conversation_id, inbox=claimed.turn.inbox_id):
                    async with self._leases.kept_alive(claimed.lease):
                        return await self._answer(claimed)
            except LeaseLost as error:
                log.warning("turn.lease_lost", error=str(error))
                self._metrics.lease_lost()
                return False
            except asyncio.CancelledError:
                # The service stops: somebody else may begin at once.
                await asyncio.shield(self._give_back(claimed.lease))
                raise

    async def _claim(self, conversation_id: int) -> Claimed | None:
        if self._albums.holds(conversation_id):
            return None
        async with self._database.unit_of_work() as session:
            lease = await self._leases.take(session, conversation_id)
            if lease is None:
                return None
            row = await self._inbox.oldest_open(session, conversation_id)
            if row is None:
                await lease.give_back(session)
                return None
            row = await self._albums.join(session, row)
            files = await self._inbox.files(session, row.id)
            turn = await open_turn(session, row, lease, self._language, files)
            served, transfers = await self.handover.look(session, conversation_id)
            return Claimed(
                lease=lease, turn=replace(turn, transfers=transfers), attempt=row.attempts,
                files=files, served=served,
            )  # fmt: skip

    async def _answer(self, claimed: Claimed) -> bool:
        turn, status, started = claimed.turn, InboxStatus.done, time.perf_counter()
        if self.handover.is_for_people(claimed.served, turn):
            return await self._listen(claimed)
        if claimed.attempt > self._settings.max_crashes:
            log.error("turn.poisonous", attempt=claimed.attempt)
            return await self._finish(claimed, apology(turn), InboxStatus.failed)
        try:
            async with (
                asyncio.timeout(self._settings.turn_timeout.total_seconds()),
                self.stops.watched(turn),
            ):
                files = await self._fetcher.complete(turn.conversation_id, claimed.files)
                turn = replace(turn, files=files_of(files))
                reply = with_refusals(turn, await self._reply(turn))
        except UserFacingError as error:
            reply = Reply(text=say(turn.language, error.key, **error.values))
        except LeaseLost:
            raise
        except Exception as error:
            if _passes(error) and claimed.attempt < self._settings.max_attempts:
                log.warning("turn.transient", error=type(error).__name__)
                await self._give_back(claimed.lease)
                self._metrics.turn("retried", time.perf_counter() - started)
                return False
            log.exception("turn.failed")
            reply, status = apology(turn), InboxStatus.failed
        more = await self._finish(claimed, reply, status)
        self._metrics.turn(status.value, time.perf_counter() - started)
        return more

    async def _reply(self, turn: Turn) -> Reply:
        if turn.course.stopped:
            return unbegun(turn)
        command = await self._commands.reading(turn)
        if command is not None:
            return await self._commands.run(turn, command)
        async with beating(self._drafts, turn) as progress:
            return await self._agent.take(turn, progress)

    async def _listen(self, claimed: Claimed) -> bool:
        """End a turn without an answer of ours, its words carried on when our own staff is at one
        of the two ends; whether another message waits."""
        files = await self._files_to_carry(claimed)
        if files is None:
            await self._give_back(claimed.lease)
            return False
        failpoint("finishing")
        async with self._database.unit_of_work() as session:
            heard = await self.handover.pass_on(session, claimed.served, claimed.turn, files)
            if heard is not None:
                await self._inbox.finish(session, claimed.turn.inbox_id, InboxStatus.done)
            await claimed.lease.give_back(session)
            more = await self._inbox.any_open(session, claimed.turn.conversation_id)
            failpoint("words_carried")
        failpoint("finished")
        self._queued()
        for conversation_id in heard or ():
            await self.handover.overheard(conversation_id)
        return more

    async def _files_to_carry(self, claimed: Claimed) -> tuple[ReceivedFile, ...] | None:
        """With their contents where they can be had; None when a later try may bring them."""
        if not (claimed.served.by_staff or claimed.served.desk):
            return claimed.files
        try:
            return await self._fetcher.complete(claimed.turn.conversation_id, claimed.files)
        except TransientError as error:
            log.warning("handover.files_later", error=str(error))
            return None if claimed.attempt < self._settings.max_attempts else claimed.files

    async def _finish(self, claimed: Claimed, reply: Reply, status: InboxStatus) -> bool:
        """End a turn; whether another message waits in its conversation."""
        failpoint("finishing")
        async with self._database.unit_of_work() as session:
            await self._outbox.queue(session, draft_of(claimed.turn, reply))
            await self._inbox.finish(session, claimed.turn.inbox_id, status)
            await claimed.lease.give_back(session)
            # Asked last: whoever brings a message now waits for the lease until this commits.
            more = await self._inbox.any_open(session, claimed.turn.conversation_id)
        failpoint("finished")
        self._queued()
        self._menus.note(claimed.turn)
        return more

    async def _give_back(self, lease: Lease) -> None:
        async with self._database.unit_of_work() as session:
            await lease.give_back(session)
