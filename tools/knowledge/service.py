"""What the company knows, and how it changes: documents with their versions, in a tree of
categories. Services never commit: customers see a document as it was or as it is, never between.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from sqlalchemy import update

from config.clock import Clock
from storage.audit import AuditLog
from storage.database import ReadSession, Session
from storage.repository import next_number
from storage.tables.knowledge import Chunk, Document, DocumentKind, DocumentVersion
from tools.context import ToolContext
from tools.knowledge.categories import CategoryRepository, Path, path_of
from tools.knowledge.comparing import Passage, difference
from tools.knowledge.errors import NothingInside
from tools.knowledge.relating import Edge, RelationGraph
from tools.knowledge.repository import DocumentRepository
from tools.knowledge.rewriting import Part, parts_of, rewrite

__all__ = [
    "Change", "Edge", "Failed", "Incoming", "KnowledgeService", "Listed", "Outcome", "path_of", "ref_of",
    "rolled_back_to",
]  # fmt: skip

# The counter that one writer at a time holds: two files of one name are one document.
_ALONE = "D-lock"
_ROLLBACK = "rollback:"
_TITLE = 200


class Change(StrEnum):
    new = "new"
    version = "version"
    same = "same"
    restored = "restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What a document says now. `text` is Markdown and `sha256` that of what was sent; `category`
    is where it belongs, None to leave a known document where it is. `order_key` names the order
    for good."""

    kind: DocumentKind
    source: str
    title: str
    text: str
    sha256: str
    language: str
    order_key: str
    category: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`parts` are those of the document now; `fresh` of them the index has yet to learn."""

    document: Document
    change: Change
    parts: int
    fresh: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """An item that cannot be a document; `why` is worded already."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    document: Document
    category: Path
    parts: int


def ref_of(document: Document) -> str:
    return f"D-{document.number}"


