"""From what somebody sent to a document: its content, as text that people can read."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePath
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import select

from storage.database import ReadSession
from storage.tables.knowledge import DocumentKind
from storage.tables.media import Media
from storage.tables.work import InboxFile
from tools.knowledge.categories import Path
from tools.knowledge.errors import FileGone
from tools.knowledge.fetching import fetch
from tools.knowledge.parsing.document import as_text
from tools.knowledge.parsing.parse import parse
from tools.knowledge.service import Incoming

# A source is kept in full, or it would be another's.
_SOURCE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What came from a source, before it is understood."""

    kind: DocumentKind
    source: str
    name: str
    media_type: str
    data: bytes
    title: str = ""

    @property
    def sha256(self) -> str:
        return sha256(self.data).hexdigest()


async def content_of_file(session: ReadSession, organisation_id: int, file_id: int) -> Content:
    """A file that came with a message. Raises FileGone."""
    row = (
        await session.execute(
            select(InboxFile.name, InboxFile.media_type, Media.content)
            .outerjoin(Media, Media.id == InboxFile.media_id)
            .where(InboxFile.organisation_id == organisation_id, InboxFile.id == file_id)
        )
    ).one_or_none()
    if row is None or not row.content:
        raise FileGone(row.name if row else f"F-{file_id}")
    return content_of_bytes(row.name, row.media_type, row.content)


def content_of_bytes(name: str, media_type: str, data: bytes) -> Content:
    """A file by its name."""
    return Content(kind=DocumentKind.file, source=name, name=name, media_type=media_type, data=data)


async def content_of_link(link: str) -> Content:
    """A page or a file of the web. Raises what fetch raises."""
    page = await fetch(link)
    name = PurePath(urlsplit(page.url).path).name or urlsplit(page.url).netloc
    return Content(
        kind=DocumentKind.link, source=address(link), name=name, media_type=page.media_type,
        data=page.content, title=page.title,
    )  # fmt: skip


def address(link: str) -> str:
    """One page under one name: without a mark of a place in it, the host in small letters."""
    parts = urlsplit(link.strip())
    plain = parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower(), fragment="")
    return urlunsplit(plain)[:_SOURCE]


async def understood(content: Content, order_key: str, category: Path | None) -> Incoming:
    """Raises Unreadable."""
    parsed = await parse(content.data, content.media_type, content.name)
    stem = PurePath(content.name).stem or content.name
    return Incoming(
        kind=content.kind, source=content.source, text=as_text(parsed), sha256=content.sha256,
        title=" ".join((parsed.title or content.title or stem).split()),
        language=str(parsed.language or ""), order_key=order_key, category=category,
    )  # fmt: skip
