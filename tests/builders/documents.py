"""A library of documents: say what they tell, take the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from typing import Any

from sqlalchemy import select, update

from storage.database import Database
from storage.media import keep_content
from storage.tables.knowledge import Chunk, Document, DocumentKind
from storage.tables.organisation import Organisation, Person
from storage.tables.work import InboxFile, InboxMessage
from tests.builders.chats import a_conversation, a_message
from tests.builders.context import a_context
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.clock import FakeClock
from tools.context import ToolContext
from tools.knowledge.categories import Path
from tools.knowledge.service import Incoming, KnowledgeService, Outcome


@dataclass(frozen=True, kw_only=True)
class Library:
    """An organisation with a manager called 陈总, and its documents."""

    database: Database
    organisation: Organisation
    manager: Person
    clock: FakeClock
    conversation: int
    orders: "count[int]" = field(default_factory=count)

    def context(self, **overrides: Any) -> ToolContext:
        """One order: a new key unless said."""
        given = {
            "order_key": f"inbox:{next(self.orders)}", "conversation_id": self.conversation,
        } | overrides  # fmt: skip
        return a_context(self.database, self.organisation, self.manager, self.clock, **given)

    def says(self, text: str, *, source: str = "returns.md", **values: Any) -> Incoming:
        """What a document says now."""
        given: dict[str, Any] = {
            "kind": DocumentKind.file, "source": source, "title": source.partition(".")[0],
            "text": text, "sha256": sha256(text.encode()).hexdigest(), "language": "en",
            "order_key": f"add:{next(self.orders)}",
        }  # fmt: skip
        return Incoming(**(given | values))

    async def add(self, text: str, *, source: str = "returns.md", **values: Any) -> Outcome:
        incoming = self.says(text, source=source, **values)
        async with self.database.unit_of_work() as session:
            return await KnowledgeService.of(session, self.context()).add(session, incoming)

    async def roll_back(self, document: Document, version: int) -> Outcome:
        context = self.context()
        async with self.database.unit_of_work() as session:
            service = KnowledgeService.of(session, context)
            held = await service.find(f"D-{document.number}")
            return await service.rollback(session, held, version, context.order_key)

    async def remove(self, document: Document) -> None:
        async with self.database.unit_of_work() as session:
            service = KnowledgeService.of(session, self.context())
            await service.remove(session, await service.find(f"D-{document.number}"))

    async def chunks(self, document: Document) -> Sequence[Chunk]:
        """Of the current version, in order."""
        async with self.database.reading() as session:
            return await KnowledgeService.of(session, self.context()).documents.chunks(document)

    async def documents(self) -> list[Document]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(Document).order_by(Document.id)))

    async def paths(self) -> set[Path]:
        async with self.database.reading() as session:
            service = KnowledgeService.of(session, self.context())
            return {*(await service.categories.paths()).values()}

    async def index_everything(self) -> None:
        """As if the index had learnt all there is."""
        async with self.database.unit_of_work() as session:
            await session.execute(update(Chunk).values(indexed_at=self.clock.now()))

    async def received(self, content: bytes, name: str = "returns.md") -> int:
        """A file in the inbox; its id."""
        number = next(self.orders)
        async with self.database.unit_of_work() as session:
            await a_message(session, self.manager, self.conversation, external_id=f"m{number}")
            newest = select(InboxMessage.id).order_by(InboxMessage.id.desc()).limit(1)
            row = InboxFile(
                organisation_id=self.organisation.id, name=name, media_type="text/markdown",
                inbox_id=(await session.scalars(newest)).one(), position=0,
                media_id=await keep_content(
                    session, self.organisation.id, self.clock.now(), content, "text/markdown"
                ),
            )  # fmt: skip
            session.add(row)
            await session.flush()
            return row.id


async def a_library(database: Database, clock: FakeClock, *, slug: str = "acme") -> Library:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session, slug=slug)
        manager = await a_person(session, organisation, name="陈总")
        conversation = await a_conversation(session, organisation, manager)
    return Library(
        database=database, organisation=organisation, manager=manager, clock=clock,
        conversation=conversation,
    )  # fmt: skip
