"""All that the web chat page shows to its visitors, numbered for each of them without gaps in time:
who has seen a number has been shown, or can ask for, everything below it."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import SQLAlchemyError

from config.clock import Clock
from config.errors import TransientError
from storage.database import Database, ReadSession, Session
from storage.media import drop_unused, keep_content
from storage.outbox import File
from storage.tables.media import Media
from storage.tables.web import WebFile, WebMessage, WebVisitor
from storage.tables.work import Conversation, OutboxMessage
from storage.upsert import insert_or_ignore

_TOKEN_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFile:
    """A file that stands in the chat; `token` is its name outside."""

    token: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One message to show. `mine`: the visitor said it, with `uploads`, the tokens of files that
    are here already; what we say has `files`."""

    key: str
    mine: bool
    text: str
    markdown: bool = False
    buttons: tuple[dict[str, str], ...] = ()
    uploads: tuple[str, ...] = ()
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message as it is shown."""

    number: int
    key: str
    mine: bool
    text: str
    markdown: bool
    buttons: Sequence[dict[str, str]]
    files: Sequence[SharedFile]
    at: datetime


class WebLog:
    """Of one organisation; visitors by the names that we gave them. Every method raises
    TransientError when the database is away."""

    def __init__(self, database: Database, organisation_id: int, clock: Clock) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._clock = clock

    async def append(self, visitor: str, saying: Saying) -> int:
        """The number that the message has; one whose key is there already keeps its own."""
        async with self._writing() as session:
            visitor_id = await self._held(session, visitor)
            known: int | None = await session.scalar(
                select(WebMessage.number).where(
                    WebMessage.visitor_id == visitor_id, WebMessage.key == saying.key
                )
            )
            if known is not None:
                return known
            number: int | None = await session.scalar(
                update(WebVisitor)
                .where(WebVisitor.id == visitor_id)
                .values(last=WebVisitor.last + 1)
                .returning(WebVisitor.last)
            )
            assert number is not None
            row = WebMessage(
                organisation_id=self._organisation_id, visitor_id=visitor_id, number=number,
                key=saying.key, mine=saying.mine, text=saying.text, markdown=saying.markdown,
                buttons=list(saying.buttons), created_at=self._clock.now(),
            )  # fmt: skip
            session.add(row)
            await session.flush()
            await self._attach(session, row, saying)
            return number

    async def after(self, visitor: str, number: int, limit: int) -> list[Said]:
        """What was said after the message `number`, oldest first."""
        async with self._reading() as session:
            found = await session.scalars(
                select(WebMessage)
                .join(WebVisitor, WebVisitor.id == WebMessage.visitor_id)
                .where(*self._is(visitor), WebMessage.number > number)
                .order_by(WebMessage.number)
                .limit(limit)
            )
            rows = list(found)
            files = await self._files(session, [row.id for row in rows])
        return [
            Said(
                number=row.number, key=row.key, mine=row.mine, text=row.text,
                markdown=row.markdown, buttons=row.buttons, at=row.created_at,
                files=[file for of, file in files if of == row.id],
            )
            for row in rows
        ]  # fmt: skip

    async def newest(self, visitors: Collection[str]) -> dict[str, int]:
        """The number of the newest message of each of them, who has one."""
        async with self._reading() as session:
            rows = await session.execute(
                select(WebVisitor.name, WebVisitor.last).where(
                    WebVisitor.organisation_id == self._organisation_id,
                    WebVisitor.name.in_(visitors),
                )
            )
            return {row.name: row.last for row in rows}

    async def upload(self, visitor: str, name: str, media_type: str, content: bytes) -> SharedFile:
        """Keep a file that the visitor's next message will name."""
        async with self._writing() as session:
            visitor_id = await self._held(session, visitor)
            return await self._keep(session, visitor_id, None, 0, File(
                name=name, media_type=media_type, content=content,
            ))  # fmt: skip

    async def uploads(self, visitor: str, tokens: Collection[str]) -> list[SharedFile]:
        """Those of these files that the visitor sent, in this order."""
        async with self._reading() as session:
            found = await session.scalars(
                select(WebFile)
                .join(WebVisitor, WebVisitor.id == WebFile.visitor_id)
                .where(*self._is(visitor), WebFile.token.in_(tokens))
            )
            known = {row.token: _shared(row) for row in found}
        return [known[token] for token in tokens if token in known]

    async def content(self, token: str) -> tuple[SharedFile, bytes] | None:
        """None when there is no such file, or it is kept no longer."""
        async with self._reading() as session:
            found = (
                await session.execute(
                    select(WebFile, Media.content)
                    .join(Media, Media.id == WebFile.media_id)
                    .where(WebFile.organisation_id == self._organisation_id, WebFile.token == token)
                )
            ).one_or_none()
        return None if found is None else (_shared(found[0]), found[1])

    async def _held(self, session: Session, visitor: str) -> int:
        """The visitor's row, new or not, which nobody else changes until the transaction ends."""
        await insert_or_ignore(
            session,
            WebVisitor,
            {
                "organisation_id": self._organisation_id, "name": visitor, "last": 0,
                "created_at": self._clock.now(),
            },
        )  # fmt: skip
        found = await session.scalar(
            select(WebVisitor.id).where(*self._is(visitor)).with_for_update()
        )
        assert found is not None
        return found

    async def _attach(self, session: Session, row: WebMessage, saying: Saying) -> None:
        for position, token in enumerate(saying.uploads):
            await session.execute(
                update(WebFile)
                .where(
                    WebFile.visitor_id == row.visitor_id, WebFile.token == token,
                    WebFile.message_id.is_(None),
                )
                .values(message_id=row.id, position=position)
            )  # fmt: skip
        for position, file in enumerate(saying.files):
            await self._keep(session, row.visitor_id, row.id, position, file)

    async def _keep(
        self, session: Session, visitor_id: int, message_id: int | None, position: int, file: File
    ) -> SharedFile:
        media_id = await keep_content(
            session, self._organisation_id, self._clock.now(), file.content, file.media_type
        )
        row = WebFile(
            organisation_id=self._organisation_id, visitor_id=visitor_id, message_id=message_id,
            position=position, token=token_urlsafe(_TOKEN_BYTES), name=file.name,
            media_type=file.media_type, size=len(file.content), media_id=media_id,
        )  # fmt: skip
        session.add(row)
        return _shared(row)

    async def _files(
        self, session: ReadSession, messages: Sequence[int]
    ) -> list[tuple[int, SharedFile]]:
        if not messages:
            return []
        rows = await session.scalars(
            select(WebFile)
            .where(WebFile.message_id.in_(messages))
            .order_by(WebFile.message_id, WebFile.position)
        )
        return [(row.message_id, _shared(row)) for row in rows if row.message_id is not None]

    def _is(self, visitor: str) -> tuple[ColumnElement[bool], ...]:
        return WebVisitor.organisation_id == self._organisation_id, WebVisitor.name == visitor

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[Session]:
        try:
            async with self._database.unit_of_work() as session:
                yield session
        except (SQLAlchemyError, OSError) as error:
            raise TransientError(f"the database: {type(error).__name__}") from None

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[ReadSession]:
        try:
            async with self._database.reading() as session:
                yield session
        except (SQLAlchemyError, OSError) as error:
            raise TransientError(f"the database: {type(error).__name__}") from None


