"""The door for the command line: documents from files, folders and links, without a chat."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from config.clock import Clock
from config.errors import UserFacingError
from config.failpoints import failpoint
from config.i18n import Language, say
from storage.database import Database
from tools.knowledge.categories import path_of
from tools.knowledge.desk import is_document
from tools.knowledge.reading import Content, content_of_bytes, content_of_link, understood
from tools.knowledge.service import Change, KnowledgeService, Outcome, ref_of
from tools.knowledge.wording import list_text, outcome_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """What the commands need; `say` speaks to whoever sits there."""

    database: Database
    organisation_id: int
    clock: Clock
    language: Language
    timezone: ZoneInfo

    def say(self, key: str, /, **values: Any) -> str:
        return say(self.language, key, **values)

    async def add(self, sources: Sequence[str], category: str) -> AsyncIterator[tuple[bool, str]]:
        """One after the other: whether it went well, and how it went. Raises BadCategory."""
        path = path_of(category) if category else None
        for source in self._found(sources):
            try:
                outcome = await self._add(source, path)
            except UserFacingError as error:
                yield False, self.say(error.key, **error.values)
            except OSError as error:
                yield (
                    False,
                    self.say(
                        "documents.no_file", name=source, why=error.strerror or type(error).__name__
                    ),
                )
            else:
                yield True, outcome_line(self, outcome)

    async def listed(self) -> str:
        async with self.database.reading() as session:
            service = KnowledgeService(session, self.organisation_id, self.clock)
            removed = len(await service.listed(removed=True))
            return list_text(self, await service.listed(), removed)

    async def remove(self, ref: str) -> str:
        """Raises DocumentNotFound."""
        async with self.database.unit_of_work() as session:
            service = KnowledgeService(session, self.organisation_id, self.clock)
            document = await service.find(ref)
            key = "removed" if await service.remove(session, document) else "removed_already"
            return self.say(f"documents.state.{key}", ref=ref_of(document), title=document.title)

    async def _add(self, source: str, path: tuple[str, ...] | None) -> Outcome:
        """As a file that is sent anew in the chat: another version when it says something else."""
        content = await _content(source)
        async with self.database.reading() as session:
            service = KnowledgeService(session, self.organisation_id, self.clock)
            same = await service.known(content.kind, content.source, content.sha256)
            if same is not None and path is None:
                parts = len(await service.documents.chunks(same))
                return Outcome(document=same, change=Change.same, parts=parts)
            newest = await service.documents.latest_version_id()
        # The same content may come again after another one has, so it alone is no name of an order.
        order_key = f"terminal:{newest}:{content.sha256[:40]}"
        incoming = await understood(content, order_key, path)
        failpoint("document_read")
        async with self.database.unit_of_work() as session:
            service = KnowledgeService(session, self.organisation_id, self.clock)
            outcome = await service.add(session, incoming)
        failpoint("document_kept")
        return outcome

    def _found(self, sources: Sequence[str]) -> list[str]:
        """Of a folder all that can be a document, by name."""
        found: list[str] = []
        for source in sources:
            folder = Path(source)
            if _is_link(source) or not folder.is_dir():
                found.append(source)
            else:
                inside = sorted(file for file in folder.rglob("*") if file.is_file())
                found += [str(file) for file in inside if is_document(file.name)]
        return found


async def _content(source: str) -> Content:
    if _is_link(source):
        return await content_of_link(source)
    file = Path(source)
    return content_of_bytes(
        file.name, guess_type(file.name)[0] or "", await asyncio.to_thread(file.read_bytes)
    )


def _is_link(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))
