"""Where the words of a person stand: their messages, and what was written because of them."""

import re
from dataclasses import dataclass

from sqlalchemy import or_, select

from storage.database import ReadSession
from storage.tables.notice import Notice, NoticeStatus
from storage.tables.work import (
    Conversation,
    InboxMessage,
    InboxStatus,
    OutboxMessage,
)  # fmt: skip

# Keys of notices begin with the order that caused them.
_CAUSE = re.compile(r"inbox:(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """Ids of rows. `messages` are theirs, in private and in groups, as far as they are answered;
    `answers` went to their private conversations, answered them, or told others of them; `notices`
    wait to be told to them, or of them."""

    messages: list[int]
    answers: list[int]
    conversations: list[int]
    notices: list[int]


async def traces_of(session: ReadSession, organisation_id: int, person_id: int) -> Traces:
    """What is blank already counts no more, except that its conversations are named again."""
    said = (
        await session.execute(
            select(InboxMessage.id, InboxMessage.conversation_id, InboxMessage.text != "").where(
                InboxMessage.organisation_id == organisation_id,
                InboxMessage.person_id == person_id,
                # The one that is worked on is read again should this turn have to run again.
                InboxMessage.status != InboxStatus.received,
            )
        )
    ).all()
    private = set(
        await session.scalars(
            select(Conversation.id).where(
                Conversation.organisation_id == organisation_id,
                Conversation.person_id == person_id,
            )
        )
    )
    messages = {id_ for id_, _, has_words in said if has_words}
    return Traces(
        messages=sorted(messages),
        answers=await _answers(session, organisation_id, person_id, messages),
        conversations=sorted(private | {place for _, place, _ in said}),
        notices=await _held(session, organisation_id, person_id, messages),
    )


async def _held(
    session: ReadSession, organisation_id: int, person_id: int, messages: set[int]
) -> list[int]:
    rows = await session.execute(
        select(Notice.id, Notice.person_id, Notice.key).where(
            Notice.organisation_id == organisation_id, Notice.status == NoticeStatus.held
        )
    )
    return sorted(
        row.id for row in rows if row.person_id == person_id or cause_of(row.key) in messages
    )


async def _answers(
    session: ReadSession, organisation_id: int, person_id: int, messages: set[int]
) -> list[int]:
    worded = (OutboxMessage.organisation_id == organisation_id) & (OutboxMessage.text != "")
    private = select(Conversation.id).where(
        Conversation.organisation_id == organisation_id, Conversation.person_id == person_id
    )
    asked = select(InboxMessage.id).where(
        InboxMessage.organisation_id == organisation_id, InboxMessage.person_id == person_id
    )
    direct = await session.scalars(
        select(OutboxMessage.id).where(
            worded,
            or_(OutboxMessage.conversation_id.in_(private), OutboxMessage.reply_to.in_(asked)),
        )
    )
    notices = await session.execute(
        select(OutboxMessage.id, OutboxMessage.key).where(worded, OutboxMessage.key.like("inbox:%"))
    )
    about_them = {row.id for row in notices if cause_of(row.key) in messages}
    told_together = await session.execute(
        select(OutboxMessage.id, Notice.key)
        .join(Notice, Notice.sent_as == OutboxMessage.key)
        .where(
            worded,
            Notice.organisation_id == organisation_id,
            Notice.key.like("inbox:%"),
            OutboxMessage.key.like("digest:%"),
        )
    )
    about_them |= {row.id for row in told_together if cause_of(row.key) in messages}
    return sorted({*direct, *about_them})


def cause_of(key: str) -> int | None:
    """The inbox row that the order of this key came from."""
    found = _CAUSE.match(key)
    return int(found[1]) if found else None