async def forget_page(
    session: Session, organisation_id: int, conversations: Collection[int], answers: Collection[int]
) -> None:
    """Take what was said in these conversations, and these answers wherever they stand, off the page.
    The visitors stay, with their numbers: their browsers count on."""
    here = select(Conversation.chat).where(
        Conversation.id.in_(conversations), Conversation.channel == "web"
    )
    visitors = select(WebVisitor.id).where(
        WebVisitor.organisation_id == organisation_id, WebVisitor.name.in_(here)
    )
    keys = await session.scalars(select(OutboxMessage.key).where(OutboxMessage.id.in_(answers)))
    told = select(WebMessage.id).where(
        WebMessage.organisation_id == organisation_id,
        WebMessage.key.in_([f"{key}/0" for key in keys]),
    )
    for gone in (WebFile.visitor_id.in_(visitors), WebFile.message_id.in_(told)):
        contents = set(await session.scalars(select(WebFile.media_id).where(gone)))
        await session.execute(delete(WebFile).where(gone))
        await drop_unused(session, organisation_id, contents)
    await session.execute(delete(WebMessage).where(WebMessage.visitor_id.in_(visitors)))
    await session.execute(delete(WebMessage).where(WebMessage.id.in_(told)))


def _shared(row: WebFile) -> SharedFile:
    return SharedFile(token=row.token, name=row.name, media_type=row.media_type, size=row.size)
