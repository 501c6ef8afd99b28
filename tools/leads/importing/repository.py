"""Queries on imports and their files."""

from collections.abc import Sequence

from sqlalchemy import Select, select

from storage.database import ReadSession
from storage.repository import Repository
from storage.tables.lead_work import ImportedRow, LeadImport
from storage.tables.media import Media
from storage.tables.work import InboxFile
from tools.leads.errors import ImportNotFound
from tools.leads.importing.table import Received


class ImportRepository(Repository[LeadImport]):
    def __init__(self, session: ReadSession, organisation_id: int) -> None:
        super().__init__(session, organisation_id)

    async def get(self, ref: str) -> LeadImport:
        """By I-1, i1 or 1. Raises ImportNotFound."""
        number = ref.upper().removeprefix("I").removeprefix("-")
        if number.isdecimal() and len(number) < 10:
            found = await self.one_or_none(self._own().where(LeadImport.number == int(number)))
            if found is not None:
                return found
        raise ImportNotFound(ref)

    async def by_id(self, import_id: int) -> LeadImport | None:
        return await self.one_or_none(self._own().where(LeadImport.id == import_id))

    async def by_order(self, order_key: str) -> LeadImport | None:
        return await self.one_or_none(self._own().where(LeadImport.order_key == order_key))

    async def latest(self) -> LeadImport | None:
        return await self.one_or_none(self._own().order_by(LeadImport.id.desc()).limit(1))

    async def file(self, file_id: int) -> Received:
        row = (
            await self.session.execute(
                select(InboxFile.name, Media.content)
                .outerjoin(Media, Media.id == InboxFile.media_id)
                .where(InboxFile.organisation_id == self.organisation_id, InboxFile.id == file_id)
            )
        ).one()
        return Received(name=row.name, content=row.content or b"")

    async def rows(self, import_id: int) -> Sequence[ImportedRow]:
        found = await self.session.scalars(
            select(ImportedRow)
            .where(ImportedRow.import_id == import_id)
            .order_by(ImportedRow.row.desc())
        )
        return found.all()

    def _own(self) -> Select[LeadImport]:
        return select(LeadImport).where(LeadImport.organisation_id == self.organisation_id)