class KnowledgeService:
    """`author_id` is on record for what changes, None for the service itself."""

    def __init__(
        self, session: ReadSession, organisation_id: int, clock: Clock, author_id: int | None = None
    ) -> None:
        self.documents = DocumentRepository(session, organisation_id)
        self.categories = CategoryRepository(session, organisation_id)
        self.graph = RelationGraph(session, organisation_id)
        self._organisation_id = organisation_id
        self._clock = clock
        self._author_id = author_id

    @classmethod
    def of(cls, session: ReadSession, context: ToolContext) -> Self:
        return cls(session, context.organisation_id, context.clock, context.asker.id or None)

    async def add(self, session: Session, incoming: Incoming) -> Outcome:
        """A new document, or a new version of the one that came from there before; what says the
        same already changes nothing, but answers again when it was removed. The same order again
        gives the same outcome. Raises NothingInside."""
        parts = await parts_of(incoming.text)
        if not parts:
            raise NothingInside(incoming.title)
        await self._alone(session)
        made = await self.documents.ordered(incoming.order_key)
        if made is not None:
            return await self.outcome_of(made)
        document = await self.documents.by_source(
            incoming.kind, incoming.source, incoming.title[:_TITLE]
        )
        if document is not None and await self._says(document, incoming):
            return await self._unchanged(session, document, incoming)
        change = Change.version if document else Change.new
        document = document or await self._document(session, incoming)
        if incoming.category is not None:
            await self._place(session, document, incoming.category)
        return await self._write(session, document, incoming, parts, change)

    async def find(self, ref: str) -> Document:
        """By D-3, d3 or 3, removed or not. Raises DocumentNotFound."""
        return await self.documents.get(ref)

    async def known(self, kind: DocumentKind, source: str, sha256: str) -> Document | None:
        """The document that was made of this very content and answers with it."""
        document = await self.documents.by_source(kind, source, "") if source else None
        if document is None or document.removed_at is not None or not document.current:
            return None
        version = await self.documents.version(document, document.current)
        return document if version.sha256 == sha256 else None

    async def outcome_of(self, version: DocumentVersion) -> Outcome:
        """Of an order that was done before."""
        document = await self.documents.by_id(version.document_id)
        parts = len(await self.documents.chunks(document))
        change = Change.new if version.version == 1 else Change.version
        return Outcome(document=document, change=change, parts=parts)

    async def listed(
        self, categories: Collection[int] = (), *, removed: bool = False
    ) -> list[Listed]:
        """The documents that answer, or those that were removed; with `categories` only theirs."""
        sizes, paths = await self.documents.sizes(), await self.categories.paths()
        return [
            Listed(
                document=row, category=paths.get(row.category_id or 0, ()),
                parts=sizes.get(row.id, 0),
            )
            for row in await self.documents.listed(removed=removed)
            if not categories or row.category_id in categories
        ]  # fmt: skip

    async def history(self, document: Document) -> Sequence[DocumentVersion]:
        """The newest first."""
        return await self.documents.versions(document)

    async def diff(self, document: Document, before: int, after: int) -> list[Passage]:
        """What version `after` says otherwise. Raises VersionNotFound."""
        one = await self.documents.version(document, before)
        other = await self.documents.version(document, after)
        return difference(one.text, other.text)

    async def rollback(
        self, session: Session, document: Document, version: int, order_key: str
    ) -> Outcome:
        """A new version that says what an old one said. Raises VersionNotFound."""
        await self._alone(session)
        await session.refresh(document)
        if (made := await self.documents.ordered(order_key)) is not None:
            return await self.outcome_of(made)
        old = await self.documents.version(document, version)
        now = await self.documents.version(document, document.current)
        if now.text == old.text:
            size = len(await self.documents.chunks(document))
            return Outcome(document=document, change=Change.same, parts=size)
        incoming = Incoming(
            kind=document.kind, source=document.source, title=document.title, text=old.text,
            sha256=old.sha256, language=old.language, order_key=order_key,
        )  # fmt: skip
        parts = await parts_of(old.text)
        note = f"{_ROLLBACK}{version}"
        return await self._write(session, document, incoming, parts, Change.version, note)

    async def remove(self, session: Session, document: Document) -> bool:
        """No customer gets an answer from it any more; False when it was so already."""
        if document.removed_at is not None:
            return False
        document.removed_at = self._clock.now()
        # The index forgets what is removed, and has to learn it anew when it comes back.
        await self._learn_again(session, document)
        await self._audit(session, "knowledge.remove", document)
        return True

    async def restore(self, session: Session, document: Document) -> bool:
        """False when it was there all the time."""
        if document.removed_at is None:
            return False
        document.removed_at = None
        await self._audit(session, "knowledge.restore", document)
        return True

    async def move(self, session: Session, document: Document, path: Path) -> None:
        """To the category at `path`, which is made when it is new; nowhere for an empty path."""
        await self._alone(session)
        await self._place(session, document, path)
        await self._audit(session, "knowledge.move", document)

    async def _says(self, document: Document, incoming: Incoming) -> bool:
        """Pages differ in what nobody reads, so what they say counts, too."""
        now = await self.documents.version(document, document.current)
        return now.sha256 == incoming.sha256 or now.text == incoming.text

    async def _unchanged(self, session: Session, document: Document, incoming: Incoming) -> Outcome:
        if incoming.category is not None:
            await self._place(session, document, incoming.category)
        await self._entitle(session, document, incoming.title)
        back = await self.restore(session, document)
        parts = len(await self.documents.chunks(document))
        change = Change.restored if back else Change.same
        return Outcome(document=document, change=change, parts=parts)

    async def _document(self, session: Session, incoming: Incoming) -> Document:
        return await self.documents.add(
            Document(
                organisation_id=self._organisation_id, kind=incoming.kind,
                number=await next_number(session, self._organisation_id, "D"),
                title=incoming.title[:_TITLE], source=incoming.source, current=0,
                created_at=self._clock.now(), removed_at=None,
            )
        )  # fmt: skip

    async def _write(
        self, session: Session, document: Document, incoming: Incoming, parts: Sequence[Part],
        change: Change, note: str = "",
    ) -> Outcome:  # fmt: skip
        version = await self.documents.newest(document) + 1
        session.add(
            DocumentVersion(
                organisation_id=self._organisation_id, document_id=document.id, version=version,
                order_key=incoming.order_key, sha256=incoming.sha256, text=incoming.text,
                language=incoming.language, author_id=self._author_id, note=note,
                created_at=self._clock.now(),
            )
        )  # fmt: skip
        await self._entitle(session, document, incoming.title)
        document.current, document.removed_at = version, None
        written = await rewrite(session, document, parts)
        await self.graph.rebuild(session, document, incoming.text)
        await self._audit(session, "knowledge.write", document)
        return Outcome(document=document, change=change, parts=written.parts, fresh=written.fresh)

    async def _place(self, session: Session, document: Document, path: Path) -> None:
        category_id = await self.categories.ensure(session, path)
        if category_id != document.category_id:
            document.category_id = category_id
            await self._learn_again(session, document)

    async def _entitle(self, session: Session, document: Document, title: str) -> None:
        if document.title != title[:_TITLE]:
            # Parts are found by the title, too.
            document.title = title[:_TITLE]
            await self._learn_again(session, document)

    async def _learn_again(self, session: Session, document: Document) -> None:
        await session.execute(
            update(Chunk).where(Chunk.document_id == document.id).values(indexed_at=None)
        )

    async def _audit(self, session: Session, event: str, document: Document) -> None:
        await AuditLog(self._organisation_id, self._clock).append(
            session, event, person_id=self._author_id, document=ref_of(document),
            version=document.current,
        )  # fmt: skip

    async def _alone(self, session: Session) -> None:
        await next_number(session, self._organisation_id, _ALONE)


def rolled_back_to(version: DocumentVersion) -> int | None:
    """Which old version this one says again."""
    found = version.note.removeprefix(_ROLLBACK)
    return int(found) if found != version.note and found.isdecimal() else None
