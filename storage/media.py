"""The store of contents: one row for each, referred to by the files of messages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import PurePath

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.engine import CursorResult

from storage.database import ReadSession, Session
from storage.tables.media import Media
from storage.tables.web import WebFile
from storage.tables.work import InboxFile, InboxMessage
from storage.upsert import insert_or_ignore

_MOST_OF_ONE = 20
# What a browser would run.
PAGES = frozenset({".html", ".htm"})


def name_to_send(name: str) -> str:
    """A name under which a computer opens no page: whoever gets a file from us sees its text."""
    return f"{name}.txt" if PurePath(name).suffix.lower() in PAGES else name


async def keep_content(
    session: Session, organisation_id: int, now: datetime, content: bytes, media_type: str
) -> int:
    """The id of this content, which may be there already."""
    digest = sha256(content).hexdigest()
    values = {
        "organisation_id": organisation_id, "sha256": digest, "media_type": media_type,
        "size": len(content), "content": content, "created_at": now, "seen_at": now,
    }  # fmt: skip
    known = (
        update(Media)
        .where(Media.organisation_id == organisation_id, Media.sha256 == digest)
        .values(seen_at=now)
        .returning(Media.id)
    )
    # Between the two statements the sweep may take it away.
    while (found := await session.scalar(known)) is None:
        found = await insert_or_ignore(session, Media, values)
        if found is not None:
            break
    return found


async def content_of(session: ReadSession, organisation_id: int, file_id: int) -> bytes | None:
    """None when it never came, or is kept no longer."""
    found: bytes | None = await session.scalar(
        select(Media.content)
        .join(InboxFile, InboxFile.media_id == Media.id)
        .where(InboxFile.organisation_id == organisation_id, InboxFile.id == file_id)
    )
    return found


async def drop_old(session: Session, organisation_id: int, before: datetime) -> int:
    """Forget what came last before then, and return how many contents that were. Their files keep
    their names."""
    gone = await session.execute(
        delete(Media).where(Media.organisation_id == organisation_id, Media.seen_at < before)
    )
    assert isinstance(gone, CursorResult)
    return gone.rowcount


async def forget_files(session: Session, organisation_id: int, messages: Sequence[int]) -> None:
    """Blank the files of these messages, and drop the contents that no other message has."""
    mine = (
        InboxFile.organisation_id == organisation_id, InboxFile.inbox_id.in_(messages)
    )  # fmt: skip
    contents = set(await session.scalars(select(InboxFile.media_id).where(*mine)))
    await session.execute(
        update(InboxFile).where(*mine).values(name="", remote=None, media_id=None)
    )
    await drop_unused(session, organisation_id, contents)


async def drop_unused(
    session: Session, organisation_id: int, contents: Collection[int | None]
) -> None:
    """Drop those of these contents that no file has any more."""
    await session.execute(
        delete(Media).where(
            Media.organisation_id == organisation_id,
            Media.id.in_({each for each in contents if each is not None}),
            ~exists().where(InboxFile.media_id == Media.id),
            ~exists().where(WebFile.media_id == Media.id),
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file that came with a message, and how large it is."""

    id: int
    name: str
    media_type: str
    size: int
    seconds: int | None


async def files_of_people(
    session: ReadSession, organisation_id: int, people: Sequence[int], limit: int
) -> list[KeptFile]:
    """What these people sent and is kept, the newest first."""
    return await _files(session, organisation_id, InboxMessage.person_id.in_(people), limit)


async def files_of_conversation(
    session: ReadSession, organisation_id: int, conversation_id: int, limit: int
) -> list[KeptFile]:
    """What was sent there and is kept, the newest first."""
    there = InboxMessage.conversation_id == conversation_id
    return await _files(session, organisation_id, there, limit)


async def files_sent_last(
    session: ReadSession,
    organisation_id: int,
    conversation_id: int,
    person_id: int,
    since: datetime,
) -> list[KeptFile]:
    """Those of the newest message with files that this person sent there."""
    last = (
        select(InboxMessage.id)
        .join(InboxFile, InboxFile.inbox_id == InboxMessage.id)
        .where(
            InboxMessage.conversation_id == conversation_id,
            InboxMessage.person_id == person_id,
            InboxMessage.received_at >= since,
        )
        .order_by(InboxMessage.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (await _files(session, organisation_id, InboxMessage.id == last, _MOST_OF_ONE))[::-1]


async def _files(
    session: ReadSession, organisation_id: int, which: ColumnElement[bool], limit: int
) -> list[KeptFile]:
    found = await session.execute(
        select(InboxFile.id, InboxFile.name, InboxFile.media_type, Media.size, InboxFile.seconds)
        .join(InboxMessage, InboxMessage.id == InboxFile.inbox_id)
        .join(Media, Media.id == InboxFile.media_id)
        .where(InboxFile.organisation_id == organisation_id, which)
        .order_by(InboxFile.id.desc())
        .limit(limit)
    )
    return [KeptFile(**row._mapping) for row in found]
