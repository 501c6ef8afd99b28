"""Forgetting a person: out of the database and its files, Redis and the vector index.

Rows whose ids others refer to (messages, answers) stay without their words, so that the audit log
and the ledgers keep making sense. What was entered into the organisation's records (leads, notes,
approvals) is the organisation's, and stays.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields

from redis.asyncio import Redis
from sqlalchemy import delete, func, select, update

from config.clock import Clock
from config.failpoints import failpoint
from config.roles import Role
from memory.keys import ConversationKey
from memory.long_term import LongTermMemory
from memory.traces import Traces, traces_of
from storage.audit import AuditLog
from storage.cases import forget_cases
from storage.database import Database, ReadSession, Session
from storage.media import forget_files
from storage.tables.memory import NOT_STATED, Memory
from storage.tables.model import DecidedCall
from storage.tables.notice import Notice, NoticeFile, NoticeStatus
from storage.tables.organisation import Person
from storage.tables.trust import AuditEntry
from storage.tables.work import (
    Conversation,
    InboxMessage,
    OutboxFile,
    OutboxMessage,
    OutboxStatus,
)
from storage.tickets import forget_tickets
from storage.visit_ends import forget_visit_ends
from storage.visits import forget_visits
from storage.web import forget_page

# Ids in one statement; SQLite takes 32,766 values and PostgreSQL as many.
_AT_ONCE = 1_000
_FORGOTTEN = "person.forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How many of each were, or would be, forgotten."""

    memories: int
    messages: int
    answers: int
    conversations: int


class Eraser:
    def __init__(
        self,
        database: Database,
        organisation_id: int,
        redis: Redis,
        long_term: LongTermMemory,
        clock: Clock,
    ) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._redis = redis
        self._long_term = long_term
        self._clock = clock

    async def preview(self, person_id: int) -> Forgotten:
        """What `erase` would take away."""
        async with self._database.reading() as session:
            memories = await self._stated(session, person_id)
            traces = await traces_of(session, self._organisation_id, person_id)
        return _counted(memories, traces)

    async def erase(self, person_id: int, *, asked_by: int, order: str = "") -> Forgotten:
        """Forget a person. May be repeated: a second time completes what a crash or an index out
        of reach (TransientError) left over, and returns what the same `order` erased before."""
        async with self._database.unit_of_work() as session:
            traces = await traces_of(session, self._organisation_id, person_id)
            forgotten = _counted(await self._stated(session, person_id), traces)
            forgotten = await self._before(session, asked_by, order) or forgotten
            await self._blank(session, traces, person_id)
            # After the messages, whose rows are locked now: nobody makes memories of them meanwhile.
            await session.execute(
                delete(Memory).where(
                    Memory.organisation_id == self._organisation_id, Memory.person_id == person_id
                )
            )
            await self._strip(session, person_id)
            await AuditLog(self._organisation_id, self._clock).append(
                session, _FORGOTTEN, person_id=asked_by, person=person_id, order=order,
                **asdict(forgotten),
            )  # fmt: skip
        # After the commit: the indexer takes out what it wrote for rows that are gone by then.
        failpoint("erased")
        await self._long_term.forget(person_id)
        failpoint("unindexed")
        await self._forget_windows(traces.conversations)
        await self._database.compact()
        return forgotten

    async def _before(self, session: ReadSession, asked_by: int, order: str) -> Forgotten | None:
        """What this order took away in an attempt whose answer never came."""
        details = await session.scalar(
            select(AuditEntry.details)
            .where(
                AuditEntry.organisation_id == self._organisation_id,
                AuditEntry.event == _FORGOTTEN,
                AuditEntry.person_id == asked_by,
            )
            .order_by(AuditEntry.position.desc())
            .limit(1)
        )
        if not order or details is None or details.get("order") != order:
            return None
        return Forgotten(**{field.name: details[field.name] for field in fields(Forgotten)})

    async def _stated(self, session: ReadSession, person_id: int) -> int:
        """Memories in their own words; turns of talks count as messages, and what colleagues
        noted about them is not told."""
        found = select(func.count(Memory.id)).where(
            Memory.organisation_id == self._organisation_id,
            Memory.person_id == person_id,
            Memory.kind.not_in(NOT_STATED),
        )
        return await session.scalar(found) or 0

    async def _blank(self, session: Session, traces: Traces, person_id: int) -> None:
        # Before the messages: a content that both have is dropped with the last of them.
        for ids in _chunks(traces.conversations):
            await forget_page(session, self._organisation_id, ids, [])
        for ids in _chunks(traces.answers):
            await forget_page(session, self._organisation_id, [], ids)
        await _update(session, InboxMessage, traces.messages, text="")
        await forget_cases(session, self._organisation_id, person_id, self._clock.now())
        await forget_tickets(session, self._organisation_id, person_id)
        await forget_visits(session, self._organisation_id, person_id)
        await forget_visit_ends(session, self._organisation_id, person_id, self._clock.now())
        for ids in _chunks(traces.messages):
            await forget_files(session, self._organisation_id, ids)
        await _update(session, OutboxMessage, traces.answers, text="", buttons=[], error=None)
        await _update(session, Conversation, traces.conversations, summary=None)
        for ids in _chunks(traces.answers):
            await session.execute(delete(OutboxFile).where(OutboxFile.outbox_id.in_(ids)))
            # Words that were to be sent are not, now that they are to be forgotten.
            await session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.id.in_(ids), OutboxMessage.status == OutboxStatus.queued)
                .values(status=OutboxStatus.failed, error="erased", finished_at=self._clock.now())
            )
        for ids in _chunks(traces.notices):
            await session.execute(delete(NoticeFile).where(NoticeFile.notice_id.in_(ids)))
            await session.execute(
                update(Notice)
                .where(Notice.id.in_(ids))
                .values(text="", shown=[], buttons=[], due_at=None, status=NoticeStatus.dropped)
            )
        for ids in _chunks(traces.messages):
            await session.execute(delete(DecidedCall).where(DecidedCall.inbox_id.in_(ids)))

    async def _strip(self, session: Session, person_id: int) -> None:
        """A customer loses name and language; a colleague's name is the organisation's."""
        person = await session.get_one(Person, person_id)
        if person.role is Role.customer:
            person.name = f"#{person_id}"
            person.language = person.detected = person.notices_channel = None

    async def _forget_windows(self, conversations: Collection[int]) -> None:
        keys = [
            ConversationKey(organisation_id=self._organisation_id, conversation_id=id_).window()
            for id_ in conversations
        ]
        if keys:
            await self._redis.delete(*keys)


def _counted(memories: int, traces: Traces) -> Forgotten:
    return Forgotten(
        memories=memories, messages=len(traces.messages), answers=len(traces.answers),
        conversations=len(traces.conversations),
    )  # fmt: skip


async def _update(
    session: Session,
    table: type[InboxMessage | OutboxMessage | Conversation],
    ids: Sequence[int],
    **values: object,
) -> None:
    for chunk in _chunks(ids):
        await session.execute(update(table).where(table.id.in_(chunk)).values(**values))


def _chunks(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
